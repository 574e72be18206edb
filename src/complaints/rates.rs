//! How often customers complain.

use crate::math::distribution::chi_squared_quantile;
use crate::math::interval::{Interval, wilson};

/// Orders or customers per unit of the rate.
const THOUSAND: f64 = 1_000.0;

/// A figure between the ends of its 95 % interval.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Estimate {
    /// The figure.
    pub value: f64,
    /// Its interval.
    pub interval: Interval,
}

/// Exact interval of the mean of a Poisson count: `χ²(0.025; 2c)/2` to `χ²(0.975; 2c+2)/2` (Garwood 1936).
///
/// The lower end of a count of 0 is 0.
pub fn poisson(count: u64) -> Interval {
    let twice = 2.0 * count as f64;
    let low = if count == 0 { 0.0 } else { chi_squared_quantile(0.025, twice) / 2.0 };
    Interval { low, high: chi_squared_quantile(0.975, twice + 2.0) / 2.0 }
}

/// Complaints opened in a period per 1,000 orders or customers of the period; `None` without any.
///
/// These are taken as given, the complaints as a Poisson count: an order may bring several.
pub fn per_thousand(complaints: u64, orders: u64) -> Option<Estimate> {
    let scale = THOUSAND / orders as f64;
    let Interval { low, high } = poisson(complaints);
    let interval = Interval { low: low * scale, high: high * scale };
    (orders > 0).then_some(Estimate { value: complaints as f64 * scale, interval })
}

/// The share of customers who complained, with Wilson's interval; `None` without customers, or when more
/// complained than there are.
pub fn complaining_share(complaining: u64, customers: u64) -> Option<Estimate> {
    let interval = wilson(complaining, customers)?;
    Some(Estimate { value: complaining as f64 / customers as f64, interval })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::math::golden::close;

    /// Garwood's published table: 0 → 0 to 3.689, 1 → 0.0253 to 5.572, 10 → 4.795 to 18.39, 100 → 81.36 to 121.63.
    #[test]
    fn intervals_of_counts_are_the_published_ones() {
        for (count, low, high) in
            [(0, 0.0, 3.689), (1, 0.0253, 5.572), (10, 4.795, 18.39), (100, 81.36, 121.63)]
        {
            let found = poisson(count);
            assert!(
                (found.low - low).abs() < 0.005 && (found.high - high).abs() < 0.005,
                "{count}: {found:?}"
            );
        }
        // closed forms: nobody 1 − e^−m = 0.975, and one or more 1 − e^−m = 0.025
        close(poisson(0).high, -(0.025_f64.ln()), 1e-12);
        close(poisson(1).low, -(0.975_f64.ln()), 1e-12);
    }

    #[test]
    fn the_rate_times_orders_is_the_count() {
        for (complaints, orders) in [(0, 7), (3, 120), (250, 1_000_000), (12, 5)] {
            let found = per_thousand(complaints, orders).unwrap();
            close(found.value * orders as f64 / 1_000.0, complaints as f64, 1e-12);
            assert!(found.interval.low <= found.value && found.value <= found.interval.high);
        }
        assert_eq!(per_thousand(3, 0), None);
    }

    #[test]
    fn a_share_needs_customers() {
        // Wilson 0 of 10: 0 to 0.277533 (methods 2.5)
        close(complaining_share(0, 10).unwrap().interval.high, 0.277_532_799, 1e-9);
        assert_eq!((complaining_share(0, 0), complaining_share(3, 2)), (None, None));
    }
}
