//! What the reader of a result should know; never an error.

use std::collections::BTreeMap;

use serde_json::Value;

/// Every code a warning can have. The report has a Persian sentence for each.
pub const CODES: [&str; 40] = [
    "audience_left_out",
    "closed_without_time",
    "clusters_not_settled",
    "complaints_before_orders",
    "consent_unknown",
    "constant_feature",
    "contamination",
    "costs_incomplete",
    "degenerate_dimension",
    "dimension_without_weight",
    "drift",
    "entangled_drivers",
    "few_answers_for_drivers",
    "few_distinct_customers",
    "file_without_rows",
    "median_cut",
    "need_without_importance",
    "no_clusters",
    "nonstandard_scale",
    "nothing_earlier",
    "one_cluster",
    "other_key",
    "previous_damaged",
    "reduction_of_questions",
    "repeated_answers",
    "repeated_drivers",
    "result_damaged",
    "rules_changed",
    "small_cluster",
    "small_groups",
    "small_list",
    "undated_answers",
    "undecided",
    "unknown_consent",
    "unread_sheets",
    "unread_suppression",
    "unserved_need",
    "unusable_birth_date",
    "unusable_email",
    "unusable_phone",
];

/// Something the reader of a result should know; never an error.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
pub struct Warning {
    /// Stable identifier, one of [`CODES`].
    pub code: &'static str,
    /// The sentence people read.
    pub message: String,
    /// The figures and names in it, for whoever says it in another language.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub values: BTreeMap<&'static str, Value>,
}

impl Warning {
    /// A warning with its code and sentence.
    pub fn new(code: &'static str, message: impl Into<String>) -> Self {
        debug_assert!(CODES.contains(&code), "`{code}` is no code of a warning");
        Self { code, message: message.into(), values: BTreeMap::new() }
    }

    /// The warning with a figure or a name of its sentence.
    #[must_use]
    pub fn with(mut self, name: &'static str, value: impl Into<Value>) -> Self {
        self.values.insert(name, value.into());
        self
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;
    use std::fs;
    use std::path::Path;

    use super::CODES;

    fn sources(folder: &Path, into: &mut String) {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                sources(&path, into);
            } else if path.extension().is_some_and(|e| e == "rs") && !path.ends_with("src/warning.rs") {
                into.push_str(&fs::read_to_string(&path).unwrap());
            }
        }
    }

    #[test]
    fn the_codes_are_those_the_engine_gives() {
        let mut text = String::new();
        sources(&Path::new(env!("CARGO_MANIFEST_DIR")).join("src"), &mut text);
        let literals = text.split("Warning::new(").skip(1).filter_map(|rest| {
            let code = rest.trim_start().strip_prefix('"')?;
            Some(code.split_once('"')?.0)
        });
        let given: BTreeSet<&str> = literals.collect();
        let unknown: Vec<_> = given.iter().filter(|code| !CODES.contains(code)).collect();
        assert!(unknown.is_empty(), "not in CODES: {unknown:?}");
        let never: Vec<_> = CODES.iter().filter(|code| !text.contains(&format!("\"{code}\""))).collect();
        assert!(never.is_empty(), "in CODES, but never given: {never:?}");
    }
}
