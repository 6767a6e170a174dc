//! The branches of flow 1 that must have an answer on the screen.

use bystand_wire::{AlertId, CallOutId, IncidentId, OfferId, Timestamp};

use super::alert::{AlertPhase, Countersign};
use super::callout::{CallOut, CallOutPhase};
use super::ids::RumorId;
use super::incident::{Incident, Stage};
use super::responder::ResponderPhase;
use super::rules::{RUMOR_MANY, RUMOR_SAME_MS, UNWATCHED_MS};
use super::state::DeskState;

/// Something a dispatcher has to see now. The order of variants is the order of urgency.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Attention {
    /// A responder was stopped or arrested.
    Stopped(IncidentId, CallOutId, OfferId),
    /// A responder gave no sign: call them, then open their envelope.
    Silent(IncidentId, CallOutId, OfferId),
    /// Findings contradict; say which one stands.
    Contradicted(IncidentId),
    /// A published alert is contradicted or marked *being checked again*.
    AlertDoubtful(IncidentId, AlertId),
    /// Reports wait and nobody is at the desk: on-call dispatchers are woken.
    NobodyAtDesk {
        /// How many incidents wait.
        waiting: u32,
    },
    /// Nobody answered a call-out in 60 seconds: ring on-call volunteers.
    Unanswered(IncidentId, CallOutId),
    /// Nobody who was accepted arrived.
    NobodyArrived(IncidentId, CallOutId),
    /// A second signature is awaited.
    CountersignAwaited(IncidentId, AlertId),
    /// A published alert with nobody there who would see its end.
    Unwatched(IncidentId, AlertId),
    /// An alert's time passed without news.
    NoNews(IncidentId, AlertId),
    /// It was begun and nobody is on it any more: who held it went home, or lost the network.
    LeftBehind(IncidentId),
    /// A rumor was asked ten times, still is being asked, and has no public answer.
    RumorMany(RumorId),
    /// The desk works on a home: zone only in public, the exact place only by room message.
    Home(IncidentId),
    /// One dispatcher alone: publishing takes a signed finding or an on-call countersignature.
    AloneAtDesk,
}

impl DeskState {
    /// What needs somebody's attention, the most urgent first.
    pub fn attention(&self, now: Timestamp) -> Vec<Attention> {
        let mut list = Vec::new();
        for incident in self.incidents() {
            incident.call_outs.values().for_each(|call| of_call_out(incident, call, &mut list));
            self.of_alerts(incident, now, &mut list);
        }
        for root in self.open_incidents() {
            if self.stage(root.id) == Some(Stage::Contradicted) {
                list.push(Attention::Contradicted(root.id));
            }
            if root.claim.is_some() && self.group(root.id).any(Incident::is_home) {
                list.push(Attention::Home(root.id));
            }
        }
        list.extend(self.left_behind().into_iter().map(Attention::LeftBehind));
        let many = self.rumors().filter(|rumor| {
            let is_alive = now.since_ms(rumor.last_asked) <= RUMOR_SAME_MS;
            rumor.times() >= RUMOR_MANY && !rumor.answer_public && is_alive
        });
        list.extend(many.map(|rumor| Attention::RumorMany(rumor.id)));
        match self.on_shift().count() {
            0 => {
                let waiting = u32::try_from(self.queue(now).len()).unwrap_or(u32::MAX);
                list.extend((waiting > 0).then_some(Attention::NobodyAtDesk { waiting }));
            }
            1 => list.push(Attention::AloneAtDesk),
            _ => {}
        }
        list.sort_unstable();
        list
    }

    /// Open incidents that somebody began to work on and nobody holds, the oldest first. They do not wait in
    /// the queue, and people may be out there for them.
    pub fn left_behind(&self) -> Vec<IncidentId> {
        let is_begun = |id| match self.stage(id) {
            Some(Stage::Checking | Stage::Found | Stage::Contradicted | Stage::Alerted) => true,
            Some(Stage::Waiting | Stage::Closed | Stage::Joined) | None => false,
        };
        let is_left = |incident: &&Incident| incident.claim.is_none() && is_begun(incident.id);
        self.open_incidents().filter(is_left).map(|incident| incident.id).collect()
    }

    /// The alert of an incident that the public takes for current although nobody is there any more, or on the way:
    /// whoever stays sees the end, and whoever was mistaken has gone home.
    pub fn unwatched_alert(&self, id: IncidentId, now: Timestamp) -> Option<AlertId> {
        let responders = || {
            let call_outs = self.group(id).flat_map(|member| member.call_outs.values());
            call_outs.flat_map(|call| call.responders.values())
        };
        if responders().any(|responder| responder.phase.sees_the_end()) {
            return None;
        }
        let gone = responders().filter(|r| r.arrived).map(|r| r.last_sign_at).max().unwrap_or_default();
        let alerts = self.group(id).flat_map(|member| member.alerts.values());
        let live = alerts.filter(|alert| alert.phase == AlertPhase::Live);
        live.filter_map(|alert| Some((alert.id, alert.published.last()?.stamp.at)))
            .find(|(_, told)| now.since_ms(gone.max(*told)) >= UNWATCHED_MS)
            .map(|(alert, _)| alert)
    }

    fn of_alerts(&self, incident: &Incident, now: Timestamp, list: &mut Vec<Attention>) {
        if self.is_open(incident)
            && let Some(alert) = self.unwatched_alert(incident.id, now)
        {
            list.push(Attention::Unwatched(incident.id, alert));
        }
        for alert in incident.alerts.values() {
            let doubtful = match alert.phase {
                AlertPhase::Rechecking => true,
                AlertPhase::Live => self.is_contradicted(incident.id),
                AlertPhase::NoNews => {
                    list.push(Attention::NoNews(incident.id, alert.id));
                    false
                }
                AlertPhase::Drawn | AlertPhase::Wrong | AlertPhase::Over => false,
            };
            if doubtful {
                list.push(Attention::AlertDoubtful(incident.id, alert.id));
            }
            let asked = alert.prepared.as_ref().map(|prepared| prepared.countersign);
            if matches!(asked, Some(Countersign::Asked(_))) {
                list.push(Attention::CountersignAwaited(incident.id, alert.id));
            }
        }
    }
}

fn of_call_out(incident: &Incident, call: &CallOut, list: &mut Vec<Attention>) {
    let id = call.request.id;
    match call.phase() {
        CallOutPhase::Unanswered => list.push(Attention::Unanswered(incident.id, id)),
        CallOutPhase::NobodyArrived => list.push(Attention::NobodyArrived(incident.id, id)),
        CallOutPhase::Calling | CallOutPhase::Answered | CallOutPhase::Staffed => {}
        CallOutPhase::Closed => return,
    }
    for responder in call.responders.values() {
        if responder.phase == ResponderPhase::Stopped {
            list.push(Attention::Stopped(incident.id, id, responder.offer));
        } else if responder.silent.is_some() {
            list.push(Attention::Silent(incident.id, id, responder.offer));
        }
    }
}
