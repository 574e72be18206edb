//! Conditions over a table: who belongs to an audience, who is put on a watchlist.
//!
//! ```text
//! rfm_segment in ('champions', 'loyal') and quadrant = 'advocate'
//! ```
//!
//! A text becomes a [`Condition`] (its form is right), which becomes a [`Checked`] condition (its columns exist
//! and are compared with values of their type), which is asked of a data frame row by row.
//!
//! ```text
//! condition  = all { "or" all }          all = part { "and" part }
//! part       = "not" part | "(" condition ")" | test
//! test       = value ( "=" | "!=" | "<" | "<=" | ">" | ">=" ) value
//!            | column [ "not" ] "in" "(" value { "," value } ")"
//!            | column [ "not" ] "between" value "and" value          both ends belong to it
//!            | column [ "not" ] "contains" 'text'                    part of a text, item of a list
//!            | column "is" [ "not" ] "null"
//! value      = column | number | 'text' | true | false
//! ```
//!
//! - A quote inside a text is doubled: `'Nowruz''s'`. Upper and lower case make no difference in `and`, `or`,
//!   `null` and the like; they do in columns and texts.
//! - A time column is compared with a date or time in quotes: `last_order_at >= '2011-12-01'`. A date is the
//!   whole day in the zone of the run, so `<= '2011-12-01'` includes its evening.
//! - Unknown stays unknown, as in SQL: a test of a null is neither true nor false, `not` of it is not either,
//!   and a row belongs only when the whole condition is true. `is null` is the test for null.
//!
//! # Examples
//! ```
//! use moshtari::condition::{Columns, Condition};
//! use moshtari::schema;
//!
//! let columns = Columns::of(&schema::customers::TABLE);
//! let valuable = Condition::parse("monetary >= 1000 and recency_days < 90")?.check(&columns)?;
//! assert_eq!(valuable.columns(), ["monetary", "recency_days"]);
//!
//! let error = Condition::parse("quadrnt = 'advocate'")?.check(&columns).unwrap_err();
//! assert_eq!(error.hint_text(), Some("did you mean `quadrant`?"));
//! # Ok::<(), moshtari::Error>(())
//! ```

mod check;
mod columns;
mod evaluate;
mod syntax;
#[cfg(test)]
mod tests;
mod token;

use polars::prelude::DataFrame;

pub use self::columns::Columns;
use self::evaluate::Test;
use self::syntax::Node;
use crate::{Error, Result};

/// A condition whose form is right; whether it fits a table is for [`Condition::check`] to say.
#[derive(Clone, Debug)]
pub struct Condition {
    text: String,
    root: Node,
}

impl Condition {
    /// Reads a condition.
    ///
    /// # Errors
    /// `Config` with the place and what was expected there.
    pub fn parse(text: &str) -> Result<Self> {
        let tokens = token::read(text).map_err(|fault| fault.in_text(text))?;
        let root = syntax::read(&tokens).map_err(|fault| fault.in_text(text))?;
        Ok(Self { text: text.to_owned(), root })
    }

    /// The condition as written.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// Holds the condition against the columns of a table.
    ///
    /// # Errors
    /// `Config` with the place, when a column is unknown or compared with a value of another type.
    pub fn check(&self, columns: &Columns) -> Result<Checked> {
        let test = check::typed(&self.root, columns).map_err(|fault| fault.in_text(&self.text))?;
        Ok(Checked { text: self.text.clone(), test })
    }
}

/// A condition that fits its table.
#[derive(Clone, Debug)]
pub struct Checked {
    text: String,
    test: Test,
}

impl Checked {
    /// The condition as written.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// The columns it reads, sorted.
    pub fn columns(&self) -> Vec<&str> {
        let mut names = Vec::new();
        self.test.columns(&mut names);
        names.sort_unstable();
        names.dedup();
        names
    }

    /// For each row of the table, whether the condition is true; unknown is not true.
    ///
    /// # Errors
    /// `Config` when the frame lacks a column that the condition reads, as when its stage was not run.
    pub fn mask(&self, frame: &DataFrame) -> Result<Vec<bool>> {
        if let Some(name) = self.columns().into_iter().find(|name| frame.column(name).is_err()) {
            return Err(Error::config(format!(
                "the condition `{}` reads the column `{name}`, which this table does not have",
                self.text
            ))
            .hint("the stage that makes the column was not run, or its input is not configured"));
        }
        Ok(self.test.truths(frame)?.into_iter().map(|truth| truth == Some(true)).collect())
    }
}

/// What is wrong at one place of a condition.
#[derive(Debug)]
struct Fault {
    /// Place as a byte offset.
    at: usize,
    message: String,
    hint: Option<String>,
}

impl Fault {
    fn new(at: usize, message: impl Into<String>) -> Self {
        Self { at, message: message.into(), hint: None }
    }

    fn hint(mut self, text: impl Into<String>) -> Self {
        self.hint = Some(text.into());
        self
    }

    /// The error people read: places are counted in characters from 1.
    fn in_text(self, text: &str) -> Error {
        let place = text.char_indices().take_while(|(byte, _)| *byte < self.at).count() + 1;
        let error = Error::config(format!("{} (at character {place} of `{text}`)", self.message));
        match self.hint {
            Some(hint) => error.hint(hint),
            None => error,
        }
    }
}
