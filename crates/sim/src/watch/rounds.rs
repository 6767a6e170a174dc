//! What no event tells of is looked at in rounds: folds beside each other, what has outlasted its time, and,
//! at the end, whole disks and the relay's database.

use std::collections::BTreeMap;

use bystand_core::device::Device;
use bystand_wire::time::{HOUR_MS, MINUTE_MS};
use bystand_wire::{Timestamp, limits};

use super::{HEADS_UP_MS, Watch};
use crate::ledger::Kind;
use crate::machine::MachineId;
use crate::world::World;

/// What should be gone and needs somebody's device to do it is given so long.
const GRACE_MS: u64 = 30 * MINUTE_MS;
/// Somebody on shift writes at least every minute; after so long who is shown another casebook is told.
const TOLD_MS: u64 = 5 * MINUTE_MS;
/// How long a caller's number is kept.
const CALLBACK_MS: u64 = 2 * HOUR_MS;

impl Watch {
    /// Looks around; every few minutes.
    pub fn round<D>(&mut self, world: &mut World<D>) {
        let now = world.now();
        self.judge_suspected(now.minus_ms(TOLD_MS));
        let (mut breaches, mut late) = (Vec::new(), Vec::new());
        let running: Vec<(MachineId, &Device)> =
            world.machines().filter_map(|(id, machine)| Some((id, machine.device()?))).collect();
        for (id, device) in &running {
            if !device.shared().teams.is_empty() {
                breaches.extend(self.casebooks.running(*id, device));
            }
            if let Some(what) = self.outlasted(device, now) {
                late.push(format!("{id:?}: {what}"));
            }
        }
        let is_right =
            |id| world.machine(id).is_some_and(|m| m.skew().unsigned_abs() <= limits::CLOCK_SKEW_MS);
        let on_time: Vec<(MachineId, &Device)> =
            running.iter().filter(|(id, _)| is_right(*id)).copied().collect();
        let long = self.heads_ups_shown(&on_time, now);
        let desk = || running.iter().filter(|(id, _)| self.clearance.is_desk(*id));
        breaches.extend(self.casebooks.folds(desk().map(|(id, device)| (*id, device.desk().state()))));
        for (id, device) in desk() {
            let is_here = world.machine(*id).is_some_and(|machine| machine.is_here(GRACE_MS, now));
            let due = device.desk().state().due_for_erasure(now.minus_ms(GRACE_MS));
            if let Some(incident) = due.first().filter(|_| is_here) {
                late.push(format!("{id:?}: {incident} was to be erased"));
            }
            let desk = device.desk();
            let is_closed = |root| desk.state().incident(root).is_some_and(|i| i.closing.is_some());
            let mut incidents = desk.state().incidents().map(|incident| incident.id);
            let home = incidents.find(|i| desk.home(i).is_some() && is_closed(desk.state().root_of(*i)));
            if let Some(incident) = home.filter(|_| is_here) {
                late.push(format!("{id:?}: where the home of {incident} is, which is closed"));
            }
            let callback = world.ledger.on_disk(*id).find(|(_, secret)| {
                let secret = world.ledger.secret(*secret);
                secret
                    .is_some_and(|s| s.kind == Kind::Callback && now.since_ms(s.at) > CALLBACK_MS + GRACE_MS)
            });
            if let Some((record, _)) = callback.filter(|_| is_here) {
                late.push(format!("{id:?}: a caller's number in {record}"));
            }
        }
        self.report_breaches(breaches, now);
        for what in late {
            self.violate("nothing-outlasts-its-time", now, what);
        }
        for what in long {
            self.violate("heads-ups-end", now, what);
        }
    }

    /// Heads-ups that screens have shown for too long, whatever time they say of themselves. A device whose own clock
    /// is wrong cannot know, and is measured from when it is right.
    fn heads_ups_shown(&mut self, running: &[(MachineId, &Device)], now: Timestamp) -> Vec<String> {
        let mut shown = BTreeMap::new();
        let mut long = Vec::new();
        for (id, device) in running {
            let zones = device.member().duty().map(|duty| duty.zones.as_slice()).unwrap_or_default();
            for (zone, view) in zones.iter().filter_map(|zone| Some((zone, device.member().day(zone)?))) {
                for heads_up in &view.heads_ups {
                    let key = (*id, zone.clone(), heads_up.cell, heads_up.at);
                    let since = self.heads_ups.get(&key).copied().unwrap_or(now);
                    if now.since_ms(since) > HEADS_UP_MS {
                        long.push(format!("{id:?}: {zone} since {}", since.0));
                    }
                    shown.insert(key, since);
                }
            }
        }
        self.heads_ups = shown;
        long
    }

    /// What a member's screen shows too long.
    fn outlasted(&self, device: &Device, now: Timestamp) -> Option<String> {
        let member = device.member();
        let zones = member.duty().map(|duty| duty.zones.as_slice()).unwrap_or_default();
        for view in zones.iter().filter_map(|zone| member.day(zone)) {
            if view.call_outs.values().any(|call_out| call_out.until.plus_ms(GRACE_MS) < now) {
                return Some("a call-out".to_owned());
            }
        }
        let is_old = |at: Timestamp| now.since_ms(at) > limits::ACCEPTED_MS + 2 * HOUR_MS;
        let mut places = member.going().filter(|(_, going)| going.acceptance().is_some());
        let kept = places.any(|(offer, _)| self.clearance.accepted_at(offer).is_some_and(is_old));
        kept.then(|| "an exact place".to_owned())
    }

    /// Looks through everything: all disks, and the relay's database.
    pub fn last_round<D>(&mut self, world: &mut World<D>) {
        self.round(world);
        self.judge_suspected(Timestamp(u64::MAX));
        let all: Vec<MachineId> = world.machines().map(|(id, _)| id).collect();
        for id in all {
            world.look_through(id);
        }
        match world.relay().bytes() {
            Ok(bytes) => world.ledger.database(&bytes),
            Err(error) => {
                let now = world.now();
                self.violate("relay-reads-nothing", now, format!("its database cannot be read: {error}"));
            }
        }
        self.judge(world);
    }
}
