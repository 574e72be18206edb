//! Files on disk: in which [`form`] they are, and their [`pieces`].

mod form;
mod pieces;

use std::fs::File;
use std::io::Read;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use rayon::prelude::*;

pub use self::pieces::{Piece, Request};
use super::dialect::Dialect;
use super::encoding::Encoding;
use super::find::resolve;
use super::parquet::{ParquetFile, Stored};
use super::text::fold_digits;
use super::xlsx::Sheet;
use crate::config::Source;
use crate::privacy::email;
use crate::{Error, Result, error};

/// What to do about a file without rows.
pub const CUT_OFF: &str =
    "was the export cut off? remove the file from `files` if there was nothing to export";

/// How a file's bytes are packed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Packing {
    Plain,
    Gzip,
    Zstd,
}

#[derive(Clone)]
enum Kind {
    Text {
        dialect: Dialect,
        data_start: u64,
    },
    Ndjson,
    Parquet(ParquetFile),
    /// One sheet, or one of several. The header is a row of it; the sheets that nobody reads are those of the workbook.
    Xlsx {
        sheet: Arc<Sheet>,
        header: Option<usize>,
        several: bool,
        unread: Arc<[String]>,
    },
}

/// A file whose form is known.
#[derive(Clone)]
pub struct OpenFile {
    path: PathBuf,
    shown: String,
    packing: Packing,
    encoding: Encoding,
    kind: Kind,
    names: Vec<String>,
    lines_before: u64,
}

/// Finds and opens the files of a source, in the order of their names. `wanted` names columns that will be
/// asked for; they help to tell a header from data.
///
/// # Errors
/// `Config` when a path leads nowhere, `Input` when a file cannot be used.
pub fn open_all(source: &Source, base: &Path, wanted: &[&str]) -> Result<Vec<OpenFile>> {
    let paths = resolve(source, base)?;
    let open = |(path, shown): &(PathBuf, String)| OpenFile::open(path, shown, &source.form, wanted);
    let opened: Vec<Vec<OpenFile>> = error::all(paths.par_iter().map(open))?;
    Ok(opened.into_iter().flatten().collect())
}

impl OpenFile {
    /// The file as messages and tables name it.
    pub fn shown(&self) -> &str {
        &self.shown
    }

    /// The sheet that this is, where several of its workbook are read.
    pub fn sheet(&self) -> Option<&str> {
        match &self.kind {
            Kind::Xlsx { sheet, several: true, .. } => Some(&sheet.name),
            _ => None,
        }
    }

    /// Where the file is.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Names of the columns; numbers from 1 where the file has no header.
    pub fn names(&self) -> &[String] {
        &self.names
    }

    /// Whether the file has a column of this name.
    pub fn has(&self, name: &str) -> bool {
        self.names.iter().any(|n| n == name)
    }

    /// A format whose records are no text: Parquet or a workbook.
    pub fn is_typed(&self) -> bool {
        matches!(self.kind, Kind::Parquet(_) | Kind::Xlsx { .. })
    }

    /// What the file keeps in a column in a type of its own.
    pub fn stored(&self, name: &str) -> Option<Stored> {
        match &self.kind {
            Kind::Parquet(file) => file.stored(self.place(name).ok()?),
            _ => None,
        }
    }

    /// Sheets of the workbook that hold something and that nobody reads.
    pub fn unread_sheets(&self) -> &[String] {
        match &self.kind {
            Kind::Xlsx { unread, .. } => unread,
            _ => &[],
        }
    }

    /// Lines before the first data record.
    pub fn lines_before(&self) -> u64 {
        self.lines_before
    }

    /// The form in words, for the manifest: format, delimiter, encoding.
    pub fn describe(&self) -> String {
        let packing = match self.packing {
            Packing::Plain => "",
            Packing::Gzip => ", gzip",
            Packing::Zstd => ", zstd",
        };
        match &self.kind {
            Kind::Text { dialect, .. } => {
                let header = if dialect.header { "header" } else { "no header" };
                let (delimiter, encoding) = (dialect.delimiter.label(), self.encoding.name());
                format!("text, delimiter {delimiter}, {header}, {encoding}{packing}")
            }
            Kind::Ndjson => format!("ndjson, {}{packing}", self.encoding.name()),
            Kind::Parquet(_) => "parquet".to_owned(),
            Kind::Xlsx { sheet, .. } => format!("xlsx, sheet {}", sheet.name),
        }
    }

    /// What to do where a workbook has other sheets.
    pub(super) fn other_sheets(&self) -> String {
        let names: Vec<String> = self.unread_sheets().iter().map(|name| format!("`{name}`")).collect();
        format!(
            "the workbook has other sheets: {}; `sheet` names those to read, `\"*\"` is all",
            names.join(", ")
        )
    }

    fn place(&self, name: &str) -> Result<usize> {
        let is_data = || self.names.iter().any(|name| is_contact_data(name));
        let mut places = self.names.iter().enumerate().filter(|(_, n)| *n == name).map(|(i, _)| i);
        match (places.next(), places.next()) {
            (Some(place), None) => Ok(place),
            (Some(first), Some(second)) => Err(Error::input(
                &self.path,
                format!("columns {} and {} are both named `{name}`", first + 1, second + 1),
            )
            .hint("rename one of them, or declare `header = false` and use column numbers")),
            (None, _) if is_data() => {
                Err(Error::input(&self.path, format!("there is no column `{name}`")).hint(NO_HEADER))
            }
            (None, _) if !self.unread_sheets().is_empty() => {
                let message = format!("there is no column `{name}` in {}", self.describe());
                Err(Error::input(&self.path, message).hint(self.other_sheets()))
            }
            (None, _) => {
                let list = self.names.iter().map(|n| format!("`{n}`")).collect::<Vec<_>>().join(", ");
                let close = error::closest(name, self.names.iter().map(String::as_str));
                Err(Error::input(&self.path, format!("there is no column `{name}`")).hint(close.map_or_else(
                    || format!("its columns: {list}"),
                    |close| format!("did you mean `{close}`? its columns: {list}"),
                )))
            }
        }
    }
}

/// The bytes of a file once unpacked.
fn unpacked(path: &Path, packing: Packing) -> Result<Box<dyn Read + Send>> {
    let file = File::open(path).map_err(Error::io("read", path))?;
    Ok(match packing {
        Packing::Plain => Box::new(file),
        Packing::Gzip => {
            Box::new(flate2::read::MultiGzDecoder::new(std::io::BufReader::with_capacity(1 << 17, file)))
        }
        Packing::Zstd => Box::new(zstd::Decoder::new(file).map_err(Error::io("unpack", path))?),
    })
}

/// What to do about a first row that is data.
pub(super) const NO_HEADER: &str =
    "its first row holds data instead of names: say `header = false`, and name columns by number";

/// No header is an e-mail address or a phone number: the first row is a person, whom no message should show.
pub(super) fn is_contact_data(name: &str) -> bool {
    email::canonical(name).is_some() || fold_digits(name).bytes().filter(u8::is_ascii_digit).count() > 7
}
