//! Rows that were set aside, on their way to the result or, for `check`, to the screen.

use std::collections::BTreeMap;

use crate::Result;
use crate::ingest::accounting::SetAside;
use crate::ingest::read::Placed;
use crate::ingest::source::OpenFile;
use crate::publish::parquet::Stamp;
use crate::publish::rejects::Reject;
use crate::publish::{Draft, RejectsWriter};
use crate::schema::Reason;

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

enum Target<'a> {
    Draft(&'a Draft, &'a Stamp),
    Examples { of_each: usize, seen: BTreeMap<Reason, usize>, kept: Vec<Example> },
}

/// Where rows that were set aside go.
pub struct Rejects<'a> {
    target: Target<'a>,
    table: String,
    open: Option<RejectsWriter>,
}

impl<'a> Rejects<'a> {
    /// Into a result's draft.
    pub(super) fn draft(draft: &'a Draft, stamp: &'a Stamp) -> Self {
        Self { target: Target::Draft(draft, stamp), table: String::new(), open: None }
    }

    /// The first few of each reason are kept.
    pub(super) fn examples(of_each: usize) -> Self {
        let target = Target::Examples { of_each, seen: BTreeMap::new(), kept: Vec::new() };
        Self { target, table: String::new(), open: None }
    }

    /// The rows that follow are of this input table.
    ///
    /// # Errors
    /// `Io` when its file cannot be made.
    pub(super) fn begin(&mut self, table: &str) -> Result<()> {
        self.finish_table()?;
        table.clone_into(&mut self.table);
        match &mut self.target {
            Target::Draft(draft, stamp) => self.open = Some(RejectsWriter::create(draft, table, stamp)?),
            Target::Examples { seen, .. } => seen.clear(),
        }
        Ok(())
    }

    /// Adds the rows that one block set aside; `columns` are the names that column indices point into.
    ///
    /// # Errors
    /// `Io` when they cannot be written.
    pub(super) fn add<T>(
        &mut self,
        placed: &Placed<T>,
        aside: &SetAside,
        file: &OpenFile,
        columns: &[String],
    ) -> Result<()> {
        for i in 0..aside.len() {
            let row = placed.first_row + u64::from(aside.rows[i]);
            let line = aside.lines[i].map(|l| placed.first_line + u64::from(l));
            let reason = aside.reasons[i];
            let column = aside.columns[i].map(|c| columns[c as usize].as_str());
            let text = |bytes| std::str::from_utf8(bytes).unwrap_or_default();
            let (value, raw) = (aside.values.get(i).map(text), aside.raw.get(i).map_or("", text));
            match (&mut self.target, &mut self.open) {
                (Target::Draft(..), Some(writer)) => {
                    let reason = reason.name();
                    writer.add(&Reject { file: file.shown(), row, line, reason, column, value, raw })?;
                }
                (Target::Draft(..), None) => {}
                (Target::Examples { of_each, seen, kept }, _) => {
                    let count = seen.entry(reason).or_default();
                    *count += 1;
                    if *count <= *of_each {
                        kept.push(Example {
                            table: self.table.clone(),
                            file: file.shown().to_owned(),
                            row,
                            line,
                            reason: reason.name(),
                            column: column.map(str::to_owned),
                            value: value.map(str::to_owned),
                        });
                    }
                }
            }
        }
        Ok(())
    }

    fn finish_table(&mut self) -> Result<()> {
        self.open.take().map_or(Ok(()), RejectsWriter::finish)
    }

    /// Ends the last table.
    ///
    /// # Errors
    /// `Io` when it cannot be written.
    pub(super) fn finish(mut self) -> Result<()> {
        self.finish_table()
    }

    /// The rows kept.
    pub(super) fn into_examples(self) -> Vec<Example> {
        match self.target {
            Target::Examples { kept, .. } => kept,
            Target::Draft(..) => Vec::new(),
        }
    }
}
