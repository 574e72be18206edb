//! Whether the customers as a whole are still what they were.

use std::collections::BTreeMap;

use polars::prelude::*;

use super::{LABELS, MEASURES, NO_LABEL};
use crate::math::quantile::{ascending, quantile};
use crate::math::stability::{binned, stability_index};
use crate::schema::{Kind, customers as c, drift as d};
use crate::{Result, Warning, table};

/// Below this the index says stable, from the second on changed, in between worth a look (Siddiqi 2006).
const READINGS: (f64, f64) = (0.1, 0.25);
/// Customers on either side without which the index is chance.
const ENOUGH: u64 = 100;

/// One measure or label.
pub(super) struct Drift {
    measure: &'static str,
    kind: &'static str,
    bins: u16,
    before: u64,
    tonight: u64,
    index: Option<f64>,
}

impl Drift {
    fn of(measure: &'static str, kind: &'static str, expected: &[u64], actual: &[u64]) -> Self {
        let (before, tonight) = (expected.iter().sum(), actual.iter().sum());
        let index = stability_index(expected, actual);
        Self { measure, kind, bins: expected.len() as u16, before, tonight, index }
    }

    /// The index in a word; `None` where there are too few customers to say.
    fn reading(&self) -> Option<&'static str> {
        let index = self.index.filter(|_| self.before.min(self.tonight) >= ENOUGH)?;
        Some(if index < READINGS.0 {
            "stable"
        } else if index <= READINGS.1 {
            "look"
        } else {
            "changed"
        })
    }
}

/// The drift of every measure and label that both nights have, with a warning for each that changed.
pub(super) fn run(before: &DataFrame, tonight: &DataFrame) -> Result<(DataFrame, Vec<Warning>)> {
    let both = |column: &str| before.column(column).is_ok() && tonight.column(column).is_ok();
    let mut found = Vec::new();
    for measure in MEASURES.into_iter().filter(|m| both(m)) {
        let (old, new) = (numbers(before, measure)?, numbers(tonight, measure)?);
        let edges = deciles(&old);
        let (expected, actual) = (binned(old.into_iter(), &edges), binned(new.into_iter(), &edges));
        found.push(Drift::of(measure, "measure", &expected, &actual));
    }
    for label in LABELS.into_iter().filter(|l| both(l)) {
        let mut counts: BTreeMap<&str, [u64; 2]> = BTreeMap::new();
        for (side, night) in [before, tonight].into_iter().enumerate() {
            for value in table::texts(night, label)? {
                counts.entry(value.unwrap_or(NO_LABEL)).or_default()[side] += 1;
            }
        }
        let side = |side: usize| counts.values().map(|both| both[side]).collect::<Vec<_>>();
        found.push(Drift::of(label, "label", &side(0), &side(1)));
    }
    let changed = found.iter().filter(|row| row.reading() == Some("changed"));
    let warnings = changed.map(|row| {
        let index = row.index.unwrap_or_default();
        let message = format!(
            "`{}` is not distributed as at the previous result (stability index {index:.2}, above {})",
            row.measure, READINGS.1
        );
        Warning::new("drift", message)
            .with("measure", row.measure)
            .with("index", index)
            .with("limit", READINGS.1)
    });
    Ok((table(&found)?, warnings.collect()))
}

/// The inner deciles, equal ones once.
fn deciles(values: &[f64]) -> Vec<f64> {
    let sorted = ascending(values);
    let mut edges: Vec<f64> =
        (1..10).filter_map(|tenth| quantile(&sorted, f64::from(tenth) / 10.0)).collect();
    edges.dedup_by(|a, b| a.total_cmp(b).is_eq());
    edges
}

/// The known values of a numeric column.
fn numbers(customers: &DataFrame, column: &str) -> Result<Vec<f64>> {
    Ok(match c::TABLE.column(column).map(|column| column.kind) {
        Some(Kind::U32) => table::u32s(customers, column)?.into_iter().flatten().map(f64::from).collect(),
        Some(Kind::I32) => table::i32s(customers, column)?.into_iter().flatten().map(f64::from).collect(),
        _ => table::f64s(customers, column)?.into_iter().flatten().collect(),
    })
}

/// The table that `schema::drift` describes.
pub(super) fn table(rows: &[Drift]) -> Result<DataFrame> {
    table::new(vec![
        Column::new(d::MEASURE.into(), rows.iter().map(|row| row.measure).collect::<Vec<_>>()),
        Column::new(d::KIND.into(), rows.iter().map(|row| row.kind).collect::<Vec<_>>()),
        Column::new(d::BINS.into(), rows.iter().map(|row| row.bins).collect::<Vec<_>>()),
        Column::new(d::CUSTOMERS_BEFORE.into(), rows.iter().map(|row| row.before).collect::<Vec<_>>()),
        Column::new(d::CUSTOMERS.into(), rows.iter().map(|row| row.tonight).collect::<Vec<_>>()),
        Column::new(d::PSI.into(), rows.iter().map(|row| row.index).collect::<Vec<_>>()),
        Column::new(d::READING.into(), rows.iter().map(Drift::reading).collect::<Vec<_>>()),
    ])
}

#[cfg(test)]
mod tests {
    use super::*;

    fn night(monetary: impl Iterator<Item = f64>, label: &str) -> DataFrame {
        let monetary: Vec<f64> = monetary.collect();
        let labels = vec![label; monetary.len()];
        table::new(vec![
            Column::new(c::MONETARY.into(), monetary),
            Column::new(c::RFM_SEGMENT.into(), labels),
        ])
        .unwrap()
    }

    #[test]
    fn the_same_customers_do_not_drift_and_others_do() {
        let before = night((0..1_000).map(f64::from), "lost");
        let (same, warnings) = run(&before, &before).unwrap();
        assert_eq!(table::texts(&same, d::MEASURE).unwrap(), [Some("monetary"), Some("rfm_segment")]);
        assert_eq!(table::f64s(&same, d::PSI).unwrap(), [Some(0.0), Some(0.0)]);
        assert_eq!(table::u16s(&same, d::BINS).unwrap(), [Some(10), Some(1)]);
        assert!(warnings.is_empty());
        // Everybody in the lowest decile: (1 − 0.1) ln 10 + 9 (0.0001 − 0.1) ln 0.001 = 2.07233 + 6.21076.
        let (other, warnings) = run(&before, &night((0..100).map(|_| 1.0), "lost")).unwrap();
        let index = table::f64s(&other, d::PSI).unwrap()[0].unwrap();
        assert!((index - 8.283_089).abs() < 1e-5, "{index}");
        assert_eq!(table::texts(&other, d::READING).unwrap(), [Some("changed"), Some("stable")]);
        assert_eq!(warnings.len(), 1);
    }

    #[test]
    fn few_customers_are_no_reading() {
        let few = night((0..50).map(f64::from), "lost");
        let (table, warnings) = run(&few, &few).unwrap();
        assert_eq!(table::texts(&table, d::READING).unwrap(), [None, None]);
        assert!(warnings.is_empty());
    }
}
