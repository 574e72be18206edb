//! The profile of each quadrant: who is there, what they spend, what they complain about, who came and who left.

use polars::prelude::*;

use crate::history::NO_LABEL;
use crate::loyalty::Cuts;
use crate::privacy::groups::OTHER;
use crate::profile::{known_in, profile};
use crate::schema::{customers as c, moves as m, quadrants as q};
use crate::{Result, table};

/// Quadrants in the order of the table.
pub(super) const QUADRANTS: [&str; 4] = ["advocate", "hostage", "mercenary", "dangerous"];

/// The profiles of the quadrants in `names`, customers without one last; small ones put together have no moves.
///
/// `moves` is the table of `schema::moves`; without it, or where it is empty because nothing came before, nobody is
/// known to have moved.
///
/// # Errors
/// `Internal` when a column is missing.
pub(super) fn quadrants(
    customers: &DataFrame,
    names: &[&str],
    cuts: &Cuts,
    moves: Option<&DataFrame>,
) -> Result<DataFrame> {
    let groups = profile(customers, c::QUADRANT, names, Some((c::LOYALTY_INDEX, q::LOYALTY_MEAN)))?;
    let rows = groups.height();
    let names = table::texts(&groups, q::NAME)?;
    let extreme = known_in(customers, c::QUADRANT, &names, c::QUADRANT_EXTREME)?;
    let [came, left] = moved(&names, moves)?;
    let columns = vec![
        Column::new(q::EXTREME.into(), extreme),
        Column::new(q::COMPLAINTS.into(), complaints(customers, &names)?),
        Column::new(q::MOVED_IN.into(), came),
        Column::new(q::MOVED_OUT.into(), left),
        Column::new(q::LOYALTY_CUT.into(), vec![cuts.loyalty; rows]),
        Column::new(q::SATISFACTION_CUT.into(), vec![cuts.satisfaction; rows]),
    ];
    table::with(groups.clone(), columns)
}

/// Complaints of the customers in each group; `None` where the run has none to count.
fn complaints(customers: &DataFrame, names: &[Option<&str>]) -> Result<Vec<Option<u64>>> {
    let mut sums: Vec<Option<u64>> = vec![None; names.len()];
    if customers.column(c::COMPLAINT_COUNT).is_ok() {
        let counts = table::u32s(customers, c::COMPLAINT_COUNT)?;
        for (group, count) in table::texts(customers, c::QUADRANT)?.into_iter().zip(counts) {
            if let (Some(place), Some(count)) = (names.iter().position(|name| *name == group), count) {
                *sums[place].get_or_insert_default() += u64::from(count);
            }
        }
    }
    Ok(sums)
}

/// Customers who came into each group from another, and who left it for another, since the previous result.
fn moved(names: &[Option<&str>], moves: Option<&DataFrame>) -> Result<[Vec<Option<u32>>; 2]> {
    let Some(moves) = moves.filter(|moves| moves.height() > 0) else {
        return Ok([vec![None; names.len()], vec![None; names.len()]]);
    };
    let none: Vec<Option<u32>> = names.iter().map(|name| (*name != Some(OTHER)).then_some(0)).collect();
    let (mut came, mut left) = (none.clone(), none);
    let place = |label: &str| names.iter().position(|name| name.unwrap_or(NO_LABEL) == label);
    let (labels, from, to) =
        (table::texts(moves, m::LABEL)?, table::texts(moves, m::FROM)?, table::texts(moves, m::TO)?);
    for (row, customers) in table::u32s(moves, m::CUSTOMERS)?.into_iter().enumerate() {
        let (Some(from), Some(to), Some(customers)) = (from[row], to[row], customers) else { continue };
        if labels[row] != Some(c::QUADRANT) || from == to {
            continue;
        }
        for (counts, label) in [(&mut came, to), (&mut left, from)] {
            if let Some(count) = place(label).and_then(|place| counts[place].as_mut()) {
                *count += customers;
            }
        }
    }
    Ok([came, left])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn complaints_and_moves_are_those_of_the_group() {
        let customers = table::new(vec![
            Column::new(c::QUADRANT.into(), [Some("hostage"), Some("hostage"), None, Some("advocate")]),
            Column::new(c::COMPLAINT_COUNT.into(), [2_u32, 1, 4, 0]),
        ])
        .unwrap();
        let names = [Some("advocate"), Some("hostage"), Some("dangerous"), None];
        assert_eq!(complaints(&customers, &names).unwrap(), [Some(0), Some(3), None, Some(4)]);
        let moves = table::new(vec![
            Column::new(
                m::LABEL.into(),
                [c::QUADRANT, c::QUADRANT, c::QUADRANT, c::QUADRANT, c::RFM_SEGMENT],
            ),
            Column::new(
                m::FROM.into(),
                [Some("advocate"), Some("(none)"), None, Some("hostage"), Some("advocate")],
            ),
            Column::new(m::TO.into(), ["hostage", "hostage", "hostage", "hostage", "hostage"]),
            Column::new(m::CUSTOMERS.into(), [3_u32, 2, 7, 9, 5]),
        ])
        .unwrap();
        let [came, left] = moved(&names, Some(&moves)).unwrap();
        assert_eq!(came, [Some(0), Some(5), Some(0), Some(0)]);
        assert_eq!(left, [Some(3), Some(0), Some(0), Some(2)]);
        assert_eq!(moved(&names, None).unwrap(), [vec![None; 4], vec![None; 4]]);
    }
}
