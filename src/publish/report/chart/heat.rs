//! The recency × frequency map.

use super::{Anchor, Canvas};

const CELL_HEIGHT: f64 = 58.0;
/// Room for the scores of the upright axis, per cent.
const GUTTER: f64 = 6.0;
/// Room for the scores of the level axis, pixels.
const FOOT: f64 = 44.0;
const TOP: f64 = 20.0;

/// A cell that holds customers.
#[derive(Clone, Debug)]
pub(in super::super) struct MapCell {
    pub(in super::super) column: usize,
    /// From below.
    pub(in super::super) row: usize,
    /// Names the region: cells of one region have no line between them.
    pub(in super::super) region: String,
    pub(in super::super) class: String,
    /// 0 to 1.
    pub(in super::super) strength: f64,
    /// The region's sign, shown in the corner.
    pub(in super::super) sign: String,
    pub(in super::super) value: String,
    /// Shown where there is room.
    pub(in super::super) name: String,
    pub(in super::super) title: String,
}

/// Names of the axes.
#[derive(Clone, Debug)]
pub(in super::super) struct MapAxes {
    pub(in super::super) level: String,
    pub(in super::super) upright: String,
    /// Scores as text, low first.
    pub(in super::super) scores: Vec<String>,
}

/// Draws the map; a cell without customers stays empty.
pub(in super::super) fn draw(cells: &[MapCell], axes: &MapAxes, described_by: &str, rtl: bool) -> String {
    let side = axes.scores.len();
    let floor = TOP + side as f64 * CELL_HEIGHT;
    let mut canvas = Canvas::new(floor + FOOT, rtl);
    let width = (100.0 - GUTTER) / side as f64;
    let x = |column: usize| GUTTER + column as f64 * width;
    let y = |row: usize| TOP + (side - 1 - row) as f64 * CELL_HEIGHT;
    for column in 0..side {
        for row in 0..side {
            canvas.rect(x(column), x(column + 1), y(row), CELL_HEIGHT, "empty-cell");
        }
    }
    for cell in cells {
        let (from, to, top) = (x(cell.column), x(cell.column + 1), y(cell.row));
        let opacity = Some(0.14 + 0.5 * cell.strength);
        canvas.rect_titled(from, to, top, CELL_HEIGHT, &cell.class, opacity, &cell.title);
        let middle = f64::midpoint(from, to);
        canvas.text((from, top + 14.0), 6.0, Anchor::Start, "sign", &cell.sign);
        canvas.text((middle, top + 33.0), 0.0, Anchor::Middle, "cell-value", &cell.value);
        canvas.text((middle, top + 49.0), 0.0, Anchor::Middle, "cell-name", &cell.name);
    }
    borders(&mut canvas, cells, side, &x, &y);
    for (i, score) in axes.scores.iter().enumerate() {
        let middle = y(i) + CELL_HEIGHT / 2.0 + 4.0;
        canvas.text((GUTTER, middle), -8.0, Anchor::End, "tick", score);
        let middle = f64::midpoint(x(i), x(i + 1));
        canvas.text((middle, floor + 16.0), 0.0, Anchor::Middle, "tick", score);
    }
    canvas.text((0.0, 12.0), 0.0, Anchor::Start, "axis-name", &axes.upright);
    canvas.text((100.0, floor + 36.0), 0.0, Anchor::End, "axis-name", &axes.level);
    canvas.finish(described_by)
}

/// Lines between cells of different regions.
fn borders(
    canvas: &mut Canvas,
    cells: &[MapCell],
    side: usize,
    x: &dyn Fn(usize) -> f64,
    y: &dyn Fn(usize) -> f64,
) {
    let region = |column: usize, row: usize| {
        cells.iter().find(|c| c.column == column && c.row == row).map(|c| c.region.as_str())
    };
    for column in 0..side {
        for row in 0..side {
            let here = region(column, row);
            if column + 1 < side && here != region(column + 1, row) {
                canvas.line((x(column + 1), y(row)), (x(column + 1), y(row) + CELL_HEIGHT), "border");
            }
            if row + 1 < side && here != region(column, row + 1) {
                canvas.line((x(column), y(row)), (x(column + 1), y(row)), "border");
            }
        }
    }
}
