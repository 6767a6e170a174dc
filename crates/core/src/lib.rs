//! core
#![forbid(unsafe_code)]
#![deny(missing_docs, clippy::indexing_slicing)]

pub mod desk;
pub mod geo;
pub mod report;
