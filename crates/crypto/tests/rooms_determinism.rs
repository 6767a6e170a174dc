//! The same inputs give the same bytes: no randomness and no clock but the caller's.
mod rooms_common;

use bystand_crypto::rooms::*;
use rooms_common::*;

/// Everything a small room sends, in order.
fn transcript(seed: u8) -> Vec<Vec<u8>> {
    let mut world = World::new(seed);
    let mut out = Vec::new();
    let mut host = world.create(&config("host/h"));
    let configs: Vec<_> = (0..5).map(|i| config(&format!("member/m{i}"))).collect();
    let packages: Vec<_> = configs.iter().map(|c| world.key_package(c)).collect();
    out.extend(packages.iter().map(|(bytes, _)| bytes.clone()));
    out.extend(packages.iter().map(|(_, secret)| secret.to_bytes().to_vec()));
    let bytes: Vec<_> = packages.iter().map(|(bytes, _)| bytes.clone()).collect();
    let added = host.add(&bytes, &TREE, NOW, &mut world.rng).expect("adds");
    out.extend([added.commit.clone(), added.welcome.clone().expect("a welcome"), added.tree.clone()]);
    host.commit_accepted().expect("applies");
    let (mut member, _) = Room::join(
        &configs[0],
        &[packages[0].1.clone()],
        added.welcome.as_deref().expect("a welcome"),
        &added.tree,
    )
    .expect("joins");
    out.push(member.encrypt(b"hello", &mut world.rng).expect("encrypts"));
    let removed = host.remove(&[MemberIndex(3), MemberIndex(2)], NOW, &mut world.rng).expect("removes");
    out.extend([removed.commit.clone(), removed.append_key.public().0.to_vec()]);
    host.commit_accepted().expect("applies");
    let refreshed = host.refresh(NOW, &mut world.rng).expect("refreshes");
    out.push(refreshed.commit);
    host.commit_accepted().expect("applies");
    out.push(host.epoch_authenticator().expect("an authenticator").0.to_vec());
    out
}

#[test]
fn the_same_seed_gives_the_same_bytes() {
    let first = transcript(1);
    for _ in 0..3 {
        assert_eq!(transcript(1), first);
    }
    let other = transcript(2);
    assert_eq!(other.len(), first.len());
    for (i, (a, b)) in first.iter().zip(&other).enumerate() {
        assert_ne!(a, b, "item {i} does not depend on the generator");
    }
}

/// The time given decides, not the machine's: key packages and commits of another decade work.
#[test]
fn time_is_an_argument() {
    let mut world = World::new(3);
    for year in [1_000_000_000_000, 4_000_000_000_000] {
        let now = bystand_wire::Timestamp(year);
        let mut host = Room::create(&config("host/h"), ROOM, now, &mut world.rng).expect("creates");
        let member = config("member/m");
        let (package, secret) = Room::key_package(&member, now, HOUR_MS, &mut world.rng).expect("makes");
        let pending = host.add(&[package], &TREE, now, &mut world.rng).expect("adds");
        host.commit_accepted().expect("applies");
        let welcome = pending.welcome.expect("a welcome");
        let (mut room, _) = Room::join(&member, &[secret], &welcome, &pending.tree).expect("joins");
        let frame = host.encrypt(b"hello", &mut world.rng).expect("encrypts");
        room.process(&frame).expect("reads");
    }
}
