//! The door of a day room: who is let in, who is not, and who has to leave.

use std::sync::Arc;

use bystand_core::device::host::{HostCommand, HostEvent};
use bystand_core::device::member::{MemberCommand, MemberEvent};
use bystand_core::device::{Command, CommandError};
use bystand_core::io::{Request, Response};
use bystand_core::room::{Credential, DoorRequest, Holder};
use bystand_core::testing::{FOUNDER, World};
use bystand_crypto::passes::OwnedPass;
use bystand_crypto::rooms::{LeafRefused, Room, RoomConfig, Trust};
use bystand_crypto::seal::{SealPurpose, seal};
use bystand_crypto::sign::SigningKey;
use bystand_wire::relay_api::{Admission, Append, UseContext};
use bystand_wire::{Frame, FrameKind, Hash32, PublicKey, Role, StreamId, encode};
use rand_core::SeedableRng;

use crate::support::*;

/// A device that cares about no rule.
struct NoRules;

impl Trust for NoRules {
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

fn rng(seed: u64) -> bystand_core::io::Random {
    bystand_core::io::Random::seed_from_u64(seed)
}

fn pass_of(world: &World, member: usize) -> OwnedPass {
    let wallet = &world.device(member).shared().wallet;
    wallet.room_pass(&zone(), world.now()).expect("a room pass").clone()
}

fn door(world: &World) -> StreamId {
    world.device(FOUNDER).host().day(&zone()).expect("a day").opening().keys().door_id()
}

/// Puts a frame at the door; any pass of the week will do for the relay.
fn put(world: &mut World, by: &OwnedPass, frame: Vec<u8>) {
    let (network, stream) = (world.relay.network(), door(world));
    let tag = Hash32(bystand_crypto::hash::frame_hash(&frame).0);
    let admission = Admission::Pass(by.redeem(&network, &UseContext { stream, tag }));
    let append = Append { frame, admission, commit: None, tag: None };
    let taken = world.relay.handle(Request::Append(stream, append));
    assert!(matches!(taken, Response::Appended(_)), "{taken:?}");
}

fn sealed(world: &World, body: &[u8]) -> Vec<u8> {
    let note = world.device(FOUNDER).shared().key_note().expect("a key note").clone();
    let to = note.host_keys_at(world.now()).expect("host keys").door_key.clone();
    let (network, stream) = (world.relay.network(), door(world));
    let sealed = seal(&network, SealPurpose::Door, &to, &mut rng(7), stream.as_ref(), body).expect("sealed");
    Frame::build(FrameKind::DoorRequest, &sealed)
}

fn request(world: &World, leaf: &SigningKey, credential: &Credential) -> Vec<u8> {
    let config =
        RoomConfig { leaf_key: leaf.seed(), credential: credential.to_bytes(), trust: Arc::new(NoRules) };
    let (key_package, _) = Room::key_package(&config, world.now(), HOUR, &mut rng(8)).expect("a key package");
    sealed(world, &encode(&DoorRequest { key_package, room: None }))
}

fn refusals(world: &World) -> Vec<&'static str> {
    let events = host_events(world, FOUNDER).into_iter();
    events.filter_map(|e| if let HostEvent::Refused { why, .. } = e { Some(why) } else { None }).collect()
}

fn leaves(world: &World) -> Vec<Credential> {
    let shared = world.device(FOUNDER).shared();
    let room = world.device(FOUNDER).host().day(&zone()).and_then(|d| d.room()).expect("a room");
    shared.rooms.get(&room).expect("a room").members()
}

fn is_leaf(world: &World, pass: &OwnedPass) -> bool {
    leaves(world).iter().any(|c| c.holder() == Holder::Pass(pass.pass.key))
}

#[test]
fn whoever_has_no_good_pass_stays_outside() {
    let mut world = opened(11);
    let member = admit_member(&mut world, "member", &[Role::Observer]);
    let network = world.relay.network();
    let good = pass_of(&world, member);
    let leaf = SigningKey::generate(&mut rng(1));
    let mut uncertified = good.clone();
    uncertified.pass.certification = vec![1; 256];
    let mut elsewhere = good.clone();
    elsewhere.pass.zone = Some("phillips".parse().expect("a zone"));
    let mut earlier = good.clone();
    earlier.pass.period = "2026-W40".parse().expect("a week");
    let by = |pass: &OwnedPass| Credential::by_pass(&network, pass, leaf.public(), 1);
    let stolen = Credential::by_pass(&network, &good, SigningKey::generate(&mut rng(2)).public(), 1);
    let forged_host = Credential::by_host(&network, &SigningKey::generate(&mut rng(3)), leaf.public(), 0);
    let cases: [(&str, Vec<u8>, &str); 8] = [
        ("garbage", vec![1, 6, 0xff], "door-unreadable"),
        ("another kind of frame", Frame::build(FrameKind::Reply, &[1]), "door-unreadable"),
        ("no request inside", sealed(&world, b"let me in"), "door-unreadable"),
        ("a pass nobody certified", request(&world, &leaf, &by(&uncertified)), "pass-not-certified"),
        ("a pass for another zone", request(&world, &leaf, &by(&elsewhere)), "room-key-package-refused"),
        ("a pass of another week", request(&world, &leaf, &by(&earlier)), "pass-other-week"),
        ("somebody else's word for a leaf", request(&world, &leaf, &stolen), "room-key-package-refused"),
        ("a host of their own making", request(&world, &leaf, &forged_host), "room-key-package-refused"),
    ];
    for (what, frame, code) in cases {
        world.take_events(FOUNDER);
        put(&mut world, &good, frame);
        world.run(5 * SECOND);
        assert_eq!(refusals(&world), vec![code], "{what}");
        assert_eq!(leaves(&world).len(), 1, "{what}");
    }
    // The door still opens.
    join(&mut world, member);
}

#[test]
fn many_at_once_come_in_few_batches() {
    let mut world = opened(12);
    let names = ["a", "b", "c", "d", "e"];
    let members: Vec<usize> =
        names.into_iter().map(|name| admit_member(&mut world, name, &[Role::Observer])).collect();
    for member in &members {
        on_duty(&mut world, *member);
    }
    let all = |w: &World| members.iter().all(|m| is_in(w, *m));
    assert!(world.run_until(MINUTE, all));
    let came: Vec<usize> = host_events(&world, FOUNDER)
        .into_iter()
        .filter_map(|e| if let HostEvent::Admitted { count, .. } = e { Some(count) } else { None })
        .collect();
    assert_eq!(came.iter().sum::<usize>(), 5);
    assert!(came.len() <= 2, "{came:?}");
}

#[test]
fn who_spoils_a_batch_keeps_nobody_else_out() {
    let mut world = opened(13);
    let first = admit_member(&mut world, "first", &[Role::Observer]);
    let spoilers = ["one", "two"].map(|name| admit_member(&mut world, name, &[Role::Observer]));
    let honest = admit_member(&mut world, "honest", &[Role::Observer]);
    join(&mut world, first);
    // The next batch gathers meanwhile: two requests with one leaf key make it invalid as a whole.
    let network = world.relay.network();
    let leaf = SigningKey::generate(&mut rng(4));
    for spoiler in spoilers {
        let pass = pass_of(&world, spoiler);
        let credential = Credential::by_pass(&network, &pass, leaf.public(), 1);
        let frame = request(&world, &leaf, &credential);
        put(&mut world, &pass, frame);
    }
    join(&mut world, honest);
    world.run(30 * SECOND);
    assert!(is_in(&world, honest));
    // Each of them alone was fine, one after the other.
    assert_eq!(leaves(&world).len(), 4);
}

#[test]
fn a_member_removed_stays_out_for_the_week() {
    let mut world = opened(14);
    let bad = admit_member(&mut world, "bad", &[Role::Observer]);
    let good = admit_member(&mut world, "good", &[Role::Observer]);
    join(&mut world, bad);
    join(&mut world, good);
    let (pass, name) = (pass_of(&world, bad), name_of(&world, bad));
    let nobody = HostCommand::Remove { zone: zone(), name: "nobody here 10".to_owned() };
    let refused = world.command(FOUNDER, Command::Host(nobody));
    assert_eq!(refused, Err(CommandError::Unknown("member")));
    host_command(&mut world, FOUNDER, HostCommand::Remove { zone: zone(), name: name.clone() });
    world.run(5 * SECOND);
    assert!(member_events(&world, bad).contains(&MemberEvent::Removed(zone())));
    assert!(host_events(&world, FOUNDER).contains(&HostEvent::Removed { zone: zone(), name }));
    assert!(!is_leaf(&world, &pass));
    // What is said from here on does not reach the one who was removed.
    let talk = MemberCommand::Say(zone(), "among us".into());
    world.command(good, Command::Member(talk)).expect("said");
    world.run(5 * SECOND);
    let heard = |m: usize| member_events(&world, m).iter().any(|e| matches!(e, MemberEvent::Said(..)));
    assert!(heard(good) && !heard(bad));
    // Neither that device nor another one with the same pass comes in again.
    let leaf = SigningKey::generate(&mut rng(5));
    let credential = Credential::by_pass(&world.relay.network(), &pass, leaf.public(), 9);
    let frame = request(&world, &leaf, &credential);
    world.take_events(FOUNDER);
    put(&mut world, &pass, frame.clone());
    world.run(5 * SECOND);
    assert_eq!(refusals(&world), vec!["pass-removed"]);
    // Nor after a restart of the host, nor in a room that succeeds this one.
    world.restart(FOUNDER);
    world.run(10 * SECOND);
    host_command(&mut world, FOUNDER, HostCommand::Succeed(zone()));
    world.run(30 * SECOND);
    assert!(leaves(&world).iter().any(|c| c.holder() == Holder::Pass(pass_of(&world, good).pass.key)));
    let frame = request(&world, &leaf, &credential);
    put(&mut world, &pass, frame);
    world.run(10 * SECOND);
    assert!(!is_leaf(&world, &pass));
}

#[test]
fn who_comes_back_leaves_the_old_leaf_behind_at_the_next_removal() {
    let mut world = opened(15);
    let back = admit_member(&mut world, "back", &[Role::Observer]);
    let bad = admit_member(&mut world, "bad", &[Role::Observer]);
    join(&mut world, back);
    join(&mut world, bad);
    let pass = pass_of(&world, back);
    let leaf = SigningKey::generate(&mut rng(6));
    let network = world.relay.network();
    let count = |w: &World| {
        leaves(w).into_iter().filter(|c| c.holder() == Holder::Pass(pass.pass.key)).collect::<Vec<_>>()
    };
    // The same request again, with the counter that is in the room already, does nothing.
    let old = Credential::by_pass(&network, &pass, leaf.public(), 1);
    let frame = request(&world, &leaf, &old);
    put(&mut world, &pass, frame);
    world.run(10 * SECOND);
    assert_eq!(count(&world).len(), 1);
    let new = Credential::by_pass(&network, &pass, leaf.public(), 2);
    let frame = request(&world, &leaf, &new);
    put(&mut world, &pass, frame);
    world.run(10 * SECOND);
    assert_eq!(count(&world).len(), 2);
    let name = name_of(&world, bad);
    host_command(&mut world, FOUNDER, HostCommand::Remove { zone: zone(), name });
    world.run(10 * SECOND);
    assert_eq!(count(&world), vec![new]);
}
