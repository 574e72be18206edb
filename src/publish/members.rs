//! Segment files: the members of each label, for campaign tools.

use polars::prelude::*;

use super::names::file_name;
use super::parquet::{self, Stamp};
use super::store::Draft;
use crate::schema::{customers as c, segment_members};
use crate::{Result, table};

/// Folder under `segments/` and the column it splits by.
const LABELS: [(&str, &str); 4] = [
    ("rfm", c::RFM_SEGMENT),
    ("quadrant", c::QUADRANT),
    ("satisfaction", c::SATISFACTION_LEVEL),
    ("cluster", c::CLUSTER_NAME),
];

/// Writes `segments/<label>/<name>.parquet` for every label the customers carry.
///
/// # Errors
/// `Io` when a file cannot be written, `Internal` when a table cannot be built.
pub fn write(customers: &DataFrame, draft: &Draft, stamp: &Stamp) -> Result<()> {
    for (folder, column) in LABELS {
        if customers.column(column).is_err() {
            continue;
        }
        let labels = table::texts(customers, column)?;
        let mut groups: std::collections::BTreeMap<&str, Vec<u32>> = std::collections::BTreeMap::new();
        for (row, label) in labels.iter().enumerate() {
            if let Some(label) = label {
                groups.entry(label).or_default().push(row as u32);
            }
        }
        for (label, rows) in groups {
            let members = members(customers, label, rows)?;
            let name = format!("segments/{folder}/{}.parquet", file_name(label));
            let (file, path) = (draft.create(&name)?, draft.path(&name));
            parquet::write(&members, &segment_members::TABLE, &[], stamp, file, &path)?;
        }
    }
    Ok(())
}

fn members(customers: &DataFrame, label: &str, rows: Vec<u32>) -> Result<DataFrame> {
    let height = rows.len();
    let rows = UInt32Chunked::from_vec("rows".into(), rows);
    let columns =
        [segment_members::CUSTOMER_ID, segment_members::SPEND_TOTAL, segment_members::LAST_ORDER_AT];
    let picked = customers.select(columns)?.take(&rows)?;
    table::with(picked, vec![Column::new(segment_members::LABEL.into(), vec![label; height])])
}
