//! Which factor each item belongs to.

use super::Loadings;

/// A loading of at least this size ties an item to a factor.
const TIED: f64 = 0.5;

/// A second loading this close to the first makes the item ambiguous.
const CROSS: f64 = 0.2;

/// Where an item belongs.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Assignment {
    /// The factor of its largest loading in absolute size, if that is 0.5 or more.
    pub factor: Option<usize>,
    /// That loading, with its sign.
    pub loading: f64,
    /// Another factor whose loading comes within 0.2 of it; only for items with a factor.
    pub also: Option<usize>,
}

/// The factor of each item, by absolute loading; among equals the first factor.
pub fn assign(loadings: &Loadings) -> Vec<Assignment> {
    (0..loadings.matrix().n_rows()).map(|i| assigned(loadings.matrix().row(i))).collect()
}

fn assigned(row: &[f64]) -> Assignment {
    let largest = |skip: Option<usize>| {
        let others = (0..row.len()).filter(|&j| Some(j) != skip);
        others.reduce(|best, j| if row[j].abs() > row[best].abs() { j } else { best })
    };
    let first = largest(None);
    let loading = first.map_or(0.0, |j| row[j]);
    let factor = first.filter(|_| loading.abs() >= TIED);
    let also = largest(first).filter(|&j| factor.is_some() && loading.abs() - row[j].abs() <= CROSS);
    Assignment { factor, loading, also }
}

/// The item that stands for each factor: the one with the largest absolute loading among its own; among equals
/// the first, `None` for a factor without items.
pub fn representatives(assignments: &[Assignment], factors: usize) -> Vec<Option<usize>> {
    let standing = |factor: usize| {
        let own = (0..assignments.len()).filter(|&i| assignments[i].factor == Some(factor));
        let size = |i: usize| assignments[i].loading.abs();
        own.reduce(|best, i| if size(i) > size(best) { i } else { best })
    };
    (0..factors).map(standing).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::math::matrix::Matrix;

    #[test]
    fn items_go_where_they_load_most() {
        let rows = [[0.9, 0.1], [-0.5, 0.0], [0.6, 0.45], [0.2, 0.49], [0.1, -0.8], [0.7, 0.5]];
        let found = assign(&Loadings::new(Matrix::from_fn(6, 2, |i, j| rows[i][j])));
        let factors: Vec<Option<usize>> = found.iter().map(|a| a.factor).collect();
        assert_eq!(factors, [Some(0), Some(0), Some(0), None, Some(1), Some(0)]);
        let also: Vec<Option<usize>> = found.iter().map(|a| a.also).collect();
        assert_eq!(also, [None, None, Some(1), None, None, Some(1)]);
        assert!((found[4].loading + 0.8).abs() < 1e-15);
        assert_eq!(representatives(&found, 3), [Some(0), Some(4), None]);
    }

    #[test]
    fn without_factors_nothing_is_assigned() {
        let found = assign(&Loadings::new(Matrix::zeros(2, 0)));
        assert_eq!(found, [Assignment { factor: None, loading: 0.0, also: None }; 2]);
        let one = assign(&Loadings::new(Matrix::from_fn(1, 1, |_, _| 0.6)));
        assert_eq!((one[0].factor, one[0].also), (Some(0), None));
    }
}
