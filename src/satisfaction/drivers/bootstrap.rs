//! How far figures made of correlations would move if other people of the same kind had answered.

use rayon::prelude::*;

use crate::math::correlation::centred;
use crate::math::interval::Interval;
use crate::math::matrix::Matrix;
use crate::math::quantile::quantile_of;
use crate::math::random::stream;

/// A variance below this part of the mean square is zero but for rounding.
const CONSTANT: f64 = 1e-12;

/// Fewer usable resamples than this part give no interval: the figure is undefined too often.
const ENOUGH: f64 = 0.9;

/// Which resamples to draw.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Resampling {
    /// Number of resamples.
    pub replicates: u32,
    /// The run's seed.
    pub seed: u64,
}

impl Resampling {
    /// Percentile intervals (2.5 % to 97.5 %) of each figure that `statistic` makes of a matrix of correlations.
    ///
    /// Each resample draws as many rows of `columns` (of equal length, no gaps) as there are, with replacement,
    /// from a random stream of its own number: threads change nothing. Resamples in which a column is constant
    /// are passed over; `None` when more than one in ten is, and for all figures when there are no resamples.
    pub fn intervals(
        self,
        columns: &[Vec<f64>],
        statistic: impl Fn(&Matrix) -> Option<Vec<f64>> + Sync,
    ) -> Option<Vec<Interval>> {
        // around the means, plain sums of products keep their digits
        let columns: Vec<Vec<f64>> = columns.iter().map(|column| centred(column)).collect();
        let figures: Vec<Vec<f64>> = (0..self.replicates)
            .into_par_iter()
            .filter_map(|replicate| statistic(&self.correlations(&columns, replicate)?))
            .collect();
        let n_figures = figures.first()?.len();
        if (figures.len() as f64) < ENOUGH * f64::from(self.replicates) {
            return None;
        }
        let interval = |place: usize| {
            let drawn: Vec<f64> = figures.iter().map(|figures| figures[place]).collect();
            Some(Interval { low: quantile_of(&drawn, 0.025)?, high: quantile_of(&drawn, 0.975)? })
        };
        (0..n_figures).map(interval).collect()
    }

    /// The correlations in one resample; `None` when a column is constant there.
    fn correlations(self, columns: &[Vec<f64>], replicate: u32) -> Option<Matrix> {
        let n = columns.first()?.len();
        let mut draws = stream(self.seed, &format!("drivers bootstrap {replicate}"));
        let mut times = vec![0.0; n];
        for _ in 0..n {
            times[draws.below(n)] += 1.0;
        }
        let p = columns.len();
        let weighted = |x: &[f64], y: &[f64]| -> f64 {
            times.iter().zip(x.iter().zip(y)).map(|(times, (x, y))| times * x * y).sum::<f64>() / n as f64
        };
        let means: Vec<f64> = columns
            .iter()
            .map(|column| times.iter().zip(column).map(|(times, x)| times * x).sum::<f64>() / n as f64)
            .collect();
        let mut r = Matrix::zeros(p, p);
        for i in 0..p {
            for j in 0..=i {
                r[(i, j)] = weighted(&columns[i], &columns[j]) - means[i] * means[j];
            }
            if r[(i, i)] <= CONSTANT * means[i] * means[i] {
                return None;
            }
        }
        Some(Matrix::from_fn(p, p, |i, j| {
            let (i, j) = (i.max(j), i.min(j));
            if i == j { 1.0 } else { r[(i, j)] / r[(i, i)].sqrt() / r[(j, j)].sqrt() }
        }))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::math::correlation::pearson;
    use crate::math::golden::table;

    const PLAN: Resampling = Resampling { replicates: 20_000, seed: 20_260_101 };

    const CORRELATION: fn(&Matrix) -> Option<Vec<f64>> = |r| Some(vec![r[(0, 1)]]);

    /// The percentile interval of r between Education and Fertility of swiss from 200,000 resamples by numpy; its
    /// upper end moves by 0.004 (one standard deviation) between draws of 20,000.
    #[test]
    fn intervals_are_where_another_bootstrap_puts_them() {
        let columns = table("swiss.csv").full(&["Fertility", "Education"]);
        let found = PLAN.intervals(&columns, CORRELATION).unwrap()[0];
        assert!((found.low + 0.803).abs() < 0.02 && (found.high + 0.377).abs() < 0.02, "{found:?}");
        let r = pearson(&columns[0], &columns[1]).unwrap();
        assert!(found.low < r && r < found.high);
    }

    #[test]
    fn seed_and_threads() {
        let columns = table("swiss.csv").full(&["Fertility", "Education"]);
        let on = |threads| {
            let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
            pool.install(|| PLAN.intervals(&columns, CORRELATION))
        };
        assert_eq!(on(1), on(4));
        assert_ne!(on(1), Resampling { seed: 1, ..PLAN }.intervals(&columns, CORRELATION));
    }

    #[test]
    fn what_is_mostly_constant_has_no_interval() {
        // of three rows, one resample in nine draws one row only, and more miss the odd one out
        let columns = [vec![1.0, 1.0, 2.0], vec![3.0, 1.0, 2.0]];
        assert_eq!(PLAN.intervals(&columns, CORRELATION), None);
        assert_eq!(Resampling { replicates: 0, ..PLAN }.intervals(&columns, CORRELATION), None);
    }
}
