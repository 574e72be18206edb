//! What holds for any answers.

use proptest::collection::vec;
use proptest::prelude::*;

use super::fading::{Aged, Estimate, Fading};
use super::figures::{Figure, Question};
use super::responses::Response;
use super::responses::tests::{head, item, survey};
use super::{Level, SatisfactionParams};
use crate::math::interval::wilson;
use crate::schema::Measure;

/// Answers in quarters of the scale with their ages.
fn answers() -> impl Strategy<Value = Vec<(u8, u32)>> {
    vec((0_u8..=4, 0_u32..=730), 1..8)
}

fn aged(answers: &[(u8, u32)]) -> Vec<Aged> {
    answers.iter().map(|(unit, age)| Aged { unit: f64::from(*unit) / 4.0, age_days: Some(*age) }).collect()
}

fn estimate(answers: &[Aged], params: &SatisfactionParams) -> Option<Estimate> {
    Fading::of(params).estimate(answers)
}

/// The figures of a survey of one satisfaction item.
fn figures(units: &[Option<f64>]) -> Vec<Figure> {
    let (survey, params) = (survey("shop", vec![item(Measure::Satisfaction)]), SatisfactionParams::default());
    let (head, units): (_, Vec<[Option<f64>; 1]>) = (head(), units.iter().map(|unit| [*unit]).collect());
    let group: Vec<Response> = units.iter().map(|units| Response { head: &head, units }).collect();
    Question::all_of(&survey, None, &params)[0].ask(group.iter().copied(), &params).figures
}

proptest! {
    #[test]
    fn better_answers_never_lower_the_level(answers in answers(), which in 0_usize..8, by in 1_u8..=4) {
        let params = SatisfactionParams::default();
        let mut better = answers.clone();
        let place = which % better.len();
        better[place].0 = (better[place].0 + by).min(4);
        let score = |answers: &[(u8, u32)]| estimate(&aged(answers), &params).unwrap().score;
        let level = |answers: &[(u8, u32)]| Level::of(score(answers), &params.cut_points);
        prop_assert!(score(&better) >= score(&answers) - 1e-12);
        prop_assert!(level(&better) >= level(&answers));
    }

    #[test]
    fn fading_never_turns_a_score_round(answers in answers(), later in 0_u32..3_000) {
        let params = SatisfactionParams { max_age_days: u32::MAX, ..SatisfactionParams::default() };
        let turned = |good: bool| -> Vec<(u8, u32)> {
            answers.iter().map(|(unit, age)| (if good { 2 + unit / 2 } else { unit / 2 }, age + later)).collect()
        };
        prop_assert!(estimate(&aged(&turned(true)), &params).unwrap().score >= 0.5);
        prop_assert!(estimate(&aged(&turned(false)), &params).unwrap().score <= 0.5);
        // one answer keeps its side, however old
        let (unit, age) = answers[0];
        let score = estimate(&aged(&[(unit, age + later)]), &params).unwrap().score;
        prop_assert!((score - 0.5) * (f64::from(unit) / 4.0 - 0.5) >= 0.0);
    }

    #[test]
    fn an_answer_more_is_never_less_sure(answers in answers(), another in (0_u8..=4, 0_u32..=730)) {
        let params = SatisfactionParams::default();
        let sure = |answers: &[(u8, u32)]| estimate(&aged(answers), &params).unwrap().confidence;
        let more: Vec<(u8, u32)> = answers.iter().copied().chain([another]).collect();
        prop_assert!(sure(&more) >= sure(&answers) - 1e-12);
        prop_assert!((0.0..=1.0).contains(&sure(&more)));
    }

    #[test]
    fn shares_of_levels_sum_to_one_and_unknown_stays_unknown(units in vec(proptest::option::of(0_u8..=4), 1..60)) {
        let units: Vec<Option<f64>> = units.iter().map(|unit| unit.map(|unit| f64::from(unit) / 4.0)).collect();
        let known = units.iter().flatten().count();
        let found = figures(&units);
        prop_assert!(found.iter().all(|figure| figure.n == Some(known as u32)));
        let shares: Vec<Option<f64>> = found[1..6].iter().map(|figure| figure.value).collect();
        if known == 0 {
            prop_assert!(found.iter().all(|figure| figure.value.is_none() && figure.interval.is_none()));
        } else {
            prop_assert!((shares.iter().flatten().sum::<f64>() - 1.0).abs() < 1e-12);
        }
    }

    #[test]
    fn intervals_shrink_with_n(k in 0_u64..=50, rest in 0_u64..=50, times in 2_u64..20) {
        prop_assume!(k + rest > 0);
        let width = |times: u64| {
            let interval = wilson(k * times, (k + rest) * times).unwrap();
            interval.high - interval.low
        };
        prop_assert!(width(times) < width(1));
    }
}
