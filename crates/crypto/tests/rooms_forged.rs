//! Messages that were altered on their way or forged in another's name: they are refused, and the true
//! ones are still read.
mod rooms_common;

use bystand_crypto::rooms::*;
use rooms_common::*;

fn three() -> (World, Vec<Room>) {
    let mut world = World::new(41);
    let mut rooms = vec![world.create(&config("host/h"))];
    let joined = world.admit(&mut each(&mut rooms), &[config("member/m"), config("member/n")]);
    rooms.extend(joined);
    (world, rooms)
}

/// Altered behind the part that says who sent it and which key it takes.
fn altered(frame: &[u8]) -> Vec<u8> {
    let mut bad = frame.to_vec();
    *bad.last_mut().expect("not empty") ^= 1;
    bad
}

fn reads(room: &mut Room, frame: &[u8], expected: &[u8]) {
    match room.process(frame) {
        Ok(Incoming::Message { body, .. }) => assert_eq!(&body[..], expected),
        other => panic!("{other:?}"),
    }
}

fn refusal(room: &mut Room, frame: &[u8]) -> &'static str {
    room.process(frame).expect_err("refused").code()
}

#[test]
fn an_altered_message_uses_up_nothing_of_its_sender() {
    let (mut world, mut rooms) = three();
    for n in 0..80u8 {
        let frame = rooms[0].encrypt(&[n], &mut world.rng).expect("encrypts");
        for room in &mut rooms[1..] {
            assert_eq!(refusal(room, &altered(&frame)), "room-undecryptable", "{n}");
            reads(room, &frame, &[n]);
            assert_eq!(refusal(room, &frame), "room-already-seen", "{n}");
        }
    }
}

#[test]
fn messages_of_the_epoch_before_are_guarded_too() {
    let (mut world, mut rooms) = three();
    let late: Vec<Vec<u8>> =
        (0..3u8).map(|n| rooms[1].encrypt(&[n], &mut world.rng).expect("encrypts")).collect();
    world.admit(&mut each(&mut rooms), &[config("member/late")]);
    for (n, frame) in (0u8..).zip(&late) {
        assert!(rooms[2].process(&altered(frame)).is_err());
        reads(&mut rooms[2], frame, &[n]);
        assert_eq!(refusal(&mut rooms[2], frame), "room-already-seen");
    }
}

#[test]
fn own_keys_stay_used_after_a_forgery() {
    let (mut world, mut rooms) = three();
    let forged = altered(&rooms[0].encrypt(b"not so", &mut world.rng).expect("encrypts"));
    let mut frames = Vec::new();
    for n in 0..5u8 {
        frames.push(rooms[1].encrypt(&[n], &mut world.rng).expect("encrypts"));
        let theirs = rooms[0].encrypt(&[n], &mut world.rng).expect("encrypts");
        reads(&mut rooms[1], &theirs, &[n]);
        assert!(rooms[1].process(&forged).is_err());
    }
    assert_eq!(rooms[1].own_generation(), 5);
    // A key used twice would make the second message look like one that was seen.
    for (n, frame) in (0u8..).zip(&frames) {
        reads(&mut rooms[0], frame, &[n]);
        reads(&mut rooms[2], frame, &[n]);
    }
    // A commit that waits for the relay outlives a forgery, as does what it was made with.
    let (package, _) = world.key_package(&config("member/new"));
    let pending = rooms[0].add(&[package], &TREE, NOW, &mut world.rng).expect("adds");
    let talk = rooms[1].encrypt(b"meanwhile", &mut world.rng).expect("encrypts");
    assert!(rooms[0].process(&altered(&talk)).is_err());
    reads(&mut rooms[0], &talk, b"meanwhile");
    world.settle(&mut each(&mut rooms), &pending);
    assert_agree(&rooms.iter().collect::<Vec<_>>());
}
