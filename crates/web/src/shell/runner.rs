//! Runs an engine on the page's thread: hands it what happened and carries out what it asks for, strictly in order.
//!
//! A store is durable before any later effect is begun, as natively. While a store is being written nothing waits but
//! what follows it: inputs may come meanwhile, and their effects queue up behind.

use std::cell::{Cell, RefCell};
use std::collections::VecDeque;
use std::rc::Rc;

use bystand_core::io::{CallId, Effect, Engine, Puzzle, Random, Request};
use bystand_wire::relay_api::LiveIn;
use bystand_wire::{NetworkId, Timestamp};
use rand_core::{Rng, SeedableRng};
use wasm_bindgen_futures::spawn_local;

use super::clock;
use super::live::{Live, LiveEvent};
use super::transport::{self, Answer};
use super::vault::{Vault, VaultError, browser_random};
use super::worker::Works;

/// Calls to the relay under way at once; more wait their turn.
const CALLS_AT_ONCE: usize = 8;
/// An engine that asks for a moment in the past is called at once, but not in a tight loop, in milliseconds.
const SHORTEST_WAIT_MS: u64 = 5;

/// The pause before a puzzle that could not be solved is tried again, in milliseconds.
const SOLVE_AGAIN_MS: u64 = 2_000;

/// What a session tells the page.
#[derive(Debug)]
pub enum Told<Event> {
    /// The engine's own.
    Event(Event),
    /// Whether the relay answers.
    Reachable(bool),
    /// Something has changed in the engine: views look again.
    Changed,
    /// The vault could not keep a record. Nothing that depends on it was sent, and nothing more is done.
    Stopped(VaultError),
}

/// A running engine. Copies are the same one; it stops when [`Session::close`] is called.
pub struct Session<E: Engine>(Rc<Inner<E>>);

impl<E: Engine> Clone for Session<E> {
    fn clone(&self) -> Self {
        Self(Rc::clone(&self.0))
    }
}

struct Inner<E: Engine> {
    engine: RefCell<E>,
    vault: RefCell<Option<Vault>>,
    rng: RefCell<Random>,
    network: NetworkId,
    works: Works,
    live: RefCell<Option<Live>>,
    calls: Cell<usize>,
    waiting_calls: RefCell<VecDeque<(CallId, Box<Request>)>>,
    is_carrying_out: Cell<bool>,
    is_closed: Cell<bool>,
    is_reachable: Cell<Option<bool>>,
    /// Changes with each alarm that is set: an older one does nothing.
    alarm: Cell<u64>,
    tell: Box<dyn Fn(Told<E::Event>)>,
}

impl<E> Session<E>
where
    E: Engine + 'static,
    E::Event: 'static,
{
    /// Starts to run an engine. Without a vault nothing outlives the page.
    ///
    /// # Errors
    /// [`VaultError::Randomness`].
    pub fn start(
        engine: E,
        vault: Option<Vault>,
        network: NetworkId,
        works: Works,
        keeps_live: bool,
        tell: impl Fn(Told<E::Event>) + 'static,
    ) -> Result<Self, VaultError> {
        let mut rng = browser_random()?;
        let mut seed = [0; 32];
        rng.fill_bytes(&mut seed);
        let session = Self(Rc::new(Inner {
            engine: RefCell::new(engine),
            vault: RefCell::new(vault),
            rng: RefCell::new(rng),
            network,
            works,
            live: RefCell::new(None),
            calls: Cell::new(0),
            waiting_calls: RefCell::default(),
            is_carrying_out: Cell::new(false),
            is_closed: Cell::new(false),
            is_reachable: Cell::new(None),
            alarm: Cell::new(0),
            tell: Box::new(tell),
        }));
        if keeps_live {
            let of_session = session.clone();
            let live = Live::keep(Random::from_seed(seed), move |event| of_session.take_live(event));
            *session.0.live.borrow_mut() = Some(live);
        }
        session.carry_on();
        Ok(session)
    }

    /// Looks at the engine.
    pub fn look<R>(&self, look: impl FnOnce(&E) -> R) -> R {
        look(&self.0.engine.borrow())
    }

    /// Does something with the engine; what it leads to is carried out afterwards.
    pub fn act<R>(&self, act: impl FnOnce(&mut E, Timestamp, &mut Random) -> R) -> R {
        let result = self.input(act);
        self.carry_on();
        result
    }

    /// The browser says that it is online again.
    pub fn hurry(&self) {
        if let Some(live) = &*self.0.live.borrow() {
            live.hurry();
        }
        self.act(|engine, now, rng| engine.handle_timeout(now, rng));
    }

    /// Does something with the vault, while nothing else is carried out; `None` without one.
    pub async fn with_vault<R>(&self, act: impl AsyncFnOnce(&mut Vault) -> R) -> Option<R> {
        while self.0.is_carrying_out.replace(true) {
            clock::sleep(SHORTEST_WAIT_MS).await;
        }
        let vault = self.0.vault.borrow_mut().take();
        let result = match vault {
            Some(mut vault) => {
                let result = act(&mut vault).await;
                *self.0.vault.borrow_mut() = Some(vault);
                Some(result)
            }
            None => None,
        };
        self.0.is_carrying_out.set(false);
        self.carry_on();
        result
    }

    /// Stops. What was kept is intact; what was on its way goes on when the vault is opened again.
    pub fn close(&self) {
        self.0.is_closed.set(true);
        self.0.live.borrow_mut().take();
        self.0.vault.borrow_mut().take();
    }

    fn input<R>(&self, act: impl FnOnce(&mut E, Timestamp, &mut Random) -> R) -> R {
        let inner = &self.0;
        act(&mut inner.engine.borrow_mut(), clock::now(), &mut inner.rng.borrow_mut())
    }

    /// Carries out what the engine asks for, unless that is going on already.
    fn carry_on(&self) {
        if self.0.is_closed.get() || self.0.is_carrying_out.replace(true) {
            return;
        }
        let session = self.clone();
        spawn_local(async move {
            let result = session.carry_out().await;
            session.0.is_carrying_out.set(false);
            match result {
                Ok(()) => {
                    (session.0.tell)(Told::Changed);
                    session.set_alarm();
                }
                Err(error) => {
                    session.close();
                    (session.0.tell)(Told::Stopped(error));
                }
            }
        });
    }

    async fn carry_out(&self) -> Result<(), VaultError> {
        while !self.0.is_closed.get() {
            let effect = self.0.engine.borrow_mut().poll_effect();
            match effect {
                None => break,
                Some(Effect::Store(batch)) => {
                    let vault = self.0.vault.borrow_mut().take();
                    if let Some(mut vault) = vault {
                        let result = vault.commit(&batch).await;
                        if !self.0.is_closed.get() {
                            *self.0.vault.borrow_mut() = Some(vault);
                        }
                        result?;
                    }
                }
                Some(Effect::Send(id, request)) => {
                    self.0.waiting_calls.borrow_mut().push_back((id, request));
                    self.start_calls();
                }
                Some(Effect::Follow(stream, after, auth)) => self.send(&LiveIn::Follow(stream, after, auth)),
                Some(Effect::Leave(stream)) => self.send(&LiveIn::Leave(stream)),
                Some(Effect::FollowLog(size)) => self.send(&LiveIn::FollowLog(size)),
                Some(Effect::Solve(id, puzzle)) => self.solve(id, puzzle),
                Some(Effect::Tell(event)) => (self.0.tell)(Told::Event(event)),
            }
        }
        Ok(())
    }

    fn send(&self, message: &LiveIn) {
        if let Some(live) = &*self.0.live.borrow() {
            live.send(message);
        }
    }

    fn start_calls(&self) {
        while self.0.calls.get() < CALLS_AT_ONCE {
            let Some((id, request)) = self.0.waiting_calls.borrow_mut().pop_front() else { return };
            self.0.calls.set(self.0.calls.get() + 1);
            let session = self.clone();
            spawn_local(async move {
                let answer = transport::call(&request).await;
                session.0.calls.set(session.0.calls.get() - 1);
                session.take_answer(id, answer);
                session.start_calls();
            });
        }
    }

    fn take_answer(&self, id: CallId, answer: Answer) {
        if self.0.is_closed.get() {
            return;
        }
        let is_reachable = answer.trouble.is_none();
        if self.0.is_reachable.replace(Some(is_reachable)) != Some(is_reachable) {
            (self.0.tell)(Told::Reachable(is_reachable));
        }
        self.act(|engine, now, rng| engine.handle_response(id, answer.response, now, rng));
    }

    fn solve(&self, id: CallId, puzzle: Puzzle) {
        let start = self.0.rng.borrow_mut().next_u64();
        let session = self.clone();
        let again = puzzle.clone();
        self.0.works.solve(self.0.network, puzzle, start, move |proof| match proof {
            _ if session.0.is_closed.get() => {}
            Some(proof) => session.act(|engine, now, rng| engine.handle_solved(id, proof, now, rng)),
            // The worker could not be loaded: the connection was cut just then.
            None => spawn_local(async move {
                clock::sleep(SOLVE_AGAIN_MS).await;
                session.solve(id, again);
            }),
        });
    }

    fn take_live(&self, event: LiveEvent) {
        if self.0.is_closed.get() {
            return;
        }
        match event {
            LiveEvent::Connected => self.act(|engine, now, rng| engine.handle_connected(now, rng)),
            LiveEvent::Message(message) => {
                self.act(|engine, now, rng| engine.handle_live(*message, now, rng))
            }
            LiveEvent::Disconnected => self.act(|engine, now, _| engine.handle_disconnected(now)),
        }
    }

    /// Wakes the engine when it wants to be.
    fn set_alarm(&self) {
        let Some(at) = self.0.engine.borrow().poll_timeout() else { return };
        let number = self.0.alarm.get().wrapping_add(1);
        self.0.alarm.set(number);
        let session = self.clone();
        spawn_local(async move {
            let wait_ms = at.0.saturating_sub(clock::now().0).max(SHORTEST_WAIT_MS);
            clock::sleep(wait_ms).await;
            if session.0.alarm.get() != number || session.0.is_closed.get() {
                return;
            }
            match clock::now() >= at {
                true => session.act(|engine, now, rng| engine.handle_timeout(now, rng)),
                false => session.set_alarm(),
            }
        });
    }
}

impl<E: Engine> std::fmt::Debug for Session<E> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Session")
    }
}
