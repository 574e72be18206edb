//! The data of R's package `rfm`, scored by the breaks that package computes.

use std::collections::BTreeMap;

use crate::desk::Desk;
use crate::ledger::{day, exact, nearest, records};
use crate::published::Table;
use crate::shared::{real, text};

/// Each row is an order there, also two of one day.
fn config(file: &str, scoring: &str) -> String {
    format!(
        r#"
        [run]
        as_of = "2006-12-31"
        stages = ["rfm"]
        [transactions]
        files = ["{file}"]
        order = "row"
        columns = {{ customer_id = "customer_id", ordered_at = "order_date", amount = "revenue" }}
        [rfm]
        {scoring}
        "#
    )
}

/// The package's breaks (methods, 1.5): a value earns a score below its break. Recency is whole days and
/// the largest day that still earns the score is given.
const BREAKS: &str = r#"
    scoring = "fixed"
    recency_days = [114, 180, 297, 481]
    frequency = [4, 5, 6, 8]
    monetary = [255.8, 382, 506.4, 666]
"#;

/// Rows of the package's README: days, orders, money and the score of each.
const README: [(&str, i64, i64, f64, &str); 5] = [
    ("Abbey O'Reilly", 205, 6, 472.0, "343"),
    ("Add Senger", 140, 3, 340.0, "412"),
    ("Aden Lesch", 194, 4, 405.0, "323"),
    ("Aden Murphy", 98, 7, 596.0, "544"),
    ("Admiral Senger", 132, 5, 448.0, "433"),
];

#[test]
fn scores_by_the_published_breaks() {
    let Some(file) = real("rfm_r_package/rfm_data_orders.csv.gz") else { return };
    let desk = Desk::with_config(&config(&file.to_string_lossy(), BREAKS));
    assert_scores(&desk.published().customers(), &text(&file));
}

#[test]
fn scores_as_the_package_computes_them_itself() {
    let Some(file) = real("rfm_r_package/rfm_data_orders.csv.gz") else { return };
    let desk = Desk::with_config(&config(&file.to_string_lossy(), "scoring = \"compat_cran_rfm\""));
    assert_scores(&desk.published().customers(), &text(&file));
}

fn assert_scores(customers: &Table, orders: &str) {
    let mut people: BTreeMap<String, (i64, i64, i128)> = BTreeMap::new();
    for order in records(orders) {
        let person = people.entry(order["customer_id"].clone()).or_default();
        person.0 = person.0.max(day(&order["order_date"]));
        person.1 += 1;
        person.2 += exact(&order["revenue"]);
    }
    let ids = customers.ids("customer_id");
    assert_eq!(ids, people.keys().cloned().collect::<Vec<_>>());
    assert_eq!(ids.len(), 995);

    let (days, orders, money) =
        (customers.ints("recency_days"), customers.ints("frequency"), customers.floats("monetary"));
    let cells = customers.texts("rfm_cell");
    for (row, (id, (last, count, sum))) in people.iter().enumerate() {
        let (age, sum) = (day("2006-12-31") - last, nearest(*sum));
        assert_eq!((days[row], orders[row], money[row]), (Some(age), Some(*count), Some(sum)), "{id}");
        let r = 5 - [115.0, 181.0, 297.4, 482.0].iter().filter(|b| age as f64 >= **b).count();
        let f = 1 + [4, 5, 6, 8].iter().filter(|b| count >= b).count();
        let m = 1 + [255.8, 382.0, 506.4, 666.0].iter().filter(|b| sum >= **b).count();
        assert_eq!(cells[row], Some(format!("{r}{f}{m}")), "{id}");
    }
    for (id, age, count, sum, cell) in README {
        let row = ids.iter().position(|i| i == id).unwrap();
        assert_eq!((days[row], orders[row], money[row]), (Some(age), Some(count), Some(sum)), "{id}");
        assert_eq!(cells[row].as_deref(), Some(cell), "{id}");
    }
}
