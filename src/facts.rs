//! The seam between ingest and activity: accepted transactions as numbers, a block at a time.

use std::collections::BTreeSet;
use std::hash::BuildHasher;
use std::sync::{Arc, OnceLock};

use foldhash::fast::FixedState;

use crate::math::money::{Millionths, Money};

/// The row makes its order count: positive quantity and not cancelled.
pub const SALE: u8 = 1;
/// The row takes something back.
pub const RETURN: u8 = 2;

/// Hash of a canonical id; the seed is fixed, so that runs repeat.
#[inline]
pub fn hash(id: &[u8]) -> u64 {
    FixedState::with_seed(0x6d6f_7368_7461_7269).hash_one(id)
}

/// Customers and orders that the transactions know, for tables that name one of them.
pub trait KnownCustomers: Sync {
    /// Row of a customer in the customers table.
    fn customer(&self, id: &[u8]) -> Option<u32>;
    /// Rows of many customers, who are found faster together; `None` also where there is no id.
    fn customers(&self, ids: &TextColumn) -> Vec<Option<u32>> {
        (0..ids.len()).map(|place| self.customer(ids.get(place)?)).collect()
    }
    /// Row of the customer of an order, if exactly one customer has it.
    fn customer_of_order(&self, id: &[u8]) -> Option<u32>;
}

/// An order as its customer made it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Order {
    /// Row of the customer in the customers table.
    pub customer: u32,
    /// Its first sale, µs UTC.
    pub at: i64,
    /// Net money.
    pub amount: Money,
    /// It counts as an order; otherwise it was cancelled or taken back, or only takes back.
    pub counts: bool,
}

/// Every order that the transactions hold, for stages that look at what customers did when.
pub trait Orders {
    /// Shows the orders, those of a customer one after the other.
    fn each_order(&self, see: &mut dyn FnMut(Order));
}

/// Bytes of text values, one after the other.
#[derive(Clone, Debug, Default)]
pub struct TextColumn {
    bytes: Vec<u8>,
    ends: Vec<u32>,
    nulls: Option<Vec<bool>>,
}

impl TextColumn {
    /// A column from its parts: all bytes, the end of each value, and which values are absent.
    pub fn from_parts(bytes: Vec<u8>, ends: Vec<u32>, nulls: Option<Vec<bool>>) -> Self {
        Self { bytes, ends, nulls }
    }

    /// Makes room for so many values more, of so many bytes together.
    pub fn reserve(&mut self, values: usize, bytes: usize) {
        self.ends.reserve(values);
        self.bytes.reserve(bytes);
    }

    /// Appends a value.
    #[inline]
    pub fn push(&mut self, value: &[u8]) {
        self.bytes.extend_from_slice(value);
        self.ends.push(u32::try_from(self.bytes.len()).expect("a block holds less than 4 GiB"));
        if let Some(nulls) = &mut self.nulls {
            nulls.push(false);
        }
    }

    /// Appends the value that `write` adds to the bytes before it.
    #[inline]
    pub fn push_with(&mut self, write: impl FnOnce(&mut Vec<u8>)) {
        write(&mut self.bytes);
        self.push(b"");
    }

    /// All bytes, the end of each value, and which values are absent.
    pub fn into_parts(self) -> (Vec<u8>, Vec<u32>, Option<Vec<bool>>) {
        (self.bytes, self.ends, self.nulls)
    }

    /// Appends an absent value.
    pub fn push_null(&mut self) {
        let rows = self.ends.len();
        self.ends.push(u32::try_from(self.bytes.len()).expect("a block holds less than 4 GiB"));
        self.nulls.get_or_insert_with(|| vec![false; rows]).push(true);
    }

    /// Number of values.
    #[inline]
    pub fn len(&self) -> usize {
        self.ends.len()
    }

    /// True without values.
    pub fn is_empty(&self) -> bool {
        self.ends.is_empty()
    }

    /// The value of a row; `None` when it is absent.
    #[inline]
    pub fn get(&self, row: usize) -> Option<&[u8]> {
        if self.nulls.as_ref().is_some_and(|n| n[row]) {
            return None;
        }
        let start = if row == 0 { 0 } else { self.ends[row - 1] as usize };
        Some(&self.bytes[start..self.ends[row] as usize])
    }
}

/// Canonical ids, for rows that say by number which one they mean. An id may stand here more than once, or without
/// a row.
#[derive(Clone, Debug, Default)]
pub struct Ids {
    /// The ids.
    pub texts: Arc<TextColumn>,
    /// Their hashes.
    pub hashes: Vec<u64>,
    /// Where the fold keeps their customers, once it was asked. Ids belong to one fold.
    pub places: OnceLock<Vec<Place>>,
}

/// Where the fold keeps a customer.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Place {
    /// Number of the shard.
    pub shard: u32,
    /// Number of the customer there.
    pub number: u32,
}

impl Ids {
    /// These ids and their hashes.
    pub fn new(texts: Arc<TextColumn>, hashes: Vec<u64>) -> Self {
        Self { texts, hashes, places: OnceLock::new() }
    }

    /// Appends an id.
    pub fn push(&mut self, id: &[u8]) {
        self.places.take();
        Arc::make_mut(&mut self.texts).push(id);
        self.hashes.push(hash(id));
    }
}

/// Accepted rows of one block, column by column, in row order.
#[derive(Debug, Default)]
pub struct Facts {
    /// Customers that rows refer to.
    pub customers: Arc<Ids>,
    /// The customer of each row, as an index into `customers`.
    pub customer_of: Vec<u32>,
    /// Hash of the order id, or of the day; empty when each row is an order.
    pub order_keys: Vec<u64>,
    /// When, µs UTC.
    pub at: Vec<i64>,
    /// Quantity; 1 where the export has none, -1 for money given back.
    pub quantities: Vec<Millionths>,
    /// Money of the row; a cancelled sale is worth nothing.
    pub amounts: Vec<Money>,
    /// Cost of the row where known; empty when no cost column is mapped.
    pub costs: Vec<Option<Money>>,
    /// What the row does: [`SALE`], [`RETURN`], both bits or none.
    pub effects: Vec<u8>,
    /// Row within the block.
    pub rows: Vec<u32>,
    /// Currency codes seen.
    pub currencies: BTreeSet<Vec<u8>>,
}

impl Facts {
    /// Keeps the rows marked true; `keep` has one mark per row.
    pub fn retain(&mut self, keep: &[bool]) {
        fn only<T: Copy>(values: &mut Vec<T>, keep: &[bool]) {
            let mut marks = keep.iter();
            values.retain(|_| *marks.next().unwrap_or(&true));
        }
        if keep.iter().all(|k| *k) {
            return;
        }
        only(&mut self.customer_of, keep);
        only(&mut self.order_keys, keep);
        only(&mut self.at, keep);
        only(&mut self.quantities, keep);
        only(&mut self.amounts, keep);
        only(&mut self.costs, keep);
        only(&mut self.effects, keep);
        only(&mut self.rows, keep);
    }

    /// Gives up the rows, which have been taken in, and their memory; what is known of all of them stays.
    pub fn forget_rows(&mut self) {
        *self = Self { currencies: std::mem::take(&mut self.currencies), ..Self::default() };
    }

    /// Number of rows.
    pub fn len(&self) -> usize {
        self.at.len()
    }

    /// True without rows.
    pub fn is_empty(&self) -> bool {
        self.at.is_empty()
    }
}
