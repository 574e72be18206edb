//! Exports in, clean tables and rows set aside out.
pub mod dialect;
pub mod encoding;
pub mod id;
pub mod numbers;
pub mod text;
pub mod times;
