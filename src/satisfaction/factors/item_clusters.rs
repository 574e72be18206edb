//! Items grouped by how closely they go together.

use crate::math::matrix::Matrix;

/// Groups whose mean distance `1 − |r|` is above this stay apart.
const CUT: f64 = 0.5;

/// Two distances that differ by less are equal but for rounding.
const SAME: f64 = 1e-12;

/// The group of each item, numbered from 0 in the order in which they first appear.
///
/// Average linkage (Sokal & Michener 1958) on the distance `1 − |r|`: the two groups with the smallest mean
/// distance between their items join, until that is above 0.5; among equals the pair that comes first.
pub fn item_clusters(r: &Matrix) -> Vec<usize> {
    let mut groups: Vec<Vec<usize>> = (0..r.n_rows()).map(|i| vec![i]).collect();
    while let Some((i, j)) = nearest(r, &groups) {
        let joined = groups.remove(j);
        groups[i].extend(joined);
    }
    let mut numbers = vec![0; r.n_rows()];
    for (number, group) in groups.iter().enumerate() {
        group.iter().for_each(|&item| numbers[item] = number);
    }
    numbers
}

/// The two groups to join next, `i < j`.
fn nearest(r: &Matrix, groups: &[Vec<usize>]) -> Option<(usize, usize)> {
    let mut best: Option<((usize, usize), f64)> = None;
    for i in 0..groups.len() {
        for j in i + 1..groups.len() {
            let apart = distance(r, &groups[i], &groups[j]);
            let shortest = best.map_or(f64::INFINITY, |(_, shortest)| shortest);
            if apart <= CUT + SAME && apart < shortest - SAME {
                best = Some(((i, j), apart));
            }
        }
    }
    best.map(|(pair, _)| pair)
}

/// Mean distance between the items of two groups.
fn distance(r: &Matrix, one: &[usize], other: &[usize]) -> f64 {
    let sum: f64 = one.iter().map(|&i| other.iter().map(|&j| 1.0 - r[(i, j)].abs()).sum::<f64>()).sum();
    sum / (one.len() * other.len()) as f64
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::math::correlation::matrix;
    use crate::math::golden::{ATTITUDE, table};

    #[test]
    fn groups_by_hand() {
        // 0 and 3 join at 0.1, 1 and 4 at 0.2 (opposite signs); (0,3)–2: mean of 0.4 and 0.6 is 0.5, on the cut
        let mut r = Matrix::identity(5);
        for (i, j, value) in [(0, 3, 0.9), (1, 4, -0.8), (0, 2, 0.6), (2, 3, 0.4)] {
            (r[(i, j)], r[(j, i)]) = (value, value);
        }
        assert_eq!(item_clusters(&r), [0, 1, 0, 0, 1]);
        (r[(2, 3)], r[(3, 2)]) = (0.39, 0.39);
        assert_eq!(item_clusters(&r), [0, 1, 2, 0, 1]);
        assert!(item_clusters(&Matrix::identity(0)).is_empty());
    }

    /// scipy 1.17.1: `fcluster(linkage(squareform(1 - abs(r)), "average"), 0.5, "distance")`.
    #[test]
    fn attitude_groups_as_scipy_says() {
        let r = matrix(&table("attitude.csv").full(&ATTITUDE)).unwrap();
        assert_eq!(item_clusters(&r), [0, 0, 1, 0, 0, 2, 3]);
    }
}
