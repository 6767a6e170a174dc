//! The director of a day: hears what programs tell their people, and has the people do what they would.

mod failing;
mod planting;

use std::collections::{BTreeMap, BTreeSet};

use bystand_core::desk::SignFrom;
use bystand_core::device::neighbor::{NeighborCommand, NeighborEvent};
use bystand_core::device::{Command, Device, Event, Identity};
use bystand_core::io::Random;
use bystand_crypto::passes::OwnedPass;
use bystand_wire::time::{HOUR_MS, MINUTE_MS, SECOND_MS};
use bystand_wire::{CallOutId, IncidentId, OfferId, Timestamp};

use super::count::Day;
use super::desk::Dispatcher;
use super::population::{Member, Population};
use super::stage::{Stage, StageError};
use super::street::Responder;
use super::{BEGIN, Plan};
use crate::city::City;
use crate::failure;
use crate::machine::{Link, MachineId};
use crate::outcome::{Outcome, Sample};
use crate::people::affairs::{self, Affair, Telling};
use crate::people::responder::Character;
use crate::seeds::{Draw, Seeds};
use crate::watch::Watch;
use crate::world::{Noticed, World};
use failing::Mending;

/// Time to be certain at the beginning: shifts have begun, rooms are open, people are in them.
const OPENING_MS: u64 = 10 * MINUTE_MS;

/// What people plan.
#[derive(Debug, Clone)]
pub(super) enum Deed {
    Look(usize, u64),
    Undo(usize, IncidentId),
    Tell(usize),
    Close(MachineId),
    Offer(MachineId, CallOutId),
    Sign(MachineId, OfferId, SignFrom),
    Find(MachineId, OfferId),
    FindOver(MachineId, OfferId),
    MakeUp(MachineId),
    Fail(u32),
    Mend(Mending),
    Sample,
    ConsoleOpens(usize),
    ConsoleCloses(usize),
    ShiftBegins(usize),
    ShiftEnds(usize),
    Gap(MachineId),
    Back(MachineId),
    DutyBegins(MachineId),
    DutyEnds(MachineId),
}

/// The director.
#[derive(Debug)]
pub struct Director {
    pub(super) plan: Plan,
    pub(super) stage: Stage<Deed>,
    /// Machines that run and can fail.
    pub(super) staff: BTreeSet<MachineId>,
    pub(super) dispatchers: Vec<Dispatcher>,
    pub(super) responders: BTreeMap<MachineId, Responder>,
    pub(super) offers: BTreeMap<OfferId, CallOutId>,
    /// For each call-out when those who go arrive, and how many go with the first.
    pub(super) trips: BTreeMap<CallOutId, (Timestamp, u64)>,
    pub(super) affairs: Vec<Affair>,
    pub(super) tellings: Vec<Telling>,
    /// Phones, with the telling that was last told on them.
    pub(super) phones: BTreeMap<MachineId, usize>,
    pub(super) watch: Watch,
    /// Incidents with an alert that neighbors have read.
    read: BTreeSet<IncidentId>,
    pub(super) samples: Vec<Sample>,
    /// People who were given an exact place, and how many of them were hostile.
    pub(super) accepted: (u32, u32),
    /// People who were stopped.
    pub(super) stopped: u32,
    /// Passes of printed cards in neighbors' pockets.
    cards: Vec<OwnedPass>,
    pub(super) city: City,
    neighbors: Random,
    seeds: Seeds,
    /// Words planted so far.
    planted: u64,
}

impl Director {
    /// Founds the network and admits everybody.
    ///
    /// # Errors
    /// [`StageError`].
    pub fn new(city: &City, plan: &Plan, population: &Population) -> Result<Self, StageError> {
        let seeds = Seeds::new(plan.seed);
        let (mut stage, mut crew) = population.enter(seeds)?;
        crew.members.truncate(plan.members);
        let dispatchers = crew.dispatchers.clone();
        let members: Vec<MachineId> = crew.members.iter().map(|member| member.machine).collect();
        let cards = if plan.scenario.is_flood() { stage.cards(1)? } else { Vec::new() };
        stage.set_clocks(&members, plan.habits.phones.skew_ms, &mut seeds.generator("clocks", 0));
        let mut rng = seeds.generator("affairs", 0);
        // The last hour is for what was begun before it.
        let length = (plan.hours * HOUR_MS).saturating_sub(HOUR_MS).max(plan.hours * HOUR_MS / 2);
        let span = (BEGIN.plus_ms(OPENING_MS), length);
        let (affairs, tellings) = affairs::draw(
            city,
            (plan.scenario, plan.hours),
            &plan.habits.neighbors,
            span,
            plan.reports,
            &mut rng,
        );
        let dispatcher = |id: MachineId| Dispatcher::new(id, seeds.generator("dispatcher", id.0));
        let responder = |(n, id): (u64, MachineId)| {
            let hostile = plan.scenario.hostile_one_in().filter(|one_in| n % one_in == 0);
            let character = hostile.map_or(Character::Honest, |one_in| Character::hostile(n / one_in));
            (id, Responder::new(character, seeds.generator("responder", n)))
        };
        let mut director = Self {
            plan: plan.clone(),
            staff: crew.hosts.iter().chain(&dispatchers).copied().collect(),
            dispatchers: dispatchers.iter().copied().map(dispatcher).collect(),
            responders: (0..).zip(members.iter().copied()).map(responder).collect(),
            offers: BTreeMap::new(),
            trips: BTreeMap::new(),
            affairs,
            tellings,
            phones: BTreeMap::new(),
            watch: Watch::new(BEGIN),
            read: BTreeSet::new(),
            samples: Vec::new(),
            accepted: (0, 0),
            stopped: 0,
            cards,
            city: city.clone(),
            neighbors: seeds.generator("neighbors", 0),
            seeds,
            planted: 0,
            stage,
        };
        director.clear(&crew);
        director.open_the_day(crew.members, BEGIN.plus_ms(plan.hours * HOUR_MS));
        Ok(director)
    }

    pub(super) fn world(&mut self) -> &mut World<Deed> {
        &mut self.stage.world
    }

    fn open_the_day(&mut self, members: Vec<Member>, until: Timestamp) {
        self.listen(BEGIN);
        self.plan_shifts(until);
        for member in members {
            self.plan_duty(member);
        }
        let tellings: Vec<Timestamp> = self.tellings.iter().map(|telling| telling.at).collect();
        for (number, at) in tellings.into_iter().enumerate() {
            if self.plan.has_telling(number) {
                self.world().plan(at, Deed::Tell(number));
            }
        }
        let every = failure::every_ms(self.plan.scenario);
        self.world().plan(BEGIN.plus_ms(OPENING_MS + every), Deed::Fail(0));
    }

    /// Plays the day.
    pub fn play(&mut self, length_ms: u64) {
        self.listen(BEGIN.plus_ms(length_ms));
    }

    /// What is on its way arrives; the desk goes on working.
    pub fn afterwards(&mut self, ms: u64) {
        self.all_consoles_open();
        let until = self.world().now().plus_ms(ms);
        self.listen(until);
    }

    fn listen(&mut self, until: Timestamp) {
        while let Some(noticed) = self.stage.world.run(until) {
            match noticed {
                Noticed::Told(id, event) => self.hear(id, &event),
                Noticed::Deed(deed) => self.act(deed),
                Noticed::Found => self.watch.judge(&mut self.stage.world),
            }
        }
    }

    fn hear(&mut self, id: MachineId, event: &Event) {
        let now = self.stage.world.now();
        if let (Some(number), Event::Neighbor(NeighborEvent::Kept { report, .. })) =
            (self.phones.get(&id), event)
            && let Some(telling) = self.tellings.get(*number)
        {
            self.watch.pressed(*report, telling.affair, id, now);
            self.planted_about(id, *report);
        }
        self.watch.see(&mut self.stage.world, id, event);
        self.read_alerts();
        match event {
            Event::Neighbor(NeighborEvent::Sent(_)) if !self.responders.contains_key(&id) => self.sent(id),
            Event::Member(event) if self.responders.contains_key(&id) => self.member(id, event),
            Event::Neighbor(_)
            | Event::Member(_)
            | Event::Online(_)
            | Event::Network
            | Event::Warning { .. }
            | Event::Alert(_)
            | Event::Team(..)
            | Event::Enroll(_)
            | Event::Desk(_)
            | Event::Host(_)
            | Event::Registrar(_) => {}
        }
    }

    fn act(&mut self, deed: Deed) {
        match deed {
            Deed::Look(dispatcher, looks) => self.look(dispatcher, looks),
            Deed::Undo(dispatcher, incident) => self.undo(dispatcher, incident),
            Deed::Tell(telling) => self.tell(telling),
            Deed::Close(phone) => {
                self.phones.remove(&phone);
                self.world().remove(phone);
            }
            Deed::Offer(member, call_out) => self.offer(member, call_out),
            Deed::Sign(member, offer, sign) => self.sign(member, offer, sign),
            Deed::Find(member, offer) => self.find(member, offer, false),
            Deed::FindOver(member, offer) => self.find(member, offer, true),
            Deed::MakeUp(member) => self.make_up(member),
            Deed::Fail(number) => self.fail(number),
            Deed::Mend(what) => self.mend(what),
            Deed::Sample => self.sample(),
            Deed::ConsoleOpens(dispatcher) => self.console_opens(dispatcher),
            Deed::ConsoleCloses(dispatcher) => self.console_closes(dispatcher),
            Deed::ShiftBegins(dispatcher) => self.shift_begins(dispatcher),
            Deed::ShiftEnds(dispatcher) => self.shift_ends(dispatcher),
            Deed::Gap(phone) => self.gap(phone),
            Deed::Back(phone) => self.back(phone),
            Deed::DutyBegins(phone) => self.duty_begins(phone),
            Deed::DutyEnds(phone) => self.duty_ends(phone),
        }
    }

    // ---- neighbors ---------------------------------------------------------------------------

    /// A neighbor opens the page, writes and presses *send*.
    fn tell(&mut self, number: usize) {
        let Some(telling) = self.tellings.get(number) else { return };
        let (network, mut report, by_card) = (self.stage.network, telling.report.clone(), telling.by_card);
        let phone = self.world().add(&format!("neighbor {number}"), Link::PHONE, |now, rng| {
            Device::create(Identity::new(network, "https://relay.invalid".to_owned(), rng), now, rng)
        });
        self.phones.insert(phone, number);
        self.plant_in_report(phone, &mut report);
        self.world().connect(phone);
        let pass = if by_card { self.cards.pop() } else { None };
        let command = NeighborCommand::Report(Box::new(report), pass.map(Box::new), None);
        let _ = self.world().command(phone, Command::Neighbor(command));
    }

    fn sent(&mut self, phone: MachineId) {
        let Some(telling) = self.phones.get(&phone).and_then(|number| self.tellings.get(*number)) else {
            return;
        };
        let stays = if telling.leaves { SECOND_MS } else { self.plan.habits.neighbors.stays_ms };
        self.world().plan_in(stays, Deed::Close(phone));
    }

    /// Of an alert about nothing the neighbors around read too, and most often one of them says so.
    fn read_alerts(&mut self) {
        if self.read.len() == self.watch.alerts.len() {
            return;
        }
        let habits = self.plan.habits.neighbors.clone();
        let new: Vec<(IncidentId, Option<usize>)> = self
            .watch
            .alerts
            .iter()
            .filter(|(incident, _)| !self.read.contains(*incident))
            .map(|(incident, alert)| (*incident, alert.affair))
            .collect();
        for (incident, number) in new {
            self.read.insert(incident);
            let Some((number, affair)) = number.and_then(|n| Some((n, self.affairs.get(n)?.clone()))) else {
                continue;
            };
            if affair.truth.is_real() || !self.neighbors.chance(habits.doubts) {
                continue;
            }
            let later = self.neighbors.pause(habits.doubts_ms);
            let at = self.stage.world.now().plus_ms(later);
            let telling = affairs::doubt(&affair, number, at, &mut self.neighbors);
            self.tellings.push(telling);
            let told = self.tellings.len() - 1;
            self.world().plan(at, Deed::Tell(told));
        }
    }

    /// The result.
    pub fn outcome(&mut self) -> Outcome {
        self.watch.last_round(&mut self.stage.world);
        let world = &self.stage.world;
        let desks = self.dispatchers.iter().filter_map(|d| world.device(d.machine)).collect();
        let (scenario, seed) = (self.plan.scenario, self.plan.seed);
        let (city, affairs, samples, watch) = (&self.city, &self.affairs, &self.samples, &self.watch);
        let (accepted, stopped) = (self.accepted, self.stopped);
        Day { scenario, seed, world, desks, city, affairs, samples, watch, accepted, stopped }.outcome()
    }
}
