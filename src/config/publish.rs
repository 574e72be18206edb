//! `[publish]`: what is written.

use serde::Deserialize;

use super::campaigns::CampaignsConfig;
use crate::privacy::pseudonym::KeySource;
use crate::{Error, Result};

/// `[publish]`
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct PublishConfig {
    /// Write the members of each label under `segments/`.
    pub segments: bool,
    /// Figures of groups smaller than this are masked; it stands above `[satisfaction] minimum_group`.
    pub minimum_group: Option<u32>,
    /// Show the values of contact columns in messages and rejects; left out, people see their shape.
    pub show_values: bool,
    /// Publish pseudonyms instead of ids.
    pub pseudonyms: Option<KeySource>,
    /// `[publish.campaigns]`: audiences and their files.
    pub campaigns: CampaignsConfig,
    /// Write `report.html`; left out: when all stages are computed.
    pub report: Option<bool>,
    /// Name customers in the report.
    pub report_customers: bool,
}

/// Members of a group, at least, where ids are pseudonyms and nothing else is said.
const SMALLEST_GROUP: u32 = 10;

impl PublishConfig {
    /// Customers that a published group has at least; smaller ones are published together.
    pub fn smallest_group(&self) -> usize {
        let usual = if self.pseudonyms.is_some() { SMALLEST_GROUP } else { 1 };
        self.minimum_group.unwrap_or(usual) as usize
    }

    /// Pseudonyms have a key, and no values are shown beside them.
    ///
    /// # Errors
    /// `Config` otherwise.
    pub fn check(&self) -> Result<()> {
        let Some(source) = &self.pseudonyms else { return Ok(()) };
        if self.show_values {
            return Err(Error::config("`[publish] show_values` shows the ids that `pseudonyms` hides")
                .hint("take one of them out"));
        }
        source.check()
    }
}

impl Default for PublishConfig {
    fn default() -> Self {
        Self {
            segments: true,
            minimum_group: None,
            show_values: false,
            pseudonyms: None,
            report: None,
            report_customers: false,
            campaigns: CampaignsConfig::default(),
        }
    }
}
