//! Strips of bar charts; label and value stand beside them as text of the page.

use super::Canvas;

/// Dots closer than this cover one another.
const NEAR: f64 = 0.03;

/// Two bars, one above the other, as shares of `full`.
pub(in super::super) fn pair(first: f64, second: f64, full: f64, class: &str, rtl: bool) -> String {
    let mut canvas = Canvas::new(19.0, rtl);
    let part = |value: f64| if full > 0.0 { (value / full).clamp(0.0, 1.0) * 100.0 } else { 0.0 };
    canvas.rect(0.0, 100.0, 0.0, 19.0, "track");
    canvas.rect(0.0, part(first), 0.0, 9.0, class);
    canvas.rect_titled(0.0, part(second), 10.0, 9.0, class, Some(0.45), "");
    canvas.finish_silent()
}

/// One bar as a share of `full`, with the ends of its interval where they are known.
pub(in super::super) fn single(
    value: f64,
    interval: Option<(f64, f64)>,
    full: f64,
    class: &str,
    rtl: bool,
) -> String {
    let mut canvas = Canvas::new(14.0, rtl);
    let part = |value: f64| if full > 0.0 { (value / full).clamp(0.0, 1.0) * 100.0 } else { 0.0 };
    canvas.rect(0.0, 100.0, 0.0, 14.0, "track");
    canvas.rect(0.0, part(value), 0.0, 14.0, class);
    if let Some((low, high)) = interval {
        let (low, high) = (part(low), part(high));
        canvas.line((low, 7.0), (high, 7.0), "whisker");
        canvas.line((low, 3.0), (low, 11.0), "whisker");
        canvas.line((high, 3.0), (high, 11.0), "whisker");
    }
    canvas.finish_silent()
}

/// Parts of a whole, side by side: share and class each.
pub(in super::super) fn stacked(parts: &[(f64, String)], rtl: bool) -> String {
    let mut canvas = Canvas::new(18.0, rtl);
    let mut from = 0.0;
    for (share, class) in parts {
        let to = from + share * 100.0;
        canvas.rect(from, to, 0.0, 18.0, class);
        from = to;
    }
    canvas.finish_silent()
}

/// Dots along a line from 0 to 1: place and class each; a tick marks the middle of all.
pub(in super::super) fn dots(dots: &[(f64, String, String)], middle: Option<f64>, rtl: bool) -> String {
    let mut canvas = Canvas::new(22.0, rtl);
    // Dots at the ends stay inside.
    let place = |value: f64| 2.0 + value.clamp(0.0, 1.0) * 96.0;
    canvas.line((2.0, 11.0), (98.0, 11.0), "rail");
    if let Some(middle) = middle {
        canvas.line((place(middle), 3.0), (place(middle), 19.0), "whisker");
    }
    for (i, (value, class, title)) in dots.iter().enumerate() {
        let is_near =
            |other: &(usize, &(f64, String, String))| other.0 != i && (other.1.0 - value).abs() < NEAR;
        // Dots that would cover one another stand a little above and below the line.
        let shift = match dots.iter().enumerate().any(|other| is_near(&other)) {
            true if i % 2 == 0 => -5.0,
            true => 5.0,
            false => 0.0,
        };
        canvas.dot((place(*value), 11.0 + shift), 7.0, &format!("{class} ringed"), title);
    }
    canvas.finish_silent()
}
