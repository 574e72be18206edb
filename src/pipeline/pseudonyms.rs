//! Ids on their way out: pseudonyms in every published table.

use std::path::PathBuf;

use polars::prelude::*;
use rayon::prelude::*;

use crate::config::Config;
use crate::privacy::pseudonym::Pseudonyms;
use crate::publish::manifest::InputFile;
use crate::schema::customers as c;
use crate::{Result, table};

/// The maker of pseudonyms, if the configuration asks for them.
///
/// # Errors
/// `Config` when the key is missing, too short or with the data.
pub(super) fn configured(config: &Config, inputs: &[InputFile]) -> Result<Option<Pseudonyms>> {
    let Some(source) = &config.publish.pseudonyms else { return Ok(None) };
    let mut data: Vec<PathBuf> = vec![config.base.clone(), config.output()];
    data.extend(inputs.iter().filter_map(|f| config.base.join(&f.file).parent().map(PathBuf::from)));
    source.read(&config.base, &data).map(Some)
}

/// The table with pseudonyms for customers; sorted by them where `sorted`, so that the order of the ids does
/// not show either.
///
/// # Errors
/// `Internal` when the table cannot be built.
pub(super) fn apply(pseudonyms: &Pseudonyms, frame: &DataFrame, sorted: bool) -> Result<DataFrame> {
    let ids = table::texts(frame, c::CUSTOMER_ID)?;
    let made: Vec<Option<String>> =
        ids.into_par_iter().map(|id| id.map(|id| pseudonyms.customer(id))).collect();
    let mut order: Vec<u32> = (0..made.len() as u32).collect();
    if sorted {
        order.sort_by(|a, b| made[*a as usize].cmp(&made[*b as usize]));
    }
    let frame = table::with(frame.clone(), vec![Column::new(c::CUSTOMER_ID.into(), made)])?;
    Ok(frame.take(&UInt32Chunked::from_vec("order".into(), order))?)
}
