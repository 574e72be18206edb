//! Joined tables: a file of orders or people held in memory, found by key.

use foldhash::fast::FixedState;
use hashbrown::HashTable;
use std::hash::BuildHasher;

use super::block::Cell;
use super::id::{canonical_id, is_missing};
use super::numbers::{DecimalMark, parse_fixed};
use super::read::read_blocks;
use super::source::OpenFile;
use crate::config::source::{ColumnName, IdRule};
use crate::facts::TextColumn;
use crate::math::money::{Millionths, Money};
use crate::privacy::mask::shape;
use crate::{Error, Result};

/// No row of the joined table.
pub const NO_ROW: u32 = u32::MAX;

/// A joined table: the columns somebody asked for, and rows found by key.
#[derive(Debug)]
pub struct Lookup {
    keys: TextColumn,
    columns: Vec<TextColumn>,
    /// For each wanted column that is added up: the sum of each row so far.
    sums: Vec<Option<Vec<Option<Money>>>>,
    table: HashTable<u32>,
    hasher: FixedState,
}

/// Separates the parts of a key of several columns; it cannot stand in a cell of an export.
const KEY_SEPARATOR: u8 = 0x1f;

impl Lookup {
    /// Reads the key columns and the wanted columns of the joined files; those in `added` are added up where
    /// rows share a key.
    ///
    /// # Errors
    /// `Input` when a file cannot be read, `Config` when one key leads to rows that differ in a wanted column, or
    /// what is to be added up is no number.
    pub fn load(
        files: &[OpenFile],
        keys: &[String],
        wanted: &[String],
        added: &[ColumnName],
    ) -> Result<Self> {
        let mut request = keys.to_vec();
        request.extend(wanted.iter().cloned());
        let mut lookup = Self {
            keys: TextColumn::default(),
            columns: wanted.iter().map(|_| TextColumn::default()).collect(),
            sums: wanted.iter().map(|w| added.iter().any(|a| a.0 == *w).then(Vec::new)).collect(),
            table: HashTable::new(),
            hasher: FixedState::with_seed(1),
        };
        read_blocks(
            files,
            &request,
            |_, block| Ok(block),
            |batch| {
                for placed in batch {
                    let file = &files[placed.file];
                    for row in 0..placed.value.rows {
                        let Some(key) = key_of((0..keys.len()).map(|c| placed.value.cell(c, row))) else {
                            continue;
                        };
                        let cells = (0..wanted.len()).map(|c| placed.value.cell(keys.len() + c, row));
                        let here = Here { file, row: placed.first_row + row as u64 };
                        lookup.insert(&key, cells, [keys, wanted], &here)?;
                    }
                }
                Ok(())
            },
        )?;
        lookup.write_sums();
        Ok(lookup)
    }

    /// The sums as the values of their columns.
    fn write_sums(&mut self) {
        for (column, sums) in self.columns.iter_mut().zip(&mut self.sums) {
            for sum in sums.take().into_iter().flatten() {
                match sum {
                    Some(sum) => column.push(sum.to_f64().to_string().as_bytes()),
                    None => column.push_null(),
                }
            }
        }
    }

    fn insert<'a>(
        &mut self,
        key: &[u8],
        cells: impl Iterator<Item = Cell<'a>>,
        [keys, wanted]: [&[String]; 2],
        here: &Here<'_>,
    ) -> Result<()> {
        let hash = self.hasher.hash_one(key);
        if let Some(&row) = self.table.find(hash, |&r| self.keys.get(r as usize) == Some(key)) {
            for (((column, sums), cell), name) in
                self.columns.iter().zip(&mut self.sums).zip(cells).zip(wanted)
            {
                if let Some(sums) = sums {
                    let sum = &mut sums[row as usize];
                    if let Some(amount) = amount(cell, name, here)? {
                        *sum = Some(sum.unwrap_or(Money::ZERO) + Money::of(amount));
                    }
                    continue;
                }
                let (known, new) = (column.get(row as usize).unwrap_or_default(), cell.text());
                if known != &*new {
                    let keys: Vec<_> = keys.iter().map(|name| format!("`{name}`")).collect();
                    return Err(Error::config(format!(
                        "joined file `{}`: row {} has the {} of a row above, but another `{name}`",
                        here.file.shown(),
                        here.row,
                        keys.join(" and "),
                    ))
                    .hint("join on a column that is unique there"));
                }
            }
            return Ok(());
        }
        let row = u32::try_from(self.keys.len())
            .map_err(|_| Error::config("a joined table has more than 4 billion rows"))?;
        self.keys.push(key);
        for (((column, sums), cell), name) in
            self.columns.iter_mut().zip(&mut self.sums).zip(cells).zip(wanted)
        {
            match (sums, cell) {
                (Some(sums), cell) => sums.push(amount(cell, name, here)?.map(Money::of)),
                (None, Cell::Null) => column.push_null(),
                (None, other) => column.push(&other.text()),
            }
        }
        let (keys, hasher) = (&self.keys, &self.hasher);
        self.table.insert_unique(hash, row, |&r| hasher.hash_one(keys.get(r as usize).unwrap_or_default()));
        Ok(())
    }

    /// The row with this key, or [`NO_ROW`].
    pub fn find<'a>(&self, cells: impl Iterator<Item = Cell<'a>>) -> u32 {
        let Some(key) = key_of(cells) else { return NO_ROW };
        let hash = self.hasher.hash_one(&key[..]);
        self.table.find(hash, |&r| self.keys.get(r as usize) == Some(&key[..])).copied().unwrap_or(NO_ROW)
    }

    /// Number of rows.
    pub fn rows(&self) -> u32 {
        self.keys.len() as u32
    }

    /// A wanted column's value in a row.
    pub fn cell(&self, column: usize, row: u32) -> Cell<'_> {
        if row == NO_ROW {
            return Cell::Null;
        }
        self.columns[column].get(row as usize).map_or(Cell::Null, Cell::Text)
    }
}

/// A row of a joined file.
struct Here<'a> {
    file: &'a OpenFile,
    /// 1-based
    row: u64,
}

/// A number to add up; `None` in an empty cell.
fn amount(cell: Cell<'_>, name: &str, here: &Here<'_>) -> Result<Option<Millionths>> {
    let text = cell.text();
    if is_missing(text.trim_ascii()) {
        return Ok(None);
    }
    parse_fixed(&text, DecimalMark::Auto).map(Some).ok_or_else(|| {
        Error::config(format!(
            "joined file `{}`: `{name}` should be added up, but row {} has no number there (it looks like `{}`)",
            here.file.shown(),
            here.row,
            shape(&cell.shown())
        ))
        .hint("`sum` takes columns of numbers only")
    })
}

/// The key of a row: ids in canonical form, joined; `None` when a part is missing.
fn key_of<'a>(cells: impl Iterator<Item = Cell<'a>>) -> Option<Vec<u8>> {
    let mut key = Vec::new();
    for (n, cell) in cells.enumerate() {
        if n > 0 {
            key.push(KEY_SEPARATOR);
        }
        key.extend_from_slice(&canonical_id(&cell.text(), IdRule::Canonical)?);
    }
    Some(key)
}
