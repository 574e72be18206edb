//! Importance against performance (Martilla & James 1977): where to spend effort, and where to save it.

/// A field of the importance-performance map.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Field {
    /// Important and performing poorly.
    ConcentrateHere,
    /// Important and performing well.
    KeepUp,
    /// Unimportant and performing poorly.
    LowPriority,
    /// Unimportant and performing well.
    PossibleOverkill,
}

impl Field {
    /// The identifier stored in tables.
    pub fn name(self) -> &'static str {
        match self {
            Self::ConcentrateHere => "concentrate_here",
            Self::KeepUp => "keep_up",
            Self::LowPriority => "low_priority",
            Self::PossibleOverkill => "possible_overkill",
        }
    }
}

/// The lines that part the map: mean importance and mean performance of its drivers.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Lines {
    /// Mean share of importance, one over the number of drivers.
    pub importance: f64,
    /// Mean performance, in the unit of the performances.
    pub performance: f64,
}

impl Lines {
    /// The lines of drivers with these performances; `None` without drivers.
    pub fn of(performances: &[f64]) -> Option<Self> {
        let p = performances.len() as f64;
        (p > 0.0).then(|| Self { importance: 1.0 / p, performance: performances.iter().sum::<f64>() / p })
    }

    /// The field of a driver with this share of importance and this performance; on a line is high.
    pub fn field(&self, importance: f64, performance: f64) -> Field {
        match (at_least(importance, self.importance), at_least(performance, self.performance)) {
            (true, false) => Field::ConcentrateHere,
            (true, true) => Field::KeepUp,
            (false, false) => Field::LowPriority,
            (false, true) => Field::PossibleOverkill,
        }
    }
}

/// `value ≥ line`, both rounded to 1e-9, half to even: a mean of equal values is not above them by its rounding.
fn at_least(value: f64, line: f64) -> bool {
    let rounded = |x: f64| (x * 1e9).round_ties_even();
    rounded(value) >= rounded(line)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::math::golden::{close, json, numbers, texts};

    #[test]
    fn fields_equal_the_reference() {
        let expected = json("ipa_mobi.json");
        let performances = numbers(&expected["performance_0_100"]);
        let lines = Lines::of(&performances).unwrap();
        close(100.0 * lines.importance, expected["cut_importance"].as_f64().unwrap(), 1e-12);
        close(lines.performance, expected["cut_performance"].as_f64().unwrap(), 1e-12);
        let found: Vec<&str> = numbers(&expected["importance_pct"])
            .iter()
            .zip(&performances)
            .map(|(importance, &performance)| lines.field(importance / 100.0, performance).name())
            .collect();
        assert_eq!(found, texts(&expected["quadrant"]));
    }

    #[test]
    fn on_a_line_is_high() {
        let lines = Lines::of(&[0.1; 3]).unwrap();
        assert_eq!(lines.field(1.0 / 3.0, 0.1), Field::KeepUp);
        assert_eq!(lines.field(0.5, 0.0), Field::ConcentrateHere);
        assert_eq!(lines.field(0.2, 0.1), Field::PossibleOverkill);
        assert_eq!(Lines::of(&[]), None);
    }
}
