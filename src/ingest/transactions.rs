//! Transactions: each row checked and read into numbers, or set aside.
//!
//! The checks run in a fixed order, so that a row has one reason: broken records (`wrong_field_count`,
//! `bad_encoding`), rows without a partner in a joined table (`unknown_order`), rows that a rule skips,
//! then the customer, the order, the time, the numbers, and last the as-of moment.

use std::borrow::Cow;
use std::collections::BTreeSet;
use std::path::Path;

use foldhash::fast::FixedState;
use hashbrown::HashSet;

use super::accounting::SetAside;
use super::block::{Block, Cell};
use super::id::canonical_id;
use super::numbers::DecimalMark;
use super::plan::{Plan, View};
use super::rules::{Rule, fixed};
use super::times::{Stamp, StampZone, TimeFormat, Zone};
use crate::config::source::IdRule;
use crate::config::transactions::{Duplicates as DuplicateRule, OrderRule, Returns, TransactionsConfig};
use crate::config::{ColumnName, Condition};
use crate::facts::{Facts, RETURN, SALE, hash};
use crate::math::money::{MILLION, Millionths, Money};
use crate::schema::Reason;
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
    whole: Option<Block>,
}

/// The rows seen so far, by the hash of all their bytes.
pub struct Duplicates {
    seen: HashSet<[u8; 16], FixedState>,
}

impl Duplicates {
    /// Sets aside the accepted rows of a block that were accepted before. Blocks come in file order.
    pub fn drop_from(&mut self, read: &mut Read) {
        let Some(block) = read.whole.take() else { return };
        let mut keep = vec![true; read.facts.len()];
        for (i, keep) in keep.iter_mut().enumerate() {
            let row = read.facts.rows[i] as usize;
            let raw = block.raw(row);
            let hash = blake3::hash(&raw);
            let mut short = [0; 16];
            short.copy_from_slice(&hash.as_bytes()[..16]);
            if !self.seen.insert(short) {
                *keep = false;
                let money = Some(read.facts.amounts[i]);
                read.aside.push(&block, row, Reason::Duplicate, None, Cell::Null, money);
            }
        }
        read.facts.retain(&keep);
        read.aside.sort();
    }
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
        let mapped =
            [&c.order_id, &c.product_id, &c.quantity, &c.unit_price, &c.amount, &c.unit_cost, &c.currency];
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
        let plan = Plan::new(&config.source(), base, &wanted, whole_rows)?;
        let column = |name: &Option<ColumnName>| name.as_ref().map(|n| plan.column(&n.0));
        let mark = |name: &Option<ColumnName>| match name {
            Some(n) => plan.decimal_mark(&n.0, config.rules.decimal),
            None => Ok(DecimalMark::Auto),
        };
        let marks = Marks {
            quantity: mark(&c.quantity)?,
            money: mark(if c.amount.is_some() { &c.amount } else { &c.unit_price })?,
            cost: mark(&c.unit_cost)?,
        };
        let time =
            plan.time_format(&c.ordered_at.0, &config.rules.timestamp_format, config.rules.calendar)?;
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
        let (facts, aside) = self.rows(&block)?;
        // Whether a row stood before is known only when the blocks are in order again.
        let whole = self.drop_duplicates.then_some(block);
        Ok(Read { facts, aside, whole })
    }

    /// Remembers rows, if duplicates are dropped.
    pub fn duplicates(&self) -> Duplicates {
        Duplicates { seen: HashSet::with_hasher(FixedState::with_seed(5)) }
    }

    fn rows(&self, block: &Block) -> Result<(Facts, SetAside)> {
        let view = self.plan.view(block);
        let (mut facts, mut aside) = (Facts::with_capacity(block.rows), SetAside::default());
        let mut broken = block.broken.iter().peekable();
        for row in 0..block.rows {
            if let Some(b) = broken.next_if(|b| b.row == row) {
                aside.push(block, row, b.reason, None, Cell::Text(b.what.as_bytes()), None);
                continue;
            }
            match self.row(&view, row) {
                Ok(sale) => self.keep(&view, row, sale, &mut facts)?,
                Err(refusal) => {
                    let column = refusal.column.map(|c| c as u16);
                    let money = self.money(&view, row).ok();
                    aside.push(block, row, refusal.reason, column, refusal.value, money);
                }
            }
        }
        Ok((facts, aside))
    }

    /// Checks one row, in the order that the module's documentation states.
    fn row<'a>(&self, view: &View<'a>, row: usize) -> Result<Row<'a>, Refusal<'a>> {
        let columns = &self.columns;
        let refuse = |reason, column| Refusal { reason, column: Some(column), value: view.cell(column, row) };
        if let Some(value) = view.unmatched(row) {
            return Err(Refusal { reason: Reason::UnknownOrder, column: None, value });
        }
        if let Some(rule) = self.skip.iter().find(|r| r.holds(view.cell(r.column, row))) {
            return Err(refuse(Reason::SkippedByRule, rule.column));
        }
        let customer = canonical_cell(view.cell(columns.customer, row), self.ids)
            .ok_or_else(|| refuse(Reason::MissingCustomer, columns.customer))?;
        let order = match columns.order {
            Some(column) => {
                let id = canonical_cell(view.cell(column, row), self.ids);
                Some(id.map(|id| hash(&id)).ok_or_else(|| refuse(Reason::MissingOrder, column))?)
            }
            None => None,
        };
        let at = instant(view.cell(columns.at, row), self.time.as_ref(), &self.zone)
            .ok_or_else(|| refuse(Reason::BadTimestamp, columns.at))?;
        let quantity = match columns.quantity {
            Some(column) => Some(
                fixed(view.cell(column, row), self.marks.quantity)
                    .ok_or_else(|| refuse(Reason::BadNumber, column))?,
            ),
            None => None,
        };
        let amount = self.money(view, row).map_err(|column| refuse(Reason::BadNumber, column))?;
        let taken_back = quantity.map_or(amount.is_negative(), |q| q < 0);
        if taken_back && self.returns == Returns::Skip {
            return Err(refuse(
                Reason::SkippedByRule,
                columns.quantity.or(columns.amount).unwrap_or(columns.customer),
            ));
        }
        if self.limit.is_before(at, &self.zone) {
            return Err(refuse(Reason::AfterAsOf, columns.at));
        }
        Ok(Row { customer, order, at, quantity, amount, taken_back })
    }

    fn keep(&self, view: &View<'_>, row: usize, read: Row<'_>, facts: &mut Facts) -> Result<()> {
        let Row { customer, order, at, quantity, mut amount, taken_back } = read;
        if let Some(column) = self.columns.currency {
            amount = self.exchanged(amount, view.cell(column, row), facts)?;
        }
        let cancelled = self.cancelled.iter().any(|r| r.holds(view.cell(r.column, row)));
        let sells = !cancelled && quantity.map_or(!amount.is_negative(), |q| q > 0);
        // A cancelled sale never took effect; a cancelled row that takes back reverses an earlier sale.
        let void = cancelled && !taken_back;
        let pieces = quantity.unwrap_or(if taken_back { -MILLION } else { MILLION });
        if let Some(column) = self.columns.unit_cost {
            let cost = fixed(view.cell(column, row), self.marks.cost).map(|c| Money::product(pieces, c));
            facts.costs.push(if void { Some(Money::ZERO) } else { cost });
        }
        facts.customer_hashes.push(hash(&customer));
        facts.customers.push(&customer);
        match (order, self.order_rule) {
            (Some(key), _) => facts.order_keys.push(key),
            (None, Some(OrderRule::Row)) => {}
            (None, _) => facts.order_keys.push(hash(&self.zone.day(at).to_le_bytes())),
        }
        facts.at.push(at);
        facts.quantities.push(if void { 0 } else { pieces });
        facts.amounts.push(if void { Money::ZERO } else { amount });
        facts.effects.push(u8::from(sells) * SALE + u8::from(taken_back) * RETURN);
        facts.rows.push(row as u32);
        Ok(())
    }

    /// Money of a row: its amount, or quantity × price. The error is the column at fault.
    fn money(&self, view: &View<'_>, row: usize) -> Result<Money, usize> {
        let number = |column: usize, mark| fixed(view.cell(column, row), mark).ok_or(column);
        match (self.columns.amount, self.columns.quantity, self.columns.unit_price) {
            (Some(amount), ..) => Ok(Money::of(number(amount, self.marks.money)?)),
            (None, Some(quantity), Some(price)) => {
                Ok(Money::product(number(quantity, self.marks.quantity)?, number(price, self.marks.money)?))
            }
            _ => Err(self.columns.customer),
        }
    }

    fn exchanged(&self, amount: Money, currency: Cell<'_>, facts: &mut Facts) -> Result<Money> {
        let code = currency.text().trim_ascii().to_ascii_uppercase();
        if !facts.currencies.contains(&code) {
            facts.currencies.insert(code.clone());
        }
        if self.rates.is_empty() {
            return Ok(amount);
        }
        if let Some((_, rate)) = self.rates.iter().find(|(c, _)| *c == code) {
            return Ok(amount.times(*rate));
        }
        let (code, known) = (shown(&code), self.rates.iter().map(|(c, _)| shown(c)).collect::<Vec<_>>().join(", "));
        Err(Error::config(format!("the currency {code} has no rate in `[transactions.rules.rates]`, which has {known}"))
            .hint("add its rate, or set its rows aside with `skip_when`"))
    }

    /// More than one currency needs rates.
    ///
    /// # Errors
    /// `Config` naming the currencies.
    pub fn check_currencies(&self, seen: &BTreeSet<Vec<u8>>) -> Result<()> {
        if seen.len() < 2 || !self.rates.is_empty() {
            return Ok(());
        }
        let codes: Vec<_> = seen.iter().map(|c| shown(c)).collect();
        let column = self.columns.currency.map_or("currency", |c| self.plan.wanted[c].as_str());
        Err(Error::config(format!("`[transactions]` column `{column}` holds more than one currency: {}", codes.join(", ")))
            .hint("give `[transactions.rules.rates]` the worth of each in the currency of the result, or keep one with `skip_when`"))
    }
}

/// A currency code for a message.
fn shown(code: &[u8]) -> String {
    if code.is_empty() { "(empty)".to_owned() } else { format!("`{}`", String::from_utf8_lossy(code)) }
}

/// A row that passed every check.
struct Row<'a> {
    customer: Cow<'a, [u8]>,
    order: Option<u64>,
    at: i64,
    quantity: Option<Millionths>,
    amount: Money,
    taken_back: bool,
}

/// Why a row is set aside.
struct Refusal<'a> {
    reason: Reason,
    column: Option<usize>,
    value: Cell<'a>,
}

/// A cell as an instant, µs UTC; times without a zone are read in `zone`.
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
            let rate = super::numbers::from_f64(*rate)
                .filter(|r| *r > 0)
                .ok_or_else(|| Error::config(format!("`rates.{code}` = {rate} is out of range")))?;
            Ok((code.to_ascii_uppercase().into_bytes(), rate))
        })
        .collect()
}
