//! The Jalali (Solar Hijri) calendar of Iran and Afghanistan, years 1178 to 1633 (1799 to 2255).
//!
//! Nowruz of each year comes from Borkowski's algorithm (1996, *Earth, Moon and Planets* 74(3)), which
//! follows the equinox through intervals of 33-year cycles; the 2820-year rule of many libraries takes 1404
//! for the leap year that 1403 is. The table of all years is computed once; a conversion is then a look-up.

use std::sync::OnceLock;

use super::gregorian;

/// The first year that can be converted.
pub const FIRST_YEAR: i32 = 1178;

/// The last year that can be converted.
pub const LAST_YEAR: i32 = 1633;

/// Years in the table: one more, whose first day ends the last year.
const YEARS: usize = (LAST_YEAR - FIRST_YEAR) as usize + 2;

/// Years at which the pattern of leap years shifts.
const BREAKS: [i32; 20] = [
    -61, 9, 38, 199, 426, 686, 756, 818, 1111, 1181, 1210, 1635, 2060, 2097, 2192, 2262, 2324, 2394, 2456,
    3178,
];

/// Days from 1970-01-01 to a Jalali date; `None` for dates that do not exist or lie outside the table.
pub fn to_days(year: i32, month: u32, day: u32) -> Option<i32> {
    if !(1..=12).contains(&month) || day == 0 {
        return None;
    }
    let start = nowruz(year)?;
    let offset = days_before(month) + day;
    let last_of_month = match month {
        1..=6 => 31,
        7..=11 => 30,
        _ => u32::try_from(nowruz(year + 1)? - start).ok()? - days_before(12),
    };
    (year <= LAST_YEAR && day <= last_of_month).then(|| start + offset as i32 - 1)
}

/// The Jalali year, month and day of a day counted from 1970-01-01; `None` outside the table.
pub fn from_days(days: i32) -> Option<(i32, u32, u32)> {
    let table = table();
    let later = table.partition_point(|start| *start <= days);
    if later == 0 || later == YEARS {
        return None;
    }
    let of_year = (days - table[later - 1]) as u32;
    let month = if of_year < 186 { of_year / 31 + 1 } else { (of_year - 186) / 30 + 7 };
    Some((FIRST_YEAR + later as i32 - 1, month, of_year - days_before(month) + 1))
}

/// Days of the year before a month: six months of 31, then of 30.
fn days_before(month: u32) -> u32 {
    if month <= 7 { (month - 1) * 31 } else { 186 + (month - 7) * 30 }
}

/// First day of a year, counted from 1970-01-01.
fn nowruz(year: i32) -> Option<i32> {
    table().get(usize::try_from(year - FIRST_YEAR).ok()?).copied()
}

fn table() -> &'static [i32; YEARS] {
    static TABLE: OnceLock<[i32; YEARS]> = OnceLock::new();
    TABLE.get_or_init(|| {
        std::array::from_fn(|at| {
            let year = FIRST_YEAR + at as i32;
            gregorian::to_days(year + 621, 3, 1).map_or(0, |march| march + nowruz_in_march(year) - 1)
        })
    })
}

/// Day of March on which a year begins: 20 + L − leapG of methods, section 12.1.
fn nowruz_in_march(year: i32) -> i32 {
    let gregorian = year + 621;
    let mut leaps = -14;
    let mut span = (BREAKS[0], BREAKS[1]);
    for pair in BREAKS.windows(2) {
        span = (pair[0], pair[1]);
        if year < span.1 {
            break;
        }
        leaps += leaps_within(span.1 - span.0);
    }
    let (since, length) = (year - span.0, span.1 - span.0);
    leaps += since / 33 * 8 + (since % 33 + 3) / 4 + i32::from(length % 33 == 4 && length - since == 4);
    let gregorian_leaps = gregorian / 4 - (gregorian / 100 + 1) * 3 / 4 - 150;
    20 + leaps - gregorian_leaps
}

/// Leap years of a span between two breaks.
fn leaps_within(length: i32) -> i32 {
    length / 33 * 8 + length % 33 / 4
}

#[cfg(test)]
mod tests {
    use super::*;

    fn golden(name: &str) -> String {
        std::fs::read_to_string(format!("{}/tests/golden/{name}", env!("CARGO_MANIFEST_DIR"))).unwrap()
    }

    fn parts(text: &str) -> (i32, u32, u32) {
        let mut parts = text.split(['-', '/']).map(|part| part.parse::<u32>().unwrap());
        (parts.next().unwrap() as i32, parts.next().unwrap(), parts.next().unwrap())
    }

    #[test]
    fn known_days_are_met_in_both_directions() {
        for line in golden("jalali_vectors.csv").lines().skip(1) {
            let cells: Vec<&str> = line.split(',').collect();
            let ((year, month, day), days) = (parts(cells[0]), cells[4].parse::<i32>().unwrap());
            assert_eq!(to_days(year, month, day), Some(days), "{line}");
            assert_eq!(from_days(days), Some((year, month, day)), "{line}");
            let (g_year, g_month, g_day) = parts(cells[1]);
            assert_eq!(gregorian::to_days(g_year, g_month, g_day), Some(days), "{line}");
            // 1970-01-01 was a Thursday, the fifth day after Saturday.
            assert_eq!((days + 5).rem_euclid(7), cells[2].parse::<i32>().unwrap(), "{line}");
            let leap = to_days(year, 12, 30).is_some();
            assert_eq!(leap, cells[3] == "1", "{line}");
        }
    }

    #[test]
    fn every_nowruz_from_1206_to_1498_is_right() {
        for line in golden("jalali_nowruz_1206_1498.csv").lines().skip(1) {
            let cells: Vec<&str> = line.split(',').collect();
            let year = cells[0].parse().unwrap();
            let (g_year, g_month, g_day) = parts(cells[1]);
            assert_eq!(to_days(year, 1, 1), gregorian::to_days(g_year, g_month, g_day), "{line}");
            assert_eq!(to_days(year, 12, 30).is_some(), cells[2] == "1", "{line}");
        }
    }

    #[test]
    fn icu_agrees_from_1178_to_1501() {
        for year in FIRST_YEAR..=1501 {
            let nowruz =
                icu_calendar::Date::try_new_persian(year, 1, 1).unwrap().to_calendar(icu_calendar::Iso);
            let (month, day) = (nowruz.month().ordinal, nowruz.day_of_month().0);
            let days = gregorian::to_days(year + 621, u32::from(month), u32::from(day));
            assert_eq!(to_days(year, 1, 1), days, "{year}");
        }
    }

    #[test]
    fn days_that_do_not_exist_are_none() {
        let invalid: serde_json::Value = serde_json::from_str(&golden("jalali_invalid.json")).unwrap();
        for text in invalid["invalid"].as_array().unwrap().iter().filter_map(|text| text.as_str()) {
            if text != "abcd" {
                let (year, month, day) = parts(text);
                assert_eq!(to_days(year, month, day), None, "{text}");
            }
        }
        assert_eq!(to_days(1177, 12, 29), None);
        assert_eq!(to_days(1634, 1, 1), None);
    }

    #[test]
    fn every_day_goes_there_and_back_and_follows_the_day_before() {
        let (first, last) = (to_days(1178, 10, 11).unwrap(), to_days(1633, 12, 29).unwrap());
        let mut before = from_days(first - 1).unwrap();
        for days in first..=last {
            let (year, month, day) = from_days(days).unwrap();
            assert_eq!(to_days(year, month, day), Some(days));
            assert!((year, month, day) > before, "{before:?} {year}-{month}-{day}");
            let next_of_month = (before.0, before.1, before.2 + 1) == (year, month, day);
            assert!(next_of_month || day == 1 && (month == before.1 + 1 || month == 1 && before.1 == 12));
            before = (year, month, day);
        }
    }
}
