//! The sentence behind a customer's satisfaction level: what many customers share. The score and the time of the newest
//! answer stand in columns of their own.

use super::standing::Basis;
use super::{Level, SatisfactionParams};

/// What a sentence says; customers of whom the same is said share it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) enum Why {
    NoSurvey,
    NoAnswer,
    TooFewItems(u32),
    TooOld(u32),
    Scored { used: u32, undated: u32, level: Level },
}

impl Why {
    pub(super) fn of(basis: &Basis) -> Self {
        match *basis {
            Basis::NoSurvey => Self::NoSurvey,
            Basis::NoAnswer => Self::NoAnswer,
            Basis::TooFewItems(n) => Self::TooFewItems(n),
            Basis::TooOld(age) => Self::TooOld(age),
            Basis::Scored { estimate, level, .. } => {
                Self::Scored { used: estimate.used, undated: estimate.undated, level }
            }
        }
    }

    /// In words.
    pub(super) fn text(self, params: &SatisfactionParams) -> String {
        match self {
            Self::NoSurvey => "no survey".to_owned(),
            Self::NoAnswer => "no answer".to_owned(),
            Self::TooFewItems(n) => {
                format!("{}, too few satisfaction items answered", counted(n, "response"))
            }
            Self::TooOld(age) => {
                format!("last answer {} ago, older than {}", counted(age, "day"), params.max_age_days)
            }
            Self::Scored { used, undated, level } => {
                let undated = match undated {
                    0 => String::new(),
                    n => format!(", {n} undated and not faded"),
                };
                let (range, level) = (level.range(&params.cut_points), level.name());
                format!("{}{undated}; score in {range}: {level}", counted(used, "answer"))
            }
        }
    }
}

/// A count with its noun, in the plural where it takes one.
fn counted(n: u32, noun: &str) -> String {
    let plural = if n == 1 { "" } else { "s" };
    format!("{n} {noun}{plural}")
}
