//! Answers in words: ladders of labels from worst to best, in the languages of the lexicon.

use std::collections::{BTreeMap, BTreeSet};

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

/// Answers that mean none.
const NO_OPINION: [&str; 21] = [
    "don't know",
    "dont know",
    "do not know",
    "no opinion",
    "not applicable",
    "does not apply",
    "prefer not to say",
    "no answer",
    "weiß nicht",
    "weiss nicht",
    "keine angabe",
    "no sabe",
    "no aplica",
    "não sei",
    "não se aplica",
    "ne sait pas",
    "sans objet",
    "fikrim yok",
    "نمی دانم",
    "نمیدانم",
    "کاربرد ندارد",
];

/// The lower and the higher of two answers.
const NO_YES: [[&str; 2]; 8] = [
    ["no", "yes"],
    ["false", "true"],
    ["nein", "ja"],
    ["no", "sí"],
    ["não", "sim"],
    ["non", "oui"],
    ["hayır", "evet"],
    ["خیر", "بله"],
];

/// The scale of answers that are yes or no.
pub(super) fn no_yes(values: &Values) -> Option<Scale> {
    let answers: BTreeSet<String> = values.texts.iter().map(|text| key(text)).collect();
    let of = |pair: &&[&str; 2]| answers.len() == 2 && pair.iter().all(|word| answers.contains(&key(word)));
    let found = NO_YES.iter().find(of)?;
    let own = |word: &&str| values.texts.iter().find(|text| key(text) == key(word)).cloned();
    Some(Scale::Own(found.iter().filter_map(own).collect()))
}

/// The scale whose labels hold every answer of a column.
pub(super) fn labels(values: &Values) -> Option<Scale> {
    labels_and_missing(values).map(|(scale, _)| scale)
}

/// The scale whose labels hold every answer of a column, and the answers that mean none; `None` when there is no such
/// scale, or several that place the answers differently.
pub(super) fn labels_and_missing(values: &Values) -> Option<(Scale, Vec<String>)> {
    let is_none = |text: &String| NO_OPINION.iter().any(|word| key(word) == key(text));
    let (missing, texts): (Vec<String>, Vec<String>) = values.texts.iter().cloned().partition(is_none);
    Some((scale_of(&texts)?, missing))
}

fn scale_of(texts: &[String]) -> Option<Scale> {
    if texts.len() < 2 || texts.len() > MOST_LABELS {
        return None;
    }
    let answers: Vec<String> = texts.iter().map(|text| key(text)).collect();
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
        for (place, text) in places.iter().zip(texts) {
            own.insert(*place, text.clone());
        }
        // Two words on one step cannot be told apart in a list.
        let distinct: BTreeSet<&u8> = places.iter().collect();
        let keys: BTreeSet<&String> = answers.iter().collect();
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

    #[test]
    fn answers_that_mean_none_are_no_steps() {
        let mut values = Values::default();
        ["good", "Don't know", "poor"].iter().for_each(|row| values.push(Cell::Text(row.as_bytes())));
        let found = labels_and_missing(&values).unwrap();
        assert_eq!(found, (Scale::Named("likert5_quality"), vec!["Don't know".to_owned()]));
        let mut values = Values::default();
        ["Yes", "No", "YES"].iter().for_each(|row| values.push(Cell::Text(row.as_bytes())));
        assert_eq!(no_yes(&values), Some(Scale::Own(vec!["No".to_owned(), "Yes".to_owned()])));
    }
}
