//! `[[surveys.items]]`: the questions of a survey.

use serde::{Deserialize, Serialize};

use super::source::ColumnName;
use crate::schema::Measure;

/// One `[[surveys.items]]`: a question, what it measures and how it is answered.
#[derive(Clone, Debug, PartialEq, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct ItemParams {
    /// The column of the export that holds the answers.
    pub column: ColumnName,
    /// What the question asks about.
    pub measures: Measure,
    /// Lowest and highest answer, for answers in numbers.
    #[serde(default)]
    pub scale: Option<[f64; 2]>,
    /// The labels, for answers in words.
    #[serde(default)]
    pub labels: Option<Labels>,
    /// Of a question where people tick what applies: the answer this item is about, in one or several spellings.
    /// The item is 1 where it is ticked and 0 where only others are.
    #[serde(default)]
    pub option: Option<Spellings>,
    /// Sign between several answers in one cell; left out: a cell is one answer.
    #[serde(default)]
    pub separator: Option<String>,
    /// What several answers in one cell count as.
    #[serde(default)]
    pub several: Option<Several>,
    /// The highest answer is the worst.
    #[serde(default)]
    pub reversed: bool,
    /// Only whole numbers are answers; otherwise half steps and finer ones are, too.
    #[serde(default)]
    pub integer: bool,
    /// The dimension of service the question belongs to.
    #[serde(default)]
    pub dimension: Option<String>,
    /// Answers that mean "no answer", such as 99 or "no opinion"; empty cells always do.
    #[serde(default)]
    pub missing: Vec<Code>,
}

/// Answers in words.
#[derive(Clone, Debug, PartialEq, Deserialize, Serialize)]
#[serde(untagged, expecting = "the name of a label set, or a list of labels from worst to best")]
pub enum Labels {
    /// A set of [`crate::ingest::labels::LABEL_SETS`], by name.
    Named(String),
    /// Own labels in ascending order; the first is 1, each further one more.
    Own(Vec<Spellings>),
}

/// An answer in words, in one spelling or several.
#[derive(Clone, Debug, PartialEq, Deserialize, Serialize)]
#[serde(untagged, expecting = "a text, or a list of spellings of the same answer")]
pub enum Spellings {
    /// One.
    One(String),
    /// Several that mean the same.
    Many(Vec<String>),
}

impl Spellings {
    /// The spellings as a slice.
    pub fn as_slice(&self) -> &[String] {
        match self {
            Self::One(one) => std::slice::from_ref(one),
            Self::Many(many) => many,
        }
    }
}

/// What several answers in one cell count as.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Several {
    /// Their mean.
    #[default]
    Mean,
    /// The worst of them.
    Worst,
    /// The best of them.
    Best,
    /// The first.
    First,
    /// The last.
    Last,
}

/// An answer that means "no answer".
#[derive(Clone, Debug, PartialEq, Deserialize, Serialize)]
#[serde(untagged, expecting = "a number or a text")]
pub enum Code {
    /// A number, whatever way it is written in the export.
    Number(f64),
    /// A text, compared in key form.
    Text(String),
}
