//! Complaints: each row becomes an event of one complaint, or is set aside; events become complaints.
//!
//! The checks run in a fixed order: broken records, rows without a partner in a joined table, rows that a rule
//! skips, the customer (`missing_customer`, `unknown_order`, `unknown_customer`), the times (`bad_timestamp`, also
//! for what ended before it was opened; `after_as_of`), and the number of reopenings (`bad_number`). What events
//! make of a complaint is in [`merge`].

mod merge;

use std::path::Path;

pub use self::merge::ComplaintsBuilder;
use self::merge::{Event, Phase};
use super::accounting::SetAside;
use super::block::{Block, Cell};
use super::id::trim;
use super::numbers::DecimalMark;
use super::plan::{Plan, View};
use super::rules::{Rule, fixed};
use super::surveys::{Anyone, Respondents};
use super::text::{display, key};
use super::times::{TimeFormat, is_no_date};
use super::transactions::{Limit, canonical_cell, instant};
use crate::Result;
use crate::config::complaints::{ComplaintColumns, ComplaintRules, UnknownCustomers};
use crate::config::{ColumnName, ComplaintsConfig};
use crate::facts::{KnownCustomers, hash};
use crate::math::money::MILLION;
use crate::schema::Reason;
use crate::zone::Zone;

/// Places of the columns among the wanted ones.
struct Columns {
    id: Option<usize>,
    customer: Option<usize>,
    order: Option<usize>,
    opened: Option<usize>,
    resolved: Option<usize>,
    answered: Option<usize>,
    event: Option<usize>,
    category: Option<usize>,
    channel: Option<usize>,
    state: Option<usize>,
    reopened: Option<usize>,
}

impl Columns {
    fn of(names: &ComplaintColumns, plan: &Plan) -> Self {
        let place = |name: &Option<ColumnName>| name.as_ref().map(|n| plan.column(&n.0));
        Self {
            id: place(&names.complaint_id),
            customer: place(&names.customer_id),
            order: place(&names.order_id),
            opened: place(&names.opened_at),
            resolved: place(&names.resolved_at),
            answered: place(&names.first_response_at),
            event: place(&names.event_at),
            category: place(&names.category),
            channel: place(&names.channel),
            state: place(&names.state),
            reopened: place(&names.reopened),
        }
    }
}

/// Reads blocks of a complaint export.
pub struct ComplaintReader {
    /// Files and columns.
    pub plan: Plan,
    columns: Columns,
    skip: Vec<Rule>,
    rules: ComplaintRules,
    missing: Vec<String>,
    new_states: Vec<String>,
    resolved_states: Vec<String>,
    /// Formats of the times, by place of their column.
    times: Vec<(usize, Option<TimeFormat>)>,
    zone: Zone,
    limit: Limit,
    /// Complaints of nobody, or of people the transactions do not know, are kept.
    keep_strangers: bool,
}

type Refusal<'a> = (Reason, Option<usize>, Cell<'a>);

impl ComplaintReader {
    /// Opens the files and settles every format. Without transactions nobody is known, and everybody is kept.
    ///
    /// # Errors
    /// `Config` and `Input` for all that does not fit.
    pub fn open(
        config: &ComplaintsConfig,
        base: &Path,
        zone: Zone,
        limit: Limit,
        with_transactions: bool,
    ) -> Result<Self> {
        let (names, rules) = (&config.columns, &config.rules);
        let skip = rules.skip_when.as_slice();
        let mut wanted: Vec<String> = Vec::new();
        for name in names.named().chain(skip.iter().map(|c| &c.column)) {
            if !wanted.contains(&name.0) {
                wanted.push(name.0.clone());
            }
        }
        let plan = Plan::new(&config.source(), base, &wanted, &[], false)?;
        let mut times: Vec<(usize, Option<TimeFormat>)> = Vec::new();
        let dated = [&names.opened_at, &names.event_at, &names.resolved_at, &names.first_response_at];
        for name in dated.into_iter().flatten() {
            let beside = times.first().and_then(|(_, format)| format.as_ref());
            let format = plan.time_format_like(&name.0, &rules.timestamp_format, rules.calendar, beside)?;
            times.push((plan.column(&name.0), format));
        }
        let keys = |words: &[String]| words.iter().map(|word| key(word)).collect::<Vec<_>>();
        Ok(Self {
            columns: Columns::of(names, &plan),
            skip: skip.iter().map(|c| Rule::compile(c, plan.column(&c.column.0))).collect::<Result<_>>()?,
            missing: rules.missing.iter().map(|code| code.trim().to_owned()).collect(),
            new_states: keys(&rules.new_states),
            resolved_states: keys(&rules.resolved_states),
            rules: rules.clone(),
            times,
            zone,
            limit,
            keep_strangers: rules.unknown_customers == UnknownCustomers::Keep || !with_transactions,
            plan,
        })
    }

    /// How times are written, for the manifest.
    pub fn describe(&self) -> Vec<(String, String)> {
        let stored = || "stored as a time".to_owned();
        let described = |(column, format): &(usize, Option<TimeFormat>)| {
            (self.plan.wanted[*column].clone(), format.as_ref().map_or_else(stored, TimeFormat::describe))
        };
        self.times.iter().map(described).collect()
    }

    /// What becomes of the events that [`ComplaintReader::read`] accepts.
    pub fn builder(&self) -> ComplaintsBuilder {
        let c = &self.columns;
        ComplaintsBuilder::new(merge::Known {
            named: c.customer.is_some() || c.order.is_some(),
            resolutions: c.resolved.is_some(),
            answers: c.answered.is_some(),
            states: c.state.is_some() && c.event.is_some(),
            reopened: c.reopened.is_some(),
        })
    }

    /// Reads one block: accepted events, and the rows set aside.
    pub fn read(&self, block: &Block, known: &dyn KnownCustomers) -> (Vec<Event>, SetAside) {
        let view = self.plan.view(block);
        let (mut events, mut aside) = (Vec::with_capacity(block.rows), SetAside::default());
        let mut broken = block.broken.iter().peekable();
        for row in 0..block.rows {
            if let Some(b) = broken.next_if(|b| b.row == row) {
                aside.push(block, row, b.reason, None, Cell::Text(b.what.as_bytes()), None);
                continue;
            }
            match self.row(&view, row, known) {
                Ok(event) => events.push(event),
                Err((reason, column, value)) => {
                    aside.push(block, row, reason, column.map(|c| c as u16), value, None);
                }
            }
        }
        (events, aside)
    }

    /// Who complained in one block, and when last, whoever they are.
    pub fn complainers(&self, block: &Block) -> Respondents {
        let view = self.plan.view(block);
        let mut found = Respondents::default();
        let mut broken = block.broken.iter().map(|b| b.row).peekable();
        for row in 0..block.rows {
            if broken.next_if_eq(&row).is_some() {
                continue;
            }
            let Ok(event) = self.row(&view, row, &Anyone) else { continue };
            found.rows += 1;
            found.newest = found.newest.max(event.opened).max(event.at);
            let cell = self.columns.customer.map(|column| self.cell(&view, column, row));
            if let Some(id) = cell.and_then(|cell| canonical_cell(cell, self.rules.ids)) {
                found.add(&id, row);
            }
        }
        found
    }

    fn row<'a>(&self, view: &View<'a>, row: usize, known: &dyn KnownCustomers) -> Result<Event, Refusal<'a>> {
        if let Some(value) = view.unmatched(row)
            && !self.keep_strangers
        {
            return Err((Reason::UnknownOrder, None, value));
        }
        if let Some(rule) = self.skip.iter().find(|r| r.holds(view.cell(r.column, row))) {
            return Err((Reason::SkippedByRule, Some(rule.column), view.cell(rule.column, row)));
        }
        let (customer, person) = self.customer(view, row, known)?;
        let mut event = Event { customer, person, ..Event::default() };
        self.times(view, row, &mut event)?;
        let c = &self.columns;
        let id = c.id.and_then(|id| canonical_cell(self.cell(view, id, row), self.rules.ids));
        event.id = id.map(|id| hash(&id));
        event.category = self.text(view, c.category, row).map(|text| display(&text).into());
        event.channel = self.text(view, c.channel, row).map(|text| display(&text).into());
        event.phase = self.text(view, c.state, row).map(|state| self.phase(&state));
        event.reopened = self.reopened(view, row)?;
        Ok(event)
    }

    /// A cell, null where it holds one of the declared codes for nothing.
    fn cell<'a>(&self, view: &View<'a>, column: usize, row: usize) -> Cell<'a> {
        let cell = view.cell(column, row);
        match cell {
            Cell::Text(text) if self.missing.iter().any(|code| code.as_bytes() == trim(text)) => Cell::Null,
            Cell::Int(_) | Cell::Float(_) if self.missing.contains(&cell.shown()) => Cell::Null,
            other => other,
        }
    }

    fn text(&self, view: &View<'_>, column: Option<usize>, row: usize) -> Option<String> {
        let cell = self.cell(view, column?, row);
        canonical_cell(cell, self.rules.ids).map(|text| String::from_utf8_lossy(&text).into_owned())
    }

    fn phase(&self, state: &str) -> Phase {
        let state = key(state);
        if self.resolved_states.contains(&state) {
            Phase::Resolved
        } else if self.new_states.contains(&state) {
            Phase::New
        } else {
            Phase::InHand
        }
    }

    /// The customer's row, and who it is for counting.
    fn customer<'a>(
        &self,
        view: &View<'a>,
        row: usize,
        known: &dyn KnownCustomers,
    ) -> Result<(Option<u32>, Option<u64>), Refusal<'a>> {
        let by_order = self.columns.customer.is_none();
        let Some(column) = self.columns.customer.or(self.columns.order) else { return Ok((None, None)) };
        let [missing, unknown] = if by_order {
            [Reason::MissingOrder, Reason::UnknownOrder]
        } else {
            [Reason::MissingCustomer, Reason::UnknownCustomer]
        };
        let refuse = |reason| (reason, Some(column), view.cell(column, row));
        let Some(id) = canonical_cell(self.cell(view, column, row), self.rules.ids) else {
            return if self.keep_strangers { Ok((None, None)) } else { Err(refuse(missing)) };
        };
        let found = if by_order { known.customer_of_order(&id) } else { known.customer(&id) };
        match found {
            Some(customer) => Ok((Some(customer), Some(u64::from(customer)))),
            None if !self.keep_strangers => Err(refuse(unknown)),
            None => Ok((None, (!by_order).then(|| hash(&id)))),
        }
    }

    /// Reads the times of a row and holds them against one another.
    fn times<'a>(&self, view: &View<'a>, row: usize, event: &mut Event) -> Result<(), Refusal<'a>> {
        let c = &self.columns;
        event.opened = self.time(view, c.opened, row)?;
        event.at = self.time(view, c.event, row)?;
        event.resolved = self.time(view, c.resolved, row)?;
        event.answered = self.time(view, c.answered, row)?;
        let refuse = |reason, column: Option<usize>| {
            (reason, column, column.map_or(Cell::Null, |column| view.cell(column, row)))
        };
        let Some(first) = event.opened.or(event.at) else {
            return Err(refuse(Reason::BadTimestamp, c.opened.or(c.event)));
        };
        for (at, column) in [(event.opened, c.opened), (event.at, c.event)] {
            if at.is_some_and(|at| self.limit.is_before(at, &self.zone)) {
                return Err(refuse(Reason::AfterAsOf, column));
            }
        }
        if event.opened.is_some() {
            for (at, column) in [(event.resolved, c.resolved), (event.answered, c.answered)] {
                if at.is_some_and(|at| at < first) {
                    return Err(refuse(Reason::BadTimestamp, column));
                }
            }
        }
        event.states_resolution = event.resolved.is_some();
        // What happens after the as-of moment is not known yet.
        for at in [&mut event.resolved, &mut event.answered] {
            *at = at.filter(|at| !self.limit.is_before(*at, &self.zone));
        }
        Ok(())
    }

    fn time<'a>(
        &self,
        view: &View<'a>,
        column: Option<usize>,
        row: usize,
    ) -> Result<Option<i64>, Refusal<'a>> {
        let Some(column) = column else { return Ok(None) };
        let cell = self.cell(view, column, row);
        let format = self.times.iter().find(|(c, _)| *c == column).and_then(|(_, format)| format.as_ref());
        match instant(cell, format, &self.zone) {
            None if !is_no_date(&cell.text()) => {
                Err((Reason::BadTimestamp, Some(column), view.cell(column, row)))
            }
            at => Ok(at),
        }
    }

    /// A number of times, or a truth value.
    fn reopened<'a>(&self, view: &View<'a>, row: usize) -> Result<Option<u32>, Refusal<'a>> {
        let Some(column) = self.columns.reopened else { return Ok(None) };
        let cell = self.cell(view, column, row);
        let Some(text) = self.text(view, Some(column), row) else { return Ok(None) };
        if let Some(count) = fixed(cell, DecimalMark::Auto).map(|count| count / MILLION) {
            let count = u32::try_from(count).ok();
            return count.map(Some).ok_or((Reason::BadNumber, Some(column), view.cell(column, row)));
        }
        match key(&text).as_str() {
            "true" | "yes" | "y" | "بله" | "بلی" => Ok(Some(1)),
            "false" | "no" | "n" | "خیر" | "نه" => Ok(Some(0)),
            _ => Err((Reason::BadNumber, Some(column), view.cell(column, row))),
        }
    }
}
