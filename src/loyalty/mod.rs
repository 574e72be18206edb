//! Loyalty against satisfaction: how attached a customer is, how pleased, and the quadrant of both.
//!
//! Dick & Basu (1994) see loyalty as behaviour times attitude; Jones & Sasser (HBR 73(6), 1995) set
//! it against satisfaction and name the customers who stay unhappy hostages. Here:
//!
//! 1. behaviour is the weighted mean of the three RFM scores on 0 to 1; where the customer was asked
//!    about recommending or buying again, that attitude is mixed in: the loyalty index;
//! 2. a cut on each axis, the edge itself counting as high, gives the quadrant;
//! 3. the distance to the nearer cut says how firmly the customer stands there;
//! 4. the outermost corners hold the loudest advocates and those who warn others off, unless what they say about
//!    recommending speaks against it.
//!
//! Satisfaction answers stay out of the index, otherwise the two axes would share data. Unknown
//! satisfaction leaves the quadrant null: it is never imputed and never put in the middle. The
//! default cuts are absolute; a median puts half of the customers on each side every night by
//! construction and moves people who did nothing, so it comes with a warning.

mod index;
mod params;
mod quadrant;
mod why;

use polars::prelude::*;
use rayon::prelude::*;

pub use params::{Cut, LoyaltyParams, Preset};
pub use quadrant::{Cuts, Extreme, Quadrant};

use crate::schema::customers as columns;
use crate::{Error, Result, Warning, table};
use index::Index;
use quadrant::Place;
use why::Known;

/// What the stage hands on.
#[derive(Clone, Debug)]
pub struct Loyalty {
    /// The customers with `loyalty_index` and its parts, `quadrant`, `quadrant_margin`, `quadrant_extreme` and
    /// `quadrant_why`.
    pub customers: DataFrame,
    /// The cuts in force.
    pub cuts: Cuts,
    /// `median_cut` where a cut follows tonight's customers.
    pub warnings: Vec<Warning>,
}

/// Gives every customer a loyalty index and, where satisfaction is known, a quadrant.
///
/// `customers` has `r_score`, `f_score`, `m_score` (u8, 1 to `scores_k`), `satisfaction_score` (f64)
/// and `satisfaction_why`. `attitude` holds one figure in 0..1 per customer, in the same order.
///
/// # Errors
/// `Config` when the parameters do not fit, `Internal` when a column is absent or lengths differ.
pub fn run(
    customers: DataFrame,
    attitude: Option<&[Option<f64>]>,
    params: &LoyaltyParams,
    scores_k: u8,
) -> Result<Loyalty> {
    params.check()?;
    let indices = indices(&customers, attitude, params, scores_k)?;
    let satisfaction = table::f64s(&customers, columns::SATISFACTION_SCORE)?;
    let loyalty: Vec<Option<f64>> = indices.iter().map(|i| i.map(|i| i.loyalty)).collect();
    let cuts = Cuts {
        loyalty: params.cut.in_force(&loyalty),
        satisfaction: params.satisfaction_cut().in_force(&satisfaction),
    };
    let nps = nps(&customers)?;
    let places: Vec<Option<Place>> = (0..loyalty.len())
        .into_par_iter()
        .map(|row| {
            let figures = (loyalty[row]?, satisfaction[row]?);
            Some(quadrant::place(figures, nps[row], (cuts.loyalty?, cuts.satisfaction?), params))
        })
        .collect();
    let reasons = table::texts(&customers, columns::SATISFACTION_WHY)?;
    let known = |row: usize| Known {
        index: indices[row],
        satisfaction: satisfaction[row],
        unanswered: reasons[row],
        place: places[row],
    };
    let why = why::column(places.len(), known, cuts)?;
    let quadrants = places.iter().map(|p| p.map(|p| p.quadrant as u32));
    let margins = places.iter().map(|p| p.map(|p| p.margin));
    let extremes = places.iter().map(|p| Some(p.as_ref()?.extreme? as u32));
    let part = |name, of: fn(&Index) -> Option<f64>| {
        table::f64_column(name, indices.iter().map(|index| index.as_ref().and_then(of)))
    };
    let labels = vec![
        table::f64_column(columns::LOYALTY_INDEX, loyalty),
        part(columns::LOYALTY_BEHAVIOUR, |index| Some(index.behaviour)),
        part(columns::LOYALTY_ATTITUDE, |index| index.attitude),
        table::chosen(columns::QUADRANT_EXTREME, &Extreme::ALL.map(Extreme::name), extremes)?,
        table::chosen(columns::QUADRANT, &Quadrant::ALL.map(Quadrant::name), quadrants)?,
        table::f64_column(columns::QUADRANT_MARGIN, margins),
        why,
    ];
    Ok(Loyalty { customers: table::with(customers, labels)?, cuts, warnings: warnings(params, cuts) })
}

/// Whether each customer is a promoter, and whether a detractor, where they were asked.
fn nps(customers: &DataFrame) -> Result<Vec<(Option<bool>, Option<bool>)>> {
    if customers.column(columns::NPS_GROUP).is_err() {
        return Ok(vec![(None, None); customers.height()]);
    }
    let is = |group: Option<&str>, name: &str| group.map(|group| group == name);
    let groups = table::texts(customers, columns::NPS_GROUP)?;
    Ok(groups.into_iter().map(|group| (is(group, "promoter"), is(group, "detractor"))).collect())
}

/// The loyalty index of each customer with all three scores.
fn indices(
    customers: &DataFrame,
    attitude: Option<&[Option<f64>]>,
    params: &LoyaltyParams,
    scores_k: u8,
) -> Result<Vec<Option<Index>>> {
    if scores_k < 2 || attitude.is_some_and(|a| a.len() != customers.height()) {
        return Err(Error::internal("loyalty needs two scores or more, and one attitude per customer"));
    }
    let r = table::u8s(customers, columns::R_SCORE)?;
    let f = table::u8s(customers, columns::F_SCORE)?;
    let m = table::u8s(customers, columns::M_SCORE)?;
    let index = |row: usize| {
        let scores = [r[row]?, f[row]?, m[row]?];
        Some(Index::of(scores, attitude.and_then(|a| a[row]), params, scores_k))
    };
    Ok((0..customers.height()).into_par_iter().map(index).collect())
}

fn warnings(params: &LoyaltyParams, cuts: Cuts) -> Vec<Warning> {
    let axes = [
        ("loyalty", params.cut, cuts.loyalty),
        ("satisfaction", params.satisfaction_cut(), cuts.satisfaction),
    ];
    let by_median = axes.into_iter().filter(|(_, cut, _)| *cut == Cut::Median);
    by_median
        .filter_map(|(axis, _, value)| {
            let value = value?;
            let message = format!(
                "the {axis} cut is tonight's median, {value:.4}: half of the customers are on each \
                 side by construction, and people move who did nothing"
            );
            Some(Warning::new("median_cut", message).with("measure", axis).with("value", value))
        })
        .collect()
}

#[cfg(test)]
mod tests;
