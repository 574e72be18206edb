//! The run: stages in order.
//!
//! [`run`] is the nightly job; [`check`] reads and accounts without publishing. Both take an [`Observer`],
//! because the library itself neither prints nor reads the clock.

mod as_of;
pub mod campaigns;
mod changed_rules;
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

use std::path::{Path, PathBuf};

pub use self::changed_rules::changed_rules;
use self::night::Night;
use self::past::Past;
use self::reading::Exports;
use self::rejects::Rejects;
use crate::config::{Config, Stage};
use crate::ingest::forgotten::Forgotten;
use crate::privacy::pseudonym::Pseudonyms;
use crate::publish::Store;
use crate::publish::manifest::{self, InputTable};
use crate::publish::parquet::Stamp;
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
    /// The same night was published before and is whole; nothing was written.
    UpToDate {
        /// The folder of that result.
        folder: PathBuf,
        /// Where `latest` led before, if not to that result.
        elsewhere: Option<PathBuf>,
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
    let pseudonyms = pseudonyms::configured(config, &inputs.files)?;
    let inputs = inputs.under(pseudonyms.as_ref());
    let published = store.results_of(&inputs.fingerprint).into_iter();
    let (mut whole, damaged): (Vec<_>, Vec<_>) =
        published.partition(|folder| manifest::damaged_file(folder).is_none());
    let clear_away = || damaged.iter().try_for_each(|folder| store.discard(folder));
    if let Some(folder) = whole.pop() {
        let elsewhere = store.latest().filter(|latest| *latest != folder);
        store.point_latest_to(&folder)?;
        clear_away()?;
        return Ok(Outcome::UpToDate { folder, elsewhere });
    }
    damaged.iter().filter_map(|folder| replaced(folder)).for_each(|warning| observer.warning(&warning));
    let forgotten = Forgotten::read(config)?;
    let replaces = damaged.last().map(PathBuf::as_path);
    let past = Past::look(&store, replaces, config, forgotten.as_ref(), pseudonyms.as_ref());
    let fingerprint = past.fingerprint(&inputs.fingerprint);
    let draft = store.draft(&fingerprint)?;
    let stamp = Stamp { fingerprint: fingerprint.clone() };
    let mut rejects =
        Rejects::draft(&draft, &stamp).masked(pseudonyms.is_some()).forgetting(forgotten.as_ref());
    let reading = forgotten.as_ref().map_or_else(|| config.clone(), |people| people.skipped_by(config));
    let mut night = compute(&reading, &past, pseudonyms.as_ref(), &mut rejects, observer)?;
    night.forget(forgotten.as_ref(), rejects.skipped());
    rejects.finish()?;
    night.disguise(pseudonyms)?;
    night.compare(config, &past, observer)?;
    observer.stage("publish");
    let figures = outputs::write(config, &night, &inputs, &draft, &stamp, observer)?;
    let (moment, tables) = (night.as_of.file_name(), std::mem::take(&mut night.tables));
    // What is no longer needed takes its time to go, and so does the way to the disk.
    let (folder, ()) = rayon::join(|| store.commit(&draft, &moment, &fingerprint), || drop(night));
    let folder = folder?;
    clear_away()?;
    Ok(Outcome::Published { folder, figures, tables })
}

/// What is said of a damaged result that is computed anew.
fn replaced(result: &Path) -> Option<Warning> {
    let file = manifest::damaged_file(result)?;
    let name = result.file_name().unwrap_or_default().to_string_lossy().into_owned();
    let message = format!(
        "the published result `{name}` is damaged, its `{file}` is not as it was: it is computed anew and replaced"
    );
    Some(Warning::new("result_damaged", message).with("result", name).with("file", file))
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
    pseudonyms: Option<&Pseudonyms>,
    rejects: &mut Rejects<'_>,
    observer: &mut dyn Observer,
) -> Result<Night> {
    observer.stage(Stage::Activity.name());
    // Without transactions the customers are those that the surveys name.
    let with_surveys = config.transactions.is_none() || config.stages().contains(&Stage::Satisfaction);
    let exports = Exports::open(config, with_surveys)?;
    let transactions = reading::transactions(config, &exports, rejects, observer)?;
    let (mut night, mut activity) = Night::begin(config, transactions);
    night.people = reading::people(config, rejects, observer, &mut night.tables, &mut night.warnings)?;
    if night.comes_to(Stage::Rfm, observer) {
        night.score(config)?;
    }
    if night.comes_to(Stage::Satisfaction, observer) {
        let surveys = reading::surveys(config, exports, &activity, &night.as_of, rejects, observer)?;
        if config.complaints.is_none() || !night.stages.contains(&Stage::Complaints) {
            activity.forget_ids();
        }
        night.listen(config, surveys)?;
    }
    if night.comes_to(Stage::Loyalty, observer) {
        night.place(config)?;
    }
    if night.comes_to(Stage::Priority, observer) {
        night.prioritise(config, &activity)?;
    }
    if night.comes_to(Stage::Complaints, observer) {
        let read = complaints::read(config, &activity, &night.as_of, rejects, observer)?;
        night.settle(config, read, &activity)?;
    }
    // Giving back what it holds takes a while, and nobody waits for it.
    rayon::spawn(move || drop(activity));
    if night.comes_to(Stage::Clusters, observer) {
        night.cluster(config, past)?;
    }
    if night.comes_to(Stage::Watchlist, observer) {
        night.watch(config, past, pseudonyms)?;
    }
    // Last, because groups are named by labels of every stage.
    night.sum_up(config)?;
    Ok(night)
}
