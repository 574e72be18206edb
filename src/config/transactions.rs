//! `[transactions]`: the exports of sales.

use std::collections::BTreeMap;

use serde::Deserialize;

use super::condition::{Condition, OneOrMany};
use super::source::{ColumnName, Form, Format, IdRule, Join, Source};
use crate::{Error, Result};

/// `[transactions]`
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TransactionsConfig {
    /// Paths and globs, relative to the configuration.
    pub files: OneOrMany<String>,
    /// See [`Form`].
    pub format: Option<Format>,
    /// See [`Form`].
    pub delimiter: Option<String>,
    /// See [`Form`].
    pub quote: Option<String>,
    /// See [`Form`].
    pub header: Option<bool>,
    /// See [`Form`].
    pub encoding: Option<String>,
    /// See [`Form`].
    pub sheet: Option<OneOrMany<String>>,
    /// What is an order when the export has no order id.
    pub order: Option<OrderRule>,
    /// Our word = their header.
    pub columns: TransactionColumns,
    /// Tables joined to the lines.
    #[serde(default)]
    pub join: Vec<Join>,
    /// How rows are read.
    #[serde(default)]
    pub rules: TransactionRules,
}

/// `[transactions.columns]`
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TransactionColumns {
    /// The customer.
    pub customer_id: ColumnName,
    /// The purchase occasion.
    pub order_id: Option<ColumnName>,
    /// When it was ordered.
    pub ordered_at: ColumnName,
    /// The product.
    pub product_id: Option<ColumnName>,
    /// How many.
    pub quantity: Option<ColumnName>,
    /// Price of one.
    pub unit_price: Option<ColumnName>,
    /// Money of the whole row, instead of quantity × price.
    pub amount: Option<ColumnName>,
    /// Cost of one.
    pub unit_cost: Option<ColumnName>,
    /// Currency code.
    pub currency: Option<ColumnName>,
    /// See [`TransactionsConfig::order`].
    pub order: Option<OrderRule>,
}

/// What an order is when the export names none.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum OrderRule {
    /// All rows of a customer on one calendar day.
    Day,
    /// Each row.
    Row,
}

/// What a negative quantity means.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Returns {
    /// Its money is subtracted; it makes no order.
    #[default]
    Net,
    /// The row is set aside (`skipped_by_rule`).
    Skip,
}

/// What happens to a row that was read before, byte for byte.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Duplicates {
    /// It counts again.
    #[default]
    Keep,
    /// It is set aside (`duplicate`).
    DropExact,
}

/// Whether the export holds money.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum MoneyRule {
    /// A column is mapped to it.
    #[default]
    Mapped,
    /// It does not: when and how often customers bought is known, what they spent is not.
    None,
}

/// How numbers are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
pub enum Decimal {
    /// `1,234.50`
    #[serde(rename = ".")]
    Point,
    /// `1.234,50`
    #[serde(rename = ",")]
    Comma,
}

/// Calendar of dates.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum CalendarRule {
    /// Years 1200 to 1599 are Jalali, 1600 to 2600 Gregorian, one of them for the whole column.
    #[default]
    Auto,
    /// Gregorian.
    Gregorian,
    /// Solar Hijri.
    Jalali,
}

/// `[transactions.rules]`
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct TransactionRules {
    /// `auto`, or a strftime pattern.
    pub timestamp_format: String,
    /// Calendar of dates.
    pub calendar: CalendarRule,
    /// Decimal mark; left out: found per column.
    pub decimal: Option<Decimal>,
    /// Rows whose order was cancelled.
    pub cancelled_when: OneOrMany<Condition>,
    /// Rows that are no sales.
    pub skip_when: OneOrMany<Condition>,
    /// What a negative quantity means.
    pub returns: Returns,
    /// Whether the export holds money.
    pub money: MoneyRule,
    /// What a repeated row means.
    pub duplicates: Duplicates,
    /// Above this share of rows set aside the run stops.
    pub max_set_aside: f64,
    /// How ids are read.
    pub ids: IdRule,
    /// Worth of one unit of each currency in the currency of the result.
    pub rates: BTreeMap<String, f64>,
    /// See [`TransactionsConfig::order`].
    pub order: Option<OrderRule>,
}

impl Default for TransactionRules {
    fn default() -> Self {
        Self {
            timestamp_format: "auto".into(),
            calendar: CalendarRule::Auto,
            decimal: None,
            cancelled_when: OneOrMany::default(),
            skip_when: OneOrMany::default(),
            returns: Returns::Net,
            money: MoneyRule::Mapped,
            duplicates: Duplicates::Keep,
            max_set_aside: 0.30,
            ids: IdRule::Canonical,
            rates: BTreeMap::new(),
            order: None,
        }
    }
}

impl TransactionsConfig {
    /// The files and their joins.
    pub fn source(&self) -> Source {
        Source {
            section: "[transactions]".into(),
            files: self.files.as_slice().to_vec(),
            form: Form {
                format: self.format,
                delimiter: self.delimiter.clone(),
                quote: self.quote.clone(),
                header: self.header,
                encoding: self.encoding.clone(),
                sheet: self.sheet.clone(),
            },
            joins: self.join.clone(),
        }
    }

    /// What an order is when there is no order id.
    pub fn order_rule(&self) -> OrderRule {
        self.order.or(self.rules.order).or(self.columns.order).unwrap_or(OrderRule::Day)
    }

    pub(super) fn check(&self) -> Result<()> {
        if self.files.as_slice().is_empty() {
            return Err(Error::config("`[transactions] files` names no file"));
        }
        let columns = &self.columns;
        let priced = columns.amount.is_some() || columns.unit_price.is_some();
        if !priced && self.rules.money == MoneyRule::Mapped {
            return Err(Error::config("`[transactions.columns]` names no money").hint(
                "give `amount`, or `unit_price` with `quantity`; for an export without money write `money = \"none\"` in `[transactions.rules]`",
            ));
        }
        if priced && self.rules.money == MoneyRule::None {
            return Err(Error::config(
                "`[transactions.rules] money` is \"none\", but a column of money is named",
            )
            .hint("take one of the two away"));
        }
        if priced && columns.amount.is_none() && columns.quantity.is_none() {
            return Err(Error::config("`[transactions.columns]` has `unit_price` but no `quantity`").hint(
                "name the quantity column, or call the price column `amount` when each row is one item",
            ));
        }
        if !(0.0..=1.0).contains(&self.rules.max_set_aside) {
            let found = self.rules.max_set_aside;
            return Err(Error::config(format!(
                "`max_set_aside` should be a share from 0 to 1, but is {found}"
            )));
        }
        self.join.iter().try_for_each(|join| join.check("transactions"))?;
        for condition in self.rules.cancelled_when.as_slice() {
            condition.check("cancelled_when")?;
        }
        for condition in self.rules.skip_when.as_slice() {
            condition.check("skip_when")?;
        }
        for (code, rate) in &self.rules.rates {
            if !(rate.is_finite() && *rate > 0.0) {
                return Err(Error::config(format!("`rates.{code}` should be above 0, but is {rate}")));
            }
        }
        Ok(())
    }
}
