//! Exports as Parquet: typed columns, zstd, row groups of 250,000. What has no place in a typed column (a word
//! for a number, a date that does not exist) becomes null.

use std::fs::File;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use arrow::array::{
    ArrayBuilder, ArrayRef, Date32Builder, Float64Builder, Int32Builder, RecordBatch, StringBuilder,
    TimestampMicrosecondBuilder,
};
use arrow::datatypes::{DataType, Field, Schema, SchemaRef, TimeUnit};
use parquet::arrow::ArrowWriter;
use parquet::basic::{Compression, ZstdLevel};
use parquet::errors::ParquetError;
use parquet::file::properties::WriterProperties;

use super::calendar::{DAY_MINUTES, FIRST_UNIX_DAY};
use super::export::{Kind, Sheet, Value};
use super::params::Locale;
use crate::error::{Error, Result};

/// Rows of a row group.
const GROUP: usize = 250_000;
/// Microseconds in a minute.
const MINUTE_MICROS: i64 = 60_000_000;

/// A column of the row group being filled.
enum Column {
    Text(StringBuilder),
    Whole(Int32Builder),
    Money(Float64Builder),
    Moment(TimestampMicrosecondBuilder),
    Day(Date32Builder),
}

/// An open Parquet export.
pub(super) struct ParquetFile {
    path: PathBuf,
    writer: ArrowWriter<File>,
    schema: SchemaRef,
    columns: Vec<Column>,
    order: Vec<usize>,
    rows: usize,
}

impl ParquetFile {
    pub(super) fn create<const N: usize>(
        path: PathBuf,
        sheet: &Sheet<N>,
        order: [usize; N],
        locale: Locale,
    ) -> Result<Self> {
        let kinds = order.map(|column| sheet.0[column].kind);
        let names = sheet.names(locale);
        let field = |place: usize| Field::new(names[order[place]], data_type(kinds[place]), true);
        let schema = Arc::new(Schema::new((0..N).map(field).collect::<Vec<_>>()));
        let properties = WriterProperties::builder()
            .set_compression(Compression::ZSTD(ZstdLevel::default()))
            .set_max_row_group_row_count(Some(GROUP))
            .build();
        let file = File::create_new(&path).map_err(Error::io("create", &path))?;
        let writer = ArrowWriter::try_new(file, Arc::clone(&schema), Some(properties))
            .map_err(|error| failure(&path, error))?;
        let columns = kinds.map(Column::new).into();
        Ok(Self { path, writer, schema, columns, order: order.to_vec(), rows: 0 })
    }

    pub(super) fn row(&mut self, values: &[Value<'_>]) -> Result<()> {
        for (column, place) in self.columns.iter_mut().zip(&self.order) {
            column.append(values[*place]);
        }
        self.rows += 1;
        if self.rows == GROUP { self.flush() } else { Ok(()) }
    }

    pub(super) fn short_row(&mut self, values: &[Value<'_>]) -> Result<()> {
        let mut values = values.to_vec();
        if let Some(last) = self.order.last() {
            values[*last] = Value::Missing;
        }
        self.row(&values)
    }

    pub(super) fn finish(mut self) -> Result<()> {
        self.flush()?;
        self.writer.close().map(drop).map_err(|error| failure(&self.path, error))
    }

    fn flush(&mut self) -> Result<()> {
        self.rows = 0;
        let arrays = self.columns.iter_mut().map(Column::take).collect();
        RecordBatch::try_new(Arc::clone(&self.schema), arrays)
            .map_err(ParquetError::from)
            .and_then(|batch| self.writer.write(&batch))
            .map_err(|error| failure(&self.path, error))
    }
}

impl Column {
    fn new(kind: Kind) -> Self {
        match kind {
            Kind::Text => Self::Text(StringBuilder::new()),
            Kind::Whole => Self::Whole(Int32Builder::new()),
            Kind::Money => Self::Money(Float64Builder::new()),
            Kind::Moment => Self::Moment(TimestampMicrosecondBuilder::new()),
            Kind::Day => Self::Day(Date32Builder::new()),
        }
    }

    fn append(&mut self, value: Value<'_>) {
        match (self, value) {
            (Self::Text(column), Value::Id(prefix, number)) => append_id(column, prefix, number, ""),
            (Self::Text(column), Value::FloatId(number)) => append_id(column, "", number, ".0"),
            (Self::Text(column), Value::Plain(text) | Value::Text(text)) => column.append_value(text),
            (Self::Text(column), _) => column.append_null(),
            (Self::Whole(column), Value::Whole(number) | Value::Grouped(number)) => {
                column.append_value(number as i32);
            }
            (Self::Whole(column), _) => column.append_null(),
            (Self::Money(column), Value::Cents(cents)) => column.append_value(cents as f64 / 100.0),
            (Self::Money(column), _) => column.append_null(),
            (Self::Moment(column), Value::Moment(moment)) => {
                let minutes = i64::from(FIRST_UNIX_DAY) * i64::from(DAY_MINUTES) + i64::from(moment);
                column.append_value(minutes * MINUTE_MICROS);
            }
            (Self::Moment(column), _) => column.append_null(),
            (Self::Day(column), Value::Day(day)) => column.append_value(FIRST_UNIX_DAY + day as i32),
            (Self::Day(column), _) => column.append_null(),
        }
    }

    fn take(&mut self) -> ArrayRef {
        match self {
            Self::Text(column) => ArrayBuilder::finish(column),
            Self::Whole(column) => ArrayBuilder::finish(column),
            Self::Money(column) => ArrayBuilder::finish(column),
            Self::Moment(column) => ArrayBuilder::finish(column),
            Self::Day(column) => ArrayBuilder::finish(column),
        }
    }
}

/// Writes the pieces of an id straight into the column.
fn append_id(column: &mut StringBuilder, prefix: &str, number: u64, suffix: &str) {
    use std::fmt::Write as _;
    write!(column, "{prefix}{number}{suffix}").expect("a column takes any text");
    column.append_value("");
}

/// Moments are the shop's wall clock, without a zone, as databases export them.
fn data_type(kind: Kind) -> DataType {
    match kind {
        Kind::Text => DataType::Utf8,
        Kind::Whole => DataType::Int32,
        Kind::Money => DataType::Float64,
        Kind::Moment => DataType::Timestamp(TimeUnit::Microsecond, None),
        Kind::Day => DataType::Date32,
    }
}

fn failure(path: &Path, error: ParquetError) -> Error {
    match error {
        ParquetError::External(cause) => match cause.downcast::<std::io::Error>() {
            Ok(source) => Error::io("write", path)(*source),
            Err(cause) => Error::internal(format!("`{}` cannot be encoded: {cause}", path.display())),
        },
        error => Error::internal(format!("`{}` cannot be encoded: {error}", path.display())),
    }
}
