//! Bystand's native shell: sockets, files and the clock around the engines of `bystand-core`.
//!
//! A shell hands an engine what happened and carries out what the engine asks for, in order. It
//! decides nothing about reports, rooms or alerts.
//!
//! | module | holds |
//! | --- | --- |
//! | [`runner`], [`session`] | the loop around an engine, and the handle of the program around that |
//! | [`vault`], [`shelf`], [`store`] | sealed records in a folder |
//! | [`transport`], [`live`], [`address`] | calls to the relay, and the live connection |
//! | [`fetch`] | plain files of a relay's site |
//! | [`clock`] | the system's clock, or one that runs faster |
#![forbid(unsafe_code)]

pub mod address;
pub mod backoff;
pub mod clock;
pub mod fetch;
pub mod live;
pub mod runner;
pub mod session;
pub mod shelf;
pub mod store;
pub mod transport;
pub mod vault;

pub use getrandom::Error as RandomnessError;

pub use address::RelayAddress;
pub use clock::Clock;
pub use runner::{RunConfig, RunError, Told, system_random};
pub use session::{Outcome, Session};
pub use store::{Forgetful, Store};
pub use transport::Transport;
pub use vault::{Records, Vault, VaultError};
