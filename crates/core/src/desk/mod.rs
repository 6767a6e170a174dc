//! The desk: what a team of dispatchers knows, as the fold of its casebook.
//!
//! Entries ([`Event`]) come in the relay's order; [`DeskState::apply`] folds them one by one:
//!
//! ```text
//! report ─ ReportTaken ─> incident ─ Claimed ─┬─ SameAs ──> joined to another incident
//!                                             ├─ HeadsUp, Referred, rumor Asked
//!                                             ├─ CallOut Opened ─ Offered ─ Accepted ─ … ─┐
//!                                             │                     finding Recorded <────┘
//!                                             ├─ alert Prepared ─ Published ─ … ─ over or wrong
//!                                             └─ Closed ─ (retention) ─ Erased
//! ```
//!
//! - The fold is **total**: an entry that breaks a rule has no effect, is kept and marked with a
//!   [`Breach`] ([`DeskState::marked`]).
//! - The fold is **clockless**: an entry carries its author's time, and a lapse, a timeout or an
//!   erasure is itself an entry. [`DeskState::due`] says which of them somebody's device should append.
//! - An incident is named after the report that opened it ([`incident_of_report`]), so that two
//!   devices that take the same report at once make one incident.
//! - Rules for team-wide entries (shifts, rumors, erasures) never look into an incident. So a device
//!   that can no longer read the entries of an erased incident reaches the same state as one that
//!   read them, but for the figures, which travel in the snapshot.
//!
//! What must be able to vanish alone (an address, a callback number, the exact place of a home) is
//! never in an entry. This module does no I/O, reads no clock and draws no randomness.

mod alert;
mod attention;
mod breach;
mod callout;
mod close;
mod due;
mod event;
mod figures;
mod finding;
mod handover;
mod ids;
mod incident;
mod incidents;
mod index;
mod intake;
mod joins;
mod persistent;
mod queue;
mod responder;
mod rumor;
mod shift;
mod snapshot;
mod state;
mod work;

pub use alert::{
    Alert, AlertEvent, AlertPhase, AlertStep, Countersign, HowEnded, Prepared, PublicPlace, Publication,
};
pub use attention::Attention;
pub use breach::Breach;
pub use callout::{CallOut, CallOutEvent, CallOutPhase, Request};
pub use close::{Class, CloseEvent, Closing, Ending, EraseReason, Tombstone};
pub use due::Due;
pub use event::{Event, clean_text};
pub use figures::{Figures, Spread, Tally};
pub use finding::{Finding, FindingEvent, Signed, StoodFinding, Verdict, WhatItWas};
pub use handover::HandoverCounts;
pub use ids::{Author, FindingId, RumorId, Stamp, incident_of_report};
pub use incident::{
    Claim, Drawer, HeadsUp, Helpers, Incident, News, Note, Referral, Stage, Talk, Vouch, Words,
};
pub use intake::IntakeEvent;
pub use joins::{JOIN_SCORE, ProposedJoin};
pub use queue::QueueItem;
pub use responder::{Responder, ResponderPhase, SignFrom};
pub use rumor::{Rumor, RumorAnswer, RumorEvent};
pub use shift::{Handover, Presence, ShiftEvent, WakeReason};
pub use snapshot::{DeskSnapshot, SnapshotError};
pub use state::{DeskState, Marked, Outcome};
pub use work::WorkEvent;

/// Every time and number the desk's rules use, in one place. Lengths of time are in milliseconds.
pub mod rules {
    use bystand_wire::time::{DAY_MS, HOUR_MS, MINUTE_MS, SECOND_MS};

    pub use bystand_wire::limits::{ALERT_LIFE_MS, CLAIM_LAPSE_MS, HEADS_UP_MS};

    /// A shift lapses after this without a sign from its dispatcher.
    pub const SHIFT_LAPSE_MS: u64 = 30 * MINUTE_MS;
    /// A call-out nobody has answered after this is reported to the desk.
    pub const UNANSWERED_MS: u64 = 60 * SECOND_MS;
    /// Offers are gathered for so long before people are sent: whoever waits for call-outs answers first.
    pub const GATHER_MS: u64 = 45 * SECOND_MS;
    /// A responder who gave no sign for so long (on the way: after the minutes they gave) is silent.
    pub const CHECK_IN_MS: u64 = 10 * MINUTE_MS;
    /// When nobody has arrived so long after the longest promised time, the desk is told.
    pub const ARRIVAL_GRACE_MS: u64 = 10 * MINUTE_MS;
    /// An alert that nobody watches any more is shown to the desk after this.
    pub const UNWATCHED_MS: u64 = 2 * MINUTE_MS;
    /// How many a call-out accepts at once.
    pub const ACCEPTED_AT_ONCE: usize = 3;
    /// How many offers one entry declines.
    pub const DECLINED_AT_ONCE: usize = 64;
    /// The longest way a responder can promise, in minutes.
    pub const MAX_MINUTES: u16 = 240;
    /// Incidents joined into one.
    pub const JOINED: usize = 1_024;
    /// Zones one call-out is passed into.
    pub const CALL_OUT_ZONES: usize = 32;
    /// An open incident that nobody touched for so long is due to be closed as not pursued.
    pub const STALE_OPEN_MS: u64 = 7 * DAY_MS;
    /// A report is joined to an incident that was closed at most so long ago: it was answered before it came.
    pub const LATE_REPORT_MS: u64 = 2 * HOUR_MS;
    /// How long an unfounded incident is kept after closing.
    pub const UNFOUNDED_MS: u64 = 7 * DAY_MS;
    /// How long a general incident is kept after closing.
    pub const GENERAL_MS: u64 = 30 * DAY_MS;
    /// How much longer each next device waits before it appends what is due.
    pub const DUE_STEP_MS: u64 = 4 * SECOND_MS;
    /// A rumor asked this often deserves an answer of its own.
    pub const RUMOR_MANY: u32 = 10;
    /// The same question about the same zone within this time is one rumor.
    pub const RUMOR_SAME_MS: u64 = DAY_MS;
    /// Notes of shifts and wakes that are kept.
    pub const KEPT_NOTES: usize = 30;
}
