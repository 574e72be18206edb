//! The rejects tables, written while rows are read, so that they need no memory.

use std::fs::File;
use std::path::PathBuf;
use std::sync::Arc;

use ::parquet::arrow::ArrowWriter;
use arrow::array::{ArrayRef, RecordBatch, StringBuilder, UInt64Builder};
use arrow::datatypes::Schema;

use super::parquet as tables;
use super::parquet::Stamp;
use super::store::Draft;
use crate::Result;
use crate::schema::rejects;

/// Rows kept before they are written.
const BUFFERED_ROWS: usize = 1 << 16;

/// One row that was set aside.
#[derive(Clone, Copy, Debug)]
pub struct Reject<'a> {
    /// The file, as configured.
    pub file: &'a str,
    /// 1-based record number.
    pub row: u64,
    /// 1-based line, where the format has lines.
    pub line: Option<u64>,
    /// Why.
    pub reason: &'static str,
    /// The column at fault.
    pub column: Option<&'a str>,
    /// The value at fault.
    pub value: Option<&'a str>,
    /// The row as it stood.
    pub raw: &'a str,
}

/// Writes `rejects/<table>.parquet`.
pub struct RejectsWriter {
    writer: ArrowWriter<File>,
    schema: Arc<Schema>,
    path: PathBuf,
    file: StringBuilder,
    row: UInt64Builder,
    line: UInt64Builder,
    reason: StringBuilder,
    column: StringBuilder,
    value: StringBuilder,
    raw: StringBuilder,
    buffered: usize,
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
        Ok(Self {
            writer,
            schema,
            path,
            file: StringBuilder::new(),
            row: UInt64Builder::new(),
            line: UInt64Builder::new(),
            reason: StringBuilder::new(),
            column: StringBuilder::new(),
            value: StringBuilder::new(),
            raw: StringBuilder::new(),
            buffered: 0,
        })
    }

    /// Adds a row.
    ///
    /// # Errors
    /// `Io` when the file cannot be written.
    pub fn add(&mut self, reject: &Reject<'_>) -> Result<()> {
        self.file.append_value(reject.file);
        self.row.append_value(reject.row);
        self.line.append_option(reject.line);
        self.reason.append_value(reject.reason);
        self.column.append_option(reject.column);
        self.value.append_option(reject.value);
        self.raw.append_value(reject.raw);
        self.buffered += 1;
        if self.buffered >= BUFFERED_ROWS { self.flush() } else { Ok(()) }
    }

    fn flush(&mut self) -> Result<()> {
        let arrays: Vec<ArrayRef> = vec![
            Arc::new(self.file.finish()),
            Arc::new(self.row.finish()),
            Arc::new(self.line.finish()),
            Arc::new(self.reason.finish()),
            Arc::new(self.column.finish()),
            Arc::new(self.value.finish()),
            Arc::new(self.raw.finish()),
        ];
        self.buffered = 0;
        let batch = RecordBatch::try_new(Arc::clone(&self.schema), arrays)
            .map_err(|e| crate::Error::internal(format!("rejects: {e}")))?;
        self.writer.write(&batch).map_err(|e| tables::refused(&self.path, e))
    }

    /// Ends the file.
    ///
    /// # Errors
    /// `Io` when the file cannot be written.
    pub fn finish(mut self) -> Result<()> {
        self.flush()?;
        self.writer.close().map_err(|e| tables::refused(&self.path, e))?;
        Ok(())
    }
}
