//! Transactions to one row per customer: the only stage that sees every transaction.
//!
//! Rows become runs, runs become orders, orders become customers. The [`register`] gives each customer a number in one of
//! [`SHARDS`] shards. The rows of a block are joined to runs of one [`order`] and spread over the shards ([`runs`]); a
//! shard takes its runs in file order, so that the result does not depend on how many threads work ([`fold`]). Runs are
//! kept small ([`packed`]), and beyond a fixed number they wait on disk ([`overflow`]), so that memory grows with
//! customers, not with orders. When all rows are in, each shard sums up the orders of each customer ([`customers`]) and
//! the figures are put in the order of the ids ([`mod@table`]).
//!
//! Definitions on which books disagree:
//! - An order counts when it has a line of positive quantity that is not cancelled, and is not taken back
//!   completely by returns that name it (quantity and money both netted to zero or less).
//! - Recency looks from the as-of day to the day of the last counting order.
//! - Frequency is the number of counting orders, not of repeat purchases.
//! - Spend nets every accepted row; a cancelled sale is worth nothing, a cancelled return is money given back.

mod customers;
mod fold;
mod order;
mod overflow;
mod packed;
mod register;
mod roll;
mod runs;
mod start;
mod table;

pub use self::customers::{Activity, AsOfDay, Basis, Keep, Measures, OrderIndex};
pub use self::fold::Fold;
pub use self::register::{Register, SHARDS};
pub use self::runs::Runs;

#[cfg(test)]
mod tests;
