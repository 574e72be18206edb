//! Expectation against perception (SERVQUAL): gaps per dimension and respondent, and the score they imply.
//!
//! Parasuraman, Zeithaml & Berry 1988. Expectations sit near the top of their scale, so positive gaps are rare
//! (Brown, Churchill & Peter 1993); [`ceiling_share`] says how near.

use crate::math::sum::{Sum, mean};

/// Expectations within this distance of the top of the scale, in scale points, leave no room for a positive gap.
const CEILING: f64 = 0.5;

/// Met expectations on 0 to 1: neither satisfied nor dissatisfied.
const MET: f64 = 0.5;

/// One item as one respondent answered it, in scale points.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Pair {
    /// What was expected.
    pub expectation: Option<f64>,
    /// What was received.
    pub perception: Option<f64>,
}

impl Pair {
    /// Perception less expectation in scale points; `None` unless both were answered.
    pub fn gap(self) -> Option<f64> {
        Some(self.perception? - self.expectation?)
    }
}

/// Gaps of one respondent.
#[derive(Clone, Debug, PartialEq)]
pub struct Gaps {
    /// Mean gap per dimension in scale points; `None` when less than half of its items have both answers.
    pub dimensions: Vec<Option<f64>>,
    /// Mean of the available dimensions.
    pub unweighted: Option<f64>,
    /// Σ w·gap / Σ w over the available dimensions; `None` also when their weights add up to zero.
    pub weighted: Option<f64>,
}

impl Gaps {
    /// The gaps of one respondent from the pairs of each dimension and the importance of each dimension.
    ///
    /// `weights` are what the allocation question or the configuration says, such as 100 points in all; one per
    /// dimension, 0 or more.
    pub fn of(dimensions: &[&[Pair]], weights: &[f64]) -> Self {
        let dimensions: Vec<Option<f64>> = dimensions.iter().map(|pairs| dimension_gap(pairs)).collect();
        let available =
            || dimensions.iter().zip(weights).filter_map(|(gap, &weight)| Some(((*gap)?, weight)));
        let gaps: Vec<f64> = dimensions.iter().flatten().copied().collect();
        let total = available().map(|(_, weight)| weight).collect::<Sum>().value();
        let weighted = available().map(|(gap, weight)| weight * gap).collect::<Sum>().value();
        Self { unweighted: mean(&gaps), weighted: (total > 0.0).then(|| weighted / total), dimensions }
    }
}

/// The mean gap of a dimension's items in scale points, if at least half of them have both answers.
pub fn dimension_gap(pairs: &[Pair]) -> Option<f64> {
    let gaps: Vec<f64> = pairs.iter().filter_map(|pair| pair.gap()).collect();
    mean(&gaps).filter(|_| 2 * gaps.len() >= pairs.len())
}

/// A gap as a part of its scale `[low, high]`, −1 to 1: `gap / (high − low)`.
pub fn normalised(gap: f64, scale: [f64; 2]) -> f64 {
    gap / (scale[1] - scale[0])
}

/// The satisfaction score a normalised gap implies: ½ + g, held to 0..1; met expectations are ½.
pub fn score(normalised_gap: f64) -> f64 {
    (MET + normalised_gap).clamp(0.0, 1.0)
}

/// The share of respondents whose mean expectation is at most half a point below the top of the scale.
///
/// `respondents` holds all pairs of each; who stated no expectation does not count. `None` when nobody did.
pub fn ceiling_share(respondents: &[Vec<Pair>], top: f64) -> Option<f64> {
    let stated =
        |pairs: &Vec<Pair>| mean(&pairs.iter().filter_map(|pair| pair.expectation).collect::<Vec<_>>());
    let means: Vec<f64> = respondents.iter().filter_map(stated).collect();
    let high = means.iter().filter(|&&mean| mean >= top - CEILING).count();
    (!means.is_empty()).then(|| high as f64 / means.len() as f64)
}

#[cfg(test)]
#[allow(clippy::float_cmp, reason = "the values compared are exact")]
mod tests {
    use serde_json::Value;

    use super::*;
    use crate::math::golden::{close, json, numbers};

    /// The pairs of respondent `who` in one dimension of the reference.
    fn pairs(dimension: &Value, who: usize) -> Vec<Pair> {
        let answers = |name: &str| dimension[name][who].as_array().unwrap().iter().map(Value::as_f64);
        answers("E")
            .zip(answers("P"))
            .map(|(expectation, perception)| Pair { expectation, perception })
            .collect()
    }

    #[test]
    fn gaps_equal_the_reference() {
        let reference = json("servqual_vector.json");
        let dimensions: Vec<&Value> = reference["dims"].as_object().unwrap().values().collect();
        let weights: Vec<f64> = dimensions.iter().map(|d| d["points"].as_f64().unwrap()).collect();
        let scale: [f64; 2] = numbers(&reference["scale"]).try_into().unwrap();
        let respondents = reference["respondents"].as_array().unwrap();
        let mut all = Vec::new();
        for (who, expected) in respondents.iter().enumerate() {
            let answers: Vec<Vec<Pair>> = dimensions.iter().map(|d| pairs(d, who)).collect();
            let slices: Vec<&[Pair]> = answers.iter().map(Vec::as_slice).collect();
            let found = Gaps::of(&slices, &weights);
            for (gap, expected) in found.dimensions.iter().zip(expected["dimension_gap"].as_object().unwrap())
            {
                assert_eq!(gap.is_some(), expected.1.is_number(), "{}", expected.0);
                if let Some(gap) = gap {
                    close(*gap, expected.1.as_f64().unwrap(), 1e-12);
                }
            }
            close(found.unweighted.unwrap(), expected["unweighted"].as_f64().unwrap(), 1e-12);
            let weighted = found.weighted.unwrap();
            close(weighted, expected["weighted"].as_f64().unwrap(), 1e-12);
            close(normalised(weighted, scale), expected["weighted_norm"].as_f64().unwrap(), 1e-12);
            all.push(found);
        }
        for (place, expected) in reference["dimension_means"].as_object().unwrap().values().enumerate() {
            let gaps: Vec<f64> = all.iter().filter_map(|gaps| gaps.dimensions[place]).collect();
            assert_eq!(gaps.len() as u64, expected["n"].as_u64().unwrap());
            close(mean(&gaps).unwrap(), expected["mean"].as_f64().unwrap(), 1e-12);
        }
    }

    /// Methods 2.3: on 1 to 5, −1 point is dissatisfied, +1 happy, ±2 angry and delighted.
    #[test]
    fn met_expectations_are_the_middle() {
        let found = [-4.0, -2.0, -1.0, 0.0, 1.0, 2.0, 4.0].map(|gap| score(normalised(gap, [1.0, 5.0])));
        assert_eq!(found, [0.0, 0.0, 0.25, 0.5, 0.75, 1.0, 1.0]);
    }

    #[test]
    fn half_of_the_items_are_enough() {
        let both = Pair { expectation: Some(4.0), perception: Some(5.0) };
        let one = Pair { expectation: Some(4.0), perception: None };
        assert_eq!(dimension_gap(&[both, one]), Some(1.0));
        assert_eq!(dimension_gap(&[both, one, one]), None);
        assert_eq!(dimension_gap(&[]), None);
    }

    #[test]
    fn dimensions_without_weight_leave_no_weighted_gap() {
        let both = [Pair { expectation: Some(4.0), perception: Some(5.0) }];
        let found = Gaps::of(&[&both, &[]], &[0.0, 5.0]);
        assert_eq!((found.unweighted, found.weighted), (Some(1.0), None));
        assert_eq!(Gaps::of(&[], &[]).unweighted, None);
    }

    #[test]
    fn high_expectations_are_counted_per_respondent() {
        let expected = |expectations: &[f64]| -> Vec<Pair> {
            let pair = |&e: &f64| Pair { expectation: Some(e), perception: None };
            expectations.iter().map(pair).collect()
        };
        let respondents = [expected(&[7.0, 6.0]), expected(&[6.0]), expected(&[]), expected(&[1.0])];
        assert_eq!(ceiling_share(&respondents, 7.0), Some(1.0 / 3.0));
        assert_eq!(ceiling_share(&[expected(&[])], 7.0), None);
    }
}
