//! Lists of people in files of any form: every cell of every column and sheet counts, and so do the headers, so that
//! a list without a header loses no entry.

use std::path::Path;

use super::read::read_blocks;
use super::source::open_all;
use crate::config::Source;
use crate::config::condition::OneOrMany;
use crate::config::source::EVERY_SHEET;
use crate::{Error, Result};

/// Shows every entry of the lists to `see`. A row that cannot be read is an error, because somebody would be
/// treated as if they were not listed.
///
/// # Errors
/// `Config` when a file is not there, `Input` when it or one of its rows cannot be read.
pub(super) fn each_entry(source: &Source, base: &Path, see: &mut dyn FnMut(&str)) -> Result<()> {
    let mut source = source.clone();
    source.form.sheet.get_or_insert_with(|| OneOrMany::One(EVERY_SHEET.to_owned()));
    for file in open_all(&source, base, &[])? {
        let (names, path) = (file.names().to_vec(), file.path().to_path_buf());
        names.iter().for_each(|name| see(name));
        read_blocks(
            std::slice::from_ref(&file),
            &names,
            |_, block| Ok(block),
            |batch| {
                for placed in batch {
                    let block = placed.value;
                    if let Some(broken) = block.broken.first() {
                        let row = placed.first_row + broken.row as u64;
                        return Err(Error::input(&path, format!("row {row}: {}", broken.what)).hint(
                            format!("a list in `{}` must be readable to its last row", source.section),
                        ));
                    }
                    for row in 0..block.rows {
                        (0..names.len()).for_each(|column| see(&block.cell(column, row).shown()));
                    }
                }
                Ok(())
            },
        )?;
    }
    Ok(())
}
