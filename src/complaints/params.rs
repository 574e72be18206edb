//! Parameters of the stage: `[complaints.measures]`.

use serde::Deserialize;

use crate::{Error, Result};

/// How complaints are measured.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct ComplaintsParams {
    /// Hours within which a complaint should be resolved.
    pub sla_hours: f64,
    /// Days after a resolution within which a customer who orders again has come back.
    pub recovery_days: u32,
    /// Part of the dissatisfied who complain, for the rule of thumb where nobody was asked.
    pub complaint_share: f64,
    /// A customer is active whose last order is at most so many days old; left out: whoever ever ordered.
    pub active_days: Option<u32>,
    /// Groups with fewer complaints than this are masked.
    pub minimum_group: u32,
}

impl Default for ComplaintsParams {
    fn default() -> Self {
        Self {
            sla_hours: 72.0,
            recovery_days: 90,
            complaint_share: 0.02,
            active_days: None,
            minimum_group: 10,
        }
    }
}

impl ComplaintsParams {
    /// Whether the parameters make sense.
    ///
    /// # Errors
    /// `Config` naming the key, its rule and the value found.
    pub fn check(&self) -> Result<()> {
        if !(self.sla_hours.is_finite() && self.sla_hours > 0.0) {
            return Err(Error::config(format!(
                "`[complaints.measures] sla_hours` should be a positive number of hours, but is {}",
                self.sla_hours
            )));
        }
        if !(self.complaint_share > 0.0 && self.complaint_share <= 1.0) {
            return Err(Error::config(format!(
                "`[complaints.measures] complaint_share` should be above 0 and at most 1, but is {}",
                self.complaint_share
            ))
            .hint("0.02: of a hundred dissatisfied customers two complain"));
        }
        for (key, days) in [("recovery_days", Some(self.recovery_days)), ("active_days", self.active_days)] {
            if days == Some(0) {
                return Err(Error::config(format!(
                    "`[complaints.measures] {key}` should be at least 1, but is 0"
                )));
            }
        }
        if self.minimum_group == 0 {
            return Err(Error::config(
                "`[complaints.measures] minimum_group` should be at least 1, but is 0",
            )
            .hint("1 publishes every group, however small"));
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_rule_names_key_and_value() {
        ComplaintsParams::default().check().unwrap();
        for (toml, message) in [
            ("sla_hours = 0", "sla_hours` should be a positive number of hours, but is 0"),
            ("complaint_share = 1.5", "complaint_share` should be above 0 and at most 1, but is 1.5"),
            ("recovery_days = 0", "recovery_days` should be at least 1"),
            ("active_days = 0", "active_days` should be at least 1"),
            ("minimum_group = 0", "minimum_group` should be at least 1"),
        ] {
            let params: ComplaintsParams = toml::from_str(toml).unwrap();
            let found = params.check().unwrap_err().to_string();
            assert!(found.contains(message), "{found}");
        }
    }
}
