//! An incident: one report, what was joined to it, and all that was done about it.

use std::collections::{BTreeMap, BTreeSet};

use bystand_wire::{AlertId, CallOutId, Cell, Hash32, IncidentId, PassPurpose, Seq, Timestamp, ZoneId};
use minicbor::{Decode, Encode};

use super::alert::Alert;
use super::callout::CallOut;
use super::close::Closing;
use super::finding::{StoodFinding, WhatItWas};
use super::ids::{Author, FindingId, Stamp};
use crate::report::Report;

/// The pass that came with a report.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Encode, Decode)]
#[cbor(map)]
pub struct Vouch {
    /// Card or report.
    #[n(0)]
    pub purpose: PassPurpose,
    /// The pass's hash; two reports with one pass count once.
    #[n(1)]
    pub pass: Hash32,
}

/// Somebody is on it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct Claim {
    /// Who.
    #[n(0)]
    pub holder: Author,
    /// Since when.
    #[n(1)]
    pub since: Timestamp,
    /// The entry that was their last sign.
    #[n(2)]
    pub last_sign: Seq,
    /// When that was.
    #[n(3)]
    pub last_sign_at: Timestamp,
}

/// The three drawers of triage.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Encode, Decode)]
#[cbor(index_only)]
pub enum Drawer {
    /// Only matches general traits: not shared.
    #[n(0)]
    DoNotShare,
    /// Worth checking: shared with verifiers, marked unconfirmed.
    #[n(1)]
    ShareUnconfirmed,
    /// Strong evidence.
    #[n(2)]
    Strong,
}

words!(Drawer, DoNotShare => "do-not-share", ShareUnconfirmed => "share-unconfirmed", Strong => "strong");

/// A dispatcher's words.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct Note {
    /// By whom and when.
    #[n(0)]
    pub stamp: Stamp,
    /// What they wrote.
    #[n(1)]
    pub text: String,
}

/// One thing said between desk and reporter.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct Talk {
    /// The entry.
    #[n(0)]
    pub stamp: Stamp,
    /// What was said.
    #[n(1)]
    pub words: Words,
}

/// What was said, by whom.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
pub enum Words {
    /// The desk asked.
    #[n(0)]
    Asked(#[n(0)] String),
    /// The reporter said; with the place in the reply stream.
    #[n(1)]
    Said(#[n(0)] Seq, #[n(1)] String),
    /// The desk told, by template.
    #[n(2)]
    Told(#[n(0)] News),
}

/// What a reporter is told; each has a text in every language.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Encode, Decode)]
pub enum News {
    /// *The desk has it.*
    #[n(0)]
    Received,
    /// Somebody is on the way to check.
    #[n(1)]
    BeingChecked,
    /// It was confirmed.
    #[n(2)]
    Confirmed,
    /// It was something else.
    #[n(3)]
    FalseAlarm(#[n(0)] WhatItWas),
    /// Nobody could check.
    #[n(4)]
    CouldNotCheck,
    /// It is over.
    #[n(5)]
    Over,
}

/// A heads-up that was sent: unconfirmed, to on-duty members of a zone, gone after twenty minutes.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct HeadsUp {
    /// By whom and when.
    #[n(0)]
    pub stamp: Stamp,
    /// To which zone.
    #[n(1)]
    pub zone: ZoneId,
    /// The coarse cell it names.
    #[n(2)]
    pub cell: Cell,
}

/// Whose help was asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Encode, Decode)]
#[cbor(index_only)]
pub enum Helpers {
    /// The aid team.
    #[n(0)]
    Aid,
    /// The legal team.
    #[n(1)]
    Legal,
}

words!(Helpers, Aid => "aid", Legal => "legal");

/// A referral to another team.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct Referral {
    /// By whom and when.
    #[n(0)]
    pub stamp: Stamp,
    /// To which team.
    #[n(1)]
    pub to: Helpers,
    /// What they need to know.
    #[n(2)]
    pub note: String,
}

/// Where an incident stands. Read from the rest of the state ([`super::DeskState::stage`]):
///
/// | from | by | to |
/// | --- | --- | --- |
/// | `Waiting` | call-out opened | `Checking` |
/// | `Checking` | all call-outs closed without a finding | `Waiting` |
/// | `Waiting`, `Checking` | a finding | `Found` |
/// | `Found` | a finding that contradicts | `Contradicted` |
/// | `Contradicted` | resolved | `Found` |
/// | `Found` | alert published | `Alerted` |
/// | `Alerted` | over or wrong | `Found` |
/// | any | closed | `Closed` |
/// | `Closed` | reopened | what it was before |
/// | any | joined to another | `Joined`; split off: what it was before |
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Stage {
    /// Nobody has decided anything.
    Waiting,
    /// Responders were called out.
    Checking,
    /// There is a finding.
    Found,
    /// Findings contradict.
    Contradicted,
    /// An alert is out.
    Alerted,
    /// Closed.
    Closed,
    /// Part of another incident.
    Joined,
}

words!(Stage, Waiting => "waiting", Checking => "checking", Found => "found", Contradicted => "contradicted", Alerted => "alerted", Closed => "closed", Joined => "joined");

/// An incident. Changed only by the fold.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct Incident {
    /// Its name: that of its report.
    #[n(0)]
    pub id: IncidentId,
    /// The entry that opened it.
    #[n(1)]
    pub taken: Stamp,
    /// The report.
    #[n(2)]
    pub report: Report,
    /// Its pass.
    #[n(3)]
    pub vouch: Option<Vouch>,
    /// When the relay had it.
    #[n(4)]
    pub received_at: Timestamp,
    /// The incident it was joined to.
    #[n(5)]
    pub joined_into: Option<IncidentId>,
    /// Incidents joined to this one.
    #[n(6)]
    pub joined: BTreeSet<IncidentId>,
    /// Who is on it.
    #[n(7)]
    pub claim: Option<Claim>,
    /// Triage.
    #[n(8)]
    pub drawer: Option<Drawer>,
    /// Triage and after-action notes.
    #[n(9)]
    pub notes: Vec<Note>,
    /// What was said between desk and reporter.
    #[n(10)]
    pub talk: Vec<Talk>,
    /// Heads-ups.
    #[n(11)]
    pub heads_ups: Vec<HeadsUp>,
    /// Referrals.
    #[n(12)]
    pub referrals: Vec<Referral>,
    /// Call-outs; in boxes because a map makes room for eleven at once.
    #[n(13)]
    pub call_outs: BTreeMap<CallOutId, Box<CallOut>>,
    /// Findings, in order of arrival.
    #[n(14)]
    pub findings: Vec<StoodFinding>,
    /// Alerts by the id that was drawn for them; most are never published.
    #[n(15)]
    pub alerts: BTreeMap<AlertId, Box<Alert>>,
    /// How it was closed.
    #[n(16)]
    pub closing: Option<Closing>,
    /// The legal team is done with it.
    #[n(17)]
    pub legal_closed: Option<Timestamp>,
    /// The legal team holds it.
    #[n(18)]
    pub held: bool,
    /// The last time something was done about it.
    #[n(19)]
    pub last_activity: Timestamp,
    /// Its first finding has been counted in the figures.
    #[n(20)]
    pub counted_finding: bool,
    /// Its first alert has been counted in the figures.
    #[n(21)]
    pub counted_alert: bool,
}

impl Incident {
    pub(super) fn open(
        stamp: Stamp,
        report: Report,
        vouch: Option<Vouch>,
        received_at: Timestamp,
    ) -> Incident {
        Incident {
            id: super::incident_of_report(report.id()),
            taken: stamp,
            report,
            vouch,
            received_at,
            joined_into: None,
            joined: BTreeSet::new(),
            claim: None,
            drawer: None,
            notes: Vec::new(),
            talk: Vec::new(),
            heads_ups: Vec::new(),
            referrals: Vec::new(),
            call_outs: BTreeMap::new(),
            findings: Vec::new(),
            alerts: BTreeMap::new(),
            closing: None,
            legal_closed: None,
            held: false,
            last_activity: stamp.at,
            counted_finding: false,
            counted_alert: false,
        }
    }

    /// The zone its report names.
    pub fn zone(&self) -> Option<&ZoneId> {
        self.report.said().place.zone.as_ref()
    }

    /// Whether the place is somebody's home.
    pub fn is_home(&self) -> bool {
        self.report.said().place.home
    }

    /// One of its findings.
    pub fn finding(&self, id: FindingId) -> Option<&StoodFinding> {
        self.findings.iter().find(|found| found.finding.id == id)
    }

    /// The place in the reply stream of the last thing the reporter said.
    pub(super) fn last_reply(&self) -> Option<Seq> {
        self.talk.iter().rev().find_map(|talk| match &talk.words {
            Words::Said(place, _) => Some(*place),
            Words::Asked(_) | Words::Told(_) => None,
        })
    }

    /// Whether any of its responders is out.
    pub(super) fn responders_out(&self) -> bool {
        self.call_outs.values().any(|call_out| call_out.has_responders_out())
    }

    /// Whether one of its alerts is public and not ended.
    pub(super) fn alert_live(&self) -> bool {
        self.alerts.values().any(|alert| alert.phase.is_live())
    }
}
