//! What fails by itself: nothing is lost, and every invariant holds.

use bystand_core::desk::incident_of_report;
use bystand_core::device::desk::DeskCommand;
use bystand_core::device::neighbor::NeighborEvent;
use bystand_core::device::{Command, Event};
use bystand_sim::machine::{Kill, Link, MachineId};
use bystand_sim::world::Fall;
use bystand_wire::time::{MINUTE_MS, SECOND_MS};
use bystand_wire::{IncidentId, ReportId};

use crate::town::Town;

/// Reports, of which each dispatcher takes some, while this happens again and again.
fn evening(town: &mut Town, mut happens: impl FnMut(&mut Town, u32)) -> Vec<(MachineId, ReportId)> {
    let mut reports = Vec::new();
    for number in 0..6_u32 {
        happens(town, 2 * number);
        reports.push(town.report(i32::try_from(number).expect("few")));
        town.run(20 * SECOND_MS);
        happens(town, 2 * number + 1);
        let open: Vec<IncidentId> = town.fold_of(0).to_vec();
        for (turn, incident) in open.into_iter().enumerate() {
            // What somebody else has taken is refused, as it should be.
            let id = town.dispatcher(turn % 3);
            let _ = town.world().command(id, Command::Desk(DeskCommand::Claim(incident)));
        }
        town.run(20 * SECOND_MS);
    }
    reports
}

/// The whole desk has them, and every reporter was told so.
fn assert_nothing_lost(town: &mut Town, reports: &[(MachineId, ReportId)]) {
    let reports = reports.to_vec();
    town.until(30 * MINUTE_MS, |town| {
        let is_there =
            |report: &ReportId| (0..3).all(|d| town.fold(d).incident(incident_of_report(*report)).is_some());
        let is_told = |phone: MachineId, report: ReportId| {
            town.told.iter().any(|(id, event)| {
                *id == phone
                    && matches!(event, Event::Neighbor(NeighborEvent::Received(r, _)) if *r == report)
            })
        };
        reports.iter().all(|(phone, report)| is_there(report) && is_told(*phone, *report))
    });
    let marked = town.watch.undecryptable;
    assert_eq!(marked, 0, "messages that could not be read");
    town.assert_held();
}

#[test]
fn a_relay_that_is_killed_again_and_again_loses_nothing() {
    let mut town = Town::new(21);
    let reports = evening(&mut town, |town, number| {
        let how = if number % 2 == 0 { Fall::BeforeCommit } else { Fall::AfterCommit };
        town.world().fell_relay(how, 5 * SECOND_MS);
    });
    assert!(town.world().falls > 8);
    assert_nothing_lost(&mut town, &reports);
}

#[test]
fn a_desk_that_is_split_comes_together_again() {
    let mut town = Town::new(22);
    let reports = evening(&mut town, |town, number| {
        let at = usize::try_from(number % 3).expect("small");
        let id = town.dispatcher(at);
        if number % 2 == 0 {
            town.world().cut(id)
        } else {
            (0..3).for_each(|at| {
                let id = town.dispatcher(at);
                town.world().mend(id);
            })
        }
    });
    (0..3).for_each(|at| {
        let id = town.dispatcher(at);
        town.world().mend(id);
    });
    assert_nothing_lost(&mut town, &reports);
}

#[test]
fn programs_killed_between_any_two_steps_lose_nothing() {
    let mut town = Town::new(23);
    let reports = evening(&mut town, |town, number| {
        for at in 0..3_u32 {
            let kill = Kill::ALL[usize::try_from(number + at).expect("small") % Kill::ALL.len()];
            let id = town.dispatcher(usize::try_from(at).expect("small"));
            town.world().kill(id, kill);
        }
    });
    assert!(town.world().kills > 20);
    assert_nothing_lost(&mut town, &reports);
}

#[test]
fn a_disk_that_is_full_for_a_while_loses_nothing() {
    let mut town = Town::new(24);
    let reports = evening(&mut town, |town, number| {
        let id = town.dispatcher(1);
        let bytes = town.world().machine(id).map(|machine| machine.disk().bytes());
        town.world().set_disk_limit(id, bytes.filter(|_| number % 3 != 0));
    });
    let id = town.dispatcher(1);
    town.world().set_disk_limit(id, None);
    assert!(town.world().kills > 3, "the full disk has stopped it");
    assert_nothing_lost(&mut town, &reports);
}

#[test]
fn clocks_that_are_off_lose_nothing() {
    let mut town = Town::new(25);
    let reports = evening(&mut town, |town, number| {
        let id = town.dispatcher(usize::try_from(number % 3).expect("small"));
        let minute = i64::try_from(MINUTE_MS).expect("small");
        let off = [0, 4 * minute, -4 * minute, 30 * minute, -30 * minute];
        town.world().set_skew(id, off[usize::try_from(number).expect("small") % off.len()]);
    });
    (0..3).for_each(|at| {
        let id = town.dispatcher(at);
        town.world().set_skew(id, 0);
    });
    // What is due by a clock that is ahead is refused, and not written again at once.
    let entries = town.fold(0).last_seq().0;
    assert!(entries < 400, "{entries} entries in four minutes");
    assert_nothing_lost(&mut town, &reports);
}

#[test]
fn lines_at_their_worst_lose_nothing() {
    let mut town = Town::new(26);
    for at in 0..3 {
        let id = town.dispatcher(at);
        town.world().set_link(id, Link::STORM);
    }
    let reports = evening(&mut town, |_, _| {});
    assert_nothing_lost(&mut town, &reports);
}

#[test]
fn a_dispatcher_whose_clock_is_ahead_keeps_no_heads_up_on_screens() {
    let mut town = Town::new(27);
    let [member, _] = town.two_on_duty();
    let incident = town.claimed(0);
    let dispatcher = town.dispatcher(0);
    town.world().set_skew(dispatcher, i64::try_from(30 * MINUTE_MS).expect("small"));
    town.desk(0, DeskCommand::HeadsUp(incident));
    town.world().set_skew(dispatcher, 0);
    let shows = |town: &Town| {
        let zones = town.device(member).member().duty().expect("on duty").zones.clone();
        let mut days = zones.iter().filter_map(|zone| town.device(member).member().day(zone));
        days.any(|day| !day.heads_ups.is_empty())
    };
    town.until(MINUTE_MS, shows);
    for _ in 0..6 {
        town.run(5 * MINUTE_MS);
    }
    assert!(!shows(&town));
    town.assert_held();
}
