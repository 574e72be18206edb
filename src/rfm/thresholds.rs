//! The bounds of each score, as published and as read back from an earlier result.

use polars::prelude::*;

use super::dimension::Dimension;
use crate::schema::rfm_thresholds as columns;
use crate::{Error, Result, table};

/// One row of a published `rfm_thresholds` table: the bounds of one score.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct ThresholdRow {
    /// The dimension scored.
    pub dimension: Dimension,
    /// The score, 1 to k.
    pub score: u8,
    /// Smallest value with the score, in days, orders or money; `None` when nobody had it.
    pub lower: Option<f64>,
    /// Largest value with the score, in days, orders or money; `None` when nobody had it.
    pub upper: Option<f64>,
}

/// The bounds of an earlier result, for `scoring = "frozen"`.
///
/// # Errors
/// `Config` when a column is absent or of another type, or a row names no dimension or score.
pub fn threshold_rows(published: &DataFrame) -> Result<Vec<ThresholdRow>> {
    let refuse = |name: &'static str| {
        move |_| {
            Error::config(format!("`[rfm] frozen_file` has no usable column `{name}`"))
                .hint("name the `rfm_thresholds.parquet` of an earlier result")
        }
    };
    let dimensions = table::texts(published, columns::DIMENSION).map_err(refuse(columns::DIMENSION))?;
    let scores = table::u8s(published, columns::SCORE).map_err(refuse(columns::SCORE))?;
    let lowers = table::f64s(published, columns::LOWER).map_err(refuse(columns::LOWER))?;
    let uppers = table::f64s(published, columns::UPPER).map_err(refuse(columns::UPPER))?;
    let mut rows = Vec::with_capacity(scores.len());
    for (index, (dimension, score)) in dimensions.into_iter().zip(scores).enumerate() {
        let (Some(dimension), Some(score)) = (dimension, score) else {
            let at = index + 1;
            return Err(Error::config(format!("`[rfm] frozen_file`: row {at} has no dimension or no score")));
        };
        rows.push(ThresholdRow {
            dimension: dimension.parse()?,
            score,
            lower: lowers[index],
            upper: uppers[index],
        });
    }
    Ok(rows)
}

/// Refuses frozen rows that are not exactly one per score of the dimension.
pub(super) fn check_frozen(rows: &[ThresholdRow], dimension: Dimension, k: u8) -> Result<()> {
    let mut scores: Vec<u8> = rows.iter().filter(|r| r.dimension == dimension).map(|r| r.score).collect();
    scores.sort_unstable();
    if scores.iter().copied().eq(1..=k) {
        return Ok(());
    }
    Err(Error::config(format!(
        "`[rfm] frozen_file` needs {k} rows for `{}`, scores 1 to {k}, found {} with scores {scores:?}",
        dimension.name(),
        scores.len(),
    ))
    .hint("`[rfm] scores` has to be the number of scores of the result that was frozen"))
}

/// The values that got one score, and how many.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Band {
    /// Smallest and largest value, once there is one.
    lower: f64,
    upper: f64,
    /// Customers with the score.
    pub(super) customers: u32,
}

impl Default for Band {
    fn default() -> Self {
        Self { lower: f64::INFINITY, upper: f64::NEG_INFINITY, customers: 0 }
    }
}

impl Band {
    /// The band of one value.
    #[inline]
    pub(super) fn of(value: f64) -> Self {
        Self { lower: value, upper: value, customers: 1 }
    }

    /// Takes in the values of another band.
    #[inline]
    pub(super) fn merge(&mut self, other: &Self) {
        self.lower = self.lower.min(other.lower);
        self.upper = self.upper.max(other.upper);
        self.customers += other.customers;
    }

    /// Smallest and largest value; `None` when nobody got the score.
    pub(super) fn bounds(&self) -> Option<(f64, f64)> {
        (self.customers > 0).then_some((self.lower, self.upper))
    }
}

/// The `rfm_thresholds` table: dimensions in the order of a cell, scores ascending.
pub(super) fn to_table(bands: [&[Band]; 3]) -> Result<DataFrame> {
    let rows = || {
        Dimension::ALL.into_iter().zip(bands).flat_map(|(dimension, bands)| {
            (1_u8..).zip(bands).map(move |(score, band)| (dimension, score, band))
        })
    };
    let bounds = |pick: fn((f64, f64)) -> f64| rows().map(|r| r.2.bounds().map(pick)).collect::<Vec<_>>();
    table::new(vec![
        Column::new(columns::DIMENSION.into(), rows().map(|r| r.0.name()).collect::<Vec<_>>()),
        Column::new(columns::SCORE.into(), rows().map(|r| r.1).collect::<Vec<_>>()),
        Column::new(columns::LOWER.into(), bounds(|b| b.0)),
        Column::new(columns::UPPER.into(), bounds(|b| b.1)),
        Column::new(columns::CUSTOMERS.into(), rows().map(|r| r.2.customers).collect::<Vec<_>>()),
    ])
}

#[cfg(test)]
mod tests {
    use super::*;

    fn three_dimensions() -> DataFrame {
        let mut some = [Band::default(); 3];
        [(7.0, 3), (-2.5, 1), (9.0, 3)]
            .into_iter()
            .for_each(|(value, score)| some[score - 1].merge(&Band::of(value)));
        to_table([&some, &some, &some]).unwrap()
    }

    #[test]
    fn a_score_nobody_got_has_no_bounds() {
        let rows = threshold_rows(&three_dimensions()).unwrap();
        assert_eq!(rows.len(), 9);
        let row = |score, lower, upper| ThresholdRow { dimension: Dimension::Frequency, score, lower, upper };
        let expected = [row(1, Some(-2.5), Some(-2.5)), row(2, None, None), row(3, Some(7.0), Some(9.0))];
        assert_eq!(rows[3..6], expected);
        let customers = table::u32s(&three_dimensions(), columns::CUSTOMERS).unwrap();
        assert_eq!(customers[..3], [Some(1), Some(0), Some(2)]);
    }

    #[test]
    fn frozen_rows_have_to_cover_each_score_once() {
        let rows = threshold_rows(&three_dimensions()).unwrap();
        check_frozen(&rows, Dimension::Monetary, 3).unwrap();
        let message = check_frozen(&rows, Dimension::Recency, 5).unwrap_err().to_string();
        assert_eq!(
            message,
            "`[rfm] frozen_file` needs 5 rows for `recency_days`, scores 1 to 5, found 3 with scores [1, 2, 3]"
        );
        let message = check_frozen(&rows[..8], Dimension::Monetary, 3).unwrap_err().to_string();
        assert!(message.contains("`monetary`") && message.contains("found 2"), "{message}");
    }

    #[test]
    fn a_file_that_is_no_threshold_table_is_refused() {
        let other = table::new(vec![Column::new("name".into(), ["a"])]).unwrap();
        let error = threshold_rows(&other).unwrap_err();
        assert_eq!(error.to_string(), "`[rfm] frozen_file` has no usable column `dimension`");
        assert!(error.hint_text().is_some());
    }
}
