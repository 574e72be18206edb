//! Priority: which customers are key, which are growing into it, and which are the rest.
//!
//! The key customers are the fifth of the highest value, the growing ones those of at least middling value who are
//! still there and spend more than they did ([`mod@tiers`], [`trend`]). As long as no lifetime value is computed, value is
//! `monetary` and a customer counts as present whose recency score is in the upper three fifths; `tier_why` says so.

mod params;
pub mod tiers;
mod trend;

use polars::prelude::*;
use rayon::prelude::*;

pub use self::params::PriorityParams;
pub use self::tiers::Tier;

use self::tiers::tiers;
use self::trend::{Trends, Windows};
use crate::facts::Orders;
use crate::schema::customers as c;
use crate::{Result, table};

/// Recency scores from this part of the scale on say that the customer is still there: 3 of 5.
const PRESENT: f64 = 0.6;

/// Gives every customer with a value a tier.
///
/// `customers` has `monetary` and `r_score`, at most `scores_k`; `day_of` is the local day of an instant.
///
/// # Errors
/// `Config` when the parameters are at fault, `Internal` when a column is absent.
pub fn run(
    customers: DataFrame,
    orders: &dyn Orders,
    as_of_day: i32,
    day_of: &dyn Fn(i64) -> i32,
    params: &PriorityParams,
    scores_k: u8,
) -> Result<DataFrame> {
    params.check()?;
    let values = table::f64s(&customers, c::MONETARY)?;
    let recency = table::u8s(&customers, c::R_SCORE)?;
    let present: Vec<bool> = recency
        .iter()
        .map(|score| score.is_some_and(|score| f64::from(score) >= PRESENT * f64::from(scores_k)))
        .collect();
    let mut windows = Windows::new(customers.height(), as_of_day, params.trend_days);
    orders.each_order(&mut |order| windows.see(&order, day_of(order.at)));
    let trends = windows.finish();
    let found = tiers(&values, &present, &trends.of, params);
    let names = Tier::ALL.map(Tier::name);
    let which = found.iter().map(|tier| tier.map(|tier| tier as u32));
    let why = why(&found, &recency, &trends, params)?;
    table::with(customers, vec![table::chosen(c::TIER, &names, which)?, why])
}

/// What the reason of a tier rests on, beside the customer's money: tier, recency score and trend in hundredths.
type Grounds = (Tier, Option<u8>, Option<i64>);

/// The `tier_why` column: customers for whom the same holds share a sentence.
fn why(
    tiers: &[Option<Tier>],
    recency: &[Option<u8>],
    trends: &Trends,
    params: &PriorityParams,
) -> Result<Column> {
    let hundredths = |trend: f64| (100.0 * trend).round_ties_even() as i64;
    let grounds = |row: usize| tiers[row].map(|tier| (tier, recency[row], trends.of[row].map(hundredths)));
    let grounds: Vec<Option<Grounds>> = (0..tiers.len()).into_par_iter().map(grounds).collect();
    table::shared(c::TIER_WHY, &grounds, |grounds| explain(*grounds, trends.kappa, params))
}

/// `r_score 5, trend 0.31 (90 days against the 90 before, an order day is worth 28.08): in the top 20 %; ...`
fn explain(grounds: Option<Grounds>, kappa: f64, params: &PriorityParams) -> String {
    let Some((tier, recency, trend)) = grounds else { return "money spent is not known".to_owned() };
    let recency = recency.map_or("no r_score".to_owned(), |score| format!("r_score {score}"));
    let days = params.trend_days;
    let trend =
        trend.map_or_else(|| "no trend".to_owned(), |trend| format!("trend {:.2}", trend as f64 / 100.0));
    let rule = match tier {
        Tier::Key => format!("in the top {:.0} %", 100.0 * params.key_share),
        Tier::Growing => format!("upper half, present, trend at least {:.2}", params.growing_trend),
        Tier::Other => "neither key nor growing".to_owned(),
    };
    format!(
        "{recency}, {trend} ({days} days against the {days} before, an order day is worth {kappa:.2}): \
         {rule}; by money spent, no lifetime value"
    )
}
