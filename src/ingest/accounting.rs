//! Row accounting: every row read is accepted or set aside with a reason.

use std::borrow::Cow;
use std::collections::BTreeMap;

use super::block::{Block, Cell, Raw, write_json};
use super::unread::Read;
use crate::facts::TextColumn;
use crate::math::money::Money;
use crate::privacy::mask::shape;
use crate::schema::Reason;
use crate::{Error, Result, Warning};

/// Rows of one block that were set aside, column by column.
#[derive(Debug, Default)]
pub struct SetAside {
    /// Row within the block.
    pub rows: Vec<u32>,
    /// Line within the block, where the format has lines.
    pub lines: Vec<Option<u32>>,
    /// Why.
    pub reasons: Vec<Reason>,
    /// The column at fault, as an index into the names of the table's columns.
    pub columns: Vec<Option<u16>>,
    /// The value at fault.
    pub values: TextColumn,
    /// The row as it stood.
    pub raw: TextColumn,
    /// The money in it, as far as it can be read.
    pub money: Vec<Option<Money>>,
    /// What of `raw` somebody reads.
    read: Vec<Read>,
}

impl SetAside {
    /// With room for so many rows.
    pub fn with_room(rows: usize) -> Self {
        let mut values = TextColumn::default();
        values.reserve(rows, 0);
        Self {
            rows: Vec::with_capacity(rows),
            lines: Vec::with_capacity(rows),
            reasons: Vec::with_capacity(rows),
            columns: Vec::with_capacity(rows),
            values,
            raw: TextColumn::default(),
            money: Vec::with_capacity(rows),
            read: Vec::with_capacity(rows),
        }
    }

    /// Sets a row aside.
    pub fn push(
        &mut self,
        block: &Block,
        row: usize,
        reason: Reason,
        column: Option<u16>,
        value: Cell<'_>,
        money: Option<Money>,
    ) {
        self.rows.push(row as u32);
        self.lines.push(block.lines.get(row).copied());
        self.reasons.push(reason);
        self.columns.push(column);
        match value {
            Cell::Null => self.values.push_null(),
            Cell::Int(v) => self.values.push_with(|bytes| write_json(bytes, &v)),
            other => self.values.push(&valid(&other.text())),
        }
        let mut moved = false;
        self.raw.push_with(|bytes| {
            let start = bytes.len();
            block.write_raw(row, bytes);
            // What was put together from cells is text already.
            if matches!(block.raw, Raw::Spans(_))
                && let Cow::Owned(valid) = valid(&bytes[start..])
            {
                bytes.truncate(start);
                bytes.extend(valid);
                moved = true;
            }
        });
        if self.rows.len() == 1 {
            // Rows of a file are about as long as one another.
            let (rows, bytes) = (self.rows.capacity(), self.raw.get(0).map_or(0, <[u8]>::len));
            self.raw.reserve(rows, rows * (bytes + bytes / 8));
        }
        // Where bytes that are no letters were replaced, cells stand elsewhere.
        self.read.push(if moved { Read::Spans(Vec::new()) } else { Read::of(block, row) });
        self.money.push(money);
    }

    /// Puts the rows in the order of the file.
    pub fn sort(&mut self) {
        let mut order: Vec<usize> = (0..self.rows.len()).collect();
        order.sort_by_key(|i| self.rows[*i]);
        if order.iter().enumerate().all(|(a, b)| a == *b) {
            return;
        }
        let mut sorted = Self::default();
        for i in order {
            sorted.rows.push(self.rows[i]);
            sorted.lines.push(self.lines[i]);
            sorted.reasons.push(self.reasons[i]);
            sorted.columns.push(self.columns[i]);
            match self.values.get(i) {
                Some(value) => sorted.values.push(value),
                None => sorted.values.push_null(),
            }
            sorted.raw.push(self.raw.get(i).unwrap_or_default());
            sorted.money.push(self.money[i]);
            sorted.read.push(std::mem::take(&mut self.read[i]));
        }
        *self = sorted;
    }

    /// The same rows, of which the columns that nobody reads show their shape: names, addresses, free text.
    /// `names` are the columns that somebody reads.
    #[must_use]
    pub fn of_columns_read(mut self, names: &[String]) -> Self {
        if self.read.iter().all(|read| matches!(read, Read::All)) {
            return self;
        }
        let raw = std::mem::take(&mut self.raw);
        for (row, read) in self.read.iter().enumerate() {
            let text = String::from_utf8_lossy(raw.get(row).unwrap_or_default());
            self.raw.push_with(|bytes| read.push_masked(bytes, &text, names));
        }
        self.read.fill(Read::All);
        self
    }

    /// The same rows with the shape of their values instead of the values, but for those of the column
    /// `shown`.
    #[must_use]
    pub fn masked(mut self, shown: Option<u16>) -> Self {
        let (values, raw) = (std::mem::take(&mut self.values), std::mem::take(&mut self.raw));
        let masked = |bytes| shape(&String::from_utf8_lossy(bytes)).into_bytes();
        for row in 0..self.rows.len() {
            match values.get(row) {
                Some(value) if shown.is_some() && self.columns[row] == shown => self.values.push(value),
                // What is wrong with a broken record is said in our words.
                Some(value) if matches!(self.reasons[row], Reason::WrongFieldCount | Reason::BadEncoding) => {
                    self.values.push(value);
                }
                Some(value) => self.values.push(&masked(value)),
                None => self.values.push_null(),
            }
            self.raw.push(&masked(raw.get(row).unwrap_or_default()));
        }
        // Letters of several bytes became one: no place in the row holds any more.
        self.read.fill(Read::All);
        self
    }

    /// Empties the rows that name somebody who is to be forgotten; what stays is where they stood and why. Tells
    /// how many of them were skipped for it.
    pub fn forget(&mut self, is_named: &dyn Fn(&[u8]) -> bool) -> u64 {
        let (values, raw) = (std::mem::take(&mut self.values), std::mem::take(&mut self.raw));
        let mut skipped = 0;
        for (row, read) in self.read.iter_mut().enumerate() {
            let (value, text) = (values.get(row), raw.get(row).unwrap_or_default());
            let named = value.is_some_and(is_named);
            if named || read.cells(text).iter().any(|cell| is_named(cell)) {
                skipped += u64::from(named && self.reasons[row] == Reason::SkippedByRule);
                self.values.push_null();
                self.raw.push(b"");
                *read = Read::All;
                continue;
            }
            match value {
                Some(value) => self.values.push(value),
                None => self.values.push_null(),
            }
            self.raw.push(text);
        }
        skipped
    }

    /// Number of rows set aside.
    pub fn len(&self) -> usize {
        self.rows.len()
    }

    /// True when nothing was set aside.
    pub fn is_empty(&self) -> bool {
        self.rows.is_empty()
    }
}

/// The bytes as UTF-8; what is no text becomes U+FFFD, so that the rejects table can be read everywhere.
fn valid(bytes: &[u8]) -> Cow<'_, [u8]> {
    match std::str::from_utf8(bytes) {
        Ok(_) => Cow::Borrowed(bytes),
        Err(_) => Cow::Owned(String::from_utf8_lossy(bytes).into_owned().into_bytes()),
    }
}

/// Rows set aside for one reason.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct ReasonCount {
    /// Rows.
    pub rows: u64,
    /// Money in those whose money could be read.
    pub money: Money,
    /// Rows whose money could not be read.
    pub money_unknown: u64,
}

/// The account of single answers, in rows whose answers were looked at.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct AnswerAccount {
    /// Answers in cells that are not empty; a cell may hold several.
    pub given: u64,
    /// Answers in the figures.
    pub accepted: u64,
    /// Words and codes that mean "no answer".
    pub missing: u64,
    /// Answers that a later one of the same response to the same question replaced.
    pub repeated: u64,
    /// Answers kept out, by reason.
    pub set_aside: BTreeMap<Reason, u64>,
    /// Empty cells.
    pub empty: u64,
}

impl AnswerAccount {
    /// Books another account.
    pub fn book(&mut self, other: &Self) {
        self.given += other.given;
        self.accepted += other.accepted;
        self.missing += other.missing;
        self.repeated += other.repeated;
        self.empty += other.empty;
        for (reason, n) in &other.set_aside {
            *self.set_aside.entry(*reason).or_default() += n;
        }
    }

    /// Answers kept out, whatever the reason.
    pub fn answers_set_aside(&self) -> u64 {
        self.set_aside.values().sum()
    }

    /// Answers accepted before that turn out to be replaced by later ones.
    pub fn again(&mut self, answers: u64) {
        self.accepted -= answers;
        self.repeated += answers;
    }

    /// What the reader of the figures should know.
    pub fn warning(&self, survey: &str) -> Option<Warning> {
        (self.repeated > 0).then(|| {
            Warning::new(
                "repeated_answers",
                format!(
                    "survey `{survey}`: {} of {} answers were given again in the same response: the last counts",
                    self.repeated, self.given
                ),
            )
            .with("survey", survey)
            .with("n", self.repeated)
            .with("all", self.given)
        })
    }

    fn is_balanced(&self) -> bool {
        self.given == self.accepted + self.missing + self.repeated + self.answers_set_aside()
    }
}

/// The account of one input table.
#[derive(Clone, Debug, Default)]
pub struct Account {
    /// Records read.
    pub rows_read: u64,
    /// Rows in the figures.
    pub rows_accepted: u64,
    /// Rows kept out, by reason.
    pub set_aside: BTreeMap<Reason, ReasonCount>,
    /// Money of the accepted rows.
    pub money_accepted: Money,
    /// Single answers, of a survey.
    pub answers: Option<AnswerAccount>,
}

impl Account {
    /// Books the rows of one block.
    pub fn book(&mut self, read: u64, accepted: u64, money: Money, aside: &SetAside) {
        self.rows_read += read;
        self.rows_accepted += accepted;
        self.money_accepted += money;
        let mut counts = [ReasonCount::default(); Reason::ALL.len()];
        for (reason, money) in aside.reasons.iter().zip(&aside.money) {
            let count = &mut counts[*reason as usize];
            count.rows += 1;
            match money {
                Some(money) => count.money += *money,
                None => count.money_unknown += 1,
            }
        }
        for (reason, more) in Reason::ALL.into_iter().zip(counts).filter(|(_, more)| more.rows > 0) {
            let count = self.set_aside.entry(reason).or_default();
            count.rows += more.rows;
            count.money += more.money;
            count.money_unknown += more.money_unknown;
        }
    }

    /// Rows kept out, whatever the reason.
    pub fn rows_set_aside(&self) -> u64 {
        self.set_aside.values().map(|c| c.rows).sum()
    }

    /// Reasons that speak against the export, and the rows kept out for each.
    pub fn faults(&self) -> impl Iterator<Item = (Reason, u64)> {
        self.set_aside
            .iter()
            .filter(|(reason, _)| !reason.is_asked_for())
            .map(|(reason, c)| (*reason, c.rows))
    }

    /// Rows kept out for reasons that speak against the export, and the rows that could have been.
    pub fn rows_at_fault(&self) -> (u64, u64) {
        let at_fault = self.faults().map(|(_, rows)| rows).sum();
        (at_fault, self.rows_read - (self.rows_set_aside() - at_fault))
    }

    /// The books must balance.
    ///
    /// # Errors
    /// `Internal` when rows read are not rows accepted plus rows set aside.
    pub fn balance(&self, table: &str) -> Result<()> {
        if let Some(answers) = self.answers.as_ref().filter(|answers| !answers.is_balanced()) {
            return Err(Error::internal(format!("{table}: the answers do not add up: {answers:?}")));
        }
        let booked = self.rows_accepted + self.rows_set_aside();
        if booked == self.rows_read {
            return Ok(());
        }
        Err(Error::internal(format!(
            "{table}: {} rows read, but {} accepted and {} set aside",
            self.rows_read,
            self.rows_accepted,
            self.rows_set_aside()
        )))
    }

    /// Stops the run when too large a share was set aside for reasons that speak against the export.
    ///
    /// # Errors
    /// `Gate` above `limit`.
    pub fn gate(&self, table: &str, limit: f64) -> Result<()> {
        let (aside, rows) = self.rows_at_fault();
        if aside as f64 <= limit * rows as f64 {
            return Ok(());
        }
        let share = aside as f64 / rows as f64;
        let mut reasons: Vec<_> = self.faults().collect();
        reasons.sort_by_key(|(_, rows)| std::cmp::Reverse(*rows));
        let list: Vec<_> = reasons.iter().map(|(r, rows)| format!("{} {rows}", r.name())).collect();
        let asked = self.rows_read - rows;
        let others = if asked == 0 {
            String::new()
        } else {
            format!(", not counting {asked} that a rule skips or that lie after the as-of moment")
        };
        Err(Error::gate(format!(
            "{table}: {aside} of {rows} rows would be set aside, a share of {share:.4}, above `max_set_aside` = {limit} ({}){others}",
            list.join(", ")
        ))
        .hint("`moshtari check` shows examples of each reason; mend the export or the rules, or raise `max_set_aside`"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_row_is_booked_under_its_reason() {
        let mut aside =
            SetAside { money: vec![None, Some(Money::of(7)), Some(Money::of(5))], ..SetAside::default() };
        aside.reasons = vec![Reason::MissingCustomer, Reason::UnknownOrder, Reason::UnknownOrder];
        let mut account = Account::default();
        account.book(5, 2, Money::ZERO, &aside);
        account.book(3, 0, Money::ZERO, &aside);
        let count = |rows, money, money_unknown| ReasonCount { rows, money: Money::of(money), money_unknown };
        let booked: Vec<_> = account.set_aside.into_iter().collect();
        let expected = [(Reason::MissingCustomer, count(2, 0, 2)), (Reason::UnknownOrder, count(4, 24, 0))];
        assert_eq!(booked, expected);
    }
}
