//! Numbers and dates as the readers of a language write them.

use chrono::{Datelike, NaiveDate};

use crate::config::run::Language;
use crate::ingest::times::jalali;

/// Days from the first of January of year 1 to 1970-01-01.
const EPOCH: i32 = 719_163;
/// Left-to-right isolate and its end: a negative number in a right-to-left line keeps its minus sign before its
/// digits and does not pull its neighbours along.
const ISOLATE: (char, char) = ('\u{2066}', '\u{2069}');
/// Right-to-left mark: the sign of per cent follows its number in reading direction, whatever stands around it.
const RLM: char = '\u{200f}';
const ENGLISH_MONTHS: [&str; 12] =
    ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
const PERSIAN_MONTHS: [&str; 12] =
    ["فروردین", "اردیبهشت", "خرداد", "تیر", "مرداد", "شهریور", "مهر", "آبان", "آذر", "دی", "بهمن", "اسفند"];

/// Gregorian months as Persian writes them.
const PERSIAN_GREGORIAN: [&str; 12] = [
    "ژانویه",
    "فوریه",
    "مارس",
    "آوریل",
    "مه",
    "ژوئن",
    "ژوئیه",
    "اوت",
    "سپتامبر",
    "اکتبر",
    "نوامبر",
    "دسامبر",
];

/// Writes numbers and dates for one language.
#[derive(Clone, Copy, Debug)]
pub(super) struct Numbers {
    pub(super) language: Language,
}

impl Numbers {
    fn is_persian(self) -> bool {
        self.language == Language::Fa
    }

    /// A whole number with thousands separated: `182,289`, `۱۸۲٬۲۸۹`.
    pub(super) fn count(self, value: f64) -> String {
        self.decimal(value, 0)
    }

    /// A number with this many decimals.
    pub(super) fn decimal(self, value: f64, decimals: usize) -> String {
        let rounded = format!("{:.decimals$}", value.abs());
        let negative = value < 0.0 && rounded.bytes().any(|b| (b'1'..=b'9').contains(&b));
        let (whole, fraction) = rounded.split_once('.').unwrap_or((&rounded, ""));
        let isolated = negative && self.is_persian();
        let mut text = String::new();
        text.extend(isolated.then_some(ISOLATE.0));
        text.extend(negative.then_some('\u{2212}'));
        for (i, digit) in whole.chars().enumerate() {
            if i > 0 && (whole.len() - i).is_multiple_of(3) {
                text.push(if self.is_persian() { '\u{66c}' } else { ',' });
            }
            text.push(digit);
        }
        if !fraction.is_empty() {
            text.push(if self.is_persian() { '\u{66b}' } else { '.' });
            text.push_str(fraction);
        }
        text.extend(isolated.then_some(ISOLATE.1));
        self.digits(&text)
    }

    /// A number with as many decimals as its size deserves: three figures or all of the whole part.
    pub(super) fn short(self, value: f64) -> String {
        let size = value.abs();
        let decimals = match size {
            _ if size >= 100.0 || value.fract() == 0.0 => 0,
            _ if size >= 10.0 => 1,
            _ => 2,
        };
        self.decimal(value, decimals)
    }

    /// A large number in words: `3.73 m`, `۳٫۷۳ میلیون`.
    pub(super) fn compact(self, value: f64) -> String {
        const STEPS: [(f64, &str, &str); 4] = [
            (1e12, " tn", " هزار میلیارد"),
            (1e9, " bn", " میلیارد"),
            (1e6, " m", " میلیون"),
            (1e4, " k", " هزار"),
        ];
        match STEPS.iter().find(|(step, ..)| value.abs() >= *step) {
            Some((step, english, persian)) => {
                let unit = if *step < 1e5 { 1e3 } else { *step };
                let scaled = value / unit;
                let tenths = (scaled.abs() * 10.0).round();
                let decimals = usize::from(tenths < 1000.0 && tenths % 10.0 != 0.0);
                let word = if self.is_persian() { persian } else { english };
                format!("{}{word}", self.decimal(scaled, decimals))
            }
            None => self.short(value),
        }
    }

    /// A share of one as per cent: `12.5%`, `۱۲٫۵٪`; one that is very small with two decimals.
    pub(super) fn percent(self, share: f64) -> String {
        let percent = share * 100.0;
        let decimals = match percent.abs() {
            size if size == 0.0 || size >= 99.95 => 0,
            size if size < 0.05 => 2,
            _ => 1,
        };
        self.percent_sign(self.decimal(percent, decimals))
    }

    /// A round share of one, as axes and heads have it: `25%`, `2.5%`.
    pub(super) fn round_percent(self, share: f64) -> String {
        let percent = share * 100.0;
        self.percent_sign(self.decimal(percent, usize::from((percent - percent.round()).abs() > 0.05)))
    }

    fn percent_sign(self, number: String) -> String {
        if self.is_persian() { format!("{number}{RLM}٪") } else { number + "%" }
    }

    /// Text with its ASCII digits in the digits of the language.
    pub(super) fn digits(self, text: &str) -> String {
        if !self.is_persian() {
            return text.to_owned();
        }
        let persian = |c: char| match c {
            '0'..='9' => char::from_u32('۰' as u32 + c as u32 - '0' as u32).unwrap_or(c),
            _ => c,
        };
        text.chars().map(persian).collect()
    }

    /// A day counted from 1970-01-01: `31 Dec 2025`, `۱۰ دی ۱۴۰۴`.
    pub(super) fn day(self, days: i32) -> String {
        if self.is_persian()
            && let Some((year, month, day)) = jalali::from_days(days)
        {
            return self.digits(&format!("{day} {} {year}", PERSIAN_MONTHS[month as usize - 1]));
        }
        match NaiveDate::from_num_days_from_ce_opt(days.saturating_add(EPOCH)) {
            Some(date) => {
                let month = ENGLISH_MONTHS[date.month0() as usize];
                self.digits(&format!("{} {month} {}", date.day(), date.year()))
            }
            None => String::new(),
        }
    }

    /// A date or a moment as the manifest writes it, `2025-12-31` or `2025-12-31T10:00:00Z`.
    pub(super) fn written(self, text: &str) -> String {
        let (date, time) = text.split_at_checked(10).unwrap_or((text, ""));
        match NaiveDate::parse_from_str(date, "%Y-%m-%d") {
            Ok(date) => {
                let clock = time.trim_start_matches('T').trim_end_matches('Z');
                let clock = clock.get(..5).map(|c| format!(" {}", self.digits(c))).unwrap_or_default();
                format!("{}{clock}", self.day(date.num_days_from_ce() - EPOCH))
            }
            Err(_) => self.digits(text),
        }
    }

    /// A period as the tables name it: `2025-07` becomes `Jul 2025`, `2025-Q3` `Q3 2025`, `2025-W07` `week 7,
    /// 2025`. Periods are those of the Gregorian calendar, in either language.
    pub(super) fn period(self, text: &str) -> String {
        let Some((year, part)) = text.split_once('-') else { return self.digits(text) };
        let number = part.trim_start_matches(['Q', 'W']).parse::<usize>().ok();
        let Some(number) = number.filter(|n| *n > 0) else { return self.digits(text) };
        let months = if self.is_persian() { PERSIAN_GREGORIAN } else { ENGLISH_MONTHS };
        let name = match (part.as_bytes()[0], self.is_persian()) {
            (b'Q', false) => format!("Q{number}"),
            (b'Q', true) => format!("سه‌ماههٔ {number}،"),
            (b'W', false) => format!("week {number},"),
            (b'W', true) => format!("هفتهٔ {number}،"),
            _ => match months.get(number - 1) {
                Some(month) => (*month).to_owned(),
                None => return self.digits(text),
            },
        };
        self.digits(&format!("{name} {year}"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const EN: Numbers = Numbers { language: Language::En };
    const FA: Numbers = Numbers { language: Language::Fa };

    #[test]
    fn numbers_are_written_in_both_languages() {
        assert_eq!(EN.count(182_288.59), "182,289");
        assert_eq!(FA.count(182_288.59), "۱۸۲٬۲۸۹");
        assert_eq!(EN.decimal(-1234.5, 2), "\u{2212}1,234.50");
        assert_eq!(FA.decimal(-4.5, 1), "\u{2066}\u{2212}۴٫۵\u{2069}");
        assert_eq!(EN.decimal(-0.001, 1), "0.0");
        assert_eq!(EN.short(0.4567), "0.46");
        assert_eq!(EN.short(45.67), "45.7");
        assert_eq!(EN.compact(3_728_501.0), "3.7 m");
        assert_eq!(EN.compact(182_288.59), "182 k");
        assert_eq!(EN.compact(50_000.0), "50 k");
        assert_eq!(FA.compact(3_728_501.0), "۳٫۷ میلیون");
        assert_eq!(EN.percent(0.1253), "12.5%");
        assert_eq!(EN.percent(1.0), "100%");
        assert_eq!(EN.percent(0.000_18), "0.02%");
        assert_eq!(EN.round_percent(0.25), "25%");
        assert_eq!(EN.round_percent(0.025), "2.5%");
        assert_eq!(FA.percent(0.0), "۰\u{200f}٪");
        assert_eq!(FA.percent(-0.125), "\u{2066}\u{2212}۱۲٫۵\u{2069}\u{200f}٪");
    }

    #[test]
    fn days_are_gregorian_in_english_and_jalali_in_persian() {
        // 2025-03-20 is 1403-12-30, the last day of a leap year.
        assert_eq!(EN.written("2025-03-20"), "20 Mar 2025");
        assert_eq!(FA.written("2025-03-20"), "۳۰ اسفند ۱۴۰۳");
        assert_eq!(EN.written("2011-12-10T18:30:00Z"), "10 Dec 2011 18:30");
        assert_eq!(FA.period("2025-07"), "ژوئیه ۲۰۲۵");
        assert_eq!(EN.period("2025-07"), "Jul 2025");
        assert_eq!(EN.period("2025-Q3"), "Q3 2025");
        assert_eq!(EN.period("2025-W07"), "week 7, 2025");
        assert_eq!(FA.period("2025"), "۲۰۲۵");
        assert_eq!(EN.period("(undated)"), "(undated)");
    }
}
