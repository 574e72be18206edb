//! What is known about personal data: how contact data is written in one form, how values are masked for
//! people who need not see them, how ids become pseudonyms.
//!
//! Nothing here knows tables or files; [`crate::ingest`] reads with it, [`crate::publish`] writes with it.

pub mod email;
pub mod groups;
pub mod hash;
pub mod mask;
pub mod national_code;
pub mod phone;
pub mod pseudonym;
