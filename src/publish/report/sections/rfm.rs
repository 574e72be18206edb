//! RFM: the map, the segments, the distributions with their limits.

use super::voice::{Voice, segment_class};
use crate::publish::report::chart::bars;
use crate::publish::report::chart::heat::{self, MapAxes, MapCell};
use crate::publish::report::chart::histogram::{self, Limit};
use crate::publish::report::figures::customers::Cell;
use crate::publish::report::figures::histogram::Histogram;
use crate::publish::report::page::{Bar, Block, Drawing, Figure, Key, Section, Table, TableCell};
use crate::schema::{customers as c, rfm_segments as p, rfm_thresholds as t};

pub(super) fn section(voice: &Voice<'_>) -> Section {
    let mut blocks = Vec::new();
    match &voice.figures.segments {
        Some(_) => {
            blocks.push(map(voice));
            blocks.extend(segments(voice));
            blocks.push(Block::Table { title: voice.get("rfm.table_title"), table: segment_table(voice) });
            let figures: Vec<Figure> = [
                ("recency", c::RECENCY_DAYS, &voice.figures.customers.recency),
                ("frequency", c::FREQUENCY, &voice.figures.customers.frequency),
                ("monetary", c::MONETARY, &voice.figures.customers.monetary),
            ]
            .into_iter()
            .filter_map(|(name, dimension, values)| {
                Some(distribution(voice, name, dimension, values.as_ref()?))
            })
            .collect();
            if !figures.is_empty() {
                blocks.push(Block::Figures { figures });
            }
        }
        None => blocks.push(Block::Note { text: voice.get("rfm.none") }),
    }
    Section { id: "rfm", title: voice.get("rfm.title"), lead: voice.get("rfm.lead"), blocks }
}

/// Names of the segments in the order of the table, without the customers that have none.
fn names<'a>(voice: &Voice<'a>) -> Vec<&'a str> {
    let Some(segments) = &voice.figures.segments else { return Vec::new() };
    (0..segments.rows()).filter_map(|row| segments.text(row, p::NAME)).collect()
}

/// The sign of a segment on the map: a letter while there are enough of them, else its number.
fn sign(voice: &Voice<'_>, place: usize) -> String {
    let letters = voice.get("rfm.signs");
    letters.chars().nth(place).map_or_else(|| voice.count(place as f64 + 1.0), String::from)
}

fn map(voice: &Voice<'_>) -> Block {
    let names = names(voice);
    let cells = &voice.figures.customers.cells;
    let most = cells.values().map(|cell| cell.customers).max().unwrap_or(1) as f64;
    let scores = cells.keys().flat_map(|(r, f)| [*r, *f]).max().unwrap_or(1).max(scores(voice));
    let mut table = Table::new(
        &voice.id("rfm-map"),
        voice.get("rfm.map_caption"),
        voice.heads(&[
            ("r_score", true),
            ("f_score", true),
            ("segment", false),
            ("customers", true),
            ("spend", true),
        ]),
    );
    let mut drawn = Vec::new();
    for (at, cell) in cells {
        let (cell, row) = map_cell(voice, &names, *at, cell, most);
        drawn.push(cell);
        table.push(row);
    }
    let axes = MapAxes {
        level: voice.get("rfm.axis_recency"),
        upright: voice.get("rfm.axis_frequency"),
        scores: (1..=scores).map(|s| voice.count(f64::from(s))).collect(),
    };
    let id = voice.id("figure-map");
    let key = |(place, name): (usize, &&str)| Key {
        class: segment_class(name, place),
        label: format!("{}  {}", sign(voice, place), voice.segment(Some(name))),
    };
    let masked = cells.values().any(|cell| voice.is_masked(cell.customers));
    let says = map_says(voice);
    Block::Figure(Figure {
        title: voice.get("rfm.map_title"),
        says: if masked { format!("{says} {}", voice.get("masked_says")) } else { says },
        drawing: Drawing::Svg {
            svg: heat::draw(&drawn, &axes, &format!("{id}-says"), voice.right_to_left()),
        },
        legend: names.iter().enumerate().map(key).collect(),
        table: Some(table),
        id,
    })
}

/// A cell of the map, and its row in the table behind it.
fn map_cell(
    voice: &Voice<'_>,
    names: &[&str],
    (r, f): (u8, u8),
    cell: &Cell,
    most: f64,
) -> (MapCell, Vec<TableCell>) {
    let segment = cell.segment();
    let place = segment.and_then(|s| names.iter().position(|n| *n == s));
    let shown = !voice.is_masked(cell.customers);
    let customers = shown.then_some(cell.customers as f64);
    let spend = shown.then_some(cell.spend.value());
    let name = voice.segment(segment);
    let class = segment_class(segment.unwrap_or_default(), place.unwrap_or(0));
    let value = customers.map_or_else(|| voice.get("masked"), |n| voice.count(n));
    let title = voice.fill(
        "rfm.cell",
        &[
            ("r", &voice.count(f64::from(r))),
            ("f", &voice.count(f64::from(f))),
            ("segment", &name),
            ("n", &value),
            ("spend", &spend.map_or_else(|| voice.get("masked"), |s| voice.money(s))),
        ],
    );
    let row = vec![
        voice.count_cell(Some(f64::from(r))),
        voice.count_cell(Some(f64::from(f))),
        TableCell::text(name.clone()).swatch(class.clone()),
        voice.count_cell(customers),
        voice.money_cell(spend),
    ];
    let drawn = MapCell {
        column: usize::from(r) - 1,
        row: usize::from(f) - 1,
        region: segment.unwrap_or_default().to_owned(),
        class,
        strength: (cell.customers as f64 / most).sqrt(),
        sign: place.map(|place| sign(voice, place)).unwrap_or_default(),
        value,
        name,
        title,
    };
    (drawn, row)
}

fn scores(voice: &Voice<'_>) -> u8 {
    let Some(thresholds) = &voice.figures.thresholds else { return 1 };
    (0..thresholds.rows()).filter_map(|row| thresholds.number(row, t::SCORE)).fold(1.0, f64::max) as u8
}

fn map_says(voice: &Voice<'_>) -> String {
    let cells = &voice.figures.customers.cells;
    let largest = cells.iter().max_by(|a, b| a.1.customers.cmp(&b.1.customers).then(b.0.cmp(a.0)));
    let Some(((r, f), cell)) = largest else { return voice.get("rfm.map_empty") };
    let all: u64 = cells.values().map(|cell| cell.customers).sum();
    voice.fill(
        "rfm.map_says",
        &[
            ("r", &voice.count(f64::from(*r))),
            ("f", &voice.count(f64::from(*f))),
            ("share", &voice.percent(cell.customers as f64 / all.max(1) as f64)),
            ("segment", &voice.segment(cell.segment())),
        ],
    )
}

fn segments(voice: &Voice<'_>) -> Option<Block> {
    let segments = voice.figures.segments.as_ref()?;
    let share = |row: usize, column: &str| segments.number(row, column).unwrap_or(0.0).max(0.0);
    let rows = 0..segments.rows();
    let full = rows
        .clone()
        .flat_map(|r| [share(r, p::CUSTOMERS_SHARE), share(r, p::SPEND_SHARE)])
        .fold(0.0, f64::max);
    let bars = rows
        .map(|row| {
            let stored = segments.text(row, p::NAME);
            let class = stored.map_or_else(|| "none".to_owned(), |name| segment_class(name, row));
            let (customers, spend) = (share(row, p::CUSTOMERS_SHARE), share(row, p::SPEND_SHARE));
            Bar {
                label: voice.segment(stored),
                hint: stored
                    .and_then(|name| voice.optional(&format!("segment_hint.{name}")))
                    .unwrap_or_default(),
                svg: bars::pair(customers, spend, full, &class, voice.right_to_left()),
                value: format!("{} · {}", voice.percent(customers), voice.percent(spend)),
                class,
            }
        })
        .collect();
    Some(Block::Figure(Figure {
        id: voice.id("figure-segments"),
        title: voice.get("rfm.bars_title"),
        says: voice.get("rfm.bars_say"),
        drawing: Drawing::Bars { bars },
        legend: vec![
            Key { class: "ink".into(), label: voice.get("rfm.share_customers") },
            Key { class: "ink-light".into(), label: voice.get("rfm.share_spend") },
        ],
        table: None,
    }))
}

fn segment_table(voice: &Voice<'_>) -> Table {
    let heads = [
        ("segment", false),
        ("customers", true),
        ("share", true),
        ("orders", true),
        ("spend", true),
        ("spend_share", true),
        ("recency_mean", true),
        ("frequency_mean", true),
        ("monetary_mean", true),
        ("satisfaction_mean", true),
    ];
    let mut table = Table::new(&voice.id("segments"), voice.get("rfm.table_caption"), voice.heads(&heads));
    if let Some(segments) = &voice.figures.segments {
        for row in 0..segments.rows() {
            let stored = segments.text(row, p::NAME);
            let class = stored.map_or_else(|| "none".to_owned(), |name| segment_class(name, row));
            let number = |column: &str| segments.number(row, column);
            table.push(vec![
                TableCell::text(voice.segment(stored)).swatch(class),
                voice.count_cell(number(p::CUSTOMERS)),
                voice.percent_cell(number(p::CUSTOMERS_SHARE)),
                voice.count_cell(number(p::ORDERS)),
                voice.money_cell(number(p::SPEND_TOTAL)),
                voice.percent_cell(number(p::SPEND_SHARE)),
                voice.decimal_cell(number(p::RECENCY_DAYS_MEAN), 0),
                voice.decimal_cell(number(p::FREQUENCY_MEAN), 1),
                voice.money_cell(number(p::MONETARY_MEAN)),
                voice.decimal_cell(number(p::SATISFACTION_MEAN), 2),
            ]);
        }
    }
    table.trimmed()
}

fn distribution(voice: &Voice<'_>, name: &str, dimension: &str, values: &Histogram) -> Figure {
    let id = voice.id(&format!("figure-{name}"));
    // The first bin of money holds what is not above zero, however far below.
    let edge = |i: usize| match values.edges[i] {
        value if i == 0 && value < 0.0 => voice.get("rfm.zero_or_less"),
        value => voice.numbers.compact(value),
    };
    let between = |bin: usize| match edge(bin) {
        edge if bin == 0 && values.edges[0] < 0.0 => edge,
        from => voice.fill("rfm.from_to", &[("from", &from), ("to", &edge(bin + 1))]),
    };
    let title = |bin: usize| format!("{}: {}", between(bin), voice.count(values.counts[bin] as f64));
    let says = format!("{id}-says");
    let count = |n: f64| voice.numbers.compact(n);
    let limits = limits(voice, dimension);
    let svg = histogram::draw(values, &limits, &says, voice.right_to_left(), &count, &edge, &title);
    let heads = [("values", false), ("customers", true)];
    let caption = voice.get(&format!("rfm.{name}_title"));
    let mut table = Table::new(&voice.id(name), caption.clone(), voice.heads(&heads));
    for (bin, count) in values.counts.iter().enumerate() {
        let customers = (!voice.is_masked(*count) || *count == 0).then_some(*count as f64);
        table.push(vec![TableCell::text(between(bin)), voice.count_cell(customers)]);
    }
    table.filter = false;
    Figure {
        title: caption,
        says: thresholds_say(voice, name, dimension),
        drawing: Drawing::Svg { svg },
        legend: Vec::new(),
        table: Some(table),
        id,
    }
}

/// Where scores begin, from the low end of the dimension.
fn limits(voice: &Voice<'_>, dimension: &str) -> Vec<Limit> {
    let Some(thresholds) = &voice.figures.thresholds else { return Vec::new() };
    let mut limits: Vec<Limit> = thresholds
        .rows_where(&[(t::DIMENSION, dimension)])
        .filter_map(|row| {
            let score = thresholds.number(row, t::SCORE)?;
            Some(Limit { from: thresholds.number(row, t::LOWER)?, label: voice.count(score) })
        })
        .collect();
    limits.sort_by(|a, b| a.from.total_cmp(&b.from));
    limits
}

/// The bounds of the best score, in words.
fn thresholds_say(voice: &Voice<'_>, name: &str, dimension: &str) -> String {
    let best = voice.figures.thresholds.as_ref().and_then(|thresholds| {
        let of_dimension = [(t::DIMENSION, dimension)];
        let rows = thresholds.rows_where(&of_dimension);
        let known = rows.filter(|row| thresholds.number(*row, t::LOWER).is_some());
        let row = known.max_by(|a, b| {
            let score = |row: usize| thresholds.number(row, t::SCORE).unwrap_or(0.0);
            score(*a).total_cmp(&score(*b))
        })?;
        let number = |column: &str| thresholds.number(row, column);
        Some((number(t::SCORE)?, number(t::LOWER)?, number(t::UPPER)?, number(t::CUSTOMERS)?))
    });
    let Some((score, lower, upper, customers)) = best else { return voice.get("rfm.no_thresholds") };
    voice.fill(
        &format!("rfm.{name}_says"),
        &[
            ("score", &voice.count(score)),
            ("lower", &voice.numbers.short(lower)),
            ("upper", &voice.numbers.short(upper)),
            ("n", &voice.count(customers)),
        ],
    )
}
