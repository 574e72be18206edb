//! Transactions to one row per customer: the only stage that sees every transaction.
//!
//! Rows become orders, orders become customers. Customers are spread over [`SHARDS`] shards by the hash of
//! their id; a shard takes its rows in file order, so that the result does not depend on how many threads
//! work ([`fold`]). When all rows are in, each shard turns its orders into one row per customer and the rows
//! are put in the order of the ids ([`customers`]).
//!
//! Definitions on which books disagree:
//! - An order counts when it has a line of positive quantity that is not cancelled, and is not taken back
//!   completely by returns that name it (quantity and money both netted to zero or less).
//! - Recency looks from the as-of day to the day of the last counting order.
//! - Frequency is the number of counting orders, not of repeat purchases.
//! - Spend nets every accepted row; a cancelled sale is worth nothing, a cancelled return is money given back.

mod customers;
mod fold;

pub use self::customers::{Activity, AsOfDay, Basis, Measures, OrderIndex};
pub use self::fold::{Fold, SHARDS};
