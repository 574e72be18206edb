//! Those who never complained: how many dissatisfied customers stand behind those who did.

use super::figures::Figure;
use super::params::ComplaintsParams;
use super::rates::Estimate;
use super::silent::{SurveyEstimate, by_rule_of_thumb, from_survey};

/// Scores of recency up to this part of the scale say that buying fell away, and of frequency from this part on that
/// there was something to fall from.
const RARELY: f64 = 0.4;
const OFTEN: f64 = 0.6;

/// One customer, as far as silence is concerned.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Voice {
    /// Ordered within the days that make a customer active.
    pub(super) active: bool,
    /// Complained.
    pub(super) complained: bool,
    /// Angry or dissatisfied; `None` when the level is not known.
    pub(super) dissatisfied: Option<bool>,
    /// Recency and frequency scores as parts of the scale.
    pub(super) scores: Option<[f64; 2]>,
}

impl Voice {
    fn fell_away(&self) -> bool {
        self.scores.is_some_and(|[recency, frequency]| recency <= RARELY && frequency >= OFTEN)
    }
}

/// Respondents of whom nobody knows which customers they are.
#[derive(Clone, Copy, Debug, Default)]
pub struct Strangers {
    /// Respondents with a level of satisfaction.
    pub respondents: u64,
    /// Those of them who are angry or dissatisfied.
    pub dissatisfied: u64,
}

/// The silent among the customers; strangers answer for the active ones as named respondents do.
pub(super) fn unheard(voices: &[Voice], strangers: Strangers, params: &ComplaintsParams) -> Vec<Figure> {
    let count = |of: &dyn Fn(&Voice) -> bool| voices.iter().filter(|voice| of(voice)).count();
    let active = count(&|v| v.active);
    let complaining = count(&|v| v.active && v.complained);
    let respondents = count(&|v| v.active && v.dissatisfied.is_some()) + strangers.respondents as usize;
    let dissatisfied = count(&|v| v.active && v.dissatisfied == Some(true)) + strangers.dissatisfied as usize;
    let fallen = count(&Voice::fell_away);
    let mut figures = vec![Figure::count("active_customers", voices.len(), active)];
    let survey = from_survey(active as u64, dissatisfied as u64, respondents as u64, complaining as u64);
    figures.extend(match survey {
        Some(found) => surveyed(&found, respondents, strangers, complaining),
        None => vec![by_thumb(active, complaining, params)],
    });
    let known = count(&|v| v.dissatisfied == Some(true));
    let silent = count(&|v| v.dissatisfied == Some(true) && !v.complained);
    figures.push(
        Figure::count("silent_dissatisfied", known, silent).noted("of customers known to be dissatisfied"),
    );
    let gone = count(&|v| v.fell_away() && !v.complained);
    figures.push(
        Figure::count("silent_fallen_away", fallen, gone)
            .noted("of customers who bought often and no longer do"),
    );
    figures
}

/// How many dissatisfied customers the survey stands for, and how many of them nobody heard.
fn surveyed(
    found: &SurveyEstimate,
    respondents: usize,
    strangers: Strangers,
    complaining: usize,
) -> Vec<Figure> {
    let note = match strangers.respondents {
        0 => "from the survey: respondents stand for all".to_owned(),
        n => format!("from the survey: respondents stand for all ({n} of them anonymous)"),
    };
    let each = |measure, value, interval| {
        let estimate = Some(Estimate { value, interval });
        Figure::estimate(measure, respondents, estimate, "").noted(&note)
    };
    let behind = (complaining > 0).then(|| found.dissatisfied / complaining as f64);
    vec![
        each("dissatisfied_estimate", found.dissatisfied, found.interval),
        each("silent_estimate", found.silent, found.silent_interval),
        Figure::new("complaint_share", respondents, found.complaint_share)
            .noted("complaining customers per dissatisfied customer"),
        Figure::new("dissatisfied_per_complainer", respondents, behind)
            .noted("so many does one complaining customer speak for"),
    ]
}

fn by_thumb(active: usize, complaining: usize, params: &ComplaintsParams) -> Figure {
    let thumb = by_rule_of_thumb(active as u64, complaining as u64, params.complaint_share);
    let value = thumb.map(|thumb| thumb.silent).filter(|_| active > 0);
    let one_in = 1.0 / params.complaint_share;
    let why = format!("rule of thumb, not measured: one in {one_in:.0} dissatisfied customers complains");
    Figure { note: None, ..Figure::new("silent_estimate", 0, value) }.noted(&why)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn voice(complained: bool, dissatisfied: Option<bool>, scores: [f64; 2]) -> Voice {
        Voice { active: true, complained, dissatisfied, scores: Some(scores) }
    }

    fn value(figures: &[Figure], measure: &str) -> Option<f64> {
        figures.iter().find(|f| f.measure == measure).and_then(|f| f.value)
    }

    /// 100 customers, 20 asked, 5 of them dissatisfied: 25 in all; 10 complained, 2 of the dissatisfied among them.
    #[test]
    fn from_a_survey_by_hand() {
        let voices: Vec<Voice> = (0..100)
            .map(|n| {
                voice(
                    n < 2 || (20..28).contains(&n),
                    (n < 20).then_some(n < 5),
                    [0.2, if n < 30 { 0.6 } else { 0.4 }],
                )
            })
            .collect();
        let found = unheard(&voices, Strangers::default(), &ComplaintsParams::default());
        assert_eq!(value(&found, "dissatisfied_estimate"), Some(25.0));
        assert_eq!(value(&found, "silent_estimate"), Some(15.0));
        assert_eq!(value(&found, "complaint_share"), Some(0.4));
        assert_eq!(value(&found, "dissatisfied_per_complainer"), Some(2.5));
        assert_eq!(value(&found, "silent_dissatisfied"), Some(3.0));
        assert_eq!(value(&found, "silent_fallen_away"), Some(20.0));
        // Twenty strangers, 11 of them dissatisfied: 16 of 40 respondents, 40 customers in all.
        let strangers = Strangers { respondents: 20, dissatisfied: 11 };
        let found = unheard(&voices, strangers, &ComplaintsParams::default());
        assert_eq!(value(&found, "dissatisfied_estimate"), Some(40.0));
        assert_eq!(value(&found, "silent_estimate"), Some(30.0));
        assert_eq!(value(&found, "silent_dissatisfied"), Some(3.0));
    }

    #[test]
    fn without_a_survey_it_is_a_rule_of_thumb_and_says_so() {
        let voices: Vec<Voice> = (0..1000).map(|n| voice(n < 4, None, [1.0, 1.0])).collect();
        let found = unheard(&voices, Strangers::default(), &ComplaintsParams::default());
        assert_eq!(value(&found, "silent_estimate"), Some(196.0));
        let note =
            found.iter().find(|f| f.measure == "silent_estimate").and_then(|f| f.note.clone()).unwrap();
        assert!(note.starts_with("rule of thumb, not measured: one in 50"), "{note}");
    }
}
