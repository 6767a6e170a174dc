//! Why what a relay says is not believed.

use bystand_crypto::notes::NoteError;
use bystand_wire::{DecodeError, Timestamp};

use crate::network::keynote::KeyNoteError;
use crate::network::manifest::ManifestError;

/// Why what a relay says is not believed. All but the clock are faults of the relay, or of somebody
/// between.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum TrustError {
    /// Another network answered.
    #[error("the relay serves another network")]
    OtherNetwork,
    /// The manifest does not hold.
    #[error(transparent)]
    Manifest(#[from] ManifestError),
    /// The key note does not hold.
    #[error(transparent)]
    KeyNote(#[from] KeyNoteError),
    /// The network has no key note yet, or none that counts now.
    #[error("the network has no key note that counts now: its registrars' box must sign one")]
    NoKeyNote,
    /// The checkpoint is not signed by the network's log key.
    #[error("the relay's checkpoint does not hold: {0}")]
    Checkpoint(#[source] NoteError),
    /// The checkpoint comes from the future.
    #[error("this device's clock is behind: the relay's says {relay_time}. Set the clock and try again")]
    ClockSkew {
        /// The checkpoint's time.
        relay_time: Timestamp,
    },
    /// The checkpoint is dated before one that was seen.
    #[error("the relay's log goes back in time, from {held} to {offered}")]
    TimeRewound {
        /// Time held.
        held: Timestamp,
        /// Time offered.
        offered: Timestamp,
    },
    /// The log is shorter than one that was seen.
    #[error(
        "the relay's log became shorter, from {held} to {offered} entries: if it was restored from a backup, its stewards must begin a new log"
    )]
    LogShrank {
        /// Size held.
        held: u64,
        /// Size offered.
        offered: u64,
    },
    /// The log does not continue the one that was seen.
    #[error(
        "the relay shows this device a different log than before: if it was restored from a backup, its stewards must begin a new log"
    )]
    Forked,
    /// An entry is not in the log it was given out with.
    #[error("the entry {0} is not in the relay's log")]
    NotInLog(u64),
    /// Entries of another kind, out of order, or not after the place asked for.
    #[error("the relay's answer is not what was asked for")]
    NotAsAsked,
    /// What the vault kept cannot be read.
    #[error("the kept state cannot be read: {0}")]
    Kept(#[from] DecodeError),
}

impl TrustError {
    /// The stable code.
    pub fn code(&self) -> &'static str {
        match self {
            TrustError::OtherNetwork => "trust-other-network",
            TrustError::Manifest(inner) => inner.code(),
            TrustError::KeyNote(inner) => inner.code(),
            TrustError::NoKeyNote => "trust-no-key-note",
            TrustError::Checkpoint(_) => "log-checkpoint",
            TrustError::ClockSkew { .. } => "log-clock-skew",
            TrustError::TimeRewound { .. } => "log-time-rewound",
            TrustError::LogShrank { .. } => "log-shrank",
            TrustError::Forked => "log-forked",
            TrustError::NotInLog(_) => "log-not-included",
            TrustError::NotAsAsked => "log-not-as-asked",
            TrustError::Kept(_) => "trust-kept",
        }
    }
}
