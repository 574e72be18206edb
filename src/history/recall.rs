//! What tonight's customers were in the earlier result, beside what they are.

use polars::prelude::*;

use crate::schema::{Kind, customers as c};
use crate::{Result, table};

/// A column that remembers, the column it remembers, and the label whose rules both nights must share.
const REMEMBERED: [(&str, &str, &str); 4] = [
    (c::PREVIOUS_R_SCORE, c::R_SCORE, c::RFM_SEGMENT),
    (c::PREVIOUS_SATISFACTION_LEVEL, c::SATISFACTION_LEVEL, c::SATISFACTION_LEVEL),
    (c::PREVIOUS_QUADRANT, c::QUADRANT, c::QUADRANT),
    (c::PREVIOUS_TIER, c::TIER, c::TIER),
];

/// Columns of the customers table that an earlier result is asked for.
pub fn remembered() -> Vec<&'static str> {
    std::iter::once(c::CUSTOMER_ID).chain(REMEMBERED.map(|(_, from, _)| from)).collect()
}

/// The columns that remember, for customers whom the earlier result knows by these `names`.
///
/// A value is null where there is no earlier result (`before`, in the order of its ids), where the customer or
/// the column is not in it, and where the rules of a label were others (`changed`).
///
/// # Errors
/// `Internal` when a column cannot be built.
pub fn recall(before: Option<&DataFrame>, names: &[Option<String>], changed: &[&str]) -> Result<Vec<Column>> {
    let ids = before.map(|before| table::texts(before, c::CUSTOMER_ID)).transpose()?.unwrap_or_default();
    let place = |name: &Option<String>| {
        let name = name.as_deref()?;
        ids.binary_search(&Some(name)).ok().map(|place| place as IdxSize)
    };
    let places: IdxCa = names.iter().map(place).collect();
    let of = |(name, from, rules): (&'static str, &str, &str)| {
        let known = before.and_then(|before| before.column(from).ok()).filter(|_| !changed.contains(&rules));
        match known {
            Some(column) => Ok(column.take(&places)?.with_name(name.into())),
            None => Ok(Column::full_null(name.into(), names.len(), &kind_of(name))),
        }
    };
    REMEMBERED.into_iter().map(of).collect()
}

fn kind_of(name: &str) -> DataType {
    match c::TABLE.column(name).map(|column| column.kind) {
        Some(Kind::U8) => DataType::UInt8,
        _ => DataType::String,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(names: &[&str]) -> Vec<Option<String>> {
        names.iter().map(|name| Some((*name).to_owned())).collect()
    }

    #[test]
    fn customers_are_found_by_their_names_and_rules_must_be_the_same() {
        let before = table::new(vec![
            Column::new(c::CUSTOMER_ID.into(), ["a", "b", "d"]),
            Column::new(c::R_SCORE.into(), [1_u8, 2, 3]),
            Column::new(c::TIER.into(), [Some("key"), None, Some("other")]),
        ])
        .unwrap();
        let made = table::new(recall(Some(&before), &names(&["d", "c", "a"]), &[]).unwrap()).unwrap();
        assert_eq!(table::u8s(&made, c::PREVIOUS_R_SCORE).unwrap(), [Some(3), None, Some(1)]);
        assert_eq!(table::texts(&made, c::PREVIOUS_TIER).unwrap(), [Some("other"), None, Some("key")]);
        assert_eq!(made.column(c::PREVIOUS_QUADRANT).unwrap().null_count(), 3);
        let made = table::new(recall(Some(&before), &names(&["a"]), &[c::TIER]).unwrap()).unwrap();
        assert_eq!(table::texts(&made, c::PREVIOUS_TIER).unwrap(), [None]);
        let made = table::new(recall(None, &names(&["a", "b"]), &[]).unwrap()).unwrap();
        assert_eq!((made.height(), made.column(c::PREVIOUS_R_SCORE).unwrap().null_count()), (2, 2));
    }
}
