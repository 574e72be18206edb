//! Parameters of the stage: `[satisfaction]`.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::drivers::DriversParams;
use super::factors::FactorsParams;
use super::period::Period;
use super::score::ScoreSource;
use crate::schema::customers as c;
use crate::{Error, Result, error};

/// The grouping by time.
pub(super) const PERIOD: &str = "period";

/// How answers become scores, levels and group figures.
#[derive(Clone, Debug, PartialEq, Deserialize, Serialize)]
#[serde(deny_unknown_fields, default)]
pub struct SatisfactionParams {
    /// Scores at which dissatisfied, satisfied, happy and delighted begin. The defaults put every point of
    /// a five-point scale in the middle of its level.
    pub cut_points: [f64; 4],
    /// Points of the five levels, angry first. The default gives delighted 4, as the course table prints it.
    pub level_points: [f64; 5],
    /// Days after which an answer weighs half against one of today.
    pub half_life_days: f64,
    /// Whether scores fade towards neutral as answers age.
    pub fade: bool,
    /// Days after which satisfaction above neutral has faded by half.
    pub fade_positive_days: f64,
    /// Days after which dissatisfaction has faded by half; anger is remembered longer.
    pub fade_negative_days: f64,
    /// Days after which an answer says nothing about the customer any more.
    pub max_age_days: u32,
    /// Groups with fewer answers than this are masked.
    pub minimum_group: u32,
    /// Which questions a satisfaction score comes from.
    pub source: ScoreSource,
    /// How much each dimension counts in weighted gaps, such as parts of 100; left out: all alike.
    pub weights: BTreeMap<String, f64>,
    /// How long a period of the indices is.
    pub period: Period,
    /// What the indices are grouped by: `period`, and text columns of the customers table.
    pub group_by: Vec<String>,
    /// What satisfaction comes from.
    pub drivers: DriversParams,
    /// Which questions ask the same thing.
    pub factors: FactorsParams,
}

impl Default for SatisfactionParams {
    fn default() -> Self {
        Self {
            cut_points: [0.125, 0.375, 0.625, 0.875],
            level_points: [-2.0, -1.0, 0.0, 1.0, 4.0],
            half_life_days: 90.0,
            fade: true,
            fade_positive_days: 365.0,
            fade_negative_days: 730.0,
            max_age_days: 730,
            minimum_group: 10,
            source: ScoreSource::Auto,
            weights: BTreeMap::new(),
            period: Period::Month,
            group_by: [PERIOD, c::RFM_SEGMENT, c::QUADRANT, c::CLUSTER_NAME].map(str::to_owned).to_vec(),
            drivers: DriversParams::default(),
            factors: FactorsParams::default(),
        }
    }
}

impl SatisfactionParams {
    /// Whether an answer of that age still counts; an undated one always does.
    pub fn is_current(&self, age_days: Option<u32>) -> bool {
        age_days.is_none_or(|age| age <= self.max_age_days)
    }

    /// Whether the parameters make sense.
    ///
    /// # Errors
    /// `Config` naming the key, its rule and the value found.
    pub fn check(&self) -> Result<()> {
        let cuts = self.cut_points;
        let within = cuts.iter().all(|cut| *cut > 0.0 && *cut < 1.0);
        if !within || !cuts.is_sorted_by(|a, b| a < b) {
            return Err(Error::config(format!(
                "`[satisfaction] cut_points` must ascend strictly between 0 and 1, found {cuts:?}"
            ))
            .hint("scores run from 0 to 1; the defaults are `[0.125, 0.375, 0.625, 0.875]`"));
        }
        let points = self.level_points;
        if !points.iter().all(|p| p.is_finite()) || !points.is_sorted() {
            return Err(Error::config(format!(
                "`[satisfaction] level_points` must not fall from angry to delighted, found {points:?}"
            ))
            .hint("the defaults are `[-2, -1, 0, 1, 4]`"));
        }
        for (key, days) in [
            ("half_life_days", self.half_life_days),
            ("fade_positive_days", self.fade_positive_days),
            ("fade_negative_days", self.fade_negative_days),
        ] {
            if !(days.is_finite() && days > 0.0) {
                return Err(Error::config(format!(
                    "`[satisfaction] {key}` must be a positive number of days, found {days}"
                ))
                .hint("`fade = false` turns fading off; a very long half-life weighs all answers alike"));
            }
        }
        if self.minimum_group == 0 {
            return Err(Error::config("`[satisfaction] minimum_group` must be at least 1, found 0")
                .hint("1 publishes every group, however small"));
        }
        self.check_weights()?;
        self.drivers.check()?;
        self.factors.check()?;
        self.check_groups()
    }

    fn check_weights(&self) -> Result<()> {
        let fits = |weight: &f64| weight.is_finite() && *weight >= 0.0;
        if let Some((dimension, weight)) = self.weights.iter().find(|(_, weight)| !fits(weight)) {
            return Err(Error::config(format!(
                "`[satisfaction.weights] {dimension}` must be 0 or more, found {weight}"
            ))
            .hint("weights are parts of any whole, such as 100 points given out over the dimensions"));
        }
        if !self.weights.is_empty() && self.weights.values().all(|weight| *weight <= 0.0) {
            return Err(Error::config("`[satisfaction.weights]` must have a weight above 0")
                .hint("leave the table out to weigh all dimensions alike"));
        }
        Ok(())
    }

    /// Labels only: figures are grouped by what has a name.
    fn check_groups(&self) -> Result<()> {
        let labels = || c::TABLE.columns.iter().filter(|column| column.is_label()).map(|column| column.name);
        for name in &self.group_by {
            if name != PERIOD && labels().all(|label| label != name) {
                let known: Vec<&str> = [PERIOD].into_iter().chain(labels()).collect();
                let hint = error::closest(name, known.iter().copied()).map_or_else(
                    || format!("known here: {}", known.join(", ")),
                    |close| format!("did you mean `{close}`?"),
                );
                return Err(Error::config(format!(
                    "`[satisfaction] group_by` should name `period` or labels of customers, found `{name}`"
                ))
                .hint(hint));
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refusal(toml: &str) -> String {
        let params: SatisfactionParams = toml::from_str(toml).unwrap();
        let error = params.check().unwrap_err();
        assert!(error.hint_text().is_some());
        error.to_string()
    }

    #[test]
    fn the_defaults_pass() {
        SatisfactionParams::default().check().unwrap();
        assert_eq!(toml::from_str::<SatisfactionParams>("").unwrap(), SatisfactionParams::default());
        toml::from_str::<SatisfactionParams>("level_points = [-2, -1, 0, 1, 2]").unwrap().check().unwrap();
    }

    #[test]
    fn each_rule_names_key_and_value() {
        for (toml, message) in [
            (
                "cut_points = [0.2, 0.2, 0.6, 0.8]",
                "must ascend strictly between 0 and 1, found [0.2, 0.2, 0.6, 0.8]",
            ),
            ("cut_points = [0.1, 0.3, 0.6, 1.0]", "`[satisfaction] cut_points` must ascend"),
            ("cut_points = [nan, 0.3, 0.6, 0.9]", "`[satisfaction] cut_points` must ascend"),
            ("level_points = [0, -1, 0, 1, 2]", "`[satisfaction] level_points` must not fall"),
            ("level_points = [0, 1, 2, 3, inf]", "`[satisfaction] level_points` must not fall"),
            (
                "half_life_days = 0",
                "`[satisfaction] half_life_days` must be a positive number of days, found 0",
            ),
            ("fade_positive_days = -1", "`[satisfaction] fade_positive_days` must be"),
            ("fade_negative_days = nan", "`[satisfaction] fade_negative_days` must be"),
            ("weights = { service = -1 }", "`[satisfaction.weights] service` must be 0 or more, found -1"),
            ("weights = { service = 0 }", "`[satisfaction.weights]` must have a weight above 0"),
            (
                "group_by = [\"rfm_segmant\"]",
                "should name `period` or labels of customers, found `rfm_segmant`",
            ),
            ("group_by = [\"rfm_why\"]", "found `rfm_why`"),
            ("minimum_group = 0", "`[satisfaction] minimum_group` must be at least 1, found 0"),
        ] {
            let found = refusal(toml);
            assert!(found.contains(message), "{found}");
        }
    }
}
