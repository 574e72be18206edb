//! One pass over the rows, with Hamerly's bounds: rows that cannot have changed their nearest centre
//! are not looked at.
//!
//! Hamerly (2010) keeps for every row an upper bound on the distance to its own centre and a lower
//! bound on the distance to any other. When a pass moves the centres, the gap between the two narrows
//! by at most the way of the row's own centre plus the longest way of another one. That amount is the
//! same for all rows of a cluster, so it is added up once per cluster (`travelled`), and a row keeps
//! the reading at which its gap is used up (`due`): one number per row, written only when the row is
//! looked at again.
//!
//! The bounds, and the single precision they are kept in, only save work: both are rounded to the safe
//! side, and a row within rounding of two centres is decided in double precision.

use super::blocks::{Blocks, LANES, gather, nearest, width};
use super::rows::{self, Rows};
use super::sieve::Sieve;
use crate::math::sum::{CHUNK, Sum};

/// Distances computed in double precision are wrong by far less than this, relatively. A row whose gap
/// is within it is looked at again in every pass, so that rounding cannot part us from plain Lloyd.
pub(super) const ROUNDING: f64 = 1e-12;

/// Makes up for the roundings between a gap and its `due` reading, three of half an epsilon each, and
/// for the reading being rounded up.
const BOOKING: f32 = 1.0 - 4.0 * f32::EPSILON;

/// Rows loaded at once: few enough to stay in the nearest cache, enough to have their loads overlap.
const BATCH: usize = 512;

/// What a pass knows and changes about a chunk of rows.
pub(super) struct Chunk<'a> {
    pub(super) rows: Rows<'a>,
    /// The rows as the sieve has them.
    pub(super) small: Rows<'a, f32>,
    /// Cluster of each row.
    pub(super) labels: &'a mut [u16],
    /// The reading of its cluster's `travelled` from which a row has to be looked at again.
    pub(super) due: &'a mut [f32],
    pub(super) moves: &'a mut Moves,
}

/// Memory a thread uses again for every chunk.
pub(super) struct Scratch {
    blocks: Blocks<f32>,
    due: Box<[u16; CHUNK]>,
    changed: Changed,
}

impl Scratch {
    /// Memory for rows of this width.
    pub(super) fn new(width: usize) -> Self {
        Self { blocks: Blocks::new(BATCH, width), due: Box::new([0; CHUNK]), changed: Changed::new(width) }
    }
}

/// What all chunks share during a pass.
pub(super) struct Pass<'a> {
    centres: &'a [f64],
    /// The centres as the sieve has them.
    small: Vec<f32>,
    /// Readings of `travelled`, rounded up.
    travelled: Vec<f32>,
    scale: f64,
    doubt: f32,
}

impl<'a> Pass<'a> {
    /// A pass with these centres, `travelled` in the unit of the sieve.
    pub(super) fn new(sieve: &Sieve, centres: &'a [f64], travelled: &[f64]) -> Self {
        Self {
            centres,
            small: sieve.centres(centres),
            travelled: travelled.iter().map(|&reading| (reading as f32).next_up()).collect(),
            scale: sieve.scale,
            doubt: sieve.doubt as f32,
        }
    }

    /// Gives the rows of a chunk their nearest centre.
    #[inline]
    pub(super) fn chunk<const D: usize>(&self, scratch: &mut Scratch, chunk: Chunk<'_>) {
        let Chunk { rows, small, labels, due, moves } = chunk;
        let Scratch { blocks, due: list, changed } = scratch;
        let n_due = due_rows(labels, due, &self.travelled, list);
        changed.n = 0;
        for batch in list[..n_due].chunks(BATCH) {
            blocks.load::<D>(small, batch);
            for (group, block) in batch.chunks(LANES).zip(blocks.iter::<D>()) {
                let near = nearest::<D>(block, &self.small);
                let mut gaps = [0.0; LANES];
                for (lane, gap) in gaps.iter_mut().enumerate() {
                    *gap = near.second[lane].sqrt() - near.first[lane].sqrt() - self.doubt;
                }
                for (lane, &row) in group.iter().enumerate() {
                    let i = usize::from(row);
                    let (mut label, mut gap) = (near.index[lane] as u16, gaps[lane]);
                    if gap <= 0.0 {
                        (label, gap) = self.in_doubt(rows.row(i));
                    }
                    due[i] = (self.travelled[usize::from(label)] + gap) * BOOKING;
                    changed.note(row, label, labels[i] != label);
                }
            }
        }
        changed.book::<D>(rows, labels, moves);
    }

    /// Nearest centre and gap of a row that the sieve cannot decide.
    #[cold]
    fn in_doubt(&self, row: &[f64]) -> (u16, f32) {
        let (label, first, second) = rows::nearest(row, self.centres);
        let gap = (second.sqrt() * (1.0 - ROUNDING) - first.sqrt() * (1.0 + ROUNDING)) * self.scale;
        (label as u16, (gap as f32).next_down())
    }
}

/// Lists the rows of a chunk whose gap may be used up; their number.
fn due_rows(labels: &[u16], due: &[f32], travelled: &[f32], list: &mut [u16; CHUNK]) -> usize {
    let mut n = 0;
    for (row, (&label, &due)) in labels.iter().zip(due).enumerate() {
        // written always, kept only when due: no branch to mispredict
        list[n % CHUNK] = row as u16;
        n += usize::from(due <= travelled[usize::from(label)]);
    }
    n
}

/// The rows of a chunk that change their label.
struct Changed {
    n: usize,
    rows: Box<[u16; CHUNK]>,
    labels: Box<[u16; CHUNK]>,
    values: Vec<f64>,
}

impl Changed {
    fn new(width: usize) -> Self {
        let values = vec![0.0; BATCH * width];
        Self { n: 0, rows: Box::new([0; CHUNK]), labels: Box::new([0; CHUNK]), values }
    }

    /// Writes a row and its label down, and keeps them when the label is new.
    #[inline]
    fn note(&mut self, row: u16, label: u16, new: bool) {
        self.rows[self.n % CHUNK] = row;
        self.labels[self.n % CHUNK] = label;
        self.n += usize::from(new);
    }

    /// Gives the rows their new labels and books the moves.
    #[inline]
    fn book<const D: usize>(&mut self, rows: Rows<'_>, labels: &mut [u16], moves: &mut Moves) {
        let d = width::<D>(rows.width());
        for (batch, new) in self.rows[..self.n].chunks(BATCH).zip(self.labels.chunks(BATCH)) {
            gather::<f64, D>(rows, batch, &mut self.values);
            for ((&row, &new), values) in batch.iter().zip(new).zip(self.values.chunks_exact(d)) {
                let label = &mut labels[usize::from(row)];
                moves.change::<D>(values, usize::from(*label), usize::from(new));
                *label = new;
            }
        }
    }
}

/// What one chunk of rows changed in a pass.
#[derive(Clone)]
pub(super) struct Moves {
    any: bool,
    /// Rows gained less rows lost, per cluster.
    counts: Vec<i64>,
    /// Sums of the rows gained less those lost, per cluster and column.
    sums: Vec<Sum>,
}

impl Moves {
    /// No moves yet between `k` clusters.
    pub(super) fn new(k: usize, width: usize) -> Self {
        Self { any: false, counts: vec![0; k], sums: vec![Sum::default(); k * width] }
    }

    /// Adds the moves to counts and sums and forgets them; whether there were any.
    pub(super) fn drain_into(&mut self, counts: &mut [i64], sums: &mut [Sum]) -> bool {
        if !self.any {
            return false;
        }
        counts.iter_mut().zip(&self.counts).for_each(|(count, &moved)| *count += moved);
        sums.iter_mut().zip(&self.sums).for_each(|(sum, &moved)| sum.merge(moved));
        self.any = false;
        self.counts.fill(0);
        self.sums.fill(Sum::default());
        true
    }

    #[inline]
    fn change<const D: usize>(&mut self, row: &[f64], old: usize, new: usize) {
        let d = width::<D>(row.len());
        self.any = true;
        self.counts[new] += 1;
        self.sums[new * d..][..d].iter_mut().zip(&row[..d]).for_each(|(sum, &value)| sum.add(value));
        // in the first pass rows come from no cluster, which has no counts and sums
        if let Some(count) = self.counts.get_mut(old) {
            *count -= 1;
            self.sums[old * d..][..d].iter_mut().zip(&row[..d]).for_each(|(sum, &value)| sum.add(-value));
        }
    }
}
