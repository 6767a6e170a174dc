//! The fold under any entries in any order: total, deterministic, incremental, exclusive, forgetting.

use bystand_core::desk::*;
use bystand_core::report::{Kind, Source, TextField, TextRange};
use bystand_wire::*;
use proptest::prelude::*;
use proptest::sample::select;

use crate::support::*;

/// Few names, so that entries meet.
fn small() -> impl Strategy<Value = u8> {
    1u8..4
}

fn verdict() -> impl Strategy<Value = Verdict> {
    prop_oneof![
        5 => Just(Verdict::Confirmed),
        1 => Just(Verdict::CouldNotCheck),
        3 => select(&WhatItWas::ALL[..]).prop_map(Verdict::FalseAlarm),
        1 => select(&HowEnded::ALL[..]).prop_map(Verdict::Ended),
    ]
}

fn step() -> impl Strategy<Value = AlertStep> {
    prop_oneof![
        4 => Just(AlertStep::New),
        2 => Just(AlertStep::Update),
        1 => Just(AlertStep::Renew),
        1 => Just(AlertStep::Wrong),
        1 => select(&HowEnded::ALL[..]).prop_map(AlertStep::Over),
    ]
}

fn found(inc: u8, n: u8, verdict: Verdict, answers: Option<(u8, u8)>, signed: bool) -> Box<Finding> {
    let mut found = finding(n, inc, verdict);
    found.answers = answers.map(|(call, by)| (call_out(call), offer(by)));
    found.signed = found.signed.filter(|_| signed);
    found
}

fn shift() -> impl Strategy<Value = Event> {
    prop_oneof![
        Just(ShiftEvent::Started { languages: vec!["so".into()] }),
        Just(ShiftEvent::Ended),
        Just(ShiftEvent::Sign),
        (small(), 0u64..60).prop_map(|(n, s)| ShiftEvent::Lapsed { who: who(n), last_sign: Seq(s) }),
        proptest::option::of(small()).prop_map(|to| ShiftEvent::HandedOver {
            to: to.map(who),
            counts: HandoverCounts::default(),
            note: String::new(),
        }),
        (0u32..50).prop_map(|count| ShiftEvent::DutyCounted { zone: zone("phillips"), count }),
    ]
    .prop_map(Event::from)
}

fn intake() -> impl Strategy<Value = Event> {
    prop_oneof![
        3 => small().prop_map(|n| taken(n, START)),
        2 => (small(), small()).prop_map(|(n, pass)| vouched(n, pass, START)),
        3 => (small(), small()).prop_map(|(n, into)| IntakeEvent::SameAs {
            incident: incident(n),
            into: incident(into),
        }),
        1 => small().prop_map(|n| IntakeEvent::Split { incident: incident(n) }),
        1 => (small(), 0u32..20, 0u32..20).prop_map(|(n, from, len)| IntakeEvent::Struck {
            incident: incident(n),
            field: TextField::Place,
            range: TextRange { from, len },
        }),
        1 => small().prop_map(|n| IntakeEvent::MarkedHome { incident: incident(n) }),
        1 => (small(), ".{0,8}").prop_map(|(n, question)| IntakeEvent::Asked { incident: incident(n), question }),
        1 => (small(), 0u64..5).prop_map(|(n, reply)| IntakeEvent::ReporterSaid {
            incident: incident(n),
            reply: Seq(reply),
            text: "yes".into(),
        }),
    ]
    .prop_map(Event::from)
}

fn work() -> impl Strategy<Value = Event> {
    prop_oneof![
        6 => small().prop_map(|n| WorkEvent::Claimed { incident: incident(n) }),
        1 => small().prop_map(|n| WorkEvent::Released { incident: incident(n) }),
        2 => (small(), small(), 0u64..60).prop_map(|(n, holder, s)| WorkEvent::ClaimLapsed {
            incident: incident(n),
            holder: who(holder),
            last_sign: Seq(s),
        }),
        1 => (small(), select(&Drawer::ALL[..]))
            .prop_map(|(n, drawer)| WorkEvent::Sorted { incident: incident(n), drawer }),
    ]
    .prop_map(Event::from)
}

/// An incident with a call-out, most often its own.
fn of_call() -> impl Strategy<Value = (u8, u8)> {
    prop_oneof![5 => small().prop_map(|n| (n, n)), 1 => (small(), small())]
}

fn calling() -> impl Strategy<Value = Event> {
    let offers = prop_oneof![
        4 => proptest::collection::btree_set(small(), 2..3).prop_map(Vec::from_iter),
        1 => proptest::collection::vec(small(), 0..4),
    ];
    prop_oneof![
        3 => of_call().prop_map(|(n, call)| CallOutEvent::Opened {
            incident: incident(n),
            request: Request { alert: alert(n), ..request(call) },
        }),
        4 => (of_call(), small(), 0u64..9, 0u16..250).prop_map(|((n, call), by, frame, minutes)| {
            let (incident, call_out) = (incident(n), call_out(call));
            CallOutEvent::Offered { incident, call_out, offer: offer(by), frame: Seq(frame), minutes }
        }),
        4 => (of_call(), offers, any::<bool>()).prop_map(|((n, call), offers, alone_agreed)| {
            let offers = offers.into_iter().map(offer).collect();
            CallOutEvent::Accepted { incident: incident(n), call_out: call_out(call), offers, alone_agreed }
        }),
        4 => (of_call(), small(), 0u64..40, select(&SignFrom::ALL[..])).prop_map(|((n, call), by, frame, sign)| {
            let (incident, call_out) = (incident(n), call_out(call));
            CallOutEvent::Sign { incident, call_out, offer: offer(by), frame: Seq(frame), sign }
        }),
        1 => of_call().prop_map(|(n, call)| CallOutEvent::Closed {
            incident: incident(n),
            call_out: call_out(call),
        }),
    ]
    .prop_map(Event::from)
}

fn finding_or_alert() -> impl Strategy<Value = Event> {
    let answers = || prop_oneof![3 => Just(None), 1 => (small(), small()).prop_map(Some)];
    prop_oneof![
        3 => (small(), small(), verdict(), answers(), proptest::bool::weighted(0.8)).prop_map(|(inc, n, v, a, signed)| {
            FindingEvent::Recorded { incident: incident(inc), finding: found(inc, n, v, a, signed) }.into()
        }),
        1 => (small(), small(), verdict()).prop_map(|(inc, n, v)| FindingEvent::OnTheSpot {
            report: report(inc, Source::Public, START),
            vouch: None,
            received_at: START,
            finding: found(inc, n, v, None, true),
        }.into()),
        3 => (small(), small()).prop_map(|(inc, n)| FindingEvent::Resolved {
            incident: incident(inc),
            stands: finding_id(n),
            note: String::new(),
        }.into()),
        4 => (small(), step(), proptest::option::weighted(0.9, small()), 0u64..1_000_000).prop_map(|(n, step, f, until)| {
            AlertEvent::Prepared {
                incident: incident(n),
                alert: alert(n),
                step,
                finding: f.map(finding_id),
                until: START.plus_ms(until),
            }.into()
        }),
        4 => (small(), step(), 0u64..30).prop_map(|(n, step, log_index)| AlertEvent::Published {
            incident: incident(n),
            alert: alert(n),
            step,
            log_index,
        }.into()),
        4 => (small(), step(), small()).prop_map(|(n, step, by)| AlertEvent::CountersignGiven {
            incident: incident(n),
            alert: alert(n),
            step,
            signer: who(by),
        }.into()),
        2 => (small(), 0u64..30).prop_map(|(n, log_index)| AlertEvent::Rechecking {
            incident: incident(n),
            alert: alert(n),
            log_index,
        }.into()),
    ]
}

fn rumor_or_close() -> impl Strategy<Value = Event> {
    let rumor = |n: u8| RumorId([n; 16]);
    prop_oneof![
        1 => (small(), small()).prop_map(move |(r, n)| RumorEvent::Asked {
            rumor: rumor(r),
            incident: incident(n),
            kind: Kind::School,
            zone: None,
        }.into()),
        1 => (small(), small())
            .prop_map(move |(r, n)| RumorEvent::AskedAgain { rumor: rumor(r), incident: incident(n) }.into()),
        2 => (small(), select(&Ending::ALL[..]), select(&Class::ALL[..])).prop_map(|(n, ending, class)| {
            CloseEvent::Closed { incident: incident(n), ending, class }.into()
        }),
        1 => small().prop_map(|n| CloseEvent::Reopened { incident: incident(n) }.into()),
        1 => small().prop_map(|n| CloseEvent::Held { incident: incident(n) }.into()),
        1 => small().prop_map(|n| CloseEvent::HoldReleased { incident: incident(n) }.into()),
        2 => (proptest::collection::btree_set(small(), 1..3), any::<bool>()).prop_map(|(members, now)| {
            let members: Vec<IncidentId> = members.into_iter().map(incident).collect();
            let reason = if now { EraseReason::Now } else { EraseReason::Retention };
            CloseEvent::Erased { incident: members[0], members, reason }.into()
        }),
    ]
}

fn event() -> impl Strategy<Value = Event> {
    prop_oneof![
        2 => shift(), 5 => intake(), 4 => work(), 4 => calling(), 4 => finding_or_alert(), 3 => rumor_or_close()
    ]
}

/// Entries with authors and steps of time, some of them days. Most begin with incidents that are taken
/// and claimed, some with an alert, so that what follows often gets somewhere.
fn entries() -> impl Strategy<Value = Vec<(u8, u64, Event)>> {
    let pause = prop_oneof![8 => 0u64..20_000, 1 => 0u64..8 * DAY];
    let begun = (1..4u8).flat_map(|n| {
        [(n, 0, taken(n, START).into()), (n, 0, WorkEvent::Claimed { incident: incident(n) }.into())]
    });
    let begun: Vec<(u8, u64, Event)> = begun.collect();
    let (incident, alert, step, until) = (incident(1), alert(1), AlertStep::New, START.plus_ms(MINUTE));
    let published: Vec<(u8, u64, Event)> = vec![
        (2, 0, recorded(1, 1, Verdict::Confirmed).into()),
        (1, 0, AlertEvent::Prepared { incident, alert, step, finding: Some(finding_id(1)), until }.into()),
        (1, 0, AlertEvent::Published { incident, alert, step, log_index: 99 }.into()),
    ];
    let begun = prop_oneof![
        2 => Just(begun.clone()),
        1 => Just([begun, published].concat()),
        1 => Just(Vec::new()),
    ];
    let rest = proptest::collection::vec((small(), pause, event(), 0u8..4), 0..90);
    (begun, rest).prop_map(|(mut entries, rest)| {
        let mut at = START;
        for (by, pause, mut event, coin) in rest {
            at = at.plus_ms(pause);
            // Dispatcher 1 has incident 1 at first, and so on: mostly it is the holder who acts.
            let by = event.incident().filter(|_| coin > 0).map_or(by, |id| id.0[0]);
            if let Event::Alert(AlertEvent::Prepared { until, .. }) = &mut event {
                *until = at.plus_ms(until.since_ms(START));
            }
            entries.push((by, pause, event));
        }
        entries
    })
}

fn fold_into(state: &mut DeskState, entries: &[(u8, u64, Event)], from: usize) -> Vec<Outcome> {
    let mut at = START;
    let mut outcomes = Vec::new();
    for (place, (by, pause, event)) in entries.iter().enumerate() {
        at = at.plus_ms(*pause);
        if place >= from {
            let seq = Seq(u64::try_from(place).expect("short") + 1);
            outcomes.push(state.apply(seq, who(*by), at, event.clone()));
        }
    }
    outcomes
}

fn fold(entries: &[(u8, u64, Event)]) -> (DeskState, Vec<Outcome>) {
    let mut state = DeskState::new();
    let outcomes = fold_into(&mut state, entries, 0);
    (state, outcomes)
}

/// What must hold in every state.
fn check_invariants(state: &DeskState) -> Result<(), TestCaseError> {
    for incident in state.incidents() {
        prop_assert!(state.tombstone(incident.id).is_none(), "erased stays erased");
        if let Some(root) = incident.joined_into {
            let root = state.incident(root).expect("a joined incident has its root");
            prop_assert!(root.joined_into.is_none() && root.joined.contains(&incident.id));
            prop_assert!(
                incident.claim.is_none() && incident.closing.is_none() && incident.joined.is_empty()
            );
            prop_assert_eq!(incident.held, root.held);
        }
        for member in &incident.joined {
            prop_assert_eq!(state.incident(*member).and_then(|m| m.joined_into), Some(incident.id));
        }
        if incident.closing.is_some() {
            prop_assert!(incident.claim.is_none());
            prop_assert!(
                !state
                    .group(incident.id)
                    .any(|m| m.call_outs.values().any(|call_out| call_out.has_responders_out()))
            );
        }
        let is_open = incident.joined_into.is_none() && incident.closing.is_none();
        prop_assert_eq!(state.open_incidents().any(|open| open.id == incident.id), is_open);
        for alert in incident.alerts.values() {
            prop_assert_eq!(alert.phase.is_public(), !alert.published.is_empty());
            for publication in alert.published.iter().filter(|p| p.step == Some(AlertStep::New)) {
                prop_assert!(publication.finding.is_some(), "nothing unconfirmed is published");
            }
        }
        if incident.is_home() {
            prop_assert!(!incident.report.said().place.is_exact());
        }
    }
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    #[test]
    fn any_entries_fold_and_the_state_makes_sense(entries in entries()) {
        let mut state = DeskState::new();
        let mut refused = 0;
        let mut at = START;
        for (place, (by, pause, event)) in entries.iter().enumerate() {
            at = at.plus_ms(*pause);
            let before = state.clone();
            let seq = Seq(u64::try_from(place).expect("short") + 1);
            let outcome = state.apply(seq, who(*by), at, event.clone());
            match outcome {
                Outcome::Applied => {}
                Outcome::Duplicate => prop_assert_eq!(state.marked().len(), before.marked().len()),
                Outcome::Refused(_) => refused += 1,
            }
            if outcome != Outcome::Applied {
                prop_assert!(state.incidents().eq(before.incidents()), "{:?} changed something", event);
                prop_assert_eq!(state.figures(), before.figures());
            }
            check_invariants(&state)?;
        }
        prop_assert_eq!(state.marked().len(), refused);
        // Questions never fail either.
        let _ = (state.queue(at), state.attention(at), state.due(at, who(1)), state.handover_counts(at));
        for n in 1..4 {
            let _ = state.proposed_joins(incident(n));
        }
    }

    #[test]
    fn the_same_entries_give_the_same_state_at_once_or_in_parts(entries in entries(), cut in 0usize..90) {
        let (whole, outcomes) = fold(&entries);
        prop_assert_eq!(&fold(&entries), &(whole.clone(), outcomes));
        let cut = cut.min(entries.len());
        let (first, _) = fold(&entries[..cut]);
        let mut parts = DeskState::from_snapshot(&first.snapshot()).expect("our own snapshot");
        prop_assert_eq!(&parts, &first);
        fold_into(&mut parts, &entries, cut);
        prop_assert_eq!(&parts, &whole);
    }

    #[test]
    fn entries_that_come_again_change_nothing(entries in entries()) {
        let (whole, _) = fold(&entries);
        let mut again = whole.clone();
        let outcomes = fold_into(&mut again, &entries, 0);
        prop_assert!(outcomes.iter().all(|outcome| *outcome == Outcome::Duplicate));
        prop_assert_eq!(again, whole);
    }

    #[test]
    fn an_entry_appended_twice_acts_once(entries in entries()) {
        // The second copy comes at the next place, as when two devices append the same thing.
        let (mut single, mut double) = (DeskState::new(), DeskState::new());
        let (mut at, mut place) = (START, 0);
        for (by, pause, event) in &entries {
            at = at.plus_ms(*pause);
            place += 2;
            single.apply(Seq(place), who(*by), at, event.clone());
            double.apply(Seq(place), who(*by), at, event.clone());
            let mut copy = double.clone();
            let outcome = copy.apply(Seq(place + 1), who(*by), at, event.clone());
            let idempotent = matches!(event, Event::Intake(IntakeEvent::ReportTaken { .. })
                | Event::Work(WorkEvent::Claimed { .. } | WorkEvent::ClaimLapsed { .. })
                | Event::CallOut(_) | Event::Close(CloseEvent::Erased { .. } | CloseEvent::Reopened { .. })
                | Event::Rumor(_) | Event::Finding(_));
            if idempotent {
                prop_assert_ne!(outcome, Outcome::Applied, "{:?}", event);
                prop_assert!(copy.incidents().eq(double.incidents()));
            }
        }
        prop_assert_eq!(single, double);
    }

    #[test]
    fn a_claim_never_changes_hands_without_an_entry_that_says_so(entries in entries()) {
        let mut state = DeskState::new();
        let mut at = START;
        for (place, (by, pause, event)) in entries.iter().enumerate() {
            at = at.plus_ms(*pause);
            let before: Vec<(IncidentId, Author)> =
                state.incidents().filter_map(|i| Some((i.id, i.claim?.holder))).collect();
            state.apply(Seq(u64::try_from(place).expect("short") + 1), who(*by), at, event.clone());
            for (id, holder) in before {
                let after = state.incident(id).and_then(|i| i.claim).map(|claim| claim.holder);
                let taken_over = after.is_some_and(|now| now != holder);
                let by_handover = matches!(event, Event::Shift(ShiftEvent::HandedOver { .. }));
                prop_assert!(!taken_over || (by_handover && who(*by) == holder), "{:?}", event);
            }
        }
    }

    /// A device that came too late to read an erased incident agrees about everything else.
    #[test]
    fn erased_incidents_are_the_same_read_or_unread(mut entries in entries()) {
        // Joined incidents share decisions, so histories without joins are compared, and erasures that
        // name what is there: a list that lies misleads whoever cannot check it (see `CloseEvent`).
        let joins = |e: &Event| matches!(e, Event::Intake(IntakeEvent::SameAs { .. } | IntakeEvent::Split { .. }));
        let lists_more =
            |e: &Event| matches!(e, Event::Close(CloseEvent::Erased { members, .. }) if members.len() != 1);
        entries.retain(|(_, _, event)| !joins(event) && !lists_more(event));
        let (whole, _) = fold(&entries);
        let erased: Vec<IncidentId> = (1..4).map(incident).filter(|id| whole.tombstone(*id).is_some()).collect();
        let mut late = DeskState::new();
        let mut at = START;
        for (place, (by, pause, event)) in entries.iter().enumerate() {
            at = at.plus_ms(*pause);
            let seq = Seq(u64::try_from(place).expect("short") + 1);
            if event.incident().is_some_and(|id| erased.contains(&id)) {
                late.apply_unreadable(seq);
            } else {
                late.apply(seq, who(*by), at, event.clone());
            }
        }
        for id in &erased {
            prop_assert!(late.tombstone(*id).is_some());
        }
        prop_assert!(late.incidents().eq(whole.incidents()));
        prop_assert!(late.rumors().eq(whole.rumors()));
        prop_assert!(late.on_shift().eq(whole.on_shift()));
        prop_assert_eq!(late.last_seq(), whole.last_seq());
    }

    #[test]
    fn garbage_is_no_entry_and_no_snapshot(bytes in proptest::collection::vec(any::<u8>(), 0..400)) {
        let _ = decode::<Event>(&bytes);
        let snapshot = DeskSnapshot { last_seq: Seq(1), shared: bytes.clone(), incidents: vec![(incident(1), bytes)] };
        prop_assert!(DeskState::from_snapshot(&snapshot).is_err());
    }

    #[test]
    fn extreme_times_never_panic(times in proptest::collection::vec(any::<u64>(), 1..12), by in small()) {
        let mut state = DeskState::new();
        for (place, at) in (1u64..).zip(&times) {
            let n = u8::try_from(place).expect("short");
            let at = Timestamp(*at);
            state.apply(Seq(place * 3), who(by), at, taken(n, START).into());
            state.apply(Seq(place * 3 + 1), who(by), at, WorkEvent::Claimed { incident: incident(n) }.into());
            let end = CloseEvent::Closed { incident: incident(n), ending: Ending::NotPursued, class: Class::General };
            state.apply(Seq(place * 3 + 2), who(by), at, end.into());
            let _ = (state.due(at, who(1)), state.queue(at), state.attention(at), state.figures().total(START, at));
        }
    }
}

/// Random entries prove little when they are all refused: each of these must have applied.
#[test]
fn the_random_entries_get_somewhere() {
    use proptest::strategy::ValueTree;
    use proptest::test_runner::TestRunner;
    let mut runner = TestRunner::deterministic();
    let mut applied = std::collections::BTreeSet::new();
    for _ in 0..1_500 {
        let entries = entries().new_tree(&mut runner).expect("a value").current();
        let (_, outcomes) = fold(&entries);
        for ((_, _, event), _) in entries.iter().zip(outcomes).filter(|(_, o)| *o == Outcome::Applied) {
            let printed = format!("{event:?}");
            let words: Vec<&str> = printed.split(|c: char| !c.is_alphanumeric()).take(2).collect();
            applied.insert(words.join(" "));
        }
    }
    for wanted in [
        "Intake SameAs",
        "Intake Split",
        "Intake Struck",
        "Intake MarkedHome",
        "Shift HandedOver",
        "Work Released",
        "CallOut Opened",
        "CallOut Accepted",
        "CallOut Sign",
        "CallOut Closed",
        "Finding Recorded",
        "Finding OnTheSpot",
        "Finding Resolved",
        "Alert Prepared",
        "Alert Published",
        "Alert CountersignGiven",
        "Alert Rechecking",
        "Rumor AskedAgain",
        "Close Closed",
        "Close Reopened",
        "Close Held",
        "Close Erased",
    ] {
        assert!(applied.contains(wanted), "{wanted} never applied; these did: {applied:?}");
    }
}

#[test]
fn snapshots_of_other_incidents_are_refused_and_missing_ones_are_borne() {
    let mut table = Table::claimed();
    table.ok(1, taken(2, START));
    table.ok(1, IntakeEvent::SameAs { incident: incident(2), into: incident(1) });
    let good = table.state.snapshot();
    let mut swapped = good.clone();
    swapped.incidents[0].0 = incident(9);
    assert_eq!(DeskState::from_snapshot(&swapped), Err(SnapshotError::Mislabeled(incident(9))));
    let mut twice = good.clone();
    twice.incidents.push(good.incidents[0].clone());
    assert_eq!(DeskState::from_snapshot(&twice), Err(SnapshotError::Mislabeled(incident(1))));
    for missing in [0, 1] {
        let mut partial = good.clone();
        partial.incidents.remove(missing);
        let state = DeskState::from_snapshot(&partial).expect("what is there");
        let left = state.incidents().next().expect("one is left");
        assert!(left.joined_into.is_none() && left.joined.is_empty());
        assert_eq!(state.open_incidents().count(), 1);
    }
}
