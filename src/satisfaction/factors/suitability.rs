//! Whether items have enough in common to be reduced.

use crate::math::distribution::chi_squared_above;
use crate::math::matrix::{Cholesky, Matrix};

/// From this sampling adequacy on, items are worth reducing (Kaiser 1974 calls 0.6 mediocre, less miserable).
const ADEQUATE: f64 = 0.6;

/// How much some items have in common.
#[derive(Clone, Debug, PartialEq)]
pub struct Suitability {
    /// Kaiser–Meyer–Olkin measure of sampling adequacy, 0 to 1; `None` for independent items.
    pub kmo: Option<f64>,
    /// The measure of each item; `None` for an item independent of all others.
    pub item_kmo: Vec<Option<f64>>,
    /// Bartlett's test that the items are independent.
    pub bartlett: Bartlett,
}

/// Bartlett's test of sphericity.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Bartlett {
    /// `−(n − 1 − (2p+5)/6)·ln|R|`.
    pub chi_squared: f64,
    /// `p(p−1)/2`.
    pub degrees: u32,
    /// Probability of a figure as large, if the items were independent.
    pub p_value: f64,
}

impl Suitability {
    /// The suitability of items with correlations `r` from `n` rows; `None` for fewer than two items or when `r`
    /// is singular: an item repeats others.
    ///
    /// KMO is `Σr² / (Σr² + Σa²)` off the diagonal, with `a = −s_ij/√(s_ii·s_jj)` the partial correlations from
    /// `S = R⁻¹` (Kaiser 1974); an item's is the same sum over its row. Bartlett 1951.
    pub fn of(r: &Matrix, n: usize) -> Option<Self> {
        let p = r.n_rows();
        let factor = Cholesky::of(r).filter(|_| p > 1)?;
        let inverse = factor.inverse();
        let row = |i: usize| -> [f64; 2] {
            let others = || (0..p).filter(move |&j| j != i);
            let partial = |j| inverse[(i, j)].powi(2) / inverse[(i, i)] / inverse[(j, j)];
            [others().map(|j| r[(i, j)].powi(2)).sum(), others().map(partial).sum()]
        };
        let rows: Vec<[f64; 2]> = (0..p).map(row).collect();
        let adequacy = |[plain, partial]: [f64; 2]| (plain > 0.0).then(|| plain / (plain + partial));
        let all = rows.iter().fold([0.0, 0.0], |sum, row| [sum[0] + row[0], sum[1] + row[1]]);
        let chi_squared = -(n as f64 - 1.0 - (2 * p + 5) as f64 / 6.0) * factor.ln_determinant();
        let degrees = (p * (p - 1) / 2) as u32;
        let p_value = chi_squared_above(chi_squared, f64::from(degrees));
        Some(Self {
            kmo: adequacy(all),
            item_kmo: rows.into_iter().map(adequacy).collect(),
            bartlett: Bartlett { chi_squared, degrees, p_value },
        })
    }

    /// The items are worth reducing: KMO of 0.6 or more.
    pub fn is_adequate(&self) -> bool {
        self.kmo.is_some_and(|kmo| kmo >= ADEQUATE)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::math::correlation::matrix;
    use crate::math::golden::{Table, close, json, mobi, table, texts};

    fn check(name: &str, data: &Table) {
        let expected = &json("pca.json")[name];
        let columns = data.full(&texts(&expected["items"]));
        let found = Suitability::of(&matrix(&columns).unwrap(), columns[0].len()).unwrap();
        close(found.kmo.unwrap(), expected["kmo"].as_f64().unwrap(), 1e-9);
        close(found.bartlett.chi_squared, expected["bartlett_chi2"].as_f64().unwrap(), 1e-9);
        assert_eq!(u64::from(found.bartlett.degrees), expected["bartlett_dof"].as_u64().unwrap());
        let p = expected["bartlett_p"].as_f64().unwrap();
        assert!((found.bartlett.p_value - p).abs() <= 1e-9 * p, "{}", found.bartlett.p_value);
        assert!(found.is_adequate());
    }

    #[test]
    fn suitability_equals_the_reference() {
        check("attitude", &table("attitude.csv"));
        if let Some(mobi) = mobi() {
            check("mobi24", &mobi);
        }
    }

    #[test]
    fn independent_items_are_not_worth_reducing() {
        let found = Suitability::of(&Matrix::identity(3), 50).unwrap();
        assert_eq!((found.kmo, found.is_adequate(), found.bartlett.p_value), (None, false, 1.0));
        assert_eq!(Suitability::of(&Matrix::identity(1), 50), None);
        assert_eq!(Suitability::of(&Matrix::from_fn(2, 2, |_, _| 1.0), 50), None);
    }
}
