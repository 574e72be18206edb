//! Rows that were set aside, on their way to the result.

use crate::Result;
use crate::ingest::accounting::SetAside;
use crate::ingest::read::Placed;
use crate::ingest::source::OpenFile;
use crate::publish::parquet::Stamp;
use crate::publish::rejects::Reject;
use crate::publish::{Draft, RejectsWriter};

/// Where rows that were set aside go.
pub struct Rejects<'a> {
    target: Option<(&'a Draft, &'a Stamp)>,
    open: Option<RejectsWriter>,
}

impl<'a> Rejects<'a> {
    /// Into a result's draft.
    pub fn draft(draft: &'a Draft, stamp: &'a Stamp) -> Self {
        Self { target: Some((draft, stamp)), open: None }
    }

    /// Nowhere: they are only counted.
    pub fn count_only() -> Self {
        Self { target: None, open: None }
    }

    /// The rows that follow are of this input table.
    ///
    /// # Errors
    /// `Io` when its file cannot be made.
    pub fn begin(&mut self, table: &str) -> Result<()> {
        self.finish_table()?;
        if let Some((draft, stamp)) = self.target {
            self.open = Some(RejectsWriter::create(draft, table, stamp)?);
        }
        Ok(())
    }

    /// Adds the rows that one block set aside; `columns` are the names that column indices point into.
    ///
    /// # Errors
    /// `Io` when they cannot be written.
    pub fn add<T>(&mut self, placed: &Placed<T>, aside: &SetAside, file: &OpenFile, columns: &[String]) -> Result<()> {
        let Some(writer) = &mut self.open else { return Ok(()) };
        for i in 0..aside.len() {
            let text = |bytes: Option<&'_ [u8]>| bytes.map(|b| String::from_utf8_lossy(b).into_owned());
            let (value, raw) = (text(aside.values.get(i)), text(aside.raw.get(i)));
            writer.add(&Reject {
                file: file.shown(),
                row: placed.first_row + u64::from(aside.rows[i]),
                line: aside.lines[i].map(|l| placed.first_line + u64::from(l)),
                reason: aside.reasons[i].name(),
                column: aside.columns[i].map(|c| columns[c as usize].as_str()),
                value: value.as_deref(),
                raw: raw.as_deref().unwrap_or_default(),
            })?;
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
    pub fn finish(mut self) -> Result<()> {
        self.finish_table()
    }
}
