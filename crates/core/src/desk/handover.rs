//! What a shift hands on: counts of what is on the screen.

use bystand_wire::Timestamp;
use minicbor::{Decode, Encode};

use super::incident::{Incident, Stage};
use super::state::DeskState;

/// What was on the screen when the shift was handed over.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Encode, Decode)]
#[cbor(map)]
pub struct HandoverCounts {
    /// Incidents that wait for somebody.
    #[n(0)]
    pub waiting: u32,
    /// Incidents somebody is on.
    #[n(1)]
    pub claimed: u32,
    /// Incidents with an open call-out and no finding yet.
    #[n(2)]
    pub checking: u32,
    /// Responders who are out.
    #[n(3)]
    pub responders_out: u32,
    /// Alerts that are live.
    #[n(4)]
    pub alerts_live: u32,
    /// Findings that contradict.
    #[n(5)]
    pub contradicted: u32,
    /// Rumors without an answer.
    #[n(6)]
    pub rumors_open: u32,
}

impl DeskState {
    /// The counts a handover carries.
    pub fn handover_counts(&self, now: Timestamp) -> HandoverCounts {
        let mut counts =
            HandoverCounts { waiting: count(self.queue(now).len()), ..HandoverCounts::default() };
        for root in self.open_incidents() {
            counts.claimed += u32::from(root.claim.is_some());
            match self.stage(root.id) {
                Some(Stage::Checking) => counts.checking += 1,
                Some(Stage::Contradicted) => counts.contradicted += 1,
                Some(Stage::Waiting | Stage::Found | Stage::Alerted | Stage::Closed | Stage::Joined)
                | None => {}
            }
        }
        for incident in self.incidents() {
            counts.alerts_live +=
                count(incident.alerts.values().filter(|alert| alert.phase.is_live()).count());
            counts.responders_out += responders_out(incident);
        }
        counts.rumors_open = count(self.rumors().filter(|rumor| rumor.answer.is_none()).count());
        counts
    }
}

fn responders_out(incident: &Incident) -> u32 {
    let responders = incident.call_outs.values().flat_map(|call| call.responders.values());
    count(responders.filter(|responder| responder.phase.is_out()).count())
}

fn count(n: usize) -> u32 {
    u32::try_from(n).unwrap_or(u32::MAX)
}
