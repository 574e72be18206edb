//! One format for a whole column: from bytes to a point in time.

use super::clock::{DAY, SECOND};
use super::pattern::Pattern;
use super::plain::pair;
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
            DateText::Named { year, month, day } if order == Order::Named => {
                self.calendar.days_by_name(year, month, day)?
            }
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
            | (Self::DayFirst, DateText::YearLast { first: day, second: month, year, .. }) => {
                Some((year, month, day))
            }
            _ => None,
        }
    }
}

/// `2010-12-01` and `2010-12-01 08:26:00`, with `T` or `/` as well: what nearly every database writes.
#[inline]
fn parse_iso(text: &[u8]) -> Option<Stamp> {
    let (date, clock) = text.split_first_chunk::<10>()?;
    let [y1, y2, y3, y4, first @ (b'-' | b'/'), m1, m2, second, d1, d2] = *date else { return None };
    let year = pair(y1, y2)? * 100 + pair(y3, y4)?;
    let days = gregorian::to_days(year as i32, pair(m1, m2)?, pair(d1, d2)?)?;
    let seconds = match *clock {
        _ if first != second => return None,
        [] => 0,
        [b' ' | b'T', h1, h2, b':', m1, m2, b':', s1, s2] => {
            let (hour, minute, second) = (pair(h1, h2)?, pair(m1, m2)?, pair(s1, s2)?);
            let exists = hour < 24 && minute < 60 && second < 60;
            exists.then_some(hour * 3600 + minute * 60 + second)?
        }
        _ => return None,
    };
    Some(Stamp { micros: i64::from(days) * DAY + i64::from(seconds) * SECOND, zone: StampZone::Naive })
}

#[cfg(test)]
mod tests {
    use super::*;
    use chrono::NaiveDateTime;

    /// Microseconds of `2010-12-01 08:26:00`, by chrono.
    fn micros(iso: &str) -> i64 {
        NaiveDateTime::parse_from_str(iso, "%Y-%m-%d %H:%M:%S%.f").unwrap().and_utc().timestamp_micros()
    }

    fn parse(format: &str, calendar: Calendar, text: &str) -> Option<Stamp> {
        let reading = match format {
            "compact" => Reading::Order(Order::Compact),
            "named" => Reading::Order(Order::Named),
            declared => return TimeFormat::declared(declared, calendar).unwrap().parse(text.as_bytes()),
        };
        TimeFormat { reading, calendar, label: String::new() }.parse(text.as_bytes())
    }

    #[track_caller]
    fn assert_naive(format: &str, calendar: Calendar, cases: &[(&str, &str)]) {
        for (text, iso) in cases {
            let expected = Stamp { micros: micros(iso), zone: StampZone::Naive };
            assert_eq!(parse(format, calendar, text), Some(expected), "`{text}` as {format}");
        }
    }

    #[test]
    fn years_first() {
        assert_naive(
            "year_first",
            Calendar::Auto,
            &[
                ("2010-12-01", "2010-12-01 00:00:00"),
                ("2010-12-01 08:26:00", "2010-12-01 08:26:00"),
                ("2010-12-01T08:26:00", "2010-12-01 08:26:00"),
                ("2010/12/01 08:26:00", "2010-12-01 08:26:00"),
                ("2010-12-01 08:26", "2010-12-01 08:26:00"),
                ("2010-12-01 08:26:00.5", "2010-12-01 08:26:00.5"),
                ("2010-12-01T08:26:00,123456789", "2010-12-01 08:26:00.123456"),
                (" 2010/2/1   8:05 ", "2010-02-01 08:05:00"),
                ("2010-12-01, 08:26:00", "2010-12-01 08:26:00"),
                ("2010-12-01 24:00:00", "2010-12-02 00:00:00"),
                ("2019/10/01 12:38:43 PM", "2019-10-01 12:38:43"),
                ("2019/10/01 12:38:43 AM", "2019-10-01 00:38:43"),
                ("2019/10/01 1:38 p.m.", "2019-10-01 13:38:00"),
                ("۲۰۱۰-۱۲-۰۱ ۰۸:۲۶:۰۰", "2010-12-01 08:26:00"),
                ("٢٠١٠/١٢/٠١", "2010-12-01 00:00:00"),
                ("\u{200E}2010-12-01\u{A0}08:26", "2010-12-01 08:26:00"),
                ("1600-01-01", "1600-01-01 00:00:00"),
            ],
        );
    }

    #[test]
    fn offsets_make_instants() {
        for (text, iso) in [
            ("2010-12-01T08:26:00Z", "2010-12-01 08:26:00"),
            ("2010-12-01T08:26:00+03:30", "2010-12-01 04:56:00"),
            ("2010-12-01 08:26:00 -0500", "2010-12-01 13:26:00"),
            ("2010-12-01 08:26:00.25+01", "2010-12-01 07:26:00.25"),
            ("2019/10/01 12:38:43 PM GMT+8", "2019-10-01 04:38:43"),
            ("2019/10/01 12:38 UTC", "2019-10-01 12:38:00"),
        ] {
            let expected = Stamp { micros: micros(iso), zone: StampZone::Utc };
            assert_eq!(parse("year_first", Calendar::Auto, text), Some(expected), "`{text}`");
        }
    }

    #[test]
    fn days_first_and_months_first() {
        let day_first = [
            ("29/2/2016 01:16", "2016-02-29 01:16:00"),
            ("1/12/2010 8:26", "2010-12-01 08:26:00"),
            ("01.12.2010", "2010-12-01 00:00:00"),
            ("01-12-2010 08:26:00", "2010-12-01 08:26:00"),
        ];
        assert_naive("day_first", Calendar::Gregorian, &day_first);
        let month_first =
            [("12/1/2010 8:26", "2010-12-01 08:26:00"), ("2/29/2016 11:59:59 PM", "2016-02-29 23:59:59")];
        assert_naive("month_first", Calendar::Gregorian, &month_first);
    }

    #[test]
    fn compact_dates_and_names_of_months() {
        let compact = [
            ("19970101", "1997-01-01 00:00:00"),
            ("20101201082600", "2010-12-01 08:26:00"),
            ("20101201T082600", "2010-12-01 08:26:00"),
            ("20101201 0826", "2010-12-01 08:26:00"),
            ("20101201 08:26:00", "2010-12-01 08:26:00"),
        ];
        assert_naive("compact", Calendar::Auto, &compact);
        let named = [
            ("01-Dec-2010", "2010-12-01 00:00:00"),
            ("1 December 2010 08:26", "2010-12-01 08:26:00"),
            ("Dec 1, 2010", "2010-12-01 00:00:00"),
            ("December 1st, 2010, 8:26 AM", "2010-12-01 08:26:00"),
            ("Wed, 01 Dec 2010 08:26:00", "2010-12-01 08:26:00"),
            ("Sept 3, 2010", "2010-09-03 00:00:00"),
            ("2010-Dec-01", "2010-12-01 00:00:00"),
            ("01DEC2010:08:26:00", "2010-12-01 08:26:00"),
            ("Dec  1 2010  8:26AM", "2010-12-01 08:26:00"),
            ("1 May 2010", "2010-05-01 00:00:00"),
            ("۱ دی ۱۴۰۲", "2023-12-22 00:00:00"),
            ("شنبه، ۱ مهر ۱۴۰۲", "2023-09-23 00:00:00"),
            ("۳۰ آبان ۱۴۰۲ ساعت", ""),
        ];
        assert_naive("named", Calendar::Auto, &named[..named.len() - 1]);
        assert_eq!(parse("named", Calendar::Auto, named[named.len() - 1].0), None);
    }

    #[test]
    fn jalali_dates_in_both_orders() {
        let year_first = [
            ("1403-12-30", "2025-03-20 00:00:00"),
            ("1404/01/01 13:30", "2025-03-21 13:30:00"),
            ("۱۳۵۷/۱۱/۲۲", "1979-02-11 00:00:00"),
            ("۱۴۰۰/۱/۱ ۱۰:۱۵:۰۰ ب.ظ", "2021-03-21 22:15:00"),
        ];
        assert_naive("year_first", Calendar::Jalali, &year_first);
        assert_naive("year_first", Calendar::Auto, &year_first);
        assert_naive("day_first", Calendar::Jalali, &[("30/12/1403", "2025-03-20 00:00:00")]);
        assert_naive("compact", Calendar::Jalali, &[("14031230", "2025-03-20 00:00:00")]);
    }

    #[test]
    fn what_does_not_exist_or_is_not_stated_is_refused() {
        for text in [
            "",
            "abc",
            "2011-02-29",
            "2010-02-30",
            "2010-13-01",
            "2010-00-01",
            "2010-12-00",
            "2010-12-01 25:00",
            "2010-12-01 08:60",
            "2010-12-01 08:26:60",
            "2010-12-01 24:01",
            "2010-12-01 08",
            "2010-12-01x",
            "2010-12",
            "2010",
            "10-12-01",
            "01/12/10",
            "2010-12/01",
            "2010-12-01 08:26 EST",
            "2010-12-01 08:26+25",
            "0001-01-01",
            "9999-12-31",
            "2010-12-01 13:00 AM",
            "1400-12-30",
            "1403-12-31",
            "1400-07-31",
            "1400-13-01",
            "1400-00-10",
            "1400-01-00",
            "1404-12-30",
            "1400-1-32",
            "1400/06/32",
        ] {
            assert_eq!(parse("year_first", Calendar::Auto, text), None, "`{text}`");
        }
        assert_eq!(parse("year_first", Calendar::Gregorian, "1403-01-01"), None);
        assert_eq!(parse("year_first", Calendar::Jalali, "2010-01-01"), None);
        assert_eq!(parse("named", Calendar::Jalali, "1 Dec 1402"), None);
        assert_eq!(parse("year_first", Calendar::Auto, "01/12/2010"), None);
    }

    #[test]
    fn counts_of_seconds_and_days_where_declared() {
        for (format, text, iso, zone) in [
            ("unix", "1291191960", "2010-12-01 08:26:00", StampZone::Utc),
            ("unix", "1291191960.25", "2010-12-01 08:26:00.25", StampZone::Utc),
            ("unix", "-1", "1969-12-31 23:59:59", StampZone::Utc),
            ("unix_ms", "1291191960123", "2010-12-01 08:26:00.123", StampZone::Utc),
            ("excel", "40513", "2010-12-01 00:00:00", StampZone::Naive),
            ("excel", "40513.3513888889", "2010-12-01 08:26:00", StampZone::Naive),
            ("excel", "۴۰۵۱۳", "2010-12-01 00:00:00", StampZone::Naive),
            ("excel", "59", "1900-02-28 00:00:00", StampZone::Naive),
            ("excel", "61", "1900-03-01 00:00:00", StampZone::Naive),
            ("excel_1904", "39051", "2010-12-01 00:00:00", StampZone::Naive),
        ] {
            let expected = Some(Stamp { micros: micros(iso), zone });
            assert_eq!(parse(format, Calendar::Auto, text), expected, "`{text}` as {format}");
        }
        for (format, text) in [
            ("excel", "60"),
            ("excel", "-5"),
            ("unix", "2010-12-01"),
            ("unix", "1.2E9"),
            ("unix", "99999999999"),
        ] {
            assert_eq!(parse(format, Calendar::Auto, text), None, "`{text}` as {format}");
        }
    }

    #[test]
    fn the_fast_way_reads_what_the_general_way_reads() {
        let general = |text: &str| {
            TimeFormat::declared("year_first", Calendar::Gregorian)
                .unwrap()
                .parse_order(Order::YearFirst, text.as_bytes())
        };
        for day in (0..400_000).step_by(97) {
            let date = chrono::NaiveDate::from_ymd_opt(1600, 1, 1).unwrap() + chrono::Days::new(day);
            for text in [date.format("%Y-%m-%d").to_string(), date.format("%Y/%m/%dT23:59:58").to_string()] {
                assert_eq!(parse_iso(text.as_bytes()), general(&text), "{text}");
            }
        }
    }
}
