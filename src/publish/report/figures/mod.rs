//! The figures of the page, read from the published tables and the manifest alone.

pub(super) mod concentration;
pub(super) mod customers;
pub(super) mod histogram;
pub(super) mod rejects;

use std::path::Path;

use serde_json::Value;

use self::customers::Customers;
use self::rejects::Rejects;
use crate::ingest::result_table::{ResultTable, SmallTable};
use crate::{Result, schema};

/// Everything the page tells, without words.
#[derive(Debug)]
pub(super) struct Figures {
    pub(super) manifest: Value,
    pub(super) customers: Customers,
    pub(super) segments: Option<SmallTable>,
    pub(super) thresholds: Option<SmallTable>,
    pub(super) satisfaction: Option<SmallTable>,
    pub(super) drivers: Option<SmallTable>,
    pub(super) complaints: Option<SmallTable>,
    pub(super) watchlist: Option<SmallTable>,
    pub(super) moves: Option<SmallTable>,
    pub(super) quadrants: Option<SmallTable>,
    pub(super) clusters: Option<SmallTable>,
    pub(super) cluster_quality: Option<SmallTable>,
    pub(super) rejects: Vec<Rejects>,
}

impl Figures {
    /// Reads a result: its tables in `folder`, and its manifest.
    ///
    /// # Errors
    /// `Input` when a table is damaged.
    pub(super) fn read(folder: &Path, manifest: &Value, may_name: bool) -> Result<Self> {
        let whole = |name: &str| ResultTable::open(folder, name)?.map(|table| table.whole()).transpose();
        let customers = match ResultTable::open(folder, schema::customers::TABLE.name)? {
            Some(table) => Customers::read(&table, may_name)?,
            None => Customers::default(),
        };
        Ok(Self {
            manifest: manifest.clone(),
            customers,
            segments: whole(schema::rfm_segments::TABLE.name)?,
            thresholds: whole(schema::rfm_thresholds::TABLE.name)?,
            satisfaction: whole(schema::satisfaction::TABLE.name)?,
            drivers: whole(schema::drivers::TABLE.name)?,
            complaints: whole(schema::complaints::TABLE.name)?,
            watchlist: whole(schema::watchlist::TABLE.name)?,
            moves: whole(schema::moves::TABLE.name)?,
            quadrants: whole(schema::quadrants::TABLE.name)?,
            clusters: whole(schema::clusters::TABLE.name)?,
            cluster_quality: whole(schema::cluster_quality::TABLE.name)?,
            rejects: rejects::read(folder)?,
        })
    }
}
