//! A whole small network for tests: keys, manifest, key note, passes, findings, alerts and a log.
//!
//! Everything comes from seeds, so a run repeats. This module is compiled with the feature `fixtures`
//! only, for the tests of this crate and of those above it. It panics where a test's own set-up is
//! wrong.

use std::collections::BTreeMap;

use bystand_crypto::notes::{LogKey, log_name};
use bystand_crypto::passes::{IssuerKey, OwnedPass, PassRequest};
use bystand_crypto::seal::SealSecretKey;
use bystand_crypto::sign::{Signed, SigningKey};
use bystand_crypto::threshold::{RootChain, RootSet, ThresholdSigned, network_id};
use bystand_crypto::tree::{self, HashSource};
use bystand_wire::relay_api::{LogEntries, LogEntry, LogKind, LogPart, LoggedEntry, Network};
use bystand_wire::time::{DAY_MS, HOUR_MS, MINUTE_MS};
use bystand_wire::{
    AlertId, Cell, Hash32, NetworkId, PassPurpose, Period, PublicKey, Role, StreamId, Timestamp, Week,
    ZoneId, encode, limits,
};
use rand_chacha::ChaCha20Rng;
use rand_core::{Rng, SeedableRng};

use crate::alerts::{AlertBuilder, FalseAlarm, FindingProof, FindingStatement, NoteKind, Outcome, Place};
use crate::network::keynote::{DeskKeys, HostKeys, IssuerEntry, NetworkStreams, RegistrarKeys, TeamStreams};
use crate::network::manifest::{AlertQuorum, FORMAT, LocalRules, PhoneLine, Retention, ZoneInfo};
use crate::network::trust::entry_leaf;
use crate::network::{Certificate, KeyNote, KindCode, Manifest, VerifiedKeyNote, VerifiedManifest};

/// Saturday 2026-11-21, noon in UTC: week 2026-W47.
pub const NOW: Timestamp = Timestamp(1_795_262_400_000);
/// A cell of resolution 9 in Minneapolis.
pub const CELL: Cell = Cell(0x0892_7525_ad97_ffff);
/// Another.
pub const OTHER_CELL: Cell = Cell(0x0892_7525_ad93_ffff);
/// A zone of the fixture's manifest.
pub const ZONE: &str = "powderhorn-park";

/// A registrar's secrets.
#[derive(Debug)]
pub struct RegistrarSecrets {
    /// Signs certificates.
    pub device: SigningKey,
    /// Opens requests.
    pub sealing: SealSecretKey,
}

/// A network with all its secrets. `manifest` and `key_note` are plain: change them and sign again.
#[derive(Debug)]
pub struct Fixture {
    /// Draws everything that is drawn later.
    pub rng: ChaCha20Rng,
    /// The network.
    pub network: NetworkId,
    /// The one root key.
    pub root: SigningKey,
    /// Signs key notes.
    pub operations: SigningKey,
    /// Signs checkpoints.
    pub log: LogKey,
    /// In the order of the manifest.
    pub registrars: Vec<RegistrarSecrets>,
    /// Opens reports.
    pub report: SealSecretKey,
    /// Signs what the desk says.
    pub desk: SigningKey,
    /// Opens requests to join.
    pub door: SealSecretKey,
    /// Signs day notes.
    pub host: SigningKey,
    /// The issuers' secrets.
    pub issuers: BTreeMap<(PassPurpose, Period), IssuerKey>,
    /// What the network is.
    pub manifest: Manifest,
    /// Its keys now.
    pub key_note: KeyNote,
}

impl Fixture {
    /// A network with two registrars; the first certifies finding passes of this week, the second
    /// publish passes.
    pub fn new() -> Self {
        Self::with_registrars(1, 2)
    }

    /// As [`new`](Self::new), without issuer keys, which take a while to make.
    pub fn new_without_issuers() -> Self {
        Self::without_issuers(1, 2)
    }

    /// A network whose every key comes from `seed`, with so many registrars: the first certifies
    /// finding passes of this week, the last publish passes.
    pub fn with_registrars(seed: u64, count: usize) -> Self {
        let mut fixture = Self::without_issuers(seed, count);
        fixture.add_issuer(PassPurpose::Finding, this_week(), 0);
        fixture.add_issuer(PassPurpose::Publish, this_week(), count.saturating_sub(1));
        fixture
    }

    /// As [`with_registrars`](Self::with_registrars), without issuer keys.
    pub fn without_issuers(seed: u64, count: usize) -> Self {
        let mut rng = ChaCha20Rng::seed_from_u64(seed);
        let root = SigningKey::generate(&mut rng);
        let roots = RootSet::new(vec![root.public()], 1).expect("a root set");
        let network = network_id(&roots);
        let mut registrars: Vec<RegistrarSecrets> = (0..count)
            .map(|_| RegistrarSecrets {
                device: SigningKey::generate(&mut rng),
                sealing: SealSecretKey::generate(&mut rng),
            })
            .collect();
        registrars.sort_by_key(|r| r.device.public());
        let operations = SigningKey::generate(&mut rng);
        let log = LogKey::new(&log_name(&network), SigningKey::generate(&mut rng)).expect("a name");
        let (report, desk) = (SealSecretKey::generate(&mut rng), SigningKey::generate(&mut rng));
        let (door, host) = (SealSecretKey::generate(&mut rng), SigningKey::generate(&mut rng));
        let devices = registrars.iter().map(|r| r.device.public()).collect();
        let mut manifest = plain_manifest(RootChain::new(roots), devices, &log);
        manifest.operations_key = operations.public();
        let mut key_note = plain_key_note(&mut rng);
        key_note.desk = vec![DeskKeys {
            report_key: report.public(),
            desk_key: desk.public(),
            not_before: NOW.minus_ms(2 * DAY_MS),
            not_after: NOW.plus_ms(5 * DAY_MS),
        }];
        key_note.hosts = vec![HostKeys {
            door_key: door.public(),
            host_key: host.public(),
            not_before: NOW.minus_ms(2 * DAY_MS),
            not_after: NOW.plus_ms(5 * DAY_MS),
        }];
        let mut fixture = Self {
            rng,
            network,
            root,
            operations,
            log,
            registrars,
            report,
            desk,
            door,
            host,
            issuers: BTreeMap::new(),
            manifest,
            key_note,
        };
        fixture.key_note.registrars = fixture.registrars.iter().map(registrar_keys).collect();
        fixture
    }

    /// Makes an issuer key (a fraction of a second) and names it in the key note.
    pub fn add_issuer(&mut self, purpose: PassPurpose, period: Period, registrar: usize) {
        let key = IssuerKey::generate(&mut self.rng).expect("a key");
        let entry = IssuerEntry {
            purpose,
            period,
            registrar: self.registrar(registrar).device.public(),
            key: key.public().clone(),
        };
        self.key_note.issuers.retain(|i| (i.purpose, i.period) != (purpose, period));
        self.key_note.issuers.push(entry);
        self.key_note.issuers.sort_by_key(|i| (i.purpose, i.period));
        self.issuers.insert((purpose, period), key);
    }

    /// A registrar's secrets.
    pub fn registrar(&self, index: usize) -> &RegistrarSecrets {
        self.registrars.get(index).expect("a registrar of the fixture")
    }

    /// The manifest as it is now, signed by the root.
    pub fn signed_manifest(&self) -> Vec<u8> {
        let mut signed = ThresholdSigned::start(&self.manifest);
        signed.add_signature(&self.network, &self.root).expect("one signature");
        encode(&signed)
    }

    /// The key note as it is now, signed by the operations key.
    pub fn signed_key_note(&self) -> Vec<u8> {
        encode(&Signed::sign(&self.network, &self.operations, &self.key_note))
    }

    /// The manifest, verified.
    pub fn verified_manifest(&self) -> VerifiedManifest {
        VerifiedManifest::open(&self.network, &self.signed_manifest(), NOW).expect("a good manifest")
    }

    /// The key note, verified.
    pub fn verified_key_note(&self) -> VerifiedKeyNote {
        VerifiedKeyNote::open(&self.signed_key_note(), &self.verified_manifest(), NOW)
            .expect("a good key note")
    }

    /// A certificate of a week ago, for four weeks, by the first registrar.
    pub fn certificate(&self, device: PublicKey, roles: &[Role]) -> Signed<Certificate> {
        let issuer = &self.registrar(0).device;
        let certificate = Certificate {
            device,
            roles: roles.to_vec(),
            not_before: NOW.minus_ms(7 * DAY_MS),
            not_after: NOW.plus_ms(21 * DAY_MS),
            issuer: issuer.public(),
        };
        Signed::sign(&self.network, issuer, &certificate)
    }

    /// A pass, through all of its steps.
    pub fn pass(&mut self, purpose: PassPurpose, period: Period, zone: Option<ZoneId>) -> OwnedPass {
        let issuer = self.issuers.get(&(purpose, period)).expect("an issuer of the fixture");
        let network = &self.network;
        let (request, blinded) =
            PassRequest::new(network, purpose, period, zone, issuer.public(), &mut self.rng)
                .expect("a request");
        let answer = issuer.sign_blinded(&blinded, &mut self.rng).expect("an answer");
        request.finish(issuer.public(), &answer).expect("a pass")
    }

    /// A pass of this week.
    pub fn pass_now(&mut self, purpose: PassPurpose) -> OwnedPass {
        self.pass(purpose, this_week(), None)
    }

    /// A fresh alert id.
    pub fn alert_id(&mut self) -> AlertId {
        crate::alerts::build::draw_alert_id(&mut self.rng)
    }

    /// A verifier's statement: seen from ten to five minutes before [`NOW`].
    pub fn statement(&self, alert: AlertId, outcome: Outcome) -> FindingStatement {
        FindingStatement {
            alert,
            kind: KindCode::new("checkpoint").expect("a code"),
            place: Place::Cell(CELL),
            observed_from: NOW.minus_ms(10 * MINUTE_MS),
            observed_until: NOW.minus_ms(5 * MINUTE_MS),
            outcome,
        }
    }

    /// A finding with a fresh pass.
    pub fn finding(&mut self, statement: FindingStatement) -> FindingProof {
        let pass = self.pass_now(PassPurpose::Finding);
        FindingProof::sign(&self.network, &pass, statement)
    }

    /// A signed note with its quorum, two hours long, issued at `at`.
    pub fn alert(&mut self, alert: AlertId, note: NoteKind, serial: u32, at: Timestamp) -> String {
        let statement = self.statement(alert, outcome_for(note));
        let proof = self.finding(statement);
        let publish = self.pass_now(PassPurpose::Publish);
        AlertBuilder::from_statement(&self.network, note, serial, &proof.statement, 2 * HOUR_MS, at)
            .and_then(|builder| builder.finding(&proof))
            .and_then(|builder| builder.publish(&publish).finish())
            .expect("a good alert")
    }
}

impl Default for Fixture {
    fn default() -> Self {
        Self::new()
    }
}

/// The week of [`NOW`].
pub fn this_week() -> Period {
    Period::Week(Week::of(NOW))
}

/// A finding that goes with a kind of note; `Rechecking`, which has none, gets the one of `New`.
pub fn outcome_for(note: NoteKind) -> Outcome {
    match note {
        NoteKind::New | NoteKind::Update | NoteKind::Rechecking => Outcome::Confirmed,
        NoteKind::Wrong | NoteKind::RumorCheck => Outcome::FalseAlarm(FalseAlarm::CityPolice),
        NoteKind::Over => Outcome::Over(crate::alerts::HowEnded::LeftNobodyTaken),
    }
}

fn plain_manifest(roots: RootChain, registrars: Vec<PublicKey>, log: &LogKey) -> Manifest {
    let code = |text: &str| KindCode::new(text).expect("a code");
    let square = vec![(-93_270_000, 44_940_000), (-93_250_000, 44_940_000), (-93_250_000, 44_950_000)];
    let zone = ZoneInfo {
        id: ZONE.parse().expect("a zone id"),
        name: "Powderhorn Park".into(),
        polygons: vec![vec![square]],
    };
    Manifest {
        format: FORMAT,
        name: "Twin Cities rapid response".into(),
        version: 1,
        roots,
        languages: vec!["en".into(), "es".into()],
        zones: vec![zone],
        time_zone: "America/Chicago".into(),
        relays: vec!["https://relay.example.org".parse().expect("an address")],
        log: log.verifier(),
        operations_key: PublicKey([0; 32]),
        registrars,
        alert_quorum: AlertQuorum { findings: 1, publishes: 1, fallback_second_registrar: true },
        retention: Retention { unfounded_ms: 7 * DAY_MS, general_ms: 30 * DAY_MS },
        phone_lines: vec![PhoneLine {
            label: "Hotline".into(),
            number: "+1 612 555 0100".into(),
            language: "en".into(),
        }],
        incident_kinds: vec![code("checkpoint"), code("workplace")],
        local_rules: LocalRules { distance_ft: 25, recording_law: code("one-party"), note: String::new() },
        alert_resolution: 9,
        call_out_resolution: 8,
        issued_at: NOW.minus_ms(30 * DAY_MS),
        expires_at: NOW.plus_ms(300 * DAY_MS),
    }
}

fn plain_key_note(rng: &mut ChaCha20Rng) -> KeyNote {
    let mut stream = || {
        let mut id = [0; 32];
        rng.fill_bytes(&mut id);
        StreamId(id)
    };
    let mut team = || TeamStreams { room: stream(), door: stream(), welcome: stream(), casebook: stream() };
    let (desk, hosts, registrars) = (team(), team(), team());
    KeyNote {
        version: 1,
        issued_at: NOW.minus_ms(HOUR_MS),
        valid_until: NOW.minus_ms(HOUR_MS).plus_ms(limits::KEY_NOTE_MS),
        streams: NetworkStreams {
            desk,
            hosts,
            registrars,
            drop: stream(),
            hosts_inbox: stream(),
            day_notes: stream(),
            registrars_inbox: stream(),
        },
        desk: Vec::new(),
        hosts: Vec::new(),
        registrars: Vec::new(),
        issuers: Vec::new(),
        push_key: None,
        revoked: Vec::new(),
    }
}

fn registrar_keys(secrets: &RegistrarSecrets) -> RegistrarKeys {
    RegistrarKeys {
        device: secrets.device.public(),
        sealing_key: secrets.sealing.public(),
        purposes: PassPurpose::ALL.to_vec(),
    }
}

/// A public log in memory, as honest or dishonest as a test makes it.
#[derive(Debug, Clone)]
pub struct MemoryLog {
    network: NetworkId,
    key: LogKey,
    entries: Vec<(LogEntry, Timestamp)>,
    hashes: Stored,
    /// When checkpoints say they were signed.
    pub time: Timestamp,
}

#[derive(Debug, Clone, Default)]
struct Stored(Vec<Hash32>);

impl HashSource for Stored {
    type Error = core::convert::Infallible;

    fn hashes(&self, indexes: &[u64]) -> Result<Vec<Hash32>, Self::Error> {
        let at = |i: &u64| usize::try_from(*i).ok().and_then(|i| self.0.get(i)).copied();
        Ok(indexes.iter().map(|i| at(i).expect("a stored hash")).collect())
    }
}

impl MemoryLog {
    /// An empty log of a network.
    pub fn new(network: NetworkId, key: LogKey) -> Self {
        Self { network, key, entries: Vec::new(), hashes: Stored::default(), time: NOW }
    }

    /// A log that holds the fixture's manifest and key note.
    pub fn of(fixture: &Fixture) -> Self {
        let mut log = Self::new(fixture.network, fixture.log.clone());
        log.append(LogKind::Manifest, fixture.signed_manifest());
        log.append(LogKind::KeyNote, fixture.signed_key_note());
        log
    }

    /// Adds an entry, whatever it is; gives its place.
    pub fn append(&mut self, kind: LogKind, body: impl Into<Vec<u8>>) -> u64 {
        let body = body.into();
        let index = self.size();
        let leaf = entry_leaf(kind, &body);
        let more = tree::hashes_to_store(index, &leaf, &self.hashes).expect("a tree");
        self.hashes.0.extend(more);
        self.entries.push((LogEntry { kind, body }, self.time));
        index
    }

    /// Whether devices act on something after this size.
    pub fn has_news_after(&self, size: u64) -> bool {
        let known = usize::try_from(size).unwrap_or(usize::MAX);
        self.entries.iter().skip(known).any(|(entry, _)| LogPart::News.has(entry.kind))
    }

    /// How many entries it has.
    pub fn size(&self) -> u64 {
        u64::try_from(self.entries.len()).expect("a small log")
    }

    /// A signed checkpoint of all entries.
    pub fn checkpoint(&self) -> String {
        let root = tree::root(self.size(), &self.hashes).expect("a tree");
        self.key.sign_checkpoint(self.size(), root, self.time).expect("a checkpoint")
    }

    /// One entry with its proof.
    pub fn logged(&self, index: u64) -> LoggedEntry {
        let at = usize::try_from(index).expect("a small log");
        let (entry, at) = self.entries.get(at).expect("an entry").clone();
        let proof = tree::prove_inclusion(index, self.size(), &self.hashes).expect("a proof");
        LoggedEntry { index, at, entry, proof }
    }

    /// What `GET /v1/network` answers.
    pub fn network(&self) -> Network {
        let newest = |kind: LogKind| {
            let found = self.entries.iter().rposition(|(entry, _)| entry.kind == kind);
            found.and_then(|at| u64::try_from(at).ok()).map(|index| self.logged(index))
        };
        Network {
            id: self.network,
            manifest: newest(LogKind::Manifest).expect("a manifest"),
            key_note: newest(LogKind::KeyNote),
            checkpoint: self.checkpoint(),
            now: self.time,
            generation: 1,
        }
    }

    /// What `GET /v1/log/entries` answers, at most `limit` entries.
    pub fn answer(&self, part: LogPart, after: Option<u64>, from: Option<u64>, limit: usize) -> LogEntries {
        let first = after.map_or(0, |a| a.saturating_add(1));
        let all = (first..self.size()).map(|index| self.logged(index));
        let mut wanted = all.filter(|e| part.has(e.entry.kind));
        let entries = wanted.by_ref().take(limit).collect();
        let read_to = wanted.next().map_or(self.size(), |next| next.index);
        let proof = |from: u64| tree::prove_consistency(from, self.size(), &self.hashes);
        let consistency = from.and_then(|from| proof(from).ok()).unwrap_or_default();
        LogEntries { entries, checkpoint: self.checkpoint(), consistency, read_to }
    }
}
