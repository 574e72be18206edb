//! Responses of all surveys to the answers that the stage of satisfaction asks for.

use foldhash::fast::FixedState;
use hashbrown::{HashMap, HashSet};

use crate::answers::{Answer, Answers, Head};
use crate::{Error, Result};

/// Accepted rows of one block.
#[derive(Debug, Default)]
pub struct Rows {
    all: Vec<Row>,
    /// Where the answers of each row end.
    ends: Vec<u32>,
    /// Place of the item and answer on 0 to 1, row after row; facts follow the items.
    answers: Vec<(u16, f64)>,
}

/// One accepted row.
#[derive(Debug)]
pub(super) struct Row {
    pub(super) customer: Option<u32>,
    pub(super) at: Option<i64>,
    /// Rows with the same key are one response.
    pub(super) key: Option<u64>,
}

impl Rows {
    pub(super) fn push(&mut self, row: Row, answers: impl Iterator<Item = (u16, f64)>) {
        self.answers.extend(answers);
        self.ends.push(self.answers.len() as u32);
        self.all.push(row);
    }

    /// Number of rows.
    pub fn len(&self) -> usize {
        self.all.len()
    }

    /// True without rows.
    pub fn is_empty(&self) -> bool {
        self.all.is_empty()
    }
}

/// Responses of one survey whose rows may stand apart, and what they answered.
#[derive(Debug)]
pub struct Open {
    responses: HashMap<u64, u32, FixedState>,
    answers: HashSet<(u32, u16), FixedState>,
    /// Number of the survey's items; its facts follow them.
    items: u16,
}

impl Open {
    /// Nothing yet, of a survey with so many items.
    pub fn new(items: usize) -> Self {
        Self {
            responses: HashMap::with_hasher(FixedState::with_seed(4)),
            answers: HashSet::with_hasher(FixedState::with_seed(5)),
            items: items as u16,
        }
    }
}

/// Collects the responses of all surveys.
#[derive(Debug, Default)]
pub struct AnswersBuilder {
    made: Answers,
}

impl AnswersBuilder {
    /// Adds the responses of one block; blocks come in file order. Returns how many answers were given before in
    /// the same response: the later one counts.
    ///
    /// # Errors
    /// `Internal` when an answer is younger than the as-of day.
    pub fn add(
        &mut self,
        survey: u16,
        block: &Rows,
        open: &mut Open,
        age: &dyn Fn(i64) -> i32,
    ) -> Result<u64> {
        let Answers { heads, answers } = &mut self.made;
        let (mut repeated, mut start) = (0, 0);
        for (row, end) in block.all.iter().zip(&block.ends) {
            let own = &block.answers[start..*end as usize];
            start = *end as usize;
            let next = heads.len() as u32;
            let number = row.key.map_or(next, |key| *open.responses.entry(key).or_insert(next));
            if number == next {
                heads.push(None);
            }
            if own.is_empty() {
                continue;
            }
            let age_days = row.at.map(|at| u32::try_from(age(at))).transpose();
            let age_days = age_days
                .map_err(|_| Error::internal(format!("response {number} is younger than the as-of day")))?;
            heads[number as usize] =
                Some(Head { customer: row.customer, answered_at: row.at, age_days, survey });
            for &(item, unit) in own {
                let again = row.key.is_some() && !open.answers.insert((number, item));
                repeated += u64::from(again && item < open.items);
                answers.push(Answer { response: number, item, unit });
            }
        }
        Ok(repeated)
    }

    /// All that was collected.
    pub fn finish(self) -> Answers {
        self.made
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    type Said<'a> = &'a [(u16, f64)];

    /// Rows of anonymous people: key, time in days, answers.
    fn rows(all: &[(Option<u64>, i64, Said<'_>)]) -> Rows {
        let mut rows = Rows::default();
        for (key, at, answers) in all {
            rows.push(Row { customer: None, at: Some(*at), key: *key }, answers.iter().copied());
        }
        rows
    }

    #[test]
    fn rows_of_one_response_may_stand_apart_and_the_last_one_dates_it() {
        let mut builder = AnswersBuilder::default();
        let mut open = Open::new(1);
        let age = |at: i64| 10 - at as i32;
        let first = rows(&[(Some(7), 1, &[(0, 0.5)]), (None, 2, &[(0, 1.0)]), (None, 3, &[])]);
        assert_eq!(builder.add(0, &first, &mut open, &age).unwrap(), 0);
        // The item is answered again, and so is a fact, which is no answer.
        let second = rows(&[(Some(7), 4, &[(0, 0.25), (1, 30.0)]), (Some(7), 5, &[(1, 40.0)])]);
        assert_eq!(builder.add(0, &second, &mut open, &age).unwrap(), 1);
        let made = builder.finish();
        let ages: Vec<_> = made.heads.iter().map(|head| head.map(|head| head.age_days)).collect();
        assert_eq!(ages, [Some(Some(5)), Some(Some(8)), None]);
        let of: Vec<_> = made.answers.iter().map(|answer| (answer.response, answer.item)).collect();
        assert_eq!(of, [(0, 0), (1, 0), (0, 0), (0, 1), (0, 1)]);
    }

    #[test]
    fn an_answer_from_after_the_as_of_day_is_refused() {
        let added =
            AnswersBuilder::default()
                .add(0, &rows(&[(None, 11, &[(0, 1.0)])]), &mut Open::new(1), &|at| 10 - at as i32);
        assert!(added.unwrap_err().to_string().contains("younger than the as-of day"));
    }
}
