//! Exports of complaints to complaints as they stand at the as-of moment, every row booked.

use super::Observer;
use super::as_of::AsOfMoment;
use super::reading::{Known, forms};
use super::rejects::{Names, Rejects};
use crate::activity::Activity;
use crate::cases::Complaints;
use crate::config::Config;
use crate::ingest::accounting::Account;
use crate::ingest::complaints::ComplaintReader;
use crate::ingest::read::read_blocks;
use crate::math::money::Money;
use crate::publish::manifest::InputTable;
use crate::zone::Zone;
use crate::{Result, Warning};

/// Name of the input table.
const TABLE: &str = "complaints";

/// The complaints, as known at the as-of moment.
pub struct ReadComplaints {
    /// What the stage reads.
    pub log: Complaints,
    /// The account.
    pub table: InputTable,
    /// Things to know.
    pub warnings: Vec<Warning>,
}

/// Reads the complaints, if there are any to read; customers are those of the transactions.
///
/// # Errors
/// `Config` and `Input` for what does not fit, `Gate` when too much was set aside.
pub fn read(
    config: &Config,
    activity: &Activity,
    as_of: &AsOfMoment,
    rejects: &mut Rejects<'_>,
    observer: &mut dyn Observer,
) -> Result<Option<ReadComplaints>> {
    let Some(section) = &config.complaints else { return Ok(None) };
    let zone = Zone::parse(&config.run.timezone)?;
    let with_customers = config.transactions.is_some();
    let reader = ComplaintReader::open(section, &config.base, zone, as_of.limit(), with_customers)?;
    let by_order = section.columns.customer_id.is_none() && section.columns.order_id.is_some();
    let known = Known { activity, orders: by_order.then(|| activity.order_index()).transpose()? };
    rejects.begin(TABLE)?;
    let (mut account, mut builder) = (Account::default(), reader.builder());
    let mut rows_of_file = vec![0; reader.plan.files.len()];
    let names = Names::of(&reader.plan, config);
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
                builder.add(placed.value.0);
            }
            Ok(())
        },
    )?;
    account.balance(TABLE)?;
    account.gate(TABLE, section.rules.max_set_aside)?;
    let merged = builder.finish();
    let mut warnings = reader.plan.warnings(&rows_of_file);
    if merged.closed_without_time > 0 {
        let message = format!(
            "{} complaints end in a resolved state but have no `resolved_at`: they count as open; without that \
             column the state decides",
            merged.closed_without_time
        );
        warnings.push(Warning::new("closed_without_time", message).with("n", merged.closed_without_time));
    }
    let table = InputTable {
        name: TABLE.to_owned(),
        files: forms(&reader.plan.files),
        formats: reader.describe(),
        account,
    };
    Ok(Some(ReadComplaints { log: merged.complaints, table, warnings }))
}
