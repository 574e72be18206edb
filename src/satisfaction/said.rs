//! What each customer said: the figures of every response, and what these weigh.

use polars::prelude::*;
use rayon::prelude::*;

use super::fading;
use super::levels::rounded;
use super::nps::STANDARD_SCALE;
use super::responses::{Head, Response, Responses};
use super::score::Score;
use super::{NpsGroup, SatisfactionParams, SurveyItems};
use crate::schema::{Measure, customers, responses as r};
use crate::{Result, table};

/// The figures of one response that count towards a customer's standing.
#[derive(Clone, Debug)]
pub struct Said<'a> {
    pub(super) head: &'a Head,
    pub(super) satisfaction: Option<f64>,
    pub(super) attitude: Option<f64>,
    pub(super) nps_group: Option<NpsGroup>,
}

/// Places of a survey's items, by what they count towards.
struct Roles {
    score: Score,
    attitude: Vec<usize>,
    recommend: Vec<usize>,
}

impl Roles {
    fn of(survey: &SurveyItems, params: &SatisfactionParams) -> Self {
        Self {
            score: Score::of(survey, None, params),
            attitude: survey.places(|item| matches!(item.measures, Measure::Recommend | Measure::Repurchase)),
            recommend: survey
                .places(|item| item.measures == Measure::Recommend && item.scale == STANDARD_SCALE),
        }
    }

    fn said<'a>(&self, response: &Response<'a>) -> Said<'a> {
        let [low, high] = STANDARD_SCALE;
        let recommend =
            response.answered(&self.recommend).last().map(|unit| rounded(low + unit * (high - low)));
        Said {
            head: response.head,
            satisfaction: self.score.of_response(response),
            attitude: response.mean(&self.attitude),
            nps_group: recommend.and_then(|answer| NpsGroup::of(answer, STANDARD_SCALE)),
        }
    }
}

/// The responses of named customers; anonymous ones say nothing about anybody.
#[derive(Clone, Debug)]
pub struct SaidByCustomer<'a> {
    said: Vec<Said<'a>>,
    /// Row of the customer and place in `said`, ascending: by customer, what one of them said in its own order.
    order: Vec<(u32, u32)>,
}

impl<'a> SaidByCustomer<'a> {
    /// Works out the figures of every response.
    pub fn of(responses: &'a Responses, surveys: &[SurveyItems], params: &SatisfactionParams) -> Self {
        let roles: Vec<Roles> = surveys.iter().map(|survey| Roles::of(survey, params)).collect();
        let said: Vec<Said<'_>> = responses
            .par_iter()
            .filter(|response| response.head.customer.is_some())
            .map(|response| roles[response.head.survey].said(&response))
            .collect();
        let mut order: Vec<(u32, u32)> =
            (0..).zip(&said).filter_map(|(place, said)| Some((said.head.customer? as u32, place))).collect();
        order.par_sort_unstable();
        Self { said, order }
    }

    /// Row and places of each customer who said something, by row.
    pub(super) fn by_customer(&self) -> impl Iterator<Item = &[(u32, u32)]> {
        self.order.chunk_by(|a, b| a.0 == b.0)
    }

    pub(super) fn at(&self, place: u32) -> &Said<'a> {
        &self.said[place as usize]
    }

    /// The table of `schema::responses`, by customer: enough to work out every score again.
    ///
    /// # Errors
    /// `Internal` when `customers` has no ids.
    pub fn table(
        &self,
        customers: &DataFrame,
        surveys: &[SurveyItems],
        params: &SatisfactionParams,
    ) -> Result<DataFrame> {
        let ids = table::texts(customers, customers::CUSTOMER_ID)?;
        let names: Vec<&str> = surveys.iter().map(|survey| survey.name.as_str()).collect();
        // Responses stand in the order of the files: each is looked at once, and the columns are made of what was
        // seen.
        let seen: Vec<Seen> =
            self.order.par_iter().map(|(_, place)| Seen::of(self.at(*place), params)).collect();
        let which = seen.iter().map(|seen| Some(seen.survey)).collect();
        table::new(vec![
            table::written(r::CUSTOMER_ID, self.order.len(), |place, text| {
                let id = ids[self.order[place].0 as usize];
                id.is_some_and(|id| {
                    text.push_str(id);
                    true
                })
            })?,
            table::chosen(r::SURVEY, &names, which)?,
            table::timestamp_column(r::ANSWERED_AT, seen.iter().map(|seen| seen.answered_at))?,
            table::u32_column(r::AGE_DAYS, seen.iter().map(|seen| seen.age_days)),
            table::f64_column(r::SATISFACTION, seen.iter().map(|seen| seen.satisfaction)),
            table::f64_column(r::ATTITUDE, seen.iter().map(|seen| seen.attitude)),
            table::f64_column(r::WEIGHT, seen.iter().map(|seen| Some(seen.weight))),
            table::f64_column(r::FADED, seen.iter().map(|seen| seen.faded)),
        ])
    }
}

/// A row of the table, but for the customer.
struct Seen {
    survey: u32,
    answered_at: Option<i64>,
    age_days: Option<u32>,
    satisfaction: Option<f64>,
    attitude: Option<f64>,
    weight: f64,
    faded: Option<f64>,
}

impl Seen {
    fn of(said: &Said<'_>, params: &SatisfactionParams) -> Self {
        let Head { survey, answered_at, age_days, .. } = *said.head;
        Self {
            survey: survey as u32,
            answered_at,
            age_days,
            satisfaction: said.satisfaction,
            attitude: said.attitude,
            weight: fading::weight(age_days, params),
            faded: said.satisfaction.map(|unit| fading::faded_unit(unit, age_days, params)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::Answers;
    use super::super::responses::tests::{item, push, survey};
    use super::*;

    #[test]
    fn the_table_holds_what_a_score_is_made_of() {
        let surveys = [survey("shop", vec![item(Measure::Satisfaction), item(Measure::Repurchase)])];
        let params = SatisfactionParams::default();
        let mut answers = Answers::default();
        // The reference vector of two answers, 1 ninety days ago and 0 today; and one too old to count.
        push(&mut answers, (Some(1), 0, 0, Some(90)), 0, 1.0);
        push(&mut answers, (Some(1), 0, 1, Some(0)), 0, 0.0);
        push(&mut answers, (Some(0), 0, 2, Some(731)), 0, 1.0);
        push(&mut answers, (Some(0), 0, 2, Some(731)), 1, 0.5);
        push(&mut answers, (None, 0, 3, Some(1)), 0, 1.0);
        let responses = Responses::gather(&answers, &surveys, 2).unwrap();
        let customers = table::new(vec![Column::new(customers::CUSTOMER_ID.into(), ["a", "b"])]).unwrap();
        let table =
            SaidByCustomer::of(&responses, &surveys, &params).table(&customers, &surveys, &params).unwrap();
        assert_eq!(table::texts(&table, r::CUSTOMER_ID).unwrap(), [Some("a"), Some("b"), Some("b")]);
        assert_eq!(table::u32s(&table, r::AGE_DAYS).unwrap(), [Some(731), Some(90), Some(0)]);
        assert_eq!(table::f64s(&table, r::ATTITUDE).unwrap(), [Some(0.5), None, None]);
        let (weight, faded) =
            (table::f64s(&table, r::WEIGHT).unwrap(), table::f64s(&table, r::FADED).unwrap());
        // 2^(-90/90), and 1 ninety days ago is still worth 0.5 + 0.5 * 2^(-90/365).
        assert_eq!(weight, [Some(0.0), Some(0.5), Some(1.0)]);
        assert!((faded[1].unwrap() - (0.5 + 0.5 * (-90.0_f64 / 365.0).exp2())).abs() < 1e-15);
        let sums = (1..3).map(|i| (weight[i].unwrap(), faded[i].unwrap()));
        let (weights, weighted) =
            sums.fold((0.0, 0.0), |(w, s), (weight, faded)| (w + weight, s + weight * faded));
        // satisfaction_fading_vectors.json
        assert!((weighted / weights - 0.307_149_149_875_120_65).abs() < 1e-9);
    }
}
