//! Zones at the desk: what lies where, what lies side by side, and rumors that go by zones.

use std::collections::BTreeSet;

use bystand_core::desk::{Attention, Class, Ending, RumorId};
use bystand_core::device::Command;
use bystand_core::device::desk::DeskCommand;
use bystand_core::device::neighbor::NeighborCommand;
use bystand_core::geo::Point;
use bystand_core::network::manifest::ZoneInfo;
use bystand_core::report::{Kind, Place, ReportIn};
use bystand_core::testing::{FOUNDER, World, founded_with, plan};
use bystand_wire::{IncidentId, ReportId, Role};

use crate::support::*;

/// A zone of straight sides, its corners in thousandths of a degree from 45 north and 93 west.
fn area(id: &str, corners: &[(i32, i32)]) -> ZoneInfo {
    let at = |(east, north): &(i32, i32)| (-93_000_000 + east * 1_000, 45_000_000 + north * 1_000);
    let mut ring: Vec<(i32, i32)> = corners.iter().map(at).collect();
    ring.extend(ring.first().copied());
    ZoneInfo { id: id.parse().expect("a zone id"), name: id.to_owned(), polygons: vec![vec![ring]] }
}

/// Two triangles that share a rectangle and nothing else, a school within the first, and a strip that
/// touches the second.
fn triangles(seed: u64) -> World {
    let mut plan = plan(1);
    plan.zones = vec![
        area("south-west", &[(0, 0), (45, 0), (0, 45)]),
        area("north-east", &[(50, 50), (5, 50), (50, 5)]),
        area("school", &[(2, 2), (4, 2), (4, 4), (2, 4)]),
        area("east", &[(50, 0), (60, 0), (60, 50), (50, 50)]),
    ];
    let mut world = founded_with(seed, plan);
    desk(&mut world, DeskCommand::StartShift(vec!["en".into()]));
    world.run(2 * SECOND);
    world
}

fn at(east: i32, north: i32) -> Point {
    Point { lat: 45_000_000 + north * 1_000, lon: -93_000_000 + east * 1_000 }
}

fn pin(point: Point) -> Place {
    Place { point: Some(point), ..Place::default() }
}

/// Sends a report from a neighbor's device; the desk takes it.
fn report(world: &mut World, n: u8, kind: Kind, place: Place) -> IncidentId {
    let said = ReportIn::new(ReportId([n; 16]), kind, place, world.now());
    let ids = |w: &World| -> BTreeSet<IncidentId> {
        w.device(FOUNDER).desk().state().incidents().map(|i| i.id).collect()
    };
    let before = ids(world);
    let command = NeighborCommand::Report(Box::new(said), None, None);
    world.command(FOUNDER, Command::Neighbor(command)).expect("reported");
    // The device draws an id of its own.
    let new = |w: &World| ids(w).difference(&before).next().copied();
    assert!(world.run_until(MINUTE, |w| new(w).is_some()), "the desk has it");
    new(world).expect("an incident")
}

fn zone_of(world: &World, id: IncidentId) -> Option<String> {
    world.device(FOUNDER).desk().state().incident(id).and_then(|i| i.zone()).map(ToString::to_string)
}

#[test]
fn a_pin_without_a_zone_gets_its_zone_when_the_desk_takes_it() {
    let mut world = triangles(81);
    let pinned = report(&mut world, 1, Kind::Checkpoint, pin(at(10, 10)));
    let nested = report(&mut world, 2, Kind::School, pin(at(3, 3)));
    let home = report(&mut world, 3, Kind::DoorKnock, Place { home: true, ..pin(at(45, 45)) });
    let outside = report(&mut world, 4, Kind::Presence, pin(at(-30, -30)));
    let named = Place { zone: Some("east".parse().expect("a zone")), ..pin(at(10, 10)) };
    let named = report(&mut world, 5, Kind::Presence, named);
    for (incident, zone) in [
        (pinned, Some("south-west")),
        (nested, Some("school")),
        (home, Some("north-east")),
        (outside, None),
        (named, Some("east")),
    ] {
        assert_eq!(zone_of(&world, incident).as_deref(), zone, "{incident}");
    }
    let said = world.device(FOUNDER).desk().state().incident(home).expect("taken").report.said().clone();
    assert_eq!(said.place.point, None, "a home's pin is in no entry");
}

#[test]
fn the_address_of_a_late_report_about_a_closed_home_is_forgotten_as_well() {
    let mut world = triangles(84);
    let home = || Place { home: true, text: "5 Elm Street".into(), ..pin(at(45, 45)) };
    let [first, late] = [1, 2].map(|n| report(&mut world, n, Kind::DoorKnock, home()));
    let knows = |w: &World, incident| w.device(FOUNDER).desk().home(&incident).is_some();
    assert!(world.run_until(MINUTE, |w| knows(w, first) && knows(w, late)));
    for incident in [first, late] {
        desk(&mut world, DeskCommand::Claim(incident));
        world.run(2 * SECOND);
    }
    desk(&mut world, DeskCommand::Close(first, Ending::NotPursued, Class::General));
    world.run(2 * SECOND);
    assert!(!knows(&world, first) && knows(&world, late));
    desk(&mut world, DeskCommand::SameAs(late, first));
    world.run(2 * SECOND);
    assert!(!knows(&world, late));
    let records = &world.actor(FOUNDER).records;
    assert!(!records.keys().any(|name| name.starts_with("desk/home/")));
}

#[test]
fn a_call_out_goes_to_the_zones_that_lie_side_by_side() {
    let mut world = triangles(82);
    for (n, point, zones) in [
        (1, at(10, 10), &["south-west", "school"][..]),
        (2, at(45, 45), &["north-east", "east"]),
        (3, at(55, 25), &["east", "north-east"]),
    ] {
        let incident = report(&mut world, n, Kind::Checkpoint, pin(point));
        desk(&mut world, DeskCommand::Claim(incident));
        world.run(2 * SECOND);
        desk(&mut world, DeskCommand::Check(incident, vec![Role::Observer], 15));
        world.run(2 * SECOND);
        let found = world.device(FOUNDER).desk().state().incident(incident).expect("taken").clone();
        let asked = found.call_outs.values().next().expect("a call-out");
        let asked: Vec<String> = asked.request.zones.iter().map(ToString::to_string).collect();
        assert_eq!(asked, zones);
    }
}

fn rumor(world: &mut World, incident: IncidentId) -> RumorId {
    desk(world, DeskCommand::Rumor(incident));
    world.run(2 * SECOND);
    let state = world.device(FOUNDER).desk().state();
    state.rumor_of(incident).expect("a rumor").id
}

#[test]
fn the_same_rumor_for_the_tenth_time_is_one_rumor_of_the_day() {
    let mut world = triangles(83);
    let attends = |w: &World, rumor| {
        let state = w.device(FOUNDER).desk().state();
        state.attention(w.now()).contains(&Attention::RumorMany(rumor))
    };
    let first = report(&mut world, 1, Kind::School, pin(at(3, 3)));
    let one = rumor(&mut world, first);
    for n in 2..=10 {
        assert!(!attends(&world, one), "before the {n}th");
        let again = report(&mut world, n, Kind::School, pin(at(3, 3)));
        assert_eq!(rumor(&mut world, again), one);
    }
    assert!(attends(&world, one), "the tenth asks for an answer in public");
    let elsewhere = report(&mut world, 11, Kind::School, pin(at(55, 25)));
    assert_ne!(rumor(&mut world, elsewhere), one);
    // Tomorrow it is another one; what asked yesterday still belongs to yesterday's.
    world.skip(25 * HOUR);
    world.run(MINUTE);
    assert!(!attends(&world, one), "nobody asks any more");
    let tomorrow = report(&mut world, 12, Kind::School, pin(at(3, 3)));
    assert_ne!(rumor(&mut world, tomorrow), one);
    assert_eq!(rumor(&mut world, first), one);
}
