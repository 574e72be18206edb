//! Two groups compared: the difference of their shares or means, with 95 % intervals.

use super::distribution::{normal_two_sided, student_two_sided};
use super::interval::{Interval, t_quantile, wilson};
use super::sum::{mean, sample_variance};

/// The difference of two shares.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct ShareDifference {
    /// Share of the first group less share of the second, −1 to 1.
    pub difference: f64,
    /// Newcombe's interval (1998, method 10), within −1 to 1.
    pub interval: Interval,
    /// Pooled z statistic; 0 when all or none of both groups have the property.
    pub z: f64,
    /// Two-sided probability of a `z` as large, if the shares were equal.
    pub p_value: f64,
}

/// `k1` of `n1` against `k2` of `n2`; `None` when a group is empty or a count above its group.
///
/// With Wilson's ends (l, u): `d − √((p1−l1)² + (u2−p2)²)` to `d + √((u1−p1)² + (p2−l2)²)`;
/// `z = d / √(p(1−p)(1/n1 + 1/n2))` with p the share of both together.
pub fn shares(k1: u64, n1: u64, k2: u64, n2: u64) -> Option<ShareDifference> {
    let (first, second) = (wilson(k1, n1)?, wilson(k2, n2)?);
    let (p1, p2) = (k1 as f64 / n1 as f64, k2 as f64 / n2 as f64);
    let difference = p1 - p2;
    let interval = Interval {
        low: difference - (p1 - first.low).hypot(second.high - p2),
        high: difference + (first.high - p1).hypot(p2 - second.low),
    };
    let pooled = (k1 + k2) as f64 / (n1 + n2) as f64;
    let error = (pooled * (1.0 - pooled) * (1.0 / n1 as f64 + 1.0 / n2 as f64)).sqrt();
    let z = if error > 0.0 { difference / error } else { 0.0 };
    Some(ShareDifference {
        difference,
        interval: interval.clip(-1.0, 1.0),
        z,
        p_value: normal_two_sided(z).min(1.0),
    })
}

/// The difference of two means whose groups may differ in spread.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct MeanDifference {
    /// Mean of the first group less mean of the second.
    pub difference: f64,
    /// Welch's interval.
    pub interval: Interval,
    /// The difference in standard errors.
    pub t: f64,
    /// Degrees of freedom by Satterthwaite.
    pub degrees: f64,
    /// Two-sided probability of a `t` as large, if the means were equal.
    pub p_value: f64,
}

/// Welch's comparison of two samples; `None` when one has less than two values or neither varies.
pub fn means(first: &[f64], second: &[f64]) -> Option<MeanDifference> {
    let (n1, n2) = (first.len() as f64, second.len() as f64);
    welch(
        mean(first)? - mean(second)?,
        [sample_variance(first)? / n1, sample_variance(second)? / n2],
        [n1 - 1.0, n2 - 1.0],
    )
}

/// Welch's interval and test from a difference, the variances of its two sides, and their degrees of freedom.
///
/// `t = d/√(V1 + V2)`, `ν = (V1 + V2)² / (V1²/ν1 + V2²/ν2)` (Welch 1947; Satterthwaite 1946), `d ± t(ν)·√(V1 + V2)`.
/// `None` when the variances are zero or a side has less than one degree of freedom.
pub fn welch(difference: f64, variances: [f64; 2], degrees: [f64; 2]) -> Option<MeanDifference> {
    let variance = variances[0] + variances[1];
    if variance <= 0.0 || degrees[0] < 1.0 || degrees[1] < 1.0 {
        return None;
    }
    let [a, b] = [variances[0] / variance, variances[1] / variance];
    let joint = 1.0 / (a * a / degrees[0] + b * b / degrees[1]);
    let half = t_quantile(joint) * variance.sqrt();
    let t = difference / variance.sqrt();
    Some(MeanDifference {
        difference,
        interval: Interval { low: difference - half, high: difference + half },
        t,
        degrees: joint,
        p_value: student_two_sided(t, joint),
    })
}

#[cfg(test)]
mod tests {
    use super::super::golden::{close, json, numbers};
    use super::*;

    #[test]
    fn shares_equal_the_reference() {
        let reference = json("campaign_vectors.json");
        let cases = reference["two_proportions"].as_array().unwrap();
        assert_eq!(cases.len(), 7);
        for case in cases {
            let count = |name: &str| case[name].as_u64().unwrap();
            let found = shares(count("k_treat"), count("n_treat"), count("k_ctrl"), count("n_ctrl")).unwrap();
            let ends = numbers(&case["newcombe95"]);
            close(found.difference, case["diff"].as_f64().unwrap(), 1e-12);
            close(found.interval.low, ends[0], 1e-12);
            close(found.interval.high, ends[1], 1e-12);
            close(found.z, case["z"].as_f64().unwrap(), 1e-12);
            close(found.p_value, case["p_two_sided"].as_f64().unwrap(), 1e-12);
        }
    }

    #[test]
    fn means_equal_the_reference() {
        let expected = &json("campaign_vectors.json")["welch"];
        let found = means(&numbers(&expected["treat"]), &numbers(&expected["ctrl"])).unwrap();
        let ends = numbers(&expected["ci95"]);
        close(found.difference, expected["diff"].as_f64().unwrap(), 1e-12);
        close(found.t, expected["t"].as_f64().unwrap(), 1e-12);
        close(found.degrees, expected["df"].as_f64().unwrap(), 1e-12);
        close(found.p_value, expected["p"].as_f64().unwrap(), 1e-12);
        close(found.interval.low, ends[0], 1e-11);
        close(found.interval.high, ends[1], 1e-11);
    }

    /// scipy 1.17.1, `t.ppf(0.975, v)`: degrees of freedom need not be whole. Equal variances and degrees v/2 on
    /// both sides make v in all.
    #[test]
    fn broken_degrees_of_freedom_equal_scipy() {
        for (v, quantile) in
            [(63.649_969_196_784_52, 1.997_941_259_433_927_6), (300.25, 1.967_896_374_665_433_9)]
        {
            let found = welch(0.0, [0.5, 0.5], [v / 2.0, v / 2.0]).unwrap();
            close(found.degrees, v, 1e-13);
            close(found.interval.high, quantile, 1e-11);
        }
    }

    #[test]
    fn groups_that_say_nothing_have_no_difference() {
        assert_eq!(shares(0, 0, 1, 2), None);
        assert_eq!(shares(3, 2, 1, 2), None);
        assert_eq!(means(&[1.0], &[1.0, 2.0]), None);
        assert_eq!(means(&[1.0, 1.0], &[2.0, 2.0]), None);
    }
}
