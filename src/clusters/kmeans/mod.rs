//! K-means: exact, repeatable, and fast on millions of rows with few columns.
//!
//! The parts, from the outside in: this file has the parameters and the model in linfa's shape
//! (unchecked parameters, checked parameters, `fit`, a model with `predict`); `starts` chooses where to
//! begin and which run to keep, `seeding` is greedy k-means++, `swaps` a way out of poor arrangements;
//! `lloyd` and `pass` are the passes with Hamerly's bounds, `sieve` and `blocks` the search for nearest
//! centres in single precision with a proven margin.
//!
//! Three things differ from other libraries. A run stops when no label changes (scikit-learn stops earlier,
//! at a tolerance; so does this one when asked). After each start a few swaps are tried. And above
//! `sample_rows` rows the starts are made and settled on a sample, at most `n_init` of them and no more once three
//! have ended as well as the best; the best of them on all rows is then finished there.
//!
//! Everything random comes from the seed, and every sum is taken chunk by chunk in the order of the rows:
//! the same rows give the same bytes on any number of threads.

mod blocks;
mod lloyd;
mod pass;
mod rows;
mod seeding;
mod sieve;
mod starts;
mod swaps;

use linfa::ParamGuard;
use linfa::dataset::DatasetBase;
use linfa::traits::{Fit, PredictInplace};
use ndarray::{Array1, Array2, ArrayBase, Data, Ix2};
use rayon::prelude::*;

use self::lloyd::Run;
use self::sieve::Sieve;
use self::starts::Plan;
use crate::math::sum::{CHUNK, mean, population_variance};

pub(crate) use self::rows::{Rows, nearest, squared_distance};

/// Parameters of k-means, not yet checked.
///
/// # Examples
/// ```
/// use linfa::prelude::*;
/// use moshtari::clusters::kmeans::KMeansParams;
/// use ndarray::array;
///
/// let spend_and_visits = array![[10.0, 1.0], [11.0, 1.0], [90.0, 8.0], [95.0, 9.0]];
/// let model = KMeansParams::new(2).seed(7).fit(&DatasetBase::from(spend_and_visits))?;
/// assert_eq!(model.sizes(), &[2, 2]);
/// assert_eq!(model.inertia(), 0.5 + 12.5 + 0.5);
/// # Ok::<(), moshtari::clusters::kmeans::KMeansError>(())
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct KMeansParams(KMeansValidParams);

/// Checked parameters of k-means; see [`KMeansParams`] for what they mean.
#[derive(Clone, Debug, PartialEq)]
pub struct KMeansValidParams {
    k: usize,
    n_init: u32,
    swaps: u32,
    max_iter: u32,
    tolerance: f64,
    sample_rows: usize,
    seed: u64,
}

impl KMeansParams {
    /// `k` clusters, the best of 10 starts with 10 swaps each, at most 300 passes at a time, until no label
    /// changes; tables of more than 16,384 rows are started on a sample of so many.
    pub fn new(k: usize) -> Self {
        Self(KMeansValidParams {
            k,
            n_init: 10,
            swaps: 10,
            max_iter: 300,
            tolerance: 0.0,
            sample_rows: 16_384,
            seed: 0,
        })
    }

    /// Number of starts, of which the best is kept.
    #[must_use]
    pub fn n_init(mut self, starts: u32) -> Self {
        self.0.n_init = starts;
        self
    }

    /// Swaps tried after each start to leave a poor arrangement; 0 is plain Lloyd, as in scikit-learn.
    #[must_use]
    pub fn swaps(mut self, swaps: u32) -> Self {
        self.0.swaps = swaps;
        self
    }

    /// Passes over the rows at most, each time centres settle.
    #[must_use]
    pub fn max_iter(mut self, passes: u32) -> Self {
        self.0.max_iter = passes;
        self
    }

    /// Stop when the squared ways of the centres in a pass add up to this share of the mean variance of the
    /// columns, as in scikit-learn; 0 stops when no label changes.
    #[must_use]
    pub fn tolerance(mut self, tolerance: f64) -> Self {
        self.0.tolerance = tolerance;
        self
    }

    /// Rows on which starts are made and settled when there are more.
    #[must_use]
    pub fn sample_rows(mut self, rows: usize) -> Self {
        self.0.sample_rows = rows;
        self
    }

    /// Seed of everything random.
    #[must_use]
    pub fn seed(mut self, seed: u64) -> Self {
        self.0.seed = seed;
        self
    }
}

/// Why rows cannot be clustered.
#[non_exhaustive]
#[derive(Debug, thiserror::Error)]
pub enum KMeansError {
    /// A parameter outside its range.
    #[error("`{name}` must be {rule}, but is {found}")]
    Parameter {
        /// The parameter.
        name: &'static str,
        /// What it must be.
        rule: &'static str,
        /// What it is.
        found: String,
    },
    /// Nothing to cluster.
    #[error("k-means needs rows with at least one column each, but got {rows} rows of {columns} columns")]
    Empty {
        /// Rows found.
        rows: usize,
        /// Columns found.
        columns: usize,
    },
    /// A number that has no distance to others.
    #[error("row {row}, column {column} (counted from 0) must be finite and below 1e150, but is {found}")]
    NotFinite {
        /// Row, from 0.
        row: usize,
        /// Column, from 0.
        column: usize,
        /// The number.
        found: f64,
    },
    /// Centres to start from that do not fit the rows.
    #[error("{found} numbers are no start: {columns} for each of 1 to {distinct} centres are needed")]
    Start {
        /// Numbers given.
        found: usize,
        /// Columns of the rows.
        columns: usize,
        /// Distinct points among the rows, counted up to one per centre.
        distinct: usize,
    },
    /// Required by linfa's traits; never made here.
    #[error(transparent)]
    Linfa(#[from] linfa::Error),
}

impl ParamGuard for KMeansParams {
    type Checked = KMeansValidParams;
    type Error = KMeansError;

    fn check_ref(&self) -> Result<&Self::Checked, Self::Error> {
        let parameter = |name, rule, found: String| Err(KMeansError::Parameter { name, rule, found });
        let p = &self.0;
        if !(1..=usize::from(u16::MAX)).contains(&p.k) {
            parameter("k", "from 1 to 65535", p.k.to_string())
        } else if p.n_init == 0 {
            parameter("n_init", "1 or more", "0".into())
        } else if p.max_iter == 0 {
            parameter("max_iter", "1 or more", "0".into())
        } else if !(p.tolerance.is_finite() && p.tolerance >= 0.0) {
            parameter("tolerance", "0 or more", p.tolerance.to_string())
        } else if p.sample_rows < p.k {
            parameter("sample_rows", "`k` or more", p.sample_rows.to_string())
        } else {
            Ok(p)
        }
    }

    fn check(self) -> Result<Self::Checked, Self::Error> {
        self.check_ref()?;
        Ok(self.0)
    }
}

impl KMeansValidParams {
    /// Clusters rows of `columns` numbers each, one row after the other.
    ///
    /// Fewer distinct rows than `k` give as many clusters as there are distinct rows.
    ///
    /// # Errors
    /// `Empty` without rows or columns, `NotFinite` when a number has no distance to others.
    pub fn fit_rows(&self, values: &[f64], columns: usize) -> Result<KMeans, KMeansError> {
        let rows = checked(values, columns)?;
        let plan = Plan { k: rows.distinct(self.k), ..self.plan(rows) };
        Ok(KMeans::new(plan.best_run(rows), columns))
    }

    /// Clusters rows from given centres: one run, on all rows, as many clusters as there are centres.
    ///
    /// # Errors
    /// As [`fit_rows`](Self::fit_rows), and `Start` when the centres do not fit the rows or there are fewer
    /// distinct rows than centres.
    pub fn fit_from(&self, values: &[f64], columns: usize, start: &[f64]) -> Result<KMeans, KMeansError> {
        let rows = checked(values, columns)?;
        let centres = checked(start, columns)?;
        let distinct = rows.distinct(centres.len());
        if distinct < centres.len() || centres.len() > usize::from(u16::MAX) {
            return Err(KMeansError::Start { found: start.len(), columns, distinct });
        }
        let run = lloyd::lloyd(rows, &Sieve::new(rows, start), start, self.plan(rows).stop);
        Ok(KMeans::new(run, columns))
    }

    fn plan(&self, rows: Rows<'_>) -> Plan {
        let shift = if self.tolerance > 0.0 { self.tolerance * mean_variance(rows) } else { -1.0 };
        Plan {
            k: self.k,
            n_init: self.n_init,
            swaps: self.swaps,
            stop: lloyd::Stop { max_iter: self.max_iter, shift },
            sample_rows: self.sample_rows,
            seed: self.seed,
        }
    }
}

/// A fitted k-means model, from one whole run.
#[derive(Clone, Debug, PartialEq)]
pub struct KMeans {
    centroids: Array2<f64>,
    labels: Vec<u16>,
    sizes: Vec<u32>,
    inertia: f64,
    passes: u32,
    converged: bool,
}

impl KMeans {
    fn new(run: Run, columns: usize) -> Self {
        let centroids = Array2::from_shape_vec((run.sizes.len(), columns), run.centroids)
            .expect("a run has one centre of that width per cluster");
        Self {
            centroids,
            labels: run.labels,
            sizes: run.sizes,
            inertia: run.inertia,
            passes: run.passes,
            converged: run.converged,
        }
    }

    /// Centres, shape (clusters, columns): each the mean of its rows.
    pub fn centroids(&self) -> &Array2<f64> {
        &self.centroids
    }

    /// Cluster of each row.
    pub fn labels(&self) -> &[u16] {
        &self.labels
    }

    /// Rows of each cluster.
    pub fn sizes(&self) -> &[u32] {
        &self.sizes
    }

    /// Sum (not mean) of the squared distances of the rows to the final centres of their clusters.
    pub fn inertia(&self) -> f64 {
        self.inertia
    }

    /// Passes over all rows, counting the last one, in which nothing changed.
    pub fn passes(&self) -> u32 {
        self.passes
    }

    /// Whether the run ended by itself rather than at `max_iter`.
    pub fn converged(&self) -> bool {
        self.converged
    }
}

impl<D: Data<Elem = f64>, T> Fit<ArrayBase<D, Ix2>, T, KMeansError> for KMeansValidParams {
    type Object = KMeans;

    fn fit(&self, dataset: &DatasetBase<ArrayBase<D, Ix2>, T>) -> Result<KMeans, KMeansError> {
        let records = dataset.records.as_standard_layout();
        let values = records.as_slice().expect("standard layout is one slice");
        self.fit_rows(values, records.ncols())
    }
}

impl<D: Data<Elem = f64>> PredictInplace<ArrayBase<D, Ix2>, Array1<usize>> for KMeans {
    /// The index of the nearest centre of each row, of equally near ones the first.
    fn predict_inplace<'a>(&'a self, records: &'a ArrayBase<D, Ix2>, targets: &mut Array1<usize>) {
        let centres = self.centroids.as_standard_layout();
        let centres = centres.as_slice().expect("standard layout is one slice");
        let records = records.as_standard_layout();
        let values = records.as_slice().expect("standard layout is one slice");
        let rows = values.par_chunks(self.centroids.ncols());
        *targets = rows.map(|row| nearest(row, centres).0).collect::<Vec<_>>().into();
    }

    fn default_target(&self, records: &ArrayBase<D, Ix2>) -> Array1<usize> {
        Array1::zeros(records.nrows())
    }
}

/// The slice as rows that k-means can work on.
fn checked(values: &[f64], columns: usize) -> Result<Rows<'_>, KMeansError> {
    /// Squares of differences of larger numbers could leave the range of f64.
    const LARGEST: f64 = 1e150;
    let rows = match Rows::new(values, columns) {
        Some(rows) if rows.len() > 0 => rows,
        _ => return Err(KMeansError::Empty { rows: values.len() / columns.max(1), columns }),
    };
    let near = |value: &f64| value.abs() < LARGEST;
    // no early exit within a chunk: the compiler can then use vector instructions
    let all_near = |chunk: &[f64]| chunk.iter().fold(true, |all, value| all & near(value));
    if values.par_chunks(CHUNK).all(all_near) {
        return Ok(rows);
    }
    let i = values.iter().position(|value| !near(value)).expect("a chunk has such a value");
    Err(KMeansError::NotFinite { row: i / columns, column: i % columns, found: values[i] })
}

/// Mean of the population variances of the columns.
fn mean_variance(rows: Rows<'_>) -> f64 {
    let variance = |column| {
        let values: Vec<f64> = rows.iter().map(|row| row[column]).collect();
        population_variance(&values).unwrap_or(0.0)
    };
    mean(&(0..rows.width()).map(variance).collect::<Vec<_>>()).unwrap_or(0.0)
}

#[cfg(test)]
#[allow(clippy::float_cmp, reason = "the values compared are exact")]
mod tests;
