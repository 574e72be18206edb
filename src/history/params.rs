//! `[history]`: whether tonight is compared with the night before.

use serde::Deserialize;

/// `[history]`
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct HistoryParams {
    /// Compare with the previous result in the output folder, and keep its clusters' names.
    pub compare: bool,
}

impl Default for HistoryParams {
    fn default() -> Self {
        Self { compare: true }
    }
}
