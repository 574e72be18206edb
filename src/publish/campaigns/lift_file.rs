//! Lift figures as a table.

use polars::prelude::*;

use super::lift::Lift;
use crate::schema::campaign_lift as l;
use crate::{Result, table};

/// A campaign's name, the as-of of its export, a figure.
type Row<'a> = (&'a str, &'a str, &'a Lift);

/// Lift figures as a table: audience, as-of of its export, figures.
///
/// # Errors
/// Cannot fail: the columns have one length.
pub fn lift_table(campaigns: &[(&str, &str, &[Lift])], as_of: &str) -> Result<DataFrame> {
    let rows: Vec<Row<'_>> = campaigns
        .iter()
        .flat_map(|(name, at, lifts)| lifts.iter().map(move |lift| (*name, *at, lift)))
        .collect();
    let texts = |of: &dyn Fn(&Row<'_>) -> Option<String>| rows.iter().map(of).collect::<Vec<_>>();
    let numbers = |of: &dyn Fn(&Lift) -> Option<f64>| rows.iter().map(|row| of(row.2)).collect::<Vec<_>>();
    let sizes = |of: &dyn Fn(&Lift) -> u64| rows.iter().map(|row| of(row.2) as u32).collect::<Vec<_>>();
    table::new(vec![
        Column::new(l::AUDIENCE.into(), texts(&|row| Some(row.0.to_owned()))),
        Column::new(l::EXPORTED_AS_OF.into(), texts(&|row| Some(row.1.to_owned()))),
        Column::new(l::AS_OF.into(), texts(&|_| Some(as_of.to_owned()))),
        Column::new(l::MEASURE.into(), texts(&|row| Some(row.2.measure.to_owned()))),
        Column::new(l::TREATED.into(), sizes(&|x| x.treated)),
        Column::new(l::CONTROL.into(), sizes(&|x| x.control)),
        Column::new(l::VALUE_TREATED.into(), numbers(&|x| x.value_treated)),
        Column::new(l::VALUE_CONTROL.into(), numbers(&|x| x.value_control)),
        Column::new(l::DIFFERENCE.into(), numbers(&|x| x.difference)),
        Column::new(l::LOW.into(), numbers(&|x| x.low)),
        Column::new(l::HIGH.into(), numbers(&|x| x.high)),
        Column::new(l::RELATIVE.into(), numbers(&|x| x.relative)),
        Column::new(l::P_VALUE.into(), numbers(&|x| x.p_value)),
        Column::new(l::P_HOLM.into(), numbers(&|x| x.p_holm)),
        Column::new(l::INCREMENTAL.into(), numbers(&|x| x.incremental)),
        Column::new(l::NOTE.into(), texts(&|row| row.2.note.clone())),
    ])
}
