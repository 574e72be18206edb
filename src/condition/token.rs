//! A condition's text as words.

use super::Fault;

/// A word of a condition.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Token {
    /// A name: a column or one of `and`, `or`, `not`, `in`, ...
    Name(String),
    /// A text in single quotes.
    Text(String),
    /// A number.
    Number(f64),
    /// `=`, `!=`, `<`, `<=`, `>`, `>=`, `(`, `)` or `,`.
    Sign(&'static str),
    /// Nothing more.
    End,
}

impl Token {
    /// The word as an error message shows it.
    pub(super) fn shown(&self) -> String {
        match self {
            Self::Name(name) => format!("`{name}`"),
            Self::Text(text) => format!("`'{text}'`"),
            Self::Number(number) => format!("`{number}`"),
            Self::Sign(sign) => format!("`{sign}`"),
            Self::End => "the end".to_owned(),
        }
    }
}

/// Signs, longer ones before those they begin with.
const SIGNS: [&str; 10] = ["!=", "<>", "<=", ">=", "=", "<", ">", "(", ")", ","];

/// What people used to other languages write, and what it is called here.
const FOREIGN: [(&str, &str); 5] = [("==", "="), ("&&", "and"), ("||", "or"), ("!", "not"), ("<=>", "=")];

/// The words with their places (byte offsets), an [`Token::End`] last.
pub(super) fn read(text: &str) -> Result<Vec<(usize, Token)>, Fault> {
    let mut tokens = Vec::new();
    let mut at = 0;
    loop {
        at += text[at..].len() - text[at..].trim_start().len();
        let rest = &text[at..];
        let Some(first) = rest.chars().next() else {
            tokens.push((at, Token::End));
            return Ok(tokens);
        };
        let (token, length) = match first {
            '\'' => quoted(rest, at)?,
            '0'..='9' | '.' | '-' | '+' => number(rest, at)?,
            c if c.is_alphabetic() || c == '_' => name(rest),
            _ => sign(rest, at)?,
        };
        tokens.push((at, token));
        at += length;
    }
}

fn quoted(rest: &str, at: usize) -> Result<(Token, usize), Fault> {
    let mut text = String::new();
    let mut letters = rest.char_indices().skip(1).peekable();
    while let Some((i, c)) = letters.next() {
        if c != '\'' {
            text.push(c);
        } else if letters.next_if(|(_, next)| *next == '\'').is_some() {
            text.push('\'');
        } else {
            return Ok((Token::Text(text), i + 1));
        }
    }
    Err(Fault::new(at, "a text is opened with `'` and never closed").hint("a quote inside a text is doubled"))
}

fn number(rest: &str, at: usize) -> Result<(Token, usize), Fault> {
    // Signs inside belong to it, so that a date without quotes is one wrong word.
    let belongs = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '_' | '-' | '+');
    let length = rest.find(|c| !belongs(c)).unwrap_or(rest.len());
    let word = &rest[..length];
    match word.replace('_', "").parse::<f64>() {
        Ok(value) if value.is_finite() => Ok((Token::Number(value), length)),
        _ if word.len() == 1 => Err(Fault::new(at, format!("`{word}` means nothing here"))
            .hint("a condition compares columns with values; it does not calculate")),
        _ => Err(Fault::new(at, format!("`{word}` is not a number"))
            .hint("texts and dates stand in single quotes: '2011-12-01'")),
    }
}

fn name(rest: &str) -> (Token, usize) {
    let ends = |c: char| !(c.is_alphanumeric() || c == '_');
    let length = rest.find(ends).unwrap_or(rest.len());
    (Token::Name(rest[..length].to_owned()), length)
}

fn sign(rest: &str, at: usize) -> Result<(Token, usize), Fault> {
    let known = SIGNS.into_iter().find(|sign| rest.starts_with(sign));
    if let Some((foreign, ours)) =
        FOREIGN.into_iter().find(|(f, _)| rest.starts_with(f) && known.is_none_or(|k| k.len() < f.len()))
    {
        return Err(Fault::new(at, format!("`{foreign}` means nothing here")).hint(format!("write `{ours}`")));
    }
    match known {
        Some("<>") => Ok((Token::Sign("!="), 2)),
        Some(sign) => Ok((Token::Sign(sign), sign.len())),
        None => {
            let found = rest.chars().next().unwrap_or_default();
            let fault = Fault::new(at, format!("`{found}` means nothing here"));
            Err(match found {
                '"' | '`' | '‘' | '’' | '“' | '”' | '«' => {
                    fault.hint("texts stand in single quotes: 'loyal'")
                }
                _ => fault,
            })
        }
    }
}
