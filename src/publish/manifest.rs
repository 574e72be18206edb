//! `manifest.json`: what was read, how it was read, what came out. Written last; a result without it does
//! not exist.

use std::fs::File;
use std::io::{Read, Write};
use std::path::Path;

use rayon::prelude::*;
use serde::Serialize;
use serde_json::{Value, json};

use super::digest;
use super::store::Draft;
use crate::error::all;
use crate::ingest::accounting::Account;
use crate::{Error, Result, Warning};

/// Name of the file.
pub const FILE: &str = "manifest.json";
/// Key of the fingerprint of the inputs.
const INPUTS: &str = "inputs_fingerprint";
/// Key of the result that this one was compared with.
pub const PREVIOUS: &str = "previous";
/// Key of what tells the key of the pseudonyms from others.
pub const KEY_ID: &str = "pseudonym_key_id";
/// Bytes at the beginning of a manifest that are sure to hold both fingerprints.
const HEAD: u64 = 4_096;

/// One input file.
#[derive(Clone, Debug, Serialize)]
pub struct InputFile {
    /// The input table it belongs to.
    pub table: String,
    /// Path as configured.
    pub file: String,
    /// Size in bytes.
    pub bytes: u64,
    /// BLAKE3 of the bytes, hexadecimal.
    pub blake3: String,
}

/// One input table: how it was read and where its rows went.
#[derive(Clone, Debug)]
pub struct InputTable {
    /// `transactions`, or a survey's name.
    pub name: String,
    /// Files and their form: format, delimiter, encoding.
    pub files: Vec<(String, String)>,
    /// Column and how its values are written.
    pub formats: Vec<(String, String)>,
    /// Rows.
    pub account: Account,
}

/// Everything the manifest says.
#[derive(Clone, Debug)]
pub struct Manifest {
    /// Fingerprint of configuration, inputs, engine and the results it may have been compared with.
    pub fingerprint: String,
    /// Fingerprint of configuration, inputs and engine.
    pub inputs_fingerprint: String,
    /// The result it was compared with: name, as-of, fingerprint; or null.
    pub previous: Value,
    /// As-of day, `2011-12-10`.
    pub as_of: String,
    /// Which key made the pseudonyms; `None` where ids are published.
    pub key_id: Option<String>,
    /// Seed in force.
    pub seed: u64,
    /// Time zone in force.
    pub timezone: String,
    /// Stages computed.
    pub stages: Vec<&'static str>,
    /// The configuration as written.
    pub config: String,
    /// Input files.
    pub inputs: Vec<InputFile>,
    /// Input tables.
    pub tables: Vec<InputTable>,
    /// Headline figures.
    pub figures: serde_json::Map<String, Value>,
    /// Models needed by the next run, such as the clusters' scaler and centres.
    pub models: serde_json::Map<String, Value>,
    /// How the report is rendered.
    pub report: Value,
    /// Things to know.
    pub warnings: Vec<Warning>,
    /// Seconds per stage, measured by whoever has a clock.
    pub timings: Vec<(String, f64)>,
}

impl Manifest {
    /// Writes the manifest into a draft, with the size and hash of every file written so far.
    ///
    /// # Errors
    /// `Io` when a file cannot be read back or the manifest cannot be written.
    pub fn write(&self, draft: &Draft) -> Result<()> {
        write_plain(&self.json(&outputs(draft)?), draft)
    }

    /// The manifest with these outputs.
    pub fn json(&self, outputs: &[Value]) -> Value {
        let accounting: serde_json::Map<String, Value> =
            self.tables.iter().map(|t| (t.name.clone(), account(t))).collect();
        let timings: serde_json::Map<String, Value> =
            self.timings.iter().map(|(stage, seconds)| (stage.clone(), json!(seconds))).collect();
        json!({
            "engine": { "name": "moshtari", "version": env!("CARGO_PKG_VERSION") },
            "schema_version": crate::schema::SCHEMA_VERSION,
            "fingerprint": self.fingerprint,
            INPUTS: self.inputs_fingerprint,
            "as_of": self.as_of,
            PREVIOUS: self.previous,
            KEY_ID: self.key_id,
            "seed": self.seed,
            "timezone": self.timezone,
            "stages": self.stages,
            "figures": self.figures,
            "warnings": self.warnings,
            "accounting": accounting,
            "inputs": self.inputs,
            "outputs": outputs,
            "models": self.models,
            "report": self.report,
            "config": self.config,
            "timings_seconds": timings,
        })
    }
}

/// Writes a manifest as it is.
///
/// # Errors
/// `Io` when it cannot be written.
pub fn write_plain(manifest: &Value, draft: &Draft) -> Result<()> {
    let text =
        serde_json::to_string_pretty(manifest).map_err(|e| Error::internal(format!("manifest: {e}")))?;
    let path = draft.path(FILE);
    draft.create(FILE)?.write_all(format!("{text}\n").as_bytes()).map_err(Error::io("write", &path))
}

/// Every file of a draft so far, with its size and hash.
///
/// # Errors
/// `Io` when one cannot be read back.
pub fn outputs(draft: &Draft) -> Result<Vec<Value>> {
    let hashed = |name: String| {
        let (bytes, hash) = digest::of_file(&draft.path(&name))?;
        Ok(json!({ "file": name, "bytes": bytes, "blake3": hash }))
    };
    all(draft.files()?.into_par_iter().map(hashed))
}

fn account(table: &InputTable) -> Value {
    let account = &table.account;
    let reasons: serde_json::Map<String, Value> = account
        .set_aside
        .iter()
        .map(|(reason, count)| {
            let mut entry = json!({ "rows": count.rows });
            if count.money_unknown < count.rows {
                entry["money"] = json!(count.money.to_f64());
                entry["rows_without_money"] = json!(count.money_unknown);
            }
            (reason.name().to_owned(), entry)
        })
        .collect();
    let pairs = |pairs: &[(String, String)]| -> serde_json::Map<String, Value> {
        pairs.iter().map(|(name, form)| (name.clone(), json!(form))).collect()
    };
    let mut stated = json!({
        "rows_read": account.rows_read,
        "rows_accepted": account.rows_accepted,
        "rows_set_aside": account.rows_set_aside(),
        "money_accepted": account.money_accepted.to_f64(),
        "set_aside": reasons,
        "formats": pairs(&table.formats),
        "files": pairs(&table.files),
    });
    if let Some(answers) = &account.answers {
        let reasons: serde_json::Map<String, Value> =
            answers.set_aside.iter().map(|(reason, n)| (reason.name().to_owned(), json!(n))).collect();
        stated["answers"] = json!({
            "given": answers.given,
            "accepted": answers.accepted,
            "missing": answers.missing,
            "repeated": answers.repeated,
            "set_aside": reasons,
            "empty_cells": answers.empty,
        });
    }
    stated
}

/// The fingerprint of the inputs of a result, if its manifest can be read; where none is stated, the
/// fingerprint. Usually only the beginning of the file is read, because a folder may hold years of results.
pub fn inputs_of(result: &Path) -> Option<String> {
    let mut head = Vec::new();
    File::open(result.join(FILE)).ok()?.take(HEAD).read_to_end(&mut head).ok()?;
    let head = String::from_utf8_lossy(&head);
    let stated = |key: &str| {
        let rest = head.split_once(&format!("\"{key}\": \""))?.1;
        Some(rest.split_once('"')?.0.to_owned())
    };
    stated(INPUTS).or_else(|| fingerprint_of(result))
}

/// The fingerprint that a manifest states.
fn fingerprint_of(result: &Path) -> Option<String> {
    read(result)?["fingerprint"].as_str().map(str::to_owned)
}

/// The manifest of a result, if it can be read.
pub fn read(result: &Path) -> Option<Value> {
    let text = std::fs::read(result.join(FILE)).ok()?;
    serde_json::from_slice(&text).ok()
}

/// The first file of a result that is not there or not of the size that the manifest states; the manifest itself
/// where it does not say. Hashes are not looked at, which would take as long as reading the whole result.
pub fn damaged_file(result: &Path) -> Option<String> {
    let manifest = read(result).unwrap_or_default();
    let Some(outputs) = manifest["outputs"].as_array() else { return Some(FILE.to_owned()) };
    let file = |output: &Value| output["file"].as_str().unwrap_or_default().to_owned();
    let is_damaged = |output: &&Value| {
        let size = std::fs::metadata(result.join(file(output))).map(|found| found.len()).ok();
        size.is_none() || size != output["bytes"].as_u64()
    };
    outputs.iter().find(is_damaged).map(file)
}
