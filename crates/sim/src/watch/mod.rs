//! Who watches everything: the simulator knows who pressed what and sees every screen. It holds what it sees
//! against the invariants, at every event, and measures what people wait for.
//!
//! | invariant | holds when |
//! | --- | --- |
//! | `casebooks-agree` | whoever reads a place of the desk's casebook reads the same entry there, takes it the same way, and passes none over |
//! | `running-hashes-agree` | at the same place of a team's casebook its members have the same running hash: order and times are the same |
//! | `folds-agree` | folds of the desk's casebook that stand at the same place are the same |
//! | `claims-are-exclusive` | at the same place of the casebook everybody shows the same holder |
//! | `alerts-have-quorum` | every alert on a screen has its quorum by the manifest and key note of the moment |
//! | `passes-count-once` | no pass stands behind two different alert notes, is taken by the relay for two reports, or vouches for two |
//! | `screens-agree` | a place of the public log shows the same note to everybody |
//! | `places-only-for-accepted` | an exact place comes only to a device whose offer the desk has accepted |
//! | `relay-reads-nothing` | no planted word and no exact place reaches the relay or is in its database |
//! | `nobody-reads-more` | on a disk or a screen is only what [`clearance`] lets its owner know; a removed dispatcher has nothing that was written after |
//! | `erased-is-gone` | what the desk has erased is in no dispatcher's state, on no dispatcher's disk, and does not come back |
//! | `relay-erases` | a frame that the relay says it has erased is not in its database |
//! | `places-are-forgotten` | a responder's disk has no exact place of what is over |
//! | `heads-ups-end` | no screen whose clock is right shows a heads-up for longer than twenty minutes, and what clocks may be off |
//! | `nothing-outlasts-its-time` | no call-out, acceptance, closed incident or caller's number is readable after its time |
//!
//! A program that tells its person that the casebook it is shown is not everybody's has done what it can:
//! it need not agree from there on. Who operates the relay honestly never makes it say so, and
//! `messages_undecryptable` counts it.

pub mod casebooks;
pub mod clearance;
mod rounds;

use std::collections::BTreeMap;

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
use bystand_wire::{Cell, Hash32, IncidentId, OfferId, ReportId, Timestamp, ZoneId, encode, limits};

use crate::ledger::{Found, Where};
use crate::machine::MachineId;
use crate::outcome::Violation;
use crate::world::World;
use casebooks::{Breach, Casebooks, Told};
use clearance::Clearance;

/// Violations that are kept with their details.
const KEPT: usize = 50;
/// How long a heads-up may be on a screen: its time and what clocks may be off.
const HEADS_UP_MS: u64 = limits::HEADS_UP_MS + limits::CLOCK_SKEW_MS;

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
    /// Found on somebody whose program was killed in the same moment: what they go for is known once it runs again.
    unjudged: Vec<(crate::ledger::SecretId, Where)>,
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
    /// Messages that could not be read, the first few.
    pub unreadable: Vec<Violation>,
    affairs: BTreeMap<IncidentId, usize>,
    /// Who is what.
    pub clearance: Clearance,
    /// Warnings that programs gave their people: how often, by their codes.
    pub warnings: BTreeMap<(MachineId, String), u32>,
    /// Whether who operates the relay does what it should.
    pub trusts_operator: bool,
    suspected: Vec<(Timestamp, Breach)>,
    casebooks: Casebooks,
    notes: BTreeMap<u64, Hash32>,
    spent: BTreeMap<Hash32, Hash32>,
    vouched: BTreeMap<Hash32, IncidentId>,
    erased: BTreeMap<IncidentId, Timestamp>,
    /// Since when each screen has shown each heads-up.
    heads_ups: BTreeMap<(MachineId, ZoneId, Cell, Timestamp), Timestamp>,
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
            unjudged: Vec::new(),
            call_outs: (0, 0),
            undecryptable: 0,
            without_quorum: 0,
            violated: 0,
            violations: Vec::new(),
            unreadable: Vec::new(),
            affairs: BTreeMap::new(),
            clearance: Clearance::default(),
            warnings: BTreeMap::new(),
            trusts_operator: true,
            suspected: Vec::new(),
            casebooks: Casebooks::default(),
            notes: BTreeMap::new(),
            spent: BTreeMap::new(),
            vouched: BTreeMap::new(),
            erased: BTreeMap::new(),
            heads_ups: BTreeMap::new(),
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
    pub fn see<D>(&mut self, world: &mut World<D>, id: MachineId, event: &Event) {
        let now = world.now();
        let line = format!("{} {} {event:?}", now.0, id.0);
        self.trail = sha256("sim-trail", &[self.trail.as_ref(), line.as_bytes()]);
        world.ledger.shown(id, &line);
        let Some((device, life)) = world.machine(id).and_then(|m| Some((m.device()?, m.life()))) else {
            return;
        };
        match event {
            Event::Desk(event) => self.see_desk((id, life), device, event, now),
            Event::Alert(event) => self.see_alert(device, event, now),
            Event::Member(event) => self.see_member(event, now),
            Event::Neighbor(event) => self.see_neighbor(event, now),
            Event::Warning { code, text } => {
                *self.warnings.entry((id, (*code).to_owned())).or_insert(0) += 1;
                if text.contains("could not be") {
                    self.unreadable(now, format!("{id:?}: {code}: {text}"));
                }
            }
            Event::Team(..) => self.see_running(id, device, now),
            Event::Online(_) | Event::Network | Event::Enroll(_) | Event::Host(_) | Event::Registrar(_) => {}
        }
        self.see_what_is_gone(world, id, event);
        self.judge(world);
    }

    /// What was found since the last look: whether it may be there.
    pub fn judge<D>(&mut self, world: &mut World<D>) {
        let now = world.now();
        let waiting = std::mem::take(&mut self.unjudged).into_iter();
        let waiting = waiting.map(|(secret, place)| Found::Secret(secret, place));
        for found in waiting.chain(world.ledger.take_found()).collect::<Vec<_>>() {
            match found {
                Found::Secret(secret, place) if is_down(world, &place) => self.unjudged.push((secret, place)),
                Found::Secret(secret, place) => self.judge_secret(world, secret, &place),
                Found::PassAgain(pass) => {
                    self.violate("passes-count-once", now, format!("the relay took {pass} twice"))
                }
                Found::FrameKept(stream, seq) => {
                    self.violate("relay-erases", now, format!("place {} of {}", seq.0, stream.short()));
                }
            }
        }
    }

    fn judge_secret<D>(&mut self, world: &World<D>, id: crate::ledger::SecretId, place: &Where) {
        let now = world.now();
        let Some(secret) = world.ledger.secret(id).cloned() else { return };
        let (Where::Disk(who, _) | Where::Screen(who)) = place else {
            return self.violate("relay-reads-nothing", now, format!("{:?}", secret.kind));
        };
        let device = world.device(*who);
        let offers: Vec<OfferId> =
            device.into_iter().flat_map(|d| d.member().going()).map(|(offer, _)| *offer).collect();
        if !self.clearance.may(*who, &secret, place, &offers) {
            self.violate(
                "nobody-reads-more",
                now,
                format!("{:?} of {:?}: {place:?}", secret.kind, secret.owner),
            );
        }
        let is_erased = |incident| device.is_some_and(|d| d.desk().state().tombstone(incident).is_some());
        if secret.owner != *who && secret.incident.is_some_and(is_erased) {
            self.violate("erased-is-gone", now, format!("{:?} came back: {place:?}", secret.kind));
        }
    }

    /// What must not be on somebody's disk any more, now that their program has told this.
    fn see_what_is_gone<D>(&mut self, world: &World<D>, id: MachineId, event: &Event) {
        let over = match event {
            Event::Desk(DeskEvent::Entry { fact, outcome: Folded::Applied, .. }) => match fact.as_ref() {
                Fact::Close(CloseEvent::Erased { members, .. }) => Over::Incidents(members),
                _ => return,
            },
            Event::Member(MemberEvent::Released(offer) | MemberEvent::Declined(offer)) => Over::Offer(offer),
            _ => return,
        };
        let going: Vec<OfferId> =
            world.device(id).into_iter().flat_map(|d| d.member().going()).map(|(offer, _)| *offer).collect();
        let is_over = |incident: IncidentId| match &over {
            Over::Incidents(members) => members.contains(&incident),
            // Somebody may go to the same thing again.
            Over::Offer(offer) => {
                self.clearance.is_for(offer, incident)
                    && !going.iter().any(|other| self.clearance.is_for(other, incident))
            }
        };
        let mut kept = world.ledger.on_disk(id).filter_map(|(record, secret)| {
            let secret = world.ledger.secret(secret)?;
            (secret.owner != id && secret.incident.is_some_and(is_over)).then_some((record, secret.kind))
        });
        if let Some((record, kind)) = kept.next() {
            let name = if matches!(over, Over::Offer(_)) { "places-are-forgotten" } else { "erased-is-gone" };
            let detail = format!("{id:?}: {kind:?} in {record}");
            self.violate(name, world.now(), detail);
        }
    }

    /// Where the relay's operator is not to be trusted, two who do not agree are given a while: one of them is
    /// told with the next entry of somebody who has seen another casebook.
    fn report_breaches(&mut self, breaches: Vec<Breach>, now: Timestamp) {
        if !self.trusts_operator {
            return self.suspected.extend(breaches.into_iter().map(|breach| (now, breach)));
        }
        for Breach { invariant, detail, .. } in breaches {
            self.violate(invariant, now, detail);
        }
    }

    /// Judges what was seen before this moment.
    fn judge_suspected(&mut self, before: Timestamp) {
        let due: Vec<(Timestamp, Breach)> = self.suspected.extract_if(.., |(at, _)| *at < before).collect();
        for (at, Breach { invariant, detail, parties }) in due {
            if !parties.iter().any(|who| self.casebooks.is_parted(*who)) {
                self.violate(invariant, at, detail);
            }
        }
    }

    /// Whether somebody's program has told them that the casebook it is shown is not everybody's.
    pub fn is_parted(&self, who: MachineId) -> bool {
        self.casebooks.is_parted(who)
    }

    fn see_running(&mut self, id: MachineId, device: &Device, now: Timestamp) {
        let breaches = self.casebooks.running(id, device);
        self.report_breaches(breaches, now);
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

    fn see_desk(&mut self, (id, life): (MachineId, u32), device: &Device, event: &DeskEvent, now: Timestamp) {
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
                let is_news = self.casebooks.is_news(*seq);
                let told = Told { who: id, life, seq: *seq, hash, incident: fact.incident() };
                let mut breaches: Vec<Breach> = self.casebooks.entry(&told);
                let state = device.desk().state();
                let about = fact.incident();
                breaches.extend(about.and_then(|incident| self.casebooks.holder(id, state, *seq, incident)));
                breaches.extend(self.casebooks.running(id, device));
                self.report_breaches(breaches, now);
                if *outcome == Folded::Applied {
                    self.see_erasure(device, fact, now);
                }
                if is_news && *outcome == Folded::Applied {
                    self.see_fact(device, fact, now);
                }
            }
            DeskEvent::Marked { .. } => {
                self.casebooks.part(id);
                self.unreadable(now, format!("{id:?}: {event:?}"));
            }
            DeskEvent::BadReport { code: "report-unreadable", .. } => {
                self.unreadable(now, format!("{id:?}: {event:?}"));
            }
            DeskEvent::BadReport { .. }
            | DeskEvent::Home(..)
            | DeskEvent::Callback(..)
            | DeskEvent::Envelope(..)
            | DeskEvent::AlertRefused { .. } => {}
        }
    }

    fn see_erasure(&mut self, device: &Device, fact: &Fact, now: Timestamp) {
        let Fact::Close(CloseEvent::Erased { members, .. }) = fact else { return };
        for member in members {
            self.erased.entry(*member).or_insert(now);
            self.casebooks.erase(*member);
        }
        if members.iter().any(|member| device.desk().state().incident(*member).is_some()) {
            self.violate("erased-is-gone", now, format!("{members:?}"));
        }
    }

    /// A pass vouches for the first report that it came with.
    fn see_vouched(&mut self, state: &DeskState, incident: IncidentId, now: Timestamp) {
        let Some(held) = state.incident(incident).filter(|held| state.is_vouched(held)) else { return };
        let Some(vouch) = held.vouch else { return };
        let other = self.vouched.insert(vouch.pass, incident).filter(|other| *other != incident);
        if other.and_then(|other| state.incident(other)).is_some_and(|other| state.is_vouched(other)) {
            self.violate("passes-count-once", now, format!("{} vouches for two reports", vouch.pass));
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
            Fact::CallOut(CallOutEvent::Accepted { incident, offers, .. }) => {
                let group: Vec<IncidentId> = state.group(*incident).map(|member| member.id).collect();
                for offer in offers {
                    self.clearance.accept(*offer, group.iter().copied().chain([*incident]), now);
                }
            }
            Fact::Intake(IntakeEvent::ReportTaken { report, .. }) => {
                self.see_vouched(state, incident_of_report(report.id()), now);
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

    fn see_member(&mut self, event: &MemberEvent, now: Timestamp) {
        if let MemberEvent::Accepted(offer, _) = event
            && !self.clearance.is_accepted(offer)
        {
            self.violate("places-only-for-accepted", now, format!("{offer}"));
        }
        if let MemberEvent::HeadsUp(zone, heads_up) = event
            && now.since_ms(heads_up.at) > HEADS_UP_MS
        {
            self.violate("heads-ups-end", now, format!("{zone}"));
        }
    }

    /// Notes a violation.
    pub fn violate(&mut self, invariant: &'static str, now: Timestamp, detail: String) {
        self.violated += 1;
        if self.violations.len() < KEPT {
            self.violations.push(Violation { invariant, at_ms: now.since_ms(self.begin), detail });
        }
    }

    /// Notes a message that could not be read.
    fn unreadable(&mut self, now: Timestamp, detail: String) {
        self.undecryptable += 1;
        if self.unreadable.len() < KEPT {
            let invariant = "messages-are-readable";
            self.unreadable.push(Violation { invariant, at_ms: now.since_ms(self.begin), detail });
        }
    }
}

/// What is over.
enum Over<'a> {
    Incidents(&'a [IncidentId]),
    Offer(&'a OfferId),
}

/// Whether something lies with somebody whose program does not run now.
fn is_down<D>(world: &World<D>, place: &Where) -> bool {
    let (Where::Disk(who, _) | Where::Screen(who)) = place else { return false };
    world.machine(*who).is_some_and(|machine| machine.device().is_none())
}
