//! To come.
pub mod labels;
pub mod scale;
