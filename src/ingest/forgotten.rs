//! People who asked to be forgotten: their rows are skipped in every table, and nothing of them is written.

use std::borrow::Cow;
use std::sync::Arc;

use foldhash::fast::FixedState;
use hashbrown::HashSet;

use super::id::{canonical_id, trim};
use super::lists::each_entry;
use super::plan::Plan;
use super::read::read_blocks;
use super::transactions::canonical_cell;
use crate::Result;
use crate::config::condition::Ids;
use crate::config::source::IdRule;
use crate::config::{ColumnName, Condition, Config, OneOrMany, TransactionsConfig};

type Set = HashSet<Vec<u8>, FixedState>;

/// The people of `[forget]`.
#[derive(Clone)]
pub struct Forgotten {
    ids: Arc<Set>,
    /// Entries of the lists.
    entries: usize,
    /// Their orders, where tables name orders instead of customers.
    orders: Arc<Set>,
}

/// Who asked to be forgotten must not get into a message.
impl std::fmt::Debug for Forgotten {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Forgotten").field("entries", &self.entries).finish_non_exhaustive()
    }
}

impl Forgotten {
    /// Reads the lists, and the orders of these people where a survey or the complaints name orders; `None`
    /// without `[forget]`.
    ///
    /// # Errors
    /// `Config` when a file is not there or a column is not found, `Input` when something cannot be read.
    pub fn read(config: &Config) -> Result<Option<Self>> {
        let Some(forget) = &config.forget else { return Ok(None) };
        let (mut ids, mut entries) = (Set::default(), Set::default());
        each_entry(&forget.source(), &config.base, &mut |entry| {
            let canonical = canonical_id(entry.as_bytes(), IdRule::Canonical);
            entries.extend(canonical.as_ref().map(|id| id.to_vec()));
            // As a table with `ids = "verbatim"` would write it.
            let verbatim = Some(trim(entry.as_bytes())).filter(|id| !id.is_empty());
            ids.extend(canonical.into_iter().map(Cow::into_owned).chain(verbatim.map(<[u8]>::to_vec)));
        })?;
        let mut orders = Set::default();
        if let Some(transactions) = config.transactions.as_ref().filter(|_| names_orders(config)) {
            orders = orders_of(&ids, transactions, config)?;
        }
        Ok(Some(Self { ids: Arc::new(ids), entries: entries.len(), orders: Arc::new(orders) }))
    }

    /// Different entries of the lists.
    pub fn len(&self) -> usize {
        self.entries
    }

    /// True when nobody is listed.
    pub fn is_empty(&self) -> bool {
        self.entries == 0
    }

    /// The ids, in every form in which a table may write them.
    pub fn ids(&self) -> impl Iterator<Item = &str> {
        self.ids.iter().filter_map(|id| std::str::from_utf8(id).ok())
    }

    /// Whether a cell names one of these people or one of their orders.
    pub fn is_named(&self, cell: &[u8]) -> bool {
        let known = |id: &[u8]| self.ids.contains(id) || self.orders.contains(id);
        known(trim(cell)) || canonical_id(cell, IdRule::Canonical).is_some_and(|id| known(&id))
    }

    /// The configuration with rules that skip their rows in every table.
    #[must_use]
    pub fn skipped_by(&self, config: &Config) -> Config {
        let mut config = config.clone();
        if let Some(t) = &mut config.transactions {
            self.skip(Some(&t.columns.customer_id), None, t.rules.ids, &mut t.rules.skip_when);
        }
        for survey in &mut config.surveys {
            let c = &survey.columns;
            let rules = &mut survey.rules;
            self.skip(c.customer_id.as_ref(), c.order_id.as_ref(), rules.ids, &mut rules.skip_when);
        }
        if let Some(complaints) = &mut config.complaints {
            let c = &complaints.columns;
            let rules = &mut complaints.rules;
            self.skip(c.customer_id.as_ref(), c.order_id.as_ref(), rules.ids, &mut rules.skip_when);
        }
        if let Some(list) = &mut config.customers {
            self.skip(Some(&list.columns.customer_id), None, list.rules.ids, &mut list.rules.skip_when);
        }
        config
    }

    /// Adds the rule for a table that names customers, or else orders.
    fn skip(
        &self,
        customer: Option<&ColumnName>,
        order: Option<&ColumnName>,
        rule: IdRule,
        skip_when: &mut OneOrMany<Condition>,
    ) {
        let (column, set) = match (customer, order) {
            (Some(customer), _) => (customer, &self.ids),
            (None, Some(order)) => (order, &self.orders),
            (None, None) => return,
        };
        let ids = Ids { set: Arc::clone(set), rule };
        let mut conditions = vec![Condition::of_ids(column.clone(), ids)];
        conditions.extend_from_slice(skip_when.as_slice());
        *skip_when = OneOrMany::Many(conditions);
    }
}

/// Whether a table tells whose a row is by its order alone.
fn names_orders(config: &Config) -> bool {
    let surveys = config.surveys.iter().map(|survey| (&survey.columns.customer_id, &survey.columns.order_id));
    let complaints = config.complaints.iter().map(|c| (&c.columns.customer_id, &c.columns.order_id));
    surveys.chain(complaints).any(|(customer, order)| customer.is_none() && order.is_some())
}

/// The orders of these people.
fn orders_of(people: &Set, transactions: &TransactionsConfig, config: &Config) -> Result<Set> {
    let mut orders = Set::default();
    let Some(order) = &transactions.columns.order_id else { return Ok(orders) };
    let wanted = [transactions.columns.customer_id.0.clone(), order.0.clone()];
    let plan = Plan::new(&transactions.source(), &config.base, &wanted, &[], false)?;
    let rule = transactions.rules.ids;
    read_blocks(
        &plan.files,
        plan.main_columns(),
        |_, block| {
            let view = plan.view(&block);
            let id = |column: usize, row| canonical_cell(view.cell(column, row), rule);
            let theirs = |row: &usize| id(0, *row).is_some_and(|id| people.contains(&*id));
            let rows = (0..block.rows).filter(theirs);
            Ok(rows.filter_map(|row| id(1, row).map(Cow::into_owned)).collect::<Vec<_>>())
        },
        |batch| {
            batch.into_iter().for_each(|placed| orders.extend(placed.value));
            Ok(())
        },
    )?;
    Ok(orders)
}
