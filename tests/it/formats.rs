//! One export in every format: each of them gives the same customers.
//!
//! The export is written here, row by row, with what exports hold: several lines an order, returns inside an
//! order, cancellations, postage under a Persian name, decimals, ids that a spreadsheet made floats.

pub(crate) mod export;
pub(crate) mod typed;

use std::io::Write;

use crate::desk::Desk;
use crate::ledger::nearest;
use crate::published::Table;
use export::{Export, Line};

const HEADER: [&str; 7] = ["customer", "order", "at", "product", "name", "quantity", "price"];

pub(crate) fn config(files: &str) -> String {
    format!(
        r#"
        [run]
        as_of = "2024-12-31"
        timezone = "Asia/Tehran"
        stages = ["rfm"]
        [transactions]
        files = ["{files}"]
        [transactions.columns]
        customer_id = "customer"
        order_id = "order"
        ordered_at = "at"
        product_id = "product"
        quantity = "quantity"
        unit_price = "price"
        [transactions.rules]
        cancelled_when = {{ column = "order", starts_with = "C" }}
        skip_when = {{ column = "name", equals = "پست" }}
        "#
    )
}

/// A desk with a file of these bytes; its form has to be found.
fn desk(name: &str, bytes: impl AsRef<[u8]>) -> Desk {
    let desk = Desk::with_config(&config(name));
    desk.write(name, bytes);
    desk
}

/// What everything is held against: plain CSV, itself held against sums made here.
fn expected(export: &Export) -> Table {
    let desk = desk("export.csv", export.delimited(",", Line::plain));
    let result = desk.published();
    let account = result.account("transactions");
    let postage = export.lines.iter().filter(|l| l.name == export::POSTAGE).count() as u64;
    assert_eq!((account.read, account.set_aside["skipped_by_rule"]), (export.lines.len() as u64, postage));
    let customers = result.customers();
    let sums = export.spend();
    assert_eq!(customers.ids("customer_id"), sums.keys().cloned().collect::<Vec<_>>());
    let spend: Vec<_> = sums.values().map(|cents| Some(nearest(cents * 100))).collect();
    assert_eq!(customers.floats("spend_total"), spend);
    customers
}

fn assert_same(expected: &Table, name: &str, bytes: impl AsRef<[u8]>) {
    let desk = desk(name, bytes);
    let result = desk.published();
    result.assert_complete();
    expected.assert_equals(&result.customers(), &format!("csv against {name}"));
}

pub(crate) fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut packer = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
    packer.write_all(bytes).unwrap();
    packer.finish().unwrap()
}

fn utf16(text: &str, bytes_of: impl Fn(u16) -> [u8; 2]) -> Vec<u8> {
    std::iter::once(0xFEFF).chain(text.encode_utf16()).flat_map(bytes_of).collect()
}

#[test]
fn delimited_text_in_every_dress() {
    let export = Export::new();
    let expected = expected(&export);
    let plain = export.delimited(",", Line::plain);

    let continental = export.delimited(";", Line::decimal_comma);
    assert_same(&expected, "semicolons.csv", &continental);
    assert_same(&expected, "bom.csv", format!("\u{feff}{}", continental.replace('\n', "\r\n")));
    assert_same(&expected, "tabs.tsv", export.delimited("\t", Line::plain));
    assert_same(&expected, "bars.txt", export.delimited("|", Line::plain));
    assert_same(&expected, "no_end.csv", plain.trim_end());
    assert_same(&expected, "blank_lines.csv", plain.replace('\n', "\n\n"));
    assert_same(&expected, "sep.csv", format!("sep=;\n{continental}"));
    assert_same(&expected, "title.csv", format!("Sales 2024\n\n{plain}"));
    assert_same(&expected, "floats.csv", export.delimited(",", Line::spreadsheet));
}

#[test]
fn columns_parted_by_runs_of_blanks() {
    let export = Export::new();
    let expected = expected(&export);
    let text = export.delimited("   ", Line::without_blanks);
    assert_same(&expected, "blanks.txt", text.lines().map(|l| format!("  {l}\r\n")).collect::<String>());
}

#[test]
fn packed_and_encoded() {
    let export = Export::new();
    let expected = expected(&export);
    let plain = export.delimited(",", Line::plain);

    assert_same(&expected, "packed.csv.gz", gzip(plain.as_bytes()));
    let (first, second) = plain.split_at(plain.len() / 2);
    let members = [gzip(first.as_bytes()), gzip(second.as_bytes())].concat();
    assert_same(&expected, "two_members.csv.gz", members);
    assert_same(&expected, "packed.csv.zst", zstd::encode_all(plain.as_bytes(), 3).unwrap());
    assert_same(&expected, "little.csv", utf16(&plain, u16::to_le_bytes));
    assert_same(&expected, "big.csv", utf16(&plain, u16::to_be_bytes));
    let (arabic, _, lost) = encoding_rs::WINDOWS_1256.encode(&plain);
    assert!(!lost, "the export must be writable in this code page");
    assert_same(&expected, "windows.csv", arabic);
}

#[test]
fn json_lines_with_numbers_or_texts() {
    let export = Export::new();
    let expected = expected(&export);
    let typed: String = export.lines.iter().map(|l| format!("{}\n", l.json_typed())).collect();
    assert_same(&expected, "typed.ndjson", &typed);
    assert_same(&expected, "packed.jsonl.gz", gzip(typed.as_bytes()));
    let texts: String = export.lines.iter().map(|l| format!("{}\n", l.json_texts())).collect();
    assert_same(&expected, "texts.ndjson", texts);
}

#[test]
fn jalali_dates_and_persian_digits() {
    let export = Export::new();
    let expected = expected(&export);
    assert_same(&expected, "persian.csv", export.delimited(";", Line::persian));
}

#[test]
fn parquet_and_workbooks_with_types_of_their_own() {
    let export = Export::new();
    let expected = expected(&export);
    for (name, columns) in typed::forms(&export) {
        assert_same(&expected, name, typed::parquet(&columns));
    }
    // The content decides, not the name.
    assert_same(&expected, "parquet_named.csv", typed::parquet(&typed::forms(&export)[0].1));
    assert_same(&expected, "workbook_named.csv", typed::workbook(&export, typed::Cells::Typed));
    assert_same(&expected, "typed.xlsx", typed::workbook(&export, typed::Cells::Typed));
    assert_same(&expected, "texts.xlsx", typed::workbook(&export, typed::Cells::Texts));
}

#[test]
fn days_without_times() {
    let export = Export::on_days();
    let expected = expected(&export);
    assert_same(&expected, "days.csv", export.delimited(",", Line::day_only));
    assert_same(&expected, "persian_days.csv", export.delimited(";", Line::persian_day));
    assert_same(&expected, "date32.parquet", typed::parquet(&typed::with_date32(&export)));
}

#[test]
fn files_of_different_forms_are_one_export() {
    let export = Export::new();
    let expected = expected(&export);
    let parts = export.parts(3);
    let desk = Desk::with_config(&config("part-*"));
    desk.write("part-1.csv", parts[0].delimited(";", Line::plain));
    desk.write(
        "part-2.ndjson",
        parts[1].lines.iter().map(|l| format!("{}\n", l.json_texts())).collect::<String>(),
    );
    desk.write("part-3.csv.gz", gzip(parts[2].delimited(",", Line::spreadsheet).as_bytes()));
    expected.assert_equals(&desk.published().customers(), "csv against three forms");
}

#[test]
fn typed_times_in_one_file_and_written_ones_in_the_next() {
    let export = Export::new();
    let expected = expected(&export);
    let parts = export.parts(2);
    let desk = Desk::with_config(&config("part-*"));
    desk.write("part-1.parquet", typed::parquet(&typed::with_times(&parts[0])));
    desk.write("part-2.csv", parts[1].delimited(",", Line::plain));
    expected.assert_equals(&desk.published().customers(), "csv against Parquet and csv");
}

#[test]
fn a_first_file_with_nothing_but_a_faulty_row_spoils_no_other() {
    let export = Export::new();
    let expected = expected(&export);
    let desk = Desk::with_config(&config("part-*"));
    desk.write("part-1.csv", "customer,order,at,product,name,quantity,price\n10001,1,,P1,x,1,2.5\n");
    desk.write("part-2.csv", export.delimited(",", Line::plain));
    let result = desk.published();
    assert_eq!(result.account("transactions").set_aside["bad_timestamp"], 1);
    expected.assert_equals(&result.customers(), "csv against itself after a faulty file");
}

#[test]
fn instants_of_a_joined_file_stay_instants() {
    let export = Export::new();
    let expected = expected(&export);
    let config = config("lines.csv").replace(
        "[transactions.rules]",
        "[[transactions.join]]\nfiles = ['orders.parquet']\non = { order = 'number' }\n[transactions.rules]",
    );
    let desk = Desk::with_config(&config);
    desk.write("lines.csv", export.delimited(",", Line::plain).replacen(",at,", ",printed,", 1));
    desk.write("orders.parquet", typed::parquet(&typed::orders_with_instants(&export)));
    expected.assert_equals(&desk.published().customers(), "csv against joined instants");
}
