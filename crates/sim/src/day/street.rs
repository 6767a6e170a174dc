//! Members in a day: on duty and off, called, going, looking, stopped; and those who mean harm.

use std::collections::BTreeSet;

use bystand_core::alerts::Outcome as Seen;
use bystand_core::desk::SignFrom;
use bystand_core::device::Command;
use bystand_core::device::member::{Duty, MemberCommand, MemberEvent};
use bystand_core::device::neighbor::NeighborCommand;
use bystand_core::io::Random;
use bystand_wire::time::{DAY_MS, HOUR_MS, MINUTE_MS, SECOND_MS};
use bystand_wire::{CallOutId, OfferId, Role, Timestamp};

use super::BEGIN;
use super::people_at_work::{Deed, Director};
use super::population::Member;
use crate::machine::MachineId;
use crate::people::affairs::{self, Affair, Truth};
use crate::people::responder::{Character, errs, sees};
use crate::seeds::Draw;

/// How far members go, in meters. Assumed.
const REACH_M: u32 = 4_000;
/// From parking to standing where one sees it. Assumed.
const WALK_MS: u64 = 40 * SECOND_MS;
/// Whoever should have come and does not says so at last.
const OWNS_UP_MS: u64 = 40 * MINUTE_MS;

#[derive(Debug)]
pub(super) struct Responder {
    rng: Random,
    /// Where, and until when.
    duty: Option<(Member, Timestamp)>,
    pub character: Character,
    /// The offer under way.
    going: Option<(OfferId, CallOutId)>,
    /// Call-outs already thought about.
    heard: BTreeSet<CallOutId>,
}

impl Responder {
    pub fn new(character: Character, rng: Random) -> Self {
        Self { rng, duty: None, character, going: None, heard: BTreeSet::new() }
    }
}

/// From when until when somebody is on duty for so long on the day after the duty that ended then: on the whole at
/// the same hour.
fn next_duty(ended: Timestamp, lasts: u64, rng: &mut Random) -> (Timestamp, Timestamp) {
    let begins = ended.plus_ms(DAY_MS).minus_ms(rng.below(2 * lasts).min(DAY_MS / 2));
    (begins, begins.plus_ms(lasts))
}

impl Director {
    /// Each member is on duty once a day; who begins before the first day is there from its beginning.
    pub(super) fn plan_duty(&mut self, member: Member) {
        let until = BEGIN.plus_ms((self.plan.hours * HOUR_MS).min(DAY_MS));
        let lasts = self.plan.habits.members.duty_ms;
        let Some(responder) = self.responders.get_mut(&member.machine) else { return };
        let lasts = responder.rng.pause(lasts).max(30 * MINUTE_MS);
        let begins = BEGIN.plus_ms(responder.rng.below(until.since_ms(BEGIN) + lasts)).minus_ms(lasts);
        let (machine, ends) = (member.machine, begins.plus_ms(lasts));
        responder.duty = Some((member, ends));
        self.world().plan(begins.max(BEGIN), Deed::DutyBegins(machine));
        self.world().plan(ends.plus_ms(MINUTE_MS), Deed::DutyEnds(machine));
    }

    /// The app is opened and says *on duty*. Whoever it is can now be called, and can crash.
    pub(super) fn duty_begins(&mut self, phone: MachineId) {
        let (every, habits) = (self.plan.habits.phones.gap_every_ms, self.plan.habits.members.clone());
        let Some(responder) = self.responders.get_mut(&phone) else { return };
        let Some((Member { home, zone, .. }, ends)) = responder.duty.clone() else { return };
        let gap = responder.rng.below(2 * every);
        let has_envelope = responder.rng.chance(habits.envelope);
        let makes_up = responder.rng.pause(habits.hostile_report_ms);
        let is_flooder = responder.character == Character::Flooder;
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
        let mut first = vec![MemberCommand::DutyOn(duty)];
        let words = self.plant_on_duty(phone, zone);
        first.extend(has_envelope.then(|| MemberCommand::Envelope(format!("call my sister {words}"))));
        for command in first {
            let _ = self.world().command(phone, Command::Member(command));
        }
        self.world().plan_in(gap, Deed::Gap(phone));
        if is_flooder {
            self.world().plan_in(makes_up, Deed::MakeUp(phone));
        }
    }

    /// The phone goes back into the pocket; who is on the way to something keeps it in the hand.
    pub(super) fn duty_ends(&mut self, phone: MachineId) {
        let Some(responder) = self.responders.get(&phone) else { return };
        if responder.going.is_some() {
            return self.world().plan_in(10 * MINUTE_MS, Deed::DutyEnds(phone));
        }
        self.staff.remove(&phone);
        self.world().switch_off(phone);
        self.plan_next_duty(phone);
    }

    /// On the next day, at about the same hour.
    fn plan_next_duty(&mut self, phone: MachineId) {
        let (lasts, end) = (self.plan.habits.members.duty_ms, BEGIN.plus_ms(self.plan.hours * HOUR_MS));
        let now = self.world().now();
        let Some(responder) = self.responders.get_mut(&phone) else { return };
        let Some((member, ended)) = responder.duty.take() else { return };
        let lasts = responder.rng.pause(lasts).max(30 * MINUTE_MS);
        let (begins, ends) = next_duty(ended, lasts, &mut responder.rng);
        if begins >= end {
            return;
        }
        responder.duty = Some((member, ends));
        self.world().plan(begins.max(now), Deed::DutyBegins(phone));
        self.world().plan(ends.plus_ms(MINUTE_MS), Deed::DutyEnds(phone));
    }

    pub(super) fn member(&mut self, id: MachineId, event: &MemberEvent) {
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
        let habits = &self.plan.habits.members;
        let Some(responder) = self.responders.get_mut(&id) else { return };
        let is_eager = matches!(responder.character, Character::Liar | Character::Spy);
        if !responder.heard.insert(call_out)
            || responder.going.is_some()
            || !(is_eager || responder.rng.chance(habits.answer))
        {
            return;
        }
        let median = if is_eager { habits.hostile_answer_ms } else { habits.answer_ms };
        let pause = responder.rng.pause(median);
        self.world().plan_in(pause, Deed::Offer(id, call_out));
    }

    pub(super) fn offer(&mut self, id: MachineId, call_out: CallOutId) {
        let Some(responder) = self.responders.get_mut(&id).filter(|r| r.going.is_none()) else { return };
        let minutes = u16::try_from(responder.rng.between(3, 12)).unwrap_or(10);
        // It may be over by now.
        let _ = self.world().command(id, Command::Member(MemberCommand::Offer(call_out, minutes)));
    }

    /// Accepted: they meet, go together, park, stand where they see it, and say what they saw, one after the
    /// other: who errs is contradicted by the other.
    fn go(&mut self, id: MachineId, offer: OfferId) {
        let Some(call_out) = self.offers.get(&offer).copied() else { return };
        let (now, habits) = (self.stage.world.now(), self.plan.habits.members.clone());
        let Some(responder) = self.responders.get_mut(&id) else { return };
        responder.going = Some((offer, call_out));
        self.accepted.0 += 1;
        self.accepted.1 += u32::from(responder.character.is_hostile());
        let rng = &mut responder.rng;
        if responder.character == Character::Spy || rng.chance(habits.never_comes) {
            return self.world().plan_in(OWNS_UP_MS, Deed::Sign(id, offer, SignFrom::Withdrawn));
        }
        if rng.chance(habits.withdraws) {
            let pause = rng.pause(2 * MINUTE_MS);
            return self.world().plan_in(pause, Deed::Sign(id, offer, SignFrom::Withdrawn));
        }
        let drawn = now.plus_ms(20 * SECOND_MS + rng.pause(habits.travel_ms));
        let looked = rng.pause(habits.look_around_ms);
        // Whoever is accepted later than the first goes by themselves when those are there already.
        let is_joining =
            self.trips.get(&call_out).is_some_and(|(arrive, _)| *arrive > now.plus_ms(MINUTE_MS));
        let (arrive, goers) = match self.trips.get(&call_out).copied().filter(|_| is_joining) {
            Some((arrive, goers)) => (arrive, goers + 1),
            None => (drawn, 0),
        };
        self.trips.insert(call_out, (arrive, goers));
        let scene = arrive.plus_ms(WALK_MS);
        let found = scene.plus_ms(looked).plus_ms(habits.second_ms * goers);
        let world = self.world();
        world.plan_in(20 * SECOND_MS, Deed::Sign(id, offer, SignFrom::OnTheWay));
        world.plan(arrive, Deed::Sign(id, offer, SignFrom::Parked));
        world.plan(scene, Deed::Sign(id, offer, SignFrom::OnScene));
        world.plan(found, Deed::Find(id, offer));
    }

    pub(super) fn sign(&mut self, id: MachineId, offer: OfferId, sign: SignFrom) {
        let is_going =
            self.responders.get(&id).is_some_and(|r| r.going.is_some_and(|going| going.0 == offer));
        if !is_going {
            return;
        }
        let done = self.world().command(id, Command::Member(MemberCommand::Sign(offer, sign)));
        if matches!(sign, SignFrom::Left | SignFrom::Withdrawn) {
            // A phone without a battery says so later; nobody is at home before the desk knows.
            match done {
                Ok(()) => self.home(id, offer),
                Err(_) => self.world().plan_in(5 * MINUTE_MS, Deed::Sign(id, offer, sign)),
            }
        }
    }

    fn home(&mut self, id: MachineId, offer: OfferId) {
        let going = self.responders.get_mut(&id).filter(|r| r.going.is_some_and(|going| going.0 == offer));
        if let Some(responder) = going {
            responder.going = None;
        }
    }

    fn asked_for_a_sign(&mut self, id: MachineId, offer: OfferId) {
        let silent = self.plan.habits.members.silent;
        let Some(responder) = self.responders.get_mut(&id) else { return };
        if responder.character != Character::Spy && !responder.rng.chance(silent) {
            let pause = responder.rng.pause(15 * SECOND_MS);
            self.world().plan_in(pause, Deed::Sign(id, offer, SignFrom::Fine));
        }
    }

    /// What a member who looks finds; and stays, where it is real, until it is over.
    pub(super) fn find(&mut self, id: MachineId, offer: OfferId, is_over: bool) {
        let now = self.stage.world.now();
        let (affair, has_alert) = self.looked_at(offer);
        let habits = self.plan.habits.members.clone();
        let Some(responder) = self.responders.get_mut(&id) else { return };
        if responder.going.is_none_or(|going| going.0 != offer) {
            return;
        }
        let rng = &mut responder.rng;
        let is_wrong = rng.chance(habits.wrong_finding) || responder.character == Character::Liar;
        let seen = sees(affair.as_ref(), has_alert, now);
        let is_real = affair.as_ref().is_some_and(|affair| affair.truth.is_real() && affair.until > now);
        if is_real && rng.chance(habits.stopped) {
            return self.stopped(id, offer);
        }
        if !is_over && rng.chance(habits.could_not) {
            let why = MemberCommand::CouldNotCheck(offer, "too far away to see".to_owned());
            let _ = self.world().command(id, Command::Member(why));
            return self.go_home(id, offer);
        }
        let said = match (&affair, is_over) {
            (Some(Affair { truth: Truth::Real(how), .. }), true) if !is_wrong => Seen::Over(*how),
            _ if is_wrong => errs(seen),
            _ => seen,
        };
        let finding = MemberCommand::Finding(offer, said, 2, self.plant_in_finding(id));
        // When it cannot be given (the call-out is over) they go home like anybody else.
        let _ = self.world().command(id, Command::Member(finding));
        match affair.map(|affair| affair.until).filter(|until| *until > now) {
            Some(until) if said == Seen::Confirmed && seen == Seen::Confirmed => {
                self.world().plan(until.plus_ms(MINUTE_MS), Deed::FindOver(id, offer));
            }
            _ => self.go_home(id, offer),
        }
    }

    fn go_home(&mut self, id: MachineId, offer: OfferId) {
        self.world().plan_in(MINUTE_MS, Deed::Sign(id, offer, SignFrom::Leaving));
        self.world().plan_in(12 * MINUTE_MS, Deed::Sign(id, offer, SignFrom::Left));
    }

    /// Stopped on the scene: half of them can still press the key; nobody hears of the others.
    fn stopped(&mut self, id: MachineId, offer: OfferId) {
        let lasts = self.plan.habits.members.stopped_ms;
        self.stopped += 1;
        let Some(responder) = self.responders.get_mut(&id) else { return };
        let says_so = responder.rng.chance(500);
        let lasts = responder.rng.pause(lasts);
        if says_so {
            self.sign(id, offer, SignFrom::Stopped);
        }
        self.world().plan_in(lasts, Deed::Sign(id, offer, SignFrom::Left));
    }

    /// What a call-out is about: the desk knows which report it follows, and the director what was told in it;
    /// and whether an alert is out about it.
    fn looked_at(&self, offer: OfferId) -> (Option<Affair>, bool) {
        let Some(call_out) = self.offers.get(&offer) else { return (None, false) };
        let found = self.dispatchers.iter().find_map(|dispatcher| {
            let state = self.stage.world.device(dispatcher.machine)?.desk().state();
            let incident = state.incident_of_call_out(*call_out)?;
            let affair = self.affairs.get(self.watch.affair_of(incident)?)?;
            Some((affair.clone(), state.alert_out(incident).is_some()))
        });
        found.map_or((None, false), |(affair, has_alert)| (Some(affair), has_alert))
    }

    /// A hostile member reports something that is not there, as a member: with a pass, as long as there is one.
    pub(super) fn make_up(&mut self, id: MachineId) {
        let now = self.stage.world.now();
        let every = self.plan.habits.members.hostile_report_ms;
        let is_on_duty = self.staff.contains(&id);
        let number = self.affairs.len();
        let Some(responder) = self.responders.get_mut(&id).filter(|_| is_on_duty) else { return };
        let next = responder.rng.pause(every);
        if let Some((affair, telling)) = affairs::make_up(&self.city, now, number, &mut responder.rng) {
            self.affairs.push(affair);
            self.phones.insert(id, self.tellings.len());
            let mut report = telling.report.clone();
            self.plant_in_report(id, &mut report);
            let report = NeighborCommand::Report(Box::new(report), None, None);
            self.tellings.push(telling);
            let _ = self.world().command(id, Command::Neighbor(report));
        }
        self.world().plan_in(next, Deed::MakeUp(id));
    }

    // ---- phones ------------------------------------------------------------------------------

    /// A phone loses the network or sleeps for a while, or has no battery for longer.
    pub(super) fn gap(&mut self, phone: MachineId) {
        let habits = self.plan.habits.phones.clone();
        let is_on_duty = self.staff.contains(&phone);
        let Some(responder) = self.responders.get_mut(&phone).filter(|_| is_on_duty) else { return };
        let rng = &mut responder.rng;
        let is_empty = rng.chance(habits.battery);
        let lasts = rng.pause(if is_empty { habits.battery_ms } else { habits.gap_ms });
        let next = rng.pause(habits.gap_every_ms).min(6 * HOUR_MS);
        if is_empty {
            self.staff.remove(&phone);
            self.world().switch_off(phone);
        } else {
            self.world().disconnect(phone);
        }
        self.world().plan_in(lasts, Deed::Back(phone));
        self.world().plan_in(lasts + next, Deed::Gap(phone));
    }

    /// The network is back, or the battery is charged; unless the duty ended meanwhile.
    pub(super) fn back(&mut self, phone: MachineId) {
        let now = self.stage.world.now();
        let Some(responder) = self.responders.get(&phone) else { return };
        let is_over =
            responder.duty.as_ref().is_none_or(|(_, ends)| *ends <= now) && responder.going.is_none();
        if !self.staff.contains(&phone) && !is_over {
            self.staff.insert(phone);
            self.world().switch_on(phone);
        }
        self.world().connect(phone);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::seeds::Seeds;

    #[test]
    fn who_is_on_duty_today_is_so_tomorrow_at_about_the_same_hour() {
        let mut rng = Seeds::new(1).generator("duties", 0);
        let lasts = 3 * HOUR_MS;
        let mut ended = BEGIN.plus_ms(12 * HOUR_MS);
        for day in 1..=30 {
            let (begins, ends) = next_duty(ended, lasts, &mut rng);
            assert!(begins.since_ms(ended) >= DAY_MS / 2 && ends.since_ms(begins) == lasts);
            assert!(ends.since_ms(ended).abs_diff(DAY_MS) <= lasts, "day {day}");
            ended = ends;
        }
        assert!(ended.since_ms(BEGIN.plus_ms(12 * HOUR_MS)).abs_diff(30 * DAY_MS) < DAY_MS);
    }
}
