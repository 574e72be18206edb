//! `moshtari diff`

use std::collections::BTreeMap;
use std::fmt::Write;

use moshtari::config::Config;
use moshtari::history::{self, Change, LABELS};
use moshtari::ingest::frame;
use moshtari::ingest::published::Published;
use moshtari::schema::customers as c;
use moshtari::{Error, Result, error, pipeline};
use serde_json::{Value, json};

use super::DONE;
use super::args::{DiffArgs, DiffFormat};
use super::printer::Printer;

/// The changes of one label.
struct Moved {
    label: &'static str,
    rules_changed: bool,
    both: usize,
    changes: Vec<Change>,
}

pub(super) fn run(args: &DiffArgs, printer: Printer) -> Result<u8> {
    let labels = asked(args.label.as_deref())?;
    let (old, new) = (Published::open(&args.old)?, Published::open(&args.new)?);
    let read = |result: &Published| frame::read(&result.file(c::TABLE.name), &c::TABLE, &history::columns());
    let (before, now) = (read(&old)?, read(&new)?);
    let config = |result: &Published| Config::parse(result.config(), result.folder()).ok();
    let rules = match config(&new) {
        Some(tonight) => pipeline::changed_rules(config(&old).as_ref(), &tonight),
        None => LABELS.to_vec(),
    };
    let mut moved = Vec::new();
    for label in labels {
        if before.column(label).is_ok() && now.column(label).is_ok() {
            let changes = history::changes(&before, &now, label)?;
            let entered = changes.iter().filter(|change| change.from.is_none()).count();
            let both = now.height() - entered;
            moved.push(Moved { label, rules_changed: rules.contains(&label), both, changes });
        }
    }
    let text = match args.format {
        DiffFormat::Text => as_text(&old, &new, &moved, args.ids),
        DiffFormat::Json => format!("{}\n", as_json(&old, &new, &moved, args.ids)),
    };
    printer.out(&text)?;
    Ok(DONE)
}

fn asked(label: Option<&str>) -> Result<Vec<&'static str>> {
    let Some(asked) = label else { return Ok(LABELS.to_vec()) };
    match LABELS.into_iter().find(|label| *label == asked) {
        Some(label) => Ok(vec![label]),
        None => Err(Error::config(format!("`--label`: there is no label `{asked}`")).hint(
            error::closest(asked, LABELS).map_or_else(
                || format!("known: {}", LABELS.join(", ")),
                |close| format!("did you mean `{close}`?"),
            ),
        )),
    }
}

/// Customers by where they came from and went.
fn counts(changes: &[Change]) -> BTreeMap<(Option<&str>, Option<&str>), usize> {
    let mut counts = BTreeMap::new();
    for change in changes {
        *counts.entry((change.from.as_deref(), change.to.as_deref())).or_default() += 1;
    }
    counts
}

fn came(from: Option<&str>) -> &str {
    from.unwrap_or("(new)")
}

fn went(to: Option<&str>) -> &str {
    to.unwrap_or("(gone)")
}

fn as_text(old: &Published, new: &Published, moved: &[Moved], ids: bool) -> String {
    let mut text = format!("from {} to {}\n", old.as_of(), new.as_of());
    for Moved { label, rules_changed, both, changes } in moved {
        let kept =
            both - changes.iter().filter(|change| change.from.is_some() && change.to.is_some()).count();
        let left = changes.iter().filter(|change| change.to.is_none()).count();
        let _ = write!(text, "{label}: {kept} of {both} kept theirs");
        let entered = changes.iter().filter(|change| change.from.is_none()).count();
        let _ = write!(text, ", {entered} entered, {left} left");
        text.push_str(if *rules_changed { " (the rules changed)\n" } else { "\n" });
        if ids {
            for change in changes {
                let (from, to) = (came(change.from.as_deref()), went(change.to.as_deref()));
                let _ = writeln!(text, "  {}  {from} -> {to}", change.customer_id);
            }
        } else {
            for ((from, to), customers) in counts(changes) {
                let _ = writeln!(text, "  {customers:>8}  {} -> {}", came(from), went(to));
            }
        }
    }
    text
}

fn as_json(old: &Published, new: &Published, moved: &[Moved], ids: bool) -> Value {
    let side = |result: &Published| json!({ "as_of": result.as_of(), "fingerprint": result.fingerprint() });
    let label = |moved: &Moved| {
        let rows: Vec<Value> = if ids {
            let row = |change: &Change| json!({ "customer_id": change.customer_id, "from": change.from, "to": change.to });
            moved.changes.iter().map(row).collect()
        } else {
            let row = |((from, to), n): ((Option<&str>, Option<&str>), usize)| json!({ "from": from, "to": to, "customers": n });
            counts(&moved.changes).into_iter().map(row).collect()
        };
        json!({ "label": moved.label, "rules_changed": moved.rules_changed, "in_both": moved.both, "moves": rows })
    };
    json!({ "old": side(old), "new": side(new), "labels": moved.iter().map(label).collect::<Vec<_>>() })
}
