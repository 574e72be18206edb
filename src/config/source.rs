//! Where a table comes from: files, their form, and files joined to them.

use std::collections::BTreeMap;

use serde::{Deserialize, Deserializer, Serialize};

use super::condition::OneOrMany;
use crate::{Error, Result};

/// Header of a column in the user's file. Files without a header number their columns from 1, and a
/// number may be written without quotes.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct ColumnName(pub String);

impl<'de> Deserialize<'de> for ColumnName {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        #[derive(Deserialize)]
        #[serde(untagged, expecting = "the name of a column, or its number where the file has no header")]
        enum Written {
            Name(String),
            Number(u32),
        }
        Ok(Self(match Written::deserialize(deserializer)? {
            Written::Name(name) => name,
            Written::Number(number) => number.to_string(),
        }))
    }
}

/// File format, when it is declared.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Format {
    /// Delimited text; the delimiter is found or declared.
    Csv,
    /// Tab-separated text.
    Tsv,
    /// Columns separated by runs of blanks.
    Blanks,
    /// One JSON object per line.
    Ndjson,
    /// Apache Parquet.
    Parquet,
    /// Excel workbook.
    Xlsx,
}

/// Stands for every sheet of a workbook that holds something.
pub const EVERY_SHEET: &str = "*";

/// The form of a set of files; what is left out is found by looking at the data.
#[derive(Clone, Debug, Default)]
pub struct Form {
    /// File format.
    pub format: Option<Format>,
    /// Field delimiter of delimited text: one character, or `blanks`.
    pub delimiter: Option<String>,
    /// Quote sign: one character, or empty for none.
    pub quote: Option<String>,
    /// Whether the first record names the columns.
    pub header: Option<bool>,
    /// Text encoding, such as `windows-1256`.
    pub encoding: Option<String>,
    /// Sheets of a workbook, [`EVERY_SHEET`] for all; left out: the first.
    pub sheet: Option<OneOrMany<String>>,
}

impl Form {
    /// The sheets asked for; none asks for the first.
    pub fn sheets(&self) -> &[String] {
        self.sheet.as_ref().map_or(&[], OneOrMany::as_slice)
    }
}

/// Files to read as one table, with the tables joined to it.
#[derive(Clone, Debug, Default)]
pub struct Source {
    /// Section of the configuration, for messages: `[transactions]`.
    pub section: String,
    /// Paths and globs, relative to the configuration.
    pub files: Vec<String>,
    /// Declared form.
    pub form: Form,
    /// Joined tables, in order.
    pub joins: Vec<Join>,
}

/// A table joined by equal values: our rows find at most one row of theirs.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Join {
    /// Paths and globs, relative to the configuration.
    pub files: Vec<String>,
    /// Column here = column there.
    pub on: BTreeMap<String, ColumnName>,
    /// Columns there whose numbers are added up where several rows have one key, such as the prices of an
    /// order's lines; in all other columns such rows must agree.
    #[serde(default)]
    pub sum: Vec<ColumnName>,
    /// See [`Form`].
    pub format: Option<Format>,
    /// See [`Form`].
    pub delimiter: Option<String>,
    /// See [`Form`].
    pub quote: Option<String>,
    /// See [`Form`].
    pub header: Option<bool>,
    /// See [`Form`].
    pub encoding: Option<String>,
    /// See [`Form`].
    pub sheet: Option<OneOrMany<String>>,
}

impl Join {
    /// A join must say by what, and with what.
    ///
    /// # Errors
    /// `Config` when it names no column or no file; `section` is the table it belongs to.
    pub fn check(&self, section: &str) -> Result<()> {
        if self.on.is_empty() {
            return Err(Error::config(format!("`[[{section}.join]] on` names no column"))
                .hint("write `on = { column_here = \"column_there\" }`"));
        }
        if self.files.is_empty() {
            return Err(Error::config(format!("`[[{section}.join]] files` names no file")));
        }
        Ok(())
    }

    /// The joined files as a source of their own.
    pub fn source(&self, section: &str) -> Source {
        Source {
            section: format!("[[{section}.join]]"),
            files: self.files.clone(),
            form: Form {
                format: self.format,
                delimiter: self.delimiter.clone(),
                quote: self.quote.clone(),
                header: self.header,
                encoding: self.encoding.clone(),
                sheet: self.sheet.clone(),
            },
            joins: Vec::new(),
        }
    }
}

/// How an id column is read.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum IdRule {
    /// Undo what spreadsheets and keyboards do to ids; see [`crate::ingest::id::canonical_id`].
    #[default]
    Canonical,
    /// Only take off what stands around the id.
    Verbatim,
}
