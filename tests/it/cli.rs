//! Commands, exit codes and streams: results on standard output, messages on standard error.

use serde_json::Value;

use crate::desk::Desk;
use crate::published::Published;
use crate::sample::company;
use crate::shared::real;

#[test]
fn help_names_every_command() {
    let desk = Desk::new();
    let help = desk.moshtari(&["--help"]).must_end_with(0).out;
    for command in ["init", "run", "check", "explain", "generate", "schema", "completions", "man"] {
        assert!(help.contains(&format!("\n  {command} ")), "{command}: {help}");
        let help = desk.moshtari(&[command, "--help"]).must_end_with(0).out;
        assert!(help.contains("Usage: moshtari"), "{help}");
    }
    // Without a command the help is a message, and the usage was at fault.
    let bare = desk.moshtari(&[]).must_end_with(2);
    assert!(bare.out.is_empty() && bare.err.contains("Usage: moshtari"), "{}", bare.err);
    desk.moshtari(&["dance"]).must_end_with(2);
    desk.moshtari(&["run", "--as-if", "2011"]).must_end_with(2);
    let version = desk.moshtari(&["--version"]).must_end_with(0).out;
    assert_eq!(version, format!("moshtari {}\n", env!("CARGO_PKG_VERSION")));
}

#[test]
fn the_schema_is_what_is_published() {
    let desk = company();
    let result = desk.published();
    let schema: Value =
        serde_json::from_str(&desk.moshtari(&["schema", "--json"]).must_end_with(0).out).unwrap();
    let tables = schema["tables"].as_array().unwrap();
    let columns = |table: &str| -> Vec<String> {
        let table = tables.iter().find(|t| t["name"] == table).unwrap_or_else(|| panic!("no `{table}`"));
        let columns = table["columns"].as_array().unwrap();
        columns.iter().map(|c| c["name"].as_str().unwrap().to_owned()).collect()
    };
    for table in
        ["customers", "rfm_thresholds", "rfm_segments", "satisfaction", "quadrants", "cluster_quality"]
            .into_iter()
            .chain(["drivers", "items", "factors", "loadings", "correlations"])
    {
        assert_eq!(result.table(table).names(), columns(table), "columns of `{table}`");
    }
    assert_eq!(result.table("rejects/transactions").names(), columns("rejects"));
    let clusters = result.table("clusters").names();
    let declared = columns("clusters");
    assert_eq!(clusters[..declared.len()], declared);
    assert!(clusters[declared.len()..].iter().all(|n| n.starts_with("centre_")), "{clusters:?}");

    let text = desk.moshtari(&["schema", "customers"]).must_end_with(0).out;
    assert!(columns("customers").iter().all(|name| text.contains(&format!("  {name} "))), "{text}");
    insta::assert_snapshot!(desk.moshtari(&["schema", "customer"]).must_end_with(2).err, @"
    error: there is no table `customer`
    hint: did you mean `customers`?
    ");
}

#[test]
fn every_file_carries_the_meaning_of_its_columns() {
    use parquet::file::reader::{FileReader, SerializedFileReader};
    let desk = company();
    let result = desk.published();
    for file in result.files().iter().filter(|f| f.ends_with(".parquet")) {
        let reader =
            SerializedFileReader::new(std::fs::File::open(result.folder.join(file)).unwrap()).unwrap();
        let pairs = reader.metadata().file_metadata().key_value_metadata().unwrap().clone();
        let value = |key: &str| pairs.iter().find(|p| p.key == key).and_then(|p| p.value.clone()).unwrap();
        assert_eq!(result.manifest["fingerprint"], value("moshtari.fingerprint"), "{file}");
        assert_eq!(value("moshtari.schema_version"), "1");
        let columns: Value = serde_json::from_str(&value("moshtari.columns")).unwrap();
        let table = result.table(file.strip_suffix(".parquet").unwrap());
        for name in table.names() {
            assert_ne!(columns[&name]["meaning"].as_str().unwrap(), "", "{name} of {file}");
        }
    }
}

#[test]
fn shells_and_manual_readers_are_served() {
    let desk = Desk::new();
    for shell in ["bash", "zsh", "fish"] {
        let script = desk.moshtari(&["completions", shell]).must_end_with(0).out;
        assert!(script.contains("moshtari") && script.contains("explain"), "{shell}: {script}");
    }
    let manual = desk.moshtari(&["man"]).must_end_with(0).out;
    assert!(manual.contains(".TH moshtari") && manual.contains("explain"), "{manual}");
}

/// Methods, 2.4: the score is the mean of what the answers still say, by their weights.
#[test]
fn a_score_can_be_worked_out_again_from_the_published_responses() {
    let desk = company();
    let result = desk.published();
    let responses = result.table("responses");
    let (ids, weights) = (responses.ids("customer_id"), responses.floats("weight"));
    let mut sums = std::collections::BTreeMap::<&str, (f64, f64)>::new();
    for (row, faded) in responses.floats("faded").into_iter().enumerate() {
        if let (Some(faded), Some(weight)) = (faded, weights[row]) {
            let sum = sums.entry(&ids[row]).or_default();
            *sum = (sum.0 + weight * faded, sum.1 + weight);
        }
    }
    let customers = result.customers();
    let scores = customers.floats("satisfaction_score");
    let mut scored = 0;
    for (id, score) in customers.ids("customer_id").iter().zip(scores) {
        let sum = sums.get(id.as_str()).filter(|sum| sum.1 > 0.0);
        assert_eq!(score.is_some(), sum.is_some(), "{id}");
        if let (Some(score), Some((faded, weight))) = (score, sum) {
            assert!((score - faded / weight).abs() < 1e-9, "{id}: {score} {}", faded / weight);
            scored += 1;
        }
    }
    assert!(scored > 100, "{scored}");
}

#[test]
fn explain_counts_one_as_one() {
    let desk = company();
    let customers = desk.published().customers();
    let once = customers.ints("order_count").iter().position(|n| *n == Some(1)).unwrap();
    let told =
        desk.moshtari(&["explain", "results", &customers.ids("customer_id")[once]]).must_end_with(0).out;
    assert!(told.contains("  orders        1 counting, on 1 day, "), "{told}");
}

#[test]
fn explain_takes_an_id_as_the_run_takes_ids() {
    let config = |ids: &str| {
        format!(
            "[transactions]\nfiles = ['orders.csv']\n[transactions.columns]\ncustomer_id = 'c'\nordered_at = 'at'\n\
             amount = 'm'\n[transactions.rules]\nids = '{ids}'\n"
        )
    };
    let desk = Desk::with_config(&config("canonical"));
    desk.write("orders.csv", "c,at,m\n1000,2024-01-01,5\n2000,2024-01-02,6\n");
    desk.moshtari(&["run", "--stages", "rfm"]).must_end_with(0);
    for asked in ["1000", "۱۰۰۰", "１０００", " 1000.0 "] {
        let told = desk.moshtari(&["explain", "results", asked]).must_end_with(0).out;
        assert!(told.starts_with("customer 1000 as of 2024-01-02\n"), "{asked}: {told}");
    }
    desk.write("moshtari.toml", config("verbatim"));
    desk.moshtari(&["run", "--stages", "rfm"]).must_end_with(0);
    desk.moshtari(&["explain", "results", " 1000"]).must_end_with(0);
    desk.moshtari(&["explain", "results", "۱۰۰۰"]).must_end_with(2);
}

#[test]
fn explain_says_which_value_met_which_threshold() {
    let desk = company();
    let result = desk.published();
    let customers = result.customers();
    let quadrants = customers.texts("quadrant");
    let row = quadrants.iter().position(|q| q.as_deref() == Some("advocate")).unwrap();
    let id = &customers.ids("customer_id")[row];
    let told = desk.moshtari(&["explain", "results", id]).must_end_with(0).out;
    for label in ["rfm_segment", "satisfaction_level", "quadrant", "cluster_name"] {
        let label = customers.texts(label)[row].clone().unwrap();
        assert!(told.contains(&label), "{label}: {told}");
    }
    for why in ["rfm_why", "satisfaction_why", "quadrant_why", "cluster_why"] {
        let why = customers.texts(why)[row].clone().unwrap();
        assert!(told.contains(&why), "{why}: {told}");
    }
    // The value of each dimension, and a bound of the score it got.
    let thresholds = result.table("rfm_thresholds");
    for (dimension, score) in [("recency_days", "r_score"), ("frequency", "f_score")] {
        let value = customers.ints(dimension)[row].unwrap();
        let score = customers.ints(score)[row];
        let bounds = (0..thresholds.height()).find(|t| {
            thresholds.texts("dimension")[*t].as_deref() == Some(dimension)
                && thresholds.ints("score")[*t] == score
        });
        let bounds = bounds.unwrap();
        let (lower, upper) =
            (thresholds.floats("lower")[bounds].unwrap(), thresholds.floats("upper")[bounds].unwrap());
        assert!((lower..=upper).contains(&(value as f64)), "{dimension}");
        assert!(told.contains(&value.to_string()), "{dimension} {value}: {told}");
        assert!(
            told.contains(&lower.to_string()) || told.contains(&upper.to_string()),
            "{dimension}: {told}"
        );
    }
    // Every answer with its age and weight, and nobody else's.
    let responses = result.table("responses");
    let own: Vec<usize> =
        (0..responses.height()).filter(|r| responses.ids("customer_id")[*r] == *id).collect();
    assert!(!own.is_empty());
    assert_eq!(told.lines().filter(|line| line.starts_with("  answer ")).count(), own.len(), "{told}");
    for response in own {
        let age = responses.ints("age_days")[response].unwrap();
        let days = if age == 1 { "1 day ago".to_owned() } else { format!("{age} days ago") };
        let weight = responses.floats("weight")[response].unwrap();
        let line = told.lines().find(|line| line.starts_with("  answer ") && line.contains(&days));
        let line = line.unwrap_or_else(|| panic!("{days}: {told}"));
        let counts = if weight > 0.0 { format!("weighs {weight:.3}") } else { "too old to count".to_owned() };
        assert!(line.contains(&counts), "{counts}: {line}");
    }
    let nobody = desk.moshtari(&["explain", "results", "nobody"]).must_end_with(2);
    insta::assert_snapshot!(nobody.err, @"
    error: the result has no customer `nobody`
    hint: ids are compared as written in `customers.parquet`; a customer whose rows were all set aside is in `rejects`
    ");
    let nothing = desk.moshtari(&["explain", "exports", id]).must_end_with(2);
    insta::assert_snapshot!(nothing.err, @"
    error: `exports` is no result: it has no `manifest.json`
    hint: name the output folder of a run, such as `results`
    ");
}

#[test]
fn check_says_how_files_are_read_and_what_would_be_set_aside() {
    let desk = company();
    let ended = desk.moshtari(&["check"]).must_end_with(0);
    for told in [
        "`exports/orders-2024-01.csv` is text, delimiter ,, header, UTF-8",
        "column `InvoiceDate`: %Y-%m-%d %H:%M",
        "wrong_field_count, value `6 fields instead of 7`",
        "bad_number, column `Quantity`, value `xxx`",
        "out_of_scale, column `overall`, value `9`",
    ] {
        assert!(ended.out.contains(told), "{told}: {}", ended.out);
    }
    assert!(ended.err.contains("`--show-values` shows them"), "{}", ended.err);
    let shown = desk.moshtari(&["check", "--show-values"]).must_end_with(0).out;
    assert!(shown.contains("bad_number, column `Quantity`, value `two`"), "{shown}");
    assert!(ended.err.contains("5000 rows read = 4719 accepted + 281 set aside"), "{}", ended.err);
    assert!(!desk.path().join("results").exists(), "check wrote something");

    let found: Value =
        serde_json::from_str(&desk.moshtari(&["check", "--json"]).must_end_with(0).out).unwrap();
    assert_eq!(found["tables"][0]["rows_read"], 5000);
    assert_eq!(found["gate"], Value::Null);

    let config = std::fs::read_to_string(desk.path().join("moshtari.toml")).unwrap();
    desk.write("moshtari.toml", config.replace("max_set_aside = 0.30", "max_set_aside = 0.01"));
    let ended = desk.moshtari(&["check"]).must_end_with(3);
    assert!(ended.out.contains("wrong_field_count"), "a closed gate should be explained: {}", ended.out);
}

#[test]
fn one_json_object_a_line_for_machines() {
    let desk = company();
    let ended = desk.moshtari(&["run", "--log", "json"]).must_end_with(0);
    let lines: Vec<Value> = ended.err.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert!(
        lines.iter().all(|line| line["level"].is_string() && line["message"].is_string()),
        "{}",
        ended.err
    );
    let account = lines.iter().find(|line| line["table"] == "transactions").unwrap();
    assert_eq!(
        (account["rows_read"].as_u64(), account["reasons"]["duplicate"].as_u64()),
        (Some(5000), Some(11))
    );
    let failed = desk.moshtari(&["run", "--log", "json", "-c", "nothing.toml"]).must_end_with(2);
    let error: Value = serde_json::from_str(failed.err.trim_end()).unwrap();
    assert_eq!(error["level"], "error");
    assert!(error["hint"].as_str().unwrap().contains("-c FILE"));
}

#[test]
fn quiet_says_nothing_but_errors() {
    let desk = company();
    let ended = desk.moshtari(&["run", "--quiet"]).must_end_with(0);
    assert_eq!(ended.err, "");
    let printed = desk.path().join(ended.out.trim_end());
    assert_eq!(printed.canonicalize().unwrap(), desk.latest().folder);
    assert!(!desk.moshtari(&["-q", "run", "-c", "nothing.toml"]).must_end_with(2).err.is_empty());
}

/// Lets `init` look at exports and runs what it wrote, unchanged.
fn initialised(desk: &Desk, exports: &str) -> Published {
    desk.moshtari(&["init", exports]).must_end_with(0);
    desk.published()
}

#[test]
fn what_init_writes_runs_unchanged() {
    let desk = company();
    // A configuration that is there is not replaced.
    let kept = desk.moshtari(&["init", "exports"]).must_end_with(2);
    assert!(kept.err.contains("--force"), "{}", kept.err);
    let printed = desk.moshtari(&["init", "exports", "--stdout"]).must_end_with(0).out;
    assert!(printed.contains("ordered_at") && printed.contains("\"InvoiceDate\""), "{printed}");

    // The twins hold the same figures, so init must find the same meanings in both.
    let [english, persian] = ["exports", "fa/exports"].map(|exports| {
        std::fs::remove_file(desk.path().join("moshtari.toml")).unwrap();
        initialised(&desk, exports)
    });
    assert_ne!(english.folder, persian.folder);
    assert_eq!(english.account("transactions"), persian.account("transactions"));
    assert!(english.account("transactions").accepted > 4_800);
    english.customers().assert_equals(&persian.customers(), "init of English against Persian");
}

#[test]
fn init_finds_its_way_through_real_exports() {
    // Customers as other tests of this suite compute them.
    let exports = [
        ("online_retail_2010-12_2011-06/by-day", 3_002),
        ("olist_sample", 5_456),
        ("cdnow/CDNOW_master.txt.gz", 23_570),
        ("cdnow/CDNOW_sample.txt", 2_357),
        ("rfm_r_package/rfm_data_orders.csv.gz", 995),
    ];
    for (exports, customers) in exports {
        let Some(path) = real(exports) else { continue };
        let desk = Desk::new();
        let result = initialised(&desk, &path.to_string_lossy());
        assert_eq!(result.customers().height(), customers, "{exports}");
    }
}

#[test]
fn a_generated_company_is_the_same_every_time_and_runs_as_it_is() {
    let desk = Desk::new();
    let args = ["--transactions", "3000", "--seed", "7", "--files", "2", "--format", "csv.gz"];
    for folder in ["one", "two"] {
        desk.moshtari(&[&["generate", folder], &args[..]].concat()).must_end_with(0);
    }
    let files = desk.names_in("one/exports");
    assert_eq!(files, desk.names_in("two/exports"));
    for file in &files {
        let [a, b] =
            ["one", "two"].map(|f| std::fs::read(desk.path().join(f).join("exports").join(file)).unwrap());
        assert!(a == b, "{file} differs");
    }
    desk.moshtari(&["run", "-c", "one/moshtari.toml"]).must_end_with(0);
    let result = Published::open(&desk.path().join("one/results/latest"));
    assert_eq!(result.account("transactions").read, 3000);
    // What is there is never overwritten.
    desk.moshtari(&[&["generate", "one"], &args[..]].concat()).must_end_with(2);
}

#[test]
fn a_closed_standard_output_is_no_failure() {
    let desk = company();
    let mut command = std::process::Command::new("sh");
    command.current_dir(desk.path()).args(["-c", "\"$0\" schema | head -1", env!("CARGO_BIN_EXE_moshtari")]);
    let output = command.output().unwrap();
    assert_eq!(String::from_utf8(output.stderr).unwrap(), "");
}

/// A trial run beside the nightly ones: its campaign files are its own.
#[test]
fn campaign_files_lie_beside_their_result() {
    let desk = company();
    desk.published();
    desk.moshtari(&["run", "--as-of", "2025-06-30", "--output", "trial"]).must_end_with(0);
    let as_of = |folder: &str| {
        let latest = desk.path().join(folder).join("campaigns/win_back/latest");
        Published::open(&latest).manifest["as_of"].clone()
    };
    let nightly = as_of("results");
    assert_ne!(nightly, "2025-06-30");
    for result in ["trial", "trial/latest"] {
        let args = ["export", result, "-c", "moshtari.toml", "--audience", "win_back", "--format", "csv"];
        let folder = desk.moshtari(&args).must_end_with(0).out;
        assert!(folder.contains("/trial/campaigns/win_back/runs/2025-06-30"), "{folder}");
        assert_eq!((as_of("results"), as_of("trial")), (nightly.clone(), "2025-06-30".into()));
    }
    let unknown = desk.moshtari(&["export", "trial"]).must_end_with(2).err;
    insta::assert_snapshot!(unknown, @"
    error: the result is not in `results`, the output folder of its configuration, which could be anywhere
    hint: name the configuration with `-c FILE`, such as `-c moshtari.toml`
    ");
}

#[test]
fn what_a_config_asks_for_is_what_is_published() {
    let desk = company();
    desk.moshtari(&["run", "--stages", "rfm", "--output", "only_rfm"]).must_end_with(0);
    let result = Published::open(&desk.path().join("only_rfm/latest"));
    assert_eq!(result.manifest["stages"], serde_json::json!(["activity", "rfm"]));
    let names = result.customers().names();
    assert!(
        names.contains(&"rfm_segment".to_owned()) && !names.contains(&"quadrant".to_owned()),
        "{names:?}"
    );
    assert!(!result.files().iter().any(|f| f.starts_with("quadrants") || f.starts_with("clusters")));
}
