//! Findings (flow 1.6): what a verifier on the scene says.

use bystand_wire::{AlertId, CallOutId, Hash32, IncidentId, OfferId, Timestamp};
use minicbor::{Decode, Encode};

use super::alert::{Alert, HowEnded, PublicPlace};
use super::breach::{Breach, Step, Stop};
use super::event::check_text;
use super::ids::{FindingId, Stamp, incident_of_report};
use super::incident::{Incident, Vouch};
use super::state::DeskState;
use crate::report::{Kind, Report};

/// What a verifier says.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Encode, Decode)]
pub enum Verdict {
    /// It is so.
    #[n(0)]
    Confirmed,
    /// It is not so, and this is what it was.
    #[n(1)]
    FalseAlarm(#[n(0)] WhatItWas),
    /// It could not be checked.
    #[n(2)]
    CouldNotCheck,
    /// It was so, and it is over.
    #[n(3)]
    Ended(#[n(0)] HowEnded),
}

/// What a false alarm really was.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Encode, Decode)]
#[cbor(index_only)]
pub enum WhatItWas {
    /// City police.
    #[n(0)]
    CityPolice,
    /// County sheriff.
    #[n(1)]
    Sheriff,
    /// State police or highway patrol.
    #[n(2)]
    StatePolice,
    /// Another federal agency, about something else.
    #[n(3)]
    OtherFederal,
    /// Fire department or ambulance.
    #[n(4)]
    FireOrAmbulance,
    /// Private security.
    #[n(5)]
    PrivateSecurity,
    /// Tow trucks or parking enforcement.
    #[n(6)]
    Towing,
    /// Utility or construction workers.
    #[n(7)]
    Utility,
    /// Delivery or other everyday business.
    #[n(8)]
    Delivery,
    /// Nothing was there.
    #[n(9)]
    NothingThere,
    /// Something else.
    #[n(10)]
    Other,
}

words!(WhatItWas, CityPolice => "city-police", Sheriff => "sheriff", StatePolice => "state-police", OtherFederal => "other-federal", FireOrAmbulance => "fire-or-ambulance", PrivateSecurity => "private-security", Towing => "towing", Utility => "utility", Delivery => "delivery", NothingThere => "nothing-there", Other => "other");

/// Proof that the verifier signed the public statement with a finding pass. The statement itself is
/// checked before the entry is written; here are the hashes by which everybody can find it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct Signed {
    /// Hash of the signed public statement.
    #[n(0)]
    pub statement: Hash32,
    /// Hash of the finding pass.
    #[n(1)]
    pub pass: Hash32,
}

/// A finding. What of it becomes public is kind, place, times and verdict.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct Finding {
    /// Its id, drawn by the verifier's device.
    #[n(0)]
    pub id: FindingId,
    /// The alert id drawn for it.
    #[n(1)]
    pub alert: AlertId,
    /// The call-out and offer it answers; `None` when somebody happened on it.
    #[n(2)]
    pub answers: Option<(CallOutId, OfferId)>,
    /// What it is about.
    #[n(3)]
    pub kind: Kind,
    /// Where; the zone only when it is a home.
    #[n(4)]
    pub place: PublicPlace,
    /// Seen from this moment.
    #[n(5)]
    pub from: Timestamp,
    /// Until this moment.
    #[n(6)]
    pub until: Timestamp,
    /// What it is.
    #[n(7)]
    pub verdict: Verdict,
    /// How many people looked.
    #[n(8)]
    pub seen_by: u8,
    /// For the desk only.
    #[n(9)]
    pub note: String,
    /// Its signature; `None` while a finding given by phone waits on the verifier's device.
    #[n(10)]
    pub signed: Option<Signed>,
}

/// A finding in the casebook.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct StoodFinding {
    /// The entry.
    #[n(0)]
    pub stamp: Stamp,
    /// What it says.
    #[n(1)]
    pub finding: Finding,
    /// Another finding stands instead.
    #[n(2)]
    pub set_aside: bool,
}

/// Entries about findings.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub enum FindingEvent {
    /// A verifier's finding came, over the response stream or by phone.
    #[n(0)]
    Recorded {
        /// About what.
        #[n(0)]
        incident: IncidentId,
        /// What it says.
        #[n(1)]
        finding: Box<Finding>,
    },
    /// A trained member happened on something: report and finding in one step.
    #[n(1)]
    OnTheSpot {
        /// The report; opens an incident.
        #[n(0)]
        report: Box<Report>,
        /// Its pass.
        #[n(1)]
        vouch: Option<Vouch>,
        /// When the relay had it.
        #[n(2)]
        received_at: Timestamp,
        /// What it says; answers no call-out.
        #[n(3)]
        finding: Box<Finding>,
    },
    /// The signature of a finding that was given by phone has come.
    #[n(2)]
    Signed {
        /// About what.
        #[n(0)]
        incident: IncidentId,
        /// Which finding.
        #[n(1)]
        finding: FindingId,
        /// Its signature.
        #[n(2)]
        signed: Signed,
    },
    /// Findings contradict: this one stands, those that say the opposite are set aside.
    #[n(3)]
    Resolved {
        /// About what; the whole group.
        #[n(0)]
        incident: IncidentId,
        /// Which finding stands.
        #[n(1)]
        stands: FindingId,
        /// Why.
        #[n(2)]
        note: String,
    },
}

impl FindingEvent {
    pub(super) fn incident(&self) -> IncidentId {
        match self {
            FindingEvent::OnTheSpot { report, .. } => incident_of_report(report.id()),
            FindingEvent::Recorded { incident, .. }
            | FindingEvent::Signed { incident, .. }
            | FindingEvent::Resolved { incident, .. } => *incident,
        }
    }
}

impl DeskState {
    pub(super) fn apply_finding(&mut self, stamp: Stamp, event: FindingEvent) -> Step {
        match event {
            FindingEvent::Recorded { incident, finding } => self.record_finding(stamp, incident, *finding),
            FindingEvent::OnTheSpot { report, vouch, received_at, finding } => {
                self.found_on_the_spot(stamp, *report, vouch, received_at, *finding)
            }
            FindingEvent::Signed { incident, finding, signed } => {
                self.sign_finding(incident, finding, signed)
            }
            FindingEvent::Resolved { incident, stands, note } => {
                check_text(&note)?;
                self.resolve(stamp, incident, stands)
            }
        }
    }

    /// A finding needs no claim, and may come after closing: what was seen was seen.
    fn record_finding(&mut self, stamp: Stamp, id: IncidentId, finding: Finding) -> Step {
        let incident = self.known(id)?;
        if incident.finding(finding.id).is_some() {
            return Err(Stop::Duplicate);
        }
        check_finding(&finding, self.group(id).any(Incident::is_home))?;
        check_answer(incident, &finding)?;
        self.keep_finding(stamp, id, finding);
        Ok(())
    }

    fn found_on_the_spot(
        &mut self,
        stamp: Stamp,
        report: Report,
        vouch: Option<Vouch>,
        received_at: Timestamp,
        finding: Finding,
    ) -> Step {
        self.check_report(&report, vouch)?;
        check_finding(&finding, report.said().place.home)?;
        if finding.answers.is_some() {
            return Err(Breach::WrongOrder.into());
        }
        let id = incident_of_report(report.id());
        self.take_report(stamp, report, vouch, received_at)?;
        self.keep_finding(stamp, id, finding);
        Ok(())
    }

    fn keep_finding(&mut self, stamp: Stamp, id: IncidentId, finding: Finding) {
        let root = self.root_of(id);
        let first_taken = self.group(id).map(|member| member.taken.at).min();
        let is_first = !self.group(id).any(|member| member.counted_finding);
        let zone = self.incidents.get(&root).and_then(Incident::zone).cloned();
        if let Some(taken) = first_taken.filter(|_| is_first) {
            self.shared.figures.count_finding(stamp.at, zone, taken, finding.verdict);
        }
        let Some(incident) = self.incidents.get_mut(&id) else { return };
        incident.counted_finding |= is_first;
        let (finding_id, alert) = (finding.id, finding.alert);
        incident.alerts.entry(alert).or_insert_with(|| Box::new(Alert::drawn(alert, stamp)));
        incident.findings.push(StoodFinding { stamp, finding, set_aside: false });
        self.index.add_finding(finding_id, id);
        self.index.add_alert(alert, id);
    }

    fn sign_finding(&mut self, id: IncidentId, finding: FindingId, signed: Signed) -> Step {
        let incident = self.known_mut(id)?;
        let found = incident.findings.iter_mut().find(|found| found.finding.id == finding);
        let found = found.ok_or(Breach::Unknown)?;
        if found.finding.signed.is_some() {
            return Err(Stop::Duplicate);
        }
        found.finding.signed = Some(signed);
        Ok(())
    }

    fn resolve(&mut self, stamp: Stamp, id: IncidentId, stands: FindingId) -> Step {
        let root = self.held_root(id, stamp.by)?.id;
        if !self.is_contradicted(root) {
            return Err(Breach::NothingToResolve.into());
        }
        let chosen = self.standing_findings(root).find(|found| found.finding.id == stands);
        let verdict = chosen.ok_or(Breach::Unknown)?.finding.verdict;
        let members: Vec<IncidentId> = self.group(root).map(|member| member.id).collect();
        for member in members {
            let Some(incident) = self.incidents.get_mut(&member) else { continue };
            for found in &mut incident.findings {
                found.set_aside |= gives_way(found.finding.verdict, verdict);
            }
        }
        Ok(())
    }
}

/// Whether a finding is set aside when another one stands: those that say the opposite; and when the
/// one that stands says that it could not be checked, all that say yes or no.
fn gives_way(other: Verdict, stands: Verdict) -> bool {
    let says = |verdict| match verdict {
        Verdict::Confirmed | Verdict::Ended(_) => Some(true),
        Verdict::FalseAlarm(_) => Some(false),
        Verdict::CouldNotCheck => None,
    };
    says(other).is_some() && says(other) != says(stands)
}

fn check_finding(finding: &Finding, home: bool) -> Step {
    check_text(&finding.note)?;
    finding.place.check(home)?;
    if finding.from > finding.until || finding.seen_by == 0 {
        return Err(Breach::OutOfLimits.into());
    }
    Ok(())
}

/// A finding that answers a call-out is by somebody who was accepted and has parked, and carries the
/// alert id that was drawn for that call-out (or for an alert this incident has already).
fn check_answer(incident: &Incident, finding: &Finding) -> Step {
    let Some((call_out, offer)) = finding.answers else { return Ok(()) };
    let call = incident.call_outs.get(&call_out).ok_or(Breach::Unknown)?;
    let responder = call.responders.get(&offer).ok_or(Breach::Unknown)?;
    if !responder.phase.may_find() {
        return Err(Breach::NotParked.into());
    }
    if !incident.alerts.contains_key(&finding.alert) {
        return Err(Breach::Unknown.into());
    }
    Ok(())
}
