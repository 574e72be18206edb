//! How spending is spread over customers.

use super::voice::Voice;
use crate::publish::report::chart::lines::{self, Curve, Lines};
use crate::publish::report::figures::concentration::{Concentration, TOPS};
use crate::publish::report::page::{Block, Drawing, Figure, Section, Table, TableCell};

pub(super) fn section(voice: &Voice<'_>) -> Section {
    let blocks = match &voice.figures.customers.concentration {
        Some(spread) => vec![Block::Figure(curve(voice, spread))],
        None => vec![Block::Note { text: voice.get("concentration.none") }],
    };
    Section {
        id: "concentration",
        title: voice.get("concentration.title"),
        lead: voice.get("concentration.lead"),
        blocks,
    }
}

fn says(voice: &Voice<'_>, spread: &Concentration) -> String {
    let said = voice.fill(
        "concentration.says",
        &[
            ("half", &voice.count(spread.half as f64)),
            ("four_fifths", &voice.count(spread.four_fifths as f64)),
            ("gini", &voice.numbers.decimal(spread.gini, 2)),
        ],
    );
    let n = spread.negative as f64;
    let negative = voice.counted("concentration.negative", n, &[("n", &voice.count(n))]);
    if spread.negative > 0 { format!("{said} {negative}") } else { said }
}

fn curve(voice: &Voice<'_>, spread: &Concentration) -> Figure {
    let id = voice.id("figure-concentration");
    let quarters = [0.0, 0.25, 0.5, 0.75, 1.0];
    let drawn = Lines {
        height: 300.0,
        mark_shift: 7.0,
        curves: vec![
            Curve { points: vec![(0.0, 0.0), (100.0, 1.0)], class: "even", filled: false, dots: false },
            Curve {
                points: spread.curve.iter().map(|(x, y)| (x * 100.0, *y)).collect(),
                class: "area",
                filled: true,
                dots: false,
            },
            Curve {
                points: spread.curve.iter().map(|(x, y)| (x * 100.0, *y)).collect(),
                class: "curve",
                filled: false,
                dots: false,
            },
        ],
        rules: quarters[1..].iter().map(|q| (*q, voice.numbers.round_percent(*q))).collect(),
        feet: quarters.iter().map(|q| (q * 100.0, voice.numbers.round_percent(*q))).collect(),
        marks: [2, 3]
            .into_iter()
            .map(|i| {
                let (n, share) = spread.tops[i];
                let places = [("top", voice.numbers.round_percent(TOPS[i])), ("spend", voice.percent(share))];
                let places: Vec<(&str, &str)> = places.iter().map(|(k, v)| (*k, v.as_str())).collect();
                (n as f64 / spread.customers as f64 * 100.0, share, voice.fill("concentration.mark", &places))
            })
            .collect(),
    };
    let heads = [("top", true), ("customers", true), ("spend_share", true)];
    let mut table =
        Table::new(&voice.id("concentration"), voice.get("concentration.caption"), voice.heads(&heads));
    for (top, (n, share)) in TOPS.iter().zip(&spread.tops) {
        table.push(vec![
            TableCell::figure(Some(*top), |v| voice.numbers.round_percent(v)),
            voice.count_cell(Some(*n as f64)),
            voice.percent_cell(Some(*share)),
        ]);
    }
    Figure {
        title: voice.get("concentration.curve_title"),
        says: says(voice, spread),
        drawing: Drawing::Svg { svg: lines::draw(&drawn, &format!("{id}-says"), voice.right_to_left()) },
        legend: Vec::new(),
        table: Some(table),
        id,
    }
}
