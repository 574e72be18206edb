//! Days to periods: the month, quarter, year or week in which somebody answered.

use chrono::{Datelike, NaiveDate};
use serde::{Deserialize, Serialize};

/// Days from the first of January of year 1 to 1970-01-01.
const EPOCH: i32 = 719_163;

/// How long a period of the indices is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Period {
    /// `2024-W07`, weeks of ISO 8601.
    Week,
    /// `2024-02`.
    #[default]
    Month,
    /// `2024-Q1`.
    Quarter,
    /// `2024`.
    Year,
}

impl Period {
    /// The period of a day, given as days since 1970-01-01; names sort by time. `None` beyond the calendar.
    pub fn of(self, day: i32) -> Option<String> {
        let date = NaiveDate::from_num_days_from_ce_opt(day.checked_add(EPOCH)?)?;
        Some(match self {
            Self::Week => format!("{}-W{:02}", date.iso_week().year(), date.iso_week().week()),
            Self::Month => format!("{}-{:02}", date.year(), date.month()),
            Self::Quarter => format!("{}-Q{}", date.year(), date.month0() / 3 + 1),
            Self::Year => date.year().to_string(),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_fall_into_periods() {
        // 2024-12-30 is a Monday, in the first ISO week of 2025; it is day 20,087 (date -d 2024-12-30 +%s / 86,400)
        let of = |period: Period, day| period.of(day).unwrap();
        assert_eq!(of(Period::Week, 20_087), "2025-W01");
        assert_eq!(of(Period::Month, 20_087), "2024-12");
        assert_eq!(of(Period::Quarter, 20_087), "2024-Q4");
        assert_eq!(of(Period::Year, 20_087), "2024");
        assert_eq!(of(Period::Month, -1), "1969-12");
        assert_eq!(Period::Month.of(i32::MAX), None);
    }
}
