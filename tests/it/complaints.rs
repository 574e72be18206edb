//! Complaints: a service desk's event log against published figures, small logs by hand, and the sample company
//! computed again from its exports.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

use chrono::NaiveDateTime;
use serde_json::Value;

use crate::desk::Desk;
use crate::ledger::{cells, day};
use crate::published::{Published, Table};
use crate::sample::company;
use crate::shared::{golden, real};

const ORDERS: &str = "customer,order,at,amount\na,1,2024-01-01 10:00,5\na,2,2024-02-20 10:00,7\nb,3,2024-01-01 10:00,5\n\
    c,4,2024-01-02 10:00,5\n";

/// The result of a complaint export of this description and text.
fn complaints(description: &str, text: &str) -> (Desk, Published) {
    let desk = Desk::with_config(&format!(
        r#"
        [run]
        as_of = "2024-06-30"
        stages = ["complaints"]
        [transactions]
        files = ["orders.csv"]
        columns = {{ customer_id = "customer", order_id = "order", ordered_at = "at", amount = "amount" }}
        [publish]
        minimum_group = 1
        [complaints]
        files = ["complaints.csv"]
        {description}
        "#
    ));
    desk.write("orders.csv", ORDERS);
    desk.write("complaints.csv", text);
    let result = desk.published();
    result.assert_complete();
    (desk, result)
}

/// Values of one group by measure, with what stands behind them.
fn figures(table: &Table, by: &str, group: &str) -> BTreeMap<String, (Option<i64>, Option<f64>)> {
    let (kinds, groups, measures) = (table.texts("group_by"), table.texts("group"), table.ids("measure"));
    let (counts, values) = (table.ints("n"), table.floats("value"));
    (0..table.height())
        .filter(|row| kinds[*row].as_deref() == Some(by) && groups[*row].as_deref() == Some(group))
        .map(|row| (measures[row].clone(), (counts[row], values[row])))
        .collect()
}

fn close(found: Option<f64>, expected: &Value, what: &str) {
    match (found, expected.as_f64()) {
        (Some(found), Some(expected)) => {
            assert!(
                (found - expected).abs() <= 1e-9 * expected.abs().max(1.0),
                "{what}: {found} and {expected}"
            );
        }
        (None, None) => {}
        other => panic!("{what}: {other:?}"),
    }
}

/// The result of the service desk's log, as of the end of March.
fn service_desk(log: &Path) -> (Desk, Published) {
    let desk = Desk::with_config(&format!(
        r#"
        [run]
        as_of = "2016-03-31T23:59:00"
        stages = ["complaints"]
        [transactions]
        files = ["orders.csv"]
        columns = {{ customer_id = "customer", order_id = "order", ordered_at = "at", amount = "amount" }}
        [complaints]
        files = ['{}']
        rules = {{ unknown_customers = "keep" }}
        [complaints.columns]
        complaint_id = "number"
        customer_id = "caller_id"
        opened_at = "opened_at"
        resolved_at = "resolved_at"
        event_at = "sys_updated_at"
        state = "incident_state"
        reopened = "reopen_count"
        category = "category"
        channel = "contact_type"
        "#,
        log.display()
    ));
    desk.write("orders.csv", "customer,order,at,amount\na,1,2016-03-01,5\n");
    let result = desk.published();
    (desk, result)
}

/// A row per event, day-first times, `?` for nothing, times of the resolution on every event, also those before it.
#[test]
fn the_service_desk_gives_the_published_figures() {
    let Some(log) = real("incident_log/incident_events.csv.gz") else { return };
    let expected: Value = serde_json::from_str(&golden("complaints_incident_log_2016-03-31.json")).unwrap();
    let (_desk, result) = service_desk(&log);
    let table = result.table("complaints");
    let found = figures(&table, "all", "all");
    let value = |measure: &str| found[measure].1;
    for (measure, name) in
        [("opened", "n"), ("open", "open"), ("resolved", "resolved"), ("reopened", "reopened")]
    {
        close(value(measure), &expected[name], name);
    }
    let curve = &expected["km_resolution_hours"];
    for p in ["25", "50", "75", "90", "95"] {
        close(value(&format!("resolution_hours_p{p}")), &curve[p], p);
    }
    for (hours, share) in expected["km_S_at"].as_object().unwrap() {
        if let Some(found) = found.get(&format!("waiting_after_{hours}h")) {
            close(found.1, share, hours);
        }
    }
    for (measure, name) in [
        ("resolution_hours_naive", "naive_resolution_hours"),
        ("first_response_hours", "first_response_hours"),
    ] {
        for p in ["50", "90", "95"] {
            let (n, value) = found[&format!("{measure}_p{p}")];
            assert_eq!(n, expected[name]["n"].as_i64(), "{measure}");
            close(value, &expected[name]["pct"][p], measure);
        }
    }
    close(value("resolved_within_24h_share"), &expected["within_24h_share_of_resolved"], "within a day");
    // Events after the as-of moment are set aside, each for that reason.
    let account = result.account("complaints");
    assert_eq!(account.read, 88_221);
    assert_eq!(account.set_aside.keys().collect::<Vec<_>>(), ["after_as_of"]);
    // The months of opening hold all of them.
    let opened: f64 =
        ["2016-02", "2016-03"].iter().filter_map(|m| figures(&table, "period", m)["opened"].1).sum();
    assert_eq!(Some(opened), value("opened"));
    let manifest = result.manifest["warnings"].to_string();
    assert!(
        manifest.contains("783 complaints end in a resolved state but have no `resolved_at`"),
        "{manifest}"
    );
}

const CASES: &str = r#"
columns = { complaint_id = "id", customer_id = "who", opened_at = "opened", first_response_at = "answered",
            resolved_at = "resolved", reopened = "again", category = "about", channel = "by" }
"#;

#[test]
fn one_row_a_complaint_by_hand() {
    // a's second complaint is resolved after the as-of day: open for 28 days and a half. b answered after 30 minutes.
    let text = "id,who,opened,answered,resolved,again,about,by\n\
        1,a,2024-01-10 00:00,,2024-01-12 12:00,0,delivery,phone\n\
        2,a,2024-06-02 12:00,?,2024-07-05 00:00,2,delivery,email\n\
        3,b,2024-01-05 08:00,2024-01-05 08:30,2024-01-06 08:00,0,Quality,phone\n";
    let (_desk, result) = complaints(CASES, text);
    let customers = result.customers();
    assert_eq!(customers.ints("complaint_count"), [Some(2), Some(1), Some(0)]);
    assert_eq!(customers.ints("open_complaint_count"), [Some(1), Some(0), Some(0)]);
    assert_eq!(customers.ints("reopened_complaint_count"), [Some(1), Some(0), Some(0)]);
    assert_eq!(customers.floats("resolution_days_mean"), [Some(2.5), Some(1.0), None]);
    assert_eq!(customers.floats("open_complaint_hours"), [Some(28.5 * 24.0), None, None]);
    assert_eq!(
        customers.texts("complaint_why")[0].as_deref(),
        Some("2 complaints: 1 open for 684.0 hours, opened again before; 1 resolved, in 2.50 days")
    );
    let table = result.table("complaints");
    let all = figures(&table, "all", "all");
    let value = |measure: &str| all[measure].1;
    assert_eq!((value("opened"), value("open"), value("reopened")), (Some(3.0), Some(1.0), Some(1.0)));
    // Four orders and three customers.
    assert_eq!((value("per_1000_orders"), value("per_1000_customers")), (Some(750.0), Some(1000.0)));
    assert_eq!((value("complainers"), value("repeat_complainers")), (Some(2.0), Some(1.0)));
    // Waits: 24 and 60 hours ended, 684 not. S = 2/3, 1/3.
    assert_eq!((value("resolution_hours_p50"), value("resolution_hours_p90")), (Some(60.0), None));
    assert_eq!(value("resolution_hours_naive_p50"), Some(42.0));
    assert_eq!(all["first_response_hours_p50"], (Some(1), Some(0.5)));
    // a came back on 20 February, 39 days after the resolution, for 7; b never did.
    assert_eq!(all["recovery_rate"], (Some(2), Some(0.5)));
    assert_eq!((value("recovery_days_p50"), value("recovery_spend_mean")), (Some(39.0), Some(3.5)));
    assert_eq!(figures(&table, "category", "delivery")["opened"].1, Some(2.0));
    assert_eq!(figures(&table, "channel", "phone")["resolved"].1, Some(2.0));
    // In January four orders were made and two complaints opened.
    assert_eq!(figures(&table, "period", "2024-01")["per_1000_orders"].1, Some(2000.0 / 3.0));
}

#[test]
fn one_row_an_event_gives_the_same_complaints() {
    let cases = "id,who,opened,answered,resolved,again,about,by\n\
        1,a,2024-01-10 00:00,2024-01-10 06:00,2024-01-12 12:00,0,delivery,phone\n\
        2,b,2024-06-02 12:00,2024-06-02 13:00,,1,quality,email\n";
    let events = "id,who,at,state,about,by\n\
        2,b,2/6/2024 12:00,New,quality,email\n\
        1,a,10/1/2024 00:00,New,?,phone\n\
        1,a,10/1/2024 06:00,In progress,delivery,phone\n\
        1,a,12/1/2024 12:00,RESOLVED,delivery,phone\n\
        1,a,13/1/2024 12:00,Closed,delivery,phone\n\
        2,b,2/6/2024 13:00,In progress,quality,email\n\
        2,?,3/6/2024 13:00,Resolved,quality,email\n\
        2,b,4/6/2024 13:00,In progress,quality,email\n\
        2,b,1/7/2024 00:00,Resolved,quality,email\n";
    let description = r#"
        columns = { complaint_id = "id", customer_id = "who", event_at = "at", state = "state",
                    category = "about", channel = "by" }
        rules = { unknown_customers = "keep" }
    "#;
    let (_first, by_case) = complaints(CASES, cases);
    let (_second, by_event) = complaints(description, events);
    by_event.table("complaints").assert_equals(&by_case.table("complaints"), "events against cases");
    by_event.customers().assert_equals(&by_case.customers(), "events against cases");
    assert_eq!(by_event.account("complaints").set_aside, BTreeMap::from([("after_as_of".to_owned(), 1)]));
}

#[test]
fn what_cannot_be_used_is_set_aside_with_its_reason() {
    let text = "id,who,opened,answered,resolved,again,about,by\n\
        1,z,2024-01-10,2024-01-11,,0,delivery,phone\n\
        2,,2024-01-10,2024-01-11,,0,delivery,phone\n\
        3,a,2024-07-01,,,0,delivery,phone\n\
        4,a,2024-01-10,,2024-01-09,0,delivery,phone\n\
        5,a,,,2024-01-09,0,delivery,phone\n\
        6,a,2024-01-10,2024-13-10,,0,delivery,phone\n\
        7,a,2024-01-10,,,often,delivery,phone\n\
        8,a,2024-01-10,2024-01-11,2024-01-20,yes,delivery,phone\n";
    let (_desk, result) = complaints(CASES, text);
    let expected = [
        ("after_as_of", 1),
        ("bad_number", 1),
        ("bad_timestamp", 3),
        ("missing_customer", 1),
        ("unknown_customer", 1),
    ];
    let account = result.account("complaints");
    assert_eq!((account.read, account.accepted), (8, 1));
    assert_eq!(account.set_aside, expected.map(|(reason, n)| (reason.to_owned(), n)).into());
    let rejects = result.table("rejects/complaints");
    assert_eq!(rejects.ints("row"), (1..8).map(Some).collect::<Vec<_>>());
    assert_eq!(rejects.texts("value")[3].as_deref(), Some("2024-01-09"));
}

#[test]
fn nobodys_complaints_give_rates_and_times_and_no_customers() {
    let text = "opened,resolved\n2024-01-10 00:00,2024-01-10 05:00\n2024-01-11 00:00,\n";
    let description = r#"columns = { opened_at = "opened", resolved_at = "resolved" }"#;
    let (_desk, result) = complaints(description, text);
    assert_eq!(result.customers().ints("complaint_count"), [None; 3]);
    let all = figures(&result.table("complaints"), "all", "all");
    assert_eq!((all["opened"].1, all["resolution_hours_p50"].1), (Some(2.0), Some(5.0)));
    assert_eq!((all["complainers"].1, all["per_1000_orders"].1), (None, Some(500.0)));
    assert!(!all.contains_key("silent_estimate"));
}

#[test]
fn complaints_alone_make_a_run() {
    let desk = Desk::with_config(
        r#"
        [publish]
        minimum_group = 1
        [complaints]
        files = ["complaints.csv"]
        columns = { customer_id = "who", opened_at = "opened", resolved_at = "resolved" }
        "#,
    );
    let text =
        "who,opened,resolved\na,2024-01-10 00:00,2024-01-10 05:00\nb,2024-01-11 12:00,\n,2024-01-12 00:00,\n";
    desk.write("complaints.csv", text);
    let result = desk.published();
    result.assert_complete();
    // As of the end of the day of the newest complaint.
    assert_eq!(result.manifest["as_of"], "2024-01-12");
    let customers = result.customers();
    assert_eq!(customers.ids("customer_id"), ["a", "b"]);
    assert_eq!(customers.floats("open_complaint_hours"), [None, Some(36.0)]);
    let all = figures(&result.table("complaints"), "all", "all");
    assert_eq!((all["opened"].1, all["open"].1, all["per_1000_orders"].1), (Some(3.0), Some(2.0), None));
    assert_eq!(result.account("complaints").accepted, 3);
}

#[test]
fn a_complaint_names_an_order() {
    let text = "order,opened\n1,2024-01-10\n2,2024-01-11\n3,2024-01-12\n9,2024-01-12\n";
    let description = r#"columns = { order_id = "order", opened_at = "opened" }"#;
    let (_desk, result) = complaints(description, text);
    assert_eq!(result.customers().ints("complaint_count"), [Some(2), Some(1), Some(0)]);
    assert_eq!(result.account("complaints").set_aside, BTreeMap::from([("unknown_order".to_owned(), 1)]));
}

/// The sample with this text at the end of its configuration.
fn watched(more: &str) -> (Desk, crate::desk::Ended) {
    let desk = company();
    let config = fs::read_to_string(desk.path().join("moshtari.toml")).unwrap();
    desk.write("moshtari.toml", format!("{config}\n{more}"));
    let ended = desk.moshtari(&["run"]);
    (desk, ended)
}

#[test]
fn the_watchlist_names_each_customer_once_in_the_order_of_calls() {
    let rule = "[[watchlist.rules]]\nname = \"waits\"\nwhen = \"open_complaint_count > 0 and r_score <= 3\"\n\
        then = \"call first\"\npriority = 1\nsince = \"open_complaint_since\"\n";
    let (desk, ended) = watched(rule);
    ended.must_end_with(0);
    let result = desk.latest();
    let (list, customers) = (result.table("watchlist"), result.customers());
    let ids = customers.ids("customer_id");
    let row_of = |id: &String| ids.iter().position(|other| other == id).unwrap();
    assert!(list.height() > 0);
    assert_eq!(list.ints("rank"), (1..=list.height() as i64).map(Some).collect::<Vec<_>>());
    let listed = list.ids("customer_id");
    assert_eq!(listed.iter().collect::<BTreeSet<_>>().len(), listed.len());
    let (open, recency) = (customers.ints("open_complaint_count"), customers.ints("r_score"));
    let waiting: BTreeSet<&String> = ids
        .iter()
        .enumerate()
        .filter(|(row, _)| open[*row] > Some(0) && recency[*row].is_some_and(|score| score <= 3))
        .map(|(_, id)| id)
        .collect();
    let reasons = list.ids("reason");
    let first: BTreeSet<&String> =
        listed.iter().zip(&reasons).filter(|(_, r)| *r == "waits").map(|(id, _)| id).collect();
    assert_eq!(first, waiting);
    assert!(reasons[..waiting.len()].iter().all(|reason| reason == "waits"), "{reasons:?}");
    let (levels, hours) = (customers.texts("satisfaction_level"), customers.floats("open_complaint_hours"));
    let quadrants = customers.texts("quadrant");
    for (id, reason) in listed.iter().zip(&reasons) {
        let row = row_of(id);
        let holds = match reason.as_str() {
            "angry" | "angry_key" => levels[row].as_deref() == Some("angry"),
            "complaint_overdue" => hours[row] > Some(72.0),
            "key_hostage" | "hostage_leaving" => quadrants[row].as_deref() == Some("hostage"),
            "advocate_fading" => quadrants[row].as_deref() == Some("advocate") && recency[row] <= Some(2),
            "waits" => true,
            other => panic!("{other}"),
        };
        assert!(holds, "{id}: {reason}");
    }
    // Who is late is on the list, whatever the first reason.
    let late = ids.iter().enumerate().filter(|(row, _)| hours[*row] > Some(72.0)).map(|(_, id)| id);
    assert!(late.clone().count() > 0 && late.clone().all(|id| listed.contains(id)));
    let explained = desk.moshtari(&["explain", "results", &listed[0]]).must_end_with(0);
    assert!(explained.out.contains("watch         waits"), "{}", explained.out);
}

#[test]
fn a_rule_on_an_unknown_column_is_refused_before_anything_is_read() {
    let (desk, ended) =
        watched("[[watchlist.rules]]\nname = \"x\"\nwhen = \"quadrnt = 'hostage'\"\nthen = \"call\"\n");
    let ended = ended.must_end_with(2);
    assert!(ended.err.contains("quadrnt") && ended.err.contains("did you mean `quadrant`?"), "{}", ended.err);
    assert!(desk.names_in("results").is_empty());
}

/// A complaint of the sample, in minutes since 1970 on the shop's clock.
struct Case {
    customer: String,
    opened: i64,
    resolved: Option<i64>,
    reopened: bool,
    category: String,
}

fn minutes(text: &str) -> Option<i64> {
    let parsed = NaiveDateTime::parse_from_str(text, "%Y-%m-%d %H:%M").ok()?;
    Some(parsed.and_utc().timestamp() / 60)
}

/// The share still waiting, reckoned wait by wait: everyone starts with an equal part, and a part that is lost to an
/// open complaint goes in equal shares to those who wait longer (Efron's redistribution to the right).
fn redistributed(waits: &[(i64, bool)], p: f64) -> Option<i64> {
    let mut waits = waits.to_vec();
    // Of equal waits, those that ended come first.
    waits.sort_by_key(|(minutes, ended)| (*minutes, !ended));
    let mut part = vec![1.0 / waits.len() as f64; waits.len()];
    let mut gone = 0.0;
    for place in 0..waits.len() {
        if waits[place].1 {
            gone += part[place];
            if gone >= p - 1e-9 {
                return Some(waits[place].0);
            }
        } else {
            let longer = waits.len() - place - 1;
            let share = part[place] / longer as f64;
            part[place + 1..].iter_mut().for_each(|other| *other += share);
        }
    }
    None
}

#[test]
fn the_sample_computed_again_from_its_exports() {
    let desk = company();
    desk.moshtari(&["run"]).must_end_with(0);
    let result = desk.latest();
    let export = fs::read_to_string(desk.path().join("exports/complaints.csv")).unwrap();
    let cases: Vec<Case> = cells(&export)
        .into_iter()
        .skip(1)
        .map(|row| Case {
            customer: row[1].clone(),
            opened: minutes(&row[2]).unwrap(),
            resolved: minutes(&row[4]),
            reopened: row[5] != "0",
            category: row[6].clone(),
        })
        .collect();
    let customers = result.customers();
    let ids = customers.ids("customer_id");
    let of = |id: &str| cases.iter().filter(|case| case.customer == id).collect::<Vec<_>>();
    for (row, id) in ids.iter().enumerate() {
        let own = of(id);
        assert_eq!(customers.ints("complaint_count")[row], Some(own.len() as i64), "{id}");
        let open = own.iter().filter(|case| case.resolved.is_none()).count();
        assert_eq!(customers.ints("open_complaint_count")[row], Some(open as i64), "{id}");
    }
    let table = result.table("complaints");
    let all = figures(&table, "all", "all");
    let value = |measure: &str| all[measure].1;
    let (n, open) = (cases.len() as f64, cases.iter().filter(|c| c.resolved.is_none()).count() as f64);
    assert_eq!((value("opened"), value("open"), value("resolved")), (Some(n), Some(open), Some(n - open)));
    assert_eq!(value("reopened"), Some(cases.iter().filter(|case| case.reopened).count() as f64));
    let orders = result.manifest["figures"]["orders"].as_f64().unwrap();
    close(value("per_1000_orders"), &(n / orders * 1000.0).into(), "rate");
    let people: BTreeSet<&str> = cases.iter().map(|case| case.customer.as_str()).collect();
    let repeated = people.iter().filter(|id| of(id).len() > 1).count();
    assert_eq!(
        (value("complainers"), value("repeat_complainers")),
        (Some(people.len() as f64), Some(repeated as f64))
    );
    let end = minutes("2026-01-01 00:00").unwrap();
    let waits: Vec<(i64, bool)> =
        cases.iter().map(|c| (c.resolved.unwrap_or(end) - c.opened, c.resolved.is_some())).collect();
    for (p, measure) in [(0.25, "p25"), (0.5, "p50"), (0.75, "p75"), (0.9, "p90")] {
        let expected = redistributed(&waits, p).map(|minutes| minutes as f64 / 60.0);
        close(value(&format!("resolution_hours_{measure}")), &expected.into(), measure);
    }
    let delivery = cases.iter().filter(|case| case.category == "delivery").count();
    assert_eq!(figures(&table, "category", "delivery")["opened"].1, Some(delivery as f64));
    let (tried, back) = back_within(90, &desk, &people, &cases);
    assert_eq!(all["recovery_rate"].0, Some(tried));
    close(value("recovery_rate"), &(back as f64 / tried as f64).into(), "came back");
}

/// Customers whose last resolution at least so many days ago left time, and those of them who ordered in that time.
fn back_within(days: i64, desk: &Desk, people: &BTreeSet<&str>, cases: &[Case]) -> (i64, i64) {
    let mut orders: BTreeMap<String, Vec<i64>> = BTreeMap::new();
    for file in ["orders-2024-01.csv", "orders-2024-09.csv", "orders-2025-05.csv"] {
        let rows = cells(&fs::read_to_string(desk.path().join("exports").join(file)).unwrap());
        let place = |name: &str| rows[0].iter().position(|cell| cell == name).unwrap();
        let names = ["CustomerID", "InvoiceNo", "InvoiceDate", "StockCode", "Quantity"].map(place);
        for row in rows.iter().skip(1).filter(|row| row.len() == rows[0].len()) {
            let [customer, invoice, at, product, quantity] = names.map(|place| row[place].as_str());
            let sells = quantity.replace(',', "").parse::<f64>().is_ok_and(|quantity| quantity > 0.0);
            let counts = sells && !invoice.starts_with('C') && !["POST", "DISCOUNT"].contains(&product);
            if let Some(at) = minutes(at).filter(|_| counts) {
                let customer = customer.strip_suffix(".0").unwrap_or(customer).to_owned();
                orders.entry(customer).or_default().push(at);
            }
        }
    }
    let today = day("2025-12-31");
    let (mut tried, mut back) = (0, 0);
    for id in people {
        let resolved = cases.iter().filter(|case| case.customer == *id).filter_map(|case| case.resolved);
        let Some(at) = resolved.filter(|at| today - at.div_euclid(1440) >= days).max() else { continue };
        tried += 1;
        let again = orders.get(*id).into_iter().flatten();
        let next = again.filter(|order| **order > at).min();
        back += i64::from(next.is_some_and(|next| next.div_euclid(1440) - at.div_euclid(1440) <= days));
    }
    (tried, back)
}
