//! A configuration for surveys and complaints without sales.

use std::path::Path;

use chrono::{DateTime, Utc};

use super::complaints::{Complaints, complaints};
use super::kinds::{Kind, kind};
use super::render_complaints::section;
use super::render_surveys::each;
use super::sentences::seen;
use super::surveys::{Survey, survey};
use super::tables::Table;
use super::toml_text::{Text, quoted};
use super::words::are_persian;
use super::{Proposal, accepted_of};
use crate::pipeline::reading::Findings;
use crate::pipeline::{self, Observer};
use crate::{Config, Error, Result};

/// Proposes a configuration for the surveys and complaints among tables without sales; `None` when there is neither.
///
/// # Errors
/// `Io` and `Internal` of the trial; what does not fit is a question, not an error.
pub(super) fn propose(
    base: &Path,
    tables: &[Table],
    observer: &mut dyn Observer,
) -> Result<Option<Proposal>> {
    let forms = (0..tables.len()).filter(|at| kind(&tables[*at]) == Kind::Survey);
    let mut surveys: Vec<Survey> = forms.filter_map(|at| survey(tables, &[], at, None)).collect();
    let complaints = complaints(tables, &[], None);
    if surveys.is_empty() && complaints.is_none() {
        return Ok(None);
    }
    let mut open: Vec<String> =
        surveys.iter_mut().filter_map(|survey| assume(&tables[survey.table], survey)).collect();
    let dated = complaints.is_some() || surveys.iter().any(|survey| survey.responded_at.is_some());
    let as_of = if dated { None } else { newest_change(tables, &surveys)? };
    open.extend(as_of.is_some().then(|| {
        "the answers have no dates: is `as_of`, on which the file was last changed, the day they were given?".to_owned()
    }));
    open.extend(surveys.iter().flat_map(|survey| survey.open.clone()));
    open.extend(complaints.iter().flat_map(|complaints| complaints.open.clone()));
    let alone = Alone { base, tables, surveys: &surveys, complaints: complaints.as_ref(), as_of };
    let tried =
        Config::parse(&alone.text(true, &open), base).and_then(|config| pipeline::check(&config, observer));
    let mut said: Vec<String> = tables.iter().map(seen).collect();
    let runs = match tried {
        Ok(Findings { gate: None, tables, .. }) => {
            let accounts = tables.iter().map(|t| (&t.name, &t.account));
            said.extend(accounts.map(|(name, a)| accepted_of(name, a.rows_accepted, a.rows_read)));
            true
        }
        Ok(Findings { gate: Some(error), .. })
        | Err(error @ (Error::Config { .. } | Error::Input { .. } | Error::Gate { .. })) => {
            open.insert(0, error.to_string());
            false
        }
        Err(other) => return Err(other),
    };
    Ok(Some(Proposal { config: alone.text(runs, &open), runs, said, open }))
}

/// Where no header says what is asked, all questions are taken to be about satisfaction, and a person is asked.
fn assume(table: &Table, survey: &mut Survey) -> Option<String> {
    if !survey.items.is_empty() {
        return None;
    }
    survey.items = std::mem::take(&mut survey.unclear);
    let names: Vec<&str> = survey.items.iter().map(|item| item.name.as_str()).collect();
    Some(format!(
        "{}: the headers do not say what `{}` ask: they are taken to measure satisfaction",
        table.shown(),
        names.join("`, `")
    ))
}

/// The day on which the newest file was last changed.
fn newest_change(tables: &[Table], surveys: &[Survey]) -> Result<Option<String>> {
    let mut newest = None;
    for file in surveys.iter().flat_map(|survey| &tables[survey.table].files) {
        let changed = std::fs::metadata(file.path())
            .and_then(|m| m.modified())
            .map_err(Error::io("read", file.path()))?;
        newest = newest.max(Some(DateTime::<Utc>::from(changed)));
    }
    Ok(newest.map(|at| at.date_naive().to_string()))
}

struct Alone<'a> {
    base: &'a Path,
    tables: &'a [Table],
    surveys: &'a [Survey],
    complaints: Option<&'a Complaints>,
    as_of: Option<String>,
}

impl Alone<'_> {
    /// The whole configuration; `open` are the questions for a person.
    fn text(&self, runs: bool, open: &[String]) -> String {
        let mut text = Text::default();
        text.comment("Written by `moshtari init`; a comment says what each choice rests on.");
        text.comment(if runs {
            "It runs as it is: moshtari run -c FILE. What would be set aside, and why: moshtari check -c FILE."
        } else {
            "It does not run yet: the first question below has to be answered."
        });
        text.comment(
            "There are no sales among the exports: what people said is measured, and nothing that needs to know what was bought.",
        );
        text.comment("");
        text.comment(if open.is_empty() { "Nothing was left undecided." } else { "Could not decide:" });
        for (at, question) in open.iter().enumerate() {
            text.listed(&format!("{}.", at + 1), question);
        }
        text.gap();
        self.run(&mut text);
        // Nothing is joined where there are no sales to join to.
        each(&mut text, self.tables, self.base, self.surveys, &mut |_, _| {});
        self.complaints.iter().for_each(|found| section(&mut text, self.tables, self.base, found));
        text.finish()
    }

    fn run(&self, text: &mut Text) {
        text.line("[run]", "");
        text.entry("output  ", &quoted("results"), "where results are published, relative to this file");
        match &self.as_of {
            Some(day) => text.entry("as_of   ", &quoted(day), "the day from which the answers are looked at"),
            None => text.comment("as_of is left out: the day of the last answer or complaint"),
        }
        let names = self.surveys.iter().flat_map(|survey| &survey.items).map(|item| item.name.as_str());
        if are_persian(names) {
            text.entry(
                "locale  ",
                &quoted("fa"),
                "the questions are Persian; \"en\" for a report in English",
            );
        }
        text.gap();
    }
}
