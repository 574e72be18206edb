//! Customers counted by the label they had and the label they have.

use std::collections::BTreeMap;

use foldhash::fast::FixedState;
use hashbrown::HashMap;
use polars::prelude::*;

use super::{LABELS, NO_LABEL};
use crate::math::sum::Sum;
use crate::privacy::groups::OTHER;
use crate::schema::{customers as c, moves as m};
use crate::{Result, table};

/// A row of the moves table.
#[derive(Clone, Debug)]
struct Move {
    label: &'static str,
    from: Option<String>,
    to: Option<String>,
    customers: u32,
    spend: Option<f64>,
    rules_changed: bool,
}

/// All moves between two nights.
#[derive(Default)]
pub(super) struct Counted {
    moves: Vec<Move>,
    pub(super) entered: u64,
    pub(super) left: u64,
    pub(super) stayed: Vec<(&'static str, u64, u64)>,
}

/// A customer of either night by row: earlier, tonight.
type Pair = (Option<usize>, Option<usize>);

/// Every customer once: tonight's in their order, then those who left in theirs.
fn pairs(before: &DataFrame, tonight: &DataFrame) -> Result<Vec<Pair>> {
    let old = table::texts(before, c::CUSTOMER_ID)?;
    let new = table::texts(tonight, c::CUSTOMER_ID)?;
    let mut rows: HashMap<Option<&str>, usize, FixedState> =
        HashMap::with_capacity_and_hasher(old.len(), FixedState::with_seed(5));
    rows.extend(old.iter().enumerate().map(|(row, id)| (*id, row)));
    let mut gone = vec![true; old.len()];
    let mut pairs = Vec::with_capacity(new.len());
    for (row, id) in new.iter().enumerate() {
        let earlier = rows.get(id).copied();
        if let Some(earlier) = earlier {
            gone[earlier] = false;
        }
        pairs.push((earlier, Some(row)));
    }
    pairs.extend(gone.iter().enumerate().filter(|(_, gone)| **gone).map(|(row, _)| (Some(row), None)));
    Ok(pairs)
}

#[derive(Default)]
struct Cell {
    customers: u32,
    spend: Sum,
    priced: bool,
}

/// Counts the moves of every label that both nights have.
pub(super) fn count(before: &DataFrame, tonight: &DataFrame, changed: &[&str]) -> Result<Counted> {
    let pairs = pairs(before, tonight)?;
    let (spent, spends) = (table::f64s(before, c::SPEND_TOTAL)?, table::f64s(tonight, c::SPEND_TOTAL)?);
    let mut counted = Counted {
        entered: pairs.iter().filter(|(old, _)| old.is_none()).count() as u64,
        left: pairs.iter().filter(|(_, new)| new.is_none()).count() as u64,
        ..Counted::default()
    };
    for label in LABELS {
        if before.column(label).is_err() || tonight.column(label).is_err() {
            continue;
        }
        let (old, new) = (table::texts(before, label)?, table::texts(tonight, label)?);
        let mut cells: BTreeMap<(Option<&str>, Option<&str>), Cell> = BTreeMap::new();
        for (earlier, now) in &pairs {
            let from = earlier.map(|row| old[row].unwrap_or(NO_LABEL));
            let to = now.map(|row| new[row].unwrap_or(NO_LABEL));
            let spend = now.map_or_else(|| earlier.and_then(|row| spent[row]), |row| spends[row]);
            let cell = cells.entry((from, to)).or_default();
            cell.customers += 1;
            cell.priced |= spend.is_some();
            cell.spend.add(spend.unwrap_or(0.0));
        }
        let both = |keep: fn(&str, &str) -> bool| -> u64 {
            let known = cells.iter().filter_map(|((from, to), cell)| Some((((*from)?, (*to)?), cell)));
            known.filter(|((from, to), _)| keep(from, to)).map(|(_, cell)| u64::from(cell.customers)).sum()
        };
        counted.stayed.push((label, both(|from, to| from == to), both(|_, _| true)));
        counted.moves.extend(cells.into_iter().map(|((from, to), cell)| Move {
            label,
            from: from.map(str::to_owned),
            to: to.map(str::to_owned),
            customers: cell.customers,
            spend: cell.priced.then(|| cell.spend.value()),
            rules_changed: changed.contains(&label),
        }));
    }
    Ok(counted)
}

impl Counted {
    /// Counts moves of fewer customers than `smallest` together: to the same label first, and what is still
    /// too few to any label.
    pub(super) fn merge_smaller_than(&mut self, smallest: u32) {
        let small = |row: &Move| row.customers < smallest;
        self.merge(small, |row| row.from = Some(OTHER.to_owned()));
        self.merge(small, |row| {
            row.from = Some(OTHER.to_owned());
            row.to = Some(OTHER.to_owned());
        });
    }

    /// Renames the rows that `which` picks and adds up those that are then the same.
    fn merge(&mut self, which: impl Fn(&Move) -> bool, rename: impl Fn(&mut Move)) {
        let mut merged: Vec<Move> = Vec::with_capacity(self.moves.len());
        for mut row in std::mem::take(&mut self.moves) {
            if which(&row) {
                rename(&mut row);
            }
            let same =
                |other: &&mut Move| (other.label, &other.from, &other.to) == (row.label, &row.from, &row.to);
            match merged.iter_mut().find(same) {
                Some(other) => {
                    other.customers += row.customers;
                    other.spend = match (other.spend, row.spend) {
                        (Some(a), Some(b)) => Some(a + b),
                        (a, b) => a.or(b),
                    };
                }
                None => merged.push(row),
            }
        }
        self.moves = merged;
    }

    /// The table that `schema::moves` describes.
    pub(super) fn table(&self) -> Result<DataFrame> {
        let moves = &self.moves;
        table::new(vec![
            Column::new(m::LABEL.into(), moves.iter().map(|row| row.label).collect::<Vec<_>>()),
            Column::new(m::FROM.into(), moves.iter().map(|row| row.from.as_deref()).collect::<Vec<_>>()),
            Column::new(m::TO.into(), moves.iter().map(|row| row.to.as_deref()).collect::<Vec<_>>()),
            Column::new(m::CUSTOMERS.into(), moves.iter().map(|row| row.customers).collect::<Vec<_>>()),
            Column::new(m::SPEND_TOTAL.into(), moves.iter().map(|row| row.spend).collect::<Vec<_>>()),
            Column::new(
                m::RULES_CHANGED.into(),
                moves.iter().map(|row| row.rules_changed).collect::<Vec<_>>(),
            ),
        ])
    }
}

/// A customer whose label changed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Change {
    /// The customer.
    pub customer_id: String,
    /// The label before; `None` when the customer was not there.
    pub from: Option<String>,
    /// The label now; `None` when the customer is not there any more.
    pub to: Option<String>,
}

/// The customers whose label changed, tonight's in their order, then those who left.
///
/// # Errors
/// `Internal` when a table lacks the label or the ids.
pub fn changes(before: &DataFrame, tonight: &DataFrame, label: &str) -> Result<Vec<Change>> {
    let (ids_before, ids) = (table::texts(before, c::CUSTOMER_ID)?, table::texts(tonight, c::CUSTOMER_ID)?);
    let (old, new) = (table::texts(before, label)?, table::texts(tonight, label)?);
    let text = |label: Option<&str>| Some(label.unwrap_or(NO_LABEL).to_owned());
    let change = |(earlier, now): Pair| Change {
        customer_id: now
            .map_or_else(|| earlier.and_then(|row| ids_before[row]), |row| ids[row])
            .unwrap_or_default()
            .to_owned(),
        from: earlier.and_then(|row| text(old[row])),
        to: now.and_then(|row| text(new[row])),
    };
    Ok(pairs(before, tonight)?.into_iter().map(change).filter(|change| change.from != change.to).collect())
}

#[cfg(test)]
mod tests {
    use serde_json::Value;

    use super::*;

    fn vector() -> Value {
        let text = include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/golden/migration_vector.json"));
        serde_json::from_str(text).unwrap()
    }

    fn night(labels: &Value) -> DataFrame {
        let (ids, labels): (Vec<&str>, Vec<&str>) = labels
            .as_object()
            .unwrap()
            .iter()
            .map(|(id, label)| (id.as_str(), label.as_str().unwrap()))
            .unzip();
        let spend: Vec<f64> = (1..=ids.len()).map(|n| n as f64).collect();
        table::new(vec![
            Column::new(c::CUSTOMER_ID.into(), ids),
            Column::new(c::RFM_SEGMENT.into(), labels),
            Column::new(c::SPEND_TOTAL.into(), spend),
        ])
        .unwrap()
    }

    #[test]
    fn the_vector_of_moves() {
        let vector = vector();
        let (before, tonight) = (night(&vector["prev"]), night(&vector["curr"]));
        let counted = count(&before, &tonight, &[]).unwrap();
        let expected = &vector["counts_with_entry_exit"];
        let name = |side: &str, i: usize| {
            let name = expected[side][i].as_str().unwrap();
            (!name.starts_with('(')).then(|| name.to_owned())
        };
        for (r, row) in expected["m"].as_array().unwrap().iter().enumerate() {
            for (k, n) in row.as_array().unwrap().iter().enumerate() {
                let (from, to) = (name("rows", r), name("cols", k));
                let found = counted.moves.iter().find(|row| row.from == from && row.to == to);
                assert_eq!(
                    found.map_or(0, |row| u64::from(row.customers)),
                    n.as_u64().unwrap(),
                    "{from:?} {to:?}"
                );
            }
        }
        let (label, stayed, both) = counted.stayed[0];
        assert_eq!((label, counted.entered, counted.left), (c::RFM_SEGMENT, 1, 1));
        let rate = stayed as f64 / both as f64;
        assert!((rate - vector["stay_rate"].as_f64().unwrap()).abs() < 1e-12, "{rate}");
        // c4 left with the 4 it had spent; c6 came with the 5 it spent.
        let spend = |from: Option<&str>, to: Option<&str>| {
            counted
                .moves
                .iter()
                .find(|row| row.from.as_deref() == from && row.to.as_deref() == to)
                .unwrap()
                .spend
        };
        assert_eq!((spend(Some("B"), None), spend(None, Some("C"))), (Some(4.0), Some(5.0)));
    }

    #[test]
    fn few_customers_move_together() {
        let row = |from: &str, to: &str, customers| Move {
            label: c::QUADRANT,
            from: Some(from.into()),
            to: Some(to.into()),
            customers,
            spend: Some(1.0),
            rules_changed: false,
        };
        let moves =
            vec![row("a", "a", 50), row("b", "a", 6), row("c", "a", 7), row("a", "b", 3), row("b", "b", 2)];
        let mut counted = Counted { moves, ..Counted::default() };
        counted.merge_smaller_than(10);
        let found: Vec<_> = counted
            .moves
            .iter()
            .map(|m| (m.from.as_deref().unwrap(), m.to.as_deref().unwrap(), m.customers, m.spend))
            .collect();
        assert_eq!(
            found,
            [("a", "a", 50, Some(1.0)), (OTHER, "a", 13, Some(2.0)), (OTHER, OTHER, 5, Some(2.0))]
        );
    }

    #[test]
    fn who_moved() {
        let vector = vector();
        let found = changes(&night(&vector["prev"]), &night(&vector["curr"]), c::RFM_SEGMENT).unwrap();
        let found: Vec<_> =
            found.iter().map(|m| (m.customer_id.as_str(), m.from.as_deref(), m.to.as_deref())).collect();
        assert_eq!(
            found,
            [
                ("c2", Some("A"), Some("B")),
                ("c5", Some("C"), Some("A")),
                ("c6", None, Some("C")),
                ("c4", Some("B"), None),
            ]
        );
    }

    #[test]
    fn who_has_no_label_is_neither_new_nor_gone() {
        let night = |labels: [Option<&str>; 2]| {
            table::new(vec![
                Column::new(c::CUSTOMER_ID.into(), ["a", "b"]),
                Column::new(c::QUADRANT.into(), labels.to_vec()),
                Column::new(c::SPEND_TOTAL.into(), [None::<f64>, None]),
            ])
            .unwrap()
        };
        let counted = count(&night([None, None]), &night([Some("advocate"), None]), &[c::QUADRANT]).unwrap();
        let rows: Vec<_> = counted.moves.iter().map(|row| (row.from.as_deref(), row.to.as_deref())).collect();
        assert_eq!(rows, [(Some(NO_LABEL), Some(NO_LABEL)), (Some(NO_LABEL), Some("advocate"))]);
        assert!(
            counted.moves.iter().all(|row| row.rules_changed && row.spend.is_none() && row.customers == 1)
        );
    }
}
