//! A host box or a desk that is killed at any moment goes on as if nothing had happened.

use std::collections::BTreeSet;

use bystand_core::alerts::Outcome;
use bystand_core::desk::{AlertStep, FindingId};
use bystand_core::device::Command;
use bystand_core::device::desk::DeskCommand;
use bystand_core::device::host::HostCommand;
use bystand_core::device::member::{MemberCommand, MemberEvent};
use bystand_core::report::{Kind, Place, ReportIn};
use bystand_core::testing::{FOUNDER, Kill, World};
use bystand_wire::{IncidentId, ReportId, Role};

use crate::support::*;

/// Both in the same room, which is the one that this host has now.
fn is_with_host(world: &World, member: usize) -> bool {
    let day = world.device(FOUNDER).host().day(&zone()).filter(|d| d.is_in());
    let shared = world.device(FOUNDER).shared();
    let Some(room) = day.and_then(|d| d.room()).and_then(|r| shared.rooms.get(&r)) else { return false };
    let theirs = world.device(member).shared().rooms.get(&room.id());
    theirs.is_some_and(|r| r.epoch() == room.epoch())
}

#[test]
fn a_room_is_opened_and_joined_wherever_the_host_is_killed() {
    let mut world = opened(31);
    let member = admit_member(&mut world, "member", &[Role::Observer]);
    join(&mut world, member);
    let mut succession = 0;
    for after in 0..30 {
        for how in Kill::ALL {
            // A person wants another room, and the host is killed while it makes it and lets the member in.
            host_command(&mut world, FOUNDER, HostCommand::Succeed(zone()));
            world.kill_at(FOUNDER, after, how);
            succession += 1;
            let is_new = |w: &World| {
                let day = w.device(FOUNDER).host().day(&zone());
                day.is_some_and(|d| d.opening().succession == succession) && is_with_host(w, member)
            };
            assert!(world.run_until(4 * MINUTE, is_new), "killed {how:?} after {after} inputs");
            on_duty(&mut world, member);
            // A minute must pass before the next room may be asked for.
            world.run(MINUTE);
        }
    }
    let day = world.device(FOUNDER).host().day(&zone()).expect("a day");
    assert_eq!(day.counts().successions, succession);
}

#[test]
fn what_the_desk_says_is_passed_on_once_wherever_the_host_is_killed() {
    let mut world = opened(32);
    let member = admit_member(&mut world, "member", &[Role::Observer]);
    join(&mut world, member);
    let mut said = Vec::new();
    for after in 0..12 {
        for how in Kill::ALL {
            let text = format!("{how:?} {after}");
            desk(&mut world, DeskCommand::NoteToZones(vec![zone()], text.clone()));
            world.kill_at(FOUNDER, after, how);
            world.run(30 * SECOND);
            said.push(text);
        }
    }
    let events = member_events(&world, member).into_iter();
    let heard: Vec<String> = events
        .filter_map(|e| if let MemberEvent::Note(_, text, _) = e { Some(text) } else { None })
        .collect();
    assert_eq!(heard, said);
    let counts = world.device(FOUNDER).host().day(&zone()).expect("a day").counts();
    assert_eq!(usize::try_from(counts.notes), Ok(said.len()));
}

#[test]
fn the_day_ends_once_wherever_the_host_is_killed() {
    let mut world = opened(33);
    host_command(&mut world, FOUNDER, HostCommand::Schedule(true));
    let mut days = 0;
    for how in Kill::ALL {
        for after in 0..4 {
            let until = world.device(FOUNDER).host().day(&zone()).expect("a day").opening().until;
            world.skip(until.since_ms(world.now()).saturating_sub(SECOND));
            world.kill_at(FOUNDER, after, how);
            world.run(2 * MINUTE);
            days += 1;
            let host = world.device(FOUNDER).host();
            let day = host.day(&zone()).expect("the next day");
            assert_eq!(day.opening().from, until, "killed {how:?} after {after} inputs");
            assert!(day.is_in());
            let summaries: BTreeSet<_> = host.book().summaries(&zone()).iter().map(|s| s.until).collect();
            assert_eq!(summaries.len(), days, "killed {how:?} after {after} inputs");
            // Four rooms of today, three teams', and nothing of yesterday.
            let states = world.actor(FOUNDER).records.keys().filter(|name| name.ends_with("/state"));
            assert_eq!(states.filter(|name| name.starts_with("room/")).count(), 4 + 3);
        }
    }
}

/// The member reports what they see and signs it; the desk has claimed it.
fn found(world: &mut World, member: usize) -> (IncidentId, FindingId) {
    desk(world, DeskCommand::StartShift(vec!["en".into()]));
    let place = Place { zone: Some(zone()), point: Some(city_hall()), ..Place::default() };
    let report = ReportIn::new(ReportId([7; 16]), Kind::Checkpoint, place, world.now());
    let command = MemberCommand::ReportAndFind(Box::new(report), Outcome::Confirmed, 2);
    world.command(member, Command::Member(command)).expect("a finding");
    let on_desk = |w: &World| {
        let found = w.device(FOUNDER).desk().state().incidents().next()?;
        Some((found.id, found.findings.first()?.finding.id))
    };
    assert!(world.run_until(MINUTE, |w| on_desk(w).is_some()), "the desk has the finding");
    let (incident, finding) = on_desk(world).expect("a finding");
    desk(world, DeskCommand::Claim(incident));
    world.run(2 * SECOND);
    (incident, finding)
}

#[test]
fn an_alert_is_passed_on_once_wherever_the_desk_is_killed() {
    let mut opened = opened(34);
    let member = admit_member(&mut opened, "member", &[Role::Observer, Role::Verifier]);
    join(&mut opened, member);
    let (incident, finding) = found(&mut opened, member);
    for after in 0..12 {
        for how in Kill::ALL {
            let mut world = opened.fork();
            // The public log's answer may come before the casebook was read again.
            world.delay_feed(1, 500);
            desk(&mut world, DeskCommand::Publish(incident, AlertStep::New, finding));
            world.kill_at(FOUNDER, after, how);
            world.run(2 * MINUTE);
            let told = member_events(&world, member).into_iter();
            let told = told.filter(|e| *e == MemberEvent::AlertPassed(zone())).count();
            assert_eq!(told, 1, "killed {how:?} after {after} inputs");
        }
    }
}
