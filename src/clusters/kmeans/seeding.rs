//! Where a run starts: greedy k-means++ (Arthur & Vassilvitskii 2007), as scikit-learn does it.
//!
//! Each next centre is the best of 2 + ⌊ln k⌋ rows, every one drawn with a probability proportional to
//! its squared distance to the nearest centre so far; the best leaves the least squared distance.

use rayon::prelude::*;

use super::blocks::{Blocks, LANES, squared_distances, with_width};
use super::rows::Rows;
use crate::math::random::Stream;
use crate::math::sum::{CHUNK, Sum};

/// `k` rows to start from, row after row. The rows must have at least `k` distinct points.
pub(super) fn plus_plus(rows: Rows<'_>, k: usize, random: &mut Stream) -> Vec<f64> {
    let candidates = 2 + (k as f64).ln() as usize;
    let mut potential = Potential::new(rows);
    let mut centres = rows.row(random.below(rows.len())).to_vec();
    potential.settle(&centres);
    for _ in 1..k {
        let drawn: Vec<f64> = (0..candidates)
            .flat_map(|_| rows.row(draw(&potential.closest, &potential.chunks, random.unit())))
            .copied()
            .collect();
        let best = potential.best_of(&drawn);
        let centre = &drawn[best * rows.width()..][..rows.width()];
        potential.settle(centre);
        centres.extend_from_slice(centre);
    }
    centres
}

/// Squared distance of every row to the nearest centre so far.
struct Potential<'a> {
    rows: Rows<'a>,
    closest: Vec<f64>,
    /// Sum of `closest` per chunk.
    chunks: Vec<f64>,
}

impl<'a> Potential<'a> {
    fn new(rows: Rows<'a>) -> Self {
        Self { rows, closest: vec![f64::INFINITY; rows.len()], chunks: Vec::new() }
    }

    /// Takes one more centre into account.
    fn settle(&mut self, centre: &[f64]) {
        let rows = self.rows;
        self.chunks = rows
            .chunks()
            .zip(self.closest.par_chunks_mut(CHUNK))
            .map(|(rows, closest)| with_width!(rows.width(), D => settle_chunk::<D>(rows, closest, centre)))
            .collect();
    }

    /// The candidate that leaves the least squared distance; of equally good ones the first.
    fn best_of(&self, candidates: &[f64]) -> usize {
        let rows = self.rows;
        let chunks: Vec<Vec<f64>> = rows
            .chunks()
            .zip(self.closest.par_chunks(CHUNK))
            .map(|(rows, closest)| with_width!(rows.width(), D => try_chunk::<D>(rows, closest, candidates)))
            .collect();
        let left = |candidate: usize| chunks.iter().map(|chunk| chunk[candidate]).collect::<Sum>().value();
        let left: Vec<f64> = (0..candidates.len() / rows.width()).map(left).collect();
        (0..left.len()).fold(0, |best, candidate| if left[candidate] < left[best] { candidate } else { best })
    }
}

/// The row at which the running sum of the weights passes the share `u` of the whole; `chunks` are the
/// sums of the weights per chunk.
pub(super) fn draw(weights: &[f64], chunks: &[f64], u: f64) -> usize {
    let mut left = u * chunks.iter().copied().collect::<Sum>().value();
    let mut last = 0;
    for (chunk, &sum) in chunks.iter().enumerate() {
        if left >= sum {
            left -= sum;
            continue;
        }
        for (row, &weight) in weights.iter().enumerate().skip(chunk * CHUNK).take(CHUNK) {
            if weight > 0.0 {
                last = row;
                left -= weight;
                if left < 0.0 {
                    return row;
                }
            }
        }
    }
    // rounding can use the sum up before the end: the last row that has any weight
    last
}

/// Rows loaded at once.
const BATCH: usize = 512;

/// Lowers `closest` to the distance to the centre where that is nearer; the new sum.
#[inline]
fn settle_chunk<const D: usize>(rows: Rows<'_>, closest: &mut [f64], centre: &[f64]) -> f64 {
    let mut sums = [0.0; LANES];
    each_block::<D>(rows, |start, block| {
        let squares = squared_distances::<f64, D>(block, centre);
        for ((closest, &square), sum) in closest[start..].iter_mut().zip(&squares).zip(&mut sums) {
            *closest = if square < *closest { square } else { *closest };
            *sum += *closest;
        }
    });
    sums.iter().sum()
}

/// What each candidate would leave of the sum of `closest`.
#[inline]
fn try_chunk<const D: usize>(rows: Rows<'_>, closest: &[f64], candidates: &[f64]) -> Vec<f64> {
    let mut sums = vec![[0.0; LANES]; candidates.len() / rows.width()];
    each_block::<D>(rows, |start, block| {
        for (candidate, sums) in candidates.chunks_exact(rows.width()).zip(&mut sums) {
            let squares = squared_distances::<f64, D>(block, candidate);
            for ((&closest, &square), sum) in closest[start..].iter().zip(&squares).zip(sums) {
                *sum += if square < closest { square } else { closest };
            }
        }
    });
    sums.iter().map(|lanes| lanes.iter().sum()).collect()
}

/// Calls `visit(first row, block)` for the rows of a chunk, block by block.
#[inline]
fn each_block<const D: usize>(rows: Rows<'_>, mut visit: impl FnMut(usize, &[[f64; LANES]])) {
    let mut blocks = Blocks::new(BATCH, rows.width());
    let all: Vec<u16> = (0..rows.len() as u16).collect();
    for batch in all.chunks(BATCH) {
        blocks.load::<D>(rows, batch);
        for (group, block) in batch.chunks(LANES).zip(blocks.iter::<D>()) {
            visit(usize::from(group[0]), block);
        }
    }
}
