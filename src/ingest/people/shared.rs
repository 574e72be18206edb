//! Addresses and numbers that several customers have. Somebody reads what is sent there, whichever of them it is
//! for: what one of them refuses is refused at that address, and they are one person to a campaign.

use foldhash::fast::FixedState;
use hashbrown::HashMap;

use super::{Consent, Contact};

/// The data by which customers are reached.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reach {
    /// The e-mail address.
    Email,
    /// The phone number.
    Phone,
    /// Either of them.
    Both,
}

impl Contact {
    /// The address and the number, in the form in which they are compared.
    pub fn addresses(&self, by: Reach) -> impl Iterator<Item = &str> {
        let email = self.email_canonical.as_deref().filter(|_| by != Reach::Phone);
        let phone = self.phone_e164.as_deref().filter(|_| by != Reach::Email);
        email.into_iter().chain(phone)
    }
}

/// What somebody refused at an address.
#[derive(Clone, Default)]
struct Refusal {
    suppressed: bool,
    /// Per consent.
    denied: Vec<bool>,
}

/// Addresses and numbers at which something is refused.
#[derive(Clone, Default)]
pub(super) struct Refusals(HashMap<String, Refusal, FixedState>);

impl std::fmt::Debug for Refusals {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Refusals").field("addresses", &self.0.len()).finish_non_exhaustive()
    }
}

impl Refusals {
    /// Notes what a customer refuses at these addresses.
    pub(super) fn note<'a>(&mut self, customer: &Contact, addresses: impl Iterator<Item = &'a str>) {
        let denied = customer.consents.iter().map(|consent| *consent == Consent::Denied);
        if !customer.suppressed && !denied.clone().any(|denied| denied) {
            return;
        }
        for address in addresses {
            let refusal = self.0.entry_ref(address).or_default();
            refusal.suppressed |= customer.suppressed;
            refusal.denied.resize(customer.consents.len(), false);
            refusal.denied.iter_mut().zip(denied.clone()).for_each(|(known, new)| *known |= new);
        }
    }

    /// Whether nobody may be contacted at an address.
    pub(super) fn is_suppressed(&self, address: &str) -> bool {
        self.0.get(address).is_some_and(|refusal| refusal.suppressed)
    }

    /// Whether a consent was refused at an address.
    pub(super) fn is_denied(&self, address: &str, consent: usize) -> bool {
        self.0.get(address).is_some_and(|refusal| refusal.denied.get(consent) == Some(&true))
    }
}

/// For each contact the place of the first one with whom it shares an address or number, directly or through others.
pub(super) fn firsts(contacts: &[Contact]) -> Vec<u32> {
    let mut firsts: Vec<u32> = (0..contacts.len() as u32).collect();
    let mut known: HashMap<&str, u32, FixedState> = HashMap::default();
    for (place, contact) in (0..).zip(contacts) {
        for address in contact.addresses(Reach::Both) {
            let other = *known.entry(address).or_insert(place);
            let (a, b) = (first(&mut firsts, place), first(&mut firsts, other));
            firsts[a.max(b) as usize] = a.min(b);
        }
    }
    // Nobody stands before the one they lead to.
    for place in 0..firsts.len() {
        firsts[place] = firsts[firsts[place] as usize];
    }
    firsts
}

/// The end of a chain of places, which gets shorter on the way.
fn first(firsts: &mut [u32], mut place: u32) -> u32 {
    while firsts[place as usize] != place {
        let next = firsts[place as usize];
        firsts[place as usize] = firsts[next as usize];
        place = next;
    }
    place
}

#[cfg(test)]
mod tests {
    use super::*;

    fn contact(id: &str, address: Option<&str>, number: Option<&str>) -> Contact {
        Contact {
            customer_id: id.into(),
            email_canonical: address.map(str::to_owned),
            phone_e164: number.map(str::to_owned),
            ..Contact::default()
        }
    }

    #[test]
    fn who_shares_an_address_has_the_same_first() {
        let contacts = [
            contact("a", Some("a@x.com"), None),
            contact("b", Some("b@x.com"), Some("+1")),
            contact("c", None, None),
            contact("d", Some("d@x.com"), Some("+2")),
            contact("e", Some("b@x.com"), Some("+2")),
            contact("f", Some("a@x.com"), None),
            contact("g", None, Some("+1")),
            contact("h", None, None),
        ];
        assert_eq!(firsts(&contacts), [0, 1, 2, 1, 1, 0, 1, 7]);
    }

    #[test]
    fn what_is_refused_at_an_address_is_refused_to_all() {
        let mut refusals = Refusals::default();
        let consents = vec![Consent::Granted, Consent::Denied];
        let no = Contact { consents, ..contact("a", Some("a@x.com"), Some("+1")) };
        refusals.note(&no, no.addresses(Reach::Email));
        let never = Contact { suppressed: true, ..contact("b", Some("b@x.com"), None) };
        refusals.note(&never, never.addresses(Reach::Both));
        assert!(refusals.is_denied("a@x.com", 1) && !refusals.is_denied("a@x.com", 0));
        assert!(!refusals.is_denied("+1", 1) && !refusals.is_suppressed("a@x.com"));
        assert!(refusals.is_suppressed("b@x.com") && !refusals.is_denied("b@x.com", 1));
    }
}
