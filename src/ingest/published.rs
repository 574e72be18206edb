//! Results read back: a customer's row, the manifest.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use super::block::Cell;
use super::parquet::ParquetFile;
use crate::publish::manifest;
use crate::publish::store::{LATEST, RUNS};
use crate::schema::{customers, responses};
use crate::{Error, Result};

/// A published result.
#[derive(Debug)]
pub struct Published {
    folder: PathBuf,
    manifest: serde_json::Value,
    columns: BTreeSet<String>,
}

impl Published {
    /// Opens a result: its own folder, `latest`, or the output folder that holds `latest`.
    ///
    /// # Errors
    /// `Config` when there is no complete result.
    pub fn open(path: &Path) -> Result<Self> {
        let folder = [path.to_path_buf(), path.join(LATEST)]
            .into_iter()
            .find(|p| p.join(manifest::FILE).is_file())
            .ok_or_else(|| {
                Error::config(format!("`{}` is no result: it has no `{}`", path.display(), manifest::FILE))
                    .hint("name the output folder of a run, such as `results`")
            })?;
        let file = folder.join(manifest::FILE);
        let text = std::fs::read_to_string(&file).map_err(Error::io("read", &file))?;
        let manifest = serde_json::from_str(&text).map_err(|e| {
            Error::input(&file, format!("not a manifest: {e}")).hint("run again to publish a new result")
        })?;
        let columns = Self::table(&folder)?.names().into_iter().collect();
        Ok(Self { folder, manifest, columns })
    }

    fn table(folder: &Path) -> Result<ParquetFile> {
        ParquetFile::open(&folder.join(format!("{}.parquet", customers::TABLE.name)))
    }

    /// The folder of the result.
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// The output folder that the result lies in; `None` where it was put elsewhere.
    pub fn output(&self) -> Option<PathBuf> {
        let folder = self.folder.canonicalize().ok()?;
        let runs = folder.parent().filter(|parent| parent.ends_with(RUNS))?;
        runs.parent().map(Path::to_path_buf)
    }

    /// The manifest.
    pub fn manifest(&self) -> &serde_json::Value {
        &self.manifest
    }

    /// The as-of day.
    pub fn as_of(&self) -> &str {
        self.manifest["as_of"].as_str().unwrap_or("an unknown day")
    }

    /// The fingerprint of the run.
    pub fn fingerprint(&self) -> &str {
        self.manifest["fingerprint"].as_str().unwrap_or_default()
    }

    /// The configuration of the run, as written.
    pub fn config(&self) -> &str {
        self.manifest["config"].as_str().unwrap_or_default()
    }

    /// The file of a table.
    pub fn file(&self, table: &str) -> PathBuf {
        self.folder.join(format!("{table}.parquet"))
    }

    /// Whether the customers table has this column.
    pub fn has(&self, column: &str) -> bool {
        self.columns.contains(column)
    }

    /// A customer's known values as text, by column; `None` when there is no such customer.
    ///
    /// # Errors
    /// `Input` when the table is damaged.
    pub fn customer(&self, id: &str) -> Result<Option<BTreeMap<String, String>>> {
        Ok(rows_of(&Self::table(&self.folder)?, id, 1)?.pop())
    }

    /// The same for each of the customer's responses; none where the run had no surveys.
    ///
    /// # Errors
    /// As [`Published::customer`].
    pub fn responses(&self, id: &str) -> Result<Vec<BTreeMap<String, String>>> {
        let path = self.file(responses::TABLE.name);
        if path.is_file() { rows_of(&ParquetFile::open(&path)?, id, usize::MAX) } else { Ok(Vec::new()) }
    }
}

/// An as-of day or moment as text that sorts in time; a day is its end.
pub fn in_time(as_of: &str) -> String {
    if as_of.contains('T') { as_of.to_owned() } else { format!("{as_of}U") }
}

/// The known values of a customer's rows, `most` at the most, by column.
fn rows_of(file: &ParquetFile, id: &str, most: usize) -> Result<Vec<BTreeMap<String, String>>> {
    let names = file.names();
    let key = [customers::CUSTOMER_ID.to_owned()];
    let place = names.iter().position(|name| *name == key[0]);
    let mut found = Vec::new();
    for slice in file.slices() {
        let ids = file.read(slice, &[place], &key)?;
        let is_own = |row: &usize| ids.cell(0, *row) == Cell::Text(id.as_bytes());
        let rows: Vec<usize> = (0..ids.rows).filter(is_own).take(most - found.len()).collect();
        if rows.is_empty() {
            continue;
        }
        let all: Vec<_> = (0..names.len()).map(Some).collect();
        let block = file.read(slice, &all, &names)?;
        for row in rows {
            let known = names.iter().enumerate().filter_map(|(column, name)| match block.cell(column, row) {
                Cell::Null => None,
                cell => Some((name.clone(), cell.shown())),
            });
            found.push(known.collect());
        }
        if found.len() == most {
            break;
        }
    }
    Ok(found)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_day_ends_after_its_moments_and_before_the_next_day() {
        let sorted =
            ["2025-12-30", "2025-12-31T08:00:00Z", "2025-12-31", "2026-01-01T00:00:00Z"].map(in_time);
        assert!(sorted.is_sorted());
    }
}
