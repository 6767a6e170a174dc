//! A dispatcher at the desk: what they do next, from what the casebook shows. One decision at a time; what
//! the program should decide is not decided here.
//!
//! What they hold comes first, and in it the people who are out there; then what somebody let go of, then the
//! queue. Their rule for the public: an alert rests on two people who looked, or on one and a report that came
//! with a pass; a contradiction is looked at again before it is decided; a rumor is answered in public only
//! when three people asked.

use std::collections::{BTreeMap, BTreeSet};

use bystand_core::desk::{
    AlertPhase, AlertStep, Author, CallOut, CallOutPhase, Class, DeskState, Ending, Helpers, Incident, News,
    ResponderPhase, StoodFinding, Talk, Verdict, Words,
};
use bystand_core::device::desk::DeskCommand;
use bystand_core::report::FirstHand;
use bystand_wire::time::MINUTE_MS;
use bystand_wire::{IncidentId, OfferId, Role, Timestamp};

use super::words::{is_denunciation, is_doubt, is_flood};

/// After so long with one offer only, one goes alone. Practice: pairs, and exceptions are recorded.
const ALONE_MS: u64 = 4 * MINUTE_MS;
/// After so long without anybody on the way, the desk gives a call-out up.
const GIVE_UP_MS: u64 = 25 * MINUTE_MS;
/// So long the desk waits for the other one of a pair before it asks somebody else.
const PARTNER_MS: u64 = 4 * MINUTE_MS;
/// So long for a second look at what one person alone has confirmed.
const SECOND_LOOK_MS: u64 = 15 * MINUTE_MS;
/// After so long of silence the envelope is opened.
const ENVELOPE_MS: u64 = 5 * MINUTE_MS;
/// Call-outs for one incident: the first look, and two more where findings contradict.
const LOOKS: usize = 3;
/// A question is answered in public when so many ask it: a page of hundreds of answers a day helps nobody.
const ASKED_OFTEN: usize = 3;
/// After so long what was pressed and had no effect is pressed again.
const AGAIN_MS: u64 = MINUTE_MS;

/// A decision: about which incident, which key, and the command behind it.
pub type Decision = (IncidentId, &'static str, DeskCommand);
type Step = (&'static str, DeskCommand);

/// What a dispatcher remembers of what they pressed.
#[derive(Debug, Default)]
pub struct Pressed {
    at: BTreeMap<(IncidentId, &'static str), Timestamp>,
    refused: BTreeSet<(IncidentId, &'static str)>,
}

impl Pressed {
    fn lately(&self, incident: IncidentId, key: &'static str, now: Timestamp) -> bool {
        self.since(incident, key, now, AGAIN_MS)
    }

    /// Whether it was pressed within so long.
    fn since(&self, incident: IncidentId, key: &'static str, now: Timestamp, ms: u64) -> bool {
        self.at.get(&(incident, key)).is_some_and(|at| now.since_ms(*at) < ms)
    }

    fn was_refused(&self, incident: IncidentId, key: &'static str) -> bool {
        self.refused.contains(&(incident, key))
    }

    /// Will not press it.
    pub fn refuse(&mut self, incident: IncidentId, key: &'static str) {
        self.refused.insert((incident, key));
    }

    /// Notes it, and whether the program refused it.
    pub fn note(&mut self, incident: IncidentId, key: &'static str, now: Timestamp, is_refused: bool) {
        self.at.insert((incident, key), now);
        if is_refused {
            self.refused.insert((incident, key));
        }
        if self.at.len() > 4_096 {
            self.at.retain(|_, at| now.since_ms(*at) < ENVELOPE_MS);
        }
    }
}

/// Another incident of the same zone, for a join that is a mistake: the screen shows them side by side.
pub fn mistaken_join(state: &DeskState, decision: &Decision) -> Option<DeskCommand> {
    let (id, key, _) = decision;
    let incident = state.incident(*id).filter(|_| *key == "check")?;
    let others = state.open_incidents().filter(|other| other.zone() == incident.zone());
    let other = others.filter(|other| other.taken.seq < incident.taken.seq).max_by_key(|o| o.taken.seq)?;
    Some(DeskCommand::SameAs(*id, other.id))
}

/// Something real that is taken for nothing.
pub fn mistaken_end(decision: &Decision) -> Option<DeskCommand> {
    let (id, key, _) = decision;
    (*key == "check").then_some(DeskCommand::Close(*id, Ending::Unfounded, Class::Unfounded))
}

/// What a dispatcher does who goes home: lets go of what they hold, hands over, ends the shift.
pub fn go_home(state: &DeskState, me: Author) -> Vec<DeskCommand> {
    let mut last: Vec<DeskCommand> = state.claimed_by(me).map(|i| DeskCommand::Release(i.id)).collect();
    last.push(DeskCommand::HandOver(None, "what is open is in the queue".to_owned()));
    last.push(DeskCommand::EndShift);
    last
}

/// What a dispatcher does next: first for what they hold, then for what nobody holds any more, then the top
/// of the queue.
pub fn decide(state: &DeskState, me: Author, now: Timestamp, pressed: &Pressed) -> Option<Decision> {
    let desk = Desk { state, now, pressed };
    let mut mine: Vec<&Incident> = state.claimed_by(me).collect();
    mine.sort_by_key(|incident| incident.taken.seq);
    for incident in mine {
        if let Some((key, command)) = desk.follow_up(incident) {
            return Some((incident.id, key, command));
        }
    }
    let is_free = |id: &IncidentId| !pressed.lately(*id, "claim", now);
    let next = state.left_behind().into_iter().find(is_free);
    let next = next.or_else(|| state.queue(now).into_iter().map(|item| item.incident).find(is_free))?;
    Some((next, "claim", DeskCommand::Claim(next)))
}

/// What is on a dispatcher's screen.
struct Desk<'a> {
    state: &'a DeskState,
    now: Timestamp,
    pressed: &'a Pressed,
}

impl Desk<'_> {
    fn follow_up(&self, incident: &Incident) -> Option<Step> {
        let open = || incident.call_outs.values().filter(|call| call.closed.is_none());
        let free = |step| self.free(incident, step);
        free(self.at_a_glance(incident))
            .or_else(|| open().find_map(|call| free(self.on_safety(incident, call))))
            .or_else(|| free(self.on_finding(incident)))
            .or_else(|| open().find_map(|call| free(self.on_call_out(incident, call))))
            .or_else(|| free(self.without_finding(incident)))
    }

    /// Unless it was pressed just now.
    fn free(&self, incident: &Incident, step: Option<Step>) -> Option<Step> {
        step.filter(|(key, _)| !self.pressed.lately(incident.id, key, self.now))
    }

    /// What reading alone decides.
    fn at_a_glance(&self, incident: &Incident) -> Option<Step> {
        let id = incident.id;
        let text = &incident.report.said().activity;
        if is_denunciation(text) {
            return Some(("erase", DeskCommand::EraseNow(id)));
        }
        if is_flood(text) {
            return Some(("close", DeskCommand::Close(id, Ending::Unfounded, Class::Unfounded)));
        }
        if !is_doubt(text) {
            return None;
        }
        // Somebody beside an alert sees nothing: the public is told at once that it is being checked again.
        let near = self.state.alerts_near(id).into_iter().next()?;
        let live = self.alert_of(near, AlertPhase::Live);
        let recheck = live.map(|alert| ("recheck", DeskCommand::Recheck(alert)));
        recheck.or(Some(("same-as", DeskCommand::SameAs(id, near))))
    }

    fn alert_of(&self, id: IncidentId, phase: AlertPhase) -> Option<bystand_wire::AlertId> {
        let mut alerts = self.state.group(id).flat_map(|member| member.alerts.values());
        alerts.find(|alert| alert.phase == phase).map(|alert| alert.id)
    }

    fn on_finding(&self, incident: &Incident) -> Option<Step> {
        let (state, id) = (self.state, incident.id);
        let standing = || state.standing_findings(id);
        let decisive = || standing().filter(|found| found.finding.verdict != Verdict::CouldNotCheck);
        if state.is_contradicted(id) {
            return self.on_contradiction(incident);
        }
        let Some(newest) = decisive().max_by_key(|found| found.stamp.seq) else {
            standing().next()?;
            return self.look_again(incident).or_else(|| self.end(incident, Ending::CouldNotCheck));
        };
        let finding = newest.finding.id;
        let same = || decisive().filter(|found| found.finding.verdict == newest.finding.verdict);
        // The second of a pair says the same again: once it is published, that is enough.
        let is_used = same().any(|found| state.is_finding_used(id, found.finding.id));
        let is_out = state.group(id).flat_map(|m| m.alerts.values()).any(|alert| alert.phase.is_live());
        let out = state.alert_out(id);
        let about = same().filter(|found| out.is_none_or(|alert| found.finding.alert == alert));
        let unused = about.map(|found| found.finding.id).find(|finding| !state.is_finding_used(id, *finding));
        match newest.finding.verdict {
            Verdict::Confirmed if self.alert_of(id, AlertPhase::Rechecking).is_some() => {
                let again = self.newest_look_after_recheck(incident);
                match again.filter(|of| !state.is_finding_used(id, *of)) {
                    Some(of) => Some(("renew", DeskCommand::Publish(id, AlertStep::Renew, of))),
                    None => self.look_again(incident),
                }
            }
            // Nobody would see its end: the public hears that it is being checked again, and others look.
            Verdict::Confirmed if is_used => {
                let unwatched = state.unwatched_alert(id, self.now);
                unwatched.map(|alert| ("recheck", DeskCommand::Recheck(alert)))
            }
            Verdict::Confirmed if self.is_strong(incident, newest) => {
                Some(("publish", DeskCommand::Publish(id, AlertStep::New, finding)))
            }
            Verdict::Confirmed => self.second_look(incident, newest),
            Verdict::Ended(how) if is_out => {
                let over = |of| ("over", DeskCommand::Publish(id, AlertStep::Over(how), of));
                unused.map(over).or_else(|| self.look_again(incident))
            }
            Verdict::Ended(_) => self.end(incident, Ending::Confirmed),
            Verdict::FalseAlarm(_) if is_out => {
                let wrong = |of| ("wrong", DeskCommand::Publish(id, AlertStep::Wrong, of));
                unused.map(wrong).or_else(|| self.look_again(incident))
            }
            Verdict::FalseAlarm(what) => self
                .answer(incident, News::FalseAlarm(what), unused.filter(|_| !is_used))
                .or_else(|| self.end(incident, Ending::Unfounded)),
            Verdict::CouldNotCheck => None,
        }
    }

    /// A finding of somebody who looked after the alert was marked as being checked again.
    fn newest_look_after_recheck(&self, incident: &Incident) -> Option<bystand_core::desk::FindingId> {
        let alerts = self.state.group(incident.id).flat_map(|member| member.alerts.values());
        let marks = alerts.flat_map(|alert| alert.published.iter()).filter(|p| p.step.is_none());
        let marked = marks.map(|mark| mark.stamp.at).max()?;
        let looks = self.state.standing_findings(incident.id).filter(|found| found.stamp.at > marked);
        looks.filter(|found| found.finding.verdict == Verdict::Confirmed).map(|found| found.finding.id).last()
    }

    /// Two people who looked, or one and a report that came with a pass; or one, when nobody else would go.
    fn is_strong(&self, incident: &Incident, newest: &StoodFinding) -> bool {
        let confirmed = self.state.standing_findings(incident.id);
        let looks: BTreeSet<_> = confirmed
            .filter(|found| found.finding.verdict == Verdict::Confirmed)
            .map(|found| found.finding.answers)
            .collect();
        looks.len() >= 2
            || self.state.corroboration(incident.id) > 0
            || self.now.since_ms(newest.stamp.at) >= SECOND_LOOK_MS
    }

    /// One alone says so: first the other one of the pair, then somebody else; members near by hear of it.
    fn second_look(&self, incident: &Incident, newest: &StoodFinding) -> Option<Step> {
        let since = self.now.since_ms(newest.stamp.at);
        if incident.heads_ups.is_empty() && !self.pressed.was_refused(incident.id, "heads-up") {
            return Some(("heads-up", DeskCommand::HeadsUp(incident.id)));
        }
        let of_call = newest.finding.answers.map(|(call_out, _)| call_out);
        let call = of_call.and_then(|call_out| incident.call_outs.get(&call_out));
        let others = call.into_iter().flat_map(|call| call.responders.values());
        let has_partner = others
            .filter(|r| r.phase.is_out())
            .any(|r| newest.finding.answers.is_some_and(|(_, offer)| offer != r.offer));
        if has_partner && since < PARTNER_MS { None } else { self.look_again(incident) }
    }

    /// Asks others to look, when nobody is asked already and not too many have been.
    fn look_again(&self, incident: &Incident) -> Option<Step> {
        let found = |call: &&CallOut| {
            let of = |found: &StoodFinding| found.finding.answers.is_some_and(|(c, _)| c == call.request.id);
            incident.findings.iter().any(of)
        };
        let is_asked =
            incident.call_outs.values().any(|call| call.closed.is_none() && !found(&call.as_ref()));
        let may = !is_asked && incident.call_outs.len() < LOOKS;
        may.then(|| ("look-again", DeskCommand::Check(incident.id, vec![Role::Verifier], 15)))
    }

    /// First the public sees that it is being checked again; then others look, and most of those who looked
    /// are believed.
    fn on_contradiction(&self, incident: &Incident) -> Option<Step> {
        let (state, id) = (self.state, incident.id);
        if let Some(alert) = self.alert_of(id, AlertPhase::Live) {
            return Some(("recheck", DeskCommand::Recheck(alert)));
        }
        let says_no = |found: &&StoodFinding| matches!(found.finding.verdict, Verdict::FalseAlarm(_));
        let decisive =
            || state.standing_findings(id).filter(|found| found.finding.verdict != Verdict::CouldNotCheck);
        // Whoever stayed and saw it end has seen more than whoever came by.
        let ended = decisive().filter(|found| matches!(found.finding.verdict, Verdict::Ended(_))).last();
        let (no, all) = (decisive().filter(says_no).count(), decisive().count());
        let open = incident.call_outs.values().any(|call| call.closed.is_none() && call.has_responders_out());
        if all < 3
            && let Some(look) = self.look_again(incident)
        {
            return Some(look);
        }
        let is_waiting = all < 3 && (open || incident.call_outs.len() < LOOKS);
        let youngest = incident.call_outs.values().map(|call| call.opened.at).max();
        if is_waiting && youngest.is_some_and(|at| self.now.since_ms(at) < GIVE_UP_MS) {
            return None;
        }
        let is_no = 2 * no >= all;
        let stands = ended.or_else(|| decisive().filter(|found| says_no(found) == is_no).last())?;
        let note = "most of those who looked say so".to_owned();
        Some(("resolve", DeskCommand::Resolve(id, stands.finding.id, note)))
    }

    /// Nobody has found anything yet.
    fn without_finding(&self, incident: &Incident) -> Option<Step> {
        let id = incident.id;
        if incident.call_outs.values().any(|call| call.closed.is_none())
            || self.state.standing_findings(id).next().is_some()
        {
            return None;
        }
        if !incident.call_outs.is_empty() {
            let told = self.answer(incident, News::CouldNotCheck, None);
            return told.or_else(|| self.end(incident, Ending::CouldNotCheck));
        }
        // The older one stays: two dispatchers must not join two incidents into each other.
        let older =
            |with: &IncidentId| self.state.incident(*with).is_some_and(|o| o.taken.seq < incident.taken.seq);
        // The best proposal or none: a younger one that fits better comes here by itself.
        let proposed = self.state.proposed_joins(id).into_iter().next().filter(|join| older(&join.with));
        if let Some(join) = proposed.filter(|_| !self.pressed.was_refused(id, "same-as")) {
            let told = self.answer_late(incident, join.with);
            return told.or(Some(("same-as", DeskCommand::SameAs(id, join.with))));
        }
        Some(("check", DeskCommand::Check(id, vec![Role::Verifier], 15)))
    }

    /// Who reports what was looked at before is told what was found there.
    fn answer_late(&self, incident: &Incident, with: IncidentId) -> Option<Step> {
        let root = self.state.incident(with).filter(|root| root.closing.is_some() && !was_told(incident))?;
        let found = self.state.standing_findings(root.id).last()?.finding.verdict;
        let news = match found {
            Verdict::Confirmed | Verdict::Ended(_) => News::Over,
            Verdict::FalseAlarm(what) => News::FalseAlarm(what),
            Verdict::CouldNotCheck => News::CouldNotCheck,
        };
        let text = "Somebody has looked there.".to_owned();
        Some(("tell", DeskCommand::Tell(incident.id, news, text)))
    }

    /// Everybody who waits for an answer is told; the public too, when more than one person asked.
    fn answer(
        &self,
        incident: &Incident,
        news: News,
        finding: Option<bystand_core::desk::FindingId>,
    ) -> Option<Step> {
        let (state, id) = (self.state, incident.id);
        let is_second_hand = |member: &Incident| member.report.said().first_hand == FirstHand::No;
        let rumor = state.rumor_of(id);
        if rumor.is_none() && state.group(id).any(is_second_hand) && !self.pressed.was_refused(id, "rumor") {
            return Some(("rumor", DeskCommand::Rumor(id)));
        }
        let asked = state.group(id).count().max(rumor.map_or(0, |r| r.asked_in.len()));
        let is_public = rumor.is_some_and(|rumor| rumor.answer_public);
        if let Some(finding) = finding
            && asked >= ASKED_OFTEN
            && !is_public
            && !self.pressed.was_refused(id, "rumor-check")
        {
            return Some(("rumor-check", DeskCommand::RumorCheck(id, finding)));
        }
        let waits = state.group(id).find(|member| !was_told(member))?;
        let text = match news {
            News::CouldNotCheck => "Nobody could go and look.",
            News::Received | News::BeingChecked | News::Confirmed | News::FalseAlarm(_) | News::Over => {
                "It was something else."
            }
        };
        Some(("tell", DeskCommand::Tell(waits.id, news, text.to_owned())))
    }

    /// Nobody is left out there, and then it is closed.
    fn end(&self, incident: &Incident, ending: Ending) -> Option<Step> {
        let is_anybody_out = incident.call_outs.values().any(|call| call.has_responders_out());
        let close = DeskCommand::Close(incident.id, ending, ending.usual_class());
        (!is_anybody_out).then_some(("close", close))
    }

    /// People first: whoever was stopped, whoever is silent.
    fn on_safety(&self, incident: &Incident, call_out: &CallOut) -> Option<Step> {
        // Not everybody has left one.
        let has_envelope = !self.pressed.was_refused(incident.id, "envelope");
        for responder in call_out.responders.values() {
            let is_stopped = responder.phase == ResponderPhase::Stopped;
            let silent_ms = responder.silent.map(|stamp| self.now.since_ms(stamp.at));
            if (is_stopped || silent_ms.is_some_and(|ms| ms >= ENVELOPE_MS))
                && responder.envelope_opened.is_empty()
                && has_envelope
            {
                return Some(("envelope", DeskCommand::OpenEnvelope(responder.offer)));
            }
            if is_stopped && incident.referrals.is_empty() {
                // Who was taken needs a lawyer.
                let note = "somebody of ours was stopped".to_owned();
                return Some(("refer", DeskCommand::Refer(incident.id, Helpers::Legal, note)));
            }
            if silent_ms.is_some_and(|ms| ms >= 2 * ENVELOPE_MS) {
                let note = "called them: they are all right".to_owned();
                return Some(("reached", DeskCommand::Reached(responder.offer, note)));
            }
            if silent_ms.is_some() && !self.pressed.since(incident.id, "check-in", self.now, ENVELOPE_MS) {
                return Some(("check-in", DeskCommand::CheckIn(responder.offer)));
            }
        }
        None
    }

    fn on_call_out(&self, incident: &Incident, call_out: &CallOut) -> Option<Step> {
        let id = call_out.request.id;
        let age = self.now.since_ms(call_out.opened.at);
        let has_somebody = call_out.has_responders_out();
        let proposed: Vec<OfferId> = self.state.proposed_responders(id, self.now);
        let is_offered = |r: &&bystand_core::desk::Responder| r.phase == ResponderPhase::Offered;
        let offered: Vec<OfferId> =
            call_out.responders.values().map(Box::as_ref).filter(is_offered).map(|r| r.offer).collect();
        if !proposed.is_empty() {
            return Some(("accept", DeskCommand::Accept(id, proposed, false)));
        }
        if call_out.phase() == CallOutPhase::NobodyArrived
            && incident.findings.is_empty()
            && incident.call_outs.len() < LOOKS
            && incident.call_outs.values().filter(|call| call.closed.is_none()).count() == 1
        {
            return Some(("look-again", DeskCommand::Check(incident.id, vec![Role::Verifier], 15)));
        }
        if has_somebody {
            return None;
        }
        if offered.len() == 1 && age >= ALONE_MS {
            return Some(("accept-alone", DeskCommand::Accept(id, offered, true)));
        }
        if call_out.phase() == CallOutPhase::Unanswered && call_out.rung == 0 {
            return Some(("ring", DeskCommand::Rung(id, 2)));
        }
        (age >= GIVE_UP_MS).then_some(("end-call-out", DeskCommand::CloseCallOut(id)))
    }
}

fn was_told(member: &Incident) -> bool {
    let told = |talk: &Talk| matches!(talk.words, Words::Told(_));
    member.report.said().reply.is_none() || member.talk.iter().any(told)
}
