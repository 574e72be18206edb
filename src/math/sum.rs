//! Sums whose bytes do not depend on the thread count: compensated, over fixed chunks of rows, the
//! chunk results added in the order of the rows.

use std::ops::Range;

use rayon::prelude::*;

/// Rows per chunk. Part of the definition of every figure: another size is another rounding.
pub const CHUNK: usize = 4_096;

/// A running sum with the rounding error kept aside (Neumaier 1974).
///
/// Kahan's original loses the correction when a term is larger than the sum so far; this one does not.
///
/// # Examples
/// ```
/// use moshtari::math::sum::Sum;
///
/// let sum: Sum = [1.0, 1e100, 1.0, -1e100].into_iter().collect();
/// assert_eq!(sum.value(), 2.0);
/// ```
#[derive(Clone, Copy, Debug, Default)]
pub struct Sum {
    total: f64,
    lost: f64,
}

impl Sum {
    /// Adds one term.
    #[inline]
    pub fn add(&mut self, term: f64) {
        let total = self.total + term;
        self.lost += if self.total.abs() >= term.abs() {
            (self.total - total) + term
        } else {
            (term - total) + self.total
        };
        self.total = total;
    }

    /// Adds another sum, its kept error included.
    pub fn merge(&mut self, other: Self) {
        self.add(other.total);
        self.add(other.lost);
    }

    /// The sum so far.
    pub fn value(self) -> f64 {
        self.total + self.lost
    }
}

impl FromIterator<f64> for Sum {
    fn from_iter<I: IntoIterator<Item = f64>>(terms: I) -> Self {
        let mut sum = Self::default();
        terms.into_iter().for_each(|term| sum.add(term));
        sum
    }
}

impl FromIterator<Self> for Sum {
    fn from_iter<I: IntoIterator<Item = Self>>(parts: I) -> Self {
        let mut sum = Self::default();
        parts.into_iter().for_each(|part| sum.merge(part));
        sum
    }
}

/// The row ranges of the chunks of `n` rows, in order.
pub fn chunks(n: usize) -> impl IndexedParallelIterator<Item = Range<usize>> {
    (0..n.div_ceil(CHUNK)).into_par_iter().map(move |chunk| chunk * CHUNK..((chunk + 1) * CHUNK).min(n))
}

/// The sum of `term(0) + … + term(n − 1)`, the chunks worked in parallel; 0 for `n = 0`.
pub fn sum_by(n: usize, term: impl Fn(usize) -> f64 + Sync) -> f64 {
    let partial: Vec<Sum> = chunks(n).map(|rows| rows.map(&term).collect()).collect();
    partial.into_iter().collect::<Sum>().value()
}

/// The sum of a slice; 0 for an empty one.
pub fn sum(values: &[f64]) -> f64 {
    sum_by(values.len(), |i| values[i])
}

/// The arithmetic mean; `None` for no values.
pub fn mean(values: &[f64]) -> Option<f64> {
    (!values.is_empty()).then(|| sum(values) / values.len() as f64)
}

/// The population variance, Σ(x − mean)² / n, in two passes; `None` for no values.
pub fn population_variance(values: &[f64]) -> Option<f64> {
    let mean = mean(values)?;
    Some(squares_about(values, mean) / values.len() as f64)
}

/// The sample variance, Σ(x − mean)² / (n − 1), in two passes; `None` below two values.
pub fn sample_variance(values: &[f64]) -> Option<f64> {
    let mean = mean(values)?;
    (values.len() > 1).then(|| squares_about(values, mean) / (values.len() - 1) as f64)
}

fn squares_about(values: &[f64], centre: f64) -> f64 {
    sum_by(values.len(), |i| (values[i] - centre) * (values[i] - centre))
}

#[cfg(test)]
#[expect(clippy::float_cmp, reason = "these sums are exact")]
mod tests {
    use super::*;

    #[test]
    fn cancelled_giants_leave_the_small_terms() {
        assert_eq!(sum(&[1.0, 1e100, 1.0, -1e100]), 2.0);
        assert_eq!(sum(&[]), 0.0);
    }

    #[test]
    fn tenths_add_up_across_chunks() {
        assert_eq!(sum(&vec![0.1; 10 * CHUNK]), 4_096.0);
        assert_eq!(sum(&vec![0.1; 10 * CHUNK + 10]), 4_097.0);
    }

    #[test]
    fn merging_keeps_what_both_sides_lost() {
        let mut all: Sum = [1e16, 1.0].into_iter().collect();
        all.merge([1.0, -1e16].into_iter().collect());
        assert_eq!(all.value(), 2.0);
    }

    #[test]
    fn variances_of_a_textbook_sample() {
        let x = [2.0, 4.0, 4.0, 4.0, 5.0, 5.0, 7.0, 9.0];
        assert_eq!(mean(&x), Some(5.0));
        assert_eq!(population_variance(&x), Some(4.0));
        assert_eq!(sample_variance(&x), Some(32.0 / 7.0));
    }

    #[test]
    fn too_few_values_have_no_moments() {
        assert_eq!(mean(&[]), None);
        assert_eq!(population_variance(&[]), None);
        assert_eq!(population_variance(&[3.0]), Some(0.0));
        assert_eq!(sample_variance(&[3.0]), None);
    }

    #[test]
    fn the_thread_count_does_not_change_the_bytes() {
        let x: Vec<f64> = (0..50_000).map(|i| (f64::from(i) * 0.37).sin() * 1e3).collect();
        let on = |threads| {
            let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
            pool.install(|| sum(&x)).to_bits()
        };
        assert_eq!(on(1), on(2));
        assert_eq!(on(1), on(5));
    }
}
