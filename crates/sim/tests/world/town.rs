//! A small town with a network in it: three dispatchers at work, two members on duty, neighbors who report.

use std::sync::{Mutex, PoisonError};

use bystand_core::alerts::Outcome;
use bystand_core::desk::{AlertStep, DeskState, SignFrom, incident_of_report};
use bystand_core::device::desk::DeskCommand;
use bystand_core::device::member::{Duty, MemberCommand, MemberEvent};
use bystand_core::device::neighbor::{NeighborCommand, NeighborEvent};
use bystand_core::device::{Command, Device, Event, Identity};
use bystand_core::geo::Point;
use bystand_core::report::{FirstHand, Kind as What, Place, ReportIn};
use bystand_core::team::TeamKind;
use bystand_sim::Population;
use bystand_sim::day::{BEGIN, Crew, Stage};
use bystand_sim::ledger::{Kind, Secret, words};
use bystand_sim::machine::{Link, MachineId};
use bystand_sim::operator::Misdeed;
use bystand_sim::seeds::Seeds;
use bystand_sim::watch::Watch;
use bystand_sim::watch::clearance::Standing;
use bystand_sim::world::{Noticed, World};
use bystand_wire::time::{HOUR_MS, MINUTE_MS, SECOND_MS};
use bystand_wire::{CallOutId, IncidentId, OfferId, ReportId, Role, StreamId, ZoneId};

use crate::small_city::city;

/// So many steps from the corner in the middle.
pub fn corner(at: i32) -> Point {
    Point { lat: 44_950_000, lon: -93_270_000 + 1_000 * at }
}

/// The town.
pub struct Town {
    stage: Stage<()>,
    pub crew: Crew,
    pub watch: Watch,
    /// Everything that was told, in order.
    pub told: Vec<(MachineId, Event)>,
    planted: u64,
}

impl Town {
    /// Shortly before the day: dispatchers and hosts run, and rooms are open.
    pub fn new(seed: u64) -> Self {
        static POPULATION: Mutex<Option<Population>> = Mutex::new(None);
        let mut population = POPULATION.lock().unwrap_or_else(PoisonError::into_inner);
        let found = || Population::prepare(&city(), 4, None, &mut |_| ()).expect("a network");
        let (stage, crew) = population.get_or_insert_with(found).enter(Seeds::new(seed)).expect("a stage");
        drop(population);
        let mut watch = Watch::new(BEGIN);
        for id in crew.dispatchers.iter().chain([&stage.founder]) {
            watch.clearance.stands(*id, Standing::Desk);
        }
        crew.hosts.iter().for_each(|id| watch.clearance.stands(*id, Standing::Host));
        let mut town = Self { stage, crew, watch, told: Vec::new(), planted: 0 };
        town.run(20 * MINUTE_MS);
        for at in 0..3 {
            town.desk(at, DeskCommand::StartShift(vec!["en".to_owned()]));
        }
        town.run(5 * SECOND_MS);
        town
    }

    pub fn world(&mut self) -> &mut World<()> {
        &mut self.stage.world
    }

    pub fn founder(&self) -> MachineId {
        self.stage.founder
    }

    pub fn dispatcher(&self, at: usize) -> MachineId {
        self.crew.dispatchers[at]
    }

    pub fn device(&self, id: MachineId) -> &Device {
        self.stage.world.device(id).expect("a program that runs")
    }

    /// What a dispatcher's screen shows; nothing while the program does not run.
    pub fn fold(&self, at: usize) -> DeskState {
        let device = self.stage.world.device(self.dispatcher(at));
        device.map(|device| device.desk().state().clone()).unwrap_or_default()
    }

    /// Incidents that nobody has taken.
    pub fn fold_of(&self, at: usize) -> Vec<IncidentId> {
        let device = self.stage.world.device(self.dispatcher(at));
        let open = device.into_iter().flat_map(|device| device.desk().state().open_incidents());
        open.filter(|incident| incident.claim.is_none()).map(|incident| incident.id).collect()
    }

    /// A team stream of the desk.
    pub fn desk_streams(&self) -> bystand_core::network::keynote::TeamStreams {
        *self.device(self.dispatcher(0)).shared().teams.get(&TeamKind::Desk).expect("the desk").streams()
    }

    pub fn drop_stream(&self) -> StreamId {
        self.device(self.dispatcher(0)).shared().key_note().expect("a key note").note().streams.drop
    }

    /// Lets time pass.
    pub fn run(&mut self, ms: u64) {
        let until = self.stage.world.now().plus_ms(ms);
        while let Some(noticed) = self.stage.world.run(until) {
            if let Noticed::Found = noticed {
                self.watch.judge(&mut self.stage.world);
            }
            if let Noticed::Told(id, event) = noticed {
                if let Event::Neighbor(NeighborEvent::Kept { report, .. }) = *event {
                    self.stage.world.ledger.about(id, incident_of_report(report));
                }
                self.watch.see(&mut self.stage.world, id, &event);
                self.told.push((id, *event));
            }
        }
        self.watch.round(&mut self.stage.world);
    }

    /// Until it is so, at most so long.
    #[track_caller]
    pub fn until(&mut self, ms: u64, mut so: impl FnMut(&Self) -> bool) {
        let end = self.stage.world.now().plus_ms(ms);
        while !so(self) {
            assert!(
                self.stage.world.now() < end,
                "it did not come to that; warnings: {:?}",
                self.watch.warnings
            );
            self.run(SECOND_MS);
        }
    }

    /// A dispatcher presses a key.
    #[track_caller]
    pub fn desk(&mut self, at: usize, command: DeskCommand) {
        let id = self.dispatcher(at);
        self.stage.world.command(id, Command::Desk(command)).expect("a dispatcher's command");
    }

    /// The operator begins to do what they should not.
    pub fn betray(&mut self, misdeed: Misdeed) {
        self.watch.trusts_operator = false;
        self.stage.world.operator().begin(misdeed).expect("a misdeed");
    }

    /// Words that nobody else has.
    pub fn plant(&mut self, kind: Kind, owner: MachineId) -> String {
        self.planted += 1;
        let (words, at) = (words(self.planted), self.stage.world.now());
        let secret = Secret { kind, owner, incident: None, zone: None, at };
        self.stage.world.ledger.plant(secret, &words);
        words
    }

    /// A neighbor's phone with a report that was just sent, at this many steps from the corner.
    pub fn report(&mut self, at: i32) -> (MachineId, ReportId) {
        self.send(Place { point: Some(corner(at)), text: format!("corner {at}"), ..Place::default() })
    }

    /// The same of a home.
    pub fn report_home(&mut self, at: i32) -> (MachineId, ReportId) {
        let point = Point { lat: 44_952_000, lon: -93_270_000 + 1_000 * at };
        self.send(Place {
            point: Some(point),
            text: "the green door ".to_owned(),
            home: true,
            ..Place::default()
        })
    }

    fn send(&mut self, place: Place) -> (MachineId, ReportId) {
        let network = self.stage.network;
        let now = self.stage.world.now();
        let name = format!("neighbor {}", self.planted);
        let phone = self.stage.world.add(&name, Link::WIRE, |now, rng| {
            Device::create(Identity::new(network, "https://relay.invalid".to_owned(), rng), now, rng)
        });
        let mut report = ReportIn::new(ReportId([0; 16]), What::DoorKnock, place, now);
        report.first_hand = FirstHand::Yes;
        report.unit = self.plant(Kind::Report, phone);
        if report.place.home {
            report.place.text += &self.plant(Kind::Home, phone);
        }
        if let Some(point) = report.place.point {
            let secret = Secret { kind: Kind::Place, owner: phone, incident: None, zone: None, at: now };
            self.stage.world.ledger.plant_place(secret, point);
        }
        self.stage.world.connect(phone);
        let before = self.told.len();
        let command = NeighborCommand::Report(Box::new(report), None, None);
        self.stage.world.command(phone, Command::Neighbor(command)).expect("a report");
        self.run(1);
        let kept = self.told[before..].iter().find_map(|(id, event)| match event {
            Event::Neighbor(NeighborEvent::Kept { report, .. }) if *id == phone => Some(*report),
            _ => None,
        });
        (phone, kept.expect("a report that is kept"))
    }

    /// The same for a zone's members.
    pub fn plant_for_zone(&mut self, owner: MachineId, zone: &ZoneId) -> String {
        self.planted += 1;
        let (words, at) = (words(self.planted), self.stage.world.now());
        let secret = Secret { kind: Kind::ZoneNote, owner, incident: None, zone: Some(zone.clone()), at };
        self.stage.world.ledger.plant(secret, &words);
        words
    }

    /// A report that the whole desk has.
    pub fn taken(&mut self, at: i32) -> IncidentId {
        self.taken_by(&[0, 1, 2], at)
    }

    /// A report that these dispatchers have.
    pub fn taken_by(&mut self, desk: &[usize], at: i32) -> IncidentId {
        let (_, report) = self.report(at);
        let incident = incident_of_report(report);
        self.until(5 * MINUTE_MS, |town| desk.iter().all(|d| town.fold(*d).incident(incident).is_some()));
        incident
    }

    /// A report that the first dispatcher holds.
    pub fn claimed(&mut self, at: i32) -> IncidentId {
        let incident = self.taken(at);
        self.desk(0, DeskCommand::Claim(incident));
        self.run(3 * SECOND_MS);
        incident
    }

    /// A report that a member has looked at and confirmed.
    pub fn confirmed(&mut self, at: i32, member: MachineId) -> IncidentId {
        let incident = self.claimed(at);
        let (offer, _) = self.accepted(incident, member);
        for sign in [SignFrom::OnTheWay, SignFrom::OnScene] {
            self.member(member, MemberCommand::Sign(offer, sign));
        }
        self.member(member, MemberCommand::Finding(offer, Outcome::Confirmed, 2, String::new()));
        self.until(MINUTE_MS, |town| town.fold(0).standing_findings(incident).next().is_some());
        incident
    }

    /// The desk publishes what was found.
    pub fn publish(&mut self, at: usize, incident: IncidentId) {
        let found = self.fold(at).standing_findings(incident).last().expect("a finding").finding.id;
        self.desk(at, DeskCommand::Publish(incident, AlertStep::New, found));
        self.run(10 * SECOND_MS);
    }

    /// Somebody is called for an incident that the first dispatcher holds, offers, and is accepted.
    pub fn accepted(&mut self, incident: IncidentId, member: MachineId) -> (OfferId, CallOutId) {
        self.desk(0, DeskCommand::Check(incident, vec![Role::Verifier], 15));
        let called = |town: &Self| {
            let state = town.fold(0);
            let call = state.incident(incident)?.call_outs.keys().next_back().copied()?;
            let heard = |(id, event): &(MachineId, Event)| {
                *id == member && matches!(event, Event::Member(MemberEvent::CallOut(_, c, _)) if c.id == call)
            };
            town.told.iter().any(heard).then_some(call)
        };
        self.until(2 * MINUTE_MS, |town| called(town).is_some());
        let call_out = called(self).expect("a call-out");
        self.member(member, MemberCommand::Offer(call_out, 5));
        let offer = |town: &Self| {
            let mut going = town.device(member).member().going();
            going.find(|(_, going)| going.call_out() == call_out).map(|(offer, _)| *offer)
        };
        let offer = offer(self).expect("an offer");
        let is_here = |town: &Self| {
            let device = town.device(town.dispatcher(0));
            device.desk().offer(&offer).is_some()
                && device.desk().state().incident_of_call_out(call_out).is_some()
        };
        self.until(MINUTE_MS, is_here);
        self.run(5 * SECOND_MS);
        self.desk(0, DeskCommand::Accept(call_out, vec![offer], true));
        let accepted = |town: &Self| {
            town.told.iter().any(|(id, event)| {
                *id == member && matches!(event, Event::Member(MemberEvent::Accepted(o, _)) if *o == offer)
            })
        };
        self.until(MINUTE_MS, accepted);
        (offer, call_out)
    }

    /// A member presses a key.
    #[track_caller]
    pub fn member(&mut self, id: MachineId, command: MemberCommand) {
        self.stage.world.command(id, Command::Member(command)).expect("a member's command");
        self.run(5 * SECOND_MS);
    }

    /// Two members on duty, each in the room of their zone.
    pub fn two_on_duty(&mut self) -> [MachineId; 2] {
        let both = [self.on_duty(0), self.on_duty(1)];
        let is_in = |town: &Self, member: MachineId| {
            town.told
                .iter()
                .any(|(id, event)| *id == member && matches!(event, Event::Member(MemberEvent::Joined(..))))
        };
        self.until(5 * MINUTE_MS, |town| both.iter().all(|member| is_in(town, *member)));
        both
    }

    /// A member goes on duty.
    pub fn on_duty(&mut self, at: usize) -> MachineId {
        let member = self.crew.members[at].clone();
        let until = self.stage.world.now().plus_ms(3 * HOUR_MS);
        let duty = Duty {
            zones: vec![member.zone.clone()],
            until,
            place: Some(member.home),
            reach_m: 20_000,
            roles: vec![Role::Observer, Role::Verifier],
        };
        let id = member.machine;
        self.watch.clearance.stands(id, Standing::Member(member.zone));
        self.stage.world.set_link(id, Link::WIRE);
        self.stage.world.switch_on(id);
        self.stage.world.connect(id);
        self.stage.world.command(id, Command::Member(MemberCommand::DutyOn(duty))).expect("duty");
        id
    }

    /// Whether somebody's program has warned of this.
    pub fn is_warned(&self, id: MachineId, code: &str) -> bool {
        self.watch.warnings.contains_key(&(id, code.to_owned()))
    }

    /// The invariants that did not hold.
    pub fn violated(&self) -> Vec<(&'static str, &str)> {
        self.watch.violations.iter().map(|v| (v.invariant, v.detail.as_str())).collect()
    }

    /// Somebody's link breaks and stands again.
    pub fn again_online(&mut self, id: MachineId) {
        self.stage.world.disconnect(id);
        self.stage.world.connect(id);
    }

    /// Looks through everything.
    pub fn look(&mut self) {
        self.watch.last_round(&mut self.stage.world);
    }

    /// Somebody's program tells something that it should not.
    pub fn forge(&mut self, id: MachineId, event: &Event) {
        self.watch.see(&mut self.stage.world, id, event);
    }

    /// Looks through everything; whatever the relay did, every invariant holds.
    #[track_caller]
    pub fn assert_held(&mut self) {
        self.look();
        assert_eq!(self.violated(), []);
    }
}
