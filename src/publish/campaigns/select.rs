//! Who of an audience gets which file: a decision for every customer that the condition matches, and a count
//! for every decision, so that matched = exported + everybody else.

use std::collections::BTreeMap;

use foldhash::fast::FixedState;

use super::control::{bucket, is_control};
use super::line::{Cell, Fault, Maker, Reason};
use crate::config::campaigns::{Asked, Audience, Format};
use crate::ingest::people::{Consent, Contact, People, Reach};

/// What became of a customer whom the condition matches. Ordered: of several files the last one counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Status {
    /// In an audience that comes first, or reached there under another id.
    Elsewhere,
    /// Not in the customer list.
    NotListed,
    /// Said no.
    ConsentDenied,
    /// Nobody asked, or the answer is not known.
    ConsentUnknown,
    /// Has nothing by which the platform could reach them.
    Rejected,
    /// Must never be contacted.
    Suppressed,
    /// Left alone, to be compared with.
    Control,
    /// In the file.
    Exported,
}

impl Status {
    /// Every status, in the order of the decisions.
    pub const ALL: [Self; 8] = [
        Self::Elsewhere,
        Self::NotListed,
        Self::ConsentDenied,
        Self::ConsentUnknown,
        Self::Rejected,
        Self::Suppressed,
        Self::Control,
        Self::Exported,
    ];

    /// The stored identifier.
    pub fn name(self) -> &'static str {
        match self {
            Self::Elsewhere => "elsewhere",
            Self::NotListed => "not_listed",
            Self::ConsentDenied => "consent_denied",
            Self::ConsentUnknown => "consent_unknown",
            Self::Rejected => "rejected",
            Self::Suppressed => "suppressed",
            Self::Control => "control",
            Self::Exported => "exported",
        }
    }

    /// Whether the customer takes part in the campaign, reached or left alone.
    pub fn takes_part(self) -> bool {
        matches!(self, Self::Control | Self::Exported)
    }
}

/// Customers by what became of them.
pub type Counts = BTreeMap<Status, u64>;

/// The lines of one file that is to be written.
#[derive(Debug)]
pub(super) struct FileLines {
    pub(super) format: Format,
    /// What the upload declares, where the platform asks: name and state.
    pub(super) states: Vec<(&'static str, &'static str)>,
    pub(super) header: Vec<String>,
    pub(super) lines: Vec<Vec<Cell>>,
}

/// One format's decisions.
#[derive(Debug)]
pub(super) struct FormatResult {
    pub(super) format: Format,
    /// Names of the consents asked for.
    pub(super) asked: Asked,
    pub(super) counts: Counts,
    pub(super) files: Vec<FileLines>,
}

/// A value that is not in a file, and whose it is.
#[derive(Debug)]
pub(super) struct Reject {
    pub(super) row: u32,
    pub(super) format: Format,
    pub(super) fault: Fault,
    pub(super) left_out: bool,
}

/// An audience, decided.
#[derive(Debug)]
pub struct Selection {
    /// Rows of the customers table that the condition matches, ascending.
    pub rows: Vec<u32>,
    /// What became of each.
    pub statuses: Vec<Status>,
    pub(super) formats: Vec<FormatResult>,
    pub(super) rejects: Vec<Reject>,
}

impl Selection {
    /// Rows of those who take part, reached or left alone.
    pub fn taking_part(&self) -> impl Iterator<Item = usize> {
        let decided = self.rows.iter().zip(&self.statuses);
        decided.filter(|(_, status)| status.takes_part()).map(|(row, _)| *row as usize)
    }

    /// Customers by what became of them; the counts add up to the rows matched.
    pub fn counts(&self) -> Counts {
        let mut counts = Counts::new();
        self.statuses.iter().for_each(|status| *counts.entry(*status).or_default() += 1);
        counts
    }
}

/// What decides.
pub(super) struct Rules<'a> {
    pub(super) audience: &'a Audience,
    pub(super) salt: &'a str,
    pub(super) share: f64,
    pub(super) people: Option<&'a People>,
    /// Ids of the customers table.
    pub(super) ids: &'a [&'a str],
    /// Customers of audiences that come first.
    pub(super) taken: &'a [bool],
}

impl Rules<'_> {
    /// Decides over all rows that the condition matches, for each format in turn. `extra` gives the values of
    /// the columns that a format hands on, for a place in `rows`.
    pub(super) fn decide(
        &self,
        rows: Vec<u32>,
        makers: Vec<(Maker, Asked)>,
        extra: &dyn Fn(Format, usize) -> Vec<Cell>,
    ) -> Selection {
        let mut statuses = vec![Status::Elsewhere; rows.len()];
        let (mut formats, mut rejects) = (Vec::new(), Vec::new());
        for (maker, asked) in makers {
            let needs = Needs::of(&asked, &maker, self.people);
            let mut seen =
                Seen { elsewhere: self.addresses_taken(maker.reach()), here: Addresses::default() };
            let mut result =
                FormatResult { format: maker.format, asked, counts: Counts::new(), files: Vec::new() };
            for (place, row) in rows.iter().enumerate() {
                let made = |contact: Option<&Contact>| {
                    maker.line(self.ids[*row as usize], contact, extra(maker.format, place))
                };
                let decided = self.one(*row, &needs, &mut seen, made, &mut |fault, left_out| {
                    rejects.push(Reject { row: *row, format: maker.format, fault, left_out });
                });
                *result.counts.entry(decided.status).or_default() += 1;
                statuses[place] = statuses[place].max(decided.status);
                if let Some(cells) = decided.cells {
                    result.put(&maker, decided.states, cells);
                }
            }
            if result.files.is_empty() {
                result.file(&maker, needs.states(Consent::Granted));
            }
            result.files.sort_by(|a, b| a.states.cmp(&b.states));
            formats.push(result);
        }
        Selection { rows, statuses, formats, rejects }
    }

    /// Addresses and numbers of customers in audiences that come first.
    fn addresses_taken(&self, by: Reach) -> Addresses<'_> {
        let taken = self.ids.iter().zip(self.taken).filter(|(_, taken)| **taken);
        let contacts = taken.filter_map(|(id, _)| self.people?.contact(id));
        contacts.filter_map(|contact| contact.addresses(by).next()).collect()
    }

    fn one<'a>(
        &'a self,
        row: u32,
        needs: &Needs<'_>,
        seen: &mut Seen<'a>,
        made: impl FnOnce(Option<&Contact>) -> super::line::Line,
        reject: &mut dyn FnMut(Fault, bool),
    ) -> Decided {
        let out = |status| Decided { status, states: Vec::new(), cells: None };
        let id = self.ids[row as usize];
        if self.taken[row as usize] {
            return out(Status::Elsewhere);
        }
        let contact = match self.people.map(|people| people.contact(id)) {
            Some(None) => return out(Status::NotListed),
            Some(Some(contact)) => Some(contact),
            None => None,
        };
        // What the platform knows a person by: the address, or the number where there is none.
        let address = contact.and_then(|contact| contact.addresses(needs.reach).next());
        if address.is_some_and(|address| seen.elsewhere.contains(address)) {
            return out(Status::Elsewhere);
        }
        match contact.map_or(Consent::Granted, |contact| needs.given(contact)) {
            Consent::Denied => return out(Status::ConsentDenied),
            Consent::Unspecified => return out(Status::ConsentUnknown),
            Consent::Granted => {}
        }
        let line = made(contact);
        let left_out = line.cells.is_none();
        line.faults.into_iter().for_each(|fault| reject(fault, left_out));
        let Some(cells) = line.cells else { return out(Status::Rejected) };
        if contact.is_some_and(|contact| needs.bars(contact)) {
            return out(Status::Suppressed);
        }
        if let Some(address) = address
            && !seen.here.insert(address)
        {
            let field = if address.contains('@') { "email" } else { "phone" };
            let value = Some(address.to_owned());
            reject(Fault { field, reason: Reason::DuplicateAddress, value }, true);
            return out(Status::Rejected);
        }
        let drawn = self.people.map_or(id, |people| people.first_of(id));
        if is_control(bucket(self.salt, &self.audience.name, drawn), self.share) {
            return out(Status::Control);
        }
        let states = contact.map_or_else(Vec::new, |contact| needs.states(needs.declared(contact)));
        Decided { status: Status::Exported, states, cells: Some(cells) }
    }
}

type Addresses<'a> = hashbrown::HashSet<&'a str, FixedState>;

/// Addresses, or numbers where there is none, of a file and of audiences that come first.
struct Seen<'a> {
    elsewhere: Addresses<'a>,
    here: Addresses<'a>,
}

struct Decided {
    status: Status,
    states: Vec<(&'static str, &'static str)>,
    cells: Option<Vec<Cell>>,
}

impl FormatResult {
    fn put(&mut self, maker: &Maker, states: Vec<(&'static str, &'static str)>, cells: Vec<Cell>) {
        let place = self.files.iter().position(|file| file.states == states);
        let place = place.unwrap_or_else(|| self.file(maker, states));
        self.files[place].lines.push(cells);
    }

    fn file(&mut self, maker: &Maker, states: Vec<(&'static str, &'static str)>) -> usize {
        self.files.push(FileLines {
            format: maker.format,
            states,
            header: maker.header(),
            lines: Vec::new(),
        });
        self.files.len() - 1
    }
}

/// What a file asks of people before it reaches them.
struct Needs<'a> {
    people: Option<&'a People>,
    reach: Reach,
    /// Place of the consent that must be given.
    given: Option<usize>,
    /// The consent that an upload to Google declares beside `ad_user_data`; one consent stands for both.
    personalization: Option<usize>,
    google: bool,
}

impl<'a> Needs<'a> {
    fn of(asked: &Asked, maker: &Maker, people: Option<&'a People>) -> Self {
        let place = |name: &str| people.and_then(|people| people.consent(name));
        let (given, personalization) = match asked {
            Asked::Nothing => (None, None),
            Asked::One(name) => (place(name), place(name)),
            Asked::UserData { user_data, personalization } => (place(user_data), place(personalization)),
        };
        let google = maker.format == Format::GoogleAds;
        Self { people, reach: maker.reach(), given, personalization, google }
    }

    fn given(&self, contact: &Contact) -> Consent {
        self.agreed(contact, self.given)
    }

    fn declared(&self, contact: &Contact) -> Consent {
        self.agreed(contact, self.personalization)
    }

    fn agreed(&self, contact: &Contact, consent: Option<usize>) -> Consent {
        let agreed =
            self.people.zip(consent).map(|(people, place)| people.agreed(contact, place, self.reach));
        agreed.unwrap_or(Consent::Unspecified)
    }

    fn bars(&self, contact: &Contact) -> bool {
        self.people.is_some_and(|people| people.is_barred(contact, self.reach))
    }

    fn states(&self, personalization: Consent) -> Vec<(&'static str, &'static str)> {
        if !self.google {
            return Vec::new();
        }
        let state = match personalization {
            Consent::Granted => "GRANTED",
            Consent::Denied => "DENIED",
            Consent::Unspecified => "UNSPECIFIED",
        };
        vec![("ad_user_data", "GRANTED"), ("ad_personalization", state)]
    }
}
