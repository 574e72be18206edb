//! One order, or a run of its rows.

use crate::facts::{Facts, RETURN, SALE};
use crate::math::money::{Millionths, Money};

/// What is known of one order, or of a run of its rows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
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

    /// The same order of the same customer.
    #[inline]
    pub(super) fn is_same(&self, other: &Self) -> bool {
        self.customer == other.customer && self.key == other.key
    }

    /// One row as an order of its own.
    #[inline]
    pub(super) fn of(facts: &Facts, row: usize, customer: u32, key: u64) -> Self {
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

    /// Adds a row of the same order.
    #[inline]
    pub(super) fn add(&mut self, facts: &Facts, row: usize) {
        self.merge(&Self::of(facts, row, self.customer, self.key));
    }

    /// Adds rows of the same order. Times of rows that sell nothing do not date an order that has a sale.
    #[inline]
    pub(super) fn merge(&mut self, other: &Self) {
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
