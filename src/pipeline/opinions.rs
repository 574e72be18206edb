//! What all answers say together: indices, drivers, factors and the house of quality.

use polars::prelude::DataFrame;

use crate::config::Config;
use crate::satisfaction::factors::Tables;
use crate::satisfaction::{Answered, quality_house};
use crate::schema::{self, Table};
use crate::{Result, Warning};

/// The tables made of all answers; absent ones are not published.
#[derive(Default)]
pub(super) struct Opinions {
    indices: Option<DataFrame>,
    drivers: Option<DataFrame>,
    factors: Option<Tables>,
    house: Option<DataFrame>,
}

impl Opinions {
    /// The tables, and what to know about them. `customers` has the labels of every stage.
    ///
    /// # Errors
    /// `Config` when the configuration names a question or survey that is not there.
    pub(super) fn of(
        answered: Option<&Answered>,
        customers: &DataFrame,
        config: &Config,
    ) -> Result<(Self, Vec<Warning>)> {
        let (mut made, mut warnings) = (Self::default(), Vec::new());
        if let Some(answered) = answered {
            let seed = config.run.seed;
            let (indices, (drivers, factors)) = rayon::join(
                || answered.indices(customers),
                || rayon::join(|| answered.drivers(seed), || answered.factors(seed)),
            );
            made.indices = Some(indices?);
            let (drivers, said) = drivers?;
            made.drivers = Some(drivers);
            warnings.extend(said);
            let mut factors = factors?;
            warnings.append(&mut factors.warnings);
            made.factors = Some(factors);
        }
        if let Some(params) = &config.quality_house {
            let (house, said) = quality_house::run(params, made.drivers.as_ref())?;
            made.house = Some(house);
            warnings.extend(said);
        }
        Ok((made, warnings))
    }

    /// Every table with its declaration.
    pub(super) fn tables(&self) -> Vec<(&DataFrame, &'static Table)> {
        let factors = self.factors.as_ref();
        let all = [
            (self.indices.as_ref(), &schema::satisfaction::TABLE),
            (self.drivers.as_ref(), &schema::drivers::TABLE),
            (factors.map(|tables| &tables.items), &schema::items::TABLE),
            (factors.map(|tables| &tables.factors), &schema::factors::TABLE),
            (factors.map(|tables| &tables.loadings), &schema::loadings::TABLE),
            (factors.map(|tables| &tables.correlations), &schema::correlations::TABLE),
            (self.house.as_ref(), &schema::quality_house::TABLE),
        ];
        all.into_iter().filter_map(|(frame, table)| Some((frame?, table))).collect()
    }
}
