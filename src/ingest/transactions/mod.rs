//! Transactions: each row checked and read into numbers, or set aside.
//!
//! The checks run in a fixed order, so that a row has one reason: broken records (`wrong_field_count`,
//! `bad_encoding`), rows without a partner in a joined table (`unknown_order`), rows that a rule skips,
//! then the customer, the order, the time, the numbers, and last the as-of moment.

mod columns;
mod duplicates;

use std::borrow::Cow;
use std::collections::BTreeSet;
use std::path::Path;

pub use self::duplicates::Duplicates;
use self::duplicates::Known;
use crate::config::source::IdRule;
use crate::config::transactions::{Duplicates as DuplicateRule, OrderRule, Returns, TransactionsConfig};
use crate::config::{ColumnName, Condition};
use crate::facts::Facts;
use crate::ingest::accounting::SetAside;
use crate::ingest::block::{Block, Cell};
use crate::ingest::id::canonical_id;
use crate::ingest::numbers::DecimalMark;
use crate::ingest::plan::Plan;
use crate::ingest::rules::Rule;
use crate::ingest::times::{Stamp, StampZone, TimeFormat};
use crate::math::money::Millionths;
use crate::privacy::mask::shape;
use crate::zone::Zone;
use crate::{Error, Result};

/// The last moment a run sees.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Limit {
    /// Everything.
    None,
    /// Events up to the end of this day (days since 1970-01-01 in the run's time zone).
    Day(i32),
    /// Events up to this instant, µs UTC.
    Instant(i64),
}

impl Limit {
    /// The limit lies before this instant.
    #[inline]
    pub fn is_before(self, at: i64, zone: &Zone) -> bool {
        match self {
            Self::None => false,
            Self::Day(day) => zone.day(at) > day,
            Self::Instant(micros) => at > micros,
        }
    }
}

struct Columns {
    customer: usize,
    order: Option<usize>,
    at: usize,
    quantity: Option<usize>,
    unit_price: Option<usize>,
    amount: Option<usize>,
    unit_cost: Option<usize>,
    currency: Option<usize>,
}

/// What a block became.
#[derive(Debug)]
pub struct Read {
    /// Accepted rows.
    pub facts: Facts,
    /// Rows set aside.
    pub aside: SetAside,
    /// By what its rows are known again, if duplicates are dropped.
    known: Option<Known>,
}

struct Marks {
    quantity: DecimalMark,
    money: DecimalMark,
    cost: DecimalMark,
}

/// Reads blocks of a transaction export into [`Facts`].
pub struct TransactionReader {
    /// Files and columns.
    pub plan: Plan,
    columns: Columns,
    marks: Marks,
    time: Option<TimeFormat>,
    zone: Zone,
    skip: Vec<Rule>,
    cancelled: Vec<Rule>,
    returns: Returns,
    ids: IdRule,
    drop_duplicates: bool,
    order_rule: Option<OrderRule>,
    rates: Vec<(Vec<u8>, Millionths)>,
    limit: Limit,
}

impl TransactionReader {
    /// Opens the files and settles every format.
    ///
    /// # Errors
    /// `Config` and `Input` for all that does not fit.
    pub fn open(config: &TransactionsConfig, base: &Path, zone: Zone, limit: Limit) -> Result<Self> {
        let c = &config.columns;
        let mapped = [&c.order_id, &c.quantity, &c.unit_price, &c.amount, &c.unit_cost, &c.currency];
        let conditions =
            config.rules.skip_when.as_slice().iter().chain(config.rules.cancelled_when.as_slice());
        let mut wanted: Vec<String> = Vec::new();
        let names = [&c.customer_id, &c.ordered_at].into_iter().chain(mapped.into_iter().flatten());
        for name in names.chain(conditions.map(|c| &c.column)) {
            if !wanted.contains(&name.0) {
                wanted.push(name.0.clone());
            }
        }
        let whole_rows = config.rules.duplicates == DuplicateRule::DropExact;
        // Products are not read, but a name that leads nowhere should be known at once.
        let named: Vec<String> = c.product_id.iter().map(|n| n.0.clone()).collect();
        let plan = Plan::new(&config.source(), base, &wanted, &named, whole_rows)?;
        let column = |name: &Option<ColumnName>| name.as_ref().map(|n| plan.column(&n.0));
        let money = if c.amount.is_some() { &c.amount } else { &c.unit_price };
        let numbers = [&c.quantity, money, &c.unit_cost].map(|name| name.as_ref().map(|n| n.0.as_str()));
        let (marks, time) = rayon::join(
            || plan.decimal_marks(numbers, config.rules.decimal),
            || plan.time_format(&c.ordered_at.0, &config.rules.timestamp_format, config.rules.calendar),
        );
        let ([quantity, money, cost], time) = (marks?, time?);
        let marks = Marks { quantity, money, cost };
        Ok(Self {
            columns: Columns {
                customer: plan.column(&c.customer_id.0),
                order: column(&c.order_id),
                at: plan.column(&c.ordered_at.0),
                quantity: column(&c.quantity),
                unit_price: column(&c.unit_price),
                amount: column(&c.amount),
                unit_cost: column(&c.unit_cost),
                currency: column(&c.currency),
            },
            marks,
            time,
            zone,
            skip: compile(config.rules.skip_when.as_slice(), &plan)?,
            cancelled: compile(config.rules.cancelled_when.as_slice(), &plan)?,
            returns: config.rules.returns,
            ids: config.rules.ids,
            drop_duplicates: config.rules.duplicates == DuplicateRule::DropExact,
            order_rule: if c.order_id.is_some() { None } else { Some(config.order_rule()) },
            rates: rates(config)?,
            limit,
            plan,
        })
    }

    /// How times and numbers are written, for the manifest.
    pub fn describe(&self) -> Vec<(String, String)> {
        let mut out = Vec::new();
        let name = |i: usize| self.plan.wanted[i].clone();
        let stored = || "stored as a time".to_owned();
        out.push((name(self.columns.at), self.time.as_ref().map_or_else(stored, TimeFormat::describe)));
        let numbers = [
            (self.columns.quantity, self.marks.quantity),
            (self.columns.unit_price, self.marks.money),
            (self.columns.amount, self.marks.money),
            (self.columns.unit_cost, self.marks.cost),
        ];
        for (column, mark) in numbers {
            if let Some(column) = column {
                let mark = if mark == DecimalMark::Comma { "decimal comma" } else { "decimal point" };
                out.push((name(column), mark.to_owned()));
            }
        }
        out
    }

    /// Reads one block: accepted rows as facts, the others set aside.
    ///
    /// # Errors
    /// `Config` for a currency without a rate.
    pub fn read(&self, block: Block) -> Result<Read> {
        let (facts, aside) = self.facts(&block)?;
        let known = self.drop_duplicates.then(|| Known::of(block, &facts));
        Ok(Read { facts, aside, known })
    }

    /// Whether a row is accepted depends on the rows before it.
    pub fn drops_duplicates(&self) -> bool {
        self.drop_duplicates
    }

    /// More than one currency needs rates, and a column that says which is which.
    ///
    /// # Errors
    /// `Config` naming the currencies.
    pub fn check_currencies(&self, seen: &BTreeSet<Vec<u8>>) -> Result<()> {
        if seen.len() < 2 {
            return Ok(());
        }
        let Some(column) = self.columns.currency else { return Err(self.mixed_money(seen)) };
        if !self.rates.is_empty() {
            return Ok(());
        }
        let codes: Vec<_> = seen.iter().map(|c| shown(c)).collect();
        let column = &self.plan.wanted[column];
        Err(Error::config(format!("`[transactions]` column `{column}` holds more than one currency: {}", codes.join(", ")))
            .hint("give `[transactions.rules.rates]` the worth of each in the currency of the result, or keep one with `skip_when`"))
    }

    /// The complaint about numbers in different currencies that no column tells apart.
    fn mixed_money(&self, seen: &BTreeSet<Vec<u8>>) -> Error {
        let money = [self.columns.amount.or(self.columns.unit_price), self.columns.unit_cost];
        let names: Vec<_> =
            money.iter().flatten().map(|column| format!("`{}`", self.plan.wanted[*column])).collect();
        let (columns, hold) =
            if names.len() == 1 { ("column", "holds") } else { ("columns", "together hold") };
        let codes: Vec<_> = seen.iter().map(|code| format!("`{}`", String::from_utf8_lossy(code))).collect();
        Error::config(format!(
            "`[transactions]` {columns} {} {hold} amounts in more than one currency: {}",
            names.join(" and "),
            codes.join(", ")
        ))
        .hint("export the currency in a column of its own, map it as `currency` and give `[transactions.rules.rates]` the worth of each; or keep one currency with `skip_when` and `matches`")
    }
}

/// A currency code for a message; of what is too long to be one only the shape.
fn shown(code: &[u8]) -> String {
    const LONGEST: usize = 4;
    let text = String::from_utf8_lossy(code);
    match text.chars().count() {
        0 => "(empty)".to_owned(),
        1..=LONGEST => format!("`{text}`"),
        _ => format!("`{}`", shape(&text)),
    }
}

/// A cell as an instant, µs UTC; times without a zone are read in `zone`.
#[inline]
pub fn instant(cell: Cell<'_>, format: Option<&TimeFormat>, zone: &Zone) -> Option<i64> {
    let stamp = match cell {
        Cell::Wall(micros) => Stamp { micros, zone: StampZone::Naive },
        Cell::Instant(micros) => Stamp { micros, zone: StampZone::Utc },
        Cell::Text(text) => format?.parse(text)?,
        other => format?.parse(&other.text())?,
    };
    Some(match stamp.zone {
        StampZone::Naive => zone.to_utc(stamp.micros),
        StampZone::Utc => stamp.micros,
    })
}

/// A cell as an id; text is borrowed from the block.
#[inline]
pub fn canonical_cell(cell: Cell<'_>, rule: IdRule) -> Option<Cow<'_, [u8]>> {
    match cell {
        Cell::Text(text) => canonical_id(text, rule),
        other => canonical_id(&other.text(), rule).map(|id| Cow::Owned(id.into_owned())),
    }
}

fn compile(conditions: &[Condition], plan: &Plan) -> Result<Vec<Rule>> {
    conditions.iter().map(|c| Rule::compile(c, plan.column(&c.column.0))).collect()
}

fn rates(config: &TransactionsConfig) -> Result<Vec<(Vec<u8>, Millionths)>> {
    config
        .rules
        .rates
        .iter()
        .map(|(code, rate)| {
            let rate = crate::ingest::numbers::from_f64(*rate)
                .filter(|r| *r > 0)
                .ok_or_else(|| Error::config(format!("`rates.{code}` = {rate} is out of range")))?;
            Ok((code.to_ascii_uppercase().into_bytes(), rate))
        })
        .collect()
}
