//! `[publish]`: what is written.

use serde::Deserialize;

use super::campaigns::CampaignsConfig;

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
    /// `[publish.campaigns]`: audiences and their files.
    pub campaigns: CampaignsConfig,
    /// Write `report.html`; left out: when all stages are computed.
    pub report: Option<bool>,
    /// Name customers in the report.
    pub report_customers: bool,
}

impl Default for PublishConfig {
    fn default() -> Self {
        Self {
            segments: true,
            minimum_group: None,
            show_values: false,
            report: None,
            report_customers: false,
            campaigns: CampaignsConfig::default(),
        }
    }
}
