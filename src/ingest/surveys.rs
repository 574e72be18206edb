//! Surveys: each row becomes the answers of one response, or is set aside.
//!
//! The checks run in a fixed order: broken records, rows without a partner in a joined table, rows that a
//! rule skips, the customer (`missing_customer`, `unknown_order`, `unknown_customer`), the time, and the
//! answers (`out_of_scale`). An empty answer is no answer and no fault; an empty time is an undated response.

use std::path::Path;

use foldhash::fast::FixedState;
use hashbrown::HashMap;
use polars::prelude::*;

use super::accounting::SetAside;
use super::block::{Block, Cell};
use super::plan::{Plan, View};
use super::rules::Rule;
use super::scale::{Answer, Scale};
use super::survey_facts::Fact;
use super::times::{TimeFormat, Zone};
use super::transactions::{Limit, canonical_cell, instant};
use crate::config::source::IdRule;
use crate::config::surveys::FactParams;
use crate::config::{ColumnName, Layout, SurveyConfig};
use crate::facts::{Facts, KnownCustomers, hash};
use crate::math::money::Money;
use crate::schema::{Reason, answers};
use crate::{Result, table};

struct Item {
    column: usize,
    scale: Scale,
}

/// Reads blocks of a survey export.
pub struct SurveyReader {
    /// Files and columns.
    pub plan: Plan,
    customer: Option<usize>,
    order: Option<usize>,
    at: Option<usize>,
    response: Option<usize>,
    items: Vec<Item>,
    facts: Vec<Fact>,
    /// Long layout: columns of question and answer, and the questions by name.
    long: Option<(usize, usize, Vec<String>)>,
    skip: Vec<Rule>,
    ids: IdRule,
    time: Option<TimeFormat>,
    zone: Zone,
    limit: Limit,
}

/// One accepted row.
#[derive(Debug)]
pub struct Response {
    customer: Option<u32>,
    at: Option<i64>,
    /// Long layout: rows with the same key are one response.
    key: Option<u64>,
    /// Place of the item, answer on its own scale, answer on 0 to 1; facts follow the items.
    answers: Vec<(u16, f64, f64)>,
}

impl SurveyReader {
    /// Opens the files and settles every format.
    ///
    /// # Errors
    /// `Config` and `Input` for all that does not fit.
    pub fn open(config: &SurveyConfig, name: &str, base: &Path, zone: Zone, limit: Limit) -> Result<Self> {
        let c = &config.columns;
        let long = config.layout == Layout::Long;
        let mut wanted: Vec<String> = Vec::new();
        let mut want = |column: &str| {
            if !wanted.iter().any(|w| w == column) {
                wanted.push(column.to_owned());
            }
        };
        let mapped = [&c.customer_id, &c.order_id, &c.responded_at, &c.response_id, &c.item, &c.answer];
        mapped.into_iter().flatten().for_each(|n| want(&n.0));
        if !long {
            config.items.iter().for_each(|i| want(&i.column.0));
        }
        config.facts.iter().flat_map(FactParams::columns).for_each(|n| want(&n.0));
        config.rules.skip_when.as_slice().iter().for_each(|c| want(&c.column.0));
        let plan = Plan::new(&config.source(), base, &wanted, &[], false)?;
        let column = |name: &Option<ColumnName>| name.as_ref().map(|n| plan.column(&n.0));
        let items = config
            .items
            .iter()
            .map(|item| {
                let column = if long { 0 } else { plan.column(&item.column.0) };
                Ok(Item { column, scale: Scale::from_params(item, name)? })
            })
            .collect::<Result<Vec<_>>>()?;
        let time = match &c.responded_at {
            Some(n) => plan.time_format(&n.0, &config.rules.timestamp_format, config.rules.calendar)?,
            None => None,
        };
        let facts = config.facts.iter().map(|fact| Fact::open(fact, &config.rules, &plan));
        let facts = facts.collect::<Result<Vec<_>>>()?;
        let skip = config.rules.skip_when.as_slice();
        Ok(Self {
            customer: column(&c.customer_id),
            order: column(&c.order_id),
            at: column(&c.responded_at),
            response: column(&c.response_id),
            long: match (&c.item, &c.answer) {
                (Some(item), Some(answer)) if long => {
                    let questions = config.items.iter().map(|i| i.column.0.clone()).collect();
                    Some((plan.column(&item.0), plan.column(&answer.0), questions))
                }
                _ => None,
            },
            items,
            facts,
            skip: skip.iter().map(|c| Rule::compile(c, plan.column(&c.column.0))).collect::<Result<_>>()?,
            ids: config.rules.ids,
            time,
            zone,
            limit,
            plan,
        })
    }

    /// Lowest and highest answer of each item.
    pub fn scales(&self) -> Vec<[f64; 2]> {
        self.items.iter().map(|i| i.scale.bounds()).collect()
    }

    /// How times are written, for the manifest.
    pub fn describe(&self) -> Vec<(String, String)> {
        let stored = || "stored as a time".to_owned();
        self.at
            .map(|at| {
                (self.plan.wanted[at].clone(), self.time.as_ref().map_or_else(stored, TimeFormat::describe))
            })
            .into_iter()
            .collect()
    }

    /// Reads one block: accepted responses, and the rows set aside.
    pub fn read(&self, block: &Block, known: &dyn KnownCustomers) -> (Vec<Response>, SetAside) {
        let view = self.plan.view(block);
        let (mut responses, mut aside) = (Vec::with_capacity(block.rows), SetAside::default());
        let mut broken = block.broken.iter().peekable();
        for row in 0..block.rows {
            if let Some(b) = broken.next_if(|b| b.row == row) {
                aside.push(block, row, b.reason, None, Cell::Text(b.what.as_bytes()), None);
                continue;
            }
            match self.row(&view, row, known) {
                Ok(response) => responses.push(response),
                Err((reason, column, value)) => {
                    aside.push(block, row, reason, column.map(|c| c as u16), value, None);
                }
            }
        }
        (responses, aside)
    }

    /// Who answered in one block, and when last, whoever they are.
    pub fn respondents(&self, block: &Block) -> Respondents {
        let view = self.plan.view(block);
        let mut found = Respondents::default();
        let mut broken = block.broken.iter().map(|b| b.row).peekable();
        for row in 0..block.rows {
            if broken.next_if_eq(&row).is_some() {
                continue;
            }
            let Ok(response) = self.row(&view, row, &Anyone) else { continue };
            found.rows += 1;
            found.newest = found.newest.max(response.at);
            let id = self.customer.and_then(|column| canonical_cell(view.cell(column, row), self.ids));
            if let Some(id) = id {
                found.add(&id, row);
            }
        }
        found
    }

    fn row<'a>(
        &self,
        view: &View<'a>,
        row: usize,
        known: &dyn KnownCustomers,
    ) -> Result<Response, Refusal<'a>> {
        let refuse = |reason, column| (reason, Some(column), view.cell(column, row));
        if let Some(value) = view.unmatched(row) {
            return Err((Reason::UnknownOrder, None, value));
        }
        if let Some(rule) = self.skip.iter().find(|r| r.holds(view.cell(r.column, row))) {
            return Err(refuse(Reason::SkippedByRule, rule.column));
        }
        let customer = self.customer(view, row, known)?;
        let at = match self.at {
            Some(column) => {
                let cell = view.cell(column, row);
                let empty = canonical_cell(cell, IdRule::Canonical).is_none();
                let at = instant(cell, self.time.as_ref(), &self.zone);
                if at.is_none() && !empty {
                    return Err(refuse(Reason::BadTimestamp, column));
                }
                if at.is_some_and(|at| self.limit.is_before(at, &self.zone)) {
                    return Err(refuse(Reason::AfterAsOf, column));
                }
                at
            }
            None => None,
        };
        let mut answers = self.answers(view, row)?;
        for (place, fact) in self.facts.iter().enumerate() {
            let value =
                fact.read(view, row, &self.zone).map_err(|(reason, column)| refuse(reason, column))?;
            answers.extend(value.map(|value| ((self.items.len() + place) as u16, value, value)));
        }
        let key = self.long.is_some().then(|| match self.response {
            Some(column) => hash(&view.cell(column, row).text()),
            None => hash(format!("{customer:?}/{at:?}").as_bytes()),
        });
        Ok(Response { customer, at, key, answers })
    }

    fn customer<'a>(
        &self,
        view: &View<'a>,
        row: usize,
        known: &dyn KnownCustomers,
    ) -> Result<Option<u32>, Refusal<'a>> {
        let refuse = |reason, column| (reason, Some(column), view.cell(column, row));
        match (self.customer, self.order) {
            (Some(column), _) => {
                let id = canonical_cell(view.cell(column, row), self.ids)
                    .ok_or_else(|| refuse(Reason::MissingCustomer, column))?;
                known.customer(&id).map(Some).ok_or_else(|| refuse(Reason::UnknownCustomer, column))
            }
            (None, Some(column)) => {
                let id = canonical_cell(view.cell(column, row), self.ids)
                    .ok_or_else(|| refuse(Reason::MissingOrder, column))?;
                known.customer_of_order(&id).map(Some).ok_or_else(|| refuse(Reason::UnknownOrder, column))
            }
            (None, None) => Ok(None),
        }
    }

    fn answers<'a>(&self, view: &View<'a>, row: usize) -> Result<Vec<(u16, f64, f64)>, Refusal<'a>> {
        let read = |item: usize, column: usize| {
            let cell = view.cell(column, row);
            match self.items[item].scale.read(&cell.shown()) {
                Answer::Missing => Ok(None),
                Answer::Value { value, unit } => Ok(Some((item as u16, value, unit))),
                Answer::OutOfScale => Err((Reason::OutOfScale, Some(column), cell)),
            }
        };
        if let Some((question, answer, questions)) = &self.long {
            let cell = view.cell(*question, row);
            let asked = cell.text();
            let asked = asked.trim_ascii();
            return match questions.iter().position(|q| q.as_bytes() == asked) {
                Some(item) => Ok(read(item, *answer)?.into_iter().collect()),
                None => Err((Reason::SkippedByRule, Some(*question), cell)),
            };
        }
        let mut answers = Vec::with_capacity(self.items.len());
        for (index, item) in self.items.iter().enumerate() {
            answers.extend(read(index, item.column)?);
        }
        Ok(answers)
    }
}

/// Customers that answered, for a run that knows them from nowhere else.
#[derive(Debug, Default)]
pub struct Respondents {
    /// One row per response of a named customer, which neither sells nor takes back.
    pub facts: Facts,
    /// Rows that would be accepted.
    pub rows: usize,
    /// Time of the newest response, µs UTC.
    pub newest: Option<i64>,
}

impl Respondents {
    fn add(&mut self, id: &[u8], row: usize) {
        self.facts.customers.push(id);
        self.facts.customer_hashes.push(hash(id));
        self.facts.at.push(0);
        self.facts.quantities.push(0);
        self.facts.amounts.push(Money::ZERO);
        self.facts.effects.push(0);
        self.facts.rows.push(row as u32);
    }
}

/// Takes every customer for known.
struct Anyone;

impl KnownCustomers for Anyone {
    fn customer(&self, _: &[u8]) -> Option<u32> {
        Some(0)
    }

    fn customer_of_order(&self, _: &[u8]) -> Option<u32> {
        Some(0)
    }
}

type Refusal<'a> = (Reason, Option<usize>, Cell<'a>);

/// Collects the responses of all surveys into one table of answers.
#[derive(Default)]
pub struct AnswersBuilder {
    customer: Vec<Option<u32>>,
    survey: Vec<u16>,
    response: Vec<u32>,
    at: Vec<Option<i64>>,
    age: Vec<Option<i32>>,
    item: Vec<u16>,
    value: Vec<f64>,
    unit: Vec<f64>,
    responses: u32,
}

impl AnswersBuilder {
    /// Adds the responses of one block; blocks come in file order.
    pub fn add(
        &mut self,
        survey: u16,
        responses: Vec<Response>,
        seen: &mut HashMap<u64, u32, FixedState>,
        age: &dyn Fn(i64) -> i32,
    ) {
        for response in responses {
            let next = self.responses;
            let number = response.key.map_or(next, |key| *seen.entry(key).or_insert(next));
            self.responses += u32::from(number == next);
            for (item, value, unit) in response.answers {
                self.customer.push(response.customer);
                self.survey.push(survey);
                self.response.push(number);
                self.at.push(response.at);
                self.age.push(response.at.map(age));
                self.item.push(item);
                self.value.push(value);
                self.unit.push(unit);
            }
        }
    }

    /// The table that `schema::answers` describes.
    ///
    /// # Errors
    /// `Internal` when the table cannot be built.
    pub fn finish(self) -> Result<DataFrame> {
        table::new(vec![
            Column::new(answers::CUSTOMER.into(), self.customer),
            Column::new(answers::SURVEY.into(), self.survey),
            Column::new(answers::RESPONSE.into(), self.response),
            table::timestamp_column(answers::ANSWERED_AT, self.at)?,
            Column::new(answers::AGE_DAYS.into(), self.age),
            Column::new(answers::ITEM.into(), self.item),
            Column::new(answers::VALUE.into(), self.value),
            Column::new(answers::UNIT.into(), self.unit),
        ])
    }
}
