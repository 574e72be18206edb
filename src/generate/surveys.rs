//! Survey responses: one to three from a fifth of the buyers, scattered around their true satisfaction.

use std::path::Path;

use super::Summary;
use super::calendar::{Calendar, DAYS};
use super::draws::{Draws, Purpose};
use super::export::{ExportFile, Value, as_declared};
use super::params::GenerateParams;
use super::people::People;
use super::words::{DELIVERY_LABELS, SURVEY, arabic_letters, pick};
use crate::error::Result;

/// One buyer in this many answers.
const ANSWERS: u64 = 5;
/// A buyer who has left still answers for this many days.
const GRACE_DAYS: usize = 60;
/// Standard deviation of an answer around the true satisfaction, on a scale of 0 to 1.
const SCATTER: f64 = 0.13;
/// Share of questions left out by a respondent.
const SKIPPED: f64 = 0.04;
/// In Persian, one label in this many is typed on an Arabic keyboard.
const ARABIC_LABEL: u64 = 3;
/// Faults take turns on this beat: the places in it of an answer off its scale, an unknown customer and a
/// missing date.
const BEAT: u64 = 80;
const OUT_OF_SCALE: u64 = 20;
const UNKNOWN_CUSTOMER: u64 = 45;
const UNDATED: u64 = 70;
/// What the faulty answer says, on the scale of 1 to 5.
const IMPOSSIBLE_ANSWER: i64 = 9;
/// Ids of unknown customers start here, below every real one.
const FIRST_UNKNOWN: u64 = 9001;

/// Writes the survey export, customers in order of registration.
pub(super) fn write(
    exports: &Path,
    params: &GenerateParams,
    calendar: &Calendar,
    people: &People,
    summary: &mut Summary,
) -> Result<()> {
    let labels = DELIVERY_LABELS.map(|word| pick(word, params.locale));
    let variants = labels.map(arabic_letters);
    let mut file = ExportFile::create(exports, "survey", &SURVEY, as_declared(), params, calendar, summary)?;
    for customer in people.all().filter(|customer| People::buys(*customer)) {
        let mut draws = Draws::new(params.seed, Purpose::Survey, u64::from(customer));
        if !draws.one_in(ANSWERS) {
            continue;
        }
        for (day, answers) in responses(customer, people, &mut draws) {
            summary.responses += 1;
            let delivery = answers.delivery.map(|answer| {
                if summary.responses.is_multiple_of(ARABIC_LABEL) {
                    &*variants[answer]
                } else {
                    labels[answer]
                }
            });
            let mut values = [
                Value::Id("R", summary.responses),
                Value::Id("", People::id(customer)),
                Value::Day(day),
                answers.overall.map_or(Value::Missing, Value::Whole),
                answers.recommend.map_or(Value::Missing, Value::Whole),
                delivery.map_or(Value::Missing, Value::Text),
            ];
            spoil(&mut values, summary);
            file.row(&values)?;
        }
    }
    file.finish()
}

/// Puts in the fault whose turn it is.
fn spoil(values: &mut [Value<'_>; 6], summary: &mut Summary) {
    match summary.responses % BEAT {
        OUT_OF_SCALE => {
            summary.out_of_scale += 1;
            values[3] = Value::Whole(IMPOSSIBLE_ANSWER);
        }
        UNKNOWN_CUSTOMER => {
            values[1] = Value::Id("", FIRST_UNKNOWN + summary.unknown_customers % 1000);
            summary.unknown_customers += 1;
        }
        UNDATED => {
            summary.undated += 1;
            values[2] = Value::Missing;
        }
        _ => {}
    }
}

/// Answers to the three questions; `None` where one was left out.
struct Answers {
    /// 1 to 5.
    overall: Option<i64>,
    /// 0 to 10.
    recommend: Option<i64>,
    /// Place among the labels.
    delivery: Option<usize>,
}

/// One to three responses in order of time, while the customer is there or not long gone.
fn responses(customer: u32, people: &People, draws: &mut Draws) -> Vec<(u32, Answers)> {
    let satisfaction = people.satisfaction(customer);
    let first = people.first_day(customer);
    let last = (first + people.person(customer).days_active as usize + GRACE_DAYS).min(DAYS - 1);
    let count = 1 + draws.below(3);
    let mut days: Vec<u32> =
        (0..count).map(|_| (first as u64 + draws.below((last - first + 1) as u64)) as u32).collect();
    days.sort_unstable();
    days.into_iter().map(|day| (day, Answers::new(satisfaction, draws))).collect()
}

impl Answers {
    fn new(satisfaction: f64, draws: &mut Draws) -> Self {
        let mut answer = |steps: f64| {
            let felt = (satisfaction + SCATTER * draws.normal()).clamp(0.0, 1.0);
            let answer = (felt * steps).round() as i64;
            if draws.chance(SKIPPED) { None } else { Some(answer) }
        };
        Self {
            overall: answer(4.0).map(|u| u + 1),
            recommend: answer(10.0),
            delivery: answer(4.0).map(|u| u as usize),
        }
    }
}
