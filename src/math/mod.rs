//! Numeric kernels on slices; they know no tables.

pub mod interval;
pub mod money;
pub mod quantile;
pub mod random;
pub mod sum;
