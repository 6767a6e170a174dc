//! A zone's day on a host box: what is kept of it, and what happens in its room.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, OnceLock};

use bystand_crypto::hash::sha256;
use bystand_crypto::sign::Signed;
use bystand_wire::relay_api::{LogEntry, LogKind};
use bystand_wire::{Hash32, Seq, StreamId, Timestamp, ZoneId, decode, encode};
use minicbor::{Decode, Encode};

use super::super::rooms::rules;
use super::super::secrets::Seed;
use super::super::{Cx, Event, Owner, Shared};
use super::book::DayKeys;
use super::opening::KNOCK_AGAIN_MS;
use super::watch::Watch;
use super::{Counts, DAYS, Host, HostEvent, HostJob, Opening, host_key, room_rank};
use crate::messages::{DayMessage, DeskMessage};
use crate::network::statements::EpochAuthenticator;
use crate::outbox::{By, JobId, Work};
use crate::room::{Credential, Leaf, RoomEvent, RoomKind};

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
    /// Derived from the opening when first wanted: a host asks for every zone's keys all the time.
    #[cbor(skip)]
    pub(super) keys: OnceLock<Arc<DayKeys>>,
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
            keys: OnceLock::new(),
        }
    }

    /// The keys of the room's streams.
    pub(super) fn keys(&self) -> &DayKeys {
        self.keys.get_or_init(|| Arc::new(self.opening.keys()))
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
        self.keys().door_id()
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
            committer: Some(self.keys().committer.clone()),
        })
    }

    /// Whether it is this device that says so.
    pub(super) fn is_own(&self, from: &Credential) -> bool {
        self.credential.as_ref() == Some(from)
    }

    /// Whether the members still take this host's leaf for a host's.
    pub(super) fn speaks_for(&self, shared: &Shared) -> bool {
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
            RoomEvent::Changed { epoch, added, removed, authenticator, .. } => {
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

    /// This host's place among the hosts in a zone's room: 0 acts first. Worked out once for each change
    /// of the membership, since it takes a look at everybody.
    pub(super) fn rank(&mut self, shared: &Shared, zone: &ZoneId) -> u64 {
        let Some(day) = self.days.get(zone) else { return u64::MAX };
        let room = day.room().and_then(|room| shared.rooms.get(&room));
        let (Some(room), Some(own)) = (room, &day.credential) else { return u64::MAX };
        let watch = self.watches.entry(zone.clone()).or_default();
        *watch.rank.get_or_insert_with(|| room_rank(room, own))
    }

    /// Whether the connection stands, and since when: what does not move while it is broken says nothing.
    pub(super) fn watch_connection(&mut self, ctx: &Cx<'_>, shared: &Shared) {
        if shared.connected {
            self.online_since.get_or_insert(ctx.now);
        } else {
            self.online_since = None;
            self.missing.clear();
            self.watches.values_mut().for_each(Watch::disconnected);
        }
    }

    pub(super) fn store_day(&mut self, ctx: &mut Cx<'_>, zone: &ZoneId, day: Day) {
        ctx.store(&format!("{DAYS}{zone}"), &day);
        self.days.insert(zone.clone(), day);
    }
}

/// Tells that something was not taken.
pub(super) fn refused(ctx: &mut Cx<'_>, zone: Option<&ZoneId>, why: &'static str) {
    ctx.tell(Event::Host(HostEvent::Refused { zone: zone.cloned(), why }));
}

/// What was promised for a stream that is of no use any more.
pub(super) fn cancel_jobs(ctx: &mut Cx<'_>, shared: &mut Shared, stream: &StreamId) {
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
