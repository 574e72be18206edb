//! The house of quality (Akao 1990; Hauser & Clausing 1988): from what customers need to what we build.
//!
//! Rows are needs with an importance, columns technical characteristics; each cell says how strongly the
//! characteristic serves the need: 0, 1, 3 or 9. The matrix stands in the configuration, where characteristics are
//! called features ([`QualityHouseParams`]); [`run`] makes the published table.

mod params;
mod table;

pub use params::{NeedParams, QualityHouseParams};
pub use table::run;

use crate::math::sum::Sum;

/// How strongly a characteristic serves a need.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Relation {
    /// Not at all: 0.
    None,
    /// Weakly: 1.
    Weak,
    /// Moderately: 3.
    Moderate,
    /// Strongly: 9.
    Strong,
}

impl Relation {
    /// The relation written as 0, 1, 3 or 9; `None` for other numbers.
    pub fn from_points(points: u8) -> Option<Self> {
        match points {
            0 => Some(Self::None),
            1 => Some(Self::Weak),
            3 => Some(Self::Moderate),
            9 => Some(Self::Strong),
            _ => None,
        }
    }

    /// What the relation counts in a weight.
    pub fn points(self) -> f64 {
        match self {
            Self::None => 0.0,
            Self::Weak => 1.0,
            Self::Moderate => 3.0,
            Self::Strong => 9.0,
        }
    }
}

/// Weights of the technical characteristics.
#[derive(Clone, Debug, PartialEq)]
pub struct TechnicalWeights {
    /// Σ over needs of importance times relation, `w = Iᵀ·R`.
    pub weights: Vec<f64>,
    /// Each weight's part of their sum, 0 to 1; `None` when all are zero.
    pub shares: Option<Vec<f64>>,
}

/// The weight of each characteristic from the importance of each need (0 or more, such as driver shares) and the
/// relations, one row per need.
pub fn technical_weights(importance: &[f64], relations: &[Vec<Relation>]) -> TechnicalWeights {
    let n = relations.iter().map(Vec::len).max().unwrap_or(0);
    let weight = |place: usize| {
        let served = importance.iter().zip(relations);
        let terms = served.filter_map(|(weight, row)| Some(weight * row.get(place)?.points()));
        terms.collect::<Sum>().value()
    };
    let weights: Vec<f64> = (0..n).map(weight).collect();
    let total = weights.iter().copied().collect::<Sum>().value();
    let shares = (total > 0.0).then(|| weights.iter().map(|weight| weight / total).collect());
    TechnicalWeights { weights, shares }
}

/// What it is worth to improve on a need: importance · (target / current) · sales point.
///
/// `current` and `target` are ratings on one scale; the sales point is 1, 1.2 or 1.5. `None` when `current` is 0.
pub fn raw_weight(importance: f64, current: f64, target: f64, sales_point: f64) -> Option<f64> {
    (current > 0.0).then(|| importance * (target / current) * sales_point)
}

/// Needs (rows) that no characteristic serves more than weakly: nothing we build answers them.
pub fn unserved_needs(relations: &[Vec<Relation>]) -> Vec<usize> {
    let served = |relation: &Relation| matches!(relation, Relation::Moderate | Relation::Strong);
    (0..relations.len()).filter(|&need| !relations[need].iter().any(served)).collect()
}

/// Characteristics (columns) that serve no need at all: nobody asked for them.
pub fn idle_characteristics(relations: &[Vec<Relation>]) -> Vec<usize> {
    let n = relations.iter().map(Vec::len).max().unwrap_or(0);
    let serves = |row: &Vec<Relation>, place: usize| row.get(place).is_some_and(|r| *r != Relation::None);
    (0..n).filter(|&place| !relations.iter().any(|row| serves(row, place))).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::math::golden::{all_close, json, numbers};

    fn relations(points: &[Vec<f64>]) -> Vec<Vec<Relation>> {
        let relation = |points: &f64| Relation::from_points(*points as u8).unwrap();
        points.iter().map(|row| row.iter().map(relation).collect()).collect()
    }

    #[test]
    fn weights_equal_the_reference() {
        let expected = json("qfd_vector.json");
        let list = |name: &str| numbers(&expected[name]);
        let percent = |found: &TechnicalWeights| -> Vec<f64> {
            found.shares.as_ref().unwrap().iter().map(|share| 100.0 * share).collect()
        };
        let rows: Vec<Vec<f64>> = expected["relationship"].as_array().unwrap().iter().map(numbers).collect();
        let relations = relations(&rows);
        let plain = technical_weights(&list("importance"), &relations);
        all_close(&plain.weights, &list("technical_abs"), 1e-12);
        all_close(&percent(&plain), &list("technical_pct"), 1e-12);
        let (current, target, sales) = (list("current"), list("target"), list("sales_point"));
        let raw: Vec<f64> = list("importance")
            .iter()
            .enumerate()
            .map(|(i, &importance)| raw_weight(importance, current[i], target[i], sales[i]).unwrap())
            .collect();
        all_close(&raw, &list("raw_weight"), 1e-12);
        let weighted = technical_weights(&raw, &relations);
        all_close(&weighted.weights, &list("weighted_technical_abs"), 1e-12);
        all_close(&percent(&weighted), &list("weighted_technical_pct"), 1e-12);
        // the fourth need has ones only
        assert_eq!(unserved_needs(&relations), [3]);
        assert!(idle_characteristics(&relations).is_empty());
    }

    #[test]
    fn what_serves_nothing_is_pointed_out() {
        let relations = relations(&[vec![0.0, 9.0], vec![0.0, 3.0], vec![0.0, 1.0]]);
        assert_eq!(idle_characteristics(&relations), [0]);
        assert_eq!(unserved_needs(&relations), [2]);
        assert_eq!(technical_weights(&[0.0; 3], &relations).shares, None);
        assert!(technical_weights(&[], &[]).weights.is_empty());
    }

    #[test]
    fn only_four_relations_exist_and_nothing_improves_from_zero() {
        assert_eq!(Relation::from_points(2), None);
        assert_eq!(raw_weight(5.0, 0.0, 4.0, 1.0), None);
    }
}
