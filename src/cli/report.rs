//! `moshtari report`

use std::path::{Path, PathBuf};

use moshtari::config::run::Locale;
use moshtari::ingest::published::Published;
use moshtari::publish::report::{self, Settings};
use moshtari::{Error, Result, error};

use super::DONE;
use super::args::ReportArgs;
use super::printer::Printer;

pub(super) fn run(args: &ReportArgs, printer: Printer) -> Result<u8> {
    let published = Published::open(&args.result)?;
    let mut settings = Settings::kept(published.manifest());
    if let Some(name) = &args.locale {
        settings.locale = locale(name)?;
    }
    let page = report::render(published.folder(), published.manifest(), settings)?;
    if args.output.as_deref() == Some(Path::new("-")) {
        printer.out(&page)?;
        return Ok(DONE);
    }
    let name = format!("report.{}.html", settings.locale.name());
    let path = args.output.clone().unwrap_or_else(|| PathBuf::from(name));
    std::fs::write(&path, page).map_err(Error::io("write", &path))?;
    printer.out(&format!("{}\n", path.display()))?;
    Ok(DONE)
}

fn locale(name: &str) -> Result<Locale> {
    let known = ["en", "fa", "both"];
    Locale::parse(name).ok_or_else(|| {
        let hint = error::closest(name, known).map_or_else(
            || format!("known: {}", known.join(", ")),
            |close| format!("did you mean `{close}`?"),
        );
        Error::config(format!("`--locale`: there is no locale `{name}`")).hint(hint)
    })
}
