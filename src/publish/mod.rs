//! Results to disk, complete or absent.
//!
//! A run holds the [`Store`] (a lock on the output folder), writes every file under `runs/.tmp-…`, writes the
//! [`manifest`] last, and commits: files and folders are synced, the folder is renamed, and `latest` is
//! switched by one rename. Killed at any moment, a run leaves `latest` as it was; what it leaves behind is
//! removed by the next run.

pub mod campaigns;
pub mod digest;
pub mod manifest;
pub mod members;
pub mod names;
pub mod parquet;
pub mod rejects;
pub mod report;
pub mod store;

pub use self::manifest::Manifest;
pub use self::rejects::RejectsWriter;
pub use self::store::{Draft, Store};
