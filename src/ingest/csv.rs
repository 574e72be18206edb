//! Delimited text: bytes to records to fields.
//!
//! One thread cuts the stream into blocks that end where a record ends ([`Cutter`]); any thread splits a
//! block into fields ([`split`]). Both follow the same rules, those of RFC 4180 read leniently:
//! a quote opens a field only at its start, a doubled quote inside is one quote, bytes after the closing
//! quote belong to the field, a quote elsewhere is a letter. Lines without anything on them are no records.
//!
//! A quote that never closes would swallow the rest of the file. So a record with a quoted field that is never
//! closed, or is closed on another line and goes on after the closing quote, is set aside with its first line
//! only, and reading goes on with the next line.

mod marks;
mod records;

use std::io::Read;

use memchr::{memchr, memchr2, memrchr};

use super::block::{Block, Broken, Column, NO_SPAN, Raw};
use super::dialect::Delimiter;
use crate::schema::Reason;

/// Bytes of a piece at most, about; few enough to stay in cache while it is read.
const BLOCK_BYTES: usize = 1 << 20;
/// Pieces that a small file is cut into, so that all threads have some of it, as far as they have enough bytes.
const PIECES: usize = 16;
const FEWEST_BYTES: usize = 1 << 16;
/// A record longer than this counts as never closed.
const LONGEST_RECORD: usize = 8 << 20;

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

/// Cuts a byte stream into pieces that end with a record.
pub struct Cutter<R> {
    source: R,
    delimiter: Delimiter,
    quote: Option<u8>,
    /// Bytes asked for at a time.
    at_once: usize,
    kept: Vec<u8>,
    ended: bool,
}

impl<R: Read> Cutter<R> {
    /// A cutter over decoded (UTF-8) bytes, as many as known.
    pub fn new(source: R, bytes: Option<u64>, delimiter: Delimiter, quote: Option<u8>) -> Self {
        let share = bytes.map_or(BLOCK_BYTES, |bytes| bytes as usize / PIECES);
        let at_once = share.clamp(FEWEST_BYTES, BLOCK_BYTES);
        Self { source, delimiter, quote, at_once, kept: Vec::new(), ended: false }
    }

    /// The next piece, or `None` at the end.
    ///
    /// # Errors
    /// The source's own.
    pub fn next_piece(&mut self) -> std::io::Result<Option<Vec<u8>>> {
        loop {
            if self.ended {
                let rest = std::mem::take(&mut self.kept);
                return Ok(if rest.is_empty() { None } else { Some(rest) });
            }
            let mut piece = std::mem::take(&mut self.kept);
            self.fill(&mut piece)?;
            if self.ended {
                self.kept = piece;
                continue;
            }
            let end = match last_record_end(&piece, self.delimiter, self.quote) {
                Some(end) => end,
                None if piece.len() > LONGEST_RECORD => first_line_end(&piece, 0),
                None => {
                    self.kept = piece;
                    continue;
                }
            };
            self.kept = piece[end..].to_vec();
            piece.truncate(end);
            return Ok(Some(piece));
        }
    }

    fn fill(&mut self, piece: &mut Vec<u8>) -> std::io::Result<()> {
        let target = piece.len() + self.at_once;
        piece.reserve_exact(self.at_once);
        let missing = (target - piece.len()) as u64;
        let got = self.source.by_ref().take(missing).read_to_end(piece)?;
        self.ended = got < missing as usize;
        Ok(())
    }
}

fn first_line_end(bytes: &[u8], from: usize) -> usize {
    memchr(b'\n', &bytes[from..]).map_or(bytes.len(), |at| from + at + 1)
}

/// End of the last complete record: the byte after its line end.
fn last_record_end(bytes: &[u8], delimiter: Delimiter, quote: Option<u8>) -> Option<usize> {
    let Some(quote) = quote.filter(|q| memchr(*q, bytes).is_some()) else {
        return memrchr(b'\n', bytes).map(|at| at + 1);
    };
    let (mut at, mut last) = (0, None);
    while at < bytes.len() {
        let field = next_field(bytes, at, delimiter, Some(quote));
        match field.stop {
            Stop::Delimiter => at = field.next,
            Stop::Line => {
                at = field.next;
                last = Some(at);
            }
            Stop::End | Stop::Unclosed => break,
        }
    }
    last
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Stop {
    Delimiter,
    Line,
    End,
    Unclosed,
}

struct Field {
    start: usize,
    end: usize,
    /// Has doubled quotes or bytes after the closing quote: must be rewritten.
    rewrite: bool,
    /// Has bytes after the closing quote.
    ragged: bool,
    stop: Stop,
    next: usize,
}

fn next_field(bytes: &[u8], from: usize, delimiter: Delimiter, quote: Option<u8>) -> Field {
    let at = if delimiter == Delimiter::Blanks { skip_blanks(bytes, from) } else { from };
    if quote.is_some_and(|q| bytes.get(at) == Some(&q)) {
        return quoted_field(bytes, at, delimiter, bytes[at]);
    }
    let end = unquoted_end(bytes, at, delimiter);
    stop_at(bytes, at, end, delimiter, false)
}

fn unquoted_end(bytes: &[u8], at: usize, delimiter: Delimiter) -> usize {
    let rest = &bytes[at..];
    let found = match delimiter {
        Delimiter::Byte(d) => first_of(d, b'\n', rest),
        Delimiter::Blanks => rest.iter().position(|b| matches!(b, b' ' | b'\t' | b'\n')),
    };
    found.map_or(bytes.len(), |n| at + n)
}

/// Where the first of two signs stands. Most fields are a few bytes long: these are looked at eight at a time
/// before a search for long texts is set up.
#[inline]
fn first_of(a: u8, b: u8, bytes: &[u8]) -> Option<usize> {
    const WORDS: usize = 4;
    let (all_a, all_b) = (u64::from(a) * ONES, u64::from(b) * ONES);
    let (words, _) = bytes.as_chunks::<8>();
    for (i, word) in words.iter().take(WORDS).enumerate() {
        let word = u64::from_le_bytes(*word);
        let hits = zero_bytes(word ^ all_a) | zero_bytes(word ^ all_b);
        if hits != 0 {
            return Some(8 * i + hits.trailing_zeros() as usize / 8);
        }
    }
    let seen = 8 * words.len().min(WORDS);
    memchr2(a, b, &bytes[seen..]).map(|n| seen + n)
}

/// The lowest byte of every eight.
const ONES: u64 = u64::from_le_bytes([1; 8]);

/// The highest bit of the lowest byte that is zero is set; bits above it say nothing (Mycroft 1987).
#[inline]
fn zero_bytes(word: u64) -> u64 {
    word.wrapping_sub(ONES) & !word & (ONES << 7)
}

fn skip_blanks(bytes: &[u8], from: usize) -> usize {
    from + bytes[from..].iter().take_while(|b| matches!(b, b' ' | b'\t')).count()
}

/// The field `start..end`, given that the byte at `end` is a delimiter, a line end or the end of the bytes.
fn stop_at(bytes: &[u8], start: usize, end: usize, delimiter: Delimiter, rewrite: bool) -> Field {
    match bytes.get(end) {
        None => {
            let text_end = without_return(bytes, start, end);
            Field { start, end: text_end, rewrite, ragged: false, stop: Stop::End, next: end }
        }
        Some(b'\n') => {
            let text_end = without_return(bytes, start, end);
            Field { start, end: text_end, rewrite, ragged: false, stop: Stop::Line, next: end + 1 }
        }
        Some(_) if delimiter == Delimiter::Blanks => {
            let next = skip_blanks(bytes, end);
            match bytes.get(next) {
                None => Field { start, end, rewrite, ragged: false, stop: Stop::End, next },
                Some(b'\n') => Field { start, end, rewrite, ragged: false, stop: Stop::Line, next: next + 1 },
                Some(b'\r') if bytes.get(next + 1) == Some(&b'\n') => {
                    Field { start, end, rewrite, ragged: false, stop: Stop::Line, next: next + 2 }
                }
                Some(_) => Field { start, end, rewrite, ragged: false, stop: Stop::Delimiter, next },
            }
        }
        Some(_) => Field { start, end, rewrite, ragged: false, stop: Stop::Delimiter, next: end + 1 },
    }
}

/// The end of a text that ends a line, without the first half of the line end.
fn without_return(bytes: &[u8], start: usize, end: usize) -> usize {
    if end > start && bytes[end - 1] == b'\r' { end - 1 } else { end }
}

fn quoted_field(bytes: &[u8], open: usize, delimiter: Delimiter, quote: u8) -> Field {
    let start = open + 1;
    let (mut at, mut doubled) = (start, false);
    let close = loop {
        match memchr(quote, &bytes[at..]) {
            None => {
                return Field {
                    start,
                    end: bytes.len(),
                    rewrite: false,
                    ragged: false,
                    stop: Stop::Unclosed,
                    next: bytes.len(),
                };
            }
            Some(n) if bytes.get(at + n + 1) == Some(&quote) => {
                doubled = true;
                at += n + 2;
            }
            Some(n) => break at + n,
        }
    };
    let after = close + 1;
    let end = unquoted_end(bytes, after, delimiter);
    let ends_line = bytes.get(end).is_none_or(|sign| *sign == b'\n');
    let tail_end = if ends_line { without_return(bytes, after, end) } else { end };
    if tail_end == after {
        let mut field = stop_at(bytes, after, end, delimiter, doubled);
        (field.start, field.end) = (start, close);
        return field;
    }
    let mut field = stop_at(bytes, after, end, delimiter, true);
    (field.start, field.end, field.ragged) = (start, tail_end, true);
    field
}

/// The field's text without its quoting: doubled quotes once, the closing quote gone.
fn unquoted(bytes: &[u8], quote: u8) -> Vec<u8> {
    let mut out = Vec::with_capacity(bytes.len());
    let (mut inside, mut at) = (true, 0);
    while at < bytes.len() {
        if inside && bytes[at] == quote {
            if bytes.get(at + 1) == Some(&quote) {
                out.push(quote);
                at += 2;
                continue;
            }
            inside = false;
        } else {
            out.push(bytes[at]);
        }
        at += 1;
    }
    out
}

/// Fields of one record, as text; for headers and samples.
pub fn fields(record: &[u8], delimiter: Delimiter, quote: Option<u8>) -> Vec<Vec<u8>> {
    let (mut at, mut out) = (0, Vec::new());
    loop {
        let field = next_field(record, at, delimiter, quote);
        let text = &record[field.start..field.end];
        out.push(if field.rewrite { unquoted(text, quote.unwrap_or(b'"')) } else { text.to_vec() });
        match field.stop {
            Stop::Delimiter => at = field.next,
            _ => return out,
        }
    }
}

/// Length in bytes of the first record, with its line end, and of the blank lines before it.
pub fn first_record(bytes: &[u8], delimiter: Delimiter, quote: Option<u8>) -> (usize, usize) {
    let mut start = 0;
    while let Some(end) = blank_line(bytes, start) {
        start = end;
    }
    let mut at = start;
    while at < bytes.len() {
        let field = next_field(bytes, at, delimiter, quote);
        at = field.next;
        if field.stop != Stop::Delimiter {
            break;
        }
    }
    (start, at)
}

/// End of the line at `at` if there is nothing on it but blanks (commas count as something).
fn blank_line(bytes: &[u8], at: usize) -> Option<usize> {
    match bytes.get(at)? {
        b'\n' => Some(at + 1),
        b'\r' if bytes.get(at + 1) == Some(&b'\n') => Some(at + 2),
        b' ' => {
            let next = skip_blanks(bytes, at);
            match (bytes.get(next), bytes.get(next + 1)) {
                (None, _) => Some(next),
                (Some(b'\n'), _) => Some(next + 1),
                (Some(b'\r'), Some(b'\n')) => Some(next + 2),
                _ => None,
            }
        }
        _ => None,
    }
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

    #[test]
    fn pieces_end_with_records_whatever_the_quotes_hold() {
        let record = "1,\"line one\nline \"\"two\"\"\",z\n";
        let text = record.repeat(3 * BLOCK_BYTES / record.len());
        let mut cutter = Cutter::new(text.as_bytes(), None, Delimiter::Byte(b','), Some(b'"'));
        let mut rows = 0;
        while let Some(piece) = cutter.next_piece().unwrap() {
            let block = split(piece, &layout(3, Delimiter::Byte(b',')));
            assert!(block.broken.is_empty());
            rows += block.rows;
        }
        assert_eq!(rows, 3 * BLOCK_BYTES / record.len());
    }
}
