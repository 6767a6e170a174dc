//! A manifest that was checked: against the network id, the clock, and the one held before.

use std::sync::Arc;

use bystand_crypto::hash;
use bystand_crypto::threshold::{RootSet, ThresholdSigned};
use bystand_wire::codec::decode_within;
use bystand_wire::{Hash32, NetworkId, PublicKey, Timestamp, ZoneId, encode, limits};

use super::{Manifest, ManifestError, ZoneInfo};

/// Whether a manifest still holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ManifestStatus {
    /// It holds.
    Current,
    /// It has expired: members' work stops, the public page takes reports for some days more.
    ExpiredReportsOnly {
        /// Until when reports are taken.
        until: Timestamp,
    },
    /// It has expired, and so has the time for reports.
    Expired,
}

/// A manifest signed by its network's root keys and within its limits. Only [`VerifiedManifest::open`]
/// and [`VerifiedManifest::reopen`] make one. Its copies share what it says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct VerifiedManifest {
    network: NetworkId,
    manifest: Arc<Manifest>,
    root_set: RootSet,
    bytes: Arc<[u8]>,
}

impl VerifiedManifest {
    /// Checks a manifest that just arrived. An expired one opens too: ask [`status`](Self::status).
    ///
    /// # Errors
    /// [`ManifestError`], all but the ones about an older manifest.
    pub fn open(network: &NetworkId, bytes: &[u8], now: Timestamp) -> Result<Self, ManifestError> {
        let opened = Self::reopen(network, bytes)?;
        let issued_at = opened.manifest.issued_at;
        if issued_at > now.plus_ms(limits::CLOCK_SKEW_MS) {
            return Err(ManifestError::FromTheFuture { issued_at });
        }
        Ok(opened)
    }

    /// As [`open`](Self::open), for one that was kept: without a look at the clock, which may have
    /// been set back since.
    ///
    /// # Errors
    /// As [`open`](Self::open).
    pub fn reopen(network: &NetworkId, bytes: &[u8]) -> Result<Self, ManifestError> {
        let signed: ThresholdSigned<Manifest> = decode_within(bytes, limits::LOG_ENTRY_LEN)?;
        // Unverified only to learn which root set to ask; the chain proves itself to the network id.
        let roots = signed.unverified_body()?.roots;
        let root_set = roots.current(network)?;
        let manifest = signed.open(network, &root_set)?;
        manifest.check()?;
        Ok(Self { network: *network, manifest: Arc::new(manifest), root_set, bytes: bytes.into() })
    }

    /// Whether this one may take the place of `held`.
    ///
    /// # Errors
    /// [`ManifestError::OtherNetwork`], [`ManifestError::Backwards`],
    /// [`ManifestError::TwoOfOneVersion`], [`ManifestError::OtherRoots`]. The same manifest
    /// again is no error.
    pub fn supersedes(&self, held: &VerifiedManifest) -> Result<(), ManifestError> {
        if self.network != held.network {
            return Err(ManifestError::OtherNetwork);
        }
        let (offered, held_version) = (self.manifest.version, held.manifest.version);
        if offered < held_version {
            return Err(ManifestError::Backwards { held: held_version, offered });
        }
        if offered == held_version && self.manifest != held.manifest {
            return Err(ManifestError::TwoOfOneVersion(offered));
        }
        if self.continues_roots_of(held) { Ok(()) } else { Err(ManifestError::OtherRoots) }
    }

    /// Whether our chain of root sets goes through the other's. Changes are compared by what was
    /// signed: a signature that was added to one later makes no difference.
    fn continues_roots_of(&self, held: &VerifiedManifest) -> bool {
        let (ours, theirs) = (&self.manifest.roots, &held.manifest.roots);
        ours.changes.len() >= theirs.changes.len()
            && ours.changes.iter().zip(&theirs.changes).all(|(a, b)| a.body_hash() == b.body_hash())
    }

    /// Whether it still holds.
    pub fn status(&self, now: Timestamp) -> ManifestStatus {
        let until = self.manifest.expires_at.plus_ms(limits::MANIFEST_REPORT_GRACE_MS);
        if now < self.manifest.expires_at {
            ManifestStatus::Current
        } else if now < until {
            ManifestStatus::ExpiredReportsOnly { until }
        } else {
            ManifestStatus::Expired
        }
    }

    /// The network.
    pub fn network(&self) -> &NetworkId {
        &self.network
    }

    /// What it says.
    pub fn manifest(&self) -> &Manifest {
        &self.manifest
    }

    /// The root keys that signed it.
    pub fn root_set(&self) -> &RootSet {
        &self.root_set
    }

    /// The signed bytes, as logged.
    pub fn bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// Hash of what was signed, without the signatures.
    pub fn body_hash(&self) -> Hash32 {
        hash::plain_sha256(&encode(&*self.manifest))
    }

    /// Whether a device is a registrar.
    pub fn is_registrar(&self, device: &PublicKey) -> bool {
        self.manifest.registrars.binary_search(device).is_ok()
    }

    /// Whether one registrar holds both halves of the quorum, so that every alert must say so.
    pub fn is_single_keyholder(&self) -> bool {
        self.manifest.registrars.len() == 1
    }

    /// A zone by its stable name.
    pub fn zone(&self, id: &ZoneId) -> Option<&ZoneInfo> {
        self.manifest.zones.iter().find(|z| z.id == *id)
    }
}
