//! The published tables of questions, factors, loadings and correlations.

use polars::prelude::*;

use super::params::{FactorsOfSurvey, FactorsParams};
use super::study::{Plan, Study};
use super::{representatives, study};
use crate::math::correlation::{complete, fisher, pearson};
use crate::math::interval::Interval;
use crate::math::sum::{mean, sample_variance};
use crate::satisfaction::reliability::Reliability;
use crate::satisfaction::responses::{Response, Responses};
use crate::satisfaction::{ItemMeaning, SurveyItems};
use crate::schema::{self, Measure};
use crate::{Error, Result, Warning, error, table};

/// Above this many questions the eigenvalues of all the data sets of parallel analysis take too long.
const MOST_ITEMS: usize = 80;

/// People per question below which factors are indicative.
const ROWS_PER_ITEM: usize = 5;

/// What the questions of all surveys have in common.
#[derive(Clone, Debug)]
pub struct Tables {
    /// `schema::items`
    pub items: DataFrame,
    /// `schema::factors`
    pub factors: DataFrame,
    /// `schema::loadings`
    pub loadings: DataFrame,
    /// `schema::correlations`
    pub correlations: DataFrame,
    /// What the reader of the result should know.
    pub warnings: Vec<Warning>,
}

/// One survey on its way into the tables.
struct Survey<'a> {
    meaning: &'a SurveyItems,
    /// Answers of each item on its own scale, reversed items turned.
    columns: Vec<Vec<Option<f64>>>,
    /// Places of the questions looked at together, and what became of them.
    study: Option<(Vec<usize>, Study)>,
    /// Why there is no study.
    note: Option<String>,
}

/// The tables of all surveys; figures of fewer than `minimum_group` answers are null.
///
/// # Errors
/// `Config` for a survey or question that is not there.
pub fn tabulate(
    responses: &Responses,
    surveys: &[SurveyItems],
    params: &FactorsParams,
    minimum_group: u32,
    seed: u64,
) -> Result<Tables> {
    let mut warnings = Vec::new();
    let mut made = Vec::new();
    check_surveys(surveys, params)?;
    for (place, meaning) in surveys.iter().enumerate() {
        let own = responses.of_survey(place);
        let first = place == 0;
        let configured = params.surveys.iter().find(|c| match &c.survey {
            Some(name) => *name == meaning.name,
            None => first,
        });
        made.push(Survey::of(meaning, &own, configured, params, (minimum_group as usize, seed))?);
        warnings.extend(made.iter().last().and_then(Survey::warning));
    }
    let minimum = minimum_group as usize;
    Ok(Tables {
        items: items(&made, minimum)?,
        factors: factors(&made)?,
        loadings: loadings(&made)?,
        correlations: correlations(&made, minimum)?,
        warnings,
    })
}

fn check_surveys(surveys: &[SurveyItems], params: &FactorsParams) -> Result<()> {
    for name in params.surveys.iter().filter_map(|own| own.survey.as_deref()) {
        if surveys.iter().all(|survey| survey.name != name) {
            let names: Vec<&str> = surveys.iter().map(|survey| survey.name.as_str()).collect();
            return Err(Error::config(format!(
                "`[[satisfaction.factors.surveys]]` names the survey `{name}`, which there is not"
            ))
            .hint(error::closest(name, names.iter().copied()).map_or_else(
                || format!("surveys of this run: {}", names.join(", ")),
                |close| format!("did you mean `{close}`?"),
            )));
        }
    }
    Ok(())
}

impl<'a> Survey<'a> {
    fn of<'r>(
        meaning: &'a SurveyItems,
        responses: &(impl Iterator<Item = Response<'r>> + Clone),
        configured: Option<&FactorsOfSurvey>,
        params: &FactorsParams,
        (minimum, seed): (usize, u64),
    ) -> Result<Self> {
        let column = |(place, item): (usize, &ItemMeaning)| {
            let [low, high] = item.scale;
            responses.clone().map(|r| r.units[place].map(|unit| low + unit * (high - low))).collect()
        };
        let columns: Vec<Vec<Option<f64>>> = meaning.items.iter().enumerate().map(column).collect();
        let mut survey = Self { meaning, columns, study: None, note: None };
        let places = survey.looked_at(configured)?;
        if configured.is_none() && places.len() < params.minimum_items {
            return Ok(survey);
        }
        if places.len() > MOST_ITEMS {
            survey.note = Some(format!("{} questions are too many, {MOST_ITEMS} at most", places.len()));
            return Ok(survey);
        }
        let plan = Plan {
            count: configured.and_then(|own| own.count),
            extraction: params.extraction,
            replicates: params.replicates,
            seed,
        };
        let own: Vec<Vec<Option<f64>>> = places.iter().map(|&place| survey.columns[place].clone()).collect();
        match Study::of(&own, plan) {
            Some(study) if study.n >= minimum => survey.study = Some((places, study)),
            _ => survey.note = Some(format!("too few people answered all of its {} questions", places.len())),
        }
        Ok(survey)
    }

    /// Places of the questions to look at together.
    fn looked_at(&self, configured: Option<&FactorsOfSurvey>) -> Result<Vec<usize>> {
        let names = configured.map(|own| own.items.as_slice()).unwrap_or_default();
        if names.is_empty() {
            let judged =
                |item: &ItemMeaning| matches!(item.measures, Measure::Satisfaction | Measure::Perception);
            return Ok(self.meaning.places(judged));
        }
        let place = |name: &String| {
            self.meaning.items.iter().position(|item| item.name == *name).ok_or_else(|| {
                let known: Vec<&str> = self.meaning.items.iter().map(|item| item.name.as_str()).collect();
                Error::config(format!(
                    "`[[satisfaction.factors.surveys]]` names `{name}`, which is no question of the survey `{}`",
                    self.meaning.name
                ))
                .hint(error::closest(name, known.iter().copied()).map_or_else(
                    || format!("known there: {}", known.join(", ")),
                    |close| format!("did you mean `{close}`?"),
                ))
            })
        };
        names.iter().map(place).collect()
    }

    fn warning(&self) -> Option<Warning> {
        let note = self.note.clone().or_else(|| {
            let (_, study) = self.study.as_ref()?;
            if self.is_adequate() {
                let few = study.n < ROWS_PER_ITEM * study.items.len();
                return few.then(|| {
                    format!(
                        "{} people for {} questions: its factors are indicative",
                        study.n,
                        study.items.len()
                    )
                });
            }
            Some("its questions have too little in common to be reduced (kmo below 0.6)".to_owned())
        })?;
        let message = format!("survey `{}`: {note}", self.meaning.name);
        let warning = Warning::new("reduction_of_questions", message);
        Some(warning.with("survey", self.meaning.name.as_str()).with("note", note))
    }

    fn is_adequate(&self) -> bool {
        let suitability = self.study.as_ref().and_then(|(_, study)| study.suitability.as_ref());
        suitability.is_some_and(super::Suitability::is_adequate)
    }

    /// Names of the questions looked at that vary, in the study's order.
    fn names(&self) -> Vec<&str> {
        let Some((places, study)) = &self.study else { return Vec::new() };
        study.items.iter().map(|&i| self.meaning.items[places[i]].name.as_str()).collect()
    }
}

/// One question in the table.
#[derive(Default)]
struct ItemRow {
    survey: String,
    item: String,
    measures: String,
    dimension: Option<String>,
    n: Option<u32>,
    mean: Option<f64>,
    sd: Option<f64>,
    alpha_if_dropped: Option<f64>,
    item_total: Option<f64>,
    kmo: Option<f64>,
    factor: Option<u16>,
    loading: Option<f64>,
    also: Option<u16>,
    communality: Option<f64>,
    cluster: Option<u16>,
    proposal: Option<&'static str>,
    reason: Option<String>,
}

fn item_rows(survey: &Survey, minimum: usize) -> Vec<ItemRow> {
    let mut rows: Vec<ItemRow> = (0..survey.columns.len())
        .map(|place| {
            let item = &survey.meaning.items[place];
            let known: Vec<f64> = survey.columns[place].iter().flatten().copied().collect();
            let shown = known.len() >= minimum;
            let (alpha_if_dropped, item_total) =
                if shown { within_index(survey, place) } else { (None, None) };
            ItemRow {
                survey: survey.meaning.name.clone(),
                item: item.name.clone(),
                measures: item.measures.name().to_owned(),
                dimension: item.dimension.clone(),
                n: shown.then_some(known.len() as u32),
                mean: mean(&known).filter(|_| shown),
                sd: sample_variance(&known).map(f64::sqrt).filter(|_| shown),
                alpha_if_dropped,
                item_total,
                reason: (!shown).then(|| format!("masked: fewer than {minimum} answers")),
                ..ItemRow::default()
            }
        })
        .collect();
    study_rows(survey, &mut rows);
    rows
}

/// What a question does to the index of its dimension: α without it, and its correlation with the others' sum.
fn within_index(survey: &Survey, place: usize) -> (Option<f64>, Option<f64>) {
    let own = &survey.meaning.items[place];
    let index =
        survey.meaning.places(|item| item.measures == own.measures && item.dimension == own.dimension);
    let columns: Vec<Vec<Option<f64>>> = index.iter().map(|&i| survey.columns[i].clone()).collect();
    let found = Reliability::of(&columns);
    let item = index.iter().position(|&i| i == place).and_then(|i| Some(found?.items[i]));
    (item.and_then(|item| item.alpha_if_dropped), item.and_then(|item| item.item_total))
}

/// Fills in what the study found.
fn study_rows(survey: &Survey, rows: &mut [ItemRow]) {
    let Some((places, study)) = &survey.study else { return };
    let number = |factor: usize| factor as u16 + 1;
    for &place in places {
        rows[place].proposal = Some(study::Proposal::Review.name());
        rows[place].reason = Some("everybody answers it alike: it tells nobody apart".to_owned());
    }
    let communalities = study.loadings.communalities();
    let advice = study.proposals(&survey.names());
    for (i, (proposal, reason)) in advice.into_iter().enumerate() {
        let row = &mut rows[places[study.items[i]]];
        let assignment = study.assignments[i];
        row.kmo = study.suitability.as_ref().and_then(|suitability| suitability.item_kmo[i]);
        row.factor = assignment.factor.map(number);
        row.also = assignment.also.map(number);
        row.loading = Some(assignment.loading);
        row.communality = Some(communalities[i]);
        row.cluster = Some(number(study.clusters[i]));
        (row.proposal, row.reason) = if survey.is_adequate() {
            (Some(proposal.name()), Some(reason))
        } else {
            (Some("keep"), Some("the questions have too little in common to be reduced".to_owned()))
        };
    }
}

fn items(surveys: &[Survey], minimum: usize) -> Result<DataFrame> {
    use schema::items as s;
    let rows: Vec<ItemRow> = surveys.iter().flat_map(|survey| item_rows(survey, minimum)).collect();
    let texts = |name: &str, of: fn(&ItemRow) -> Option<String>| {
        Column::new(name.into(), rows.iter().map(of).collect::<Vec<_>>())
    };
    let floats = |name: &str, of: fn(&ItemRow) -> Option<f64>| {
        Column::new(name.into(), rows.iter().map(of).collect::<Vec<_>>())
    };
    let numbers = |name: &str, of: fn(&ItemRow) -> Option<u16>| {
        Column::new(name.into(), rows.iter().map(of).collect::<Vec<_>>())
    };
    table::new(vec![
        texts(s::SURVEY, |row| Some(row.survey.clone())),
        texts(s::ITEM, |row| Some(row.item.clone())),
        texts(s::MEASURES, |row| Some(row.measures.clone())),
        texts(s::DIMENSION, |row| row.dimension.clone()),
        Column::new(s::N.into(), rows.iter().map(|row| row.n).collect::<Vec<_>>()),
        floats(s::MEAN, |row| row.mean),
        floats(s::SD, |row| row.sd),
        floats(s::ALPHA_IF_DROPPED, |row| row.alpha_if_dropped),
        floats(s::ITEM_TOTAL, |row| row.item_total),
        floats(s::KMO, |row| row.kmo),
        numbers(s::FACTOR, |row| row.factor),
        floats(s::LOADING, |row| row.loading),
        numbers(s::ALSO_FACTOR, |row| row.also),
        floats(s::COMMUNALITY, |row| row.communality),
        numbers(s::CLUSTER, |row| row.cluster),
        texts(s::PROPOSAL, |row| row.proposal.map(str::to_owned)),
        texts(s::REASON, |row| row.reason.clone()),
    ])
}

/// One factor in the table.
struct FactorRow<'a> {
    survey: &'a Survey<'a>,
    study: &'a Study,
    factor: usize,
}

impl FactorRow<'_> {
    fn kept(&self) -> bool {
        self.factor < self.study.loadings.matrix().n_columns()
    }

    fn variance(&self) -> Option<f64> {
        self.study.loadings.sums_of_squares().get(self.factor).copied()
    }

    fn items(&self) -> Option<u16> {
        let own = |assignment: &&super::Assignment| assignment.factor == Some(self.factor);
        self.kept().then(|| self.study.assignments.iter().filter(own).count() as u16)
    }

    fn representative(&self) -> Option<String> {
        let standing = representatives(&self.study.assignments, self.factor + 1)[self.factor]?;
        Some(self.survey.names()[standing].to_owned())
    }

    fn note(&self) -> Option<String> {
        let mut parts = Vec::new();
        let (n, p) = (self.study.n, self.study.items.len());
        match &self.study.suitability {
            None => parts.push("questions repeat one another".to_owned()),
            Some(s) if !s.is_adequate() => parts.push("kmo below 0.6: not worth reducing".to_owned()),
            Some(_) => {}
        }
        if n < ROWS_PER_ITEM * p {
            parts.push(format!("indicative: {n} people for {p} questions"));
        }
        if self.study.fell_back {
            parts.push("maximum likelihood did not arrive: principal components".to_owned());
        }
        (!parts.is_empty()).then(|| parts.join("; "))
    }
}

fn factors(surveys: &[Survey]) -> Result<DataFrame> {
    use schema::factors as s;
    let of = |survey| studied(survey).map(|study| (survey, study));
    let rows: Vec<FactorRow> = surveys
        .iter()
        .filter_map(of)
        .flat_map(|(survey, study)| {
            (0..study.items.len()).map(move |factor| FactorRow { survey, study, factor })
        })
        .collect();
    let floats = |name: &str, of: &dyn Fn(&FactorRow) -> Option<f64>| {
        Column::new(name.into(), rows.iter().map(of).collect::<Vec<_>>())
    };
    let texts = |name: &str, of: &dyn Fn(&FactorRow) -> Option<String>| {
        Column::new(name.into(), rows.iter().map(of).collect::<Vec<_>>())
    };
    let bartlett = |row: &FactorRow| row.study.suitability.as_ref().map(|s| s.bartlett);
    table::new(vec![
        texts(s::SURVEY, &|row| Some(row.survey.meaning.name.clone())),
        Column::new(s::FACTOR.into(), rows.iter().map(|row| row.factor as u16 + 1).collect::<Vec<_>>()),
        Column::new(s::N.into(), rows.iter().map(|row| row.study.n as u32).collect::<Vec<_>>()),
        floats(s::EIGENVALUE, &|row| Some(row.study.components.eigenvalues[row.factor])),
        floats(s::EXPLAINED, &|row| Some(row.study.components.explained[row.factor])),
        floats(s::CHANCE, &|row| Some(row.study.parallel.thresholds[row.factor])),
        Column::new(s::KEPT.into(), rows.iter().map(FactorRow::kept).collect::<Vec<_>>()),
        floats(s::VARIANCE, &|row| row.variance()),
        Column::new(s::ITEMS.into(), rows.iter().map(FactorRow::items).collect::<Vec<_>>()),
        texts(s::REPRESENTATIVE, &|row| row.representative()),
        floats(s::KMO, &|row| row.study.suitability.as_ref()?.kmo),
        floats(s::BARTLETT, &|row| Some(bartlett(row)?.chi_squared)),
        Column::new(
            s::BARTLETT_DEGREES.into(),
            rows.iter().map(|row| bartlett(row).map(|b| b.degrees)).collect::<Vec<_>>(),
        ),
        floats(s::BARTLETT_P, &|row| Some(bartlett(row)?.p_value)),
        texts(s::NOTE, &|row| row.note()),
    ])
}

fn studied<'a>(survey: &'a Survey) -> Option<&'a Study> {
    survey.study.as_ref().map(|(_, study)| study)
}

fn loadings(surveys: &[Survey]) -> Result<DataFrame> {
    use schema::loadings as s;
    let (mut names, mut items, mut factors, mut values) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
    for survey in surveys {
        let Some(study) = studied(survey) else { continue };
        let matrix = study.loadings.matrix();
        for (i, item) in survey.names().into_iter().enumerate() {
            for (factor, loading) in matrix.row(i).iter().enumerate() {
                names.push(survey.meaning.name.as_str());
                items.push(item);
                factors.push(factor as u16 + 1);
                values.push(*loading);
            }
        }
    }
    table::new(vec![
        Column::new(s::SURVEY.into(), names),
        Column::new(s::ITEM.into(), items),
        Column::new(s::FACTOR.into(), factors),
        Column::new(s::LOADING.into(), values),
    ])
}

fn correlations(surveys: &[Survey], minimum: usize) -> Result<DataFrame> {
    use schema::correlations as s;
    let (mut names, mut items, mut others) = (Vec::new(), Vec::new(), Vec::new());
    let mut figures: Vec<(Option<u32>, Option<f64>, Option<Interval>)> = Vec::new();
    for survey in surveys.iter().filter(|survey| survey.columns.len() <= MOST_ITEMS) {
        for i in 0..survey.columns.len() {
            for j in i + 1..survey.columns.len() {
                names.push(survey.meaning.name.as_str());
                items.push(survey.meaning.items[i].name.as_str());
                others.push(survey.meaning.items[j].name.as_str());
                let both = complete(&[survey.columns[i].clone(), survey.columns[j].clone()]);
                let n = both[0].len();
                let r = pearson(&both[0], &both[1]).filter(|_| n >= minimum);
                figures.push(((n >= minimum).then_some(n as u32), r, r.and_then(|r| fisher(r, n))));
            }
        }
    }
    table::new(vec![
        Column::new(s::SURVEY.into(), names),
        Column::new(s::ITEM.into(), items),
        Column::new(s::OTHER.into(), others),
        Column::new(s::N.into(), figures.iter().map(|(n, ..)| *n).collect::<Vec<_>>()),
        Column::new(s::CORRELATION.into(), figures.iter().map(|(_, r, _)| *r).collect::<Vec<_>>()),
        Column::new(s::LOW.into(), figures.iter().map(|(.., i)| i.map(|i| i.low)).collect::<Vec<_>>()),
        Column::new(s::HIGH.into(), figures.iter().map(|(.., i)| i.map(|i| i.high)).collect::<Vec<_>>()),
    ])
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::math::golden::{ATTITUDE, close, table as golden};
    use crate::satisfaction::Answers;
    use crate::satisfaction::responses::tests::{item, push, survey};

    fn attitude() -> (Responses, Vec<SurveyItems>) {
        let columns = golden("attitude.csv").full(&ATTITUDE);
        let meaning = |name: &&str| ItemMeaning {
            name: (*name).to_owned(),
            scale: [0.0, 100.0],
            ..item(Measure::Satisfaction)
        };
        let surveys = vec![survey("attitude", ATTITUDE.iter().map(meaning).collect())];
        let mut answers = Answers::default();
        for row in 0..30 {
            for (place, column) in columns.iter().enumerate() {
                push(&mut answers, (None, 0, row, None), place as u16, column[row as usize] / 100.0);
            }
        }
        (Responses::gather(answers, &surveys, 0).unwrap(), surveys)
    }

    fn floats(frame: &DataFrame, name: &str) -> Vec<Option<f64>> {
        table::f64s(frame, name).unwrap()
    }

    #[test]
    fn tables_have_the_columns_of_the_schema_and_the_figures_of_the_reference() {
        let (responses, surveys) = attitude();
        let params = FactorsParams { replicates: 200, ..Default::default() };
        let found = tabulate(&responses, &surveys, &params, 10, 1).unwrap();
        for (frame, declared) in [
            (&found.items, schema::items::TABLE),
            (&found.factors, schema::factors::TABLE),
            (&found.loadings, schema::loadings::TABLE),
            (&found.correlations, schema::correlations::TABLE),
        ] {
            let names: Vec<&str> = declared.columns.iter().map(|column| column.name).collect();
            let stored: Vec<&str> = frame.get_column_names().into_iter().map(PlSmallStr::as_str).collect();
            assert_eq!(stored, names);
        }
        // methods 8: eigenvalues, KMO and Bartlett of `attitude`
        let eigenvalues = floats(&found.factors, schema::factors::EIGENVALUE);
        close(eigenvalues[0].unwrap(), 3.716_375_750_6, 1e-9);
        close(eigenvalues[1].unwrap(), 1.140_921_885_2, 1e-9);
        close(floats(&found.factors, schema::factors::KMO)[0].unwrap(), 0.763_275_4, 1e-6);
        close(floats(&found.factors, schema::factors::BARTLETT)[0].unwrap(), 98.752_78, 1e-6);
        assert_eq!(found.loadings.height(), 7);
        assert_eq!(found.correlations.height(), 21);
        // the mean of `rating` is 64.63 (cronbach_alpha.json has its sums; R prints 64.63)
        close(floats(&found.items, schema::items::MEAN)[0].unwrap(), 64.633_333_333_333, 1e-12);
        assert!(found.warnings[0].message.contains("30 people for 7 questions"));
        assert_eq!(table::texts(&found.items, schema::items::PROPOSAL).unwrap()[1], Some("keep"));
    }

    #[test]
    fn short_and_small_surveys_are_not_reduced() {
        let (responses, surveys) = attitude();
        let params = FactorsParams { minimum_items: 8, ..Default::default() };
        let found = tabulate(&responses, &surveys, &params, 10, 1).unwrap();
        assert_eq!((found.factors.height(), found.items.height(), found.warnings.len()), (0, 7, 0));
        assert_eq!(found.items.column(schema::items::PROPOSAL).unwrap().null_count(), 7);
        let found = tabulate(&responses, &surveys, &FactorsParams::default(), 31, 1).unwrap();
        assert_eq!(found.items.column(schema::items::MEAN).unwrap().null_count(), 7);
        assert_eq!(found.correlations.column(schema::correlations::CORRELATION).unwrap().null_count(), 21);
        assert!(found.warnings[0].message.contains("too few people answered all of its 7 questions"));
    }

    #[test]
    fn what_is_named_must_be_there() {
        let (responses, surveys) = attitude();
        let hint = |toml: &str| {
            let params: FactorsParams = toml::from_str(toml).unwrap();
            tabulate(&responses, &surveys, &params, 10, 1).unwrap_err().hint_text().unwrap().to_owned()
        };
        assert_eq!(hint("surveys = [{ survey = \"attitud\" }]"), "did you mean `attitude`?");
        assert_eq!(hint("surveys = [{ items = [\"ratings\"] }]"), "did you mean `rating`?");
    }
}
