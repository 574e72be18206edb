//! Where runs start and which of them is kept.

use std::ops::Range;

use rayon::prelude::*;

use super::lloyd::{Run, Stop, lloyd};
use super::rows::Rows;
use super::seeding::plus_plus;
use super::sieve::Sieve;
use super::swaps::improve;
use crate::math::random::stream;

/// How to find the best clustering of some rows.
#[derive(Clone, Copy, Debug)]
pub(super) struct Plan {
    /// Clusters; at most the number of distinct rows.
    pub(super) k: usize,
    /// Starts, at least one.
    pub(super) n_init: u32,
    /// Swaps tried after each start.
    pub(super) swaps: u32,
    /// When a run stops.
    pub(super) stop: Stop,
    /// Rows on which starts are made and settled.
    pub(super) sample_rows: usize,
    /// Seed of everything random.
    pub(super) seed: u64,
}

impl Plan {
    /// The run with the least inertia; of equally good ones that of the first start.
    ///
    /// Few rows: every start is run on all of them. Many rows: starts are run on a sample until some end as well
    /// as the best or all are used up; the centres are tried on all rows, where starts ended apart, and the best of them are
    /// finished there. Starting a run where a sample came to rest is what Bradley & Fayyad (1998) propose; it saves most
    /// passes over all rows.
    pub(super) fn best_run(&self, rows: Rows<'_>) -> Run {
        let sample = self.sample(rows);
        let sample = sample.as_deref().and_then(|values| Rows::new(values, rows.width()));
        let Some(sample) = sample.filter(|sample| sample.distinct(self.k) == self.k) else {
            return least_inertia(self.runs(rows, 0..self.n_init));
        };
        let sieve = Sieve::new(rows, &[]);
        let once = Stop { max_iter: 1, ..self.stop };
        let mut runs = Vec::new();
        for first in (0..self.n_init).step_by(AT_ONCE) {
            runs.extend(self.runs(sample, first..self.n_init.min(first + AT_ONCE as u32)));
            if agree(&runs) {
                break;
            }
        }
        runs.sort_by(|a, b| a.inertia.total_cmp(&b.inertia));
        runs.dedup_by(|worse, better| worse.inertia - better.inertia <= SAME * better.inertia);
        let best = match runs.len() {
            1 => runs.swap_remove(0),
            _ => least_inertia(runs.iter().map(|run| lloyd(rows, &sieve, &run.centroids, once))),
        };
        lloyd(rows, &sieve, &best.centroids, self.stop)
    }

    /// One run for each of these starts.
    fn runs(&self, rows: Rows<'_>, starts: Range<u32>) -> Vec<Run> {
        let sieve = Sieve::new(rows, &[]);
        let run = |start| {
            let mut random = stream(self.seed, &format!("k-means k={} start={start}", self.k));
            let run = lloyd(rows, &sieve, &plus_plus(rows, self.k, &mut random), self.stop);
            improve(run, rows, &sieve, self.stop, self.swaps, &mut random)
        };
        if rows.len() > SIDE_BY_SIDE {
            starts.map(run).collect()
        } else {
            starts.into_par_iter().map(run).collect()
        }
    }

    /// `sample_rows` of the rows, one drawn from each of as many equal stretches, so that every part of the
    /// order is in it; `None` when there are no more rows than that.
    fn sample(&self, rows: Rows<'_>) -> Option<Vec<f64>> {
        let (n, wanted) = (rows.len(), self.sample_rows);
        if n <= wanted {
            return None;
        }
        let mut random = stream(self.seed, "k-means sample");
        let bound = |i: usize| (i as u128 * n as u128 / wanted as u128) as usize;
        let draw = |i| rows.row(bound(i) + random.below(bound(i + 1) - bound(i)));
        Some((0..wanted).flat_map(draw).copied().collect())
    }
}

/// Up to so many rows the starts run side by side; above, their memory adds up, and each keeps all
/// threads busy by itself.
const SIDE_BY_SIDE: usize = 1 << 17;

/// Starts on a sample between two looks at where they ended.
const AT_ONCE: usize = 4;

/// Starts that have to end as well as the best for no other ones to be tried.
const AGREEING: usize = 3;

/// What a sample leaves open about an inertia is far more than this share of it: with 16,384 rows about a hundredth.
const OPEN: f64 = 1e-4;

/// As many runs on a sample as it takes ended with the least inertia, as far as a sample can tell.
fn agree(runs: &[Run]) -> bool {
    let least = runs.iter().map(|run| run.inertia).fold(f64::INFINITY, f64::min);
    runs.iter().filter(|run| run.inertia - least <= OPEN * least).count() >= AGREEING
}

/// Runs whose inertia differs by no more than this, relatively, came to rest at the same centres.
const SAME: f64 = 1e-9;

/// The run with the least inertia, of equally good ones the first.
fn least_inertia(runs: impl IntoIterator<Item = Run>) -> Run {
    let better = |best: Run, run: Run| if run.inertia < best.inertia { run } else { best };
    runs.into_iter().reduce(better).expect("a plan has at least one start")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn starts_agree_when_three_of_them_end_as_well_as_the_best() {
        let run = |inertia| Run {
            centroids: Vec::new(),
            labels: Vec::new(),
            sizes: Vec::new(),
            inertia,
            passes: 1,
            converged: true,
        };
        let agreed =
            |inertias: &[f64]| agree(&inertias.iter().map(|inertia| run(*inertia)).collect::<Vec<_>>());
        assert!(agreed(&[100.0, 107.0, 100.009, 100.001]));
        // Three that ended alike, and one that found something better.
        assert!(!agreed(&[107.0, 107.0, 107.0, 100.0]));
        assert!(!agreed(&[100.0, 100.011, 100.0, 100.02]));
        assert!(!agreed(&[100.0, 100.0]));
    }
}
