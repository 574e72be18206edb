//! Parquet files: typed columns, needed ones only, a row group at a time.

use std::fs::File;
use std::ops::RangeInclusive;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use arrow::array::{
    Array, ArrayRef, ArrowPrimitiveType, AsArray, BooleanArray, GenericByteArray, ListArray, PrimitiveArray,
    RecordBatch, StringArray, StringViewArray,
};
use arrow::compute::cast;
use arrow::datatypes::{
    self as types, ArrowNativeType, ByteArrayType, DataType, Field, Fields, Schema, TimeUnit,
};
use parquet::arrow::ProjectionMask;
use parquet::arrow::arrow_reader::{
    ArrowReaderMetadata, ArrowReaderOptions, ParquetRecordBatchReader, ParquetRecordBatchReaderBuilder,
};
use parquet::errors::ParquetError;
use parquet::file::metadata::RowGroupMetaData;

use super::block::{Block, Column, Raw, Value};
use super::dictionary::Dictionary;
use super::guard::guarded;
use crate::facts::TextColumn;
use crate::{Error, Result};

/// A file that claims to unfold to more than this many times its size is refused before anything is allocated.
const LARGEST_RATIO: u64 = 20_000;
/// Rows of a slice. Larger row groups are cut, though the pages before a slice have to be unpacked to get at it: what
/// becomes of a slice is held in memory until its turn.
const SLICE_ROWS: usize = 1 << 20;
/// Rows of a block: few enough to stay in cache while they are worked on, and in a small file fewer, so that all
/// threads have some.
const BLOCK_ROWS: RangeInclusive<usize> = 1 << 13..=1 << 16;
/// Blocks of a small file.
const BLOCKS: usize = 16;

/// An opened Parquet file: its metadata and where it is.
#[derive(Clone)]
pub struct ParquetFile {
    path: PathBuf,
    metadata: ArrowReaderMetadata,
}

/// Rows of one row group.
#[derive(Clone, Copy, Debug)]
pub struct Slice {
    group: usize,
    offset: usize,
    rows: usize,
}

/// What a file may store in a type of its own, so that there is no spelling to learn.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stored {
    /// Whole numbers or floats.
    Numbers,
    /// Times or dates.
    Times,
}

impl Slice {
    /// Number of rows.
    pub fn rows(self) -> usize {
        self.rows
    }
}

impl ParquetFile {
    /// Opens the file and reads its footer.
    ///
    /// # Errors
    /// `Input` when it is no Parquet file, or claims an absurd size.
    pub fn open(path: &Path) -> Result<Self> {
        let file = File::open(path).map_err(Error::io("read", path))?;
        let size = file.metadata().map_err(Error::io("read", path))?.len();
        let metadata = guarded(path, || {
            load(&file).map_err(|e| {
                Error::input(path, format!("not a readable Parquet file: {e}"))
                    .hint("was it copied completely?")
            })
        })?;
        let groups = metadata.metadata().row_groups();
        let sum = |claims: &dyn Fn(&RowGroupMetaData) -> i64| {
            groups.iter().fold(0_u64, |sum, g| sum.saturating_add(claims(g).unsigned_abs()))
        };
        let claims =
            [("bytes", sum(&RowGroupMetaData::total_byte_size)), ("rows", sum(&RowGroupMetaData::num_rows))];
        if let Some((what, claimed)) = claims.into_iter().find(|(_, claimed)| claimed / LARGEST_RATIO > size)
        {
            return Err(Error::input(path, format!("claims to unfold {size} bytes to {claimed} {what}"))
                .hint("do not trust this file"));
        }
        Ok(Self { path: path.to_path_buf(), metadata })
    }

    /// Names of the top-level columns.
    pub fn names(&self) -> Vec<String> {
        self.metadata.schema().fields().iter().map(|f| f.name().clone()).collect()
    }

    /// What the file keeps in a column in a type of its own.
    pub fn stored(&self, column: usize) -> Option<Stored> {
        match self.metadata.schema().field(column).data_type() {
            // Read as texts, because 64 bits without a sign do not fit.
            DataType::UInt64 => None,
            kind if kind.is_integer() || kind.is_floating() => Some(Stored::Numbers),
            DataType::Timestamp(..) | DataType::Date32 | DataType::Date64 => Some(Stored::Times),
            _ => None,
        }
    }

    /// The pieces of the file, in order.
    pub fn slices(&self) -> Vec<Slice> {
        let groups = self.metadata.metadata().row_groups();
        groups
            .iter()
            .enumerate()
            .flat_map(|(group, g)| {
                let rows = g.num_rows().max(0) as usize;
                (0..rows.div_ceil(SLICE_ROWS)).map(move |n| {
                    let offset = n * SLICE_ROWS;
                    Slice { group, offset, rows: SLICE_ROWS.min(rows - offset) }
                })
            })
            .collect()
    }

    /// The piece's share of the bytes of its row group.
    pub fn bytes(&self, slice: Slice) -> u64 {
        let group = self.metadata.metadata().row_group(slice.group);
        let (bytes, rows) = (group.compressed_size().max(0) as f64, group.num_rows().max(1) as f64);
        (bytes * slice.rows as f64 / rows) as u64
    }

    fn block_rows(&self) -> usize {
        let rows = self.metadata.metadata().file_metadata().num_rows().unsigned_abs() as usize;
        (rows / BLOCKS).clamp(*BLOCK_ROWS.start(), *BLOCK_ROWS.end())
    }

    /// Reads the requested columns of one piece. `None` asks for a column the file does not have.
    ///
    /// # Errors
    /// `Input` when a page is damaged or a column holds lists or structures.
    pub fn read(&self, slice: Slice, wanted: &[Option<usize>], names: &[String]) -> Result<Block> {
        let whole = self.map_by(slice.rows, slice, wanted, names, &Ok)?.pop();
        whole.ok_or_else(|| Error::input(&self.path, "ends before its rows"))
    }

    /// The same in blocks that stay in cache: what `map` makes of them, in their order.
    ///
    /// # Errors
    /// As [`ParquetFile::read`], and those of `map`; the first in file order wins.
    pub fn map_blocks<T: Send>(
        &self,
        slice: Slice,
        wanted: &[Option<usize>],
        names: &[String],
        map: &(impl Fn(Block) -> Result<T> + Sync),
    ) -> Result<Vec<T>> {
        self.map_by(self.block_rows(), slice, wanted, names, map)
    }

    fn map_by<T: Send>(
        &self,
        at_once: usize,
        slice: Slice,
        wanted: &[Option<usize>],
        names: &[String],
        map: &(impl Fn(Block) -> Result<T> + Sync),
    ) -> Result<Vec<T>> {
        let batches = guarded(&self.path, || self.batches(at_once, slice, wanted))?;
        let texts = vec![None; wanted.len()];
        let mut blocks = Blocks { file: self, slice, wanted, names, batches, texts, rows: 0 };
        let mut mapped = blocks.map_rest(map)?;
        mapped.reverse();
        if blocks.rows == slice.rows {
            return Ok(mapped);
        }
        Err(self.bad(slice, &format!("holds {} rows where {} are stated", blocks.rows, slice.rows)))
    }

    fn bad(&self, slice: Slice, what: &dyn std::fmt::Display) -> Error {
        Error::input(&self.path, format!("row group {}: {what}", slice.group + 1))
    }

    fn batches(
        &self,
        at_once: usize,
        slice: Slice,
        wanted: &[Option<usize>],
    ) -> Result<ParquetRecordBatchReader> {
        let file = File::open(&self.path).map_err(Error::io("read", &self.path))?;
        let mask = ProjectionMask::roots(self.metadata.parquet_schema(), roots(wanted));
        ParquetRecordBatchReaderBuilder::new_with_metadata(file, self.metadata.clone())
            .with_row_groups(vec![slice.group])
            .with_projection(mask)
            .with_offset(slice.offset)
            .with_limit(slice.rows)
            .with_batch_size(at_once)
            .build()
            .map_err(|e| self.bad(slice, &e))
    }

    fn block(
        &self,
        batch: &RecordBatch,
        wanted: &[Option<usize>],
        names: &[String],
        texts: &mut [Option<Texts>],
    ) -> Result<Block> {
        let roots = roots(wanted);
        let columns = wanted
            .iter()
            .zip(names)
            .zip(texts)
            .map(|((root, name), texts)| match root {
                Some(root) => {
                    let at = roots.binary_search(root).expect("every wanted root is projected");
                    convert(batch.column(at), texts).ok_or_else(|| {
                        let kind = batch.column(at).data_type();
                        Error::input(
                            &self.path,
                            format!("column `{name}` holds `{kind}`, which is no single value"),
                        )
                    })
                }
                None => Ok(Column::Dictionary(Arc::default(), vec![u32::MAX; batch.num_rows()])),
            })
            .collect::<Result<Vec<_>>>()?;
        Ok(Block {
            rows: batch.num_rows(),
            columns,
            bytes: Vec::new(),
            lines: Vec::new(),
            line_count: 0,
            raw: Raw::cells(names),
            broken: Vec::new(),
        })
    }
}

/// The blocks of a slice that are still to be read.
struct Blocks<'a> {
    file: &'a ParquetFile,
    slice: Slice,
    wanted: &'a [Option<usize>],
    names: &'a [String],
    batches: ParquetRecordBatchReader,
    /// The dictionaries of the wanted columns.
    texts: Vec<Option<Texts>>,
    /// Rows read so far.
    rows: usize,
}

impl Blocks<'_> {
    fn next(&mut self) -> Result<Option<Block>> {
        let Self { file, slice, wanted, names, batches, texts, rows } = self;
        guarded(&file.path, || {
            let Some(batch) = batches.next() else { return Ok(None) };
            let batch = batch.map_err(|e| file.bad(*slice, &e))?;
            *rows += batch.num_rows();
            file.block(&batch, wanted, names, texts).map(Some)
        })
    }

    /// What `map` makes of the blocks that are left, the last one first. A thread with nothing to do takes over the
    /// rest of the slice while this one is busy with a block.
    fn map_rest<T: Send>(&mut self, map: &(impl Fn(Block) -> Result<T> + Sync)) -> Result<Vec<T>> {
        let Some(block) = self.next()? else { return Ok(Vec::new()) };
        let (mapped, rest) = rayon::join(|| map(block), || self.map_rest(map));
        let mapped = mapped?;
        let mut rest = rest?;
        rest.push(mapped);
        Ok(rest)
    }
}

/// The footer, with texts that the file keeps as dictionaries left that way: each is then looked at once.
fn load(file: &File) -> Result<ArrowReaderMetadata, ParquetError> {
    let found = ArrowReaderMetadata::load(file, ArrowReaderOptions::new())?;
    let groups = found.metadata().row_groups();
    let kept_as_dictionary = |leaf: usize| {
        !groups.is_empty() && groups.iter().all(|g| g.column(leaf).dictionary_page_offset().is_some())
    };
    // Leaves and fields are the same columns only in a flat file.
    if found.parquet_schema().num_columns() != found.schema().fields().len() {
        return Ok(found);
    }
    let field = |(leaf, field): (usize, &Arc<Field>)| match field.data_type() {
        DataType::Utf8 | DataType::LargeUtf8 | DataType::Utf8View if kept_as_dictionary(leaf) => {
            let kind = DataType::Dictionary(Box::new(DataType::Int32), Box::new(DataType::Utf8));
            Arc::new(field.as_ref().clone().with_data_type(kind))
        }
        _ => Arc::clone(field),
    };
    let fields: Fields = found.schema().fields().iter().enumerate().map(field).collect();
    let schema = Arc::new(Schema::new_with_metadata(fields, found.schema().metadata().clone()));
    ArrowReaderMetadata::try_new(Arc::clone(found.metadata()), ArrowReaderOptions::new().with_schema(schema))
}

/// The columns of the file to decode, in its order.
fn roots(wanted: &[Option<usize>]) -> Vec<usize> {
    let mut roots: Vec<usize> = wanted.iter().flatten().copied().collect();
    roots.sort_unstable();
    roots.dedup();
    roots
}

/// A dictionary, and where the file's reader keeps its texts: the batches of a row group share them.
#[derive(Clone)]
struct Texts {
    from: StringArray,
    entries: Arc<Dictionary>,
}

fn nulls(array: &dyn Array) -> Option<Vec<bool>> {
    array.logical_nulls().filter(|n| n.null_count() > 0).map(|n| n.iter().map(|valid| !valid).collect())
}

fn texts<T: ByteArrayType>(array: &GenericByteArray<T>) -> TextColumn {
    let offsets = array.value_offsets();
    let first = offsets[0].as_usize();
    let last = offsets[offsets.len() - 1].as_usize();
    let ends = offsets[1..].iter().map(|end| (end.as_usize() - first) as u32).collect();
    TextColumn::from_parts(array.value_data()[first..last].to_vec(), ends, nulls(array))
}

fn views(array: &StringViewArray) -> TextColumn {
    let mut column = TextColumn::default();
    for value in array {
        match value {
            Some(text) => column.push(text.as_bytes()),
            None => column.push_null(),
        }
    }
    column
}

fn dictionary(array: &ArrayRef, known: &mut Option<Texts>) -> Option<Column> {
    let dictionary = array.as_any_dictionary();
    let values = cast(dictionary.values(), &DataType::Utf8).ok()?.as_string::<i32>().clone();
    let entries = match known {
        Some(known) if known.is(&values) => Arc::clone(&known.entries),
        _ => {
            let entries = Arc::new(Dictionary::new(texts(&values)));
            Arc::clone(&known.insert(Texts { from: values, entries }).entries)
        }
    };
    let codes = match dictionary.keys().as_primitive_opt::<types::Int32Type>() {
        Some(keys) => codes(keys),
        None => codes(cast(dictionary.keys(), &DataType::UInt32).ok()?.as_primitive::<types::UInt32Type>()),
    };
    Some(Column::Dictionary(entries, codes))
}

/// Places in a dictionary; absent values have none.
fn codes<T: ArrowPrimitiveType>(keys: &PrimitiveArray<T>) -> Vec<u32> {
    let mut codes: Vec<u32> = keys.values().iter().map(|key| key.as_usize() as u32).collect();
    if let Some(nulls) = keys.nulls().filter(|nulls| nulls.null_count() > 0) {
        (!nulls.inner()).set_indices().for_each(|row| codes[row] = u32::MAX);
    }
    codes
}

impl Texts {
    /// The same texts at the same place.
    fn is(&self, values: &StringArray) -> bool {
        self.from.len() == values.len() && self.from.values().ptr_eq(values.values())
    }
}

/// A column of an Arrow batch in the engine's own types; `None` for lists of other things than texts, structures and
/// the like.
fn convert(array: &ArrayRef, texts_of: &mut Option<Texts>) -> Option<Column> {
    let empty = || nulls(array);
    Some(match array.data_type() {
        DataType::Utf8 => Column::Text(texts(array.as_string::<i32>())),
        DataType::LargeUtf8 => Column::Text(texts(array.as_string::<i64>())),
        DataType::Binary => Column::Text(texts(array.as_binary::<i32>())),
        DataType::LargeBinary => Column::Text(texts(array.as_binary::<i64>())),
        DataType::Utf8View => Column::Text(views(array.as_string_view())),
        DataType::Dictionary(_, _) => dictionary(array, texts_of)?,
        DataType::Boolean => Column::Mixed(booleans(array.as_boolean())),
        DataType::UInt64 => texts_of_numbers(array)?,
        kind if kind.is_integer() => {
            let wide = cast(array, &DataType::Int64).ok()?;
            Column::Int(wide.as_primitive::<types::Int64Type>().values().clone(), empty())
        }
        DataType::Float32 => {
            let values = array.as_primitive::<types::Float32Type>().values();
            Column::Float(values.iter().map(|v| decimal(*v)).collect::<Vec<_>>().into(), empty())
        }
        kind if kind.is_floating() => {
            let wide = cast(array, &DataType::Float64).ok()?;
            Column::Float(wide.as_primitive::<types::Float64Type>().values().clone(), empty())
        }
        DataType::Decimal32(..)
        | DataType::Decimal64(..)
        | DataType::Decimal128(..)
        | DataType::Decimal256(..) => texts_of_numbers(array)?,
        DataType::Timestamp(_, zone) => {
            let zoned = zone.is_some();
            let micros = cast(array, &DataType::Timestamp(TimeUnit::Microsecond, zone.clone())).ok()?;
            let values = micros.as_primitive::<types::TimestampMicrosecondType>().values().clone();
            if zoned { Column::Instant(values, empty()) } else { Column::Wall(values, empty()) }
        }
        DataType::Date32 | DataType::Date64 => {
            let micros = cast(array, &DataType::Timestamp(TimeUnit::Microsecond, None)).ok()?;
            Column::Wall(micros.as_primitive::<types::TimestampMicrosecondType>().values().clone(), empty())
        }
        DataType::List(item) if item.data_type() == &DataType::Utf8 => Column::Text(joined(array.as_list())),
        DataType::Null => Column::Dictionary(Arc::default(), vec![u32::MAX; array.len()]),
        _ => return None,
    })
}

/// Texts of a list, side by side: `angry, complaint_overdue`.
fn joined(lists: &ListArray) -> TextColumn {
    let mut column = TextColumn::default();
    for list in lists {
        match list {
            Some(list) => {
                let texts: Vec<&str> = list.as_string::<i32>().iter().flatten().collect();
                column.push(texts.join(", ").as_bytes());
            }
            None => column.push_null(),
        }
    }
    column
}

/// The decimal that a single-precision float stands for: 2.55, not the 2.5499999523 that its bits are.
fn decimal(value: f32) -> f64 {
    value.to_string().parse().unwrap_or(f64::NAN)
}

fn booleans(array: &BooleanArray) -> Vec<Value> {
    array.iter().map(|v| v.map_or(Value::Null, Value::Bool)).collect()
}

/// Decimals and unsigned 64-bit integers, exactly, as text.
fn texts_of_numbers(array: &ArrayRef) -> Option<Column> {
    let text = cast(array, &DataType::Utf8).ok()?;
    Some(Column::Text(texts(text.as_string::<i32>())))
}
