//! Declared strftime patterns, compiled once.

use super::clock::{eat_fraction, eat_offset, hour_of_day, time_of_day};
use super::cursor::{Cursor, LONGEST, clean};
use super::names::{Month, eat_half_day, eat_month, eat_weekday};
use super::{Calendar, Stamp};
use crate::error::{Error, Result};

/// The specifiers that are understood, for the hint.
const KNOWN: &str =
    "%Y %y %m %b %B %d %e %j %a %A %H %k %I %l %M %S %f %.f %p %z %:z %Z %F %T %R %D %r %n %t %%";

/// A compiled pattern.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Pattern {
    items: Vec<Item>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Item {
    Literal(Vec<u8>),
    /// Any number of blanks, none included.
    Blanks,
    Year,
    YearOfCentury,
    Month,
    MonthName,
    Day,
    DayOfYear,
    Weekday,
    Hour,
    Minute,
    Second,
    /// Digits of the second's fraction.
    Fraction,
    /// The same with its point; may be absent.
    PointFraction,
    HalfDay,
    Offset,
}

/// What a text said.
#[derive(Default)]
struct Fields {
    year: Option<u32>,
    year_of_century: Option<u32>,
    month: u32,
    /// The calendar that the month's name belongs to.
    named: Option<Calendar>,
    day: u32,
    day_of_year: Option<u32>,
    hour: u32,
    minute: u32,
    second: u32,
    below_second: i64,
    afternoon: Option<bool>,
    offset: Option<i32>,
}

impl Pattern {
    /// Compiles a pattern.
    ///
    /// # Errors
    /// A configuration error for an unknown specifier, or when the pattern does not make a date.
    pub(super) fn compile(text: &str) -> Result<Self> {
        let mut room = [0; LONGEST];
        let plain = clean(text.as_bytes(), &mut room).unwrap_or_default();
        if !plain.contains(&b'%') {
            return Err(Error::config(format!(
                "`timestamp_format` should be `auto`, a strftime pattern, `day_first`, `month_first`, `year_first`, \
                 `unix`, `unix_ms`, `excel` or `excel_1904`, but is `{text}`"
            ))
            .hint("a pattern looks like `%Y-%m-%d %H:%M:%S`"));
        }
        let mut items = Vec::new();
        compile_into(&mut items, plain, text)?;
        let pattern = Self { items };
        match pattern.missing_part() {
            None => Ok(pattern),
            Some(part) => {
                Err(Error::config(format!("`timestamp_format` should hold {part}, but is `{text}`")))
            }
        }
    }

    /// What a date needs and the pattern lacks.
    fn missing_part(&self) -> Option<&'static str> {
        let has = |items: &[Item]| items.iter().any(|item| self.items.contains(item));
        if !has(&[Item::Year, Item::YearOfCentury]) {
            Some("a year (`%Y`)")
        } else if has(&[Item::DayOfYear]) {
            None
        } else if !has(&[Item::Month, Item::MonthName]) {
            Some("a month (`%m` or `%b`)")
        } else if !has(&[Item::Day]) {
            Some("a day (`%d`)")
        } else {
            None
        }
    }

    pub(super) fn parse(&self, text: &[u8], calendar: Calendar) -> Option<Stamp> {
        let fields = self.read(text)?;
        let year = fields.year(calendar)?;
        let calendar = calendar.of_year(year)?;
        if fields.named.is_some_and(|named| named != calendar) {
            return None;
        }
        let days = match fields.day_of_year {
            Some(of_year) => day_of_year(calendar, year, of_year)?,
            None => calendar.to_days(year, fields.month, fields.day)?,
        };
        let hour = hour_of_day(fields.hour, fields.afternoon)?;
        let micros = time_of_day(hour, fields.minute, fields.second, fields.below_second)?;
        Some(Stamp::at(days, micros, fields.offset))
    }

    /// The year that a text in this pattern names.
    pub(super) fn year(&self, text: &[u8]) -> Option<u32> {
        self.read(text)?.year(Calendar::Auto)
    }

    fn read(&self, text: &[u8]) -> Option<Fields> {
        let mut room = [0; LONGEST];
        let mut cursor = Cursor::new(clean(text, &mut room)?);
        let mut fields = Fields::default();
        for item in &self.items {
            fields.take(item, &mut cursor)?;
        }
        cursor.is_at_end().then_some(fields)
    }
}

impl Fields {
    fn take(&mut self, item: &Item, cursor: &mut Cursor<'_>) -> Option<()> {
        if !matches!(item, Item::Literal(_) | Item::Blanks | Item::PointFraction) {
            cursor.eat_all(b" ");
        }
        match item {
            Item::Literal(bytes) => return cursor.eat_word(bytes).then_some(()),
            Item::Blanks => _ = cursor.eat_all(b" "),
            Item::Year => self.year = Some(cursor.exact_number(4)?),
            Item::YearOfCentury => self.year_of_century = Some(cursor.exact_number(2)?),
            Item::Month => self.month = cursor.number(2)?,
            Item::MonthName => self.take_month_name(eat_month(cursor)?),
            Item::Day => self.day = cursor.number(2)?,
            Item::DayOfYear => self.day_of_year = Some(cursor.number(3)?),
            Item::Weekday => return eat_weekday(cursor).then_some(()),
            Item::Hour => self.hour = cursor.number(2)?,
            Item::Minute => self.minute = cursor.number(2)?,
            Item::Second => self.second = cursor.number(2)?,
            Item::Fraction => self.below_second = eat_fraction(cursor)?,
            Item::PointFraction if cursor.eat(b'.') => self.below_second = eat_fraction(cursor)?,
            Item::PointFraction => {}
            Item::HalfDay => self.afternoon = Some(eat_half_day(cursor)?),
            Item::Offset => self.offset = Some(eat_offset(cursor)?),
        }
        Some(())
    }

    fn take_month_name(&mut self, month: Month) {
        (self.month, self.named) = match month {
            Month::Gregorian(month) => (month, Some(Calendar::Gregorian)),
            Month::Jalali(month) => (month, Some(Calendar::Jalali)),
        };
    }

    /// The year in full: two digits are 1969 to 2068, in the Jalali calendar 1350 to 1449.
    fn year(&self, calendar: Calendar) -> Option<u32> {
        let of_century = self.year_of_century.map(|year| match (calendar, year) {
            (Calendar::Jalali, 50..) => 1300 + year,
            (Calendar::Jalali, _) => 1400 + year,
            (_, 69..) => 1900 + year,
            _ => 2000 + year,
        });
        self.year.or(of_century)
    }
}

/// Appends the items of a pattern; composites such as `%F` are compiled in their place.
fn compile_into(items: &mut Vec<Item>, pattern: &[u8], whole: &str) -> Result<()> {
    let mut rest = pattern;
    while let [first, after @ ..] = rest {
        rest = after;
        match first {
            b'%' => rest = compile_specifier(items, after, whole)?,
            b' ' => items.push(Item::Blanks),
            literal => push_literal(items, *literal),
        }
    }
    Ok(())
}

fn push_literal(items: &mut Vec<Item>, byte: u8) {
    match items.last_mut() {
        Some(Item::Literal(bytes)) => bytes.push(byte),
        _ => items.push(Item::Literal(vec![byte])),
    }
}

/// Compiles what follows a `%`; the rest of the pattern.
fn compile_specifier<'a>(items: &mut Vec<Item>, after: &'a [u8], whole: &str) -> Result<&'a [u8]> {
    // Padding (`%-d`), colons (`%:z`) and the width of a fraction (`%.3f`) change how one writes, not how
    // one reads.
    let point = after.first() == Some(&b'.');
    let width = after
        .iter()
        .take_while(|byte| matches!(byte, b'-' | b'_' | b'0'..=b'9' | b':' | b'#' | b'.'))
        .count();
    let (letter, rest) = after[width..].split_first().unwrap_or((&b' ', &[]));
    let item = match letter {
        b'Y' => Item::Year,
        b'y' => Item::YearOfCentury,
        b'm' => Item::Month,
        b'b' | b'B' | b'h' => Item::MonthName,
        b'd' | b'e' => Item::Day,
        b'j' => Item::DayOfYear,
        b'a' | b'A' => Item::Weekday,
        b'H' | b'k' | b'I' | b'l' => Item::Hour,
        b'M' => Item::Minute,
        b'S' => Item::Second,
        b'f' if point => Item::PointFraction,
        b'f' => Item::Fraction,
        b'p' | b'P' => Item::HalfDay,
        b'z' | b'Z' => Item::Offset,
        b'n' | b't' => Item::Blanks,
        b'F' => return compile_into(items, b"%Y-%m-%d", whole).map(|()| rest),
        b'T' => return compile_into(items, b"%H:%M:%S", whole).map(|()| rest),
        b'R' => return compile_into(items, b"%H:%M", whole).map(|()| rest),
        b'D' => return compile_into(items, b"%m/%d/%y", whole).map(|()| rest),
        b'r' => return compile_into(items, b"%I:%M:%S %p", whole).map(|()| rest),
        b'%' => {
            push_literal(items, b'%');
            return Ok(rest);
        }
        unknown => {
            let specifier = char::from(*unknown);
            let message = format!("`timestamp_format` has the unknown specifier `%{specifier}` in `{whole}`");
            return Err(Error::config(message).hint(format!("known are {KNOWN}")));
        }
    };
    items.push(item);
    Ok(rest)
}

/// Days from 1970-01-01 to the n-th day of a year, counted from one.
fn day_of_year(calendar: Calendar, year: u32, of_year: u32) -> Option<i32> {
    let days = calendar.to_days(year, 1, 1)? + of_year.checked_sub(1)? as i32;
    let within = of_year <= 365 || days < calendar.to_days(year + 1, 1, 1)?;
    within.then_some(days)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ingest::times::StampZone;
    use chrono::NaiveDateTime;

    fn parse(pattern: &str, calendar: Calendar, text: &str) -> Option<Stamp> {
        Pattern::compile(pattern).unwrap().parse(text.as_bytes(), calendar)
    }

    fn naive(iso: &str) -> Stamp {
        let time = NaiveDateTime::parse_from_str(iso, "%Y-%m-%d %H:%M:%S%.f").unwrap();
        Stamp { micros: time.and_utc().timestamp_micros(), zone: StampZone::Naive }
    }

    #[test]
    fn patterns_read_what_chrono_reads() {
        for (pattern, text) in [
            ("%Y-%m-%d %H:%M:%S", "2010-12-01 08:26:00"),
            ("%d.%m.%y %H:%M", "01.12.10 08:26"),
            ("%m/%d/%y %I:%M %p", "12/1/10 8:26 PM"),
            ("%d%m%Y%H%M", "011220100826"),
            ("%b %e, %Y %H:%M", "Dec  1, 2010 08:26"),
            ("%A %d %B %Y %T", "Wednesday 01 December 2010 08:26:00"),
            ("%FT%T%.f", "2010-12-01T08:26:00.25"),
            ("%FT%T%.f", "2010-12-01T08:26:00"),
            ("%Y-%j %R", "2012-366 08:26"),
            ("%D %r", "12/01/10 08:26:00 AM"),
            ("on %d/%m/%Y at %H:%M", "on 01/12/2010 at 08:26"),
        ] {
            let expected = NaiveDateTime::parse_from_str(text, pattern).unwrap().and_utc().timestamp_micros();
            let expected = Some(Stamp { micros: expected, zone: StampZone::Naive });
            assert_eq!(parse(pattern, Calendar::Gregorian, text), expected, "`{text}` as {pattern}");
        }
    }

    #[test]
    fn dates_alone_offsets_and_fractions() {
        assert_eq!(parse("%d/%m/%Y", Calendar::Auto, "۱/۱۲/۲۰۱۰"), Some(naive("2010-12-01 00:00:00")));
        assert_eq!(
            parse("%Y%m%d %H%M%S%f", Calendar::Auto, "20101201 082600123"),
            Some(naive("2010-12-01 08:26:00.123"))
        );
        let utc = Some(Stamp { zone: StampZone::Utc, ..naive("2010-12-01 04:56:00") });
        assert_eq!(parse("%F %R %z", Calendar::Auto, "2010-12-01 08:26 +03:30"), utc);
        assert_eq!(parse("%F %R%:z", Calendar::Auto, "2010-12-01 08:26+0330"), utc);
    }

    #[test]
    fn jalali_patterns() {
        assert_eq!(parse("%y/%m/%d", Calendar::Jalali, "03/12/30"), Some(naive("2025-03-20 00:00:00")));
        assert_eq!(parse("%y/%m/%d", Calendar::Jalali, "57/11/22"), Some(naive("1979-02-11 00:00:00")));
        assert_eq!(parse("%d %B %Y", Calendar::Auto, "۱ دي ۱۴۰۲"), Some(naive("2023-12-22 00:00:00")));
        assert_eq!(parse("%Y-%j", Calendar::Jalali, "1403-366"), Some(naive("2025-03-20 00:00:00")));
        assert_eq!(parse("%Y-%j", Calendar::Jalali, "1404-366"), None);
        assert_eq!(parse("%d %B %Y", Calendar::Jalali, "1 Dec 1402"), None);
    }

    #[test]
    fn texts_that_do_not_fit_are_refused() {
        for text in [
            "2010-12-01 08",
            "2010-12-01 08:26:00",
            "10-12-01 08:26",
            "2010-02-30 08:26",
            "2010-12-01 25:26",
            "",
        ] {
            assert_eq!(parse("%Y-%m-%d %H:%M", Calendar::Gregorian, text), None, "`{text}`");
        }
        assert_eq!(parse("%Y-%j", Calendar::Gregorian, "2011-366"), None);
        assert_eq!(parse("%Y-%j", Calendar::Gregorian, "2011-000"), None);
    }

    #[test]
    fn patterns_that_make_no_date_are_refused_by_name() {
        let message = |pattern: &str| Pattern::compile(pattern).unwrap_err().to_string();
        assert_eq!(message("%Y-%Q-%d"), "`timestamp_format` has the unknown specifier `%Q` in `%Y-%Q-%d`");
        assert_eq!(message("%d/%m"), "`timestamp_format` should hold a year (`%Y`), but is `%d/%m`");
        assert_eq!(message("%Y %d"), "`timestamp_format` should hold a month (`%m` or `%b`), but is `%Y %d`");
        assert_eq!(message("%Y-%m"), "`timestamp_format` should hold a day (`%d`), but is `%Y-%m`");
        assert!(message("YYYY-MM-DD").ends_with("but is `YYYY-MM-DD`"));
    }
}
