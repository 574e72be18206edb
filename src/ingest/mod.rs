//! Exports in, clean tables and rows set aside out.
pub mod id;
pub mod numbers;
pub mod text;
