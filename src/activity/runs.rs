//! A block's rows, joined to runs of one order each and spread over the shards.
//!
//! The lines of an order mostly stand together in an export, so that a block has far fewer runs than rows.

use std::ops::Range;

use super::order::{Line, Order};
use super::packed::Packed;
use super::register::{Register, SHARDS};
use crate::facts::{Facts, Place, RETURN};
use crate::math::money::{Millionths, Money};

/// What the rows of one block add to the fold.
#[derive(Debug, Default)]
pub struct Runs {
    /// Rows.
    pub rows: u64,
    /// Their money.
    pub amount: Money,
    /// Rows without a cost; `None` where the export has no costs.
    pub(super) costless_rows: Option<u64>,
    /// Time of the last row, µs UTC.
    pub(super) last_at: Option<i64>,
    /// Rows name their order; otherwise each is one.
    pub(super) keyed: bool,
    pub(super) parts: Vec<Part>,
}

/// What a block adds to one shard. Customers have the numbers of the register.
#[derive(Debug, Default)]
pub(super) struct Part {
    pub runs: Packed,
    pub returns: Vec<(u32, Money)>,
    /// Costs of the rows, where the export has them.
    pub costs: Vec<(u32, Option<Money>)>,
}

impl Runs {
    /// Joins and spreads the rows of a block, whose customers enter the register.
    pub fn of(facts: &Facts, register: &Register) -> Self {
        let keyed = !facts.order_keys.is_empty();
        let with_costs = !facts.costs.is_empty();
        let mut runs = Self {
            rows: facts.len() as u64,
            amount: facts.amounts.iter().copied().sum(),
            costless_rows: with_costs.then(|| facts.costs.iter().filter(|c| c.is_none()).count() as u64),
            last_at: facts.at.iter().copied().max(),
            keyed,
            parts: (0..SHARDS).map(|_| Part::for_rows(facts.len())).collect(),
        };
        let places = register.places(&facts.customers);
        let rows = Rows::of(facts);
        let mut start = 0;
        while start < rows.customer_of.len() {
            let end = if keyed { rows.end_of_run(start) } else { start + 1 };
            let order = rows.order(start..end);
            let Place { shard, number: customer } = places[rows.customer_of[start] as usize];
            let part = &mut runs.parts[shard as usize];
            part.push(customer, &order, keyed);
            for row in start..end {
                if rows.effects[row] & RETURN != 0 {
                    part.returns.push((customer, rows.amounts[row]));
                }
                if with_costs {
                    part.costs.push((customer, facts.costs[row]));
                }
            }
            start = end;
        }
        runs
    }
}

impl Part {
    /// Room for the runs of a block with so many rows, where an order has two rows or more.
    fn for_rows(rows: usize) -> Self {
        Self { runs: Packed::with_capacity(rows / (2 * SHARDS)), ..Self::default() }
    }

    /// Adds a run, to the last one where rows of others stood between the two.
    #[inline]
    fn push(&mut self, customer: u32, order: &Order, keyed: bool) {
        if keyed && self.runs.ends_with(customer, order.key) {
            self.runs.add_to_last(customer, order);
        } else {
            self.runs.push(customer, order);
        }
    }
}

/// The rows of a block; all slices have the same length, but for the keys of an export without orders.
struct Rows<'a> {
    customer_of: &'a [u32],
    order_keys: &'a [u64],
    at: &'a [i64],
    quantities: &'a [Millionths],
    amounts: &'a [Money],
    effects: &'a [u8],
}

impl<'a> Rows<'a> {
    fn of(facts: &'a Facts) -> Self {
        // Said once, so that it need not be looked at again row by row.
        let n = facts.len();
        Self {
            customer_of: &facts.customer_of[..n],
            order_keys: &facts.order_keys,
            at: &facts.at[..n],
            quantities: &facts.quantities[..n],
            amounts: &facts.amounts[..n],
            effects: &facts.effects[..n],
        }
    }

    /// Where the rows of one order and customer end that begin here.
    #[inline]
    fn end_of_run(&self, start: usize) -> usize {
        let (customer, key) = (self.customer_of[start], self.order_keys[start]);
        let others = self.customer_of[start + 1..].iter().zip(&self.order_keys[start + 1..]);
        start + 1 + others.take_while(|(c, k)| **c == customer && **k == key).count()
    }

    /// Rows of one order.
    #[inline]
    fn order(&self, rows: Range<usize>) -> Order {
        let line = |row: usize| Line {
            amount: self.amounts[row],
            at: self.at[row],
            quantity: self.quantities[row],
            effects: self.effects[row],
        };
        let key = self.order_keys.get(rows.start).copied().unwrap_or_default();
        let mut order = Order::of(&line(rows.start), key);
        (rows.start + 1..rows.end).for_each(|row| order.add(&line(row)));
        order
    }
}
