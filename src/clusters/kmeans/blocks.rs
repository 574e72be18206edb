//! Several rows worked side by side, so that the compiler can use vector instructions: a distance is
//! the same arithmetic for each of them.

use std::ops::{AddAssign, Mul, Sub};

use super::rows::Rows;

/// Rows worked side by side.
pub(super) const LANES: usize = 8;

/// One number for each of them.
pub(super) type Lane<T> = [T; LANES];

/// A float of either size.
pub(super) trait Number:
    Copy + Default + Sub<Output = Self> + Mul<Output = Self> + AddAssign + Send + Sync
{
}

impl Number for f32 {}
impl Number for f64 {}

/// Runs an expression with the width of the rows as a constant for 1 to 8, so that inner loops unroll;
/// other widths run the same code with the constant 0 (see [`width`]).
macro_rules! with_width {
    ($width:expr, $constant:ident => $body:expr) => {
        match $width {
            1 => with_width!(@ 1, $constant, $body),
            2 => with_width!(@ 2, $constant, $body),
            3 => with_width!(@ 3, $constant, $body),
            4 => with_width!(@ 4, $constant, $body),
            5 => with_width!(@ 5, $constant, $body),
            6 => with_width!(@ 6, $constant, $body),
            7 => with_width!(@ 7, $constant, $body),
            8 => with_width!(@ 8, $constant, $body),
            _ => with_width!(@ 0, $constant, $body),
        }
    };
    (@ $value:literal, $constant:ident, $body:expr) => {{
        const $constant: usize = $value;
        $body
    }};
}
pub(super) use with_width;

/// The width the code runs with: the constant where there is one, else the rows' own.
#[inline]
pub(super) fn width<const D: usize>(own: usize) -> usize {
    if D == 0 { own } else { D }
}

/// Rows turned on their side, block after block of [`LANES`] rows: one [`Lane`] per column.
pub(super) struct Blocks<T> {
    /// The rows as they were.
    upright: Vec<T>,
    lanes: Vec<Lane<T>>,
    width: usize,
}

impl<T: Number> Blocks<T> {
    /// Room for `rows` rows at a time, a multiple of [`LANES`].
    pub(super) fn new(rows: usize, width: usize) -> Self {
        Self {
            upright: vec![T::default(); rows * width],
            lanes: vec![[T::default(); LANES]; rows / LANES * width],
            width,
        }
    }

    /// Loads the chosen rows, in ascending order. Lanes left over in the last block keep what they had.
    #[inline]
    pub(super) fn load<const D: usize>(&mut self, rows: Rows<'_, T>, chosen: &[u16]) {
        let (Some(&first), Some(&last)) = (chosen.first(), chosen.last()) else { return };
        let d = width::<D>(self.width);
        let values = if usize::from(last - first) + 1 == chosen.len() {
            &rows.values()[usize::from(first) * d..][..chosen.len() * d]
        } else {
            gather::<T, D>(rows, chosen, &mut self.upright);
            &self.upright[..chosen.len() * d]
        };
        let whole = values.chunks_exact(LANES * d);
        let rest = whole.remainder();
        for (values, block) in whole.zip(self.lanes.chunks_exact_mut(d)) {
            for (column, lanes) in block.iter_mut().enumerate() {
                for (lane, value) in lanes.iter_mut().enumerate() {
                    *value = values[lane * d + column];
                }
            }
        }
        for (lane, row) in rest.chunks_exact(d).enumerate() {
            let block = &mut self.lanes[chosen.len() / LANES * d..][..d];
            block.iter_mut().zip(row).for_each(|(column, &value)| column[lane] = value);
        }
    }

    /// The blocks, in order.
    #[inline]
    pub(super) fn iter<const D: usize>(&self) -> impl Iterator<Item = &[Lane<T>]> {
        self.lanes.chunks_exact(width::<D>(self.width))
    }
}

/// Copies the chosen rows, one after the other.
///
/// Working on scattered rows waits for memory at every one of them; this loop is short enough for many
/// loads to be under way at once.
#[inline]
pub(super) fn gather<T: Number, const D: usize>(rows: Rows<'_, T>, chosen: &[u16], copies: &mut [T]) {
    let d = width::<D>(rows.width());
    for (&row, copy) in chosen.iter().zip(copies.chunks_exact_mut(d)) {
        copy.copy_from_slice(&rows.values()[usize::from(row) * d..][..d]);
    }
}

/// The squared distances Σ(x − c)² of the rows of a block to one centre.
#[inline]
pub(super) fn squared_distances<T: Number, const D: usize>(block: &[Lane<T>], centre: &[T]) -> Lane<T> {
    let d = width::<D>(block.len());
    let mut squares = [T::default(); LANES];
    for (column, &c) in block[..d].iter().zip(&centre[..d]) {
        for (square, &x) in squares.iter_mut().zip(column) {
            *square += (x - c) * (x - c);
        }
    }
    squares
}

/// The two nearest centres of the rows of a block.
pub(super) struct Nearest {
    /// Index of the nearest centre, as a float so that it shares the vector width of the distances.
    pub(super) index: Lane<f32>,
    /// Squared distance to the nearest centre.
    pub(super) first: Lane<f32>,
    /// Squared distance to the second nearest centre; infinite when there is only one.
    pub(super) second: Lane<f32>,
}

/// The nearest and the second nearest centre of each row of a block.
#[inline]
#[allow(clippy::needless_range_loop, reason = "four arrays side by side; the compiler turns it into vectors")]
pub(super) fn nearest<const D: usize>(block: &[Lane<f32>], centres: &[f32]) -> Nearest {
    let d = width::<D>(block.len());
    let mut best =
        Nearest { index: [0.0; LANES], first: [f32::INFINITY; LANES], second: [f32::INFINITY; LANES] };
    for (j, centre) in centres.chunks_exact(d).enumerate() {
        let squares = squared_distances::<f32, D>(block, centre);
        for lane in 0..LANES {
            let (square, first, second) = (squares[lane], best.first[lane], best.second[lane]);
            let nearer = square < first;
            let loser = if nearer { first } else { square };
            best.second[lane] = if loser < second { loser } else { second };
            best.first[lane] = if nearer { square } else { first };
            best.index[lane] = if nearer { j as f32 } else { best.index[lane] };
        }
    }
    best
}
