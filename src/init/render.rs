//! The plan as a configuration with comments.

use std::path::PathBuf;

use super::paths;
use super::plan::Plan;
use super::render_complaints::complaints;
use super::render_rules::rules;
use super::render_surveys::surveys;
use super::roles::Role;
use super::tables::Table;
use super::toml_text::{Text, key, list, quoted};
use super::trial::Trial;
use super::why::{percent, why};
use super::words::are_persian;
use crate::config::source::EVERY_SHEET;
use crate::ingest::source::OpenFile;

/// What the configuration is written for.
#[derive(Clone, Copy, Debug)]
pub(super) enum Purpose<'a> {
    /// A trial reading: no gate stops it, and what a person has to decide is decided somehow.
    Trial,
    /// People, with what the trial found.
    People(&'a Trial),
}

impl<'a> Purpose<'a> {
    /// Whether this is only a trial.
    pub(super) fn is_trial(self) -> bool {
        matches!(self, Self::Trial)
    }

    /// What the trial found.
    pub(super) fn trial(self) -> Option<&'a Trial> {
        match self {
            Self::Trial => None,
            Self::People(trial) => Some(trial),
        }
    }
}

/// The whole configuration. `runs` says whether it needs no answer first, `open` are the questions for a person, `mentions` what the other exports are.
pub(super) fn render(
    plan: &Plan<'_>,
    purpose: Purpose<'_>,
    runs: bool,
    open: &[String],
    mentions: &[String],
) -> String {
    let mut text = Text::default();
    preface(&mut text, plan, runs, open);
    run(&mut text, plan, purpose);
    transactions(&mut text, plan);
    joins(&mut text, plan);
    rules(&mut text, plan, purpose);
    surveys(&mut text, plan);
    complaints(&mut text, plan);
    rest(&mut text, mentions);
    text.finish()
}

fn preface(text: &mut Text, plan: &Plan<'_>, runs: bool, open: &[String]) {
    text.comment("Written by `moshtari init`; a comment says what each choice rests on.");
    text.comment(if runs {
        "It runs as it is: moshtari run -c FILE. What would be set aside, and why: moshtari check -c FILE."
    } else {
        "It does not run yet: the first question below has to be answered."
    });
    text.comment(
        "Between columns that could be the same thing: the surer header, then the nearer table, then the fuller column, \
         then the first.",
    );
    if !plan.main().complete {
        let rows = super::tables::thousands(plan.main().rows as u64);
        text.comment(&format!("Figures beside columns are of a sample of {rows} rows."));
    }
    text.comment("");
    if open.is_empty() {
        text.comment("Nothing was left undecided. What is suggested below stands behind a #.");
    } else {
        text.comment("Could not decide:");
    }
    for (at, question) in open.iter().enumerate() {
        text.listed(&format!("{}.", at + 1), question);
    }
    text.gap();
}

fn run(text: &mut Text, plan: &Plan<'_>, purpose: Purpose<'_>) {
    text.line("[run]", "");
    text.entry("output  ", &quoted("results"), "where results are published, relative to this file");
    if let Some(trial) = purpose.trial().filter(|trial| !trial.as_of.is_empty()) {
        let comment = "left out: the day of the last accepted row, which is this one now";
        text.suggestion("as_of", &quoted(&trial.as_of), comment);
    }
    let dates = plan.sales.pick(Role::OrderedAt).map(|at| &at.profile().dates);
    let is_persian = are_persian(plan.sales.picks.values().map(|pick| pick.column.name.as_str()));
    if is_persian {
        text.entry("locale  ", &quoted("fa"), "the headers are Persian; \"en\" for a report in English");
    }
    if let Some(known) = dates.and_then(super::dates::Dates::known_by) {
        let comment = format!("{known}; the zone that decides the day, now UTC");
        text.suggestion("timezone", &quoted("Europe/London"), &comment);
    } else if dates.is_some_and(super::dates::Dates::has_clock) {
        let comment = "times name no zone and are taken for UTC; the shop's zone says which day a late order belongs to";
        let zone = if is_persian { "Asia/Tehran" } else { "Europe/London" };
        text.suggestion("timezone", &quoted(zone), comment);
    }
    text.gap();
}

/// The sheets of so many workbooks, where these have several.
fn sheets(text: &mut Text, table: &Table, workbooks: usize) {
    let mut names: Vec<&str> = table.files.iter().filter_map(OpenFile::sheet).collect();
    match (workbooks, &names[..]) {
        (_, []) => {}
        (1, [name]) => text.entry("sheet", &quoted(name), "the workbook has others"),
        (1, _) => text.entry("sheet", &list(names.iter().copied()), "of one table, one after the other"),
        _ => {
            names.sort_unstable();
            names.dedup();
            let value = if let [name] = names[..] { name } else { EVERY_SHEET };
            text.entry("sheet", &quoted(value), "");
        }
    }
}

/// `files` and, where it matters, what the engine is told about the files' form.
pub(super) fn files(text: &mut Text, table: &Table, base: &std::path::Path) {
    let mut paths: Vec<PathBuf> = table.files.iter().map(|file| file.path().to_path_buf()).collect();
    paths.dedup();
    let entries = paths::entries(&paths, base);
    let number = if paths.len() > 1 { format!("{} files; ", paths.len()) } else { String::new() };
    let form = format!("{number}{}", table.files[0].describe());
    if entries.len() > 1 {
        text.comment(&form);
        text.line("files = [", "");
        entries.iter().for_each(|entry| text.line(&format!("  {},", quoted(entry)), ""));
        text.line("]", "");
    } else {
        text.entry("files", &list(entries.iter().map(String::as_str)), &form);
    }
    sheets(text, table, paths.len());
    let described = table.files[0].describe();
    if let Some(found) = ["windows-", "iso-", "koi8", "ibm"].iter().find_map(|kind| described.find(kind)) {
        let name = described[found..].split(',').next().unwrap_or_default();
        text.suggestion(
            "encoding",
            &quoted(name),
            "found so; another one if letters beyond ASCII look wrong",
        );
    }
    if table.numbered {
        text.entry("header", "false", "no header: columns go by their number, from 1");
    }
}

fn transactions(text: &mut Text, plan: &Plan<'_>) {
    let main = plan.main();
    text.line("[transactions]", "");
    files(text, main, plan.base);
    if !plan.sales.picks.contains_key(&Role::Order) {
        let comment = "no order id: a customer's rows of one day are one order; \"row\" makes each row one";
        text.entry("order", &quoted("day"), comment);
    }
    text.gap();
    text.line("[transactions.columns]", "our word = \"their header\"");
    let width = plan.sales.picks.keys().map(|role| role.key().len()).max().unwrap_or(0);
    for role in Role::ALL {
        if let Some(pick) = plan.sales.pick(role) {
            text.entry(&format!("{:width$}", role.key()), &quoted(&pick.column.name), &why(plan, role, pick));
        }
    }
    if let Some(repeated) = &plan.money.repeated {
        let comment =
            "the order's money, on each of its lines: a sum over lines would count it several times";
        text.suggestion("amount", &quoted(repeated), comment);
    }
    text.gap();
}

fn joins(text: &mut Text, plan: &Plan<'_>) {
    for link in plan.sales.joins(plan.links) {
        join(text, plan, link, "[[transactions.join]]");
    }
}

/// One joined table.
pub(super) fn join(text: &mut Text, plan: &Plan<'_>, link: usize, section: &str) {
    let link = &plan.links[link];
    let (here, there) =
        (&plan.tables[link.from].columns[link.column], &plan.tables[link.to].columns[link.key]);
    let lends: Vec<String> = plan
        .sales
        .picks
        .iter()
        .filter(|(_, pick)| pick.chosen.table == link.to)
        .map(|(role, _)| role.key().to_owned())
        .collect();
    let for_what = if lends.is_empty() {
        "leads on to another table".to_owned()
    } else {
        format!("has {}", lends.join(", "))
    };
    text.line(section, &for_what);
    files(text, &plan.tables[link.to], plan.base);
    let found = if link.matched > 0.9995 {
        "every value is found there".to_owned()
    } else {
        format!("{} of the values are found there; rows of the others are set aside", percent(link.matched))
    };
    text.entry("on", &format!("{{ {} = {} }}", key(&here.name), quoted(&there.name)), &found);
    text.gap();
}

fn rest(text: &mut Text, mentions: &[String]) {
    if mentions.is_empty() {
        return;
    }
    text.comment("Exports that are not used:");
    mentions.iter().for_each(|mention| text.listed("-", mention));
}
