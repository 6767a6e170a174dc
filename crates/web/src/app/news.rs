//! What the device told: kept while the app is open, for what no view could ask the device again.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use bystand_core::desk::Outcome;
use bystand_core::device::Event;
use bystand_core::device::desk::DeskEvent;
use bystand_core::device::enroll::EnrollEvent;
use bystand_core::device::member::MemberEvent;
use bystand_core::device::neighbor::NeighborEvent;
use bystand_core::device::registrar::{RegistrarEvent, SecretText};
use bystand_core::messages::CallOut;
use bystand_wire::{CallOutId, Hash32, OfferId, PublicKey, ReportId, Role, Timestamp, ZoneId};

use super::words::{t, t_with};
use crate::shell::clock::now;

/// Talk of a room that is kept.
const TALK: usize = 200;

/// What was told.
#[derive(Debug, Clone, Default)]
pub struct News {
    /// Under what name the person is in a zone's room this week.
    pub names: BTreeMap<ZoneId, String>,
    /// What was said in the rooms, the newest last.
    pub talk: VecDeque<Talk>,
    /// Call-outs near enough, by when they came: they are spoken once.
    pub calls: Vec<(Timestamp, ZoneId, CallOut)>,
    /// Offers that the desk has.
    pub offered: BTreeSet<OfferId>,
    /// Offers the desk asks about: are you all right?
    pub asked: BTreeSet<OfferId>,
    /// Offers that were declined with thanks.
    pub declined: BTreeSet<OfferId>,
    /// How the own reports stand.
    pub reports: BTreeMap<ReportId, OwnReport>,
    /// Emergency envelopes that were opened.
    pub envelopes: BTreeMap<OfferId, String>,
    /// The enrollment.
    pub enroll: Enrolling,
    /// Invitations made in this session, the newest last.
    pub invitations: Vec<Invited>,
    /// Devices that ask to become registrars.
    pub applications: BTreeMap<PublicKey, Hash32>,
    /// What a registrar has to look after.
    pub due: BTreeSet<&'static str>,
    /// So many issuer keys are still to be made.
    pub issuers_missing: usize,
    /// This device's root key.
    pub root_key: Option<PublicKey>,
    /// A proposal to be handed to the next steward, and whether it is complete.
    pub proposal: Option<(Vec<u8>, bool)>,
    /// Entries of the casebook that others wrote, as (what, by whom, when), the newest last.
    pub warnings: BTreeMap<&'static str, String>,
}

/// Something said in a room.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Talk {
    /// Where.
    pub zone: ZoneId,
    /// The week's name of who said it.
    pub name: String,
    /// What; nothing for *all quiet*.
    pub text: Option<String>,
    /// When it came.
    pub at: Timestamp,
}

/// How an own report stands.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Default)]
pub struct OwnReport {
    /// The words to follow it by.
    pub words: String,
    /// The relay has it.
    pub is_sent: bool,
    /// The desk has it.
    pub is_received: bool,
    /// It cannot be sent: why.
    pub refused: Option<&'static str>,
    /// What the desk said.
    pub desk: Vec<String>,
}

/// How the enrollment stands.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Enrolling {
    /// There is a certificate, for these roles.
    pub certified: Option<Vec<Role>>,
    /// It was refused: why.
    pub refused: Option<&'static str>,
}

/// An invitation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Invited {
    /// Names it.
    pub id: Hash32,
    /// What to hand over.
    pub text: SecretText,
    /// For what.
    pub roles: Vec<Role>,
    /// Until when it counts.
    pub until: Timestamp,
}

/// Something to be said once.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Line {
    /// What.
    pub text: String,
    /// Whether something did not work.
    pub is_trouble: bool,
}

fn good(text: String) -> Option<Line> {
    Some(Line { text, is_trouble: false })
}

fn trouble(text: String) -> Option<Line> {
    Some(Line { text, is_trouble: true })
}

impl News {
    /// Takes what was told; what must be said at once comes back. `own` is the certificate of the person at this device.
    pub fn take(&mut self, event: Event, own: Option<Hash32>) -> Option<Line> {
        match event {
            Event::Enroll(event) => self.enrolled(event),
            Event::Neighbor(event) => self.neighbor(event),
            Event::Member(event) => self.member(event),
            Event::Desk(event) => self.desk(event, own),
            Event::Registrar(event) => self.registrar(event),
            Event::Warning { code, text } => {
                self.warnings.insert(code, text);
                None
            }
            Event::Online(_) | Event::Network | Event::Alert(_) | Event::Team(..) | Event::Host(_) => None,
        }
    }

    fn enrolled(&mut self, event: EnrollEvent) -> Option<Line> {
        match event {
            EnrollEvent::Certified { roles, .. } => self.enroll.certified = Some(roles),
            EnrollEvent::Refused(code) => self.enroll.refused = Some(code),
            EnrollEvent::Waiting { .. } | EnrollEvent::Passes { .. } => {}
        }
        None
    }

    fn neighbor(&mut self, event: NeighborEvent) -> Option<Line> {
        match event {
            NeighborEvent::Kept { report, words, .. } => {
                self.reports.entry(report).or_default().words = words;
                good(t("report-kept"))
            }
            NeighborEvent::Sent(report) => {
                self.reports.entry(report).or_default().is_sent = true;
                None
            }
            NeighborEvent::Received(report, _) => {
                self.reports.entry(report).or_default().is_received = true;
                good(t("report-desk-has-it"))
            }
            NeighborEvent::Desk { report, text, .. } => {
                self.reports.entry(report).or_default().desk.push(text);
                None
            }
            NeighborEvent::Refused(report, code) => {
                self.reports.entry(report).or_default().refused = Some(code);
                trouble(t("report-refused"))
            }
            NeighborEvent::Answered(..) => None,
        }
    }

    fn member(&mut self, event: MemberEvent) -> Option<Line> {
        match event {
            MemberEvent::Joined(zone, name) => {
                self.names.insert(zone, name);
            }
            MemberEvent::CallOut(zone, call_out, is_for_us) => {
                if is_for_us && self.calls.iter().all(|(_, _, known)| known.id != call_out.id) {
                    self.calls.push((now(), zone, call_out));
                }
            }
            MemberEvent::CallOutOver(id) => self.forget_call(id),
            MemberEvent::Said(zone, name, text) => self.said(zone, name, Some(text)),
            MemberEvent::Quiet(zone, name) => self.said(zone, name, None),
            MemberEvent::Offered(offer, _) => {
                self.offered.insert(offer);
            }
            MemberEvent::Accepted(offer, _) => {
                self.offered.remove(&offer);
                return good(t("duty-accepted"));
            }
            MemberEvent::Declined(offer) => {
                self.declined.insert(offer);
                return good(t("duty-declined"));
            }
            MemberEvent::CheckIn(offer) | MemberEvent::SignDue(offer) => {
                self.asked.insert(offer);
            }
            MemberEvent::Released(offer) => {
                self.asked.remove(&offer);
                return good(t("duty-released"));
            }
            MemberEvent::Told(offer) => {
                self.asked.remove(&offer);
            }
            MemberEvent::Removed(zone) => {
                return trouble(t_with("duty-removed", &[("zone", zone.as_str().into())]));
            }
            MemberEvent::DayOver(zone) => {
                self.talk.retain(|talk| talk.zone != zone);
                self.names.remove(&zone);
            }
            MemberEvent::HeadsUp(..)
            | MemberEvent::Members(..)
            | MemberEvent::NoRoom(_)
            | MemberEvent::NoPass(_)
            | MemberEvent::Note(..)
            | MemberEvent::AlertPassed(_) => {}
        }
        None
    }

    fn said(&mut self, zone: ZoneId, name: String, text: Option<String>) {
        self.talk.push_back(Talk { zone, name, text, at: now() });
        if self.talk.len() > TALK {
            self.talk.pop_front();
        }
    }

    fn forget_call(&mut self, id: CallOutId) {
        self.calls.retain(|(_, _, call)| call.id != id);
    }

    fn desk(&mut self, event: DeskEvent, own: Option<Hash32>) -> Option<Line> {
        match event {
            DeskEvent::Entry { outcome: Outcome::Refused(breach), author, .. } => {
                // Of two actions that contradict the later has no effect; whoever did it is told why.
                match own == Some(author.0) {
                    true => trouble(t(&format!("breach-{}", breach.as_str()))),
                    false => None,
                }
            }
            DeskEvent::Envelope(offer, text) => {
                self.envelopes.insert(offer, text);
                None
            }
            DeskEvent::AlertRefused { code, .. } => {
                trouble(t_with("desk-alert-refused", &[("code", code.into())]))
            }
            DeskEvent::Entry { .. }
            | DeskEvent::Arrived(_)
            | DeskEvent::Marked { .. }
            | DeskEvent::BadReport { .. }
            | DeskEvent::Home(..)
            | DeskEvent::Callback(..) => None,
        }
    }

    fn registrar(&mut self, event: RegistrarEvent) -> Option<Line> {
        match event {
            RegistrarEvent::Invitation { id, text, roles, expires_at } => {
                self.invitations.push(Invited { id, text, roles, until: expires_at });
            }
            RegistrarEvent::Admitted { .. } => return good(t("steward-admitted")),
            RegistrarEvent::Application { device, certificate } => {
                self.applications.insert(device, certificate);
            }
            RegistrarEvent::IssuerKey { missing, .. } => self.issuers_missing = missing,
            RegistrarEvent::RootKey(key) => self.root_key = Some(key),
            RegistrarEvent::Proposal { bytes, is_complete, .. } => self.proposal = Some((bytes, is_complete)),
            RegistrarEvent::Due(what) => {
                self.due.insert(what);
            }
            RegistrarEvent::KeyNote(_) => self.due.clear(),
            RegistrarEvent::Revoked(_) => return good(t("steward-revoked")),
            RegistrarEvent::Issued { .. }
            | RegistrarEvent::Refused(_)
            | RegistrarEvent::Cards { .. }
            | RegistrarEvent::TeamKeys(_)
            | RegistrarEvent::CountersignAsked { .. } => {}
        }
        None
    }
}
