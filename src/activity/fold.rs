//! Runs to orders, shard by shard.

use std::path::{Path, PathBuf};

use rayon::prelude::*;

use super::order::Order;
use super::overflow::Overflow;
use super::packed::Packed;
use super::register::SHARDS;
use super::runs::{Part, Runs};
use crate::Result;
use crate::error::all;
use crate::math::money::Money;

/// Records of runs that a shard keeps in memory, 32 bytes each.
const RECORDS_IN_MEMORY: usize = 1 << 18;

/// Records of a piece of memory in which runs are kept. What a block brings is copied there, so that the memory of one
/// block serves the next and nothing that stays lies scattered among what goes.
const PIECE: usize = 1 << 15;

/// Runs gathered at a time when customers are summed up. They stand anywhere in memory, and the processor waits for many
/// of them at once where nothing else stands between two.
const GATHERED: usize = 1 << 11;

/// Takes runs in file order and keeps orders.
#[derive(Debug)]
pub struct Fold {
    folder: PathBuf,
    /// Records of runs that a shard keeps in memory.
    pub(super) records_in_memory: usize,
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
            records_in_memory: RECORDS_IN_MEMORY,
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
        let (folder, most) = (&self.folder, self.records_in_memory);
        let added = self.shards.par_iter_mut().zip(parts).map(|(shard, parts)| {
            for (runs, part) in batch.iter().zip(parts) {
                shard.add(part, runs.keyed);
                shard.make_room(folder, most)?;
            }
            Ok(())
        });
        all(added).map(drop)
    }

    /// Time of the last row, µs UTC.
    pub fn last_at(&self) -> Option<i64> {
        self.last_at
    }
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

/// What the customers of one shard did, by their numbers in the register.
#[derive(Debug, Default)]
pub(super) struct Shard {
    number: usize,
    /// Runs of rows of one order, in the order in which the blocks brought them.
    runs: Vec<Packed>,
    overflow: Overflow,
    /// By customer, as far as somebody took something back.
    pub returned: Vec<Returned>,
    /// By customer, as far as the export has costs.
    pub costs: Vec<Cost>,
    /// Rows name their order; otherwise each is one.
    keyed: bool,
}

impl Shard {
    fn add(&mut self, part: Part, keyed: bool) {
        let Part { runs, returns, costs } = part;
        // A block without an accepted row does not tell.
        self.keyed |= keyed;
        match self.runs.last_mut() {
            Some(piece) if piece.has_room_for(&runs) => piece.append(&runs),
            _ => {
                let mut piece = Packed::with_capacity(runs.len().max(PIECE));
                piece.append(&runs);
                self.runs.push(piece);
            }
        }
        for (customer, amount) in returns {
            let returned = slot(&mut self.returned, customer);
            returned.rows += 1;
            if amount.is_negative() {
                returned.amount += -amount;
            }
        }
        for (customer, amount) in costs {
            let cost = slot(&mut self.costs, customer);
            match amount {
                Some(amount) => cost.amount += amount,
                None => cost.costless_rows += 1,
            }
        }
    }

    /// Moves runs out of memory when there are more than `most` records.
    fn make_room(&mut self, folder: &Path, most: usize) -> Result<()> {
        if self.runs.iter().map(Packed::len).sum::<usize>() > most {
            for runs in self.runs.drain(..) {
                self.overflow.push(folder, self.number, &runs)?;
            }
        }
        Ok(())
    }

    /// Shows the orders of each of so many customers, one customer after the other; some may have none. The runs are
    /// given up for it.
    ///
    /// # Errors
    /// `Io` when runs cannot be read back.
    pub(super) fn each_customer(
        &mut self,
        customers: usize,
        mut see: impl FnMut(u32, &[Order]),
    ) -> Result<()> {
        let runs = self.take_runs()?;
        let (ends, places) = places_by_customer(customers, &runs);
        let (mut gathered, mut joined) = (Vec::new(), Vec::new());
        let (mut start, mut first_gathered) = (0, 0);
        for (customer, end) in ends.into_iter().enumerate() {
            let end = end as usize;
            if end > first_gathered + gathered.len() {
                first_gathered = start;
                let more = &places[start..end.max(places.len().min(start + GATHERED))];
                gathered.clear();
                gathered
                    .extend(more.iter().map(|(piece, place)| runs[*piece as usize].order(*place as usize)));
            }
            let own = &gathered[start - first_gathered..end - first_gathered];
            if !self.keyed || has_one_each(own) {
                see(customer as u32, own);
            } else {
                join(own, &mut joined);
                see(customer as u32, &joined);
            }
            start = end;
        }
        Ok(())
    }

    /// All runs in the order in which they came.
    fn take_runs(&mut self) -> Result<Vec<Packed>> {
        let mut runs = vec![std::mem::take(&mut self.overflow).read()?];
        runs.append(&mut self.runs);
        Ok(runs)
    }
}

/// Where the runs of each customer stand, in the order in which they came: the end of each customer's share of the
/// places, and the places as (piece, run). A counting sort of places, because the runs themselves are large.
fn places_by_customer(customers: usize, runs: &[Packed]) -> (Vec<u32>, Vec<(u32, u32)>) {
    let mut ends = vec![0_u32; customers + 1];
    runs.iter().flat_map(Packed::customers).for_each(|(_, customer)| ends[customer as usize + 1] += 1);
    for c in 0..customers {
        ends[c + 1] += ends[c];
    }
    let mut places = vec![(0, 0); ends[customers] as usize];
    for (piece, number) in runs.iter().zip(0..) {
        for (place, customer) in piece.customers() {
            let next = &mut ends[customer as usize];
            places[*next as usize] = (number, place);
            *next += 1;
        }
    }
    ends.pop();
    (ends, places)
}

/// Joins a customer's runs, given in the order in which they came, to orders.
fn join(runs: &[Order], orders: &mut Vec<Order>) {
    orders.clear();
    orders.extend_from_slice(runs);
    // Stable: runs of an order stay in the order of their rows.
    orders.sort_by_key(|run| run.key);
    orders.dedup_by(|next, kept| {
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
