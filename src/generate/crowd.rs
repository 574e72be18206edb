//! Customers who may buy again, and the draw of the next buyer in proportion to the buying rates.
//!
//! Rates are rounded down to twenty classes, half a power of two apart. A draw picks the class by its total rate
//! and a member evenly, so it costs the same among a thousand customers and among a billion. Members who
//! have gone are removed when a draw meets them.

use super::draws::Draws;
use super::people::Person;

/// Number of rate classes.
const CLASSES: usize = 20;
/// Buying rate of each class in whole units, 4·2^(k/2).
const RATES: [u64; CLASSES] =
    [4, 6, 8, 11, 16, 23, 32, 45, 64, 91, 128, 181, 256, 362, 512, 724, 1024, 1448, 2048, 2896];
/// Rate at which the lowest class begins; slower buyers count as this fast.
const SLOWEST: f64 = 1.0 / 64.0;

/// Eight bytes a customer: all that is kept of anybody.
struct Member {
    customer: u32,
    last_day: u32,
}

/// The crowd; see the module.
pub(super) struct Crowd {
    classes: [Vec<Member>; CLASSES],
    rate: u64,
}

impl Crowd {
    pub(super) fn new() -> Self {
        Self { classes: [const { Vec::new() }; CLASSES], rate: 0 }
    }

    /// Adds a customer who has ordered for the first time on `day`, unless that was the only time.
    pub(super) fn join(&mut self, customer: u32, person: &Person, day: usize) {
        if person.days_active == 0 {
            return;
        }
        let class = ((2.0 * (person.rate / SLOWEST).log2()).max(0.0) as usize).min(CLASSES - 1);
        self.classes[class].push(Member { customer, last_day: day as u32 + person.days_active });
        self.rate += RATES[class];
    }

    /// The next buyer on `day`; `None` when everybody has gone.
    pub(super) fn draw(&mut self, draws: &mut Draws, day: usize) -> Option<u32> {
        while self.rate > 0 {
            let (class, place) = self.locate(draws.below(self.rate));
            let member = &self.classes[class][place];
            if member.last_day >= day as u32 {
                return Some(member.customer);
            }
            self.classes[class].swap_remove(place);
            self.rate -= RATES[class];
        }
        None
    }

    /// Class and place of a point on the line of all rates laid end to end, fastest class first.
    fn locate(&self, mut point: u64) -> (usize, usize) {
        for class in (1..CLASSES).rev() {
            let rate = self.classes[class].len() as u64 * RATES[class];
            if point < rate {
                return (class, (point / RATES[class]) as usize);
            }
            point -= rate;
        }
        (0, (point / RATES[0]) as usize)
    }
}

#[cfg(test)]
mod tests {
    use super::super::draws::Purpose;
    use super::*;

    fn person(rate: f64, days_active: u32) -> Person {
        Person { days_active, rate }
    }

    #[test]
    fn buyers_are_drawn_in_proportion_to_their_rates() {
        let mut crowd = Crowd::new();
        crowd.join(1, &person(1.0, 700), 0);
        crowd.join(2, &person(4.0, 700), 0);
        crowd.join(3, &person(9.0, 0), 0);
        let mut draws = Draws::new(1, Purpose::Order, 0);
        let mut counts = [0; 4];
        for _ in 0..10_000 {
            counts[crowd.draw(&mut draws, 5).unwrap() as usize] += 1;
        }
        assert_eq!((counts[0], counts[3]), (0, 0));
        // one in five, give or take four standard errors of 40
        assert!((1840..=2160).contains(&counts[1]), "{counts:?}");
    }

    #[test]
    fn who_has_gone_is_not_drawn() {
        let mut crowd = Crowd::new();
        crowd.join(1, &person(50.0, 10), 0);
        crowd.join(2, &person(0.001, 20), 0);
        let mut draws = Draws::new(1, Purpose::Order, 0);
        assert!((0..100).all(|_| crowd.draw(&mut draws, 11) == Some(2)));
        assert_eq!(crowd.draw(&mut draws, 21), None);
        assert_eq!(crowd.rate, 0);
    }
}
