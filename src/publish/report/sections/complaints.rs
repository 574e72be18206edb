//! Complaints: how many, how fast, about what, and who stays silent.

use super::voice::Voice;
use crate::ingest::result_table::SmallTable;
use crate::publish::report::chart::bars;
use crate::publish::report::page::{Bar, Block, Card, Drawing, Figure, Section, Table, TableCell};
use crate::schema::complaints as m;

const ALL: &str = "all";
/// Groups shown in a picture; the table has all.
const GROUPS: usize = 12;
/// Measures that get a card, where they are known.
const CARDS: [&str; 8] = [
    "opened",
    "open",
    "per_1000_orders",
    "resolution_hours_p50",
    "resolution_hours_p90",
    "first_response_hours_p50",
    "recovery_rate",
    "silent_estimate",
];

pub(super) fn section(voice: &Voice<'_>) -> Section {
    let blocks = match &voice.figures.complaints {
        Some(table) if value(table, ALL, ALL, "opened").is_some() => blocks(voice, table),
        Some(_) if voice.figures.manifest["accounting"]["complaints"].is_object() => {
            vec![Block::Note { text: voice.get("complaints.nothing") }]
        }
        _ => vec![Block::Note { text: voice.get("complaints.none") }],
    };
    Section {
        id: "complaints",
        title: voice.get("complaints.title"),
        lead: voice.get("complaints.lead"),
        blocks,
    }
}

fn blocks(voice: &Voice<'_>, table: &SmallTable) -> Vec<Block> {
    let mut blocks = vec![Block::Cards { cards: cards(voice, table) }];
    let figures: Vec<Figure> =
        ["category", "channel", "period"].into_iter().filter_map(|by| groups(voice, table, by)).collect();
    if !figures.is_empty() {
        blocks.push(Block::Figures { figures });
    }
    blocks.push(Block::Table { title: voice.get("complaints.table_title"), table: measures(voice, table) });
    blocks
}

fn row(table: &SmallTable, group_by: &str, group: &str, measure: &str) -> Option<usize> {
    table.rows_where(&[(m::GROUP_BY, group_by), (m::MEASURE, measure)]).find(|row| {
        let found = table.text(*row, m::GROUP);
        group_by == ALL || found == Some(group)
    })
}

fn value(table: &SmallTable, group_by: &str, group: &str, measure: &str) -> Option<f64> {
    table.number(row(table, group_by, group, measure)?, m::VALUE)
}

/// A measure as it is read: shares as per cent, hours as hours or days.
fn written(voice: &Voice<'_>, measure: &str, value: f64) -> String {
    let share =
        ["_share", "_rate"].iter().any(|end| measure.ends_with(end)) || measure.starts_with("waiting_");
    match measure {
        _ if measure.contains("hours_") && value >= 72.0 => {
            voice.fill("complaints.days", &[("n", &voice.numbers.decimal(value / 24.0, 1))])
        }
        _ if measure.contains("hours_") => {
            voice.fill("complaints.hours", &[("n", &voice.numbers.short(value))])
        }
        "recovery_days_p50" => voice.fill("complaints.days", &[("n", &voice.numbers.short(value))]),
        _ if measure.ends_with("_estimate") => voice.count(value),
        _ if share || measure.ends_with("reorder_difference") => voice.percent(value),
        _ => voice.numbers.short(value),
    }
}

fn cards(voice: &Voice<'_>, table: &SmallTable) -> Vec<Card> {
    CARDS
        .into_iter()
        .filter_map(|measure| {
            let row = row(table, ALL, ALL, measure)?;
            let value = table.number(row, m::VALUE)?;
            let ends = table.number(row, m::LOW).zip(table.number(row, m::HIGH));
            let between = ends.filter(|(low, high)| low < high).map(|(low, high)| {
                let (low, high) = (written(voice, measure, low), written(voice, measure, high));
                voice.fill("satisfaction.between", &[("low", &low), ("high", &high)])
            });
            Some(Card {
                label: voice.label("complaint_measure", measure),
                value: written(voice, measure, value),
                detail: between.unwrap_or_default(),
                raw: Some(value),
                class: String::new(),
            })
        })
        .collect()
}

/// Complaints per group, with the median time to resolution where it is known.
fn groups(voice: &Voice<'_>, table: &SmallTable, by: &str) -> Option<Figure> {
    let rows: Vec<usize> = table.rows_where(&[(m::GROUP_BY, by), (m::MEASURE, "opened")]).collect();
    let most = rows.iter().filter_map(|row| table.number(*row, m::VALUE)).fold(0.0, f64::max);
    if most == 0.0 {
        return None;
    }
    let masked = rows.iter().any(|row| table.number(*row, m::VALUE).is_none());
    let heads = [("group", false), ("opened", true), ("still_open", true), ("median", true)];
    let caption = voice.get(&format!("complaints.{by}_title"));
    let mut behind = Table::new(&voice.id(&format!("complaints-{by}")), caption.clone(), voice.heads(&heads));
    let mut drawn = Vec::new();
    for row in rows {
        let group = table.text(row, m::GROUP).unwrap_or_default();
        let name =
            if by == "period" { voice.numbers.period(group) } else { voice.label("complaint_group", group) };
        let opened = table.number(row, m::VALUE);
        let open = value(table, by, group, "open");
        let median = value(table, by, group, "resolution_hours_p50");
        let hours = |hours: f64| written(voice, "resolution_hours_p50", hours);
        drawn.push(Bar {
            label: name.clone(),
            hint: median.map(|h| voice.fill("complaints.median", &[("time", &hours(h))])).unwrap_or_default(),
            class: String::new(),
            svg: bars::single(opened.unwrap_or(0.0), None, most, "bar", voice.right_to_left()),
            value: opened.map_or_else(|| voice.get("masked"), |n| voice.count(n)),
        });
        behind.push(vec![
            TableCell::text(name),
            voice.count_cell(opened),
            voice.count_cell(open),
            TableCell::figure(median, hours),
        ]);
    }
    let skipped = if by == "period" { drawn.len().saturating_sub(GROUPS) } else { 0 };
    let drawn: Vec<Bar> = drawn.into_iter().skip(skipped).take(GROUPS).collect();
    let says = voice.get(&format!("complaints.{by}_says"));
    Some(Figure {
        id: voice.id(&format!("figure-complaints-{by}")),
        title: caption,
        says: if masked { format!("{says} {}", voice.get("masked_says")) } else { says },
        drawing: Drawing::Bars { bars: drawn },
        legend: Vec::new(),
        table: Some(behind),
    })
}

/// Every measure over all complaints.
fn measures(voice: &Voice<'_>, table: &SmallTable) -> Table {
    let heads = [
        ("measure", false),
        ("value", true),
        ("low", true),
        ("high", true),
        ("cases", true),
        ("note", false),
    ];
    let mut shown = Table::new(&voice.id("complaints"), voice.get("complaints.caption"), voice.heads(&heads));
    for row in table.rows_where(&[(m::GROUP_BY, ALL)]) {
        let measure = table.text(row, m::MEASURE).unwrap_or_default();
        let figure =
            |column: &str| TableCell::figure(table.number(row, column), |v| written(voice, measure, v));
        shown.push(vec![
            TableCell::text(voice.label("complaint_measure", measure)),
            figure(m::VALUE),
            figure(m::LOW),
            figure(m::HIGH),
            voice.count_cell(table.number(row, m::N)),
            voice.note_cell(table.text(row, m::NOTE)),
        ]);
    }
    shown.trimmed()
}
