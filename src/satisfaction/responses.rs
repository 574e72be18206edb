//! From single answers to one response at a time.

pub use crate::answers::{Answers, Head};
use crate::schema::Measure;
use crate::{Error, Result};

/// A survey: its name in the configuration and its questions, in order.
#[derive(Clone, Debug, PartialEq)]
pub struct SurveyItems {
    /// Name in the configuration.
    pub name: String,
    /// The questions; an answer's `item` counts from 0 in this order.
    pub items: Vec<ItemMeaning>,
    /// Facts that go with a response, by name; they are counted on from the items.
    pub facts: Vec<String>,
}

/// What a question measures.
#[derive(Clone, Debug, PartialEq)]
pub struct ItemMeaning {
    /// The question as the export names it.
    pub name: String,
    /// What it asks about.
    pub measures: Measure,
    /// The dimension of service it belongs to.
    pub dimension: Option<String>,
    /// Lowest and highest answer.
    pub scale: [f64; 2],
}

impl SurveyItems {
    /// Number of values that a response may carry: one per item and fact.
    pub(super) fn n_slots(&self) -> usize {
        self.items.len() + self.facts.len()
    }

    /// The scale that all items at `places` share, if they do.
    pub(super) fn common_scale(&self, places: &[usize]) -> Option<[f64; 2]> {
        let mut scales = places.iter().map(|&place| Some(self.items[place].scale));
        scales.next().filter(|first| scales.all(|scale| scale == *first))?
    }

    /// Places of the items that match.
    pub(super) fn places(&self, matches: impl Fn(&ItemMeaning) -> bool) -> Vec<usize> {
        self.items.iter().enumerate().filter(|(_, item)| matches(item)).map(|(place, _)| place).collect()
    }
}

/// One response with a slot for every item of its survey.
#[derive(Clone, Copy, Debug)]
pub struct Response<'a> {
    /// Who, to what and when.
    pub head: &'a Head,
    /// Answers by place of the item, 0 to 1, then the facts; `None` where there is none.
    pub units: &'a [Option<f64>],
}

impl Response<'_> {
    /// Mean of the items at `places` if at least half of them are answered.
    pub(super) fn mean_of_half(&self, places: &[usize]) -> Option<f64> {
        let n = self.answered(places).count();
        (n > 0 && 2 * n >= places.len()).then(|| self.answered(places).sum::<f64>() / n as f64)
    }

    /// Mean of those items at `places` that are answered.
    pub(super) fn mean(&self, places: &[usize]) -> Option<f64> {
        let n = self.answered(places).count();
        (n > 0).then(|| self.answered(places).sum::<f64>() / n as f64)
    }

    /// The answers at `places`.
    pub(super) fn answered(self, places: &[usize]) -> impl Iterator<Item = f64> {
        places.iter().filter_map(|place| self.units[*place])
    }
}

/// All responses, by their number.
#[derive(Clone, Debug)]
pub struct Responses {
    /// `None` for a number that no answer carries.
    heads: Vec<Option<Head>>,
    /// First slot of each response in `units`.
    starts: Vec<usize>,
    units: Vec<Option<f64>>,
}

impl Responses {
    /// Gathers the answers of each response, wherever they stand; cost and memory are linear. Where a response
    /// answers an item twice, the later answer wins.
    ///
    /// # Errors
    /// `Internal` when an answer or response points at a survey, item or customer that is not there.
    pub fn gather(answers: Answers, surveys: &[SurveyItems], n_customers: usize) -> Result<Self> {
        let Answers { heads, answers } = answers;
        let mut starts = Vec::with_capacity(heads.len());
        let mut n_slots = 0;
        for (number, head) in heads.iter().enumerate() {
            starts.push(n_slots);
            if let Some(head) = head {
                check(head, number, surveys.len(), n_customers)?;
                n_slots += surveys[usize::from(head.survey)].n_slots();
            }
        }
        let mut units = vec![None; n_slots];
        for answer in answers {
            let number = answer.response as usize;
            let head = heads.get(number).copied().flatten();
            let head = head.ok_or_else(|| Error::internal(format!("nobody gave response {number}")))?;
            let (survey, item) = (&surveys[usize::from(head.survey)], usize::from(answer.item));
            if item >= survey.n_slots() {
                return Err(Error::internal(format!("survey `{}` has no item {item}", survey.name)));
            }
            units[starts[number] + item] = Some(answer.unit);
        }
        Ok(Self { heads, starts, units })
    }

    /// How many numbers of responses there are.
    pub(super) fn len(&self) -> usize {
        self.heads.len()
    }

    /// The responses in the order of their numbers, which is that of files and rows.
    pub fn iter(&self) -> impl Iterator<Item = Response<'_>> + Clone {
        (0..self.heads.len()).filter_map(|number| self.get(number))
    }

    /// Those to the survey at `place`.
    pub(super) fn of_survey(&self, place: usize) -> impl Iterator<Item = Response<'_>> + Clone {
        self.iter().filter(move |response| usize::from(response.head.survey) == place)
    }

    /// The response of a number.
    pub(super) fn get(&self, number: usize) -> Option<Response<'_>> {
        let end = self.starts.get(number + 1).copied().unwrap_or(self.units.len());
        self.heads[number]
            .as_ref()
            .map(|head| Response { head, units: &self.units[self.starts[number]..end] })
    }
}

/// A response is of a survey and customer that are there.
fn check(head: &Head, number: usize, n_surveys: usize, n_customers: usize) -> Result<()> {
    let (survey, customer) = (head.survey, head.customer);
    if usize::from(survey) >= n_surveys {
        return Err(Error::internal(format!("response {number} is of survey {survey} of {n_surveys}")));
    }
    if customer.is_some_and(|customer| customer as usize >= n_customers) {
        let message = format!("response {number} is of customer row {customer:?} of {n_customers}");
        return Err(Error::internal(message));
    }
    Ok(())
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;
    use crate::answers::Answer;

    /// An item on 1 to 5.
    pub(in super::super) fn item(measures: Measure) -> ItemMeaning {
        ItemMeaning { name: "q".to_owned(), measures, dimension: None, scale: [1.0, 5.0] }
    }

    pub(in super::super) fn survey(name: &str, items: Vec<ItemMeaning>) -> SurveyItems {
        SurveyItems { name: name.to_owned(), items, facts: Vec::new() }
    }

    /// An anonymous, undated response to the first survey.
    pub(in super::super) fn head() -> Head {
        Head { survey: 0, customer: None, answered_at: None, age_days: None }
    }

    /// Appends the answer to an item: `(customer, survey, response, age_days)`, item, unit.
    pub(in super::super) fn push(
        answers: &mut Answers,
        (customer, survey, response, age_days): (Option<u32>, u16, u32, Option<u32>),
        item: u16,
        unit: f64,
    ) {
        let answered_at = age_days.map(|age| 1_000_000 - i64::from(age));
        let number = response as usize;
        answers.heads.resize(answers.heads.len().max(number + 1), None);
        answers.heads[number] = Some(Head { customer, answered_at, age_days, survey });
        answers.answers.push(Answer { response, item, unit });
    }

    #[test]
    fn answers_of_a_response_need_not_stand_together_and_the_last_wins() {
        let surveys = [
            survey("short", vec![item(Measure::Satisfaction)]),
            survey("long", vec![item(Measure::Satisfaction); 3]),
        ];
        let mut answers = Answers::default();
        push(&mut answers, (Some(1), 1, 0, Some(5)), 0, 0.1);
        push(&mut answers, (None, 0, 2, None), 0, 0.5);
        push(&mut answers, (Some(1), 1, 0, Some(5)), 2, 0.3);
        push(&mut answers, (Some(1), 1, 0, Some(4)), 0, 0.9);
        let responses = Responses::gather(answers, &surveys, 2).unwrap();
        let all: Vec<Response> = responses.iter().collect();
        assert_eq!(all.len(), 2);
        assert_eq!(all[0].units, [Some(0.9), None, Some(0.3)]);
        assert_eq!((all[0].head.customer, all[0].head.age_days), (Some(1), Some(4)));
        assert_eq!(all[1].units, [Some(0.5)]);
        assert_eq!((all[1].head.customer, all[1].head.age_days, all[1].head.survey), (None, None, 0));
    }

    #[test]
    fn a_mean_needs_half_of_its_items() {
        let head = head();
        let units = [Some(1.0), None, Some(0.5), None, None];
        let response = Response { head: &head, units: &units };
        assert_eq!(response.mean_of_half(&[0, 1, 2]), Some(0.75));
        assert_eq!(response.mean_of_half(&[0, 1]), Some(1.0));
        assert_eq!(response.mean_of_half(&[0, 1, 3]), None);
        assert_eq!(response.mean(&[0, 1, 3]), Some(1.0));
        assert_eq!(response.mean_of_half(&[]), None);
        assert_eq!(response.mean_of_half(&[3]), None);
    }

    #[test]
    fn answers_that_point_nowhere_are_refused() {
        let surveys = [survey("a", vec![item(Measure::Satisfaction)]), survey("b", Vec::new())];
        let one = |head, item| {
            let mut answers = Answers::default();
            push(&mut answers, head, item, 0.5);
            Responses::gather(answers, &surveys, 2).unwrap_err().to_string()
        };
        assert!(one((Some(0), 2, 0, None), 0).contains("survey 2 of 2"));
        assert!(one((Some(2), 0, 0, None), 0).contains("customer row"));
        assert!(one((Some(0), 0, 0, None), 1).contains("survey `a` has no item 1"));
        let nobody = Answers { heads: vec![None], answers: vec![Answer { response: 0, item: 0, unit: 0.5 }] };
        let refused = Responses::gather(nobody, &surveys, 2).unwrap_err().to_string();
        assert!(refused.contains("nobody gave response 0"));
    }
}
