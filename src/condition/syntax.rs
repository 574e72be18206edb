//! Words to a tree, by descent: `or` of `and` of tests.

use super::Fault;
use super::token::Token;

/// A comparison.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Op {
    Equal,
    NotEqual,
    Less,
    AtMost,
    Greater,
    AtLeast,
}

impl Op {
    fn of(sign: &str) -> Option<Self> {
        Some(match sign {
            "=" => Self::Equal,
            "!=" => Self::NotEqual,
            "<" => Self::Less,
            "<=" => Self::AtMost,
            ">" => Self::Greater,
            ">=" => Self::AtLeast,
            _ => return None,
        })
    }

    /// The sign of the condition.
    pub(super) fn sign(self) -> &'static str {
        match self {
            Self::Equal => "=",
            Self::NotEqual => "!=",
            Self::Less => "<",
            Self::AtMost => "<=",
            Self::Greater => ">",
            Self::AtLeast => ">=",
        }
    }

    /// The comparison with its sides exchanged.
    pub(super) fn turned(self) -> Self {
        match self {
            Self::Less => Self::Greater,
            Self::AtMost => Self::AtLeast,
            Self::Greater => Self::Less,
            Self::AtLeast => Self::AtMost,
            same => same,
        }
    }

    /// Whether an ordering satisfies the comparison.
    pub(super) fn holds(self, order: std::cmp::Ordering) -> bool {
        match self {
            Self::Equal => order.is_eq(),
            Self::NotEqual => order.is_ne(),
            Self::Less => order.is_lt(),
            Self::AtMost => order.is_le(),
            Self::Greater => order.is_gt(),
            Self::AtLeast => order.is_ge(),
        }
    }
}

/// One side of a comparison.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Term {
    Column(String),
    Text(String),
    Number(f64),
    Truth(bool),
}

/// A term and where it stands.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Operand {
    pub(super) at: usize,
    pub(super) term: Term,
}

/// A condition as written.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Node {
    Any(Vec<Node>),
    All(Vec<Node>),
    Not(Box<Node>),
    Compare { at: usize, left: Operand, op: Op, right: Operand },
    In { column: Operand, values: Vec<Operand> },
    Between { column: Operand, low: Operand, high: Operand },
    Contains { column: Operand, part: Operand },
    Null { column: Operand },
}

/// Parentheses and `not` inside one another, at most.
const DEEPEST: usize = 64;

/// Words that are no columns.
const RESERVED: [&str; 9] = ["and", "or", "not", "in", "is", "null", "between", "contains", "like"];

/// The tree of a condition's words.
pub(super) fn read(tokens: &[(usize, Token)]) -> Result<Node, Fault> {
    let mut reader = Reader { tokens, next: 0, depth: 0 };
    let node = reader.any()?;
    match reader.peek() {
        Token::End => Ok(node),
        found => {
            Err(Fault::new(reader.at(), format!("expected `and`, `or` or the end, found {}", found.shown())))
        }
    }
}

struct Reader<'a> {
    tokens: &'a [(usize, Token)],
    next: usize,
    depth: usize,
}

impl Reader<'_> {
    fn at(&self) -> usize {
        self.tokens[self.next].0
    }

    fn peek(&self) -> &Token {
        &self.tokens[self.next].1
    }

    /// Takes the next word; the end is never passed.
    fn advance(&mut self) {
        self.next = (self.next + 1).min(self.tokens.len() - 1);
    }

    fn eat_word(&mut self, word: &str) -> bool {
        let found = matches!(self.peek(), Token::Name(name) if name.eq_ignore_ascii_case(word));
        if found {
            self.advance();
        }
        found
    }

    fn eat_sign(&mut self, sign: &str) -> bool {
        let found = matches!(self.peek(), Token::Sign(found) if *found == sign);
        if found {
            self.advance();
        }
        found
    }

    fn expected(&self, what: &str) -> Fault {
        Fault::new(self.at(), format!("expected {what}, found {}", self.peek().shown()))
    }

    fn any(&mut self) -> Result<Node, Fault> {
        let mut parts = vec![self.all()?];
        while self.eat_word("or") {
            parts.push(self.all()?);
        }
        Ok(only_or(parts, Node::Any))
    }

    fn all(&mut self) -> Result<Node, Fault> {
        let mut parts = vec![self.part()?];
        while self.eat_word("and") {
            parts.push(self.part()?);
        }
        Ok(only_or(parts, Node::All))
    }

    fn part(&mut self) -> Result<Node, Fault> {
        self.depth += 1;
        if self.depth > DEEPEST {
            return Err(Fault::new(
                self.at(),
                format!("more than {DEEPEST} levels of parentheses and `not`"),
            ));
        }
        let node = if self.eat_word("not") {
            Node::Not(Box::new(self.part()?))
        } else if self.eat_sign("(") {
            let node = self.any()?;
            if !self.eat_sign(")") {
                return Err(self.expected("`and`, `or` or `)`"));
            }
            node
        } else {
            self.test()?
        };
        self.depth -= 1;
        Ok(node)
    }

    fn test(&mut self) -> Result<Node, Fault> {
        let left = self.operand("a column")?;
        let at = self.at();
        if let Token::Sign(sign) = self.peek()
            && let Some(op) = Op::of(sign)
        {
            self.advance();
            let right = self.operand("a value or a column")?;
            return Ok(Node::Compare { at, left, op, right });
        }
        if self.eat_word("is") {
            let not = self.eat_word("not");
            if !self.eat_word("null") {
                return Err(self.expected("`null`").hint("values are compared with `=` and `!=`"));
            }
            return Ok(negated(not, Node::Null { column: left }));
        }
        let not = self.eat_word("not");
        let node = if self.eat_word("in") {
            Node::In { column: left, values: self.list()? }
        } else if self.eat_word("between") {
            let low = self.operand("a value")?;
            if !self.eat_word("and") {
                return Err(self.expected("`and` and the upper end"));
            }
            Node::Between { column: left, low, high: self.operand("a value")? }
        } else if self.eat_word("contains") {
            Node::Contains { column: left, part: self.operand("a text in single quotes")? }
        } else if not {
            return Err(self.expected("`in`, `between` or `contains`"));
        } else {
            return Err(self
                .expected("a comparison")
                .hint("a test looks like `column = 'value'`, `column in ('a', 'b')` or `column is null`"));
        };
        Ok(negated(not, node))
    }

    fn list(&mut self) -> Result<Vec<Operand>, Fault> {
        if !self.eat_sign("(") {
            return Err(self.expected("`(` and a list of values"));
        }
        let mut values = vec![self.operand("a value")?];
        while self.eat_sign(",") {
            values.push(self.operand("a value")?);
        }
        if !self.eat_sign(")") {
            return Err(self.expected("`,` or `)`"));
        }
        Ok(values)
    }

    fn operand(&mut self, what: &str) -> Result<Operand, Fault> {
        let at = self.at();
        let term = match self.peek() {
            Token::Text(text) => Term::Text(text.clone()),
            Token::Number(number) => Term::Number(*number),
            Token::Name(name) if name.eq_ignore_ascii_case("true") => Term::Truth(true),
            Token::Name(name) if name.eq_ignore_ascii_case("false") => Term::Truth(false),
            Token::Name(name) if name.eq_ignore_ascii_case("null") => {
                return Err(self.expected(what).hint("nothing equals null; write `column is null`"));
            }
            Token::Name(name) if !RESERVED.iter().any(|word| name.eq_ignore_ascii_case(word)) => {
                Term::Column(name.clone())
            }
            _ => return Err(self.expected(what)),
        };
        self.advance();
        Ok(Operand { at, term })
    }
}

fn only_or(mut parts: Vec<Node>, join: fn(Vec<Node>) -> Node) -> Node {
    if parts.len() == 1 { parts.remove(0) } else { join(parts) }
}

fn negated(not: bool, node: Node) -> Node {
    if not { Node::Not(Box::new(node)) } else { node }
}
