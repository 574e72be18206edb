//! The run: stages in order.
//!
//! [`run`] is the nightly job; [`check`] reads and accounts without publishing. Both take an [`Observer`],
//! because the library itself neither prints nor reads the clock.

mod as_of;
mod inputs;
mod outputs;
pub mod reading;
mod rejects;
mod respondents;

use std::path::PathBuf;

use polars::prelude::DataFrame;

use self::as_of::AsOfMoment;
use self::rejects::Rejects;
use crate::clusters::Clustering;
use crate::config::{Config, Stage};
use crate::loyalty::Cuts;
use crate::publish::manifest::InputTable;
use crate::publish::parquet::Stamp;
use crate::publish::{Draft, Store};
use crate::{Result, Warning, clusters, ingest, loyalty, rfm, satisfaction};

/// Watches a run: shows progress, keeps the clock.
pub trait Observer {
    /// A stage begins.
    fn stage(&mut self, name: &'static str);
    /// So many bytes are about to be read in this stage, as far as the files tell.
    fn expect(&mut self, _bytes: u64) {}
    /// Rows and bytes read since the last call.
    fn progress(&mut self, rows: u64, bytes: u64);
    /// Something the reader of the result should know.
    fn warning(&mut self, warning: &Warning);
    /// Seconds per stage so far, for the manifest.
    fn timings(&self) -> Vec<(String, f64)>;
}

/// Watches nothing.
#[derive(Clone, Copy, Debug, Default)]
pub struct Silent;

impl Observer for Silent {
    fn stage(&mut self, _: &'static str) {}
    fn progress(&mut self, _: u64, _: u64) {}
    fn warning(&mut self, _: &Warning) {}
    fn timings(&self) -> Vec<(String, f64)> {
        Vec::new()
    }
}

/// How a run ended.
#[derive(Clone, Debug)]
pub enum Outcome {
    /// A new result.
    Published {
        /// Its folder.
        folder: PathBuf,
        /// What it says, as in the manifest.
        figures: serde_json::Map<String, serde_json::Value>,
        /// Input tables with their accounts.
        tables: Vec<InputTable>,
    },
    /// The same night was published before; nothing was written.
    UpToDate {
        /// The folder of that result.
        folder: PathBuf,
    },
}

/// What the stages made of a night, ready to be published.
struct Night {
    customers: DataFrame,
    as_of: AsOfMoment,
    /// Counting orders; `None` without transactions.
    orders: Option<u64>,
    stages: Vec<Stage>,
    thresholds: Option<DataFrame>,
    indices: Option<DataFrame>,
    cuts: Option<Cuts>,
    clustering: Option<Clustering>,
    tables: Vec<InputTable>,
    warnings: Vec<Warning>,
}

/// Reads the exports, computes every stage asked for and publishes the result.
///
/// # Errors
/// Every class of [`crate::Error`]; nothing is published then and `latest` is what it was.
pub fn run(config: &Config, observer: &mut dyn Observer) -> Result<Outcome> {
    config.check_stages()?;
    let store = Store::take(&config.output())?;
    observer.stage("inputs");
    let inputs = inputs::look(config)?;
    if let Some(folder) = store.published(&inputs.fingerprint) {
        store.point_latest_to(&folder)?;
        return Ok(Outcome::UpToDate { folder });
    }
    let draft = store.draft(&inputs.fingerprint)?;
    let stamp = Stamp { fingerprint: inputs.fingerprint.clone() };
    let night = compute(config, &draft, &stamp, observer)?;
    observer.stage("publish");
    let figures = outputs::write(config, &night, &inputs, &draft, &stamp, observer)?;
    let folder = store.commit(&draft, &night.as_of.file_name(), &inputs.fingerprint)?;
    Ok(Outcome::Published { folder, figures, tables: night.tables })
}

/// Reads the exports and accounts for every row; publishes nothing.
///
/// # Errors
/// `Config` and `Input` for what does not fit.
pub fn check(config: &Config, observer: &mut dyn Observer) -> Result<reading::Findings> {
    config.check_stages()?;
    reading::findings(config, observer)
}

/// The stages in order.
fn compute(config: &Config, draft: &Draft, stamp: &Stamp, observer: &mut dyn Observer) -> Result<Night> {
    let stages = config.stages();
    let asked = |stage| stages.contains(&stage);
    let mut rejects = Rejects::draft(draft, stamp);

    observer.stage(Stage::Activity.name());
    let reading::Transactions { activity, as_of, table, mut warnings } =
        reading::transactions(config, &mut rejects, observer)?;
    let orders = table.is_some().then_some(activity.orders);
    let mut tables: Vec<InputTable> = table.into_iter().collect();
    let mut customers = activity.customers.clone();
    let (mut thresholds, mut indices, mut attitude, mut cuts, mut clustering) =
        (None, None, None, None, None);

    if asked(Stage::Rfm) {
        observer.stage(Stage::Rfm.name());
        let frozen = ingest::thresholds::read(config)?.map(|t| rfm::threshold_rows(&t)).transpose()?;
        let made = rfm::run(customers, &config.rfm, frozen.as_deref())?;
        customers = made.customers;
        thresholds = Some(made.thresholds);
        warnings.extend(made.warnings);
    }
    if asked(Stage::Satisfaction) {
        observer.stage(Stage::Satisfaction.name());
        let surveys = reading::surveys(config, &activity, &as_of, &mut rejects, observer)?;
        tables.extend(surveys.tables);
        let made = satisfaction::run(customers, &surveys.answers, &surveys.items, &config.satisfaction())?;
        customers = made.customers;
        (indices, attitude) = (Some(made.indices), Some(made.attitude));
        warnings.extend(surveys.warnings.into_iter().chain(made.warnings));
    }
    drop(activity);
    if asked(Stage::Loyalty) {
        observer.stage(Stage::Loyalty.name());
        let made = loyalty::run(customers, attitude.as_deref(), &config.loyalty, config.rfm.scores)?;
        customers = made.customers;
        cuts = Some(made.cuts);
        warnings.extend(made.warnings);
    }
    if asked(Stage::Clusters) {
        observer.stage(Stage::Clusters.name());
        let mut made = clusters::run(customers, &config.clusters, config.run.seed)?;
        customers = std::mem::take(&mut made.customers);
        warnings.append(&mut made.warnings);
        clustering = Some(made);
    }
    rejects.finish()?;
    Ok(Night { customers, as_of, orders, stages, thresholds, indices, cuts, clustering, tables, warnings })
}
