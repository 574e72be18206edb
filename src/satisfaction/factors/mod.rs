//! Many items reduced to a few needs: which items measure the same thing.
//!
//! [`Suitability`] says whether the items have enough in common; [`parallel::analyse`] how many factors there
//! are; [`components()`] or [`likelihood::fit`] finds them; [`Loadings::varimax`] turns them so that each item
//! loads on few, and [`Loadings::canonical`] fixes order and signs, so that the same data always give the same
//! columns; [`assign`] gives each item its factor. [`item_clusters`] groups items without any factors.
//!
//! Everything starts from the matrix of correlations of items ([`crate::math::correlation::matrix`]).

mod assignment;
mod components;
mod item_clusters;
pub mod likelihood;
pub mod parallel;
mod rotation;
mod suitability;

pub use assignment::{Assignment, assign, representatives};
pub use components::{Components, components};
pub use item_clusters::item_clusters;
pub use rotation::Loadings;
pub use suitability::{Bartlett, Suitability};
