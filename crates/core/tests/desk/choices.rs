//! What the desk proposes to its people: who should go, what comes next, what nobody holds any more.

use bystand_core::desk::rules::GATHER_MS;
use bystand_core::desk::*;
use bystand_core::geo::Point;
use bystand_core::report::{Source, When};
use bystand_wire::*;

use crate::support::*;

fn called() -> Table {
    let mut table = Table::claimed();
    table.ok(1, CallOutEvent::Opened { incident: incident(1), request: request(1) });
    table
}

fn proposed(table: &Table) -> Vec<OfferId> {
    table.state.proposed_responders(call_out(1), table.now())
}

#[test]
fn offers_are_gathered_and_drawn_by_lot() {
    let mut table = called();
    for n in 1..=6 {
        table.ok(2, offered(n, 6));
    }
    table.wait(GATHER_MS - 1);
    assert_eq!(proposed(&table), [], "whoever waits for call-outs answers first");
    table.wait(1);
    let chosen = proposed(&table);
    assert_eq!(chosen.len(), 3, "three where no report came with a pass");
    assert!(chosen.iter().all(|id| (1..=6).any(|n| *id == offer(n))), "{chosen:?}");
    table.ok(2, offered(7, 6));
    let firsts: Vec<OfferId> = (8..40)
        .map(|n| {
            table.ok(2, offered(n, 6));
            proposed(&table)[0]
        })
        .collect();
    let different: std::collections::BTreeSet<&OfferId> = firsts.iter().collect();
    assert!(different.len() > 8, "every offer changes the lot: {different:?}");
    let CallOutEvent::Accepted { offers, .. } = accepted(&[3, 4], false) else { unreachable!() };
    table.ok(
        1,
        CallOutEvent::Accepted { incident: incident(1), call_out: call_out(1), offers, alone_agreed: false },
    );
    assert_eq!(proposed(&table), [], "somebody is out already");
    assert_eq!(table.state.proposed_responders(call_out(9), table.now()), [], "no such call-out");
}

#[test]
fn one_alone_is_nobodys_proposal_and_a_pass_makes_two_enough() {
    let mut table = Table::default();
    table.ok(1, vouched(1, 9, START));
    table.ok(1, WorkEvent::Claimed { incident: incident(1) });
    table.ok(1, CallOutEvent::Opened { incident: incident(1), request: request(1) });
    table.ok(2, offered(1, 6));
    table.wait(GATHER_MS);
    assert_eq!(proposed(&table), []);
    for n in 2..=5 {
        table.ok(2, offered(n, 6));
    }
    assert_eq!(proposed(&table).len(), 2);
}

#[test]
fn what_was_begun_and_let_go_of_is_shown() {
    let mut table = called();
    assert_eq!(table.state.left_behind(), []);
    table.ok(1, ShiftEvent::Started { languages: vec![] });
    table.ok(2, ShiftEvent::Started { languages: vec![] });
    table.ok(1, WorkEvent::Released { incident: incident(1) });
    assert_eq!(table.state.left_behind(), [incident(1)]);
    assert!(table.state.queue(table.now()).is_empty(), "it does not wait in the queue");
    assert_eq!(table.state.attention(table.now()), [Attention::LeftBehind(incident(1))]);
    table.ok(2, WorkEvent::Claimed { incident: incident(1) });
    assert_eq!(table.state.left_behind(), []);
    table.ok(1, taken(2, START));
    assert_eq!(table.state.left_behind(), [], "what waits was not begun");
}

/// A report from so many millionths of a degree north of city hall.
fn taken_north(n: u8, off: i32, at: Timestamp) -> IntakeEvent {
    let mut report = report_in(n, at);
    let here = city_hall();
    report.place.point = Some(Point { lat: here.lat + off, lon: here.lon });
    report.seen = When::Now;
    let report = Box::new(report.check(Source::Public, at).expect("a good report"));
    IntakeEvent::ReportTaken { report, vouch: None, received_at: at }
}

#[test]
fn what_is_told_beside_an_alert_comes_soon() {
    let mut table = Table::default();
    table.ok(1, taken_north(1, 0, START));
    table.ok(1, WorkEvent::Claimed { incident: incident(1) });
    table.ok(2, recorded(1, 1, Verdict::Confirmed));
    let (until, finding) = (table.now().plus_ms(60 * MINUTE), Some(finding_id(1)));
    let step = AlertStep::New;
    table.ok(1, AlertEvent::Prepared { incident: incident(1), alert: alert(1), step, finding, until });
    table.ok(2, AlertEvent::Published { incident: incident(1), alert: alert(1), step, log_index: 7 });
    for n in 2..=4 {
        table.ok(1, taken_north(n, 20_000, START));
    }
    table.ok(1, taken_north(5, 4_000, START));
    table.ok(1, taken_north(6, 6_000, START));
    assert_eq!(table.state.alerts_near(incident(5)), [incident(1)]);
    assert_eq!(table.state.alerts_near(incident(6)), [], "670 m");
    let queue = table.state.queue(table.now());
    let order: Vec<(IncidentId, bool)> = queue.iter().map(|item| (item.incident, item.near_alert)).collect();
    let expected = [(2, false), (5, true), (3, false), (4, false), (6, false)];
    assert_eq!(order, expected.map(|(n, near)| (incident(n), near)));
}
