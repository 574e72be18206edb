//! Conditions on rows, ready to be tested many times.

use std::ops::RangeInclusive;

use regex::bytes::Regex;

use super::block::Cell;
use super::id::canonical_id;
use super::numbers::{Currency, DecimalMark, from_f64, parse_money};
use crate::config::condition::{Condition, Ids, Literal};
use crate::math::money::{MILLION, Millionths};
use crate::{Error, Result};

/// A compiled [`Condition`].
#[derive(Debug)]
pub struct Rule {
    /// Index of the column among the wanted columns.
    pub column: usize,
    tests: Vec<Test>,
}

#[derive(Debug)]
enum Test {
    OneOf(Vec<Value>),
    StartsWith(Vec<u8>),
    Matches(Regex),
    AtMost(Millionths),
    AtLeast(Millionths),
    IsEmpty(bool),
    Id(Ids),
}

#[derive(Debug)]
enum Value {
    Text(Vec<u8>),
    Number(Millionths),
}

impl Rule {
    /// Compiles a condition on the column with this index.
    ///
    /// # Errors
    /// `Config` for a bad regular expression or a number out of range.
    pub fn compile(condition: &Condition, column: usize) -> Result<Self> {
        let mut tests = Vec::new();
        if let Some(value) = &condition.equals {
            tests.push(Test::OneOf(vec![literal(value)?]));
        }
        if let Some(values) = &condition.one_of {
            tests.push(Test::OneOf(values.iter().map(literal).collect::<Result<_>>()?));
        }
        if let Some(text) = &condition.starts_with {
            tests.push(Test::StartsWith(text.clone().into_bytes()));
        }
        if let Some(pattern) = &condition.matches {
            tests.push(Test::Matches(
                Regex::new(pattern).map_err(|e| Error::config(format!("`matches`: {e}")))?,
            ));
        }
        if let Some(limit) = condition.at_most {
            tests.push(Test::AtMost(number(limit)?));
        }
        if let Some(limit) = condition.at_least {
            tests.push(Test::AtLeast(number(limit)?));
        }
        if let Some(empty) = condition.is_empty {
            tests.push(Test::IsEmpty(empty));
        }
        tests.extend(condition.ids.clone().map(Test::Id));
        Ok(Self { column, tests })
    }

    /// The numbers that the rule holds for, when it says no more than from where and up to where.
    pub fn bounds(&self) -> Option<RangeInclusive<Millionths>> {
        if self.tests.is_empty() {
            return None;
        }
        let mut bounds = (Millionths::MIN, Millionths::MAX);
        for test in &self.tests {
            match test {
                Test::AtLeast(limit) => bounds.0 = bounds.0.max(*limit),
                Test::AtMost(limit) => bounds.1 = bounds.1.min(*limit),
                _ => return None,
            }
        }
        Some(bounds.0..=bounds.1)
    }

    /// True when every test holds.
    #[inline]
    pub fn holds(&self, cell: Cell<'_>) -> bool {
        self.tests.iter().all(|test| test.holds(cell))
    }
}

impl Test {
    fn holds(&self, cell: Cell<'_>) -> bool {
        match self {
            Self::OneOf(values) => values.iter().any(|v| v.is(cell)),
            Self::StartsWith(start) => with_text(cell, |text| text.starts_with(start)),
            Self::Matches(pattern) => with_text(cell, |text| pattern.is_match(text)),
            Self::AtMost(limit) => fixed(cell, DecimalMark::Auto).is_some_and(|v| v <= *limit),
            Self::AtLeast(limit) => fixed(cell, DecimalMark::Auto).is_some_and(|v| v >= *limit),
            Self::Id(ids) => canonical_id(&cell.text(), ids.rule).is_some_and(|id| ids.set.contains(&*id)),
            Self::IsEmpty(wanted) => with_text(cell, <[u8]>::is_empty) == *wanted,
        }
    }
}

impl Value {
    fn is(&self, cell: Cell<'_>) -> bool {
        match self {
            Self::Text(text) => with_text(cell, |found| found == &text[..]),
            Self::Number(number) => fixed(cell, DecimalMark::Auto) == Some(*number),
        }
    }
}

fn with_text<T>(cell: Cell<'_>, test: impl FnOnce(&[u8]) -> T) -> T {
    match cell {
        Cell::Text(text) => test(text.trim_ascii()),
        other => test(other.text().trim_ascii()),
    }
}

/// A cell as a number with six decimals.
#[inline]
pub fn fixed(cell: Cell<'_>, mark: DecimalMark) -> Option<Millionths> {
    money(cell, mark, |_| ())
}

/// The same, showing the currency that stands beside the number, if one does.
#[inline]
pub fn money(cell: Cell<'_>, mark: DecimalMark, see: impl FnOnce(Currency)) -> Option<Millionths> {
    match cell {
        Cell::Text(text) => parse_money(text, mark, see),
        Cell::Int(v) => whole(v),
        Cell::Float(v) => from_f64(v),
        Cell::Null | Cell::Wall(_) | Cell::Instant(_) | Cell::Bool(_) => None,
    }
}

/// A whole number with six decimals; `None` when it is out of range.
#[inline]
pub fn whole(value: i64) -> Option<Millionths> {
    value.checked_mul(MILLION)
}

fn literal(literal: &Literal) -> Result<Value> {
    Ok(match literal {
        Literal::Text(text) => Value::Text(text.trim().as_bytes().to_vec()),
        Literal::Bool(v) => Value::Text(v.to_string().into_bytes()),
        Literal::Int(v) => Value::Number(number(*v as f64)?),
        Literal::Float(v) => Value::Number(number(*v)?),
    })
}

fn number(value: f64) -> Result<Millionths> {
    from_f64(value)
        .ok_or_else(|| Error::config(format!("a condition compares with {value}, which is out of range")))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::ColumnName;

    fn rule(toml: &str) -> Rule {
        let condition: Condition = toml::from_str(toml).unwrap();
        assert_eq!(condition.column, ColumnName("x".into()));
        Rule::compile(&condition, 0).unwrap()
    }

    #[test]
    fn each_test_of_a_condition_must_hold() {
        let between = rule("column = 'x'\nat_least = 1\nat_most = 2.5");
        assert!(between.holds(Cell::Text(b"2.5")));
        assert!(!between.holds(Cell::Text(b"2.51")));
        assert!(!between.holds(Cell::Text(b"abc")));
    }

    #[test]
    fn only_rules_that_compare_numbers_have_bounds() {
        assert_eq!(rule("column = 'x'\nat_least = 1\nat_most = 2.5").bounds(), Some(1_000_000..=2_500_000));
        assert_eq!(rule("column = 'x'\nat_most = 0").bounds(), Some(i64::MIN..=0));
        assert_eq!(rule("column = 'x'\nat_most = 0\nis_empty = false").bounds(), None);
    }

    #[test]
    fn texts_and_numbers_compare_as_what_they_are() {
        let codes = rule("column = 'x'\nin = ['POST', 7]");
        assert!(codes.holds(Cell::Text(b" POST ")));
        assert!(codes.holds(Cell::Text(b"7.0")));
        assert!(codes.holds(Cell::Int(7)));
        assert!(!codes.holds(Cell::Text(b"POSTS")));
    }

    #[test]
    fn emptiness_prefix_and_pattern() {
        assert!(rule("column = 'x'\nis_empty = true").holds(Cell::Null));
        assert!(rule("column = 'x'\nis_empty = false").holds(Cell::Text(b"a")));
        assert!(rule("column = 'x'\nstarts_with = 'C'").holds(Cell::Text(b"C536")));
        assert!(!rule("column = 'x'\nmatches = '^[0-9]+$'").holds(Cell::Text(b"C536")));
    }
}
