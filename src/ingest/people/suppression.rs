//! The lists of people who must never be contacted.

use std::path::Path;

use foldhash::fast::FixedState;
use hashbrown::HashSet;

use super::Contact;
use crate::config::CustomersConfig;
use crate::config::source::IdRule;
use crate::ingest::id::canonical_id;
use crate::ingest::lists::each_entry;
use crate::privacy::hash::{hashed, looks_digested, looks_hashed};
use crate::privacy::mask::shape;
use crate::privacy::phone::Country;
use crate::privacy::{email, phone};
use crate::{Error, Result, Warning};

type Set = HashSet<String, FixedState>;

/// Digits of an entry that is no mere word.
const FEWEST_DIGITS: usize = 4;

/// Ids, e-mail addresses and phone numbers never to be contacted.
///
/// Every cell of every column counts, as whatever it can be read as, and so do the headers: a list without a
/// header loses no entry. Addresses count wherever they stand in a cell. A row that cannot be read stops the run,
/// because somebody would be contacted for it.
#[derive(Clone, Default)]
pub struct Suppression {
    /// Every entry, as the id that it may be.
    ids: Set,
    emails: Set,
    phones: Set,
    /// SHA-256 of addresses and numbers.
    hashes: Set,
    /// Entries that can be nothing but ids.
    ids_only: Set,
}

impl std::fmt::Debug for Suppression {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Suppression").field("entries", &self.len()).finish_non_exhaustive()
    }
}

impl Suppression {
    /// Reads the files of `[customers.suppression]`; without that section nobody is suppressed.
    ///
    /// # Errors
    /// `Config` when a file is not there, `Input` when it or one of its rows cannot be read.
    pub fn read(list: &CustomersConfig, base: &Path) -> Result<Self> {
        let mut suppression = Self::default();
        let Some(source) = list.suppression_source() else { return Ok(suppression) };
        let (home, ids) = (list.country(), list.rules.ids);
        each_entry(&source, base, &mut |entry| suppression.add(entry, ids, home))?;
        Ok(suppression)
    }

    /// Adds an entry, as all that it can be read as.
    fn add(&mut self, entry: &str, ids: IdRule, home: Option<Country>) {
        let Some(id) = canonical_id(entry.as_bytes(), ids) else { return };
        let id = String::from_utf8_lossy(&id).into_owned();
        let emails: Vec<String> = email::canonical(entry).into_iter().chain(addresses_in(entry)).collect();
        let phone = phone::e164(entry, home);
        if looks_hashed(&id) {
            self.hashes.insert(id.to_lowercase());
        } else if emails.is_empty() && phone.is_none() {
            self.ids_only.insert(id.clone());
        }
        self.emails.extend(emails);
        self.phones.extend(phone);
        self.ids.insert(id);
    }

    /// Tells of entries that look like an address, a number or an id and are none that is known. An entry that is
    /// written as ids of the list are can be the id of somebody who is not on it.
    ///
    /// # Errors
    /// `Input` for hashes that nothing can be compared with.
    pub(super) fn unread(&self, contacts: &[Contact]) -> Result<Option<Warning>> {
        if self.ids_only.is_empty() {
            return Ok(None);
        }
        let forms: Set = contacts.iter().map(|contact| form(&contact.customer_id)).collect();
        let written: HashSet<&str, FixedState> = contacts
            .iter()
            .flat_map(|contact| [&contact.email, &contact.phone])
            .flatten()
            .map(String::as_str)
            .collect();
        let strange = |entry: &&String| !forms.contains(&form(entry)) && !written.contains(entry.as_str());
        let mut unread = 0_u64;
        for entry in self.ids_only.iter().filter(strange) {
            if looks_digested(entry) {
                return Err(Error::config(format!(
                    "`[customers.suppression]` lists hashes of {} hexadecimal digits, which no address can be compared with",
                    entry.len()
                ))
                .hint("list addresses and numbers, or their SHA-256 (64 hexadecimal digits)"));
            }
            unread += u64::from(is_meant_as_contact(entry));
        }
        let message = format!(
            "customers: {unread} entries of `[customers.suppression]` are no listed customer, e-mail address or phone number and keep nobody from being contacted"
        );
        Ok((unread > 0).then(|| Warning::new("unread_suppression", message).with("n", unread)))
    }

    /// The same people under other ids.
    pub(super) fn rename(&mut self, name: &dyn Fn(&str) -> String) {
        self.ids = self.ids.iter().map(|id| name(id)).collect();
    }

    /// Whether a customer of this id is on the list.
    pub fn holds_id(&self, id: &str) -> bool {
        self.ids.contains(id)
    }

    /// Whether a customer is on the list by id, address or number.
    pub fn holds(&self, contact: &Contact) -> bool {
        let has = |set: &Set, value: &Option<String>| value.as_ref().is_some_and(|value| set.contains(value));
        self.holds_id(&contact.customer_id)
            || has(&self.emails, &contact.email_canonical)
            // What stands before a blank may be a name.
            || contact.email.iter().flat_map(|raw| addresses_in(raw)).any(|address| self.emails.contains(&address))
            || has(&self.phones, &contact.phone_e164)
            || self.holds_hash(contact)
            // What cannot be read, such as a number without its country, is compared as it is written.
            || has(&self.ids, &contact.phone)
            || has(&self.ids, &contact.email)
    }

    /// Whether the hash of a customer's address or number is on the list; of numbers with their plus or without.
    fn holds_hash(&self, contact: &Contact) -> bool {
        if self.hashes.is_empty() {
            return false;
        }
        let number = contact.phone_e164.as_deref();
        let digits = number.map(|number| number.trim_start_matches('+'));
        let known = [contact.email_canonical.as_deref(), number, digits];
        known.into_iter().flatten().any(|text| self.hashes.contains(&hashed(text)))
    }

    /// Different entries.
    pub fn len(&self) -> usize {
        self.ids.len()
    }

    /// True when nobody is on the list.
    pub fn is_empty(&self) -> bool {
        self.ids.is_empty()
    }
}

/// The addresses that words of a text are.
fn addresses_in(text: &str) -> impl Iterator<Item = String> {
    let words = text.split(|sign: char| sign.is_whitespace() || "<>(),;\"[]|".contains(sign));
    words.map(|word| word.trim_matches('\'')).filter_map(email::canonical)
}

/// How an entry is written: hashes by their length, anything else by its shape.
fn form(entry: &str) -> String {
    if looks_digested(entry) { format!("{} hexadecimal digits", entry.len()) } else { shape(entry) }
}

/// Whether somebody meant an entry as an address, a number or an id, and not as a word or a date beside it.
fn is_meant_as_contact(entry: &str) -> bool {
    let digits = entry.chars().filter(|sign| sign.is_numeric()).count();
    entry.contains('@') || (digits >= FEWEST_DIGITS && !is_date(entry))
}

/// Year, month and day in any order, with or without a time.
fn is_date(entry: &str) -> bool {
    let day = entry.split([' ', 'T']).next().unwrap_or_default();
    let parts: Vec<&str> = day.split(['-', '/', '.']).collect();
    let digits = parts.iter().all(|part| part.chars().all(char::is_numeric));
    let lengths: Vec<usize> = parts.iter().map(|part| part.chars().count()).collect();
    digits && matches!(lengths[..], [4, 1..=2, 1..=2] | [1..=2, 1..=2, 2 | 4])
}

#[cfg(test)]
mod tests {
    use super::*;

    fn list(entries: &[&str]) -> Suppression {
        let mut list = Suppression::default();
        entries.iter().for_each(|entry| list.add(entry, IdRule::Canonical, Country::of("US")));
        list
    }

    fn contact(id: &str, address: &str, number: &str) -> Contact {
        Contact {
            customer_id: id.into(),
            email: Some(address.into()),
            email_canonical: email::canonical(address),
            phone: Some(number.into()),
            phone_e164: phone::e164(number, Country::of("US")),
            ..Contact::default()
        }
    }

    #[test]
    fn addresses_are_found_in_what_stands_around_them() {
        for entry in [
            "Cy Lee <c@x.com>",
            "mailto:c@x.com",
            "a@x.com; c@x.com",
            "'c@x.com'",
            "c@x.com (asked twice)",
            "\"Lee, Cy\" c@x.com",
        ] {
            let list = list(&[entry]);
            assert!(list.holds(&contact("1", "C@X.com", "")), "{entry}");
            assert!(!list.holds(&contact("1", "cy@x.com", "")), "{entry}");
            assert_eq!(list.unread(&[]).unwrap(), None, "{entry}");
        }
    }

    #[test]
    fn a_name_before_an_address_hides_nobody() {
        let list = list(&["ann@x.com"]);
        assert!(list.holds(&contact("1", "Ann ann@x.com", "")));
        assert!(list.holds(&contact("1", "Ann Lee <ann@x.com>", "")));
        assert!(!list.holds(&contact("1", "bob@x.com", "")));
    }

    /// The hashes are printed in the documentation of ad platforms.
    #[test]
    fn hashes_suppress_whose_they_are() {
        let of_address = "973DFE463EC85785F5F95AF5BA3906EEDB2D931C24E69824A89EA65DBA4E813B";
        let with_plus = "8a59780bb8cd2ba022bfa5ba2ea3b6e07af17a7d8b30c1f9b3390e36f69019e4";
        let without = "d6736136ea896c1bfdc553e0e86e702c70d060d805696ca3e4e9e0961353860a";
        for hash in [of_address, with_plus, without] {
            let list = list(&[hash]);
            assert!(list.holds(&contact("1", "Test@Example.com", "(555) 123-4567")), "{hash}");
            assert!(!list.holds(&contact("2", "best@example.com", "(555) 123-4568")), "{hash}");
            assert_eq!(list.unread(&[]).unwrap(), None);
        }
        // MD5 of the same address.
        let md5 = "55502f40dc8b7c769880b10874abc9d0";
        assert!(list(&[md5]).unread(&[contact("1", "test@example.com", "")]).is_err());
        // Where ids are written so, it is the id of somebody who is not on the list.
        let id = "4f8e3b1c9d2a6e7f0b5c8d1e2f3a4b5c";
        assert_eq!(list(&[md5]).unread(&[contact(id, "test@example.com", "")]).unwrap(), None);
    }

    #[test]
    fn entries_that_can_match_nobody_are_counted() {
        let listed = [contact("C-17", "sara at example", "ext 0912345")];
        let unread = |entries: &[&str]| {
            let warning = list(entries).unread(&listed).unwrap();
            warning.map_or(0, |warning| warning.values["n"].as_u64().unwrap())
        };
        assert_eq!(unread(&["x@example..com", "0912 345", "17-8846", "12345678901234567890"]), 4);
        let words = ["email", "asked by phone", "2024-01-31", "31/1/2024 10:00", "", "n/a", "C-99"];
        assert_eq!(unread(&words), 0);
        assert_eq!(unread(&["C-17", "sara at example", "ext 0912345"]), 0);
    }
}
