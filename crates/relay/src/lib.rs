//! The relay: stores and forwards sealed data, keeps the public log, serves the public pages.
//! It is trusted with order, deletion, one-read and spent passes, never with content.
//!
//! | module | holds |
//! | --- | --- |
//! | [`rules`] | every decision, pure: shared with the simulator |
//! | [`store`] | what is kept: two small traits, and SQLite behind them |
//! | [`writer`] | the one writer: group commit, answers after the disk has it |
//! | [`verify`] | signatures, passes, proofs of work: from bytes to what the rules decide about |
//! | [`trust`] | whom to believe: manifest and key note |
//! | [`log`] | the public log: tree, checkpoints, tiles |
//! | [`hub`] | fan-out to live connections |
//! | [`feeds`] | GeoJSON, Atom, event stream |
//! | [`pages`] | the public pages, in every language |
//! | [`bundle`] | the web app's files |
//! | [`server`] | HTTP and WebSocket |
//! | [`embedded`] | the same without sockets and threads, for simulations |
//! | [`mod@backup`] | backup of a running relay, restore into a new generation |

pub mod backup;
pub mod bundle;
pub mod clock;
pub mod config;
pub mod data_dir;
pub mod embedded;
pub mod feeds;
pub mod hub;
pub mod log;
pub mod metrics;
pub mod pages;
pub mod readers;
pub mod rules;
pub mod server;
pub mod store;
pub mod trust;
pub mod verify;
pub mod writer;

pub use backup::{BackupError, RestoreOptions, Restored, backup, restore};
pub use config::{Config, Flags};
pub use data_dir::StartError;
pub use server::{Running, serve, serve_with_clock, stop_signal};
