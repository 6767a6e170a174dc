//! Reports become incidents (flows 1.1 to 1.3): taking, joining, striking, talking with reporters.

use bystand_wire::{IncidentId, PassPurpose, Seq, Timestamp};
use minicbor::{Decode, Encode};

use super::breach::{Breach, Step, Stop};
use super::close::Class;
use super::event::check_text;
use super::ids::{Stamp, incident_of_report};
use super::incident::{Incident, News, Talk, Vouch, Words};
use super::rules::{JOINED, LATE_REPORT_MS};
use super::state::DeskState;
use crate::report::{Report, Source, TextField, TextRange, strike_range};

/// Entries about reports.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub enum IntakeEvent {
    /// A report came, or a dispatcher typed one for a caller. Opens an incident. Any device that sees
    /// the report appends it; the first counts.
    #[n(0)]
    ReportTaken {
        /// The report; a home without its exact place.
        #[n(0)]
        report: Box<Report>,
        /// Its pass; `None` for the open lane and for callers.
        #[n(1)]
        vouch: Option<Vouch>,
        /// When the relay had it (a caller's: when it was typed).
        #[n(2)]
        received_at: Timestamp,
    },
    /// *Same as*: an incident, and what was joined to it, becomes part of another; also of one that was closed
    /// lately, as long as nothing but reports is known of it.
    #[n(1)]
    SameAs {
        /// What is joined.
        #[n(0)]
        incident: IncidentId,
        /// To what.
        #[n(1)]
        into: IncidentId,
    },
    /// Undoes a joining for one incident; it stands alone again, with all that was its own.
    #[n(2)]
    Split {
        /// What is split off.
        #[n(0)]
        incident: IncidentId,
    },
    /// Words are struck from a text. Any dispatcher, at any time.
    #[n(3)]
    Struck {
        /// Whose report.
        #[n(0)]
        incident: IncidentId,
        /// Which text.
        #[n(1)]
        field: TextField,
        /// Which characters.
        #[n(2)]
        range: TextRange,
    },
    /// The place turns out to be a home: pin and text are forgotten.
    #[n(4)]
    MarkedHome {
        /// Whose report.
        #[n(0)]
        incident: IncidentId,
    },
    /// The desk asks the reporter something.
    #[n(5)]
    Asked {
        /// Whose report.
        #[n(0)]
        incident: IncidentId,
        /// What.
        #[n(1)]
        question: String,
    },
    /// The reporter said something on the reply stream. Any device that sees it.
    #[n(6)]
    ReporterSaid {
        /// Whose report.
        #[n(0)]
        incident: IncidentId,
        /// Its place in the reply stream.
        #[n(1)]
        reply: Seq,
        /// What, made fit by [`super::clean_text`].
        #[n(2)]
        text: String,
    },
    /// The reporter was told something by template.
    #[n(7)]
    Told {
        /// Whose report.
        #[n(0)]
        incident: IncidentId,
        /// What.
        #[n(1)]
        news: News,
    },
}

impl IntakeEvent {
    pub(super) fn incident(&self) -> IncidentId {
        match self {
            IntakeEvent::ReportTaken { report, .. } => incident_of_report(report.id()),
            IntakeEvent::SameAs { incident, .. }
            | IntakeEvent::Split { incident }
            | IntakeEvent::Struck { incident, .. }
            | IntakeEvent::MarkedHome { incident }
            | IntakeEvent::Asked { incident, .. }
            | IntakeEvent::ReporterSaid { incident, .. }
            | IntakeEvent::Told { incident, .. } => *incident,
        }
    }
}

impl DeskState {
    pub(super) fn apply_intake(&mut self, stamp: Stamp, event: IntakeEvent) -> Step {
        match event {
            IntakeEvent::ReportTaken { report, vouch, received_at } => {
                self.take_report(stamp, *report, vouch, received_at)
            }
            IntakeEvent::SameAs { incident, into } => self.join(stamp, incident, into),
            IntakeEvent::Split { incident } => self.split(stamp, incident),
            IntakeEvent::Struck { incident, field, range } => self.strike(incident, field, range),
            IntakeEvent::MarkedHome { incident } => self.mark_home(incident),
            IntakeEvent::Asked { incident, question } => self.ask(stamp, incident, question),
            IntakeEvent::ReporterSaid { incident, reply, text } => {
                self.hear_reporter(stamp, incident, reply, text)
            }
            IntakeEvent::Told { incident, news } => self.tell(stamp, incident, news),
        }
    }

    /// Also the first half of a one-step report and finding.
    pub(super) fn take_report(
        &mut self,
        stamp: Stamp,
        report: Report,
        vouch: Option<Vouch>,
        received_at: Timestamp,
    ) -> Step {
        self.check_report(&report, vouch)?;
        let incident = Incident::open(stamp, report, vouch, received_at);
        self.shared.figures.count_report(stamp.at, &incident);
        self.index.add(&incident);
        self.incidents.insert(incident);
        Ok(())
    }

    /// The rules for a new report; nothing is changed.
    pub(super) fn check_report(&self, report: &Report, vouch: Option<Vouch>) -> Step {
        let id = incident_of_report(report.id());
        if self.shared.erased.contains_key(&id) {
            return Err(Breach::Erased.into());
        }
        if self.incidents.contains_key(&id) {
            return Err(Stop::Duplicate);
        }
        let place = &report.said().place;
        if place.home && place.is_exact() {
            return Err(Breach::ExactHome.into());
        }
        let asked = match report.source() {
            Source::Card => Some(PassPurpose::Card),
            Source::Member => Some(PassPurpose::Report),
            Source::Public | Source::Caller => None,
        };
        if vouch.map(|vouch| vouch.purpose) != asked {
            return Err(Breach::VouchMismatch.into());
        }
        Ok(())
    }

    /// What is joined must not be somebody else's, and one of the two must be claimed. Whoever held what
    /// it is joined to goes on holding it: a second report of an event is theirs to have.
    fn join(&mut self, stamp: Stamp, incident: IncidentId, into: IncidentId) -> Step {
        let root = self.known(self.root_of(into))?;
        let child = self.known(incident)?;
        if child.joined_into == Some(root.id) {
            return Err(Stop::Duplicate);
        }
        if root.id == incident {
            return Err(Breach::JoinsItself.into());
        }
        if child.joined_into.is_some() {
            return Err(Breach::AlreadyJoined.into());
        }
        if child.closing.is_some() {
            return Err(Breach::Closed.into());
        }
        let is_late = root.closing.is_some();
        if is_late && !self.is_answered(stamp, incident, root) {
            return Err(Breach::Closed.into());
        }
        let [joining, held] = [child, root].map(|i| i.claim.map(|claim| claim.holder));
        if joining.is_some_and(|holder| holder != stamp.by) {
            return Err(Breach::HeldByOther.into());
        }
        if joining.is_none() && held.is_none() {
            return Err(Breach::NotClaimed.into());
        }
        let is_anothers = held.is_some_and(|holder| holder != stamp.by);
        if child.held != root.held {
            return Err(Breach::Held.into());
        }
        if root.joined.len() + child.joined.len() + 1 > JOINED {
            return Err(Breach::OutOfLimits.into());
        }
        let live = |id| self.group(id).any(Incident::alert_live);
        if live(incident) && live(into) {
            return Err(Breach::AlertLive.into());
        }
        let (root, mut moved) = (root.id, child.joined.clone());
        moved.insert(incident);
        self.set_claim(incident, None);
        if !is_anothers && !is_late {
            self.set_claim(root, Some((stamp.by, stamp)));
        }
        if let Some(child) = self.incidents.get_mut(&incident) {
            child.joined.clear();
        }
        for id in &moved {
            if let Some(member) = self.incidents.get_mut(id) {
                member.joined_into = Some(root);
                self.index.set_open(member);
            }
        }
        self.known_mut(root)?.joined.extend(moved);
        Ok(())
    }

    /// Whether a report may be joined to an incident that is closed: not long ago, and nobody was asked to look for it.
    fn is_answered(&self, stamp: Stamp, report: IncidentId, closed: &Incident) -> bool {
        let is_report_only = |member: &Incident| {
            member.call_outs.is_empty() && member.findings.is_empty() && member.alerts.is_empty()
        };
        let is_lately = closed.closing.as_ref().is_some_and(|closing| {
            closing.class != Class::EraseNow && stamp.at.since_ms(closing.stamp.at) <= LATE_REPORT_MS
        });
        is_lately && self.group(report).all(is_report_only)
    }

    fn split(&mut self, stamp: Stamp, incident: IncidentId) -> Step {
        let root = self.known(incident)?.joined_into.ok_or(Breach::NotJoined)?;
        self.held_root(root, stamp.by)?;
        self.known_mut(root)?.joined.remove(&incident);
        let child = self.known_mut(incident)?;
        child.joined_into = None;
        child.last_activity = stamp.at;
        if let Some(child) = self.incidents.get(&incident) {
            self.index.set_open(child);
        }
        Ok(())
    }

    fn strike(&mut self, id: IncidentId, field: TextField, range: TextRange) -> Step {
        let text = self.known(id)?.report.text(field);
        let struck = strike_range(text, range).ok_or(Breach::BadRange)?;
        if struck == text {
            return Err(Stop::Duplicate);
        }
        self.change_report(id, |report| report.strike(field, range).map_err(|_| Breach::BadRange))
    }

    fn mark_home(&mut self, id: IncidentId) -> Step {
        if self.known(id)?.is_home() {
            return Err(Stop::Duplicate);
        }
        self.change_report(id, |report| {
            report.make_home();
            Ok(())
        })
    }

    /// Changes a report and where its incident is looked for.
    fn change_report(
        &mut self,
        id: IncidentId,
        change: impl FnOnce(&mut Report) -> Result<(), Breach>,
    ) -> Step {
        let incident = self.incidents.get_mut(&id).ok_or(Breach::Unknown)?;
        self.index.forget_place(incident);
        let changed = change(&mut incident.report);
        self.index.learn_place(incident);
        Ok(changed?)
    }

    fn ask(&mut self, stamp: Stamp, id: IncidentId, question: String) -> Step {
        check_text(&question)?;
        self.held_root(id, stamp.by)?;
        let incident = self.known_mut(id)?;
        if incident.report.said().reply.is_none() {
            return Err(Breach::NoReplyStream.into());
        }
        incident.talk.push(Talk { stamp, words: Words::Asked(question) });
        Ok(())
    }

    fn hear_reporter(&mut self, stamp: Stamp, id: IncidentId, reply: Seq, text: String) -> Step {
        check_text(&text)?;
        let incident = self.known_mut(id)?;
        if incident.last_reply().is_some_and(|last| reply <= last) {
            return Err(Stop::Duplicate);
        }
        incident.talk.push(Talk { stamp, words: Words::Said(reply, text) });
        Ok(())
    }

    fn tell(&mut self, stamp: Stamp, id: IncidentId, news: News) -> Step {
        let incident = self.known_mut(id)?;
        let words = Words::Told(news);
        let last_told = incident.talk.iter().rev().find(|talk| matches!(talk.words, Words::Told(_)));
        if last_told.is_some_and(|talk| talk.words == words) {
            return Err(Stop::Duplicate);
        }
        incident.talk.push(Talk { stamp, words });
        Ok(())
    }
}
