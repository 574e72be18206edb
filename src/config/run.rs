//! `[run]`: where results go and from when the run looks.

use std::path::PathBuf;

use chrono::{DateTime, NaiveDate, NaiveDateTime};
use serde::{Deserialize, Deserializer};

/// `[run]`
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct RunConfig {
    /// Result folder, relative to the configuration file.
    pub output: PathBuf,
    /// The moment the run looks from; left out: the end of the day of the last accepted transaction, or of the
    /// last answer where there are no transactions.
    #[serde(deserialize_with = "as_of")]
    pub as_of: Option<AsOf>,
    /// Seed of every random draw.
    pub seed: u64,
    /// Language of the report: `en`, `fa`, or `both` with a switch.
    pub locale: Locale,
    /// IANA time zone that decides the day.
    pub timezone: String,
    /// Stages to compute and publish; left out: all of them.
    pub stages: Option<Vec<Stage>>,
}

impl Default for RunConfig {
    fn default() -> Self {
        Self {
            output: "results".into(),
            as_of: None,
            seed: 20_260_101,
            locale: Locale::En,
            timezone: "UTC".into(),
            stages: None,
        }
    }
}

/// Language of what people read.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Locale {
    /// English
    #[default]
    En,
    /// Persian
    Fa,
    /// Both, with a switch on the page; English first.
    Both,
}

/// One language of what people read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Language {
    /// English
    En,
    /// Persian
    Fa,
}

impl Language {
    /// The language's code.
    pub fn code(self) -> &'static str {
        match self {
            Self::En => "en",
            Self::Fa => "fa",
        }
    }
}

impl Locale {
    /// The languages of a page, first the one it opens with.
    pub fn languages(self) -> &'static [Language] {
        match self {
            Self::En => &[Language::En],
            Self::Fa => &[Language::Fa],
            Self::Both => &[Language::En, Language::Fa],
        }
    }

    /// The word of the configuration.
    pub fn name(self) -> &'static str {
        match self {
            Self::En => "en",
            Self::Fa => "fa",
            Self::Both => "both",
        }
    }

    /// The locale of that name.
    pub fn parse(name: &str) -> Option<Self> {
        [Self::En, Self::Fa, Self::Both].into_iter().find(|locale| locale.name() == name)
    }
}

/// A stage that can be asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Stage {
    /// One row per customer; always computed.
    Activity,
    /// Scores, thresholds, segments.
    Rfm,
    /// Level of each customer, indices.
    Satisfaction,
    /// Loyalty index and quadrant; needs rfm and satisfaction.
    Loyalty,
    /// Tiers: key, growing, other; needs rfm.
    Priority,
    /// Rates, times and recovery of complaints; each customer's complaints.
    Complaints,
    /// k-means clusters; needs rfm's measures.
    Clusters,
    /// Whom to call tonight, by the labels that other stages made.
    Watchlist,
}

impl Stage {
    /// Every stage, in the order of the run.
    pub const ALL: [Self; 8] = [
        Self::Activity,
        Self::Rfm,
        Self::Satisfaction,
        Self::Loyalty,
        Self::Priority,
        Self::Complaints,
        Self::Clusters,
        Self::Watchlist,
    ];

    /// The word of the configuration.
    pub fn name(self) -> &'static str {
        match self {
            Self::Activity => "activity",
            Self::Rfm => "rfm",
            Self::Satisfaction => "satisfaction",
            Self::Loyalty => "loyalty",
            Self::Priority => "priority",
            Self::Complaints => "complaints",
            Self::Clusters => "clusters",
            Self::Watchlist => "watchlist",
        }
    }

    /// The stage of that name.
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|s| s.name() == name)
    }

    /// Whether it computes from what customers bought.
    pub fn needs_transactions(self) -> bool {
        !matches!(self, Self::Activity | Self::Satisfaction | Self::Complaints | Self::Watchlist)
    }

    /// Stages this one reads the columns of.
    pub fn needs(self) -> &'static [Self] {
        match self {
            Self::Activity => &[],
            Self::Rfm | Self::Satisfaction | Self::Complaints | Self::Clusters | Self::Watchlist => {
                &[Self::Activity]
            }
            Self::Priority => &[Self::Activity, Self::Rfm],
            Self::Loyalty => &[Self::Activity, Self::Rfm, Self::Satisfaction],
        }
    }
}

/// The moment a run looks from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AsOf {
    /// The end of this day in the run's time zone.
    Day(NaiveDate),
    /// This moment on the wall clock of the run's time zone.
    Wall(NaiveDateTime),
    /// This instant.
    Instant(DateTime<chrono::Utc>),
}

impl AsOf {
    /// Reads `2011-12-10`, `2011-12-10T18:00:00` or the latter with an offset.
    pub fn parse(text: &str) -> Option<Self> {
        let text = text.trim();
        if let Ok(day) = NaiveDate::parse_from_str(text, "%Y-%m-%d") {
            return Some(Self::Day(day));
        }
        if let Ok(instant) = DateTime::parse_from_rfc3339(text) {
            return Some(Self::Instant(instant.to_utc()));
        }
        ["%Y-%m-%dT%H:%M:%S%.f", "%Y-%m-%d %H:%M:%S%.f", "%Y-%m-%d %H:%M"]
            .iter()
            .find_map(|f| NaiveDateTime::parse_from_str(text, f).ok())
            .map(Self::Wall)
    }
}

fn as_of<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<AsOf>, D::Error> {
    #[derive(Deserialize)]
    #[serde(untagged, expecting = "a date such as \"2011-12-10\", or a time such as \"2011-12-10T18:00:00\"")]
    enum Written {
        Text(String),
        Toml(toml::value::Datetime),
    }
    let text = match Written::deserialize(deserializer)? {
        Written::Text(text) => text,
        Written::Toml(datetime) => datetime.to_string(),
    };
    AsOf::parse(&text).map(Some).ok_or_else(|| {
        serde::de::Error::custom(format!(
            "`as_of` should be a date like 2011-12-10 or a time like 2011-12-10T18:00:00, but is `{text}`"
        ))
    })
}
