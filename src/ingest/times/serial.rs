//! Times as a number of seconds or days; read only where the configuration says so.

use super::clock::{DAY, SECOND};
use super::cursor::{Cursor, LONGEST, clean};
use super::{Stamp, StampZone};

/// Days from 1970-01-01 to 1600-01-01 and to 2600-12-31; counts outside are no timestamps.
const DAYS: std::ops::RangeInclusive<i64> = -135_140..=230_467;

/// Days from 1970-01-01 to 1904-01-01.
const EXCEL_1904: i64 = -24_107;

/// Days from 1970-01-01 to 1899-12-30.
const EXCEL_1900: i64 = -25_569;

/// A number that counts time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Serial {
    /// Seconds since 1970-01-01 UTC.
    UnixSeconds,
    /// Milliseconds since 1970-01-01 UTC.
    UnixMillis,
    /// Days since 1899-12-31, with a 29 February 1900 that never was.
    Excel1900,
    /// Days since 1904-01-01.
    Excel1904,
}

impl Serial {
    pub(super) fn from_label(label: &str) -> Option<Self> {
        match label {
            "unix" => Some(Self::UnixSeconds),
            "unix_ms" => Some(Self::UnixMillis),
            "excel" => Some(Self::Excel1900),
            "excel_1904" => Some(Self::Excel1904),
            _ => None,
        }
    }

    /// Unix times are UTC; spreadsheet days are local time, to the millisecond, which is what they hold.
    pub(super) fn parse(self, text: &[u8]) -> Option<Stamp> {
        let number = Decimal::read(text)?;
        let (micros, zone) = match self {
            Self::UnixSeconds => (number.times(SECOND), StampZone::Utc),
            Self::UnixMillis => (number.times(SECOND / 1000), StampZone::Utc),
            Self::Excel1900 => (number.since(excel_1900_epoch(&number)?)?, StampZone::Naive),
            Self::Excel1904 => (number.since(EXCEL_1904)?, StampZone::Naive),
        };
        DAYS.contains(&micros.div_euclid(DAY)).then_some(Stamp { micros, zone })
    }
}

/// Day zero of Excel's count: Lotus 1-2-3 took 1900 for a leap year, and day 60 does not exist.
fn excel_1900_epoch(number: &Decimal) -> Option<i64> {
    match number.whole {
        ..60 => Some(EXCEL_1900 + 1),
        60 => None,
        _ => Some(EXCEL_1900),
    }
}

/// A decimal with all its digits.
struct Decimal {
    negative: bool,
    whole: i64,
    /// Digits after the mark, as a number.
    fraction: i64,
    /// Ten to the number of those digits.
    scale: i64,
}

impl Decimal {
    /// `-?\d{1,15}([.,]\d*)?`; digits beyond the fifteenth decimal are cut.
    fn read(text: &[u8]) -> Option<Self> {
        const MOST: usize = 15;
        let mut room = [0; LONGEST];
        let mut cursor = Cursor::new(clean(text, &mut room)?);
        let negative = cursor.eat(b'-');
        let value =
            |digits: &[u8]| digits.iter().fold(0, |value, digit| value * 10 + i64::from(digit - b'0'));
        let width = cursor.digits_ahead();
        if !(1..=MOST).contains(&width) {
            return None;
        }
        let whole = value(&cursor.rest()[..width]);
        cursor.skip(width);
        let mut number = Self { negative, whole, fraction: 0, scale: 1 };
        if cursor.eat(b'.') || cursor.eat(b',') {
            let width = cursor.digits_ahead();
            let kept = width.min(MOST);
            number.fraction = value(&cursor.rest()[..kept]);
            number.scale = 10_i64.pow(kept as u32);
            cursor.skip(width);
        }
        cursor.is_at_end().then_some(number)
    }

    /// The number times a unit, cut to whole microseconds.
    fn times(&self, unit: i64) -> i64 {
        let fraction = i128::from(self.fraction) * i128::from(unit) / i128::from(self.scale);
        let micros = self.whole.saturating_mul(unit).saturating_add(fraction as i64);
        if self.negative { -micros } else { micros }
    }

    /// Days since an epoch, rounded to milliseconds, as microseconds since 1970.
    fn since(&self, epoch: i64) -> Option<i64> {
        const MILLIS: i128 = 86_400_000;
        let (fraction, scale) = (i128::from(self.fraction), i128::from(self.scale));
        let millis = (2 * fraction * MILLIS + scale) / (2 * scale);
        let days = epoch.checked_add(self.whole)?.checked_mul(DAY)?;
        if self.negative { None } else { days.checked_add(millis as i64 * 1000) }
    }
}
