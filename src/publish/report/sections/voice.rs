//! Figures, words and numbers of one language, in one hand.

use crate::Result;
use crate::config::run::Language;
use crate::publish::report::Settings;
use crate::publish::report::figures::Figures;
use crate::publish::report::numbers::Numbers;
use crate::publish::report::page::{Said, TableCell};
use crate::publish::report::words::Words;
use crate::zone::Zone;

/// What a section speaks with.
pub(super) struct Voice<'a> {
    pub(super) figures: &'a Figures,
    pub(super) numbers: Numbers,
    pub(super) settings: Settings,
    pub(super) zone: Zone,
    words: Words,
}

/// RFM segments of the maps that come with the engine, best first; each has a colour of its own.
const SEGMENTS: [&str; 11] = [
    "champions",
    "loyal",
    "potential_loyalist",
    "new_customers",
    "promising",
    "need_attention",
    "about_to_sleep",
    "at_risk",
    "cannot_lose_them",
    "hibernating",
    "lost",
];

impl<'a> Voice<'a> {
    pub(super) fn new(figures: &'a Figures, language: Language, settings: Settings) -> Result<Self> {
        let zone = Zone::parse(figures.manifest["timezone"].as_str().unwrap_or("UTC"))?;
        Ok(Self { figures, numbers: Numbers { language }, settings, zone, words: Words::of(language)? })
    }

    pub(super) fn right_to_left(&self) -> bool {
        self.numbers.language == Language::Fa
    }

    /// An id that no other language of the page has.
    pub(super) fn id(&self, name: &str) -> String {
        format!("{}-{name}", self.numbers.language.code())
    }

    pub(super) fn get(&self, key: &str) -> String {
        self.words.get(key)
    }

    pub(super) fn fill(&self, key: &str, places: &[(&str, &str)]) -> String {
        self.words.fill(key, places)
    }

    pub(super) fn counted(&self, key: &str, n: f64, places: &[(&str, &str)]) -> String {
        self.words.count(key, n, places)
    }

    pub(super) fn optional(&self, key: &str) -> Option<String> {
        self.words.optional(key)
    }

    /// A note of the engine: its clauses in the language of the page, or all of it in English.
    pub(super) fn note(&self, english: &str) -> Said {
        let clause = |english: &str| {
            let (text, places) = self.words.clause(english)?;
            let written = |word: &str| {
                word.parse().map_or_else(|_| word.to_owned(), |number| self.numbers.short(number))
            };
            Some(places.iter().fold(text.to_owned(), |text, (place, word)| {
                text.replace(&format!("{{{place}}}"), &written(word))
            }))
        };
        if !self.right_to_left() {
            return english.to_owned().into();
        }
        let clauses: Option<Vec<String>> = english.split("; ").map(clause).collect();
        match clauses {
            Some(clauses) => clauses.join("؛ ").into(),
            None => Said { text: english.to_owned(), foreign: true },
        }
    }

    /// A cell with the note of a row.
    pub(super) fn note_cell(&self, note: Option<&str>) -> TableCell {
        note.map_or_else(TableCell::default, |note| TableCell::said(self.note(note))).ground("said")
    }

    pub(super) fn label(&self, group: &str, stored: &str) -> String {
        self.words.label(group, stored)
    }

    /// The name of an RFM segment; of those without one where there is none.
    pub(super) fn segment(&self, stored: Option<&str>) -> String {
        stored.map_or_else(|| self.get("segment_none"), |name| self.label("segment", name))
    }

    pub(super) fn count(&self, value: f64) -> String {
        self.numbers.count(value)
    }

    /// Money as a table shows it: in whole units from a hundred on.
    pub(super) fn money(&self, value: f64) -> String {
        self.numbers.decimal(value, if value.abs() >= 100.0 || value == 0.0 { 0 } else { 2 })
    }

    pub(super) fn percent(&self, share: f64) -> String {
        self.numbers.percent(share)
    }

    /// Heads of a table: a key under `column.` each, with whether the column is numeric.
    pub(super) fn heads(&self, heads: &[(&str, bool)]) -> Vec<(String, bool)> {
        heads.iter().map(|(key, numeric)| (self.get(&format!("column.{key}")), *numeric)).collect()
    }

    pub(super) fn count_cell(&self, value: Option<f64>) -> TableCell {
        TableCell::figure(value, |v| self.count(v))
    }

    pub(super) fn money_cell(&self, value: Option<f64>) -> TableCell {
        TableCell::figure(value, |v| self.money(v))
    }

    pub(super) fn percent_cell(&self, value: Option<f64>) -> TableCell {
        TableCell::figure(value, |v| self.percent(v))
    }

    /// A figure with this many decimals.
    pub(super) fn decimal_cell(&self, value: Option<f64>, decimals: usize) -> TableCell {
        TableCell::figure(value, |v| self.numbers.decimal(v, decimals))
    }

    /// Whether a survey was read.
    pub(super) fn has_surveys(&self) -> bool {
        let read = self.figures.manifest["accounting"].as_object();
        let others = ["transactions", "complaints", "customers"];
        read.is_some_and(|tables| tables.keys().any(|name| !others.contains(&name.as_str())))
    }

    /// Figures of a group that is too small stay out where the configuration says so.
    pub(super) fn is_masked(&self, customers: u64) -> bool {
        self.settings.minimum_group.is_some_and(|least| customers < u64::from(least))
    }
}

/// The class that colours a segment; `place` is its place in the map, for maps of one's own.
pub(super) fn segment_class(name: &str, place: usize) -> String {
    let known = SEGMENTS.iter().position(|segment| *segment == name);
    format!("seg-{}", known.unwrap_or(place % SEGMENTS.len()))
}
