//! A trial reading: the proposal is read as a run would read it, and corrected where the rows refuse it.

use std::collections::BTreeSet;
use std::path::Path;

use super::links::Link;
use super::plan::Plan;
use super::render::{Purpose, render};
use super::roles::{MOSTLY_MISSING, Role};
use super::sales::Banned;
use super::tables::{Table, thousands};
use super::why::percent;
use crate::config::Config;
use crate::pipeline::reading::Findings;
use crate::pipeline::{self, Observer};
use crate::publish::manifest::InputTable;
use crate::schema::Reason;
use crate::{Error, Result};

/// What the trial found.
#[derive(Clone, Debug, Default)]
pub(super) struct Trial {
    /// Rows read.
    pub(super) read: u64,
    /// Rows accepted.
    pub(super) accepted: u64,
    /// Rows set aside, by reason.
    pub(super) reasons: Vec<(Reason, u64)>,
    /// Share of the rows that the gate looks at which were set aside.
    pub(super) share_aside: f64,
    /// As-of day of a run.
    pub(super) as_of: String,
    /// Customers.
    pub(super) customers: usize,
    /// Counting orders.
    pub(super) orders: u64,
    /// Surveys and complaints: name, rows read, rows accepted.
    pub(super) surveys: Vec<(String, u64, u64)>,
    /// What a run would warn about.
    pub(super) warnings: Vec<String>,
}

impl Trial {
    /// `max_set_aside` where nothing speaks against it.
    pub(super) const USUAL_LIMIT: f64 = 0.30;

    /// A limit that lets a run through: the usual one, or a twentieth above the share found.
    pub(super) fn limit(&self) -> f64 {
        let share = self.share_aside;
        if share <= Self::USUAL_LIMIT {
            Self::USUAL_LIMIT
        } else {
            ((share + 0.05) * 100.0).ceil().min(100.0) / 100.0
        }
    }

    /// Share of rows set aside for a reason.
    pub(super) fn share_of(&self, reason: Reason) -> f64 {
        let found = self.reasons.iter().find(|(found, _)| *found == reason);
        found.map_or(0.0, |(_, rows)| *rows as f64 / self.read.max(1) as f64)
    }

    /// ` (missing_customer 69,014)`, or nothing.
    pub(super) fn reasons_in_words(&self) -> String {
        in_words(self.reasons.iter())
    }

    /// The same of the reasons that the gate looks at.
    pub(super) fn faults_in_words(&self) -> String {
        in_words(self.reasons.iter().filter(|(reason, _)| !reason.is_asked_for()))
    }

    fn of(findings: &Findings) -> Self {
        let mut trial = Self::default();
        if let Some(InputTable { account, .. }) = findings.tables.first() {
            trial.read = account.rows_read;
            trial.accepted = account.rows_accepted;
            trial.reasons = account.set_aside.iter().map(|(reason, count)| (*reason, count.rows)).collect();
            trial.reasons.sort_by_key(|(_, rows)| std::cmp::Reverse(*rows));
            let (aside, rows) = account.rows_at_fault();
            trial.share_aside = aside as f64 / rows.max(1) as f64;
        }
        if let Some(seen) = &findings.seen {
            (trial.as_of, trial.customers, trial.orders) = (seen.as_of.clone(), seen.customers, seen.orders);
        }
        let surveys = findings.tables.iter().skip(1);
        trial.surveys =
            surveys.map(|t| (t.name.clone(), t.account.rows_read, t.account.rows_accepted)).collect();
        trial.warnings = findings.warnings.iter().map(|warning| warning.message.clone()).collect();
        trial
    }
}

fn in_words<'a>(reasons: impl Iterator<Item = &'a (Reason, u64)>) -> String {
    let list: Vec<String> =
        reasons.map(|(reason, n)| format!("{} {}", reason.name(), thousands(*n))).collect();
    if list.is_empty() { String::new() } else { format!(" ({})", list.join(", ")) }
}

/// A plan that was tried, what the trial found, and questions that it raised.
pub(super) struct Tried<'a> {
    /// The plan.
    pub(super) plan: Plan<'a>,
    /// The trial.
    pub(super) trial: Trial,
    /// Questions for a person.
    pub(super) open: Vec<String>,
}

/// Corrections tried before the last plan is taken as it is.
const MOST_CORRECTIONS: usize = 8;
/// Share of rows refused for one column from which the column is taken for the wrong one.
const WRONG: f64 = 0.5;

/// Plans, tries and corrects; `None` when there are no sales.
///
/// # Errors
/// `Io` and `Internal` of the trial; what does not fit is a question, not an error.
pub(super) fn plan_and_try<'a>(
    base: &'a Path,
    tables: &'a [Table],
    links: &'a [Link],
    observer: &mut dyn Observer,
) -> Result<Option<Tried<'a>>> {
    let mut banned = Banned::new();
    let Some(mut plan) = Plan::new(base, tables, links, &banned) else { return Ok(None) };
    let mut open = Vec::new();
    for _ in 0..MOST_CORRECTIONS {
        let (trial, fault) = match read(&plan, base, observer) {
            Ok(findings) => {
                let trial = Trial::of(&findings);
                let fault = fault(&plan, &findings, &trial);
                (trial, fault)
            }
            Err(error @ (Error::Config { .. } | Error::Input { .. } | Error::Gate { .. })) => {
                let message = error.to_string();
                if !plan.surveys.is_empty() && named_survey(&plan, &message) {
                    open.push(format!("a survey was left out: {message}"));
                    plan.surveys.clear();
                    continue;
                }
                if named_complaints(&plan, &message) {
                    open.push(format!("the complaints were left out: {message}"));
                    plan.complaints = None;
                    continue;
                }
                (Trial::default(), Some(Fault { columns: accused(&plan, &message), what: message }))
            }
            Err(other) => return Err(other),
        };
        let Some(fault) = fault else { return Ok(Some(Tried { plan, trial, open })) };
        // Another column for the role, if there is one; else the question is left to a person.
        banned.extend(&fault.columns);
        let next = Plan::new(base, tables, links, &banned).filter(|_| !fault.columns.is_empty());
        let Some(next) = next else {
            open.push(fault.what);
            return Ok(Some(Tried { plan, trial, open }));
        };
        open.push(format!("another column was taken, because: {}", fault.what));
        plan = next;
    }
    Ok(Some(Tried { plan, trial: Trial::default(), open }))
}

/// Reads everything as a run would.
fn read(plan: &Plan<'_>, base: &Path, observer: &mut dyn Observer) -> Result<Findings> {
    let config = Config::parse(&render(plan, Purpose::Trial, true, &[], &[]), base)?;
    pipeline::check(&config, observer)
}

/// Columns that cannot be what they were taken for.
struct Fault {
    columns: BTreeSet<(Role, usize, usize)>,
    what: String,
}

/// The role that most rows are refused for, if they are too many.
fn fault(plan: &Plan<'_>, findings: &Findings, trial: &Trial) -> Option<Fault> {
    let found = [
        (Role::Customer, Reason::MissingCustomer, MOSTLY_MISSING),
        (Role::Order, Reason::MissingOrder, WRONG),
        (Role::OrderedAt, Reason::BadTimestamp, WRONG),
    ]
    .into_iter()
    .find(|(_, reason, limit)| trial.share_of(*reason) > *limit);
    if let Some((role, reason, _)) = found {
        let pick = plan.sales.pick(role)?;
        let (name, rows) = (&pick.column.name, percent(trial.share_of(reason)));
        let what = format!("`{name}` has no {} on {rows} of the rows", role.key());
        let place = (role, pick.chosen.table, pick.chosen.column);
        return Some(Fault { columns: BTreeSet::from([place]), what });
    }
    if trial.share_of(Reason::BadNumber) > WRONG {
        let example = findings.examples.iter().find(|e| e.reason == Reason::BadNumber.name())?;
        let name = example.column.clone()?;
        let what = format!(
            "`{name}` holds no numbers on {} of the rows",
            percent(trial.share_of(Reason::BadNumber))
        );
        return Some(Fault { columns: of_name(plan, &name), what });
    }
    None
}

/// Chosen columns that a message names.
fn accused(plan: &Plan<'_>, message: &str) -> BTreeSet<(Role, usize, usize)> {
    // Dates and numbers are the engine's to read; a file that cannot be read accuses no column.
    let readable = [Role::OrderedAt, Role::Quantity, Role::UnitPrice, Role::Amount, Role::UnitCost];
    let named = |name: &str| message.contains(&format!("the column `{name}`"));
    let picks =
        plan.sales.picks.iter().filter(|(role, pick)| readable.contains(role) && named(&pick.column.name));
    picks.map(|(role, pick)| (*role, pick.chosen.table, pick.chosen.column)).collect()
}

fn of_name(plan: &Plan<'_>, name: &str) -> BTreeSet<(Role, usize, usize)> {
    let picks = plan.sales.picks.iter().filter(|(_, pick)| pick.column.name == name);
    picks.map(|(role, pick)| (*role, pick.chosen.table, pick.chosen.column)).collect()
}

/// Whether a message is about the complaints.
fn named_complaints(plan: &Plan<'_>, message: &str) -> bool {
    plan.complaints.as_ref().is_some_and(|found| {
        let files = &plan.tables[found.table].files;
        message.contains("complaints")
            || files.iter().any(|file| message.contains(&*file.path().to_string_lossy()))
    })
}

/// Whether a message is about a survey.
fn named_survey(plan: &Plan<'_>, message: &str) -> bool {
    let of = |table: usize| {
        plan.tables[table].files.iter().any(|file| message.contains(&*file.path().to_string_lossy()))
    };
    message.contains("survey") || plan.surveys.iter().any(|survey| of(survey.table))
}
