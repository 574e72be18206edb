//! Surveys: each row becomes the answers of one response, or is set aside.
//!
//! The checks run in a fixed order: broken records, rows without a partner in a joined table, rows that a
//! rule skips, the customer (`missing_customer`, `unknown_order`, `unknown_customer`), the time, and the
//! answers. An empty answer is no answer and no fault; an empty time is an undated response. An answer that is
//! none of its question is set aside alone, and the other answers of the row stay; a row without any other
//! answer is set aside whole (`out_of_scale`).

mod cells;
mod facts;
mod respondents;
mod table;

use std::collections::BTreeMap;
use std::path::Path;

use self::cells::{Found, Item};
use self::facts::Fact;
pub(super) use self::respondents::Anyone;
pub use self::respondents::Respondents;
use self::table::Row;
pub use self::table::{AnswersBuilder, Open, Rows};
use super::accounting::{AnswerAccount, SetAside};
use super::block::{Block, Cell};
use super::plan::{Plan, View};
use super::rules::Rule;
use super::text::key;
use super::times::TimeFormat;
use super::transactions::{Limit, canonical_cell, instant};
use crate::Result;
use crate::config::source::IdRule;
use crate::config::surveys::FactParams;
use crate::config::{ColumnName, Layout, SurveyConfig};
use crate::facts::{KnownCustomers, TextColumn, hash};
use crate::schema::Reason;
use crate::zone::Zone;

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
    cells: Cells,
    by_row: bool,
    skip: Vec<Rule>,
    ids: IdRule,
    time: Option<TimeFormat>,
    zone: Zone,
    limit: Limit,
}

/// Where the answers are.
enum Cells {
    /// Each item has a column.
    Wide(Vec<usize>),
    /// The items of each question, by its key form.
    Long { question: usize, answer: usize, items: BTreeMap<String, Vec<usize>> },
}

/// What a block of a survey became.
#[derive(Debug, Default)]
pub struct SurveyBlock {
    /// Accepted rows.
    pub rows: Rows,
    /// Rows set aside.
    pub aside: SetAside,
    /// Single answers set aside.
    pub answers_aside: SetAside,
    /// The account of single answers.
    pub answers: AnswerAccount,
}

/// Whose a row is: nobody's where the survey is anonymous, or why that cannot be said.
type Whose = Result<Option<u32>, Reason>;

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
        let items = Item::all(&config.items, &config.missing, name)?;
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
            cells: Cells::of(config, &plan),
            items,
            facts,
            skip: skip.iter().map(|c| Rule::compile(c, plan.column(&c.column.0))).collect::<Result<_>>()?,
            by_row: config.rules.response.is_some(),
            ids: config.rules.ids,
            time,
            zone,
            limit,
            plan,
        })
    }

    /// What happened after this is not seen.
    pub fn see_until(&mut self, limit: Limit) {
        self.limit = limit;
    }

    /// Lowest and highest answer of each item.
    pub fn scales(&self) -> Vec<[f64; 2]> {
        self.items.iter().map(Item::bounds).collect()
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

    /// Reads one block.
    pub fn read(&self, block: &Block, known: &dyn KnownCustomers) -> SurveyBlock {
        let view = self.plan.view(block);
        let whose = self.whose(&view, block.rows, known);
        let (mut read, mut found) = (SurveyBlock::default(), Found::default());
        let mut broken = block.broken.iter().peekable();
        for (row, whose) in whose.into_iter().enumerate() {
            if let Some(b) = broken.next_if(|b| b.row == row) {
                read.aside.push(block, row, b.reason, None, Cell::Text(b.what.as_bytes()), None);
                continue;
            }
            match self.row(&view, row, whose, &mut found) {
                Ok(response) => read.add(block, row, response, &found),
                Err((reason, column, value)) => {
                    read.aside.push(block, row, reason, column.map(|c| c as u16), value, None);
                }
            }
        }
        read
    }

    /// Who answered in one block, and when last, whoever they are.
    pub fn respondents(&self, block: &Block) -> Respondents {
        let view = self.plan.view(block);
        let whose = self.whose(&view, block.rows, &Anyone);
        let (mut all, mut found) = (Respondents::default(), Found::default());
        let mut broken = block.broken.iter().map(|b| b.row).peekable();
        for (row, whose) in whose.into_iter().enumerate() {
            if broken.next_if_eq(&row).is_some() {
                continue;
            }
            let Ok(response) = self.row(&view, row, whose, &mut found) else { continue };
            if found.is_useless() {
                continue;
            }
            all.rows += 1;
            all.newest = all.newest.max(response.at);
            let id = self.customer.and_then(|column| canonical_cell(view.cell(column, row), self.ids));
            if let Some(id) = id {
                all.add(&id, row);
            }
        }
        all
    }

    /// Whose each row is, for all of them together.
    fn whose(&self, view: &View<'_>, rows: usize, known: &dyn KnownCustomers) -> Vec<Whose> {
        let Some(column) = self.customer.or(self.order) else { return vec![Ok(None); rows] };
        let mut ids = TextColumn::default();
        view.each(column, |_, cell| match canonical_cell(cell, self.ids) {
            Some(id) => ids.push(&id),
            None => ids.push_null(),
        });
        let (found, missing, unknown) = if self.customer.is_some() {
            (known.customers(&ids), Reason::MissingCustomer, Reason::UnknownCustomer)
        } else {
            let of_order = |row| known.customer_of_order(ids.get(row)?);
            ((0..rows).map(of_order).collect(), Reason::MissingOrder, Reason::UnknownOrder)
        };
        let reason = |row| if ids.get(row).is_none() { missing } else { unknown };
        found.into_iter().enumerate().map(|(row, found)| found.map(Some).ok_or_else(|| reason(row))).collect()
    }

    /// What a row says; its answers are in `found`.
    fn row<'a>(
        &self,
        view: &View<'a>,
        row: usize,
        whose: Whose,
        found: &mut Found,
    ) -> Result<Row, Refusal<'a>> {
        found.clear();
        let refuse = |reason, column| (reason, Some(column), view.cell(column, row));
        if let Some(value) = view.unmatched(row) {
            return Err((Reason::UnknownOrder, None, value));
        }
        if let Some(rule) = self.skip.iter().find(|r| r.holds(view.cell(r.column, row))) {
            return Err(refuse(Reason::SkippedByRule, rule.column));
        }
        let customer =
            whose.map_err(|reason| refuse(reason, self.customer.or(self.order).unwrap_or_default()))?;
        let at = match self.at {
            Some(column) => {
                let cell = view.cell(column, row);
                let at = instant(cell, self.time.as_ref(), &self.zone);
                if at.is_none() && canonical_cell(cell, IdRule::Canonical).is_some() {
                    return Err(refuse(Reason::BadTimestamp, column));
                }
                if at.is_some_and(|at| self.limit.is_before(at, &self.zone)) {
                    return Err(refuse(Reason::AfterAsOf, column));
                }
                at
            }
            None => None,
        };
        self.answers(view, row, found)?;
        for (place, fact) in self.facts.iter().enumerate() {
            let value =
                fact.read(view, row, &self.zone).map_err(|(reason, column)| refuse(reason, column))?;
            found.answers.extend(value.map(|value| ((self.items.len() + place) as u16, value, value)));
        }
        Ok(Row { customer, at, key: self.key(view, row, customer, at) })
    }

    /// What the rows of one response share; `None` where a row is a response.
    fn key(&self, view: &View<'_>, row: usize, customer: Option<u32>, at: Option<i64>) -> Option<u64> {
        let cell = |column: usize| canonical_cell(view.cell(column, row), self.ids);
        if let Some(id) = self.response.and_then(cell) {
            return Some(hash(&[&customer.unwrap_or(u32::MAX).to_le_bytes(), &id[..]].concat()));
        }
        if matches!(self.cells, Cells::Wide(_)) || self.by_row {
            return None;
        }
        match (self.order.and_then(cell), customer) {
            (Some(order), _) => Some(hash(&order)),
            (None, Some(customer)) => Some(hash(format!("{customer:?}/{at:?}").as_bytes())),
            (None, None) => None,
        }
    }

    fn answers<'a>(&self, view: &View<'a>, row: usize, found: &mut Found) -> Result<(), Refusal<'a>> {
        let mut read = |item: usize, column: usize| {
            self.items[item].read(item, column, view.cell(column, row), found);
        };
        match &self.cells {
            Cells::Wide(columns) => columns.iter().enumerate().for_each(|(item, column)| read(item, *column)),
            Cells::Long { question, answer, items } => {
                let cell = view.cell(*question, row);
                let Some(items) = items.get(&key(&cell.shown())) else {
                    return Err((Reason::SkippedByRule, Some(*question), cell));
                };
                items.iter().for_each(|item| read(*item, *answer));
            }
        }
        Ok(())
    }
}

impl Cells {
    fn of(config: &SurveyConfig, plan: &Plan) -> Self {
        match (&config.columns.item, &config.columns.answer) {
            (Some(question), Some(answer)) if config.layout == Layout::Long => {
                let mut items: BTreeMap<String, Vec<usize>> = BTreeMap::new();
                for (place, item) in config.items.iter().enumerate() {
                    items.entry(key(&item.column.0)).or_default().push(place);
                }
                Self::Long { question: plan.column(&question.0), answer: plan.column(&answer.0), items }
            }
            _ => Self::Wide(config.items.iter().map(|item| plan.column(&item.column.0)).collect()),
        }
    }
}

impl SurveyBlock {
    /// An accepted row with its answers, or a row without an answer that is one.
    fn add(&mut self, block: &Block, row: usize, response: Row, found: &Found) {
        let aside = |to: &mut SetAside, (column, answer): &(usize, String)| {
            let value = Cell::Text(answer.as_bytes());
            to.push(block, row, Reason::OutOfScale, Some(*column as u16), value, None);
        };
        self.answers.book(&found.account);
        found.off.iter().for_each(|off| aside(&mut self.answers_aside, off));
        match found.off.first() {
            Some(first) if found.is_useless() => aside(&mut self.aside, first),
            _ => self.rows.push(response, found.answers.iter().map(|(item, _, unit)| (*item, *unit))),
        }
    }
}

type Refusal<'a> = (Reason, Option<usize>, Cell<'a>);
