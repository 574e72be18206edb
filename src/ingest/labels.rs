//! Label sets that surveys share, in English and Persian.
//!
//! A column names its set, because a word alone does not say what it means: `satisfied` and `راضی` are the
//! middle of `seed5` and the fourth of five in `likert5_satisfaction`.

/// Answers in words, each with its place on a five-point scale.
#[derive(Debug)]
pub struct LabelSet {
    /// The name a configuration uses.
    pub name: &'static str,
    /// Label and value, 1 (worst) to [`LabelSet::POINTS`] (best); spellings may share a value.
    pub labels: &'static [(&'static str, u8)],
}

impl LabelSet {
    /// Points of the scale behind every set.
    pub const POINTS: u8 = 5;
}

/// Every set a configuration can name.
pub static LABEL_SETS: [LabelSet; 4] = [SEED5, LIKERT5_SATISFACTION, LIKERT5_QUALITY, LIKERT5_AGREEMENT];

/// The set of that name.
pub fn named(name: &str) -> Option<&'static LabelSet> {
    LABEL_SETS.iter().find(|set| set.name == name)
}

/// The five satisfaction levels themselves, as a customer or an employee would tick them.
///
/// The words are the levels of the satisfaction score, so a value stands for the middle of its level:
/// 0, ¼, ½, ¾ and 1.
const SEED5: LabelSet = LabelSet {
    name: "seed5",
    labels: &[
        ("angry", 1),
        ("dissatisfied", 2),
        ("satisfied", 3),
        ("happy", 4),
        ("delighted", 5),
        ("خشمگین", 1),
        ("عصبانی", 1),
        ("ناراضی", 2),
        ("راضی", 3),
        ("شاد", 4),
        ("خشنود", 4),
        ("شیفته", 5),
        ("به وجد آمده", 5),
    ],
};

/// How satisfied, from very dissatisfied to very satisfied.
const LIKERT5_SATISFACTION: LabelSet = LabelSet {
    name: "likert5_satisfaction",
    labels: &[
        ("very dissatisfied", 1),
        ("dissatisfied", 2),
        ("neutral", 3),
        ("neither satisfied nor dissatisfied", 3),
        ("satisfied", 4),
        ("very satisfied", 5),
        ("خیلی ناراضی", 1),
        ("بسیار ناراضی", 1),
        ("کاملاً ناراضی", 1),
        ("کاملا ناراضی", 1),
        ("ناراضی", 2),
        ("متوسط", 3),
        ("نه راضی نه ناراضی", 3),
        ("بی تفاوت", 3),
        ("بی‌تفاوت", 3),
        ("راضی", 4),
        ("خیلی راضی", 5),
        ("بسیار راضی", 5),
        ("کاملاً راضی", 5),
        ("کاملا راضی", 5),
    ],
};

/// How good, from very bad to excellent.
const LIKERT5_QUALITY: LabelSet = LabelSet {
    name: "likert5_quality",
    labels: &[
        ("very poor", 1),
        ("poor", 2),
        ("fair", 3),
        ("average", 3),
        ("good", 4),
        ("excellent", 5),
        ("very good", 5),
        ("خیلی بد", 1),
        ("بد", 2),
        ("متوسط", 3),
        ("خوب", 4),
        ("خیلی خوب", 5),
        ("عالی", 5),
    ],
};

/// How much one agrees with a statement.
const LIKERT5_AGREEMENT: LabelSet = LabelSet {
    name: "likert5_agreement",
    labels: &[
        ("strongly disagree", 1),
        ("disagree", 2),
        ("neither agree nor disagree", 3),
        ("agree", 4),
        ("strongly agree", 5),
        ("کاملا مخالفم", 1),
        ("کاملاً مخالفم", 1),
        ("مخالفم", 2),
        ("نظری ندارم", 3),
        ("موافقم", 4),
        ("کاملا موافقم", 5),
        ("کاملاً موافقم", 5),
    ],
};

#[cfg(test)]
mod tests {
    use serde_json::Value;

    use super::*;

    fn reference() -> Value {
        let text =
            include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/golden/satisfaction_labels.json"));
        serde_json::from_str(text).unwrap()
    }

    fn place(value: &Value) -> u8 {
        const LEVELS: [&str; 5] = ["angry", "dissatisfied", "satisfied", "happy", "delighted"];
        match value {
            Value::String(level) => 1 + LEVELS.iter().position(|l| l == level).unwrap() as u8,
            number => number.as_u64().unwrap() as u8,
        }
    }

    #[test]
    fn the_sets_are_those_of_the_reference() {
        let reference = reference();
        let sets = reference["label_sets"].as_object().unwrap();
        assert_eq!(sets.len(), LABEL_SETS.len());
        for (name, set) in sets {
            let mut expected: Vec<(&str, u8)> = ["fa", "en"]
                .iter()
                .flat_map(|language| set[language].as_object().unwrap())
                .map(|(label, value)| (label.as_str(), place(value)))
                .collect();
            expected.sort_unstable();
            let mut found = named(name).unwrap().labels.to_vec();
            found.sort_unstable();
            assert_eq!(found, expected, "{name}");
        }
        assert!(named("likert7").is_none());
    }
}
