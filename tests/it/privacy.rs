//! Pseudonyms in every file, and groups too small to be published by themselves.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

use crate::desk::Desk;
use crate::published::{Published, said_by};
use crate::sample::company;

const KEY: &str = "000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f";

/// A company whose ids would be noticed anywhere.
fn desk(pseudonyms: &str) -> Desk {
    let desk = Desk::with_config(&format!(
        r#"
        [run]
        as_of = "2024-01-31"
        [transactions]
        files = ["orders.csv"]
        columns = {{ customer_id = "customer", order_id = "order", ordered_at = "at", amount = "amount" }}
        [[surveys]]
        files = ["survey.csv"]
        columns = {{ customer_id = "who", responded_at = "when" }}
        items = [{{ column = "overall", measures = "satisfaction", scale = [1, 5] }}]
        [customers]
        files = ["people.csv"]
        columns = {{ customer_id = "id", email = "mail" }}
        [publish]
        {pseudonyms}
        "#
    ));
    let orders: String =
        (0..40).map(|n| format!("Kanari{n:02},{n},2024-01-{:02},{}\n", 1 + n % 28, 5 + n)).collect();
    desk.write("orders.csv", format!("customer,order,at,amount\n{orders}Kanari99,77,no day,5\n"));
    desk.write(
        "survey.csv",
        "who,when,overall\nKanari01,2024-01-30,1\nKanari02,2024-01-30,9\nKanari88,2024-01-30,2\n",
    );
    desk.write("people.csv", "id,mail\nKanari01,kanari.one@example.com\nKanari01,kanari.two@example.com\n");
    desk
}

fn run(desk: &Desk, key: &str) -> Published {
    let output = desk.command(&["run"]).env("MOSHTARI_TEST_KEY", key).output().unwrap();
    let text = String::from_utf8_lossy(&output.stderr).into_owned();
    assert_eq!(output.status.code(), Some(0), "{text}");
    assert!(!text.contains("Kanari"), "{text}");
    desk.latest()
}

fn walk(folder: &Path, see: &mut dyn FnMut(&Path)) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() { walk(&path, see) } else { see(&path) }
    }
}

#[test]
fn no_id_is_in_any_file_of_a_pseudonymised_result() {
    let desk = desk("pseudonyms = { key_env = \"MOSHTARI_TEST_KEY\" }");
    let result = run(&desk, KEY);
    result.assert_complete();
    let mut files = 0;
    walk(&desk.path().join("results/runs"), &mut |path| {
        let bytes = said_by(path);
        let found = bytes.windows(6).any(|window| window.eq_ignore_ascii_case(b"kanari"));
        assert!(!found, "an id in {}", path.display());
        files += 1;
    });
    assert!(files > 10);
    let ids = result.customers().ids("customer_id");
    assert!(ids.is_sorted() && ids.iter().all(|id| id.len() == 32));
    // Computed with Python: hmac.new(key, b"customer_id\x1fKanari00", "sha256").hexdigest()[:32]
    assert!(ids.contains(&"b56886ff3ff533f25ec7b7fdc7d3866f".to_owned()), "{ids:?}");
    let members = result.files().into_iter().find(|file| file.starts_with("segments/rfm/")).unwrap();
    let members = result.table(members.strip_suffix(".parquet").unwrap()).ids("customer_id");
    assert!(members.iter().all(|id| ids.contains(id)));
    assert_eq!(result.manifest["pseudonym_key_id"], "630dcd29");
}

#[test]
fn the_same_key_finds_customers_again_and_another_does_not() {
    let desk = desk("pseudonyms = { key_env = \"MOSHTARI_TEST_KEY\" }");
    run(&desk, KEY);
    let config = fs::read_to_string(desk.path().join("moshtari.toml")).unwrap();
    let orders = fs::read_to_string(desk.path().join("orders.csv")).unwrap();
    desk.write("moshtari.toml", config.replace("2024-01-31", "2024-02-01"));
    desk.write("orders.csv", format!("{orders}Kanari50,78,2024-02-01,5\n"));
    let figures = run(&desk, KEY).manifest["figures"]["history"].clone();
    assert_eq!((figures["entered"].as_u64(), figures["left"].as_u64()), (Some(1), Some(0)));
    desk.write("moshtari.toml", config.replace("2024-01-31", "2024-02-02"));
    let other = run(&desk, &KEY.replace("00", "ff"));
    assert!(other.manifest["previous"].is_null());
    let warnings = other.manifest["warnings"].as_array().unwrap();
    assert!(warnings.iter().any(|warning| warning["code"] == "other_key"));
}

#[test]
fn keys_that_do_not_keep_a_secret_are_refused() {
    let desk = desk("pseudonyms = { key_env = \"MOSHTARI_TEST_KEY\" }");
    let refused = |desk: &Desk, what: &str| {
        let run = desk.moshtari(&["run"]).must_end_with(2);
        assert!(run.err.contains(what), "{}", run.err);
        assert!(desk.names_in("results/runs").is_empty());
    };
    refused(&desk, "the environment has no `MOSHTARI_TEST_KEY`");
    let config = fs::read_to_string(desk.path().join("moshtari.toml")).unwrap();
    desk.write("exports/key", KEY);
    desk.write(
        "moshtari.toml",
        config.replace("key_env = \"MOSHTARI_TEST_KEY\"", "key_file = \"exports/key\""),
    );
    refused(&desk, "lies with the data");
    desk.write("moshtari.toml", config.replace("key_env = \"MOSHTARI_TEST_KEY\"", ""));
    refused(&desk, "should name one of `key_env` and `key_file`");
    desk.write("moshtari.toml", config.replace("[publish]", "[publish]\nshow_values = true"));
    refused(&desk, "shows the ids that `pseudonyms` hides");
    let elsewhere = Desk::new();
    let key = elsewhere.write("key", "short");
    let named = format!("key_file = \"{}\"", key.display());
    desk.write("moshtari.toml", config.replace("key_env = \"MOSHTARI_TEST_KEY\"", &named));
    refused(&desk, "at least 32 bytes, but has 5");
    elsewhere.write("key", KEY);
    desk.moshtari(&["run"]).must_end_with(0);
}

#[test]
fn small_groups_are_published_together_and_totals_still_add_up() {
    let desk = company();
    let config = fs::read_to_string(desk.path().join("moshtari.toml")).unwrap();
    desk.write("moshtari.toml", format!("{config}\n[publish]\nminimum_group = 60\n"));
    let result = desk.published();
    let customers = result.customers();
    let spend: f64 = customers.floats("spend_total").into_iter().flatten().sum();
    for (table, label) in
        [("rfm_segments", "rfm_segment"), ("quadrants", "quadrant"), ("clusters", "cluster_name")]
    {
        let profile = result.table(table);
        let mut sizes: BTreeMap<Option<String>, i64> = BTreeMap::new();
        customers.texts(label).into_iter().for_each(|label| *sizes.entry(label).or_default() += 1);
        let published: BTreeMap<Option<String>, i64> =
            profile.texts("name").into_iter().zip(profile.ints("customers").into_iter().flatten()).collect();
        assert!(published.values().all(|n| *n == 0 || *n >= 60), "{published:?}");
        assert_eq!(published.values().sum::<i64>(), customers.height() as i64, "{table}");
        let hidden: BTreeSet<_> = sizes.keys().filter(|name| !published.contains_key(*name)).collect();
        assert!(sizes.iter().filter(|(_, n)| **n < 60).all(|(name, _)| hidden.contains(name)), "{table}");
        let money: f64 = profile.floats("spend_total").into_iter().flatten().sum();
        assert!((money - spend).abs() < 1e-6, "{table}: {money} against {spend}");
    }
    let segments = result.table("rfm_segments");
    assert!(segments.texts("name").contains(&Some("(other)".into())));
}
