//! Each invariant is broken on purpose, and seen.

use std::collections::BTreeSet;

use bystand_core::alerts::SignedAlert;
use bystand_core::desk::incident_of_report;
use bystand_core::device::Event;
use bystand_core::device::desk::DeskCommand;
use bystand_core::device::member::MemberEvent;
use bystand_core::io::{Batch, Request, Response};
use bystand_core::logwatch::AlertEvent;
use bystand_sim::ledger::{Asked, Kind, Secret, words};
use bystand_sim::machine::MachineId;
use bystand_sim::operator::{Misdeed, Target};
use bystand_wire::relay_api::{Appended, LogEntry, LogKind};
use bystand_wire::time::{HOUR_MS, MINUTE_MS, SECOND_MS};
use bystand_wire::{Hash32, OfferId, Seq};

use crate::town::Town;

fn names(town: &Town) -> BTreeSet<&'static str> {
    town.violated().into_iter().map(|(name, _)| name).collect()
}

/// A program that writes what it should not.
fn writes(town: &mut Town, id: MachineId, name: &str, value: &[u8]) {
    let batch = Batch { records: [(name.to_owned(), Some(value.to_vec()))].into() };
    town.world().ledger.stored(id, &batch);
    town.run(1);
    town.look();
}

#[test]
fn a_casebook_with_other_times() {
    let mut town = Town::new(41);
    let victim = town.dispatcher(1);
    let incident = town.taken(0);
    town.betray(Misdeed::Redate(Target::stream(town.desk_streams().casebook, [victim]), -60_000));
    // As if nobody could help being told.
    town.watch.trusts_operator = true;
    town.desk(0, DeskCommand::Claim(incident));
    town.run(5 * SECOND_MS);
    assert_eq!(names(&town), BTreeSet::from(["folds-agree", "running-hashes-agree"]));
}

#[test]
fn a_host_box_with_a_report() {
    let mut town = Town::new(42);
    let host = town.crew.hosts[0];
    let incident = town.taken(0);
    let text = town.fold(0).incident(incident).expect("taken").report.said().unit.clone();
    writes(&mut town, host, "host/kept", text.as_bytes());
    assert_eq!(names(&town), BTreeSet::from(["nobody-reads-more"]));
}

#[test]
fn a_relay_that_is_told_something() {
    let mut town = Town::new(43);
    let secret = Secret {
        kind: Kind::DeskNote,
        owner: town.dispatcher(0),
        incident: None,
        zone: None,
        at: town.world().now(),
    };
    town.world().ledger.plant(secret, &words(1 << 40));
    let entry = LogEntry { kind: LogKind::Alert, body: words(1 << 40).into_bytes() };
    town.world().ledger.sent(&Request::Log(entry));
    town.look();
    assert_eq!(names(&town), BTreeSet::from(["relay-reads-nothing"]));
}

#[test]
fn something_erased_that_comes_back() {
    let mut town = Town::new(44);
    let incident = town.taken(0);
    let text = town.fold(0).incident(incident).expect("taken").report.said().unit.clone();
    town.desk(0, DeskCommand::Claim(incident));
    town.run(3 * SECOND_MS);
    town.desk(0, DeskCommand::EraseNow(incident));
    town.until(MINUTE_MS, |town| (0..3).all(|d| town.fold(d).tombstone(incident).is_some()));
    town.assert_held();
    let dispatcher = town.dispatcher(2);
    writes(&mut town, dispatcher, "desk/kept", text.as_bytes());
    assert_eq!(names(&town), BTreeSet::from(["erased-is-gone"]));
}

#[test]
fn a_place_that_is_kept_when_it_is_over() {
    let mut town = Town::new(45);
    let member = town.on_duty(0);
    let (_, report) = town.report(0);
    let offer = OfferId([7; 16]);
    let now = town.world().now();
    town.watch.clearance.accept(offer, [incident_of_report(report)], now);
    let point = crate::town::corner(0);
    let batch = Batch { records: [("member/kept".to_owned(), Some(bystand_wire::encode(&point)))].into() };
    town.world().ledger.stored(member, &batch);
    town.forge(member, &Event::Member(MemberEvent::Released(offer)));
    assert!(names(&town).contains("places-are-forgotten"), "{:?}", town.violated());
}

#[test]
fn an_acceptance_that_nobody_gave() {
    let mut town = Town::new(46);
    let member = town.on_duty(0);
    let offer = OfferId([7; 16]);
    let place = town.plant(Kind::Home, MachineId(0));
    town.watch.clearance.accept(OfferId([8; 16]), [], bystand_wire::Timestamp(0));
    town.forge(member, &Event::Warning { code: "shown", text: place });
    assert_eq!(names(&town), BTreeSet::from(["nobody-reads-more"]));
    assert!(!town.watch.clearance.is_accepted(&offer));
}

#[test]
fn a_pass_that_counts_twice() {
    let mut town = Town::new(47);
    let stream = town.drop_stream();
    for tag in [1, 2] {
        let asked = Asked::Append(stream, None, Some((Hash32([9; 32]), Hash32([tag; 32]))));
        let appended = Appended { seq: Seq(1), at: bystand_wire::Timestamp(0), epoch: 0 };
        town.world().ledger.answered(asked, &Response::Appended(appended));
    }
    town.look();
    assert_eq!(names(&town), BTreeSet::from(["passes-count-once"]));
}

#[test]
fn a_number_that_is_kept_too_long() {
    let mut town = Town::new(48);
    let dispatcher = town.dispatcher(0);
    let number = town.plant(Kind::Callback, dispatcher);
    let batch = Batch { records: [("desk/callback/1".to_owned(), Some(number.into_bytes()))].into() };
    town.world().ledger.stored(dispatcher, &batch);
    town.run(2 * HOUR_MS);
    assert_eq!(names(&town), BTreeSet::new());
    town.run(HOUR_MS);
    assert_eq!(names(&town), BTreeSet::from(["nothing-outlasts-its-time"]));
}

/// What somebody's program has told, the last of its kind.
fn last_told(town: &Town, who: MachineId, is_it: impl Fn(&Event) -> bool) -> Event {
    let mut told = town.told.iter().rev();
    told.find(|(id, event)| *id == who && is_it(event)).map(|(_, event)| event.clone()).expect("told")
}

#[test]
fn an_alert_without_its_quorum() {
    let mut town = Town::new(49);
    let [member, _] = town.two_on_duty();
    let incident = town.confirmed(0, member);
    town.publish(0, incident);
    town.assert_held();
    let told = last_told(&town, member, |event| matches!(event, Event::Alert(AlertEvent::Taken { .. })));
    let Event::Alert(AlertEvent::Taken { note, index, view, .. }) = told else { panic!("an alert") };
    // A program that does not check shows the same note as the next one of the log, with nobody's signature.
    let signed = Box::new(SignedAlert::unsigned((*note).clone()));
    let shown = AlertEvent::Taken { note, signed, index: index + 1, view };
    town.forge(member, &Event::Alert(shown));
    assert_eq!(names(&town), BTreeSet::from(["alerts-have-quorum"]));
    assert_eq!(town.watch.without_quorum, 1);
}

#[test]
fn two_logs_with_two_alerts_at_the_same_place() {
    let mut town = Town::new(50);
    let [one, other] = town.two_on_duty();
    let incidents = [town.confirmed(0, one), town.confirmed(6, other)];
    town.run(MINUTE_MS);
    town.desk(0, DeskCommand::Release(incidents[1]));
    town.run(3 * SECOND_MS);
    town.desk(2, DeskCommand::Claim(incidents[1]));
    town.run(3 * SECOND_MS);
    let victim = town.dispatcher(2);
    town.betray(Misdeed::Fork([victim].into()));
    // Each is shown a log with one alert, and each of them is signed as it should be.
    town.publish(0, incidents[0]);
    town.assert_held();
    town.publish(2, incidents[1]);
    town.again_online(victim);
    town.run(MINUTE_MS);
    assert_eq!(names(&town), BTreeSet::from(["screens-agree"]));
}

#[test]
fn an_old_heads_up_that_is_shown() {
    let mut town = Town::new(51);
    let [member, _] = town.two_on_duty();
    let incident = town.claimed(0);
    town.desk(0, DeskCommand::HeadsUp(incident));
    let is_shown = |event: &Event| matches!(event, Event::Member(MemberEvent::HeadsUp(..)));
    town.until(MINUTE_MS, |town| town.told.iter().any(|(id, event)| *id == member && is_shown(event)));
    town.run(30 * MINUTE_MS);
    town.assert_held();
    let told = last_told(&town, member, is_shown);
    town.forge(member, &told);
    assert_eq!(names(&town), BTreeSet::from(["heads-ups-end"]));
}

#[test]
fn an_exact_place_for_somebody_who_was_not_accepted() {
    let mut town = Town::new(52);
    let [member, other] = town.two_on_duty();
    let incident = town.claimed(0);
    let (offer, _) = town.accepted(incident, member);
    town.assert_held();
    let told = last_told(&town, member, |event| matches!(event, Event::Member(MemberEvent::Accepted(..))));
    let Event::Member(MemberEvent::Accepted(accepted, acceptance)) = told else { panic!("accepted") };
    assert_eq!(accepted, offer);
    // Somebody hands over the words of an acceptance that the desk has given to another one.
    let words =
        bystand_core::messages::Acceptance { point: None, place: "4th and 3rd".into(), ..*acceptance };
    town.forge(other, &Event::Member(MemberEvent::Accepted(OfferId([7; 16]), Box::new(words))));
    assert_eq!(names(&town), BTreeSet::from(["places-only-for-accepted"]));
}
