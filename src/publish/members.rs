//! Segment files: the members of each label, for campaign tools.

use polars::prelude::*;
use rayon::prelude::*;

use super::names::file_name;
use super::parquet::{self, Stamp};
use super::store::Draft;
use crate::error::all;
use crate::schema::{customers as c, segment_members};
use crate::{Error, Result, table};

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
    let groups = all(LABELS.par_iter().map(|(folder, column)| groups(customers, folder, column)))?;
    let written = groups.into_par_iter().flatten().map(|Group { folder, label, rows }| {
        let members = members(customers, label, rows)?;
        let name = format!("segments/{folder}/{}.parquet", file_name(label));
        parquet::write(&members, &segment_members::TABLE, &[], stamp, draft, &name)
    });
    all(written).map(drop)
}

/// The rows of one label.
struct Group<'a> {
    folder: &'static str,
    label: &'a str,
    rows: Vec<u32>,
}

/// The groups of a label column; none where no stage made it.
fn groups<'a>(customers: &'a DataFrame, folder: &'static str, column: &str) -> Result<Vec<Group<'a>>> {
    let Ok(labels) = customers.column(column) else { return Ok(Vec::new()) };
    let (names, label_of) = table::few_texts(labels, usize::MAX)?
        .ok_or_else(|| Error::internal(format!("`{column}` makes too many groups for files")))?;
    let mut groups: Vec<Group> =
        names.into_iter().map(|label| Group { folder, label, rows: Vec::new() }).collect();
    for (label, row) in label_of.into_iter().zip(0..) {
        if let Some(label) = label {
            groups[usize::from(label)].rows.push(row);
        }
    }
    Ok(groups)
}

fn members(customers: &DataFrame, label: &str, rows: Vec<u32>) -> Result<DataFrame> {
    let height = rows.len();
    let rows = UInt32Chunked::from_vec("rows".into(), rows);
    let columns =
        [segment_members::CUSTOMER_ID, segment_members::SPEND_TOTAL, segment_members::LAST_ORDER_AT];
    let picked = customers.select(columns)?.take(&rows)?;
    table::with(picked, vec![Column::new(segment_members::LABEL.into(), vec![label; height])])
}
