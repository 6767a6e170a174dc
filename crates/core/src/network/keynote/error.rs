//! Why a key note is not taken.

use bystand_crypto::sign::SignError;
use bystand_wire::{DecodeError, Period, Timestamp};

/// Why a key note is not taken.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum KeyNoteError {
    /// Not readable, or too large.
    #[error("the key note cannot be read: {0}")]
    Decode(#[from] DecodeError),
    /// Not signed by the manifest's operations key.
    #[error("the key note is not signed by this network's operations key: {0}")]
    Signature(#[from] SignError),
    /// A field is out of its limits.
    #[error("the key note's {0} is missing, too long, or not of the right form")]
    Field(&'static str),
    /// Names a registrar that the manifest does not list.
    #[error("the key note names a registrar that the manifest does not list")]
    UnknownRegistrar,
    /// One registrar certifies both finding and publish passes of a period.
    #[error("one registrar certifies both finding and publish passes for {0}")]
    OneIssuerForBoth(Period),
    /// Issued later than now allows.
    #[error(
        "the key note was issued at {issued_at}, which is in the future for this device: its clock is behind, set it"
    )]
    FromTheFuture {
        /// When it says it was issued.
        issued_at: Timestamp,
    },
    /// Over.
    #[error("the key note ended at {0}: the registrars' box has not renewed it")]
    Expired(Timestamp),
    /// An older one than the one held.
    #[error("the key note goes backwards: version {offered} after version {held}")]
    Backwards {
        /// Version held.
        held: u64,
        /// Version offered.
        offered: u64,
    },
    /// The same version with other content.
    #[error("two different key notes have version {0}")]
    TwoOfOneVersion(u64),
}

impl KeyNoteError {
    /// The stable code.
    pub fn code(&self) -> &'static str {
        match self {
            KeyNoteError::Decode(_) => "key-note-malformed",
            KeyNoteError::Signature(_) => "key-note-signature",
            KeyNoteError::Field(_) => "key-note-field",
            KeyNoteError::UnknownRegistrar => "key-note-registrar",
            KeyNoteError::OneIssuerForBoth(_) => "key-note-one-issuer",
            KeyNoteError::FromTheFuture { .. } => "key-note-future",
            KeyNoteError::Expired(_) => "key-note-expired",
            KeyNoteError::Backwards { .. } => "key-note-backwards",
            KeyNoteError::TwoOfOneVersion(_) => "key-note-two-of-one-version",
        }
    }
}
