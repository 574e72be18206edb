//! Campaign files: who of an audience is reached how, in the form that each platform reads.
//!
//! ```text
//!  customers that the condition matches
//!    └─ not in an audience that comes first ─ in the list ─ consent given ─ normalised ─ not suppressed
//!         ├─ control group: left alone, so that the effect can be measured
//!         └─ files: csv, parquet, xlsx, google_ads, meta, mailchimp, klaviyo
//! ```
//!
//! - [`select()`] decides for every customer and counts every decision: matched = exported + all the others.
//! - [`line`] makes one person's line, [`normal`] knows what each platform hashes; [`text_file`], [`workbook`]
//!   and [`write()`] make files.
//! - [`control`] chooses who is left alone, [`lift`] says what the campaign did, once there is a later result.
//!
//! An export is a folder of its own, complete or absent like a result: the campaign files, `members.parquet`
//! (what became of everybody matched, the control group among them), `changes.parquet` (who entered and left
//! since the export before), `rejects.parquet`, `lift.parquet` and `manifest.json`.

pub mod control;
pub mod lift;
mod lift_file;
mod line;
mod normal;
pub mod select;
mod text_file;
mod workbook;
mod write;

use polars::prelude::*;

pub use self::lift_file::lift_table;
use self::line::{Cell, Listed, Maker};
use self::select::Rules;
pub use self::select::{Counts, Selection, Status};
pub use self::write::{Part, write};
use crate::config::campaigns::{self, Audience, Format};
use crate::config::{Config, CustomersConfig};
use crate::ingest::people::People;
use crate::publish::manifest::InputFile;
use crate::schema::{Kind, customers as c};
use crate::zone::Zone;
use crate::{Result, table};

/// File of the members in an export.
pub const MEMBERS: &str = "members.parquet";

/// What all audiences of an export stand on.
#[derive(Debug)]
pub struct Night<'a> {
    /// The configuration.
    pub config: &'a Config,
    /// The customers of the result, with the columns of [`columns_read`].
    pub customers: &'a DataFrame,
    /// The customer list, if there is one.
    pub people: Option<&'a People>,
    /// The as-of day or moment of the result.
    pub as_of: &'a str,
    /// Fingerprint of the result.
    pub result: &'a str,
    /// Files of the customer list and of those never to be contacted.
    pub list: &'a [InputFile],
}

/// An audience with the formats that are asked for.
#[derive(Clone, Debug)]
pub struct Order<'a> {
    /// The audience.
    pub audience: &'a Audience,
    /// Its formats.
    pub formats: Vec<Format>,
}

/// The columns of the customers table that the audiences need.
///
/// # Errors
/// `Config` when a condition does not fit the table.
pub fn columns_read(orders: &[Order<'_>], config: &Config) -> Result<Vec<&'static str>> {
    let mut wanted = vec![c::ORDER_COUNT.to_owned(), c::SPEND_TOTAL.to_owned(), c::CUSTOMER_ID.to_owned()];
    for Order { audience, .. } in orders {
        let condition = campaigns::condition(audience, config)?;
        wanted.extend(condition.columns().into_iter().map(str::to_owned));
        wanted.extend(audience.columns.iter().chain(&audience.value).cloned());
    }
    let declared = c::TABLE.columns.iter().map(|column| column.name);
    Ok(declared.filter(|name| wanted.iter().any(|w| w == name)).collect())
}

/// Decides an audience; `taken` marks the customers of audiences that come first.
///
/// # Errors
/// `Config` when the condition reads a column that the result does not have.
pub fn select(night: &Night<'_>, order: &Order<'_>, taken: &[bool]) -> Result<Selection> {
    let (audience, config) = (order.audience, night.config);
    let campaigns = &config.publish.campaigns;
    let mask = campaigns::condition(audience, config)?.mask(night.customers)?;
    let rows: Vec<u32> = (0..mask.len() as u32).filter(|row| mask[*row as usize]).collect();
    let makers = order
        .formats
        .iter()
        .map(|format| Ok((maker(night, audience, *format), audience.asked(*format, config)?)))
        .collect::<Result<Vec<_>>>()?;
    let columns = |names: &[String]| {
        names.iter().map(|name| values(night.customers, name, &rows)).collect::<Result<Vec<_>>>()
    };
    let handed_on = columns(&audience.columns)?;
    let worth = columns(audience.value.as_slice())?;
    let zone = Zone::parse(&config.run.timezone)?;
    let local = |cell: &Cell| match cell {
        Cell::Time(at) => Cell::Time(zone.local(*at)),
        other => other.clone(),
    };
    let extra = |format: Format, place: usize| match format {
        Format::GoogleAds => Vec::new(),
        Format::Meta => worth.iter().map(|column| not_negative(&column[place])).collect(),
        Format::Csv | Format::Xlsx => handed_on.iter().map(|column| local(&column[place])).collect(),
        Format::Parquet | Format::Mailchimp | Format::Klaviyo => {
            handed_on.iter().map(|column| column[place].clone()).collect()
        }
    };
    let ids: Vec<&str> = table::texts(night.customers, c::CUSTOMER_ID)?.into_iter().flatten().collect();
    let rules = Rules {
        audience,
        salt: &campaigns.salt,
        share: audience.control.unwrap_or(campaigns.control),
        people: night.people,
        ids: &ids,
        taken,
    };
    Ok(rules.decide(rows.clone(), makers, &extra))
}

fn maker(night: &Night<'_>, audience: &Audience, format: Format) -> Maker {
    let listed = night.config.customers.as_ref().map_or_else(Listed::default, |list| Listed {
        list: true,
        name: list.columns.name.is_some(),
        names: list.columns.first_name.is_some() || list.columns.last_name.is_some(),
        city: list.columns.city.is_some(),
    });
    Maker {
        format,
        channel: audience.channel,
        dots: night.config.publish.campaigns.gmail_dots,
        home: night.config.customers.as_ref().and_then(CustomersConfig::country),
        listed,
        columns: audience.columns.clone(),
        worth: audience.value.is_some(),
    }
}

fn not_negative(cell: &Cell) -> Cell {
    match cell {
        Cell::Number(number) if *number < 0.0 => Cell::Number(0.0),
        other => other.clone(),
    }
}

/// The values of a column of the customers table in these rows; empty where the result has no such column.
fn values(customers: &DataFrame, name: &str, rows: &[u32]) -> Result<Vec<Cell>> {
    let Some(kind) = c::TABLE.column(name).map(|column| column.kind) else { return Ok(Vec::new()) };
    let Ok(column) = customers.column(name) else { return Ok(vec![Cell::Empty; rows.len()]) };
    let picked = column.take(&UInt32Chunked::from_slice("rows".into(), rows))?;
    let series = picked.as_materialized_series();
    let text = |text: Option<String>| text.map_or(Cell::Empty, Cell::Text);
    Ok(match kind {
        Kind::Text => table::each_text(&picked)?.into_iter().map(|t| text(t.map(str::to_owned))).collect(),
        Kind::TextList => series
            .list()?
            .amortized_iter()
            .map(|list| {
                let joined = list.map(|list| -> Result<String> {
                    Ok(list.as_ref().str()?.iter().flatten().collect::<Vec<_>>().join("; "))
                });
                joined.transpose().map(text)
            })
            .collect::<Result<_>>()?,
        Kind::Bool => series.bool()?.iter().map(|b| text(b.map(|b| b.to_string()))).collect(),
        Kind::Timestamp => {
            series.datetime()?.physical().iter().map(|t| t.map_or(Cell::Empty, Cell::Time)).collect()
        }
        _ => {
            let numbers = series.cast(&DataType::Float64)?;
            numbers.f64()?.iter().map(|n| n.map_or(Cell::Empty, Cell::Number)).collect()
        }
    })
}
