//! Where the money is: price times quantity, an amount of the line, or an amount of the whole order that stands on
//! each of its lines. Names are not trusted alone; the numbers have to agree.

use super::column::{NONE, Values};
use super::fees::before_fees;
use super::links::Link;
use super::profile::Mark;
use super::roles::{BY_VALUES, Role};
use super::rules::tells_cancelled;
use super::sales::{Candidate, Pick, Sales, pick};
use super::tables::{Column, Table, thousands};
use super::words::{Concept, Concepts};
use crate::ingest::numbers::{DecimalMark, SCALE, parse_fixed};

/// What was decided about money, for the configuration.
#[derive(Clone, Debug, Default)]
pub(super) struct Money {
    /// Sentences beside the chosen column.
    pub(super) notes: Vec<String>,
    /// Questions for a person.
    pub(super) open: Vec<String>,
    /// A column that is empty on the further lines of an order, whose rows are to be skipped.
    pub(super) only_first_lines: Option<String>,
    /// A column that numbers the lines of an order, all but the first of which are to be skipped.
    pub(super) only_line_one: Option<String>,
    /// A column that holds the order's money on each of its lines: nothing can be summed before a person decides.
    pub(super) repeated: Option<String>,
}

/// Rows that a comparison needs to mean something.
const ENOUGH: usize = 20;
/// Share of rows that must agree for a relation to hold.
const AGREE: f64 = 0.9;

/// Settles which columns hold money, and changes the picks accordingly.
pub(super) fn settle(tables: &[Table], links: &[Link], sales: &mut Sales) -> Money {
    let mut money = Money::default();
    count_by_amount(sales, &mut money);
    let amounts = line_amounts(tables, links, sales, &mut money);
    sales.picks.remove(&Role::Amount);
    let quantity = sales.pick(Role::Quantity).is_some();
    if money.only_first_lines.is_some() || money.only_line_one.is_some() {
        money.notes.extend(cancelled_on_first_lines(tables, sales).map(|status| {
            format!("orders are counted as a whole, as `{status}` stands on their first lines only")
        }));
        whole_orders(sales, amounts);
    } else if quantity && sales.pick(Role::UnitPrice).is_some() {
        price_and_quantity(sales, amounts, &mut money);
    } else if let Some(amount) = amounts.into_iter().next() {
        if let Some(price) = sales.picks.remove(&Role::UnitPrice) {
            money
                .notes
                .push(format!("`{}` is left aside: there is no quantity to go with it", price.column.name));
        }
        sales.picks.insert(Role::Amount, amount);
        money.notes.extend(before_fees(&tables[sales.main], sales));
        doubt(sales, &mut money);
    } else if sales.picks.contains_key(&Role::UnitPrice) {
        money.notes.push("no quantity: each row is one piece at this price".to_owned());
        rename(sales, Role::UnitPrice, Role::Amount);
    } else if let Some(cost) = sales.picks.remove(&Role::UnitCost).filter(|_| quantity) {
        let name = &cost.column.name;
        money.open.push(format!(
            "`{name}` is taken for the selling price, as no other money stands on the line; is it?"
        ));
        sales.picks.insert(
            Role::UnitPrice,
            Pick { chosen: Candidate { role: Role::UnitPrice, ..cost.chosen }, ..cost },
        );
    }
    if money.only_first_lines.is_none() {
        money.open.extend(cancelled_on_first_lines(tables, sales).map(|status| {
            format!(
                "`{status}` stands on the first line of an order only, so that the further lines of cancelled orders count as \
                 sales: export it on each line, or a total of the order"
            )
        }));
    }
    if sales.has_money() {
        money.repeated = None;
        money.notes.extend(left_out(&tables[sales.main]));
    }
    if !sales.picks.contains_key(&Role::Quantity) {
        sales.picks.remove(&Role::UnitCost);
    }
    money
}

/// "Amount" may mean how many: small whole numbers beside a price that goes with them are quantities.
fn count_by_amount(sales: &mut Sales, money: &mut Money) {
    let (Some(amount), Some(price), None) =
        (sales.pick(Role::Amount), sales.pick(Role::UnitPrice), sales.pick(Role::Quantity))
    else {
        return;
    };
    if !amount.profile().is_small_count() || grows(sales, price, amount).is_none() {
        return;
    }
    money
        .notes
        .push(format!("`{}` holds small whole numbers: it says how many, not how much", amount.column.name));
    rename(sales, Role::Amount, Role::Quantity);
}

/// Only the rows that carry the money of an order are kept: what else stands on them is of one line of it.
fn whole_orders(sales: &mut Sales, amounts: Vec<Pick>) {
    for role in [Role::UnitPrice, Role::Quantity, Role::Product, Role::UnitCost] {
        sales.picks.remove(&role);
    }
    sales.picks.extend(amounts.into_iter().next().map(|amount| (Role::Amount, amount)));
}

fn price_and_quantity(sales: &mut Sales, amounts: Vec<Pick>, money: &mut Money) {
    let (Some(price), Some(quantity)) = (sales.pick(Role::UnitPrice), sales.pick(Role::Quantity)) else {
        return;
    };
    if grows(sales, price, quantity) == Some(true) {
        let (price, quantity) = (&price.column.name, &quantity.column.name);
        money.notes.push(format!(
            "`{price}` grows with `{quantity}`: it is the money of the line, not of one piece"
        ));
        rename(sales, Role::UnitPrice, Role::Amount);
        return;
    }
    compare(sales, amounts, money);
}

/// An amount beside a quantity that stays the same whatever the quantity is the price of one piece. Where only the
/// values spoke for the amount, they are followed; where its header did, a person is asked.
fn doubt(sales: &mut Sales, money: &mut Money) {
    let (Some(amount), Some(quantity)) = (sales.pick(Role::Amount), sales.pick(Role::Quantity)) else {
        return;
    };
    let named = amount.chosen.strength > BY_VALUES;
    let (name, count) = (amount.column.name.clone(), quantity.column.name.clone());
    match grows(sales, amount, quantity) {
        Some(true) if !named => {
            money.notes.push(format!("grows with column {count}: the money of the whole row"));
        }
        Some(false) if named && sales.picks.contains_key(&Role::Product) => {
            money.open.push(format!("`{name}` stays the same whatever `{count}` is: if it is the price of one piece, call it `unit_price`"));
        }
        Some(false) if !named => {
            money.notes.push(format!("stays the same whatever column {count} is: the price of one piece"));
            rename(sales, Role::Amount, Role::UnitPrice);
        }
        _ => {}
    }
}

/// A status that tells cancelled orders on their first lines only, so that a rule would miss the further ones.
fn cancelled_on_first_lines<'a>(tables: &'a [Table], sales: &Sales) -> Option<&'a str> {
    let order = sales.pick(Role::Order)?;
    let on_first_lines =
        |c: &&Column| tells_cancelled(c) && is_on_first_lines_only(order.values(), &c.values);
    tables[sales.main].columns.iter().find(on_first_lines).map(|column| column.name.as_str())
}

/// Columns of money that are no part of a price.
fn left_out(main: &Table) -> Option<String> {
    const BESIDE: Concepts =
        Concepts::of(&[Concept::Delivery, Concept::Tax, Concept::Balance, Concept::Refund]);
    let beside =
        main.columns.iter().filter(|c| c.header.concepts.has_any(BESIDE) && c.profile.has_fractions());
    let names: Vec<String> = beside.map(|c| format!("`{}`", c.name)).collect();
    (!names.is_empty()).then(|| format!("{} not counted", names.join(", ")))
}

fn rename(sales: &mut Sales, from: Role, to: Role) {
    if let Some(pick) = sales.picks.remove(&from) {
        sales.picks.insert(to, Pick { chosen: Candidate { role: to, ..pick.chosen }, ..pick });
    }
}

/// Candidates for the money of a line, the surest first. Money of an order that stands on each of its lines is no
/// candidate; on its first line only, it is one, and the further lines are to be skipped.
fn line_amounts(tables: &[Table], links: &[Link], sales: &Sales, money: &mut Money) -> Vec<Pick> {
    let of_role = sales.candidates.iter().filter(|c| c.role == Role::Amount);
    let used = |c: &Candidate| {
        sales.picks.values().any(|p| {
            p.chosen.role != Role::Amount && (p.chosen.table, p.chosen.column) == (c.table, c.column)
        })
    };
    let mut amounts = Vec::new();
    for candidate in of_role.filter(|c| !used(c)) {
        let amount = pick(tables, links, sales.main, candidate);
        match level(sales, &amount) {
            Level::Line => amounts.push(amount),
            Level::FirstLine => {
                let lines_serve = sales.picks.contains_key(&Role::UnitPrice)
                    && sales.picks.contains_key(&Role::Quantity)
                    && dated(sales);
                if lines_serve && cancelled_on_first_lines(tables, sales).is_none() {
                    continue;
                }
                money.only_first_lines.get_or_insert(amount.column.name.clone());
                amounts.push(amount);
            }
            Level::Order => match line_number(tables, sales) {
                Some(line) if !sales.picks.contains_key(&Role::UnitPrice) => {
                    money.only_line_one.get_or_insert(line);
                    amounts.push(amount);
                }
                _ => {
                    money.repeated.get_or_insert(amount.column.name.clone());
                }
            },
        }
    }
    if amounts.first().is_some_and(|a| level(sales, a) == Level::Line) {
        (money.only_first_lines, money.only_line_one) = (None, None);
    }
    amounts
}

/// The date stands on nearly every row.
fn dated(sales: &Sales) -> bool {
    sales.pick(Role::OrderedAt).is_some_and(|date| date.profile().missing() < 0.1)
}

/// A column of the main table that numbers the lines of an order from one.
fn line_number(tables: &[Table], sales: &Sales) -> Option<String> {
    let order = sales.pick(Role::Order)?;
    let numbers =
        tables[sales.main].columns.iter().filter(|c| c.says(Concept::Line) && c.profile.is_small_count());
    let found = numbers.into_iter().find(|c| {
        let ones = c
            .values
            .codes
            .iter()
            .filter(|code| **code != NONE && c.values.texts[**code as usize] == "1")
            .count();
        ones == order.profile().distinct
    });
    found.map(|c| c.name.clone())
}

/// Whose money a column holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Level {
    Line,
    FirstLine,
    Order,
}

fn level(sales: &Sales, amount: &Pick) -> Level {
    const CONSTANT: f64 = 0.98;
    let Some(order) = sales.pick(Role::Order) else { return Level::Line };
    if is_on_first_lines_only(order.values(), amount.values()) {
        return Level::FirstLine;
    }
    let (same, rows) = order.values().determines(amount.values());
    let varies =
        |role| sales.pick(role).is_some_and(|other| order.values().determines(other.values()).0 < CONSTANT);
    let lines_differ = [Role::Product, Role::UnitPrice, Role::Quantity].into_iter().any(varies);
    if rows >= ENOUGH && same >= CONSTANT && lines_differ { Level::Order } else { Level::Line }
}

/// Empty wherever the row before is of the same order, filled elsewhere.
pub(super) fn is_on_first_lines_only(order: &Values, other: &Values) -> bool {
    let mut further = (0, 0);
    let mut first = (0, 0);
    for row in 1..order.codes.len() {
        let same = order.codes[row] != NONE && order.codes[row] == order.codes[row - 1];
        let counted = if same { &mut further } else { &mut first };
        counted.0 += usize::from(other.codes[row] == NONE);
        counted.1 += 1;
    }
    let share = |(part, all): (usize, usize)| part as f64 / f64::max(all as f64, 1.0);
    further.1 >= ENOUGH / 4 && share(further) >= AGREE && share(first) < 1.0 - AGREE + 0.05
}

/// Whether money grows with the quantity, as that of a whole line does; `None` when nothing can be told.
fn grows(sales: &Sales, money: &Pick, quantity: &Pick) -> Option<bool> {
    let (prices, quantities) = (numbers(&money.column), numbers(&quantity.column));
    match sales.pick(Role::Product) {
        Some(product) => by_product(product.values(), &prices, &quantities),
        None => by_median(&prices, &quantities),
    }
}

/// The price of one product at different quantities: the same, or in proportion.
fn by_product(product: &Values, prices: &[Option<f64>], quantities: &[Option<f64>]) -> Option<bool> {
    let mut known: Vec<Option<(f64, f64)>> = vec![None; product.texts.len()];
    let (mut same, mut grown) = (0_usize, 0_usize);
    for (row, code) in product.codes.iter().enumerate().filter(|(_, code)| **code != NONE) {
        let (Some(price), Some(quantity)) = (prices[row], quantities[row]) else { continue };
        if price <= 0.0 || quantity <= 0.0 {
            continue;
        }
        let Some((first, pieces)) = known[*code as usize] else {
            known[*code as usize] = Some((price, quantity));
            continue;
        };
        if (quantity - pieces).abs() > f64::EPSILON {
            same += usize::from(is_near(price, first));
            grown += usize::from(is_near(price / quantity, first / pieces));
        }
    }
    (same + grown >= ENOUGH && (same.max(grown) >= 3 * same.min(grown))).then_some(grown > same)
}

/// The middle price of one piece against that of two or three.
fn by_median(prices: &[Option<f64>], quantities: &[Option<f64>]) -> Option<bool> {
    /// Two pieces cost at least this much more than one, when the price is that of the line.
    const GROWN: f64 = 1.5;
    let middle = |pieces: f64| {
        let rows = prices.iter().zip(quantities).filter(|(_, q)| q.is_some_and(|q| (q - pieces).abs() < 0.5));
        let mut of: Vec<f64> = rows.filter_map(|(price, _)| *price).collect();
        of.sort_by(f64::total_cmp);
        (of.len() >= ENOUGH).then(|| of[of.len() / 2])
    };
    let (one, two) = (middle(1.0)?, middle(2.0)?);
    (one > 0.0).then_some(two / one >= GROWN)
}

/// Holds quantity times price against the amount of the line.
fn compare(sales: &mut Sales, amounts: Vec<Pick>, money: &mut Money) {
    let (Some(price), Some(quantity)) = (sales.pick(Role::UnitPrice), sales.pick(Role::Quantity)) else {
        return;
    };
    let (p, q) = (numbers(&price.column), numbers(&quantity.column));
    let (price_name, quantity_name) = (price.column.name.clone(), quantity.column.name.clone());
    for amount in amounts {
        let name = amount.column.name.clone();
        let Relation { equal, below, rows } = relation(&numbers(&amount.column), &p, &q);
        if rows < ENOUGH.min(sales.rows() / 2) {
            continue;
        }
        let share = |n: usize| 100.0 * n as f64 / rows as f64;
        if share(equal) >= 100.0 * AGREE {
            let of = thousands(rows as u64);
            money.notes.push(format!(
                "`{name}` is {quantity_name} x {price_name} in {:.1} % of {of} rows",
                share(equal)
            ));
            return;
        }
        if share(equal + below) >= 100.0 * AGREE {
            money.notes.push(format!(
                "below {quantity_name} x {price_name} in {:.1} % of the rows: what was paid after discounts",
                share(below)
            ));
            sales.picks.remove(&Role::UnitPrice);
            sales.picks.insert(Role::Amount, amount);
            return;
        }
        money.open.push(format!(
            "`{name}` is {quantity_name} x {price_name} in only {:.1} % of the rows; quantity x price was taken",
            share(equal)
        ));
    }
}

struct Relation {
    equal: usize,
    below: usize,
    rows: usize,
}

/// How often an amount is quantity times price, to a rounding of each price, and how often less.
fn relation(amounts: &[Option<f64>], prices: &[Option<f64>], quantities: &[Option<f64>]) -> Relation {
    let mut relation = Relation { equal: 0, below: 0, rows: 0 };
    for ((amount, price), quantity) in amounts.iter().zip(prices).zip(quantities) {
        let (Some(amount), Some(price), Some(quantity)) = (amount, price, quantity) else { continue };
        let product = price * quantity;
        let rounding = 0.006 * quantity.abs().max(1.0) + 1e-3 * product.abs();
        relation.rows += 1;
        relation.equal += usize::from((amount - product).abs() <= rounding);
        relation.below += usize::from(amount.abs() < product.abs() - rounding);
    }
    relation
}

/// The numbers of a column, row by row.
pub(super) fn numbers(column: &Column) -> Vec<Option<f64>> {
    let mark = if column.profile.mark == Mark::Comma { DecimalMark::Comma } else { DecimalMark::Auto };
    let number =
        |text: &String| parse_fixed(text.as_bytes(), mark).map(|number| number as f64 / SCALE as f64);
    let read: Vec<Option<f64>> = column.values.texts.iter().map(number).collect();
    column.values.codes.iter().map(|code| if *code == NONE { None } else { read[*code as usize] }).collect()
}

fn is_near(a: f64, b: f64) -> bool {
    (a - b).abs() <= 0.011 * b.abs().max(1.0)
}
