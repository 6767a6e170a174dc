//! Founding a network on one device: root key, manifest, first key note, the three teams with their
//! rooms and streams. The device is steward, registrar, dispatcher and host until others take over.
//!
//! Nothing here needs the relay: what must reach it is promised, in an order in which a relay that
//! knows only the network's id can take it (manifest, key note, streams).

use std::collections::BTreeMap;

use bystand_crypto::hash::stream_id;
use bystand_crypto::notes::{LogKey, NoteError, log_name};
use bystand_crypto::passes::{IssuerKey, PassError};
use bystand_crypto::sign::{Signed, SigningKey};
use bystand_crypto::threshold::{RootChain, RootSet, ThresholdError, ThresholdSigned, network_id};
use bystand_wire::relay_api::{AppendRule, LogEntry, LogKind, Policy, ReadRule, SignedBytes};
use bystand_wire::time::DAY_MS;
use bystand_wire::{NetworkId, PassPurpose, Period, PublicKey, Role, StreamId, Timestamp, encode, limits};

use super::enroll::{MAILBOX_EXTRA_MS, mailbox_policy};
use super::registrar::{ISSUER_WEEKS, OwnIssuer, RegistrarJob, wanted_issuers};
use super::secrets::{DeskSecrets, HostSecrets, KeyWeeks, RegistrarSecrets, Seed};
use super::shared::policy;
use super::{Cx, Device, IDENTITY, Identity, Owner};
use crate::io::Random;
use crate::logwatch::LogWatch;
use crate::network::invite::{Invitation, InviteSecret};
use crate::network::keynote::{IssuerEntry, KeyNote, NetworkStreams, RegistrarKeys, TeamStreams};
use crate::network::manifest::{AlertQuorum, FORMAT, LocalRules, PhoneLine, Retention, ZoneInfo};
use crate::network::{
    Certificate, KeyNoteError, KindCode, Manifest, ManifestError, RelayUrl, VerifiedKeyNote, VerifiedManifest,
};
use crate::outbox::{By, JobId, Work};
use crate::room::{Credential, Leaf, RoomKind, RoomRules, RoomSync, SyncError};
use crate::team::{TeamKind, TeamSync};

/// How long a first manifest lasts, in milliseconds: a year.
pub const MANIFEST_LIFE_MS: u64 = 365 * DAY_MS;
/// How long a team room's frames are kept for members who are away, in milliseconds.
const ROOM_FRAME_MS: u64 = 90 * DAY_MS;
/// How long requests at a team's door, and welcomes, are kept, in milliseconds.
const DOOR_FRAME_MS: u64 = 3 * DAY_MS;
/// How long a report waits in the drop, in milliseconds.
const DROP_FRAME_MS: u64 = 14 * DAY_MS;
/// How long the desk's messages wait for the hosts, and day notes are shown, in milliseconds.
const HOSTS_FRAME_MS: u64 = 2 * DAY_MS;
/// How long requests wait for the registrars, in milliseconds.
const INBOX_FRAME_MS: u64 = 9 * DAY_MS;

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
    /// Weeks of issuer keys to make now and to keep published.
    pub issuer_weeks: u32,
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
    pub fn finish(mut self, rng: &mut Random) -> Result<NewNetwork, SetupError> {
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
        self.identity.certificate = Some(self.certificate());
        let relay = RelaySetup { network, log_key: self.log_key.clone() };
        let device = Device::found(self, &keys, manifest, note, rng)?;
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

/// The keys that create one team's streams.
struct TeamCreators {
    room: Seed,
    door: Seed,
    welcome: Seed,
    casebook: Seed,
}

impl TeamCreators {
    fn generate(rng: &mut Random) -> Self {
        let mut seed = || Seed::generate(rng);
        Self { room: seed(), door: seed(), welcome: seed(), casebook: seed() }
    }

    fn streams(&self) -> TeamStreams {
        TeamStreams {
            room: id_of(&self.room),
            door: id_of(&self.door),
            welcome: id_of(&self.welcome),
            casebook: id_of(&self.casebook),
        }
    }
}

/// Everything drawn at the founding.
struct Keys {
    teams: BTreeMap<TeamKind, TeamCreators>,
    operations: Seed,
    drop_creator: Seed,
    drop_read: Seed,
    notes_creator: Seed,
    hosts_creator: Seed,
    hosts_read: Seed,
    inbox_creator: Seed,
    inbox_read: Seed,
    desk: KeyWeeks,
    hosts: KeyWeeks,
}

impl Keys {
    fn generate(rng: &mut Random, now: Timestamp) -> Self {
        Self {
            teams: TeamKind::ALL.into_iter().map(|kind| (kind, TeamCreators::generate(rng))).collect(),
            operations: Seed::generate(rng),
            drop_creator: Seed::generate(rng),
            drop_read: Seed::generate(rng),
            notes_creator: Seed::generate(rng),
            hosts_creator: Seed::generate(rng),
            hosts_read: Seed::generate(rng),
            inbox_creator: Seed::generate(rng),
            inbox_read: Seed::generate(rng),
            desk: KeyWeeks::start(rng, now),
            hosts: KeyWeeks::start(rng, now),
        }
    }
}

impl Keys {
    fn streams(&self) -> NetworkStreams {
        let team = |kind: TeamKind| self.teams.get(&kind).map(TeamCreators::streams);
        let none = StreamId([0; 32]);
        let nowhere = TeamStreams { room: none, door: none, welcome: none, casebook: none };
        NetworkStreams {
            desk: team(TeamKind::Desk).unwrap_or(nowhere),
            hosts: team(TeamKind::Hosts).unwrap_or(nowhere),
            registrars: team(TeamKind::Registrars).unwrap_or(nowhere),
            drop: id_of(&self.drop_creator),
            hosts_inbox: id_of(&self.hosts_creator),
            day_notes: id_of(&self.notes_creator),
            registrars_inbox: id_of(&self.inbox_creator),
        }
    }

    /// What a team's members share.
    fn secrets(&self, kind: TeamKind) -> Vec<u8> {
        match kind {
            TeamKind::Desk => encode(&DeskSecrets {
                version: 1,
                drop_creator: self.drop_creator.clone(),
                drop_read: self.drop_read.clone(),
                drop_policy: 1,
                keys: self.desk.clone(),
            }),
            TeamKind::Hosts => encode(&HostSecrets {
                version: 1,
                notes_creator: self.notes_creator.clone(),
                inbox_creator: self.hosts_creator.clone(),
                inbox_read: self.hosts_read.clone(),
                keys: self.hosts.clone(),
            }),
            TeamKind::Registrars => encode(&RegistrarSecrets {
                version: 1,
                operations: self.operations.clone(),
                inbox_creator: self.inbox_creator.clone(),
                inbox_read: self.inbox_read.clone(),
            }),
        }
    }
}

impl Device {
    fn found(
        founding: Founding,
        keys: &Keys,
        manifest: VerifiedManifest,
        note: VerifiedKeyNote,
        rng: &mut Random,
    ) -> Result<Self, SetupError> {
        let Founding { identity, issuers, root, plan, now, .. } = founding;
        let mut device = Self::create(identity, now, rng);
        device.shared.log = LogWatch::founded(manifest.clone(), note.clone());
        let mut result = Ok(());
        device.input(now, rng, |device, ctx| {
            result = device.promise_network(ctx, keys, &manifest, &note);
            ctx.store(IDENTITY, &device.shared.identity);
            device.store_log(ctx);
            let issuers = issuers.into_iter().map(|((purpose, period), key)| OwnIssuer {
                purpose,
                period,
                key,
                made_at: now,
            });
            device.registrar.found(ctx, &mut device.shared, note.note(), plan.issuer_weeks, issuers);
            device.registrar.put_root(ctx, root);
            // From here on it is a device like one taken up from its vault.
            device.resume(ctx);
        });
        result.map(|()| device)
    }

    /// Promises everything that the relay needs, in the order in which it can take it.
    fn promise_network(
        &mut self,
        ctx: &mut Cx<'_>,
        keys: &Keys,
        manifest: &VerifiedManifest,
        note: &VerifiedKeyNote,
    ) -> Result<(), SetupError> {
        let manifest_job =
            self.promise_log(ctx, RegistrarJob::Manifest(1), LogKind::Manifest, manifest.bytes(), &[]);
        let job = RegistrarJob::KeyNote(1);
        let ready = [self.promise_log(ctx, job, LogKind::KeyNote, note.bytes(), &[manifest_job])];
        let rooms: Vec<(TeamKind, &TeamCreators)> = keys.teams.iter().map(|(k, c)| (*k, c)).collect();
        for (kind, creators) in rooms {
            self.open_team(ctx, kind, creators, keys.secrets(kind), (manifest, note), &ready)?;
        }
        let year = ctx.now.plus_ms(limits::STREAM_LIFE_MS);
        let by_work = vec![AppendRule::PassOrWork(vec![PassPurpose::Card, PassPurpose::Report])];
        let certified = |roles: &[Role]| vec![AppendRule::Certified(roles.to_vec())];
        // The relay need not learn which dispatcher it is.
        let by_desk = vec![AppendRule::Room(keys.streams().desk.room)];
        let read = |seed: &Seed| ReadRule::Key(seed.signing().public());
        let notes = vec![AppendRule::Keys(vec![keys.notes_creator.signing().public()])];
        let streams = [
            (&keys.drop_creator, by_work, read(&keys.drop_read), DROP_FRAME_MS),
            (&keys.hosts_creator, by_desk, read(&keys.hosts_read), HOSTS_FRAME_MS),
            (&keys.notes_creator, notes, ReadRule::Public, HOSTS_FRAME_MS),
            (&keys.inbox_creator, certified(&Role::ALL), read(&keys.inbox_read), INBOX_FRAME_MS),
        ];
        for (creator, append, read, frame_life_ms) in streams {
            let creator = creator.signing();
            let policy = policy(&creator, append, read, year, frame_life_ms);
            self.promise_creation(ctx, &creator, &policy, &ready);
        }
        self.promise_own_mailbox(ctx, &ready);
        Ok(())
    }

    /// The first registrar has a mailbox like everybody whom it admits.
    fn promise_own_mailbox(&mut self, ctx: &mut Cx<'_>, after: &[JobId]) {
        let secret = InviteSecret::generate(ctx.rng);
        let until = ctx.now.plus_ms(limits::CERTIFICATE_MS + MAILBOX_EXTRA_MS);
        self.promise_creation(ctx, &secret.mailbox_key(), &mailbox_policy(&secret, 1, until), after);
        let Ok(relay) = RelayUrl::new(&self.shared.identity.relay) else { return };
        let Some(certificate) = self.shared.identity.certified() else { return };
        let invitation = Invitation {
            network: ctx.network,
            relay,
            registrar: certificate.device,
            secret,
            roles: certificate.roles,
            expires_at: ctx.now,
        };
        self.enroll.found(ctx, &mut self.shared, invitation, until);
    }

    fn open_team(
        &mut self,
        ctx: &mut Cx<'_>,
        kind: TeamKind,
        creators: &TeamCreators,
        secrets: Vec<u8>,
        (manifest, note): (&VerifiedManifest, &VerifiedKeyNote),
        after: &[JobId],
    ) -> Result<(), SetupError> {
        let Some(certificate) = self.shared.identity.certificate.clone() else { return Ok(()) };
        let rules = RoomRules::new(ctx.network, RoomKind::Team(kind.role()));
        rules.update(manifest, note, ctx.now);
        let credential = Credential::Device(certificate.clone());
        let leaf = Leaf { key: self.shared.identity.device(), credential, rules };
        let streams = creators.streams();
        let room = RoomSync::create(ctx, &leaf, streams.room, streams.welcome)?;
        let year = ctx.now.plus_ms(limits::STREAM_LIFE_MS);
        let creator = creators.room.signing();
        let in_room = || vec![AppendRule::Room(streams.room)];
        let mut rule = policy(&creator, in_room(), ReadRule::Id, year, ROOM_FRAME_MS);
        rule.room_key = Some(room.append_key().public());
        // The others name the room, and are of use only once it is there.
        let ready = [self.promise_creation(ctx, &creator, &rule, after)];
        let door = vec![AppendRule::Certified(vec![kind.role()])];
        for (creator, append, life_ms) in [
            (&creators.door, door, DOOR_FRAME_MS),
            (&creators.welcome, in_room(), DOOR_FRAME_MS),
            (&creators.casebook, in_room(), limits::STREAM_LIFE_MS),
        ] {
            let creator = creator.signing();
            let rule = policy(&creator, append, ReadRule::Id, year, life_ms);
            self.promise_creation(ctx, &creator, &rule, &ready);
        }
        let first = Some((1, secrets));
        let outbox = &mut self.shared.outbox;
        let mut team = TeamSync::new(ctx, outbox, (kind, streams), room, &certificate, first);
        team.trust_registrars(&manifest.manifest().registrars);
        self.shared.teams.insert(kind, team);
        Ok(())
    }

    fn promise_creation(
        &mut self,
        ctx: &mut Cx<'_>,
        creator: &SigningKey,
        policy: &Policy,
        after: &[JobId],
    ) -> JobId {
        let id = stream_id(&creator.public());
        let signed = SignedBytes::from(Signed::sign(&ctx.network, creator, policy));
        let owner = Owner::Registrar(RegistrarJob::Stream(id));
        self.shared.promise(ctx, owner, Work::Create(id, signed, Some(By::Certificate)), after)
    }

    fn promise_log(
        &mut self,
        ctx: &mut Cx<'_>,
        job: RegistrarJob,
        kind: LogKind,
        body: &[u8],
        after: &[JobId],
    ) -> JobId {
        let work = Work::Log(LogEntry { kind, body: body.to_vec() });
        self.shared.promise(ctx, Owner::Registrar(job), work, after)
    }
}

fn id_of(creator: &Seed) -> StreamId {
    stream_id(&creator.signing().public())
}
