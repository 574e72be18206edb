//! `[[surveys]]`.

use std::path::Path;

use super::ladders::Scale;
use super::plan::Plan;
use super::render::{files, join};
use super::surveys::{Asked, Item, Survey};
use super::tables::Table;
use super::toml_text::{Text, list, quoted};
use super::why::percent;
use crate::schema::Measure;

/// Writes each survey of a plan with a question that is understood.
pub(super) fn surveys(text: &mut Text, plan: &Plan<'_>) {
    let mut joined = |text: &mut Text, link: usize| join(text, plan, link, "[[surveys.join]]");
    each(text, plan.tables, plan.base, &plan.surveys, &mut joined);
}

/// Writes each survey with a question that is understood; `joined` writes what is joined to one.
pub(super) fn each(
    text: &mut Text,
    tables: &[Table],
    base: &Path,
    surveys: &[Survey],
    joined: &mut dyn FnMut(&mut Text, usize),
) {
    let mut names: Vec<String> = Vec::new();
    for survey in surveys.iter().filter(|survey| !survey.items.is_empty()) {
        let table = &tables[survey.table];
        let mut name = name(table);
        while names.contains(&name) {
            name.push('_');
        }
        let row = if survey.long.is_some() { "one an answer" } else { "one a response" };
        text.line("[[surveys]]", &format!("{}, {row}", table.rows_in_words()));
        text.entry("name", &quoted(&name), "");
        files(text, table, base);
        columns(text, table, survey);
        if let Asked::Joined(way, _) = &survey.asked {
            way.iter().for_each(|link| joined(text, *link));
        }
        survey.items.iter().for_each(|i| item(text, i));
        unclear(text, survey);
        names.push(name);
    }
}

/// A name from that of the file.
pub(super) fn name(table: &Table) -> String {
    let file =
        table.files[0].path().file_name().map(|n| n.to_string_lossy().into_owned()).unwrap_or_default();
    file.split('.').next().filter(|stem| !stem.is_empty()).unwrap_or("survey").to_owned()
}

/// `[surveys.columns]`, and what a response is where no column says.
fn columns(text: &mut Text, table: &Table, survey: &Survey) {
    let column = |at: usize| quoted(&table.columns[at].name);
    if survey.long.is_some() {
        text.entry("layout", &quoted("long"), "a column names the question, another holds the answer");
    }
    text.gap();
    text.line("[surveys.columns]", "");
    let known = if survey.known < 1.0 {
        format!("{} of the ids here are in the sales", percent(survey.known))
    } else {
        String::new()
    };
    match &survey.asked {
        Asked::Customer(at) => text.entry("customer_id", &column(*at), &known),
        Asked::Order(at) => {
            let comment = format!("the customer is found through the order; {known}");
            text.entry("order_id", &column(*at), comment.trim_end_matches("; "));
        }
        Asked::Joined(_, name) => text.entry("customer_id", &quoted(name), "joined below"),
        Asked::Anonymous => {
            text.comment(
                "no column leads to a customer: the survey is anonymous, it makes figures and labels nobody",
            );
        }
    }
    if let Some(at) = survey.responded_at {
        let dates = super::why::values(super::roles::Role::OrderedAt, &table.columns[at]);
        text.entry("responded_at", &column(at), &format!("{dates}{}", other_dates(table, at)));
    }
    if let Some(long) = &survey.long {
        text.entry("item", &column(long.question), "the question");
        text.entry("answer", &column(long.answer), "");
        match long.response {
            Some(at) => text.entry("response_id", &column(at), "rows that share it are one response"),
            None if survey.asked == Asked::Anonymous => {
                text.gap();
                text.line("[surveys.rules]", "");
                text.entry("response", &quoted("row"), "no column tells responses apart: each row is one");
            }
            None => {}
        }
    }
    text.gap();
}

fn other_dates(table: &Table, chosen: usize) -> String {
    let others = table.columns.iter().enumerate().filter(|(at, c)| *at != chosen && c.profile.is_date());
    let names: Vec<String> = others.map(|(_, c)| format!("`{}`", c.name)).collect();
    if names.is_empty() { String::new() } else { format!("; could also be {}", names.join(", ")) }
}

fn item(text: &mut Text, item: &Item) {
    text.line("[[surveys.items]]", &item.why);
    text.entry("column  ", &quoted(&item.name), "");
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
    if !item.missing.is_empty() {
        text.entry("missing ", &format!("[{}]", item.missing.join(", ")), "are they no answers?");
    }
    if let Some(dimension) = &item.dimension {
        text.entry("dimension", &quoted(dimension), "the part of the service it judges");
    }
    text.gap();
}

/// Questions that nobody here understands, ready to be taken up.
fn unclear(text: &mut Text, survey: &Survey) {
    if survey.unclear.is_empty() {
        return;
    }
    text.comment(
        "These look like answers, too, but it is not clear to what. Take the # away from those that belong here and say what \
         they measure: satisfaction, recommend, repurchase, effort, expectation, perception, other.",
    );
    for unclear in &survey.unclear {
        let mut block = Text::default();
        item(&mut block, unclear);
        block
            .finish()
            .lines()
            .filter(|line| !line.is_empty())
            .for_each(|line| text.line(&format!("# {line}"), ""));
    }
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
