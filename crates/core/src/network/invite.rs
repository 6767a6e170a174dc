//! What is handed to people as text or QR code: an invitation for one new device, and the link on a
//! printed card. Both hold secrets: whoever has read one can use it, once.

use core::fmt;

use bystand_crypto::hash;
use bystand_crypto::passes::OwnedPass;
use bystand_crypto::sign::SigningKey;
use bystand_wire::{
    DecodeError, NetworkId, PassPurpose, PublicKey, Role, StreamId, Timestamp, decode, encode,
};
use minicbor::{Decode, Encode};
use rand_core::CryptoRng;
use zeroize::{Zeroize, Zeroizing};

use super::base32::{self, BadCode};
use super::names::RelayUrl;

/// What begins an invitation.
pub const INVITE_PREFIX: &str = "BYSTAND:INVITE:";
/// What stands between the relay's address and a card's code.
pub const CARD_PATH: &str = "/report#BYSTAND:CARD:";
/// The longest invitation or card, in bytes before it is written out.
pub const CODE_LEN: usize = 1_024;

const INVITE_DOMAIN: &str = "invitation";
const CARD_DOMAIN: &str = "card";

/// Why an invitation or a card's link could not be read. Each says what to do.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum InviteError {
    /// It begins with something else.
    #[error(
        "this is not an invitation: it should begin with {INVITE_PREFIX}. Copy it again, from its very beginning"
    )]
    NotAnInvitation,
    /// It has another form.
    #[error(
        "this is not a card's link: it should look like https://relay.example.org{CARD_PATH}... . Scan the card again"
    )]
    NotACard,
    /// It holds a character that no code has.
    #[error("the character {0:?} cannot be in a code: copy or scan it again")]
    Character(char),
    /// It was cut off or changed.
    #[error("a part of the code is missing or was changed: copy or scan it again, to its very end")]
    Damaged,
    /// It is longer than any code.
    #[error("this is longer than any code: copy only the code itself")]
    TooLong,
    /// It is whole, and this program cannot read what it holds.
    #[error("the code is of a newer version: update this program and try again ({0})")]
    Content(#[from] DecodeError),
    /// Its time is over.
    #[error("the invitation ended at {0}: ask the registrar for a new one")]
    Expired(Timestamp),
}

impl InviteError {
    /// The stable code.
    pub fn code(&self) -> &'static str {
        match self {
            InviteError::NotAnInvitation => "invite-not-an-invitation",
            InviteError::NotACard => "invite-not-a-card",
            InviteError::Character(_) => "invite-character",
            InviteError::Damaged => "invite-damaged",
            InviteError::TooLong => "invite-too-long",
            InviteError::Content(_) => "invite-content",
            InviteError::Expired(_) => "invite-expired",
        }
    }
}

impl From<BadCode> for InviteError {
    fn from(bad: BadCode) -> Self {
        match bad {
            BadCode::TooLong => InviteError::TooLong,
            BadCode::Character(c) => InviteError::Character(c),
            BadCode::Checksum => InviteError::Damaged,
        }
    }
}

/// Proves to the registrar that a request answers an invitation; counts once.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Encode, Decode)]
#[cbor(transparent)]
pub struct Token(#[cbor(n(0), with = "minicbor::bytes")] [u8; 32]);

impl Token {
    /// Whether two tokens are the same, in constant time.
    pub fn matches(&self, other: &Token) -> bool {
        hash::ct_eq(&self.0, &other.0)
    }
}

impl Drop for Token {
    fn drop(&mut self) {
        self.0.zeroize();
    }
}

impl fmt::Debug for Token {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Token(..)")
    }
}

/// The one secret of an invitation, from which the mailbox's keys and the token come.
#[derive(Clone, PartialEq, Eq, Encode, Decode)]
#[cbor(transparent)]
pub struct InviteSecret(#[cbor(n(0), with = "minicbor::bytes")] [u8; 32]);

impl InviteSecret {
    /// Draws one.
    pub fn generate(rng: &mut impl CryptoRng) -> Self {
        let mut bytes = [0; 32];
        rng.fill_bytes(&mut bytes);
        Self(bytes)
    }

    /// Creates the mailbox stream and appends to it: the joiner's way in, and the registrar's back.
    pub fn mailbox_key(&self) -> SigningKey {
        SigningKey::from_seed(&self.derive("mailbox"))
    }

    /// Reads the mailbox stream.
    pub fn read_key(&self) -> SigningKey {
        SigningKey::from_seed(&self.derive("mailbox-read"))
    }

    /// The mailbox stream.
    pub fn mailbox(&self) -> StreamId {
        hash::stream_id(&self.mailbox_key().public())
    }

    /// What the registrar knows the invitation by.
    pub fn token(&self) -> Token {
        Token(*self.derive("mailbox-token"))
    }

    fn derive(&self, label: &str) -> Zeroizing<[u8; 32]> {
        Zeroizing::new(hash::sha256(label, &[&self.0]).0)
    }
}

impl Drop for InviteSecret {
    fn drop(&mut self) {
        self.0.zeroize();
    }
}

impl fmt::Debug for InviteSecret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("InviteSecret(..)")
    }
}

/// What one new device needs to join. The registrar's sealing key is in the key note, under the
/// device key named here: as a post-quantum key it is too long for a QR code.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct Invitation {
    /// The network: everything else is checked against it.
    #[n(0)]
    pub network: NetworkId,
    /// Where its relay is.
    #[n(1)]
    pub relay: RelayUrl,
    /// The device that answers.
    #[n(2)]
    pub registrar: PublicKey,
    /// For the mailbox.
    #[n(3)]
    pub secret: InviteSecret,
    /// What the new device is to be allowed: ascending, at least one.
    #[n(4)]
    pub roles: Vec<Role>,
    /// Until when the registrar answers.
    #[n(5)]
    pub expires_at: Timestamp,
}

impl Invitation {
    /// The text that is shown and put into a QR code.
    pub fn to_text(&self) -> Zeroizing<String> {
        let bytes = Zeroizing::new(encode(self));
        Zeroizing::new(format!("{INVITE_PREFIX}{}", base32::write(INVITE_DOMAIN, &bytes)))
    }

    /// Reads the text, in whatever case and with whatever line breaks it arrives.
    ///
    /// # Errors
    /// [`InviteError`]; [`InviteError::Expired`] when `now` is past its end.
    pub fn from_text(text: &str, now: Timestamp) -> Result<Self, InviteError> {
        let code = strip_prefix_any_case(text.trim(), INVITE_PREFIX).ok_or(InviteError::NotAnInvitation)?;
        let bytes = Zeroizing::new(base32::read(INVITE_DOMAIN, code, CODE_LEN)?);
        let invitation: Invitation = decode(&bytes)?;
        if invitation.roles.is_empty() || !invitation.roles.is_sorted_by(|a, b| a < b) {
            return Err(InviteError::Damaged);
        }
        if now >= invitation.expires_at {
            return Err(InviteError::Expired(invitation.expires_at));
        }
        Ok(invitation)
    }
}

/// What a printed card holds: the address of the public page, and behind the `#`, which browsers do
/// not send, the network id and one card pass.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CardLink {
    /// Where the public page is.
    pub relay: RelayUrl,
    /// The network.
    pub network: NetworkId,
    /// One report in the vouched lane.
    pub pass: OwnedPass,
}

#[derive(Encode, Decode)]
#[cbor(map)]
struct CardContent {
    #[n(0)]
    network: NetworkId,
    #[n(1)]
    pass: OwnedPass,
}

impl CardLink {
    /// The link.
    pub fn to_text(&self) -> Zeroizing<String> {
        let content = CardContent { network: self.network, pass: self.pass.clone() };
        let bytes = Zeroizing::new(encode(&content));
        Zeroizing::new(format!("{}{CARD_PATH}{}", self.relay, base32::write(CARD_DOMAIN, &bytes)))
    }

    /// Reads a link. Whether the pass still counts is for the network's key note to say.
    ///
    /// # Errors
    /// [`InviteError`].
    pub fn from_text(text: &str) -> Result<Self, InviteError> {
        let (address, code) = text.trim().split_once(CARD_PATH).ok_or(InviteError::NotACard)?;
        let relay = RelayUrl::new(address).map_err(|_| InviteError::NotACard)?;
        let bytes = Zeroizing::new(base32::read(CARD_DOMAIN, code, CODE_LEN)?);
        let CardContent { network, pass } = decode(&bytes)?;
        if pass.pass.purpose != PassPurpose::Card || pass.pass.key != pass.key.public() {
            return Err(InviteError::Damaged);
        }
        Ok(Self { relay, network, pass })
    }
}

fn strip_prefix_any_case<'a>(text: &'a str, prefix: &str) -> Option<&'a str> {
    let (start, rest) = text.split_at_checked(prefix.len())?;
    start.eq_ignore_ascii_case(prefix).then_some(rest)
}
