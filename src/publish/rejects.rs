//! The rejects tables, written while rows are read, so that they need no memory.

use std::fs::File;
use std::path::PathBuf;
use std::sync::Arc;

use ::parquet::arrow::ArrowWriter;
use arrow::array::{ArrayRef, DictionaryArray, RecordBatch, StringArray, UInt16Array, UInt64Array};
use arrow::buffer::{NullBuffer, OffsetBuffer};
use arrow::datatypes::{Field, Schema};
use arrow::error::ArrowError;

use super::parquet as tables;
use super::parquet::Stamp;
use super::store::Draft;
use crate::facts::TextColumn;
use crate::schema::{Reason, rejects};
use crate::{Error, Result};

/// Rows of one file that were set aside, column by column.
#[derive(Debug)]
pub struct RejectedRows<'a> {
    /// The file, as configured.
    pub file: &'a str,
    /// 1-based record numbers.
    pub rows: Vec<u64>,
    /// 1-based lines, where the format has lines.
    pub lines: Vec<Option<u64>>,
    /// Why.
    pub reasons: &'a [Reason],
    /// The columns at fault, by their place among the names.
    pub columns: Vec<Option<u16>>,
    /// Names of columns.
    pub names: &'a [String],
    /// The values at fault.
    pub values: TextColumn,
    /// The rows as they stood.
    pub raw: TextColumn,
}

/// Writes `rejects/<table>.parquet`.
pub struct RejectsWriter {
    writer: ArrowWriter<File>,
    schema: Arc<Schema>,
    /// The names of all reasons.
    reasons: StringArray,
    path: PathBuf,
}

impl RejectsWriter {
    /// Begins the rejects of an input table.
    ///
    /// # Errors
    /// `Io` when the file cannot be made.
    pub fn create(draft: &Draft, table: &str, stamp: &Stamp) -> Result<Self> {
        let name = format!("rejects/{table}.parquet");
        let file = draft.create(&name)?;
        let path = draft.path(&name);
        let columns = rejects::TABLE.columns;
        let fields: Vec<_> =
            columns.iter().map(|c| tables::field(c.name, c.kind, c.unit, c.meaning)).collect();
        let schema = Arc::new(Schema::new(fields));
        let writer = tables::open(file, &schema, &rejects::TABLE, stamp, None, &path)?;
        let reasons = Reason::ALL.map(Reason::name).to_vec().into();
        Ok(Self { writer, schema, reasons, path })
    }

    /// Adds rows.
    ///
    /// # Errors
    /// `Io` when the file cannot be written, `Internal` when columns differ in length or a text is no UTF-8.
    pub fn add(&mut self, rejected: RejectedRows<'_>) -> Result<()> {
        let rows = rejected.rows.len();
        let reasons = rejected.reasons.iter().map(|reason| *reason as u16);
        let names = StringArray::from_iter_values(rejected.names);
        let arrays: Vec<ArrayRef> = vec![
            chosen(UInt16Array::from(vec![0; rows]), StringArray::from(vec![rejected.file]))?,
            Arc::new(UInt64Array::from(rejected.rows)),
            Arc::new(UInt64Array::from(rejected.lines)),
            chosen(reasons.collect(), self.reasons.clone())?,
            chosen(rejected.columns.into(), names)?,
            Arc::new(texts(rejected.values)?),
            Arc::new(texts(rejected.raw)?),
        ];
        // The file's schema stays that of texts: how many rows share one is between us and the writer.
        let given = |(field, array): (&Arc<Field>, &ArrayRef)| {
            field.as_ref().clone().with_data_type(array.data_type().clone())
        };
        let schema = Schema::new(self.schema.fields().iter().zip(&arrays).map(given).collect::<Vec<_>>());
        let batch = RecordBatch::try_new(Arc::new(schema), arrays).map_err(|e| defect(&e))?;
        self.writer.write(&batch).map_err(|e| tables::refused(&self.path, e))
    }

    /// Ends the file.
    ///
    /// # Errors
    /// `Io` when the file cannot be written.
    pub fn finish(self) -> Result<()> {
        self.writer.close().map_err(|e| tables::refused(&self.path, e))?;
        Ok(())
    }
}

/// For each row one of the texts.
fn chosen(which: UInt16Array, texts: StringArray) -> Result<ArrayRef> {
    Ok(Arc::new(DictionaryArray::try_new(which, Arc::new(texts)).map_err(|e| defect(&e))?))
}

/// The same texts as Arrow keeps them, without copying their bytes.
fn texts(column: TextColumn) -> Result<StringArray> {
    let (bytes, ends, absent) = column.into_parts();
    let ends = ends.into_iter().map(i32::try_from).collect::<std::result::Result<Vec<i32>, _>>();
    let ends = ends.map_err(|_| Error::internal("a block of rejects holds more than 2 GiB of text"))?;
    let offsets = std::iter::once(0).chain(ends).collect::<Vec<i32>>();
    let nulls = absent.map(|absent| absent.into_iter().map(|absent| !absent).collect::<NullBuffer>());
    StringArray::try_new(OffsetBuffer::new(offsets.into()), bytes.into(), nulls).map_err(|e| defect(&e))
}

fn defect(error: &ArrowError) -> Error {
    Error::internal(format!("rejects: {error}"))
}
