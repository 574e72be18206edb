//! `report.html`: the result as a page for everyone.
//!
//! ```text
//! Parquet tables + manifest ── figures ──> numbers without words
//!                                          ── sections, charts, words ──> pages of blocks, one per language
//!                                          ── template ──> one file: text, SVG, style, a small script
//! ```
//!
//! The page is rendered from the published tables alone: the run renders it from the tables it has just
//! written, `moshtari report` from those of any result. It needs no network (its security policy forbids
//! any request), names no customer unless the configuration allows it, and is the same bytes for the same
//! result. Without its script it is complete; the script sorts and filters tables and marks the place in the
//! contents.

mod chart;
mod figures;
mod html;
mod numbers;
mod page;
mod sections;
mod words;

use std::path::Path;

use serde_json::{Value, json};

use self::figures::Figures;
use crate::Result;
use crate::config::Config;
use crate::config::run::Locale;

/// Name of the file.
pub const FILE: &str = "report.html";

/// What the configuration says about the page; kept in the manifest, so that the page can be made again.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Settings {
    /// Language.
    pub locale: Locale,
    /// Whether customers may be named.
    pub customers: bool,
    /// Figures of smaller groups stay out; null: as the tables have them.
    pub minimum_group: Option<u32>,
}

impl Settings {
    /// The settings of a configuration.
    pub fn of(config: &Config) -> Self {
        Self {
            locale: config.run.locale,
            customers: config.publish.report_customers,
            minimum_group: config.publish.minimum_group,
        }
    }

    /// As the manifest keeps them.
    pub fn json(self) -> Value {
        json!({
            "locale": self.locale.name(),
            "customers": self.customers,
            "minimum_group": self.minimum_group,
        })
    }

    /// The settings a manifest keeps, or the defaults.
    pub fn kept(manifest: &Value) -> Self {
        let kept = &manifest["report"];
        Self {
            locale: kept["locale"].as_str().and_then(Locale::parse).unwrap_or_default(),
            customers: kept["customers"].as_bool().unwrap_or(false),
            minimum_group: kept["minimum_group"].as_u64().map(|n| n as u32),
        }
    }
}

/// Renders the page of a result: its tables in `folder`, its manifest as written beside them.
///
/// # Errors
/// `Input` when a table is damaged.
pub fn render(folder: &Path, manifest: &Value, settings: Settings) -> Result<String> {
    let figures = Figures::read(folder, manifest, settings.customers)?;
    let pages = settings
        .locale
        .languages()
        .iter()
        .map(|language| sections::page(&figures, *language, settings))
        .collect::<Result<Vec<_>>>()?;
    html::render(&pages)
}
