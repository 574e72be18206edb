//! Answers in words: ladders of labels from worst to best, in the languages of the lexicon.

use std::collections::BTreeMap;

use super::column::Values;
use crate::ingest::labels::LABEL_SETS;
use crate::ingest::text::key;

/// How an item is answered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Scale {
    /// Numbers from lowest to highest.
    Range([i64; 2]),
    /// A set of labels that the engine knows by name.
    Named(&'static str),
    /// Labels from worst to best.
    Own(Vec<String>),
}

impl Scale {
    /// The labels say how good something was, not how often or how likely.
    pub(super) fn judges(&self) -> bool {
        match self {
            Self::Range(_) => false,
            Self::Named(_) => true,
            Self::Own(labels) => {
                !NO_JUDGEMENT.iter().any(|first| labels.first().is_some_and(|l| key(l) == key(first)))
            }
        }
    }
}

/// Lowest steps of ladders that do not judge.
const NO_JUDGEMENT: [&str; 3] = ["never", "very unlikely", "خیلی کم"];

/// Five steps, worst first; spellings of one step are parted by `|`.
const LADDERS: [[&str; 5]; 14] = [
    [
        "very bad|terrible|awful",
        "bad",
        "average|ok|okay|neutral|mediocre",
        "good",
        "very good|great|excellent",
    ],
    ["very unlikely", "unlikely", "neutral|maybe|not sure", "likely", "very likely"],
    ["never", "rarely", "sometimes", "often", "always"],
    ["sehr schlecht", "schlecht", "mittel|mittelmäßig|durchschnittlich|neutral", "gut", "sehr gut"],
    [
        "sehr unzufrieden",
        "unzufrieden|eher unzufrieden",
        "neutral|teils teils|weder noch",
        "zufrieden|eher zufrieden",
        "sehr zufrieden",
    ],
    [
        "muy malo|muy mala|pésimo",
        "malo|mala",
        "regular|normal",
        "bueno|buena",
        "muy bueno|muy buena|excelente",
    ],
    ["muy insatisfecho", "insatisfecho", "neutral|indiferente", "satisfecho", "muy satisfecho"],
    [
        "muito ruim|péssimo|péssima",
        "ruim",
        "regular|razoável",
        "bom|boa",
        "muito bom|muito boa|ótimo|ótima|excelente",
    ],
    ["muito insatisfeito", "insatisfeito", "neutro|indiferente", "satisfeito", "muito satisfeito"],
    [
        "très mauvais|très mauvaise",
        "mauvais|mauvaise",
        "moyen|moyenne",
        "bon|bonne",
        "très bon|très bonne|excellent",
    ],
    [
        "très insatisfait|pas du tout satisfait",
        "insatisfait|peu satisfait",
        "neutre|moyennement satisfait",
        "satisfait",
        "très satisfait",
    ],
    ["çok kötü", "kötü", "orta|normal", "iyi", "çok iyi|mükemmel"],
    [
        "hiç memnun değilim|hiç memnun değil",
        "memnun değilim|memnun değil",
        "kararsızım|kararsız|nötr",
        "memnunum|memnun",
        "çok memnunum|çok memnun",
    ],
    ["خیلی کم", "کم", "متوسط", "زیاد", "خیلی زیاد"],
];

/// Distinct answers of a column of labels, at most.
const MOST_LABELS: usize = 12;

/// The scale whose labels hold every answer of a column; `None` when there is none, or several that place the answers
/// differently.
pub(super) fn labels(values: &Values) -> Option<Scale> {
    if values.texts.len() < 2 || values.texts.len() > MOST_LABELS {
        return None;
    }
    let answers: Vec<String> = values.texts.iter().map(|text| key(text)).collect();
    let places =
        |label: &dyn Fn(&str) -> Option<u8>| answers.iter().map(|a| label(a)).collect::<Option<Vec<u8>>>();
    let sets = LABEL_SETS.iter().filter_map(|set| {
        let label = |answer: &str| set.labels.iter().find(|(l, _)| key(l) == answer).map(|(_, step)| *step);
        Some((places(&label)?, Scale::Named(set.name)))
    });
    let ladders = LADDERS.iter().filter_map(|ladder| {
        let step = |answer: &str| ladder.iter().position(|step| step.split('|').any(|l| key(l) == answer));
        let places = places(&|answer: &str| step(answer).map(|at| at as u8 + 1))?;
        let mut own: BTreeMap<u8, String> = (1..=5)
            .zip(ladder)
            .map(|(at, step)| (at, step.split('|').next().unwrap_or(step).to_owned()))
            .collect();
        for (place, text) in places.iter().zip(&values.texts) {
            own.insert(*place, text.clone());
        }
        // Two words on one step cannot be told apart in a list.
        let distinct: std::collections::BTreeSet<&u8> = places.iter().collect();
        let keys: std::collections::BTreeSet<&String> = answers.iter().collect();
        (distinct.len() == keys.len()).then(|| (places, Scale::Own(own.into_values().collect())))
    });
    let mut found: Vec<(Vec<u8>, Scale)> = sets.chain(ladders).collect();
    let agree = found.windows(2).all(|pair| pair[0].0 == pair[1].0);
    let varied = found.first().is_some_and(|(places, _)| places.iter().min() != places.iter().max());
    (agree && varied).then(|| found.swap_remove(0).1)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ingest::block::Cell;

    fn of(rows: &[&str]) -> Option<Scale> {
        let mut values = Values::default();
        rows.iter().for_each(|row| values.push(Cell::Text(row.as_bytes())));
        labels(&values)
    }

    #[test]
    fn labels_are_put_in_order() {
        assert_eq!(of(&["خیلی خوب", "بد", "متوسط"]), Some(Scale::Named("likert5_quality")));
        assert_eq!(of(&["Strongly agree", "disagree"]), Some(Scale::Named("likert5_agreement")));
        let own = ["very bad", "Bad", "average", "good", "very good"].map(str::to_owned).to_vec();
        assert_eq!(of(&["average", "Bad", "very good"]), Some(Scale::Own(own)));
        let own =
            ["sehr unzufrieden", "unzufrieden", "neutral", "zufrieden", "sehr zufrieden"].map(str::to_owned);
        assert_eq!(of(&["zufrieden", "sehr zufrieden", "unzufrieden"]), Some(Scale::Own(own.to_vec())));
    }

    #[test]
    fn what_could_be_two_scales_or_none_is_left() {
        // In `seed5` the middle, in `likert5_satisfaction` the fourth.
        assert_eq!(of(&["satisfied", "dissatisfied"]), None);
        assert_eq!(of(&["yes", "no"]), None);
        assert_eq!(of(&["good"]), None);
        assert_eq!(of(&["great", "excellent", "bad"]), None);
    }
}
