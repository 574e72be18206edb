//! `manifest.json`: what was read, how it was read, what came out. Written last; a result without it does
//! not exist.

use std::fs::File;
use std::io::{Read, Write};
use std::path::Path;

use serde::Serialize;
use serde_json::{Value, json};

use super::store::Draft;
use crate::ingest::accounting::Account;
use crate::{Error, Result, Warning};

/// Name of the file.
pub const FILE: &str = "manifest.json";

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
    /// Fingerprint of configuration, inputs and engine.
    pub fingerprint: String,
    /// As-of day, `2011-12-10`.
    pub as_of: String,
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
        let outputs = draft
            .files()?
            .into_iter()
            .map(|name| {
                let (bytes, hash) = fingerprint(&draft.path(&name))?;
                Ok(json!({ "file": name, "bytes": bytes, "blake3": hash }))
            })
            .collect::<Result<Vec<_>>>()?;
        let text = serde_json::to_string_pretty(&self.json(&outputs))
            .map_err(|e| Error::internal(format!("manifest: {e}")))?;
        let path = draft.path(FILE);
        draft.create(FILE)?.write_all(format!("{text}\n").as_bytes()).map_err(Error::io("write", &path))
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
            "as_of": self.as_of,
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
    json!({
        "rows_read": account.rows_read,
        "rows_accepted": account.rows_accepted,
        "rows_set_aside": account.rows_set_aside(),
        "money_accepted": account.money_accepted.to_f64(),
        "set_aside": reasons,
        "formats": pairs(&table.formats),
        "files": pairs(&table.files),
    })
}

/// The fingerprint that the manifest of a result states, if there is one that can be read.
pub fn fingerprint_of(result: &Path) -> Option<String> {
    let text = std::fs::read(result.join(FILE)).ok()?;
    let manifest: Value = serde_json::from_slice(&text).ok()?;
    manifest["fingerprint"].as_str().map(str::to_owned)
}

/// Size and BLAKE3 of a file.
///
/// # Errors
/// `Io` when it cannot be read.
pub fn fingerprint(path: &Path) -> Result<(u64, String)> {
    let mut file = File::open(path).map_err(Error::io("read", path))?;
    let mut hasher = blake3::Hasher::new();
    let mut buffer = vec![0; 1 << 20];
    let mut bytes = 0;
    loop {
        let n = file.read(&mut buffer).map_err(Error::io("read", path))?;
        if n == 0 {
            return Ok((bytes, hasher.finalize().to_hex().to_string()));
        }
        hasher.update(&buffer[..n]);
        bytes += n as u64;
    }
}
