//! The satisfaction score of one response: from plain answers, or from what was received against what was expected.

use serde::{Deserialize, Serialize};

use super::pairs::GapPlan;
use super::responses::Response;
use super::{SatisfactionParams, SurveyItems};
use crate::schema::Measure;

/// Which questions a score comes from.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum ScoreSource {
    /// The satisfaction items where at least half of them are answered, else the gap. A stated satisfaction says
    /// more than a gap does: expectations sit near the top of their scale.
    #[default]
    Auto,
    /// The satisfaction items only.
    Plain,
    /// The gap between perception and expectation only.
    Gap,
}

/// Where the scores of a survey, or of one of its dimensions, come from.
#[derive(Clone, Debug, PartialEq)]
pub struct Score {
    plain: Vec<usize>,
    gap: Option<GapPlan>,
    /// The scale that the scores stand on in points, where it is one.
    scale: Option<[f64; 2]>,
}

impl Score {
    /// The items of a survey, or of one of its dimensions, that a score comes from.
    pub fn of(survey: &SurveyItems, dimension: Option<&str>, params: &SatisfactionParams) -> Self {
        let within = |own: Option<&str>| dimension.is_none() || own == dimension;
        let asked = || {
            survey.places(|item| item.measures == Measure::Satisfaction && within(item.dimension.as_deref()))
        };
        let plain = if params.source == ScoreSource::Gap { Vec::new() } else { asked() };
        let gap = match params.source {
            ScoreSource::Plain => None,
            _ => GapPlan::of(survey, dimension, &params.weights),
        };
        let scale = survey.common_scale(&plain);
        Self { plain, gap, scale }
    }

    /// No question of the survey says anything about satisfaction.
    pub fn is_empty(&self) -> bool {
        self.plain.is_empty() && self.gap.is_none()
    }

    /// The scores are means of answers on one scale: that scale. Gaps have none.
    pub fn scale(&self) -> Option<[f64; 2]> {
        self.scale
    }

    /// Scores come from gaps alone.
    pub fn is_gap(&self) -> bool {
        self.plain.is_empty() && self.gap.is_some()
    }

    /// The score of a response, 0 to 1.
    pub fn of_response(&self, response: &Response) -> Option<f64> {
        response.mean_of_half(&self.plain).or_else(|| self.gap.as_ref()?.score(response))
    }
}

#[cfg(test)]
mod tests {
    use super::super::ItemMeaning;
    use super::super::responses::tests::{head, item, survey};
    use super::*;

    #[test]
    fn stated_satisfaction_comes_before_the_gap() {
        let on = |measures| ItemMeaning { scale: [1.0, 5.0], ..item(measures) };
        let survey = survey(
            "shop",
            vec![on(Measure::Satisfaction), on(Measure::Expectation), on(Measure::Perception)],
        );
        let score = |source, units: [Option<f64>; 3]| {
            let params = SatisfactionParams { source, ..Default::default() };
            let head = head();
            Score::of(&survey, None, &params).of_response(&Response { head: &head, units: &units })
        };
        let all = [Some(1.0), Some(0.75), Some(0.5)];
        assert_eq!(score(ScoreSource::Auto, all), Some(1.0));
        assert_eq!(score(ScoreSource::Gap, all), Some(0.25));
        assert_eq!(score(ScoreSource::Auto, [None, Some(0.75), Some(0.5)]), Some(0.25));
        assert_eq!(score(ScoreSource::Plain, [None, Some(0.75), Some(0.5)]), None);
        assert_eq!(score(ScoreSource::Auto, [None, None, Some(0.5)]), None);
    }
}
