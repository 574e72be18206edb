//! Plain reading and exact adding, written apart from the engine.

use std::collections::{BTreeMap, BTreeSet};

use chrono::NaiveDate;

/// Rows of a well-formed CSV text as maps from header to cell.
pub(crate) fn records(text: &str) -> Vec<BTreeMap<String, String>> {
    let mut rows = cells(text.trim_start_matches('\u{feff}')).into_iter();
    let header = rows.next().unwrap();
    rows.map(|row| {
        assert_eq!(row.len(), header.len(), "{row:?}");
        header.iter().cloned().zip(row).collect()
    })
    .collect()
}

/// Cells of a well-formed CSV text, letter by letter.
pub(crate) fn cells(text: &str) -> Vec<Vec<String>> {
    let (mut rows, mut row, mut cell) = (Vec::new(), Vec::new(), String::new());
    let (mut quoted, mut letters) = (false, text.chars().peekable());
    while let Some(letter) = letters.next() {
        match letter {
            '"' if quoted && letters.peek() == Some(&'"') => cell.extend(letters.next()),
            '"' => quoted = !quoted,
            ',' if !quoted => row.push(std::mem::take(&mut cell)),
            '\r' if !quoted && letters.peek() == Some(&'\n') => {}
            '\n' if !quoted => {
                row.push(std::mem::take(&mut cell));
                rows.push(std::mem::take(&mut row));
            }
            other => cell.push(other),
        }
    }
    if !cell.is_empty() || !row.is_empty() {
        row.push(cell);
        rows.push(row);
    }
    rows
}

/// A plain decimal in ten-thousandths: `-2.5` is -25000. More than four decimals are refused.
pub(crate) fn exact(text: &str) -> i128 {
    let (sign, digits) = text.strip_prefix('-').map_or((1, text), |rest| (-1, rest));
    let (whole, part) = digits.split_once('.').unwrap_or((digits, ""));
    assert!(part.len() <= 4, "{text}");
    sign * format!("{whole}{part:0<4}").parse::<i128>().unwrap()
}

/// The float nearest to an amount in ten-thousandths, through its decimal text.
pub(crate) fn nearest(amount: i128) -> f64 {
    let (whole, part) = (amount.unsigned_abs() / 10_000, amount.unsigned_abs() % 10_000);
    let text = format!("{}{whole}.{part:04}", if amount < 0 { "-" } else { "" });
    text.parse().unwrap()
}

/// Day number of a date such as `2010-12-01`, whatever follows it.
pub(crate) fn day(text: &str) -> i64 {
    let date = NaiveDate::parse_from_str(&text[..10], "%Y-%m-%d").unwrap();
    (date - NaiveDate::from_ymd_opt(1970, 1, 1).unwrap()).num_days()
}

/// What a customer did.
#[derive(Debug, Default)]
pub(crate) struct Tally {
    pub orders: BTreeSet<String>,
    pub days: BTreeSet<i64>,
    /// Ten-thousandths.
    pub money: i128,
    pub returned_rows: i64,
}

impl Tally {
    pub(crate) fn last_day(&self) -> Option<i64> {
        self.days.last().copied()
    }
}
