//! Numeric kernels on slices: sums that do not depend on the thread count, quantiles, random streams.
//! They know no tables.

pub mod quantile;
pub mod random;
pub mod sum;
