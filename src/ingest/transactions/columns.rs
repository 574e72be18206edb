//! A block read column by column: each pass settles one question for all rows that are still in play.

use std::sync::Arc;

use super::{TransactionReader, canonical_cell, instant, shown};
use crate::config::source::IdRule;
use crate::config::transactions::{OrderRule, Returns};
use crate::facts::{Facts, Ids, RETURN, SALE, TextColumn, hash};
use crate::ingest::accounting::SetAside;
use crate::ingest::block::{Block, Cell};
use crate::ingest::dictionary::EntryIds;
use crate::ingest::plan::View;
use crate::ingest::rules::{Rule, fixed};
use crate::math::money::{MILLION, Money};
use crate::schema::Reason;
use crate::{Error, Result};

/// Why a row is set aside, and the column at fault.
#[derive(Clone, Copy)]
struct Refusal {
    reason: Reason,
    column: Option<u16>,
}

/// Rows of a block and what was decided about them so far.
struct Sieve<'a> {
    view: View<'a>,
    refused: Vec<Option<Refusal>>,
    /// Rows still in play when the values are read.
    rows: Vec<u32>,
}

/// No id: where [`RowIds::of`] has an index.
const NO_ID: u32 = u32::MAX;

/// The ids of a column, each dictionary entry or run of equal values once.
#[derive(Default)]
struct RowIds {
    ids: Arc<Ids>,
    /// The id of each row in play, an index into `ids` or [`NO_ID`].
    of: Vec<u32>,
}

impl<'a> Sieve<'a> {
    fn new(view: View<'a>, rows: usize) -> Self {
        Self { view, refused: vec![None; rows], rows: Vec::new() }
    }

    fn refuse(&mut self, row: u32, reason: Reason, column: Option<usize>) {
        let refused = &mut self.refused[row as usize];
        if refused.is_none() {
            *refused = Some(Refusal { reason, column: column.map(|c| c as u16) });
        }
    }

    /// Refuses the rows in play, counted from the first, for which a value could not be read.
    fn refuse_places(&mut self, places: &[usize], reason: Reason, column: usize) {
        for place in places {
            self.refuse(self.rows[*place], reason, Some(column));
        }
    }

    /// Refuses rows for which a rule holds.
    fn skip(&mut self, rule: &Rule) {
        let refused = &mut self.refused;
        let refusal = Refusal { reason: Reason::SkippedByRule, column: Some(rule.column as u16) };
        self.view.each(rule.column, |row, cell| {
            if refused[row].is_none() && rule.holds(cell) {
                refused[row] = Some(refusal);
            }
        });
    }

    /// Puts the rows that are not refused into play.
    fn let_in(&mut self) {
        self.rows = (0..self.refused.len() as u32).filter(|r| self.refused[*r as usize].is_none()).collect();
    }

    /// Which of the rows in play are not refused; `None` when all are.
    fn kept(&self) -> Option<Vec<bool>> {
        let keep: Vec<bool> = self.rows.iter().map(|row| self.refused[*row as usize].is_none()).collect();
        keep.contains(&false).then_some(keep)
    }

    /// Values of a column for the rows in play; rows without one are refused.
    fn read<T: Default>(
        &mut self,
        column: usize,
        reason: Reason,
        read: impl Fn(Cell<'_>) -> Option<T>,
    ) -> Vec<T> {
        let (mut values, mut missing) = (Vec::with_capacity(self.rows.len()), Vec::new());
        self.view.each_of(column, &self.rows, |cell| {
            let value = read(cell).unwrap_or_else(|| {
                missing.push(values.len());
                T::default()
            });
            values.push(value);
        });
        self.refuse_places(&missing, reason, column);
        values
    }

    /// Ids of a column for the rows in play; rows without one are refused.
    fn ids(&mut self, column: usize, reason: Reason, rule: IdRule, with_texts: bool) -> RowIds {
        let ids = match self.view.dictionary(column) {
            Some((entries, codes)) => RowIds::of_dictionary(entries.ids(rule), codes, &self.rows),
            None => RowIds::of_runs(&self.view, column, &self.rows, rule, with_texts),
        };
        let missing: Vec<usize> =
            ids.of.iter().enumerate().filter(|(_, id)| **id == NO_ID).map(|(i, _)| i).collect();
        self.refuse_places(&missing, reason, column);
        ids
    }
}

impl RowIds {
    fn of_dictionary(entries: &EntryIds, codes: &[u32], rows: &[u32]) -> Self {
        let codes = rows.iter().map(|row| codes[*row as usize]);
        let of = match &entries.absent {
            None => codes.collect(),
            Some(absent) => {
                let is_id = |code: u32| absent.get(code as usize).is_some_and(|absent| !absent);
                codes.map(|code| if is_id(code) { code } else { NO_ID }).collect()
            }
        };
        Self { ids: Arc::clone(&entries.ids), of }
    }

    /// Rows of one order mostly stand together: a value equal to the one before is not looked at again.
    fn of_runs(view: &View<'_>, column: usize, rows: &[u32], rule: IdRule, with_texts: bool) -> Self {
        let (mut texts, mut hashes) = (TextColumn::default(), Vec::new());
        let mut of = Vec::with_capacity(rows.len());
        let mut last: Option<(&[u8], u32)> = None;
        view.each_of(column, rows, |cell| {
            let text = if let Cell::Text(text) = cell { Some(text) } else { None };
            if let (Some(text), Some((before, id))) = (text, last)
                && text == before
            {
                of.push(id);
                return;
            }
            let id = match canonical_cell(cell, rule) {
                Some(id) => {
                    hashes.push(hash(&id));
                    if with_texts {
                        texts.push(&id);
                    }
                    hashes.len() as u32 - 1
                }
                None => NO_ID,
            };
            last = text.map(|text| (text, id));
            of.push(id);
        });
        Self { ids: Arc::new(Ids { texts: Arc::new(texts), hashes }), of }
    }

    /// The hash of the id of each row; 0 where there is none.
    fn hashes(&self) -> Vec<u64> {
        self.of.iter().map(|id| self.ids.hashes.get(*id as usize).copied().unwrap_or_default()).collect()
    }
}

/// The values marked true.
fn only<T: Copy>(values: &mut Vec<T>, keep: &[bool]) {
    let mut marks = keep.iter();
    values.retain(|_| *marks.next().unwrap_or(&true));
}

impl TransactionReader {
    /// Reads a block: accepted rows as facts, the others set aside.
    pub(super) fn facts(&self, block: &Block) -> Result<(Facts, SetAside)> {
        let mut sieve = Sieve::new(self.plan.view(block), block.rows);
        for broken in &block.broken {
            sieve.refuse(broken.row as u32, broken.reason, None);
        }
        if self.plan.is_joined() {
            for row in 0..block.rows {
                if sieve.view.unmatched(row).is_some() {
                    sieve.refuse(row as u32, Reason::UnknownOrder, None);
                }
            }
        }
        self.skip.iter().for_each(|rule| sieve.skip(rule));
        sieve.let_in();
        let mut facts = self.identities(&mut sieve);
        facts.at =
            sieve.read(self.columns.at, Reason::BadTimestamp, |c| instant(c, self.time.as_ref(), &self.zone));
        if self.order_rule == Some(OrderRule::Day) {
            facts.order_keys = facts.at.iter().map(|at| hash(&self.zone.day(*at).to_le_bytes())).collect();
        }
        self.money_and_effects(&mut sieve, &mut facts)?;

        let keep = sieve.kept();
        let Sieve { view, refused, rows } = sieve;
        facts.rows = rows;
        if let Some(keep) = keep {
            facts.retain(&keep);
        }
        Ok((facts, self.aside(block, &view, &refused)))
    }

    /// Customers and orders. Rows without them leave play: they are the many among the rows set aside.
    fn identities(&self, sieve: &mut Sieve<'_>) -> Facts {
        let mut customers = sieve.ids(self.columns.customer, Reason::MissingCustomer, self.ids, true);
        let mut order_keys = Vec::new();
        if let Some(column) = self.columns.order {
            order_keys = sieve.ids(column, Reason::MissingOrder, self.ids, false).hashes();
        }
        if let Some(keep) = sieve.kept() {
            only(&mut customers.of, &keep);
            only(&mut order_keys, &keep);
            only(&mut sieve.rows, &keep);
        }
        Facts { customers: customers.ids, customer_of: customers.of, order_keys, ..Facts::default() }
    }

    fn money_and_effects(&self, sieve: &mut Sieve<'_>, facts: &mut Facts) -> Result<()> {
        let columns = &self.columns;
        let number = |sieve: &mut Sieve<'_>, column, mark| {
            sieve.read(column, Reason::BadNumber, |cell| fixed(cell, mark))
        };
        let quantities = columns.quantity.map(|column| number(sieve, column, self.marks.quantity));
        let priced = columns.amount.or(columns.unit_price);
        let prices = priced.map(|column| number(sieve, column, self.marks.money));
        let costs = columns.unit_cost.map(|column| {
            let mut costs = Vec::with_capacity(sieve.rows.len());
            sieve.view.each_of(column, &sieve.rows, |cell| costs.push(fixed(cell, self.marks.cost)));
            costs
        });
        let rows = sieve.rows.len();
        facts.quantities.reserve(rows);
        facts.amounts.reserve(rows);
        facts.effects.reserve(rows);
        for i in 0..rows {
            let row = sieve.rows[i];
            let quantity = quantities.as_ref().map(|q| q[i]);
            let price = prices.as_ref().map_or(0, |p| p[i]);
            let mut amount = match (columns.amount, quantity) {
                (None, Some(quantity)) => Money::product(quantity, price),
                _ => Money::of(price),
            };
            if !amount.is_plausible() {
                sieve.refuse(row, Reason::BadNumber, priced);
            }
            let taken_back = quantity.map_or(amount.is_negative(), |q| q < 0);
            if taken_back && self.returns == Returns::Skip {
                sieve.refuse(row, Reason::SkippedByRule, columns.quantity.or(priced));
            }
            if self.limit.is_before(facts.at[i], &self.zone) {
                sieve.refuse(row, Reason::AfterAsOf, Some(columns.at));
            }
            if let (Some(column), None) = (columns.currency, sieve.refused[row as usize]) {
                amount = self.exchanged(amount, sieve.view.cell(column, row as usize), facts)?;
            }
            let cancelled = self.cancelled.iter().any(|r| r.holds(sieve.view.cell(r.column, row as usize)));
            let sells = !cancelled && quantity.map_or(!amount.is_negative(), |q| q > 0);
            // A cancelled sale never took effect; a cancelled row that takes back reverses an earlier sale.
            let void = cancelled && !taken_back;
            let pieces = quantity.unwrap_or(if taken_back { -MILLION } else { MILLION });
            if let Some(costs) = &costs {
                let cost = costs[i].map(|c| Money::product(pieces, c)).filter(|c| c.is_plausible());
                facts.costs.push(if void { Some(Money::ZERO) } else { cost });
            }
            facts.quantities.push(if void { 0 } else { pieces });
            facts.amounts.push(if void { Money::ZERO } else { amount });
            facts.effects.push(u8::from(sells) * SALE + u8::from(taken_back) * RETURN);
        }
        Ok(())
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
        let known: Vec<_> = self.rates.iter().map(|(c, _)| shown(c)).collect();
        let (code, known) = (shown(&code), known.join(", "));
        Err(Error::config(format!(
            "the currency {code} has no rate in `[transactions.rules.rates]`, which has {known}"
        ))
        .hint("add its rate, or set its rows aside with `skip_when`"))
    }

    /// The refused rows, with the value at fault and the money in them as far as it can be read.
    fn aside(&self, block: &Block, view: &View<'_>, refused: &[Option<Refusal>]) -> SetAside {
        let mut aside = SetAside::with_room(refused.iter().flatten().count());
        let mut broken = block.broken.iter().peekable();
        for (row, refusal) in refused.iter().enumerate() {
            let Some(refusal) = refusal else { continue };
            if let Some(b) = broken.next_if(|b| b.row == row) {
                aside.push(block, row, b.reason, None, Cell::Text(b.what.as_bytes()), None);
                continue;
            }
            let value = match refusal.column {
                Some(column) => view.cell(column as usize, row),
                None => view.unmatched(row).unwrap_or(Cell::Null),
            };
            aside.push(block, row, refusal.reason, refusal.column, value, self.money(view, row));
        }
        aside
    }

    /// Money of a row, as far as it can be read.
    fn money(&self, view: &View<'_>, row: usize) -> Option<Money> {
        let number = |column: usize, mark| fixed(view.cell(column, row), mark);
        match (self.columns.amount, self.columns.quantity, self.columns.unit_price) {
            (Some(amount), ..) => Some(Money::of(number(amount, self.marks.money)?)),
            (None, Some(quantity), Some(price)) => {
                let quantity = number(quantity, self.marks.quantity)?;
                Some(Money::product(quantity, number(price, self.marks.money)?)).filter(|p| p.is_plausible())
            }
            _ => None,
        }
    }
}
