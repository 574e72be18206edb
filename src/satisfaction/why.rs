//! The sentence behind a customer's satisfaction level.

use std::fmt::Write as _;

use super::standing::Basis;
use super::{Level, SatisfactionParams};

/// Writes the reason for each customer's level, with its figures. Digits are set one by one: hundreds of thousands of
/// such sentences are written in a run, and the formatting of the standard library takes several times as long.
pub(super) struct Words {
    /// For each level, such as ` in [0.625, 0.875): happy`.
    levels: [String; 5],
    max_age_days: u32,
}

impl Words {
    /// The words that many customers share, written once.
    pub(super) fn of(params: &SatisfactionParams) -> Self {
        let level = |level: Level| format!(" in {}: {}", level.range(&params.cut_points), level.name());
        Self { levels: Level::ALL.map(level), max_age_days: params.max_age_days }
    }

    /// Appends the reason in words.
    pub(super) fn why(&self, basis: &Basis, text: &mut String) {
        match basis {
            Basis::NoSurvey => text.push_str("no survey"),
            Basis::NoAnswer => text.push_str("no answer"),
            Basis::TooFewItems(n) => {
                counted(text, *n, "response");
                text.push_str(", too few satisfaction items answered");
            }
            Basis::TooOld(age) => {
                text.push_str("last answer ");
                counted(text, *age, "day");
                text.push_str(" ago, older than ");
                number(text, self.max_age_days);
            }
            Basis::Scored { estimate, level, .. } => {
                counted(text, estimate.used, "answer");
                if let Some(age) = estimate.newest_days {
                    text.push_str(if estimate.used > 1 { ", newest " } else { ", " });
                    counted(text, age, "day");
                    text.push_str(" ago");
                }
                if estimate.undated > 0 {
                    text.push_str(", ");
                    number(text, estimate.undated);
                    text.push_str(" undated and not faded");
                }
                text.push_str("; score ");
                three_decimals(text, estimate.score);
                text.push_str(&self.levels[*level as usize]);
            }
        }
    }
}

/// A count with its noun, in the plural where it takes one.
fn counted(text: &mut String, n: u32, noun: &str) {
    number(text, n);
    text.push(' ');
    text.push_str(noun);
    if n != 1 {
        text.push('s');
    }
}

fn number(text: &mut String, mut n: u32) {
    let mut digits = [b'0'; 10];
    let mut first = digits.len();
    loop {
        first -= 1;
        digits[first] += (n % 10) as u8;
        n /= 10;
        if n == 0 {
            break;
        }
    }
    text.extend(digits[first..].iter().map(|digit| char::from(*digit)));
}

/// The figure as `{x:.3}` shows it.
fn three_decimals(text: &mut String, x: f64) {
    let thousandths = x * 1e3;
    let nearest = thousandths.round();
    // Half way between two of them the product may fall to the wrong side.
    let is_clear = (thousandths - nearest).abs() < 0.499_999;
    if !is_clear || !(0.0..1e6).contains(&thousandths) {
        // Writing to memory cannot fail.
        let _ = write!(text, "{x:.3}");
        return;
    }
    let n = nearest as u32;
    number(text, n / 1000);
    text.push('.');
    text.extend([n / 100, n / 10, n].map(|n| char::from(b'0' + (n % 10) as u8)));
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn shown(write: impl Fn(&mut String)) -> String {
        let mut text = String::new();
        write(&mut text);
        text
    }

    proptest! {
        #[test]
        fn figures_are_shown_as_the_standard_library_shows_them(n: u32, x in 0.0..1.0_f64, step in 0_u32..=2_000) {
            prop_assert_eq!(shown(|text| number(text, n)), n.to_string());
            prop_assert_eq!(shown(|text| three_decimals(text, x)), format!("{x:.3}"));
            // Ties and next to them.
            let tie = f64::from(step) / 2_000.0;
            for x in [tie, tie.next_up(), tie.next_down().max(0.0)] {
                prop_assert_eq!(shown(|text| three_decimals(text, x)), format!("{x:.3}"));
            }
        }
    }
}
