//! Text in two forms: *display*, to be stored and shown, and *key*, to be compared.
//!
//! Persian is typed with Arabic and Persian code points for the same letter, with and without half-spaces,
//! harakat and direction marks. The display form keeps what a reader sees and unifies what only a program
//! sees; the key form makes spellings of one word equal. Neither is an identifier of a person (two people
//! may share a key); ids go through [`super::id`].

use std::borrow::Cow;

use icu_normalizer::{ComposingNormalizer, ComposingNormalizerBorrowed};

/// Zero-width non-joiner: the half-space of Persian typing.
const ZWNJ: char = '\u{200C}';

const NFC: ComposingNormalizerBorrowed<'static> = ComposingNormalizer::new_nfc();
const NFKC: ComposingNormalizerBorrowed<'static> = ComposingNormalizer::new_nfkc();

/// The form in which text is stored and shown; idempotent.
///
/// Removes what is never seen (tatweel, joiners, direction marks, soft hyphens, byte order marks), composes
/// (NFC), writes Arabic Yeh and Kaf as Persian ones, and leaves one half-space or one space where several
/// stood; trims.
pub fn display(text: &str) -> String {
    if text.is_ascii() {
        return collapse_ascii(text, false);
    }
    let composed = NFC.normalize_iter(text.chars().filter(|sign| !is_removed(*sign)));
    let letters: String = composed.map(persian_letter).collect();
    collapse(&NFC.normalize(&letters))
}

/// The form in which labels, categories and cities are compared; idempotent, and the same for a text and
/// its display form.
///
/// Beyond [`display`]: compatibility forms (NFKC), no half-spaces, no harakat, one spelling of Heh, Alef,
/// Waw and Yeh with and without hamza, ASCII digits, lower case.
pub fn key(text: &str) -> String {
    if text.is_ascii() {
        return collapse_ascii(text, true);
    }
    let mut key = fold(text);
    // Taking marks out of a word may bring letters together that compose; one more turn settles it.
    loop {
        let again = fold(&key);
        if again == key {
            return key;
        }
        key = again;
    }
}

/// The text with Persian and Arabic digits written in ASCII; borrowed when there are none.
pub fn fold_digits(text: &str) -> Cow<'_, str> {
    if text.chars().any(|sign| ascii_digit(sign) != sign) {
        Cow::Owned(text.chars().map(ascii_digit).collect())
    } else {
        Cow::Borrowed(text)
    }
}

/// One turn of [`key`].
fn fold(text: &str) -> String {
    let seen = text.chars().filter(|sign| !is_removed(*sign));
    let compatible: String = NFKC.normalize_iter(seen).filter(|sign| *sign != ZWNJ).collect();
    let folded: String = NFKC
        .normalize(&compatible)
        .chars()
        .filter(|sign| !is_vowel_mark(*sign))
        .map(|sign| ascii_digit(key_letter(sign)))
        .flat_map(char::to_lowercase)
        .collect();
    collapse(&folded)
}

/// Signs without a shape of their own.
fn is_removed(sign: char) -> bool {
    matches!(
        sign,
        '\u{640}' | '\u{200D}' | '\u{200E}' | '\u{200F}' | '\u{202A}'..='\u{202E}' | '\u{2066}'..='\u{2069}' | '\u{AD}' | '\u{FEFF}'
    )
}

/// Harakat, superscript Alef, and madda and hamza standing alone above or below.
fn is_vowel_mark(sign: char) -> bool {
    matches!(sign, '\u{64B}'..='\u{655}' | '\u{670}')
}

/// Arabic Yeh, Alef Maksura and Kaf as the Persian letters.
fn persian_letter(sign: char) -> char {
    match sign {
        '\u{64A}' | '\u{649}' => '\u{6CC}',
        '\u{643}' => '\u{6A9}',
        _ => sign,
    }
}

/// One letter for those that differ in spelling habits only.
fn key_letter(sign: char) -> char {
    match sign {
        // teh marbuta, heh with yeh above, ae, heh goal
        '\u{629}' | '\u{6C0}' | '\u{6D5}' | '\u{6C1}' => '\u{647}',
        // alef with hamza above, below, wasla, madda
        '\u{623}' | '\u{625}' | '\u{671}' | '\u{622}' => '\u{627}',
        // waw with hamza
        '\u{624}' => '\u{648}',
        // yeh with hamza
        '\u{626}' => '\u{6CC}',
        _ => persian_letter(sign),
    }
}

fn ascii_digit(sign: char) -> char {
    let base = match sign {
        '\u{6F0}'..='\u{6F9}' => 0x6F0,
        '\u{660}'..='\u{669}' => 0x660,
        _ => return sign,
    };
    char::from(b'0' + (sign as u32 - base) as u8)
}

/// One space for each run of white space with or without half-spaces, one half-space for a run of those
/// alone; white space at the ends goes.
fn collapse(text: &str) -> String {
    let mut collapsed = String::with_capacity(text.len());
    let mut gap = None;
    for sign in text.chars() {
        if sign.is_whitespace() {
            gap = Some(' ');
        } else if sign == ZWNJ {
            gap = gap.or(Some(ZWNJ));
        } else {
            push_gap(&mut collapsed, gap.take());
            collapsed.push(sign);
        }
    }
    if gap == Some(ZWNJ) {
        push_gap(&mut collapsed, gap);
    }
    collapsed
}

fn push_gap(text: &mut String, gap: Option<char>) {
    match gap {
        Some(' ') if text.is_empty() => {}
        Some(sign) => text.push(sign),
        None => {}
    }
}

/// [`collapse`] for plain ASCII, which most text is.
fn collapse_ascii(text: &str, lower: bool) -> String {
    let mut collapsed = String::with_capacity(text.len());
    for word in text.split_whitespace() {
        if !collapsed.is_empty() {
            collapsed.push(' ');
        }
        collapsed.push_str(word);
    }
    if lower {
        collapsed.make_ascii_lowercase();
    }
    collapsed
}

#[cfg(test)]
mod tests {
    use super::*;
    use rand_chacha::ChaCha8Rng;
    use rand_chacha::rand_core::{RngCore, SeedableRng};

    #[test]
    fn the_reference_texts_come_out() {
        let path = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/golden/persian_text_vectors.json");
        let vectors: serde_json::Value =
            serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap();
        for vector in vectors["text"].as_array().unwrap() {
            let raw = vector["raw"].as_str().unwrap();
            assert_eq!(display(raw), vector["display"].as_str().unwrap(), "display of {raw:?}");
            assert_eq!(key(raw), vector["key"].as_str().unwrap(), "key of {raw:?}");
        }
    }

    #[test]
    fn spellings_of_one_word_share_a_key_and_different_words_do_not() {
        assert_eq!(key("می‌شود"), key("میشود"));
        assert_ne!(key("می‌شود"), key("می شود"));
        assert_eq!(key("مؤسسهٔ آرین"), key("موسسه ارین"));
        assert_eq!(key("Zürich"), key("zu\u{308}rich"));
    }

    #[test]
    fn plain_ascii_takes_the_same_way() {
        for text in ["", " ", "Ali  REZAEI", "\ta\u{b}b\r\n", "x"] {
            assert_eq!(display(text), collapse(text), "{text:?}");
            assert_eq!(key(text), fold(text), "{text:?}");
        }
    }

    #[test]
    fn digits_are_folded_and_nothing_else() {
        assert_eq!(fold_digits("سفارش ۱۲٣"), "سفارش 123");
        assert!(matches!(fold_digits("order 12"), Cow::Borrowed(_)));
    }

    /// Letters, marks, joiners, blanks and compatibility forms that interact.
    fn troublesome(random: &mut ChaCha8Rng) -> String {
        const SIGNS: [char; 48] = [
            'a', 'A', 'İ', 'ß', 'é', 'e', '\u{301}', '\u{308}', ' ', '\t', '\u{A0}', '\u{3000}', '1', '۱',
            '١', 'ي', 'ى', 'ی', 'ك', 'ک', 'ه', 'ة', 'ۀ', 'ە', 'ہ', 'ا', 'أ', 'إ', 'ٱ', 'آ', 'و', 'ؤ', 'ئ',
            '\u{64B}', '\u{64E}', '\u{651}', '\u{653}', '\u{654}', '\u{655}', '\u{670}', '\u{640}', ZWNJ,
            '\u{200D}', '\u{200F}', '\u{2067}', '\u{FEFF}', '\u{FEFB}', '\u{FDFA}',
        ];
        let length = random.next_u32() % 14;
        (0..length).map(|_| SIGNS[random.next_u32() as usize % SIGNS.len()]).collect()
    }

    #[test]
    fn both_forms_are_idempotent_and_the_key_does_not_see_the_display_form() {
        let mut random = ChaCha8Rng::seed_from_u64(20_260_101);
        for _ in 0..20_000 {
            let text = troublesome(&mut random);
            let (shown, compared) = (display(&text), key(&text));
            assert_eq!(display(&shown), shown, "display of {text:?}");
            assert_eq!(key(&compared), compared, "key of {text:?}");
            assert_eq!(key(&shown), compared, "key of display of {text:?}");
        }
    }
}
