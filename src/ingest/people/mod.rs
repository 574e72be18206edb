//! The customer list: how each customer can be reached and what they agreed to, and who must never be
//! contacted.
//!
//! What is read here is personal. It stays in memory: no stage sees it, no published table holds it, and only
//! campaign files that ask for it get it. Rows set aside show the shape of their values, unless the
//! configuration asks for the values.
//!
//! - A customer listed twice is who the first row says; the later row is set aside (`duplicate`), but what
//!   it refuses is refused, and one row by which a customer is suppressed is enough. Consent holds where every row
//!   gives it.
//! - A consent is given by a word for yes. Everything else is none: no word, a word for no, a word that is not
//!   known (these are counted in a warning).
//! - An e-mail address or phone number that is none costs the customer that way of being reached, not the row.
//! - [`Suppression`] stands above every consent.
//! - Refusal and suppression hold for an address or number, whichever customer has it.

mod consent;
mod contact;
mod reader;
mod shared;
mod suppression;

use std::path::Path;

use foldhash::fast::FixedState;
use hashbrown::HashMap;
use rayon::prelude::*;

pub use self::consent::{Consent, Words};
pub use self::contact::{Contact, Gender};
pub use self::reader::PeopleReader;
use self::reader::{Doubts, Listed};
pub use self::shared::Reach;
use self::shared::{Refusals, firsts};
pub use self::suppression::Suppression;
use super::accounting::{Account, SetAside};
use super::block::Cell;
use super::plan::Plan;
use super::read::{Placed, read_blocks};
use crate::config::CustomersConfig;
use crate::math::money::Money;
use crate::schema::Reason;
use crate::{Result, Warning};

/// Name of the input table.
pub const TABLE: &str = "customers";

/// The customers of the list.
#[derive(Clone, Debug)]
pub struct People {
    /// One per customer, in bytewise order of their ids.
    pub contacts: Vec<Contact>,
    /// Names of the consents, in the order of [`Contact::consents`]: `email`, `newsletter.email`.
    pub consents: Vec<String>,
    /// Who must never be contacted.
    pub suppression: Suppression,
    /// Files and their form.
    pub files: Vec<(String, String)>,
    /// Column and how its values are written.
    pub formats: Vec<(String, String)>,
    /// Rows.
    pub account: Account,
    /// Things to know.
    pub warnings: Vec<Warning>,
    refusals: Refusals,
    /// For each contact the place of the first one with whom it shares an address or number.
    firsts: Vec<u32>,
}

impl People {
    /// A customer by id.
    pub fn contact(&self, id: &str) -> Option<&Contact> {
        Some(&self.contacts[self.place(id)?])
    }

    fn place(&self, id: &str) -> Option<usize> {
        self.contacts.binary_search_by(|contact| contact.customer_id.as_str().cmp(id)).ok()
    }

    /// Where a consent of this name stands in [`Contact::consents`].
    pub fn consent(&self, name: &str) -> Option<usize> {
        self.consents.iter().position(|consent| consent == name)
    }

    /// Gives every customer another id, such as a pseudonym.
    pub fn rename(&mut self, name: &dyn Fn(&str) -> String) {
        self.contacts.iter_mut().for_each(|contact| contact.customer_id = name(&contact.customer_id));
        self.contacts.sort_unstable_by(|a, b| a.customer_id.cmp(&b.customer_id));
        self.firsts = firsts(&self.contacts);
        self.suppression.rename(name);
    }

    /// Whether a customer must not be contacted, listed or not.
    pub fn is_suppressed(&self, id: &str) -> bool {
        self.contact(id).map_or_else(|| self.suppression.holds_id(id), |contact| contact.suppressed)
    }

    /// Whether nothing may be sent to a customer, because of who they are or of who else is reached there.
    pub fn is_barred(&self, contact: &Contact, by: Reach) -> bool {
        contact.suppressed || contact.addresses(by).any(|address| self.refusals.is_suppressed(address))
    }

    /// What a customer agreed to, unless somebody who is reached there refused it.
    pub fn agreed(&self, contact: &Contact, consent: usize, by: Reach) -> Consent {
        if contact.addresses(by).any(|address| self.refusals.is_denied(address, consent)) {
            return Consent::Denied;
        }
        contact.consents.get(consent).copied().unwrap_or(Consent::Unspecified)
    }

    /// The first of the customers who share an address or number with this one.
    pub fn first_of<'a>(&'a self, id: &'a str) -> &'a str {
        let place = self.place(id).and_then(|place| self.firsts.get(place));
        place.map_or(id, |first| &self.contacts[*first as usize].customer_id)
    }
}

/// Sees the rows that each block set aside, with where the block stood.
pub type Watch<'a> = &'a mut dyn FnMut(&Plan, &Placed<()>, SetAside) -> Result<()>;

/// Reads the list. Values are masked in the rows that `watch` sees unless they are to be shown.
///
/// # Errors
/// `Config` and `Input` for what does not fit, `Gate` when too much was set aside, and those of `watch`.
pub fn read(list: &CustomersConfig, base: &Path, show_values: bool, watch: Watch<'_>) -> Result<People> {
    let suppression = Suppression::read(list, base)?;
    let reader = PeopleReader::open(list, base, show_values)?;
    let customer = reader.customer as u16;
    let (mut account, mut doubts, mut roll) = (Account::default(), Doubts::default(), Roll::default());
    let mut rows_of_file = vec![0; reader.plan.files.len()];
    read_blocks(
        &reader.plan.files,
        reader.plan.main_columns(),
        |_, block| Ok((reader.read(&block, &suppression), block)),
        |batch| {
            for placed in batch {
                let (read, block) = placed.value;
                let (mut aside, mut accepted) = (read.aside, 0);
                for Listed { row, contact } in read.listed {
                    match roll.enter(contact) {
                        Ok(()) => accepted += 1,
                        Err(id) => {
                            let value = Cell::Text(id.as_bytes());
                            aside.push(&block, row, Reason::Duplicate, Some(customer), value, None);
                        }
                    }
                }
                aside.sort();
                account.book(placed.rows, accepted, Money::ZERO, &aside);
                doubts.add(&read.doubts);
                rows_of_file[placed.file] += placed.rows;
                let aside = if show_values { aside } else { aside.masked(Some(customer)) };
                let (file, first_row, first_line) = (placed.file, placed.first_row, placed.first_line);
                let (rows, bytes) = (placed.rows, placed.bytes);
                watch(&reader.plan, &Placed { file, first_row, first_line, rows, bytes, value: () }, aside)?;
            }
            Ok(())
        },
    )?;
    account.balance(TABLE)?;
    account.gate(TABLE, list.rules.max_set_aside)?;
    let mut warnings = reader.plan.warnings(&rows_of_file);
    warnings.extend(doubts.warnings(&reader));
    let (contacts, refusals) = roll.finish();
    warnings.extend(suppression.unread(&contacts)?);
    let forms = reader.plan.files.iter().map(|file| (file.shown().to_owned(), file.describe()));
    Ok(People {
        firsts: firsts(&contacts),
        refusals,
        contacts,
        consents: reader.consents(),
        suppression,
        files: forms.collect(),
        formats: reader.describe(),
        account,
        warnings,
    })
}

/// Everybody entered so far.
#[derive(Default)]
struct Roll {
    contacts: Vec<Contact>,
    places: HashMap<String, usize, FixedState>,
    /// Later rows of customers: the place of the first one.
    later: Vec<(usize, Contact)>,
}

impl Roll {
    /// Enters a customer, or hands the id back when there is one of it; what the later row refuses is refused.
    fn enter(&mut self, contact: Contact) -> Result<(), String> {
        if let Some(place) = self.places.get(&contact.customer_id) {
            let known = &mut self.contacts[*place];
            known
                .consents
                .iter_mut()
                .zip(&contact.consents)
                .for_each(|(known, new)| *known = (*known).min(*new));
            known.suppressed |= contact.suppressed;
            let id = contact.customer_id.clone();
            self.later.push((*place, contact));
            return Err(id);
        }
        self.places.insert(contact.customer_id.clone(), self.contacts.len());
        self.contacts.push(contact);
        Ok(())
    }

    /// The customers in the order of their ids, and what they refuse at all addresses that any row gives.
    fn finish(self) -> (Vec<Contact>, Refusals) {
        let mut refusals = Refusals::default();
        let rows = self.contacts.iter().map(|contact| (contact, contact));
        let later = self.later.iter().map(|(place, row)| (&self.contacts[*place], row));
        rows.chain(later).for_each(|(customer, row)| refusals.note(customer, row.addresses(Reach::Both)));
        let mut contacts = self.contacts;
        contacts.par_sort_unstable_by(|a, b| a.customer_id.cmp(&b.customer_id));
        (contacts, refusals)
    }
}
