//! Runs to customers and orders, shard by shard.

use std::path::{Path, PathBuf};

use hashbrown::HashTable;
use rayon::prelude::*;

use super::order::Order;
use super::overflow::Overflow;
use super::runs::{Part, Runs};
use crate::Result;
use crate::facts::TextColumn;
use crate::math::money::Money;

/// Number of shards. More shards than threads, so that a big one does not hold the others up; a power of two.
pub const SHARDS: usize = 16;

/// Runs that a shard keeps in memory, 64 bytes each.
const RUNS_IN_MEMORY: usize = 1 << 17;

/// Takes runs in file order and keeps customers and orders.
#[derive(Debug)]
pub struct Fold {
    folder: PathBuf,
    /// Runs that a shard keeps in memory.
    pub(super) runs_in_memory: usize,
    pub(super) shards: Vec<Shard>,
    pub(super) rows: u64,
    pub(super) costless_rows: u64,
    pub(super) with_costs: bool,
    pub(super) last_at: Option<i64>,
}

impl Fold {
    /// An empty fold. Runs that do not fit in memory wait in `folder`, in files that vanish with it.
    pub fn new(folder: &Path) -> Self {
        Self {
            folder: folder.to_path_buf(),
            runs_in_memory: RUNS_IN_MEMORY,
            shards: (0..SHARDS).map(|number| Shard { number, ..Shard::default() }).collect(),
            rows: 0,
            costless_rows: 0,
            with_costs: false,
            last_at: None,
        }
    }

    /// Folds the runs of a batch of blocks, in the order given.
    ///
    /// # Errors
    /// `Io` when runs cannot be written to the folder.
    pub fn add(&mut self, mut batch: Vec<Runs>) -> Result<()> {
        let mut parts: Vec<Vec<(bool, Part)>> =
            (0..SHARDS).map(|_| Vec::with_capacity(batch.len())).collect();
        for runs in &mut batch {
            self.rows += runs.rows;
            self.with_costs |= runs.costless_rows.is_some();
            self.costless_rows += runs.costless_rows.unwrap_or_default();
            self.last_at = self.last_at.max(runs.last_at);
            for (parts, part) in parts.iter_mut().zip(runs.parts.drain(..)) {
                parts.push((runs.keyed, part));
            }
        }
        let (folder, most) = (&self.folder, self.runs_in_memory);
        self.shards.par_iter_mut().zip(parts).try_for_each(|(shard, parts)| {
            for (keyed, part) in parts {
                shard.add(keyed, part);
                shard.make_room(folder, most)?;
            }
            Ok(())
        })
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

/// What a customer took back.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Returned {
    pub rows: u32,
    pub amount: Money,
}

/// What a customer's items cost.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Cost {
    pub amount: Money,
    pub costless_rows: u32,
}

/// The customers of one shard, in order of first appearance.
#[derive(Debug, Default)]
pub(super) struct Shard {
    pub ids: TextColumn,
    number: usize,
    /// Runs of rows of one order, as they came, in pieces so that growing does not move them.
    runs: Vec<Vec<Order>>,
    overflow: Overflow,
    /// By customer, as far as somebody took something back.
    pub returned: Vec<Returned>,
    /// By customer, as far as the export has costs.
    pub costs: Vec<Cost>,
    customers: HashTable<Entry>,
    rows: u64,
}

/// A customer in the table: hash and first bytes stand beside the number, so that nearly every comparison ends
/// there.
#[derive(Clone, Copy, Debug)]
struct Entry {
    prefix: u128,
    hash: u64,
    length: u32,
    customer: u32,
}

impl Shard {
    /// Number of customers.
    pub(super) fn len(&self) -> usize {
        self.ids.len()
    }

    /// Number of a customer in the shard.
    pub(super) fn find(&self, hash: u64, id: &[u8]) -> Option<u32> {
        let prefix = prefix(id);
        let is = |e: &Entry| {
            e.prefix == prefix
                && e.length as usize == id.len()
                && (id.len() <= PREFIX || self.ids.get(e.customer as usize) == Some(id))
        };
        self.customers.find(hash, is).map(|e| e.customer)
    }

    fn add(&mut self, keyed: bool, part: Part) {
        let customers: Vec<u32> = part
            .hashes
            .iter()
            .enumerate()
            .map(|(i, hash)| self.customer(*hash, part.ids.get(i).unwrap_or_default()))
            .collect();
        for mut order in part.orders {
            order.customer = customers[order.customer as usize];
            if !keyed {
                order.key = self.rows;
                self.rows += 1;
            }
            match self.runs.last_mut() {
                Some(piece) if piece.len() < PIECE => match piece.last_mut() {
                    Some(open) if open.is_same(&order) => open.merge(&order),
                    _ => piece.push(order),
                },
                _ => {
                    let mut piece = Vec::with_capacity(PIECE);
                    piece.push(order);
                    self.runs.push(piece);
                }
            }
        }
        for (customer, amount) in part.returns {
            let returned = slot(&mut self.returned, customers[customer as usize]);
            returned.rows += 1;
            if amount.is_negative() {
                returned.amount += -amount;
            }
        }
        for (customer, amount) in part.costs {
            let cost = slot(&mut self.costs, customers[customer as usize]);
            match amount {
                Some(amount) => cost.amount += amount,
                None => cost.costless_rows += 1,
            }
        }
    }

    /// Moves runs out of memory when there are more than `most`.
    fn make_room(&mut self, folder: &Path, most: usize) -> Result<()> {
        if self.runs.len() * PIECE <= most {
            return Ok(());
        }
        // The last run may go on in the next block.
        let last = self.runs.pop();
        for piece in self.runs.drain(..) {
            self.overflow.push(folder, self.number, &piece)?;
        }
        self.runs.extend(last);
        Ok(())
    }

    fn customer(&mut self, hash: u64, id: &[u8]) -> u32 {
        if let Some(customer) = self.find(hash, id) {
            return customer;
        }
        let customer = u32::try_from(self.len()).expect("a shard holds less than 4 billion customers");
        let length = u32::try_from(id.len()).unwrap_or(u32::MAX);
        self.ids.push(id);
        self.customers.insert_unique(hash, Entry { prefix: prefix(id), hash, length, customer }, |e| e.hash);
        customer
    }

    /// The orders, by customer; a customer's orders stand in the order of their keys.
    ///
    /// # Errors
    /// `Io` when runs cannot be read back.
    pub(super) fn take_orders(&mut self) -> Result<Vec<Order>> {
        let mut orders = self.by_customer()?;
        for of_one in orders.chunk_by_mut(|a, b| a.customer == b.customer) {
            // Stable: runs of an order stay in the order of their rows.
            of_one.sort_by_key(|o| o.key);
        }
        orders.dedup_by(|next, kept| {
            let same = kept.is_same(next);
            if same {
                kept.merge(next);
            }
            same
        });
        Ok(orders)
    }

    /// The runs by customer, each customer's in the order they came: a counting sort.
    fn by_customer(&mut self) -> Result<Vec<Order>> {
        let mut starts = vec![0_u32; self.len() + 1];
        let mut any = None;
        self.each_run(|run| {
            starts[run.customer as usize + 1] += 1;
            any = Some(run);
        })?;
        let Some(any) = any else { return Ok(Vec::new()) };
        for c in 0..self.len() {
            starts[c + 1] += starts[c];
        }
        let mut sorted = vec![any; starts[self.len()] as usize];
        self.each_run(|run| {
            let place = &mut starts[run.customer as usize];
            sorted[*place as usize] = run;
            *place += 1;
        })?;
        (self.runs, self.overflow) = Default::default();
        Ok(sorted)
    }

    fn each_run(&mut self, mut see: impl FnMut(Order)) -> Result<()> {
        self.overflow.each(&mut see)?;
        self.runs.iter().flatten().for_each(|run| see(*run));
        Ok(())
    }
}

/// The entry of a customer in a list that grows on demand.
fn slot<T: Clone + Default>(list: &mut Vec<T>, customer: u32) -> &mut T {
    let place = customer as usize;
    if place >= list.len() {
        list.resize(place + 1, T::default());
    }
    &mut list[place]
}

/// Runs of a piece; few in tests, so that small data fill several.
const PIECE: usize = if cfg!(test) { 4 } else { 1 << 13 };

/// Bytes of an id that stand in the table of customers.
const PREFIX: usize = 16;

/// The first bytes of an id as a number that sorts like them.
pub(super) fn prefix(id: &[u8]) -> u128 {
    let mut bytes = [0; PREFIX];
    let n = id.len().min(PREFIX);
    bytes[..n].copy_from_slice(&id[..n]);
    u128::from_be_bytes(bytes)
}
