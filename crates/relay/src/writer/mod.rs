//! The one writer: requests queue up, the writer's thread takes as many as are waiting, runs them in
//! one transaction, and only after it is on disk are they answered and their frames fanned out.
//!
//! An [`Action`] is asked to `apply` inside the transaction: it reads what it needs, lets the rules
//! decide, and writes only after nothing can be refused any more. When the transaction of a group
//! fails, each action is tried once more alone, so that one that cannot be stored does not take the
//! others with it.

pub mod actions;
mod state;

use std::thread::JoinHandle;

use bystand_wire::Timestamp;
use bystand_wire::problem::Code;
use tokio::sync::{mpsc, oneshot};

pub use self::state::{Effects, Shared, Sink, WriterLimits, WriterState};
use crate::rules::Refusal;
use crate::store::{Store, StoreError, Stored, Tx};

/// Something to be done in the writer's transaction.
pub trait Action: Send + 'static {
    /// What the requester is told when it is on disk.
    type Output: Send + 'static;

    /// Decides and writes. Called again when the transaction failed, with all of it undone.
    fn apply(
        &self,
        state: &mut WriterState,
        tx: &mut dyn Tx,
        now: Timestamp,
    ) -> Stored<Result<Self::Output, Refusal>>;

    /// Bytes it writes, about: a group is closed when it has grown large.
    fn weight(&self) -> usize {
        256
    }
}

/// An action with where its answer goes.
trait Job: Send {
    fn apply(&mut self, state: &mut WriterState, tx: &mut dyn Tx, now: Timestamp) -> Stored<()>;
    fn weight(&self) -> usize;
    fn answer(self: Box<Self>);
    fn fail(self: Box<Self>, refusal: Refusal);
}

struct Pending<A: Action> {
    action: A,
    outcome: Option<Result<A::Output, Refusal>>,
    reply: oneshot::Sender<Result<A::Output, Refusal>>,
}

impl<A: Action> Job for Pending<A> {
    fn apply(&mut self, state: &mut WriterState, tx: &mut dyn Tx, now: Timestamp) -> Stored<()> {
        self.outcome = Some(self.action.apply(state, tx, now)?);
        Ok(())
    }

    fn weight(&self) -> usize {
        self.action.weight()
    }

    fn answer(self: Box<Self>) {
        let outcome = self.outcome.unwrap_or(Err(LOST));
        // Who asked may have hung up; what was done stays done.
        let _ = self.reply.send(outcome);
    }

    fn fail(self: Box<Self>, refusal: Refusal) {
        let _ = self.reply.send(Err(refusal));
    }
}

enum Message {
    Job(Box<dyn Job>),
    Compact(oneshot::Sender<bool>),
    Stop,
}

/// Asks the writer; clones share its queue. The writer ends when the last clone is gone.
#[derive(Clone)]
pub struct Writer {
    queue: mpsc::Sender<Message>,
}

impl std::fmt::Debug for Writer {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Writer")
    }
}

const LOST: Refusal = Refusal::new(Code::Internal, "The relay lost the outcome.");
const BUSY: Refusal = Refusal::new(Code::Busy, "The relay has more to write than it can; try again.");
const STOPPING: Refusal = Refusal::new(Code::CannotStore, "The relay is stopping.");
const CANNOT_STORE: Refusal =
    Refusal::new(Code::CannotStore, "The relay cannot store now. Nothing was taken; try again later.");

impl Writer {
    /// Starts the writer's thread.
    ///
    /// # Errors
    /// When the operating system gives no thread.
    pub fn start(store: Box<dyn Store>, state: WriterState) -> std::io::Result<(Writer, JoinHandle<()>)> {
        let (queue, jobs) = mpsc::channel(state.limits().queue_len.max(1));
        let thread = std::thread::Builder::new()
            .name("bystand-writer".into())
            .spawn(move || Loop { committer: Committer::new(store, state), jobs }.run())?;
        Ok((Writer { queue }, thread))
    }

    /// Asks for an action and waits until it is on disk, or refused.
    ///
    /// # Errors
    /// The action's refusal; `busy` when the queue is full; `cannot-store`.
    pub async fn ask<A: Action>(&self, action: A) -> Result<A::Output, Refusal> {
        let (reply, answer) = oneshot::channel();
        let job = Message::Job(Box::new(Pending { action, outcome: None, reply }));
        self.queue.try_send(job).map_err(|e| match e {
            mpsc::error::TrySendError::Full(_) => BUSY.retry_after(1_000),
            mpsc::error::TrySendError::Closed(_) => STOPPING,
        })?;
        answer.await.unwrap_or(Err(STOPPING))
    }

    /// Makes what was deleted leave the files. Gives whether that worked.
    pub async fn compact(&self) -> bool {
        let (reply, answer) = oneshot::channel();
        self.queue.send(Message::Compact(reply)).await.is_ok() && answer.await.unwrap_or(false)
    }
}

impl Writer {
    /// Ends the writer after all that is queued.
    pub async fn stop(&self) {
        // When it has ended already there is nothing to stop.
        let _ = self.queue.send(Message::Stop).await;
    }
}

/// Runs work in transactions of the store and, when they are on disk, tells of what they did. The writer's
/// thread has one; where there is no thread it is asked directly.
pub struct Committer {
    store: Box<dyn Store>,
    state: WriterState,
}

impl std::fmt::Debug for Committer {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Committer").field("state", &self.state).finish_non_exhaustive()
    }
}

impl Committer {
    /// Over a store, with an empty memory of it.
    pub fn new(store: Box<dyn Store>, state: WriterState) -> Self {
        Self { store, state }
    }

    /// Runs one action in a transaction of its own.
    ///
    /// # Errors
    /// The action's refusal; `cannot-store`.
    pub fn ask<A: Action>(&mut self, action: A) -> Result<A::Output, Refusal> {
        let mut outcome = None;
        let committed = self.commit(1, &mut |state, tx, now| {
            outcome = Some(action.apply(state, tx, now)?);
            Ok(())
        });
        match committed {
            Ok(()) => outcome.unwrap_or(Err(LOST)),
            Err(error) => {
                report(&error);
                Err(CANNOT_STORE)
            }
        }
    }

    /// Streams as they stood after the last commit.
    pub fn shared(&self) -> &Shared {
        self.state.shared()
    }

    fn commit(
        &mut self,
        requests: usize,
        work: &mut dyn FnMut(&mut WriterState, &mut dyn Tx, Timestamp) -> Stored<()>,
    ) -> Stored<()> {
        self.state.begin();
        let now = self.state.now();
        let state = &mut self.state;
        let committed = self.store.write(&mut |tx| {
            state.begin();
            work(state, tx, now)
        });
        self.state.end(committed.is_ok(), requests);
        committed
    }
}

struct Loop {
    committer: Committer,
    jobs: mpsc::Receiver<Message>,
}

impl Loop {
    fn run(mut self) {
        let mut held_over = None;
        while let Some(message) = held_over.take().or_else(|| self.jobs.blocking_recv()) {
            match message {
                Message::Job(job) => {
                    let (group, next) = self.gather(job);
                    held_over = next;
                    self.commit_group(group);
                }
                Message::Compact(reply) => {
                    let done = self.committer.store.compact().inspect_err(report).is_ok();
                    let _ = reply.send(done);
                }
                Message::Stop => break,
            }
        }
        if let Err(error) = self.committer.store.compact() {
            report(&error);
        }
    }

    /// Takes what is waiting, up to the limits of a group.
    fn gather(&mut self, first: Box<dyn Job>) -> (Vec<Box<dyn Job>>, Option<Message>) {
        let limits = *self.committer.state.limits();
        let mut bytes = first.weight();
        let mut group = vec![first];
        while group.len() < limits.group_len && bytes < limits.group_bytes {
            match self.jobs.try_recv() {
                Ok(Message::Job(job)) => {
                    bytes = bytes.saturating_add(job.weight());
                    group.push(job);
                }
                Ok(other) => return (group, Some(other)),
                Err(_) => break,
            }
        }
        (group, None)
    }

    fn commit_group(&mut self, mut group: Vec<Box<dyn Job>>) {
        match self.commit(&mut group) {
            Ok(()) => group.into_iter().for_each(|job| job.answer()),
            Err(error) if group.len() == 1 => {
                report(&error);
                group.into_iter().for_each(|job| job.fail(CANNOT_STORE));
            }
            Err(error) => {
                report(&error);
                for job in group {
                    self.commit_group(vec![job]);
                }
            }
        }
    }

    fn commit(&mut self, group: &mut [Box<dyn Job>]) -> Stored<()> {
        self.committer.commit(group.len(), &mut |state, tx, now| {
            group.iter_mut().try_for_each(|job| job.apply(state, tx, now))
        })
    }
}

/// For the operator. Store errors name pages and files, never what is in them.
fn report(error: &StoreError) {
    match error {
        StoreError::Full => tracing::error!("cannot store: {error}; free some room, or raise max_store_mib"),
        StoreError::Damaged(_) => {
            tracing::error!("cannot store: {error}; stop the relay and run `bystand restore`")
        }
        StoreError::Foreign(_) | StoreError::Failed(_) => tracing::error!("cannot store: {error}"),
    }
}
