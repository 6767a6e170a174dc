//! A dispatcher at the desk: what they do next, from what the casebook shows. One decision at a time; what
//! the program should decide is not decided here.

use std::collections::BTreeMap;

use bystand_core::desk::{
    AlertPhase, AlertStep, Author, CallOut, CallOutPhase, Class, DeskState, Ending, Incident, News,
    ResponderPhase, StoodFinding, Verdict,
};
use bystand_core::device::desk::DeskCommand;
use bystand_wire::time::MINUTE_MS;
use bystand_wire::{IncidentId, OfferId, Role, Timestamp};

use super::affairs::{is_denunciation, is_flood};

/// After so long with one offer only, one goes alone. Practice: pairs, and exceptions are recorded.
const ALONE_MS: u64 = 5 * MINUTE_MS;
/// After so long without anybody on the way, the desk gives a call-out up.
const GIVE_UP_MS: u64 = 25 * MINUTE_MS;
/// After so long what was pressed and had no effect is pressed again.
const AGAIN_MS: u64 = MINUTE_MS;

/// What a dispatcher remembers of what they pressed.
#[derive(Debug, Default)]
pub struct Pressed(BTreeMap<(IncidentId, &'static str), Timestamp>);

impl Pressed {
    fn lately(&self, incident: IncidentId, key: &'static str, now: Timestamp) -> bool {
        self.0.get(&(incident, key)).is_some_and(|at| now.since_ms(*at) < AGAIN_MS)
    }

    /// Notes it.
    pub fn note(&mut self, incident: IncidentId, key: &'static str, now: Timestamp) {
        self.0.insert((incident, key), now);
        if self.0.len() > 4_096 {
            self.0.retain(|_, at| now.since_ms(*at) < AGAIN_MS);
        }
    }
}

/// Somebody else's older incident, for a join that is a mistake.
pub fn mistaken_join(state: &DeskState, decision: &Decision) -> Option<DeskCommand> {
    let (id, key, _) = decision;
    let incident = state.incident(*id).filter(|_| *key == "check")?;
    let others = state.open_incidents().filter(|other| other.joined_into.is_none());
    let other = others.filter(|other| other.taken.seq < incident.taken.seq).max_by_key(|o| o.taken.seq)?;
    Some(DeskCommand::SameAs(*id, other.id))
}

/// What a dispatcher does who goes home: lets go of what they hold, hands over, ends the shift.
pub fn go_home(state: &DeskState, me: Author) -> Vec<DeskCommand> {
    let mine = state.open_incidents().filter(|i| i.claim.is_some_and(|claim| claim.holder == me));
    let mut last: Vec<DeskCommand> = mine.map(|i| DeskCommand::Release(i.id)).collect();
    last.push(DeskCommand::HandOver(None, "what is open is in the queue".to_owned()));
    last.push(DeskCommand::EndShift);
    last
}

/// A decision: about which incident, which key, and the command behind it.
pub type Decision = (IncidentId, &'static str, DeskCommand);

/// What a dispatcher does next: first for what they hold, then the top of the queue.
pub fn decide(state: &DeskState, me: Author, now: Timestamp, pressed: &Pressed) -> Option<Decision> {
    let mine = state.open_incidents().filter(|i| i.joined_into.is_none());
    let mine = mine.filter(|i| i.claim.is_some_and(|claim| claim.holder == me));
    for incident in mine {
        let decision = follow_up(state, incident, now);
        if let Some((key, command)) = decision.filter(|(key, _)| !pressed.lately(incident.id, key, now)) {
            return Some((incident.id, key, command));
        }
    }
    let next = state.queue(now).into_iter().find(|item| !pressed.lately(item.incident, "claim", now))?;
    Some((next.incident, "claim", DeskCommand::Claim(next.incident)))
}

fn follow_up(state: &DeskState, incident: &Incident, now: Timestamp) -> Option<(&'static str, DeskCommand)> {
    let id = incident.id;
    let said = incident.report.said();
    if is_denunciation(&said.activity) {
        return Some(("erase", DeskCommand::EraseNow(id)));
    }
    if is_flood(&said.activity) {
        return Some(("close", DeskCommand::Close(id, Ending::Unfounded, Class::Unfounded)));
    }
    if let Some(step) = on_finding(state, incident) {
        return Some(step);
    }
    if let Some(call_out) = incident.call_outs.values().find(|call| call.closed.is_none()) {
        return on_call_out(incident, call_out, now);
    }
    if !incident.call_outs.is_empty() {
        let ending = Ending::CouldNotCheck;
        return Some(("close", DeskCommand::Close(id, ending, ending.usual_class())));
    }
    // The older one stays: two dispatchers must not join two incidents into each other.
    let older = |with: &IncidentId| state.incident(*with).is_some_and(|o| o.taken.seq < incident.taken.seq);
    if let Some(join) = state.proposed_joins(id).into_iter().find(|join| older(&join.with)) {
        return Some(("same-as", DeskCommand::SameAs(id, join.with)));
    }
    Some(("check", DeskCommand::Check(id, vec![Role::Verifier], 15)))
}

fn on_finding(state: &DeskState, incident: &Incident) -> Option<(&'static str, DeskCommand)> {
    let id = incident.id;
    let newest = state.standing_findings(id).max_by_key(|found| found.stamp.seq)?;
    let finding = newest.finding.id;
    let live = state.group(id).flat_map(|member| member.alerts.values());
    if let Some(alert) = live.filter(|a| a.phase == AlertPhase::Live).find(|_| state.is_contradicted(id)) {
        // First the public sees that it is being checked again, and then the desk sorts it out.
        return Some(("recheck", DeskCommand::Recheck(alert.id)));
    }
    if state.is_contradicted(id) && !matches!(newest.finding.verdict, Verdict::Ended(_)) {
        // Whoever looked last has seen it last.
        return Some(("resolve", DeskCommand::Resolve(id, finding, "the newest look counts".to_owned())));
    }
    let phases = || state.group(id).flat_map(|member| member.alerts.values()).map(|alert| alert.phase);
    let is_out = phases().any(AlertPhase::is_live);
    // The second of a pair says the same again: once it is published, that is enough.
    let is_same = |found: &&StoodFinding| found.finding.verdict == newest.finding.verdict;
    let is_used =
        state.standing_findings(id).filter(is_same).any(|found| state.is_finding_used(id, found.finding.id));
    match newest.finding.verdict {
        Verdict::Confirmed if !is_used => {
            Some(("publish", DeskCommand::Publish(id, AlertStep::New, finding)))
        }
        Verdict::Confirmed => None,
        Verdict::Ended(how) if is_out && !is_used => {
            Some(("over", DeskCommand::Publish(id, AlertStep::Over(how), finding)))
        }
        Verdict::Ended(_) => close(incident, Ending::Confirmed),
        Verdict::FalseAlarm(_) if is_out && !is_used => {
            Some(("wrong", DeskCommand::Publish(id, AlertStep::Wrong, finding)))
        }
        Verdict::FalseAlarm(_) if !is_used && !is_out => {
            Some(("rumor-check", DeskCommand::RumorCheck(id, finding)))
        }
        Verdict::FalseAlarm(what) if !was_told(incident) => {
            Some(("tell", DeskCommand::Tell(id, News::FalseAlarm(what), "It was something else.".to_owned())))
        }
        Verdict::FalseAlarm(_) => close(incident, Ending::Unfounded),
        Verdict::CouldNotCheck => close(incident, Ending::CouldNotCheck),
    }
}

fn was_told(incident: &Incident) -> bool {
    let told = |talk: &bystand_core::desk::Talk| matches!(talk.words, bystand_core::desk::Words::Told(_));
    incident.report.said().reply.is_none() || incident.talk.iter().any(told)
}

/// Nobody is left out there, and then it is closed.
fn close(incident: &Incident, ending: Ending) -> Option<(&'static str, DeskCommand)> {
    let id = incident.id;
    if let Some(call_out) = incident.call_outs.values().find(|call| call.closed.is_none()) {
        let waits = call_out.has_responders_out();
        return (!waits).then(|| ("end-call-out", DeskCommand::CloseCallOut(call_out.request.id)));
    }
    let class: Class = ending.usual_class();
    Some(("close", DeskCommand::Close(id, ending, class)))
}

fn on_call_out(
    incident: &Incident,
    call_out: &CallOut,
    now: Timestamp,
) -> Option<(&'static str, DeskCommand)> {
    let id = call_out.request.id;
    let age = now.since_ms(call_out.opened.at);
    let in_phase = |phase: ResponderPhase| {
        call_out.responders.values().filter(move |r| r.phase == phase).map(|r| r.offer)
    };
    let offered: Vec<OfferId> = in_phase(ResponderPhase::Offered).take(2).collect();
    let has_somebody = call_out.has_responders_out();
    if let Some(silent) = call_out.responders.values().find(|r| r.silent.is_some()) {
        return Some(("check-in", DeskCommand::CheckIn(silent.offer)));
    }
    match (offered.len(), has_somebody) {
        (2, false) => return Some(("accept", DeskCommand::Accept(id, offered, false))),
        (1, false) if age >= ALONE_MS => return Some(("accept", DeskCommand::Accept(id, offered, true))),
        _ => {}
    }
    if call_out.phase() == CallOutPhase::Unanswered && call_out.rung == 0 {
        return Some(("ring", DeskCommand::Rung(id, 2)));
    }
    if age >= GIVE_UP_MS && !has_somebody {
        return Some(("end-call-out", DeskCommand::CloseCallOut(id)));
    }
    let _ = incident;
    None
}
