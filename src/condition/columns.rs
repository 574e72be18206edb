//! What a condition may name: columns with their types, and values where only some are possible.

use crate::schema::{Kind, Table};
use crate::zone::Zone;

/// The columns of a table as conditions see them.
#[derive(Clone, Debug)]
pub struct Columns {
    columns: Vec<Known>,
    pub(super) zone: Zone,
}

/// One column.
#[derive(Clone, Debug)]
pub(super) struct Known {
    pub(super) name: String,
    pub(super) kind: Kind,
    /// The only texts the column holds, where that is known.
    pub(super) values: Option<Vec<String>>,
}

impl Columns {
    /// The declared columns of a table.
    pub fn of(table: &Table) -> Self {
        let known = |c: &crate::schema::Column| Known { name: c.name.to_owned(), kind: c.kind, values: None };
        Self { columns: table.columns.iter().map(known).collect(), zone: Zone::utc() }
    }

    /// With a column beyond the table's declaration.
    #[must_use]
    pub fn with(mut self, name: impl Into<String>, kind: Kind) -> Self {
        self.columns.push(Known { name: name.into(), kind, values: None });
        self
    }

    /// With the only values that a text column can hold, so that a misspelled one is found.
    #[must_use]
    pub fn with_values<T: Into<String>>(mut self, name: &str, values: impl IntoIterator<Item = T>) -> Self {
        if let Some(column) = self.columns.iter_mut().find(|c| c.name == name) {
            column.values = Some(values.into_iter().map(Into::into).collect());
        }
        self
    }

    /// With the zone whose days dates mean; UTC otherwise.
    #[must_use]
    pub fn in_zone(mut self, zone: Zone) -> Self {
        self.zone = zone;
        self
    }

    pub(super) fn find(&self, name: &str) -> Option<&Known> {
        self.columns.iter().find(|c| c.name == name)
    }

    pub(super) fn names(&self) -> impl Iterator<Item = &str> {
        self.columns.iter().map(|c| c.name.as_str())
    }
}
