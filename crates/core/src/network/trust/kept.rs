//! [`Trust`] as the vault keeps it: a short head that changes with every step in the log, and the
//! documents it names (the manifest with all zones, key notes), each of which never changes.

use std::collections::BTreeSet;

use bystand_wire::{DecodeError, NetworkId, PublicKey};
use minicbor::{Decode, Encode};

use super::{Placed, Position, Trust, TrustError};
use crate::network::keynote::VerifiedKeyNote;
use crate::network::manifest::VerifiedManifest;

/// Where a device stands in the log, and which documents belong to it.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct TrustHead {
    #[n(0)]
    network: NetworkId,
    #[n(1)]
    manifest: KeptAt,
    #[n(2)]
    key_notes: Vec<KeptAt>,
    #[n(3)]
    position: Position,
    #[n(4)]
    past_registrars: BTreeSet<PublicKey>,
}

/// A document by its place in the log and its version, which is its name in the vault: versions only
/// go up, so one name never stands for two documents.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
struct KeptAt {
    #[n(0)]
    index: u64,
    #[n(1)]
    version: u64,
}

impl Trust {
    /// The short part of what the vault keeps.
    pub fn head(&self) -> TrustHead {
        let version = self.manifest().manifest().version;
        TrustHead {
            network: *self.network(),
            manifest: KeptAt { index: self.manifest.index, version },
            key_notes: self
                .key_notes
                .iter()
                .map(|k| KeptAt { index: k.index, version: k.value.note().version })
                .collect(),
            position: self.position,
            past_registrars: self.past_registrars.clone(),
        }
    }

    /// The long parts of what the vault keeps, by name.
    pub fn documents(&self) -> impl Iterator<Item = (String, &[u8])> {
        let manifest = (manifest_name(self.manifest().manifest().version), self.manifest().bytes());
        let notes = self.key_notes.iter().map(|k| (note_name(k.value.note().version), k.value.bytes()));
        std::iter::once(manifest).chain(notes)
    }

    /// Reads what the vault kept; signatures are checked again.
    ///
    /// # Errors
    /// [`TrustError::Kept`], [`TrustError::Manifest`], [`TrustError::KeyNote`].
    pub fn from_kept<'a>(
        head: &TrustHead,
        document: impl Fn(&str) -> Option<&'a [u8]>,
    ) -> Result<Self, TrustError> {
        let find = |name: String| {
            document(&name).ok_or_else(|| DecodeError::Malformed(format!("{name} is missing")))
        };
        let manifest = VerifiedManifest::reopen(&head.network, find(manifest_name(head.manifest.version))?)?;
        let open = |kept: &KeptAt| -> Result<_, TrustError> {
            let value = VerifiedKeyNote::reopen(find(note_name(kept.version))?, &manifest)?;
            Ok(Placed { index: kept.index, value })
        };
        let key_notes = head.key_notes.iter().map(open).collect::<Result<_, _>>()?;
        let manifest = Placed { index: head.manifest.index, value: manifest };
        Ok(Self {
            manifest,
            key_notes,
            position: head.position,
            past_registrars: head.past_registrars.clone(),
        })
    }
}

fn manifest_name(version: u64) -> String {
    format!("manifest/{version}")
}

fn note_name(version: u64) -> String {
    format!("key-note/{version}")
}
