//! Numbers with anything around or inside them that is not a plain ASCII decimal.

use std::fmt;

use super::DecimalMark;

/// Decimal digits a parsed number keeps; further ones are rounded half to even.
const DECIMALS: i32 = 6;

/// Currency codes and words accepted before or after a number, and the currency they mean, longest spelling first
/// where one starts another. Compared without regard to ASCII case.
#[rustfmt::skip]
const CURRENCIES: [(&str, &str); 55] = [
    ("تومان", "IRT"), ("تومن", "IRT"), ("toman", "IRT"), ("tomans", "IRT"), ("IRT", "IRT"),
    ("ریال", "IRR"), ("ريال", "IRR"), ("rials", "IRR"), ("rial", "IRR"), ("IRR", "IRR"),
    ("درهم", "AED"), ("AED", "AED"), ("دینار", "دینار"), ("KWD", "KWD"), ("IQD", "IQD"), ("SAR", "SAR"), ("QAR", "QAR"),
    ("AFN", "AFN"), ("USD", "USD"), ("US$", "USD"), ("CAD", "CAD"), ("C$", "CAD"), ("AUD", "AUD"), ("A$", "AUD"),
    ("NZD", "NZD"), ("SGD", "SGD"), ("BRL", "BRL"), ("R$", "BRL"), ("EUR", "EUR"), ("euro", "EUR"), ("GBP", "GBP"),
    ("JPY", "JPY"), ("CNY", "CNY"), ("RMB", "CNY"), ("TRY", "TRY"), ("TL", "TRY"), ("INR", "INR"), ("Rs.", "INR"),
    ("Rs", "INR"), ("PKR", "PKR"), ("CHF", "CHF"), ("Fr.", "CHF"), ("SEK", "SEK"), ("NOK", "NOK"), ("DKK", "DKK"),
    ("kr.", "kr"), ("kr", "kr"), ("PLN", "PLN"), ("zł", "PLN"), ("CZK", "CZK"), ("Kč", "CZK"), ("RUB", "RUB"),
    ("MYR", "MYR"), ("RM", "MYR"), ("ZAR", "ZAR"),
];

/// What stands beside a number to say in which currency it is. The dollar sign counts as `USD`; a sign that may
/// mean several currencies otherwise (`¥`) is one of its own.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Currency {
    /// A code, or the usual word where there is none.
    Code(&'static str),
    /// A sign.
    Sign(char),
}

impl Currency {
    fn of_sign(sign: char) -> Self {
        Self::Code(match sign {
            '$' | '\u{FF04}' => "USD",
            '€' => "EUR",
            '£' | '\u{FFE1}' => "GBP",
            '\u{FFE5}' => return Self::Sign('¥'),
            '元' => "CNY",
            '円' => "JPY",
            '원' | '₩' => "KRW",
            '₹' | '₨' => "INR",
            '₺' => "TRY",
            '₽' => "RUB",
            '\u{60B}' => "AFN",
            '\u{FDFC}' => "IRR",
            _ => return Self::Sign(sign),
        })
    }
}

impl fmt::Display for Currency {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Code(code) => f.write_str(code),
            Self::Sign(sign) => write!(f, "{sign}"),
        }
    }
}

/// The general case: takes off what stands around the number, then reads the number itself.
pub(super) fn parse_dressed(text: &str, mark: DecimalMark) -> Option<(i64, Option<Currency>)> {
    let mut around = Around::default();
    let mut core = text;
    while let Some(rest) = around.take_front(core) {
        core = rest;
    }
    while let Some(rest) = around.take_back(core) {
        core = rest;
    }
    let negative = around.is_negative()?;
    let magnitude = Digits::read(core, mark)?.to_fixed()?;
    Some((if negative { -magnitude } else { magnitude }, around.currency))
}

/// How often each kind of thing was found around a number.
#[derive(Default)]
struct Around {
    minus: u32,
    plus: u32,
    open: u32,
    close: u32,
    percent: u32,
    currencies: u32,
    /// The last of them.
    currency: Option<Currency>,
}

impl Around {
    /// The text without one sign, blank or currency at its front; `None` when something else stands there.
    fn take_front<'a>(&mut self, text: &'a str) -> Option<&'a str> {
        let first = text.chars().next()?;
        match first {
            _ if digit_value(first).is_some() => return None,
            '+' => self.plus += 1,
            '(' => self.open += 1,
            _ if !self.take_either(first) => return self.take_currency_front(text),
            _ => {}
        }
        Some(&text[first.len_utf8()..])
    }

    /// As [`Self::take_front`], at the end of the text.
    fn take_back<'a>(&mut self, text: &'a str) -> Option<&'a str> {
        let last = text.chars().next_back()?;
        match last {
            _ if digit_value(last).is_some() => return None,
            ')' => self.close += 1,
            _ if !self.take_either(last) => return self.take_currency_back(text),
            _ => {}
        }
        Some(&text[..text.len() - last.len_utf8()])
    }

    /// Counts what may stand on either side: minus, percent, blanks, direction marks.
    fn take_either(&mut self, sign: char) -> bool {
        match sign {
            '-' | '\u{2212}' => self.minus += 1,
            '%' | '\u{66A}' => self.percent += 1,
            _ => return is_blank(sign) || is_invisible(sign),
        }
        true
    }

    fn take_currency_front<'a>(&mut self, text: &'a str) -> Option<&'a str> {
        let first = text.chars().next()?;
        if is_currency_sign(first) {
            return Some(self.found(Currency::of_sign(first), &text[first.len_utf8()..]));
        }
        let known = CURRENCIES.iter().filter(|(word, _)| starts_with(text, word));
        let (rest, code) = known
            .map(|(word, code)| (&text[word.len()..], *code))
            .find(|(rest, _)| !rest.starts_with(char::is_alphabetic))?;
        Some(self.found(Currency::Code(code), rest))
    }

    fn take_currency_back<'a>(&mut self, text: &'a str) -> Option<&'a str> {
        let known = CURRENCIES.iter().filter(|(word, _)| ends_with(text, word));
        let word = known
            .map(|(word, code)| (&text[..text.len() - word.len()], *code))
            .find(|(rest, _)| !rest.ends_with(char::is_alphabetic));
        if let Some((rest, code)) = word {
            return Some(self.found(Currency::Code(code), rest));
        }
        let last = text.chars().next_back().filter(|last| is_currency_sign(*last))?;
        Some(self.found(Currency::of_sign(last), &text[..text.len() - last.len_utf8()]))
    }

    /// Counts a currency; what is left of the text.
    fn found<'a>(&mut self, currency: Currency, rest: &'a str) -> &'a str {
        self.currencies += 1;
        self.currency = Some(currency);
        rest
    }

    /// Whether the number is negative; `None` when signs contradict each other or something stands twice.
    fn is_negative(&self) -> Option<bool> {
        let signs = self.minus + self.plus + self.open;
        let sane = signs <= 1 && self.open == self.close && self.percent <= 1 && self.currencies <= 1;
        sane.then_some(self.minus + self.open == 1)
    }
}

fn starts_with(text: &str, word: &str) -> bool {
    text.as_bytes().get(..word.len()).is_some_and(|front| front.eq_ignore_ascii_case(word.as_bytes()))
}

fn ends_with(text: &str, word: &str) -> bool {
    let start = text.len().checked_sub(word.len());
    start.is_some_and(|start| text.as_bytes()[start..].eq_ignore_ascii_case(word.as_bytes()))
}

/// Dollar, cent, pound, yen and generic signs, the afghani, the rial, and the Unicode currency block.
fn is_currency_sign(sign: char) -> bool {
    matches!(sign, '$' | '\u{A2}'..='\u{A5}' | '\u{60B}' | '\u{FDFC}' | '\u{20A0}'..='\u{20CF}' | '\u{FF04}' | '\u{FFE1}' | '\u{FFE5}' | '元' | '円' | '원')
}

fn is_blank(sign: char) -> bool {
    sign.is_whitespace()
}

/// Zero-width joiners, direction marks, byte order mark: seen by programs only.
fn is_invisible(sign: char) -> bool {
    matches!(sign, '\u{200B}'..='\u{200F}' | '\u{202A}'..='\u{202E}' | '\u{2066}'..='\u{2069}' | '\u{61C}' | '\u{FEFF}' | '\u{AD}')
}

/// What a sign inside a number does there.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Role {
    Decimal,
    /// Parts groups of three; groups of one number are parted by one kind.
    Group(char),
}

/// The role of a sign under a decimal mark; `None` when it has none.
fn role(sign: char, mark: DecimalMark) -> Option<Role> {
    let comma_is_decimal = mark == DecimalMark::Comma;
    Some(match sign {
        '\u{66B}' => Role::Decimal,
        '.' | ',' | '\u{60C}' if (sign == '.') != comma_is_decimal => Role::Decimal,
        '.' => Role::Group('.'),
        ',' | '\u{60C}' => Role::Group(','),
        '\u{66C}' => Role::Group('\u{66C}'),
        '\'' | '\u{2019}' => Role::Group('\''),
        _ if is_blank(sign) => Role::Group(' '),
        _ => return None,
    })
}

/// The digits of a number without its sign: `mantissa * 10^exponent`, and whether digits were lost.
#[derive(Default)]
struct Digits {
    mantissa: u128,
    exponent: i32,
    /// A non-zero digit did not fit into the mantissa.
    more: bool,
}

impl Digits {
    /// Reads digits, grouping, one decimal mark and an exponent; nothing else may be there.
    fn read(core: &str, mark: DecimalMark) -> Option<Self> {
        let mut number = Self::default();
        let mut groups = Grouping::default();
        let mut decimals: Option<u32> = None;
        let mut signs = core.chars();
        while let Some(sign) = signs.next() {
            if let Some(digit) = digit_value(sign) {
                match &mut decimals {
                    Some(count) => *count += 1,
                    None => groups.digit(digit),
                }
                number.push(digit, decimals.is_some());
            } else if matches!(sign, 'e' | 'E') {
                (groups.separator.is_none()).then_some(())?;
                number.exponent = number.exponent.checked_add(read_exponent(signs.as_str())?)?;
                break;
            } else if !is_invisible(sign) {
                match role(sign, mark)? {
                    Role::Decimal if decimals.is_none() => decimals = Some(0),
                    Role::Group(separator) if decimals.is_none() => groups.separator(separator)?,
                    _ => return None,
                }
            }
        }
        let any_digit = groups.total + decimals.unwrap_or(0) > 0;
        (any_digit && groups.is_complete()).then_some(number)
    }

    fn push(&mut self, digit: u8, fraction: bool) {
        /// Ten times this and a digit fit into a u128.
        const ROOM: u128 = u128::MAX / 10 - 1;
        if self.mantissa <= ROOM {
            self.mantissa = self.mantissa * 10 + u128::from(digit);
            self.exponent -= i32::from(fraction);
        } else {
            self.more |= digit != 0;
            self.exponent += i32::from(!fraction);
        }
    }

    /// The value times 1e6, rounded half to even; `None` when it does not fit.
    fn to_fixed(&self) -> Option<i64> {
        let shift = self.exponent + DECIMALS;
        if self.mantissa == 0 {
            return Some(0);
        }
        if shift >= 0 {
            let power = 10_u128.checked_pow(shift.unsigned_abs())?;
            return i64::try_from(self.mantissa.checked_mul(power)?).ok();
        }
        let Some(power) = 10_u128.checked_pow(shift.unsigned_abs()) else { return Some(0) };
        let (whole, rest) = (self.mantissa / power, self.mantissa % power);
        let half = power / 2;
        let up = rest > half || (rest == half && (self.more || whole % 2 == 1));
        i64::try_from(whole + u128::from(up)).ok()
    }
}

/// `[+-]?\d{1,3}`, after the letter of an exponent.
fn read_exponent(text: &str) -> Option<i32> {
    let (negative, digits) = match text.as_bytes() {
        [sign @ (b'-' | b'+'), rest @ ..] => (*sign == b'-', rest),
        rest => (false, rest),
    };
    if !(1..=3).contains(&digits.len()) || !digits.iter().all(u8::is_ascii_digit) {
        return None;
    }
    let value = digits.iter().fold(0, |value, digit| value * 10 + i32::from(digit - b'0'));
    Some(if negative { -value } else { value })
}

/// The value of an ASCII, Persian or Arabic digit.
fn digit_value(sign: char) -> Option<u8> {
    let base = match sign {
        '0'..='9' => '0',
        '\u{6F0}'..='\u{6F9}' => '\u{6F0}',
        '\u{660}'..='\u{669}' => '\u{660}',
        _ => return None,
    };
    Some((sign as u32 - base as u32) as u8)
}

/// Checks that the whole part is `d{1,3}(,ddd)*`, or `d{1,2}(,dd)*,ddd` as in India, as soon as it is grouped at all.
#[derive(Default)]
struct Grouping {
    separator: Option<char>,
    /// Digits between the last two separators.
    middle: Option<u32>,
    /// Digits since the last separator.
    run: u32,
    /// Digits of the whole part.
    total: u32,
    leading_zero: bool,
}

impl Grouping {
    fn digit(&mut self, digit: u8) {
        self.leading_zero |= self.total == 0 && digit == 0;
        self.run += 1;
        self.total += 1;
    }

    fn separator(&mut self, separator: char) -> Option<()> {
        let fits = match (self.separator, self.middle) {
            (None, _) => (1..=3).contains(&self.run) && !self.leading_zero,
            (Some(earlier), _) if earlier != separator => false,
            (Some(','), None) if self.run == 2 => self.total <= 4,
            (Some(_), None) => self.run == 3,
            (Some(_), Some(middle)) => self.run == middle,
        };
        if self.separator.is_some() {
            self.middle = Some(self.run);
        }
        self.separator = Some(separator);
        self.run = 0;
        fits.then_some(())
    }

    fn is_complete(&self) -> bool {
        self.separator.is_none() || self.run == 3
    }
}
