//! What customers did after their complaint was resolved, and what similar customers did at the same time.
//!
//! Who never complained has no resolution to look from. Such a customer looks from the resolution of a recovered
//! complainer of the same stratum (RFM segment by tier): the customers of a stratum, in the order of their ids, are
//! given its resolutions in turn, so that both sides see the same seasons. Only customers who had ordered by then are
//! compared.

use std::collections::BTreeMap;

use super::figures::{Figure, waited};
use super::params::ComplaintsParams;
use super::recovery::{Outcome, Paradox, Resolved, recovery_rate};
use super::survival::{HOUR, KaplanMeier, Wait};
use crate::cases::Complaints;
use crate::facts::Order;
use crate::math::interval::student;
use crate::math::money::Money;
use crate::math::sum::{mean, sample_variance};

/// Hours of a day, for waits counted in days.
const DAY_HOURS: f64 = 24.0;

/// What a customer did after a moment.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Comeback {
    /// The moment looked from, µs UTC.
    pub since: i64,
    /// Its day.
    pub day: i32,
    /// First counting order after it.
    pub next_at: Option<i64>,
    /// Day of that order.
    pub next_day: Option<i32>,
    /// Money of the counting orders within the recovery days.
    pub spend: Money,
}

impl Comeback {
    /// Nothing has been seen yet.
    pub fn from(since: i64, day: i32) -> Self {
        Self { since, day, ..Self::default() }
    }

    /// Takes an order into account.
    fn see(&mut self, order: &Order, day: i32, within: i32) {
        if !order.counts || order.at <= self.since {
            return;
        }
        if self.next_at.is_none_or(|next| order.at < next) {
            (self.next_at, self.next_day) = (Some(order.at), Some(day));
        }
        if day.saturating_sub(self.day) <= within {
            self.spend += order.amount;
        }
    }

    fn is_back(&self, within: i32) -> bool {
        self.next_day.is_some_and(|next| next.saturating_sub(self.day) <= within)
    }

    /// There were `within` days to come back in.
    fn had_time(&self, as_of_day: i32, within: i32) -> bool {
        as_of_day.saturating_sub(self.day) >= within
    }
}

/// Customers being followed, as orders go by.
pub struct Followed {
    /// Comebacks by complaint of the log; `None` while it is open, or of nobody.
    pub after: Vec<Option<Comeback>>,
    /// Comebacks of customers who never complained, by row.
    pub others: BTreeMap<u32, Comeback>,
    /// Resolved complaints of each customer.
    places: BTreeMap<u32, Vec<usize>>,
    within: i32,
}

impl Followed {
    /// Follows every resolved complaint of a known customer, and `others`.
    pub fn new(
        log: &Complaints,
        others: BTreeMap<u32, Comeback>,
        day_of: &dyn Fn(i64) -> i32,
        params: &ComplaintsParams,
    ) -> Self {
        let mut places: BTreeMap<u32, Vec<usize>> = BTreeMap::new();
        let mut after = vec![None; log.all.len()];
        for (place, complaint) in log.all.iter().enumerate() {
            if let (Some(customer), Some(at)) = (complaint.customer, complaint.resolved_at) {
                after[place] = Some(Comeback::from(at, day_of(at)));
                places.entry(customer).or_default().push(place);
            }
        }
        Self { after, others, places, within: within(params) }
    }

    /// Takes an order of any customer into account.
    pub fn see(&mut self, order: &Order, day: i32) {
        if let Some(other) = self.others.get_mut(&order.customer) {
            other.see(order, day, self.within);
        }
        for place in self.places.get(&order.customer).into_iter().flatten() {
            if let Some(comeback) = &mut self.after[*place] {
                comeback.see(order, day, self.within);
            }
        }
    }
}

fn within(params: &ComplaintsParams) -> i32 {
    i32::try_from(params.recovery_days).unwrap_or(i32::MAX)
}

/// The last resolution of each customer among these complaints that leaves time to come back: the complaint's place
/// and what came after, by row.
fn last_with_time(
    members: &[usize],
    log: &Complaints,
    comebacks: &[Option<Comeback>],
    as_of_day: i32,
    within: i32,
) -> BTreeMap<u32, (usize, Comeback)> {
    let mut last: BTreeMap<u32, (usize, Comeback)> = BTreeMap::new();
    for &place in members {
        let (Some(customer), Some(comeback)) = (log.all[place].customer, comebacks[place]) else { continue };
        let newer = last.get(&customer).is_none_or(|(_, known)| comeback.since > known.since);
        if newer && comeback.had_time(as_of_day, within) {
            last.insert(customer, (place, comeback));
        }
    }
    last
}

/// Whether, when and at what value the customers of these complaints came back.
pub(super) fn came_back(
    members: &[usize],
    log: &Complaints,
    comebacks: &[Option<Comeback>],
    as_of_day: i32,
    params: &ComplaintsParams,
) -> Vec<Figure> {
    let within = within(params);
    let last = last_with_time(members, log, comebacks, as_of_day, within);
    let resolved: Vec<Resolved> =
        last.values().map(|(_, c)| Resolved { day: c.day, next_order_day: c.next_day }).collect();
    let nobody = format!("no customer's complaint was resolved {within} days ago or more");
    let rate = recovery_rate(&resolved, as_of_day, within);
    let wait = |(_, c): &(usize, Comeback)| {
        let days = c.next_day.unwrap_or(as_of_day).saturating_sub(c.day);
        Wait { hours: f64::from(days) * DAY_HOURS, ended: c.next_day.is_some() }
    };
    let waits: Vec<Wait> = last.values().map(wait).collect();
    let curve = KaplanMeier::of(&waits);
    let mut median = waited("recovery_days_p50", &curve, 0.5, waits.len(), params.minimum_group);
    median.value = median.value.map(|hours| hours / DAY_HOURS);
    let spend: Vec<f64> = last.values().map(|(_, c)| c.spend.to_f64()).collect();
    let mut value = Figure::new("recovery_spend_mean", spend.len(), mean(&spend));
    value.interval = value
        .value
        .zip(sample_variance(&spend))
        .and_then(|(mean, variance)| student(mean, variance.sqrt(), spend.len() as u64))
        .map(|interval| interval.clip(0.0, f64::INFINITY));
    vec![Figure::estimate("recovery_rate", resolved.len(), rate, &nobody), median, value]
}

/// What is known of customers, for comparing those who are alike; one entry per row of the customers table.
pub struct Like<'a> {
    /// Customers of one stratum are compared.
    pub strata: &'a [u32],
    /// First counting order.
    pub first_order_at: &'a [Option<i64>],
    /// Satisfaction scores.
    pub scores: Option<&'a Scores>,
    /// Loyalty index.
    pub loyalty: Option<&'a [Option<f64>]>,
    /// Money is known.
    pub priced: bool,
}

/// Satisfaction of each customer.
#[derive(Clone, Debug, Default)]
pub struct Scores {
    /// The score.
    pub score: Vec<Option<f64>>,
    /// When the newest answer behind it was given.
    pub answered_at: Vec<Option<i64>>,
}

/// Gives customers who never complained the resolutions of recovered complainers of their stratum, in turn.
pub fn likes(
    log: &Complaints,
    like: &Like<'_>,
    as_of_day: i32,
    day_of: &dyn Fn(i64) -> i32,
    params: &ComplaintsParams,
) -> BTreeMap<u32, Comeback> {
    let mut complained = vec![false; like.strata.len()];
    log.all.iter().filter_map(|c| c.customer).for_each(|customer| complained[customer as usize] = true);
    let resolutions: Vec<Option<Comeback>> =
        log.all.iter().map(|c| c.resolved_at.map(|at| Comeback::from(at, day_of(at)))).collect();
    let everyone: Vec<usize> = (0..log.all.len()).collect();
    let last = last_with_time(&everyone, log, &resolutions, as_of_day, within(params));
    let mut moments: BTreeMap<u32, (Vec<Comeback>, usize)> = BTreeMap::new();
    for (customer, (place, comeback)) in last {
        if is_quick(log, place, &comeback, params) {
            moments.entry(like.strata[customer as usize]).or_default().0.push(comeback);
        }
    }
    let mut others = BTreeMap::new();
    for (row, stratum) in like.strata.iter().enumerate().filter(|(row, _)| !complained[*row]) {
        let Some((of_stratum, turn)) = moments.get_mut(stratum) else { continue };
        let moment = of_stratum[*turn % of_stratum.len()];
        *turn += 1;
        if like.first_order_at[row].is_some_and(|first| first <= moment.since) {
            others.insert(row as u32, moment);
        }
    }
    others
}

fn is_quick(log: &Complaints, place: usize, comeback: &Comeback, params: &ComplaintsParams) -> bool {
    (comeback.since - log.all[place].opened_at) as f64 <= params.sla_hours * HOUR
}

/// One customer of a comparison.
#[derive(Clone, Copy)]
struct Side {
    row: usize,
    comeback: Comeback,
    /// Recovered, or quickly resolved.
    first: bool,
}

/// The comparisons: recovered complainers against customers who never complained, and quick resolutions against slow
/// ones.
pub fn compared(
    log: &Complaints,
    followed: &Followed,
    like: &Like<'_>,
    as_of_day: i32,
    params: &ComplaintsParams,
) -> Vec<Figure> {
    let within = followed.within;
    let everyone: Vec<usize> = (0..log.all.len()).collect();
    let last = last_with_time(&everyone, log, &followed.after, as_of_day, within);
    let paces: Vec<Side> = last
        .iter()
        .map(|(row, (place, comeback))| Side {
            row: *row as usize,
            comeback: *comeback,
            first: is_quick(log, *place, comeback, params),
        })
        .collect();
    let others = followed.others.iter().map(|(row, comeback)| Side {
        row: *row as usize,
        comeback: *comeback,
        first: false,
    });
    let sides: Vec<Side> = paces.iter().copied().filter(|side| side.first).chain(others).collect();
    let again = |side: &Side| Some(side.comeback.is_back(within));
    let spend = |side: &Side| like.priced.then(|| side.comeback.spend.to_f64());
    let later = |side: &Side| {
        let known = like.scores?;
        known.score[side.row]
            .filter(|_| known.answered_at[side.row].is_some_and(|at| at > side.comeback.since))
    };
    let loyalty = |side: &Side| like.loyalty?[side.row];
    let alike = |side: &Side| like.strata[side.row];
    let recovered = "recovered less never complained, described, not caused";
    let quick = "quick less slow, described, not caused";
    vec![
        difference("recovered_reorder_difference", Paradox::of_shares(&of(&sides, alike, again)), recovered),
        difference("recovered_spend_difference", Paradox::of_means(&of(&sides, alike, spend)), recovered),
        difference(
            "recovered_satisfaction_difference",
            Paradox::of_means(&of(&sides, alike, later)),
            recovered,
        ),
        difference(
            "quick_resolution_reorder_difference",
            Paradox::of_shares(&of(&paces, |_| 0, again)),
            quick,
        ),
        difference(
            "quick_resolution_loyalty_difference",
            Paradox::of_means(&of(&paces, |_| 0, loyalty)),
            quick,
        ),
    ]
}

/// Outcomes of the customers whose value is known.
fn of<T>(
    sides: &[Side],
    stratum: impl Fn(&Side) -> u32,
    value: impl Fn(&Side) -> Option<T>,
) -> Vec<Outcome<T>> {
    let outcome =
        |side: &Side| Some(Outcome { stratum: stratum(side), recovered: side.first, value: value(side)? });
    sides.iter().filter_map(outcome).collect()
}

fn difference(measure: &'static str, found: Paradox, reading: &str) -> Figure {
    let figure = Figure {
        interval: found.interval,
        ..Figure::new(measure, found.recovered as usize, found.difference)
    };
    let against = format!("{} against {}", found.recovered, found.others);
    match found.difference {
        Some(_) => figure.noted(&format!("{against}; {reading}")),
        None => {
            figure.noted(&format!("not enough data: {against} where both are known, 30 of each are needed"))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cases::Complaint;
    use crate::math::money::MILLION;

    const DAY: i64 = 86_400_000_000;

    fn complaint(customer: u32, opened: i64, resolved: Option<i64>) -> Complaint {
        Complaint {
            customer: Some(customer),
            person: Some(u64::from(customer)),
            opened_at: opened * DAY,
            answered_at: None,
            resolved_at: resolved.map(|day| day * DAY),
            reopened: 0,
            category: None,
            channel: None,
        }
    }

    fn order(customer: u32, day: i64, amount: i64) -> Order {
        Order { customer, at: day * DAY + 1, amount: Money::of(amount * MILLION), counts: true }
    }

    fn day_of(at: i64) -> i32 {
        at.div_euclid(DAY) as i32
    }

    /// Customer 0 is back after 10 days, customer 1 after 95, customer 2 never; customer 3 had no time.
    #[test]
    fn who_came_back_by_hand() {
        let all = vec![
            complaint(0, 8, Some(10)),
            complaint(1, 9, Some(10)),
            complaint(2, 9, Some(12)),
            complaint(3, 150, Some(160)),
            complaint(0, 1, Some(2)),
            complaint(3, 170, None),
        ];
        let log = Complaints { all, named: true, ..Complaints::default() };
        let params = ComplaintsParams { minimum_group: 1, ..ComplaintsParams::default() };
        let mut followed = Followed::new(&log, BTreeMap::new(), &day_of, &params);
        for seen in [order(0, 20, 5), order(0, 99, 7), order(0, 101, 100), order(1, 105, 9), order(0, 5, 3)] {
            followed.see(&seen, day_of(seen.at));
        }
        let members: Vec<usize> = (0..6).collect();
        let found = came_back(&members, &log, &followed.after, 200, &params);
        assert_eq!((found[0].n, found[0].value), (Some(3), Some(1.0 / 3.0)));
        // S falls to 2/3 after 10 days and to 1/3 after 95; the third still waits.
        assert_eq!(found[1].value, Some(95.0));
        // 5 and 7 of the first within 90 days, nothing of the others
        assert_eq!(found[2].value, Some(4.0));
    }

    #[test]
    fn a_like_looks_from_a_resolution_of_its_stratum() {
        let all = vec![complaint(0, 8, Some(10)), complaint(1, 9, Some(11)), complaint(2, 9, Some(50))];
        let log = Complaints { all, named: true, ..Complaints::default() };
        let first = [Some(0), Some(0), Some(0), Some(0), Some(0), Some(40 * DAY), Some(0), None];
        let like = Like {
            strata: &[0, 0, 1, 0, 0, 0, 1, 0],
            first_order_at: &first,
            scores: None,
            loyalty: None,
            priced: true,
        };
        let found = likes(&log, &like, 200, &day_of, &ComplaintsParams::default());
        // In turn days 10 and 11; the sixth was no customer by then, the seventh's stratum has a slow resolution only.
        let days: Vec<(u32, i32)> = found.iter().map(|(row, c)| (*row, c.day)).collect();
        assert_eq!(days, [(3, 10), (4, 11)]);
    }

    /// Thirty recovered complainers who all come back against thirty others of whom ten do.
    #[test]
    fn recovered_complainers_against_others_by_hand() {
        let all: Vec<Complaint> = (0..30).map(|n| complaint(n, 8, Some(10))).collect();
        let log = Complaints { all, named: true, ..Complaints::default() };
        let (strata, first) = (vec![0; 60], vec![Some(0); 60]);
        let like =
            Like { strata: &strata, first_order_at: &first, scores: None, loyalty: None, priced: true };
        let params = ComplaintsParams::default();
        let others = likes(&log, &like, 200, &day_of, &params);
        assert_eq!(others.len(), 30);
        let mut followed = Followed::new(&log, others, &day_of, &params);
        (0..40).map(|n| order(n, 30, 6)).for_each(|seen| followed.see(&seen, day_of(seen.at)));
        let found = compared(&log, &followed, &like, 200, &params);
        let value = |place: usize| found[place].value.unwrap();
        assert!((value(0) - 2.0 / 3.0).abs() < 1e-12, "{}", value(0));
        assert!((value(1) - 4.0).abs() < 1e-12, "{}", value(1));
        assert_eq!(found[2].value, None);
        assert_eq!(
            found[3].note.as_deref(),
            Some("not enough data: 0 against 0 where both are known, 30 of each are needed")
        );
    }
}
