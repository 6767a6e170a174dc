//! What a newcomer is told inside the Welcome: a GroupInfo extension that only those added can read.

use core::fmt;

use bystand_wire::{BlobId, DecodeError, Hash32, PublicKey, StreamId, decode, encode};
use minicbor::{Decode, Encode};
use mls_rs::Extension;
use mls_rs::extension::ExtensionType;
use mls_rs::group::GroupInfo;
use zeroize::{Zeroize, ZeroizeOnDrop};

/// The type of our GroupInfo extension (private use, RFC 9420 §17.3).
pub(super) const EXTENSION_TYPE: ExtensionType = ExtensionType::new(0xf0b5);

/// Where the tree is and how to read it. The tree's hash is in the Welcome's own GroupContext.
#[derive(Clone, PartialEq, Eq, Encode, Decode, Zeroize, ZeroizeOnDrop)]
#[cbor(map)]
pub struct TreeLocation {
    /// The blob (the first, when the tree takes several; how they follow is the caller's matter).
    #[n(0)]
    #[zeroize(skip)]
    pub blob: BlobId,
    /// The key it is encrypted with.
    #[cbor(n(1), with = "minicbor::bytes")]
    pub key: [u8; 32],
}

impl fmt::Debug for TreeLocation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("TreeLocation").field("blob", &self.blob).finish_non_exhaustive()
    }
}

/// The key members sign their appends with, so that the relay takes frames from members only and
/// cannot tell which. It comes from the exporter of the epoch after the last removal.
#[derive(Clone, PartialEq, Eq, Encode, Decode, Zeroize, ZeroizeOnDrop)]
#[cbor(map)]
pub struct AppendKey {
    #[n(0)]
    epoch: u64,
    #[cbor(n(1), with = "minicbor::bytes")]
    seed: [u8; 32],
}

impl AppendKey {
    pub(super) fn new(epoch: u64, seed: [u8; 32]) -> Self {
        Self { epoch, seed }
    }

    /// The epoch it was made in.
    pub fn epoch(&self) -> u64 {
        self.epoch
    }

    /// The Ed25519 seed (RFC 8032). Secret.
    pub fn seed(&self) -> &[u8; 32] {
        &self.seed
    }

    /// What the relay is given.
    pub fn public(&self) -> PublicKey {
        PublicKey(ed25519_dalek::SigningKey::from_bytes(&self.seed).verifying_key().to_bytes())
    }
}

impl fmt::Debug for AppendKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("AppendKey").field("epoch", &self.epoch).finish_non_exhaustive()
    }
}

/// What a Welcome says before the tree is fetched. Trustworthy only once [`super::Room::join`] succeeds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Hello {
    /// The room.
    pub room: StreamId,
    /// The epoch it lets us in.
    pub epoch: u64,
    /// Where the tree is.
    pub tree: TreeLocation,
    /// Which of our key packages was used ([`super::KeyPackageSecret::id`]): it must be forgotten now.
    pub key_package: Hash32,
    /// How the append key is found.
    pub(super) append: AppendHint,
}

/// The append key as a newcomer learns it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum AppendHint {
    /// It is older than the newcomer's first epoch, so it is told.
    Told(AppendKey),
    /// It is that of the newcomer's first epoch, whose exporter the newcomer has.
    ThisEpoch,
}

/// The extension's body, canonical CBOR.
#[derive(Encode, Decode)]
#[cbor(map)]
struct Body {
    #[n(0)]
    room: StreamId,
    #[n(1)]
    tree: TreeLocation,
    #[n(2)]
    append: Option<AppendKey>,
}

/// Makes the extension.
pub(super) fn extension(room: StreamId, tree: &TreeLocation, append: &AppendHint) -> Extension {
    let append = match append {
        AppendHint::Told(key) => Some(key.clone()),
        AppendHint::ThisEpoch => None,
    };
    Extension::new(EXTENSION_TYPE, encode(&Body { room, tree: tree.clone(), append }))
}

/// Reads the extension out of a GroupInfo and checks that it speaks of the same room.
pub(super) fn read(info: &GroupInfo, key_package: Hash32) -> Result<Hello, DecodeError> {
    let extension = info.extensions().get(EXTENSION_TYPE).ok_or(DecodeError::NotCanonical)?;
    let body: Body = decode(extension.extension_data())?;
    let context = info.group_context();
    let append = match body.append {
        Some(key) if key.epoch < context.epoch() => AppendHint::Told(key),
        Some(_) => return Err(DecodeError::NotCanonical),
        None => AppendHint::ThisEpoch,
    };
    if context.group_id() != body.room.as_bytes() {
        return Err(DecodeError::NotCanonical);
    }
    Ok(Hello { room: body.room, epoch: context.epoch(), tree: body.tree, key_package, append })
}
