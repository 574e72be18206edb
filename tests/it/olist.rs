//! Olist, a marketplace: lines, orders and people in three files, reviews that name an order.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use crate::desk::Desk;
use crate::ledger::{day, exact, nearest, records};
use crate::published::{Published, Table};
use crate::shared::{real, text};

const AS_OF: &str = "2018-12-31";

/// Order lines find their order and its person; `reviews` says how reviews find theirs.
fn config(folder: &Path, reviews: &str) -> String {
    let folder = folder.to_string_lossy();
    format!(
        r#"
        [run]
        as_of = "{AS_OF}"
        timezone = "America/Sao_Paulo"
        [transactions]
        files = ["{folder}/olist_order_items_dataset.csv.gz"]
        [transactions.columns]
        customer_id = "customer_unique_id"
        order_id = "order_id"
        ordered_at = "order_purchase_timestamp"
        product_id = "product_id"
        amount = "price"
        [[transactions.join]]
        files = ["{folder}/olist_orders_dataset.csv.gz"]
        on = {{ order_id = "order_id" }}
        [[transactions.join]]
        files = ["{folder}/olist_customers_dataset.csv.gz"]
        on = {{ customer_id = "customer_id" }}
        [transactions.rules]
        cancelled_when = {{ column = "order_status", in = ["canceled", "unavailable"] }}
        [[surveys]]
        name = "reviews"
        files = ["{folder}/olist_order_reviews_dataset.csv.gz"]
        {reviews}
        [[surveys.items]]
        column = "review_score"
        measures = "satisfaction"
        scale = [1, 5]
        "#
    )
}

fn through_transactions(folder: &Path) -> String {
    config(folder, r#"columns = { order_id = "order_id", responded_at = "review_creation_date" }"#)
}

fn through_a_join_of_its_own(folder: &Path) -> String {
    let shown = folder.to_string_lossy();
    let reviews = format!(
        r#"
        columns = {{ customer_id = "customer_unique_id", responded_at = "review_creation_date" }}
        [[surveys.join]]
        files = ["{shown}/olist_orders_dataset.csv.gz"]
        on = {{ order_id = "order_id" }}
        [[surveys.join]]
        files = ["{shown}/olist_customers_dataset.csv.gz"]
        on = {{ customer_id = "customer_id" }}
        "#
    );
    config(folder, &reviews)
}

type Records = Vec<BTreeMap<String, String>>;

/// The files, and what can be said of them without the engine.
struct Market {
    lines: Records,
    orders: BTreeMap<String, BTreeMap<String, String>>,
    people: BTreeMap<String, String>,
    reviews: Records,
}

/// A person: money of all lines that were not cancelled, orders, day of the last one.
#[derive(Default)]
struct Person {
    money: i128,
    orders: BTreeSet<String>,
    last_day: Option<i64>,
}

impl Market {
    fn read(folder: &Path) -> Self {
        let read = |name: &str| records(&text(&folder.join(format!("olist_{name}_dataset.csv.gz"))));
        let keyed = |rows: Records, key: &str| rows.into_iter().map(|row| (row[key].clone(), row)).collect();
        let people = read("customers").into_iter();
        Self {
            lines: read("order_items"),
            orders: keyed(read("orders"), "order_id"),
            people: people
                .map(|row| (row["customer_id"].clone(), row["customer_unique_id"].clone()))
                .collect(),
            reviews: read("order_reviews"),
        }
    }

    fn person(&self, order: &str) -> &String {
        &self.people[&self.orders[order]["customer_id"]]
    }

    fn persons(&self) -> BTreeMap<String, Person> {
        let mut persons: BTreeMap<String, Person> = BTreeMap::new();
        for line in &self.lines {
            let order = &self.orders[&line["order_id"]];
            let person = persons.entry(self.person(&line["order_id"]).clone()).or_default();
            if ["canceled", "unavailable"].contains(&order["order_status"].as_str()) {
                continue;
            }
            person.money += exact(&line["price"]);
            person.orders.insert(line["order_id"].clone());
            person.last_day = person.last_day.max(Some(day(&order["order_purchase_timestamp"])));
        }
        persons
    }

    /// Satisfaction by the published formula: answers weigh half after 90 days, joy fades by half in 365
    /// days, anger in 730, and what is older than 730 days is forgotten.
    fn satisfaction(
        &self,
        accepted: impl Fn(&BTreeMap<String, String>) -> bool,
    ) -> BTreeMap<String, (f64, i64)> {
        let mut sums: BTreeMap<String, (f64, f64, i64)> = BTreeMap::new();
        for review in self.reviews.iter().filter(|r| accepted(r)) {
            let age = (day(AS_OF) - day(&review["review_creation_date"])) as f64;
            if age > 730.0 {
                continue;
            }
            let score: f64 = review["review_score"].parse().unwrap();
            let above = (score - 1.0) / 4.0 - 0.5;
            let weight = (-age / 90.0).exp2();
            let kept = (-age / if above > 0.0 { 365.0 } else { 730.0 }).exp2();
            let sum = sums.entry(self.person(&review["order_id"]).clone()).or_default();
            *sum = (sum.0 + weight * kept * above, sum.1 + weight, sum.2 + 1);
        }
        sums.into_iter().map(|(id, (faded, weight, n))| (id, (0.5 + faded / weight, n))).collect()
    }
}

#[test]
fn people_orders_and_money_are_those_of_the_three_files() {
    let Some(folder) = real("olist_sample") else { return };
    let desk = Desk::with_config(&through_transactions(&folder));
    let result = desk.published();
    let market = Market::read(&folder);
    let account = result.account("transactions");
    assert_eq!((account.read, account.accepted), (market.lines.len() as u64, market.lines.len() as u64));

    let persons = market.persons();
    let customers = result.customers();
    assert_eq!(customers.ids("customer_id"), persons.keys().cloned().collect::<Vec<_>>());
    let (orders, spend) = (customers.ints("order_count"), customers.floats("spend_total"));
    let recency = customers.ints("recency_days");
    for (row, (id, person)) in persons.iter().enumerate() {
        assert_eq!(orders[row], Some(person.orders.len() as i64), "orders of {id}");
        assert_eq!(spend[row], Some(nearest(person.money)), "spend of {id}");
        assert_eq!(recency[row], person.last_day.map(|d| day(AS_OF) - d), "recency of {id}");
    }
    eprintln!(
        "olist: {} persons, {} orders, spend {}",
        persons.len(),
        persons.values().map(|p| p.orders.len()).sum::<usize>(),
        nearest(persons.values().map(|p| p.money).sum())
    );
}

#[test]
fn reviews_find_their_person_through_the_orders_of_the_transactions() {
    let Some(folder) = real("olist_sample") else { return };
    let desk = Desk::with_config(&through_transactions(&folder));
    let result = desk.published();
    let market = Market::read(&folder);
    let sold: BTreeSet<&String> = market.lines.iter().map(|line| &line["order_id"]).collect();
    let accepted = |review: &BTreeMap<String, String>| sold.contains(&review["order_id"]);
    assert_reviews(&result, &market, accepted, "unknown_order");
}

#[test]
fn reviews_find_their_person_through_a_join_of_their_own() {
    let Some(folder) = real("olist_sample") else { return };
    let desk = Desk::with_config(&through_a_join_of_its_own(&folder));
    let result = desk.published();
    let market = Market::read(&folder);
    let persons = market.persons();
    let accepted =
        |review: &BTreeMap<String, String>| persons.contains_key(market.person(&review["order_id"]));
    assert_reviews(&result, &market, accepted, "unknown_customer");
}

/// Every review is accepted or set aside for this reason; scores follow; quadrants stand on both axes.
fn assert_reviews(
    result: &Published,
    market: &Market,
    accepted: impl Fn(&BTreeMap<String, String>) -> bool,
    reason: &str,
) {
    let account = result.account("reviews");
    let count = market.reviews.iter().filter(|r| accepted(r)).count() as u64;
    let all = market.reviews.len() as u64;
    assert_eq!((account.read, account.accepted), (all, count));
    assert_eq!(account.set_aside, BTreeMap::from([(reason.to_owned(), all - count)]));
    let rejects = result.table("rejects/surveys");
    assert_eq!(rejects.texts("reason"), vec![Some(reason.to_owned()); (all - count) as usize]);
    eprintln!("olist: {count} of {all} reviews accepted, {} {reason}", all - count);

    let satisfaction = market.satisfaction(accepted);
    let customers = result.customers();
    let (scores, answers) = (customers.floats("satisfaction_score"), customers.ints("satisfaction_answers"));
    for (row, id) in customers.ids("customer_id").iter().enumerate() {
        match satisfaction.get(id) {
            Some((expected, n)) => {
                assert!((scores[row].unwrap() - expected).abs() < 1e-12, "satisfaction of {id}");
                assert_eq!(answers[row], Some(*n), "answers of {id}");
            }
            None => assert_eq!(scores[row], None, "satisfaction of {id}"),
        }
    }
    assert_quadrants(&customers);
}

/// The quadrant is a matter of both axes and their cuts at one half (methods, 3); without both there is none.
fn assert_quadrants(customers: &Table) {
    let [r, f, m] = ["r_score", "f_score", "m_score"].map(|name| customers.ints(name));
    let (satisfaction, loyalty) = (customers.floats("satisfaction_score"), customers.floats("loyalty_index"));
    let quadrants = customers.texts("quadrant");
    let rounded = |x: f64| (x * 1e9).round() / 1e9;
    for row in 0..customers.height() {
        let behaviour = r[row].zip(f[row]).zip(m[row]).map(|((r, f), m)| {
            0.4 * (r - 1) as f64 / 4.0 + 0.4 * (f - 1) as f64 / 4.0 + 0.2 * (m - 1) as f64 / 4.0
        });
        assert_eq!(loyalty[row].is_some(), behaviour.is_some());
        let expected = behaviour.zip(satisfaction[row]).map(|(loyal, content)| {
            assert!((loyalty[row].unwrap() - loyal).abs() < 1e-12);
            match (rounded(loyal) >= 0.5, rounded(content) >= 0.5) {
                (true, true) => "advocate",
                (true, false) => "hostage",
                (false, true) => "mercenary",
                (false, false) => "dangerous",
            }
        });
        assert_eq!(quadrants[row].as_deref(), expected, "row {row}");
    }
}
