//! Flows 1.1 to 1.4 and 1.10 at the desk: reports, claims, joining, striking, closing, keeping, erasing.

use bystand_core::alerts::FalseAlarm;
use bystand_core::desk::*;
use bystand_core::report::{FirstHand, Kind, ReportIn, Source, TextField, TextRange, When};
use bystand_wire::*;

use crate::support::*;

fn claim(n: u8) -> WorkEvent {
    WorkEvent::Claimed { incident: incident(n) }
}

fn lapsed(n: u8, holder: u8, last_sign: u64) -> WorkEvent {
    WorkEvent::ClaimLapsed { incident: incident(n), holder: who(holder), last_sign: Seq(last_sign) }
}

fn same_as(n: u8, into: u8) -> IntakeEvent {
    IntakeEvent::SameAs { incident: incident(n), into: incident(into) }
}

fn closed(n: u8, ending: Ending, class: Class) -> CloseEvent {
    CloseEvent::Closed { incident: incident(n), ending, class }
}

fn erased(members: &[u8], reason: EraseReason) -> CloseEvent {
    let members: Vec<IncidentId> = members.iter().map(|n| incident(*n)).collect();
    CloseEvent::Erased { incident: members[0], members, reason }
}

#[test]
fn a_report_is_taken_once_whoever_takes_it() {
    let mut table = Table::default();
    table.ok(1, taken(1, START));
    table.same(2, taken(1, START));
    assert_eq!(table.stage(1), Some(Stage::Waiting));
    assert_eq!(table.incident(1).taken.by, who(1));
}

#[test]
fn source_and_pass_must_fit() {
    let vouch = |purpose| Some(Vouch { purpose, pass: Hash32([1; 32]) });
    let mut table = Table::default();
    for (source, vouch) in [
        (Source::Caller, vouch(PassPurpose::Report)),
        (Source::Public, vouch(PassPurpose::Card)),
        (Source::Card, None),
        (Source::Card, vouch(PassPurpose::Report)),
        (Source::Member, vouch(PassPurpose::Room)),
    ] {
        let event = IntakeEvent::ReportTaken { report: report(1, source, START), vouch, received_at: START };
        table.breach(1, event, Breach::VouchMismatch);
    }
    let caller = IntakeEvent::ReportTaken {
        report: report(1, Source::Caller, START),
        vouch: None,
        received_at: START,
    };
    table.ok(1, caller);
    assert!(!table.state.is_vouched(table.incident(1)), "a caller's report is unvouched");
}

#[test]
fn one_pass_vouches_for_one_report_only() {
    let mut table = Table::default();
    table.ok(1, vouched(1, 9, START));
    table.ok(1, vouched(2, 9, START));
    table.ok(1, vouched(3, 8, START));
    let counts = [1, 2, 3].map(|n| table.state.corroboration(incident(n)));
    assert_eq!(counts, [1, 0, 1]);
}

#[test]
fn claims_are_exclusive_and_lapse_only_on_their_last_sign() {
    let mut table = Table::claimed();
    table.same(1, claim(1));
    table.breach(2, claim(1), Breach::HeldByOther);
    table.breach(2, WorkEvent::Released { incident: incident(1) }, Breach::HeldByOther);

    table.wait(rules::CLAIM_LAPSE_MS - 1);
    table.breach(2, lapsed(1, 1, 2), Breach::TooSoon);
    table.ok(1, ShiftEvent::Sign);
    let sign = table.seq;
    table.wait(rules::CLAIM_LAPSE_MS);
    table.breach(2, lapsed(1, 1, 2), Breach::Stale);
    table.breach(2, lapsed(1, 3, sign), Breach::Stale);
    table.ok(2, lapsed(1, 1, sign));
    table.same(3, lapsed(1, 1, sign));
    table.ok(2, claim(1));
    table.breach(1, lapsed(1, 1, sign), Breach::Stale);
    table.ok(2, WorkEvent::Released { incident: incident(1) });
    table.same(2, WorkEvent::Released { incident: incident(1) });
}

#[test]
fn what_decides_something_needs_the_claim() {
    let id = incident(1);
    let decisions: Vec<Event> = vec![
        IntakeEvent::Asked { incident: id, question: "How many?".into() }.into(),
        WorkEvent::Sorted { incident: id, drawer: Drawer::Strong }.into(),
        WorkEvent::HeadsUp { incident: id, zone: zone("downtown-west"), cell: coarse() }.into(),
        WorkEvent::Referred { incident: id, to: Helpers::Legal, note: String::new() }.into(),
        CallOutEvent::Opened { incident: id, request: request(1) }.into(),
        closed(1, Ending::NotPursued, Class::General).into(),
        erased(&[1], EraseReason::Now).into(),
    ];
    for event in decisions {
        let mut table = Table::default();
        table.ok(1, taken(1, START));
        table.breach(1, event.clone(), Breach::NotClaimed);
        table.ok(2, claim(1));
        table.breach(1, event.clone(), Breach::HeldByOther);
        table.ok(2, event);
    }
}

#[test]
fn the_end_of_a_shift_releases_its_claims_and_a_handover_passes_them_on() {
    let started = || ShiftEvent::Started { languages: vec!["en".into(), "es".into()] };
    let mut table = Table::claimed();
    table.ok(1, started());
    table.same(1, started());
    table.breach(3, ShiftEvent::Started { languages: vec!["!".into()] }, Breach::BadText);
    let counts = table.state.handover_counts(table.now());
    assert_eq!((counts.waiting, counts.claimed), (0, 1));
    let hand_over = |to| ShiftEvent::HandedOver { to: Some(who(to)), counts, note: "Quiet.".into() };
    table.breach(1, hand_over(2), Breach::Unknown);
    table.ok(2, started());
    table.ok(1, hand_over(2));
    assert_eq!(table.incident(1).claim.map(|c| c.holder), Some(who(2)));
    assert_eq!(table.state.handovers().len(), 1);
    table.ok(2, ShiftEvent::Ended);
    table.same(2, ShiftEvent::Ended);
    assert_eq!(table.incident(1).claim, None);

    table.ok(1, claim(1));
    table.ok(1, ShiftEvent::Sign);
    let last_sign = Seq(table.seq);
    let lapse = || ShiftEvent::Lapsed { who: who(1), last_sign };
    table.breach(2, lapse(), Breach::TooSoon);
    table.wait(rules::SHIFT_LAPSE_MS);
    table.ok(2, lapse());
    table.same(2, lapse());
    assert!(!table.state.is_staffed());
    assert_eq!(table.incident(1).claim, None);
    table.same(1, ShiftEvent::Sign);
}

#[test]
fn joining_is_by_the_holder_and_can_be_undone() {
    let mut table = Table::claimed();
    for n in [2, 3, 4] {
        table.ok(1, taken(n, START));
    }
    table.breach(2, same_as(3, 2), Breach::NotClaimed);
    table.breach(2, same_as(1, 2), Breach::HeldByOther);
    table.breach(1, same_as(1, 1), Breach::JoinsItself);
    table.breach(1, same_as(9, 1), Breach::Unknown);
    table.ok(1, same_as(2, 1));
    table.same(1, same_as(2, 1));
    table.breach(1, same_as(1, 2), Breach::JoinsItself);
    assert_eq!(table.stage(2), Some(Stage::Joined));
    assert_eq!(table.state.group(incident(2)).count(), 2);

    table.ok(2, claim(3));
    table.breach(2, same_as(2, 3), Breach::AlreadyJoined);
    // The claim of a joined incident is that of its root.
    table.breach(2, claim(2), Breach::HeldByOther);
    table.same(1, claim(2));

    // A root with members moves with all of them.
    table.ok(1, claim(4));
    table.ok(1, same_as(1, 4));
    let members: Vec<IncidentId> = table.state.group(incident(4)).map(|m| m.id).collect();
    assert_eq!(members, [incident(4), incident(1), incident(2)]);

    // A second report of somebody else's event goes to them, who holds it or not.
    table.ok(2, same_as(3, 4));
    assert_eq!(table.incident(4).claim.map(|claim| claim.holder), Some(who(1)));
    assert_eq!(table.stage(3), Some(Stage::Joined));
    let split = |n| IntakeEvent::Split { incident: incident(n) };
    table.breach(2, split(1), Breach::HeldByOther);
    table.ok(1, split(1));
    table.breach(1, split(1), Breach::NotJoined);
    assert_eq!(table.stage(1), Some(Stage::Waiting));
    assert_eq!(table.state.root_of(incident(2)), incident(4));
}

#[test]
fn words_are_struck_and_homes_forgotten() {
    let mut table = Table::default();
    table.ok(1, taken(1, START));
    let strike = |from, len| IntakeEvent::Struck {
        incident: incident(1),
        field: TextField::Place,
        range: TextRange { from, len },
    };
    table.ok(2, strike(0, 6));
    table.same(1, strike(0, 6));
    table.breach(2, strike(10, 99), Breach::BadRange);
    table.breach(2, strike(0, 0), Breach::BadRange);
    assert_eq!(table.incident(1).report.text(TextField::Place), "■■■■■■ and 3rd Ave");

    let mark = || IntakeEvent::MarkedHome { incident: incident(1) };
    table.ok(2, mark());
    table.same(1, mark());
    let place = &table.incident(1).report.said().place;
    assert!(place.home && !place.is_exact());
    assert_eq!(place.near, Some(coarse()));

    let mut exact = report_in(2, START);
    exact.place.home = true;
    let exact = Box::new(exact.take(Source::Public, START).expect("within limits"));
    let event = IntakeEvent::ReportTaken { report: exact, vouch: None, received_at: START };
    // Such an entry cannot even be read from the casebook; the author's own device refuses it too.
    assert!(decode::<Event>(&encode(&Event::from(event.clone()))).is_err());
    let outcome = table.state.apply(Seq(99), who(1), START, event.into());
    assert_eq!(outcome, Outcome::Refused(Breach::ExactHome));
}

#[test]
fn desk_and_reporter_talk() {
    let id = incident(1);
    let mut table = Table::claimed();
    let said = |reply: u64, text: &str| IntakeEvent::ReporterSaid {
        incident: id,
        reply: Seq(reply),
        text: text.into(),
    };
    let told = |news| IntakeEvent::Told { incident: id, news };
    table.ok(2, told(News::Received));
    table.same(3, told(News::Received));
    table.ok(1, IntakeEvent::Asked { incident: id, question: "Still there?".into() });
    table.ok(2, said(3, "Yes"));
    table.same(3, said(3, "Yes"));
    table.same(3, said(2, "late"));
    table.breach(2, said(4, "\u{1b}[2J"), Breach::BadText);
    table.breach(2, said(4, &"x".repeat(limits::NOTE_CHARS + 1)), Breach::BadText);
    table.ok(2, said(4, &clean_text(&"\u{1b}".repeat(5_000))));
    table.ok(1, told(News::FalseAlarm(WhatItWas::Towing)));
    assert_eq!(table.incident(1).talk.len(), 5);

    let mut silent = report_in(2, START);
    silent.reply = None;
    let report = Box::new(silent.check(Source::Caller, START).expect("good"));
    table.ok(1, IntakeEvent::ReportTaken { report, vouch: None, received_at: START });
    table.ok(1, claim(2));
    let ask = IntakeEvent::Asked { incident: incident(2), question: "Where?".into() };
    table.breach(1, ask, Breach::NoReplyStream);
}

#[test]
fn a_heads_up_is_coarse_and_sent_once_in_twenty_minutes() {
    let mut table = Table::claimed();
    let fine = bystand_core::geo::cell_of(city_hall(), 9).expect("a cell");
    let heads_up = |cell| WorkEvent::HeadsUp { incident: incident(1), zone: zone("downtown-west"), cell };
    table.breach(1, heads_up(fine), Breach::BadCell);
    table.breach(1, heads_up(Cell(1)), Breach::BadCell);
    table.ok(1, heads_up(coarse()));
    table.same(1, heads_up(coarse()));
    table.wait(rules::HEADS_UP_MS);
    table.ok(1, heads_up(coarse()));
}

#[test]
fn outcomes_and_classes_go_together() {
    for ending in Ending::ALL {
        for class in Class::ALL {
            let mut table = Table::claimed();
            if ending == Ending::Confirmed {
                table.ok(2, recorded(1, 1, Verdict::Confirmed));
            }
            let outcome = table.apply(1, closed(1, ending, class));
            if ending.goes_with(class) {
                assert_eq!(outcome, Outcome::Applied, "{ending:?} {class:?}");
                assert_eq!(table.stage(1), Some(Stage::Closed));
            } else {
                assert_eq!(outcome, Outcome::Refused(Breach::WrongClass), "{ending:?} {class:?}");
            }
        }
        assert!(ending.goes_with(ending.usual_class()));
    }
    let mut table = Table::claimed();
    table.breach(1, closed(1, Ending::Confirmed, Class::Confirmed), Breach::NotFound);
    table.ok(2, recorded(1, 1, Verdict::Confirmed));
    table.breach(1, closed(1, Ending::Unfounded, Class::EraseNow), Breach::WrongClass);
    table.ok(1, closed(1, Ending::Confirmed, Class::Confirmed));
    table.breach(1, claim(1), Breach::Closed);
    table.ok(2, CloseEvent::AfterAction { incident: incident(1), note: "Went well.".into() });
    table.ok(2, CloseEvent::Reopened { incident: incident(1) });
    table.same(2, CloseEvent::Reopened { incident: incident(1) });
    let note = CloseEvent::AfterAction { incident: incident(1), note: String::new() };
    table.breach(2, note, Breach::StillOpen);
    assert_eq!(table.incident(1).claim.map(|c| c.holder), Some(who(2)));
}

#[test]
fn each_class_is_kept_as_long_as_it_says() {
    for (class, days) in [(Class::EraseNow, 0), (Class::Unfounded, 7), (Class::General, 30)] {
        let mut table = Table::claimed();
        table.breach(2, erased(&[1], EraseReason::Retention), Breach::StillOpen);
        table.ok(1, closed(1, Ending::NotPursued, class));
        if days > 0 {
            table.wait(days * DAY - 1);
            assert_eq!(table.state.due_for_erasure(table.now()), []);
            table.breach(2, erased(&[1], EraseReason::Retention), Breach::TooSoon);
            table.wait(1);
        }
        assert_eq!(table.state.due_for_erasure(table.now()), [incident(1)]);
        table.ok(2, erased(&[1], EraseReason::Retention));
        table.same(3, erased(&[1], EraseReason::Retention));
        assert!(table.state.incident(incident(1)).is_none());
    }
    let mut table = Table::claimed();
    table.ok(2, recorded(1, 1, Verdict::Confirmed));
    table.ok(1, closed(1, Ending::Confirmed, Class::Confirmed));
    table.wait(400 * DAY);
    table.breach(2, erased(&[1], EraseReason::Retention), Breach::StillOpen);
    table.breach(2, erased(&[1], EraseReason::Now), Breach::WrongClass);
    table.ok(2, CloseEvent::LegalClosed { incident: incident(1) });
    table.ok(2, erased(&[1], EraseReason::Retention));
}

#[test]
fn what_the_legal_team_holds_stays_until_it_is_released() {
    let held = || CloseEvent::Held { incident: incident(1) };
    let released = || CloseEvent::HoldReleased { incident: incident(1) };
    let mut table = Table::claimed();
    table.ok(1, taken(2, START));
    table.ok(1, same_as(2, 1));
    table.ok(2, held());
    table.same(2, held());
    table.breach(1, erased(&[1, 2], EraseReason::Now), Breach::Held);
    table.ok(1, IntakeEvent::Split { incident: incident(2) });
    table.ok(1, claim(2));
    table.breach(1, erased(&[2], EraseReason::Now), Breach::Held);
    table.breach(1, same_as(2, 3), Breach::Unknown);
    table.ok(1, closed(1, Ending::Unfounded, Class::Unfounded));
    table.wait(30 * DAY);
    table.breach(1, erased(&[1], EraseReason::Retention), Breach::Held);
    table.ok(2, released());
    table.same(2, released());
    table.ok(1, erased(&[1], EraseReason::Retention));
    table.ok(1, closed(2, Ending::NotPursued, Class::Hold));
    table.wait(30 * DAY);
    assert_eq!(table.state.due_for_erasure(table.now()), []);
    table.ok(2, CloseEvent::HoldReleased { incident: incident(2) });
    assert_eq!(table.state.due_for_erasure(table.now()), [incident(2)]);
}

#[test]
fn erase_now_leaves_a_random_name_and_nothing_else() {
    let mut table = Table::claimed();
    table.ok(1, taken(2, START));
    table.ok(1, same_as(2, 1));
    table.breach(1, erased(&[1], EraseReason::Now), Breach::Stale);
    table.breach(1, erased(&[2, 1], EraseReason::Now), Breach::OutOfLimits);
    let erasure = table.state.erasure(incident(2), EraseReason::Now).expect("it is there");
    table.ok(1, erasure);
    assert_eq!(table.state.incidents().count(), 0);
    for n in [1, 2] {
        table.breach(1, taken(n, START), Breach::Erased);
        table.breach(1, claim(n), Breach::Erased);
        assert_eq!(table.state.tombstone(incident(n)).map(|t| t.reason), Some(EraseReason::Now));
    }
    let snapshot = table.state.snapshot();
    let words = b"4th St";
    assert!(!snapshot.shared.windows(words.len()).any(|w| w == words));
    assert!(snapshot.incidents.is_empty());
    assert_eq!(table.state.figures().total(START, START.plus_ms(DAY)).reports, 2, "counts outlive it");
}

#[test]
fn the_queue_ranks_and_never_starves_the_open_lane() {
    let mut table = Table::default();
    for n in 1..=4 {
        table.ok(1, taken(n, START));
        table.wait(SECOND);
    }
    for n in 11..=18 {
        table.ok(1, vouched(n, n, START));
        table.wait(SECOND);
    }
    let order: Vec<u8> = table.state.queue(table.now()).iter().map(|i| i.incident.0[0]).collect();
    assert_eq!(order, [11, 12, 13, 14, 1, 15, 16, 17, 18, 2, 3, 4]);
    let first = table.state.queue(table.now())[0];
    assert_eq!((first.vouched, first.waited_ms), (1, 8 * SECOND));
    table.ok(1, claim(12));
    table.ok(1, same_as(11, 12));
    table.ok(1, WorkEvent::Released { incident: incident(12) });
    let first = table.state.queue(table.now())[0];
    assert_eq!((first.incident, first.vouched, first.reports), (incident(12), 2, 2));
    table.ok(1, claim(12));
    assert_ne!(table.state.queue(table.now())[0].incident, incident(12), "claimed ones are not waiting");
}

#[test]
fn joins_are_proposed_for_near_and_alike_reports_only() {
    let mut table = Table::default();
    let take = |table: &mut Table, n: u8, change: &dyn Fn(&mut ReportIn)| {
        let mut said = report_in(n, START);
        change(&mut said);
        let report = Box::new(said.take(Source::Public, START).expect("good"));
        table.ok(1, IntakeEvent::ReportTaken { report, vouch: None, received_at: START });
    };
    let moved = |r: &mut ReportIn, lat: i32| {
        r.place.point = r.place.point.map(|mut p| {
            p.lat += lat;
            p
        });
        r.place.text.clear();
    };
    take(&mut table, 1, &|_| ());
    take(&mut table, 2, &|r| moved(r, 300));
    take(&mut table, 3, &|r| moved(r, 9_000));
    take(&mut table, 4, &|r| {
        moved(r, 0);
        r.written_at = Timestamp(START.0 - 3_600_000);
    });
    take(&mut table, 5, &|r| {
        // Of another kind a hundred meters off; at the same corner it would be taken for a mistake.
        moved(r, -1_000);
        r.kind = Kind::School;
    });
    take(&mut table, 6, &|r| {
        r.place.point = None;
        r.place.text = "3rd Avenue / 4th Street".into();
    });
    let with: Vec<IncidentId> = table.state.proposed_joins(incident(1)).iter().map(|p| p.with).collect();
    assert_eq!(with, [incident(2), incident(6)]);
    table.ok(1, claim(1));
    table.ok(1, same_as(2, 1));
    let with: Vec<IncidentId> = table.state.proposed_joins(incident(2)).iter().map(|p| p.with).collect();
    assert_eq!(with, [incident(6)], "joined ones are not proposed again");
}

#[test]
fn a_report_of_what_was_looked_at_before_is_joined_to_the_closed_incident() {
    let mut table = Table::claimed();
    table.ok(2, recorded(1, 1, Verdict::FalseAlarm(FalseAlarm::Towing)));
    table.ok(1, closed(1, Ending::Unfounded, Class::Unfounded));
    table.wait(10 * MINUTE);
    let now = table.now();
    let mut take = |n: u8, change: fn(&mut ReportIn)| {
        let mut said = report_in(n, now);
        change(&mut said);
        let report = Box::new(said.check(Source::Public, now).expect("good"));
        table.ok(1, IntakeEvent::ReportTaken { report, vouch: None, received_at: now });
        table.state.proposed_joins(incident(n)).iter().map(|p| p.with).collect::<Vec<_>>()
    };
    // The look ended a minute after the start.
    let before = take(2, |said| said.seen = When::At(START));
    let after = take(3, |said| said.seen = When::At(START.plus_ms(8 * MINUTE)));
    let hearsay = take(4, |said| (said.seen, said.first_hand) = (When::Unknown, FirstHand::No));
    assert!(before.contains(&incident(1)) && hearsay.contains(&incident(1)));
    assert!(!after.contains(&incident(1)), "that may be new");

    table.breach(1, same_as(2, 1), Breach::NotClaimed);
    table.ok(1, claim(2));
    table.breach(2, same_as(2, 1), Breach::HeldByOther);
    table.ok(1, same_as(2, 1));
    assert_eq!(table.stage(2), Some(Stage::Joined));
    assert!(table.incident(1).closing.is_some() && table.incident(1).claim.is_none(), "it stays closed");
    table.ok(1, IntakeEvent::Told { incident: incident(2), news: News::FalseAlarm(FalseAlarm::Towing) });

    // Whoever was sent for it, or has looked: that is not a late report any more.
    table.ok(1, claim(3));
    table.ok(2, recorded(3, 2, Verdict::CouldNotCheck));
    table.breach(1, same_as(3, 1), Breach::Closed);
    table.ok(1, claim(4));
    table.wait(rules::LATE_REPORT_MS);
    table.breach(1, same_as(4, 1), Breach::Closed);

    // A mistake is undone by opening it again; otherwise both are erased together.
    table.ok(2, CloseEvent::Reopened { incident: incident(1) });
    table.ok(2, IntakeEvent::Split { incident: incident(2) });
    table.ok(2, claim(2));
    table.ok(2, closed(1, Ending::Unfounded, Class::Unfounded));
    table.ok(2, same_as(2, 1));
    table.wait(rules::UNFOUNDED_MS);
    table.ok(2, erased(&[1, 2], EraseReason::Retention));
}

#[test]
fn a_stale_incident_is_closed_by_any_device() {
    let mut table = Table::default();
    table.ok(1, taken(1, START));
    table.wait(rules::STALE_OPEN_MS - 1);
    let stale = || closed(1, Ending::NotPursued, Class::General);
    table.breach(2, stale(), Breach::NotClaimed);
    table.wait(1);
    table.breach(2, closed(1, Ending::NotPursued, Class::EraseNow), Breach::NotClaimed);
    table.ok(2, stale());
}
