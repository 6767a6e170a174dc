//! The outbox: what a device has promised to get to the relay, however often it is killed meanwhile.
//!
//! A [`Job`] is written to the vault in the same batch as the change that caused it, sent until the
//! relay acknowledges or refuses it for good, and deleted in the same batch as what follows from the
//! answer. The relay recognizes a repeated frame, so sending twice is harmless. Jobs for one stream
//! leave in order, one at a time (but the stream's creation waits for no frames); a job may wait for others ([`Job::after`]) and is dropped with them
//! when they are refused.

use std::collections::{BTreeMap, BTreeSet};

use bystand_crypto::passes::OwnedPass;
use bystand_crypto::sign::{SigningKey, sign};
use bystand_wire::problem::Code;
use bystand_wire::relay_api::{
    Admission, Append, AppendContext, Commit, CreateStream, Erase, LogEntry, PutBlob, SignedBytes,
    UseContext, WorkProof,
};
use bystand_wire::{
    BlobId, DecodeError, FrameHash, Hash32, NetworkId, PublicKey, StreamId, Timestamp, decode,
};
use minicbor::{Decode, Encode};

use crate::ctx::Ctx;
use crate::io::{CallId, Puzzle, Refusal, Request, Response};

/// The longest pause between two attempts, in milliseconds.
const LONGEST_PAUSE_MS: u64 = 30_000;
/// The first pause after a failed attempt, in milliseconds.
const FIRST_PAUSE_MS: u64 = 250;

/// Names a job on this device; later jobs have higher numbers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Encode, Decode)]
#[cbor(transparent)]
pub struct JobId(#[n(0)] pub u64);

/// By what right a job asks the relay to take something.
#[derive(Clone, Encode, Decode)]
pub enum By {
    /// A key of the stream's policy: its seed.
    #[n(0)]
    Key(#[cbor(n(0), with = "minicbor::bytes")] [u8; 32]),
    /// Membership in the room of this stream.
    #[n(1)]
    Room(#[n(0)] StreamId),
    /// A pass, used up by it.
    #[n(2)]
    Pass(#[n(0)] Box<OwnedPass>),
    /// Proof of work, solved when the time comes.
    #[n(3)]
    Work,
    /// This device's certificate.
    #[n(4)]
    Certificate,
}

impl std::fmt::Debug for By {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            By::Key(_) => "Key",
            By::Room(_) => "Room",
            By::Pass(_) => "Pass",
            By::Work => "Work",
            By::Certificate => "Certificate",
        })
    }
}

/// What a job does.
#[derive(Debug, Clone, Encode, Decode)]
pub enum Work {
    /// Creates a stream or replaces its policy.
    #[n(0)]
    Create(#[n(0)] StreamId, #[n(1)] SignedBytes, #[n(2)] Option<By>),
    /// Appends a frame.
    #[n(1)]
    Append(#[n(0)] AppendJob),
    /// Erases frames.
    #[n(2)]
    Erase(#[n(0)] StreamId, #[n(1)] SignedBytes),
    /// Stores a blob until a moment.
    #[n(3)]
    PutBlob(
        #[n(0)] BlobId,
        #[cbor(n(1), with = "minicbor::bytes")] Vec<u8>,
        #[n(2)] Timestamp,
        #[n(3)] Option<PublicKey>,
        #[n(4)] By,
    ),
    /// Adds to the public log.
    #[n(4)]
    Log(#[n(0)] LogEntry),
}

/// A frame to append.
#[derive(Debug, Clone, Encode, Decode)]
#[cbor(map)]
pub struct AppendJob {
    /// Where.
    #[n(0)]
    pub stream: StreamId,
    /// What.
    #[cbor(n(1), with = "minicbor::bytes")]
    pub frame: Vec<u8>,
    /// By what right.
    #[n(2)]
    pub by: By,
    /// Rooms: the commit that it is.
    #[n(3)]
    pub commit: Option<Commit>,
    /// Drop: the hash of the report's id.
    #[n(4)]
    pub tag: Option<Hash32>,
    /// Rooms: the epoch it was encrypted in; absent for what has no epoch.
    #[n(5)]
    pub epoch: Option<u64>,
}

/// A promise to the relay's side, with whom to tell of its end.
#[derive(Debug, Clone, Encode, Decode)]
#[cbor(map)]
pub struct Job<Owner> {
    /// Who is told.
    #[n(0)]
    pub owner: Owner,
    /// What is done.
    #[n(1)]
    pub work: Work,
    /// Not before these are done; dropped when one of them is refused.
    #[n(2)]
    pub after: Vec<JobId>,
}

/// How a job ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outcome {
    /// The relay did it.
    Done(Response),
    /// The relay refuses it for good.
    Refused(Refusal),
    /// The room moved on to a new epoch: the job stands still, with all that wait for it, until its
    /// owner gives it a freshly encrypted frame by [`Outbox::replace`].
    Stale,
    /// A job it waited for was refused.
    Dropped,
}

/// How far a proof of work has come that was begun before its job.
#[derive(Debug, Clone)]
pub enum Begun {
    /// The relay was asked for an offer.
    Asked(CallId),
    /// The puzzle was given out.
    Solving(CallId),
    /// It is here.
    Solved(Box<WorkProof>),
}

/// Rights that change while a job waits, asked for at the moment of sending.
pub trait Rights {
    /// The room's current epoch and append key, when this device is a member.
    fn room(&self, room: &StreamId) -> Option<(u64, SigningKey)>;
    /// This device's certificate and key.
    fn certificate(&self) -> Option<(SignedBytes, SigningKey)>;
}

/// The outbox of one device.
#[derive(Debug)]
pub struct Outbox<Owner> {
    jobs: BTreeMap<JobId, Entry<Owner>>,
    calls: BTreeMap<CallId, JobId>,
    next: u64,
    online: bool,
}

#[derive(Debug)]
struct Entry<Owner> {
    job: Job<Owner>,
    state: State,
    attempts: u32,
    not_before: Timestamp,
}

/// Waiting → Asking → Solving → Solved → InFlight, back to Waiting when an attempt fails. Jobs that
/// need no proof of work go from Waiting to InFlight. InFlight → Stale when a room message came too
/// late for its epoch; a replaced job begins anew.
#[derive(Debug)]
enum State {
    Waiting,
    Asking,
    Solving,
    Solved(Box<WorkProof>),
    InFlight,
    Stale,
}

impl<Owner> Default for Outbox<Owner> {
    fn default() -> Self {
        Self { jobs: BTreeMap::new(), calls: BTreeMap::new(), next: 1, online: true }
    }
}

impl<Owner> Outbox<Owner>
where
    Owner: Clone + Encode<()> + for<'b> Decode<'b, ()>,
{
    /// Where jobs are kept in the vault: this prefix and the number in hex.
    pub const PREFIX: &'static str = "job/";

    /// Takes up a job that was in the vault.
    ///
    /// # Errors
    /// [`DecodeError`] when the record is not a job: the vault is damaged.
    pub fn load(&mut self, name: &str, record: &[u8]) -> Result<(), DecodeError> {
        let number = name
            .strip_prefix(Self::PREFIX)
            .and_then(|hex| u64::from_str_radix(hex, 16).ok())
            .ok_or(DecodeError::NotCanonical)?;
        let job = decode(record)?;
        self.next = self.next.max(number + 1);
        self.insert(JobId(number), job);
        Ok(())
    }

    /// Promises a job. It survives from this input's batch on.
    pub fn push<Event>(
        &mut self,
        ctx: &mut Ctx<'_, Event>,
        owner: Owner,
        work: Work,
        after: &[JobId],
    ) -> JobId {
        let id = JobId(self.next);
        self.next += 1;
        let after = after.iter().copied().filter(|a| self.jobs.contains_key(a)).collect();
        let job = Job { owner, work, after };
        ctx.store(&record_name(id), &job);
        self.insert(id, job);
        id
    }

    /// Changes what a job does, under the same number: a room message encrypted anew.
    pub fn replace<Event>(&mut self, ctx: &mut Ctx<'_, Event>, id: JobId, job: Job<Owner>) {
        ctx.store(&record_name(id), &job);
        self.insert(id, job);
    }

    /// Takes a job back, with all that wait for it.
    pub fn cancel<Event>(&mut self, ctx: &mut Ctx<'_, Event>, id: JobId) {
        let _ = self.remove_with_dependents(ctx, id);
    }

    /// Jobs not yet done.
    pub fn len(&self) -> usize {
        self.jobs.len()
    }

    /// Whether everything promised is done.
    pub fn is_empty(&self) -> bool {
        self.jobs.is_empty()
    }

    /// The jobs not yet done, oldest first.
    pub fn jobs(&self) -> impl Iterator<Item = (JobId, &Job<Owner>)> {
        self.jobs.iter().map(|(id, entry)| (*id, &entry.job))
    }

    /// What the job does that a call was made for.
    pub fn work_of(&self, call: CallId) -> Option<&Work> {
        self.jobs.get(self.calls.get(&call)?).map(|entry| &entry.job.work)
    }

    /// The connection is back: what waited for it goes at once.
    pub fn wake(&mut self) {
        self.online = true;
        for entry in self.jobs.values_mut() {
            entry.not_before = Timestamp(0);
            entry.attempts = 0;
        }
    }

    /// Gives a job the proof of work that was begun for it beforehand. Should it no longer count, the relay says so, and
    /// another one is made.
    pub fn give(&mut self, id: JobId, begun: Begun) {
        let Some(entry) = self.jobs.get_mut(&id).filter(|e| matches!(e.state, State::Waiting)) else {
            return;
        };
        let (state, call) = match begun {
            Begun::Asked(call) => (State::Asking, Some(call)),
            Begun::Solving(call) => (State::Solving, Some(call)),
            Begun::Solved(proof) => (State::Solved(proof), None),
        };
        entry.state = state;
        self.calls.extend(call.map(|call| (call, id)));
    }

    /// When something should be tried again.
    pub fn poll_timeout(&self) -> Option<Timestamp> {
        self.jobs
            .values()
            .filter(|e| matches!(e.state, State::Waiting) && e.not_before > Timestamp(0))
            .map(|e| e.not_before)
            .min()
    }

    /// Sends whatever may go now.
    pub fn drive<Event>(&mut self, ctx: &mut Ctx<'_, Event>, rights: &dyn Rights) {
        let mut busy: BTreeSet<StreamId> = BTreeSet::new();
        let mut creating: BTreeSet<StreamId> = BTreeSet::new();
        let ids: Vec<JobId> = self.jobs.keys().copied().collect();
        for id in ids {
            let Some(entry) = self.jobs.get(&id) else { continue };
            let lane = stream_of(&entry.job.work);
            // What waits for a stream that the relay has lost must not keep it from being made again.
            let is_create = matches!(entry.job.work, Work::Create(..));
            let is_first = lane.is_none_or(|stream| {
                let is_alone = busy.insert(stream);
                if is_create { creating.insert(stream) } else { is_alone }
            });
            let waits = entry.job.after.iter().any(|a| self.jobs.contains_key(a));
            if entry.not_before > ctx.now {
                continue;
            }
            if is_first && !waits {
                self.start(ctx, rights, id);
            }
            // The pause is over. What else it waits for comes with an input of its own.
            if let Some(entry) = self.jobs.get_mut(&id) {
                entry.not_before = Timestamp(0);
            }
        }
    }

    /// The response to a call, if it was the outbox's: the jobs that ended by it, in order.
    pub fn handle_response<Event>(
        &mut self,
        ctx: &mut Ctx<'_, Event>,
        call: CallId,
        response: Response,
    ) -> Option<Vec<(JobId, Job<Owner>, Outcome)>> {
        let id = self.calls.remove(&call)?;
        let Some(entry) = self.jobs.get_mut(&id) else { return Some(Vec::new()) };
        match (response, &entry.state) {
            (Response::Work(offer), State::Asking) => {
                let context = use_context(&entry.job.work);
                entry.state = State::Solving;
                let call = ctx.solve(Puzzle { offer, context });
                self.calls.insert(call, id);
                Some(Vec::new())
            }
            (Response::Unreachable, _) => {
                self.retry(ctx.now, id, None);
                Some(Vec::new())
            }
            (Response::Refused(refusal), _) if is_passing(&refusal, &entry.job.work) => {
                self.retry(ctx.now, id, refusal.retry_after_ms);
                Some(Vec::new())
            }
            (Response::Refused(refusal), _) if is_stale_message(&refusal, &entry.job.work) => {
                entry.state = State::Stale;
                Some(vec![(id, entry.job.clone(), Outcome::Stale)])
            }
            (Response::Refused(refusal), _) => Some(self.end(ctx, id, Outcome::Refused(refusal))),
            (response, _) => Some(self.end(ctx, id, Outcome::Done(response))),
        }
    }

    /// A puzzle's solution, if it was the outbox's.
    pub fn handle_solved(&mut self, call: CallId, proof: WorkProof) -> bool {
        let Some(id) = self.calls.remove(&call) else { return false };
        if let Some(entry) = self.jobs.get_mut(&id) {
            entry.state = State::Solved(Box::new(proof));
        }
        true
    }

    fn insert(&mut self, id: JobId, job: Job<Owner>) {
        self.jobs.insert(id, Entry { job, state: State::Waiting, attempts: 0, not_before: Timestamp(0) });
    }

    fn start<Event>(&mut self, ctx: &mut Ctx<'_, Event>, rights: &dyn Rights, id: JobId) {
        let Some(entry) = self.jobs.get_mut(&id) else { return };
        let proof = match std::mem::replace(&mut entry.state, State::Waiting) {
            State::Waiting if needs_work(&entry.job.work) => {
                entry.state = State::Asking;
                let call = ctx.send(Request::Work);
                self.calls.insert(call, id);
                return;
            }
            State::Waiting => None,
            State::Solved(proof) => Some(*proof),
            busy @ (State::Asking | State::Solving | State::InFlight | State::Stale) => {
                entry.state = busy;
                return;
            }
        };
        // A right that is missing now (not yet back in the room) may come: the job waits.
        if let Some(request) = request(&entry.job.work, ctx.network, rights, proof) {
            entry.state = State::InFlight;
            let call = ctx.send(request);
            self.calls.insert(call, id);
        }
    }

    fn retry(&mut self, now: Timestamp, id: JobId, after_ms: Option<u64>) {
        let Some(entry) = self.jobs.get_mut(&id) else { return };
        let pause = FIRST_PAUSE_MS.saturating_mul(1 << entry.attempts.min(7)).min(LONGEST_PAUSE_MS);
        entry.attempts = entry.attempts.saturating_add(1);
        entry.state = State::Waiting;
        entry.not_before = now.plus_ms(after_ms.unwrap_or(pause));
    }

    fn end<Event>(
        &mut self,
        ctx: &mut Ctx<'_, Event>,
        id: JobId,
        outcome: Outcome,
    ) -> Vec<(JobId, Job<Owner>, Outcome)> {
        if matches!(outcome, Outcome::Refused(_)) {
            let mut ended = self.remove_with_dependents(ctx, id);
            if let Some(first) = ended.first_mut() {
                first.2 = outcome;
            }
            return ended;
        }
        ctx.forget(&record_name(id));
        self.jobs.remove(&id).map(|e| (id, e.job, outcome)).into_iter().collect()
    }

    fn remove_with_dependents<Event>(
        &mut self,
        ctx: &mut Ctx<'_, Event>,
        id: JobId,
    ) -> Vec<(JobId, Job<Owner>, Outcome)> {
        let mut gone = BTreeSet::from([id]);
        // Jobs are numbered in the order they were promised, so one pass sees every dependent.
        for (other, entry) in &self.jobs {
            if entry.job.after.iter().any(|a| gone.contains(a)) {
                gone.insert(*other);
            }
        }
        let mut ended = Vec::new();
        for id in gone {
            ctx.forget(&record_name(id));
            ended.extend(self.jobs.remove(&id).map(|e| (id, e.job, Outcome::Dropped)));
        }
        ended
    }
}

fn record_name(id: JobId) -> String {
    format!("job/{:016x}", id.0)
}

fn stream_of(work: &Work) -> Option<StreamId> {
    match work {
        Work::Create(stream, _, _) | Work::Erase(stream, _) => Some(*stream),
        Work::Append(append) => Some(append.stream),
        Work::PutBlob(..) | Work::Log(_) => None,
    }
}

/// Refusals that pass by themselves: the relay is busy, the work got stale or too weak, the room
/// moved on while a frame without an epoch of its own was on its way.
fn is_passing(refusal: &Refusal, work: &Work) -> bool {
    let epochless = matches!(work, Work::Append(a) if a.epoch.is_none() && a.commit.is_none());
    refusal.code.is_retryable()
        || refusal.code == Code::WorkNeeded
        || (refusal.code == Code::StaleEpoch && epochless)
}

fn is_stale_message(refusal: &Refusal, work: &Work) -> bool {
    let has_epoch = matches!(work, Work::Append(a) if a.epoch.is_some() && a.commit.is_none());
    refusal.code == Code::StaleEpoch && has_epoch
}

fn needs_work(work: &Work) -> bool {
    matches!(
        work,
        Work::Create(_, _, Some(By::Work))
            | Work::PutBlob(_, _, _, _, By::Work)
            | Work::Append(AppendJob { by: By::Work, .. })
    )
}

fn request(
    work: &Work,
    network: NetworkId,
    rights: &dyn Rights,
    proof: Option<WorkProof>,
) -> Option<Request> {
    let context = append_context(work);
    let admission = |by: &By, epoch: Option<u64>| match by {
        By::Key(seed) => {
            let key = SigningKey::from_seed(seed);
            Some(Admission::Key(key.public(), sign(&network, &key, &context)))
        }
        By::Room(room) => {
            let (current, key) = rights.room(room)?;
            let epoch = epoch.unwrap_or(current);
            let context = AppendContext { epoch: Some(epoch), ..context.clone() };
            Some(Admission::Room(*room, epoch, sign(&network, &key, &context)))
        }
        By::Pass(pass) => Some(Admission::Pass(pass.redeem(&network, &use_context(work)))),
        By::Work => proof.clone().map(Admission::Work),
        By::Certificate => {
            let (certificate, key) = rights.certificate()?;
            Some(Admission::Certificate(certificate, sign(&network, &key, &context)))
        }
    };
    Some(match work {
        Work::Create(stream, policy, by) => {
            let admission = match by {
                Some(by) => Some(admission(by, None)?),
                None => None,
            };
            Request::Create(*stream, CreateStream { policy: policy.clone(), admission })
        }
        Work::Append(job) => Request::Append(
            job.stream,
            Append {
                frame: job.frame.clone(),
                admission: admission(&job.by, job.epoch)?,
                commit: job.commit,
                tag: job.tag,
            },
        ),
        Work::Erase(stream, request) => Request::Erase(*stream, Erase { request: request.clone() }),
        Work::PutBlob(blob, chunk, expires_at, granter, by) => Request::PutBlob(
            *blob,
            PutBlob {
                chunk: chunk.clone(),
                expires_at: *expires_at,
                granter: *granter,
                admission: admission(by, None)?,
            },
        ),
        Work::Log(entry) => Request::Log(entry.clone()),
    })
}

/// What an admission's signature covers: the place and the hash of what is put there.
fn append_context(work: &Work) -> AppendContext {
    let (stream, bytes, commit): (StreamId, &[u8], Option<Commit>) = match work {
        Work::Create(stream, policy, _) => (*stream, &policy.bytes, None),
        Work::Append(job) => (job.stream, &job.frame, job.commit),
        Work::Erase(stream, request) => (*stream, &request.bytes, None),
        Work::PutBlob(blob, chunk, ..) => (StreamId(blob.0), chunk, None),
        Work::Log(entry) => (StreamId([0; 32]), &entry.body, None),
    };
    let frame: FrameHash = bystand_crypto::hash::frame_hash(bytes);
    AppendContext { stream, frame, commit, epoch: None }
}

fn use_context(work: &Work) -> UseContext {
    let context = append_context(work);
    let tag = match work {
        Work::Append(AppendJob { tag: Some(tag), .. }) => *tag,
        Work::Append(_) | Work::Create(..) | Work::Erase(..) | Work::PutBlob(..) | Work::Log(_) => {
            Hash32(context.frame.0)
        }
    };
    UseContext { stream: context.stream, tag }
}
