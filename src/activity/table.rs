//! The customers table: the figures of the shards in the order of the ids, column by column.

use polars::prelude::*;
use rayon::prelude::*;

use super::customers::{Basis, Measures, Summary};
use super::fold::Shard;
use super::roll::Roll;
use crate::facts::Place;
use crate::schema::customers as c;
use crate::{Result, table};

/// Customers written at a time.
const PART_ROWS: usize = 1 << 13;

/// What is known of the customers, shard by shard.
pub(super) struct People<'a> {
    pub rolls: &'a [Roll],
    pub shards: &'a [Shard],
    pub summaries: &'a [&'a [Summary]],
    /// Margins are stated.
    pub margins: bool,
    pub measures: Measures,
}

/// The columns, or some rows of them. A time or a count of days that is absent is the smallest number, money that is
/// absent is not a number.
struct Columns<Times, Days, Counts, Floats> {
    first_at: Times,
    last_at: Times,
    recency: Days,
    orders: Counts,
    days: Counts,
    returns: Counts,
    frequency: Counts,
    quantity: Floats,
    spend: Floats,
    spend_mean: Floats,
    returned: Floats,
    margin: Floats,
    monetary: Floats,
}

type Whole = Columns<Vec<i64>, Vec<i32>, Vec<u32>, Vec<f64>>;
type Rows<'a> = Columns<&'a mut [i64], &'a mut [i32], &'a mut [u32], &'a mut [f64]>;

impl People<'_> {
    /// The table of these customers.
    ///
    /// # Errors
    /// `Internal` when the table cannot be put together.
    pub(super) fn table(&self, order: &[Place]) -> Result<DataFrame> {
        let mut columns = Whole::of_rows(order.len());
        let (ids, ()) = rayon::join(
            || self.ids(order),
            || {
                let parts = columns.parts().into_par_iter().zip(order.par_chunks(PART_ROWS));
                parts.for_each(|(mut rows, people)| {
                    people.iter().enumerate().for_each(|(row, place)| self.write(&mut rows, row, *place));
                });
            },
        );
        columns.table(ids?, self.measures)
    }

    fn ids(&self, order: &[Place]) -> Result<Column> {
        let part = |people: &[Place]| {
            let mut ids = StringChunkedBuilder::new(c::CUSTOMER_ID.into(), people.len());
            for place in people {
                let (roll, number) = (&self.rolls[place.shard as usize], place.number as usize);
                let start = roll.starts[number].bytes();
                // Where the start is the whole id, its text need not be fetched.
                let id = start.whole().or_else(|| roll.ids.get(number)).unwrap_or_default();
                ids.append_value(std::str::from_utf8(id).unwrap_or_default());
            }
            ids.finish()
        };
        let parts: Vec<StringChunked> = order.par_chunks(PART_ROWS).map(part).collect();
        let mut ids = StringChunked::full_null(c::CUSTOMER_ID.into(), 0);
        for part in parts {
            ids.append_owned(part)?;
        }
        Ok(ids.rechunk().into_owned().into_column())
    }

    #[inline]
    fn write(&self, rows: &mut Rows<'_>, row: usize, place: Place) {
        let (shard, number) = (place.shard as usize, place.number as usize);
        let from = &self.shards[shard];
        let s = &self.summaries[shard][number];
        let returned = from.returned.get(number).copied().unwrap_or_default();
        let cost = from.costs.get(number).copied().unwrap_or_default();
        let spend = s.amount.to_f64();
        let is_margin = self.margins && cost.costless_rows == 0;
        let margin = if is_margin { (s.amount - cost.amount).to_f64() } else { f64::NAN };
        let sum = if self.measures.window_days.is_some() { s.window_spend } else { spend };
        let mean = |sum: f64, orders: u32| if orders > 0 { sum / f64::from(orders) } else { f64::NAN };
        rows.first_at[row] = if s.orders > 0 { s.first_at } else { i64::MIN };
        rows.last_at[row] = if s.orders > 0 { s.last_at } else { i64::MIN };
        rows.recency[row] = if s.window_orders > 0 { s.recency } else { i32::MIN };
        rows.orders[row] = s.orders;
        rows.days[row] = s.days;
        rows.returns[row] = returned.rows;
        rows.frequency[row] = s.window_orders;
        rows.quantity[row] = s.quantity;
        rows.spend[row] = spend;
        rows.spend_mean[row] = mean(spend, s.orders);
        rows.returned[row] = returned.amount.to_f64();
        rows.margin[row] = margin;
        rows.monetary[row] = match self.measures.basis {
            Basis::Sum => sum,
            Basis::Mean => mean(sum, s.window_orders),
            Basis::Margin => margin,
        };
    }
}

impl Whole {
    fn of_rows(n: usize) -> Self {
        let (times, counts, floats) = (|| vec![0; n], || vec![0; n], || vec![0.0; n]);
        Self {
            first_at: times(),
            last_at: times(),
            recency: vec![0; n],
            orders: counts(),
            days: counts(),
            returns: counts(),
            frequency: counts(),
            quantity: floats(),
            spend: floats(),
            spend_mean: floats(),
            returned: floats(),
            margin: floats(),
            monetary: floats(),
        }
    }

    /// The columns cut into parts of some rows.
    fn parts(&mut self) -> Vec<Rows<'_>> {
        let mut first_at = self.first_at.chunks_mut(PART_ROWS);
        let mut last_at = self.last_at.chunks_mut(PART_ROWS);
        let mut recency = self.recency.chunks_mut(PART_ROWS);
        let mut orders = self.orders.chunks_mut(PART_ROWS);
        let mut days = self.days.chunks_mut(PART_ROWS);
        let mut returns = self.returns.chunks_mut(PART_ROWS);
        let mut frequency = self.frequency.chunks_mut(PART_ROWS);
        let mut quantity = self.quantity.chunks_mut(PART_ROWS);
        let mut spend = self.spend.chunks_mut(PART_ROWS);
        let mut spend_mean = self.spend_mean.chunks_mut(PART_ROWS);
        let mut returned = self.returned.chunks_mut(PART_ROWS);
        let mut margin = self.margin.chunks_mut(PART_ROWS);
        let mut monetary = self.monetary.chunks_mut(PART_ROWS);
        std::iter::from_fn(|| {
            Some(Rows {
                first_at: first_at.next()?,
                last_at: last_at.next()?,
                recency: recency.next()?,
                orders: orders.next()?,
                days: days.next()?,
                returns: returns.next()?,
                frequency: frequency.next()?,
                quantity: quantity.next()?,
                spend: spend.next()?,
                spend_mean: spend_mean.next()?,
                returned: returned.next()?,
                margin: margin.next()?,
                monetary: monetary.next()?,
            })
        })
        .collect()
    }

    /// The table of the columns; those that the export says nothing about are empty.
    fn table(self, ids: Column, measures: Measures) -> Result<DataFrame> {
        let (rows, priced) = (self.orders.len(), !measures.without_money);
        let floats = |name: &'static str, values: Vec<f64>, known: bool| {
            column(move || {
                let empty = || Column::full_null(name.into(), rows, &DataType::Float64);
                if known { floats(name, values) } else { empty() }
            })
        };
        let counts = |name: &'static str, values| {
            column(move || UInt32Chunked::from_vec(name.into(), values).into_column())
        };
        let times = |name: &'static str, values| column(move || times(name, values));
        let columns = vec![
            column(move || ids),
            times(c::FIRST_ORDER_AT, self.first_at),
            times(c::LAST_ORDER_AT, self.last_at),
            counts(c::ORDER_COUNT, self.orders),
            counts(c::ACTIVE_DAYS, self.days),
            floats(c::QUANTITY_TOTAL, self.quantity, measures.with_quantities),
            floats(c::SPEND_TOTAL, self.spend, priced),
            floats(c::SPEND_MEAN, self.spend_mean, priced),
            counts(c::RETURN_COUNT, self.returns),
            floats(c::RETURN_TOTAL, self.returned, priced),
            floats(c::MARGIN_TOTAL, self.margin, priced),
            column(move || days(c::RECENCY_DAYS, self.recency)),
            counts(c::FREQUENCY, self.frequency),
            floats(c::MONETARY, self.monetary, priced),
        ];
        table::new(columns.into_par_iter().with_max_len(1).map(|column| column()).collect())
    }
}

/// A column that is still to be made.
type Later<'a> = Box<dyn FnOnce() -> Column + Send + 'a>;

fn column<'a>(make: impl FnOnce() -> Column + Send + 'a) -> Later<'a> {
    Box::new(make)
}

fn floats(name: &str, values: Vec<f64>) -> Column {
    if values.iter().any(|value| value.is_nan()) {
        return table::f64_column(name, values.into_iter().map(|value| Some(value).filter(|v| !v.is_nan())));
    }
    Float64Chunked::from_vec(name.into(), values).into_column()
}

fn days(name: &str, values: Vec<i32>) -> Column {
    if values.contains(&i32::MIN) {
        return table::i32_column(
            name,
            values.into_iter().map(|value| Some(value).filter(|v| *v != i32::MIN)),
        );
    }
    Int32Chunked::from_vec(name.into(), values).into_column()
}

fn times(name: &str, values: Vec<i64>) -> Column {
    let micros = if values.contains(&i64::MIN) {
        let known = values.into_iter().map(|value| Some(value).filter(|v| *v != i64::MIN));
        known.collect_ca(name.into())
    } else {
        Int64Chunked::from_vec(name.into(), values)
    };
    micros.into_datetime(TimeUnit::Microseconds, None).into_column()
}
