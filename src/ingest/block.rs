//! A run of records of one file, whatever the format: cells by column and row.

use std::borrow::Cow;
use std::sync::Arc;

use arrow::buffer::ScalarBuffer;

use super::dictionary::Dictionary;
use super::times::from_days;
use crate::facts::TextColumn;
use crate::schema::Reason;

/// One value as the file holds it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Cell<'a> {
    /// Absent: an empty Parquet slot, a JSON null, an empty spreadsheet cell.
    Null,
    /// Text bytes, UTF-8 unless the file lies about its encoding.
    Text(&'a [u8]),
    /// A whole number.
    Int(i64),
    /// A binary floating-point number.
    Float(f64),
    /// A time without a zone, µs since 1970-01-01 00:00 on the wall clock.
    Wall(i64),
    /// An instant, µs since 1970-01-01 00:00 UTC.
    Instant(i64),
    /// A truth value.
    Bool(bool),
}

impl<'a> Cell<'a> {
    /// The value as text, the way a person would write it.
    pub fn text(self) -> Cow<'a, [u8]> {
        match self {
            Self::Null => Cow::Borrowed(b""),
            Self::Text(bytes) => Cow::Borrowed(bytes),
            Self::Int(v) => Cow::Owned(v.to_string().into_bytes()),
            Self::Float(v) => Cow::Owned(v.to_string().into_bytes()),
            Self::Bool(v) => Cow::Borrowed(if v { b"true" } else { b"false" }),
            Self::Wall(micros) => Cow::Owned(iso(micros).into_bytes()),
            Self::Instant(micros) => Cow::Owned((iso(micros) + "Z").into_bytes()),
        }
    }

    /// The value as text for a message or the rejects table; bytes that are no UTF-8 become U+FFFD.
    pub fn shown(self) -> String {
        String::from_utf8_lossy(&self.text()).into_owned()
    }
}

fn iso(micros: i64) -> String {
    if let Some(text) = whole_second(micros) {
        return String::from_utf8_lossy(&text).into_owned();
    }
    chrono::DateTime::from_timestamp_micros(micros)
        .map_or_else(|| micros.to_string(), |t| t.naive_utc().to_string())
}

/// The values of one column in a block.
#[derive(Debug)]
pub enum Column {
    /// Spans of the block's own bytes.
    Spans(Vec<(u32, u32)>),
    /// Texts with bytes of their own.
    Text(TextColumn),
    /// Few texts and, for each row, which one; `u32::MAX` is absent.
    Dictionary(Arc<Dictionary>, Vec<u32>),
    /// Whole numbers.
    Int(ScalarBuffer<i64>, Option<Vec<bool>>),
    /// Floats.
    Float(ScalarBuffer<f64>, Option<Vec<bool>>),
    /// Times on the wall clock, µs.
    Wall(ScalarBuffer<i64>, Option<Vec<bool>>),
    /// Instants, µs UTC.
    Instant(ScalarBuffer<i64>, Option<Vec<bool>>),
    /// Mixed values, as spreadsheets and JSON have them.
    Mixed(Vec<Value>),
}

/// An owned cell.
#[derive(Clone, Debug, PartialEq)]
pub enum Value {
    /// Absent.
    Null,
    /// Text.
    Text(String),
    /// A whole number.
    Int(i64),
    /// A float.
    Float(f64),
    /// A time on the wall clock, µs.
    Wall(i64),
    /// A truth value.
    Bool(bool),
}

impl Value {
    fn cell(&self) -> Cell<'_> {
        match self {
            Self::Null => Cell::Null,
            Self::Text(text) => Cell::Text(text.as_bytes()),
            Self::Int(v) => Cell::Int(*v),
            Self::Float(v) => Cell::Float(*v),
            Self::Wall(v) => Cell::Wall(*v),
            Self::Bool(v) => Cell::Bool(*v),
        }
    }
}

/// How a row of a block can be shown again as it stood in the file.
#[derive(Debug)]
pub enum Raw {
    /// Spans of the block's bytes, without the line end.
    Spans(Vec<(u32, u32)>),
    /// Rebuilt from the cells as a JSON object; the names stand here as JSON has them, `{"name":` and `,"name":`.
    Cells(Vec<Vec<u8>>),
}

/// What a splitter found wrong with a whole record.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Broken {
    /// Row within the block.
    pub row: usize,
    /// Why it is set aside.
    pub reason: Reason,
    /// What is wrong, in words, for the `value` column of the rejects.
    pub what: String,
}

/// Records of one file, in file order.
#[derive(Debug)]
pub struct Block {
    /// Number of records.
    pub rows: usize,
    /// Requested columns, in the order of the request.
    pub columns: Vec<Column>,
    /// The bytes that spans point into.
    pub bytes: Vec<u8>,
    /// Line of each record, counted from the block's first line (0-based); empty where the format has no lines.
    pub lines: Vec<u32>,
    /// Lines in the block.
    pub line_count: u64,
    /// The records as they stood.
    pub raw: Raw,
    /// Records that cannot be used at all, in row order. Their cells read as absent.
    pub broken: Vec<Broken>,
}

/// A span that stands for an absent value.
pub const NO_SPAN: (u32, u32) = (u32::MAX, u32::MAX);

impl Block {
    /// The value of a requested column in a row.
    #[inline]
    pub fn cell(&self, column: usize, row: usize) -> Cell<'_> {
        fn pick<T: Copy>(values: &[T], nulls: Option<&Vec<bool>>, row: usize) -> Option<T> {
            if nulls.is_some_and(|n| n[row]) { None } else { Some(values[row]) }
        }
        match &self.columns[column] {
            Column::Spans(spans) => {
                let span = spans[row];
                if span == NO_SPAN {
                    Cell::Null
                } else {
                    Cell::Text(&self.bytes[span.0 as usize..span.1 as usize])
                }
            }
            Column::Text(texts) => texts.get(row).map_or(Cell::Null, Cell::Text),
            Column::Dictionary(entries, codes) => entries.get(codes[row]).map_or(Cell::Null, Cell::Text),
            Column::Int(values, nulls) => pick(values, nulls.as_ref(), row).map_or(Cell::Null, Cell::Int),
            Column::Float(values, nulls) => pick(values, nulls.as_ref(), row).map_or(Cell::Null, Cell::Float),
            Column::Wall(values, nulls) => pick(values, nulls.as_ref(), row).map_or(Cell::Null, Cell::Wall),
            Column::Instant(values, nulls) => {
                pick(values, nulls.as_ref(), row).map_or(Cell::Null, Cell::Instant)
            }
            Column::Mixed(values) => values[row].cell(),
        }
    }

    /// Every value of a requested column, with its row. The kind of column is looked at once, not per value.
    pub fn each<'a>(&'a self, column: usize, mut see: impl FnMut(usize, Cell<'a>)) {
        self.walk(column, 0..self.rows, |row| row, &mut see);
    }

    /// The values of a requested column in some rows, in their order.
    pub fn each_of<'a>(&'a self, column: usize, rows: &[u32], mut see: impl FnMut(Cell<'a>)) {
        self.walk(column, rows.iter(), |row| *row as usize, &mut |_, cell| see(cell));
    }

    #[inline]
    fn walk<'a, R>(
        &'a self,
        column: usize,
        rows: impl Iterator<Item = R>,
        row_of: impl Fn(R) -> usize,
        see: &mut impl FnMut(usize, Cell<'a>),
    ) {
        let rows = rows.map(row_of);
        match &self.columns[column] {
            Column::Spans(spans) => rows.for_each(|row| {
                let (start, end) = spans[row];
                let missing = (start, end) == NO_SPAN;
                see(
                    row,
                    if missing { Cell::Null } else { Cell::Text(&self.bytes[start as usize..end as usize]) },
                );
            }),
            Column::Text(texts) => {
                rows.for_each(|row| see(row, texts.get(row).map_or(Cell::Null, Cell::Text)));
            }
            Column::Dictionary(entries, codes) => rows.for_each(|row| {
                see(row, entries.get(codes[row]).map_or(Cell::Null, Cell::Text));
            }),
            Column::Int(values, None) => rows.for_each(|row| see(row, Cell::Int(values[row]))),
            Column::Float(values, None) => rows.for_each(|row| see(row, Cell::Float(values[row]))),
            Column::Wall(values, None) => rows.for_each(|row| see(row, Cell::Wall(values[row]))),
            Column::Instant(values, None) => rows.for_each(|row| see(row, Cell::Instant(values[row]))),
            _ => rows.for_each(|row| see(row, self.cell(column, row))),
        }
    }

    /// The record as it stood in the file.
    pub fn raw(&self, row: usize) -> Vec<u8> {
        let mut raw = Vec::new();
        self.write_raw(row, &mut raw);
        raw
    }

    /// Appends the record as it stood in the file; formats without lines show it as a JSON object.
    pub fn write_raw(&self, row: usize, out: &mut Vec<u8>) {
        match &self.raw {
            Raw::Spans(spans) => {
                let (start, end) = spans[row];
                out.extend_from_slice(&self.bytes[start as usize..end as usize]);
            }
            Raw::Cells(keys) => {
                for (column, key) in keys.iter().enumerate() {
                    out.extend_from_slice(key);
                    json(out, self.cell(column, row));
                }
                out.push(b'}');
            }
        }
    }

    /// Appends what tells the record from others: the record as it stood, or its cells where a format has no lines.
    pub fn write_known(&self, row: usize, out: &mut Vec<u8>) {
        match &self.raw {
            Raw::Spans(_) => self.write_raw(row, out),
            Raw::Cells(keys) => (0..keys.len()).for_each(|column| self.cell(column, row).write_known(out)),
        }
    }
}

impl Cell<'_> {
    /// Appends bytes that no other value has, nor a value and what follows it.
    fn write_known(self, out: &mut Vec<u8>) {
        let mut number = |kind: u8, bytes: [u8; 8]| {
            out.push(kind);
            out.extend_from_slice(&bytes);
        };
        match self {
            Self::Null => out.push(0),
            Self::Int(v) => number(1, v.to_le_bytes()),
            // All that is not a number is one value.
            Self::Float(v) => number(2, if v.is_nan() { f64::NAN } else { v }.to_le_bytes()),
            Self::Wall(micros) => number(3, micros.to_le_bytes()),
            Self::Instant(micros) => number(4, micros.to_le_bytes()),
            Self::Bool(v) => out.extend_from_slice(&[5, u8::from(v)]),
            Self::Text(text) => {
                number(6, (text.len() as u64).to_le_bytes());
                out.extend_from_slice(text);
            }
        }
    }
}

impl Raw {
    /// Cells under these names.
    pub fn cells(names: &[String]) -> Self {
        let key = |(place, name): (usize, &String)| {
            let mut key = Vec::with_capacity(name.len() + 4);
            key.push(if place == 0 { b'{' } else { b',' });
            json(&mut key, Cell::Text(name.as_bytes()));
            key.push(b':');
            key
        };
        Self::Cells(names.iter().enumerate().map(key).collect())
    }
}

/// Appends a cell as JSON.
fn json(out: &mut Vec<u8>, cell: Cell<'_>) {
    match cell {
        Cell::Null => out.extend_from_slice(b"null"),
        Cell::Int(v) => write_json(out, &v),
        Cell::Float(v) if v.is_finite() => write_json(out, &v),
        Cell::Bool(v) => out.extend_from_slice(if v { b"true" } else { b"false" }),
        Cell::Wall(micros) | Cell::Instant(micros) => match whole_second(micros) {
            Some(text) => {
                out.push(b'"');
                out.extend_from_slice(&text);
                out.extend_from_slice(if matches!(cell, Cell::Instant(_)) { b"Z\"" } else { b"\"" });
            }
            None => write_json(out, &cell.shown()),
        },
        Cell::Text(text) if is_plain(text) => {
            out.push(b'"');
            out.extend_from_slice(text);
            out.push(b'"');
        }
        other => write_json(out, &other.shown()),
    }
}

/// Appends a value as JSON has it.
pub(super) fn write_json(out: &mut Vec<u8>, value: &impl serde::Serialize) {
    // Writing to memory cannot fail.
    let _ = serde_json::to_writer(out, value);
}

/// `2024-01-01 00:04:10`, for whole seconds of the years 0 to 9999; the others take the long way.
fn whole_second(micros: i64) -> Option<[u8; 19]> {
    const SECOND: i64 = 1_000_000;
    const DAY: i64 = 86_400 * SECOND;
    let (year, month, day) = from_days(micros.div_euclid(DAY));
    let of_day = micros.rem_euclid(DAY);
    if of_day % SECOND != 0 || !(0..=9999).contains(&year) {
        return None;
    }
    let (year, second) = (year as u32, (of_day / SECOND) as u32);
    let mut text = *b"0000-00-00 00:00:00";
    let mut put = |at: usize, value: u32| {
        text[at] = b'0' + (value / 10) as u8;
        text[at + 1] = b'0' + (value % 10) as u8;
    };
    put(0, year / 100);
    put(2, year % 100);
    put(5, month);
    put(8, day);
    put(11, second / 3_600);
    put(14, second / 60 % 60);
    put(17, second % 60);
    Some(text)
}

/// Text that JSON takes as it is.
fn is_plain(text: &[u8]) -> bool {
    const PLAIN: [bool; 256] = {
        let (mut plain, mut b) = ([false; 256], b' ');
        while b <= b'~' {
            plain[b as usize] = b != b'"' && b != b'\\';
            b += 1;
        }
        plain
    };
    text.iter().all(|b| PLAIN[usize::from(*b)])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_of_cells_are_known_by_the_values_and_their_kinds() {
        let rows: [&[Cell<'_>]; 9] = [
            &[Cell::Int(1), Cell::Null],
            &[Cell::Null, Cell::Int(1)],
            &[Cell::Float(1.0), Cell::Null],
            &[Cell::Wall(1), Cell::Null],
            &[Cell::Instant(1), Cell::Null],
            &[Cell::Bool(true), Cell::Null],
            &[Cell::Text(b"a"), Cell::Text(b"bc")],
            &[Cell::Text(b"ab"), Cell::Text(b"c")],
            &[Cell::Float(f64::NAN), Cell::Null],
        ];
        let known = |row: &[Cell<'_>]| {
            let mut out = Vec::new();
            row.iter().for_each(|cell| cell.write_known(&mut out));
            out
        };
        for (i, row) in rows.iter().enumerate() {
            for (j, other) in rows.iter().enumerate() {
                assert_eq!(known(row) == known(other), i == j, "{row:?} {other:?}");
            }
        }
        assert_eq!(known(&[Cell::Float(f64::NAN)]), known(&[Cell::Float(-f64::NAN)]));
    }

    #[test]
    fn times_stand_in_raw_rows_as_people_write_them() {
        let shown = |micros| {
            let mut out = Vec::new();
            json(&mut out, Cell::Wall(micros));
            String::from_utf8(out).unwrap()
        };
        assert_eq!(shown(1_704_067_450_000_000), r#""2024-01-01 00:04:10""#);
        assert_eq!(shown(951_868_799_000_000), r#""2000-02-29 23:59:59""#);
        assert_eq!(shown(-1_000_000), r#""1969-12-31 23:59:59""#);
        assert_eq!(shown(-500_000), r#""1969-12-31 23:59:59.500""#);
        assert_eq!(shown(253_402_300_799_000_000), r#""9999-12-31 23:59:59""#);
        assert_eq!(shown(253_402_300_800_000_000), r#""+10000-01-01 00:00:00""#);
        let mut out = Vec::new();
        json(&mut out, Cell::Instant(0));
        json(&mut out, Cell::Text("Ödön \"2\"\\".as_bytes()));
        assert_eq!(String::from_utf8(out).unwrap(), "\"1970-01-01 00:00:00Z\"\"Ödön \\\"2\\\"\\\\\"");
    }
}
