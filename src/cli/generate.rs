//! `moshtari generate`

use moshtari::Result;

use super::DONE;
use super::args::GenerateArgs;
use super::printer::Printer;

pub(super) fn run(_args: &GenerateArgs, _printer: &Printer) -> Result<u8> {
    Ok(DONE)
}
