//! A run without transactions: the customers are those that the surveys and complaints name, and the newest answer or
//! complaint says from when the run looks.
//!
//! The surveys are read once to learn this and a second time as in any run. What such customers bought is not
//! known, so every measure of activity is null.

use std::path::Path;

use polars::prelude::*;

use super::as_of::AsOfMoment;
use super::reading::Transactions;
use crate::activity::{Activity, AsOfDay, Fold, Keep, Measures, Register, Runs};
use crate::config::Config;
use crate::ingest::complaints::ComplaintReader;
use crate::ingest::read::read_blocks;
use crate::ingest::surveys::SurveyReader;
use crate::ingest::transactions::Limit;
use crate::schema::customers as c;
use crate::zone::Zone;
use crate::{Error, Result, table};

/// Reads who answered, and when last.
///
/// # Errors
/// `Config` and `Input` for what does not fit, and `Config` when neither the configuration nor an answer says
/// from when to look.
pub(super) fn read(
    config: &Config,
    surveys: &[SurveyReader],
    zone: &Zone,
    configured: Option<AsOfMoment>,
    folder: &Path,
) -> Result<Transactions> {
    let limit = configured.as_ref().map_or(Limit::None, AsOfMoment::limit);
    let (mut fold, register) = (Fold::new(folder), Register::default());
    let (mut newest, mut anything) = (None, false);
    for (survey, reader) in config.surveys.iter().zip(surveys) {
        let anonymous = survey.columns.customer_id.is_none();
        if anonymous && (configured.is_some() || survey.columns.responded_at.is_none()) {
            anything = true;
            continue;
        }
        read_blocks(
            &reader.plan.files,
            reader.plan.main_columns(),
            |_, block| Ok(reader.respondents(&block)),
            |batch| {
                anything |= batch.iter().any(|placed| placed.value.rows > 0);
                newest = newest.max(batch.iter().filter_map(|placed| placed.value.newest).max());
                fold.add(batch.iter().map(|placed| Runs::of(&placed.value.facts, &register)).collect())
            },
        )?;
    }
    if let Some(complaints) = &config.complaints {
        let reader = ComplaintReader::open(complaints, &config.base, zone.clone(), limit, false)?;
        read_blocks(
            &reader.plan.files,
            reader.plan.main_columns(),
            |_, block| Ok(reader.complainers(&block)),
            |batch| {
                anything |= batch.iter().any(|placed| placed.value.rows > 0);
                newest = newest.max(batch.iter().filter_map(|placed| placed.value.newest).max());
                fold.add(batch.iter().map(|placed| Runs::of(&placed.value.facts, &register)).collect())
            },
        )?;
    }
    let as_of = match (configured, newest) {
        (Some(as_of), _) => as_of,
        (None, Some(at)) => AsOfMoment::end_of_day(at, zone),
        // Whatever the day: when the surveys are read, each row says why it is set aside.
        (None, None) if !anything => AsOfMoment::end_of_day(0, zone),
        (None, None) => {
            let message =
                "there is no moment to look from: no `[run] as_of`, no transactions, no dated answer";
            let hint = "write `as_of = \"2024-12-31\"`: the day from which the answers are looked at";
            return Err(Error::config(message).hint(hint));
        }
    };
    let day_of = |at| zone.day(at);
    let measures = Measures { keep: Keep::Everything, ..Measures::default() };
    let activity = fold.finish(register, &AsOfDay { day: as_of.day, day_of: &day_of }, measures)?;
    Ok(Transactions { activity: unknown(activity)?, as_of, table: None, warnings: Vec::new() })
}

/// The same customers with every measure null.
fn unknown(mut activity: Activity) -> Result<Activity> {
    let customers = std::mem::take(&mut activity.customers);
    let nulls = customers
        .columns()
        .iter()
        .filter(|column| column.name() != c::CUSTOMER_ID)
        .map(|column| Column::full_null(column.name().clone(), customers.height(), column.dtype()))
        .collect();
    activity.customers = table::with(customers, nulls)?;
    Ok(activity)
}
