//! Numbers as exports write them, read exactly into millionths.
//!
//! A value becomes an `i64` of 1e-6 units, so that money is summed without rounding. What people and
//! programs put around a number is accepted (blanks, signs, currency, percent, grouping); a form that could
//! mean two numbers is refused unless the column's decimal mark is known: `12,34` is read only as
//! [`DecimalMark::Comma`], `1.234,50` likewise, and `۱/۵` never.

mod dressed;

use std::fmt::Write as _;

use dressed::parse_dressed;

/// Units in one: a parsed number is its value times this.
pub const SCALE: i64 = 1_000_000;

/// Which sign separates the whole part from the fraction, in one column.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, serde::Deserialize, serde::Serialize)]
#[serde(rename_all = "snake_case")]
pub enum DecimalMark {
    /// As [`DecimalMark::Point`]; the column has not said otherwise.
    #[default]
    Auto,
    /// `1,234.50`: the point is the mark, the comma groups thousands.
    Point,
    /// `1.234,50`: the comma is the mark, the point groups thousands.
    Comma,
}

/// One column holds values that can only be decimal comma and values that can only be decimal point.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "decimal marks are mixed: `{comma}` can only be a decimal comma ({comma_count} values), `{point}` only a decimal point ({point_count} values)"
)]
pub struct MarkConflict {
    /// The first value that only a decimal comma explains.
    pub comma: String,
    /// How many there were.
    pub comma_count: u64,
    /// The first value that only a decimal point explains.
    pub point: String,
    /// How many there were.
    pub point_count: u64,
}

/// Reads one number exactly; the result is its value times 1e6, rounded half to even beyond six decimals.
///
/// Accepted around the number: blanks, one sign (`-` or `−` before or after it, `+` before it), parentheses
/// for a negative, one currency sign, code or word, one percent sign (dropped: `20%` is 20), direction
/// marks. Inside it: ASCII, Persian and Arabic digits, `٫`, thousands groups of three parted by one kind of
/// `,` `،` `٬` apostrophe or blank (`.` when the mark is a comma), an exponent (`1.2E+05`). A group pattern
/// that starts with zero (`0,750`) is no grouping. Returns `None` for anything else and beyond ±9.22e12.
pub fn parse_fixed(text: &[u8], mark: DecimalMark) -> Option<i64> {
    let point = if mark == DecimalMark::Comma { b',' } else { b'.' };
    parse_plain(text, point).or_else(|| parse_dressed(std::str::from_utf8(text).ok()?, mark))
}

/// The decimal that a binary float stands for (its shortest spelling), times 1e6, rounded half to even.
///
/// Returns `None` for NaN, infinities and magnitudes beyond 9.22e12.
pub fn from_f64(value: f64) -> Option<i64> {
    /// Above this the product with [`SCALE`] may be off by a whole unit.
    const EXACT_ENOUGH: f64 = 1e15;
    let scaled = value * SCALE as f64;
    let nearest = scaled.round_ties_even();
    // Two roundings, of the value and of the product, shift `scaled` by at most 2^-52 of itself. Only
    // where that could cross a tie does the spelling have to be looked at.
    let doubt = scaled.abs() * f64::EPSILON;
    if scaled.abs() < EXACT_ENOUGH && (0.5 - (scaled - nearest).abs()) > doubt {
        return Some(nearest as i64);
    }
    if !value.is_finite() {
        return None;
    }
    let mut spelling = ShortText::default();
    write!(spelling, "{value:e}").ok()?;
    parse_dressed(spelling.as_str()?, DecimalMark::Point)
}

/// The decimal mark that explains every sample, [`DecimalMark::Auto`] where none is needed.
///
/// # Errors
/// [`MarkConflict`] when one sample can only be decimal comma and another only decimal point.
pub fn detect_mark<'a>(samples: impl Iterator<Item = &'a [u8]>) -> Result<DecimalMark, MarkConflict> {
    let mut detector = MarkDetector::default();
    samples.for_each(|sample| detector.observe(sample));
    detector.finish()
}

/// Learns a column's decimal mark value by value; [`detect_mark`] over a column of any length.
#[derive(Clone, Debug, Default)]
pub struct MarkDetector {
    comma: Option<String>,
    comma_count: u64,
    point: Option<String>,
    point_count: u64,
}

impl MarkDetector {
    /// Takes one value into account; values without `,` `،` `.` say nothing and cost next to nothing.
    pub fn observe(&mut self, value: &[u8]) {
        // 0xD8 leads the two bytes of the Arabic comma.
        if !value.iter().any(|byte| matches!(byte, b'.' | b',' | 0xD8)) {
            return;
        }
        let as_point = parse_fixed(value, DecimalMark::Point).is_some();
        let as_comma = parse_fixed(value, DecimalMark::Comma).is_some();
        let example = || String::from_utf8_lossy(value).trim().to_owned();
        if as_comma && !as_point {
            self.comma.get_or_insert_with(example);
            self.comma_count += 1;
        } else if as_point && !as_comma {
            self.point.get_or_insert_with(example);
            self.point_count += 1;
        }
    }

    /// The mark that explains everything observed.
    ///
    /// # Errors
    /// [`MarkConflict`] when both marks are needed.
    pub fn finish(self) -> Result<DecimalMark, MarkConflict> {
        let Self { comma, comma_count, point, point_count } = self;
        match (comma, point) {
            (Some(comma), Some(point)) => Err(MarkConflict { comma, comma_count, point, point_count }),
            (Some(_), None) => Ok(DecimalMark::Comma),
            (None, Some(_)) => Ok(DecimalMark::Point),
            (None, None) => Ok(DecimalMark::Auto),
        }
    }
}

/// `-?\d{1,12}(mark\d{1,6})?` and nothing else: almost every number of almost every export.
fn parse_plain(text: &[u8], mark: u8) -> Option<i64> {
    const POWERS: [i64; 7] = [1_000_000, 100_000, 10_000, 1_000, 100, 10, 1];
    let (negative, digits) = match text {
        [b'-', rest @ ..] => (true, rest),
        _ => (false, text),
    };
    let mut whole = 0_i64;
    let mut at = 0;
    while let Some(digit) = digits.get(at).map(|byte| byte.wrapping_sub(b'0')).filter(|digit| *digit < 10) {
        whole = whole * 10 + i64::from(digit);
        at += 1;
        if at > 12 {
            return None;
        }
    }
    if at == 0 {
        return None;
    }
    let mut value = whole * SCALE;
    if at < digits.len() {
        if digits[at] != mark {
            return None;
        }
        let decimals = &digits[at + 1..];
        if decimals.is_empty() || decimals.len() > 6 {
            return None;
        }
        let mut fraction = 0_i64;
        for byte in decimals {
            let digit = byte.wrapping_sub(b'0');
            if digit > 9 {
                return None;
            }
            fraction = fraction * 10 + i64::from(digit);
        }
        value += fraction * POWERS[decimals.len()];
    }
    // Twelve digits stay below 1e18; the range of i64 is not in danger.
    Some(if negative { -value } else { value })
}

/// Text on the stack, long enough for any `f64` in exponent notation.
#[derive(Default)]
struct ShortText {
    bytes: [u8; 32],
    len: usize,
}

impl ShortText {
    fn as_str(&self) -> Option<&str> {
        std::str::from_utf8(&self.bytes[..self.len]).ok()
    }
}

impl std::fmt::Write for ShortText {
    fn write_str(&mut self, part: &str) -> std::fmt::Result {
        let end = self.len + part.len();
        self.bytes.get_mut(self.len..end).ok_or(std::fmt::Error)?.copy_from_slice(part.as_bytes());
        self.len = end;
        Ok(())
    }
}
