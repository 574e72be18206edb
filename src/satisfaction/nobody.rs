//! Responses that name nobody: they label no customer, and still say how many are dissatisfied.

use super::Answered;
use super::levels::Level;
use super::score::Score;

impl Answered {
    /// Responses that name nobody, have a score and still count by their age; and how many of them are angry or
    /// dissatisfied. Each counts as given: nothing fades.
    pub fn anonymous(&self) -> (u64, u64) {
        let scores: Vec<Score> =
            self.surveys.iter().map(|survey| Score::of(survey, None, &self.params)).collect();
        let nobody = self.responses.iter().filter(|response| {
            response.head.customer.is_none() && self.params.is_current(response.head.age_days)
        });
        let (mut all, mut dissatisfied) = (0, 0);
        for score in
            nobody.filter_map(|response| scores[usize::from(response.head.survey)].of_response(&response))
        {
            let level = Level::of(score, &self.params.cut_points);
            all += 1;
            dissatisfied += u64::from(matches!(level, Level::Angry | Level::Dissatisfied));
        }
        (all, dissatisfied)
    }
}
