//! The published table of drivers.

use polars::prelude::*;

use super::model::{Model, models};
use super::params::{DriversParams, ModelParams};
use super::{Driver, FEWEST_ROWS, KeyDrivers, Lines, ROWS_PER_DRIVER, Resampling, key_drivers};
use crate::math::interval::Interval;
use crate::math::sum::mean;
use crate::satisfaction::SurveyItems;
use crate::satisfaction::responses::{Response, Responses};
use crate::schema::drivers as d;
use crate::{Error, Result, Warning, error, table};

/// Above this variance inflation a driver's own part is hard to tell from that of others.
const INFLATED: f64 = 5.0;

/// Products that a bootstrap may take before it is left out: about ten seconds of one core.
const MOST_WORK: f64 = 1e10;

/// One driver of one outcome.
struct Row {
    survey: String,
    outcome: String,
    driver: String,
    kind: &'static str,
    n: Option<u32>,
    found: Driver,
    performance: Option<f64>,
    mean: Option<f64>,
    field: Option<&'static str>,
    r_squared: [Option<f64>; 2],
    note: Option<String>,
}

/// The drivers of every survey's outcomes, and what to know about them.
///
/// # Errors
/// `Config` for a survey, question, fact or dimension that is not there.
pub fn tabulate(
    responses: &Responses,
    surveys: &[SurveyItems],
    params: &DriversParams,
    minimum_group: u32,
    seed: u64,
) -> Result<(DataFrame, Vec<Warning>)> {
    let configured = assigned(surveys, &params.models)?;
    let (mut rows, mut warnings) = (Vec::new(), Vec::new());
    for (place, survey) in surveys.iter().enumerate() {
        let models = models(survey, &configured[place])?;
        if models.is_empty() {
            continue;
        }
        for model in models {
            let own = responses.of_survey(place);
            let made = explain(&model, &own, survey, params, (minimum_group, seed));
            warnings.extend(made.warnings);
            rows.extend(made.rows);
        }
    }
    Ok((frame(&rows)?, warnings))
}

/// The configured models of each survey.
fn assigned<'a>(surveys: &[SurveyItems], models: &'a [ModelParams]) -> Result<Vec<Vec<&'a ModelParams>>> {
    let mut of: Vec<Vec<&ModelParams>> = vec![Vec::new(); surveys.len()];
    for model in models {
        let place = match &model.survey {
            None => Some(0),
            Some(name) => surveys.iter().position(|survey| survey.name == *name),
        };
        let Some(own) = place.and_then(|place| of.get_mut(place)) else {
            return Err(no_survey(surveys, model.survey.as_deref().unwrap_or_default()));
        };
        own.push(model);
    }
    Ok(of)
}

fn no_survey(surveys: &[SurveyItems], name: &str) -> Error {
    let names = || surveys.iter().map(|survey| survey.name.as_str());
    let hint = error::closest(name, names()).map_or_else(
        || format!("surveys of this run: {}", names().collect::<Vec<_>>().join(", ")),
        |close| format!("did you mean `{close}`?"),
    );
    Error::config(format!("`[[satisfaction.drivers.models]]` names the survey `{name}`, which there is not"))
        .hint(hint)
}

struct Made {
    rows: Vec<Row>,
    warnings: Vec<Warning>,
}

/// The rows of one model.
fn explain<'a>(
    model: &Model,
    responses: &(impl Iterator<Item = Response<'a>> + Clone),
    survey: &SurveyItems,
    params: &DriversParams,
    (minimum_group, seed): (u32, u64),
) -> Made {
    let column =
        |of: &dyn Fn(&Response) -> Option<f64>| responses.clone().map(|r| of(&r)).collect::<Vec<_>>();
    let outcome = column(&|response| model.outcome.of(response));
    let columns: Vec<Vec<Option<f64>>> =
        model.drivers.iter().map(|driver| column(&|response| driver.of(response))).collect();
    let work = outcome.len() as f64 * (columns.len() + 1).pow(2) as f64 * f64::from(params.resamples);
    let replicates = if work > MOST_WORK { 0 } else { params.resamples };
    let found = key_drivers(&outcome, &columns, params.weights, Resampling { replicates, seed });
    let masked = found.n < minimum_group as usize;
    let means: Vec<Option<f64>> =
        columns.iter().map(|column| mean(&column.iter().flatten().copied().collect::<Vec<_>>())).collect();
    let performances: Vec<Option<f64>> = means
        .iter()
        .zip(&model.drivers)
        .map(|(mean, driver)| mean.filter(|_| driver.kind() != "fact").map(|mean| 100.0 * mean))
        .collect();
    let fields = fields(&found, &performances);
    let notes = notes(&found, replicates < params.resamples);
    let rows = (0..model.drivers.len()).map(|place| {
        let row = Row {
            survey: survey.name.clone(),
            outcome: model.outcome.name.clone(),
            driver: model.drivers[place].name.clone(),
            kind: model.drivers[place].kind(),
            n: Some(found.n as u32),
            found: found.drivers[place],
            performance: performances[place],
            mean: means[place],
            field: fields[place],
            r_squared: [
                found.regression.as_ref().map(|regression| regression.r_squared),
                found.regression.as_ref().and_then(|regression| regression.adjusted_r_squared),
            ],
            note: notes[place].clone(),
        };
        if masked { row.masked(minimum_group) } else { row }
    });
    Made { rows: rows.collect(), warnings: warnings(&found, model, survey) }
}

impl Row {
    /// The row without its figures.
    fn masked(self, minimum: u32) -> Self {
        Self {
            n: None,
            found: Driver { correlation: None, importance: None },
            performance: None,
            mean: None,
            field: None,
            r_squared: [None; 2],
            note: Some(format!("masked: fewer than {minimum} answers")),
            ..self
        }
    }
}

/// The field of each driver that has both a share and a performance.
fn fields(found: &KeyDrivers, performances: &[Option<f64>]) -> Vec<Option<&'static str>> {
    let share = |driver: &Driver| driver.importance?.share;
    let weighed = found.drivers.iter().filter(|driver| share(driver).is_some()).count();
    let placed = || found.drivers.iter().zip(performances).filter_map(|(d, p)| Some((share(d)?, (*p)?)));
    let lines = Lines::of(&placed().map(|(_, performance)| performance).collect::<Vec<_>>())
        .map(|lines| Lines { importance: 1.0 / weighed as f64, ..lines });
    let field = |(driver, performance): (&Driver, &Option<f64>)| {
        Some(lines?.field(share(driver)?, (*performance)?).name())
    };
    found.drivers.iter().zip(performances).map(field).collect()
}

fn needed(found: &KeyDrivers) -> usize {
    FEWEST_ROWS.max(ROWS_PER_DRIVER * found.drivers.len())
}

/// What to know about each driver.
fn notes(found: &KeyDrivers, no_bootstrap: bool) -> Vec<Option<String>> {
    let note = |(place, driver): (usize, &Driver)| {
        let repetition = found.repetitions.iter().find(|repetition| repetition.driver == place);
        let mut parts = Vec::new();
        match driver.importance {
            Some(importance) => {
                if importance.inflation > INFLATED {
                    parts.push(format!(
                        "vif {:.1}: its own part is hard to tell from that of others",
                        importance.inflation
                    ));
                }
                if no_bootstrap {
                    parts.push("too many answers for a bootstrap interval".to_owned());
                }
            }
            None if driver.correlation.is_none() => parts.push("it or the outcome does not vary".to_owned()),
            None if found.n < needed(found) => parts.push(format!(
                "correlation only: weights of {} drivers need {} answers, found {}",
                found.drivers.len(),
                needed(found),
                found.n
            )),
            None if repetition.is_some() => parts.push("no weight: it repeats other drivers".to_owned()),
            None => parts.push("no weight: the drivers cannot be told apart".to_owned()),
        }
        (!parts.is_empty()).then(|| parts.join("; "))
    };
    found.drivers.iter().enumerate().map(note).collect()
}

fn warnings(found: &KeyDrivers, model: &Model, survey: &SurveyItems) -> Vec<Warning> {
    let of = format!("survey `{}`, drivers of `{}`", survey.name, model.outcome.name);
    let about = |code, message| {
        Warning::new(code, message)
            .with("survey", survey.name.as_str())
            .with("outcome", model.outcome.name.as_str())
    };
    let names = |places: &mut dyn Iterator<Item = usize>| -> Vec<&str> {
        places.map(|place| model.drivers[place].name.as_str()).collect()
    };
    let list = |names: &[&str]| names.iter().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ");
    let mut warnings = Vec::new();
    if found.n < needed(found) {
        let message = format!(
            "{of}: {} complete answers, weights of {} drivers need {}; correlations only",
            found.n,
            found.drivers.len(),
            needed(found)
        );
        let warning = about("few_answers_for_drivers", message).with("n", found.n);
        warnings.push(warning.with("drivers", found.drivers.len()).with("needed", needed(found)));
    }
    let repeated = names(&mut found.repetitions.iter().map(|repetition| repetition.driver));
    if !repeated.is_empty() {
        let message = format!("{of}: {} left out, because the others say the same", list(&repeated));
        warnings.push(about("repeated_drivers", message).with("names", repeated));
    }
    let inflated = |driver: &Driver| driver.importance.is_some_and(|i| i.inflation > INFLATED);
    let inflated = names(&mut (0..found.drivers.len()).filter(|place| inflated(&found.drivers[*place])));
    if !inflated.is_empty() {
        let message = format!(
            "{of}: {} go so closely with the others (vif above {INFLATED}) that their own parts are uncertain",
            list(&inflated)
        );
        warnings.push(about("entangled_drivers", message).with("names", inflated).with("limit", INFLATED));
    }
    warnings
}

fn frame(rows: &[Row]) -> Result<DataFrame> {
    let texts = |name: &str, of: &dyn Fn(&Row) -> Option<String>| {
        Column::new(name.into(), rows.iter().map(of).collect::<Vec<_>>())
    };
    let floats = |name: &str, of: &dyn Fn(&Row) -> Option<f64>| {
        Column::new(name.into(), rows.iter().map(of).collect::<Vec<_>>())
    };
    let low = |interval: Option<Interval>| interval.map(|interval| interval.low);
    let high = |interval: Option<Interval>| interval.map(|interval| interval.high);
    table::new(vec![
        texts(d::SURVEY, &|row| Some(row.survey.clone())),
        texts(d::OUTCOME, &|row| Some(row.outcome.clone())),
        texts(d::DRIVER, &|row| Some(row.driver.clone())),
        texts(d::KIND, &|row| Some(row.kind.to_owned())),
        Column::new(d::N.into(), rows.iter().map(|row| row.n).collect::<Vec<_>>()),
        floats(d::CORRELATION, &|row| Some(row.found.correlation?.pearson)),
        floats(d::CORRELATION_LOW, &|row| low(row.found.correlation?.interval)),
        floats(d::CORRELATION_HIGH, &|row| high(row.found.correlation?.interval)),
        floats(d::SPEARMAN, &|row| Some(row.found.correlation?.spearman)),
        floats(d::KENDALL, &|row| Some(row.found.correlation?.kendall_tau_b)),
        floats(d::BETA, &|row| Some(row.found.importance?.beta)),
        floats(d::WEIGHT, &|row| Some(row.found.importance?.weight)),
        floats(d::SHARE, &|row| row.found.importance?.share),
        floats(d::SHARE_LOW, &|row| low(row.found.importance?.interval)),
        floats(d::SHARE_HIGH, &|row| high(row.found.importance?.interval)),
        floats(d::PERFORMANCE, &|row| row.performance),
        floats(d::MEAN, &|row| row.mean),
        texts(d::FIELD, &|row| row.field.map(str::to_owned)),
        floats(d::VIF, &|row| Some(row.found.importance?.inflation)),
        floats(d::R_SQUARED, &|row| row.r_squared[0]),
        floats(d::ADJUSTED_R_SQUARED, &|row| row.r_squared[1]),
        texts(d::NOTE, &|row| row.note.clone()),
    ])
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::math::golden::{ATTITUDE, all_close, json, numbers, table as golden};
    use crate::satisfaction::responses::tests::{item, push, survey};
    use crate::satisfaction::{Answers, ItemMeaning};
    use crate::schema::Measure;

    /// The first `n` people of `attitude`: `rating` overall, each of the others a dimension of its own.
    fn attitude(n: u32) -> (Responses, Vec<SurveyItems>) {
        let columns = golden("attitude.csv").full(&ATTITUDE);
        let item = |(place, name): (usize, &&str)| ItemMeaning {
            name: (*name).to_owned(),
            dimension: (place > 0).then(|| (*name).to_owned()),
            ..item(Measure::Satisfaction)
        };
        let surveys = vec![survey("attitude", ATTITUDE.iter().enumerate().map(item).collect())];
        let mut answers = Answers::default();
        for row in 0..n {
            for (place, column) in columns.iter().enumerate() {
                push(&mut answers, (None, 0, row, None), place as u16, column[row as usize] / 100.0);
            }
        }
        (Responses::gather(answers, &surveys, 0).unwrap(), surveys)
    }

    #[test]
    fn the_table_holds_the_reference() {
        let (responses, surveys) = attitude(30);
        let params = DriversParams { resamples: 50, ..Default::default() };
        let (found, warnings) = tabulate(&responses, &surveys, &params, 10, 1).unwrap();
        let expected = &json("key_drivers.json")["attitude"];
        let floats = |name: &str| -> Vec<f64> {
            table::f64s(&found, name).unwrap().into_iter().map(Option::unwrap).collect()
        };
        all_close(&floats(d::CORRELATION), &numbers(&expected["pearson"]), 1e-12);
        all_close(&floats(d::WEIGHT), &numbers(&expected["johnson_raw"]), 1e-12);
        all_close(&floats(d::VIF), &numbers(&expected["vif"]), 1e-11);
        all_close(&floats(d::R_SQUARED), &[expected["R2"].as_f64().unwrap(); 6], 1e-12);
        all_close(
            &floats(d::MEAN),
            &numbers(&expected["means"]).iter().map(|x| x / 100.0).collect::<Vec<_>>(),
            1e-12,
        );
        assert!((floats(d::SHARE).iter().sum::<f64>() - 1.0).abs() < 1e-12);
        assert!(warnings.is_empty());
        let names: Vec<&str> = d::TABLE.columns.iter().map(|column| column.name).collect();
        let stored: Vec<&str> = found.get_column_names().into_iter().map(PlSmallStr::as_str).collect();
        assert_eq!(stored, names);
    }

    #[test]
    fn small_samples_and_repetitions_are_said_aloud() {
        let (responses, surveys) = attitude(30);
        let masked = tabulate(&responses, &surveys, &DriversParams::default(), 31, 1).unwrap().0;
        assert_eq!(masked.column(d::CORRELATION).unwrap().null_count(), 6);
        assert_eq!(table::texts(&masked, d::NOTE).unwrap()[0], Some("masked: fewer than 31 answers"));

        let model = |drivers: &[&str]| ModelParams {
            survey: Some("attitude".to_owned()),
            outcome: "rating".to_owned(),
            drivers: drivers.iter().map(|name| (*name).to_owned()).collect(),
        };
        // the dimension `raises` is the question `raises`; a measure takes in both
        let params = DriversParams { models: vec![model(&["raises", "expectation"])], ..Default::default() };
        assert!(tabulate(&responses, &surveys, &params, 10, 1).is_err());
        let nobody = DriversParams {
            models: vec![ModelParams { survey: Some("atitude".to_owned()), ..model(&[]) }],
            ..Default::default()
        };
        let error = tabulate(&responses, &surveys, &nobody, 10, 1).unwrap_err();
        assert_eq!(error.hint_text(), Some("did you mean `attitude`?"));

        let (responses, surveys) = attitude(20);
        let (found, warnings) = tabulate(&responses, &surveys, &DriversParams::default(), 10, 1).unwrap();
        assert_eq!(
            table::texts(&found, d::NOTE).unwrap()[5],
            Some("correlation only: weights of 6 drivers need 30 answers, found 20")
        );
        assert_eq!(found.column(d::CORRELATION).unwrap().null_count(), 0);
        assert_eq!(found.column(d::WEIGHT).unwrap().null_count(), 6);
        assert_eq!(warnings[0].code, "few_answers_for_drivers");
    }
}
