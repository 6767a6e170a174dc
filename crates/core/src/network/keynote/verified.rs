//! A key note that was checked: against its manifest, the clock, and the one held before.

use std::sync::Arc;

use bystand_crypto::hash;
use bystand_crypto::passes::IssuerPublicKey;
use bystand_crypto::sign::Signed;
use bystand_wire::codec::decode_within;
use bystand_wire::{Hash32, PassPurpose, Period, PublicKey, Timestamp, limits};

use super::{DeskKeys, HostKeys, IssuerEntry, KeyNote, KeyNoteError, RegistrarKeys};
use crate::network::manifest::VerifiedManifest;

/// How old a key note is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum KeyNoteStatus {
    /// Fresh.
    Current,
    /// Older than [`limits::KEY_NOTE_STALE_MS`]: warn.
    Stale,
    /// Over: do not use it.
    Expired,
}

/// A key note signed by the operations key and within its limits. Only [`VerifiedKeyNote::open`] and
/// [`VerifiedKeyNote::reopen`] make one. Its copies share what it says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct VerifiedKeyNote {
    note: Arc<KeyNote>,
    bytes: Arc<[u8]>,
    single_keyholder: bool,
}

impl VerifiedKeyNote {
    /// Checks a key note that just arrived: signature, limits, and the rules about registrars.
    ///
    /// # Errors
    /// [`KeyNoteError`], all but the ones about an older key note.
    pub fn open(bytes: &[u8], manifest: &VerifiedManifest, now: Timestamp) -> Result<Self, KeyNoteError> {
        let note = read(bytes, manifest)?;
        note.check_registrars(manifest)?;
        if note.issued_at > now.plus_ms(limits::CLOCK_SKEW_MS) {
            return Err(KeyNoteError::FromTheFuture { issued_at: note.issued_at });
        }
        let opened = Self::from_note(note, bytes, manifest);
        if opened.status(now) == KeyNoteStatus::Expired {
            return Err(KeyNoteError::Expired(opened.note.valid_until));
        }
        Ok(opened)
    }

    /// As [`open`](Self::open), for one that was kept, or that stands in the log before the manifest:
    /// without a look at the clock (ask [`status`](Self::status)), and without the entries of
    /// registrars whom the manifest has taken out since. So the network can go on with the others
    /// until the next key note. That one registrar cannot publish alone does not rest on this: the
    /// quorum of every alert checks it again.
    ///
    /// # Errors
    /// [`KeyNoteError::Decode`], [`KeyNoteError::Signature`], [`KeyNoteError::Field`].
    pub fn reopen(bytes: &[u8], manifest: &VerifiedManifest) -> Result<Self, KeyNoteError> {
        let mut note = read(bytes, manifest)?;
        note.registrars.retain(|r| manifest.is_registrar(&r.device));
        note.issuers.retain(|i| manifest.is_registrar(&i.registrar));
        Ok(Self::from_note(note, bytes, manifest))
    }

    fn from_note(note: KeyNote, bytes: &[u8], manifest: &VerifiedManifest) -> Self {
        Self { note: Arc::new(note), bytes: bytes.into(), single_keyholder: manifest.is_single_keyholder() }
    }

    /// Whether this one may take the place of `held`.
    ///
    /// # Errors
    /// [`KeyNoteError::Backwards`], [`KeyNoteError::TwoOfOneVersion`]. The same one again is no error.
    pub fn supersedes(&self, held: &VerifiedKeyNote) -> Result<(), KeyNoteError> {
        let (offered, held_version) = (self.note.version, held.note.version);
        if offered < held_version {
            return Err(KeyNoteError::Backwards { held: held_version, offered });
        }
        if offered == held_version && self.bytes != held.bytes {
            return Err(KeyNoteError::TwoOfOneVersion(offered));
        }
        Ok(())
    }

    /// How old it is.
    pub fn status(&self, now: Timestamp) -> KeyNoteStatus {
        if now >= self.note.valid_until.plus_ms(limits::CLOCK_SKEW_MS) {
            KeyNoteStatus::Expired
        } else if now.since_ms(self.note.issued_at) > limits::KEY_NOTE_STALE_MS {
            KeyNoteStatus::Stale
        } else {
            KeyNoteStatus::Current
        }
    }

    /// What it says.
    pub fn note(&self) -> &KeyNote {
        &self.note
    }

    /// The signed bytes, as logged.
    pub fn bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// What the log names it by.
    pub fn hash(&self) -> Hash32 {
        hash::plain_sha256(&self.bytes)
    }

    /// Whether one registrar holds both halves of the quorum, so that every alert must say so.
    pub fn is_single_keyholder(&self) -> bool {
        self.single_keyholder
    }

    /// The issuer key for a purpose and period, with the registrar who holds its secret.
    pub fn issuer(&self, purpose: PassPurpose, period: Period) -> Option<&IssuerEntry> {
        let found = self.note.issuers.binary_search_by_key(&(purpose, period), |i| (i.purpose, i.period));
        found.ok().and_then(|at| self.note.issuers.get(at))
    }

    /// The issuer key for a purpose and period.
    pub fn issuer_key(&self, purpose: PassPurpose, period: Period) -> Option<&IssuerPublicKey> {
        self.issuer(purpose, period).map(|entry| &entry.key)
    }

    /// The desk keys to use at `now`: of those that hold, the ones that began last.
    pub fn desk_keys_at(&self, now: Timestamp) -> Option<&DeskKeys> {
        let holds = |k: &&DeskKeys| k.not_before <= now && now < k.not_after;
        self.note.desk.iter().filter(holds).max_by_key(|k| k.not_before)
    }

    /// The host keys to use at `now`: of those that hold, the ones that began last.
    pub fn host_keys_at(&self, now: Timestamp) -> Option<&HostKeys> {
        let holds = |k: &&HostKeys| k.not_before <= now && now < k.not_after;
        self.note.hosts.iter().filter(holds).max_by_key(|k| k.not_before)
    }

    /// Whether a signature by this key may be the desk's: any of the listed sets, since what the desk
    /// signed just before a change arrives just after it.
    pub fn is_desk_key(&self, key: &PublicKey) -> bool {
        self.note.desk.iter().any(|k| k.desk_key == *key)
    }

    /// Whether a signature by this key may be the hosts'.
    pub fn is_host_key(&self, key: &PublicKey) -> bool {
        self.note.hosts.iter().any(|k| k.host_key == *key)
    }

    /// How to reach a registrar.
    pub fn registrar(&self, device: &PublicKey) -> Option<&RegistrarKeys> {
        self.note.registrars.iter().find(|r| r.device == *device)
    }

    /// Whether a certificate (by its hash) no longer counts.
    pub fn is_revoked(&self, certificate: &Hash32) -> bool {
        self.note.revoked.binary_search(certificate).is_ok()
    }
}

/// Signature and form; nothing about the clock or the registrars.
fn read(bytes: &[u8], manifest: &VerifiedManifest) -> Result<KeyNote, KeyNoteError> {
    let signed: Signed<KeyNote> = decode_within(bytes, limits::LOG_ENTRY_LEN)?;
    let note = signed.open(manifest.network(), &manifest.manifest().operations_key)?;
    note.check_form()?;
    Ok(note)
}
