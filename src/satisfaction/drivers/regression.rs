//! Linear regression of an outcome on drivers, from correlations, and drivers that say the same as others.

use crate::math::matrix::{Cholesky, Eigen, Matrix};

/// Above this ratio of the largest to the smallest eigenvalue, drivers repeat one another.
const MOST_CONDITION: f64 = 1e10;

/// An eigenvalue below this part of the largest counts as this part: what is zero but for rounding.
const FLOOR: f64 = 1e-16;

/// Inflation factors that differ by less than this part are equal but for rounding.
const SAME_INFLATION: f64 = 1e-6;

/// The regression of a standardised outcome on standardised drivers.
#[derive(Clone, Debug, PartialEq)]
pub struct Regression {
    /// Standardised coefficients, `β = R⁻¹·r`.
    pub betas: Vec<f64>,
    /// Share of the outcome's variance that the drivers explain, 0 to 1: `R² = r·β`.
    pub r_squared: f64,
    /// `1 − (1−R²)(n−1)/(n−p−1)`; `None` when n ≤ p + 1.
    pub adjusted_r_squared: Option<f64>,
    /// Variance inflation of each driver, at least 1: the diagonal of `R⁻¹`.
    pub inflation: Vec<f64>,
}

impl Regression {
    /// The regression of `n` rows from the correlations `R` between the drivers and `r` with the outcome.
    ///
    /// `None` when `R` is singular: see [`without_repetition`].
    pub fn of(between: &Matrix, with_outcome: &[f64], n: usize) -> Option<Self> {
        let factor = Cholesky::of(between)?;
        let betas = factor.solve(with_outcome);
        let r_squared: f64 = betas.iter().zip(with_outcome).map(|(beta, r)| beta * r).sum();
        let inverse = factor.inverse();
        let (n, p) = (n as f64, betas.len() as f64);
        Some(Self {
            r_squared: r_squared.clamp(0.0, 1.0),
            adjusted_r_squared: (n > p + 1.0).then(|| 1.0 - (1.0 - r_squared) * (n - 1.0) / (n - p - 1.0)),
            inflation: (0..betas.len()).map(|j| inverse[(j, j)]).collect(),
            betas,
        })
    }
}

/// A driver left out because the others say the same.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Repetition {
    /// Its place among the drivers.
    pub driver: usize,
    /// The ratio of the largest to the smallest eigenvalue while it was there; may be infinite.
    pub condition: f64,
    /// Its variance inflation; of the order 1e16 for an exact copy.
    pub inflation: f64,
}

/// The places of drivers to keep, ascending, and those left out in the order in which they went.
///
/// While the condition number of the correlations is above 1e10, the driver with the largest variance inflation
/// goes; among equals the last.
pub fn without_repetition(between: &Matrix) -> (Vec<usize>, Vec<Repetition>) {
    let mut kept: Vec<usize> = (0..between.n_rows()).collect();
    let mut left_out = Vec::new();
    while kept.len() > 1 {
        let eigen = Eigen::of(&between.select(&kept, &kept));
        let condition = condition(&eigen.values);
        if condition <= MOST_CONDITION {
            break;
        }
        let (place, inflation) = most_inflated(&eigen);
        left_out.push(Repetition { driver: kept.remove(place), condition, inflation });
    }
    (kept, left_out)
}

/// Largest over smallest of descending eigenvalues; infinite when the smallest is not above zero.
fn condition(values: &[f64]) -> f64 {
    let (largest, smallest) = (values[0], values[values.len() - 1]);
    if smallest > 0.0 { largest / smallest } else { f64::INFINITY }
}

/// The place and size of the largest entry on the diagonal of the inverse; among equals the last.
fn most_inflated(eigen: &Eigen) -> (usize, f64) {
    let floor = FLOOR * eigen.values[0];
    let inflation = |i: usize| -> f64 {
        eigen.vectors.row(i).iter().zip(&eigen.values).map(|(q, value)| q * q / value.max(floor)).sum()
    };
    let all: Vec<f64> = (0..eigen.values.len()).map(inflation).collect();
    let largest = all.iter().copied().fold(0.0, f64::max);
    let place = all.iter().rposition(|&x| x >= largest * (1.0 - SAME_INFLATION)).unwrap_or(0);
    (place, all[place])
}

#[cfg(test)]
mod tests {
    use super::super::reference::Case;
    use super::*;
    use crate::math::golden::{all_close, close};

    #[test]
    fn regressions_equal_the_reference() {
        for case in Case::all() {
            let found = Regression::of(&case.between, &case.with_outcome, case.n).unwrap();
            all_close(&found.betas, &case.numbers("std_beta"), 1e-12);
            all_close(&found.inflation, &case.numbers("vif"), 1e-11);
            close(found.r_squared, case.number("R2"), 1e-12);
            close(found.adjusted_r_squared.unwrap(), case.number("adj_R2"), 1e-12);
            assert!(without_repetition(&case.between).1.is_empty());
        }
    }

    #[test]
    fn a_copy_of_a_driver_goes() {
        let r = [[1.0, 0.3, 1.0], [0.3, 1.0, 0.3], [1.0, 0.3, 1.0]];
        let between = Matrix::from_fn(3, 3, |i, j| r[i][j]);
        assert_eq!(Regression::of(&between, &[0.5, 0.5, 0.5], 100), None);
        let (kept, left_out) = without_repetition(&between);
        assert_eq!(kept, [0, 1]);
        assert_eq!(left_out.len(), 1);
        assert_eq!(left_out[0].driver, 2);
        assert!(left_out[0].condition > 1e10 && left_out[0].inflation > 1e10);
    }

    #[test]
    fn a_sum_of_drivers_is_one_too_many() {
        // the third is (first + second) / √2
        let half = 0.5_f64.sqrt();
        let r = [[1.0, 0.0, half], [0.0, 1.0, half], [half, half, 1.0]];
        let (kept, left_out) = without_repetition(&Matrix::from_fn(3, 3, |i, j| r[i][j]));
        assert_eq!((kept.as_slice(), left_out[0].driver), ([0, 1].as_slice(), 2));
    }

    #[test]
    fn too_few_rows_have_no_adjustment() {
        let found = Regression::of(&Matrix::identity(2), &[0.6, 0.3], 3).unwrap();
        assert_eq!(found.adjusted_r_squared, None);
        close(found.r_squared, 0.45, 1e-15);
    }
}
