//! One format for a whole column: from bytes to a point in time.

use super::clock::DAY;
use super::pattern::Pattern;
use super::scan::{DateText, Scanned, scan};
use super::serial::Serial;
use super::{Calendar, Stamp, StampZone, gregorian};
use crate::error::Result;

/// How the timestamps of one column are read; compiled once, then used for every row.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TimeFormat {
    reading: Reading,
    calendar: Calendar,
    label: String,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Reading {
    Order(Order),
    Serial(Serial),
    Pattern(Pattern),
}

/// Where year, month and day stand.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Order {
    YearFirst,
    DayFirst,
    MonthFirst,
    Compact,
    Named,
}

impl TimeFormat {
    /// A format that the configuration declares: a strftime pattern such as `%d/%m/%Y %H:%M`, or
    ///
    /// - `day_first`, `month_first`, `year_first`: numeric dates in this order, any separator, with or
    ///   without leading zeros and time;
    /// - `unix`, `unix_ms`: seconds or milliseconds since 1970-01-01 UTC;
    /// - `excel`, `excel_1904`: days since 1899-12-30 or 1904-01-01, as spreadsheets store dates.
    ///
    /// With [`Calendar::Auto`] the year of each value decides (1200 to 1599 is Jalali); let
    /// [`super::Detector::declared`] look at the column to have one calendar for all of it.
    ///
    /// # Errors
    /// A configuration error that names the unknown specifier or the missing part of the pattern.
    pub fn declared(text: &str, calendar: Calendar) -> Result<Self> {
        let reading = match text.trim() {
            "year_first" => Reading::Order(Order::YearFirst),
            "day_first" => Reading::Order(Order::DayFirst),
            "month_first" => Reading::Order(Order::MonthFirst),
            word => match Serial::from_label(word) {
                Some(serial) => Reading::Serial(serial),
                None => Reading::Pattern(Pattern::compile(word)?),
            },
        };
        Ok(Self { reading, calendar, label: text.trim().to_owned() })
    }

    pub(super) fn found(order: Order, calendar: Calendar, look: &Scanned) -> Self {
        Self { reading: Reading::Order(order), calendar, label: super::describe::label(order, look) }
    }

    pub(super) fn in_calendar(self, calendar: Calendar) -> Self {
        Self { calendar, ..self }
    }

    pub(super) fn calendar(&self) -> Calendar {
        self.calendar
    }

    /// The point in time that a cell holds; `None` when the cell is not in this format or names a day or
    /// time that does not exist.
    #[inline]
    pub fn parse(&self, text: &[u8]) -> Option<Stamp> {
        match &self.reading {
            Reading::Order(Order::YearFirst) if self.calendar != Calendar::Jalali => {
                parse_iso(text).or_else(|| self.parse_order(Order::YearFirst, text))
            }
            Reading::Order(order) => self.parse_order(*order, text),
            Reading::Serial(serial) => serial.parse(text),
            Reading::Pattern(pattern) => pattern.parse(text, self.calendar),
        }
    }

    /// The year that a cell names, for the decision on the calendar; `None` for counts of seconds or days.
    pub(super) fn year(&self, text: &[u8]) -> Option<u32> {
        match &self.reading {
            Reading::Order(_) => Some(scan(text)?.date.year()),
            Reading::Pattern(pattern) => pattern.year(text),
            Reading::Serial(_) => None,
        }
    }

    /// The format in strftime's words, `(jalali)` added where that calendar is used; for the manifest.
    pub fn describe(&self) -> String {
        match self.calendar {
            Calendar::Jalali => format!("{} (jalali)", self.label),
            Calendar::Auto | Calendar::Gregorian => self.label.clone(),
        }
    }

    fn parse_order(&self, order: Order, text: &[u8]) -> Option<Stamp> {
        let scanned = scan(text)?;
        let days = match scanned.date {
            DateText::Named { year, month, day } if order == Order::Named => self.calendar.days_by_name(year, month, day)?,
            date => {
                let (year, month, day) = order.arrange(&date)?;
                self.calendar.to_days(year, month, day)?
            }
        };
        Some(Stamp::at(days, scanned.clock.map_or(0, |clock| clock.micros), scanned.offset))
    }
}

impl Order {
    /// Year, month and day of a date in this order; `None` when it is written in another.
    fn arrange(self, date: &DateText) -> Option<(u32, u32, u32)> {
        match (self, *date) {
            (Self::YearFirst, DateText::YearFirst { year, month, day, .. })
            | (Self::Compact, DateText::Compact { year, month, day })
            | (Self::MonthFirst, DateText::YearLast { first: month, second: day, year, .. })
            | (Self::DayFirst, DateText::YearLast { first: day, second: month, year, .. }) => Some((year, month, day)),
            _ => None,
        }
    }
}

/// `2010-12-01` and `2010-12-01 08:26:00`, with `T` or `/` as well: what nearly every database writes.
#[inline]
fn parse_iso(text: &[u8]) -> Option<Stamp> {
    let pair = |at: usize| {
        let (tens, ones) = (text[at].wrapping_sub(b'0'), text[at + 1].wrapping_sub(b'0'));
        (tens < 10 && ones < 10).then(|| u32::from(tens * 10 + ones))
    };
    let separated = |at: usize, marks: [u8; 2]| marks.contains(&text[at]);
    if !matches!(text.len(), 10 | 19) || !separated(4, *b"-/") || text[7] != text[4] {
        return None;
    }
    let year = pair(0)? * 100 + pair(2)?;
    let days = gregorian::to_days(year as i32, pair(5)?, pair(8)?)?;
    if text.len() == 10 {
        return Some(Stamp::at(days, 0, None));
    }
    if !separated(10, *b" T") || text[13] != b':' || text[16] != b':' {
        return None;
    }
    let (hour, minute, second) = (pair(11)?, pair(14)?, pair(17)?);
    if hour > 23 || minute > 59 || second > 59 {
        return None;
    }
    let seconds = i64::from(hour * 3600 + minute * 60 + second);
    Some(Stamp { micros: i64::from(days) * DAY + seconds * 1_000_000, zone: StampZone::Naive })
}
