//! Curves over a level axis.

use super::axes::{feet, names, rules};
use super::{Anchor, Canvas};

const TOP: f64 = 26.0;

/// A curve: points across (per cent) and up (0 to 1).
#[derive(Clone, Debug)]
pub(in super::super) struct Curve {
    pub(in super::super) points: Vec<(f64, f64)>,
    pub(in super::super) class: &'static str,
    /// Fill down to the floor.
    pub(in super::super) filled: bool,
    /// Mark every point.
    pub(in super::super) dots: bool,
}

/// What a picture of curves consists of.
#[derive(Clone, Debug, Default)]
pub(in super::super) struct Lines {
    pub(in super::super) height: f64,
    pub(in super::super) curves: Vec<Curve>,
    /// Labelled heights, 0 to 1.
    pub(in super::super) rules: Vec<(f64, String)>,
    /// Labelled places across, per cent.
    pub(in super::super) feet: Vec<(f64, String)>,
    /// Points to name.
    pub(in super::super) marks: Vec<(f64, f64, String)>,
    /// How far below its point a name stands, pixels: where the curve leaves room.
    pub(in super::super) mark_shift: f64,
}

/// Draws curves.
pub(in super::super) fn draw(lines: &Lines, described_by: &str, rtl: bool) -> String {
    let mut canvas = Canvas::new(lines.height, rtl);
    let floor = lines.height - 24.0;
    let y = |value: f64| floor - value * (floor - TOP);
    let heights: Vec<_> = lines.rules.iter().map(|(value, label)| (y(*value), label.clone())).collect();
    rules(&mut canvas, &heights);
    canvas.line((0.0, floor), (100.0, floor), "axis");
    for curve in &lines.curves {
        let points: Vec<_> = curve.points.iter().map(|(x, value)| (*x, y(*value))).collect();
        canvas.curve(&points, curve.filled.then_some(floor), curve.class);
        if curve.dots {
            points.iter().for_each(|point| canvas.dot(*point, 3.0, "dot", ""));
        }
    }
    for (x, value, label) in &lines.marks {
        canvas.dot((*x, y(*value)), 5.0, "mark", label);
        let (shift, anchor) = if *x > 60.0 { (-10.0, Anchor::End) } else { (10.0, Anchor::Start) };
        canvas.text((*x, y(*value) + 4.0 + lines.mark_shift), shift, anchor, "mark-name", label);
    }
    names(&mut canvas, &heights);
    feet(&mut canvas, floor + 17.0, &lines.feet);
    canvas.finish(described_by)
}
