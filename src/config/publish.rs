//! `[publish]`: what is written.

use serde::Deserialize;

use crate::Result;

/// `[publish]`
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct PublishConfig {
    /// Write the members of each label under `segments/`.
    pub segments: bool,
    /// Published groups smaller than this are marked as indicative.
    pub minimum_group: u32,
    /// Results kept beside the newest one; older ones are removed. 0 keeps all.
    pub keep_runs: u32,
}

impl Default for PublishConfig {
    fn default() -> Self {
        Self { segments: true, minimum_group: 10, keep_runs: 0 }
    }
}

impl PublishConfig {
    #[expect(clippy::unnecessary_wraps, reason = "every section has the same check")]
    pub(super) fn check(&self) -> Result<()> {
        Ok(())
    }
}
