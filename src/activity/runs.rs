//! A block's rows, joined to runs of one order each and spread over the shards.
//!
//! The lines of an order mostly stand together in an export, so that a block has far fewer runs than rows.

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
        let place = |row: usize| places[rows.customer_of[row] as usize];
        let mut open: Option<Order> = None;
        for row in 0..facts.len() {
            match &mut open {
                Some(order) if keyed && rows.goes_on(row) => order.add(&rows.line(row)),
                _ => {
                    if let Some(order) = open.replace(rows.order(row)) {
                        runs.push(place(row - 1), &order);
                    }
                }
            }
        }
        if let Some(order) = open {
            runs.push(place(facts.len() - 1), &order);
        }
        for row in (0..facts.len()).filter(|row| rows.effects[*row] & RETURN != 0) {
            let Place { shard, number } = place(row);
            runs.parts[shard as usize].returns.push((number, rows.amounts[row]));
        }
        for (row, cost) in facts.costs.iter().enumerate() {
            let Place { shard, number } = place(row);
            runs.parts[shard as usize].costs.push((number, *cost));
        }
        runs
    }

    /// Adds a run, to the last one of its shard where rows of others stood between the two.
    #[inline]
    fn push(&mut self, Place { shard, number: customer }: Place, order: &Order) {
        let runs = &mut self.parts[shard as usize].runs;
        if self.keyed && runs.ends_with(customer, order.key) {
            runs.add_to_last(customer, order);
        } else {
            runs.push(customer, order);
        }
    }
}

impl Part {
    /// Room for the runs of a block with so many rows, where an order has two rows or more.
    fn for_rows(rows: usize) -> Self {
        Self { runs: Packed::with_capacity(rows / (2 * SHARDS)), ..Self::default() }
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

    /// The row is of the same order and customer as the one before it.
    #[inline]
    fn goes_on(&self, row: usize) -> bool {
        self.order_keys[row] == self.order_keys[row - 1] && self.customer_of[row] == self.customer_of[row - 1]
    }

    /// The order that a row alone makes.
    #[inline]
    fn order(&self, row: usize) -> Order {
        Order::of(&self.line(row), self.order_keys.get(row).copied().unwrap_or_default())
    }

    #[inline]
    fn line(&self, row: usize) -> Line {
        Line {
            amount: self.amounts[row],
            at: self.at[row],
            quantity: self.quantities[row],
            effects: self.effects[row],
        }
    }
}
