//! The company in `data/`: its README counts its faults with the generator's own counters, and a run must
//! find the same; the English and the Persian export are one company.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use crate::desk::Desk;
use crate::ledger::cells;
use crate::published::Published;

pub(crate) const SAMPLE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/data");

/// A desk with the sample in it.
pub(crate) fn company() -> Desk {
    let desk = Desk::new();
    copy(Path::new(SAMPLE), desk.path());
    desk
}

/// Copies a folder, results left out.
pub(crate) fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap() {
        let path = entry.unwrap().path();
        let target = to.join(path.file_name().unwrap());
        if path.is_dir() {
            if path.file_name().is_some_and(|n| n != "results") {
                copy(&path, &target);
            }
        } else {
            fs::copy(&path, target).unwrap();
        }
    }
}

fn run(desk: &Desk, folder: &str) -> Published {
    let config = PathBuf::from(folder).join("moshtari.toml");
    desk.moshtari(&["run", "-c", &config.to_string_lossy()]).must_end_with(0);
    Published::open(&desk.path().join(folder).join("results/latest"))
}

/// The counts of the README's tables, by what they count.
fn counts() -> BTreeMap<String, u64> {
    let readme = fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/data/README.md")).unwrap();
    let rows = readme.lines().filter_map(|line| {
        let (what, count) = line.strip_prefix("| ")?.strip_suffix(" |")?.split_once(" | ")?;
        Some((what.to_owned(), count.parse().ok()?))
    });
    rows.collect()
}

#[test]
fn a_run_finds_what_the_generator_planted() {
    let desk = company();
    let counts = counts();
    for folder in ["", "fa"] {
        let result = run(&desk, folder);
        result.assert_complete();
        let account = result.account("transactions");
        assert_eq!(account.read, counts["transaction rows"]);
        let planted = [
            ("missing_customer", "rows without customer id"),
            ("skipped_by_rule", "postage and discount rows"),
            ("duplicate", "exact duplicate rows"),
            ("bad_timestamp", "dates in a thirteenth month"),
            ("bad_number", "words for a number"),
            ("wrong_field_count", "rows without their last field"),
        ];
        let expected = planted.map(|(reason, what)| (reason.to_owned(), counts[what]));
        assert_eq!(account.set_aside, BTreeMap::from(expected), "`{folder}`");
        let reviews = result.account("shop");
        assert_eq!(reviews.read, counts["survey responses"]);
        assert_eq!(reviews.set_aside, [("unknown_customer".to_owned(), strangers())].into(), "`{folder}`");
        let answers = result.answers("shop");
        assert_eq!(answers.set_aside, counts["answers outside their scale"]);
        assert_eq!(result.table("rejects/answers").height() as u64, answers.set_aside);
    }
}

/// Responses of customers without any accepted order line: the planted ones, and those whose lines all lost
/// their id. Customers are those of the result, responses those of the file.
fn strangers() -> u64 {
    let desk = company();
    let known: BTreeSet<String> = run(&desk, "").customers().ids("customer_id").into_iter().collect();
    let responses = fs::read_to_string(desk.path().join("exports/survey.csv")).unwrap();
    let strangers: Vec<_> =
        cells(&responses).into_iter().skip(1).filter(|row| !known.contains(&row[1])).collect();
    let planted = strangers.iter().filter(|row| row[1].starts_with("900")).count() as u64;
    assert_eq!(planted, counts()["responses of unknown customers"]);
    strangers.len() as u64
}

#[test]
fn the_persian_twin_is_the_same_company() {
    let desk = company();
    let (english, persian) = (run(&desk, ""), run(&desk, "fa"));
    let (english, persian) = (english.customers(), persian.customers());
    assert!(english.height() > 800, "{} customers", english.height());
    english.assert_equals(&persian, "English against Persian");
}

#[test]
fn every_customer_of_a_table_is_in_one_group_of_its_profiles() {
    let desk = company();
    let result = run(&desk, "");
    let customers = result.customers();
    let spend: f64 = customers.floats("spend_total").into_iter().flatten().sum();
    for (table, label) in
        [("rfm_segments", "rfm_segment"), ("quadrants", "quadrant"), ("clusters", "cluster_name")]
    {
        let profile = result.table(table);
        let mut members: BTreeMap<Option<String>, i64> = BTreeMap::new();
        for label in customers.texts(label) {
            *members.entry(label).or_default() += 1;
        }
        for (name, count) in profile.texts("name").into_iter().zip(profile.ints("customers")) {
            assert_eq!(count.unwrap(), members.remove(&name).unwrap_or(0), "{name:?} of {table}");
        }
        assert_eq!(members, BTreeMap::new(), "groups that {table} does not have");
        let sum: f64 = profile.floats("spend_total").into_iter().flatten().sum();
        assert!((sum - spend).abs() < 1e-6, "money of {table}: {sum} against {spend}");
    }
}

#[test]
fn segment_files_hold_the_members_of_each_label() {
    let desk = company();
    let result = run(&desk, "");
    let customers = result.customers();
    for (folder, column) in [
        ("rfm", "rfm_segment"),
        ("quadrant", "quadrant"),
        ("satisfaction", "satisfaction_level"),
        ("cluster", "cluster_name"),
    ] {
        let mut expected: BTreeMap<String, Vec<String>> = BTreeMap::new();
        for (id, label) in customers.ids("customer_id").into_iter().zip(customers.texts(column)) {
            if let Some(label) = label {
                expected.entry(label).or_default().push(id);
            }
        }
        let mut found = BTreeMap::new();
        let prefix = format!("segments/{folder}/");
        for file in result.files().iter().filter(|f| f.starts_with(&prefix)) {
            let members = result.table(file.strip_suffix(".parquet").unwrap());
            found.insert(members.ids("label")[0].clone(), members.ids("customer_id"));
        }
        assert_eq!(found, expected, "members of {column}");
    }
}
