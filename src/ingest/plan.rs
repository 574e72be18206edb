//! From a configuration and its files to a reading plan: where each wanted column is, and how its values
//! are written. Formats are found by looking at the data until they are certain, never guessed.

use std::borrow::Cow;
use std::path::Path;

use rayon::prelude::*;

use super::block::{Block, Cell, Column};
use super::id::is_missing;
use super::join::{Lookup, NO_ROW};
use super::numbers::{DecimalMark, MarkDetector};
use super::parquet::Stored;
use super::source::{self, NO_HEADER, OpenFile, is_contact_data};
use super::stretches::Stretches;
use super::times::{Calendar, DetectError, Detector, TimeFormat};
use crate::config::transactions::{CalendarRule, Decimal};
use crate::config::{ColumnName, Join, Source};
use crate::{Error, Result, Warning, error};

/// Where a wanted column's values are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Place {
    Main(usize),
    Joined { join: usize, column: usize },
}

struct Joined {
    lookup: Lookup,
    /// Places of our side of the key.
    key: Vec<Place>,
}

/// A name and the joined table it lives in; `None` is the main files.
struct Home {
    name: String,
    join: Option<usize>,
}

/// The opened files of a join and the columns on both sides of its key.
struct Table {
    files: Vec<OpenFile>,
    ours: Vec<String>,
    theirs: Vec<String>,
    added: Vec<ColumnName>,
}

impl Table {
    fn open(join: &Join, source: &Source, base: &Path) -> Result<Self> {
        let ours = join.on.keys().cloned().collect();
        let theirs: Vec<String> = join.on.values().map(|c| c.0.clone()).collect();
        let hints: Vec<&str> = theirs.iter().map(String::as_str).collect();
        let files = source::open_all(&join.source(source.section.trim_matches(['[', ']'])), base, &hints)?;
        Ok(Self { files, ours, theirs, added: join.sum.clone() })
    }
}

/// Opened files and the place of every wanted column.
pub struct Plan {
    /// The files, in reading order.
    pub files: Vec<OpenFile>,
    /// Section of the configuration without brackets, for messages: `transactions`.
    section: String,
    /// Wanted columns by name, in the order asked for.
    pub wanted: Vec<String>,
    places: Vec<Place>,
    /// Columns read from the main files.
    main: Vec<String>,
    joined: Vec<Joined>,
    /// What is to be known of workbooks of which not every sheet is read.
    unread_sheets: Vec<Warning>,
}

impl Plan {
    /// Opens the files of a source, loads its joined tables and finds the wanted columns. With `whole_rows`
    /// typed formats are read with all their columns, so that rows can be compared as a whole. The columns in
    /// `named` are not read, but must exist.
    ///
    /// # Errors
    /// `Input` for files that cannot be read, `Config` for columns that are nowhere.
    pub fn new(
        source: &Source,
        base: &Path,
        wanted: &[String],
        named: &[String],
        whole_rows: bool,
    ) -> Result<Self> {
        let first_keys: Vec<&str> =
            source.joins.iter().flat_map(|j| j.on.keys().map(String::as_str)).collect();
        let hints: Vec<&str> = wanted.iter().map(String::as_str).chain(first_keys).collect();
        let files = source::open_all(source, base, &hints)?;
        let mut plan = Self {
            files,
            section: source.section.trim_matches(['[', ']']).to_owned(),
            wanted: wanted.to_vec(),
            places: Vec::new(),
            main: Vec::new(),
            joined: Vec::new(),
            unread_sheets: Vec::new(),
        };
        plan.place_columns(source, base, named)?;
        if whole_rows && plan.files[0].is_typed() {
            for name in plan.files[0].names() {
                if !plan.main.contains(name) {
                    plan.main.push(name.clone());
                }
            }
        }
        Ok(plan)
    }

    /// Rows take values from joined tables, too.
    pub fn is_joined(&self) -> bool {
        !self.joined.is_empty()
    }

    fn place_columns(&mut self, source: &Source, base: &Path, named: &[String]) -> Result<()> {
        let tables = source.joins.iter().map(|j| Table::open(j, source, base)).collect::<Result<Vec<_>>>()?;
        self.unread_sheets = unread_sheets(self.files.iter().chain(tables.iter().flat_map(|t| &t.files)));
        for name in named {
            self.home(name, &source.section, &tables)?;
        }
        // First find where each name lives, then number the columns of each table.
        let wanted = self.wanted.clone();
        let homes =
            wanted.iter().map(|n| self.home(n, &source.section, &tables)).collect::<Result<Vec<_>>>()?;
        let mut keys = Vec::new();
        for (j, table) in tables.iter().enumerate() {
            let key = table.ours.iter().map(|n| self.home(n, &source.section, &tables[..j]));
            keys.push(key.collect::<Result<Vec<_>>>()?);
        }
        let mut joined_columns: Vec<Vec<String>> = vec![Vec::new(); tables.len()];
        for home in homes.iter().chain(keys.iter().flatten()) {
            let list = home.join.map_or(&mut self.main, |j| &mut joined_columns[j]);
            if !list.contains(&home.name) {
                list.push(home.name.clone());
            }
        }
        let main = self.main.clone();
        let place = |home: &Home| {
            let list = home.join.map_or(&main, |j| &joined_columns[j]);
            let column = list.iter().position(|n| *n == home.name).expect("every home lists its names");
            home.join.map_or(Place::Main(column), |join| Place::Joined { join, column })
        };
        self.places = homes.iter().map(place).collect();
        for ((table, key), columns) in tables.iter().zip(&keys).zip(&joined_columns) {
            let lookup = Lookup::load(&table.files, &table.theirs, columns, &table.added)?;
            self.joined.push(Joined { lookup, key: key.iter().map(place).collect() });
        }
        Ok(())
    }

    /// The table a name lives in: the main files first, then the joined ones in order.
    fn home(&self, name: &str, section: &str, tables: &[Table]) -> Result<Home> {
        let join = if self.files[0].has(name) {
            None
        } else {
            match tables.iter().position(|t| t.files[0].has(name)) {
                Some(join) => Some(join),
                None => return Err(self.nowhere(name, section, tables.iter().map(|t| &t.files[0]))),
            }
        };
        Ok(Home { name: name.to_owned(), join })
    }

    fn nowhere<'a>(&'a self, name: &str, section: &str, joined: impl Iterator<Item = &'a OpenFile>) -> Error {
        let files: Vec<&OpenFile> = std::iter::once(&self.files[0]).chain(joined).collect();
        let names: Vec<&str> = files.iter().flat_map(|f| f.names().iter().map(String::as_str)).collect();
        let shown: Vec<_> = files.iter().map(|f| format!("`{}`", f.shown())).collect();
        let message =
            format!("`{section}` names the column `{name}`, which {} does not have", shown.join(" with "));
        if names.iter().any(|name| is_contact_data(name)) {
            return Error::config(message).hint(NO_HEADER);
        }
        if let Some(file) = files.iter().find(|file| !file.unread_sheets().is_empty()) {
            return Error::config(message).hint(file.other_sheets());
        }
        let list = names.iter().map(|n| format!("`{n}`")).collect::<Vec<_>>().join(", ");
        Error::config(message).hint(error::closest(name, names.iter().copied()).map_or_else(
            || format!("its columns: {list}"),
            |close| format!("did you mean `{close}`? its columns: {list}"),
        ))
    }

    /// What its files leave open, with the rows of each: files without any, and sheets that nobody reads.
    pub fn warnings(&self, rows_of_file: &[u64]) -> Vec<Warning> {
        let empty = self.files.iter().zip(rows_of_file).filter(|(_, rows)| **rows == 0).map(|(file, _)| {
            Warning::new("file_without_rows", format!("`{}` has no rows below its header", file.shown()))
                .with("file", file.shown())
        });
        empty.chain(self.unread_sheets.iter().cloned()).collect()
    }

    /// Columns to read from the main files.
    pub fn main_columns(&self) -> &[String] {
        &self.main
    }

    /// Index of a wanted column.
    pub fn column(&self, name: &str) -> usize {
        self.wanted.iter().position(|w| w == name).expect("only wanted columns are asked for")
    }

    /// A block with the rows of the joined tables beside it.
    pub fn view<'a>(&'a self, block: &'a Block) -> View<'a> {
        let mut view = View { plan: self, block, joined: Vec::with_capacity(self.joined.len()) };
        for joined in &self.joined {
            let rows = (0..block.rows)
                .map(|row| joined.lookup.find(joined.key.iter().map(|place| view.at(*place, row))))
                .collect();
            view.joined.push(rows);
        }
        view
    }

    /// Settles how columns of numbers mark their decimals. A column whose own values do not tell is written like the
    /// others.
    ///
    /// # Errors
    /// `Config` when a column holds both forms, or values that are other numbers with each and nothing settles which.
    pub fn decimal_marks<const N: usize>(
        &self,
        names: [Option<&str>; N],
        declared: Option<Decimal>,
    ) -> Result<[DecimalMark; N]> {
        match declared {
            Some(Decimal::Point) => return Ok([DecimalMark::Point; N]),
            Some(Decimal::Comma) => return Ok([DecimalMark::Comma; N]),
            None => {}
        }
        let found = names.into_par_iter().map(|name| match name {
            Some(name) => self.own_mark(name),
            None => Ok(FoundMark::default()),
        });
        let found: Vec<FoundMark> = error::all(found)?;
        let has = |mark| found.iter().any(|found| found.mark == mark);
        let others = match (has(DecimalMark::Point), has(DecimalMark::Comma)) {
            (true, false) => Some(DecimalMark::Point),
            (false, true) => Some(DecimalMark::Comma),
            _ => None,
        };
        let mut marks = [DecimalMark::Auto; N];
        for ((mark, found), name) in marks.iter_mut().zip(found).zip(names) {
            *mark = match (found.doubt, others) {
                (None, _) => found.mark,
                (Some(_), Some(others)) => others,
                (Some(doubt), None) => {
                    return Err(self.two_numbers(name.unwrap_or_default(), &doubt));
                }
            };
        }
        Ok(marks)
    }

    /// Settles how a column of numbers marks its decimals; one that does not tell has decimal points.
    ///
    /// # Errors
    /// `Config` when the column holds both forms.
    pub fn decimal_mark(&self, name: &str) -> Result<DecimalMark> {
        Ok(self.own_mark(name)?.mark)
    }

    /// What a column's own texts say; looks on while they leave a doubt.
    fn own_mark(&self, name: &str) -> Result<FoundMark> {
        let mut detector = MarkDetector::default();
        let mut blocks = 0;
        self.sample(name, Stored::Numbers, written, &mut |values| {
            values.iter().for_each(|v| detector.observe(v));
            blocks += 1;
            blocks < MARK_BLOCKS || detector.doubt().is_some()
        })?;
        let doubt = detector.doubt().map(str::to_owned);
        let mark = detector.finish().map_err(|conflict| {
            Error::config(format!(
                "`[{}]` column `{name}` writes decimals both as `{}` and as `{}`",
                self.section, conflict.comma, conflict.point
            ))
            .hint(format!(
                "in `[{}.rules]` declare `decimal = \",\"` or `decimal = \".\"`; values written the other way are then set aside",
                self.section
            ))
        })?;
        Ok(FoundMark { mark, doubt })
    }

    fn two_numbers(&self, name: &str, value: &str) -> Error {
        let section = &self.section;
        Error::config(format!(
            "`[{section}]` column `{name}`: `{value}` is one number with a decimal point and another with a decimal comma, and no value settles which"
        ))
        .hint(format!("in `[{section}.rules]` declare `decimal = \",\"` or `decimal = \".\"`"))
    }

    /// Settles the format of a column of times; `None` when the file stores them as times.
    ///
    /// # Errors
    /// `Config` when the format cannot be decided or no value can be read.
    pub fn time_format(
        &self,
        name: &str,
        declared: &str,
        calendar: CalendarRule,
    ) -> Result<Option<TimeFormat>> {
        self.time_format_like(name, declared, calendar, None)
    }

    /// As [`Plan::time_format`], beside a column whose format is settled: a column without a value, or whose
    /// values do not tell the day from the month, is written like that one.
    ///
    /// # Errors
    /// As [`Plan::time_format`].
    pub fn time_format_like(
        &self,
        name: &str,
        declared: &str,
        calendar: CalendarRule,
        beside: Option<&TimeFormat>,
    ) -> Result<Option<TimeFormat>> {
        let calendar = match calendar {
            CalendarRule::Auto => Calendar::Auto,
            CalendarRule::Gregorian => Calendar::Gregorian,
            CalendarRule::Jalali => Calendar::Jalali,
        };
        if declared != "auto" {
            return TimeFormat::declared(declared, calendar).map(Some);
        }
        let mut detector = Detector::new(calendar);
        let mut texts = false;
        self.sample(name, Stored::Times, shown, &mut |values| {
            texts |= !values.is_empty();
            values.iter().for_each(|v| detector.observe(v));
            !detector.is_settled()
        })?;
        if !texts {
            return Ok(None);
        }
        match (detector.finish(), beside) {
            (Err(DetectError::Empty | DetectError::Ambiguous { .. }), Some(beside)) => {
                Ok(Some(beside.clone()))
            }
            (found, _) => found.map(Some).map_err(|e| self.undecided(name, &e)),
        }
    }

    fn undecided(&self, name: &str, error: &DetectError) -> Error {
        let hint = match error {
            DetectError::Empty => error.hint().to_owned(),
            _ => format!("in `[{}.rules]` {}", self.section, error.hint()),
        };
        Error::config(format!("`[{}]` column `{name}`: {error}", self.section)).hint(hint)
    }

    /// Shows a column's texts block by block, from the first file on, while `more` asks for more. What files
    /// store in a type of its own is not shown.
    fn sample(
        &self,
        name: &str,
        stored: Stored,
        shown: for<'a> fn(Cell<'a>) -> Option<Cow<'a, [u8]>>,
        more: &mut dyn FnMut(&[&[u8]]) -> bool,
    ) -> Result<()> {
        let column = match self.places[self.column(name)] {
            Place::Joined { join, column } => {
                let lookup = &self.joined[join].lookup;
                let texts: Vec<&[u8]> =
                    (0..lookup.rows()).filter_map(|r| text(lookup.cell(column, r))).collect();
                more(&texts);
                return Ok(());
            }
            Place::Main(_) => [name.to_owned()],
        };
        for file in &self.files {
            if file.stored(name) == Some(stored) {
                continue;
            }
            let request = file.request(&column)?;
            let (mut open, mut typed, mut failed) = (true, false, None);
            file.pieces(&mut |piece| {
                match file.block(piece, &request) {
                    Ok(block) => {
                        let mut written = Vec::with_capacity(block.rows);
                        block.each(0, |_, cell| written.extend(shown(cell)));
                        let texts: Vec<&[u8]> = written.iter().map(AsRef::as_ref).collect();
                        // A typed column has no texts to show in any of its pieces; the next file may have.
                        typed = texts.is_empty() && file.is_typed();
                        open = more(&texts);
                    }
                    Err(error) => failed = Some(error),
                }
                open && !typed && failed.is_none()
            })?;
            if let Some(error) = failed {
                return Err(error);
            }
            if !open {
                return Ok(());
            }
        }
        Ok(())
    }
}

/// Says of each workbook which of its sheets nobody reads.
fn unread_sheets<'a>(files: impl Iterator<Item = &'a OpenFile>) -> Vec<Warning> {
    let mut told: Vec<Warning> = files
        .filter(|file| !file.unread_sheets().is_empty())
        .map(|file| {
            let book = file.path().file_name().unwrap_or_default().to_string_lossy().into_owned();
            let sheets = file.unread_sheets().join(", ");
            let message = format!(
                "the workbook `{book}` has sheets that are not read: {sheets} (`sheet` names those to read, `\"*\"` is all)"
            );
            Warning::new("unread_sheets", message).with("file", book).with("sheets", sheets)
        })
        .collect();
    told.dedup();
    told
}

/// Blocks looked at to learn the decimal mark of a column.
const MARK_BLOCKS: u32 = 8;

/// What the values of a column say about its decimal mark.
#[derive(Default)]
struct FoundMark {
    mark: DecimalMark,
    /// A value that is another number with each mark, where no value settles which.
    doubt: Option<String>,
}

/// A value that is written out, as opposed to stored as a time.
fn shown(cell: Cell<'_>) -> Option<Cow<'_, [u8]>> {
    match cell {
        Cell::Text(_) | Cell::Int(_) | Cell::Float(_) => {
            Some(cell.text()).filter(|t| !is_missing(t.trim_ascii()))
        }
        _ => None,
    }
}

/// A value that somebody wrote as text, as opposed to stored as a number.
fn written(cell: Cell<'_>) -> Option<Cow<'_, [u8]>> {
    text(cell).map(Cow::Borrowed)
}

fn text(cell: Cell<'_>) -> Option<&[u8]> {
    match cell {
        Cell::Text(text) if !is_missing(text.trim_ascii()) => Some(text),
        _ => None,
    }
}

/// A block seen through the plan: wanted columns of the main file and of the joined tables.
pub struct View<'a> {
    plan: &'a Plan,
    block: &'a Block,
    joined: Vec<Vec<u32>>,
}

impl<'a> View<'a> {
    /// The value of a wanted column in a row.
    #[inline]
    pub fn cell(&self, wanted: usize, row: usize) -> Cell<'a> {
        self.at(self.plan.places[wanted], row)
    }

    /// Every value of a wanted column, with its row.
    pub fn each(&self, wanted: usize, mut see: impl FnMut(usize, Cell<'a>)) {
        match self.plan.places[wanted] {
            Place::Main(column) => self.block.each(column, see),
            place @ Place::Joined { .. } => {
                (0..self.block.rows).for_each(|row| see(row, self.at(place, row)));
            }
        }
    }

    /// The values of a wanted column in some rows, in their order.
    pub fn each_of(&self, wanted: usize, rows: &[u32], mut see: impl FnMut(Cell<'a>)) {
        match self.plan.places[wanted] {
            Place::Main(column) => self.block.each_of(column, rows, see),
            place @ Place::Joined { .. } => rows.iter().for_each(|row| see(self.at(place, *row as usize))),
        }
    }

    /// The values of a wanted column, equal ones that stand row after row once.
    pub fn stretches(&self, wanted: usize) -> Stretches<'a> {
        match self.plan.places[wanted] {
            Place::Main(column) => Stretches::of_column(self.block, column),
            place @ Place::Joined { .. } => {
                Stretches::of_cells((0..self.block.rows).map(|row| self.at(place, row)))
            }
        }
    }

    /// A wanted column of the main file, as the file keeps it.
    pub fn column(&self, wanted: usize) -> Option<&'a Column> {
        match self.plan.places[wanted] {
            Place::Main(column) => Some(&self.block.columns[column]),
            Place::Joined { .. } => None,
        }
    }

    fn at(&self, place: Place, row: usize) -> Cell<'a> {
        match place {
            Place::Main(column) => self.block.cell(column, row),
            Place::Joined { join, column } => {
                self.plan.joined[join].lookup.cell(column, self.joined[join][row])
            }
        }
    }

    /// Our side of the key of the first joined table that has no row for this one.
    pub fn unmatched(&self, row: usize) -> Option<Cell<'a>> {
        let join = self.joined.iter().position(|rows| rows[row] == NO_ROW)?;
        Some(self.at(self.plan.joined[join].key[0], row))
    }
}
