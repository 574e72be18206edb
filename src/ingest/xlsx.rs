//! Excel workbooks: sheets, each a table below a row that names the columns.

use std::io::{Read, Seek};
use std::path::Path;

use calamine::{Data, Reader, Xlsx, open_workbook};

use super::block::{Block, Column, Raw, Value};
use super::guard::guarded;
use super::text;
use crate::config::source::EVERY_SHEET;
use crate::{Error, Result, error};

/// A workbook whose parts unfold to more than this is refused before it is read.
const LARGEST_PART: u64 = 512 << 20;

/// Rows among which the one that names the columns is looked for.
const FRONT: usize = 20;

/// The sheets of a workbook that are read.
pub struct Book {
    /// In the order of the workbook, or in that asked for.
    pub sheets: Vec<Sheet>,
    /// Names of the other sheets that hold something.
    pub unread: Vec<String>,
}

/// The sheet as rows of values; row 0 is the first used row.
pub struct Sheet {
    /// Its name in the workbook.
    pub name: String,
    rows: Vec<Vec<Value>>,
    /// 0-based sheet row of the first used row.
    first_row: u32,
}

impl Book {
    /// Reads the sheets of these names, the first one when none is named.
    ///
    /// # Errors
    /// `Input` when the file is no workbook, has no such sheet, or is suspiciously large inside.
    pub fn open(path: &Path, sheets: &[String]) -> Result<Self> {
        refuse_bombs(path)?;
        guarded(path, || Self::read(path, sheets))
    }

    fn read(path: &Path, asked: &[String]) -> Result<Self> {
        let bad = |e: &dyn std::fmt::Display| Error::input(path, format!("not a readable workbook: {e}"));
        let mut book: Xlsx<_> = open_workbook(path).map_err(|e: calamine::XlsxError| bad(&e))?;
        let names = book.sheet_names();
        let first = names.first().ok_or_else(|| Error::input(path, "the workbook has no sheet"))?;
        let every = asked.iter().any(|name| name == EVERY_SHEET);
        let chosen = match asked {
            _ if every => names.clone(),
            [] => vec![first.clone()],
            asked => asked.to_vec(),
        };
        let mut sheets = Vec::new();
        for name in &chosen {
            if !names.contains(name) {
                let close = error::closest(name, names.iter().map(String::as_str));
                let hint = close.map_or_else(
                    || format!("its sheets: {}", names.join(", ")),
                    |c| format!("did you mean `{c}`?"),
                );
                return Err(Error::input(path, format!("there is no sheet `{name}`")).hint(hint));
            }
            sheets.push(Sheet::read(&mut book, name).map_err(|e| bad(&e))?);
        }
        if every && sheets.iter().any(|sheet| !sheet.rows.is_empty()) {
            sheets.retain(|sheet| !sheet.rows.is_empty());
        }
        let mut unread = Vec::new();
        for name in names.into_iter().filter(|name| !chosen.contains(name)) {
            if holds_something(&mut book, &name) {
                unread.push(name);
            }
        }
        Ok(Self { sheets, unread })
    }
}

/// A workbook as it lies on the disk.
type Workbook = Xlsx<std::io::BufReader<std::fs::File>>;

/// Whether a sheet has any value; a chart has none.
fn holds_something(book: &mut Workbook, name: &str) -> bool {
    let Ok(mut cells) = book.worksheet_cells_reader(name) else { return false };
    while let Ok(Some(cell)) = cells.next_cell() {
        if value(&Data::from(cell.get_value().clone())) != Value::Null {
            return true;
        }
    }
    false
}

impl Sheet {
    fn read(book: &mut Workbook, name: &str) -> Result<Self, calamine::XlsxError> {
        let range = book.worksheet_range(name)?;
        let first_row = range.start().map_or(0, |s| s.0);
        let rows = range.rows().map(|cells| cells.iter().map(value).collect()).collect();
        Ok(Self { name: name.to_owned(), rows, first_row })
    }

    /// The place of the row that names the columns: of the first rows the one with most of the wanted names; else the
    /// first below titles, which are rows with one filled cell in a table of three columns or more.
    pub fn header(&self, wanted: &[&str]) -> usize {
        let front = || self.rows.iter().take(FRONT).enumerate();
        let named = |row: &[Value]| {
            let keys: Vec<String> = row.iter().map(|cell| text::key(&shown(cell))).collect();
            wanted.iter().filter(|name| keys.contains(&text::key(name))).count()
        };
        // The first of equal ones.
        let most =
            front().map(|(place, row)| (named(row), place)).max_by_key(|(n, place)| (*n, FRONT - place));
        if let Some((1.., place)) = most {
            return place;
        }
        let filled = |row: &[Value]| row.iter().filter(|cell| **cell != Value::Null).count();
        let titles = front().take_while(|(_, row)| filled(row) <= 1).count();
        if self.width() < 3 || titles == front().count() { 0 } else { titles }
    }

    /// A row as texts.
    pub fn texts(&self, row: usize) -> Vec<String> {
        self.rows.get(row).map(|r| r.iter().map(shown).collect()).unwrap_or_default()
    }

    /// Number of columns.
    pub fn width(&self) -> usize {
        self.rows.first().map_or(0, Vec::len)
    }

    /// The records: requested columns of all rows below the header; rows without any value are no records.
    pub fn block(&self, header: Option<usize>, wanted: &[Option<usize>], names: &[String]) -> Block {
        let skip = header.map_or(0, |row| row + 1);
        let used: Vec<(usize, &Vec<Value>)> = self
            .rows
            .iter()
            .enumerate()
            .skip(skip)
            .filter(|(_, row)| row.iter().any(|v| *v != Value::Null))
            .collect();
        let columns = wanted
            .iter()
            .map(|w| {
                Column::Mixed(
                    used.iter()
                        .map(|(_, r)| w.and_then(|c| r.get(c).cloned()).unwrap_or(Value::Null))
                        .collect(),
                )
            })
            .collect();
        Block {
            rows: used.len(),
            columns,
            bytes: Vec::new(),
            lines: used.iter().map(|(i, _)| *i as u32 + self.first_row).collect(),
            line_count: self.rows.len() as u64,
            raw: Raw::cells(names),
            broken: Vec::new(),
        }
    }
}

fn shown(value: &Value) -> String {
    match value {
        Value::Text(text) => text.trim().to_owned(),
        Value::Int(v) => v.to_string(),
        Value::Float(v) => v.to_string(),
        Value::Bool(v) => v.to_string(),
        Value::Null | Value::Wall(_) => String::new(),
    }
}

fn value(cell: &Data) -> Value {
    match cell {
        Data::Int(v) => Value::Int(*v),
        Data::Float(v) => Value::Float(*v),
        Data::Bool(v) => Value::Bool(*v),
        Data::String(text) | Data::DateTimeIso(text) | Data::DurationIso(text) => {
            if text.trim().is_empty() {
                Value::Null
            } else {
                Value::Text(text.clone())
            }
        }
        Data::DateTime(stamp) if stamp.is_datetime() => wall(stamp).map_or(Value::Null, Value::Wall),
        Data::DateTime(stamp) => Value::Float(stamp.as_f64()),
        Data::Empty => Value::Null,
        Data::Error(error) => Value::Text(error.to_string()),
    }
}

/// A serial date as µs on the wall clock; both date systems of Excel, to the millisecond.
fn wall(stamp: &calamine::ExcelDateTime) -> Option<i64> {
    let (year, month, day, hour, minute, second, milli) = stamp.to_ymd_hms_milli();
    let date = chrono::NaiveDate::from_ymd_opt(i32::from(year), u32::from(month), u32::from(day))?;
    let time =
        date.and_hms_milli_opt(u32::from(hour), u32::from(minute), u32::from(second), u32::from(milli))?;
    Some(time.and_utc().timestamp_micros())
}

/// Looks at the sizes the zip directory declares, before anything is unfolded.
fn refuse_bombs(path: &Path) -> Result<()> {
    let mut file = std::fs::File::open(path).map_err(Error::io("read", path))?;
    let size = file.metadata().map_err(Error::io("read", path))?.len();
    let tail = size.min(1 << 20);
    file.seek(std::io::SeekFrom::End(-(tail as i64))).map_err(Error::io("read", path))?;
    let mut bytes = Vec::new();
    file.read_to_end(&mut bytes).map_err(Error::io("read", path))?;
    let entries = memchr::memmem::find_iter(&bytes, b"PK\x01\x02");
    let largest = entries
        .filter_map(|at| bytes.get(at + 24..at + 28))
        .map(|b| u64::from(u32::from_le_bytes([b[0], b[1], b[2], b[3]])))
        .max()
        .unwrap_or(0);
    if largest > LARGEST_PART {
        return Err(Error::input(
            path,
            format!("a part of the workbook unfolds to {largest} bytes, more than {LARGEST_PART}"),
        )
        .hint("export the sheet as CSV"));
    }
    Ok(())
}
