//! Runs devices against a relay in virtual time, and kills them at any input.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use bystand_crypto::work;
use bystand_wire::problem::Code;
use bystand_wire::relay_api::{LiveOut, WorkProof};
use bystand_wire::time::{HOUR_MS, MINUTE_MS};
use bystand_wire::{Role, Seq, StreamId, Timestamp};
use rand_core::{Rng, SeedableRng};

use super::MemoryRelay;
use crate::device::registrar::{RegistrarCommand, RegistrarEvent};
use crate::device::{Command, CommandError, Device, Event, Identity};
use crate::io::{CallId, Effect, Engine, Puzzle, Random, Request, Response};
use crate::network::invite::Invitation;
use crate::team::{TeamKind, TeamSync};

/// Inputs in a row after which a world that does not come to rest is called broken.
const RESTLESS: usize = 200_000;

/// Where a device is killed within the handling of one input.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kill {
    /// Before anything of it is durable: the input is lost.
    BeforeStore,
    /// What it wrote is durable, nothing else was done.
    AfterStore,
    /// Everything was sent, and the answers never came.
    AfterSend,
}

impl Kill {
    /// All of them.
    pub const ALL: [Kill; 3] = [Kill::BeforeStore, Kill::AfterStore, Kill::AfterSend];
}

enum Input {
    Connected,
    Live(LiveOut),
    Response(CallId, Response),
    Solved(CallId, WorkProof),
    Timeout,
}

/// Something on its way between a device and the relay.
enum Parcel {
    Call(CallId, Box<Request>),
    Input(Input),
}

/// One device with its vault.
pub struct Actor {
    /// For messages of failing tests.
    pub name: &'static str,
    device: Device,
    /// What is durable.
    pub records: BTreeMap<String, Vec<u8>>,
    /// Everything it told, in order.
    pub events: Vec<Event>,
    rng: Random,
    inputs: VecDeque<Input>,
    /// The last place sent of each stream, and the streams whose following was not answered yet.
    follows: BTreeMap<StreamId, Seq>,
    asked: BTreeSet<StreamId>,
    log_told: Option<u64>,
    is_online: bool,
    handled: usize,
    wakes: usize,
    kill: Option<(usize, Kill)>,
}

impl std::fmt::Debug for Actor {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Actor")
            .field("name", &self.name)
            .field("handled", &self.handled)
            .finish_non_exhaustive()
    }
}

impl Actor {
    /// The device, for looking at.
    pub fn device(&self) -> &Device {
        &self.device
    }

    /// How many inputs it has handled.
    pub fn handled(&self) -> usize {
        self.handled
    }

    /// How often it was woken by the clock.
    pub fn wakes(&self) -> usize {
        self.wakes
    }

    /// Takes the events told so far.
    pub fn take_events(&mut self) -> Vec<Event> {
        std::mem::take(&mut self.events)
    }
}

/// A relay, some devices, and the time.
#[derive(Debug)]
pub struct World {
    /// The relay.
    pub relay: MemoryRelay,
    /// The devices.
    pub actors: Vec<Actor>,
    seed: u64,
    delays: Option<Delays>,
    /// For which device, by when it arrives.
    parcels: BTreeMap<(Timestamp, u64), (usize, Parcel)>,
}

/// How long everything takes on its way.
#[derive(Debug)]
struct Delays {
    shortest_ms: u64,
    longest_ms: u64,
    feed_ms: u64,
    rng: Random,
    sent: u64,
}

impl std::fmt::Debug for Parcel {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Parcel::Call(..) => "Call",
            Parcel::Input(_) => "Input",
        })
    }
}

impl World {
    /// A world without devices.
    pub fn new(relay: MemoryRelay, seed: u64) -> Self {
        Self { relay, actors: Vec::new(), seed, delays: None, parcels: BTreeMap::new() }
    }

    /// From here on each request and each answer takes between so many milliseconds, at random: requests
    /// overtake each other. What a device follows comes in order, each after the shortest time.
    pub fn delay(&mut self, shortest_ms: u64, longest_ms: u64) {
        let rng = Random::seed_from_u64(self.seed ^ 0xde1a);
        let longest_ms = longest_ms.max(shortest_ms);
        self.delays = Some(Delays { shortest_ms, longest_ms, feed_ms: shortest_ms, rng, sent: 0 });
    }

    /// As [`World::delay`], but what a device follows takes longer than any answer.
    pub fn delay_feed(&mut self, shortest_ms: u64, longest_ms: u64) {
        self.delay(shortest_ms, longest_ms);
        self.delays.iter_mut().for_each(|delays| delays.feed_ms = delays.longest_ms * 3);
    }

    /// When it is.
    pub fn now(&self) -> Timestamp {
        self.relay.now
    }

    /// Adds a device; it is offline at first. Gives its place.
    pub fn add(&mut self, name: &'static str, device: Device) -> usize {
        let place = self.actors.len();
        let seed = self.seed.wrapping_mul(1_000).wrapping_add(u64::try_from(place).unwrap_or(0));
        self.actors.push(Actor {
            name,
            device,
            records: BTreeMap::new(),
            events: Vec::new(),
            rng: Random::seed_from_u64(seed),
            inputs: VecDeque::new(),
            follows: BTreeMap::new(),
            asked: BTreeSet::new(),
            log_told: None,
            is_online: false,
            handled: 0,
            wakes: 0,
            kill: None,
        });
        self.carry_out(place, None);
        place
    }

    /// The same world again, as it lies on its disks: what happens in one does not touch the other. Every
    /// device has been started again, and is online if it was.
    pub fn fork(&self) -> World {
        let mut world = World::new(self.relay.clone(), self.seed.wrapping_add(1));
        for actor in &self.actors {
            let place = world.add_from(actor.name, actor.records.clone());
            if actor.is_online {
                world.connect(place);
            }
        }
        world.settle();
        world
    }

    /// Has a registrar make an invitation that counts for an hour.
    ///
    /// # Panics
    /// When it is refused.
    pub fn invite(&mut self, registrar: usize, roles: &[Role]) -> Invitation {
        let invite = RegistrarCommand::Invite { roles: roles.to_vec(), life_ms: HOUR_MS };
        let before = self.actor(registrar).events.len();
        self.command(registrar, Command::Registrar(invite)).expect("an invitation");
        self.settle();
        self.invitation_since(registrar, before).expect("an invitation is told")
    }

    /// The invitation that a registrar's device was told first, leaving out so many events.
    ///
    /// # Panics
    /// When it cannot be read.
    pub fn invitation_since(&self, registrar: usize, before: usize) -> Option<Invitation> {
        let text = self.actor(registrar).events.iter().skip(before).find_map(|event| {
            let Event::Registrar(RegistrarEvent::Invitation { text, .. }) = event else { return None };
            Some(text.expose().to_owned())
        })?;
        Some(Invitation::from_text(&text, self.now()).expect("a readable invitation"))
    }

    /// Adds a new device that begins with an invitation, and brings it online.
    pub fn join(&mut self, name: &'static str, invitation: &Invitation) -> usize {
        let now = self.now();
        let place = u64::try_from(self.actors.len()).unwrap_or(0);
        let mut rng = Random::seed_from_u64(self.seed.wrapping_add(place << 32));
        let identity = Identity::new(invitation.network, invitation.relay.to_string(), &mut rng);
        let mut device = Device::create(identity, now, &mut rng);
        device.enroll(invitation, now, &mut rng);
        let place = self.add(name, device);
        self.connect(place);
        place
    }

    /// Adds a device with these roles and waits until it has its certificate and passes, and is in the
    /// teams that its roles name.
    ///
    /// # Panics
    /// When that does not happen within a minute.
    pub fn admit(&mut self, name: &'static str, registrar: usize, roles: &[Role]) -> usize {
        let invitation = self.invite(registrar, roles);
        let place = self.join(name, &invitation);
        let teams: Vec<TeamKind> = TeamKind::ALL.into_iter().filter(|k| roles.contains(&k.role())).collect();
        let is_in = self.run_until(MINUTE_MS, |world| {
            let device = world.device(place);
            let in_teams = teams.iter().all(|k| device.shared().teams.get(k).is_some_and(TeamSync::is_ready));
            device.shared().identity.certificate.is_some() && !device.enrollment().is_waiting() && in_teams
        });
        assert!(is_in, "{name} was not admitted: {:?}", self.actor(place).events);
        place
    }

    /// Adds a device as it lies in a vault.
    ///
    /// # Panics
    /// When the vault is damaged.
    pub fn add_from(&mut self, name: &'static str, records: BTreeMap<String, Vec<u8>>) -> usize {
        let mut rng = Random::seed_from_u64(self.seed ^ 0x5eed);
        let device = Device::open(&records, self.now(), &mut rng).expect("a device in the vault");
        let place = self.add(name, device);
        let actor = self.actor_mut(place);
        // What it wrote while it was opened goes over what was there.
        let fresh = std::mem::take(&mut actor.records);
        actor.records = records;
        actor.records.extend(fresh);
        place
    }

    /// One device.
    ///
    /// # Panics
    /// When there is none at this place.
    pub fn actor(&self, place: usize) -> &Actor {
        self.actors.get(place).expect("an actor")
    }

    fn actor_mut(&mut self, place: usize) -> &mut Actor {
        self.actors.get_mut(place).expect("an actor")
    }

    /// The device at a place.
    pub fn device(&self, place: usize) -> &Device {
        &self.actor(place).device
    }

    /// Takes the events a device told so far.
    pub fn take_events(&mut self, place: usize) -> Vec<Event> {
        self.actor_mut(place).take_events()
    }

    /// The live connection stands.
    pub fn connect(&mut self, place: usize) {
        let actor = self.actor_mut(place);
        actor.is_online = true;
        actor.inputs.push_back(Input::Connected);
    }

    /// The live connection breaks; calls under way are never answered.
    pub fn disconnect(&mut self, place: usize) {
        let now = self.now();
        let actor = self.actor_mut(place);
        actor.is_online = false;
        actor.follows.clear();
        actor.asked.clear();
        actor.log_told = None;
        let calls: Vec<Input> = actor
            .inputs
            .drain(..)
            .filter_map(|input| match input {
                Input::Response(id, _) => Some(Input::Response(id, Response::Unreachable)),
                Input::Connected | Input::Live(_) | Input::Solved(..) | Input::Timeout => None,
            })
            .collect();
        actor.inputs.extend(calls);
        actor.device.handle_disconnected(now);
        for parcel in self.take_parcels(place) {
            let unanswered = match parcel {
                Parcel::Call(id, _) | Parcel::Input(Input::Response(id, _)) => {
                    Input::Response(id, Response::Unreachable)
                }
                Parcel::Input(solved @ Input::Solved(..)) => solved,
                Parcel::Input(Input::Connected | Input::Live(_) | Input::Timeout) => continue,
            };
            self.actor_mut(place).inputs.push_back(unanswered);
        }
    }

    fn take_parcels(&mut self, place: usize) -> Vec<Parcel> {
        let own = self.parcels.extract_if(.., |_, (to, _)| *to == place);
        own.map(|(_, (_, parcel))| parcel).collect()
    }

    /// The relay stops giving a stream out to a device, as when its read key is just being changed.
    pub fn refuse(&mut self, place: usize, stream: &StreamId) {
        let actor = self.actor_mut(place);
        if actor.follows.remove(stream).is_some() {
            let code = Code::NotAllowed.as_str().to_owned();
            actor.inputs.push_back(Input::Live(LiveOut::Refused(*stream, code)));
        }
    }

    /// Has a device killed at its next input but `after`, as it handles it; it starts again at once.
    pub fn kill_at(&mut self, place: usize, after: usize, how: Kill) {
        let actor = self.actor_mut(place);
        actor.kill = Some((actor.handled + after, how));
    }

    /// Kills a device between two inputs; it starts again at once.
    pub fn restart(&mut self, place: usize) {
        self.reopen(place);
        self.carry_out(place, None);
    }

    /// A person's command. What follows from it has been carried out, but nothing answered yet.
    ///
    /// # Errors
    /// [`CommandError`].
    pub fn command(&mut self, place: usize, command: Command) -> Result<(), CommandError> {
        self.with(place, |device, now, rng| device.handle_command(command, now, rng))
    }

    /// Does something with a device that is not an input of the engine's border.
    pub fn with<T>(&mut self, place: usize, act: impl FnOnce(&mut Device, Timestamp, &mut Random) -> T) -> T {
        let now = self.now();
        let actor = self.actor_mut(place);
        let result = act(&mut actor.device, now, &mut actor.rng);
        self.carry_out(place, None);
        result
    }

    /// Runs until nobody has anything to do at this moment.
    ///
    /// # Panics
    /// When the devices never come to rest.
    pub fn settle(&mut self) {
        for _ in 0..RESTLESS {
            self.push_news();
            let ready = (0..self.actors.len()).filter(|p| !self.actor(*p).inputs.is_empty());
            let ready: Vec<usize> = ready.collect();
            if ready.is_empty() {
                return;
            }
            for place in ready {
                self.step(place);
            }
        }
        panic!("the devices do not come to rest");
    }

    /// Lets time pass second by second, as shells do.
    pub fn run(&mut self, ms: u64) {
        let end = self.now().plus_ms(ms);
        self.settle();
        while self.now() < end {
            let next = self.next_moment().min(end);
            self.wake_at(next);
        }
    }

    /// When something happens next.
    fn next_moment(&self) -> Timestamp {
        let due = self.actors.iter().filter_map(|a| a.device.poll_timeout());
        let arrives = self.parcels.keys().next().map(|(at, _)| *at);
        let first = due.chain(arrives).min().unwrap_or(Timestamp(u64::MAX));
        first.max(self.now().plus_ms(1))
    }

    /// Lets time pass second by second until something holds, at most for so long. Whether it holds.
    pub fn run_until(&mut self, ms: u64, holds: impl Fn(&World) -> bool) -> bool {
        let end = self.now().plus_ms(ms);
        self.settle();
        while !holds(self) && self.now() < end {
            let next = self.next_moment().min(end);
            self.wake_at(next);
        }
        holds(self)
    }

    /// Wakes every device, also those that do not ask for it yet.
    pub fn wake_all(&mut self) {
        self.actors.iter_mut().for_each(|actor| actor.inputs.push_back(Input::Timeout));
        self.settle();
    }

    /// How often devices were woken by the clock so far.
    pub fn wakes(&self) -> usize {
        self.actors.iter().map(Actor::wakes).sum()
    }

    /// Jumps ahead in time, as a machine that slept: devices wake once, at the end.
    pub fn skip(&mut self, ms: u64) {
        let then = self.now().plus_ms(ms);
        self.wake_at(then);
    }

    fn wake_at(&mut self, now: Timestamp) {
        self.relay.advance(now);
        self.deliver();
        for actor in &mut self.actors {
            if actor.device.poll_timeout().is_some_and(|due| due <= now) {
                actor.inputs.push_back(Input::Timeout);
            }
        }
        self.settle();
    }

    /// What arrives by now.
    fn deliver(&mut self) {
        let later = self.parcels.split_off(&(self.now().plus_ms(1), 0));
        for (_, (place, parcel)) in std::mem::replace(&mut self.parcels, later) {
            match parcel {
                Parcel::Call(id, request) => {
                    let response = self.relay.handle(*request);
                    let delay = self.delays.as_mut().map(Delays::draw);
                    self.send(place, delay, Parcel::Input(Input::Response(id, response)));
                }
                Parcel::Input(input) => self.actor_mut(place).inputs.push_back(input),
            }
        }
    }

    fn send(&mut self, place: usize, delay_ms: Option<u64>, parcel: Parcel) {
        let at = self.now().plus_ms(delay_ms.unwrap_or(0));
        let number = self.delays.as_mut().map_or(0, |delays| {
            delays.sent += 1;
            delays.sent
        });
        self.parcels.insert((at, number), (place, parcel));
    }

    /// Frames and log entries that followers have not been told of.
    fn push_news(&mut self) {
        let size = self.relay.log.size();
        let mut news = Vec::new();
        for (place, actor) in self.actors.iter_mut().enumerate() {
            for (stream, seen) in &mut actor.follows {
                let is_asked = actor.asked.remove(stream);
                if let Some(frames) = self.relay.after(stream, *seen, is_asked) {
                    *seen = frames.head;
                    news.push((place, LiveOut::Frames(*stream, frames)));
                }
            }
            if actor.log_told.is_some_and(|told| self.relay.log.has_news_after(told)) {
                actor.log_told = Some(size);
                news.push((place, LiveOut::LogSize(size)));
            }
        }
        let delay = self.delays.as_ref().map(|delays| delays.feed_ms);
        for (place, message) in news {
            match delay {
                Some(_) => self.send(place, delay, Parcel::Input(Input::Live(message))),
                None => self.actor_mut(place).inputs.push_back(Input::Live(message)),
            }
        }
    }

    fn step(&mut self, place: usize) {
        let now = self.now();
        let actor = self.actor_mut(place);
        let Some(input) = actor.inputs.pop_front() else { return };
        let kill = actor.kill.filter(|(at, _)| *at == actor.handled).map(|(_, how)| how);
        actor.handled += 1;
        let (device, rng) = (&mut actor.device, &mut actor.rng);
        match input {
            Input::Connected => device.handle_connected(now, rng),
            Input::Live(message) => device.handle_live(message, now, rng),
            Input::Response(id, response) => device.handle_response(id, response, now, rng),
            Input::Solved(id, proof) => device.handle_solved(id, proof, now, rng),
            Input::Timeout => {
                actor.wakes += 1;
                device.handle_timeout(now, rng);
            }
        }
        self.carry_out(place, kill);
        if kill.is_some() {
            self.actor_mut(place).kill = None;
            self.reopen(place);
            self.carry_out(place, None);
        }
    }

    /// Starts a device again from what is durable.
    fn reopen(&mut self, place: usize) {
        let now = self.now();
        let actor = self.actor_mut(place);
        let opened = Device::open(&actor.records, now, &mut actor.rng);
        actor.device = opened.unwrap_or_else(|e| panic!("{} cannot start again: {e}", actor.name));
        actor.inputs.clear();
        actor.follows.clear();
        actor.asked.clear();
        actor.log_told = None;
        if actor.is_online {
            actor.inputs.push_back(Input::Connected);
        }
        self.take_parcels(place);
    }

    fn carry_out(&mut self, place: usize, kill: Option<Kill>) {
        let mut calls = Vec::new();
        let Self { relay, actors, delays, .. } = self;
        let actor = actors.get_mut(place).expect("an actor");
        if kill == Some(Kill::BeforeStore) {
            return;
        }
        while let Some(effect) = actor.device.poll_effect() {
            match effect {
                Effect::Store(batch) => {
                    for (name, value) in batch.records {
                        match value {
                            Some(value) => drop(actor.records.insert(name, value)),
                            None => drop(actor.records.remove(&name)),
                        }
                    }
                }
                _ if kill == Some(Kill::AfterStore) => {}
                Effect::Send(id, request) if delays.is_some() && actor.is_online => calls.push((id, request)),
                Effect::Send(id, request) => {
                    let response =
                        if actor.is_online { relay.handle(*request) } else { Response::Unreachable };
                    actor.inputs.push_back(Input::Response(id, response));
                }
                Effect::Follow(stream, after, auth) => match relay.may_follow(&stream, auth.as_ref()) {
                    Ok(()) => {
                        actor.follows.insert(stream, after);
                        actor.asked.insert(stream);
                    }
                    Err(code) => {
                        let refused = LiveOut::Refused(stream, code.as_str().to_owned());
                        actor.inputs.push_back(Input::Live(refused));
                    }
                },
                Effect::Leave(stream) => drop(actor.follows.remove(&stream)),
                Effect::FollowLog(size) => actor.log_told = Some(size),
                Effect::Solve(id, puzzle) => {
                    let proof = solve(relay, &puzzle);
                    actor.inputs.push_back(Input::Solved(id, proof));
                }
                Effect::Tell(event) => actor.events.push(event),
            }
        }
        for (id, request) in calls {
            let delay = self.delays.as_mut().map(Delays::draw);
            self.send(place, delay, Parcel::Call(id, request));
        }
    }
}

impl Delays {
    fn draw(&mut self) -> u64 {
        let span = self.longest_ms - self.shortest_ms + 1;
        self.shortest_ms + self.rng.next_u64() % span
    }
}

fn solve(relay: &MemoryRelay, puzzle: &Puzzle) -> WorkProof {
    let network = relay.network();
    let (offer, context) = (&puzzle.offer, &puzzle.context);
    work::solve(&network, &offer.nonce, context, offer.effort, 0, &mut || false).expect("a solution")
}
