//! A block read column by column: each pass settles one question for all rows that are still in play.

use super::{TransactionReader, canonical_cell, instant, shown};
use crate::config::transactions::{OrderRule, Returns};
use crate::facts::{Facts, RETURN, SALE, hash};
use crate::ingest::accounting::SetAside;
use crate::ingest::block::{Block, Cell};
use crate::ingest::numbers::DecimalMark;
use crate::ingest::plan::View;
use crate::ingest::rules::{Rule, fixed};
use crate::math::money::{MILLION, Millionths, Money};
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

    /// Refuses the rows in play for which a value could not be read.
    fn refuse_missing<T>(&mut self, values: &[Option<T>], reason: Reason, column: usize) {
        for (i, value) in values.iter().enumerate() {
            if value.is_none() {
                self.refuse(self.rows[i], reason, Some(column));
            }
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

    /// Numbers of a column for the rows in play.
    fn numbers(&self, column: usize, mark: DecimalMark) -> Vec<Option<Millionths>> {
        let mut values = Vec::with_capacity(self.rows.len());
        self.view.each_of(column, &self.rows, |cell| values.push(fixed(cell, mark)));
        values
    }
}

impl TransactionReader {
    /// Reads a block: accepted rows as facts, the others set aside.
    pub(super) fn facts(&self, block: &Block) -> Result<(Facts, SetAside)> {
        let mut sieve = Sieve::new(self.plan.view(block), block.rows);
        for broken in &block.broken {
            sieve.refuse(broken.row as u32, broken.reason, None);
        }
        for row in 0..block.rows {
            if sieve.view.unmatched(row).is_some() {
                sieve.refuse(row as u32, Reason::UnknownOrder, None);
            }
        }
        self.skip.iter().for_each(|rule| sieve.skip(rule));
        sieve.rows = (0..block.rows as u32).filter(|row| sieve.refused[*row as usize].is_none()).collect();

        let mut facts = Facts::with_capacity(sieve.rows.len());
        self.customers(&mut sieve, &mut facts);
        self.orders(&mut sieve, &mut facts);
        self.times(&mut sieve, &mut facts);
        self.money_and_effects(&mut sieve, &mut facts)?;

        let keep: Vec<bool> = sieve.rows.iter().map(|row| sieve.refused[*row as usize].is_none()).collect();
        let Sieve { view, refused, rows } = sieve;
        facts.rows = rows;
        facts.retain(&keep);
        Ok((facts, self.aside(block, &view, &refused)))
    }

    fn customers(&self, sieve: &mut Sieve<'_>, facts: &mut Facts) {
        let column = self.columns.customer;
        let mut missing = Vec::new();
        let mut place = 0;
        sieve.view.each_of(column, &sieve.rows, |cell| {
            if let Some(id) = canonical_cell(cell, self.ids) {
                facts.customer_hashes.push(hash(&id));
                facts.customers.push(&id);
            } else {
                missing.push(sieve.rows[place]);
                facts.customer_hashes.push(0);
                facts.customers.push(b"");
            }
            place += 1;
        });
        for row in missing {
            sieve.refuse(row, Reason::MissingCustomer, Some(column));
        }
    }

    fn orders(&self, sieve: &mut Sieve<'_>, facts: &mut Facts) {
        let Some(column) = self.columns.order else { return };
        let mut keys = Vec::with_capacity(sieve.rows.len());
        sieve.view.each_of(column, &sieve.rows, |cell| {
            keys.push(canonical_cell(cell, self.ids).map(|id| hash(&id)));
        });
        sieve.refuse_missing(&keys, Reason::MissingOrder, column);
        facts.order_keys = keys.into_iter().map(Option::unwrap_or_default).collect();
    }

    fn times(&self, sieve: &mut Sieve<'_>, facts: &mut Facts) {
        let column = self.columns.at;
        let mut values = Vec::with_capacity(sieve.rows.len());
        sieve.view.each_of(column, &sieve.rows, |cell| {
            values.push(instant(cell, self.time.as_ref(), &self.zone));
        });
        sieve.refuse_missing(&values, Reason::BadTimestamp, column);
        facts.at = values.into_iter().map(Option::unwrap_or_default).collect();
        if self.order_rule == Some(OrderRule::Day) {
            facts.order_keys = facts.at.iter().map(|at| hash(&self.zone.day(*at).to_le_bytes())).collect();
        }
    }

    fn money_and_effects(&self, sieve: &mut Sieve<'_>, facts: &mut Facts) -> Result<()> {
        let columns = &self.columns;
        let quantities = columns.quantity.map(|column| sieve.numbers(column, self.marks.quantity));
        if let (Some(column), Some(values)) = (columns.quantity, &quantities) {
            sieve.refuse_missing(values, Reason::BadNumber, column);
        }
        let priced = columns.amount.or(columns.unit_price);
        let prices = self.prices(sieve, priced);
        let costs = columns.unit_cost.map(|column| sieve.numbers(column, self.marks.cost));
        for i in 0..sieve.rows.len() {
            let row = sieve.rows[i];
            let quantity = quantities.as_ref().map(|q| q[i].unwrap_or_default());
            let price = prices[i].unwrap_or_default();
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

    /// Prices of the rows in play; nothing in an export without money.
    fn prices(&self, sieve: &mut Sieve<'_>, priced: Option<usize>) -> Vec<Option<Millionths>> {
        let Some(column) = priced else { return vec![Some(0); sieve.rows.len()] };
        let prices = sieve.numbers(column, self.marks.money);
        sieve.refuse_missing(&prices, Reason::BadNumber, column);
        prices
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
        let mut aside = SetAside::default();
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
