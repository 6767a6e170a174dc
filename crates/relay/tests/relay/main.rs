//! Tests against a real relay on a loopback port, and of its store.

mod client;
mod streams;
mod world;
