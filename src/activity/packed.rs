//! Runs as they wait for their customer to be summed up: 32 bytes each where the figures allow it, else 64.
//!
//! There are as many of them as orders, and most say little: one time, a whole number of pieces, an amount that fits in
//! 64 bits. Such a run is one record of four words, any other one is two.

use arrow::datatypes::ToByteSlice;

use super::order::Order;
use crate::math::money::{MILLION, Money};

/// Four words. The first record of a run: key, first time, low half of the amount, and [`About`].
type Record = [u64; 4];

/// Bytes of a record.
const BYTES: usize = size_of::<Record>();

/// Runs and their customers, in the order in which they came.
#[derive(Debug, Default)]
pub(super) struct Packed {
    records: Vec<Record>,
    /// Where the last run begins.
    last: usize,
}

/// The last word of the first record, bit by bit: customer (32), effects (8), whether a second record follows (1),
/// whole pieces (23, signed).
struct About(u64);

const LONG: u64 = 1 << 40;
const PIECES: u32 = 41;

impl About {
    fn new(customer: u32, effects: u8) -> Self {
        Self(u64::from(customer) | u64::from(effects) << 32)
    }

    fn customer(&self) -> u32 {
        self.0 as u32
    }

    fn effects(&self) -> u8 {
        (self.0 >> 32) as u8
    }

    fn is_long(&self) -> bool {
        self.0 & LONG != 0
    }

    fn pieces(&self) -> i64 {
        self.0 as i64 >> PIECES
    }
}

/// The quantity as whole pieces, if they fit.
#[inline]
fn pieces(order: &Order) -> Option<i64> {
    let pieces = order.quantity / MILLION;
    let fits = (pieces << PIECES) >> PIECES == pieces && pieces * MILLION == order.quantity;
    fits.then_some(pieces)
}

impl Packed {
    /// Room for so many short runs.
    pub(super) fn with_capacity(runs: usize) -> Self {
        Self { records: Vec::with_capacity(runs), last: 0 }
    }

    /// Room for the runs in so many bytes.
    pub(super) fn of_bytes(bytes: usize) -> Self {
        Self::with_capacity(bytes / BYTES)
    }

    /// Number of records, one or two a run.
    pub(super) fn len(&self) -> usize {
        self.records.len()
    }

    /// Appends a run.
    #[inline]
    pub(super) fn push(&mut self, customer: u32, order: &Order) {
        self.last = self.records.len();
        let about = About::new(customer, order.effects).0;
        let amount = i128::from_le_bytes({ order.amount }.to_bytes());
        let (key, first_at) = (order.key, order.first_at as u64);
        match pieces(order) {
            Some(pieces) if i128::from(amount as i64) == amount && order.first_at == order.last_at => {
                self.records.push([key, first_at, amount as u64, about | (pieces as u64) << PIECES]);
            }
            _ => {
                self.records.push([key, first_at, amount as u64, about | LONG]);
                let high = (amount >> 64) as u64;
                self.records.push([order.last_at as u64, high, order.quantity as u64, 0]);
            }
        }
    }

    /// The last run is of this customer and order.
    #[inline]
    pub(super) fn ends_with(&self, customer: u32, key: u64) -> bool {
        let is = |record: &Record| record[0] == key && About(record[3]).customer() == customer;
        self.records.get(self.last).is_some_and(is)
    }

    /// Adds rows to the last run.
    pub(super) fn add_to_last(&mut self, customer: u32, order: &Order) {
        let mut whole = self.order(self.last);
        whole.merge(order);
        self.records.truncate(self.last);
        self.push(customer, &whole);
    }

    /// The run that begins at a record.
    #[inline]
    pub(super) fn order(&self, place: usize) -> Order {
        let [key, first_at, amount, about] = self.records[place];
        let about = About(about);
        let (mut last_at, mut high, mut quantity) =
            (first_at, (amount as i64 >> 63) as u64, about.pieces() * MILLION);
        if about.is_long() {
            let [last, rest, exact, _] = self.records[place + 1];
            (last_at, high, quantity) = (last, rest, exact as i64);
        }
        let amount = i128::from(high as i64) << 64 | i128::from(amount);
        Order {
            amount: Money::from_bytes(amount.to_le_bytes()),
            key,
            first_at: first_at as i64,
            last_at: last_at as i64,
            quantity,
            effects: about.effects(),
        }
    }

    /// Where each run begins, and its customer.
    #[inline]
    pub(super) fn customers(&self) -> impl Iterator<Item = (u32, u32)> {
        let mut place = 0;
        std::iter::from_fn(move || {
            let about = About(self.records.get(place)?[3]);
            let here = place as u32;
            place += 1 + usize::from(about.is_long());
            Some((here, about.customer()))
        })
    }

    /// The runs of another list fit in the room that is left.
    pub(super) fn has_room_for(&self, more: &Self) -> bool {
        self.records.capacity() - self.records.len() >= more.len()
    }

    /// Appends the runs of another list.
    pub(super) fn append(&mut self, more: &Self) {
        self.last = self.records.len() + more.last;
        self.records.extend_from_slice(&more.records);
    }

    /// The records as they are kept on disk until the end of the run.
    pub(super) fn bytes(&self) -> &[u8] {
        self.records.as_flattened().to_byte_slice()
    }

    /// Appends records from disk. The run that goes on in the next bytes may be cut.
    pub(super) fn extend(&mut self, bytes: &[u8]) {
        let word = |bytes: &[u8]| u64::from_ne_bytes(bytes.try_into().expect("a word has eight bytes"));
        let record = |bytes: &[u8]| [0, 8, 16, 24].map(|at| word(&bytes[at..at + 8]));
        self.records.extend(bytes.chunks_exact(BYTES).map(record));
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn order() -> impl Strategy<Value = Order> {
        let amounts = prop_oneof![-1_000_000_i64..1_000_000, Just(i64::MAX), Just(i64::MIN), any::<i64>()];
        let quantities = prop_oneof![
            (-5_000_000_i64..5_000_000).prop_map(|pieces| pieces * MILLION),
            any::<i64>(),
            Just(i64::MIN)
        ];
        (amounts, 1_i64..4_000_000_000, any::<u64>(), any::<i64>(), prop::bool::ANY, quantities, 0..4_u8)
            .prop_map(|(price, times, key, at, once, quantity, effects)| Order {
                amount: Money::product(price, times),
                key,
                first_at: at,
                last_at: if once { at } else { at.wrapping_add(1) },
                quantity,
                effects,
            })
    }

    proptest! {
        #[test]
        fn runs_come_back_as_they_went(orders in prop::collection::vec((any::<u32>(), order()), 0..50)) {
            let mut packed = Packed::with_capacity(10);
            orders.iter().for_each(|(customer, order)| packed.push(*customer, order));
            let mut copy = Packed::default();
            // As two pieces of a file, wherever they are cut.
            let (some, more) = packed.bytes().split_at(packed.len() / 2 * BYTES);
            copy.extend(some);
            copy.extend(more);
            for runs in [&packed, &copy] {
                let back: Vec<_> = runs.customers().map(|(place, customer)| (customer, runs.order(place as usize))).collect();
                prop_assert_eq!(&back, &orders);
            }
        }

        #[test]
        fn rows_are_added_to_the_last_run(first in order(), last in order(), more in order()) {
            let sums = |order: &Order| Money::ZERO + { order.amount };
            let mut packed = Packed::default();
            packed.push(1, &first);
            packed.push(2, &last);
            prop_assert!(packed.ends_with(2, last.key));
            prop_assert!(!packed.ends_with(1, last.key));
            packed.add_to_last(2, &more);
            let back: Vec<_> = packed.customers().map(|(place, customer)| (customer, packed.order(place as usize))).collect();
            prop_assert_eq!(back.len(), 2);
            prop_assert_eq!(back[0], (1, first));
            prop_assert_eq!(sums(&back[1].1), sums(&last) + sums(&more));
        }
    }
}
