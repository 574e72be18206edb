//! Every message a mistake leads to: what is wrong, where, the rule, the value found, and a way out.

use std::fmt::Write;

use crate::desk::Desk;
use crate::formats;
use crate::formats::export::Export;
use crate::formats::typed;

const COLUMNS: &str = r#"
[transactions]
files = ["orders.csv"]
[transactions.columns]
customer_id = "customer"
order_id = "order"
ordered_at = "at"
quantity = "quantity"
unit_price = "price"
"#;

const ORDERS: &str = "customer,order,at,quantity,price\n\
    1,100,2024-01-05,1,2.50\n\
    2,101,2024-01-06,2,3.00\n\
    2,102,2024-02-01,1,9.99\n";

/// Runs with this configuration and this `orders.csv`; the exit code and standard error, paths taken out.
fn told(config: &str, orders: impl AsRef<[u8]>) -> String {
    let desk = Desk::with_config(config);
    desk.write("orders.csv", orders);
    on(&desk, &["run", "--stages", "rfm"])
}

fn on(desk: &Desk, args: &[&str]) -> String {
    let ended = desk.moshtari(args);
    assert_eq!(ended.out, "");
    assert!(!desk.path().join("results/latest").exists(), "a mistake published something");
    let mut text = String::new();
    write!(text, "exit {}\n{}", ended.code.unwrap(), desk.without_path(&ended.err)).unwrap();
    text
}

#[test]
fn a_column_that_is_not_there() {
    let config = COLUMNS.replace("\"customer\"", "\"costumer\"");
    insta::assert_snapshot!(told(&config, ORDERS), @"
    exit 2
    error: `[transactions]` names the column `costumer`, which `orders.csv` does not have
    hint: did you mean `customer`? its columns: `customer`, `order`, `at`, `quantity`, `price`
    ");
}

#[test]
fn a_column_that_only_one_of_two_files_has() {
    let desk = Desk::with_config(&COLUMNS.replace("orders.csv", "*.csv"));
    desk.write("a.csv", ORDERS);
    desk.write("b.csv", ORDERS.replace("price", "cost"));
    insta::assert_snapshot!(on(&desk, &["run"]), @"
    exit 2
    error: b.csv: there is no column `price`
    hint: its columns: `customer`, `order`, `at`, `quantity`, `cost`
    ");
}

#[test]
fn a_key_nobody_knows() {
    insta::assert_snapshot!(told(&COLUMNS.replace("ordered_at", "order_at"), ORDERS), @r#"
    exit 2
    error: moshtari.toml: TOML parse error at line 7, column 1
      |
    7 | order_at = "at"
      | ^^^^^^^^
    unknown field `order_at`, expected one of `customer_id`, `order_id`, `ordered_at`, `product_id`, `quantity`, `unit_price`, `amount`, `unit_cost`, `currency`, `order`
    hint: did you mean `ordered_at`?
    "#);
    insta::assert_snapshot!(told(&format!("{COLUMNS}[rmf]\nscores = 5\n"), ORDERS), @"
    exit 2
    error: moshtari.toml: TOML parse error at line 10, column 2
       |
    10 | [rmf]
       |  ^^^
    unknown field `rmf`, expected one of `run`, `transactions`, `surveys`, `complaints`, `customers`, `forget`, `rfm`, `satisfaction`, `loyalty`, `priority`, `watchlist`, `clusters`, `quality_house`, `history`, `publish`
    hint: known here: run, transactions, surveys, complaints, customers, forget, rfm, satisfaction, loyalty, priority, watchlist, clusters, quality_house, history, publish
    ");
}

#[test]
fn a_test_nobody_knows_in_a_condition() {
    let rules = "[transactions.rules]\ncancelled_when = { column = \"order\", start_with = \"C\" }\n";
    insta::assert_snapshot!(told(&format!("{COLUMNS}{rules}"), ORDERS), @r#"
    exit 2
    error: moshtari.toml: TOML parse error at line 11, column 38
       |
    11 | cancelled_when = { column = "order", start_with = "C" }
       |                                      ^^^^^^^^^^
    unknown field `start_with`, expected one of `column`, `equals`, `in`, `starts_with`, `matches`, `at_most`, `at_least`, `is_empty`
    hint: did you mean `starts_with`?
    "#);
    let rules = "[transactions.rules]\nskip_when = [{ column = \"order\" }]\n";
    insta::assert_snapshot!(told(&format!("{COLUMNS}{rules}"), ORDERS), @"
    exit 2
    error: moshtari.toml: `skip_when` on column `order` tests nothing
    hint: give one of equals, in, starts_with, matches, at_most, at_least, is_empty
    ");
}

#[test]
fn a_value_of_the_wrong_kind() {
    insta::assert_snapshot!(told(&COLUMNS.replace("[\"orders.csv\"]", "7"), ORDERS), @"
    exit 2
    error: moshtari.toml: TOML parse error at line 3, column 9
      |
    3 | files = 7
      |         ^
    invalid type: integer `7`, expected one value or a list of them
    ");
    insta::assert_snapshot!(told(&format!("{COLUMNS}[transactions.rules]\nmax_set_aside = 30\n"), ORDERS), @"
    exit 2
    error: moshtari.toml: `max_set_aside` should be a share from 0 to 1, but is 30
    ");
    insta::assert_snapshot!(told(&format!("{COLUMNS}[run]\nas_of = \"yesterday\"\n"), ORDERS), @r#"
    exit 2
    error: moshtari.toml: TOML parse error at line 11, column 9
       |
    11 | as_of = "yesterday"
       |         ^^^^^^^^^^^
    `as_of` should be a date like 2011-12-10 or a time like 2011-12-10T18:00:00, but is `yesterday`
    "#);
    insta::assert_snapshot!(told(&format!("{COLUMNS}[run]\ntimezone = \"Asia/Teheran\"\n"), ORDERS), @"
    exit 2
    error: moshtari.toml: `timezone` should be a name of the IANA time zone data base, but is `Asia/Teheran`
    hint: did you mean `Asia/Tehran`?
    ");
}

#[test]
fn a_section_that_is_missing() {
    insta::assert_snapshot!(told("[run]\nseed = 1\n", ORDERS), @"
    exit 2
    error: moshtari.toml: the configuration has neither `[transactions]` nor `[[surveys]]`
    hint: name the exports of sales in `[transactions]`, those of answers in `[[surveys]]`
    ");
    insta::assert_snapshot!(told(&COLUMNS.replace("unit_price = \"price\"\n", ""), ORDERS), @r#"
    exit 2
    error: moshtari.toml: `[transactions.columns]` names no money
    hint: give `amount`, or `unit_price` with `quantity`; for an export without money write `money = "none"` in `[transactions.rules]`
    "#);
}

#[test]
fn no_configuration() {
    insta::assert_snapshot!(on(&Desk::new(), &["run"]), @"
    exit 2
    error: cannot read the configuration `moshtari.toml`: No such file or directory (os error 2)
    hint: write one with `moshtari init EXPORT...`, or name one with `-c FILE`
    ");
    insta::assert_snapshot!(told("[transactions\n", ORDERS), @"
    exit 2
    error: moshtari.toml: TOML parse error at line 1, column 14
      |
    1 | [transactions
      |              ^
    unclosed table, expected `]`
    ");
}

#[test]
fn a_file_that_is_not_there() {
    let desk = Desk::with_config(COLUMNS);
    desk.write("order.csv", ORDERS);
    insta::assert_snapshot!(on(&desk, &["run"]), @"
    exit 2
    error: `[transactions] files`: there is no file `orders.csv`
    hint: did you mean `order.csv`? paths are relative to the configuration file
    ");
    insta::assert_snapshot!(told(&COLUMNS.replace("orders.csv", "exports/2024-*.csv"), ORDERS), @"
    exit 2
    error: `[transactions] files`: there is no file `exports/2024-*.csv`
    hint: there is no folder `./exports`; paths are relative to the configuration file
    ");
    let desk = Desk::with_config(&COLUMNS.replace("orders.csv", "exports"));
    desk.write("exports/a.csv", ORDERS);
    insta::assert_snapshot!(on(&desk, &["run"]), @r#"
    exit 2
    error: `[transactions] files`: `exports` is a folder
    hint: name its files: "exports/*.csv"
    "#);
}

#[test]
fn a_file_without_anything_to_read() {
    insta::assert_snapshot!(told(COLUMNS, ""), @"
    exit 2
    error: ./orders.csv: the file is empty
    hint: was the export cut off? remove the file from `files` if there was nothing to export
    ");
    insta::assert_snapshot!(told(COLUMNS, "\n\n"), @"
    exit 2
    error: ./orders.csv: there is nothing in the file but blank lines
    hint: was the export cut off? remove the file from `files` if there was nothing to export
    ");
    insta::assert_snapshot!(told(COLUMNS, "customer,order,at,quantity,price\n"), @"
    exit 2
    error: ./orders.csv: there are no rows below the header
    hint: was the export cut off? remove the file from `files` if there was nothing to export
    ");
}

#[test]
fn a_file_that_is_no_table() {
    let noise: Vec<u8> = (0..4096_u32).map(|n| (n.wrapping_mul(2_654_435_761) >> 13) as u8).collect();
    insta::assert_snapshot!(told(COLUMNS, noise), @"
    exit 2
    error: ./orders.csv: not a table that can be read: it is a binary file of unknown format
    hint: export it as CSV, NDJSON, Parquet or xlsx
    ");
    insta::assert_snapshot!(told(COLUMNS, b"PK\x03\x04\x14\x00\x00\x00\x08\x00notes.txt and more"), @"
    exit 2
    error: ./orders.csv: not a table that can be read: it is a zip archive
    hint: export it as CSV, NDJSON, Parquet or xlsx
    ");
    insta::assert_snapshot!(told(COLUMNS, "<!DOCTYPE html>\n<html><body><table></table></body></html>\n"), @"
    exit 2
    error: ./orders.csv: not a table that can be read: it is a web page (html)
    hint: export it as CSV, NDJSON, Parquet or xlsx
    ");
    insta::assert_snapshot!(told(COLUMNS, b"\x1f\x8b\x08\x00\x00\x00\x00\x00\x00\x03cut off"), @"
    exit 2
    error: ./orders.csv: cannot be unpacked: corrupt deflate stream
    hint: was it copied completely?
    ");
}

#[test]
fn letters_that_could_be_of_two_scripts() {
    // РОССИЯ in KOI8-R, as Python writes it.
    let orders =
        b"customer,order,at,quantity,price,country\n1,100,2024-01-05,1,2.50,\xF2\xEF\xF3\xF3\xE9\xF1\n";
    insta::assert_snapshot!(told(COLUMNS, orders), @r#"
    exit 2
    error: ./orders.csv: its letters are not UTF-8, and their encoding cannot be told for sure: `koi8-r` and `windows-1253` come closest
    hint: declare its encoding, such as `encoding = "koi8-r"`, or export the file as UTF-8
    "#);
    let desk = Desk::with_config(&COLUMNS.replace("files", "encoding = 'koi8-r'\nfiles"));
    desk.write("orders.csv", orders);
    desk.moshtari(&["run", "--stages", "rfm"]).must_end_with(0);
}

#[test]
fn lines_that_end_in_a_carriage_return_alone() {
    insta::assert_snapshot!(told(COLUMNS, ORDERS.replace('\n', "\r")), @r"
    exit 2
    error: ./orders.csv: its lines end in a carriage return alone, as on old Macs, not in a line feed
    hint: save it with the line ends of Windows or Unix, or convert it: `tr '\r' '\n' < old.csv > new.csv`
    ");
}

#[test]
fn a_file_that_is_damaged_inside() {
    let mut parquet = typed::parquet(&typed::forms(&Export::new())[0].1);
    let (first, last) = (parquet.len() / 4, parquet.len() / 2);
    parquet[first..last].fill(0xA5);
    let desk = Desk::with_config(&formats::config("export.parquet"));
    desk.write("export.parquet", &parquet);
    let told = on(&desk, &["run"]);
    assert!(told.starts_with("exit 2\nerror: ./export.parquet: "), "{told}");
    assert!(!told.contains("panicked"), "{told}");
    parquet.truncate(last);
    desk.write("export.parquet", parquet);
    insta::assert_snapshot!(on(&desk, &["run"]), @"
    exit 2
    error: ./export.parquet: not a readable Parquet file: Parquet error: Invalid Parquet file. Corrupt footer
    hint: was it copied completely?
    ");
}

#[test]
fn two_columns_of_one_name() {
    let orders =
        "customer,order,at,quantity,price,customer\n1,100,2024-01-05,1,2.50,9\n2,101,2024-01-05,1,1.50,9\n";
    insta::assert_snapshot!(told(COLUMNS, orders), @"
    exit 2
    error: ./orders.csv: columns 1 and 6 are both named `customer`
    hint: rename one of them, or declare `header = false` and use column numbers
    ");
}

#[test]
fn dates_that_mean_two_days() {
    let orders = ORDERS
        .replace("2024-01-05", "05/01/2024")
        .replace("2024-01-06", "06/01/2024")
        .replace("2024-02-01", "01/02/2024");
    insta::assert_snapshot!(told(COLUMNS, orders), @r#"
    exit 2
    error: `[transactions]` column `at`: all dates can be read day-first and month-first, such as `05/01/2024`
    hint: in `[transactions.rules]` declare `timestamp_format = "day_first"` or `"month_first"`
    "#);
    let orders = ORDERS.replace("2024-01-05", "25/01/2024").replace("2024-01-06", "01/26/2024");
    let orders = orders.replace("2024-02-01", "13/02/2024");
    insta::assert_snapshot!(told(COLUMNS, orders), @"
    exit 2
    error: `[transactions]` column `at`: day-first and month-first dates are mixed: `25/01/2024` and `01/26/2024`
    hint: in `[transactions.rules]` declare `timestamp_format`; values in the other form are then set aside
    ");
    let orders = ORDERS.replace("2024-0", "soon");
    insta::assert_snapshot!(told(COLUMNS, orders), @"
    exit 2
    error: `[transactions]` column `at`: most values are not dates in a known format, they look like `xxxx9-99`
    hint: in `[transactions.rules]` declare `timestamp_format`: a strftime pattern such as `%d/%m/%y %H:%M`, or `unix`, `unix_ms`, `excel`
    ");
}

#[test]
fn numbers_that_mean_two_numbers() {
    let orders = ORDERS.replace("2.50", "2.500").replace("3.00", "12.000").replace("9.99", "4");
    insta::assert_snapshot!(told(COLUMNS, orders), @r#"
    exit 2
    error: `[transactions]` column `price`: `2.500` is one number with a decimal point and another with a decimal comma, and no value settles which
    hint: in `[transactions.rules]` declare `decimal = ","` or `decimal = "."`
    "#);
}

#[test]
fn decimals_marked_in_two_ways() {
    let orders = ORDERS.replace("2.50", "\"2,50\"").replace("9.99", "9.5");
    insta::assert_snapshot!(told(COLUMNS, orders), @r#"
    exit 2
    error: `[transactions]` column `price` writes decimals both as `2,50` and as `3.00`
    hint: in `[transactions.rules]` declare `decimal = ","` or `decimal = "."`; values written the other way are then set aside
    "#);
}

#[test]
fn money_in_two_currencies() {
    let config = format!("{COLUMNS}currency = \"currency\"\n");
    let orders = "customer,order,at,quantity,price,currency\n\
        1,100,2024-01-05,1,2.50,EUR\n2,101,2024-01-06,1,3.50,USD\n2,102,2024-01-06,1,3.50,\n";
    insta::assert_snapshot!(told(&config, orders), @"
    exit 2
    error: `[transactions]` column `currency` holds more than one currency: (empty), `EUR`, `USD`
    hint: give `[transactions.rules.rates]` the worth of each in the currency of the result, or keep one with `skip_when`
    ");
    let rates = "[transactions.rules.rates]\nEUR = 1.0\n";
    insta::assert_snapshot!(told(&format!("{config}{rates}"), orders), @"
    exit 2
    error: the currency `USD` has no rate in `[transactions.rules.rates]`, which has `EUR`
    hint: add its rate, or set its rows aside with `skip_when`
    ");
}

#[test]
fn money_with_the_signs_of_two_currencies() {
    let orders = "customer,order,at,quantity,price\n\
        1,100,2024-01-05,1,$2.50\n2,101,2024-01-06,1,3.50 USD\n2,102,2024-01-06,1,3.50\n\
        3,103,2024-01-07,1,€4.00\n3,104,2024-01-08,1,5.00 EUR\n4,105,2024-01-08,1,¥900\n";
    insta::assert_snapshot!(told(COLUMNS, orders), @"
    exit 2
    error: `[transactions]` column `price` holds amounts in more than one currency: `EUR`, `USD`, `¥`
    hint: export the currency in a column of its own, map it as `currency` and give `[transactions.rules.rates]` the worth of each; or keep one currency with `skip_when` and `matches`
    ");
    let toman_and_rial = "customer,order,at,quantity,price\n\
        1,100,2024-01-05,1,۲۰۰۰۰ تومان\n2,101,2024-01-06,1,۲۲۰۰۰۰ ریال\n";
    insta::assert_snapshot!(told(COLUMNS, toman_and_rial), @"
    exit 2
    error: `[transactions]` column `price` holds amounts in more than one currency: `IRR`, `IRT`
    hint: export the currency in a column of its own, map it as `currency` and give `[transactions.rules.rates]` the worth of each; or keep one currency with `skip_when` and `matches`
    ");
}

#[test]
fn a_regular_expression_that_is_none() {
    let rules = "[transactions.rules]\nskip_when = { column = \"order\", matches = \"[0-9\" }\n";
    insta::assert_snapshot!(told(&format!("{COLUMNS}{rules}"), ORDERS), @"
    exit 2
    error: moshtari.toml: `skip_when`: `matches` is not a regular expression: regex parse error:
        [0-9
        ^
    error: unclosed character class
    ");
}

#[test]
fn a_map_that_leaves_cells_out_or_names_them_twice() {
    let map = "[rfm]\nscores = 2\n[[rfm.segments]]\nname = \"good\"\ncells = [\"2*\"]\n";
    insta::assert_snapshot!(told(&format!("{COLUMNS}{map}"), ORDERS), @"
    exit 2
    error: moshtari.toml: `[[rfm.segments]]`: 4 of 8 cells belong to no segment: 111, 112, 121, 122
    hint: add them to a segment of `[[rfm.segments]]`
    ");
    let more = "[[rfm.segments]]\nname = \"rest\"\ncells = [\"*1\", \"12\"]\n";
    insta::assert_snapshot!(told(&format!("{COLUMNS}{map}{more}"), ORDERS), @"
    exit 2
    error: moshtari.toml: `[[rfm.segments]]`: 2 of 8 cells belong to two segments: 211 (`good`, `rest`), 212 (`good`, `rest`)
    hint: every cell should belong to exactly one
    ");
    insta::assert_snapshot!(told(&format!("{COLUMNS}[rfm]\nscores = 4\nmap = \"eleven\"\n"), ORDERS), @r#"
    exit 2
    error: moshtari.toml: `[rfm] map = "eleven"` needs `scores = 5`, but `scores` is 4
    hint: describe your own segments in `[[rfm.segments]]`, or leave `scores` out
    "#);
}

#[test]
fn a_stage_nobody_knows() {
    let desk = Desk::with_config(COLUMNS);
    desk.write("orders.csv", ORDERS);
    insta::assert_snapshot!(on(&desk, &["run", "--stages", "rfm,loyality"]), @"
    exit 2
    error: `--stages`: there is no stage `loyality`
    hint: did you mean `loyalty`?
    ");
    insta::assert_snapshot!(on(&desk, &["run", "--as-of", "31.12.2024"]), @"
    exit 2
    error: `--as-of` should be a date like 2011-12-10 or a time like 2011-12-10T18:00:00, but is `31.12.2024`
    ");
    desk.write("moshtari.toml", format!("{COLUMNS}[run]\nstages = [\"loyality\"]\n"));
    insta::assert_snapshot!(on(&desk, &["run"]), @r#"
    exit 2
    error: moshtari.toml: TOML parse error at line 11, column 11
       |
    11 | stages = ["loyality"]
       |           ^^^^^^^^^^
    unknown variant `loyality`, expected one of `activity`, `rfm`, `satisfaction`, `loyalty`, `priority`, `complaints`, `clusters`, `watchlist`
    hint: did you mean `loyalty`?
    "#);
}

#[test]
fn json_lines_that_are_none() {
    let desk = Desk::with_config(&COLUMNS.replace("orders.csv", "orders.ndjson"));
    desk.write("orders.ndjson", "{'customer': 1, 'order': 100}\n");
    insta::assert_snapshot!(on(&desk, &["run"]), @"
    exit 2
    error: ./orders.ndjson: line 1: not JSON: key must be a string at line 1 column 2
    hint: each line must be one JSON object: keys and texts in double quotes, null instead of None
    ");
    desk.write("orders.ndjson", "[{\"customer\": 1}]\n");
    insta::assert_snapshot!(on(&desk, &["run"]), @"
    exit 2
    error: ./orders.ndjson: line 1: not a JSON object
    hint: a JSON array must become one object per line, for example with `jq -c '.[]'`
    ");
}

#[test]
fn a_join_on_a_key_that_is_not_unique() {
    let join = "[[transactions.join]]\nfiles = [\"heads.csv\"]\non = { order = \"number\" }\n";
    let desk = Desk::with_config(&format!("{COLUMNS}{join}"));
    desk.write("orders.csv", "order,at,quantity,price\n100,2024-01-05,1,2.50\n");
    desk.write("heads.csv", "number,customer\n100,1\n100,2\n");
    insta::assert_snapshot!(on(&desk, &["run"]), @"
    exit 2
    error: joined file `heads.csv`: row 2 has the `number` of a row above, but another `customer`
    hint: join on a column that is unique there
    ");
    desk.write("moshtari.toml", format!("{COLUMNS}{}", join.replace("order =", "invoice =")));
    insta::assert_snapshot!(on(&desk, &["run"]), @"
    exit 2
    error: `[transactions]` names the column `invoice`, which `orders.csv` does not have
    hint: its columns: `order`, `at`, `quantity`, `price`
    ");
    desk.write("moshtari.toml", format!("{COLUMNS}{}", join.replace("\"number\"", "\"invoice\"")));
    insta::assert_snapshot!(on(&desk, &["run"]), @"
    exit 2
    error: ./heads.csv: there is no column `invoice`
    hint: its columns: `number`, `customer`
    ");
}

#[test]
fn too_many_rows_set_aside() {
    let orders = ORDERS.replace("\n2,101", "\n,101").replace("9.99", "much");
    insta::assert_snapshot!(told(COLUMNS, &orders), @"
    exit 3
    error: transactions: 2 of 3 rows would be set aside, a share of 0.6667, above `max_set_aside` = 0.3 (missing_customer 1, bad_number 1)
    hint: `moshtari check` shows examples of each reason; mend the export or the rules, or raise `max_set_aside`
    ");
    // Two more rows are no fault of the export: one is skipped, one is of a later day.
    let more = format!("{orders}4,103,2024-03-01,5,1.00\n5,104,2025-01-01,1,1.00\n");
    let rules =
        "[transactions.rules]\nskip_when = { column = 'quantity', at_least = 5 }\nmax_set_aside = 0.6\n";
    insta::assert_snapshot!(told(&format!("[run]\nas_of = '2024-12-31'\n{COLUMNS}{rules}"), &more), @"
    exit 3
    error: transactions: 2 of 3 rows would be set aside, a share of 0.6667, above `max_set_aside` = 0.6 (missing_customer 1, bad_number 1), not counting 2 that a rule skips or that lie after the as-of moment
    hint: `moshtari check` shows examples of each reason; mend the export or the rules, or raise `max_set_aside`
    ");
    insta::assert_snapshot!(told(&format!("{COLUMNS}[transactions.rules]\nmax_set_aside = 1\n"), orders.replace("\n1,100", "\n,100")), @"
    exit 3
    error: transactions: none of 3 rows was accepted
    hint: `moshtari check` shows why each was set aside
    ");
}

#[test]
fn two_tables_of_one_name() {
    let survey = "[[surveys]]\nname = \"shop\"\nfiles = [\"orders.csv\"]\nitems = [{ column = \"price\", measures = \"effort\", scale = [1, 7] }]\n";
    insta::assert_snapshot!(told(&format!("{COLUMNS}{survey}{survey}"), ORDERS), @"
    exit 2
    error: moshtari.toml: `[[surveys]] name`: two input tables are called `shop`
    hint: give each survey a name of its own
    ");
    insta::assert_snapshot!(told(&format!("{COLUMNS}{}", survey.replace("shop", "transactions")), ORDERS), @"
    exit 2
    error: moshtari.toml: `[[surveys]] name`: two input tables are called `transactions`
    hint: give each survey a name of its own
    ");
}

#[test]
fn a_join_by_nothing() {
    let join = "[[transactions.join]]\nfiles = [\"heads.csv\"]\non = {}\n";
    insta::assert_snapshot!(told(&format!("{COLUMNS}{join}"), ORDERS), @r#"
    exit 2
    error: moshtari.toml: `[[transactions.join]] on` names no column
    hint: write `on = { column_here = "column_there" }`
    "#);
}

#[test]
fn answers_without_a_scale_or_with_a_scale_upside_down() {
    let survey = "[[surveys]]\nfiles = [\"orders.csv\"]\n[surveys.columns]\ncustomer_id = \"customer\"\n[[surveys.items]]\ncolumn = \"price\"\nmeasures = \"satisfaction\"\n";
    let told = |more: &str| {
        let desk = Desk::with_config(&format!("{COLUMNS}{survey}{more}"));
        desk.write("orders.csv", ORDERS);
        on(&desk, &["run", "--stages", "satisfaction"])
    };
    insta::assert_snapshot!(told(""), @"
    exit 2
    error: survey `survey`, item `price`: an item has either `scale` or `labels`, found neither
    hint: write `scale = [1, 5]` for answers in numbers, `labels = [...]` from worst to best for words
    ");
    insta::assert_snapshot!(told("scale = [5, 1]\n"), @"
    exit 2
    error: survey `survey`, item `price`: `scale` must ascend, found `[5, 1]`
    hint: where the highest answer is the worst, keep the range ascending and add `reversed = true`
    ");
    insta::assert_snapshot!(told("scale = [1, 5]\nmeasure = \"x\"\n"), @r#"
    exit 2
    error: moshtari.toml: TOML parse error at line 18, column 1
       |
    18 | measure = "x"
       | ^^^^^^^
    unknown field `measure`, expected one of `column`, `measures`, `scale`, `labels`, `option`, `separator`, `several`, `reversed`, `integer`, `dimension`, `missing`
    hint: did you mean `measures`?
    "#);
    insta::assert_snapshot!(told("labels = \"likert\"\n"), @"
    exit 2
    error: survey `survey`, item `price`: there is no label set `likert`
    hint: did you mean `likert5_quality`? the sets are `seed5`, `likert5_satisfaction`, `likert5_quality`, `likert5_agreement`
    ");
}
