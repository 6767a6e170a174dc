//! Rumor checks (flow 1.8): *is this true?* and the desk's dated answer. Team-wide: a rumor outlives
//! the incidents in which it was asked, and holds no words of theirs.

use std::collections::BTreeSet;

use bystand_wire::{IncidentId, Timestamp, ZoneId};
use minicbor::{Decode, Encode};

use super::breach::{Breach, Step, Stop};
use super::finding::Verdict;
use super::ids::{RumorId, Stamp};
use super::rules::RUMOR_SAME_MS;
use super::state::DeskState;
use crate::report::Kind;

/// Entries about rumors.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub enum RumorEvent {
    /// *Rumor*: an incident asks whether something is true.
    #[n(0)]
    Asked {
        /// Its id; the first time a new one.
        #[n(0)]
        rumor: RumorId,
        /// Who asks.
        #[n(1)]
        incident: IncidentId,
        /// What is said to happen.
        #[n(2)]
        kind: Kind,
        /// Where; `None` for everywhere or unknown.
        #[n(3)]
        zone: Option<ZoneId>,
    },
    /// Another incident asks the same.
    #[n(1)]
    AskedAgain {
        /// Which rumor.
        #[n(0)]
        rumor: RumorId,
        /// Who asks.
        #[n(1)]
        incident: IncidentId,
    },
    /// The desk has an answer. A later one replaces it.
    #[n(2)]
    Answered {
        /// Which rumor.
        #[n(0)]
        rumor: RumorId,
        /// What is known.
        #[n(1)]
        answer: RumorAnswer,
    },
    /// The answer is in the public log.
    #[n(3)]
    Published {
        /// Which rumor.
        #[n(0)]
        rumor: RumorId,
        /// Its place in the public log.
        #[n(1)]
        log_index: u64,
    },
}

/// What is known about a rumor. Never *safe*: only who looked, when, and what they saw.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct RumorAnswer {
    /// What was found.
    #[n(0)]
    pub verdict: Verdict,
    /// When somebody looked.
    #[n(1)]
    pub checked_at: Timestamp,
    /// How many looked; 0 only when nobody could.
    #[n(2)]
    pub seen_by: u8,
}

/// A rumor.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct Rumor {
    /// Its id.
    #[n(0)]
    pub id: RumorId,
    /// When it was first noted, and by whom.
    #[n(1)]
    pub first: Stamp,
    /// What is said to happen.
    #[n(2)]
    pub kind: Kind,
    /// Where.
    #[n(3)]
    pub zone: Option<ZoneId>,
    /// The incidents in which it was asked.
    #[n(4)]
    pub asked_in: BTreeSet<IncidentId>,
    /// When it was last asked.
    #[n(5)]
    pub last_asked: Timestamp,
    /// The answer and its entry.
    #[n(6)]
    pub answer: Option<(Stamp, RumorAnswer)>,
    /// Places of its answers in the public log.
    #[n(7)]
    pub published: Vec<u64>,
    /// The newest answer is in the public log.
    #[n(8)]
    pub answer_public: bool,
}

impl Rumor {
    /// How often it was asked.
    pub fn times(&self) -> u32 {
        u32::try_from(self.asked_in.len()).unwrap_or(u32::MAX)
    }
}

impl DeskState {
    /// Rumors, by id.
    pub fn rumors(&self) -> impl Iterator<Item = &Rumor> {
        self.shared.rumors.values()
    }

    /// One rumor.
    pub fn rumor(&self, id: RumorId) -> Option<&Rumor> {
        self.shared.rumors.get(&id)
    }

    /// The rumor that an incident asked about, however long ago; the newest of several.
    pub fn rumor_of(&self, incident: IncidentId) -> Option<&Rumor> {
        self.rumors()
            .filter(|rumor| rumor.asked_in.contains(&incident))
            .max_by_key(|rumor| (rumor.last_asked, rumor.id))
    }

    /// A rumor of the same kind about the same zone that was asked within a day before `at`: the one
    /// to be asked again, the newest first.
    pub fn same_rumor(&self, kind: Kind, zone: Option<&ZoneId>, at: Timestamp) -> Option<&Rumor> {
        self.rumors()
            .filter(|rumor| rumor.kind == kind && rumor.zone.as_ref() == zone)
            .filter(|rumor| at.since_ms(rumor.last_asked) <= RUMOR_SAME_MS)
            .max_by_key(|rumor| (rumor.last_asked, rumor.id))
    }

    pub(super) fn apply_rumor(&mut self, stamp: Stamp, event: RumorEvent) -> Step {
        match event {
            RumorEvent::Asked { rumor, incident, kind, zone } => {
                if self.shared.rumors.contains_key(&rumor) {
                    return Err(Stop::Duplicate);
                }
                let asked_in = BTreeSet::from([incident]);
                let new = Rumor {
                    id: rumor,
                    first: stamp,
                    kind,
                    zone,
                    asked_in,
                    last_asked: stamp.at,
                    answer: None,
                    published: Vec::new(),
                    answer_public: false,
                };
                self.shared.rumors.insert(rumor, new);
                Ok(())
            }
            RumorEvent::AskedAgain { rumor, incident } => {
                let rumor = self.rumor_mut(rumor)?;
                if !rumor.asked_in.insert(incident) {
                    return Err(Stop::Duplicate);
                }
                rumor.last_asked = stamp.at;
                Ok(())
            }
            RumorEvent::Answered { rumor, answer } => self.answer_rumor(stamp, rumor, answer),
            RumorEvent::Published { rumor, log_index } => {
                let rumor = self.rumor_mut(rumor)?;
                if rumor.published.contains(&log_index) {
                    return Err(Stop::Duplicate);
                }
                if rumor.answer.is_none() {
                    return Err(Breach::NotFound.into());
                }
                rumor.published.push(log_index);
                rumor.answer_public = true;
                Ok(())
            }
        }
    }

    fn answer_rumor(&mut self, stamp: Stamp, rumor: RumorId, answer: RumorAnswer) -> Step {
        if answer.seen_by == 0 && answer.verdict != Verdict::CouldNotCheck {
            return Err(Breach::NotFound.into());
        }
        let rumor = self.rumor_mut(rumor)?;
        if rumor.answer.is_some_and(|(_, before)| before == answer) {
            return Err(Stop::Duplicate);
        }
        rumor.answer = Some((stamp, answer));
        rumor.answer_public = false;
        Ok(())
    }

    fn rumor_mut(&mut self, rumor: RumorId) -> Result<&mut Rumor, Breach> {
        self.shared.rumors.get_mut(&rumor).ok_or(Breach::Unknown)
    }
}
