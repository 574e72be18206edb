//! One cell of a question: nothing, an answer, or several.

use super::super::block::Cell;
use super::super::scale::{Answer, Fault, MissingCodes, Scale};
use super::super::text::key;
use crate::Result;
use crate::config::items::{Code, ItemParams, Several, Spellings};
use crate::ingest::accounting::AnswerAccount;
use crate::schema::Reason;

/// How the cells of one item are read.
pub(super) struct Item {
    kind: Kind,
    separator: Option<String>,
    several: Several,
}

enum Kind {
    /// Answers on a scale.
    Graded(Scale),
    /// Ticked or not.
    Ticked(Ticked),
}

/// One of the answers that people tick, in key form.
struct Ticked {
    spellings: Vec<String>,
    /// Every answer of the question that an item is about.
    known: Vec<String>,
    /// Several items share the question: the first of them keeps its account.
    keeps_account: bool,
    missing: MissingCodes,
    reversed: bool,
}

/// What was found in the cells of one row.
#[derive(Debug, Default)]
pub(super) struct Found {
    /// Place of the item, answer on its own scale, answer on 0 to 1.
    pub(super) answers: Vec<(u16, f64, f64)>,
    /// Answers set aside: column and answer.
    pub(super) off: Vec<(usize, String)>,
    /// The account of them.
    pub(super) account: AnswerAccount,
}

impl Found {
    /// Nothing, for the next row.
    pub(super) fn clear(&mut self) {
        self.answers.clear();
        self.off.clear();
        // Most rows set nothing aside: an empty map is left as it is.
        let AnswerAccount { given, accepted, missing, repeated, empty, set_aside } = &mut self.account;
        [given, accepted, missing, repeated, empty].into_iter().for_each(|count| *count = 0);
        if !set_aside.is_empty() {
            set_aside.clear();
        }
    }

    /// There are answers, and none of them is one.
    pub(super) fn is_useless(&self) -> bool {
        !self.off.is_empty() && self.account.accepted == 0
    }

    /// An answer that is none of its question.
    fn set_aside(&mut self, column: usize, answer: &str) {
        *self.account.set_aside.entry(Reason::OutOfScale).or_default() += 1;
        self.off.push((column, answer.to_owned()));
    }
}

impl Item {
    /// The items of a survey; `missing` are the codes of all of them, `survey` is for messages.
    ///
    /// # Errors
    /// `Config` for a scale that cannot be, and for keys that do not go together.
    pub(super) fn all(items: &[ItemParams], missing: &[Code], survey: &str) -> Result<Vec<Self>> {
        items.iter().enumerate().map(|(at, _)| Self::one(items, at, missing, survey)).collect()
    }

    fn one(items: &[ItemParams], at: usize, missing: &[Code], survey: &str) -> Result<Self> {
        let item = &items[at];
        check(item).map_err(|fault| fault.at(&format!("survey `{survey}`, item `{}`", item.column.0)))?;
        let kind = match &item.option {
            None => Kind::Graded(Scale::from_params(item, missing, survey)?),
            Some(option) => Kind::Ticked(Ticked {
                spellings: keys(option),
                known: same_question(items, at)
                    .filter_map(|(_, i)| i.option.as_ref())
                    .flat_map(keys)
                    .collect(),
                keeps_account: same_question(items, at).all(|(other, _)| other >= at),
                missing: MissingCodes::of(item.missing.iter().chain(missing)),
                reversed: item.reversed,
            }),
        };
        Ok(Self { kind, separator: item.separator.clone(), several: item.several.unwrap_or_default() })
    }

    /// Lowest and highest answer.
    pub(super) fn bounds(&self) -> [f64; 2] {
        match &self.kind {
            Kind::Graded(scale) => scale.bounds(),
            Kind::Ticked(_) => [0.0, 1.0],
        }
    }

    /// Reads the cell of item `place` in `column`.
    pub(super) fn read(&self, place: usize, column: usize, cell: Cell<'_>, found: &mut Found) {
        let answer = match &self.kind {
            Kind::Graded(scale) => match scale.number(cell) {
                Some(answer) => one(answer, column, "", found),
                None => self.graded(scale, column, &String::from_utf8_lossy(&cell.text()), found),
            },
            Kind::Ticked(ticked) => {
                self.ticked(ticked, column, &String::from_utf8_lossy(&cell.text()), found)
            }
        };
        found.answers.extend(answer.map(|(value, unit)| (place as u16, value, unit)));
    }

    fn graded(&self, scale: &Scale, column: usize, cell: &str, found: &mut Found) -> Option<(f64, f64)> {
        let whole = scale.read(cell);
        let Some(separator) = self.separator.as_deref().filter(|_| whole == Answer::OutOfScale) else {
            return one(whole, column, cell.trim(), found);
        };
        let parts = parts(cell, separator);
        let answers: Vec<(f64, f64)> =
            parts.filter_map(|part| one(scale.read(part), column, part, found)).collect();
        together(&answers, self.several)
    }

    fn ticked(&self, ticked: &Ticked, column: usize, cell: &str, found: &mut Found) -> Option<(f64, f64)> {
        let mut unbooked = Found::default();
        let found = if ticked.keeps_account { found } else { &mut unbooked };
        let whole = key(cell);
        if whole.is_empty() {
            found.account.empty += 1;
            return None;
        }
        found.account.given += 1;
        let is_known = |text: &String| ticked.known.contains(text);
        if !is_known(&whole) && (ticked.missing.declared(&whole) || MissingCodes::usual(&whole)) {
            found.account.missing += 1;
            return None;
        }
        found.account.given -= 1;
        let mut any = false;
        let mut chosen = false;
        let all = match self.separator.as_deref().filter(|_| !is_known(&whole)) {
            Some(separator) => parts(cell, separator).collect(),
            None => vec![cell.trim()],
        };
        for part in all {
            let text = key(part);
            found.account.given += 1;
            if is_known(&text) {
                found.account.accepted += 1;
                any = true;
                chosen |= ticked.spellings.contains(&text);
            } else {
                found.set_aside(column, part);
            }
        }
        let value = f64::from(u8::from(chosen));
        any.then_some((value, if ticked.reversed { 1.0 - value } else { value }))
    }
}

/// Books one answer.
fn one(answer: Answer, column: usize, text: &str, found: &mut Found) -> Option<(f64, f64)> {
    if answer == Answer::Empty {
        found.account.empty += 1;
        return None;
    }
    found.account.given += 1;
    match answer {
        Answer::Value { value, unit } => {
            found.account.accepted += 1;
            return Some((value, unit));
        }
        Answer::Missing => found.account.missing += 1,
        Answer::OutOfScale | Answer::Empty => found.set_aside(column, text),
    }
    None
}

/// What several answers count as.
fn together(answers: &[(f64, f64)], several: Several) -> Option<(f64, f64)> {
    let by_unit = |a: &&(f64, f64), b: &&(f64, f64)| a.1.total_cmp(&b.1);
    match several {
        Several::Worst => answers.iter().min_by(by_unit).copied(),
        Several::Best => answers.iter().max_by(by_unit).copied(),
        Several::First => answers.first().copied(),
        Several::Last => answers.last().copied(),
        Several::Mean => {
            let n = answers.len() as f64;
            let sum = |of: fn(&(f64, f64)) -> f64| answers.iter().map(of).sum::<f64>();
            (n > 0.0).then(|| (sum(|a| a.0) / n, sum(|a| a.1) / n))
        }
    }
}

fn parts<'a>(cell: &'a str, separator: &'a str) -> impl Iterator<Item = &'a str> {
    cell.split(separator).map(str::trim).filter(|part| !part.is_empty())
}

fn keys(spellings: &Spellings) -> Vec<String> {
    spellings.as_slice().iter().map(|text| key(text)).collect()
}

/// Items about the same question.
fn same_question(items: &[ItemParams], at: usize) -> impl Iterator<Item = (usize, &ItemParams)> {
    let column = &items[at].column;
    items.iter().enumerate().filter(move |(_, item)| item.column == *column && item.option.is_some())
}

/// Keys that go together.
fn check(item: &ItemParams) -> Result<(), Fault> {
    if item.separator.as_deref() == Some("") {
        return Err(Fault::new(
            "`separator` is empty",
            "write the sign between the answers of a cell, such as `;`",
        ));
    }
    if item.several.is_some() && (item.separator.is_none() || item.option.is_some()) {
        return Err(Fault::new(
            "`several` goes with `separator` and a scale",
            "name the sign between the answers of a cell, such as `separator = \";\"`",
        ));
    }
    let Some(option) = &item.option else { return Ok(()) };
    if item.scale.is_some() || item.labels.is_some() {
        return Err(Fault::new(
            "an item with `option` is 0 or 1 and has neither `scale` nor `labels`",
            "leave out `option`, or the scale",
        ));
    }
    if keys(option).iter().any(String::is_empty) || option.as_slice().is_empty() {
        return Err(Fault::new(
            "`option` is empty",
            "write the answer this item is about, as the export has it",
        ));
    }
    Ok(())
}

#[cfg(test)]
#[allow(clippy::float_cmp, reason = "the values compared are exact")]
mod tests {
    use super::*;

    fn items(toml: &[&str]) -> Vec<ItemParams> {
        let item =
            |t: &&str| toml::from_str(&format!("column = \"q\"\nmeasures = \"satisfaction\"\n{t}")).unwrap();
        toml.iter().map(item).collect()
    }

    fn read(items: &[Item], cell: &str) -> Found {
        let mut found = Found::default();
        let cell = Cell::Text(cell.as_bytes());
        items.iter().enumerate().for_each(|(place, item)| item.read(place, 7, cell, &mut found));
        found
    }

    #[test]
    fn several_answers_in_a_cell_count_as_declared() {
        for (several, value, unit) in [
            ("mean", 3.0, 0.5),
            ("worst", 1.0, 0.0),
            ("best", 5.0, 1.0),
            ("first", 3.0, 0.5),
            ("last", 1.0, 0.0),
        ] {
            let toml = format!("scale = [1, 5]\nseparator = \";\"\nseveral = \"{several}\"");
            let found = read(&Item::all(&items(&[&toml]), &[], "shop").unwrap(), "3; 5 ;9;;NA;1");
            assert_eq!(found.answers, [(0, value, unit)], "{several}");
            assert_eq!(found.off, [(7, "9".to_owned())]);
            let account = &found.account;
            assert_eq!((account.given, account.accepted, account.missing, account.empty), (5, 3, 1, 0));
        }
        let undeclared = read(&Item::all(&items(&["scale = [1, 5]"]), &[], "shop").unwrap(), "3;5");
        assert_eq!((undeclared.answers.len(), undeclared.off), (0, vec![(7, "3;5".to_owned())]));
    }

    #[test]
    fn a_stored_number_says_what_its_text_says() {
        let toml = "scale = [1, 5]\ninteger = true\nmissing = [-1]";
        let items = Item::all(&items(&[toml]), &[], "shop").unwrap();
        let mut found = Found::default();
        for (cell, text) in [
            (Cell::Int(4), "4"),
            (Cell::Float(4.0), "4"),
            (Cell::Float(4.5), "4.5"),
            (Cell::Int(6), "6"),
            (Cell::Int(-1), "-1"),
            (Cell::Float(f64::NAN), "NaN"),
        ] {
            found.clear();
            items[0].read(0, 7, cell, &mut found);
            let of_text = read(&items, text);
            assert_eq!((&found.answers, &found.off), (&of_text.answers, &of_text.off), "{text}");
            assert_eq!(found.account, of_text.account, "{text}");
        }
        assert_eq!(read(&items, "4").answers, [(0, 4.0, 0.75)]);
    }

    #[test]
    fn a_label_may_hold_the_separator() {
        let toml = "labels = [\"bad\", \"good, mostly\"]\nseparator = \",\"";
        let items = Item::all(&items(&[toml]), &[], "shop").unwrap();
        assert_eq!(read(&items, "Good, mostly").answers, [(0, 2.0, 1.0)]);
        assert_eq!(read(&items, "bad, good, mostly").off.len(), 2);
    }

    #[test]
    fn what_is_ticked_is_one_and_the_rest_is_zero() {
        let ticked = [
            "option = \"Taste\"\nseparator = \";\"",
            "option = [\"Price\", \"prices\"]\nseparator = \";\"",
            "option = \"طعم\"\nseparator = \";\"\nreversed = true",
        ];
        let items = Item::all(&items(&ticked), &[Code::Number(-99.0)], "shop").unwrap();
        let found = read(&items, "prices;taste;Parking");
        assert_eq!(found.answers, [(0, 1.0, 1.0), (1, 1.0, 1.0), (2, 0.0, 1.0)]);
        assert_eq!(found.off, [(7, "Parking".to_owned())]);
        assert_eq!((found.account.given, found.account.accepted), (3, 2));
        // A cell without any known answer, a code and an empty cell say nothing about any of them.
        for (cell, given, missing, off, empty) in
            [("Parking", 1, 0, 1, 0), ("-99", 1, 1, 0, 0), (" ", 0, 0, 0, 1)]
        {
            let found = read(&items, cell);
            assert_eq!(found.answers.len(), 0, "{cell}");
            let account = &found.account;
            let figures = (account.given, account.missing, account.answers_set_aside(), account.empty);
            assert_eq!(figures, (given, missing, off, empty), "{cell}");
        }
    }

    #[test]
    fn keys_that_do_not_go_together_are_refused() {
        for (toml, message) in [
            ("option = \"a\"\nscale = [1, 5]", "an item with `option` is 0 or 1"),
            ("option = \"\"", "`option` is empty"),
            ("option = []", "`option` is empty"),
            ("scale = [1, 5]\nseveral = \"best\"", "`several` goes with `separator` and a scale"),
            ("scale = [1, 5]\nseparator = \"\"", "`separator` is empty"),
        ] {
            let Err(error) = Item::all(&items(&[toml]), &[], "shop") else { panic!("{toml}") };
            assert!(error.to_string().starts_with(&format!("survey `shop`, item `q`: {message}")), "{error}");
        }
    }
}
