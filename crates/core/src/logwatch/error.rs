//! Why an answer, or an alert in it, is not believed.

use crate::alerts::{BookError, NoQuorum, NoteError};
use crate::network::TrustError;

/// Why an answer, or an alert in it, is not believed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum LogError {
    /// The log or the network's keys.
    #[error(transparent)]
    Trust(#[from] TrustError),
    /// An alert's text.
    #[error("the log's entry {index} is no alert: {source}")]
    Note {
        /// Its place.
        index: u64,
        /// Why.
        source: NoteError,
    },
    /// An alert that nobody stands behind: the relay should have refused it.
    #[error("the log's entry {index} is an alert without quorum: {source}")]
    NoQuorum {
        /// Its place.
        index: u64,
        /// Why.
        source: NoQuorum,
    },
    /// An alert that contradicts the log before it: the relay should have refused it.
    #[error("the log's entry {index} contradicts what came before: {source}")]
    Book {
        /// Its place.
        index: u64,
        /// Why.
        source: BookError,
    },
    /// No key note of that time is to be had any more.
    #[error("the keys that the log's entry {index} was made with are not known")]
    KeysNotKnown {
        /// Its place.
        index: u64,
    },
}

impl LogError {
    /// The stable code.
    pub fn code(&self) -> &'static str {
        match self {
            LogError::Trust(inner) => inner.code(),
            LogError::Note { source, .. } => source.code(),
            LogError::NoQuorum { source, .. } => source.code(),
            LogError::Book { source, .. } => source.code(),
            LogError::KeysNotKnown { .. } => "log-keys-not-known",
        }
    }
}

/// Whether an error is what a network that has begun a new log would also show.
pub(super) fn may_be_new_log(error: &TrustError) -> bool {
    match error {
        TrustError::Checkpoint(_)
        | TrustError::TimeRewound { .. }
        | TrustError::LogShrank { .. }
        | TrustError::Forked => true,
        TrustError::OtherNetwork
        | TrustError::Manifest(_)
        | TrustError::KeyNote(_)
        | TrustError::NoKeyNote
        | TrustError::ClockSkew { .. }
        | TrustError::NotInLog(_)
        | TrustError::NotAsAsked
        | TrustError::Kept(_) => false,
    }
}
