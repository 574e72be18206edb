//! A drawing surface that fits any width.
//!
//! Across, everything is in per cent of the width, so that a chart is as wide as its column while its text
//! keeps its size; down, in pixels. 0 % is where reading starts: the left edge in English, the right edge in
//! Persian. Colours come from the page's style sheet by class, so that they follow light and dark.

use std::fmt::Write;

/// Units across a curve's own box.
const CURVE_WIDTH: f64 = 1000.0;

/// Where a text sits at its point.
#[derive(Clone, Copy, Debug)]
pub(in super::super) enum Anchor {
    Start,
    Middle,
    End,
}

impl Anchor {
    fn name(self) -> &'static str {
        match self {
            Self::Start => "start",
            Self::Middle => "middle",
            Self::End => "end",
        }
    }
}

/// An SVG that is being drawn.
#[derive(Debug)]
pub(in super::super) struct Canvas {
    body: String,
    height: f64,
    right_to_left: bool,
}

impl Canvas {
    /// An empty drawing of this height in pixels.
    pub(in super::super) fn new(height: f64, right_to_left: bool) -> Self {
        Self { body: String::new(), height, right_to_left }
    }

    /// A place across, mirrored where reading starts at the right.
    fn across(&self, percent: f64) -> f64 {
        if self.right_to_left { 100.0 - percent } else { percent }
    }

    /// A box from one place across to another.
    pub(in super::super) fn rect(&mut self, from: f64, to: f64, y: f64, height: f64, class: &str) {
        self.rect_titled(from, to, y, height, class, None, "");
    }

    /// A box with its opacity, and a title that shows where the pointer rests.
    #[allow(clippy::too_many_arguments, reason = "a box has four sides, a colour, a strength and a name")]
    pub(in super::super) fn rect_titled(
        &mut self,
        from: f64,
        to: f64,
        y: f64,
        height: f64,
        class: &str,
        opacity: Option<f64>,
        title: &str,
    ) {
        let (a, b) = (self.across(from), self.across(to));
        let opacity = opacity.map(|o| format!(" fill-opacity=\"{}\"", number(o))).unwrap_or_default();
        let _ = write!(
            self.body,
            "<rect x=\"{}%\" y=\"{}\" width=\"{}%\" height=\"{}\" class=\"{class}\"{opacity}>{}</rect>",
            number(a.min(b)),
            number(y),
            number((a - b).abs()),
            number(height.max(0.0)),
            titled(title),
        );
    }

    /// A line between two points.
    pub(in super::super) fn line(&mut self, from: (f64, f64), to: (f64, f64), class: &str) {
        let _ = write!(
            self.body,
            "<line x1=\"{}%\" y1=\"{}\" x2=\"{}%\" y2=\"{}\" class=\"{class}\"/>",
            number(self.across(from.0)),
            number(from.1),
            number(self.across(to.0)),
            number(to.1),
        );
    }

    /// A text at a point, moved by pixels in reading direction.
    pub(in super::super) fn text(
        &mut self,
        at: (f64, f64),
        shift: f64,
        anchor: Anchor,
        class: &str,
        text: &str,
    ) {
        let shift = if self.right_to_left { -shift } else { shift };
        let _ = write!(
            self.body,
            "<text x=\"{}%\" y=\"{}\" dx=\"{}\" text-anchor=\"{}\" class=\"{class}\">{}</text>",
            number(self.across(at.0)),
            number(at.1),
            number(shift),
            anchor.name(),
            escape(text),
        );
    }

    /// A dot.
    pub(in super::super) fn dot(&mut self, at: (f64, f64), radius: f64, class: &str, title: &str) {
        let _ = write!(
            self.body,
            "<circle cx=\"{}%\" cy=\"{}\" r=\"{}\" class=\"{class}\">{}</circle>",
            number(self.across(at.0)),
            number(at.1),
            number(radius),
            titled(title),
        );
    }

    /// A curve through points; closed down to `floor` where one is given.
    pub(in super::super) fn curve(&mut self, points: &[(f64, f64)], floor: Option<f64>, class: &str) {
        let (Some(first), Some(last)) = (points.first(), points.last()) else { return };
        let at =
            |(x, y): (f64, f64)| format!("{} {}", number(self.across(x) / 100.0 * CURVE_WIDTH), number(y));
        let mut path = String::new();
        for (i, point) in points.iter().enumerate() {
            let _ = write!(path, "{}{}", if i == 0 { 'M' } else { 'L' }, at(*point));
        }
        if let Some(floor) = floor {
            let _ = write!(path, "L{}L{}Z", at((last.0, floor)), at((first.0, floor)));
        }
        let _ = write!(
            self.body,
            "<svg width=\"100%\" height=\"{h}\" viewBox=\"0 0 {CURVE_WIDTH} {h}\" preserveAspectRatio=\"none\">\
             <path d=\"{path}\" class=\"{class}\" vector-effect=\"non-scaling-stroke\"/></svg>",
            h = number(self.height),
        );
    }

    /// The drawing, described by the element of this id.
    pub(in super::super) fn finish(self, described_by: &str) -> String {
        format!(
            "<svg class=\"chart\" role=\"img\" aria-labelledby=\"{described_by}\" width=\"100%\" height=\"{}\">{}</svg>",
            number(self.height),
            self.body
        )
    }

    /// The drawing, for the eye only: the same is said in text beside it.
    pub(in super::super) fn finish_silent(self) -> String {
        format!(
            "<svg class=\"strip\" aria-hidden=\"true\" width=\"100%\" height=\"{}\">{}</svg>",
            number(self.height),
            self.body
        )
    }
}

/// A coordinate with at most two decimals.
fn number(value: f64) -> String {
    let text = format!("{value:.2}");
    let text = text.trim_end_matches('0').trim_end_matches('.');
    if text == "-0" { "0".to_owned() } else { text.to_owned() }
}

fn titled(title: &str) -> String {
    if title.is_empty() { String::new() } else { format!("<title>{}</title>", escape(title)) }
}

/// Text as it may stand in markup.
pub(in super::super) fn escape(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn right_to_left_mirrors_places_and_shifts() {
        let draw = |rtl| {
            let mut canvas = Canvas::new(20.0, rtl);
            canvas.rect(10.0, 30.0, 0.0, 5.0, "a");
            canvas.text((10.0, 5.0), 4.0, Anchor::Start, "b", "<x>");
            canvas.finish_silent()
        };
        assert!(draw(false).contains("x=\"10%\" y=\"0\" width=\"20%\""));
        assert!(draw(true).contains("x=\"70%\" y=\"0\" width=\"20%\""));
        assert!(draw(true).contains("x=\"90%\" y=\"5\" dx=\"-4\""));
        assert!(draw(true).contains("&lt;x&gt;"));
    }
}
