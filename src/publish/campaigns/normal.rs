//! What ad platforms make of a person's data before they hash it. Each platform has rules of its own: one
//! shared normaliser would be wrong for one of them, and a value normalised wrongly is accepted and never
//! matches.

use crate::config::campaigns::GmailDots;
use crate::ingest::text::fold_digits;
use crate::privacy::phone::Country;

/// Google: an address in its canonical form; at Google's own mail, dots and tags are taken out if asked for.
pub(super) fn google_email(canonical: &str, dots: GmailDots) -> String {
    match canonical.split_once('@') {
        Some((local, domain @ ("gmail.com" | "googlemail.com"))) if dots == GmailDots::Remove => {
            let local = local.split('+').next().unwrap_or_default().replace('.', "");
            format!("{local}@{domain}")
        }
        _ => canonical.to_owned(),
    }
}

/// Google: a name without outer blanks, in lower case.
pub(super) fn google_name(name: &str) -> String {
    name.trim().to_lowercase()
}

/// Meta: the digits of a number in E.164, without its plus.
pub(super) fn meta_phone(e164: &str) -> String {
    e164.trim_start_matches('+').trim_start_matches('0').to_owned()
}

/// Meta: a name in lower case without ASCII punctuation; accents and other scripts stay.
pub(super) fn meta_name(name: &str) -> String {
    let kept: String = name.chars().filter(|c| !c.is_ascii_punctuation()).collect();
    kept.trim().to_lowercase()
}

/// Meta: a city or state as lower-case letters alone, of any script.
pub(super) fn meta_place(place: &str) -> String {
    place.chars().filter(|c| c.is_alphabetic()).flat_map(char::to_lowercase).collect()
}

/// Meta: a postal code in lower case without blanks and hyphens.
pub(super) fn meta_zip(zip: &str) -> String {
    fold_digits(zip)
        .chars()
        .filter(|c| !c.is_whitespace() && *c != '-')
        .flat_map(char::to_lowercase)
        .collect()
}

/// A postal code as Google and people read it: outer blanks off, digits in ASCII.
pub(super) fn plain_zip(zip: &str) -> String {
    fold_digits(zip).trim().to_owned()
}

/// Names of countries beside their codes, in lower case.
const NAMES: [(&str, &str); 22] = [
    ("iran", "IR"),
    ("islamic republic of iran", "IR"),
    ("ایران", "IR"),
    ("uk", "GB"),
    ("united kingdom", "GB"),
    ("great britain", "GB"),
    ("england", "GB"),
    ("usa", "US"),
    ("united states", "US"),
    ("united states of america", "US"),
    ("germany", "DE"),
    ("france", "FR"),
    ("spain", "ES"),
    ("italy", "IT"),
    ("netherlands", "NL"),
    ("brazil", "BR"),
    ("brasil", "BR"),
    ("turkey", "TR"),
    ("türkiye", "TR"),
    ("iraq", "IQ"),
    ("afghanistan", "AF"),
    ("canada", "CA"),
];

/// The ISO 3166 code of a country written as its code or, for some, its name; `home` where nothing is written,
/// `None` for what is neither.
pub(super) fn country(written: Option<&str>, home: Option<Country>) -> Option<String> {
    let Some(written) = written else { return home.map(|home| home.iso.to_owned()) };
    let word = written.trim().to_lowercase();
    if let Some((_, iso)) = NAMES.iter().find(|(name, _)| *name == word) {
        return Some((*iso).to_owned());
    }
    let is_code = word.len() == 2 && word.bytes().all(|b| b.is_ascii_lowercase());
    is_code.then(|| word.to_uppercase())
}

/// Given and family name: as listed, or the first word and the others of the whole name.
pub(super) fn names<'a>(
    first: Option<&'a str>,
    last: Option<&'a str>,
    whole: Option<&'a str>,
) -> (Option<&'a str>, Option<&'a str>) {
    if first.is_some() || last.is_some() {
        return (first, last);
    }
    match whole.map(str::trim) {
        Some(whole) => match whole.split_once(char::is_whitespace) {
            Some((first, rest)) => (Some(first), Some(rest.trim())),
            None => (Some(whole), None),
        },
        None => (None, None),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::Value;

    use super::*;
    use crate::privacy::hash::hashed;
    use crate::privacy::{email, phone};

    /// The table of campaign-formats, 4.1; the first is printed in X's documentation.
    #[test]
    fn hashes_are_those_of_the_platforms() {
        for (text, hash) in [
            ("adsapi", "49e0be2aeccfb51a8dee4c945c8a70a9ac500cf6f5cb08112575f74db9b1470d"),
            ("test@example.com", "973dfe463ec85785f5f95af5ba3906eedb2d931c24e69824a89ea65dba4e813b"),
            ("+15551234567", "8a59780bb8cd2ba022bfa5ba2ea3b6e07af17a7d8b30c1f9b3390e36f69019e4"),
            ("15551234567", "d6736136ea896c1bfdc553e0e86e702c70d060d805696ca3e4e9e0961353860a"),
            ("+447911123456", "20b18ac9de7b3aad174961827d8e451c410af9aedfd1d699927f4b29b81aa1fa"),
            ("447911123456", "40b5c38342a9c584ec707e8679b003f8c779c6aaa138c976ef94e049cc05208f"),
            ("zoë", "2752b88686847fa5c86f47b94ce652b7b3f22a91c37617d451a4db9afa431450"),
            ("us", "79adb2a2fce5c6ba215fe5f27f532d4e7edbac4b6a5e09e1ef3a08084a904621"),
        ] {
            assert_eq!(hashed(text), hash, "{text}");
        }
    }

    #[test]
    fn the_vectors_of_ad_platforms() {
        let text = include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/golden/privacy_vectors.json"));
        let vectors: Value = serde_json::from_str(text).unwrap();
        for vector in vectors["ad_platform"].as_array().unwrap() {
            let (kind, raw) = (vector["kind"].as_str().unwrap(), vector["raw"].as_str().unwrap());
            let address = || email::canonical(raw).unwrap();
            let number = || phone::e164(raw, Country::of("IR")).unwrap();
            let normal = match kind {
                "email_google" => google_email(&address(), GmailDots::Remove),
                "email_meta" | "email_tiktok" => address(),
                "phone_google" => number(),
                "phone_meta" => meta_phone(&number()),
                other => panic!("{other}"),
            };
            assert_eq!(Some(normal.as_str()), vector["normalised"].as_str(), "{kind} {raw}");
            assert_eq!(Some(hashed(&normal).as_str()), vector["sha256"].as_str(), "{kind} {raw}");
        }
    }

    #[test]
    fn dots_stay_unless_asked_for() {
        assert_eq!(google_email("a.b+c@gmail.com", GmailDots::Keep), "a.b+c@gmail.com");
        assert_eq!(google_email("a.b+c@gmail.com", GmailDots::Remove), "ab@gmail.com");
    }

    #[test]
    fn meta_keeps_every_script() {
        assert_eq!(meta_name(" O'Neil-Łukasz. "), "oneilłukasz");
        assert_eq!(meta_name("محمد رضا"), "محمد رضا");
        assert_eq!(meta_place("St. Louis 2"), "stlouis");
        assert_eq!(meta_place("تهران"), "تهران");
        assert_eq!(meta_zip("SW1A-2 AA"), "sw1a2aa");
        assert_eq!(meta_zip("۱۹۳۹۵-۴۷۱۸"), "193954718");
    }

    #[test]
    fn countries_are_codes() {
        let code = |written: &str| country(Some(written), None);
        assert_eq!(code("gb").as_deref(), Some("GB"));
        assert_eq!(code("UK").as_deref(), Some("GB"));
        assert_eq!(code(" ایران ").as_deref(), Some("IR"));
        assert_eq!(code("Atlantis"), None);
        assert_eq!(country(None, Country::of("ir")).as_deref(), Some("IR"));
    }

    #[test]
    fn names_come_apart_at_the_first_blank() {
        assert_eq!(names(None, None, Some("Sara van Dijk")), (Some("Sara"), Some("van Dijk")));
        assert_eq!(names(None, None, Some("Sara")), (Some("Sara"), None));
        assert_eq!(names(None, Some("Dijk"), Some("Sara van Dijk")), (None, Some("Dijk")));
    }
}
