//! What a campaign did: the members it reached against those left alone, by assignment (who opened or clicked
//! makes no difference), over the time from one result to a later one.

use crate::math::difference::{MeanDifference, ShareDifference, means, shares};
use crate::math::distribution::chi_squared_above;
use crate::math::quantile::quantile_of;
use crate::math::sum::Sum;

/// Below this probability the sizes of the groups do not fit the share that was planned.
const UNBALANCED: f64 = 0.001;
/// Spending above this quantile counts as that quantile in the winsorised comparison.
const WINSORISED_AT: f64 = 0.999;

/// What one member did since the export.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Since {
    /// Left alone.
    pub control: bool,
    /// Bought.
    pub bought: bool,
    /// Money spent, returns subtracted.
    pub spent: f64,
}

/// One comparison.
#[derive(Clone, Debug, PartialEq)]
pub struct Lift {
    /// `bought`, `spent` or `spent_winsorised`.
    pub measure: &'static str,
    /// Members reached.
    pub treated: u64,
    /// Members left alone.
    pub control: u64,
    /// Rate or mean of those reached.
    pub value_treated: Option<f64>,
    /// Rate or mean of those left alone.
    pub value_control: Option<f64>,
    /// The first less the second.
    pub difference: Option<f64>,
    /// Lower end of the 95 % interval of the difference.
    pub low: Option<f64>,
    /// Upper end.
    pub high: Option<f64>,
    /// The difference in parts of the value of those left alone; `None` when that is 0.
    pub relative: Option<f64>,
    /// Probability of a difference as large, if the campaign did nothing.
    pub p_value: Option<f64>,
    /// The same, held against the number of campaigns compared at once (Holm 1979).
    pub p_holm: Option<f64>,
    /// Buyers or money that would not have come without the campaign.
    pub incremental: Option<f64>,
    /// What to know.
    pub note: Option<String>,
}

/// The three comparisons of a campaign. `share` is the planned share of the control group.
pub fn lift(members: &[Since], share: f64) -> Vec<Lift> {
    let arm = |control: bool| members.iter().filter(move |m| m.control == control);
    let (treated, control) = (arm(false).count() as u64, arm(true).count() as u64);
    let note = not_comparable(treated, control, share);
    let bought = |control: bool| arm(control).filter(|m| m.bought).count() as u64;
    let spent = |control: bool| arm(control).map(|m| m.spent).collect::<Vec<f64>>();
    let all: Vec<f64> = members.iter().map(|m| m.spent).collect();
    let cap = quantile_of(&all, WINSORISED_AT).unwrap_or(f64::INFINITY);
    let capped = |control: bool| arm(control).map(|m| m.spent.min(cap)).collect::<Vec<f64>>();
    let empty = |measure| Lift { note: note.clone(), ..Lift::empty(measure, treated, control) };
    if note.is_some() {
        return ["bought", "spent", "spent_winsorised"].map(empty).to_vec();
    }
    let winsorised = Lift {
        note: Some(format!("spending above the quantile {WINSORISED_AT} ({cap}) counts as that")),
        ..of_means("spent_winsorised", &capped(false), &capped(true))
    };
    vec![
        of_shares(bought(false), treated, bought(true), control),
        of_means("spent", &spent(false), &spent(true)),
        winsorised,
    ]
}

/// Why the groups cannot be compared, if they cannot.
fn not_comparable(treated: u64, control: u64, share: f64) -> Option<String> {
    if control == 0 || treated == 0 {
        return Some("there is no control group, or nobody else".to_owned());
    }
    let p = sample_ratio(treated, control, share)?;
    (p < UNBALANCED).then(|| {
        format!(
            "{treated} reached and {control} left alone do not fit the planned share {share} (p = {p:.2e}): no lift"
        )
    })
}

/// Probability that groups of the planned share differ from it as much: χ² with one degree of freedom.
pub fn sample_ratio(treated: u64, control: u64, share: f64) -> Option<f64> {
    let n = (treated + control) as f64;
    let expected = [n * (1.0 - share), n * share];
    let part = |seen: u64, expected: f64| (seen as f64 - expected).powi(2) / expected;
    let chi = part(treated, expected[0]) + part(control, expected[1]);
    chi.is_finite().then(|| chi_squared_above(chi, 1.0))
}

impl Lift {
    fn empty(measure: &'static str, treated: u64, control: u64) -> Self {
        Self {
            measure,
            treated,
            control,
            value_treated: None,
            value_control: None,
            difference: None,
            low: None,
            high: None,
            relative: None,
            p_value: None,
            p_holm: None,
            incremental: None,
            note: None,
        }
    }

    fn with_values(self, treated: f64, control: f64, difference: f64) -> Self {
        Self {
            value_treated: Some(treated),
            value_control: Some(control),
            difference: Some(difference),
            relative: (control != 0.0).then(|| difference / control),
            incremental: Some(difference * self.treated as f64),
            ..self
        }
    }
}

/// A rate: Newcombe's interval, pooled z test.
fn of_shares(bought: u64, treated: u64, bought_alone: u64, control: u64) -> Lift {
    let empty = Lift::empty("bought", treated, control);
    let Some(ShareDifference { difference, interval, p_value, .. }) =
        shares(bought, treated, bought_alone, control)
    else {
        return empty;
    };
    let (a, b) = (bought as f64 / treated as f64, bought_alone as f64 / control as f64);
    Lift { low: Some(interval.low), high: Some(interval.high), p_value: Some(p_value), ..empty }
        .with_values(a, b, difference)
}

/// Money per assigned member, those who bought nothing included: Welch.
fn of_means(measure: &'static str, treated: &[f64], control: &[f64]) -> Lift {
    let mean = |values: &[f64]| values.iter().copied().collect::<Sum>().value() / values.len() as f64;
    let (a, b) = (mean(treated), mean(control));
    let plain = Lift::empty(measure, treated.len() as u64, control.len() as u64).with_values(a, b, a - b);
    match means(treated, control) {
        Some(MeanDifference { interval, p_value, .. }) => {
            Lift { low: Some(interval.low), high: Some(interval.high), p_value: Some(p_value), ..plain }
        }
        None => plain,
    }
}

/// Holm's correction over campaigns compared at once, each measure for itself.
pub fn correct(campaigns: &mut [Vec<Lift>]) {
    let measures = campaigns.first().map_or(0, Vec::len);
    for measure in 0..measures {
        let p: Vec<Option<f64>> = campaigns.iter().map(|lifts| lifts[measure].p_value).collect();
        for (lifts, adjusted) in campaigns.iter_mut().zip(holm(&p)) {
            lifts[measure].p_holm = adjusted;
        }
    }
}

/// Holm's step-down: the i-th smallest of m probabilities times m − i + 1, never smaller than one before it,
/// never above 1.
fn holm(p: &[Option<f64>]) -> Vec<Option<f64>> {
    let mut order: Vec<(f64, usize)> = p.iter().enumerate().filter_map(|(i, p)| p.map(|p| (p, i))).collect();
    order.sort_by(|a, b| a.0.total_cmp(&b.0).then(a.1.cmp(&b.1)));
    let (m, mut largest) = (order.len(), 0.0_f64);
    let mut adjusted = vec![None; p.len()];
    for (rank, (p, place)) in order.into_iter().enumerate() {
        largest = largest.max(p * (m - rank) as f64).min(1.0);
        adjusted[place] = Some(largest);
    }
    adjusted
}

/// Members that each of two equal groups needs so that a change of a rate from `p1` to `p2` is noticed with
/// this power by a two-sided test at 5 %.
///
/// `n = [z_{1−α/2}√(2p̄(1−p̄)) + z_{power}√(p₁(1−p₁)+p₂(1−p₂))]² / (p₁−p₂)²`, rounded up (Fleiss 1981).
pub fn sample_size(p1: f64, p2: f64, power: f64) -> u64 {
    sample_size_exact(p1, p2, power).ceil() as u64
}

fn sample_size_exact(p1: f64, p2: f64, power: f64) -> f64 {
    let mean = f64::midpoint(p1, p2);
    let null = (2.0 * mean * (1.0 - mean)).sqrt();
    let alternative = (p1 * (1.0 - p1) + p2 * (1.0 - p2)).sqrt();
    ((crate::math::interval::Z * null + normal_quantile(power) * alternative) / (p1 - p2)).powi(2)
}

/// The value that the standard normal distribution is below with probability `p`.
fn normal_quantile(p: f64) -> f64 {
    use statrs::distribution::{ContinuousCDF, Normal};
    Normal::standard().inverse_cdf(p)
}

#[cfg(test)]
mod tests {
    use serde_json::Value;

    use super::*;

    fn vectors() -> Value {
        let text = include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/golden/campaign_vectors.json"));
        serde_json::from_str(text).unwrap()
    }

    fn close(a: f64, b: f64) -> bool {
        (a - b).abs() <= 1e-9 * b.abs().max(1.0)
    }

    #[test]
    fn sample_sizes_are_those_of_fleiss() {
        for vector in vectors()["sample_size"].as_array().unwrap() {
            let number = |key: &str| vector[key].as_f64().unwrap();
            let exact = sample_size_exact(number("p1"), number("p2"), number("power"));
            assert!((exact / number("n_per_arm_exact") - 1.0).abs() < 1e-7, "{exact} {vector}");
            let n = sample_size(number("p1"), number("p2"), number("power"));
            assert_eq!(Some(n), vector["n_per_arm"].as_u64());
        }
    }

    #[test]
    fn rates_are_compared_as_in_the_vectors() {
        for vector in vectors()["two_proportions"].as_array().unwrap() {
            let count = |key: &str| vector[key].as_u64().unwrap();
            let lift = of_shares(count("k_treat"), count("n_treat"), count("k_ctrl"), count("n_ctrl"));
            let is = |value: Option<f64>, key: &str| close(value.unwrap(), vector[key].as_f64().unwrap());
            assert!(is(lift.difference, "diff") && is(lift.p_value, "p_two_sided"), "{vector}");
            assert!(is(lift.incremental, "incremental_conversions"), "{vector}");
            let ends = vector["newcombe95"].as_array().unwrap();
            assert!(close(lift.low.unwrap(), ends[0].as_f64().unwrap()), "{vector}");
            assert!(close(lift.high.unwrap(), ends[1].as_f64().unwrap()), "{vector}");
            match vector["rel_lift"].as_f64() {
                Some(relative) => assert!(close(lift.relative.unwrap(), relative)),
                None => assert_eq!(lift.relative, None),
            }
        }
    }

    #[test]
    fn money_is_compared_as_in_the_vector() {
        let vector = &vectors()["welch"];
        let values = |key: &str| -> Vec<f64> {
            vector[key].as_array().unwrap().iter().map(|v| v.as_f64().unwrap()).collect()
        };
        let lift = of_means("spent", &values("treat"), &values("ctrl"));
        assert!(close(lift.difference.unwrap(), vector["diff"].as_f64().unwrap()));
        assert!(close(lift.p_value.unwrap(), vector["p"].as_f64().unwrap()));
        assert!(close(lift.low.unwrap(), vector["ci95"][0].as_f64().unwrap()));
        assert!(close(lift.high.unwrap(), vector["ci95"][1].as_f64().unwrap()));
    }

    /// Holm 1979 by hand: 0.01·4, 0.02·3, 0.03·2, 0.04·1, each at least the one before.
    #[test]
    fn several_campaigns_are_corrected() {
        let adjusted = holm(&[Some(0.04), Some(0.01), None, Some(0.03), Some(0.02)]);
        let expected = [Some(0.06), Some(0.04), None, Some(0.06), Some(0.06)];
        for (a, b) in adjusted.iter().zip(expected) {
            assert!(match (a, b) {
                (Some(a), Some(b)) => close(*a, b),
                (a, b) => *a == b,
            });
        }
        assert_eq!(holm(&[Some(0.6), Some(0.7)]), [Some(1.0), Some(1.0)]);
    }

    fn members(treated: usize, control: usize) -> Vec<Since> {
        let one = |n: usize, control| Since { control, bought: n.is_multiple_of(4), spent: n as f64 };
        (0..treated).map(|n| one(n, false)).chain((0..control).map(|n| one(n, true))).collect()
    }

    #[test]
    fn groups_that_do_not_fit_the_plan_have_no_lift() {
        let fitting = lift(&members(900, 100), 0.1);
        assert!(fitting.iter().all(|lift| lift.difference.is_some()));
        // χ² = (950−900)²/900 + (50−100)²/100 = 27.8; its probability is 1.4e-7.
        let odd = lift(&members(950, 50), 0.1);
        assert!(odd.iter().all(|lift| lift.difference.is_none() && lift.note.is_some()));
        assert!((sample_ratio(950, 50, 0.1).unwrap() / 1.36e-7 - 1.0).abs() < 0.01);
        assert!(lift(&members(10, 0), 0.0)[0].note.is_some());
    }

    #[test]
    fn nobody_who_bought_is_more_than_the_quantile() {
        let mut all = members(5_000, 5_000);
        all[0].spent = 1e9;
        let made = lift(&all, 0.5);
        assert!(made[1].difference.unwrap() > 1e5);
        assert!(made[2].difference.unwrap().abs() < 1.0);
    }
}
