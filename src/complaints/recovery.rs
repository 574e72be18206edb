//! Whether customers come back after a complaint, and how recovered ones compare with those who never complained.

use std::collections::BTreeMap;

use super::rates::Estimate;
use crate::math::difference::{shares, welch};
use crate::math::interval::{Interval, wilson};
use crate::math::sum::{mean, sample_variance};

/// Both groups of a comparison need so many customers.
const FEWEST: u64 = 30;

/// A customer whose complaint was resolved.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Resolved {
    /// Day of the resolution, as a day number.
    pub day: i32,
    /// Day of the first order after the resolution, where there is one.
    pub next_order_day: Option<i32>,
}

/// The share of customers with an order within `days` after the resolution, among those resolved at least `days`
/// before `as_of_day`; later ones have not had the time. `None` when there are none.
pub fn recovery_rate(customers: &[Resolved], as_of_day: i32, days: i32) -> Option<Estimate> {
    let in_time = || customers.iter().filter(|customer| as_of_day.saturating_sub(customer.day) >= days);
    let back = |customer: &&Resolved| {
        customer.next_order_day.is_some_and(|day| (0..=days).contains(&day.saturating_sub(customer.day)))
    };
    let (k, n) = (in_time().filter(back).count() as u64, in_time().count() as u64);
    Some(Estimate { value: k as f64 / n as f64, interval: wilson(k, n)? })
}

/// A customer of the comparison behind the recovery paradox.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Outcome<T> {
    /// Customers are compared within their stratum, such as RFM segment by tier.
    pub stratum: u32,
    /// Complained, and was recovered; otherwise never complained.
    pub recovered: bool,
    /// How it turned out later: a score, or whether the customer ordered again.
    pub value: T,
}

/// Recovered complainers against customers who never complained.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Paradox {
    /// Recovered complainers in strata that hold both kinds.
    pub recovered: u64,
    /// Customers without a complaint in these strata.
    pub others: u64,
    /// Mean over strata of recovered less others, weighted; `None` below 30 customers of a kind: not enough data.
    pub difference: Option<f64>,
    /// Its 95 % interval; `None` also where values do not vary.
    pub interval: Option<Interval>,
}

impl Paradox {
    /// The difference of means, such as of satisfaction scores.
    ///
    /// `d = Σ w·(x̄₁−x̄₀) / Σ w` with Mantel–Haenszel weights `w = n₁n₀/(n₁+n₀)` per stratum. Interval by Welch's
    /// t, each group's variance pooled within strata (so that a stratum may hold a single customer); with one
    /// stratum it is Welch's interval.
    pub fn of_means(outcomes: &[Outcome<f64>]) -> Self {
        let strata = Strata::of(outcomes);
        let mut found = strata.difference(|values| mean(values).unwrap_or(0.0));
        let degrees =
            [0, 1].map(|side| strata.0.iter().map(|s| s.groups[side].len() - 1).sum::<usize>() as f64);
        let variance = [0, 1].map(|side| {
            let squares = |stratum: &Stratum<f64>| {
                let group = &stratum.groups[side];
                sample_variance(group).unwrap_or(0.0) * (group.len() - 1) as f64
            };
            let pooled = strata.0.iter().map(squares).sum::<f64>() / degrees[side];
            let of_mean = |s: &Stratum<f64>| s.part * s.part * pooled / s.groups[side].len() as f64;
            strata.0.iter().map(of_mean).sum()
        });
        found.interval = found.difference.and_then(|d| Some(welch(d, variance, degrees)?.interval));
        found
    }

    /// The difference of shares, such as of customers who ordered again.
    ///
    /// As [`Paradox::of_means`]; the interval squares and adds the distances of Newcombe's ends in each stratum,
    /// `d − √Σ((w/W)·(d−l))²` to `d + √Σ((w/W)·(u−d))²`; with one stratum it is Newcombe's interval.
    pub fn of_shares(outcomes: &[Outcome<bool>]) -> Self {
        let strata = Strata::of(outcomes);
        let count = |values: &[bool]| values.iter().filter(|&&value| value).count() as u64;
        let mut found = strata.difference(|values| count(values) as f64 / values.len() as f64);
        let (mut below, mut above) = (0.0, 0.0);
        for Stratum { groups: [recovered, others], part } in &strata.0 {
            let compared =
                shares(count(recovered), recovered.len() as u64, count(others), others.len() as u64);
            let Some(compared) = compared else { continue };
            below += (part * (compared.difference - compared.interval.low)).powi(2);
            above += (part * (compared.interval.high - compared.difference)).powi(2);
        }
        found.interval = found.difference.map(|d| Interval { low: d - below.sqrt(), high: d + above.sqrt() });
        found
    }
}

/// Customers of one stratum, at least one of each kind.
struct Stratum<T> {
    /// Values of the recovered, and of the others.
    groups: [Vec<T>; 2],
    /// The part of its weight `n₁n₀/(n₁+n₀)` in that of all strata.
    part: f64,
}

/// The strata that hold both kinds, ascending.
struct Strata<T>(Vec<Stratum<T>>);

impl<T: Copy> Strata<T> {
    fn of(outcomes: &[Outcome<T>]) -> Self {
        let mut groups: BTreeMap<u32, [Vec<T>; 2]> = BTreeMap::new();
        for outcome in outcomes {
            let sides = groups.entry(outcome.stratum).or_insert_with(|| [Vec::new(), Vec::new()]);
            sides[usize::from(!outcome.recovered)].push(outcome.value);
        }
        let weight = |groups: &[Vec<T>; 2]| {
            let [recovered, others] = [groups[0].len() as f64, groups[1].len() as f64];
            recovered * others / (recovered + others)
        };
        let kept: Vec<[Vec<T>; 2]> =
            groups.into_values().filter(|groups| groups.iter().all(|group| !group.is_empty())).collect();
        let total: f64 = kept.iter().map(weight).sum();
        Self(kept.into_iter().map(|groups| Stratum { part: weight(&groups) / total, groups }).collect())
    }

    /// The weighted difference of what `summary` makes of a group, without interval.
    fn difference(&self, summary: impl Fn(&[T]) -> f64) -> Paradox {
        let size = |side: usize| self.0.iter().map(|stratum| stratum.groups[side].len() as u64).sum();
        let (recovered, others) = (size(0), size(1));
        let gap = |s: &Stratum<T>| s.part * (summary(&s.groups[0]) - summary(&s.groups[1]));
        let difference = (recovered >= FEWEST && others >= FEWEST).then(|| self.0.iter().map(gap).sum());
        Paradox { recovered, others, difference, interval: None }
    }
}

#[cfg(test)]
#[allow(clippy::float_cmp, reason = "the values compared are exact")]
mod tests {
    use super::*;
    use crate::math::distribution::student_two_sided;
    use crate::math::golden::{all_close, close, json, numbers};

    fn outcomes<T: Copy>(stratum: u32, recovered: &[T], others: &[T]) -> Vec<Outcome<T>> {
        let of = |recovered| move |&value: &T| Outcome { stratum, recovered, value };
        recovered.iter().map(of(true)).chain(others.iter().map(of(false))).collect()
    }

    fn shares_of(stratum: u32, k1: usize, n1: usize, k0: usize, n0: usize) -> Vec<Outcome<bool>> {
        let group = |k: usize, n: usize| (0..n).map(|i| i < k).collect::<Vec<_>>();
        outcomes(stratum, &group(k1, n1), &group(k0, n0))
    }

    #[test]
    fn one_stratum_of_means_is_welch() {
        let expected = &json("campaign_vectors.json")["welch"];
        let (first, second) = (numbers(&expected["treat"]), numbers(&expected["ctrl"]));
        let found = Paradox::of_means(&outcomes(4, &first, &second));
        let interval = found.interval.unwrap();
        assert_eq!((found.recovered, found.others), (40, 30));
        close(found.difference.unwrap(), expected["diff"].as_f64().unwrap(), 1e-12);
        all_close(&[interval.low, interval.high], &numbers(&expected["ci95"]), 1e-11);
        // the same stratum twice: the same difference, half the variance, twice the degrees of freedom
        let twice = [outcomes(1, &first, &second), outcomes(2, &first, &second)].concat();
        let doubled = Paradox::of_means(&twice);
        close(doubled.difference.unwrap(), found.difference.unwrap(), 1e-12);
        let t = (doubled.interval.unwrap().high - doubled.difference.unwrap())
            * 2.0_f64.sqrt()
            * expected["t"].as_f64().unwrap()
            / expected["diff"].as_f64().unwrap();
        close(student_two_sided(t, 2.0 * expected["df"].as_f64().unwrap()), 0.05, 1e-10);
    }

    #[test]
    fn one_stratum_of_shares_is_newcombe() {
        // Newcombe's example: 56/70 against 48/80
        let found = Paradox::of_shares(&shares_of(0, 56, 70, 48, 80));
        let interval = found.interval.unwrap();
        close(found.difference.unwrap(), 0.2, 1e-12);
        let ends = [0.052_431_472_402_364_98, 0.333_872_654_036_906];
        all_close(&[interval.low, interval.high], &ends, 1e-12);
        let twice = [shares_of(1, 56, 70, 48, 80), shares_of(2, 56, 70, 48, 80)].concat();
        let doubled = Paradox::of_shares(&twice).interval.unwrap();
        close(0.2 - doubled.low, (0.2 - ends[0]) / 2.0_f64.sqrt(), 1e-12);
        close(doubled.high - 0.2, (ends[1] - 0.2) / 2.0_f64.sqrt(), 1e-12);
    }

    /// By hand: within strata the recovered are 0.1 ahead, although in sum they are behind (47/110 against 63/110),
    /// because they sit in the stratum that reorders less.
    #[test]
    fn customers_are_compared_within_their_stratum() {
        let all =
            [shares_of(1, 7, 10, 60, 100), shares_of(2, 40, 100, 3, 10), shares_of(3, 9, 9, 0, 0)].concat();
        let found = Paradox::of_shares(&all);
        assert_eq!((found.recovered, found.others), (110, 110));
        close(found.difference.unwrap(), 0.1, 1e-12);
        let values: Vec<Outcome<f64>> = all
            .iter()
            .map(|o| Outcome {
                stratum: o.stratum,
                recovered: o.recovered,
                value: f64::from(u8::from(o.value)),
            })
            .collect();
        close(Paradox::of_means(&values).difference.unwrap(), 0.1, 1e-12);
    }

    #[test]
    fn thirty_of_each_are_needed() {
        let found = Paradox::of_shares(&shares_of(0, 20, 29, 40, 80));
        assert_eq!((found.recovered, found.others, found.difference, found.interval), (29, 80, None, None));
        let nobody = Paradox::of_means(&[]);
        assert_eq!((nobody.recovered, nobody.difference, nobody.interval), (0, None, None));
        let equal = Paradox::of_means(&outcomes(0, &[0.5; 30], &[0.25; 30]));
        assert_eq!((equal.difference, equal.interval), (Some(0.25), None));
    }

    #[test]
    fn coming_back_takes_time() {
        let customer = |day, next_order_day| Resolved { day, next_order_day };
        let customers = [
            customer(100, Some(190)), // the ninetieth day
            customer(100, Some(191)),
            customer(100, None),
            customer(110, Some(110)), // exactly ninety days ago, back the same day
            customer(111, Some(112)), // too recent to count
        ];
        let found = recovery_rate(&customers, 200, 90).unwrap();
        assert_eq!(found.value, 0.5);
        assert_eq!(found.interval, wilson(2, 4).unwrap());
        assert_eq!(recovery_rate(&customers[4..], 200, 90), None);
    }
}
