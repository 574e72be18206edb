//! Phone numbers in one form: E.164, a plus, the country code and the number, up to fifteen digits.

use std::ops::RangeInclusive;

use crate::ingest::text::fold_digits;

/// Digits of an international number, country code included.
const INTERNATIONAL: RangeInclusive<usize> = 8..=15;

/// How numbers of a country are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Country {
    /// ISO 3166 code of two letters.
    pub iso: &'static str,
    /// Country code.
    pub code: &'static str,
    /// What stands before a number dialled within the country, and goes when the country code comes.
    trunk: &'static str,
    /// Fewest and most digits of a number within the country, trunk prefix left out.
    digits: (usize, usize),
}

impl Country {
    /// The country of an ISO code, in either case.
    pub fn of(iso: &str) -> Option<Self> {
        COUNTRIES.iter().find(|country| country.iso.eq_ignore_ascii_case(iso.trim())).copied()
    }

    /// The ISO codes that are known.
    pub fn codes() -> impl Iterator<Item = &'static str> {
        COUNTRIES.iter().map(|country| country.iso)
    }

    /// A number of this country, trunk prefix and country code left out.
    fn holds(&self, national: &str) -> bool {
        let zero_is_part = self.trunk.is_empty();
        (self.digits.0..=self.digits.1).contains(&national.len())
            && (zero_is_part || !national.starts_with('0'))
    }

    /// What follows a country code; a trunk prefix that was left there goes.
    fn after_code<'a>(&self, digits: &'a str) -> Option<&'a str> {
        let without = digits.strip_prefix(self.trunk).filter(|_| !self.trunk.is_empty());
        without.into_iter().chain([digits]).find(|national| self.holds(national))
    }

    /// A number as it is dialled within the country. One without its trunk prefix has been through a
    /// spreadsheet, which takes zeros off; in Iran only mobile numbers are certain enough to be taken so.
    fn dialled<'a>(&self, digits: &'a str) -> Option<&'a str> {
        let mobile = self.iso != "IR" || digits.starts_with(['0', '9']);
        self.after_code(digits).filter(|_| mobile)
    }
}

/// The number in E.164, or `None` when it is none. `home` is the country of numbers without a country code.
///
/// Digits may be Persian or Arabic; blanks, hyphens, dots, slashes and brackets are passed over, so is a trunk
/// prefix behind the country code (`+98 (0) 912 …`). `+` and `00` lead to a country code.
pub fn e164(raw: &str, home: Option<Country>) -> Option<String> {
    let text = fold_digits(raw);
    let (mut digits, mut plus) = (String::new(), false);
    for sign in text.chars() {
        match sign {
            '0'..='9' => digits.push(sign),
            '+' | '\u{FF0B}' if digits.is_empty() && !plus => plus = true,
            _ if is_passed_over(sign) => {}
            _ => return None,
        }
    }
    if plus {
        return international(&digits);
    }
    if let Some(rest) = digits.strip_prefix("00") {
        return international(rest);
    }
    let home = home?;
    if let Some(national) = home.dialled(&digits) {
        return Some(format!("+{}{national}", home.code));
    }
    // 989123456789: the country code without its plus.
    let national = home.after_code(digits.strip_prefix(home.code)?)?;
    Some(format!("+{}{national}", home.code))
}

/// Separators, and direction marks that copying leaves in numbers.
fn is_passed_over(sign: char) -> bool {
    let separator = matches!(sign, '-' | '.' | '/' | '(' | ')' | '\u{2010}'..='\u{2015}');
    let invisible = matches!(
        sign,
        '\u{200B}'..='\u{200F}' | '\u{202A}'..='\u{202E}' | '\u{2066}'..='\u{2069}' | '\u{FEFF}'
    );
    separator || invisible || sign.is_whitespace()
}

/// A number that begins with a country code.
fn international(digits: &str) -> Option<String> {
    let country = COUNTRIES.iter().filter(|c| digits.starts_with(c.code)).max_by_key(|c| c.code.len());
    if let Some(country) = country {
        let national = country.after_code(&digits[country.code.len()..])?;
        return Some(format!("+{}{national}", country.code));
    }
    (INTERNATIONAL.contains(&digits.len()) && !digits.starts_with('0')).then(|| format!("+{digits}"))
}

const fn country(
    iso: &'static str,
    code: &'static str,
    trunk: &'static str,
    fewest: usize,
    most: usize,
) -> Country {
    Country { iso, code, trunk, digits: (fewest, most) }
}

/// Country codes (ITU-T E.164), trunk prefixes (E.164 annex) and the lengths of national numbers.
const COUNTRIES: &[Country] = &[
    country("AE", "971", "0", 8, 9),
    country("AF", "93", "0", 9, 9),
    country("AM", "374", "0", 8, 8),
    country("AR", "54", "0", 10, 11),
    country("AT", "43", "0", 4, 13),
    country("AU", "61", "0", 9, 9),
    country("AZ", "994", "0", 9, 9),
    country("BE", "32", "0", 8, 9),
    country("BH", "973", "", 8, 8),
    country("BR", "55", "0", 10, 11),
    country("CA", "1", "1", 10, 10),
    country("CH", "41", "0", 9, 9),
    country("CN", "86", "0", 9, 12),
    country("CZ", "420", "", 9, 9),
    country("DE", "49", "0", 5, 13),
    country("DK", "45", "", 8, 8),
    country("EG", "20", "0", 8, 10),
    country("ES", "34", "", 9, 9),
    country("FI", "358", "0", 5, 12),
    country("FR", "33", "0", 9, 9),
    country("GB", "44", "0", 9, 10),
    country("GE", "995", "0", 9, 9),
    country("GR", "30", "", 10, 10),
    country("HK", "852", "", 8, 8),
    country("IE", "353", "0", 7, 9),
    country("IL", "972", "0", 8, 9),
    country("IN", "91", "0", 10, 10),
    country("IQ", "964", "0", 8, 10),
    country("IR", "98", "0", 10, 10),
    country("IT", "39", "", 6, 11),
    country("JO", "962", "0", 8, 9),
    country("JP", "81", "0", 9, 10),
    country("KR", "82", "0", 8, 10),
    country("KW", "965", "", 8, 8),
    country("KZ", "7", "8", 10, 10),
    country("LB", "961", "0", 7, 8),
    country("MX", "52", "", 10, 11),
    country("NG", "234", "0", 8, 10),
    country("NL", "31", "0", 9, 9),
    country("NO", "47", "", 8, 8),
    country("NZ", "64", "0", 8, 10),
    country("OM", "968", "", 8, 8),
    country("PK", "92", "0", 9, 10),
    country("PL", "48", "", 9, 9),
    country("PT", "351", "", 9, 9),
    country("QA", "974", "", 8, 8),
    country("RU", "7", "8", 10, 10),
    country("SA", "966", "0", 8, 9),
    country("SE", "46", "0", 7, 13),
    country("SG", "65", "", 8, 8),
    country("SY", "963", "0", 8, 9),
    country("TJ", "992", "", 9, 9),
    country("TM", "993", "8", 8, 8),
    country("TR", "90", "0", 10, 10),
    country("UA", "380", "0", 9, 9),
    country("US", "1", "1", 10, 10),
    country("UZ", "998", "", 9, 9),
    country("ZA", "27", "0", 9, 9),
];

#[cfg(test)]
mod tests {
    use serde_json::Value;

    use super::*;

    #[test]
    fn the_vectors_of_iranian_numbers() {
        let text =
            include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/golden/persian_text_vectors.json"));
        let vectors: Value = serde_json::from_str(text).unwrap();
        for vector in vectors["phone_ir"].as_array().unwrap() {
            let raw = vector["raw"].as_str().unwrap();
            assert_eq!(e164(raw, Country::of("ir")).as_deref(), vector["e164"].as_str(), "{raw}");
        }
    }

    #[test]
    fn numbers_of_other_countries() {
        let in_country = |raw, iso| e164(raw, Country::of(iso));
        assert_eq!(in_country("(555) 123-4567", "US").as_deref(), Some("+15551234567"));
        assert_eq!(in_country("1-555-123-4567", "US").as_deref(), Some("+15551234567"));
        assert_eq!(in_country("07911 123456", "GB").as_deref(), Some("+447911123456"));
        assert_eq!(in_country("+44 (0) 7911 123456", "IR").as_deref(), Some("+447911123456"));
        assert_eq!(in_country("8 (912) 345-67-89", "RU").as_deref(), Some("+79123456789"));
        // The zero of an Italian number is part of it.
        assert_eq!(in_country("06 698 83712", "IT").as_deref(), Some("+390669883712"));
        assert_eq!(in_country("+39 06 698 83712", "US").as_deref(), Some("+390669883712"));
        // A country that is not in the table: any international number.
        assert_eq!(in_country("+354 410 4000", "IR").as_deref(), Some("+3544104000"));
    }

    #[test]
    fn what_is_no_number_stays_none() {
        assert_eq!(e164("0912 345 6789", None), None);
        assert_eq!(e164("+98 912 345 6789", None).as_deref(), Some("+989123456789"));
        for raw in [
            "",
            "+",
            "00",
            "call me",
            "2188776655",
            "0912 345 6789 ext 3",
            "+98 912 345 678",
            "+0 123 456 7890",
        ] {
            assert_eq!(e164(raw, Country::of("IR")), None, "{raw}");
        }
    }
}
