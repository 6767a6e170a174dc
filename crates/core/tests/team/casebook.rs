//! A team over time: whoever comes later reads the same casebook as those who were there, whatever became
//! of its authors; a renewed device stays in; keys come at once.

use bystand_core::desk::{Event as Fact, WorkEvent};
use bystand_core::device::desk::{DeskCommand, DeskEvent};
use bystand_core::device::registrar::RegistrarCommand;
use bystand_core::device::{Command, CommandError, Event};
use bystand_core::report::{Kind, Place, ReportIn};
use bystand_core::room::Credential;
use bystand_core::team::{TeamKind, TeamSync};
use bystand_core::testing::{FOUNDER, World, founded};
use bystand_wire::time::DAY_MS;
use bystand_wire::{IncidentId, PublicKey, ReportId, Role, StreamId};

use crate::fold::{fold, state};
use crate::support::*;

fn is_in(world: &World, place: usize) -> bool {
    world.device(place).shared().teams.get(&TeamKind::Desk).is_some_and(TeamSync::is_ready)
}

/// A dispatcher types a caller's report and claims it.
fn takes(world: &mut World, place: usize, n: u8) -> IncidentId {
    let where_ = Place { zone: Some(zone()), text: "4th and 3rd".into(), ..Place::default() };
    let report = ReportIn::new(ReportId([n; 16]), Kind::Checkpoint, where_, world.now());
    let id = bystand_core::desk::incident_of_report(report.id);
    let caller = DeskCommand::Caller(Box::new(report), None);
    for command in [DeskCommand::StartShift(vec!["en".into()]), caller, DeskCommand::Claim(id)] {
        let _ = world.command(place, Command::Desk(command));
        world.run(2 * SECOND);
    }
    let claim = state(world, FOUNDER).incident(id).and_then(|i| i.claim).expect("claimed");
    assert_eq!(Some(claim.holder.0), world.device(place).shared().identity.author());
    id
}

fn certificate(world: &World, place: usize) -> String {
    world.device(place).shared().identity.author().expect("a certificate").to_string()
}

fn registrar(world: &mut World, place: usize, command: RegistrarCommand) {
    world.command(place, Command::Registrar(command)).expect("a registrar's command");
}

fn device_key(world: &World, place: usize) -> PublicKey {
    world.device(place).shared().identity.device().public()
}

/// A founder and a second registrar, who is not on the desk.
fn two_registrars(seed: u64) -> (World, usize) {
    let mut world = founded(seed, 1);
    let second = world.admit("second", FOUNDER, &[Role::Steward]);
    registrar(&mut world, second, RegistrarCommand::Apply);
    world.run(MINUTE);
    let device = device_key(&world, second);
    registrar(&mut world, FOUNDER, RegistrarCommand::AddRegistrar(device));
    let listed = |w: &World| {
        let shared = w.device(second).shared();
        let in_team = shared.teams.get(&TeamKind::Registrars).is_some_and(TeamSync::is_ready);
        in_team && shared.key_note().is_some_and(|n| n.note().registrars.len() == 2)
    };
    assert!(world.run_until(2 * MINUTE, listed));
    world.run(MINUTE);
    (world, second)
}

/// Admits a dispatcher, who must come to the founder's fold.
fn newcomer(world: &mut World, name: &'static str) -> usize {
    let place = world.admit(name, FOUNDER, &[Role::Dispatcher]);
    world.run(30 * SECOND);
    let marked = |w: &World, place: usize| {
        let events = desk_events(w, place).into_iter();
        events.filter(|e| matches!(e, DeskEvent::Marked { .. })).collect::<Vec<_>>()
    };
    assert_eq!(marked(world, place), [], "{name}");
    assert_eq!(state(world, place).last_seq(), state(world, FOUNDER).last_seq());
    assert_eq!(fold(world, place), fold(world, FOUNDER), "{name} reads what the others read");
    place
}

#[test]
fn a_newcomer_reads_what_those_read_who_were_there() {
    let (mut world, second) = two_registrars(91);
    let by_second = world.admit("by second", second, &[Role::Dispatcher]);
    let revoked = world.admit("revoked", FOUNDER, &[Role::Dispatcher]);
    takes(&mut world, by_second, 1);
    takes(&mut world, revoked, 2);
    newcomer(&mut world, "before");

    let certificate = certificate(&world, revoked);
    registrar(&mut world, FOUNDER, RegistrarCommand::Revoke { certificate });
    assert!(world.run_until(3 * MINUTE, |w| !w.device(revoked).shared().teams.contains_key(&TeamKind::Desk)));
    world.run(MINUTE);
    newcomer(&mut world, "after a revocation");

    let device = device_key(&world, second);
    registrar(&mut world, FOUNDER, RegistrarCommand::RemoveRegistrar(device));
    world.run(5 * MINUTE);
    assert!(!world.device(FOUNDER).shared().manifest().expect("one").is_registrar(&device));
    takes(&mut world, FOUNDER, 3);
    let last = newcomer(&mut world, "after a registrar went");
    assert_eq!(state(&world, last).incidents().count(), 3);
    // The same after a restart, when every signature is checked again.
    world.restart(last);
    world.run(30 * SECOND);
    takes(&mut world, FOUNDER, 4);
    assert_eq!(fold(&world, last), fold(&world, FOUNDER));
}

#[test]
fn nothing_counts_that_was_written_after_its_author_was_removed() {
    let mut world = founded(92, 1);
    let bad = world.admit("bad", FOUNDER, &[Role::Dispatcher]);
    let incident = takes(&mut world, bad, 1);
    let streams = world.device(FOUNDER).shared().key_note().expect("a note").note().streams.desk;
    // An entry is made and kept back; a relay that helps puts it on the stream after the removal.
    let before = world.relay.frames(&streams.casebook).len();
    let mut other = world.fork();
    other.command(bad, Command::Desk(DeskCommand::Note(incident, "late".into()))).expect("a note");
    other.run(5 * SECOND);
    let late = other.relay.frames(&streams.casebook).get(before).expect("an entry").frame.clone();
    let certificate = certificate(&world, bad);
    registrar(&mut world, FOUNDER, RegistrarCommand::Revoke { certificate });
    assert!(world.run_until(3 * MINUTE, |w| !w.device(bad).shared().teams.contains_key(&TeamKind::Desk)));
    world.run(MINUTE);
    world.take_events(FOUNDER);
    world.relay.inject(&streams.casebook, late);
    world.run(30 * SECOND);
    let is_note = |e: &DeskEvent| matches!(e, DeskEvent::Entry { fact, .. } if matches!(**fact, Fact::Work(WorkEvent::Noted { .. })));
    assert!(!desk_events(&world, FOUNDER).iter().any(is_note));
    let marks = |w: &World, place: usize| {
        desk_events(w, place).iter().any(|e| matches!(e, DeskEvent::Marked { code: "entry-author", .. }))
    };
    assert!(marks(&world, FOUNDER));
    let newcomer = world.admit("newcomer", FOUNDER, &[Role::Dispatcher]);
    world.run(30 * SECOND);
    assert!(marks(&world, newcomer), "for nobody");
    assert_eq!(fold(&world, newcomer), fold(&world, FOUNDER));
}

#[test]
fn a_renewed_dispatcher_stays_in_the_desk() {
    let mut world = founded(93, 1);
    let dispatcher = world.admit("dispatcher", FOUNDER, &[Role::Dispatcher]);
    let incident = takes(&mut world, dispatcher, 1);
    let old = world.device(dispatcher).shared().identity.certified().expect("certified");
    let leaf = |w: &World, place: usize| {
        let team = w.device(place).shared().teams.get(&TeamKind::Desk).expect("in the desk");
        team.room().members().into_iter().find(|c| c.device() == Some(old.device)).expect("a member")
    };
    let first = leaf(&world, FOUNDER);
    world.take_events(dispatcher);
    // Both devices sleep until the certificate is about to end, and then beyond its end.
    for until in [old.not_after.minus_ms(14 * DAY_MS), old.not_after.plus_ms(DAY_MS)] {
        world.skip(until.since_ms(world.now()));
        world.run(10 * MINUTE);
        assert!(is_in(&world, dispatcher), "{}", world.now());
    }
    let new = world.device(dispatcher).shared().identity.certificate.clone().expect("certified");
    assert_eq!(leaf(&world, FOUNDER), Credential::Device(new), "the leaf stands for the new certificate");
    assert_ne!(leaf(&world, FOUNDER), first);
    let left = world.take_events(dispatcher).into_iter().any(|e| e == Event::Team(TeamKind::Desk, "ended"));
    assert!(!left, "without a gap");
    takes(&mut world, dispatcher, 2);
    assert!(state(&world, FOUNDER).incident(incident).is_none_or(|i| i.closing.is_some()), "stale by now");
    newcomer(&mut world, "newcomer");
}

#[test]
fn a_newcomer_has_the_keys_at_once() {
    let mut world = founded(94, 1);
    for n in 0..8 {
        let invitation = world.invite(FOUNDER, &[Role::Dispatcher]);
        let place = world.join("newcomer", &invitation);
        let has_joined = |w: &World| w.device(place).shared().teams.contains_key(&TeamKind::Desk);
        assert!(world.run_until(MINUTE, has_joined), "{n}");
        assert!(
            world.run_until(2 * SECOND, |w| is_in(w, place)),
            "nobody waits for the newcomer itself: {n}"
        );
    }
}

#[test]
fn a_device_that_says_it_is_current_has_read_what_was_there_when_it_came_back() {
    let mut world = unscheduled(41);
    let ben = world.admit("Ben", FOUNDER, &[Role::Dispatcher]);
    assert!(world.run_until(MINUTE, |world| world.device(ben).is_current()), "and stays so");
    for n in 1..=6 {
        world.delay(1, 1);
        world.disconnect(ben);
        assert!(!world.device(ben).is_current());
        let _ = takes(&mut world, FOUNDER, n);
        world.run(10 * SECOND);
        let expected = fold(&world, FOUNDER);
        assert_ne!(fold(&world, ben), expected);
        world.delay(40, 900);
        world.connect(ben);
        assert!(world.run_until(MINUTE, |world| world.device(ben).is_current()));
        assert_eq!(fold(&world, ben), expected, "as soon as it says so");
    }
}

fn running(world: &World, place: usize) -> bystand_wire::Hash32 {
    world.device(place).shared().teams.get(&TeamKind::Desk).expect("on the desk").mark().running()
}

fn marked(world: &World, place: usize) -> usize {
    desk_events(world, place).iter().filter(|e| matches!(e, DeskEvent::Marked { .. })).count()
}

/// Whether somebody's certificate was renewed in time.
fn is_certified(world: &World, place: usize) -> bool {
    let certificate = world.device(place).shared().identity.certified();
    certificate.is_some_and(|c| c.not_after.since_ms(world.now()) > 21 * DAY_MS)
}

#[test]
fn a_newcomer_to_a_casebook_without_its_beginning_is_told_from_where_it_holds() {
    let mut world = founded(95, 1);
    let other = world.admit("other", FOUNDER, &[Role::Dispatcher]);
    // The relay keeps frames for 400 days, and nobody begins at what is gone in two weeks; certificates are renewed on
    // the way.
    for n in 1..=20 {
        takes(&mut world, [FOUNDER, other][usize::from(n % 2)], n);
        world.skip(if n < 20 { 20 } else { 10 } * DAY_MS);
        let are_certified = |w: &World| is_certified(w, FOUNDER) && is_certified(w, other);
        assert!(world.run_until(10 * MINUTE, are_certified), "{n}");
        if n == 10 {
            // The network's settings end after a year unless its stewards sign the next ones.
            let mut manifest = world.device(FOUNDER).shared().manifest().expect("one").manifest().clone();
            manifest.expires_at = world.now().plus_ms(365 * DAY_MS);
            registrar(&mut world, FOUNDER, RegistrarCommand::ProposeManifest(Box::new(manifest)));
        }
        world.run(10 * SECOND);
    }
    let casebook = world.device(FOUNDER).shared().key_note().expect("a note").note().streams.desk.casebook;
    let second = world.relay.frames(&casebook).get(1).expect("an entry").seq;
    world.relay.forget(&casebook, second);
    let late = world.admit("late", FOUNDER, &[Role::Dispatcher]);
    world.run(30 * SECOND);
    assert_eq!(marked(&world, late), 0);
    assert_eq!(running(&world, late), running(&world, FOUNDER));
    // It reads on and writes, is believed, and begins at the same place after a restart.
    takes(&mut world, late, 41);
    world.restart(late);
    world.run(30 * SECOND);
    takes(&mut world, other, 42);
    world.run(30 * SECOND);
    for place in [FOUNDER, other, late] {
        assert_eq!(marked(&world, place), 0, "{place}");
        assert_eq!(running(&world, place), running(&world, FOUNDER), "{place}");
    }
    // Also while those who have seen the beginning are fewer than those who have not.
    world.disconnect(other);
    let last = world.admit("last", FOUNDER, &[Role::Dispatcher]);
    world.run(30 * SECOND);
    assert_eq!((marked(&world, last), running(&world, last)), (0, running(&world, late)));
}

#[test]
fn what_a_registrar_certified_whose_own_certificate_has_ended_counts() {
    let (mut world, second) = two_registrars(96);
    let end = world.device(second).shared().identity.certified().expect("certified").not_after;
    world.skip(55 * DAY_MS);
    world.run(10 * MINUTE);
    let theirs = world.admit("theirs", second, &[Role::Dispatcher]);
    takes(&mut world, theirs, 1);
    // The registrar's device is away until its certificate has ended.
    world.disconnect(second);
    for days in [15, 16] {
        world.skip(days * DAY_MS);
        assert!(world.run_until(10 * MINUTE, |w| is_certified(w, FOUNDER)), "{days}");
    }
    assert!(world.now() > end);
    takes(&mut world, theirs, 2);
    let invitation = world.invite(FOUNDER, &[Role::Dispatcher]);
    let last = world.join("newcomer", &invitation);
    assert!(world.run_until(5 * MINUTE, |w| is_in(w, last)));
    world.run(30 * SECOND);
    for place in [FOUNDER, theirs, last] {
        assert_eq!(marked(&world, place), 0, "{place}");
        assert_eq!(fold(&world, place), fold(&world, FOUNDER), "{place}");
    }
    // It comes back: its people are told, and nobody is let in by it.
    world.take_events(second);
    world.connect(second);
    world.run(10 * MINUTE);
    let is_refused =
        |event: &Event| matches!(event, Event::Warning { text, .. } if text.contains("certificate-invalid"));
    assert!(world.take_events(second).iter().any(is_refused));
    let invite = RegistrarCommand::Invite { roles: vec![Role::Observer], life_ms: DAY_MS };
    let refused = world.command(second, Command::Registrar(invite));
    assert!(matches!(refused, Err(CommandError::NotCertified(_))), "{refused:?}");
}

fn casebook(world: &World) -> StreamId {
    world.device(FOUNDER).shared().teams[&TeamKind::Desk].streams().casebook
}

/// How many entries a founder's device writes in an hour by itself.
fn entries_in_an_hour(world: &mut World) -> u64 {
    let before = state(world, FOUNDER).last_seq();
    world.run(60 * MINUTE);
    state(world, FOUNDER).last_seq().0 - before.0
}

#[test]
fn a_casebook_holds_as_much_as_a_stream_may() {
    let mut world = founded(61, 1);
    let casebook = casebook(&world);
    let asked = world.relay.policy(&casebook).expect("a casebook").max_frames;
    assert_eq!(asked, bystand_wire::limits::STREAM_FRAMES);
}

#[test]
fn who_is_on_shift_and_holds_nothing_writes_little() {
    let mut world = founded(62, 1);
    world.command(FOUNDER, Command::Desk(DeskCommand::StartShift(vec!["en".into()]))).expect("a shift");
    world.run(MINUTE);
    let written = entries_in_an_hour(&mut world);
    assert!((2..=10).contains(&written), "{written}");
    assert!(state(&world, FOUNDER).is_staffed(), "and is still there");
    let incident = takes(&mut world, FOUNDER, 1);
    let written = entries_in_an_hour(&mut world);
    assert!((50..=70).contains(&written), "{written}");
    assert!(state(&world, FOUNDER).incident(incident).is_some_and(|i| i.claim.is_some()), "and holds it");
}

#[test]
fn a_casebook_that_is_full_says_so() {
    let mut world = founded(63, 1);
    let incident = takes(&mut world, FOUNDER, 1);
    let casebook = casebook(&world);
    let held = u32::try_from(world.relay.frames(&casebook).len()).expect("few");
    world.relay.policy(&casebook).expect("a casebook").max_frames = held;
    world.take_events(FOUNDER);
    let note = DeskCommand::Note(incident, "they are still there".into());
    world.command(FOUNDER, Command::Desk(note)).expect("kept");
    world.run(10 * SECOND);
    let told = world.take_events(FOUNDER);
    let is_full = |event: &Event| matches!(event, Event::Warning { code: "stream-full", .. });
    assert!(told.iter().any(is_full), "{told:?}");
}
