//! The browser's shell around an engine.
//!
//! Everything runs on the page's own thread but puzzles and passphrases, which a worker takes ([`worker`]). One tab
//! leads ([`leader`]): only it has the vault open.

pub mod clock;
pub mod leader;
mod live;
pub mod place;
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

/// A text file of the relay's, at most a megabyte of it.
pub async fn fetch_text(address: &str) -> Option<String> {
    const LONGEST: f64 = 1_048_576.0;
    let window = web_sys::window()?;
    let answer = wasm_bindgen_futures::JsFuture::from(window.fetch_with_str(address)).await.ok()?;
    let answer: web_sys::Response = answer.dyn_into().ok()?;
    let length = answer.headers().get("content-length").ok().flatten();
    if !answer.ok() || length.and_then(|length| length.parse::<f64>().ok()).is_some_and(|l| l > LONGEST) {
        return None;
    }
    wasm_bindgen_futures::JsFuture::from(answer.text().ok()?).await.ok()?.as_string()
}

/// Says in the console where the program has stopped, should it ever. It names a line of the program and nothing of the
/// person's.
pub fn say_where_it_stops() {
    std::panic::set_hook(Box::new(|stopped| {
        let at = stopped.location().map(|at| format!("{}:{}", at.file(), at.line())).unwrap_or_default();
        web_sys::console::error_2(&"Bystand has stopped at".into(), &at.into());
    }));
}
