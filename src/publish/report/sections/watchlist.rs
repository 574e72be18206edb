//! The watchlist: customers to act on tonight, the most urgent first.

use super::voice::Voice;
use crate::ingest::result_table::SmallTable;
use crate::publish::report::chart::bars;
use crate::publish::report::page::{Bar, Block, Drawing, Figure, Section, Table, TableCell};
use crate::schema::watchlist as w;

/// Rows shown; the table in the result has all.
const ROWS: usize = 25;

pub(super) fn section(voice: &Voice<'_>) -> Section {
    let blocks = match &voice.figures.watchlist {
        Some(list) if list.rows() > 0 => vec![Block::Figure(reasons(voice, list)), rows(voice, list)],
        Some(_) if !voice.has_surveys() && voice.figures.complaints.is_none() => {
            vec![Block::Note { text: voice.get("watchlist.unheard") }]
        }
        Some(_) => vec![Block::Note { text: voice.get("watchlist.empty") }],
        None => vec![Block::Note { text: voice.get("watchlist.none") }],
    };
    Section {
        id: "watchlist",
        title: voice.get("watchlist.title"),
        lead: voice.get("watchlist.lead"),
        blocks,
    }
}

/// Customers per reason, the reasons in the order of the list.
fn reasons(voice: &Voice<'_>, list: &SmallTable) -> Figure {
    let mut counts: Vec<(&str, u32)> = Vec::new();
    for row in 0..list.rows() {
        let reason = list.text(row, w::REASON).unwrap_or_default();
        match counts.iter_mut().find(|(name, _)| *name == reason) {
            Some((_, n)) => *n += 1,
            None => counts.push((reason, 1)),
        }
    }
    counts.sort_by(|a, b| b.1.cmp(&a.1).then(a.0.cmp(b.0)));
    let most = counts.first().map_or(1.0, |(_, n)| f64::from(*n));
    let heads = [("reason", false), ("customers", true)];
    let mut table =
        Table::new(&voice.id("watch-reasons"), voice.get("watchlist.reasons_title"), voice.heads(&heads));
    let mut drawn = Vec::new();
    for (reason, n) in counts {
        let n = f64::from(n);
        drawn.push(Bar {
            label: voice.label("watch", reason),
            hint: String::new(),
            class: String::new(),
            svg: bars::single(n, None, most, "aside", voice.right_to_left()),
            value: voice.count(n),
        });
        table.push(vec![TableCell::text(voice.label("watch", reason)), voice.count_cell(Some(n))]);
    }
    let all = list.rows() as f64;
    Figure {
        id: voice.id("figure-watchlist"),
        title: voice.get("watchlist.reasons_title"),
        says: voice.counted("watchlist.says", all, &[("n", &voice.count(all))]),
        drawing: Drawing::Bars { bars: drawn },
        legend: Vec::new(),
        table: Some(table),
    }
}

/// The first rows; without names, a row is known by its rank.
fn rows(voice: &Voice<'_>, list: &SmallTable) -> Block {
    let named = voice.settings.customers;
    let mut heads = vec![("rank", true)];
    heads.extend(named.then_some(("customer", false)));
    heads.extend([("reason", false), ("since", false), ("action", false), ("tier", false), ("spend", true)]);
    let mut table = Table::new(&voice.id("watchlist"), voice.get("watchlist.caption"), voice.heads(&heads));
    for row in 0..list.rows().min(ROWS) {
        let text = |column: &str| list.text(row, column).unwrap_or_default();
        let reason = text(w::REASON);
        let action =
            voice.optional(&format!("watch_action.{reason}")).unwrap_or_else(|| text(w::ACTION).to_owned());
        let since = list.time(row, w::SINCE).map(|at| voice.numbers.day(voice.zone.day(at)));
        let mut cells = vec![voice.count_cell(list.number(row, w::RANK))];
        cells.extend(named.then(|| TableCell::text(text(w::CUSTOMER_ID))));
        cells.extend([
            TableCell::text(voice.label("watch", reason)).ground("said"),
            TableCell {
                raw: list.time(row, w::SINCE).map(|at| at as f64),
                ..TableCell::text(since.unwrap_or_else(|| "–".to_owned()))
            },
            TableCell::text(action).ground("said"),
            TableCell::text(
                list.text(row, w::TIER).map_or_else(|| "–".to_owned(), |tier| voice.label("tier", tier)),
            ),
            voice.money_cell(list.number(row, w::MONETARY)),
        ]);
        table.push(cells);
    }
    let shown = voice.count(table.rows.len() as f64);
    let key =
        if list.rows() > table.rows.len() { "watchlist.table_title" } else { "watchlist.table_title_all" };
    let title = voice.fill(key, &[("n", &shown), ("all", &voice.count(list.rows() as f64))]);
    Block::Table { title, table }
}
