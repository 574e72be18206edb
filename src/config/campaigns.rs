//! `[publish.campaigns]`: audiences, and the files that reach them.

use std::path::PathBuf;

use serde::Deserialize;

use super::Config;
use crate::condition::{Checked, Columns, Condition};
use crate::loyalty::Quadrant;
use crate::publish::names::file_name;
use crate::satisfaction::Level;
use crate::schema::{Kind, customers as c};
use crate::zone::Zone;
use crate::{Error, Result, error};

/// Name of the folder of lift figures, beside the folders of the audiences.
pub const LIFT: &str = "lift";

/// `[publish.campaigns]`
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct CampaignsConfig {
    /// Folder of the campaign files, relative to the configuration; left out: `campaigns` in the output folder.
    pub output: Option<PathBuf>,
    /// Formats of audiences that name none.
    pub formats: Vec<Format>,
    /// Share of each audience that is left alone, 0 to below 1, so that the effect can be measured.
    pub control: f64,
    /// What makes the choice of control groups this company's own; not a secret.
    pub salt: String,
    /// One customer is in one audience only, the first in order of priority.
    pub exclusive: bool,
    /// Begin `csv` files with a byte order mark, as spreadsheets want it.
    pub bom: bool,
    /// What happens in `csv` files to texts that a spreadsheet would take for formulas.
    pub formulas: Formulas,
    /// Google: take dots and `+tag` out of addresses at gmail.com and googlemail.com before hashing.
    pub gmail_dots: GmailDots,
    /// Who belongs to which campaign.
    pub audiences: Vec<Audience>,
}

impl Default for CampaignsConfig {
    fn default() -> Self {
        Self {
            output: None,
            formats: vec![Format::Csv],
            control: 0.0,
            salt: String::new(),
            exclusive: true,
            bom: false,
            formulas: Formulas::default(),
            gmail_dots: GmailDots::default(),
            audiences: Vec::new(),
        }
    }
}

/// Texts that begin like formulas.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, serde::Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Formulas {
    /// An apostrophe before them makes them texts.
    #[default]
    Neutralise,
    /// As they are: opened in a spreadsheet, a customer's name can run as a formula.
    KeepDangerous,
}

/// Dots and tags in addresses at Google's own mail.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, serde::Serialize)]
#[serde(rename_all = "snake_case")]
pub enum GmailDots {
    /// As the customer wrote them.
    #[default]
    Keep,
    /// Taken out.
    Remove,
}

/// `[[publish.campaigns.audiences]]`
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Audience {
    /// Name; also the campaign's id in the choice of its control group.
    pub name: String,
    /// Who belongs to it: a condition over the customers table.
    #[serde(rename = "where")]
    pub condition: String,
    /// Smaller numbers come first; audiences without one follow in the order of the file.
    pub priority: Option<u32>,
    /// Formats, instead of those of all audiences.
    pub formats: Option<Vec<Format>>,
    /// How the members are reached by files other than those of ad platforms.
    #[serde(default)]
    pub channel: Channel,
    /// First part of the names of consents: `newsletter` asks for `newsletter.email`.
    pub purpose: Option<String>,
    /// Name of the consent for the channel, where it has another name.
    pub consent: Option<String>,
    /// Name of the consent for ad platforms, where it has another name.
    pub ads_consent: Option<String>,
    /// Share left alone, instead of that of all audiences.
    pub control: Option<f64>,
    /// Columns of the customers table to hand on, in files other than those of ad platforms.
    #[serde(default)]
    pub columns: Vec<String>,
    /// Numeric column of the customers table that says what a customer is worth, for Meta.
    pub value: Option<String>,
    /// The effect that the campaign should be able to show.
    pub detect: Option<Detect>,
}

/// A change of a rate: what would happen anyway, and what the campaign hopes for.
#[derive(Clone, Copy, Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Detect {
    /// Rate without the campaign, between 0 and 1.
    pub from: f64,
    /// Rate with it.
    pub to: f64,
    /// Probability of noticing the change.
    #[serde(default = "usual_power")]
    pub power: f64,
}

fn usual_power() -> f64 {
    0.8
}

/// A kind of campaign file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Format {
    /// Comma-separated, for people and their spreadsheets.
    Csv,
    /// Parquet, for machines.
    Parquet,
    /// A workbook.
    Xlsx,
    /// Google Ads Customer Match.
    GoogleAds,
    /// Meta custom audience.
    Meta,
    /// Mailchimp contacts.
    Mailchimp,
    /// Klaviyo profiles.
    Klaviyo,
}

impl Format {
    /// Every format.
    pub const ALL: [Self; 7] =
        [Self::Csv, Self::Parquet, Self::Xlsx, Self::GoogleAds, Self::Meta, Self::Mailchimp, Self::Klaviyo];

    /// The word of the configuration.
    pub fn name(self) -> &'static str {
        match self {
            Self::Csv => "csv",
            Self::Parquet => "parquet",
            Self::Xlsx => "xlsx",
            Self::GoogleAds => "google_ads",
            Self::Meta => "meta",
            Self::Mailchimp => "mailchimp",
            Self::Klaviyo => "klaviyo",
        }
    }

    /// The format of that name.
    ///
    /// # Errors
    /// `Config` with the closest known one.
    pub fn parse(name: &str) -> Result<Self> {
        Self::ALL.into_iter().find(|format| format.name() == name).ok_or_else(|| {
            let known = Self::ALL.map(Self::name);
            Error::config(format!("there is no campaign format `{name}`")).hint(
                error::closest(name, known).map_or_else(
                    || format!("known formats: {}", known.join(", ")),
                    |close| format!("did you mean `{close}`?"),
                ),
            )
        })
    }

    /// An ad platform, which gets hashes.
    pub fn is_ads(self) -> bool {
        matches!(self, Self::GoogleAds | Self::Meta)
    }

    /// A file of somebody else's making, which is nothing without contact data.
    fn needs_list(self) -> bool {
        !matches!(self, Self::Csv | Self::Parquet | Self::Xlsx)
    }
}

/// How people are reached.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Channel {
    /// By e-mail.
    #[default]
    Email,
    /// By text message.
    Sms,
    /// By a call.
    Phone,
}

impl Channel {
    /// The word of the configuration, which is also the usual name of its consent.
    pub fn name(self) -> &'static str {
        match self {
            Self::Email => "email",
            Self::Sms => "sms",
            Self::Phone => "phone",
        }
    }
}

/// The consents that a file asks for, by name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Asked {
    /// Without a customer list there is nobody to ask, and no contact data either.
    Nothing,
    /// This one must be given.
    One(String),
    /// Google: the first must be given; the second is a state that the upload declares.
    UserData {
        /// `ad_user_data`: personal data may be sent to Google for advertising.
        user_data: String,
        /// `ad_personalization`: it may be used for personalised advertising.
        personalization: String,
    },
}

impl Audience {
    /// What the file of a format asks for.
    ///
    /// # Errors
    /// `Config` when the list has no such consent.
    pub fn asked(&self, format: Format, config: &Config) -> Result<Asked> {
        let Some(list) = &config.customers else { return Ok(Asked::Nothing) };
        let known: Vec<String> = list.consents().into_iter().map(|consent| consent.name).collect();
        let full = |name: &str| match &self.purpose {
            Some(purpose) => format!("{purpose}.{name}"),
            None => name.to_owned(),
        };
        let (user_data, personalization) = (full("ad_user_data"), full("ad_personalization"));
        let own = if format.is_ads() { &self.ads_consent } else { &self.consent };
        if format == Format::GoogleAds && known.contains(&user_data) && known.contains(&personalization) {
            return Ok(Asked::UserData { user_data, personalization });
        }
        let usual = full(if format.is_ads() { "ads" } else { self.channel.name() });
        let name = own.clone().unwrap_or(usual);
        if known.contains(&name) {
            return Ok(Asked::One(name));
        }
        let hint = error::closest(&name, known.iter().map(String::as_str)).map_or_else(
            || "name the column of the consent in `[customers.consent]`".to_owned(),
            |close| format!("`[customers.consent]` has `{close}`; name it in `consent` or `ads_consent`"),
        );
        let format = format.name();
        Err(Error::config(format!(
            "`{format}` files need the consent `{name}`, which the list does not have"
        ))
        .hint(hint))
    }

    fn check(&self, config: &Config, columns: &Columns) -> Result<()> {
        let campaigns = &config.publish.campaigns;
        Condition::parse(&self.condition)?.check(columns)?;
        for name in &self.columns {
            known_column(name, "columns")?;
        }
        if let Some(name) = &self.value
            && matches!(
                known_column(name, "value")?,
                Kind::Text | Kind::TextList | Kind::Bool | Kind::Timestamp
            )
        {
            return Err(Error::config(format!("`value` should name a numeric column, but `{name}` is none")));
        }
        let share = self.control.unwrap_or(campaigns.control);
        check_share(share)?;
        if share > 0.0 && campaigns.salt.is_empty() {
            return Err(Error::config("a control group needs a `salt` in `[publish.campaigns]`")
                .hint("any text that stays the same from night to night, such as the company's name"));
        }
        self.detect.as_ref().map_or(Ok(()), Detect::check)?;
        let formats = campaigns.formats_of(self);
        if formats.is_empty() {
            return Err(Error::config("`formats` names none"));
        }
        for format in formats {
            self.check_format(format, config)?;
        }
        Ok(())
    }

    /// Whether the list has what the file of a format needs.
    ///
    /// # Errors
    /// `Config` naming what is missing.
    pub fn check_format(&self, format: Format, config: &Config) -> Result<()> {
        let name = format.name();
        let Some(list) = &config.customers else {
            if format.needs_list() {
                return Err(Error::config(format!("`{name}` files need contact data"))
                    .hint("say in `[customers]` where the customer list is"));
            }
            return Ok(());
        };
        if format == Format::Mailchimp && self.channel != Channel::Email {
            let channel = self.channel.name();
            return Err(Error::config(format!("`{name}` files are by e-mail, but `channel` is `{channel}`"))
                .hint("leave `channel` out for e-mail, or ask for `klaviyo` or `csv` files instead"));
        }
        let (email, phone) = (list.columns.email.is_some(), list.columns.phone.is_some());
        let (reachable, what) = match self.channel {
            _ if format.is_ads() => (email || phone, "an `email` or `phone`"),
            Channel::Email => (email, "an `email`"),
            Channel::Sms | Channel::Phone => (phone, "a `phone`"),
        };
        if !reachable {
            return Err(Error::config(format!("`{name}` files need {what} column in `[customers.columns]`")));
        }
        self.asked(format, config).map(|_| ())
    }
}

impl Detect {
    fn check(&self) -> Result<()> {
        let inside = |x: f64| x > 0.0 && x < 1.0;
        if inside(self.from)
            && inside(self.to)
            && inside(self.power)
            && (self.from - self.to).abs() > f64::EPSILON
        {
            return Ok(());
        }
        Err(Error::config("`detect` should hold two different rates and a power, each between 0 and 1"))
    }
}

impl CampaignsConfig {
    /// The formats of an audience, each once, in the order of [`Format::ALL`].
    pub fn formats_of(&self, audience: &Audience) -> Vec<Format> {
        let mut formats = audience.formats.clone().unwrap_or_else(|| self.formats.clone());
        formats.sort_unstable();
        formats.dedup();
        formats
    }

    /// Audiences in order of priority.
    pub fn by_priority(&self) -> Vec<&Audience> {
        let mut audiences: Vec<&Audience> = self.audiences.iter().collect();
        audiences.sort_by_key(|audience| audience.priority.unwrap_or(u32::MAX));
        audiences
    }

    /// Checks everything that can be checked before there is a result.
    ///
    /// # Errors
    /// `Config` naming the audience and what is wrong with it.
    pub(super) fn check(&self, config: &Config) -> Result<()> {
        check_share(self.control).map_err(|e| of_section(e, "[publish.campaigns]"))?;
        let columns = columns(config)?;
        for (i, audience) in self.audiences.iter().enumerate() {
            let name = &audience.name;
            let section = format!("[[publish.campaigns.audiences]] `{name}`");
            if name.trim().is_empty() || name == LIFT {
                return Err(Error::config(format!("{section}: an audience cannot be called so")));
            }
            if self.audiences[..i].iter().any(|other| file_name(&other.name) == file_name(name)) {
                return Err(Error::config(format!("{section}: two audiences have this name")));
            }
            audience.check(config, &columns).map_err(|e| of_section(e, &section))?;
        }
        Ok(())
    }
}

/// The condition of an audience, held against the customers table.
///
/// # Errors
/// `Config` naming the place, when the condition does not fit.
pub fn condition(audience: &Audience, config: &Config) -> Result<Checked> {
    Condition::parse(&audience.condition)?.check(&columns(config)?)
}

/// The columns of the customers table, with the labels that are possible under this configuration.
///
/// # Errors
/// `Config` when the segment map or the time zone is at fault.
pub fn columns(config: &Config) -> Result<Columns> {
    let map = config.rfm.segment_map()?;
    Ok(Columns::of(&c::TABLE)
        .in_zone(Zone::parse(&config.run.timezone)?)
        .with_values(c::RFM_SEGMENT, map.names().iter().cloned())
        .with_values(
            c::QUADRANT,
            [Quadrant::Advocate, Quadrant::Hostage, Quadrant::Mercenary, Quadrant::Dangerous]
                .map(Quadrant::name),
        )
        .with_values(c::SATISFACTION_LEVEL, Level::ALL.map(Level::name))
        .with_values(c::NPS_GROUP, ["promoter", "passive", "detractor"]))
}

fn known_column(name: &str, key: &str) -> Result<Kind> {
    let found = c::TABLE.column(name).map(|column| column.kind);
    found.ok_or_else(|| {
        let error = Error::config(format!("`{key}`: the customers table has no column `{name}`"));
        match error::closest(name, c::TABLE.columns.iter().map(|column| column.name)) {
            Some(close) => error.hint(format!("did you mean `{close}`?")),
            None => error.hint("`moshtari schema customers` lists the columns"),
        }
    })
}

fn check_share(share: f64) -> Result<()> {
    if (0.0..1.0).contains(&share) {
        return Ok(());
    }
    Err(Error::config(format!("`control` should be a share from 0 to below 1, but is {share}")))
}

fn of_section(error: Error, section: &str) -> Error {
    match error {
        Error::Config { message, hint } => Error::Config { message: format!("{section}: {message}"), hint },
        other => other,
    }
}
