//! `[satisfaction.drivers]`: which outcomes are explained, and by what.

use serde::{Deserialize, Serialize};

use super::Weighing;
use crate::{Error, Result};

/// How drivers are weighed, and of what.
#[derive(Clone, Debug, PartialEq, Deserialize, Serialize)]
#[serde(deny_unknown_fields, default)]
pub struct DriversParams {
    /// How what is explained is divided among the drivers.
    pub weights: Weighing,
    /// Bootstrap samples behind the intervals of the shares; 0 for no intervals.
    pub resamples: u32,
    /// What is explained by what. A survey without an entry has its overall satisfaction, recommending and buying
    /// again explained by its dimensions and facts.
    pub models: Vec<ModelParams>,
}

/// One outcome and its drivers, named as questions, facts, dimensions or what items measure.
#[derive(Clone, Debug, PartialEq, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct ModelParams {
    /// The survey; left out: the first.
    #[serde(default)]
    pub survey: Option<String>,
    /// What is explained.
    pub outcome: String,
    /// By what; left out: the survey's dimensions and facts.
    #[serde(default)]
    pub drivers: Vec<String>,
}

impl Default for DriversParams {
    fn default() -> Self {
        Self { weights: Weighing::Johnson, resamples: 1_000, models: Vec::new() }
    }
}

impl DriversParams {
    /// Whether the parameters make sense.
    ///
    /// # Errors
    /// `Config` naming the key, its rule and the value found.
    pub fn check(&self) -> Result<()> {
        for model in &self.models {
            let repeated = |place: usize| {
                model.drivers[..place].contains(&model.drivers[place])
                    || model.drivers[place] == model.outcome
            };
            if let Some(place) = (0..model.drivers.len()).find(|place| repeated(*place)) {
                return Err(Error::config(format!(
                    "`[[satisfaction.drivers.models]]` names `{}` twice for the outcome `{}`",
                    model.drivers[place], model.outcome
                ))
                .hint("an outcome does not explain itself, and a driver counts once"));
            }
        }
        Ok(())
    }
}
