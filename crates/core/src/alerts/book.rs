//! The alert book: what is known of every alert, as the fold of its notes in the log's order.
//!
//! ```text
//!            New                 Update (also back from BeingChecked)
//!   (nothing) ---> Current <----------------------------+
//!                    | Rechecking ---> BeingChecked ----+
//!                    |                      |
//!                    +---- Wrong, Over -----+---> Wrong / Over      (final)
//!   (nothing) -- RumorCheck --> Answered --+ RumorCheck (a newer answer)
//!                                  ^-------+
//! ```
//!
//! The book has no clock of its own: that a note's time has passed is seen only when somebody looks
//! ([`AlertBook::view`]), and then it reads *no news since*, never *over*. A device that was away may
//! meet an alert in the middle; an update, correction or end carries its full quorum and is taken,
//! 'being checked again' is not, since one person alone could have made it up.

use std::collections::BTreeMap;

use bystand_wire::{AlertId, Hash32, Timestamp, limits};
use minicbor::{Decode, Encode};

use super::note::{AlertNote, NoteKind};
use super::quorum::{Basis, Quorum};
use super::statement::{Outcome, Place};
use crate::network::names::KindCode;

/// How long an alert without news is still shown, and a closed one remembered, in milliseconds.
pub const KEPT_MS: u64 = limits::ALERT_LIFE_MS;
/// The most alerts held. Each costs a quorum, so this is far above what can be published.
pub const ALERTS: usize = 20_000;

/// Why a note with a quorum is not taken. The log should not hold such a note.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum BookError {
    /// 'Being checked again' for an alert that is not known.
    #[error("the note is about an alert that is not known")]
    UnknownAlert,
    /// A second beginning.
    #[error("the alert has begun before")]
    AlreadyBegun,
    /// An old note again, or one that was overtaken.
    #[error("serial {offered} does not come after serial {held}")]
    Serial {
        /// Serial held.
        held: u32,
        /// Serial offered.
        offered: u32,
    },
    /// The note says it was issued before the last one.
    #[error("the note was issued before the one it follows")]
    IssuedBackwards,
    /// It is over, or was wrong: nothing follows.
    #[error("the alert is closed")]
    Closed,
    /// Another kind or place than the alert began with, or an alert that became a rumor check.
    #[error("the note changes what the alert is about")]
    Changed,
    /// A pass on it was used for another note.
    #[error("a pass on the note was used before")]
    PassSpent,
    /// Comes no later in the log than the last one taken.
    #[error("the note does not come later in the log than the last one")]
    LogOrder,
    /// More alerts than can be.
    #[error("more alerts than can be held")]
    Full,
}

impl BookError {
    /// The stable code.
    pub fn code(&self) -> &'static str {
        match self {
            BookError::UnknownAlert => "alert-unknown",
            BookError::AlreadyBegun => "alert-already-begun",
            BookError::Serial { .. } => "alert-replayed",
            BookError::IssuedBackwards => "alert-issued-backwards",
            BookError::Closed => "alert-closed",
            BookError::Changed => "alert-changed",
            BookError::PassSpent => "alert-pass-spent",
            BookError::LogOrder => "alert-log-order",
            BookError::Full => "alert-book-full",
        }
    }
}

/// Where an alert stands, by its notes alone. The transitions are in the module's picture.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Encode, Decode)]
#[cbor(index_only)]
enum State {
    /// Confirmed. Next: `BeingChecked`, `Wrong`, `Over`, or `Current` again.
    #[n(0)]
    Current,
    /// In doubt. Next: `Current`, `Wrong`, `Over`, or `BeingChecked` again.
    #[n(1)]
    BeingChecked,
    /// It was wrong. Final.
    #[n(2)]
    Wrong,
    /// It is over. Final.
    #[n(3)]
    Over,
    /// A rumor check. Next: `Answered` again.
    #[n(4)]
    Answered,
}

#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
struct Entry {
    #[n(0)]
    note: AlertNote,
    #[n(1)]
    state: State,
    /// What was last found: stays while it is being checked again.
    #[n(2)]
    outcome: Outcome,
    #[n(3)]
    first_issued: Timestamp,
    #[n(4)]
    log_index: u64,
    #[n(5)]
    basis: Basis,
    #[n(6)]
    single_keyholder: bool,
}

/// What a person is shown of an alert.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Shown {
    /// Confirmed, and the note still speaks.
    Current,
    /// Being checked again.
    BeingChecked,
    /// Its time has passed: *no news since; this does not mean it is over*.
    NoNewsSince(Timestamp),
    /// It was wrong.
    Wrong,
    /// It is over.
    Over,
    /// A rumor check: what it really was.
    Answered,
}

/// One alert or rumor check as it is to be shown.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AlertView {
    /// The alert.
    pub alert: AlertId,
    /// How to show it.
    pub shown: Shown,
    /// What kind of incident.
    pub kind: KindCode,
    /// Where.
    pub place: Place,
    /// What was last found.
    pub outcome: Outcome,
    /// Seen from.
    pub observed_from: Timestamp,
    /// Seen until.
    pub observed_until: Timestamp,
    /// When it was first published, as far as this book goes back.
    pub first_issued: Timestamp,
    /// When the last note was made.
    pub issued: Timestamp,
    /// Until when that note speaks.
    pub expires: Timestamp,
    /// The last note's serial.
    pub serial: u32,
    /// The last note's place in the log.
    pub log_index: u64,
    /// What stands behind the last finding.
    pub basis: Basis,
    /// Whether one registrar could have made up both sides.
    pub single_keyholder: bool,
}

/// All alerts and rumor checks that are known. Its CBOR encoding is what the vault keeps.
#[derive(Debug, Clone, Default, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct AlertBook {
    #[n(0)]
    entries: BTreeMap<AlertId, Entry>,
    /// Passes used, and until when that must be remembered.
    #[n(1)]
    spent: BTreeMap<Hash32, Timestamp>,
    #[n(2)]
    last_index: Option<u64>,
}

impl AlertBook {
    /// Nothing known yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// Takes a note that stands at `log_index` in the log. On error the book is unchanged.
    ///
    /// # Errors
    /// [`BookError`].
    pub fn apply(&mut self, quorum: &Quorum, log_index: u64) -> Result<AlertView, BookError> {
        if self.last_index.is_some_and(|last| log_index <= last) {
            return Err(BookError::LogOrder);
        }
        let entry = self.check(quorum)?.entry(quorum, log_index);
        let shown = view_at(&entry, entry.note.issued).ok_or(BookError::IssuedBackwards)?;
        self.spent.extend(quorum.spent().iter().map(|s| (s.id, s.until)));
        self.entries.insert(entry.note.alert, entry);
        self.last_index = Some(log_index);
        Ok(shown)
    }

    /// Whether a note could be taken now; for the relay, before it logs one.
    ///
    /// # Errors
    /// [`BookError`].
    pub fn check(&self, quorum: &Quorum) -> Result<Step, BookError> {
        let note = quorum.note();
        if quorum.spent().iter().any(|s| self.spent.contains_key(&s.id)) {
            return Err(BookError::PassSpent);
        }
        match self.entries.get(&note.alert) {
            None => self.begin(note),
            Some(held) => follow(held, note),
        }
    }

    fn begin(&self, note: &AlertNote) -> Result<Step, BookError> {
        if self.entries.len() >= ALERTS {
            return Err(BookError::Full);
        }
        let outcome = note.outcome.ok_or(BookError::UnknownAlert)?;
        let state = state_after(note.note);
        Ok(Step { state, outcome, first_issued: note.issued, basis: None })
    }

    /// Everything worth showing at `now`: newest first.
    pub fn view(&self, now: Timestamp) -> Vec<AlertView> {
        let mut views: Vec<AlertView> = self.entries.values().filter_map(|e| view_at(e, now)).collect();
        views.sort_by_key(|view| core::cmp::Reverse((view.issued, view.log_index)));
        views
    }

    /// One alert, if it is worth showing at `now`.
    pub fn view_one(&self, alert: &AlertId, now: Timestamp) -> Option<AlertView> {
        self.entries.get(alert).and_then(|e| view_at(e, now))
    }

    /// The last note of an alert: what the next one follows.
    pub fn last_note(&self, alert: &AlertId) -> Option<&AlertNote> {
        self.entries.get(alert).map(|e| &e.note)
    }

    /// When [`view`](Self::view) changes next by time alone.
    pub fn next_change(&self, now: Timestamp) -> Option<Timestamp> {
        let moments = self.entries.values().flat_map(|e| [e.note.expires, gone_at(e)]);
        moments.filter(|at| *at > now).min()
    }

    /// Forgets what is no longer shown and passes that no note can use any more. Call it now and then.
    pub fn prune(&mut self, now: Timestamp) {
        self.entries.retain(|_, entry| now < gone_at(entry));
        self.spent.retain(|_, until| now < until.plus_ms(KEPT_MS));
    }

    /// The place in the log of the last note taken.
    pub fn last_index(&self) -> Option<u64> {
        self.last_index
    }

    /// A new log has begun (see `Manifest::log`): places count from its start.
    pub fn restart_log(&mut self) {
        self.last_index = None;
    }
}

/// What a note does to the book. Only [`AlertBook::check`] makes one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Step {
    state: State,
    outcome: Outcome,
    first_issued: Timestamp,
    /// What stood behind the finding that is kept, while it is being checked again.
    basis: Option<Basis>,
}

impl Step {
    fn entry(self, quorum: &Quorum, log_index: u64) -> Entry {
        Entry {
            note: quorum.note().clone(),
            state: self.state,
            outcome: self.outcome,
            first_issued: self.first_issued,
            log_index,
            basis: self.basis.unwrap_or(quorum.basis()),
            single_keyholder: quorum.is_single_keyholder(),
        }
    }
}

/// What a note does to an alert that is known.
fn follow(held: &Entry, note: &AlertNote) -> Result<Step, BookError> {
    let (last, next) = (held.note.serial, note.serial);
    match (held.state, note.note) {
        _ if next <= last => return Err(BookError::Serial { held: last, offered: next }),
        (_, NoteKind::New) => return Err(BookError::AlreadyBegun),
        (State::Wrong | State::Over, _) => return Err(BookError::Closed),
        (State::Answered, NoteKind::RumorCheck) => {}
        (State::Answered, _) | (_, NoteKind::RumorCheck) => return Err(BookError::Changed),
        (
            State::Current | State::BeingChecked,
            NoteKind::Update | NoteKind::Rechecking | NoteKind::Wrong | NoteKind::Over,
        ) => {}
    }
    if note.kind != held.note.kind || note.place != held.note.place {
        return Err(BookError::Changed);
    }
    if note.issued < held.note.issued {
        return Err(BookError::IssuedBackwards);
    }
    Ok(Step {
        state: state_after(note.note),
        outcome: note.outcome.unwrap_or(held.outcome),
        first_issued: held.first_issued,
        basis: note.outcome.is_none().then_some(held.basis),
    })
}

fn state_after(note: NoteKind) -> State {
    match note {
        NoteKind::New | NoteKind::Update => State::Current,
        NoteKind::Rechecking => State::BeingChecked,
        NoteKind::Wrong => State::Wrong,
        NoteKind::Over => State::Over,
        NoteKind::RumorCheck => State::Answered,
    }
}

/// When an entry is no longer shown. What was wrong or is over, and a rumor's answer, go with their
/// note's own time; an alert without news stays a while longer, so that it does not just vanish.
fn gone_at(entry: &Entry) -> Timestamp {
    match entry.state {
        State::Current | State::BeingChecked => entry.note.expires.plus_ms(KEPT_MS),
        State::Wrong | State::Over | State::Answered => entry.note.expires,
    }
}

fn view_at(entry: &Entry, now: Timestamp) -> Option<AlertView> {
    if now >= gone_at(entry) {
        return None;
    }
    let note = &entry.note;
    let shown = match entry.state {
        State::Current | State::BeingChecked if now >= note.expires => Shown::NoNewsSince(note.issued),
        State::Current => Shown::Current,
        State::BeingChecked => Shown::BeingChecked,
        State::Wrong => Shown::Wrong,
        State::Over => Shown::Over,
        State::Answered => Shown::Answered,
    };
    Some(AlertView {
        alert: note.alert,
        shown,
        kind: note.kind.clone(),
        place: note.place.clone(),
        outcome: entry.outcome,
        observed_from: note.observed_from,
        observed_until: note.observed_until,
        first_issued: entry.first_issued,
        issued: note.issued,
        expires: note.expires,
        serial: note.serial,
        log_index: entry.log_index,
        basis: entry.basis,
        single_keyholder: entry.single_keyholder,
    })
}
