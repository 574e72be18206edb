//! The moment a run looks from.

use chrono::{DateTime, Datelike, NaiveDate};

use crate::config::{AsOf, Config};
use crate::ingest::transactions::Limit;
use crate::zone::Zone;

/// Days from the first of January of year 1 to 1970-01-01.
const EPOCH: i32 = 719_163;

const DAY_MICROS: i64 = 86_400_000_000;

/// The moment a run looks from, in the run's time zone.
#[derive(Clone, Debug)]
pub struct AsOfMoment {
    /// The local day, as days since 1970-01-01.
    pub day: i32,
    /// The moment, if it is not the end of the day, µs UTC.
    pub instant: Option<i64>,
}

impl AsOfMoment {
    /// The configured moment, if there is one.
    pub fn configured(config: &Config, zone: &Zone) -> Option<Self> {
        let at = |instant: i64| Self { day: zone.day(instant), instant: Some(instant) };
        config.run.as_of.map(|as_of| match as_of {
            AsOf::Day(date) => Self { day: date.num_days_from_ce() - EPOCH, instant: None },
            AsOf::Wall(wall) => at(zone.to_utc(wall.and_utc().timestamp_micros())),
            AsOf::Instant(instant) => at(instant.timestamp_micros()),
        })
    }

    /// The moment in µs UTC: the end of the day where only that is known.
    pub fn end(&self, zone: &Zone) -> i64 {
        self.instant.unwrap_or_else(|| zone.to_utc(i64::from(self.day + 1) * DAY_MICROS))
    }

    /// The end of the day of an instant.
    pub fn end_of_day(instant: i64, zone: &Zone) -> Self {
        Self { day: zone.day(instant), instant: None }
    }

    fn date(&self) -> NaiveDate {
        NaiveDate::from_num_days_from_ce_opt(self.day + EPOCH).unwrap_or_default()
    }

    /// `2011-12-10`, or the moment where one is configured.
    pub fn shown(&self) -> String {
        match self.instant.and_then(DateTime::from_timestamp_micros) {
            Some(instant) => instant.format("%Y-%m-%dT%H:%M:%SZ").to_string(),
            None => self.date().to_string(),
        }
    }

    /// For the name of a folder: `2011-12-10T000000Z`.
    pub fn file_name(&self) -> String {
        match self.instant.and_then(DateTime::from_timestamp_micros) {
            Some(instant) => instant.format("%Y-%m-%dT%H%M%SZ").to_string(),
            None => format!("{}T000000Z", self.date()),
        }
    }

    /// What rows may not be later than.
    pub fn limit(&self) -> Limit {
        self.instant.map_or(Limit::Day(self.day), Limit::Instant)
    }
}
