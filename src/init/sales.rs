//! Which table holds the lines of sales, and which of its columns, or of those that can be joined to it, is what.

use std::collections::{BTreeMap, BTreeSet};

use super::column::Values;
use super::kinds::{Kind, kind};
use super::links::{Link, reachable, seen_from};
use super::profile::Profile;
use super::roles::{BY_VALUES, Role, by_values, by_words, can_be};
use super::tables::{Column, Table};
use super::words::Concept;

/// A column that may play a role.
#[derive(Clone, Debug)]
pub(super) struct Candidate {
    /// The role.
    pub(super) role: Role,
    /// The table the column is in.
    pub(super) table: usize,
    /// The column.
    pub(super) column: usize,
    /// The way from the main table to it.
    pub(super) way: Vec<usize>,
    /// How sure it is.
    pub(super) strength: f64,
}

/// A column chosen for a role.
#[derive(Clone, Debug)]
pub(super) struct Pick {
    /// What was chosen.
    pub(super) chosen: Candidate,
    /// The column as seen from the main table.
    pub(super) column: Column,
}

impl Pick {
    /// Values by row of the main table.
    pub(super) fn values(&self) -> &Values {
        &self.column.values
    }

    /// What the values look like.
    pub(super) fn profile(&self) -> &Profile {
        &self.column.profile
    }
}

/// Roles and columns that a trial has shown to be wrong.
pub(super) type Banned = BTreeSet<(Role, usize, usize)>;

/// The sales, as far as the exports tell.
#[derive(Clone, Debug)]
pub(super) struct Sales {
    /// The table with the lines.
    pub(super) main: usize,
    /// Chosen columns.
    pub(super) picks: BTreeMap<Role, Pick>,
    /// Every candidate, the surest first.
    pub(super) candidates: Vec<Candidate>,
}

impl Sales {
    /// Values and profile of the column chosen for a role.
    pub(super) fn pick(&self, role: Role) -> Option<&Pick> {
        self.picks.get(&role)
    }

    /// Whether a person can be followed over time here, with or without money.
    pub(super) fn has_customers_and_dates(&self) -> bool {
        self.picks.contains_key(&Role::Customer) && self.picks.contains_key(&Role::OrderedAt)
    }

    /// Rows looked at.
    pub(super) fn rows(&self) -> usize {
        self.picks.values().next().map_or(0, |pick| pick.profile().rows)
    }

    /// Whether there is money.
    pub(super) fn has_money(&self) -> bool {
        self.picks.contains_key(&Role::Amount) || self.picks.contains_key(&Role::UnitPrice)
    }

    /// The links needed to reach the chosen columns, nearest first.
    pub(super) fn joins(&self, links: &[Link]) -> Vec<usize> {
        let used: BTreeSet<usize> = self.picks.values().flat_map(|pick| pick.chosen.way.clone()).collect();
        let reached = reachable(links, self.main).into_iter().filter_map(|(_, way)| way.last().copied());
        reached.filter(|link| used.contains(link)).collect()
    }

    /// How well the table serves: sureness of what is needed, and what is known beyond it.
    fn worth(&self, tables: &[Table]) -> f64 {
        /// A table of payments tells what was paid, not what was bought.
        const PAYMENTS: f64 = 0.6;
        let sure = |role| self.pick(role).map_or(0.0, |pick| pick.chosen.strength);
        let known = |role| f64::from(u8::from(self.picks.contains_key(&role)));
        let money = sure(Role::Amount).max(sure(Role::UnitPrice));
        let payments = if kind(&tables[self.main]) == Kind::Payments { PAYMENTS } else { 0.0 };
        sure(Role::Customer)
            + sure(Role::OrderedAt)
            + money
            + 0.3 * (known(Role::Product) + known(Role::Quantity))
            + 0.2 * known(Role::Order)
            - payments
    }
}

/// The table that serves best, with its columns; `None` when no table has customers, dates and money.
pub(super) fn sales(tables: &[Table], links: &[Link], banned: &Banned) -> Option<Sales> {
    let found = (0..tables.len()).map(|main| assign(tables, links, main, banned));
    let mut serving: Vec<Sales> = found.filter(|sales| sells(sales, tables)).collect();
    serving.sort_by(|a, b| b.worth(tables).total_cmp(&a.worth(tables)));
    serving.into_iter().next()
}

/// Customers, dates and money; a table that is known to be something else must name them beyond doubt. Money may be
/// missing where nothing speaks against a plain log of purchases.
fn sells(sales: &Sales, tables: &[Table]) -> bool {
    /// Strength of headers that leave no doubt.
    const BEYOND_DOUBT: f64 = 0.8;
    if !sales.has_customers_and_dates() {
        return false;
    }
    let sure = |role| sales.pick(role).is_some_and(|pick| pick.chosen.strength >= BEYOND_DOUBT);
    match kind(&tables[sales.main]) {
        Kind::Unknown | Kind::Orders if sales.has_money() => true,
        Kind::Unknown | Kind::Orders => {
            let customer = sales.pick(Role::Customer).map(Pick::profile);
            customer.is_some_and(|profile| profile.rows_each() > 1.5)
                && tables[sales.main].columns.len() <= PLAIN
        }
        Kind::Payments => sales.has_money(),
        _ => sure(Role::Order) && (sure(Role::Amount) || sure(Role::UnitPrice)) && sure(Role::OrderedAt),
    }
}

/// A log of purchases without money has hardly more columns than this.
const PLAIN: usize = 6;

/// The surest column for each role, seen from one table.
pub(super) fn assign(tables: &[Table], links: &[Link], main: usize, banned: &Banned) -> Sales {
    let mut candidates = candidates(tables, links, main, banned);
    candidates.sort_by(|a, b| precedence(tables, a, b));
    let mut sales = Sales { main, picks: BTreeMap::new(), candidates };
    let mut used = BTreeSet::new();
    for candidate in sales.candidates.clone() {
        let place = (candidate.table, candidate.column);
        if sales.picks.contains_key(&candidate.role) || used.contains(&place) {
            continue;
        }
        used.insert(place);
        let pick = pick(tables, links, main, &candidate);
        sales.picks.insert(candidate.role, pick);
    }
    sales
}

/// The column of a candidate as the rows of the main table see it.
pub(super) fn pick(tables: &[Table], links: &[Link], main: usize, candidate: &Candidate) -> Pick {
    let there = &tables[candidate.table].columns[candidate.column];
    let column = if candidate.way.is_empty() {
        there.clone()
    } else {
        Column::new(&there.name, seen_from(tables, links, &candidate.way, main, candidate.column))
    };
    Pick { chosen: candidate.clone(), column }
}

/// The stated rule between two candidates: surer first, then the shorter way, then fewer rows without a value,
/// then the first in the file. Columns that only their values speak for come last, and among customers of that
/// kind the one with more rows each.
fn precedence(tables: &[Table], a: &Candidate, b: &Candidate) -> std::cmp::Ordering {
    let profile = |c: &Candidate| &tables[c.table].columns[c.column].profile;
    // Half percents: one broken row should not decide.
    let missing = |c: &Candidate| (profile(c).missing() * 200.0).round();
    let more_rows =
        |c: &Candidate| if c.strength <= BY_VALUES { -profile(c).rows_each().round() } else { 0.0 };
    b.strength
        .total_cmp(&a.strength)
        .then(a.way.len().cmp(&b.way.len()))
        .then(missing(a).total_cmp(&missing(b)))
        .then(more_rows(a).total_cmp(&more_rows(b)))
        .then((a.table, a.column, a.role).cmp(&(b.table, b.column, b.role)))
}

/// What each step of a way takes from the strength.
const EACH_STEP: f64 = 0.02;

fn candidates(tables: &[Table], links: &[Link], main: usize, banned: &Banned) -> Vec<Candidate> {
    let mut candidates = Vec::new();
    let mut names: Vec<&str> = Vec::new();
    for (table, way) in reachable(links, main) {
        for (at, column) in tables[table].columns.iter().enumerate() {
            // A name means the first table that has it; later ones cannot be asked for.
            if names.contains(&column.name.as_str()) {
                continue;
            }
            for role in Role::ALL {
                let far = EACH_STEP * way.len() as f64;
                let strength = by_words(role, column).or_else(|| by_values(role, column));
                let Some(strength) = strength.map(|strength| strength - far) else { continue };
                let lends = way.is_empty() || lends(role, column);
                if lends && can_be(role, column) && !banned.contains(&(role, table, at)) {
                    candidates.push(Candidate { role, table, column: at, way: way.clone(), strength });
                }
            }
        }
        names.extend(tables[table].columns.iter().map(|column| column.name.as_str()));
    }
    candidates
}

/// Joined tables lend what they are about; money of an order, repeated on each of its lines, is not lent.
fn lends(role: Role, column: &Column) -> bool {
    match role {
        Role::Customer | Role::OrderedAt | Role::Currency => true,
        Role::UnitPrice | Role::UnitCost => !column.says(Concept::Order),
        Role::Order | Role::Product | Role::Quantity | Role::Amount => false,
    }
}
