//! Everything that was decided, before it is written down.

use std::path::Path;

use super::complaints::{Complaints, complaints};
use super::dates::Dates;
use super::identity::{self, Identity};
use super::kinds::{Kind, kind};
use super::links::{Link, seen_from};
use super::money::{self, Money};
use super::profile::Mark;
use super::roles::Role;
use super::rules::{Rules, is_status, rules};
use super::sales::{Banned, Sales, sales};
use super::structure;
use super::surveys::{Survey, survey};
use super::tables::{Column, Table};

/// What the exports are, and which column means what.
pub(super) struct Plan<'a> {
    /// Folder of the configuration.
    pub(super) base: &'a Path,
    /// The tables.
    pub(super) tables: &'a [Table],
    /// The ways between them.
    pub(super) links: &'a [Link],
    /// Sales.
    pub(super) sales: Sales,
    /// Findings about customers and orders.
    pub(super) identity: Identity,
    /// Findings about money.
    pub(super) money: Money,
    /// Findings about rows that are no plain sales.
    pub(super) rules: Rules,
    /// Surveys.
    pub(super) surveys: Vec<Survey>,
    /// Complaints.
    pub(super) complaints: Option<Complaints>,
    /// `decimal` of the rules, where the values alone do not say.
    pub(super) decimal: Decimal,
}

/// Whether the decimal mark has to be declared.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Decimal {
    /// It shows.
    Clear,
    /// A comma, for this reason.
    Comma(String),
    /// A column whose numbers can be read in two ways, and one of them.
    Doubtful(String, String),
    /// A column that has both marks, with examples.
    Mixed(String, String, String),
}

impl<'a> Plan<'a> {
    /// Decides what can be decided; `None` when there are no sales.
    pub(super) fn new(
        base: &'a Path,
        tables: &'a [Table],
        links: &'a [Link],
        banned: &Banned,
    ) -> Option<Self> {
        let mut sales = sales(tables, links, banned)?;
        structure::settle(tables, links, &mut sales);
        let identity = identity::settle(tables, links, &mut sales);
        let money = money::settle(tables, links, &mut sales);
        let statuses = statuses(tables, links, &sales);
        let rules = rules(&tables[sales.main], &mut sales, &statuses);
        let decimal = decimal(tables, &sales);
        let others = (0..tables.len()).filter(|t| *t != sales.main && kind(&tables[*t]) == Kind::Survey);
        let surveys = others.filter_map(|t| survey(tables, links, t, Some(&sales))).collect();
        let complaints = complaints(tables, links, Some(&sales));
        Some(Self { base, tables, links, sales, identity, money, rules, surveys, complaints, decimal })
    }

    /// The sales can be read and summed without a decision of a person.
    pub(super) fn runs(&self) -> bool {
        let dates = self.sales.pick(Role::OrderedAt).is_some_and(|at| at.profile().dates.is_settled());
        dates
            && self.money.repeated.is_none()
            && !self.lacks_a_name()
            && !matches!(self.decimal, Decimal::Mixed(..))
    }

    /// There is no money, and perhaps only because columns share a name.
    pub(super) fn lacks_a_name(&self) -> bool {
        !self.sales.has_money() && self.money.repeated.is_none() && !self.main().ambiguous.is_empty()
    }

    /// The table of the order lines.
    pub(super) fn main(&self) -> &Table {
        &self.tables[self.sales.main]
    }

    /// Tables that the configuration reads: the main one, joined ones, surveys, complaints.
    pub(super) fn used(&self) -> Vec<usize> {
        let joined = self.sales.joins(self.links).into_iter().map(|link| self.links[link].to);
        let surveys = self.surveys.iter().map(|s| s.table);
        let others = surveys.chain(self.complaints.iter().map(|c| c.table));
        let mut used: Vec<usize> = [self.sales.main].into_iter().chain(joined).chain(others).collect();
        used.dedup();
        used
    }
}

/// Columns that tell the state of an order, in the main table and in the joined ones.
fn statuses(tables: &[Table], links: &[Link], sales: &Sales) -> Vec<Column> {
    let main = &tables[sales.main];
    let taken = |name: &str| sales.picks.values().any(|pick| pick.column.name == name);
    let mut found: Vec<Column> =
        main.columns.iter().filter(|c| is_status(c) && !taken(&c.name)).cloned().collect();
    for link in sales.joins(links) {
        let Some(way) = way_to(links, sales, link) else { continue };
        let there = &tables[links[link].to];
        for (at, column) in there.columns.iter().enumerate().filter(|(_, c)| is_status(c)) {
            if main.column(&column.name).is_none() && !found.iter().any(|c| c.name == column.name) {
                let seen = seen_from(tables, links, &way, sales.main, at);
                found.push(Column::new(&column.name, seen));
            }
        }
    }
    found
}

/// The way from the main table that ends with this link.
fn way_to(links: &[Link], sales: &Sales, link: usize) -> Option<Vec<usize>> {
    let reached = super::links::reachable(links, sales.main);
    reached.into_iter().map(|(_, way)| way).find(|way| way.last() == Some(&link))
}

/// What the number columns say about the decimal mark.
fn decimal(tables: &[Table], sales: &Sales) -> Decimal {
    let numbers: Vec<&Column> = [Role::Amount, Role::UnitPrice, Role::Quantity, Role::UnitCost]
        .into_iter()
        .filter_map(|role| sales.pick(role))
        .map(|pick| &pick.column)
        .collect();
    for column in &numbers {
        if let Mark::Mixed(comma, point) = &column.profile.mark {
            return Decimal::Mixed(column.name.clone(), comma.clone(), point.clone());
        }
    }
    let main = &tables[sales.main].columns;
    let marked = |mark: &Mark| main.iter().find(|c| c.profile.is_number() && c.profile.mark == *mark);
    for column in numbers {
        if let Mark::Doubtful(example) = &column.profile.mark {
            return match (marked(&Mark::Comma), marked(&Mark::Point)) {
                (Some(comma), None) => Decimal::Comma(format!(
                    "`{}` has decimal commas; `{}` alone could be read both ways",
                    comma.name, column.name
                )),
                (None, Some(_)) => Decimal::Clear,
                _ if example.contains('.') && writes_commas(&tables[sales.main], sales) => {
                    Decimal::Comma(format!(
                        "`{example}` in `{}` is taken for thousands, as semicolons part the cells and points the dates",
                        column.name
                    ))
                }
                _ => Decimal::Doubtful(column.name.clone(), example.clone()),
            };
        }
    }
    Decimal::Clear
}

/// Semicolons between cells and points in dates go with decimal commas.
fn writes_commas(main: &Table, sales: &Sales) -> bool {
    let dotted = |dates: &Dates| matches!(dates, Dates::Found(format) if format.starts_with("%d.%m.%Y"));
    main.files[0].describe().contains("delimiter ;")
        && sales.pick(Role::OrderedAt).is_some_and(|at| dotted(&at.profile().dates))
}
