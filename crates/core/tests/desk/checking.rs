//! Flows 1.5 to 1.9 at the desk: call-outs, responders, findings, alerts, rumors, and what is due.

use bystand_core::desk::*;
use bystand_core::geo::cell_of;
use bystand_core::report::Kind;
use bystand_wire::*;

use crate::support::*;

const OVER: AlertStep = AlertStep::Over(HowEnded::LeftNobodyTaken);

fn opened(request: Request) -> CallOutEvent {
    CallOutEvent::Opened { incident: incident(1), request }
}

fn silent(n: u8, last_frame: u64) -> CallOutEvent {
    let (incident, call_out, offer) = (incident(1), call_out(1), offer(n));
    CallOutEvent::Silent { incident, call_out, offer, last_frame: Seq(last_frame) }
}

fn close_call_out() -> CallOutEvent {
    CallOutEvent::Closed { incident: incident(1), call_out: call_out(1) }
}

fn prepared(table: &Table, step: AlertStep, finding: Option<u8>) -> AlertEvent {
    AlertEvent::Prepared {
        incident: incident(1),
        alert: alert(1),
        step,
        finding: finding.map(finding_id),
        until: table.now().plus_ms(60 * MINUTE),
    }
}

fn published(step: AlertStep, log_index: u64) -> AlertEvent {
    AlertEvent::Published { incident: incident(1), alert: alert(1), step, log_index }
}

fn rechecking(log_index: u64) -> AlertEvent {
    AlertEvent::Rechecking { incident: incident(1), alert: alert(1), log_index }
}

fn phase(table: &Table) -> AlertPhase {
    table.incident(1).alerts[&alert(1)].phase
}

/// With a confirmed and published alert.
fn alerted() -> Table {
    let mut table = Table::claimed();
    table.ok(2, recorded(1, 1, Verdict::Confirmed));
    let step = prepared(&table, AlertStep::New, Some(1));
    table.ok(1, step);
    table.ok(2, published(AlertStep::New, 7));
    table
}

#[test]
fn a_call_out_is_coarse_and_within_its_limits() {
    let fine = cell_of(city_hall(), 9).expect("a cell");
    type Change = fn(&mut Request, Cell);
    let cases: [(Change, Breach); 7] = [
        (|r, fine| r.cell = fine, Breach::BadCell),
        (|r, _| r.cell = Cell(0), Breach::BadCell),
        (|r, _| r.zones.clear(), Breach::OutOfLimits),
        (|r, _| r.zones.push(zone("downtown-west")), Breach::OutOfLimits),
        (|r, _| r.roles.clear(), Breach::OutOfLimits),
        (|r, _| r.roles.reverse(), Breach::OutOfLimits),
        (|r, _| r.within_min = rules::MAX_MINUTES + 1, Breach::OutOfLimits),
    ];
    let mut table = Table::claimed();
    for (change, breach) in cases {
        let mut bad = request(1);
        change(&mut bad, fine);
        table.breach(1, opened(bad), breach);
    }
    let mut wide = request(1);
    wide.zones = (0..=rules::CALL_OUT_ZONES).map(|n| zone(&format!("zone-{n}"))).collect();
    table.breach(1, opened(wide), Breach::OutOfLimits);
    table.ok(1, opened(request(1)));
    table.same(1, opened(request(1)));
    assert_eq!(table.stage(1), Some(Stage::Checking));
    assert_eq!(table.state.incident_of_call_out(call_out(1)), Some(incident(1)));
    assert_eq!(table.state.incident_of_alert(alert(1)), Some(incident(1)));
}

#[test]
fn people_are_accepted_in_pairs_all_or_none() {
    let mut table = Table::claimed();
    table.ok(1, opened(request(1)));
    for n in 1..=5 {
        table.ok(2, offered(n, 6));
    }
    table.same(3, offered(1, 6));
    table.breach(2, offered(6, rules::MAX_MINUTES + 1), Breach::OutOfLimits);
    for wrong in [&[][..], &[1], &[1, 1], &[1, 2, 3, 4]] {
        table.breach(1, accepted(wrong, false), Breach::NotInPairs);
    }
    table.breach(1, accepted(&[1, 9], false), Breach::Unknown);
    table.breach(2, accepted(&[1, 2], false), Breach::HeldByOther);
    table.ok(2, sign(3, 20, SignFrom::Withdrawn));
    table.breach(1, accepted(&[1, 3], false), Breach::Stale);
    table.ok(1, accepted(&[1, 2], false));
    table.same(1, accepted(&[1, 2], false));
    table.ok(1, accepted(&[4], false));
    let decline = |offers: &[u8]| CallOutEvent::Declined {
        incident: incident(1),
        call_out: call_out(1),
        offers: offers.iter().map(|n| offer(*n)).collect(),
    };
    // Of several all are declined or, when one is on the way, none.
    table.breach(1, decline(&[5, 1]), Breach::WrongOrder);
    table.breach(1, decline(&[5, 99]), Breach::Unknown);
    table.breach(1, decline(&[5; rules::DECLINED_AT_ONCE + 1]), Breach::OutOfLimits);
    table.ok(1, decline(&[3, 5]));
    table.same(1, decline(&[5]));
    table.same(1, decline(&[]));
    assert_eq!(table.incident(1).call_outs[&call_out(1)].phase(), CallOutPhase::Staffed);
    let tally = table.state.figures().total(START, START.plus_ms(DAY));
    assert_eq!((tally.reports, tally.responders), (1, 3));
}

#[test]
fn one_goes_alone_only_when_they_agreed() {
    let mut table = Table::claimed();
    table.ok(1, opened(request(1)));
    table.ok(2, offered(1, 6));
    table.breach(1, accepted(&[1], false), Breach::NotInPairs);
    table.ok(1, accepted(&[1], true));
    assert!(table.incident(1).call_outs[&call_out(1)].responders[&offer(1)].alone);
}

#[test]
fn a_call_out_nobody_answers_is_told_after_sixty_seconds() {
    let unanswered = || CallOutEvent::Unanswered { incident: incident(1), call_out: call_out(1) };
    let mut table = Table::claimed();
    table.ok(1, opened(request(1)));
    table.wait(rules::UNANSWERED_MS - 1);
    table.breach(2, unanswered(), Breach::TooSoon);
    table.wait(1);
    let due = table.state.due(table.now().plus_ms(MINUTE), who(2));
    assert!(due.iter().any(|d| d.event == unanswered().into()));
    table.ok(2, unanswered());
    table.same(3, unanswered());
    assert!(table.state.attention(table.now()).contains(&Attention::Unanswered(incident(1), call_out(1))));
    table.ok(1, CallOutEvent::Rung { incident: incident(1), call_out: call_out(1), count: 4 });
    table.ok(2, offered(1, 6));
    let call = &table.incident(1).call_outs[&call_out(1)];
    assert_eq!((call.phase(), call.rung), (CallOutPhase::Answered, 4));
    table.same(3, unanswered());
}

#[test]
fn silence_escalates_and_only_then_the_envelope_opens() {
    let envelope =
        || CallOutEvent::EnvelopeOpened { incident: incident(1), call_out: call_out(1), offer: offer(1) };
    let mut table = Table::staffed();
    table.ok(2, sign(1, 10, SignFrom::OnTheWay));
    table.same(3, sign(1, 10, SignFrom::OnTheWay));
    table.breach(1, envelope(), Breach::NotEscalated);
    table.wait(6 * MINUTE + rules::CHECK_IN_MS - 1);
    table.breach(2, silent(1, 10), Breach::TooSoon);
    table.wait(1);
    table.breach(2, silent(1, 9), Breach::Stale);
    table.ok(2, silent(1, 10));
    table.same(3, silent(1, 10));
    let silent_now = Attention::Silent(incident(1), call_out(1), offer(1));
    assert_eq!(table.state.attention(table.now()).first(), Some(&silent_now));
    table.ok(1, envelope());
    let reached = CallOutEvent::Reached {
        incident: incident(1),
        call_out: call_out(1),
        offer: offer(1),
        note: "Phone was off.".into(),
    };
    table.ok(1, reached);
    assert!(!table.state.attention(table.now()).contains(&silent_now));
    table.breach(1, envelope(), Breach::NotEscalated);
    table.ok(2, sign(1, 11, SignFrom::Stopped));
    table.ok(1, envelope());
    assert_eq!(table.incident(1).call_outs[&call_out(1)].responders[&offer(1)].envelope_opened.len(), 2);
    assert!(matches!(table.state.attention(table.now()).first(), Some(Attention::Stopped(..))));
    table.breach(1, close_call_out(), Breach::RespondersOut);
}

#[test]
fn nobody_arrives_until_somebody_does() {
    let nobody = || CallOutEvent::NobodyArrived { incident: incident(1), call_out: call_out(1) };
    let mut table = Table::staffed();
    table.wait(6 * MINUTE + rules::ARRIVAL_GRACE_MS - 1);
    table.breach(2, nobody(), Breach::TooSoon);
    table.wait(1);
    table.ok(2, nobody());
    table.same(3, nobody());
    assert_eq!(table.incident(1).call_outs[&call_out(1)].phase(), CallOutPhase::NobodyArrived);
    table.ok(2, sign(2, 12, SignFrom::Parked));
    assert_eq!(table.incident(1).call_outs[&call_out(1)].phase(), CallOutPhase::Staffed);
    table.same(2, nobody());
}

#[test]
fn signs_go_forward_and_everybody_comes_home_before_the_end() {
    let mut table = Table::staffed();
    for (frame, step) in [(10, SignFrom::OnTheWay), (11, SignFrom::OnScene), (12, SignFrom::Fine)] {
        table.ok(2, sign(1, frame, step));
    }
    table.breach(2, sign(1, 13, SignFrom::Parked), Breach::WrongOrder);
    table.breach(2, sign(1, 14, SignFrom::Withdrawn), Breach::WrongOrder);
    table.breach(1, close_call_out(), Breach::RespondersOut);
    let end = CloseEvent::Closed { incident: incident(1), ending: Ending::NotPursued, class: Class::General };
    table.breach(1, end.clone(), Breach::RespondersOut);
    for (n, frame) in [(1, 15), (2, 16)] {
        table.ok(2, sign(n, frame, SignFrom::Left));
    }
    table.ok(1, close_call_out());
    table.same(1, close_call_out());
    table.same(2, sign(1, 17, SignFrom::Fine));
    assert_eq!(table.stage(1), Some(Stage::Waiting));
    table.ok(1, end);
}

#[test]
fn parked_comes_before_any_finding() {
    let answer = |n: u8| {
        let mut found = finding(n, 1, Verdict::Confirmed);
        found.answers = Some((call_out(1), offer(n)));
        FindingEvent::Recorded { incident: incident(1), finding: found }
    };
    let mut table = Table::staffed();
    table.breach(2, answer(1), Breach::NotParked);
    table.ok(2, sign(1, 10, SignFrom::Parked));
    table.ok(2, answer(1));
    table.same(3, answer(1));
    table.breach(2, answer(9), Breach::Unknown);
    let mut elsewhere = finding(4, 9, Verdict::Confirmed);
    elsewhere.answers = Some((call_out(1), offer(1)));
    table.breach(2, FindingEvent::Recorded { incident: incident(1), finding: elsewhere }, Breach::Unknown);
    assert_eq!(table.stage(1), Some(Stage::Found));
    assert_eq!(table.state.incident_of_finding(finding_id(1)), Some(incident(1)));
}

#[test]
fn report_and_finding_in_one_step() {
    let on_the_spot = |found: Box<Finding>| FindingEvent::OnTheSpot {
        report: report(1, bystand_core::report::Source::Public, START),
        vouch: None,
        received_at: START,
        finding: found,
    };
    let mut table = Table::default();
    let mut answering = finding(1, 5, Verdict::Confirmed);
    answering.answers = Some((call_out(1), offer(1)));
    table.breach(1, on_the_spot(answering), Breach::WrongOrder);
    assert!(table.state.incident(incident(1)).is_none(), "half of it is nothing of it");
    table.ok(1, on_the_spot(finding(1, 5, Verdict::Confirmed)));
    table.same(2, on_the_spot(finding(1, 5, Verdict::Confirmed)));
    assert_eq!(table.stage(1), Some(Stage::Found));
    assert_eq!(table.state.incident_of_alert(alert(5)), Some(incident(1)));
}

#[test]
fn a_home_is_public_by_its_zone_only() {
    let mut table = Table::claimed();
    table.ok(1, IntakeEvent::MarkedHome { incident: incident(1) });
    table.breach(2, recorded(1, 1, Verdict::Confirmed), Breach::ExactHome);
    let mut by_zone = finding(1, 1, Verdict::Confirmed);
    by_zone.place = PublicPlace::Zone(zone("downtown-west"));
    table.ok(2, FindingEvent::Recorded { incident: incident(1), finding: by_zone });
    assert!(table.state.attention(table.now()).contains(&Attention::Home(incident(1))));

    let mut table = Table::claimed();
    let mut fine = finding(1, 1, Verdict::Confirmed);
    fine.place = PublicPlace::Cell(cell_of(city_hall(), 10).expect("a cell"));
    table.breach(2, FindingEvent::Recorded { incident: incident(1), finding: fine }, Breach::BadCell);
    let mut backwards = finding(1, 1, Verdict::Confirmed);
    (backwards.from, backwards.until) = (backwards.until, backwards.from);
    table.breach(
        2,
        FindingEvent::Recorded { incident: incident(1), finding: backwards },
        Breach::OutOfLimits,
    );
}

#[test]
fn contradicting_findings_stop_everything_until_somebody_says_which_one_stands() {
    let stands = |n| FindingEvent::Resolved {
        incident: incident(1),
        stands: finding_id(n),
        note: "Called them.".into(),
    };
    let mut table = Table::claimed();
    table.ok(2, recorded(1, 1, Verdict::Confirmed));
    table.breach(1, stands(1), Breach::NothingToResolve);
    table.ok(2, recorded(1, 2, Verdict::CouldNotCheck));
    assert_eq!(table.stage(1), Some(Stage::Found));
    table.ok(2, recorded(1, 3, Verdict::FalseAlarm(WhatItWas::Towing)));
    assert_eq!(table.stage(1), Some(Stage::Contradicted));
    let step = prepared(&table, AlertStep::New, Some(1));
    table.breach(1, step, Breach::Contradicted);
    table.breach(2, stands(1), Breach::HeldByOther);
    table.breach(1, stands(9), Breach::Unknown);
    table.ok(1, stands(3));
    assert_eq!(table.stage(1), Some(Stage::Found));
    let standing: Vec<FindingId> = table.state.standing_findings(incident(1)).map(|f| f.finding.id).collect();
    assert_eq!(standing, [finding_id(2), finding_id(3)]);
    let step = prepared(&table, AlertStep::New, Some(1));
    table.breach(1, step, Breach::NotFound);
    // A new look may contradict again; "could not check" then sets both aside.
    table.ok(2, recorded(1, 4, Verdict::Confirmed));
    table.ok(1, stands(2));
    assert_eq!(table.state.standing_findings(incident(1)).count(), 1);
}

#[test]
fn nothing_unconfirmed_and_nothing_without_quorum_is_published() {
    let mut table = Table::claimed();
    let mut unsigned = finding(1, 1, Verdict::Confirmed);
    unsigned.signed = None;
    table.ok(2, FindingEvent::Recorded { incident: incident(1), finding: unsigned });
    table.ok(2, recorded(1, 2, Verdict::CouldNotCheck));
    for (step, basis, breach) in [
        (AlertStep::New, None, Breach::NotFound),
        (AlertStep::New, Some(9), Breach::NotFound),
        (AlertStep::New, Some(2), Breach::DiffersFromFinding),
        (AlertStep::Update, Some(1), Breach::WrongOrder),
        (OVER, Some(1), Breach::WrongOrder),
    ] {
        let step = prepared(&table, step, basis);
        table.breach(1, step, breach);
    }
    let mut long = prepared(&table, AlertStep::New, Some(1));
    if let AlertEvent::Prepared { until, .. } = &mut long {
        *until = START.plus_ms(rules::ALERT_LIFE_MS + 1);
    }
    table.breach(1, long, Breach::OutOfLimits);
    let step = prepared(&table, AlertStep::New, Some(1));
    table.breach(2, step.clone(), Breach::HeldByOther);
    table.ok(1, step);
    table.breach(1, published(AlertStep::New, 7), Breach::NoQuorum);
    let signed = Signed { statement: Hash32([1; 32]), pass: Hash32([1; 32]) };
    let sign = || FindingEvent::Signed { incident: incident(1), finding: finding_id(1), signed };
    table.ok(2, sign());
    table.same(2, sign());
    table.breach(1, published(AlertStep::Update, 7), Breach::WrongOrder);
    table.ok(2, published(AlertStep::New, 7));
    table.same(3, published(AlertStep::New, 7));
    assert_eq!(table.stage(1), Some(Stage::Alerted));
    assert_eq!(table.state.figures().to_alert.count(), 1);
}

#[test]
fn one_dispatcher_alone_at_night_needs_somebody_elses_signature() {
    let ask = || AlertEvent::CountersignAsked { incident: incident(1), alert: alert(1) };
    let give = |step, signer| AlertEvent::CountersignGiven {
        incident: incident(1),
        alert: alert(1),
        step,
        signer: who(signer),
    };
    let mut table = Table::claimed();
    let mut unsigned = finding(1, 1, Verdict::Confirmed);
    unsigned.signed = None;
    table.ok(2, FindingEvent::Recorded { incident: incident(1), finding: unsigned });
    table.breach(1, ask(), Breach::WrongOrder);
    let step = prepared(&table, AlertStep::New, Some(1));
    table.ok(1, step);
    table.ok(1, ask());
    table.same(1, ask());
    let waits = Attention::CountersignAwaited(incident(1), alert(1));
    assert!(table.state.attention(table.now()).contains(&waits));
    table.breach(1, give(AlertStep::New, 1), Breach::OwnCountersign);
    table.breach(1, give(AlertStep::Wrong, 5), Breach::Stale);
    table.ok(1, give(AlertStep::New, 5));
    table.same(1, give(AlertStep::New, 5));
    table.ok(1, published(AlertStep::New, 7));
    assert!(!table.state.attention(table.now()).contains(&waits));
}

#[test]
fn an_alert_lives_is_doubted_corrected_and_ends() {
    let mut table = alerted();
    table.ok(3, rechecking(8));
    table.same(2, rechecking(9));
    assert_eq!(phase(&table), AlertPhase::Rechecking);
    // A finding makes the quorum of one publication.
    let step = prepared(&table, AlertStep::Update, Some(1));
    table.ok(1, step);
    table.breach(1, published(AlertStep::Update, 10), Breach::NoQuorum);
    table.ok(2, recorded(1, 2, Verdict::Confirmed));
    let step = prepared(&table, AlertStep::Update, Some(2));
    table.ok(1, step);
    table.ok(1, published(AlertStep::Update, 10));
    assert_eq!(phase(&table), AlertPhase::Live);

    let until = table.incident(1).alerts[&alert(1)].until;
    let lapse = |until| AlertEvent::Lapsed { incident: incident(1), alert: alert(1), until };
    table.breach(2, lapse(until), Breach::TooSoon);
    table.wait(60 * MINUTE);
    table.breach(2, lapse(START), Breach::Stale);
    table.ok(2, lapse(until));
    table.same(3, lapse(until));
    assert_eq!(phase(&table), AlertPhase::NoNews);
    assert!(table.state.attention(table.now()).contains(&Attention::NoNews(incident(1), alert(1))));

    table.ok(2, recorded(1, 3, Verdict::Ended(HowEnded::LeftNobodyTaken)));
    let other_end = AlertStep::Over(HowEnded::PeopleTaken);
    let step = prepared(&table, other_end, Some(3));
    table.breach(1, step, Breach::DiffersFromFinding);
    let step = prepared(&table, OVER, Some(3));
    table.ok(1, step);
    table.ok(1, published(OVER, 11));
    assert_eq!(phase(&table), AlertPhase::Over);
    table.breach(2, rechecking(12), Breach::WrongOrder);
    assert_eq!(table.incident(1).alerts[&alert(1)].published.len(), 4);
}

#[test]
fn an_alert_that_nobody_watches_is_shown_to_the_desk() {
    let mut table = Table::staffed();
    let unwatched = |table: &Table| {
        let seen = table.state.attention(table.now()).contains(&Attention::Unwatched(incident(1), alert(1)));
        assert_eq!(seen, table.state.unwatched_alert(incident(1), table.now()).is_some());
        seen
    };
    for n in [1, 2] {
        table.ok(2, sign(n, 10 + u64::from(n), SignFrom::OnScene));
    }
    table.ok(2, recorded(1, 1, Verdict::Confirmed));
    let step = prepared(&table, AlertStep::New, Some(1));
    table.ok(1, step);
    table.ok(2, published(AlertStep::New, 7));
    table.ok(2, sign(1, 13, SignFrom::Leaving));
    table.wait(5 * MINUTE);
    assert!(!unwatched(&table), "the other one is there");
    table.ok(2, sign(2, 14, SignFrom::Leaving));
    assert!(!unwatched(&table), "they have just left");
    table.wait(5 * MINUTE);
    assert!(unwatched(&table));
    table.ok(3, rechecking(8));
    assert!(!unwatched(&table), "the public knows");
}

#[test]
fn an_alert_that_turns_out_wrong_is_taken_back_openly() {
    let end =
        || CloseEvent::Closed { incident: incident(1), ending: Ending::Unfounded, class: Class::Unfounded };
    let mut table = alerted();
    table.breach(1, end(), Breach::AlertLive);
    table.ok(2, recorded(1, 2, Verdict::FalseAlarm(WhatItWas::CityPolice)));
    assert!(table.state.attention(table.now()).contains(&Attention::AlertDoubtful(incident(1), alert(1))));
    let stands = FindingEvent::Resolved { incident: incident(1), stands: finding_id(2), note: String::new() };
    table.ok(1, stands);
    let step = prepared(&table, AlertStep::Wrong, Some(2));
    table.ok(1, step);
    table.ok(1, published(AlertStep::Wrong, 8));
    assert_eq!(phase(&table), AlertPhase::Wrong);
    table.ok(1, end());
}

#[test]
fn one_event_has_one_live_alert() {
    let mut table = alerted();
    table.ok(1, taken(2, START));
    table.ok(1, WorkEvent::Claimed { incident: incident(2) });
    table.ok(2, recorded(2, 5, Verdict::Confirmed));
    table.ok(1, IntakeEvent::SameAs { incident: incident(2), into: incident(1) });
    let second = AlertEvent::Prepared {
        incident: incident(2),
        alert: alert(2),
        step: AlertStep::New,
        finding: Some(finding_id(5)),
        until: table.now().plus_ms(MINUTE),
    };
    assert_eq!(table.state.alert_out(incident(2)), Some(alert(1)), "what is called out again is about this");
    table.breach(1, second, Breach::AlertLive);
    let publish =
        AlertEvent::Published { incident: incident(2), alert: alert(2), step: AlertStep::New, log_index: 9 };
    table.breach(1, publish, Breach::WrongOrder);
}

#[test]
fn the_same_rumor_is_counted_and_answered_with_who_looked() {
    let rumor = RumorId([1; 16]);
    let asked = || RumorEvent::Asked {
        rumor,
        incident: incident(1),
        kind: Kind::School,
        zone: Some(zone("phillips")),
    };
    let mut table = Table::default();
    table.ok(1, asked());
    table.same(1, asked());
    for n in 2..=10 {
        table.ok(1, RumorEvent::AskedAgain { rumor, incident: incident(n) });
    }
    table.same(2, RumorEvent::AskedAgain { rumor, incident: incident(2) });
    table.breach(
        1,
        RumorEvent::AskedAgain { rumor: RumorId([2; 16]), incident: incident(2) },
        Breach::Unknown,
    );
    assert_eq!(table.state.rumor(rumor).map(Rumor::times), Some(10));
    assert!(table.state.attention(table.now()).contains(&Attention::RumorMany(rumor)));
    let same =
        |table: &Table, at| table.state.same_rumor(Kind::School, Some(&zone("phillips")), at).is_some();
    assert!(same(&table, START.plus_ms(DAY)) && !same(&table, START.plus_ms(DAY + 1)));

    let published = |log_index| RumorEvent::Published { rumor, log_index };
    let answer = |verdict, seen_by| RumorEvent::Answered {
        rumor,
        answer: RumorAnswer { verdict, checked_at: START, seen_by },
    };
    let police = Verdict::FalseAlarm(WhatItWas::CityPolice);
    table.breach(1, published(3), Breach::NotFound);
    table.breach(1, answer(police, 0), Breach::NotFound);
    table.ok(1, answer(Verdict::CouldNotCheck, 0));
    table.ok(1, answer(police, 2));
    table.same(1, answer(police, 2));
    table.ok(1, published(3));
    table.same(2, published(3));
    assert!(!table.state.attention(table.now()).contains(&Attention::RumorMany(rumor)));
    assert!(table.state.rumor(rumor).is_some_and(|r| r.answer_public));
}

#[test]
fn what_is_due_applies_and_devices_take_turns() {
    let mut table = Table::staffed();
    for n in 1..=4 {
        table.ok(n, ShiftEvent::Started { languages: vec![] });
    }
    table.wait(rules::CLAIM_LAPSE_MS);
    let waits: Vec<u64> = (1..=4)
        .map(|n| {
            let all = table.state.due(table.now().plus_ms(MINUTE), who(n));
            let lapse = all.iter().find(|d| matches!(d.event, Event::Work(_))).expect("a lapse is due");
            assert_eq!(lapse.since, table.now());
            lapse.append_at.since_ms(lapse.since) / rules::DUE_STEP_MS
        })
        .collect();
    let mut turns = waits.clone();
    turns.sort_unstable();
    assert_eq!(turns, [0, 1, 2, 3], "{waits:?}");

    // Whatever is due applies; after a year of it everything is lapsed, closed and erased.
    for _ in 0..400 {
        while let Some(due) = table.state.due(table.now(), who(9)).into_iter().next() {
            table.ok(9, due.event);
        }
        let Some(next) = table.state.next_due_at(table.now(), who(9)) else { break };
        table.elapsed = next.since_ms(START);
    }
    let call = table.incident(1).call_outs[&call_out(1)].clone();
    assert!(call.nobody_arrived && call.responders.values().all(|r| r.silent.is_some()));
    assert!(!table.state.is_staffed());
    assert_eq!(table.incident(1).claim, None, "but people are out: a clock does not close it");

    table.ok(1, sign(1, 50, SignFrom::Left));
    table.ok(1, sign(2, 51, SignFrom::Left));
    for _ in 0..10 {
        for due in table.state.due(table.now(), who(9)) {
            table.ok(9, due.event);
        }
        let Some(next) = table.state.next_due_at(table.now(), who(9)) else { break };
        table.elapsed = next.since_ms(START);
    }
    assert_eq!(table.state.tombstone(incident(1)).map(|t| t.reason), Some(EraseReason::Retention));
}

#[test]
fn nobody_at_the_desk_is_seen() {
    let mut table = Table::default();
    assert_eq!(table.state.attention(table.now()), []);
    table.ok(1, taken(1, START));
    assert_eq!(table.state.attention(table.now()), [Attention::NobodyAtDesk { waiting: 1 }]);
    table.ok(9, ShiftEvent::OnCallWoken { reason: WakeReason::NobodyAtDesk, count: 3 });
    table.ok(1, ShiftEvent::Started { languages: vec![] });
    assert_eq!(table.state.attention(table.now()), [Attention::AloneAtDesk]);
    table.ok(2, ShiftEvent::Started { languages: vec![] });
    assert_eq!(table.state.attention(table.now()), []);
    assert_eq!(table.state.wakes().len(), 1);
}
