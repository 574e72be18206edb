//! The pieces of a date and time as people and programs write them, before anyone says which is the month.

use super::clock::{Clock, eat_clock, eat_compact_clock, eat_offset};
use super::cursor::{Cursor, LONGEST, clean};
use super::names::{Month, eat_month, eat_weekday};
use super::plain::scan_plain;

/// The date part of a text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum DateText {
    /// `2010-12-01`, `1402/5/2`: year first.
    YearFirst { year: u32, month: u32, day: u32, separator: u8 },
    /// `1/12/2010`, `01.12.2010`: year last, day and month in either order.
    YearLast { first: u32, second: u32, year: u32, separator: u8 },
    /// `20101201`.
    Compact { year: u32, month: u32, day: u32 },
    /// A month's name stands in it.
    Named { year: u32, month: Month, day: u32 },
}

impl DateText {
    pub(super) fn year(&self) -> u32 {
        match self {
            Self::YearFirst { year, .. }
            | Self::YearLast { year, .. }
            | Self::Compact { year, .. }
            | Self::Named { year, .. } => *year,
        }
    }
}

/// A whole text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Scanned {
    pub(super) date: DateText,
    /// What joins date and time: `T`, a blank, or nothing.
    pub(super) joint: &'static str,
    pub(super) clock: Option<Clock>,
    /// Seconds east of Greenwich.
    pub(super) offset: Option<i32>,
}

/// Reads a text in any of the known shapes; `None` when it has none of them.
pub(super) fn scan(text: &[u8]) -> Option<Scanned> {
    scan_plain(text).or_else(|| scan_any(text))
}

fn scan_any(text: &[u8]) -> Option<Scanned> {
    let mut room = [0; LONGEST];
    let mut cursor = Cursor::new(clean(text, &mut room)?);
    let date = eat_date(&mut cursor)?;
    let mut scanned = Scanned { date, joint: "", clock: None, offset: None };
    if !cursor.is_at_end() {
        let compact = matches!(date, DateText::Compact { .. });
        scanned.joint = eat_joint(&mut cursor, compact)?;
        let digits = cursor.digits_ahead();
        let clock =
            if compact && digits > 2 { eat_compact_clock(&mut cursor) } else { eat_clock(&mut cursor) };
        scanned.clock = Some(clock?);
    }
    if !cursor.is_at_end() {
        scanned.offset = Some(eat_offset(&mut cursor)?);
    }
    cursor.is_at_end().then_some(scanned)
}

fn eat_date(cursor: &mut Cursor<'_>) -> Option<DateText> {
    match cursor.digits_ahead() {
        0 => eat_after_words(cursor),
        1 | 2 => eat_year_last(cursor),
        4 => eat_year_first(cursor),
        8 | 14 => {
            let (year, month, day) = (cursor.number(4)?, cursor.number(2)?, cursor.number(2)?);
            Some(DateText::Compact { year, month, day })
        }
        _ => None,
    }
}

/// A date that begins with the name of a day or a month.
fn eat_after_words(cursor: &mut Cursor<'_>) -> Option<DateText> {
    if eat_weekday(cursor) {
        eat_gap(cursor)?;
        if cursor.digits_ahead() > 0 {
            return eat_date(cursor);
        }
    }
    let month = eat_month(cursor)?;
    eat_gap(cursor)?;
    let day = cursor.number(2)?;
    eat_ordinal(cursor);
    eat_gap(cursor)?;
    Some(DateText::Named { year: eat_year(cursor)?, month, day })
}

/// `2010-12-01`, `2010/12/1`, `2010-Dec-01`.
fn eat_year_first(cursor: &mut Cursor<'_>) -> Option<DateText> {
    let year = cursor.exact_number(4)?;
    if matches!(cursor.rest(), [b'-' | b'/' | b'.', b'0'..=b'9', ..]) {
        let separator = cursor.peek()?;
        cursor.skip(1);
        let month = cursor.number(2)?;
        cursor.eat(separator).then_some(())?;
        return Some(DateText::YearFirst { year, month, day: cursor.number(2)?, separator });
    }
    eat_gap(cursor)?;
    let month = eat_month(cursor)?;
    eat_gap(cursor)?;
    Some(DateText::Named { year, month, day: cursor.number(2)? })
}

/// `1/12/2010`, `01.12.2010`, `01-Dec-2010`, `1st December 2010`, `01DEC2010`.
fn eat_year_last(cursor: &mut Cursor<'_>) -> Option<DateText> {
    let first = cursor.number(2)?;
    if let [separator @ (b'-' | b'/' | b'.'), b'0'..=b'9', ..] = *cursor.rest() {
        cursor.skip(1);
        let second = cursor.number(2)?;
        cursor.eat(separator).then_some(())?;
        return Some(DateText::YearLast { first, second, year: eat_year(cursor)?, separator });
    }
    eat_ordinal(cursor);
    // SAS writes nothing in between.
    let _ = eat_gap(cursor);
    let month = eat_month(cursor)?;
    let _ = eat_gap(cursor);
    Some(DateText::Named { year: eat_year(cursor)?, month, day: first })
}

/// Four digits and no more; years of two digits are nobody's to guess.
fn eat_year(cursor: &mut Cursor<'_>) -> Option<u32> {
    (cursor.digits_ahead() == 4).then(|| cursor.number(4))?
}

fn eat_ordinal(cursor: &mut Cursor<'_>) {
    let _ = [b"st", b"nd", b"rd", b"th"].into_iter().any(|ending| cursor.eat_word(ending));
}

/// What parts the pieces of a date with a month's name.
fn eat_gap(cursor: &mut Cursor<'_>) -> Option<()> {
    (cursor.eat_all(b" ,-/.") > 0).then_some(())
}

/// What joins date and time: `T`, blanks, a comma, a dash between blanks, a colon (web server logs);
/// nothing after a compact date.
fn eat_joint(cursor: &mut Cursor<'_>, compact: bool) -> Option<&'static str> {
    let blanks = cursor.eat_all(b" ,");
    if cursor.eat_word(b"T") {
        return Some("T");
    }
    if blanks > 0 {
        if cursor.eat(b'-') {
            cursor.eat_all(b" ");
        }
        return Some(" ");
    }
    if compact { Some("") } else { cursor.eat(b':').then_some(":") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_short_way_reads_what_the_general_way_reads() {
        let numbers = ["0", "1", "01", "12", "31", "99", "100", "1402", "2010", "20101"];
        for a in numbers {
            for b in numbers {
                for c in numbers {
                    for rest in [
                        "",
                        " 8:26",
                        "T08:26:59",
                        " 24:00",
                        " 25:00",
                        " 8:60",
                        " 8:2",
                        ":08:26:00",
                        "  8:26",
                        " 8:26 PM",
                        "x",
                    ] {
                        for separator in ["-", "/", "."] {
                            let text = format!("{a}{separator}{b}{separator}{c}{rest}");
                            let plain = scan_plain(text.as_bytes());
                            assert!(plain.is_none() || plain == scan_any(text.as_bytes()), "{text}");
                        }
                    }
                }
            }
        }
        assert!(scan_plain(b"29/2/2016 01:16").is_some());
        assert_eq!(scan_plain(b"2016/2-29"), None);
    }
}
