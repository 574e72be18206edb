//! A night: what the stages have made so far, each in turn taking the customers and giving them back.

use std::collections::BTreeMap;

use polars::prelude::DataFrame;

use super::Observer;
use super::as_of::AsOfMoment;
use super::complaints::ReadComplaints;
use super::opinions::Opinions;
use super::past::{Compared, Past};
use super::pseudonyms;
use super::reading::{Surveys, Transactions};
use crate::activity::Activity;
use crate::clusters::Clustering;
use crate::complaints::{AsOf, Strangers};
use crate::config::{Config, Stage};
use crate::ingest::forgotten::Forgotten;
use crate::ingest::people::People;
use crate::loyalty::Cuts;
use crate::privacy::pseudonym::Pseudonyms;
use crate::publish::manifest::InputTable;
use crate::satisfaction::{Answered, Attitudes};
use crate::watchlist::Tonight;
use crate::zone::Zone;
use crate::{
    Result, Warning, clusters, complaints, ingest, loyalty, priority, rfm, satisfaction, table, watchlist,
};

/// What the stages made of a night, ready to be published.
pub(super) struct Night {
    pub(super) customers: DataFrame,
    pub(super) as_of: AsOfMoment,
    /// Counting orders; `None` without transactions.
    pub(super) orders: Option<u64>,
    pub(super) stages: Vec<Stage>,
    pub(super) thresholds: Option<DataFrame>,
    pub(super) opinions: Opinions,
    /// What each customer said; `None` without surveys.
    pub(super) responses: Option<DataFrame>,
    pub(super) cuts: Option<Cuts>,
    pub(super) complaints: Option<DataFrame>,
    pub(super) watchlist: Option<DataFrame>,
    pub(super) clustering: Option<Clustering>,
    pub(super) tables: Vec<InputTable>,
    pub(super) warnings: Vec<Warning>,
    /// The customers as they are published, with pseudonyms where these are asked for.
    pub(super) published: DataFrame,
    /// Makes pseudonyms, where these are asked for.
    pub(super) pseudonyms: Option<Pseudonyms>,
    /// Against the night before.
    pub(super) compared: Option<Compared>,
    /// Rows skipped for people to be forgotten, by table, and how many these are; `None` where nobody is.
    pub(super) forgotten: Option<BTreeMap<String, u64>>,
    /// The customer list, where there is one.
    pub(super) people: Option<People>,
    attitude: Option<Attitudes>,
    answered: Option<Answered>,
}

impl Night {
    /// The customers as their transactions show them.
    pub(super) fn begin(config: &Config, read: Transactions) -> (Self, Activity) {
        let Transactions { activity, as_of, table, warnings } = read;
        let night = Self {
            customers: activity.customers.clone(),
            as_of,
            orders: table.is_some().then_some(activity.orders),
            stages: config.stages(),
            thresholds: None,
            opinions: Opinions::default(),
            responses: None,
            cuts: None,
            complaints: None,
            watchlist: None,
            clustering: None,
            tables: table.into_iter().collect(),
            warnings,
            published: DataFrame::empty(),
            pseudonyms: None,
            compared: None,
            forgotten: None,
            people: None,
            attitude: None,
            answered: None,
        };
        (night, activity)
    }

    /// Whether the stage was asked for; if so, it begins.
    pub(super) fn comes_to(&self, stage: Stage, observer: &mut dyn Observer) -> bool {
        let asked = self.stages.contains(&stage);
        if asked {
            observer.stage(stage.name());
        }
        asked
    }

    fn customers(&mut self) -> DataFrame {
        std::mem::take(&mut self.customers)
    }

    /// Scores, thresholds and segments.
    pub(super) fn score(&mut self, config: &Config) -> Result<()> {
        let frozen = ingest::thresholds::read(config)?.map(|t| rfm::threshold_rows(&t)).transpose()?;
        let made = rfm::run(self.customers(), &config.rfm, frozen.as_deref())?;
        self.customers = made.customers;
        self.thresholds = Some(made.thresholds);
        self.warnings.extend(made.warnings);
        Ok(())
    }

    /// Satisfaction of each customer, and indices.
    pub(super) fn listen(&mut self, config: &Config, surveys: Surveys) -> Result<()> {
        self.tables.extend(surveys.tables);
        let (day, params) = (self.as_of.day, config.satisfaction());
        let made = satisfaction::run(self.customers(), surveys.answers, surveys.items, &params, day)?;
        self.customers = made.customers;
        (self.answered, self.attitude) = (Some(made.answered), Some(made.attitude));
        self.responses = made.responses;
        self.warnings.extend(surveys.warnings.into_iter().chain(made.warnings));
        Ok(())
    }

    /// Loyalty and the quadrant.
    pub(super) fn place(&mut self, config: &Config) -> Result<()> {
        let (customers, attitude) = (self.customers(), self.attitude.as_ref().map(Attitudes::by_row));
        let made = loyalty::run(customers, attitude.as_deref(), &config.loyalty, config.rfm.scores)?;
        self.customers = made.customers;
        self.cuts = Some(made.cuts);
        self.warnings.extend(made.warnings);
        Ok(())
    }

    /// Tiers.
    pub(super) fn prioritise(&mut self, config: &Config, activity: &Activity) -> Result<()> {
        let zone = Zone::parse(&config.run.timezone)?;
        let day_of = |at| zone.day(at);
        let (customers, day) = (self.customers(), self.as_of.day);
        self.customers =
            priority::run(customers, activity, day, &day_of, &config.priority, config.rfm.scores)?;
        Ok(())
    }

    /// Complaints of each customer and of groups; without an export the columns are null.
    pub(super) fn settle(
        &mut self,
        config: &Config,
        read: Option<ReadComplaints>,
        activity: &Activity,
    ) -> Result<()> {
        let zone = Zone::parse(&config.run.timezone)?;
        let day_of = |at| zone.day(at);
        let as_of = AsOf { day: self.as_of.day, instant: self.as_of.end(&zone), day_of: &day_of };
        let log = read.as_ref().map(|read| &read.log);
        let params = config.complaint_measures();
        let (respondents, dissatisfied) = self.answered.as_ref().map_or((0, 0), Answered::anonymous);
        let strangers = Strangers { respondents, dissatisfied };
        let scores_k = config.rfm.scores;
        let made = complaints::run(self.customers(), log, strangers, activity, &as_of, &params, scores_k)?;
        self.customers = made.customers;
        self.complaints = Some(made.figures);
        if let Some(read) = read {
            self.tables.push(read.table);
            self.warnings.extend(read.warnings);
        }
        self.warnings.extend(made.warnings);
        Ok(())
    }

    /// Clusters, their centres and names.
    pub(super) fn cluster(&mut self, config: &Config, past: &Past) -> Result<()> {
        let before = past.clusters(&self.as_of);
        let mut made = clusters::run(self.customers(), &config.clusters, config.run.seed, before.as_ref())?;
        self.customers = std::mem::take(&mut made.customers);
        self.warnings.append(&mut made.warnings);
        self.clustering = Some(made);
        Ok(())
    }

    /// Whom to call tonight; rules may ask what customers were in the night before.
    pub(super) fn watch(
        &mut self,
        config: &Config,
        past: &Past,
        pseudonyms: Option<&Pseudonyms>,
    ) -> Result<()> {
        let before = past.recall(config, &self.customers, &self.as_of, pseudonyms)?;
        self.customers = table::with(self.customers(), before)?;
        let tonight = Tonight {
            day: self.as_of.day,
            answer_days: config.watchlist.answer_days,
            sla_hours: config.complaint_measures().sla_hours,
            scores_k: config.rfm.scores,
        };
        let zone = Zone::parse(&config.run.timezone)?;
        let made = watchlist::run(self.customers(), &config.watchlist, &tonight, zone)?;
        self.customers = made.customers;
        self.watchlist = Some(made.list);
        Ok(())
    }

    /// Notes what was skipped for people to be forgotten.
    pub(super) fn forget(&mut self, people: Option<&Forgotten>, skipped: &BTreeMap<String, u64>) {
        self.forgotten = people.map(|people| {
            let listed = ("listed".to_owned(), people.len() as u64);
            let rows = skipped.iter().map(|(table, rows)| (format!("rows of {table}"), *rows));
            std::iter::once(listed).chain(rows).collect()
        });
    }

    /// The customers as they are published.
    pub(super) fn disguise(&mut self, pseudonyms: Option<Pseudonyms>) -> Result<()> {
        self.published = match &pseudonyms {
            Some(pseudonyms) => pseudonyms::apply(pseudonyms, &self.customers, true)?,
            None => self.customers.clone(),
        };
        self.pseudonyms = pseudonyms;
        Ok(())
    }

    /// Who moved since the night before.
    pub(super) fn compare(
        &mut self,
        config: &Config,
        past: &Past,
        observer: &mut dyn Observer,
    ) -> Result<()> {
        observer.stage("history");
        let key_id = self.pseudonyms.as_ref().map(Pseudonyms::key_id);
        let mut compared = past.compare(config, &self.published, &self.as_of, key_id)?;
        self.warnings.append(&mut compared.warnings);
        self.compared = Some(compared);
        Ok(())
    }

    /// What all answers say together; groups are named by labels of every stage.
    pub(super) fn sum_up(&mut self, config: &Config) -> Result<()> {
        let (opinions, said) = Opinions::of(self.answered.take().as_ref(), &self.customers, config)?;
        self.opinions = opinions;
        self.warnings.extend(said);
        Ok(())
    }
}
