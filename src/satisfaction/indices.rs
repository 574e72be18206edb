//! Figures of groups of responses, masked where a group is too small.
//!
//! They describe the responses as given: nothing fades, age plays no part, and a response counts once. Figures
//! of recommend and effort items count answers instead, for a response may answer several such items.

use std::collections::{BTreeMap, BTreeSet};

use foldhash::fast::FixedState;
use hashbrown::HashMap;
use polars::prelude::Column;
use rayon::prelude::*;

use super::figures::{Asked, Figure, Question};
use super::params::PERIOD;
use super::period::Period;
use super::responses::{Head, Responses};
use super::{SatisfactionParams, SurveyItems};
use crate::{Result, table};

/// Name of the grouping with one group, and of that group.
const ALL: &str = "all";

/// Name of the figures that take in every dimension.
pub const OVERALL: &str = "overall";

/// Which group each response belongs to.
#[derive(Clone, Debug)]
pub struct Grouping {
    /// What the groups are: `all`, `period`, or a column of the customers table.
    pub by: String,
    /// Names of the groups, ascending.
    pub names: Vec<String>,
    /// Place of each response's group in `names`, by the number of the response; [`NO_GROUP`] where it is in none.
    of_response: Vec<u32>,
}

/// Stands for no group.
const NO_GROUP: u32 = u32::MAX;

impl Grouping {
    /// One group of all responses, anonymous or not.
    pub fn all(responses: &Responses) -> Self {
        let group = |number| if responses.get(number).is_some() { 0 } else { NO_GROUP };
        let of_response = (0..responses.len()).into_par_iter().map(group).collect();
        Self { by: ALL.to_owned(), names: vec![ALL.to_owned()], of_response }
    }

    /// One group per label of the customers; anonymous responses and those of unlabelled customers are in none.
    ///
    /// # Errors
    /// `Internal` when the labels are no texts.
    pub fn by_label(by: &str, labels: &Column, responses: &Responses) -> Result<Self> {
        let (labels, of_customer) = coded(labels)?;
        Ok(Self::by(by, &labels, responses, |head| Some(of_customer[head.customer? as usize])))
    }

    /// One group per period in which somebody answered; undated responses are in none.
    pub fn by_period(period: Period, as_of_day: i32, responses: &Responses) -> Self {
        // A day has one period, however many answered on it.
        let mut days: HashMap<u32, u32, FixedState> = HashMap::with_hasher(FixedState::with_seed(7));
        days.extend(responses.iter().filter_map(|response| Some((response.head.age_days?, NO_GROUP))));
        let name = |age: u32| period.of(as_of_day.checked_sub_unsigned(age)?);
        let names: BTreeMap<u32, String> = days.keys().filter_map(|age| Some((*age, name(*age)?))).collect();
        let periods: Vec<&str> =
            names.values().map(String::as_str).collect::<BTreeSet<_>>().into_iter().collect();
        for (age, name) in &names {
            days.insert(*age, place(&periods, name));
        }
        Self::by(PERIOD, &periods, responses, |head| Some(days[&head.age_days?]))
    }

    /// Groups by name, ascending, but for those in which nobody is.
    fn by(
        by: &str,
        names: &[&str],
        responses: &Responses,
        group: impl Fn(&Head) -> Option<u32> + Sync,
    ) -> Self {
        let group = |number| group(responses.get(number)?.head);
        let mut of_response: Vec<u32> =
            (0..responses.len()).into_par_iter().map(|number| group(number).unwrap_or(NO_GROUP)).collect();
        let mut is_empty = vec![true; names.len()];
        for group in of_response.iter().filter(|group| **group != NO_GROUP) {
            is_empty[*group as usize] = false;
        }
        let kept: Vec<usize> = (0..names.len()).filter(|group| !is_empty[*group]).collect();
        if kept.len() < names.len() {
            let mut places = vec![NO_GROUP; names.len()];
            (0..).zip(&kept).for_each(|(place, group)| places[*group] = place);
            for group in of_response.iter_mut().filter(|group| **group != NO_GROUP) {
                *group = places[*group as usize];
            }
        }
        let names = kept.into_iter().map(|group| names[group].to_owned()).collect();
        Self { by: by.to_owned(), names, of_response }
    }

    /// The numbers of the responses to the survey at `place`, by group.
    fn groups(&self, responses: &Responses, place: usize) -> Vec<Vec<u32>> {
        let mut groups = vec![Vec::new(); self.names.len()];
        for (number, group) in self.of_response.iter().enumerate().filter(|(_, group)| **group != NO_GROUP) {
            let answered = responses.get(number).is_some_and(|r| usize::from(r.head.survey) == place);
            if answered {
                groups[*group as usize].push(number as u32);
            }
        }
        groups
    }
}

/// The different texts in ascending order, and the place of each row's text among them; [`NO_GROUP`] without one.
fn coded(column: &Column) -> Result<(Vec<&str>, Vec<u32>)> {
    if let Some((few, codes)) = table::few_texts(column, usize::MAX)? {
        let mut all = few.clone();
        all.sort_unstable();
        let places: Vec<u32> = few.into_iter().map(|text| place(&all, text)).collect();
        let codes = codes.into_iter().map(|code| code.map_or(NO_GROUP, |code| places[usize::from(code)]));
        return Ok((all, codes.collect()));
    }
    let texts = table::each_text(column)?;
    let all: Vec<&str> = texts.iter().flatten().copied().collect::<BTreeSet<_>>().into_iter().collect();
    let codes = texts.into_iter().map(|text| text.map_or(NO_GROUP, |text| place(&all, text))).collect();
    Ok((all, codes))
}

/// The place of a text among texts in ascending order.
fn place(texts: &[&str], text: &str) -> u32 {
    texts.binary_search(&text).map_or(NO_GROUP, |place| place as u32)
}

/// One measure of one group.
#[derive(Clone, Debug, PartialEq)]
pub struct Index {
    /// The survey, by name.
    pub survey: String,
    /// The dimension, or [`OVERALL`].
    pub dimension: String,
    /// What the groups are.
    pub by: String,
    /// The group, by name.
    pub group: String,
    /// The measure and its value.
    pub figure: Figure,
}

/// Every measure of every survey, dimension and group, in that order.
pub fn indices(
    responses: &Responses,
    surveys: &[SurveyItems],
    grouping: &Grouping,
    params: &SatisfactionParams,
) -> Vec<Index> {
    let mut table = Vec::new();
    for (place, survey) in surveys.iter().enumerate() {
        let groups = grouping.groups(responses, place);
        for dimension in dimensions(survey) {
            for question in Question::all_of(survey, dimension, params) {
                let ask = |group: &Vec<u32>| {
                    question.ask(group.iter().filter_map(|number| responses.get(*number as usize)), params)
                };
                let asked: Vec<Asked> = groups.iter().map(ask).collect();
                let sizes: Vec<usize> = asked.iter().map(|asked| asked.n).collect();
                let masks = masks(&sizes, params.minimum_group);
                for ((asked, mask), group) in asked.into_iter().zip(masks).zip(&grouping.names) {
                    table.extend(asked.figures.into_iter().map(|figure| Index {
                        survey: survey.name.clone(),
                        dimension: dimension.unwrap_or(OVERALL).to_owned(),
                        by: grouping.by.clone(),
                        group: group.clone(),
                        figure: match &mask {
                            Some(reason) => figure.masked(reason),
                            None => figure,
                        },
                    }));
                }
            }
        }
    }
    table
}

/// `None` for the whole survey, then its dimensions as they first appear.
pub(super) fn dimensions(survey: &SurveyItems) -> Vec<Option<&str>> {
    let mut dimensions = vec![None];
    for item in &survey.items {
        let dimension = item.dimension.as_deref();
        if !dimensions.contains(&dimension) {
            dimensions.push(dimension);
        }
    }
    dimensions
}

/// Why each group must not be shown, if so: it is too small, or it would give away the only one that is, because
/// the total is known (methods, section 11).
fn masks(sizes: &[usize], minimum: u32) -> Vec<Option<String>> {
    let too_small = |size: usize| size < minimum as usize;
    let mut masks: Vec<Option<String>> = sizes
        .iter()
        .map(|size| too_small(*size).then(|| format!("masked: fewer than {minimum} answers")))
        .collect();
    if masks.iter().flatten().count() == 1 {
        let next =
            (0..sizes.len()).filter(|group| !too_small(sizes[*group])).min_by_key(|group| sizes[*group]);
        if let Some(next) = next {
            masks[next] = Some("masked: would give away a smaller group".to_owned());
        }
    }
    masks
}

#[cfg(test)]
mod tests {
    use polars::prelude::{IntoColumn, StringChunked};

    use super::super::responses::tests::{item, push, survey};
    use super::super::{Answers, ItemMeaning};
    use super::*;
    use crate::schema::Measure;

    /// Two items of one dimension and one of none.
    fn surveys() -> Vec<SurveyItems> {
        let service = ItemMeaning { dimension: Some("service".to_owned()), ..item(Measure::Satisfaction) };
        vec![survey("shop", vec![service.clone(), service, item(Measure::Satisfaction)])]
    }

    /// 12 responses of customers 0 to 11 with 1, 0 and 1, and one anonymous response of zeros.
    fn responses() -> Responses {
        let mut answers = Answers::default();
        for response in 0..13 {
            for (item, unit) in [(0, 1.0), (1, 0.0), (2, 1.0)] {
                let (customer, unit) = if response < 12 { (Some(response), unit) } else { (None, 0.0) };
                push(&mut answers, (customer, 0, response, Some(0)), item, unit);
            }
        }
        Responses::gather(answers, &surveys(), 12).unwrap()
    }

    #[test]
    fn a_label_that_nobody_who_answered_has_is_no_group() {
        let labels: StringChunked = (0..20).map(|row| (row > 10).then_some(["b", "a"][row % 2])).collect();
        let labels = labels.into_column();
        let grouping = Grouping::by_label("rfm_segment", &labels, &responses()).unwrap();
        // Only customers 0 to 11 answered, of whom the last has a label.
        assert_eq!(grouping.names, ["a"]);
        assert_eq!(grouping.of_response[11..], [0, NO_GROUP]);
        assert!(grouping.of_response[..11].iter().all(|group| *group == NO_GROUP));
    }

    fn find<'a>(table: &'a [Index], dimension: &str, group: &str, measure: &str) -> &'a Figure {
        let found =
            |row: &&Index| (&*row.dimension, &*row.group, row.figure.measure) == (dimension, group, measure);
        &table.iter().find(found).unwrap().figure
    }

    #[test]
    fn a_dimension_takes_in_its_own_items_and_overall_all() {
        let (surveys, params) = (surveys(), SatisfactionParams::default());
        let table = indices(&responses(), &surveys, &Grouping::all(&responses()), &params);
        // eight figures of satisfaction and two of reliability, overall and of the one dimension
        assert_eq!(table.len(), 20);
        assert!(table.iter().all(|row| row.survey == "shop" && row.group == "all"));
        let overall = find(&table, OVERALL, "all", "mean");
        // twelve times 2/3 and one 0
        assert_eq!(overall.n, Some(13));
        assert!((overall.value.unwrap() - 8.0 / 13.0).abs() < 1e-15);
        assert!((find(&table, "service", "all", "mean").value.unwrap() - 6.0 / 13.0).abs() < 1e-15);
    }

    #[test]
    fn a_survey_that_nobody_answered_has_its_rows_without_values() {
        let (surveys, params) = (surveys(), SatisfactionParams::default());
        let nobody = Responses::gather(Answers::default(), &surveys, 0).unwrap();
        let table = indices(&nobody, &surveys, &Grouping::all(&nobody), &params);
        assert_eq!(table.len(), 20);
        assert!(table.iter().all(|row| row.group == "all" && row.figure.value.is_none()));
    }

    #[test]
    fn groups_are_those_of_the_customers() {
        let (surveys, params) = (surveys(), SatisfactionParams { minimum_group: 3, ..Default::default() });
        let rows = (0..12).map(|i| [Some(1), Some(0), None][i % 3]);
        let labels = table::chosen("rfm_segment", &["at_risk", "loyal"], rows).unwrap();
        let grouping = Grouping::by_label("rfm_segment", &labels, &responses()).unwrap();
        assert_eq!(grouping.names, ["at_risk", "loyal"]);
        let table = indices(&responses(), &surveys, &grouping, &params);
        for group in ["at_risk", "loyal"] {
            let mean = find(&table, OVERALL, group, "mean");
            assert_eq!(mean.n, Some(4));
            assert!((mean.value.unwrap() - 2.0 / 3.0).abs() < 1e-15);
        }
    }

    #[test]
    fn small_groups_are_masked_and_so_is_what_gives_them_away() {
        assert_eq!(masks(&[9], 10), [Some("masked: fewer than 10 answers".to_owned())]);
        assert_eq!(masks(&[10], 10), [None]);
        let places = |sizes: &[usize]| -> Vec<usize> {
            masks(sizes, 10)
                .iter()
                .enumerate()
                .filter(|(_, mask)| mask.is_some())
                .map(|(place, _)| place)
                .collect()
        };
        assert_eq!(places(&[50, 3, 20, 11]), [1, 3]);
        assert_eq!(places(&[50, 3, 2, 11]), [1, 2]);
        assert_eq!(places(&[50, 10, 20]), [0; 0]);
        let (surveys, params) = (surveys(), SatisfactionParams { minimum_group: 14, ..Default::default() });
        for row in indices(&responses(), &surveys, &Grouping::all(&responses()), &params) {
            assert_eq!((row.figure.n, row.figure.value, row.figure.interval), (None, None, None));
            assert_eq!(row.figure.note.as_deref(), Some("masked: fewer than 14 answers"));
        }
    }
}
