//! Timestamps: from the bytes of a cell to microseconds.
//!
//! A column has one format. [`Detector`] finds it from the values (or checks the declared one against
//! them), [`TimeFormat`] reads every cell, [`Zone`] turns local times into instants and instants into
//! calendar days. Dates are Gregorian or Jalali, by column; digits may be ASCII, Persian or Arabic. What
//! could mean two days is never guessed: `01/02/2010` alone in a column is an error, years of two digits
//! need a declared pattern, numbers of seconds or days a declared unit.

mod clock;
mod cursor;
mod describe;
mod detect;
mod formats;
mod gregorian;
pub mod jalali;
mod names;
mod pattern;
mod plain;
mod scan;
mod serial;

pub use detect::{DetectError, Detector, is_no_date};
pub use formats::TimeFormat;
pub(super) use gregorian::from_days;

use crate::zone::Zone;

/// What a parsed timestamp counts from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum StampZone {
    /// Local time of the run's time zone; [`Zone::to_utc`] makes it an instant.
    Naive,
    /// An instant: the text carried its offset, or is a Unix time.
    Utc,
}

/// A point in time as a cell states it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Stamp {
    /// Microseconds since 1970-01-01 00:00:00, of the local clock or of UTC as `zone` says.
    pub micros: i64,
    /// Which of the two.
    pub zone: StampZone,
}

impl Stamp {
    /// A day, a time of it, and the offset in seconds east of Greenwich if there is one.
    #[inline]
    fn at(days: i32, micros_of_day: i64, offset: Option<i32>) -> Self {
        let local = i64::from(days) * clock::DAY + micros_of_day;
        match offset {
            None => Self { micros: local, zone: StampZone::Naive },
            Some(seconds) => {
                Self { micros: local - i64::from(seconds) * clock::SECOND, zone: StampZone::Utc }
            }
        }
    }

    /// The instant in microseconds since 1970-01-01 UTC, local times taken in `zone`.
    #[inline]
    pub fn to_utc(self, zone: &Zone) -> i64 {
        match self.zone {
            StampZone::Naive => zone.to_utc(self.micros),
            StampZone::Utc => self.micros,
        }
    }
}

/// The calendar of a column's dates.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, serde::Deserialize, serde::Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Calendar {
    /// By the years of the column: 1200 to 1599 is Jalali, 1600 to 2600 Gregorian.
    #[default]
    Auto,
    /// Gregorian, years 1600 to 2600.
    Gregorian,
    /// Jalali (Solar Hijri), years 1178 to 1633.
    Jalali,
}

impl Calendar {
    /// The calendar that a year of four digits belongs to.
    fn of_year(self, year: u32) -> Option<Self> {
        match (self, year) {
            (Self::Auto, 1200..=1599) => Some(Self::Jalali),
            (Self::Auto, 1600..=2600) => Some(Self::Gregorian),
            (Self::Auto, _) => None,
            (known, _) => Some(known),
        }
    }

    /// Days from 1970-01-01 to a date of this calendar; `None` for dates that do not exist.
    #[inline]
    fn to_days(self, year: u32, month: u32, day: u32) -> Option<i32> {
        match self.of_year(year)? {
            Self::Jalali => jalali::to_days(year as i32, month, day),
            Self::Gregorian | Self::Auto => gregorian::to_days(year as i32, month, day),
        }
    }

    /// As [`Self::to_days`], for a month whose name must belong to the calendar.
    fn days_by_name(self, year: u32, month: names::Month, day: u32) -> Option<i32> {
        let (of_name, month) = match month {
            names::Month::Gregorian(month) => (Self::Gregorian, month),
            names::Month::Jalali(month) => (Self::Jalali, month),
        };
        if self.of_year(year)? == of_name { of_name.to_days(year, month, day) } else { None }
    }
}
