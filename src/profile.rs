//! Profiles: what a group of customers is like. Segments, quadrants and clusters share this shape.

use std::collections::BTreeMap;

use polars::prelude::*;

use crate::math::sum::Sum;
use crate::schema::{customers as c, rfm_segments as p};
use crate::{Error, Result, table};

#[derive(Default)]
struct Group {
    customers: u32,
    orders: u64,
    spend: Mean,
    recency: Mean,
    frequency: Mean,
    monetary: Mean,
    satisfaction: Mean,
    extra: Mean,
}

#[derive(Default)]
struct Mean {
    sum: Sum,
    n: u32,
}

impl Mean {
    fn add(&mut self, value: Option<f64>) {
        if let Some(value) = value {
            self.sum.add(value);
            self.n += 1;
        }
    }

    fn value(&self) -> Option<f64> {
        (self.n > 0).then(|| self.sum.value() / f64::from(self.n))
    }
}

/// Groups that a profile can tell apart; own segments are far fewer.
const GROUPS: usize = u16::MAX as usize - 1;

/// The groups, and which of them each customer is in.
struct Groups<'a> {
    names: Vec<Option<&'a str>>,
    figures: Vec<Group>,
    group_of: Vec<u16>,
}

impl<'a> Groups<'a> {
    /// Those of a label column and those of these names; first of all that of customers without the label.
    fn of(customers: &'a DataFrame, label: &str, names: &[&'a str]) -> Result<Self> {
        let (labels, codes) = table::few_texts(customers.column(label)?, GROUPS)?
            .ok_or_else(|| Error::internal(format!("`{label}` makes too many groups for profiles")))?;
        let absent = names.iter().copied().filter(|name| !labels.contains(name)).collect::<Vec<_>>();
        let group_of = codes.iter().map(|code| code.map_or(0, |code| code + 1)).collect();
        let names: Vec<_> = [None].into_iter().chain(labels.into_iter().chain(absent).map(Some)).collect();
        let figures = names.iter().map(|_| Group::default()).collect();
        Ok(Self { names, figures, group_of })
    }

    /// Shows each customer's value to the customer's group, in the order of the rows.
    fn each<T>(&mut self, values: impl Iterator<Item = T>, see: impl Fn(&mut Group, T)) {
        for (group, value) in self.group_of.iter().zip(values) {
            see(&mut self.figures[usize::from(*group)], value);
        }
    }
}

/// The profile of each value of a label column, in the order of `names` where given, else by name; customers
/// without the label come last, under a null name.
///
/// `mean_of` is a further column to average, returned as the last column under the name given.
///
/// # Errors
/// `Internal` when a column is missing.
pub fn profile<'a>(
    customers: &'a DataFrame,
    label: &str,
    names: &[&'a str],
    mean_of: Option<(&str, &str)>,
) -> Result<DataFrame> {
    let mut groups = Groups::of(customers, label, names)?;
    let measure = |name: &str| Ok::<_, Error>(customers.column(name)?.as_materialized_series());
    let recency = measure(c::RECENCY_DAYS)?.i32()?;
    groups.each(measure(c::ORDER_COUNT)?.u32()?.iter(), |group, orders| {
        group.customers += 1;
        group.orders += u64::from(orders.unwrap_or(0));
    });
    groups.each(measure(c::SPEND_TOTAL)?.f64()?.iter(), |group, value| group.spend.add(value));
    groups.each(recency.iter(), |group, days| group.recency.add(days.map(f64::from)));
    let frequency = recency.iter().zip(measure(c::FREQUENCY)?.u32()?.iter());
    groups.each(frequency, |group, (days, n)| group.frequency.add(days.and(n).map(f64::from)));
    groups.each(measure(c::MONETARY)?.f64()?.iter(), |group, value| group.monetary.add(value));
    if customers.column(c::SATISFACTION_SCORE).is_ok() {
        let scores = measure(c::SATISFACTION_SCORE)?.f64()?.iter();
        groups.each(scores, |group, value| group.satisfaction.add(value));
    }
    if let Some((column, _)) = mean_of {
        groups.each(measure(column)?.f64()?.iter(), |group, value| group.extra.add(value));
    }
    let mut groups: BTreeMap<Option<&str>, Group> = groups.names.into_iter().zip(groups.figures).collect();
    // A null name sorts first in the map and belongs last in the table.
    let unlabelled = groups.remove(&None).filter(|g| g.customers > 0);
    let place = |name: Option<&str>| names.iter().position(|n| Some(*n) == name).unwrap_or(usize::MAX);
    let mut ordered: Vec<(Option<&str>, Group)> = groups.into_iter().collect();
    ordered.sort_by_key(|(name, _)| place(*name));
    ordered.extend(unlabelled.map(|g| (None, g)));
    frame(&ordered, customers.height(), mean_of.map(|(_, name)| name))
}

/// In the order of a profile's names: how many customers of each group have a value in a text column.
///
/// # Errors
/// `Internal` when a column is missing.
pub fn known_in(
    customers: &DataFrame,
    label: &str,
    names: &[Option<&str>],
    column: &str,
) -> Result<Vec<u32>> {
    let mut counts = vec![0; names.len()];
    let known = table::texts(customers, column)?;
    for (group, value) in table::texts(customers, label)?.into_iter().zip(known) {
        if let Some(place) = names.iter().position(|name| *name == group).filter(|_| value.is_some()) {
            counts[place] += 1;
        }
    }
    Ok(counts)
}

fn frame(groups: &[(Option<&str>, Group)], all: usize, extra: Option<&str>) -> Result<DataFrame> {
    let mut total = Sum::default();
    groups.iter().for_each(|(_, g)| total.add(g.spend.sum.value()));
    let total = total.value();
    // Where no customer's spending is known, that of no group is.
    let priced = all == 0 || groups.iter().any(|(_, g)| g.spend.n > 0);
    let of = |value: &dyn Fn(&Group) -> Option<f64>| groups.iter().map(|(_, g)| value(g)).collect::<Vec<_>>();
    let mut columns = vec![
        Column::new(p::NAME.into(), groups.iter().map(|(n, _)| *n).collect::<Vec<_>>()),
        Column::new(p::CUSTOMERS.into(), groups.iter().map(|(_, g)| g.customers).collect::<Vec<_>>()),
        Column::new(
            p::CUSTOMERS_SHARE.into(),
            of(&|g| (all > 0).then(|| f64::from(g.customers) / all as f64)),
        ),
        Column::new(p::ORDERS.into(), groups.iter().map(|(_, g)| g.orders).collect::<Vec<_>>()),
        Column::new(p::SPEND_TOTAL.into(), of(&|g| priced.then(|| g.spend.sum.value()))),
        Column::new(p::SPEND_SHARE.into(), of(&|g| (total > 0.0).then(|| g.spend.sum.value() / total))),
        Column::new(p::RECENCY_DAYS_MEAN.into(), of(&|g| g.recency.value())),
        Column::new(p::FREQUENCY_MEAN.into(), of(&|g| g.frequency.value())),
        Column::new(p::MONETARY_MEAN.into(), of(&|g| g.monetary.value())),
        Column::new(p::SATISFACTION_MEAN.into(), of(&|g| g.satisfaction.value())),
        Column::new(
            p::SATISFACTION_KNOWN.into(),
            groups.iter().map(|(_, g)| g.satisfaction.n).collect::<Vec<_>>(),
        ),
    ];
    if let Some(name) = extra {
        columns.push(Column::new(name.into(), of(&|g| g.extra.value())));
    }
    table::new(columns)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn groups_add_up_and_the_unlabelled_come_last() {
        let customers = table::new(vec![
            Column::new(c::RFM_SEGMENT.into(), vec![Some("lost"), None, Some("champions"), Some("lost")]),
            Column::new(c::ORDER_COUNT.into(), vec![1_u32, 0, 5, 2]),
            Column::new(c::SPEND_TOTAL.into(), vec![10.0, -5.0, 85.0, 10.0]),
            Column::new(c::RECENCY_DAYS.into(), vec![Some(300_i32), None, Some(3), Some(500)]),
            Column::new(c::FREQUENCY.into(), vec![1_u32, 0, 5, 2]),
            Column::new(c::MONETARY.into(), vec![10.0, -5.0, 85.0, 10.0]),
        ])
        .unwrap();
        let table = profile(&customers, c::RFM_SEGMENT, &["champions", "lost"], None).unwrap();
        assert_eq!(table::texts(&table, p::NAME).unwrap(), [Some("champions"), Some("lost"), None]);
        assert_eq!(table::u32s(&table, p::CUSTOMERS).unwrap(), [Some(1), Some(2), Some(1)]);
        assert_eq!(table::f64s(&table, p::SPEND_SHARE).unwrap(), [Some(0.85), Some(0.2), Some(-0.05)]);
        assert_eq!(table::f64s(&table, p::RECENCY_DAYS_MEAN).unwrap(), [Some(3.0), Some(400.0), None]);
        let names = table::texts(&table, p::NAME).unwrap();
        assert_eq!(known_in(&customers, c::RFM_SEGMENT, &names, c::RFM_SEGMENT).unwrap(), [1, 2, 0]);
        assert_eq!(table::f64s(&table, p::FREQUENCY_MEAN).unwrap(), [Some(5.0), Some(1.5), None]);
    }
}
