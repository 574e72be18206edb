//! Look-alikes of shops: what a person would write, and what is proposed.

mod doubts;
mod forms;
mod shops;
mod tickets;
mod traps;

use std::fmt::Write;
use std::path::{Path, PathBuf};

use super::{Proposal, propose};
use crate::Config;
use crate::config::ColumnName;
use crate::pipeline::{self, Silent};

/// A folder with exports and the proposal for them.
struct Shop {
    folder: tempfile::TempDir,
    files: Vec<PathBuf>,
}

impl Shop {
    fn new(files: &[(&str, String)]) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let write = |(name, text): &(&str, String)| {
            let path = folder.path().join(name);
            std::fs::write(&path, text).unwrap();
            path
        };
        let files = files.iter().map(write).collect();
        Self { folder, files }
    }

    fn proposal(&self) -> Proposal {
        propose(&self.files, self.folder.path(), &mut Silent).unwrap()
    }

    /// The proposal, its configuration, and the customers, orders and money that a run would see.
    fn tried(&self) -> (Proposal, Config, (usize, u64, f64)) {
        let proposal = self.proposal();
        let config = config(&proposal, self.folder.path());
        let found =
            pipeline::check(&config, &mut Silent).unwrap_or_else(|e| panic!("{e}\n{}", proposal.config));
        assert!(found.gate.is_none(), "{:?}\n{}", found.gate, proposal.config);
        let seen = found.seen.unwrap();
        (proposal, config, (seen.customers, seen.orders, found.tables[0].account.money_accepted.to_f64()))
    }
}

fn config(proposal: &Proposal, base: &Path) -> Config {
    Config::parse(&proposal.config, base).unwrap_or_else(|e| panic!("{e}\n{}", proposal.config))
}

/// The text with its comments on one line.
fn flat(text: &str) -> String {
    text.replace("\n# ", " ").split_whitespace().collect::<Vec<_>>().join(" ")
}

/// `customer_id=...` and so on, in the order of the configuration.
fn mapping(config: &Config) -> String {
    let c = &config.transactions.as_ref().unwrap().columns;
    let optional = [
        ("order_id", &c.order_id),
        ("product_id", &c.product_id),
        ("quantity", &c.quantity),
        ("unit_price", &c.unit_price),
        ("amount", &c.amount),
        ("unit_cost", &c.unit_cost),
        ("currency", &c.currency),
    ];
    let mut text = format!("customer_id={} ordered_at={}", c.customer_id.0, c.ordered_at.0);
    for (key, name) in optional {
        if let Some(ColumnName(name)) = name {
            write!(text, " {key}={name}").unwrap();
        }
    }
    text
}

/// Rows of a made-up shop: (order, line, customer, product, quantity, price in cents, day of 2023), forty customers.
fn rows(orders: u64) -> Vec<[u64; 7]> {
    // A small generator of Lehmer's kind is enough to mix rows.
    let mut state = 20_260_101_u64;
    let mut draw = |below: u64| {
        state = state * 48_271 % 2_147_483_647;
        state % below
    };
    let mut rows = Vec::new();
    for order in 0..orders {
        let (customer, day) = (draw(40), order * 360 / orders);
        for line in 0..=draw(3) {
            let product = draw(25);
            rows.push([order, line, customer, product, 1 + draw(4), 299 + product * 137, day]);
        }
    }
    rows
}

fn date(day: u64) -> chrono::NaiveDate {
    chrono::NaiveDate::from_ymd_opt(2023, 1, 1).unwrap() + chrono::Days::new(day)
}

fn cents(cents: u64) -> String {
    format!("{}.{:02}", cents / 100, cents % 100)
}

fn comma(value: u64) -> String {
    cents(value).replace('.', ",")
}

/// A text table: a header, and a line for each row.
fn table(header: &str, rows: &[[u64; 7]], line: impl Fn(&[u64; 7]) -> String) -> String {
    let mut text = format!("{header}\n");
    rows.iter().for_each(|row| writeln!(text, "{}", line(row)).unwrap());
    text
}

fn spend(rows: &[[u64; 7]]) -> f64 {
    rows.iter().map(|[_, _, _, _, quantity, price, _]| quantity * price).sum::<u64>() as f64 / 100.0
}

fn customers(rows: &[[u64; 7]]) -> usize {
    rows.iter().map(|row| row[2]).collect::<std::collections::BTreeSet<_>>().len()
}

/// The proposal maps as a person would, and a run sees every customer, order and cent.
fn assert_sees_all(shop: &Shop, rows: &[[u64; 7]], expected: &str) -> (Proposal, Config) {
    let (proposal, config, (people, orders, money)) = shop.tried();
    assert_eq!(mapping(&config), expected, "{}", proposal.config);
    assert!(proposal.runs);
    let all: std::collections::BTreeSet<u64> = rows.iter().map(|row| row[0]).collect();
    assert_eq!((people, orders), (customers(rows), all.len() as u64), "{}", proposal.config);
    assert!((money - spend(rows)).abs() < 1e-6, "{money} {}\n{}", spend(rows), proposal.config);
    (proposal, config)
}
