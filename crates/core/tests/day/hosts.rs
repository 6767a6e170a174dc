//! Several host boxes: they share the work, and one takes over where another vanished.

use bystand_core::device::Command;
use bystand_core::device::desk::DeskCommand;
use bystand_core::device::host::{HostCommand, HostEvent};
use bystand_core::device::member::{MemberCommand, MemberEvent};
use bystand_core::device::registrar::RegistrarCommand;
use bystand_core::io::{Request, Response};
use bystand_core::network::manifest::ZoneInfo;
use bystand_core::team::{TeamKind, author_hash};
use bystand_core::testing::{FOUNDER, World, founded_with, plan};
use bystand_crypto::hash::frame_hash;
use bystand_crypto::sign::{SigningKey, sign};
use bystand_wire::problem::Code;
use bystand_wire::relay_api::{Admission, Append, AppendContext, Commit, CommitContext};
use bystand_wire::{Frame, FrameKind, Role, StreamId};

use crate::support::*;

fn room(world: &World, host: usize) -> Option<StreamId> {
    world.device(host).host().day(&zone()).filter(|d| d.is_in()).and_then(|d| d.room())
}

fn succession(world: &World, host: usize) -> u32 {
    world.device(host).host().day(&zone()).expect("a day").opening().succession
}

/// In the room that this host is in now.
fn is_with(world: &World, member: usize, host: usize) -> bool {
    room(world, host).is_some_and(|room| world.device(member).shared().rooms.contains_key(&room))
}

fn notes(world: &World, member: usize) -> Vec<String> {
    let events = member_events(world, member).into_iter();
    events.filter_map(|e| if let MemberEvent::Note(_, text, _) = e { Some(text) } else { None }).collect()
}

fn note(world: &mut World, text: &str) {
    desk(world, DeskCommand::NoteToZones(vec![zone()], text.to_owned()));
}

/// A founder who opened the room, and a second host box that joined it.
fn two_hosts(seed: u64) -> (World, usize) {
    let mut world = opened(seed);
    let second = admit_host(&mut world, "second");
    host_command(&mut world, second, HostCommand::Schedule(false));
    assert!(world.run_until(MINUTE, |w| room(w, second).is_some()), "the second host joins the room");
    assert_eq!(room(&world, second), room(&world, FOUNDER));
    assert!(host_events(&world, second).contains(&HostEvent::Joined(zone())));
    (world, second)
}

/// How often the hosts said something of the desk's in the room.
fn passed(world: &World, hosts: [usize; 2]) -> usize {
    let events = hosts.into_iter().flat_map(|h| host_events(world, h));
    events.filter(|e| matches!(e, HostEvent::Passed { .. })).count()
}

#[test]
fn two_hosts_pass_each_message_on_once() {
    let (mut world, second) = two_hosts(21);
    let member = admit_member(&mut world, "member", &[Role::Observer]);
    join(&mut world, member);
    for text in ["one", "two", "three"] {
        note(&mut world, text);
        world.run(MINUTE);
    }
    assert_eq!(notes(&world, member), ["one", "two", "three"]);
    assert_eq!(passed(&world, [FOUNDER, second]), 3);
    // Both know what newcomers must be told, and both count.
    for host in [FOUNDER, second] {
        let day = world.device(host).host().day(&zone()).expect("a day");
        assert_eq!((day.state().count(), day.counts().notes), (3, 3));
    }
}

#[test]
fn the_second_host_goes_on_when_the_first_vanishes() {
    let (mut world, second) = two_hosts(22);
    let member = admit_member(&mut world, "member", &[Role::Observer]);
    let late = admit_member(&mut world, "late", &[Role::Observer]);
    join(&mut world, member);
    let opened = room(&world, second);
    note(&mut world, "before");
    world.run(5 * SECOND);
    // The desk is on the founder's device: it says something just before its connection breaks.
    note(&mut world, "last words");
    world.settle();
    world.disconnect(FOUNDER);
    on_duty(&mut world, late);
    assert!(world.run_until(2 * MINUTE, |w| is_in(w, late)));
    world.run(MINUTE);
    assert_eq!(notes(&world, member), ["before", "last words"]);
    let mut heard = notes(&world, late);
    heard.sort();
    assert_eq!(heard, ["before", "last words"]);
    assert_eq!((room(&world, second), succession(&world, second)), (opened, 0), "it is the same room");
    // The first one comes back into it.
    world.connect(FOUNDER);
    world.run(2 * MINUTE);
    assert_eq!(room(&world, FOUNDER), opened);
    let members = |w: &World, host: usize| {
        let room = room(w, host).and_then(|r| w.device(host).shared().rooms.get(&r)).expect("a room");
        (room.epoch(), room.members().len())
    };
    assert_eq!(members(&world, FOUNDER), members(&world, second));
    assert_eq!(members(&world, second).1, 4);
}

#[test]
fn a_room_whose_only_host_vanished_is_succeeded() {
    let mut world = opened(23);
    let member = admit_member(&mut world, "member", &[Role::Observer]);
    let second = admit_host(&mut world, "second");
    join(&mut world, member);
    note(&mut world, "before");
    world.run(5 * SECOND);
    // Out of the room, so that it has to knock, and nobody opens.
    let mut records = world.actor(second).records.clone();
    records.retain(|name, _| !name.starts_with("host/day/"));
    let old = room(&world, FOUNDER).expect("a room");
    records.retain(|name, _| !name.starts_with(&format!("room/{old}")));
    world.disconnect(second);
    let again = world.add_from("second again", records);
    world.disconnect(FOUNDER);
    world.connect(again);
    host_command(&mut world, again, HostCommand::Open(vec![zone()]));
    world.run(MINUTE);
    assert_eq!(room(&world, again), None);
    assert!(world.run_until(10 * MINUTE, |w| room(w, again).is_some()));
    assert_eq!(succession(&world, again), 1);
    assert!(world.run_until(MINUTE, |w| is_with(w, member, again)));
    world.run(MINUTE);
    assert_eq!(notes(&world, member), ["before", "before"], "told again, as to any newcomer");
    // The first host comes back and joins the new room as everybody does.
    world.connect(FOUNDER);
    assert!(world.run_until(5 * MINUTE, |w| room(w, FOUNDER).is_some_and(|r| room(w, again) == Some(r))));
    assert!(!world.device(FOUNDER).shared().rooms.contains_key(&old));
}

#[test]
fn hosts_on_schedule_open_each_zone_once() {
    let mut world = unscheduled(24);
    let second = admit_host(&mut world, "second");
    host_command(&mut world, FOUNDER, HostCommand::Schedule(true));
    world.run(2 * MINUTE);
    let openers = |w: &World, host: usize| {
        let events = host_events(w, host).into_iter();
        events.filter(|e| matches!(e, HostEvent::RoomOpened { .. })).count()
    };
    assert_eq!(openers(&world, FOUNDER) + openers(&world, second), 4);
    for (zone, day) in world.device(FOUNDER).host().zones() {
        assert_eq!(day.opening().succession, 0);
        let others = world.device(second).host().day(zone).expect("the same day");
        assert_eq!((day.room(), day.is_in()), (others.room(), others.is_in()), "{zone}");
    }
}

/// Two boxes on schedule that come online at once in a network with as many zones as a city; every request
/// takes its time, each way. Gives both, and the zones.
fn two_boxes(seed: u64, zones: u32, (shortest, longest): (u64, u64)) -> (World, usize) {
    let mut plan = plan(1);
    plan.zones = (0..zones).map(|n| zone_info(&format!("zone-{n}"))).collect();
    let mut world = founded_with(seed, plan);
    host_command(&mut world, FOUNDER, HostCommand::Schedule(false));
    let second = admit_host(&mut world, "second");
    for host in [FOUNDER, second] {
        world.disconnect(host);
        host_command(&mut world, host, HostCommand::Schedule(true));
    }
    world.delay(shortest, longest);
    world.connect(FOUNDER);
    world.connect(second);
    (world, second)
}

fn zone_info(id: &str) -> ZoneInfo {
    ZoneInfo { id: id.parse().expect("a zone id"), name: id.to_owned(), polygons: Vec::new() }
}

/// Zones where both are in the same room.
fn common(world: &World, one: usize, other: usize) -> usize {
    let both = world.device(one).host().zones().filter(|(zone, day)| {
        let others = world.device(other).host().day(zone);
        day.is_in() && others.is_some_and(|d| d.is_in() && d.room() == day.room())
    });
    both.count()
}

fn successions(world: &World, hosts: [usize; 2]) -> usize {
    let events = hosts.into_iter().flat_map(|h| host_events(world, h));
    events.filter(|e| matches!(e, HostEvent::Succeeding(_))).count()
}

#[test]
fn two_boxes_share_a_hundred_rooms_and_succeed_none() {
    // As far apart as phones and a relay are; and as a box looks whose clock goes twenty times as fast.
    for (zones, delays, minutes) in [(104, (25, 150), 10), (24, (500, 3_000), 30)] {
        let (mut world, second) = two_boxes(27, zones, delays);
        let all = |w: &World| common(w, FOUNDER, second) == usize::try_from(zones).expect("small");
        assert!(world.run_until(minutes * MINUTE, all), "{}", common(&world, FOUNDER, second));
        world.run(4 * MINUTE);
        assert_eq!(successions(&world, [FOUNDER, second]), 0, "{delays:?}");
        assert!(all(&world));
    }
}

#[test]
fn a_box_that_vanishes_while_it_opens_is_succeeded() {
    let (mut world, second) = two_boxes(28, 12, (25, 150));
    let opens =
        |w: &World| w.device(second).host().book().opening(&"zone-3".parse().expect("a zone")).is_some();
    assert!(world.run_until(MINUTE, opens));
    world.disconnect(FOUNDER);
    let is_in = |w: &World| w.device(second).host().zones().filter(|(_, day)| day.is_in()).count() == 12;
    assert!(world.run_until(15 * MINUTE, is_in), "the second opens all that the first had claimed");
}

/// A member, who has the room's append key, asks the relay to take something for a commit that is none;
/// signed by the committer, when it is a host that went bad.
fn bogus_commit(world: &mut World, member: usize, committer: Option<&SigningKey>) -> Response {
    let network = world.relay.network();
    let shared = world.device(member).shared();
    let room = shared.rooms.values().next().expect("a room");
    let (stream, epoch, key) = (room.id(), room.epoch(), room.append_key());
    let frame = Frame::build(FrameKind::RoomCommit, b"not a commit");
    let over = CommitContext { stream, frame: frame_hash(&frame), epoch, append_key: None };
    let signature = committer.map(|key| sign(&network, key, &over));
    let commit = Some(Commit { epoch, append_key: None, signature });
    let context = AppendContext { stream, frame: frame_hash(&frame), commit, epoch: Some(epoch) };
    let admission = Admission::Room(stream, epoch, sign(&network, &key, &context));
    world.relay.handle(Request::Append(stream, Append { frame, admission, commit, tag: None }))
}

#[test]
fn a_member_with_the_append_key_cannot_burn_an_epoch() {
    let (mut world, second) = two_hosts(27);
    let bad = admit_member(&mut world, "bad", &[Role::Observer]);
    let good = admit_member(&mut world, "good", &[Role::Observer]);
    let late = admit_member(&mut world, "late", &[Role::Observer]);
    join(&mut world, bad);
    let before = room(&world, FOUNDER);
    // Without a signature, with the key that all members hold, and with the key for another purpose.
    let held = world.device(bad).shared().rooms.values().next().expect("a room").append_key();
    let day = world.device(FOUNDER).host().day(&zone()).expect("a day").opening().keys();
    for committer in [None, Some(&held), Some(&day.door_read)] {
        let answer = bogus_commit(&mut world, bad, committer);
        assert!(matches!(&answer, Response::Refused(r) if r.code == Code::NotAllowed), "{answer:?}");
    }
    // The room goes on, and both hosts commit to it: the one who opened it and the one who knocked.
    join(&mut world, good);
    world.disconnect(FOUNDER);
    on_duty(&mut world, late);
    assert!(world.run_until(2 * MINUTE, |w| is_in(w, late)), "the second host commits too");
    assert!(is_with(&world, late, second));
    assert_eq!((room(&world, second), succession(&world, second)), (before, 0));
}

#[test]
fn a_room_that_a_host_broke_is_succeeded() {
    let mut world = opened(25);
    let bad = admit_member(&mut world, "bad", &[Role::Observer]);
    let good = admit_member(&mut world, "good", &[Role::Observer]);
    join(&mut world, bad);
    let first = room(&world, FOUNDER);
    let committer = world.device(FOUNDER).host().day(&zone()).expect("a day").opening().keys().committer;
    let taken = bogus_commit(&mut world, bad, Some(&committer));
    assert!(matches!(taken, Response::Appended(_)), "the relay cannot tell: {taken:?}");
    // Nobody took it for a commit, but the relay counts an epoch that no device is in. Nobody has to ask
    // for anything before that is noticed.
    let is_succeeded = |w: &World| succession(w, FOUNDER) == 1 && is_with(w, bad, FOUNDER);
    assert!(world.run_until(MINUTE, is_succeeded));
    assert_ne!(room(&world, FOUNDER), first);
    on_duty(&mut world, good);
    assert!(world.run_until(MINUTE, |w| is_in(w, good)));
    assert_eq!(succession(&world, FOUNDER), 1);
    assert!(host_events(&world, FOUNDER).contains(&HostEvent::Succeeding(zone())));
    assert!(world.run_until(MINUTE, |w| is_with(w, bad, FOUNDER)));
    let talk = MemberCommand::Say(zone(), "here again".into());
    world.command(good, Command::Member(talk)).expect("said");
    world.run(5 * SECOND);
    assert!(member_events(&world, bad).iter().any(|e| matches!(e, MemberEvent::Said(..))));
}

#[test]
fn after_a_host_was_removed_all_rooms_stand_behind_new_keys() {
    let (mut world, second) = two_hosts(26);
    let member = admit_member(&mut world, "member", &[Role::Observer]);
    join(&mut world, member);
    let old = world.device(FOUNDER).shared().key_note().expect("a note").host_keys_at(world.now()).cloned();
    let revoked = world.device(second).shared().identity.certificate.clone().expect("a certificate");
    let certificate = author_hash(&revoked).to_string();
    world.command(FOUNDER, Command::Registrar(RegistrarCommand::Revoke { certificate })).expect("revoked");
    let gone = |w: &World| !w.device(second).shared().teams.contains_key(&TeamKind::Hosts);
    assert!(world.run_until(2 * MINUTE, gone), "the second host is off the team");
    assert!(world.device(second).shared().rooms.is_empty(), "and holds no room any more");
    let is_new = |w: &World| {
        let note = w.device(FOUNDER).shared().key_note().expect("a note");
        let old = old.as_ref().expect("old keys");
        note.host_keys_at(w.now()).is_some_and(|k| k.host_key != old.host_key)
            && !note.is_host_key(&old.host_key)
    };
    assert!(world.run_until(10 * MINUTE, is_new), "the key note lists new keys alone");
    assert!(world.run_until(5 * MINUTE, |w| succession(w, FOUNDER) == 1 && is_with(w, member, FOUNDER)));
    note(&mut world, "new keys");
    world.run(5 * SECOND);
    assert_eq!(notes(&world, member), ["new keys"]);
}
