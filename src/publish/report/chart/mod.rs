//! Charts as SVG, drawn here: no script, right-to-left by construction, the same bytes every time.

pub(super) mod axes;
pub(super) mod bars;
mod canvas;
pub(super) mod heat;
pub(super) mod histogram;
pub(super) mod lines;
pub(super) mod plane;

pub(super) use self::canvas::{Anchor, Canvas};
