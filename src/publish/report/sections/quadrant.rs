//! The quadrant: loyalty against satisfaction.

use super::voice::Voice;
use crate::ingest::result_table::SmallTable;
use crate::publish::report::chart::plane::{self, Corner, Dot, Plane};
use crate::publish::report::page::{Block, Card, Drawing, Figure, Section, Table, TableCell};
use crate::schema::quadrants as q;

/// Low start, low end, high start, high end: loyalty goes up, satisfaction goes across.
const PLACES: [&str; 4] = ["dangerous", "mercenary", "hostage", "advocate"];

pub(super) fn section(voice: &Voice<'_>) -> Section {
    let quadrants = voice.figures.quadrants.as_ref();
    let known = quadrants.map_or(0.0, known);
    let mut blocks = Vec::new();
    match quadrants {
        None => blocks.push(Block::Note { text: voice.get("quadrant.none") }),
        Some(quadrants) if known == 0.0 => {
            let key = if voice.has_surveys() { "quadrant.unknown" } else { "no_survey" };
            blocks.push(Block::Note { text: voice.get(key) });
            if voice.has_surveys() {
                blocks.push(table(voice, quadrants));
            }
        }
        Some(quadrants) => {
            blocks.push(picture(voice, quadrants, known));
            blocks.push(Block::Cards { cards: cards(voice, quadrants) });
            blocks.push(table(voice, quadrants));
            blocks.extend(named(voice));
        }
    }
    Section { id: "quadrant", title: voice.get("quadrant.title"), lead: voice.get("quadrant.lead"), blocks }
}

/// Customers that are in a quadrant.
fn known(quadrants: &SmallTable) -> f64 {
    let rows = (0..quadrants.rows()).filter(|row| quadrants.text(*row, q::NAME).is_some());
    rows.filter_map(|row| quadrants.number(row, q::CUSTOMERS)).sum()
}

fn figure(quadrants: &SmallTable, name: &str, column: &str) -> Option<f64> {
    let row = quadrants.rows_where(&[(q::NAME, name)]).next()?;
    quadrants.number(row, column)
}

fn picture(voice: &Voice<'_>, quadrants: &SmallTable, known: f64) -> Block {
    let id = voice.id("figure-quadrant");
    let cut = (
        quadrants.number(0, q::SATISFACTION_CUT).unwrap_or(0.5),
        quadrants.number(0, q::LOYALTY_CUT).unwrap_or(0.5),
    );
    let corner = |name: &str| Corner {
        class: name.to_owned(),
        name: voice.label("quadrants", name),
        says: voice.fill(
            "quadrant.corner",
            &[
                (
                    "n",
                    &figure(quadrants, name, q::CUSTOMERS)
                        .map_or_else(|| voice.get("masked"), |n| voice.count(n)),
                ),
                (
                    "spend",
                    &figure(quadrants, name, q::SPEND_SHARE)
                        .map_or_else(|| "–".to_owned(), |s| voice.percent(s)),
                ),
            ],
        ),
    };
    let mark = |value: f64| (value, voice.numbers.decimal(value, if value.fract() == 0.0 { 0 } else { 2 }));
    let drawn = Plane {
        density: voice.figures.customers.density.clone(),
        cut,
        corners: PLACES.map(corner),
        dots: dots(voice),
        feet: [0.0, cut.0, 1.0].map(mark).to_vec(),
        sides: vec![mark(cut.1)],
        level: voice.get("quadrant.satisfaction"),
        upright: voice.get("quadrant.loyalty"),
    };
    let all = voice.figures.customers.number as f64;
    Block::Figure(Figure {
        title: voice.get("quadrant.picture_title"),
        says: voice.fill(
            "quadrant.says",
            &[
                ("known", &voice.count(known)),
                ("all", &voice.count(all)),
                ("unknown", &voice.count(all - known)),
                ("satisfaction_cut", &voice.numbers.short(cut.0)),
                ("loyalty_cut", &voice.numbers.short(cut.1)),
            ],
        ),
        drawing: Drawing::Svg { svg: plane::draw(&drawn, &format!("{id}-says"), voice.right_to_left()) },
        legend: Vec::new(),
        table: None,
        id,
    })
}

fn dots(voice: &Voice<'_>) -> Vec<Dot> {
    let named = &voice.figures.customers.named;
    let dot = |customer: &crate::publish::report::figures::customers::Named| Dot {
        at: (customer.satisfaction, customer.loyalty),
        name: customer.id.clone(),
        title: format!("{} · {}", customer.id, voice.money(customer.spend)),
    };
    named.iter().map(dot).collect()
}

fn cards(voice: &Voice<'_>, quadrants: &SmallTable) -> Vec<Card> {
    ["advocate", "hostage", "mercenary", "dangerous"]
        .into_iter()
        .map(|name| {
            let customers = figure(quadrants, name, q::CUSTOMERS);
            let spend = figure(quadrants, name, q::SPEND_TOTAL);
            let money = spend.map_or_else(|| "–".to_owned(), |s| voice.numbers.compact(s));
            Card {
                label: voice.label("quadrants", name),
                value: customers.map_or_else(|| voice.get("masked"), |n| voice.count(n)),
                detail: voice.fill(&format!("quadrant_hint.{name}"), &[("spend", &money)]),
                raw: customers,
                class: name.to_owned(),
            }
        })
        .collect()
}

fn table(voice: &Voice<'_>, quadrants: &SmallTable) -> Block {
    let heads = [
        ("quadrant", false),
        ("customers", true),
        ("share", true),
        ("orders", true),
        ("spend", true),
        ("spend_share", true),
        ("recency_mean", true),
        ("frequency_mean", true),
        ("monetary_mean", true),
        ("satisfaction_mean", true),
        ("loyalty_mean", true),
    ];
    let mut table = Table::new(&voice.id("quadrants"), voice.get("quadrant.caption"), voice.heads(&heads));
    for row in 0..quadrants.rows() {
        let stored = quadrants.text(row, q::NAME);
        let number = |column: &str| quadrants.number(row, column);
        let name = stored.map_or_else(|| voice.get("quadrant_none"), |name| voice.label("quadrants", name));
        table.push(vec![
            TableCell::text(name).swatch(stored.unwrap_or("none")),
            voice.count_cell(number(q::CUSTOMERS)),
            voice.percent_cell(number(q::CUSTOMERS_SHARE)),
            voice.count_cell(number(q::ORDERS)),
            voice.money_cell(number(q::SPEND_TOTAL)),
            voice.percent_cell(number(q::SPEND_SHARE)),
            voice.decimal_cell(number(q::RECENCY_DAYS_MEAN), 0),
            voice.decimal_cell(number(q::FREQUENCY_MEAN), 1),
            voice.money_cell(number(q::MONETARY_MEAN)),
            voice.decimal_cell(number(q::SATISFACTION_MEAN), 2),
            voice.decimal_cell(number(q::LOYALTY_MEAN), 2),
        ]);
    }
    Block::Table { title: voice.get("quadrant.table_title"), table: table.trimmed() }
}

/// The customers who spent most in each quadrant, where naming is allowed.
fn named(voice: &Voice<'_>) -> Option<Block> {
    let named = &voice.figures.customers.named;
    if named.is_empty() {
        return None;
    }
    let heads = [
        ("customer", false),
        ("quadrant", false),
        ("loyalty_mean", true),
        ("satisfaction_mean", true),
        ("spend", true),
    ];
    let mut table = Table::new(&voice.id("named"), voice.get("quadrant.named_caption"), voice.heads(&heads));
    for customer in named {
        table.push(vec![
            TableCell::text(&customer.id),
            TableCell::text(voice.label("quadrants", &customer.quadrant)).swatch(&customer.quadrant),
            voice.decimal_cell(Some(customer.loyalty), 2),
            voice.decimal_cell(Some(customer.satisfaction), 2),
            voice.money_cell(Some(customer.spend)),
        ]);
    }
    Some(Block::Table { title: voice.get("quadrant.named_title"), table })
}
