//! Conditions on the columns of an export: `{ column = "InvoiceNo", starts_with = "C" }`.

use std::fmt;
use std::marker::PhantomData;
use std::sync::Arc;

use foldhash::fast::FixedState;
use hashbrown::HashSet;
use serde::de::value::{MapAccessDeserializer, SeqAccessDeserializer};
use serde::de::{IntoDeserializer, MapAccess, SeqAccess, Visitor};
use serde::{Deserialize, Deserializer};

use super::source::{ColumnName, IdRule};
use crate::{Error, Result};

/// One value or a list of them.
#[derive(Clone, Debug)]
pub enum OneOrMany<T> {
    /// `key = value`
    One(T),
    /// `key = [value, value]`
    Many(Vec<T>),
}

impl<T> OneOrMany<T> {
    /// The values as a slice.
    pub fn as_slice(&self) -> &[T] {
        match self {
            Self::One(one) => std::slice::from_ref(one),
            Self::Many(many) => many,
        }
    }
}

impl<T> Default for OneOrMany<T> {
    fn default() -> Self {
        Self::Many(Vec::new())
    }
}

/// Chosen by the kind of the value, so that what is wrong inside it keeps its own message.
impl<'de, T: Deserialize<'de>> Deserialize<'de> for OneOrMany<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(OneOrManyVisitor(PhantomData))
    }
}

struct OneOrManyVisitor<T>(PhantomData<T>);

impl<'de, T: Deserialize<'de>> Visitor<'de> for OneOrManyVisitor<T> {
    type Value = OneOrMany<T>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("one value or a list of them")
    }

    fn visit_str<E: serde::de::Error>(self, text: &str) -> Result<Self::Value, E> {
        T::deserialize(text.into_deserializer()).map(OneOrMany::One)
    }

    fn visit_map<M: MapAccess<'de>>(self, map: M) -> Result<Self::Value, M::Error> {
        T::deserialize(MapAccessDeserializer::new(map)).map(OneOrMany::One)
    }

    fn visit_seq<S: SeqAccess<'de>>(self, list: S) -> Result<Self::Value, S::Error> {
        Vec::deserialize(SeqAccessDeserializer::new(list)).map(OneOrMany::Many)
    }
}

/// A value to compare with: text, number or truth value.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(untagged, expecting = "a text, a number or a truth value")]
pub enum Literal {
    /// A truth value, compared as the text `true` or `false`.
    Bool(bool),
    /// A whole number, compared as a number.
    Int(i64),
    /// A number, compared as a number.
    Float(f64),
    /// A text, compared after removing outer blanks.
    Text(String),
}

/// A condition on one column; every test given must hold.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Condition {
    /// The column, as the file names it.
    pub column: ColumnName,
    /// The value is this one.
    pub equals: Option<Literal>,
    /// The value is one of these.
    #[serde(rename = "in")]
    pub one_of: Option<Vec<Literal>>,
    /// The text begins so.
    pub starts_with: Option<String>,
    /// The text has a match of this regular expression.
    pub matches: Option<String>,
    /// The number is at most this.
    pub at_most: Option<f64>,
    /// The number is at least this.
    pub at_least: Option<f64>,
    /// The cell is empty (`true`) or not (`false`).
    pub is_empty: Option<bool>,
    /// The cell holds one of these ids; made by the engine, not by the configuration.
    #[serde(skip)]
    pub ids: Option<Ids>,
}

/// Many ids, and how those of the column are read.
#[derive(Clone)]
pub struct Ids {
    /// The ids.
    pub set: Arc<HashSet<Vec<u8>, FixedState>>,
    /// How cells are read.
    pub rule: IdRule,
}

/// Ids must not get into a message.
impl fmt::Debug for Ids {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Ids").field("count", &self.set.len()).finish_non_exhaustive()
    }
}

impl Condition {
    /// The column holds one of these ids.
    pub fn of_ids(column: ColumnName, ids: Ids) -> Self {
        Self {
            column,
            equals: None,
            one_of: None,
            starts_with: None,
            matches: None,
            at_most: None,
            at_least: None,
            is_empty: None,
            ids: Some(ids),
        }
    }

    /// A condition must test something.
    ///
    /// # Errors
    /// `Config` naming `key` when no test is given or a regular expression cannot be read.
    pub fn check(&self, key: &str) -> Result<()> {
        let tests = [
            self.equals.is_some(),
            self.one_of.is_some(),
            self.starts_with.is_some(),
            self.matches.is_some(),
            self.at_most.is_some(),
            self.at_least.is_some(),
            self.is_empty.is_some(),
        ];
        if !tests.contains(&true) {
            return Err(Error::config(format!("`{key}` on column `{}` tests nothing", self.column.0))
                .hint("give one of equals, in, starts_with, matches, at_most, at_least, is_empty"));
        }
        if let Some(pattern) = &self.matches {
            regex::bytes::Regex::new(pattern)
                .map_err(|e| Error::config(format!("`{key}`: `matches` is not a regular expression: {e}")))?;
        }
        Ok(())
    }
}
