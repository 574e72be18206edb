//! What to know before using the figures: the warnings of the run.

use serde_json::Value;

use super::voice::Voice;
use crate::publish::report::page::Said;

/// First strong isolate and its end: a name keeps its own direction inside a sentence.
const ISOLATE: (char, char) = ('\u{2068}', '\u{2069}');

/// A name of the company's own in a sentence.
pub(super) fn isolated(text: &str) -> String {
    format!("{}{text}{}", ISOLATE.0, ISOLATE.1)
}

/// The warnings of the manifest, in the language of the page.
pub(super) fn all(voice: &Voice<'_>) -> Vec<Said> {
    let warnings = voice.figures.manifest["warnings"].as_array();
    warnings.into_iter().flatten().filter_map(|warning| said(voice, warning)).collect()
}

fn said(voice: &Voice<'_>, warning: &Value) -> Option<Said> {
    let message = warning["message"].as_str().or_else(|| warning.as_str())?;
    if !voice.right_to_left() {
        return Some(as_sentence(message).into());
    }
    let code = warning["code"].as_str().unwrap_or_default();
    let told = voice.optional(&format!("warning.{code}")).and_then(|text| filled(voice, text, warning));
    Some(told.unwrap_or_else(|| Said { text: as_sentence(message), foreign: true }))
}

/// A message of the engine as a sentence of a page: a capital, quotation marks, a full stop.
fn as_sentence(message: &str) -> String {
    let quoted: String = message
        .split('`')
        .enumerate()
        .map(|(i, part)| if i % 2 == 1 { format!("“{part}”") } else { part.to_owned() })
        .collect();
    let mut letters = quoted.chars();
    let first = letters.next().map(char::to_uppercase);
    first.into_iter().flatten().chain(letters).chain(['.']).collect()
}

/// The sentence with the warning's values in its places; none when one is missing, as in results of older versions.
fn filled(voice: &Voice<'_>, mut text: String, warning: &Value) -> Option<Said> {
    for (name, value) in warning["values"].as_object().into_iter().flatten() {
        text = text.replace(&format!("{{{name}}}"), &written(voice, name, value)?);
    }
    (!text.contains('{')).then(|| text.into())
}

fn written(voice: &Voice<'_>, name: &str, value: &Value) -> Option<String> {
    match value {
        Value::Number(number) => number.as_f64().map(|number| voice.numbers.short(number)),
        Value::Array(values) => {
            let values: Option<Vec<String>> =
                values.iter().map(|value| written(voice, name, value)).collect();
            Some(values?.join(&voice.get("list_comma")))
        }
        Value::String(text) => match name {
            "measure" | "measures" => {
                Some(voice.optional(&format!("term.{text}")).unwrap_or_else(|| isolated(text)))
            }
            "as_of" | "latest" => Some(voice.numbers.written(text)),
            "note" => Some(voice.note(text)).filter(|note| !note.foreign).map(|note| note.text),
            _ => Some(isolated(text)),
        },
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::as_sentence;

    #[test]
    fn a_message_becomes_a_sentence() {
        assert_eq!(as_sentence("the `a` cut is `b`"), "The “a” cut is “b”.");
    }
}
