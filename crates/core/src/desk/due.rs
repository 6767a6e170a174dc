//! What somebody's device should append now: lapses, unanswered calls, silences, expiries, erasures.
//!
//! Every device of the team computes the same list. So that they do not all append at once, each waits
//! its turn: the order among dispatchers on shift is different for every subject and the same on
//! every device. An entry that came twice all the same is a duplicate and harmless.

use bystand_wire::{Hash32, IncidentId, Timestamp};

use super::alert::AlertEvent;
use super::callout::CallOutEvent;
use super::close::{Class, CloseEvent, Ending, EraseReason};
use super::event::Event;
use super::finding::Verdict;
use super::ids::Author;
use super::incident::Incident;
use super::rules::{CLAIM_LAPSE_MS, DUE_STEP_MS, SHIFT_LAPSE_MS, STALE_OPEN_MS};
use super::shift::ShiftEvent;
use super::state::DeskState;
use super::work::WorkEvent;

/// An entry that is due.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Due {
    /// Since when it holds; the entry's own time must not be earlier.
    pub since: Timestamp,
    /// When this device should append it, if nobody else has by then.
    pub append_at: Timestamp,
    /// The entry.
    pub event: Event,
}

impl DeskState {
    /// What is due for this device to append at `now`, the longest due first.
    pub fn due(&self, now: Timestamp, me: Author) -> Vec<Due> {
        let mut due = self.pending(now, me).due;
        due.sort_by_key(|due| due.append_at);
        due
    }

    /// The next moment at which [`DeskState::due`] may have more to say; `None` when nothing is pending.
    pub fn next_due_at(&self, now: Timestamp, me: Author) -> Option<Timestamp> {
        self.pending(now, me).next
    }

    fn pending(&self, now: Timestamp, me: Author) -> Pending {
        let on_shift = self.on_shift().map(|(author, _)| author).collect();
        let mut pending = Pending { now, me, on_shift, due: Vec::new(), next: None };
        for (who, presence) in self.on_shift() {
            let since = presence.last_sign_at.plus_ms(SHIFT_LAPSE_MS);
            let lapse = || ShiftEvent::Lapsed { who, last_sign: presence.last_sign };
            pending.add(since, who.0.as_bytes(), lapse);
        }
        for incident in self.incidents.due_by(now) {
            self.pend(incident, &mut pending);
        }
        // At that moment it is seen whose turn it is.
        pending.next = pending.next.into_iter().chain(self.incidents.next_due_after(now)).min();
        pending
    }

    fn pend(&self, incident: &Incident, pending: &mut Pending) {
        pend_claim(incident, pending);
        pend_call_outs(incident, pending);
        pend_alerts(incident, pending);
        if incident.joined_into.is_none() {
            self.pend_end(incident, pending);
        }
    }

    /// Notes when something is due next of what has changed, and of the groups that it belongs to.
    pub(super) fn reschedule(&mut self) {
        for id in self.incidents.take_changed() {
            let Some(incident) = self.incidents.get(&id) else { continue };
            let (due, root) = (self.first_due(incident), incident.joined_into);
            self.incidents.set_due(id, due);
            if let Some(root) = root {
                let due = self.incidents.get(&root).and_then(|root| self.first_due(root));
                self.incidents.set_due(root, due);
            }
        }
    }

    fn first_due(&self, incident: &Incident) -> Option<Timestamp> {
        let me = Author(Hash32([0; Hash32::LEN]));
        let mut all = Pending { now: Timestamp(0), me, on_shift: Vec::new(), due: Vec::new(), next: None };
        self.pend(incident, &mut all);
        all.next
    }

    /// Closing what nobody follows up, and erasing what has been kept long enough.
    fn pend_end(&self, incident: &Incident, pending: &mut Pending) {
        let id = incident.id;
        if incident.closing.is_some() {
            if let Some(since) = self.erase_after(id) {
                pending.add(since, id.as_bytes(), || Self::erasure_of(incident, EraseReason::Retention));
            }
            return;
        }
        let since = incident.last_activity.plus_ms(STALE_OPEN_MS);
        // What was confirmed, contradicted, is public or has people out is not closed by a clock.
        let unfinished = || {
            self.standing_findings(id).any(|found| found.finding.verdict != Verdict::CouldNotCheck)
                || self.group(id).any(|member| member.responders_out() || member.alert_live())
        };
        if incident.claim.is_none() && !unfinished() {
            let (ending, class) = (Ending::NotPursued, Class::General);
            pending.add(since, id.as_bytes(), || CloseEvent::Closed { incident: id, ending, class });
        }
    }
}

/// Collects what is due and the moment of what comes next. An entry is only made when it is due: most
/// of what is pending is an erasure weeks ahead.
struct Pending {
    now: Timestamp,
    me: Author,
    on_shift: Vec<Author>,
    due: Vec<Due>,
    next: Option<Timestamp>,
}

impl Pending {
    fn add<E: Into<Event>>(&mut self, since: Timestamp, subject: &[u8], event: impl FnOnce() -> E) {
        let turn = turn_of(self.me, &self.on_shift, subject);
        let append_at = since.plus_ms(turn.saturating_mul(DUE_STEP_MS));
        if append_at <= self.now {
            self.due.push(Due { since, append_at, event: event().into() });
        } else {
            self.next = Some(self.next.map_or(append_at, |next| next.min(append_at)));
        }
    }
}

/// This device's turn among those on shift: 0 for the first. Who is not on shift comes last.
fn turn_of(me: Author, on_shift: &[Author], subject: &[u8]) -> u64 {
    let mine = mix(me, subject);
    let before = on_shift.iter().filter(|other| **other != me);
    let before = if on_shift.contains(&me) {
        before.filter(|other| (mix(**other, subject), **other) < (mine, me)).count()
    } else {
        on_shift.len()
    };
    u64::try_from(before).unwrap_or(u64::MAX)
}

/// FNV-1a over both, stirred at the end (as in SplitMix64) because the last bytes of FNV hardly reach
/// the high bits that decide an order. Nothing secret rests on it.
fn mix(author: Author, subject: &[u8]) -> u64 {
    let bytes = author.0.as_bytes().iter().chain(subject);
    let step = |hash: u64, byte: &u8| (hash ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01b3);
    let hash = bytes.fold(0xcbf2_9ce4_8422_2325, step);
    let hash = (hash ^ (hash >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let hash = (hash ^ (hash >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    hash ^ (hash >> 31)
}

fn pend_claim(incident: &Incident, pending: &mut Pending) {
    let Some(claim) = incident.claim else { return };
    let since = claim.last_sign_at.plus_ms(CLAIM_LAPSE_MS);
    let (incident, holder, last_sign) = (incident.id, claim.holder, claim.last_sign);
    let lapse = || WorkEvent::ClaimLapsed { incident, holder, last_sign };
    pending.add(since, incident.as_bytes(), lapse);
}

fn pend_call_outs(incident: &Incident, pending: &mut Pending) {
    let id: IncidentId = incident.id;
    for call in incident.call_outs.values().filter(|call| call.closed.is_none()) {
        let call_out = call.request.id;
        if let Some(since) = call.unanswered_after() {
            let unanswered = || CallOutEvent::Unanswered { incident: id, call_out };
            pending.add(since, call_out.as_bytes(), unanswered);
        }
        if let Some(since) = call.arrival_overdue_after() {
            let nobody = || CallOutEvent::NobodyArrived { incident: id, call_out };
            pending.add(since, call_out.as_bytes(), nobody);
        }
        for responder in call.responders.values() {
            let Some(since) = responder.silent_after() else { continue };
            let (offer, last_frame) = (responder.offer, responder.last_frame);
            let silent = || CallOutEvent::Silent { incident: id, call_out, offer, last_frame };
            pending.add(since, offer.as_bytes(), silent);
        }
    }
}

fn pend_alerts(incident: &Incident, pending: &mut Pending) {
    for alert in incident.alerts.values().filter(|alert| alert.phase.is_live()) {
        let (incident, until) = (incident.id, alert.until);
        let lapsed = || AlertEvent::Lapsed { incident, alert: alert.id, until };
        pending.add(until, alert.id.as_bytes(), lapsed);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn everybody_has_a_different_turn_and_outsiders_come_last() {
        let team: Vec<Author> = (0..5).map(|n| Author(Hash32([n; 32]))).collect();
        for subject in [b"one".as_slice(), b"two", b"three"] {
            let mut turns: Vec<u64> = team.iter().map(|me| turn_of(*me, &team, subject)).collect();
            turns.sort_unstable();
            assert_eq!(turns, [0, 1, 2, 3, 4]);
            assert_eq!(turn_of(Author(Hash32([9; 32])), &team, subject), 5);
        }
        let first = |subject: &[u8]| team.iter().position(|me| turn_of(*me, &team, subject) == 0);
        let firsts: std::collections::BTreeSet<_> = (0..40u8).map(|n| first(&[n])).collect();
        assert_eq!(firsts.len(), 5, "the load is spread");
    }
}
