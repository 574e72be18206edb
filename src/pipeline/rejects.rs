//! Rows that were set aside, on their way to the result or, for `check`, to the screen.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::mpsc::{SyncSender, sync_channel};
use std::thread::JoinHandle;

use crate::config::Config;
use crate::ingest::accounting::SetAside;
use crate::ingest::forgotten::Forgotten;
use crate::ingest::plan::Plan;
use crate::ingest::read::Placed;
use crate::ingest::source::OpenFile;
use crate::publish::parquet::Stamp;
use crate::publish::rejects::RejectedRows;
use crate::publish::{Draft, RejectsWriter};
use crate::schema::Reason;
use crate::{Error, Result};

/// One row that would be set aside.
pub struct Example {
    /// Input table.
    pub table: String,
    /// File, as configured.
    pub file: String,
    /// 1-based record number.
    pub row: u64,
    /// 1-based line, where the format has lines.
    pub line: Option<u64>,
    /// Why.
    pub reason: &'static str,
    /// The column at fault.
    pub column: Option<String>,
    /// The value at fault.
    pub value: Option<String>,
}

/// Names that rows set aside refer to.
pub(super) struct Names {
    files: Vec<Arc<str>>,
    columns: Arc<[String]>,
    /// Columns of the files themselves that somebody reads.
    read: Arc<[String]>,
    /// Whether rows of a file are shown as they stood: when somebody reads all of its columns, or asks.
    whole: Vec<bool>,
}

impl Names {
    /// Of the tables of a plan. Rows show columns that nobody reads where they are asked for, and nobody is to be
    /// forgotten.
    pub(super) fn of(plan: &Plan, config: &Config) -> Self {
        let read: Arc<[String]> = plan.main_columns().into();
        let names_all = |file: &OpenFile| file.names().iter().all(|name| read.contains(name));
        let is_whole =
            |file: &OpenFile| config.forget.is_none() && (config.publish.show_values || names_all(file));
        Self {
            files: plan.files.iter().map(|f| f.shown().into()).collect(),
            columns: plan.wanted.clone().into(),
            whole: plan.files.iter().map(is_whole).collect(),
            read,
        }
    }

    /// The rows that a block set aside, with where it stood.
    pub(super) fn aside<T>(&self, placed: &Placed<T>, rows: SetAside) -> Aside {
        Aside {
            file: Arc::clone(&self.files[placed.file]),
            first_row: placed.first_row,
            first_line: placed.first_line,
            rows,
            read: (!self.whole[placed.file]).then(|| Arc::clone(&self.read)),
            columns: Arc::clone(&self.columns),
        }
    }
}

/// The rows that one block set aside, and where they stood.
pub(super) struct Aside {
    file: Arc<str>,
    first_row: u64,
    first_line: u64,
    rows: SetAside,
    /// The columns that rows show, where they do not show all.
    read: Option<Arc<[String]>>,
    columns: Arc<[String]>,
}

impl Aside {
    fn row(&self, i: usize) -> u64 {
        self.first_row + u64::from(self.rows.rows[i])
    }

    fn line(&self, i: usize) -> Option<u64> {
        self.rows.lines[i].map(|line| self.first_line + u64::from(line))
    }

    fn column(&self, i: usize) -> Option<&str> {
        self.rows.columns[i].map(|column| self.columns[column as usize].as_str())
    }

    fn rejected(&mut self) -> RejectedRows<'_> {
        let (values, raw) = (std::mem::take(&mut self.rows.values), std::mem::take(&mut self.rows.raw));
        let all = 0..self.rows.len();
        RejectedRows {
            file: &self.file,
            rows: all.clone().map(|i| self.row(i)).collect(),
            lines: all.map(|i| self.line(i)).collect(),
            reasons: &self.rows.reasons,
            columns: std::mem::take(&mut self.rows.columns),
            names: &self.columns,
            values,
            raw,
        }
    }

    /// Puts the shape in the place of columns that nobody reads.
    fn hide(&mut self) {
        if let Some(read) = self.read.take() {
            self.rows = std::mem::take(&mut self.rows).of_columns_read(&read);
        }
    }

    fn example(&self, table: &str, i: usize) -> Example {
        let text = |bytes| String::from_utf8_lossy(bytes).into_owned();
        Example {
            table: table.to_owned(),
            file: self.file.to_string(),
            row: self.row(i),
            line: self.line(i),
            reason: self.rows.reasons[i].name(),
            column: self.column(i).map(str::to_owned),
            value: self.rows.values.get(i).map(text),
        }
    }
}

enum Target<'a> {
    Draft(&'a Draft, &'a Stamp),
    Examples { of_each: usize, seen: BTreeMap<(String, Reason), usize>, kept: Vec<Example> },
}

/// Blocks of rows set aside that may wait to be written: enough that reading does not stop while many come at once.
const WAITING: usize = 64;

/// A thread that writes one rejects table, so that rows set aside do not hold up the others.
struct Scribe {
    sender: SyncSender<Aside>,
    thread: JoinHandle<Result<()>>,
}

impl Scribe {
    fn start(mut writer: RejectsWriter) -> Self {
        let (sender, receiver) = sync_channel::<Aside>(WAITING);
        let thread = std::thread::spawn(move || {
            for mut aside in receiver {
                aside.hide();
                writer.add(aside.rejected())?;
            }
            writer.finish()
        });
        Self { sender, thread }
    }

    /// Waits for the table to be complete.
    fn end(self) -> Result<()> {
        drop(self.sender);
        self.thread.join().map_err(|_| Error::internal("the writer of a rejects table panicked"))?
    }
}

/// A rejects table that is being written.
#[derive(Default)]
struct Open {
    table: String,
    scribe: Option<Scribe>,
    masked: bool,
    forgotten: Option<Forgotten>,
    /// Rows skipped for somebody to be forgotten, by table.
    skipped: BTreeMap<String, u64>,
}

impl Open {
    fn begin(&mut self, table: &str, target: &mut Target<'_>) -> Result<()> {
        self.finish()?;
        table.clone_into(&mut self.table);
        match target {
            Target::Draft(draft, stamp) => {
                self.scribe = Some(Scribe::start(RejectsWriter::create(draft, table, stamp)?));
            }
            Target::Examples { .. } => {}
        }
        Ok(())
    }

    fn add(&mut self, mut aside: Aside, target: &mut Target<'_>) -> Result<()> {
        if aside.rows.is_empty() {
            return Ok(());
        }
        if let Some(forgotten) = &self.forgotten {
            let skipped = aside.rows.forget(&|cell| forgotten.is_named(cell));
            *self.skipped.entry(self.table.clone()).or_default() += skipped;
        }
        if self.masked {
            aside.rows = aside.rows.masked(None);
        }
        match target {
            Target::Draft(..) => {
                let gone = self.scribe.as_ref().is_some_and(|s| s.sender.send(aside).is_err());
                // The thread stopped early: its error is the reason.
                if gone { self.finish() } else { Ok(()) }
            }
            Target::Examples { of_each, seen, kept } => {
                for i in 0..aside.rows.len() {
                    let count = seen.entry((self.table.clone(), aside.rows.reasons[i])).or_default();
                    *count += 1;
                    if *count <= *of_each {
                        kept.push(aside.example(&self.table, i));
                    }
                }
                Ok(())
            }
        }
    }

    fn finish(&mut self) -> Result<()> {
        self.scribe.take().map_or(Ok(()), Scribe::end)
    }
}

/// Where rows that were set aside go, and single answers beside them.
pub struct Rejects<'a> {
    target: Target<'a>,
    rows: Open,
    answers: Open,
}

impl<'a> Rejects<'a> {
    /// Into a result's draft.
    pub(super) fn draft(draft: &'a Draft, stamp: &'a Stamp) -> Self {
        Self { target: Target::Draft(draft, stamp), rows: Open::default(), answers: Open::default() }
    }

    /// The first few of each reason are kept.
    pub(super) fn examples(of_each: usize) -> Self {
        let target = Target::Examples { of_each, seen: BTreeMap::new(), kept: Vec::new() };
        Self { target, rows: Open::default(), answers: Open::default() }
    }

    /// The same; where ids are pseudonyms, and on a screen, rows show the shape of their values.
    #[must_use]
    pub(super) fn masked(mut self, masked: bool) -> Self {
        (self.rows.masked, self.answers.masked) = (masked, masked);
        self
    }

    /// The same; rows of these people are empty.
    #[must_use]
    pub(super) fn forgetting(mut self, people: Option<&Forgotten>) -> Self {
        (self.rows.forgotten, self.answers.forgotten) = (people.cloned(), people.cloned());
        self
    }

    /// Rows skipped for somebody to be forgotten, by table.
    pub(super) fn skipped(&self) -> &BTreeMap<String, u64> {
        &self.rows.skipped
    }

    /// Where a run may put what does not fit in memory.
    pub(super) fn folder(&self) -> PathBuf {
        match &self.target {
            Target::Draft(draft, _) => draft.path(""),
            Target::Examples { .. } => std::env::temp_dir(),
        }
    }

    /// The rows that follow are of this input table.
    ///
    /// # Errors
    /// `Io` when its file cannot be made, or the table before it could not be written.
    pub(super) fn begin(&mut self, table: &str) -> Result<()> {
        self.rows.begin(table, &mut self.target)
    }

    /// The single answers that follow belong to this table.
    ///
    /// # Errors
    /// As [`Rejects::begin`].
    pub(super) fn begin_answers(&mut self, table: &str) -> Result<()> {
        self.answers.begin(table, &mut self.target)
    }

    /// Adds the rows that one block set aside.
    ///
    /// # Errors
    /// `Io` when the table cannot be written.
    pub(super) fn add(&mut self, aside: Aside) -> Result<()> {
        self.rows.add(aside, &mut self.target)
    }

    /// Adds the single answers that one block set aside.
    ///
    /// # Errors
    /// As [`Rejects::add`].
    pub(super) fn add_answers(&mut self, aside: Aside) -> Result<()> {
        self.answers.add(aside, &mut self.target)
    }

    /// Ends the last tables.
    ///
    /// # Errors
    /// `Io` when it cannot be written.
    pub(super) fn finish(mut self) -> Result<()> {
        self.rows.finish()?;
        self.answers.finish()
    }

    /// The rows kept.
    pub(super) fn into_examples(self) -> Vec<Example> {
        match self.target {
            Target::Examples { kept, .. } => kept,
            Target::Draft(..) => Vec::new(),
        }
    }
}
