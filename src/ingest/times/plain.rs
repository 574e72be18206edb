//! The short way to read what nearly every column holds: numeric dates in ASCII, with or without a time.

use super::clock::{Clock, time_of_day};
use super::scan::{DateText, Scanned};

/// `2010-12-01`, `1/12/2010`, alone or followed by one blank or `T` and `H:MM` or `H:MM:SS`.
///
/// `None` for anything else, which may still be a date that [`super::scan::scan`] knows.
#[inline]
pub(super) fn scan_plain(text: &[u8]) -> Option<Scanned> {
    let (date, rest) = match text {
        [a, b, c, d, separator @ (b'-' | b'/' | b'.'), rest @ ..] if c.is_ascii_digit() => {
            let year = pair(*a, *b)? * 100 + pair(*c, *d)?;
            let (month, rest) = short_number(rest)?;
            let (day, rest) = short_number(rest.strip_prefix(&[*separator])?)?;
            (DateText::YearFirst { year, month, day, separator: *separator }, rest)
        }
        _ => {
            let (first, rest) = short_number(text)?;
            let (separator, rest) =
                rest.split_first().filter(|(byte, _)| matches!(byte, b'-' | b'/' | b'.'))?;
            let (second, rest) = short_number(rest)?;
            let [a, b, c, d, rest @ ..] = rest.strip_prefix(&[*separator])? else { return None };
            let year = pair(*a, *b)? * 100 + pair(*c, *d)?;
            (DateText::YearLast { first, second, year, separator: *separator }, rest)
        }
    };
    let (joint, clock) = match rest {
        [] => ("", None),
        [b' ', rest @ ..] => (" ", Some(plain_clock(rest)?)),
        [b'T', rest @ ..] => ("T", Some(plain_clock(rest)?)),
        _ => return None,
    };
    Some(Scanned { date, joint, clock, offset: None })
}

#[inline]
fn plain_clock(text: &[u8]) -> Option<Clock> {
    let (hour, rest) = short_number(text)?;
    let (minute, second, style) = match *rest {
        [b':', a, b] => (pair(a, b)?, 0, "%H:%M"),
        [b':', a, b, b':', c, d] => (pair(a, b)?, pair(c, d)?, "%H:%M:%S"),
        _ => return None,
    };
    Some(Clock { micros: time_of_day(hour, minute, second, 0)?, style })
}

/// A number of two digits.
#[inline]
pub(super) fn pair(tens: u8, ones: u8) -> Option<u32> {
    let (tens, ones) = (tens.wrapping_sub(b'0'), ones.wrapping_sub(b'0'));
    (tens < 10 && ones < 10).then(|| u32::from(tens * 10 + ones))
}

/// A number of one or two digits and what follows it.
#[inline]
fn short_number(text: &[u8]) -> Option<(u32, &[u8])> {
    let (first, rest) = text.split_first()?;
    if let Some((second, after)) = rest.split_first()
        && second.is_ascii_digit()
    {
        return Some((pair(*first, *second)?, after));
    }
    first.is_ascii_digit().then(|| (u32::from(first - b'0'), rest))
}
