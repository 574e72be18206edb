//! Reference values for the tests of kernels: files of `tests/golden`, and real data beside the repository.

use std::fs::{self, File};
use std::io::Read;
use std::path::{Path, PathBuf};

use flate2::read::GzDecoder;
use serde_json::Value;

/// A file of `tests/golden` as JSON.
pub(crate) fn json(name: &str) -> Value {
    let path = Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/golden")).join(name);
    serde_json::from_str(&fs::read_to_string(path).unwrap()).unwrap()
}

/// A file of `tests/golden` as columns with their names.
pub(crate) fn table(name: &str) -> Table {
    let path = Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/golden")).join(name);
    Table::parse(&fs::read_to_string(path).unwrap())
}

/// A text of the real data, or `None` with a loud word where it is missing.
#[allow(clippy::print_stderr, reason = "a skipped test must not look like a passed one")]
pub(crate) fn real_text(name: &str) -> Option<String> {
    let path: PathBuf = Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/../shared/data")).join(name);
    let Ok(mut file) = File::open(&path) else {
        eprintln!("SKIPPED: real data `{name}` is not at {}", path.display());
        return None;
    };
    let mut text = String::new();
    if path.extension().is_some_and(|kind| kind == "gz") {
        GzDecoder::new(file).read_to_string(&mut text).unwrap();
    } else {
        file.read_to_string(&mut text).unwrap();
    }
    Some(text)
}

/// The survey of 250 mobile-phone customers (Tenenhaus et al. 2005).
pub(crate) fn mobi() -> Option<Table> {
    real_text("survey_ecsi_mobile/mobi.csv").map(|text| Table::parse(&text))
}

/// The fifteen items of it whose factors are in the reference.
pub(crate) const MOBI_15: [&str; 15] = [
    "CUSA1", "CUSA2", "CUSA3", "IMAG1", "IMAG2", "IMAG3", "IMAG4", "IMAG5", "PERQ1", "PERQ2", "PERQ3",
    "PERQ4", "PERQ5", "PERQ6", "PERQ7",
];

/// The seven items of `attitude.csv` (Chatterjee & Price 1977).
pub(crate) const ATTITUDE: [&str; 7] =
    ["rating", "complaints", "privileges", "learning", "raises", "critical", "advance"];

/// Columns of numbers; cells that are none, such as row names, are `None`.
pub(crate) struct Table {
    names: Vec<String>,
    columns: Vec<Vec<Option<f64>>>,
}

impl Table {
    fn parse(text: &str) -> Self {
        let mut lines = text.lines();
        let names: Vec<String> =
            lines.next().unwrap().split(',').map(|name| name.trim_matches('"').to_owned()).collect();
        let mut columns = vec![Vec::new(); names.len()];
        for line in lines {
            for (column, cell) in columns.iter_mut().zip(line.split(',')) {
                column.push(cell.trim().parse().ok());
            }
        }
        Self { names, columns }
    }

    /// One column, by name.
    pub(crate) fn column(&self, name: &str) -> Vec<Option<f64>> {
        let place = self.names.iter().position(|other| other == name);
        self.columns[place.unwrap_or_else(|| panic!("no column `{name}`"))].clone()
    }

    /// Columns, by name.
    pub(crate) fn columns<S: AsRef<str>>(&self, names: &[S]) -> Vec<Vec<Option<f64>>> {
        names.iter().map(|name| self.column(name.as_ref())).collect()
    }

    /// Columns without missing cells, by name.
    pub(crate) fn full<S: AsRef<str>>(&self, names: &[S]) -> Vec<Vec<f64>> {
        let whole = |column: Vec<Option<f64>>| column.into_iter().map(Option::unwrap).collect();
        self.columns(names).into_iter().map(whole).collect()
    }
}

/// The numbers of a JSON array.
pub(crate) fn numbers(values: &Value) -> Vec<f64> {
    values.as_array().unwrap().iter().map(|value| value.as_f64().unwrap()).collect()
}

/// The texts of a JSON array.
pub(crate) fn texts(values: &Value) -> Vec<String> {
    values.as_array().unwrap().iter().map(|value| value.as_str().unwrap().to_owned()).collect()
}

/// Fails where `found` is further from `expected` than `tolerance`, relative above 1 and absolute below.
#[track_caller]
pub(crate) fn close(found: f64, expected: f64, tolerance: f64) {
    let gap = (found - expected).abs();
    assert!(gap <= tolerance * expected.abs().max(1.0), "found {found}, expected {expected}");
}

/// [`close`] for each pair of two lists of the same length.
#[track_caller]
pub(crate) fn all_close(found: &[f64], expected: &[f64], tolerance: f64) {
    assert_eq!(found.len(), expected.len());
    for (&found, &expected) in found.iter().zip(expected) {
        close(found, expected, tolerance);
    }
}
