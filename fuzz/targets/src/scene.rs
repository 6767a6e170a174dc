//! A small network with real keys and a room in it, the same at every run: what the targets check
//! strangers' bytes against, and what their seeds are made of.

use std::sync::LazyLock;

use bystand_core::alerts::NoteKind;
use bystand_core::fixtures::{Fixture, MemoryLog, NOW};
use bystand_core::network::{VerifiedKeyNote, VerifiedManifest};
use bystand_core::room::{Credential, Leaf, RoomKind, RoomRules, RoomTrust};
use bystand_crypto::rooms::{KeyPackageSecret, Room, RoomConfig, TreeLocation};
use bystand_crypto::seal::{SealPurpose, SealSecretKey, seal};
use bystand_crypto::sign::SigningKey;
use bystand_wire::relay_api::LogKind;
use bystand_wire::time::HOUR_MS;
use bystand_wire::{BlobId, Role, StreamId};

/// The room's stream, and what seals in the targets are bound to.
pub const STREAM: StreamId = StreamId([7; 32]);

/// The network, what it has logged, and a team's room of two with a third at the door.
pub struct Scene {
    /// Its keys.
    pub fixture: Fixture,
    /// What it is.
    pub manifest: VerifiedManifest,
    /// Its keys now.
    pub key_note: VerifiedKeyNote,
    /// Manifest, key note and an alert.
    pub log: MemoryLog,
    /// A signed alert.
    pub alert: String,
    /// Opens every seal of the targets.
    pub secret: SealSecretKey,
    /// A seal of each purpose.
    pub seals: Vec<Vec<u8>>,
    /// The second member's program.
    pub member: RoomConfig,
    /// The second member's state.
    pub snapshot: Vec<u8>,
    /// The newcomer's program.
    pub newcomer: RoomConfig,
    /// What opens the newcomer's Welcome.
    pub package_secret: KeyPackageSecret,
    /// What strangers send to a room: a message, a commit, a key package, a Welcome, a tree.
    pub frames: [Vec<u8>; 5],
}

/// Made once.
pub static SCENE: LazyLock<Scene> = LazyLock::new(Scene::new);

impl std::fmt::Debug for Scene {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Scene")
    }
}

impl Scene {
    fn new() -> Self {
        let mut fixture = Fixture::new();
        let id = fixture.alert_id();
        let alert = fixture.alert(id, NoteKind::New, 1, NOW);
        let mut log = MemoryLog::of(&fixture);
        log.append(LogKind::Alert, alert.clone());
        let secret = SealSecretKey::from_seed(&[3; 32]);
        let (network, to) = (fixture.network, secret.public());
        let aad = STREAM.as_ref();
        let seals = SealPurpose::ALL
            .map(|purpose| seal(&network, purpose, &to, &mut fixture.rng, aad, b"body").expect("sealed"));
        let [opener, member, newcomer] = [1, 2, 3].map(|n| config(&fixture, n));
        let rng = &mut fixture.rng;
        let mut first = Room::create(&opener, STREAM, NOW, rng).expect("a room");
        let tree = TreeLocation { blob: BlobId([8; 32]), key: [9; 32] };
        let (package, package_secret) = Room::key_package(&member, NOW, HOUR_MS, rng).expect("a package");
        let added = first.add(&[package], &tree, NOW, rng).expect("added");
        first.commit_accepted().expect("applied");
        let welcome = added.welcome.expect("a welcome");
        let secrets = std::slice::from_ref(&package_secret);
        let (mut second, _) = Room::join(&member, secrets, &welcome, &added.tree).expect("joined");
        let snapshot = second.snapshot().expect("a snapshot").to_vec();
        let message = first.encrypt(b"hello", rng).expect("encrypted");
        let (package, package_secret) = Room::key_package(&newcomer, NOW, HOUR_MS, rng).expect("a package");
        let added = first.add(std::slice::from_ref(&package), &tree, NOW, rng).expect("added");
        let welcome = added.welcome.expect("a welcome");
        let frames = [message, added.commit, package, welcome, added.tree];
        let seals = seals.to_vec();
        let (manifest, key_note) = (fixture.verified_manifest(), fixture.verified_key_note());
        Self {
            fixture,
            manifest,
            key_note,
            log,
            alert,
            secret,
            seals,
            member,
            snapshot,
            newcomer,
            package_secret,
            frames,
        }
    }

    /// The second member's room, as it was at first.
    pub fn room(&self) -> Room {
        Room::restore(&self.member, &self.snapshot).expect("restored")
    }
}

/// A dispatcher's program, with the rules that every device enforces.
fn config(fixture: &Fixture, n: u8) -> RoomConfig {
    let key = SigningKey::from_seed(&[n; 32]);
    let certificate = fixture.certificate(key.public(), &[Role::Dispatcher]).into();
    let rules = RoomRules::new(fixture.network, RoomKind::Team(Role::Dispatcher));
    rules.update(&RoomTrust::new(&fixture.verified_manifest(), &fixture.verified_key_note()), NOW);
    Leaf { key, credential: Credential::Device(certificate), rules, committer: None }.config()
}
