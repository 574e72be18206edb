//! Responses of all surveys to one table of answers.

use foldhash::fast::FixedState;
use hashbrown::{HashMap, HashSet};
use polars::prelude::*;

use super::Response;
use crate::schema::answers;
use crate::{Result, table};

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

/// Collects the responses of all surveys into one table of answers.
#[derive(Debug, Default)]
pub struct AnswersBuilder {
    customer: Vec<Option<u32>>,
    survey: Vec<u16>,
    response: Vec<u32>,
    at: Vec<Option<i64>>,
    age: Vec<Option<i32>>,
    item: Vec<u16>,
    value: Vec<f64>,
    unit: Vec<f64>,
    responses: u32,
}

impl AnswersBuilder {
    /// Adds the responses of one block; blocks come in file order. Returns how many answers were given before in
    /// the same response: the later one counts.
    pub fn add(
        &mut self,
        survey: u16,
        responses: Vec<Response>,
        open: &mut Open,
        age: &dyn Fn(i64) -> i32,
    ) -> u64 {
        let mut repeated = 0;
        for response in responses {
            let next = self.responses;
            let number = response.key.map_or(next, |key| *open.responses.entry(key).or_insert(next));
            self.responses += u32::from(number == next);
            for (item, value, unit) in response.answers {
                let again = response.key.is_some() && !open.answers.insert((number, item));
                repeated += u64::from(again && item < open.items);
                self.customer.push(response.customer);
                self.survey.push(survey);
                self.response.push(number);
                self.at.push(response.at);
                self.age.push(response.at.map(age));
                self.item.push(item);
                self.value.push(value);
                self.unit.push(unit);
            }
        }
        repeated
    }

    /// The table that `schema::answers` describes.
    ///
    /// # Errors
    /// `Internal` when the table cannot be built.
    pub fn finish(self) -> Result<DataFrame> {
        table::new(vec![
            Column::new(answers::CUSTOMER.into(), self.customer),
            Column::new(answers::SURVEY.into(), self.survey),
            Column::new(answers::RESPONSE.into(), self.response),
            table::timestamp_column(answers::ANSWERED_AT, self.at)?,
            Column::new(answers::AGE_DAYS.into(), self.age),
            Column::new(answers::ITEM.into(), self.item),
            Column::new(answers::VALUE.into(), self.value),
            Column::new(answers::UNIT.into(), self.unit),
        ])
    }
}
