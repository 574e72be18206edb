//! Axes: round ticks, and the lines and labels of them.

use super::{Anchor, Canvas};

/// Round numbers from zero to the first one at or above `high`, at most `most` steps.
pub(in super::super) fn ticks(high: f64, most: usize) -> Vec<f64> {
    if high <= 0.0 {
        return vec![0.0, 1.0];
    }
    let rough = high / most as f64;
    let power = 10_f64.powf(rough.log10().floor());
    let step = [1.0, 2.0, 2.5, 5.0, 10.0].into_iter().map(|s| s * power).find(|s| *s >= rough * 0.999_999);
    let step = step.unwrap_or(power * 10.0);
    let steps = (high / step - 1e-9).ceil().max(1.0) as usize;
    (0..=steps).map(|i| i as f64 * step).collect()
}

/// Horizontal lines.
pub(in super::super) fn rules(canvas: &mut Canvas, lines: &[(f64, String)]) {
    for (y, _) in lines {
        canvas.line((0.0, *y), (100.0, *y), "grid");
    }
}

/// The labels of horizontal lines, above them, at the side where reading ends: drawn last, so that no bar
/// covers them.
pub(in super::super) fn names(canvas: &mut Canvas, lines: &[(f64, String)]) {
    for (y, label) in lines {
        canvas.text((100.0, *y - 4.0), 0.0, Anchor::End, "tick", label);
    }
}

/// Labels below the picture; the outer ones stay inside it.
pub(in super::super) fn feet(canvas: &mut Canvas, y: f64, labels: &[(f64, String)]) {
    for (x, label) in labels {
        let anchor = match x {
            _ if *x < 8.0 => Anchor::Start,
            _ if *x > 92.0 => Anchor::End,
            _ => Anchor::Middle,
        };
        canvas.text((*x, y), 0.0, anchor, "tick", label);
    }
}

#[cfg(test)]
mod tests {
    use super::ticks;

    #[test]
    fn ticks_are_round_and_reach_the_top() {
        assert_eq!(ticks(89.0, 4), [0.0, 25.0, 50.0, 75.0, 100.0]);
        assert_eq!(ticks(1.0, 4), [0.0, 0.25, 0.5, 0.75, 1.0]);
        assert_eq!(ticks(3915.0, 4), [0.0, 1000.0, 2000.0, 3000.0, 4000.0]);
        assert_eq!(ticks(0.0, 4), [0.0, 1.0]);
    }
}
