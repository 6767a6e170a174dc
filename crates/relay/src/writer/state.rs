//! What the writer keeps in memory: streams as they stand, proofs of work used, and the effects that
//! wait for their transaction.

use std::collections::HashMap;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, PoisonError, RwLock};

use bystand_wire::problem::Code;
use bystand_wire::relay_api::LogKind;
use bystand_wire::{Hash32, StreamId, Timestamp};

use crate::clock::Clock;
use crate::log::LogSigner;
use crate::metrics::Metrics;
use crate::rules::Refusal;
use crate::rules::passes::{self, Spend};
use crate::rules::stream::{PolicyLimits, StreamState};
use crate::rules::work::UsedProofs;
use crate::store::{NewFrame, Stored, Tx};

/// The writer's limits.
#[derive(Debug, Clone, Copy)]
pub struct WriterLimits {
    /// Requests that may wait.
    pub queue_len: usize,
    /// Requests in one transaction.
    pub group_len: usize,
    /// Bytes in one transaction, about.
    pub group_bytes: usize,
    /// Limits of policies.
    pub policy: PolicyLimits,
    /// Streams one pass may make in a day.
    pub streams_per_pass: u32,
    /// Blobs one pass may put in a day.
    pub blobs_per_pass: u32,
}

/// Streams as they stood after the last commit, for those who check signatures before they queue.
/// Only the writer puts something here, so nothing in it is older than what a reader would find.
#[derive(Debug, Default)]
pub struct Shared {
    streams: RwLock<HashMap<StreamId, Arc<StreamState>>>,
    failing: AtomicBool,
}

impl Shared {
    /// A stream, if it was written to lately.
    pub fn stream(&self, id: &StreamId) -> Option<Arc<StreamState>> {
        self.streams.read().unwrap_or_else(PoisonError::into_inner).get(id).cloned()
    }

    /// Whether the last attempt to store failed.
    pub fn is_failing(&self) -> bool {
        self.failing.load(Ordering::Relaxed)
    }
}

/// What is told to others once the transaction is on disk.
#[derive(Debug, Default)]
pub struct Effects {
    /// Frames taken, in order.
    pub frames: Vec<(StreamId, NewFrame)>,
    /// Streams that ended, or that their followers have to ask for again, and why.
    pub ended: Vec<(StreamId, Code)>,
    /// The log grew to this size with these entries.
    pub logged: Vec<(LogKind, Arc<[u8]>, u64)>,
    /// The log's size afterwards, when there is news in it (manifest, key note or alert).
    pub log_size: Option<u64>,
}

impl Effects {
    /// Whether there is nothing to tell.
    pub fn is_empty(&self) -> bool {
        self.frames.is_empty() && self.ended.is_empty() && self.logged.is_empty()
    }
}

/// Takes the effects of a committed transaction.
pub type Sink = Box<dyn FnMut(Effects) + Send>;

/// Streams kept in memory at most.
const STREAMS: usize = 65_536;

/// The writer's memory. Everything here can be thrown away but the used proofs.
pub struct WriterState {
    limits: WriterLimits,
    clock: Arc<dyn Clock>,
    shared: Arc<Shared>,
    metrics: Arc<Metrics>,
    sink: Sink,
    /// Signs checkpoints.
    pub(super) signer: LogSigner,
    used: UsedProofs,
    streams: HashMap<StreamId, StreamState>,
    // Since the transaction began:
    changed: Vec<StreamId>,
    marked: Vec<Hash32>,
    effects: Effects,
}

impl std::fmt::Debug for WriterState {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("WriterState").field("limits", &self.limits).finish_non_exhaustive()
    }
}

impl WriterState {
    /// An empty memory.
    pub fn new(
        limits: WriterLimits,
        clock: Arc<dyn Clock>,
        shared: Arc<Shared>,
        metrics: Arc<Metrics>,
        signer: LogSigner,
        sink: Sink,
    ) -> Self {
        Self {
            limits,
            clock,
            shared,
            metrics,
            sink,
            signer,
            used: UsedProofs::default(),
            streams: HashMap::new(),
            changed: Vec::new(),
            marked: Vec::new(),
            effects: Effects::default(),
        }
    }

    pub(super) fn limits(&self) -> &WriterLimits {
        &self.limits
    }

    pub(super) fn shared(&self) -> &Shared {
        &self.shared
    }

    pub(super) fn now(&self) -> Timestamp {
        self.clock.now()
    }

    /// A transaction begins (again): whatever an earlier attempt changed here is undone.
    pub(super) fn begin(&mut self) {
        self.undo();
        if self.streams.len() > STREAMS {
            self.streams.clear();
        }
    }

    /// The transaction ended. After a failure it may still be on disk: what is remembered of the
    /// streams is thrown away and read again.
    pub(super) fn end(&mut self, committed: bool, requests: usize) {
        self.shared.failing.store(!committed, Ordering::Relaxed);
        if !committed {
            self.metrics.store_failures.add(1);
            self.undo();
            self.streams.clear();
            self.shared.streams.write().unwrap_or_else(PoisonError::into_inner).clear();
            return;
        }
        self.metrics.commits.add(1);
        self.metrics.committed_requests.add(requests as u64);
        self.marked.clear();
        self.share();
        let effects = std::mem::take(&mut self.effects);
        (self.sink)(effects);
    }

    fn share(&mut self) {
        if self.changed.is_empty() {
            return;
        }
        let mut shared = self.shared.streams.write().unwrap_or_else(PoisonError::into_inner);
        if shared.len() > STREAMS {
            shared.clear();
        }
        for id in self.changed.drain(..) {
            match self.streams.get(&id) {
                Some(state) => shared.insert(id, Arc::new(state.clone())),
                None => shared.remove(&id),
            };
        }
    }

    fn undo(&mut self) {
        for id in self.changed.drain(..) {
            self.streams.remove(&id);
        }
        for proof in self.marked.drain(..) {
            self.used.unmark(&proof);
        }
        self.effects = Effects::default();
    }

    /// A stream as it stands in this transaction.
    pub(super) fn stream(&mut self, tx: &mut dyn Tx, id: &StreamId) -> Stored<Option<StreamState>> {
        if let Some(known) = self.streams.get(id) {
            return Ok(Some(known.clone()));
        }
        let Some(read) = tx.stream(id)? else { return Ok(None) };
        self.streams.insert(*id, read.clone());
        Ok(Some(read))
    }

    /// Remembers a stream's new state.
    pub(super) fn changed(&mut self, id: &StreamId, state: StreamState) {
        self.streams.insert(*id, state);
        self.changed.push(*id);
    }

    /// Forgets what is remembered of a stream.
    pub(super) fn forget(&mut self, id: &StreamId) {
        self.streams.remove(id);
        self.changed.push(*id);
    }

    /// What is told once this is on disk.
    pub(super) fn effects(&mut self) -> &mut Effects {
        &mut self.effects
    }

    /// Uses up what an admission costs; refuses before anything is written.
    pub(super) fn spend(
        &mut self,
        tx: &mut dyn Tx,
        spend: &Spend,
        now: Timestamp,
    ) -> Stored<Result<(), Refusal>> {
        match spend {
            Spend::Nothing => {}
            Spend::Once(wanted) => {
                let before = tx.pass_use(&wanted.pass)?;
                if let Err(refusal) = passes::check_once(before.as_ref(), wanted) {
                    return Ok(Err(refusal));
                }
                tx.use_pass(&wanted.pass, &wanted.tag, wanted.forget_at)?;
            }
            Spend::Daily(wanted) => {
                let used = tx.daily_uses(&wanted.pass, wanted.day)?;
                if let Err(refusal) = passes::check_daily(used, wanted, now) {
                    return Ok(Err(refusal));
                }
                tx.use_pass_today(&wanted.pass, wanted.day)?;
            }
            Spend::Work(proof) => {
                if let Err(refusal) = self.used.check(proof, now) {
                    return Ok(Err(refusal));
                }
                self.used.mark(*proof, now);
                self.marked.push(*proof);
            }
        }
        Ok(Ok(()))
    }
}
