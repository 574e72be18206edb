//! Values that stand row after row, such as the id and the time of an order with several lines: each stretch of equal
//! ones is looked at once.

use super::block::{Block, Cell, Column, NO_SPAN};

/// The stretches of a column.
#[derive(Debug, PartialEq)]
pub struct Stretches<'a> {
    /// The value of each.
    pub values: Vec<Cell<'a>>,
    /// Which of them each row belongs to.
    pub of: Vec<u32>,
}

impl<'a> Stretches<'a> {
    /// The stretches of values that are given one by one.
    pub fn of_cells(cells: impl Iterator<Item = Cell<'a>>) -> Self {
        let mut stretches = Self { values: Vec::new(), of: Vec::with_capacity(cells.size_hint().0) };
        for cell in cells {
            // Equal floats may be written differently: -0 and 0.
            let same = matches!(cell, Cell::Text(_) | Cell::Int(_)) && stretches.values.last() == Some(&cell);
            if !same {
                stretches.values.push(cell);
            }
            stretches.of.push(stretches.values.len() as u32 - 1);
        }
        stretches
    }

    /// The stretches of a column of a block.
    pub fn of_column(block: &'a Block, column: usize) -> Self {
        let Column::Spans(spans) = &block.columns[column] else {
            return Self::of_cells((0..block.rows).map(|row| block.cell(column, row)));
        };
        // Where a stretch ends is hard to foresee: written so that the processor need not.
        let (mut firsts, mut known) = (vec![0; spans.len()], 0);
        let (mut before, mut glance_before) = (NO_SPAN, None);
        let of = (0..).zip(spans).map(|(row, span): (u32, _)| {
            let glance = Glance::at(&block.bytes, *span);
            let same = match (glance, glance_before) {
                (Some(glance), Some(before)) => glance.is(&before),
                _ => row > 0 && is_same(&block.bytes, before, *span),
            };
            (before, glance_before) = (*span, glance);
            firsts[known] = row;
            known += usize::from(!same);
            known as u32 - 1
        });
        let of = of.collect();
        let values = firsts[..known].iter().map(|row| block.cell(column, *row as usize)).collect();
        Self { values, of }
    }
}

/// Signs that a number holds.
const SIGNS: usize = size_of::<u128>();
/// The bits of a number that belong to a text of so many signs.
const OWN: [u128; SIGNS + 1] = {
    let mut own = [0; SIGNS + 1];
    let mut signs = 1;
    while signs <= SIGNS {
        own[signs] = own[signs - 1] << 8 | 0xFF;
        signs += 1;
    }
    own
};

/// All that there is of a short text, in three numbers.
#[derive(Clone, Copy)]
struct Glance {
    length: u32,
    first: u128,
    /// The last signs of a text that is too long for the first number.
    last: u128,
}

impl Glance {
    /// The text of a span; `None` where it is long, absent, or near the end of the bytes.
    #[inline]
    fn at(bytes: &[u8], (start, end): (u32, u32)) -> Option<Self> {
        let signs = |at: usize| bytes.get(at..)?.first_chunk().map(|signs| u128::from_le_bytes(*signs));
        let length = (end - start) as usize;
        let first = signs(start as usize)?;
        if let Some(own) = OWN.get(length) {
            return Some(Self { length: length as u32, first: first & own, last: 0 });
        }
        let last = signs(end as usize - SIGNS)?;
        (length <= 2 * SIGNS).then_some(Self { length: length as u32, first, last })
    }

    #[inline]
    fn is(&self, other: &Self) -> bool {
        let lengths = u128::from(self.length ^ other.length);
        lengths | (self.first ^ other.first) | (self.last ^ other.last) == 0
    }
}

/// Two spans hold the same text, or none.
fn is_same(bytes: &[u8], a: (u32, u32), b: (u32, u32)) -> bool {
    if a == NO_SPAN || b == NO_SPAN {
        return a == b;
    }
    bytes[a.0 as usize..a.1 as usize] == bytes[b.0 as usize..b.1 as usize]
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::ingest::block::Raw;

    proptest! {
        #[test]
        fn equal_texts_in_a_row_are_one_stretch(
            texts in prop::collection::vec(prop_oneof![
                Just(None), "[ab]{0,2}".prop_map(Some), "order-[ab]".prop_map(Some), "abcdefghijklmno[ab]{0,3}".prop_map(Some),
                "[ab]{3}-16-signs-more-[ab]{0,14}".prop_map(Some),
            ], 0..40),
            rest in 0_usize..20,
        ) {
            let mut bytes = Vec::new();
            let mut span = |text: &Option<String>| text.as_ref().map_or(NO_SPAN, |text| {
                bytes.extend_from_slice(text.as_bytes());
                ((bytes.len() - text.len()) as u32, bytes.len() as u32)
            });
            let spans = texts.iter().map(&mut span).collect();
            bytes.extend(vec![b'a'; rest]);
            let (rows, raw) = (texts.len(), Raw::Spans(Vec::new()));
            let columns = vec![Column::Spans(spans)];
            let block = Block { rows, columns, bytes, lines: Vec::new(), line_count: 0, raw, broken: Vec::new() };
            let found = Stretches::of_column(&block, 0);
            prop_assert!(found.values.windows(2).all(|pair| pair[0] != pair[1]));
            prop_assert_eq!(found.values.len(), found.of.last().map_or(0, |last| *last as usize + 1));
            let of_rows: Vec<_> = found.of.iter().map(|value| found.values[*value as usize]).collect();
            prop_assert_eq!(of_rows, (0..rows).map(|row| block.cell(0, row)).collect::<Vec<_>>());
        }
    }
}
