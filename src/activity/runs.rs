//! A block's rows, joined to runs of one order each and spread over the shards.
//!
//! The lines of an order mostly stand together in an export, so that a block has far fewer runs than rows; and
//! a customer's id, however many rows name it, is handed on once per block.

use std::sync::Arc;

use super::fold::{SHARDS, shard_of};
use super::id::Id;
use super::order::Order;
use crate::facts::{Facts, RETURN, TextColumn};
use crate::math::money::Money;

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
    /// The customers' ids in full.
    pub(super) texts: Arc<TextColumn>,
}

/// What a block adds to one shard. Customers are numbered as they stand in `ids`.
#[derive(Debug, Default)]
pub(super) struct Part {
    pub ids: Vec<Id>,
    pub orders: Vec<Order>,
    pub returns: Vec<(u32, Money)>,
    /// Costs of the rows, where the export has them.
    pub costs: Vec<(u32, Option<Money>)>,
}

/// Not yet numbered.
const NEW: u32 = u32::MAX;

impl Runs {
    /// Joins and spreads the rows of a block.
    pub fn of(facts: &Facts) -> Self {
        let keyed = !facts.order_keys.is_empty();
        let with_costs = !facts.costs.is_empty();
        let mut runs = Self {
            rows: facts.len() as u64,
            amount: facts.amounts.iter().copied().sum(),
            costless_rows: with_costs.then(|| facts.costs.iter().filter(|c| c.is_none()).count() as u64),
            last_at: facts.at.iter().copied().max(),
            keyed,
            parts: (0..SHARDS).map(|_| Part::for_rows(facts.len())).collect(),
            texts: Arc::clone(&facts.customers.texts),
        };
        let mut numbers = vec![NEW; facts.customers.hashes.len()];
        let mut open: Option<Open> = None;
        for row in 0..facts.len() {
            let id = facts.customer_of[row];
            let key = if keyed { facts.order_keys[row] } else { 0 };
            let shard = match &mut open {
                Some(run) if keyed && run.id == id && run.order.key == key => {
                    run.order.add(facts, row);
                    run.shard
                }
                open => {
                    let (shard, customer) = runs.place(facts, id, &mut numbers);
                    let run = Open { shard, id, order: Order::of(facts, row, customer, key) };
                    if let Some(closed) = open.replace(run) {
                        runs.parts[closed.shard].orders.push(closed.order);
                    }
                    shard
                }
            };
            let part = &mut runs.parts[shard];
            if facts.effects[row] & RETURN != 0 {
                part.returns.push((numbers[id as usize], facts.amounts[row]));
            }
            if with_costs {
                part.costs.push((numbers[id as usize], facts.costs[row]));
            }
        }
        if let Some(closed) = open {
            runs.parts[closed.shard].orders.push(closed.order);
        }
        runs
    }

    /// The shard of a customer and the number there, given on first sight.
    fn place(&mut self, facts: &Facts, id: u32, numbers: &mut [u32]) -> (usize, u32) {
        let hash = facts.customers.hashes[id as usize];
        let (shard, number) = (shard_of(hash), &mut numbers[id as usize]);
        if *number == NEW {
            let part = &mut self.parts[shard];
            *number = part.ids.len() as u32;
            part.ids.push(Id::new(hash, facts.customers.texts.get(id as usize).unwrap_or_default(), id));
        }
        (shard, *number)
    }
}

impl Part {
    /// Room for the runs of a block with so many rows, where an order has two rows or more.
    fn for_rows(rows: usize) -> Self {
        let runs = rows / (2 * SHARDS);
        Self { ids: Vec::with_capacity(runs), orders: Vec::with_capacity(runs), ..Self::default() }
    }
}

/// The run that the last row belongs to.
struct Open {
    shard: usize,
    id: u32,
    order: Order,
}
