//! The domain and the client engine: pure state machines.
//!
//! Input goes in by `handle_*(input, now, rng)`, what is to be done comes out of `poll_*`. Nothing
//! here does I/O, reads a clock or draws randomness of its own; the shells around it
//! (`bystand-client`, later the browser and the simulator) move bytes and nothing else.
#![forbid(unsafe_code)]
#![deny(missing_docs, clippy::indexing_slicing)]

#[macro_use]
mod words;

pub mod alerts;
pub mod ctx;
pub mod desk;
pub mod device;
#[cfg(any(test, feature = "fixtures"))]
pub mod fixtures;
pub mod geo;
pub mod http;
pub mod io;
pub mod logwatch;
pub mod messages;
pub mod network;
pub mod outbox;
pub mod report;
pub mod room;
pub mod team;
#[cfg(any(test, feature = "fixtures"))]
pub mod testing;
pub mod texts;
