//! A relay without sockets, threads and a clock of its own: the same checks, rules, writer's actions and
//! SQLite store as the server's, one request after another on the caller's thread. For simulations, which
//! run a whole network in one process and in their own time.
//!
//! What is left out is what belongs to a machine on the internet: connections and their limits, timeouts,
//! queues, group commit.

use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use bystand_core::io::{self, Request, Response};
use bystand_crypto::hash;
use bystand_crypto::notes::LogKey;
use bystand_crypto::symmetric::SymmetricKey;
use bystand_wire::problem::Code;
use bystand_wire::relay_api::{
    Admission, Append, CreateStream, Frames, LogEntries, LogEntry, LogPart, PutBlob as PutRequest, ReadAuth,
    WorkOffer,
};
use bystand_wire::{BlobId, Frame, NetworkId, Seq, StreamId, Timestamp, limits};

use crate::clock::{Clock, SetClock};
use crate::config::Tuning;
use crate::log::{self, LogSigner};
use crate::metrics::Metrics;
use crate::rules::work::{self, Controller};
use crate::rules::{Proof, Refusal, blob};
use crate::store::sqlite::{SqliteStore, bytes};
use crate::store::{LogQuery, Reader, Store, Stored};
use crate::trust::{Authority, Trust};
use crate::verify::{self, Against, Binding, Solutions, WorkSecret};
use crate::writer::actions::{
    AppendFrame, EraseFrames, LeaseBlob, Publish, PutBlob, PutStream, ReadBlob, Resign, Sweep,
};
use crate::writer::{Action, Committer, Effects, Shared, WriterState};

/// Rows that one turn of a sweep deletes.
const SWEEP_ROWS: u32 = 10_000;
const NOT_SET_UP: Refusal = Refusal::new(Code::NotSetUp, "The network has no manifest on this relay yet.");

/// What an embedded relay is made of.
#[derive(Clone)]
pub struct Embedding {
    /// The network it serves.
    pub network: NetworkId,
    /// Signs its log.
    pub log_key: LogKey,
    /// Its settings; those about connections have no effect.
    pub tuning: Tuning,
    /// What its nonces are made from.
    pub secret: [u8; 32],
    /// Whether proofs of work are worked out, or charged elsewhere and taken on trust.
    pub solutions: Solutions,
}

impl std::fmt::Debug for Embedding {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Embedding").field("network", &self.network).finish_non_exhaustive()
    }
}

/// A relay in memory.
pub struct Embedded {
    with: Embedding,
    clock: SetClock,
    path: PathBuf,
    committer: Committer,
    reader: Box<dyn Reader>,
    trust: Trust,
    secret: WorkSecret,
    controller: Controller,
    told: Arc<Mutex<Vec<Effects>>>,
}

impl std::fmt::Debug for Embedded {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Embedded").field("now", &self.clock.now()).finish_non_exhaustive()
    }
}

impl Embedded {
    /// A relay before its network's first manifest.
    ///
    /// # Errors
    /// When SQLite gives no database in memory, or the network's name cannot name a log: bugs.
    pub fn new(with: Embedding, now: Timestamp) -> Stored<Self> {
        Self::over(SqliteStore::in_memory()?, with, now)
    }

    /// A relay that goes on with a copy of a database.
    ///
    /// # Errors
    /// When the file cannot be read.
    pub fn open(with: Embedding, file: &Path, now: Timestamp) -> Stored<Self> {
        Self::over(SqliteStore::in_memory_from(file)?, with, now)
    }

    /// What starts when this one's process was killed: with a copy of the database as it was last committed,
    /// another work secret, and nothing else of its memory.
    ///
    /// # Errors
    /// When the database cannot be read: a bug.
    pub fn again(&self) -> Stored<Self> {
        let secret = hash::sha256("work-secret-again", &[&self.with.secret]).0;
        Self::open(Embedding { secret, ..self.with.clone() }, &self.path, self.clock.now())
    }

    /// Its database as it lies in memory, with whatever is left in free pages.
    ///
    /// # Errors
    /// When it cannot be read: a bug.
    pub fn bytes(&self) -> Stored<Vec<u8>> {
        bytes(&self.path)
    }

    /// Where its database is, for [`Embedded::open`] while this one is there.
    pub fn path(&self) -> &Path {
        &self.path
    }

    fn over(store: SqliteStore, with: Embedding, now: Timestamp) -> Stored<Self> {
        let signer = LogSigner::from_key(with.log_key.clone());
        let (path, mut reader) = (store.path().to_owned(), store.reader()?);
        let clock = SetClock::at(now);
        let trust = Trust::load(Authority::new(with.network, signer.verifier()), reader.as_mut(), now)?;
        let told: Arc<Mutex<Vec<Effects>>> = Arc::default();
        let (learner, teller) = (trust.clone(), told.clone());
        let sink = Box::new(move |committed: Effects| {
            learner.learn_all(&committed.logged);
            if !committed.is_empty() {
                teller.lock().unwrap_or_else(PoisonError::into_inner).push(committed);
            }
        });
        let state = WriterState::new(
            with.tuning.writer_limits(),
            Arc::new(clock.clone()),
            Arc::new(Shared::default()),
            Arc::new(Metrics::default()),
            signer,
            sink,
        );
        let mut relay = Self {
            controller: Controller::new(with.tuning.work_limits(), now),
            clock,
            path,
            committer: Committer::new(Box::new(store), state),
            reader,
            trust,
            secret: WorkSecret::new(SymmetricKey::from_bytes(with.secret)),
            with,
            told,
        };
        relay.resign();
        Ok(relay)
    }

    /// Sets its clock.
    pub fn set_time(&mut self, now: Timestamp) {
        self.clock.set(now);
    }

    /// Its time.
    pub fn now(&self) -> Timestamp {
        self.clock.now()
    }

    /// Signs the log's checkpoint anew, as the server does every minute.
    pub fn resign(&mut self) {
        // Without a log there is nothing to sign; a store in memory does not fail otherwise.
        let _ = self.committer.ask(Resign);
    }

    /// Deletes what has expired, as the server does every half a minute.
    pub fn sweep(&mut self) {
        let sweep = Sweep { rows: SWEEP_ROWS, old_texts_ms: self.with.tuning.old_texts_ms() };
        while self.committer.ask(sweep).is_ok_and(|swept| swept.more) {}
        self.trust.prune(self.clock.now());
    }

    /// What was committed since the last call, in order: what the server's fan-out pushes.
    pub fn take_effects(&mut self) -> Vec<Effects> {
        std::mem::take(&mut *self.told.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// How much is stored, in bytes with what is free among it: what the file on a disk would take.
    ///
    /// # Errors
    /// When it cannot be read: a bug.
    pub fn stored_bytes(&mut self) -> Stored<u64> {
        Ok(self.reader.figures()?.bytes)
    }

    /// The log's size, as followers are told it.
    pub fn log_size(&mut self) -> u64 {
        let now = self.clock.now();
        let read = self.reader.log(LogQuery::Nothing, 0, 0, now);
        read.ok().flatten().map_or(0, |read| read.size)
    }

    /// Answers a call.
    pub fn handle(&mut self, request: Request) -> Response {
        let answer = match request {
            Request::Network => self.network().map(Response::Network),
            Request::Work => Ok(Response::Work(self.work_offer())),
            Request::Create(id, create) => self.create(id, create),
            Request::Append(id, append) => self.append(id, append),
            Request::Read(id, after, auth) => self.read(id, after, auth.as_ref()).map(Response::Frames),
            Request::Erase(id, erase) => self.erase(id, &erase.request),
            Request::PutBlob(id, put) => self.put_blob(id, put),
            Request::Blob(id) => self.blob(id).map(Response::Blob),
            Request::LeaseBlob(id, lease) => self.grant(id, &lease).and_then(|(signer, grant)| {
                self.committer.ask(LeaseBlob { id, grant, signer }).map(Response::Blob)
            }),
            Request::BlobRead(id, lease) => self.grant(id, &lease).and_then(|(signer, grant)| {
                self.committer.ask(ReadBlob { id, grant, signer }).map(Response::Erased)
            }),
            Request::Log(entry) => self.publish(entry),
            Request::LogEntries { part, after, from } => self.entries(part, after, from),
        };
        answer.unwrap_or_else(|refusal| Response::Refused(self.told_refusal(&refusal)))
    }

    /// Whether somebody may follow a stream on the live connection.
    ///
    /// # Errors
    /// The code of the refusal.
    pub fn may_follow(&mut self, id: StreamId, auth: Option<&ReadAuth>) -> Result<(), Code> {
        self.may_read(id, auth).map_err(|refusal| refusal.code)
    }

    /// Frames after a place, as followers get them; none when the stream is not there.
    pub fn frames(&mut self, id: StreamId, after: Seq) -> Option<Frames> {
        self.frames_after(id, after).ok()
    }

    fn stream(&mut self, id: StreamId) -> Result<Arc<crate::rules::stream::StreamState>, Refusal> {
        let now = self.clock.now();
        let known = self.committer.shared().stream(&id).filter(|known| !known.is_expired(now));
        if let Some(known) = known {
            return Ok(known);
        }
        let read = self.reader.stream(&id, now).map_err(|e| cannot_read(&e))?;
        read.map(Arc::new).ok_or(Refusal::new(Code::NotFound, "No such stream, or it has ended."))
    }

    fn admission(&mut self, admission: &Admission, binding: &Binding) -> Result<Proof, Refusal> {
        let room = match admission {
            Admission::Room(room, _, _) => self.stream(*room)?.room,
            Admission::Key(..) | Admission::Pass(_) | Admission::Work(_) | Admission::Certificate(..) => None,
        };
        let now = self.clock.now();
        let effort = self.controller.enough(now);
        let authority = self.trust.now();
        let (secret, solutions) = (&self.secret, self.with.solutions);
        let against = Against { authority: &authority, secret, effort, solutions, room: room.as_ref(), now };
        verify::admission(admission, binding, against)
    }

    /// Asks the writer, and counts what came by the open lane.
    fn ask<A: Action>(&mut self, action: A, by_work: bool) -> Result<A::Output, Refusal> {
        let done = self.committer.ask(action)?;
        if by_work {
            self.controller.taken(self.clock.now());
        }
        Ok(done)
    }

    fn work_offer(&mut self) -> WorkOffer {
        let now = self.clock.now();
        WorkOffer {
            nonce: self.secret.nonce(work::window(now)),
            effort: self.controller.asked(now),
            valid_until: work::valid_until(now),
        }
    }

    fn create(&mut self, id: StreamId, request: CreateStream) -> Result<Response, Refusal> {
        let network = self.trust.now().network();
        let policy = verify::open_policy(&network, &id, &request.policy)?;
        let is_held = match self.stream(id) {
            Ok(_) => true,
            Err(refusal) if refusal.code == Code::NotFound => false,
            Err(refusal) => return Err(refusal),
        };
        let admission = match request.admission.filter(|_| !is_held) {
            Some(admission) => Some(self.admission(&admission, &Binding::to(id, policy.hash))?),
            None => None,
        };
        let by_work = matches!(admission, Some(Proof::Work(_)));
        self.ask(PutStream { stream: id, policy, admission }, by_work).map(Response::Created)
    }

    fn append(&mut self, id: StreamId, request: Append) -> Result<Response, Refusal> {
        let parsed = Frame::parse(&request.frame);
        let kind = parsed.map_err(|_| Refusal::new(Code::Malformed, "The frame cannot be read."))?.kind;
        let frame_hash = hash::frame_hash(&request.frame);
        let checked = self.stream(id).and_then(|stream| {
            let network = self.trust.now().network();
            let (binding, committer) = verify::append_binding(&network, &stream, id, &request, frame_hash)?;
            Ok((self.admission(&request.admission, &binding)?, committer))
        });
        let (proof, committer) = match checked {
            Ok(checked) => checked,
            // The same frame again after a lost answer gets the old answer.
            Err(refusal) => {
                let found = self.reader.find_frame(&id, &frame_hash).map_err(|e| cannot_read(&e))?;
                return found.map(Response::Appended).ok_or(refusal);
            }
        };
        let by_work = matches!(proof, Proof::Work(_));
        let action = AppendFrame {
            stream: id,
            kind,
            hash: frame_hash,
            frame: request.frame.into(),
            proof,
            commit: request.commit,
            committer,
        };
        self.ask(action, by_work).map(Response::Appended)
    }

    fn may_read(&mut self, id: StreamId, auth: Option<&ReadAuth>) -> Result<(), Refusal> {
        let stream = self.stream(id)?;
        let network = self.trust.now().network();
        verify::read_auth(&network, &id, &stream.policy.read, auth, self.clock.now())
    }

    fn read(&mut self, id: StreamId, after: Seq, auth: Option<&ReadAuth>) -> Result<Frames, Refusal> {
        self.may_read(id, auth)?;
        self.frames_after(id, after)
    }

    fn frames_after(&mut self, id: StreamId, after: Seq) -> Result<Frames, Refusal> {
        let now = self.clock.now();
        let read = self.reader.frames(&id, after, limits::READ_FRAMES, limits::READ_LEN, now);
        let read = read.map_err(|e| cannot_read(&e))?;
        let read = read.ok_or(Refusal::new(Code::NotFound, "No such stream, or it has ended."))?;
        let epoch = read.state.room.map_or(0, |r| r.epoch);
        Ok(Frames { frames: read.frames, head: read.state.head, epoch, generation: 1 })
    }

    fn erase(
        &mut self,
        id: StreamId,
        request: &bystand_wire::relay_api::SignedBytes,
    ) -> Result<Response, Refusal> {
        let (signer, request) = verify::open_erase(&self.trust.now().network(), request)?;
        self.committer.ask(EraseFrames { stream: id, signer, request }).map(Response::Erased)
    }

    fn put_blob(&mut self, id: BlobId, request: PutRequest) -> Result<Response, Refusal> {
        if request.chunk.len() > limits::BLOB_LEN {
            return Err(Refusal::new(Code::TooLarge, "The chunk is longer than a blob may be."));
        }
        let hash = hash::plain_sha256(&request.chunk);
        let admission = self.admission(&request.admission, &Binding::to(StreamId(id.0), hash))?;
        let by_work = matches!(admission, Proof::Work(_));
        let (expires_at, granter) = (request.expires_at, request.granter);
        let action = PutBlob { id, hash, chunk: request.chunk.into(), expires_at, granter, admission };
        self.ask(action, by_work).map(Response::Created)
    }

    fn blob(&mut self, id: BlobId) -> Result<Vec<u8>, Refusal> {
        let now = self.clock.now();
        let found = self.reader.blob(&id, now).map_err(|e| cannot_read(&e))?;
        let (state, chunk) = found.ok_or(Refusal::new(Code::NotFound, "No such blob, or it has expired."))?;
        blob::fetch(&state, now)?;
        Ok(chunk)
    }

    fn grant(
        &self,
        id: BlobId,
        request: &bystand_wire::relay_api::LeaseBlob,
    ) -> Result<(bystand_wire::PublicKey, bystand_wire::relay_api::Grant), Refusal> {
        verify::open_grant(&self.trust.now().network(), &id, request, self.clock.now())
    }

    fn publish(&mut self, entry: LogEntry) -> Result<Response, Refusal> {
        let body_hash = hash::plain_sha256(&entry.body);
        let accepted = match self.trust.now().read_log_entry(entry.kind, &entry.body, self.clock.now()) {
            Ok(accepted) => accepted,
            Err(code) => {
                // The same entry again gets the same answer.
                let known =
                    self.reader.find_log_entry(entry.kind, &body_hash).map_err(|e| cannot_read(&e))?;
                known.ok_or(Refusal::new(code, "The entry is not taken."))?;
                crate::rules::publish::AcceptedEntry::default()
            }
        };
        let action = Publish { kind: entry.kind, body_hash, body: entry.body.into(), accepted };
        self.committer.ask(action).map(Response::Logged)
    }

    fn entries(&mut self, part: LogPart, after: Option<u64>, from: Option<u64>) -> Result<Response, Refusal> {
        let now = self.clock.now();
        let found = log::entries(self.reader.as_mut(), LogQuery::After { part, after }, from, now);
        let entries: LogEntries = found.map_err(|e| cannot_read(&e))?.ok_or(NOT_SET_UP)?;
        Ok(Response::LogEntries(Box::new(entries)))
    }

    fn network(&mut self) -> Result<Box<bystand_wire::relay_api::Network>, Refusal> {
        let now = self.clock.now();
        let id = self.trust.now().network();
        let found = log::network(self.reader.as_mut(), id, 1, now);
        found.map_err(|e| cannot_read(&e))?.map(Box::new).ok_or(NOT_SET_UP)
    }

    fn told_refusal(&self, refusal: &Refusal) -> io::Refusal {
        io::Refusal {
            code: refusal.code,
            epoch: refusal.epoch,
            relay_time: (refusal.code == Code::ClockSkew).then(|| self.clock.now()),
            retry_after_ms: refusal.retry_after_ms,
        }
    }
}

fn cannot_read(_: &crate::store::StoreError) -> Refusal {
    Refusal::new(Code::CannotStore, "The relay cannot read its database now.")
}
