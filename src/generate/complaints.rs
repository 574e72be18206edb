//! Complaints: the dissatisfied complain more, most are resolved in a few days, some are opened again.

use std::path::Path;

use super::Summary;
use super::calendar::{Calendar, DAY_MINUTES, DAYS, minute_at};
use super::draws::{Draws, Purpose};
use super::export::{ExportFile, Value, as_declared};
use super::params::GenerateParams;
use super::people::People;
use super::words::{CATEGORIES, CHANNELS, COMPLAINTS, Word, pick};
use crate::error::Result;

/// Minutes of the two years; what happens later is not in the exports.
const END: u32 = DAYS as u32 * DAY_MINUTES;
/// Median hours to the first response and from there to the resolution, and the standard deviation of
/// the logarithm of both.
const FIRST_RESPONSE_HOURS: f64 = 2.0;
const RESOLUTION_HOURS: f64 = 40.0;
const LOG_SPREAD: f64 = 1.1;
/// A buyer who has left still complains for this many days.
const GRACE_DAYS: u64 = 30;
/// Share of complaints that are never resolved, and share that are opened again.
const ABANDONED: f64 = 0.08;
const REOPENED: f64 = 0.08;

/// Writes the complaint export, customers in order of registration.
pub(super) fn write(
    exports: &Path,
    params: &GenerateParams,
    calendar: &Calendar,
    people: &People,
    summary: &mut Summary,
) -> Result<()> {
    let mut file =
        ExportFile::create(exports, "complaints", &COMPLAINTS, as_declared(), params, calendar, summary)?;
    for customer in people.all().filter(|customer| People::buys(*customer)) {
        let mut draws = Draws::new(params.seed, Purpose::Complaint, u64::from(customer));
        let dissatisfaction = 1.0 - people.satisfaction(customer);
        while draws.chance(0.02 + 0.15 * dissatisfaction * dissatisfaction) {
            let first = people.first_day(customer) as u64;
            let days = u64::from(people.person(customer).days_active) + GRACE_DAYS;
            let day = first + draws.below(days.min(DAYS as u64 - first));
            let complaint = Complaint::new(day as u32, &mut draws);
            summary.complaints += 1;
            summary.open_complaints += u64::from(complaint.resolved.is_none());
            file.row(&[
                Value::Id("K", summary.complaints),
                Value::Id("", People::id(customer)),
                Value::Moment(complaint.opened),
                complaint.first_response.map_or(Value::Missing, Value::Moment),
                complaint.resolved.map_or(Value::Missing, Value::Moment),
                Value::Whole(complaint.reopened),
                Value::Plain(often_first(&CATEGORIES, params, &mut draws)),
                Value::Plain(often_first(&CHANNELS, params, &mut draws)),
            ])?;
        }
    }
    file.finish()
}

/// One complaint; moments after the two years are unknown.
struct Complaint {
    opened: u32,
    first_response: Option<u32>,
    /// The last resolution, when it was opened again.
    resolved: Option<u32>,
    reopened: i64,
}

impl Complaint {
    fn new(day: u32, draws: &mut Draws) -> Self {
        let opened = day * DAY_MINUTES + minute_at(draws.unit());
        let answered = opened + lognormal_minutes(FIRST_RESPONSE_HOURS, draws);
        let mut resolved = answered + lognormal_minutes(RESOLUTION_HOURS, draws);
        let reopened = draws.chance(REOPENED);
        if reopened {
            resolved += lognormal_minutes(RESOLUTION_HOURS, draws);
        }
        let abandoned = draws.chance(ABANDONED);
        Self {
            opened,
            first_response: Some(answered).filter(|at| *at < END),
            resolved: Some(resolved).filter(|at| *at < END && !abandoned),
            reopened: i64::from(reopened && resolved < END),
        }
    }
}

/// Log-normal time with the given median, at least a minute and at most a year.
fn lognormal_minutes(median_hours: f64, draws: &mut Draws) -> u32 {
    let minutes = 60.0 * median_hours * (LOG_SPREAD * draws.normal()).exp();
    minutes.clamp(1.0, 365.0 * f64::from(DAY_MINUTES)) as u32
}

/// One of the words, each half as often as the one before.
fn often_first(words: &[Word], params: &GenerateParams, draws: &mut Draws) -> &'static str {
    let last = words.len() - 1;
    pick(words[(draws.bits().trailing_zeros() as usize).min(last)], params.locale)
}
