//! Workbooks with several sheets, and with something above the table.

use rust_xlsxwriter::Workbook;

use crate::desk::Desk;

const CONFIG: &str = r#"
[run]
as_of = "2024-01-31"
stages = ["rfm"]
[transactions]
files = ["orders.xlsx"]
columns = { customer_id = "customer", order_id = "order", ordered_at = "at", amount = "amount" }
"#;

/// A sheet: its name and rows of cells parted by commas.
type Sheet<'a> = (&'a str, &'a [&'a str]);

const OLD: Sheet<'_> = ("2023", &["customer,order,at,amount", "ann,1,2023-05-01,10", "bob,2,2023-05-02,20"]);
const NEW: Sheet<'_> =
    ("2024", &["customer,order,at,amount", "ann,3,2024-01-01,5", "cid,4,2024-01-02,7", "cid,5,no day,1"]);
const EMPTY: Sheet<'_> = ("notes", &[]);

/// A workbook of these sheets; what looks like a number is one.
fn workbook(sheets: &[Sheet<'_>]) -> Vec<u8> {
    let mut book = Workbook::new();
    for (name, rows) in sheets {
        let sheet = book.add_worksheet();
        sheet.set_name(*name).unwrap();
        for (row, cells) in (0..).zip(*rows) {
            for (column, cell) in (0..).zip(cells.split(',')).filter(|(_, cell)| !cell.is_empty()) {
                match cell.parse::<f64>() {
                    Ok(number) => sheet.write_number(row, column, number).unwrap(),
                    Err(_) => sheet.write_string(row, column, cell).unwrap(),
                };
            }
        }
    }
    book.save_to_buffer().unwrap()
}

fn desk(more: &str, sheets: &[Sheet<'_>]) -> Desk {
    let desk = Desk::with_config(&CONFIG.replace("[transactions]\n", &format!("[transactions]\n{more}\n")));
    desk.write("orders.xlsx", workbook(sheets));
    desk
}

#[test]
fn sheets_that_nobody_reads_are_named() {
    let desk = desk("", &[OLD, NEW, EMPTY]);
    let result = desk.published();
    assert_eq!(result.customers().floats("spend_total"), [Some(10.0), Some(20.0)]);
    let warnings = result.manifest["warnings"].as_array().unwrap();
    let unread = warnings.iter().find(|warning| warning["code"] == "unread_sheets").unwrap();
    assert_eq!(unread["values"], serde_json::json!({ "file": "orders.xlsx", "sheets": "2024" }));
}

#[test]
fn sheets_are_read_as_files_of_one_table() {
    for sheets in ["sheet = \"*\"", "sheet = [\"2024\", \"2023\"]"] {
        let desk = desk(&format!("{sheets}\nrules = {{ max_set_aside = 0.5 }}"), &[OLD, EMPTY, NEW]);
        let result = desk.published();
        assert_eq!(result.customers().ids("customer_id"), ["ann", "bob", "cid"]);
        assert_eq!(result.customers().floats("spend_total"), [Some(15.0), Some(20.0), Some(7.0)]);
        assert_eq!(result.account("transactions").read, 5);
        let rejects = result.table("rejects/transactions");
        assert_eq!(rejects.ids("file"), ["orders.xlsx [2024]"]);
        assert_eq!(rejects.ints("row"), [Some(3)]);
        let warnings = result.manifest["warnings"].as_array().unwrap();
        assert!(warnings.iter().all(|warning| warning["code"] != "unread_sheets"));
    }
}

#[test]
fn titles_above_a_table_are_passed_over() {
    let titled = ("2023", &[&["Sales of the year"], &["as of June"], OLD.1].concat()[..]);
    let desk = desk("", &[titled]);
    assert_eq!(desk.published().customers().floats("spend_total"), [Some(10.0), Some(20.0)]);
}

#[test]
fn a_table_on_another_sheet() {
    let desk = desk("", &[("cover", &["Sales"]), OLD]);
    let ended = desk.moshtari(&["run"]);
    assert_eq!(ended.code, Some(2));
    insta::assert_snapshot!(desk.without_path(&ended.err), @r#"
    error: `[transactions]` names the column `customer`, which `orders.xlsx` does not have
    hint: the workbook has other sheets: `2023`; `sheet` names those to read, `"*"` is all
    "#);
}

#[test]
fn everybody_on_any_sheet_of_a_list_is_forgotten() {
    let config = format!("{CONFIG}[forget]\nfiles = [\"gone.xlsx\"]\n");
    let desk = Desk::with_config(&config);
    desk.write("orders.xlsx", workbook(&[OLD]));
    desk.write("gone.xlsx", workbook(&[("first", &["zoe"]), ("second", &["bob"])]));
    assert_eq!(desk.published().customers().ids("customer_id"), ["ann"]);
}
