//! What a host tells the person or program around it.

use bystand_wire::{Seq, Timestamp, ZoneId};

use super::Summary;

/// What a host tells.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum HostEvent {
    /// This host opened a zone's room and members have been told.
    RoomOpened {
        /// The zone.
        zone: ZoneId,
        /// Until when.
        until: Timestamp,
        /// How often the day's room was succeeded.
        succession: u32,
    },
    /// This host is in a room that another one opened.
    Joined(ZoneId),
    /// Members came in.
    Admitted {
        /// The zone.
        zone: ZoneId,
        /// How many came.
        count: usize,
        /// How many are there now.
        members: usize,
    },
    /// Something was not taken.
    Refused {
        /// Where, if it concerns one zone.
        zone: Option<ZoneId>,
        /// Why: a stable code.
        why: &'static str,
    },
    /// This host passed on what the desk said.
    Passed {
        /// The zone.
        zone: ZoneId,
        /// How many messages.
        count: usize,
    },
    /// A member was removed for the week.
    Removed {
        /// The zone.
        zone: ZoneId,
        /// The week's name.
        name: String,
    },
    /// The day is over; everything of it is gone from this device but these counts.
    Ended(Summary),
    /// The room does not work any more; this host opens another.
    Succeeding(ZoneId),
    /// A host cannot work now: a stable code. Told when the reason changes.
    NotReady(&'static str),
    /// An entry of the casebook that cannot be read or trusted.
    Marked {
        /// Its place.
        seq: Seq,
        /// Why: a stable code.
        code: &'static str,
    },
}
