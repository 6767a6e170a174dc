//! The fold.

use std::collections::BTreeMap;

use bystand_wire::{AlertId, CallOutId, IncidentId, Seq, Timestamp, ZoneId};
use minicbor::{Decode, Encode};

use super::alert::{Alert, AlertPhase};
use super::breach::{Breach, Step, Stop};
use super::close::Tombstone;
use super::event::Event;
use super::figures::Figures;
use super::finding::{StoodFinding, Verdict};
use super::ids::{Author, FindingId, RumorId, Stamp};
use super::incident::{Claim, Incident, Stage};
use super::incidents::Incidents;
use super::index::Index;
use super::persistent::{Map, map};
use super::rumor::Rumor;
use super::shift::{Handover, Presence, WakeReason};

/// What an entry did.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    /// It had its effect.
    Applied,
    /// It said what was known already; nothing changed.
    Duplicate,
    /// It broke a rule; it is kept and marked, nothing else changed.
    Refused(Breach),
}

/// An entry that broke a rule.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct Marked {
    /// The entry.
    #[n(0)]
    pub stamp: Stamp,
    /// The rule.
    #[n(1)]
    pub breach: Breach,
    /// The incident it names.
    #[n(2)]
    pub incident: Option<IncidentId>,
}

/// What does not belong to one incident. Its snapshot is sealed with the team's key.
#[derive(Debug, Clone, Default, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub(super) struct Shared {
    #[n(0)]
    pub last_seq: Seq,
    #[n(1)]
    pub presence: BTreeMap<Author, Presence>,
    #[n(2)]
    pub handovers: Vec<Handover>,
    #[n(3)]
    pub wakes: Vec<(Stamp, WakeReason, u16)>,
    #[n(4)]
    #[cbor(with = "map")]
    pub duty: Map<ZoneId, (Timestamp, u32)>,
    #[n(5)]
    #[cbor(with = "map")]
    pub rumors: Map<RumorId, Rumor>,
    #[n(6)]
    #[cbor(with = "map")]
    pub erased: Map<IncidentId, Tombstone>,
    #[n(7)]
    pub marked: Vec<Marked>,
    #[n(8)]
    pub figures: Figures,
    /// Incidents that were carried over from a lost casebook and not touched since, with the last entry of
    /// that casebook that they sum up.
    #[n(9)]
    #[cbor(default, with = "map")]
    pub carried: Map<IncidentId, Seq>,
}

impl Shared {
    /// Before the first entry, but for what was stepped over.
    pub(super) fn at(last_seq: Seq) -> Self {
        Self { last_seq, ..Self::default() }
    }
}

/// Everything the desk knows: the fold of its casebook. A copy costs next to nothing.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct DeskState {
    pub(super) shared: Shared,
    pub(super) incidents: Incidents,
    pub(super) index: Index,
}

impl DeskState {
    /// Before the first entry.
    pub fn new() -> DeskState {
        DeskState::default()
    }

    /// Folds the next entry. Total: every entry has an [`Outcome`]. An entry at or before
    /// [`DeskState::last_seq`] has been folded already and is a duplicate.
    pub fn apply(&mut self, seq: Seq, by: Author, at: Timestamp, event: Event) -> Outcome {
        if seq <= self.shared.last_seq {
            return Outcome::Duplicate;
        }
        self.shared.last_seq = seq;
        let stamp = Stamp { seq, at, by };
        let incident = event.incident();
        let step = self.apply_rule(stamp, event);
        if step.is_ok() {
            self.touch(incident, at);
        }
        self.reschedule();
        match step {
            Ok(()) => Outcome::Applied,
            Err(Stop::Duplicate) => Outcome::Duplicate,
            Err(Stop::Breach(breach)) => {
                self.shared.marked.push(Marked { stamp, breach, incident });
                Outcome::Refused(breach)
            }
        }
    }

    /// Steps over an entry whose incident key is gone: it belonged to an erased incident.
    pub fn apply_unreadable(&mut self, seq: Seq) {
        self.shared.last_seq = self.shared.last_seq.max(seq);
    }

    fn apply_rule(&mut self, stamp: Stamp, event: Event) -> Step {
        match event {
            Event::Shift(event) => self.apply_shift(stamp, event),
            Event::Intake(event) => self.apply_intake(stamp, event),
            Event::Work(event) => self.apply_work(stamp, event),
            Event::CallOut(event) => self.apply_call_out(stamp, event),
            Event::Finding(event) => self.apply_finding(stamp, event),
            Event::Alert(event) => self.apply_alert(stamp, event),
            Event::Rumor(event) => self.apply_rumor(stamp, event),
            Event::Close(event) => self.apply_close(stamp, event),
        }
    }

    /// The place of the last entry that was folded.
    pub fn last_seq(&self) -> Seq {
        self.shared.last_seq
    }

    /// Entries that broke a rule, in order.
    pub fn marked(&self) -> &[Marked] {
        &self.shared.marked
    }

    /// One incident.
    pub fn incident(&self, id: IncidentId) -> Option<&Incident> {
        self.incidents.get(&id)
    }

    /// All incidents, by id.
    pub fn incidents(&self) -> impl Iterator<Item = &Incident> {
        self.incidents.values()
    }

    /// Incidents that are neither closed nor joined to another, the earliest taken first.
    pub fn open_incidents(&self) -> impl Iterator<Item = &Incident> {
        self.index.open().filter_map(|id| self.incidents.get(&id))
    }

    /// The open incidents that somebody has claimed, by id.
    pub fn claimed_by(&self, holder: Author) -> impl Iterator<Item = &Incident> {
        self.index.claims_of(holder).filter_map(|id| self.incidents.get(&id))
    }

    /// Whether an incident is among [`DeskState::open_incidents`].
    pub fn is_open(&self, incident: &Incident) -> bool {
        self.index.is_open(incident)
    }

    /// The incident and those joined to it; the whole group, whichever member is named.
    pub fn group(&self, id: IncidentId) -> impl Iterator<Item = &Incident> {
        let root = self.incidents.get(&self.root_of(id));
        let joined = root.into_iter().flat_map(|root| root.joined.iter());
        root.into_iter().chain(joined.filter_map(|id| self.incidents.get(id)))
    }

    /// The incident that this one was joined to, or itself.
    pub fn root_of(&self, id: IncidentId) -> IncidentId {
        self.incidents.get(&id).and_then(|incident| incident.joined_into).unwrap_or(id)
    }

    /// The incident of a call-out.
    pub fn incident_of_call_out(&self, call_out: CallOutId) -> Option<IncidentId> {
        self.index.call_out(call_out)
    }

    /// The incident that an alert was published for, or else the one its id was drawn for.
    pub fn incident_of_alert(&self, alert: AlertId) -> Option<IncidentId> {
        let is_public = |id: &IncidentId| {
            self.incident(*id).and_then(|i| i.alerts.get(&alert)).is_some_and(|a| a.phase.is_public())
        };
        self.index.incidents_of_alert(alert).find(is_public).or_else(|| self.index.alert(alert))
    }

    /// The alert that is out for an incident and all that was joined with it, whoever published it.
    pub fn alert_out(&self, id: IncidentId) -> Option<AlertId> {
        let out = |alert: &&Alert| alert.phase.is_live() || alert.phase == AlertPhase::NoNews;
        self.group(id)
            .flat_map(|member| member.alerts.values().map(Box::as_ref))
            .find(out)
            .map(|alert| alert.id)
    }

    /// The alert that a new look at an incident is for: the one that is out, else the one of the newest look before,
    /// unless the public has read it. So whoever looks can sign what follows from what others saw.
    pub fn alert_for_look(&self, id: IncidentId) -> Option<AlertId> {
        self.alert_out(id).or_else(|| {
            let looks = self.group(id).flat_map(|member| member.call_outs.values());
            let newest = looks.max_by_key(|call| call.opened.seq)?.request.alert;
            (!self.was_published(id, newest)).then_some(newest)
        })
    }

    /// Whether the public has read an alert of an incident, or of what was joined with it: there may be several.
    pub fn was_published(&self, id: IncidentId, alert: AlertId) -> bool {
        self.group(id).filter_map(|member| member.alerts.get(&alert)).any(|held| held.phase.is_public())
    }

    /// The incident of a finding.
    pub fn incident_of_finding(&self, finding: FindingId) -> Option<IncidentId> {
        self.index.finding(finding)
    }

    /// What is left of an erased incident.
    pub fn tombstone(&self, id: IncidentId) -> Option<&Tombstone> {
        self.shared.erased.get(&id)
    }

    /// Where an incident stands.
    pub fn stage(&self, id: IncidentId) -> Option<Stage> {
        let incident = self.incidents.get(&id)?;
        Some(if incident.joined_into.is_some() {
            Stage::Joined
        } else if incident.closing.is_some() {
            Stage::Closed
        } else if self.is_contradicted(id) {
            Stage::Contradicted
        } else if self.group(id).any(Incident::alert_live) {
            Stage::Alerted
        } else if self.group(id).any(|member| !member.findings.is_empty()) {
            Stage::Found
        } else if self.group(id).flat_map(|member| member.call_outs.values()).any(|c| c.closed.is_none()) {
            Stage::Checking
        } else {
            Stage::Waiting
        })
    }

    /// Findings of the group that have not been set aside, in order of arrival.
    pub fn standing_findings(&self, id: IncidentId) -> impl Iterator<Item = &StoodFinding> {
        self.group(id).flat_map(|member| member.findings.iter()).filter(|found| !found.set_aside)
    }

    /// Whether one standing finding says yes and another says no.
    pub fn is_contradicted(&self, id: IncidentId) -> bool {
        let (mut yes, mut no) = (false, false);
        for found in self.standing_findings(id) {
            match found.finding.verdict {
                Verdict::Confirmed | Verdict::Ended(_) => yes = true,
                Verdict::FalseAlarm(_) => no = true,
                Verdict::CouldNotCheck => {}
            }
        }
        yes && no
    }

    /// Whether an incident's own report came with a pass that no earlier report had used.
    pub fn is_vouched(&self, incident: &Incident) -> bool {
        incident.vouch.is_some_and(|v| self.index.is_first_of_pass(v.pass, incident.taken.seq, incident.id))
    }

    /// How many vouched reports the group has.
    pub fn corroboration(&self, id: IncidentId) -> u32 {
        let vouched = self.group(id).filter(|member| self.is_vouched(member)).count();
        u32::try_from(vouched).unwrap_or(u32::MAX)
    }

    /// Dispatchers on shift.
    pub fn on_shift(&self) -> impl Iterator<Item = (Author, &Presence)> {
        self.shared.presence.iter().map(|(author, presence)| (*author, presence))
    }

    /// Whether anybody is at the desk: what the public page says.
    pub fn is_staffed(&self) -> bool {
        !self.shared.presence.is_empty()
    }

    /// Handovers, the newest last.
    pub fn handovers(&self) -> &[Handover] {
        &self.shared.handovers
    }

    /// Times somebody on call was woken, the newest last.
    pub fn wakes(&self) -> &[(Stamp, WakeReason, u16)] {
        &self.shared.wakes
    }

    // ---- what the rules share ------------------------------------------------------------------

    /// An incident that is there, by its own id.
    pub(super) fn known(&self, id: IncidentId) -> Result<&Incident, Breach> {
        let gone = if self.shared.erased.contains_key(&id) { Breach::Erased } else { Breach::Unknown };
        self.incidents.get(&id).ok_or(gone)
    }

    /// As [`DeskState::known`], to be changed.
    pub(super) fn known_mut(&mut self, id: IncidentId) -> Result<&mut Incident, Breach> {
        let gone = if self.shared.erased.contains_key(&id) { Breach::Erased } else { Breach::Unknown };
        self.incidents.get_mut(&id).ok_or(gone)
    }

    /// The root of an incident that is there and whose group is open.
    pub(super) fn open_root(&self, id: IncidentId) -> Result<&Incident, Breach> {
        let root = self.known(self.known(id)?.joined_into.unwrap_or(id))?;
        if root.closing.is_some() { Err(Breach::Closed) } else { Ok(root) }
    }

    /// The root of an open group that `by` has claimed.
    pub(super) fn held_root(&self, id: IncidentId, by: Author) -> Result<&Incident, Breach> {
        let root = self.open_root(id)?;
        match root.claim {
            None => Err(Breach::NotClaimed),
            Some(claim) if claim.holder != by => Err(Breach::HeldByOther),
            Some(_) => Ok(root),
        }
    }

    /// Sets or ends a claim, in the incident and in the index.
    pub(super) fn set_claim(&mut self, id: IncidentId, holder: Option<(Author, Stamp)>) {
        let Some(incident) = self.incidents.get_mut(&id) else { return };
        let before = incident.claim.map(|claim| claim.holder);
        incident.claim = holder.map(|(holder, stamp)| Claim {
            holder,
            since: stamp.at,
            last_sign: stamp.seq,
            last_sign_at: stamp.at,
        });
        self.index.set_claim(id, before, holder.map(|(holder, _)| holder));
    }

    fn touch(&mut self, incident: Option<IncidentId>, at: Timestamp) {
        let Some(id) = incident else { return };
        let root = self.root_of(id);
        self.shared.carried.remove(&id);
        self.shared.carried.remove(&root);
        if let Some(incident) = self.incidents.get_mut(&root) {
            incident.last_activity = at;
        }
    }
}
