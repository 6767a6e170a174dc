//! Whatever bytes arrive, a room refuses them with an error and goes on.
mod rooms_common;

use std::sync::OnceLock;

use bystand_crypto::rooms::*;
use proptest::prelude::*;
use rooms_common::*;

/// A small room with one frame of each kind, made once; cases work on a restored copy of its member.
struct Scene {
    snapshot: Vec<u8>,
    frames: Vec<Vec<u8>>,
    welcome: Vec<u8>,
    tree: Vec<u8>,
    secret: KeyPackageSecret,
    package: Vec<u8>,
}

fn scene() -> &'static Scene {
    static SCENE: OnceLock<Scene> = OnceLock::new();
    SCENE.get_or_init(|| {
        let mut world = World::new(40);
        let mut rooms = vec![world.create(&config("host/h"))];
        let joined = world.admit(&mut each(&mut rooms), &[config("member/m"), config("member/n")]);
        rooms.extend(joined);
        let snapshot = rooms[1].snapshot().expect("a snapshot").to_vec();
        let message = rooms[0].encrypt(b"hello", &mut world.rng).expect("encrypts");
        let (package, secret) = world.key_package(&config("member/new"));
        let add = rooms[0].add(std::slice::from_ref(&package), &TREE, NOW, &mut world.rng).expect("adds");
        rooms[0].commit_rejected();
        let victim = rooms[2].own_index();
        let remove = rooms[0].remove(&[victim], NOW, &mut world.rng).expect("removes");
        let welcome = add.welcome.expect("a welcome");
        let frames = vec![message, add.commit, remove.commit];
        Scene { snapshot, frames, welcome, tree: add.tree, secret, package }
    })
}

fn member() -> Room {
    Room::restore(&config("member/m"), &scene().snapshot).expect("restores")
}

/// Alters bytes in one of the ways a bad relay or disk would.
#[derive(Clone, Debug)]
enum Damage {
    Flip(prop::sample::Index, u8),
    Cut(prop::sample::Index),
    Grow(Vec<u8>),
    Splice(prop::sample::Index, Vec<u8>),
}

fn damage() -> impl Strategy<Value = Damage> {
    prop_oneof![
        4 => (any::<prop::sample::Index>(), 1..=255u8).prop_map(|(at, mask)| Damage::Flip(at, mask)),
        1 => any::<prop::sample::Index>().prop_map(Damage::Cut),
        1 => prop::collection::vec(any::<u8>(), 1..40).prop_map(Damage::Grow),
        1 => (any::<prop::sample::Index>(), prop::collection::vec(any::<u8>(), 1..40))
            .prop_map(|(at, bytes)| Damage::Splice(at, bytes)),
    ]
}

fn damaged(good: &[u8], damage: &Damage) -> Vec<u8> {
    let mut bytes = good.to_vec();
    match damage {
        Damage::Flip(at, mask) => {
            let at = at.index(bytes.len());
            bytes[at] ^= mask;
        }
        Damage::Cut(at) => bytes.truncate(at.index(good.len())),
        Damage::Grow(more) => bytes.extend(more),
        Damage::Splice(at, more) => {
            let at = at.index(bytes.len());
            bytes.splice(at..at, more.iter().copied());
        }
    }
    bytes
}

#[test]
fn undamaged_frames_are_fine() {
    for frame in &scene().frames {
        member().process(frame).expect("reads");
    }
    let (welcome, tree) = (&scene().welcome, &scene().tree);
    Room::join(&config("member/new"), std::slice::from_ref(&scene().secret), welcome, tree).expect("joins");
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(256))]

    #[test]
    fn damaged_frames_are_refused_and_the_true_commit_still_works(
        which in 0..3usize,
        damage in damage(),
    ) {
        let mut room = member();
        let before = state_of(&room);
        let bad = damaged(&scene().frames[which], &damage);
        prop_assume!(bad != scene().frames[which]);
        let error = room.process(&bad).expect_err("refused");
        prop_assert_eq!(error.cause(), Cause::BadRemote, "{:?}", error);
        prop_assert_eq!(state_of(&room), before);
        // Also the frame that was aimed at: a commit that was altered has burned no key.
        for commit in &scene().frames[1..2] {
            room.process(commit).expect("applies");
        }
    }

    #[test]
    fn random_bytes_are_refused(bytes in prop::collection::vec(any::<u8>(), 0..400)) {
        let mut room = member();
        prop_assert!(room.process(&bytes).is_err());
        // Behind a true header as well: version 1, private message.
        let framed = [&[0, 1, 0, 2][..], &bytes].concat();
        prop_assert!(room.process(&framed).is_err());
    }

    #[test]
    fn damaged_welcomes_trees_and_key_packages_are_refused(damage in damage()) {
        let Scene { welcome, tree, secret, package, .. } = scene();
        let secrets = std::slice::from_ref(secret);
        let newcomer = config("member/new");
        let bad = damaged(welcome, &damage);
        if bad != *welcome {
            prop_assert!(Room::examine(&newcomer, secrets, &bad).is_err());
            prop_assert!(Room::join(&newcomer, secrets, &bad, tree).is_err());
        }
        let bad = damaged(tree, &damage);
        if bad != *tree {
            prop_assert!(Room::join(&newcomer, secrets, welcome, &bad).is_err());
        }
        let bad = damaged(package, &damage);
        if bad != *package {
            let mut host = Room::create(&config("host/h"), ROOM, NOW, &mut rng(1)).expect("creates");
            let error = host.screen(&bad, NOW).expect_err("refused");
            prop_assert_eq!(error.code(), "room-key-package-refused");
        }
    }

    #[test]
    fn damaged_stored_things_do_not_panic(damage in damage()) {
        let bytes = damaged(&scene().snapshot, &damage);
        let _ = Room::restore(&config("member/m"), &bytes);
        let _ = KeyPackageSecret::from_bytes(&damaged(&scene().secret.to_bytes(), &damage));
    }
}
