//! Principal components of items.

use super::Loadings;
use crate::math::matrix::{Eigen, Matrix};

/// Principal components of a matrix of correlations.
#[derive(Clone, Debug, PartialEq)]
pub struct Components {
    /// Eigenvalues, the largest first; they add up to the number of items.
    pub eigenvalues: Vec<f64>,
    /// Part of the items' variance along each component, 0 to 1.
    pub explained: Vec<f64>,
    /// Eigenvalues above 1 (Kaiser's count); reported only: it overestimates.
    pub above_one: usize,
    /// Loadings of the first components, items × components, unrotated.
    pub loadings: Loadings,
}

/// The first `count` components of items with correlations `r`: `loading = √λ·eigenvector`, canonical.
pub fn components(r: &Matrix, count: usize) -> Components {
    let Eigen { values, vectors } = Eigen::of(r);
    let p = values.len();
    let loading = |i: usize, j: usize| values[j].max(0.0).sqrt() * vectors[(i, j)];
    Components {
        explained: values.iter().map(|value| value / p as f64).collect(),
        above_one: values.iter().filter(|&&value| value > 1.0).count(),
        loadings: Loadings::new(Matrix::from_fn(p, count.min(p), loading)).canonical(),
        eigenvalues: values,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::math::correlation::matrix;
    use crate::math::golden::{Table, all_close, json, mobi, numbers, table, texts};

    fn check(name: &str, data: &Table) {
        let expected = &json("pca.json")[name];
        let r = matrix(&data.full(&texts(&expected["items"]))).unwrap();
        let found = components(&r, 3);
        all_close(&found.eigenvalues, &numbers(&expected["eigenvalues"]), 1e-9);
        all_close(&found.explained, &numbers(&expected["explained"]), 1e-9);
        assert_eq!(found.above_one as u64, expected["kaiser_n"].as_u64().unwrap());
        let rows: Vec<Vec<f64>> =
            expected["loadings_first3"].as_array().unwrap().iter().map(numbers).collect();
        let reference = Loadings::new(Matrix::from_fn(rows.len(), 3, |i, j| rows[i][j])).canonical();
        for i in 0..rows.len() {
            all_close(found.loadings.matrix().row(i), reference.matrix().row(i), 1e-9);
        }
    }

    #[test]
    fn components_equal_the_reference() {
        check("attitude", &table("attitude.csv"));
        if let Some(mobi) = mobi() {
            check("mobi24", &mobi);
        }
    }

    #[test]
    fn all_components_together_are_the_correlations() {
        let columns = table("swiss.csv").full(&["Fertility", "Agriculture", "Examination", "Catholic"]);
        let r = matrix(&columns).unwrap();
        let found = components(&r, 9).loadings;
        let loadings = found.matrix();
        assert_eq!(loadings.n_columns(), 4);
        let rebuilt = loadings.times(&Matrix::from_fn(4, 4, |i, j| loadings[(j, i)]));
        for i in 0..4 {
            all_close(rebuilt.row(i), r.row(i), 1e-13);
        }
    }
}
