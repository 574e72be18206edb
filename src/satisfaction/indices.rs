//! Figures of groups of responses, masked where a group is too small.
//!
//! They describe the responses as given: nothing fades, age plays no part, and a response counts once. Figures
//! of recommend and effort items count answers instead, for a response may answer several such items.

use std::collections::BTreeMap;

use super::figures::{Figure, Question};
use super::responses::{Head, Responses};
use super::{SatisfactionParams, SurveyItems};

/// Name of the figures that take in every dimension.
pub const OVERALL: &str = "overall";

/// Which group a response belongs to.
#[derive(Clone, Debug)]
pub struct Grouping<'a> {
    /// What the groups are: `all`, or a column of the customers table.
    pub by: &'a str,
    /// Names of the groups, ascending.
    pub names: Vec<&'a str>,
    /// Place of each customer's group in `names`; `None` puts every response, anonymous or not, into the first.
    of_customer: Option<Vec<Option<usize>>>,
}

impl<'a> Grouping<'a> {
    /// One group of all responses.
    pub fn all() -> Self {
        Self { by: "all", names: vec!["all"], of_customer: None }
    }

    /// One group per label of the customers; anonymous responses and those of unlabelled customers are in none.
    pub fn by_label(by: &'a str, labels: &[Option<&'a str>]) -> Self {
        let mut places: BTreeMap<&str, usize> = labels.iter().flatten().map(|label| (*label, 0)).collect();
        places.values_mut().enumerate().for_each(|(place, slot)| *slot = place);
        let of_customer = labels.iter().map(|label| label.map(|label| places[label])).collect();
        Self { by, names: places.into_keys().collect(), of_customer: Some(of_customer) }
    }

    fn group(&self, head: &Head) -> Option<usize> {
        match &self.of_customer {
            None => Some(0),
            Some(of_customer) => of_customer[head.customer?],
        }
    }
}

/// One measure of one group.
#[derive(Clone, Debug, PartialEq)]
pub struct Index<'a> {
    /// The survey, by name.
    pub survey: &'a str,
    /// The dimension, or [`OVERALL`].
    pub dimension: &'a str,
    /// The group, by name.
    pub group: &'a str,
    /// The measure and its value.
    pub figure: Figure,
}

/// Every measure of every survey, dimension and group, in that order.
pub fn indices<'a>(
    responses: &Responses,
    surveys: &'a [SurveyItems],
    grouping: &Grouping<'a>,
    params: &SatisfactionParams,
) -> Vec<Index<'a>> {
    let mut table = Vec::new();
    for (place, survey) in surveys.iter().enumerate() {
        for dimension in dimensions(survey) {
            for question in Question::all_of(survey, dimension) {
                let groups = values(&question, responses, place, grouping);
                let masks = masks(&groups.iter().map(Vec::len).collect::<Vec<_>>(), params.minimum_group);
                for ((values, mask), group) in groups.iter().zip(masks).zip(&grouping.names) {
                    table.extend(question.figures(values, &params.cut_points).into_iter().map(|figure| {
                        Index {
                            survey: &survey.name,
                            dimension: dimension.unwrap_or(OVERALL),
                            group,
                            figure: match &mask {
                                Some(reason) => figure.masked(reason),
                                None => figure,
                            },
                        }
                    }));
                }
            }
        }
    }
    table
}

/// `None` for the whole survey, then its dimensions as they first appear.
fn dimensions(survey: &SurveyItems) -> Vec<Option<&str>> {
    let mut dimensions = vec![None];
    for item in &survey.items {
        let dimension = item.dimension.as_deref();
        if !dimensions.contains(&dimension) {
            dimensions.push(dimension);
        }
    }
    dimensions
}

/// What each group answered to a question of the survey at `place`.
fn values(question: &Question, responses: &Responses, place: usize, grouping: &Grouping) -> Vec<Vec<f64>> {
    let mut groups = vec![Vec::new(); grouping.names.len()];
    for response in responses.iter().filter(|response| response.head.survey == place) {
        if let Some(group) = grouping.group(&response.head) {
            question.collect(&response, &mut groups[group]);
        }
    }
    groups
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
        Responses::gather(&answers, &surveys(), 12).unwrap()
    }

    fn find<'a>(table: &'a [Index], dimension: &str, group: &str, measure: &str) -> &'a Figure {
        let found =
            |row: &&Index| (row.dimension, row.group, row.figure.measure) == (dimension, group, measure);
        &table.iter().find(found).unwrap().figure
    }

    #[test]
    fn a_dimension_takes_in_its_own_items_and_overall_all() {
        let (surveys, params) = (surveys(), SatisfactionParams::default());
        let table = indices(&responses(), &surveys, &Grouping::all(), &params);
        assert_eq!(table.len(), 16);
        assert!(table.iter().all(|row| row.survey == "shop" && row.group == "all"));
        let overall = find(&table, OVERALL, "all", "mean");
        // twelve times 2/3 and one 0
        assert_eq!(overall.n, Some(13));
        assert!((overall.value.unwrap() - 8.0 / 13.0).abs() < 1e-15);
        assert!((find(&table, "service", "all", "mean").value.unwrap() - 6.0 / 13.0).abs() < 1e-15);
    }

    #[test]
    fn groups_are_those_of_the_customers() {
        let (surveys, params) = (surveys(), SatisfactionParams { minimum_group: 3, ..Default::default() });
        let labels: Vec<Option<&str>> =
            (0..12).map(|i| [Some("loyal"), Some("at_risk"), None][i % 3]).collect();
        let grouping = Grouping::by_label("rfm_segment", &labels);
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
        for row in indices(&responses(), &surveys, &Grouping::all(), &params) {
            assert_eq!((row.figure.n, row.figure.value, row.figure.interval), (None, None, None));
            assert_eq!(row.figure.note.as_deref(), Some("masked: fewer than 14 answers"));
        }
    }
}
