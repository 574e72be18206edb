//! Transactions, day by day: who orders what, what comes back, and which rows are faulty.
//!
//! Two budgets make the number of rows exact. Orders are shared out over the days before the first row is
//! written; the rows of an order are drawn with the mean that the remaining rows and orders leave, and an
//! order never takes the last row of a later one.

use std::path::Path;

use super::Summary;
use super::calendar::{
    CLOSING_MINUTE, Calendar, DAY_MINUTES, DAYS, MONTHS, busyness, minute_at, month_name, month_start,
    share_out,
};
use super::catalogue::{Catalogue, Product, services};
use super::crowd::Crowd;
use super::draws::{Draws, Purpose};
use super::export::{ExportFile, Value, as_declared};
use super::faults::{Fault, Faults};
use super::params::GenerateParams;
use super::people::People;
use super::returns::{Return, Returns};
use super::words::{NOT_A_NUMBER, ORDERS, pick};
use crate::error::Result;

/// Mean rows of an order.
const ORDER_ROWS: f64 = 2.5;
/// Mean rows that an order brings besides its lines: services, duplicates, returns.
const EXTRA_ROWS: f64 = 0.08;
/// Most lines of an order; below the smallest catalogue, so that an order never lists a product twice.
const MAX_LINES: u64 = 48;
/// Number of the first order.
const FIRST_ORDER: u64 = 500_001;
/// Share of the alive who are still there a day later, for the number of repeat orders.
const DAILY_STAY: f64 = 0.998;
/// Share of repeat orders without a customer id.
const GUESTS: f64 = 0.05;
/// Share of lines, after the first, from the same family as the line before.
const COMPANIONS: f64 = 0.4;
/// Shares of lines with a quantity above 1, 2, 3, ...: each is 0.4 of the one before.
const QUANTITY_ABOVE: [f64; 7] = [0.4, 0.16, 0.064, 0.0256, 0.01024, 0.004_096, 0.001_638_4];
/// One line in this many has ten per cent off.
const REDUCED: u64 = 7;
/// One line in this many is a return inside an ordinary order.
const UNNAMED_RETURN: u64 = 150;
/// One order in this many has a line taken back by a cancellation.
const NAMED_RETURN: u64 = 40;
/// One row in this many is written twice.
const DUPLICATE: u64 = 400;
/// One order in this many pays postage, one in this many has a discount, and the quantity in such a row.
const SERVICES: [(u64, i64); 2] = [(25, 1), (80, -1)];
/// Column order of the second export.
const REORDERED: [usize; 7] = [2, 0, 1, 3, 4, 6, 5];
/// Prefix of a cancellation; the number after it is that of the order taken back.
const CANCELLED: &str = "C";

/// Writes all transaction exports.
pub(super) fn write(
    exports: &Path,
    params: &GenerateParams,
    calendar: &Calendar,
    people: &People,
    summary: &mut Summary,
    progress: &mut dyn FnMut(u64),
) -> Result<()> {
    let catalogue = Catalogue::new(params);
    let mut shop = Shop::new(params, people, &catalogue);
    for index in 0..params.files {
        let month = |file| file * MONTHS / params.files;
        let name = format!("orders-{}", month_name(month(index)));
        let order = if index == 1 { REORDERED } else { as_declared() };
        shop.float_ids = index == 2;
        let mut file = ExportFile::create(exports, &name, &ORDERS, order, params, calendar, summary)?;
        for day in month_start(month(index))..month_start(month(index + 1)) {
            shop.day(day, &mut file)?;
            progress(shop.tally.transactions);
        }
        file.finish()?;
    }
    shop.tally.customers = summary.customers;
    shop.tally.files = std::mem::take(&mut summary.files);
    *summary = shop.tally;
    Ok(())
}

/// Everything that changes while rows are written.
struct Shop<'a> {
    people: &'a People,
    catalogue: &'a Catalogue,
    services: [Product<'static>; 2],
    crowd: Crowd,
    returns: Returns,
    draws: Draws,
    faults: Faults,
    not_a_number: &'static str,
    /// Whether this export writes customer ids as floats.
    float_ids: bool,
    /// Repeat orders before each day.
    repeats: Vec<u64>,
    rows_left: u64,
    orders_left: u64,
    next_order: u64,
    /// Ranks of the products in the order at hand.
    basket: Vec<u32>,
    tally: Summary,
}

/// What all rows of an order share.
#[derive(Clone, Copy)]
struct Order {
    prefix: &'static str,
    number: u64,
    customer: Option<u32>,
    moment: u32,
}

impl<'a> Shop<'a> {
    fn new(params: &GenerateParams, people: &'a People, catalogue: &'a Catalogue) -> Self {
        let buyers = u64::from(People::buyers_among(params.customers));
        let orders = ((params.transactions as f64 / ORDER_ROWS).round() as u64).max(buyers);
        let pace = repeat_pace(people);
        Self {
            people,
            catalogue,
            services: services(params.locale),
            crowd: Crowd::new(),
            returns: Returns::new(),
            draws: Draws::new(params.seed, Purpose::Order, 0),
            faults: Faults::default(),
            not_a_number: pick(NOT_A_NUMBER, params.locale),
            float_ids: false,
            repeats: share_out(orders - buyers, |day| pace[day]),
            rows_left: params.transactions,
            orders_left: orders,
            next_order: FIRST_ORDER,
            basket: Vec::new(),
            tally: Summary::default(),
        }
    }

    /// One day: first orders and repeat orders mixed in random order, returns in between. The last day
    /// uses up the rows that are left.
    fn day(&mut self, day: usize, file: &mut ExportFile<'_>) -> Result<()> {
        let mut newcomers = self.people.newcomers(day).filter(|customer| People::buys(*customer));
        let mut first_orders_left = newcomers.clone().count() as u64;
        let orders = first_orders_left + self.repeats[day + 1] - self.repeats[day];
        let mut returns = self.returns.due(day).into_iter();
        let midnight = day as u32 * DAY_MINUTES;
        for placed in 0..orders {
            let moment = midnight + minute_at((placed as f64 + self.draws.unit()) / orders as f64);
            if self.draws.below(orders - placed) < first_orders_left {
                first_orders_left -= 1;
                let customer = newcomers.next().expect("there are as many newcomers as first orders");
                self.crowd.join(customer, &self.people.person(customer), day);
                self.order(customer, true, moment, file)?;
            } else {
                let customer = self.repeat_buyer(day);
                self.order(customer, false, moment, file)?;
            }
            if let Some(line) = returns.next() {
                self.take_back(&line, moment, file)?;
            }
        }
        for line in returns {
            self.take_back(&line, midnight + CLOSING_MINUTE, file)?;
        }
        while day + 1 == DAYS && self.rows_left > 0 {
            let customer = self.repeat_buyer(day);
            self.order(customer, false, midnight + CLOSING_MINUTE, file)?;
        }
        Ok(())
    }

    /// A customer from the crowd; when everybody has gone, anybody comes back.
    fn repeat_buyer(&mut self, day: usize) -> u32 {
        self.crowd.draw(&mut self.draws, day).unwrap_or_else(|| {
            let known = self.people.newcomers(day).end;
            let customer = self.draws.below(u64::from(known)) as u32;
            if People::buys(customer) { customer } else { customer - 1 }
        })
    }

    /// An order with its lines and services. The first line of a customer's `first` order is always a sound
    /// sale with the customer's id: whoever buys is known to a run, and surveys can count on it.
    fn order(&mut self, customer: u32, first: bool, moment: u32, file: &mut ExportFile<'_>) -> Result<()> {
        let guest = !first && self.draws.chance(GUESTS);
        let order = Order {
            prefix: "",
            number: self.next_order,
            customer: if guest { None } else { Some(customer) },
            moment,
        };
        let lines = self.lines();
        self.next_order += 1;
        self.orders_left = self.orders_left.saturating_sub(1);
        self.tally.orders += 1;
        self.basket.clear();
        let mut returnable = None;
        for place in 0..lines {
            if place > 0 && !self.spare_row() {
                break;
            }
            let product = self.choose();
            returnable = self.line(&order, product, first && place == 0, file)?.or(returnable);
        }
        if !guest {
            self.services(&order, file)?;
        }
        if let Some(line) = returnable
            && self.draws.one_in(NAMED_RETURN)
        {
            let delay = 1 + self.draws.below(Returns::LONGEST_DELAY) as usize;
            self.returns.plan((moment / DAY_MINUTES) as usize, delay, line);
        }
        Ok(())
    }

    /// How many lines the next order has: geometric with the mean that the budgets leave.
    fn lines(&mut self) -> u64 {
        let orders_after = self.orders_left.saturating_sub(1);
        let most = (self.rows_left - orders_after.min(self.rows_left - 1)).min(MAX_LINES);
        let mean = (self.rows_left as f64 / (orders_after + 1) as f64 - EXTRA_ROWS).max(1.0);
        let one_more = 1.0 - 1.0 / mean;
        let mut lines = 1;
        while lines < most && self.draws.chance(one_more) {
            lines += 1;
        }
        lines
    }

    /// The next product of the order, none twice.
    fn choose(&mut self) -> u32 {
        let mut product = match self.basket.last() {
            Some(last) if self.draws.chance(COMPANIONS) => Catalogue::companion(*last, &mut self.draws),
            _ => self.catalogue.draw(&mut self.draws),
        };
        while self.basket.contains(&product) {
            product = self.catalogue.next(product);
        }
        self.basket.push(product);
        product
    }

    /// An order line, spared from faults if `sound`; handed back when it is a sale that may be returned.
    fn line(
        &mut self,
        order: &Order,
        rank: u32,
        sound: bool,
        file: &mut ExportFile<'_>,
    ) -> Result<Option<Return>> {
        let product = self.catalogue.get(rank);
        let quantity = quantity(&mut self.draws);
        let reduced = self.draws.one_in(REDUCED);
        let cents = if reduced { product.cents - product.cents / 10 } else { product.cents };
        if !sound && self.draws.one_in(UNNAMED_RETURN) {
            self.tally.unnamed_returns += 1;
            self.row(order, product, Value::Whole(-quantity), cents, file)?;
            return Ok(None);
        }
        if !sound
            && order.customer.is_some()
            && let Some(fault) = self.faults.next()
        {
            self.faulty(fault, order, product, quantity, cents, file)?;
            return Ok(None);
        }
        self.row(order, product, Value::Whole(quantity), cents, file)?;
        if order.customer.is_some() && self.draws.one_in(DUPLICATE) && self.spare_row() {
            self.tally.duplicates += 1;
            self.row(order, product, Value::Whole(quantity), cents, file)?;
        }
        Ok(Some(Return { order: order.number, customer: order.customer, product: rank, quantity, cents }))
    }

    fn faulty(
        &mut self,
        fault: Fault,
        order: &Order,
        product: Product<'_>,
        quantity: i64,
        cents: i64,
        file: &mut ExportFile<'_>,
    ) -> Result<()> {
        let mut values = self.values(order, product, Value::Whole(quantity), cents);
        match fault {
            Fault::BadDate => {
                self.tally.bad_dates += 1;
                values[1] = Value::BadMoment(order.moment);
            }
            Fault::BadNumber => {
                self.tally.bad_numbers += 1;
                values[5] = Value::Text(self.not_a_number);
            }
            Fault::ShortRow => {
                self.tally.short_rows += 1;
                self.count_row(order);
                return file.short_row(&values);
            }
            Fault::GroupedNumber => {
                self.tally.grouped_numbers += 1;
                values[5] = Value::Grouped(1000 + 200 * quantity);
            }
            Fault::BlankLine => self.tally.blank_lines += u64::from(file.blank_line()),
        }
        self.count_row(order);
        file.row(&values)
    }

    /// Postage and discount, in rows of their own after the lines.
    fn services(&mut self, order: &Order, file: &mut ExportFile<'_>) -> Result<()> {
        for (service, (one_in, quantity)) in self.services.into_iter().zip(SERVICES) {
            if self.draws.one_in(one_in) && self.spare_row() {
                self.tally.service_rows += 1;
                self.row(order, service, Value::Whole(quantity), service.cents, file)?;
            }
        }
        Ok(())
    }

    /// A cancellation: the sale's own values with the quantity below zero and the order's number after a `C`.
    fn take_back(&mut self, line: &Return, moment: u32, file: &mut ExportFile<'_>) -> Result<()> {
        if !self.spare_row() {
            return Ok(());
        }
        self.tally.named_returns += 1;
        let order = Order { prefix: CANCELLED, number: line.order, customer: line.customer, moment };
        let product = self.catalogue.get(line.product);
        self.row(&order, product, Value::Whole(-line.quantity), line.cents, file)
    }

    /// Whether a row can be spent without taking it from a later order.
    fn spare_row(&self) -> bool {
        self.rows_left > self.orders_left
    }

    #[inline]
    fn row(
        &mut self,
        order: &Order,
        product: Product<'_>,
        quantity: Value<'static>,
        cents: i64,
        file: &mut ExportFile<'_>,
    ) -> Result<()> {
        self.count_row(order);
        file.row(&self.values(order, product, quantity, cents))
    }

    fn count_row(&mut self, order: &Order) {
        self.rows_left -= 1;
        self.tally.transactions += 1;
        self.tally.missing_customer += u64::from(order.customer.is_none());
    }

    /// The cells of a row, in the order of [`ORDERS`].
    fn values<'v>(
        &self,
        order: &Order,
        product: Product<'v>,
        quantity: Value<'v>,
        cents: i64,
    ) -> [Value<'v>; 7] {
        [
            Value::Id(order.prefix, order.number),
            Value::Moment(order.moment),
            match order.customer.map(People::id) {
                None => Value::Missing,
                Some(id) if self.float_ids => Value::FloatId(id),
                Some(id) => Value::Id("", id),
            },
            Value::Plain(product.code),
            product.name,
            quantity,
            Value::Cents(cents),
        ]
    }
}

/// One to eight, geometric. Counted without a branch, because no processor can guess this one.
#[inline]
fn quantity(draws: &mut Draws) -> i64 {
    let draw = draws.unit();
    1 + QUANTITY_ABOVE.iter().map(|above| i64::from(draw < *above)).sum::<i64>()
}

/// How many repeat orders a day attracts: the customers expected to be there, times how busy the day is.
fn repeat_pace(people: &People) -> Vec<f64> {
    let mut there = 0.0;
    (0..DAYS)
        .map(|day| {
            let pace = there * busyness(day);
            there = there * DAILY_STAY + people.newcomers(day).len() as f64;
            pace
        })
        .collect()
}
