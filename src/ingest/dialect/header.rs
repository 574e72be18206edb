//! Whether names stand on top of a table, and after how many lines.

use super::split::{Cell, Table};
use crate::ingest::numbers::{DecimalMark, parse_fixed};
use crate::ingest::{id, text};

/// Records among which the header is looked for.
const FRONT: usize = 20;

/// Share of a column's filled cells that must be numbers or dates for the column to count as typed.
const TYPED: f64 = 0.8;

/// The largest number of wanted names found in one of the first records.
pub(super) fn wanted_in_front(table: &Table<'_>, wanted: &[&str]) -> usize {
    let front = table.records.iter().take(FRONT);
    front.map(|record| wanted_among(&record.cells, wanted)).max().unwrap_or(0)
}

/// The index of the table's first record and whether it is a header.
///
/// Wanted names decide; they make the first record with the most of them the header. Else titles above a
/// table of three or more columns (records with one filled cell) are passed over, and the first record
/// after them is a header when columns of numbers or dates begin with a text, or, in a table of texts
/// only, when its cells differ from each other and none comes again in its column.
pub(super) fn locate(table: &Table<'_>, wanted: &[&str]) -> (usize, bool) {
    let most = wanted_in_front(table, wanted);
    if most > 0 {
        let named = table.records.iter().position(|record| wanted_among(&record.cells, wanted) == most);
        return (named.unwrap_or(0), true);
    }
    let top = titles_above(table);
    (top, looks_like_header(table, top))
}

/// Whether a cell is a number in any convention.
pub(super) fn is_number(cell: &[u8]) -> bool {
    [DecimalMark::Point, DecimalMark::Comma].into_iter().any(|mark| parse_fixed(cell, mark).is_some())
}

/// Whether nearly all filled cells of a column below the first record are numbers or dates.
pub(super) fn is_typed_column(table: &Table<'_>, column: usize) -> bool {
    typed_share(table, 0, column).is_some_and(|share| share >= TYPED)
}

fn wanted_among(cells: &[Cell<'_>], wanted: &[&str]) -> usize {
    let names: Vec<String> = cells.iter().map(|cell| name_key(cell.text)).collect();
    wanted.iter().filter(|name| names.contains(&text::key(name))).count()
}

fn name_key(cell: &[u8]) -> String {
    text::key(&String::from_utf8_lossy(cell).replace("\"\"", "\""))
}

/// How many leading records fill one cell only, in a table that otherwise has three columns or more.
fn titles_above(table: &Table<'_>) -> usize {
    let (usual, _) = table.usual_width();
    let is_title =
        |cells: &[Cell<'_>]| cells.iter().filter(|cell| !id::trim(cell.text).is_empty()).count() <= 1;
    let titles = table.records.iter().take(FRONT).take_while(|record| is_title(&record.cells)).count();
    if usual < 3 || titles == FRONT || titles == table.records.len() { 0 } else { titles }
}

fn looks_like_header(table: &Table<'_>, top: usize) -> bool {
    let Some(first) = table.records.get(top) else { return true };
    if table.records.len() == top + 1 {
        return !first.cells.iter().any(|cell| is_typed(cell.text));
    }
    let (mut named, mut valued) = (0, 0);
    for (column, cell) in first.cells.iter().enumerate() {
        if typed_share(table, top, column).is_some_and(|share| share >= TYPED)
            && !id::is_missing(id::trim(cell.text))
        {
            if is_typed(cell.text) { valued += 1 } else { named += 1 }
        }
    }
    if named + valued > 0 { named > valued } else { is_row_of_names(table, top) }
}

/// Texts that differ from each other and do not come again below.
fn is_row_of_names(table: &Table<'_>, top: usize) -> bool {
    let names: Vec<&[u8]> = table.records[top].cells.iter().map(|cell| id::trim(cell.text)).collect();
    let distinct = names.iter().enumerate().all(|(at, name)| !names[..at].contains(name));
    let again = names.iter().enumerate().any(|(column, name)| {
        let below = table.records[top + 1..].iter().filter_map(|record| record.cells.get(column));
        below.into_iter().any(|cell| id::trim(cell.text) == *name)
    });
    distinct && !again && !names.iter().any(|name| name.is_empty() || is_typed(name))
}

/// Share of numbers and dates among the filled cells of a column below a record; `None` without any.
fn typed_share(table: &Table<'_>, top: usize, column: usize) -> Option<f64> {
    let below = table.records.get(top + 1..)?.iter().filter_map(|record| record.cells.get(column));
    let (mut typed, mut filled) = (0_usize, 0_usize);
    for cell in below {
        if !id::is_missing(id::trim(cell.text)) {
            filled += 1;
            typed += usize::from(is_typed(cell.text));
        }
    }
    (filled > 0).then(|| typed as f64 / filled as f64)
}

/// A number, or digits with the signs of dates and times.
fn is_typed(cell: &[u8]) -> bool {
    is_number(cell) || is_date_like(cell)
}

/// Two or more groups of digits parted by `-` `/` `.` `:` and blanks, such as `2019/10/01 12:38`.
fn is_date_like(cell: &[u8]) -> bool {
    let text = text::fold_digits(std::str::from_utf8(cell).unwrap_or_default()).into_owned();
    let digits = text.bytes().filter(u8::is_ascii_digit).count();
    let starts_with_digit = text.trim().starts_with(|sign: char| sign.is_ascii_digit());
    let marks = text.bytes().filter(|byte| matches!(byte, b'-' | b'/' | b':' | b'.')).count();
    let letters = text.chars().filter(|sign| sign.is_alphabetic()).count();
    starts_with_digit && digits >= 3 && marks >= 2 && letters <= 5 && digits > letters
}
