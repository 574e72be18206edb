//! The same inputs and configuration give the same bytes, whatever machine and surroundings.

use std::fs;
use std::path::Path;
use std::process::Command;

use crate::desk::{Desk, Ended};
use crate::published::Published;
use crate::sample::{SAMPLE, company, copy};
use crate::shared::real;

/// Threads of the engine and of its data frames.
fn threads(command: &mut Command, count: usize) {
    command.env("RAYON_NUM_THREADS", count.to_string()).env("POLARS_MAX_THREADS", count.to_string());
}

fn run(desk: &Desk, around: impl FnOnce(&mut Command)) -> Published {
    let mut command = desk.command(&["run"]);
    around(&mut command);
    Ended::from(command.output().unwrap()).must_end_with(0);
    desk.latest()
}

/// Every file of both results but the manifests, byte for byte; the manifests but for the timings.
fn assert_same_bytes(a: &Published, b: &Published, what: &str) {
    let files = a.files();
    assert_eq!(files, b.files(), "{what}");
    assert!(files.len() > 5, "{files:?}");
    for file in files.iter().filter(|f| *f != "manifest.json") {
        let [here, there] = [a, b].map(|result| fs::read(result.folder.join(file)).unwrap());
        assert!(here == there, "`{file}` differs: {what}");
    }
    let without_timings = |result: &Published| {
        let mut manifest = result.manifest.clone();
        manifest.as_object_mut().unwrap().remove("timings_seconds").unwrap();
        manifest
    };
    assert_eq!(without_timings(a), without_timings(b), "{what}");
}

#[test]
fn the_number_of_threads_changes_no_byte() {
    let desks = [1, 2, 5].map(|count| (count, company()));
    let results: Vec<_> = desks.iter().map(|(count, desk)| run(desk, |c| threads(c, *count))).collect();
    assert_same_bytes(&results[0], &results[1], "1 thread against 2");
    assert_same_bytes(&results[0], &results[2], "1 thread against 5");
}

#[test]
fn the_number_of_threads_changes_no_byte_of_a_large_export() {
    let Some(folder) = real("online_retail_2010-12_2011-06/by-day") else { return };
    let config = format!(
        r#"
        [run]
        as_of = "2011-06-30"
        [transactions]
        files = ["{}/*.csv.gz"]
        [transactions.columns]
        customer_id = "CustomerID"
        order_id = "InvoiceNo"
        ordered_at = "InvoiceDate"
        quantity = "Quantity"
        unit_price = "UnitPrice"
        [transactions.rules]
        duplicates = "drop_exact"
        "#,
        folder.to_string_lossy()
    );
    let desks = [1, 2].map(|count| (count, Desk::with_config(&config)));
    let results: Vec<_> = desks.iter().map(|(count, desk)| run(desk, |c| threads(c, *count))).collect();
    assert_same_bytes(&results[0], &results[1], "1 thread against 2");
}

#[test]
fn the_number_of_threads_changes_no_byte_of_a_file_of_many_blocks() {
    let desks = [1, 2, 3].map(|count| {
        let desk = Desk::new();
        let args = ["generate", "here", "--transactions", "120000", "--customers", "9000", "--seed", "3"];
        desk.moshtari(&args).must_end_with(0);
        copy(&desk.path().join("here"), desk.path());
        (count, desk)
    });
    let results: Vec<_> = desks.iter().map(|(count, desk)| run(desk, |c| threads(c, *count))).collect();
    assert!(results[0].account("transactions").accepted > 100_000);
    assert_same_bytes(&results[0], &results[1], "1 thread against 2");
    assert_same_bytes(&results[0], &results[2], "1 thread against 3");
}

#[test]
fn zone_and_language_of_the_machine_change_no_byte() {
    let desks = [company(), company(), company()];
    let machines = [("UTC", "C"), ("Asia/Tehran", "fa_IR.UTF-8"), ("Pacific/Kiritimati", "de_DE.UTF-8")];
    let results = desks.iter().zip(machines).map(|(desk, (zone, language))| {
        run(desk, |command| {
            command.env("TZ", zone).env("LC_ALL", language).env("LANG", language);
        })
    });
    let [plain, persian, pacific]: [Published; 3] = results.collect::<Vec<_>>().try_into().ok().unwrap();
    assert_same_bytes(&plain, &persian, "TZ Asia/Tehran");
    assert_same_bytes(&plain, &pacific, "TZ Pacific/Kiritimati");
}

#[test]
fn the_folder_a_company_lies_in_changes_no_byte() {
    let (here, there) = (company(), Desk::new());
    let deep = there.path().join("a [b]/شرکت");
    copy(Path::new(SAMPLE), &deep);
    let config = deep.join("moshtari.toml");
    there.moshtari(&["run", "-c", &config.to_string_lossy()]).must_end_with(0);
    let moved = Published::open(&deep.join("results/latest"));
    assert_same_bytes(&run(&here, |_| {}), &moved, "another folder");
}

#[test]
fn the_order_of_the_files_changes_no_figure() {
    let (sorted, shuffled) = (company(), company());
    let config = fs::read_to_string(shuffled.path().join("moshtari.toml")).unwrap();
    let listed = r#"files = ["exports/orders-2025-05.csv", "exports/orders-2024-01.csv", "exports/orders-2024-09.csv"]"#;
    let config = config.replace(r#"files = ["exports/orders-*.csv"]"#, listed);
    assert!(config.contains(listed));
    shuffled.write("moshtari.toml", config);
    let (a, b) = (run(&sorted, |_| {}), run(&shuffled, |_| {}));
    assert_eq!(a.files(), b.files());
    assert_eq!(a.account("transactions"), b.account("transactions"));
    // The rejects stand in the order of the files, and of two equal rows the later one is set aside.
    for file in a.files().iter().filter(|f| !f.starts_with("rejects/") && *f != "manifest.json") {
        // The page lists the files in their order.
        let Some(name) = file.strip_suffix(".parquet") else { continue };
        a.table(name).assert_equals(&b.table(name), "sorted against shuffled files");
    }
}
