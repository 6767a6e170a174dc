//! What the desk says to a reporter through their follow-up phrase reaches them, also on a later day.

use bystand_core::device::desk::DeskCommand;
use bystand_core::device::neighbor::{NeighborCommand, NeighborEvent};
use bystand_core::device::{Command, Event};
use bystand_core::report::{Kind, Place, ReportIn};
use bystand_core::testing::{FOUNDER, World, founded};
use bystand_wire::time::DAY_MS;
use bystand_wire::{IncidentId, ReportId, Role};

use crate::support::*;

fn heard(world: &World, place: usize) -> Vec<String> {
    let said = |event: &Event| {
        let Event::Neighbor(NeighborEvent::Desk { text, .. }) = event else { return None };
        Some(text.clone())
    };
    world.actor(place).events.iter().filter_map(said).collect()
}

fn ask(world: &mut World, incident: IncidentId, question: &str) {
    desk(world, DeskCommand::Ask(incident, question.to_owned()));
    // A phone that has heard nothing for long looks every five minutes.
    world.run(6 * MINUTE);
}

#[test]
fn the_desk_may_ask_again_on_another_day() {
    let mut world = founded(97, 1);
    let reporter = world.admit("reporter", FOUNDER, &[Role::Observer]);
    world.run(MINUTE);
    let place = Place { zone: Some(zone()), text: "4th and 3rd".into(), ..Place::default() };
    let report = ReportIn::new(ReportId([9; 16]), Kind::Checkpoint, place, world.now());
    let said = NeighborCommand::Report(Box::new(report), None, None);
    world.command(reporter, Command::Neighbor(said)).expect("kept");
    world.run(MINUTE);
    let incident = world.device(FOUNDER).desk().state().incidents().map(|i| i.id).next().expect("taken");
    desk(&mut world, DeskCommand::StartShift(vec!["en".into()]));
    world.run(2 * SECOND);
    desk(&mut world, DeskCommand::Claim(incident));
    world.run(2 * SECOND);
    ask(&mut world, incident, "Are they still there?");
    assert_eq!(heard(&world, reporter), ["Are they still there?"]);
    world.skip(DAY_MS);
    world.run(MINUTE);
    if world.command(FOUNDER, Command::Desk(DeskCommand::Claim(incident))).is_ok() {
        world.run(2 * SECOND);
    }
    ask(&mut world, incident, "Did they come back?");
    assert_eq!(heard(&world, reporter), ["Are they still there?", "Did they come back?"]);
}
