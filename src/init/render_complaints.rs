//! `[complaints]`.

use std::path::Path;

use super::complaints::{Complaints, is_known};
use super::plan::Plan;
use super::render::{files, join};
use super::surveys::Asked;
use super::tables::Table;
use super::toml_text::{Text, list, quoted};
use super::why::percent;

/// Writes the complaints of a plan.
pub(super) fn complaints(text: &mut Text, plan: &Plan<'_>) {
    let Some(found) = &plan.complaints else { return };
    section(text, plan.tables, plan.base, found);
    if let Asked::Joined(way, _) = &found.asked {
        way.iter().for_each(|link| join(text, plan, *link, "[[complaints.join]]"));
    }
}

/// Writes the section; what is joined to it comes after.
pub(super) fn section(text: &mut Text, tables: &[Table], base: &Path, found: &Complaints) {
    let table = &tables[found.table];
    let row = if found.events { "one an event" } else { "one a complaint" };
    text.line("[complaints]", &format!("{}, {row}", table.rows_in_words()));
    files(text, table, base);
    text.gap();
    text.line("[complaints.columns]", "");
    let (key, name) = match &found.asked {
        Asked::Customer(at) => ("customer_id", table.columns[*at].name.as_str()),
        Asked::Order(at) => ("order_id", table.columns[*at].name.as_str()),
        Asked::Joined(_, name) => ("customer_id", name.as_str()),
        Asked::Anonymous => {
            text.comment(
                "no column leads to a customer: the complaints give rates and times, and count for nobody",
            );
            ("", "")
        }
    };
    let keys = found.columns.iter().map(|(key, ..)| key.len());
    let width = keys.chain([key.len()]).max().unwrap_or(0);
    if !key.is_empty() {
        let whose = match &found.asked {
            Asked::Joined(..) => "joined below".to_owned(),
            _ if is_known(found) => String::new(),
            _ => format!(
                "{} of the ids here are in the sales; complaints of others are set aside",
                percent(found.known)
            ),
        };
        text.entry(&format!("{key:width$}"), &quoted(name), &whose);
    }
    for (key, at, why) in &found.columns {
        text.entry(&format!("{key:width$}"), &quoted(&table.columns[*at].name), why);
    }
    text.gap();
    if !found.states.is_empty() {
        text.line("[complaints.rules]", "");
        let states = list(found.states.iter().map(String::as_str));
        text.suggestion("resolved_states", &states, "leave those in which a complaint is settled");
        text.gap();
    }
}
