//! The export in formats that have types: Parquet and Excel workbooks.

use std::sync::Arc;

use arrow::array::*;
use arrow::compute::cast;
use arrow::datatypes::{DataType, Int32Type};
use chrono::{Datelike, FixedOffset, Timelike};
use parquet::arrow::ArrowWriter;
use rust_xlsxwriter::{ExcelDateTime, Format, Workbook};

use super::HEADER;
use super::export::{Export, Line};

type Columns = Vec<(&'static str, ArrayRef)>;

/// A Parquet file of these columns.
pub(crate) fn parquet(columns: &Columns) -> Vec<u8> {
    let batch = RecordBatch::try_from_iter(columns.clone()).unwrap();
    let mut bytes = Vec::new();
    let mut writer = ArrowWriter::try_new(&mut bytes, batch.schema(), None).unwrap();
    // Two row groups, so that a piece does not begin with the file.
    let half = batch.num_rows() / 2;
    writer.write(&batch.slice(0, half)).unwrap();
    writer.flush().unwrap();
    writer.write(&batch.slice(half, batch.num_rows() - half)).unwrap();
    writer.close().unwrap();
    bytes
}

fn column<A: Array + FromIterator<T> + 'static, T>(export: &Export, value: impl Fn(&Line) -> T) -> ArrayRef {
    Arc::new(export.lines.iter().map(value).collect::<A>())
}

fn texts(export: &Export) -> Columns {
    let rows: Vec<_> = export.lines.iter().map(Line::plain).collect();
    let text =
        |c: usize| Arc::new(rows.iter().map(|r| Some(r[c].as_str())).collect::<StringArray>()) as ArrayRef;
    HEADER.iter().enumerate().map(|(c, name)| (*name, text(c))).collect()
}

fn with(mut columns: Columns, name: &'static str, values: ArrayRef) -> Columns {
    columns.iter_mut().find(|(n, _)| *n == name).unwrap().1 = values;
    columns
}

/// The same export in the types that data frames and warehouses write.
pub(crate) fn forms(export: &Export) -> Vec<(&'static str, Columns)> {
    let micros = |l: &Line| Some(l.at.and_utc().timestamp_micros());
    let price = |l: &Line| l.cents as f64 / 100.0;
    let decimals: Decimal128Array = export.lines.iter().map(|l| Some(i128::from(l.cents))).collect();
    let decimals = decimals.with_precision_and_scale(10, 2).unwrap();

    let mut typed = texts(export);
    typed = with(typed, "customer", column::<Int64Array, _>(export, |l| Some(i64::from(l.customer))));
    typed = with(typed, "at", column::<TimestampMicrosecondArray, _>(export, micros));
    typed = with(typed, "quantity", column::<Int32Array, _>(export, |l| Some(l.quantity)));
    typed = with(typed, "price", Arc::new(decimals));

    let mut frame = texts(export);
    frame = with(frame, "customer", column::<Float64Array, _>(export, |l| Some(f64::from(l.customer))));
    frame = with(frame, "at", column::<TimestampNanosecondArray, _>(export, |l| micros(l).map(|m| m * 1000)));
    frame = with(frame, "quantity", column::<Float64Array, _>(export, |l| Some(f64::from(l.quantity))));
    frame = with(frame, "price", column::<Float64Array, _>(export, |l| Some(price(l))));

    let narrow = with(frame.clone(), "price", column::<Float32Array, _>(export, |l| Some(price(l) as f32)));
    let narrow = with(narrow, "customer", column::<UInt64Array, _>(export, |l| Some(u64::from(l.customer))));
    let narrow = with(narrow, "at", instants(export));

    let names: DictionaryArray<Int32Type> = export.lines.iter().map(|l| Some(l.name)).collect();
    let dictionary = with(texts(export), "name", Arc::new(names));
    let large = |name, kind| cast(&texts(export).iter().find(|(n, _)| *n == name).unwrap().1, &kind).unwrap();
    let dictionary = with(dictionary, "customer", large("customer", DataType::LargeUtf8));
    let dictionary = with(dictionary, "order", large("order", DataType::Utf8View));

    vec![
        ("texts.parquet", texts(export)),
        ("typed.parquet", typed),
        ("frame.parquet", frame),
        ("narrow.parquet", narrow),
        ("dictionary.parquet", dictionary),
    ]
}

/// Texts, but for the times.
pub(crate) fn with_times(export: &Export) -> Columns {
    let micros = |l: &Line| Some(l.at.and_utc().timestamp_micros());
    with(texts(export), "at", column::<TimestampMicrosecondArray, _>(export, micros))
}

/// Times with a zone: Tehran has been 3:30 ahead of UTC all year since 2023.
fn instants(export: &Export) -> ArrayRef {
    let ahead = FixedOffset::east_opt(3 * 3600 + 1800).unwrap();
    let micros = |l: &Line| l.at.and_local_timezone(ahead).unwrap().timestamp_micros();
    let array: TimestampMicrosecondArray = export.lines.iter().map(|l| Some(micros(l))).collect();
    Arc::new(array.with_timezone("UTC"))
}

/// One row an order: its number and its instant.
pub(crate) fn orders_with_instants(export: &Export) -> Columns {
    let mut orders: Vec<Line> = export.lines.clone();
    orders.sort_by(|a, b| a.order.cmp(&b.order));
    orders.dedup_by(|a, b| a.order == b.order);
    let orders = Export { lines: orders };
    vec![("number", column::<StringArray, _>(&orders, |l| Some(l.order.clone()))), ("at", instants(&orders))]
}

pub(crate) fn with_date32(export: &Export) -> Columns {
    let days = |l: &Line| Some((l.at.and_utc().timestamp() / 86_400) as i32);
    with(texts(export), "at", column::<Date32Array, _>(export, days))
}

/// What the cells of a workbook are.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Cells {
    Typed,
    Texts,
}

pub(crate) fn workbook(export: &Export, cells: Cells) -> Vec<u8> {
    let mut book = Workbook::new();
    let sheet = book.add_worksheet();
    let time = Format::new().set_num_format("yyyy-mm-dd hh:mm:ss");
    for (c, name) in HEADER.iter().enumerate() {
        sheet.write_string(0, c as u16, *name).unwrap();
    }
    for (row, line) in (1..).zip(&export.lines) {
        for (c, text) in (0..).zip(line.plain()) {
            sheet.write_string(row, c, text).unwrap();
        }
        if cells == Cells::Texts {
            continue;
        }
        let at = ExcelDateTime::from_ymd(line.at.year() as u16, line.at.month() as u8, line.at.day() as u8)
            .and_then(|d| d.and_hms(line.at.hour() as u16, line.at.minute() as u8, line.at.second()))
            .unwrap();
        sheet.write_number(row, 0, line.customer).unwrap();
        sheet.write_datetime_with_format(row, 2, &at, &time).unwrap();
        sheet.write_number(row, 5, line.quantity).unwrap();
        sheet.write_number(row, 6, line.cents as f64 / 100.0).unwrap();
    }
    book.save_to_buffer().unwrap()
}
