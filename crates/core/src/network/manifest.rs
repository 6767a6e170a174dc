//! The manifest: what a network is. Signed by the threshold of its root keys, logged, never backwards.
//!
//! A manifest carries its own chain of root sets, so whoever knows the network id (from a card, an
//! invitation) can check it without asking anybody. It also lists the registrars' device keys:
//! these are the keys that sign certificates, and a registrar is taken out by the next manifest.
//! There is no separate certificate authority to keep in step.

mod error;
mod verified;

use bystand_crypto::notes::LogVerifier;
use bystand_crypto::sign::Statement;
use bystand_crypto::threshold::RootChain;
use bystand_wire::{PublicKey, Timestamp, ZoneId, limits};
use minicbor::{Decode, Encode};

use super::names::{KindCode, RelayUrl, is_language, is_name, is_note, is_phone_number, is_time_zone};
use crate::alerts::Place;
use crate::geo::{Point, Polygon, Ring, Shape, Zone, cell_center};

pub use error::ManifestError;
pub use verified::{ManifestStatus, VerifiedManifest};

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

impl From<&Zone> for ZoneInfo {
    fn from(zone: &Zone) -> Self {
        let ring = |ring: &Ring| ring.corners.iter().map(|p| (p.lon, p.lat)).collect();
        let polygon = |p: &Polygon| std::iter::once(&p.outer).chain(&p.holes).map(ring).collect();
        let polygons = zone.shape.iter().flat_map(|shape| &shape.polygons).map(polygon).collect();
        Self { id: zone.id.clone(), name: zone.name.clone(), polygons }
    }
}

impl ZoneInfo {
    /// As geography sees it.
    pub fn zone(&self) -> Zone {
        let ring = |corners: &Vec<(i32, i32)>| Ring {
            corners: corners.iter().map(|(lon, lat)| Point { lat: *lat, lon: *lon }).collect(),
        };
        let polygon = |rings: &Vec<Vec<(i32, i32)>>| {
            let (outer, holes) = rings.split_first()?;
            Some(Polygon { outer: ring(outer), holes: holes.iter().map(ring).collect() })
        };
        let polygons: Vec<Polygon> = self.polygons.iter().filter_map(polygon).collect();
        let shape = (!polygons.is_empty()).then_some(Shape { polygons });
        Zone { id: self.id.clone(), name: self.name.clone(), shape }
    }

    fn contains(&self, point: Point) -> bool {
        self.zone().shape.is_some_and(|shape| shape.contains(point))
    }
}

/// What people call a place: a zone by its name, a cell by the zone around its middle. The program's own
/// name for it where the network has none.
pub fn place_name(zones: &[ZoneInfo], place: &Place) -> String {
    let zone = match place {
        Place::Zone(id) => zones.iter().find(|zone| zone.id == *id),
        Place::Cell(cell) => {
            cell_center(*cell).ok().and_then(|middle| zones.iter().find(|zone| zone.contains(middle)))
        }
    };
    zone.map_or_else(|| place.to_string(), |zone| zone.name.clone())
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
