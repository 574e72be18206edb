//! Data frames to Parquet: declared types, meanings and units in the metadata, the same bytes every time.

use std::fs::File;
use std::ops::Range;
use std::path::Path;
use std::sync::Arc;

use arrow::array::{
    ArrayRef, BooleanArray, DictionaryArray, Float64Array, Int32Array, ListBuilder, StringArray,
    StringBuilder, TimestampMicrosecondArray, UInt8Array, UInt16Array, UInt32Array, UInt64Array,
};
use arrow::buffer::{BooleanBuffer, Buffer, NullBuffer};
use arrow::datatypes::{DataType, Field, Schema, TimeUnit};
use parquet::arrow::ArrowWriter;
use parquet::arrow::arrow_writer::{ArrowColumnChunk, ArrowColumnWriter, compute_leaves};
use parquet::basic::{Compression, Encoding, ZstdLevel};
use parquet::errors::ParquetError;
use parquet::file::metadata::{KeyValue, SortingColumn};
use parquet::file::properties::{EnabledStatistics, WriterProperties};
use parquet::file::writer::SerializedFileWriter;
use polars::prelude::{Column, DataFrame};
use rayon::prelude::*;

use super::store::Draft;
use crate::error::all;
use crate::schema::{self, Kind, Table};
use crate::table::LabelCodes;
use crate::{Error, Result, table};

/// Rows of a row group.
const GROUP_ROWS: usize = 1 << 18;
/// Row groups that are encoded side by side; meanwhile those before them are written.
const GROUPS_AT_ONCE: usize = 2;
/// Rows of a column that are encoded at a time: few enough that what is made of them stays in cache.
const STEP_ROWS: usize = 1 << 14;
/// Bytes of a page, as soon as it has them: few enough to stay in cache, and for Zstandard, which packs what is larger
/// than 256 KiB less well at this level.
const PAGE_BYTES: usize = 230_000;
/// Columns whose values nearly all differ, times beside them.
const DISTINCT: [&str; 8] = [
    schema::customers::CUSTOMER_ID,
    schema::customers::SPEND_TOTAL,
    schema::customers::SPEND_MEAN,
    schema::customers::MONETARY,
    schema::customers::SATISFACTION_SCORE,
    schema::customers::SATISFACTION_CONFIDENCE,
    schema::rejects::LINE,
    schema::rejects::RAW,
];
/// Zone of every stored timestamp.
const UTC: &str = "UTC";

/// What the metadata of every file says about the run.
#[derive(Clone, Debug)]
pub struct Stamp {
    /// The run's fingerprint.
    pub fingerprint: String,
}

/// A column beyond the table's declaration, such as `centre_recency_days`.
#[derive(Clone, Debug)]
pub struct ExtraColumn {
    /// Name as stored.
    pub name: String,
    /// Unit.
    pub unit: String,
    /// What the value says.
    pub meaning: String,
}

/// Writes a table's declared columns in declared order, as far as the frame has them, then the extra ones, to a new
/// file of a result.
///
/// # Errors
/// `Internal` when a column has another type than declared, `Io` when the file cannot be written.
pub fn write(
    frame: &DataFrame,
    table: &Table,
    extra: &[ExtraColumn],
    stamp: &Stamp,
    draft: &Draft,
    name: &str,
) -> Result<()> {
    let columns = stored(frame, table, extra)?;
    let (file, path) = (draft.create(name)?, &draft.path(name));
    let schema = Arc::new(Schema::new(columns.iter().map(|(field, ..)| field.clone()).collect::<Vec<_>>()));
    let sorted = (table.columns[0].name == schema::customers::CUSTOMER_ID).then_some(0);
    let writer = open(file, &schema, table, stamp, sorted, path)?;
    let (mut file, groups) = writer.into_serialized_writer().map_err(|e| refused(path, e))?;
    let encoded = |groups_now: Range<usize>| {
        let writers = groups_now.clone().map(|group| groups.create_column_writers(group));
        let writers = writers.collect::<Result<Vec<_>, _>>().map_err(|e| refused(path, e))?;
        let tasks = groups_now
            .zip(writers)
            .flat_map(|(group, writers)| columns.iter().zip(writers).map(move |column| (group, column)));
        // Columns take so different times that a thread should take no more than one of them at once.
        let tasks = tasks.collect::<Vec<_>>().into_par_iter().with_max_len(1);
        all(tasks.map(|(group, ((field, kind, values), writer))| {
            let rows = values.slice((group * GROUP_ROWS) as i64, GROUP_ROWS);
            encode(writer, field, *kind, &rows, path)
        }))
    };
    let count = frame.height().div_ceil(GROUP_ROWS);
    let mut waiting = Vec::new();
    for first in (0..count).step_by(GROUPS_AT_ONCE) {
        let (written, next) = rayon::join(
            || append(&mut file, std::mem::take(&mut waiting), columns.len()),
            || encoded(first..count.min(first + GROUPS_AT_ONCE)),
        );
        written.map_err(|e| refused(path, e))?;
        waiting = next?;
    }
    append(&mut file, waiting, columns.len()).map_err(|e| refused(path, e))?;
    file.close().map_err(|e| refused(path, e))?;
    Ok(())
}

/// The columns of a file, in its order.
fn stored<'a>(
    frame: &'a DataFrame,
    table: &Table,
    extra: &[ExtraColumn],
) -> Result<Vec<(Field, Kind, &'a Column)>> {
    let mut columns = Vec::new();
    for column in table.columns {
        if let Ok(values) = frame.column(column.name) {
            columns.push((field(column.name, column.kind, column.unit, column.meaning), column.kind, values));
        }
    }
    for column in extra {
        let field = field(&column.name, Kind::F64, &column.unit, &column.meaning);
        columns.push((field, Kind::F64, frame.column(&column.name)?));
    }
    Ok(columns)
}

/// One column of a row group. The bytes do not depend on the number of threads: each column is made by one of
/// them, and the columns are appended in order.
fn encode(
    mut writer: ArrowColumnWriter,
    field: &Field,
    kind: Kind,
    rows: &Column,
    path: &Path,
) -> Result<ArrowColumnChunk> {
    let labels = table::labels(rows).map(|texts| Arc::new(StringArray::from(texts)) as ArrayRef);
    for first in (0..rows.len()).step_by(STEP_ROWS) {
        let step = rows.slice(first as i64, STEP_ROWS);
        let values = match &labels {
            Some(labels) => labelled(&step, labels)?,
            None => array(&step, kind)?,
        };
        let leaves = compute_leaves(field, &values).map_err(|e| refused(path, e))?;
        leaves.iter().try_for_each(|leaf| writer.write(leaf)).map_err(|e| refused(path, e))?;
    }
    writer.close().map_err(|e| refused(path, e))
}

/// Appends row groups of so many columns.
fn append(
    file: &mut SerializedFileWriter<File>,
    chunks: Vec<ArrowColumnChunk>,
    columns: usize,
) -> Result<(), ParquetError> {
    let mut chunks = chunks.into_iter();
    while chunks.len() > 0 {
        let mut group = file.next_row_group()?;
        for chunk in chunks.by_ref().take(columns) {
            chunk.append_to_row_group(&mut group)?;
        }
        group.close()?;
    }
    Ok(())
}

/// A writer with the engine's settings and metadata.
pub(super) fn open(
    file: File,
    schema: &Arc<Schema>,
    table: &Table,
    stamp: &Stamp,
    sorted_by: Option<i32>,
    path: &Path,
) -> Result<ArrowWriter<File>> {
    let pair = |key: &str, value: String| KeyValue::new(format!("moshtari.{key}"), value);
    let columns: serde_json::Map<String, serde_json::Value> = schema
        .fields()
        .iter()
        .map(|f| {
            let part = |key: &str| f.metadata().get(key).cloned().unwrap_or_default();
            (f.name().clone(), serde_json::json!({ "meaning": part("meaning"), "unit": part("unit") }))
        })
        .collect();
    let metadata = vec![
        pair("schema_version", schema::SCHEMA_VERSION.to_owned()),
        pair("fingerprint", stamp.fingerprint.clone()),
        pair("table", table.name.to_owned()),
        pair("row", table.row.to_owned()),
        pair("columns", serde_json::Value::Object(columns).to_string()),
    ];
    let sorting =
        sorted_by.map(|column_idx| vec![SortingColumn { column_idx, descending: false, nulls_first: false }]);
    let mut properties = WriterProperties::builder()
        .set_compression(Compression::ZSTD(ZstdLevel::default()))
        .set_max_row_group_row_count(Some(GROUP_ROWS))
        // Pages end by their bytes alone: narrow columns then have few of them.
        .set_data_page_size_limit(PAGE_BYTES)
        .set_data_page_row_count_limit(GROUP_ROWS)
        .set_statistics_enabled(EnabledStatistics::Chunk)
        .set_created_by(format!("moshtari {}", env!("CARGO_PKG_VERSION")))
        .set_key_value_metadata(Some(metadata))
        .set_sorting_columns(sorting);
    // Rows set aside are written while others are read, and mostly never looked at: quick rather than small.
    if table.name == schema::rejects::TABLE.name {
        properties = properties.set_compression(Compression::LZ4_RAW);
    }
    // Values that nearly all differ: looking for repetitions is work in vain.
    for name in schema.fields().iter().map(|f| f.name()).filter(|name| DISTINCT.contains(&name.as_str())) {
        properties = properties.set_column_dictionary_enabled(name.as_str().into(), false);
    }
    // Times and the numbers of rows: what they differ by takes fewer bits, and packing finds nothing more.
    for field in schema.fields() {
        if is_spaced(field) {
            let name = || field.name().as_str().into();
            properties = properties
                .set_column_dictionary_enabled(name(), false)
                .set_column_encoding(name(), Encoding::DELTA_BINARY_PACKED)
                .set_column_compression(name(), Compression::UNCOMPRESSED);
        }
    }
    // Where rows are not sorted by a text, every row group holds nearly the whole range of it: the first and last one
    // help nobody to skip any.
    for (place, field) in schema.fields().iter().enumerate() {
        if field.data_type() == &DataType::Utf8 && sorted_by != Some(place as i32) {
            let name = field.name().as_str().into();
            properties = properties.set_column_statistics_enabled(name, EnabledStatistics::None);
        }
    }
    let properties = properties.build();
    ArrowWriter::try_new(file, Arc::clone(schema), Some(properties)).map_err(|e| refused(path, e))
}

/// Whole numbers of which it matters how far they lie apart.
fn is_spaced(field: &Field) -> bool {
    matches!(field.data_type(), DataType::Timestamp(..)) || field.name() == schema::rejects::ROW
}

/// The system's refusal inside a Parquet error, or a defect.
pub(super) fn refused(path: &Path, error: ParquetError) -> Error {
    let text = error.to_string();
    match error {
        ParquetError::External(inner) => match inner.downcast::<std::io::Error>() {
            Ok(io) => Error::io("write", path)(*io),
            Err(other) => Error::io("write", path)(std::io::Error::other(other.to_string())),
        },
        _ => Error::io("write", path)(std::io::Error::other(text)),
    }
}

/// A declared column as an Arrow field that carries its meaning and unit.
pub(super) fn field(name: &str, kind: Kind, unit: &str, meaning: &str) -> Field {
    let nullable = name != schema::customers::CUSTOMER_ID;
    let mut field = Field::new(name, data_type(kind), nullable);
    let metadata = field.metadata_mut();
    metadata.insert("meaning".to_owned(), meaning.to_owned());
    if !unit.is_empty() {
        metadata.insert("unit".to_owned(), unit.to_owned());
    }
    field
}

fn data_type(kind: Kind) -> DataType {
    match kind {
        Kind::Text => DataType::Utf8,
        Kind::TextList => DataType::List(Arc::new(Field::new("item", DataType::Utf8, true))),
        Kind::F64 => DataType::Float64,
        Kind::U8 => DataType::UInt8,
        Kind::U16 => DataType::UInt16,
        Kind::U32 => DataType::UInt32,
        Kind::U64 => DataType::UInt64,
        Kind::I32 => DataType::Int32,
        Kind::Bool => DataType::Boolean,
        Kind::Timestamp => DataType::Timestamp(TimeUnit::Microsecond, Some(UTC.into())),
    }
}

/// Numbers as Arrow keeps them: values and nulls are copied whole.
macro_rules! numbers {
    ($array:ty, $column:expr) => {{
        let column = $column;
        match column.downcast_iter().collect::<Vec<_>>()[..] {
            [chunk] => {
                let nulls = chunk.validity().map(|valid| {
                    let (bytes, offset, length) = valid.as_slice();
                    NullBuffer::new(BooleanBuffer::new(Buffer::from(bytes), offset, length))
                });
                <$array>::new(chunk.values().as_slice().to_vec().into(), nulls)
            }
            _ => column.iter().collect::<$array>(),
        }
    }};
}

/// Texts as Arrow keeps them: where many rows share few texts, the texts once and which of them each row has.
fn texts(column: &Column) -> Result<ArrayRef> {
    let distinct = DISTINCT.contains(&column.name().as_str());
    let few = if distinct { None } else { table::few_texts(column, table::FEW)? };
    let Some((few, codes)) = few else {
        return Ok(Arc::new(table::each_text(column)?.into_iter().collect::<StringArray>()));
    };
    let codes = codes.into_iter().collect::<UInt16Array>();
    let array = DictionaryArray::try_new(codes, Arc::new(StringArray::from(few)))
        .map_err(|e| Error::internal(format!("column `{}`: {e}", column.name())))?;
    Ok(Arc::new(array))
}

/// Labels as Arrow keeps them: all that there are, and which of them each row has.
fn labelled(column: &Column, labels: &ArrayRef) -> Result<ArrayRef> {
    let refused = |e| Error::internal(format!("column `{}`: {e}", column.name()));
    Ok(match table::label_codes(column)? {
        LabelCodes::Few(codes) => {
            let codes = numbers!(UInt8Array, codes);
            Arc::new(DictionaryArray::try_new(codes, Arc::clone(labels)).map_err(refused)?)
        }
        LabelCodes::Many(codes) => {
            let codes = numbers!(UInt16Array, codes);
            Arc::new(DictionaryArray::try_new(codes, Arc::clone(labels)).map_err(refused)?)
        }
    })
}

fn array(column: &Column, kind: Kind) -> Result<ArrayRef> {
    let series = column.as_materialized_series();
    Ok(match kind {
        Kind::Text => texts(column)?,
        Kind::TextList => {
            let mut builder = ListBuilder::new(StringBuilder::new());
            for list in series.list()?.amortized_iter() {
                match list {
                    Some(texts) => {
                        texts.as_ref().str()?.iter().for_each(|t| builder.values().append_option(t));
                        builder.append(true);
                    }
                    None => builder.append(false),
                }
            }
            Arc::new(builder.finish())
        }
        Kind::F64 => Arc::new(numbers!(Float64Array, series.f64()?)),
        Kind::U8 => Arc::new(numbers!(UInt8Array, series.u8()?)),
        Kind::U16 => Arc::new(numbers!(UInt16Array, series.u16()?)),
        Kind::U32 => Arc::new(numbers!(UInt32Array, series.u32()?)),
        Kind::U64 => Arc::new(numbers!(UInt64Array, series.u64()?)),
        Kind::I32 => Arc::new(numbers!(Int32Array, series.i32()?)),
        Kind::Bool => Arc::new(series.bool()?.iter().collect::<BooleanArray>()),
        Kind::Timestamp => {
            let instants = numbers!(TimestampMicrosecondArray, series.datetime()?.physical());
            Arc::new(instants.with_timezone(UTC))
        }
    })
}
