//! Rooms: end-to-end encrypted groups by MLS (RFC 9420). The only module of Bystand that names MLS.
//!
//! One [`Room`] is one MLS group on one device, in the way protocol.md's *Rooms* says: handshakes are
//! encrypted, the tree travels apart from the Welcome, newcomers are added without a path, removals
//! carry one, and every member enforces who may do what through the application's [`Trust`].
//!
//! The flow of a change: [`Room::add`], [`Room::remove`] or [`Room::refresh`] make a [`PendingCommit`]
//! and change nothing yet. Take a [`Room::snapshot`], send the commit to the relay, and call
//! [`Room::commit_accepted`] or [`Room::commit_rejected`] by its answer. After a crash in between the
//! restored room still has [`Room::pending`]; the commit may simply be sent again. Everybody else gets
//! the commit through [`Room::process`].
//!
//! Nothing here does I/O or reads a clock, and every random byte comes from the caller's generator.
//! **Receiving draws no randomness and asks no clock**: whether a commit is accepted depends on the
//! commit and the room alone, or members with different clocks would part ways. Key packages'
//! lifetimes are therefore judged once, by whoever adds them.
//!
//! What this module does not do: blobs and their encryption (the caller stores trees and large
//! commits), framing ([`bystand_wire::Frame`]), casebooks, and the question who is who ([`Trust`]).
//!
//! Limits worth knowing. Messages of the three epochs before the current one can still be read.
//! A frame that was altered on its way uses up the message key it claims, so that the true frame can
//! no longer be read: whoever can alter frames can as well withhold them. Snapshots hold everything;
//! a device that returns to an older snapshot must call [`Room::skip_own_generations`].

mod commits;
mod error;
mod group;
mod guard;
mod hello;
mod identity;
mod key_package;
mod messages;
mod provider;
mod rules;
mod snapshot;
mod storage;
#[cfg(test)]
mod vectors;

use bystand_wire::{Hash32, PublicKey, StreamId};
use minicbor::{Decode, Encode};
use zeroize::Zeroizing;

pub use error::{Cause, KeyPackageRefusal, Refusal, RoomError, WelcomeRefusal};
pub use group::{Room, RoomConfig};
pub use hello::{AppendKey, Hello, TreeLocation};
pub use identity::{CREDENTIAL_LEN, CREDENTIAL_TYPE, LeafRefused, Trust};
pub use key_package::{Candidate, KeyPackageSecret};

/// A room's name is its stream's id; it is also the MLS group id.
pub type RoomId = StreamId;

/// A key package as it travels: an MLSMessage (RFC 9420 §6) of at most [`KEY_PACKAGE_LEN`] bytes.
pub type KeyPackageBytes = Vec<u8>;

/// The longest key package, in bytes.
pub const KEY_PACKAGE_LEN: usize = 8 * 1024;

/// A member's place in the room's tree. It stays the same while they are in, and may be reused after.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Encode, Decode)]
#[cbor(transparent)]
pub struct MemberIndex(#[n(0)] pub u32);

impl core::fmt::Display for MemberIndex {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        self.0.fmt(f)
    }
}

/// Somebody in the room.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Member {
    /// Their place.
    pub index: MemberIndex,
    /// Their credential: what the application put there.
    pub credential: Vec<u8>,
    /// The key that signs what they send.
    pub leaf_key: PublicKey,
}

/// A change of ours that waits for the relay.
#[derive(Clone, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct PendingCommit {
    /// The epoch it was made in: what the relay compares.
    #[n(0)]
    pub epoch: u64,
    /// The commit for everybody in the room: a room commit frame's body, or a blob when it is large.
    #[cbor(n(1), with = "minicbor::bytes")]
    pub commit: Vec<u8>,
    /// The Welcome for those added.
    #[cbor(n(2), with = "minicbor::bytes")]
    pub welcome: Option<Vec<u8>>,
    /// The tree for those added, to be encrypted and stored where the Welcome says; empty without Welcome.
    #[cbor(n(3), with = "minicbor::bytes")]
    pub tree: Vec<u8>,
    /// Whether somebody leaves: then the append key changes, and the relay must be told.
    #[n(4)]
    pub removes: bool,
    /// The append key once it is accepted.
    #[n(5)]
    pub append_key: AppendKey,
}

impl core::fmt::Debug for PendingCommit {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.debug_struct("PendingCommit")
            .field("epoch", &self.epoch)
            .field("commit_len", &self.commit.len())
            .field("welcome_len", &self.welcome.as_ref().map(Vec::len))
            .field("tree_len", &self.tree.len())
            .field("removes", &self.removes)
            .finish_non_exhaustive()
    }
}

/// What a commit changed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Applied {
    /// The epoch it led to.
    pub epoch: u64,
    /// Who made it.
    pub committer: Member,
    /// Who came.
    pub added: Vec<Member>,
    /// Who left. When anybody did, the append key is a new one.
    pub removed: Vec<Member>,
    /// We are among those who left; the room can do nothing more.
    pub we_were_removed: bool,
    /// The new epoch's authenticator, equal on all members' devices; `None` when we were removed.
    pub authenticator: Option<Hash32>,
}

/// What a frame turned out to be.
#[derive(Clone, PartialEq, Eq)]
pub enum Incoming {
    /// Somebody's message.
    Message {
        /// Who sent it, by their leaf's signature and by nothing in the body.
        sender: MemberIndex,
        /// The sender's credential.
        credential: Vec<u8>,
        /// What they sent.
        body: Zeroizing<Vec<u8>>,
        /// The epoch it was encrypted in.
        epoch: u64,
    },
    /// A message of our own came back.
    Own {
        /// The epoch it was encrypted in.
        epoch: u64,
    },
    /// A change: somebody's, or our own that came back before the relay's answer.
    Commit(Applied),
}

impl core::fmt::Debug for Incoming {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        match self {
            Incoming::Message { sender, epoch, .. } => f
                .debug_struct("Message")
                .field("sender", sender)
                .field("epoch", epoch)
                .finish_non_exhaustive(),
            Incoming::Own { epoch } => f.debug_struct("Own").field("epoch", epoch).finish(),
            Incoming::Commit(applied) => f.debug_tuple("Commit").field(applied).finish(),
        }
    }
}
