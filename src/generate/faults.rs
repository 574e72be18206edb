//! Deliberate faults in the transaction exports, on a fixed beat so that a small company has some of each.

/// One fault in this many rows that may carry one.
const BEAT: u32 = 250;

/// What can be wrong with a row.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Fault {
    /// A date in a thirteenth month.
    BadDate,
    /// A word where the quantity belongs.
    BadNumber,
    /// The last field is missing.
    ShortRow,
    /// A large quantity with a thousands separator; readable.
    GroupedNumber,
    /// An empty line before the row; the row is sound.
    BlankLine,
}

/// Faults take turns in this order.
const TURNS: [Fault; 5] =
    [Fault::BadDate, Fault::BadNumber, Fault::ShortRow, Fault::GroupedNumber, Fault::BlankLine];

/// Counts rows and says when the next fault is due.
#[derive(Default)]
pub(super) struct Faults {
    rows: u32,
    turn: usize,
}

impl Faults {
    /// The fault of the next row, if it is that row's turn.
    #[inline]
    pub(super) fn next(&mut self) -> Option<Fault> {
        self.rows += 1;
        if self.rows < BEAT {
            return None;
        }
        self.rows = 0;
        self.turn += 1;
        Some(TURNS[(self.turn - 1) % TURNS.len()])
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_fault_takes_its_turn_once_a_beat() {
        let mut faults = Faults::default();
        let found: Vec<_> = (0..6 * BEAT).filter_map(|row| faults.next().map(|fault| (row, fault))).collect();
        assert_eq!(found.len(), 6);
        assert_eq!(found[0], (BEAT - 1, Fault::BadDate));
        assert_eq!(found[4], (5 * BEAT - 1, Fault::BlankLine));
        assert_eq!(found[5].1, Fault::BadDate);
    }
}
