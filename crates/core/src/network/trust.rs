//! What a device trusts: the newest manifest and key note it has proof for, and the log position that
//! proves them.
//!
//! A newcomer has nothing but the network id from an invitation or a card ([`Trust::begin`]). From then
//! on every step is linked to the last: a longer log must come with proof that it continues the one
//! known ([`Trust::advance`]), so a relay cannot show one device a log of its own without being
//! noticed. Manifests and key notes never go backwards.
//!
//! `GET /v1/network` carries no such proof. [`Trust::accept`] therefore only compares it: nothing new,
//! or something new that [`Trust::advance`] has to fetch, or a fork.
//!
//! A relay restored from a backup may lack the log's last entries. Devices then refuse it, until the
//! stewards sign a manifest that names a new log key: that begins a new log, and [`Trust::accept`]
//! starts over with it, under the same root keys.
//!
//! Past key notes of the last day are kept, because an alert is judged by the keys that held where it
//! stands in the log.

mod error;
mod kept;
mod renew;

use std::collections::BTreeSet;

use bystand_crypto::hash;
use bystand_crypto::notes::{Checkpoint, LogVerifier};
use bystand_crypto::tree::{TreeError, empty_root, leaf_hash, verify_consistency, verify_inclusion};
use bystand_wire::relay_api::{LogEntries, LogKind, LogLeaf, LoggedEntry, Network};
use bystand_wire::{Hash32, NetworkId, PassPurpose, Period, PublicKey, Timestamp, encode, limits};
use minicbor::{Decode, Encode};

use super::keynote::{IssuerEntry, KeyNoteError, KeyNoteStatus, VerifiedKeyNote};
use super::manifest::VerifiedManifest;

pub use error::TrustError;
pub use kept::TrustHead;

/// The most key notes kept: they are signed daily, and after every change of a team.
pub const KEY_NOTES: usize = 32;
/// After this age of the newest checkpoint clients warn, in milliseconds: a live network signs a key
/// note a day, so its log cannot stand still for longer.
pub const CHECKPOINT_STALE_MS: u64 = limits::KEY_NOTE_STALE_MS;

/// How far the log is known.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct Position {
    /// Entries.
    #[n(0)]
    pub size: u64,
    /// Root of the tree of that size.
    #[n(1)]
    pub root: Hash32,
    /// When the relay said so.
    #[n(2)]
    pub time: Timestamp,
}

/// What [`Trust::accept`] found.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Accepted {
    /// Nothing new.
    Unchanged,
    /// The log has grown: fetch its entries with a consistency proof from this size.
    Grown {
        /// The size known.
        from: u64,
    },
    /// The network has begun a new log, with a new manifest: everything was taken over.
    NewLog,
}

/// What is new after [`Trust::advance`].
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Advance {
    /// There is a newer manifest, of this version.
    pub manifest: Option<u64>,
    /// There is a newer key note, of this version.
    pub key_note: Option<u64>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
struct Placed<T> {
    index: u64,
    value: T,
}

/// What a device trusts. See the module's description.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Trust {
    manifest: Placed<VerifiedManifest>,
    /// Ascending by index and version; the last is the one in force.
    key_notes: Vec<Placed<VerifiedKeyNote>>,
    position: Position,
    /// Registrars of earlier manifests, as far as those were read.
    past_registrars: BTreeSet<PublicKey>,
}

impl Trust {
    /// A newcomer's first step: trust in the network id alone.
    ///
    /// # Errors
    /// [`TrustError`].
    pub fn begin(network: &NetworkId, answer: &Network, now: Timestamp) -> Result<Self, TrustError> {
        if answer.id != *network {
            return Err(TrustError::OtherNetwork);
        }
        expect_kind(&answer.manifest, LogKind::Manifest)?;
        let manifest = VerifiedManifest::open(network, &answer.manifest.entry.body, now)?;
        let position = open_checkpoint(&answer.checkpoint, &manifest.manifest().log, now)?;
        check_inclusion(&answer.manifest, &position)?;
        let manifest = Placed { index: answer.manifest.index, value: manifest };
        let mut key_notes = Vec::new();
        if let Some(entry) = &answer.key_note {
            expect_kind(entry, LogKind::KeyNote)?;
            check_inclusion(entry, &position)?;
            match open_key_note(entry, &manifest, now) {
                Ok(value) => key_notes.push(Placed { index: entry.index, value }),
                // Of an earlier operations key: the new one's first key note is still to come.
                Err(_) if entry.index < manifest.index => {}
                Err(error) => return Err(error),
            }
        }
        Ok(Self { manifest, key_notes, position, past_registrars: BTreeSet::new() })
    }

    /// The founder's trust, before there is a relay: in what its own device has just signed. They will
    /// be the first two entries of the log, and the empty log begins every log.
    pub fn founded(manifest: VerifiedManifest, key_note: VerifiedKeyNote) -> Self {
        let position = Position { size: 0, root: empty_root(), time: Timestamp(0) };
        let key_notes = vec![Placed { index: 1, value: key_note }];
        let manifest = Placed { index: 0, value: manifest };
        Self { manifest, key_notes, position, past_registrars: BTreeSet::new() }
    }

    /// Compares what `GET /v1/network` says with what is known. Takes nothing over, unless the network
    /// has begun a new log.
    ///
    /// # Errors
    /// [`TrustError`]; what is known stays as it is.
    pub fn accept(&mut self, answer: &Network, now: Timestamp) -> Result<Accepted, TrustError> {
        if answer.id != *self.network() {
            return Err(TrustError::OtherNetwork);
        }
        match open_checkpoint(&answer.checkpoint, &self.manifest().manifest().log, now) {
            Ok(offered) => {
                self.check_not_backwards(&offered)?;
                if offered.size > self.position.size {
                    return Ok(Accepted::Grown { from: self.position.size });
                }
                self.position.time = offered.time;
                Ok(Accepted::Unchanged)
            }
            Err(error) => self.accept_new_log(answer, now)?.ok_or(error),
        }
    }

    /// A new log, if the answer's manifest is newer and names another log key.
    fn accept_new_log(&mut self, answer: &Network, now: Timestamp) -> Result<Option<Accepted>, TrustError> {
        let offered = VerifiedManifest::open(self.network(), &answer.manifest.entry.body, now)?;
        let held = self.manifest();
        let is_newer = offered.manifest().version > held.manifest().version;
        if !is_newer || offered.manifest().log == held.manifest().log {
            return Ok(None);
        }
        offered.supersedes(held)?;
        let fresh = Self::begin(self.network(), answer, now)?;
        if let (Some(new), Some(old)) = (fresh.newest_key_note(), self.newest_key_note()) {
            new.supersedes(old)?;
        }
        let past = self.registrars_ever().copied().collect();
        *self = Self { past_registrars: past, ..fresh };
        Ok(Some(Accepted::NewLog))
    }

    /// Goes on in the log: checks the answer's checkpoint, that it continues the log known, and that
    /// every entry is in it; then takes over manifests and key notes among the entries. `from` is the
    /// size that the consistency proof was asked for.
    ///
    /// # Errors
    /// [`TrustError`]. What is known stays as it is, but for the position, which is right
    /// even when an entry is not.
    pub fn advance(
        &mut self,
        from: Option<u64>,
        answer: &LogEntries,
        now: Timestamp,
    ) -> Result<Advance, TrustError> {
        let offered = open_checkpoint(&answer.checkpoint, &self.manifest().manifest().log, now)?;
        self.check_not_backwards(&offered)?;
        if offered.size > self.position.size {
            if from != Some(self.position.size) {
                return Err(TrustError::NotAsAsked);
            }
            let Position { size, root, .. } = self.position;
            verify_consistency(size, &root, offered.size, &offered.root, &answer.consistency)
                .map_err(|_| TrustError::Forked)?;
        }
        if !answer.entries.is_sorted_by(|a, b| a.index < b.index) {
            return Err(TrustError::NotAsAsked);
        }
        for entry in &answer.entries {
            check_inclusion(entry, &offered)?;
        }
        self.position = offered;
        self.take_over(&answer.entries, now)
    }

    /// Shorter, older, or of the same size with another root.
    fn check_not_backwards(&self, offered: &Position) -> Result<(), TrustError> {
        let held = &self.position;
        if offered.size < held.size {
            return Err(TrustError::LogShrank { held: held.size, offered: offered.size });
        }
        if offered.size == held.size && offered.root != held.root {
            return Err(TrustError::Forked);
        }
        if offered.time < held.time {
            return Err(TrustError::TimeRewound { held: held.time, offered: offered.time });
        }
        Ok(())
    }

    /// Takes over manifests, then key notes. Entries that an earlier operations key signed do not hold
    /// under the newest manifest and are left out; only when the *newest* entry of its kind does not
    /// hold, and is newer than what is known and than the manifest, is something wrong.
    fn take_over(&mut self, entries: &[LoggedEntry], now: Timestamp) -> Result<Advance, TrustError> {
        let mut advance = Advance::default();
        for (entry, is_newest) in of_kind(entries, LogKind::Manifest) {
            match self.take_manifest(entry, now) {
                Ok(version) => advance.manifest = version.or(advance.manifest),
                Err(error) if is_newest => return Err(error),
                Err(_) => {}
            }
        }
        let known = self.key_note_index().unwrap_or_default().max(self.manifest.index);
        for (entry, is_newest) in of_kind(entries, LogKind::KeyNote) {
            match self.take_key_note(entry, now) {
                Ok(version) => advance.key_note = version.or(advance.key_note),
                Err(error) if is_newest && entry.index > known => return Err(error),
                Err(_) => {}
            }
        }
        Ok(advance)
    }

    fn take_manifest(&mut self, entry: &LoggedEntry, now: Timestamp) -> Result<Option<u64>, TrustError> {
        if entry.index <= self.manifest.index {
            let earlier = VerifiedManifest::open(self.network(), &entry.entry.body, now)?;
            self.past_registrars.extend(&earlier.manifest().registrars);
            return Ok(None);
        }
        let value = VerifiedManifest::open(self.network(), &entry.entry.body, now)?;
        value.supersedes(self.manifest())?;
        let version = value.manifest().version;
        // Key notes are read again under the new manifest: one of an earlier operations key is dropped.
        self.key_notes.retain_mut(|held| match VerifiedKeyNote::reopen(held.value.bytes(), &value) {
            Ok(again) => {
                held.value = again;
                true
            }
            Err(_) => false,
        });
        let before = std::mem::replace(&mut self.manifest, Placed { index: entry.index, value });
        self.past_registrars.extend(&before.value.manifest().registrars);
        Ok(Some(version))
    }

    fn take_key_note(&mut self, entry: &LoggedEntry, now: Timestamp) -> Result<Option<u64>, TrustError> {
        let at = match self.key_notes.binary_search_by_key(&entry.index, |held| held.index) {
            Ok(_) => return Ok(None),
            Err(at) => at,
        };
        let value = open_key_note(entry, &self.manifest, now)?;
        if let Some(before) = at.checked_sub(1).and_then(|i| self.key_notes.get(i)) {
            value.supersedes(&before.value)?;
        }
        if let Some(after) = self.key_notes.get(at) {
            after.value.supersedes(&value)?;
        }
        let is_last = at == self.key_notes.len();
        let version = value.note().version;
        self.key_notes.insert(at, Placed { index: entry.index, value });
        if self.key_notes.len() > KEY_NOTES {
            self.key_notes.remove(0);
        }
        Ok(is_last.then_some(version))
    }

    /// The network.
    pub fn network(&self) -> &NetworkId {
        self.manifest.value.network()
    }

    /// The newest manifest.
    pub fn manifest(&self) -> &VerifiedManifest {
        &self.manifest.value
    }

    /// The registrars of the newest manifest and of the earlier ones that were read: what any of them
    /// signed was good in its time.
    pub fn registrars_ever(&self) -> impl Iterator<Item = &PublicKey> + Clone {
        let now = &self.manifest().manifest().registrars;
        self.past_registrars.iter().filter(|past| !now.contains(past)).chain(now)
    }

    /// Where the newest manifest stands in the log.
    pub fn manifest_index(&self) -> u64 {
        self.manifest.index
    }

    /// The newest key note, whether or not it still counts.
    pub fn newest_key_note(&self) -> Option<&VerifiedKeyNote> {
        self.key_notes.last().map(|held| &held.value)
    }

    /// Where the newest key note stands in the log.
    pub fn key_note_index(&self) -> Option<u64> {
        self.key_notes.last().map(|held| held.index)
    }

    /// The newest key note, if it counts now.
    ///
    /// # Errors
    /// [`TrustError::NoKeyNote`], [`KeyNoteError::Expired`].
    pub fn key_note(&self, now: Timestamp) -> Result<&VerifiedKeyNote, TrustError> {
        let newest = self.newest_key_note().ok_or(TrustError::NoKeyNote)?;
        if newest.status(now) == KeyNoteStatus::Expired {
            return Err(KeyNoteError::Expired(newest.note().valid_until).into());
        }
        Ok(newest)
    }

    /// The key note that was in force at a place in the log, if it is known.
    pub fn key_note_before(&self, index: u64) -> Option<&VerifiedKeyNote> {
        self.key_notes.iter().rev().find(|held| held.index < index).map(|held| &held.value)
    }

    /// The issuer key to ask for a pass: from the newest key note, which is in the log for everybody
    /// to see, so that nobody can be marked with an issuer key of their own.
    ///
    /// # Errors
    /// As [`key_note`](Self::key_note); `Ok(None)` when there is none for that purpose and period.
    pub fn issuer(
        &self,
        purpose: PassPurpose,
        period: Period,
        now: Timestamp,
    ) -> Result<Option<&IssuerEntry>, TrustError> {
        Ok(self.key_note(now)?.issuer(purpose, period))
    }

    /// How far the log is known.
    pub fn position(&self) -> Position {
        self.position
    }

    /// Whether the relay has said nothing new for so long that somebody may be withholding it.
    pub fn is_stale(&self, now: Timestamp) -> bool {
        now.since_ms(self.position.time) > CHECKPOINT_STALE_MS
    }
}

/// The hash of an entry's leaf in the log.
pub fn entry_leaf(kind: LogKind, body: &[u8]) -> Hash32 {
    leaf_hash(&encode(&LogLeaf { kind, body_hash: hash::plain_sha256(body) }))
}

fn check_inclusion(entry: &LoggedEntry, position: &Position) -> Result<(), TrustError> {
    let leaf = entry_leaf(entry.entry.kind, &entry.entry.body);
    verify_inclusion(&leaf, entry.index, position.size, &entry.proof, &position.root)
        .map_err(|_: TreeError| TrustError::NotInLog(entry.index))
}

fn open_checkpoint(note: &str, log: &LogVerifier, now: Timestamp) -> Result<Position, TrustError> {
    let checkpoint = Checkpoint::open(note.as_bytes(), log).map_err(TrustError::Checkpoint)?;
    let relay_time = checkpoint.time;
    if relay_time > now.plus_ms(limits::CLOCK_SKEW_MS) {
        return Err(TrustError::ClockSkew { relay_time });
    }
    Ok(Position { size: checkpoint.size, root: checkpoint.root, time: relay_time })
}

/// A key note that comes after the manifest is judged in full. One from before it, or an expired one,
/// is taken for what is left of it: its streams, past keys, and the registrars who still are; asking
/// for one that counts now is [`Trust::key_note`].
fn open_key_note(
    entry: &LoggedEntry,
    manifest: &Placed<VerifiedManifest>,
    now: Timestamp,
) -> Result<VerifiedKeyNote, TrustError> {
    let bytes = &entry.entry.body;
    if entry.index < manifest.index {
        return Ok(VerifiedKeyNote::reopen(bytes, &manifest.value)?);
    }
    match VerifiedKeyNote::open(bytes, &manifest.value, now) {
        Err(KeyNoteError::Expired(_)) => Ok(VerifiedKeyNote::reopen(bytes, &manifest.value)?),
        opened => Ok(opened?),
    }
}

fn expect_kind(entry: &LoggedEntry, kind: LogKind) -> Result<(), TrustError> {
    if entry.entry.kind == kind { Ok(()) } else { Err(TrustError::NotAsAsked) }
}

/// The entries of a kind, and for each whether it is the last.
fn of_kind(entries: &[LoggedEntry], kind: LogKind) -> impl Iterator<Item = (&LoggedEntry, bool)> {
    let last = entries.iter().rev().find(|e| e.entry.kind == kind).map(|e| e.index);
    entries.iter().filter(move |e| e.entry.kind == kind).map(move |e| (e, Some(e.index) == last))
}
