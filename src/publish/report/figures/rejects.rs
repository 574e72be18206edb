//! Rows set aside: how many per file and reason, and a few of them with their values masked.

use std::collections::BTreeMap;
use std::path::Path;

use crate::ingest::result_table::{ResultTable, labels};
use crate::schema::rejects as r;
use crate::{Error, Result};

/// Samples per reason.
const SAMPLES: usize = 3;
/// Signs of a masked value that are shown.
const SHOWN: usize = 24;

/// Rows of one input table that were set aside.
#[derive(Clone, Debug, Default)]
pub(in super::super) struct Rejects {
    /// Rows per file and reason.
    pub(in super::super) counts: BTreeMap<(String, String), u64>,
    /// The first rows of each reason.
    pub(in super::super) samples: Vec<Sample>,
}

/// One row that was set aside, as far as it may be shown.
#[derive(Clone, Debug)]
pub(in super::super) struct Sample {
    pub(in super::super) file: String,
    pub(in super::super) row: Option<f64>,
    pub(in super::super) reason: String,
    pub(in super::super) column: Option<String>,
    /// The value with every letter as `x` and every digit as `9`.
    pub(in super::super) value: Option<String>,
}

/// Every rejects table of a result, by name.
pub(in super::super) fn read(folder: &Path) -> Result<Vec<Rejects>> {
    let folder = folder.join("rejects");
    let Ok(entries) = std::fs::read_dir(&folder) else { return Ok(Vec::new()) };
    let mut names = Vec::new();
    for entry in entries {
        let path = entry.map_err(Error::io("read", &folder))?.path();
        if path.extension().is_some_and(|e| e == "parquet") {
            names.extend(path.file_stem().map(|stem| stem.to_string_lossy().into_owned()));
        }
    }
    names.sort();
    let tables = names.iter().map(|name| ResultTable::open(&folder, name));
    let tables = tables.collect::<Result<Vec<_>>>()?;
    tables.into_iter().flatten().map(|table| count(&table)).collect()
}

fn count(table: &ResultTable) -> Result<Rejects> {
    let mut counts: BTreeMap<(String, String), u64> = BTreeMap::new();
    let mut first: BTreeMap<String, Vec<usize>> = BTreeMap::new();
    let mut start = 0;
    for batch in table.groups(&[r::FILE, r::REASON])? {
        let ((files, file_of), (reasons, reason_of)) = (labels(&batch, r::FILE), labels(&batch, r::REASON));
        let mut grid = vec![vec![0_u64; reasons.len()]; files.len()];
        let mut found = vec![0; reasons.len()];
        for row in 0..batch.num_rows() {
            let (Some(file), Some(reason)) = (file_of[row], reason_of[row]) else { continue };
            grid[file][reason] += 1;
            found[reason] += 1;
            if found[reason] <= SAMPLES {
                first.entry(reasons[reason].clone()).or_default().push(start + row);
            }
        }
        for (file, line) in files.iter().zip(&grid) {
            for (reason, n) in reasons.iter().zip(line).filter(|(_, n)| **n > 0) {
                *counts.entry((file.clone(), reason.clone())).or_default() += n;
            }
        }
        start += batch.num_rows();
    }
    let mut rows: Vec<usize> = first.into_values().flat_map(|rows| rows.into_iter().take(SAMPLES)).collect();
    rows.sort_unstable();
    Ok(Rejects { counts, samples: samples(table, &rows)? })
}

fn samples(table: &ResultTable, rows: &[usize]) -> Result<Vec<Sample>> {
    if rows.is_empty() {
        return Ok(Vec::new());
    }
    let picked = table.pick(&[r::FILE, r::ROW, r::REASON, r::COLUMN, r::VALUE], rows)?;
    let text = |row, column| picked.text(row, column).map(str::to_owned);
    let mut samples: Vec<Sample> = (0..picked.rows())
        .map(|row| Sample {
            file: text(row, r::FILE).unwrap_or_default(),
            row: picked.number(row, r::ROW),
            reason: text(row, r::REASON).unwrap_or_default(),
            column: text(row, r::COLUMN),
            value: picked.text(row, r::VALUE).map(masked),
        })
        .collect();
    samples.sort_by(|a, b| a.reason.cmp(&b.reason));
    Ok(samples)
}

/// The shape of a value without what it says: letters become `x`, digits `9`, the rest stays.
fn masked(value: &str) -> String {
    let mut text: String = value
        .chars()
        .take(SHOWN)
        .map(|c| match c {
            _ if c.is_numeric() => '9',
            _ if c.is_alphabetic() => 'x',
            _ if c.is_control() => '\u{fffd}',
            _ => c,
        })
        .collect();
    if value.chars().count() > SHOWN {
        text.push('…');
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_masked_value_keeps_its_shape_only() {
        assert_eq!(masked("2025-13-45 10:00"), "9999-99-99 99:99");
        assert_eq!(masked("Ali.Rezaei@example.com"), "xxx.xxxxxx@xxxxxxx.xxx");
        assert_eq!(masked("۱۴۰۴/۱۳/۰۱ علی"), "9999/99/99 xxx");
        assert_eq!(masked(&"7".repeat(30)), format!("{}…", "9".repeat(24)));
    }
}
