//! A world that fails: what [`crate::failure`] has drawn is done, and undone after a while.

use super::{Deed, Director};
use crate::failure::{self, Failure};
use crate::machine::{Link, MachineId};
use crate::seeds::Draw;

/// What ends a failure.
#[derive(Debug, Clone)]
pub(in crate::day) enum Mending {
    /// These reach the relay again.
    Reach(Vec<MachineId>),
    /// A clock is as it was.
    Clock(MachineId, i64),
    /// A disk takes what comes.
    Disk(MachineId),
    /// A line is as it was.
    Line(MachineId, Link),
}

impl Director {
    /// The failure of this number, and when the next one is.
    pub(super) fn fail(&mut self, number: u32) {
        let mut rng = self.seeds.generator("failure", u64::from(number));
        let what = failure::draw(self.plan.scenario, &mut rng);
        let staff: Vec<MachineId> = self.staff.iter().copied().collect();
        if let (Some(who), true) = (rng.pick(&staff).copied(), self.plan.has_failure(number)) {
            match what {
                Failure::Kill(how) => self.world().kill(who, how),
                Failure::Relay(how, down_ms) => self.world().fell_relay(how, down_ms),
                Failure::Partition(share, lasts) => {
                    let some = staff.into_iter().filter(|_| rng.chance(share)).collect();
                    self.cut(some, lasts);
                }
                Failure::DeskSplit(lasts) => {
                    let some = self.dispatchers.iter().step_by(2).map(|d| d.machine).collect();
                    self.cut(some, lasts);
                }
                Failure::Clock(ms, lasts) => {
                    let before = self.world().machine(who).map_or(0, |machine| machine.skew());
                    self.world().set_skew(who, ms);
                    self.world().plan_in(lasts, Deed::Mend(Mending::Clock(who, before)));
                }
                Failure::FullDisk(lasts) => {
                    let bytes = self.world().machine(who).map(|machine| machine.disk().bytes());
                    self.world().set_disk_limit(who, bytes);
                    self.world().plan_in(lasts, Deed::Mend(Mending::Disk(who)));
                }
                Failure::Storm(lasts) => {
                    let before =
                        self.world().machine(who).map_or(Link::PHONE, |machine| machine.usual_link());
                    self.world().set_link(who, Link::STORM);
                    self.world().plan_in(lasts, Deed::Mend(Mending::Line(who, before)));
                }
            }
        }
        let every = failure::every_ms(self.plan.scenario);
        self.world().plan_in(every, Deed::Fail(number + 1));
    }

    fn cut(&mut self, who: Vec<MachineId>, lasts: u64) {
        for id in &who {
            self.world().cut(*id);
        }
        self.world().plan_in(lasts, Deed::Mend(Mending::Reach(who)));
    }

    pub(super) fn mend(&mut self, what: Mending) {
        match what {
            Mending::Reach(who) => who.into_iter().for_each(|id| self.world().mend(id)),
            Mending::Clock(who, before) => self.world().set_skew(who, before),
            Mending::Disk(who) => self.world().set_disk_limit(who, None),
            Mending::Line(who, link) => self.world().set_link(who, link),
        }
    }
}
