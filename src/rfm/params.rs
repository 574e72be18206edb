//! `[rfm]`: how customers are scored and named.

use std::path::PathBuf;

use serde::Deserialize;

use super::dimension::Dimension;
use super::map::{NamedMap, Segment, SegmentMap};
use crate::{Error, Result};

/// Where the bounds of the scores come from.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Scoring {
    /// From tonight's customers, by rank.
    #[default]
    Quantile,
    /// From the lists `recency_days`, `frequency` and `monetary`.
    Fixed,
    /// From the `rfm_thresholds` table of an earlier result.
    Frozen,
    /// As CRAN `rfm` does it, for comparison with that package.
    CompatCranRfm,
}

/// How frequency is scored by rank; recency and monetary are always `strict_worse`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FrequencyMethod {
    /// One order is score 1, repeaters share the rest by rank.
    #[default]
    RepeatSplit,
    /// By the share of customers strictly worse.
    StrictWorse,
    /// By the middle of the ranks that equal customers hold.
    MidRank,
    /// One order is score 1, the rest is split at its mean again and again.
    MeanSplit,
}

/// Which money `monetary` is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum MonetaryBasis {
    /// Money of all orders, returns subtracted.
    #[default]
    Sum,
    /// That sum per order.
    Mean,
    /// The sum less known costs.
    Margin,
}

/// Own thresholds of the three dimensions, each ascending and one fewer than there are scores.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct FixedThresholds {
    /// Days, the largest that still earn the next score.
    pub recency_days: Option<Vec<f64>>,
    /// Orders, the smallest that earn the next score.
    pub frequency: Option<Vec<f64>>,
    /// Money, the smallest that earns the next score.
    pub monetary: Option<Vec<f64>>,
}

/// The `[rfm]` table.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct RfmParams {
    /// Number of scores per dimension, 2 to 10.
    pub scores: u8,
    /// Where the bounds of the scores come from.
    pub scoring: Scoring,
    /// Own thresholds in days, for `scoring = "fixed"`.
    pub recency_days: Option<Vec<f64>>,
    /// Own thresholds in orders, for `scoring = "fixed"`.
    pub frequency: Option<Vec<f64>>,
    /// Own thresholds in money, for `scoring = "fixed"`.
    pub monetary: Option<Vec<f64>>,
    /// The same three lists as a table of their own.
    pub thresholds: FixedThresholds,
    /// An earlier `rfm_thresholds.parquet`, for `scoring = "frozen"`.
    pub frozen_file: Option<PathBuf>,
    /// How frequency is scored by rank.
    pub frequency_method: FrequencyMethod,
    /// Weights of recency, frequency and monetary in `rfm_score`.
    pub weights: [f64; 3],
    /// Days that count, the as-of day included; all history where absent.
    pub window_days: Option<u32>,
    /// Which money `monetary` is.
    pub monetary_basis: MonetaryBasis,
    /// A map that comes with the engine.
    pub map: Option<NamedMap>,
    /// An own map.
    pub segments: Vec<Segment>,
}

impl Default for RfmParams {
    fn default() -> Self {
        Self {
            scores: 5,
            scoring: Scoring::default(),
            recency_days: None,
            frequency: None,
            monetary: None,
            thresholds: FixedThresholds::default(),
            frozen_file: None,
            frequency_method: FrequencyMethod::default(),
            weights: [1.0; 3],
            window_days: None,
            monetary_basis: MonetaryBasis::default(),
            map: None,
            segments: Vec::new(),
        }
    }
}

impl RfmParams {
    /// Refuses parameters that contradict themselves or one another.
    ///
    /// # Errors
    /// `Config` with the key, the rule and the value found.
    pub fn check(&self) -> Result<()> {
        if !(2..=10).contains(&self.scores) {
            return Err(Error::config(format!("`[rfm] scores` should be 2 to 10, but is {}", self.scores)));
        }
        let finite = self.weights.iter().all(|w| w.is_finite() && *w >= 0.0);
        if !finite || self.weights.iter().all(|w| *w == 0.0) {
            return Err(Error::config(format!(
                "`[rfm] weights` should be zero or more and not all zero, but are {:?}",
                self.weights
            )));
        }
        if self.window_days == Some(0) {
            return Err(Error::config("`[rfm] window_days` should be 1 or more, but is 0")
                .hint("leave `window_days` out to count all history"));
        }
        self.check_scoring()?;
        self.segment_map().map(|_| ())
    }

    /// The map in force.
    ///
    /// # Errors
    /// `Config` when two maps are given, or the map does not fit `scores`.
    pub fn segment_map(&self) -> Result<SegmentMap> {
        match (self.map, self.segments.is_empty()) {
            (Some(_), false) => Err(Error::config("`[rfm] map` and `[[rfm.segments]]` are both given")
                .hint("leave `map` out to use your own segments")),
            (None, false) => SegmentMap::own(&self.segments, self.scores),
            (map, true) => SegmentMap::named(map.unwrap_or(NamedMap::Eleven), self.scores),
        }
    }

    /// The own thresholds of a dimension: ascending, `scores` − 1 of them.
    ///
    /// # Errors
    /// `Config` when the list is absent, given twice, of another length or not ascending.
    pub(super) fn fixed_thresholds(&self, dimension: Dimension) -> Result<&[f64]> {
        let name = dimension.name();
        let needed = usize::from(self.scores) - 1;
        let list = match self.lists(dimension) {
            (Some(_), Some(_)) => {
                return Err(Error::config(format!(
                    "`{name}` is given both in `[rfm]` and in `[rfm.thresholds]`"
                )));
            }
            (Some(list), None) | (None, Some(list)) => list,
            (None, None) => {
                return Err(Error::config(format!(
                    "`[rfm] {name}` needs {needed} thresholds for `scoring = \"fixed\"`, found none"
                ))
                .hint(format!("for example {}", example(dimension))));
            }
        };
        if list.len() != needed {
            let (scores, found) = (self.scores, list.len());
            return Err(Error::config(format!(
                "`[rfm] {name}` needs {needed} thresholds for `scores = {scores}`, found {found}"
            )));
        }
        if list.iter().any(|t| !t.is_finite()) || list.windows(2).any(|pair| pair[0] >= pair[1]) {
            return Err(Error::config(format!(
                "`[rfm] {name}` should be ascending without repeats, but is {list:?}"
            )));
        }
        Ok(list)
    }

    fn lists(&self, dimension: Dimension) -> (Option<&Vec<f64>>, Option<&Vec<f64>>) {
        let (here, table) = match dimension {
            Dimension::Recency => (&self.recency_days, &self.thresholds.recency_days),
            Dimension::Frequency => (&self.frequency, &self.thresholds.frequency),
            Dimension::Monetary => (&self.monetary, &self.thresholds.monetary),
        };
        (here.as_ref(), table.as_ref())
    }

    /// Every scoring has what it needs, and nothing that it would silently ignore is given.
    fn check_scoring(&self) -> Result<()> {
        for dimension in Dimension::ALL {
            if self.scoring == Scoring::Fixed {
                self.fixed_thresholds(dimension)?;
            } else if self.lists(dimension) != (None, None) {
                return Err(Error::config(format!(
                    "`[rfm] {}` is given, but `scoring` is not `fixed`",
                    dimension.name()
                ))
                .hint("set `scoring = \"fixed\"`, or leave the thresholds out"));
            }
        }
        match (self.scoring == Scoring::Frozen, self.frozen_file.is_some()) {
            (true, false) => Err(Error::config("`[rfm] frozen_file` is absent, but `scoring` is `frozen`")
                .hint("name the `rfm_thresholds.parquet` of an earlier result")),
            (false, true) => {
                Err(Error::config("`[rfm] frozen_file` is given, but `scoring` is not `frozen`")
                    .hint("set `scoring = \"frozen\"`, or leave `frozen_file` out"))
            }
            _ => Ok(()),
        }
    }
}

fn example(dimension: Dimension) -> &'static str {
    match dimension {
        Dimension::Recency => "`recency_days = [30, 90, 180, 365]`: the largest days that earn 5, 4, 3, 2",
        Dimension::Frequency => "`frequency = [2, 3, 5, 10]`: the smallest orders that earn 2, 3, 4, 5",
        Dimension::Monetary => "`monetary = [50, 100, 250, 1000]`: the least money that earns 2, 3, 4, 5",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> RfmParams {
        toml::from_str(text).unwrap()
    }

    fn fault(text: &str) -> String {
        read(text).check().unwrap_err().to_string()
    }

    #[test]
    fn nothing_given_is_the_default() {
        assert_eq!(read(""), RfmParams::default());
        RfmParams::default().check().unwrap();
    }

    #[test]
    fn own_thresholds_are_read_beside_scoring_or_from_their_own_table() {
        let here = read(
            "scoring = 'fixed'\nrecency_days = [30, 90, 180, 365]\nfrequency = [2, 3, 5, 10]\n\
             monetary = [50, 100.5, 250, 1000]",
        );
        here.check().unwrap();
        assert_eq!(here.fixed_thresholds(Dimension::Monetary).unwrap(), [50.0, 100.5, 250.0, 1000.0]);
        let table = read(
            "scoring = 'fixed'\n[thresholds]\nrecency_days = [30, 90, 180, 365]\n\
             frequency = [2, 3, 5, 10]\nmonetary = [50, 100, 250, 1000]",
        );
        table.check().unwrap();
        assert_eq!(table.fixed_thresholds(Dimension::Recency).unwrap(), [30.0, 90.0, 180.0, 365.0]);
    }

    #[test]
    fn own_thresholds_have_to_fit_the_scores() {
        let text = "scoring = 'fixed'\nrecency_days = [30, 90]\nfrequency = [2, 3]\nmonetary = [5, 6]";
        assert_eq!(fault(text), "`[rfm] recency_days` needs 4 thresholds for `scores = 5`, found 2");
        assert_eq!(
            fault("scoring = 'fixed'\nrecency_days = [90, 30, 180, 365]"),
            "`[rfm] recency_days` should be ascending without repeats, but is [90.0, 30.0, 180.0, 365.0]"
        );
        assert_eq!(
            fault("scoring = 'fixed'"),
            "`[rfm] recency_days` needs 4 thresholds for `scoring = \"fixed\"`, found none"
        );
        let twice = "scoring = 'fixed'\nrecency_days = [1, 2, 3, 4]\nthresholds.recency_days = [1, 2, 3, 4]";
        assert_eq!(fault(twice), "`recency_days` is given both in `[rfm]` and in `[rfm.thresholds]`");
    }

    #[test]
    fn what_the_scoring_would_ignore_is_refused() {
        assert_eq!(
            fault("frequency = [2, 3, 5, 10]"),
            "`[rfm] frequency` is given, but `scoring` is not `fixed`"
        );
        assert_eq!(
            fault("frozen_file = 'a.parquet'"),
            "`[rfm] frozen_file` is given, but `scoring` is not `frozen`"
        );
        assert_eq!(fault("scoring = 'frozen'"), "`[rfm] frozen_file` is absent, but `scoring` is `frozen`");
        assert_eq!(
            fault("map = 'ten'\n[[segments]]\nname = 'all'\ncells = ['**']"),
            "`[rfm] map` and `[[rfm.segments]]` are both given"
        );
    }

    #[test]
    fn single_values_are_checked() {
        assert_eq!(fault("scores = 11"), "`[rfm] scores` should be 2 to 10, but is 11");
        assert_eq!(fault("scores = 1"), "`[rfm] scores` should be 2 to 10, but is 1");
        assert_eq!(fault("window_days = 0"), "`[rfm] window_days` should be 1 or more, but is 0");
        assert_eq!(
            fault("weights = [0, 0, 0]"),
            "`[rfm] weights` should be zero or more and not all zero, but are [0.0, 0.0, 0.0]"
        );
        assert!(fault("weights = [1, -1, 1]").contains("but are [1.0, -1.0, 1.0]"));
        assert!(fault("scores = 4").contains("needs `scores = 5`"));
    }

    #[test]
    fn an_own_map_is_read_and_proven() {
        let own = "scores = 3\n[[segments]]\nname = 'vip'\ncells = ['33*']\n\
                   [[segments]]\nname = 'rest'\ncells = ['[1-2]*', '3[1-2]*']";
        read(own).check().unwrap();
        assert!(fault(&own.replace("33*", "333")).contains("2 of 27 cells belong to no segment: 331, 332"));
    }

    #[test]
    fn unknown_words_are_refused() {
        for text in ["score = 5", "scoring = 'rank'", "map = 'twelve'", "frequency_method = 'qcut'"] {
            assert!(toml::from_str::<RfmParams>(text).is_err(), "{text}");
        }
    }
}
