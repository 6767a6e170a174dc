//! A day in a zone's room: opened, joined, used, ended.

use bystand_core::alerts::Outcome;
use bystand_core::desk::{AlertStep, Class, Ending, SignFrom, Verdict};
use bystand_core::device::desk::DeskCommand;
use bystand_core::device::host::{HostCommand, HostEvent};
use bystand_core::device::member::{MemberCommand, MemberEvent};
use bystand_core::device::neighbor::NeighborCommand;
use bystand_core::device::{Command, Event};
use bystand_core::messages::{Acceptance, CallOut, DeskMessage};
use bystand_core::report::{Kind, Place, ReportIn};
use bystand_core::testing::{FOUNDER, World};
use bystand_wire::time::HOUR_MS;
use bystand_wire::{CallOutId, OfferId, PassPurpose, ReportId, Role, limits};

use crate::support::*;

fn call_out_heard(world: &World, member: usize) -> Option<(CallOut, bool)> {
    let mut events = member_events(world, member).into_iter();
    events.find_map(|e| if let MemberEvent::CallOut(_, c, is_near) = e { Some((c, is_near)) } else { None })
}

fn say(world: &mut World, member: usize, command: MemberCommand) {
    world.command(member, Command::Member(command)).expect("a member's command");
}

fn offer(world: &mut World, member: usize, call_out: CallOutId) -> OfferId {
    say(world, member, MemberCommand::Offer(call_out, 6));
    world.run(5 * SECOND);
    let (id, _) = world.device(member).member().going().next().expect("an offer");
    *id
}

fn accepted(world: &World, member: usize) -> Option<Acceptance> {
    let mut events = member_events(world, member).into_iter();
    events.find_map(|e| if let MemberEvent::Accepted(_, place) = e { Some(*place) } else { None })
}

#[test]
fn members_join_and_hear_of_a_call_out() {
    let mut world = opened(1);
    let near = admit_member(&mut world, "near", &[Role::Observer]);
    let far = admit_member(&mut world, "far", &[Role::Observer]);
    on_duty(&mut world, near);
    on_duty_at(&mut world, far, far_away());
    for member in [near, far] {
        assert!(world.run_until(MINUTE, |w| is_in(w, member)), "{:?}", member_events(&world, member));
    }
    let incident = incident(&mut world, 1);
    desk(&mut world, DeskCommand::Check(incident, vec![Role::Observer], 10));
    world.run(5 * SECOND);
    let (call_out, is_near) = call_out_heard(&world, near).expect("passed on");
    assert!(is_near);
    assert_eq!(call_out_heard(&world, far), Some((call_out, false)));
    let passed = host_events(&world, FOUNDER).into_iter().filter(|e| matches!(e, HostEvent::Passed { .. }));
    assert_eq!(passed.count(), 1);
}

#[test]
fn only_who_is_accepted_learns_the_place_and_the_finding_comes_back() {
    let mut world = opened(2);
    let goes = admit_member(&mut world, "goes", &[Role::Observer, Role::Verifier]);
    let stays = admit_member(&mut world, "stays", &[Role::Observer]);
    join(&mut world, goes);
    join(&mut world, stays);
    let incident = incident(&mut world, 1);
    desk(&mut world, DeskCommand::Check(incident, vec![Role::Observer], 10));
    world.run(5 * SECOND);
    let (call_out, _) = call_out_heard(&world, goes).expect("passed on");
    let going = offer(&mut world, goes, call_out.id);
    offer(&mut world, stays, call_out.id);
    desk(&mut world, DeskCommand::Accept(call_out.id, vec![going], true));
    world.run(5 * SECOND);
    assert_eq!(accepted(&world, goes).expect("accepted").place, "4th and 3rd");
    assert_eq!(accepted(&world, stays), None);
    // Nothing that the other device keeps holds the place.
    let holds = |world: &World, place: usize| {
        let needle = b"4th and 3rd";
        let mut records = world.actor(place).records.values();
        records.any(|record| record.windows(needle.len()).any(|w| w == needle))
    };
    assert!(holds(&world, goes) && !holds(&world, stays));
    for sign in [SignFrom::OnTheWay, SignFrom::Parked, SignFrom::OnScene] {
        say(&mut world, goes, MemberCommand::Sign(going, sign));
        world.run(2 * SECOND);
    }
    say(&mut world, goes, MemberCommand::Finding(going, Outcome::Confirmed, 2, "four agents".into()));
    world.run(5 * SECOND);
    let found =
        world.device(FOUNDER).desk().state().incident(incident).expect("an incident").findings.clone();
    let finding = &found.first().expect("a finding").finding;
    assert_eq!((finding.verdict, finding.seen_by), (Verdict::Confirmed, 2));
    assert!(finding.signed.is_some());
    // Published, it is passed on too, once the host has found it in the public log.
    desk(&mut world, DeskCommand::Publish(incident, AlertStep::New, finding.id));
    world.run(2 * MINUTE);
    for member in [goes, stays] {
        let told = member_events(&world, member).into_iter();
        assert_eq!(told.filter(|e| *e == MemberEvent::AlertPassed(zone())).count(), 1);
    }
    say(&mut world, goes, MemberCommand::Sign(going, SignFrom::Left));
    world.run(2 * SECOND);
    assert!(!holds(&world, goes), "the place is forgotten when they have left");
    desk(&mut world, DeskCommand::CloseCallOut(call_out.id));
    world.run(5 * SECOND);
    assert!(member_events(&world, stays).contains(&MemberEvent::CallOutOver(call_out.id)));
    // Newcomers are told of the alert alone.
    let day = world.device(FOUNDER).host().day(&zone()).expect("a day");
    let state: Vec<&DeskMessage> = day.state().collect();
    assert!(matches!(state.as_slice(), [DeskMessage::Alert(..)]), "{state:?}");
}

#[test]
fn who_is_not_needed_is_thanked_and_what_is_closed_is_over() {
    let mut world = opened(3);
    let members = ["goes", "stays"].map(|name| admit_member(&mut world, name, &[Role::Observer]));
    members.iter().for_each(|member| join(&mut world, *member));
    let [goes, stays] = members;
    let incident = incident(&mut world, 1);
    desk(&mut world, DeskCommand::Check(incident, vec![Role::Observer], 10));
    world.run(5 * SECOND);
    let (call_out, _) = call_out_heard(&world, goes).expect("passed on");
    let going = offer(&mut world, goes, call_out.id);
    let staying = offer(&mut world, stays, call_out.id);
    desk(&mut world, DeskCommand::Accept(call_out.id, vec![going], true));
    world.run(30 * SECOND);
    // Who goes may not come: the other one is asked to wait a little.
    let thanked = |w: &World| member_events(w, stays).contains(&MemberEvent::Declined(staying));
    assert!(!thanked(&world));
    assert!(world.run_until(MINUTE, thanked), "{:?}", member_events(&world, stays));
    // A second look is for the same alert: whoever goes can sign what follows from the first.
    desk(&mut world, DeskCommand::Check(incident, vec![Role::Observer], 10));
    world.run(5 * SECOND);
    let held = world.device(FOUNDER).desk().state().incident(incident).expect("an incident");
    let alerts: Vec<_> = held.call_outs.values().map(|call| call.request.alert).collect();
    assert_eq!(alerts, [call_out.alert; 2]);
    say(&mut world, goes, MemberCommand::Sign(going, SignFrom::Left));
    world.run(2 * SECOND);
    desk(&mut world, DeskCommand::Close(incident, Ending::CouldNotCheck, Class::General));
    world.run(5 * SECOND);
    let over = |e: &MemberEvent| matches!(e, MemberEvent::CallOutOver(_));
    assert_eq!(member_events(&world, stays).into_iter().filter(over).count(), 2);
    let held = world.device(FOUNDER).desk().state().incident(incident).expect("an incident");
    assert!(held.closing.is_some() && held.call_outs.values().all(|call| call.closed.is_some()));
}

#[test]
fn a_members_report_goes_in_by_one_of_their_report_passes() {
    let mut world = opened(2);
    let reports = admit_member(&mut world, "reports", &[Role::Observer]);
    let passes = |w: &World| w.device(reports).shared().wallet.count(PassPurpose::Report, w.now());
    assert!(world.run_until(MINUTE, |w| passes(w) > 0), "report passes");
    let before = passes(&world);
    let place = Place { zone: Some(zone()), text: "4th and 3rd".into(), ..Place::default() };
    let report = ReportIn::new(ReportId([9; 16]), Kind::Checkpoint, place, world.now());
    world
        .command(reports, Command::Neighbor(NeighborCommand::Report(Box::new(report), None, None)))
        .expect("kept");
    // The engine has drawn the report's id.
    let taken = |w: &World| w.device(FOUNDER).desk().state().incidents().map(|i| i.id).next();
    assert!(world.run_until(MINUTE, |w| taken(w).is_some()));
    let id = taken(&world).expect("an incident");
    assert_eq!(world.device(FOUNDER).desk().state().corroboration(id), 1, "vouched");
    assert_eq!(passes(&world), before - 1);
}

#[test]
fn an_accepted_device_that_misses_the_end_forgets_the_place_by_itself() {
    let mut world = opened(2);
    let goes = admit_member(&mut world, "goes", &[Role::Observer, Role::Verifier]);
    join(&mut world, goes);
    let incident = incident(&mut world, 1);
    desk(&mut world, DeskCommand::Check(incident, vec![Role::Observer], 10));
    world.run(5 * SECOND);
    let (call_out, _) = call_out_heard(&world, goes).expect("passed on");
    let going = offer(&mut world, goes, call_out.id);
    desk(&mut world, DeskCommand::Accept(call_out.id, vec![going], true));
    world.run(5 * SECOND);
    let holds = |world: &World| {
        let needle = b"4th and 3rd";
        let mut records = world.actor(goes).records.values();
        records.any(|record| record.windows(needle.len()).any(|w| w == needle))
    };
    world.disconnect(goes);
    world.skip(limits::ACCEPTED_MS);
    world.run(5 * SECOND);
    assert!(holds(&world), "they may still be out");
    world.skip(HOUR_MS);
    world.run(5 * SECOND);
    assert!(!holds(&world));
}

#[test]
fn a_finding_that_comes_with_the_sign_before_it_is_kept_whoever_writes_first() {
    let mut world = opened(7);
    let second = world.admit("second", FOUNDER, &[Role::Dispatcher]);
    let goes = admit_member(&mut world, "goes", &[Role::Observer, Role::Verifier]);
    join(&mut world, goes);
    world.command(second, Command::Desk(DeskCommand::StartShift(vec!["en".into()]))).expect("on shift");
    // Which dispatcher's device writes down which frame is drawn anew for every call-out.
    desk(&mut world, DeskCommand::StartShift(vec!["en".into()]));
    for n in 1..=6 {
        let incident = caller(&mut world, n);
        desk(&mut world, DeskCommand::Check(incident, vec![Role::Observer], 10));
        world.run(5 * SECOND);
        let heard = member_events(&world, goes).into_iter().rev();
        let mut heard =
            heard.filter_map(|e| if let MemberEvent::CallOut(_, c, _) = e { Some(c.id) } else { None });
        let called = heard.next().expect("passed on");
        say(&mut world, goes, MemberCommand::Offer(called, 6));
        world.run(5 * SECOND);
        let (going, _) =
            world.device(goes).member().going().find(|(_, g)| g.call_out() == called).expect("an offer");
        let going = *going;
        desk(&mut world, DeskCommand::Accept(called, vec![going], true));
        world.run(5 * SECOND);
        say(&mut world, goes, MemberCommand::Sign(going, SignFrom::Parked));
        say(&mut world, goes, MemberCommand::Finding(going, Outcome::Confirmed, 2, "four agents".into()));
        world.run(20 * SECOND);
        for place in [FOUNDER, second] {
            let found = world.device(place).desk().state().incident(incident).expect("an incident");
            assert_eq!(found.findings.len(), 1, "{n}");
        }
        say(&mut world, goes, MemberCommand::Sign(going, SignFrom::Left));
        world.run(5 * SECOND);
        desk(&mut world, DeskCommand::CloseCallOut(called));
        world.run(5 * SECOND);
    }
}

#[test]
fn a_newcomer_hears_what_holds_and_no_earlier_talk() {
    let mut world = opened(3);
    let early = admit_member(&mut world, "early", &[Role::Observer]);
    let late = admit_member(&mut world, "late", &[Role::Observer]);
    join(&mut world, early);
    let incident = incident(&mut world, 1);
    desk(&mut world, DeskCommand::HeadsUp(incident));
    desk(&mut world, DeskCommand::Check(incident, vec![Role::Observer], 10));
    desk(&mut world, DeskCommand::NoteToZones(vec![zone()], "watch the school".into()));
    say(&mut world, early, MemberCommand::Say(zone(), "early talk".into()));
    say(&mut world, early, MemberCommand::AllQuiet(zone()));
    // The heads-up is over then; call-out and note hold.
    world.run(21 * MINUTE);
    let heard = member_events(&world, early);
    assert!(heard.iter().any(|e| matches!(e, MemberEvent::HeadsUp(..))));
    assert!(heard.iter().any(|e| matches!(e, MemberEvent::Said(_, _, text) if text == "early talk")));
    join(&mut world, late);
    world.run(5 * SECOND);
    let heard = member_events(&world, late);
    assert!(heard.iter().any(|e| matches!(e, MemberEvent::CallOut(..))), "{heard:?}");
    assert!(heard.iter().any(|e| matches!(e, MemberEvent::Note(_, text, _) if text == "watch the school")));
    assert!(!heard.iter().any(|e| matches!(e, MemberEvent::HeadsUp(..) | MemberEvent::Said(..))));
    // Who was there hears nothing twice.
    let again = member_events(&world, early).into_iter().filter(|e| matches!(e, MemberEvent::Note(..)));
    assert_eq!(again.count(), 1);
    let counts = world.device(FOUNDER).host().day(&zone()).expect("a day").counts();
    let told =
        (counts.members, counts.admitted, counts.call_outs, counts.heads_ups, counts.notes, counts.quiet);
    assert_eq!(told, (2, 2, 1, 1, 1, 1));
}

/// Everything in a vault that belongs to a day's room.
fn traces(world: &World, place: usize) -> Vec<String> {
    let teams: Vec<String> =
        world.device(place).shared().teams.values().map(|t| format!("room/{}/", t.room().id())).collect();
    let names = world.actor(place).records.keys();
    names
        .filter(|name| {
            let is_room = name.starts_with("room/") && !teams.iter().any(|team| name.starts_with(team));
            let is_day = ["host/day/", "member/day/", "knock/"].iter().any(|p| name.starts_with(p));
            is_room || is_day
        })
        .cloned()
        .collect()
}

#[test]
fn the_end_of_the_day_leaves_counts_and_nothing_else() {
    let mut world = opened(4);
    let member = admit_member(&mut world, "member", &[Role::Observer]);
    join(&mut world, member);
    let incident = incident(&mut world, 1);
    desk(&mut world, DeskCommand::Check(incident, vec![Role::Observer], 10));
    say(&mut world, member, MemberCommand::Say(zone(), "good night".into()));
    world.run(5 * SECOND);
    assert!(!traces(&world, FOUNDER).is_empty() && !traces(&world, member).is_empty());
    let until = world.device(FOUNDER).host().day(&zone()).expect("a day").opening().until;
    // An unsent message must not outlive the day either.
    world.relay.is_down = true;
    say(&mut world, member, MemberCommand::AllQuiet(zone()));
    let name = name_of(&world, member);
    host_command(&mut world, FOUNDER, HostCommand::Remove { zone: zone(), name });
    world.run(SECOND);
    world.skip(until.since_ms(world.now()));
    world.relay.is_down = false;
    world.run(2 * MINUTE);
    assert_eq!(traces(&world, FOUNDER), Vec::<String>::new());
    assert_eq!(traces(&world, member), Vec::<String>::new());
    assert!(world.device(FOUNDER).shared().rooms.is_empty());
    let summaries = world.device(FOUNDER).host().book().summaries(&zone()).to_vec();
    let summary = summaries.last().expect("a summary");
    assert_eq!((summary.until, summary.counts.admitted, summary.counts.call_outs), (until, 1, 1));
    assert_eq!(summaries.len(), 1);
    let ended = HostEvent::Ended(summary.clone());
    assert!(host_events(&world, FOUNDER).contains(&ended));
}

#[test]
fn the_next_day_has_a_room_of_its_own() {
    let mut world = opened(5);
    host_command(&mut world, FOUNDER, HostCommand::Schedule(true));
    world.run(10 * SECOND);
    let member = admit_member(&mut world, "member", &[Role::Observer]);
    join(&mut world, member);
    let first = world.device(FOUNDER).host().day(&zone()).expect("a day").clone();
    let zones = world.device(FOUNDER).host().zones().count();
    assert_eq!(zones, 4, "all zones by schedule");
    world.take_events(member);
    world.skip(first.opening().until.since_ms(world.now()));
    world.run(10 * SECOND);
    let second = world.device(FOUNDER).host().day(&zone()).expect("a day").clone();
    assert_eq!(second.opening().from, first.opening().until);
    assert_ne!(second.room(), first.room());
    // Duty had ended by then: the member is asked to come on duty again.
    join(&mut world, member);
    assert_eq!(world.device(FOUNDER).host().book().summaries(&zone()).len(), 1);
}

#[test]
fn what_was_said_before_somebody_came_is_not_for_them_also_when_it_comes_late() {
    let mut world = opened(31);
    let places = ["late", "other", "newcomer"].map(|name| admit_member(&mut world, name, &[Role::Observer]));
    let [late, other, newcomer] = places;
    join(&mut world, late);
    join(&mut world, other);
    // Said without the network, in the epoch before the newcomer's.
    world.disconnect(late);
    say(&mut world, late, MemberCommand::Say(zone(), "said before".into()));
    join(&mut world, newcomer);
    say(&mut world, other, MemberCommand::Say(zone(), "said after".into()));
    world.run(5 * SECOND);
    world.connect(late);
    world.run(10 * SECOND);
    let heard = |world: &World, place: usize| -> Vec<String> {
        let said = |event| if let MemberEvent::Said(_, _, text) = event { Some(text) } else { None };
        member_events(world, place).into_iter().filter_map(said).collect()
    };
    assert_eq!(heard(&world, other), ["said after", "said before"]);
    assert_eq!(heard(&world, newcomer), ["said after"]);
    let events = &world.actor(newcomer).events;
    let warned: Vec<_> = events.iter().filter(|e| matches!(e, Event::Warning { .. })).collect();
    assert!(warned.is_empty(), "{warned:?}");
}
