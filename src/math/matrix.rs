//! Small dense matrices: the correlations of some dozens of items, not data.

use std::ops::{Index, IndexMut};

/// A dense matrix, row after row.
#[derive(Clone, Debug, PartialEq)]
pub struct Matrix {
    n_rows: usize,
    n_columns: usize,
    values: Vec<f64>,
}

impl Matrix {
    /// The matrix with `entry(i, j)` in row `i`, column `j`.
    pub fn from_fn(n_rows: usize, n_columns: usize, mut entry: impl FnMut(usize, usize) -> f64) -> Self {
        let mut values = Vec::with_capacity(n_rows * n_columns);
        for i in 0..n_rows {
            values.extend((0..n_columns).map(|j| entry(i, j)));
        }
        Self { n_rows, n_columns, values }
    }

    /// All zero.
    pub fn zeros(n_rows: usize, n_columns: usize) -> Self {
        Self { n_rows, n_columns, values: vec![0.0; n_rows * n_columns] }
    }

    /// Ones on the diagonal.
    pub fn identity(n: usize) -> Self {
        Self::from_fn(n, n, |i, j| f64::from(u8::from(i == j)))
    }

    /// Number of rows.
    pub fn n_rows(&self) -> usize {
        self.n_rows
    }

    /// Number of columns.
    pub fn n_columns(&self) -> usize {
        self.n_columns
    }

    /// One row.
    pub fn row(&self, i: usize) -> &[f64] {
        &self.values[i * self.n_columns..(i + 1) * self.n_columns]
    }

    /// One column, from top to bottom.
    pub fn column(&self, j: usize) -> impl Iterator<Item = f64> {
        (0..self.n_rows).map(move |i| self[(i, j)])
    }

    /// The product `self · other`.
    #[must_use]
    pub fn times(&self, other: &Self) -> Self {
        assert_eq!(self.n_columns, other.n_rows, "the inner sizes of a product are equal");
        Self::from_fn(self.n_rows, other.n_columns, |i, j| dot(self.row(i).iter().copied(), other.column(j)))
    }

    /// The product with a column vector.
    pub fn times_vector(&self, vector: &[f64]) -> Vec<f64> {
        (0..self.n_rows).map(|i| dot(self.row(i).iter().copied(), vector.iter().copied())).collect()
    }

    /// The rows and columns named, in their order.
    #[must_use]
    pub fn select(&self, rows: &[usize], columns: &[usize]) -> Self {
        Self::from_fn(rows.len(), columns.len(), |i, j| self[(rows[i], columns[j])])
    }
}

impl Index<(usize, usize)> for Matrix {
    type Output = f64;
    fn index(&self, (i, j): (usize, usize)) -> &f64 {
        &self.values[i * self.n_columns + j]
    }
}

impl IndexMut<(usize, usize)> for Matrix {
    fn index_mut(&mut self, (i, j): (usize, usize)) -> &mut f64 {
        &mut self.values[i * self.n_columns + j]
    }
}

/// Σ aᵢ·bᵢ in the order given.
fn dot(a: impl Iterator<Item = f64>, b: impl Iterator<Item = f64>) -> f64 {
    a.zip(b).map(|(a, b)| a * b).sum()
}

/// A pivot below this part of its diagonal entry is zero but for rounding.
const SINGULAR: f64 = 1e-14;

/// The factor `L` of a symmetric positive definite matrix, `A = L·Lᵀ`.
#[derive(Clone, Debug)]
pub struct Cholesky {
    lower: Matrix,
}

impl Cholesky {
    /// The factor of `symmetric`, whose lower half is read; `None` when it is not positive definite in f64.
    pub fn of(symmetric: &Matrix) -> Option<Self> {
        let n = symmetric.n_rows;
        let mut lower = Matrix::zeros(n, n);
        for j in 0..n {
            for i in j..n {
                let done: f64 = (0..j).map(|k| lower[(i, k)] * lower[(j, k)]).sum();
                let rest = symmetric[(i, j)] - done;
                if i > j {
                    lower[(i, j)] = rest / lower[(j, j)];
                } else if rest > SINGULAR * symmetric[(j, j)] {
                    lower[(j, j)] = rest.sqrt();
                } else {
                    return None;
                }
            }
        }
        Some(Self { lower })
    }

    /// The solution `x` of `A·x = b`.
    pub fn solve(&self, b: &[f64]) -> Vec<f64> {
        let lower = &self.lower;
        let n = lower.n_rows;
        let mut x = b.to_vec();
        for i in 0..n {
            let done: f64 = (0..i).map(|k| lower[(i, k)] * x[k]).sum();
            x[i] = (x[i] - done) / lower[(i, i)];
        }
        for i in (0..n).rev() {
            let done: f64 = (i + 1..n).map(|k| lower[(k, i)] * x[k]).sum();
            x[i] = (x[i] - done) / lower[(i, i)];
        }
        x
    }

    /// The inverse `A⁻¹`, exactly symmetric.
    pub fn inverse(&self) -> Matrix {
        let n = self.lower.n_rows;
        let unit = |j: usize| (0..n).map(|i| f64::from(u8::from(i == j))).collect::<Vec<_>>();
        let columns: Vec<Vec<f64>> = (0..n).map(|j| self.solve(&unit(j))).collect();
        Matrix::from_fn(n, n, |i, j| f64::midpoint(columns[i][j], columns[j][i]))
    }

    /// The logarithm of the determinant, `2·Σ ln Lᵢᵢ`.
    pub fn ln_determinant(&self) -> f64 {
        (0..self.lower.n_rows).map(|i| 2.0 * self.lower[(i, i)].ln()).sum()
    }
}

/// Eigenvalues and eigenvectors of a symmetric matrix.
#[derive(Clone, Debug)]
pub struct Eigen {
    /// Eigenvalues, the largest first.
    pub values: Vec<f64>,
    /// Eigenvectors of length 1 as columns, in the order of `values`; the sum of each is 0 or more.
    pub vectors: Matrix,
}

/// Sweeps after which rotating stops; ten are plenty for any matrix seen.
const MOST_SWEEPS: usize = 100;

impl Eigen {
    /// The decomposition of `symmetric` by cyclic Jacobi rotations (Golub & Van Loan 2013, algorithm 8.5.3):
    /// slow for large matrices, but accurate for small eigenvalues too, and without any choice of a start.
    pub fn of(symmetric: &Matrix) -> Self {
        let n = symmetric.n_rows;
        let mut a = symmetric.clone();
        let mut vectors = Matrix::identity(n);
        for _ in 0..MOST_SWEEPS {
            let mut rotated = false;
            for p in 0..n {
                for q in p + 1..n {
                    rotated |= rotate(&mut a, &mut vectors, p, q);
                }
            }
            if !rotated {
                break;
            }
        }
        sorted(&a, &vectors)
    }
}

/// Makes `a[p, q]` zero; `false` when it is nothing beside its two diagonal entries.
fn rotate(a: &mut Matrix, vectors: &mut Matrix, p: usize, q: usize) -> bool {
    let off = a[(p, q)];
    if off.abs() <= f64::EPSILON * 0.5 * (a[(p, p)] * a[(q, q)]).abs().sqrt() || off.abs() < f64::MIN_POSITIVE
    {
        return false;
    }
    let theta = (a[(q, q)] - a[(p, p)]) / (2.0 * off);
    let t = 1.0_f64.copysign(theta) / (theta.abs() + theta.hypot(1.0));
    let cos = 1.0 / t.hypot(1.0);
    let sin = t * cos;
    let n = a.n_rows;
    for k in 0..n {
        turn(a, (k, p), (k, q), cos, sin);
    }
    for k in 0..n {
        turn(a, (p, k), (q, k), cos, sin);
        turn(vectors, (k, p), (k, q), cos, sin);
    }
    (a[(p, q)], a[(q, p)]) = (0.0, 0.0);
    true
}

/// Turns two entries as the coordinates of a point.
fn turn(matrix: &mut Matrix, p: (usize, usize), q: (usize, usize), cos: f64, sin: f64) {
    let (x, y) = (matrix[p], matrix[q]);
    matrix[p] = cos * x - sin * y;
    matrix[q] = sin * x + cos * y;
}

/// The decomposition in the order and with the signs it promises.
fn sorted(diagonal: &Matrix, vectors: &Matrix) -> Eigen {
    let n = diagonal.n_rows;
    let mut order: Vec<usize> = (0..n).collect();
    order.sort_by(|&i, &j| diagonal[(j, j)].total_cmp(&diagonal[(i, i)]));
    let sign = |j: usize| if vectors.column(j).sum::<f64>() < 0.0 { -1.0 } else { 1.0 };
    let signs: Vec<f64> = order.iter().map(|&j| sign(j)).collect();
    Eigen {
        values: order.iter().map(|&j| diagonal[(j, j)]).collect(),
        vectors: Matrix::from_fn(n, n, |i, j| signs[j] * vectors[(i, order[j])]),
    }
}

#[cfg(test)]
#[allow(clippy::float_cmp, reason = "the values compared are exact")]
mod tests {
    use super::super::golden::{all_close, close};
    use super::*;

    fn matrix<const N: usize>(rows: [[f64; N]; N]) -> Matrix {
        Matrix::from_fn(N, N, |i, j| rows[i][j])
    }

    /// The example of every textbook: L = (2; 6, 1; −8, 5, 3).
    #[test]
    fn cholesky_of_a_textbook_matrix() {
        let a = matrix([[4.0, 12.0, -16.0], [12.0, 37.0, -43.0], [-16.0, -43.0, 98.0]]);
        let factor = Cholesky::of(&a).unwrap();
        all_close(&factor.solve(&[0.0, 6.0, 39.0]), &[1.0, 1.0, 1.0], 1e-12);
        close(factor.ln_determinant(), 36.0_f64.ln(), 1e-14);
        let product = factor.inverse().times(&a);
        for i in 0..3 {
            all_close(product.row(i), Matrix::identity(3).row(i), 1e-12);
        }
    }

    #[test]
    fn a_singular_matrix_has_no_factor() {
        assert!(Cholesky::of(&matrix([[1.0, 1.0], [1.0, 1.0]])).is_none());
        assert!(Cholesky::of(&matrix([[1.0, 2.0], [2.0, 1.0]])).is_none());
        assert!(Cholesky::of(&Matrix::zeros(2, 2)).is_none());
    }

    /// By hand: the second difference matrix has the eigenvalues 2 − √2, 2 and 2 + √2.
    #[test]
    fn eigenvalues_by_hand() {
        let found = Eigen::of(&matrix([[2.0, -1.0, 0.0], [-1.0, 2.0, -1.0], [0.0, -1.0, 2.0]]));
        let root = 2.0_f64.sqrt();
        all_close(&found.values, &[2.0 + root, 2.0, 2.0 - root], 1e-15);
        all_close(&found.vectors.column(2).collect::<Vec<_>>(), &[0.5, root / 2.0, 0.5], 1e-14);
        assert!(Eigen::of(&Matrix::zeros(2, 2)).values.iter().all(|&value| value == 0.0));
    }

    /// Hilbert's matrix of order 8: its smallest eigenvalue, 1.11153896637244e-10, is known to 15 digits.
    #[test]
    fn small_eigenvalues_are_accurate() {
        let hilbert = Matrix::from_fn(8, 8, |i, j| 1.0 / (i + j + 1) as f64);
        let found = Eigen::of(&hilbert);
        close(found.values[0], 1.695_938_996_921_949, 1e-14);
        assert!((found.values[7] / 1.111_538_966_372_44e-10 - 1.0).abs() < 1e-6, "{}", found.values[7]);
        let scaled = Matrix::from_fn(8, 8, |i, j| found.vectors[(i, j)] * found.values[j]);
        let rebuilt = scaled.times(&Matrix::from_fn(8, 8, |i, j| found.vectors[(j, i)]));
        for i in 0..8 {
            all_close(rebuilt.row(i), hilbert.row(i), 1e-14);
        }
    }

    #[test]
    fn products_and_parts() {
        let a = Matrix::from_fn(2, 3, |i, j| (3 * i + j) as f64);
        assert_eq!(a.times_vector(&[1.0, 1.0, 2.0]), [5.0, 17.0]);
        assert_eq!(a.select(&[1], &[2, 0]).row(0), [5.0, 3.0]);
    }
}
