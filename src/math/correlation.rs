//! How closely two measures go together: Pearson, Spearman, Kendall, and the matrix of many.

use std::cmp::Ordering;

use super::interval::{Interval, Z};
use super::matrix::Matrix;
use super::sum::{Sum, mean};

/// Rows in which every column has a value (listwise deletion), as columns in the order given.
pub fn complete(columns: &[Vec<Option<f64>>]) -> Vec<Vec<f64>> {
    let n = columns.iter().map(Vec::len).min().unwrap_or(0);
    let rows: Vec<usize> = (0..n).filter(|&row| columns.iter().all(|column| column[row].is_some())).collect();
    let kept = |column: &Vec<Option<f64>>| rows.iter().filter_map(|&row| column[row]).collect();
    columns.iter().map(kept).collect()
}

/// All values are the same number, or there are none.
pub fn is_constant(values: &[f64]) -> bool {
    values.windows(2).all(|pair| pair[0].partial_cmp(&pair[1]) == Some(Ordering::Equal))
}

/// Each value less the mean of all.
pub fn centred(values: &[f64]) -> Vec<f64> {
    mean(values).map_or_else(Vec::new, |mean| values.iter().map(|x| x - mean).collect())
}

/// Pearson's r of two columns of the same length, −1 to 1; `None` for less than two rows or a constant column.
///
/// `Σ(x−x̄)(y−ȳ) / √(Σ(x−x̄)²·Σ(y−ȳ)²)`, in two passes with compensated sums.
pub fn pearson(x: &[f64], y: &[f64]) -> Option<f64> {
    if x.len() < 2 || is_constant(x) || is_constant(y) {
        return None;
    }
    cosine(&centred(x), &centred(y))
}

/// The correlation of two centred columns; `None` when one is all zero.
fn cosine(x: &[f64], y: &[f64]) -> Option<f64> {
    let scale = product(x, x).sqrt() * product(y, y).sqrt();
    (scale > 0.0).then(|| (product(x, y) / scale).clamp(-1.0, 1.0))
}

/// Σ x·y.
fn product(x: &[f64], y: &[f64]) -> f64 {
    x.iter().zip(y).map(|(x, y)| x * y).collect::<Sum>().value()
}

/// The matrix of Pearson's r of some columns; `None` when a column is constant or has less than two rows.
pub fn matrix(columns: &[Vec<f64>]) -> Option<Matrix> {
    if columns.iter().any(|column| column.len() < 2 || is_constant(column)) {
        return None;
    }
    let centred: Vec<Vec<f64>> = columns.iter().map(|column| centred(column)).collect();
    let p = columns.len();
    let mut r = Matrix::identity(p);
    for i in 0..p {
        for j in 0..i {
            let value = cosine(&centred[i], &centred[j])?;
            (r[(i, j)], r[(j, i)]) = (value, value);
        }
    }
    Some(r)
}

/// Fisher's 95 % interval of a correlation from `n` rows: `tanh(atanh r ± z/√(n−3))`; `None` when n < 4.
pub fn fisher(r: f64, n: usize) -> Option<Interval> {
    if n < 4 {
        return None;
    }
    let half = Z / (n as f64 - 3.0).sqrt();
    Some(Interval { low: (r.atanh() - half).tanh(), high: (r.atanh() + half).tanh() })
}

/// Ranks from 1, the smallest value first; equal values share the mean of their places.
pub fn mid_ranks(values: &[f64]) -> Vec<f64> {
    let mut order: Vec<usize> = (0..values.len()).collect();
    order.sort_unstable_by(|&i, &j| values[i].total_cmp(&values[j]));
    let mut ranks = vec![0.0; values.len()];
    let mut first = 0;
    for run in order.chunk_by(|&i, &j| values[i] >= values[j]) {
        let rank = first as f64 + f64::midpoint(1.0, run.len() as f64);
        run.iter().for_each(|&i| ranks[i] = rank);
        first += run.len();
    }
    ranks
}

/// Spearman's ρ: Pearson's r of the mid-ranks.
pub fn spearman(x: &[f64], y: &[f64]) -> Option<f64> {
    pearson(&mid_ranks(x), &mid_ranks(y))
}

/// Kendall's τ-b, −1 to 1; `None` for less than two rows or a constant column.
///
/// `(C − D) / √((P − Tx)(P − Ty))` with P pairs, C of them in the same and D in opposite order, Tx and Ty equal
/// in x and in y. In n·ln n steps, by counting the exchanges of a merge sort (Knight 1966).
pub fn kendall_tau_b(x: &[f64], y: &[f64]) -> Option<f64> {
    // adding 0 makes −0 the zero it equals, so that the order of bits is the order of numbers
    let mut rows: Vec<(f64, f64)> = x.iter().zip(y).map(|(x, y)| (x + 0.0, y + 0.0)).collect();
    rows.sort_unstable_by(|a, b| a.0.total_cmp(&b.0).then(a.1.total_cmp(&b.1)));
    let pairs = pairs_of(rows.len());
    let tied_x = tied_pairs(rows.chunk_by(|a, b| a.0 >= b.0));
    let tied_both = tied_pairs(rows.chunk_by(|a, b| a == b));
    let mut second: Vec<f64> = rows.iter().map(|row| row.1).collect();
    let discordant = sort_counting(&mut second);
    let tied_y = tied_pairs(second.chunk_by(|a, b| a >= b));
    let (free_x, free_y) = (pairs - tied_x, pairs - tied_y);
    if free_x == 0 || free_y == 0 {
        return None;
    }
    let concordant = pairs - tied_x - tied_y + tied_both - discordant;
    let balance = concordant as f64 - discordant as f64;
    Some((balance / (free_x as f64).sqrt() / (free_y as f64).sqrt()).clamp(-1.0, 1.0))
}

/// Pairs of `n` things.
fn pairs_of(n: usize) -> u64 {
    let n = n as u64;
    n * n.saturating_sub(1) / 2
}

/// Pairs within runs of equal things.
fn tied_pairs<'a, T: 'a>(runs: impl Iterator<Item = &'a [T]>) -> u64 {
    runs.map(|run| pairs_of(run.len())).sum()
}

/// Sorts in place; the number of pairs that stood in falling order.
fn sort_counting(values: &mut [f64]) -> u64 {
    let mut merged = values.to_vec();
    let mut exchanges = 0;
    let mut width = 1;
    while width < values.len() {
        for (from, to) in values.chunks(2 * width).zip(merged.chunks_mut(2 * width)) {
            let (left, right) = from.split_at(width.min(from.len()));
            exchanges += merge(left, right, to);
        }
        values.copy_from_slice(&merged);
        width *= 2;
    }
    exchanges
}

/// Merges two ascending runs into `to`; the number of pairs in which the left value is the larger.
fn merge(left: &[f64], right: &[f64], to: &mut [f64]) -> u64 {
    let (mut i, mut j, mut exchanges) = (0, 0, 0);
    for place in to {
        if j == right.len() || (i < left.len() && left[i] <= right[j]) {
            *place = left[i];
            i += 1;
        } else {
            *place = right[j];
            j += 1;
            exchanges += (left.len() - i) as u64;
        }
    }
    exchanges
}

#[cfg(test)]
#[allow(clippy::float_cmp, reason = "the values compared are exact")]
mod tests {
    use super::super::golden::{Table, all_close, close, json, mobi, numbers, table, texts};
    use super::*;

    fn reference(name: &str, data: &Table) {
        let expected = &json("key_drivers.json")[name];
        let drivers = data.full(&texts(&expected["predictors"]));
        let outcome = data.full(&[expected["outcome"].as_str().unwrap()]).remove(0);
        let each = |f: fn(&[f64], &[f64]) -> Option<f64>| -> Vec<f64> {
            drivers.iter().map(|driver| f(driver, &outcome).unwrap()).collect()
        };
        all_close(&each(pearson), &numbers(&expected["pearson"]), 1e-12);
        all_close(&each(spearman), &numbers(&expected["spearman"]), 1e-12);
        all_close(&each(kendall_tau_b), &numbers(&expected["kendall_tau_b"]), 1e-12);
        for (r, ends) in each(pearson).into_iter().zip(expected["pearson_fisher95"].as_array().unwrap()) {
            let found = fisher(r, outcome.len()).unwrap();
            all_close(&[found.low, found.high], &numbers(ends), 1e-12);
        }
    }

    #[test]
    fn correlations_equal_the_reference() {
        reference("attitude", &table("attitude.csv"));
        reference("swiss", &table("swiss.csv"));
        reference("mtcars", &table("mtcars_5cols.csv"));
        if let Some(mobi) = mobi() {
            reference("mobi", &mobi);
        }
    }

    #[test]
    fn kendall_counts_what_all_pairs_say() {
        let x: Vec<f64> = (0..300).map(|i| f64::from(i * 7919 % 13)).collect();
        let y: Vec<f64> = (0..300).map(|i| f64::from(i * 104_729 % 17)).collect();
        let (mut balance, mut free_x, mut free_y) = (0.0, 0.0, 0.0);
        for i in 0..300 {
            for j in 0..i {
                let sign = |v: &[f64]| v[i].partial_cmp(&v[j]).map_or(0.0, |o| f64::from(o as i8));
                balance += sign(&x) * sign(&y);
                free_x += sign(&x).abs();
                free_y += sign(&y).abs();
            }
        }
        let expected: f64 = balance / (free_x * free_y).sqrt();
        close(kendall_tau_b(&x, &y).unwrap(), expected, 1e-14);
    }

    #[test]
    fn equal_values_share_the_mean_rank() {
        assert_eq!(mid_ranks(&[30.0, 10.0, 20.0, 20.0]), [4.0, 1.0, 2.5, 2.5]);
        assert_eq!(mid_ranks(&[]), Vec::<f64>::new());
    }

    #[test]
    fn a_constant_column_goes_with_nothing() {
        let (x, constant) = ([1.0, 2.0, 4.0], [0.1; 3]);
        assert_eq!(pearson(&x, &constant), None);
        assert_eq!(spearman(&constant, &x), None);
        assert_eq!(kendall_tau_b(&x, &constant), None);
        assert_eq!(matrix(&[x.to_vec(), constant.to_vec()]), None);
        assert_eq!(pearson(&[1.0], &[2.0]), None);
        assert_eq!((kendall_tau_b(&[], &[]), fisher(0.5, 3)), (None, None));
    }

    #[test]
    fn a_column_goes_fully_with_itself_and_against_its_mirror() {
        let (x, mirror) = ([0.1, 0.7, 0.3, 1.9], [-0.1, -0.7, -0.3, -1.9]);
        assert_eq!((pearson(&x, &x), pearson(&x, &mirror)), (Some(1.0), Some(-1.0)));
        assert_eq!(fisher(1.0, 10), Some(Interval { low: 1.0, high: 1.0 }));
    }

    #[test]
    fn only_complete_rows_stay() {
        let columns = [vec![Some(1.0), None, Some(3.0)], vec![Some(4.0), Some(5.0), Some(6.0)]];
        assert_eq!(complete(&columns), [[1.0, 3.0], [4.0, 6.0]]);
        assert!(complete(&[]).is_empty());
    }
}
