//! Consents in words.

use crate::config::customers::CustomersRules;
use crate::ingest::block::Cell;
use crate::ingest::id::is_missing;
use crate::ingest::text::key;

/// Whether a customer agreed to something. Ordered: of two answers the smaller one counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Consent {
    /// The customer said no.
    Denied,
    /// Nobody asked, or the answer is not known; counts as no.
    Unspecified,
    /// The customer said yes.
    Granted,
}

/// Words for yes and no, in English and Persian.
const YES: [&str; 16] = [
    "yes",
    "y",
    "true",
    "t",
    "1",
    "on",
    "granted",
    "opted in",
    "opted-in",
    "subscribed",
    "بله",
    "بلی",
    "آری",
    "دارد",
    "موافق",
    "موافقم",
];
const NO: [&str; 16] = [
    "no",
    "n",
    "false",
    "f",
    "0",
    "off",
    "denied",
    "opted out",
    "opted-out",
    "unsubscribed",
    "خیر",
    "نه",
    "ندارد",
    "مخالف",
    "مخالفم",
    "لغو",
];
/// Words that refuse, also where a column says who opted out.
const REFUSED: [&str; 7] = ["denied", "opted out", "opted-out", "unsubscribed", "مخالف", "مخالفم", "لغو"];
/// Words for not knowing.
const UNSPECIFIED: [&str; 4] = ["unspecified", "unknown", "not asked", "نامشخص"];

/// The words for yes and no in force, in the form in which words are compared.
#[derive(Clone, Debug)]
pub struct Words {
    yes: Vec<String>,
    no: Vec<String>,
}

impl Words {
    /// The words of the configuration, or the engine's own.
    pub fn of(rules: &CustomersRules) -> Self {
        let words = |own: &Option<Vec<String>>, usual: &[&str]| match own {
            Some(own) => own.iter().map(|word| key(word)).collect(),
            None => usual.iter().map(|word| key(word)).collect(),
        };
        Self { yes: words(&rules.yes, &YES), no: words(&rules.no, &NO) }
    }

    /// The consent in a cell of a column that says who opted out: only a mere word for no is consent. A word that is
    /// not known is a refusal, such as the day of it.
    pub fn read_opted_out(&self, cell: Cell<'_>) -> Consent {
        match self.read(cell) {
            Some(Consent::Unspecified) => Consent::Unspecified,
            Some(Consent::Denied) if !refuses(cell) => Consent::Granted,
            _ => Consent::Denied,
        }
    }

    /// The consent in a cell; `None` for a word that is not known.
    pub fn read(&self, cell: Cell<'_>) -> Option<Consent> {
        let text = cell.text();
        if text.trim_ascii().is_empty() || is_missing(text.trim_ascii()) {
            return Some(Consent::Unspecified);
        }
        let word = key(&String::from_utf8_lossy(&text));
        if self.no.contains(&word) {
            return Some(Consent::Denied);
        }
        if self.yes.contains(&word) {
            return Some(Consent::Granted);
        }
        (word.is_empty() || UNSPECIFIED.contains(&word.as_str())).then_some(Consent::Unspecified)
    }
}

fn refuses(cell: Cell<'_>) -> bool {
    let word = key(&String::from_utf8_lossy(&cell.text()));
    REFUSED.iter().any(|refused| key(refused) == word)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_in_two_languages_and_no_word_for_no_consent() {
        let words = Words::of(&CustomersRules::default());
        let read = |text: &str| words.read(Cell::Text(text.as_bytes()));
        for yes in ["yes", " YES ", "True", "1", "بله", "آري", "۱", "Opted in"] {
            assert_eq!(read(yes), Some(Consent::Granted), "{yes}");
        }
        for no in ["no", "0", "خير", "نه", "unsubscribed"] {
            assert_eq!(read(no), Some(Consent::Denied), "{no}");
        }
        for none in ["", "  ", "NULL", "unknown", "\u{200F}"] {
            assert_eq!(read(none), Some(Consent::Unspecified), "{none}");
        }
        assert_eq!(read("2024-01-01"), None);
        assert_eq!(words.read(Cell::Bool(true)), Some(Consent::Granted));
        assert_eq!(words.read(Cell::Float(1.0)), Some(Consent::Granted));
        assert_eq!(words.read(Cell::Null), Some(Consent::Unspecified));
    }

    #[test]
    fn own_words_replace_the_usual_ones() {
        let rules = CustomersRules { yes: Some(vec!["Ja".into()]), ..CustomersRules::default() };
        let words = Words::of(&rules);
        assert_eq!(words.read(Cell::Text(b"ja")), Some(Consent::Granted));
        assert_eq!(words.read(Cell::Text(b"yes")), None);
        assert_eq!(words.read(Cell::Text(b"no")), Some(Consent::Denied));
    }

    #[test]
    fn who_did_not_opt_out_agrees() {
        let words = Words::of(&CustomersRules::default());
        let read = |text: &str| words.read_opted_out(Cell::Text(text.as_bytes()));
        for out in ["true", "1", "بله", "Unsubscribed", "opted out", "لغو", "2024-01-31", "subscribed"]
        {
            assert_eq!(read(out), Consent::Denied, "{out}");
        }
        for agrees in ["false", "0", "no", "خیر"] {
            assert_eq!(read(agrees), Consent::Granted, "{agrees}");
        }
        for none in ["", "NULL", "unknown"] {
            assert_eq!(read(none), Consent::Unspecified, "{none}");
        }
        assert_eq!(words.read_opted_out(Cell::Bool(true)), Consent::Denied);
        assert_eq!(words.read_opted_out(Cell::Bool(false)), Consent::Granted);
    }
}
