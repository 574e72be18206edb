//! Rows set aside: the reason, the place in the file, the value at fault and the row as it stood.

use std::sync::Arc;

use arrow::array::{Float64Array, Int32Array, Int64Array, StringArray};

use crate::desk::Desk;
use crate::formats::typed;
use crate::published::{Published, Table};

const CONFIG: &str = r#"
[run]
as_of = "2024-01-31"
stages = ["rfm"]
[transactions]
files = ["orders*"]
[transactions.columns]
customer_id = "customer"
order_id = "order"
ordered_at = "at"
quantity = "quantity"
unit_price = "price"
[transactions.rules]
duplicates = "drop_exact"
skip_when = { column = "order", starts_with = "X" }
max_set_aside = 1.0
"#;

/// Row, line, reason, column, value and raw row of every reject.
fn rejects(table: &Table) -> Vec<(i64, Option<i64>, String, Option<String>, Option<String>, String)> {
    let (rows, lines, reasons) = (table.ints("row"), table.ints("line"), table.ids("reason"));
    let (columns, values, raw) = (table.texts("column"), table.texts("value"), table.ids("raw"));
    (0..table.height())
        .map(|i| {
            let (column, value) = (columns[i].clone(), values[i].clone());
            (rows[i].unwrap(), lines[i], reasons[i].clone(), column, value, raw[i].clone())
        })
        .collect()
}

fn published(name: &str, bytes: impl AsRef<[u8]>) -> (Desk, Published) {
    let desk = Desk::with_config(CONFIG);
    desk.write(name, bytes);
    let result = desk.published();
    result.assert_complete();
    (desk, result)
}

#[test]
fn every_fault_of_a_text_has_its_reason_and_its_place() {
    // The title and the blank lines are lines, but no rows; a quoted line end makes a row longer.
    let text = "January\n\n\
        customer,order,at,quantity,price\n\
        1,1,2024-01-01,1,2\n\
        \"2\nx\",2,2024-01-01,1,2\n\
        \n\
        3,3,,1,2\n\
        4,4,2024-01-01,1\n\
        5,\"5\n5\",2024-01-01,x,2\n\
        1,1,2024-01-01,1,2\n\
        6,6,2024-01-01,1,2,7\n\
        ,9,2024-01-01,1,2\n\
        10,,2024-01-01,1,2\n\
        11,X11,soon,1,2\n\
        12,12,2024-02-01,1,2\n\
        13,13,2024-01-31 23:59:59,1,2\n\
        14,14,2024-01-01,1,\"never closed\n";
    let (_desk, result) = published("orders.csv", text);
    let row = |row, line, reason: &str, column: Option<&str>, value: Option<&str>, raw: &str| {
        (
            row,
            Some(line),
            reason.to_owned(),
            column.map(str::to_owned),
            value.map(str::to_owned),
            raw.to_owned(),
        )
    };
    let expected = [
        row(3, 8, "bad_timestamp", Some("at"), Some(""), "3,3,,1,2"),
        row(4, 9, "wrong_field_count", None, Some("4 fields instead of 5"), "4,4,2024-01-01,1"),
        row(5, 10, "bad_number", Some("quantity"), Some("x"), "5,\"5\n5\",2024-01-01,x,2"),
        row(6, 12, "duplicate", None, None, "1,1,2024-01-01,1,2"),
        row(7, 13, "wrong_field_count", None, Some("6 fields instead of 5"), "6,6,2024-01-01,1,2,7"),
        row(8, 14, "missing_customer", Some("customer"), Some(""), ",9,2024-01-01,1,2"),
        row(9, 15, "missing_order", Some("order"), Some(""), "10,,2024-01-01,1,2"),
        row(10, 16, "skipped_by_rule", Some("order"), Some("X11"), "11,X11,soon,1,2"),
        row(11, 17, "after_as_of", Some("at"), Some("2024-02-01"), "12,12,2024-02-01,1,2"),
        row(
            13,
            19,
            "wrong_field_count",
            None,
            Some("a quote is not closed on its line"),
            "14,14,2024-01-01,1,\"never closed",
        ),
    ];
    assert_eq!(rejects(&result.table("rejects/transactions")), expected);
    assert_eq!(result.customers().ids("customer_id"), ["1", "13", "2\nx"]);
    assert_eq!(result.account("transactions").read, 13);
    let reasons = &result.manifest["accounting"]["transactions"]["set_aside"];
    // The money of a row that can be read is booked with its reason.
    assert_eq!(reasons["after_as_of"]["money"], 2.0);
    assert_eq!(reasons["wrong_field_count"]["money"], serde_json::Value::Null);
}

#[test]
fn typed_rows_are_duplicates_when_every_value_is_equal_read_or_not() {
    // Rows 2 and 6 repeat row 1, row 4 repeats row 3; row 3 differs by a missing note, row 5 by its quantity.
    let (note, none) = (Some("gift"), None);
    let columns: Vec<(&str, arrow::array::ArrayRef)> = vec![
        ("customer", Arc::new(Int64Array::from(vec![1; 6]))),
        ("order", Arc::new(StringArray::from(vec!["a"; 6]))),
        ("at", Arc::new(StringArray::from(vec!["2024-01-01"; 6]))),
        ("quantity", Arc::new(Int32Array::from(vec![1, 1, 1, 1, 2, 1]))),
        ("price", Arc::new(Float64Array::from(vec![2.5; 6]))),
        ("note", Arc::new(StringArray::from(vec![note, note, none, none, note, note]))),
    ];
    let (_desk, result) = published("orders.parquet", typed::parquet(&columns));
    let found: Vec<_> =
        rejects(&result.table("rejects/transactions")).into_iter().map(|r| (r.0, r.2)).collect();
    assert_eq!(found, [2, 4, 6].map(|row| (row, "duplicate".to_owned())));
    assert_eq!(result.customers().floats("spend_total"), [Some(10.0)]);
}

#[test]
fn bytes_that_are_no_letters_cost_their_row_only() {
    let mut text = b"customer,order,at,quantity,price\n".to_vec();
    for n in 0..50 {
        text.extend_from_slice(format!("سارا {n},{n},2024-01-01,1,2\n").as_bytes());
    }
    text.extend_from_slice(b"\xFF\xFEx,10,2024-01-01,1,2\n");
    let (_desk, result) = published("orders.csv", text);
    let rejects = rejects(&result.table("rejects/transactions"));
    assert_eq!(rejects.len(), 1, "{rejects:?}");
    let (row, line, reason, ..) = &rejects[0];
    assert_eq!((*row, *line, reason.as_str()), (51, Some(52), "bad_encoding"));
    assert_eq!(result.customers().ids("customer_id")[0], "سارا 0");
}

#[test]
fn formats_without_lines_show_the_row_as_json() {
    let lines = "{\"customer\":1,\"order\":\"a\",\"at\":\"2024-01-01\",\"quantity\":1,\"price\":2.5}\n\
        \n\
        {\"customer\":null,\"order\":\"b\",\"at\":\"2024-01-01\",\"quantity\":1,\"price\":2.5}\n\
        {\"customer\":3,\"order\":\"c\",\"at\":\"2024-01-01\",\"quantity\":\"1\n\
        {\"customer\":18446744073709551615,\"order\":\"d\",\"at\":\"2024-01-01\",\"quantity\":1,\"price\":2.5}\n";
    let (_desk, result) = published("orders.ndjson", lines);
    let found = rejects(&result.table("rejects/transactions"));
    let places: Vec<_> = found.iter().map(|r| (r.0, r.1, r.2.as_str())).collect();
    assert_eq!(places, [(2, Some(3), "missing_customer"), (3, Some(4), "wrong_field_count")]);
    assert!(found[1].5.starts_with("{\"customer\":3,"), "{found:?}");
    assert_eq!(
        result.customers().ids("customer_id"),
        ["1", "18446744073709551615"],
        "ids do not pass through floats"
    );
}

#[test]
fn a_quote_that_is_never_closed_costs_its_row_only() {
    // Far behind the first look at the file, with quoted line ends before and after.
    let lines = (0..200_000).map(|n| match n {
        90_000 => format!("{},\"{n},2024-01-01,1,2.50\n", n % 500),
        n if n % 10 == 0 => format!("{},\"{n}\nx, \"\"y\"\"\",2024-01-01,1,2.50\n", n % 500),
        n => format!("{},{n},2024-01-01,1,2.50\n", n % 500),
    });
    let text = format!("customer,order,at,quantity,price\n{}", lines.collect::<String>());
    let (_desk, result) = published("orders.csv", text);
    let account = result.account("transactions");
    assert_eq!((account.read, account.accepted), (200_000, 199_999));
    // A header, 90,000 rows, of which one in ten takes two lines.
    let (row, line, reason, ..) = rejects(&result.table("rejects/transactions")).remove(0);
    assert_eq!((row, line, reason.as_str()), (90_001, Some(1 + 90_000 + 9_000 + 1), "wrong_field_count"));
}

#[test]
fn money_beyond_reason_is_a_bad_number() {
    let huge = "9000000000000,9000000000000";
    let text = format!(
        "customer,order,at,quantity,price\n1,1,2024-01-01,{huge}\n1,2,2024-01-01,{huge}\n1,3,2024-01-01,{huge}\n2,4,2024-01-01,1,1\n"
    );
    let (_desk, result) = published("orders.csv", text);
    assert_eq!(result.account("transactions").set_aside["bad_number"], 3);
    assert_eq!(result.customers().floats("spend_total"), [Some(1.0)]);
}
