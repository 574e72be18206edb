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

/// Questions whose answers fall where those to the others rise, or do not go with them at all.
pub(super) fn against_the_others(columns: &[Column]) -> Vec<String> {
    let answers: Vec<Vec<Option<f64>>> = columns.iter().map(numbers).collect();
    let doubt = |(at, column): (usize, &Column)| {
        let doubt = doubt(with_the_others(&answers, at)?, answers.len())?;
        Some(format!(
            "the answers to `{}` {doubt}: is its highest answer the worst? then write `reversed = true`",
            column.name
        ))
    };
    columns.iter().enumerate().filter_map(doubt).collect()
}

/// What a correlation with the mean of the other questions says about the direction of one.
fn doubt(r: f64, questions: usize) -> Option<String> {
    /// From which a question is taken for worded the other way.
    const AGAINST: f64 = -0.2;
    /// Below which a question hardly belongs to the others, where there are enough of them.
    const HARDLY: f64 = 0.15;
    const ENOUGH: usize = 4;
    if r <= AGAINST {
        return Some(format!("fall where those to the others rise (correlation {r:.2})"));
    }
    (r < HARDLY && questions >= ENOUGH)
        .then(|| format!("hardly go with those to the others (correlation {r:.2})"))
}

/// Correlation of one question's answers with the mean of the others'; `None` with too few answers.
fn with_the_others(answers: &[Vec<Option<f64>>], at: usize) -> Option<f64> {
    const FEWEST: usize = 30;
    let others = |row: usize| {
        let said: Vec<f64> =
            (0..answers.len()).filter(|o| *o != at).filter_map(|o| answers[o][row]).collect();
        (!said.is_empty()).then(|| said.iter().sum::<f64>() / said.len() as f64)
    };
    let pairs = (0..answers[at].len()).filter_map(|row| answers[at][row].zip(others(row)));
    let (own, rest): (Vec<f64>, Vec<f64>) = pairs.unzip();
    if own.len() < FEWEST { None } else { pearson(&own, &rest) }
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
    use crate::ingest::block::Cell;

    #[test]
    fn coded_names_are_grouped_by_what_they_share() {
        let found = stems(&["PERQ1", "PERQ2", "CUSCO", "IMAG_1", "IMAG_2", "Q7", "overall"]);
        let found: Vec<(&str, &str)> = found.iter().map(|(a, b)| (a.as_str(), b.as_str())).collect();
        assert_eq!(found, [("IMAG_1", "imag"), ("IMAG_2", "imag"), ("PERQ1", "perq"), ("PERQ2", "perq")]);
        assert!(stems(&["Frage1", "Frage2", "Frage3"]).is_empty());
    }

    #[test]
    fn questions_worded_the_other_way_are_pointed_out() {
        let column = |name: &str, answer: fn(usize) -> usize| {
            let mut values = super::super::column::Values::default();
            let push = |row: usize| values.push(Cell::Text(answer(row).to_string().as_bytes()));
            (0..60).for_each(push);
            Column::new(name, values)
        };
        let columns = [column("a", |r| 1 + r % 5), column("b", |r| 1 + r % 5), column("c", |r| 5 - r % 5)];
        let found = against_the_others(&columns);
        assert_eq!(found.len(), 1, "{found:?}");
        assert!(
            found[0]
                .starts_with("the answers to `c` fall where those to the others rise (correlation -1.00)")
        );
        assert!(doubt(0.1, 3).is_none() && doubt(0.1, 4).is_some() && doubt(0.2, 9).is_none());
    }
}
