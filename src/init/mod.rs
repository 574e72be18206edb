//! A first configuration from exports that nobody here has seen.
//!
//! The story: the exports are opened and put together to [`tables`], of which a sample of rows is kept, column by
//! column ([`column`]). Headers are understood as concepts, in any language of the lexicon ([`words`]); values are
//! described ([`profile`], [`dates`]). Columns whose values stand in another table link the tables ([`links`]). Then
//! it is decided which table holds the [`sales`] and which column plays which of the [`roles`], whether the customer
//! and the order behave as such ([`identity`]), where the [`money`] is, which rows are no plain sales ([`rules`]) and
//! what the [`surveys`] ask. The [`plan`] is read as a run would read it and corrected ([`trial`]); what stands is
//! written down with its reasons ([`render`]).
//!
//! Nothing is guessed in silence: what was chosen says why, what else could have been chosen is named, what only a
//! person can know is asked, and where an answer is needed before anything can be computed, the key is left out.

mod column;
mod dates;
mod identity;
mod kinds;
mod ladders;
mod links;
mod money;
mod paths;
mod plan;
mod profile;
mod render;
mod render_rules;
mod render_surveys;
mod roles;
mod rules;
mod sales;
mod surveys;
mod tables;
mod toml_text;
mod trial;
mod why;
mod words;

use std::path::{Path, PathBuf};

use self::kinds::{Kind, kind};
use self::plan::{Decimal, Plan};
use self::render::{Purpose, render};
use self::roles::Role;
use self::tables::{Table, thousands};
use self::trial::{Tried, plan_and_try};
use crate::pipeline::Observer;
use crate::{Error, Result};

/// A proposed configuration.
#[derive(Clone, Debug)]
pub struct Proposal {
    /// The text of `moshtari.toml`.
    pub config: String,
    /// It runs as it is; otherwise the first of the open questions has to be answered.
    pub runs: bool,
    /// What was seen and chosen, in sentences.
    pub said: Vec<String>,
    /// What could not be decided.
    pub open: Vec<String>,
}

/// Looks at exports and proposes a configuration for the folder `base`. `exports` are files, folders of files and
/// patterns.
///
/// # Errors
/// `Config` when there are no sales among the exports, or an export named is not there; the message says what the
/// exports are instead. `Io` when reading fails.
pub fn propose(exports: &[PathBuf], base: &Path, observer: &mut dyn Observer) -> Result<Proposal> {
    observer.stage("look");
    let files = paths::expand(exports)?;
    let (tables, refused) = tables::tables(&files)?;
    let links = links::links(&tables)?;
    observer.stage("try");
    let Some(Tried { plan, trial, open: found }) = plan_and_try(base, &tables, &links, observer)? else {
        return Err(no_sales(&tables, refused));
    };
    let mut open = needed(&plan);
    open.extend(plan.open());
    open.extend(found);
    open.extend(wished(&plan));
    let mentions = mentions(&plan, &refused);
    let config = render(&plan, Purpose::People(&trial), &open, &mentions);
    let mut said: Vec<String> = Vec::new();
    for (at, table) in tables.iter().enumerate() {
        said.push(if at == plan.sales.main { seen_as(table, "the sales") } else { seen(table) });
    }
    said.push(format!("chosen: {}", chosen(&plan)));
    if trial.read > 0 {
        said.push(format!(
            "a trial reading accepted {} of {} rows{}: {} customers, {} orders",
            thousands(trial.accepted),
            thousands(trial.read),
            trial.reasons_in_words(),
            thousands(trial.customers as u64),
            thousands(trial.orders)
        ));
    }
    for (name, read, accepted) in &trial.surveys {
        said.push(format!(
            "survey {name}: {} of {} responses accepted",
            thousands(*accepted),
            thousands(*read)
        ));
    }
    said.extend(trial.warnings.iter().cloned());
    Ok(Proposal { config, runs: plan.runs() && trial.accepted > 0, said, open })
}

/// What one table is, in a sentence.
fn seen(table: &Table) -> String {
    seen_as(table, kind(table).describe())
}

fn seen_as(table: &Table, what: &str) -> String {
    let files =
        if table.files.len() > 1 { format!(" in {} files", table.files.len()) } else { String::new() };
    let columns = table.columns.len();
    format!("{}: {}{files}, {columns} columns: {what}", table.shown(), table.rows_in_words())
}

fn chosen(plan: &Plan<'_>) -> String {
    let pairs = Role::ALL
        .into_iter()
        .filter_map(|role| Some(format!("{} = {}", role.key(), plan.sales.pick(role)?.column.name)));
    pairs.collect::<Vec<_>>().join(", ")
}

/// Questions without whose answer nothing runs.
fn needed(plan: &Plan<'_>) -> Vec<String> {
    let mut needed = Vec::new();
    if let Some(at) = plan.sales.pick(Role::OrderedAt).filter(|at| !at.profile().dates.is_settled()) {
        let (name, dates) = (&at.column.name, why::values(Role::OrderedAt, &at.column));
        needed.push(format!(
            "`{name}`: {dates}. Take the mark from `timestamp_format` and choose \"day_first\" or \"month_first\", or give a pattern"
        ));
    }
    if let Some(amount) = &plan.money.repeated {
        needed.push(format!(
            "`{amount}` is the money of the whole order and stands on each of its lines. Export a price of the line, or one row \
             an order, and name it as `amount`"
        ));
    }
    if let Decimal::Mixed(column, comma, point) = &plan.decimal {
        needed.push(format!(
            "`{column}` has `{comma}` and `{point}`. Take the mark from `decimal` and choose; rows written the other way are set aside"
        ));
    }
    needed
}

/// Questions whose answer changes figures, though a run does without.
fn wished(plan: &Plan<'_>) -> Vec<String> {
    let mut wished = Vec::new();
    if let Decimal::Doubtful(column, example) = &plan.decimal {
        wished.push(format!(
            "`{example}` in `{column}`: is the mark a decimal mark or does it part thousands? see `decimal`"
        ));
    }
    if plan.rules.currencies.len() > 1 {
        let codes: Vec<&str> = plan.rules.currencies.iter().map(|(code, _)| code.as_str()).collect();
        wished.push(format!(
            "{} are mixed and cannot be summed: only the first is counted; see `rates`",
            codes.join(", ")
        ));
    }
    if !plan.rules.codes.is_empty() {
        wished.push(
            "which product codes are postage, fees or corrections? see `skip_when`; they count as sales now"
                .to_owned(),
        );
    }
    if !plan.rules.doubtful.is_empty() {
        wished.push("which states of an order are no sale? see below `cancelled_when`".to_owned());
    }
    let discounts: Vec<&str> = plan
        .main()
        .columns
        .iter()
        .filter(|c| c.says(words::Concept::Discount) && c.profile.is_number() && c.profile.zero < 1.0)
        .map(|c| c.name.as_str())
        .collect();
    if let (false, true) = (discounts.is_empty(), plan.sales.picks.contains_key(&Role::UnitPrice)) {
        wished.push(format!(
            "is `{}` taken off the price already? quantity x price is counted",
            discounts.join("`, `")
        ));
    }
    for survey in plan.surveys.iter().filter(|survey| survey.items.is_empty()) {
        let table = plan.tables[survey.table].shown();
        wished.push(format!("{table} looks like a survey, but its headers do not say what is asked: describe it in [[surveys]]"));
    }
    wished
}

/// What the exports are that the configuration does not use.
fn mentions(plan: &Plan<'_>, refused: &[Error]) -> Vec<String> {
    let used = plan.used();
    let unused = plan.tables.iter().enumerate().filter(|(at, _)| !used.contains(at)).map(|(_, table)| {
        let later = match kind(table) {
            Kind::Customers => "; [customers] will take it",
            Kind::Complaints => "; [complaints] will take it",
            _ => "",
        };
        format!("{}{later}", seen(table))
    });
    unused.chain(refused.iter().map(ToString::to_string)).collect()
}

/// Why no run is possible: what each export is instead.
fn no_sales(tables: &[Table], mut refused: Vec<Error>) -> Error {
    if let (true, 1) = (tables.is_empty(), refused.len()) {
        return refused.swap_remove(0);
    }
    let seen = tables.iter().map(|table| format!("\n  {}", lacking(table)));
    let refused = refused.iter().map(|error| format!("\n  {error}"));
    let list: String = seen.chain(refused).collect();
    let only_money = tables.iter().any(|table| lacks(table) == ["money"] && kind(table) == Kind::Orders);
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
    let lacks =
        if lacks.is_empty() { String::new() } else { format!("; no column for {}", lacks.join(", ")) };
    format!("{}{lacks}", seen(table))
}

fn lacks(table: &Table) -> Vec<&'static str> {
    let alone = sales::assign(std::slice::from_ref(table), &[], 0, &sales::Banned::new());
    let needs = [
        (alone.pick(Role::Customer).is_some(), "a customer"),
        (alone.pick(Role::OrderedAt).is_some(), "a date of purchase"),
        (alone.has_money(), "money"),
    ];
    needs.into_iter().filter(|(known, _)| !known).map(|(_, what)| what).collect()
}

#[cfg(test)]
mod tests;
