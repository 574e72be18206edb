//! Headers that say nothing: which column is the order and which the customer shows in how their values go together.
//! An order has one customer and one day; a customer has many orders; a product has neither.

use super::links::Link;
use super::roles::{BY_VALUES, Role};
use super::sales::{Candidate, Pick, Sales, pick};
use super::tables::Table;

/// Rows that a comparison needs to mean something.
const ENOUGH: usize = 20;
/// Share of rows that must agree.
const AGREE: f64 = 0.98;

/// Gives columns that only their values speak for to the order, the customer and the product.
pub(super) fn settle(tables: &[Table], links: &[Link], sales: &mut Sales) {
    let silent = |role| sales.pick(role).is_none_or(|pick| pick.chosen.strength <= BY_VALUES);
    if !silent(Role::Customer) || !silent(Role::Order) {
        return;
    }
    let is_id = |c: &&Candidate| c.role == Role::Customer && c.strength <= BY_VALUES && c.way.is_empty();
    let ids: Vec<Pick> =
        sales.candidates.iter().filter(is_id).map(|c| pick(tables, links, sales.main, c)).collect();
    let Some(at) = sales.pick(Role::OrderedAt) else { return };
    let mut pairs: Vec<(&Pick, &Pick)> = Vec::new();
    for order in &ids {
        let (same_day, rows) = order.values().determines(at.values());
        if rows < ENOUGH || same_day < AGREE {
            continue;
        }
        let owned = ids.iter().filter(|customer| {
            customer.profile().distinct < order.profile().distinct
                && order.values().determines(customer.values()).0 >= AGREE
        });
        pairs.extend(owned.map(|customer| (order, customer)));
    }
    let finest = pairs
        .into_iter()
        .max_by_key(|(order, customer)| (order.profile().distinct, customer.profile().distinct));
    let Some((order, customer)) = finest else { return };
    let product = ids.iter().find(|id| {
        let is = |other: &Pick| id.chosen.column == other.chosen.column;
        !is(order) && !is(customer) && order.values().determines(id.values()).0 < AGREE
    });
    let chosen = [(Role::Order, Some(order)), (Role::Customer, Some(customer)), (Role::Product, product)];
    let picks: Vec<(Role, Pick)> =
        chosen.into_iter().filter_map(|(role, pick)| Some((role, taken_for(role, pick?)))).collect();
    sales.picks.extend(picks);
}

fn taken_for(role: Role, pick: &Pick) -> Pick {
    Pick { chosen: Candidate { role, ..pick.chosen.clone() }, column: pick.column.clone() }
}
