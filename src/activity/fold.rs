//! Rows to orders, shard by shard.

use hashbrown::HashTable;
use rayon::prelude::*;

use crate::facts::{Facts, RETURN, SALE, TextColumn};
use crate::math::money::{Millionths, Money};

/// Number of shards. More shards than threads, so that a big one does not hold the others up; a power of two.
pub const SHARDS: usize = 16;

/// What is known of one order, or of a run of its rows.
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

    /// One row as an order of its own.
    fn of(facts: &Facts, row: usize, customer: u32, key: u64) -> Self {
        let at = facts.at[row];
        Self {
            amount: facts.amounts[row],
            key,
            first_at: at,
            last_at: at,
            quantity: facts.quantities[row],
            customer,
            effects: facts.effects[row],
        }
    }

    /// Adds rows of the same order. Times of rows that sell nothing do not date an order that has a sale.
    fn merge(&mut self, other: &Self) {
        self.amount += other.amount;
        self.quantity = self.quantity.saturating_add(other.quantity);
        let (sold, sells) = (self.effects & SALE != 0, other.effects & SALE != 0);
        if sells && !sold {
            (self.first_at, self.last_at) = (other.first_at, other.last_at);
        } else if sells || !sold {
            self.first_at = self.first_at.min(other.first_at);
            self.last_at = self.last_at.max(other.last_at);
        }
        self.effects |= other.effects;
    }
}

/// Sums of a customer's rows that need no orders.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Totals {
    /// The first bytes of the id: most comparisons of ids end here.
    pub prefix: u128,
    pub id_length: u32,
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
    /// Runs of rows of one order, as they came; after [`Shard::settle`] one entry per order.
    pub orders: Vec<Order>,
    customers: HashTable<Entry>,
    rows: u64,
    /// Entries of `orders` known to be different orders.
    settled: usize,
}

/// A customer in the table: the whole hash stands beside the number, so that most comparisons end there.
#[derive(Clone, Copy, Debug)]
struct Entry {
    hash: u64,
    customer: u32,
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
    /// Number of a customer in the shard.
    pub(super) fn find(&self, hash: u64, id: &[u8]) -> Option<u32> {
        let prefix = prefix(id);
        self.customers.find(hash, |e| e.hash == hash && self.is(e.customer, id, prefix)).map(|e| e.customer)
    }

    fn is(&self, customer: u32, id: &[u8], prefix: u128) -> bool {
        let known = &self.totals[customer as usize];
        known.id_length as usize == id.len()
            && known.prefix == prefix
            && (id.len() <= PREFIX || self.ids.get(customer as usize) == Some(id))
    }

    fn add(&mut self, facts: &Facts, rows: &[u32]) {
        let mut last: Option<(u64, u32)> = None;
        for &row in rows {
            let row = row as usize;
            let (hash, id) = (facts.customer_hashes[row], facts.customers.get(row).unwrap_or_default());
            // The lines of an order mostly stand together.
            let customer = match last {
                Some((h, c)) if h == hash && self.is(c, id, prefix(id)) => c,
                _ => self.customer(hash, id),
            };
            last = Some((hash, customer));
            let key = if facts.order_keys.is_empty() { self.rows } else { facts.order_keys[row] };
            self.rows += 1;
            self.totals[customer as usize].add(facts, row);
            let order = Order::of(facts, row, customer, key);
            match self.orders.last_mut() {
                Some(open) if open.customer == customer && open.key == key => open.merge(&order),
                _ => self.orders.push(order),
            }
        }
        // Orders whose rows lie apart would fill memory with their rows; settling now and then keeps it to orders.
        if self.orders.len() > 2 * self.settled + SETTLE_AT {
            self.settle();
        }
    }

    fn customer(&mut self, hash: u64, id: &[u8]) -> u32 {
        if let Some(customer) = self.find(hash, id) {
            return customer;
        }
        let customer = u32::try_from(self.totals.len()).expect("a shard holds less than 4 billion customers");
        self.ids.push(id);
        let id_length = u32::try_from(id.len()).unwrap_or(u32::MAX);
        self.totals.push(Totals { prefix: prefix(id), id_length, ..Totals::default() });
        self.customers.insert_unique(hash, Entry { hash, customer }, |e| e.hash);
        customer
    }

    /// Joins the runs of each order. Afterwards orders stand by customer.
    pub(super) fn settle(&mut self) {
        let mut sorted = by_customer(&self.orders, self.totals.len());
        for orders in sorted.chunk_by_mut(|a, b| a.customer == b.customer) {
            // Stable: runs of an order stay in the order of their rows.
            orders.sort_by_key(|o| o.key);
        }
        sorted.dedup_by(|next, kept| {
            let same = next.customer == kept.customer && next.key == kept.key;
            if same {
                kept.merge(next);
            }
            same
        });
        self.settled = sorted.len();
        self.orders = sorted;
    }
}

/// Bytes of an id that stand beside a customer's totals.
const PREFIX: usize = 16;

/// The first bytes of an id as a number that sorts like them.
fn prefix(id: &[u8]) -> u128 {
    let mut bytes = [0; PREFIX];
    let n = id.len().min(PREFIX);
    bytes[..n].copy_from_slice(&id[..n]);
    u128::from_be_bytes(bytes)
}

/// Runs kept before they are settled for the first time.
const SETTLE_AT: usize = 1 << 20;

/// The runs by customer, each customer's in the order they came: a counting sort.
fn by_customer(orders: &[Order], customers: usize) -> Vec<Order> {
    let mut starts = vec![0_u32; customers + 1];
    for order in orders {
        starts[order.customer as usize + 1] += 1;
    }
    for c in 0..customers {
        starts[c + 1] += starts[c];
    }
    let Some(&any) = orders.first() else { return Vec::new() };
    let mut sorted = vec![any; orders.len()];
    for order in orders {
        let place = &mut starts[order.customer as usize];
        sorted[*place as usize] = *order;
        *place += 1;
    }
    sorted
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
