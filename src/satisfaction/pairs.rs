//! Which questions of a survey set what was expected against what was received.

use std::collections::BTreeMap;

use super::SurveyItems;
use super::gap::{Gaps, Pair, score};
use super::responses::Response;
use crate::schema::Measure;

/// The questions of one dimension that make gaps.
#[derive(Clone, Debug, PartialEq)]
struct Sides {
    dimension: Option<String>,
    expectations: Vec<usize>,
    perceptions: Vec<usize>,
}

/// The dimensions of a survey that ask for both expectation and perception.
#[derive(Clone, Debug, PartialEq)]
pub struct GapPlan {
    dimensions: Vec<Sides>,
    weights: Vec<f64>,
    weighted: bool,
    /// The scale all items share, if they do.
    scale: Option<[f64; 2]>,
}

impl GapPlan {
    /// The plan of a survey, or of one of its dimensions; `None` where no dimension has both sides.
    ///
    /// A dimension's first expectation and first perception are a pair, its second ones, and so on. Where it has
    /// more of one than of the other, the mean of one side is set against the mean of the other.
    pub fn of(
        survey: &SurveyItems,
        dimension: Option<&str>,
        weights: &BTreeMap<String, f64>,
    ) -> Option<Self> {
        let places = |measures: Measure, own: Option<&str>| {
            survey.places(|item| item.measures == measures && item.dimension.as_deref() == own)
        };
        let sides = |own: Option<&str>| Sides {
            dimension: own.map(str::to_owned),
            expectations: places(Measure::Expectation, own),
            perceptions: places(Measure::Perception, own),
        };
        let mut dimensions: Vec<Sides> = Vec::new();
        for item in &survey.items {
            let own = item.dimension.as_deref();
            let asked = dimension.is_none() || dimension == own;
            if asked && !dimensions.iter().any(|sides| sides.dimension.as_deref() == own) {
                dimensions.push(sides(own));
            }
        }
        dimensions.retain(|sides| !sides.expectations.is_empty() && !sides.perceptions.is_empty());
        if dimensions.is_empty() {
            return None;
        }
        let sides = |sides: &Sides| [&sides.expectations[..], &sides.perceptions].concat();
        let places: Vec<usize> = dimensions.iter().flat_map(sides).collect();
        let weight = |sides: &Sides| match &sides.dimension {
            Some(name) => weights.get(name).copied().unwrap_or(0.0),
            None => 0.0,
        };
        let weighted = dimensions.iter().any(|sides| weight(sides) > 0.0);
        Some(Self {
            weights: dimensions.iter().map(|sides| if weighted { weight(sides) } else { 1.0 }).collect(),
            weighted,
            scale: survey.common_scale(&places),
            dimensions,
        })
    }

    /// The gaps of a response as parts of the scale, −1 to 1.
    pub fn gaps(&self, response: &Response) -> Gaps {
        let pairs: Vec<Vec<Pair>> = self.dimensions.iter().map(|sides| sides.pairs(response)).collect();
        let slices: Vec<&[Pair]> = pairs.iter().map(Vec::as_slice).collect();
        Gaps::of(&slices, &self.weights)
    }

    /// The gap that counts for a response: weighted where the dimensions have weights.
    pub fn gap(&self, response: &Response) -> Option<f64> {
        let gaps = self.gaps(response);
        if self.weighted { gaps.weighted } else { gaps.unweighted }
    }

    /// The satisfaction score that the response's gap implies.
    pub fn score(&self, response: &Response) -> Option<f64> {
        self.gap(response).map(score)
    }

    /// The dimensions have weights.
    pub fn is_weighted(&self) -> bool {
        self.weighted
    }

    /// The scale that all items share, if they do.
    pub fn scale(&self) -> Option<[f64; 2]> {
        self.scale
    }

    /// What a response expects on the whole, 0 to 1.
    pub fn expectation(&self, response: &Response) -> Option<f64> {
        let places: Vec<usize> =
            self.dimensions.iter().flat_map(|sides| sides.expectations.iter().copied()).collect();
        response.mean(&places)
    }

    /// Dimensions that have no weight although others have one.
    pub fn unweighted(&self) -> impl Iterator<Item = &str> {
        let light = self.dimensions.iter().zip(&self.weights).filter(|(_, weight)| **weight <= 0.0);
        light.filter_map(|(sides, _)| sides.dimension.as_deref())
    }
}

impl Sides {
    fn pairs(&self, response: &Response) -> Vec<Pair> {
        if self.expectations.len() == self.perceptions.len() {
            let both = self.expectations.iter().zip(&self.perceptions);
            return both
                .map(|(&e, &p)| Pair { expectation: response.units[e], perception: response.units[p] })
                .collect();
        }
        vec![Pair {
            expectation: response.mean_of_half(&self.expectations),
            perception: response.mean_of_half(&self.perceptions),
        }]
    }
}

#[cfg(test)]
mod tests {
    use super::super::ItemMeaning;
    use super::super::responses::tests::{head, item, survey};
    use super::*;
    use crate::math::golden::{close, json};

    fn asks(measures: Measure, dimension: &str, scale: [f64; 2]) -> ItemMeaning {
        ItemMeaning { dimension: Some(dimension.to_owned()), scale, ..item(measures) }
    }

    /// The whole of `servqual_vector.json` as a survey: plain and weighted gaps of every respondent.
    #[test]
    fn a_survey_has_the_gaps_of_the_reference() {
        let reference = json("servqual_vector.json");
        let dimensions = reference["dims"].as_object().unwrap();
        let (mut items, mut weights) = (Vec::new(), BTreeMap::new());
        for (name, dimension) in dimensions {
            let n = dimension["E"][0].as_array().unwrap().len();
            weights.insert(name.clone(), dimension["points"].as_f64().unwrap());
            for measures in [Measure::Expectation, Measure::Perception] {
                items.extend((0..n).map(|_| asks(measures, name, [1.0, 7.0])));
            }
        }
        let survey = survey("servqual", items);
        let plan = GapPlan::of(&survey, None, &weights).unwrap();
        assert_eq!((plan.scale(), plan.is_weighted()), (Some([1.0, 7.0]), true));
        let head = head();
        for (who, expected) in reference["respondents"].as_array().unwrap().iter().enumerate() {
            let answers = |side: &str| -> Vec<Vec<Option<f64>>> {
                let of = |d: &serde_json::Value| d[side][who].as_array().unwrap().clone();
                let unit = |x: &serde_json::Value| x.as_f64().map(|x| (x - 1.0) / 6.0);
                dimensions.values().map(|d| of(d).iter().map(unit).collect()).collect()
            };
            let (e, p) = (answers("E"), answers("P"));
            let units: Vec<Option<f64>> = e.into_iter().zip(p).flat_map(|(e, p)| [e, p].concat()).collect();
            let response = Response { head: &head, units: &units };
            let found = plan.gaps(&response);
            close(6.0 * found.unweighted.unwrap(), expected["unweighted"].as_f64().unwrap(), 1e-12);
            close(6.0 * found.weighted.unwrap(), expected["weighted"].as_f64().unwrap(), 1e-12);
            let norm = expected["weighted_norm"].as_f64().unwrap();
            close(plan.score(&response).unwrap(), (0.5 + norm).clamp(0.0, 1.0), 1e-12);
        }
    }

    #[test]
    fn sides_of_different_length_meet_by_their_means() {
        let scale = [1.0, 5.0];
        let items = vec![
            asks(Measure::Expectation, "service", scale),
            asks(Measure::Perception, "service", scale),
            asks(Measure::Perception, "service", scale),
            asks(Measure::Perception, "product", scale),
        ];
        let survey = survey("shop", items);
        let plan = GapPlan::of(&survey, None, &BTreeMap::new()).unwrap();
        assert!(!plan.is_weighted());
        let (head, units) = (head(), [Some(0.5), Some(1.0), Some(0.5), Some(0.0)]);
        let response = Response { head: &head, units: &units };
        assert_eq!(plan.gap(&response), Some(0.25));
        assert_eq!(plan.expectation(&response), Some(0.5));
        assert_eq!(GapPlan::of(&survey, Some("product"), &BTreeMap::new()), None);
        let none = Response { head: &head, units: &[None, Some(1.0), Some(1.0), Some(1.0)] };
        assert_eq!(plan.score(&none), None);
    }

    #[test]
    fn a_dimension_without_weight_is_pointed_out() {
        let scale = [1.0, 5.0];
        let both = |d: &str| [asks(Measure::Expectation, d, scale), asks(Measure::Perception, d, scale)];
        let survey = survey("shop", [both("service"), both("product")].concat());
        let weights = BTreeMap::from([("service".to_owned(), 3.0)]);
        let plan = GapPlan::of(&survey, None, &weights).unwrap();
        assert_eq!(plan.unweighted().collect::<Vec<_>>(), ["product"]);
        let (head, units) = (head(), [Some(0.5), Some(1.0), Some(0.5), Some(0.0)]);
        let response = Response { head: &head, units: &units };
        assert_eq!(plan.gap(&response), Some(0.5));
        assert_eq!(plan.gaps(&response).unweighted, Some(0.0));
    }
}
