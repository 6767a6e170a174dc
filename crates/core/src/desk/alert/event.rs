//! The entries about alerts.

use bystand_wire::{AlertId, IncidentId, Timestamp};
use minicbor::{Decode, Encode};

use super::AlertStep;
use crate::desk::ids::{Author, FindingId};

/// Entries about alerts. All name the incident the alert id was drawn for.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub enum AlertEvent {
    /// A step is prepared. A later one replaces it.
    #[n(0)]
    Prepared {
        /// For what.
        #[n(0)]
        incident: IncidentId,
        /// Which alert.
        #[n(1)]
        alert: AlertId,
        /// Which step.
        #[n(2)]
        step: AlertStep,
        /// The finding it rests on.
        #[n(3)]
        finding: Option<FindingId>,
        /// Until when it holds; at most twelve hours.
        #[n(4)]
        until: Timestamp,
    },
    /// Somebody else's signature is asked for.
    #[n(1)]
    CountersignAsked {
        /// For what.
        #[n(0)]
        incident: IncidentId,
        /// Which alert.
        #[n(1)]
        alert: AlertId,
    },
    /// A registrar signed. Any device records it.
    #[n(2)]
    CountersignGiven {
        /// For what.
        #[n(0)]
        incident: IncidentId,
        /// Which alert.
        #[n(1)]
        alert: AlertId,
        /// The step that was signed; void when another one is prepared by now.
        #[n(2)]
        step: AlertStep,
        /// The registrar's certificate; of one who is not on the desk, the device key.
        #[n(3)]
        signer: Author,
    },
    /// The step is in the public log.
    #[n(3)]
    Published {
        /// For what.
        #[n(0)]
        incident: IncidentId,
        /// Which alert.
        #[n(1)]
        alert: AlertId,
        /// Which step.
        #[n(2)]
        step: AlertStep,
        /// Its place in the public log.
        #[n(3)]
        log_index: u64,
    },
    /// *Being checked again* is in the public log. Any one dispatcher, at once, without a claim.
    #[n(4)]
    Rechecking {
        /// For what.
        #[n(0)]
        incident: IncidentId,
        /// Which alert.
        #[n(1)]
        alert: AlertId,
        /// Its place in the public log.
        #[n(2)]
        log_index: u64,
    },
    /// Its time passed without news; any device says so. Void when it was renewed.
    #[n(5)]
    Lapsed {
        /// For what.
        #[n(0)]
        incident: IncidentId,
        /// Which alert.
        #[n(1)]
        alert: AlertId,
        /// The time that passed.
        #[n(2)]
        until: Timestamp,
    },
}

impl AlertEvent {
    pub(in crate::desk) fn incident(&self) -> IncidentId {
        match self {
            AlertEvent::Prepared { incident, .. }
            | AlertEvent::CountersignAsked { incident, .. }
            | AlertEvent::CountersignGiven { incident, .. }
            | AlertEvent::Published { incident, .. }
            | AlertEvent::Rechecking { incident, .. }
            | AlertEvent::Lapsed { incident, .. } => *incident,
        }
    }
}
