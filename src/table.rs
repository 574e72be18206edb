//! Between data frames and slices: stages take columns out as slices, compute, and put columns back.

use polars::prelude::*;

use crate::{Error, Result};

fn column<'a>(table: &'a DataFrame, name: &str) -> Result<&'a Column> {
    table.column(name).map_err(|_| {
        Error::internal(format!("a stage asked for the column `{name}`, which no earlier stage made"))
    })
}

macro_rules! getter {
    ($(#[$doc:meta])* $function:ident, $method:ident, $type:ty) => {
        $(#[$doc])*
        ///
        /// # Errors
        /// `Internal` when the column is absent or of another type.
        pub fn $function(table: &DataFrame, name: &str) -> Result<Vec<Option<$type>>> {
            Ok(column(table, name)?.as_materialized_series().$method()?.iter().collect())
        }
    };
}

getter!(
    /// A float column as a vector.
    f64s, f64, f64
);
getter!(
    /// A `u32` column as a vector.
    u32s, u32, u32
);
getter!(
    /// An `i32` column as a vector.
    i32s, i32, i32
);
getter!(
    /// A `u8` column as a vector.
    u8s, u8, u8
);
getter!(
    /// A `u16` column as a vector.
    u16s, u16, u16
);

/// A text column as borrowed texts.
///
/// # Errors
/// `Internal` when the column is absent or of another type.
pub fn texts<'a>(table: &'a DataFrame, name: &str) -> Result<Vec<Option<&'a str>>> {
    Ok(column(table, name)?.as_materialized_series().str()?.iter().collect())
}

/// A timestamp column as microseconds since 1970-01-01 00:00 UTC.
///
/// # Errors
/// `Internal` when the column is absent or of another type.
pub fn timestamps(table: &DataFrame, name: &str) -> Result<Vec<Option<i64>>> {
    Ok(column(table, name)?.as_materialized_series().datetime()?.physical().iter().collect())
}

/// One value of a timestamp column, as microseconds since 1970-01-01 00:00 UTC.
///
/// # Errors
/// `Internal` when the column is absent or of another type.
pub fn timestamp(table: &DataFrame, name: &str, row: usize) -> Result<Option<i64>> {
    Ok(column(table, name)?.as_materialized_series().datetime()?.physical().get(row))
}

/// A timestamp column from microseconds since 1970-01-01 00:00 UTC.
///
/// # Errors
/// Cannot fail: an integer column always casts to a timestamp; the type says so all the same.
pub fn timestamp_column(name: &str, micros: Vec<Option<i64>>) -> Result<Column> {
    Ok(Column::new(name.into(), micros).cast(&DataType::Datetime(TimeUnit::Microseconds, None))?)
}

/// A text column of few different texts: `which` of them each row has. The texts are stored once.
///
/// # Errors
/// `Internal` when an index points at no text.
pub fn chosen<T: AsRef<str>>(name: &str, texts: &[T], which: Vec<Option<u32>>) -> Result<Column> {
    let texts = StringChunked::from_iter_values(name.into(), texts.iter().map(AsRef::as_ref));
    let which = IdxCa::from_iter_options(name.into(), which.into_iter());
    Ok(texts.take(&which)?.into_column())
}

/// The table with the columns added, replacing those of the same name.
///
/// # Errors
/// `Internal` when a column has another length than the table.
pub fn with(mut table: DataFrame, columns: Vec<Column>) -> Result<DataFrame> {
    for column in columns {
        table.with_column(column)?;
    }
    Ok(table)
}

/// A new table from columns of one length.
///
/// # Errors
/// `Internal` when lengths differ or names repeat.
pub fn new(columns: Vec<Column>) -> Result<DataFrame> {
    let height = columns.first().map_or(0, Column::len);
    Ok(DataFrame::new(height, columns)?)
}
