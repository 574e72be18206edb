//! Complaints: how often customers complain, how long they wait, whether they come back, and how many are
//! dissatisfied without a word.
//!
//! A complaint is an offer to put things right: most dissatisfied customers leave without one (TARP 1979), and
//! one that is settled soon keeps its customer. The figures follow that path:
//!
//! - [`rates`]: complaints per 1,000 orders, and the share of customers who complain;
//! - [`survival`]: hours until a first response or a resolution. Cases that are still open are the slow ones, so
//!   percentiles of resolved cases alone flatter; the headline is the Kaplan–Meier estimate, in which an open
//!   case counts as waiting at least as long as it has. What happens after the as-of moment is not known yet;
//! - [`recovery`]: who orders again after a resolution, and whether recovered complainers end up happier than
//!   customers who never complained (the recovery paradox) — a description, not an effect: complainers differ
//!   from others before they complain;
//! - [`silent`]: dissatisfied customers who did not complain, estimated from the survey; only without a survey by
//!   a rule of thumb, which is labelled as such.

pub mod rates;
pub mod recovery;
pub mod silent;
pub mod survival;
