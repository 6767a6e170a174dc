//! The key note: which keys the teams use now. Signed by the operations key, re-signed daily, logged.
//!
//! It is opened against the manifest that names the operations key and the registrars. Its issuer
//! keys follow one rule that keeps a single bad registrar from publishing alone: the keys that
//! certify finding and publish passes of one week belong to different registrars, unless the
//! network has only one, and then every alert says so.

mod error;
mod verified;

use bystand_crypto::passes::IssuerPublicKey;
use bystand_crypto::seal::SealPublicKey;
use bystand_crypto::sign::Statement;
use bystand_wire::{Hash32, PassPurpose, Period, PublicKey, StreamId, Timestamp, limits};
use minicbor::{Decode, Encode};

use super::manifest::VerifiedManifest;

pub use error::KeyNoteError;
pub use verified::{KeyNoteStatus, VerifiedKeyNote};

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

impl NetworkStreams {
    /// Whether a stream is one of those that the network always has.
    pub fn has(&self, stream: &StreamId) -> bool {
        let teams = [&self.desk, &self.hosts, &self.registrars];
        let others = [self.drop, self.hosts_inbox, self.day_notes, self.registrars_inbox];
        teams.iter().any(|team| team.has(stream)) || others.contains(stream)
    }
}

impl TeamStreams {
    /// Whether a stream is one of these.
    pub fn has(&self, stream: &StreamId) -> bool {
        [self.room, self.door, self.welcome, self.casebook].contains(stream)
    }
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

/// Cards live a quarter, everything else a week.
pub(crate) fn period_fits(purpose: PassPurpose, period: Period) -> bool {
    matches!(period, Period::Quarter(_)) == (purpose == PassPurpose::Card)
}
