//! The long layout: a column names the question, another holds the answer.

use std::collections::BTreeSet;

use super::column::{NONE, Values};
use super::ladders::labels;
use super::steps::steps;
use super::tables::{Column, Table};
use super::words::{Concept, words};
use crate::ingest::block::Cell;

/// The columns of the long layout.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Long {
    /// The question.
    pub(super) question: usize,
    /// The answer.
    pub(super) answer: usize,
    /// What the answers of one response share.
    pub(super) response: Option<usize>,
}

/// Words of headers over questions.
const ASKED: &str = "question questions aspect aspects attribute criterion criteria statement dimension indicator \
                     frage pregunta pergunta soru سوال پرسش معیار جنبه شاخص گویه";
/// Words of headers over answers.
const GIVEN: &str = "answer answers response rating rate score value label grade antwort respuesta resposta yanıt \
                     پاسخ جواب امتیاز نمره";

/// The columns of the long layout, if the table is of it.
pub(super) fn find(table: &Table) -> Option<Long> {
    let says = |column: &Column, list: &str| {
        words(&column.name).iter().any(|word| list.split_whitespace().any(|listed| listed == word))
    };
    let columns = || table.columns.iter().enumerate();
    let asks = |column: &Column| {
        let p = &column.profile;
        let few = (2..=60).contains(&p.distinct) && p.rows_each() >= 3.0;
        says(column, ASKED) && !p.is_number() && !p.is_date() && few
    };
    let (question, _) = columns().filter(|(_, c)| asks(c)).min_by_key(|(_, c)| c.profile.distinct)?;
    let answered = |c: &Column| steps(c).is_some() || labels(&c.values).is_some();
    let (answer, _) = columns().find(|(at, c)| *at != question && says(c, GIVEN) && answered(c))?;
    let apart = |(at, column): &(usize, &Column)| {
        *at != question && *at != answer && column.profile.names_things() && tells_apart(table, *at, question)
    };
    let named = |column: &Column| column.says(Concept::Id) || column.says(Concept::Answer);
    let response = columns().filter(apart).max_by_key(|(at, c)| (named(c), std::cmp::Reverse(*at)));
    Some(Long { question, answer, response: response.map(|(at, _)| at) })
}

/// Rows that share a value here are about different questions, and there are such rows.
fn tells_apart(table: &Table, column: usize, question: usize) -> bool {
    /// Share of rows that may lack a value, or answer a question again.
    const SLIPS: f64 = 0.02;
    let (ids, questions) = (&table.columns[column].values.codes, &table.columns[question].values.codes);
    let pairs: Vec<(u32, u32)> = ids
        .iter()
        .copied()
        .zip(questions.iter().copied())
        .filter(|(a, b)| *a != NONE && *b != NONE)
        .collect();
    let distinct = pairs.iter().collect::<BTreeSet<_>>().len();
    pairs.len() as f64 >= (1.0 - SLIPS) * table.rows as f64
        && distinct as f64 >= (1.0 - SLIPS) * pairs.len() as f64
        && table.columns[column].profile.rows_each() >= 1.5
}

/// Each question as a column of its own answers.
pub(super) fn questions(table: &Table, long: &Long) -> Vec<Column> {
    let (questions, answers) = (&table.columns[long.question].values, &table.columns[long.answer].values);
    let mut of: Vec<Values> = vec![Values::default(); questions.texts.len()];
    for (question, answer) in questions.codes.iter().zip(&answers.codes) {
        if *question != NONE {
            let text = if *answer == NONE { "" } else { answers.texts[*answer as usize].as_str() };
            of[*question as usize].push(Cell::Text(text.as_bytes()));
        }
    }
    questions.texts.iter().zip(of).map(|(name, values)| Column::new(name, values)).collect()
}
