//! `moshtari.toml`: typed, checked, every default in one place.
//!
//! The file is read into [`Config`]; unknown keys are errors with a suggestion. Each section is a type of
//! its own: where data comes from is described here ([`run`], [`source`], [`transactions`], [`surveys`],
//! [`customers`], [`publish`]), what a stage computes is described by the stage's own `params.rs`.

pub mod campaigns;
pub mod complaints;
pub mod condition;
pub mod customers;
pub mod forget;
pub mod items;
pub mod publish;
pub mod run;
pub mod source;
pub mod surveys;
pub mod transactions;

use std::path::{Path, PathBuf};

use serde::Deserialize;

pub use self::complaints::ComplaintsConfig;
pub use self::condition::{Condition, OneOrMany};
pub use self::customers::CustomersConfig;
pub use self::forget::ForgetConfig;
pub use self::publish::PublishConfig;
pub use self::run::{AsOf, RunConfig, Stage};
pub use self::source::{ColumnName, Join, Source};
pub use self::surveys::{Layout, SurveyConfig};
pub use self::transactions::{OrderRule, Returns, TransactionsConfig};
use crate::clusters::ClustersParams;
use crate::complaints::ComplaintsParams;
use crate::history::HistoryParams;
use crate::loyalty::LoyaltyParams;
use crate::priority::PriorityParams;
use crate::rfm::RfmParams;
use crate::satisfaction::SatisfactionParams;
use crate::satisfaction::quality_house::QualityHouseParams;
use crate::watchlist::WatchlistParams;
use crate::zone::Zone;
use crate::{Error, Result, error};

/// The whole configuration.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Config {
    /// `[run]`: where results go, from when the run looks, locale and time zone.
    #[serde(default)]
    pub run: RunConfig,
    /// `[transactions]`: the exports of sales, their columns and rules; left out: a run about surveys only.
    pub transactions: Option<TransactionsConfig>,
    /// `[[surveys]]`: the exports of answers.
    #[serde(default)]
    pub surveys: Vec<SurveyConfig>,
    /// `[complaints]`: the exports of complaints.
    pub complaints: Option<ComplaintsConfig>,
    /// `[customers]`: the list of customers, how to reach them and what they agreed to.
    pub customers: Option<CustomersConfig>,
    /// `[forget]`: people whose rows are left out of everything.
    pub forget: Option<ForgetConfig>,
    /// `[rfm]`
    #[serde(default)]
    pub rfm: RfmParams,
    /// `[satisfaction]`
    #[serde(default)]
    pub satisfaction: SatisfactionParams,
    /// `[loyalty]`
    #[serde(default)]
    pub loyalty: LoyaltyParams,
    /// `[priority]`
    #[serde(default)]
    pub priority: PriorityParams,
    /// `[watchlist]`
    #[serde(default)]
    pub watchlist: WatchlistParams,
    /// `[clusters]`
    #[serde(default)]
    pub clusters: ClustersParams,
    /// `[quality_house]`: needs of customers and features that serve them.
    pub quality_house: Option<QualityHouseParams>,
    /// `[history]`
    #[serde(default)]
    pub history: HistoryParams,
    /// `[publish]`
    #[serde(default)]
    pub publish: PublishConfig,
    /// Folder that relative paths start from: the folder of the configuration file.
    #[serde(skip)]
    pub base: PathBuf,
    /// The text the configuration was read from; part of the run's fingerprint.
    #[serde(skip)]
    pub text: String,
}

impl Config {
    /// Reads and checks a configuration file.
    ///
    /// # Errors
    /// `Config` when the file is missing, is not TOML, has an unknown key, lacks a needed one or holds a value
    /// out of range; the message names the key.
    pub fn read(path: &Path) -> Result<Self> {
        let text = std::fs::read_to_string(path).map_err(|e| {
            Error::config(format!("cannot read the configuration `{}`: {e}", path.display()))
                .hint("write one with `moshtari init EXPORT...`, or name one with `-c FILE`")
        })?;
        let base = match path.parent() {
            Some(parent) if !parent.as_os_str().is_empty() => parent.to_path_buf(),
            _ => PathBuf::from("."),
        };
        Self::parse(&text, &base).map_err(|e| match e {
            Error::Config { message, hint } => {
                Error::Config { message: format!("{}: {message}", path.display()), hint }
            }
            other => other,
        })
    }

    /// Reads and checks a configuration from text; relative paths start from `base`.
    ///
    /// # Errors
    /// As [`Config::read`].
    pub fn parse(text: &str, base: &Path) -> Result<Self> {
        let mut config: Self = toml::from_str(text).map_err(|e| unreadable(&e))?;
        config.base = base.to_path_buf();
        text.clone_into(&mut config.text);
        config.check()?;
        Ok(config)
    }

    fn check(&self) -> Result<()> {
        Zone::parse(&self.run.timezone)?;
        self.check_exports()?;
        for (i, survey) in self.surveys.iter().enumerate() {
            survey.check(i, self.transactions.is_some())?;
        }
        self.check_survey_names()?;
        self.publish.check()?;
        self.complaints.iter().try_for_each(ComplaintsConfig::check)?;
        self.customers.as_ref().map_or(Ok(()), CustomersConfig::check)?;
        self.forget.iter().try_for_each(ForgetConfig::check)?;
        self.rfm.check()?;
        self.satisfaction.check()?;
        self.quality_house.iter().try_for_each(QualityHouseParams::check)?;
        self.loyalty.check()?;
        self.priority.check()?;
        self.watchlist.check()?;
        self.clusters.check()?;
        self.publish.campaigns.check(self)
    }

    fn check_exports(&self) -> Result<()> {
        match &self.transactions {
            Some(transactions) => transactions.check(),
            None if self.surveys.is_empty() && self.complaints.is_none() => {
                Err(Error::config("the configuration has neither `[transactions]` nor `[[surveys]]`")
                    .hint("name the exports of sales in `[transactions]`, those of answers in `[[surveys]]`"))
            }
            None => Ok(()),
        }
    }

    /// Accounts and rejects are kept by name, so that no two input tables may share one.
    fn check_survey_names(&self) -> Result<()> {
        let names = self.survey_names();
        let taken = |i: usize| {
            ["transactions", "complaints", "customers"].contains(&names[i].as_str())
                || names[..i].contains(&names[i])
        };
        match (0..names.len()).find(|i| taken(*i)) {
            Some(i) => {
                Err(Error::config(format!("`[[surveys]] name`: two input tables are called `{}`", names[i]))
                    .hint("give each survey a name of its own"))
            }
            None => Ok(()),
        }
    }

    /// The output folder.
    pub fn output(&self) -> PathBuf {
        self.base.join(&self.run.output)
    }

    /// The stages to compute: those asked for and those they need, in the order of the run; left out: all that
    /// the exports allow.
    pub fn stages(&self) -> Vec<Stage> {
        let Some(asked) = &self.run.stages else {
            // Runs about surveys alone have no complaints to measure, and nobody to call.
            let silent =
                |s: &Stage| self.complaints.is_none() && matches!(s, Stage::Complaints | Stage::Watchlist);
            let possible = |s: &Stage| self.transactions.is_some() || !(s.needs_transactions() || silent(s));
            return Stage::ALL.into_iter().filter(possible).collect();
        };
        let needed =
            |s: &Stage| *s == Stage::Activity || asked.iter().any(|a| a == s || a.needs().contains(s));
        Stage::ALL.into_iter().filter(needed).collect()
    }

    /// Whether the report is written: as asked for, else when no stage is left out on purpose.
    pub fn reports(&self) -> bool {
        let whole = self.run.stages.as_ref().is_none_or(|_| self.stages().len() == Stage::ALL.len());
        self.publish.report.unwrap_or(whole)
    }

    /// The stages asked for must be possible with the exports there are.
    ///
    /// # Errors
    /// `Config` naming a stage that needs transactions where there are none.
    pub fn check_stages(&self) -> Result<()> {
        let impossible = |s: &Stage| self.transactions.is_none() && s.needs_transactions();
        let asked = self.run.stages.as_deref().unwrap_or_default();
        match asked.iter().find(|s| impossible(s)) {
            Some(stage) => {
                let name = stage.name();
                Err(Error::config(format!("stage `{name}` needs `[transactions]`, which there is none of"))
                    .hint("without transactions there are `activity`, `satisfaction`, `complaints` and `watchlist`; leave `stages` out"))
            }
            None => Ok(()),
        }
    }

    /// `[satisfaction]` with what `[publish]` decides.
    pub fn satisfaction(&self) -> SatisfactionParams {
        let minimum_group = self.publish.minimum_group.unwrap_or(self.satisfaction.minimum_group);
        SatisfactionParams { minimum_group, ..self.satisfaction.clone() }
    }

    /// `[complaints.measures]` with what `[publish]` decides.
    pub fn complaint_measures(&self) -> ComplaintsParams {
        let mut params = self.complaints.as_ref().map(|c| c.measures.clone()).unwrap_or_default();
        params.minimum_group = self.publish.minimum_group.unwrap_or(params.minimum_group);
        params
    }

    /// What the command line changed, as text for the fingerprint.
    pub fn overrides(&self) -> String {
        format!("{:?} {:?}", self.run.as_of, self.stages())
    }

    /// Name of the rejects table of a survey: `surveys`, with the survey's name where there are several.
    pub fn rejects_name(&self, survey: usize) -> String {
        if self.surveys.len() == 1 {
            return "surveys".to_owned();
        }
        format!("surveys_{}", crate::publish::names::file_name(&self.survey_names()[survey]))
    }

    /// Name of the table of single answers that a survey sets aside: as [`Config::rejects_name`], with `answers`.
    pub fn answers_rejects_name(&self, survey: usize) -> String {
        self.rejects_name(survey).replacen("surveys", "answers", 1)
    }

    /// Names of the surveys: as configured, or `survey`, `survey_2`, ...
    pub fn survey_names(&self) -> Vec<String> {
        self.surveys
            .iter()
            .enumerate()
            .map(|(i, s)| {
                s.name
                    .clone()
                    .unwrap_or_else(|| if i == 0 { "survey".into() } else { format!("survey_{}", i + 1) })
            })
            .collect()
    }
}

/// The TOML reader's error with the closest known key as a hint.
fn unreadable(error: &toml::de::Error) -> Error {
    let message = error.to_string();
    let text = message.trim_end().to_owned();
    let unknown = between(&message, "unknown field `", "`")
        .or_else(|| between(&message, "unknown variant `", "`"))
        .and_then(|word| Some((word, message.split_once("expected")?.1)))
        .map(|(word, known)| (word, known.split('`').skip(1).step_by(2).collect::<Vec<_>>()));
    match unknown {
        Some((word, known)) => {
            let hint = error::closest(word, known.iter().copied()).map_or_else(
                || format!("known here: {}", known.join(", ")),
                |close| format!("did you mean `{close}`?"),
            );
            Error::config(text).hint(hint)
        }
        None => Error::config(text),
    }
}

fn between<'a>(text: &'a str, open: &str, close: &str) -> Option<&'a str> {
    let rest = text.split_once(open)?.1;
    Some(rest.split_once(close)?.0)
}
