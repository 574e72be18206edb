//! Who of an audience gets which file: a decision for every customer that the condition matches, and a count
//! for every decision, so that matched = exported + everybody else.

use std::collections::BTreeMap;

use super::control::{bucket, is_control};
use super::line::{Cell, Fault, Maker};
use crate::config::campaigns::{Asked, Audience, Format};
use crate::ingest::people::{Consent, Contact, People};

/// What became of a customer whom the condition matches. Ordered: of several files the last one counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Status {
    /// In an audience that comes first.
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
            let needs = Needs::of(&asked, maker.format, self.people);
            let mut result =
                FormatResult { format: maker.format, asked, counts: Counts::new(), files: Vec::new() };
            for (place, row) in rows.iter().enumerate() {
                let made = |contact: Option<&Contact>| {
                    maker.line(self.ids[*row as usize], contact, extra(maker.format, place))
                };
                let decided = self.one(*row, &needs, made, &mut |fault, left_out| {
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

    fn one(
        &self,
        row: u32,
        needs: &Needs,
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
        match contact.map_or(Consent::Granted, |contact| needs.given(contact)) {
            Consent::Denied => return out(Status::ConsentDenied),
            Consent::Unspecified => return out(Status::ConsentUnknown),
            Consent::Granted => {}
        }
        let line = made(contact);
        let left_out = line.cells.is_none();
        line.faults.into_iter().for_each(|fault| reject(fault, left_out));
        let Some(cells) = line.cells else { return out(Status::Rejected) };
        if contact.is_some_and(|contact| contact.suppressed) {
            return out(Status::Suppressed);
        }
        if is_control(bucket(self.salt, &self.audience.name, id), self.share) {
            return out(Status::Control);
        }
        let states = contact.map_or_else(Vec::new, |contact| needs.states(needs.declared(contact)));
        Decided { status: Status::Exported, states, cells: Some(cells) }
    }
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

/// Places of the consents that a file asks for.
struct Needs {
    given: Option<usize>,
    /// The consent that an upload to Google declares beside `ad_user_data`; one consent stands for both.
    personalization: Option<usize>,
    google: bool,
}

impl Needs {
    fn of(asked: &Asked, format: Format, people: Option<&People>) -> Self {
        let place = |name: &str| people.and_then(|people| people.consent(name));
        let google = format == Format::GoogleAds;
        match asked {
            Asked::Nothing => Self { given: None, personalization: None, google },
            Asked::One(name) => Self { given: place(name), personalization: place(name), google },
            Asked::UserData { user_data, personalization } => {
                Self { given: place(user_data), personalization: place(personalization), google }
            }
        }
    }

    fn given(&self, contact: &Contact) -> Consent {
        self.given.and_then(|place| contact.consents.get(place)).copied().unwrap_or(Consent::Unspecified)
    }

    fn declared(&self, contact: &Contact) -> Consent {
        let declared = self.personalization.and_then(|place| contact.consents.get(place)).copied();
        declared.unwrap_or(Consent::Unspecified)
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
