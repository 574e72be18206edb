//! Figures of whether the items of an index belong together.

use super::SurveyItems;
use super::figures::{Asked, Figure, Question};
use super::reliability::Reliability;
use super::responses::Response;
use crate::schema::Measure;

/// What items of one index may ask, the first that a dimension has two of decides.
const BLOCKS: [&[Measure]; 5] = [
    &[Measure::Satisfaction],
    &[Measure::Perception],
    &[Measure::Expectation],
    &[Measure::Recommend, Measure::Repurchase],
    &[Measure::Effort],
];

/// Places of the items that stand for a survey, or for one of its dimensions: those that ask how satisfied people
/// are, else what they perceive, else what they expect, else whether they stay, else how easy it was.
pub(super) fn block(survey: &SurveyItems, dimension: Option<&str>) -> Vec<usize> {
    let asked = |measures: &&[Measure]| of(survey, dimension, measures);
    BLOCKS.iter().map(asked).find(|places| !places.is_empty()).unwrap_or_default()
}

/// The reliability questions of a survey, or of one of its dimensions.
pub(super) fn reliabilities(survey: &SurveyItems, dimension: Option<&str>) -> Vec<Question> {
    let mut blocks = BLOCKS.iter().map(|measures| (measures, of(survey, dimension, measures)));
    let Some((first, places)) = blocks.find(|(_, places)| places.len() > 1) else { return Vec::new() };
    let mut questions = vec![Question::Reliability { measure: "alpha", places }];
    if first.contains(&Measure::Perception) {
        let places = of(survey, dimension, &[Measure::Expectation]);
        if places.len() > 1 {
            questions.push(Question::Reliability { measure: "alpha_expectation", places });
        }
    }
    questions
}

fn of(survey: &SurveyItems, dimension: Option<&str>, measures: &[Measure]) -> Vec<usize> {
    let within = |own: Option<&str>| dimension.is_none() || own == dimension;
    survey.places(|item| measures.contains(&item.measures) && within(item.dimension.as_deref()))
}

/// Cronbach's α with its interval, and standardised α for the main block of items.
pub(super) fn reliability_figures<'a>(
    measure: &'static str,
    places: &[usize],
    group: &(impl Iterator<Item = Response<'a>> + Clone),
) -> Asked {
    let column = |place: &usize| group.clone().map(|response| response.units[*place]).collect();
    let items: Vec<Vec<Option<f64>>> = places.iter().map(column).collect();
    let found = Reliability::of(&items);
    let complete = |response: &Response| places.iter().all(|place| response.units[*place].is_some());
    let n = group.clone().filter(complete).count();
    let k = places.len();
    let word = |figure: Figure| match &found {
        Some(found) if k == 2 => {
            figure.noted(&format!("{}, two items: prefer the standardised", found.word()))
        }
        Some(found) => figure.noted(&format!("{}, {k} items", found.word())),
        None => figure.noted(&format!("{k} items whose sum does not vary")),
    };
    let alpha = found.as_ref().map(|found| found.alpha);
    let mut figures = vec![word(Figure::new(measure, n, alpha, found.as_ref().map(|found| found.interval)))];
    if measure == "alpha" {
        let standardised = found.as_ref().and_then(|found| found.standardised);
        figures.push(Figure::new("alpha_standardised", n, standardised, None));
    }
    Asked { n, figures }
}

#[cfg(test)]
mod tests {
    use super::super::ItemMeaning;
    use super::super::responses::tests::{head, item, survey};
    use super::*;
    use crate::math::golden::{ATTITUDE, close, table};

    /// `cronbach_alpha.json`, attitude.
    #[test]
    fn attitude_has_its_alpha_as_a_figure() {
        let columns = table("attitude.csv").full(&ATTITUDE);
        let survey = survey("attitude", vec![item(Measure::Satisfaction); 7]);
        let units: Vec<Vec<Option<f64>>> =
            (0..30).map(|row| columns.iter().map(|column| Some(column[row] / 100.0)).collect()).collect();
        let head = head();
        let group: Vec<Response> = units.iter().map(|units| Response { head: &head, units }).collect();
        let [Question::Reliability { measure, places }] = &reliabilities(&survey, None)[..] else { panic!() };
        let found = reliability_figures(measure, places, &group.iter().copied());
        assert_eq!(found.n, 30);
        close(found.figures[0].value.unwrap(), 0.843_142_8, 1e-7);
        close(found.figures[1].value.unwrap(), 0.839_083_8, 1e-7);
        assert_eq!(found.figures[0].note.as_deref(), Some("usable, 7 items"));
    }

    #[test]
    fn a_dimension_is_as_reliable_as_what_it_mainly_asks() {
        let within = |measures| ItemMeaning { dimension: Some("service".to_owned()), ..item(measures) };
        let items = [
            [Measure::Expectation; 2].map(within).to_vec(),
            vec![within(Measure::Satisfaction)],
            [Measure::Perception; 2].map(within).to_vec(),
        ];
        let survey = survey("shop", items.concat());
        let names: Vec<(&str, Vec<usize>)> = reliabilities(&survey, Some("service"))
            .into_iter()
            .filter_map(|question| match question {
                Question::Reliability { measure, places } => Some((measure, places)),
                _ => None,
            })
            .collect();
        assert_eq!(names, [("alpha", vec![3, 4]), ("alpha_expectation", vec![0, 1])]);
        assert_eq!(block(&survey, Some("service")), [2]);
        assert!(reliabilities(&survey, Some("other")).is_empty());
    }
}
