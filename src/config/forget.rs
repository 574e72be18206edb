//! `[forget]`: people whose rows are left out of everything.

use serde::Deserialize;

use super::condition::OneOrMany;
use super::source::Source;
use crate::{Error, Result};

/// `[forget]`
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ForgetConfig {
    /// Lists of customer ids: every cell of every file counts.
    pub files: OneOrMany<String>,
}

impl ForgetConfig {
    /// The files.
    pub fn source(&self) -> Source {
        Source { section: "[forget]".into(), files: self.files.as_slice().to_vec(), ..Source::default() }
    }

    pub(super) fn check(&self) -> Result<()> {
        if self.files.as_slice().is_empty() {
            return Err(Error::config("`[forget] files` names no file"));
        }
        Ok(())
    }
}
