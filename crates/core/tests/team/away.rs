//! Who was away comes back: first the casebook is read, then the work goes on.

use bystand_core::desk::{Event as Fact, IntakeEvent};
use bystand_core::device::desk::{DeskCommand, DeskEvent};
use bystand_core::device::{Command, CommandError};
use bystand_core::report::{Kind, Place, ReportIn};
use bystand_core::team::TeamKind;
use bystand_core::testing::{FOUNDER, World, founded};
use bystand_wire::{IncidentId, ReportId, Role};

use crate::fold::{fold, state};
use crate::support::*;

/// A desk of two; the second one goes away.
fn one_goes_away(seed: u64) -> (World, usize) {
    let mut world = founded(seed, 1);
    let away = world.admit("away", FOUNDER, &[Role::Dispatcher]);
    world.run(30 * SECOND);
    let shift = DeskCommand::StartShift(vec!["en".into()]);
    world.command(away, Command::Desk(shift)).expect("a dispatcher's command");
    world.run(5 * SECOND);
    world.disconnect(away);
    desk(&mut world, DeskCommand::StartShift(vec!["en".into()]));
    world.run(2 * SECOND);
    (world, away)
}

fn taken(world: &mut World, n: u8) -> IncidentId {
    let place = Place { zone: Some(zone()), text: "4th and 3rd".into(), ..Place::default() };
    let report = ReportIn::new(ReportId([n; 16]), Kind::Checkpoint, place, world.now());
    let id = bystand_core::desk::incident_of_report(report.id);
    desk(world, DeskCommand::Caller(Box::new(report), None));
    world.run(2 * SECOND);
    id
}

#[test]
fn what_was_erased_meanwhile_is_not_shown() {
    let (mut world, away) = one_goes_away(70);
    let (erased, kept) = (taken(&mut world, 1), taken(&mut world, 2));
    desk(&mut world, DeskCommand::Claim(erased));
    world.run(2 * SECOND);
    desk(&mut world, DeskCommand::EraseNow(erased));
    world.run(5 * SECOND);
    world.take_events(away);
    world.connect(away);
    world.run(MINUTE);
    let shown: Vec<IncidentId> = desk_events(&world, away)
        .into_iter()
        .filter_map(|event| if let DeskEvent::Entry { fact, .. } = event { Some(*fact) } else { None })
        .filter(|fact| matches!(fact, Fact::Intake(IntakeEvent::ReportTaken { .. })))
        .filter_map(|fact| fact.incident())
        .collect();
    assert_eq!(shown, [kept]);
    assert_eq!(fold(&world, away), fold(&world, FOUNDER));
}

#[test]
fn whoever_missed_much_in_the_room_passes_over_nothing_in_the_casebook() {
    let (mut world, away) = one_goes_away(72);
    // Each new incident's key is a message of its own.
    let taken: Vec<IncidentId> = (1..=9).map(|n| taken(&mut world, n)).collect();
    // The casebook comes first, and the room is read a few messages at a time.
    let room = world.device(away).shared().teams[&TeamKind::Desk].room().id();
    world.relay.silent.insert(room);
    world.relay.read_frames = 4;
    world.connect(away);
    world.run(MINUTE);
    let known: Vec<bool> = taken.iter().map(|id| state(&world, away).incident(*id).is_some()).collect();
    assert_eq!(known, [true; 9]);
    assert_eq!(fold(&world, away), fold(&world, FOUNDER));
}

#[test]
fn nothing_is_written_before_the_casebook_is_read() {
    let (mut world, away) = one_goes_away(71);
    let incident = taken(&mut world, 1);
    world.run(12 * MINUTE);
    let casebook = world.device(away).shared().teams[&TeamKind::Desk].streams().casebook;
    // Answers come at once, and what is followed a minute later: the relay says nothing of what there is.
    world.delay_feed(1, 20 * SECOND);
    world.disconnect(FOUNDER);
    let before = world.relay.frames(&casebook).len();
    world.connect(away);
    world.run(30 * SECOND);
    let note = || Command::Desk(DeskCommand::Note(incident, "seen".into()));
    let refused = world.command(away, note());
    assert!(
        matches!(&refused, Err(CommandError::NotNow(why)) if why.contains("still being read")),
        "{refused:?}"
    );
    assert_eq!(world.relay.frames(&casebook).len(), before, "its shift's sign of life was due");
    world.run(2 * MINUTE);
    assert!(world.relay.frames(&casebook).len() > before, "now it is written");
    let claim = Command::Desk(DeskCommand::Claim(incident));
    world.command(away, claim).expect("it is up to date");
    world.run(2 * MINUTE);
    let holder =
        state(&world, away).incident(incident).and_then(|held| held.claim).map(|claim| claim.holder.0);
    assert_eq!(holder, world.device(away).shared().identity.author());
}
