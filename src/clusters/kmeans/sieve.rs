//! A copy of the rows in single precision, good enough to tell the nearest centre of almost every row,
//! at half the memory and twice the vector width, and honest about the rest.
//!
//! Columns are shifted and all of them scaled alike, so that every number lies within −1 to 1. Then the
//! error of a distance has a bound that does not depend on the rows: see [`Sieve::new`].

use rayon::prelude::*;

use super::blocks::{width, with_width};
use super::rows::Rows;
use crate::math::sum::CHUNK;

/// Unit roundoff of single precision, 2⁻²⁴.
const UNIT: f64 = f32::EPSILON as f64 / 2.0;

/// Rows in single precision, with what is needed to put centres beside them.
pub(super) struct Sieve {
    rows: Vec<f32>,
    /// Middle of each column.
    middles: Vec<f64>,
    /// From the rows' unit to that of the sieve.
    pub(super) scale: f64,
    /// Two computed distances, in the sieve's unit, that differ by more than this differ in truth, and in
    /// the same direction.
    pub(super) doubt: f64,
}

impl Sieve {
    /// The sieve of the rows, wide enough for the centres `also`.
    ///
    /// With u = 2⁻²⁴ and d columns: numbers within ±1 are stored with an error up to u, so a difference
    /// of two (at most 2) is wrong by up to 2u + 2u, the vector of differences by 4u√d. Squaring, adding
    /// d terms and taking the root add a relative (d + 1)/2 · u + u to a distance of up to 2√d. Together
    /// u√d(d + 7) per distance, twice that for two; doubled again for the bookkeeping of the bounds.
    pub(super) fn new(rows: Rows<'_>, also: &[f64]) -> Self {
        let d = rows.width();
        let also = also.par_chunks(CHUNK * d).filter_map(|values| Rows::new(values, d));
        let ranges: Vec<Vec<(f64, f64)>> =
            rows.chunks().chain(also).map(|rows| with_width!(d, D => ranges::<D>(rows))).collect();
        let widest = |column: usize| {
            ranges.iter().fold((f64::INFINITY, f64::NEG_INFINITY), |(low, high), chunk| {
                (low.min(chunk[column].0), high.max(chunk[column].1))
            })
        };
        let ranges: Vec<(f64, f64)> = (0..d).map(widest).collect();
        let middles: Vec<f64> = ranges.iter().map(|(low, high)| low / 2.0 + high / 2.0).collect();
        let half = ranges.iter().map(|(low, high)| high / 2.0 - low / 2.0).fold(f64::MIN_POSITIVE, f64::max);
        let scale = (1.0 / half).min(f64::MAX);
        let doubt = 4.0 * UNIT * (d as f64).sqrt() * (d as f64 + 7.0);
        let mut sieve = Self { rows: vec![0.0; rows.values().len()], middles, scale, doubt };
        let mut stored = std::mem::take(&mut sieve.rows);
        stored
            .par_chunks_mut(CHUNK * d)
            .zip(rows.chunks())
            .for_each(|(stored, rows)| sieve.shrink(rows.values(), stored));
        sieve.rows = stored;
        sieve
    }

    /// The rows.
    pub(super) fn rows(&self) -> Rows<'_, f32> {
        Rows::new(&self.rows, self.middles.len()).expect("a copy of rows of that width")
    }

    /// Centres in the unit of the sieve.
    pub(super) fn centres(&self, centres: &[f64]) -> Vec<f32> {
        let mut stored = vec![0.0; centres.len()];
        self.shrink(centres, &mut stored);
        stored
    }

    fn shrink(&self, values: &[f64], stored: &mut [f32]) {
        let d = self.middles.len();
        for (row, stored) in values.chunks_exact(d).zip(stored.chunks_exact_mut(d)) {
            for ((&value, &middle), stored) in row.iter().zip(&self.middles).zip(stored) {
                *stored = ((value - middle) * self.scale) as f32;
            }
        }
    }
}

/// Smallest and largest value of each column.
#[inline]
fn ranges<const D: usize>(rows: Rows<'_>) -> Vec<(f64, f64)> {
    let d = width::<D>(rows.width());
    let (mut low, mut high) = (vec![f64::INFINITY; d], vec![f64::NEG_INFINITY; d]);
    for row in rows.values().chunks_exact(d) {
        for ((low, high), &value) in low.iter_mut().zip(&mut high).zip(row) {
            *low = if value < *low { value } else { *low };
            *high = if value > *high { value } else { *high };
        }
    }
    low.into_iter().zip(high).collect()
}
