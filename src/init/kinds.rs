//! What a table is, by its columns: the word for it in messages, and whether it can be sales at all.

use super::long;
use super::profile::Profile;
use super::roles::{Role, by_words, can_be};
use super::surveys::{is_answer, is_item};
use super::tables::{Column, Table};
#[allow(clippy::enum_glob_use, reason = "lists of concepts read as words")]
use super::words::Concept::{self, *};
use super::words::Concepts;

/// What a table is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    /// One row an order or an order line, as far as the columns tell.
    Orders,
    /// What was paid for orders.
    Payments,
    /// One row a customer.
    Customers,
    /// One row a product.
    Products,
    /// Answers to questions.
    Survey,
    /// Reviews in words, with a label at most.
    Reviews,
    /// Complaints, tickets, incidents.
    Complaints,
    /// One row a basket, one cell an item.
    Baskets,
    /// Recency, frequency and the like of customers, already counted.
    Summary,
    /// One row a seller, a place, a translation: something that others refer to.
    Lookup,
    /// Nothing that is known.
    Unknown,
}

impl Kind {
    /// What the table looks like, for a sentence.
    pub(super) fn describe(self) -> &'static str {
        match self {
            Self::Orders => "orders or order lines",
            Self::Payments => "payments of orders",
            Self::Customers => "a list of customers",
            Self::Products => "a list of products",
            Self::Survey => "answers of a survey",
            Self::Reviews => "reviews in words",
            Self::Complaints => "complaints or tickets",
            Self::Baskets => "baskets: a row each, an item in each cell",
            Self::Summary => "a summary: recency, frequency or the like, already counted",
            Self::Lookup => "a list without dates or money",
            Self::Unknown => "a table of no kind that is known",
        }
    }
}

/// What a table is. The kinds that are told by few words come first.
pub(super) fn kind(table: &Table) -> Kind {
    let says = |concepts: &[Concept]| with(table, concepts).next().is_some();
    let dated = |concepts: &[Concept]| with(table, concepts).any(|c| c.profile.is_date());
    let any_date = table.columns.iter().any(|c| c.profile.is_date());
    let counts = |concepts: &[Concept]| with(table, concepts).any(|c| c.profile.is_number());
    let money = table.columns.iter().any(is_money);
    if is_baskets(table, any_date) {
        return Kind::Baskets;
    }
    if with(table, &[Summary]).filter(|c| c.profile.is_number()).count() >= 2 {
        return Kind::Summary;
    }
    if !money && (says(&[Complaint]) || dated(&[Opened]) && dated(&[Resolved])) {
        return Kind::Complaints;
    }
    if !money && is_survey(table) {
        return Kind::Survey;
    }
    if !money && !any_date && table.columns.iter().any(|c| c.profile.prose > 0.5 && c.profile.length > 30.0) {
        return Kind::Reviews;
    }
    if counts(&[Paid]) && says(&[Order, Id]) && !says(&[Product]) && !says(&[Sku]) && !dated(&[Order]) {
        return Kind::Payments;
    }
    let customers_return = money && any_date && customers_return(table);
    if is_list_of(table, &[Customer, Person]) && !says(&[Order, Id]) && !customers_return {
        return Kind::Customers;
    }
    if is_list_of(table, &[Product, Sku]) && !any_date && !says(&[Order, Id]) {
        return Kind::Products;
    }
    if says(&[Order, Id]) || (money && any_date) {
        return Kind::Orders;
    }
    let key = table.columns.first().is_some_and(|c| c.profile.is_unique() && c.profile.names_things());
    if key && !any_date && !money { Kind::Lookup } else { Kind::Unknown }
}

fn is_money(column: &Column) -> bool {
    let named = |role| by_words(role, column).is_some_and(|strength| strength > 0.5) && can_be(role, column);
    named(Role::Amount) || named(Role::UnitPrice)
}

/// Columns whose header names all of these.
fn with<'a>(table: &'a Table, concepts: &'a [Concept]) -> impl Iterator<Item = &'a Column> {
    table.columns.iter().filter(|c| c.header.concepts.has_all(Concepts::of(concepts)) && c.profile.filled > 0)
}

/// Each row is one of these, and there are words about it beside its id.
fn is_list_of(table: &Table, things: &[Concept]) -> bool {
    const ABOUT: Concepts = Concepts::of(&[
        Name,
        Email,
        Phone,
        Place,
        Birth,
        Consent,
        Category,
        Description,
        Size,
        Person,
        First,
    ]);
    let is_key = |c: &Column| {
        let thing = c.header.concepts.has_any(Concepts::of(things)) && !c.header.concepts.has_any(ABOUT);
        (thing || c.header.concepts == Concepts::of(&[Id])) && is_key(&c.profile)
    };
    let keyed = table.columns.iter().any(is_key);
    let about = table.columns.iter().filter(|c| c.header.concepts.has_any(ABOUT)).count();
    keyed && about >= 1
}

/// The surest column of customers, other than a bare `id`, has a customer on several rows.
fn customers_return(table: &Table) -> bool {
    /// Namesakes in a list of customers have fewer rows each.
    const RETURNING: f64 = 1.2;
    const BARE: Concepts = Concepts::of(&[Id]);
    const PART_OF_A_NAME: Concepts = Concepts::of(&[First, Last]);
    let columns = table.columns.iter().filter(|c| {
        let said = c.header.concepts;
        said != BARE && !said.has_any(PART_OF_A_NAME) && can_be(Role::Customer, c)
    });
    columns
        .filter_map(|column| Some((by_words(Role::Customer, column)?, column)))
        .max_by(|(a, _), (b, _)| a.total_cmp(b))
        .is_some_and(|(_, column)| column.profile.rows_each() >= RETURNING)
}

fn is_key(profile: &Profile) -> bool {
    profile.filled > 1 && profile.names_things() && profile.missing() < 0.01 && profile.rows_each() < 1.01
}

/// Items in cells: records of any width without a header, or a header that counts items.
fn is_baskets(table: &Table, any_date: bool) -> bool {
    let texts = table.columns.iter().filter(|c| c.profile.numbers < 0.5).count();
    let ragged = table.numbered && table.ragged * 5 > table.rows;
    let counted = with(table, &[Product]).filter(|c| c.header.unknown.is_empty()).count() > 8;
    !any_date && texts * 2 >= table.columns.len() && (ragged || counted)
}

/// Questions and answers in two columns, a question about satisfaction, or several columns answered on one scale.
fn is_survey(table: &Table) -> bool {
    const SIBLINGS: usize = 3;
    long::find(table).is_some()
        || table.columns.iter().any(is_item)
        || table.columns.iter().filter(|c| is_answer(c)).count() >= SIBLINGS
}
