//! A first configuration from exports that nobody here has seen.
//!
//! The story: the exports are opened and put together to [`tables`], of which a sample of rows is kept, column by
//! column ([`column`]). Headers are understood as concepts, in any language of the lexicon ([`words`]); values are
//! described ([`profile`], [`dates`]). Columns whose values stand in another table link the tables ([`links`]). Then
//! it is decided which table holds the [`sales`] and which column plays which of the [`roles`], whether the customer
//! and the order behave as such ([`identity`]), where the [`money`] is, which rows are no plain sales ([`rules`]) and
//! what the [`surveys`] ask and the [`complaints`] tell. The [`plan`] is read as a run would read it and corrected ([`trial`]); what stands is
//! written down with its reasons (`render`).
//!
//! Nothing is guessed in silence: what was chosen says why, what else could have been chosen is named, what only a
//! person can know is asked, and where an answer is needed before anything can be computed, the key is left out.

mod alone;
mod column;
mod complaints;
mod dates;
mod directions;
mod fees;
mod identity;
mod kinds;
mod ladders;
mod links;
mod long;
mod money;
mod paths;
mod plan;
mod profile;
mod questions;
mod render;
mod render_complaints;
mod render_rules;
mod render_surveys;
mod roles;
mod rules;
mod sales;
mod sentences;
mod steps;
mod structure;
mod surveys;
mod tables;
mod toml_text;
mod trial;
mod why;
mod words;

use std::path::{Path, PathBuf};

use self::plan::Plan;
use self::questions::{doubts, needed, wishes};
use self::render::{Purpose, render};
use self::roles::Role;
use self::sentences::{mentions, no_sales, seen, seen_as};
use self::tables::thousands;
use self::trial::{Trial, Tried, plan_and_try};
use crate::pipeline::Observer;
use crate::{Config, Result};

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
/// `Config` when there are neither sales nor a survey among the exports, or an export named is not there; the message says what the
/// exports are instead. `Io` when reading fails.
pub fn propose(exports: &[PathBuf], base: &Path, observer: &mut dyn Observer) -> Result<Proposal> {
    observer.stage("look");
    let files = paths::expand(exports)?;
    let (tables, refused) = tables::tables(&files)?;
    let links = links::links(&tables)?;
    observer.stage("try");
    let Some(Tried { plan, trial, open: raised }) = plan_and_try(base, &tables, &links, observer)? else {
        return match alone::propose(base, &tables, observer)? {
            Some(proposal) => Ok(proposal),
            None => Err(no_sales(&tables, refused)),
        };
    };
    let runs = plan.runs() && trial.accepted > 0;
    let open: Vec<String> = [needed(&plan), raised, doubts(&plan, &trial), wishes(&plan)].concat();
    let config = render(&plan, Purpose::People(&trial), runs, &open, &mentions(&plan, &refused));
    // What is said to run has to be readable at least.
    Config::parse(&config, base).map(|_| ()).or_else(|error| if runs { Err(error) } else { Ok(()) })?;
    Ok(Proposal { config, runs, said: said(&plan, &trial), open })
}

/// What was seen, chosen and found in the trial.
fn said(plan: &Plan<'_>, trial: &Trial) -> Vec<String> {
    let mut said: Vec<String> = Vec::new();
    for (at, table) in plan.tables.iter().enumerate() {
        said.push(if at == plan.sales.main { seen_as(table, "the sales") } else { seen(table) });
    }
    said.push(format!("chosen: {}", chosen(plan)));
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
        said.push(accepted_of(name, *accepted, *read));
    }
    said.extend(trial.warnings.iter().cloned());
    said
}

/// How much of a survey, or of the complaints, was accepted.
fn accepted_of(table: &str, accepted: u64, read: u64) -> String {
    let (accepted, read) = (thousands(accepted), thousands(read));
    match table {
        "complaints" => format!("complaints: {accepted} of {read} rows accepted"),
        survey => format!("survey {survey}: {accepted} of {read} responses accepted"),
    }
}

fn chosen(plan: &Plan<'_>) -> String {
    let pairs = Role::ALL
        .into_iter()
        .filter_map(|role| Some(format!("{} = {}", role.key(), plan.sales.pick(role)?.column.name)));
    pairs.collect::<Vec<_>>().join(", ")
}

#[cfg(test)]
mod tests;
