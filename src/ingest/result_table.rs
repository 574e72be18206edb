//! Tables of a result read back: small ones whole, the customers table by the columns that are needed.

use std::collections::BTreeMap;
use std::fs::File;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use arrow::array::{Array, ArrayRef, AsArray, RecordBatch};
use arrow::compute::cast;
use arrow::datatypes::{DataType, Field, Float64Type, Int32Type, Int64Type, Schema, TimeUnit};
use parquet::arrow::ProjectionMask;
use parquet::arrow::arrow_reader::{
    ArrowReaderMetadata, ArrowReaderOptions, ParquetRecordBatchReaderBuilder, RowSelection, RowSelector,
};
use rayon::prelude::*;

use super::guard::guarded;
use crate::error::all;
use crate::{Error, Result};

/// A published Parquet file, its footer read.
pub struct ResultTable {
    path: PathBuf,
    metadata: ArrowReaderMetadata,
}

/// A value of a small table.
#[derive(Clone, Debug, PartialEq)]
pub enum Value {
    /// Unknown.
    Null,
    /// A number, or a truth as 0 and 1.
    Number(f64),
    /// A text, or a list of texts joined by commas.
    Text(String),
    /// Microseconds since 1970-01-01 00:00 UTC.
    Time(i64),
}

/// A small table, whole in memory.
#[derive(Clone, Debug, Default)]
pub struct SmallTable {
    columns: BTreeMap<String, Vec<Value>>,
    names: Vec<String>,
    rows: usize,
}

impl ResultTable {
    /// Opens a table of a result by its name, such as `customers`; `None` when the result has no such table.
    ///
    /// # Errors
    /// `Input` when the file is no Parquet file.
    pub fn open(folder: &Path, name: &str) -> Result<Option<Self>> {
        let path = folder.join(format!("{name}.parquet"));
        if !path.is_file() {
            return Ok(None);
        }
        let metadata = guarded(&path, || {
            let file = File::open(&path).map_err(Error::io("read", &path))?;
            ArrowReaderMetadata::load(&file, ArrowReaderOptions::new()).map_err(|e| unreadable(&path, &e))
        })?;
        Ok(Some(Self { path, metadata }))
    }

    /// Whether the table has a column.
    pub fn has(&self, column: &str) -> bool {
        self.metadata.schema().field_with_name(column).is_ok()
    }

    /// Names of the columns.
    pub fn names(&self) -> Vec<String> {
        self.metadata.schema().fields().iter().map(|f| f.name().clone()).collect()
    }

    /// Number of rows.
    pub fn rows(&self) -> usize {
        self.metadata.metadata().file_metadata().num_rows().max(0) as usize
    }

    /// The columns of every row group, in order; texts come as dictionaries. Row groups are read side by side.
    ///
    /// # Errors
    /// `Input` when a page is damaged.
    pub fn groups(&self, columns: &[&str]) -> Result<Vec<RecordBatch>> {
        let metadata = self.with_dictionaries()?;
        let groups: Vec<usize> = (0..metadata.metadata().num_row_groups()).collect();
        let batches = groups.into_par_iter().map(|group| {
            let rows = metadata.metadata().row_group(group).num_rows().max(1) as usize;
            self.read(&metadata, columns, |reader| reader.with_row_groups(vec![group]).with_batch_size(rows))
        });
        Ok(all(batches)?.into_iter().flatten().collect())
    }

    /// These rows of these columns; `rows` ascending.
    ///
    /// # Errors
    /// `Input` when a page is damaged.
    pub fn pick(&self, columns: &[&str], rows: &[usize]) -> Result<SmallTable> {
        let mut next = 0;
        let mut selectors = Vec::new();
        for row in rows {
            selectors.push(RowSelector::skip(row - next));
            selectors.push(RowSelector::select(1));
            next = row + 1;
        }
        selectors.push(RowSelector::skip(self.rows() - next));
        let selection = RowSelection::from(selectors);
        let batches = self.read(&self.metadata, columns, |reader| reader.with_row_selection(selection))?;
        SmallTable::from_batches(&batches)
    }

    /// The whole table.
    ///
    /// # Errors
    /// `Input` when a page is damaged.
    pub fn whole(&self) -> Result<SmallTable> {
        let names = self.names();
        let names: Vec<&str> = names.iter().map(String::as_str).collect();
        SmallTable::from_batches(&self.read(&self.metadata, &names, |reader| reader)?)
    }

    fn with_dictionaries(&self) -> Result<ArrowReaderMetadata> {
        let fields: Vec<Field> = self
            .metadata
            .schema()
            .fields()
            .iter()
            .map(|f| match f.data_type() {
                DataType::Utf8 => {
                    let keyed = DataType::Dictionary(Box::new(DataType::Int32), Box::new(DataType::Utf8));
                    f.as_ref().clone().with_data_type(keyed)
                }
                _ => f.as_ref().clone(),
            })
            .collect();
        let options = ArrowReaderOptions::new().with_schema(Arc::new(Schema::new(fields)));
        ArrowReaderMetadata::try_new(Arc::clone(self.metadata.metadata()), options)
            .map_err(|e| unreadable(&self.path, &e))
    }

    fn read(
        &self,
        metadata: &ArrowReaderMetadata,
        columns: &[&str],
        set: impl FnOnce(ParquetRecordBatchReaderBuilder<File>) -> ParquetRecordBatchReaderBuilder<File>,
    ) -> Result<Vec<RecordBatch>> {
        guarded(&self.path, || {
            let file = File::open(&self.path).map_err(Error::io("read", &self.path))?;
            let roots = columns.iter().filter_map(|c| self.metadata.schema().index_of(c).ok());
            let mask = ProjectionMask::roots(metadata.parquet_schema(), roots);
            let builder = ParquetRecordBatchReaderBuilder::new_with_metadata(file, metadata.clone())
                .with_projection(mask);
            let reader = set(builder).build().map_err(|e| unreadable(&self.path, &e))?;
            reader.collect::<std::result::Result<Vec<_>, _>>().map_err(|e| unreadable(&self.path, &e))
        })
    }
}

fn unreadable(path: &Path, error: &dyn std::fmt::Display) -> Error {
    Error::input(path, format!("not a readable table: {error}")).hint("run again to publish a new result")
}

/// A numeric column of a batch as floats; all null when the batch has no such column.
pub fn floats(batch: &RecordBatch, column: &str) -> Vec<Option<f64>> {
    match batch.column_by_name(column).map(|array| cast(array, &DataType::Float64)) {
        Some(Ok(array)) => array.as_primitive::<Float64Type>().iter().collect(),
        _ => vec![None; batch.num_rows()],
    }
}

/// The distinct texts of a dictionary column and the index of each row into them; all absent when the batch
/// has no such column.
pub fn labels(batch: &RecordBatch, column: &str) -> (Vec<String>, Vec<Option<usize>>) {
    let absent = (Vec::new(), vec![None; batch.num_rows()]);
    let Some(array) = batch.column_by_name(column) else { return absent };
    let Some(keyed) = array.as_dictionary_opt::<Int32Type>() else { return absent };
    let texts = keyed.values().as_string_opt::<i32>();
    let texts = texts.map(|t| t.iter().map(|text| text.unwrap_or_default().to_owned()).collect());
    (texts.unwrap_or_default(), keyed.keys().iter().map(|key| key.map(|k| k as usize)).collect())
}

impl SmallTable {
    fn from_batches(batches: &[RecordBatch]) -> Result<Self> {
        let mut table = Self::default();
        for batch in batches {
            table.rows += batch.num_rows();
            for (field, array) in batch.schema().fields().iter().zip(batch.columns()) {
                if !table.columns.contains_key(field.name()) {
                    table.names.push(field.name().clone());
                }
                table.columns.entry(field.name().clone()).or_default().extend(values(array)?);
            }
        }
        Ok(table)
    }

    /// Number of rows.
    pub fn rows(&self) -> usize {
        self.rows
    }

    /// Names of the columns, in the order of the file.
    pub fn names(&self) -> &[String] {
        &self.names
    }

    /// Whether the table has a column.
    pub fn has(&self, column: &str) -> bool {
        self.columns.contains_key(column)
    }

    /// A value; null where there is no such column or row.
    pub fn value(&self, row: usize, column: &str) -> &Value {
        self.columns.get(column).and_then(|c| c.get(row)).unwrap_or(&Value::Null)
    }

    /// A number, where there is one.
    pub fn number(&self, row: usize, column: &str) -> Option<f64> {
        match self.value(row, column) {
            Value::Number(number) => Some(*number),
            _ => None,
        }
    }

    /// A text, where there is one.
    pub fn text(&self, row: usize, column: &str) -> Option<&str> {
        match self.value(row, column) {
            Value::Text(text) => Some(text),
            _ => None,
        }
    }

    /// A time in microseconds, where there is one.
    pub fn time(&self, row: usize, column: &str) -> Option<i64> {
        match self.value(row, column) {
            Value::Time(micros) => Some(*micros),
            _ => None,
        }
    }

    /// Rows whose texts are these.
    pub fn rows_where<'a>(&'a self, texts: &'a [(&'a str, &'a str)]) -> impl Iterator<Item = usize> + 'a {
        (0..self.rows).filter(|row| texts.iter().all(|(c, text)| self.text(*row, c) == Some(*text)))
    }
}

fn values(array: &ArrayRef) -> Result<Vec<Value>> {
    let odd =
        |e: arrow::error::ArrowError| Error::internal(format!("a published column cannot be read: {e}"));
    let text = |t: Option<&str>| t.map_or(Value::Null, |t| Value::Text(t.to_owned()));
    Ok(match array.data_type() {
        DataType::Utf8 => array.as_string::<i32>().iter().map(text).collect(),
        DataType::Timestamp(..) => {
            let micros = cast(array, &DataType::Timestamp(TimeUnit::Microsecond, None)).map_err(odd)?;
            let micros = cast(&micros, &DataType::Int64).map_err(odd)?;
            let micros = micros.as_primitive::<Int64Type>();
            micros.iter().map(|m| m.map_or(Value::Null, Value::Time)).collect()
        }
        DataType::List(_) => {
            let lists = array.as_list::<i32>();
            lists.iter().map(|list| list.map_or(Value::Null, |list| joined(&list))).collect()
        }
        _ => {
            let numbers = cast(array, &DataType::Float64).map_err(odd)?;
            let numbers = numbers.as_primitive::<Float64Type>();
            numbers.iter().map(|n| n.map_or(Value::Null, Value::Number)).collect()
        }
    })
}

fn joined(list: &ArrayRef) -> Value {
    let Some(texts) = list.as_string_opt::<i32>() else { return Value::Null };
    Value::Text(texts.iter().flatten().collect::<Vec<_>>().join(","))
}
