//! The two years of the company: which days they have, how busy each is, and how a day is written.
//!
//! The shop's clock is Tehran's, which keeps UTC+3:30 all year since 2022: no hour is skipped or doubled.

use chrono::{Datelike, NaiveDate};
use icu_calendar::{Date, cal::Persian};

use super::params::Locale;

/// Days from 2024-01-01 to 2025-12-31; 2024 is a leap year.
pub(super) const DAYS: usize = 731;
/// Months of the two years.
pub(super) const MONTHS: usize = 24;
/// Minutes in a day. A moment is counted in minutes since 2024-01-01 00:00 on the shop's clock.
pub(super) const DAY_MINUTES: u32 = 24 * 60;
/// 2024-01-01 counted in days from 1970-01-01.
pub(super) const FIRST_UNIX_DAY: i32 = 19_723;
/// The minute after which nothing happens: returns that waited all day come back at closing time.
pub(super) const CLOSING_MINUTE: u32 = 23 * 60 - 1;
/// Share of a day's orders in each hour; open from 8 to 23 with an afternoon low.
const HOURS: [(u32, f64); 15] = [
    (8, 0.02),
    (9, 0.05),
    (10, 0.08),
    (11, 0.09),
    (12, 0.08),
    (13, 0.06),
    (14, 0.04),
    (15, 0.04),
    (16, 0.06),
    (17, 0.08),
    (18, 0.09),
    (19, 0.10),
    (20, 0.10),
    (21, 0.08),
    (22, 0.03),
];
/// How busy the months are, January first: the weeks before Nowruz and the winter sale stand out.
const SEASON: [f64; 12] = [0.9, 1.1, 1.3, 0.7, 0.9, 1.0, 1.0, 0.95, 1.0, 1.0, 1.2, 1.15];
/// How busy the days of the week are, Monday first: Friday is the day of rest.
const WEEK: [f64; 7] = [1.0, 1.0, 1.05, 1.15, 0.5, 1.1, 1.0];

/// Every day and minute of the two years as text, made once: writing a time is then copying two texts.
pub(super) struct Calendar {
    days: Vec<String>,
    bad_days: Vec<String>,
    minutes: Vec<String>,
}

impl Calendar {
    /// The texts of a locale: `2024-01-05 14:23` or `۱۴۰۲/۱۰/۱۵ ۱۴:۲۳`.
    pub(super) fn new(locale: Locale) -> Self {
        let write = |year, month, day| match locale {
            Locale::En => format!("{year:04}-{month:02}-{day:02}"),
            Locale::Fa => persian_digits(&format!("{year:04}/{month:02}/{day:02}")),
        };
        let parts: Vec<_> = (0..DAYS).map(|day| date_parts(day, locale)).collect();
        let minutes = (0..DAY_MINUTES).map(|m| format!("{:02}:{:02}", m / 60, m % 60));
        Self {
            days: parts.iter().map(|(y, m, d)| write(*y, *m, *d)).collect(),
            bad_days: parts.iter().map(|(y, _, d)| write(*y, 13, *d)).collect(),
            minutes: minutes.map(|m| if locale == Locale::Fa { persian_digits(&m) } else { m }).collect(),
        }
    }

    /// A day, counted from 0.
    pub(super) fn day(&self, day: usize) -> &str {
        &self.days[day]
    }

    /// The same day in a thirteenth month: a date that no calendar has.
    pub(super) fn bad_day(&self, day: usize) -> &str {
        &self.bad_days[day]
    }

    /// A minute of the day, `14:23`.
    pub(super) fn minute(&self, minute: u32) -> &str {
        &self.minutes[minute as usize]
    }
}

fn gregorian(day: usize) -> NaiveDate {
    NaiveDate::from_num_days_from_ce_opt(day as i32 + FIRST_UNIX_DAY + 719_163)
        .expect("two years from 2024 exist")
}

fn date_parts(day: usize, locale: Locale) -> (i32, u8, u8) {
    let date = gregorian(day);
    let (year, month, day) = (date.year(), date.month() as u8, date.day() as u8);
    match locale {
        Locale::En => (year, month, day),
        Locale::Fa => {
            let iso = Date::try_new_iso(year, month, day).expect("chrono's dates are ISO dates");
            let jalali = iso.to_calendar(Persian);
            (jalali.year().extended_year(), jalali.month().ordinal, jalali.day_of_month().0)
        }
    }
}

/// The text with ASCII digits replaced by Persian ones.
pub(super) fn persian_digits(text: &str) -> String {
    text.chars()
        .map(|c| match c.to_digit(10) {
            Some(digit) => char::from_u32(0x06F0 + digit).expect("the ten Persian digits are consecutive"),
            None => c,
        })
        .collect()
}

/// First day of a month, counted from 0 to `MONTHS`; the last is the day after the two years.
pub(super) fn month_start(month: usize) -> usize {
    let (year, month) = (2024 + (month / 12) as i32, (month % 12) as u32 + 1);
    let date = NaiveDate::from_ymd_opt(year, month, 1).expect("every month has a first day");
    (date.num_days_from_ce() - gregorian(0).num_days_from_ce()) as usize
}

/// `2024-09`, for file names; always Gregorian, so that they sort.
pub(super) fn month_name(month: usize) -> String {
    format!("{}-{:02}", 2024 + month / 12, month % 12 + 1)
}

/// How busy a day is against an average one.
pub(super) fn busyness(day: usize) -> f64 {
    let date = gregorian(day);
    SEASON[date.month0() as usize] * WEEK[date.weekday().num_days_from_monday() as usize]
}

/// Shares `total` over the days by their weights: entry `d` is how much falls before day `d`, the last
/// entry is `total`. Without any weight everything falls on the last day.
pub(super) fn share_out(total: u64, weight: impl Fn(usize) -> f64) -> Vec<u64> {
    let sum: f64 = (0..DAYS).map(&weight).sum();
    let mut before = vec![0; DAYS + 1];
    let mut passed = 0.0;
    before[DAYS] = total;
    if sum > 0.0 {
        for (day, before) in before[1..DAYS].iter_mut().enumerate() {
            passed += weight(day);
            *before = (passed / sum * total as f64).round() as u64;
        }
    }
    before
}

/// The minute of the day at which the given share of the day's orders has come in; rises with the share.
pub(super) fn minute_at(share: f64) -> u32 {
    let mut left = share;
    for (hour, weight) in HOURS {
        if left < weight {
            return hour * 60 + (left / weight * 60.0) as u32;
        }
        left -= weight;
    }
    CLOSING_MINUTE
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_years_begin_and_end_where_they_should() {
        let english = Calendar::new(Locale::En);
        assert_eq!(english.day(0), "2024-01-01");
        assert_eq!(english.day(59), "2024-02-29");
        assert_eq!(english.day(DAYS - 1), "2025-12-31");
        assert_eq!(english.bad_day(59), "2024-13-29");
        assert_eq!(english.minute(14 * 60 + 5), "14:05");
    }

    /// 1403-12-30 = 2025-03-20 and 1404-01-01 = 2025-03-21: 1403 is a leap year.
    #[test]
    fn jalali_days_agree_with_the_printed_calendar() {
        let persian = Calendar::new(Locale::Fa);
        assert_eq!(persian.day(0), "۱۴۰۲/۱۰/۱۱");
        assert_eq!(persian.day(366 + 31 + 28 + 19), "۱۴۰۳/۱۲/۳۰");
        assert_eq!(persian.day(366 + 31 + 28 + 20), "۱۴۰۴/۰۱/۰۱");
        assert_eq!(persian.bad_day(366 + 31 + 28 + 20), "۱۴۰۴/۱۳/۰۱");
        assert_eq!(persian.minute(65), "۰۱:۰۵");
    }

    #[test]
    fn months_start_on_their_first_day() {
        assert_eq!([0, 1, 2, 12, 24].map(month_start), [0, 31, 60, 366, DAYS]);
        assert_eq!(month_name(0), "2024-01");
        assert_eq!(month_name(20), "2025-09");
    }

    #[test]
    fn shares_add_up_and_never_shrink() {
        let even = share_out(7310, |_| 1.0);
        assert_eq!((even[0], even[1], even[DAYS]), (0, 10, 7310));
        let first_day_only = share_out(5, |day| if day == 0 { 1.0 } else { 0.0 });
        assert_eq!((first_day_only[0], first_day_only[1], first_day_only[DAYS]), (0, 5, 5));
        assert!(share_out(12_345, busyness).is_sorted());
        assert_eq!(share_out(3, |_| 0.0)[DAYS - 1..], [0, 3]);
    }

    #[test]
    fn a_day_runs_from_eight_to_closing_time() {
        let minutes: Vec<u32> = (0..=1000).map(|share| minute_at(f64::from(share) / 1000.0)).collect();
        assert_eq!((minutes[0], minutes[1000]), (8 * 60, CLOSING_MINUTE));
        assert!(minutes.is_sorted());
    }
}
