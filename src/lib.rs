//! Moshtari: an analytical-CRM batch engine.
pub mod clusters;
pub mod config;
pub mod error;
pub mod generate;
pub mod ingest;
pub mod loyalty;
pub mod math;
pub mod rfm;
pub mod satisfaction;
pub mod schema;
pub mod table;

pub use error::{Error, Result};

/// Something the reader of a result should know; never an error.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
pub struct Warning {
    /// Stable identifier, such as `degenerate_dimension`.
    pub code: &'static str,
    /// The sentence people read.
    pub message: String,
}

impl Warning {
    /// A warning with its identifier and sentence.
    pub fn new(code: &'static str, message: impl Into<String>) -> Self {
        Self { code, message: message.into() }
    }
}
