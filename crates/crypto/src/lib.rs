//! Bystand's cryptography.
#![forbid(unsafe_code)]
#![deny(missing_docs, clippy::indexing_slicing)]

pub mod rooms;
