//! `[complaints]`: the exports of complaints, one row per complaint or one row per event.

use serde::Deserialize;

use super::condition::{Condition, OneOrMany};
use super::source::{ColumnName, Form, Format, IdRule, Join, Source};
use super::transactions::CalendarRule;
use crate::complaints::ComplaintsParams;
use crate::{Error, Result};

/// `[complaints]`
///
/// Rows with the same complaint id are events of one complaint, and the last one counts: an export with a row per
/// complaint and an event log are read alike.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ComplaintsConfig {
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
    pub columns: ComplaintColumns,
    /// Tables joined to the rows.
    #[serde(default)]
    pub join: Vec<Join>,
    /// How rows are read.
    #[serde(default)]
    pub rules: ComplaintRules,
    /// How complaints are measured.
    #[serde(default)]
    pub measures: ComplaintsParams,
}

/// `[complaints.columns]`
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct ComplaintColumns {
    /// The complaint; left out: each row is one.
    pub complaint_id: Option<ColumnName>,
    /// Who complained; left out together with `order_id`: the log is anonymous.
    pub customer_id: Option<ColumnName>,
    /// The order complained about; its customer is found through the transactions.
    pub order_id: Option<ColumnName>,
    /// When it was opened; left out: the time of its first event.
    pub opened_at: Option<ColumnName>,
    /// When it was resolved; where mapped, it alone decides whether a complaint is open.
    pub resolved_at: Option<ColumnName>,
    /// When it was first answered; left out: its first event in a state that is not new.
    pub first_response_at: Option<ColumnName>,
    /// What it is about.
    pub category: Option<ColumnName>,
    /// How it came in.
    pub channel: Option<ColumnName>,
    /// The state after this event.
    #[serde(alias = "status")]
    pub state: Option<ColumnName>,
    /// How often it was opened again, or whether it was; left out: counted from the states.
    #[serde(alias = "reopen_count")]
    pub reopened: Option<ColumnName>,
    /// When the event happened that this row records.
    #[serde(alias = "updated_at")]
    pub event_at: Option<ColumnName>,
}

impl ComplaintColumns {
    /// Every column named.
    pub fn named(&self) -> impl Iterator<Item = &ColumnName> {
        [
            &self.complaint_id,
            &self.customer_id,
            &self.order_id,
            &self.opened_at,
            &self.resolved_at,
            &self.first_response_at,
            &self.category,
            &self.channel,
            &self.state,
            &self.reopened,
            &self.event_at,
        ]
        .into_iter()
        .flatten()
    }
}

/// Complaints of customers that no accepted transaction names, or of nobody.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum UnknownCustomers {
    /// They are set aside (`unknown_customer`, `missing_customer`, `unknown_order`, `missing_order`).
    #[default]
    SetAside,
    /// They count in rates and times, and for no customer.
    Keep,
}

/// `[complaints.rules]`
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct ComplaintRules {
    /// `auto`, or a strftime pattern; for every column of times.
    pub timestamp_format: String,
    /// Calendar of dates.
    pub calendar: CalendarRule,
    /// Rows that are no complaints.
    pub skip_when: OneOrMany<Condition>,
    /// How ids are read.
    pub ids: IdRule,
    /// Cells that hold nothing, beside empty ones and the usual spellings of no value.
    pub missing: Vec<String>,
    /// States in which nobody has looked at the complaint yet.
    pub new_states: Vec<String>,
    /// States in which it is settled.
    pub resolved_states: Vec<String>,
    /// What happens to complaints of customers without a transaction.
    pub unknown_customers: UnknownCustomers,
    /// Above this share of rows set aside the run stops.
    pub max_set_aside: f64,
}

impl Default for ComplaintRules {
    fn default() -> Self {
        let words = |words: &[&str]| words.iter().map(|word| (*word).to_owned()).collect();
        Self {
            timestamp_format: "auto".into(),
            calendar: CalendarRule::Auto,
            skip_when: OneOrMany::default(),
            ids: IdRule::Canonical,
            missing: words(&["?"]),
            new_states: words(&["new", "open", "جدید", "ثبت شده", "باز"]),
            resolved_states: words(&["resolved", "closed", "solved", "حل شده", "بسته", "بسته شده"]),
            unknown_customers: UnknownCustomers::SetAside,
            max_set_aside: 1.0,
        }
    }
}

impl ComplaintsConfig {
    /// The files and their joins.
    pub fn source(&self) -> Source {
        Source {
            section: "[complaints]".into(),
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

    pub(super) fn check(&self) -> Result<()> {
        if self.files.as_slice().is_empty() {
            return Err(Error::config("`[complaints] files` names no file"));
        }
        let columns = &self.columns;
        if columns.opened_at.is_none() && columns.event_at.is_none() {
            return Err(Error::config("`[complaints.columns]` names no time").hint(
                "give `opened_at`; a log with a row per event may give `event_at` instead, its first event opens",
            ));
        }
        if columns.opened_at.is_none() && columns.complaint_id.is_none() {
            return Err(Error::config("`[complaints.columns]` has `event_at` but no `complaint_id`")
                .hint("without it nobody knows which events belong together; name it, or give `opened_at`"));
        }
        if !(0.0..=1.0).contains(&self.rules.max_set_aside) {
            let found = self.rules.max_set_aside;
            return Err(Error::config(format!(
                "`[complaints.rules] max_set_aside` should be a share from 0 to 1, but is {found}"
            )));
        }
        self.join.iter().try_for_each(|join| join.check("complaints"))?;
        for condition in self.rules.skip_when.as_slice() {
            condition.check("skip_when")?;
        }
        self.measures.check()
    }
}
