//! What people type or scan: invitations, card links, follow-up phrases.

use bystand_core::fixtures::NOW;
use bystand_core::network::invite::{CardLink, Invitation};
use bystand_crypto::phrase::Phrase;

/// Any bytes; those that are text are read as everything that people are given.
pub fn run(data: &[u8]) {
    let Ok(text) = std::str::from_utf8(data) else { return };
    if let Ok(invitation) = Invitation::from_text(text, NOW) {
        let again = Invitation::from_text(&invitation.to_text(), NOW);
        assert!(again.is_ok_and(|a| a == invitation), "an invitation that cannot be read back");
    }
    if let Ok(card) = CardLink::from_text(text) {
        let again = CardLink::from_text(&card.to_text());
        assert!(again.is_ok_and(|a| a.to_text() == card.to_text()), "a card that cannot be read back");
    }
    let _ = Phrase::parse(text);
}
