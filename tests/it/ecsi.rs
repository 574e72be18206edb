//! The European customer satisfaction index of mobile-phone customers (Tenenhaus et al. 2005) as a survey: from its
//! CSV to indices, reliability, gaps, drivers and factors.

use serde_json::Value;

use crate::desk::Desk;
use crate::ledger::records;
use crate::published::{Published, Table};
use crate::shared::{golden, real, text};

/// Each block of questions: how many, what they ask, in which dimension.
const BLOCKS: [(&str, usize, &str, &str); 7] = [
    ("CUEX", 3, "expectation", "quality"),
    ("PERQ", 7, "perception", "quality"),
    ("PERV", 2, "perception", "value"),
    ("CUSA", 3, "satisfaction", "satisfaction"),
    ("CUSL", 3, "repurchase", "loyalty"),
    ("IMAG", 5, "perception", "image"),
    ("CUSCO", 0, "perception", "complaints"),
];

/// The fifteen questions whose factors are in the reference.
const FIFTEEN: [&str; 15] = [
    "CUSA1", "CUSA2", "CUSA3", "IMAG1", "IMAG2", "IMAG3", "IMAG4", "IMAG5", "PERQ1", "PERQ2", "PERQ3",
    "PERQ4", "PERQ5", "PERQ6", "PERQ7",
];

fn config(source: &str) -> String {
    let item = |name: String, measures: &str, dimension: &str| {
        format!(
            "[[surveys.items]]\ncolumn = \"{name}\"\nmeasures = \"{measures}\"\nscale = [1, 10]\ndimension = \"{dimension}\"\n"
        )
    };
    let items: String = BLOCKS
        .iter()
        .flat_map(|(block, n, measures, dimension)| -> Vec<String> {
            let numbered = (1..=*n).map(|i| item(format!("{block}{i}"), measures, dimension));
            if *n == 0 { vec![item((*block).to_owned(), measures, dimension)] } else { numbered.collect() }
        })
        .collect();
    format!(
        r#"
        [run]
        as_of = "2005-01-01"
        [satisfaction]
        source = "{source}"
        [satisfaction.drivers]
        resamples = 200
        [[satisfaction.drivers.models]]
        outcome = "CUSA1"
        drivers = ["PERQ1", "PERQ2", "PERQ3", "PERQ4", "PERQ5", "PERQ6", "PERQ7"]
        [[satisfaction.drivers.models]]
        outcome = "satisfaction"
        drivers = ["image", "quality", "value"]
        [[satisfaction.drivers.models]]
        outcome = "loyalty"
        drivers = ["image", "quality", "value"]
        [satisfaction.factors]
        replicates = 200
        [[satisfaction.factors.surveys]]
        items = {FIFTEEN:?}
        count = 3
        [[surveys]]
        name = "mobi"
        files = ["mobi.csv"]
        {items}
        "#
    )
}

/// The result of a run, and the CSV.
fn run(source: &str) -> Option<(Published, String, Desk)> {
    let csv = text(&real("survey_ecsi_mobile/mobi.csv")?);
    let desk = Desk::with_config(&config(source));
    desk.write("mobi.csv", &csv);
    let result = desk.published();
    result.assert_complete();
    Some((result, csv, desk))
}

fn json(name: &str) -> Value {
    serde_json::from_str(&golden(name)).unwrap()
}

#[track_caller]
fn close(found: Option<f64>, expected: f64, tolerance: f64) {
    let found = found.unwrap();
    assert!((found - expected).abs() <= tolerance * expected.abs().max(1.0), "{found} is not {expected}");
}

fn numbers(value: &Value) -> Vec<f64> {
    value.as_array().unwrap().iter().map(|x| x.as_f64().unwrap()).collect()
}

/// Value, low and high of a measure over everybody.
fn index(table: &Table, dimension: &str, measure: &str) -> [Option<f64>; 3] {
    let texts = |name: &str| table.texts(name);
    let wanted = [("dimension", dimension), ("group_by", "all"), ("measure", measure)];
    let columns = wanted.map(|(name, value)| (texts(name), value));
    let row = (0..table.height())
        .find(|row| columns.iter().all(|(cells, value)| cells[*row].as_deref() == Some(value)))
        .unwrap_or_else(|| panic!("no {measure} of {dimension}"));
    ["value", "low", "high"].map(|name| table.floats(name)[row])
}

#[test]
fn every_block_has_its_published_reliability_and_every_question_its_mean() {
    let Some((result, csv, _desk)) = run("auto") else { return };
    let account = result.account("mobi");
    assert_eq!((account.read, account.accepted), (250, 250));

    let indices = result.table("satisfaction");
    let alphas = json("cronbach_alpha.json")["mobi"].clone();
    for (block, dimension, measure) in [
        ("IMAG", "image", "alpha"),
        ("CUEX_raw", "quality", "alpha_expectation"),
        ("PERQ", "quality", "alpha"),
        ("PERV", "value", "alpha"),
        ("CUSA", "satisfaction", "alpha"),
        ("CUSL", "loyalty", "alpha"),
    ] {
        let expected = alphas.get(block).or_else(|| alphas.get(block.trim_end_matches("_raw"))).unwrap();
        let [alpha, low, high] = index(&indices, dimension, measure);
        close(alpha, expected["alpha"].as_f64().unwrap(), 1e-12);
        let ends = numbers(&expected["feldt95"]);
        close(low, ends[0], 1e-10);
        close(high, ends[1], 1e-10);
        if measure == "alpha" {
            close(
                index(&indices, dimension, "alpha_standardised")[0],
                expected["std_alpha"].as_f64().unwrap(),
                1e-12,
            );
        }
    }

    let rows = records(&csv);
    let items = result.table("items");
    let means = items.floats("mean");
    for (item, mean) in items.ids("item").iter().zip(means) {
        let sum: f64 = rows.iter().map(|row| row[item].parse::<f64>().unwrap()).sum();
        close(mean, sum / 250.0, 1e-12);
    }
    let published = json("key_drivers.json")["mobi"]["means"].clone();
    let place = items.ids("item").iter().position(|item| item == "PERQ1").unwrap();
    for (i, mean) in numbers(&published).into_iter().enumerate() {
        close(items.floats("mean")[place + i], mean, 1e-12);
    }
}

#[test]
fn perceived_against_expected_quality_has_the_levels_of_the_reference() {
    let Some((result, _csv, _desk)) = run("gap") else { return };
    let (indices, expected) = (result.table("satisfaction"), json("satisfaction_mobi.json"));
    let value = |measure: &str| index(&indices, "overall", measure)[0];
    close(value("gap"), expected["mean_gap_points"].as_f64().unwrap(), 1e-12);
    close(value("mean"), 0.5 + expected["mean_gap_norm"].as_f64().unwrap(), 1e-12);
    let levels = expected["gap_levels"].as_object().unwrap();
    for (level, count) in levels {
        close(value(&format!("share_{level}")), count.as_f64().unwrap() / 250.0, 1e-15);
    }
    for (class, count) in [("below", 31.0), ("equal", 172.0), ("a_little_above", 44.0), ("far_above", 3.0)] {
        close(value(&format!("share_{class}")), count / 250.0, 1e-15);
    }
    close(value("share_expectation_at_top"), expected["ceiling_E_share"].as_f64().unwrap(), 1e-15);
}

/// The rows of `drivers.parquet` that explain one outcome.
fn explaining(drivers: &Table, outcome: &str) -> Vec<usize> {
    let outcomes = drivers.ids("outcome");
    (0..drivers.height()).filter(|row| outcomes[*row] == outcome).collect()
}

#[test]
fn satisfaction_and_loyalty_have_their_drivers() {
    let Some((result, _csv, _desk)) = run("auto") else { return };
    let drivers = result.table("drivers");
    let expected = json("key_drivers.json")["mobi"].clone();
    let map = json("ipa_mobi.json");
    let perq = explaining(&drivers, "CUSA1");
    for (column, expected, tolerance) in [
        ("correlation", numbers(&expected["pearson"]), 1e-12),
        ("spearman", numbers(&expected["spearman"]), 1e-12),
        ("kendall", numbers(&expected["kendall_tau_b"]), 1e-12),
        ("weight", numbers(&expected["johnson_raw"]), 1e-12),
        ("vif", numbers(&expected["vif"]), 1e-11),
        ("performance", numbers(&map["performance_0_100"]), 1e-12),
    ] {
        let found = drivers.floats(column);
        for (row, expected) in perq.iter().zip(expected) {
            close(found[*row], expected, tolerance);
        }
    }
    close(drivers.floats("r_squared")[perq[0]], expected["R2"].as_f64().unwrap(), 1e-12);
    let fields: Vec<Value> = perq.iter().map(|row| drivers.ids("field")[*row].clone().into()).collect();
    assert_eq!(Value::from(fields), map["quadrant"]);

    // Johnson's weights of the mean answers per block, by numpy: eigh of the correlations, Λ = QΔ^½Qᵀ
    for (outcome, weights) in [
        ("satisfaction", [0.190_827_550_510_901_64, 0.322_814_109_670_333_8, 0.153_235_760_562_912_77]),
        ("loyalty", [0.114_341_453_381_203_95, 0.073_436_446_864_464_54, 0.126_142_233_888_779_38]),
    ] {
        let rows = explaining(&drivers, outcome);
        assert_eq!(rows.len(), 3);
        for (row, weight) in rows.iter().zip(weights) {
            close(drivers.floats("weight")[*row], weight, 1e-12);
            let [low, share, high] =
                ["share_low", "share", "share_high"].map(|name| drivers.floats(name)[*row].unwrap());
            assert!(low <= share && share <= high, "{outcome}: {low} {share} {high}");
        }
        close(drivers.floats("r_squared")[rows[0]], weights.iter().sum(), 1e-12);
    }
}

#[test]
fn fifteen_questions_have_three_factors_and_a_shorter_list() {
    let Some((result, _csv, _desk)) = run("auto") else { return };
    let factors = result.table("factors");
    // methods, 8: principal components after varimax; eigenvalues 7.175 and 1.334, of which chance explains one
    for (found, expected) in factors.floats("variance").iter().zip([3.9985, 2.7955, 2.5620]) {
        close(*found, expected, 1e-3);
    }
    close(factors.floats("eigenvalue")[0], 7.175, 1e-3);
    close(factors.floats("eigenvalue")[1], 1.334, 1e-3);
    assert!(factors.floats("chance")[1] > factors.floats("eigenvalue")[1]);
    assert!(factors.floats("kmo")[0].unwrap() > 0.9);

    let loadings = result.table("loadings");
    let mut expected: Vec<Vec<f64>> = vec![Vec::new(); 3];
    for row in records(&golden("varimax_mobi15_3f.csv")) {
        for (factor, column) in expected.iter_mut().enumerate() {
            column.push(row[&format!("pca_varimax.{}", factor + 1)].parse().unwrap());
        }
    }
    let squares = |column: &[f64]| column.iter().map(|x| x * x).sum::<f64>();
    expected.sort_by(|a, b| squares(b).total_cmp(&squares(a)));
    let found = loadings.floats("loading");
    assert_eq!(found.len(), 45);
    for (row, loading) in found.iter().enumerate() {
        let column = &expected[row % 3];
        let sign = column.iter().sum::<f64>().signum();
        close(*loading, sign * column[row / 3], 1e-9);
    }

    let items = result.table("items");
    let (names, proposals, reasons) = (items.ids("item"), items.texts("proposal"), items.texts("reason"));
    for row in 0..items.height() {
        let looked_at = FIFTEEN.contains(&names[row].as_str());
        assert_eq!(
            (proposals[row].is_some(), reasons[row].is_some()),
            (looked_at, looked_at),
            "{}",
            names[row]
        );
    }
    let of = |proposal: &str| proposals.iter().filter(|p| p.as_deref() == Some(proposal)).count();
    assert!(of("keep") >= 3 && of("leave_out") >= 1, "{proposals:?}");
    let correlations = result.table("correlations");
    assert_eq!(correlations.height(), 24 * 23 / 2);
}
