//! `moshtari schema`

use std::fmt::Write;

use moshtari::schema::{self, Table};
use moshtari::{Error, Result, error};
use serde_json::json;

use super::DONE;
use super::args::SchemaArgs;
use super::printer::Printer;

pub(super) fn run(args: &SchemaArgs, printer: Printer) -> Result<u8> {
    let tables = match &args.table {
        None => schema::TABLES.to_vec(),
        Some(name) => vec![find(name)?],
    };
    let text = if args.json { format!("{}\n", as_json(&tables)) } else { as_text(&tables) };
    printer.out(&text)?;
    Ok(DONE)
}

fn find(name: &str) -> Result<Table> {
    let known: Vec<&str> = schema::TABLES.iter().map(|t| t.name).collect();
    schema::TABLES.iter().find(|t| t.name == name).copied().ok_or_else(|| {
        let hint = error::closest(name, known.iter().copied()).map_or_else(
            || format!("tables: {}", known.join(", ")),
            |close| format!("did you mean `{close}`?"),
        );
        Error::config(format!("there is no table `{name}`")).hint(hint)
    })
}

fn as_text(tables: &[Table]) -> String {
    let mut text = String::new();
    for table in tables {
        let _ = writeln!(text, "{}: each row is {}", table.name, table.row);
        let name = table.columns.iter().map(|c| c.name.len()).max().unwrap_or(0);
        let kind = table.columns.iter().map(|c| c.kind.name().len()).max().unwrap_or(0);
        for column in table.columns {
            let _ = write!(text, "  {:name$}  {:kind$}  {}", column.name, column.kind.name(), column.meaning);
            if !column.unit.is_empty() {
                let _ = write!(text, " [{}]", column.unit);
            }
            text.push('\n');
        }
        text.push('\n');
    }
    text
}

fn as_json(tables: &[Table]) -> serde_json::Value {
    let table = |t: &Table| {
        let columns: Vec<_> = t
            .columns
            .iter()
            .map(|c| json!({ "name": c.name, "type": c.kind.name(), "unit": c.unit, "meaning": c.meaning }))
            .collect();
        json!({ "name": t.name, "row": t.row, "columns": columns })
    };
    json!({ "schema_version": schema::SCHEMA_VERSION, "tables": tables.iter().map(table).collect::<Vec<_>>() })
}
