//! Exports to customers and answers: drives ingest and activity, books every row, minds the gates.

use rayon::prelude::*;

use super::Observer;
use super::as_of::AsOfMoment;
use super::complaints;
pub use super::rejects::Example;
use super::rejects::{Names, Rejects};
use super::respondents;
use crate::activity::{Activity, AsOfDay, Basis, Fold, Keep, Measures, OrderIndex, Register, Runs};
use crate::answers::Answers;
use crate::config::items::ItemParams;
use crate::config::transactions::MoneyRule;
use crate::config::{Config, Stage, SurveyConfig};
use crate::facts::{KnownCustomers, TextColumn, hash};
use crate::ingest::accounting::{Account, AnswerAccount};
use crate::ingest::forgotten::Forgotten;
use crate::ingest::people::{self, People};
use crate::ingest::read::read_blocks;
use crate::ingest::source::{CUT_OFF, OpenFile};
use crate::ingest::surveys::{AnswersBuilder, Open, Rows, SurveyReader};
use crate::ingest::transactions::{Duplicates, Limit, Read, TransactionReader};
use crate::math::money::Money;
use crate::publish::manifest::InputTable;
use crate::rfm::MonetaryBasis;
use crate::satisfaction::{ItemMeaning, SurveyItems};
use crate::zone::Zone;
use crate::{Error, Result, Warning};

/// The exports of a run, opened: their files are found and their columns and formats known.
pub struct Exports {
    transactions: Option<TransactionReader>,
    /// In the order of the configuration.
    surveys: Vec<SurveyReader>,
}

impl Exports {
    /// Opens the transactions and, side by side, the surveys if they are to be read: what does not fit is said before
    /// anything is read.
    ///
    /// # Errors
    /// `Config` and `Input` for what does not fit.
    pub fn open(config: &Config, with_surveys: bool) -> Result<Self> {
        let zone = Zone::parse(&config.run.timezone)?;
        let limit = AsOfMoment::configured(config, &zone).map_or(Limit::None, |moment| moment.limit());
        let transactions = || {
            let transactions = config.transactions.as_ref();
            transactions.map(|t| TransactionReader::open(t, &config.base, zone.clone(), limit)).transpose()
        };
        let surveys = || -> Result<Vec<SurveyReader>> {
            let surveys = config.surveys.iter().zip(config.survey_names()).filter(|_| with_surveys);
            surveys
                .map(|(survey, name)| SurveyReader::open(survey, &name, &config.base, zone.clone(), limit))
                .collect()
        };
        // Joined tables are read when an export is opened, which no thread of the pool may do.
        std::thread::scope(|scope| {
            let surveys = scope.spawn(surveys);
            let transactions = transactions();
            let surveys = surveys.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic));
            Ok(Self { transactions: transactions?, surveys: surveys? })
        })
    }
}

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
    exports: &Exports,
    rejects: &mut Rejects<'_>,
    observer: &mut dyn Observer,
) -> Result<Transactions> {
    let zone = Zone::parse(&config.run.timezone)?;
    let configured = AsOfMoment::configured(config, &zone);
    let (Some(transactions), Some(reader)) = (&config.transactions, &exports.transactions) else {
        return respondents::read(config, &exports.surveys, &zone, configured, &rejects.folder());
    };
    rejects.begin("transactions")?;
    let register = Register::default();
    let names = Names::of(&reader.plan, config);
    let read = read_transactions(reader, &names, &register, rejects, observer)?;
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
        keep: kept_orders(config, as_of.day),
    };
    let mut activity = read.fold.finish(register, &AsOfDay { day: as_of.day, day_of: &day_of }, measures)?;
    let mut warnings = reader.plan.warnings(&read.rows_of_file);
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
    names: &Names,
    register: &Register,
    rejects: &mut Rejects<'_>,
    observer: &mut dyn Observer,
) -> Result<ReadTransactions> {
    let files = &reader.plan.files;
    let mut read = ReadTransactions {
        fold: Fold::new(&rejects.folder()),
        account: Account::default(),
        currencies: std::collections::BTreeSet::new(),
        rows_of_file: vec![0; files.len()],
    };
    observer.expect(bytes(files));
    let mut duplicates = Duplicates::default();
    read_blocks(
        files,
        reader.plan.main_columns(),
        |_, block| {
            let mut read = reader.read(block)?;
            // Which rows of a block stay is known here, unless earlier blocks have a say.
            let runs = (!reader.drops_duplicates()).then(|| Runs::of(&read.facts, register));
            if runs.is_some() {
                read.facts.forget_rows();
            }
            Ok((read, runs))
        },
        |mut batch| {
            duplicates.drop_from(&mut batch.iter_mut().map(|placed| &mut placed.value.0).collect::<Vec<_>>());
            let runs_of = |(rows, runs): &mut (Read, Option<Runs>)| {
                runs.take().unwrap_or_else(|| Runs::of(&rows.facts, register))
            };
            let runs: Vec<Runs> = batch.par_iter_mut().map(|placed| runs_of(&mut placed.value)).collect();
            for (mut placed, runs) in batch.into_iter().zip(&runs) {
                let (rows, _) = &mut placed.value;
                let aside = std::mem::take(&mut rows.aside);
                read.account.book(placed.rows, runs.rows, runs.amount, &aside);
                read.currencies.append(&mut rows.facts.currencies);
                read.rows_of_file[placed.file] += placed.rows;
                rejects.add(names.aside(&placed, aside))?;
                observer.progress(placed.rows, placed.bytes);
            }
            read.fold.add(runs)
        },
    )?;
    Ok(read)
}

/// Bytes of the files once unpacked, as far as they tell; 0 when one does not.
fn bytes(files: &[OpenFile]) -> u64 {
    files.iter().map(OpenFile::bytes).sum::<Option<u64>>().unwrap_or(0)
}

pub(super) fn forms(files: &[OpenFile]) -> Vec<(String, String)> {
    files.iter().map(|f| (f.shown().to_owned(), f.describe())).collect()
}

/// The surveys, as one table of answers.
pub struct Surveys {
    /// Who answered what.
    pub answers: Answers,
    /// What the items of each survey mean.
    pub items: Vec<SurveyItems>,
    /// The accounts, one per survey.
    pub tables: Vec<InputTable>,
    /// Things to know.
    pub warnings: Vec<Warning>,
}

/// Customers of the transactions, by their own id or that of an order.
pub(super) struct Known<'a> {
    pub(super) activity: &'a Activity,
    pub(super) orders: Option<OrderIndex>,
}

impl KnownCustomers for Known<'_> {
    fn customer(&self, id: &[u8]) -> Option<u32> {
        self.activity.customer(id)
    }

    fn customers(&self, ids: &TextColumn) -> Vec<Option<u32>> {
        self.activity.customers_of(ids)
    }

    fn customer_of_order(&self, id: &[u8]) -> Option<u32> {
        self.orders.as_ref()?.customer(hash(id))
    }
}

/// The orders that stages look at one by one, or that a table names instead of customers.
fn kept_orders(config: &Config, as_of_day: i32) -> Keep {
    let stages = config.stages();
    let complaints = stages.contains(&Stage::Complaints) && config.complaints.is_some();
    if complaints || surveys_name_orders(config) {
        return Keep::Everything;
    }
    if stages.contains(&Stage::Priority) {
        return Keep::Since(as_of_day.saturating_sub(config.priority.reach_days()));
    }
    Keep::Nothing
}

fn surveys_name_orders(config: &Config) -> bool {
    config.surveys.iter().any(|s| s.columns.customer_id.is_none() && s.columns.order_id.is_some())
}

/// Reads every survey; customers are those of the transactions.
///
/// # Errors
/// `Config` and `Input` for what does not fit, `Gate` when too much was set aside.
pub fn surveys(
    config: &Config,
    exports: Exports,
    activity: &Activity,
    as_of: &AsOfMoment,
    rejects: &mut Rejects<'_>,
    observer: &mut dyn Observer,
) -> Result<Surveys> {
    let zone = Zone::parse(&config.run.timezone)?;
    let known =
        Known { activity, orders: surveys_name_orders(config).then(|| activity.order_index()).transpose()? };
    let mut answers = AnswersBuilder::default();
    let (mut tables, mut items, mut warnings) = (Vec::new(), Vec::new(), Vec::new());
    let surveys = config.surveys.iter().zip(config.survey_names()).zip(exports.surveys);
    for (index, ((survey, name), mut reader)) in surveys.enumerate() {
        reader.see_until(as_of.limit());
        rejects.begin(&config.rejects_name(index))?;
        observer.expect(bytes(&reader.plan.files));
        rejects.begin_answers(&config.answers_rejects_name(index))?;
        let mut open = Open::new(survey.items.len());
        let age = |at| as_of.day - zone.day(at);
        let take = |rows: &Rows| answers.add(index as u16, rows, &mut open, &age);
        let names = Names::of(&reader.plan, config);
        let (account, rows_of_file) = read_survey(&reader, &names, &known, rejects, observer, take)?;
        account.balance(&name)?;
        warnings.extend(account.answers.as_ref().and_then(|given| given.warning(&name)));
        account.gate(&name, survey.rules.max_set_aside)?;
        warnings.extend(reader.plan.warnings(&rows_of_file));
        items.push(meanings(survey, name.clone(), reader.scales()));
        tables.push(InputTable {
            name,
            files: forms(&reader.plan.files),
            formats: reader.describe(),
            account,
        });
    }
    let accepted: u64 = tables.iter().map(|t: &InputTable| t.account.rows_accepted).sum();
    if config.transactions.is_none() && config.complaints.is_none() && accepted == 0 {
        let read: u64 = tables.iter().map(|t: &InputTable| t.account.rows_read).sum();
        return Err(Error::gate(format!("surveys: none of {read} rows was accepted"))
            .hint("`moshtari check` shows why each was set aside"));
    }
    Ok(Surveys { answers: answers.finish(), items, tables, warnings })
}

/// Reads one survey; `take` gets the accepted rows and says how many answers a later one replaced. Returns the
/// account, and the rows of each file.
fn read_survey(
    reader: &SurveyReader,
    names: &Names,
    known: &Known<'_>,
    rejects: &mut Rejects<'_>,
    observer: &mut dyn Observer,
    mut take: impl FnMut(&Rows) -> Result<u64>,
) -> Result<(Account, Vec<u64>)> {
    let (mut account, mut answers) = (Account::default(), AnswerAccount::default());
    let mut rows_of_file = vec![0; reader.plan.files.len()];
    read_blocks(
        &reader.plan.files,
        reader.plan.main_columns(),
        |_, block| Ok(reader.read(&block, known)),
        |batch| {
            for mut placed in batch {
                let read = std::mem::take(&mut placed.value);
                account.book(placed.rows, read.rows.len() as u64, Money::ZERO, &read.aside);
                answers.book(&read.answers);
                answers.again(take(&read.rows)?);
                rows_of_file[placed.file] += placed.rows;
                rejects.add(names.aside(&placed, read.aside))?;
                rejects.add_answers(names.aside(&placed, read.answers_aside))?;
                observer.progress(placed.rows, placed.bytes);
            }
            Ok(())
        },
    )?;
    account.answers = Some(answers);
    Ok((account, rows_of_file))
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

/// Reads the customer list, if there is one, and adds its account and what is to be known about it.
///
/// # Errors
/// `Config` and `Input` for what does not fit, `Gate` when too much was set aside.
pub fn people(
    config: &Config,
    rejects: &mut Rejects<'_>,
    observer: &mut dyn Observer,
    tables: &mut Vec<InputTable>,
    warnings: &mut Vec<Warning>,
) -> Result<Option<People>> {
    let Some(list) = &config.customers else { return Ok(None) };
    observer.stage(people::TABLE);
    rejects.begin(people::TABLE)?;
    let mut names = None;
    let found = people::read(list, &config.base, config.publish.show_values, &mut |plan, placed, aside| {
        let names = names.get_or_insert_with(|| Names::of(plan, config));
        observer.progress(placed.rows, placed.bytes);
        rejects.add(names.aside(placed, aside))
    })?;
    tables.push(InputTable {
        name: people::TABLE.to_owned(),
        files: found.files.clone(),
        formats: found.formats.clone(),
        account: found.account.clone(),
    });
    warnings.extend(found.warnings.iter().cloned());
    Ok(Some(found))
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
    let forgotten = Forgotten::read(config)?;
    let config = &forgotten.as_ref().map_or_else(|| config.clone(), |people| people.skipped_by(config));
    let mut rejects =
        Rejects::examples(EXAMPLES).masked(!config.publish.show_values).forgetting(forgotten.as_ref());
    let mut found =
        Findings { tables: Vec::new(), warnings: Vec::new(), examples: Vec::new(), gate: None, seen: None };
    let exports = Exports::open(config, true)?;
    match transactions(config, &exports, &mut rejects, observer) {
        Ok(read) => {
            let (customers, orders) = (read.activity.customers.height(), read.activity.orders);
            found.seen = Some(Seen { as_of: read.as_of.shown(), customers, orders });
            found.tables.extend(read.table);
            found.warnings.extend(read.warnings);
            match people(config, &mut rejects, observer, &mut found.tables, &mut found.warnings) {
                Ok(_) => {}
                Err(gate @ Error::Gate { .. }) => found.gate = Some(gate),
                Err(other) => return Err(other),
            }
            match surveys(config, exports, &read.activity, &read.as_of, &mut rejects, observer) {
                Ok(surveys) => {
                    found.tables.extend(surveys.tables);
                    found.warnings.extend(surveys.warnings);
                }
                Err(gate @ Error::Gate { .. }) => found.gate = Some(gate),
                Err(other) => return Err(other),
            }
            match complaints::read(config, &read.activity, &read.as_of, &mut rejects, observer) {
                Ok(complaints) => {
                    if let Some(read) = complaints {
                        found.tables.push(read.table);
                        found.warnings.extend(read.warnings);
                    }
                }
                Err(gate @ Error::Gate { .. }) => found.gate = found.gate.or(Some(gate)),
                Err(other) => return Err(other),
            }
        }
        Err(gate @ Error::Gate { .. }) => found.gate = Some(gate),
        Err(other) => return Err(other),
    }
    found.examples = rejects.into_examples();
    Ok(found)
}
