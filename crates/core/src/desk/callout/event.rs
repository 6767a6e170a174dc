//! The entries about call-outs.

use bystand_wire::{CallOutId, IncidentId, OfferId, Seq};
use minicbor::{Decode, Encode};

use super::Request;
use crate::desk::responder::SignFrom;

/// Entries about a call-out. All name the incident it belongs to and the call-out.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub enum CallOutEvent {
    /// *Check*: responders are called out.
    #[n(0)]
    Opened {
        /// For what.
        #[n(0)]
        incident: IncidentId,
        /// What is asked.
        #[n(1)]
        request: Request,
    },
    /// Somebody can go.
    #[n(1)]
    Offered {
        /// For what.
        #[n(0)]
        incident: IncidentId,
        /// To which call-out.
        #[n(1)]
        call_out: CallOutId,
        /// The offer.
        #[n(2)]
        offer: OfferId,
        /// Its place in the response stream.
        #[n(3)]
        frame: Seq,
        /// In how many minutes.
        #[n(4)]
        minutes: u16,
    },
    /// Two or three may go and are given the place.
    #[n(2)]
    Accepted {
        /// For what.
        #[n(0)]
        incident: IncidentId,
        /// Which call-out.
        #[n(1)]
        call_out: CallOutId,
        /// Whose offers.
        #[n(2)]
        offers: Vec<OfferId>,
        /// The one person who goes agreed to go alone.
        #[n(3)]
        alone_agreed: bool,
    },
    /// Thanks, not needed.
    #[n(3)]
    Declined {
        /// For what.
        #[n(0)]
        incident: IncidentId,
        /// Which call-out.
        #[n(1)]
        call_out: CallOutId,
        /// Whose offers.
        #[n(2)]
        offers: Vec<OfferId>,
    },
    /// A responder gave a sign.
    #[n(4)]
    Sign {
        /// For what.
        #[n(0)]
        incident: IncidentId,
        /// Which call-out.
        #[n(1)]
        call_out: CallOutId,
        /// Who.
        #[n(2)]
        offer: OfferId,
        /// Its place in the response stream.
        #[n(3)]
        frame: Seq,
        /// Which sign.
        #[n(4)]
        sign: SignFrom,
    },
    /// A responder gave no sign in time; any device says so. Void when there was a later sign.
    #[n(5)]
    Silent {
        /// For what.
        #[n(0)]
        incident: IncidentId,
        /// Which call-out.
        #[n(1)]
        call_out: CallOutId,
        /// Who.
        #[n(2)]
        offer: OfferId,
        /// Their last sign as the author saw it.
        #[n(3)]
        last_frame: Seq,
    },
    /// The desk reached a silent or stopped responder.
    #[n(6)]
    Reached {
        /// For what.
        #[n(0)]
        incident: IncidentId,
        /// Which call-out.
        #[n(1)]
        call_out: CallOutId,
        /// Who.
        #[n(2)]
        offer: OfferId,
        /// What they said.
        #[n(3)]
        note: String,
    },
    /// A responder's emergency envelope was opened. Recorded before it is opened.
    #[n(7)]
    EnvelopeOpened {
        /// For what.
        #[n(0)]
        incident: IncidentId,
        /// Which call-out.
        #[n(1)]
        call_out: CallOutId,
        /// Whose.
        #[n(2)]
        offer: OfferId,
    },
    /// Nobody answered within 60 seconds; any device says so.
    #[n(8)]
    Unanswered {
        /// For what.
        #[n(0)]
        incident: IncidentId,
        /// Which call-out.
        #[n(1)]
        call_out: CallOutId,
    },
    /// On-call volunteers who agreed to be rung were rung.
    #[n(9)]
    Rung {
        /// For what.
        #[n(0)]
        incident: IncidentId,
        /// Which call-out.
        #[n(1)]
        call_out: CallOutId,
        /// How many.
        #[n(2)]
        count: u16,
    },
    /// Nobody who was accepted arrived; any device says so.
    #[n(10)]
    NobodyArrived {
        /// For what.
        #[n(0)]
        incident: IncidentId,
        /// Which call-out.
        #[n(1)]
        call_out: CallOutId,
    },
    /// The call-out is over; everybody is back.
    #[n(11)]
    Closed {
        /// For what.
        #[n(0)]
        incident: IncidentId,
        /// Which call-out.
        #[n(1)]
        call_out: CallOutId,
    },
}

impl CallOutEvent {
    pub(in crate::desk) fn incident(&self) -> IncidentId {
        match self {
            CallOutEvent::Opened { incident, .. }
            | CallOutEvent::Offered { incident, .. }
            | CallOutEvent::Accepted { incident, .. }
            | CallOutEvent::Declined { incident, .. }
            | CallOutEvent::Sign { incident, .. }
            | CallOutEvent::Silent { incident, .. }
            | CallOutEvent::Reached { incident, .. }
            | CallOutEvent::EnvelopeOpened { incident, .. }
            | CallOutEvent::Unanswered { incident, .. }
            | CallOutEvent::Rung { incident, .. }
            | CallOutEvent::NobodyArrived { incident, .. }
            | CallOutEvent::Closed { incident, .. } => *incident,
        }
    }
}
