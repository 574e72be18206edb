//! A sample cut into records and cells under one supposed dialect.

use super::Delimiter;

/// Records that are looked at; more would not change the judgement.
const MOST_RECORDS: usize = 1_000;

/// One cell as it stands in the file, without its quotes; doubled quotes inside are still doubled.
#[derive(Debug)]
pub(super) struct Cell<'a> {
    pub(super) text: &'a [u8],
    pub(super) quoted: bool,
}

/// One record that is not blank.
#[derive(Debug)]
pub(super) struct Record<'a> {
    pub(super) cells: Vec<Cell<'a>>,
    /// Lines before it.
    pub(super) line: usize,
    /// A quote did not close, or text followed the closing one.
    pub(super) broken: bool,
}

/// The records of a sample.
#[derive(Debug)]
pub(super) struct Table<'a> {
    pub(super) records: Vec<Record<'a>>,
}

impl<'a> Table<'a> {
    pub(super) fn split(sample: &'a [u8], delimiter: Delimiter, quote: Option<u8>) -> Self {
        let mut cursor = Cursor { sample, at: 0, line: 0, delimiter, quote };
        let mut records = Vec::new();
        while cursor.at < sample.len() && records.len() < MOST_RECORDS {
            let record = cursor.record();
            let cut_off = cursor.at == sample.len() && !sample.ends_with(b"\n") && !records.is_empty();
            let blank = record.cells.iter().all(|cell| cell.text.is_empty() && !cell.quoted)
                && record.cells.len() < 2;
            // The last record is needed while there are few: a small file may lack its last line end.
            if !blank && (!cut_off || records.len() < 3) {
                records.push(record);
            }
        }
        Self { records }
    }

    /// The most frequent number of cells, the larger on a tie, and how many records have it.
    pub(super) fn usual_width(&self) -> (usize, usize) {
        let mut counts: Vec<usize> = Vec::new();
        for record in &self.records {
            let width = record.cells.len();
            counts.resize(counts.len().max(width + 1), 0);
            counts[width] += 1;
        }
        counts.into_iter().enumerate().max_by_key(|(_, count)| *count).unwrap_or((0, 0))
    }
}

struct Cursor<'a> {
    sample: &'a [u8],
    at: usize,
    line: usize,
    delimiter: Delimiter,
    quote: Option<u8>,
}

impl<'a> Cursor<'a> {
    /// Reads one record and its line end.
    fn record(&mut self) -> Record<'a> {
        let mut record = Record { cells: Vec::new(), line: self.line, broken: false };
        loop {
            self.skip_blanks();
            if self.delimiter == Delimiter::Blanks && !record.cells.is_empty() && self.at_line_end() {
                break;
            }
            let cell = self.cell(&mut record.broken);
            record.cells.push(cell);
            if self.at_line_end() {
                break;
            }
            self.at += usize::from(self.delimiter != Delimiter::Blanks);
        }
        while self.peek() == Some(b'\r') {
            self.at += 1;
        }
        self.at += usize::from(self.peek() == Some(b'\n'));
        self.line += 1;
        record
    }

    fn cell(&mut self, broken: &mut bool) -> Cell<'a> {
        if self.quote.is_some() && self.peek() == self.quote {
            return self.quoted_cell(broken);
        }
        let start = self.at;
        while !self.at_line_end() && !self.at_delimiter() {
            self.at += 1;
        }
        Cell { text: &self.sample[start..self.at], quoted: false }
    }

    fn quoted_cell(&mut self, broken: &mut bool) -> Cell<'a> {
        self.at += 1;
        let start = self.at;
        let mut end = None;
        while let Some(byte) = self.peek() {
            self.at += 1;
            if Some(byte) == self.quote {
                if self.peek() != self.quote {
                    end = Some(self.at - 1);
                    break;
                }
                self.at += 1;
            }
            self.line += usize::from(byte == b'\n');
        }
        *broken |= end.is_none();
        while !self.at_line_end() && !self.at_delimiter() {
            *broken |= self.peek() != Some(b' ');
            self.at += 1;
        }
        Cell { text: &self.sample[start..end.unwrap_or(self.at)], quoted: true }
    }

    fn peek(&self) -> Option<u8> {
        self.sample.get(self.at).copied()
    }

    fn skip_blanks(&mut self) {
        while self.delimiter == Delimiter::Blanks && self.at_delimiter() {
            self.at += 1;
        }
    }

    fn at_delimiter(&self) -> bool {
        match self.delimiter {
            Delimiter::Byte(byte) => self.peek() == Some(byte),
            Delimiter::Blanks => matches!(self.peek(), Some(b' ' | b'\t')),
        }
    }

    fn at_line_end(&self) -> bool {
        match self.peek() {
            None | Some(b'\n') => true,
            Some(b'\r') => matches!(self.sample.get(self.at + 1), None | Some(b'\n' | b'\r')),
            _ => false,
        }
    }
}
