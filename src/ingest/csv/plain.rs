//! Records in which nothing is quoted: the signs that end fields are found for many bytes at once.

use super::{Splitter, blank_line, trimmed_end};
use crate::schema::Reason;

impl Splitter<'_> {
    /// Reads the records of a piece without a quote; returns the number of lines.
    pub(super) fn plain_records(&mut self, delimiter: u8) -> u64 {
        let bytes = self.bytes;
        let (mut line, mut record, mut field, mut count) = (0, 0, 0, 0);
        for at in Marks::of(bytes, delimiter, b'\n') {
            if bytes[at] == delimiter {
                self.keep_plain(count, field, at);
                count += 1;
                field = at + 1;
                continue;
            }
            if count > 0 || blank_line(bytes, record).is_none() {
                let end = trimmed_end(bytes, field, at);
                self.keep_plain(count, field, end);
                self.end_plain(record, end, line, count + 1);
            }
            line += 1;
            (record, field, count) = (at + 1, at + 1, 0);
        }
        if record < bytes.len() {
            if count > 0 || blank_line(bytes, record).is_none() {
                self.keep_plain(count, field, bytes.len());
                self.end_plain(record, trimmed_end(bytes, record, bytes.len()), line, count + 1);
            }
            line += 1;
        }
        u64::from(line)
    }

    #[inline]
    fn keep_plain(&mut self, count: usize, start: usize, end: usize) {
        if let Some(feeds) = self.layout.feeds.get(count) {
            for &column in feeds {
                self.columns[column].push((start as u32, end as u32));
            }
        }
    }

    #[inline]
    fn end_plain(&mut self, start: usize, end: usize, line: u32, fields: usize) {
        self.lines.push(line);
        self.raw.push((start as u32, end as u32));
        if fields != self.layout.fields {
            let what = format!("{fields} fields instead of {}", self.layout.fields);
            self.break_record(Reason::WrongFieldCount, what);
        }
    }
}

/// Where one of two signs stands, in order.
struct Marks<'a> {
    bytes: &'a [u8],
    /// The signs, in every byte.
    signs: [u64; 2],
    /// Where the stretch begins that was looked at last.
    base: usize,
    /// Signs in it that were not given out, a bit for each byte.
    hits: u64,
}

/// Bytes looked at together, as many as a number has bits.
const STRETCH: usize = 64;
/// The lowest bit of every byte, and all bits but the highest.
const ONES: u64 = u64::from_le_bytes([1; 8]);
const LOW: u64 = u64::from_le_bytes([0x7F; 8]);
/// Brings the lowest bits of eight bytes together in the highest byte.
const GATHER: u64 = 0x0102_0408_1020_4080;

impl<'a> Marks<'a> {
    fn of(bytes: &'a [u8], a: u8, b: u8) -> Self {
        let mut marks = Self { bytes, signs: [u64::from(a) * ONES, u64::from(b) * ONES], base: 0, hits: 0 };
        marks.look();
        marks
    }

    /// Looks at the stretch at `base`.
    #[inline]
    fn look(&mut self) {
        let rest = &self.bytes[self.base..];
        self.hits = if let Some(stretch) = rest.first_chunk::<STRETCH>() {
            self.hits_in(stretch)
        } else {
            let mut stretch = [0; STRETCH];
            stretch[..rest.len()].copy_from_slice(rest);
            // What was filled up holds no sign, whichever the signs are.
            self.hits_in(&stretch) & ((1 << rest.len()) - 1)
        };
    }

    #[inline]
    fn hits_in(&self, stretch: &[u8; STRETCH]) -> u64 {
        let (words, _) = stretch.as_chunks::<8>();
        words.iter().rev().fold(0, |hits, word| {
            let word = u64::from_le_bytes(*word);
            // The highest bit of a byte is clear where the byte is zero: where the sign stands.
            let [a, b] = self.signs.map(|sign| (((word ^ sign) & LOW) + LOW) | (word ^ sign));
            let found = (!(a & b) >> 7) & ONES;
            (hits << 8) | (found.wrapping_mul(GATHER) >> 56)
        })
    }
}

impl Iterator for Marks<'_> {
    type Item = usize;

    #[inline]
    fn next(&mut self) -> Option<usize> {
        while self.hits == 0 {
            self.base += STRETCH;
            if self.base >= self.bytes.len() {
                return None;
            }
            self.look();
        }
        let at = self.base + self.hits.trailing_zeros() as usize;
        self.hits &= self.hits - 1;
        Some(at)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::ingest::csv::tests::layout;
    use crate::ingest::dialect::Delimiter;

    proptest! {
        #[test]
        fn marks_are_where_a_plain_search_finds_them(bytes: Vec<u8>, a: u8, b: u8) {
            let found: Vec<usize> = Marks::of(&bytes, a, b).collect();
            let plain: Vec<usize> = (0..bytes.len()).filter(|i| bytes[*i] == a || bytes[*i] == b).collect();
            prop_assert_eq!(found, plain);
        }

        #[test]
        fn records_are_those_of_the_field_by_field_reader(text in "([a,é; \r]{0,9}(\n|\r\n)?){0,30}", fields in 1_usize..4) {
            let layout = layout(fields, Delimiter::Byte(b','));
            let splitter = || Splitter::new(text.as_bytes(), &layout);
            let (mut plain, mut careful) = (splitter(), splitter());
            prop_assert_eq!(plain.plain_records(b','), careful.careful_records());
            prop_assert_eq!((plain.columns, plain.raw, plain.lines), (careful.columns, careful.raw, careful.lines));
            prop_assert_eq!(plain.broken, careful.broken);
        }
    }
}
