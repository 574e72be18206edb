//! Every message a mistake leads to: what is wrong, where, the rule, the value found, and a way out.

use std::fmt::Write;

use crate::desk::Desk;

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
    insta::assert_snapshot!(told(&config, ORDERS), @"");
}

#[test]
fn a_column_that_only_one_of_two_files_has() {
    let desk = Desk::with_config(&COLUMNS.replace("orders.csv", "*.csv"));
    desk.write("a.csv", ORDERS);
    desk.write("b.csv", ORDERS.replace("price", "cost"));
    insta::assert_snapshot!(on(&desk, &["run"]), @"");
}

#[test]
fn a_key_nobody_knows() {
    insta::assert_snapshot!(told(&COLUMNS.replace("ordered_at", "order_at"), ORDERS), @"");
    insta::assert_snapshot!(told(&format!("{COLUMNS}[rmf]\nscores = 5\n"), ORDERS), @"");
}

#[test]
fn a_test_nobody_knows_in_a_condition() {
    let rules = "[transactions.rules]\ncancelled_when = { column = \"order\", start_with = \"C\" }\n";
    insta::assert_snapshot!(told(&format!("{COLUMNS}{rules}"), ORDERS), @"");
    let rules = "[transactions.rules]\nskip_when = [{ column = \"order\" }]\n";
    insta::assert_snapshot!(told(&format!("{COLUMNS}{rules}"), ORDERS), @"");
}

#[test]
fn a_value_of_the_wrong_kind() {
    insta::assert_snapshot!(told(&COLUMNS.replace("[\"orders.csv\"]", "7"), ORDERS), @"");
    insta::assert_snapshot!(told(&format!("{COLUMNS}[transactions.rules]\nmax_set_aside = 30\n"), ORDERS), @"");
    insta::assert_snapshot!(told(&format!("{COLUMNS}[run]\nas_of = \"yesterday\"\n"), ORDERS), @"");
    insta::assert_snapshot!(told(&format!("{COLUMNS}[run]\ntimezone = \"Asia/Teheran\"\n"), ORDERS), @"");
}

#[test]
fn a_section_that_is_missing() {
    insta::assert_snapshot!(told("[run]\nseed = 1\n", ORDERS), @"");
    insta::assert_snapshot!(told(&COLUMNS.replace("unit_price = \"price\"\n", ""), ORDERS), @"");
}

#[test]
fn no_configuration() {
    insta::assert_snapshot!(on(&Desk::new(), &["run"]), @"");
    insta::assert_snapshot!(told("[transactions\n", ORDERS), @"");
}

#[test]
fn a_file_that_is_not_there() {
    let desk = Desk::with_config(COLUMNS);
    desk.write("order.csv", ORDERS);
    insta::assert_snapshot!(on(&desk, &["run"]), @"");
    insta::assert_snapshot!(told(&COLUMNS.replace("orders.csv", "exports/2024-*.csv"), ORDERS), @"");
    let desk = Desk::with_config(&COLUMNS.replace("orders.csv", "exports"));
    desk.write("exports/a.csv", ORDERS);
    insta::assert_snapshot!(on(&desk, &["run"]), @"");
}

#[test]
fn a_file_without_anything_to_read() {
    insta::assert_snapshot!(told(COLUMNS, ""), @"");
    insta::assert_snapshot!(told(COLUMNS, "\n\n"), @"");
    insta::assert_snapshot!(told(COLUMNS, "customer,order,at,quantity,price\n"), @"");
}

#[test]
fn a_file_that_is_no_table() {
    let noise: Vec<u8> = (0..4096_u32).map(|n| (n.wrapping_mul(2_654_435_761) >> 13) as u8).collect();
    insta::assert_snapshot!(told(COLUMNS, noise), @"");
    insta::assert_snapshot!(told(COLUMNS, b"PK\x03\x04\x14\x00\x00\x00\x08\x00notes.txt and more"), @"");
    insta::assert_snapshot!(told(COLUMNS, "<!DOCTYPE html>\n<html><body><table></table></body></html>\n"), @"");
    insta::assert_snapshot!(told(COLUMNS, b"\x1f\x8b\x08\x00\x00\x00\x00\x00\x00\x03cut off"), @"");
}

#[test]
fn two_columns_of_one_name() {
    let orders =
        "customer,order,at,quantity,price,customer\n1,100,2024-01-05,1,2.50,9\n2,101,2024-01-05,1,1.50,9\n";
    insta::assert_snapshot!(told(COLUMNS, orders), @"");
}

#[test]
fn dates_that_mean_two_days() {
    let orders = ORDERS
        .replace("2024-01-05", "05/01/2024")
        .replace("2024-01-06", "06/01/2024")
        .replace("2024-02-01", "01/02/2024");
    insta::assert_snapshot!(told(COLUMNS, orders), @"");
    let orders = ORDERS.replace("2024-01-05", "25/01/2024").replace("2024-01-06", "01/26/2024");
    insta::assert_snapshot!(told(COLUMNS, orders), @"");
    let orders = ORDERS.replace("2024-0", "soon");
    insta::assert_snapshot!(told(COLUMNS, orders), @"");
}

#[test]
fn decimals_marked_in_two_ways() {
    let orders = ORDERS.replace("2.50", "\"2,50\"").replace("9.99", "9.5");
    insta::assert_snapshot!(told(COLUMNS, orders), @"");
}

#[test]
fn money_in_two_currencies() {
    let config = format!("{COLUMNS}currency = \"currency\"\n");
    let orders = "customer,order,at,quantity,price,currency\n\
        1,100,2024-01-05,1,2.50,EUR\n2,101,2024-01-06,1,3.50,USD\n2,102,2024-01-06,1,3.50,\n";
    insta::assert_snapshot!(told(&config, orders), @"");
    let rates = "[transactions.rules.rates]\nEUR = 1.0\n";
    insta::assert_snapshot!(told(&format!("{config}{rates}"), orders), @"");
}

#[test]
fn a_regular_expression_that_is_none() {
    let rules = "[transactions.rules]\nskip_when = { column = \"order\", matches = \"[0-9\" }\n";
    insta::assert_snapshot!(told(&format!("{COLUMNS}{rules}"), ORDERS), @"");
}

#[test]
fn a_map_that_leaves_cells_out_or_names_them_twice() {
    let map = "[rfm]\nscores = 2\n[[rfm.segments]]\nname = \"good\"\ncells = [\"2*\"]\n";
    insta::assert_snapshot!(told(&format!("{COLUMNS}{map}"), ORDERS), @"");
    let more = "[[rfm.segments]]\nname = \"rest\"\ncells = [\"*1\", \"12\"]\n";
    insta::assert_snapshot!(told(&format!("{COLUMNS}{map}{more}"), ORDERS), @"");
    insta::assert_snapshot!(told(&format!("{COLUMNS}[rfm]\nscores = 4\nmap = \"eleven\"\n"), ORDERS), @"");
}

#[test]
fn a_stage_nobody_knows() {
    let desk = Desk::with_config(COLUMNS);
    desk.write("orders.csv", ORDERS);
    insta::assert_snapshot!(on(&desk, &["run", "--stages", "rfm,loyality"]), @"");
    insta::assert_snapshot!(on(&desk, &["run", "--as-of", "31.12.2024"]), @"");
    desk.write("moshtari.toml", format!("{COLUMNS}[run]\nstages = [\"loyality\"]\n"));
    insta::assert_snapshot!(on(&desk, &["run"]), @"");
}

#[test]
fn json_lines_that_are_none() {
    let desk = Desk::with_config(&COLUMNS.replace("orders.csv", "orders.ndjson"));
    desk.write("orders.ndjson", "{'customer': 1, 'order': 100}\n");
    insta::assert_snapshot!(on(&desk, &["run"]), @"");
    desk.write("orders.ndjson", "[{\"customer\": 1}]\n");
    insta::assert_snapshot!(on(&desk, &["run"]), @"");
}

#[test]
fn a_join_on_a_key_that_is_not_unique() {
    let join = "[[transactions.join]]\nfiles = [\"heads.csv\"]\non = { order = \"number\" }\n";
    let desk = Desk::with_config(&format!("{COLUMNS}{join}"));
    desk.write("orders.csv", "order,at,quantity,price\n100,2024-01-05,1,2.50\n");
    desk.write("heads.csv", "number,customer\n100,1\n100,2\n");
    insta::assert_snapshot!(on(&desk, &["run"]), @"");
    desk.write("moshtari.toml", format!("{COLUMNS}{}", join.replace("order =", "invoice =")));
    insta::assert_snapshot!(on(&desk, &["run"]), @"");
    desk.write("moshtari.toml", format!("{COLUMNS}{}", join.replace("\"number\"", "\"invoice\"")));
    insta::assert_snapshot!(on(&desk, &["run"]), @"");
}

#[test]
fn too_many_rows_set_aside() {
    let orders = ORDERS.replace("\n2,101", "\n,101").replace("9.99", "much");
    insta::assert_snapshot!(told(COLUMNS, &orders), @"");
    insta::assert_snapshot!(told(&format!("{COLUMNS}[transactions.rules]\nmax_set_aside = 1\n"), orders.replace("\n1,100", "\n,100")), @"");
}

#[test]
fn answers_without_a_scale_or_with_a_scale_upside_down() {
    let survey = "[[surveys]]\nfiles = [\"orders.csv\"]\n[surveys.columns]\ncustomer_id = \"customer\"\n[[surveys.items]]\ncolumn = \"price\"\nmeasures = \"satisfaction\"\n";
    let told = |more: &str| {
        let desk = Desk::with_config(&format!("{COLUMNS}{survey}{more}"));
        desk.write("orders.csv", ORDERS);
        on(&desk, &["run", "--stages", "satisfaction"])
    };
    insta::assert_snapshot!(told(""), @"");
    insta::assert_snapshot!(told("scale = [5, 1]\n"), @"");
    insta::assert_snapshot!(told("scale = [1, 5]\nmeasure = \"x\"\n"), @"");
    insta::assert_snapshot!(told("labels = \"likert\"\n"), @"");
}
