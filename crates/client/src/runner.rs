//! Runs an engine: hands it what happened and carries out what it asks for, strictly in order.
//!
//! The order is what makes a crash harmless. A [`Effect::Store`] is durable before any later effect
//! is begun, so whatever was sent can be sent again, byte for byte, after a restart. Calls and
//! puzzles run beside the engine and come back as inputs; nothing here decides anything.

use std::collections::VecDeque;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use bystand_core::io::{Batch, CallId, Effect, Engine, Puzzle, Random, Request, Response};
use bystand_wire::relay_api::{LiveIn, WorkProof};
use bystand_wire::{NetworkId, Timestamp};
use rand_core::{Rng, SeedableRng};
use tokio::sync::{mpsc, oneshot, watch};
use tokio::task::JoinSet;

use crate::clock::Clock;
use crate::live::{self, LiveEvent, LiveSender};
use crate::store::Store;
use crate::transport::{Answer, Transport};
use crate::vault::VaultError;

/// Calls to the relay under way at once; more wait their turn.
const CALLS_AT_ONCE: usize = 16;
/// With nothing to do for so long, the store may tidy up.
const IDLE: Duration = Duration::from_secs(1);
/// An engine that asks for a moment in the past is called at once, but not in a tight loop.
const SHORTEST_WAIT: Duration = Duration::from_millis(5);

/// Why a runner stopped by itself. Everything sent before was kept.
#[derive(Debug, thiserror::Error)]
pub enum RunError {
    /// The vault could not keep a record; nothing that depends on it was sent.
    #[error(transparent)]
    Vault(#[from] VaultError),
    /// The system gives no randomness.
    #[error("the system gives no randomness")]
    Randomness(#[from] getrandom::Error),
    /// The runner was stopped.
    #[error("stopped")]
    Stopped,
    /// A bug of this program.
    #[error("a bug of this program: {0}. Please report it; what was kept is intact")]
    Bug(String),
}

impl RunError {
    /// Stable, for scripts.
    pub fn code(&self) -> &'static str {
        match self {
            RunError::Vault(error) => error.code(),
            RunError::Randomness(_) => "no-randomness",
            RunError::Stopped => "stopped",
            RunError::Bug(_) => "bug",
        }
    }
}

/// How to run an engine.
#[derive(Debug, Clone)]
pub struct RunConfig {
    /// The relay.
    pub transport: Transport,
    /// The network that puzzles are bound to.
    pub network: NetworkId,
    /// What time it is.
    pub clock: Clock,
    /// Whether to keep a live connection. Without it nothing is followed.
    pub live: bool,
}

/// What a runner tells the program around it.
#[derive(Debug, PartialEq, Eq)]
pub enum Told<Event> {
    /// The engine's own.
    Event(Event),
    /// The relay answers (again).
    Reachable,
    /// The relay does not answer, and why; the engine tries again.
    Unreachable(String),
    /// The live connection stands.
    Live,
    /// The live connection broke or cannot be made, and why; it is tried again.
    NotLive(String),
}

/// Done when a command's effects have been carried out.
type After = Box<dyn FnOnce() + Send>;
type Action<E> = Box<dyn FnOnce(&mut E, Timestamp, &mut Random) -> After + Send>;
type Predicate<E> = Box<dyn FnMut(&E) -> bool + Send>;

pub(crate) enum Order<E> {
    Act(Action<E>),
    Watch(Predicate<E>, oneshot::Sender<()>),
}

/// A generator seeded from the system.
///
/// # Errors
/// When the system gives no randomness.
pub fn system_random() -> Result<Random, getrandom::Error> {
    let mut seed = [0; 32];
    getrandom::fill(&mut seed)?;
    Ok(Random::from_seed(seed))
}

/// Runs until told to stop or until the store fails; gives the engine back.
pub(crate) async fn run<E, S>(
    engine: E,
    store: S,
    config: RunConfig,
    mut orders: mpsc::Receiver<Order<E>>,
    told: mpsc::Sender<Told<E::Event>>,
    mut stop: watch::Receiver<bool>,
) -> Result<E, RunError>
where
    E: Engine + Send + 'static,
    E::Event: Send + 'static,
    S: Store,
{
    let mut rng = system_random()?;
    let mut live =
        config.live.then(|| live::keep(config.transport.address(), Random::from_seed(seed(&mut rng))));
    let mut runner = Runner::new(engine, store, config, rng, told);
    let is_stopped = stop.clone();
    let stopped = async move { drop(stop.wait_for(|stop| *stop).await) };
    tokio::pin!(stopped);
    loop {
        if runner.carry_out(&is_stopped).await? == Carried::Stopped {
            break;
        }
        runner.check_watches();
        let wait = runner.wait();
        tokio::select! {
            () = &mut stopped => break,
            order = orders.recv() => match order {
                Some(order) => runner.obey(order),
                None => break,
            },
            event = next_live(&mut live) => runner.take_live(event).await,
            answer = runner.calls.join_next(), if !runner.calls.is_empty() => match answer {
                Some(Ok((id, answer))) => runner.take_answer(id, answer).await,
                Some(Err(error)) => return Err(RunError::Bug(error.to_string())),
                None => {}
            },
            solved = runner.puzzles.join_next(), if !runner.puzzles.is_empty() => match solved {
                Some(Ok((id, proof))) => runner.take_solution(id, proof),
                Some(Err(error)) => return Err(RunError::Bug(error.to_string())),
                None => {}
            },
            () = wait => runner.wake(),
            () = tokio::time::sleep(IDLE), if runner.untidy => runner.tidy().await?,
        }
    }
    Ok(runner.into_engine())
}

struct Runner<E: Engine, S> {
    engine: E,
    /// Absent only while a blocking thread has it.
    store: Option<S>,
    untidy: bool,
    transport: Arc<Transport>,
    network: NetworkId,
    clock: Clock,
    rng: Random,
    live: Option<LiveSender>,
    calls: JoinSet<(CallId, Answer)>,
    waiting_calls: VecDeque<(CallId, Request)>,
    puzzles: JoinSet<(CallId, Option<WorkProof>)>,
    waiting_puzzles: VecDeque<(CallId, Puzzle)>,
    /// An effect that was looked at while stores were being joined.
    next: Option<Effect<E::Event>>,
    after: Vec<After>,
    watches: Vec<(Predicate<E>, oneshot::Sender<()>)>,
    told: mpsc::Sender<Told<E::Event>>,
    reachable: Option<bool>,
    is_live: Option<bool>,
    giving_up: GivingUp,
}

#[derive(PartialEq, Eq)]
enum Carried {
    All,
    Stopped,
}

/// Tells solvers on blocking threads to stop when the runner is gone.
struct GivingUp(Arc<AtomicBool>);

impl Drop for GivingUp {
    fn drop(&mut self) {
        self.0.store(true, Ordering::Relaxed);
    }
}

impl<E, S> Runner<E, S>
where
    E: Engine,
    E::Event: Send + 'static,
    S: Store,
{
    fn new(engine: E, store: S, config: RunConfig, rng: Random, told: mpsc::Sender<Told<E::Event>>) -> Self {
        Self {
            engine,
            store: Some(store),
            untidy: false,
            transport: Arc::new(config.transport),
            network: config.network,
            clock: config.clock,
            rng,
            live: None,
            calls: JoinSet::new(),
            waiting_calls: VecDeque::new(),
            puzzles: JoinSet::new(),
            waiting_puzzles: VecDeque::new(),
            next: None,
            after: Vec::new(),
            watches: Vec::new(),
            told,
            reachable: None,
            is_live: None,
            giving_up: GivingUp(Arc::new(AtomicBool::new(false))),
        }
    }

    fn into_engine(self) -> E {
        self.engine
    }

    // ---- effects -----------------------------------------------------------------------------

    /// Stops between two effects and never within one: what is being written is written to its end.
    async fn carry_out(&mut self, stop: &watch::Receiver<bool>) -> Result<Carried, RunError> {
        while let Some(effect) = self.next.take().or_else(|| self.engine.poll_effect()) {
            if *stop.borrow() {
                return Ok(Carried::Stopped);
            }
            match effect {
                Effect::Store(batch) => self.keep(batch).await?,
                Effect::Send(id, request) => {
                    self.waiting_calls.push_back((id, *request));
                    self.start_calls();
                }
                Effect::Follow(stream, after, auth) => self.send_live(LiveIn::Follow(stream, after, auth)),
                Effect::Leave(stream) => self.send_live(LiveIn::Leave(stream)),
                Effect::FollowLog(size) => self.send_live(LiveIn::FollowLog(size)),
                Effect::Solve(id, puzzle) => {
                    self.waiting_puzzles.push_back((id, puzzle));
                    self.start_puzzle();
                }
                Effect::Tell(event) => self.tell(Told::Event(event)).await,
            }
        }
        for after in self.after.drain(..) {
            after();
        }
        Ok(Carried::All)
    }

    /// Makes a batch durable, together with those that directly follow it.
    async fn keep(&mut self, mut batch: Batch) -> Result<(), RunError> {
        loop {
            match self.engine.poll_effect() {
                Some(Effect::Store(more)) => batch.records.extend(more.records),
                other => {
                    self.next = other;
                    break;
                }
            }
        }
        self.untidy = true;
        self.with_store(move |store| store.commit(&batch)).await
    }

    async fn tidy(&mut self) -> Result<(), RunError> {
        self.untidy = false;
        self.with_store(S::tidy).await
    }

    async fn with_store(
        &mut self,
        work: impl FnOnce(&mut S) -> Result<(), VaultError> + Send + 'static,
    ) -> Result<(), RunError> {
        let Some(mut store) = self.store.take() else {
            return Err(RunError::Bug("the vault was lost".to_owned()));
        };
        let worked = tokio::task::spawn_blocking(move || {
            let result = work(&mut store);
            (store, result)
        });
        let (store, result) = worked.await.map_err(|error| RunError::Bug(error.to_string()))?;
        self.store = Some(store);
        Ok(result?)
    }

    fn start_calls(&mut self) {
        while self.calls.len() < CALLS_AT_ONCE {
            let Some((id, request)) = self.waiting_calls.pop_front() else { return };
            let transport = Arc::clone(&self.transport);
            self.calls.spawn(async move { (id, transport.call(&request).await) });
        }
    }

    /// One puzzle at a time: it takes a whole core.
    fn start_puzzle(&mut self) {
        if !self.puzzles.is_empty() {
            return;
        }
        let Some((id, puzzle)) = self.waiting_puzzles.pop_front() else { return };
        let (network, start) = (self.network, self.rng.next_u64());
        let give_up = Arc::clone(&self.giving_up.0);
        self.puzzles.spawn_blocking(move || {
            let mut should_stop = || give_up.load(Ordering::Relaxed);
            let Puzzle { offer, context } = puzzle;
            let proof = bystand_crypto::work::solve(
                &network,
                &offer.nonce,
                &context,
                offer.effort,
                start,
                &mut should_stop,
            );
            (id, proof)
        });
    }

    /// Without a connection the message is dropped: the engine asks again when there is one.
    fn send_live(&mut self, message: LiveIn) {
        if self.live.as_ref().is_some_and(|live| !live.send(message)) {
            self.live = None;
        }
    }

    async fn tell(&mut self, told: Told<E::Event>) {
        // Nobody listens any more: the program around is about to stop.
        drop(self.told.send(told).await);
    }

    // ---- inputs ------------------------------------------------------------------------------

    fn obey(&mut self, order: Order<E>) {
        match order {
            Order::Act(action) => {
                let after = action(&mut self.engine, self.clock.now(), &mut self.rng);
                self.after.push(after);
            }
            Order::Watch(predicate, reached) => self.watches.push((predicate, reached)),
        }
    }

    async fn take_answer(&mut self, id: CallId, answer: Answer) {
        let reachable = answer.trouble.is_none();
        if self.reachable.replace(reachable) != Some(reachable) {
            let told = answer.trouble.map_or(Told::Reachable, Told::Unreachable);
            self.tell(told).await;
        }
        self.respond(id, answer.response);
        self.start_calls();
    }

    fn respond(&mut self, id: CallId, response: Response) {
        self.engine.handle_response(id, response, self.clock.now(), &mut self.rng);
    }

    fn take_solution(&mut self, id: CallId, proof: Option<WorkProof>) {
        if let Some(proof) = proof {
            self.engine.handle_solved(id, proof, self.clock.now(), &mut self.rng);
        }
        self.start_puzzle();
    }

    async fn take_live(&mut self, event: LiveEvent) {
        let now = self.clock.now();
        match event {
            LiveEvent::Connected(sender) => {
                self.live = Some(sender);
                self.engine.handle_connected(now, &mut self.rng);
                if self.is_live.replace(true) != Some(true) {
                    self.tell(Told::Live).await;
                }
            }
            LiveEvent::Message(message) => self.engine.handle_live(*message, now, &mut self.rng),
            LiveEvent::Disconnected(why) => {
                self.live = None;
                if self.is_live == Some(true) {
                    self.engine.handle_disconnected(now);
                }
                if self.is_live.replace(false) != Some(false) {
                    self.tell(Told::NotLive(why)).await;
                }
            }
        }
    }

    fn wake(&mut self) {
        self.engine.handle_timeout(self.clock.now(), &mut self.rng);
    }

    /// Returns when the engine's timeout has come; never, when it has none.
    fn wait(&self) -> impl Future<Output = ()> + use<E, S> {
        let (timeout, clock) = (self.engine.poll_timeout(), self.clock);
        async move {
            match timeout {
                Some(moment) => {
                    tokio::time::sleep(SHORTEST_WAIT).await;
                    clock.sleep_until(moment).await;
                }
                None => std::future::pending().await,
            }
        }
    }

    fn check_watches(&mut self) {
        let engine = &self.engine;
        let reached = self.watches.extract_if(.., |(predicate, done)| predicate(engine) || done.is_closed());
        for (_, done) in reached {
            // Whoever waited may have gone.
            let _gone = done.send(());
        }
    }
}

/// The next event of the live connection; never, when there is none to be kept.
async fn next_live(live: &mut Option<mpsc::Receiver<LiveEvent>>) -> LiveEvent {
    let event = match live {
        Some(events) => events.recv().await,
        None => None,
    };
    match event {
        Some(event) => event,
        None => std::future::pending().await,
    }
}

fn seed(rng: &mut Random) -> [u8; 32] {
    let mut seed = [0; 32];
    rng.fill_bytes(&mut seed);
    seed
}
