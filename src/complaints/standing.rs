//! Each customer's complaints: how many, how many are open and since when, how long resolutions took.

use std::fmt::Write;

use polars::prelude::*;

use super::survival::HOUR;
use crate::cases::Complaints;
use crate::schema::customers as c;
use crate::{Result, table};

/// Hours of a day.
const DAY_HOURS: f64 = 24.0;

/// What is known of one customer's complaints.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Standing {
    pub(super) complaints: u32,
    pub(super) open: u32,
    /// Open ones that had been settled before.
    pub(super) reopened: u32,
    /// When the oldest open one was opened.
    pub(super) open_since: Option<i64>,
    /// When the newest was opened.
    pub(super) last_at: Option<i64>,
    /// Hours to resolution of the resolved ones, summed.
    hours: f64,
}

impl Standing {
    fn resolved(&self) -> u32 {
        self.complaints - self.open
    }

    fn resolution_days(&self) -> Option<f64> {
        (self.resolved() > 0).then(|| self.hours / DAY_HOURS / f64::from(self.resolved()))
    }

    fn open_hours(&self, as_of: i64) -> Option<f64> {
        self.open_since.map(|since| (as_of - since) as f64 / HOUR)
    }
}

/// One standing per row of the customers table.
pub(super) fn standings(log: &Complaints, customers: usize) -> Vec<Standing> {
    let mut standings = vec![Standing::default(); customers];
    for complaint in &log.all {
        let Some(standing) = complaint.customer.and_then(|row| standings.get_mut(row as usize)) else {
            continue;
        };
        standing.complaints += 1;
        standing.last_at = standing.last_at.max(Some(complaint.opened_at));
        if let Some(at) = complaint.resolved_at {
            standing.hours += (at - complaint.opened_at) as f64 / HOUR;
            continue;
        }
        standing.open += 1;
        standing.reopened += u32::from(complaint.reopened > 0);
        let since = standing.open_since.map_or(complaint.opened_at, |at| at.min(complaint.opened_at));
        standing.open_since = Some(since);
    }
    standings
}

/// The complaint columns of the customers table; null throughout where nobody knows whose complaints they are. There is
/// a standing for each of the rows.
pub(super) fn columns(
    standings: Option<&[Standing]>,
    rows: usize,
    as_of: i64,
    why_not: &str,
) -> Result<Vec<Column>> {
    let Some(standings) = standings else { return nothing(rows, why_not) };
    let counts = |of: fn(&Standing) -> u32| standings.iter().map(of).collect::<Vec<_>>();
    let times = |of: fn(&Standing) -> Option<i64>| standings.iter().map(of).collect::<Vec<_>>();
    let days: Vec<Option<f64>> = standings.iter().map(Standing::resolution_days).collect();
    let hours: Vec<Option<f64>> = standings.iter().map(|standing| standing.open_hours(as_of)).collect();
    let why = table::written(c::COMPLAINT_WHY, rows, |row, text| {
        explain(&standings[row], as_of, text);
        true
    });
    Ok(vec![
        Column::new(c::COMPLAINT_COUNT.into(), counts(|s| s.complaints)),
        Column::new(c::OPEN_COMPLAINT_COUNT.into(), counts(|s| s.open)),
        Column::new(c::REOPENED_COMPLAINT_COUNT.into(), counts(|s| s.reopened)),
        Column::new(c::RESOLUTION_DAYS_MEAN.into(), days),
        table::timestamp_column(c::LAST_COMPLAINT_AT, times(|s| s.last_at))?,
        table::timestamp_column(c::OPEN_COMPLAINT_SINCE, times(|s| s.open_since))?,
        Column::new(c::OPEN_COMPLAINT_HOURS.into(), hours),
        why?,
    ])
}

/// The same columns where nothing is known.
fn nothing(rows: usize, why_not: &str) -> Result<Vec<Column>> {
    let null = |name: &str, kind| Column::full_null(name.into(), rows, &kind);
    let time = || DataType::Datetime(TimeUnit::Microseconds, None);
    Ok(vec![
        null(c::COMPLAINT_COUNT, DataType::UInt32),
        null(c::OPEN_COMPLAINT_COUNT, DataType::UInt32),
        null(c::REOPENED_COMPLAINT_COUNT, DataType::UInt32),
        null(c::RESOLUTION_DAYS_MEAN, DataType::Float64),
        null(c::LAST_COMPLAINT_AT, time()),
        null(c::OPEN_COMPLAINT_SINCE, time()),
        null(c::OPEN_COMPLAINT_HOURS, DataType::Float64),
        table::chosen(c::COMPLAINT_WHY, &[why_not], std::iter::repeat_n(Some(0), rows))?,
    ])
}

/// `3 complaints: 1 open for 52.0 hours, opened again before; 2 resolved, in 1.46 days on average`
fn explain(standing: &Standing, as_of: i64, text: &mut String) {
    if standing.complaints == 0 {
        text.push_str("no complaint");
        return;
    }
    let plural = if standing.complaints == 1 { "" } else { "s" };
    write!(text, "{} complaint{plural}:", standing.complaints).expect("writing to a string cannot fail");
    if let Some(hours) = standing.open_hours(as_of) {
        let oldest = if standing.open == 1 { "" } else { ", the oldest" };
        write!(text, " {} open{oldest} for {hours:.1} hours", standing.open).expect("as above");
        if standing.reopened > 0 {
            text.push_str(", opened again before");
        }
    }
    if let Some(days) = standing.resolution_days() {
        let joint = if standing.open > 0 { ";" } else { "" };
        let mean = if standing.resolved() == 1 { "" } else { " on average" };
        write!(text, "{joint} {} resolved, in {days:.2} days{mean}", standing.resolved()).expect("as above");
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cases::Complaint;

    fn complaint(opened: i64, resolved: Option<i64>, reopened: u32) -> Complaint {
        Complaint {
            customer: Some(1),
            person: Some(1),
            opened_at: opened * 3_600_000_000,
            answered_at: None,
            resolved_at: resolved.map(|hour| hour * 3_600_000_000),
            reopened,
            category: None,
            channel: None,
        }
    }

    #[test]
    fn a_customers_complaints_by_hand() {
        let stranger = Complaint { customer: None, ..complaint(1, None, 0) };
        let all = vec![
            complaint(0, Some(24), 1),
            complaint(10, Some(58), 0),
            complaint(40, None, 1),
            complaint(60, None, 0),
            stranger,
        ];
        let standings = standings(&Complaints { all, ..Complaints::default() }, 2);
        assert_eq!(standings[0], Standing::default());
        let found = &standings[1];
        assert_eq!((found.complaints, found.open, found.reopened), (4, 2, 1));
        assert_eq!(found.resolution_days(), Some(1.5));
        let as_of = 100 * 3_600_000_000;
        assert_eq!(found.open_hours(as_of), Some(60.0));
        let mut text = String::new();
        explain(found, as_of, &mut text);
        assert_eq!(
            text,
            "4 complaints: 2 open, the oldest for 60.0 hours, opened again before; 2 resolved, in 1.50 days on average"
        );
        text.clear();
        explain(&Standing { complaints: 1, hours: 12.0, ..Standing::default() }, as_of, &mut text);
        assert_eq!(text, "1 complaint: 1 resolved, in 0.50 days");
    }
}
