//! Two nights of the sample company: moves add up, clusters keep their names, the same night is known again.

use std::collections::{BTreeMap, BTreeSet};

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
    assert!(again.err.contains("nothing to do"), "{}", again.err);
    // Looking back is the earlier night again, and `latest` leads to it.
    let back = desk.moshtari(&["run", "--as-of", "2025-11-30"]).must_end_with(0);
    assert!(back.err.contains("nothing to do"), "{}", back.err);
    assert_eq!(desk.latest().manifest["as_of"], "2025-11-30");
    assert_eq!(desk.names_in("results/runs"), names);
}

#[test]
fn a_corrected_night_is_compared_with_the_night_before() {
    let desk = company();
    let before = night(&desk, "2025-11-30");
    night(&desk, "2025-12-31");
    let config = std::fs::read_to_string(desk.path().join("moshtari.toml")).unwrap();
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

#[test]
fn history_can_be_left_out() {
    let desk = company();
    night(&desk, "2025-11-30");
    let config = std::fs::read_to_string(desk.path().join("moshtari.toml")).unwrap();
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
