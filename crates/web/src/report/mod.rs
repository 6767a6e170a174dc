//! What stands behind the public report form, and behind the page that follows a report.
//!
//! The pages are complete as the relay gives them out: this reads their fields, and shows texts that they carry. So it
//! needs no texts of its own and is the same in every language. What a page must have is named where it is used
//! ([`dom`]).
//!
//! | module | does |
//! | --- | --- |
//! | [`form`] | the report form: from typing to *The desk has it* |
//! | [`follow`] | a conversation by its phrase |
//! | [`network`] | which network, and a card's pass |
//! | [`place`] | near me |

mod dom;
mod follow;
mod form;
mod network;
mod place;

use wasm_bindgen_futures::spawn_local;

/// Takes over the form that the page has.
pub fn mount() {
    if let Some(form) = dom::form("report") {
        spawn_local(form::run(form));
    } else if let Some(form) = dom::form("follow-form") {
        spawn_local(follow::run(form));
    }
}
