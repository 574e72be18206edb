//! A block read column by column: each pass settles one question for all rows that are still in play.

use std::borrow::Cow;
use std::sync::Arc;

use super::{Limit, TransactionReader, canonical_cell, instant, shown};
use crate::config::source::IdRule;
use crate::config::transactions::{OrderRule, Returns};
use crate::facts::{Facts, Ids, RETURN, SALE, TextColumn, hash};
use crate::ingest::accounting::SetAside;
use crate::ingest::block::{Block, Cell, Column};
use crate::ingest::dictionary::EntryIds;
use crate::ingest::numbers::{Currency, DecimalMark, from_f64};
use crate::ingest::plan::View;
use crate::ingest::rules::{Rule, fixed, money, whole};
use crate::ingest::stretches::Stretches;
use crate::ingest::times::TimeFormat;
use crate::math::money::{MILLION, Millionths, Money};
use crate::schema::Reason;
use crate::zone::Zone;
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
    /// A row was refused since rows were let in.
    wanes: bool,
    /// Rows still in play when the values are read.
    rows: Vec<u32>,
    /// A column of texts that was compared as numbers, and the number in each row.
    compared: Option<(usize, Vec<Option<Millionths>>)>,
    /// Currencies beside numbers, and which of the rows in play, counted from the first, they stand in.
    currencies: Vec<(usize, Currency)>,
}

/// No id: where [`RowIds::of`] has an index.
const NO_ID: u32 = u32::MAX;

/// The ids of a column, each dictionary entry or stretch of equal values once.
struct RowIds<'a> {
    ids: Arc<Ids>,
    /// The id of each row, an index into `ids` or [`NO_ID`].
    of: Cow<'a, [u32]>,
}

impl<'a> Sieve<'a> {
    fn new(view: View<'a>, rows: usize) -> Self {
        Self {
            view,
            refused: vec![None; rows],
            wanes: false,
            rows: Vec::new(),
            compared: None,
            currencies: Vec::new(),
        }
    }

    fn refuse(&mut self, row: u32, reason: Reason, column: Option<usize>) {
        let refused = &mut self.refused[row as usize];
        if refused.is_none() {
            *refused = Some(Refusal { reason, column: column.map(|c| c as u16) });
            self.wanes = true;
        }
    }

    /// Refuses the rows in play, counted from the first, for which a value could not be read.
    fn refuse_places(&mut self, places: &[usize], reason: Reason, column: usize) {
        for place in places {
            self.refuse(self.rows[*place], reason, Some(column));
        }
    }

    /// Refuses those of the rows in play, counted from the first, for which something is so.
    fn refuse_where(&mut self, is_so: impl Fn(usize) -> bool, reason: Reason, column: Option<usize>) {
        for place in 0..self.rows.len() {
            if is_so(place) {
                self.refuse(self.rows[place], reason, column);
            }
        }
    }

    /// Refuses rows for which a rule holds.
    fn skip(&mut self, rule: &Rule) {
        let refusal = Refusal { reason: Reason::SkippedByRule, column: Some(rule.column as u16) };
        let all = &mut self.refused;
        let rows = all.len();
        let mut refuse = |row: usize, holds: bool| {
            let refused = &mut all[row];
            if holds && refused.is_none() {
                *refused = Some(refusal);
            }
        };
        match (rule.bounds(), self.view.column(rule.column)) {
            (Some(bounds), Some(Column::Int(values, None))) => {
                let holds = |value: i64| whole(value).is_some_and(|number| bounds.contains(&number));
                values.iter().enumerate().for_each(|(row, value)| refuse(row, holds(*value)));
            }
            (Some(bounds), _) => {
                let mut numbers = Vec::with_capacity(rows);
                let mut plain = true;
                self.view.each(rule.column, |_, cell| {
                    numbers.push(money(cell, DecimalMark::Auto, |_| plain = false));
                });
                let holds = |number: &Option<_>| number.is_some_and(|number| bounds.contains(&number));
                numbers.iter().enumerate().for_each(|(row, number)| refuse(row, holds(number)));
                // Numbers with currencies are read again, to know whose these are.
                self.compared = plain.then_some((rule.column, numbers));
            }
            _ => self.view.each(rule.column, |row, cell| refuse(row, rule.holds(cell))),
        }
    }

    /// Puts the rows that are not refused into play.
    fn let_in(&mut self) {
        self.rows.reserve(self.refused.len());
        let all = (0..).zip(&self.refused);
        self.rows.extend(all.filter(|(_, refused)| refused.is_none()).map(|(row, _): (u32, _)| row));
        self.wanes = false;
    }

    /// Which of the rows in play are not refused; `None` when none is.
    fn kept(&self) -> Option<Vec<bool>> {
        let kept = |row: &u32| self.refused[*row as usize].is_none();
        self.wanes.then(|| self.rows.iter().map(kept).collect())
    }

    /// What stands for each of the rows in play.
    fn in_play<T>(&self, of: impl Fn(usize) -> T) -> Vec<T> {
        self.rows.iter().map(|row| of(*row as usize)).collect()
    }

    /// Values of a column for the rows in play; rows without one are refused.
    fn read<T: Default>(
        &mut self,
        column: usize,
        reason: Reason,
        mut read: impl FnMut(Cell<'a>) -> Option<T>,
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

    /// The same for values of one type that the file holds for every row.
    fn read_typed<V: Copy, T: Default>(
        &mut self,
        column: usize,
        reason: Reason,
        values: &[V],
        read: impl Fn(V) -> Option<T>,
    ) -> Vec<T> {
        let mut missing = Vec::new();
        let read = |(place, row): (usize, &u32)| {
            read(values[*row as usize]).unwrap_or_else(|| {
                missing.push(place);
                T::default()
            })
        };
        let found = self.rows.iter().enumerate().map(read).collect();
        self.refuse_places(&missing, reason, column);
        found
    }

    /// Numbers of a column for the rows in play; rows without one are refused.
    fn numbers(&mut self, column: usize, mark: DecimalMark) -> Vec<Millionths> {
        let reason = Reason::BadNumber;
        // A rule reads numbers with a decimal point.
        if mark != DecimalMark::Comma
            && let Some((_, numbers)) = self.compared.take_if(|(compared, _)| *compared == column)
        {
            return self.read_typed(column, reason, &numbers, |number| number);
        }
        match self.view.column(column) {
            Some(Column::Int(values, None)) => self.read_typed(column, reason, values, whole),
            Some(Column::Float(values, None)) => self.read_typed(column, reason, values, from_f64),
            _ => {
                let (mut currencies, mut place) = (std::mem::take(&mut self.currencies), 0);
                let numbers = self.read(column, reason, |cell| {
                    place += 1;
                    money(cell, mark, |currency| currencies.push((place - 1, currency)))
                });
                self.currencies = currencies;
                numbers
            }
        }
    }

    /// Instants of a column for the rows in play, µs UTC; rows without one are refused.
    fn instants(&mut self, column: usize, format: Option<&TimeFormat>, zone: &Zone) -> Vec<i64> {
        let reason = Reason::BadTimestamp;
        match self.view.column(column) {
            Some(Column::Wall(values, None)) => {
                self.read_typed(column, reason, values, |micros| Some(zone.to_utc(micros)))
            }
            Some(Column::Instant(values, None)) => self.read_typed(column, reason, values, Some),
            _ => {
                let stretches = self.view.stretches(column);
                let at: Vec<_> = stretches.values.iter().map(|cell| instant(*cell, format, zone)).collect();
                self.read_typed(column, reason, &stretches.of, |value| at[value as usize])
            }
        }
    }

    /// Ids of a column; rows without one are refused.
    fn ids(&mut self, column: usize, reason: Reason, rule: IdRule, with_texts: bool) -> RowIds<'a> {
        let ids = match self.view.column(column) {
            Some(Column::Dictionary(entries, codes)) => RowIds::of_dictionary(entries.ids(rule), codes),
            _ => RowIds::of_stretches(self.view.stretches(column), rule, with_texts),
        };
        for (row, _) in (0..).zip(&*ids.of).filter(|(_, id)| **id == NO_ID) {
            self.refuse(row, reason, Some(column));
        }
        ids
    }
}

impl<'a> RowIds<'a> {
    fn of_dictionary(entries: &EntryIds, codes: &'a [u32]) -> Self {
        let of = match &entries.absent {
            None => Cow::Borrowed(codes),
            Some(absent) => {
                let is_id = |code: u32| absent.get(code as usize).is_some_and(|absent| !absent);
                codes.iter().map(|code| if is_id(*code) { *code } else { NO_ID }).collect()
            }
        };
        Self { ids: Arc::clone(&entries.ids), of }
    }

    fn of_stretches(stretches: Stretches<'_>, rule: IdRule, with_texts: bool) -> Self {
        let (mut texts, mut hashes) = (TextColumn::default(), Vec::new());
        let id = |cell: &Cell<'_>| {
            let Some(id) = canonical_cell(*cell, rule) else { return NO_ID };
            hashes.push(hash(&id));
            if with_texts {
                texts.push(&id);
            }
            hashes.len() as u32 - 1
        };
        let of_value: Vec<u32> = stretches.values.iter().map(id).collect();
        let of = stretches.of.into_iter().map(|value| of_value[value as usize]).collect();
        Self { ids: Arc::new(Ids::new(Arc::new(texts), hashes)), of: Cow::Owned(of) }
    }

    /// The hash of the id of a row that has one.
    #[inline]
    fn hash(&self, row: usize) -> u64 {
        self.ids.hashes[self.of[row] as usize]
    }
}

/// The money of rows: stated, or quantity times price.
fn amounts(
    stated: bool,
    quantities: Option<&[Millionths]>,
    prices: Option<&[Millionths]>,
    rows: usize,
) -> Vec<Money> {
    match (quantities, prices) {
        (_, None) => vec![Money::ZERO; rows],
        (Some(quantities), Some(prices)) if !stated => {
            quantities.iter().zip(prices).map(|(quantity, price)| Money::product(*quantity, *price)).collect()
        }
        (_, Some(prices)) => prices.iter().map(|price| Money::of(*price)).collect(),
    }
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
        let mut facts = self.identities(&mut sieve);
        facts.at = sieve.instants(self.columns.at, self.time.as_ref(), &self.zone);
        if self.order_rule == Some(OrderRule::Day) {
            facts.order_keys = facts.at.iter().map(|at| hash(&self.zone.day(*at).to_le_bytes())).collect();
        }
        self.money_and_effects(&mut sieve, &mut facts)?;

        let keep = sieve.kept();
        let Sieve { view, refused, rows, .. } = sieve;
        facts.rows = rows;
        if let Some(keep) = keep {
            facts.retain(&keep);
        }
        Ok((facts, self.aside(block, &view, &refused)))
    }

    /// Customers and orders. Rows that have both, and that no rule skips, are let in.
    fn identities(&self, sieve: &mut Sieve<'_>) -> Facts {
        let customers = sieve.ids(self.columns.customer, Reason::MissingCustomer, self.ids, true);
        let orders =
            self.columns.order.map(|column| sieve.ids(column, Reason::MissingOrder, self.ids, false));
        sieve.let_in();
        Facts {
            customer_of: sieve.in_play(|row| customers.of[row]),
            order_keys: orders.map_or_else(Vec::new, |orders| sieve.in_play(|row| orders.hash(row))),
            customers: customers.ids,
            ..Facts::default()
        }
    }

    /// What the rows in play are worth and do.
    fn money_and_effects(&self, sieve: &mut Sieve<'_>, facts: &mut Facts) -> Result<()> {
        let columns = &self.columns;
        let quantities = columns.quantity.map(|column| sieve.numbers(column, self.marks.quantity));
        // What stands beside a quantity is its unit.
        sieve.currencies.clear();
        let priced = columns.amount.or(columns.unit_price);
        let prices = priced.map(|column| sieve.numbers(column, self.marks.money));
        let mut amounts =
            amounts(columns.amount.is_some(), quantities.as_deref(), prices.as_deref(), sieve.rows.len());
        sieve.refuse_where(|i| !amounts[i].is_plausible(), Reason::BadNumber, priced);
        facts.effects = match &quantities {
            Some(quantities) => {
                quantities.iter().map(|q| u8::from(*q > 0) * SALE + u8::from(*q < 0) * RETURN).collect()
            }
            None => amounts.iter().map(|amount| if amount.is_negative() { RETURN } else { SALE }).collect(),
        };
        if self.returns == Returns::Skip {
            let takes_back = |i: usize| facts.effects[i] & RETURN != 0;
            sieve.refuse_where(takes_back, Reason::SkippedByRule, columns.quantity.or(priced));
        }
        if self.limit != Limit::None {
            let is_late = |i: usize| self.limit.is_before(facts.at[i], &self.zone);
            sieve.refuse_where(is_late, Reason::AfterAsOf, Some(columns.at));
        }
        self.exchange(sieve, facts, &mut amounts)?;
        let piece = |effect: &u8| if effect & RETURN != 0 { -MILLION } else { MILLION };
        facts.quantities = quantities.unwrap_or_else(|| facts.effects.iter().map(piece).collect());
        facts.amounts = amounts;
        facts.costs = self.costs(sieve, &facts.quantities);
        self.currencies(sieve, facts);
        if !self.cancelled.is_empty() {
            self.cancel(sieve, facts);
        }
        Ok(())
    }

    /// Costs of the rows in play, as far as they are known; none where no column has them.
    fn costs(&self, sieve: &mut Sieve<'_>, quantities: &[Millionths]) -> Vec<Option<Money>> {
        let Some(column) = self.columns.unit_cost else { return Vec::new() };
        let mut costs = Vec::with_capacity(quantities.len());
        sieve.view.each_of(column, &sieve.rows, |cell| {
            let place = costs.len();
            let cost = money(cell, self.marks.cost, |currency| sieve.currencies.push((place, currency)));
            let cost = cost.map(|cost| Money::product(quantities[place], cost));
            costs.push(cost.filter(|cost| cost.is_plausible()));
        });
        costs
    }

    /// Without a column of currencies, those beside the numbers of rows that are not refused.
    fn currencies(&self, sieve: &Sieve<'_>, facts: &mut Facts) {
        if self.columns.currency.is_some() {
            return;
        }
        let mut last = None;
        for (place, currency) in &sieve.currencies {
            if last != Some(currency) && sieve.refused[sieve.rows[*place] as usize].is_none() {
                facts.currencies.insert(currency.to_string().into_bytes());
                last = Some(currency);
            }
        }
    }

    /// A cancelled sale never took effect; a cancelled row that takes back reverses an earlier sale.
    fn cancel(&self, sieve: &Sieve<'_>, facts: &mut Facts) {
        for (i, row) in sieve.rows.iter().enumerate() {
            let cell = |rule: &Rule| sieve.view.cell(rule.column, *row as usize);
            if !self.cancelled.iter().any(|rule| rule.holds(cell(rule))) {
                continue;
            }
            facts.effects[i] &= !SALE;
            if facts.effects[i] & RETURN == 0 {
                (facts.quantities[i], facts.amounts[i]) = (0, Money::ZERO);
                if let Some(cost) = facts.costs.get_mut(i) {
                    *cost = Some(Money::ZERO);
                }
            }
        }
    }

    /// Puts the amounts of the rows that are not refused into the currency of the result.
    fn exchange(&self, sieve: &Sieve<'_>, facts: &mut Facts, amounts: &mut [Money]) -> Result<()> {
        let Some(column) = self.columns.currency else { return Ok(()) };
        for (row, amount) in sieve.rows.iter().zip(amounts) {
            if sieve.refused[*row as usize].is_none() {
                *amount = self.exchanged(*amount, sieve.view.cell(column, *row as usize), facts)?;
            }
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
