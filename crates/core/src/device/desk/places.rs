//! What the desk hears in passing and keeps only as long as it is needed: where a home is, and a caller's
//! number. Neither is in any entry.

use bystand_wire::{IncidentId, Timestamp, decode};
use minicbor::{Decode, Encode};

use super::super::{Cx, Event};
use super::{Desk, DeskEvent};

/// Said in the team's room and kept only as long as it is needed.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
pub enum DeskPassing {
    /// Where a home is: gone when the incident closes.
    #[n(0)]
    Home(#[n(0)] IncidentId, #[n(1)] ExactPlace),
    /// A caller's number: gone after two hours.
    #[n(1)]
    Callback(#[n(0)] IncidentId, #[n(1)] String, #[n(2)] Timestamp),
}

/// A place that is not in any entry.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct ExactPlace {
    /// On the map.
    #[n(0)]
    pub point: Option<crate::geo::Point>,
    /// In words.
    #[n(1)]
    pub text: String,
}

impl Desk {
    /// Where a home is, while that is needed.
    pub fn home(&self, incident: &IncidentId) -> Option<&ExactPlace> {
        self.homes.get(incident)
    }

    /// A caller's number, for two hours.
    pub fn callback(&self, incident: &IncidentId) -> Option<&str> {
        self.callbacks.get(incident).map(|(number, _)| number.as_str())
    }

    pub(super) fn forget_place(&mut self, ctx: &mut Cx<'_>, incident: &IncidentId) {
        if self.homes.remove(incident).is_some() {
            ctx.forget(&format!("desk/home/{incident}"));
        }
        if self.callbacks.remove(incident).is_some() {
            ctx.forget(&format!("desk/callback/{incident}"));
        }
    }

    pub(super) fn passing(&mut self, ctx: &mut Cx<'_>, body: &[u8]) {
        match decode(body) {
            // The room and the casebook come each at their own pace: what is over by now is not kept.
            Ok(DeskPassing::Home(incident, _) | DeskPassing::Callback(incident, ..))
                if self.is_over(&incident) => {}
            Ok(DeskPassing::Home(incident, place)) => {
                ctx.store(&format!("desk/home/{incident}"), &place);
                self.homes.insert(incident, place.clone());
                ctx.tell(Event::Desk(DeskEvent::Home(incident, place)));
            }
            Ok(DeskPassing::Callback(incident, number, until)) => {
                ctx.store(&format!("desk/callback/{incident}"), &(number.clone(), until));
                self.callbacks.insert(incident, (number.clone(), until));
                ctx.tell(Event::Desk(DeskEvent::Callback(incident, number)));
            }
            Err(_) => {}
        }
    }

    /// Whether nothing of an incident is kept any more.
    pub(super) fn is_erased(&self, incident: &IncidentId) -> bool {
        self.state.tombstone(*incident).is_some()
    }

    /// Whether where it is, and whom to call, is of no use any more.
    pub(super) fn is_over(&self, incident: &IncidentId) -> bool {
        let is_closed = |incident: &crate::desk::Incident| incident.closing.is_some();
        self.is_erased(incident) || self.state.incident(self.state.root_of(*incident)).is_some_and(is_closed)
    }

    pub(super) fn callbacks_due(&mut self, ctx: &mut Cx<'_>) {
        let over: Vec<IncidentId> =
            self.callbacks.iter().filter(|(_, (_, until))| *until <= ctx.now).map(|(id, _)| *id).collect();
        for incident in over {
            self.callbacks.remove(&incident);
            ctx.forget(&format!("desk/callback/{incident}"));
        }
    }
}
