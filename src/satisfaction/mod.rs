//! Answers of customers: how satisfied each of them is, and how satisfied groups are.
//!
//! The stage's story: the answers of one response are gathered ([`responses`]) and are figures of a customer ([`said`]); what they said at
//! different times becomes one score that forgets ([`fading`]), a level with its points ([`levels`]) and a reason
//! in words ([`standing`]); what a group said becomes means, shares, CSAT, NPS and CES with intervals
//! ([`figures`], [`mod@indices`]). Expectation against perception is a gap ([`gap`]); whether the items of an
//! index belong together is its [`reliability`]. A score is a stated satisfaction or a gap ([`score`], [`pairs`]). What satisfaction comes from is in [`drivers`], which items ask
//! the same thing in [`factors`], and what to build for it in the [`quality_house`].
//!
//! Definitions on which books disagree, and ours:
//!
//! - Every answer is first put on 0 to 1, so scales of different length meet. A response's satisfaction is the
//!   mean of its satisfaction items, if at least half of them are answered.
//! - Recommend, repurchase and effort items never feed the satisfaction score: the first two are attitude, one
//!   half of loyalty, and using them twice would make the quadrant's axes agree by construction.
//! - A net promoter score is one on a 0 to 10 scale only; on others the figure carries `nonstandard_scale`.
//! - Scores of customers fade, figures of groups do not: a group's figure says what was answered.
//!
//! Time and memory are linear in the answers.

mod columns;
pub mod drivers;
pub mod factors;
pub mod fading;
pub mod figures;
pub mod gap;
mod gap_figures;
pub mod indices;
pub mod levels;
mod nobody;
pub mod nps;
pub mod pairs;
mod params;
pub mod period;
#[cfg(test)]
mod properties;
pub mod quality_house;
pub mod reliability;
mod reliability_figures;
pub mod responses;
pub mod said;
pub mod score;
pub mod standing;
mod why;

use polars::prelude::*;
use rayon::prelude::*;

pub use levels::Level;
pub use nps::NpsGroup;
pub use params::SatisfactionParams;
pub use period::Period;
pub use responses::{Answers, ItemMeaning, SurveyItems};
pub use score::ScoreSource;
pub use standing::Attitudes;

use crate::error::all;
use crate::schema::{Measure, satisfaction as s};
use crate::{Result, Warning, table};
use columns::customer_columns;
use fading::Fading;
use indices::{Grouping, Index, indices};
use pairs::GapPlan;
use params::PERIOD;
use responses::Responses;
use said::SaidByCustomer;
use standing::standings;

/// What the surveys say.
#[derive(Clone, Debug)]
pub struct Satisfaction {
    /// The customers, with the satisfaction columns of `schema::customers`.
    pub customers: DataFrame,
    /// Attitude of each customer.
    pub attitude: Attitudes,
    /// What each customer said (`schema::responses`); `None` without surveys.
    pub responses: Option<DataFrame>,
    /// The responses, for the figures that later stages' labels allow.
    pub answered: Answered,
    /// What the reader of the result should know.
    pub warnings: Vec<Warning>,
}

/// Scores every customer.
///
/// Surveys and items of `answers` count from 0 in the order of `surveys`; `as_of_day` is the day the run looks from, as days since 1970-01-01.
///
/// # Errors
/// `Config` when the parameters are at fault; `Internal` when an answer points at something that is not there.
pub fn run(
    customers: DataFrame,
    answers: Answers,
    surveys: Vec<SurveyItems>,
    params: &SatisfactionParams,
    as_of_day: i32,
) -> Result<Satisfaction> {
    params.check()?;
    let n_customers = customers.height();
    let responses = Responses::gather(answers, &surveys, n_customers)?;
    let (said, fading) = (SaidByCustomer::of(&responses, &surveys, params), Fading::of(params));
    // One after the other, because each uses all threads and much memory of its own.
    let (columns, attitude) = {
        let standings = standings(&said, !surveys.is_empty(), n_customers, params, &fading);
        (customer_columns(&standings, params)?, standings.attitudes())
    };
    let (table, warnings) = rayon::join(
        || (!surveys.is_empty()).then(|| said.table(&customers, &surveys, &fading)).transpose(),
        || warnings(&responses, &surveys, params),
    );
    drop(said);
    Ok(Satisfaction {
        responses: table?,
        customers: table::with(customers, columns)?,
        attitude,
        warnings,
        answered: Answered { responses, surveys, params: params.clone(), as_of_day },
    })
}

/// All responses, and what was asked.
#[derive(Clone, Debug)]
pub struct Answered {
    responses: Responses,
    surveys: Vec<SurveyItems>,
    params: SatisfactionParams,
    as_of_day: i32,
}

impl Answered {
    /// The figures of all responses together and of each group asked for, one row per survey, dimension, group and
    /// measure (`schema::satisfaction`). Labels that `customers` does not have are passed over: their stage did not
    /// run.
    ///
    /// # Errors
    /// `Internal` when a label of `customers` is no text.
    pub fn indices(&self, customers: &DataFrame) -> Result<DataFrame> {
        let by = |by: &String| -> Result<Vec<Index>> {
            let grouping = if by == PERIOD {
                Grouping::by_period(self.params.period, self.as_of_day, &self.responses)
            } else if let Ok(labels) = customers.column(by) {
                Grouping::by_label(by, labels, &self.responses)?
            } else {
                return Ok(Vec::new());
            };
            Ok(self.of(&grouping))
        };
        let (all, by_group) = rayon::join(
            || self.of(&Grouping::all(&self.responses)),
            || all(self.params.group_by.par_iter().map(by)),
        );
        let rows: Vec<Index> = all.into_iter().chain(by_group?.into_iter().flatten()).collect();
        index_table(&rows)
    }

    /// What overall satisfaction, recommending and buying again come from (`schema::drivers`).
    ///
    /// # Errors
    /// `Config` for a survey, question, fact or dimension that is not there.
    pub fn drivers(&self, seed: u64) -> Result<(DataFrame, Vec<Warning>)> {
        let SatisfactionParams { drivers, minimum_group, .. } = &self.params;
        drivers::tabulate(&self.responses, &self.surveys, drivers, *minimum_group, seed)
    }

    /// Which questions ask the same thing, and which to keep.
    ///
    /// # Errors
    /// `Config` for a survey or question that is not there.
    pub fn factors(&self, seed: u64) -> Result<factors::Tables> {
        let SatisfactionParams { factors, minimum_group, .. } = &self.params;
        factors::tabulate(&self.responses, &self.surveys, factors, *minimum_group, seed)
    }

    fn of(&self, grouping: &Grouping) -> Vec<Index> {
        indices(&self.responses, &self.surveys, grouping, &self.params)
    }
}

/// The published table of indices.
fn index_table(rows: &[Index]) -> Result<DataFrame> {
    let texts = |name: &str, value: fn(&Index) -> Option<String>| {
        Column::new(name.into(), rows.iter().map(value).collect::<Vec<_>>())
    };
    let floats = |name: &str, value: fn(&Index) -> Option<f64>| {
        Column::new(name.into(), rows.iter().map(value).collect::<Vec<_>>())
    };
    table::new(vec![
        texts(s::SURVEY, |row| Some(row.survey.clone())),
        texts(s::DIMENSION, |row| Some(row.dimension.clone())),
        texts(s::GROUP_BY, |row| Some(row.by.clone())),
        texts(s::GROUP, |row| Some(row.group.clone())),
        texts(s::MEASURE, |row| Some(row.figure.measure.to_owned())),
        Column::new(s::N.into(), rows.iter().map(|row| row.figure.n).collect::<Vec<_>>()),
        floats(s::VALUE, |row| row.figure.value),
        floats(s::LOW, |row| row.figure.interval.map(|interval| interval.low)),
        floats(s::HIGH, |row| row.figure.interval.map(|interval| interval.high)),
        texts(s::NOTE, |row| row.figure.note.clone()),
    ])
}

/// Undated responses, recommend items on other scales than 0 to 10, and gaps without weight beside others with one.
fn warnings(responses: &Responses, surveys: &[SurveyItems], params: &SatisfactionParams) -> Vec<Warning> {
    let mut warnings = Vec::new();
    let named = || responses.iter().filter(|response| response.head.customer.is_some());
    let undated = named().filter(|response| response.head.age_days.is_none()).count();
    if undated > 0 {
        let all = named().count();
        let message =
            format!("{undated} of {all} responses have no date: they count as if given today, unfaded");
        warnings.push(Warning::new("undated_answers", message).with("n", undated).with("all", all));
    }
    for survey in surveys {
        if let Some(plan) = GapPlan::of(survey, None, &params.weights).filter(GapPlan::is_weighted) {
            warnings.extend(plan.unweighted().map(|dimension| {
                Warning::new(
                    "dimension_without_weight",
                    format!(
                        "survey `{}`: the dimension `{dimension}` has no weight in `[satisfaction.weights]` and \
                         counts nothing in weighted gaps",
                        survey.name
                    ),
                )
                .with("survey", survey.name.as_str())
                .with("dimension", dimension)
            }));
        }
        let odd =
            |item: &&ItemMeaning| item.measures == Measure::Recommend && item.scale != nps::STANDARD_SCALE;
        if let Some(item) = survey.items.iter().find(odd) {
            let [low, high] = item.scale;
            let message = format!(
                "survey `{}` asks whether one would recommend on {low} to {high}: \
                 no net promoter score comparable with others",
                survey.name
            );
            let warning = Warning::new("nonstandard_scale", message).with("survey", survey.name.as_str());
            warnings.push(warning.with("low", low).with("high", high));
        }
    }
    warnings
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::answers::{Answer, Head};
    use crate::schema::customers as c;

    /// Item 0 is satisfaction on 1 to 5, item 1 recommend on 0 to 10.
    fn surveys() -> Vec<SurveyItems> {
        let item = |measures, scale| ItemMeaning { name: "q".to_owned(), measures, dimension: None, scale };
        vec![SurveyItems {
            name: "shop".to_owned(),
            items: vec![item(Measure::Satisfaction, [1.0, 5.0]), item(Measure::Recommend, [0.0, 10.0])],
            facts: Vec::new(),
        }]
    }

    fn customers() -> DataFrame {
        table::new(vec![
            Column::new(c::CUSTOMER_ID.into(), ["a", "b", "c"]),
            Column::new(c::QUADRANT.into(), [Some("advocate"), None, Some("hostage")]),
        ])
        .unwrap()
    }

    /// `a`: delighted promoter today; `b`: nothing; `c`: undated, one of two items.
    fn answers() -> Answers {
        let head =
            |customer, answered_at, age_days| Some(Head { customer, answered_at, age_days, survey: 0 });
        let answer = |(response, item, unit)| Answer { response, item, unit };
        Answers {
            heads: vec![
                head(Some(0), Some(7), Some(0)),
                head(Some(2), None, None),
                head(None, Some(5), Some(3)),
            ],
            answers: [(0, 0, 1.0), (0, 1, 1.0), (1, 0, 0.25), (2, 0, 0.5)].map(answer).to_vec(),
        }
    }

    #[test]
    fn customers_get_the_columns_of_the_schema() {
        let params = SatisfactionParams { minimum_group: 1, ..Default::default() };
        let found = run(customers(), answers(), surveys(), &params, 20_000).unwrap();
        let (table, scores) = (&found.customers, [Some(1.0), None, Some(0.25)]);
        assert_eq!(table::f64s(table, c::SATISFACTION_SCORE).unwrap(), scores);
        assert_eq!(
            table::texts(table, c::SATISFACTION_LEVEL).unwrap(),
            [Some("delighted"), None, Some("dissatisfied")]
        );
        assert_eq!(table::f64s(table, c::SATISFACTION_POINTS).unwrap(), [Some(4.0), None, Some(-1.0)]);
        assert_eq!(table::u32s(table, c::SATISFACTION_ANSWERS).unwrap(), [Some(1), Some(0), Some(1)]);
        assert_eq!(table::timestamps(table, c::SATISFACTION_ANSWERED_AT).unwrap(), [Some(7), None, None]);
        assert_eq!(table::texts(table, c::NPS_GROUP).unwrap(), [Some("promoter"), None, None]);
        assert_eq!(table::texts(table, c::SATISFACTION_WHY).unwrap()[1], Some("no answer"));
        assert_eq!(found.attitude.by_row(), [Some(1.0), None, None]);
        assert_eq!(found.warnings.len(), 1);
        assert_eq!(found.warnings[0].code, "undated_answers");
        assert!(found.warnings[0].message.starts_with("1 of 2 responses"));
    }

    #[test]
    fn indices_have_the_columns_of_the_schema() {
        let params = SatisfactionParams { minimum_group: 1, ..Default::default() };
        let found = run(customers(), answers(), surveys(), &params, 20_000).unwrap();
        let found = found.answered.indices(&found.customers).unwrap();
        let names: Vec<&str> = s::TABLE.columns.iter().map(|column| column.name).collect();
        let stored: Vec<&str> = found.get_column_names().into_iter().map(PlSmallStr::as_str).collect();
        assert_eq!(stored, names);
        assert_eq!(table::texts(&found, s::MEASURE).unwrap()[0], Some("mean"));
        assert_eq!(table::u32s(&found, s::N).unwrap()[0], Some(3));
        assert_eq!(table::f64s(&found, s::VALUE).unwrap()[0], Some(1.75 / 3.0));
        assert_eq!(table::texts(&found, s::MEASURE).unwrap()[8], Some("nps"));
        assert_eq!(table::f64s(&found, s::VALUE).unwrap()[8], Some(100.0));
        // nine figures of everybody, of the one month (2024-10, days 19,997 and 20,000) and of two quadrants
        let groups: Vec<_> = table::texts(&found, s::GROUP).unwrap().into_iter().flatten().collect();
        assert_eq!(groups.len(), 4 * 9);
        assert_eq!((groups[9], groups[18]), ("2024-10", "advocate"));
        assert_eq!(table::texts(&found, s::GROUP_BY).unwrap()[18], Some("quadrant"));
        assert_eq!(table::f64s(&found, s::VALUE).unwrap()[18], Some(1.0));
    }

    #[test]
    fn without_surveys_all_columns_are_null_and_say_why() {
        let found =
            run(customers(), Answers::default(), Vec::new(), &SatisfactionParams::default(), 0).unwrap();
        let table = &found.customers;
        for name in [
            c::SATISFACTION_SCORE,
            c::SATISFACTION_LEVEL,
            c::SATISFACTION_POINTS,
            c::SATISFACTION_ANSWERS,
            c::SATISFACTION_EFFECTIVE,
            c::SATISFACTION_CONFIDENCE,
            c::SATISFACTION_ANSWERED_AT,
            c::NPS_GROUP,
        ] {
            assert_eq!(table.column(name).unwrap().null_count(), 3, "{name}");
        }
        assert_eq!(table::texts(table, c::SATISFACTION_WHY).unwrap(), [Some("no survey"); 3]);
        let indices = found.answered.indices(table).unwrap();
        assert_eq!((indices.height(), indices.width()), (0, 10));
        assert!(found.warnings.is_empty());
    }

    #[test]
    fn recommend_items_on_other_scales_are_pointed_out() {
        let mut surveys = surveys();
        surveys[0].items[1].scale = [1.0, 5.0];
        let found = run(customers(), answers(), surveys, &SatisfactionParams::default(), 0).unwrap();
        assert_eq!(found.warnings[1].code, "nonstandard_scale");
        assert!(
            found.warnings[1].message.contains("survey `shop` asks whether one would recommend on 1 to 5")
        );
        assert_eq!(found.customers.column(c::NPS_GROUP).unwrap().null_count(), 3);
    }
}
