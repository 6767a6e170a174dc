//! The entries of the desk's casebook.

use bystand_wire::{IncidentId, limits};
use minicbor::{Decode, Encode};

use super::alert::AlertEvent;
use super::breach::Breach;
use super::callout::CallOutEvent;
use super::close::CloseEvent;
use super::finding::FindingEvent;
use super::intake::IntakeEvent;
use super::rumor::RumorEvent;
use super::shift::ShiftEvent;
use super::work::WorkEvent;
use crate::report::unprintable;

/// One entry, by family. Entries travel as canonical CBOR inside the casebook's signed frames.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
pub enum Event {
    /// Who is at the desk, and how the shift is handed on (team-wide).
    #[n(0)]
    Shift(#[n(0)] ShiftEvent),
    /// Reports, joining them, talking with reporters.
    #[n(1)]
    Intake(#[n(0)] IntakeEvent),
    /// Claims, notes, heads-ups, referrals.
    #[n(2)]
    Work(#[n(0)] WorkEvent),
    /// Call-outs and responders.
    #[n(3)]
    CallOut(#[n(0)] CallOutEvent),
    /// Findings.
    #[n(4)]
    Finding(#[n(0)] FindingEvent),
    /// Alerts.
    #[n(5)]
    Alert(#[n(0)] AlertEvent),
    /// Rumors (team-wide).
    #[n(6)]
    Rumor(#[n(0)] RumorEvent),
    /// Closing, holding, erasing (the erasure itself is team-wide).
    #[n(7)]
    Close(#[n(0)] CloseEvent),
}

impl Event {
    /// The incident whose key seals this entry; `None` for team-wide entries, which are sealed with
    /// the team's own key. An erasure is team-wide: it must be readable after the keys are gone.
    pub fn incident(&self) -> Option<IncidentId> {
        match self {
            Event::Shift(_) | Event::Rumor(_) | Event::Close(CloseEvent::Erased { .. }) => None,
            Event::Intake(event) => Some(event.incident()),
            Event::Work(event) => Some(event.incident()),
            Event::CallOut(event) => Some(event.incident()),
            Event::Finding(event) => Some(event.incident()),
            Event::Alert(event) => Some(event.incident()),
            Event::Close(event) => Some(event.incident()),
        }
    }
}

macro_rules! event_from {
    ($($family:ident($event:ident)),* $(,)?) => {
        $(impl From<$event> for Event {
            fn from(event: $event) -> Event {
                Event::$family(event)
            }
        })*
    };
}

event_from!(
    Shift(ShiftEvent),
    Intake(IntakeEvent),
    Work(WorkEvent),
    CallOut(CallOutEvent),
    Finding(FindingEvent),
    Alert(AlertEvent),
    Rumor(RumorEvent),
    Close(CloseEvent),
);

/// A text from elsewhere made fit for an entry: what cannot be shown becomes a space, and what is
/// longer than [`limits::NOTE_CHARS`] is cut.
pub fn clean_text(text: &str) -> String {
    text.chars().take(limits::NOTE_CHARS).map(|c| if unprintable(c) { ' ' } else { c }).collect()
}

/// Refuses a text that [`clean_text`] would have changed.
pub(super) fn check_text(text: &str) -> Result<(), Breach> {
    let short = text.chars().count() <= limits::NOTE_CHARS;
    if short && !text.chars().any(unprintable) { Ok(()) } else { Err(Breach::BadText) }
}
