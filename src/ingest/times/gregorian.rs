//! Days of the (proleptic) Gregorian calendar.

/// The first year that dates may have.
pub(super) const FIRST_YEAR: i32 = 1600;

/// The last year that dates may have; 9999-12-31 and its like stand for "never".
pub(super) const LAST_YEAR: i32 = 2600;

/// Days from 1970-01-01 to a date; `None` for dates that do not exist or lie outside 1600 to 2600.
///
/// Counts in eras of 400 years that begin on 1 March (Hinnant, "chrono-compatible low-level date
/// algorithms", `days_from_civil`).
#[inline]
pub(super) fn to_days(year: i32, month: u32, day: u32) -> Option<i32> {
    if !(FIRST_YEAR..=LAST_YEAR).contains(&year) || !(1..=12).contains(&month) || day == 0 {
        return None;
    }
    if day > 28 && day > days_of_month(year, month) {
        return None;
    }
    let from_march = if month > 2 { year } else { year - 1 } as u32;
    let (era, of_era) = (from_march / 400, from_march % 400);
    let of_year = (153 * (if month > 2 { month - 3 } else { month + 9 }) + 2) / 5 + day - 1;
    let days_of_era = of_era * 365 + of_era / 4 - of_era / 100 + of_year;
    Some((era * 146_097 + days_of_era) as i32 - 719_468)
}

/// Year, month and day of a number of days from 1970-01-01; the inverse of [`to_days`], for any year
/// (`civil_from_days`, ibid.).
#[inline]
pub(in crate::ingest) fn from_days(days: i64) -> (i64, u32, u32) {
    let from_march = days + 719_468;
    let (era, of_era) = (from_march.div_euclid(146_097), from_march.rem_euclid(146_097) as u32);
    let year_of_era = (of_era - of_era / 1_460 + of_era / 36_524 - of_era / 146_096) / 365;
    let of_year = of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let month = (5 * of_year + 2) / 153;
    let day = of_year - (153 * month + 2) / 5 + 1;
    let year = i64::from(year_of_era) + era * 400;
    if month < 10 { (year, month + 3, day) } else { (year + 1, month - 9, day) }
}

fn days_of_month(year: i32, month: u32) -> u32 {
    match month {
        2 if year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) => 29,
        2 => 28,
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use chrono::{Datelike, NaiveDate};

    #[test]
    fn every_day_is_the_one_that_chrono_counts() {
        let mut date = NaiveDate::from_ymd_opt(FIRST_YEAR, 1, 1).unwrap();
        let epoch = NaiveDate::from_ymd_opt(1970, 1, 1).unwrap();
        while date.year() <= LAST_YEAR {
            let days = (date - epoch).num_days();
            assert_eq!(to_days(date.year(), date.month(), date.day()).map(i64::from), Some(days), "{date}");
            assert_eq!(from_days(days), (i64::from(date.year()), date.month(), date.day()), "{date}");
            date = date.succ_opt().unwrap();
        }
    }

    #[test]
    fn days_that_do_not_exist_are_none() {
        for (year, month, day) in [
            (2011, 2, 29),
            (1900, 2, 29),
            (2012, 2, 30),
            (2011, 4, 31),
            (2011, 0, 1),
            (2011, 13, 1),
            (2011, 1, 0),
            (2011, 1, 32),
            (1599, 1, 1),
            (2601, 1, 1),
        ] {
            assert_eq!(to_days(year, month, day), None, "{year}-{month}-{day}");
        }
        assert!(to_days(2000, 2, 29).is_some());
    }
}
