//! Where each customer stands: score, level, attitude, net-promoter group, and why.

use rayon::prelude::*;

use super::fading::{Aged, Estimate, Fading};
use super::said::{Said, SaidByCustomer};
use super::{Level, NpsGroup, SatisfactionParams};

/// What the surveys say about one customer.
#[derive(Clone, Debug, PartialEq)]
pub struct Standing {
    /// The satisfaction score and what it rests on.
    pub basis: Basis,
    /// The estimate of section 2.4 over items on recommending and buying again, 0 to 1.
    pub attitude: Option<f64>,
    /// Group by the newest answer to a recommend item on 0 to 10.
    pub nps_group: Option<NpsGroup>,
}

/// What a satisfaction score rests on, or why there is none.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Basis {
    /// The run has no survey.
    NoSurvey,
    /// The customer gave no response.
    NoAnswer,
    /// The customer responded so often, but never answered half of the satisfaction items.
    TooFewItems(u32),
    /// The newest usable response is so many days old, which is too old.
    TooOld(u32),
    /// A score.
    Scored {
        /// What the responses say together.
        estimate: Estimate,
        /// Level of the score.
        level: Level,
        /// Time of the newest dated response used, µs since 1970 UTC.
        answered_at: Option<i64>,
    },
}

/// Where every customer stands. Those who said nothing all stand at the same place.
#[derive(Clone, Debug)]
pub struct Standings {
    /// Rows of the customers who said something, ascending.
    rows: Vec<u32>,
    /// Where these stand.
    spoken: Vec<Standing>,
    silence: Standing,
    n_customers: usize,
}

impl Standings {
    /// Those who said something, by row, and where they stand.
    pub(super) fn spoken(&self) -> impl Iterator<Item = (usize, &Standing)> {
        self.rows.iter().map(|row| *row as usize).zip(&self.spoken)
    }

    /// Where those stand who said nothing.
    pub(super) fn silence(&self) -> &Standing {
        &self.silence
    }

    /// Number of customers.
    pub(super) fn n_customers(&self) -> usize {
        self.n_customers
    }

    /// The attitude of each customer.
    pub fn attitudes(&self) -> Attitudes {
        let known = |(row, standing): (usize, &Standing)| Some((row as u32, standing.attitude?));
        Attitudes { known: self.spoken().filter_map(known).collect(), n_customers: self.n_customers }
    }
}

/// Attitude of each customer, 0 to 1: the same estimator over recommend and repurchase items.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Attitudes {
    known: Vec<(u32, f64)>,
    n_customers: usize,
}

impl Attitudes {
    /// One for each customer.
    pub fn by_row(&self) -> Vec<Option<f64>> {
        let mut all = vec![None; self.n_customers];
        self.known.iter().for_each(|(row, attitude)| all[*row as usize] = Some(*attitude));
        all
    }
}

/// The standing of every customer; `asked` says whether there is a survey at all.
pub fn standings(
    said: &SaidByCustomer,
    asked: bool,
    n_customers: usize,
    params: &SatisfactionParams,
    fading: &Fading<'_>,
) -> Standings {
    let stand = |aged: &mut Vec<Aged>, own: &[Said]| standing(own, params, fading, aged);
    let basis = if asked { Basis::NoAnswer } else { Basis::NoSurvey };
    Standings {
        rows: said.by_customer().map(|own| own[0].customer).collect(),
        spoken: said.by_customer().map_init(Vec::new, stand).collect(),
        silence: Standing { basis, attitude: None, nps_group: None },
        n_customers,
    }
}

/// One customer's standing from what they said, in file order; `aged` is room to work in.
fn standing(
    own: &[Said],
    params: &SatisfactionParams,
    fading: &Fading<'_>,
    aged: &mut Vec<Aged>,
) -> Standing {
    let mut take = |figure: fn(&Said) -> Option<f64>| {
        aged.clear();
        aged.extend(
            own.iter().filter_map(|said| Some(Aged { unit: figure(said)?, age_days: said.age_days })),
        );
        fading.estimate(aged)
    };
    let attitude = take(|said| said.attitude).map(|estimate| estimate.score);
    let current = || own.iter().filter(|said| params.is_current(said.age_days));
    let basis = match take(|said| said.satisfaction) {
        Some(estimate) => Basis::Scored {
            estimate,
            level: Level::of(estimate.score, &params.cut_points),
            answered_at: current()
                .filter(|said| said.satisfaction.is_some())
                .filter_map(|said| said.answered_at)
                .max(),
        },
        None => aged
            .iter()
            .filter_map(|answer| answer.age_days)
            .min()
            .map_or(Basis::TooFewItems(own.len() as u32), Basis::TooOld),
    };
    Standing {
        basis,
        attitude,
        // The last of equally new ones wins, and any dated one is newer than an undated one.
        nps_group: current()
            .filter(|said| said.nps_group.is_some())
            .max_by_key(|said| said.answered_at)
            .and_then(|said| said.nps_group),
    }
}

#[cfg(test)]
mod tests {
    use super::super::nps::STANDARD_SCALE;
    use super::super::responses::Responses;
    use super::super::responses::tests::{item, push, survey};
    use super::super::why::Why;
    use super::super::{Answers, SurveyItems};
    use super::*;
    use crate::schema::Measure;

    /// Two satisfaction items, a recommend item on 0 to 10 and a repurchase item on 1 to 5.
    fn surveys() -> Vec<SurveyItems> {
        let mut recommend = item(Measure::Recommend);
        recommend.scale = STANDARD_SCALE;
        let satisfaction = item(Measure::Satisfaction);
        vec![survey("shop", vec![satisfaction.clone(), satisfaction, recommend, item(Measure::Repurchase)])]
    }

    /// Where each customer stands, by row.
    fn each(standings: &Standings) -> Vec<Standing> {
        let mut all = vec![standings.silence().clone(); standings.n_customers()];
        standings.spoken().for_each(|(row, standing)| all[row] = standing.clone());
        all
    }

    fn stand(answers: Answers, n_customers: usize) -> Vec<Standing> {
        let (surveys, params) = (surveys(), SatisfactionParams::default());
        let responses = Responses::gather(answers, &surveys, n_customers).unwrap();
        let said = SaidByCustomer::of(&responses, &surveys, &params);
        let found = standings(&said, true, n_customers, &params, &Fading::of(&params));
        each(&found)
    }

    fn why(standing: &Standing) -> String {
        Why::of(&standing.basis).text(&SatisfactionParams::default())
    }

    fn score(standing: &Standing) -> Option<f64> {
        match standing.basis {
            Basis::Scored { estimate, .. } => Some(estimate.score),
            _ => None,
        }
    }

    #[test]
    fn customers_get_their_own_responses() {
        let mut answers = Answers::default();
        // customer 2, then 0, then 2 again: (0, age 90) and (1, today) of the reference vector
        push(&mut answers, (Some(2), 0, 0, Some(90)), 0, 1.0);
        push(&mut answers, (Some(0), 0, 1, Some(0)), 0, 1.0);
        push(&mut answers, (Some(0), 0, 1, Some(0)), 1, 0.5);
        push(&mut answers, (Some(2), 0, 2, Some(0)), 1, 0.0);
        push(&mut answers, (None, 0, 3, Some(0)), 1, 0.0);
        let found = stand(answers, 3);
        assert_eq!(score(&found[0]), Some(0.75));
        assert_eq!(why(&found[0]), "1 answer; score in [0.625, 0.875): happy");
        assert_eq!(found[1].basis, Basis::NoAnswer);
        assert_eq!(why(&found[1]), "no answer");
        // satisfaction_fading_vectors.json: 0 today and 1 ninety days ago
        assert!((score(&found[2]).unwrap() - 0.307_149_149_875_120_65).abs() < 1e-9);
        assert_eq!(why(&found[2]), "2 answers; score in [0.125, 0.375): dissatisfied");
    }

    #[test]
    fn recommending_and_buying_again_are_attitude_not_satisfaction() {
        let mut answers = Answers::default();
        push(&mut answers, (Some(0), 0, 0, Some(0)), 2, 0.9);
        push(&mut answers, (Some(0), 0, 0, Some(0)), 3, 0.5);
        let found = stand(answers, 1);
        assert_eq!(found[0].basis, Basis::TooFewItems(1));
        assert_eq!(why(&found[0]), "1 response, too few satisfaction items answered");
        assert_eq!(found[0].attitude, Some(0.7));
        assert_eq!(found[0].nps_group, Some(NpsGroup::Promoter));
    }

    #[test]
    fn old_answers_are_named_and_not_used() {
        let mut answers = Answers::default();
        for (response, age) in [(0, 900), (1, 812)] {
            push(&mut answers, (Some(0), 0, response, Some(age)), 0, 1.0);
            push(&mut answers, (Some(0), 0, response, Some(age)), 2, 1.0);
        }
        let found = stand(answers, 1);
        assert_eq!(why(&found[0]), "last answer 812 days ago, older than 730");
        assert_eq!((found[0].attitude, found[0].nps_group), (None, None));
    }

    #[test]
    fn undated_answers_are_used_and_said_to_be() {
        let mut answers = Answers::default();
        push(&mut answers, (Some(0), 0, 0, None), 0, 1.0);
        push(&mut answers, (Some(1), 0, 1, Some(1)), 0, 0.0);
        push(&mut answers, (Some(1), 0, 2, None), 0, 1.0);
        let found = stand(answers, 2);
        assert_eq!(why(&found[0]), "1 answer, 1 undated and not faded; score in [0.875, 1]: delighted");
        assert_eq!(why(&found[1]), "2 answers, 1 undated and not faded; score in [0.375, 0.625): satisfied");
        let Basis::Scored { answered_at, .. } = found[1].basis else { panic!() };
        assert_eq!(answered_at, Some(999_999));
    }

    #[test]
    fn the_newest_recommendation_decides_the_group() {
        let mut answers = Answers::default();
        push(&mut answers, (Some(0), 0, 0, Some(3)), 2, 0.6);
        push(&mut answers, (Some(0), 0, 1, Some(40)), 2, 1.0);
        push(&mut answers, (Some(0), 0, 2, None), 2, 1.0);
        push(&mut answers, (Some(1), 0, 3, Some(3)), 2, 0.6);
        push(&mut answers, (Some(1), 0, 4, Some(3)), 2, 0.8);
        let found = stand(answers, 2);
        assert_eq!(found[0].nps_group, Some(NpsGroup::Detractor));
        assert_eq!(found[1].nps_group, Some(NpsGroup::Passive));
    }

    #[test]
    fn without_surveys_nobody_stands_anywhere() {
        let params = SatisfactionParams::default();
        let responses = Responses::gather(Answers::default(), &[], 2).unwrap();
        let said = SaidByCustomer::of(&responses, &[], &params);
        let found = standings(&said, false, 2, &params, &Fading::of(&params));
        let found = each(&found);
        assert_eq!(found.len(), 2);
        assert_eq!(why(&found[1]), "no survey");
    }
}
