//! Clusters: who they are, how they differ, and how many there should be.

use super::voice::{Voice, segment_class};
use crate::ingest::result_table::SmallTable;
use crate::publish::report::chart::bars;
use crate::publish::report::chart::lines::{self, Curve, Lines};
use crate::publish::report::page::{Bar, Block, Drawing, Figure, Key, Section, Table, TableCell};
use crate::schema::{CENTRE_PREFIX, cluster_quality as k, clusters as g};

/// Places of the palette for clusters, told apart by lightness too.
const COLOURS: [usize; 8] = [0, 7, 3, 5, 9, 2, 8, 10];
/// Centres this many times apart are drawn on a logarithmic line.
const WIDE: f64 = 20.0;

pub(super) fn section(voice: &Voice<'_>) -> Section {
    let blocks = match &voice.figures.clusters {
        Some(clusters) if names(clusters).next().is_some() => {
            let mut blocks = vec![sizes(voice, clusters), differences(voice, clusters)];
            blocks.push(Block::Table {
                title: voice.get("clusters.table_title"),
                table: profiles(voice, clusters),
            });
            blocks.extend(
                voice.figures.cluster_quality.as_ref().and_then(|quality| quality_curves(voice, quality)),
            );
            blocks
        }
        Some(_) => vec![Block::Note { text: voice.get("clusters.too_few") }],
        None => vec![Block::Note { text: voice.get("clusters.none") }],
    };
    Section { id: "clusters", title: voice.get("clusters.title"), lead: voice.get("clusters.lead"), blocks }
}

/// Rows with a name, in the order of the table.
fn names(clusters: &SmallTable) -> impl Iterator<Item = (usize, &str)> {
    (0..clusters.rows()).filter_map(|row| Some((row, clusters.text(row, g::NAME)?)))
}

fn class(place: usize) -> String {
    segment_class("", COLOURS[place % COLOURS.len()])
}

/// The name of a cluster: its words one by one, where the language has them.
pub(super) fn name(voice: &Voice<'_>, stored: &str) -> String {
    let word = |word: &str| match word.split_once(" about ") {
        // Names that words alone do not tell apart end in a figure.
        Some((feature, n)) => {
            let feature = voice.label("feature", &feature.replace(' ', "_"));
            voice.fill("cluster_word.about", &[("feature", &feature), ("n", &voice.numbers.digits(n))])
        }
        None => voice.label("cluster_word", word),
    };
    let words: Vec<String> = stored.split(", ").map(word).collect();
    words.join(&voice.get("list_comma"))
}

fn sizes(voice: &Voice<'_>, clusters: &SmallTable) -> Block {
    let share = |row: usize, column: &str| clusters.number(row, column).unwrap_or(0.0).max(0.0);
    let full = (0..clusters.rows())
        .flat_map(|row| [share(row, g::CUSTOMERS_SHARE), share(row, g::SPEND_SHARE)])
        .fold(0.0, f64::max);
    let bars = names(clusters)
        .enumerate()
        .map(|(place, (row, stored))| {
            let (customers, spend) = (share(row, g::CUSTOMERS_SHARE), share(row, g::SPEND_SHARE));
            Bar {
                label: name(voice, stored),
                hint: String::new(),
                class: class(place),
                svg: bars::pair(customers, spend, full, &class(place), voice.right_to_left()),
                value: format!("{} · {}", voice.percent(customers), voice.percent(spend)),
            }
        })
        .collect();
    Block::Figure(Figure {
        id: voice.id("figure-cluster-sizes"),
        title: voice.get("clusters.sizes_title"),
        says: voice.get("clusters.sizes_say"),
        drawing: Drawing::Bars { bars },
        legend: vec![
            Key { class: "ink".into(), label: voice.get("rfm.share_customers") },
            Key { class: "ink-light".into(), label: voice.get("rfm.share_spend") },
        ],
        table: None,
    })
}

/// Features that the clusters were made by.
fn features(clusters: &SmallTable) -> Vec<(&str, &str)> {
    clusters.names().iter().filter_map(|c| Some((c.as_str(), c.strip_prefix(CENTRE_PREFIX)?))).collect()
}

/// For each feature a line with a dot per cluster.
fn differences(voice: &Voice<'_>, clusters: &SmallTable) -> Block {
    let mut drawn = Vec::new();
    for (column, feature) in features(clusters) {
        let centres: Vec<(usize, &str, f64)> = names(clusters)
            .enumerate()
            .filter_map(|(place, (row, name))| Some((place, name, clusters.number(row, column)?)))
            .collect();
        let low = centres.iter().map(|(_, _, v)| *v).fold(f64::INFINITY, f64::min);
        let high = centres.iter().map(|(_, _, v)| *v).fold(f64::NEG_INFINITY, f64::max);
        let wide = low > 0.0 && high / low > WIDE;
        let scaled = |value: f64| if wide { value.ln() } else { value };
        let span = scaled(high) - scaled(low);
        let place = |value: f64| if span > 0.0 { (scaled(value) - scaled(low)) / span } else { 0.5 };
        let dots: Vec<(f64, String, String)> = centres
            .iter()
            .map(|(at, stored, value)| {
                let title = format!("{}: {}", name(voice, stored), voice.numbers.short(*value));
                (place(*value), class(*at), title)
            })
            .collect();
        let ends = [("from", voice.numbers.short(low)), ("to", voice.numbers.short(high))];
        let ends: Vec<(&str, &str)> = ends.iter().map(|(k, v)| (*k, v.as_str())).collect();
        drawn.push(Bar {
            label: voice.label("feature", feature),
            hint: if wide { voice.get("clusters.log") } else { String::new() },
            class: String::new(),
            svg: bars::dots(&dots, None, voice.right_to_left()),
            value: voice.fill("rfm.from_to", &ends),
        });
    }
    Block::Figure(Figure {
        id: voice.id("figure-cluster-features"),
        title: voice.get("clusters.features_title"),
        says: voice.get("clusters.features_say"),
        drawing: Drawing::Bars { bars: drawn },
        legend: names(clusters)
            .enumerate()
            .map(|(place, (_, stored))| Key { class: class(place), label: name(voice, stored) })
            .collect(),
        table: None,
    })
}

fn profiles(voice: &Voice<'_>, clusters: &SmallTable) -> Table {
    let mut heads = voice.heads(&[
        ("cluster", false),
        ("customers", true),
        ("share", true),
        ("orders", true),
        ("spend", true),
        ("spend_share", true),
    ]);
    let features = features(clusters);
    heads.extend(features.iter().map(|(_, feature)| (voice.label("feature", feature), true)));
    heads.extend(voice.heads(&[("satisfaction_mean", true)]));
    let mut table = Table::new(&voice.id("clusters"), voice.get("clusters.caption"), heads);
    for row in 0..clusters.rows() {
        let stored = clusters.text(row, g::NAME);
        let number = |column: &str| clusters.number(row, column);
        let mut cells = vec![
            TableCell::text(stored.map_or_else(|| voice.get("cluster_none"), |s| name(voice, s)))
                .swatch(stored.map_or_else(|| "none".to_owned(), |_| class(row))),
            voice.count_cell(number(g::CUSTOMERS)),
            voice.percent_cell(number(g::CUSTOMERS_SHARE)),
            voice.count_cell(number(g::ORDERS)),
            voice.money_cell(number(g::SPEND_TOTAL)),
            voice.percent_cell(number(g::SPEND_SHARE)),
        ];
        for (column, _) in &features {
            let cell = TableCell::figure(number(column), |v| voice.numbers.short(v));
            cells.push(cell.ground(ground(clusters, column, row)));
        }
        cells.push(voice.decimal_cell(number(g::SATISFACTION_MEAN), 2));
        table.push(cells);
    }
    table.trimmed()
}

/// How far a centre is from the customers' mean: the ground of its cell.
fn ground(clusters: &SmallTable, column: &str, row: usize) -> String {
    let (mut sum, mut n) = (0.0, 0.0);
    for other in 0..clusters.rows() {
        if let (Some(value), Some(customers)) =
            (clusters.number(other, column), clusters.number(other, g::CUSTOMERS))
        {
            sum += value * customers;
            n += customers;
        }
    }
    let (Some(value), true) = (clusters.number(row, column), n > 0.0 && sum > 0.0) else {
        return String::new();
    };
    let ratio = value / (sum / n);
    let step = match ratio {
        _ if ratio >= 2.0 => "high-2",
        _ if ratio >= 1.25 => "high-1",
        _ if ratio <= 0.5 => "low-2",
        _ if ratio <= 0.8 => "low-1",
        _ => "",
    };
    step.to_owned()
}

fn quality_curves(voice: &Voice<'_>, quality: &SmallTable) -> Option<Block> {
    let chosen = (0..quality.rows()).find(|row| quality.number(*row, k::CHOSEN) == Some(1.0))?;
    let n = quality.number(chosen, k::K)?;
    let mut table = Table::new(
        &voice.id("cluster-quality"),
        voice.get("clusters.quality_caption"),
        voice.heads(&[
            ("k", true),
            ("silhouette", true),
            ("inertia", true),
            ("calinski", true),
            ("davies", true),
            ("smallest", true),
        ]),
    );
    for row in 0..quality.rows() {
        let number = |column: &str| quality.number(row, column);
        let mark = if row == chosen { "chosen" } else { "" };
        table.push(vec![
            voice.count_cell(number(k::K)).ground(mark),
            voice.decimal_cell(number(k::SIMPLIFIED_SILHOUETTE), 3),
            TableCell::figure(number(k::INERTIA), |v| voice.numbers.short(v)),
            TableCell::figure(number(k::CALINSKI_HARABASZ), |v| voice.numbers.short(v)),
            voice.decimal_cell(number(k::DAVIES_BOULDIN), 2),
            voice.percent_cell(number(k::SMALLEST_SHARE)),
        ]);
    }
    table.filter = false;
    let mut silhouette =
        quality_curve(voice, quality, k::SIMPLIFIED_SILHOUETTE, "silhouette", &voice.count(n));
    silhouette.table = Some(table);
    let inertia = quality_curve(voice, quality, k::INERTIA, "inertia", &voice.count(n));
    let figures: Vec<Figure> = [silhouette, inertia].into_iter().filter(has_curve).collect();
    (!figures.is_empty()).then_some(Block::Figures { figures })
}

fn has_curve(figure: &Figure) -> bool {
    matches!(&figure.drawing, Drawing::Svg { svg } if !svg.is_empty())
}

/// A measure of quality over k; an empty drawing with fewer than two points.
fn quality_curve(voice: &Voice<'_>, quality: &SmallTable, column: &str, name: &str, chosen: &str) -> Figure {
    let id = voice.id(&format!("figure-{name}"));
    let points: Vec<(f64, f64, bool)> = (0..quality.rows())
        .filter_map(|row| {
            let is_chosen = quality.number(row, k::CHOSEN) == Some(1.0);
            Some((quality.number(row, k::K)?, quality.number(row, column)?, is_chosen))
        })
        .collect();
    let svg = match (points.first(), points.last(), points.len()) {
        (Some(first), Some(last), 2..) => {
            let high = points.iter().map(|p| p.1).fold(0.0, f64::max);
            let marks = crate::publish::report::chart::axes::ticks(high, 3);
            let top = marks.last().copied().unwrap_or(1.0);
            let x = |k: f64| 8.0 + (k - first.0) / (last.0 - first.0) * 78.0;
            let drawn = Lines {
                height: 220.0,
                mark_shift: -12.0,
                curves: vec![Curve {
                    points: points.iter().map(|p| (x(p.0), (p.1 / top).max(0.0))).collect(),
                    class: "curve",
                    filled: false,
                    dots: true,
                }],
                rules: marks.iter().skip(1).map(|m| (m / top, voice.numbers.short(*m))).collect(),
                feet: points.iter().map(|p| (x(p.0), voice.count(p.0))).collect(),
                marks: points
                    .iter()
                    .filter(|p| p.2)
                    .map(|p| (x(p.0), (p.1 / top).max(0.0), voice.numbers.short(p.1)))
                    .collect(),
            };
            lines::draw(&drawn, &format!("{id}-says"), voice.right_to_left())
        }
        _ => String::new(),
    };
    Figure {
        title: voice.get(&format!("clusters.{name}_title")),
        says: voice.fill(&format!("clusters.{name}_says"), &[("k", chosen)]),
        drawing: Drawing::Svg { svg },
        legend: Vec::new(),
        table: None,
        id,
    }
}
