//! Two nights of the sample company: moves add up, clusters keep their names, the same night is known again.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

use crate::desk::Desk;
use crate::published::Published;
use crate::sample::company;

const LABELS: [&str; 5] = ["rfm_segment", "satisfaction_level", "quadrant", "cluster_name", "tier"];

fn night(desk: &Desk, as_of: &str) -> Published {
    desk.moshtari(&["run", "--as-of", as_of]).must_end_with(0);
    desk.latest()
}

/// Customers by label, `(none)` where they have none.
fn labels(night: &Published, label: &str) -> BTreeMap<String, String> {
    let customers = night.customers();
    let labels = customers.texts(label).into_iter().map(|l| l.unwrap_or_else(|| "(none)".into()));
    customers.ids("customer_id").into_iter().zip(labels).collect()
}

#[test]
fn moves_between_two_nights_add_up() {
    let desk = company();
    let before = night(&desk, "2025-11-30");
    assert_eq!((before.table("moves").height(), before.table("drift").height()), (0, 0));
    assert!(before.manifest["previous"].is_null());
    let tonight = night(&desk, "2025-12-31");
    tonight.assert_complete();
    assert_eq!(tonight.manifest["previous"]["fingerprint"], before.manifest["fingerprint"]);

    let moves = tonight.table("moves");
    let spends: BTreeMap<String, f64> = tonight
        .customers()
        .ids("customer_id")
        .into_iter()
        .zip(tonight.customers().floats("spend_total").into_iter().map(Option::unwrap))
        .collect();
    for label in LABELS {
        // Counted here in another way: pair by pair of two maps.
        let (old, new) = (labels(&before, label), labels(&tonight, label));
        let mut expected: BTreeMap<(Option<String>, Option<String>), (i64, f64)> = BTreeMap::new();
        for id in old.keys().chain(new.keys()).collect::<BTreeSet<_>>() {
            let cell = expected.entry((old.get(id).cloned(), new.get(id).cloned())).or_default();
            cell.0 += 1;
            cell.1 += spends.get(id).copied().unwrap_or_default();
        }
        assert!(!expected.keys().any(|(_, to)| to.is_none()), "a customer does not leave as time goes by");
        let found: Vec<usize> = (0..moves.height()).filter(|row| moves.ids("label")[*row] == label).collect();
        assert_eq!(found.len(), expected.len(), "{label}");
        let mut to_label: BTreeMap<String, i64> = BTreeMap::new();
        for row in found {
            let (from, to) = (moves.texts("from")[row].clone(), moves.texts("to")[row].clone());
            let (customers, spend) = expected[&(from, to.clone())];
            assert_eq!(moves.ints("customers")[row], Some(customers), "{label}");
            assert!((moves.floats("spend_total")[row].unwrap() - spend).abs() < 1e-6, "{label}");
            *to_label.entry(to.unwrap()).or_default() += customers;
        }
        let mut counts: BTreeMap<String, i64> = BTreeMap::new();
        new.into_values().for_each(|label| *counts.entry(label).or_default() += 1);
        assert_eq!(to_label, counts, "tonight's customers by {label}");
    }
    let drift = tonight.table("drift");
    assert_eq!(drift.ids("measure")[..3], ["recency_days", "frequency", "monetary"]);
    assert!(drift.floats("psi").iter().all(|psi| psi.is_some_and(|psi| psi >= 0.0)));
}

#[test]
fn clusters_keep_numbers_and_names() {
    let desk = company();
    let before = night(&desk, "2025-12-24").table("clusters");
    let tonight = night(&desk, "2025-12-31");
    let named = |table: &crate::published::Table| -> BTreeMap<i64, String> {
        let ids = table.ints("cluster_id").into_iter().flatten();
        ids.zip(table.texts("cluster_name").into_iter().flatten()).collect()
    };
    assert_eq!(named(&tonight.table("clusters")), named(&before));
    let moves = tonight.table("moves");
    let stayed: i64 = (0..moves.height())
        .filter(|row| {
            moves.ids("label")[*row] == "cluster_name" && moves.texts("from")[*row] == moves.texts("to")[*row]
        })
        .filter_map(|row| moves.ints("customers")[row])
        .sum();
    // One week is too short for many to move from group to group.
    assert!(stayed * 10 > tonight.customers().height() as i64 * 8, "{stayed} stayed");
}

#[test]
fn the_same_night_is_known_again_whatever_came_after_it() {
    let desk = company();
    night(&desk, "2025-11-30");
    night(&desk, "2025-12-31");
    let names = desk.names_in("results/runs");
    let again = desk.moshtari(&["run", "--as-of", "2025-12-31"]).must_end_with(0);
    assert!(again.err.contains("nothing to do") && !again.err.contains("`latest`"), "{}", again.err);
    // Looking back is the earlier night again, and `latest` leads to it.
    let back = desk.moshtari(&["run", "--as-of", "2025-11-30"]).must_end_with(0);
    let told = format!("; `latest` leads there again, no longer to `{}`", again.out.trim());
    assert!(back.err.contains("nothing to do") && back.err.contains(&told), "{}", back.err);
    assert_eq!(desk.latest().manifest["as_of"], "2025-11-30");
    assert_eq!(desk.names_in("results/runs"), names);
}

#[test]
fn a_corrected_night_is_compared_with_the_night_before() {
    let desk = company();
    let before = night(&desk, "2025-11-30");
    night(&desk, "2025-12-31");
    let config = fs::read_to_string(desk.path().join("moshtari.toml")).unwrap();
    desk.write("moshtari.toml", format!("{config}\n[loyalty]\ncut = 0.6\n"));
    let corrected = night(&desk, "2025-12-31");
    assert_eq!(corrected.manifest["previous"]["fingerprint"], before.manifest["fingerprint"]);
    let moves = corrected.table("moves");
    for row in 0..moves.height() {
        let changed = moves.ints("rules_changed")[row] == Some(1);
        assert_eq!(changed, moves.ids("label")[row] == "quadrant");
    }
    let codes = corrected.manifest["warnings"].as_array().unwrap();
    assert!(codes.iter().any(|warning| warning["code"] == "rules_changed"));
    // Further back than anything that is there: compared with nothing, and said so.
    let back = night(&desk, "2025-10-31");
    assert!(back.manifest["previous"].is_null());
    assert_eq!(back.table("moves").height(), 0);
    let codes = back.manifest["warnings"].as_array().unwrap();
    assert!(codes.iter().any(|warning| warning["code"] == "nothing_earlier"));
}

/// Codes of the warnings about the past that a result states.
fn told_of_the_past(night: &Published) -> Vec<&str> {
    let warnings = night.manifest["warnings"].as_array().unwrap();
    let codes = warnings.iter().map(|warning| warning["code"].as_str().unwrap());
    codes.filter(|code| ["previous_damaged", "nothing_earlier"].contains(code)).collect()
}

#[test]
fn a_damaged_night_before_is_no_first_night() {
    let damage: [(&str, fn(&Path)); 4] = [
        ("manifest.json", |file| fs::write(file, "{ \"fingerprint\": ").unwrap()),
        ("manifest.json", |file| fs::remove_file(file).unwrap()),
        ("customers.parquet", |file| fs::remove_file(file).unwrap()),
        ("customers.parquet", |file| {
            let bytes = fs::read(file).unwrap();
            fs::write(file, &bytes[..bytes.len() / 2]).unwrap();
        }),
    ];
    for (file, damage) in damage {
        let desk = company();
        let before = night(&desk, "2025-11-30");
        assert_eq!(told_of_the_past(&before), [""; 0]);
        damage(&before.folder.join(file));
        let ended = desk.moshtari(&["run", "--as-of", "2025-12-31"]).must_end_with(0);
        let name = before.folder.file_name().unwrap().to_string_lossy();
        let told = format!("the previous result `{name}` is damaged, its `{file}` cannot be read");
        assert!(ended.err.contains(&told), "{}", ended.err);
        let tonight = desk.latest();
        assert_eq!(told_of_the_past(&tonight), ["previous_damaged"]);
        assert_eq!(tonight.table("moves").height(), 0);
        assert_ne!(tonight.manifest["fingerprint"], tonight.manifest["inputs_fingerprint"]);
    }
}

#[test]
fn history_can_be_left_out() {
    let desk = company();
    night(&desk, "2025-11-30");
    let config = fs::read_to_string(desk.path().join("moshtari.toml")).unwrap();
    desk.write("moshtari.toml", format!("{config}\n[history]\ncompare = false\n"));
    let alone = night(&desk, "2025-12-31");
    assert!(!alone.files().iter().any(|file| file == "moves.parquet" || file == "drift.parquet"));
    assert_eq!(alone.manifest["fingerprint"], alone.manifest["inputs_fingerprint"]);
}

#[test]
fn diff_says_who_moved() {
    let desk = company();
    let before = night(&desk, "2025-11-30").folder.canonicalize().unwrap();
    let tonight = night(&desk, "2025-12-31");
    let old = before.to_string_lossy();
    let text = desk.moshtari(&["diff", &old, "results"]).must_end_with(0).out;
    assert!(text.starts_with("from 2025-11-30 to 2025-12-31\nrfm_segment: "), "{text}");
    let json = desk.moshtari(&["diff", &old, "results", "--format", "json", "--ids"]).must_end_with(0).out;
    let json: serde_json::Value = serde_json::from_str(&json).unwrap();
    let segments = &json["labels"][0];
    let moves = tonight.table("moves");
    let moved: i64 = (0..moves.height())
        .filter(|row| {
            moves.ids("label")[*row] == "rfm_segment" && moves.texts("from")[*row] != moves.texts("to")[*row]
        })
        .filter_map(|row| moves.ints("customers")[row])
        .sum();
    assert_eq!(segments["moves"].as_array().unwrap().len() as i64, moved);
    let wrong = desk.moshtari(&["diff", &old, "results", "--label", "segment"]).must_end_with(2);
    assert!(wrong.err.contains("there is no label `segment`"), "{}", wrong.err);
}

/// Who is on the list because they were more pleased before, and because they were key and stay away.
fn fallen(night: &Published) -> [Vec<String>; 2] {
    let customers = night.customers();
    let (ids, watch) = (customers.ids("customer_id"), customers.texts("watch"));
    ["satisfaction_drop", "key_fading"].map(|reason| {
        let holds = |row: &usize| watch[*row].as_ref().is_some_and(|reasons| reasons.contains(reason));
        (0..ids.len()).filter(holds).map(|row| ids[row].clone()).collect()
    })
}

/// Recency score and tier of the customer with this number.
fn standing(night: &Published, number: usize) -> (Option<i64>, Option<String>) {
    let customers = night.customers();
    (customers.ints("r_score")[number], customers.texts("tier")[number].clone())
}

/// Two nights of twenty customers, c00 to c19, made by hand; c00 to c03 spend most, and are key.
fn two_nights() -> (Desk, Published, Published) {
    let desk = Desk::with_config(
        r#"
        [run]
        as_of = "2024-01-31"
        [transactions]
        files = ["orders.csv"]
        columns = { customer_id = "customer", order_id = "order", ordered_at = "at", amount = "amount" }
        [[surveys]]
        files = ["survey.csv"]
        columns = { customer_id = "who", responded_at = "when" }
        items = [{ column = "overall", measures = "satisfaction", scale = [1, 5] }]
        "#,
    );
    let order = |(n, month): (u32, u32)| {
        let money = if n < 4 { 1000 - n } else { 10 + n };
        format!("c{n:02},{month}-{n},2024-{month:02}-{:02},{money}\n", 1 + n)
    };
    let first: String = (0..20).map(|n| order((19 - n, 1))).collect();
    desk.write("orders.csv", format!("customer,order,at,amount\n{first}"));
    let answers =
        "who,when,overall\nc10,2024-01-31,5\nc11,2024-01-31,5\nc12,2024-01-31,5\nc13,2024-01-31,3\n";
    desk.write("survey.csv", answers);
    let before = desk.published();
    // A month later all but c03, c18 and c19 have ordered again, and c12 turned bad; c13 was no better before.
    let again: String = (0..18).filter(|n| *n != 3).map(|n| order((n, 2))).collect();
    // c19 bought more than anybody in January, which came late; so it is key, and it stays away.
    let late = "c19,late,2024-01-20,5000\n";
    desk.write("orders.csv", format!("customer,order,at,amount\n{first}{late}{again}"));
    let more = "c10,2024-03-01,5\nc11,2024-03-01,3\nc12,2024-03-01,1\nc13,2024-03-01,1\nc14,2024-03-01,1\n";
    desk.write("survey.csv", format!("{answers}{more}"));
    desk.moshtari(&["run", "--as-of", "2024-03-01"]).must_end_with(0);
    let after = desk.latest();
    (desk, before, after)
}

/// Answers fade by half in a year and weigh half after 90 days (methods 2.4).
#[test]
fn rules_ask_what_was_better_the_night_before() {
    let (desk, before, after) = two_nights();
    for column in ["previous_satisfaction_level", "previous_tier", "previous_quadrant", "previous_r_score"] {
        assert!(before.customers().texts(column).iter().all(Option::is_none), "{column}");
    }
    assert_eq!(fallen(&before), [Vec::<String>::new(), Vec::new()]);
    // c03 has ordered on the fourth of January, c00 on the first: the oldest of all.
    assert_eq!(standing(&before, 3), (Some(1), Some("key".into())));
    assert_eq!(standing(&before, 19).0, Some(5));

    // By hand, 30 days: w = 2^(-30/90) = 0.7937, f = 2^(-30/365) = 0.9446; 0.5 + (w f 0.5 - 0.5) / (1 + w) = 0.430
    // for c12, satisfied and two levels below delighted; 0.5 + w f 0.5 / (1 + w) = 0.709 for c11, happy: one level.
    // c13 goes from satisfied to 0.5 - 0.5 / (1 + w) = 0.221, dissatisfied: one level; c14 was not asked before.
    assert_eq!(fallen(&after), [vec!["c12".to_owned()], vec!["c19".to_owned()]]);
    assert_eq!(standing(&after, 19), (Some(1), Some("key".into())));
    let customers = after.customers();
    assert_eq!(customers.texts("previous_satisfaction_level")[12].as_deref(), Some("delighted"));
    assert_eq!(customers.texts("satisfaction_level")[12].as_deref(), Some("satisfied"));
    assert_eq!(customers.texts("satisfaction_level")[13].as_deref(), Some("dissatisfied"));
    assert_eq!(customers.texts("previous_satisfaction_level")[14], None);
    assert_eq!(customers.ints("previous_r_score")[19], Some(5));
    let list = after.table("watchlist");
    let row = list.ids("customer_id").iter().position(|id| id == "c12").unwrap();
    assert_eq!(list.ids("reason")[row], "satisfaction_drop");
    assert_eq!(list.ids("why")[row], "previous_satisfaction_level delighted, satisfaction_level satisfied");

    // Other rules make other levels: what was before is not what it would be.
    let config = fs::read_to_string(desk.path().join("moshtari.toml")).unwrap();
    desk.write("moshtari.toml", format!("{config}\n[satisfaction]\nhalf_life_days = 30\n"));
    desk.moshtari(&["run", "--as-of", "2024-03-02"]).must_end_with(0);
    let changed = desk.latest().customers();
    assert!(changed.texts("previous_satisfaction_level").iter().all(Option::is_none));
    assert_eq!(changed.ints("previous_r_score")[19], Some(1));
}
