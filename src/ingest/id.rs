//! The identity of customers, orders and products: one stated rule for what counts as the same id.

use std::borrow::Cow;

use crate::config::source::IdRule;

/// Spellings of "no value" in id and other columns, compared exactly.
const MISSING: [&str; 14] = [
    "nan", "NaN", "NAN", "null", "NULL", "Null", "none", "None", "NONE", "N/A", "n/a", "<NA>", "\\N", "#N/A",
];

/// The id that a raw cell stands for, `None` when the cell holds none.
///
/// Both rules take off blanks (NBSP included), byte order marks and direction marks at either end; an empty
/// rest is no id. [`IdRule::Canonical`] also
///
/// - reads the usual spellings of "no value" (`NaN`, `NULL`, `None`, `N/A`, `<NA>`, `\N`, `#N/A`) as none;
/// - takes `.0` off whole numbers that passed through a float: `17850.0` is `17850` (leading zeros stay);
/// - writes ids made of digits only in ASCII digits: `۱۲۳` and `１２３` are `123`.
///
/// Nothing else is changed: letter case, inner blanks and leading zeros belong to the id. Bytes that are not
/// UTF-8 are kept. Only an id in other digits than ASCII allocates.
#[inline]
pub fn canonical_id(raw: &[u8], rule: IdRule) -> Option<Cow<'_, [u8]>> {
    let id = trim(raw);
    if id.is_empty() {
        return None;
    }
    if rule == IdRule::Verbatim {
        return Some(Cow::Borrowed(id));
    }
    if is_missing(id) {
        return None;
    }
    if !id.is_ascii() {
        return Some(digits_to_ascii(id).map_or(Cow::Borrowed(id), Cow::Owned));
    }
    Some(Cow::Borrowed(without_float_tail(id)))
}

/// Whether a trimmed cell is one of the usual spellings of "no value".
#[inline]
pub fn is_missing(cell: &[u8]) -> bool {
    cell.is_empty()
        || (cell.len() <= 4
            && matches!(cell[0], b'n' | b'N' | b'<' | b'\\' | b'#')
            && MISSING.iter().any(|word| word.as_bytes() == cell))
}

/// The cell without blanks, byte order marks, direction marks and control characters at either end.
#[inline]
pub fn trim(cell: &[u8]) -> &[u8] {
    // Nearly every cell begins and ends with a visible ASCII sign.
    if let [first, .., last] = cell
        && first.is_ascii_graphic()
        && last.is_ascii_graphic()
    {
        return cell;
    }
    let mut rest = cell;
    while let Some(width) = front_blank(rest) {
        rest = &rest[width..];
    }
    while let Some(width) = back_blank(rest) {
        rest = &rest[..rest.len() - width];
    }
    rest
}

/// Length of the blank at the front, if there is one.
fn front_blank(cell: &[u8]) -> Option<usize> {
    match *cell {
        [byte, ..] if byte <= b' ' || byte == 0x7F => Some(1),
        [0xC2, 0xA0, ..] => Some(2),
        [a, b, c, ..] if is_wide_blank([a, b, c]) => Some(3),
        _ => None,
    }
}

/// Length of the blank at the end, if there is one.
fn back_blank(cell: &[u8]) -> Option<usize> {
    match *cell {
        [.., byte] if byte <= b' ' || byte == 0x7F => Some(1),
        [.., 0xC2, 0xA0] => Some(2),
        [.., a, b, c] if is_wide_blank([a, b, c]) => Some(3),
        _ => None,
    }
}

/// Three-byte blanks and invisible signs: U+2000–200F, U+2028–202F, U+205F–2069, U+3000, U+FEFF.
fn is_wide_blank(bytes: [u8; 3]) -> bool {
    match bytes {
        [0xE2, 0x80, last] => matches!(last, 0x80..=0x8F | 0xA8..=0xAF),
        [0xE2, 0x81, last] => matches!(last, 0x9F..=0xA9),
        [0xE3, 0x80, 0x80] | [0xEF, 0xBB, 0xBF] => true,
        _ => false,
    }
}

/// `^[0-9]+\.0+$` without its tail; anything else as it is.
#[inline]
fn without_float_tail(id: &[u8]) -> &[u8] {
    if *id.last().unwrap_or(&0) != b'0' {
        return id;
    }
    let zeros = id.iter().rev().take_while(|byte| **byte == b'0').count();
    match id[..id.len() - zeros].split_last() {
        Some((b'.', whole)) if !whole.is_empty() && whole.iter().all(u8::is_ascii_digit) => whole,
        _ => id,
    }
}

/// The id in ASCII digits when it is made of ASCII, Persian, Arabic and full-width digits only.
fn digits_to_ascii(id: &[u8]) -> Option<Vec<u8>> {
    let mut ascii = Vec::with_capacity(id.len() / 2);
    let mut rest = id;
    while !rest.is_empty() {
        let (digit, width) = match *rest {
            [byte @ b'0'..=b'9', ..] => (byte - b'0', 1),
            [0xDB, byte @ 0xB0..=0xB9, ..] => (byte - 0xB0, 2),
            [0xD9, byte @ 0xA0..=0xA9, ..] => (byte - 0xA0, 2),
            [0xEF, 0xBC, byte @ 0x90..=0x99, ..] => (byte - 0x90, 3),
            _ => return None,
        };
        ascii.push(b'0' + digit);
        rest = &rest[width..];
    }
    Some(ascii)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn canonical(raw: &str) -> Option<String> {
        canonical_id(raw.as_bytes(), IdRule::Canonical).map(|id| String::from_utf8(id.into_owned()).unwrap())
    }

    #[test]
    fn a_float_tail_is_lost_and_leading_zeros_stay() {
        for (raw, id) in [
            ("17850.0", "17850"),
            ("17850.000", "17850"),
            ("00004", "00004"),
            ("00004.0", "00004"),
            ("0.0", "0"),
            ("17850.5", "17850.5"),
            ("17850.50", "17850.50"),
            ("-5.0", "-5.0"),
            (".0", ".0"),
            ("1.2.0", "1.2.0"),
            ("A12.0", "A12.0"),
            ("17850", "17850"),
            ("100", "100"),
        ] {
            assert_eq!(canonical(raw).as_deref(), Some(id), "{raw}");
        }
    }

    #[test]
    fn blanks_and_marks_around_an_id_are_no_part_of_it() {
        for raw in [
            " C1 ",
            "\u{FEFF}C1",
            "\u{A0}C1\u{A0}\t",
            "\u{200E}C1\u{202C}",
            "\u{2067}C1\u{2069}",
            "\u{3000}C1\r\n",
        ] {
            assert_eq!(canonical(raw).as_deref(), Some("C1"), "{raw:?}");
            let verbatim = canonical_id(raw.as_bytes(), IdRule::Verbatim).unwrap();
            assert_eq!(&*verbatim, b"C1");
        }
        assert_eq!(canonical("Brion  Stark").as_deref(), Some("Brion  Stark"));
        assert_eq!(canonical("مریم").as_deref(), Some("مریم"));
    }

    #[test]
    fn spellings_of_no_value_are_no_id() {
        for raw in
            ["", "  ", "nan", "NaN", "NULL", "null", "None", "N/A", "<NA>", "\\N", "#N/A", " NULL ", "\u{A0}"]
        {
            assert_eq!(canonical(raw), None, "{raw:?}");
        }
        assert_eq!(canonical("Nona").as_deref(), Some("Nona"));
        assert_eq!(canonical_id(b"NULL", IdRule::Verbatim).as_deref(), Some(b"NULL".as_slice()));
        assert_eq!(canonical_id(b"  ", IdRule::Verbatim), None);
    }

    #[test]
    fn digits_of_other_scripts_are_the_same_id() {
        assert_eq!(canonical("۱۲۳").as_deref(), Some("123"));
        assert_eq!(canonical("١٢٣").as_deref(), Some("123"));
        assert_eq!(canonical("۱2٣").as_deref(), Some("123"));
        assert_eq!(canonical("12۳").as_deref(), Some("123"));
        assert_eq!(canonical("１２３").as_deref(), Some("123"));
        assert_eq!(canonical("０９1۲").as_deref(), Some("0912"));
        assert_eq!(canonical("Ａ１２").as_deref(), Some("Ａ１２"));
        assert_eq!(canonical("م۱۲").as_deref(), Some("م۱۲"));
        assert_eq!(canonical("A۱۲").as_deref(), Some("A۱۲"));
        assert_eq!(&*canonical_id("۱۲".as_bytes(), IdRule::Verbatim).unwrap(), "۱۲".as_bytes());
    }

    #[test]
    fn bytes_that_are_not_text_are_kept_and_the_usual_id_is_borrowed() {
        assert_eq!(&*canonical_id(b"Caf\xE9 ", IdRule::Canonical).unwrap(), b"Caf\xE9");
        assert!(matches!(canonical_id(b"17850.0", IdRule::Canonical), Some(Cow::Borrowed(_))));
    }
}
