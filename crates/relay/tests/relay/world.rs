//! A small network with real keys, made once, and relays that serve it.

use std::path::Path;
use std::sync::{Arc, LazyLock};

use bystand_core::network::certificate::Certificate;
use bystand_core::network::keynote::{
    DeskKeys, HostKeys, IssuerEntry, KeyNote, NetworkStreams, RegistrarKeys, TeamStreams,
};
use bystand_core::network::manifest::{
    AlertQuorum, FORMAT, LocalRules, Manifest, PhoneLine, Retention, ZoneInfo,
};
use bystand_crypto::notes::LogVerifier;
use bystand_crypto::passes::{IssuerKey, OwnedPass, PassRequest};
use bystand_crypto::seal::SealSecretKey;
use bystand_crypto::sign::{Signed, SigningKey};
use bystand_crypto::threshold::{RootChain, RootSet, ThresholdSigned, network_id};
use bystand_relay::clock::SetClock;
use bystand_relay::{Config, Running, data_dir, serve_with_clock};
use bystand_wire::relay_api::{LogKind, Logged, SignedBytes};
use bystand_wire::{
    NetworkId, PassPurpose, Period, Quarter, Role, StreamId, Timestamp, Week, ZoneId, encode,
};
use rand_chacha::ChaCha20Rng;
use rand_chacha::rand_core::SeedableRng;

use crate::client::{Client, key};

pub const DAY_MS: u64 = 24 * 3_600_000;

/// 2026-11-21T12:00:00Z, a Saturday.
pub fn noon() -> Timestamp {
    "2026-11-21T12:00:00Z".parse().expect("a time")
}

pub fn week() -> Period {
    Period::Week(Week::of(noon()))
}

pub fn quarter() -> Period {
    Period::Quarter(Quarter::of(noon()))
}

/// Keys of the test network: one root, two registrars.
pub struct World {
    pub network: NetworkId,
    pub root: SigningKey,
    roots: RootSet,
    pub operations: SigningKey,
    pub anna: SigningKey,
    pub ben: SigningKey,
    pub host: SigningKey,
    sealing: SealSecretKey,
    issuers: Vec<(PassPurpose, Period, IssuerKey)>,
}

pub static WORLD: LazyLock<World> = LazyLock::new(World::new);

impl World {
    fn new() -> Self {
        let mut rng = ChaCha20Rng::seed_from_u64(2026);
        let root = SigningKey::generate(&mut rng);
        let roots = RootSet::new(vec![root.public()], 1).expect("a root set");
        let mut registrars = [SigningKey::generate(&mut rng), SigningKey::generate(&mut rng)];
        registrars.sort_by_key(SigningKey::public);
        let [anna, ben] = registrars;
        let issuer = |purpose, period, rng: &mut ChaCha20Rng| {
            (purpose, period, IssuerKey::generate(rng).expect("an RSA key"))
        };
        let issuers = vec![
            issuer(PassPurpose::Card, quarter(), &mut rng),
            issuer(PassPurpose::Report, week(), &mut rng),
            issuer(PassPurpose::Room, week(), &mut rng),
            issuer(PassPurpose::Finding, week(), &mut rng),
            issuer(PassPurpose::Publish, week(), &mut rng),
        ];
        World {
            network: network_id(&roots),
            root,
            roots,
            operations: SigningKey::generate(&mut rng),
            anna,
            ben,
            host: SigningKey::generate(&mut rng),
            sealing: SealSecretKey::generate(&mut rng),
            issuers,
        }
    }

    pub fn manifest(&self, version: u64, log: &LogVerifier) -> Manifest {
        Manifest {
            format: FORMAT,
            name: "Twin Cities <& neighbors>".into(),
            version,
            roots: RootChain::new(self.roots.clone()),
            languages: vec!["en".into()],
            zones: vec![
                ZoneInfo { id: zone(), name: "Whittier".into(), polygons: vec![] },
                // All around the cell of the tests.
                ZoneInfo {
                    id: "powderhorn-park".parse().expect("a zone"),
                    name: "Powderhorn \"Park\"".into(),
                    polygons: vec![vec![vec![
                        (-93_600_000, 44_800_000),
                        (-93_000_000, 44_800_000),
                        (-93_000_000, 45_100_000),
                        (-93_600_000, 45_100_000),
                    ]]],
                },
            ],
            time_zone: "America/Chicago".into(),
            relays: vec!["https://relay.test".parse().expect("an address")],
            log: log.clone(),
            operations_key: self.operations.public(),
            registrars: vec![self.anna.public(), self.ben.public()],
            alert_quorum: AlertQuorum { findings: 1, publishes: 1, fallback_second_registrar: true },
            retention: Retention { unfounded_ms: 7 * DAY_MS, general_ms: 30 * DAY_MS },
            phone_lines: vec![PhoneLine {
                label: "Hotline".into(),
                number: "+1 612 555 0100".into(),
                language: "en".into(),
            }],
            incident_kinds: vec!["checkpoint".parse().expect("a kind")],
            local_rules: LocalRules {
                distance_ft: 25,
                recording_law: "public-place".parse().expect("a code"),
                note: "Keep your distance.".into(),
            },
            alert_resolution: 9,
            call_out_resolution: 8,
            issued_at: noon().minus_ms(DAY_MS),
            expires_at: noon().plus_ms(90 * DAY_MS),
        }
    }

    pub fn sign_manifest(&self, manifest: &Manifest) -> Vec<u8> {
        let mut signed = ThresholdSigned::start(manifest);
        signed.add_signature(&self.network, &self.root).expect("a signature");
        encode(&signed)
    }

    pub fn key_note(&self, version: u64) -> KeyNote {
        let team = |n| TeamStreams {
            room: StreamId([n; 32]),
            door: StreamId([n + 1; 32]),
            welcome: StreamId([n + 2; 32]),
            casebook: StreamId([n + 3; 32]),
        };
        let (from, to) = (noon().minus_ms(DAY_MS), noon().plus_ms(7 * DAY_MS));
        let issuers = self.issuers.iter().map(|(purpose, period, issuer)| IssuerEntry {
            purpose: *purpose,
            period: *period,
            registrar: if *purpose == PassPurpose::Publish { self.ben.public() } else { self.anna.public() },
            key: issuer.public().clone(),
        });
        let registrar = |device: &SigningKey, purposes| RegistrarKeys {
            device: device.public(),
            sealing_key: self.sealing.public().clone(),
            purposes,
        };
        KeyNote {
            version,
            issued_at: noon().minus_ms(3_600_000),
            valid_until: noon().plus_ms(7 * DAY_MS),
            streams: NetworkStreams {
                desk: team(10),
                hosts: team(20),
                registrars: team(30),
                drop: StreamId([40; 32]),
                hosts_inbox: StreamId([41; 32]),
                day_notes: StreamId([42; 32]),
                registrars_inbox: StreamId([43; 32]),
            },
            desk: vec![DeskKeys {
                report_key: self.sealing.public().clone(),
                desk_key: key(50).public(),
                not_before: from,
                not_after: to,
            }],
            hosts: vec![HostKeys {
                door_key: self.sealing.public().clone(),
                host_key: self.host.public(),
                not_before: from,
                not_after: to,
            }],
            registrars: vec![
                registrar(&self.anna, vec![PassPurpose::Card, PassPurpose::Finding]),
                registrar(&self.ben, vec![PassPurpose::Publish]),
            ],
            issuers: issuers.collect(),
            push_key: None,
            revoked: vec![],
        }
    }

    pub fn sign_key_note(&self, note: &KeyNote) -> Vec<u8> {
        encode(&Signed::sign(&self.network, &self.operations, note))
    }

    /// A fresh pass; `n` tells one from another.
    pub fn pass(&self, purpose: PassPurpose, n: u64) -> OwnedPass {
        let (_, period, issuer) = self.issuers.iter().find(|(p, _, _)| *p == purpose).expect("issued");
        let mut rng = ChaCha20Rng::seed_from_u64(1_000 + n);
        let zone = (purpose == PassPurpose::Room).then(zone);
        let (request, blinded) =
            PassRequest::new(&self.network, purpose, *period, zone, issuer.public(), &mut rng)
                .expect("a request");
        let answer = issuer.sign_blinded(&blinded, &mut rng).expect("signed");
        request.finish(issuer.public(), &answer).expect("a pass")
    }

    pub fn certificate(&self, device: &SigningKey, roles: Vec<Role>) -> SignedBytes {
        let certificate = Certificate {
            device: device.public(),
            roles,
            not_before: noon().minus_ms(DAY_MS),
            not_after: noon().plus_ms(30 * DAY_MS),
            issuer: self.anna.public(),
        };
        Signed::sign(&self.network, &self.anna, &certificate).into()
    }
}

pub fn zone() -> ZoneId {
    "whittier".parse().expect("a zone")
}

/// A relay on a loopback port with a clock of its own.
pub struct Relay {
    pub running: Running,
    pub clock: SetClock,
    pub folder: Arc<tempfile::TempDir>,
    pub config: Config,
}

impl Relay {
    /// A fresh relay without a manifest.
    pub async fn empty(change: impl FnOnce(&mut Config)) -> Relay {
        let folder = Arc::new(tempfile::tempdir().expect("a folder"));
        let mut config = config(folder.path());
        change(&mut config);
        let clock = SetClock::at(noon());
        let running = serve_with_clock(config.clone(), Arc::new(clock.clone()), std::future::pending())
            .await
            .expect("started");
        Relay { running, clock, folder, config }
    }

    /// A relay with manifest and key note.
    pub async fn start() -> Relay {
        Self::start_with(|_| ()).await
    }

    pub async fn start_with(change: impl FnOnce(&mut Config)) -> Relay {
        let relay = Self::empty(change).await;
        let client = relay.client();
        let manifest = WORLD.sign_manifest(&WORLD.manifest(1, relay.running.log()));
        let first: Logged = client.log(LogKind::Manifest, manifest).await.read();
        let second: Logged =
            client.log(LogKind::KeyNote, WORLD.sign_key_note(&WORLD.key_note(1))).await.read();
        assert_eq!((first.index, second.index), (0, 1));
        relay
    }

    /// Stops and starts again on the same folder.
    pub async fn restart(self) -> Relay {
        let Relay { running, clock, folder, config } = self;
        running.stop().await;
        let running = serve_with_clock(config.clone(), Arc::new(clock.clone()), std::future::pending())
            .await
            .expect("started again");
        Relay { running, clock, folder, config }
    }

    pub fn client(&self) -> Client {
        Client { addr: self.running.addr(), network: WORLD.network }
    }

    pub fn now(&self) -> Timestamp {
        use bystand_relay::clock::Clock;
        self.clock.now()
    }
}

/// Settings for tests: any free port, no background work, the easiest puzzle.
pub fn config(folder: &Path) -> Config {
    data_dir::create(folder, &WORLD.network).expect("a data folder");
    let mut config = Config::new(folder, WORLD.network);
    config.tuning.listen.set_port(0);
    config.tuning.sweep_s = 86_400;
    config.tuning.checkpoint_s = 86_400;
    config.tuning.work_effort_cap = 1;
    config.tuning.readers = 2;
    config
}
