//! The browser's shell around an engine.
//!
//! Everything runs on the page's own thread but puzzles and passphrases, which a worker takes ([`worker`]). One tab
//! leads ([`leader`]): only it has the vault open.

pub mod clock;
pub mod leader;
mod live;
pub mod runner;
pub mod shelf;
pub mod transport;
pub mod vault;
pub mod worker;

pub use runner::{Session, Told};
pub use vault::{Records, Vault, VaultError};

/// What JavaScript threw or rejected, in words for whoever reports it.
pub(crate) fn in_words(value: &wasm_bindgen::JsValue) -> String {
    let error = value.dyn_ref::<js_sys::Error>();
    error.map_or_else(|| format!("{value:?}"), |error| String::from(error.message()))
}

use wasm_bindgen::JsCast;
