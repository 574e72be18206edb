//! One export file of any form: rows of values go in, bytes of the form come out.

use std::path::{Path, PathBuf};

use super::calendar::Calendar;
use super::params::{Format, GenerateParams, Locale};
use super::parquet_file::ParquetFile;
use super::text_file::TextFile;
use super::words::{Word, pick};
use super::{EXPORTS, Summary};
use crate::error::Result;

/// What a column holds where its values are typed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    Text,
    Whole,
    Money,
    Moment,
    Day,
}

/// One column of an export.
pub(super) struct Heading {
    /// Name in both languages.
    pub(super) word: Word,
    pub(super) kind: Kind,
}

/// All columns of an export.
pub(super) struct Sheet<const N: usize>(pub(super) [Heading; N]);

impl<const N: usize> Sheet<N> {
    /// The columns' names in a language.
    pub(super) fn names(&self, locale: Locale) -> [&'static str; N] {
        std::array::from_fn(|column| pick(self.0[column].word, locale))
    }
}

/// One cell.
#[derive(Clone, Copy, Debug)]
pub(super) enum Value<'a> {
    Missing,
    /// An identifier, `C500123`; ASCII digits in every language.
    Id(&'static str, u64),
    /// An identifier that a program took for a number, `10001.0`.
    FloatId(u64),
    /// Text that needs no quotes in any form.
    Plain(&'a str),
    /// Any text.
    Text(&'a str),
    Whole(i64),
    /// A whole number with thousands separators.
    Grouped(i64),
    /// Money, in hundredths.
    Cents(i64),
    /// Minutes since 2024-01-01 00:00.
    Moment(u32),
    /// The same in a month that does not exist.
    BadMoment(u32),
    /// Days since 2024-01-01.
    Day(u32),
}

/// An open export file.
pub(super) enum ExportFile<'a> {
    Text(TextFile<'a>),
    Parquet(Box<ParquetFile>),
}

impl<'a> ExportFile<'a> {
    /// Creates `name` with the extension of the format and notes it in the summary. `order` says which
    /// column of the sheet stands where.
    ///
    /// # Errors
    /// `Io` when the file exists or cannot be made.
    pub(super) fn create<const N: usize>(
        exports: &Path,
        name: &str,
        sheet: &Sheet<N>,
        order: [usize; N],
        params: &GenerateParams,
        calendar: &'a Calendar,
        summary: &mut Summary,
    ) -> Result<Self> {
        let name = format!("{name}.{}", params.format.name());
        let path = exports.join(&name);
        summary.files.push(PathBuf::from(EXPORTS).join(name));
        Ok(match params.format {
            Format::Parquet => {
                Self::Parquet(Box::new(ParquetFile::create(path, sheet, order, params.locale)?))
            }
            _ => Self::Text(TextFile::create(path, sheet, order, params, calendar)?),
        })
    }

    /// Writes a row; one value per column, in the sheet's order.
    #[inline]
    pub(super) fn row(&mut self, values: &[Value<'_>]) -> Result<()> {
        match self {
            Self::Text(file) => file.row(values),
            Self::Parquet(file) => file.row(values),
        }
    }

    /// Writes a row without the file's last column; in Parquet that cell is null.
    pub(super) fn short_row(&mut self, values: &[Value<'_>]) -> Result<()> {
        match self {
            Self::Text(file) => file.short_row(values),
            Self::Parquet(file) => file.short_row(values),
        }
    }

    /// Writes an empty line; says whether the form has lines.
    pub(super) fn blank_line(&mut self) -> bool {
        match self {
            Self::Text(file) => {
                file.blank_line();
                true
            }
            Self::Parquet(_) => false,
        }
    }

    /// Writes what is buffered and closes the file.
    pub(super) fn finish(self) -> Result<()> {
        match self {
            Self::Text(file) => file.finish(),
            Self::Parquet(file) => file.finish(),
        }
    }
}

/// The columns of a sheet as they come.
pub(super) fn as_declared<const N: usize>() -> [usize; N] {
    std::array::from_fn(|column| column)
}
