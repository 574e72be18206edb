//! Records by the signs that end fields: where nothing is quoted, a field is what stands between two of them.

use super::marks::marks;
use super::{Splitter, blank_line, lines_in, trimmed_end, wrong_count};
use crate::ingest::block::NO_SPAN;
use crate::schema::Reason;

/// In place of a mark: the record has another number of fields than the others.
const BROKEN: u32 = u32::MAX;

impl Splitter<'_> {
    /// Reads the records of a piece, those with a quote field by field; returns the number of lines.
    pub(super) fn records(&mut self, delimiter: u8) -> u64 {
        let bytes = self.bytes;
        let quote = self.layout.quote.unwrap_or(b'\n');
        let mut marks = marks(bytes, [delimiter, b'\n', quote]);
        let unfinished = bytes.last().is_some_and(|last| *last != b'\n');
        marks.extend(unfinished.then_some(bytes.len() as u32));
        // Of each record whose fields are still to be put into columns, the place of the mark before it.
        let mut plain = Vec::with_capacity(self.raw.capacity());
        let (mut line, mut before) = (0_u64, 0);
        while let Some(after) = marks.get(before + 1..).filter(|after| !after.is_empty()) {
            let start = marks[before].wrapping_add(1) as usize;
            let Some(fields) = self.fields_of(after, delimiter) else {
                self.fill(&marks, &mut plain);
                let next = self.record(start, line as u32);
                line += lines_in(&bytes[start..next]);
                if next == bytes.len() {
                    break;
                }
                before += after.iter().take_while(|mark| (**mark as usize) < next).count();
                continue;
            };
            let end = after[fields - 1] as usize;
            if fields > 1 || blank_line(bytes, start).is_none() {
                self.lines.push(line as u32);
                self.raw.push((start as u32, trimmed_end(bytes, start, end) as u32));
                plain.push(if fields == self.layout.fields { before as u32 } else { BROKEN });
                if fields != self.layout.fields {
                    self.call_broken(Reason::WrongFieldCount, wrong_count(fields, self.layout));
                }
            }
            line += 1;
            before += fields;
        }
        self.fill(&marks, &mut plain);
        line
    }

    /// The number of fields of a record that ends at one of these marks; `None` if a quote stands in it.
    #[inline]
    fn fields_of(&self, marks: &[u32], delimiter: u8) -> Option<usize> {
        let sign = |mark: &u32| self.bytes.get(*mark as usize).copied().unwrap_or(b'\n');
        if let Some((last, others)) = marks.get(..self.layout.fields).and_then(<[u32]>::split_last)
            && others.iter().all(|mark| sign(mark) == delimiter)
            && sign(last) == b'\n'
        {
            return Some(self.layout.fields);
        }
        let delimiters = marks.iter().take_while(|mark| sign(mark) == delimiter).count();
        (sign(&marks[delimiters]) == b'\n').then_some(delimiters + 1)
    }

    /// Puts the fields of the last records into the columns that ask for them, column by column.
    fn fill(&mut self, marks: &[u32], plain: &mut Vec<u32>) {
        let first = self.raw.len() - plain.len();
        let records = || plain.iter().zip(&self.raw[first..]);
        for (field, columns) in self.layout.feeds.iter().enumerate().take(self.layout.fields) {
            for &column in columns {
                let spans = &mut self.columns[column];
                let is_last = field + 1 == self.layout.fields;
                spans.extend(records().map(|(before, raw)| {
                    if *before == BROKEN {
                        return NO_SPAN;
                    }
                    let mark = *before as usize + field;
                    (marks[mark].wrapping_add(1), if is_last { raw.1 } else { marks[mark + 1] })
                }));
            }
        }
        plain.clear();
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
        fn records_are_those_of_the_field_by_field_reader(
            text in "([a,é; \r]{0,9}(\n|\r\n)?|[a,]{0,2}\"[a,\n\"]{0,5}\"?[a,\r]{0,2}\n?){0,30}",
            fields in 1_usize..4,
        ) {
            let layout = layout(fields, Delimiter::Byte(b','));
            let splitter = || Splitter::new(text.as_bytes(), &layout);
            let (mut marked, mut careful) = (splitter(), splitter());
            prop_assert_eq!(marked.records(b','), careful.careful_records());
            prop_assert_eq!((marked.columns, marked.raw, marked.lines), (careful.columns, careful.raw, careful.lines));
            prop_assert_eq!((marked.broken, marked.extra), (careful.broken, careful.extra));
        }
    }
}
