//! Answers of surveys: from what the export says to a value on the item's scale and on 0 to 1.
//!
//! A question declares either a range of numbers (`scale = [1, 5]`) or its labels in ascending order, or the
//! name of a set of [`labels`]. An answer off the scale is refused, never moved onto it.

use super::block::Cell;
use super::labels::{self, LABEL_SETS, LabelSet};
use super::text::key;
use crate::config::items::{Code, ItemParams, Labels, Spellings};
use crate::{Error, Result, error};

/// What a cell says.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Answer {
    /// Nothing: the cell is empty.
    Empty,
    /// A word or code that means "no answer".
    Missing,
    /// An answer on the scale.
    Value {
        /// On the item's own scale, as given.
        value: f64,
        /// On 0 (worst) to 1 (best); reversed items are turned round.
        unit: f64,
    },
    /// Something that is not an answer of this item.
    OutOfScale,
}

/// A checked answer scale.
#[derive(Clone, Debug, PartialEq)]
pub struct Scale {
    kind: Kind,
    bounds: [f64; 2],
    reversed: bool,
    missing: MissingCodes,
}

/// Answers that mean "no answer".
#[derive(Clone, Debug, Default, PartialEq)]
pub struct MissingCodes {
    numbers: Vec<f64>,
    /// In key form.
    texts: Vec<String>,
}

impl MissingCodes {
    /// Spellings of "no value" that programs write, in key form; a label of a scale may be one of them.
    const USUAL: [&str; 9] = ["na", "n/a", "n.a.", "#n/a", "<na>", "nan", "null", "none", "\\n"];

    /// The codes of an item and of its whole survey.
    pub fn of<'a>(codes: impl IntoIterator<Item = &'a Code>) -> Self {
        let mut all = Self::default();
        for code in codes {
            match code {
                Code::Number(x) => all.numbers.push(*x),
                Code::Text(text) => {
                    let text = key(text);
                    match number(&text) {
                        Some(x) => all.numbers.push(x),
                        None => all.texts.push(text),
                    }
                }
            }
        }
        all
    }

    /// Whether a text in key form was declared to mean "no answer".
    pub fn declared(&self, text: &str) -> bool {
        self.texts.iter().any(|t| t == text) || self.has(number(text))
    }

    /// Whether a text in key form is one of the usual spellings of "no value".
    pub fn usual(text: &str) -> bool {
        Self::USUAL.contains(&text)
    }

    fn has(&self, x: Option<f64>) -> bool {
        x.is_some_and(|x| self.numbers.contains(&x))
    }
}

#[derive(Clone, Debug, PartialEq)]
enum Kind {
    Numbers {
        integer: bool,
    },
    /// Key forms and their values, sorted by key form.
    Words(Vec<(String, f64)>),
}

impl Scale {
    /// The scale an item declares, with the missing codes of its survey; `survey` is for messages.
    ///
    /// # Errors
    /// `Config` when the item declares no scale or two, a range that does not ascend, an unknown label set,
    /// fewer than two labels, the same label twice, or a dimension of a reserved name.
    pub fn from_params(item: &ItemParams, codes: &[Code], survey: &str) -> Result<Self> {
        let (kind, bounds) = check_dimension(item)
            .and_then(|()| declared(item))
            .map_err(|fault| fault.at(&format!("survey `{survey}`, item `{}`", item.column.0)))?;
        let missing = MissingCodes::of(item.missing.iter().chain(codes));
        Ok(Self { kind, bounds, reversed: item.reversed, missing })
    }

    /// Lowest and highest answer; label scales run from 1 to the number of steps.
    pub fn bounds(&self) -> [f64; 2] {
        self.bounds
    }

    /// What a cell says. Missing codes come before the scale: 9 on a scale from 1 to 9 can be declared missing. The
    /// usual spellings of "no value" come after it: `none` can be a label.
    pub fn read(&self, text: &str) -> Answer {
        let text = text.trim();
        // Most cells are plain digits: no need to fold letters for them.
        if let (Kind::Numbers { .. }, Some(x)) = (&self.kind, number(text)) {
            return if self.missing.has(Some(x)) { Answer::Missing } else { self.place(x) };
        }
        let text = key(text);
        if text.is_empty() {
            return Answer::Empty;
        }
        if self.missing.declared(&text) {
            return Answer::Missing;
        }
        let on_scale = match &self.kind {
            Kind::Numbers { .. } => number(&text),
            Kind::Words(words) => {
                words.binary_search_by(|(word, _)| word.as_str().cmp(&text)).ok().map(|found| words[found].1)
            }
        };
        match on_scale {
            Some(x) => self.place(x),
            None if MissingCodes::usual(&text) => Answer::Missing,
            None => Answer::OutOfScale,
        }
    }

    /// What a cell that holds a number says, where it is an answer; otherwise its text may still say something.
    pub(super) fn number(&self, cell: Cell<'_>) -> Option<Answer> {
        let x = match (cell, &self.kind) {
            // Adding zero turns -0 into 0.
            (Cell::Int(x), Kind::Numbers { .. }) => x as f64 + 0.0,
            (Cell::Float(x), Kind::Numbers { .. }) if x.is_finite() => x + 0.0,
            _ => return None,
        };
        let answer = if self.missing.has(Some(x)) { Answer::Missing } else { self.place(x) };
        (answer != Answer::OutOfScale).then_some(answer)
    }

    /// The answer `x` on this scale.
    fn place(&self, x: f64) -> Answer {
        let [low, high] = self.bounds;
        let broken = matches!(self.kind, Kind::Numbers { integer: true }) && x.fract() != 0.0;
        if broken || !(low..=high).contains(&x) {
            return Answer::OutOfScale;
        }
        // From the other end rather than 1 − u, so that reversed tenths are tenths.
        let steps = if self.reversed { high - x } else { x - low };
        Answer::Value { value: x, unit: steps / (high - low) }
    }
}

/// What is wrong with an item, before its place is known.
pub(super) struct Fault {
    message: String,
    hint: String,
}

impl Fault {
    pub(super) fn new(message: impl Into<String>, hint: impl Into<String>) -> Self {
        Self { message: message.into(), hint: hint.into() }
    }

    pub(super) fn at(self, place: &str) -> Error {
        Error::config(format!("{place}: {}", self.message)).hint(self.hint)
    }
}

/// Kind and bounds of the scale an item declares.
fn declared(item: &ItemParams) -> Result<(Kind, [f64; 2]), Fault> {
    match (item.scale, &item.labels) {
        (Some(bounds), None) => {
            check_range(bounds, item.integer)?;
            Ok((Kind::Numbers { integer: item.integer }, bounds))
        }
        (None, Some(_)) if item.integer => {
            Err(Fault::new("`integer` goes with `scale`, found `labels`", "remove `integer`"))
        }
        (None, Some(Labels::Named(name))) => {
            Ok((Kind::Words(set_words(name)?), [1.0, f64::from(LabelSet::POINTS)]))
        }
        (None, Some(Labels::Own(labels))) => {
            Ok((Kind::Words(own_words(labels)?), [1.0, labels.len() as f64]))
        }
        (both, _) => Err(Fault::new(
            format!(
                "an item has either `scale` or `labels`, found {}",
                if both.is_some() { "both" } else { "neither" }
            ),
            "write `scale = [1, 5]` for answers in numbers, `labels = [...]` from worst to best for words",
        )),
    }
}

fn check_dimension(item: &ItemParams) -> Result<(), Fault> {
    match item.dimension.as_deref() {
        Some(name @ ("" | "overall")) => Err(Fault::new(
            format!("`dimension` cannot be `{name}`"),
            "`overall` is the name of the figures of the whole survey; leave `dimension` out for none",
        )),
        _ => Ok(()),
    }
}

fn check_range([low, high]: [f64; 2], integer: bool) -> Result<(), Fault> {
    if !(low.is_finite() && high.is_finite() && low < high) {
        return Err(Fault::new(
            format!("`scale` must ascend, found `[{low}, {high}]`"),
            "where the highest answer is the worst, keep the range ascending and add `reversed = true`",
        ));
    }
    if integer && (low.fract() != 0.0 || high.fract() != 0.0) {
        return Err(Fault::new(
            format!("`integer` needs whole numbers in `scale`, found `[{low}, {high}]`"),
            "remove `integer`, or round the range",
        ));
    }
    Ok(())
}

fn set_words(name: &str) -> Result<Vec<(String, f64)>, Fault> {
    let Some(set) = labels::named(name) else {
        let names: Vec<&str> = LABEL_SETS.iter().map(|set| set.name).collect();
        let near = error::closest(name, names.iter().copied()).map(|near| format!("did you mean `{near}`? "));
        return Err(Fault::new(
            format!("there is no label set `{name}`"),
            format!("{}the sets are `{}`", near.unwrap_or_default(), names.join("`, `")),
        ));
    };
    let mut words: Vec<(String, f64)> =
        set.labels.iter().map(|&(label, x)| (key(label), f64::from(x))).collect();
    words.sort_by(|a, b| a.0.cmp(&b.0));
    words.dedup();
    Ok(words)
}

fn own_words(labels: &[Spellings]) -> Result<Vec<(String, f64)>, Fault> {
    if labels.len() < 2 {
        return Err(Fault::new(
            format!("`labels` needs at least two labels, found {}", labels.len()),
            "list every answer of the question, from worst to best",
        ));
    }
    let written = labels.iter().enumerate().flat_map(|(i, step)| step.as_slice().iter().map(move |l| (l, i)));
    let mut words: Vec<(String, usize, &String)> = written.map(|(label, i)| (key(label), i, label)).collect();
    // Spellings of one step may come to the same.
    words.sort();
    words.dedup_by(|a, b| a.0 == b.0 && a.1 == b.1);
    if let Some(twin) = words.windows(2).find(|pair| pair[0].0 == pair[1].0) {
        return Err(Fault::new(
            format!("labels `{}` and `{}` cannot be told apart", twin[0].2, twin[1].2),
            "labels are compared without case, vowel marks and Arabic letter variants; list each once",
        ));
    }
    if words[0].0.is_empty() || labels.iter().any(|step| step.as_slice().is_empty()) {
        return Err(Fault::new(
            "`labels` contains an empty label",
            "empty cells are always missing; remove it",
        ));
    }
    Ok(words.into_iter().map(|(word, i, _)| (word, (i + 1) as f64)).collect())
}

/// A number as surveys write them: sign, digits, one decimal mark, perhaps a percent sign.
fn number(text: &str) -> Option<f64> {
    let text = text.strip_suffix(['%', '٪']).unwrap_or(text).trim_end();
    let digits = text.strip_prefix(['-', '+', '\u{2212}']).unwrap_or(text);
    let plain = |c: char| c.is_ascii_digit() || matches!(c, '.' | '٫');
    if digits.is_empty() || !digits.chars().all(plain) {
        return None;
    }
    let value: f64 =
        if digits.contains('٫') { digits.replace('٫', ".").parse() } else { digits.parse() }.ok()?;
    // Adding zero turns -0 into 0.
    Some(if text.starts_with(['-', '\u{2212}']) { -value + 0.0 } else { value })
}

#[cfg(test)]
#[allow(clippy::float_cmp, reason = "the values compared are exact")]
mod tests {
    use serde_json::Value;

    use super::*;

    fn item(toml: &str) -> ItemParams {
        toml::from_str(&format!("column = \"q1\"\nmeasures = \"satisfaction\"\n{toml}")).unwrap()
    }

    fn scale(toml: &str) -> Scale {
        Scale::from_params(&item(toml), &[], "shop").unwrap()
    }

    fn refusal(toml: &str) -> String {
        let error = Scale::from_params(&item(toml), &[], "shop").unwrap_err();
        format!("{error}; hint: {}", error.hint_text().unwrap())
    }

    fn value(value: f64, unit: f64) -> Answer {
        Answer::Value { value, unit }
    }

    #[test]
    fn every_point_of_the_reference_scales_has_its_unit() {
        let text = include_str!(concat!(
            env!("CARGO_MANIFEST_DIR"),
            "/tests/golden/satisfaction_levels_scales.json"
        ));
        let scales: Value = serde_json::from_str(text).unwrap();
        let mut seen = 0;
        for (name, points) in scales.as_object().unwrap() {
            let (low, high) = name.split_once('-').unwrap();
            let forward = scale(&format!("scale = [{low}, {high}]\ninteger = true"));
            let reversed = scale(&format!("scale = [{low}, {high}]\nreversed = true"));
            for point in points.as_array().unwrap() {
                let (x, u) = (point["x"].as_f64().unwrap(), point["u"].as_f64().unwrap());
                assert_eq!(forward.read(&x.to_string()), value(x, u), "{name}");
                let Answer::Value { value, unit } = reversed.read(&x.to_string()) else {
                    panic!("{name} {x}")
                };
                assert!(value == x && (unit - (1.0 - u)).abs() < 1e-15, "{name} {x}");
                seen += 1;
            }
        }
        assert_eq!(seen, 48);
    }

    #[test]
    fn answers_off_the_scale_are_refused_not_moved() {
        let five = scale("scale = [1, 5]");
        for text in ["0", "5.01", "6", "-1", "4,5", "1e0", "inf", "good", "1/5", "1 2", ".", "--1"] {
            assert_eq!(five.read(text), Answer::OutOfScale, "{text}");
        }
    }

    #[test]
    fn half_steps_are_answers_unless_only_whole_numbers_are() {
        assert_eq!(scale("scale = [1, 5]").read("3.5"), value(3.5, 0.625));
        assert_eq!(scale("scale = [1, 5]\ninteger = true").read("3.5"), Answer::OutOfScale);
        assert_eq!(scale("scale = [1, 5]\ninteger = true").read("3.0"), value(3.0, 0.5));
    }

    #[test]
    fn persian_and_arabic_digits_and_signs_are_numbers() {
        let ten = scale("scale = [0, 10]");
        assert_eq!(ten.read("۷"), value(7.0, 0.7));
        assert_eq!(ten.read("\u{200f}٧٫٥ "), value(7.5, 0.75));
        assert_eq!(ten.read("+10"), value(10.0, 1.0));
        assert_eq!(ten.read("-0"), value(0.0, 0.0));
        assert_eq!(scale("scale = [-2, 2]").read("\u{2212}۲"), value(-2.0, 0.0));
        assert_eq!(scale("scale = [0, 100]").read("۸۷٪"), value(87.0, 0.87));
    }

    #[test]
    fn empty_cells_and_declared_codes_are_missing() {
        let coded = scale("scale = [1, 5]\nmissing = [99, \"N/A\", \"نظری ندارم\", \"-1\"]");
        for text in ["99", "99.0", "۹۹", "n/a", "نظري ندارم", "-1", "NaN", "NULL"] {
            assert_eq!(coded.read(text), Answer::Missing, "{text}");
        }
        for text in ["", "  ", "\u{200f}"] {
            assert_eq!(coded.read(text), Answer::Empty, "{text}");
        }
        assert_eq!(coded.read("98"), Answer::OutOfScale);
        let words = scale("labels = \"likert5_agreement\"\nmissing = [99, \"نظری ندارم\"]");
        assert_eq!(words.read("99"), Answer::Missing);
        assert_eq!(words.read("نظری ندارم"), Answer::Missing);
    }

    #[test]
    fn the_same_word_depends_on_the_set() {
        assert_eq!(scale("labels = \"seed5\"").read("راضی"), value(3.0, 0.5));
        assert_eq!(scale("labels = \"likert5_satisfaction\"").read("راضي"), value(4.0, 0.75));
        assert_eq!(scale("labels = \"seed5\"").read("Delighted "), value(5.0, 1.0));
        assert_eq!(scale("labels = \"seed5\"").read("angry"), value(1.0, 0.0));
        assert_eq!(scale("labels = \"seed5\"").read("very satisfied"), Answer::OutOfScale);
    }

    #[test]
    fn every_label_of_every_set_is_found_by_its_own_text() {
        for set in &LABEL_SETS {
            let found = scale(&format!("labels = \"{}\"", set.name));
            let turned = scale(&format!("labels = \"{}\"\nreversed = true", set.name));
            for &(label, x) in set.labels {
                let (x, unit) = (f64::from(x), f64::from(x - 1) / 4.0);
                assert_eq!(found.read(label), value(x, unit), "{label}");
                assert_eq!(turned.read(label), value(x, 1.0 - unit), "{label}");
            }
        }
    }

    #[test]
    fn the_codes_of_a_survey_are_those_of_every_item() {
        let codes = [Code::Number(-99.0), Code::Text("نمی‌دانم".into())];
        let five = Scale::from_params(&item("scale = [-2, 2]\nmissing = [-3]"), &codes, "shop").unwrap();
        for text in ["-99", "\u{2212}۹۹", "نميدانم", "-3"] {
            assert_eq!(five.read(text), Answer::Missing, "{text}");
        }
        assert_eq!(five.read("-4"), Answer::OutOfScale);
    }

    #[test]
    fn a_step_may_have_several_spellings_and_none_may_be_a_label() {
        let own = scale("labels = [\"none\", [\"some\", \"a few\", \"Some \"], \"many\"]");
        assert_eq!(own.bounds(), [1.0, 3.0]);
        assert_eq!(own.read("None"), value(1.0, 0.0));
        assert_eq!(own.read("A  few"), value(2.0, 0.5));
        assert_eq!(own.read("many"), value(3.0, 1.0));
        assert_eq!(own.read("NA"), Answer::Missing);
        let twins = refusal("labels = [\"no\", [\"yes\", \"NO\"]]");
        assert!(twins.contains("labels `no` and `NO` cannot be told apart"), "{twins}");
    }

    #[test]
    fn own_labels_ascend() {
        let own = scale("labels = [\"very bad\", \"so so\", \"very good\"]");
        assert_eq!(own.bounds(), [1.0, 3.0]);
        assert_eq!(own.read("Very  Bad"), value(1.0, 0.0));
        assert_eq!(own.read("so so"), value(2.0, 0.5));
        assert_eq!(own.read("VERY GOOD"), value(3.0, 1.0));
        assert_eq!(own.read("good"), Answer::OutOfScale);
        assert_eq!(own.read("1"), Answer::OutOfScale);
    }

    #[test]
    fn a_higher_answer_never_has_a_lower_unit() {
        let ten = scale("scale = [0, 10]");
        let mut last = -1.0;
        for tenths in 0..=100 {
            let Answer::Value { unit, .. } = ten.read(&format!("{:.1}", f64::from(tenths) / 10.0)) else {
                panic!()
            };
            assert!(unit > last && (0.0..=1.0).contains(&unit));
            last = unit;
        }
    }

    #[test]
    fn a_scale_that_cannot_be_is_refused_with_survey_and_column() {
        for (toml, message) in [
            ("", "an item has either `scale` or `labels`, found neither; hint: write `scale = [1, 5]`"),
            (
                "scale = [1, 5]\nlabels = \"seed5\"",
                "an item has either `scale` or `labels`, found both; hint: ",
            ),
            (
                "scale = [5, 1]",
                "`scale` must ascend, found `[5, 1]`; hint: where the highest answer is the worst",
            ),
            ("scale = [3, 3]", "`scale` must ascend, found `[3, 3]`; hint: "),
            ("scale = [0, nan]", "`scale` must ascend, found `[0, NaN]`; hint: "),
            (
                "scale = [0.5, 5]\ninteger = true",
                "`integer` needs whole numbers in `scale`, found `[0.5, 5]`; hint: ",
            ),
            ("labels = \"seed5\"\ninteger = true", "`integer` goes with `scale`, found `labels`; hint: "),
            ("labels = \"likert5\"", "there is no label set `likert5`; hint: did you mean `likert5_"),
            ("labels = [\"good\"]", "`labels` needs at least two labels, found 1; hint: "),
            ("labels = [\"bad\", \"\"]", "`labels` contains an empty label; hint: "),
            (
                "labels = [\"راضی\", \"good\", \"راضي\"]",
                "labels `راضی` and `راضي` cannot be told apart; hint: ",
            ),
        ] {
            let found = refusal(toml);
            assert!(found.starts_with(&format!("survey `shop`, item `q1`: {message}")), "{found}");
        }
    }

    #[test]
    fn the_configuration_names_what_it_expects() {
        let parse = |toml: &str| toml::from_str::<ItemParams>(toml).unwrap_err().to_string();
        let base = "column = \"q1\"\nmeasures = \"satisfaction\"\n";
        assert!(parse(&format!("{base}labels = 5")).contains("the name of a label set, or a list of labels"));
        assert!(parse(&format!("{base}scal = [1, 5]")).contains("unknown field `scal`"));
        assert!(parse("column = \"q1\"\nmeasures = \"joy\"").contains("`satisfaction`, `recommend`"));
    }
}
