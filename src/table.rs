//! Between data frames and slices: stages take columns out as slices, compute, and put columns back.

mod labels;

use std::collections::BTreeMap;

use polars::prelude::*;
use rayon::prelude::*;

pub use self::labels::{FEW, Few, LabelCodes, chosen, each_text, few_texts, label_codes, labels, shared};
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
            let values = column(table, name)?.as_materialized_series().$method()?;
            Ok(match values.cont_slice() {
                Ok(all) => all.iter().copied().map(Some).collect(),
                Err(_) => values.iter().collect(),
            })
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

macro_rules! maker {
    ($(#[$doc:meta])* $function:ident, $array:ty, $type:ty) => {
        $(#[$doc])*
        pub fn $function(name: &str, values: impl IntoIterator<Item = Option<$type>>) -> Column {
            let values: $array = values.into_iter().collect_ca(name.into());
            values.into_series().into_column()
        }
    };
}

maker!(
    /// A float column.
    f64_column, Float64Chunked, f64
);
maker!(
    /// A `u32` column.
    u32_column, UInt32Chunked, u32
);
maker!(
    /// An `i32` column.
    i32_column, Int32Chunked, i32
);
maker!(
    /// A `u8` column.
    u8_column, UInt8Chunked, u8
);
maker!(
    /// An `i64` column.
    i64_column, Int64Chunked, i64
);

/// A text column as borrowed texts.
///
/// # Errors
/// `Internal` when the column is absent or of another type.
pub fn texts<'a>(table: &'a DataFrame, name: &str) -> Result<Vec<Option<&'a str>>> {
    each_text(column(table, name)?)
}

/// How often each text of a column occurs; `None` counts the rows without one.
///
/// # Errors
/// As [`texts`].
pub fn counts<'a>(table: &'a DataFrame, name: &str) -> Result<BTreeMap<Option<&'a str>, u64>> {
    let column = column(table, name)?;
    let mut counts = BTreeMap::new();
    match few_texts(column, FEW)? {
        Some((few, codes)) => {
            let mut rows = vec![0_u64; few.len() + 1];
            codes.iter().for_each(|code| rows[code.map_or(few.len(), usize::from)] += 1);
            let names = few.into_iter().map(Some).chain([None]);
            counts.extend(names.zip(rows).filter(|(_, rows)| *rows > 0));
        }
        None => each_text(column)?.into_iter().for_each(|text| *counts.entry(text).or_default() += 1),
    }
    Ok(counts)
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
pub fn timestamp_column(name: &str, micros: impl IntoIterator<Item = Option<i64>>) -> Result<Column> {
    Ok(i64_column(name, micros).cast(&DataType::Datetime(TimeUnit::Microseconds, None))?)
}

/// A text column of mostly different texts, written side by side: `text` appends that of a row, or says `false` where
/// there is none.
///
/// # Errors
/// `Internal` when the column cannot be put together.
pub fn written(name: &str, rows: usize, text: impl Fn(usize, &mut String) -> bool + Sync) -> Result<Column> {
    const PART: usize = 1 << 13;
    let write = |part: usize| {
        let rows = part * PART..rows.min((part + 1) * PART);
        let mut texts = StringChunkedBuilder::new(name.into(), rows.len());
        let mut of_row = String::new();
        for row in rows {
            of_row.clear();
            if text(row, &mut of_row) {
                texts.append_value(&of_row);
            } else {
                texts.append_null();
            }
        }
        texts.finish()
    };
    let parts: Vec<StringChunked> = (0..rows.div_ceil(PART)).into_par_iter().map(write).collect();
    let mut all = StringChunked::full_null(name.into(), 0);
    for part in parts {
        all.append_owned(part)?;
    }
    Ok(all.into_column())
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn written_texts_stand_in_their_rows_however_many_there_are() {
        let text = |row: usize| (!row.is_multiple_of(3)).then(|| format!("reason of customer {row}"));
        let column = written("why", 20_000, |row, into| {
            text(row).is_some_and(|text| {
                into.push_str(&text);
                true
            })
        });
        let table = new(vec![column.unwrap()]).unwrap();
        for (row, found) in texts(&table, "why").unwrap().into_iter().enumerate() {
            assert_eq!(found, text(row).as_deref(), "{row}");
        }
        assert_eq!(counts(&table, "why").unwrap()[&None], 6_667);
        assert_eq!(few_texts(table.column("why").unwrap(), FEW).unwrap(), None);
        assert_eq!(new(vec![written("why", 0, |_, _| true).unwrap()]).unwrap().height(), 0);
    }
}
