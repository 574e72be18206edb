//! Measures of customers as rows of comparable numbers: who has them all, clipped, transformed, scaled.

use std::cmp::Ordering;

use rayon::prelude::*;
use serde::{Deserialize, Serialize};

use super::params::{ClustersParams, Direction, Feature, Missing, Scale, Transform};
use crate::math::quantile::{ascending, median, median_absolute_deviation, quantile};
use crate::math::sum::{mean, population_variance};

/// Makes the median absolute deviation of a normal distribution its standard deviation: 1 / Φ⁻¹(3/4).
const MAD_TO_SD: f64 = 1.4826;

/// How one measure was made comparable: what a later night needs to place its customers in the same space.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Scaler {
    /// Column of the customers table.
    pub column: String,
    /// What is done to a value before it is scaled.
    pub transform: Transform,
    /// What the measure says about a customer's value.
    pub direction: Direction,
    /// Values outside these bounds are pulled to them first.
    pub clip: Option<(f64, f64)>,
    /// Stands in for a missing value, where the configuration asks for it.
    pub median: Option<f64>,
    /// Subtracted from the transformed value: its mean, or median.
    pub centre: f64,
    /// Divides what is left: its standard deviation, or 1.4826 median absolute deviations; never 0.
    pub spread: f64,
}

impl Scaler {
    /// The value in the scaled space.
    pub fn apply(&self, value: f64) -> f64 {
        let value = self.clip.map_or(value, |(low, high)| value.clamp(low, high));
        (self.transform.apply(value) - self.centre) / self.spread
    }

    /// The scaler of a measure; `None` when all its values are equal, so that it tells nobody apart.
    fn fit(
        feature: &Feature,
        values: &[f64],
        median_known: Option<f64>,
        params: &ClustersParams,
    ) -> Option<Self> {
        let mut scaler = Self {
            column: feature.column.clone(),
            transform: feature.transform,
            direction: feature.direction,
            clip: clip(values, params.winsorise),
            median: median_known,
            centre: 0.0,
            spread: 1.0,
        };
        let values: Vec<f64> = values.iter().map(|&value| scaler.apply(value)).collect();
        let first = values.first()?;
        if values.iter().all(|value| value.partial_cmp(first) == Some(Ordering::Equal)) {
            return None;
        }
        let robust = || Some((median(&values)?, MAD_TO_SD * median_absolute_deviation(&values)?));
        let moments = || Some((mean(&values)?, population_variance(&values)?.sqrt()));
        let wanted = if params.scale == Scale::Robust { robust() } else { None };
        (scaler.centre, scaler.spread) = wanted.filter(|&(_, spread)| spread > 0.0).or_else(moments)?;
        Some(scaler)
    }
}

/// The type-7 quantiles at either end, unless nothing is to be clipped.
fn clip(values: &[f64], share: f64) -> Option<(f64, f64)> {
    if share <= 0.0 {
        return None;
    }
    let sorted = ascending(values);
    Some((quantile(&sorted, share)?, quantile(&sorted, 1.0 - share)?))
}

/// The customers that can be clustered, as rows.
#[derive(Clone, Debug)]
pub(super) struct Features {
    /// Row of each of them in the customers table, ascending.
    pub(super) customers: Vec<usize>,
    /// Their values in original units, row after row, one column per configured measure.
    pub(super) original: Vec<f64>,
    /// Their values in the scaled space, row after row, one column per scaler.
    pub(super) scaled: Vec<f64>,
    /// Measures that tell customers apart.
    pub(super) scalers: Vec<Scaler>,
    /// Measures that all these customers share, with the value.
    pub(super) constant: Vec<(String, f64)>,
}

/// Picks the customers with all measures and scales what they have.
///
/// `columns` has one column per configured measure, one value per customer.
pub(super) fn prepare(columns: &[Vec<Option<f64>>], params: &ClustersParams) -> Features {
    let medians: Vec<Option<f64>> =
        columns.par_iter().map(|column| stand_in(column, params.missing)).collect();
    let n = columns.first().map_or(0, Vec::len);
    let value = |row: usize, column: usize| columns[column][row].or(medians[column]);
    let complete = |&row: &usize| (0..columns.len()).all(|column| value(row, column).is_some());
    let customers: Vec<usize> = (0..n).filter(complete).collect();
    let known = |column: usize| customers.iter().filter_map(|&row| value(row, column)).collect::<Vec<f64>>();
    let values: Vec<Vec<f64>> = (0..columns.len()).into_par_iter().map(known).collect();

    let fit = |((feature, values), median): ((&Feature, &Vec<f64>), Option<f64>)| {
        let scaler = Scaler::fit(feature, values, median, params)?;
        Some((values.iter().map(|&value| scaler.apply(value)).collect(), scaler))
    };
    let fitted: Vec<Option<(Vec<f64>, Scaler)>> =
        params.features.par_iter().zip(&values).zip(medians).map(fit).collect();
    let (mut scalers, mut kept, mut constant) = (Vec::new(), Vec::new(), Vec::new());
    for ((feature, values), fitted) in params.features.iter().zip(&values).zip(fitted) {
        match fitted {
            Some((scaled, scaler)) => {
                kept.push(scaled);
                scalers.push(scaler);
            }
            None => constant.extend(values.first().map(|&value| (feature.column.clone(), value))),
        }
    }
    let (original, scaled) = rayon::join(|| by_row(&values), || by_row(&kept));
    Features { customers, original, scaled, scalers, constant }
}

/// The median of the known values, if it is to stand in for missing ones.
fn stand_in(column: &[Option<f64>], missing: Missing) -> Option<f64> {
    match missing {
        Missing::LeaveOut => None,
        Missing::Median => median(&column.iter().flatten().copied().collect::<Vec<_>>()),
    }
}

/// Columns of one length as rows, one after the other.
fn by_row(columns: &[Vec<f64>]) -> Vec<f64> {
    let n = columns.first().map_or(0, Vec::len);
    let mut rows = Vec::with_capacity(n * columns.len());
    (0..n).for_each(|row| rows.extend(columns.iter().map(|column| column[row])));
    rows
}

#[cfg(test)]
#[allow(clippy::float_cmp, reason = "the values compared are exact")]
mod tests {
    use super::*;
    use crate::clusters::golden::{close, columns, numbers, text};

    fn with(features: &[&str]) -> ClustersParams {
        let features = features.iter().map(|column| Feature::named(column)).collect();
        ClustersParams { features, ..ClustersParams::default() }
    }

    fn known(values: &[f64]) -> Vec<Option<f64>> {
        values.iter().copied().map(Some).collect()
    }

    /// Recency, frequency and monetary of the CDNOW sample at 1998-06-30, money in cents.
    fn cdnow() -> Vec<Vec<Option<f64>>> {
        let table = columns("rfm_cdnow_sample_1998-06-30_scores.csv.gz", 1..5);
        let column = |j: usize, unit: f64| table.chunks(4).map(|row| Some(row[j] / unit)).collect();
        vec![column(0, 1.0), column(1, 1.0), column(3, 100.0)]
    }

    #[test]
    fn cdnow_is_scaled_as_in_the_reference() {
        let features = prepare(&cdnow(), &ClustersParams::default());
        let expected: serde_json::Value =
            serde_json::from_str(&text("kmeans_cdnow_sample_logrfm.json")).unwrap();
        let of = |part: fn(&Scaler) -> f64| features.scalers.iter().map(part).collect::<Vec<f64>>();
        assert!(close(&of(|scaler| scaler.centre), &numbers(&expected["scaler"]["mean"]), 1e-12));
        assert!(close(&of(|scaler| scaler.spread), &numbers(&expected["scaler"]["sd_ddof0"]), 1e-12));
        // the file has twelve decimals
        assert!(close(&features.scaled, &columns("kmeans_cdnow_features.csv.gz", 1..4), 1e-12));
        assert_eq!(features.customers, (0..2_357).collect::<Vec<_>>());
    }

    #[test]
    fn scaling_or_shifting_a_measure_before_z_changes_nothing() {
        let params = with(&["satisfaction_score"]);
        let scaled = |values: &[f64]| prepare(&[known(values)], &params).scaled;
        let plain = scaled(&[0.1, 0.4, 0.9, 0.2]);
        assert!(close(&scaled(&[3.1, 3.4, 3.9, 3.2]), &plain, 1e-12));
        assert!(close(&scaled(&[1.0, 4.0, 9.0, 2.0]), &plain, 1e-12));
    }

    #[test]
    fn a_missing_measure_leaves_the_customer_out_or_is_the_median() {
        let table = [vec![Some(1.0), None, Some(3.0), Some(9.0)], known(&[1.0, 2.0, 4.0, 5.0])];
        let mut params = with(&["satisfaction_score", "loyalty_index"]);
        let left_out = prepare(&table, &params);
        assert_eq!(left_out.customers, [0, 2, 3]);
        assert_eq!(left_out.original, [1.0, 1.0, 3.0, 4.0, 9.0, 5.0]);
        params.missing = Missing::Median;
        let filled = prepare(&table, &params);
        assert_eq!(filled.customers, [0, 1, 2, 3]);
        assert_eq!(filled.original, [1.0, 1.0, 3.0, 2.0, 3.0, 4.0, 9.0, 5.0]);
        assert_eq!(filled.scalers[0].median, Some(3.0));
    }

    #[test]
    fn a_measure_missing_everywhere_has_no_median() {
        let mut params = with(&["satisfaction_score", "loyalty_index"]);
        params.missing = Missing::Median;
        let features = prepare(&[vec![None, None], known(&[1.0, 2.0])], &params);
        assert!(features.customers.is_empty() && features.scalers.is_empty() && features.constant.is_empty());
    }

    #[test]
    fn equal_values_drop_the_measure() {
        let features =
            prepare(&[known(&[0.1; 3]), known(&[1.0, 2.0, 3.0])], &with(&["loyalty_index", "monetary"]));
        assert_eq!(features.constant, [("loyalty_index".to_owned(), 0.1)]);
        assert_eq!(features.scalers.len(), 1);
        assert_eq!((features.scaled.len(), features.original.len()), (3, 6));
    }

    #[test]
    fn money_below_zero_counts_as_none() {
        let features = prepare(&[known(&[-50.0, 0.0, 1.0])], &with(&["monetary"]));
        assert_eq!(features.scaled[0].to_bits(), features.scaled[1].to_bits());
        assert_eq!(features.original, [-50.0, 0.0, 1.0]);
    }

    /// Median 3, absolute deviations 2 1 0 1 97, so their median is 1.
    #[test]
    fn robust_scaling_uses_median_and_deviation() {
        let mut params = with(&["satisfaction_score"]);
        params.scale = Scale::Robust;
        let features = prepare(&[known(&[1.0, 2.0, 3.0, 4.0, 100.0])], &params);
        assert!(close(&features.scaled, &[-2.0, -1.0, 0.0, 1.0, 97.0].map(|x| x / 1.4826), 1e-15));
        // more than half equal: mean 2, variance (4·1 + 16)/5 = 4
        let features = prepare(&[known(&[1.0, 1.0, 1.0, 1.0, 6.0])], &params);
        assert_eq!((features.scalers[0].centre, features.scalers[0].spread), (2.0, 2.0));
    }

    /// 101 values 0 to 100: the type-7 quantiles at 0.01 and 0.99 are 1 and 99.
    #[test]
    fn winsorising_pulls_both_tails_in() {
        let mut params = with(&["satisfaction_score"]);
        params.winsorise = 0.01;
        let values: Vec<f64> = (0..=100).map(f64::from).collect();
        let features = prepare(&[known(&values)], &params);
        assert_eq!(features.scalers[0].clip, Some((1.0, 99.0)));
        assert_eq!(features.scaled[0].to_bits(), features.scaled[1].to_bits());
        assert_eq!(features.scaled[100].to_bits(), features.scaled[99].to_bits());
    }
}
