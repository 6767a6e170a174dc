//! A host box that is killed at any moment goes on as if nothing had happened.

mod day_support;

use std::collections::BTreeSet;

use bystand_core::device::desk::DeskCommand;
use bystand_core::device::host::HostCommand;
use bystand_core::device::member::MemberEvent;
use bystand_core::testing::{FOUNDER, Kill, World};
use bystand_wire::Role;
use day_support::*;

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
