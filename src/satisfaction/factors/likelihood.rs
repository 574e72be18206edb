//! Maximum-likelihood factor analysis (Jöreskog 1967): what items share, each item's own part left aside.

use super::Loadings;
use crate::math::matrix::{Cholesky, Eigen, Matrix};

/// An item's own part of its variance stays within these ends: at 0 the likelihood is not bounded.
const LEAST: f64 = 0.005;
const MOST: f64 = 1.0;

/// Steps after which the search stops; some ten are usual.
const MOST_STEPS: u32 = 500;

/// The search has arrived when no slope in ln ψ is steeper than this.
const FLAT: f64 = 1e-9;

/// Damping of the first refused step, and beyond which no step is tried.
const FIRST_DAMPING: f64 = 1e-4;
const MOST_DAMPING: f64 = 1e12;

/// A rise of the discrepancy by less than this is rounding.
const ROUNDING: f64 = 1e-13;

/// Factors found by maximum likelihood.
#[derive(Clone, Debug, PartialEq)]
pub struct LikelihoodFit {
    /// Each item's own part ψ of its variance, 0.005 to 1.
    pub uniquenesses: Vec<f64>,
    /// Loadings, items × factors, unrotated and canonical.
    pub loadings: Loadings,
    /// Discrepancy between the correlations and their model, 0 or more:
    /// `ln|Σ| + tr(Σ⁻¹R) − ln|R| − p` at `Σ = LLᵀ + diag ψ`.
    pub discrepancy: f64,
    /// Steps taken.
    pub steps: u32,
    /// The search arrived at a minimum.
    pub converged: bool,
}

/// `factors` factors of items with correlations `r`.
///
/// With `e` and `ω` the eigenvalues and eigenvectors of `ψ^−½·R·ψ^−½`, the discrepancy at the best loadings is
/// `Σ_{k>m}(e_k − ln e_k − 1)`; it is minimised over ln ψ by Newton's method with the second derivatives of Clarke
/// 1970, damped while a step does not help, from `(1 − m/2p)/diag R⁻¹`. Then `L = ψ^½·ω·(e−1)^½`.
///
/// `None` when `r` is singular or the model has more parameters than correlations, `(p−m)² < p+m`.
pub fn fit(r: &Matrix, factors: usize) -> Option<LikelihoodFit> {
    let p = r.n_rows();
    let rest = p.checked_sub(factors).filter(|rest| rest * rest >= p + factors)?;
    let inverse = Cholesky::of(r)?.inverse();
    let start = 1.0 - 0.5 * factors as f64 / p as f64;
    let logs = (0..p).map(|i| (start / inverse[(i, i)]).clamp(LEAST, MOST).ln()).collect();
    let mut at = Point::at(r, factors, logs);
    let (mut steps, mut converged) = (0, rest == 0);
    while !converged && steps < MOST_STEPS {
        let free = at.free();
        converged = free.iter().all(|&i| at.slopes[i].abs() <= FLAT);
        if converged {
            break;
        }
        let Some(next) = at.step(r, factors, &free) else { break };
        at = next;
        steps += 1;
    }
    let uniquenesses: Vec<f64> = at.logs.iter().map(|log| log.exp()).collect();
    let shared = |j: usize| (at.eigen.values[j] - 1.0).max(0.0);
    let loading = |i: usize, j: usize| (uniquenesses[i] * shared(j)).sqrt() * at.eigen.vectors[(i, j)];
    let loadings = Loadings::new(Matrix::from_fn(p, factors, loading)).canonical();
    Some(LikelihoodFit { loadings, discrepancy: at.discrepancy, uniquenesses, steps, converged })
}

/// A place in the search.
struct Point {
    /// ln ψ.
    logs: Vec<f64>,
    eigen: Eigen,
    discrepancy: f64,
    /// Slopes of the discrepancy in ln ψ: `Σ_{k>m} (1 − e_k)·ω_ik²`.
    slopes: Vec<f64>,
}

impl Point {
    fn at(r: &Matrix, factors: usize, logs: Vec<f64>) -> Self {
        let p = logs.len();
        let scale: Vec<f64> = logs.iter().map(|log| (-0.5 * log).exp()).collect();
        let eigen = Eigen::of(&Matrix::from_fn(p, p, |i, j| r[(i, j)] * scale[i] * scale[j]));
        let e = &eigen.values;
        let discrepancy = e[factors..].iter().map(|e| e - e.ln() - 1.0).sum();
        let slope = |i: usize| (factors..p).map(|k| (1.0 - e[k]) * eigen.vectors[(i, k)].powi(2)).sum();
        Self { slopes: (0..p).map(slope).collect(), logs, discrepancy, eigen }
    }

    /// Items whose ψ can move: not those at an end from which the discrepancy falls outwards.
    fn free(&self) -> Vec<usize> {
        let (least, most) = (LEAST.ln(), MOST.ln());
        let held = |i: usize| {
            (self.logs[i] <= least && self.slopes[i] > 0.0) || (self.logs[i] >= most && self.slopes[i] < 0.0)
        };
        (0..self.logs.len()).filter(|&i| !held(i)).collect()
    }

    /// The next place, where the discrepancy is not higher; `None` when there is none.
    fn step(&self, r: &Matrix, factors: usize, free: &[usize]) -> Option<Self> {
        let slopes: Vec<f64> = free.iter().map(|&i| self.slopes[i]).collect();
        let bend = self.bend(factors).select(free, free);
        let mut damping = 0.0;
        while damping <= MOST_DAMPING {
            let damped = Matrix::from_fn(free.len(), free.len(), |i, j| {
                bend[(i, j)] + if i == j { damping } else { 0.0 }
            });
            if let Some(factor) = Cholesky::of(&damped) {
                let mut logs = self.logs.clone();
                for (&i, change) in free.iter().zip(factor.solve(&slopes)) {
                    logs[i] = (logs[i] - change).clamp(LEAST.ln(), MOST.ln());
                }
                let next = Self::at(r, factors, logs);
                if next.discrepancy <= self.discrepancy + ROUNDING {
                    return Some(next);
                }
            }
            damping = (damping * 10.0).max(FIRST_DAMPING);
        }
        None
    }

    /// Second derivatives in ln ψ. With `a_k = ω_ik·ω_jk`: `Σ e_k·a_k²` over k > m, `Σ (e_k+e_l)·a_k·a_l` over
    /// pairs beyond m, and `Σ (1−e_k)(e_k+e_l)/(e_l−e_k)·a_k·a_l` over k > m ≥ l.
    fn bend(&self, factors: usize) -> Matrix {
        let Eigen { values: e, vectors } = &self.eigen;
        let p = e.len();
        Matrix::from_fn(p, p, |i, j| {
            let a: Vec<f64> = (0..p).map(|k| vectors[(i, k)] * vectors[(j, k)]).collect();
            let mut sum = 0.0;
            for k in factors..p {
                sum += e[k] * a[k] * a[k];
                sum += (k + 1..p).map(|l| (e[k] + e[l]) * a[k] * a[l]).sum::<f64>();
                let gap = |l: usize| (e[l] - e[k]).max(f64::EPSILON * e[l]);
                sum += (0..factors).map(|l| (1.0 - e[k]) * (e[k] + e[l]) / gap(l) * a[k] * a[l]).sum::<f64>();
            }
            sum
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::math::correlation::matrix;
    use crate::math::golden::{ATTITUDE, MOBI_15, Table, all_close, close, mobi, table};

    /// Uniquenesses against R's `factanal`. Its varimax stops early, up to 8e-4 from where it is heading; scipy's
    /// minimum, turned by the same iteration carried to its end, is the second file.
    fn check(name: &str, items: &[&str], data: &Table, factors: usize) -> LikelihoodFit {
        let (from_r, converged) = (table(&format!("fa_{name}.csv")), table(&format!("varimax_{name}.csv")));
        let found = fit(&matrix(&data.full(items)).unwrap(), factors).unwrap();
        assert!(found.converged, "{found:?}");
        all_close(&found.uniquenesses, &from_r.full(&["ml_uniq"])[0], 1e-4);
        let names: Vec<String> = (1..=factors).map(|j| format!("ml_varimax.Factor{j}")).collect();
        let turned = found.loadings.varimax();
        for (reference, tolerance) in [(from_r, 1e-3_f64), (converged, 1e-6)] {
            let columns = reference.full(&names);
            let rows = Matrix::from_fn(items.len(), factors, |i, j| columns[j][i]);
            let expected = Loadings::new(rows).canonical();
            all_close(&turned.communalities(), &expected.communalities(), tolerance.min(1e-4));
            for i in 0..items.len() {
                all_close(turned.matrix().row(i), expected.matrix().row(i), tolerance);
            }
        }
        found
    }

    #[test]
    fn attitude_equals_the_reference() {
        let found = check("attitude_2f", &ATTITUDE, &table("attitude.csv"), 2);
        close(found.discrepancy, 0.223_436_8, 1e-6);
        close(found.loadings.sums_of_squares().iter().sum(), 2.613_661 + 1.755_662, 1e-5);
    }

    #[test]
    fn mobi_equals_the_reference() {
        let Some(mobi) = mobi() else { return };
        let found = check("mobi15_3f", &MOBI_15, &mobi, 3);
        close(found.loadings.sums_of_squares().iter().sum(), 2.8285 + 2.5756 + 2.5536, 1e-4);
    }

    #[test]
    fn an_exact_factor_is_found_again() {
        let true_loadings = [0.9, 0.8, 0.7, 0.6, -0.5];
        let one = |i: usize, j: usize| if i == j { 1.0 } else { true_loadings[i] * true_loadings[j] };
        let found = fit(&Matrix::from_fn(5, 5, one), 1).unwrap();
        assert!(found.converged);
        close(found.discrepancy, 0.0, 1e-14);
        all_close(&found.loadings.matrix().column(0).collect::<Vec<_>>(), &true_loadings, 1e-7);
        all_close(&found.uniquenesses, &true_loadings.map(|x| 1.0 - x * x), 1e-7);
    }

    #[test]
    fn an_item_that_is_its_factor_stays_at_the_end() {
        // r01·r02/r12 is 1.2: the first item would need a negative part of its own
        let r = [[1.0, 0.8, 0.6, 0.1], [0.8, 1.0, 0.4, 0.1], [0.6, 0.4, 1.0, 0.1], [0.1, 0.1, 0.1, 1.0]];
        let found = fit(&Matrix::from_fn(4, 4, |i, j| r[i][j]), 1).unwrap();
        assert!(found.converged, "{found:?}");
        close(found.uniquenesses[0], LEAST, 1e-12);
    }

    #[test]
    fn too_many_factors_or_repeated_items_have_no_fit() {
        assert_eq!(fit(&Matrix::identity(4), 2), None);
        assert_eq!(fit(&Matrix::from_fn(4, 4, |_, _| 1.0), 1), None);
        assert_eq!(fit(&Matrix::identity(2), 3), None);
    }
}
