//! How many customers are dissatisfied without complaining.

use crate::math::interval::{Interval, wilson};

/// An estimate from a survey.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct SurveyEstimate {
    /// Dissatisfied customers: their share among respondents, of the active customers.
    pub dissatisfied: f64,
    /// Wilson's interval of that share, of the active customers.
    pub interval: Interval,
    /// Dissatisfied customers who did not complain, 0 or more.
    pub silent: f64,
    /// The interval of `silent`.
    pub silent_interval: Interval,
    /// Complaining customers per dissatisfied customer; `None` when nobody is dissatisfied.
    pub complaint_share: Option<f64>,
}

/// The silent among `active` customers, of whom `complaining` complained, when `dissatisfied` of `respondents`
/// were dissatisfied or angry; `None` without respondents.
///
/// `D = active·dissatisfied/respondents`, silent `max(0, D − complaining)`. Assumes that respondents are like
/// other customers.
pub fn from_survey(
    active: u64,
    dissatisfied: u64,
    respondents: u64,
    complaining: u64,
) -> Option<SurveyEstimate> {
    let share = wilson(dissatisfied, respondents)?;
    let (active, complaining) = (active as f64, complaining as f64);
    let all = active * (dissatisfied as f64 / respondents as f64);
    let interval = Interval { low: active * share.low, high: active * share.high };
    let silent = |dissatisfied: f64| (dissatisfied - complaining).max(0.0);
    Some(SurveyEstimate {
        dissatisfied: all,
        interval,
        silent: silent(all),
        silent_interval: Interval { low: silent(interval.low), high: silent(interval.high) },
        complaint_share: (all > 0.0).then(|| complaining / all),
    })
}

/// An estimate without a survey: a rule of thumb, never a measurement.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct RuleOfThumb {
    /// Dissatisfied customers that so many complaints would come from, at most the active ones.
    pub dissatisfied: f64,
    /// Those of them who did not complain, 0 or more.
    pub silent: f64,
}

/// The silent among `active` customers if one in so many dissatisfied customers complains: `complaint_share` is
/// that part, above 0 and at most 1 (0.02 in the course notes, some 0.04 in studies after TARP 1979).
///
/// `None` for a share outside this range.
pub fn by_rule_of_thumb(active: u64, complaining: u64, complaint_share: f64) -> Option<RuleOfThumb> {
    let (active, complaining) = (active as f64, complaining as f64);
    let dissatisfied = (complaining / complaint_share).min(active);
    let silent = (dissatisfied - complaining).max(0.0);
    (complaint_share > 0.0 && complaint_share <= 1.0).then_some(RuleOfThumb { dissatisfied, silent })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::math::golden::{close, json};

    #[test]
    fn estimates_equal_the_reference() {
        for case in json("silent_dissatisfied_vectors.json").as_array().unwrap() {
            let count = |name: &str| case[name].as_u64().unwrap();
            let found = from_survey(
                count("active"),
                count("dissatisfied_respondents"),
                count("respondents"),
                count("complaining_customers"),
            )
            .unwrap();
            let survey = |name: &str| case["survey"][name].as_f64().unwrap();
            close(found.dissatisfied, survey("dissatisfied"), 1e-12);
            close(found.interval.low, survey("lo"), 1e-12);
            close(found.interval.high, survey("hi"), 1e-12);
            close(found.silent, survey("silent"), 1e-12);
            close(found.silent_interval.low, survey("silent_lo"), 1e-12);
            close(found.silent_interval.high, survey("silent_hi"), 1e-12);
            assert_eq!(found.complaint_share.is_some(), case["survey"]["complaint_share"].is_number());
            if let Some(share) = found.complaint_share {
                close(share, survey("complaint_share"), 1e-12);
            }
            let thumb = |name: &str| case["heuristic"][name].as_f64().unwrap();
            let complaining = count("complaining_customers");
            let found = by_rule_of_thumb(count("active"), complaining, thumb("complaint_rate")).unwrap();
            close(found.dissatisfied, thumb("capped_dissatisfied"), 1e-12);
            close(found.silent, thumb("silent"), 1e-12);
        }
    }

    #[test]
    fn nobody_asked_or_an_impossible_share_gives_nothing() {
        assert_eq!(from_survey(100, 0, 0, 5), None);
        assert_eq!((by_rule_of_thumb(100, 5, 0.0), by_rule_of_thumb(100, 5, 1.5)), (None, None));
        assert_eq!(by_rule_of_thumb(100, 5, f64::NAN), None);
    }
}
