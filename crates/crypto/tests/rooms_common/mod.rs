//! Devices, credentials and a stream of frames for the tests of rooms.
#![allow(dead_code, reason = "each test file uses its part")]
#![allow(clippy::wildcard_enum_match_arm, reason = "whatever else comes fails the test")]

use std::sync::Arc;

use bystand_crypto::rooms::*;
use bystand_wire::{BlobId, PublicKey, StreamId, Timestamp};
use rand_chacha::ChaCha20Rng;
use rand_core::SeedableRng;
use zeroize::Zeroizing;

pub const NOW: Timestamp = Timestamp(1_790_000_000_000);
pub const HOUR_MS: u64 = 3_600_000;
pub const ROOM: StreamId = StreamId([7; 32]);
pub const TREE: TreeLocation = TreeLocation { blob: BlobId([8; 32]), key: [9; 32] };

/// Test credentials read `role/name/version/leaf key`. Hosts may do anything, team members may add;
/// members may do nothing; team members may remove those whose name is `revoked-…`.
#[derive(Clone, Copy)]
pub struct Honest;

/// A changed program that allows itself everything.
#[derive(Clone, Copy)]
pub struct Lawless;

pub fn part(credential: &[u8], n: usize) -> String {
    String::from_utf8_lossy(credential).split('/').nth(n).unwrap_or_default().to_string()
}

impl Trust for Honest {
    fn check_leaf(&self, credential: &[u8], leaf_key: &PublicKey) -> Result<(), LeafRefused> {
        let fits = part(credential, 3) == leaf_key.to_string();
        if fits { Ok(()) } else { Err(LeafRefused::new("stands for another key")) }
    }
    fn may_commit(&self, credential: &[u8]) -> bool {
        ["host", "team"].contains(&part(credential, 0).as_str())
    }
    fn may_add(&self, committer: &[u8], added: &[u8]) -> bool {
        self.may_commit(committer) && part(added, 0) != "banned"
    }
    fn may_remove(&self, committer: &[u8], removed: &[u8]) -> bool {
        part(committer, 0) == "host" || part(removed, 1).starts_with("revoked-")
    }
    fn same_member(&self, a: &[u8], b: &[u8]) -> bool {
        (part(a, 0), part(a, 1)) == (part(b, 0), part(b, 1))
    }
}

impl Trust for Lawless {
    fn check_leaf(&self, _: &[u8], _: &PublicKey) -> Result<(), LeafRefused> {
        Ok(())
    }
    fn may_commit(&self, _: &[u8]) -> bool {
        true
    }
    fn may_add(&self, _: &[u8], _: &[u8]) -> bool {
        true
    }
    fn may_remove(&self, _: &[u8], _: &[u8]) -> bool {
        true
    }
    fn same_member(&self, _: &[u8], _: &[u8]) -> bool {
        true
    }
}

pub fn rng(seed: u8) -> ChaCha20Rng {
    ChaCha20Rng::from_seed([seed; 32])
}

/// The leaf key of a test device comes from its name.
pub fn leaf_seed(name: &str) -> [u8; 32] {
    let mut seed = [0x5a; 32];
    for (slot, byte) in seed.iter_mut().zip(name.bytes()) {
        *slot = byte;
    }
    seed
}

pub fn credential_of(who: &str, version: u8, key: &PublicKey) -> Vec<u8> {
    format!("{who}/{version}/{key}").into_bytes()
}

/// A device's part; `who` is `role/name`.
pub fn config_with(who: &str, version: u8, trust: Arc<dyn Trust>) -> RoomConfig {
    let leaf_key = Zeroizing::new(leaf_seed(who));
    let mut config = RoomConfig { leaf_key, credential: Vec::new(), trust };
    config.credential = credential_of(who, version, &config.leaf_public());
    config
}

pub fn config(who: &str) -> RoomConfig {
    config_with(who, 1, Arc::new(Honest))
}

/// A program changed by its owner: the same device, no rules.
pub fn lawless(who: &str) -> RoomConfig {
    config_with(who, 1, Arc::new(Lawless))
}

/// A room and everything that was sent in it, as the relay would hold it.
pub struct World {
    pub rng: ChaCha20Rng,
    pub stream: Vec<Vec<u8>>,
}

impl World {
    pub fn new(seed: u8) -> Self {
        Self { rng: rng(seed), stream: Vec::new() }
    }

    pub fn create(&mut self, config: &RoomConfig) -> Room {
        Room::create(config, ROOM, NOW, &mut self.rng).expect("creates")
    }

    pub fn key_package(&mut self, config: &RoomConfig) -> (KeyPackageBytes, KeyPackageSecret) {
        Room::key_package(config, NOW, HOUR_MS, &mut self.rng).expect("makes a key package")
    }

    /// One commit adds all; everybody applies it; the newcomers join. The committer is first.
    pub fn admit(&mut self, members: &mut [&mut Room], newcomers: &[RoomConfig]) -> Vec<Room> {
        let packages: Vec<_> = newcomers.iter().map(|c| self.key_package(c)).collect();
        let bytes: Vec<_> = packages.iter().map(|(bytes, _)| bytes.clone()).collect();
        let pending = members[0].add(&bytes, &TREE, NOW, &mut self.rng).expect("adds");
        self.settle(members, &pending);
        let welcome = pending.welcome.as_deref().expect("a welcome");
        let joined = newcomers.iter().zip(packages).map(|(config, (_, secret))| {
            let (room, hello) = Room::join(config, &[secret], welcome, &pending.tree).expect("joins");
            assert_eq!((hello.room, &hello.tree), (ROOM, &TREE));
            room
        });
        joined.collect()
    }

    /// The relay takes the commit of `members[0]`; everybody applies it.
    pub fn settle(&mut self, members: &mut [&mut Room], pending: &PendingCommit) -> Applied {
        self.stream.push(pending.commit.clone());
        let (committer, others) = members.split_first_mut().expect("a committer");
        let applied = committer.commit_accepted().expect("applies its own");
        assert_eq!(applied.epoch, pending.epoch + 1);
        for member in others {
            let Incoming::Commit(seen) = member.process(&pending.commit).expect("applies") else {
                panic!("not a commit");
            };
            if !seen.we_were_removed {
                assert_eq!(seen, applied);
            }
        }
        applied
    }

    /// The first one sends; the others must read exactly that.
    pub fn talk(&mut self, members: &mut [&mut Room], body: &[u8]) -> Vec<u8> {
        let frame = members[0].encrypt(body, &mut self.rng).expect("encrypts");
        self.stream.push(frame.clone());
        let (sender, own) = (members[0].own_index(), members[0].own_credential().to_vec());
        for member in &mut members[1..] {
            assert_message(member.process(&frame), sender, &own, body);
        }
        frame
    }
}

pub fn assert_message(
    incoming: Result<Incoming, RoomError>,
    from: MemberIndex,
    theirs: &[u8],
    expected: &[u8],
) {
    match incoming.expect("reads") {
        Incoming::Message { sender, credential, body, .. } => {
            assert_eq!((sender, &credential[..], &body[..]), (from, theirs, expected));
        }
        other => panic!("not a message: {other:?}"),
    }
}

/// Two devices agree on the room exactly when this is equal on both.
pub fn state_of(room: &Room) -> (u64, String, Vec<Member>, PublicKey, Vec<u8>) {
    (
        room.epoch(),
        room.epoch_authenticator().expect("an authenticator").to_string(),
        room.members(),
        room.append_key().public(),
        room.export("test", 32).expect("exports").to_vec(),
    )
}

#[track_caller]
pub fn assert_agree(rooms: &[&Room]) {
    for room in rooms {
        assert_eq!(state_of(room), state_of(rooms[0]));
    }
}

/// All of them, borrowed one by one.
pub fn each(rooms: &mut [Room]) -> Vec<&mut Room> {
    rooms.iter_mut().collect()
}
