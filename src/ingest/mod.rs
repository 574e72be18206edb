//! Exports to clean tables: files of any form are opened, cut into blocks, their columns found and their
//! values read; rows that cannot be used are set aside with a reason.
//!
//! The way of a row: a file ([`mod@find`], [`source`]) is cut into pieces by one thread and split into a [`block`] by any
//! thread ([`read`], with [`csv`], [`ndjson`], [`parquet`] and [`xlsx`] for the formats). A [`plan`] says where
//! each wanted column is, in the file itself or in a joined one ([`join`]), and settles how its times and
//! numbers are written ([`times`], [`numbers`]). [`transactions`], [`surveys`] and [`complaints`] check each row by the
//! [`rules`] of the configuration and book it in the [`accounting`].

pub mod accounting;
pub mod block;
pub mod complaints;
pub mod csv;
pub mod dialect;
pub mod dictionary;
pub mod encoding;
pub mod find;
pub mod forgotten;
pub mod frame;
pub mod guard;
pub mod id;
pub mod join;
pub mod labels;
mod lists;
pub mod ndjson;
pub mod numbers;
pub mod parquet;
pub mod past_campaigns;
pub mod people;
pub mod plan;
pub mod published;
pub mod read;
pub mod result_table;
pub mod rules;
pub mod scale;
mod size;
pub mod source;
pub mod stretches;
pub mod surveys;
pub mod text;
pub mod thresholds;
pub mod times;
pub mod transactions;
mod unread;
pub mod xlsx;
