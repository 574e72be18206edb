//! Rows of the list to contacts.

use std::path::Path;

use chrono::NaiveDate;

use super::{Consent, Contact, Gender, Suppression, Words};
use crate::config::customers::ListedConsent;
use crate::config::source::IdRule;
use crate::config::{ColumnName, CustomersConfig};
use crate::ingest::accounting::SetAside;
use crate::ingest::block::{Block, Cell};
use crate::ingest::id::is_missing;
use crate::ingest::plan::{Plan, View};
use crate::ingest::rules::Rule;
use crate::ingest::text::display;
use crate::ingest::times::TimeFormat;
use crate::ingest::transactions::{canonical_cell, instant};
use crate::privacy::phone::Country;
use crate::privacy::{email, national_code, phone};
use crate::schema::Reason;
use crate::zone::Zone;
use crate::{Error, Result, Warning};

/// Microseconds of a day.
const DAY: i64 = 86_400_000_000;

/// Reads blocks of the customer list.
pub struct PeopleReader {
    /// Files and columns.
    pub plan: Plan,
    /// Column of the id.
    pub customer: usize,
    columns: Columns,
    consents: Vec<ConsentCells>,
    words: Words,
    skip: Vec<Rule>,
    ids: IdRule,
    home: Option<Country>,
    validate_national_code: bool,
    born: Option<TimeFormat>,
    zone: Zone,
}

/// Where a consent stands.
struct ConsentCells {
    name: String,
    column: usize,
    opted_out: bool,
}

impl ConsentCells {
    fn of(consent: &ListedConsent<'_>, plan: &Plan) -> Self {
        let column = plan.column(&consent.column.0);
        Self { name: consent.name.clone(), column, opted_out: consent.opted_out }
    }
}

/// Places of the optional columns.
struct Columns {
    name: Option<usize>,
    first_name: Option<usize>,
    last_name: Option<usize>,
    email: Option<usize>,
    phone: Option<usize>,
    city: Option<usize>,
    state: Option<usize>,
    country: Option<usize>,
    postal_code: Option<usize>,
    birth_date: Option<usize>,
    gender: Option<usize>,
    national_code: Option<usize>,
}

/// One accepted row.
pub(super) struct Listed {
    /// Row within the block.
    pub(super) row: usize,
    /// The customer in it.
    pub(super) contact: Contact,
}

/// What a block holds.
pub(super) struct Read {
    pub(super) listed: Vec<Listed>,
    pub(super) aside: SetAside,
    pub(super) doubts: Doubts,
}

/// Cells that cost a customer a way of being reached, but not the row.
#[derive(Debug, Default)]
pub(super) struct Doubts {
    emails: u64,
    phones: u64,
    birth_dates: u64,
    /// Per consent.
    consents: Vec<u64>,
}

impl PeopleReader {
    /// Opens the files and settles every format.
    ///
    /// # Errors
    /// `Config` and `Input` for all that does not fit.
    pub fn open(config: &CustomersConfig, base: &Path, show_values: bool) -> Result<Self> {
        let c = &config.columns;
        let optional = [
            &c.name,
            &c.first_name,
            &c.last_name,
            &c.email,
            &c.phone,
            &c.city,
            &c.state,
            &c.country,
            &c.postal_code,
            &c.birth_date,
            &c.gender,
            &c.national_code,
        ];
        let consents = config.consents();
        let named = std::iter::once(&c.customer_id)
            .chain(optional.into_iter().flatten())
            .chain(consents.iter().map(|consent| consent.column))
            .chain(config.rules.skip_when.as_slice().iter().map(|condition| &condition.column));
        let mut wanted: Vec<String> = Vec::new();
        for ColumnName(name) in named {
            if !wanted.contains(name) {
                wanted.push(name.clone());
            }
        }
        let plan = Plan::new(&config.source(), base, &wanted, &[], false)?;
        let place = |name: &Option<ColumnName>| name.as_ref().map(|name| plan.column(&name.0));
        let born = match &c.birth_date {
            Some(ColumnName(name)) => birth_dates(&plan, name, config, show_values)?,
            None => None,
        };
        let skip = config.rules.skip_when.as_slice();
        Ok(Self {
            customer: plan.column(&c.customer_id.0),
            columns: Columns {
                name: place(&c.name),
                first_name: place(&c.first_name),
                last_name: place(&c.last_name),
                email: place(&c.email),
                phone: place(&c.phone),
                city: place(&c.city),
                state: place(&c.state),
                country: place(&c.country),
                postal_code: place(&c.postal_code),
                birth_date: place(&c.birth_date),
                gender: place(&c.gender),
                national_code: place(&c.national_code),
            },
            consents: consents.iter().map(|consent| ConsentCells::of(consent, &plan)).collect(),
            words: Words::of(&config.rules),
            skip: skip.iter().map(|c| Rule::compile(c, plan.column(&c.column.0))).collect::<Result<_>>()?,
            ids: config.rules.ids,
            home: config.country(),
            validate_national_code: config.rules.validate_national_code,
            born,
            zone: Zone::parse("UTC")?,
            plan,
        })
    }

    /// Names of the consents.
    pub fn consents(&self) -> Vec<String> {
        self.consents.iter().map(|consent| consent.name.clone()).collect()
    }

    /// How dates are written, for the manifest.
    pub fn describe(&self) -> Vec<(String, String)> {
        let column = self.columns.birth_date.map(|column| self.plan.wanted[column].clone());
        column.zip(self.born.as_ref().map(TimeFormat::describe)).into_iter().collect()
    }

    /// Reads one block: customers, rows set aside, cells in doubt.
    pub(super) fn read(&self, block: &Block, suppression: &Suppression) -> Read {
        let view = self.plan.view(block);
        let mut read = Read {
            listed: Vec::with_capacity(block.rows),
            aside: SetAside::default(),
            doubts: Doubts { consents: vec![0; self.consents.len()], ..Doubts::default() },
        };
        let mut broken = block.broken.iter().peekable();
        for row in 0..block.rows {
            if let Some(b) = broken.next_if(|b| b.row == row) {
                read.aside.push(block, row, b.reason, None, Cell::Text(b.what.as_bytes()), None);
                continue;
            }
            match self.row(&view, row, &mut read.doubts) {
                Ok(mut contact) => {
                    contact.suppressed = suppression.holds(&contact);
                    read.listed.push(Listed { row, contact });
                }
                Err((reason, column)) => {
                    let value = view.cell(column, row);
                    read.aside.push(block, row, reason, Some(column as u16), value, None);
                }
            }
        }
        read
    }

    fn row(&self, view: &View<'_>, row: usize, doubts: &mut Doubts) -> Result<Contact, (Reason, usize)> {
        if view.unmatched(row).is_some() {
            return Err((Reason::UnknownCustomer, self.customer));
        }
        if let Some(rule) = self.skip.iter().find(|r| r.holds(view.cell(r.column, row))) {
            return Err((Reason::SkippedByRule, rule.column));
        }
        let id = canonical_cell(view.cell(self.customer, row), self.ids)
            .ok_or((Reason::MissingCustomer, self.customer))?;
        let text = |column: Option<usize>| column.and_then(|column| known(view.cell(column, row)));
        let c = &self.columns;
        let code = text(c.national_code);
        let checked = code.as_deref().and_then(national_code::canonical);
        if let Some(column) = c.national_code
            && self.validate_national_code
            && code.is_some()
            && checked.is_none()
        {
            return Err((Reason::BadNumber, column));
        }
        let (email, phone) = (text(c.email), text(c.phone));
        let email_canonical = email.as_deref().and_then(email::canonical);
        let phone_e164 = phone.as_deref().and_then(|phone| phone::e164(phone, self.home));
        doubts.emails += u64::from(email.is_some() && email_canonical.is_none());
        doubts.phones += u64::from(phone.is_some() && phone_e164.is_none());
        Ok(Contact {
            customer_id: String::from_utf8_lossy(&id).into_owned(),
            name: text(c.name),
            first_name: text(c.first_name),
            last_name: text(c.last_name),
            email,
            email_canonical,
            phone,
            phone_e164,
            city: text(c.city),
            state: text(c.state),
            country: text(c.country),
            postal_code: text(c.postal_code),
            birth_date: c.birth_date.and_then(|column| self.birth_date(view.cell(column, row), doubts)),
            gender: text(c.gender).as_deref().and_then(Gender::read),
            national_code: checked.or(code),
            consents: self.agreed(view, row, doubts),
            suppressed: false,
        })
    }

    fn birth_date(&self, cell: Cell<'_>, doubts: &mut Doubts) -> Option<NaiveDate> {
        known(cell)?;
        let day = instant(cell, self.born.as_ref(), &self.zone).map(|at| at.div_euclid(DAY));
        let date = day.and_then(|day| NaiveDate::from_epoch_days(day as i32));
        doubts.birth_dates += u64::from(date.is_none());
        date
    }

    fn agreed(&self, view: &View<'_>, row: usize, doubts: &mut Doubts) -> Vec<Consent> {
        let mut agreed = Vec::with_capacity(self.consents.len());
        for (ConsentCells { column, opted_out, .. }, unknown) in
            self.consents.iter().zip(&mut doubts.consents)
        {
            let cell = view.cell(*column, row);
            if *opted_out {
                agreed.push(self.words.read_opted_out(cell));
                continue;
            }
            let consent = self.words.read(cell);
            *unknown += u64::from(consent.is_none());
            agreed.push(consent.unwrap_or(Consent::Unspecified));
        }
        agreed
    }
}

/// A text that says something, in the form in which it is shown.
fn known(cell: Cell<'_>) -> Option<String> {
    let text = display(&cell.shown());
    (!text.is_empty() && !is_missing(text.as_bytes())).then_some(text)
}

/// How dates of birth are written. The usual message shows two of them, which are nobody's business.
fn birth_dates(
    plan: &Plan,
    name: &str,
    config: &CustomersConfig,
    show_values: bool,
) -> Result<Option<TimeFormat>> {
    let rules = &config.rules;
    plan.time_format(name, &rules.timestamp_format, rules.calendar).map_err(|error| match error {
        Error::Config { hint, .. } if !show_values => Error::Config {
            message: format!("`[customers]` column `{name}`: its dates cannot be read in one way"),
            hint,
        },
        other => other,
    })
}

impl Doubts {
    /// Adds those of another block.
    pub(super) fn add(&mut self, other: &Self) {
        self.emails += other.emails;
        self.phones += other.phones;
        self.birth_dates += other.birth_dates;
        self.consents.resize(self.consents.len().max(other.consents.len()), 0);
        self.consents.iter_mut().zip(&other.consents).for_each(|(sum, more)| *sum += more);
    }

    /// What the reader of the result should know about the list.
    pub(super) fn warnings(&self, reader: &PeopleReader) -> Vec<Warning> {
        let column = |place: usize| reader.plan.wanted[place].as_str();
        let c = &reader.columns;
        let unusable = [
            ("unusable_email", c.email, self.emails, "no e-mail address"),
            ("unusable_phone", c.phone, self.phones, "no phone number of a known country"),
            ("unusable_birth_date", c.birth_date, self.birth_dates, "no date"),
        ];
        let cells =
            unusable.into_iter().filter(|(_, _, n, _)| *n > 0).filter_map(|(code, place, n, what)| {
                let column = column(place?);
                let message = format!("customers: {n} cells of `{column}` are {what} and are not used");
                Some(Warning::new(code, message).with("n", n).with("column", column))
            });
        let words = reader.consents.iter().zip(&self.consents).filter(|(_, n)| **n > 0);
        let consents = words.map(|(consent, n)| {
            let column = column(consent.column);
            let message = format!(
                "customers: {n} cells of `{column}` are no word for yes or no and count as no consent; `[customers.rules]` can name the words in `yes` and `no`"
            );
            Warning::new("unknown_consent", message).with("n", *n).with("column", column)
        });
        cells.chain(consents).collect()
    }
}
