//! Relay, machines and the network between them, in virtual time.
//!
//! Calls take their way to the relay and back, may be lost on either and may arrive twice; what is followed
//! on the live connection keeps its order, as on a stream of bytes, and ends when the link breaks.

mod outage;
mod relay_side;

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use bystand_core::device::{Command, CommandError, Device, Event};
use bystand_core::io::{CallId, Effect, Engine, Puzzle, Random, Request, Response};
use bystand_crypto::memo::{Remembering, remember};
use bystand_relay::embedded::Embedded;
use bystand_wire::relay_api::{LiveOut, ReadAuth, WorkProof};
use bystand_wire::time::SECOND_MS;
use bystand_wire::{Seq, StreamId, Timestamp};
use rand_core::Rng;

pub use outage::Fall;
use outage::Standing;

use crate::agenda::Agenda;
use crate::ledger::Ledger;
use crate::machine::{Disk, Kill, Link, Machine, MachineId};
use crate::operator::Operator;
use crate::seeds::{Draw, Seeds};

/// How often the relay deletes what has expired: its default.
const SWEEP_MS: u64 = 30 * SECOND_MS;
/// How often it signs its checkpoint anew: its default.
const RESIGN_MS: u64 = 60 * SECOND_MS;
/// How long a program waits for an answer that does not come.
const PATIENCE_MS: u64 = 30 * SECOND_MS;
/// How long a program that was killed takes to run again.
const RESTART_MS: u64 = 2 * SECOND_MS;
/// What a unit of work costs the reference phone (`facts.md`: Equi-X in WebAssembly, measured 213 ms; the
/// relay's cap of 16 units is to be five seconds).
const WORK_UNIT_MS: u64 = 5_000 / 16;

/// Something on its way, or due.
#[derive(Debug)]
enum Happening<D> {
    Call(MachineId, u32, CallId, Box<Request>),
    Answer(MachineId, u32, CallId, Box<Response>),
    Follow(MachineId, u32, StreamId, Seq, Option<ReadAuth>),
    Leave(MachineId, u32, StreamId),
    FollowLog(MachineId, u32, u64),
    Live(MachineId, u32, Box<LiveOut>),
    Solved(MachineId, u32, CallId, WorkProof),
    Connected(MachineId, u32),
    Start(MachineId),
    Wake(MachineId),
    Sweep,
    Resign,
    RelayStarts,
    Reconnect(MachineId),
    Deed(D),
}

/// What the people around the machines notice.
#[derive(Debug)]
pub enum Noticed<D> {
    /// A program told its person something.
    Told(MachineId, Box<Event>),
    /// It is time for something that somebody had planned.
    Deed(D),
    /// The ledger has found something: to be judged before anything else happens.
    Found,
}

/// A call's input to a device.
enum Input {
    Connected,
    Live(LiveOut),
    Response(CallId, Response),
    Solved(CallId, WorkProof),
    Timeout,
}

/// The world. `D` is what people plan.
#[derive(Debug)]
pub struct World<D> {
    seeds: Seeds,
    relay: Operator,
    agenda: Agenda<Happening<D>>,
    machines: BTreeMap<MachineId, Machine>,
    followers: BTreeMap<StreamId, BTreeSet<MachineId>>,
    log_followers: BTreeSet<MachineId>,
    told: VecDeque<(MachineId, Event)>,
    next_machine: u64,
    /// Inputs that devices have handled.
    pub steps: u64,
    /// Programs that were killed.
    pub kills: u64,
    /// How often the relay's was.
    pub falls: u64,
    standing: Standing,
    /// What was planted, and where it is found.
    pub ledger: Ledger,
    /// What one device has verified need not be worked out again for the others.
    _memo: Remembering,
}

impl<D> World<D> {
    /// A world with nobody in it.
    pub fn new(seeds: Seeds, relay: Embedded) -> Self {
        let now = relay.now();
        let mut agenda = Agenda::new(now);
        agenda.plan(now.plus_ms(SWEEP_MS), Happening::Sweep);
        agenda.plan(now.plus_ms(RESIGN_MS), Happening::Resign);
        Self {
            seeds,
            relay: Operator::new(relay),
            agenda,
            machines: BTreeMap::new(),
            followers: BTreeMap::new(),
            log_followers: BTreeSet::new(),
            told: VecDeque::new(),
            next_machine: 1,
            steps: 0,
            kills: 0,
            falls: 0,
            standing: Standing::Up,
            ledger: Ledger::default(),
            _memo: remember(),
        }
    }

    /// When it is.
    pub fn now(&self) -> Timestamp {
        self.agenda.now()
    }

    /// The relay.
    pub fn relay(&mut self) -> &mut Embedded {
        self.relay.relay()
    }

    /// Who operates it.
    pub fn operator(&mut self) -> &mut Operator {
        &mut self.relay
    }

    /// A machine.
    pub fn machine(&self, id: MachineId) -> Option<&Machine> {
        self.machines.get(&id)
    }

    /// A machine's device.
    pub fn device(&self, id: MachineId) -> Option<&Device> {
        self.machines.get(&id).and_then(Machine::device)
    }

    /// All machines.
    pub fn machines(&self) -> impl Iterator<Item = (MachineId, &Machine)> {
        self.machines.iter().map(|(id, machine)| (*id, machine))
    }

    /// Plans a deed.
    pub fn plan(&mut self, at: Timestamp, deed: D) {
        self.agenda.plan(at, Happening::Deed(deed));
    }

    /// Plans a deed so many milliseconds from now.
    pub fn plan_in(&mut self, ms: u64, deed: D) {
        self.plan(self.now().plus_ms(ms), deed);
    }

    /// Puts a machine there, switched on and offline. `make` gets the machine's time and its generator.
    pub fn add(
        &mut self,
        name: &str,
        link: Link,
        make: impl FnOnce(Timestamp, &mut Random) -> Device,
    ) -> MachineId {
        let id = MachineId(self.next_machine);
        self.next_machine += 1;
        let mut rng = self.seeds.generator(&format!("new-device/{name}"), 0);
        let device = make(self.now(), &mut rng);
        let machine = Machine::new(name.to_owned(), device, link, &self.seeds);
        self.machines.insert(id, machine);
        self.finish(id, None);
        id
    }

    /// Takes a machine away with all that is on it.
    pub fn remove(&mut self, id: MachineId) {
        self.unfollow_all(id);
        self.machines.remove(&id);
        self.ledger.gone(id);
    }

    /// Puts a machine there that is switched off.
    pub fn add_off(&mut self, name: String, disk: Disk, link: Link) -> MachineId {
        let id = MachineId(self.next_machine);
        self.next_machine += 1;
        self.machines.insert(id, Machine::off(name, disk, link, &self.seeds));
        id
    }

    /// Looks through a machine's whole disk for what was planted.
    pub fn look_through(&mut self, id: MachineId) {
        if let Some(machine) = self.machines.get(&id) {
            self.ledger.look_through(id, &machine.disk);
        }
    }

    /// Starts a machine's program from what is on its disk.
    pub fn switch_on(&mut self, id: MachineId) {
        if let Some(machine) = self.machines.get_mut(&id) {
            machine.is_on = true;
        }
        self.start(id);
    }

    /// Ends a machine's program; its disk stays.
    pub fn switch_off(&mut self, id: MachineId) {
        self.end(id);
        if let Some(machine) = self.machines.get_mut(&id) {
            machine.is_on = false;
            machine.is_online = false;
            machine.wants_online = false;
        }
    }

    /// Brings a machine online.
    pub fn connect(&mut self, id: MachineId) {
        let now = self.now();
        let is_up = self.is_relay_up();
        let Some(machine) = self.machines.get_mut(&id).filter(|m| m.is_on && !m.is_online) else { return };
        machine.wants_online = true;
        if machine.is_cut || !is_up {
            return;
        }
        machine.is_online = true;
        machine.online_since = now;
        machine.session += 1;
        let (at, session) = (now.plus_ms(machine.draw_way_ms()), machine.session);
        machine.live_clear = (at, at);
        self.agenda.plan(at, Happening::Connected(id, session));
    }

    /// Takes a machine offline.
    pub fn disconnect(&mut self, id: MachineId) {
        if let Some(machine) = self.machines.get_mut(&id) {
            machine.wants_online = false;
        }
        self.lose_link(id);
    }

    /// Breaks a machine's link: of calls under way nobody knows whether they arrived.
    fn lose_link(&mut self, id: MachineId) {
        let now = self.now();
        self.unfollow_all(id);
        let Some(machine) = self.machines.get_mut(&id).filter(|m| m.is_online) else { return };
        machine.is_online = false;
        machine.session += 1;
        let time = machine.time(now);
        if let Some(device) = &mut machine.device {
            device.handle_disconnected(time);
        }
        let (life, calls) = (machine.life, machine.calls.clone());
        for call in calls {
            self.expect_nothing(id, life, call, SECOND_MS);
        }
        self.set_alarm(id);
    }

    /// Has a machine's program killed at its next input; it runs again a little later.
    pub fn kill(&mut self, id: MachineId, how: Kill) {
        if let Some(machine) = self.machines.get_mut(&id) {
            machine.kill = Some(how);
        }
    }

    /// Changes how a machine's link behaves.
    pub fn set_link(&mut self, id: MachineId, link: Link) {
        if let Some(machine) = self.machines.get_mut(&id) {
            machine.link = link;
        }
    }

    /// Sets how far a machine's clock is ahead.
    pub fn set_skew(&mut self, id: MachineId, ms: i64) {
        if let Some(machine) = self.machines.get_mut(&id) {
            machine.skew_ms = ms;
        }
        self.set_alarm(id);
    }

    /// Limits a machine's disk.
    pub fn set_disk_limit(&mut self, id: MachineId, bytes: Option<usize>) {
        if let Some(machine) = self.machines.get_mut(&id) {
            machine.disk.limit(bytes);
        }
    }

    /// A person's command.
    ///
    /// # Errors
    /// [`CommandError`]; also when the program does not run.
    pub fn command(&mut self, id: MachineId, command: Command) -> Result<(), CommandError> {
        let mut result = Err(CommandError::Unknown("machine"));
        self.with(id, |device, now, rng| result = device.handle_command(command, now, rng));
        result
    }

    /// Does something with a device that is not an input of the engine's border.
    pub fn with(&mut self, id: MachineId, act: impl FnOnce(&mut Device, Timestamp, &mut Random)) {
        let now = self.now();
        let Some(machine) = self.machines.get_mut(&id) else { return };
        let time = machine.time(now);
        let Some(device) = &mut machine.device else { return };
        act(device, time, &mut machine.rng);
        self.finish(id, None);
    }

    /// Runs until somebody notices something, at most until then.
    pub fn run(&mut self, until: Timestamp) -> Option<Noticed<D>> {
        loop {
            if let Some((id, event)) = self.told.pop_front() {
                return Some(Noticed::Told(id, Box::new(event)));
            }
            if self.ledger.has_news() {
                return Some(Noticed::Found);
            }
            let Some(next) = self.agenda.next_by(until) else {
                self.agenda.pass(until);
                return None;
            };
            if let Happening::Deed(deed) = next {
                return Some(Noticed::Deed(deed));
            }
            self.happen(next);
        }
    }

    fn happen(&mut self, what: Happening<D>) {
        self.relay.set_time(self.agenda.now());
        match what {
            Happening::Call(id, life, call, request) => self.relay_call(id, life, call, *request),
            Happening::Answer(id, life, call, response) => {
                let awaited = self.machine_of(id, life).is_some_and(|m| m.calls.remove(&call));
                if awaited {
                    self.input(id, Input::Response(call, *response));
                }
            }
            Happening::Follow(id, session, stream, after, auth) => {
                self.relay_follow(id, session, stream, after, auth.as_ref());
            }
            Happening::Leave(id, session, stream) => {
                if let Some(machine) = self.machine_in(id, session) {
                    machine.follows.remove(&stream);
                    self.unfollow(id, &stream);
                }
            }
            Happening::FollowLog(id, session, size) => self.relay_follow_log(id, session, size),
            Happening::Live(id, session, message) => {
                if self.machine_in(id, session).is_some() {
                    self.input(id, Input::Live(*message));
                }
            }
            Happening::Solved(id, life, call, proof) => {
                if self.machine_of(id, life).is_some() {
                    self.input(id, Input::Solved(call, proof));
                }
            }
            Happening::Connected(id, session) => {
                if self.machine_in(id, session).is_some() {
                    self.input(id, Input::Connected);
                }
            }
            Happening::Start(id) => self.start(id),
            Happening::Wake(id) => self.wake(id),
            Happening::RelayStarts => self.relay_starts(),
            Happening::Reconnect(id) => {
                if self.machines.get(&id).is_some_and(|machine| machine.wants_online) {
                    self.connect(id);
                }
            }
            Happening::Sweep => {
                if self.is_relay_up() {
                    self.relay.sweep();
                    self.fan_out();
                }
                self.agenda.plan(self.now().plus_ms(SWEEP_MS), Happening::Sweep);
            }
            Happening::Resign => {
                if self.is_relay_up() {
                    self.relay.resign();
                }
                self.agenda.plan(self.now().plus_ms(RESIGN_MS), Happening::Resign);
            }
            Happening::Deed(_) => {}
        }
    }

    /// A machine whose program has not been killed since.
    fn machine_of(&mut self, id: MachineId, life: u32) -> Option<&mut Machine> {
        self.machines.get_mut(&id).filter(|m| m.life == life && m.device.is_some())
    }

    /// A machine whose live connection still stands.
    fn machine_in(&mut self, id: MachineId, session: u32) -> Option<&mut Machine> {
        self.machines.get_mut(&id).filter(|m| m.session == session && m.device.is_some())
    }

    // ---- the machine's side ------------------------------------------------------------------

    fn input(&mut self, id: MachineId, input: Input) {
        let now = self.now();
        let Some(machine) = self.machines.get_mut(&id) else { return };
        let time = machine.time(now);
        let (Some(device), rng) = (&mut machine.device, &mut machine.rng) else { return };
        match input {
            Input::Connected => device.handle_connected(time, rng),
            Input::Live(message) => device.handle_live(message, time, rng),
            Input::Response(id, response) => device.handle_response(id, response, time, rng),
            Input::Solved(id, proof) => device.handle_solved(id, proof, time, rng),
            Input::Timeout => device.handle_timeout(time, rng),
        }
        machine.handled += 1;
        self.steps += 1;
        let kill = machine.kill.take();
        self.finish(id, kill);
    }

    fn finish(&mut self, id: MachineId, kill: Option<Kill>) {
        let is_alive = self.carry_out(id, kill);
        if is_alive && kill.is_none() {
            self.set_alarm(id);
        } else {
            self.stop(id);
        }
    }

    /// The program ends, and starts again from what is on the disk.
    fn stop(&mut self, id: MachineId) {
        self.kills += 1;
        self.end(id);
        self.agenda.plan(self.now().plus_ms(RESTART_MS), Happening::Start(id));
    }

    fn end(&mut self, id: MachineId) {
        self.unfollow_all(id);
        if let Some(machine) = self.machines.get_mut(&id) {
            machine.device = None;
            machine.session += 1;
            machine.life += 1;
            machine.calls.clear();
        }
    }

    fn start(&mut self, id: MachineId) {
        let now = self.now();
        let Some(machine) = self.machines.get_mut(&id).filter(|m| m.is_on && m.device.is_none()) else {
            return;
        };
        let time = machine.time(now);
        // A vault that cannot be opened stays closed: the checks at the end find what was lost with it.
        let Ok(device) = Device::open(&machine.disk.vault(), time, &mut machine.rng) else { return };
        machine.device = Some(device);
        machine.wake_at = None;
        machine.is_online = false;
        let wants_online = machine.wants_online;
        self.finish(id, None);
        if wants_online {
            self.connect(id);
        }
    }

    fn wake(&mut self, id: MachineId) {
        let now = self.now();
        let Some(machine) = self.machines.get_mut(&id) else { return };
        if machine.wake_at.is_some_and(|at| at <= now) {
            machine.wake_at = None;
        }
        if machine.wants_wake().is_some_and(|at| at <= now) {
            self.input(id, Input::Timeout);
        } else {
            self.set_alarm(id);
        }
    }

    fn set_alarm(&mut self, id: MachineId) {
        let now = self.now();
        let Some(machine) = self.machines.get_mut(&id) else { return };
        let Some(at) = machine.wants_wake() else { return };
        // A program that wants to be woken in the past is woken soon and not at once again.
        let at = at.max(now.plus_ms(1));
        if machine.wake_at.is_none_or(|set| at < set) {
            machine.wake_at = Some(at);
            self.agenda.plan(at, Happening::Wake(id));
        }
    }

    /// Whether the program still runs.
    fn carry_out(&mut self, id: MachineId, kill: Option<Kill>) -> bool {
        if kill == Some(Kill::BeforeStore) {
            return false;
        }
        // How many things are done after what was written is durable.
        let mut left = match kill {
            Some(Kill::AfterStore) => 0,
            Some(Kill::AfterOne) => 1,
            Some(Kill::BeforeStore | Kill::AfterSend) | None => usize::MAX,
        };
        while let Some(effect) = self.machines.get_mut(&id).and_then(|m| m.device.as_mut()?.poll_effect()) {
            match effect {
                Effect::Store(batch) => {
                    self.ledger.stored(id, &batch);
                    let stored = self.machines.get_mut(&id).map(|m| m.disk.store(batch));
                    if stored.is_some_and(|stored| stored.is_err()) {
                        self.look_through(id);
                        return false;
                    }
                }
                effect if left > 0 => {
                    left -= 1;
                    self.carry_out_one(id, effect);
                }
                _ => {}
            }
        }
        true
    }

    fn carry_out_one(&mut self, id: MachineId, effect: Effect<Event>) {
        match effect {
            Effect::Store(_) => {}
            Effect::Send(call, request) => self.send(id, call, request),
            Effect::Follow(stream, after, auth) => {
                self.up(id, |session| Happening::Follow(id, session, stream, after, auth));
            }
            Effect::Leave(stream) => self.up(id, |session| Happening::Leave(id, session, stream)),
            Effect::FollowLog(size) => self.up(id, |session| Happening::FollowLog(id, session, size)),
            Effect::Solve(call, puzzle) => self.solve(id, call, &puzzle),
            Effect::Tell(event) => self.told.push_back((id, event)),
        }
    }

    fn send(&mut self, id: MachineId, call: CallId, request: Box<Request>) {
        let now = self.now();
        let Some(machine) = self.machines.get_mut(&id) else { return };
        machine.calls.insert(call);
        let life = machine.life;
        if !machine.is_online {
            return self.expect_nothing(id, life, call, SECOND_MS);
        }
        let at = now.plus_ms(machine.draw_way_ms());
        if machine.weather.chance(machine.link.lost) {
            return self.expect_nothing(id, life, call, PATIENCE_MS);
        }
        if machine.weather.chance(machine.link.twice) {
            let again = now.plus_ms(machine.draw_way_ms());
            self.agenda.plan(again, Happening::Call(id, life, call, request.clone()));
        }
        self.agenda.plan(at, Happening::Call(id, life, call, request));
    }

    /// No answer will come; the program gives up after a while.
    fn expect_nothing(&mut self, id: MachineId, life: u32, call: CallId, after_ms: u64) {
        let at = self.now().plus_ms(after_ms);
        self.agenda.plan(at, Happening::Answer(id, life, call, Box::new(Response::Unreachable)));
    }

    /// Something to the relay on the live connection, in order.
    fn up(&mut self, id: MachineId, what: impl FnOnce(u32) -> Happening<D>) {
        let now = self.now();
        let Some(machine) = self.machines.get_mut(&id).filter(|m| m.is_online) else { return };
        let at = now.plus_ms(machine.draw_way_ms()).max(machine.live_clear.1);
        machine.live_clear.1 = at;
        let session = machine.session;
        self.agenda.plan(at, what(session));
    }

    /// The phone works for a while; the relay takes the solution on trust.
    fn solve(&mut self, id: MachineId, call: CallId, puzzle: &Puzzle) {
        let now = self.now();
        let Some(machine) = self.machines.get_mut(&id) else { return };
        let took = machine.weather.pause(WORK_UNIT_MS * u64::from(puzzle.offer.effort));
        let proof = WorkProof {
            nonce: puzzle.offer.nonce,
            effort: puzzle.offer.effort,
            counter: machine.weather.next_u64(),
            solution: [0; 16],
        };
        let life = machine.life;
        self.agenda.plan(now.plus_ms(took), Happening::Solved(id, life, call, proof));
    }
}
