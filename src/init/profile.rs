//! What the values of a column look like: numbers, dates, ids, words.

use super::column::{NONE, Values};
use super::dates::{Dates, dates};
use crate::ingest::numbers::{DecimalMark, MarkConflict, MarkDetector, SCALE, parse_fixed};

/// Shares are of the filled rows, unless said otherwise.
#[derive(Clone, Debug, Default)]
pub(super) struct Profile {
    /// Rows looked at.
    pub(super) rows: usize,
    /// Rows with a value.
    pub(super) filled: usize,
    /// Distinct values.
    pub(super) distinct: usize,
    /// Share of numbers.
    pub(super) numbers: f64,
    /// Share of whole numbers.
    pub(super) integers: f64,
    /// Share below zero.
    pub(super) negative: f64,
    /// Share equal to zero.
    pub(super) zero: f64,
    /// Lowest number.
    pub(super) low: f64,
    /// Number in the middle.
    pub(super) median: f64,
    /// Highest number.
    pub(super) high: f64,
    /// How decimals are marked.
    pub(super) mark: Mark,
    /// Whether and how the values are dates.
    pub(super) dates: Dates,
    /// Share of rows, of those after the first, with the value of the row before.
    pub(super) repeats: f64,
    /// Mean number of signs.
    pub(super) length: f64,
    /// Share of values with more than three words.
    pub(super) prose: f64,
    /// Share with an `@` and a point.
    pub(super) emails: f64,
    /// Share of values that are not numbers, dates or prose: codes and names.
    pub(super) letters: f64,
    /// Share that begins with a zero and has more digits.
    pub(super) zero_led: f64,
}

/// How a column marks decimals.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) enum Mark {
    /// Nothing says.
    #[default]
    Unknown,
    /// `1.50`
    Point,
    /// `1,50`
    Comma,
    /// Groups of three after the only mark: `1.250` or `1,250`, an example of which is kept.
    Doubtful(String),
    /// Both, with an example of each.
    Mixed(String, String),
}

impl Profile {
    /// Looks at a column. `says_time` is true when the header names a date or a time.
    pub(super) fn of(values: &Values, says_time: bool) -> Self {
        let filled = values.filled();
        let mut profile =
            Self { rows: values.codes.len(), filled, distinct: values.texts.len(), ..Self::default() };
        if filled == 0 {
            return profile;
        }
        profile.count_numbers(values);
        profile.count_texts(values);
        profile.dates = dates(values, says_time, &profile);
        let pairs = values.codes.windows(2).filter(|pair| pair[0] != NONE && pair[0] == pair[1]).count();
        profile.repeats = pairs as f64 / values.codes.len().saturating_sub(1).max(1) as f64;
        profile
    }

    fn count_numbers(&mut self, values: &Values) {
        let (mark, reading) = mark(values);
        self.mark = mark;
        let share = 1.0 / self.filled as f64;
        let mut numbers: Vec<(i64, u32)> = Vec::new();
        for (text, count) in values.distinct() {
            let Some(number) = parse_fixed(text.as_bytes(), reading) else { continue };
            numbers.push((number, count));
            let rows = f64::from(count) * share;
            self.numbers += rows;
            self.integers += if number % SCALE == 0 { rows } else { 0.0 };
            self.negative += if number < 0 { rows } else { 0.0 };
            self.zero += if number == 0 { rows } else { 0.0 };
        }
        numbers.sort_unstable();
        let half = numbers.iter().map(|(_, count)| u64::from(*count)).sum::<u64>().div_ceil(2);
        let mut passed = 0;
        let middle = numbers.iter().find(|(_, count)| {
            passed += u64::from(*count);
            passed >= half
        });
        let value = |number: Option<&(i64, u32)>| number.map_or(0.0, |(n, _)| *n as f64 / SCALE as f64);
        (self.low, self.median, self.high) = (value(numbers.first()), value(middle), value(numbers.last()));
    }

    fn count_texts(&mut self, values: &Values) {
        let share = 1.0 / self.filled as f64;
        for (text, count) in values.distinct() {
            let rows = f64::from(count) * share;
            self.length += text.chars().count() as f64 * rows;
            let prose = text.split_whitespace().count() > 3;
            self.prose += if prose { rows } else { 0.0 };
            let email = text.split_once('@').is_some_and(|(_, host)| host.contains('.'));
            self.emails += if email { rows } else { 0.0 };
            let lettered = text.chars().any(char::is_alphabetic);
            self.letters += if lettered && !prose { rows } else { 0.0 };
            let zero_led =
                text.len() > 1 && text.starts_with('0') && text.bytes().all(|b| b.is_ascii_digit());
            self.zero_led += if zero_led { rows } else { 0.0 };
        }
    }

    /// Share of all rows without a value.
    pub(super) fn missing(&self) -> f64 {
        1.0 - self.filled as f64 / self.rows.max(1) as f64
    }

    /// Nearly all values are numbers and no dates.
    pub(super) fn is_number(&self) -> bool {
        self.filled > 0 && self.numbers >= NEARLY_ALL && !self.is_date()
    }

    /// Numbers of which some are broken: amounts, not ids or counts.
    pub(super) fn has_fractions(&self) -> bool {
        self.is_number() && self.numbers - self.integers > 0.05
    }

    /// Nearly all values are dates.
    pub(super) fn is_date(&self) -> bool {
        self.dates != Dates::No
    }

    /// The values may name things: short, more than one, no dates, no broken numbers, no prose.
    pub(super) fn names_things(&self) -> bool {
        self.distinct > 1
            && !self.is_date()
            && !self.has_fractions()
            && self.prose < 0.2
            && self.length <= LONGEST_NAME
    }

    /// Each row has a value of its own.
    pub(super) fn is_unique(&self) -> bool {
        self.filled > 1 && self.distinct == self.filled
    }

    /// Mean number of rows with the same value.
    pub(super) fn rows_each(&self) -> f64 {
        self.filled as f64 / self.distinct.max(1) as f64
    }

    /// Small whole numbers, as counts are.
    pub(super) fn is_small_count(&self) -> bool {
        self.is_number() && self.integers >= NEARLY_ALL && self.median.abs() <= 50.0 && self.zero_led == 0.0
    }
}

/// Signs of a name or a code, at most on average; hashes of 512 bits in hexadecimal are the longest codes in use.
const LONGEST_NAME: f64 = 130.0;

/// Share from which a property is taken to hold for the column; the rest are faults.
pub(super) const NEARLY_ALL: f64 = 0.9;

/// The mark of a column, and with which to read it.
fn mark(values: &Values) -> (Mark, DecimalMark) {
    let mut detector = MarkDetector::default();
    values.texts.iter().for_each(|text| detector.observe(text.as_bytes()));
    match detector.finish() {
        Err(MarkConflict { comma, point, .. }) => (Mark::Mixed(comma, point), DecimalMark::Auto),
        Ok(DecimalMark::Comma) => (Mark::Comma, DecimalMark::Comma),
        Ok(DecimalMark::Point) => (Mark::Point, DecimalMark::Point),
        Ok(DecimalMark::Auto) => match values.texts.iter().find(|text| is_doubtful(text)) {
            Some(example) => (Mark::Doubtful(example.clone()), DecimalMark::Auto),
            None => (Mark::Unknown, DecimalMark::Auto),
        },
    }
}

/// `1.250` and `1,250`: one mark, three digits after it, one to three before.
fn is_doubtful(text: &str) -> bool {
    let mut parts = text.trim_start_matches('-').split(['.', ',']);
    let digits = |part: &str, most: usize| {
        (1..=most).contains(&part.len()) && part.bytes().all(|byte| byte.is_ascii_digit())
    };
    let (Some(whole), Some(rest), None) = (parts.next(), parts.next(), parts.next()) else { return false };
    digits(whole, 3) && !whole.starts_with('0') && rest.len() == 3 && digits(rest, 3)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ingest::block::Cell;

    fn profile(rows: &[&str]) -> Profile {
        let mut values = Values::default();
        rows.iter().for_each(|row| values.push(Cell::Text(row.as_bytes())));
        Profile::of(&values, false)
    }

    #[test]
    fn numbers_are_described() {
        let p = profile(&["3", "-1", "2.5", "0", "x", "", "2", "2", "9", "4", "5"]);
        assert_eq!((p.rows, p.filled, p.distinct), (11, 10, 9));
        assert!((p.numbers - 0.9).abs() < 1e-12 && (p.integers - 0.8).abs() < 1e-12);
        assert!((p.negative - 0.1).abs() < 1e-12 && (p.zero - 0.1).abs() < 1e-12);
        assert_eq!((p.low, p.median, p.high), (-1.0, 2.5, 9.0));
        assert!((p.repeats - 0.1).abs() < 1e-12);
    }

    #[test]
    fn marks_are_found_or_doubted() {
        assert_eq!(profile(&["1.203,50", "2,00"]).mark, Mark::Comma);
        assert_eq!(profile(&["1,203.50", "2.00"]).mark, Mark::Point);
        assert_eq!(profile(&["1.250", "3.100"]).mark, Mark::Doubtful("1.250".into()));
        assert_eq!(profile(&["1,5", "1.5"]).mark, Mark::Mixed("1,5".into(), "1.5".into()));
        assert_eq!(profile(&["12", "0.750"]).mark, Mark::Point);
        assert_eq!(profile(&["12", "13"]).mark, Mark::Unknown);
    }
}
