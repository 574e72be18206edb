//! Readers of binary formats, kept from ending the run.

use std::cell::Cell;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;

use crate::{Error, Result};

thread_local! {
    static GUARDING: Cell<bool> = const { Cell::new(false) };
}

/// Whether this thread runs a guarded reader: its panic will be an error with a name, so nobody else need
/// tell of it.
pub fn is_guarding() -> bool {
    GUARDING.get()
}

/// Runs a reader that others wrote on a file that others sent. Parquet and workbook readers may panic on
/// damaged bytes; that is a damaged file, not a defect of the run.
///
/// # Errors
/// Those of `read`, and `Input` when it panics.
pub fn guarded<T>(path: &Path, read: impl FnOnce() -> Result<T>) -> Result<T> {
    let outer = GUARDING.replace(true);
    // Nothing that `read` could leave half-changed outlives it: it makes a value or none.
    let read = catch_unwind(AssertUnwindSafe(read));
    GUARDING.set(outer);
    read.unwrap_or_else(|_| {
        Err(Error::input(path, "the file is damaged inside").hint("was it copied completely?"))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_reader_that_gives_up_is_a_damaged_file() {
        let error = guarded::<()>(Path::new("x.parquet"), || panic!("column start should not be negative"));
        assert_eq!(error.unwrap_err().to_string(), "x.parquet: the file is damaged inside");
        assert_eq!(guarded(Path::new("x"), || Ok(7)).unwrap(), 7);
    }
}
