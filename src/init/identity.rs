//! Whether the chosen customer and order behave as such: a customer comes back, an order has one customer.

use std::collections::BTreeSet;

use super::column::{NONE, Values};
use super::links::Link;
use super::roles::Role;
use super::sales::{Candidate, Pick, Sales, pick};
use super::tables::{Table, thousands};
use super::why::percent;

/// What was found out about customers and orders, for the configuration.
#[derive(Clone, Debug, Default)]
pub(super) struct Identity {
    /// Sentences beside the customer.
    pub(super) customer: Vec<String>,
    /// Sentences beside the order.
    pub(super) order: Vec<String>,
    /// Sentences beside the product.
    pub(super) product: Vec<String>,
    /// Questions for a person.
    pub(super) open: Vec<String>,
}

/// Orders that a comparison needs to mean something.
const ENOUGH: usize = 50;
/// Share of orders with a customer of their own from which the column is taken to name orders.
const LONELY: f64 = 0.995;
/// Share of lines that must agree with their order's customer.
const AGREE: f64 = 0.95;

/// Checks the customer and the order, and takes others where they do not hold.
pub(super) fn settle(tables: &[Table], links: &[Link], sales: &mut Sales) -> Identity {
    let mut identity = Identity::default();
    settle_customer(tables, links, sales, &mut identity);
    question_guests(tables, links, sales, &mut identity);
    settle_order(sales, &mut identity);
    settle_product(tables, links, sales, &mut identity);
    identity
}

fn settle_customer(tables: &[Table], links: &[Link], sales: &mut Sales, identity: &mut Identity) {
    let Some(chosen) = sales.pick(Role::Customer) else { return };
    let Some(orders) = orders_if_lonely(sales, chosen) else {
        note_lonely_rivals(tables, links, sales, identity);
        return;
    };
    let name = chosen.column.name.clone();
    let rivals: Vec<Candidate> = sales
        .candidates
        .iter()
        .filter(|c| c.role == Role::Customer && !is(c, &chosen.chosen))
        .cloned()
        .collect();
    for rival in rivals {
        let other = pick(tables, links, sales.main, &rival);
        let is_of_order = sales.pick(Role::Order).is_some_and(|o| is(&o.chosen, &rival));
        if !is_of_order && orders_if_lonely(sales, &other).is_none() && holds(sales, &other) {
            let (orders, people) = (thousands(orders as u64), thousands(other.profile().distinct as u64));
            identity.customer.push(format!(
                "not `{name}`, which is another one for each of {orders} orders; {people} people here"
            ));
            sales.picks.insert(Role::Customer, other);
            return;
        }
    }
    identity.open.push(format!(
        "`{name}` is another one for each of {} orders: is it really the customer, and not the order? nobody seems to come back",
        thousands(orders as u64)
    ));
}

/// Says that a rival is one per order, where there is such a rival.
fn note_lonely_rivals(tables: &[Table], links: &[Link], sales: &Sales, identity: &mut Identity) {
    let Some(chosen) = sales.pick(Role::Customer) else { return };
    let sure = |c: &&Candidate| c.role == Role::Customer && c.strength > 0.9 && !is(c, &chosen.chosen);
    for rival in sales.candidates.iter().filter(sure) {
        let other = pick(tables, links, sales.main, rival);
        if let Some(orders) = orders_if_lonely(sales, &other) {
            let (name, orders) = (&other.column.name, thousands(orders as u64));
            identity.customer.push(format!("not `{name}`, which is another one for each of {orders} orders"));
        }
    }
}

/// Asks about an id that many people share, as shops give one to all guests.
fn question_guests(tables: &[Table], links: &[Link], sales: &Sales, identity: &mut Identity) {
    let Some(chosen) = sales.pick(Role::Customer) else { return };
    let is_of_order = |c: &Candidate| sales.pick(Role::Order).is_some_and(|order| is(&order.chosen, c));
    let rivals = sales
        .candidates
        .iter()
        .filter(|c| c.role == Role::Customer && !is(c, &chosen.chosen) && !is_of_order(c));
    for rival in rivals {
        let other = pick(tables, links, sales.main, rival);
        let Some((id, people)) = shared_id(chosen.values(), other.values()) else { continue };
        let (name, better) = (&chosen.column.name, &other.column.name);
        let value = &chosen.values().texts[id];
        let share = f64::from(chosen.values().counts[id]) / chosen.profile().rows as f64;
        identity.open.push(format!(
            "`{name}` is `{value}` on {} of the rows, which name {} different `{better}`: all of these are one customer now. \
             `customer_id = \"{better}\"` tells them apart, `skip_when` on this id leaves them out",
            percent(share),
            thousands(people as u64)
        ));
        return;
    }
}

/// The id beside which another column has many values, and their number, where the other ids have one each.
fn shared_id(ids: &Values, others: &Values) -> Option<(usize, usize)> {
    /// Values beside one id that are no change of address any more, and their share of all values.
    const MANY: usize = 10;
    const SHARE: f64 = 0.05;
    /// Values beside any other id, on average.
    const ONE_EACH: f64 = 1.2;
    let both = ids.codes.iter().zip(&others.codes).filter(|(id, other)| **id != NONE && **other != NONE);
    let pairs: BTreeSet<(u32, u32)> = both.map(|(id, other)| (*id, *other)).collect();
    let mut values = vec![0_usize; ids.texts.len()];
    pairs.iter().for_each(|(id, _)| values[*id as usize] += 1);
    let (id, most) = values.iter().copied().enumerate().max_by_key(|(_, values)| *values)?;
    let further = values.iter().filter(|values| **values > 0).count().saturating_sub(1);
    let one_each = (pairs.len() - most) as f64 <= ONE_EACH * further as f64;
    (most >= MANY && most as f64 >= SHARE * others.texts.len() as f64 && one_each).then_some((id, most))
}

fn is(a: &Candidate, b: &Candidate) -> bool {
    (a.table, a.column) == (b.table, b.column)
}

/// The number of orders, if nearly each has a customer of its own in this column.
fn orders_if_lonely(sales: &Sales, customer: &Pick) -> Option<usize> {
    let orders = match sales.pick(Role::Order) {
        Some(order) => order.profile().distinct,
        None => customer.profile().filled,
    };
    let lonely = customer.profile().distinct as f64 >= LONELY * orders as f64;
    (orders >= ENOUGH && lonely).then_some(orders)
}

/// An order has one customer in this column.
fn holds(sales: &Sales, customer: &Pick) -> bool {
    sales.pick(Role::Order).is_none_or(|order| order.values().determines(customer.values()).0 >= AGREE)
}

fn settle_order(sales: &mut Sales, identity: &mut Identity) {
    let (Some(order), Some(customer)) = (sales.pick(Role::Order), sales.pick(Role::Customer)) else { return };
    let name = order.column.name.clone();
    let (same, rows) = order.values().determines(customer.values());
    if rows >= ENOUGH && same < AGREE {
        identity.open.push(format!(
            "`{name}` belongs to several customers on {:.1} % of its lines: is it the order?",
            100.0 * (1.0 - same)
        ));
    }
    if order.profile().is_unique() && lines_at_one_moment(sales) > SHARED_MOMENTS {
        identity
            .order
            .push(format!("`{name}` is another one on each row, and rows of one purchase share their time"));
        identity
            .open
            .push(format!("`{name}` numbers lines, not orders: a customer's day is taken for an order"));
        sales.picks.remove(&Role::Order);
    } else if order.profile().is_unique() {
        identity.order.push("another one on each row: a row is an order".to_owned());
    }
}

/// Takes another product, or none, where the column only numbers lines.
fn settle_product(tables: &[Table], links: &[Link], sales: &mut Sales, identity: &mut Identity) {
    let Some(chosen) = sales.pick(Role::Product).filter(|product| numbers_lines(sales, product)) else {
        return;
    };
    let name = chosen.column.name.clone();
    let is_free = |c: &&Candidate| sales.picks.values().all(|pick| !is(&pick.chosen, c));
    let rivals = sales.candidates.iter().filter(|c| c.role == Role::Product).filter(is_free);
    let next = rivals
        .map(|rival| pick(tables, links, sales.main, rival))
        .find(|product| !numbers_lines(sales, product));
    sales.picks.remove(&Role::Product);
    sales.picks.extend(next.map(|product| (Role::Product, product)));
    identity.product.push(format!("not `{name}`, which numbers the lines"));
}

/// Another whole number on each row, or one to so many in each order.
fn numbers_lines(sales: &Sales, product: &Pick) -> bool {
    let p = product.profile();
    let whole = p.is_number() && !p.has_fractions();
    whole && (p.is_unique() && p.filled >= ENOUGH || counts_in_orders(sales, product.values()))
}

fn counts_in_orders(sales: &Sales, numbers: &Values) -> bool {
    let Some(order) = sales.pick(Role::Order).map(Pick::values) else { return false };
    let mut lines = vec![0_usize; order.texts.len()];
    let (mut further, mut counted) = (0, 0);
    for (order, number) in order.codes.iter().zip(&numbers.codes).filter(|(order, _)| **order != NONE) {
        lines[*order as usize] += 1;
        let line = lines[*order as usize];
        if line > 1 {
            further += 1;
            let number = (*number != NONE).then(|| numbers.texts[*number as usize].parse().ok());
            counted += usize::from(number == Some(Some(line)));
        }
    }
    further >= ENOUGH && counted as f64 >= AGREE * further as f64
}

/// Share of rows from which rows of one moment are lines of one purchase.
const SHARED_MOMENTS: f64 = 0.3;

/// Share of rows whose customer has another row at the same time of day; zero where there are days only.
fn lines_at_one_moment(sales: &Sales) -> f64 {
    let (Some(at), Some(customer)) = (sales.pick(Role::OrderedAt), sales.pick(Role::Customer)) else {
        return 0.0;
    };
    if !at.profile().dates.has_clock() {
        return 0.0;
    }
    let mut moments: Vec<(u32, u32)> = customer
        .values()
        .codes
        .iter()
        .copied()
        .zip(at.values().codes.iter().copied())
        .filter(|(c, _)| *c != NONE)
        .collect();
    moments.sort_unstable();
    let shared: usize = moments.chunk_by(|a, b| a == b).filter(|rows| rows.len() > 1).map(<[_]>::len).sum();
    shared as f64 / moments.len().max(1) as f64
}
