//! Many items reduced to a few needs: which items measure the same thing.
//!
//! [`Suitability`] says whether the items have enough in common; [`parallel::analyse`] how many factors there
//! are; [`components()`] or [`likelihood::fit`] finds them; [`Loadings::varimax`] turns them so that each item
//! loads on few, and [`Loadings::canonical`] fixes order and signs, so that the same data always give the same
//! columns; [`assign`] gives each item its factor. [`item_clusters`] groups items without any factors. A [`Study`] does
//! all of it for one survey and proposes which questions to keep; [`tabulate`] makes the published tables.
//!
//! Everything starts from the matrix of correlations of items ([`crate::math::correlation::matrix`]).

mod assignment;
mod components;
mod item_clusters;
pub mod likelihood;
pub mod parallel;
mod params;
mod rotation;
pub mod study;
mod suitability;
mod table;

pub use assignment::{Assignment, assign, representatives};
pub use components::{Components, components};
pub use item_clusters::item_clusters;
pub use params::{Extraction, FactorsOfSurvey, FactorsParams};
pub use rotation::Loadings;
pub use study::Study;
pub use suitability::{Bartlett, Suitability};
pub use table::{Tables, tabulate};
