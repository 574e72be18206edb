//! A text made plain, and a place in it.

use crate::ingest::id;

/// Bytes of a text after cleaning; no date needs more.
pub(super) const LONGEST: usize = 96;

/// The text in ASCII digits, without blanks at the ends and without invisible signs; most texts are so
/// already and are returned as they are. Letters beyond ASCII stay, with one spelling each of Yeh, Kaf and
/// Alef. `None` for what is not UTF-8 or too long.
pub(super) fn clean<'a>(text: &'a [u8], room: &'a mut [u8; LONGEST]) -> Option<&'a [u8]> {
    let text = id::trim(text);
    if text.is_ascii() {
        return Some(text);
    }
    let mut end = 0;
    for sign in std::str::from_utf8(text).ok()?.chars() {
        let plain = match sign {
            '\u{6F0}'..='\u{6F9}' => shifted(sign, '\u{6F0}'),
            '\u{660}'..='\u{669}' => shifted(sign, '\u{660}'),
            '\u{200B}'..='\u{200F}'
            | '\u{202A}'..='\u{202E}'
            | '\u{2066}'..='\u{2069}'
            | '\u{61C}'
            | '\u{FEFF}' => continue,
            '\u{2212}' => '-',
            '\u{60C}' => ',',
            '\u{64A}' | '\u{649}' => '\u{6CC}',
            '\u{643}' => '\u{6A9}',
            '\u{622}' => '\u{627}',
            _ if sign.is_whitespace() => ' ',
            _ => sign,
        };
        let width = plain.len_utf8();
        plain.encode_utf8(room.get_mut(end..end + width)?);
        end += width;
    }
    Some(&room[..end])
}

fn shifted(digit: char, zero: char) -> char {
    char::from(b'0' + (digit as u32 - zero as u32) as u8)
}

/// A place in a cleaned text.
#[derive(Clone, Copy)]
pub(super) struct Cursor<'a> {
    rest: &'a [u8],
}

impl<'a> Cursor<'a> {
    pub(super) fn new(text: &'a [u8]) -> Self {
        Self { rest: text }
    }

    pub(super) fn rest(&self) -> &'a [u8] {
        self.rest
    }

    pub(super) fn is_at_end(&self) -> bool {
        self.rest.is_empty()
    }

    pub(super) fn peek(&self) -> Option<u8> {
        self.rest.first().copied()
    }

    pub(super) fn skip(&mut self, count: usize) {
        self.rest = &self.rest[count..];
    }

    /// Takes the byte if it is next.
    pub(super) fn eat(&mut self, byte: u8) -> bool {
        let next = self.peek() == Some(byte);
        if next {
            self.skip(1);
        }
        next
    }

    /// Takes the word if it is next, ASCII letters in either case.
    pub(super) fn eat_word(&mut self, word: &[u8]) -> bool {
        let next = self.rest.get(..word.len()).is_some_and(|front| front.eq_ignore_ascii_case(word));
        if next {
            self.skip(word.len());
        }
        next
    }

    /// Takes all bytes that are next and among `bytes`; how many there were.
    pub(super) fn eat_all(&mut self, bytes: &[u8]) -> usize {
        let count = self.rest.iter().take_while(|byte| bytes.contains(byte)).count();
        self.skip(count);
        count
    }

    /// How many digits are next.
    pub(super) fn digits_ahead(&self) -> usize {
        self.rest.iter().take_while(|byte| byte.is_ascii_digit()).count()
    }

    /// Takes a number of one to `longest` digits; further digits stay.
    pub(super) fn number(&mut self, longest: usize) -> Option<u32> {
        let mut value = 0;
        let mut width = 0;
        while width < longest {
            match self.rest.get(width).map(|byte| byte.wrapping_sub(b'0')) {
                Some(digit @ 0..=9) => value = value * 10 + u32::from(digit),
                _ => break,
            }
            width += 1;
        }
        self.skip(width);
        (width > 0).then_some(value)
    }

    /// Takes a number of exactly `width` digits.
    pub(super) fn exact_number(&mut self, width: usize) -> Option<u32> {
        let before = self.rest.len();
        let value = self.number(width)?;
        (before - self.rest.len() == width).then_some(value)
    }
}
