//! Rows of numbers in one slice.

use rayon::prelude::*;

use crate::math::sum::CHUNK;

/// Rows of equal width, one after the other in one slice.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Rows<'a, T = f64> {
    values: &'a [T],
    width: usize,
}

impl<'a, T: Copy + Sync> Rows<'a, T> {
    /// The slice as rows of `width` numbers; `None` unless it divides evenly into rows of one or more.
    pub(crate) fn new(values: &'a [T], width: usize) -> Option<Self> {
        (width > 0 && values.len().is_multiple_of(width)).then_some(Self { values, width })
    }

    /// Number of rows.
    pub(crate) fn len(self) -> usize {
        self.values.len() / self.width
    }

    /// Numbers per row.
    pub(crate) fn width(self) -> usize {
        self.width
    }

    /// All numbers, row after row.
    pub(crate) fn values(self) -> &'a [T] {
        self.values
    }

    /// One row.
    pub(crate) fn row(self, i: usize) -> &'a [T] {
        &self.values[i * self.width..][..self.width]
    }

    /// The rows, one at a time.
    pub(crate) fn iter(self) -> impl Iterator<Item = &'a [T]> {
        self.values.chunks_exact(self.width)
    }

    /// The number of distinct rows, counted up to `enough`.
    pub(crate) fn distinct(self, enough: usize) -> usize
    where
        T: PartialEq,
    {
        let mut found: Vec<&[T]> = Vec::with_capacity(enough);
        for row in self.iter() {
            if found.len() == enough {
                break;
            }
            if !found.contains(&row) {
                found.push(row);
            }
        }
        found.len()
    }

    /// The rows in chunks of [`CHUNK`], in parallel and in order.
    pub(crate) fn chunks(self) -> impl IndexedParallelIterator<Item = Self> {
        self.values.par_chunks(CHUNK * self.width).map(move |values| Self { values, width: self.width })
    }
}

/// The squared Euclidean distance of two rows, Σ(x − y)².
///
/// Never ‖x‖² − 2xy + ‖y‖²: it loses every digit when rows are far from the origin.
#[inline]
pub(crate) fn squared_distance(a: &[f64], b: &[f64]) -> f64 {
    a.iter().zip(b).map(|(x, y)| (x - y) * (x - y)).sum()
}

/// The nearest centre of a row, of equally near ones the first, and the squared distances to it and to
/// the second nearest; infinite when there is no second.
#[inline]
pub(crate) fn nearest(row: &[f64], centres: &[f64]) -> (usize, f64, f64) {
    let mut best = (0, f64::INFINITY, f64::INFINITY);
    for (j, centre) in centres.chunks_exact(row.len()).enumerate() {
        let square = squared_distance(row, centre);
        if square < best.1 {
            best = (j, square, best.1);
        } else if square < best.2 {
            best.2 = square;
        }
    }
    best
}
