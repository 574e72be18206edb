//! Facts of a response: numbers that go with it, such as what the order cost or how late it came.

use super::super::block::Cell;
use super::super::id::is_missing;
use super::super::numbers::{DecimalMark, from_f64, parse_fixed};
use super::super::plan::{Plan, View};
use super::super::times::TimeFormat;
use super::super::transactions::instant;
use crate::Result;
use crate::config::surveys::{FactParams, SurveyRules};
use crate::math::money::MILLION;
use crate::schema::Reason;
use crate::zone::Zone;

/// How one fact is read.
pub(super) struct Fact {
    form: Form,
}

enum Form {
    /// A column of numbers.
    Number(usize, DecimalMark),
    /// Calendar days from one time to another.
    Days([(usize, Option<TimeFormat>); 2]),
}

impl Fact {
    /// Settles how the columns of a fact are written.
    ///
    /// # Errors
    /// `Config` when a format cannot be decided.
    pub(super) fn open(params: &FactParams, rules: &SurveyRules, plan: &Plan) -> Result<Self> {
        let time = |name: &str| -> Result<(usize, Option<TimeFormat>)> {
            Ok((plan.column(name), plan.time_format(name, "auto", rules.calendar)?))
        };
        let form = match (&params.column, &params.from, &params.to) {
            (Some(column), ..) => Form::Number(plan.column(&column.0), plan.decimal_mark(&column.0)?),
            (None, Some(from), Some(to)) => Form::Days([time(&from.0)?, time(&to.0)?]),
            _ => unreachable!("the configuration was checked"),
        };
        Ok(Self { form })
    }

    /// The fact in a row; `None` where a cell is empty.
    ///
    /// # Errors
    /// Why the row is set aside, with the column at fault.
    pub(super) fn read(
        &self,
        view: &View<'_>,
        row: usize,
        zone: &Zone,
    ) -> Result<Option<f64>, (Reason, usize)> {
        match &self.form {
            Form::Number(column, mark) => {
                number(view.cell(*column, row), *mark).map_err(|()| (Reason::BadNumber, *column))
            }
            Form::Days(ends) => {
                let mut days = [None; 2];
                for ((column, format), day) in ends.iter().zip(&mut days) {
                    let cell = view.cell(*column, row);
                    let at = instant(cell, format.as_ref(), zone);
                    if at.is_none() && !is_missing(cell.text().trim_ascii()) {
                        return Err((Reason::BadTimestamp, *column));
                    }
                    *day = at.map(|at| zone.day(at));
                }
                let [from, to] = days;
                Ok(from.zip(to).map(|(from, to)| f64::from(to) - f64::from(from)))
            }
        }
    }
}

/// A number with six decimals; `None` in an empty cell.
fn number(cell: Cell<'_>, mark: DecimalMark) -> Result<Option<f64>, ()> {
    let fixed = match cell {
        Cell::Float(value) => from_f64(value),
        other if is_missing(other.text().trim_ascii()) => return Ok(None),
        other => parse_fixed(&other.text(), mark),
    };
    fixed.map(|fixed| Some(fixed as f64 / MILLION as f64)).ok_or(())
}
