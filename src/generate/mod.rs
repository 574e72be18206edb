//! A synthetic company of any size: exports with the habits and faults of real ones, and the
//! `moshtari.toml` that reads them.
//!
//! The story runs in time. The company opens on 2024-01-01 and is watched for two years, to
//! 2025-12-31 (`calendar`). Every day a few customers are born (`people`), join the
//! crowd of those who may buy again (`crowd`), order products (`catalogue`) and leave after a while, the
//! dissatisfied sooner. `orders` writes that as one export row per order line; `surveys`, `complaints` and
//! `customers` tell the rest about the same people. The faults a nightly job meets are put in on purpose,
//! on a fixed beat, and counted in the [`Summary`].
//!
//! Every file goes through one writer (`export`) that knows two forms: lines of text (CSV, TSV, NDJSON;
//! `text_file`) and Parquet (`parquet_file`). A locale changes words, digits and calendar, never a draw:
//! the English and the Persian export of one seed are the same company twice.
//!
//! Memory: 8 bytes per customer who may come back (twice that while a list grows), nothing per
//! transaction: a billion rows need no more than a million. Everything is drawn from the seed by a
//! generator of our own (`draws`), on one thread: same parameters, same bytes.
//!
//! This is the one module outside `publish` that writes files.

mod calendar;
mod catalogue;
mod complaints;
mod crowd;
mod customers;
mod draws;
mod export;
mod faults;
mod orders;
mod params;
mod parquet_file;
mod people;
mod returns;
mod setup;
mod surveys;
mod text_file;
mod words;

use std::fs;
use std::path::{Path, PathBuf};

pub use params::{Format, GenerateParams, Locale};

use crate::error::{Error, Result};
use calendar::Calendar;
use people::People;

/// What was written: the files, and how many rows of each sort are in them.
///
/// The counts of faults are what a run with the `moshtari.toml` beside them should set aside; a row has
/// one fault at most.
#[derive(Clone, Debug, Default, PartialEq, Eq, serde::Serialize)]
pub struct Summary {
    /// Every file, relative to the company's folder, in the order written; the configuration is the last.
    pub files: Vec<PathBuf>,
    /// Rows of the customer list.
    pub customers: u64,
    /// Rows of all transaction exports, faulty ones included, blank lines not.
    pub transactions: u64,
    /// Orders placed, returns not counted.
    pub orders: u64,
    /// Rows without a customer id.
    pub missing_customer: u64,
    /// Rows of a service (postage, discount), with a customer id.
    pub service_rows: u64,
    /// Rows that repeat the row before them exactly.
    pub duplicates: u64,
    /// Rows whose date does not exist.
    pub bad_dates: u64,
    /// Rows with a word where a number belongs.
    pub bad_numbers: u64,
    /// Rows that lack their last field.
    pub short_rows: u64,
    /// Rows whose quantity has a thousands separator; these are readable.
    pub grouped_numbers: u64,
    /// Empty lines between rows; not rows.
    pub blank_lines: u64,
    /// Rows of a cancellation (order id `C...`) that names the order it takes back.
    pub named_returns: u64,
    /// Rows with negative quantity inside an ordinary order.
    pub unnamed_returns: u64,
    /// Rows of the survey export.
    pub responses: u64,
    /// Responses with an answer outside its scale.
    pub out_of_scale: u64,
    /// Responses of a customer nobody knows.
    pub unknown_customers: u64,
    /// Responses without a date.
    pub undated: u64,
    /// Rows of the complaint export.
    pub complaints: u64,
    /// Complaints not resolved when the exports were made.
    pub open_complaints: u64,
}

/// Folder of the exports, below the company's folder.
const EXPORTS: &str = "exports";
/// The configuration, in the company's folder.
const CONFIG: &str = "moshtari.toml";

/// Writes the company into `dir`: `exports/` and, last, `moshtari.toml`. `progress` hears now and then how
/// many transactions are written.
///
/// # Errors
/// `Config` when a parameter is out of range or `dir` holds a company already; `Io` when a file cannot be
/// written.
pub fn run(dir: &Path, params: &GenerateParams, progress: &mut dyn FnMut(u64)) -> Result<Summary> {
    params.check()?;
    refuse_existing(dir)?;
    let exports = dir.join(EXPORTS);
    fs::create_dir_all(&exports).map_err(Error::io("create", &exports))?;

    let calendar = Calendar::new(params.locale);
    let people = People::new(params);
    let mut summary = Summary { customers: u64::from(params.customers), ..Summary::default() };
    orders::write(&exports, params, &calendar, &people, &mut summary, progress)?;
    surveys::write(&exports, params, &calendar, &people, &mut summary)?;
    complaints::write(&exports, params, &calendar, &people, &mut summary)?;
    customers::write(&exports, params, &calendar, &people, &mut summary)?;
    setup::write(dir, params, &mut summary)?;
    Ok(summary)
}

/// Exports and configurations are never overwritten: they may be somebody's work.
fn refuse_existing(dir: &Path) -> Result<()> {
    for taken in [dir.join(CONFIG), dir.join(EXPORTS)] {
        if taken.exists() {
            return Err(Error::config(format!(
                "`{}` exists already and is not overwritten",
                taken.display()
            ))
            .hint("name an empty or new folder"));
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests;
