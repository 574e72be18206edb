//! Times of the day and offsets from Greenwich.

use super::cursor::Cursor;
use super::names::eat_half_day;

/// Microseconds of a second.
pub(super) const SECOND: i64 = 1_000_000;
/// Microseconds of a minute.
pub(super) const MINUTE: i64 = 60 * SECOND;
/// Microseconds of an hour.
pub(super) const HOUR: i64 = 60 * MINUTE;
/// Microseconds of a day.
pub(super) const DAY: i64 = 24 * HOUR;

/// The furthest that a place's clock is from Greenwich, in seconds.
const FURTHEST: i32 = 18 * 3600;

/// A time of the day and how it was written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Clock {
    /// Since midnight; a whole day for 24:00.
    pub(super) micros: i64,
    /// The strftime pattern that writes it.
    pub(super) style: &'static str,
}

/// Takes `H:MM`, `H:MM:SS`, `H:MM:SS.ffffff`, each with AM or PM after it or without.
///
/// Digits beyond the microsecond are cut. 24:00 is the end of the day; a 60th second is refused.
pub(super) fn eat_clock(cursor: &mut Cursor<'_>) -> Option<Clock> {
    let hour = cursor.number(2)?;
    cursor.eat(b':').then_some(())?;
    let minute = cursor.exact_number(2)?;
    let seconds = cursor.eat(b':');
    let second = if seconds { cursor.exact_number(2)? } else { 0 };
    let fraction = seconds && matches!(cursor.rest(), [b'.' | b',', b'0'..=b'9', ..]);
    let below_second = if fraction {
        cursor.skip(1);
        eat_fraction(cursor)?
    } else {
        0
    };
    let mut ahead = *cursor;
    ahead.eat_all(b" ");
    let afternoon = if ahead.is_at_end() { None } else { eat_half_day(&mut ahead) };
    if afternoon.is_some() {
        *cursor = ahead;
    }
    let micros = time_of_day(hour_of_day(hour, afternoon)?, minute, second, below_second)?;
    let style = match (afternoon.is_some(), seconds, fraction) {
        (false, true, false) => "%H:%M:%S",
        (false, true, true) => "%H:%M:%S%.f",
        (false, false, _) => "%H:%M",
        (true, true, false) => "%I:%M:%S %p",
        (true, true, true) => "%I:%M:%S%.f %p",
        (true, false, _) => "%I:%M %p",
    };
    Some(Clock { micros, style })
}

/// Takes `HHMM` or `HHMMSS`.
pub(super) fn eat_compact_clock(cursor: &mut Cursor<'_>) -> Option<Clock> {
    let seconds = match cursor.digits_ahead() {
        4 => false,
        6 => true,
        _ => return None,
    };
    let (hour, minute) = (cursor.exact_number(2)?, cursor.exact_number(2)?);
    let second = if seconds { cursor.exact_number(2)? } else { 0 };
    let style = if seconds { "%H%M%S" } else { "%H%M" };
    Some(Clock { micros: time_of_day(hour, minute, second, 0)?, style })
}

/// Takes up to nine digits after a decimal mark, as microseconds.
pub(super) fn eat_fraction(cursor: &mut Cursor<'_>) -> Option<i64> {
    let width = cursor.digits_ahead();
    let value = i64::from(cursor.number(6)?);
    cursor.skip(width.saturating_sub(6));
    let scale = 10_i64.pow(6 - width.min(6) as u32);
    (width <= 9).then_some(value * scale)
}

/// The hour from 0 to 24 of an hour written with AM, PM or neither; `13:05 PM` is accepted as it is common.
pub(super) fn hour_of_day(hour: u32, afternoon: Option<bool>) -> Option<u32> {
    match afternoon {
        None => Some(hour),
        Some(false) => (hour <= 12).then_some(hour % 12),
        Some(true) => Some(if hour < 12 { hour + 12 } else { hour }),
    }
}

/// Microseconds since midnight; `None` for a time that does not exist.
pub(super) fn time_of_day(hour: u32, minute: u32, second: u32, below_second: i64) -> Option<i64> {
    let micros =
        i64::from(hour) * HOUR + i64::from(minute) * MINUTE + i64::from(second) * SECOND + below_second;
    (minute < 60 && second < 60 && (hour < 24 || micros == DAY)).then_some(micros)
}

/// Takes `Z`, `UTC`, `GMT+8`, `+03:30`, `+0330`, `+03`, with blanks before it; in seconds east of Greenwich.
pub(super) fn eat_offset(cursor: &mut Cursor<'_>) -> Option<i32> {
    cursor.eat_all(b" ");
    let named = cursor.eat_word(b"Z") || cursor.eat_word(b"UTC") || cursor.eat_word(b"GMT");
    if named && cursor.is_at_end() {
        return Some(0);
    }
    let east = match cursor.peek()? {
        b'+' => 1,
        b'-' => -1,
        _ => return None,
    };
    cursor.skip(1);
    let hours = match cursor.digits_ahead() {
        1 | 2 => cursor.number(2)?,
        4 => cursor.exact_number(2)?,
        _ => return None,
    };
    let minutes = if cursor.eat(b':') || cursor.digits_ahead() == 2 { cursor.exact_number(2)? } else { 0 };
    let seconds = (hours * 3600 + minutes * 60) as i32;
    (minutes < 60 && seconds <= FURTHEST).then_some(east * seconds)
}
