//! The relay is lost with its disk and restored from a backup: its streams are gone, and within minutes every
//! team works on in another room, with what its members had read.

use bystand_core::alerts::Outcome;
use bystand_core::desk::{AlertPhase, AlertStep, HowEnded, SignFrom, incident_of_report};
use bystand_core::device::desk::DeskCommand;
use bystand_core::device::member::{MemberCommand, MemberEvent};
use bystand_core::device::neighbor::{NeighborCommand, NeighborEvent};
use bystand_core::device::registrar::RegistrarCommand;
use bystand_core::device::{Command, Event};
use bystand_core::network::keynote::NetworkStreams;
use bystand_core::report::{Kind, Place, ReportIn};
use bystand_core::team::{TeamKind, TeamSync};
use bystand_core::testing::{FOUNDER, Kill, MemoryRelay, World, founded};
use bystand_wire::{AlertId, IncidentId, ReportId, Role};

use crate::fold::{fold, state};
use crate::support::*;

fn streams(world: &World, place: usize) -> NetworkStreams {
    world.device(place).shared().key_note().expect("a key note").note().streams
}

/// In the room that the founder's key note names for a team, with its keys.
fn works(world: &World, place: usize, kind: TeamKind) -> bool {
    let NetworkStreams { desk, hosts, registrars, .. } = streams(world, FOUNDER);
    let listed = match kind {
        TeamKind::Desk => desk,
        TeamKind::Hosts => hosts,
        TeamKind::Registrars => registrars,
    };
    let team = world.device(place).shared().teams.get(&kind);
    team.is_some_and(|team| *team.streams() == listed && team.is_ready() && world.relay.has(&listed.room))
}

fn all_work(world: &World, members: &[(usize, TeamKind)]) -> bool {
    members.iter().all(|(place, kind)| works(world, *place, *kind))
}

/// The relay is lost and restored; everybody but those away comes back.
fn restore(world: &mut World, backup: &MemoryRelay, away: &[usize]) {
    let here: Vec<usize> = (0..world.actors.len()).filter(|place| !away.contains(place)).collect();
    for place in 0..world.actors.len() {
        world.disconnect(place);
    }
    world.relay.restore(backup);
    here.into_iter().for_each(|place| world.connect(place));
}

fn at_desk(world: &mut World, place: usize, command: DeskCommand) {
    world.command(place, Command::Desk(command)).expect("a dispatcher's command");
    world.run(2 * SECOND);
}

/// A dispatcher takes a caller's report.
fn takes(world: &mut World, place: usize, n: u8) -> IncidentId {
    let where_ = Place { zone: Some(zone()), text: format!("{n}th St"), ..Place::default() };
    let report = ReportIn::new(ReportId([n; 16]), Kind::Checkpoint, where_, world.now());
    let id = incident_of_report(report.id);
    at_desk(world, place, DeskCommand::Caller(Box::new(report), None));
    id
}

fn knows(world: &World, place: usize, incident: IncidentId) -> bool {
    state(world, place).incident(incident).is_some()
}

/// A neighbor, on a device of their own, reports something; whether the desk has it.
fn reports(world: &mut World, neighbor: usize, n: u8) -> bool {
    let where_ = Place { zone: Some(zone()), text: format!("corner {n}"), ..Place::default() };
    let said = ReportIn::new(ReportId([n; 16]), Kind::Presence, where_, world.now());
    let command = NeighborCommand::Report(Box::new(said), None, None);
    world.take_events(neighbor);
    world.command(neighbor, Command::Neighbor(command)).expect("reported");
    let is_received = |w: &World| {
        let mut events = w.actor(neighbor).events.iter();
        events.any(|e| matches!(e, Event::Neighbor(NeighborEvent::Received(..))))
    };
    world.run_until(3 * MINUTE, is_received)
}

/// A second registrar, who is on no other team.
fn add_registrar(world: &mut World) -> usize {
    let place = world.admit("registrar", FOUNDER, &[Role::Steward]);
    world.command(place, Command::Registrar(RegistrarCommand::Apply)).expect("applied");
    world.run(MINUTE);
    let device = world.device(place).shared().identity.device().public();
    world.command(FOUNDER, Command::Registrar(RegistrarCommand::AddRegistrar(device))).expect("added");
    let in_team =
        |w: &World| w.device(place).shared().teams.get(&TeamKind::Registrars).is_some_and(TeamSync::is_ready);
    assert!(world.run_until(3 * MINUTE, in_team));
    world.run(MINUTE);
    place
}

fn was_warned(world: &World, place: usize, code: &str) -> bool {
    world.actor(place).events.iter().any(|e| matches!(e, Event::Warning { code: c, .. } if *c == code))
}

fn say(world: &mut World, member: usize, command: MemberCommand) {
    world.command(member, Command::Member(command)).expect("a member's command");
    world.run(5 * SECOND);
}

/// The desk calls out for an incident, a member goes and finds something: the finding is signed.
fn checks(world: &mut World, member: usize, incident: IncidentId, outcome: Outcome) {
    at_desk(world, FOUNDER, DeskCommand::Check(incident, vec![Role::Observer], 10));
    world.run(2 * SECOND);
    let call_outs = &state(world, FOUNDER).incident(incident).expect("an incident").call_outs;
    let called = *call_outs.iter().max_by_key(|(_, call_out)| call_out.opened.seq).expect("a call-out").0;
    let is_heard = |w: &World| {
        let mut heard = member_events(w, member).into_iter();
        heard.any(|e| matches!(e, MemberEvent::CallOut(_, c, _) if c.id == called))
    };
    assert!(world.run_until(2 * MINUTE, is_heard), "passed on");
    say(world, member, MemberCommand::Offer(called, 6));
    let offered = world.device(member).member().going().find(|(_, g)| g.call_out() == called);
    let going = *offered.expect("an offer").0;
    at_desk(world, FOUNDER, DeskCommand::Accept(called, vec![going], true));
    world.run(5 * SECOND);
    for sign in [SignFrom::OnTheWay, SignFrom::OnScene] {
        say(world, member, MemberCommand::Sign(going, sign));
    }
    say(world, member, MemberCommand::Finding(going, outcome, 2, "two vans".into()));
    world.run(10 * SECOND);
}

fn publishes(world: &mut World, incident: IncidentId, step: AlertStep) -> AlertId {
    let found = state(world, FOUNDER).standing_findings(incident).last().expect("a finding").finding.id;
    at_desk(world, FOUNDER, DeskCommand::Publish(incident, step, found));
    world.run(10 * SECOND);
    state(world, FOUNDER)
        .alert_out(incident)
        .or_else(|| state(world, FOUNDER).incident(incident).and_then(|i| i.alerts.keys().next().copied()))
        .expect("an alert")
}

const DESK: TeamKind = TeamKind::Desk;

/// A founder and another dispatcher, an incident open.
fn desk_of_two(seed: u64) -> (World, usize, IncidentId) {
    let mut world = founded(seed, 1);
    let other = world.admit("other", FOUNDER, &[Role::Dispatcher]);
    at_desk(&mut world, FOUNDER, DeskCommand::StartShift(vec!["en".into()]));
    let incident = takes(&mut world, FOUNDER, 1);
    world.run(10 * SECOND);
    (world, other, incident)
}

#[test]
fn everybody_works_on_after_a_restore() {
    let mut world = opened(301);
    let other = world.admit("other", FOUNDER, &[Role::Dispatcher]);
    let gone = world.admit("gone", FOUNDER, &[Role::Dispatcher]);
    let registrar = add_registrar(&mut world);
    let host = admit_host(&mut world, "host");
    let member = admit_member(&mut world, "member", &[Role::Observer, Role::Verifier]);
    let neighbor = admit_member(&mut world, "neighbor", &[Role::Observer]);
    let certificate = world.device(gone).shared().identity.author().expect("certified").to_string();
    world.command(FOUNDER, Command::Registrar(RegistrarCommand::Revoke { certificate })).expect("revoked");
    let is_out = |w: &World| !w.device(gone).shared().teams.contains_key(&DESK);
    assert!(world.run_until(3 * MINUTE, is_out));
    world.run(2 * MINUTE);
    join(&mut world, member);
    let alerted = incident(&mut world, 1);
    checks(&mut world, member, alerted, Outcome::Confirmed);
    let alert = publishes(&mut world, alerted, AlertStep::New);
    let phase =
        |w: &World, place: usize| state(w, place).incident(alerted).expect("one").alerts[&alert].phase;
    assert!(phase(&world, other).is_live());
    world.run(2 * MINUTE);

    let before = streams(&world, FOUNDER);
    let backup = world.relay.backup();
    let open = takes(&mut world, other, 2);
    world.run(10 * SECOND);
    let size = world.relay.log.size();
    assert_eq!(backup.log.size(), size, "nothing was logged since");
    restore(&mut world, &backup, &[]);
    let all = [
        (FOUNDER, DESK),
        (other, DESK),
        (FOUNDER, TeamKind::Registrars),
        (registrar, TeamKind::Registrars),
        (FOUNDER, TeamKind::Hosts),
        (host, TeamKind::Hosts),
    ];
    assert!(
        world.run_until(5 * MINUTE, |w| all_work(w, &all)),
        "{:?}",
        all.map(|(p, k)| works(&world, p, k))
    );
    world.run(30 * SECOND);
    let after = streams(&world, FOUNDER);
    assert_eq!(
        (before.drop, before.hosts_inbox, before.day_notes),
        (after.drop, after.hosts_inbox, after.day_notes)
    );
    assert_ne!(before.desk.room, after.desk.room);
    assert_eq!(after, streams(&world, member));
    // Nothing of what was read is lost, and all have the same.
    for place in [FOUNDER, other] {
        assert!(knows(&world, place, open) && knows(&world, place, alerted));
        assert!(phase(&world, place).is_live());
        assert_eq!(fold(&world, place), fold(&world, FOUNDER));
        assert!(!was_warned(&world, place, "team-room-denied"));
    }
    // The casebook's numbers go on.
    let last = state(&world, FOUNDER).last_seq();
    let third = takes(&mut world, other, 3);
    world.run(10 * SECOND);
    assert!(knows(&world, FOUNDER, third));
    assert!(state(&world, FOUNDER).incident(third).expect("one").taken.seq > last);
    // A report comes in, and somebody who was not there reads all of it.
    assert!(reports(&mut world, neighbor, 4));
    let newcomer = world.admit("newcomer", registrar, &[Role::Dispatcher]);
    world.run(30 * SECOND);
    assert!(knows(&world, newcomer, open) && knows(&world, newcomer, third));
    assert_eq!(fold(&world, newcomer), fold(&world, FOUNDER));
    assert!(is_out(&world), "who was removed stays out");
    assert!(!works(&world, gone, DESK));
    // The zone has a room again, and the alert can be ended.
    let has_room = |w: &World| {
        let room = w.device(FOUNDER).host().day(&zone()).and_then(|day| day.room());
        room.is_some_and(|r| w.relay.has(&r) && w.device(member).shared().rooms.contains_key(&r))
    };
    assert!(world.run_until(5 * MINUTE, has_room));
    checks(&mut world, member, alerted, Outcome::Over(HowEnded::LeftNobodyTaken));
    publishes(&mut world, alerted, AlertStep::Over(HowEnded::LeftNobodyTaken));
    assert_eq!(phase(&world, newcomer), AlertPhase::Over);
}

#[test]
fn a_relay_that_only_denies_a_room_has_no_team_begin_another() {
    let (mut world, other, _) = desk_of_two(302);
    let before = streams(&world, FOUNDER);
    world.relay.drop_stream(&before.desk.room);
    for place in [FOUNDER, other] {
        world.disconnect(place);
        world.connect(place);
    }
    world.run(5 * MINUTE);
    assert_eq!(streams(&world, FOUNDER), before);
    assert!(was_warned(&world, other, "team-room-denied"));
}

#[test]
fn a_relay_restored_twice_is_survived_twice() {
    let (mut world, other, first) = desk_of_two(303);
    for n in 2..=3 {
        let backup = world.relay.backup();
        let open = takes(&mut world, other, n);
        world.run(5 * SECOND);
        restore(&mut world, &backup, &[]);
        let all =
            [(FOUNDER, DESK), (other, DESK), (FOUNDER, TeamKind::Registrars), (FOUNDER, TeamKind::Hosts)];
        assert!(world.run_until(5 * MINUTE, |w| all_work(w, &all)), "{n}");
        world.run(MINUTE);
        for place in [FOUNDER, other] {
            assert!(knows(&world, place, first) && knows(&world, place, open), "{n}");
        }
        assert_eq!(fold(&world, other), fold(&world, FOUNDER));
    }
}

#[test]
fn who_was_away_comes_into_the_next_room_with_what_it_had_read_and_what_it_had_to_say() {
    let (mut world, other, first) = desk_of_two(304);
    // The other one has read what the founder has not, and has written what nobody has.
    world.disconnect(FOUNDER);
    let read = takes(&mut world, other, 2);
    world.run(5 * SECOND);
    assert!(knows(&world, other, read) && !knows(&world, FOUNDER, read));
    let backup = world.relay.backup();
    world.disconnect(other);
    world.command(other, Command::Desk(DeskCommand::Note(first, "they left".into()))).expect("a note");
    restore(&mut world, &backup, &[other]);
    let all = [(FOUNDER, DESK), (FOUNDER, TeamKind::Registrars), (FOUNDER, TeamKind::Hosts)];
    assert!(world.run_until(5 * MINUTE, |w| all_work(w, &all)));
    world.run(MINUTE);
    assert!(!knows(&world, FOUNDER, read));
    // Killed at the worst of moments, too.
    world.connect(other);
    assert!(world.run_until(5 * MINUTE, |w| works(w, other, DESK)));
    world.restart(other);
    world.run(MINUTE);
    for place in [FOUNDER, other] {
        assert!(knows(&world, place, read), "{place}");
        let notes = &state(&world, place).incident(first).expect("one").notes;
        assert_eq!(notes.iter().map(|n| n.text.as_str()).collect::<Vec<_>>(), ["they left"], "{place}");
    }
    assert_eq!(fold(&world, other), fold(&world, FOUNDER));
}

#[test]
fn of_two_rooms_that_are_opened_at_once_one_counts() {
    let (mut world, other, first) = desk_of_two(305);
    let backup = world.relay.backup();
    restore(&mut world, &backup, &[FOUNDER]);
    // Alone, the other one opens a room; without a registrar nobody lists it.
    world.run(2 * MINUTE);
    world.disconnect(other);
    world.connect(FOUNDER);
    let all = [(FOUNDER, DESK), (FOUNDER, TeamKind::Registrars)];
    assert!(world.run_until(5 * MINUTE, |w| all_work(w, &all)));
    let listed = streams(&world, FOUNDER).desk;
    world.connect(other);
    assert!(world.run_until(5 * MINUTE, |w| works(w, other, DESK)));
    world.run(MINUTE);
    assert_eq!(streams(&world, other).desk, listed);
    assert!(knows(&world, other, first));
    assert_eq!(fold(&world, other), fold(&world, FOUNDER));
    let opened = world.actor(other).records.keys().filter(|name| name.starts_with("succession/")).count();
    assert_eq!(opened, 0, "the other room is forgotten");
}

#[test]
fn a_room_whose_opener_vanished_before_anybody_came_is_succeeded_too() {
    let (mut world, other, first) = desk_of_two(306);
    let registrar = add_registrar(&mut world);
    world.run(MINUTE);
    let backup = world.relay.backup();
    let before = streams(&world, other).desk;
    world.delay(25, 150);
    restore(&mut world, &backup, &[]);
    let is_listed = |w: &World| streams(w, other).desk != before || streams(w, FOUNDER).desk != before;
    assert!(world.run_until(5 * MINUTE, is_listed));
    let listed = [FOUNDER, other].map(|place| streams(&world, place).desk).into_iter().find(|d| *d != before);
    let listed = listed.expect("listed");
    let has_opened = |w: &World, place: usize| {
        let streams = w.device(place).shared().teams[&DESK].streams();
        *streams == listed || w.device(place).shared().is_offering(DESK)
    };
    assert!(!(has_opened(&world, FOUNDER) && has_opened(&world, other)), "one of them has");
    let (opener, waits) = if has_opened(&world, FOUNDER) { (FOUNDER, other) } else { (other, FOUNDER) };
    world.disconnect(opener);
    assert!(world.relay.frames(&listed.room).is_empty(), "nobody was let in");
    let is_in = |w: &World| {
        let team = &w.device(waits).shared().teams[&DESK];
        team.is_ready() && *team.streams() != before && w.device(registrar).shared().connected
    };
    assert!(world.run_until(20 * MINUTE, is_in));
    assert_ne!(streams(&world, waits).desk, listed);
    world.connect(opener);
    let all = [(FOUNDER, DESK), (other, DESK), (registrar, TeamKind::Registrars)];
    assert!(world.run_until(10 * MINUTE, |w| all_work(w, &all)));
    world.run(MINUTE);
    assert!(knows(&world, other, first));
    assert_eq!(fold(&world, other), fold(&world, FOUNDER));
}

#[test]
fn a_device_killed_anywhere_on_the_way_comes_through() {
    let (mut world, other, first) = desk_of_two(307);
    let backup = world.relay.backup();
    let second = takes(&mut world, other, 2);
    world.run(10 * SECOND);
    for (turn, after) in (0..72).step_by(12).enumerate() {
        for how in Kill::ALL {
            let mut world = world.fork();
            world.run(5 * SECOND);
            restore(&mut world, &backup, &[]);
            let victim = if turn % 2 == 0 { FOUNDER } else { other };
            world.kill_at(victim, after, how);
            let all = [(FOUNDER, DESK), (other, DESK), (FOUNDER, TeamKind::Registrars)];
            assert!(world.run_until(5 * MINUTE, |w| all_work(w, &all)), "{victim} {after} {how:?}");
            world.run(MINUTE);
            assert_eq!(fold(&world, other), fold(&world, FOUNDER), "{victim} {after} {how:?}");
            assert!(
                knows(&world, other, first) && knows(&world, FOUNDER, second),
                "{victim} {after} {how:?}"
            );
        }
    }
}
