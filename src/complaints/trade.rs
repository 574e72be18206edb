//! What complaints are held against: orders and customers, in all and by month.

use std::collections::BTreeMap;

use chrono::{Datelike, NaiveDate};

use super::figures::Trade;
use crate::facts::Order;

/// Days from the first of January of year 1 to 1970-01-01.
const EPOCH: i32 = 719_163;

/// The calendar month of a day, as months since year 0.
pub(super) fn month_of(day: i32) -> i32 {
    NaiveDate::from_num_days_from_ce_opt(day.saturating_add(EPOCH))
        .map_or(i32::MAX, |date| date.year() * 12 + date.month0() as i32)
}

/// A month as people write it: `2025-03`.
pub(super) fn month_name(month: i32) -> String {
    format!("{:04}-{:02}", month.div_euclid(12), month.rem_euclid(12) + 1)
}

/// Orders and customers as they go by; the orders of a customer come one after the other.
#[derive(Debug, Default)]
pub(super) struct Count {
    all: (u64, u64),
    months: BTreeMap<i32, (u64, u64)>,
    first_day: Option<i32>,
    /// The customer in hand, and the months already counted for it.
    customer: Option<u32>,
    seen: Vec<i32>,
    /// The month of the last day looked up.
    last: Option<(i32, i32)>,
}

impl Count {
    /// Takes an order made on `day` into account.
    pub(super) fn see(&mut self, order: &Order, day: i32) {
        if !order.counts {
            return;
        }
        let month = match self.last {
            Some((known, month)) if known == day => month,
            _ => month_of(day),
        };
        self.last = Some((day, month));
        if self.customer != Some(order.customer) {
            self.customer = Some(order.customer);
            self.seen.clear();
            self.all.1 += 1;
        }
        let first = !self.seen.contains(&month);
        if first {
            self.seen.push(month);
        }
        self.first_day = Some(self.first_day.map_or(day, |known| known.min(day)));
        self.all.0 += 1;
        let of_month = self.months.entry(month).or_default();
        of_month.0 += 1;
        of_month.1 += u64::from(first);
    }

    /// The trade of a month, or of all of them.
    pub(super) fn trade(&self, month: Option<i32>) -> Trade {
        let none = (0, 0);
        let (orders, customers) = month.map_or(self.all, |month| *self.months.get(&month).unwrap_or(&none));
        let known = |count: u64| (self.all.0 > 0).then_some(count);
        Trade { orders: known(orders), customers: known(customers) }
    }

    /// Day of the first order.
    pub(super) fn first_day(&self) -> Option<i32> {
        self.first_day
    }

    /// Every month with an order.
    pub(super) fn months(&self) -> impl Iterator<Item = i32> {
        self.months.keys().copied()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::math::money::Money;

    #[test]
    fn months_are_counted_once_a_customer() {
        // 2024-02-29 is day 19782
        assert_eq!(
            (month_name(month_of(19_782)), month_name(month_of(19_783))),
            ("2024-02".into(), "2024-03".into())
        );
        let mut count = Count::default();
        for (customer, day, counts) in
            [(7, 19_783, true), (7, 19_782, true), (7, 19_790, true), (7, 19_700, false), (2, 19_783, true)]
        {
            count.see(&Order { customer, at: 0, amount: Money::ZERO, counts }, day);
        }
        let trade = |month| {
            let found = count.trade(month);
            (found.orders, found.customers)
        };
        assert_eq!(trade(None), (Some(4), Some(2)));
        assert_eq!(trade(Some(month_of(19_783))), (Some(3), Some(2)));
        assert_eq!(trade(Some(month_of(19_782))), (Some(1), Some(1)));
        assert_eq!((trade(Some(0)), count.first_day()), ((Some(0), Some(0)), Some(19_782)));
        assert_eq!(Count::default().trade(None), Trade::default());
    }
}
