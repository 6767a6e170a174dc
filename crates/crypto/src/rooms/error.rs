//! What can go wrong in a room, by cause, each with a stable code.

use mls_rs::error::MlsError;

use super::{LeafRefused, MemberIndex};

/// Who has to act on a [`RoomError`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Cause {
    /// This program called the room in a way the room's state does not allow.
    Misuse,
    /// Bytes from elsewhere are wrong, late, early, or break the room's rules.
    BadRemote,
    /// This device can no longer follow the room; it must be added again or the room succeeded.
    Gone,
    /// A bug of this program or of the library below it.
    Bug,
}

/// Why members do not accept a commit. Every member checks; so nobody's client can be talked out of it.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Refusal {
    /// The committer may not commit in this room.
    #[error("its author may not change this room")]
    MayNotCommit,
    /// The committer may not add this newcomer.
    #[error("its author may not add this newcomer")]
    MayNotAdd,
    /// The committer may not remove this member.
    #[error("its author may not remove this member")]
    MayNotRemove,
    /// It carries something rooms never use (named).
    #[error("it carries a {0}, which rooms do not use")]
    Forbidden(&'static str),
    /// It rests on a proposal that was sent on its own.
    #[error("it rests on a proposal sent on its own")]
    ByReference,
    /// It was made by somebody outside the room.
    #[error("it comes from outside the room")]
    External,
    /// The room would have more members than allowed.
    #[error("the room would be larger than allowed")]
    RoomFull,
    /// It replaces a leaf by that of somebody else.
    #[error("it replaces a member by somebody else")]
    NotSameMember,
    /// A leaf in it is not acceptable.
    #[error(transparent)]
    Leaf(#[from] LeafRefused),
    /// It breaks a rule of MLS (RFC 9420) itself.
    #[error("it breaks the protocol: {0}")]
    Protocol(String),
}

/// Why a key package cannot be added.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum KeyPackageRefusal {
    /// Not a key package in its one encoding.
    #[error("it is not readable")]
    Malformed,
    /// For another version or cipher suite, or without our credential type.
    #[error("it is for another cipher suite or kind of credential")]
    WrongSuite,
    /// Not valid at this time.
    #[error("it is not valid now")]
    Lifetime,
    /// It is our own leaf key: a device cannot add itself.
    #[error("it carries our own key")]
    OurOwn,
    /// It names the same leaf key as another one of the same batch.
    #[error("it is in the batch twice")]
    Twice,
    /// We may not add this newcomer.
    #[error("we may not add this newcomer")]
    MayNotAdd,
    /// The room has as many members as allowed.
    #[error("the room is full")]
    RoomFull,
    /// Its credential or leaf key is not acceptable.
    #[error(transparent)]
    Leaf(#[from] LeafRefused),
    /// A signature or key in it is wrong.
    #[error("it breaks the protocol: {0}")]
    Protocol(String),
}

/// Why a Welcome does not bring us into a room.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum WelcomeRefusal {
    /// Not a Welcome in its one encoding, or its contents are not readable.
    #[error("it is not readable")]
    Malformed,
    /// The tree is not the one the Welcome speaks of.
    #[error("the tree does not belong to it")]
    WrongTree,
    /// Whoever made it may not add people to this room.
    #[error("its author may not add people to this room")]
    MayNotCommit,
    /// The room's fixed settings are not those of a Bystand room.
    #[error("the room's settings are not ours")]
    Settings,
    /// A member's leaf is not acceptable.
    #[error(transparent)]
    Leaf(#[from] LeafRefused),
    /// A signature, key or tag in it is wrong.
    #[error("it breaks the protocol: {0}")]
    Protocol(String),
}

/// What can go wrong in a room. Whatever it is, the room's state is as before the call
/// (but for the one message key that [`RoomError::Undecryptable`] may have used up).
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum RoomError {
    /// A commit of ours still waits for the relay's answer.
    #[error("a commit of ours still waits for the relay's answer")]
    CommitPending,
    /// There is no commit of ours to accept.
    #[error("no commit of ours is waiting")]
    NoCommitPending,
    /// A commit that would change nothing was asked for.
    #[error("nothing to commit")]
    NothingToCommit,
    /// No member has this index.
    #[error("no member has index {0}")]
    NotAMember(MemberIndex),
    /// A device cannot remove itself.
    #[error("a device cannot remove itself")]
    CannotRemoveSelf,
    /// The message is longer than fits one frame.
    #[error("the message is too long: {actual} bytes, at most {limit}")]
    TooLong {
        /// Length given, in bytes.
        actual: usize,
        /// Limit, in bytes.
        limit: usize,
    },
    /// The keys or credential given do not belong to this snapshot or cannot be used.
    #[error("the device's keys do not fit: {0}")]
    Config(&'static str),
    /// The snapshot is damaged or of another version.
    #[error("the stored room cannot be read: {0}")]
    Snapshot(String),

    /// The bytes are not a room frame in its one encoding.
    #[error("not a readable room frame")]
    Malformed,
    /// A message or commit that is not encrypted; rooms use none.
    #[error("not encrypted")]
    Unencrypted,
    /// The frame belongs to another room.
    #[error("belongs to another room")]
    OtherRoom,
    /// A proposal sent on its own; rooms use none.
    #[error("a proposal sent on its own")]
    ProposalRefused,
    /// A commit that members do not accept.
    #[error("the change is refused: {reason}")]
    CommitRefused {
        /// Why.
        reason: Refusal,
    },
    /// The frame cannot be decrypted: damaged, forged, or from before we joined.
    #[error("cannot be decrypted")]
    Undecryptable,
    /// Seen before: a repeated message, or a commit that was applied already.
    #[error("seen before")]
    AlreadySeen,
    /// From an epoch whose keys are gone.
    #[error("from epoch {epoch}, whose keys are gone (the room is at {current})")]
    TooOld {
        /// The frame's epoch.
        epoch: u64,
        /// The room's epoch on this device.
        current: u64,
    },
    /// From an epoch this device has not reached: the commits between are missing.
    #[error("from epoch {epoch}, and this device is only at {current}")]
    Ahead {
        /// The frame's epoch.
        epoch: u64,
        /// The room's epoch on this device.
        current: u64,
    },
    /// More of this sender's messages are missing than can be skipped.
    #[error("too many messages of this sender are missing")]
    MissedTooMany,
    /// The sender was removed before this message arrived.
    #[error("its sender is no longer in the room")]
    SenderGone,
    /// A key package cannot be added.
    #[error("key package {position} is refused: {reason}")]
    KeyPackageRefused {
        /// Which one of those given, counted from 0.
        position: usize,
        /// Why.
        reason: KeyPackageRefusal,
    },
    /// A Welcome does not bring us in.
    #[error("the welcome is refused: {reason}")]
    WelcomeRefused {
        /// Why.
        reason: WelcomeRefusal,
    },

    /// This device was removed from the room.
    #[error("this device was removed from the room")]
    Removed,
    /// The Welcome names none of our key packages.
    #[error("the welcome is not for this device")]
    NotForUs,
    /// A commit of ours was applied by the others, and this device has lost its secrets.
    #[error("our own change was applied, and this device no longer has its secrets")]
    OwnCommitLost,

    /// A bug.
    #[error("a bug in rooms: {0}")]
    Internal(#[from] MlsError),
}

impl RoomError {
    /// A stable code for logs and scripts.
    pub fn code(&self) -> &'static str {
        match self {
            RoomError::CommitPending => "room-commit-pending",
            RoomError::NoCommitPending => "room-no-commit-pending",
            RoomError::NothingToCommit => "room-nothing-to-commit",
            RoomError::NotAMember(_) => "room-not-a-member",
            RoomError::CannotRemoveSelf => "room-cannot-remove-self",
            RoomError::TooLong { .. } => "room-message-too-long",
            RoomError::Config(_) => "room-config",
            RoomError::Snapshot(_) => "room-snapshot-damaged",
            RoomError::Malformed => "room-malformed",
            RoomError::Unencrypted => "room-unencrypted",
            RoomError::OtherRoom => "room-other-room",
            RoomError::ProposalRefused => "room-proposal-refused",
            RoomError::CommitRefused { .. } => "room-commit-refused",
            RoomError::Undecryptable => "room-undecryptable",
            RoomError::AlreadySeen => "room-already-seen",
            RoomError::TooOld { .. } => "room-too-old",
            RoomError::Ahead { .. } => "room-ahead",
            RoomError::MissedTooMany => "room-missed-too-many",
            RoomError::SenderGone => "room-sender-gone",
            RoomError::KeyPackageRefused { .. } => "room-key-package-refused",
            RoomError::WelcomeRefused { .. } => "room-welcome-refused",
            RoomError::Removed => "room-removed",
            RoomError::NotForUs => "room-not-for-us",
            RoomError::OwnCommitLost => "room-own-commit-lost",
            RoomError::Internal(_) => "room-internal",
        }
    }

    /// Who has to act.
    pub fn cause(&self) -> Cause {
        match self {
            RoomError::CommitPending
            | RoomError::NoCommitPending
            | RoomError::NothingToCommit
            | RoomError::NotAMember(_)
            | RoomError::CannotRemoveSelf
            | RoomError::TooLong { .. }
            | RoomError::Config(_)
            | RoomError::Snapshot(_) => Cause::Misuse,
            RoomError::Malformed
            | RoomError::Unencrypted
            | RoomError::OtherRoom
            | RoomError::ProposalRefused
            | RoomError::CommitRefused { .. }
            | RoomError::Undecryptable
            | RoomError::AlreadySeen
            | RoomError::TooOld { .. }
            | RoomError::Ahead { .. }
            | RoomError::MissedTooMany
            | RoomError::SenderGone
            | RoomError::KeyPackageRefused { .. }
            | RoomError::WelcomeRefused { .. } => Cause::BadRemote,
            RoomError::Removed | RoomError::NotForUs | RoomError::OwnCommitLost => Cause::Gone,
            RoomError::Internal(_) => Cause::Bug,
        }
    }

    /// Whether the same call can succeed later without anybody changing anything:
    /// only when frames in between are still on their way, or our own commit awaits its answer.
    pub fn is_retryable(&self) -> bool {
        matches!(self, RoomError::Ahead { .. } | RoomError::CommitPending)
    }

    /// What a failure of MLS means for a frame that was received.
    pub(super) fn of_frame(error: MlsError, epoch: u64, current: u64) -> Self {
        #[expect(clippy::wildcard_enum_match_arm, reason = "not our enum, and non-exhaustive")]
        match error {
            MlsError::GroupIdMismatch => RoomError::OtherRoom,
            MlsError::EpochNotFound => RoomError::TooOld { epoch, current },
            MlsError::KeyMissing(_) => RoomError::AlreadySeen,
            MlsError::InvalidFutureGeneration(_) => RoomError::MissedTooMany,
            MlsError::MemberNotFound => RoomError::SenderGone,
            MlsError::CantProcessMessageFromSelf => RoomError::OwnCommitLost,
            _ => RoomError::Undecryptable,
        }
    }

    /// What a failure of MLS means for a commit, ours or received.
    pub(super) fn of_commit(error: MlsError, epoch: u64, current: u64) -> Self {
        #[expect(clippy::wildcard_enum_match_arm, reason = "not our enum, and non-exhaustive")]
        match error {
            MlsError::CryptoProviderError(_)
            | MlsError::SerializationError(_)
            | MlsError::InvalidSignature
            | MlsError::GroupIdMismatch
            | MlsError::EpochNotFound
            | MlsError::KeyMissing(_)
            | MlsError::InvalidFutureGeneration(_)
            | MlsError::CantProcessMessageFromSelf => Self::of_frame(error, epoch, current),
            _ => RoomError::CommitRefused { reason: Refusal::of(&error) },
        }
    }
}

impl Refusal {
    /// Our own rule inside the library's error where there is one, the library's words otherwise.
    pub(super) fn of(error: &MlsError) -> Self {
        if let Some(refused) = leaf_refused(error) {
            return Refusal::Leaf(refused);
        }
        #[expect(clippy::wildcard_enum_match_arm, reason = "not our enum, and non-exhaustive")]
        let own = match error {
            MlsError::MlsRulesError(inner) => inner.inner_dyn_error().downcast_ref::<Refusal>().cloned(),
            MlsError::InvalidSuccessor => Some(Refusal::NotSameMember),
            _ => None,
        };
        own.unwrap_or_else(|| Refusal::Protocol(error.to_string()))
    }
}

impl KeyPackageRefusal {
    pub(super) fn of(error: &MlsError) -> Self {
        if let Some(refused) = leaf_refused(error) {
            return KeyPackageRefusal::Leaf(refused);
        }
        #[expect(clippy::wildcard_enum_match_arm, reason = "not our enum, and non-exhaustive")]
        match error {
            MlsError::InvalidLifetime { .. } => KeyPackageRefusal::Lifetime,
            MlsError::CipherSuiteMismatch | MlsError::ProtocolVersionMismatch => {
                KeyPackageRefusal::WrongSuite
            }
            _ => KeyPackageRefusal::Protocol(error.to_string()),
        }
    }
}

impl WelcomeRefusal {
    pub(super) fn of(error: &MlsError) -> Self {
        if let Some(refused) = leaf_refused(error) {
            return WelcomeRefusal::Leaf(refused);
        }
        #[expect(clippy::wildcard_enum_match_arm, reason = "not our enum, and non-exhaustive")]
        match error {
            MlsError::TreeHashMismatch
            | MlsError::ParentHashMismatch
            | MlsError::WelcomeKeyPackageNotFound
            | MlsError::LeafNotFound(_)
            | MlsError::UnexpectedEmptyTree
            | MlsError::UnexpectedTrailingBlanks => WelcomeRefusal::WrongTree,
            _ => WelcomeRefusal::Protocol(error.to_string()),
        }
    }
}

/// What the application said about a leaf, inside the library's error.
fn leaf_refused(error: &MlsError) -> Option<LeafRefused> {
    if let MlsError::IdentityProviderError(inner) = error {
        return inner.inner_dyn_error().downcast_ref().cloned();
    }
    None
}
