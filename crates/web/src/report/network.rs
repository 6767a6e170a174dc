//! Which network a page belongs to, and the pass of a printed card.
//!
//! A card's link has both behind its `#`, which browsers do not send. Otherwise the page names the network
//! (`data-network` on the form), or the relay does. Page and program come from that relay too, so asking it gives nothing
//! away that a dishonest one could not have anyhow; SECURITY.md says so.

use bystand_core::io::{Request, Response};
use bystand_core::network::invite::CardLink;
use bystand_crypto::passes::OwnedPass;
use bystand_wire::NetworkId;
use web_sys::HtmlFormElement;

use crate::shell::{clock, transport};

/// The first and the longest pause between two questions, in milliseconds.
const FIRST_PAUSE_MS: u64 = 500;
const LONGEST_PAUSE_MS: u64 = 30_000;

/// The network, and a card's pass.
pub async fn find(form: &HtmlFormElement) -> (NetworkId, Option<OwnedPass>) {
    let card = card();
    let named = form.get_attribute("data-network").and_then(|id| id.parse().ok());
    match (card, named) {
        // The pass of another network's card does not count here, and would only give it away.
        (Some(card), named) if named.is_none_or(|id: NetworkId| id == card.network) => {
            (card.network, Some(card.pass))
        }
        (_, Some(named)) => (named, None),
        (_, None) => (ask().await, None),
    }
}

fn card() -> Option<CardLink> {
    CardLink::from_text(&web_sys::window()?.location().href().ok()?).ok()
}

async fn ask() -> NetworkId {
    let mut pause_ms = FIRST_PAUSE_MS;
    loop {
        if let Response::Network(network) = transport::call(&Request::Network).await.response {
            return network.id;
        }
        clock::sleep(pause_ms).await;
        pause_ms = pause_ms.saturating_mul(2).min(LONGEST_PAUSE_MS);
    }
}
