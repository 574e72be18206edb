//! Surveys: which columns are questions, what they ask about, on which scale, and who answered.

use super::directions;
use super::ladders::{Scale, labels, labels_and_missing, no_yes};
use super::links::{Link, reachable};
use super::long::{self, Long};
use super::roles::{Role, by_words, can_be};
use super::sales::Sales;
use super::steps::{Steps, steps};
use super::tables::{Column, Table, thousands};
use super::toml_text::quoted;
#[allow(clippy::enum_glob_use, reason = "lists of concepts read as words")]
use super::words::Concept::*;
use super::words::{Concepts, words};
use crate::schema::Measure;

/// A question.
#[derive(Clone, Debug)]
pub(super) struct Item {
    /// The question: the name of its column or, in the long layout, its text.
    pub(super) name: String,
    /// What it asks about.
    pub(super) measures: Measure,
    /// How it is answered.
    pub(super) scale: Scale,
    /// The highest answer is the worst.
    pub(super) reversed: bool,
    /// The part of the service that it asks about.
    pub(super) dimension: Option<String>,
    /// Answers that mean none, as values of the configuration.
    pub(super) missing: Vec<String>,
    /// Why, in words.
    pub(super) why: String,
}

impl Item {
    /// In the long layout all questions share the scale of the column of answers, and name what they are about.
    fn answered_as(&mut self, question: &Column, whole: &Steps) {
        if !question.header.is_question {
            self.dimension = Some(question.name.trim().to_lowercase());
        }
        if let Scale::Range(range) = &mut self.scale {
            *range = [if whole.low < 0 { -whole.top } else { whole.low.min(1) }, whole.top];
            self.missing = whole.missing.iter().map(i64::to_string).collect();
        }
    }
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
    /// The columns of question, answer and response, where each row is an answer.
    pub(super) long: Option<Long>,
    /// The questions whose meaning is clear.
    pub(super) items: Vec<Item>,
    /// Questions that nobody here understands.
    pub(super) unclear: Vec<Item>,
    /// Questions for a person.
    pub(super) open: Vec<String>,
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
    !named_otherwise && (steps(column).is_some_and(|s| s.low >= 0) || labels(&column.values).is_some())
}

/// Whether a column is answered in steps, and its header asks for a judgement or its labels are one.
pub(super) fn is_item(column: &Column) -> bool {
    let asks = column.header.concepts.has_any(ASKS);
    is_answer(column) && (asks || labels(&column.values).is_some_and(|s| s.judges()))
        || column.header.is_question && asks && no_yes(&column.values).is_some()
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
    let long = long::find(&tables[table]);
    let (clear, unclear): (Vec<Column>, Vec<Column>) = match &long {
        Some(long) => (long::questions(&tables[table], long), Vec::new()),
        None => columns.iter().filter(|c| is_answer(c) || is_item(c)).cloned().partition(is_item),
    };
    if clear.is_empty() && unclear.is_empty() {
        return None;
    }
    // Questions of one form mostly share a scale.
    let alike = if clear.is_empty() { &unclear } else { &clear };
    let shared = alike
        .iter()
        .filter(|c| !has_own_scale(measure(c)))
        .filter_map(|c| steps(c).map(|s| s.top))
        .max()
        .unwrap_or(0);
    let names: Vec<&str> = clear.iter().chain(&unclear).map(|c| c.name.as_str()).collect();
    let stems = directions::stems(&names);
    let whole = long.as_ref().and_then(|long| steps(&columns[long.answer]));
    let item = |c: &Column| {
        let mut item = item(c, shared);
        if let Some(whole) = &whole {
            item.answered_as(c, whole);
        }
        item.dimension = stems.get(&c.name).cloned().or(item.dimension);
        item
    };
    let items = clear.iter().map(item).collect();
    let guesses = unclear.iter().map(item).collect();
    let open = if long.is_some() { Vec::new() } else { directions::against_the_others(&clear) };
    let (asked, known) = match sales {
        Some(sales) => asked(tables, links, table, sales),
        None => (named(columns), 1.0),
    };
    let responded_at = responded_at(columns);
    Some(Survey { table, asked, known, responded_at, long, items, unclear: guesses, open })
}

/// The customer who answered, where nothing but the header says.
pub(super) fn named(columns: &[Column]) -> Asked {
    let is_customer = |c: &Column| {
        by_words(Role::Customer, c).is_some_and(|strength| strength > 0.5) && can_be(Role::Customer, c)
    };
    columns.iter().position(is_customer).map_or(Asked::Anonymous, Asked::Customer)
}

/// Whether people recommend is mostly asked on 0 to 10, effort on 1 to 7, whatever the rest of a form has.
fn has_own_scale(measures: Measure) -> bool {
    matches!(measures, Measure::Recommend | Measure::Effort)
}

fn item(column: &Column, shared: i64) -> Item {
    let measures = measure(column);
    let answers = thousands(column.profile.filled as u64);
    let mut missing = Vec::new();
    let (scale, mut why) = if let Some((scale, none)) = labels_and_missing(&column.values) {
        missing.extend(none.iter().map(|text| quoted(text)));
        (scale, format!("{answers} answers in words"))
    } else if let Some(scale) = no_yes(&column.values) {
        (scale, format!("{answers} answers that are yes or no"))
    } else {
        let own = steps(column).unwrap_or(Steps { low: 1, high: 10, top: 10, missing: Vec::new() });
        missing.extend(own.missing.iter().map(i64::to_string));
        let high = if has_own_scale(measures) || own.low < 0 { own.top } else { own.top.max(shared) };
        let low = match own.low {
            ..0 => -high,
            0 => 0,
            _ => i64::from(!(measures == Measure::Recommend && high == 10)),
        };
        let beyond = if own.high > high { "; those off the scale are set aside" } else { "" };
        (Scale::Range([low, high]), format!("{answers} answers from {} to {}{beyond}", own.low, own.high))
    };
    if !missing.is_empty() {
        why.push_str(&format!("; {} is taken for no answer", missing.join(", ")));
    }
    let reversed = is_reversed(column);
    if reversed {
        why.push_str("; the words say that high is bad");
    }
    let dimension = dimension(column, measures);
    Item { name: column.name.clone(), measures, scale, reversed, dimension, missing, why }
}

/// The part of the service that a question is about, by its first word that names one; a header that is no question
/// and not about everything names the part itself.
fn dimension(column: &Column, measures: Measure) -> Option<String> {
    const WHOLE: Concepts = Concepts::of(&[Satisfaction, Rating]);
    if !matches!(measures, Measure::Satisfaction | Measure::Expectation | Measure::Perception) {
        return None;
    }
    let part = |word: &str| PARTS.iter().find(|(_, names)| names.split_whitespace().any(|name| name == word));
    let named = words(&column.name).iter().find_map(|word| part(word)).map(|(part, _)| (*part).to_owned());
    let own = measures == Measure::Satisfaction
        && !column.header.is_question
        && !column.header.concepts.has_any(WHOLE);
    named.or_else(|| own.then(|| column.name.trim().to_lowercase()))
}

/// Parts of a service, and words that name them.
const PARTS: [(&str, &str); 8] = [
    ("delivery", "delivery shipping shipment arrival lieferung entrega livraison teslimat ارسال تحویل"),
    ("product", "product products quality taste item produkt produto producto produit محصول کالا کیفیت طعم"),
    ("value", "price prices value worth cost expensive preis precio preço prix fiyat قیمت ارزش"),
    ("service", "service staff support servicio atendimento خدمات پرسنل کارکنان پشتیبانی"),
    ("tangibles", "wi ambiance ambience clean cleanliness facilities equipment wifi محیط نظافت تجهیزات"),
    ("responsiveness", "prompt promptness fast speed quick waiting wait سرعت پاسخگویی"),
    ("reliability", "reliable reliability promised dependable accuracy accurate اطمینان"),
    ("empathy", "attention caring understand understanding individual همدلی توجه"),
];

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
pub(super) const LEADS: f64 = 0.5;

/// The column that leads to a customer of the sales, and the share of its ids that do.
pub(super) fn asked(tables: &[Table], links: &[Link], table: usize, sales: &Sales) -> (Asked, f64) {
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
