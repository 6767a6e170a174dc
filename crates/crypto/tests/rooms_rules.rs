//! Every member enforces who may change the room; a refused change leaves no trace.
#![allow(clippy::wildcard_enum_match_arm, reason = "whatever else comes fails the test")]
mod rooms_common;

use bystand_crypto::rooms::*;
use bystand_wire::Timestamp;
use rooms_common::*;

struct Refused {
    name: &'static str,
    reason: Refusal,
}

/// A room of a host, a lawless member (whose program was changed) and two honest members.
fn room_with_an_outlaw(world: &mut World) -> Vec<Room> {
    let mut rooms = vec![world.create(&config("host/h"))];
    let newcomers = [lawless("member/outlaw"), config("member/a"), config("member/b")];
    let joined = world.admit(&mut each(&mut rooms), &newcomers);
    rooms.extend(joined);
    rooms
}

/// Everybody but the author refuses for the same reason, again when it is sent again, and goes on as before.
fn assert_refused(world: &mut World, rooms: &mut [Room], author: usize, commit: &[u8], expected: &Refused) {
    let Refused { name, reason: expected } = expected;
    for (i, room) in rooms.iter_mut().enumerate().filter(|(i, _)| *i != author) {
        let before = state_of(room);
        for _ in 0..2 {
            match room.process(commit) {
                Err(RoomError::CommitRefused { reason }) => assert_eq!(&reason, expected, "{name} at {i}"),
                other => panic!("{name} at {i}: {other:?}"),
            }
        }
        assert_eq!(state_of(room), before, "{name} at {i}");
    }
    rooms[author].commit_rejected();
    // The author's own keys moved on as little as the others' did.
    let pending = rooms[0].refresh(NOW, &mut world.rng).expect("refreshes");
    world.settle(&mut each(rooms), &pending);
    world.talk(&mut each(rooms), b"as if nothing had happened");
    assert_agree(&rooms.iter().collect::<Vec<_>>());
}

#[test]
fn a_member_who_may_not_commit_is_refused_by_all() {
    let mut world = World::new(20);
    let mut rooms = room_with_an_outlaw(&mut world);
    let refused = |name| Refused { name, reason: Refusal::MayNotCommit };

    let refresh = rooms[1].refresh(NOW, &mut world.rng).expect("its own program lets it");
    assert_refused(&mut world, &mut rooms, 1, &refresh.commit, &refused("refresh"));

    let victim = rooms[2].own_index();
    let removal = rooms[1].remove(&[victim], NOW, &mut world.rng).expect("its own program lets it");
    assert_refused(&mut world, &mut rooms, 1, &removal.commit, &refused("removal"));

    let (package, secret) = world.key_package(&config("member/friend"));
    let addition = rooms[1].add(&[package], &TREE, NOW, &mut world.rng).expect("its own program lets it");
    assert_refused(&mut world, &mut rooms, 1, &addition.commit, &refused("addition"));
    // Nor can it lure a newcomer into a room of its own making.
    let welcome = addition.welcome.expect("a welcome");
    let lured = Room::join(&config("member/friend"), &[secret], &welcome, &addition.tree);
    assert!(
        matches!(lured, Err(RoomError::WelcomeRefused { reason: WelcomeRefusal::MayNotCommit })),
        "{lured:?}"
    );
    // The honest program does not even make such a commit.
    assert!(matches!(
        rooms[2].refresh(NOW, &mut world.rng),
        Err(RoomError::CommitRefused { reason: Refusal::MayNotCommit })
    ));
    assert!(rooms[2].pending().is_none());
}

#[test]
fn whom_one_may_add_and_remove() {
    let mut world = World::new(21);
    let mut rooms = vec![world.create(&config("team/a"))];
    let outlaw = config_with("team/outlaw", 1, std::sync::Arc::new(Lawless));
    let joined = world.admit(&mut each(&mut rooms), &[outlaw, config("team/b"), config("team/revoked-c")]);
    rooms.extend(joined);

    let victim = rooms[2].own_index();
    let removal = rooms[1].remove(&[victim], NOW, &mut world.rng).expect("its own program lets it");
    let refused = Refused { name: "removal of a member in good standing", reason: Refusal::MayNotRemove };
    assert_refused(&mut world, &mut rooms, 1, &removal.commit, &refused);

    let (package, _) = world.key_package(&config("banned/x"));
    let addition =
        rooms[1].add(std::slice::from_ref(&package), &TREE, NOW, &mut world.rng).expect("its own program");
    let refused = Refused { name: "addition of a banned one", reason: Refusal::MayNotAdd };
    assert_refused(&mut world, &mut rooms, 1, &addition.commit, &refused);
    assert_eq!(screened(&mut rooms[0], &package), Some(KeyPackageRefusal::MayNotAdd));
    assert!(matches!(
        rooms[0].remove(&[victim], NOW, &mut world.rng),
        Err(RoomError::CommitRefused { reason: Refusal::MayNotRemove })
    ));

    // The revoked one may be removed by any of the team, together with others in one commit.
    let revoked = rooms[3].own_index();
    let removal = rooms[0].remove(&[revoked, revoked], NOW, &mut world.rng).expect("may be removed");
    world.settle(&mut each(&mut rooms), &removal);
    assert!(rooms[3].is_removed());
}

/// Somebody who takes another's place: same leaf key is impossible without its secret, so the outlaw
/// renews its own leaf into somebody else's credential.
#[test]
fn a_leaf_cannot_become_somebody_else() {
    let mut world = World::new(22);
    let mut rooms = vec![world.create(&config("team/a"))];
    let outlaw = config_with("team/outlaw", 1, std::sync::Arc::new(Lawless));
    let joined = world.admit(&mut each(&mut rooms), &[outlaw.clone(), config("team/b")]);
    rooms.extend(joined);
    let mut disguised = outlaw.clone();
    disguised.credential = credential_of("team/a", 1, &outlaw.leaf_public());
    let renewal = rooms[1].renew(&disguised, NOW, &mut world.rng).expect("its own program lets it");
    let refused = Refused { name: "another's name", reason: Refusal::NotSameMember };
    assert_refused(&mut world, &mut rooms, 1, &renewal.commit, &refused);
    disguised.credential = credential_of("team/outlaw", 2, &config("team/a").leaf_public());
    let renewal = rooms[1].renew(&disguised, NOW, &mut world.rng).expect("its own program lets it");
    let reason = Refusal::Leaf(LeafRefused::new("stands for another key"));
    assert_refused(&mut world, &mut rooms, 1, &renewal.commit, &Refused { name: "another's key", reason });
}

fn screened(room: &mut Room, package: &[u8]) -> Option<KeyPackageRefusal> {
    match room.screen(package, NOW) {
        Ok(_) => None,
        Err(RoomError::KeyPackageRefused { reason, .. }) => Some(reason),
        Err(other) => panic!("{other:?}"),
    }
}

#[test]
fn key_packages_that_cannot_be_added() {
    let mut world = World::new(23);
    let mut room = world.create(&config("host/h"));
    let (good, _) = world.key_package(&config("member/m"));
    assert_eq!(screened(&mut room, &good), None);
    let candidate = room.screen(&good, NOW).expect("may be added");
    assert_eq!(candidate.credential, config("member/m").credential);
    assert_eq!((candidate.leaf_key, candidate.replaces), (config("member/m").leaf_public(), None));

    // Its lifetime: from the skew before to the end.
    let at = |room: &mut Room, ms: u64| match room.screen(&good, Timestamp(ms)) {
        Ok(_) => None,
        Err(error) => Some(error.code()),
    };
    assert_eq!(at(&mut room, NOW.0 - 299_000), None);
    assert_eq!(at(&mut room, NOW.0 - 301_000), Some("room-key-package-refused"));
    assert_eq!(at(&mut room, NOW.0 + HOUR_MS), None);
    assert_eq!(at(&mut room, NOW.0 + HOUR_MS + 2_000), Some("room-key-package-refused"));

    // A leaf key that its credential does not stand for, made by a lawless program.
    let mut liar = lawless("member/liar");
    liar.credential = config("member/m").credential;
    let (lying, _) = world.key_package(&liar);
    let leaf = KeyPackageRefusal::Leaf(LeafRefused::new("stands for another key"));
    assert_eq!(screened(&mut room, &lying), Some(leaf));

    let (own, _) = world.key_package(&config("host/h"));
    assert_eq!(screened(&mut room, &own), Some(KeyPackageRefusal::OurOwn));

    let mut other_suite = good.clone();
    assert_eq!(other_suite[4..8], [0, 1, 0, 3], "version and suite of the key package");
    other_suite[7] = 1;
    assert_eq!(screened(&mut room, &other_suite), Some(KeyPackageRefusal::WrongSuite));

    let mut forged = good.clone();
    *forged.last_mut().expect("not empty") ^= 1;
    assert!(matches!(screened(&mut room, &forged), Some(KeyPackageRefusal::Protocol(_))));

    let longer = [good.clone(), vec![0]].concat();
    let padded = vec![0; KEY_PACKAGE_LEN + 1];
    for bad in [&good[..good.len() - 1], &longer, &padded, &[], b"key package"] {
        assert_eq!(screened(&mut room, bad), Some(KeyPackageRefusal::Malformed), "{}", bad.len());
    }

    // In a batch the first bad one is named, and nothing happens.
    let (second, _) = world.key_package(&config("member/n"));
    let (third, _) = world.key_package(&config("member/m"));
    for (batch, bad) in [(vec![good.clone(), second.clone(), lying], 2), (vec![good, second, third], 2)] {
        match room.add(&batch, &TREE, NOW, &mut world.rng) {
            Err(RoomError::KeyPackageRefused { position, .. }) => assert_eq!(position, bad),
            other => panic!("{other:?}"),
        }
    }
    assert!(room.pending().is_none());
    assert_eq!(room.members().len(), 1);
}

/// Somebody who copies another's encryption keys cannot spoil the whole batch: they are named.
#[test]
fn a_copied_encryption_key_is_found_in_a_batch() {
    let mut world = World::new(27);
    let mut room = world.create(&config("host/h"));
    let (victim, _) = Room::key_package(&config("member/v"), NOW, HOUR_MS, &mut rng(99)).expect("makes");
    let (copy, _) = Room::key_package(&config("member/copy"), NOW, HOUR_MS, &mut rng(99)).expect("makes");
    let mut batch: Vec<_> = (0..9).map(|i| world.key_package(&config(&format!("member/{i}"))).0).collect();
    batch.insert(2, victim);
    for at in [3, 6, 10] {
        let mut spoiled = batch.clone();
        spoiled.insert(at, copy.clone());
        assert_eq!(screened(&mut room, &copy), None, "fine by itself");
        match room.add(&spoiled, &TREE, NOW, &mut world.rng) {
            Err(RoomError::KeyPackageRefused { position, reason: KeyPackageRefusal::Protocol(_) }) => {
                assert_eq!(position, at);
            }
            other => panic!("{other:?}"),
        }
        spoiled.remove(at);
        room.add(&spoiled, &TREE, NOW, &mut world.rng).expect("without it all is well");
        room.commit_rejected();
    }
}

#[test]
fn welcomes_that_are_not_for_us_or_not_right() {
    let mut world = World::new(24);
    let mut host = world.create(&config("host/h"));
    let mine = config("member/m");
    let (package, secret) = world.key_package(&mine);
    let (_, other_secret) = world.key_package(&mine);
    let pending = host.add(&[package], &TREE, NOW, &mut world.rng).expect("adds");
    let welcome = pending.welcome.clone().expect("a welcome");
    let join = |config: &RoomConfig, secrets: &[KeyPackageSecret], welcome: &[u8], tree: &[u8]| {
        Room::join(config, secrets, welcome, tree).map(|_| ()).expect_err("refused")
    };

    assert!(matches!(join(&mine, &[], &welcome, &pending.tree), RoomError::NotForUs));
    assert!(matches!(
        join(&mine, std::slice::from_ref(&other_secret), &welcome, &pending.tree),
        RoomError::NotForUs
    ));
    let secrets = [other_secret, secret];

    // The right one is found among several, by the stored form too, and told apart afterwards.
    let stored: Vec<_> = secrets.iter().map(KeyPackageSecret::to_bytes).collect();
    let secrets: Vec<_> =
        stored.iter().map(|b| KeyPackageSecret::from_bytes(b).expect("round trip")).collect();
    let hello = Room::examine(&mine, &secrets, &welcome).expect("readable");
    assert_eq!((hello.room, &hello.tree, hello.epoch), (ROOM, &TREE, 1));
    assert_eq!(hello.key_package, secrets[1].id());
    assert_eq!(secrets[1].expires(), NOW.plus_ms(HOUR_MS));

    // A tree of another room, another epoch, or none.
    host.commit_accepted().expect("applies");
    let other_tree = {
        let (package, _) = world.key_package(&config("member/x"));
        host.add(&[package], &TREE, NOW, &mut world.rng).expect("adds").tree
    };
    for tree in [&other_tree[..], &pending.tree[..pending.tree.len() - 1], &[], b"tree"] {
        let error = join(&mine, &secrets, &welcome, tree);
        assert!(
            matches!(error, RoomError::WelcomeRefused { reason: WelcomeRefusal::WrongTree }),
            "{error:?}"
        );
    }
    let longer = [pending.tree.clone(), vec![0]].concat();
    assert_eq!(join(&mine, &secrets, &welcome, &longer).code(), "room-welcome-refused");

    // A member whom our application does not accept is in the room.
    let mut strict = mine.clone();
    strict.trust = std::sync::Arc::new(NoHosts);
    let error = join(&strict, &secrets, &welcome, &pending.tree);
    assert!(matches!(error, RoomError::WelcomeRefused { reason: WelcomeRefusal::Leaf(_) }), "{error:?}");

    // The key package was made with another leaf key than the device now has.
    let error = join(&config("member/n"), &secrets, &welcome, &pending.tree);
    assert!(matches!(error, RoomError::Config(_)), "{error:?}");

    let (room, _) = Room::join(&mine, &secrets, &welcome, &pending.tree).expect("joins");
    assert_eq!(room.epoch(), 1);
}

struct NoHosts;

impl Trust for NoHosts {
    fn check_leaf(&self, credential: &[u8], _: &bystand_wire::PublicKey) -> Result<(), LeafRefused> {
        if part(credential, 0) == "host" { Err(LeafRefused::new("no hosts")) } else { Ok(()) }
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

#[test]
fn frames_of_another_room_are_refused() {
    let mut world = World::new(25);
    let mut rooms = vec![world.create(&config("host/h"))];
    let joined = world.admit(&mut each(&mut rooms), &[config("member/m")]);
    rooms.extend(joined);
    let elsewhere = bystand_wire::StreamId([1; 32]);
    let mut other = Room::create(&config("host/h"), elsewhere, NOW, &mut world.rng).expect("creates");
    let message = other.encrypt(b"hello", &mut world.rng).expect("encrypts");
    let commit = other.refresh(NOW, &mut world.rng).expect("refreshes").commit;
    for frame in [message, commit] {
        assert!(matches!(rooms[1].process(&frame), Err(RoomError::OtherRoom)));
    }
}

#[test]
fn a_credential_must_fit_its_own_key_and_the_limit() {
    let mut world = World::new(26);
    let mut wrong = config("host/h");
    wrong.credential = config("host/g").credential;
    let mut long = lawless("host/h");
    long.credential = vec![0; CREDENTIAL_LEN + 1];
    for bad in [wrong, long] {
        assert!(matches!(Room::create(&bad, ROOM, NOW, &mut world.rng), Err(RoomError::Config(_))));
        assert!(matches!(Room::key_package(&bad, NOW, HOUR_MS, &mut world.rng), Err(RoomError::Config(_))));
    }
    let mut longest = lawless("host/h");
    longest.credential = vec![0; CREDENTIAL_LEN];
    assert!(
        Room::key_package(&longest, NOW, HOUR_MS, &mut world.rng).expect("fits").0.len() <= KEY_PACKAGE_LEN
    );
}
