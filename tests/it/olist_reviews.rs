//! Olist's reviews: what people said month by month, and what it depends on.

use std::collections::BTreeMap;
use std::path::Path;

use crate::desk::Desk;
use crate::ledger::{day, exact, nearest, records};
use crate::published::Table;
use crate::shared::{real, text};

const LEVELS: [&str; 5] = ["angry", "dissatisfied", "satisfied", "happy", "delighted"];

/// Reviews of orders, with what the order cost and how many days after the promised day it came.
fn config(folder: &Path) -> String {
    let folder = folder.to_string_lossy();
    format!(
        r#"
        [run]
        as_of = "2018-12-31"
        timezone = "America/Sao_Paulo"
        [transactions]
        files = ["{folder}/olist_order_items_dataset.csv.gz"]
        [transactions.columns]
        customer_id = "customer_unique_id"
        order_id = "order_id"
        ordered_at = "order_purchase_timestamp"
        amount = "price"
        [[transactions.join]]
        files = ["{folder}/olist_orders_dataset.csv.gz"]
        on = {{ order_id = "order_id" }}
        [[transactions.join]]
        files = ["{folder}/olist_customers_dataset.csv.gz"]
        on = {{ customer_id = "customer_id" }}
        [satisfaction.drivers]
        weights = "shapley"
        resamples = 50
        [[surveys]]
        name = "reviews"
        files = ["{folder}/olist_order_reviews_dataset.csv.gz"]
        columns = {{ order_id = "order_id", responded_at = "review_creation_date" }}
        items = [{{ column = "review_score", measures = "satisfaction", scale = [1, 5] }}]
        facts = [
            {{ name = "late", from = "order_estimated_delivery_date", to = "order_delivered_customer_date" }},
            {{ name = "price", column = "price" }},
            {{ name = "freight", column = "freight_value" }},
        ]
        [[surveys.join]]
        files = ["{folder}/olist_orders_dataset.csv.gz"]
        on = {{ order_id = "order_id" }}
        [[surveys.join]]
        files = ["{folder}/olist_order_items_dataset.csv.gz"]
        on = {{ order_id = "order_id" }}
        sum = ["price", "freight_value"]
        "#
    )
}

/// A review with its score, month and the three facts of its order.
struct Review {
    score: f64,
    month: String,
    facts: [Option<f64>; 3],
}

fn reviews(folder: &Path) -> Vec<Review> {
    let read = |name: &str| records(&text(&folder.join(format!("olist_{name}_dataset.csv.gz"))));
    let orders: BTreeMap<String, BTreeMap<String, String>> =
        read("orders").into_iter().map(|row| (row["order_id"].clone(), row)).collect();
    let mut paid: BTreeMap<String, [i128; 2]> = BTreeMap::new();
    for line in read("order_items") {
        let sums = paid.entry(line["order_id"].clone()).or_default();
        sums[0] += exact(&line["price"]);
        sums[1] += exact(&line["freight_value"]);
    }
    read("order_reviews")
        .into_iter()
        .filter_map(|review| {
            let [price, freight] = *paid.get(&review["order_id"])?;
            let order = &orders[&review["order_id"]];
            let came = &order["order_delivered_customer_date"];
            let late =
                (!came.is_empty()).then(|| (day(came) - day(&order["order_estimated_delivery_date"])) as f64);
            Some(Review {
                score: review["review_score"].parse().unwrap(),
                month: review["review_creation_date"][..7].to_owned(),
                facts: [late, Some(nearest(price)), Some(nearest(freight))],
            })
        })
        .collect()
}

#[track_caller]
fn close(found: Option<f64>, expected: f64, what: &str) {
    let found = found.unwrap_or_else(|| panic!("{what} is absent"));
    assert!((found - expected).abs() <= 1e-9 * expected.abs().max(1.0), "{what}: {found} is not {expected}");
}

/// Wilson's interval as his paper has it: the roots of (p − x)² = z²·x(1 − x)/n.
fn wilson(k: f64, n: f64) -> [f64; 2] {
    let z2 = 1.959_963_984_540_054_f64.powi(2);
    let (a, b, c) = (n + z2, -(2.0 * k + z2), k * k / n);
    let root = (b * b - 4.0 * a * c).max(0.0).sqrt();
    [(-b - root) / (2.0 * a), (-b + root) / (2.0 * a)]
}

#[test]
fn shares_of_levels_per_month_are_those_of_the_reviews() {
    let Some(folder) = real("olist_sample") else { return };
    let desk = Desk::with_config(&config(&folder));
    let result = desk.published();
    let mut months: BTreeMap<String, [f64; 5]> = BTreeMap::new();
    for review in reviews(&folder) {
        months.entry(review.month).or_default()[review.score as usize - 1] += 1.0;
    }
    let indices = result.table("satisfaction");
    let of = |name: &str| indices.texts(name);
    let (by, groups, measures, dimensions) = (of("group_by"), of("group"), of("measure"), of("dimension"));
    let (values, lows, highs) = (indices.floats("value"), indices.floats("low"), indices.floats("high"));
    let (ns, notes) = (indices.ints("n"), indices.texts("note"));
    let (mut shown, mut masked) = (0, 0);
    for row in 0..indices.height() {
        let is = |cells: &[Option<String>], word: &str| cells[row].as_deref() == Some(word);
        let measure = measures[row].clone().unwrap();
        let Some(level) = LEVELS.iter().position(|level| measure == format!("share_{level}")) else {
            continue;
        };
        if !is(&by, "period") || !is(&dimensions, "overall") {
            continue;
        }
        let counts = months[groups[row].as_ref().unwrap()];
        let n: f64 = counts.iter().sum();
        if values[row].is_none() {
            assert!(notes[row].as_ref().unwrap().starts_with("masked"));
            assert!(n < 10.0 || notes[row].as_ref().unwrap().contains("give away"), "{n}");
            masked += 1;
            continue;
        }
        assert!(n >= 10.0);
        assert_eq!(ns[row], Some(n as i64));
        close(values[row], counts[level] / n, &measure);
        let [low, high] = wilson(counts[level], n);
        close(lows[row], low, "low");
        close(highs[row], high, "high");
        shown += 1;
    }
    assert_eq!(shown + masked, 5 * months.len());
    assert!(shown > 5 * 15, "{shown}");
    eprintln!("olist: {} months, {shown} shares shown, {masked} masked", months.len());
}

/// R² of the regression of the last column on the chosen ones, by elimination on their correlations.
fn explained(r: &[Vec<f64>], chosen: &[usize]) -> f64 {
    let (n, y) = (chosen.len(), r.len() - 1);
    let mut rows: Vec<Vec<f64>> =
        chosen.iter().map(|&i| chosen.iter().map(|&j| r[i][j]).chain([r[i][y]]).collect()).collect();
    for pivot in 0..n {
        let by = rows[pivot].clone();
        for (i, row) in rows.iter_mut().enumerate() {
            if i != pivot {
                let factor = row[pivot] / by[pivot];
                row.iter_mut().zip(&by).for_each(|(x, b)| *x -= factor * b);
            }
        }
    }
    (0..n).map(|i| rows[i][n] / rows[i][i] * r[chosen[i]][y]).sum()
}

fn correlation(x: &[f64], y: &[f64]) -> f64 {
    let mean = |v: &[f64]| v.iter().sum::<f64>() / v.len() as f64;
    let (a, b) = (mean(x), mean(y));
    let sum = |f: &dyn Fn(f64, f64) -> f64| x.iter().zip(y).map(|(x, y)| f(x - a, y - b)).sum::<f64>();
    sum(&|x, y| x * y) / (sum(&|x, _| x * x) * sum(&|_, y| y * y)).sqrt()
}

#[test]
fn the_score_depends_on_delay_price_and_freight() {
    let Some(folder) = real("olist_sample") else { return };
    let desk = Desk::with_config(&config(&folder));
    let result = desk.published();
    let mut columns: Vec<Vec<f64>> = vec![Vec::new(); 4];
    for review in reviews(&folder) {
        if let [Some(late), Some(price), Some(freight)] = review.facts {
            for (column, value) in columns.iter_mut().zip([late, price, freight, review.score]) {
                column.push(value);
            }
        }
    }
    let r: Vec<Vec<f64>> =
        columns.iter().map(|x| columns.iter().map(|y| correlation(x, y)).collect()).collect();
    let drivers = result.table("drivers");
    assert_eq!(drivers.ids("driver"), ["late", "price", "freight"]);
    assert_eq!(drivers.ids("outcome"), ["satisfaction"; 3]);
    assert_eq!(drivers.ids("kind"), ["fact"; 3]);
    assert_eq!(drivers.ints("n"), [Some(columns[0].len() as i64); 3]);
    let all = explained(&r, &[0, 1, 2]);
    for j in 0..3 {
        let [a, b] = [(j + 1) % 3, (j + 2) % 3];
        // what j adds first, after either of the others, and last
        let adds = |others: &[usize]| {
            let with: Vec<usize> = others.iter().copied().chain([j]).collect();
            explained(&r, &with) - if others.is_empty() { 0.0 } else { explained(&r, others) }
        };
        let weight = adds(&[]) / 3.0 + (adds(&[a]) + adds(&[b])) / 6.0 + adds(&[a, b]) / 3.0;
        close(drivers.floats("correlation")[j], r[j][3], "correlation");
        close(drivers.floats("weight")[j], weight, "weight");
        close(drivers.floats("r_squared")[j], all, "r_squared");
    }
    // late orders are what people complain about: the delay weighs most, and against the score
    let (weights, correlations) = (drivers.floats("weight"), drivers.floats("correlation"));
    assert!(weights[0] > weights[1] && weights[0] > weights[2] && correlations[0] < Some(0.0));
    eprintln!("olist: n {}, r² {all:.4}, weights {weights:?}, r {correlations:?}", columns[0].len());
}

/// Figures of the customers in a quadrant, added up.
#[derive(Default)]
struct Profile {
    customers: i64,
    orders: i64,
    spend: f64,
    extreme: i64,
}

#[test]
fn quadrants_are_the_sums_of_their_customers() {
    let Some(folder) = real("olist_sample") else { return };
    let desk = Desk::with_config(&config(&folder));
    let result = desk.published();
    let customers: Table = result.customers();
    let mut profiles: BTreeMap<Option<String>, Profile> = BTreeMap::new();
    let (orders, spend) = (customers.ints("order_count"), customers.floats("spend_total"));
    let extremes = customers.texts("quadrant_extreme");
    let (satisfaction, loyalty) = (customers.floats("satisfaction_score"), customers.floats("loyalty_index"));
    for (row, quadrant) in customers.texts("quadrant").into_iter().enumerate() {
        let corner = match (quadrant.as_deref(), satisfaction[row], loyalty[row]) {
            (Some("advocate"), Some(s), Some(l)) if s >= 0.875 && l >= 0.75 - 1e-12 => Some("apostle"),
            (Some("dangerous"), Some(s), Some(l)) if s < 0.125 && l < 0.25 - 1e-12 => Some("opponent"),
            _ => None,
        };
        assert_eq!(extremes[row].as_deref(), corner, "row {row}");
        let profile = profiles.entry(quadrant).or_default();
        profile.customers += 1;
        profile.orders += orders[row].unwrap();
        profile.spend += spend[row].unwrap();
        profile.extreme += i64::from(corner.is_some());
    }
    let quadrants = result.table("quadrants");
    assert_eq!(quadrants.height(), 5);
    for (row, name) in quadrants.texts("name").into_iter().enumerate() {
        let profile = &profiles[&name];
        assert_eq!(quadrants.ints("customers")[row], Some(profile.customers));
        assert_eq!(quadrants.ints("orders")[row], Some(profile.orders));
        assert_eq!(quadrants.ints("extreme")[row], Some(profile.extreme));
        close(quadrants.floats("spend_total")[row], profile.spend, "spend");
        eprintln!("olist: {name:?} {} customers, {} extreme", profile.customers, profile.extreme);
    }
}
