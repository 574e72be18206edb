//! One figure from a customer's answers of different ages.
//!
//! Two things happen as an answer ages: it weighs less against newer ones, and what it says moves towards
//! neutral. The first cannot be seen with a single answer, the second can.

use super::SatisfactionParams;

/// Neither satisfied nor dissatisfied, on 0 to 1.
const NEUTRAL: f64 = 0.5;

/// One response's figure and its age.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Aged {
    /// The figure, 0 to 1.
    pub unit: f64,
    /// Days from the answer to the as-of day; `None` where the export has no time.
    pub age_days: Option<u32>,
}

impl Aged {
    /// The age in force: an undated answer cannot be faded, so it stands as if given today.
    fn days(&self) -> u32 {
        self.age_days.unwrap_or(0)
    }
}

/// What a customer's answers say together.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Estimate {
    /// The faded, age-weighted figure, 0 to 1.
    pub score: f64,
    /// Answers used.
    pub used: u32,
    /// Answers used that have no date.
    pub undated: u32,
    /// Age of the newest dated answer used.
    pub newest_days: Option<u32>,
    /// How many answers of equal weight would say as much: `(Σw)² / Σw²`, 1 to `used`.
    pub n_effective: f64,
    /// How sure the figure is, 0 to 1: `1 − 2^(−Σ 2^(−a/half_life))`. One answer of today gives a half, two give
    /// three quarters; an answer of one half-life ago counts as half an answer.
    pub confidence: f64,
}

/// How answers fade. What is left after so many days is worked out once, not for every answer.
#[derive(Clone, Debug)]
pub struct Fading<'a> {
    params: &'a SatisfactionParams,
    weight: Halving,
    positive: Halving,
    negative: Halving,
}

impl<'a> Fading<'a> {
    /// How answers fade under `params`.
    pub fn of(params: &'a SatisfactionParams) -> Self {
        let days = params.max_age_days;
        Self {
            params,
            weight: Halving::new(params.half_life_days, days),
            positive: Halving::new(params.fade_positive_days, days),
            negative: Halving::new(params.fade_negative_days, days),
        }
    }

    /// The faded mean of the answers that still count, in the order given; `None` when none does.
    ///
    /// With `c = unit − ½` and age `a` in days: `w = 2^(−a/half_life)`, `f = 2^(−a/fade_positive)` for `c > 0` and
    /// `2^(−a/fade_negative)` otherwise, `score = ½ + Σ w·f·c / Σ w` (methods, section 2.4). Weights are taken
    /// relative to the newest answer: the ratio is the same, and short half-lives cannot make all of them zero.
    pub fn estimate(&self, answers: &[Aged]) -> Option<Estimate> {
        let counting = || answers.iter().filter(|answer| self.params.is_current(answer.age_days));
        let newest = counting().map(Aged::days).min()?;
        let (mut weights, mut squares, mut weighted) = (0.0, 0.0, 0.0);
        let (mut used, mut undated) = (0, 0);
        for answer in counting() {
            let w = self.weight.after(answer.days() - newest);
            weights += w;
            squares += w * w;
            weighted += w * self.faded(answer.unit - NEUTRAL, answer.days());
            used += 1;
            undated += u32::from(answer.age_days.is_none());
        }
        Some(Estimate {
            score: (NEUTRAL + weighted / weights).clamp(0.0, 1.0),
            used,
            undated,
            newest_days: counting().filter_map(|answer| answer.age_days).min(),
            n_effective: weights * weights / squares,
            confidence: 1.0 - halved(weights * self.weight.after(newest), 1.0),
        })
    }

    /// What an answer weighs against one of today, `2^(−a/half_life)`; 0 when it is too old to count.
    pub fn weight(&self, age_days: Option<u32>) -> f64 {
        if self.params.is_current(age_days) { self.weight.after(age_days.unwrap_or(0)) } else { 0.0 }
    }

    /// What an answer still says at its age, 0 to 1. A score is the mean of these, weighted by
    /// [`weight`](Self::weight).
    pub fn faded_unit(&self, unit: f64, age_days: Option<u32>) -> f64 {
        NEUTRAL + self.faded(unit - NEUTRAL, age_days.unwrap_or(0))
    }

    /// The distance from neutral that is left after `days`.
    fn faded(&self, distance: f64, days: u32) -> f64 {
        if !self.params.fade {
            return distance;
        }
        distance * if distance > 0.0 { self.positive.after(days) } else { self.negative.after(days) }
    }
}

/// What is left of 1 after each day.
#[derive(Clone, Debug)]
struct Halving {
    half_life: f64,
    by_day: Vec<f64>,
}

impl Halving {
    /// Days worked out beforehand at most: longer than most exports reach back.
    const LONGEST: u32 = 4_000;

    fn new(half_life: f64, days: u32) -> Self {
        let by_day = (0..=days.min(Self::LONGEST)).map(|day| halved(f64::from(day), half_life)).collect();
        Self { half_life, by_day }
    }

    #[inline]
    fn after(&self, days: u32) -> f64 {
        let known = self.by_day.get(days as usize).copied();
        known.unwrap_or_else(|| halved(f64::from(days), self.half_life))
    }
}

/// What is left of 1 after `days`: `2^(−days / half_life)`.
fn halved(days: f64, half_life: f64) -> f64 {
    (-days / half_life).exp2()
}

#[cfg(test)]
#[allow(clippy::float_cmp, reason = "the values compared are exact")]
mod tests {
    use serde_json::Value;

    use super::super::Level;
    use super::*;

    fn estimate(answers: &[Aged], params: &SatisfactionParams) -> Option<Estimate> {
        Fading::of(params).estimate(answers)
    }

    fn aged(unit: f64, age_days: u32) -> Aged {
        Aged { unit, age_days: Some(age_days) }
    }

    #[test]
    fn fading_equals_the_reference() {
        let text = include_str!(concat!(
            env!("CARGO_MANIFEST_DIR"),
            "/tests/golden/satisfaction_fading_vectors.json"
        ));
        let reference: Value = serde_json::from_str(text).unwrap();
        let params = SatisfactionParams::default();
        let cases = reference["cases"].as_array().unwrap();
        assert_eq!(cases.len(), 12);
        for case in cases {
            let answers: Vec<Aged> = case["responses"]
                .as_array()
                .unwrap()
                .iter()
                .map(|r| aged(r["u"].as_f64().unwrap(), r["age_days"].as_u64().unwrap() as u32))
                .collect();
            let found = estimate(&answers, &params);
            let Some(expected) = case["expected"].as_object() else {
                assert_eq!(found, None, "{case}");
                continue;
            };
            let found = found.unwrap();
            let close = |a: f64, b: &Value| (a / b.as_f64().unwrap() - 1.0).abs() < 1e-9;
            assert!(close(found.score, &expected["S"]), "{case}: {found:?}");
            assert!(close(found.n_effective, &expected["n_eff"]), "{case}: {found:?}");
            assert_eq!(Level::of(found.score, &params.cut_points).name(), expected["level"], "{case}");
        }
    }

    #[test]
    fn an_undated_answer_stands_as_if_given_today() {
        let params = SatisfactionParams::default();
        let undated = Aged { unit: 1.0, age_days: None };
        let found = estimate(&[undated, aged(0.0, 90), aged(0.3, 900)], &params).unwrap();
        let dated = estimate(&[aged(1.0, 0), aged(0.0, 90)], &params).unwrap();
        assert_eq!(found.score, dated.score);
        assert_eq!((found.used, found.undated, found.newest_days), (2, 1, Some(90)));
    }

    #[test]
    fn more_and_newer_answers_are_surer() {
        let sure = |answers: &[Aged]| estimate(answers, &SatisfactionParams::default()).unwrap().confidence;
        assert_eq!(sure(&[aged(0.2, 0)]), 0.5);
        assert_eq!(sure(&[aged(0.2, 0), aged(1.0, 0)]), 0.75);
        // half an answer: 1 − 2^−½
        assert!((sure(&[aged(0.2, 90)]) - (1.0 - 0.5_f64.sqrt())).abs() < 1e-15);
        assert!((sure(&[aged(0.2, 90), aged(0.2, 90)]) - 0.5).abs() < 1e-15);
        assert!(sure(&[aged(0.2, 730)]) < 0.003);
    }

    #[test]
    fn an_answer_equal_to_the_score_leaves_it() {
        let params = SatisfactionParams { fade: false, ..SatisfactionParams::default() };
        let mut answers = vec![aged(0.75, 10), aged(0.25, 100), aged(1.0, 400)];
        let before = estimate(&answers, &params).unwrap().score;
        answers.push(aged(before, 0));
        let after = estimate(&answers, &params).unwrap().score;
        assert!((before - after).abs() < 1e-15, "{before} {after}");
    }

    #[test]
    fn scores_approach_neutral_as_all_answers_age_and_never_leave_0_to_1() {
        let params = SatisfactionParams { max_age_days: u32::MAX, ..SatisfactionParams::default() };
        for units in [[1.0, 1.0, 0.9], [0.0, 0.0, 0.2]] {
            let mut last = f64::INFINITY;
            for shift in [0, 100, 1_000, 5_000, 50_000, 2_000_000] {
                let answers = [aged(units[0], shift), aged(units[1], shift + 40), aged(units[2], shift + 7)];
                let score = estimate(&answers, &params).unwrap().score;
                assert!((0.0..=1.0).contains(&score));
                assert!((score - NEUTRAL).abs() <= last, "{score}");
                last = (score - NEUTRAL).abs();
            }
            assert!(last < 1e-12);
        }
    }

    #[test]
    fn without_fading_one_old_answer_keeps_its_figure() {
        let params = SatisfactionParams { fade: false, half_life_days: 0.1, ..SatisfactionParams::default() };
        assert_eq!(estimate(&[aged(1.0, 730)], &params).unwrap().score, 1.0);
        assert_eq!(estimate(&[aged(1.0, 731)], &params), None);
        assert_eq!(estimate(&[], &params), None);
    }
}
