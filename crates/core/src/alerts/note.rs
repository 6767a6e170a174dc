//! An alert's text: eleven lines, one form. Whatever deviates by a byte is refused.
//!
//! ```text
//! bystand/v1/alert <network id, hex>
//! alert <alert id, hex>
//! serial <counts up from 1 for one alert id>
//! note <new | update | rechecking | wrong | over | rumor-check>
//! kind <code from the manifest>
//! place <cell H3-INDEX | zone ID>
//! observed-from <RFC 3339, UTC, seconds>
//! observed-until <the same>
//! finding <confirmed | false-alarm CODE | over CODE | none>
//! issued <the same>
//! expires <the same>
//! ```

use core::fmt;

use bystand_wire::{AlertId, NetworkId, Timestamp, limits};
use minicbor::{Decode, Encode};

use super::statement::{FindingStatement, Outcome, Place, whole_seconds};
use crate::network::names::KindCode;

/// What begins the first line.
pub const FIRST_LINE: &str = "bystand/v1/alert ";

/// What a note does.
///
/// | note | finding | needs | first serial |
/// | --- | --- | --- | --- |
/// | `New` | confirmed | quorum | 1 |
/// | `Update` | confirmed | quorum | 2 |
/// | `Rechecking` | none | one publish pass | 2 |
/// | `Wrong` | false alarm | quorum | 2 |
/// | `Over` | over | quorum | 2 |
/// | `RumorCheck` | false alarm | quorum | 1 |
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Encode, Decode)]
#[cbor(index_only)]
pub enum NoteKind {
    /// Something was confirmed.
    #[n(0)]
    New,
    /// It is still so.
    #[n(1)]
    Update,
    /// There is doubt: it is being checked again.
    #[n(2)]
    Rechecking,
    /// It was wrong.
    #[n(3)]
    Wrong,
    /// It is over.
    #[n(4)]
    Over,
    /// Somebody asked 'is this true?', and it is not.
    #[n(5)]
    RumorCheck,
}

impl NoteKind {
    /// All kinds, in order.
    pub const ALL: [NoteKind; 6] = [
        NoteKind::New,
        NoteKind::Update,
        NoteKind::Rechecking,
        NoteKind::Wrong,
        NoteKind::Over,
        NoteKind::RumorCheck,
    ];

    /// The word in the note.
    pub fn as_str(self) -> &'static str {
        match self {
            NoteKind::New => "new",
            NoteKind::Update => "update",
            NoteKind::Rechecking => "rechecking",
            NoteKind::Wrong => "wrong",
            NoteKind::Over => "over",
            NoteKind::RumorCheck => "rumor-check",
        }
    }

    /// Whether this finding goes with this kind of note.
    pub fn takes(self, outcome: Option<Outcome>) -> bool {
        match (self, outcome) {
            (NoteKind::New | NoteKind::Update, Some(Outcome::Confirmed))
            | (NoteKind::Wrong | NoteKind::RumorCheck, Some(Outcome::FalseAlarm(_)))
            | (NoteKind::Over, Some(Outcome::Over(_)))
            | (NoteKind::Rechecking, None) => true,
            (
                NoteKind::New
                | NoteKind::Update
                | NoteKind::Rechecking
                | NoteKind::Wrong
                | NoteKind::Over
                | NoteKind::RumorCheck,
                Some(Outcome::Confirmed | Outcome::FalseAlarm(_) | Outcome::Over(_)) | None,
            ) => false,
        }
    }

    /// The lowest serial a note of this kind can have; a new alert has no other.
    fn first_serial(self) -> u32 {
        match self {
            NoteKind::New | NoteKind::RumorCheck => 1,
            NoteKind::Update | NoteKind::Rechecking | NoteKind::Wrong | NoteKind::Over => 2,
        }
    }
}

/// Why a text is not an alert's note. Always bad remote input.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum NoteError {
    /// Longer than [`limits::ALERT_NOTE_LEN`].
    #[error("the alert is too long")]
    TooLong,
    /// A line is missing, added, out of order, or not in its one form.
    #[error("the alert's line {0:?} is not in its one form")]
    Line(&'static str),
    /// It does not end with its last line, or some byte is not as it would be printed.
    #[error("the alert is not in its one form")]
    Form,
    /// The finding does not go with the kind of note.
    #[error("the finding does not go with this kind of note")]
    Finding,
    /// The serial does not go with the kind of note.
    #[error("the serial does not go with this kind of note")]
    Serial,
    /// Times that are not whole seconds, not in order, or too far apart.
    #[error("the alert's times are not in order or too far apart")]
    Times,
    /// The signature lines are not readable.
    #[error("the alert's signatures cannot be read")]
    Signatures,
}

impl NoteError {
    /// The stable code.
    pub fn code(&self) -> &'static str {
        match self {
            NoteError::TooLong => "alert-too-long",
            NoteError::Line(_) => "alert-line",
            NoteError::Form => "alert-form",
            NoteError::Finding => "alert-finding",
            NoteError::Serial => "alert-serial",
            NoteError::Times => "alert-times",
            NoteError::Signatures => "alert-signatures",
        }
    }
}

/// An alert's fields. Plain data: what it says counts only with a [`Quorum`](super::Quorum).
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct AlertNote {
    /// The network.
    #[n(0)]
    pub network: NetworkId,
    /// The alert: the same through updates, corrections and its end.
    #[n(1)]
    pub alert: AlertId,
    /// Counts up from 1 for this alert.
    #[n(2)]
    pub serial: u32,
    /// What the note does.
    #[n(3)]
    pub note: NoteKind,
    /// What kind of incident.
    #[n(4)]
    pub kind: KindCode,
    /// Where.
    #[n(5)]
    pub place: Place,
    /// Seen from; whole seconds.
    #[n(6)]
    pub observed_from: Timestamp,
    /// Seen until; whole seconds.
    #[n(7)]
    pub observed_until: Timestamp,
    /// What was found; none while it is being checked again.
    #[n(8)]
    pub outcome: Option<Outcome>,
    /// When it was made; whole seconds.
    #[n(9)]
    pub issued: Timestamp,
    /// Until when it speaks; after that there is no news. Whole seconds.
    #[n(10)]
    pub expires: Timestamp,
}

impl AlertNote {
    /// Reads the text of a note and refuses every other form.
    ///
    /// # Errors
    /// [`NoteError`].
    pub fn parse(text: &str) -> Result<Self, NoteError> {
        if text.len() > limits::ALERT_NOTE_LEN {
            return Err(NoteError::TooLong);
        }
        let mut lines = text.split('\n');
        let mut line = |key: &'static str| -> Result<&str, NoteError> {
            let rest = lines.next().and_then(|l| l.strip_prefix(key)).and_then(|l| l.strip_prefix(' '));
            rest.ok_or(NoteError::Line(key))
        };
        let note = AlertNote {
            network: field("bystand/v1/alert", line("bystand/v1/alert")?)?,
            alert: field("alert", line("alert")?)?,
            serial: field("serial", line("serial")?)?,
            note: note_kind(line("note")?)?,
            kind: field("kind", line("kind")?)?,
            place: field("place", line("place")?)?,
            observed_from: field("observed-from", line("observed-from")?)?,
            observed_until: field("observed-until", line("observed-until")?)?,
            outcome: outcome(line("finding")?)?,
            issued: field("issued", line("issued")?)?,
            expires: field("expires", line("expires")?)?,
        };
        // Numbers and places have more than one spelling; the one that counts is the one we print.
        if note.to_string() != text {
            return Err(NoteError::Form);
        }
        note.check()?;
        Ok(note)
    }

    /// Checks everything that needs neither keys nor a clock.
    ///
    /// # Errors
    /// [`NoteError::Finding`], [`NoteError::Serial`], [`NoteError::Times`].
    pub fn check(&self) -> Result<(), NoteError> {
        if !self.note.takes(self.outcome) {
            return Err(NoteError::Finding);
        }
        let first = self.note.first_serial();
        if self.serial < first || (self.note == NoteKind::New && self.serial != first) {
            return Err(NoteError::Serial);
        }
        let (from, until) = (self.observed_from, self.observed_until);
        let all = [from, until, self.issued, self.expires];
        // The verifier's clock may be ahead of the dispatcher's.
        let seen_before = until <= self.issued.plus_ms(limits::CLOCK_SKEW_MS);
        let in_order = from <= until && seen_before && self.issued < self.expires;
        let near = self.issued.since_ms(from) <= 2 * limits::ALERT_LIFE_MS
            && until.since_ms(from) <= limits::ALERT_LIFE_MS
            && self.issued.since_ms(until) <= limits::ALERT_LIFE_MS
            && self.expires.since_ms(self.issued) <= limits::ALERT_LIFE_MS;
        if in_order && near && all.iter().all(|t| *t == whole_seconds(*t)) {
            Ok(())
        } else {
            Err(NoteError::Times)
        }
    }

    /// The statement that the finding passes must have signed; none while it is being checked again.
    pub fn statement(&self) -> Option<FindingStatement> {
        Some(FindingStatement {
            alert: self.alert,
            kind: self.kind.clone(),
            place: self.place.clone(),
            observed_from: self.observed_from,
            observed_until: self.observed_until,
            outcome: self.outcome?,
        })
    }
}

/// The text that is signed, with its final newline.
impl fmt::Display for AlertNote {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{FIRST_LINE}{}", self.network)?;
        writeln!(f, "alert {}", self.alert)?;
        writeln!(f, "serial {}", self.serial)?;
        writeln!(f, "note {}", self.note.as_str())?;
        writeln!(f, "kind {}", self.kind)?;
        writeln!(f, "place {}", self.place)?;
        writeln!(f, "observed-from {}", self.observed_from)?;
        writeln!(f, "observed-until {}", self.observed_until)?;
        match self.outcome {
            Some(outcome) => writeln!(f, "finding {outcome}")?,
            None => writeln!(f, "finding none")?,
        }
        writeln!(f, "issued {}", self.issued)?;
        writeln!(f, "expires {}", self.expires)
    }
}

fn field<T: core::str::FromStr>(key: &'static str, text: &str) -> Result<T, NoteError> {
    text.parse().map_err(|_| NoteError::Line(key))
}

fn note_kind(text: &str) -> Result<NoteKind, NoteError> {
    NoteKind::ALL.into_iter().find(|k| k.as_str() == text).ok_or(NoteError::Line("note"))
}

fn outcome(text: &str) -> Result<Option<Outcome>, NoteError> {
    if text == "none" { Ok(None) } else { field("finding", text).map(Some) }
}
