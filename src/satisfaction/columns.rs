//! The satisfaction columns of the customers table. Most customers say nothing: values are written where somebody did.

use foldhash::fast::FixedState;
use hashbrown::HashMap;
use polars::prelude::*;
use rayon::prelude::*;

use super::fading::Estimate;
use super::standing::{Basis, Standing, Standings};
use super::why::Why;
use super::{Level, NpsGroup, SatisfactionParams};
use crate::error::all;
use crate::schema::customers as c;
use crate::{Result, table};

/// The columns, made side by side.
pub(super) fn customer_columns(standings: &Standings, params: &SatisfactionParams) -> Result<Vec<Column>> {
    let scored = Known::of(standings, |standing| as_scored(standing).is_some());
    let estimates = |name: &'static str, figure: fn(&Estimate) -> f64| {
        let values = |standing: &Standing| as_scored(standing).map_or(0.0, |(estimate, ..)| figure(estimate));
        scored.spread::<Float64Type>(name, standings, values).into_column()
    };
    let level = |standing: &Standing| as_scored(standing).map_or(0, |(_, level, _)| level as u32);
    let makers: [&(dyn Fn() -> Result<Column> + Sync); 9] = [
        &|| why(standings, params),
        &|| Ok(estimates(c::SATISFACTION_SCORE, |estimate| estimate.score)),
        &|| {
            let level = |standing: &Standing| as_scored(standing).map(|(_, level, _)| level as u8);
            label(c::SATISFACTION_LEVEL, &Level::ALL.map(Level::name), standings, level)
        },
        &|| {
            let points = |standing: &Standing| params.level_points[level(standing) as usize];
            Ok(scored.spread::<Float64Type>(c::SATISFACTION_POINTS, standings, points).into_column())
        },
        &|| Ok(answers(standings)),
        &|| Ok(estimates(c::SATISFACTION_EFFECTIVE, |estimate| estimate.n_effective)),
        &|| Ok(estimates(c::SATISFACTION_CONFIDENCE, |estimate| estimate.confidence)),
        &|| answered_at(standings),
        &|| nps_group(standings),
    ];
    let mut columns = all(makers.par_iter().map(|make| make()))?;
    // The longest work begins first, and its column comes last.
    columns.rotate_left(1);
    Ok(columns)
}

fn as_scored(standing: &Standing) -> Option<(&Estimate, Level, Option<i64>)> {
    match &standing.basis {
        Basis::Scored { estimate, level, answered_at } => Some((estimate, *level, *answered_at)),
        _ => None,
    }
}

/// The customers of whom something is known, none of the silent ones among them.
struct Known(BooleanChunked);

impl Known {
    fn of(standings: &Standings, holds: impl Fn(&Standing) -> bool) -> Self {
        let mut all = vec![false; standings.n_customers()];
        standings.spoken().for_each(|(row, standing)| all[row] = holds(standing));
        Self(BooleanChunked::from_slice(PlSmallStr::EMPTY, &all))
    }

    /// A column of theirs, null for the others.
    fn spread<T: PolarsNumericType>(
        &self,
        name: &str,
        standings: &Standings,
        value: impl Fn(&Standing) -> T::Native,
    ) -> ChunkedArray<T> {
        let mut values = vec![T::Native::default(); standings.n_customers()];
        standings.spoken().for_each(|(row, standing)| values[row] = value(standing));
        let known = self.0.downcast_as_array().values().clone();
        ChunkedArray::from_vec_validity(name.into(), values, Some(known))
    }
}

/// Responses used; none of those who said nothing.
fn answers(standings: &Standings) -> Column {
    let n = standings.n_customers();
    if standings.silence().basis == Basis::NoSurvey {
        return Column::full_null(c::SATISFACTION_ANSWERS.into(), n, &DataType::UInt32);
    }
    let mut used = vec![0; n];
    for (row, standing) in standings.spoken() {
        used[row] = as_scored(standing).map_or(0, |(estimate, ..)| estimate.used);
    }
    UInt32Chunked::from_vec(c::SATISFACTION_ANSWERS.into(), used).into_column()
}

fn answered_at(standings: &Standings) -> Result<Column> {
    let at = |standing: &Standing| as_scored(standing)?.2;
    let instants = Known::of(standings, |standing| at(standing).is_some()).spread::<Int64Type>(
        c::SATISFACTION_ANSWERED_AT,
        standings,
        |standing| at(standing).unwrap_or_default(),
    );
    Ok(instants.into_column().cast(&DataType::Datetime(TimeUnit::Microseconds, None))?)
}

fn nps_group(standings: &Standings) -> Result<Column> {
    let group = |standing: &Standing| standing.nps_group.map(|group| group as u8);
    label(c::NPS_GROUP, &NpsGroup::ALL.map(NpsGroup::name), standings, group)
}

/// One of some names for those who said something.
fn label(
    name: &str,
    names: &[&str],
    standings: &Standings,
    of: impl Fn(&Standing) -> Option<u8>,
) -> Result<Column> {
    let mut labels = vec![None; standings.n_customers()];
    standings.spoken().for_each(|(row, standing)| labels[row] = of(standing));
    table::chosen(name, names, labels.into_iter().map(|label| label.map(u32::from)))
}

fn why(standings: &Standings, params: &SatisfactionParams) -> Result<Column> {
    const SEED: FixedState = FixedState::with_seed(8);
    let (mut texts, mut known) = (Vec::new(), HashMap::with_hasher(SEED));
    let mut place = |standing: &Standing| {
        *known.entry(Why::of(&standing.basis)).or_insert_with_key(|why: &Why| {
            texts.push(why.text(params));
            texts.len() as u32 - 1
        })
    };
    let mut which = vec![place(standings.silence()); standings.n_customers()];
    standings.spoken().for_each(|(row, standing)| which[row] = place(standing));
    table::chosen(c::SATISFACTION_WHY, &texts, which.into_iter().map(Some))
}
