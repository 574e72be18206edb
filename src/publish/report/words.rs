//! Every sentence of the page, by key, in each language.

use std::collections::BTreeMap;

use crate::config::run::Language;
use crate::{Error, Result};

const ENGLISH: &str = include_str!("words/en.toml");
const PERSIAN: &str = include_str!("words/fa.toml");
/// Sentences for what the engine says in English: warnings, and clauses of notes.
const ENGINE_IN_PERSIAN: &str = include_str!("words/engine.fa.toml");

/// The sentences of one language.
#[derive(Debug)]
pub(super) struct Words {
    texts: BTreeMap<String, String>,
}

impl Words {
    /// Reads the sentences of a language.
    ///
    /// # Errors
    /// `Internal` when the embedded file is not what it should be.
    pub(super) fn of(language: Language) -> Result<Self> {
        let files = match language {
            Language::En => &[ENGLISH][..],
            Language::Fa => &[PERSIAN, ENGINE_IN_PERSIAN],
        };
        let mut texts = BTreeMap::new();
        for text in files {
            let table: toml::Table =
                toml::from_str(text).map_err(|e| Error::internal(format!("words of the report: {e}")))?;
            flatten("", &table, &mut texts);
        }
        Ok(Self { texts })
    }

    /// A sentence. A missing one shows as its key in ⟦ ⟧, which the tests look for.
    pub(super) fn get(&self, key: &str) -> String {
        self.texts.get(key).cloned().unwrap_or_else(|| format!("⟦{key}⟧"))
    }

    /// A sentence with its `{places}` filled.
    pub(super) fn fill(&self, key: &str, places: &[(&str, &str)]) -> String {
        let mut text = self.get(key);
        for (place, value) in places {
            text = text.replace(&format!("{{{place}}}"), value);
        }
        text
    }

    /// The sentence for one or for several: the key with `_one` where the count is 1.
    pub(super) fn count(&self, key: &str, n: f64, places: &[(&str, &str)]) -> String {
        #[allow(clippy::float_cmp, reason = "a count is a whole number")]
        let one = n == 1.0;
        self.fill(&if one { format!("{key}_one") } else { key.to_owned() }, places)
    }

    /// The name of a stored label: translated, or the label itself with its underscores as spaces.
    pub(super) fn label(&self, group: &str, stored: &str) -> String {
        let known = self.texts.get(&format!("{group}.{stored}"));
        known.cloned().unwrap_or_else(|| stored.replace('_', " "))
    }

    /// A clause of a note, which the engine writes in English, in this language, with what stands in its places.
    pub(super) fn clause<'a>(&'a self, english: &'a str) -> Option<(&'a str, Vec<(&'a str, &'a str)>)> {
        let mut notes = self.texts.range("note.".to_owned()..).map_while(|(key, text)| {
            let pattern = key.strip_prefix("note.")?;
            Some((pattern, text.as_str()))
        });
        notes.find_map(|(pattern, text)| Some((text, places(pattern, english)?)))
    }

    /// A sentence that need not be there.
    pub(super) fn optional(&self, key: &str) -> Option<String> {
        self.texts.get(key).cloned()
    }
}

/// What stands in the `{places}` of a pattern, one word each, when the text is of that pattern.
fn places<'a>(pattern: &'a str, text: &'a str) -> Option<Vec<(&'a str, &'a str)>> {
    let Some((head, rest)) = pattern.split_once('{') else {
        return (pattern == text).then(Vec::new);
    };
    let (place, pattern) = rest.split_once('}')?;
    let text = text.strip_prefix(head)?;
    let (word, text) = text.split_at(text.find(' ').unwrap_or(text.len()));
    let mut found = vec![(place, word)];
    found.extend(places(pattern, text)?);
    Some(found)
}

fn flatten(prefix: &str, table: &toml::Table, into: &mut BTreeMap<String, String>) {
    for (name, value) in table {
        let key = if prefix.is_empty() { name.clone() } else { format!("{prefix}.{name}") };
        match value {
            toml::Value::Table(inner) => flatten(&key, inner, into),
            toml::Value::String(text) => {
                into.insert(key, text.clone());
            }
            _ => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn texts(text: &str) -> BTreeMap<String, String> {
        let mut texts = BTreeMap::new();
        flatten("", &toml::from_str(text).unwrap(), &mut texts);
        texts
    }

    /// Names of the `{places}` of a sentence.
    fn named(text: &str) -> Vec<String> {
        let mut found: Vec<String> =
            text.split('{').skip(1).map(|part| part.split_once('}').unwrap().0.to_owned()).collect();
        found.sort();
        found.dedup();
        found
    }

    #[test]
    fn both_languages_say_the_same_things() {
        let (english, persian) = (texts(ENGLISH), texts(PERSIAN));
        let keys = |texts: &BTreeMap<String, String>| texts.keys().cloned().collect::<Vec<_>>();
        assert_eq!(keys(&english), keys(&persian));
        for (key, text) in &english {
            assert_eq!(named(text), named(&persian[key]), "{key}");
        }
    }

    #[test]
    fn every_warning_and_every_reason_has_a_sentence() {
        let (english, engine) = (texts(ENGLISH), texts(ENGINE_IN_PERSIAN));
        for code in crate::warning::CODES {
            assert!(engine.contains_key(&format!("warning.{code}")), "no Persian sentence for `{code}`");
        }
        let sentences = engine.keys().filter_map(|key| key.strip_prefix("warning."));
        let unknown: Vec<_> = sentences.filter(|code| !crate::warning::CODES.contains(code)).collect();
        assert!(unknown.is_empty(), "no warning has these codes: {unknown:?}");
        for reason in crate::schema::Reason::ALL {
            assert!(english.contains_key(&format!("reason.{}", reason.name())), "{}", reason.name());
        }
    }

    #[test]
    fn a_clause_keeps_what_stands_in_its_places() {
        let persian = Words::of(Language::Fa).unwrap();
        let (text, places) = persian.clause("on 1 to 5").unwrap();
        assert_eq!((text, places), ("روی مقیاس {low} تا {high}", vec![("low", "1"), ("high", "5")]));
        assert!(persian.clause("indicative: fewer than 30 answers").unwrap().0.ends_with("پاسخ"));
        assert!(persian.clause("indicative: fewer than 30").unwrap().0.ends_with("مورد"));
        assert_eq!(persian.clause("said by nobody"), None);
        for (pattern, text) in texts(ENGINE_IN_PERSIAN) {
            if let Some(pattern) = pattern.strip_prefix("note.") {
                assert_eq!(named(pattern), named(&text), "{pattern}");
            }
        }
    }
}
