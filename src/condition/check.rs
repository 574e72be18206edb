//! A tree against the columns of a table: every test gets its types.

use super::Fault;
use super::columns::{Columns, Known};
use super::evaluate::{Test, Value};
use super::syntax::{Node, Op, Operand, Term};
use crate::config::AsOf;
use crate::error::closest;
use crate::schema::Kind;
use crate::zone::Zone;

/// The test that a tree means over these columns.
pub(super) fn typed(node: &Node, columns: &Columns) -> Result<Test, Fault> {
    let each = |nodes: &[Node]| nodes.iter().map(|n| typed(n, columns)).collect::<Result<Vec<_>, _>>();
    Ok(match node {
        Node::Any(nodes) => Test::Any(each(nodes)?),
        Node::All(nodes) => Test::All(each(nodes)?),
        Node::Not(node) => Test::Not(Box::new(typed(node, columns)?)),
        Node::Null { column } => Test::Null(known(column, columns)?.name.clone()),
        Node::Compare { at, left, op, right } => compare(*at, left, *op, right, columns)?,
        Node::In { column, values } => {
            let column = known(column, columns)?;
            Test::Any(
                values.iter().map(|v| against(column, Op::Equal, v, columns)).collect::<Result<_, _>>()?,
            )
        }
        Node::Between { column, low, high } => {
            let column = known(column, columns)?;
            Test::All(vec![
                against(column, Op::AtLeast, low, columns)?,
                against(column, Op::AtMost, high, columns)?,
            ])
        }
        Node::Contains { column, part } => contains(known(column, columns)?, part)?,
    })
}

fn known<'a>(operand: &Operand, columns: &'a Columns) -> Result<&'a Known, Fault> {
    let Term::Column(name) = &operand.term else {
        return Err(Fault::new(operand.at, format!("expected a column, found {}", shown(&operand.term))));
    };
    columns.find(name).ok_or_else(|| {
        let fault = Fault::new(operand.at, format!("there is no column `{name}`"));
        match closest(name, columns.names()) {
            Some(close) => fault.hint(format!("did you mean `{close}`?")),
            None => fault.hint("`moshtari schema` lists the columns; texts stand in single quotes"),
        }
    })
}

fn compare(at: usize, left: &Operand, op: Op, right: &Operand, columns: &Columns) -> Result<Test, Fault> {
    match (&left.term, &right.term) {
        (Term::Column(_), _) => against(known(left, columns)?, op, right, columns),
        (_, Term::Column(_)) => against(known(right, columns)?, op.turned(), left, columns),
        _ => Err(Fault::new(at, format!("`{}` compares two values", op.sign()))
            .hint("one side should be a column, without quotes")),
    }
}

/// What can be compared with what.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Class {
    Text,
    List,
    Number,
    Truth,
    Time,
}

impl Class {
    fn of(kind: Kind) -> Self {
        match kind {
            Kind::Text => Self::Text,
            Kind::TextList => Self::List,
            Kind::Bool => Self::Truth,
            Kind::Timestamp => Self::Time,
            _ => Self::Number,
        }
    }

    fn name(self) -> &'static str {
        match self {
            Self::Text => "a text",
            Self::List => "a list of texts",
            Self::Number => "a number",
            Self::Truth => "true or false",
            Self::Time => "a time",
        }
    }

    /// How a value of the class is written.
    fn way(self) -> &'static str {
        match self {
            Self::Text => "texts stand in single quotes: 'loyal'",
            Self::List => "ask a list for an item: contains 'item'",
            Self::Number => "numbers stand without quotes: 12.5",
            Self::Truth => "write true or false, without quotes",
            Self::Time => "dates stand in single quotes: '2011-12-01' or '2011-12-01T18:00'",
        }
    }
}

fn against(column: &Known, op: Op, value: &Operand, columns: &Columns) -> Result<Test, Fault> {
    let class = Class::of(column.kind);
    if class == Class::List {
        return Err(Fault::new(value.at, format!("`{}` is a list and cannot be compared", column.name))
            .hint(class.way()));
    }
    let other = if let Term::Column(_) = value.term { Some(known(value, columns)?) } else { None };
    if class == Class::Truth && !matches!(op, Op::Equal | Op::NotEqual) {
        return Err(Fault::new(
            value.at,
            format!("`{}` is true or false and has no `{}`", column.name, op.sign()),
        ));
    }
    if let Some(other) = other {
        if Class::of(other.kind) != class {
            let message = format!(
                "`{}` is {} and cannot be compared with `{}`, which is {}",
                column.name,
                class.name(),
                other.name,
                Class::of(other.kind).name()
            );
            return Err(Fault::new(value.at, message));
        }
        return Ok(Test::Columns {
            left: column.name.clone(),
            op,
            right: other.name.clone(),
            kind: column.kind,
        });
    }
    let value = match (class, &value.term) {
        (Class::Number, Term::Number(number)) => Value::Number(*number),
        (Class::Truth, Term::Truth(truth)) => Value::Truth(*truth),
        (Class::Text, Term::Text(text)) => Value::Text(possible(column, op, text, value.at)?),
        (Class::Time, Term::Text(text)) => span(text, &columns.zone, value.at)?,
        (_, found) => {
            let message =
                format!("`{}` is {} and cannot be compared with {}", column.name, class.name(), shown(found));
            return Err(Fault::new(value.at, message).hint(class.way()));
        }
    };
    Ok(Test::Compare { column: column.name.clone(), op, value })
}

/// A value that the column can hold; order comparisons may name any.
fn possible(column: &Known, op: Op, text: &str, at: usize) -> Result<String, Fault> {
    let unknown = |values: &&Vec<String>| {
        matches!(op, Op::Equal | Op::NotEqual) && !values.iter().any(|value| value == text)
    };
    match column.values.as_ref().filter(unknown) {
        None => Ok(text.to_owned()),
        Some(values) => {
            let fault = Fault::new(at, format!("`{}` never is `'{text}'`", column.name));
            Err(match closest(text, values.iter().map(String::as_str)) {
                Some(close) => fault.hint(format!("did you mean `'{close}'`?")),
                None => fault.hint(format!("it is one of {}", values.join(", "))),
            })
        }
    }
}

/// A date as the instants of its day, a time as one instant; in microseconds, the end left out.
fn span(text: &str, zone: &Zone, at: usize) -> Result<Value, Fault> {
    const FORMATS: [&str; 2] = ["%Y-%m-%dT%H:%M", "%Y-%m-%d %H:%M"];
    let short = || {
        FORMATS
            .iter()
            .find_map(|f| chrono::NaiveDateTime::parse_from_str(text.trim(), f).ok())
            .map(AsOf::Wall)
    };
    let instant = |wall: chrono::NaiveDateTime| zone.to_utc(wall.and_utc().timestamp_micros());
    let moment = |from: i64| (from, from + 1);
    let (from, to) = match AsOf::parse(text).or_else(short) {
        Some(AsOf::Day(day)) => {
            let next = day.succ_opt().unwrap_or(day);
            (instant(day.and_time(chrono::NaiveTime::MIN)), instant(next.and_time(chrono::NaiveTime::MIN)))
        }
        Some(AsOf::Wall(wall)) => moment(instant(wall)),
        Some(AsOf::Instant(time)) => moment(time.timestamp_micros()),
        None => {
            return Err(Fault::new(at, format!("`'{text}'` is not a date or time")).hint(Class::Time.way()));
        }
    };
    Ok(Value::Span { from, to })
}

fn contains(column: &Known, part: &Operand) -> Result<Test, Fault> {
    let Term::Text(text) = &part.term else {
        return Err(Fault::new(part.at, format!("expected a text, found {}", shown(&part.term)))
            .hint(Class::Text.way()));
    };
    match Class::of(column.kind) {
        Class::Text => Ok(Test::Part { column: column.name.clone(), text: text.clone() }),
        Class::List => {
            let text = possible(column, Op::Equal, text, part.at)?;
            Ok(Test::Item { column: column.name.clone(), text })
        }
        class => {
            Err(Fault::new(part.at, format!("`{}` is {} and contains nothing", column.name, class.name())))
        }
    }
}

fn shown(term: &Term) -> String {
    match term {
        Term::Column(name) => format!("the column `{name}`"),
        Term::Text(text) => format!("the text `'{text}'`"),
        Term::Number(number) => format!("the number `{number}`"),
        Term::Truth(truth) => format!("`{truth}`"),
    }
}
