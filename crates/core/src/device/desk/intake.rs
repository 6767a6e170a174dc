//! Reports in: from the drop into the casebook, receipts out, and talk with reporters (flows 1.2, 1.3,
//! 1.5).

use bystand_crypto::passes::{pass_id, verify_redemption};
use bystand_crypto::seal::{SealPurpose, open};
use bystand_crypto::sign::{Signed, Statement};
use bystand_crypto::symmetric::{open_with, seal_with};
use bystand_wire::relay_api::{
    AppendRule, EraseContext, Lane, ReadRule, SignedBytes, StoredFrame, UseContext,
};
use bystand_wire::time::DAY_MS;
use bystand_wire::{
    Frame, FrameKind, Hash32, IncidentId, PassPurpose, ReportId, Seq, Timestamp, decode, encode,
};

use super::super::zones::Zones;
use super::super::{CommandError, Cx, Event, Owner, Shared, policy};
use super::{Desk, DeskEntry, DeskEvent, DeskJob, DeskPassing, ExactPlace, secrets};
use crate::ctx::Ctx;
use crate::desk::{
    Event as DeskFact, Finding, FindingEvent, IntakeEvent, Vouch, clean_text, incident_of_report,
};
use crate::messages::{DeskSays, FoundMessage, Receipt, ReplyKeys, ReplyMessage, SealedReport};
use crate::outbox::{AppendJob, By, Work};
use crate::report::{Report, ReportIn, Source};
use crate::team::TeamKind;

/// How long a reply stream is kept without news, in milliseconds.
const REPLY_LIFE_MS: u64 = 30 * DAY_MS;

/// A report that is here and not yet in the casebook.
#[derive(Debug)]
pub struct Waiting {
    fact: DeskFact,
    proof: Option<crate::alerts::FindingProof>,
    home: Option<ExactPlace>,
    seq: Seq,
    pub(super) turn: Timestamp,
}

impl Desk {
    /// A frame of the drop: opened, checked, and taken in by whoever's turn it is.
    pub(super) fn drop_frame(&mut self, ctx: &mut Cx<'_>, shared: &mut Shared, stored: &StoredFrame) {
        let bad = |code| Event::Desk(DeskEvent::BadReport { seq: stored.seq, code });
        let Some(sealed) = open_report(ctx, shared, stored) else {
            ctx.tell(bad("report-unreadable"));
            return self.erase_from_drop(ctx, shared, stored.seq);
        };
        let id = sealed.report.id;
        let Some(vouch) = vouched(ctx, shared, stored, id) else {
            ctx.tell(bad("report-lane"));
            return self.erase_from_drop(ctx, shared, stored.seq);
        };
        if self.state.incident(incident_of_report(id)).is_some() {
            // Sent again because the receipt did not arrive.
            return self.taken(ctx, shared, id, Some(stored.seq));
        }
        if self.is_erased(&incident_of_report(id)) {
            // Sent again, by the reporter's device or by a relay that kept it: nothing of it is to come back.
            return self.erase_from_drop(ctx, shared, stored.seq);
        }
        let mut said = sealed.report;
        find_zone(shared, &mut said);
        let home = said.take_home_apart().map(|(point, text)| ExactPlace { point, text });
        let source = Source::of_pass(vouch.as_ref().map(|v| v.purpose));
        match said.take(source, stored.at) {
            Ok(report) => {
                let turn = self.turn(shared, id.as_ref(), ctx.now);
                let found =
                    sealed.finding.and_then(|f| super::call_outs::finding(shared, &f, None).map(|x| (x, f)));
                let (fact, proof) = taken_fact(report, vouch, stored.at, found);
                let waiting = Waiting { fact, proof, home, seq: stored.seq, turn };
                self.waiting.insert(id, waiting);
                ctx.tell(Event::Desk(DeskEvent::Arrived(id)));
                self.intake_due(ctx, shared);
            }
            Err(error) => {
                ctx.tell(bad(error.code()));
                self.erase_from_drop(ctx, shared, stored.seq);
            }
        }
    }

    /// Takes in what waits and whose turn on this device has come.
    pub(super) fn intake_due(&mut self, ctx: &mut Cx<'_>, shared: &mut Shared) {
        if self.next.is_some() {
            return;
        }
        let due: Vec<ReportId> =
            self.waiting.iter().filter(|(_, w)| w.turn <= ctx.now).map(|(id, _)| *id).collect();
        for id in due {
            let Some(mut waiting) = self.waiting.remove(&id) else { continue };
            let incident = incident_of_report(id);
            if self.is_erased(&incident) {
                continue;
            }
            if let Some(proof) = waiting.proof.take() {
                let entry = DeskEntry::Proof(incident, Box::new(proof));
                let _ = self.append(ctx, shared, Some(incident), &entry, DeskJob::Entry);
            }
            if let Some(place) = waiting.home.take() {
                self.say_passing(ctx, shared, &DeskPassing::Home(incident, place));
            }
            let job = DeskJob::Taken(id, Some(waiting.seq));
            if self.write_for(ctx, shared, waiting.fact.clone(), job).is_err() {
                waiting.turn = ctx.now.plus_ms(super::RANK_PAUSE_MS);
                self.waiting.insert(id, waiting);
            }
        }
    }

    /// A dispatcher types a report for somebody on the phone.
    pub(super) fn caller(
        &mut self,
        ctx: &mut Cx<'_>,
        shared: &mut Shared,
        mut said: ReportIn,
        callback: Option<String>,
    ) -> Result<(), CommandError> {
        find_zone(shared, &mut said);
        let home = said.take_home_apart().map(|(point, text)| ExactPlace { point, text });
        let id = said.id;
        let report = said.check(Source::Caller, ctx.now).map_err(|e| CommandError::Invalid(e.to_string()))?;
        let received_at = ctx.now;
        let fact = IntakeEvent::ReportTaken { report: Box::new(report), vouch: None, received_at };
        self.write_for(ctx, shared, fact.into(), DeskJob::Taken(id, None))?;
        if let Some(place) = home {
            self.say_passing(ctx, shared, &DeskPassing::Home(incident_of_report(id), place));
        }
        if let Some(number) = callback {
            let until = ctx.now.plus_ms(2 * bystand_wire::time::HOUR_MS);
            self.say_passing(
                ctx,
                shared,
                &DeskPassing::Callback(incident_of_report(id), clean_text(&number), until),
            );
        }
        Ok(())
    }

    /// The report's entry is durable: the receipt goes out and the drop forgets its copy.
    pub(super) fn taken(
        &mut self,
        ctx: &mut Cx<'_>,
        shared: &mut Shared,
        report: ReportId,
        seq: Option<Seq>,
    ) {
        if let Some(seq) = seq {
            self.erase_from_drop(ctx, shared, seq);
        }
        if self.state.incident(incident_of_report(report)).is_none() {
            // The relay's answer came before the live connection brought the entry.
            self.unfolded.insert(report);
            return;
        }
        let Some(to) = self.reply_keys(incident_of_report(report)) else { return };
        let receipt = Receipt { report, at: ctx.now };
        if let Some(signed) = sign_as_desk(ctx, shared, &receipt) {
            reply(ctx, shared, &to, &ReplyMessage::Receipt(signed));
        }
    }

    /// Receipts of reports whose entries have come into the fold by now.
    pub(super) fn late_receipts(&mut self, ctx: &mut Cx<'_>, shared: &mut Shared) {
        let state = &self.state;
        let folded: Vec<ReportId> = self
            .unfolded
            .extract_if(.., |report| state.incident(incident_of_report(*report)).is_some())
            .collect();
        for report in folded {
            self.taken(ctx, shared, report, None);
        }
    }

    /// Asks or tells a reporter something.
    pub(super) fn say_to_reporter(
        &mut self,
        ctx: &mut Cx<'_>,
        shared: &mut Shared,
        incident: IncidentId,
        text: &str,
        is_question: bool,
    ) -> Result<(), CommandError> {
        let to = self.reply_keys(incident).ok_or(CommandError::Unknown("reporter who wants answers"))?;
        let report = ReportId(incident.0);
        let says = DeskSays { report, is_question, text: text.to_owned(), at: ctx.now };
        let signed = sign_as_desk(ctx, shared, &says).ok_or(CommandError::NotInTeam)?;
        reply(ctx, shared, &to, &ReplyMessage::Desk(signed));
        Ok(())
    }

    /// A frame of a reply stream: what the reporter says becomes an entry.
    pub(super) fn reply_frame(
        &mut self,
        ctx: &mut Cx<'_>,
        shared: &mut Shared,
        incident: IncidentId,
        stored: &StoredFrame,
    ) {
        let Some((keys, _)) = self.reply_keys(incident) else { return };
        let Some(ReplyMessage::Reporter(text, _)) = open_reply(&keys, stored) else { return };
        let (reply, text) = (stored.seq, clean_text(&text));
        // Heard by every device; the fold counts the first and this trial refuses the rest.
        let fact = IntakeEvent::ReporterSaid { incident, reply, text };
        let _ = self.write(ctx, shared, fact);
    }

    pub(super) fn say_passing(&mut self, ctx: &mut Cx<'_>, shared: &mut Shared, what: &DeskPassing) {
        let Shared { teams, outbox, .. } = shared;
        if let Some(team) = teams.get_mut(&TeamKind::Desk) {
            // Too long is excluded by the report's own limits; a removed device has nobody to tell.
            let _ = team.say_passing(ctx, outbox, encode(what));
        }
    }

    /// A reporter's keys, and since when the desk has the report: the same on every device.
    fn reply_keys(&self, incident: IncidentId) -> Option<(ReplyKeys, Timestamp)> {
        let incident = self.state.incident(incident)?;
        Some((ReplyKeys::of(incident.report.said().reply.as_ref()?), incident.taken.at))
    }

    fn erase_from_drop(&mut self, ctx: &mut Cx<'_>, shared: &mut Shared, seq: Seq) {
        let Some(drop) = shared.key_note().map(|n| n.note().streams.drop) else { return };
        let Some(secrets) = secrets(shared) else { return };
        let body = EraseContext { stream: drop, seqs: vec![seq] };
        let request = SignedBytes::from(Signed::sign(&ctx.network, &secrets.drop_creator.signing(), &body));
        shared.promise(ctx, Owner::Desk(DeskJob::Message), Work::Erase(drop, request), &[]);
    }
}

/// Signs with the desk key of the moment.
pub(super) fn sign_as_desk<S: Statement>(ctx: &Cx<'_>, shared: &Shared, body: &S) -> Option<Signed<S>> {
    let secrets = secrets(shared)?;
    let keys = secrets.keys.current(ctx.now)?;
    Some(Signed::sign(&ctx.network, &keys.sign.signing(), body))
}

/// Opens a reply stream's frame.
pub fn open_reply(keys: &ReplyKeys, stored: &StoredFrame) -> Option<ReplyMessage> {
    let Ok(Frame { kind: FrameKind::Reply, body }) = Frame::parse(&stored.frame) else { return None };
    let bytes = open_with(&keys.key, keys.stream().as_ref(), body).ok()?;
    decode(bystand_wire::pad::unpad(&bytes).ok()?).ok()
}

/// Seals a message for a reply stream.
pub fn seal_reply<E>(ctx: &mut Ctx<'_, E>, keys: &ReplyKeys, message: &ReplyMessage) -> Option<Vec<u8>> {
    let padded = bystand_wire::pad::pad(&encode(message)).ok()?;
    let sealed = seal_with(&keys.key, ctx.rng, keys.stream().as_ref(), &padded);
    Some(Frame::build(FrameKind::Reply, &sealed))
}

/// Appends to a reply stream and makes sure before that it exists.
fn reply(
    ctx: &mut Cx<'_>,
    shared: &mut Shared,
    (keys, since): &(ReplyKeys, Timestamp),
    message: &ReplyMessage,
) {
    let Some(room) = shared.teams.get(&TeamKind::Desk).map(|t| t.room().id()) else { return };
    let Some(frame) = seal_reply(ctx, keys, message) else { return };
    let expires = reply_end(*since, ctx.now);
    let append = vec![AppendRule::Keys(vec![keys.writer.public()])];
    let policy = policy(&keys.writer, append, ReadRule::Id, expires, REPLY_LIFE_MS);
    let owner = Owner::Desk(DeskJob::Message);
    let (stream, created) = shared.promise_stream(ctx, owner.clone(), &keys.writer, &policy, By::Room(room));
    let by = By::Key(*keys.writer.seed());
    let append = AppendJob { stream, frame, by, commit: None, tag: None, epoch: None };
    shared.promise(ctx, owner, Work::Append(append), &[created]);
}

/// When a reply stream ends: whoever makes it, and whenever, makes it with the same policy. After its end the
/// next one begins.
fn reply_end(since: Timestamp, now: Timestamp) -> Timestamp {
    let lives = now.since_ms(since) / REPLY_LIFE_MS + 1;
    since.plus_ms(lives.saturating_mul(REPLY_LIFE_MS))
}

fn open_report(ctx: &Cx<'_>, shared: &Shared, stored: &StoredFrame) -> Option<SealedReport> {
    let Ok(Frame { kind: FrameKind::Report, body }) = Frame::parse(&stored.frame) else { return None };
    let drop = shared.key_note()?.note().streams.drop;
    let secrets = secrets(shared)?;
    let opened = secrets.keys.by_likelihood(ctx.now).find_map(|keys| {
        open(&ctx.network, SealPurpose::Report, &keys.seal.sealing(), drop.as_ref(), body).ok()
    })?;
    decode(&opened).ok()
}

/// The lane, checked here again: `None` when the pass does not hold or is for another report,
/// `Some(None)` for the open lane.
fn vouched(ctx: &Cx<'_>, shared: &Shared, stored: &StoredFrame, report: ReportId) -> Option<Option<Vouch>> {
    let Some(Lane { tag, redemption }) = &stored.lane else { return Some(None) };
    if *tag != report_tag(report) {
        return None;
    }
    let Some(redemption) = redemption else { return Some(None) };
    let pass = &redemption.pass;
    let note = shared.key_note()?;
    let issuer = note.issuer_key(pass.purpose, pass.period)?;
    let context = UseContext { stream: note.note().streams.drop, tag: *tag };
    let fits = matches!(pass.purpose, PassPurpose::Card | PassPurpose::Report);
    let holds = fits && verify_redemption(&ctx.network, redemption, &context, issuer).is_ok();
    holds.then(|| Some(Vouch { purpose: pass.purpose, pass: pass_id(pass) }))
}

/// What a pass or work is bound to in the drop: the report, not the frame, so that the same report can
/// be sent again under next week's key.
pub fn report_tag(report: ReportId) -> Hash32 {
    bystand_crypto::hash::sha256("report-tag", &[report.as_ref()])
}

/// The queue, proposals to join and the figures go by zones, and not every reporter's device has them.
/// A home's zone is found before its pin is taken apart.
fn find_zone(shared: &Shared, said: &mut ReportIn) {
    if let Some(zones) = Zones::of(shared) {
        zones.fill_in(&mut said.place);
    }
}

fn taken_fact(
    report: Report,
    vouch: Option<Vouch>,
    received_at: Timestamp,
    found: Option<(Finding, FoundMessage)>,
) -> (DeskFact, Option<crate::alerts::FindingProof>) {
    let report = Box::new(report);
    match found {
        Some((finding, message)) => {
            let finding = Box::new(finding);
            let fact = FindingEvent::OnTheSpot { report, vouch, received_at, finding };
            (fact.into(), Some(message.proof))
        }
        None => (IntakeEvent::ReportTaken { report, vouch, received_at }.into(), None),
    }
}
