//! What satisfaction comes from: importance against performance.

use super::voice::Voice;
use crate::ingest::result_table::SmallTable;
use crate::publish::report::chart::plane::{self, Corner, Dot, Plane};
use crate::publish::report::page::{Block, Drawing, Figure, Table, TableCell};
use crate::schema::drivers as d;

/// Low start, low end, high start, high end: importance goes up, performance goes across.
const FIELDS: [&str; 4] = ["low_priority", "possible_overkill", "concentrate_here", "keep_up"];

/// A picture and a table for each outcome that is explained.
pub(super) fn blocks(voice: &Voice<'_>) -> Vec<Block> {
    let Some(table) = &voice.figures.drivers else { return Vec::new() };
    let mut outcomes: Vec<(&str, &str)> = Vec::new();
    for row in 0..table.rows() {
        let outcome =
            (table.text(row, d::SURVEY).unwrap_or_default(), table.text(row, d::OUTCOME).unwrap_or_default());
        if !outcomes.contains(&outcome) {
            outcomes.push(outcome);
        }
    }
    let mut blocks: Vec<Block> =
        outcomes.iter().enumerate().map(|(n, outcome)| picture(voice, table, *outcome, n + 1)).collect();
    if blocks.is_empty() {
        blocks.push(Block::Note { text: voice.get("drivers.none") });
    }
    blocks
}

/// A driver with both of its figures.
struct Known<'a> {
    name: &'a str,
    share: f64,
    performance: f64,
}

fn picture(voice: &Voice<'_>, table: &SmallTable, (survey, outcome): (&str, &str), n: usize) -> Block {
    let of_outcome = [(d::SURVEY, survey), (d::OUTCOME, outcome)];
    let rows: Vec<usize> = table.rows_where(&of_outcome).collect();
    let known: Vec<Known<'_>> = rows
        .iter()
        .filter_map(|row| {
            Some(Known {
                name: table.text(*row, d::DRIVER)?,
                share: table.number(*row, d::SHARE)?,
                performance: table.number(*row, d::PERFORMANCE)?,
            })
        })
        .collect();
    let title = voice.fill("drivers.title", &[("outcome", &voice.label("outcome", outcome))]);
    let mut behind = behind(voice, table, &rows, n);
    if rows.len() == 1 {
        behind.caption = voice.fill("drivers.alone", &[("outcome", &voice.label("outcome", outcome))]);
    }
    if known.len() < 2 {
        return Block::Table { title, table: behind };
    }
    let id = voice.id(&format!("figure-drivers-{n}"));
    let svg = plane::draw(&plane_of(voice, &known), &format!("{id}-says"), voice.right_to_left());
    Block::Figure(Figure {
        title,
        says: says(voice, &known),
        drawing: Drawing::Svg { svg },
        legend: Vec::new(),
        table: Some(behind),
        id,
    })
}

/// The drivers on a plane whose axes span their figures.
fn plane_of(voice: &Voice<'_>, known: &[Known<'_>]) -> Plane {
    let mean =
        |figure: &dyn Fn(&Known<'_>) -> f64| known.iter().map(figure).sum::<f64>() / known.len() as f64;
    let (cut_across, cut_up) = (mean(&|k| k.performance), mean(&|k| k.share));
    let across = Axis::around(cut_across, known.iter().map(|k| k.performance));
    let up = Axis::around(cut_up, known.iter().map(|k| k.share));
    let corner = |field: &str| Corner {
        class: field.to_owned(),
        name: voice.label("field", field),
        says: voice.get(&format!("field_hint.{field}")),
    };
    let dot = |k: &Known<'_>| Dot {
        at: (across.place(k.performance), up.place(k.share)),
        name: voice.label("dimension", k.name),
        title: format!("{} · {} · {}", k.name, voice.percent(k.share), voice.numbers.short(k.performance)),
    };
    Plane {
        cut: (across.place(cut_across), up.place(cut_up)),
        corners: FIELDS.map(corner),
        dots: known.iter().map(dot).collect(),
        feet: vec![(across.place(cut_across), voice.numbers.decimal(cut_across, 1))],
        sides: vec![(up.place(cut_up), voice.percent(cut_up))],
        level: voice.get("drivers.performance"),
        upright: voice.get("drivers.importance"),
        ..Plane::default()
    }
}

/// An axis from 0 to 1 whose middle is a figure and which holds others with room to spare.
struct Axis {
    middle: f64,
    reach: f64,
}

impl Axis {
    fn around(middle: f64, values: impl Iterator<Item = f64>) -> Self {
        let reach = values.map(|value| (value - middle).abs()).fold(0.0, f64::max);
        Self { middle, reach: if reach > 0.0 { reach * 1.3 } else { 1.0 } }
    }

    fn place(&self, value: f64) -> f64 {
        0.5 + (value - self.middle) / self.reach / 2.0
    }
}

fn says(voice: &Voice<'_>, known: &[Known<'_>]) -> String {
    let most =
        known.iter().max_by(|a, b| a.share.total_cmp(&b.share)).map_or(("", 0.0), |k| (k.name, k.share));
    voice.fill(
        "drivers.says",
        &[("driver", &voice.label("dimension", most.0)), ("share", &voice.percent(most.1))],
    )
}

fn behind(voice: &Voice<'_>, table: &SmallTable, rows: &[usize], n: usize) -> Table {
    let heads = [
        ("driver", false),
        ("importance", true),
        ("correlation", true),
        ("performance", true),
        ("field", false),
        ("vif", true),
        ("answers", true),
    ];
    let mut shown =
        Table::new(&voice.id(&format!("drivers-{n}")), voice.get("drivers.caption"), voice.heads(&heads));
    for row in rows {
        let number = |column: &str| table.number(*row, column);
        let field = table.text(*row, d::FIELD);
        shown.push(vec![
            TableCell::text(voice.label("dimension", table.text(*row, d::DRIVER).unwrap_or_default())),
            voice.percent_cell(number(d::SHARE)),
            voice.decimal_cell(number(d::CORRELATION), 2),
            voice.decimal_cell(number(d::PERFORMANCE), 1),
            TableCell::text(field.map_or_else(|| "–".to_owned(), |field| voice.label("field", field))),
            voice.decimal_cell(number(d::VIF), 1),
            voice.count_cell(number(d::N)),
        ]);
    }
    shown
}
