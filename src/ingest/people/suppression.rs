//! The lists of people who must never be contacted.

use std::path::Path;

use foldhash::fast::FixedState;
use hashbrown::HashSet;

use super::Contact;
use crate::Result;
use crate::config::CustomersConfig;
use crate::config::source::IdRule;
use crate::ingest::id::canonical_id;
use crate::ingest::lists::each_entry;
use crate::privacy::phone::Country;
use crate::privacy::{email, phone};

type Set = HashSet<String, FixedState>;

/// Ids, e-mail addresses and phone numbers never to be contacted.
///
/// Every cell of every column counts, as whatever it can be read as, and so do the headers: a list without a
/// header loses no entry. A row that cannot be read stops the run, because somebody would be contacted for it.
#[derive(Clone, Default)]
pub struct Suppression {
    ids: Set,
    emails: Set,
    phones: Set,
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
        self.emails.extend(email::canonical(entry));
        self.phones.extend(phone::e164(entry, home));
        let id = canonical_id(entry.as_bytes(), ids).map(|id| String::from_utf8_lossy(&id).into_owned());
        self.ids.extend(id);
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
            || has(&self.phones, &contact.phone_e164)
            // A number without its country is compared as it is written.
            || has(&self.ids, &contact.phone)
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
