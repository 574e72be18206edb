//! Answers in whole numbers: on which scale they are, and which of them stand for no answer.

use std::collections::BTreeMap;

use super::profile::NEARLY_ALL;
use super::tables::Column;
use crate::ingest::text::fold_digits;

/// Answers in whole numbers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Steps {
    /// Lowest answer seen.
    pub(super) low: i64,
    /// Highest answer seen.
    pub(super) high: i64,
    /// End of the usual scale that nearly all answers are on; others are slips.
    pub(super) top: i64,
    /// Numbers that stand for no answer.
    pub(super) missing: Vec<i64>,
}

/// Numbers that forms write for no answer.
const CODES: [i64; 13] = [-999, -99, -98, -97, -9, -8, -7, 97, 98, 99, 997, 998, 999];

/// Small whole numbers, few of them, again and again, on one of the usual scales.
pub(super) fn steps(column: &Column) -> Option<Steps> {
    let p = &column.profile;
    if !p.is_number() || p.integers < NEARLY_ALL || p.zero_led > 0.0 {
        return None;
    }
    let whole = |text: &str| fold_digits(text).parse::<f64>().ok().filter(|x| x.fract() == 0.0);
    let mut answers: BTreeMap<i64, u32> = BTreeMap::new();
    for (text, rows) in column.values.distinct() {
        if let Some(x) = whole(text) {
            *answers.entry(x as i64).or_default() += rows;
        }
    }
    let missing = take_missing(&mut answers);
    let (low, high) = (*answers.keys().next()?, *answers.keys().next_back()?);
    if !(3..=15).contains(&answers.len()) || answers.len() * 2 >= p.filled.max(9) {
        return None;
    }
    Some(Steps { low, high, top: top(&answers)?, missing })
}

/// Takes out the numbers that stand for no answer: the usual codes, -1 beside a scale from zero or one on, and a lowest
/// number below -1 that most rows have: nothing was said there.
fn take_missing(answers: &mut BTreeMap<i64, u32>) -> Vec<i64> {
    let mut missing: Vec<i64> =
        CODES.into_iter().filter(|code| answers.len() > 3 && answers.remove(code).is_some()).collect();
    let all: u32 = answers.values().sum();
    let lowest = answers.iter().next().map(|(low, rows)| (*low, *rows));
    let Some((low, rows)) = lowest.filter(|_| answers.len() > 3) else { return missing };
    let alone = low == -1 && answers.keys().nth(1).is_some_and(|next| *next >= 0);
    if alone && answers.len() > 4 || low < -1 && u64::from(rows) * 2 > u64::from(all) {
        answers.remove(&low);
        missing.push(low);
    }
    missing
}

/// End of the usual scale that nearly all answers are on.
fn top(answers: &BTreeMap<i64, u32>) -> Option<i64> {
    const ON_SCALE: f64 = 0.97;
    const TOPS: [i64; 3] = [5, 7, 10];
    let (low, high) = (*answers.keys().next()?, *answers.keys().next_back()?);
    if low < 0 {
        return Some(high.max(-low)).filter(|top| *top <= 5);
    }
    let filled: u32 = answers.values().sum();
    let within = |top: &i64| {
        let rows: u32 = answers.range(..=*top).map(|(_, rows)| rows).sum();
        f64::from(rows) >= ON_SCALE * f64::from(filled)
    };
    TOPS.into_iter().find(within)
}

#[cfg(test)]
mod tests {
    use super::super::column::Values;
    use super::*;
    use crate::ingest::block::Cell;

    fn of(rows: &[&str]) -> Option<Steps> {
        let mut values = Values::default();
        (0..20).flat_map(|_| rows).for_each(|row| values.push(Cell::Text(row.as_bytes())));
        steps(&Column::new("q", values))
    }

    #[test]
    fn scales_are_told_from_codes() {
        let steps =
            |low, high, top, missing: &[i64]| Some(Steps { low, high, top, missing: missing.to_vec() });
        assert_eq!(of(&["1", "2", "3", "4", "5"]), steps(1, 5, 5, &[]));
        assert_eq!(of(&["1", "2", "4", "-99", "99", "5"]), steps(1, 5, 5, &[-99, 99]));
        assert_eq!(of(&["-1", "1", "2", "3", "4"]), steps(1, 4, 5, &[-1]));
        assert_eq!(of(&["-2", "-1", "0", "1", "2"]), steps(-2, 2, 2, &[]));
        assert_eq!(of(&["-3", "-3", "-3", "-3", "-3", "-1", "0", "1", "2"]), steps(-1, 2, 2, &[-3]));
        assert_eq!(of(&["0", "3", "7", "10"]), steps(0, 10, 10, &[]));
        assert_eq!(of(&["12", "40", "31"]), None);
    }
}
