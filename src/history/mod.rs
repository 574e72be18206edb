//! Tonight against an earlier night: who moved from label to label, who came and who went, and whether
//! the customers as a whole are still what they were.
//!
//! - A **move** counts customers by the label they had and the label they have; a customer who was not there
//!   before comes from null, one who is not there any more goes to null, and one who is there without the
//!   label has `(none)`. Per label the customers of all rows to a label are tonight's customers with it.
//! - **Drift** is the population stability index (Siddiqi 2006) of each measure, on the deciles of the earlier
//!   night, and of each label's shares.
//! - Moves between two nights say something about customers only where the rules were the same; where they were
//!   not, `rules_changed` says so.
//! - **Recall** puts what customers were beside what they are, so that rules can ask for it ([`recall`]).
//!
//! Money of a move is tonight's `spend_total`, of those who left the last known.

mod drift;
mod moves;
mod params;
mod recall;

use polars::prelude::DataFrame;

pub use self::moves::{Change, changes};
pub use self::params::HistoryParams;
pub use self::recall::{recall, remembered};
use crate::schema::customers as c;
use crate::{Result, Warning};

/// Columns whose labels are compared.
pub const LABELS: [&str; 5] = [c::RFM_SEGMENT, c::SATISFACTION_LEVEL, c::QUADRANT, c::CLUSTER_NAME, c::TIER];
/// Columns whose values are compared.
pub const MEASURES: [&str; 5] =
    [c::RECENCY_DAYS, c::FREQUENCY, c::MONETARY, c::SATISFACTION_SCORE, c::LOYALTY_INDEX];
/// A customer without the label.
pub const NO_LABEL: &str = "(none)";

/// Columns of the customers table that a comparison needs, as far as the table has them.
pub fn columns() -> Vec<&'static str> {
    let mut columns = vec![c::CUSTOMER_ID, c::SPEND_TOTAL];
    columns.extend(LABELS);
    columns.extend(MEASURES);
    columns
}

/// What came of comparing two nights.
#[derive(Clone, Debug)]
pub struct Comparison {
    /// `schema::moves`
    pub moves: DataFrame,
    /// `schema::drift`
    pub drift: DataFrame,
    /// Customers of tonight who were not there before.
    pub entered: u64,
    /// Customers who are not there any more.
    pub left: u64,
    /// Per label that both nights have: customers with an unchanged label, and customers of both nights.
    pub stayed: Vec<(&'static str, u64, u64)>,
    /// Things to know.
    pub warnings: Vec<Warning>,
}

/// Compares two nights.
///
/// Both tables have one row per customer and `customer_id`; labels and measures that one of them lacks are
/// left out. `changed` names the labels whose rules are not those of the earlier night; moves of fewer
/// customers than `smallest` are counted together.
///
/// # Errors
/// `Internal` when a column has another type than the schema declares.
pub fn run(before: &DataFrame, tonight: &DataFrame, changed: &[&str], smallest: usize) -> Result<Comparison> {
    let mut counted = moves::count(before, tonight, changed)?;
    counted.merge_smaller_than(smallest as u32);
    let (drift, drifted) = drift::run(before, tonight)?;
    let mut warnings: Vec<Warning> = Vec::new();
    if !changed.is_empty() {
        let message = format!(
            "the rules of {} are not those of the previous result: moves between them are not moves of customers alone",
            changed.join(", ")
        );
        warnings.push(Warning::new("rules_changed", message).with("measures", changed.to_vec()));
    }
    warnings.extend(drifted);
    Ok(Comparison {
        moves: counted.table()?,
        drift,
        entered: counted.entered,
        left: counted.left,
        stayed: counted.stayed,
        warnings,
    })
}

/// The tables of a night that has no earlier one: without rows.
///
/// # Errors
/// `Internal` when they cannot be built.
pub fn nothing_before() -> Result<(DataFrame, DataFrame)> {
    Ok((moves::Counted::default().table()?, drift::table(&[])?))
}
