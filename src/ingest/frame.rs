//! Tables of a result read back as data frames, with the types that `schema` declares.

use std::fs::File;
use std::path::Path;

use arrow::array::{ArrayRef, AsArray, RecordBatch};
use arrow::datatypes::{
    Float64Type, Int32Type, TimestampMicrosecondType, UInt8Type, UInt16Type, UInt32Type, UInt64Type,
};
use parquet::arrow::ProjectionMask;
use parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;
use polars::prelude::*;

use super::guard::guarded;
use crate::schema::{Kind, Table};
use crate::{Error, Result, table};

/// Reads these columns of a published table, in this order; columns that the file does not have are left out.
///
/// # Errors
/// `Input` when the file is damaged or a column has another type than declared, `Io` when it cannot be read.
pub fn read(path: &Path, declared: &Table, columns: &[&str]) -> Result<DataFrame> {
    let batches = guarded(path, || batches(path, columns))?;
    let mut made = Vec::new();
    for name in columns {
        let Some(column) = declared.column(name) else { continue };
        let arrays: Option<Vec<&ArrayRef>> = batches.1.iter().map(|b| b.column_by_name(name)).collect();
        let there = batches.0.iter().any(|found| found == name);
        if let Some(arrays) = arrays.filter(|_| there) {
            made.push(polars_column(name, column.kind, &arrays).ok_or_else(|| {
                Error::input(path, format!("column `{name}` is not {}", column.kind.name()))
                    .hint("run again to publish a new result")
            })??);
        }
    }
    table::new(made)
}

/// Names of the file's columns, and the batches of those wanted.
fn batches(path: &Path, columns: &[&str]) -> Result<(Vec<String>, Vec<RecordBatch>)> {
    let bad = |e: &dyn std::fmt::Display| {
        Error::input(path, format!("not a readable table: {e}")).hint("run again to publish a new result")
    };
    let file = File::open(path).map_err(Error::io("read", path))?;
    let builder = ParquetRecordBatchReaderBuilder::try_new(file).map_err(|e| bad(&e))?;
    let names: Vec<String> = builder.schema().fields().iter().map(|f| f.name().clone()).collect();
    let roots = names.iter().enumerate().filter(|(_, name)| columns.contains(&name.as_str()));
    let mask = ProjectionMask::roots(builder.parquet_schema(), roots.map(|(i, _)| i));
    let reader = builder.with_projection(mask).build().map_err(|e| bad(&e))?;
    let batches = reader.collect::<Result<Vec<_>, _>>().map_err(|e| bad(&e))?;
    Ok((names, batches))
}

/// A column of all batches; `None` when one of them has another type.
fn polars_column(name: &str, kind: Kind, arrays: &[&ArrayRef]) -> Option<Result<Column>> {
    macro_rules! numbers {
        ($type:ty, $native:ty) => {{
            let mut values: Vec<Option<$native>> = Vec::new();
            for array in arrays {
                values.extend(array.as_primitive_opt::<$type>()?.iter());
            }
            Ok(Column::new(name.into(), values))
        }};
    }
    Some(match kind {
        Kind::Text => {
            let mut texts: Vec<Option<&str>> = Vec::new();
            for array in arrays {
                texts.extend(array.as_string_opt::<i32>()?.iter());
            }
            Ok(Column::new(name.into(), texts))
        }
        Kind::TextList => {
            let mut lists: Vec<Option<Series>> = Vec::new();
            for array in arrays {
                let array = array.as_list_opt::<i32>()?;
                for list in array {
                    let list = match list {
                        Some(list) => {
                            let texts: Vec<Option<&str>> = list.as_string_opt::<i32>()?.iter().collect();
                            Some(Series::new("".into(), texts))
                        }
                        None => None,
                    };
                    lists.push(list);
                }
            }
            let typed = DataType::List(Box::new(DataType::String));
            Column::new(name.into(), lists).cast(&typed).map_err(Error::from)
        }
        Kind::F64 => numbers!(Float64Type, f64),
        Kind::U8 => numbers!(UInt8Type, u8),
        Kind::U16 => numbers!(UInt16Type, u16),
        Kind::U32 => numbers!(UInt32Type, u32),
        Kind::U64 => numbers!(UInt64Type, u64),
        Kind::I32 => numbers!(Int32Type, i32),
        Kind::Bool => {
            let mut truths: Vec<Option<bool>> = Vec::new();
            for array in arrays {
                truths.extend(array.as_boolean_opt()?.iter());
            }
            Ok(Column::new(name.into(), truths))
        }
        Kind::Timestamp => {
            let mut micros: Vec<Option<i64>> = Vec::new();
            for array in arrays {
                micros.extend(array.as_primitive_opt::<TimestampMicrosecondType>()?.iter());
            }
            table::timestamp_column(name, micros)
        }
    })
}
