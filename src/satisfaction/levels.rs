//! The five levels of satisfaction.

use std::fmt;

/// Level of a satisfaction score, worst first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Level {
    /// Far below what was hoped for.
    Angry,
    /// Below it.
    Dissatisfied,
    /// Just what was hoped for.
    Satisfied,
    /// Above it.
    Happy,
    /// Far above it.
    Delighted,
}

impl Level {
    /// Every level, worst first; a level's place here is `level as usize`.
    pub const ALL: [Self; 5] =
        [Self::Angry, Self::Dissatisfied, Self::Satisfied, Self::Happy, Self::Delighted];

    /// The level of a score between 0 and 1, given where the four upper levels begin.
    ///
    /// The score is rounded to 1e-9 first: 0.1 + 0.2 + … must not decide on which side of a cut somebody is.
    pub fn of(score: f64, cut_points: &[f64; 4]) -> Self {
        let score = rounded(score);
        Self::ALL[cut_points.iter().filter(|cut| score >= **cut).count()]
    }

    /// The stored identifier.
    pub fn name(self) -> &'static str {
        match self {
            Self::Angry => "angry",
            Self::Dissatisfied => "dissatisfied",
            Self::Satisfied => "satisfied",
            Self::Happy => "happy",
            Self::Delighted => "delighted",
        }
    }

    /// The scores of the level as a half-open range in words, such as `[0.625, 0.875)`.
    pub fn range(self, cut_points: &[f64; 4]) -> impl fmt::Display {
        let place = self as usize;
        let low = if place == 0 { 0.0 } else { cut_points[place - 1] };
        let high = cut_points.get(place).copied();
        fmt::from_fn(move |f| match high {
            Some(high) => write!(f, "[{low}, {high})"),
            None => write!(f, "[{low}, 1]"),
        })
    }
}

/// A figure as it is compared with a cut: rounded to 1e-9, half to even.
pub(super) fn rounded(x: f64) -> f64 {
    const STEPS: f64 = 1e9;
    (x * STEPS).round_ties_even() / STEPS
}

#[cfg(test)]
#[allow(clippy::float_cmp, reason = "the values compared are exact")]
mod tests {
    use serde_json::Value;

    use super::super::SatisfactionParams;
    use super::*;

    const CUTS: [f64; 4] = [0.125, 0.375, 0.625, 0.875];

    #[test]
    fn every_point_of_the_reference_scales_has_its_level_and_points() {
        let text = include_str!(concat!(
            env!("CARGO_MANIFEST_DIR"),
            "/tests/golden/satisfaction_levels_scales.json"
        ));
        let scales: Value = serde_json::from_str(text).unwrap();
        let params = SatisfactionParams::default();
        let mut seen = 0;
        for point in scales.as_object().unwrap().values().flat_map(|points| points.as_array().unwrap()) {
            let level = Level::of(point["u"].as_f64().unwrap(), &params.cut_points);
            assert_eq!(level.name(), point["level"].as_str().unwrap(), "{point}");
            assert_eq!(params.level_points[level as usize], point["points"].as_f64().unwrap(), "{point}");
            seen += 1;
        }
        assert_eq!(seen, 48);
    }

    #[test]
    fn the_250_respondents_of_mobi_have_their_levels() {
        let text =
            include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/golden/satisfaction_mobi_rows.csv"));
        let mut counts = [0; 5];
        for row in text.lines().skip(1) {
            let cells: Vec<&str> = row.split(',').collect();
            let level = Level::of(cells[5].parse().unwrap(), &CUTS);
            assert_eq!(level.name(), cells[6], "{row}");
            counts[level as usize] += 1;
        }
        // satisfaction_mobi.json, plain_levels
        assert_eq!(counts, [0, 6, 45, 167, 32]);
    }

    #[test]
    fn a_cut_belongs_to_the_level_above_it_and_rounding_decides_nothing() {
        for (place, cut) in CUTS.into_iter().enumerate() {
            assert_eq!(Level::of(cut, &CUTS), Level::ALL[place + 1]);
            assert_eq!(Level::of(cut - 1e-10, &CUTS), Level::ALL[place + 1]);
            assert_eq!(Level::of(cut - 1e-8, &CUTS), Level::ALL[place]);
        }
        assert_eq!(Level::of(0.0, &CUTS), Level::Angry);
        assert_eq!(Level::of(1.0, &CUTS), Level::Delighted);
    }

    #[test]
    fn ranges_read_like_intervals() {
        assert_eq!(Level::Angry.range(&CUTS).to_string(), "[0, 0.125)");
        assert_eq!(Level::Happy.range(&CUTS).to_string(), "[0.625, 0.875)");
        assert_eq!(Level::Delighted.range(&CUTS).to_string(), "[0.875, 1]");
    }
}
