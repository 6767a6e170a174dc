//! Watches the public log: trust, and every alert, verified here and nowhere else.
//!
//! ```text
//! next_request -> GET /v1/network            -> handle_network   (a newcomer; a log that looks wrong)
//!              -> GET /v1/log/entries?...    -> handle_entries   -> LogNews
//! ```
//!
//! A newcomer, or a device that was away, first catches up kind by kind: manifests, key notes, alerts
//! (so it need not read a week of epoch authenticators). Then it follows every entry in order. One
//! request is under way at a time; its answer is matched to what was asked.
//!
//! A relay that lies is found out by a stable error: a log that forks, shrinks or goes back in time, an
//! entry that is not in it, an alert without quorum. An alert that does not hold is reported and
//! passed over, so that one bad entry does not hide the good ones after it. What a relay withholds
//! altogether is seen only as silence: [`Trust::is_stale`].

mod error;
mod kept;

use std::borrow::Cow;
use std::collections::BTreeSet;

use bystand_wire::relay_api::{LogEntries, LogKind, LogPart, LoggedEntry, Network};
use bystand_wire::time::HOUR_MS;
use bystand_wire::{NetworkId, PublicKey, Timestamp};
use minicbor::{Decode, Encode};

use crate::alerts::{AlertBook, AlertNote, AlertView, SignedAlert, check_quorum};
use crate::io::Request;
use crate::network::trust::Accepted;
use crate::network::{Trust, TrustError, VerifiedKeyNote, VerifiedManifest};

pub use error::LogError;
use error::may_be_new_log;

/// A device that has not heard of the log for so long catches up by kinds, in milliseconds.
pub const AWAY_MS: u64 = HOUR_MS;

/// Something about alerts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum AlertEvent {
    /// A note was verified and taken.
    Taken {
        /// The note.
        note: Box<AlertNote>,
        /// The note with its signatures.
        signed: Box<SignedAlert>,
        /// Its place in the log.
        index: u64,
        /// How its alert now stands.
        view: Box<AlertView>,
    },
    /// An entry does not hold and was passed over.
    Refused(LogError),
}

/// What an answer brought.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct LogNews {
    /// In the log's order.
    pub alerts: Vec<AlertEvent>,
    /// The manifest or the key note is another than before.
    pub trust_changed: bool,
    /// There is more to ask for at once.
    pub more: bool,
}

/// Where the watch stands.
///
/// `CatchUp` goes through its kinds in order and then becomes `Follow`; `History` comes in between when
/// an alert is older than the key notes at hand. `Follow` becomes `CatchUp` after [`AWAY_MS`] without
/// news, and when a new log begins.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Encode, Decode)]
enum Stage {
    /// One kind after the other, up to the size that the first answer named.
    #[n(0)]
    CatchUp(#[n(0)] Catch, #[n(1)] Option<u64>, #[n(2)] Option<u64>),
    /// Every entry after this place.
    #[n(1)]
    Follow(#[n(0)] u64),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Encode, Decode)]
#[cbor(index_only)]
enum Catch {
    #[n(0)]
    Manifests,
    #[n(1)]
    KeyNotes,
    /// Key notes from before those at hand.
    #[n(2)]
    History,
    #[n(3)]
    Alerts,
    /// Alerts again, now that the history is here.
    #[n(4)]
    AlertsAgain,
}

impl Catch {
    fn kind(self) -> LogKind {
        match self {
            Catch::Manifests => LogKind::Manifest,
            Catch::KeyNotes | Catch::History => LogKind::KeyNote,
            Catch::Alerts | Catch::AlertsAgain => LogKind::Alert,
        }
    }
}

/// What was asked, until the answer comes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Asked {
    part: LogPart,
    after: Option<u64>,
    from: Option<u64>,
}

/// Trust and alerts of one network.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LogWatch {
    network: NetworkId,
    trust: Option<Trust>,
    book: AlertBook,
    stage: Stage,
    /// The log looked wrong: ask whether the network has begun a new one.
    suspicious: bool,
    asked: Option<Asked>,
    /// The log's manifests were asked for from the first on.
    all_manifests: bool,
    /// The records of documents that the vault holds.
    kept: BTreeSet<String>,
}

impl LogWatch {
    /// Knows the network id and trusts nothing else.
    pub fn new(network: NetworkId) -> Self {
        let stage = Stage::CatchUp(Catch::Manifests, None, None);
        Self {
            network,
            trust: None,
            book: AlertBook::new(),
            stage,
            suspicious: false,
            asked: None,
            all_manifests: false,
            kept: BTreeSet::new(),
        }
    }

    /// Trusts what the founder's own device has signed ([`Trust::founded`]).
    pub fn founded(manifest: VerifiedManifest, key_note: VerifiedKeyNote) -> Self {
        let network = *manifest.network();
        let trust = Some(Trust::founded(manifest, key_note));
        Self { trust, all_manifests: true, ..Self::new(network) }
    }

    /// Asks for the log's manifests from the first on, once, for who the registrars were. A team's member
    /// needs it to judge a casebook; a neighbor does not, and each manifest holds the outlines of all
    /// zones. Whether there is something to ask for now.
    pub fn want_all_manifests(&mut self) -> bool {
        if self.all_manifests || !self.is_following() {
            return false;
        }
        self.all_manifests = true;
        self.stage = Stage::CatchUp(Catch::Manifests, None, None);
        true
    }

    /// Everybody who is or was a registrar; `None` before that is known.
    pub fn registrars_ever(&self) -> Option<Vec<PublicKey>> {
        let reads = matches!(self.stage, Stage::CatchUp(Catch::Manifests, ..));
        let trust = self.trust.as_ref().filter(|_| self.all_manifests && !reads)?;
        Some(trust.registrars_ever().copied().collect())
    }

    /// What to ask the relay next. Call it when the log is said to have grown, when the last answer said
    /// that there is more, and every minute or so. An answer to an earlier request is no longer
    /// expected then.
    pub fn next_request(&mut self, now: Timestamp) -> Request {
        let trust = match &self.trust {
            Some(trust) if !self.suspicious => trust,
            Some(_) | None => return Request::Network,
        };
        let position = trust.position();
        if matches!(self.stage, Stage::Follow(_)) && now.since_ms(position.time) > AWAY_MS {
            self.stage = Stage::CatchUp(Catch::Manifests, self.cursor(Catch::Manifests), None);
        }
        let (part, after) = match self.stage {
            Stage::CatchUp(catch, after, _) => (LogPart::Only(catch.kind()), after),
            Stage::Follow(after) => (LogPart::News, Some(after)),
        };
        let from = Some(position.size);
        self.asked = Some(Asked { part, after, from });
        Request::LogEntries { part, after, from }
    }

    /// Takes the answer to [`Request::Network`].
    ///
    /// # Errors
    /// [`LogError`]; what is known stays.
    pub fn handle_network(&mut self, answer: &Network, now: Timestamp) -> Result<LogNews, LogError> {
        self.suspicious = false;
        let begun = match &mut self.trust {
            None => {
                self.trust = Some(Trust::begin(&self.network, answer, now)?);
                true
            }
            Some(trust) => match trust.accept(answer, now)? {
                Accepted::Unchanged => return Ok(LogNews::default()),
                Accepted::Grown { .. } => false,
                Accepted::NewLog => {
                    self.book.restart_log();
                    true
                }
            },
        };
        if begun {
            self.asked = None;
            self.stage = Stage::CatchUp(Catch::Manifests, self.cursor(Catch::Manifests), None);
        }
        Ok(LogNews { alerts: Vec::new(), trust_changed: begun, more: true })
    }

    /// Takes the answer to [`Request::LogEntries`]: checks the checkpoint, that it continues the log
    /// known, that every entry is in it and is what was asked for, and then each entry by its kind.
    ///
    /// # Errors
    /// [`LogError`]. Alerts that do not hold are among the news instead, as [`AlertEvent::Refused`].
    pub fn handle_entries(&mut self, answer: &LogEntries, now: Timestamp) -> Result<LogNews, LogError> {
        let (Some(trust), Some(asked)) = (&mut self.trust, self.asked.take()) else {
            return Err(TrustError::NotAsAsked.into());
        };
        let fits = |e: &LoggedEntry| asked.part.has(e.entry.kind) && asked.after.is_none_or(|a| e.index > a);
        if !answer.entries.iter().all(fits) {
            return Err(TrustError::NotAsAsked.into());
        }
        let caught_up = matches!(self.stage, Stage::CatchUp(..));
        let answer = before(answer, self.stage);
        let advance = match trust.advance(asked.from, &answer, now) {
            Ok(advance) => advance,
            Err(error) => {
                self.suspicious = may_be_new_log(&error);
                return Err(error.into());
            }
        };
        let size = trust.position().size;
        let (alerts, missing_history) = self.take_alerts(&answer.entries, now);
        let last = answer.entries.last().map(|e| e.index);
        let rest = last.filter(|_| answer.read_to < size);
        self.step((last, rest), size, missing_history);
        self.book.prune(now);
        let trust_changed = advance.manifest.is_some() || advance.key_note.is_some();
        let more = match self.stage {
            Stage::CatchUp(..) => true,
            Stage::Follow(after) if caught_up => after.saturating_add(1) < size,
            Stage::Follow(_) => rest.is_some(),
        };
        Ok(LogNews { alerts, trust_changed, more })
    }

    /// Judges the alerts among the entries. Stops where one is older than the key notes at hand, if
    /// their history can still be fetched.
    fn take_alerts(&mut self, entries: &[LoggedEntry], now: Timestamp) -> (Vec<AlertEvent>, bool) {
        let can_wait = matches!(self.stage, Stage::CatchUp(Catch::Alerts, ..));
        let mut events = Vec::new();
        for entry in entries.iter().filter(|e| e.entry.kind == LogKind::Alert) {
            if self.book.last_index().is_some_and(|last| entry.index <= last) {
                continue;
            }
            match self.take_alert(entry, now) {
                Ok(event) => events.push(event),
                Err(LogError::KeysNotKnown { .. }) if can_wait => return (events, true),
                Err(error) => events.push(AlertEvent::Refused(error)),
            }
        }
        (events, false)
    }

    fn take_alert(&mut self, entry: &LoggedEntry, now: Timestamp) -> Result<AlertEvent, LogError> {
        let index = entry.index;
        let alert =
            SignedAlert::parse(&entry.entry.body).map_err(|source| LogError::Note { index, source })?;
        let trust = self.trust.as_ref().ok_or(LogError::KeysNotKnown { index })?;
        let key_note = trust.key_note_before(index).ok_or(LogError::KeysNotKnown { index })?;
        let quorum = check_quorum(&alert, trust.manifest(), key_note, now)
            .map_err(|source| LogError::NoQuorum { index, source })?;
        let view = self.book.apply(&quorum, index).map_err(|source| LogError::Book { index, source })?;
        let (note, signed, view) = (Box::new(quorum.note().clone()), Box::new(alert), Box::new(view));
        Ok(AlertEvent::Taken { note, signed, index, view })
    }

    /// Goes to the next stage, or on in this one.
    /// `rest` is the last place again when there are more after it.
    fn step(&mut self, (last, rest): (Option<u64>, Option<u64>), size: u64, missing_history: bool) {
        self.stage = match self.stage {
            // What comes before the answer's end and is no news need not be looked through again.
            Stage::Follow(after) if rest.is_none() => Stage::Follow(after.max(size.saturating_sub(1))),
            Stage::Follow(after) => Stage::Follow(last.unwrap_or(after)),
            Stage::CatchUp(catch, _, upto) => {
                let upto = upto.unwrap_or(size);
                let rest = rest.filter(|index| index.saturating_add(1) < upto);
                let next = match (catch, rest) {
                    (Catch::Alerts, _) if missing_history => Some((Catch::History, None)),
                    (_, Some(index)) => Some((catch, Some(index))),
                    (Catch::Manifests, None) => Some((Catch::KeyNotes, self.cursor(Catch::KeyNotes))),
                    (Catch::KeyNotes, None) => Some((Catch::Alerts, self.cursor(Catch::Alerts))),
                    (Catch::History, None) => Some((Catch::AlertsAgain, self.cursor(Catch::Alerts))),
                    (Catch::Alerts | Catch::AlertsAgain, None) => None,
                };
                match next {
                    Some((catch, after)) => Stage::CatchUp(catch, after, Some(upto)),
                    None => Stage::Follow(upto.saturating_sub(1)),
                }
            }
        };
    }

    /// After which place a kind is to be asked for.
    fn cursor(&self, catch: Catch) -> Option<u64> {
        match catch {
            Catch::Manifests => self.trust.as_ref().map(Trust::manifest_index),
            Catch::KeyNotes => self.trust.as_ref().and_then(Trust::key_note_index),
            Catch::History => None,
            Catch::Alerts | Catch::AlertsAgain => self.book.last_index(),
        }
    }

    /// The network.
    pub fn network(&self) -> &NetworkId {
        &self.network
    }

    /// What is trusted, once something is.
    pub fn trust(&self) -> Option<&Trust> {
        self.trust.as_ref()
    }

    /// The newest manifest.
    pub fn manifest(&self) -> Option<&VerifiedManifest> {
        self.trust.as_ref().map(Trust::manifest)
    }

    /// The newest key note, whether or not it still counts ([`Trust::key_note`] says).
    pub fn key_note(&self) -> Option<&VerifiedKeyNote> {
        self.trust.as_ref().and_then(Trust::newest_key_note)
    }

    /// Every alert and rumor check.
    pub fn alerts(&self) -> &AlertBook {
        &self.book
    }

    /// Entries in the log as far as it is known: what to follow it from.
    pub fn size(&self) -> u64 {
        self.trust.as_ref().map_or(0, |trust| trust.position().size)
    }

    /// Whether everything was read up to [`size`](Self::size).
    pub fn is_following(&self) -> bool {
        matches!(self.stage, Stage::Follow(_))
    }
}

/// While catching up, what was logged after it began is left for later: a key note rests on manifests that
/// were read before, and a newer one may name a registrar of a manifest that was not asked for yet.
fn before(answer: &LogEntries, stage: Stage) -> Cow<'_, LogEntries> {
    let is_before = |entry: &LoggedEntry| match stage {
        Stage::CatchUp(_, _, Some(upto)) => entry.index < upto,
        Stage::CatchUp(..) | Stage::Follow(_) => true,
    };
    if answer.entries.iter().all(is_before) {
        return Cow::Borrowed(answer);
    }
    let mut answer = answer.clone();
    answer.entries.retain(is_before);
    Cow::Owned(answer)
}
