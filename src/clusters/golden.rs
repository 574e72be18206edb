//! Reference values for the tests of this stage: iris, raw and standardised, and the CDNOW sample.

use std::io::Read;
use std::path::Path;

use flate2::read::GzDecoder;
use serde_json::Value;

/// A file of `tests/golden`, unpacked where its name ends in `.gz`.
pub(super) fn text(name: &str) -> String {
    let path = Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/golden")).join(name);
    let bytes = std::fs::read(&path).unwrap();
    let mut text = String::new();
    if path.extension().is_some_and(|kind| kind == "gz") {
        GzDecoder::new(bytes.as_slice()).read_to_string(&mut text).unwrap();
    } else {
        text = String::from_utf8(bytes).unwrap();
    }
    text
}

/// Chosen columns of a CSV file with a header, row after row.
pub(super) fn columns(name: &str, wanted: std::ops::Range<usize>) -> Vec<f64> {
    let number = |field: &str| field.parse::<f64>().unwrap();
    let row = |line: &str| line.split(',').map(str::to_owned).collect::<Vec<_>>()[wanted.clone()].to_vec();
    text(name).lines().skip(1).flat_map(row).map(|field| number(&field)).collect()
}

/// One of the reference clusterings with its rows.
pub(super) struct Reference {
    pub(super) name: &'static str,
    pub(super) values: Vec<f64>,
    pub(super) d: usize,
    pub(super) expected: Value,
}

impl Reference {
    /// Iris raw, iris with unit population variance, CDNOW log-RFM with unit population variance.
    pub(super) fn all() -> [Self; 3] {
        let raw = columns("iris.csv", 0..4);
        let z = standardised(&raw, 4);
        let cdnow = columns("kmeans_cdnow_features.csv.gz", 1..4);
        [
            Self::new("kmeans_iris_raw.json", raw, 4),
            Self::new("kmeans_iris_z.json", z, 4),
            Self::new("kmeans_cdnow_sample_logrfm.json", cdnow, 3),
        ]
    }

    fn new(name: &'static str, values: Vec<f64>, d: usize) -> Self {
        Self { name, values, d, expected: serde_json::from_str(&text(name)).unwrap() }
    }

    /// What is expected for `k` clusters.
    pub(super) fn k(&self, k: usize) -> &Value {
        &self.expected["k"][k.to_string()]
    }

    /// The rows named by their numbers, from 0.
    pub(super) fn rows(&self, numbers: &Value) -> Vec<f64> {
        let row = |i: usize| self.values[i * self.d..][..self.d].to_vec();
        numbers.as_array().unwrap().iter().flat_map(|i| row(i.as_u64().unwrap() as usize)).collect()
    }
}

/// All numbers of a JSON array, however deeply nested.
pub(super) fn numbers(value: &Value) -> Vec<f64> {
    match value {
        Value::Array(values) => values.iter().flat_map(numbers).collect(),
        value => vec![value.as_f64().unwrap()],
    }
}

/// Columns with mean 0 and population variance 1, computed the plain way.
fn standardised(values: &[f64], d: usize) -> Vec<f64> {
    let n = (values.len() / d) as f64;
    let column = |j: usize| values.iter().skip(j).step_by(d);
    let means: Vec<f64> = (0..d).map(|j| column(j).sum::<f64>() / n).collect();
    let sds: Vec<f64> =
        (0..d).map(|j| (column(j).map(|x| (x - means[j]).powi(2)).sum::<f64>() / n).sqrt()).collect();
    values.iter().enumerate().map(|(i, x)| (x - means[i % d]) / sds[i % d]).collect()
}

/// Whether two lists agree within a relative tolerance, or an absolute one for numbers below 1.
pub(super) fn close(found: &[f64], expected: &[f64], tolerance: f64) -> bool {
    found.len() == expected.len()
        && found.iter().zip(expected).all(|(a, b)| (a - b).abs() <= tolerance * b.abs().max(1.0))
}
