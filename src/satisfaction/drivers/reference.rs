//! The regressions of `key_drivers.json` with their correlations, for the tests of this folder.

use serde_json::Value;

use super::parts;
use crate::math::correlation::matrix;
use crate::math::golden::{json, mobi, numbers, table, texts};
use crate::math::matrix::Matrix;

pub(super) struct Case {
    expected: Value,
    pub(super) n: usize,
    pub(super) between: Matrix,
    pub(super) with_outcome: Vec<f64>,
}

impl Case {
    /// attitude, swiss, mtcars and, where the data are at hand, mobi.
    pub(super) fn all() -> Vec<Self> {
        let reference = json("key_drivers.json");
        let mut tables = vec![
            ("attitude", table("attitude.csv")),
            ("swiss", table("swiss.csv")),
            ("mtcars", table("mtcars_5cols.csv")),
        ];
        tables.extend(mobi().map(|mobi| ("mobi", mobi)));
        let case = |(name, table): &(&str, crate::math::golden::Table)| {
            let expected = reference[*name].clone();
            let mut names = texts(&expected["predictors"]);
            names.push(expected["outcome"].as_str().unwrap().to_owned());
            let columns = table.full(&names);
            let (between, with_outcome) = parts(&matrix(&columns).unwrap());
            Self { n: columns[0].len(), between, with_outcome, expected }
        };
        tables.iter().map(case).collect()
    }

    pub(super) fn number(&self, name: &str) -> f64 {
        self.expected[name].as_f64().unwrap()
    }

    pub(super) fn numbers(&self, name: &str) -> Vec<f64> {
        numbers(&self.expected[name])
    }
}
