//! What a question yields for a group of answers: means, level shares, CSAT, NPS and CES, with intervals.

use super::gap_figures::gap_figures;
use super::levels::rounded;
use super::nps::{NpsGroup, STANDARD_SCALE};
use super::pairs::GapPlan;
use super::reliability_figures::{reliabilities, reliability_figures};
use super::responses::Response;
use super::score::Score;
use super::{Level, SatisfactionParams, SurveyItems};
use crate::math::interval::{Interval, nps, student, wilson};
use crate::math::sum::{mean, sample_variance};
use crate::schema::Measure;

/// Where the top two of five answers begin, on 0 to 1.
const TOP_TWO: f64 = 0.75;

/// The scale of the customer effort score, and where its upper three answers begin.
const EFFORT_SCALE: [f64; 2] = [1.0, 7.0];
const TOP_THREE: f64 = 5.0;

/// Below this many values the t interval of a mean says too little to be shown.
const MEAN_INTERVAL_FROM: usize = 5;

/// Below this many answers a figure is called indicative.
const INDICATIVE_BELOW: u32 = 30;

/// One measure of one group.
#[derive(Clone, Debug, PartialEq)]
pub struct Figure {
    /// What the value is.
    pub measure: &'static str,
    /// Answers behind the value; `None` when masked.
    pub n: Option<u32>,
    /// The figure; `None` when masked, or when the measure is not defined here.
    pub value: Option<f64>,
    /// 95 % interval of the figure.
    pub interval: Option<Interval>,
    /// What to know before using the figure.
    pub note: Option<String>,
}

impl Figure {
    pub(super) fn new(
        measure: &'static str,
        n: usize,
        value: Option<f64>,
        interval: Option<Interval>,
    ) -> Self {
        let n = n as u32;
        let note =
            (n < INDICATIVE_BELOW).then(|| format!("indicative: fewer than {INDICATIVE_BELOW} answers"));
        Self { measure, n: Some(n), value, interval, note }
    }

    /// The share of `k` in `n`.
    pub(super) fn share(measure: &'static str, k: usize, n: usize) -> Self {
        let share = (n > 0).then(|| k as f64 / n as f64);
        Self::new(measure, n, share, wilson(k as u64, n as u64))
    }

    /// The mean of values within `bounds`.
    pub(super) fn mean(measure: &'static str, values: &[f64], bounds: [f64; 2]) -> Self {
        let mean = mean(values);
        let interval = mean
            .zip(sample_variance(values))
            .and_then(|(mean, variance)| student(mean, variance.sqrt(), values.len() as u64));
        let shown = interval.filter(|_| values.len() >= MEAN_INTERVAL_FROM);
        Self::new(measure, values.len(), mean, shown.map(|i| i.clip(bounds[0], bounds[1])))
    }

    /// A figure that cannot be given here.
    pub(super) fn undefined(measure: &'static str, n: usize) -> Self {
        Self::new(measure, n, None, None)
    }

    /// The same figure with a note before the notes it has.
    pub(super) fn noted(mut self, note: &str) -> Self {
        self.note = Some(self.note.map_or(note.to_owned(), |other| format!("{note}; {other}")));
        self
    }

    /// The figure without its values, and why.
    pub(super) fn masked(self, reason: &str) -> Self {
        Self { measure: self.measure, n: None, value: None, interval: None, note: Some(reason.to_owned()) }
    }
}

/// Something a survey asks that makes one set of figures.
#[derive(Clone, Debug, PartialEq)]
pub enum Question {
    /// How satisfied people are.
    Score(Score),
    /// Items on one scale whose answers are counted one by one: recommending, buying again, effort.
    Answers {
        /// What they ask.
        measures: Measure,
        /// Their places.
        places: Vec<usize>,
        /// Lowest and highest answer.
        scale: [f64; 2],
    },
    /// One side of a gap by itself: the mean of its items.
    Side {
        /// Expectation or perception.
        measures: Measure,
        /// Places of its items.
        places: Vec<usize>,
        /// The scale all items share, if they do.
        scale: Option<[f64; 2]>,
    },
    /// What was received less what was expected.
    Gap {
        /// Which items.
        plan: GapPlan,
        /// Of all dimensions together, where weights matter.
        whole: bool,
    },
    /// Whether items measure one thing.
    Reliability {
        /// What the first figure is called.
        measure: &'static str,
        /// Places of the items.
        places: Vec<usize>,
    },
}

/// The answers of a group to a question.
pub struct Asked {
    /// Answers behind the figures; decides on masking.
    pub n: usize,
    /// Always the same measures, whatever the answers.
    pub figures: Vec<Figure>,
}

impl Question {
    /// What a survey asks, in one dimension or at all; recommend, repurchase and effort items on different scales
    /// are apart.
    pub fn all_of(survey: &SurveyItems, dimension: Option<&str>, params: &SatisfactionParams) -> Vec<Self> {
        let score = Score::of(survey, dimension, params);
        let mut questions = Vec::new();
        if !score.is_empty() {
            questions.push(Self::Score(score));
        }
        let asked = |measures: Measure| asked(survey, dimension, measures);
        for measures in [Measure::Recommend, Measure::Repurchase, Measure::Effort] {
            let from = questions.len();
            for place in asked(measures) {
                let own = survey.items[place].scale;
                let same = |question: &&mut Self| matches!(question, Self::Answers { scale, .. } if Some(*scale) == Some(own));
                match questions[from..].iter_mut().find(same) {
                    Some(Self::Answers { places, .. }) => places.push(place),
                    _ => questions.push(Self::Answers { measures, places: vec![place], scale: own }),
                }
            }
        }
        for measures in [Measure::Expectation, Measure::Perception] {
            let places = asked(measures);
            if !places.is_empty() {
                let scale = survey.common_scale(&places);
                questions.push(Self::Side { measures, places, scale });
            }
        }
        if let Some(plan) = GapPlan::of(survey, dimension, &params.weights) {
            questions.push(Self::Gap { plan, whole: dimension.is_none() });
        }
        questions.extend(reliabilities(survey, dimension));
        questions
    }

    /// The figures of one group of responses.
    pub fn ask<'a>(
        &self,
        group: impl Iterator<Item = Response<'a>> + Clone,
        params: &SatisfactionParams,
    ) -> Asked {
        match self {
            Self::Score(score) => {
                let values: Vec<f64> = group.filter_map(|r| score.of_response(&r)).collect();
                let figures = satisfaction_figures(&values, score, &params.cut_points);
                Asked { n: values.len(), figures }
            }
            Self::Answers { measures, places, scale: scale @ [low, high] } => {
                let answer = |unit: f64| rounded(low + unit * (high - low));
                let values: Vec<f64> = group.flat_map(|r| r.answered(places).map(answer)).collect();
                let figures = match measures {
                    Measure::Recommend => vec![nps_figure(&values, *scale)],
                    Measure::Repurchase => {
                        vec![on_scale(Figure::mean("repurchase_mean", &values, *scale), *scale)]
                    }
                    _ => effort_figures(&values, *scale),
                };
                Asked { n: values.len(), figures }
            }
            Self::Side { measures, places, scale } => {
                let [low, high] = scale.unwrap_or([0.0, 1.0]);
                let mean = |r: Response| Some(low + r.mean_of_half(places)? * (high - low));
                let values: Vec<f64> = group.filter_map(mean).collect();
                let measure =
                    if *measures == Measure::Expectation { "expectation_mean" } else { "perception_mean" };
                let figure = on_scale(Figure::mean(measure, &values, [low, high]), [low, high]);
                Asked { n: values.len(), figures: vec![figure] }
            }
            Self::Gap { plan, whole } => gap_figures(plan, *whole, group, &params.cut_points),
            Self::Reliability { measure, places } => reliability_figures(measure, places, &group),
        }
    }
}

/// Places of the items of a survey, or of one of its dimensions, that ask for one thing.
fn asked(survey: &SurveyItems, dimension: Option<&str>, measures: Measure) -> Vec<usize> {
    let within = |own: Option<&str>| dimension.is_none() || own == dimension;
    survey.places(|item| item.measures == measures && within(item.dimension.as_deref()))
}

fn satisfaction_figures(values: &[f64], score: &Score, cut_points: &[f64; 4]) -> Vec<Figure> {
    const SHARES: [&str; 5] =
        ["share_angry", "share_dissatisfied", "share_satisfied", "share_happy", "share_delighted"];
    let n = values.len();
    let mut levels = [0; 5];
    for unit in values {
        levels[Level::of(*unit, cut_points) as usize] += 1;
    }
    let top_two = values.iter().filter(|unit| rounded(**unit) >= TOP_TWO).count();
    let mut figures = vec![Figure::mean("mean", values, [0.0, 1.0])];
    figures.extend(SHARES.iter().zip(levels).map(|(measure, k)| Figure::share(measure, k, n)));
    figures.push(Figure::share("csat_top_two", top_two, n));
    let in_points = match score.scale() {
        Some(scale @ [low, high]) => {
            let answers: Vec<f64> = values.iter().map(|unit| low + unit * (high - low)).collect();
            on_scale(Figure::mean("csat_mean", &answers, scale), scale)
        }
        None if score.is_gap() => Figure::undefined("csat_mean", n),
        None => Figure::undefined("csat_mean", n).noted("items on different scales"),
    };
    figures.push(in_points);
    if score.is_gap() {
        return figures.into_iter().map(|figure| figure.noted("from gaps")).collect();
    }
    figures
}

/// The figure, saying on which scale it is.
fn on_scale(figure: Figure, [low, high]: [f64; 2]) -> Figure {
    figure.noted(&format!("on {low} to {high}"))
}

fn nps_figure(values: &[f64], scale: [f64; 2]) -> Figure {
    let groups = || values.iter().filter_map(|answer| NpsGroup::of(*answer, scale));
    let count = |group| groups().filter(|other| *other == group).count() as u64;
    let score = nps(count(NpsGroup::Promoter), count(NpsGroup::Passive), count(NpsGroup::Detractor));
    let figure = Figure::new("nps", values.len(), score.map(|nps| nps.value), score.map(|nps| nps.interval));
    if scale == STANDARD_SCALE { figure } else { figure.noted(&nonstandard(scale)) }
}

fn effort_figures(values: &[f64], scale: [f64; 2]) -> Vec<Figure> {
    let mean = Figure::mean("ces_mean", values, scale);
    if scale != EFFORT_SCALE {
        return vec![mean.noted(&nonstandard(scale))];
    }
    let easy = values.iter().filter(|answer| **answer >= TOP_THREE).count();
    vec![mean, Figure::share("ces_top_three", easy, values.len())]
}

/// The note of a figure that must not be compared with the usual ones of its name.
fn nonstandard([low, high]: [f64; 2]) -> String {
    format!("nonstandard_scale: {low} to {high}")
}

#[cfg(test)]
#[allow(clippy::float_cmp, reason = "the values compared are exact")]
mod tests {
    use super::super::ItemMeaning;
    use super::super::responses::tests::{head, item, survey};
    use super::*;

    fn on(measures: Measure, scale: [f64; 2]) -> ItemMeaning {
        ItemMeaning { scale, ..item(measures) }
    }

    /// The figures of the first question when every item is answered with the value: on 0 to 1 for satisfaction,
    /// on the item's scale for others.
    fn figures(items: Vec<ItemMeaning>, values: &[f64]) -> Vec<Figure> {
        let params = SatisfactionParams::default();
        let plain = items[0].measures == Measure::Satisfaction;
        let [low, high] = if plain { [0.0, 1.0] } else { items[0].scale };
        let survey = survey("shop", items);
        let head = head();
        let units: Vec<Vec<Option<f64>>> =
            values.iter().map(|value| vec![Some((value - low) / (high - low)); survey.items.len()]).collect();
        let group: Vec<Response> = units.iter().map(|units| Response { head: &head, units }).collect();
        Question::all_of(&survey, None, &params)[0].ask(group.iter().copied(), &params).figures
    }

    #[track_caller]
    fn close(figure: &Figure, measure: &str, value: f64, [low, high]: [f64; 2]) {
        let interval = figure.interval.unwrap();
        assert_eq!(figure.measure, measure);
        for (found, expected) in [(figure.value.unwrap(), value), (interval.low, low), (interval.high, high)]
        {
            assert!((found - expected).abs() < 1e-9, "{measure}: found {found}, expected {expected}");
        }
    }

    /// The counts and the mean are those of `satisfaction_mobi.json`; intervals were computed from the survey with
    /// Python's statistics module, t(249) = 1.969536867640 and Wilson's formula.
    #[test]
    fn the_250_respondents_of_mobi_have_their_figures() {
        let text =
            include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/golden/satisfaction_mobi_rows.csv"));
        let units: Vec<f64> =
            text.lines().skip(1).map(|row| row.split(',').nth(5).unwrap().parse().unwrap()).collect();
        let found = figures(vec![on(Measure::Satisfaction, [1.0, 10.0]); 3], &units);
        assert_eq!(found.len(), 8);
        assert!(found.iter().all(|figure| figure.n == Some(250)));
        let mean = 0.719_703_703_703_7;
        let ends = [0.701_362_745_407_5, 0.738_044_661_999_9];
        close(&found[0], "mean", mean, ends);
        close(&found[1], "share_angry", 0.0, [0.0, 0.015_133_299_495_4]);
        close(&found[2], "share_dissatisfied", 0.024, [0.011_044_777_306_1, 0.051_362_123_813_5]);
        close(&found[3], "share_satisfied", 0.18, [0.137_333_432_301_4, 0.232_351_879_375_6]);
        close(&found[4], "share_happy", 0.668, [0.607_469_103_395_5, 0.723_446_107_974_1]);
        close(&found[5], "share_delighted", 0.128, [0.092_146_933_074_4, 0.175_112_241_750_2]);
        close(&found[6], "csat_top_two", 0.412, [0.352_768_489_785_9, 0.473_894_970_925_3]);
        close(&found[7], "csat_mean", 1.0 + 9.0 * mean, ends.map(|end| 1.0 + 9.0 * end));
        assert_eq!(found[7].note.as_deref(), Some("on 1 to 10"));
        assert!(found[..7].iter().all(|figure| figure.note.is_none()));
    }

    #[test]
    fn few_answers_are_indicative_and_very_few_have_no_interval_of_the_mean() {
        let found = figures(vec![item(Measure::Satisfaction)], &[0.75, 0.75, 1.0, 0.0]);
        assert_eq!((found[0].value, found[0].interval), (Some(0.625), None));
        assert_eq!(found[6].value, Some(0.75));
        assert!(found[6].interval.is_some());
        assert_eq!(found[7].value, Some(3.5));
        assert_eq!(found[7].note.as_deref(), Some("on 1 to 5; indicative: fewer than 30 answers"));
        assert!(figures(vec![item(Measure::Satisfaction)], &[0.5; 5])[0].interval.is_some());
    }

    #[test]
    fn no_answers_have_the_same_measures_without_values() {
        for measures in [Measure::Satisfaction, Measure::Recommend, Measure::Effort] {
            let (none, some) = (figures(vec![item(measures)], &[]), figures(vec![item(measures)], &[0.5]));
            let names = |figures: &[Figure]| figures.iter().map(|figure| figure.measure).collect::<Vec<_>>();
            assert_eq!(names(&none), names(&some));
            assert!(none.iter().all(|figure| figure.value.is_none() && figure.interval.is_none()));
        }
    }

    #[test]
    fn satisfaction_on_different_scales_has_no_mean_in_points() {
        let items = vec![item(Measure::Satisfaction), on(Measure::Satisfaction, [0.0, 10.0])];
        let found = figures(items, &[0.5; 40]);
        assert_eq!(found[0].value, Some(0.5));
        assert_eq!((found[7].value, found[7].note.as_deref()), (None, Some("items on different scales")));
    }

    /// `nps_vectors.csv`: 18 promoters, 8 passives, 10 detractors.
    #[test]
    fn net_promoter_scores_equal_the_reference_and_say_on_which_scale_they_are() {
        let answers: Vec<f64> =
            [vec![9.0; 10], vec![10.0; 8], vec![7.0; 8], vec![6.0; 9], vec![0.0]].concat();
        let found = figures(vec![on(Measure::Recommend, [0.0, 10.0])], &answers);
        close(&found[0], "nps", 22.222_222_222_222_2, [-6.012_830_152_899_3, 47.038_471_178_540_3]);
        assert_eq!((found[0].n, &found[0].note), (Some(36), &None));
        let five: Vec<f64> = [vec![5.0; 18], vec![4.0; 8], vec![3.0; 6], vec![1.0; 4]].concat();
        let found = figures(vec![on(Measure::Recommend, [1.0, 5.0])], &five);
        close(&found[0], "nps", 22.222_222_222_222_2, [-6.012_830_152_899_3, 47.038_471_178_540_3]);
        assert_eq!(found[0].note.as_deref(), Some("nonstandard_scale: 1 to 5"));
        let found = figures(vec![on(Measure::Recommend, [1.0, 7.0])], &[7.0; 40]);
        assert_eq!((found[0].value, found[0].interval), (None, None));
        assert_eq!(found[0].note.as_deref(), Some("nonstandard_scale: 1 to 7"));
    }

    #[test]
    fn effort_is_a_mean_and_a_share_on_1_to_7_only() {
        let found = figures(vec![on(Measure::Effort, [1.0, 7.0])], &[7.0, 5.0, 4.0, 2.0, 5.0]);
        assert_eq!((found[0].measure, found[0].value), ("ces_mean", Some(4.6)));
        assert_eq!((found[1].measure, found[1].value), ("ces_top_three", Some(0.6)));
        let found = figures(vec![on(Measure::Effort, [1.0, 5.0])], &[5.0; 30]);
        assert_eq!(found.len(), 1);
        assert_eq!(
            (found[0].value, found[0].note.as_deref()),
            (Some(5.0), Some("nonstandard_scale: 1 to 5"))
        );
    }

    #[test]
    fn answers_on_different_scales_are_not_pooled() {
        let items = vec![
            on(Measure::Recommend, [0.0, 10.0]),
            on(Measure::Recommend, [1.0, 5.0]),
            on(Measure::Recommend, [0.0, 10.0]),
            on(Measure::Effort, [0.0, 10.0]),
        ];
        let places: Vec<Vec<usize>> =
            Question::all_of(&survey("shop", items), None, &SatisfactionParams::default())
                .into_iter()
                .filter_map(|question| match question {
                    Question::Answers { places, .. } => Some(places),
                    _ => None,
                })
                .collect();
        assert_eq!(places, [vec![0, 2], vec![1], vec![3]]);
    }
}
