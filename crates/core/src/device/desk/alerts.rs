//! From a finding to the public: alerts, their corrections and their end, rumor checks (flows 1.7 to
//! 1.9).
//!
//! Each publication is prepared in the casebook, signed with a publish pass (used up by it), sent to
//! the public log, and noted in the casebook with its place there. The relay checks the quorum, and so
//! does every reader.

use bystand_crypto::sign::sign;
use bystand_wire::relay_api::{LogEntry, LogKind};
use bystand_wire::time::HOUR_MS;
use bystand_wire::{AlertId, Hash32, IncidentId, PassPurpose, ZoneId, encode};
use minicbor::{Decode, Encode};
use rand_core::Rng;

use super::super::registrar::ask_registrars;
use super::super::{CommandError, Cx, Owner, Shared};
use super::call_outs::tell_hosts;
use super::{Desk, DeskEntry, DeskJob};
use crate::alerts::signed::RegistrarLine;
use crate::alerts::{AlertBuilder, Countersign, FindingProof, FindingStatement, NoteKind, SignedAlert};
use crate::desk::{
    AlertEvent, AlertStep, Author, FindingId, RumorAnswer, RumorEvent, RumorId, StoodFinding, Verdict,
};
use crate::messages::DeskMessage;
use crate::outbox::{Job, JobId, Work};

/// How long an alert speaks before it must be renewed, in milliseconds.
const ALERT_MS: u64 = 2 * HOUR_MS;

/// An alert's note on its way to the public log.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct Publishing {
    /// For what.
    #[n(0)]
    pub incident: IncidentId,
    /// Which alert.
    #[n(1)]
    pub alert: AlertId,
    /// What it does.
    #[n(2)]
    pub what: PublishWhat,
    /// Whose members are told once the log has it. Kept with it: when the log answers, a device that has
    /// just started may not have read of the incident yet.
    #[n(3)]
    pub zones: Vec<ZoneId>,
}

/// What a note on its way does.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
pub enum PublishWhat {
    /// A step of an alert's life.
    #[n(0)]
    Step(#[n(0)] AlertStep),
    /// *Being checked again*.
    #[n(1)]
    Recheck,
    /// A rumor check.
    #[n(2)]
    Rumor(#[n(0)] RumorId),
}

/// Publish passes of a week that are kept for what must not wait: correcting and ending what is out.
const KEPT_FOR_ENDING: usize = 10;

/// Whether this device has a pass to publish with; for what is new, one beyond those that are kept.
fn has_pass_for(ctx: &Cx<'_>, shared: &Shared, is_new: bool) -> Result<(), CommandError> {
    match shared.wallet.count(PassPurpose::Publish, ctx.now) {
        0 => Err(CommandError::NoPass("publish")),
        left if is_new && left <= KEPT_FOR_ENDING => {
            let text = "your last publish passes of this week are kept to correct and end alerts: \
                        let another dispatcher publish this";
            Err(CommandError::NotNow(text.to_owned()))
        }
        _ => Ok(()),
    }
}

impl Desk {
    /// Publishes a step of an alert on the strength of a finding.
    pub(super) fn publish(
        &mut self,
        ctx: &mut Cx<'_>,
        shared: &mut Shared,
        incident: IncidentId,
        step: AlertStep,
        finding: FindingId,
    ) -> Result<(), CommandError> {
        let proof = self.proof(incident, finding)?.clone();
        if self.state.is_finding_used(incident, finding) {
            let text = "this finding has signed a step already, and each signs one: ask for a new one";
            return Err(CommandError::NotNow(text.to_owned()));
        }
        let alert = proof.statement.alert;
        if step != AlertStep::New && !self.state.was_published(incident, alert) {
            let text = "this finding is not about an alert that is out: ask for another look";
            return Err(CommandError::NotNow(text.to_owned()));
        }
        let incident = self.published_for(alert, incident);
        let until = ctx.now.plus_ms(ALERT_MS);
        let builder = self.builder(ctx, step, &proof.statement)?.finding(&proof);
        let builder = builder.map_err(|e| CommandError::NotNow(e.to_string()))?;
        has_pass_for(ctx, shared, step == AlertStep::New)?;
        let fact = AlertEvent::Prepared { incident, alert, step, finding: Some(finding), until };
        let entry = self.write(ctx, shared, fact)?;
        let publishing = self.publishing(shared, incident, alert, PublishWhat::Step(step));
        self.send(ctx, shared, builder, publishing, &[entry])
    }

    /// *Being checked again*: any one dispatcher, at once.
    pub(super) fn recheck(
        &mut self,
        ctx: &mut Cx<'_>,
        shared: &mut Shared,
        alert: AlertId,
    ) -> Result<(), CommandError> {
        let incident = self.state.incident_of_alert(alert).ok_or(CommandError::Unknown("alert"))?;
        let held = shared.log.alerts().last_note(&alert).ok_or(CommandError::Unknown("public alert"))?;
        let builder = AlertBuilder::rechecking(held, ALERT_MS, ctx.now)
            .map_err(|e| CommandError::NotNow(e.to_string()))?;
        let publishing = self.publishing(shared, incident, alert, PublishWhat::Recheck);
        self.send(ctx, shared, builder, publishing, &[])
    }

    /// Answers a rumor with what a verifier found, and publishes the answer.
    pub(super) fn rumor_check(
        &mut self,
        ctx: &mut Cx<'_>,
        shared: &mut Shared,
        incident: IncidentId,
        finding: FindingId,
    ) -> Result<(), CommandError> {
        let proof = self.proof(incident, finding)?.clone();
        let found = self.found(incident, finding)?.finding.clone();
        let rumor = self.rumor(ctx, shared, incident)?;
        has_pass_for(ctx, shared, true)?;
        let answer = RumorAnswer { verdict: found.verdict, checked_at: found.until, seen_by: found.seen_by };
        let entry = self.append_fact(ctx, shared, RumorEvent::Answered { rumor, answer })?;
        let alert = proof.statement.alert;
        let builder = AlertBuilder::from_statement(
            &ctx.network,
            NoteKind::RumorCheck,
            1,
            &proof.statement,
            bystand_wire::limits::ALERT_LIFE_MS,
            ctx.now,
        )
        .and_then(|b| b.finding(&proof))
        .map_err(|e| CommandError::NotNow(e.to_string()))?;
        let publishing = self.publishing(shared, incident, alert, PublishWhat::Rumor(rumor));
        self.send(ctx, shared, builder, publishing, &[entry])
    }

    /// *Rumor*: notes that an incident asks whether something is true; the same rumor counts up.
    pub(super) fn rumor(
        &mut self,
        ctx: &mut Cx<'_>,
        shared: &mut Shared,
        incident: IncidentId,
    ) -> Result<RumorId, CommandError> {
        let found = self.state.incident(incident).ok_or(CommandError::Unknown("incident"))?;
        let (kind, zone) = (found.report.said().kind, found.zone().cloned());
        if let Some(asked) = self.state.rumor_of(incident) {
            return Ok(asked.id);
        }
        if let Some(same) = self.state.same_rumor(kind, zone.as_ref(), ctx.now) {
            let rumor = same.id;
            self.write(ctx, shared, RumorEvent::AskedAgain { rumor, incident })?;
            return Ok(rumor);
        }
        let mut bytes = [0; 16];
        ctx.rng.fill_bytes(&mut bytes);
        let rumor = RumorId(bytes);
        self.write(ctx, shared, RumorEvent::Asked { rumor, incident, kind, zone })?;
        Ok(rumor)
    }

    /// At night, alone: asks a second registrar to sign what has no signed finding. The text is fixed
    /// here, already signed with a publish pass, and waits in the casebook.
    pub(super) fn ask_countersign(
        &mut self,
        ctx: &mut Cx<'_>,
        shared: &mut Shared,
        incident: IncidentId,
        step: AlertStep,
        finding: FindingId,
    ) -> Result<(), CommandError> {
        let found = self.found(incident, finding)?.finding.clone();
        let statement = statement_of(&found)?;
        let alert = statement.alert;
        let incident = self.published_for(alert, incident);
        let builder = self.builder(ctx, step, &statement)?;
        let pass = shared.wallet.take(ctx, PassPurpose::Publish).ok_or(CommandError::NoPass("publish"))?;
        let text = builder.publish(&pass).finish().map_err(|e| CommandError::NotNow(e.to_string()))?;
        let until = ctx.now.plus_ms(ALERT_MS);
        self.write(
            ctx,
            shared,
            AlertEvent::Prepared { incident, alert, step, finding: Some(finding), until },
        )?;
        self.append(ctx, shared, Some(incident), &DeskEntry::Draft(incident, text.clone()), DeskJob::Entry)?;
        self.append_fact(ctx, shared, AlertEvent::CountersignAsked { incident, alert })?;
        ask_registrars(ctx, shared, &text);
        Ok(())
    }

    /// A registrar on the desk signs what a dispatcher prepared, and publishes it.
    pub(super) fn countersign(
        &mut self,
        ctx: &mut Cx<'_>,
        shared: &mut Shared,
        incident: IncidentId,
    ) -> Result<(), CommandError> {
        let of_group = self.state.group(incident).find(|member| self.drafts.contains_key(&member.id));
        let incident = of_group.map_or(incident, |member| member.id);
        let draft = self.drafts.get(&incident).ok_or(CommandError::Unknown("draft to countersign"))?;
        let mut signed =
            SignedAlert::parse(draft.as_bytes()).map_err(|e| CommandError::Invalid(e.to_string()))?;
        let alert = signed.note().alert;
        let step = self
            .state
            .incident(incident)
            .and_then(|i| i.alerts.get(&alert)?.prepared.as_ref())
            .map(|p| p.step)
            .ok_or(CommandError::Unknown("prepared alert"))?;
        let device = shared.identity.device();
        let signature = sign(&ctx.network, &device, &Countersign(signed.note().to_string()));
        signed.add_registrar(RegistrarLine { device: device.public(), signature });
        let text = signed.to_text().map_err(|e| CommandError::Invalid(e.to_string()))?;
        let signer = Author(shared.identity.author().ok_or(CommandError::NotInTeam)?);
        let entry =
            self.write(ctx, shared, AlertEvent::CountersignGiven { incident, alert, step, signer })?;
        let publishing = self.publishing(shared, incident, alert, PublishWhat::Step(step));
        log_alert(ctx, shared, text, publishing, &[entry]);
        Ok(())
    }

    /// The public log has it: noted in the casebook, passed on to the zones' members.
    pub(super) fn published(
        &mut self,
        ctx: &mut Cx<'_>,
        shared: &mut Shared,
        publishing: &Publishing,
        log_index: u64,
        job: &Job<Owner>,
    ) {
        let Publishing { incident, alert, what, zones } = publishing.clone();
        let _ = match what {
            PublishWhat::Step(step) => {
                self.append_fact(ctx, shared, AlertEvent::Published { incident, alert, step, log_index })
            }
            PublishWhat::Recheck => {
                self.append_fact(ctx, shared, AlertEvent::Rechecking { incident, alert, log_index })
            }
            PublishWhat::Rumor(rumor) => {
                self.append_fact(ctx, shared, RumorEvent::Published { rumor, log_index })
            }
        };
        if let Work::Log(entry) = &job.work
            && let Ok(text) = String::from_utf8(entry.body.clone())
        {
            tell_hosts(ctx, shared, &DeskMessage::Alert(zones, text), &[]);
        }
    }

    fn publishing(
        &self,
        shared: &Shared,
        incident: IncidentId,
        alert: AlertId,
        what: PublishWhat,
    ) -> Publishing {
        Publishing { incident, alert, what, zones: self.zones_of(shared, incident) }
    }

    /// Passes an alert that is in the public log on to the members of the zones around.
    pub(super) fn tell_zones(
        &self,
        ctx: &mut Cx<'_>,
        shared: &mut Shared,
        incident: IncidentId,
        text: String,
        after: &[JobId],
    ) {
        let zones = self.zones_of(shared, incident);
        tell_hosts(ctx, shared, &DeskMessage::Alert(zones, text), after);
    }

    fn zones_of(&self, shared: &Shared, incident: IncidentId) -> Vec<ZoneId> {
        let zones = super::super::zones::Zones::of(shared);
        let place = self.state.incident(incident).map(|i| &i.report.said().place);
        zones
            .zip(place)
            .and_then(|(zones, place)| zones.coarse(place, None))
            .map(|(_, z)| z)
            .unwrap_or_default()
    }

    /// Signs with a publish pass and promises the note to the public log.
    fn send(
        &mut self,
        ctx: &mut Cx<'_>,
        shared: &mut Shared,
        builder: AlertBuilder,
        publishing: Publishing,
        after: &[JobId],
    ) -> Result<(), CommandError> {
        let pass = shared.wallet.take(ctx, PassPurpose::Publish).ok_or(CommandError::NoPass("publish"))?;
        let text = builder.publish(&pass).finish().map_err(|e| CommandError::Invalid(e.to_string()))?;
        log_alert(ctx, shared, text, publishing, after);
        Ok(())
    }

    fn builder(
        &self,
        ctx: &Cx<'_>,
        step: AlertStep,
        statement: &FindingStatement,
    ) -> Result<AlertBuilder, CommandError> {
        let kind = match step {
            AlertStep::New => NoteKind::New,
            AlertStep::Update | AlertStep::Renew => NoteKind::Update,
            AlertStep::Wrong => NoteKind::Wrong,
            AlertStep::Over(_) => NoteKind::Over,
        };
        let alert = statement.alert;
        let public = self
            .state
            .incident_of_alert(alert)
            .and_then(|incident| self.state.incident(incident)?.alerts.get(&alert))
            .map_or(0, |a| a.published.len());
        let serial = u32::try_from(public).unwrap_or(u32::MAX).saturating_add(1);
        AlertBuilder::from_statement(&ctx.network, kind, serial, statement, ALERT_MS, ctx.now)
            .map_err(|e| CommandError::NotNow(e.to_string()))
    }

    /// The incident whose alert it is, of all that were joined with this one.
    fn published_for(&self, alert: AlertId, incident: IncidentId) -> IncidentId {
        let root = self.state.root_of(incident);
        let home = self.state.incident_of_alert(alert);
        home.filter(|home| self.state.root_of(*home) == root).unwrap_or(incident)
    }

    fn found(&self, incident: IncidentId, finding: FindingId) -> Result<&StoodFinding, CommandError> {
        self.state
            .group(self.state.root_of(incident))
            .find_map(|i| i.finding(finding))
            .ok_or(CommandError::Unknown("finding"))
    }

    fn proof(&self, incident: IncidentId, finding: FindingId) -> Result<&FindingProof, CommandError> {
        let found = self.found(incident, finding)?;
        let signed = found.finding.signed.as_ref().ok_or_else(|| {
            CommandError::NotNow(
                "the verifier has not signed this finding yet; a second registrar can countersign".to_owned(),
            )
        })?;
        self.proofs.get(&signed.statement).ok_or(CommandError::Unknown("signed statement"))
    }

    /// Writes what must be written whatever the fold makes of it (it happened), without a trial.
    pub(super) fn append_fact(
        &mut self,
        ctx: &mut Cx<'_>,
        shared: &mut Shared,
        fact: impl Into<crate::desk::Event>,
    ) -> Result<JobId, CommandError> {
        let fact = fact.into();
        let incident = fact.incident();
        self.append(ctx, shared, incident, &DeskEntry::Fact(Box::new(fact)), DeskJob::Entry)
    }
}

fn log_alert(ctx: &mut Cx<'_>, shared: &mut Shared, text: String, publishing: Publishing, after: &[JobId]) {
    let entry = LogEntry { kind: LogKind::Alert, body: text.into_bytes() };
    shared.promise(ctx, Owner::Desk(DeskJob::Publish(publishing)), Work::Log(entry), after);
}

/// What a finding that nobody has signed would say in public.
fn statement_of(finding: &crate::desk::Finding) -> Result<FindingStatement, CommandError> {
    use crate::alerts::{Outcome, Place};
    use crate::desk::PublicPlace;
    let outcome = match finding.verdict {
        Verdict::Confirmed => Outcome::Confirmed,
        Verdict::FalseAlarm(what) => Outcome::FalseAlarm(what),
        Verdict::Ended(how) => Outcome::Over(how),
        Verdict::CouldNotCheck => {
            return Err(CommandError::NotNow("nobody could check: there is nothing to publish".to_owned()));
        }
    };
    let statement = FindingStatement {
        alert: finding.alert,
        kind: finding.kind.as_str().parse().map_err(|_| CommandError::Unknown("kind"))?,
        place: match &finding.place {
            PublicPlace::Cell(cell) => Place::Cell(*cell),
            PublicPlace::Zone(zone) => Place::Zone(zone.clone()),
        },
        observed_from: finding.from,
        observed_until: finding.until,
        outcome,
    };
    Ok(statement.rounded())
}

/// What names a signed statement in the casebook.
pub fn statement_hash(statement: &FindingStatement) -> Hash32 {
    bystand_crypto::hash::sha256("finding-statement", &[&encode(statement)])
}
