//! Why a manifest is not taken.

use bystand_crypto::threshold::ThresholdError;
use bystand_wire::{DecodeError, Timestamp};

/// Why a manifest is not taken.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ManifestError {
    /// Not readable, or too large.
    #[error("the manifest cannot be read: {0}")]
    Decode(#[from] DecodeError),
    /// A newer program is needed.
    #[error("the manifest has format {0}, which this program does not know: update it")]
    Format(u8),
    /// The root keys, their changes or their signatures do not hold.
    #[error("the manifest is not signed by this network's root keys: {0}")]
    Roots(#[source] ThresholdError),
    /// A field is out of its limits.
    #[error("the manifest's {0} is missing, too long, or not of the right form")]
    Field(&'static str),
    /// Issued later than now allows.
    #[error(
        "the manifest was issued at {issued_at}, which is in the future for this device: its clock is behind, set it"
    )]
    FromTheFuture {
        /// When it says it was issued.
        issued_at: Timestamp,
    },
    /// An older one than the one held.
    #[error("the manifest goes backwards: version {offered} after version {held}")]
    Backwards {
        /// Version held.
        held: u64,
        /// Version offered.
        offered: u64,
    },
    /// The same version with other content.
    #[error("two different manifests have version {0}")]
    TwoOfOneVersion(u64),
    /// Does not continue the chain of root sets of the one held.
    #[error("the manifest's root keys do not continue the ones known")]
    OtherRoots,
    /// Of another network than the one held.
    #[error("the manifest belongs to another network")]
    OtherNetwork,
}

impl ManifestError {
    /// The stable code.
    pub fn code(&self) -> &'static str {
        match self {
            ManifestError::Decode(_) => "manifest-malformed",
            ManifestError::Format(_) => "manifest-format",
            ManifestError::Roots(_) => "manifest-roots",
            ManifestError::Field(_) => "manifest-field",
            ManifestError::FromTheFuture { .. } => "manifest-future",
            ManifestError::Backwards { .. } => "manifest-backwards",
            ManifestError::TwoOfOneVersion(_) => "manifest-two-of-one-version",
            ManifestError::OtherRoots => "manifest-other-roots",
            ManifestError::OtherNetwork => "manifest-other-network",
        }
    }
}

impl From<ThresholdError> for ManifestError {
    fn from(error: ThresholdError) -> Self {
        match error {
            ThresholdError::OtherNetwork => ManifestError::OtherNetwork,
            other @ (ThresholdError::BadSet
            | ThresholdError::TooFew { .. }
            | ThresholdError::OtherStatement
            | ThresholdError::TooMany
            | ThresholdError::OutOfOrder(_)
            | ThresholdError::Body(_)) => ManifestError::Roots(other),
        }
    }
}
