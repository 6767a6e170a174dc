//! One dispatcher alone at night: nobody on the scene has signed, and a second registrar who is not on the
//! desk signs and publishes.

use bystand_core::desk::{
    AlertPhase, AlertStep, Countersign, Finding, FindingId, PublicPlace, Verdict, incident_of_report,
};
use bystand_core::device::desk::DeskCommand;
use bystand_core::device::registrar::{RegistrarCommand, RegistrarEvent};
use bystand_core::device::{Command, Event};
use bystand_core::report::{Kind, Place, ReportIn};
use bystand_core::team::{TeamKind, TeamSync};
use bystand_core::testing::{FOUNDER, World, founded};
use bystand_wire::{AlertId, IncidentId, PassPurpose, Period, ReportId, Role, Week};

use crate::support::*;

const ALERT: AlertId = AlertId([9; 16]);

/// Makes another device a registrar, who is on no other team.
fn add_registrar(world: &mut World, name: &'static str, count: usize) -> usize {
    let place = world.admit(name, FOUNDER, &[Role::Steward]);
    world.command(place, Command::Registrar(RegistrarCommand::Apply)).expect("applied");
    world.run(MINUTE);
    let device = world.device(place).shared().identity.device().public();
    let add = RegistrarCommand::AddRegistrar(device);
    world.command(FOUNDER, Command::Registrar(add)).expect("added");
    let listed = |w: &World| {
        let shared = w.device(place).shared();
        let in_team = shared.teams.get(&TeamKind::Registrars).is_some_and(TeamSync::is_ready);
        in_team && shared.key_note().is_some_and(|n| n.note().registrars.len() == count)
    };
    assert!(world.run_until(3 * MINUTE, listed), "{name}");
    world.run(MINUTE);
    place
}

fn at_desk(world: &mut World, place: usize, command: DeskCommand) {
    world.command(place, Command::Desk(command)).expect("a dispatcher's command");
    world.run(2 * SECOND);
}

/// A dispatcher alone, with a finding that somebody gave by phone.
fn alone(world: &mut World) -> (usize, IncidentId, FindingId) {
    let dispatcher = world.admit("dispatcher", FOUNDER, &[Role::Dispatcher]);
    world.run(MINUTE);
    let zone = zone();
    let place = Place { zone: Some(zone.clone()), text: "4th and 3rd".into(), ..Place::default() };
    let report = ReportIn::new(ReportId([1; 16]), Kind::Checkpoint, place, world.now());
    let incident = incident_of_report(report.id);
    at_desk(world, dispatcher, DeskCommand::StartShift(vec!["en".into()]));
    at_desk(world, dispatcher, DeskCommand::Caller(Box::new(report), None));
    at_desk(world, dispatcher, DeskCommand::Claim(incident));
    let id = FindingId([7; 16]);
    let now = world.now();
    let finding = Finding {
        id,
        alert: ALERT,
        answers: None,
        kind: Kind::Checkpoint,
        place: PublicPlace::Zone(zone),
        from: now.minus_ms(MINUTE),
        until: now,
        verdict: Verdict::Confirmed,
        seen_by: 2,
        note: String::new(),
        signed: None,
    };
    at_desk(world, dispatcher, DeskCommand::PhoneFinding(incident, Box::new(finding)));
    (dispatcher, incident, id)
}

fn asked(world: &mut World, place: usize) -> bool {
    world
        .take_events(place)
        .into_iter()
        .any(|event| matches!(event, Event::Registrar(RegistrarEvent::CountersignAsked { alert: ALERT, .. })))
}

#[test]
fn a_registrar_who_is_not_on_the_desk_countersigns() {
    let mut world = founded(95, 1);
    let one = add_registrar(&mut world, "one", 2);
    let other = add_registrar(&mut world, "other", 3);
    let (dispatcher, incident, finding) = alone(&mut world);
    // Whoever certified the dispatcher's publish passes cannot be the second.
    let week = Period::Week(Week::of(world.now()));
    let (first, second) = if is_issuer_of(&world, one, week) { (one, other) } else { (other, one) };
    assert!(!world.device(second).shared().teams.contains_key(&TeamKind::Desk));
    at_desk(&mut world, dispatcher, DeskCommand::AskCountersign(incident, AlertStep::New, finding));
    world.run(5 * SECOND);
    assert!(asked(&mut world, first) && asked(&mut world, second));
    let sign = |world: &mut World, place: usize| {
        let sign = RegistrarCommand::Countersign(ALERT);
        world.command(place, Command::Registrar(sign)).map_err(|e| e.code())
    };
    if is_issuer_of(&world, first, week) {
        assert_eq!(sign(&mut world, first), Err("not-now"), "one registrar is no quorum");
    }
    assert_eq!(sign(&mut world, second), Ok(()));
    world.run(30 * SECOND);
    for place in [FOUNDER, dispatcher] {
        let found = world.device(place).desk().state().incident(incident).expect("taken");
        let alert = found.alerts.get(&ALERT).expect("an alert");
        assert_eq!(alert.phase, AlertPhase::Live);
        assert_eq!(alert.published.len(), 1, "once");
        assert!(alert.prepared.is_none());
        assert!(world.device(place).shared().log.alerts().last_note(&ALERT).is_some());
    }
    assert_eq!(sign(&mut world, second), Err("unknown"), "it is done");
}

#[test]
fn the_casebook_learns_of_it_when_no_dispatcher_was_there() {
    for away in [MINUTE, 20 * MINUTE] {
        let mut world = founded(97, 1);
        let one = add_registrar(&mut world, "one", 2);
        let other = add_registrar(&mut world, "other", 3);
        let (dispatcher, incident, finding) = alone(&mut world);
        // Whoever certified the dispatcher's publish passes cannot be the second.
        let week = Period::Week(Week::of(world.now()));
        let second = if is_issuer_of(&world, one, week) { other } else { one };
        at_desk(&mut world, dispatcher, DeskCommand::AskCountersign(incident, AlertStep::New, finding));
        world.run(5 * SECOND);
        assert!(asked(&mut world, second));
        for place in [FOUNDER, dispatcher] {
            world.disconnect(place);
        }
        let sign = RegistrarCommand::Countersign(ALERT);
        world.command(second, Command::Registrar(sign)).expect("signed");
        world.run(away);
        // The public log's answer comes before the casebook was read again.
        world.delay_feed(1, 500);
        for place in [FOUNDER, dispatcher] {
            world.restart(place);
            world.connect(place);
        }
        world.run(MINUTE);
        let found = world.device(dispatcher).desk().state().incident(incident).expect("taken");
        let alert = found.alerts.get(&ALERT).expect("an alert");
        assert_eq!((alert.phase, alert.published.len()), (AlertPhase::Live, 1), "after {away} ms");
        let kept = |place: usize| {
            world.actor(place).records.keys().filter(|name| name.starts_with("desk/elsewhere/")).count()
        };
        assert_eq!((kept(FOUNDER), kept(dispatcher)), (0, 0), "it need not be kept any more");
    }
}

fn is_issuer_of(world: &World, place: usize, week: Period) -> bool {
    let note = world.device(FOUNDER).shared().key_note().expect("a note");
    let issuer = note.issuer(PassPurpose::Publish, week).map(|entry| entry.registrar);
    issuer == Some(world.device(place).shared().identity.device().public())
}

#[test]
fn what_is_too_old_is_not_signed() {
    let mut world = founded(96, 1);
    let second = add_registrar(&mut world, "second", 2);
    let (dispatcher, incident, finding) = alone(&mut world);
    at_desk(&mut world, dispatcher, DeskCommand::AskCountersign(incident, AlertStep::New, finding));
    world.run(5 * SECOND);
    assert!(asked(&mut world, second));
    world.run(6 * MINUTE);
    let sign = RegistrarCommand::Countersign(ALERT);
    let late = world.command(second, Command::Registrar(sign));
    assert_eq!(late.map_err(|e| e.code()), Err("unknown"));
    let found = world.device(dispatcher).desk().state().incident(incident).expect("taken");
    let alert = found.alerts.get(&ALERT).expect("an alert");
    let prepared = alert.prepared.as_ref().expect("still waits");
    assert!(matches!(prepared.countersign, Countersign::Asked(_)));
}
