//! Numbers as exports write them, read exactly into millionths.
//!
//! A value becomes an `i64` of 1e-6 units, so that money is summed without rounding. What people and
//! programs put around a number is accepted (blanks, signs, currency, percent, grouping); a form that could
//! mean two numbers is refused unless the column's decimal mark is known: `12,34` is read only as
//! [`DecimalMark::Comma`], `1.234,50` likewise, and `۱/۵` never.

mod dressed;

use std::fmt::Write as _;

pub use dressed::Currency;
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
/// `,` `،` `٬` apostrophe or blank (`.` when the mark is a comma), groups of two before the last three as in
/// India (`7,12,046.56`), an exponent (`1.2E+05`). A group pattern that starts with zero (`0,750`) is no
/// grouping. Returns `None` for anything else and beyond ±9.22e12.
pub fn parse_fixed(text: &[u8], mark: DecimalMark) -> Option<i64> {
    parse_money(text, mark, |_| ())
}

/// The same, showing the currency that stands beside the number, if one does.
#[inline]
pub fn parse_money(text: &[u8], mark: DecimalMark, see: impl FnOnce(Currency)) -> Option<i64> {
    let point = if mark == DecimalMark::Comma { b',' } else { b'.' };
    parse_plain(text, point).or_else(|| {
        let (value, currency) = parse_dressed(std::str::from_utf8(text).ok()?, mark)?;
        currency.map(see);
        Some(value)
    })
}

/// The decimal that a binary float stands for (its shortest spelling), times 1e6, rounded half to even.
///
/// Returns `None` for NaN, infinities and magnitudes beyond 9.22e12.
#[inline]
pub fn from_f64(value: f64) -> Option<i64> {
    /// Above this the product with [`SCALE`] may be off by a whole unit.
    const EXACT_ENOUGH: f64 = 1e15;
    const TO_WHOLE: f64 = 6_755_399_441_055_744.0;
    let scaled = value * SCALE as f64;
    // Adding and taking off 1.5 x 2^52 leaves the nearest whole number, ties to even, of anything below 2^51.
    let nearest = (scaled + TO_WHOLE) - TO_WHOLE;
    // Two roundings, of the value and of the product, shift `scaled` by at most 2^-52 of itself. Only
    // where that could cross a tie does the spelling have to be looked at.
    let doubt = scaled.abs() * f64::EPSILON;
    if scaled.abs() < EXACT_ENOUGH && (0.5 - (scaled - nearest).abs()) > doubt {
        return Some(nearest as i64);
    }
    from_spelling(value)
}

#[cold]
fn from_spelling(value: f64) -> Option<i64> {
    if !value.is_finite() {
        return None;
    }
    let mut spelling = ShortText::default();
    write!(spelling, "{value:e}").ok()?;
    parse_dressed(spelling.as_str()?, DecimalMark::Point).map(|(value, _)| value)
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
    doubtful: Option<String>,
}

impl MarkDetector {
    /// Takes one value into account; values without `,` `،` `.` say nothing and cost next to nothing.
    pub fn observe(&mut self, value: &[u8]) {
        // 0xD8 leads the two bytes of the Arabic comma.
        let Some(at) = value.iter().position(|byte| matches!(byte, b'.' | b',' | 0xD8)) else { return };
        // Plain decimals could be taken for groups only with three digits after the mark.
        let plain = |mark| value.len() - at != 4 && value[at] == mark && parse_plain(value, mark).is_some();
        let example = || String::from_utf8_lossy(value).trim().to_owned();
        let (as_point, as_comma) = match (plain(b'.'), plain(b',')) {
            (false, false) => {
                let read = |mark| parse_fixed(value, mark);
                let (point, comma) = (read(DecimalMark::Point), read(DecimalMark::Comma));
                if point.is_some() && comma.is_some() && point != comma {
                    self.doubtful.get_or_insert_with(example);
                }
                (point.is_some(), comma.is_some())
            }
            decided => decided,
        };
        if as_comma && !as_point {
            self.comma.get_or_insert_with(example);
            self.comma_count += 1;
        } else if as_point && !as_comma {
            self.point.get_or_insert_with(example);
            self.point_count += 1;
        }
    }

    /// Nothing observed needs one mark rather than the other, and this value is another number with each.
    pub fn doubt(&self) -> Option<&str> {
        self.doubtful.as_deref().filter(|_| self.comma.is_none() && self.point.is_none())
    }

    /// The mark that explains everything observed.
    ///
    /// # Errors
    /// [`MarkConflict`] when both marks are needed.
    pub fn finish(self) -> Result<DecimalMark, MarkConflict> {
        let Self { comma, comma_count, point, point_count, .. } = self;
        match (comma, point) {
            (Some(comma), Some(point)) => Err(MarkConflict { comma, comma_count, point, point_count }),
            (Some(_), None) => Ok(DecimalMark::Comma),
            (None, Some(_)) => Ok(DecimalMark::Point),
            (None, None) => Ok(DecimalMark::Auto),
        }
    }
}

/// `-?\d{1,12}(mark\d{1,6})?` and nothing else: almost every number of almost every export.
#[inline]
fn parse_plain(text: &[u8], mark: u8) -> Option<i64> {
    let (negative, digits) = match text {
        [b'-', rest @ ..] => (true, rest),
        _ => (false, text),
    };
    let value = if digits.len() <= 8 { parse_short(digits, mark) } else { parse_digits(digits, mark) }?;
    // Twelve digits stay below 1e18; the range of i64 is not in danger.
    Some(if negative { -value } else { value })
}

/// What one digit is worth after so many decimals.
const POWERS: [i64; 7] = [1_000_000, 100_000, 10_000, 1_000, 100, 10, 1];

/// At most eight signs, all of them together: their bytes are those of one number, the last sign in the highest.
#[inline]
fn parse_short(digits: &[u8], mark: u8) -> Option<i64> {
    const ONES: u64 = u64::from_le_bytes([1; 8]);
    const ZEROS: u64 = b'0' as u64 * ONES;
    let n = digits.len();
    // Loads that overlap where there are fewer signs than they hold.
    let signs = match n {
        0 => return None,
        1..4 => {
            let last = u64::from(digits[n - 1]) << (8 * (n - 1));
            u64::from(digits[0]) | u64::from(digits[n / 2]) << (8 * (n / 2)) | last
        }
        _ => {
            let four =
                |at: usize| digits[at..].first_chunk::<4>().map_or(0, |four| u32::from_le_bytes(*four));
            u64::from(four(0)) | u64::from(four(n - 4)) << (8 * (n - 4))
        }
    };
    // Zeros in front, if there is room for any.
    let front = 8 * (8 - n as u32);
    let signs = signs << front | ZEROS & !(u64::MAX << front);
    // The highest bit of a byte is clear where the byte is zero: where the mark stands.
    let marked = signs ^ (u64::from(mark) * ONES);
    let marks = !(((marked & (0x7F * ONES)) + 0x7F * ONES) | marked) & (0x80 * ONES);
    let (signs, decimals) = if marks == 0 {
        (signs, 0)
    } else {
        let at = marks.trailing_zeros() / 8;
        // A digit before the mark and one after it.
        if at == 7 || at * 8 == front {
            return None;
        }
        // The digits before the mark move up to those after it; a second mark is no digit.
        let before = signs & !(u64::MAX << (8 * at));
        let after = signs & (u64::MAX << (8 * at) << 8);
        (before << 8 | u64::from(b'0') | after, 7 - at as usize)
    };
    let values = signs ^ ZEROS;
    // Adding 0x76 to a byte sets its highest bit from ten on.
    if (values | values.wrapping_add(0x76 * ONES)) & (0x80 * ONES) != 0 {
        return None;
    }
    // Pairs, fours, eight: each step joins neighbours (Lemire, "Quickly parsing eight digits").
    let pairs = values.wrapping_mul(10).wrapping_add(values >> 8);
    let fours = (pairs & 0x0000_00FF_0000_00FF).wrapping_mul(0x000F_4240_0000_0064);
    let rest = (pairs >> 16 & 0x0000_00FF_0000_00FF).wrapping_mul(0x0000_2710_0000_0001);
    let number = fours.wrapping_add(rest) >> 32;
    Some(number as i64 * POWERS[decimals])
}

/// Any number of signs, one after the other.
fn parse_digits(digits: &[u8], mark: u8) -> Option<i64> {
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
    Some(value)
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

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use rand_chacha::ChaCha8Rng;
    use rand_chacha::rand_core::{RngCore, SeedableRng};

    fn auto(text: &str) -> Option<i64> {
        parse_fixed(text.as_bytes(), DecimalMark::Auto)
    }

    /// `-1234.5` in millionths, by moving the point in the text.
    fn millionths(decimal: &str) -> i64 {
        let (whole, fraction) = decimal.split_once('.').unwrap_or((decimal, ""));
        format!("{whole}{fraction:0<6}").parse().unwrap()
    }

    fn assert_all(mark: DecimalMark, cases: &[(&str, Option<&str>)]) {
        for (text, value) in cases {
            assert_eq!(parse_fixed(text.as_bytes(), mark), value.map(millionths), "`{text}` as {mark:?}");
        }
    }

    #[test]
    fn the_reference_numbers_are_read() {
        let path = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/golden/persian_text_vectors.json");
        let vectors: serde_json::Value =
            serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap();
        for vector in vectors["number"].as_array().unwrap() {
            let raw = vector["raw"].as_str().unwrap();
            assert_eq!(auto(raw), vector["value"].as_str().map(millionths), "`{raw}`");
        }
    }

    proptest! {
        #[test]
        fn signs_looked_at_together_are_those_looked_at_one_by_one(text in "[0-9]{0,8}|[0-9]{0,5}[.,][0-9]{0,6}|[0-9.,:/é-]{1,8}") {
            let digits = &text.as_bytes()[..text.len().min(8)];
            for mark in [b'.', b','] {
                prop_assert_eq!(parse_short(digits, mark), parse_digits(digits, mark));
            }
        }
    }

    #[test]
    fn plain_decimals_are_exact() {
        assert_all(
            DecimalMark::Auto,
            &[
                ("0", Some("0")),
                ("2.55", Some("2.55")),
                ("-8", Some("-8")),
                ("11062.06", Some("11062.06")),
                ("0.000001", Some("0.000001")),
                ("123456789012.123456", Some("123456789012.123456")),
                ("1234567890123", Some("1234567890123")),
                ("-0", Some("0")),
                ("007", Some("7")),
                (".5", Some("0.5")),
                ("5.", Some("5")),
                (" 29.33 ", Some("29.33")),
                ("+3.5", Some("3.5")),
            ],
        );
    }

    #[test]
    fn digits_beyond_the_sixth_decimal_are_rounded_half_to_even() {
        assert_all(
            DecimalMark::Auto,
            &[
                ("0.0000005", Some("0")),
                ("0.0000015", Some("0.000002")),
                ("0.0000025", Some("0.000002")),
                ("0.00000250000000000000000000000000000000000000000000001", Some("0.000003")),
                ("-0.0000015", Some("-0.000002")),
                ("0.99999999", Some("1")),
                ("2.5500000000000000000000000000000000000000000", Some("2.55")),
                ("1e-40", Some("0")),
            ],
        );
    }

    #[test]
    fn accounting_and_currency_dress_is_taken_off() {
        assert_all(
            DecimalMark::Auto,
            &[
                ("(1,234.50)", Some("-1234.50")),
                ("($1,234.50)", Some("-1234.50")),
                ("1,234.50-", Some("-1234.50")),
                ("−7", Some("-7")),
                ("- 7", Some("-7")),
                ("$-7.25", Some("-7.25")),
                ("-$7.25", Some("-7.25")),
                ("€ 12.50", Some("12.50")),
                ("12.50 €", Some("12.50")),
                ("£0.85", Some("0.85")),
                ("R$ 99.90", Some("99.90")),
                ("RM25,000", Some("25000")),
                ("USD 1200", Some("1200")),
                ("1200usd", Some("1200")),
                ("Rs.12", Some("12")),
                ("12 kr.", Some("12")),
                ("۱۲۰٬۰۰۰ ریال", Some("120000")),
                ("۱۲٬۰۰۰ تومان", Some("12000")),
                ("ریال ۵۰۰", Some("500")),
                ("۵۰۰ ﷼", Some("500")),
                ("12.5%", Some("12.5")),
                ("1'234'567.5", Some("1234567.5")),
                ("1 234 567", Some("1234567")),
                ("1\u{A0}234.5", Some("1234.5")),
                ("1\u{202F}234", Some("1234")),
                ("1.2E+05", Some("120000")),
                ("-2.5e-3", Some("-0.0025")),
                ("5E3", Some("5000")),
            ],
        );
    }

    #[test]
    fn what_is_no_number_or_could_be_two_is_refused() {
        for text in [
            "",
            " ",
            "-",
            ".",
            ",",
            "()",
            "%",
            "$",
            "abc",
            "12a",
            "1,23",
            "12,34",
            "1,2345",
            "1,234,56",
            "0,750",
            "1.234,50",
            "1.234.567",
            "1 23",
            "1,234 567",
            "1,234.5,6",
            "1.2.3",
            "--5",
            "-5-",
            "(-5)",
            "(5",
            "5)",
            "+5-",
            "%5%",
            "$5€",
            "1E",
            "E5",
            "1E+",
            "1E1.5",
            "1,234E2",
            "1/5",
            "۱/۵",
            "0x10",
            "NaN",
            "inf",
            "12:30",
            "2010-12-01",
            "EURO5X",
            "9300000000000",
            "1E20",
            "1E999",
            "1E99999999999",
            "12EURO5",
            "5 apples",
        ] {
            assert_eq!(auto(text), None, "`{text}`");
        }
        assert_eq!(parse_fixed(b"12\xFF", DecimalMark::Auto), None);
    }

    #[test]
    fn groups_of_two_lead_to_a_last_one_of_three() {
        assert_all(
            DecimalMark::Auto,
            &[
                ("₹ 7,12,046.56", Some("712046.56")),
                ("12,34,567", Some("1234567")),
                ("1,00,00,000", Some("10000000")),
                ("-1,05,000", Some("-105000")),
            ],
        );
        for text in [
            "1,23,45",
            "123,45,678",
            "12,34,567,890",
            "12,345,67,890",
            "1,234,56,789",
            "0,12,345",
            "7.12.046",
            "7 12 046",
        ] {
            assert_eq!(auto(text), None, "`{text}`");
        }
    }

    #[test]
    fn a_number_says_in_which_currency_it_is() {
        for (text, currency) in [
            ("12.50", None),
            ("-3", None),
            ("1,250 %", None),
            ("$100.00", Some("USD")),
            ("US$ 5", Some("USD")),
            ("5 usd", Some("USD")),
            ("C$5", Some("CAD")),
            ("€50.00", Some("EUR")),
            ("30.00 EUR", Some("EUR")),
            ("£20.50", Some("GBP")),
            ("¥9000", Some("¥")),
            ("￥9000", Some("¥")),
            ("9000円", Some("JPY")),
            ("-5 ₪", Some("₪")),
            ("۲۰۰۰۰ تومان", Some("IRT")),
            ("۹۰٬۰۰۰ ریال", Some("IRR")),
        ] {
            let mut seen = None;
            assert!(
                parse_money(text.as_bytes(), DecimalMark::Auto, |it| seen = Some(it.to_string())).is_some()
            );
            assert_eq!(seen.as_deref(), currency, "{text}");
        }
    }

    #[test]
    fn a_decimal_comma_is_read_where_it_is_declared() {
        assert_all(
            DecimalMark::Comma,
            &[
                ("12,34", Some("12.34")),
                ("1.234,50", Some("1234.50")),
                ("1.234", Some("1234")),
                ("1.234.567", Some("1234567")),
                ("1 234,5", Some("1234.5")),
                ("0,750", Some("0.750")),
                ("۱۲،۵", Some("12.5")),
                ("-0,5 €", Some("-0.5")),
                ("12.34", None),
                ("1,234.50", None),
                ("1,234,567", None),
                ("0.750", None),
            ],
        );
        assert_eq!(parse_fixed("۳٫۵".as_bytes(), DecimalMark::Comma), Some(3_500_000));
    }

    #[test]
    fn the_mark_of_a_column_is_found_or_the_conflict_named() {
        let mark = |samples: &[&str]| detect_mark(samples.iter().map(|sample| sample.as_bytes()));
        assert_eq!(mark(&["1.234", "12", "12,5"]), Ok(DecimalMark::Comma));
        assert_eq!(mark(&["1.234,50"]), Ok(DecimalMark::Comma));
        assert_eq!(mark(&["1,234", "12.5"]), Ok(DecimalMark::Point));
        assert_eq!(mark(&["1,234", "1.234", "7", "", "abc, d"]), Ok(DecimalMark::Auto));
        assert_eq!(mark(&["۱۲،۵"]), Ok(DecimalMark::Comma));
        let conflict = mark(&["1,50", "2,50", "3.25"]).unwrap_err();
        assert_eq!((conflict.comma.as_str(), conflict.comma_count), ("1,50", 2));
        assert_eq!((conflict.point.as_str(), conflict.point_count), ("3.25", 1));
    }

    #[test]
    fn a_value_that_is_another_number_with_each_mark_is_doubtful_until_one_settles_it() {
        let doubt = |samples: &[&str]| {
            let mut detector = MarkDetector::default();
            samples.iter().for_each(|sample| detector.observe(sample.as_bytes()));
            detector.doubt().map(str::to_owned)
        };
        assert_eq!(doubt(&["7", "1.000", "2,500"]).as_deref(), Some("1.000"));
        assert_eq!(doubt(&["12,000 EUR"]).as_deref(), Some("12,000 EUR"));
        assert_eq!(doubt(&["1.000", "9,5"]), None);
        // Grouped twice, not grouped at all, or grouped by nothing that marks decimals.
        assert_eq!(doubt(&["1,000,000", "0.750", "1000", "1 000", "1'000", "1000.000"]), None);
    }

    #[test]
    fn floats_mean_their_shortest_decimal() {
        for (value, decimal) in [
            (0.1 + 0.2, "0.3"),
            (2.55, "2.55"),
            (-19.99, "-19.99"),
            (17850.0, "17850"),
            // 1.0000005 in binary lies below the tie, 2.0000005 above: both are ties as decimals.
            (1.000_000_5, "1"),
            (1.000_001_5, "1.000002"),
            (4_500_000_000.123_456, "4500000000.123456"),
            (9.2e12, "9200000000000"),
            (1e-9, "0"),
        ] {
            assert_eq!(from_f64(value), Some(millionths(decimal)), "{value}");
        }
        for value in [f64::NAN, f64::INFINITY, f64::NEG_INFINITY, 9.3e12, -1e300] {
            assert_eq!(from_f64(value), None, "{value}");
        }
    }

    #[test]
    fn the_fast_paths_agree_with_the_slow_ones() {
        let mut random = ChaCha8Rng::seed_from_u64(20_260_101);
        for _ in 0..20_000 {
            let digits = random.next_u64() % 10_u64.pow(random.next_u32() % 16 + 1);
            let decimals = random.next_u32() % 9;
            let scale = 10_u64.pow(decimals);
            let text = match decimals {
                0 => format!("{digits}"),
                width => format!("-{}.{:0width$}", digits / scale, digits % scale, width = width as usize),
            };
            let slow = parse_dressed(&text, DecimalMark::Point).map(|(value, _)| value);
            assert_eq!(auto(&text), slow, "{text}");
            let value: f64 = text.parse().unwrap();
            if digits < 1_000_000_000_000_000 {
                assert_eq!(from_f64(value), slow, "{text}");
            }
        }
    }
}
