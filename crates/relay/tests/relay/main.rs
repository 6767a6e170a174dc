//! Tests against a real relay on a loopback port, and of its store.

mod backups;
mod blobs;
mod client;
mod conformance;
mod crash;
mod durable;
mod faults;
mod faulty;
mod feeds;
mod lanes;
mod limits;
mod live;
mod log;
mod pages;
mod power;
#[path = "../../../client/tests/powerloss/mod.rs"]
mod powerloss;
mod process;
mod rooms;
mod service;
mod streams;
mod webapp;
mod world;
