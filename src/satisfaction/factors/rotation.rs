//! Loadings of items on factors, turned and ordered so that they can be read and compared.

use crate::math::matrix::Matrix;

/// Sweeps of varimax after which turning stops.
const MOST_SWEEPS: usize = 1_000;

/// Varimax stops when a sweep turns no pair of columns by more than this angle: the criterion is flat at its top,
/// and a tolerance of 1e-12 on its height would leave loadings with six digits only.
const STILL: f64 = 1e-12;

/// Below this part of their size, the two sides of an angle's tangent are rounding: any angle is as good.
const ROUND: f64 = 1e-14;

/// Loadings: items as rows, factors as columns; the correlations of items with factors where these are
/// independent of one another.
#[derive(Clone, Debug, PartialEq)]
pub struct Loadings(Matrix);

impl Loadings {
    /// Loadings as they are.
    pub fn new(matrix: Matrix) -> Self {
        Self(matrix)
    }

    /// The loadings, items × factors.
    pub fn matrix(&self) -> &Matrix {
        &self.0
    }

    /// The part of each item's variance that the factors explain together.
    pub fn communalities(&self) -> Vec<f64> {
        (0..self.0.n_rows()).map(|i| self.0.row(i).iter().map(|x| x * x).sum()).collect()
    }

    /// Sum of squared loadings of each factor: the variance it explains, in items.
    pub fn sums_of_squares(&self) -> Vec<f64> {
        (0..self.0.n_columns()).map(|j| self.0.column(j).map(|x| x * x).sum()).collect()
    }

    /// The same loadings with columns by falling sum of squares, each with the sign that makes its sum 0 or more.
    #[must_use]
    pub fn canonical(&self) -> Self {
        let squares = self.sums_of_squares();
        let mut order: Vec<usize> = (0..squares.len()).collect();
        order.sort_by(|&i, &j| squares[j].total_cmp(&squares[i]));
        let sign = |j: usize| if self.0.column(j).sum::<f64>() < 0.0 { -1.0 } else { 1.0 };
        let signs: Vec<f64> = order.iter().map(|&j| sign(j)).collect();
        Self(Matrix::from_fn(self.0.n_rows(), order.len(), |i, j| signs[j] * self.0[(i, order[j])]))
    }

    /// The loadings turned so that each item loads highly on few factors, then canonical.
    ///
    /// Maximises the variance of squared loadings per factor, each item brought to length 1 meanwhile (Kaiser
    /// 1958): pairs of columns are turned by the best angle, again and again. Communalities stay.
    #[must_use]
    pub fn varimax(&self) -> Self {
        let lengths: Vec<f64> = self.communalities().into_iter().map(f64::sqrt).collect();
        let unit = |i: usize, j: usize| if lengths[i] > 0.0 { self.0[(i, j)] / lengths[i] } else { 0.0 };
        let mut x = Matrix::from_fn(self.0.n_rows(), self.0.n_columns(), unit);
        for _ in 0..MOST_SWEEPS {
            let mut widest: f64 = 0.0;
            for p in 0..x.n_columns() {
                for q in p + 1..x.n_columns() {
                    widest = widest.max(turn(&mut x, p, q).abs());
                }
            }
            if widest <= STILL {
                break;
            }
        }
        Self(Matrix::from_fn(x.n_rows(), x.n_columns(), |i, j| x[(i, j)] * lengths[i])).canonical()
    }
}

/// Turns two columns by Kaiser's angle: with `u = x²−y²`, `v = 2xy`,
/// `tan 4φ = 2(Σuv − ΣuΣv/p) / (Σ(u²−v²) − ((Σu)²−(Σv)²)/p)`. The angle φ.
fn turn(matrix: &mut Matrix, p: usize, q: usize) -> f64 {
    let n = matrix.n_rows() as f64;
    let (mut u_sum, mut v_sum, mut difference, mut product, mut size) = (0.0, 0.0, 0.0, 0.0, 0.0);
    for (x, y) in matrix.column(p).zip(matrix.column(q)) {
        let (u, v) = (x * x - y * y, 2.0 * x * y);
        u_sum += u;
        v_sum += v;
        difference += u * u - v * v;
        product += u * v;
        size += u * u + v * v;
    }
    let sine = 2.0 * (product - u_sum * v_sum / n);
    let cosine = difference - (u_sum * u_sum - v_sum * v_sum) / n;
    if sine.hypot(cosine) <= ROUND * size {
        return 0.0;
    }
    let angle = sine.atan2(cosine) / 4.0;
    let (sin, cos) = angle.sin_cos();
    for i in 0..matrix.n_rows() {
        let (x, y) = (matrix[(i, p)], matrix[(i, q)]);
        matrix[(i, p)] = cos * x + sin * y;
        matrix[(i, q)] = cos * y - sin * x;
    }
    angle
}

#[cfg(test)]
mod tests {
    use super::super::components;
    use super::*;
    use crate::math::correlation::matrix;
    use crate::math::golden::{ATTITUDE, MOBI_15, Table, all_close, mobi, table};

    /// Unrotated loadings against R (its decomposition is exact). R's `varimax` stops at 1e-5 of its criterion,
    /// up to 6e-4 from where it is heading; the same iteration in numpy carried to its end is the second file.
    fn check(name: &str, items: &[&str], data: &Table, count: usize) {
        let expected = |file: &str, kind: &str| {
            let names: Vec<String> = (1..=count).map(|j| format!("{kind}.{j}")).collect();
            let columns = table(file).full(&names);
            Loadings::new(Matrix::from_fn(items.len(), count, |i, j| columns[j][i])).canonical()
        };
        let from_r = format!("fa_{name}.csv");
        let plain = components(&matrix(&data.full(items)).unwrap(), count).loadings;
        let turned = plain.varimax();
        for (found, expected, tolerance) in [
            (&plain, expected(&from_r, "pca_unrot"), 1e-9),
            (&turned, expected(&from_r, "pca_varimax"), 1e-3),
            (&turned, expected(&format!("varimax_{name}.csv"), "pca_varimax"), 1e-9),
        ] {
            for i in 0..items.len() {
                all_close(found.matrix().row(i), expected.matrix().row(i), tolerance);
            }
        }
        all_close(&turned.communalities(), &plain.communalities(), 1e-13);
    }

    #[test]
    fn varimax_equals_the_reference() {
        check("attitude_2f", &ATTITUDE, &table("attitude.csv"), 2);
        if let Some(mobi) = mobi() {
            check("mobi15_3f", &MOBI_15, &mobi, 3);
        }
    }

    #[test]
    fn simple_structure_is_found_again() {
        let simple = [[0.9, 0.0], [0.8, 0.0], [0.7, 0.0], [0.0, 0.6], [0.0, 0.5], [0.0, 0.0]];
        let (sin, cos) = 0.6_f64.sin_cos();
        let turned = Matrix::from_fn(6, 2, |i, j| {
            let [x, y] = simple[i];
            if j == 0 { cos * x - sin * y } else { sin * x + cos * y }
        });
        let found = Loadings::new(turned).varimax();
        for (i, row) in simple.iter().enumerate() {
            all_close(found.matrix().row(i), row, 1e-12);
        }
        all_close(&found.sums_of_squares(), &[1.94, 0.61], 1e-12);
    }

    #[test]
    fn one_factor_is_only_given_its_sign() {
        let found = Loadings::new(Matrix::from_fn(2, 1, |i, _| [-0.6, 0.2][i])).varimax();
        all_close(&found.matrix().column(0).collect::<Vec<_>>(), &[0.6, -0.2], 1e-15);
    }
}
