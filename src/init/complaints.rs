//! Complaints: which column says what about one, and whether a row is a complaint or an event of one.

use super::kinds::{Kind, kind};
use super::links::Link;
use super::sales::Sales;
use super::surveys::{Asked, LEADS, asked, named};
use super::tables::{Column, Table};
#[allow(clippy::enum_glob_use, reason = "lists of concepts read as words")]
use super::words::Concept::{self, *};
use super::words::{Concepts, words};
use crate::config::complaints::ComplaintRules;
use crate::ingest::text::key;

/// The complaints among the exports.
#[derive(Clone, Debug)]
pub(super) struct Complaints {
    /// The table.
    pub(super) table: usize,
    /// Who complained.
    pub(super) asked: Asked,
    /// Share of distinct ids that the sales know.
    pub(super) known: f64,
    /// Keys of `[complaints.columns]` with their columns and why, in the order of the configuration.
    pub(super) columns: Vec<(&'static str, usize, String)>,
    /// Rows are events, and those with the same id belong to one complaint.
    pub(super) events: bool,
    /// States in which a complaint is settled, where the engine's own words know none of them.
    pub(super) states: Vec<String>,
    /// Questions for a person.
    pub(super) open: Vec<String>,
}

/// Rows of one complaint from which on rows are events.
const EVENTS: f64 = 1.2;

/// Words of headers that count how often a complaint was opened again.
const REOPENED: &str = "reopen reopened reopens reopening wiedereroffnet reabierto reaberto rouvert بازگشایی";
/// Words of headers that say what a complaint is about.
const TOPIC: &str = "topic subject reason cause thema grund asunto motivo assunto sujet konu موضوع علت";
/// Words beside `type` in headers that say how people got in touch.
const TOUCH: &str = "contact intake kontakt contacto contato تماس";

/// The complaints in the largest table of that kind; `None` when there is none, or when no column says when one was
/// opened.
pub(super) fn complaints(tables: &[Table], links: &[Link], sales: Option<&Sales>) -> Option<Complaints> {
    let others = (0..tables.len()).filter(|at| sales.is_none_or(|sales| sales.main != *at));
    let of_kind = others.filter(|at| kind(&tables[*at]) == Kind::Complaints);
    let table = of_kind.rev().max_by_key(|at| tables[*at].rows)?;
    let (asked, known) = match sales {
        Some(sales) => asked(tables, links, table, sales),
        None => (named(&tables[table].columns), 1.0),
    };
    let mut found = Finder { table: &tables[table], columns: Vec::new(), open: Vec::new() };
    let events = found.find(&asked)?;
    let states = found.states();
    if sales.is_some() && asked == Asked::Anonymous {
        found.open.push(format!(
            "{}: no column leads to a customer of the sales: who complained? The complaints give rates and times only",
            tables[table].shown()
        ));
    }
    let Finder { columns, open, .. } = found;
    Some(Complaints { table, asked, known, columns, events, states, open })
}

/// Columns found so far.
struct Finder<'a> {
    table: &'a Table,
    columns: Vec<(&'static str, usize, String)>,
    open: Vec<String>,
}

impl Finder<'_> {
    /// Finds every column; tells whether rows are events.
    fn find(&mut self, asked: &Asked) -> Option<bool> {
        let person = match asked {
            Asked::Customer(at) | Asked::Order(at) => Some(*at),
            _ => None,
        };
        let id = self.best(&|c| if person == self.table.column(&c.name) { 0 } else { is_id(c) });
        let events = id.is_some_and(|at| self.table.columns[at].profile.rows_each() >= EVENTS);
        if let Some(at) = id {
            let rows = self.table.columns[at].profile.rows_each();
            let why = if events { format!("{rows:.1} rows each: a row is an event") } else { String::new() };
            self.take("complaint_id", at, why);
        }
        self.time(
            "opened_at",
            &[(&[Opened], 3), (&[Complaint], 2), (&[Created], 2), (&[Date], 1), (&[Time], 1)],
        );
        self.time("first_response_at", &[(&[First, Answer], 2), (&[Answer], 1)]);
        self.time("resolved_at", &[(&[Resolved], 2)]);
        if events {
            self.time("event_at", &[(&[Updated], 2)]);
        }
        // `state` alone is read as a place elsewhere.
        self.text("state", &|c| if c.says(Status) { 2 } else { u32::from(says(c, "state")) });
        self.counted("reopened");
        self.text("category", &|c| {
            let plain = words(&c.name).len() == 1;
            u32::from((c.says(Category) || says(c, TOPIC)) && !touches(c)) * (1 + u32::from(plain))
        });
        self.text("channel", &|c| if touches(c) { 2 } else { u32::from(c.says(Method)) });
        self.doubt();
        let opened = ["opened_at", "event_at"].iter().any(|key| self.has(key));
        opened.then_some(events)
    }

    fn has(&self, key: &str) -> bool {
        self.columns.iter().any(|(known, ..)| *known == key)
    }

    fn take(&mut self, key: &'static str, at: usize, why: String) {
        self.columns.push((key, at, why));
    }

    fn is_free(&self, at: usize) -> bool {
        self.columns.iter().all(|(_, taken, _)| *taken != at)
    }

    /// The first column of the highest rank above 0 that nothing else has.
    fn best(&self, rank: &dyn Fn(&Column) -> u32) -> Option<usize> {
        let columns = &self.table.columns;
        let ranked = (0..columns.len()).filter(|at| self.is_free(*at)).map(|at| (at, rank(&columns[at])));
        ranked.filter(|(_, rank)| *rank > 0).rev().max_by_key(|(_, rank)| *rank).map(|(at, _)| at)
    }

    /// A column of times whose header says one of these; the surest first.
    fn time(&mut self, key: &'static str, patterns: &[(&[Concept], u32)]) {
        // What happens in the life of a complaint; each time is of one of these.
        const LIFE: Concepts =
            Concepts::of(&[Opened, Resolved, Updated, Answer, Due, Birth, Order, Delivery, Paid]);
        let rank = |c: &Column| {
            let said = c.header.concepts;
            let fits = |needs: &[Concept]| {
                let needs = Concepts::of(needs);
                said.has_all(needs) && said.and(LIFE).beyond(needs) == 0
            };
            let best = patterns.iter().filter(|(needs, _)| fits(needs)).map(|(_, rank)| *rank).max();
            if c.profile.is_date() { best.unwrap_or(0) } else { 0 }
        };
        let Some(at) = self.best(&rank) else { return };
        let columns = &self.table.columns;
        let same = |other: &usize| {
            *other != at && self.is_free(*other) && rank(&columns[*other]) == rank(&columns[at])
        };
        let others: Vec<String> =
            (0..columns.len()).filter(same).map(|o| format!("`{}`", columns[o].name)).collect();
        let why =
            if others.is_empty() { String::new() } else { format!("could also be {}", others.join(", ")) };
        if !columns[at].profile.dates.is_settled() {
            self.open.push(format!(
                "`{}` of the complaints can be read in two ways: declare `timestamp_format` in [complaints.rules]",
                columns[at].name
            ));
        }
        self.take(key, at, why);
    }

    /// A column of few different words.
    fn text(&mut self, key: &'static str, rank: &dyn Fn(&Column) -> u32) {
        let is_label = |c: &Column| {
            let p = &c.profile;
            (2..=200).contains(&p.distinct) && !p.is_date() && p.letters > 0.5 && p.prose < 0.2
        };
        if let Some(at) = self.best(&|c| if is_label(c) { rank(c) } else { 0 }) {
            self.take(key, at, String::new());
        }
    }

    fn counted(&mut self, key: &'static str) {
        if let Some(at) = self.best(&|c| u32::from(says(c, REOPENED) && !c.profile.is_date())) {
            self.take(key, at, String::new());
        }
    }

    /// States that settle a complaint, where nothing else says when one is settled.
    fn states(&mut self) -> Vec<String> {
        let state = self.columns.iter().find(|(key, ..)| *key == "state").map(|(_, at, _)| *at);
        let Some(at) = state.filter(|_| !self.has("resolved_at")) else { return Vec::new() };
        let column = &self.table.columns[at];
        let usual = ComplaintRules::default().resolved_states;
        let known = |text: &str| usual.iter().any(|word| key(word) == key(text));
        if column.values.texts.iter().any(|text| known(text)) {
            return Vec::new();
        }
        let states = column.values.texts.clone();
        self.open.push(format!(
            "which of `{}` in `{}` settle a complaint? see `resolved_states`; all are open now",
            states.join("`, `"),
            column.name
        ));
        states
    }

    fn doubt(&mut self) {
        if !self.has("resolved_at") && !self.has("state") {
            self.open.push(format!(
                "{}: no column says when or whether a complaint was settled: all are open",
                self.table.shown()
            ));
        }
    }
}

/// How surely a column names the complaint.
fn is_id(column: &Column) -> u32 {
    const OTHERS: Concepts = Concepts::of(&[
        Customer, Person, Order, Product, Seller, Category, Status, Opened, Resolved, Updated, Created,
        Method, Place, Priority, Comment,
    ]);
    let (said, p) = (column.header.concepts, &column.profile);
    if !p.names_things() || p.missing() > 0.01 || p.distinct * 20 < p.filled {
        return 0;
    }
    match (said.has(Complaint), said.has(Id)) {
        _ if said.has_any(OTHERS) => 0,
        (true, true) => 3,
        (true, false) => 2,
        (false, true) => 1,
        (false, false) => 0,
    }
}

/// The header says how people got in touch, as `contact_type` does.
fn touches(column: &Column) -> bool {
    column.says(Category) && says(column, TOUCH)
}

/// A word of the header is one of these.
fn says(column: &Column, list: &str) -> bool {
    words(&column.name).iter().any(|word| list.split_whitespace().any(|listed| listed == word))
}

/// Whether nearly all of the ids are of customers that the sales know.
pub(super) fn is_known(complaints: &Complaints) -> bool {
    complaints.known > 1.0 - (1.0 - LEADS) / 10.0
}
