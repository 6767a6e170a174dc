//! A neighbor: says what they see, keeps it until the desk has it, follows what becomes of it (flows
//! 1.1, 1.2, 1.5).
//!
//! Also members report this way; a pass puts the report into the vouched lane.
//!
//! The report stays on the device until the desk's receipt, or a day: it is sealed anew when the desk's
//! key has changed meanwhile, under the same tag, so that the desk takes it once. With the follow-up
//! phrase the reply stream can be read from any device.

use std::collections::BTreeMap;

use bystand_crypto::passes::OwnedPass;
use bystand_crypto::phrase::Phrase;
use bystand_crypto::seal::{SealPublicKey, SealPurpose, seal};
use bystand_wire::problem::Code;
use bystand_wire::relay_api::StoredFrame;
use bystand_wire::time::{DAY_MS, MINUTE_MS, SECOND_MS};
use bystand_wire::{Frame, FrameKind, ReportId, Seq, Timestamp, decode, encode};
use minicbor::{Decode, Encode};
use rand_core::Rng;

use super::desk::{open_reply, report_tag, seal_reply};
use super::{Caller, CommandError, Cx, Event, Owner, Shared};
use crate::ctx::Ctx;
use crate::io::{Random, Request, Response};
use crate::messages::{FoundMessage, ReplyKeys, ReplyMessage, SealedReport};
use crate::network::{KeyNoteStatus, ManifestStatus, VerifiedKeyNote, VerifiedManifest};
use crate::outbox::{AppendJob, Begun, By, JobId, Outcome, Work};
use crate::report::{ReplySeed, ReportIn, Source};

/// How often a reply stream is looked at while a conversation goes on, in milliseconds.
const LOOK_EVERY_MS: u64 = 5 * SECOND_MS;
/// Looks within a time as long as the one in which nothing came: the longer it is quiet, the rarer they are.
const LOOKS_IN_A_WHILE: u64 = 16;
/// How often it is looked at in any case, in milliseconds.
const LOOK_AT_LEAST_MS: u64 = 5 * MINUTE_MS;
/// How long the device keeps its copy of a report, in milliseconds.
const KEEP_MS: u64 = DAY_MS;
/// Without a receipt after this long the report is sent once more, in milliseconds.
const AGAIN_MS: u64 = 120 * SECOND_MS;

/// A job of a neighbor's.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
pub enum NeighborJob {
    /// A report on its way.
    #[n(0)]
    Report(#[n(0)] ReportId),
    /// An answer to the desk.
    #[n(1)]
    Answer,
}

/// A call of a neighbor's.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum NeighborCall {
    /// A look at a reply stream.
    Look(ReportKey),
}

/// Names what is followed: the reply stream.
pub type ReportKey = bystand_wire::StreamId;

/// A neighbor follows no stream on the live connection: reply streams are read on one of their own.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum NeighborStream {}

/// What a neighbor does.
#[derive(Debug, Clone, PartialEq)]
pub enum NeighborCommand {
    /// Reports; with a card's pass, or a finding of the member's own in one step.
    Report(Box<ReportIn>, Option<Box<OwnedPass>>, Option<Box<FoundMessage>>),
    /// Follows a report by its phrase.
    Follow(Phrase),
    /// Answers the desk.
    Answer(Phrase, String),
}

/// What a neighbor's part needs of the device that it is in. Generic, so that a page that only reports need not hold what
/// other devices do.
pub trait Around<E> {
    /// The verified manifest, once it is here.
    fn manifest(&self) -> Option<&VerifiedManifest>;
    /// The verified key note, once it is here.
    fn key_note(&self) -> Option<&VerifiedKeyNote>;
    /// Promises a job.
    fn promise_job(&mut self, ctx: &mut Ctx<'_, E>, job: NeighborJob, work: Work) -> JobId;
    /// Gives a job the proof of work that was begun for it.
    fn give(&mut self, job: JobId, work: Begun);
    /// Calls the relay.
    fn call_for(&mut self, ctx: &mut Ctx<'_, E>, call: NeighborCall, request: Request);
}

impl Around<Event> for Shared {
    fn manifest(&self) -> Option<&VerifiedManifest> {
        self.log.manifest()
    }

    fn key_note(&self) -> Option<&VerifiedKeyNote> {
        self.log.key_note()
    }

    fn promise_job(&mut self, ctx: &mut Cx<'_>, job: NeighborJob, work: Work) -> JobId {
        self.promise(ctx, Owner::Neighbor(job), work, &[])
    }

    fn give(&mut self, job: JobId, work: Begun) {
        self.outbox.give(job, work);
    }

    fn call_for(&mut self, ctx: &mut Cx<'_>, call: NeighborCall, request: Request) {
        self.call(ctx, Caller::Neighbor(call), request);
    }
}

impl From<NeighborEvent> for Event {
    fn from(event: NeighborEvent) -> Self {
        Event::Neighbor(event)
    }
}

/// What a neighbor is told.
#[derive(Debug, Clone, PartialEq)]
pub enum NeighborEvent {
    /// *Kept on this phone*, with the phrase to follow it by.
    Kept {
        /// Which report.
        report: ReportId,
        /// Eight words.
        words: String,
        /// The same in 28 digits.
        digits: String,
    },
    /// *Sent*: the relay has it.
    Sent(ReportId),
    /// *The desk has it*.
    Received(ReportId, Timestamp),
    /// The desk asks or tells something.
    Desk {
        /// About which report.
        report: ReportId,
        /// It wants an answer.
        is_question: bool,
        /// What.
        text: String,
        /// When.
        at: Timestamp,
    },
    /// The own answer, as the stream has it.
    Answered(String, Timestamp),
    /// It cannot be sent, and why: a stable code.
    Refused(ReportId, &'static str),
}

/// What is ready before a report is written: its id, and perhaps the proof of work, which is bound to the id alone.
#[derive(Debug, Clone)]
pub(super) struct Ahead {
    /// The report's id.
    pub id: ReportId,
    /// How far the proof of work is.
    pub work: Option<Begun>,
}

impl Ahead {
    /// Draws an id; the proof is to come.
    pub fn draw(rng: &mut Random) -> Self {
        let mut id = [0; ReportId::LEN];
        rng.fill_bytes(&mut id);
        Self { id: ReportId(id), work: None }
    }
}

/// A report on this device.
#[derive(Debug, Clone, Encode, Decode)]
#[cbor(map)]
struct Kept {
    #[n(0)]
    sealed: SealedReport,
    #[n(1)]
    pass: Option<OwnedPass>,
    #[n(2)]
    since: Timestamp,
    /// The key it was last sealed to.
    #[n(3)]
    key: Option<SealPublicKey>,
    #[n(4)]
    sent_at: Option<Timestamp>,
}

#[derive(Debug)]
struct Followed {
    keys: ReplyKeys,
    seen: Seq,
    look_at: Timestamp,
    /// Since when nothing new has come.
    since: Timestamp,
}

/// A neighbor's part of a device.
#[derive(Debug, Default)]
pub struct Neighbor {
    kept: BTreeMap<ReportId, Kept>,
    followed: BTreeMap<ReportKey, Followed>,
}

impl Neighbor {
    /// As it lies in the vault.
    pub fn load(records: &BTreeMap<String, Vec<u8>>) -> Self {
        let mut neighbor = Self::default();
        for (name, bytes) in records.range("neighbor/".to_owned()..) {
            let Some(id) = name.strip_prefix("neighbor/") else { break };
            if let (Ok(id), Ok(kept)) = (id.parse::<ReportId>(), decode::<Kept>(bytes)) {
                neighbor.kept.insert(id, kept);
            }
        }
        neighbor
    }

    /// Reports that the desk has not acknowledged, with whether the relay has them.
    pub fn kept(&self) -> impl Iterator<Item = (&ReportId, bool)> {
        self.kept.iter().map(|(id, kept)| (id, kept.sent_at.is_some()))
    }

    /// Follows what is kept.
    pub fn resume<E>(&mut self, ctx: &mut Ctx<'_, E>) {
        let seeds: Vec<ReplySeed> =
            self.kept.values().filter_map(|k| k.sealed.report.reply.clone()).collect();
        for seed in seeds {
            self.follow(ctx.now, ReplyKeys::of(&seed));
        }
    }

    /// Does what the person asks for.
    ///
    /// # Errors
    /// [`CommandError`]; nothing has changed then.
    pub fn command<E: From<NeighborEvent>>(
        &mut self,
        ctx: &mut Ctx<'_, E>,
        shared: &mut impl Around<E>,
        command: NeighborCommand,
    ) -> Result<(), CommandError> {
        match command {
            NeighborCommand::Report(report, pass, found) => {
                let sealed = SealedReport { report: *report, finding: found.map(|f| *f) };
                let ahead = Ahead::draw(ctx.rng);
                self.report(ctx, shared, sealed, pass.map(|p| *p), ahead).map(drop)
            }
            NeighborCommand::Follow(phrase) => {
                self.follow(ctx.now, reply_keys(ctx, &phrase));
                Ok(())
            }
            NeighborCommand::Answer(phrase, text) => {
                let keys = reply_keys(ctx, &phrase);
                let message = ReplyMessage::Reporter(crate::desk::clean_text(&text), ctx.now);
                let frame = seal_reply(ctx, &keys, &message)
                    .ok_or_else(|| CommandError::Invalid("the answer is too long".to_owned()))?;
                let (stream, by) = (keys.stream(), By::Key(*keys.writer.seed()));
                let append = AppendJob { stream, frame, by, commit: None, tag: None, epoch: None };
                shared.promise_job(ctx, NeighborJob::Answer, Work::Append(append));
                self.follow(ctx.now, keys);
                Ok(())
            }
        }
    }

    /// There are no frames on the live connection.
    pub fn frame(&mut self, _: &mut Cx<'_>, _: &mut Shared, what: NeighborStream, _: &StoredFrame) {
        match what {}
    }

    /// One of the neighbor's jobs ended.
    pub fn job_ended<E: From<NeighborEvent>>(
        &mut self,
        ctx: &mut Ctx<'_, E>,
        shared: &mut impl Around<E>,
        what: NeighborJob,
        outcome: Outcome,
    ) {
        let NeighborJob::Report(id) = what else { return };
        match outcome {
            Outcome::Done(_) => {
                if let Some(kept) = self.kept.get_mut(&id) {
                    kept.sent_at = Some(ctx.now);
                    ctx.store(&record(id), kept);
                }
                ctx.tell(NeighborEvent::Sent(id).into());
            }
            Outcome::Refused(refusal) if is_pass_trouble(refusal.code) => {
                // A used-up or foreign pass must not keep a report back: it goes by proof of work.
                if let Some(kept) = self.kept.get_mut(&id) {
                    kept.pass = None;
                    kept.key = None;
                }
                self.send(ctx, shared, id);
            }
            Outcome::Refused(refusal) => {
                ctx.tell(NeighborEvent::Refused(id, refusal.code.as_str()).into());
            }
            Outcome::Dropped | Outcome::Stale => {}
        }
    }

    /// An answer to a look at a reply stream.
    pub fn call_ended<E: From<NeighborEvent>>(
        &mut self,
        ctx: &mut Ctx<'_, E>,
        shared: &mut impl Around<E>,
        what: NeighborCall,
        response: Response,
    ) {
        let NeighborCall::Look(stream) = what;
        let Response::Frames(frames) = response else {
            if let (Response::Refused(refusal), Some(followed)) = (response, self.followed.get_mut(&stream))
                && refusal.code == Code::NotFound
            {
                // Not there yet, or lost: when it is there (again), it is read from its start.
                followed.seen = Seq::START;
            }
            return;
        };
        if let Some(followed) = self.followed.get_mut(&stream).filter(|f| f.seen > frames.head) {
            // The relay was restored, and the stream made again: it is read from its start.
            (followed.seen, followed.look_at) = (Seq::START, ctx.now);
        }
        for stored in &frames.frames {
            let Some(followed) = self.followed.get_mut(&stream) else { return };
            if stored.seq <= followed.seen {
                continue;
            }
            followed.seen = stored.seq;
            (followed.since, followed.look_at) = (ctx.now, ctx.now.plus_ms(LOOK_EVERY_MS));
            if let Some(message) = open_reply(&followed.keys, stored) {
                self.heard(ctx, shared, message);
            }
        }
    }

    /// The desk's key may have changed: what waits without receipt is sealed to the new one.
    pub fn trust_changed<E: From<NeighborEvent>>(
        &mut self,
        ctx: &mut Ctx<'_, E>,
        shared: &mut impl Around<E>,
    ) {
        let ids: Vec<ReportId> = self.kept.keys().copied().collect();
        for id in ids {
            self.send(ctx, shared, id);
        }
    }

    /// When something is due by the clock.
    pub fn next_due(&self) -> Option<Timestamp> {
        let looks = self.followed.values().map(|f| f.look_at);
        let again = self.kept.values().filter_map(|k| k.sent_at).map(|at| at.plus_ms(AGAIN_MS));
        looks.chain(again).chain(self.kept.values().map(|k| k.since.plus_ms(KEEP_MS))).min()
    }

    /// Looks at every reply stream within a second: an answer is expected.
    pub(super) fn look_soon(&mut self, now: Timestamp) {
        for followed in self.followed.values_mut() {
            followed.look_at = followed.look_at.min(now.plus_ms(SECOND_MS));
        }
    }

    /// Looks at reply streams, sends again what got no receipt, forgets what is a day old.
    pub fn due<E: From<NeighborEvent>>(&mut self, ctx: &mut Ctx<'_, E>, shared: &mut impl Around<E>) {
        for (stream, followed) in &mut self.followed {
            if followed.look_at <= ctx.now {
                followed.look_at = ctx.now.plus_ms(look_pause_ms(ctx.now.since_ms(followed.since)));
                let request = Request::Read(*stream, followed.seen, None);
                shared.call_for(ctx, NeighborCall::Look(*stream), request);
            }
        }
        let ids: Vec<ReportId> = self.kept.keys().copied().collect();
        for id in ids {
            let Some(kept) = self.kept.get_mut(&id) else { continue };
            if ctx.now.since_ms(kept.since) >= KEEP_MS {
                self.kept.remove(&id);
                ctx.forget(&record(id));
            } else if kept.sent_at.is_some_and(|at| ctx.now.since_ms(at) >= AGAIN_MS) {
                (kept.key, kept.sent_at) = (None, None);
                self.send(ctx, shared, id);
            }
        }
    }

    /// Keeps a report and sends it as soon as it can be. Its id.
    pub(super) fn report<E: From<NeighborEvent>>(
        &mut self,
        ctx: &mut Ctx<'_, E>,
        shared: &mut impl Around<E>,
        mut sealed: SealedReport,
        pass: Option<OwnedPass>,
        ahead: Ahead,
    ) -> Result<ReportId, CommandError> {
        let phrase = Phrase::generate(ctx.rng);
        let (report, id) = (&mut sealed.report, ahead.id);
        (report.id, report.written_at) = (id, ctx.now);
        let seed = ReplySeed(*phrase.derive(&ctx.network, REPLY_LABEL));
        report.reply = Some(seed.clone());
        let source = Source::of_pass(pass.as_ref().map(|p| p.pass.purpose));
        report.clone().check(source, ctx.now).map_err(|e| CommandError::Invalid(e.to_string()))?;
        if let Some(manifest) = shared.manifest()
            && manifest.status(ctx.now) == ManifestStatus::Expired
        {
            return Err(CommandError::NotNow(
                "this network's settings have run out: call its phone line".into(),
            ));
        }
        let kept = Kept { sealed, pass, since: ctx.now, key: None, sent_at: None };
        ctx.store(&record(id), &kept);
        self.kept.insert(id, kept);
        let (words, digits) = (phrase.words().to_string(), phrase.digits().to_string());
        ctx.tell(NeighborEvent::Kept { report: id, words, digits }.into());
        let job = self.send(ctx, shared, id);
        if let (Some(job), Some(work)) = (job, ahead.work) {
            shared.give(job, work);
        }
        self.follow(ctx.now, ReplyKeys::of(&seed));
        Ok(id)
    }

    /// Seals a report to the desk's key of the moment, unless that was done. The job that sends it.
    fn send<E>(&mut self, ctx: &mut Ctx<'_, E>, shared: &mut impl Around<E>, id: ReportId) -> Option<JobId> {
        let kept = self.kept.get_mut(&id)?;
        // Who may read with the keys of a note that has run out is not known any more: the report waits for a new one.
        let note = shared.key_note().filter(|note| note.status(ctx.now) != KeyNoteStatus::Expired)?;
        let keys = note.desk_keys_at(ctx.now)?;
        if kept.key.as_ref() == Some(&keys.report_key) {
            return None;
        }
        let (to, drop) = (keys.report_key.clone(), note.note().streams.drop);
        let body = encode(&kept.sealed);
        let sealed = seal(&ctx.network, SealPurpose::Report, &to, ctx.rng, drop.as_ref(), &body).ok()?;
        kept.key = Some(to);
        ctx.store(&record(id), kept);
        let by = kept.pass.clone().map_or(By::Work, |pass| By::Pass(Box::new(pass)));
        let frame = Frame::build(FrameKind::Report, &sealed);
        let tag = Some(report_tag(id));
        let append = AppendJob { stream: drop, frame, by, commit: None, tag, epoch: None };
        Some(shared.promise_job(ctx, NeighborJob::Report(id), Work::Append(append)))
    }

    fn follow(&mut self, now: Timestamp, keys: ReplyKeys) {
        let followed = Followed { keys, seen: Seq::START, look_at: now, since: now };
        self.followed.entry(followed.keys.stream()).or_insert(followed);
    }

    fn heard<E: From<NeighborEvent>>(
        &mut self,
        ctx: &mut Ctx<'_, E>,
        shared: &impl Around<E>,
        message: ReplyMessage,
    ) {
        let Some(note) = shared.key_note() else { return };
        let is_desk = |key: &bystand_wire::PublicKey| note.is_desk_key(key);
        match message {
            ReplyMessage::Receipt(signed) => {
                let Ok((_, receipt)) = signed.open_by_any(&ctx.network, is_desk) else { return };
                if self.kept.remove(&receipt.report).is_some() {
                    ctx.forget(&record(receipt.report));
                }
                ctx.tell(NeighborEvent::Received(receipt.report, receipt.at).into());
            }
            ReplyMessage::Desk(signed) => {
                let Ok((_, says)) = signed.open_by_any(&ctx.network, is_desk) else { return };
                let (report, is_question, text, at) = (says.report, says.is_question, says.text, says.at);
                ctx.tell(NeighborEvent::Desk { report, is_question, text, at }.into());
            }
            ReplyMessage::Reporter(text, at) => {
                ctx.tell(NeighborEvent::Answered(text, at).into());
            }
        }
    }
}

/// How long after a look the next one comes: a conversation goes on quickly, and a phone does not ask all
/// day long.
fn look_pause_ms(quiet_ms: u64) -> u64 {
    (quiet_ms / LOOKS_IN_A_WHILE).clamp(LOOK_EVERY_MS, LOOK_AT_LEAST_MS)
}

const REPLY_LABEL: &str = "reply";

fn reply_keys<E>(ctx: &Ctx<'_, E>, phrase: &Phrase) -> ReplyKeys {
    ReplyKeys::of(&ReplySeed(*phrase.derive(&ctx.network, REPLY_LABEL)))
}

fn record(id: ReportId) -> String {
    format!("neighbor/{id}")
}

fn is_pass_trouble(code: Code) -> bool {
    matches!(code, Code::PassSpent | Code::PassInvalid)
}
