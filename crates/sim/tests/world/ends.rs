//! What ends by its time or by the registrars' word: a dispatcher who is removed during the day, the day at
//! 04:00, a call-out's stream, a certificate.

use bystand_core::device::desk::DeskCommand;
use bystand_core::device::member::MemberEvent;
use bystand_core::device::registrar::RegistrarCommand;
use bystand_core::device::{Command, Event};
use bystand_core::team::{Keyring, TeamKind, entry};
use bystand_sim::day::BEGIN;
use bystand_sim::ledger::Kind;
use bystand_sim::machine::MachineId;
use bystand_sim::watch::clearance::Standing;
use bystand_wire::time::{HOUR_MS, MINUTE_MS, SECOND_MS};
use bystand_wire::{Seq, StreamId, Timestamp};

use crate::town::Town;

fn keys(town: &Town, who: MachineId) -> Keyring {
    town.device(who).shared().teams.get(&TeamKind::Desk).expect("on the desk").keys().clone()
}

/// The frames that the relay holds of a stream behind this place.
fn frames(town: &mut Town, stream: StreamId, after: Seq) -> Vec<Vec<u8>> {
    let (mut after, mut all) = (after, Vec::new());
    while let Some(more) = town.world().relay().frames(stream, after).filter(|more| !more.frames.is_empty()) {
        after = more.frames.last().map_or(after, |frame| frame.seq);
        all.extend(more.frames.into_iter().map(|frame| frame.frame));
    }
    all
}

/// On whose disks something is that was planted last.
fn holders(town: &mut Town) -> Vec<MachineId> {
    town.look();
    let machines: Vec<MachineId> = town.world().machines().map(|(id, _)| id).collect();
    let ledger = &town.world().ledger;
    let last = ledger.secrets().map(|(id, _)| id).last().expect("something");
    machines.into_iter().filter(|id| ledger.on_disk(*id).any(|(_, secret)| secret == last)).collect()
}

fn note(town: &mut Town, at: usize, incident: bystand_wire::IncidentId) {
    let owner = town.dispatcher(at);
    let words = town.plant(Kind::DeskNote, owner);
    town.desk(at, DeskCommand::Note(incident, words));
    town.run(5 * SECOND_MS);
}

#[test]
fn who_is_removed_from_the_desk_reads_nothing_that_is_written_after() {
    let mut town = Town::new(61);
    let incident = town.taken(0);
    town.desk(0, DeskCommand::Claim(incident));
    town.run(3 * SECOND_MS);
    let removed = town.dispatcher(1);
    note(&mut town, 0, incident);
    // The fold is written down every now and then; who holds something signs every minute.
    town.run(80 * MINUTE_MS);
    assert!(holders(&mut town).contains(&removed), "it was on the desk");
    // Somebody who means harm keeps what the program deletes.
    let (kept, casebook) = (keys(&town, removed), town.desk_streams().casebook);
    let certificate = town.device(removed).shared().identity.author().expect("certified").to_string();
    let (founder, now) = (town.founder(), town.world().now());
    town.world()
        .command(founder, Command::Registrar(RegistrarCommand::Revoke { certificate }))
        .expect("revoked");
    town.watch.clearance.stands(removed, Standing::WasDesk(now));
    let is_out = |town: &Town| !town.device(removed).shared().teams.contains_key(&TeamKind::Desk);
    town.until(5 * MINUTE_MS, is_out);
    town.run(5 * MINUTE_MS);
    let before = town.fold(0).last_seq();
    // An old incident and a new one, by both of those who are left.
    let later = town.taken_by(&[0, 2], 3);
    town.desk(2, DeskCommand::Claim(later));
    town.run(3 * SECOND_MS);
    note(&mut town, 0, incident);
    note(&mut town, 2, later);
    town.run(40 * MINUTE_MS);
    let now_hold = holders(&mut town);
    assert!(now_hold.contains(&town.dispatcher(0)) && !now_hold.contains(&removed), "{now_hold:?}");
    town.assert_held();
    let written = frames(&mut town, casebook, before);
    assert!(written.len() >= 4, "{}", written.len());
    let is_open = |keys: &Keyring, frame: &Vec<u8>| entry::open(&casebook, keys, frame).is_ok();
    let desk = keys(&town, town.dispatcher(0));
    assert!(written.iter().all(|frame| is_open(&desk, frame)), "the desk reads on");
    assert!(!written.iter().any(|frame| is_open(&kept, frame)), "kept keys open nothing of it");
}

/// The moment at which the day's rooms end: 04:00, the hosts' clocks being those of UTC.
fn night() -> Timestamp {
    BEGIN.plus_ms(23 * HOUR_MS)
}

/// The stream of the one call-out there is.
fn responses(town: &mut Town) -> StreamId {
    let [member, _] = town.two_on_duty();
    let incident = town.confirmed(0, member);
    let fold = town.fold(0);
    let call_out = fold.incident(incident).and_then(|i| i.call_outs.values().next().cloned());
    let stream = call_out.expect("a call-out").request.responses;
    assert!(!frames(town, stream, Seq::START).is_empty());
    stream
}

#[test]
fn a_zones_day_is_gone_from_every_disk_at_four_in_the_morning_and_a_call_out_after_a_day() {
    let mut town = Town::new(62);
    let responses = responses(&mut town);
    (0..3).for_each(|at| town.desk(at, DeskCommand::EndShift));
    let wait = night().since_ms(town.world().now()) - HOUR_MS;
    town.run(wait);
    town.desk(0, DeskCommand::StartShift(vec!["en".to_owned()]));
    let members = town.two_on_duty();
    let hosts = town.crew.hosts.clone();
    let zone = town.crew.members[0].zone.clone();
    let room = |town: &Town, who: MachineId| town.device(who).host().day(&zone).and_then(|day| day.room());
    let old = room(&town, hosts[0]).expect("a room");
    // A note that both members and the hosts have on their disks; the members of this zone, that is.
    let words = {
        let owner = town.dispatcher(0);
        town.plant_for_zone(owner, &zone)
    };
    town.desk(0, DeskCommand::NoteToZones(vec![zone.clone()], words));
    town.run(MINUTE_MS);
    let member = members[0];
    let before = holders(&mut town);
    assert!(before.contains(&member), "{before:?}");
    let state = format!("room/{old}");
    let keeps_room = |town: &mut Town, who: MachineId| {
        let disk = town.world().machine(who).expect("a machine").disk();
        disk.records().keys().any(|name| name.starts_with(&state))
    };
    assert!(keeps_room(&mut town, member) && keeps_room(&mut town, hosts[0]), "{state}");
    assert!(!frames(&mut town, old, Seq::START).is_empty());
    let wait = night().since_ms(town.world().now()) + 10 * MINUTE_MS;
    town.run(wait);
    let is_over = |(id, event): &(MachineId, Event)| {
        *id == member && matches!(event, Event::Member(MemberEvent::DayOver(_)))
    };
    assert!(town.told.iter().any(is_over));
    let after = holders(&mut town);
    assert!(!after.iter().any(|who| members.contains(who) || hosts.contains(who)), "{after:?}");
    for who in members.into_iter().chain(hosts.iter().copied()) {
        assert!(!keeps_room(&mut town, who), "{who:?}");
    }
    let new = room(&town, hosts[0]).expect("a room for the new day");
    assert_ne!(new, old);
    assert!(town.device(member).shared().rooms.contains_key(&new), "the member is in it");
    // The relay keeps what nobody can read any more for those who are late.
    town.run(HOUR_MS);
    assert!(town.world().relay().frames(old, Seq::START).is_none(), "nor does the relay keep it");
    // What was said about the call-out of the day before is gone too; nobody is told, and nobody keeps it.
    town.run(HOUR_MS);
    assert!(town.world().relay().frames(responses, Seq::START).is_none());
    assert_eq!(town.watch.warnings.keys().collect::<Vec<_>>(), Vec::<&(MachineId, String)>::new());
    assert_eq!(town.device(member).member().going().count(), 0);
    town.assert_held();
}
