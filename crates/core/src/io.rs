//! The border between an engine and the shell around it.
//!
//! An engine never waits. The shell hands it what happened (`handle_*`) and then carries out what
//! it asks for, in order ([`Effect`]). The order matters: a [`Effect::Store`] must be durable before
//! any later effect is carried out, because what is sent may depend on what was written.

use std::collections::BTreeMap;

use bystand_wire::problem::Code;
use bystand_wire::relay_api::{
    Append, Appended, CreateStream, Created, Erase, Erased, Frames, LeaseBlob, LiveOut, LogEntries, LogEntry,
    LogPart, Logged, Network, PutBlob, ReadAuth, UseContext, WorkOffer, WorkProof,
};
use bystand_wire::{BlobId, Seq, StreamId, Timestamp};

/// The generator that engines take as an argument. Shells seed it from the system, simulators
/// from a number.
pub type Random = rand_chacha::ChaCha20Rng;

/// Names one call to the relay until its response came.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct CallId(pub u64);

/// A call to the relay (see `bystand_wire::relay_api` for the routes).
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Request {
    /// `GET /v1/network`.
    Network,
    /// `GET /v1/work`.
    Work,
    /// `PUT /v1/streams/{id}`.
    Create(StreamId, CreateStream),
    /// `POST /v1/streams/{id}`.
    Append(StreamId, Append),
    /// `GET /v1/streams/{id}?after=N`.
    Read(StreamId, Seq, Option<ReadAuth>),
    /// `POST /v1/streams/{id}/erase`.
    Erase(StreamId, Erase),
    /// `PUT /v1/blobs/{id}`.
    PutBlob(BlobId, PutBlob),
    /// `GET /v1/blobs/{id}`.
    Blob(BlobId),
    /// `POST /v1/blobs/{id}/lease`.
    LeaseBlob(BlobId, LeaseBlob),
    /// `POST /v1/blobs/{id}/read`: the leased blob was read and may be deleted.
    BlobRead(BlobId, LeaseBlob),
    /// `POST /v1/log`.
    Log(LogEntry),
    /// `GET /v1/log/entries?kind=K&news=1&after=N&from=SIZE`; `after` is exclusive, `None` from the start.
    LogEntries {
        /// Which of them.
        part: LogPart,
        /// After this index.
        after: Option<u64>,
        /// Tree size already known, for a consistency proof.
        from: Option<u64>,
    },
}

/// What came back.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Response {
    /// To [`Request::Network`].
    Network(Box<Network>),
    /// To [`Request::Work`].
    Work(WorkOffer),
    /// To [`Request::Create`] and [`Request::PutBlob`].
    Created(Created),
    /// To [`Request::Append`].
    Appended(Appended),
    /// To [`Request::Read`].
    Frames(Frames),
    /// To [`Request::Erase`] and [`Request::BlobRead`].
    Erased(Erased),
    /// To [`Request::Blob`] and [`Request::LeaseBlob`].
    Blob(Vec<u8>),
    /// To [`Request::Log`].
    Logged(Logged),
    /// To [`Request::LogEntries`].
    LogEntries(Box<LogEntries>),
    /// The relay refused, with its stable code.
    Refused(Refusal),
    /// No answer: the relay may or may not have done it. Engines send the same bytes again.
    Unreachable,
}

/// A problem document's parts that engines act on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refusal {
    /// The stable code.
    pub code: Code,
    /// With `stale-epoch`: the current epoch.
    pub epoch: Option<u64>,
    /// With `clock-skew`: the relay's time.
    pub relay_time: Option<Timestamp>,
    /// When to try again, in milliseconds, if the relay said so.
    pub retry_after_ms: Option<u64>,
}

impl Refusal {
    /// A refusal that carries nothing but its code.
    pub fn plain(code: Code) -> Self {
        Self { code, epoch: None, relay_time: None, retry_after_ms: None }
    }
}

/// Changes to the vault, carried out together or not at all. The shell seals each record.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Batch {
    /// Record name to plaintext; `None` deletes.
    pub records: BTreeMap<String, Option<Vec<u8>>>,
}

/// A puzzle for the shell to solve off the engine's thread.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Puzzle {
    /// What the relay offered.
    pub offer: WorkOffer,
    /// What the proof is bound to.
    pub context: UseContext,
}

/// What the shell is to do, in order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Effect<Event> {
    /// Make durable before anything that follows.
    Store(Batch),
    /// Call the relay and hand the response to `handle_response`.
    Send(CallId, Box<Request>),
    /// Follow a stream on the live connection from after a place.
    Follow(StreamId, Seq, Option<ReadAuth>),
    /// Stop following it.
    Leave(StreamId),
    /// Follow the public log from a tree size.
    FollowLog(u64),
    /// Solve and hand the proof to `handle_solved`.
    Solve(CallId, Puzzle),
    /// Show or act on.
    Tell(Event),
}

/// A client engine, as shells see it.
pub trait Engine {
    /// What it tells the person or program around it.
    type Event;

    /// The live connection stands: everything to be followed must be asked for again.
    fn handle_connected(&mut self, now: Timestamp, rng: &mut Random);
    /// The live connection broke.
    fn handle_disconnected(&mut self, now: Timestamp);
    /// A message on the live connection.
    fn handle_live(&mut self, message: LiveOut, now: Timestamp, rng: &mut Random);
    /// The response to a call.
    fn handle_response(&mut self, id: CallId, response: Response, now: Timestamp, rng: &mut Random);
    /// A puzzle's solution.
    fn handle_solved(&mut self, id: CallId, proof: WorkProof, now: Timestamp, rng: &mut Random);
    /// The moment that `poll_timeout` named has come.
    fn handle_timeout(&mut self, now: Timestamp, rng: &mut Random);
    /// The next thing to do.
    fn poll_effect(&mut self) -> Option<Effect<Self::Event>>;
    /// When `handle_timeout` wants to be called next.
    fn poll_timeout(&self) -> Option<Timestamp>;
}
