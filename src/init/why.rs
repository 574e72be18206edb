//! Why a column was chosen, in the words of its comment.

use super::dates::{Dates, are_clocks};
use super::plan::Plan;
use super::profile::{Mark, Profile};
use super::roles::{BY_VALUES, Role};
use super::sales::{Candidate, Pick};
use super::tables::{Column, thousands};

/// Rivals named at most.
const MOST_RIVALS: usize = 3;
/// A rival weaker than the choice by more than this is not named.
const MUCH_WEAKER: f64 = 0.45;

/// Strength from which a header leaves little doubt.
const SURE: f64 = 0.8;

/// What speaks for a choice.
pub(super) fn why(plan: &Plan<'_>, role: Role, pick: &Pick) -> String {
    let mut reasons = Vec::new();
    let header = match pick.chosen.strength {
        ..=BY_VALUES => "chosen by its values alone",
        ..SURE => "the header hints at it",
        _ => "the header says so",
    };
    reasons.push(header.to_owned());
    if pick.chosen.table != plan.sales.main {
        reasons.push(format!("from {}", plan.tables[pick.chosen.table].shown()));
    }
    reasons.push(values(role, &pick.column));
    if role == Role::OrderedAt && !pick.profile().dates.has_clock() {
        let clock = plan.main().columns.iter().find(|column| are_clocks(&column.values));
        reasons.extend(clock.map(|clock| format!("the time of day in `{}` is not read", clock.name)));
    }
    reasons.extend(notes(plan, role).iter().cloned());
    reasons.extend(rivals(plan, role, pick));
    reasons.join("; ")
}

fn notes<'a>(plan: &'a Plan<'_>, role: Role) -> &'a [String] {
    match role {
        Role::Customer => &plan.identity.customer,
        Role::Order => &plan.identity.order,
        Role::Product => &plan.identity.product,
        Role::Amount => &plan.money.notes,
        Role::UnitPrice if !plan.sales.picks.contains_key(&Role::Amount) => &plan.money.notes,
        _ => &[],
    }
}

/// What the values look like, as far as it matters for the role.
pub(super) fn values(role: Role, column: &Column) -> String {
    let p = &column.profile;
    let mut said = match role {
        Role::OrderedAt => dates(&p.dates),
        Role::Quantity | Role::UnitPrice | Role::Amount | Role::UnitCost
            if matches!(p.mark, Mark::Doubtful(_)) =>
        {
            format!("numbers such as `{}`", column.values.texts[0])
        }
        Role::Quantity | Role::UnitPrice | Role::Amount | Role::UnitCost => {
            let kind = if p.integers > 0.999 { "whole numbers" } else { "numbers" };
            format!("{kind} from {} to {}, middle {}", short(p.low), short(p.high), short(p.median))
        }
        Role::Currency => column.values.texts.iter().take(5).cloned().collect::<Vec<_>>().join(", "),
        Role::Customer | Role::Order | Role::Product => ids(p),
    };
    if p.missing() > 0.0005 {
        said.push_str(&format!(", empty on {}", percent(p.missing())));
    }
    said
}

fn ids(p: &Profile) -> String {
    let kind = if p.emails > 0.5 {
        "e-mail addresses".to_owned()
    } else if p.integers > 0.999 {
        "whole numbers".to_owned()
    } else if p.integers > 0.5 {
        format!("{} whole numbers", percent(p.integers))
    } else {
        "texts".to_owned()
    };
    let each = if p.is_unique() { String::new() } else { format!(", {:.1} rows each", p.rows_each()) };
    format!("{kind}, {} distinct{each}", thousands(p.distinct as u64))
}

fn dates(dates: &Dates) -> String {
    match dates {
        Dates::No => "no dates".to_owned(),
        Dates::Stored => "stored as times".to_owned(),
        Dates::Moments => "stored as times in UTC".to_owned(),
        Dates::Found(format) | Dates::Pattern(format) => format.clone(),
        Dates::Serial(unit) => format!("counts of time: {unit}"),
        Dates::Ambiguous(example) => format!("`{example}` is day-first or month-first"),
        Dates::Mixed(what) => what.clone(),
    }
}

/// Other columns that could have been chosen.
fn rivals(plan: &Plan<'_>, role: Role, pick: &Pick) -> Option<String> {
    let is_taken = |c: &Candidate| {
        plan.sales.picks.values().any(|p| (p.chosen.table, p.chosen.column) == (c.table, c.column))
    };
    let near =
        |c: &&Candidate| c.role == role && c.strength >= pick.chosen.strength - MUCH_WEAKER && !is_taken(c);
    let mut names: Vec<String> = Vec::new();
    for rival in plan.sales.candidates.iter().filter(near) {
        let column = &plan.tables[rival.table].columns[rival.column];
        // Said already where the choice is explained.
        if notes(plan, role).iter().any(|note| note.contains(&format!("`{}`", column.name))) {
            continue;
        }
        let distinct = thousands(column.profile.distinct as u64);
        let about = if role == Role::OrderedAt { String::new() } else { format!(" ({distinct} distinct)") };
        names.push(format!("`{}`{about}", column.name));
    }
    let more = names.len().saturating_sub(MOST_RIVALS);
    names.truncate(MOST_RIVALS);
    if names.is_empty() {
        return None;
    }
    let more = if more > 0 { format!(" and {more} more") } else { String::new() };
    Some(format!("could also be {}{more}", names.join(", ")))
}

/// A share in percent, with one decimal.
pub(super) fn percent(share: f64) -> String {
    let percent = 100.0 * share;
    if percent > 0.0 && percent < 0.1 { "less than 0.1 %".to_owned() } else { format!("{percent:.1} %") }
}

/// A number with at most two decimals.
fn short(number: f64) -> String {
    let text = format!("{number:.2}");
    text.trim_end_matches('0').trim_end_matches('.').to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn figures_are_short() {
        assert_eq!([2.0, 2.5, -0.125, 1e6].map(short), ["2", "2.5", "-0.12", "1000000"]);
        assert_eq!([0.2807, 0.0004, 0.0].map(percent), ["28.1 %", "less than 0.1 %", "0.0 %"]);
    }
}
