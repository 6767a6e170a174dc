//! A zone's day on a host box: what happens in the room, replacing a broken one, and destroying
//! everything when the day is over. How a day begins is in `opening`.

use std::collections::{BTreeMap, BTreeSet};

use bystand_crypto::hash::sha256;
use bystand_crypto::sign::Signed;
use bystand_wire::relay_api::{LogEntry, LogKind};
use bystand_wire::time::MINUTE_MS;
use bystand_wire::{Hash32, Seq, StreamId, Timestamp, ZoneId, decode, encode};
use minicbor::{Decode, Encode};

use super::super::rooms::rules;
use super::super::secrets::Seed;
use super::super::{CommandError, Cx, Event, Owner, Shared};
use super::{
    Counts, DAYS, Host, HostEntry, HostEvent, HostJob, Opening, SUMMARIES, Summary, host_key, room_rank,
    team_rank, turn,
};
use crate::messages::{DayMessage, DeskMessage};
use crate::network::statements::EpochAuthenticator;
use crate::outbox::{By, JobId, Work};
use crate::room::{Credential, Leaf, RoomEvent, RoomKind, RoomSync};
use crate::team::TeamKind;

/// After so long an opening that was asked for may be asked for again, in milliseconds.
pub(super) const CLAIM_AGAIN_MS: u64 = MINUTE_MS;
/// After so long without a Welcome a host knocks again, in milliseconds.
pub(super) const KNOCK_AGAIN_MS: u64 = 2 * MINUTE_MS;
/// After so long outside a host takes the opener for gone, in milliseconds; doubled with each succession,
/// so that two hosts that do not trust each other do not chase the members around.
const GONE_AFTER_MS: u64 = 3 * MINUTE_MS;
/// The most doublings of it.
const GONE_DOUBLINGS: u32 = 5;
/// A room in which no commit is accepted for so long is broken, in milliseconds.
const STUCK_MS: u64 = MINUTE_MS;

/// A zone's day as a host has it in its vault. It is gone when the day is over.
#[derive(Debug, Clone, Encode, Decode)]
#[cbor(map)]
pub struct Day {
    #[n(0)]
    pub(super) opening: Opening,
    /// This host is the one to make the room.
    #[n(1)]
    pub(super) is_ours: bool,
    #[n(2)]
    pub(super) leaf: Seed,
    /// Goes with the leaf; absent before this host made or knocked at the room.
    #[n(3)]
    pub(super) credential: Option<Credential>,
    /// The room, once this host is a member.
    #[n(4)]
    pub(super) room: Option<StreamId>,
    /// The relay has the room's stream.
    #[n(5)]
    pub(super) is_made: bool,
    /// Requests up to here are settled or in the room's record.
    #[n(6)]
    pub(super) door_seen: Seq,
    /// What was passed on in the room, by whomever.
    #[n(7)]
    pub(super) said: BTreeSet<Hash32>,
    /// What newcomers are told.
    #[n(8)]
    pub(super) state: BTreeMap<Hash32, DeskMessage>,
    #[n(9)]
    pub(super) counts: Counts,
}

impl Day {
    pub(super) fn new(opening: Opening, is_ours: bool, leaf: Seed) -> Self {
        Self {
            opening,
            is_ours,
            leaf,
            credential: None,
            room: None,
            is_made: false,
            door_seen: Seq::START,
            said: BTreeSet::new(),
            state: BTreeMap::new(),
            counts: Counts::default(),
        }
    }

    /// From when, until when, and how often succeeded.
    pub fn opening(&self) -> &Opening {
        &self.opening
    }

    /// The room, once this host is in it.
    pub fn room(&self) -> Option<StreamId> {
        self.room
    }

    /// Whether this host is in the room and the relay has its stream.
    pub fn is_in(&self) -> bool {
        self.room.is_some() && self.is_made
    }

    /// The counts so far.
    pub fn counts(&self) -> Counts {
        self.counts
    }

    /// What newcomers are told now.
    pub fn state(&self) -> impl Iterator<Item = &DeskMessage> {
        self.state.values()
    }

    /// The door's stream.
    pub(super) fn door(&self) -> StreamId {
        self.opening.keys().door_id()
    }

    /// Up to where the door was read.
    pub(super) fn door_seen(&self) -> Seq {
        self.door_seen
    }

    /// What makes this device a leaf of the room.
    pub(super) fn leaf(&self, shared: &Shared, now: Timestamp) -> Option<Leaf> {
        Some(Leaf {
            key: self.leaf.signing(),
            credential: self.credential.clone()?,
            rules: rules(shared, RoomKind::Day(self.opening.zone.clone()), now),
        })
    }

    /// This host's place among the hosts in the room.
    pub(super) fn rank(&self, room: &RoomSync) -> u64 {
        self.credential.as_ref().map_or(u64::MAX, |own| room_rank(room, own))
    }

    /// Whether it is this device that says so.
    pub(super) fn is_own(&self, from: &Credential) -> bool {
        self.credential.as_ref() == Some(from)
    }

    /// Whether the members still take this host's leaf for a host's.
    fn speaks_for(&self, shared: &Shared) -> bool {
        let Some(Credential::Host(key, ..)) = &self.credential else { return true };
        shared.key_note().is_none_or(|note| note.is_host_key(key))
    }
}

/// The name under which a room's epochs stand in the public log: knowing it does not give the room's
/// stream, knowing the room's stream gives it.
pub fn logged_room(room: &StreamId) -> StreamId {
    StreamId(sha256("logged-room", &[room.as_ref()]).0)
}

impl Host {
    /// Something happened in a zone's room.
    pub(super) fn day_event(
        &mut self,
        ctx: &mut Cx<'_>,
        shared: &mut Shared,
        zone: &ZoneId,
        event: &RoomEvent,
    ) {
        match event {
            RoomEvent::Message { from, body, .. } => self.heard(ctx, shared, zone, from, body),
            RoomEvent::Changed { epoch, added, removed, authenticator } => {
                self.log_epoch(ctx, shared, zone, (*epoch, *authenticator));
                self.changed(ctx, shared, zone, (added, removed));
            }
            RoomEvent::Ended => {
                let Some(mut day) = self.days.get(zone).cloned() else { return };
                if let Some(room) = day.room.take() {
                    shared.rooms.remove(&room);
                    shared.leave(ctx, &room);
                    shared.leave(ctx, &day.door());
                    cancel_jobs(ctx, shared, &room);
                }
                // Another host took this one for a stranger; it asks to be let in again.
                (day.is_ours, day.is_made, day.credential) = (false, false, None);
                self.store_day(ctx, zone, day);
                let watch = self.watches.entry(zone.clone()).or_default();
                watch.knock_at = ctx.now.plus_ms(KNOCK_AGAIN_MS);
                refused(ctx, Some(zone), "host-removed");
            }
            RoomEvent::Unreadable { code, .. } => refused(ctx, Some(zone), code),
        }
    }

    /// Two different entries for one epoch show that the room was forked; the same one from several
    /// hosts is the same entry.
    fn log_epoch(
        &mut self,
        ctx: &mut Cx<'_>,
        shared: &mut Shared,
        zone: &ZoneId,
        (epoch, authenticator): (u64, Hash32),
    ) {
        let Some(room) = self.days.get(zone).and_then(Day::room) else { return };
        let Some(key) = host_key(shared, ctx.now) else { return };
        let statement = EpochAuthenticator { room: logged_room(&room), epoch, authenticator };
        let body = encode(&Signed::sign(&ctx.network, &key, &statement));
        let work = Work::Log(LogEntry { kind: LogKind::EpochAuthenticator, body });
        shared.promise(ctx, Owner::Host(HostJob::Authenticator), work, &[]);
    }

    fn heard(&mut self, ctx: &mut Cx<'_>, shared: &Shared, zone: &ZoneId, from: &Credential, body: &[u8]) {
        match (decode::<DayMessage>(body), from) {
            (Ok(DayMessage::Passed(messages)), Credential::Host(..)) => {
                self.heard_passed(ctx, shared, zone, from, &messages);
            }
            (Ok(DayMessage::AllQuiet), Credential::Pass(..)) => {
                let Some(mut day) = self.days.get(zone).cloned() else { return };
                day.counts.quiet = day.counts.quiet.saturating_add(1);
                self.store_day(ctx, zone, day);
            }
            // Members' talk is theirs; the rest is noise.
            (Ok(_) | Err(_), _) => {}
        }
    }

    /// Whether the connection stands, and since when: what does not move while it is broken says nothing.
    pub(super) fn watch_connection(&mut self, ctx: &Cx<'_>, shared: &Shared) {
        if shared.connected {
            self.online_since.get_or_insert(ctx.now);
        } else {
            self.online_since = None;
            self.missing.clear();
            self.watches.values_mut().for_each(super::watch::Watch::disconnected);
        }
    }

    /// A room in which nothing moves, or to which nobody opens, is succeeded by a new one.
    pub(super) fn broken_due(&mut self, ctx: &mut Cx<'_>, shared: &mut Shared, zone: &ZoneId) {
        let Some(day) = self.days.get(zone) else { return };
        if self.online_since.is_none() || host_key(shared, ctx.now).is_none() {
            return;
        }
        let succession = day.opening.succession;
        let rank = team_rank(shared, &encode(&(zone, day.opening.until, succession)));
        let watch = self.watches.entry(zone.clone()).or_default();
        let is_stuck = day.room.and_then(|r| shared.rooms.get(&r)).is_some_and(|room| !room.is_settled());
        let is_outside = day.room.is_none();
        let stuck = lasting(&mut watch.stuck_since, is_stuck, ctx.now).map(|at| at.plus_ms(STUCK_MS));
        let patience = GONE_AFTER_MS << succession.min(GONE_DOUBLINGS);
        let outside = lasting(&mut watch.outside_since, is_outside, ctx.now).map(|at| at.plus_ms(patience));
        let waited = [stuck, outside].into_iter().flatten().any(|at| turn(at, rank) <= ctx.now);
        let is_mute = !day.speaks_for(shared);
        if waited || watch.is_broken || is_mute {
            watch.is_broken = false;
            if self.claims.get(zone).is_none_or(|at| ctx.now >= at.plus_ms(CLAIM_AGAIN_MS)) {
                ctx.tell(Event::Host(HostEvent::Succeeding(zone.clone())));
                self.claim(ctx, shared, zone, succession.saturating_add(1));
            }
        }
    }

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

    pub(super) fn store_day(&mut self, ctx: &mut Cx<'_>, zone: &ZoneId, day: Day) {
        ctx.store(&format!("{DAYS}{zone}"), &day);
        self.days.insert(zone.clone(), day);
    }
}

/// Since when something has been so without a break.
fn lasting(since: &mut Option<Timestamp>, is_so: bool, now: Timestamp) -> Option<Timestamp> {
    *since = is_so.then(|| since.unwrap_or(now));
    *since
}

/// Tells that something was not taken.
pub(super) fn refused(ctx: &mut Cx<'_>, zone: Option<&ZoneId>, why: &'static str) {
    ctx.tell(Event::Host(HostEvent::Refused { zone: zone.cloned(), why }));
}

/// What was promised for a stream that is of no use any more.
fn cancel_jobs(ctx: &mut Cx<'_>, shared: &mut Shared, stream: &StreamId) {
    let concerns = |work: &Work| match work {
        Work::Create(id, ..) => id == stream,
        Work::Append(append) => append.stream == *stream || matches!(append.by, By::Room(r) if r == *stream),
        Work::PutBlob(.., By::Room(room)) => room == stream,
        Work::PutBlob(..) | Work::Erase(..) | Work::Log(_) => false,
    };
    let gone: Vec<JobId> =
        shared.outbox.jobs().filter(|(_, job)| concerns(&job.work)).map(|(id, _)| id).collect();
    for id in gone {
        shared.outbox.cancel(ctx, id);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_log_does_not_name_rooms_by_their_streams() {
        let room = StreamId([7; 32]);
        assert_ne!(logged_room(&room), room);
        assert_eq!(logged_room(&room), logged_room(&room));
    }
}
