//! How many factors: those whose eigenvalues are larger than chance makes them (Horn 1965).

use std::f64::consts::TAU;

use rayon::prelude::*;

use crate::math::matrix::{Eigen, Matrix};
use crate::math::quantile::quantile_of;
use crate::math::random::{Stream, stream};

/// Chance must be beaten in this part of the data sets without any factor.
const BEATEN: f64 = 0.95;

/// What chance alone would show.
#[derive(Clone, Debug, PartialEq)]
pub struct Parallel {
    /// 95 % quantile of the first, second, … eigenvalue of independent items.
    pub thresholds: Vec<f64>,
    /// Factors to keep: leading eigenvalues above their threshold, at least 1.
    pub count: usize,
}

/// Parallel analysis of `eigenvalues` (descending) of the correlations of items from `n` rows, against
/// `replicates` normal data sets of the same size; `None` unless n is above the number of items.
///
/// Correlations of normal data are drawn as such, by Bartlett's decomposition (1933) of their Wishart
/// distribution, instead of through `n` rows: the same distribution in a time that does not depend on `n`.
pub fn analyse(eigenvalues: &[f64], n: usize, replicates: u32, seed: u64) -> Option<Parallel> {
    let p = eigenvalues.len();
    if n <= p || p == 0 || replicates == 0 {
        return None;
    }
    let drawn: Vec<Vec<f64>> = (0..replicates)
        .into_par_iter()
        .map(|replicate| {
            let mut draws = stream(seed, &format!("parallel analysis {replicate}"));
            Eigen::of(&chance_correlations(&mut draws, n, p)).values
        })
        .collect();
    let threshold = |j: usize| quantile_of(&drawn.iter().map(|values| values[j]).collect::<Vec<_>>(), BEATEN);
    let thresholds: Vec<f64> = (0..p).map(threshold).collect::<Option<_>>()?;
    let above = eigenvalues.iter().zip(&thresholds).take_while(|(value, threshold)| value > threshold);
    Some(Parallel { count: above.count().max(1), thresholds })
}

/// Correlations of `p` independent normal items in `n` rows.
///
/// Their scatter matrix is `A·Aᵀ` with `A` lower triangular: χ of n−1, n−2, … degrees of freedom on the diagonal,
/// standard normal below it. Scaling the rows of `A` to length 1 makes it correlations.
fn chance_correlations(draws: &mut Stream, n: usize, p: usize) -> Matrix {
    let mut a = Matrix::zeros(p, p);
    for i in 0..p {
        for j in 0..i {
            a[(i, j)] = normal(draws);
        }
        a[(i, i)] = chi_squared(draws, n - 1 - i).sqrt();
        let length = a.row(i).iter().map(|x| x * x).sum::<f64>().sqrt();
        for j in 0..=i {
            a[(i, j)] /= length;
        }
    }
    a.times(&Matrix::from_fn(p, p, |i, j| a[(j, i)]))
}

/// A standard normal number (Box & Muller 1958).
fn normal(draws: &mut Stream) -> f64 {
    // 1 − u lies in (0, 1], so that its logarithm is finite
    let radius = (-2.0 * (1.0 - draws.unit()).ln()).sqrt();
    radius * (TAU * draws.unit()).cos()
}

/// A χ² number with `degrees` of freedom, 1 or more: twice a gamma number of half the degrees (Marsaglia & Tsang
/// 2000), whose method starts at two degrees.
fn chi_squared(draws: &mut Stream, degrees: usize) -> f64 {
    if degrees == 1 {
        return normal(draws).powi(2);
    }
    let d = degrees as f64 / 2.0 - 1.0 / 3.0;
    let c = 1.0 / (9.0 * d).sqrt();
    loop {
        let x = normal(draws);
        let v = (1.0 + c * x).powi(3);
        let u = 1.0 - draws.unit();
        if v > 0.0 && u.ln() < 0.5 * x * x + d - d * v + d * v.ln() {
            return 2.0 * d * v;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::components;
    use super::*;
    use crate::math::correlation::matrix;
    use crate::math::golden::{MOBI_15, json, mobi, table, texts};

    /// Methods 8: 2.05 and 1.60 for 30 × 7, 1.535 and 1.406 for 250 × 15, each ±0.03; one factor in both.
    #[test]
    fn thresholds_are_those_of_simulated_rows() {
        let items = texts(&json("pca.json")["attitude"]["items"]);
        let r = matrix(&table("attitude.csv").full(&items)).unwrap();
        let found = analyse(&components(&r, 1).eigenvalues, 30, 1_000, 1).unwrap();
        assert!((found.thresholds[0] - 2.05).abs() < 0.03, "{found:?}");
        assert!((found.thresholds[1] - 1.60).abs() < 0.03, "{found:?}");
        assert_eq!(found.count, 1);
        let found = analyse(
            &[7.175, 1.334, 1.0, 1.0, 1.0, 1.0, 1.0, 1.0, 1.0, 1.0, 1.0, 1.0, 1.0, 1.0, 1.0],
            250,
            1_000,
            1,
        );
        let found = found.unwrap();
        assert!((found.thresholds[0] - 1.535).abs() < 0.03, "{found:?}");
        assert!((found.thresholds[1] - 1.406).abs() < 0.03, "{found:?}");
        assert_eq!(found.count, 1);
    }

    #[test]
    fn drawn_numbers_have_the_moments_they_should() {
        let mut draws = stream(5, "test");
        for degrees in [1, 2, 3, 40] {
            let drawn: Vec<f64> = (0..40_000).map(|_| chi_squared(&mut draws, degrees)).collect();
            let (mean, v) = (drawn.iter().sum::<f64>() / 40_000.0, degrees as f64);
            // five standard errors of a mean of 40,000
            assert!((mean - v).abs() < 5.0 * (2.0 * v / 40_000.0).sqrt(), "{degrees}: {mean}");
        }
    }

    #[test]
    fn threads_change_nothing_and_one_factor_stays() {
        let on = |threads| {
            let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
            pool.install(|| analyse(&[1.0, 1.0, 1.0], 20, 50, 9))
        };
        assert_eq!(on(1), on(3));
        assert_eq!(on(1).unwrap().count, 1);
        assert_eq!(analyse(&[1.0, 1.0], 2, 50, 9), None);
        assert_eq!(analyse(&[], 9, 50, 9), None);
        assert!(analyse(&[1.5, 0.5], 3, 50, 9).is_some());
    }

    #[test]
    fn mobi_keeps_one_factor() {
        let Some(mobi) = mobi() else { return };
        let eigenvalues = components(&matrix(&mobi.full(&MOBI_15)).unwrap(), 1).eigenvalues;
        assert!((eigenvalues[0] - 7.175).abs() < 5e-4 && (eigenvalues[1] - 1.334).abs() < 5e-4);
        assert_eq!(analyse(&eigenvalues, 250, 1_000, 1).unwrap().count, 1);
    }
}
