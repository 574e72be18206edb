//! How much of what the drivers explain is due to each: weights that add up to R², although drivers overlap.

use crate::math::matrix::{Eigen, Matrix};

/// Up to this many drivers the 2^p subsets of [`shapley`] are worth their time.
pub const MOST_SHAPLEY: usize = 15;

/// What a driver adds to others counts as nothing below this part of its variance: it repeats them.
const NOTHING_NEW: f64 = 1e-10;

/// Johnson's relative weights, one per driver, 0 or more; they add up to R².
///
/// With `R = QΔQᵀ` the correlations between drivers and `r` those with the outcome: `Λ = QΔ^½Qᵀ`, `b = Λ⁻¹r`,
/// `εⱼ = Σₖ Λⱼₖ²·bₖ²` (Johnson 2000). Any number of drivers; directions in which they do not vary explain nothing.
pub fn johnson(between: &Matrix, with_outcome: &[f64]) -> Vec<f64> {
    let Eigen { values, vectors } = Eigen::of(between);
    let p = values.len();
    let least = NOTHING_NEW * values.first().copied().unwrap_or(0.0);
    // Qᵀr and its image under Δ^−½
    let turned: Vec<f64> = (0..p)
        .map(|k| vectors.column(k).zip(with_outcome).map(|(q, r)| q * r).sum::<f64>())
        .zip(&values)
        .map(|(along, &value)| if value > least { along / value.sqrt() } else { 0.0 })
        .collect();
    let b = vectors.times_vector(&turned);
    let root = |j: usize, k: usize| -> f64 {
        (0..p).map(|m| vectors[(j, m)] * values[m].max(0.0).sqrt() * vectors[(k, m)]).sum()
    };
    let weight = |j| (0..p).map(|k| (root(j, k) * b[k]).powi(2)).sum();
    (0..p).map(weight).collect()
}

/// The Shapley value of each driver, 0 or more (Lindeman, Merenda & Gold 1980): what it adds to R², averaged over
/// all orders in which drivers can be added; they add up to R².
///
/// `εⱼ = Σ_{S∌j} |S|!(p−|S|−1)!/p!·(R²(S∪j) − R²(S))`. Time and memory grow with 2^p: `None` above 15 drivers.
pub fn shapley(between: &Matrix, with_outcome: &[f64]) -> Option<Vec<f64>> {
    let p = with_outcome.len();
    if p > MOST_SHAPLEY {
        return None;
    }
    let explained = Subsets::explained(between, with_outcome);
    // |S|!(p−|S|−1)!/p! = 1 / (p·C(p−1, |S|))
    let mut orders = vec![1.0 / p as f64; p];
    for size in 1..p {
        orders[size] = orders[size - 1] * size as f64 / (p - size) as f64;
    }
    let weight = |j: usize| {
        let without = (0..explained.len()).filter(|set| set & 1 << j == 0);
        without
            .map(|set| orders[set.count_ones() as usize] * (explained[set | 1 << j] - explained[set]))
            .sum()
    };
    Some((0..p).map(weight).collect())
}

/// Each weight's part of their sum; `None` when the drivers explain nothing.
pub fn shares(weights: &[f64]) -> Option<Vec<f64>> {
    let total: f64 = weights.iter().sum();
    (total > 0.0).then(|| weights.iter().map(|weight| weight / total).collect())
}

/// R² of every subset of drivers, by one Cholesky row per subset: a subset shares the rows of its prefix.
struct Subsets<'a> {
    between: &'a Matrix,
    with_outcome: &'a [f64],
    /// Drivers of the subset at hand, ascending.
    chosen: Vec<usize>,
    /// Their rows of the Cholesky factor.
    rows: Matrix,
    /// 1 over the diagonal of the factor; 0 for a driver that repeats those before it.
    inverse: Vec<f64>,
    /// The outcome's row.
    outcome: Vec<f64>,
    /// R² by bit mask.
    explained: Vec<f64>,
}

impl<'a> Subsets<'a> {
    fn explained(between: &'a Matrix, with_outcome: &'a [f64]) -> Vec<f64> {
        let p = with_outcome.len();
        let mut subsets = Self {
            between,
            with_outcome,
            chosen: Vec::with_capacity(p),
            rows: Matrix::zeros(p, p),
            inverse: vec![0.0; p],
            outcome: vec![0.0; p],
            explained: vec![0.0; 1 << p],
        };
        subsets.extend(0, 0);
        subsets.explained
    }

    /// Fills in all subsets that extend `set`, the drivers chosen, by drivers from `first` on.
    fn extend(&mut self, set: usize, first: usize) {
        let size = self.chosen.len();
        for driver in first..self.with_outcome.len() {
            let (mut rest, mut along) = (1.0, self.with_outcome[driver]);
            for k in 0..size {
                let done: f64 = (0..k).map(|m| self.rows[(size, m)] * self.rows[(k, m)]).sum();
                let entry = (self.between[(driver, self.chosen[k])] - done) * self.inverse[k];
                self.rows[(size, k)] = entry;
                rest -= entry * entry;
                along -= entry * self.outcome[k];
            }
            self.inverse[size] = if rest > NOTHING_NEW { 1.0 / rest.sqrt() } else { 0.0 };
            self.outcome[size] = along * self.inverse[size];
            let larger = set | 1 << driver;
            self.explained[larger] = self.explained[set] + self.outcome[size].powi(2);
            self.chosen.push(driver);
            self.extend(larger, driver + 1);
            self.chosen.pop();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::reference::Case;
    use super::*;
    use crate::math::golden::{all_close, close};

    #[test]
    fn weights_equal_the_reference() {
        for case in Case::all() {
            let percent =
                |weights: &[f64]| shares(weights).unwrap().iter().map(|x| 100.0 * x).collect::<Vec<_>>();
            let found = johnson(&case.between, &case.with_outcome);
            all_close(&found, &case.numbers("johnson_raw"), 1e-12);
            all_close(&percent(&found), &case.numbers("johnson_pct"), 1e-12);
            close(found.iter().sum(), case.number("R2"), 1e-12);
            let found = shapley(&case.between, &case.with_outcome).unwrap();
            all_close(&found, &case.numbers("lmg_raw"), 1e-12);
            all_close(&percent(&found), &case.numbers("lmg_pct"), 1e-12);
            close(found.iter().sum(), case.number("R2"), 1e-12);
        }
    }

    #[test]
    fn independent_drivers_weigh_their_squared_correlation() {
        let r = [0.5, -0.3, 0.1, 0.0];
        let squares = r.map(|r| r * r);
        all_close(&johnson(&Matrix::identity(4), &r), &squares, 1e-15);
        all_close(&shapley(&Matrix::identity(4), &r).unwrap(), &squares, 1e-15);
    }

    #[test]
    fn a_copy_takes_half_of_the_original() {
        let r = [[1.0, 0.4, 1.0], [0.4, 1.0, 0.4], [1.0, 0.4, 1.0]];
        let copied = Matrix::from_fn(3, 3, |i, j| r[i][j]);
        let alone = Matrix::from_fn(2, 2, |i, j| r[i][j]);
        for weigh in [johnson, |r: &Matrix, y: &[f64]| shapley(r, y).unwrap()] {
            let found = weigh(&copied, &[0.6, 0.5, 0.6]);
            close(found[0], found[2], 1e-12);
            close(found.iter().sum(), weigh(&alone, &[0.6, 0.5]).iter().sum(), 1e-12);
        }
        // by hand: R² is 0.36, 0.25 and 0.37/0.84·… of the pair; averaged over the six orders of three drivers
        let pair = (0.36 + 0.25 - 2.0 * 0.6 * 0.5 * 0.4) / (1.0 - 0.16);
        let original = 0.36 / 3.0 + (pair - 0.25) / 6.0;
        close(shapley(&copied, &[0.6, 0.5, 0.6]).unwrap()[0], original, 1e-12);
    }

    #[test]
    fn the_order_of_drivers_does_not_matter() {
        for case in Case::all() {
            let p = case.with_outcome.len();
            let order: Vec<usize> = (0..p).map(|j| (j + 2) % p).collect();
            let between = case.between.select(&order, &order);
            let with_outcome: Vec<f64> = order.iter().map(|&j| case.with_outcome[j]).collect();
            for weigh in [johnson, |r: &Matrix, y: &[f64]| shapley(r, y).unwrap()] {
                let before = weigh(&case.between, &case.with_outcome);
                let expected: Vec<f64> = order.iter().map(|&j| before[j]).collect();
                all_close(&weigh(&between, &with_outcome), &expected, 1e-12);
            }
        }
    }

    #[test]
    fn too_many_or_idle_drivers_have_no_weights() {
        assert_eq!(shapley(&Matrix::identity(16), &[0.1; 16]), None);
        close(shapley(&Matrix::identity(15), &[0.1; 15]).unwrap().iter().sum(), 0.15, 1e-12);
        assert_eq!(shares(&[0.0, 0.0]), None);
        assert!(johnson(&Matrix::identity(0), &[]).is_empty());
    }
}
