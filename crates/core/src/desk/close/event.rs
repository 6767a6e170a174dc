//! The entries about the end of an incident.

use bystand_wire::IncidentId;
use minicbor::{Decode, Encode};

use super::{Class, Ending, EraseReason};

/// Entries about the end of an incident.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub enum CloseEvent {
    /// Closed. By its holder; or by any device, as not pursued, after a week without activity.
    #[n(0)]
    Closed {
        /// What.
        #[n(0)]
        incident: IncidentId,
        /// How it came out.
        #[n(1)]
        ending: Ending,
        /// How long it is kept.
        #[n(2)]
        class: Class,
    },
    /// A note after closing.
    #[n(1)]
    AfterAction {
        /// On what.
        #[n(0)]
        incident: IncidentId,
        /// What they wrote.
        #[n(1)]
        note: String,
    },
    /// Open again; its author has the claim.
    #[n(2)]
    Reopened {
        /// What.
        #[n(0)]
        incident: IncidentId,
    },
    /// The legal team is done with it.
    #[n(3)]
    LegalClosed {
        /// What.
        #[n(0)]
        incident: IncidentId,
    },
    /// The legal team holds it.
    #[n(4)]
    Held {
        /// What.
        #[n(0)]
        incident: IncidentId,
    },
    /// The legal team lets go of it.
    #[n(5)]
    HoldReleased {
        /// What.
        #[n(0)]
        incident: IncidentId,
    },
    /// Its keys are deleted from every vault. Team-wide: it is readable when nothing else of the
    /// incident is.
    #[n(6)]
    Erased {
        /// What.
        #[n(0)]
        incident: IncidentId,
        /// It and all that were joined to it, in ascending order. Void when that has changed.
        #[n(1)]
        members: Vec<IncidentId>,
        /// Why.
        #[n(2)]
        reason: EraseReason,
    },
}

impl CloseEvent {
    pub(in crate::desk) fn incident(&self) -> IncidentId {
        match self {
            CloseEvent::Closed { incident, .. }
            | CloseEvent::AfterAction { incident, .. }
            | CloseEvent::Reopened { incident }
            | CloseEvent::LegalClosed { incident }
            | CloseEvent::Held { incident }
            | CloseEvent::HoldReleased { incident }
            | CloseEvent::Erased { incident, .. } => *incident,
        }
    }
}
