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
    Own(Vec<String>),
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
