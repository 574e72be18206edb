//! Whether a customer spends more than before: the last days against as many days before them.

use crate::facts::Order;
use crate::math::money::Money;
use crate::math::quantile::median;

/// Net spend of the two windows by customer, and what an order day was worth, as orders go by.
pub(super) struct Windows {
    as_of_day: i32,
    days: i32,
    last: Vec<Money>,
    previous: Vec<Money>,
    order_days: Vec<f64>,
    /// The customer in hand: days within the windows, their money, and whether an order that counts was made.
    customer: Option<u32>,
    open: Vec<(i32, Money, bool)>,
}

/// What the windows come to.
pub(super) struct Trends {
    /// `(a − b) / (a + b + κ)` with the spend `a` of the last days and `b` of those before; `None` when the sum is not
    /// positive.
    pub(super) of: Vec<Option<f64>>,
    /// κ: the median worth of an order day in both windows. It shrinks the trends of small spenders.
    pub(super) kappa: f64,
}

impl Windows {
    pub(super) fn new(customers: usize, as_of_day: i32, days: u32) -> Self {
        Self {
            as_of_day,
            days: i32::try_from(days).unwrap_or(i32::MAX / 2),
            last: vec![Money::ZERO; customers],
            previous: vec![Money::ZERO; customers],
            order_days: Vec::new(),
            customer: None,
            open: Vec::new(),
        }
    }

    /// Takes an order into account; the orders of a customer come one after the other.
    pub(super) fn see(&mut self, order: &Order, day: i32) {
        let age = self.as_of_day.saturating_sub(day);
        if age < 0 || age >= 2 * self.days {
            return;
        }
        let row = order.customer as usize;
        let window = if age < self.days { &mut self.last } else { &mut self.previous };
        window[row] += order.amount;
        if self.customer != Some(order.customer) {
            self.close();
            self.customer = Some(order.customer);
        }
        match self.open.iter_mut().find(|(known, ..)| *known == day) {
            Some((_, amount, counts)) => {
                *amount += order.amount;
                *counts |= order.counts;
            }
            None => self.open.push((day, order.amount, order.counts)),
        }
    }

    fn close(&mut self) {
        let counting = self.open.drain(..).filter(|(.., counts)| *counts);
        self.order_days.extend(counting.map(|(_, amount, _)| amount.to_f64()));
    }

    pub(super) fn finish(mut self) -> Trends {
        self.close();
        let kappa = median(&self.order_days).unwrap_or(0.0);
        let trend = |(last, previous): (&Money, &Money)| {
            let (a, b) = (last.to_f64(), previous.to_f64());
            let all = a + b + kappa;
            (all > 0.0).then(|| (a - b) / all)
        };
        Trends { of: self.last.iter().zip(&self.previous).map(trend).collect(), kappa }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::math::money::MILLION;

    /// As of day 100 with windows of 10 days: 91 to 100 and 81 to 90. Order days are worth 30, 10 and 20: κ = 20.
    #[test]
    fn trends_by_hand() {
        let mut windows = Windows::new(4, 100, 10);
        for (customer, day, amount, counts) in [
            (0, 100, 25, true),
            (0, 100, 5, true),
            (0, 90, 10, true),
            (0, 80, 900, true),
            (2, 81, 20, true),
            (2, 85, -20, false),
            (3, 91, -50, false),
        ] {
            windows.see(&Order { customer, at: 0, amount: Money::of(amount * MILLION), counts }, day);
        }
        let found = windows.finish();
        assert!((found.kappa - 20.0).abs() < 1e-12);
        assert_eq!(found.of, [Some(20.0 / 60.0), Some(0.0), Some(0.0), None]);
    }
}
