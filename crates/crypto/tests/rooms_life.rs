//! A room's life: coming, talking, leaving, coming back; who can read what.
#![allow(clippy::wildcard_enum_match_arm, reason = "whatever else comes fails the test")]
mod rooms_common;

use bystand_crypto::rooms::*;
use bystand_wire::{limits, pad};
use rooms_common::*;

/// A room of `n` devices; the first is its host.
fn room_of(world: &mut World, n: usize) -> Vec<Room> {
    let mut rooms = vec![world.create(&config("host/h"))];
    let newcomers: Vec<_> = (1..n).map(|i| config(&format!("member/m{i}"))).collect();
    if !newcomers.is_empty() {
        let joined = world.admit(&mut each(&mut rooms), &newcomers);
        rooms.extend(joined);
    }
    rooms
}

#[test]
fn rooms_of_two_three_and_ten_talk_and_shrink() {
    for n in [2, 3, 10] {
        let mut world = World::new(1);
        let mut rooms = room_of(&mut world, n);
        assert_agree(&rooms.iter().collect::<Vec<_>>());
        assert_eq!(rooms[0].members().len(), n);
        for sender in 0..n {
            rooms.swap(0, sender);
            world.talk(&mut each(&mut rooms), format!("from {sender}").as_bytes());
            rooms.swap(0, sender);
        }
        let last = rooms.last().expect("not empty").own_index();
        let pending = rooms[0].remove(&[last], NOW, &mut world.rng).expect("removes");
        assert!(pending.removes && pending.welcome.is_none() && pending.tree.is_empty());
        let applied = world.settle(&mut each(&mut rooms), &pending);
        assert_eq!(applied.removed.iter().map(|m| m.index).collect::<Vec<_>>(), [last]);
        let mut gone = rooms.pop().expect("not empty");
        assert!(gone.is_removed());
        assert_agree(&rooms.iter().collect::<Vec<_>>());
        let frame = world.talk(&mut each(&mut rooms), b"without them");
        assert!(matches!(gone.process(&frame), Err(RoomError::Removed)));
        assert!(matches!(gone.encrypt(b"hello?", &mut world.rng), Err(RoomError::Removed)));
        // What they send with the keys they still have is not accepted either (see below for late frames).
        let back = world.admit(&mut each(&mut rooms), &[config(&format!("member/m{}", n - 1))]);
        rooms.extend(back);
        world.talk(&mut each(&mut rooms), b"welcome back");
        assert_agree(&rooms.iter().collect::<Vec<_>>());
    }
}

/// A removed device that pretends not to have noticed cannot read on, nor can it be read.
#[test]
fn a_removed_member_reads_nothing_after() {
    let mut world = World::new(2);
    let mut rooms = room_of(&mut world, 3);
    let mut spy = rooms.pop().expect("three");
    let spy_index = spy.own_index();
    let early = spy.encrypt(b"before", &mut world.rng).expect("encrypts");
    let pending = rooms[0].remove(&[spy_index], NOW, &mut world.rng).expect("removes");
    world.settle(&mut each(&mut rooms), &pending);
    let after = world.talk(&mut each(&mut rooms), b"after");
    assert!(matches!(spy.process(&after), Err(RoomError::Ahead { epoch: 2, current: 1 })));
    assert!(matches!(rooms[1].process(&early), Err(RoomError::SenderGone)));
    let late = spy.encrypt(b"late", &mut world.rng).expect("encrypts");
    assert!(matches!(rooms[0].process(&late), Err(RoomError::SenderGone)));
    assert_ne!(spy.append_key().public(), rooms[0].append_key().public());
    // The commit itself tells it only that it is out.
    match spy.process(&pending.commit).expect("reads") {
        Incoming::Commit(applied) => {
            assert!(applied.we_were_removed && applied.authenticator.is_none());
            assert_eq!(applied.removed[0].index, spy_index);
            assert_eq!(part(&applied.committer.credential, 1), "h");
        }
        other => panic!("{other:?}"),
    }
    assert!(matches!(spy.process(&after), Err(RoomError::Removed)));
}

#[test]
fn a_late_joiner_reads_nothing_before() {
    let mut world = World::new(3);
    let mut rooms = room_of(&mut world, 2);
    let before = world.talk(&mut each(&mut rooms), b"before");
    let commit_before = rooms[0].refresh(NOW, &mut world.rng).expect("refreshes");
    world.settle(&mut each(&mut rooms), &commit_before);
    let mut late = world.admit(&mut each(&mut rooms), &[config("member/late")]).remove(0);
    assert!(matches!(late.process(&before), Err(RoomError::TooOld { epoch: 1, current: 3 })));
    assert!(matches!(late.process(&commit_before.commit), Err(RoomError::AlreadySeen)));
    rooms.push(late);
    world.talk(&mut each(&mut rooms), b"since");
}

#[test]
fn late_repeated_and_early_frames() {
    let mut world = World::new(4);
    let mut rooms = room_of(&mut world, 3);
    let mut other = rooms.pop().expect("three");
    let credential = rooms[0].own_credential().to_vec();
    let host = rooms[0].own_index();
    let send = |rooms: &mut [Room], world: &mut World, body: &[u8]| {
        rooms[0].encrypt(body, &mut world.rng).expect("encrypts")
    };
    // Out of order within an epoch, and each only once.
    let frames: Vec<_> = (0..5u8).map(|i| send(&mut rooms, &mut world, &[i])).collect();
    for i in [4, 0, 3, 1, 2u8] {
        assert_message(other.process(&frames[usize::from(i)]), host, &credential, &[i]);
        assert!(matches!(other.process(&frames[usize::from(i)]), Err(RoomError::AlreadySeen)));
    }
    // Three epochs late is readable, four is not.
    let old = [b"four", b"thre"].map(|body| {
        let frame = send(&mut rooms, &mut world, body);
        let pending = rooms[0].refresh(NOW, &mut world.rng).expect("refreshes");
        let mut all = each(&mut rooms);
        all.push(&mut other);
        world.settle(&mut all, &pending);
        frame
    });
    for _ in 0..2 {
        let pending = rooms[0].refresh(NOW, &mut world.rng).expect("refreshes");
        let mut all = each(&mut rooms);
        all.push(&mut other);
        world.settle(&mut all, &pending);
    }
    assert_eq!(other.epoch(), 5);
    assert!(matches!(other.process(&old[0]), Err(RoomError::TooOld { epoch: 1, current: 5 })));
    assert_message(other.process(&old[1]), host, &credential, b"thre");
    assert!(matches!(other.process(&old[1]), Err(RoomError::AlreadySeen)));
    // A frame from an epoch we have not reached says so; nothing is lost by trying.
    let pending = rooms[0].refresh(NOW, &mut world.rng).expect("refreshes");
    world.settle(&mut each(&mut rooms), &pending);
    let ahead = send(&mut rooms, &mut world, b"ahead");
    let error = other.process(&ahead).expect_err("too early");
    assert!(matches!(error, RoomError::Ahead { epoch: 6, current: 5 }) && error.is_retryable());
    other.process(&pending.commit).expect("applies");
    assert!(matches!(other.process(&pending.commit), Err(RoomError::AlreadySeen)));
    assert_message(other.process(&ahead), host, &credential, b"ahead");
}

/// Epochs that are no longer readable do not pile up, and those promised stay readable however the
/// snapshots fall.
#[test]
fn old_epochs_do_not_pile_up() {
    let mut world = World::new(5);
    let mut rooms = room_of(&mut world, 2);
    let mut sizes = Vec::new();
    for round in 0..12 {
        let late = rooms[0].encrypt(b"late", &mut world.rng).expect("encrypts");
        for step in 0..3 {
            let pending = rooms[0].refresh(NOW, &mut world.rng).expect("refreshes");
            world.settle(&mut each(&mut rooms), &pending);
            if (round + step) % 5 == 0 {
                sizes.push(rooms[1].snapshot().expect("a snapshot").len());
            }
        }
        assert!(matches!(rooms[1].process(&late), Ok(Incoming::Message { .. })), "three epochs late");
    }
    let (early, last) = (sizes[1], sizes[sizes.len() - 1]);
    assert!(last.abs_diff(early) < 32, "a snapshot does not grow with the room's age: {sizes:?}");
}

#[test]
fn messages_are_padded_and_the_largest_fits_a_frame() {
    let mut world = World::new(6);
    let mut rooms = room_of(&mut world, 2);
    let sizes: std::collections::BTreeSet<usize> = [0, 1, 100, 252]
        .map(|len| rooms[0].encrypt(&vec![1; len], &mut world.rng).expect("encrypts").len())
        .into();
    assert_eq!(sizes.len(), 1, "lengths up to 252 bytes look the same: {sizes:?}");
    let largest = vec![7; pad::MAX_BODY];
    let frame = world.talk(&mut each(&mut rooms), &largest);
    assert!(frame.len() + 2 <= limits::FRAME_LEN, "{}", frame.len());
    let too_long = vec![7; pad::MAX_BODY + 1];
    assert!(matches!(
        rooms[0].encrypt(&too_long, &mut world.rng),
        Err(RoomError::TooLong { actual, limit: pad::MAX_BODY }) if actual == pad::MAX_BODY + 1
    ));
}

#[test]
fn own_frames_come_back_as_such() {
    let mut world = World::new(7);
    let mut rooms = room_of(&mut world, 2);
    let frame = world.talk(&mut each(&mut rooms), b"hello");
    assert_eq!(rooms[0].process(&frame).expect("our own"), Incoming::Own { epoch: 1 });
    // A commit that comes back before the relay's answer is applied; the answer then finds nothing.
    let pending = rooms[0].refresh(NOW, &mut world.rng).expect("refreshes");
    assert!(matches!(rooms[0].process(&pending.commit), Ok(Incoming::Commit(_))));
    assert!(matches!(rooms[0].commit_accepted(), Err(RoomError::NoCommitPending)));
    rooms[1].process(&pending.commit).expect("applies");
    assert_agree(&rooms.iter().collect::<Vec<_>>());
    assert!(matches!(rooms[0].process(&pending.commit), Err(RoomError::AlreadySeen)));
}

#[test]
fn of_two_commits_one_wins_and_the_other_is_made_again() {
    let mut world = World::new(8);
    let mut rooms = vec![world.create(&config("host/h"))];
    let second = world.admit(&mut each(&mut rooms), &[config("host/g"), config("member/m")]);
    rooms.extend(second);
    let (package_a, secret_a) = world.key_package(&config("member/a"));
    let (package_b, secret_b) = world.key_package(&config("member/b"));
    let first = rooms[0].add(&[package_a], &TREE, NOW, &mut world.rng).expect("adds");
    let loser = rooms[1].add(std::slice::from_ref(&package_b), &TREE, NOW, &mut world.rng).expect("adds");
    assert_eq!(first.epoch, loser.epoch, "the relay compares these");
    assert!(matches!(rooms[1].refresh(NOW, &mut world.rng), Err(RoomError::CommitPending)));
    // The loser learns of it by the relay's refusal or by the winner's frame, in either order.
    rooms[1].commit_rejected();
    world.settle(&mut each(&mut rooms), &first);
    assert!(rooms[1].pending().is_none());
    assert!(matches!(rooms[2].process(&loser.commit), Err(RoomError::AlreadySeen)));
    let again = rooms[1].add(&[package_b], &TREE, NOW, &mut world.rng).expect("adds again");
    assert_eq!(again.epoch, loser.epoch + 1);
    rooms.swap(0, 1);
    world.settle(&mut each(&mut rooms), &again);
    let a = Room::join(
        &config("member/a"),
        &[secret_a],
        first.welcome.as_deref().expect("a welcome"),
        &first.tree,
    );
    let mut a = a.expect("joins").0;
    a.process(&again.commit).expect("applies");
    let b = Room::join(
        &config("member/b"),
        &[secret_b],
        again.welcome.as_deref().expect("a welcome"),
        &again.tree,
    );
    rooms.extend([a, b.expect("joins").0]);
    world.talk(&mut each(&mut rooms), b"everybody is here");
    assert_agree(&rooms.iter().collect::<Vec<_>>());
    // Processing the winner's commit drops ours as well.
    let winner = rooms[0].refresh(NOW, &mut world.rng).expect("refreshes");
    rooms[1].refresh(NOW, &mut world.rng).expect("refreshes");
    world.settle(&mut each(&mut rooms), &winner);
    assert!(rooms[1].pending().is_none());
}

/// The append key changes exactly when somebody leaves, the committer knows it beforehand, and a
/// newcomer learns it whether it is older than their first epoch or new in it.
#[test]
fn append_keys() {
    let mut world = World::new(9);
    let mut rooms = room_of(&mut world, 3);
    let first = rooms[0].append_key();
    assert_eq!((first.epoch(), first.public()), (0, rooms[2].append_key().public()));
    let refresh = rooms[0].refresh(NOW, &mut world.rng).expect("refreshes");
    assert_eq!(refresh.append_key, first);
    world.settle(&mut each(&mut rooms), &refresh);
    assert_eq!(rooms[1].append_key(), first);
    let leaving = rooms[2].own_index();
    let removal = rooms[0].remove(&[leaving], NOW, &mut world.rng).expect("removes");
    assert_ne!(removal.append_key.public(), first.public());
    world.settle(&mut each(&mut rooms), &removal);
    rooms.pop();
    assert_eq!(rooms[1].append_key(), removal.append_key);
    assert_eq!(removal.append_key.epoch(), rooms[1].epoch());
    let joined = world.admit(&mut each(&mut rooms), &[config("member/new")]);
    assert_eq!(joined[0].append_key(), removal.append_key);
}

/// A device that lost its state is added again with the same leaf key: its old leaf goes, by anybody
/// who may add, and the append key changes.
#[test]
fn a_device_that_lost_its_state_comes_back() {
    let mut world = World::new(10);
    let mut rooms = vec![world.create(&config("team/a"))];
    let joined = world.admit(&mut each(&mut rooms), &[config("team/b"), config("team/c")]);
    rooms.extend(joined);
    rooms.pop();
    let old_index = rooms[0].index_of(&config("team/c").leaf_public()).expect("is there");
    let (package, _) = world.key_package(&config("team/c"));
    assert_eq!(rooms[0].screen(&package, NOW).expect("may be added").replaces, Some(old_index));
    let before = rooms[0].append_key();
    let back = world.admit(&mut each(&mut rooms), &[config("team/c")]);
    rooms.extend(back);
    assert_ne!(rooms[0].append_key(), before);
    assert_eq!(rooms[0].members().len(), 3);
    world.talk(&mut each(&mut rooms), b"all three");
    assert_agree(&rooms.iter().collect::<Vec<_>>());
}

#[test]
fn a_renewed_credential_keeps_the_member() {
    let mut world = World::new(11);
    let mut rooms = room_of(&mut world, 2);
    let renewed = config_with("host/h", 2, std::sync::Arc::new(Honest));
    let pending = rooms[0].renew(&renewed, NOW, &mut world.rng).expect("renews");
    world.settle(&mut each(&mut rooms), &pending);
    assert_eq!(rooms[0].own_credential(), renewed.credential);
    world.talk(&mut each(&mut rooms), b"under the new certificate");
    let somebody_else = config("host/x");
    assert!(matches!(rooms[0].renew(&somebody_else, NOW, &mut world.rng), Err(RoomError::Config(_))));
}

#[test]
fn misuse_is_told_apart() {
    let mut world = World::new(12);
    let mut rooms = room_of(&mut world, 2);
    let rng = &mut world.rng;
    let own = rooms[0].own_index();
    let cases = [
        (rooms[0].add(&[], &TREE, NOW, rng).map(drop), "room-nothing-to-commit"),
        (rooms[0].remove(&[], NOW, rng).map(drop), "room-nothing-to-commit"),
        (rooms[0].remove(&[own], NOW, rng).map(drop), "room-cannot-remove-self"),
        (rooms[0].remove(&[MemberIndex(99)], NOW, rng).map(drop), "room-not-a-member"),
        (rooms[0].commit_accepted().map(drop), "room-no-commit-pending"),
    ];
    for (result, code) in cases {
        let error = result.expect_err(code);
        assert_eq!((error.code(), error.cause(), error.is_retryable()), (code, Cause::Misuse, false));
    }
}
