//! The run: stages in order.
//!
//! [`run`] is the nightly job; [`check`] reads and accounts without publishing. Both take an [`Observer`],
//! because the library itself neither prints nor reads the clock.

mod as_of;
pub mod campaigns;
pub mod complaints;
mod inputs;
mod night;
mod opinions;
mod outputs;
mod past;
mod pseudonyms;
mod quadrants;
pub mod reading;
mod rejects;
mod respondents;

use std::path::PathBuf;

use self::night::Night;
use self::past::Past;
use self::rejects::Rejects;
use crate::config::{Config, Stage};
use crate::publish::manifest::InputTable;
use crate::publish::parquet::Stamp;
use crate::publish::{Draft, Store};
use crate::{Result, Warning};

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
    let pseudonyms = pseudonyms::configured(config, &inputs.files)?;
    let past = Past::look(&store, config);
    let fingerprint = past.fingerprint(&inputs.fingerprint);
    let draft = store.draft(&fingerprint)?;
    let stamp = Stamp { fingerprint: fingerprint.clone() };
    let mut night = compute(config, &past, &draft, &stamp, observer)?;
    night.disguise(pseudonyms)?;
    night.compare(config, &past, observer)?;
    observer.stage("publish");
    let figures = outputs::write(config, &night, &inputs, &draft, &stamp, observer)?;
    let folder = store.commit(&draft, &night.as_of.file_name(), &fingerprint)?;
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
fn compute(
    config: &Config,
    past: &Past,
    draft: &Draft,
    stamp: &Stamp,
    observer: &mut dyn Observer,
) -> Result<Night> {
    let mut rejects = Rejects::draft(draft, stamp).masked(config.publish.pseudonyms.is_some());
    observer.stage(Stage::Activity.name());
    let transactions = reading::transactions(config, &mut rejects, observer)?;
    let (mut night, activity) = Night::begin(config, transactions);
    night.people = reading::people(config, &mut rejects, observer, &mut night.tables, &mut night.warnings)?;
    if night.comes_to(Stage::Rfm, observer) {
        night.score(config)?;
    }
    if night.comes_to(Stage::Satisfaction, observer) {
        let surveys = reading::surveys(config, &activity, &night.as_of, &mut rejects, observer)?;
        night.listen(config, surveys)?;
    }
    if night.comes_to(Stage::Loyalty, observer) {
        night.place(config)?;
    }
    if night.comes_to(Stage::Priority, observer) {
        night.prioritise(config, &activity)?;
    }
    if night.comes_to(Stage::Complaints, observer) {
        let read = complaints::read(config, &activity, &night.as_of, &mut rejects, observer)?;
        night.settle(config, read, &activity)?;
    }
    drop(activity);
    if night.comes_to(Stage::Clusters, observer) {
        night.cluster(config, past)?;
    }
    if night.comes_to(Stage::Watchlist, observer) {
        night.watch(config)?;
    }
    // Last, because groups are named by labels of every stage.
    night.sum_up(config)?;
    rejects.finish()?;
    Ok(night)
}
