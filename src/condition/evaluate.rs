//! Tests over a data frame, in the three-valued logic of SQL: true, false, unknown.

use std::cmp::Ordering;

use polars::prelude::*;

use super::syntax::Op;
use crate::schema::Kind;
use crate::{Result, table};

/// True, false, or unknown.
type Truth = Option<bool>;

/// A value to compare with.
#[derive(Clone, Debug)]
pub(super) enum Value {
    Number(f64),
    Text(String),
    Truth(bool),
    /// Instants from `from` up to but not `to`, µs UTC: a day, or one microsecond.
    Span {
        from: i64,
        to: i64,
    },
}

/// A test with its types.
#[derive(Clone, Debug)]
pub(super) enum Test {
    Any(Vec<Test>),
    All(Vec<Test>),
    Not(Box<Test>),
    Null(String),
    Compare {
        column: String,
        op: Op,
        value: Value,
    },
    Columns {
        left: String,
        op: Op,
        right: String,
        kind: Kind,
    },
    /// The text has this part.
    Part {
        column: String,
        text: String,
    },
    /// The list has this item.
    Item {
        column: String,
        text: String,
    },
}

impl Test {
    /// Columns read, in order of the condition, repeats included.
    pub(super) fn columns<'a>(&'a self, names: &mut Vec<&'a str>) {
        match self {
            Self::Any(tests) | Self::All(tests) => tests.iter().for_each(|test| test.columns(names)),
            Self::Not(test) => test.columns(names),
            Self::Null(column)
            | Self::Compare { column, .. }
            | Self::Part { column, .. }
            | Self::Item { column, .. } => names.push(column),
            Self::Columns { left, right, .. } => names.extend([left.as_str(), right]),
        }
    }

    /// The truth of the test for each row.
    pub(super) fn truths(&self, frame: &DataFrame) -> Result<Vec<Truth>> {
        match self {
            Self::Any(tests) => joined(tests, frame, true),
            Self::All(tests) => joined(tests, frame, false),
            Self::Not(test) => Ok(test.truths(frame)?.into_iter().map(|truth| truth.map(|t| !t)).collect()),
            Self::Null(column) => {
                let column = frame.column(column)?;
                Ok(column.is_null().iter().collect())
            }
            Self::Compare { column, op, value } => compare(frame, column, *op, value),
            Self::Columns { left, op, right, kind } => columns(frame, left, *op, right, *kind),
            Self::Part { column, text } => {
                let texts = table::texts(frame, column)?;
                Ok(texts.into_iter().map(|t| t.map(|t| t.contains(text.as_str()))).collect())
            }
            Self::Item { column, text } => items(frame, column, text),
        }
    }
}

/// `or` when `decides` is true: one true decides; `and` when it is false: one false decides.
fn joined(tests: &[Test], frame: &DataFrame, decides: bool) -> Result<Vec<Truth>> {
    let Some((first, others)) = tests.split_first() else { return Ok(vec![Some(!decides); frame.height()]) };
    let mut all = first.truths(frame)?;
    for test in others {
        for (so_far, truth) in all.iter_mut().zip(test.truths(frame)?) {
            // What is so far is kept when it decides, or when the other says nothing against it.
            if *so_far != Some(decides) && truth != Some(!decides) {
                *so_far = truth;
            }
        }
    }
    Ok(all)
}

fn compare(frame: &DataFrame, column: &str, op: Op, value: &Value) -> Result<Vec<Truth>> {
    Ok(match value {
        Value::Number(number) => numbers(frame, column)?
            .into_iter()
            .map(|v| v.map(|v| op.holds(v.total_cmp(&(0.0 + number)))))
            .collect(),
        Value::Text(text) => {
            let holds = |value: &str| op.holds(value.cmp(text.as_str()));
            match table::few_texts(frame.column(column)?, table::FEW)? {
                // Labels: each is compared once.
                Some((labels, codes)) => {
                    let truths: Vec<bool> = labels.into_iter().map(holds).collect();
                    codes.into_iter().map(|code| code.map(|code| truths[usize::from(code)])).collect()
                }
                None => table::texts(frame, column)?.into_iter().map(|value| value.map(holds)).collect(),
            }
        }
        Value::Truth(truth) => {
            truths(frame, column)?.into_iter().map(|v| v.map(|v| op.holds(v.cmp(truth)))).collect()
        }
        Value::Span { from, to } => {
            let place = |instant: i64| match instant {
                instant if instant < *from => Ordering::Less,
                instant if instant < *to => Ordering::Equal,
                _ => Ordering::Greater,
            };
            let times = table::timestamps(frame, column)?;
            times.into_iter().map(|v| v.map(|v| op.holds(place(v)))).collect()
        }
    })
}

fn columns(frame: &DataFrame, left: &str, op: Op, right: &str, kind: Kind) -> Result<Vec<Truth>> {
    fn each<T>(
        left: Vec<Option<T>>,
        right: Vec<Option<T>>,
        order: impl Fn(T, T) -> Ordering,
        op: Op,
    ) -> Vec<Truth> {
        left.into_iter().zip(right).map(|(l, r)| Some(op.holds(order(l?, r?)))).collect()
    }
    Ok(match kind {
        Kind::Text => each(table::texts(frame, left)?, table::texts(frame, right)?, Ord::cmp, op),
        Kind::Bool => each(truths(frame, left)?, truths(frame, right)?, |a, b| a.cmp(&b), op),
        Kind::Timestamp => {
            each(table::timestamps(frame, left)?, table::timestamps(frame, right)?, |a, b| a.cmp(&b), op)
        }
        _ => each(numbers(frame, left)?, numbers(frame, right)?, |a, b| a.total_cmp(&b), op),
    })
}

/// Any numeric column as floats; -0 is 0.
fn numbers(frame: &DataFrame, column: &str) -> Result<Vec<Option<f64>>> {
    let floats = frame.column(column)?.cast(&DataType::Float64)?;
    Ok(floats.as_materialized_series().f64()?.iter().map(|v| v.map(|v| 0.0 + v)).collect())
}

fn truths(frame: &DataFrame, column: &str) -> Result<Vec<Truth>> {
    Ok(frame.column(column)?.as_materialized_series().bool()?.iter().collect())
}

fn items(frame: &DataFrame, column: &str, text: &str) -> Result<Vec<Truth>> {
    let lists = frame.column(column)?.as_materialized_series().list()?;
    lists
        .amortized_iter()
        .map(|list| {
            list.map(|list| Ok(list.as_ref().str()?.iter().any(|item| item == Some(text)))).transpose()
        })
        .collect()
}
