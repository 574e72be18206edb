//! The Iranian national code (کد ملی): ten digits, the last of which checks the others.

use crate::ingest::text::fold_digits;

/// Digits of a code.
const DIGITS: usize = 10;
/// Digits that are left at least when a spreadsheet takes leading zeros off.
const FEWEST: usize = 8;

/// The code in ten ASCII digits, `None` when it has another length, holds anything but digits and
/// separators, or fails its check digit.
///
/// With the digits d1 … d9 and the check digit c, r = (10·d1 + 9·d2 + … + 2·d9) mod 11; c = r when r < 2, else
/// 11 − r. Codes of ten equal digits satisfy this but belong to nobody. One or two leading zeros, which
/// spreadsheets take off, are put back.
pub fn canonical(raw: &str) -> Option<String> {
    let text = fold_digits(raw);
    let mut digits = Vec::with_capacity(DIGITS);
    for sign in text.chars() {
        match sign {
            '0'..='9' => digits.push(sign as u32 - '0' as u32),
            '-' | '\u{200E}' | '\u{200F}' | '\u{FEFF}' => {}
            _ if sign.is_whitespace() => {}
            _ => return None,
        }
    }
    if !(FEWEST..=DIGITS).contains(&digits.len()) {
        return None;
    }
    let mut code = vec![0; DIGITS - digits.len()];
    code.extend(digits);
    let sum: u32 = (2..=10).rev().zip(&code).map(|(weight, digit)| weight * digit).sum();
    let rest = sum % 11;
    let check = if rest < 2 { rest } else { 11 - rest };
    let all_equal = code.iter().all(|digit| *digit == code[0]);
    (code[DIGITS - 1] == check && !all_equal)
        .then(|| code.iter().map(|digit| char::from(b'0' + *digit as u8)).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_digit_checks_the_others() {
        // 0·10+0·9+1·8+2·7+3·6+4·5+5·4+6·3+7·2 = 112 = 10·11 + 2, so the check digit is 11 − 2 = 9.
        assert_eq!(canonical("0012345679").as_deref(), Some("0012345679"));
        assert_eq!(canonical("0012345678"), None);
        // 1·10+1·9+…+1·3+0·2 = 52 = 4·11 + 8, so the check digit is 3.
        assert_eq!(canonical("1111111103").as_deref(), Some("1111111103"));
        // 1·10+1·9+…+1·3+1·2 = 54: the check digit would be 1, but the digits are all equal.
        assert_eq!(canonical("1111111111"), None);
        // 5·10+0·9+…+0·2 = 50 = 4·11 + 6, so 5.
        assert_eq!(canonical("5000000005").as_deref(), Some("5000000005"));
        // 1·10 + 1·2 = 12 = 11 + 1: below two the rest is the check digit itself.
        assert_eq!(canonical("1000000011").as_deref(), Some("1000000011"));
    }

    #[test]
    fn every_single_typing_error_is_noticed() {
        let code = "0012345679";
        for place in 0..10 {
            for digit in '0'..='9' {
                let mut typed: Vec<char> = code.chars().collect();
                typed[place] = digit;
                let typed: String = typed.into_iter().collect();
                assert_eq!(canonical(&typed).is_some(), typed == code, "{typed}");
            }
        }
    }

    #[test]
    fn ways_of_writing_a_code() {
        for raw in ["۰۰۱۲۳۴۵۶۷۹", "٠٠١٢٣٤٥٦٧٩", "001-234567-9", " 0012345679\u{200F}", "12345679"]
        {
            assert_eq!(canonical(raw).as_deref(), Some("0012345679"), "{raw}");
        }
        for raw in ["", "1234567", "00123456790", "00123x5679", "abc"] {
            assert_eq!(canonical(raw), None, "{raw}");
        }
    }
}
