//! Teams and a relay or member that does not play by the rules: what goes on, what stands still, and that
//! people are told.

use bystand_core::desk::incident_of_report;
use bystand_core::device::desk::DeskCommand;
use bystand_core::device::registrar::RegistrarCommand;
use bystand_core::device::setup::RelaySetup;
use bystand_core::device::{Command, Event};
use bystand_core::io::{Request, Response};
use bystand_core::report::{Kind, Place, ReportIn};
use bystand_core::team::TeamKind;
use bystand_core::testing::{FOUNDER, MemoryRelay, World, founded};
use bystand_crypto::hash::frame_hash;
use bystand_crypto::notes::{LogKey, log_name};
use bystand_crypto::sign::{SigningKey, sign};
use bystand_wire::relay_api::{Admission, Append, AppendContext, Commit};
use bystand_wire::{Frame, FrameKind, IncidentId, ReportId, Role};

use crate::support::*;

/// A member of the desk has the relay take something for a commit that is none.
fn burn(world: &mut World, member: usize, ahead: u64) {
    let network = world.relay.network();
    let room = world.device(member).shared().teams[&TeamKind::Desk].room();
    let (stream, epoch, key) = (room.id(), room.epoch() + ahead, room.append_key());
    let frame = Frame::build(FrameKind::RoomCommit, format!("junk {ahead}").as_bytes());
    let commit = Some(Commit { epoch, append_key: None, signature: None });
    let context = AppendContext { stream, frame: frame_hash(&frame), commit, epoch: Some(epoch) };
    let admission = Admission::Room(stream, epoch, sign(&network, &key, &context));
    let taken = world.relay.handle(Request::Append(stream, Append { frame, admission, commit, tag: None }));
    assert!(matches!(taken, Response::Appended(_)), "{taken:?}");
}

/// The founder, on shift, takes another caller's report.
fn caller(world: &mut World, n: u8) -> IncidentId {
    let place = Place { zone: Some(zone()), text: format!("{n}th St"), ..Place::default() };
    let report = ReportIn::new(ReportId([n; 16]), Kind::Checkpoint, place, world.now());
    let id = incident_of_report(report.id);
    desk(world, DeskCommand::Caller(Box::new(report), None));
    id
}

fn knows(world: &World, place: usize, incident: &IncidentId) -> bool {
    world.device(place).desk().state().incident(*incident).is_some()
}

fn was_warned(world: &World, place: usize, code: &str) -> bool {
    world.actor(place).events.iter().any(|e| matches!(e, Event::Warning { code: c, .. } if *c == code))
}

#[test]
fn a_member_of_a_team_who_burns_epochs_stops_the_team_and_nothing_is_lost() {
    let mut world = founded(91, 1);
    let bad = world.admit("bad", FOUNDER, &[Role::Dispatcher]);
    let first = incident(&mut world, 1);
    world.run(10 * SECOND);
    assert!(knows(&world, bad, &first));
    // Once: the relay still takes messages of the epoch before.
    burn(&mut world, bad, 0);
    let second = caller(&mut world, 2);
    world.run(10 * SECOND);
    assert!(knows(&world, bad, &second), "the desk works on");
    // Twice: nobody is in an epoch that the relay takes. It is asked again with pauses, and no faster.
    burn(&mut world, bad, 1);
    let third = caller(&mut world, 3);
    world.run(5 * MINUTE);
    assert!(!knows(&world, bad, &third));
    assert!(!world.device(FOUNDER).shared().outbox.is_empty(), "what was said waits");
    assert!(knows(&world, FOUNDER, &first) && knows(&world, FOUNDER, &second));
    let told = world.actor(FOUNDER).events.iter().any(|e| matches!(e, Event::Warning { .. }));
    assert!(told, "and somebody is told: {:?}", world.actor(FOUNDER).events);
    world.restart(FOUNDER);
    world.run(MINUTE);
    assert!(!world.device(FOUNDER).shared().outbox.is_empty(), "also after a restart");
}

#[test]
fn a_relay_restored_with_a_new_log_is_trusted_when_the_stewards_say_so() {
    let mut world = founded(92, 1);
    let member = world.admit("member", FOUNDER, &[Role::Dispatcher]);
    let network = world.relay.network();
    let log_key = LogKey::new(&log_name(&network), SigningKey::from_seed(&[9; 32])).expect("a name");
    let log = log_key.verifier();
    let now = world.now();
    world.disconnect(FOUNDER);
    world.disconnect(member);
    // Nothing of the old relay: no streams, no log.
    world.relay = MemoryRelay::new(&RelaySetup { network, log_key }, now);
    world.relay.generation = 2;
    world.connect(FOUNDER);
    world.connect(member);
    world.run(MINUTE);
    assert!(
        was_warned(&world, member, "team-room-denied") && was_warned(&world, FOUNDER, "team-room-denied")
    );
    world
        .command(FOUNDER, Command::Registrar(RegistrarCommand::ProposeLog(log.clone())))
        .expect("proposed and, with one steward, signed");
    let follows = |w: &World, place: usize| {
        let shared = w.device(place).shared();
        let has_note = shared.key_note().is_some();
        has_note && shared.manifest().is_some_and(|m| m.manifest().log == log)
    };
    // The steward's device is not the same process as the registrar's box.
    assert!(world.run_until(5 * MINUTE, |w| {
        w.device(FOUNDER).shared().manifest().is_some_and(|m| m.manifest().log == log)
    }));
    world.restart(FOUNDER);
    assert!(world.run_until(5 * MINUTE, |w| follows(w, FOUNDER) && follows(w, member)));
    // And the teams go on.
    let works = |w: &World, place: usize, kind: TeamKind| {
        let team = w.device(place).shared().teams.get(&kind);
        team.is_some_and(|team| team.is_ready() && w.relay.has(&team.streams().room))
    };
    let desk_works = |w: &World| works(w, FOUNDER, TeamKind::Desk) && works(w, member, TeamKind::Desk);
    assert!(world.run_until(5 * MINUTE, |w| desk_works(w) && works(w, FOUNDER, TeamKind::Registrars)));
    assert!(was_warned(&world, member, "team-room-lost"));
    let incident = incident(&mut world, 1);
    world.run(10 * SECOND);
    assert!(knows(&world, member, &incident));
}
