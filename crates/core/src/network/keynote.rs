//! The key note: which keys the teams use now. Signed by the operations key, re-signed daily, logged.
//!
//! It is opened against the manifest that names the operations key and the registrars. Its issuer
//! keys follow one rule that keeps a single bad registrar from publishing alone: the keys that
//! certify finding and publish passes of one week belong to different registrars, unless the
//! network has only one, and then every alert says so.

use bystand_crypto::hash;
use bystand_crypto::passes::IssuerPublicKey;
use bystand_crypto::seal::SealPublicKey;
use bystand_crypto::sign::{SignError, Signed, Statement};
use bystand_wire::codec::decode_within;
use bystand_wire::{DecodeError, Hash32, PassPurpose, Period, PublicKey, StreamId, Timestamp, limits};
use minicbor::{Decode, Encode};

use super::manifest::VerifiedManifest;

/// The most key sets of one team: the current, the next, and some that just ended.
pub const TEAM_KEY_SETS: usize = 8;
/// The most issuer keys: six purposes, twelve weeks ahead, and room for what has just ended.
pub const ISSUERS: usize = 256;
/// The most revoked certificates; each is listed until it would have ended anyway.
pub const REVOKED: usize = 4_096;
/// The longest push key, in bytes (a VAPID key is an uncompressed P-256 point of 65).
pub const PUSH_KEY_LEN: usize = 128;

/// Which keys the teams use now. Plain data: trust it as a [`VerifiedKeyNote`] only.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct KeyNote {
    /// Goes up with every key note, also when only the dates are new.
    #[n(0)]
    pub version: u64,
    /// When it was signed.
    #[n(1)]
    pub issued_at: Timestamp,
    /// First moment at which it no longer counts: at most [`limits::KEY_NOTE_MS`] later.
    #[n(2)]
    pub valid_until: Timestamp,
    /// The teams' streams.
    #[n(3)]
    pub streams: NetworkStreams,
    /// Desk keys: the current and the next.
    #[n(4)]
    pub desk: Vec<DeskKeys>,
    /// Host keys: the current and the next.
    #[n(5)]
    pub hosts: Vec<HostKeys>,
    /// The registrars, ascending by device.
    #[n(6)]
    pub registrars: Vec<RegistrarKeys>,
    /// Issuer keys, ascending by purpose and period, one for each.
    #[n(7)]
    pub issuers: Vec<IssuerEntry>,
    /// Wakes phones (VAPID); absent until a host has made one.
    #[cbor(n(8), with = "minicbor::bytes")]
    pub push_key: Option<Vec<u8>>,
    /// Hashes of certificates that no longer count, ascending.
    #[n(9)]
    pub revoked: Vec<Hash32>,
}

impl Statement for KeyNote {
    const PURPOSE: &'static str = "key-note";
}

/// Where everything is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct NetworkStreams {
    /// The dispatchers' room and casebook.
    #[n(0)]
    pub desk: TeamStreams,
    /// The hosts'.
    #[n(1)]
    pub hosts: TeamStreams,
    /// The registrars'.
    #[n(2)]
    pub registrars: TeamStreams,
    /// Where neighbors' reports go.
    #[n(3)]
    pub drop: StreamId,
    /// Where the desk leaves call-outs and heads-ups for the hosts.
    #[n(4)]
    pub hosts_inbox: StreamId,
    /// Where hosts announce day rooms; public.
    #[n(5)]
    pub day_notes: StreamId,
    /// Where teams and members write to the registrars.
    #[n(6)]
    pub registrars_inbox: StreamId,
}

/// One team's streams.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct TeamStreams {
    /// Commits and messages.
    #[n(0)]
    pub room: StreamId,
    /// Requests to join.
    #[n(1)]
    pub door: StreamId,
    /// Welcomes to newcomers.
    #[n(2)]
    pub welcome: StreamId,
    /// Entries.
    #[n(3)]
    pub casebook: StreamId,
}

/// The desk's keys of one week.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct DeskKeys {
    /// Reports are sealed to it.
    #[n(0)]
    pub report_key: SealPublicKey,
    /// Signs receipts, answers and call-outs.
    #[n(1)]
    pub desk_key: PublicKey,
    /// First moment.
    #[n(2)]
    pub not_before: Timestamp,
    /// First moment after it.
    #[n(3)]
    pub not_after: Timestamp,
}

/// The hosts' keys of one week.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct HostKeys {
    /// Requests to join day rooms are sealed to it.
    #[n(0)]
    pub door_key: SealPublicKey,
    /// Signs day notes and epoch authenticators.
    #[n(1)]
    pub host_key: PublicKey,
    /// First moment.
    #[n(2)]
    pub not_before: Timestamp,
    /// First moment after it.
    #[n(3)]
    pub not_after: Timestamp,
}

/// How to reach a registrar.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct RegistrarKeys {
    /// Its device, as the manifest lists it.
    #[n(0)]
    pub device: PublicKey,
    /// Requests are sealed to it.
    #[n(1)]
    pub sealing_key: SealPublicKey,
    /// Which passes it certifies, ascending.
    #[n(2)]
    pub purposes: Vec<PassPurpose>,
}

/// One issuer key.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct IssuerEntry {
    /// What it certifies.
    #[n(0)]
    pub purpose: PassPurpose,
    /// For when.
    #[n(1)]
    pub period: Period,
    /// Whose device holds the secret.
    #[n(2)]
    pub registrar: PublicKey,
    /// RSA-2048.
    #[n(3)]
    pub key: IssuerPublicKey,
}

/// Why a key note is not taken.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum KeyNoteError {
    /// Not readable, or too large.
    #[error("the key note cannot be read: {0}")]
    Decode(#[from] DecodeError),
    /// Not signed by the manifest's operations key.
    #[error("the key note is not signed by this network's operations key: {0}")]
    Signature(#[from] SignError),
    /// A field is out of its limits.
    #[error("the key note's {0} is missing, too long, or not of the right form")]
    Field(&'static str),
    /// Names a registrar that the manifest does not list.
    #[error("the key note names a registrar that the manifest does not list")]
    UnknownRegistrar,
    /// One registrar certifies both finding and publish passes of a period.
    #[error("one registrar certifies both finding and publish passes for {0}")]
    OneIssuerForBoth(Period),
    /// Issued later than now allows.
    #[error("the key note was issued at {issued_at}, which is in the future: check this device's clock")]
    FromTheFuture {
        /// When it says it was issued.
        issued_at: Timestamp,
    },
    /// Over.
    #[error("the key note ended at {0}: the registrars' box has not renewed it")]
    Expired(Timestamp),
    /// An older one than the one held.
    #[error("the key note goes backwards: version {offered} after version {held}")]
    Backwards {
        /// Version held.
        held: u64,
        /// Version offered.
        offered: u64,
    },
    /// The same version with other content.
    #[error("two different key notes have version {0}")]
    TwoOfOneVersion(u64),
}

impl KeyNoteError {
    /// The stable code.
    pub fn code(&self) -> &'static str {
        match self {
            KeyNoteError::Decode(_) => "key-note-malformed",
            KeyNoteError::Signature(_) => "key-note-signature",
            KeyNoteError::Field(_) => "key-note-field",
            KeyNoteError::UnknownRegistrar => "key-note-registrar",
            KeyNoteError::OneIssuerForBoth(_) => "key-note-one-issuer",
            KeyNoteError::FromTheFuture { .. } => "key-note-future",
            KeyNoteError::Expired(_) => "key-note-expired",
            KeyNoteError::Backwards { .. } => "key-note-backwards",
            KeyNoteError::TwoOfOneVersion(_) => "key-note-two-of-one-version",
        }
    }
}

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
/// [`VerifiedKeyNote::reopen`] make one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct VerifiedKeyNote {
    note: KeyNote,
    bytes: Vec<u8>,
    single_keyholder: bool,
}

impl KeyNote {
    /// Checks every limit, form and rule against the manifest. The registrars' box calls it before it
    /// signs; opening does it again.
    ///
    /// # Errors
    /// [`KeyNoteError::Field`], [`KeyNoteError::UnknownRegistrar`],
    /// [`KeyNoteError::OneIssuerForBoth`].
    pub fn check(&self, manifest: &VerifiedManifest) -> Result<(), KeyNoteError> {
        self.check_form()?;
        self.check_registrars(manifest)
    }

    fn check_form(&self) -> Result<(), KeyNoteError> {
        let window = |from: Timestamp, to: Timestamp| from < to;
        let checks = [
            ("version", self.version > 0),
            ("dates", (1..=limits::KEY_NOTE_MS).contains(&self.valid_until.since_ms(self.issued_at))),
            (
                "desk keys",
                self.desk.len() <= TEAM_KEY_SETS
                    && self.desk.iter().all(|k| window(k.not_before, k.not_after)),
            ),
            (
                "host keys",
                self.hosts.len() <= TEAM_KEY_SETS
                    && self.hosts.iter().all(|k| window(k.not_before, k.not_after)),
            ),
            (
                "registrars",
                self.registrars.is_sorted_by(|a, b| a.device < b.device)
                    && self.registrars.iter().all(|r| r.purposes.is_sorted_by(|a, b| a < b)),
            ),
            (
                "issuer keys",
                self.issuers.len() <= ISSUERS
                    && self.issuers.is_sorted_by(|a, b| (a.purpose, a.period) < (b.purpose, b.period))
                    && self.issuers.iter().all(|i| period_fits(i.purpose, i.period)),
            ),
            ("push key", self.push_key.as_ref().is_none_or(|k| (1..=PUSH_KEY_LEN).contains(&k.len()))),
            ("revocations", self.revoked.len() <= REVOKED && self.revoked.is_sorted_by(|a, b| a < b)),
        ];
        match checks.iter().find(|(_, holds)| !holds) {
            Some((field, _)) => Err(KeyNoteError::Field(field)),
            None => Ok(()),
        }
    }

    fn check_registrars(&self, manifest: &VerifiedManifest) -> Result<(), KeyNoteError> {
        let known = self.registrars.iter().all(|r| manifest.is_registrar(&r.device))
            && self.issuers.iter().all(|i| manifest.is_registrar(&i.registrar));
        if !known {
            return Err(KeyNoteError::UnknownRegistrar);
        }
        if manifest.is_single_keyholder() {
            return Ok(());
        }
        let of = |purpose: PassPurpose| self.issuers.iter().filter(move |i| i.purpose == purpose);
        let shared = of(PassPurpose::Finding)
            .find(|f| of(PassPurpose::Publish).any(|p| p.period == f.period && p.registrar == f.registrar));
        shared.map_or(Ok(()), |entry| Err(KeyNoteError::OneIssuerForBoth(entry.period)))
    }
}

/// Signature and form; nothing about the clock or the registrars.
fn read(bytes: &[u8], manifest: &VerifiedManifest) -> Result<KeyNote, KeyNoteError> {
    let signed: Signed<KeyNote> = decode_within(bytes, limits::LOG_ENTRY_LEN)?;
    let note = signed.open(manifest.network(), &manifest.manifest().operations_key)?;
    note.check_form()?;
    Ok(note)
}

/// Cards live a quarter, everything else a week.
pub(crate) fn period_fits(purpose: PassPurpose, period: Period) -> bool {
    matches!(period, Period::Quarter(_)) == (purpose == PassPurpose::Card)
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
        Self { note, bytes: bytes.to_vec(), single_keyholder: manifest.is_single_keyholder() }
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
