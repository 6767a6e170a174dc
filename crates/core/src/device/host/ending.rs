//! The end of a day: counts remain, everything else is destroyed.

use bystand_wire::{ZoneId, encode};

use super::super::{CommandError, Cx, Event, Shared};
use super::day::{cancel_jobs, refused};
use super::{DAYS, Host, HostEntry, HostEvent, Opening, SUMMARIES, Summary, team_rank, turn};
use crate::team::TeamKind;

impl Host {
    /// Days that are over by the clock.
    pub(super) fn days_over(&mut self, ctx: &mut Cx<'_>, shared: &mut Shared) {
        let over: Vec<ZoneId> =
            self.days.iter().filter(|(_, d)| d.opening.until <= ctx.now).map(|(z, _)| z.clone()).collect();
        for zone in over {
            self.end_day(ctx, shared, &zone);
        }
    }

    /// The day is over: counts remain, everything else is destroyed.
    pub(super) fn end_day(&mut self, ctx: &mut Cx<'_>, shared: &mut Shared, zone: &ZoneId) {
        let Some(day) = self.days.get(zone) else { return };
        let Opening { from, until, .. } = day.opening;
        let (counts, was_in, incident) = (day.counts, day.room.is_some(), day.opening.incident());
        self.forget_day(ctx, shared, zone);
        if let Some(team) = shared.teams.get_mut(&TeamKind::Hosts) {
            team.erase(ctx, &incident);
        }
        if was_in {
            let summary = Summary { zone: zone.clone(), from, until, counts };
            ctx.store(&format!("{SUMMARIES}{zone}"), &summary);
            let rank = team_rank(shared, &encode(&(zone, until)));
            self.summaries.insert(zone.clone(), (summary.clone(), turn(ctx.now, rank)));
            ctx.tell(Event::Host(HostEvent::Ended(summary)));
        }
    }

    /// Destroys a day's secrets, messages and jobs on this device.
    pub(super) fn forget_day(&mut self, ctx: &mut Cx<'_>, shared: &mut Shared, zone: &ZoneId) {
        let Some(day) = self.days.remove(zone) else { return };
        self.watches.remove(zone);
        ctx.forget(&format!("{DAYS}{zone}"));
        let keys = day.opening.keys();
        for stream in [keys.room_id(), keys.door_id(), keys.welcome_id()] {
            shared.leave(ctx, &stream);
        }
        if let Some(sync) = day.room.and_then(|room| shared.rooms.remove(&room)) {
            sync.forget(ctx);
        }
        if let Some((knock, _)) = shared.knocks.remove(&keys.door_id()) {
            knock.forget(ctx);
        }
        cancel_jobs(ctx, shared, &keys.room_id());
        cancel_jobs(ctx, shared, &keys.door_id());
        cancel_jobs(ctx, shared, &keys.welcome_id());
    }

    /// A day's counts go to the casebook, from the host whose turn it is.
    pub(super) fn summaries_due(&mut self, ctx: &mut Cx<'_>, shared: &mut Shared) {
        let due: Vec<ZoneId> =
            self.summaries.iter().filter(|(_, (_, at))| *at <= ctx.now).map(|(z, _)| z.clone()).collect();
        for zone in due {
            let Some((summary, _)) = self.summaries.get(&zone).cloned() else { continue };
            match self.write(ctx, shared, &HostEntry::Ended(summary)) {
                Ok(_) => self.drop_summary(ctx, &zone),
                Err(error) => refused(ctx, Some(&zone), CommandError::code(&error)),
            }
        }
    }

    /// Somebody wrote a day's counts down.
    pub(super) fn summed_up(&mut self, ctx: &mut Cx<'_>, summary: &Summary) {
        if self.summaries.get(&summary.zone).is_some_and(|(own, _)| own.until <= summary.until) {
            self.drop_summary(ctx, &summary.zone);
        }
    }

    fn drop_summary(&mut self, ctx: &mut Cx<'_>, zone: &ZoneId) {
        self.summaries.remove(zone);
        ctx.forget(&format!("{SUMMARIES}{zone}"));
    }
}
