//! UCI Online Retail, seven months in 167 files: every row accounted for, every customer recomputed.

use std::collections::BTreeMap;
use std::fs;

use crate::desk::Desk;
use crate::ledger::{Tally, day, exact, nearest, records};
use crate::shared::{real, text};

const FOLDER: &str = "online_retail_2010-12_2011-06/by-day";
/// Facts about the export from the README beside it.
const ROWS: u64 = 245_903;
const WITHOUT_CUSTOMER: u64 = 69_014;

fn config(folder: &str, rules: &str) -> String {
    format!(
        r#"
        [run]
        as_of = "2011-06-30"
        stages = ["rfm"]
        [transactions]
        files = ["{folder}/*.csv.gz"]
        [transactions.columns]
        customer_id = "CustomerID"
        order_id = "InvoiceNo"
        ordered_at = "InvoiceDate"
        product_id = "StockCode"
        quantity = "Quantity"
        unit_price = "UnitPrice"
        [transactions.rules]
        cancelled_when = {{ column = "InvoiceNo", starts_with = "C" }}
        {rules}
        "#
    )
}

#[test]
fn every_row_is_accounted_for_and_every_customer_adds_up() {
    let Some(folder) = real(FOLDER) else { return };
    let desk = Desk::with_config(&config(&folder.to_string_lossy(), ""));
    let result = desk.published();

    let account = result.account("transactions");
    assert_eq!(account.read, ROWS);
    assert_eq!(account.accepted, ROWS - WITHOUT_CUSTOMER);
    assert_eq!(account.set_aside, BTreeMap::from([("missing_customer".to_owned(), WITHOUT_CUSTOMER)]));
    assert_eq!(result.table("rejects/transactions").height() as u64, WITHOUT_CUSTOMER);

    let expected = by_hand(&folder);
    let customers = result.customers();
    assert_eq!(customers.ids("customer_id"), expected.keys().cloned().collect::<Vec<_>>());
    let (orders, spend) = (customers.ints("order_count"), customers.floats("spend_total"));
    let (active, recency) = (customers.ints("active_days"), customers.ints("recency_days"));
    let returns = customers.ints("return_count");
    for (row, (id, tally)) in expected.iter().enumerate() {
        assert_eq!(orders[row], Some(tally.orders.len() as i64), "orders of {id}");
        assert_eq!(spend[row], Some(nearest(tally.money)), "spend of {id}");
        assert_eq!(active[row], Some(tally.days.len() as i64), "active days of {id}");
        assert_eq!(returns[row], Some(tally.returned_rows), "returned rows of {id}");
        assert_eq!(recency[row], tally.last_day().map(|d| day("2011-06-30") - d), "recency of {id}");
    }
    let total: i128 = expected.values().map(|t| t.money).sum();
    let orders: usize = expected.values().map(|t| t.orders.len()).sum();
    eprintln!("online retail: {} customers, {orders} orders, spend {}", expected.len(), nearest(total));
    assert_eq!(result.manifest["figures"]["orders"], orders);
    assert_eq!(result.manifest["accounting"]["transactions"]["money_accepted"], nearest(total));
}

/// A customer's money is that of all rows; an order is an invoice without a `C` that has a line of positive
/// quantity.
fn by_hand(folder: &std::path::Path) -> BTreeMap<String, Tally> {
    let mut customers: BTreeMap<String, Tally> = BTreeMap::new();
    for file in fs::read_dir(folder).unwrap() {
        for row in records(&text(&file.unwrap().path())) {
            let Some(id) = row["CustomerID"].strip_suffix(".0") else {
                assert_eq!(row["CustomerID"], "");
                continue;
            };
            let quantity: i128 = row["Quantity"].parse().unwrap();
            let tally = customers.entry(id.to_owned()).or_default();
            tally.money += quantity * exact(&row["UnitPrice"]);
            tally.returned_rows += i64::from(quantity < 0);
            if quantity > 0 && !row["InvoiceNo"].starts_with('C') {
                tally.orders.insert(row["InvoiceNo"].clone());
                tally.days.insert(day(&row["InvoiceDate"]));
            }
        }
    }
    customers
}

#[test]
fn a_closed_gate_publishes_nothing_and_keeps_the_earlier_result() {
    let Some(folder) = real(FOLDER) else { return };
    let desk = Desk::with_config(&config(&folder.to_string_lossy(), "max_set_aside = 0.2"));
    let ended = desk.moshtari(&["run"]).must_end_with(3);
    assert!(ended.err.contains("max_set_aside"), "{}", ended.err);
    assert!(ended.err.contains("missing_customer 69014"), "{}", ended.err);
    assert_eq!(desk.names_in("results/runs"), Vec::<String>::new());
    assert!(!desk.path().join("results/latest").exists());

    desk.write("moshtari.toml", config(&folder.to_string_lossy(), "max_set_aside = 0.3"));
    let earlier = desk.published().folder;
    desk.write("moshtari.toml", config(&folder.to_string_lossy(), "max_set_aside = 0.2"));
    desk.moshtari(&["run"]).must_end_with(3);
    assert_eq!(desk.names_in("results/runs").len(), 1);
    assert_eq!(desk.latest().folder, earlier);
    desk.latest().assert_complete();
}
