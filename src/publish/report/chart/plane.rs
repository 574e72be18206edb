//! Two axes from 0 to 1: density in cells, lines that cut the plane, named corners, dots.

use super::axes::feet;
use super::{Anchor, Canvas};

const HEIGHT: f64 = 400.0;
const TOP: f64 = 22.0;
const FLOOR: f64 = 352.0;

/// What a picture of a plane consists of; places are 0 to 1, from the start and from below.
#[derive(Clone, Debug, Default)]
pub(in super::super) struct Plane {
    /// Weight of each cell by row (from below) and column; the strongest is the largest.
    pub(in super::super) density: Vec<Vec<u64>>,
    /// Where the upright and the level line cut.
    pub(in super::super) cut: (f64, f64),
    /// Low start, low end, high start, high end: class, name, and what is said under it.
    pub(in super::super) corners: [Corner; 4],
    pub(in super::super) dots: Vec<Dot>,
    pub(in super::super) feet: Vec<(f64, String)>,
    /// Heights to name, at the side where reading starts.
    pub(in super::super) sides: Vec<(f64, String)>,
    pub(in super::super) level: String,
    pub(in super::super) upright: String,
}

/// A part of the plane.
#[derive(Clone, Debug, Default)]
pub(in super::super) struct Corner {
    pub(in super::super) class: String,
    pub(in super::super) name: String,
    pub(in super::super) says: String,
}

/// A named point.
#[derive(Clone, Debug)]
pub(in super::super) struct Dot {
    pub(in super::super) at: (f64, f64),
    pub(in super::super) name: String,
    pub(in super::super) title: String,
}

/// Draws the plane.
pub(in super::super) fn draw(plane: &Plane, described_by: &str, rtl: bool) -> String {
    let mut canvas = Canvas::new(HEIGHT, rtl);
    let y = |value: f64| FLOOR - value * (FLOOR - TOP);
    let (across, up) = (plane.cut.0 * 100.0, y(plane.cut.1));
    let [low_start, low_end, high_start, high_end] = &plane.corners;
    for (corner, from, to, top, bottom) in [
        (low_start, 0.0, across, up, FLOOR),
        (low_end, across, 100.0, up, FLOOR),
        (high_start, 0.0, across, TOP, up),
        (high_end, across, 100.0, TOP, up),
    ] {
        canvas.rect_titled(from, to, top, bottom - top, &corner.class, Some(0.07), "");
    }
    cells(&mut canvas, plane, &y);
    canvas.line((across, TOP), (across, FLOOR), "cut");
    canvas.line((0.0, up), (100.0, up), "cut");
    canvas.line((0.0, FLOOR), (100.0, FLOOR), "axis");
    for (corner, start, top) in [
        (low_start, true, FLOOR - 24.0),
        (low_end, false, FLOOR - 24.0),
        (high_start, true, TOP + 18.0),
        (high_end, false, TOP + 18.0),
    ] {
        let (x, shift, anchor) = if start { (0.0, 8.0, Anchor::Start) } else { (100.0, -8.0, Anchor::End) };
        canvas.text((x, top), shift, anchor, "corner", &corner.name);
        canvas.text((x, top + 15.0), shift, anchor, "corner-says", &corner.says);
    }
    dots(&mut canvas, plane, &y);
    for (value, label) in &plane.sides {
        canvas.text((0.0, y(*value) - 5.0), 4.0, Anchor::Start, "cut-name", label);
    }
    let labels: Vec<_> = plane.feet.iter().map(|(x, label)| (x * 100.0, label.clone())).collect();
    feet(&mut canvas, FLOOR + 17.0, &labels);
    canvas.text((0.0, 12.0), 0.0, Anchor::Start, "axis-name", &plane.upright);
    canvas.text((100.0, FLOOR + 38.0), 0.0, Anchor::End, "axis-name", &plane.level);
    canvas.finish(described_by)
}

/// Cells of the density, coloured by the part of the plane their middle is in.
fn cells(canvas: &mut Canvas, plane: &Plane, y: &dyn Fn(f64) -> f64) {
    let most = plane.density.iter().flatten().copied().max().unwrap_or(1) as f64;
    let rows = plane.density.len() as f64;
    for (row, line) in plane.density.iter().enumerate() {
        let columns = line.len() as f64;
        for (column, n) in line.iter().enumerate().filter(|(_, n)| **n > 0) {
            let middle = ((column as f64 + 0.5) / columns, (row as f64 + 0.5) / rows);
            let place = usize::from(middle.0 >= plane.cut.0) + 2 * usize::from(middle.1 >= plane.cut.1);
            let (from, to) = (column as f64 / columns * 100.0, (column as f64 + 1.0) / columns * 100.0);
            let (bottom, top) = (y(row as f64 / rows), y((row as f64 + 1.0) / rows));
            let strength = 0.22 + 0.75 * (*n as f64 / most).sqrt();
            let class = &plane.corners[place].class;
            canvas.rect_titled(from, to, top, bottom - top, class, Some(strength), "");
        }
    }
}

/// Dots with their names beside them, where the name does not cover another one.
fn dots(canvas: &mut Canvas, plane: &Plane, y: &dyn Fn(f64) -> f64) {
    let mut taken: Vec<(f64, f64)> = Vec::new();
    for dot in &plane.dots {
        let (x, y) = (dot.at.0 * 100.0, y(dot.at.1));
        canvas.dot((x, y), 4.5, "mark", &dot.title);
        let free = taken.iter().all(|(tx, ty)| (tx - x).abs() > 26.0 || (ty - y).abs() > 14.0);
        if free {
            let (shift, anchor) = if x > 55.0 { (-8.0, Anchor::End) } else { (8.0, Anchor::Start) };
            canvas.text((x, y + 4.0), shift, anchor, "dot-name", &dot.name);
            taken.push((x, y));
        }
    }
}
