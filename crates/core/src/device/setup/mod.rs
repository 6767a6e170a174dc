//! Founding a network on one device: root key, manifest, first key note, the three teams with their
//! rooms and streams. The device is steward, registrar, dispatcher and host until others take over.
//!
//! Nothing here needs the relay: what must reach it is promised, in an order in which a relay that
//! knows only the network's id can take it (manifest, key note, streams).

mod found;
pub(super) mod keys;

use std::collections::BTreeMap;

use bystand_crypto::notes::{LogKey, NoteError, log_name};
use bystand_crypto::passes::{IssuerKey, PassError};
use bystand_crypto::sign::{Signed, SigningKey};
use bystand_crypto::threshold::{RootChain, RootSet, ThresholdError, ThresholdSigned, network_id};
use bystand_wire::relay_api::SignedBytes;
use bystand_wire::time::DAY_MS;
use bystand_wire::{NetworkId, PassPurpose, Period, PublicKey, Role, Timestamp, encode, limits};

use super::registrar::{ISSUER_WEEKS, wanted_issuers};
use super::{Device, Identity};
use crate::io::Random;
use crate::network::keynote::{IssuerEntry, KeyNote, RegistrarKeys};
use crate::network::manifest::{AlertQuorum, FORMAT, LocalRules, PhoneLine, Retention, ZoneInfo};
use crate::network::{
    Certificate, KeyNoteError, KindCode, Manifest, ManifestError, RelayUrl, VerifiedKeyNote, VerifiedManifest,
};
use crate::room::SyncError;
use keys::Keys;

/// How long a first manifest lasts, in milliseconds: a year.
pub const MANIFEST_LIFE_MS: u64 = 365 * DAY_MS;

/// What a steward decides before a network is founded.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NetworkPlan {
    /// What people call the network.
    pub name: String,
    /// Its zones.
    pub zones: Vec<ZoneInfo>,
    /// Language tags, the main one first.
    pub languages: Vec<String>,
    /// IANA time zone.
    pub time_zone: String,
    /// The relay's address, then its aliases.
    pub relays: Vec<RelayUrl>,
    /// Numbers people can call.
    pub phone_lines: Vec<PhoneLine>,
    /// The kinds of incident the network speaks of.
    pub incident_kinds: Vec<KindCode>,
    /// What an alert needs.
    pub alert_quorum: AlertQuorum,
    /// How long the desk keeps what.
    pub retention: Retention,
    /// What to tell people about distances and recording.
    pub local_rules: LocalRules,
    /// H3 resolution of public alerts.
    pub alert_resolution: u8,
    /// H3 resolution of call-outs.
    pub call_out_resolution: u8,
    /// Weeks of issuer keys to make now.
    pub issuer_weeks: u32,
    /// Weeks of issuer keys to keep published: the registrar's box makes the missing ones.
    pub published_weeks: u32,
}

impl NetworkPlan {
    /// A plan with the usual rules: one finding and one publish pass an alert, unfounded incidents
    /// kept a week and others a month, twelve weeks of issuer keys.
    ///
    /// # Errors
    /// [`SetupError::Manifest`] when a built-in code is not a code (a bug).
    pub fn new(name: &str, zones: Vec<ZoneInfo>, relay: RelayUrl) -> Result<Self, SetupError> {
        let code = |text: &str| {
            KindCode::new(text).map_err(|_| SetupError::Manifest(ManifestError::Field("incident kinds")))
        };
        let kinds = [
            "checkpoint",
            "detention",
            "door-knock",
            "other",
            "presence",
            "raid",
            "school",
            "transit",
            "vehicle-stop",
        ];
        Ok(Self {
            name: name.to_owned(),
            zones,
            languages: vec!["en".to_owned()],
            time_zone: "America/Chicago".to_owned(),
            relays: vec![relay],
            phone_lines: Vec::new(),
            incident_kinds: kinds.into_iter().map(code).collect::<Result<_, _>>()?,
            alert_quorum: AlertQuorum { findings: 1, publishes: 1, fallback_second_registrar: true },
            retention: Retention { unfounded_ms: 7 * DAY_MS, general_ms: 30 * DAY_MS },
            local_rules: LocalRules {
                distance_ft: 25,
                recording_law: code("public-space")?,
                note: String::new(),
            },
            alert_resolution: 9,
            call_out_resolution: 8,
            issuer_weeks: ISSUER_WEEKS,
            published_weeks: ISSUER_WEEKS,
        })
    }
}

/// Why a network cannot be founded.
#[derive(Debug, thiserror::Error)]
pub enum SetupError {
    /// The plan does not make a valid manifest.
    #[error(transparent)]
    Manifest(#[from] ManifestError),
    /// The first key note would not hold (a bug).
    #[error(transparent)]
    KeyNote(#[from] KeyNoteError),
    /// The root key (a bug).
    #[error(transparent)]
    Roots(#[from] ThresholdError),
    /// The log key (a bug).
    #[error(transparent)]
    Log(#[from] NoteError),
    /// An issuer key could not be made (a bug).
    #[error(transparent)]
    Issuer(#[from] PassError),
    /// A room could not be opened (a bug).
    #[error("a room could not be opened: {0}")]
    Room(#[from] SyncError),
    /// Issuer keys are still missing.
    #[error("{0} issuer keys are still to be made")]
    IssuersMissing(usize),
}

/// What the relay's data folder needs before its first start.
#[derive(Debug, Clone)]
pub struct RelaySetup {
    /// The network it serves: it takes only this network's manifest.
    pub network: NetworkId,
    /// Signs its checkpoints. The relay alone keeps it.
    pub log_key: LogKey,
}

/// A founded network.
#[derive(Debug)]
pub struct NewNetwork {
    /// The first device: steward, registrar, dispatcher, host.
    pub device: Device,
    /// For the relay's folder.
    pub relay: RelaySetup,
}

/// A network being founded. Issuer keys take a while, so they are made one by one:
/// [`Founding::missing`], [`Founding::provide`], then [`Founding::finish`].
pub struct Founding {
    plan: NetworkPlan,
    root: SigningKey,
    log_key: LogKey,
    identity: Identity,
    issuers: BTreeMap<(PassPurpose, Period), IssuerKey>,
    now: Timestamp,
}

impl std::fmt::Debug for Founding {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Founding").field("network", &self.identity.network).finish_non_exhaustive()
    }
}

/// Founds a network in one go, issuer keys included.
///
/// # Errors
/// [`SetupError`].
pub fn init(plan: NetworkPlan, now: Timestamp, rng: &mut Random) -> Result<NewNetwork, SetupError> {
    let mut founding = Founding::begin(plan, now, rng)?;
    for (purpose, period) in founding.missing() {
        founding.provide(purpose, period, IssuerKey::generate(rng)?);
    }
    founding.finish(rng)
}

impl Founding {
    /// Makes the root key, and with it the network's id.
    ///
    /// # Errors
    /// [`SetupError`] when the plan is not one.
    pub fn begin(plan: NetworkPlan, now: Timestamp, rng: &mut Random) -> Result<Self, SetupError> {
        let root = SigningKey::generate(rng);
        let roots = RootSet::new(vec![root.public()], 1)?;
        let network = network_id(&roots);
        let log_key = LogKey::new(&log_name(&network), SigningKey::generate(rng))?;
        let relay = plan.relays.first().ok_or(ManifestError::Field("relay addresses"))?;
        let identity = Identity::new(network, relay.to_string(), rng);
        let founding = Self { plan, root, log_key, identity, issuers: BTreeMap::new(), now };
        // A bad plan is told before minutes of key making.
        founding.manifest(&roots, founding.root.public()).check()?;
        Ok(founding)
    }

    /// Issuer keys that are still to be made.
    pub fn missing(&self) -> Vec<(PassPurpose, Period)> {
        let mut wanted = wanted_issuers(self.now, self.plan.issuer_weeks.max(1));
        wanted.retain(|key| !self.issuers.contains_key(key));
        wanted
    }

    /// Puts in an issuer key, made wherever that is best done.
    pub fn provide(&mut self, purpose: PassPurpose, period: Period, key: IssuerKey) {
        self.issuers.insert((purpose, period), key);
    }

    /// Founds the network.
    ///
    /// # Errors
    /// [`SetupError`].
    pub fn finish(self, rng: &mut Random) -> Result<NewNetwork, SetupError> {
        let missing = self.missing().len();
        if missing > 0 {
            return Err(SetupError::IssuersMissing(missing));
        }
        let (network, now) = (self.identity.network, self.now);
        let keys = Keys::generate(rng, now);
        let roots = RootSet::new(vec![self.root.public()], 1)?;
        let operations = keys.operations.signing();
        let mut signed = ThresholdSigned::start(&self.manifest(&roots, operations.public()));
        signed.add_signature(&network, &self.root)?;
        let manifest = VerifiedManifest::open(&network, &encode(&signed), now)?;
        let note = self.key_note(&keys);
        let note = Signed::sign(&network, &operations, &note);
        let note = VerifiedKeyNote::open(&encode(&note), &manifest, now)?;
        let certificate = self.certificate();
        let relay = RelaySetup { network, log_key: self.log_key.clone() };
        let device = Device::found(self, &keys, (manifest, note), &certificate, rng)?;
        Ok(NewNetwork { device, relay })
    }

    fn manifest(&self, roots: &RootSet, operations_key: PublicKey) -> Manifest {
        let plan = self.plan.clone();
        let mut incident_kinds = plan.incident_kinds;
        incident_kinds.sort_unstable();
        incident_kinds.dedup();
        Manifest {
            format: FORMAT,
            name: plan.name,
            version: 1,
            roots: RootChain::new(roots.clone()),
            languages: plan.languages,
            zones: plan.zones,
            time_zone: plan.time_zone,
            relays: plan.relays,
            log: self.log_key.verifier(),
            operations_key,
            registrars: vec![self.identity.device().public()],
            alert_quorum: plan.alert_quorum,
            retention: plan.retention,
            phone_lines: plan.phone_lines,
            incident_kinds,
            local_rules: plan.local_rules,
            alert_resolution: plan.alert_resolution,
            call_out_resolution: plan.call_out_resolution,
            issued_at: self.now,
            expires_at: self.now.plus_ms(MANIFEST_LIFE_MS),
        }
    }

    fn certificate(&self) -> SignedBytes {
        let device = self.identity.device();
        let not_before = self.now.minus_ms(limits::CLOCK_SKEW_MS);
        let certificate = Certificate {
            device: device.public(),
            roles: vec![Role::Dispatcher, Role::Host, Role::Registrar, Role::Steward],
            not_before,
            not_after: not_before.plus_ms(limits::CERTIFICATE_MS),
            issuer: device.public(),
        };
        SignedBytes::from(Signed::sign(&self.identity.network, &device, &certificate))
    }

    fn key_note(&self, keys: &Keys) -> KeyNote {
        let device = self.identity.device().public();
        let entry = |((purpose, period), key): (&(PassPurpose, Period), &IssuerKey)| IssuerEntry {
            purpose: *purpose,
            period: *period,
            registrar: device,
            key: key.public().clone(),
        };
        KeyNote {
            version: 1,
            issued_at: self.now,
            valid_until: self.now.plus_ms(limits::KEY_NOTE_MS),
            streams: keys.streams(),
            desk: keys.desk.published(self.now).into_iter().map(|k| k.as_desk()).collect(),
            hosts: keys.hosts.published(self.now).into_iter().map(|k| k.as_hosts()).collect(),
            registrars: vec![RegistrarKeys {
                device,
                sealing_key: self.identity.sealing().public(),
                purposes: PassPurpose::ALL.to_vec(),
            }],
            issuers: self.issuers.iter().map(entry).collect(),
            push_key: None,
            revoked: Vec::new(),
        }
    }
}
