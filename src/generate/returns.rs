//! Sold lines on their way back: remembered from the sale until the day of the cancellation.

/// Longest time between a sale and its return.
const DAYS: usize = 20;
/// Most returns that wait for one day, so that memory does not grow with sales.
const WAITING: usize = 4096;

/// A line that comes back.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Return {
    /// Number of the order that is taken back.
    pub(super) order: u64,
    pub(super) customer: Option<u32>,
    /// Rank of the product.
    pub(super) product: u32,
    /// What was sold; positive.
    pub(super) quantity: i64,
    /// Price in cents at which it was sold.
    pub(super) cents: i64,
}

/// Returns by the day on which they arrive, in a ring of days.
pub(super) struct Returns {
    ring: [Vec<Return>; DAYS + 1],
}

impl Returns {
    pub(super) fn new() -> Self {
        Self { ring: [const { Vec::new() }; DAYS + 1] }
    }

    /// The longest delay that [`Self::plan`] takes.
    pub(super) const LONGEST_DELAY: u64 = DAYS as u64;

    /// Lets a line sold on `day` come back `delay` days later, 1 to 20; dropped when that day is full.
    pub(super) fn plan(&mut self, day: usize, delay: usize, line: Return) {
        let waiting = &mut self.ring[(day + delay) % (DAYS + 1)];
        if waiting.len() < WAITING {
            waiting.push(line);
        }
    }

    /// What comes back on `day`; asked once a day.
    pub(super) fn due(&mut self, day: usize) -> Vec<Return> {
        std::mem::take(&mut self.ring[day % (DAYS + 1)])
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_comes_back_on_its_day_and_only_then() {
        let line = Return { order: 7, customer: None, product: 1, quantity: 2, cents: 300 };
        let mut returns = Returns::new();
        returns.plan(3, 1, line);
        returns.plan(3, DAYS, line);
        let found: Vec<usize> = (4..60).filter(|day| !returns.due(*day).is_empty()).collect();
        assert_eq!(found, [4, 3 + DAYS]);
    }
}
