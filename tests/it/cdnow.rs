//! CDNOW, the textbook log: published totals, and every score of the 1/10 sample.

use std::collections::BTreeMap;

use crate::desk::Desk;
use crate::ledger::{exact, nearest, records};
use crate::published::Published;
use crate::shared::{golden, real, text};

/// The fixed-width master file, with its header.
fn master(file: &str) -> String {
    format!(
        r#"
        [run]
        as_of = "1998-06-30"
        stages = ["rfm"]
        [transactions]
        files = ["{file}"]
        [transactions.columns]
        customer_id = "customer_id"
        ordered_at = "date"
        quantity = "number_of_cds"
        amount = "dollar_value"
        "#
    )
}

/// The sample has no header: id in the master file, id in the sample, day, discs, dollars.
fn sample(file: &str, stages: &str) -> String {
    format!(
        r#"
        [run]
        as_of = "1998-06-30"
        stages = ["{stages}"]
        [transactions]
        files = ["{file}"]
        columns = {{ customer_id = 2, ordered_at = 3, quantity = 4, amount = 5 }}
        "#
    )
}

#[test]
fn the_master_file_has_its_published_customers_and_total() {
    let Some(file) = real("cdnow/CDNOW_master.txt.gz") else { return };
    let desk = Desk::with_config(&master(&file.to_string_lossy()));
    let result = desk.published();
    // 69,659 lines, 23,570 customers, 2,500,315.63 dollars: Fader & Hardie, and the README beside the data.
    let account = result.account("transactions");
    assert_eq!((account.read, account.accepted), (69_659, 69_659));
    assert_eq!(result.customers().height(), 23_570);
    assert_eq!(result.manifest["figures"]["spend_total"], 2_500_315.63);
    // 2,068 lines are second ones of a customer's day, and a customer-day is an order.
    assert_eq!(result.manifest["figures"]["orders"], 69_659 - 2_068);
    let lines = text(&file);
    let sum: i128 = lines.lines().skip(1).map(|l| exact(l.split_whitespace().nth(3).unwrap())).sum();
    assert_eq!(nearest(sum), 2_500_315.63);
    assert_eq!(result.customers().ids("customer_id")[0], "00001", "leading zeros belong to an id");
}

#[test]
fn every_score_and_segment_of_the_sample_is_the_reference() {
    let Some(file) = real("cdnow/CDNOW_sample.txt") else { return };
    let desk = Desk::with_config(&sample(&file.to_string_lossy(), "rfm"));
    let result = desk.published();
    let customers = result.customers();
    let reference = records(&golden("rfm_cdnow_sample_1998-06-30_scores.csv.gz"));
    assert_eq!((customers.height(), reference.len()), (2_357, 2_357));

    let ids = customers.ids("customer_id");
    let reference: BTreeMap<String, _> =
        reference.into_iter().map(|row| (format!("{:0>4}", row["id"]), row)).collect();
    let whole = [
        ("recency_days", "recency_days"),
        ("frequency", "frequency"),
        ("r_score", "R"),
        ("f_score", "F"),
        ("m_score", "M"),
    ];
    for (ours, theirs) in whole {
        for (id, found) in ids.iter().zip(customers.ints(ours)) {
            assert_eq!(found, reference[id][theirs].parse().ok(), "{ours} of {id}");
        }
    }
    let (monetary, segments) = (customers.floats("monetary"), customers.texts("rfm_segment"));
    let scores = customers.floats("rfm_score");
    for (row, id) in ids.iter().enumerate() {
        let expected = &reference[id];
        let cents: i128 = expected["monetary_minor"].parse().unwrap();
        assert_eq!(monetary[row], Some(nearest(cents * 100)), "monetary of {id}");
        assert_eq!(segments[row].as_ref(), Some(&expected["segment"]), "segment of {id}");
        let score: f64 = expected["rfm_score"].parse().unwrap();
        assert!((scores[row].unwrap() - score).abs() < 1e-9, "rfm_score of {id}");
    }
    assert_sums(&result);
}

/// Figures of methods.md, 1.5: champions are 440 customers with 142,526.45 of 244,091.94, lost are 319.
fn assert_sums(result: &Published) {
    let segments = result.table("rfm_segments");
    let names = segments.texts("name");
    let row = |name: &str| names.iter().position(|n| n.as_deref() == Some(name)).unwrap();
    assert_eq!(segments.ints("customers")[row("champions")], Some(440));
    assert_eq!(segments.floats("spend_total")[row("champions")], Some(142_526.45));
    assert_eq!(segments.ints("customers")[row("lost")], Some(319));
    assert_eq!(result.manifest["figures"]["spend_total"], 244_091.94);
    let thresholds = result.table("rfm_thresholds");
    let bounds = |dimension: &str, score: i64| {
        let row = (0..thresholds.height()).find(|row| {
            thresholds.texts("dimension")[*row].as_deref() == Some(dimension)
                && thresholds.ints("score")[*row] == Some(score)
        });
        let row = row.unwrap();
        (thresholds.floats("lower")[row].unwrap(), thresholds.floats("upper")[row].unwrap())
    };
    assert_eq!(bounds("recency_days", 5), (0.0, 150.0));
    assert_eq!(bounds("recency_days", 1), (512.0, 545.0));
    assert_eq!(bounds("frequency", 5), (6.0, 44.0));
    assert_eq!(bounds("monetary", 5).0, 130.54);
}

#[test]
fn clusters_are_as_tight_as_the_best_of_a_hundred_starts_elsewhere() {
    let Some(file) = real("cdnow/CDNOW_sample.txt") else { return };
    let reference: serde_json::Value =
        serde_json::from_str(&golden("kmeans_cdnow_sample_logrfm.json")).unwrap();
    for k in 3..=6 {
        let config = format!("{}\n[clusters]\nk = {k}\n", sample(&file.to_string_lossy(), "clusters"));
        let desk = Desk::with_config(&config);
        let result = desk.published();
        let quality = result.table("cluster_quality");
        let chosen = (0..quality.height()).find(|row| quality.ints("k")[*row] == Some(k)).unwrap();
        let found = quality.floats("inertia")[chosen].unwrap();
        let expected = &reference["k"][k.to_string()];
        let best = expected["best_inertia"].as_f64().unwrap();
        eprintln!("cdnow: k = {k}, inertia {found:.4}, reference {best:.4}");
        assert!((found / best - 1.0).abs() < 1e-3, "k = {k}: {found} against {best}");

        // Sizes are those of the reference wherever the optimum is the same.
        let clusters = result.table("clusters");
        let mut sizes: Vec<_> = clusters.ints("customers").into_iter().flatten().collect();
        assert_eq!(sizes.iter().sum::<i64>(), 2_357);
        sizes.sort_unstable();
        if (found / best - 1.0).abs() < 1e-9 {
            let reference: Vec<_> =
                expected["sizes"].as_array().unwrap().iter().filter_map(serde_json::Value::as_i64).collect();
            assert_eq!(sizes, reference, "k = {k}");
        }
    }
}
