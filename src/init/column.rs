//! One column of a sample: its distinct values and, for each row, which one.

use foldhash::fast::FixedState;
use hashbrown::HashMap;

use crate::config::source::IdRule;
use crate::ingest::block::Cell;
use crate::ingest::id::{canonical_id, is_missing, trim};

/// A row without a value.
pub(super) const NONE: u32 = u32::MAX;

/// Bytes kept of a value; free text needs no more to be recognised.
const LONGEST: usize = 200;

/// The values of a column, row by row.
#[derive(Clone, Debug, Default)]
pub(super) struct Values {
    /// Distinct values in order of appearance, without outer blanks.
    pub(super) texts: Vec<String>,
    /// Rows of each distinct value.
    pub(super) counts: Vec<u32>,
    /// Index of each row's value, or [`NONE`].
    pub(super) codes: Vec<u32>,
    /// Rows whose value the file stores as a date or a time of a clock.
    pub(super) stored_times: u32,
    /// Rows whose value the file stores as a moment, known in every zone.
    pub(super) stored_moments: u32,
    index: HashMap<String, u32, FixedState>,
}

impl Values {
    /// Appends a row.
    pub(super) fn push(&mut self, cell: Cell<'_>) {
        self.stored_times += u32::from(matches!(cell, Cell::Wall(_)));
        self.stored_moments += u32::from(matches!(cell, Cell::Instant(_)));
        let text = cell.text();
        let text = trim(&text);
        if is_missing(text) || matches!(text, b"?" | b"-" | b"NA") {
            self.codes.push(NONE);
            return;
        }
        let text = String::from_utf8_lossy(&text[..text.len().min(LONGEST)]);
        let code = if let Some(code) = self.index.get(&*text) {
            *code
        } else {
            let code = self.texts.len() as u32;
            self.texts.push(text.clone().into_owned());
            self.counts.push(0);
            self.index.insert(text.into_owned(), code);
            code
        };
        self.counts[code as usize] += 1;
        self.codes.push(code);
    }

    /// Appends a row with the value of another column's row, or none.
    pub(super) fn push_from(&mut self, other: &Self, row: Option<usize>) {
        match row.map(|row| other.codes[row]).filter(|code| *code != NONE) {
            Some(code) => self.push(Cell::Text(other.texts[code as usize].as_bytes())),
            None => self.codes.push(NONE),
        }
        (self.stored_times, self.stored_moments) = (other.stored_times, other.stored_moments);
    }

    /// Rows with a value.
    pub(super) fn filled(&self) -> usize {
        self.counts.iter().map(|count| *count as usize).sum()
    }

    /// Distinct values with the number of their rows.
    pub(super) fn distinct(&self) -> impl Iterator<Item = (&str, u32)> {
        self.texts.iter().map(String::as_str).zip(self.counts.iter().copied())
    }

    /// Distinct values as ids, in the form in which the engine compares them; index as in `texts`.
    pub(super) fn ids(&self) -> impl Iterator<Item = String> {
        self.texts.iter().map(|text| {
            let id = canonical_id(text.as_bytes(), IdRule::Canonical).unwrap_or_default();
            String::from_utf8_lossy(&id).into_owned()
        })
    }

    /// How far rows that share a value here also share one in `other`: the share of rows, beyond the first of
    /// each value, that agree with the first; and how many such rows there are. Rows without either value do not
    /// count.
    pub(super) fn determines(&self, other: &Self) -> (f64, usize) {
        let mut first = vec![NONE; self.texts.len()];
        let (mut same, mut all) = (0_usize, 0_usize);
        for (own, theirs) in self.codes.iter().zip(&other.codes) {
            if *own == NONE || *theirs == NONE {
                continue;
            }
            let known = &mut first[*own as usize];
            if *known == NONE {
                *known = *theirs;
            } else {
                all += 1;
                same += usize::from(known == theirs);
            }
        }
        (if all == 0 { 1.0 } else { same as f64 / all as f64 }, all)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn column(rows: &[&str]) -> Values {
        let mut values = Values::default();
        rows.iter().for_each(|row| values.push(Cell::Text(row.as_bytes())));
        values
    }

    #[test]
    fn values_are_counted_once_each_and_missing_ones_not_at_all() {
        let values = column(&["a", " b", "", "a", "NULL", "?"]);
        assert_eq!(values.distinct().collect::<Vec<_>>(), [("a", 2), ("b", 1)]);
        assert_eq!(values.codes, [0, 1, NONE, 0, NONE, NONE]);
        assert_eq!(values.filled(), 3);
    }

    #[test]
    fn an_order_determines_its_customer_and_not_its_products() {
        let orders = column(&["1", "1", "2", "2", "2", ""]);
        assert_eq!(orders.determines(&column(&["x", "x", "y", "y", "y", "z"])), (1.0, 3));
        assert_eq!(orders.determines(&column(&["p", "q", "p", "p", "r", "r"])), (1.0 / 3.0, 3));
        assert_eq!(orders.determines(&column(&["", "", "", "p", "", ""])), (1.0, 0));
    }
}
