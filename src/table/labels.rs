//! Texts that many rows share: each is stored once, and every row has a code of a byte or two.

use std::hash::Hash;

use foldhash::fast::FixedState;
use hashbrown::HashMap;
use polars::prelude::*;
use rayon::prelude::*;

use crate::{Error, Result};

/// Different texts that are few enough to be worth telling apart.
pub const FEW: usize = 512;

/// A text column of few different texts: `which` of them each row has.
///
/// # Errors
/// `Internal` when the texts cannot be put together.
pub fn chosen<T: AsRef<str>>(
    name: &str,
    texts: &[T],
    which: impl IntoIterator<Item = Option<u32>>,
) -> Result<Column> {
    let mut categories = Vec::new();
    let mut known: HashMap<&str, u32, FixedState> = HashMap::with_hasher(FixedState::with_seed(6));
    let code = |text| {
        *known.entry(text).or_insert_with_key(|text| {
            categories.push(*text);
            categories.len() as u32 - 1
        })
    };
    let codes: Vec<u32> = texts.iter().map(AsRef::as_ref).map(code).collect();
    let mut nowhere = None;
    let which = which.into_iter().map(|text| {
        let code = codes.get(text? as usize).copied();
        nowhere = if code.is_none() { text } else { nowhere };
        code
    });
    let kind = DataType::from_frozen_categories(FrozenCategories::new(categories.iter().copied())?);
    let name = name.into();
    let column = match kind.cat_physical()? {
        CategoricalPhysical::U8 => {
            let codes: UInt8Chunked = which.map(|code| code.map(|code| code as u8)).collect_ca(name);
            CategoricalChunked::<Categorical8Type>::from_cats_and_dtype(codes, kind).into_column()
        }
        CategoricalPhysical::U16 => {
            let codes: UInt16Chunked = which.map(|code| code.map(|code| code as u16)).collect_ca(name);
            CategoricalChunked::<Categorical16Type>::from_cats_and_dtype(codes, kind).into_column()
        }
        // As many as there are rows, or nearly: codes would save nothing.
        CategoricalPhysical::U32 => {
            let own = StringChunked::from_iter_values(name, categories.into_iter());
            let which: IdxCa = which.collect_ca(PlSmallStr::EMPTY);
            own.take(&which)?.into_column()
        }
    };
    match nowhere {
        Some(text) => {
            Err(Error::internal(format!("`{}` asks for text {text} of {}", column.name(), texts.len())))
        }
        None => Ok(column),
    }
}

/// A text column in which rows of equal `keys` share a text, made once for each different key.
///
/// # Errors
/// As [`chosen`].
pub fn shared<K: Eq + Hash + Sync>(
    name: &str,
    keys: &[K],
    mut text: impl FnMut(&K) -> String,
) -> Result<Column> {
    const PART: usize = 1 << 13;
    const SEED: FixedState = FixedState::with_seed(8);
    // The keys of each part and which of them its rows have, side by side; then the parts are put together.
    let of_part = |keys| {
        let (mut own, mut known) = (Vec::new(), HashMap::with_hasher(SEED));
        let place = |key| {
            *known.entry(key).or_insert_with_key(|key: &&K| {
                own.push(*key);
                own.len() as u32 - 1
            })
        };
        let places: Vec<u32> = <[K]>::iter(keys).map(place).collect();
        (own, places)
    };
    let parts: Vec<(Vec<&K>, Vec<u32>)> = keys.par_chunks(PART).map(of_part).collect();
    let (mut texts, mut known) = (Vec::new(), HashMap::with_hasher(SEED));
    let mut which = Vec::with_capacity(keys.len());
    for (own, places) in parts {
        let mut place = |key: &K| {
            texts.push(text(key));
            texts.len() as u32 - 1
        };
        let all: Vec<u32> =
            own.into_iter().map(|key| *known.entry(key).or_insert_with(|| place(key))).collect();
        which.extend(places.into_iter().map(|own| Some(all[own as usize])));
    }
    chosen(name, &texts, which)
}

/// All labels that a column of labels may have; `None` for any other column.
pub fn labels(column: &Column) -> Option<Vec<&str>> {
    match column.as_materialized_series().dtype() {
        DataType::Enum(categories, _) => Some(categories.categories().values_iter().collect()),
        _ => None,
    }
}

/// Which of its [`labels`] each row of a column has, by their places.
pub enum LabelCodes<'a> {
    /// There are at most 256 labels.
    Few(&'a UInt8Chunked),
    /// There are more.
    Many(&'a UInt16Chunked),
}

/// Which labels the rows of a column have.
///
/// # Errors
/// `Internal` when it is no column of labels.
pub fn label_codes(column: &Column) -> Result<LabelCodes<'_>> {
    let series = column.as_materialized_series();
    Ok(match series.dtype() {
        DataType::Enum(categories, _) if categories.physical() == CategoricalPhysical::U8 => {
            LabelCodes::Few(series.cat8()?.physical())
        }
        _ => LabelCodes::Many(series.cat16()?.physical()),
    })
}

/// A text column of few different texts: these, in the order in which they come up, and which of them each row has;
/// `None` where there are more than `most`.
///
/// # Errors
/// `Internal` when the column is of another type.
pub fn few_texts(column: &Column, most: usize) -> Result<Option<Few<'_>>> {
    let series = column.as_materialized_series();
    let most = most.min(usize::from(u16::MAX));
    Ok(match series.dtype() {
        DataType::Enum(categories, _) => {
            let few = match label_codes(column)? {
                LabelCodes::Few(codes) => coded(categories, codes.iter()),
                LabelCodes::Many(codes) => coded(categories, codes.iter()),
            };
            Some(few).filter(|(texts, _)| texts.len() <= most)
        }
        _ => told_apart(series.str()?, most),
    })
}

/// Different texts, and which of them each row has.
pub type Few<'a> = (Vec<&'a str>, Vec<Option<u16>>);

/// The categories that some row has.
fn coded<C: Into<usize>>(categories: &FrozenCategories, codes: impl Iterator<Item = Option<C>>) -> Few<'_> {
    let names: Vec<&str> = categories.categories().values_iter().collect();
    let (mut texts, mut places) = (Vec::new(), vec![None; names.len()]);
    let mut place = |code: C| {
        let code = code.into();
        *places[code].get_or_insert_with(|| {
            texts.push(names[code]);
            (texts.len() - 1) as u16
        })
    };
    let codes = codes.map(|code| code.map(&mut place)).collect();
    (texts, codes)
}

fn told_apart(column: &StringChunked, most: usize) -> Option<Few<'_>> {
    const SEED: FixedState = FixedState::with_seed(6);
    let (mut few, mut codes) = (Vec::new(), Vec::with_capacity(column.len()));
    let mut known: HashMap<&str, u16, FixedState> = HashMap::with_hasher(SEED);
    for chunk in column.downcast_iter() {
        // Rows of one text mostly share one view of it, so that the text itself need not be looked at.
        let mut seen: HashMap<u128, u16, FixedState> = HashMap::with_hasher(SEED);
        let views = chunk.views().iter().map(|view| view.as_u128());
        let absent = column.has_nulls().then(|| chunk.iter().map(|text| text.is_none()));
        let mut absent = absent.into_iter().flatten();
        for (row, view) in views.enumerate() {
            if absent.next() == Some(true) {
                codes.push(None);
                continue;
            }
            let code = *seen.entry(view).or_insert_with(|| {
                *known.entry(chunk.value(row)).or_insert_with_key(|text| {
                    few.push(*text);
                    (few.len() - 1) as u16
                })
            });
            if few.len() > most {
                return None;
            }
            // Unless each row stores its text again.
            if seen.len() > 4 * FEW {
                seen.clear();
            }
            codes.push(Some(code));
        }
    }
    Some((few, codes))
}

/// The texts of a column, however it stores them.
///
/// # Errors
/// As [`few_texts`].
pub fn each_text(column: &Column) -> Result<Vec<Option<&str>>> {
    if !matches!(column.dtype(), DataType::Enum(..)) {
        return Ok(column.as_materialized_series().str()?.iter().collect());
    }
    let (texts, codes) = few_texts(column, usize::MAX)?.unwrap_or_default();
    Ok(codes.into_iter().map(|code| code.map(|code| texts[usize::from(code)])).collect())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::table;

    #[test]
    fn chosen_texts_are_those_chosen_however_many_there_are() {
        // One text under two places, one that nobody has, and rows without one.
        for more in [0, 300, 70_000] {
            let others: Vec<String> = (0..more).map(|n| format!("text {n}")).collect();
            let all: Vec<&str> = ["lost", "loyal", "lost", "champions"]
                .into_iter()
                .chain(others.iter().map(String::as_str))
                .collect();
            let last = all.len() as u32 - 1;
            let rows = [Some(2), None, Some(1), Some(0), Some(last), Some(1)];
            let column = chosen("label", &all, rows).unwrap();
            let frame = table::new(vec![column]).unwrap();
            let expected =
                [Some("lost"), None, Some("loyal"), Some("lost"), Some(all[last as usize]), Some("loyal")];
            assert_eq!(table::texts(&frame, "label").unwrap(), expected);
            let (few, codes) = few_texts(frame.column("label").unwrap(), FEW).unwrap().unwrap();
            assert_eq!(few, ["lost", "loyal", all[last as usize]]);
            assert_eq!(codes, [Some(0), None, Some(1), Some(0), Some(2), Some(1)]);
            assert_eq!(table::counts(&frame, "label").unwrap()[&Some("loyal")], 2);
            assert_eq!(few_texts(frame.column("label").unwrap(), 2).unwrap(), None);
        }
        assert!(chosen("label", &["lost"], [Some(1)]).is_err());
    }

    #[test]
    fn rows_of_equal_keys_share_a_text_that_is_made_once() {
        let keys: Vec<u32> = (0..30_000).map(|row| row * 7 % 11).collect();
        let mut made = Vec::new();
        let column = shared("why", &keys, |key| {
            made.push(*key);
            format!("because of {key}")
        });
        let frame = table::new(vec![column.unwrap()]).unwrap();
        assert_eq!(made, [0, 7, 3, 10, 6, 2, 9, 5, 1, 8, 4]);
        for (found, key) in table::texts(&frame, "why").unwrap().into_iter().zip(keys) {
            assert_eq!(found, Some(&*format!("because of {key}")));
        }
    }

    #[test]
    fn few_texts_are_told_apart_whatever_stores_them() {
        // Longer and shorter than what fits beside a row; the second part stores the same text again.
        let mut column = StringChunked::from_iter_options(
            "why".into(),
            [Some("lost"), None, Some("recency -> 5 (0-60 days)"), Some("lost"), Some("")].into_iter(),
        );
        let part = [Some("recency -> 5 (0-60 days)"), None, Some("lost")].into_iter();
        column.append(&StringChunked::from_iter_options("why".into(), part)).unwrap();
        let column = column.into_column();
        let (few, codes) = few_texts(&column, FEW).unwrap().unwrap();
        assert_eq!(few, ["lost", "recency -> 5 (0-60 days)", ""]);
        assert_eq!(codes, [Some(0), None, Some(1), Some(0), Some(2), Some(1), None, Some(0)]);
        let table = table::new(vec![column]).unwrap();
        let counts: Vec<_> = table::counts(&table, "why").unwrap().into_iter().collect();
        let expected = [(None, 2), (Some(""), 1), (Some("lost"), 3), (Some("recency -> 5 (0-60 days)"), 2)];
        assert_eq!(counts, expected);
        // Each row with a text of its own, though all are equal.
        let own = StringChunked::from_iter_values("why".into(), (0..9_000).map(|_| "about_to_sleep"));
        let own = own.into_column();
        assert_eq!(few_texts(&own, FEW).unwrap(), Some((vec!["about_to_sleep"], vec![Some(0); 9_000])));
    }
}
