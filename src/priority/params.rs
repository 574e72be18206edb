//! Parameters of the stage: `[priority]`.

use serde::Deserialize;

use crate::{Error, Result};

/// How customers are put into tiers.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct PriorityParams {
    /// Part of the customers that is key: those of the highest value, ties inside.
    pub key_share: f64,
    /// Days of each of the two windows that a trend compares.
    pub trend_days: u32,
    /// A customer grows whose trend is at least this.
    pub growing_trend: f64,
}

impl Default for PriorityParams {
    fn default() -> Self {
        Self { key_share: 0.2, trend_days: 90, growing_trend: 0.10 }
    }
}

impl PriorityParams {
    /// Orders further back than this, in days, say nothing about a trend.
    pub fn reach_days(&self) -> i32 {
        i32::try_from(self.trend_days).unwrap_or(i32::MAX).saturating_mul(2)
    }

    /// Whether the parameters make sense.
    ///
    /// # Errors
    /// `Config` naming the key, its rule and the value found.
    pub fn check(&self) -> Result<()> {
        if !(self.key_share > 0.0 && self.key_share < 1.0) {
            return Err(Error::config(format!(
                "`[priority] key_share` should be between 0 and 1, but is {}",
                self.key_share
            ))
            .hint("0.2: the fifth of the customers that is worth most"));
        }
        if self.trend_days == 0 {
            return Err(Error::config("`[priority] trend_days` should be at least 1, but is 0"));
        }
        if !(-1.0..=1.0).contains(&self.growing_trend) {
            return Err(Error::config(format!(
                "`[priority] growing_trend` should be from -1 to 1, but is {}",
                self.growing_trend
            )));
        }
        Ok(())
    }
}
