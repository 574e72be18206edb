//! `moshtari completions` and `moshtari man`

use clap::CommandFactory;
use clap_complete::Shell;
use moshtari::{Error, Result};

use super::DONE;
use super::args::Args;
use super::printer::Printer;

pub(super) fn shell(shell: Shell, printer: Printer) -> Result<u8> {
    let mut bytes = Vec::new();
    clap_complete::generate(shell, &mut Args::command(), "moshtari", &mut bytes);
    printer.out(&String::from_utf8_lossy(&bytes))?;
    Ok(DONE)
}

pub(super) fn man(printer: Printer) -> Result<u8> {
    let mut bytes = Vec::new();
    clap_mangen::Man::new(Args::command())
        .render(&mut bytes)
        .map_err(|e| Error::internal(format!("the manual page cannot be rendered: {e}")))?;
    printer.out(&String::from_utf8_lossy(&bytes))?;
    Ok(DONE)
}
