//! Every sentence of the page, by key, in each language.

use std::collections::BTreeMap;

use crate::config::run::Language;
use crate::{Error, Result};

const ENGLISH: &str = include_str!("words/en.toml");
const PERSIAN: &str = include_str!("words/fa.toml");

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
        let text = match language {
            Language::En => ENGLISH,
            Language::Fa => PERSIAN,
        };
        let table: toml::Table =
            toml::from_str(text).map_err(|e| Error::internal(format!("words of the report: {e}")))?;
        let mut texts = BTreeMap::new();
        flatten("", &table, &mut texts);
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

    /// A sentence that need not be there.
    pub(super) fn optional(&self, key: &str) -> Option<String> {
        self.texts.get(key).cloned()
    }
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

    #[test]
    fn both_languages_say_the_same_things() {
        let (english, persian) =
            (Words::of(Language::En).unwrap().texts, Words::of(Language::Fa).unwrap().texts);
        let keys = |texts: &BTreeMap<String, String>| texts.keys().cloned().collect::<Vec<_>>();
        assert_eq!(keys(&english), keys(&persian));
        for (key, text) in &english {
            let places = |text: &str| {
                let mut found: Vec<String> =
                    text.split('{').skip(1).map(|part| part.split_once('}').unwrap().0.to_owned()).collect();
                found.sort();
                found.dedup();
                found
            };
            assert_eq!(places(text), places(&persian[key]), "{key}");
        }
    }
}
