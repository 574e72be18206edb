//! The sentence behind a customer's quadrant: values, cuts, rule, or why there is none.

use std::fmt::Write as _;

use polars::prelude::*;

use super::index::Index;
use super::quadrant::{Cuts, Place, grains};
use crate::schema::customers;
use crate::{Result, table};

/// What is known of one customer.
#[derive(Clone, Copy, Debug)]
pub(super) struct Known<'a> {
    pub(super) index: Option<Index>,
    pub(super) satisfaction: Option<f64>,
    /// The satisfaction stage's own words, used where it gave no score.
    pub(super) unanswered: Option<&'a str>,
    pub(super) place: Option<Place>,
}

/// The `quadrant_why` column of so many customers.
///
/// # Errors
/// `Internal` when it cannot be put together.
pub(super) fn column<'a>(rows: usize, of: impl Fn(usize) -> Known<'a> + Sync, cuts: Cuts) -> Result<Column> {
    let [loyalty, satisfaction] = [cuts.loyalty, cuts.satisfaction].map(Threshold::new);
    table::written(customers::QUADRANT_WHY, rows, |row, text| {
        sentence(text, &of(row), &loyalty, &satisfaction).expect("writing to a string cannot fail");
        true
    })
}

/// A cut in billionths and as text; unused where no figure of its axis is known.
struct Threshold {
    grains: i64,
    text: String,
}

impl Threshold {
    fn new(cut: Option<f64>) -> Self {
        let grains = grains(cut.unwrap_or_default());
        let mut text = String::new();
        exact(&mut text, grains).expect("writing to a string cannot fail");
        Self { grains, text }
    }

    fn side(&self, figure: f64) -> &'static str {
        if grains(figure) >= self.grains { "high" } else { "low" }
    }

    /// Two decimals, or as many as it takes when two would put the figure on the wrong side.
    fn figure(&self, text: &mut String, figure: f64) -> std::fmt::Result {
        const HUNDREDTH: i64 = 10_000_000;
        let found = grains(figure);
        let hundredths = (found + HUNDREDTH / 2).div_euclid(HUNDREDTH);
        if (hundredths * HUNDREDTH).cmp(&self.grains) == found.cmp(&self.grains) {
            write!(text, "{}.{:02}", hundredths / 100, hundredths % 100)
        } else {
            exact(text, found)
        }
    }
}

/// Nine decimals without closing zeros, two at least.
fn exact(text: &mut String, grains: i64) -> std::fmt::Result {
    let start = text.len();
    write!(text, "{}.{:09}", grains / 1_000_000_000, grains % 1_000_000_000)?;
    let digits = text[start..].trim_end_matches('0').len();
    text.truncate(start + digits.max("0.00".len()));
    Ok(())
}

fn sentence(
    text: &mut String,
    customer: &Known<'_>,
    loyalty: &Threshold,
    satisfaction: &Threshold,
) -> std::fmt::Result {
    match (customer.index, customer.satisfaction) {
        (Some(index), Some(score)) => {
            write!(text, "loyalty ")?;
            loyalty.figure(text, index.loyalty)?;
            write!(text, " {} (cut {}; ", loyalty.side(index.loyalty), loyalty.text)?;
            match index.attitude {
                Some(attitude) => write!(text, "behaviour {:.2}, attitude {attitude:.2}", index.behaviour)?,
                None => write!(text, "behaviour only")?,
            }
            write!(text, "); satisfaction ")?;
            satisfaction.figure(text, score)?;
            write!(text, " {} (cut {})", satisfaction.side(score), satisfaction.text)?;
            let Some(place) = customer.place else { return Ok(()) };
            let border = if place.near_border { ", near_border" } else { "" };
            write!(text, " -> {}{border}", place.quadrant.name())?;
            place.extreme.map_or(Ok(()), |extreme| write!(text, ", {}", extreme.name()))
        }
        (Some(index), None) => {
            let reason = customer.unanswered.unwrap_or("no answer");
            write!(text, "{reason}; loyalty {} (", loyalty.side(index.loyalty))?;
            loyalty.figure(text, index.loyalty)?;
            text.write_char(')')
        }
        (None, Some(score)) => {
            write!(text, "no RFM scores; satisfaction {} (", satisfaction.side(score))?;
            satisfaction.figure(text, score)?;
            text.write_char(')')
        }
        (None, None) => write!(text, "no RFM scores; {}", customer.unanswered.unwrap_or("no answer")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn figure(cut: f64, figure: f64) -> String {
        let mut text = String::new();
        Threshold::new(Some(cut)).figure(&mut text, figure).unwrap();
        text
    }

    #[test]
    fn two_decimals_unless_they_hide_the_side() {
        assert_eq!(figure(0.5, 0.62), "0.62");
        assert_eq!(figure(0.5, 1.0), "1.00");
        assert_eq!(figure(0.5, 0.4999), "0.4999");
        assert_eq!(figure(0.5, 0.5 - 1e-9), "0.499999999");
        assert_eq!(figure(0.625, 0.625), "0.625");
        assert_eq!(figure(0.625, 0.624), "0.62");
        assert_eq!(figure(0.5, 0.501), "0.501");
    }

    #[test]
    fn cuts_are_written_out() {
        assert_eq!(Threshold::new(Some(0.5)).text, "0.50");
        assert_eq!(Threshold::new(Some(0.625)).text, "0.625");
        assert_eq!(Threshold::new(Some(1.0 / 3.0)).text, "0.333333333");
    }
}
