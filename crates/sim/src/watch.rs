//! Who watches everything: the simulator knows who pressed what and sees every screen. It holds what it sees
//! against the invariants, at every event, and measures what people wait for.
//!
//! | invariant | holds when |
//! | --- | --- |
//! | `casebooks-agree` | whoever reads a place of the desk's casebook reads the same entry there, and takes it the same way |
//! | `alerts-have-quorum` | every alert on a screen has its quorum by the manifest and key note of the moment |
//! | `passes-count-once` | no pass stands behind two different alert notes |
//! | `screens-agree` | a place of the public log shows the same note to everybody |
//! | `places-only-for-accepted` | an exact place comes only to a device whose offer the desk has accepted |
//! | `heads-ups-end` | no screen shows a heads-up that is older than twenty minutes |
//! | `erased-is-gone` | what the desk has erased is in no dispatcher's state any more |

use std::collections::{BTreeMap, BTreeSet};

use bystand_core::alerts::{SignedAlert, check_quorum};
use bystand_core::desk::{
    AlertEvent as AlertFact, AlertStep, CallOutEvent, CloseEvent, DeskState, Event as Fact, FindingEvent,
    IntakeEvent, Outcome as Folded, WorkEvent, incident_of_report,
};
use bystand_core::device::desk::DeskEvent;
use bystand_core::device::member::MemberEvent;
use bystand_core::device::neighbor::NeighborEvent;
use bystand_core::device::{Device, Event};
use bystand_core::logwatch::AlertEvent;
use bystand_crypto::hash::sha256;
use bystand_wire::{Hash32, IncidentId, OfferId, ReportId, Timestamp, encode, limits};

use crate::machine::MachineId;
use crate::outcome::Violation;

/// Violations that are kept with their details.
const KEPT: usize = 50;

/// A report on its way, as its reporter and the desk see it.
#[derive(Debug, Clone)]
pub struct Followed {
    /// What it tells of.
    pub affair: usize,
    /// Whose phone it is on.
    pub machine: MachineId,
    /// When *send* was pressed.
    pub pressed: Timestamp,
    /// When the relay had it.
    pub sent: Option<Timestamp>,
    /// When the first dispatcher's screen showed it.
    pub at_desk: Option<Timestamp>,
    /// When the reporter had the desk's receipt.
    pub received: Option<Timestamp>,
    /// When a dispatcher took it, or what it was joined to.
    pub claimed: Option<Timestamp>,
    /// When the first finding about it came.
    pub found: Option<Timestamp>,
    /// When an alert about it was public.
    pub alerted: Option<Timestamp>,
}

/// An alert that turned out wrong, or may yet.
#[derive(Debug, Clone, Copy)]
pub struct Published {
    /// What it is about.
    pub affair: Option<usize>,
    /// When it was published.
    pub at: Timestamp,
    /// When it was taken back or marked as being checked again.
    pub corrected: Option<Timestamp>,
}

/// What was seen so far.
#[derive(Debug)]
pub struct Watch {
    begin: Timestamp,
    /// Reports by their id.
    pub reports: BTreeMap<ReportId, Followed>,
    /// Alerts by incident.
    pub alerts: BTreeMap<IncidentId, Published>,
    /// Joins that were made: of which affairs.
    pub joins: Vec<(usize, usize)>,
    /// Call-outs, and those that nobody answered in time.
    pub call_outs: (u32, u32),
    /// Messages that could not be read.
    pub undecryptable: u32,
    /// Alerts refused on a screen for want of their quorum.
    pub without_quorum: u32,
    /// All violations, counted; the first few with details.
    pub violated: u32,
    /// The first few.
    pub violations: Vec<Violation>,
    affairs: BTreeMap<IncidentId, usize>,
    entries: BTreeMap<u64, Hash32>,
    notes: BTreeMap<u64, Hash32>,
    spent: BTreeMap<Hash32, Hash32>,
    accepted: BTreeSet<OfferId>,
    trail: Hash32,
}

impl Watch {
    /// From the beginning of a day.
    pub fn new(begin: Timestamp) -> Self {
        Self {
            begin,
            reports: BTreeMap::new(),
            alerts: BTreeMap::new(),
            joins: Vec::new(),
            call_outs: (0, 0),
            undecryptable: 0,
            without_quorum: 0,
            violated: 0,
            violations: Vec::new(),
            affairs: BTreeMap::new(),
            entries: BTreeMap::new(),
            notes: BTreeMap::new(),
            spent: BTreeMap::new(),
            accepted: BTreeSet::new(),
            trail: Hash32([0; 32]),
        }
    }

    /// What an incident is about.
    pub fn affair_of(&self, incident: IncidentId) -> Option<usize> {
        self.affairs.get(&incident).copied()
    }

    /// A hash over everything that was told, in order.
    pub fn fingerprint(&self) -> Hash32 {
        self.trail
    }

    /// Somebody's program told something.
    pub fn see(&mut self, id: MachineId, device: &Device, event: &Event, now: Timestamp) {
        let line = format!("{} {} {event:?}", now.0, id.0);
        self.trail = sha256("sim-trail", &[self.trail.as_ref(), line.as_bytes()]);
        match event {
            Event::Desk(event) => self.see_desk(device, event, now),
            Event::Alert(event) => self.see_alert(device, event, now),
            Event::Member(event) => self.see_member(device, event, now),
            Event::Neighbor(event) => self.see_neighbor(event, now),
            Event::Warning { code, text } if text.contains("could not be") => {
                self.undecryptable += 1;
                let _ = code;
            }
            Event::Warning { .. }
            | Event::Online(_)
            | Event::Network
            | Event::Team(..)
            | Event::Enroll(_)
            | Event::Host(_)
            | Event::Registrar(_) => {}
        }
    }

    /// A neighbor pressed *send*.
    pub fn pressed(&mut self, report: ReportId, affair: usize, machine: MachineId, now: Timestamp) {
        self.affairs.insert(incident_of_report(report), affair);
        self.reports.insert(
            report,
            Followed {
                affair,
                machine,
                pressed: now,
                sent: None,
                at_desk: None,
                received: None,
                claimed: None,
                found: None,
                alerted: None,
            },
        );
    }

    fn see_neighbor(&mut self, event: &NeighborEvent, now: Timestamp) {
        match event {
            NeighborEvent::Sent(report) => {
                if let Some(followed) = self.reports.get_mut(report) {
                    followed.sent.get_or_insert(now);
                }
            }
            NeighborEvent::Received(report, _) => {
                if let Some(followed) = self.reports.get_mut(report) {
                    followed.received.get_or_insert(now);
                }
            }
            NeighborEvent::Kept { .. }
            | NeighborEvent::Desk { .. }
            | NeighborEvent::Answered(..)
            | NeighborEvent::Refused(..) => {}
        }
    }

    fn see_desk(&mut self, device: &Device, event: &DeskEvent, now: Timestamp) {
        match event {
            DeskEvent::Arrived(report) => {
                if let Some(followed) = self.reports.get_mut(report) {
                    followed.at_desk.get_or_insert(now);
                }
            }
            DeskEvent::Entry { seq, fact, outcome, author, .. } => {
                let taken = format!("{outcome:?}");
                let hash =
                    sha256("sim-entry", &[author.0.as_ref(), &encode(fact.as_ref()), taken.as_bytes()]);
                let known = self.entries.insert(seq.0, hash);
                if known.is_some_and(|known| known != hash) {
                    self.violate("casebooks-agree", now, format!("place {}: {fact:?} {taken}", seq.0));
                }
                if *outcome == Folded::Applied {
                    self.see_erasure(device, fact, now);
                }
                if known.is_none() && *outcome == Folded::Applied {
                    self.see_fact(device, fact, now);
                }
            }
            DeskEvent::Marked { .. } | DeskEvent::BadReport { code: "report-unreadable", .. } => {
                self.undecryptable += 1;
            }
            DeskEvent::BadReport { .. }
            | DeskEvent::Home(..)
            | DeskEvent::Callback(..)
            | DeskEvent::Envelope(..)
            | DeskEvent::AlertRefused { .. } => {}
        }
    }

    fn see_erasure(&mut self, device: &Device, fact: &Fact, now: Timestamp) {
        if let Fact::Close(CloseEvent::Erased { members, .. }) = fact
            && members.iter().any(|member| device.desk().state().incident(*member).is_some())
        {
            self.violate("erased-is-gone", now, format!("{members:?}"));
        }
    }

    /// An entry that counts, as the first dispatcher's device tells it.
    fn see_fact(&mut self, device: &Device, fact: &Fact, now: Timestamp) {
        let state = device.desk().state();
        match fact {
            Fact::Intake(IntakeEvent::SameAs { incident, into }) => {
                if let (Some(one), Some(other)) = (self.affair_of(*incident), self.affair_of(*into)) {
                    self.joins.push((one, other));
                }
            }
            Fact::CallOut(CallOutEvent::Opened { .. }) => self.call_outs.0 += 1,
            Fact::CallOut(CallOutEvent::Unanswered { .. }) => self.call_outs.1 += 1,
            Fact::CallOut(CallOutEvent::Accepted { offers, .. }) => {
                self.accepted.extend(offers.iter().copied())
            }
            Fact::Finding(FindingEvent::Recorded { incident, .. }) => {
                self.mark(state, *incident, |followed| followed.found.get_or_insert(now));
            }
            Fact::Work(WorkEvent::Claimed { incident }) => {
                self.mark(state, *incident, |followed| followed.claimed.get_or_insert(now));
            }
            Fact::Alert(AlertFact::Published { incident, step, .. }) => {
                let affair = self.affair_of(*incident);
                let published = Published { affair, at: now, corrected: None };
                let alert = self.alerts.entry(*incident).or_insert(published);
                if *step == AlertStep::Wrong {
                    alert.corrected.get_or_insert(now);
                }
                self.mark(state, *incident, |followed| followed.alerted.get_or_insert(now));
            }
            Fact::Alert(AlertFact::Rechecking { incident, .. }) => {
                if let Some(alert) = self.alerts.get_mut(incident) {
                    alert.corrected.get_or_insert(now);
                }
            }
            Fact::Intake(_)
            | Fact::CallOut(_)
            | Fact::Finding(_)
            | Fact::Alert(_)
            | Fact::Close(_)
            | Fact::Shift(_)
            | Fact::Work(_)
            | Fact::Rumor(_) => {}
        }
    }

    /// Marks what is known of the reports behind an incident and all that are joined to it.
    fn mark(
        &mut self,
        state: &DeskState,
        incident: IncidentId,
        mark: impl Fn(&mut Followed) -> &mut Timestamp,
    ) {
        for member in state.group(incident) {
            if let Some(followed) = self.reports.get_mut(&member.report.id()) {
                mark(followed);
            }
        }
    }

    fn see_alert(&mut self, device: &Device, event: &AlertEvent, now: Timestamp) {
        match event {
            AlertEvent::Taken { signed, index, .. } => self.see_note(device, signed, *index, now),
            AlertEvent::Refused(error) => {
                if error.code().contains("quorum") {
                    self.without_quorum += 1;
                }
            }
        }
    }

    /// Each note is judged once, by the first who shows it; what the others show must be the same.
    fn see_note(&mut self, device: &Device, signed: &SignedAlert, index: u64, now: Timestamp) {
        let hash = sha256("sim-note", &[signed.to_text().unwrap_or_default().as_bytes()]);
        if let Some(known) = self.notes.get(&index) {
            if *known != hash {
                self.violate("screens-agree", now, format!("leaf {index}"));
            }
            return;
        }
        self.notes.insert(index, hash);
        let shared = device.shared();
        let quorum = shared.manifest().zip(shared.key_note()).map(|(m, k)| check_quorum(signed, m, k, now));
        if !matches!(quorum, Some(Ok(_))) {
            self.without_quorum += 1;
            self.violate("alerts-have-quorum", now, format!("leaf {index}"));
        }
        for pass in signed.pass_ids() {
            if self.spent.insert(pass, hash).is_some_and(|other| other != hash) {
                self.violate("passes-count-once", now, format!("leaf {index}"));
            }
        }
    }

    fn see_member(&mut self, device: &Device, event: &MemberEvent, now: Timestamp) {
        if let MemberEvent::Accepted(offer, _) = event
            && !self.accepted.contains(offer)
        {
            self.violate("places-only-for-accepted", now, format!("{offer}"));
        }
        if let MemberEvent::HeadsUp(zone, _) = event
            && let Some(view) = device.member().day(zone)
        {
            let is_old = |at: Timestamp| now.since_ms(at) > limits::HEADS_UP_MS + limits::CLOCK_SKEW_MS;
            if view.heads_ups.iter().any(|heads_up| is_old(heads_up.at)) {
                self.violate("heads-ups-end", now, format!("{zone}"));
            }
        }
    }

    /// Notes a violation.
    pub fn violate(&mut self, invariant: &'static str, now: Timestamp, detail: String) {
        self.violated += 1;
        if self.violations.len() < KEPT {
            self.violations.push(Violation { invariant, at_ms: now.since_ms(self.begin), detail });
        }
    }
}
