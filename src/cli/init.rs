//! `moshtari init`

use std::fs::OpenOptions;
use std::io::Write;
use std::path::Path;

use moshtari::{Error, Result, Warning, init};
use serde_json::{Map, json};

use super::DONE;
use super::args::InitArgs;
use super::printer::Printer;
use super::progress::Progress;

pub(super) fn run(args: &InitArgs, printer: Printer) -> Result<u8> {
    let here = Path::new(".");
    let base = if args.stdout {
        here
    } else {
        args.output.parent().filter(|p| !p.as_os_str().is_empty()).unwrap_or(here)
    };
    if !args.stdout && !args.force && args.output.exists() {
        return Err(exists(&args.output));
    }
    let mut progress = Progress::new(printer);
    let proposal = init::propose(&args.exports, base, &mut progress);
    progress.end();
    let proposal = proposal?;
    proposal.said.iter().for_each(|sentence| printer.info(sentence, &Map::new()));
    for question in &proposal.open {
        let warning = Warning::new("undecided", format!("could not decide: {question}"));
        printer.warning(&warning.with("question", question.as_str()));
    }
    if args.stdout {
        printer.out(&proposal.config)?;
    } else {
        write(&args.output, &proposal.config, args.force)?;
    }
    let file = args.output.display();
    let next = if proposal.runs {
        format!("next: moshtari run -c {file}")
    } else {
        "it does not run yet: the first of the questions has to be answered in it".to_owned()
    };
    let written = if args.stdout { String::new() } else { format!("wrote {file}; ") };
    let fields = Map::from_iter([
        ("file".to_owned(), json!(args.output)),
        ("runs".to_owned(), json!(proposal.runs)),
        ("undecided".to_owned(), json!(proposal.open.len())),
    ]);
    printer.info(&format!("{written}{next}"), &fields);
    Ok(DONE)
}

/// Writes the file; without `force` only where there is none.
fn write(path: &Path, text: &str, force: bool) -> Result<()> {
    let mut options = OpenOptions::new();
    options.write(true).create_new(!force).create(force).truncate(force);
    let mut file = match options.open(path) {
        Err(error) if error.kind() == std::io::ErrorKind::AlreadyExists => return Err(exists(path)),
        opened => opened.map_err(Error::io("write", path))?,
    };
    file.write_all(text.as_bytes()).map_err(Error::io("write", path))
}

fn exists(path: &Path) -> Error {
    Error::config(format!("`{}` is there already", path.display())).hint(
        "replace it with `--force`, write elsewhere with `--output FILE`, or look first with `--stdout`",
    )
}
