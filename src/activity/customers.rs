//! Orders to one row per customer, in the order of the ids.

use foldhash::fast::FixedState;
use hashbrown::HashMap;
use polars::prelude::*;
use rayon::prelude::*;

use super::fold::{Fold, Shard};
use super::order::Order;
use super::register::{self, Register};
use super::roll::Roll;
use super::table::People;
use crate::error::all;
use crate::facts::{self, Place};
use crate::math::money::Money;
use crate::{Error, Result, Warning};

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
    rolls: Vec<Roll>,
    /// Row in `customers` of each customer of each shard, or [`NO_ROW`].
    rows: Vec<Vec<u32>>,
    /// The orders of each shard that were to be kept.
    order_owners: Option<Vec<Vec<OrderOf>>>,
}

/// The row of somebody of whom no row of the export was accepted.
const NO_ROW: u32 = u32::MAX;

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

/// What one customer's orders come to. There are as many of them as customers: without the padding that the money would
/// ask for.
#[derive(Clone, Copy, Debug, Default)]
#[repr(Rust, packed(8))]
pub(super) struct Summary {
    pub amount: Money,
    /// Money of the orders in the window.
    pub window_spend: f64,
    pub quantity: f64,
    /// First and last sale, where there are orders.
    pub first_at: i64,
    pub last_at: i64,
    pub orders: u32,
    pub days: u32,
    pub window_orders: u32,
    /// Days since the last order of the window, where there is one.
    pub recency: i32,
}

/// What the customers of one shard come to.
#[derive(Debug, Default)]
struct Summed {
    /// By number.
    summaries: Vec<Summary>,
    /// Numbers of those without an accepted row, in ascending order.
    absent: Vec<u32>,
    /// The orders that were to be kept.
    orders: Vec<OrderOf>,
}

impl Fold {
    /// Ends the fold: one row per customer of the register as seen from the as-of day.
    ///
    /// # Errors
    /// `Internal` when a table cannot be built; `Config` when there are more than 4 billion customers; `Io` when
    /// runs that waited on disk cannot be read back.
    pub fn finish(self, register: Register, as_of: &AsOfDay<'_>, measures: Measures) -> Result<Activity> {
        let Self { mut shards, rows: row_count, costless_rows, with_costs, .. } = self;
        let rolls = register.close();
        let from_day = measures
            .window_days
            .map_or(i32::MIN, |w| as_of.day.saturating_sub(i32::try_from(w).unwrap_or(i32::MAX) - 1));
        // Few and long: no thread should take more than one at once.
        let each = shards.par_iter_mut().zip(&rolls).with_max_len(1);
        let summed: Vec<Summed> =
            all(each.map(|(shard, roll)| summarise(shard, roll.len(), as_of, from_day, measures.keep)))?;
        let absent: Vec<&[u32]> = summed.iter().map(|shard| &shard.absent[..]).collect();
        let order = sorted(&rolls, &absent)?;
        let mut warnings = Vec::new();
        let margins = with_costs && costless_rows as f64 <= COSTLESS_SHARE * row_count as f64;
        if with_costs && !margins {
            let message = format!("{costless_rows} of {row_count} rows have no cost: margins are not stated");
            let warning = Warning::new("costs_incomplete", message);
            warnings.push(warning.with("n", costless_rows).with("all", row_count));
        }
        let summaries: Vec<&[Summary]> = summed.iter().map(|shard| &shard.summaries[..]).collect();
        let people = People { rolls: &rolls, shards: &shards, summaries: &summaries, margins, measures };
        let (customers, rows) = rayon::join(|| people.table(&order), || rows(&rolls, &order));
        let customers = customers?;
        let orders = summaries.par_iter().flat_map_iter(|of| of.iter()).map(|s| u64::from(s.orders)).sum();
        let kept = || summed.into_iter().map(|shard| shard.orders).collect();
        let order_owners = (measures.keep != Keep::Nothing).then(kept);
        Ok(Activity { customers, orders, warnings, rolls, rows, order_owners })
    }
}

impl Activity {
    /// Row of a customer by canonical id.
    pub fn customer(&self, id: &[u8]) -> Option<u32> {
        self.row(register::find(&self.rolls, facts::hash(id), id)?)
    }

    fn row(&self, place: Place) -> Option<u32> {
        Some(self.rows[place.shard as usize][place.number as usize]).filter(|row| *row != NO_ROW)
    }

    /// Gives up what finds customers by their id, when no more table names them: nobody is found from then on.
    pub fn forget_ids(&mut self) {
        std::mem::take(&mut self.rolls).into_par_iter().for_each(drop);
    }

    /// Rows of many customers by canonical id; `None` also where there is no id.
    pub fn customers_of(&self, ids: &facts::TextColumn) -> Vec<Option<u32>> {
        let hashes: Vec<u64> =
            (0..ids.len()).map(|place| facts::hash(ids.get(place).unwrap_or_default())).collect();
        let mut rows = vec![None; ids.len()];
        register::find_all(&self.rolls, &hashes, ids, |id, place| {
            rows[id] = if ids.get(id).is_some() { self.row(place) } else { None };
        });
        rows
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

/// Sums the orders of each of so many customers; the orders themselves are named only if they are to be kept.
fn summarise(
    shard: &mut Shard,
    customers: usize,
    as_of: &AsOfDay<'_>,
    from_day: i32,
    keep: Keep,
) -> Result<Summed> {
    let is_kept = |order: &&Order| match keep {
        Keep::Nothing => false,
        Keep::Since(day) => (as_of.day_of)(order.first_at) >= day,
        Keep::Everything => true,
    };
    let mut summed = Summed { summaries: Vec::with_capacity(customers), ..Summed::default() };
    let mut days = Vec::new();
    shard.each_customer(customers, |customer, orders| {
        if orders.is_empty() {
            summed.absent.push(customer);
        }
        summed.summaries.push(summary(orders, as_of, from_day, &mut days));
        summed.orders.extend(orders.iter().filter(is_kept).map(|o| OrderOf {
            key: o.key,
            fact: facts::Order { customer, at: o.first_at, amount: o.amount, counts: o.counts() },
        }));
    })?;
    Ok(summed)
}

fn summary(orders: &[Order], as_of: &AsOfDay<'_>, from_day: i32, days: &mut Vec<i32>) -> Summary {
    let mut s = Summary { first_at: i64::MAX, last_at: i64::MIN, ..Summary::default() };
    let (mut amount, mut in_window_amount, mut quantity) = (Money::ZERO, Money::ZERO, 0_i128);
    let mut recent = i32::MIN;
    days.clear();
    for order in orders {
        amount += order.amount;
        quantity += i128::from(order.quantity);
        let day = (as_of.day_of)(order.last_at);
        let in_window = day >= from_day;
        if in_window {
            in_window_amount += order.amount;
        }
        if !order.counts() {
            continue;
        }
        s.orders += 1;
        s.first_at = s.first_at.min(order.first_at);
        s.last_at = s.last_at.max(order.last_at);
        let first_day = if order.first_at == order.last_at { day } else { (as_of.day_of)(order.first_at) };
        days.push(first_day);
        if in_window {
            s.window_orders += 1;
            recent = recent.max(day);
        }
    }
    (s.amount, s.window_spend, s.quantity) = (amount, in_window_amount.to_f64(), quantity as f64 / 1e6);
    days.sort_unstable();
    days.dedup();
    s.days = days.len() as u32;
    s.recency = if s.window_orders > 0 { as_of.day - recent } else { 0 };
    s
}

/// Of a customer what nearly tells the order of the ids, then shard and number.
type Named = (u64, u32, u32);

/// Every customer with an accepted row, by id. `absent` are the numbers of the others, shard by shard.
fn sorted(rolls: &[Roll], absent: &[&[u32]]) -> Result<Vec<Place>> {
    if u32::try_from(rolls.iter().map(Roll::len).sum::<usize>()).is_err() {
        return Err(Error::config("the export has more than 4 billion customers"));
    }
    let id = |place: Place| rolls[place.shard as usize].ids.get(place.number as usize).unwrap_or_default();
    let present = |shard: usize| {
        let mut absent = absent[shard].iter().peekable();
        let all = (0..rolls[shard].len() as u32).filter(move |number| absent.next_if_eq(&number).is_none());
        all.map(move |number| Place { shard: shard as u32, number })
    };
    // What all ids begin with says nothing about their order; the eight bytes after it say nearly all.
    let shards = || (0..rolls.len()).into_par_iter();
    let start = |place: Place| rolls[place.shard as usize].starts[place.number as usize].0;
    let any = (0..rolls.len()).find_map(|shard| present(shard).next()).map_or(0, start);
    let differing =
        shards().flat_map_iter(present).map(|place| start(place) ^ any).reduce(|| 0, |a, b| a | b);
    let shared = differing.leading_zeros().min(64);
    let key = |place| (start(place) << shared >> 64) as u64;
    let mut order =
        vec![(0_u64, 0_u32, 0_u32); (0..rolls.len()).map(|s| rolls[s].len() - absent[s].len()).sum()];
    let (mut rest, mut parts) = (&mut order[..], Vec::with_capacity(rolls.len()));
    for (roll, absent) in rolls.iter().zip(absent) {
        let (part, others) = rest.split_at_mut(roll.len() - absent.len());
        parts.push(part);
        rest = others;
    }
    let place = |entry: &Named| Place { shard: entry.1, number: entry.2 };
    let by_id = |a: &Named, b: &Named| a.0.cmp(&b.0).then_with(|| id(place(a)).cmp(id(place(b))));
    parts.into_par_iter().enumerate().with_max_len(1).for_each(|(shard, part)| {
        part.iter_mut()
            .zip(present(shard))
            .for_each(|(entry, place)| *entry = (key(place), place.shard, place.number));
        part.sort_unstable_by(by_id);
    });
    // What is sorted shard by shard is merged.
    order.par_sort_by(by_id);
    Ok(order.par_iter().map(place).collect())
}

/// Row of each customer of each shard.
fn rows(rolls: &[Roll], order: &[Place]) -> Vec<Vec<u32>> {
    let mut rows: Vec<Vec<u32>> = rolls.iter().map(|roll| vec![NO_ROW; roll.len()]).collect();
    for (row, place) in order.iter().enumerate() {
        rows[place.shard as usize][place.number as usize] = row as u32;
    }
    rows
}
