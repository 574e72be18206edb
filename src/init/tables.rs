//! Exports to tables: files with the same columns are one table, of which a sample is kept.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use foldhash::fast::FixedState;
use hashbrown::HashSet;

use super::column::Values;
use super::paths::unpacked;
use super::profile::Profile;
use super::words::{Concept, Concepts, Header};
use crate::config::condition::OneOrMany;
use crate::config::source::{EVERY_SHEET, Form};
use crate::facts::hash;
use crate::ingest::block::Block;
use crate::ingest::source::{OpenFile, Piece, Request};
use crate::{Error, Result};

/// Rows kept of a table.
const MOST_ROWS: usize = 300_000;
/// Cells kept of a table: wide ones are sampled more thinly.
const MOST_CELLS: usize = 6_000_000;
/// Files that rows are taken from.
const MOST_FILES: usize = 400;
/// Rows taken at least of each file that is looked at.
const FEWEST_ROWS: usize = 100;
/// A file may give this many times its fair share of the rows, or as much less.
const LARGER: usize = 4;

/// A column: its name, what the name says and what the values look like.
#[derive(Clone, Debug)]
pub(super) struct Column {
    /// Name in the file, or its number.
    pub(super) name: String,
    /// The name, understood.
    pub(super) header: Header,
    /// The sampled values.
    pub(super) values: Values,
    /// What they look like.
    pub(super) profile: Profile,
}

impl Column {
    /// A column from its name and values.
    pub(super) fn new(name: &str, values: Values) -> Self {
        let header = Header::read(name);
        let says_time =
            header.concepts.has_any(Concepts::of(&[Concept::Date, Concept::Time, Concept::Created]));
        let profile = Profile::of(&values, says_time);
        Self { name: name.to_owned(), header, values, profile }
    }

    /// Whether the header names a concept.
    pub(super) fn says(&self, concept: Concept) -> bool {
        self.header.concepts.has(concept)
    }
}

/// Files with the same columns, read as one.
pub(super) struct Table {
    /// The files, in the order of their names.
    pub(super) files: Vec<OpenFile>,
    /// The columns that every file has, in the order of the first.
    pub(super) columns: Vec<Column>,
    /// Names that several columns of a file share, none of which can be asked for.
    pub(super) ambiguous: Vec<String>,
    /// Rows sampled.
    pub(super) rows: usize,
    /// The sample is all there is.
    pub(super) complete: bool,
    /// The files have no header; columns are numbered.
    pub(super) numbered: bool,
    /// Sampled rows that another one repeats in every byte.
    pub(super) repeated: usize,
    /// Sampled records with another number of fields than the first.
    pub(super) ragged: usize,
}

/// Opens the exports and puts files with the same columns together. Files that cannot be used come back as the
/// errors that say why.
///
/// # Errors
/// `Io` when a file breaks off while it is read.
pub(super) fn tables(exports: &[PathBuf]) -> Result<(Vec<Table>, Vec<Error>)> {
    let (mut groups, mut refused): (Vec<Vec<OpenFile>>, _) = (Vec::new(), Vec::new());
    let form = Form { sheet: Some(OneOrMany::One(EVERY_SHEET.to_owned())), ..Form::default() };
    for path in exports {
        match OpenFile::open(path, &path.to_string_lossy(), &form, &[]) {
            Ok(files) => {
                for file in files {
                    match groups.iter_mut().find(|group| are_alike(&group[0], &file)) {
                        Some(group) => group.push(file),
                        None => groups.push(vec![file]),
                    }
                }
            }
            Err(error) => refused.push(error),
        }
    }
    let mut tables = Vec::new();
    for group in groups {
        let path = group[0].path().to_path_buf();
        match Table::sample(group) {
            Ok(table) => tables.push(table),
            Err(error @ Error::Input { .. }) => refused.push(error),
            Err(Error::Config { message, hint }) => refused.push(Error::Input { file: path, message, hint }),
            Err(other) => return Err(other),
        }
    }
    Ok((tables, refused))
}

/// Files are of one table when they have the same columns, in any order, or nearly so and names that differ in
/// digits only.
fn are_alike(a: &OpenFile, b: &OpenFile) -> bool {
    /// Share of common columns among files whose names say that they belong together.
    const NEARLY_SAME: f64 = 0.7;
    let set = |file: &OpenFile| file.names().iter().cloned().collect::<BTreeSet<_>>();
    let (ours, theirs) = (set(a), set(b));
    if is_numbered(a) != is_numbered(b) {
        return false;
    }
    if ours == theirs {
        // Numbers say nothing about what the columns are.
        return !is_numbered(a) || shape(a.path()) == shape(b.path());
    }
    let common = ours.intersection(&theirs).count() as f64;
    let all = ours.union(&theirs).count() as f64;
    !is_numbered(a) && shape(a.path()) == shape(b.path()) && common / all >= NEARLY_SAME
}

fn is_numbered(file: &OpenFile) -> bool {
    file.names().iter().enumerate().all(|(at, name)| *name == (at + 1).to_string())
}

/// A file's name with its digits and its packing taken out: `orders-2024-01.csv` and `orders-2024-02.csv.gz` are of
/// one shape.
fn shape(path: &Path) -> String {
    let name = path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    unpacked(&name).chars().filter(|sign| !sign.is_numeric()).collect()
}

impl Table {
    fn sample(mut files: Vec<OpenFile>) -> Result<Self> {
        files.sort_by(|a, b| a.path().cmp(b.path()));
        let mut names: Vec<String> = usable_names(&files);
        let rows = MOST_ROWS.min(MOST_CELLS / names.len().max(1));
        let step = files.len().div_ceil(MOST_FILES);
        let chosen: Vec<&OpenFile> = files.iter().step_by(step).collect();
        let fair = (rows / chosen.len()).max(FEWEST_ROWS);
        if chosen[0].is_typed() {
            names.retain(|name| is_readable(chosen[0], name));
        }
        let mut sample = Sample {
            columns: names.iter().map(|_| Values::default()).collect(),
            seen: HashSet::with_hasher(FixedState::with_seed(6)),
            rows: 0,
            repeated: 0,
            ragged: 0,
            complete: step == 1,
        };
        for (at, file) in chosen.iter().enumerate() {
            // What small files leave is for large ones, as long as enough remains for those to come.
            let reserved = (chosen.len() - at - 1) * fair.div_ceil(LARGER);
            let most = rows.saturating_sub(sample.rows + reserved).clamp(FEWEST_ROWS, LARGER * fair);
            sample.read(file, &file.request(&names)?, most)?;
        }
        let Sample { columns, rows, repeated, ragged, complete, .. } = sample;
        let columns = names.iter().zip(columns).map(|(name, values)| Column::new(name, values)).collect();
        Ok(Self {
            ambiguous: shared_names(&files),
            numbered: is_numbered(&files[0]),
            files,
            columns,
            rows,
            complete,
            repeated,
            ragged,
        })
    }

    /// The first column of this name.
    pub(super) fn column(&self, name: &str) -> Option<usize> {
        self.columns.iter().position(|column| column.name == name)
    }

    /// The file, or the first and their number, as messages name the table.
    pub(super) fn shown(&self) -> String {
        let first =
            self.files[0].path().file_name().map(|n| n.to_string_lossy().into_owned()).unwrap_or_default();
        match self.files.len() {
            1 => format!("`{first}`"),
            n => format!("`{first}` and {} more", n - 1),
        }
    }

    /// Number of rows, as far as known.
    pub(super) fn rows_in_words(&self) -> String {
        let rows = thousands(self.rows as u64);
        if self.complete { format!("{rows} rows") } else { format!("more than {rows} rows") }
    }
}

/// A number with its thousands parted.
pub(super) fn thousands(number: u64) -> String {
    let digits = number.to_string();
    let mut parted = String::new();
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            parted.push(',');
        }
        parted.push(digit);
    }
    parted
}

/// Names that every file has exactly once.
fn usable_names(files: &[OpenFile]) -> Vec<String> {
    let once = |name: &String| files.iter().all(|file| columns_named(file, name) == 1);
    files[0].names().iter().filter(|name| !name.is_empty() && once(name)).cloned().collect()
}

/// Names of the first file that stand several times in a file, each once.
fn shared_names(files: &[OpenFile]) -> Vec<String> {
    let mut shared: Vec<String> = Vec::new();
    for name in files[0].names().iter().filter(|name| !name.is_empty()) {
        if !shared.contains(name) && files.iter().any(|file| columns_named(file, name) > 1) {
            shared.push(name.clone());
        }
    }
    shared
}

fn columns_named(file: &OpenFile, name: &str) -> usize {
    file.names().iter().filter(|other| *other == name).count()
}

/// Whether a column of a typed file holds single values.
fn is_readable(file: &OpenFile, name: &String) -> bool {
    let mut readable = true;
    let Ok(request) = file.request(std::slice::from_ref(name)) else { return false };
    let read = file.pieces(&mut |piece| {
        readable = file.block(piece, &request).is_ok();
        false
    });
    read.is_ok() && readable
}

struct Sample {
    columns: Vec<Values>,
    seen: HashSet<u64, FixedState>,
    rows: usize,
    repeated: usize,
    ragged: usize,
    complete: bool,
}

impl Sample {
    /// Takes up to `most` rows from the start of a file.
    fn read(&mut self, file: &OpenFile, request: &Request, most: usize) -> Result<()> {
        let (mut left, mut failed) = (most, None);
        file.pieces(&mut |piece: Piece| {
            if left == 0 {
                self.complete = false;
                return false;
            }
            match file.block(piece, request) {
                Ok(block) => left -= self.take(&block, left),
                Err(error) => failed = Some(error),
            }
            failed.is_none()
        })?;
        failed.map_or(Ok(()), Err)
    }

    fn take(&mut self, block: &Block, most: usize) -> usize {
        let rows = block.rows.min(most);
        self.complete &= rows == block.rows;
        let mut broken = block.broken.iter().peekable();
        for row in 0..rows {
            if broken.next_if(|b| b.row == row).is_some() {
                self.ragged += 1;
            }
            for (column, values) in self.columns.iter_mut().enumerate() {
                values.push(block.cell(column, row));
            }
            self.repeated += usize::from(!self.seen.insert(hash(&block.raw(row))));
        }
        self.rows += rows;
        rows
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn write(folder: &Path, name: &str, text: &str) -> PathBuf {
        let path = folder.join(name);
        std::fs::write(&path, text).unwrap();
        path
    }

    #[test]
    fn files_with_the_same_columns_are_one_table() {
        let folder = tempfile::tempdir().unwrap();
        let exports = [
            write(folder.path(), "orders-02.csv", "id,amount,day\n1,2.5,2020-01-01\n"),
            write(folder.path(), "orders-01.csv", "day,id,amount\n2020-01-02,2,3.5\n2020-01-02,2,3.5\n"),
            write(folder.path(), "people.csv", "id,name\n1,Ada\n"),
            write(folder.path(), "empty.csv", ""),
        ];
        let (tables, refused) = tables(&exports).unwrap();
        assert_eq!(tables.iter().map(|t| t.files.len()).collect::<Vec<_>>(), [2, 1]);
        assert_eq!(tables[0].shown(), "`orders-01.csv` and 1 more");
        assert_eq!((tables[0].rows, tables[0].repeated, tables[0].complete), (3, 1, true));
        let days = &tables[0].columns[tables[0].column("day").unwrap()].values;
        assert_eq!(
            (&days.texts[..], &days.counts[..]),
            (&["2020-01-02".to_owned(), "2020-01-01".to_owned()][..], &[2, 1][..])
        );
        assert_eq!(refused.len(), 1);
    }

    #[test]
    fn thousands_are_parted() {
        assert_eq!([7, 999, 1_000, 245_903].map(thousands), ["7", "999", "1,000", "245,903"]);
    }
}
