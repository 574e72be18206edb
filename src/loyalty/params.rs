//! `[loyalty]`: weights of the index, cuts of the quadrant.

use serde::Deserialize;

use crate::{Error, Result};

/// Where an axis is cut into low and high.
#[derive(Clone, Copy, Debug, PartialEq, Deserialize)]
#[serde(from = "Written")]
pub enum Cut {
    /// At this figure, 0 to 1, every night.
    At(f64),
    /// At the median of tonight's known figures.
    Median,
}

impl Cut {
    /// The cut as a figure; `None` for a median of nothing.
    pub(super) fn in_force(self, figures: &[Option<f64>]) -> Option<f64> {
        match self {
            Self::At(figure) => Some(figure),
            Self::Median => median(figures.iter().flatten().copied().collect()),
        }
    }
}

/// A cut as the configuration spells it.
#[derive(Deserialize)]
#[serde(untagged, expecting = "expected a number from 0 to 1, or \"median\"")]
enum Written {
    Number(f64),
    Word(Word),
}

#[derive(Deserialize)]
#[serde(rename_all = "snake_case")]
enum Word {
    Median,
}

impl From<Written> for Cut {
    fn from(written: Written) -> Self {
        match written {
            Written::Number(figure) => Self::At(figure),
            Written::Word(Word::Median) => Self::Median,
        }
    }
}

/// Type-7 median: the middle figure, or the mean of the middle two.
fn median(mut figures: Vec<f64>) -> Option<f64> {
    let last = figures.len().checked_sub(1)?;
    figures.sort_unstable_by(f64::total_cmp);
    let (below, above) = (figures[last / 2], figures[last.div_ceil(2)]);
    Some(below + (above - below) / 2.0)
}

/// A named set of cuts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Preset {
    /// Satisfaction is cut at 0.625: the merely satisfied count with the low side (Jones & Sasser's
    /// zone of indifference).
    Strict,
}

/// The `[loyalty]` table.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct LoyaltyParams {
    /// Weights of the recency, frequency and monetary scores in behaviour; they sum to 1.
    pub weights: [f64; 3],
    /// Weight of attitude in the index where the customer was asked, 0 to 1.
    pub attitude_weight: f64,
    /// Cut on the loyalty index.
    pub cut: Cut,
    /// Cut on the satisfaction score; where absent, that of `preset`, else 0.5.
    pub satisfaction_cut: Option<Cut>,
    /// A named set of cuts.
    pub preset: Option<Preset>,
    /// Nearer to the loyalty cut than this is near the border.
    pub band: f64,
    /// Nearer to the satisfaction cut than this is near the border; 0.125 is the inside of the
    /// level `satisfied`.
    pub satisfaction_band: f64,
    /// Loyalty below the first, or of the second and above, is extreme.
    pub extreme_loyalty: [f64; 2],
    /// Satisfaction below the first, or of the second and above, is extreme; the levels angry and delighted.
    pub extreme_satisfaction: [f64; 2],
}

impl Default for LoyaltyParams {
    fn default() -> Self {
        Self {
            weights: [0.4, 0.4, 0.2],
            attitude_weight: 0.3,
            cut: Cut::At(0.5),
            satisfaction_cut: None,
            preset: None,
            band: 0.10,
            satisfaction_band: 0.125,
            extreme_loyalty: [0.25, 0.75],
            extreme_satisfaction: [0.125, 0.875],
        }
    }
}

impl LoyaltyParams {
    /// Refuses parameters that contradict themselves or one another.
    ///
    /// # Errors
    /// `Config` with the key, the rule and the value found.
    pub fn check(&self) -> Result<()> {
        let sum: f64 = self.weights.iter().sum();
        if self.weights.iter().any(|w| !w.is_finite() || *w < 0.0) || (sum - 1.0).abs() > 1e-9 {
            return Err(Error::config(format!(
                "`[loyalty] weights` should be zero or more and sum to 1, but are {:?}, sum {sum}",
                self.weights
            ))
            .hint("for example `weights = [0.4, 0.4, 0.2]`: recency, frequency, monetary"));
        }
        if self.preset.is_some() && self.satisfaction_cut.is_some() {
            return Err(Error::config("`[loyalty] preset` and `satisfaction_cut` are both given")
                .hint("the preset is a satisfaction cut: leave one of them out"));
        }
        let figures = [
            ("attitude_weight", Some(self.attitude_weight)),
            ("cut", at(self.cut)),
            ("satisfaction_cut", self.satisfaction_cut.and_then(at)),
            ("band", Some(self.band)),
            ("satisfaction_band", Some(self.satisfaction_band)),
        ];
        for (key, figure) in figures {
            if let Some(figure) = figure
                && !(0.0..=1.0).contains(&figure)
            {
                return Err(Error::config(format!("`[loyalty] {key}` should be 0 to 1, but is {figure}")));
            }
        }
        let corners =
            [("extreme_loyalty", self.extreme_loyalty), ("extreme_satisfaction", self.extreme_satisfaction)];
        for (key, [low, high]) in corners {
            if !(0.0 <= low && low < high && high <= 1.0) {
                return Err(Error::config(format!(
                    "`[loyalty] {key}` should be two figures from 0 to 1, the lower first, but is [{low}, {high}]"
                )));
            }
        }
        Ok(())
    }

    /// The cut on satisfaction in force.
    pub(super) fn satisfaction_cut(&self) -> Cut {
        let preset = match self.preset {
            Some(Preset::Strict) => Cut::At(0.625),
            None => Cut::At(0.5),
        };
        self.satisfaction_cut.unwrap_or(preset)
    }
}

fn at(cut: Cut) -> Option<f64> {
    match cut {
        Cut::At(figure) => Some(figure),
        Cut::Median => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> LoyaltyParams {
        toml::from_str(text).unwrap()
    }

    fn fault(text: &str) -> String {
        read(text).check().unwrap_err().to_string()
    }

    #[test]
    fn nothing_given_is_the_default() {
        assert_eq!(read(""), LoyaltyParams::default());
        LoyaltyParams::default().check().unwrap();
        assert_eq!(LoyaltyParams::default().satisfaction_cut(), Cut::At(0.5));
    }

    #[test]
    fn cuts_are_numbers_or_the_median() {
        let params = read("cut = 'median'\nsatisfaction_cut = 1");
        params.check().unwrap();
        assert_eq!((params.cut, params.satisfaction_cut()), (Cut::Median, Cut::At(1.0)));
        assert_eq!(read("preset = 'strict'").satisfaction_cut(), Cut::At(0.625));
        let error = toml::from_str::<LoyaltyParams>("cut = 'mean'").unwrap_err().to_string();
        assert!(error.contains("expected a number from 0 to 1, or \"median\""), "{error}");
    }

    #[test]
    fn medians_are_of_type_7() {
        assert_eq!(median(vec![3.0, 1.0, 2.0]), Some(2.0));
        assert_eq!(median(vec![4.0, 1.0, 2.0, 3.0]), Some(2.5));
        assert_eq!(median(vec![0.7]), Some(0.7));
        assert_eq!(Cut::Median.in_force(&[None, None]), None);
        assert_eq!(Cut::Median.in_force(&[None, Some(0.2), Some(0.4)]), Some(0.2 + 0.1));
    }

    #[test]
    fn weights_sum_to_one() {
        let message = fault("weights = [0.5, 0.5, 0.5]");
        assert_eq!(
            message,
            "`[loyalty] weights` should be zero or more and sum to 1, but are [0.5, 0.5, 0.5], sum 1.5"
        );
        assert!(fault("weights = [1.5, -0.5, 0.0]").contains("zero or more"));
        read("weights = [0.3333333333, 0.3333333333, 0.3333333333]").check().unwrap();
    }

    #[test]
    fn figures_lie_between_zero_and_one() {
        assert_eq!(fault("cut = 1.5"), "`[loyalty] cut` should be 0 to 1, but is 1.5");
        assert_eq!(
            fault("extreme_loyalty = [0.8, 0.2]"),
            "`[loyalty] extreme_loyalty` should be two figures from 0 to 1, the lower first, but is [0.8, 0.2]"
        );
        assert_eq!(
            fault("attitude_weight = -0.1"),
            "`[loyalty] attitude_weight` should be 0 to 1, but is -0.1"
        );
        assert_eq!(
            fault("satisfaction_cut = nan"),
            "`[loyalty] satisfaction_cut` should be 0 to 1, but is NaN"
        );
        assert_eq!(
            fault("preset = 'strict'\nsatisfaction_cut = 0.5"),
            "`[loyalty] preset` and `satisfaction_cut` are both given"
        );
    }
}
