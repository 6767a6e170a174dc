//! The manifest: what a network is. Signed by the threshold of its root keys, logged, never backwards.
//!
//! A manifest carries its own chain of root sets, so whoever knows the network id (from a card, an
//! invitation) can check it without asking anybody. It also lists the registrars' device keys:
//! these are the keys that sign certificates, and a registrar is taken out by the next manifest.
//! There is no separate certificate authority to keep in step.

use bystand_crypto::hash;
use bystand_crypto::notes::LogVerifier;
use bystand_crypto::sign::Statement;
use bystand_crypto::threshold::{RootChain, RootSet, ThresholdError, ThresholdSigned};
use bystand_wire::codec::decode_within;
use bystand_wire::{DecodeError, Hash32, NetworkId, PublicKey, Timestamp, ZoneId, encode, limits};
use minicbor::{Decode, Encode};

use super::names::{KindCode, RelayUrl, is_language, is_name, is_note, is_phone_number, is_time_zone};

/// The format this program writes and reads.
pub const FORMAT: u8 = 1;
/// How long a manifest may last, in milliseconds: two years.
pub const MANIFEST_MS: u64 = 2 * 366 * bystand_wire::time::DAY_MS;
/// The most of any short list (languages, addresses, phone lines, registrars, kinds) in a manifest.
pub const LIST_LEN: usize = 64;
/// How fine the cell of a public alert may be at most: H3 resolution 10 is about 130 m across.
pub const FINEST_RESOLUTION: u8 = 10;

/// What a network is. Plain data: trust it as a [`VerifiedManifest`] only.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct Manifest {
    /// [`FORMAT`].
    #[n(0)]
    pub format: u8,
    /// What people call the network.
    #[n(1)]
    pub name: String,
    /// Goes up with every manifest.
    #[n(2)]
    pub version: u64,
    /// From the network id to the keys that sign this.
    #[n(3)]
    pub roots: RootChain,
    /// Language tags, the main one first.
    #[n(4)]
    pub languages: Vec<String>,
    /// Areas, and places without one.
    #[n(5)]
    pub zones: Vec<ZoneInfo>,
    /// IANA time zone: rooms end at 04:00 there.
    #[n(6)]
    pub time_zone: String,
    /// Addresses of the one relay: the main one, then its aliases.
    #[n(7)]
    pub relays: Vec<RelayUrl>,
    /// Signs the public log's checkpoints; in C2SP signed-note's text form (`name+hash+key`). A new
    /// key begins a new log: that is how a network goes on after its relay was restored from a
    /// backup, which may lack the log's last entries.
    #[n(8)]
    pub log: LogVerifier,
    /// Signs key notes.
    #[n(9)]
    pub operations_key: PublicKey,
    /// Device keys that sign certificates, ascending. One alone makes every alert say *single keyholder*.
    #[n(10)]
    pub registrars: Vec<PublicKey>,
    /// What an alert needs.
    #[n(11)]
    pub alert_quorum: AlertQuorum,
    /// How long the desk keeps what.
    #[n(12)]
    pub retention: Retention,
    /// Numbers people can call.
    #[n(13)]
    pub phone_lines: Vec<PhoneLine>,
    /// The kinds of incident this network speaks of, ascending.
    #[n(14)]
    pub incident_kinds: Vec<KindCode>,
    /// What to tell people about distances and recording here.
    #[n(15)]
    pub local_rules: LocalRules,
    /// H3 resolution of public alerts.
    #[n(16)]
    pub alert_resolution: u8,
    /// H3 resolution of call-outs.
    #[n(17)]
    pub call_out_resolution: u8,
    /// When it was made.
    #[n(18)]
    pub issued_at: Timestamp,
    /// When members' work stops unless there is a newer one.
    #[n(19)]
    pub expires_at: Timestamp,
}

impl Statement for Manifest {
    const PURPOSE: &'static str = "manifest";
}

/// A zone as the manifest carries it.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct ZoneInfo {
    /// Its stable name.
    #[n(0)]
    pub id: ZoneId,
    /// What people call it.
    #[n(1)]
    pub name: String,
    /// Its polygons; none for a place without an area. A polygon is its outline and then its holes;
    /// a ring is its corners, longitude then latitude, in millionths of a degree (WGS 84), the
    /// first not repeated at the end.
    #[n(2)]
    pub polygons: Vec<Vec<Vec<(i32, i32)>>>,
}

/// What an alert needs (protocol: Alerts).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct AlertQuorum {
    /// Finding passes.
    #[n(0)]
    pub findings: u8,
    /// Publish passes.
    #[n(1)]
    pub publishes: u8,
    /// Whether one publish pass and a second registrar's signature will do instead.
    #[n(2)]
    pub fallback_second_registrar: bool,
}

/// How long the desk keeps closed incidents, in milliseconds. Others go at once, or stay until legal
/// closes or releases them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct Retention {
    /// Nothing was there.
    #[n(0)]
    pub unfounded_ms: u64,
    /// Everything else that was not confirmed.
    #[n(1)]
    pub general_ms: u64,
}

/// A number people can call.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct PhoneLine {
    /// What it is for.
    #[n(0)]
    pub label: String,
    /// As it is dialed.
    #[n(1)]
    pub number: String,
    /// Who answers speaks this: a language tag.
    #[n(2)]
    pub language: String,
}

/// What holds in this place.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct LocalRules {
    /// How far to keep away, in feet.
    #[n(0)]
    pub distance_ft: u16,
    /// Which text about recording applies: a code in the templates.
    #[n(1)]
    pub recording_law: KindCode,
    /// What else people here should know.
    #[n(2)]
    pub note: String,
}

/// Why a manifest is not taken.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ManifestError {
    /// Not readable, or too large.
    #[error("the manifest cannot be read: {0}")]
    Decode(#[from] DecodeError),
    /// A newer program is needed.
    #[error("the manifest has format {0}, which this program does not know: update it")]
    Format(u8),
    /// The root keys, their changes or their signatures do not hold.
    #[error("the manifest is not signed by this network's root keys: {0}")]
    Roots(#[source] ThresholdError),
    /// A field is out of its limits.
    #[error("the manifest's {0} is missing, too long, or not of the right form")]
    Field(&'static str),
    /// Issued later than now allows.
    #[error("the manifest was issued at {issued_at}, which is in the future: check this device's clock")]
    FromTheFuture {
        /// When it says it was issued.
        issued_at: Timestamp,
    },
    /// An older one than the one held.
    #[error("the manifest goes backwards: version {offered} after version {held}")]
    Backwards {
        /// Version held.
        held: u64,
        /// Version offered.
        offered: u64,
    },
    /// The same version with other content.
    #[error("two different manifests have version {0}")]
    TwoOfOneVersion(u64),
    /// Does not continue the chain of root sets of the one held.
    #[error("the manifest's root keys do not continue the ones known")]
    OtherRoots,
    /// Of another network than the one held.
    #[error("the manifest belongs to another network")]
    OtherNetwork,
}

impl ManifestError {
    /// The stable code.
    pub fn code(&self) -> &'static str {
        match self {
            ManifestError::Decode(_) => "manifest-malformed",
            ManifestError::Format(_) => "manifest-format",
            ManifestError::Roots(_) => "manifest-roots",
            ManifestError::Field(_) => "manifest-field",
            ManifestError::FromTheFuture { .. } => "manifest-future",
            ManifestError::Backwards { .. } => "manifest-backwards",
            ManifestError::TwoOfOneVersion(_) => "manifest-two-of-one-version",
            ManifestError::OtherRoots => "manifest-other-roots",
            ManifestError::OtherNetwork => "manifest-other-network",
        }
    }
}

impl From<ThresholdError> for ManifestError {
    fn from(error: ThresholdError) -> Self {
        match error {
            ThresholdError::OtherNetwork => ManifestError::OtherNetwork,
            other @ (ThresholdError::BadSet
            | ThresholdError::TooFew { .. }
            | ThresholdError::OtherStatement
            | ThresholdError::TooMany
            | ThresholdError::OutOfOrder(_)
            | ThresholdError::Body(_)) => ManifestError::Roots(other),
        }
    }
}

impl Manifest {
    /// Checks every limit and form. Stewards' tools call it before signing; opening does it again.
    ///
    /// # Errors
    /// [`ManifestError::Format`], [`ManifestError::Field`] with the name of the first bad field.
    pub fn check(&self) -> Result<(), ManifestError> {
        if self.format != FORMAT {
            return Err(ManifestError::Format(self.format));
        }
        let some = |len: usize| (1..=LIST_LEN).contains(&len);
        let quorum = self.alert_quorum;
        let life_ms = self.expires_at.since_ms(self.issued_at);
        let checks = [
            ("name", is_name(&self.name)),
            ("version", self.version > 0),
            ("languages", some(self.languages.len()) && self.languages.iter().all(|l| is_language(l))),
            ("zones", self.zones_fit()),
            ("time zone", is_time_zone(&self.time_zone)),
            ("relay addresses", some(self.relays.len())),
            ("registrars", some(self.registrars.len()) && self.registrars.is_sorted_by(|a, b| a < b)),
            ("alert quorum", (1..=4).contains(&quorum.findings) && (1..=4).contains(&quorum.publishes)),
            ("retention", self.retention.unfounded_ms > 0 && self.retention.general_ms > 0),
            (
                "phone lines",
                self.phone_lines.len() <= LIST_LEN && self.phone_lines.iter().all(PhoneLine::fits),
            ),
            (
                "incident kinds",
                some(self.incident_kinds.len()) && self.incident_kinds.is_sorted_by(|a, b| a < b),
            ),
            ("local rules", is_note(&self.local_rules.note)),
            ("alert cell resolution", self.alert_resolution <= FINEST_RESOLUTION),
            ("call-out cell resolution", self.call_out_resolution <= FINEST_RESOLUTION),
            ("expiry", (1..=MANIFEST_MS).contains(&life_ms)),
        ];
        match checks.iter().find(|(_, holds)| !holds) {
            Some((field, _)) => Err(ManifestError::Field(field)),
            None => Ok(()),
        }
    }

    fn zones_fit(&self) -> bool {
        let rings = || self.zones.iter().flat_map(|z| z.polygons.iter().flatten());
        let corners: usize = rings().map(Vec::len).sum();
        let mut ids: Vec<&ZoneId> = self.zones.iter().map(|z| &z.id).collect();
        ids.sort_unstable();
        (1..=limits::ZONES).contains(&self.zones.len())
            && ids.is_sorted_by(|a, b| a < b)
            && corners <= limits::VERTICES
            && rings().all(|ring| ring.len() >= 3)
            && rings()
                .flatten()
                .all(|(lon, lat)| lon.unsigned_abs() <= 180_000_000 && lat.unsigned_abs() <= 90_000_000)
            && self.zones.iter().all(|z| is_name(&z.name) && z.polygons.iter().all(|p| !p.is_empty()))
    }
}

impl PhoneLine {
    fn fits(&self) -> bool {
        is_name(&self.label) && is_phone_number(&self.number) && is_language(&self.language)
    }
}

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
/// and [`VerifiedManifest::reopen`] make one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct VerifiedManifest {
    network: NetworkId,
    manifest: Manifest,
    root_set: RootSet,
    bytes: Vec<u8>,
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
        Ok(Self { network: *network, manifest, root_set, bytes: bytes.to_vec() })
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
        hash::plain_sha256(&encode(&self.manifest))
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
