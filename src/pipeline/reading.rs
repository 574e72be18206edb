//! Exports to customers and answers: drives ingest and activity, books every row, minds the gates.

use foldhash::fast::FixedState;
use hashbrown::HashMap;
use polars::prelude::DataFrame;

use super::Observer;
use super::as_of::AsOfMoment;
pub use super::rejects::Example;
use super::rejects::{Names, Rejects};
use super::respondents;
use crate::activity::{Activity, AsOfDay, Basis, Fold, Measures, OrderIndex};
use crate::config::items::ItemParams;
use crate::config::transactions::MoneyRule;
use crate::config::{Config, SurveyConfig};
use crate::facts::{Facts, KnownCustomers, hash};
use crate::ingest::accounting::Account;
use crate::ingest::read::read_blocks;
use crate::ingest::source::{CUT_OFF, OpenFile};
use crate::ingest::surveys::{AnswersBuilder, SurveyReader};
use crate::ingest::times::Zone;
use crate::ingest::transactions::{Limit, TransactionReader};
use crate::math::money::Money;
use crate::publish::manifest::InputTable;
use crate::rfm::MonetaryBasis;
use crate::satisfaction::{ItemMeaning, SurveyItems};
use crate::{Error, Result, Warning};

/// Who the customers are and what they bought.
pub struct Transactions {
    /// One row per customer.
    pub activity: Activity,
    /// The moment in force.
    pub as_of: AsOfMoment,
    /// The account; `None` without transactions.
    pub table: Option<InputTable>,
    /// Things to know.
    pub warnings: Vec<Warning>,
}

/// Reads and folds the transactions, with the gate on rows set aside. Without transactions the customers are
/// those that the surveys name.
///
/// # Errors
/// `Config` and `Input` for what does not fit, `Gate` when too much was set aside or nothing was accepted.
pub fn transactions(
    config: &Config,
    rejects: &mut Rejects<'_>,
    observer: &mut dyn Observer,
) -> Result<Transactions> {
    let zone = Zone::parse(&config.run.timezone)?;
    let configured = AsOfMoment::configured(config, &zone);
    let limit = configured.as_ref().map_or(Limit::None, AsOfMoment::limit);
    let Some(transactions) = &config.transactions else {
        return respondents::read(config, &zone, configured);
    };
    let reader = TransactionReader::open(transactions, &config.base, zone.clone(), limit)?;
    rejects.begin("transactions")?;
    let read = read_transactions(&reader, rejects, observer)?;
    let files = &reader.plan.files;
    read.account.balance("transactions")?;
    if read.account.rows_read == 0 {
        return Err(Error::input(files[0].path(), "there are no rows below the header").hint(CUT_OFF));
    }
    read.account.gate("transactions", transactions.rules.max_set_aside)?;
    reader.check_currencies(&read.currencies)?;
    let Some(last_at) = read.fold.last_at() else {
        return Err(Error::gate(format!(
            "transactions: none of {} rows was accepted",
            read.account.rows_read
        ))
        .hint("`moshtari check` shows why each was set aside"));
    };
    let as_of = configured.unwrap_or_else(|| AsOfMoment::end_of_day(last_at, &zone));
    let day_of = |at| zone.day(at);
    let measures = Measures {
        window_days: config.rfm.window_days,
        basis: match config.rfm.monetary_basis {
            MonetaryBasis::Sum => Basis::Sum,
            MonetaryBasis::Mean => Basis::Mean,
            MonetaryBasis::Margin => Basis::Margin,
        },
        with_quantities: transactions.columns.quantity.is_some(),
        without_money: transactions.rules.money == MoneyRule::None,
    };
    let mut activity = read.fold.finish(&AsOfDay { day: as_of.day, day_of: &day_of }, measures)?;
    let mut warnings = empty_files(files, &read.rows_of_file);
    warnings.append(&mut activity.warnings);
    let formats = reader.describe();
    let table =
        InputTable { name: "transactions".to_owned(), files: forms(files), formats, account: read.account };
    Ok(Transactions { activity, as_of, table: Some(table), warnings })
}

struct ReadTransactions {
    fold: Fold,
    account: Account,
    currencies: std::collections::BTreeSet<Vec<u8>>,
    rows_of_file: Vec<u64>,
}

fn read_transactions(
    reader: &TransactionReader,
    rejects: &mut Rejects<'_>,
    observer: &mut dyn Observer,
) -> Result<ReadTransactions> {
    let files = &reader.plan.files;
    let mut read = ReadTransactions {
        fold: Fold::default(),
        account: Account::default(),
        currencies: std::collections::BTreeSet::new(),
        rows_of_file: vec![0; files.len()],
    };
    let names = Names::of(&reader.plan);
    observer.expect(bytes(files));
    let mut duplicates = reader.duplicates();
    read_blocks(
        files,
        reader.plan.main_columns(),
        |_, block| reader.read(block),
        |mut batch| {
            for placed in &mut batch {
                duplicates.drop_from(&mut placed.value);
            }
            let facts: Vec<&Facts> = batch.iter().map(|p| &p.value.facts).collect();
            read.fold.add(&facts);
            for placed in &mut batch {
                let aside = std::mem::take(&mut placed.value.aside);
                let facts = &placed.value.facts;
                let money: Money = facts.amounts.iter().copied().sum();
                read.account.book(placed.rows, facts.len() as u64, money, &aside);
                read.currencies.extend(facts.currencies.iter().cloned());
                read.rows_of_file[placed.file] += placed.rows;
                rejects.add(names.aside(placed, aside))?;
                observer.progress(placed.rows, placed.bytes);
            }
            Ok(())
        },
    )?;
    Ok(read)
}

/// Bytes of the files once unpacked, as far as they tell; 0 when one does not.
fn bytes(files: &[OpenFile]) -> u64 {
    files.iter().map(OpenFile::bytes).sum::<Option<u64>>().unwrap_or(0)
}

fn empty_files(files: &[OpenFile], rows: &[u64]) -> Vec<Warning> {
    let empty = files.iter().zip(rows).filter(|(_, rows)| **rows == 0);
    empty
        .map(|(f, _)| {
            Warning::new("file_without_rows", format!("`{}` has no rows below its header", f.shown()))
        })
        .collect()
}

fn forms(files: &[OpenFile]) -> Vec<(String, String)> {
    files.iter().map(|f| (f.shown().to_owned(), f.describe())).collect()
}

/// The surveys, as one table of answers.
pub struct Surveys {
    /// `schema::answers`
    pub answers: DataFrame,
    /// What the items of each survey mean.
    pub items: Vec<SurveyItems>,
    /// The accounts, one per survey.
    pub tables: Vec<InputTable>,
    /// Things to know.
    pub warnings: Vec<Warning>,
}

struct Known<'a> {
    activity: &'a Activity,
    orders: Option<OrderIndex>,
}

impl KnownCustomers for Known<'_> {
    fn customer(&self, id: &[u8]) -> Option<u32> {
        self.activity.customer(id)
    }

    fn customer_of_order(&self, id: &[u8]) -> Option<u32> {
        self.orders.as_ref()?.customer(hash(id))
    }
}

/// Reads every survey; customers are those of the transactions.
///
/// # Errors
/// `Config` and `Input` for what does not fit, `Gate` when too much was set aside.
pub fn surveys(
    config: &Config,
    activity: &Activity,
    as_of: &AsOfMoment,
    rejects: &mut Rejects<'_>,
    observer: &mut dyn Observer,
) -> Result<Surveys> {
    let zone = Zone::parse(&config.run.timezone)?;
    let by_order =
        config.surveys.iter().any(|s| s.columns.customer_id.is_none() && s.columns.order_id.is_some());
    let known = Known { activity, orders: by_order.then(|| activity.order_index()) };
    let mut answers = AnswersBuilder::default();
    let (mut tables, mut items, mut warnings) = (Vec::new(), Vec::new(), Vec::new());
    for (index, (survey, name)) in config.surveys.iter().zip(config.survey_names()).enumerate() {
        let reader = SurveyReader::open(survey, &name, &config.base, zone.clone(), as_of.limit())?;
        rejects.begin(&config.rejects_name(index))?;
        let mut account = Account::default();
        let mut rows_of_file = vec![0; reader.plan.files.len()];
        let names = Names::of(&reader.plan);
        observer.expect(bytes(&reader.plan.files));
        let mut seen = HashMap::with_hasher(FixedState::with_seed(4));
        read_blocks(
            &reader.plan.files,
            reader.plan.main_columns(),
            |_, block| Ok(reader.read(&block, &known)),
            |batch| {
                for mut placed in batch {
                    let aside = std::mem::take(&mut placed.value.1);
                    account.book(placed.rows, placed.value.0.len() as u64, Money::ZERO, &aside);
                    rows_of_file[placed.file] += placed.rows;
                    rejects.add(names.aside(&placed, aside))?;
                    observer.progress(placed.rows, placed.bytes);
                    answers.add(index as u16, placed.value.0, &mut seen, &|at| as_of.day - zone.day(at));
                }
                Ok(())
            },
        )?;
        account.balance(&name)?;
        account.gate(&name, survey.rules.max_set_aside)?;
        warnings.extend(empty_files(&reader.plan.files, &rows_of_file));
        items.push(meanings(survey, name.clone(), reader.scales()));
        tables.push(InputTable {
            name,
            files: forms(&reader.plan.files),
            formats: reader.describe(),
            account,
        });
    }
    let accepted: u64 = tables.iter().map(|t: &InputTable| t.account.rows_accepted).sum();
    if config.transactions.is_none() && accepted == 0 {
        let read: u64 = tables.iter().map(|t: &InputTable| t.account.rows_read).sum();
        return Err(Error::gate(format!("surveys: none of {read} rows was accepted"))
            .hint("`moshtari check` shows why each was set aside"));
    }
    Ok(Surveys { answers: answers.finish()?, items, tables, warnings })
}

fn meanings(survey: &SurveyConfig, name: String, scales: Vec<[f64; 2]>) -> SurveyItems {
    let meaning = |(item, scale): (&ItemParams, [f64; 2])| ItemMeaning {
        name: item.column.0.clone(),
        measures: item.measures,
        dimension: item.dimension.clone(),
        scale,
    };
    SurveyItems {
        name,
        items: survey.items.iter().zip(scales).map(meaning).collect(),
        facts: survey.facts.iter().map(|fact| fact.name.clone()).collect(),
    }
}

/// What `check` found.
pub struct Findings {
    /// The accounts and formats.
    pub tables: Vec<InputTable>,
    /// Things to know.
    pub warnings: Vec<Warning>,
    /// A few rows of each reason: table, file, row, reason, column.
    pub examples: Vec<Example>,
    /// The first gate that would stop a run.
    pub gate: Option<Error>,
    /// What a run would be about, if its transactions could be read.
    pub seen: Option<Seen>,
}

/// The outlines of a run.
#[derive(Clone, Debug)]
pub struct Seen {
    /// The day it would look from.
    pub as_of: String,
    /// Customers.
    pub customers: usize,
    /// Counting orders.
    pub orders: u64,
}

/// Examples kept of each reason and table.
const EXAMPLES: usize = 3;

/// Reads everything as a run would, and reports instead of publishing.
///
/// # Errors
/// `Config` and `Input` for what does not fit; a closed gate is a finding, not an error.
pub fn findings(config: &Config, observer: &mut dyn Observer) -> Result<Findings> {
    let mut rejects = Rejects::examples(EXAMPLES);
    let mut found =
        Findings { tables: Vec::new(), warnings: Vec::new(), examples: Vec::new(), gate: None, seen: None };
    match transactions(config, &mut rejects, observer) {
        Ok(read) => {
            let (customers, orders) = (read.activity.customers.height(), read.activity.orders);
            found.seen = Some(Seen { as_of: read.as_of.shown(), customers, orders });
            found.tables.extend(read.table);
            found.warnings.extend(read.warnings);
            match surveys(config, &read.activity, &read.as_of, &mut rejects, observer) {
                Ok(surveys) => {
                    found.tables.extend(surveys.tables);
                    found.warnings.extend(surveys.warnings);
                }
                Err(gate @ Error::Gate { .. }) => found.gate = Some(gate),
                Err(other) => return Err(other),
            }
        }
        Err(gate @ Error::Gate { .. }) => found.gate = Some(gate),
        Err(other) => return Err(other),
    }
    found.examples = rejects.into_examples();
    Ok(found)
}
