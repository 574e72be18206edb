//! `[publish]`: what is written.

use serde::Deserialize;

/// `[publish]`
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct PublishConfig {
    /// Write the members of each label under `segments/`.
    pub segments: bool,
    /// Published groups smaller than this are marked as indicative.
    pub minimum_group: u32,
}

impl Default for PublishConfig {
    fn default() -> Self {
        Self { segments: true, minimum_group: 10 }
    }
}
