//! What the names and the answers of a form's questions say about one another.

use std::collections::BTreeMap;

use super::column::NONE;
use super::tables::Column;
use crate::ingest::text::fold_digits;
use crate::math::correlation::pearson;

/// Names such as `PERQ1`, `PERQ2`, `PERQ3` belong together: what they share, in small letters, for each of them.
pub(super) fn stems(names: &[&str]) -> BTreeMap<String, String> {
    let is_tail = |sign: char| sign.is_numeric() || matches!(sign, '_' | '-' | '.' | ' ');
    let stem = |name: &str| {
        let letters = name.trim().trim_end_matches(is_tail);
        let coded =
            letters.len() < name.trim().len() && !letters.contains(' ') && letters.chars().count() > 1;
        (coded && letters.chars().any(char::is_alphabetic)).then(|| letters.to_lowercase())
    };
    let mut groups: BTreeMap<String, Vec<&str>> = BTreeMap::new();
    for name in names {
        if let Some(stem) = stem(name) {
            groups.entry(stem).or_default().push(name);
        }
    }
    // One stem for all tells nothing.
    let several = groups.len() > 1;
    let groups = groups.into_iter().filter(|(_, names)| several && names.len() > 1);
    groups
        .flat_map(|(stem, names)| names.into_iter().map(move |name| (name.to_owned(), stem.clone())))
        .collect()
}

/// Questions whose answers fall where those to the others rise.
pub(super) fn against_the_others(columns: &[Column]) -> Vec<String> {
    /// Correlation with the mean of the others from which a question is taken for worded the other way.
    const AGAINST: f64 = -0.2;
    const FEWEST: usize = 30;
    let answers: Vec<Vec<Option<f64>>> = columns.iter().map(numbers).collect();
    let mut open = Vec::new();
    for (at, column) in columns.iter().enumerate() {
        let others = |row: usize| {
            let said: Vec<f64> =
                (0..columns.len()).filter(|o| *o != at).filter_map(|o| answers[o][row]).collect();
            (!said.is_empty()).then(|| said.iter().sum::<f64>() / said.len() as f64)
        };
        let pairs = (0..answers[at].len()).filter_map(|row| answers[at][row].zip(others(row)));
        let (own, rest): (Vec<f64>, Vec<f64>) = pairs.unzip();
        let r = if own.len() < FEWEST { None } else { pearson(&own, &rest) };
        if let Some(r) = r.filter(|r| *r <= AGAINST) {
            open.push(format!(
                "the answers to `{}` fall where those to the other questions rise (correlation {r:.2}): is its highest \
                 answer the worst? then write `reversed = true`",
                column.name
            ));
        }
    }
    open
}

/// The answers in numbers, row by row.
fn numbers(column: &Column) -> Vec<Option<f64>> {
    let parsed: Vec<Option<f64>> = column.values.texts.iter().map(|t| fold_digits(t).parse().ok()).collect();
    let value = |code: &u32| if *code == NONE { None } else { parsed[*code as usize] };
    column.values.codes.iter().map(value).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn coded_names_are_grouped_by_what_they_share() {
        let found = stems(&["PERQ1", "PERQ2", "CUSCO", "IMAG_1", "IMAG_2", "Q7", "overall"]);
        let found: Vec<(&str, &str)> = found.iter().map(|(a, b)| (a.as_str(), b.as_str())).collect();
        assert_eq!(found, [("IMAG_1", "imag"), ("IMAG_2", "imag"), ("PERQ1", "perq"), ("PERQ2", "perq")]);
        assert!(stems(&["Frage1", "Frage2", "Frage3"]).is_empty());
    }
}
