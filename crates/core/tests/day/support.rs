//! A small network at work: a founder who is also the desk, host boxes, members with passes for a zone.
#![allow(dead_code, reason = "each test file uses a part of it")]

use bystand_core::device::desk::{DeskCommand, DeskEvent};
use bystand_core::device::host::{HostCommand, HostEvent};
use bystand_core::device::member::{Duty, MemberCommand, MemberEvent};
use bystand_core::device::{Command, Event};
use bystand_core::geo::{CALL_OUT_RESOLUTION, Point, cell_of};
use bystand_core::report::{Kind, Place, ReportIn};
use bystand_core::testing::{FOUNDER, World, founded};
use bystand_wire::{IncidentId, ReportId, Role, ZoneId};

pub const SECOND: u64 = 1_000;
pub const MINUTE: u64 = 60 * SECOND;
pub const HOUR: u64 = 60 * MINUTE;

/// The zone that everything happens in.
pub fn zone() -> ZoneId {
    bystand_core::fixtures::ZONE.parse().expect("a zone")
}

pub fn city_hall() -> Point {
    Point::from_degrees(44.9771, -93.2655).expect("in range")
}

pub fn far_away() -> Point {
    Point::from_degrees(45.3, -93.9).expect("in range")
}

/// Admits a host box that opens rooms by schedule.
pub fn admit_host(world: &mut World, name: &'static str) -> usize {
    world.admit(name, FOUNDER, &[Role::Host])
}

/// Admits a member with room passes for the zone.
pub fn admit_member(world: &mut World, name: &'static str, roles: &[Role]) -> usize {
    let place = world.admit(name, FOUNDER, roles);
    world.with(place, |d, now, rng| d.choose_zones(&[zone()], now, rng)).expect("a zone");
    let has_pass = |w: &World| w.device(place).shared().wallet.room_pass(&zone(), w.now()).is_some();
    assert!(world.run_until(MINUTE, has_pass), "{name} has a room pass");
    place
}

/// A network whose rooms open by command only.
pub fn unscheduled(seed: u64) -> World {
    let mut world = founded(seed, 1);
    host_command(&mut world, FOUNDER, HostCommand::Schedule(false));
    world
}

/// A network whose founder opened the zone's room.
pub fn opened(seed: u64) -> World {
    let mut world = unscheduled(seed);
    open(&mut world, FOUNDER);
    world
}

/// Has a host open the zone's room.
pub fn open(world: &mut World, host: usize) {
    host_command(world, host, HostCommand::Open(vec![zone()]));
    let told = |w: &World| host_events(w, host).iter().any(|e| matches!(e, HostEvent::RoomOpened { .. }));
    assert!(world.run_until(MINUTE, told), "the room is open");
}

pub fn host_command(world: &mut World, host: usize, command: HostCommand) {
    world.command(host, Command::Host(command)).expect("a host's command");
}

/// Puts a member on duty near city hall.
pub fn on_duty(world: &mut World, member: usize) {
    on_duty_at(world, member, city_hall());
}

pub fn on_duty_at(world: &mut World, member: usize, place: Point) {
    let duty = Duty {
        zones: vec![zone()],
        until: world.now().plus_ms(8 * HOUR),
        place: Some(place),
        reach_m: 3_000,
        roles: vec![Role::Observer],
    };
    world.command(member, Command::Member(MemberCommand::DutyOn(duty))).expect("on duty");
}

/// Whether a member is in the zone's room.
pub fn is_in(world: &World, member: usize) -> bool {
    world.device(member).member().day(&zone()).is_some()
        && member_events(world, member).iter().any(|e| matches!(e, MemberEvent::Joined(..)))
}

/// On duty and let in.
pub fn join(world: &mut World, member: usize) {
    on_duty(world, member);
    assert!(world.run_until(MINUTE, |w| is_in(w, member)), "{} is in", world.actor(member).name);
}

pub fn host_events(world: &World, place: usize) -> Vec<HostEvent> {
    let events = world.actor(place).events.iter();
    events.filter_map(|e| if let Event::Host(e) = e { Some(e.clone()) } else { None }).collect()
}

pub fn member_events(world: &World, place: usize) -> Vec<MemberEvent> {
    let events = world.actor(place).events.iter();
    events.filter_map(|e| if let Event::Member(e) = e { Some(e.clone()) } else { None }).collect()
}

pub fn desk_events(world: &World, place: usize) -> Vec<DeskEvent> {
    let events = world.actor(place).events.iter();
    events.filter_map(|e| if let Event::Desk(e) = e { Some(e.clone()) } else { None }).collect()
}

pub fn desk(world: &mut World, command: DeskCommand) {
    world.command(FOUNDER, Command::Desk(command)).expect("a dispatcher's command");
}

/// The founder starts a shift, takes a caller's report and claims it.
pub fn incident(world: &mut World, n: u8) -> IncidentId {
    desk(world, DeskCommand::StartShift(vec!["en".into()]));
    world.run(2 * SECOND);
    caller(world, n)
}

/// The founder takes a caller's report and claims it.
pub fn caller(world: &mut World, n: u8) -> IncidentId {
    let cell = cell_of(city_hall(), CALL_OUT_RESOLUTION).expect("a cell");
    let place =
        Place { zone: Some(zone()), near: Some(cell), text: "4th and 3rd".into(), ..Place::default() };
    let report = ReportIn::new(ReportId([n; 16]), Kind::Checkpoint, place, world.now());
    let id = bystand_core::desk::incident_of_report(report.id);
    desk(world, DeskCommand::Caller(Box::new(report), None));
    world.run(2 * SECOND);
    desk(world, DeskCommand::Claim(id));
    world.run(2 * SECOND);
    id
}

/// A member's name for the week in the zone's room.
pub fn name_of(world: &World, member: usize) -> String {
    let pass = world.device(member).shared().wallet.room_pass(&zone(), world.now()).expect("a room pass");
    bystand_core::device::member::week_name(&pass.pass.key)
}
