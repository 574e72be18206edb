//! How many customers have which figure: all that a score by rank needs to know.

use rayon::prelude::*;

use super::dimension::Dimension;
use super::values::Values;

/// Distinct keys of one dimension (larger is better), ascending, with their customers.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Distribution {
    /// Distinct keys, worst first.
    pub(super) keys: Vec<f64>,
    /// Customers with the key, never zero; same length as `keys`.
    pub(super) customers: Vec<u64>,
}

impl Distribution {
    /// The distribution of the known values.
    pub(super) fn of(dimension: Dimension, values: &Values<'_>) -> Self {
        let keys = || values.known().map(|value| dimension.key(value));
        let counted = if dimension.is_whole() { Self::by_counting(keys) } else { None };
        counted.unwrap_or_else(|| Self::by_sorting(keys().collect()))
    }

    /// Customers with a value.
    pub(super) fn total(&self) -> u64 {
        self.customers.iter().sum()
    }

    /// One table of counts, where the span of the whole-numbered keys allows a table; `None` where a single extreme
    /// value would make it larger than the data.
    fn by_counting<Keys: Iterator<Item = f64>>(keys: impl Fn() -> Keys) -> Option<Self> {
        const SMALL_TABLE: i64 = 1 << 16;
        let whole = || keys().map(|key| key as i64);
        let (n, worst, best) = whole()
            .fold((0, i64::MAX, i64::MIN), |(n, worst, best), key| (n + 1, worst.min(key), best.max(key)));
        if n == 0 {
            return Some(Self { keys: Vec::new(), customers: Vec::new() });
        }
        let span = best - worst + 1;
        if span > SMALL_TABLE.max(n) {
            return None;
        }
        let mut counts = vec![0_u64; span as usize];
        for key in whole() {
            counts[(key - worst) as usize] += 1;
        }
        let seen = || counts.iter().enumerate().filter(|(_, n)| **n > 0);
        Some(Self {
            keys: seen().map(|(i, _)| (worst + i as i64) as f64).collect(),
            customers: seen().map(|(_, n)| *n).collect(),
        })
    }

    fn by_sorting(mut sorted: Vec<f64>) -> Self {
        sorted.par_sort_unstable_by(f64::total_cmp);
        let (mut keys, mut customers) = (Vec::new(), Vec::new());
        for run in sorted.chunk_by(|a, b| a.total_cmp(b).is_eq()) {
            keys.push(run[0]);
            customers.push(run.len() as u64);
        }
        Self { keys, customers }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn equal_values_are_counted_together_and_missing_ones_left_out() {
        let values = [3.0, 1.0, 3.0, 2.0, 9.0];
        let found = Distribution::of(Dimension::Frequency, &Values::of_money(&values).but(&[4]));
        assert_eq!(found, Distribution { keys: vec![1.0, 2.0, 3.0], customers: vec![1, 1, 2] });
        assert_eq!(found.total(), 4);
    }

    #[test]
    fn many_days_come_first_because_they_are_worst() {
        let found = Distribution::of(Dimension::Recency, &Values::of_money(&[0.0, 30.0, 0.0]));
        assert_eq!(found, Distribution { keys: vec![-30.0, 0.0], customers: vec![1, 2] });
    }

    #[test]
    fn an_extreme_value_falls_back_to_sorting() {
        let values = [1.0, 4_000_000_000.0, 1.0];
        let found = Distribution::of(Dimension::Frequency, &Values::of_money(&values));
        assert_eq!(found, Distribution { keys: vec![1.0, 4e9], customers: vec![2, 1] });
    }

    #[test]
    fn counting_equals_sorting() {
        let keys: Vec<f64> = (0..500_i32).map(|i| f64::from(-(i * i % 37))).collect();
        assert_eq!(Distribution::by_counting(|| keys.iter().copied()), Some(Distribution::by_sorting(keys)));
    }

    #[test]
    fn nobody_is_an_empty_distribution() {
        for dimension in Dimension::ALL {
            assert!(Distribution::of(dimension, &Values::of_money(&[0.0, 1.0]).but(&[0, 1])).keys.is_empty());
        }
    }
}
