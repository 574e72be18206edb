//! Orders to one row per customer, in the order of the ids.

use foldhash::fast::FixedState;
use hashbrown::HashMap;
use polars::prelude::*;
use rayon::prelude::*;

use super::fold::{Fold, Shard};
use super::id::prefix;
use super::order::Order;
use crate::math::money::Money;
use crate::schema::customers as c;
use crate::{Error, Result, Warning, facts, table};

/// Above this share of rows without a cost, margins are not stated (methods: priority and profit).
const COSTLESS_SHARE: f64 = 0.05;

/// Which money `monetary` is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Basis {
    /// Money of all orders, returns subtracted.
    #[default]
    Sum,
    /// That sum per order.
    Mean,
    /// The sum less known costs.
    Margin,
}

/// The as-of day and how instants become days.
pub struct AsOfDay<'a> {
    /// Days since 1970-01-01.
    pub day: i32,
    /// Local calendar day of an instant in µs UTC.
    pub day_of: &'a (dyn Fn(i64) -> i32 + Sync),
}

/// What to measure.
#[derive(Clone, Copy, Debug, Default)]
pub struct Measures {
    /// RFM looks back over this many days; `None` is all history.
    pub window_days: Option<u32>,
    /// Which money `monetary` is.
    pub basis: Basis,
    /// The export has quantities.
    pub with_quantities: bool,
    /// The export has no money: what was spent is unknown, not zero.
    pub without_money: bool,
    /// The orders that other stages ask for one by one, or by their id.
    pub keep: Keep,
}

/// Which orders are kept when the customers are summed up. Memory grows with them.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Keep {
    /// None.
    #[default]
    Nothing,
    /// Those from this day on (days since 1970-01-01).
    Since(i32),
    /// All.
    Everything,
}

/// One row per customer, and the way from orders to customers.
#[derive(Debug)]
pub struct Activity {
    /// Identity, activity and RFM measures, sorted by `customer_id`.
    pub customers: DataFrame,
    /// Counting orders.
    pub orders: u64,
    /// Things to know.
    pub warnings: Vec<Warning>,
    shards: Vec<Shard>,
    /// Row in `customers` of each customer of each shard.
    rows: Vec<Vec<u32>>,
    /// The orders of each shard that were to be kept.
    order_owners: Option<Vec<Vec<OrderOf>>>,
}

/// An order; its customer is the number in the shard.
#[derive(Clone, Copy, Debug)]
struct OrderOf {
    key: u64,
    fact: facts::Order,
}

/// Finds the customer of an order by the hash of its id.
#[derive(Debug)]
pub struct OrderIndex {
    /// `None` marks an order id that several customers share.
    customers: HashMap<u64, Option<u32>, FixedState>,
}

impl OrderIndex {
    /// Row of the customer, if exactly one customer has the order.
    pub fn customer(&self, key: u64) -> Option<u32> {
        self.customers.get(&key).copied().flatten()
    }
}

#[derive(Clone, Copy, Debug, Default)]
struct Summary {
    first_at: Option<i64>,
    last_at: Option<i64>,
    orders: u32,
    days: u32,
    window_orders: u32,
    recency: Option<i32>,
    amount: Money,
    window_amount: Money,
    quantity: i128,
}

impl Fold {
    /// Ends the fold: one row per customer as seen from the as-of day.
    ///
    /// # Errors
    /// `Internal` when a table cannot be built; `Config` when there are more than 4 billion customers; `Io` when
    /// runs that waited on disk cannot be read back.
    pub fn finish(self, as_of: &AsOfDay<'_>, measures: Measures) -> Result<Activity> {
        let Self { mut shards, rows: row_count, costless_rows, with_costs, .. } = self;
        let from_day = measures
            .window_days
            .map_or(i32::MIN, |w| as_of.day.saturating_sub(i32::try_from(w).unwrap_or(i32::MAX) - 1));
        let made: Vec<(Vec<Summary>, Vec<OrderOf>)> = shards
            .par_iter_mut()
            .map(|shard| summarise(shard, as_of, from_day, measures.keep))
            .collect::<Result<_>>()?;
        let (summaries, order_owners): (Vec<_>, Vec<_>) = made.into_iter().unzip();
        let order = sorted(&shards)?;
        let mut warnings = Vec::new();
        let margins = with_costs && costless_rows as f64 <= COSTLESS_SHARE * row_count as f64;
        if with_costs && !margins {
            let message = format!("{costless_rows} of {row_count} rows have no cost: margins are not stated");
            let warning = Warning::new("costs_incomplete", message);
            warnings.push(warning.with("n", costless_rows).with("all", row_count));
        }
        let mut rows: Vec<Vec<u32>> = shards.iter().map(|s| vec![0; s.len()]).collect();
        for (row, &(shard, customer)) in order.iter().enumerate() {
            rows[shard as usize][customer as usize] = row as u32;
        }
        let people = People { shards: &shards, summaries: &summaries, margins, measures };
        let customers = people.table(&order)?;
        let orders = summaries.iter().flatten().map(|s| u64::from(s.orders)).sum();
        let order_owners = (measures.keep != Keep::Nothing).then_some(order_owners);
        Ok(Activity { customers, orders, warnings, shards, rows, order_owners })
    }
}

impl Activity {
    /// Row of a customer by canonical id.
    pub fn customer(&self, id: &[u8]) -> Option<u32> {
        let hash = facts::hash(id);
        let shard = super::fold::shard_of(hash);
        let customer = self.shards[shard].find(hash, id)?;
        Some(self.rows[shard][customer as usize])
    }

    /// Rows of many customers by canonical id; `None` also where there is no id.
    pub fn customers_of(&self, ids: &facts::TextColumn) -> Vec<Option<u32>> {
        // One short step at a time for all of them: a table of many customers is not in cache, and the processor
        // waits for several at once where little else stands between two of them.
        let hashes: Vec<u64> =
            (0..ids.len()).map(|place| facts::hash(ids.get(place).unwrap_or_default())).collect();
        let found: Vec<Option<u32>> = hashes
            .iter()
            .enumerate()
            .map(|(place, hash)| self.shards[super::fold::shard_of(*hash)].find(*hash, ids.get(place)?))
            .collect();
        found
            .iter()
            .zip(hashes)
            .map(|(customer, hash)| Some(self.rows[super::fold::shard_of(hash)][(*customer)? as usize]))
            .collect()
    }

    /// The way from orders to customers.
    ///
    /// # Errors
    /// `Internal` when the fold was not told to keep orders.
    pub fn order_index(&self) -> Result<OrderIndex> {
        let kept = self.order_owners.as_ref().ok_or_else(|| Error::internal("orders were not kept"))?;
        let mut customers: HashMap<u64, Option<u32>, FixedState> =
            HashMap::with_hasher(FixedState::with_seed(3));
        for (orders, rows) in kept.iter().zip(&self.rows) {
            for order in orders {
                let row = rows[order.fact.customer as usize];
                customers
                    .entry(order.key)
                    .and_modify(|known| *known = known.filter(|k| *k == row))
                    .or_insert(Some(row));
            }
        }
        Ok(OrderIndex { customers })
    }
}

impl facts::Orders for Activity {
    fn each_order(&self, see: &mut dyn FnMut(facts::Order)) {
        for (orders, rows) in self.order_owners.iter().flatten().zip(&self.rows) {
            for order in orders {
                see(facts::Order { customer: rows[order.fact.customer as usize], ..order.fact });
            }
        }
    }
}

/// Sums each customer's orders; the orders themselves are named only if they are to be kept.
fn summarise(
    shard: &mut Shard,
    as_of: &AsOfDay<'_>,
    from_day: i32,
    keep: Keep,
) -> Result<(Vec<Summary>, Vec<OrderOf>)> {
    let orders = shard.take_orders()?;
    let mut summaries = vec![Summary::default(); shard.len()];
    let mut days = Vec::new();
    for of_one in orders.chunk_by(|a, b| a.customer == b.customer) {
        summaries[of_one[0].customer as usize] = summary(of_one, as_of, from_day, &mut days);
    }
    let is_kept = |order: &&Order| match keep {
        Keep::Nothing => false,
        Keep::Since(day) => (as_of.day_of)(order.first_at) >= day,
        Keep::Everything => true,
    };
    let named = orders.iter().filter(is_kept).map(|o| OrderOf {
        key: o.key,
        fact: facts::Order { customer: o.customer, at: o.first_at, amount: o.amount, counts: o.counts() },
    });
    Ok((summaries, named.collect()))
}

fn summary(orders: &[Order], as_of: &AsOfDay<'_>, from_day: i32, days: &mut Vec<i32>) -> Summary {
    let mut s = Summary::default();
    let mut recent = None;
    days.clear();
    for order in orders {
        s.amount += order.amount;
        s.quantity += i128::from(order.quantity);
        let day = (as_of.day_of)(order.last_at);
        let in_window = day >= from_day;
        if in_window {
            s.window_amount += order.amount;
        }
        if !order.counts() {
            continue;
        }
        s.orders += 1;
        s.first_at = Some(s.first_at.map_or(order.first_at, |f| f.min(order.first_at)));
        s.last_at = s.last_at.max(Some(order.last_at));
        days.push((as_of.day_of)(order.first_at));
        if in_window {
            s.window_orders += 1;
            recent = recent.max(Some(day));
        }
    }
    days.sort_unstable();
    days.dedup();
    s.days = days.len() as u32;
    s.recency = recent.map(|day| as_of.day - day);
    s
}

/// Every customer as (shard, number), by id.
fn sorted(shards: &[Shard]) -> Result<Vec<(u32, u32)>> {
    let mut order: Vec<(u128, u32, u32)> = Vec::new();
    for (s, shard) in shards.iter().enumerate() {
        let ids = (0..shard.len()).map(|c| prefix(shard.ids.get(c).unwrap_or_default()));
        order.extend(ids.enumerate().map(|(c, prefix)| (prefix, s as u32, c as u32)));
    }
    if u32::try_from(order.len()).is_err() {
        return Err(Error::config("the export has more than 4 billion customers"));
    }
    let id = |s: u32, c: u32| shards[s as usize].ids.get(c as usize).unwrap_or_default();
    order.par_sort_unstable_by(|a, b| a.0.cmp(&b.0).then_with(|| id(a.1, a.2).cmp(id(b.1, b.2))));
    Ok(order.into_iter().map(|(_, s, c)| (s, c)).collect())
}

/// One customer's figures, side by side.
#[derive(Clone, Copy, Debug)]
struct Person {
    shard: u32,
    number: u32,
    summary: Summary,
    spend: f64,
    returned: f64,
    return_rows: u32,
    quantity: Option<f64>,
    margin: Option<f64>,
    monetary: Option<f64>,
}

/// Customers written at a time.
const SLICE_ROWS: usize = 1 << 13;

struct People<'a> {
    shards: &'a [Shard],
    summaries: &'a [Vec<Summary>],
    margins: bool,
    measures: Measures,
}

impl People<'_> {
    fn person(&self, shard: u32, number: u32) -> Person {
        let from = &self.shards[shard as usize];
        let summary = self.summaries[shard as usize][number as usize];
        let returned = from.returned.get(number as usize).copied().unwrap_or_default();
        let cost = from.costs.get(number as usize).copied().unwrap_or_default();
        let margin =
            (self.margins && cost.costless_rows == 0).then(|| (summary.amount - cost.amount).to_f64());
        let sum = if self.measures.window_days.is_some() { summary.window_amount } else { summary.amount };
        Person {
            shard,
            number,
            summary,
            spend: summary.amount.to_f64(),
            returned: returned.amount.to_f64(),
            return_rows: returned.rows,
            quantity: self.measures.with_quantities.then(|| summary.quantity as f64 / 1e6),
            margin,
            monetary: match self.measures.basis {
                Basis::Sum => Some(sum.to_f64()),
                Basis::Mean => {
                    (summary.window_orders > 0).then(|| sum.to_f64() / f64::from(summary.window_orders))
                }
                Basis::Margin => margin,
            },
        }
    }

    /// The table, made in slices that stay in cache.
    fn table(&self, order: &[(u32, u32)]) -> Result<DataFrame> {
        let slices: Vec<DataFrame> =
            order.par_chunks(SLICE_ROWS).map(|slice| self.slice(slice)).collect::<Result<_>>()?;
        let mut slices = slices.into_iter();
        let Some(mut all) = slices.next() else { return self.slice(&[]) };
        for slice in slices {
            all.vstack_mut_owned(slice)?;
        }
        all.rechunk_mut_par();
        Ok(all)
    }

    fn slice(&self, order: &[(u32, u32)]) -> Result<DataFrame> {
        let people: Vec<Person> = order.iter().map(|&(shard, number)| self.person(shard, number)).collect();
        let ids = people.iter().map(|p| {
            let id = self.shards[p.shard as usize].ids.get(p.number as usize).unwrap_or_default();
            std::str::from_utf8(id).unwrap_or_default()
        });
        let ids = StringChunked::from_iter_values(c::CUSTOMER_ID.into(), ids);
        let priced = !self.measures.without_money;
        let money = |name: &str, value: &dyn Fn(&Person) -> Option<f64>| {
            table::f64_column(name, people.iter().map(|p| value(p).filter(|_| priced)))
        };
        let counts = |name: &str, value: fn(&Person) -> u32| {
            table::u32_column(name, people.iter().map(|p| Some(value(p))))
        };
        let times = |name: &str, value: fn(&Person) -> Option<i64>| {
            table::timestamp_column(name, people.iter().map(value))
        };
        let spend_mean = |p: &Person| (p.summary.orders > 0).then(|| p.spend / f64::from(p.summary.orders));
        table::new(vec![
            ids.into_series().into_column(),
            times(c::FIRST_ORDER_AT, |p| p.summary.first_at)?,
            times(c::LAST_ORDER_AT, |p| p.summary.last_at)?,
            counts(c::ORDER_COUNT, |p| p.summary.orders),
            counts(c::ACTIVE_DAYS, |p| p.summary.days),
            table::f64_column(c::QUANTITY_TOTAL, people.iter().map(|p| p.quantity)),
            money(c::SPEND_TOTAL, &|p| Some(p.spend)),
            money(c::SPEND_MEAN, &spend_mean),
            counts(c::RETURN_COUNT, |p| p.return_rows),
            money(c::RETURN_TOTAL, &|p| Some(p.returned)),
            money(c::MARGIN_TOTAL, &|p| p.margin),
            table::i32_column(c::RECENCY_DAYS, people.iter().map(|p| p.summary.recency)),
            counts(c::FREQUENCY, |p| p.summary.window_orders),
            money(c::MONETARY, &|p| p.monetary),
        ])
    }
}
