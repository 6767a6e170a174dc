//! Who is at the desk (flow 1.3, shift handover). Team-wide: looks into no incident but its claim.

use bystand_wire::{Seq, Timestamp, ZoneId};
use minicbor::{Decode, Encode};

use super::breach::{Breach, Step, Stop};
use super::event::check_text;
use super::handover::HandoverCounts;
use super::ids::{Author, Stamp};
use super::rules::{KEPT_NOTES, SHIFT_LAPSE_MS};
use super::state::DeskState;
use crate::report::is_language_tag;

/// The most languages a dispatcher can name.
const LANGUAGES: usize = 16;

/// Entries about shifts.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub enum ShiftEvent {
    /// The author starts a shift.
    #[n(0)]
    Started {
        /// Languages they can take a report in (RFC 5646).
        #[n(0)]
        languages: Vec<String>,
    },
    /// The author ends their shift; their claims are released.
    #[n(1)]
    Ended,
    /// A dispatcher gave no sign for half an hour; any device says so. Their claims are released.
    #[n(2)]
    Lapsed {
        /// Whose shift.
        #[n(0)]
        who: Author,
        /// Their last sign as the author saw it; the entry is void when there was a later one.
        #[n(1)]
        last_sign: Seq,
    },
    /// A sign of life: their device sends one a minute while they use it. Keeps shift and claims.
    #[n(3)]
    Sign,
    /// On-call dispatchers or registrars were woken.
    #[n(4)]
    OnCallWoken {
        /// Why.
        #[n(0)]
        reason: WakeReason,
        /// How many.
        #[n(1)]
        count: u16,
    },
    /// The author hands the shift over; with `to`, their claims go to that dispatcher.
    #[n(5)]
    HandedOver {
        /// Who takes the claims.
        #[n(0)]
        to: Option<Author>,
        /// What was on the screen at that moment.
        #[n(1)]
        counts: HandoverCounts,
        /// What the next shift has to know.
        #[n(2)]
        note: String,
    },
    /// The hosts' count of members on duty in a zone.
    #[n(6)]
    DutyCounted {
        /// The zone.
        #[n(0)]
        zone: ZoneId,
        /// How many.
        #[n(1)]
        count: u32,
    },
}

/// Why somebody on call was woken.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Encode, Decode)]
#[cbor(index_only)]
pub enum WakeReason {
    /// A report came while nobody was at the desk.
    #[n(0)]
    NobodyAtDesk,
    /// More than the shift can handle.
    #[n(1)]
    TooMuch,
    /// A second signature is needed.
    #[n(2)]
    Countersign,
}

words!(WakeReason, NobodyAtDesk => "nobody-at-desk", TooMuch => "too-much", Countersign => "countersign");

/// A dispatcher on shift.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct Presence {
    /// Since when.
    #[n(0)]
    pub since: Timestamp,
    /// The entry that was their last sign.
    #[n(1)]
    pub last_sign: Seq,
    /// When that was.
    #[n(2)]
    pub last_sign_at: Timestamp,
    /// Languages they can take a report in.
    #[n(3)]
    pub languages: Vec<String>,
}

/// A handover that was written.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct Handover {
    /// By whom and when.
    #[n(0)]
    pub stamp: Stamp,
    /// Who took the claims.
    #[n(1)]
    pub to: Option<Author>,
    /// What was on the screen.
    #[n(2)]
    pub counts: HandoverCounts,
    /// What the next shift has to know.
    #[n(3)]
    pub note: String,
}

impl DeskState {
    pub(super) fn apply_shift(&mut self, stamp: Stamp, event: ShiftEvent) -> Step {
        match event {
            ShiftEvent::Started { languages } => self.start_shift(stamp, languages),
            ShiftEvent::Ended => {
                self.shared.presence.remove(&stamp.by).ok_or(Stop::Duplicate)?;
                self.release_all(stamp.by);
                Ok(())
            }
            ShiftEvent::Lapsed { who, last_sign } => self.lapse_shift(stamp, who, last_sign),
            ShiftEvent::Sign => self.sign(stamp),
            ShiftEvent::OnCallWoken { reason, count } => {
                self.shared.wakes.push((stamp, reason, count));
                trim(&mut self.shared.wakes);
                Ok(())
            }
            ShiftEvent::HandedOver { to, counts, note } => self.hand_over(stamp, to, counts, note),
            ShiftEvent::DutyCounted { zone, count } => {
                self.shared.figures.count_duty(stamp.at, &zone, count);
                self.shared.duty.insert(zone, (stamp.at, count));
                Ok(())
            }
        }
    }

    fn start_shift(&mut self, stamp: Stamp, languages: Vec<String>) -> Step {
        if languages.len() > LANGUAGES || languages.iter().any(|tag| !is_language_tag(tag)) {
            return Err(Breach::BadText.into());
        }
        if self.shared.presence.contains_key(&stamp.by) {
            return Err(Stop::Duplicate);
        }
        let presence = Presence { since: stamp.at, last_sign: stamp.seq, last_sign_at: stamp.at, languages };
        self.shared.presence.insert(stamp.by, presence);
        self.shared.figures.count_staff(stamp.at, self.shared.presence.len());
        Ok(())
    }

    fn lapse_shift(&mut self, stamp: Stamp, who: Author, last_sign: Seq) -> Step {
        let presence = self.shared.presence.get(&who).ok_or(Stop::Duplicate)?;
        if presence.last_sign != last_sign {
            return Err(Breach::Stale.into());
        }
        if stamp.at.since_ms(presence.last_sign_at) < SHIFT_LAPSE_MS {
            return Err(Breach::TooSoon.into());
        }
        self.shared.presence.remove(&who);
        self.release_all(who);
        Ok(())
    }

    fn sign(&mut self, stamp: Stamp) -> Step {
        let presence = self.shared.presence.get_mut(&stamp.by);
        let on_shift = presence.is_some();
        if let Some(presence) = presence {
            presence.last_sign = stamp.seq;
            presence.last_sign_at = stamp.at;
            self.shared.figures.count_staff(stamp.at, self.shared.presence.len());
        }
        let claims: Vec<_> = self.index.claims_of(stamp.by).collect();
        if !on_shift && claims.is_empty() {
            return Err(Stop::Duplicate);
        }
        for id in claims {
            if let Some(claim) = self.incidents.get_mut(&id).and_then(|incident| incident.claim.as_mut()) {
                claim.last_sign = stamp.seq;
                claim.last_sign_at = stamp.at;
            }
        }
        Ok(())
    }

    fn hand_over(&mut self, stamp: Stamp, to: Option<Author>, counts: HandoverCounts, note: String) -> Step {
        check_text(&note)?;
        if to.is_some_and(|to| !self.shared.presence.contains_key(&to)) {
            return Err(Breach::Unknown.into());
        }
        if let Some(to) = to.filter(|to| *to != stamp.by) {
            for id in self.index.claims_of(stamp.by).collect::<Vec<_>>() {
                self.set_claim(id, Some((to, stamp)));
            }
        }
        self.shared.handovers.push(Handover { stamp, to, counts, note });
        trim(&mut self.shared.handovers);
        Ok(())
    }

    /// Releases every claim of one dispatcher.
    fn release_all(&mut self, who: Author) {
        for id in self.index.claims_of(who).collect::<Vec<_>>() {
            self.set_claim(id, None);
        }
    }
}

/// Keeps the newest [`KEPT_NOTES`].
fn trim<T>(notes: &mut Vec<T>) {
    let surplus = notes.len().saturating_sub(KEPT_NOTES);
    notes.drain(..surplus);
}
