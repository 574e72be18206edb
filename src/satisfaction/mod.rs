//! Answers of customers: how satisfied each of them is, and how satisfied groups are.
//!
//! The stage's story: the answers of one response are gathered ([`responses`]); what a customer said at
//! different times becomes one score that forgets ([`fading`]), a level with its points ([`levels`]) and a reason
//! in words ([`standing`]); what a group said becomes means, shares, CSAT, NPS and CES with intervals
//! ([`figures`], [`mod@indices`]). Expectation against perception is a gap ([`gap`]); whether the items of an
//! index belong together is its [`reliability`]; what satisfaction comes from is in [`drivers`], which items ask
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

pub mod drivers;
pub mod factors;
pub mod fading;
pub mod figures;
pub mod gap;
pub mod indices;
pub mod levels;
pub mod nps;
mod params;
pub mod quality_house;
pub mod reliability;
pub mod responses;
pub mod standing;

use std::fmt::Write;

use polars::prelude::*;

pub use levels::Level;
pub use nps::NpsGroup;
pub use params::SatisfactionParams;
pub use responses::{Answers, ItemMeaning, SurveyItems};

use crate::schema::{Measure, answers as a, customers as c, satisfaction as s};
use crate::{Error, Result, Warning, table};
use indices::{Grouping, Index, indices};
use responses::Responses;
use standing::{Basis, Standing, standings};

/// What the surveys say.
#[derive(Clone, Debug)]
pub struct Satisfaction {
    /// The customers, with the satisfaction columns of `schema::customers`.
    pub customers: DataFrame,
    /// Attitude of each customer, 0 to 1: the same estimator over recommend and repurchase items.
    pub attitude: Vec<Option<f64>>,
    /// Figures of all responses, one row per survey, dimension and measure (`schema::satisfaction`).
    pub indices: DataFrame,
    /// What the reader of the result should know.
    pub warnings: Vec<Warning>,
}

/// Scores every customer and computes the figures of all responses.
///
/// `answers` is the table of `schema::answers`, whose `survey` and `item` count from 0 in the order of `surveys`.
///
/// # Errors
/// `Config` when the parameters are at fault; `Internal` when an answer points at something that is not there.
pub fn run(
    customers: DataFrame,
    answers: &DataFrame,
    surveys: &[SurveyItems],
    params: &SatisfactionParams,
) -> Result<Satisfaction> {
    params.check()?;
    let n_customers = customers.height();
    let responses = Responses::gather(&columns(answers)?, surveys, n_customers)?;
    let standings = standings(&responses, surveys, n_customers, params);
    let grouping = Grouping::all();
    Ok(Satisfaction {
        customers: table::with(customers, customer_columns(&standings, params)?)?,
        attitude: standings.iter().map(|standing| standing.attitude).collect(),
        indices: index_table(&indices(&responses, surveys, &grouping, params), grouping.by)?,
        warnings: warnings(&responses, surveys),
    })
}

/// Figures of groups of customers: one row per survey, dimension, group and measure, as in [`Satisfaction::indices`].
///
/// `label` is a text column of `customers`, such as `rfm_segment` or `quadrant`.
///
/// # Errors
/// As [`run`], and `Internal` when `customers` has no such text column.
pub fn indices_by(
    label: &str,
    customers: &DataFrame,
    answers: &DataFrame,
    surveys: &[SurveyItems],
    params: &SatisfactionParams,
) -> Result<DataFrame> {
    params.check()?;
    let responses = Responses::gather(&columns(answers)?, surveys, customers.height())?;
    let labels = table::texts(customers, label)?;
    let grouping = Grouping::by_label(label, &labels);
    index_table(&indices(&responses, surveys, &grouping, params), grouping.by)
}

/// The answers table as columns; a table without rows need not have them.
fn columns(answers: &DataFrame) -> Result<Answers> {
    if answers.height() == 0 {
        return Ok(Answers::default());
    }
    Ok(Answers {
        customer: table::u32s(answers, a::CUSTOMER)?,
        survey: without_gaps(table::u16s(answers, a::SURVEY)?, a::SURVEY)?,
        response: without_gaps(table::u32s(answers, a::RESPONSE)?, a::RESPONSE)?,
        answered_at: table::timestamps(answers, a::ANSWERED_AT)?,
        age_days: table::i32s(answers, a::AGE_DAYS)?,
        item: without_gaps(table::u16s(answers, a::ITEM)?, a::ITEM)?,
        unit: table::f64s(answers, a::UNIT)?,
    })
}

fn without_gaps<T>(values: Vec<Option<T>>, name: &str) -> Result<Vec<T>> {
    let all: Option<Vec<T>> = values.into_iter().collect();
    all.ok_or_else(|| Error::internal(format!("the answers column `{name}` has a gap")))
}

/// The satisfaction columns of the customers table.
fn customer_columns(standings: &[Standing], params: &SatisfactionParams) -> Result<Vec<Column>> {
    let scored = |standing: &Standing| match standing.basis {
        Basis::Scored { estimate, level, answered_at } => Some((estimate, level, answered_at)),
        _ => None,
    };
    let used = |standing: &Standing| match standing.basis {
        Basis::NoSurvey => None,
        _ => Some(scored(standing).map_or(0, |(estimate, ..)| estimate.used)),
    };
    let mut why = StringChunkedBuilder::new(c::SATISFACTION_WHY.into(), standings.len());
    let mut text = String::new();
    for standing in standings {
        text.clear();
        write!(text, "{}", standing.basis.why(params)).expect("writing to a string cannot fail");
        why.append_value(&text);
    }
    let levels = || standings.iter().map(|standing| scored(standing).map(|(_, level, _)| level));
    let scores: Vec<Option<f64>> = standings.iter().map(|st| Some(scored(st)?.0.score)).collect();
    let names: Vec<Option<&str>> = levels().map(|level| level.map(Level::name)).collect();
    let points: Vec<Option<f64>> = levels().map(|level| Some(params.level_points[level? as usize])).collect();
    let groups: Vec<Option<&str>> = standings.iter().map(|st| st.nps_group.map(NpsGroup::name)).collect();
    Ok(vec![
        Column::new(c::SATISFACTION_SCORE.into(), scores),
        Column::new(c::SATISFACTION_LEVEL.into(), names),
        Column::new(c::SATISFACTION_POINTS.into(), points),
        Column::new(c::SATISFACTION_ANSWERS.into(), standings.iter().map(used).collect::<Vec<_>>()),
        table::timestamp_column(
            c::SATISFACTION_ANSWERED_AT,
            standings.iter().map(|standing| scored(standing)?.2).collect(),
        )?,
        Column::new(c::NPS_GROUP.into(), groups),
        why.finish().into_series().into_column(),
    ])
}

/// The published table of indices.
fn index_table(rows: &[Index], by: &str) -> Result<DataFrame> {
    let texts = |name: &str, value: fn(&Index) -> Option<String>| {
        Column::new(name.into(), rows.iter().map(value).collect::<Vec<_>>())
    };
    let floats = |name: &str, value: fn(&Index) -> Option<f64>| {
        Column::new(name.into(), rows.iter().map(value).collect::<Vec<_>>())
    };
    table::new(vec![
        texts(s::SURVEY, |row| Some(row.survey.to_owned())),
        texts(s::DIMENSION, |row| Some(row.dimension.to_owned())),
        Column::new(s::GROUP_BY.into(), vec![by; rows.len()]),
        texts(s::GROUP, |row| Some(row.group.to_owned())),
        texts(s::MEASURE, |row| Some(row.figure.measure.to_owned())),
        Column::new(s::N.into(), rows.iter().map(|row| row.figure.n).collect::<Vec<_>>()),
        floats(s::VALUE, |row| row.figure.value),
        floats(s::LOW, |row| row.figure.interval.map(|interval| interval.low)),
        floats(s::HIGH, |row| row.figure.interval.map(|interval| interval.high)),
        texts(s::NOTE, |row| row.figure.note.clone()),
    ])
}

/// Undated responses, and recommend items on other scales than 0 to 10.
fn warnings(responses: &Responses, surveys: &[SurveyItems]) -> Vec<Warning> {
    let mut warnings = Vec::new();
    let named = || responses.iter().filter(|response| response.head.customer.is_some());
    let undated = named().filter(|response| response.head.age_days.is_none()).count();
    if undated > 0 {
        warnings.push(Warning::new(
            "undated_answers",
            format!(
                "{undated} of {} responses have no date: they count as if given today, unfaded",
                named().count()
            ),
        ));
    }
    for survey in surveys {
        let odd =
            |item: &&ItemMeaning| item.measures == Measure::Recommend && item.scale != nps::STANDARD_SCALE;
        if let Some(item) = survey.items.iter().find(odd) {
            let [low, high] = item.scale;
            warnings.push(Warning::new(
                "nonstandard_scale",
                format!(
                    "survey `{}` asks whether one would recommend on {low} to {high}: \
                     no net promoter score comparable with others",
                    survey.name
                ),
            ));
        }
    }
    warnings
}

#[cfg(test)]
mod tests {
    use super::*;

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
    fn answers() -> DataFrame {
        table::new(vec![
            Column::new(a::CUSTOMER.into(), [Some(0_u32), Some(0), Some(2), None]),
            Column::new(a::SURVEY.into(), [0_u16, 0, 0, 0]),
            Column::new(a::RESPONSE.into(), [0_u32, 0, 1, 2]),
            table::timestamp_column(a::ANSWERED_AT, vec![Some(7), Some(7), None, Some(5)]).unwrap(),
            Column::new(a::AGE_DAYS.into(), [Some(0_i32), Some(0), None, Some(3)]),
            Column::new(a::ITEM.into(), [0_u16, 1, 0, 0]),
            Column::new(a::VALUE.into(), [5.0, 10.0, 2.0, 3.0]),
            Column::new(a::UNIT.into(), [1.0, 1.0, 0.25, 0.5]),
        ])
        .unwrap()
    }

    #[test]
    fn customers_get_the_columns_of_the_schema() {
        let params = SatisfactionParams { minimum_group: 1, ..Default::default() };
        let found = run(customers(), &answers(), &surveys(), &params).unwrap();
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
        assert_eq!(found.attitude, [Some(1.0), None, None]);
        assert_eq!(found.warnings.len(), 1);
        assert_eq!(found.warnings[0].code, "undated_answers");
        assert!(found.warnings[0].message.starts_with("1 of 2 responses"));
    }

    #[test]
    fn indices_have_the_columns_of_the_schema() {
        let params = SatisfactionParams { minimum_group: 1, ..Default::default() };
        let found = run(customers(), &answers(), &surveys(), &params).unwrap().indices;
        let names: Vec<&str> = s::TABLE.columns.iter().map(|column| column.name).collect();
        let stored: Vec<&str> = found.get_column_names().into_iter().map(PlSmallStr::as_str).collect();
        assert_eq!(stored, names);
        assert_eq!(table::texts(&found, s::MEASURE).unwrap()[0], Some("mean"));
        assert_eq!(table::u32s(&found, s::N).unwrap()[0], Some(3));
        assert_eq!(table::f64s(&found, s::VALUE).unwrap()[0], Some(1.75 / 3.0));
        assert_eq!(table::texts(&found, s::MEASURE).unwrap()[8], Some("nps"));
        assert_eq!(table::f64s(&found, s::VALUE).unwrap()[8], Some(100.0));
        let groups = indices_by(c::QUADRANT, &customers(), &answers(), &surveys(), &params).unwrap();
        assert_eq!(table::texts(&groups, s::GROUP_BY).unwrap()[0], Some("quadrant"));
        assert_eq!(table::texts(&groups, s::GROUP).unwrap()[0], Some("advocate"));
        assert_eq!(table::f64s(&groups, s::VALUE).unwrap()[0], Some(1.0));
    }

    #[test]
    fn without_surveys_all_columns_are_null_and_say_why() {
        let found = run(customers(), &DataFrame::empty(), &[], &SatisfactionParams::default()).unwrap();
        let table = &found.customers;
        for name in [
            c::SATISFACTION_SCORE,
            c::SATISFACTION_LEVEL,
            c::SATISFACTION_POINTS,
            c::SATISFACTION_ANSWERS,
            c::SATISFACTION_ANSWERED_AT,
            c::NPS_GROUP,
        ] {
            assert_eq!(table.column(name).unwrap().null_count(), 3, "{name}");
        }
        assert_eq!(table::texts(table, c::SATISFACTION_WHY).unwrap(), [Some("no survey"); 3]);
        assert_eq!((found.indices.height(), found.indices.width()), (0, 10));
        assert!(found.warnings.is_empty());
    }

    #[test]
    fn recommend_items_on_other_scales_are_pointed_out() {
        let mut surveys = surveys();
        surveys[0].items[1].scale = [1.0, 5.0];
        let found = run(customers(), &answers(), &surveys, &SatisfactionParams::default()).unwrap();
        assert_eq!(found.warnings[1].code, "nonstandard_scale");
        assert!(
            found.warnings[1].message.contains("survey `shop` asks whether one would recommend on 1 to 5")
        );
        assert_eq!(found.customers.column(c::NPS_GROUP).unwrap().null_count(), 3);
    }
}
