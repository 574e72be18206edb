//! A ladder: the value from which on, in the good direction, a customer earns each score.
//!
//! Ranks, own thresholds and frozen thresholds all become ladders, so scoring has one form
//! whatever the thresholds' origin, and freezing a result reproduces it.

use super::dimension::Dimension;
use super::distribution::Distribution;
use super::thresholds::ThresholdRow;

/// The keys that earn the scores of one dimension; whoever reaches no rung gets score 1.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Ladder {
    dimension: Dimension,
    /// (score, smallest key that earns it), scores ascending.
    rungs: Vec<(u8, f64)>,
}

impl Ladder {
    /// From one score per distinct key, both ascending.
    pub(super) fn from_scores(dimension: Dimension, of: &Distribution, scores: &[u8]) -> Self {
        let mut rungs: Vec<(u8, f64)> = scores.iter().copied().zip(of.keys.iter().copied()).collect();
        rungs.dedup_by_key(|(score, _)| *score);
        Self { dimension, rungs }
    }

    /// From (score, smallest key that earns it), scores ascending.
    pub(super) fn from_rungs(dimension: Dimension, rungs: Vec<(u8, f64)>) -> Self {
        Self { dimension, rungs }
    }

    /// From ascending thresholds t1..t(k−1): orders and money score 1 + #{t ≤ v}; days score
    /// 1 + #{t ≥ v}, their thresholds being the largest days that still earn the next score.
    pub(super) fn from_thresholds(dimension: Dimension, thresholds: &[f64]) -> Self {
        let mut keys: Vec<f64> = thresholds.iter().map(|t| dimension.key(*t)).collect();
        keys.sort_by(f64::total_cmp);
        Self { dimension, rungs: (2..).zip(keys).collect() }
    }

    /// From the breaks of CRAN `rfm`: score i if break(i−1) ≤ v < break(i), turned round for days.
    pub(super) fn from_cran_breaks(dimension: Dimension, breaks: &[f64]) -> Self {
        match dimension {
            Dimension::Recency => {
                let longest_below: Vec<f64> = breaks.iter().map(|b| b.ceil() - 1.0).collect();
                Self::from_thresholds(dimension, &longest_below)
            }
            Dimension::Frequency | Dimension::Monetary => Self::from_thresholds(dimension, breaks),
        }
    }

    /// From the published bounds of an earlier result: the bound towards the bad end earns the score.
    pub(super) fn from_frozen(dimension: Dimension, rows: &[ThresholdRow]) -> Self {
        let mut rungs: Vec<(u8, f64)> = rows
            .iter()
            .filter(|row| row.dimension == dimension)
            .filter_map(|row| {
                let bound = if dimension == Dimension::Recency { row.upper } else { row.lower };
                Some((row.score, dimension.key(bound?)))
            })
            .collect();
        rungs.sort_by_key(|(score, _)| *score);
        Self { dimension, rungs }
    }

    /// The score of a value: the best rung it reaches.
    pub(super) fn score(&self, value: f64) -> u8 {
        let key = self.dimension.key(value);
        // Every rung is looked at: where to stop is what a processor cannot guess.
        self.rungs.iter().fold(1, |best, (score, from)| if *from <= key { *score } else { best })
    }

    /// The value that earns the score, if any does.
    pub(super) fn earns(&self, score: u8) -> Option<f64> {
        let rung = self.rungs.iter().find(|(s, _)| *s == score)?;
        Some(self.dimension.key(rung.1))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn thresholds_of_days_are_the_largest_that_earn_the_next_score() {
        let ladder = Ladder::from_thresholds(Dimension::Recency, &[30.0, 90.0, 180.0, 365.0]);
        let scores = [0.0, 30.0, 31.0, 90.0, 180.0, 365.0, 366.0].map(|days| ladder.score(days));
        assert_eq!(scores, [5, 5, 4, 4, 3, 2, 1]);
        assert_eq!(ladder.earns(5), Some(30.0));
        assert_eq!(ladder.earns(1), None);
    }

    #[test]
    fn thresholds_of_orders_are_the_smallest_that_earn_the_next_score() {
        let ladder = Ladder::from_thresholds(Dimension::Frequency, &[2.0, 3.0, 5.0, 10.0]);
        assert_eq!([1.0, 2.0, 3.0, 4.0, 5.0, 9.0, 10.0].map(|n| ladder.score(n)), [1, 2, 3, 3, 4, 4, 5]);
    }

    #[test]
    fn a_frozen_score_without_bounds_is_passed_over() {
        let row = |score, lower, upper| ThresholdRow { dimension: Dimension::Frequency, score, lower, upper };
        let rows = [row(3, Some(4.0), Some(9.0)), row(1, Some(1.0), Some(1.0)), row(2, None, None)];
        let ladder = Ladder::from_frozen(Dimension::Frequency, &rows);
        assert_eq!([0.0, 1.0, 3.0, 4.0, 50.0].map(|n| ladder.score(n)), [1, 1, 1, 3, 3]);
    }

    #[test]
    fn breaks_of_the_package_exclude_their_upper_end() {
        let days = Ladder::from_cran_breaks(Dimension::Recency, &[115.0, 181.0, 297.4, 482.0]);
        assert_eq!([114.0, 115.0, 297.0, 298.0, 481.0, 482.0].map(|v| days.score(v)), [5, 4, 3, 2, 2, 1]);
        let orders = Ladder::from_cran_breaks(Dimension::Frequency, &[4.0, 5.0, 6.0, 8.0]);
        assert_eq!([3.0, 4.0, 5.0, 6.0, 7.0, 8.0].map(|v| orders.score(v)), [1, 2, 3, 4, 4, 5]);
    }
}
