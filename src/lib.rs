//! Moshtari: an analytical-CRM batch engine.
//!
//! A company's exports go in; every night one run turns them into decisions about customers.
//!
//! ```text
//!  transactions ─┐
//!  joined tables ┼─> ingest ──> activity ──> rfm ──> satisfaction ──> loyalty ──> clusters ──> publish
//!  surveys ──────┘     │       one row per    scores   level, score   quadrant    k-means        │
//!                      │        customer                                                         │
//!                      └─> rows set aside, each with its reason ─────────────────────────────────┘
//! ```
//!
//! [`pipeline`] is that picture as code. Stages are plain functions from tables to tables; they meet through
//! the columns of [`schema`]. Nothing in the library prints, reads the clock or draws a random number that the
//! configuration's seed does not decide.
//!
//! # Examples
//! ```no_run
//! use moshtari::{Config, pipeline};
//!
//! let config = Config::read("data/moshtari.toml".as_ref())?;
//! match pipeline::run(&config, &mut pipeline::Silent)? {
//!     pipeline::Outcome::Published { folder, .. } => println!("{}", folder.display()),
//!     pipeline::Outcome::UpToDate { folder, .. } => println!("{} is up to date", folder.display()),
//! }
//! # Ok::<(), moshtari::Error>(())
//! ```

pub mod activity;
pub mod answers;
pub mod cases;
pub mod clusters;
pub mod complaints;
pub mod condition;
pub mod config;
pub mod error;
pub mod facts;
pub mod generate;
pub mod history;
pub mod ingest;
pub mod init;
pub mod loyalty;
pub mod math;
pub mod pipeline;
pub mod priority;
pub mod privacy;
pub mod profile;
pub mod publish;
pub mod rfm;
pub mod satisfaction;
pub mod schema;
pub mod table;
pub mod warning;
pub mod watchlist;
pub mod zone;

pub use config::Config;
pub use error::{Error, Result};
pub use warning::Warning;
