//! Whether a column holds dates, and what the configuration has to say about them.

use std::collections::BTreeSet;

use super::column::Values;
use super::profile::{NEARLY_ALL, Profile};
use crate::ingest::text::fold_digits;
use crate::ingest::times::{Calendar, DetectError, Detector, TimeFormat, is_no_date};

/// What the dates of a column need.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) enum Dates {
    /// They are no dates.
    #[default]
    No,
    /// Stored as times.
    Stored,
    /// Stored as moments, known in every zone.
    Moments,
    /// `auto` reads them; the format in words.
    Found(String),
    /// This pattern reads them and no other does.
    Pattern(String),
    /// Numbers that count time, as the header and the range say: `unix`, `unix_ms`, `excel`.
    Serial(&'static str),
    /// Every value means two days; an example.
    Ambiguous(String),
    /// Values contradict each other, in these words.
    Mixed(String),
}

impl Dates {
    /// The engine reads them without a decision of a person.
    pub(super) fn is_settled(&self) -> bool {
        !matches!(self, Self::No | Self::Ambiguous(_) | Self::Mixed(_))
    }

    /// What makes the times moments that any zone can be told of, in words.
    pub(super) fn known_by(&self) -> Option<&'static str> {
        match self {
            Self::Found(format) | Self::Pattern(format) if format.contains("%z") => {
                Some("times carry their offset")
            }
            Self::Serial(unit) if unit.starts_with("unix") => Some("times are counted in UTC"),
            Self::Moments => Some("times are stored in UTC"),
            _ => None,
        }
    }

    /// There is a time of day.
    pub(super) fn has_clock(&self) -> bool {
        match self {
            Self::Found(format) | Self::Pattern(format) => format.contains("%H") || format.contains("%I"),
            Self::Serial(_) | Self::Stored | Self::Moments => true,
            _ => false,
        }
    }
}

/// Looks for dates in a column whose numbers are counted already.
pub(super) fn dates(values: &Values, says_time: bool, profile: &Profile) -> Dates {
    let nearly_all = NEARLY_ALL * profile.filled as f64;
    if f64::from(values.stored_times) >= nearly_all {
        return Dates::Stored;
    }
    if f64::from(values.stored_moments) >= nearly_all {
        return Dates::Moments;
    }
    if says_time
        && profile.numbers >= NEARLY_ALL
        && let Some(unit) = serial(profile)
    {
        return Dates::Serial(unit);
    }
    let mut detector = Detector::new(Calendar::Auto);
    values.texts.iter().for_each(|text| detector.observe(text.as_bytes()));
    match detector.finish() {
        Ok(format) if share(values, &format) >= NEARLY_ALL => Dates::Found(format.describe()),
        Err(DetectError::Ambiguous { example }) => Dates::Ambiguous(example),
        Err(DetectError::Mixed { what, first, second }) => {
            Dates::Mixed(format!("{what} are mixed: `{first}` and `{second}`"))
        }
        Err(DetectError::Unreadable { .. }) => two_digit_years(values),
        _ => Dates::No,
    }
}

/// Whether the values are times of a day without the day: `9:05`, `21:40:00`, `9:05 PM`.
pub(super) fn are_clocks(values: &Values) -> bool {
    let is_number = |part: &str| (1..=2).contains(&part.len()) && part.bytes().all(|b| b.is_ascii_digit());
    let is_clock = |text: &String| {
        let text = fold_digits(text).to_ascii_lowercase();
        let parts: Vec<&str> = text.trim_end_matches(['a', 'p', 'm', '.', ' ']).split(':').collect();
        (2..=3).contains(&parts.len()) && parts.into_iter().all(is_number)
    };
    !values.texts.is_empty() && values.texts.iter().all(is_clock)
}

/// Share of the filled rows that a format reads.
fn share(values: &Values, format: &TimeFormat) -> f64 {
    let mut read = 0;
    let mut dated = 0;
    for (text, count) in values.distinct() {
        if !is_no_date(text.as_bytes()) {
            dated += count;
            read += if format.parse(text.as_bytes()).is_some() { count } else { 0 };
        }
    }
    f64::from(read) / f64::from(dated.max(1))
}

/// The unit of numbers that count time between 1990 and 2100.
fn serial(profile: &Profile) -> Option<&'static str> {
    let within = |low: f64, high: f64| profile.low >= low && profile.high <= high;
    if within(6.3e8, 4.2e9) {
        Some("unix")
    } else if within(6.3e11, 4.2e12) {
        Some("unix_ms")
    } else if within(32_874.0, 73_051.0) {
        Some("excel")
    } else {
        None
    }
}

/// Patterns with years of two digits, `12/1/10 8:26`: the only order of day, month and year that reads them.
fn two_digit_years(values: &Values) -> Dates {
    const CLOCKS: [&str; 5] = ["", " %H:%M", " %H:%M:%S", " %I:%M %p", " %I:%M:%S %p"];
    let Some(first) = values.texts.first() else { return Dates::No };
    let Some(separator) = first.chars().find(|sign| matches!(sign, '/' | '-' | '.')) else {
        return Dates::No;
    };
    let mut fitting = Vec::new();
    for order in [["%d", "%m", "%y"], ["%m", "%d", "%y"], ["%y", "%m", "%d"]] {
        for clock in CLOCKS {
            let pattern = format!("{}{clock}", order.join(&separator.to_string()));
            let reads = TimeFormat::declared(&pattern, Calendar::Gregorian)
                .is_ok_and(|format| share(values, &format) >= ALL_BUT_SLIPS);
            if reads && years_vary_less(values, separator, order[0] == "%y") {
                fitting.push(pattern);
                break;
            }
        }
    }
    match &fitting[..] {
        [] => Dates::No,
        [pattern] => Dates::Pattern(pattern.clone()),
        _ => Dates::Ambiguous(first.clone()),
    }
}

/// Years change less often than days: what varies as much is no year.
fn years_vary_less(values: &Values, separator: char, year_first: bool) -> bool {
    let ends = values.texts.iter().filter_map(|text| {
        let mut parts = text.split([separator, ' ']);
        Some((parts.next()?, parts.nth(1)?))
    });
    let (first, last): (BTreeSet<&str>, BTreeSet<&str>) = ends.unzip();
    if year_first { first.len() < last.len() } else { last.len() <= first.len() }
}

/// Share of values that a pattern must read to be taken: a wrong one misses the days above twelve.
const ALL_BUT_SLIPS: f64 = 0.98;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ingest::block::Cell;

    fn of(rows: &[&str], says_time: bool) -> Dates {
        let mut values = Values::default();
        rows.iter().for_each(|row| values.push(Cell::Text(row.as_bytes())));
        Profile::of(&values, says_time).dates
    }

    #[test]
    fn dates_are_found_and_ids_are_none() {
        assert_eq!(
            of(&["2010-12-01 08:26:00", "2010-12-02 08:26:00"], false),
            Dates::Found("%Y-%m-%d %H:%M:%S".into())
        );
        assert_eq!(of(&["19970101", "19970118"], false), Dates::Found("%Y%m%d".into()));
        assert_eq!(of(&["17850", "13047"], false), Dates::No);
        assert_eq!(of(&["12345678", "19970118", "87654321"], false), Dates::No);
        let jalali = Dates::Found("%Y/%m/%d %H:%M (jalali)".into());
        assert_eq!(of(&["۱۴۰۲/۱۰/۱۱ ۱۱:۳۶", "۱۴۰۲/۱۰/۱۲ ۱۱:۳۶"], false), jalali);
    }

    #[test]
    fn what_means_two_days_is_not_settled() {
        assert_eq!(of(&["01/02/2010", "03/04/2010"], true), Dates::Ambiguous("01/02/2010".into()));
        assert!(!of(&["01/02/2010", "03/04/2010"], true).is_settled());
        assert!(matches!(of(&["13/02/2010", "03/14/2010"], true), Dates::Mixed(_)));
    }

    #[test]
    fn years_of_two_digits_need_a_day_above_twelve() {
        assert_eq!(of(&["12/1/10 8:26", "12/31/10 9:00"], true), Dates::Pattern("%m/%d/%y %H:%M".into()));
        assert_eq!(of(&["31.12.10", "01.11.10"], true), Dates::Pattern("%d.%m.%y".into()));
        assert!(matches!(of(&["12/1/10 8:26", "11/2/10 9:00"], true), Dates::Ambiguous(_)));
        assert_eq!(of(&["a/b", "c/d"], true), Dates::No);
    }

    #[test]
    fn counts_of_seconds_and_days_need_a_header_that_says_so() {
        assert_eq!(of(&["1291191960", "1291278360"], true), Dates::Serial("unix"));
        assert_eq!(of(&["1291191960000", "1291278360000"], true), Dates::Serial("unix_ms"));
        assert_eq!(of(&["40513.35", "40514"], true), Dates::Serial("excel"));
        assert_eq!(of(&["1291191960", "1291278360"], false), Dates::No);
    }
}
