//! [`Trust`] as the vault keeps it.

use bystand_wire::{NetworkId, decode, encode};
use minicbor::{Decode, Encode};

use super::{Placed, Position, Trust, TrustError};
use crate::network::keynote::VerifiedKeyNote;
use crate::network::manifest::VerifiedManifest;

/// [`Trust`] as the vault keeps it.
#[derive(Encode, Decode)]
#[cbor(map)]
struct Kept {
    #[n(0)]
    network: NetworkId,
    #[n(1)]
    manifest: KeptEntry,
    #[n(2)]
    key_notes: Vec<KeptEntry>,
    #[n(3)]
    position: Position,
}

#[derive(Encode, Decode)]
#[cbor(map)]
struct KeptEntry {
    #[n(0)]
    index: u64,
    #[cbor(n(1), with = "minicbor::bytes")]
    bytes: Vec<u8>,
}

impl Trust {
    /// What the vault keeps.
    pub fn to_bytes(&self) -> Vec<u8> {
        let kept = |index: u64, bytes: &[u8]| KeptEntry { index, bytes: bytes.to_vec() };
        encode(&Kept {
            network: *self.network(),
            manifest: kept(self.manifest.index, self.manifest.value.bytes()),
            key_notes: self.key_notes.iter().map(|k| kept(k.index, k.value.bytes())).collect(),
            position: self.position,
        })
    }

    /// Reads what the vault kept; signatures are checked again.
    ///
    /// # Errors
    /// [`TrustError::Kept`], [`TrustError::Manifest`], [`TrustError::KeyNote`].
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, TrustError> {
        let kept: Kept = decode(bytes)?;
        let manifest = VerifiedManifest::reopen(&kept.network, &kept.manifest.bytes)?;
        let open = |entry: &KeptEntry| -> Result<_, TrustError> {
            let value = VerifiedKeyNote::reopen(&entry.bytes, &manifest)?;
            Ok(Placed { index: entry.index, value })
        };
        let key_notes = kept.key_notes.iter().map(open).collect::<Result<_, _>>()?;
        let manifest = Placed { index: kept.manifest.index, value: manifest };
        Ok(Self { manifest, key_notes, position: kept.position })
    }
}
