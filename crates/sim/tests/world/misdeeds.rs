//! One test for each misdeed of the relay's operator: every invariant holds, and programs tell their people
//! what the protocol lets them notice.

use std::collections::BTreeSet;

use bystand_core::desk::{Class, Ending, incident_of_report};
use bystand_core::device::Event;
use bystand_core::device::desk::{DeskCommand, DeskEvent};
use bystand_core::device::member::MemberEvent;
use bystand_core::device::neighbor::NeighborEvent;
use bystand_sim::machine::MachineId;
use bystand_sim::operator::{Misdeed, Scope, Target};
use bystand_wire::time::{MINUTE_MS, SECOND_MS};

use crate::town::Town;

/// Dispatchers work on three incidents by turns, and everybody hears of what the others did before.
fn work(town: &mut Town, incidents: &[bystand_wire::IncidentId]) {
    for (turn, incident) in incidents.iter().enumerate() {
        town.desk(turn % 3, DeskCommand::Claim(*incident));
        town.run(3 * SECOND_MS);
    }
    for round in 0..2 {
        for (turn, incident) in incidents.iter().enumerate() {
            // Whose device was told that the casebook is not everybody's cannot write in it.
            let note = DeskCommand::Note(*incident, format!("note {round}"));
            let id = town.dispatcher(turn % 3);
            let _ = town.world().command(id, bystand_core::device::Command::Desk(note));
            town.run(3 * SECOND_MS);
        }
    }
    town.run(2 * MINUTE_MS);
}

fn three(town: &mut Town) -> Vec<bystand_wire::IncidentId> {
    (0..3).map(|at| town.taken(2 * at)).collect()
}

/// The casebook as the second dispatcher is shown it.
fn of_casebook(town: &Town) -> (MachineId, Target) {
    let victim = town.dispatcher(1);
    (victim, Target::stream(town.desk_streams().casebook, [victim]))
}

#[test]
fn who_is_not_shown_an_entry_is_told_with_the_next() {
    let mut town = Town::new(1);
    let incidents = three(&mut town);
    let (victim, target) = of_casebook(&town);
    town.betray(Misdeed::Withhold(target, 4));
    work(&mut town, &incidents);
    assert!(town.watch.is_parted(victim));
    town.assert_held();
}

#[test]
fn who_is_shown_another_order_is_told_with_the_next() {
    let mut town = Town::new(2);
    let incidents = three(&mut town);
    let (victim, target) = of_casebook(&town);
    town.betray(Misdeed::Swap(target));
    work(&mut town, &incidents);
    assert!(town.watch.is_parted(victim));
    town.assert_held();
}

#[test]
fn who_is_shown_other_times_is_told_with_the_next() {
    let mut town = Town::new(3);
    let incidents = three(&mut town);
    let (victim, target) = of_casebook(&town);
    town.betray(Misdeed::Redate(target, -60_000));
    work(&mut town, &incidents);
    assert!(town.watch.is_parted(victim));
    town.assert_held();
}

#[test]
fn what_is_delivered_twice_counts_once() {
    let mut town = Town::new(4);
    town.betray(Misdeed::Twice(Target { people: Scope::Every, streams: Scope::Every }));
    let incidents = three(&mut town);
    work(&mut town, &incidents);
    let marked = |(_, event): &&(MachineId, Event)| matches!(event, Event::Desk(DeskEvent::Marked { .. }));
    assert_eq!(town.told.iter().filter(marked).count(), 0);
    assert_eq!(town.fold(0).incidents().count(), 3);
    town.assert_held();
}

#[test]
fn a_repeated_entry_has_no_effect_and_is_told() {
    let mut town = Town::new(5);
    let incidents = three(&mut town);
    let (victim, target) = of_casebook(&town);
    town.betray(Misdeed::Replay(target));
    work(&mut town, &incidents);
    assert!(town.watch.is_parted(victim));
    town.assert_held();
}

#[test]
fn a_report_that_was_erased_does_not_come_back() {
    let mut town = Town::new(6);
    let drop = town.drop_stream();
    // What is erased is kept, and given out again and again as a new report.
    town.betray(Misdeed::Keep);
    town.betray(Misdeed::Replay(Target { people: Scope::Every, streams: Scope::these([drop]) }));
    let (_, report) = town.report_home(0);
    let incident = incident_of_report(report);
    town.until(5 * MINUTE_MS, |town| (0..3).all(|d| town.fold(d).incident(incident).is_some()));
    town.desk(0, DeskCommand::Claim(incident));
    town.run(3 * SECOND_MS);
    town.desk(0, DeskCommand::EraseNow(incident));
    town.until(MINUTE_MS, |town| (0..3).all(|d| town.fold(d).tombstone(incident).is_some()));
    for at in 1..4 {
        town.taken(2 * at);
        town.run(MINUTE_MS);
    }
    let held = |town: &Town, d: usize| town.device(town.dispatcher(d)).desk().home(&incident).is_some();
    assert!((0..3).all(|d| !held(&town, d)), "where the home is was said again");
    assert_eq!((0..12).map(|d| town.device(town.dispatcher(d)).desk().waiting()).sum::<usize>(), 0);
    assert_eq!(
        town.violated().into_iter().filter(|(name, _)| *name != "relay-erases").collect::<Vec<_>>(),
        []
    );
}

#[test]
fn a_home_that_was_joined_to_something_is_forgotten_with_it() {
    let mut town = Town::new(12);
    let (_, report) = town.report_home(0);
    let (home, other) = (incident_of_report(report), town.taken(3));
    let holds = |town: &Town, d: usize| town.device(town.dispatcher(d)).desk().home(&home).is_some();
    town.until(5 * MINUTE_MS, |town| (0..3).all(|d| holds(town, d)));
    for command in [
        DeskCommand::Claim(home),
        DeskCommand::Claim(other),
        DeskCommand::SameAs(home, other),
        DeskCommand::Close(other, Ending::Unfounded, Class::Unfounded),
    ] {
        town.desk(0, command);
        town.run(3 * SECOND_MS);
    }
    assert!((0..3).all(|d| !holds(&town, d)));
    town.assert_held();
}

#[test]
fn a_report_that_was_acknowledged_and_taken_back_is_sent_again() {
    let mut town = Town::new(7);
    let drop = town.drop_stream();
    town.betray(Misdeed::TakeBack(Target { people: Scope::Every, streams: Scope::these([drop]) }));
    let (phone, report) = town.report(0);
    town.run(MINUTE_MS);
    let received = |town: &Town| {
        let is_receipt =
            |event: &Event| matches!(event, Event::Neighbor(NeighborEvent::Received(id, _)) if *id == report);
        town.told.iter().any(|(id, event)| *id == phone && is_receipt(event))
    };
    assert!(!received(&town), "nobody says that the desk has it");
    town.world().operator().repent();
    town.until(10 * MINUTE_MS, received);
    town.assert_held();
}

#[test]
fn what_is_kept_cannot_be_read_and_is_found() {
    let mut town = Town::new(8);
    town.betray(Misdeed::Keep);
    town.taken(0);
    town.run(MINUTE_MS);
    town.look();
    let names: BTreeSet<&str> = town.violated().into_iter().map(|(name, _)| name).collect();
    assert_eq!(names, BTreeSet::from(["relay-erases"]));
}

#[test]
fn a_team_that_is_denied_its_room_is_told() {
    let mut town = Town::new(9);
    let (victim, streams) = (town.dispatcher(1), town.desk_streams());
    let target =
        Target { people: Scope::these([victim]), streams: Scope::these([streams.room, streams.casebook]) };
    town.betray(Misdeed::Deny(target));
    town.again_online(victim);
    town.until(5 * MINUTE_MS, |town| town.is_warned(victim, "team-room-denied"));
    // Nothing changes for the others, nor on the device's disk.
    let (_, report) = town.report(0);
    let incident = incident_of_report(report);
    town.until(5 * MINUTE_MS, |town| [0, 2].iter().all(|d| town.fold(*d).incident(incident).is_some()));
    assert!(town.fold(1).incident(incident).is_none());
    town.world().operator().repent();
    town.taken(2);
    assert!(town.fold(1).incident(incident).is_some());
    town.assert_held();
}

#[test]
fn who_is_refused_a_pass_is_told() {
    let mut town = Town::new(10);
    let (one, other) = (town.on_duty(0), town.on_duty(1));
    town.run(2 * MINUTE_MS);
    town.betray(Misdeed::RefusePasses(Scope::these([one, other])));
    let incident = town.taken(0);
    town.desk(0, DeskCommand::Claim(incident));
    town.run(3 * SECOND_MS);
    town.desk(0, DeskCommand::Check(incident, vec![bystand_wire::Role::Verifier], 15));
    town.run(30 * SECOND_MS);
    let called = town.told.iter().find_map(|(id, event)| match event {
        Event::Member(bystand_core::device::member::MemberEvent::CallOut(_, call_out, _)) => {
            Some((*id, call_out.id))
        }
        _ => None,
    });
    let (member, call_out) = called.expect("somebody is called");
    let offer = bystand_core::device::member::MemberCommand::Offer(call_out, 5);
    town.world().command(member, bystand_core::device::Command::Member(offer)).expect("an offer");
    town.until(5 * MINUTE_MS, |town| town.is_warned(member, "pass-invalid"));
    town.assert_held();
}

#[test]
fn who_was_shown_another_log_is_told_when_the_other_is_seen() {
    let mut town = Town::new(11);
    let victim = town.dispatcher(2);
    let hosts: Vec<MachineId> = town.crew.hosts.iter().copied().chain([town.founder()]).collect();
    town.betray(Misdeed::Fork(hosts.iter().copied().chain([victim]).collect()));
    // What the hosts log of their rooms is in one log and not in the other.
    let member = town.on_duty(0);
    let is_in = |(id, event): &(MachineId, Event)| {
        *id == member && matches!(event, Event::Member(MemberEvent::Joined(..)))
    };
    town.until(10 * MINUTE_MS, |town| town.told.iter().any(is_in));
    town.run(MINUTE_MS);
    town.again_online(victim);
    town.run(MINUTE_MS);
    let size = |town: &Town, id: MachineId| town.device(id).shared().log.size();
    assert!(size(&town, victim) > size(&town, town.dispatcher(0)), "two logs");
    assert!(!town.is_warned(victim, "log-shrank") && !town.is_warned(victim, "log-forked"));
    town.world().operator().repent();
    town.again_online(victim);
    town.until(5 * MINUTE_MS, |t| t.is_warned(victim, "log-shrank") || t.is_warned(victim, "log-forked"));
    town.assert_held();
}
