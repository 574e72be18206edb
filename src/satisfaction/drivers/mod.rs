//! What drives an outcome, such as overall satisfaction: which of its dimensions go with it, and how much each
//! of them weighs.
//!
//! [`key_drivers`] takes the people who answered everything, correlates each driver with the outcome, leaves out
//! drivers that are constant or repeat others ([`regression`]), and divides what is explained among the rest
//! ([`weights`]) with bootstrap intervals ([`bootstrap`]). [`performance`] sets these weights against how well
//! each driver performs. Which outcomes of a survey have which drivers is a matter of its questions and of the
//! configuration; [`tabulate`] makes the published table.
//!
//! Weights carry no sign: show the sign of the correlation beside them. Items that sum up the others, such as
//! "overall quality", are outcomes and do not belong among the drivers.

pub mod bootstrap;
mod model;
mod params;
pub mod performance;
#[cfg(test)]
mod reference;
pub mod regression;
mod table;
pub mod weights;

pub use bootstrap::Resampling;
pub use params::{DriversParams, ModelParams};
pub use performance::{Field, Lines};
pub use regression::{Regression, Repetition};
pub use table::tabulate;

use serde::{Deserialize, Serialize};

use crate::math::correlation::{complete, fisher, is_constant, kendall_tau_b, matrix, pearson, spearman};
use crate::math::interval::Interval;
use crate::math::matrix::Matrix;

/// Rows that weights need: this many, and this many per driver.
const FEWEST_ROWS: usize = 30;
const ROWS_PER_DRIVER: usize = 5;

/// How R² is divided among drivers.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Weighing {
    /// Johnson's relative weights, for any number of drivers.
    #[default]
    Johnson,
    /// Shapley values (LMG), for up to 15 drivers; Johnson's weights above.
    Shapley,
}

impl Weighing {
    /// The weight of each driver.
    pub fn weigh(self, between: &Matrix, with_outcome: &[f64]) -> Vec<f64> {
        match self {
            Self::Johnson => None,
            Self::Shapley => weights::shapley(between, with_outcome),
        }
        .unwrap_or_else(|| weights::johnson(between, with_outcome))
    }
}

/// What drives an outcome.
#[derive(Clone, Debug, PartialEq)]
pub struct KeyDrivers {
    /// People who answered the outcome and every driver.
    pub n: usize,
    /// Each driver, in the order given.
    pub drivers: Vec<Driver>,
    /// The regression on the drivers that have a weight; `None` when there are too few rows or the outcome does
    /// not vary. Its lists have one entry per driver with a weight, in order.
    pub regression: Option<Regression>,
    /// Drivers without a weight because they repeat others, in the order in which they were left out.
    pub repetitions: Vec<Repetition>,
}

/// One driver.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Driver {
    /// How it goes with the outcome; `None` when one of them is constant.
    pub correlation: Option<Correlation>,
    /// How much it weighs; `None` when it is constant, repeats others, or there are too few rows.
    pub importance: Option<Importance>,
}

/// How a driver goes with the outcome, −1 to 1.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Correlation {
    /// Pearson's r.
    pub pearson: f64,
    /// Fisher's 95 % interval of `pearson`; `None` below four rows.
    pub interval: Option<Interval>,
    /// Spearman's ρ.
    pub spearman: f64,
    /// Kendall's τ-b.
    pub kendall_tau_b: f64,
}

impl Correlation {
    /// The correlations of two columns without gaps; `None` when one is constant.
    pub fn of(driver: &[f64], outcome: &[f64]) -> Option<Self> {
        let pearson = pearson(driver, outcome)?;
        Some(Self {
            pearson,
            interval: fisher(pearson, driver.len()),
            spearman: spearman(driver, outcome)?,
            kendall_tau_b: kendall_tau_b(driver, outcome)?,
        })
    }
}

/// How much a driver weighs.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Importance {
    /// Its part of R², 0 or more.
    pub weight: f64,
    /// Its part of what all drivers explain, 0 to 1; `None` when they explain nothing.
    pub share: Option<f64>,
    /// Bootstrap interval of `share`, 95 %; `None` without resamples.
    pub interval: Option<Interval>,
    /// Standardised regression coefficient.
    pub beta: f64,
    /// Variance inflation, at least 1; above 5 the driver's own part is hard to tell from others'.
    pub inflation: f64,
}

/// Correlations and weights of `drivers` for `outcome`: columns of equal length, one row per person.
///
/// Rows with a gap are left out (listwise deletion). Weights need at least 30 rows and five per driver.
pub fn key_drivers(
    outcome: &[Option<f64>],
    drivers: &[Vec<Option<f64>>],
    weighing: Weighing,
    resampling: Resampling,
) -> KeyDrivers {
    let mut columns = drivers.to_vec();
    columns.push(outcome.to_vec());
    let mut columns = complete(&columns);
    let outcome = columns.pop().unwrap_or_default();
    let n = outcome.len();
    let driver =
        |column: &Vec<f64>| Driver { correlation: Correlation::of(column, &outcome), importance: None };
    let drivers = columns.iter().map(driver).collect();
    let mut found = KeyDrivers { n, drivers, regression: None, repetitions: Vec::new() };
    if n >= FEWEST_ROWS.max(ROWS_PER_DRIVER * columns.len()) && !is_constant(&outcome) {
        found.weigh(&columns, outcome, weighing, resampling);
    }
    found
}

impl KeyDrivers {
    /// Adds weights and regression from columns without gaps and an outcome that varies.
    fn weigh(&mut self, columns: &[Vec<f64>], outcome: Vec<f64>, weighing: Weighing, resampling: Resampling) {
        let varying: Vec<usize> = (0..columns.len()).filter(|&j| !is_constant(&columns[j])).collect();
        let used = |places: &[usize]| places.iter().map(|&j| columns[j].clone()).collect::<Vec<_>>();
        let Some(between) = matrix(&used(&varying)) else { return };
        let (kept, mut repetitions) = regression::without_repetition(&between);
        repetitions.iter_mut().for_each(|repetition| repetition.driver = varying[repetition.driver]);
        self.repetitions = repetitions;
        let kept: Vec<usize> = kept.into_iter().map(|j| varying[j]).collect();

        let mut columns = used(&kept);
        columns.push(outcome);
        let Some(all) = matrix(&columns) else { return };
        let (between, with_outcome) = parts(&all);
        let Some(regression) = Regression::of(&between, &with_outcome, self.n) else { return };
        let weights = weighing.weigh(&between, &with_outcome);
        let shares = weights::shares(&weights);
        let intervals = resampling.intervals(&columns, |all| {
            let (between, with_outcome) = parts(all);
            weights::shares(&weighing.weigh(&between, &with_outcome))
        });
        for (place, &driver) in kept.iter().enumerate() {
            self.drivers[driver].importance = Some(Importance {
                weight: weights[place],
                share: shares.as_ref().map(|shares| shares[place]),
                interval: intervals.as_ref().map(|intervals| intervals[place]),
                beta: regression.betas[place],
                inflation: regression.inflation[place],
            });
        }
        self.regression = Some(regression);
    }
}

/// Correlations between the drivers, and with the outcome, from the matrix of both, the outcome last.
fn parts(all: &Matrix) -> (Matrix, Vec<f64>) {
    let p = all.n_rows() - 1;
    (Matrix::from_fn(p, p, |i, j| all[(i, j)]), all.row(p)[..p].to_vec())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::math::golden::{all_close, close, json, mobi, numbers, table, texts};

    const FEW: Resampling = Resampling { replicates: 200, seed: 7 };

    fn attitude() -> (Vec<Option<f64>>, Vec<Vec<Option<f64>>>) {
        let names = texts(&json("key_drivers.json")["attitude"]["predictors"]);
        let table = table("attitude.csv");
        (table.column("rating"), table.columns(&names))
    }

    #[test]
    fn attitude_equals_the_reference() {
        let (outcome, drivers) = attitude();
        let found = key_drivers(&outcome, &drivers, Weighing::Johnson, FEW);
        let expected = &json("key_drivers.json")["attitude"];
        assert_eq!((found.n, found.repetitions.len()), (30, 0));
        let importance: Vec<Importance> = found.drivers.iter().map(|d| d.importance.unwrap()).collect();
        let weights: Vec<f64> = importance.iter().map(|i| i.weight).collect();
        all_close(&weights, &numbers(&expected["johnson_raw"]), 1e-12);
        all_close(
            &importance.iter().map(|i| i.beta).collect::<Vec<_>>(),
            &numbers(&expected["std_beta"]),
            1e-12,
        );
        for Importance { share, interval, .. } in importance {
            let (share, interval) = (share.unwrap(), interval.unwrap());
            assert!((interval.low..=interval.high).contains(&share), "{share} {interval:?}");
        }
        let shapley = key_drivers(&outcome, &drivers, Weighing::Shapley, FEW);
        let weights: Vec<f64> = shapley.drivers.iter().map(|d| d.importance.unwrap().weight).collect();
        all_close(&weights, &numbers(&expected["lmg_raw"]), 1e-12);
    }

    #[test]
    fn mobi_equals_the_map_of_the_reference() {
        let Some(mobi) = mobi() else { return };
        let expected = json("ipa_mobi.json");
        let items = texts(&expected["items"]);
        let found = key_drivers(&mobi.column("CUSA1"), &mobi.columns(&items), Weighing::Johnson, FEW);
        let performances: Vec<f64> = mobi
            .full(&items)
            .iter()
            .map(|column| column.iter().map(|x| (x - 1.0) / 9.0 * 100.0).sum::<f64>() / column.len() as f64)
            .collect();
        all_close(&performances, &numbers(&expected["performance_0_100"]), 1e-12);
        let lines = Lines::of(&performances).unwrap();
        let fields: Vec<&str> = found
            .drivers
            .iter()
            .zip(&performances)
            .map(|(driver, &p)| lines.field(driver.importance.unwrap().share.unwrap(), p).name())
            .collect();
        assert_eq!(fields, texts(&expected["quadrant"]));
        close(found.regression.unwrap().r_squared, 0.446_748_555_049_712_9, 1e-12);
    }

    #[test]
    fn constant_and_repeated_drivers_stand_aside() {
        let (outcome, mut drivers) = attitude();
        drivers.truncate(2);
        let plain = key_drivers(&outcome, &drivers, Weighing::Johnson, FEW);
        drivers.insert(1, vec![Some(3.0); 30]);
        drivers.push(drivers[0].iter().map(|x| x.map(|x| 2.0 * x + 1.0)).collect());
        let found = key_drivers(&outcome, &drivers, Weighing::Johnson, FEW);
        assert_eq!(found.drivers[1], Driver { correlation: None, importance: None });
        assert_eq!(found.repetitions[0].driver, 3);
        assert!(found.drivers[3].correlation.is_some() && found.drivers[3].importance.is_none());
        let shares = |found: &KeyDrivers, places: &[usize]| -> Vec<f64> {
            places.iter().map(|&j| found.drivers[j].importance.unwrap().share.unwrap()).collect()
        };
        all_close(&shares(&found, &[0, 2]), &shares(&plain, &[0, 1]), 1e-12);
    }

    #[test]
    fn few_rows_have_correlations_only() {
        let (mut outcome, drivers) = attitude();
        outcome[4] = None;
        let found = key_drivers(&outcome, &drivers, Weighing::Johnson, FEW);
        assert_eq!((found.n, found.regression), (29, None));
        assert!(found.drivers.iter().all(|d| d.correlation.is_some() && d.importance.is_none()));
        let nobody = key_drivers(&[], &[vec![]], Weighing::Johnson, FEW);
        assert_eq!((nobody.n, nobody.drivers[0].correlation), (0, None));
    }

    #[test]
    fn an_outcome_that_does_not_vary_is_not_explained() {
        let (_, drivers) = attitude();
        let found = key_drivers(&[Some(5.0); 30], &drivers, Weighing::Johnson, FEW);
        assert_eq!((found.n, found.regression), (30, None));
        assert_eq!(key_drivers(&[Some(5.0); 30], &[], Weighing::Johnson, FEW).drivers.len(), 0);
    }
}
