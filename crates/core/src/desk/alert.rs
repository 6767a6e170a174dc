//! Alerts as the desk sees them (flows 1.7 to 1.9): which step is being prepared, whether its quorum is
//! there, and what is in the public log. The notes, their signatures and texts are made elsewhere.

use bystand_wire::{AlertId, Cell, IncidentId, Timestamp, ZoneId};
use minicbor::{Decode, Encode};

use super::breach::{Breach, Step, Stop};
use super::finding::{StoodFinding, Verdict};
use super::ids::{Author, FindingId, Stamp};
use super::incident::Incident;
use super::rules::ALERT_LIFE_MS;
use super::state::DeskState;
use crate::geo::{ALERT_RESOLUTION, cell_resolution};

mod event;

pub use event::AlertEvent;

/// Where something is, as far as the public may know.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Encode, Decode)]
pub enum PublicPlace {
    /// A few blocks.
    #[n(0)]
    Cell(#[n(0)] Cell),
    /// Only the zone: when it is a home, or not known better.
    #[n(1)]
    Zone(#[n(0)] ZoneId),
}

impl PublicPlace {
    /// Refuses a cell that is too fine, and any cell for a home.
    pub(super) fn check(&self, home: bool) -> Result<(), Breach> {
        match self {
            PublicPlace::Zone(_) => Ok(()),
            PublicPlace::Cell(_) if home => Err(Breach::ExactHome),
            PublicPlace::Cell(cell) => match cell_resolution(*cell) {
                Ok(resolution) if resolution <= ALERT_RESOLUTION => Ok(()),
                Ok(_) | Err(_) => Err(Breach::BadCell),
            },
        }
    }
}

/// How it ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Encode, Decode)]
#[cbor(index_only)]
pub enum HowEnded {
    /// They left; nobody was taken.
    #[n(0)]
    LeftNobodyTaken,
    /// They left; people were taken.
    #[n(1)]
    PeopleTaken,
    /// People who were held were let go.
    #[n(2)]
    PeopleReleased,
    /// They left; more is not known.
    #[n(3)]
    LeftUnknown,
}

words!(HowEnded, LeftNobodyTaken => "left-nobody-taken", PeopleTaken => "people-taken", PeopleReleased => "people-released", LeftUnknown => "left-unknown");

/// What a note with a quorum says. (*Being checked again* needs one publish pass only.)
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Encode, Decode)]
pub enum AlertStep {
    /// New.
    #[n(0)]
    New,
    /// Something changed.
    #[n(1)]
    Update,
    /// Nothing changed, and it is still so.
    #[n(2)]
    Renew,
    /// It was wrong.
    #[n(3)]
    Wrong,
    /// It is over.
    #[n(4)]
    Over(#[n(0)] HowEnded),
}

/// Where an alert stands.
///
/// | from | by | to |
/// | --- | --- | --- |
/// | - | an id is drawn at a call-out or by a verifier | `Drawn` |
/// | `Drawn` | *new* | `Live` |
/// | `Live`, `Rechecking`, `NoNews` | *update*, *renew* | `Live` |
/// | `Live`, `NoNews` | *being checked again* | `Rechecking` |
/// | `Live`, `Rechecking` | its time passed; any device says so | `NoNews` |
/// | `Live`, `Rechecking`, `NoNews` | *over* | `Over` |
/// | `Live`, `Rechecking`, `NoNews`, `Over` | *it was wrong* | `Wrong` (end) |
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Encode, Decode)]
#[cbor(index_only)]
pub enum AlertPhase {
    /// Only an id.
    #[n(0)]
    Drawn,
    /// Public.
    #[n(1)]
    Live,
    /// Public, and marked *being checked again*.
    #[n(2)]
    Rechecking,
    /// Public; nothing new in time: *no news since; this does not mean it is over*.
    #[n(3)]
    NoNews,
    /// Taken back.
    #[n(4)]
    Wrong,
    /// Ended.
    #[n(5)]
    Over,
}

words!(AlertPhase, Drawn => "drawn", Live => "live", Rechecking => "rechecking", NoNews => "no-news", Wrong => "wrong", Over => "over");

impl AlertPhase {
    /// Whether it is out and current.
    pub fn is_live(self) -> bool {
        match self {
            AlertPhase::Live | AlertPhase::Rechecking => true,
            AlertPhase::Drawn | AlertPhase::NoNews | AlertPhase::Wrong | AlertPhase::Over => false,
        }
    }

    /// Whether it was ever published.
    pub fn is_public(self) -> bool {
        self != AlertPhase::Drawn
    }

    /// The phase after a step; `None` when the step cannot follow.
    pub fn after(self, step: AlertStep) -> Option<AlertPhase> {
        let was_out = matches!(self, AlertPhase::Live | AlertPhase::Rechecking | AlertPhase::NoNews);
        match step {
            AlertStep::New => (self == AlertPhase::Drawn).then_some(AlertPhase::Live),
            AlertStep::Update | AlertStep::Renew => was_out.then_some(AlertPhase::Live),
            AlertStep::Over(_) => was_out.then_some(AlertPhase::Over),
            AlertStep::Wrong => (was_out || self == AlertPhase::Over).then_some(AlertPhase::Wrong),
        }
    }
}

/// The second signature of a night with one dispatcher.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Encode, Decode)]
pub enum Countersign {
    /// Not asked for: a signed finding makes the quorum.
    #[n(0)]
    NotAsked,
    /// Asked for; somebody on call was woken.
    #[n(1)]
    Asked(#[n(0)] Stamp),
    /// Given by this registrar.
    #[n(2)]
    Given(#[n(0)] Author),
}

/// A step that is ready to be signed and published.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct Prepared {
    /// By whom and when.
    #[n(0)]
    pub stamp: Stamp,
    /// Which step.
    #[n(1)]
    pub step: AlertStep,
    /// The finding it rests on. *Wrong* and *over* can do without one, when countersigned.
    #[n(2)]
    pub finding: Option<FindingId>,
    /// Until when it holds.
    #[n(3)]
    pub until: Timestamp,
    /// The second signature.
    #[n(4)]
    pub countersign: Countersign,
}

/// A step that is in the public log.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct Publication {
    /// The entry.
    #[n(0)]
    pub stamp: Stamp,
    /// Which step; `None` for *being checked again*.
    #[n(1)]
    pub step: Option<AlertStep>,
    /// The finding it rests on.
    #[n(2)]
    pub finding: Option<FindingId>,
    /// Its place in the public log.
    #[n(3)]
    pub log_index: u64,
}

/// An alert.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct Alert {
    /// Its id, kept through all steps.
    #[n(0)]
    pub id: AlertId,
    /// When the id was drawn.
    #[n(1)]
    pub drawn: Stamp,
    /// Where it stands.
    #[n(2)]
    pub phase: AlertPhase,
    /// The next step, when one is being prepared.
    #[n(3)]
    pub prepared: Option<Prepared>,
    /// What is in the public log, in order.
    #[n(4)]
    pub published: Vec<Publication>,
    /// Until when the last publication holds.
    #[n(5)]
    pub until: Timestamp,
}

impl Alert {
    pub(super) fn drawn(id: AlertId, stamp: Stamp) -> Alert {
        let (phase, prepared, published) = (AlertPhase::Drawn, None, Vec::new());
        Alert { id, drawn: stamp, phase, prepared, published, until: Timestamp(0) }
    }
}

impl DeskState {
    pub(super) fn apply_alert(&mut self, stamp: Stamp, event: AlertEvent) -> Step {
        match event {
            AlertEvent::Prepared { incident, alert, step, finding, until } => {
                let prepared = Prepared { stamp, step, finding, until, countersign: Countersign::NotAsked };
                self.prepare_alert(stamp, incident, alert, prepared)
            }
            AlertEvent::CountersignAsked { incident, alert } => self.ask_countersign(stamp, incident, alert),
            AlertEvent::CountersignGiven { incident, alert, step, signer } => {
                self.give_countersign(incident, alert, step, signer)
            }
            AlertEvent::Published { incident, alert, step, log_index } => {
                self.publish_alert(stamp, incident, alert, step, log_index)
            }
            AlertEvent::Rechecking { incident, alert, log_index } => {
                self.recheck_alert(stamp, incident, alert, log_index)
            }
            AlertEvent::Lapsed { incident, alert, until } => self.lapse_alert(stamp, incident, alert, until),
        }
    }

    fn prepare_alert(&mut self, stamp: Stamp, id: IncidentId, alert: AlertId, prepared: Prepared) -> Step {
        self.held_root(id, stamp.by)?;
        let found = self.known(id)?.alerts.get(&alert).ok_or(Breach::Unknown)?;
        if prepared.until <= stamp.at || prepared.until > stamp.at.plus_ms(ALERT_LIFE_MS) {
            return Err(Breach::OutOfLimits.into());
        }
        found.phase.after(prepared.step).ok_or(Breach::WrongOrder)?;
        if prepared.step == AlertStep::New && self.group(id).any(Incident::alert_live) {
            return Err(Breach::AlertLive.into());
        }
        self.check_basis(id, &prepared)?;
        self.alert_mut(id, alert)?.prepared = Some(prepared);
        Ok(())
    }

    /// What a step says must be what a standing finding says.
    fn check_basis(&self, id: IncidentId, prepared: &Prepared) -> Step {
        if self.is_contradicted(id) {
            return Err(Breach::Contradicted.into());
        }
        let Some(finding) = prepared.finding else {
            return match prepared.step {
                AlertStep::Wrong | AlertStep::Over(_) => Ok(()),
                AlertStep::New | AlertStep::Update | AlertStep::Renew => Err(Breach::NotFound.into()),
            };
        };
        let verdict = self.standing_finding(id, finding).ok_or(Breach::NotFound)?.finding.verdict;
        let agrees = match prepared.step {
            AlertStep::New | AlertStep::Update | AlertStep::Renew => verdict == Verdict::Confirmed,
            AlertStep::Wrong => matches!(verdict, Verdict::FalseAlarm(_)),
            AlertStep::Over(how) => verdict == Verdict::Ended(how),
        };
        if agrees { Ok(()) } else { Err(Breach::DiffersFromFinding.into()) }
    }

    fn ask_countersign(&mut self, stamp: Stamp, id: IncidentId, alert: AlertId) -> Step {
        self.held_root(id, stamp.by)?;
        let prepared = self.alert_mut(id, alert)?.prepared.as_mut().ok_or(Breach::WrongOrder)?;
        if prepared.countersign != Countersign::NotAsked {
            return Err(Stop::Duplicate);
        }
        prepared.countersign = Countersign::Asked(stamp);
        Ok(())
    }

    fn give_countersign(&mut self, id: IncidentId, alert: AlertId, step: AlertStep, signer: Author) -> Step {
        let prepared = self.alert_mut(id, alert)?.prepared.as_mut().ok_or(Breach::Stale)?;
        if prepared.step != step {
            return Err(Breach::Stale.into());
        }
        if prepared.stamp.by == signer {
            return Err(Breach::OwnCountersign.into());
        }
        if matches!(prepared.countersign, Countersign::Given(_)) {
            return Err(Stop::Duplicate);
        }
        prepared.countersign = Countersign::Given(signer);
        Ok(())
    }

    /// Any device that sees the step in the log; the claim was checked when it was prepared.
    fn publish_alert(
        &mut self,
        stamp: Stamp,
        id: IncidentId,
        alert: AlertId,
        step: AlertStep,
        log_index: u64,
    ) -> Step {
        let found = self.known(id)?.alerts.get(&alert).ok_or(Breach::Unknown)?;
        if found.published.iter().any(|publication| publication.log_index == log_index) {
            return Err(Stop::Duplicate);
        }
        let prepared = found.prepared.clone().filter(|p| p.step == step).ok_or(Breach::WrongOrder)?;
        let phase = found.phase.after(step).ok_or(Breach::WrongOrder)?;
        if step == AlertStep::New && self.group(id).any(Incident::alert_live) {
            return Err(Breach::AlertLive.into());
        }
        self.check_basis(id, &prepared)?;
        self.check_quorum(id, &prepared)?;
        self.count_first_alert(stamp, id, step);
        let found = self.alert_mut(id, alert)?;
        found.phase = phase;
        found.until = prepared.until;
        found.prepared = None;
        found.published.push(Publication { stamp, step: Some(step), finding: prepared.finding, log_index });
        Ok(())
    }

    /// A signed finding that has not been used for another step, or somebody else's signature.
    fn check_quorum(&self, id: IncidentId, prepared: &Prepared) -> Step {
        if matches!(prepared.countersign, Countersign::Given(_)) {
            return Ok(());
        }
        let finding = prepared.finding.ok_or(Breach::NoQuorum)?;
        let signed = self.standing_finding(id, finding).is_some_and(|found| found.finding.signed.is_some());
        let is_used = self.is_finding_used(id, finding);
        if signed && !is_used { Ok(()) } else { Err(Breach::NoQuorum.into()) }
    }

    /// Whether a finding stands behind a published step already: each signs one.
    pub fn is_finding_used(&self, id: IncidentId, finding: FindingId) -> bool {
        let used = |alert: &Alert| alert.published.iter().any(|p| p.finding == Some(finding));
        self.group(id).flat_map(|member| member.alerts.values()).any(|alert| used(alert))
    }

    fn recheck_alert(&mut self, stamp: Stamp, id: IncidentId, alert: AlertId, log_index: u64) -> Step {
        let found = self.alert_mut(id, alert)?;
        match found.phase {
            AlertPhase::Live | AlertPhase::NoNews => {}
            AlertPhase::Rechecking => return Err(Stop::Duplicate),
            AlertPhase::Drawn | AlertPhase::Wrong | AlertPhase::Over => return Err(Breach::WrongOrder.into()),
        }
        found.phase = AlertPhase::Rechecking;
        found.published.push(Publication { stamp, step: None, finding: None, log_index });
        Ok(())
    }

    fn lapse_alert(&mut self, stamp: Stamp, id: IncidentId, alert: AlertId, until: Timestamp) -> Step {
        let found = self.alert_mut(id, alert)?;
        if !found.phase.is_live() {
            return Err(Stop::Duplicate);
        }
        if found.until != until {
            return Err(Breach::Stale.into());
        }
        if stamp.at < until {
            return Err(Breach::TooSoon.into());
        }
        found.phase = AlertPhase::NoNews;
        Ok(())
    }

    fn count_first_alert(&mut self, stamp: Stamp, id: IncidentId, step: AlertStep) {
        if step != AlertStep::New || self.group(id).any(|member| member.counted_alert) {
            return;
        }
        let taken = self.group(id).map(|member| member.taken.at).min();
        if let Some((taken, incident)) = taken.zip(self.incidents.get_mut(&id)) {
            incident.counted_alert = true;
            self.shared.figures.count_alert(stamp.at, taken);
        }
    }

    fn standing_finding(&self, id: IncidentId, finding: FindingId) -> Option<&StoodFinding> {
        self.standing_findings(id).find(|found| found.finding.id == finding)
    }

    fn alert_mut(&mut self, id: IncidentId, alert: AlertId) -> Result<&mut Alert, Breach> {
        self.known_mut(id)?.alerts.get_mut(&alert).map(Box::as_mut).ok_or(Breach::Unknown)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use AlertPhase as P;

    #[test]
    fn the_table_is_what_the_docs_say() {
        let over = AlertStep::Over(HowEnded::LeftUnknown);
        for (from, expected) in [
            (P::Drawn, [Some(P::Live), None, None, None, None]),
            (P::Live, [None, Some(P::Live), Some(P::Live), Some(P::Wrong), Some(P::Over)]),
            (P::Rechecking, [None, Some(P::Live), Some(P::Live), Some(P::Wrong), Some(P::Over)]),
            (P::NoNews, [None, Some(P::Live), Some(P::Live), Some(P::Wrong), Some(P::Over)]),
            (P::Over, [None, None, None, Some(P::Wrong), None]),
            (P::Wrong, [None; 5]),
        ] {
            let steps = [AlertStep::New, AlertStep::Update, AlertStep::Renew, AlertStep::Wrong, over];
            assert_eq!(steps.map(|step| from.after(step)), expected, "{from:?}");
        }
    }
}
