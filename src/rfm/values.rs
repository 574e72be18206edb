//! The figures that customers are scored on, as their columns hold them.

use polars::prelude::*;

use super::dimension::Dimension;
use crate::Result;

/// The figure of each customer in one dimension.
#[derive(Debug)]
pub(super) struct Values<'a> {
    numbers: Numbers<'a>,
    /// Whose figure is known; `None` where all are.
    known: Option<Vec<bool>>,
}

#[derive(Debug)]
enum Numbers<'a> {
    Days(&'a [i32]),
    Orders(&'a [u32]),
    Money(&'a [f64]),
}

/// The columns of the three dimensions, each in one piece.
///
/// # Errors
/// `Internal` when one is absent.
pub(super) fn figures(customers: &DataFrame) -> Result<[Series; 3]> {
    let [recency, frequency, monetary] = Dimension::ALL.map(|dimension| customers.column(dimension.name()));
    Ok([recency?, frequency?, monetary?].map(|column| column.as_materialized_series().rechunk()))
}

/// The values of the three dimensions; none for customers without a counting order.
///
/// # Errors
/// `Internal` when a column is of another type.
pub(super) fn values(figures: &[Series; 3]) -> Result<[Values<'_>; 3]> {
    let [recency, frequency, monetary] = figures;
    let numbers = [
        Numbers::Days(recency.i32()?.downcast_as_array().values()),
        Numbers::Orders(frequency.u32()?.downcast_as_array().values()),
        Numbers::Money(monetary.f64()?.downcast_as_array().values()),
    ];
    let mut own = figures.iter();
    Ok(numbers.map(|numbers| Values { numbers, known: own.next().and_then(|own| known(recency, own)) }))
}

/// Who has a counting order and a figure of their own; `None` where everybody has.
fn known(recency: &Series, own: &Series) -> Option<Vec<bool>> {
    if recency.null_count() == 0 && own.null_count() == 0 {
        return None;
    }
    let (bought, stated) = (recency.is_not_null(), own.is_not_null());
    Some(bought.iter().zip(stated.iter()).map(|both| both == (Some(true), Some(true))).collect())
}

impl Values<'_> {
    /// Number of customers.
    pub(super) fn len(&self) -> usize {
        match self.numbers {
            Numbers::Days(days) => days.len(),
            Numbers::Orders(orders) => orders.len(),
            Numbers::Money(money) => money.len(),
        }
    }

    /// The value of a customer, in days, orders or money.
    #[inline]
    pub(super) fn get(&self, row: usize) -> Option<f64> {
        if self.known.as_ref().is_some_and(|known| !known[row]) {
            return None;
        }
        Some(match self.numbers {
            Numbers::Days(days) => f64::from(days[row]),
            Numbers::Orders(orders) => f64::from(orders[row]),
            Numbers::Money(money) => money[row],
        })
    }

    /// The values that are known.
    pub(super) fn known(&self) -> impl Iterator<Item = f64> {
        (0..self.len()).filter_map(|row| self.get(row))
    }
}

#[cfg(test)]
impl<'a> Values<'a> {
    /// Amounts of money, all of them known.
    pub(super) fn of_money(money: &'a [f64]) -> Self {
        Self { numbers: Numbers::Money(money), known: None }
    }

    /// The same without those of some customers.
    pub(super) fn but(mut self, unknown: &[usize]) -> Self {
        self.known = Some((0..self.len()).map(|row| !unknown.contains(&row)).collect());
        self
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::schema::customers as columns;
    use crate::table;

    #[test]
    fn without_a_counting_order_nothing_is_known_and_without_money_only_that() {
        let columns = vec![
            table::i32_column(columns::RECENCY_DAYS, [Some(3), None, Some(0)]),
            table::u32_column(columns::FREQUENCY, [Some(2), Some(0), Some(7)]),
            table::f64_column(columns::MONETARY, [None, Some(-5.0), Some(2.5)]),
        ];
        let figures = figures(&table::new(columns).unwrap()).unwrap();
        let values = values(&figures).unwrap();
        let all = values.each_ref().map(|of| (0..3).map(|row| of.get(row)).collect::<Vec<_>>());
        assert_eq!(all[0], [Some(3.0), None, Some(0.0)]);
        assert_eq!(all[1], [Some(2.0), None, Some(7.0)]);
        assert_eq!(all[2], [None, None, Some(2.5)]);
        assert_eq!(values[2].known().collect::<Vec<_>>(), [2.5]);
    }
}
