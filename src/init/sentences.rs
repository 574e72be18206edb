//! What the exports are, in sentences.

use super::kinds::{Kind, kind};
use super::plan::Plan;
use super::questions::sharing_a_name;
use super::roles::{Role, by_words};
use super::sales;
use super::tables::{Column, Table};
use crate::Error;

/// What one table is, in a sentence.
pub(super) fn seen(table: &Table) -> String {
    seen_as(table, kind(table).describe())
}

pub(super) fn seen_as(table: &Table, what: &str) -> String {
    let files =
        if table.files.len() > 1 { format!(" in {} files", table.files.len()) } else { String::new() };
    let columns = table.columns.len();
    format!("{}: {}{files}, {columns} columns: {what}", table.shown(), table.rows_in_words())
}

/// What the exports are that the configuration does not use.
pub(super) fn mentions(plan: &Plan<'_>, refused: &[Error]) -> Vec<String> {
    let used = plan.used();
    let unused = plan.tables.iter().enumerate().filter(|(at, _)| !used.contains(at)).map(|(_, table)| {
        let later = match kind(table) {
            Kind::Customers => "; [customers] will take it",
            Kind::Complaints => "; [complaints] takes one table",
            _ => "",
        };
        format!("{}{later}", seen(table))
    });
    unused.chain(refused.iter().map(ToString::to_string)).collect()
}

/// Why no run is possible: what each export is instead.
pub(super) fn no_sales(tables: &[Table], mut refused: Vec<Error>) -> Error {
    if let (true, 1) = (tables.is_empty(), refused.len()) {
        return refused.swap_remove(0);
    }
    let seen = tables.iter().map(|table| format!("\n  {}", lacking(table)));
    let refused = refused.iter().map(|error| format!("\n  {error}"));
    let list: String = seen.chain(refused).collect();
    let only_money = tables.iter().any(|table| lacks(table) == [MONEY] && kind(table) == Kind::Orders);
    let hint = if only_money {
        "give the exports with the money, too: the lines of the orders, or their payments"
    } else {
        "give the export of sales, too: rows that have a customer, a date and an amount of money"
    };
    Error::config(format!("there are no transactions among the exports, so nothing can be run:{list}"))
        .hint(hint)
}

/// What a table is and what it lacks to be sales.
fn lacking(table: &Table) -> String {
    let lacks = lacks(table);
    let why = match &lacks[..] {
        _ if table.rows == 0 => "it has no rows".to_owned(),
        _ if !table.ambiguous.is_empty() => sharing_a_name(table),
        [] => "its rows are no purchases".to_owned(),
        lacks => {
            let lacks = lacks.iter().map(|what| format!("{what}{}", misfit(table, what)));
            format!("no column for {}", lacks.collect::<Vec<_>>().join(", "))
        }
    };
    format!("{}; {why}", seen(table))
}

const CUSTOMER: &str = "a customer";
const DATE: &str = "a date of purchase";
const MONEY: &str = "money";

fn lacks(table: &Table) -> Vec<&'static str> {
    let alone = sales::assign(std::slice::from_ref(table), &[], 0, &sales::Banned::new());
    let needs = [
        (alone.pick(Role::Customer).is_some(), CUSTOMER),
        (alone.pick(Role::OrderedAt).is_some(), DATE),
        (alone.has_money(), MONEY),
    ];
    needs.into_iter().filter(|(known, _)| !known).map(|(_, what)| what).collect()
}

/// The column whose header names what is lacking, with the value that it holds instead.
fn misfit(table: &Table, what: &str) -> String {
    /// Strength of headers that say so.
    const SAYS_SO: f64 = 0.6;
    let roles: &[Role] = match what {
        CUSTOMER => &[Role::Customer],
        DATE => &[Role::OrderedAt],
        _ => &[Role::Amount, Role::UnitPrice],
    };
    let strength = |column: &Column| {
        let strengths = roles.iter().filter_map(|role| by_words(*role, column));
        strengths.filter(|strength| *strength >= SAYS_SO).max_by(f64::total_cmp)
    };
    let named = table.columns.iter().filter_map(|column| Some((strength(column)?, column)));
    let best = named.reduce(|best, next| if next.0 > best.0 { next } else { best });
    match best.map(|(_, column)| (&column.name, column.values.texts.first())) {
        // Whoever stands there is nobody's business.
        Some((name, Some(_))) if what == CUSTOMER => format!(" (not `{name}`)"),
        Some((name, Some(value))) => format!(" (not `{name}`, which holds `{value}`)"),
        Some((name, None)) => format!(" (not `{name}`, which is empty)"),
        None => String::new(),
    }
}
