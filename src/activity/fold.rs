//! Runs to customers and orders, shard by shard.

use std::path::{Path, PathBuf};

use hashbrown::HashTable;
use rayon::prelude::*;

use super::id::Id;
use super::order::Order;
use super::overflow::Overflow;
use super::runs::{Part, Runs};
use crate::Result;
use crate::facts::TextColumn;
use crate::math::money::Money;

/// Number of shards. More shards than threads, so that a big one does not hold the others up; a power of two.
pub const SHARDS: usize = 16;

/// Runs that a shard keeps in memory, 60 bytes each.
const RUNS_IN_MEMORY: usize = 1 << 16;

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
        let mut parts: Vec<Vec<Part>> = (0..SHARDS).map(|_| Vec::with_capacity(batch.len())).collect();
        for runs in &mut batch {
            self.rows += runs.rows;
            self.with_costs |= runs.costless_rows.is_some();
            self.costless_rows += runs.costless_rows.unwrap_or_default();
            self.last_at = self.last_at.max(runs.last_at);
            for (parts, part) in parts.iter_mut().zip(runs.parts.drain(..)) {
                parts.push(part);
            }
        }
        let (folder, most) = (&self.folder, self.runs_in_memory);
        self.shards.par_iter_mut().zip(parts).try_for_each(|(shard, parts)| {
            for (runs, part) in batch.iter().zip(parts) {
                shard.add(runs, part);
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
#[inline]
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

/// Runs, and the customer of each.
#[derive(Debug, Default)]
struct Piece {
    orders: Vec<Order>,
    customers: Vec<u32>,
}

/// The customers of one shard, in order of first appearance.
#[derive(Debug, Default)]
pub(super) struct Shard {
    pub ids: TextColumn,
    number: usize,
    /// Runs of rows of one order, as the blocks brought them.
    runs: Vec<Piece>,
    overflow: Overflow,
    /// By customer, as far as somebody took something back.
    pub returned: Vec<Returned>,
    /// By customer, as far as the export has costs.
    pub costs: Vec<Cost>,
    customers: HashTable<Id>,
    rows: u64,
}

impl Shard {
    /// Number of customers.
    pub(super) fn len(&self) -> usize {
        self.ids.len()
    }

    /// Number of a customer in the shard.
    pub(super) fn find(&self, hash: u64, text: &[u8]) -> Option<u32> {
        self.find_id(&Id::new(hash, text, 0), text)
    }

    #[inline]
    fn find_id(&self, id: &Id, text: &[u8]) -> Option<u32> {
        let is = |known: &Id| {
            known.begins_like(id) && (!id.is_long() || self.ids.get(known.place as usize) == Some(text))
        };
        self.customers.find(id.hash, is).map(|known| known.place)
    }

    fn add(&mut self, runs: &Runs, part: Part) {
        let customers: Vec<u32> = part.ids.iter().map(|id| self.customer(id, &runs.texts)).collect();
        let (mut orders, mut owners) = (part.orders, part.customers);
        owners.iter_mut().for_each(|owner| *owner = customers[*owner as usize]);
        if runs.keyed {
            self.go_on(&mut orders, &mut owners);
        } else {
            orders.iter_mut().zip(self.rows..).for_each(|(order, row)| order.key = row);
            self.rows += orders.len() as u64;
        }
        orders.shrink_to_fit();
        owners.shrink_to_fit();
        self.runs.push(Piece { orders, customers: owners });
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

    /// The first run of a block may go on with the order that the block before ended with.
    fn go_on(&mut self, orders: &mut Vec<Order>, owners: &mut Vec<u32>) {
        let Some(Piece { orders: before, customers }) = self.runs.last_mut() else { return };
        if let (Some(open), Some(first)) = (before.last_mut(), orders.first())
            && open.key == first.key
            && customers.last() == owners.first()
        {
            open.merge(first);
            orders.remove(0);
            owners.remove(0);
        }
    }

    /// Moves runs out of memory when there are more than `most`.
    fn make_room(&mut self, folder: &Path, most: usize) -> Result<()> {
        if self.runs.iter().map(|piece| piece.orders.len()).sum::<usize>() <= most {
            return Ok(());
        }
        // The last run may go on in the next block.
        let last = self.runs.pop();
        for piece in self.runs.drain(..) {
            self.overflow.push(folder, self.number, &piece.orders, &piece.customers)?;
        }
        self.runs.extend(last);
        Ok(())
    }

    #[inline]
    fn customer(&mut self, id: &Id, texts: &TextColumn) -> u32 {
        let text = || texts.get(id.place as usize).unwrap_or_default();
        // The text of a short id is in its prefix.
        if let Some(customer) = self.find_id(id, if id.is_long() { text() } else { b"" }) {
            return customer;
        }
        let customer = u32::try_from(self.len()).expect("a shard holds less than 4 billion customers");
        self.ids.push(text());
        self.customers.insert_unique(id.hash, Id { place: customer, ..*id }, |known| known.hash);
        customer
    }

    /// Shows the orders of each customer, one customer after the other. The runs are given up for it.
    ///
    /// # Errors
    /// `Io` when runs cannot be read back.
    pub(super) fn each_customer(&mut self, mut see: impl FnMut(u32, &[Order])) -> Result<()> {
        let runs = self.take_runs()?;
        let (ends, places) = places_by_customer(self.len(), &runs);
        let (mut orders, mut start) = (Vec::new(), 0);
        for (customer, end) in ends.into_iter().enumerate() {
            let places = &places[start as usize..end as usize];
            orders.clear();
            orders.extend(places.iter().map(|(piece, place)| runs[*piece as usize].orders[*place as usize]));
            join(&mut orders);
            see(customer as u32, &orders);
            start = end;
        }
        Ok(())
    }

    /// All runs in the order in which they came.
    fn take_runs(&mut self) -> Result<Vec<Piece>> {
        let mut overflow = std::mem::take(&mut self.overflow);
        let n = overflow.len();
        let mut back = Piece { orders: Vec::with_capacity(n), customers: Vec::with_capacity(n) };
        overflow.each(|run, customer| {
            back.orders.push(run);
            back.customers.push(customer);
        })?;
        let mut runs = vec![back];
        runs.append(&mut self.runs);
        Ok(runs)
    }
}

/// Where the runs of each customer stand, in the order in which they came: the end of each customer's share of the
/// places, and the places as (piece, run). A counting sort of places, because the runs themselves are large.
fn places_by_customer(customers: usize, runs: &[Piece]) -> (Vec<u32>, Vec<(u32, u32)>) {
    let mut ends = vec![0_u32; customers + 1];
    runs.iter().flat_map(|piece| &piece.customers).for_each(|customer| ends[*customer as usize + 1] += 1);
    for c in 0..customers {
        ends[c + 1] += ends[c];
    }
    let mut places = vec![(0, 0); ends[customers] as usize];
    for (piece, number) in runs.iter().zip(0..) {
        for (customer, place) in piece.customers.iter().zip(0..) {
            let next = &mut ends[*customer as usize];
            places[*next as usize] = (number, place);
            *next += 1;
        }
    }
    ends.pop();
    (ends, places)
}

/// Joins a customer's runs, given in the order in which they came, to orders.
fn join(runs: &mut Vec<Order>) {
    if has_one_each(runs) {
        return;
    }
    // Stable: runs of an order stay in the order of their rows.
    runs.sort_by_key(|run| run.key);
    runs.dedup_by(|next, kept| {
        let same = kept.key == next.key;
        if same {
            kept.merge(next);
        }
        same
    });
}

/// No order has two runs, as far as few runs show.
#[inline]
fn has_one_each(runs: &[Order]) -> bool {
    const FEW: usize = 12;
    runs.len() <= FEW
        && runs.iter().enumerate().all(|(i, run)| runs[..i].iter().all(|before| before.key != run.key))
}

/// The entry of a customer in a list that grows on demand.
fn slot<T: Clone + Default>(list: &mut Vec<T>, customer: u32) -> &mut T {
    let place = customer as usize;
    if place >= list.len() {
        list.resize(place + 1, T::default());
    }
    &mut list[place]
}
