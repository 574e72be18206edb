//! What each customer said: the figures of every response, and what these weigh.

use polars::prelude::*;
use rayon::prelude::*;

use super::fading::Fading;
use super::levels::rounded;
use super::nps::STANDARD_SCALE;
use super::responses::{Response, Responses};
use super::score::Score;
use super::{NpsGroup, SatisfactionParams, SurveyItems};
use crate::error::all;
use crate::schema::{Measure, customers, responses as r};
use crate::{Result, table};

/// The figures of one response that count towards a customer's standing.
#[derive(Clone, Copy, Debug)]
pub struct Said {
    /// Row of the customer.
    pub(super) customer: u32,
    pub(super) survey: u16,
    pub(super) nps_group: Option<NpsGroup>,
    pub(super) age_days: Option<u32>,
    pub(super) answered_at: Option<i64>,
    pub(super) satisfaction: Option<f64>,
    pub(super) attitude: Option<f64>,
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

    fn said(&self, customer: u32, response: &Response<'_>) -> Said {
        let [low, high] = STANDARD_SCALE;
        let recommend =
            response.answered(&self.recommend).last().map(|unit| rounded(low + unit * (high - low)));
        Said {
            customer,
            survey: response.head.survey,
            age_days: response.head.age_days,
            answered_at: response.head.answered_at,
            satisfaction: self.score.of_response(response),
            attitude: response.mean(&self.attitude),
            nps_group: recommend.and_then(|answer| NpsGroup::of(answer, STANDARD_SCALE)),
        }
    }
}

/// The responses of named customers; anonymous ones say nothing about anybody.
#[derive(Clone, Debug)]
pub struct SaidByCustomer {
    /// By customer, what one of them said in its own order.
    said: Vec<Said>,
    /// Where what each customer said begins, and behind the last one where it ends.
    starts: Vec<u32>,
}

impl SaidByCustomer {
    /// Works out the figures of every response.
    pub fn of(responses: &Responses, surveys: &[SurveyItems], params: &SatisfactionParams) -> Self {
        let roles: Vec<Roles> = surveys.iter().map(|survey| Roles::of(survey, params)).collect();
        // Customer and number of the response in one figure, which sorts faster than a pair. Responses stand in the
        // order of the files: sorted first, each is looked at once.
        let place = |number: usize| {
            let customer = responses.get(number)?.head.customer?;
            Some(u64::from(customer) << 32 | number as u64)
        };
        let mut order = Vec::with_capacity(responses.len());
        order.extend((0..responses.len()).filter_map(place));
        order.par_sort_unstable();
        let customer_of = |place: &u64| (place >> 32) as u32;
        let said = |place: &u64| {
            let response = responses.get(*place as u32 as usize).expect("the number is that of a response");
            roles[usize::from(response.head.survey)].said(customer_of(place), &response)
        };
        let ends = order.chunk_by(|a, b| customer_of(a) == customer_of(b)).scan(0, |end, own| {
            *end += own.len() as u32;
            Some(*end)
        });
        let starts = std::iter::once(0).chain(ends).collect();
        Self { said: order.par_iter().map(said).collect(), starts }
    }

    /// What each customer said who said something, by row.
    pub(super) fn by_customer(&self) -> impl IndexedParallelIterator<Item = &[Said]> {
        self.starts.par_windows(2).map(|ends| &self.said[ends[0] as usize..ends[1] as usize])
    }

    /// The table of `schema::responses`, by customer: enough to work out every score again.
    ///
    /// # Errors
    /// `Internal` when `customers` has no ids.
    pub fn table(
        &self,
        customers: &DataFrame,
        surveys: &[SurveyItems],
        fading: &Fading<'_>,
    ) -> Result<DataFrame> {
        let names: Vec<&str> = surveys.iter().map(|survey| survey.name.as_str()).collect();
        let said = || self.said.iter();
        let faded = |said: &Said| Some(fading.faded_unit(said.satisfaction?, said.age_days));
        let makers: [&(dyn Fn() -> Result<Column> + Sync); 8] = [
            &|| {
                let rows = IdxCa::from_vec(r::CUSTOMER_ID.into(), said().map(|said| said.customer).collect());
                // The texts are those of the customers table: only where they stand is written.
                let ids = customers.column(customers::CUSTOMER_ID)?.as_materialized_series().str()?;
                Ok(ids.take(&rows)?.with_name(r::CUSTOMER_ID.into()).into_column())
            },
            &|| table::chosen(r::SURVEY, &names, said().map(|said| Some(u32::from(said.survey)))),
            &|| table::timestamp_column(r::ANSWERED_AT, said().map(|said| said.answered_at)),
            &|| Ok(table::u32_column(r::AGE_DAYS, said().map(|said| said.age_days))),
            &|| Ok(table::f64_column(r::SATISFACTION, said().map(|said| said.satisfaction))),
            &|| Ok(table::f64_column(r::ATTITUDE, said().map(|said| said.attitude))),
            &|| Ok(table::f64_column(r::WEIGHT, said().map(|said| Some(fading.weight(said.age_days))))),
            &|| Ok(table::f64_column(r::FADED, said().map(faded))),
        ];
        table::new(all(makers.par_iter().map(|make| make()))?)
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
        let responses = Responses::gather(answers, &surveys, 2).unwrap();
        let customers = table::new(vec![Column::new(customers::CUSTOMER_ID.into(), ["a", "b"])]).unwrap();
        let said = SaidByCustomer::of(&responses, &surveys, &params);
        let table = said.table(&customers, &surveys, &Fading::of(&params)).unwrap();
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
