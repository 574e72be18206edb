//! `[[surveys]]`: the exports of answers.

use serde::Deserialize;

use super::condition::{Condition, OneOrMany};
use super::items::{Code, ItemParams};
use super::source::{ColumnName, Form, Format, IdRule, Join, Source};
use super::transactions::CalendarRule;
use crate::{Error, Result};

/// How answers lie in the file.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Layout {
    /// One row per response, one column per question.
    #[default]
    Wide,
    /// One row per answer: a column names the question, another holds the answer.
    Long,
}

/// One `[[surveys]]` entry.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SurveyConfig {
    /// Name in the figures; left out: `survey`, `survey_2`, ...
    pub name: Option<String>,
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
    /// How answers lie in the file.
    #[serde(default)]
    pub layout: Layout,
    /// Our word = their header.
    #[serde(default)]
    pub columns: SurveyColumns,
    /// The questions.
    pub items: Vec<ItemParams>,
    /// Answers that mean "no answer" in every question, such as -99 or "no opinion"; empty cells always do.
    #[serde(default)]
    pub missing: Vec<Code>,
    /// What is known about the occasion of each response, in numbers.
    #[serde(default)]
    pub facts: Vec<FactParams>,
    /// Tables joined to the rows.
    #[serde(default)]
    pub join: Vec<Join>,
    /// How rows are read.
    #[serde(default)]
    pub rules: SurveyRules,
}

/// `[surveys.columns]`
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct SurveyColumns {
    /// The customer who answered; left out together with `order_id`: the survey is anonymous.
    pub customer_id: Option<ColumnName>,
    /// The order the answer is about; its customer is found through the transactions.
    pub order_id: Option<ColumnName>,
    /// When it was answered.
    pub responded_at: Option<ColumnName>,
    /// The response that a row belongs to: rows of a customer that share it are one response. Left out: a row of
    /// the wide layout is a response; in the long one an order is, or else a customer at a time.
    pub response_id: Option<ColumnName>,
    /// Long layout: the question.
    pub item: Option<ColumnName>,
    /// Long layout: the answer.
    pub answer: Option<ColumnName>,
}

/// One `[[surveys.facts]]`: a number that goes with each response and may drive its answers, such as what the
/// order cost or how late it came.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FactParams {
    /// Name among the drivers.
    pub name: String,
    /// A column of numbers.
    pub column: Option<ColumnName>,
    /// Instead: a column of times, with `to`; the fact is the number of calendar days from this one to that one.
    pub from: Option<ColumnName>,
    /// See `from`.
    pub to: Option<ColumnName>,
}

impl FactParams {
    /// The columns it is made of.
    pub fn columns(&self) -> impl Iterator<Item = &ColumnName> {
        [&self.column, &self.from, &self.to].into_iter().flatten()
    }

    fn check(&self, survey: &str) -> Result<()> {
        match (&self.column, &self.from, &self.to) {
            (Some(_), None, None) | (None, Some(_), Some(_)) => Ok(()),
            _ => Err(Error::config(format!(
                "survey `{survey}`: the fact `{}` should have either `column`, or both of `from` and `to`",
                self.name
            ))
            .hint("`column` is a column of numbers; `from` and `to` are columns of times, days apart")),
        }
    }
}

/// What a response is when no column says.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum ResponseRule {
    /// Each row.
    Row,
}

/// `[surveys.rules]`
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct SurveyRules {
    /// `auto`, or a strftime pattern.
    pub timestamp_format: String,
    /// Calendar of dates.
    pub calendar: CalendarRule,
    /// Rows that are no responses.
    pub skip_when: OneOrMany<Condition>,
    /// How ids are read.
    pub ids: IdRule,
    /// What a response is in the long layout, where no column tells one from another.
    pub response: Option<ResponseRule>,
    /// Above this share of rows set aside the run stops.
    pub max_set_aside: f64,
}

impl Default for SurveyRules {
    fn default() -> Self {
        Self {
            timestamp_format: "auto".into(),
            calendar: CalendarRule::Auto,
            skip_when: OneOrMany::default(),
            ids: IdRule::Canonical,
            response: None,
            max_set_aside: 1.0,
        }
    }
}

impl SurveyConfig {
    /// The files and their joins.
    pub fn source(&self) -> Source {
        Source {
            section: "[[surveys]]".into(),
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

    pub(super) fn check(&self, index: usize, with_orders: bool) -> Result<()> {
        let who = self.name.clone().unwrap_or_else(|| format!("number {}", index + 1));
        if self.files.as_slice().is_empty() {
            return Err(Error::config(format!("survey `{who}`: `files` names no file")));
        }
        if self.items.is_empty() {
            return Err(Error::config(format!("survey `{who}` has no `[[surveys.items]]`"))
                .hint("name at least one question, what it measures and its scale"));
        }
        if self.columns.customer_id.is_none() && self.columns.order_id.is_some() && !with_orders {
            return Err(Error::config(format!(
                "survey `{who}` finds its customers through `order_id`, but there is no `[transactions]`"
            ))
            .hint("map `customer_id`, or leave `order_id` out: the survey is then anonymous"));
        }
        if self.layout == Layout::Long && (self.columns.item.is_none() || self.columns.answer.is_none()) {
            return Err(Error::config(format!(
                "survey `{who}` has the long layout but not both of `item` and `answer`"
            ))
            .hint(
                "name the column with the question and the column with the answer in `[surveys.columns]`",
            ));
        }
        self.check_responses(&who)?;
        self.check_facts(&who)?;
        self.join.iter().try_for_each(|join| join.check("surveys"))?;
        for condition in self.rules.skip_when.as_slice() {
            condition.check("skip_when")?;
        }
        Ok(())
    }

    /// Answers of nobody that nothing holds together would all become one response.
    fn check_responses(&self, survey: &str) -> Result<()> {
        let c = &self.columns;
        let told_apart = [&c.response_id, &c.customer_id, &c.order_id].into_iter().any(Option::is_some)
            || self.rules.response.is_some();
        if self.layout == Layout::Wide || told_apart {
            return Ok(());
        }
        Err(Error::config(format!(
            "survey `{survey}` has the long layout, but no column tells one response from another"
        ))
        .hint(
            "map `response_id`, `customer_id` or `order_id`; where each row is a response of its own, write \
             `response = \"row\"` in `[surveys.rules]`",
        ))
    }

    /// Drivers are told apart by name.
    fn check_facts(&self, survey: &str) -> Result<()> {
        for (place, fact) in self.facts.iter().enumerate() {
            fact.check(survey)?;
            let named = |name: &str| name == fact.name;
            if self.facts[..place].iter().any(|other| named(&other.name))
                || self.items.iter().any(|item| named(&item.column.0))
            {
                return Err(Error::config(format!(
                    "survey `{survey}`: two drivers are called `{}`",
                    fact.name
                ))
                .hint("give each fact a name that no other fact and no question has"));
            }
        }
        Ok(())
    }
}
