//! The wire format: what travels between clients and the relay, byte by byte.
//!
//! Everything here is plain data with one canonical encoding (deterministic CBOR, [`codec`]).
//! This crate does no I/O, knows no clock and holds no cryptography: signatures and seals are
//! opaque byte strings here and get their meaning in `bystand-crypto`.
#![forbid(unsafe_code)]
#![deny(missing_docs, clippy::indexing_slicing)]
#![no_std]
extern crate alloc;

pub mod codec;
pub mod frame;
pub mod ids;
pub mod limits;
pub mod pad;
pub mod problem;
pub mod relay_api;
pub mod time;

pub use codec::{DecodeError, decode, encode};
pub use frame::{Frame, FrameKind};
pub use ids::*;
pub use time::{Period, Quarter, Timestamp, Week};
