//! Numeric kernels on slices; they know no tables.

pub mod assignment;
pub mod correlation;
pub mod difference;
pub mod distribution;
#[cfg(test)]
pub(crate) mod golden;
pub mod interval;
pub mod matrix;
pub mod money;
pub mod quantile;
pub mod random;
pub mod stability;
pub mod sum;
