//! `[[surveys]]`.

use super::ladders::Scale;
use super::plan::Plan;
use super::render::{files, join};
use super::surveys::{Asked, Item, Survey};
use super::tables::Table;
use super::toml_text::{Text, list, quoted};
use super::why::percent;
use crate::schema::Measure;

/// Writes each survey with a question that is understood.
pub(super) fn surveys(text: &mut Text, plan: &Plan<'_>) {
    let mut names: Vec<String> = Vec::new();
    for survey in plan.surveys.iter().filter(|survey| !survey.items.is_empty()) {
        let mut name = name(&plan.tables[survey.table]);
        while names.contains(&name) {
            name.push('_');
        }
        one(text, plan, survey, &name);
        names.push(name);
    }
}

/// A name from that of the file.
pub(super) fn name(table: &Table) -> String {
    let file =
        table.files[0].path().file_name().map(|n| n.to_string_lossy().into_owned()).unwrap_or_default();
    file.split('.').next().filter(|stem| !stem.is_empty()).unwrap_or("survey").to_owned()
}

fn one(text: &mut Text, plan: &Plan<'_>, survey: &Survey, name: &str) {
    let table = &plan.tables[survey.table];
    let column = |at: usize| quoted(&table.columns[at].name);
    text.line("[[surveys]]", &format!("{}, one a response", table.rows_in_words()));
    text.entry("name", &quoted(name), "");
    files(text, table, plan.base);
    text.gap();
    text.line("[surveys.columns]", "");
    let known = format!("{} of the ids here are in the sales", percent(survey.known));
    match &survey.asked {
        Asked::Customer(at) => text.entry("customer_id", &column(*at), &known),
        Asked::Order(at) => {
            text.entry(
                "order_id",
                &column(*at),
                &format!("the customer is found through the order; {known}"),
            );
        }
        Asked::Joined(_, name) => text.entry("customer_id", &quoted(name), &format!("joined below; {known}")),
        Asked::Anonymous => {
            text.comment("no column leads to a customer or an order of the sales: the survey is anonymous");
        }
    }
    if let Some(at) = survey.responded_at {
        let dates = super::why::values(super::roles::Role::OrderedAt, &table.columns[at]);
        text.entry("responded_at", &column(at), &format!("{dates}{}", other_dates(table, at)));
    }
    text.gap();
    if let Asked::Joined(way, _) = &survey.asked {
        way.iter().for_each(|link| join(text, plan, *link, "[[surveys.join]]"));
    }
    survey.items.iter().for_each(|i| item(text, table, i));
    unclear(text, table, survey);
}

fn other_dates(table: &Table, chosen: usize) -> String {
    let others = table.columns.iter().enumerate().filter(|(at, c)| *at != chosen && c.profile.is_date());
    let names: Vec<String> = others.map(|(_, c)| format!("`{}`", c.name)).collect();
    if names.is_empty() { String::new() } else { format!("; could also be {}", names.join(", ")) }
}

fn item(text: &mut Text, table: &Table, item: &Item) {
    text.line("[[surveys.items]]", &item.why);
    text.entry("column  ", &quoted(&table.columns[item.column].name), "");
    text.entry("measures", &quoted(word(item.measures)), "");
    match &item.scale {
        Scale::Range([low, high]) => text.entry("scale   ", &format!("[{low}, {high}]"), ""),
        Scale::Named(set) => text.entry("labels  ", &quoted(set), "from worst to best"),
        Scale::Own(labels) => {
            text.entry("labels  ", &list(labels.iter().map(String::as_str)), "from worst to best");
        }
    }
    if item.reversed {
        text.entry("reversed", "true", "the highest answer is the worst");
    }
    if let Some(dimension) = &item.dimension {
        text.entry("dimension", &quoted(dimension), "the part of the service it judges");
    }
    text.gap();
}

fn unclear(text: &mut Text, table: &Table, survey: &Survey) {
    if survey.unclear.is_empty() {
        return;
    }
    let names: Vec<String> =
        survey.unclear.iter().map(|at| format!("`{}`", table.columns[*at].name)).collect();
    text.comment(&format!("these look like answers, too, but it is not clear to what: {}", names.join(", ")));
    text.gap();
}

/// The word of the configuration.
fn word(measure: Measure) -> &'static str {
    match measure {
        Measure::Satisfaction => "satisfaction",
        Measure::Recommend => "recommend",
        Measure::Repurchase => "repurchase",
        Measure::Effort => "effort",
        Measure::Expectation => "expectation",
        Measure::Perception => "perception",
        Measure::Other => "other",
    }
}
