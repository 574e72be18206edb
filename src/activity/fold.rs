//! Rows to orders, shard by shard.

use std::hash::BuildHasher;

use foldhash::fast::FixedState;
use hashbrown::HashTable;
use rayon::prelude::*;

use crate::facts::{Facts, RETURN, SALE, TextColumn};
use crate::math::money::{Millionths, Money};

/// Number of shards. More shards than threads, so that a big one does not hold the others up; a power of two.
pub const SHARDS: usize = 16;

/// What is known of one order.
#[derive(Clone, Copy, Debug)]
pub(super) struct Order {
    /// Net money.
    pub amount: Money,
    /// Hash of the order id or of the day, or a running number.
    pub key: u64,
    /// First sale; of an order without a sale its first row, µs UTC.
    pub first_at: i64,
    /// Last sale; of an order without a sale its last row, µs UTC.
    pub last_at: i64,
    /// Net quantity.
    pub quantity: Millionths,
    /// Customer's number in the shard.
    pub customer: u32,
    /// The effects of its rows, or-ed.
    pub effects: u8,
}

impl Order {
    /// Counts as an order of the customer.
    pub(super) fn counts(&self) -> bool {
        let sold = self.effects & SALE != 0;
        let taken_back = self.effects & RETURN != 0 && self.quantity <= 0 && !self.amount.is_positive();
        sold && !taken_back
    }
}

/// Sums of a customer's rows that need no orders.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Totals {
    pub amount: Money,
    pub returned: Money,
    pub cost: Money,
    pub quantity: i128,
    pub return_rows: u32,
    pub costless_rows: u32,
}

/// The customers of one shard, in order of first appearance.
#[derive(Debug, Default)]
pub(super) struct Shard {
    pub ids: TextColumn,
    pub totals: Vec<Totals>,
    pub orders: Vec<Order>,
    hashes: Vec<u64>,
    customers: HashTable<u32>,
    by_key: HashTable<u32>,
    rows: u64,
}

/// Takes facts in file order and keeps orders and totals.
#[derive(Debug)]
pub struct Fold {
    pub(super) shards: Vec<Shard>,
    pub(super) rows: u64,
    pub(super) costless_rows: u64,
    pub(super) with_costs: bool,
    pub(super) last_at: Option<i64>,
}

impl Default for Fold {
    fn default() -> Self {
        let shards = (0..SHARDS).map(|_| Shard::default()).collect();
        Self { shards, rows: 0, costless_rows: 0, with_costs: false, last_at: None }
    }
}

impl Fold {
    /// Folds a batch of blocks, in the order given.
    pub fn add(&mut self, batch: &[&Facts]) {
        for facts in batch {
            self.rows += facts.len() as u64;
            self.with_costs |= !facts.costs.is_empty();
            self.costless_rows += facts.costs.iter().filter(|c| c.is_none()).count() as u64;
            self.last_at = self.last_at.max(facts.at.iter().copied().max());
        }
        let members: Vec<Vec<Vec<u32>>> = batch.par_iter().map(|facts| spread(facts)).collect();
        self.shards.par_iter_mut().enumerate().for_each(|(s, shard)| {
            for (facts, lists) in batch.iter().zip(&members) {
                shard.add(facts, &lists[s]);
            }
        });
    }

    /// Number of customers so far.
    pub fn customers(&self) -> usize {
        self.shards.iter().map(|s| s.totals.len()).sum()
    }

    /// Time of the last row, µs UTC.
    pub fn last_at(&self) -> Option<i64> {
        self.last_at
    }
}

/// The shard of a customer. Lookups within a shard use the low bits of the hash, so the shard takes the high ones.
pub(super) fn shard_of(hash: u64) -> usize {
    (hash >> 32) as usize % SHARDS
}

/// Rows of each shard.
fn spread(facts: &Facts) -> Vec<Vec<u32>> {
    let room = facts.len() / SHARDS + 64;
    let mut lists: Vec<Vec<u32>> = (0..SHARDS).map(|_| Vec::with_capacity(room)).collect();
    for (row, hash) in facts.customer_hashes.iter().enumerate() {
        lists[shard_of(*hash)].push(row as u32);
    }
    lists
}

impl Shard {
    /// Frees what only folding needs: the orders are about to be sorted.
    pub(super) fn forget_orders_by_key(&mut self) {
        self.by_key = HashTable::new();
    }

    /// Number of a customer in the shard.
    pub(super) fn find(&self, hash: u64, id: &[u8]) -> Option<u32> {
        let is = |c: &u32| self.hashes[*c as usize] == hash && self.ids.get(*c as usize) == Some(id);
        self.customers.find(hash, is).copied()
    }

    fn add(&mut self, facts: &Facts, rows: &[u32]) {
        let mut last = u32::MAX;
        for &row in rows {
            let row = row as usize;
            let customer = self.customer(facts, row);
            let key = if facts.order_keys.is_empty() { self.rows } else { facts.order_keys[row] };
            self.rows += 1;
            self.totals[customer as usize].add(facts, row);
            // The lines of an order mostly stand together.
            let same = self.orders.get(last as usize).is_some_and(|o| o.customer == customer && o.key == key);
            if !same {
                last = self.order(customer, key, facts.at[row]);
            }
            self.orders[last as usize].add(facts, row);
        }
    }

    fn customer(&mut self, facts: &Facts, row: usize) -> u32 {
        let (hash, id) = (facts.customer_hashes[row], facts.customers.get(row).unwrap_or_default());
        if let Some(customer) = self.find(hash, id) {
            return customer;
        }
        let customer = u32::try_from(self.totals.len()).expect("a shard holds less than 4 billion customers");
        self.ids.push(id);
        self.hashes.push(hash);
        self.totals.push(Totals::default());
        let hashes = &self.hashes;
        self.customers.insert_unique(hash, customer, |&c| hashes[c as usize]);
        customer
    }

    fn order(&mut self, customer: u32, key: u64, at: i64) -> u32 {
        const STATE: FixedState = FixedState::with_seed(2);
        let hash = STATE.hash_one((customer, key));
        let orders = &self.orders;
        let is = |o: &u32| orders[*o as usize].customer == customer && orders[*o as usize].key == key;
        if let Some(&order) = self.by_key.find(hash, is) {
            return order;
        }
        let order = u32::try_from(self.orders.len()).expect("a shard holds less than 4 billion orders");
        self.orders.push(Order {
            amount: Money::ZERO,
            key,
            first_at: at,
            last_at: at,
            quantity: 0,
            customer,
            effects: 0,
        });
        let orders = &self.orders;
        self.by_key.insert_unique(hash, order, |o| {
            let o = &orders[*o as usize];
            STATE.hash_one((o.customer, o.key))
        });
        order
    }
}

impl Order {
    fn add(&mut self, facts: &Facts, row: usize) {
        let (at, effects) = (facts.at[row], facts.effects[row]);
        self.amount += facts.amounts[row];
        self.quantity = self.quantity.saturating_add(facts.quantities[row]);
        let (sold, sells) = (self.effects & SALE != 0, effects & SALE != 0);
        if sells && !sold {
            // Times of rows that sell nothing do not date an order that has a sale.
            (self.first_at, self.last_at) = (at, at);
        } else if sells || !sold {
            self.first_at = self.first_at.min(at);
            self.last_at = self.last_at.max(at);
        }
        self.effects |= effects;
    }
}

impl Totals {
    fn add(&mut self, facts: &Facts, row: usize) {
        let amount = facts.amounts[row];
        self.amount += amount;
        self.quantity += i128::from(facts.quantities[row]);
        if facts.effects[row] & RETURN != 0 {
            self.return_rows += 1;
            if amount.is_negative() {
                self.returned += -amount;
            }
        }
        if let Some(cost) = facts.costs.get(row) {
            match cost {
                Some(cost) => self.cost += *cost,
                None => self.costless_rows += 1,
            }
        }
    }
}
