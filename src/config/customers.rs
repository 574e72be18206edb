//! `[customers]`: the list of customers, how they can be reached and what they agreed to.

use std::collections::BTreeMap;

use serde::Deserialize;

use super::condition::{Condition, OneOrMany};
use super::source::{ColumnName, Form, Format, IdRule, Join, Source};
use super::transactions::CalendarRule;
use crate::privacy::phone::Country;
use crate::{Error, Result};

/// `[customers]`
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CustomersConfig {
    /// Paths and globs, relative to the configuration.
    pub files: OneOrMany<String>,
    /// See [`Form`].
    pub format: Option<Format>,
    /// See [`Form`].
    pub delimiter: Option<String>,
    /// See [`Form`].
    pub quote: Option<String>,
    /// See [`Form`].
    pub header: Option<bool>,
    /// See [`Form`].
    pub encoding: Option<String>,
    /// See [`Form`].
    pub sheet: Option<OneOrMany<String>>,
    /// Our word = their header.
    pub columns: CustomersColumns,
    /// What customers can agree to = the column that says whether they did, or one more level of names:
    /// `email = "by_mail"`, `newsletter = { email = "news_by_mail" }`.
    #[serde(default)]
    pub consent: BTreeMap<String, ConsentEntry>,
    /// Who must never be contacted.
    pub suppression: Option<SuppressionConfig>,
    /// Tables joined to the rows.
    #[serde(default)]
    pub join: Vec<Join>,
    /// How rows are read.
    #[serde(default)]
    pub rules: CustomersRules,
}

/// `[customers.columns]`
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CustomersColumns {
    /// The customer, as the transactions name them.
    pub customer_id: ColumnName,
    /// The whole name.
    pub name: Option<ColumnName>,
    /// Given name.
    pub first_name: Option<ColumnName>,
    /// Family name.
    pub last_name: Option<ColumnName>,
    /// E-mail address.
    pub email: Option<ColumnName>,
    /// Phone number.
    pub phone: Option<ColumnName>,
    /// City.
    pub city: Option<ColumnName>,
    /// State or province.
    pub state: Option<ColumnName>,
    /// Country: ISO code or name.
    pub country: Option<ColumnName>,
    /// Postal code.
    pub postal_code: Option<ColumnName>,
    /// Date of birth.
    pub birth_date: Option<ColumnName>,
    /// Gender.
    pub gender: Option<ColumnName>,
    /// National code.
    pub national_code: Option<ColumnName>,
}

/// The column of a consent, or columns by a second name.
#[derive(Clone, Debug, Deserialize)]
#[serde(
    untagged,
    expecting = "the name of a column, `{ column = \"...\", opted_out = true }`, or a table of them"
)]
pub enum ConsentEntry {
    /// `email = "consent_email"`
    Column(ConsentColumn),
    /// `newsletter = { email = "news_by_mail", sms = "news_by_sms" }`
    Channels(BTreeMap<String, ConsentColumn>),
}

/// The column of a consent.
#[derive(Clone, Debug, Deserialize)]
#[serde(untagged, expecting = "the name of a column, or `{ column = \"...\", opted_out = true }`")]
pub enum ConsentColumn {
    /// `"consent_email"`: a word for yes is consent.
    Plain(ColumnName),
    /// `{ column = "unsubscribed", opted_out = true }`
    Stated(StatedColumn),
}

/// A column of which it is said whether it holds consents or refusals.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct StatedColumn {
    /// The column.
    pub column: ColumnName,
    /// A word for yes is a refusal.
    pub opted_out: bool,
}

/// A consent that customers can give.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ListedConsent<'a> {
    /// `email`, or `newsletter.email`.
    pub name: String,
    /// The column that says whether they did.
    pub column: &'a ColumnName,
    /// A word for yes there is a refusal.
    pub opted_out: bool,
}

impl ConsentColumn {
    fn listed(&self, name: String) -> ListedConsent<'_> {
        match self {
            Self::Plain(column) => ListedConsent { name, column, opted_out: false },
            Self::Stated(StatedColumn { column, opted_out }) => {
                ListedConsent { name, column, opted_out: *opted_out }
            }
        }
    }

    /// A column whose name says that it holds refusals must be stated as what it is.
    fn check(&self, name: &str) -> Result<()> {
        let Self::Plain(ColumnName(column)) = self else { return Ok(()) };
        if !is_named_for_refusal(column) {
            return Ok(());
        }
        Err(Error::config(format!(
            "`[customers.consent] {name}`: the column `{column}` seems to say who refused, but its word for yes would be consent"
        ))
        .hint(format!(
            "write `{{ column = \"{column}\", opted_out = true }}`, or `opted_out = false` if yes is consent there"
        )))
    }
}

/// Whether the header of a column speaks of refusal.
fn is_named_for_refusal(column: &str) -> bool {
    const REFUSALS: [&str; 5] = ["unsubscri", "optout", "optedout", "donot", "لغو"];
    let letters: String =
        column.chars().filter(|sign| sign.is_alphanumeric()).flat_map(char::to_lowercase).collect();
    REFUSALS.iter().any(|refusal| letters.contains(refusal))
}

/// `[customers.suppression]`
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SuppressionConfig {
    /// Lists of ids, e-mail addresses and phone numbers: every cell of every file counts.
    pub files: OneOrMany<String>,
}

/// `[customers.rules]`
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct CustomersRules {
    /// Country of phone numbers written without a country code, as an ISO code of two letters.
    pub country: Option<String>,
    /// Words for consent, instead of the engine's own.
    pub yes: Option<Vec<String>>,
    /// Words for its refusal, instead of the engine's own.
    pub no: Option<Vec<String>>,
    /// Set rows aside whose national code fails its check digit.
    pub validate_national_code: bool,
    /// Dates of birth: `auto`, or a strftime pattern.
    pub timestamp_format: String,
    /// Calendar of dates of birth.
    pub calendar: CalendarRule,
    /// Rows that are no customers.
    pub skip_when: OneOrMany<Condition>,
    /// How ids are read.
    pub ids: IdRule,
    /// Above this share of rows set aside the run stops.
    pub max_set_aside: f64,
}

impl Default for CustomersRules {
    fn default() -> Self {
        Self {
            country: None,
            yes: None,
            no: None,
            validate_national_code: false,
            timestamp_format: "auto".into(),
            calendar: CalendarRule::Auto,
            skip_when: OneOrMany::default(),
            ids: IdRule::Canonical,
            max_set_aside: 1.0,
        }
    }
}

impl CustomersConfig {
    /// The files and their joins.
    pub fn source(&self) -> Source {
        Source {
            section: "[customers]".into(),
            files: self.files.as_slice().to_vec(),
            form: Form {
                format: self.format,
                delimiter: self.delimiter.clone(),
                quote: self.quote.clone(),
                header: self.header,
                encoding: self.encoding.clone(),
                sheet: self.sheet.clone(),
            },
            joins: self.join.clone(),
        }
    }

    /// The files of people never to be contacted, if there are any.
    pub fn suppression_source(&self) -> Option<Source> {
        self.suppression.as_ref().map(|suppression| Source {
            section: "[customers.suppression]".into(),
            files: suppression.files.as_slice().to_vec(),
            ..Source::default()
        })
    }

    /// Consents with their columns, in the order of their names.
    pub fn consents(&self) -> Vec<ListedConsent<'_>> {
        self.consent_columns().into_iter().map(|(name, column)| column.listed(name)).collect()
    }

    fn consent_columns(&self) -> Vec<(String, &ConsentColumn)> {
        let mut columns = Vec::new();
        for (name, entry) in &self.consent {
            match entry {
                ConsentEntry::Column(column) => columns.push((name.clone(), column)),
                ConsentEntry::Channels(channels) => {
                    columns.extend(channels.iter().map(|(channel, c)| (format!("{name}.{channel}"), c)));
                }
            }
        }
        columns
    }

    /// The country of phone numbers without a country code.
    pub fn country(&self) -> Option<Country> {
        self.rules.country.as_deref().and_then(Country::of)
    }

    pub(super) fn check(&self) -> Result<()> {
        if self.files.as_slice().is_empty() {
            return Err(Error::config("`[customers] files` names no file"));
        }
        if self.suppression.as_ref().is_some_and(|s| s.files.as_slice().is_empty()) {
            return Err(Error::config("`[customers.suppression] files` names no file"));
        }
        self.consent_columns().iter().try_for_each(|(name, column)| column.check(name))?;
        self.join.iter().try_for_each(|join| join.check("customers"))?;
        for condition in self.rules.skip_when.as_slice() {
            condition.check("skip_when")?;
        }
        if let Some(country) = &self.rules.country
            && Country::of(country).is_none()
        {
            return Err(Error::config(format!(
                "`[customers.rules] country` should be an ISO code of two letters, but is `{country}`"
            ))
            .hint(format!("known: {}", Country::codes().collect::<Vec<_>>().join(", "))));
        }
        let share = self.rules.max_set_aside;
        if !(0.0..=1.0).contains(&share) {
            return Err(Error::config(format!(
                "`[customers.rules] max_set_aside` should be from 0 to 1, but is {share}"
            )));
        }
        Ok(())
    }
}
