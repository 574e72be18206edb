//! The customer list: names, addresses and consents of people who do not exist.
//!
//! E-mail addresses are under example.com and example.org (reserved by RFC 2606), phone numbers end in
//! 555-0100 to 555-0199 (kept for fiction by the North American Numbering Plan), so that no test ever
//! writes to a person.

use std::fmt::Write as _;
use std::path::Path;

use super::Summary;
use super::calendar::{Calendar, persian_digits};
use super::draws::{Draws, Purpose};
use super::export::{ExportFile, Value, as_declared};
use super::params::{GenerateParams, Locale};
use super::people::People;
use super::words::{CITIES, CONSENT, CUSTOMERS, FAMILY_NAMES, GIVEN_NAMES, Word, arabic_letters, pick};
use crate::error::Result;

/// Share of customers without an e-mail address and without a phone number.
const NO_EMAIL: f64 = 0.05;
const NO_PHONE: f64 = 0.10;
/// Share of customers who consent to e-mail, phone and advertising, and share who were never asked.
const CONSENTS: [f64; 3] = [0.7, 0.4, 0.5];
const NEVER_ASKED: f64 = 0.10;
/// In Persian, one city in this many is typed on an Arabic keyboard.
const ARABIC_CITY: u32 = 3;

/// Writes the customer list, in order of registration.
pub(super) fn write(
    exports: &Path,
    params: &GenerateParams,
    calendar: &Calendar,
    people: &People,
    summary: &mut Summary,
) -> Result<()> {
    let cities = CITIES.map(|word| pick(word, params.locale));
    let variants = cities.map(arabic_letters);
    let mut file =
        ExportFile::create(exports, "customers", &CUSTOMERS, as_declared(), params, calendar, summary)?;
    let (mut name, mut email, mut phone) = (String::new(), String::new(), String::new());
    for customer in people.all() {
        let id = People::id(customer);
        let mut draws = Draws::new(params.seed, Purpose::Contact, u64::from(customer));
        let given = one_of(&GIVEN_NAMES, &mut draws);
        let family = one_of(&FAMILY_NAMES, &mut draws);
        let city = draws.below(CITIES.len() as u64).min(draws.below(CITIES.len() as u64)) as usize;
        refill(&mut name, &[pick(given, params.locale), " ", pick(family, params.locale)]);
        write_email(&mut email, given.0, family.0, id);
        write_phone(&mut phone, customer, params.locale);
        let has_email = !draws.chance(NO_EMAIL);
        let has_phone = !draws.chance(NO_PHONE);
        let [by_email, by_phone, ads] = CONSENTS.map(|share| consent(share, params.locale, &mut draws));
        file.row(&[
            Value::Id("", id),
            Value::Plain(&name),
            if has_email { Value::Plain(&email) } else { Value::Missing },
            if has_phone { Value::Plain(&phone) } else { Value::Missing },
            Value::Plain(if customer % ARABIC_CITY == 0 { &variants[city] } else { cities[city] }),
            by_email,
            by_phone,
            ads,
        ])?;
    }
    file.finish()
}

fn one_of(words: &[Word], draws: &mut Draws) -> Word {
    words[draws.below(words.len() as u64) as usize]
}

/// Puts the pieces in place of what the text held.
fn refill(text: &mut String, pieces: &[&str]) {
    text.clear();
    for piece in pieces {
        text.push_str(piece);
    }
}

fn write_email(email: &mut String, given: &str, family: &str, id: u64) {
    let domain = if id.is_multiple_of(3) { "example.org" } else { "example.com" };
    refill(email, &[given, ".", family, "."]);
    write!(email, "{id}@{domain}").expect("a text takes any text");
    email.make_ascii_lowercase();
}

/// A number kept for fiction, spelled in one of three ways; there are a thousand (area codes 201 to 210),
/// then they repeat.
fn write_phone(phone: &mut String, customer: u32, locale: Locale) {
    let (area, line) = (201 + customer / 100 % 10, 100 + customer % 100);
    phone.clear();
    match customer % 3 {
        0 => write!(phone, "+1 {area} 555 0{line}"),
        1 => write!(phone, "+1-{area}-555-0{line}"),
        _ => write!(phone, "001 ({area}) 5550{line}"),
    }
    .expect("a text takes any text");
    if locale == Locale::Fa {
        *phone = persian_digits(phone);
    }
}

/// Yes, no, or nothing where nobody asked.
fn consent(share: f64, locale: Locale, draws: &mut Draws) -> Value<'static> {
    let (asked, agrees) = (!draws.chance(NEVER_ASKED), draws.chance(share));
    match (asked, agrees) {
        (false, _) => Value::Missing,
        (true, true) => Value::Plain(pick(CONSENT[0], locale)),
        (true, false) => Value::Plain(pick(CONSENT[1], locale)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn contacts_can_reach_nobody() {
        let mut text = String::from("what was there before");
        let mut email = |id| {
            write_email(&mut text, "Sara", "Zand", id);
            text.clone()
        };
        assert_eq!(email(10_001), "sara.zand.10001@example.com");
        assert_eq!(email(10_002), "sara.zand.10002@example.org");
        let mut phone = |customer, locale| {
            write_phone(&mut text, customer, locale);
            text.clone()
        };
        assert_eq!(phone(0, Locale::En), "+1 201 555 0100");
        assert_eq!(phone(199, Locale::En), "+1-202-555-0199");
        assert_eq!(phone(5, Locale::Fa), "۰۰۱ (۲۰۱) ۵۵۵۰۱۰۵");
    }
}
