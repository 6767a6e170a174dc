//! Closing, keeping and erasing (flow 1.10).

use bystand_wire::{IncidentId, Timestamp};
use minicbor::{Decode, Encode};

use super::breach::{Breach, Step, Stop};
use super::event::check_text;
use super::finding::Verdict;
use super::ids::Stamp;
use super::incident::{Incident, Note};
use super::rules::{GENERAL_MS, JOINED, STALE_OPEN_MS, UNFOUNDED_MS};
use super::state::DeskState;

mod event;

pub use event::CloseEvent;

/// How an incident came out.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Encode, Decode)]
#[cbor(index_only)]
pub enum Ending {
    /// It was so.
    #[n(0)]
    Confirmed,
    /// It was not so.
    #[n(1)]
    Unfounded,
    /// Nobody could check.
    #[n(2)]
    CouldNotCheck,
    /// Another team has it.
    #[n(3)]
    Referred,
    /// It was a question, and it was answered.
    #[n(4)]
    RumorAnswered,
    /// Nobody followed it up.
    #[n(5)]
    NotPursued,
}

words!(Ending, Confirmed => "confirmed", Unfounded => "unfounded", CouldNotCheck => "could-not-check", Referred => "referred", RumorAnswered => "rumor-answered", NotPursued => "not-pursued");

impl Ending {
    /// The retention class that is proposed.
    pub fn usual_class(self) -> Class {
        match self {
            Ending::Confirmed => Class::Confirmed,
            Ending::Unfounded | Ending::RumorAnswered => Class::Unfounded,
            Ending::CouldNotCheck | Ending::Referred | Ending::NotPursued => Class::General,
        }
    }

    /// Whether the class goes with it: what was confirmed is kept until the legal team is done, and
    /// nothing else waits for them unless it is held.
    pub fn goes_with(self, class: Class) -> bool {
        match class {
            Class::Hold => true,
            Class::Confirmed => self == Ending::Confirmed,
            Class::EraseNow | Class::Unfounded | Class::General => self != Ending::Confirmed,
        }
    }
}

/// How long a closed incident is kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Encode, Decode)]
#[cbor(index_only)]
pub enum Class {
    /// Not at all.
    #[n(0)]
    EraseNow,
    /// Seven days.
    #[n(1)]
    Unfounded,
    /// Thirty days.
    #[n(2)]
    General,
    /// Until the legal team is done with it.
    #[n(3)]
    Confirmed,
    /// Until the hold is released.
    #[n(4)]
    Hold,
}

words!(Class, EraseNow => "erase-now", Unfounded => "unfounded", General => "general", Confirmed => "confirmed", Hold => "hold");

/// How an incident was closed.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct Closing {
    /// By whom and when.
    #[n(0)]
    pub stamp: Stamp,
    /// How it came out.
    #[n(1)]
    pub ending: Ending,
    /// How long it is kept.
    #[n(2)]
    pub class: Class,
    /// What the next time should know.
    #[n(3)]
    pub after_action: Vec<Note>,
    /// When a hold was released.
    #[n(4)]
    pub released_at: Option<Timestamp>,
}

/// Why an incident was erased.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Encode, Decode)]
#[cbor(index_only)]
pub enum EraseReason {
    /// *Erase now*: somebody reported their neighbors, or nothing of it should be kept.
    #[n(0)]
    Now,
    /// Its time is over.
    #[n(1)]
    Retention,
}

/// What is left of an erased incident: that it was, and nothing of what it was. Its random name stays
/// so that a report that is sent again is not taken again.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct Tombstone {
    /// The entry.
    #[n(0)]
    pub stamp: Stamp,
    /// Why.
    #[n(1)]
    pub reason: EraseReason,
}

impl DeskState {
    pub(super) fn apply_close(&mut self, stamp: Stamp, event: CloseEvent) -> Step {
        match event {
            CloseEvent::Closed { incident, ending, class } => self.close(stamp, incident, ending, class),
            CloseEvent::AfterAction { incident, note } => {
                check_text(&note)?;
                let root = self.root_of(incident);
                let closing = self.known_mut(root)?.closing.as_mut().ok_or(Breach::StillOpen)?;
                closing.after_action.push(Note { stamp, text: note });
                Ok(())
            }
            CloseEvent::Reopened { incident } => self.reopen(stamp, incident),
            CloseEvent::LegalClosed { incident } => {
                let root = self.root_of(incident);
                let root = self.known_mut(root)?;
                if root.legal_closed.is_some() {
                    return Err(Stop::Duplicate);
                }
                root.legal_closed = Some(stamp.at);
                Ok(())
            }
            CloseEvent::Held { incident } => self.set_held(stamp, incident, true),
            CloseEvent::HoldReleased { incident } => self.set_held(stamp, incident, false),
            CloseEvent::Erased { incident, members, reason } => self.erase(stamp, incident, members, reason),
        }
    }

    /// When a closed incident is due to be erased; `None` while it is open, held or waits for the legal team.
    pub fn erase_after(&self, id: IncidentId) -> Option<Timestamp> {
        let root = self.incidents.get(&self.root_of(id)).filter(|root| !root.held)?;
        let closing = root.closing.as_ref()?;
        match closing.class {
            Class::EraseNow => Some(closing.stamp.at),
            Class::Unfounded => Some(closing.stamp.at.plus_ms(UNFOUNDED_MS)),
            Class::General => Some(closing.stamp.at.plus_ms(GENERAL_MS)),
            Class::Confirmed => root.legal_closed.map(|at| at.max(closing.stamp.at)),
            Class::Hold => closing.released_at,
        }
    }

    /// Closed incidents whose time is over, by id.
    pub fn due_for_erasure(&self, now: Timestamp) -> Vec<IncidentId> {
        let due = |incident: &&Incident| {
            incident.joined_into.is_none() && self.erase_after(incident.id).is_some_and(|at| now >= at)
        };
        self.incidents.values().filter(due).map(|incident| incident.id).collect()
    }

    /// The entry that erases an incident with all that is joined to it; `None` when it is not there.
    pub fn erasure(&self, id: IncidentId, reason: EraseReason) -> Option<CloseEvent> {
        Some(Self::erasure_of(self.incidents.get(&self.root_of(id))?, reason))
    }

    pub(super) fn erasure_of(root: &Incident, reason: EraseReason) -> CloseEvent {
        let mut members: Vec<IncidentId> = root.joined.iter().copied().collect();
        if let Err(place) = members.binary_search(&root.id) {
            members.insert(place, root.id);
        }
        CloseEvent::Erased { incident: root.id, members, reason }
    }

    fn close(&mut self, stamp: Stamp, id: IncidentId, ending: Ending, class: Class) -> Step {
        let root = self.open_root(id)?;
        let stale = root.claim.is_none() && stamp.at.since_ms(root.last_activity) >= STALE_OPEN_MS;
        let by_itself = stale && ending == Ending::NotPursued && class == Class::General;
        let root = if by_itself { root.id } else { self.held_root(id, stamp.by)?.id };
        if !ending.goes_with(class) {
            return Err(Breach::WrongClass.into());
        }
        self.check_quiet(root)?;
        if self.is_contradicted(root) {
            return Err(Breach::Contradicted.into());
        }
        let confirmed = self.has_confirmed(root);
        if ending == Ending::Confirmed && !confirmed {
            return Err(Breach::NotFound.into());
        }
        if ending != Ending::Confirmed && confirmed && class != Class::Hold {
            return Err(Breach::WrongClass.into());
        }
        if class == Class::Hold {
            self.hold_group(root, true);
        }
        self.set_claim(root, None);
        let incident = self.known_mut(root)?;
        incident.closing =
            Some(Closing { stamp, ending, class, after_action: Vec::new(), released_at: None });
        if let Some(incident) = self.incidents.get(&root) {
            self.index.set_open(incident);
        }
        Ok(())
    }

    /// Nobody is out, and nothing public is unfinished.
    fn check_quiet(&self, root: IncidentId) -> Step {
        if self.group(root).any(Incident::responders_out) {
            return Err(Breach::RespondersOut.into());
        }
        if self.group(root).any(Incident::alert_live) {
            return Err(Breach::AlertLive.into());
        }
        Ok(())
    }

    fn has_confirmed(&self, root: IncidentId) -> bool {
        self.standing_findings(root).any(|found| match found.finding.verdict {
            Verdict::Confirmed | Verdict::Ended(_) => true,
            Verdict::FalseAlarm(_) | Verdict::CouldNotCheck => false,
        })
    }

    fn reopen(&mut self, stamp: Stamp, id: IncidentId) -> Step {
        let root = self.root_of(id);
        let incident = self.known_mut(root)?;
        incident.closing.take().ok_or(Stop::Duplicate)?;
        incident.legal_closed = None;
        if let Some(incident) = self.incidents.get(&root) {
            self.index.set_open(incident);
        }
        self.set_claim(root, Some((stamp.by, stamp)));
        Ok(())
    }

    fn set_held(&mut self, stamp: Stamp, id: IncidentId, held: bool) -> Step {
        let root = self.root_of(id);
        let incident = self.known_mut(root)?;
        if incident.held == held {
            return Err(Stop::Duplicate);
        }
        if let Some(closing) = incident.closing.as_mut() {
            closing.released_at = (!held).then_some(stamp.at);
        }
        self.hold_group(root, held);
        Ok(())
    }

    /// Marks every member, so that one that is split off stays held.
    fn hold_group(&mut self, root: IncidentId, held: bool) {
        let members: Vec<IncidentId> = self.group(root).map(|member| member.id).collect();
        for member in members {
            if let Some(incident) = self.incidents.get_mut(&member) {
                incident.held = held;
            }
        }
    }

    fn erase(&mut self, stamp: Stamp, id: IncidentId, members: Vec<IncidentId>, reason: EraseReason) -> Step {
        let listed = members.is_sorted_by(|a, b| a < b) && members.binary_search(&id).is_ok();
        if !listed || members.len() > JOINED + 1 {
            return Err(Breach::OutOfLimits.into());
        }
        if members.iter().all(|member| self.shared.erased.contains_key(member)) {
            return Err(Stop::Duplicate);
        }
        // A device that came after an erasure has nothing to check against and follows. An author who
        // lists an incident that does not belong to the group can mislead such a device about it, until
        // its next snapshot; everybody else refuses the entry and sees it marked.
        if members.iter().any(|member| self.incidents.contains_key(member)) {
            self.check_erasure(stamp, id, &members, reason)?;
        }
        for member in members {
            if let Some(incident) = self.incidents.remove(&member) {
                self.index.remove(&incident);
            }
            self.bury(member, Tombstone { stamp, reason });
        }
        Ok(())
    }

    /// What is erased stays so: the first tombstone counts.
    pub(super) fn bury(&mut self, id: IncidentId, tombstone: Tombstone) {
        if !self.shared.erased.contains_key(&id) {
            self.shared.erased.insert(id, tombstone);
        }
    }

    fn check_erasure(
        &self,
        stamp: Stamp,
        id: IncidentId,
        members: &[IncidentId],
        reason: EraseReason,
    ) -> Step {
        let root = self.incidents.get(&id).filter(|root| root.joined_into.is_none()).ok_or(Breach::Stale)?;
        let grown = root.joined.len() + 1 != members.len();
        if grown || root.joined.iter().any(|joined| members.binary_search(joined).is_err()) {
            return Err(Breach::Stale.into());
        }
        if root.held {
            return Err(Breach::Held.into());
        }
        self.check_quiet(id)?;
        match reason {
            EraseReason::Now => {
                // Evidence does not go at a keystroke: what was confirmed waits for the legal team.
                let kept =
                    root.closing.as_ref().is_some_and(|c| matches!(c.class, Class::Confirmed | Class::Hold));
                if kept || self.has_confirmed(id) {
                    return Err(Breach::WrongClass.into());
                }
                if root.closing.is_none() {
                    self.held_root(id, stamp.by)?;
                }
                Ok(())
            }
            EraseReason::Retention => match self.erase_after(id) {
                Some(after) if stamp.at >= after => Ok(()),
                Some(_) => Err(Breach::TooSoon.into()),
                None => Err(Breach::StillOpen.into()),
            },
        }
    }
}
