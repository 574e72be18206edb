//! Surveys: which columns are questions, what they ask about, on which scale, and who answered.

use super::ladders::{Scale, labels};
use super::links::{Link, reachable};
use super::profile::NEARLY_ALL;
use super::roles::{Role, by_words, can_be};
use super::sales::Sales;
use super::tables::{Column, Table, thousands};
#[allow(clippy::enum_glob_use, reason = "lists of concepts read as words")]
use super::words::Concept::*;
use super::words::{Concepts, words};
use crate::ingest::text::fold_digits;
use crate::schema::Measure;

/// A question.
#[derive(Clone, Debug)]
pub(super) struct Item {
    /// Its column.
    pub(super) column: usize,
    /// What it asks about.
    pub(super) measures: Measure,
    /// How it is answered.
    pub(super) scale: Scale,
    /// The highest answer is the worst.
    pub(super) reversed: bool,
    /// The part of the service that it asks about, in the words of the header.
    pub(super) dimension: Option<String>,
    /// Why, in words.
    pub(super) why: String,
}

/// Who answered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Asked {
    /// The customer in this column.
    Customer(usize),
    /// The customer of the order in this column.
    Order(usize),
    /// The customer in a table joined over these links, in the column of this name.
    Joined(Vec<usize>, String),
    /// Nobody knows.
    Anonymous,
}

/// A survey.
#[derive(Clone, Debug)]
pub(super) struct Survey {
    /// The table.
    pub(super) table: usize,
    /// Who answered.
    pub(super) asked: Asked,
    /// Share of distinct ids that the sales know.
    pub(super) known: f64,
    /// When.
    pub(super) responded_at: Option<usize>,
    /// The questions whose meaning is clear.
    pub(super) items: Vec<Item>,
    /// Columns that look like answers to questions nobody here understands.
    pub(super) unclear: Vec<usize>,
}

/// Words of headers that ask about what a survey measures.
const ASKS: Concepts =
    Concepts::of(&[Rating, Satisfaction, Quality, Recommend, Again, Effort, Expectation, Perception]);

/// Words of headers whose small numbers are no answers.
const NO_ANSWER: Concepts = Concepts::of(&[
    Quantity, Line, Birth, Id, Price, Amount, Sales, Total, Size, Method, Date, Time, Discount, Refund,
    Priority, Place, Cost, Tax, Paid, Summary,
]);

/// Whether a column is answered in steps of a scale.
pub(super) fn is_answer(column: &Column) -> bool {
    // A question may speak of prices and visits; a name that does is none.
    let named_otherwise = !column.header.is_question && column.header.concepts.has_any(NO_ANSWER);
    !named_otherwise && (is_scale(column) || labels(&column.values).is_some())
}

/// Small whole numbers from zero or one on, few of them, again and again.
fn is_scale(column: &Column) -> bool {
    let p = &column.profile;
    let few = (3..=15).contains(&p.distinct) && p.distinct * 2 < p.filled.max(9);
    p.is_number()
        && p.integers >= NEARLY_ALL
        && p.low >= 0.0
        && few
        && p.zero_led == 0.0
        && top(column).is_some()
}

/// Whether a column is answered in steps, and its header asks for a judgement or its labels are one.
pub(super) fn is_item(column: &Column) -> bool {
    is_answer(column)
        && (column.header.concepts.has_any(ASKS) || labels(&column.values).is_some_and(|s| s.judges()))
}

/// The usual scale that nearly all answers are on, by its end; the others are slips or stand for no answer.
fn top(column: &Column) -> Option<i64> {
    const ON_SCALE: f64 = 0.97;
    const TOPS: [i64; 3] = [5, 7, 10];
    let within = |top: i64| {
        let answers = column
            .values
            .distinct()
            .filter_map(|(text, rows)| Some((fold_digits(text).parse::<f64>().ok()?, rows)));
        let rows: u32 = answers.filter(|(answer, _)| *answer <= top as f64).map(|(_, rows)| rows).sum();
        f64::from(rows) >= ON_SCALE * column.profile.filled as f64
    };
    TOPS.into_iter().find(|top| within(*top))
}

/// What an item asks about.
fn measure(column: &Column) -> Measure {
    let said = column.header.concepts;
    let all = [
        (Recommend, Measure::Recommend),
        (Expectation, Measure::Expectation),
        (Perception, Measure::Perception),
        (Again, Measure::Repurchase),
        (Effort, Measure::Effort),
    ];
    all.into_iter()
        .find(|(concept, _)| said.has(*concept))
        .map_or(Measure::Satisfaction, |(_, measure)| measure)
}

/// The survey in a table; `None` when it has no question that is understood and none that is not.
pub(super) fn survey(
    tables: &[Table],
    links: &[Link],
    table: usize,
    sales: Option<&Sales>,
) -> Option<Survey> {
    let columns = &tables[table].columns;
    let answers: Vec<usize> = (0..columns.len()).filter(|c| is_answer(&columns[*c])).collect();
    let (clear, unclear): (Vec<usize>, Vec<usize>) = answers.into_iter().partition(|c| is_item(&columns[*c]));
    if clear.is_empty() && unclear.is_empty() {
        return None;
    }
    // Questions of one form mostly share a scale; the one whether people recommend often has its own.
    let shared = clear
        .iter()
        .filter(|c| measure(&columns[**c]) != Measure::Recommend)
        .filter_map(|c| top(&columns[*c]))
        .max()
        .unwrap_or(0);
    let items = clear.iter().map(|c| item(*c, &columns[*c], shared)).collect();
    let (asked, known) = sales.map_or((Asked::Anonymous, 0.0), |sales| asked(tables, links, table, sales));
    Some(Survey { table, asked, known, responded_at: responded_at(columns), items, unclear })
}

fn item(at: usize, column: &Column, shared: i64) -> Item {
    let p = &column.profile;
    let measures = measure(column);
    let answers = thousands(p.filled as u64);
    let (scale, mut why) = if let Some(scale) = labels(&column.values) {
        (scale, format!("{answers} answers in words"))
    } else {
        let own = top(column).unwrap_or(10);
        let high = if measures == Measure::Recommend { own } else { own.max(shared) };
        let from_zero = p.low < 1.0 || measures == Measure::Recommend && high == 10;
        let beyond = if p.high > high as f64 { "; those off the scale are set aside" } else { "" };
        let seen = format!("{answers} answers from {} to {}{beyond}", p.low, p.high);
        (Scale::Range([i64::from(!from_zero), high]), seen)
    };
    let reversed = is_reversed(column);
    if reversed {
        why.push_str("; the words say that high is bad");
    }
    Item { column: at, measures, scale, reversed, dimension: dimension(column, measures), why }
}

/// A header that is no question and not about everything names the part that is judged.
fn dimension(column: &Column, measures: Measure) -> Option<String> {
    const WHOLE: Concepts = Concepts::of(&[Satisfaction, Rating]);
    let part = measures == Measure::Satisfaction
        && !column.header.is_question
        && !column.header.concepts.has_any(WHOLE);
    part.then(|| column.name.trim().to_lowercase())
}

/// The header asks how hard, not how easy, or how often something went wrong.
fn is_reversed(column: &Column) -> bool {
    const HARD: [&str; 14] = [
        "effort",
        "difficult",
        "difficulty",
        "hard",
        "problems",
        "aufwand",
        "muhe",
        "schwierig",
        "esfuerzo",
        "dificil",
        "esforco",
        "difficile",
        "zor",
        "تلاش",
    ];
    words(&column.name).iter().any(|word| HARD.contains(&word.as_str()))
}

/// The date of the answer: named so, else any date that is not about something else.
fn responded_at(columns: &[Column]) -> Option<usize> {
    let rank = |column: &Column| {
        let said = column.header.concepts;
        let (answer, created) = (said.has(Answer), said.has(Created));
        if said.has_any(Concepts::of(&[Birth, Delivery, Due, Order])) {
            return 0;
        }
        1 + u32::from(said.has(Date) || said.has(Time)) + u32::from(created) + 4 * u32::from(answer)
    };
    let dated = (0..columns.len()).filter(|c| columns[*c].profile.dates.is_settled());
    // The first of equals: `max_by_key` would take the last.
    dated.filter(|c| rank(&columns[*c]) > 0).rev().max_by_key(|c| rank(&columns[*c]))
}

/// Share of ids that the sales must know for a column to lead to customers.
const LEADS: f64 = 0.5;

/// The column that leads to a customer of the sales, and the share of its ids that do.
fn asked(tables: &[Table], links: &[Link], table: usize, sales: &Sales) -> (Asked, f64) {
    let columns = &tables[table].columns;
    let best = |role: Role| {
        let ids: std::collections::BTreeSet<String> = sales.pick(role).map(|p| p.values().ids().collect())?;
        let may = |c: &usize| by_words(role, &columns[*c]).is_some() && can_be(role, &columns[*c]);
        let known = |c: usize| {
            let found = columns[c].values.ids().filter(|id| ids.contains(id)).count();
            (c, found as f64 / columns[c].profile.distinct.max(1) as f64)
        };
        let found = (0..columns.len()).filter(may).map(known).filter(|(_, share)| *share >= LEADS);
        found.rev().max_by(|a, b| a.1.total_cmp(&b.1))
    };
    if let Some((column, known)) = best(Role::Customer) {
        return (Asked::Customer(column), known);
    }
    if let Some((column, known)) = best(Role::Order) {
        return (Asked::Order(column), known);
    }
    let joined = sales.pick(Role::Customer).and_then(|pick| {
        let way = reachable(links, table)
            .into_iter()
            .find(|(to, way)| *to == pick.chosen.table && !way.is_empty())?
            .1;
        let hidden = columns.iter().any(|column| column.name == pick.column.name);
        let matched = links[way[0]].matched;
        (!hidden).then(|| (Asked::Joined(way, pick.column.name.clone()), matched))
    });
    joined.unwrap_or((Asked::Anonymous, 0.0))
}
