//! Where a field begins and ends: the rules of quotes, delimiters and line ends.

use memchr::{memchr, memchr2};

use crate::ingest::dialect::Delimiter;

/// End of the line at `from`, its line end included.
pub(super) fn first_line_end(bytes: &[u8], from: usize) -> usize {
    memchr(b'\n', &bytes[from..]).map_or(bytes.len(), |at| from + at + 1)
}

/// What ends a field.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Stop {
    Delimiter,
    Line,
    /// The end of the bytes.
    End,
    /// The same, inside quotes.
    Unclosed,
}

/// A field, without the quotes around it.
pub(super) struct Field {
    pub(super) start: usize,
    pub(super) end: usize,
    /// Has doubled quotes or bytes after the closing quote: must be rewritten.
    pub(super) rewrite: bool,
    /// Has bytes after the closing quote.
    pub(super) ragged: bool,
    pub(super) stop: Stop,
    /// Where the next field or record begins.
    pub(super) next: usize,
}

/// The field that begins at `from`.
pub(super) fn next_field(bytes: &[u8], from: usize, delimiter: Delimiter, quote: Option<u8>) -> Field {
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
pub(super) fn without_return(bytes: &[u8], start: usize, end: usize) -> usize {
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
pub(super) fn unquoted(bytes: &[u8], quote: u8) -> Vec<u8> {
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
pub(super) fn blank_line(bytes: &[u8], at: usize) -> Option<usize> {
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
