//! Names of months, days and half-days, in English and Persian.

use super::cursor::Cursor;

/// A month by its name, which also tells the calendar.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Month {
    Gregorian(u32),
    Jalali(u32),
}

const ENGLISH_MONTHS: [&str; 12] = [
    "january",
    "february",
    "march",
    "april",
    "may",
    "june",
    "july",
    "august",
    "september",
    "october",
    "november",
    "december",
];

/// As [`super::cursor::clean`] leaves them: without madda.
const PERSIAN_MONTHS: [&str; 12] =
    ["فروردین", "اردیبهشت", "خرداد", "تیر", "مرداد", "شهریور", "مهر", "ابان", "اذر", "دی", "بهمن", "اسفند"];

const ENGLISH_DAYS: [&str; 7] =
    ["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"];

/// Ends of the Persian names of days; they join with or without a half-space.
const PERSIAN_DAYS: [&str; 2] = ["شنبه", "جمعه"];

/// Takes a month's name: an English one or its first letters (three or more), or a Persian one.
pub(super) fn eat_month(cursor: &mut Cursor<'_>) -> Option<Month> {
    if cursor.peek()?.is_ascii() {
        let number = eat_english(cursor, &ENGLISH_MONTHS)?;
        return Some(Month::Gregorian(number));
    }
    let at = PERSIAN_MONTHS.iter().position(|name| cursor.eat_word(name.as_bytes()))?;
    Some(Month::Jalali(at as u32 + 1))
}

/// Takes the name of a day of the week, English or Persian; whether there was one.
pub(super) fn eat_weekday(cursor: &mut Cursor<'_>) -> bool {
    let width = cursor.rest().iter().take_while(|byte| !byte.is_ascii()).count();
    if width == 0 {
        return eat_english(cursor, &ENGLISH_DAYS).is_some();
    }
    let found = PERSIAN_DAYS.iter().any(|day| cursor.rest()[..width].ends_with(day.as_bytes()));
    cursor.skip(if found { width } else { 0 });
    found
}

/// Takes `AM`, `a.m.`, `ق.ظ` and the like: false in the morning, true in the afternoon.
pub(super) fn eat_half_day(cursor: &mut Cursor<'_>) -> Option<bool> {
    const MORNING: [&str; 6] = ["a.m.", "a.m", "am", "ق.ظ", "ق ظ", "صبح"];
    const AFTERNOON: [&str; 6] = ["p.m.", "p.m", "pm", "ب.ظ", "ب ظ", "عصر"];
    for (names, afternoon) in [(MORNING, false), (AFTERNOON, true)] {
        if names.iter().any(|name| cursor.eat_word(name.as_bytes())) {
            return Some(afternoon);
        }
    }
    None
}

/// Takes a word of ASCII letters that begins one of `names`; its number, from 1.
fn eat_english(cursor: &mut Cursor<'_>, names: &[&str]) -> Option<u32> {
    let width = cursor.rest().iter().take_while(|byte| byte.is_ascii_alphabetic()).count();
    let word = &cursor.rest()[..width];
    let begins =
        |name: &&str| name.as_bytes().get(..width).is_some_and(|front| front.eq_ignore_ascii_case(word));
    let at = names.iter().position(begins)?;
    (width >= 3).then(|| cursor.skip(width))?;
    Some(at as u32 + 1)
}
