//! Outcomes and drivers of a survey: from names to columns of figures.

use super::params::ModelParams;
use crate::satisfaction::SurveyItems;
use crate::satisfaction::indices::{OVERALL, dimensions};
use crate::satisfaction::reliability_figures::block;
use crate::satisfaction::responses::Response;
use crate::schema::Measure;
use crate::{Error, Result, error};

/// What items measure.
const MEASURES: [Measure; 6] = [
    Measure::Satisfaction,
    Measure::Recommend,
    Measure::Repurchase,
    Measure::Effort,
    Measure::Expectation,
    Measure::Perception,
];

/// Something that each response has a figure of.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Variable {
    /// Its name.
    pub(super) name: String,
    /// Where its figure comes from.
    pub(super) source: Source,
}

/// Where a figure comes from.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Source {
    /// One question, by place.
    Item(usize),
    /// The mean of several, if half of them are answered.
    Items(Vec<usize>),
    /// A fact, by place after the items.
    Fact(usize),
}

impl Variable {
    /// The figure of a response: 0 to 1 for questions, the number itself for a fact.
    pub(super) fn of(&self, response: &Response) -> Option<f64> {
        match &self.source {
            Source::Item(place) | Source::Fact(place) => response.units[*place],
            Source::Items(places) => response.mean_of_half(places),
        }
    }

    /// What it is, for the table.
    pub(super) fn kind(&self) -> &'static str {
        match self.source {
            Source::Item(_) => "question",
            Source::Items(_) => "dimension",
            Source::Fact(_) => "fact",
        }
    }

    fn places(&self) -> &[usize] {
        match &self.source {
            Source::Item(place) => std::slice::from_ref(place),
            Source::Items(places) => places,
            Source::Fact(_) => &[],
        }
    }

    fn overlaps(&self, other: &Self) -> bool {
        self.places().iter().any(|place| other.places().contains(place))
    }
}

/// An outcome and what may drive it.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Model {
    pub(super) outcome: Variable,
    pub(super) drivers: Vec<Variable>,
}

/// The models of a survey: those configured, else what it asks overall against its dimensions and facts.
///
/// # Errors
/// `Config` for a name that the survey does not have.
pub(super) fn models(survey: &SurveyItems, configured: &[&ModelParams]) -> Result<Vec<Model>> {
    if configured.is_empty() {
        return Ok(usual(survey));
    }
    let model = |params: &&ModelParams| {
        let outcome = resolve(survey, &params.outcome)?;
        let drivers = if params.drivers.is_empty() {
            usual_drivers(survey, &outcome)
        } else {
            params.drivers.iter().map(|name| resolve(survey, name)).collect::<Result<_>>()?
        };
        Ok(Model { outcome, drivers })
    };
    configured.iter().map(model).collect()
}

/// Overall satisfaction, recommending and buying again, as far as there is something to explain them by.
fn usual(survey: &SurveyItems) -> Vec<Model> {
    let all = |measures: Measure| survey.places(|item| item.measures == measures);
    let overall = overall(survey);
    let outcomes = [
        ("satisfaction", overall),
        ("recommend", all(Measure::Recommend)),
        ("repurchase", all(Measure::Repurchase)),
    ];
    let model = |(name, places): (&str, Vec<usize>)| {
        let outcome = Variable { name: name.to_owned(), source: Source::Items(places) };
        Model { drivers: usual_drivers(survey, &outcome), outcome }
    };
    let usable = |model: &Model| !model.outcome.places().is_empty() && !model.drivers.is_empty();
    outcomes.into_iter().map(model).filter(usable).collect()
}

/// Satisfaction items about the whole: those of no dimension, else all.
fn overall(survey: &SurveyItems) -> Vec<usize> {
    let of = |apart: bool| {
        survey.places(|item| item.measures == Measure::Satisfaction && (!apart || item.dimension.is_none()))
    };
    let apart = of(true);
    if apart.is_empty() { of(false) } else { apart }
}

/// The dimensions of a survey that say how well something is done, and its facts; none that share an item with the
/// outcome.
fn usual_drivers(survey: &SurveyItems, outcome: &Variable) -> Vec<Variable> {
    let of = |name: &str| {
        let places = block(survey, Some(name));
        let judged = |place: &usize| {
            matches!(survey.items[*place].measures, Measure::Satisfaction | Measure::Perception)
        };
        let judged = places.first().is_some_and(judged);
        judged.then(|| Variable { name: name.to_owned(), source: Source::Items(places) })
    };
    let facts = survey.facts.iter().enumerate().map(|(place, name)| fact(survey, place, name));
    let dimensions = dimensions(survey).into_iter().flatten().filter_map(of);
    dimensions.filter(|driver| !driver.overlaps(outcome)).chain(facts).collect()
}

fn fact(survey: &SurveyItems, place: usize, name: &str) -> Variable {
    Variable { name: name.to_owned(), source: Source::Fact(survey.items.len() + place) }
}

/// The variable of a name: a question, a fact, a dimension, what items measure, or `overall`.
fn resolve(survey: &SurveyItems, name: &str) -> Result<Variable> {
    let variable = |source| Ok(Variable { name: name.to_owned(), source });
    if let Some(place) = survey.items.iter().position(|item| item.name == name) {
        return variable(Source::Item(place));
    }
    if let Some(place) = survey.facts.iter().position(|fact| fact == name) {
        return Ok(fact(survey, place, name));
    }
    let places = match MEASURES.into_iter().find(|measures| measures.name() == name) {
        _ if name == OVERALL => overall(survey),
        _ if dimensions(survey).contains(&Some(name)) => block(survey, Some(name)),
        Some(measures) => survey.places(|item| item.measures == measures),
        None => Vec::new(),
    };
    if places.is_empty() { Err(unknown(survey, name)) } else { variable(Source::Items(places)) }
}

fn unknown(survey: &SurveyItems, name: &str) -> Error {
    let items = survey.items.iter().map(|item| item.name.as_str());
    let others = survey.facts.iter().map(String::as_str).chain(dimensions(survey).into_iter().flatten());
    let known: Vec<&str> = items.chain(others).chain([OVERALL]).collect();
    let hint = error::closest(name, known.iter().copied()).map_or_else(
        || format!("known there: {}", known.join(", ")),
        |close| format!("did you mean `{close}`?"),
    );
    Error::config(format!(
        "`[[satisfaction.drivers.models]]` names `{name}`, which is no question, fact or dimension of the survey `{}`",
        survey.name
    ))
    .hint(hint)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::satisfaction::ItemMeaning;
    use crate::satisfaction::responses::tests::{item, survey};

    fn asks(name: &str, measures: Measure, dimension: Option<&str>) -> ItemMeaning {
        ItemMeaning { name: name.to_owned(), dimension: dimension.map(str::to_owned), ..item(measures) }
    }

    fn shop() -> SurveyItems {
        let items = vec![
            asks("overall", Measure::Satisfaction, None),
            asks("fast", Measure::Satisfaction, Some("delivery")),
            asks("whole", Measure::Perception, Some("delivery")),
            asks("again", Measure::Repurchase, Some("loyalty")),
        ];
        SurveyItems { facts: vec!["price".to_owned()], ..survey("shop", items) }
    }

    #[test]
    fn a_survey_explains_what_it_asks_overall() {
        let found = models(&shop(), &[]).unwrap();
        let names = |variables: &[Variable]| -> Vec<String> {
            variables.iter().map(|variable| variable.name.clone()).collect()
        };
        assert_eq!(found.len(), 2);
        assert_eq!(found[0].outcome.source, Source::Items(vec![0]));
        assert_eq!(names(&found[0].drivers), ["delivery", "price"]);
        assert_eq!(found[1].outcome.name, "repurchase");
        assert_eq!(found[0].drivers[1].source, Source::Fact(4));
        // a survey of one dimension has only its facts to go by
        let mut one = shop();
        one.items = vec![asks("score", Measure::Satisfaction, Some("product"))];
        let found = models(&one, &[]).unwrap();
        assert_eq!((found.len(), names(&found[0].drivers)), (1, vec!["price".to_owned()]));
        one.facts.clear();
        assert!(models(&one, &[]).unwrap().is_empty());
    }

    #[test]
    fn names_are_questions_facts_dimensions_and_measures() {
        let of = |name: &str| resolve(&shop(), name).unwrap().source;
        assert_eq!(of("fast"), Source::Item(1));
        assert_eq!(of("price"), Source::Fact(4));
        assert_eq!(of("delivery"), Source::Items(vec![1]));
        assert_eq!(of("loyalty"), Source::Items(vec![3]));
        assert_eq!(of("perception"), Source::Items(vec![2]));
        assert_eq!(of("satisfaction"), Source::Items(vec![0, 1]));
        let error = resolve(&shop(), "delivry").unwrap_err();
        assert!(error.to_string().contains("no question, fact or dimension of the survey `shop`"));
        assert_eq!(error.hint_text(), Some("did you mean `delivery`?"));
    }
}
