//! `moshtari check`

use std::fmt::Write;

use moshtari::pipeline::reading::{Example, Findings};
use moshtari::{Result, pipeline};
use serde_json::{Map, json};

use super::args::CheckArgs;
use super::printer::Printer;
use super::progress::Progress;
use super::run::{account, configured};
use super::{DONE, GATE};

pub(super) fn run(args: &CheckArgs, printer: Printer) -> Result<u8> {
    let mut config = configured(&args.config, args.as_of.as_deref())?;
    config.publish.show_values |= args.show_values;
    let mut progress = Progress::new(printer);
    let found = pipeline::check(&config, &mut progress);
    progress.end();
    let found = found?;
    found.tables.iter().for_each(|t| account(t, printer));
    found.warnings.iter().for_each(|w| printer.warning(w));
    if args.json {
        printer.out(&format!("{}\n", as_json(&found)))?;
    } else {
        printer.out(&as_text(&found))?;
    }
    if !config.publish.show_values && found.examples.iter().any(|example| example.value.is_some()) {
        printer.info(
            "of values only the shape is shown (x for a letter, 9 for a digit): `--show-values` shows them",
            &Map::new(),
        );
    }
    if let Some(gate) = &found.gate {
        printer.error(gate);
        return Ok(GATE);
    }
    printer.info("nothing stands against a run", &Map::new());
    Ok(DONE)
}

fn as_text(found: &Findings) -> String {
    let mut text = String::new();
    for table in &found.tables {
        for (file, form) in table.files.iter().take(3) {
            let _ = writeln!(text, "{}: `{file}` is {form}", table.name);
        }
        if table.files.len() > 3 {
            let _ = writeln!(text, "{}: ... {} files in all", table.name, table.files.len());
        }
        for (column, form) in &table.formats {
            let _ = writeln!(text, "{}: column `{column}`: {form}", table.name);
        }
    }
    for e in &found.examples {
        let _ = write!(text, "{}: `{}` row {}", e.table, e.file, e.row);
        if let Some(line) = e.line {
            let _ = write!(text, " (line {line})");
        }
        let _ = write!(text, ": {}", e.reason);
        if let Some(column) = &e.column {
            let _ = write!(text, ", column `{column}`");
        }
        if let Some(value) = &e.value {
            let _ = write!(text, ", value `{value}`");
        }
        text.push('\n');
    }
    text
}

fn as_json(found: &Findings) -> serde_json::Value {
    let example = |e: &Example| {
        json!({ "table": e.table, "file": e.file, "row": e.row, "line": e.line, "reason": e.reason,
                "column": e.column, "value": e.value })
    };
    json!({
        "tables": found.tables.iter().map(|t| json!({
            "name": t.name,
            "files": t.files,
            "formats": t.formats,
            "rows_read": t.account.rows_read,
            "rows_accepted": t.account.rows_accepted,
            "rows_set_aside": t.account.rows_set_aside(),
        })).collect::<Vec<_>>(),
        "examples": found.examples.iter().map(example).collect::<Vec<_>>(),
        "warnings": found.warnings,
        "gate": found.gate.as_ref().map(ToString::to_string),
    })
}
