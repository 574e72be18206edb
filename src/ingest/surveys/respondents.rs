//! Who answered, for a run without transactions.

use std::sync::Arc;

use crate::facts::{Facts, KnownCustomers};
use crate::math::money::Money;

/// Customers that answered, for a run that knows them from nowhere else.
#[derive(Debug, Default)]
pub struct Respondents {
    /// One row per response of a named customer, which neither sells nor takes back.
    pub facts: Facts,
    /// Rows that would be accepted.
    pub rows: usize,
    /// Time of the newest response, µs UTC.
    pub newest: Option<i64>,
}

impl Respondents {
    pub(in crate::ingest) fn add(&mut self, id: &[u8], row: usize) {
        Arc::make_mut(&mut self.facts.customers).push(id);
        self.facts.customer_of.push(self.facts.customers.hashes.len() as u32 - 1);
        self.facts.at.push(0);
        self.facts.quantities.push(0);
        self.facts.amounts.push(Money::ZERO);
        self.facts.effects.push(0);
        self.facts.rows.push(row as u32);
    }
}

/// Takes every customer for known.
pub(in crate::ingest) struct Anyone;

impl KnownCustomers for Anyone {
    fn customer(&self, _: &[u8]) -> Option<u32> {
        Some(0)
    }

    fn customer_of_order(&self, _: &[u8]) -> Option<u32> {
        Some(0)
    }
}
