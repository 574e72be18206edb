//! Delimited text: bytes to records to fields.
//!
//! One thread cuts the stream into blocks that end where a record ends ([`Cutter`]); any thread splits a
//! block into fields ([`split`]). Both follow the same rules (`fields`), those of RFC 4180 read leniently:
//! a quote opens a field only at its start, a doubled quote inside is one quote, bytes after the closing
//! quote belong to the field, a quote elsewhere is a letter. Lines without anything on them are no records.
//!
//! A quote that never closes would swallow the rest of the file. So a record with a quoted field that is never
//! closed, or is closed on another line and goes on after the closing quote, is set aside with its first line
//! only, and reading goes on with the next line.

mod cutter;
mod fields;
mod marks;
mod records;

use memchr::memchr;

pub use self::cutter::Cutter;
use self::fields::{Field, Stop, blank_line, first_line_end, next_field, unquoted, without_return};
pub use self::fields::{fields, first_record};
use super::block::{Block, Broken, Column, NO_SPAN, Raw};
use super::dialect::Delimiter;
use crate::schema::Reason;

/// What the splitter must know of a file.
#[derive(Clone, Debug)]
pub struct Layout {
    /// What stands between fields.
    pub delimiter: Delimiter,
    /// The quote sign, if the file quotes.
    pub quote: Option<u8>,
    /// Number of fields in a record.
    pub fields: usize,
    /// For each field of a record the column it feeds, or `None`; several columns may ask for one field.
    pub feeds: Vec<Vec<usize>>,
    /// Number of requested columns.
    pub columns: usize,
}

struct Splitter<'a> {
    layout: &'a Layout,
    bytes: &'a [u8],
    columns: Vec<Vec<(u32, u32)>>,
    extra: Vec<u8>,
    raw: Vec<(u32, u32)>,
    lines: Vec<u32>,
    broken: Vec<Broken>,
}

/// Splits a piece into records and fields. Fields nobody asked for cost a look at their bytes, no more.
pub fn split(bytes: Vec<u8>, layout: &Layout) -> Block {
    let mut splitter = Splitter::new(&bytes, layout);
    let line_count = match layout.delimiter {
        Delimiter::Byte(delimiter) if !is_mostly_quoted(&bytes, layout.quote) => splitter.records(delimiter),
        _ => splitter.careful_records(),
    };
    splitter.check_encoding();
    let Splitter { columns, extra, raw, lines, broken, .. } = splitter;
    let mut bytes = bytes;
    bytes.extend_from_slice(&extra);
    Block {
        rows: raw.len(),
        columns: columns.into_iter().map(Column::Spans).collect(),
        bytes,
        lines,
        line_count,
        raw: Raw::Spans(raw),
        broken,
    }
}

/// Most lines hold a quote, as far as the first few show: to find the signs between fields beforehand would be vain.
fn is_mostly_quoted(bytes: &[u8], quote: Option<u8>) -> bool {
    const FEW: usize = 32;
    let Some(quote) = quote else { return false };
    let lines = || bytes.split(|byte| *byte == b'\n').take(FEW);
    2 * lines().filter(|line| memchr(quote, line).is_some()).count() > lines().count()
}

impl<'a> Splitter<'a> {
    fn new(bytes: &'a [u8], layout: &'a Layout) -> Self {
        let guess = bytes.len() / 32;
        Self {
            layout,
            bytes,
            columns: (0..layout.columns).map(|_| Vec::with_capacity(guess)).collect(),
            extra: Vec::new(),
            raw: Vec::with_capacity(guess),
            lines: Vec::with_capacity(guess),
            broken: Vec::new(),
        }
    }

    /// Reads the records field by field; returns the number of lines.
    fn careful_records(&mut self) -> u64 {
        let (mut at, mut line) = (0, 0_u64);
        while at < self.bytes.len() {
            if let Some(end) = blank_line(self.bytes, at) {
                at = end;
                line += 1;
                continue;
            }
            let next = self.record(at, line as u32);
            line += lines_in(&self.bytes[at..next]);
            at = next;
        }
        line
    }

    /// Reads the record at `start` and returns where the next one begins.
    fn record(&mut self, start: usize, line: u32) -> usize {
        let (mut at, mut count, mut torn) = (start, 0, false);
        let (next, unclosed) = loop {
            let field = next_field(self.bytes, at, self.layout.delimiter, self.layout.quote);
            if let Some(feeds) = self.layout.feeds.get(count)
                && !feeds.is_empty()
            {
                self.keep(&field, feeds);
            }
            count += 1;
            torn |= field.ragged && memchr(b'\n', &self.bytes[field.start..field.end]).is_some();
            match field.stop {
                Stop::Delimiter => at = field.next,
                stop => break (field.next, stop == Stop::Unclosed),
            }
        };
        torn |= unclosed;
        let good = count == self.layout.fields && !torn;
        let next = if torn { first_line_end(self.bytes, start) } else { next };
        self.lines.push(line);
        self.raw.push((start as u32, trimmed_end(self.bytes, start, next) as u32));
        if !good {
            let what = if torn {
                "a quote is not closed on its line".to_owned()
            } else {
                wrong_count(count, self.layout)
            };
            self.break_record(Reason::WrongFieldCount, what);
        }
        next
    }

    #[inline]
    fn keep(&mut self, field: &Field, feeds: &[usize]) {
        let span = if field.rewrite {
            let text = unquoted(&self.bytes[field.start..field.end], self.layout.quote.unwrap_or(b'"'));
            let start = self.bytes.len() + self.extra.len();
            self.extra.extend_from_slice(&text);
            (start as u32, (start + text.len()) as u32)
        } else {
            (field.start as u32, field.end as u32)
        };
        for &column in feeds {
            self.columns[column].push(span);
        }
    }

    /// Makes the record just read one without usable cells.
    fn break_record(&mut self, reason: Reason, what: String) {
        let rows = self.raw.len();
        for column in &mut self.columns {
            column.truncate(rows - 1);
            column.push(NO_SPAN);
        }
        self.call_broken(reason, what);
    }

    /// Says what is wrong with the record just read.
    fn call_broken(&mut self, reason: Reason, what: String) {
        self.broken.push(Broken { row: self.raw.len() - 1, reason, what });
    }

    fn check_encoding(&mut self) {
        if std::str::from_utf8(self.bytes).is_ok() {
            return;
        }
        let known = self.broken.len();
        for (row, &(start, end)) in self.raw.iter().enumerate() {
            let already = self.broken[..known].binary_search_by_key(&row, |b| b.row).is_ok();
            if !already && std::str::from_utf8(&self.bytes[start as usize..end as usize]).is_err() {
                for column in &mut self.columns {
                    column[row] = NO_SPAN;
                }
                let what = "bytes that are not UTF-8".to_owned();
                self.broken.push(Broken { row, reason: Reason::BadEncoding, what });
            }
        }
        self.broken.sort_by_key(|b| b.row);
    }
}

fn wrong_count(fields: usize, layout: &Layout) -> String {
    format!("{fields} fields instead of {}", layout.fields)
}

fn trimmed_end(bytes: &[u8], start: usize, next: usize) -> usize {
    let line_end = next > start && bytes[next - 1] == b'\n';
    without_return(bytes, start, if line_end { next - 1 } else { next })
}

fn lines_in(bytes: &[u8]) -> u64 {
    let ends = memchr::memchr_iter(b'\n', bytes).count() as u64;
    if bytes.last() == Some(&b'\n') { ends } else { ends + 1 }
}

#[cfg(test)]
mod tests {
    use super::*;

    pub(super) fn layout(fields: usize, delimiter: Delimiter) -> Layout {
        Layout {
            delimiter,
            quote: Some(b'"'),
            fields,
            feeds: (0..fields).map(|f| vec![f]).collect(),
            columns: fields,
        }
    }

    fn table(text: &str, fields: usize, delimiter: Delimiter) -> (Vec<Vec<String>>, Block) {
        let block = split(text.as_bytes().to_vec(), &layout(fields, delimiter));
        let rows = (0..block.rows).map(|r| (0..fields).map(|c| block.cell(c, r).shown()).collect()).collect();
        (rows, block)
    }

    #[test]
    fn quotes_line_breaks_and_crlf_follow_rfc_4180() {
        let (rows, block) =
            table("a,\"b,1\",c\r\n\"x\"\"y\",\"two\nlines\",\"\"\r\n", 3, Delimiter::Byte(b','));
        assert_eq!(rows, [["a", "b,1", "c"], ["x\"y", "two\nlines", ""]]);
        assert_eq!(block.lines, [0, 1]);
        assert_eq!(block.line_count, 3);
        assert!(block.broken.is_empty());
    }

    #[test]
    fn half_a_line_end_at_the_end_of_the_file_is_no_part_of_the_last_field() {
        for text in ["a,b\r\n1,5\r", "a,b\r\n\"1\",\"5\"\r"] {
            let (rows, block) = table(text, 2, Delimiter::Byte(b','));
            assert_eq!(rows, [["a", "b"], ["1", "5"]]);
            assert!(block.broken.is_empty());
        }
    }

    #[test]
    fn an_unclosed_quote_costs_its_line_only() {
        let (rows, block) = table("a,b\n\"c,d\ne,f\n", 2, Delimiter::Byte(b','));
        assert_eq!(rows, [["a", "b"], ["", ""], ["e", "f"]]);
        assert_eq!(block.broken.len(), 1);
        assert_eq!(block.broken[0].what, "a quote is not closed on its line");
        assert_eq!(block.raw(1), b"\"c,d");
    }

    #[test]
    fn a_stray_quote_that_closes_lines_later_costs_its_line_only() {
        let (rows, block) = table("a,b\n\"c,d\ne,f\n\"g\",h\n", 2, Delimiter::Byte(b','));
        assert_eq!(rows[2], ["e", "f"]);
        assert_eq!(rows[3], ["g", "h"]);
        assert_eq!(block.broken.len(), 1);
        assert_eq!(block.lines, [0, 1, 2, 3]);
    }

    #[test]
    fn runs_of_blanks_separate_and_surround() {
        let (rows, _) =
            table(" 00001 19970101  1   11.77\r\n 00002 19970112  1   12.00 \r\n", 4, Delimiter::Blanks);
        assert_eq!(rows, [["00001", "19970101", "1", "11.77"], ["00002", "19970112", "1", "12.00"]]);
    }

    #[test]
    fn a_record_of_another_length_is_set_aside_and_blank_lines_are_no_records() {
        let (rows, block) = table("a,b\n\n1,2,3\n \nc,d", 2, Delimiter::Byte(b','));
        assert_eq!(rows.len(), 3);
        assert_eq!(
            block.broken,
            [Broken { row: 1, reason: Reason::WrongFieldCount, what: "3 fields instead of 2".into() }]
        );
        assert_eq!(block.lines, [0, 2, 4]);
    }

    #[test]
    fn a_line_that_is_not_utf8_is_set_aside_alone() {
        let block = split(b"a,b\nc\xff,d\ne,f\n".to_vec(), &layout(2, Delimiter::Byte(b',')));
        assert_eq!(block.broken[0].row, 1);
        assert_eq!(block.broken[0].reason, Reason::BadEncoding);
        assert_eq!(block.cell(0, 2).shown(), "e");
    }
}
