//! Tests against a real relay on a loopback port, and of its store.

mod blobs;
mod client;
mod durable;
mod lanes;
mod live;
mod log;
mod rooms;
mod streams;
mod world;
