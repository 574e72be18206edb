//! Counts in bins, with the limits between scores.

use super::axes::{feet, names, rules, ticks};
use super::{Anchor, Canvas};
use crate::publish::report::figures::histogram::Histogram;

const HEIGHT: f64 = 190.0;
const TOP: f64 = 34.0;
const FLOOR: f64 = 166.0;
/// Labels under the picture.
const FEET: usize = 5;

/// A limit between two scores: its place in the data, and the score from there on.
#[derive(Clone, Debug)]
pub(in super::super) struct Limit {
    pub(in super::super) from: f64,
    pub(in super::super) label: String,
}

/// Bars for a histogram; `limits` ascending, the first one at or below the first value.
pub(in super::super) fn draw(
    histogram: &Histogram,
    limits: &[Limit],
    described_by: &str,
    rtl: bool,
    count: &dyn Fn(f64) -> String,
    edge: &dyn Fn(usize) -> String,
    title: &dyn Fn(usize) -> String,
) -> String {
    let mut canvas = Canvas::new(HEIGHT, rtl);
    let most = histogram.counts.iter().copied().max().unwrap_or(0) as f64;
    let marks = ticks(most, 3);
    let top = marks.last().copied().unwrap_or(1.0);
    let y = |value: f64| FLOOR - value / top * (FLOOR - TOP);
    let lines: Vec<_> = marks.iter().skip(1).map(|mark| (y(*mark), count(*mark))).collect();
    rules(&mut canvas, &lines);
    let bins = histogram.counts.len() as f64;
    for (i, count) in histogram.counts.iter().enumerate() {
        let (from, to) = (i as f64 / bins * 100.0, (i + 1) as f64 / bins * 100.0);
        let gap = (to - from) * 0.06;
        let (height, y) = (FLOOR - y(*count as f64), y(*count as f64));
        canvas.rect_titled(from + gap, to - gap, y, height, "bar", None, &title(i));
    }
    canvas.line((0.0, FLOOR), (100.0, FLOOR), "axis");
    draw_limits(&mut canvas, histogram, limits);
    names(&mut canvas, &lines);
    let labelled = edges_to_label(histogram.edges.len());
    let labels: Vec<_> = labelled.into_iter().map(|i| (i as f64 / bins * 100.0, edge(i))).collect();
    feet(&mut canvas, FLOOR + 17.0, &labels);
    canvas.finish(described_by)
}

fn draw_limits(canvas: &mut Canvas, histogram: &Histogram, limits: &[Limit]) {
    let places: Vec<f64> = limits.iter().map(|limit| histogram.place(limit.from)).collect();
    for (i, limit) in limits.iter().enumerate() {
        let from = if i == 0 { 0.0 } else { places[i] };
        let to = places.get(i + 1).copied().unwrap_or(100.0);
        if i > 0 {
            canvas.line((from, 4.0), (from, FLOOR), "limit");
        }
        if to - from >= 5.0 {
            canvas.text((f64::midpoint(from, to), 14.0), 0.0, Anchor::Middle, "score", &limit.label);
        }
    }
}

/// Edges that get a label: the first, the last and some between, evenly.
fn edges_to_label(edges: usize) -> Vec<usize> {
    let steps = (edges - 1).min(FEET - 1);
    let mut labelled: Vec<usize> = (0..=steps).map(|i| i * (edges - 1) / steps.max(1)).collect();
    labelled.dedup();
    labelled
}
