//! The result before this one.
//!
//! The previous result is an input: tonight is compared with it, and its clusters keep their names. So it is
//! part of what fixes a result. Three rules keep that simple:
//!
//! - The *inputs fingerprint* (engine, configuration, exports) says which night it is. A night that was
//!   published before is up to date, whatever came before or after it. If its result is damaged, it is computed
//!   anew, after the same past.
//! - The *fingerprint* of a result adds the fingerprints of the results it may be compared with: `latest` before
//!   the run, and the one that `latest` was compared with. In an empty output folder it is the inputs
//!   fingerprint.
//! - Compared is the first of these that looks from an earlier moment. So a corrected export of the same night is
//!   compared with the night before, not with the mistake; a look back into the past is compared with nothing. A
//!   result that cannot be read is none of them, and a warning says so.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use polars::prelude::{BooleanChunked, Column, DataFrame};
use rayon::prelude::*;
use serde_json::{Value, json};

use super::as_of::AsOfMoment;
use super::changed_rules::changed_rules;
use crate::clusters::ClusterModel;
use crate::config::Config;
use crate::history::{self, Comparison};
use crate::ingest::forgotten::Forgotten;
use crate::ingest::frame;
use crate::ingest::published::{Published, in_time};
use crate::privacy::pseudonym::Pseudonyms;
use crate::publish::Store;
use crate::publish::manifest::{self, KEY_ID, PREVIOUS};
use crate::schema::customers as c;
use crate::{Error, Result, Warning, table};

/// The results that tonight may be compared with.
pub(super) struct Past {
    compares: bool,
    /// People who are to be forgotten, as results name them.
    forgotten: BTreeSet<String>,
    candidates: Vec<Published>,
    /// A result that would be one of them, if it could be read.
    damaged: Option<Damaged>,
}

/// A result that cannot be read, and the file at fault.
struct Damaged {
    result: String,
    file: String,
}

/// What is known of tonight when it is compared.
pub(super) struct Compared {
    /// The tables, and who came and went; `None` when history is switched off.
    pub(super) tables: Option<(DataFrame, DataFrame)>,
    /// What the manifest says about the previous result.
    pub(super) previous: Value,
    /// Who came, who went, who stayed.
    pub(super) figures: Option<Value>,
    /// Things to know.
    pub(super) warnings: Vec<Warning>,
}

impl Past {
    /// Finds `latest`, and the result it was compared with; for a result that replaces a damaged one, what that one
    /// was compared with takes the place of `latest`.
    pub(super) fn look(
        store: &Store,
        replaces: Option<&Path>,
        config: &Config,
        forgotten: Option<&Forgotten>,
        pseudonyms: Option<&Pseudonyms>,
    ) -> Self {
        let compares = config.history.compare;
        let forgotten = published_names(forgotten, pseudonyms);
        let mut past = Self { compares, forgotten, candidates: Vec::new(), damaged: None };
        let is_another = |folder: &PathBuf| replaces != Some(folder);
        let latest = match replaces.map(|damaged| (damaged, manifest::read(damaged))) {
            None => store.latest(),
            Some((damaged, None)) => Some(damaged.to_path_buf()),
            Some((_, Some(manifest))) => {
                compared_with(&manifest, store).or_else(|| store.latest().filter(is_another))
            }
        };
        if let Some(latest) = latest.filter(|_| compares) {
            past.add(&latest);
        }
        let before = past.candidates.first().and_then(|latest| compared_with(latest.manifest(), store));
        // Old results may be cleared away.
        if let Some(before) = before.filter(is_another).filter(|folder| folder.exists()) {
            past.add(&before);
        }
        past
    }

    fn add(&mut self, folder: &Path) {
        match Published::open(folder) {
            Ok(result) => self.candidates.push(result),
            Err(error) => {
                let file = match &error {
                    Error::Input { file, .. } => name_of(file),
                    Error::Io { path, .. } => name_of(path),
                    _ => manifest::FILE.to_owned(),
                };
                self.damaged = Some(Damaged { result: name_of(folder), file });
            }
        }
    }

    /// The fingerprint of a result of these inputs after this past.
    pub(super) fn fingerprint(&self, inputs: &str) -> String {
        if self.candidates.is_empty() && self.damaged.is_none() {
            return inputs.to_owned();
        }
        let mut hasher = blake3::Hasher::new();
        hasher.update(inputs.as_bytes());
        for candidate in &self.candidates {
            hasher.update(b"\x1f");
            hasher.update(candidate.fingerprint().as_bytes());
        }
        if let Some(Damaged { result, file }) = &self.damaged {
            hasher.update(format!("\x1f{result}\x1f{file}").as_bytes());
        }
        hasher.finalize().to_hex().to_string()
    }

    /// The result to compare with: the first that looks from an earlier moment than tonight.
    fn before(&self, as_of: &AsOfMoment) -> Option<&Published> {
        let tonight = in_time(&as_of.shown());
        self.candidates.iter().find(|candidate| in_time(candidate.as_of()) < tonight)
    }

    /// The clusters of the night before.
    pub(super) fn clusters(&self, as_of: &AsOfMoment) -> Option<ClusterModel> {
        let model = &self.before(as_of)?.manifest()["models"]["clusters"];
        serde_json::from_value(model.clone()).ok()
    }

    /// What customers were in the night before, as columns beside what they are.
    ///
    /// # Errors
    /// As [`Past::compare`].
    pub(super) fn recall(
        &self,
        config: &Config,
        customers: &DataFrame,
        as_of: &AsOfMoment,
        pseudonyms: Option<&Pseudonyms>,
    ) -> Result<Vec<Column>> {
        let key_id = pseudonyms.map(Pseudonyms::key_id);
        let Some(before) = self.before(as_of).filter(|before| before.manifest()[KEY_ID].as_str() == key_id)
        else {
            return history::recall(None, &vec![None; customers.height()], &[]);
        };
        let published = |id: &str| pseudonyms.map_or_else(|| id.to_owned(), |made| made.customer(id));
        let ids = table::texts(customers, c::CUSTOMER_ID)?;
        let names: Vec<Option<String>> = ids.into_par_iter().map(|id| id.map(published)).collect();
        let earlier = frame::read(&before.file(c::TABLE.name), &c::TABLE, &history::remembered())?;
        let rules = Config::parse(before.config(), &config.base).ok();
        history::recall(Some(&earlier), &names, &changed_rules(rules.as_ref(), config))
    }

    /// Compares tonight's customers with those of the night before.
    ///
    /// # Errors
    /// `Input` when the previous result is damaged, `Internal` when a table cannot be built.
    pub(super) fn compare(
        &self,
        config: &Config,
        customers: &DataFrame,
        as_of: &AsOfMoment,
        key_id: Option<&str>,
    ) -> Result<Compared> {
        let nothing = |tables, warnings| Compared { tables, previous: Value::Null, figures: None, warnings };
        if !self.compares {
            return Ok(nothing(None, Vec::new()));
        }
        let Some(before) = self.before(as_of) else {
            let why = self.why_nothing_before(as_of);
            return Ok(nothing(Some(history::nothing_before()?), why.into_iter().collect()));
        };
        if before.manifest()[KEY_ID].as_str() != key_id {
            let message = "the previous result names its customers by another key, or by none: \
                           nobody can be found again, so moves are left out";
            let warnings = vec![Warning::new("other_key", message)];
            return Ok(nothing(Some(history::nothing_before()?), warnings));
        }
        let columns = history::columns();
        let earlier = frame::read(&before.file(c::TABLE.name), &c::TABLE, &columns)?;
        let earlier = without(earlier, &self.forgotten)?;
        let rules = Config::parse(before.config(), &config.base).ok();
        let changed = changed_rules(rules.as_ref(), config);
        let smallest = config.publish.smallest_group();
        let comparison = history::run(&earlier, customers, &changed, smallest)?;
        let name = name_of(before.folder());
        Ok(Compared {
            previous: json!({ "result": name, "as_of": before.as_of(), "fingerprint": before.fingerprint() }),
            figures: Some(figures(&comparison)),
            warnings: comparison.warnings,
            tables: Some((comparison.moves, comparison.drift)),
        })
    }

    /// Why there is nothing to compare with, unless this is the first result.
    fn why_nothing_before(&self, as_of: &AsOfMoment) -> Option<Warning> {
        if let Some(Damaged { result, file }) = &self.damaged {
            let message = format!(
                "the previous result `{result}` is damaged, its `{file}` cannot be read: moves are left out, and \
                 clusters do not keep their numbers and names"
            );
            let warning = Warning::new("previous_damaged", message);
            return Some(warning.with("result", result.as_str()).with("file", file.as_str()));
        }
        let (latest, as_of) = (self.candidates.first()?.as_of(), as_of.shown());
        let message =
            format!("the latest result looks from {latest}, not from before {as_of}: moves are left out");
        Some(Warning::new("nothing_earlier", message).with("latest", latest).with("as_of", as_of))
    }
}

/// The result that the one of this manifest was compared with.
fn compared_with(manifest: &Value, store: &Store) -> Option<PathBuf> {
    manifest[PREVIOUS]["result"].as_str().map(|name| store.result(name))
}

fn name_of(path: &Path) -> String {
    path.file_name().unwrap_or_default().to_string_lossy().into_owned()
}

/// People who are to be forgotten, as a result names them.
pub(super) fn published_names(
    forgotten: Option<&Forgotten>,
    pseudonyms: Option<&Pseudonyms>,
) -> BTreeSet<String> {
    let published = |id: &str| pseudonyms.map_or_else(|| id.to_owned(), |made| made.customer(id));
    forgotten.into_iter().flat_map(Forgotten::ids).map(published).collect()
}

/// The customers but for these.
pub(super) fn without(customers: DataFrame, forgotten: &BTreeSet<String>) -> Result<DataFrame> {
    if forgotten.is_empty() {
        return Ok(customers);
    }
    let stays: BooleanChunked = table::texts(&customers, c::CUSTOMER_ID)?
        .into_iter()
        .map(|id| id.is_some_and(|id| !forgotten.contains(id)))
        .collect();
    Ok(customers.filter(&stays)?)
}

fn figures(comparison: &Comparison) -> Value {
    let mut out = serde_json::Map::new();
    out.insert("entered".into(), json!(comparison.entered));
    out.insert("left".into(), json!(comparison.left));
    for (label, stayed, both) in &comparison.stayed {
        if *both > 0 {
            let share = (*stayed as f64 / *both as f64 * 1e4).round() / 1e4;
            out.insert(format!("{label} kept"), json!(share));
        }
    }
    Value::Object(out)
}
