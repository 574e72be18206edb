//! One order, or a run of its rows.

use crate::facts::{RETURN, SALE};
use crate::math::money::{Millionths, Money};

/// One row.
#[derive(Clone, Copy, Debug)]
pub(super) struct Line {
    pub amount: Money,
    pub at: i64,
    pub quantity: Millionths,
    pub effects: u8,
}

/// What is known of one order, or of a run of its rows. There are as many of them as orders: without the padding that
/// the money would ask for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(Rust, packed(8))]
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
    /// The effects of its rows, or-ed.
    pub effects: u8,
}

impl Order {
    /// Counts as an order of the customer.
    pub(super) fn counts(&self) -> bool {
        let sold = self.effects & SALE != 0;
        let taken_back = self.effects & RETURN != 0 && self.quantity <= 0 && !{ self.amount }.is_positive();
        sold && !taken_back
    }

    /// One row as an order of its own.
    #[inline]
    pub(super) fn of(line: &Line, key: u64) -> Self {
        let Line { amount, at, quantity, effects } = *line;
        Self { amount, key, first_at: at, last_at: at, quantity, effects }
    }

    /// Adds a row of the same order.
    #[inline]
    pub(super) fn add(&mut self, line: &Line) {
        self.merge(&Self::of(line, self.key));
    }

    /// Adds rows of the same order. Times of rows that sell nothing do not date an order that has a sale.
    #[inline]
    pub(super) fn merge(&mut self, other: &Self) {
        let (own, more) = (self.amount, other.amount);
        self.amount = own + more;
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
