//! The director of a day: hears what programs tell their people, and has the people do what they would.

mod failing;
mod planting;

use std::collections::{BTreeMap, BTreeSet};

use bystand_core::alerts::Outcome as Seen;
use bystand_core::desk::{Author, SignFrom};
use bystand_core::device::desk::DeskCommand;
use bystand_core::device::member::{Duty, MemberCommand, MemberEvent};
use bystand_core::device::neighbor::{NeighborCommand, NeighborEvent};
use bystand_core::device::{Command, Device, Event, Identity};
use bystand_core::io::Random;
use bystand_crypto::passes::OwnedPass;
use bystand_wire::time::{HOUR_MS, MINUTE_MS, SECOND_MS};
use bystand_wire::{CallOutId, OfferId, Role, Timestamp};

use super::count::Day;
use super::population::{Member, Population};
use super::stage::{Stage, StageError};
use super::{BEGIN, Plan};
use crate::city::City;
use crate::failure;
use crate::machine::{Link, MachineId};
use crate::outcome::{Outcome, Sample};
use crate::people::affairs::{self, Affair, Telling, Truth};
use crate::people::dispatcher::{Pressed, decide, go_home, mistaken_join};
use crate::people::responder::{errs, sees};
use crate::seeds::{Draw, Seeds};
use crate::watch::Watch;
use crate::watch::clearance::Standing;
use crate::world::{Noticed, World};
use failing::Mending;

/// How far members go, in meters. Assumed.
const REACH_M: u32 = 4_000;
/// Time to be certain at the beginning: shifts have begun, rooms are open, people are in them.
const OPENING_MS: u64 = 10 * MINUTE_MS;

/// How often it is noted how things stand.
const SAMPLE_MS: u64 = 5 * MINUTE_MS;

/// What people plan.
#[derive(Debug, Clone)]
pub(super) enum Deed {
    Look(usize),
    Tell(usize),
    Close(MachineId),
    Offer(MachineId, CallOutId),
    Sign(MachineId, OfferId, SignFrom),
    Find(MachineId, OfferId),
    FindOver(MachineId, OfferId),
    Fail(u32),
    Mend(Mending),
    Sample,
    ShiftBegins(usize),
    ShiftEnds(usize),
    Gap(MachineId),
    Back(MachineId),
    DutyBegins(MachineId),
    DutyEnds(MachineId),
}

#[derive(Debug)]
struct Dispatcher {
    machine: MachineId,
    pressed: Pressed,
    rng: Random,
    on_shift: bool,
}

#[derive(Debug)]
struct Responder {
    rng: Random,
    /// Where, and until when.
    duty: Option<(Member, Timestamp)>,
    /// Says the opposite of what is there.
    is_hostile: bool,
    /// The offer under way.
    going: Option<(OfferId, CallOutId)>,
    /// Call-outs already thought about.
    heard: BTreeSet<CallOutId>,
}

/// The director.
#[derive(Debug)]
pub struct Director {
    plan: Plan,
    stage: Stage<Deed>,
    /// Machines that run and can crash.
    staff: BTreeSet<MachineId>,
    dispatchers: Vec<Dispatcher>,
    responders: BTreeMap<MachineId, Responder>,
    offers: BTreeMap<OfferId, CallOutId>,
    affairs: Vec<Affair>,
    tellings: Vec<Telling>,
    /// Phones of neighbors, with the telling they are for.
    phones: BTreeMap<MachineId, usize>,
    watch: Watch,
    samples: Vec<Sample>,
    /// Passes of printed cards in neighbors' pockets.
    cards: Vec<OwnedPass>,
    city: City,
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
        // Two shifts, one after the other.
        let wanted = 2 * plan.scenario.dispatchers();
        let dispatchers: Vec<MachineId> = crew.dispatchers.iter().copied().take(wanted).collect();
        let members: Vec<MachineId> = crew.members.iter().map(|member| member.machine).collect();
        let cards = if plan.scenario.is_flood() { stage.cards(1)? } else { Vec::new() };
        stage.set_clocks(&members, plan.habits.skew_ms, &mut seeds.generator("clocks", 0));
        let mut rng = seeds.generator("affairs", 0);
        // The last hour is for what was begun before it.
        let length = (plan.hours * HOUR_MS).saturating_sub(HOUR_MS).max(plan.hours * HOUR_MS / 2);
        let span = (BEGIN.plus_ms(OPENING_MS), length);
        let (affairs, tellings) =
            affairs::draw(city, plan.scenario, &plan.habits, span, plan.reports, &mut rng);
        let dispatcher = |id: MachineId| Dispatcher {
            machine: id,
            pressed: Pressed::default(),
            rng: seeds.generator("dispatcher", id.0),
            on_shift: false,
        };
        let responder = |(n, id): (u64, MachineId)| {
            let is_hostile = plan.scenario.hostile_one_in().is_some_and(|one_in| n % one_in == 0);
            let rng = seeds.generator("responder", n);
            (id, Responder { rng, duty: None, is_hostile, going: None, heard: BTreeSet::new() })
        };
        let mut director = Self {
            plan: plan.clone(),
            staff: crew.hosts.iter().chain(&dispatchers).copied().collect(),
            dispatchers: dispatchers.iter().copied().map(dispatcher).collect(),
            responders: (0..).zip(members.iter().copied()).map(responder).collect(),
            offers: BTreeMap::new(),
            affairs,
            tellings,
            phones: BTreeMap::new(),
            watch: Watch::new(BEGIN),
            samples: Vec::new(),
            cards,
            city: city.clone(),
            seeds,
            planted: 0,
            stage,
        };
        let clearance = &mut director.watch.clearance;
        // The founder is on the desk until others take over, and stays.
        for id in crew.dispatchers.iter().chain([&director.stage.founder]) {
            clearance.stands(*id, Standing::Desk);
        }
        crew.hosts.iter().for_each(|id| clearance.stands(*id, Standing::Host));
        director.open_the_day(crew.members, BEGIN.plus_ms(plan.hours * HOUR_MS));
        Ok(director)
    }

    fn world(&mut self) -> &mut World<Deed> {
        &mut self.stage.world
    }

    fn open_the_day(&mut self, members: Vec<Member>, until: Timestamp) {
        self.listen(BEGIN);
        let crew = self.plan.scenario.dispatchers();
        let change = BEGIN.plus_ms(until.since_ms(BEGIN) / 2);
        for at in 0..crew {
            self.world().plan(BEGIN, Deed::ShiftBegins(at));
            // The next crew is there before the first one goes.
            self.world().plan(change, Deed::ShiftBegins(crew + at));
            self.world().plan(change.plus_ms(5 * MINUTE_MS), Deed::ShiftEnds(at));
        }
        for member in members {
            self.plan_duty(member, until);
        }
        let tellings: Vec<Timestamp> = self.tellings.iter().map(|telling| telling.at).collect();
        for (number, at) in tellings.into_iter().enumerate() {
            if self.plan.has_telling(number) {
                self.world().plan(at, Deed::Tell(number));
            }
        }
        self.world().plan(BEGIN, Deed::Sample);
        let every = failure::every_ms(self.plan.scenario);
        self.world().plan(BEGIN.plus_ms(OPENING_MS + every), Deed::Fail(0));
    }

    /// Each member is on duty once; who begins before the day is there from its beginning.
    fn plan_duty(&mut self, member: Member, until: Timestamp) {
        let habits = self.plan.habits.clone();
        let Some(responder) = self.responders.get_mut(&member.machine) else { return };
        let lasts = responder.rng.pause(habits.duty_ms).max(30 * MINUTE_MS);
        let begins = BEGIN.plus_ms(responder.rng.below(until.since_ms(BEGIN) + lasts)).minus_ms(lasts);
        let (machine, ends) = (member.machine, begins.plus_ms(lasts));
        responder.duty = Some((member, ends));
        self.world().plan(begins.max(BEGIN), Deed::DutyBegins(machine));
        self.world().plan(ends.plus_ms(MINUTE_MS), Deed::DutyEnds(machine));
    }

    /// Plays the day.
    pub fn play(&mut self, length_ms: u64) {
        self.listen(BEGIN.plus_ms(length_ms));
    }

    /// What is on its way arrives; the desk goes on working.
    pub fn afterwards(&mut self, ms: u64) {
        let until = self.world().now().plus_ms(ms);
        self.listen(until);
    }

    fn listen(&mut self, until: Timestamp) {
        while let Some(noticed) = self.stage.world.run(until) {
            match noticed {
                Noticed::Told(id, event) => self.hear(id, &event),
                Noticed::Deed(deed) => self.act(deed),
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
        match event {
            Event::Neighbor(NeighborEvent::Sent(_)) => self.sent(id),
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
            Deed::Look(dispatcher) => self.look(dispatcher),
            Deed::Tell(telling) => self.tell(telling),
            Deed::Close(phone) => {
                self.phones.remove(&phone);
                self.world().remove(phone);
            }
            Deed::Offer(member, call_out) => self.offer(member, call_out),
            Deed::Sign(member, offer, sign) => self.sign(member, offer, sign),
            Deed::Find(member, offer) => self.find(member, offer, false),
            Deed::FindOver(member, offer) => self.find(member, offer, true),
            Deed::Fail(number) => self.fail(number),
            Deed::Mend(what) => self.mend(what),
            Deed::Sample => self.sample(),
            Deed::ShiftBegins(dispatcher) => self.shift_begins(dispatcher),
            Deed::ShiftEnds(dispatcher) => self.shift_ends(dispatcher),
            Deed::Gap(phone) => self.gap(phone),
            Deed::Back(phone) => self.world().connect(phone),
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
        let stays = if telling.leaves { SECOND_MS } else { self.plan.habits.stays_ms };
        self.world().plan_in(stays, Deed::Close(phone));
    }

    // ---- the desk ----------------------------------------------------------------------------

    fn shift_begins(&mut self, at: usize) {
        let Some(dispatcher) = self.dispatchers.get_mut(at) else { return };
        dispatcher.on_shift = true;
        let machine = dispatcher.machine;
        let languages = vec!["en".to_owned(), "es".to_owned()];
        // When the program is just starting anew, the next look finds them off the shift, and begins it.
        let _ = self.world().command(machine, Command::Desk(DeskCommand::StartShift(languages)));
        if at == 0 {
            self.plant_in_note(machine);
        }
        let first = SECOND_MS * u64::try_from(at).unwrap_or(0);
        self.world().plan_in(first.max(SECOND_MS), Deed::Look(at));
    }

    fn shift_ends(&mut self, at: usize) {
        let Some(dispatcher) = self.dispatchers.get_mut(at) else { return };
        dispatcher.on_shift = false;
        let machine = dispatcher.machine;
        let last = self.stage.world.device(machine).and_then(|device| {
            let me = Author(device.shared().identity.author()?);
            Some(go_home(device.desk().state(), me))
        });
        for command in last.unwrap_or_default() {
            // What cannot be done any more lapses by itself.
            let _ = self.world().command(machine, Command::Desk(command));
        }
    }

    fn look(&mut self, at: usize) {
        let now = self.stage.world.now();
        let wrong = self.plan.habits.wrong_join;
        let Some(dispatcher) = self.dispatchers.get_mut(at).filter(|d| d.on_shift) else { return };
        let machine = dispatcher.machine;
        let device = self.stage.world.device(machine);
        let decision = device.and_then(|device| {
            let me = Author(device.shared().identity.author()?);
            let state = device.desk().state();
            let (incident, key, command) = decide(state, me, now, &dispatcher.pressed)?;
            let is_wrong = dispatcher.rng.chance(wrong);
            let decision = (incident, key, command);
            let mistake = if is_wrong { mistaken_join(state, &decision) } else { None };
            let (incident, key, command) = decision;
            Some((incident, key, mistake.unwrap_or(command)))
        });
        let pause = match decision {
            Some((incident, key, command)) => {
                dispatcher.pressed.note(incident, key, now);
                // What cannot be done is shown, and the next look finds something else.
                let _ = self.stage.world.command(machine, Command::Desk(command));
                dispatcher.rng.pause(self.plan.habits.decide_ms)
            }
            None => dispatcher.rng.pause(self.plan.habits.look_ms),
        };
        self.world().plan_in(pause.max(SECOND_MS), Deed::Look(at));
    }

    // ---- members -----------------------------------------------------------------------------

    /// The app is opened and says *on duty*. Whoever it is can now be called, and can crash.
    fn duty_begins(&mut self, phone: MachineId) {
        let every = self.plan.habits.gap_every_ms;
        let Some(responder) = self.responders.get_mut(&phone) else { return };
        let Some((Member { home, zone, .. }, ends)) = responder.duty.clone() else { return };
        let gap = responder.rng.below(2 * every);
        let duty = Duty {
            zones: vec![zone.clone()],
            until: ends,
            place: Some(home),
            reach_m: REACH_M,
            roles: vec![Role::Observer, Role::Verifier],
        };
        self.staff.insert(phone);
        self.world().switch_on(phone);
        self.world().connect(phone);
        let _ = self.world().command(phone, Command::Member(MemberCommand::DutyOn(duty)));
        self.plant_on_duty(phone, zone);
        self.world().plan_in(gap, Deed::Gap(phone));
    }

    /// The phone goes back into the pocket; who is on the way to something keeps it in the hand.
    fn duty_ends(&mut self, phone: MachineId) {
        let Some(responder) = self.responders.get(&phone) else { return };
        if responder.going.is_some() {
            return self.world().plan_in(10 * MINUTE_MS, Deed::DutyEnds(phone));
        }
        self.staff.remove(&phone);
        self.world().switch_off(phone);
    }

    fn member(&mut self, id: MachineId, event: &MemberEvent) {
        match event {
            MemberEvent::CallOut(_, call_out, true) => self.called(id, call_out.id),
            MemberEvent::Offered(offer, call_out) => {
                self.offers.insert(*offer, *call_out);
            }
            MemberEvent::Accepted(offer, _) => self.go(id, *offer),
            MemberEvent::Declined(offer) | MemberEvent::Released(offer) => self.home(id, *offer),
            MemberEvent::SignDue(offer) | MemberEvent::CheckIn(offer) => self.asked_for_a_sign(id, *offer),
            MemberEvent::CallOut(..)
            | MemberEvent::Joined(..)
            | MemberEvent::Members(..)
            | MemberEvent::Removed(_)
            | MemberEvent::DayOver(_)
            | MemberEvent::NoRoom(_)
            | MemberEvent::NoPass(_)
            | MemberEvent::HeadsUp(..)
            | MemberEvent::CallOutOver(_)
            | MemberEvent::Note(..)
            | MemberEvent::AlertPassed(_)
            | MemberEvent::Said(..)
            | MemberEvent::Quiet(..)
            | MemberEvent::Told(_) => {}
        }
    }

    /// A call-out near by: whoever is free may go; nobody is obliged.
    fn called(&mut self, id: MachineId, call_out: CallOutId) {
        let habits = self.plan.habits.clone();
        let Some(responder) = self.responders.get_mut(&id) else { return };
        if !responder.heard.insert(call_out)
            || responder.going.is_some()
            || !(responder.is_hostile || responder.rng.chance(habits.answer))
        {
            return;
        }
        let median = if responder.is_hostile { habits.hostile_answer_ms } else { habits.answer_ms };
        let pause = responder.rng.pause(median);
        self.world().plan_in(pause, Deed::Offer(id, call_out));
    }

    fn offer(&mut self, id: MachineId, call_out: CallOutId) {
        let Some(responder) = self.responders.get_mut(&id).filter(|r| r.going.is_none()) else { return };
        let minutes = u16::try_from(responder.rng.between(3, 12)).unwrap_or(10);
        // It may be over by now.
        let _ = self.world().command(id, Command::Member(MemberCommand::Offer(call_out, minutes)));
    }

    /// Accepted: on the way, parked, on the scene. Each of the pair says what they saw, one after the other:
    /// who errs is contradicted by the other.
    fn go(&mut self, id: MachineId, offer: OfferId) {
        let Some(call_out) = self.offers.get(&offer).copied() else { return };
        let is_second = self.responders.values().any(|r| r.going.is_some_and(|(_, of)| of == call_out));
        let habits = self.plan.habits.clone();
        let Some(responder) = self.responders.get_mut(&id) else { return };
        responder.going = Some((offer, call_out));
        let rng = &mut responder.rng;
        let travel = 20 * SECOND_MS + rng.pause(habits.travel_ms);
        let scene = travel + rng.pause(40 * SECOND_MS);
        let found = scene + rng.pause(habits.look_around_ms);
        let world = self.world();
        world.plan_in(20 * SECOND_MS, Deed::Sign(id, offer, SignFrom::OnTheWay));
        world.plan_in(travel, Deed::Sign(id, offer, SignFrom::Parked));
        world.plan_in(scene, Deed::Sign(id, offer, SignFrom::OnScene));
        let after_the_first = if is_second { 90 * SECOND_MS } else { 0 };
        world.plan_in(found + after_the_first, Deed::Find(id, offer));
    }

    fn sign(&mut self, id: MachineId, offer: OfferId, sign: SignFrom) {
        let _ = self.world().command(id, Command::Member(MemberCommand::Sign(offer, sign)));
        if sign == SignFrom::Left {
            self.home(id, offer);
        }
    }

    fn home(&mut self, id: MachineId, offer: OfferId) {
        if let Some(responder) =
            self.responders.get_mut(&id).filter(|r| r.going.is_some_and(|g| g.0 == offer))
        {
            responder.going = None;
        }
    }

    fn asked_for_a_sign(&mut self, id: MachineId, offer: OfferId) {
        let silent = self.plan.habits.silent;
        let Some(responder) = self.responders.get_mut(&id) else { return };
        if !responder.rng.chance(silent) {
            let pause = responder.rng.pause(15 * SECOND_MS);
            self.world().plan_in(pause, Deed::Sign(id, offer, SignFrom::Fine));
        }
    }

    /// What a member who looks finds; and stays, where it is real, until it is over.
    fn find(&mut self, id: MachineId, offer: OfferId, is_over: bool) {
        let now = self.stage.world.now();
        let affair = self.offers.get(&offer).and_then(|call_out| self.affair_of(*call_out)).cloned();
        let wrong = self.plan.habits.wrong_finding;
        let Some(responder) = self.responders.get_mut(&id) else { return };
        let is_wrong = responder.rng.chance(wrong) || responder.is_hostile;
        let seen = sees(affair.as_ref(), now);
        let said = match (&affair, is_over) {
            (Some(Affair { truth: Truth::Real(how), .. }), true) if !is_wrong => Seen::Over(*how),
            _ if is_wrong => errs(seen),
            _ => seen,
        };
        let until = affair.map_or(now, |affair| affair.until);
        let finding = MemberCommand::Finding(offer, said, 2, self.plant_in_finding(id));
        // When it cannot be given (the call-out is over) they go home like anybody else.
        let _ = self.world().command(id, Command::Member(finding));
        if said == Seen::Confirmed && seen == Seen::Confirmed && until > now {
            self.world().plan(until.plus_ms(MINUTE_MS), Deed::FindOver(id, offer));
        } else {
            self.world().plan_in(MINUTE_MS, Deed::Sign(id, offer, SignFrom::Leaving));
            self.world().plan_in(12 * MINUTE_MS, Deed::Sign(id, offer, SignFrom::Left));
        }
    }

    /// What a call-out is about: the desk knows which report it follows, and the director what was told in it.
    fn affair_of(&self, call_out: CallOutId) -> Option<&Affair> {
        self.dispatchers.iter().find_map(|dispatcher| {
            let state = self.stage.world.device(dispatcher.machine)?.desk().state();
            let incident = state.incident_of_call_out(call_out)?;
            self.affairs.get(self.watch.affair_of(incident)?)
        })
    }

    // ---- how things stand --------------------------------------------------------------------

    /// A phone loses the network, sleeps or has no battery for a while.
    fn gap(&mut self, phone: MachineId) {
        let (lasts, every) = (self.plan.habits.gap_ms, self.plan.habits.gap_every_ms);
        let is_on_duty = self.staff.contains(&phone);
        let Some(responder) = self.responders.get_mut(&phone).filter(|_| is_on_duty) else { return };
        let (lasts, next) = (responder.rng.pause(lasts), responder.rng.pause(every));
        self.world().disconnect(phone);
        self.world().plan_in(lasts, Deed::Back(phone));
        self.world().plan_in(lasts + next, Deed::Gap(phone));
    }

    /// How things stand, as the first dispatcher's screen shows it.
    fn sample(&mut self) {
        let now = self.stage.world.now();
        let device = self.dispatchers.first().and_then(|d| self.stage.world.device(d.machine));
        if let Some(state) = device.map(|device| device.desk().state()) {
            let alerts =
                state.incidents().flat_map(|i| i.alerts.values()).filter(|a| a.phase.is_live()).count();
            let claimed = state.open_incidents().filter(|i| i.claim.is_some()).count();
            let waiting = state.queue(now).len();
            self.samples.push(Sample { at_ms: now.since_ms(BEGIN), waiting, claimed, alerts });
        }
        self.watch.round(&mut self.stage.world);
        self.world().plan_in(SAMPLE_MS, Deed::Sample);
    }

    /// The result.
    pub fn outcome(&mut self) -> Outcome {
        self.watch.last_round(&mut self.stage.world);
        let world = &self.stage.world;
        let desks = self.dispatchers.iter().filter_map(|d| world.device(d.machine)).collect();
        let (scenario, seed) = (self.plan.scenario, self.plan.seed);
        let (city, affairs, samples, watch) = (&self.city, &self.affairs, &self.samples, &self.watch);
        Day { scenario, seed, world, desks, city, affairs, samples, watch }.outcome()
    }
}
