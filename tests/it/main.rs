//! Acceptance tests: the binary as its users run it, held against figures from outside.
//!
//! Everything runs `moshtari` in temporary folders and reads the published files with the `parquet` crate.
//! Expected values are published ones, come from the generator's own counters, or are computed here in
//! another way than the engine does it. There is one integration binary, because each one links the engine
//! again.
//!
//! | file | holds |
//! | --- | --- |
//! | `desk` | a temporary folder to run the binary in |
//! | `published` | results read back |
//! | `ledger` | plain reading and exact adding, written apart from the engine |
//! | `shared` | real data, where it is there |
//! | `sample` | the company in `data/`: what its README counts is what a run counts; English equals Persian |
//! | `online_retail`, `cdnow`, `olist`, `rfm_r_package` | real exports against published or recomputed figures |
//! | `drivers` | facts that go with a response |
//! | `ecsi`, `olist_reviews` | two real surveys: indices, reliability, gaps, drivers, factors |
//! | `surveys_alone` | runs without transactions: published surveys, and small ones |
//! | `drivers` | facts that go with a response, and what drives satisfaction |
//! | `activity`, `surveys`, `complaints`, `rejects` | definitions, on exports small enough to compute by hand |
//! | `campaigns` | campaign files as platforms read them; control groups and lift |
//! | `report` | the page: figures of the tables, same bytes, nobody named |
//! | `formats` | one export in every format gives one result |
//! | `workbooks` | sheets of a workbook: which are read, and where their table begins |
//! | `people` | the customer list, consent, suppression; contact data that stays out of results |
//! | `forgotten` | people whose rows are left out of everything |
//! | `history` | two nights of the sample: who moved, the same names, the same night again |
//! | `privacy` | pseudonyms, groups too small to be published |
//! | `determinism` | threads, file order and time zone of the machine change no byte |
//! | `faults` | killed, full disk, two at once, twice the same night |
//! | `messages` | every message a mistake leads to |
//! | `cli` | commands, exit codes and streams |
//! | `properties` | fast equals slow on random exports |
#![allow(
    clippy::unwrap_used,
    clippy::print_stderr,
    clippy::disallowed_methods,
    clippy::float_cmp,
    clippy::format_collect,
    clippy::needless_range_loop,
    clippy::type_complexity,
    reason = "a test fails by panicking, says on standard error what it skips, may look at the clock, expects \
              figures to the last bit, and builds small texts and tables in plain sight"
)]

mod desk;
mod ledger;
mod published;
mod shared;

mod activity;
mod campaigns;
mod cdnow;
mod cli;
mod complaints;
mod determinism;
mod drivers;
mod ecsi;
mod faults;
mod forgotten;
mod formats;
mod history;
mod init;
mod messages;
mod olist;
mod olist_reviews;
mod online_retail;
mod people;
mod privacy;
mod properties;
mod rejects;
mod report;
mod rfm_r_package;
mod sample;
mod surveys;
mod surveys_alone;
mod workbooks;
