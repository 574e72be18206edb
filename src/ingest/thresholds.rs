//! Frozen RFM thresholds: the `rfm_thresholds` table of an earlier result.

use polars::prelude::*;

use super::block::Cell;
use super::numbers::DecimalMark;
use super::rules::fixed;
use super::source::OpenFile;
use crate::config::Config;
use crate::config::source::Form;
use crate::math::money::MILLION;
use crate::schema::rfm_thresholds as t;
use crate::{Error, Result, table};

/// Reads the file that `[rfm] frozen_file` names, if it names one.
///
/// # Errors
/// `Config` when the file is missing, `Input` when it is no such table.
pub fn read(config: &Config) -> Result<Option<DataFrame>> {
    let Some(name) = &config.rfm.frozen_file else { return Ok(None) };
    let path = config.base.join(name);
    if !path.is_file() {
        return Err(Error::config(format!("`[rfm] frozen_file`: there is no file `{}`", name.display()))
            .hint("name the `rfm_thresholds.parquet` of an earlier result; paths are relative to the configuration file"));
    }
    let files = OpenFile::open(&path, &name.to_string_lossy(), &Form::default(), &[])?;
    let Some(file) = files.first() else { return Ok(None) };
    let wanted = [t::DIMENSION, t::SCORE, t::LOWER, t::UPPER].map(str::to_owned);
    let request = file.request(&wanted)?;
    let (mut dimensions, mut scores, mut lower, mut upper) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
    let mut failed = None;
    file.pieces(&mut |piece| match file.block(piece, &request) {
        Ok(block) => {
            let number = |column, row| match block.cell(column, row) {
                Cell::Float(v) => Some(v),
                Cell::Int(v) => Some(v as f64),
                other => fixed(other, DecimalMark::Auto).map(|v| v as f64 / MILLION as f64),
            };
            for row in 0..block.rows {
                dimensions.push(block.cell(0, row).shown());
                scores.push(number(1, row).map(|s| s as u8));
                lower.push(number(2, row));
                upper.push(number(3, row));
            }
            true
        }
        Err(error) => {
            failed = Some(error);
            false
        }
    })?;
    failed.map_or(Ok(()), Err)?;
    Ok(Some(table::new(vec![
        Column::new(t::DIMENSION.into(), dimensions),
        Column::new(t::SCORE.into(), scores),
        Column::new(t::LOWER.into(), lower),
        Column::new(t::UPPER.into(), upper),
    ])?))
}
