//! Who the customers are. Nothing about a person is stored: it is drawn again from the seed and the
//! customer's number whenever a file needs it, so surveys and complaints agree with the purchases.

use super::calendar::{DAYS, share_out};
use super::draws::{Draws, Purpose};
use super::params::GenerateParams;

/// Id of the first customer. Smaller ids belong to nobody: surveys use them for unknown customers.
const FIRST_ID: u64 = 10_001;
/// One customer in this many registers and never orders.
const BROWSER_STRIDE: u32 = 32;
/// The opening lasts this many days, in which customers come three times as fast.
const OPENING_DAYS: usize = 90;
/// Shape of the gamma distribution of buying rates; below one, so a few buy most.
const RATE_SHAPE: f64 = 0.6;
/// Mean and standard deviation of satisfaction before it is clipped to [0, 1].
const SATISFACTION: (f64, f64) = (0.62, 0.28);

/// What moves a customer.
#[derive(Clone, Copy, Debug)]
pub(super) struct Person {
    /// Days from the first order until the customer is gone for good; 0 leaves after the first order.
    pub(super) days_active: u32,
    /// Relative rate of buying; only ratios matter.
    pub(super) rate: f64,
}

/// All customers, numbered from 0 in the order in which they registered.
pub(super) struct People {
    seed: u64,
    customers: u32,
    /// How many are registered before each day, `DAYS + 1` entries.
    registered: Vec<u64>,
}

impl People {
    pub(super) fn new(params: &GenerateParams) -> Self {
        let pace = |day| if day < OPENING_DAYS { 3.0 } else { 1.0 };
        Self {
            seed: params.seed,
            customers: params.customers,
            registered: share_out(u64::from(params.customers), pace),
        }
    }

    /// Everybody, by number.
    pub(super) fn all(&self) -> std::ops::Range<u32> {
        0..self.customers
    }

    /// The customers who register on a day.
    pub(super) fn newcomers(&self, day: usize) -> std::ops::Range<u32> {
        self.registered[day] as u32..self.registered[day + 1] as u32
    }

    /// The day on which a customer registers and, if ever, orders first.
    pub(super) fn first_day(&self, customer: u32) -> usize {
        self.registered.partition_point(|before| *before <= u64::from(customer)) - 1
    }

    /// Whether the customer ever orders.
    pub(super) fn buys(customer: u32) -> bool {
        customer % BROWSER_STRIDE != BROWSER_STRIDE - 1
    }

    /// How many of the first `n` customers ever order.
    pub(super) fn buyers_among(n: u32) -> u32 {
        n - n / BROWSER_STRIDE
    }

    /// The id in every export.
    pub(super) fn id(customer: u32) -> u64 {
        FIRST_ID + u64::from(customer)
    }

    /// True satisfaction of a customer, 0 to 1; answers scatter around it.
    pub(super) fn satisfaction(&self, customer: u32) -> f64 {
        satisfaction(&mut self.draws(customer))
    }

    /// The character of a customer. Rates are gamma and lifetimes exponential after a chance to leave at once
    /// (so the purchases look like BG/NBD, Fader, Hardie & Lee 2005), both better for the satisfied.
    pub(super) fn person(&self, customer: u32) -> Person {
        let mut draws = self.draws(customer);
        let satisfaction = satisfaction(&mut draws);
        let leaves_at_once = draws.chance(0.45 - 0.3 * satisfaction);
        let lifetime = draws.exponential(150.0 + 700.0 * satisfaction);
        Person {
            days_active: if leaves_at_once { 0 } else { (lifetime as u32).min(DAYS as u32) },
            rate: draws.gamma(RATE_SHAPE) * (0.7 + 0.6 * satisfaction),
        }
    }

    fn draws(&self, customer: u32) -> Draws {
        Draws::new(self.seed, Purpose::Person, u64::from(customer))
    }
}

/// The first draw of a customer's stream.
fn satisfaction(draws: &mut Draws) -> f64 {
    let (mean, deviation) = SATISFACTION;
    (mean + deviation * draws.normal()).clamp(0.0, 1.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn people(customers: u32) -> People {
        People::new(&GenerateParams { customers, ..GenerateParams::default() })
    }

    #[test]
    fn everybody_registers_on_one_day() {
        let people = people(10_000);
        let mut seen = 0;
        for day in 0..DAYS {
            for customer in people.newcomers(day) {
                assert_eq!((customer, people.first_day(customer)), (seen, day));
                seen += 1;
            }
        }
        assert_eq!(seen, 10_000);
    }

    #[test]
    fn one_in_thirty_two_never_buys() {
        assert_eq!((0..1000).filter(|c| People::buys(*c)).count() as u32, People::buyers_among(1000));
        assert_eq!(People::buyers_among(1000), 969);
        assert_eq!(People::buyers_among(1), 1);
    }

    #[test]
    fn the_satisfied_stay_longer() {
        let people = people(5000);
        let mean_days = |low: f64, high: f64| {
            let days: Vec<f64> = (0..5000)
                .filter(|c| (low..high).contains(&people.satisfaction(*c)))
                .map(|c| f64::from(people.person(c).days_active))
                .collect();
            days.iter().sum::<f64>() / days.len() as f64
        };
        assert!(mean_days(0.7, 1.1) > 1.3 * mean_days(0.0, 0.4));
    }
}
