//! What changed since the previous result.

use super::voice::Voice;
use crate::publish::report::page::{Block, Table, TableCell};
use crate::schema::{customers as c, moves as m};

/// Moves shown per page, the largest ones.
const ROWS: usize = 14;
/// How the table writes a customer without the label.
const UNLABELLED: &str = "(none)";

/// The largest moves between labels, or why there are none.
pub(super) fn block(voice: &Voice<'_>) -> Block {
    let before = voice.figures.manifest["previous"]["as_of"].as_str();
    let (Some(moves), Some(before)) = (&voice.figures.moves, before) else {
        return Block::Note { text: voice.get("changes.none") };
    };
    // The month or the number of an answer says little; a cluster's name is kept from night to night.
    let told =
        |label: &str| [c::RFM_SEGMENT, c::SATISFACTION_LEVEL, c::QUADRANT, c::CLUSTER_NAME].contains(&label);
    // Who came or went without a label says nothing about the label.
    let labelled = |place: Option<&str>| place.is_some_and(|label| label != UNLABELLED);
    let mut rows: Vec<usize> = (0..moves.rows())
        .filter(|row| moves.text(*row, m::LABEL).is_some_and(told))
        .filter(|row| moves.text(*row, m::FROM) != moves.text(*row, m::TO))
        .filter(|row| labelled(moves.text(*row, m::FROM)) || labelled(moves.text(*row, m::TO)))
        .collect();
    let customers = |row: usize| moves.number(row, m::CUSTOMERS).unwrap_or(0.0);
    rows.sort_by(|a, b| customers(*b).total_cmp(&customers(*a)).then(a.cmp(b)));
    if rows.is_empty() {
        return Block::Note { text: voice.get("changes.nothing") };
    }
    let heads =
        [("label", false), ("from_label", false), ("to_label", false), ("customers", true), ("spend", true)];
    let mut table = Table::new(&voice.id("moves"), voice.get("changes.caption"), voice.heads(&heads));
    for row in rows.into_iter().take(ROWS) {
        let label = moves.text(row, m::LABEL).unwrap_or_default();
        let named = |stored: Option<&str>, absent: &str| match stored {
            None => voice.get(absent),
            Some(UNLABELLED) => voice.get("changes.unlabelled"),
            Some(stored) => name(voice, label, stored),
        };
        table.push(vec![
            TableCell::text(voice.label("label", label)),
            TableCell::text(named(moves.text(row, m::FROM), "changes.new")).ground("said"),
            TableCell::text(named(moves.text(row, m::TO), "changes.gone")).ground("said"),
            voice.count_cell(moves.number(row, m::CUSTOMERS)),
            voice.money_cell(moves.number(row, m::SPEND_TOTAL)),
        ]);
    }
    Block::Table { title: voice.fill("changes.title", &[("as_of", &voice.numbers.written(before))]), table }
}

/// How many came, and how many of the others changed their segment.
pub(super) fn summary(voice: &Voice<'_>) -> Option<String> {
    let before = voice.figures.manifest["previous"]["as_of"].as_str()?;
    let moves = voice.figures.moves.as_ref()?;
    let segments: Vec<usize> = moves.rows_where(&[(m::LABEL, c::RFM_SEGMENT)]).collect();
    let count = |is_meant: &dyn Fn(Option<&str>, Option<&str>) -> bool| -> f64 {
        let meant =
            segments.iter().filter(|row| is_meant(moves.text(**row, m::FROM), moves.text(**row, m::TO)));
        meant.filter_map(|row| moves.number(*row, m::CUSTOMERS)).sum()
    };
    (!segments.is_empty()).then(|| {
        voice.fill(
            "changes.summary",
            &[
                ("as_of", &voice.numbers.written(before)),
                ("new", &voice.count(count(&|from, _| from.is_none()))),
                ("moved", &voice.count(count(&|from, to| from.is_some() && to.is_some() && from != to))),
            ],
        )
    })
}

fn name(voice: &Voice<'_>, label: &str, stored: &str) -> String {
    match label {
        c::RFM_SEGMENT => voice.label("segment", stored),
        c::SATISFACTION_LEVEL => voice.label("level", stored),
        c::QUADRANT => voice.label("quadrants", stored),
        _ => super::clusters::name(voice, stored),
    }
}
