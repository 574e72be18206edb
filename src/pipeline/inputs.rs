//! What a run stands on: configuration and input files, and the fingerprint of all of it.

use std::path::PathBuf;

use rayon::prelude::*;

use crate::Result;
use crate::config::{Config, Source};
use crate::error::all;
use crate::ingest::find::resolve;
use crate::ingest::people;
use crate::privacy::pseudonym::Pseudonyms;
use crate::publish::digest;
use crate::publish::manifest::InputFile;

/// The inputs of a run.
#[derive(Clone, Debug)]
pub(super) struct Inputs {
    /// BLAKE3 over engine, configuration, overrides and every input file; hexadecimal.
    pub(super) fingerprint: String,
    /// Every input file, joined ones included.
    pub(super) files: Vec<InputFile>,
}

impl Inputs {
    /// The inputs of a result whose customers have these names: another key makes another result.
    pub(super) fn under(mut self, pseudonyms: Option<&Pseudonyms>) -> Self {
        if let Some(pseudonyms) = pseudonyms {
            let named = format!("{}\u{1f}{}", self.fingerprint, pseudonyms.key_id());
            self.fingerprint = blake3::hash(named.as_bytes()).to_hex().to_string();
        }
        self
    }
}

/// Hashes every input file and the configuration.
///
/// # Errors
/// `Config` when an entry of `files` matches nothing, `Io` when a file cannot be read.
pub(super) fn look(config: &Config) -> Result<Inputs> {
    let mut listed: Vec<(String, PathBuf, String)> = Vec::new();
    let mut list = |table: &str, source: &Source| -> Result<()> {
        for (path, shown) in resolve(source, &config.base)? {
            listed.push((table.to_owned(), path, shown));
        }
        for join in &source.joins {
            for (path, shown) in resolve(&join.source(table), &config.base)? {
                listed.push((table.to_owned(), path, shown));
            }
        }
        Ok(())
    };
    if let Some(transactions) = &config.transactions {
        list("transactions", &transactions.source())?;
    }
    for (survey, name) in config.surveys.iter().zip(config.survey_names()) {
        list(&name, &survey.source())?;
    }
    if let Some(complaints) = &config.complaints {
        list("complaints", &complaints.source())?;
    }
    if let Some(customers) = &config.customers {
        list(people::TABLE, &customers.source())?;
        if let Some(suppression) = customers.suppression_source() {
            list("suppression", &suppression)?;
        }
    }
    if let Some(forget) = &config.forget {
        list("forget", &forget.source())?;
    }
    if let Some(frozen) = &config.rfm.frozen_file {
        let path = config.base.join(frozen);
        listed.push(("rfm".to_owned(), path, frozen.to_string_lossy().into_owned()));
    }
    let files = all(listed.into_par_iter().map(|(table, path, file)| {
        let (bytes, blake3) = digest::of_file(&path)?;
        Ok(InputFile { table, file, bytes, blake3 })
    }))?;
    let mut hasher = blake3::Hasher::new();
    let mut part = |text: &str| {
        hasher.update(&(text.len() as u64).to_le_bytes());
        hasher.update(text.as_bytes());
    };
    part(env!("CARGO_PKG_VERSION"));
    part(&config.text);
    part(&config.overrides());
    for file in &files {
        part(&file.table);
        part(&file.file);
        part(&file.blake3);
    }
    Ok(Inputs { fingerprint: hasher.finalize().to_hex().to_string(), files })
}
