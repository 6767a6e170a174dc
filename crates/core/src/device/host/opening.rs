//! Opening a zone's room for a day: claiming it, making it, joining the one that another host made, and
//! replacing one that does not work any more.
//!
//! ```text
//! (no room) --turn has come--> claim in the casebook --first in order--> make it  ---> in the room
//!                                                    `--second---------> knock    --^     |
//!                            claim a succession <--- nobody opens, nothing moves ---------'
//! ```

use bystand_crypto::sign::{Signed, SigningKey};
use bystand_wire::relay_api::{AppendRule, Policy, ReadRule, SignedBytes};
use bystand_wire::time::{DAY_MS, HOUR_MS, MINUTE_MS, SECOND_MS};
use bystand_wire::{
    Frame, FrameKind, Hash32, PassPurpose, Role, Seq, StreamId, Timestamp, ZoneId, encode, limits,
};

use super::super::secrets::Seed;
use super::super::{Cx, Event, KnockFor, Listener, Owner, Shared, policy};
use super::day::{Day, refused};
use super::watch::Watch;
use super::{Counts, Host, HostEntry, HostEvent, HostJob, Opening, host_key, secrets, team_rank, turn};
use crate::messages::DayNote;
use crate::outbox::{AppendJob, By, JobId, Work};
use crate::room::{Credential, Knock, RoomSync};

/// When a day begins, in milliseconds after midnight of local time.
const DAY_BEGINS_MS: i64 = 4 * 3_600_000;
/// How long the relay keeps a day's streams after its end, in milliseconds.
const STREAMS_AFTER_MS: u64 = HOUR_MS;
/// A host that has just come online reads the casebook before it claims anything, in milliseconds.
const SETTLE_MS: u64 = 2 * SECOND_MS;
/// After so long an opening that was asked for may be asked for again, in milliseconds.
const CLAIM_AGAIN_MS: u64 = MINUTE_MS;
/// How long the opener has to make the room before other hosts knock, in milliseconds.
const KNOCK_AFTER_MS: u64 = 5 * SECOND_MS;
/// After so long without a Welcome a host knocks again, in milliseconds.
pub(super) const KNOCK_AGAIN_MS: u64 = 2 * MINUTE_MS;
/// After so long outside a host takes the opener for gone, in milliseconds; doubled with each succession,
/// so that two hosts that do not trust each other do not chase the members around.
const GONE_AFTER_MS: u64 = 3 * MINUTE_MS;
/// The most doublings of it.
const GONE_DOUBLINGS: u32 = 5;
/// An opener that gives signs of life and opens to nobody is waited for so much longer and no more, in
/// milliseconds: a hundred rooms take a slow box a while, and a bad one must not keep the others out.
const ALIVE_AT_MOST_MS: u64 = 10 * MINUTE_MS;
/// A room in which no commit can succeed for so long is broken, in milliseconds.
const STUCK_MS: u64 = 30 * SECOND_MS;

impl Host {
    /// Openings that are due: by schedule, or because somebody asked.
    pub(super) fn claims_due(&mut self, ctx: &mut Cx<'_>, shared: &mut Shared) {
        let Some(online) = self.online_since else { return };
        if host_key(shared, ctx.now).is_none() {
            return;
        }
        let Some(manifest) = shared.manifest() else { return };
        let zones: Vec<ZoneId> = manifest.manifest().zones.iter().map(|z| z.id.clone()).collect();
        for zone in zones {
            if self.book.opening(&zone).is_some_and(|o| o.until > ctx.now) {
                self.asked.remove(&zone);
                self.missing.remove(&zone);
                continue;
            }
            let is_asked = self.asked.contains(&zone);
            let since = *self.missing.entry(zone.clone()).or_insert(ctx.now);
            let rank = team_rank(shared, &encode(&zone));
            // While the others' openings still come in one by one, theirs may be among them.
            let others = if rank == 0 { Timestamp(0) } else { self.opening_heard };
            let first = since.max(online.plus_ms(SETTLE_MS)).max(others);
            let is_due = self.settings.by_schedule && turn(first, rank) <= ctx.now;
            if is_asked || is_due {
                self.claim(ctx, shared, &zone, 0);
            }
        }
    }

    /// When the next zone may need an opening; `now` while one does.
    pub(super) fn claims_due_next(&self, shared: &Shared, now: Timestamp) -> Option<Timestamp> {
        self.online_since?;
        let zones = shared.manifest()?.manifest().zones.iter();
        zones
            .filter_map(|zone| match self.book.opening(&zone.id).filter(|o| o.until > now) {
                Some(opening) => Some(opening.until),
                None => (self.settings.by_schedule || self.asked.contains(&zone.id)).then_some(now),
            })
            .min()
    }

    /// When something is to be done for a zone's room; `now` while something is under way in it.
    pub(super) fn room_due_next(&self, shared: &Shared, zone: &ZoneId, now: Timestamp) -> Option<Timestamp> {
        let (day, watch) = (self.days.get(zone)?, self.watches.get(zone));
        let is_restless = !day.is_in() || !day.speaks_for(shared) || watch.is_some_and(Watch::is_restless);
        let state = watch.and_then(|w| w.state_turn);
        let items = self.pass_due_next(zone, now);
        is_restless.then_some(now).into_iter().chain(state).chain(items).min()
    }

    /// Writes that this host opens a zone's room. The order of the casebook says whether it does.
    fn claim(&mut self, ctx: &mut Cx<'_>, shared: &mut Shared, zone: &ZoneId, succession: u32) {
        if self.claims.get(zone).is_some_and(|at| ctx.now < at.plus_ms(CLAIM_AGAIN_MS)) {
            return;
        }
        let (mut from, until) = day_of(ctx.now, self.settings.utc_offset_min);
        let mut opening =
            Opening { zone: zone.clone(), from, until, succession, secret: Seed::generate(ctx.rng) };
        match self.book.opening(zone) {
            Some(held) if succession > 0 => (opening.from, opening.until) = (held.from, held.until),
            // The day before may have had other hours.
            Some(held) => {
                from = from.max(held.until);
                opening.from = from;
            }
            None => {}
        }
        if self.write(ctx, shared, &HostEntry::Opening(opening)).is_ok() {
            self.claims.insert(zone.clone(), ctx.now);
        }
    }

    /// An opening counts. Its author makes the room; everybody else leaves what it replaces.
    pub(super) fn opened(&mut self, ctx: &mut Cx<'_>, shared: &mut Shared, author: Hash32, opening: Opening) {
        let zone = opening.zone.clone();
        self.claims.remove(&zone);
        if opening.until <= ctx.now {
            return;
        }
        let is_ours = shared.identity.author() == Some(author);
        if !is_ours {
            self.opening_heard = ctx.now;
        }
        let mut counts = Counts::default();
        if let Some(held) = self.days.get(&zone) {
            // Also when the casebook is read again from the last snapshot on.
            if held.opening.order() >= opening.order() {
                return;
            }
            if held.opening.until == opening.until {
                counts = held.counts;
                counts.successions = opening.succession;
                self.forget_day(ctx, shared, &zone);
            } else {
                self.end_day(ctx, shared, &zone);
            }
        }
        let day = Day { counts, ..Day::new(opening, is_ours, Seed::generate(ctx.rng)) };
        self.store_day(ctx, &zone, day);
        self.inbox.nothing_said(&zone);
        let watch = self.watches.entry(zone.clone()).or_default();
        watch.knock_at = ctx.now.plus_ms(KNOCK_AFTER_MS);
        self.room_due(ctx, shared, &zone);
    }

    /// A room that this host should be in and is not: makes it, or knocks.
    pub(super) fn room_due(&mut self, ctx: &mut Cx<'_>, shared: &mut Shared, zone: &ZoneId) {
        let Some(day) = self.days.get(zone).filter(|d| d.room.is_none()) else { return };
        let Some(key) = host_key(shared, ctx.now) else { return };
        if day.is_ours {
            return self.make_room(ctx, shared, zone, &key);
        }
        let door = day.door();
        let watch = self.watches.entry(zone.clone()).or_default();
        if watch.knock_at <= ctx.now && shared.connected {
            watch.knock_at = ctx.now.plus_ms(KNOCK_AGAIN_MS);
            if let Some((knock, _)) = shared.knocks.remove(&door) {
                knock.forget(ctx);
            }
            self.knock(ctx, shared, zone, &key);
        }
    }

    fn make_room(&mut self, ctx: &mut Cx<'_>, shared: &mut Shared, zone: &ZoneId, key: &SigningKey) {
        let Some(mut day) = self.days.get(zone).cloned() else { return };
        let Some(secrets) = secrets(shared) else { return };
        let Some(notes) = shared.key_note().map(|n| n.note().streams.day_notes) else { return };
        let keys = day.opening.keys();
        let (room, door, welcome) = (keys.room_id(), keys.door_id(), keys.welcome_id());
        let (leaf_key, counter) = (day.leaf.signing().public(), day.opening.succession);
        day.credential = Some(Credential::by_host(&ctx.network, key, leaf_key, counter));
        let Some(leaf) = day.leaf(shared, ctx.now) else { return };
        let sync = match RoomSync::create(ctx, &leaf, room, welcome) {
            Ok(sync) => sync,
            Err(error) => return refused(ctx, Some(zone), error.code()),
        };
        let until = day.opening.until.plus_ms(STREAMS_AFTER_MS);
        let life = until.since_ms(ctx.now);
        let in_room = || vec![AppendRule::Room(room)];
        let mut rule = policy(&keys.room, in_room(), ReadRule::Id, until, life);
        rule.room_key = Some(sync.append_key().public());
        rule.committer = Some(keys.committer.public());
        let first = create(ctx, shared, HostJob::Room(zone.clone(), room), &keys.room, &rule, &[]);
        let at_door = vec![
            AppendRule::PassOrWork(vec![PassPurpose::Room]),
            // Other host boxes.
            AppendRule::Certified(vec![Role::Host]),
        ];
        let read = ReadRule::Key(keys.door_read.public());
        let rule = policy(&keys.door, at_door, read, until, life);
        let stream = HostJob::Stream(zone.clone(), room);
        let second = create(ctx, shared, stream.clone(), &keys.door, &rule, &[first]);
        let rule = policy(&keys.welcome, in_room(), ReadRule::Id, until, life);
        let third = create(ctx, shared, stream, &keys.welcome, &rule, &[first]);
        let note = DayNote {
            zone: zone.clone(),
            // Members' clocks may be a little behind.
            from: day.opening.from.minus_ms(limits::CLOCK_SKEW_MS),
            until: day.opening.until,
            door,
            welcome,
            succession: day.opening.succession,
        };
        let frame = Frame::build(FrameKind::DayNote, &encode(&Signed::sign(&ctx.network, key, &note)));
        let by = By::Key(secrets.notes_creator.bytes());
        let append = AppendJob { stream: notes, frame, by, commit: None, tag: None, epoch: None };
        let owner = Owner::Host(HostJob::Note(zone.clone(), room));
        shared.promise(ctx, owner, Work::Append(append), &[first, second, third]);
        shared.rooms.insert(room, sync);
        day.room = Some(room);
        self.store_day(ctx, zone, day);
    }

    /// The relay has the room's stream.
    pub(super) fn room_made(&mut self, ctx: &mut Cx<'_>, shared: &mut Shared, zone: &ZoneId, room: StreamId) {
        let Some(mut day) = self.days.get(zone).filter(|d| d.room == Some(room)).cloned() else { return };
        day.is_made = true;
        self.store_day(ctx, zone, day);
        let after = shared.rooms.get(&room).map_or(Seq::START, RoomSync::resume_after);
        // It may have been followed in vain before it was there.
        shared.leave(ctx, &room);
        shared.follow(ctx, room, Listener::Room, after, None);
        self.inbox.read_again();
    }

    /// The members have been told; the door is there.
    pub(super) fn announced(&mut self, ctx: &mut Cx<'_>, zone: &ZoneId, room: StreamId) {
        let Some(day) = self.days.get(zone).filter(|d| d.room == Some(room)) else { return };
        let Opening { until, succession, .. } = day.opening;
        ctx.tell(Event::Host(HostEvent::RoomOpened { zone: zone.clone(), until, succession }));
    }

    /// The relay refuses a stream or the note for good: another room is needed.
    pub(super) fn not_made(&mut self, ctx: &mut Cx<'_>, zone: &ZoneId, room: StreamId) {
        if self.days.get(zone).is_some_and(|d| d.room == Some(room)) {
            self.watches.entry(zone.clone()).or_default().is_broken = true;
            refused(ctx, Some(zone), "room-not-created");
        }
    }

    fn knock(&mut self, ctx: &mut Cx<'_>, shared: &mut Shared, zone: &ZoneId, key: &SigningKey) {
        let Some(mut day) = self.days.get(zone).cloned() else { return };
        let Some(to) = shared.key_note().and_then(|n| n.host_keys_at(ctx.now)).map(|k| k.door_key.clone())
        else {
            return;
        };
        // A fresh leaf each time: the one before may have been let in without hearing of it.
        day.leaf = Seed::generate(ctx.rng);
        let (leaf_key, counter) = (day.leaf.signing().public(), day.opening.succession);
        day.credential = Some(Credential::by_host(&ctx.network, key, leaf_key, counter));
        let Some(leaf) = day.leaf(shared, ctx.now) else { return };
        let keys = day.opening.keys();
        let (door, welcome) = (keys.door_id(), keys.welcome_id());
        let owner = Owner::Host(HostJob::Knock(zone.clone(), door));
        let outbox = &mut shared.outbox;
        match Knock::start(ctx, outbox, owner, &leaf, door, welcome, &[to], By::Certificate) {
            Ok(knock) => {
                let after = knock.resume_after();
                shared.knocks.insert(door, (knock, KnockFor::HostDay(zone.clone())));
                shared.leave(ctx, &welcome);
                shared.follow(ctx, welcome, Listener::Welcome(door), after, None);
                self.store_day(ctx, zone, day);
            }
            Err(error) => refused(ctx, Some(zone), error.code()),
        }
    }

    /// The door did not take the knock; it may not be there yet.
    pub(super) fn not_heard(&mut self, ctx: &mut Cx<'_>, shared: &mut Shared, zone: &ZoneId, door: StreamId) {
        if let Some((knock, _)) = shared.knocks.remove(&door) {
            knock.forget(ctx);
            shared.leave(ctx, &knock.welcome);
        }
        let watch = self.watches.entry(zone.clone()).or_default();
        watch.knock_at = ctx.now.plus_ms(2 * KNOCK_AFTER_MS);
    }

    /// Let in by another host.
    pub fn entered(&mut self, ctx: &mut Cx<'_>, shared: &mut Shared, zone: &ZoneId, room: StreamId) {
        let Some(mut day) = self.days.get(zone).cloned() else { return };
        day.room = Some(room);
        day.is_made = true;
        self.store_day(ctx, zone, day);
        if let Some(opened) = self.book.opening(zone) {
            self.alive.insert(opened.author, ctx.now);
        }
        self.inbox.read_again();
        self.follow(ctx, shared);
        ctx.tell(Event::Host(HostEvent::Joined(zone.clone())));
    }

    /// A room in which nothing moves, or to which nobody opens, is succeeded by a new one. For hosts whose
    /// key the members know.
    pub(super) fn broken_due(&mut self, ctx: &mut Cx<'_>, shared: &mut Shared, zone: &ZoneId) {
        let Some(day) = self.days.get(zone) else { return };
        if self.online_since.is_none() {
            return;
        }
        let succession = day.opening.succession;
        let watch = self.watches.entry(zone.clone()).or_default();
        let is_stuck = day.room.and_then(|r| shared.rooms.get(&r)).is_some_and(RoomSync::is_stalled);
        let is_outside = day.room.is_none();
        let opener = self.book.opening(zone).map(|o| o.author);
        let sign_of_life = opener.and_then(|o| self.alive.get(&o).copied());
        let stuck = lasting(&mut watch.stuck_since, is_stuck, ctx.now).map(|at| at.plus_ms(STUCK_MS));
        let patience = GONE_AFTER_MS << succession.min(GONE_DOUBLINGS);
        let outside = lasting(&mut watch.outside_since, is_outside, ctx.now)
            .map(|at| at.max(sign_of_life.unwrap_or(at).min(at.plus_ms(ALIVE_AT_MOST_MS))).plus_ms(patience));
        let rank = || team_rank(shared, &encode(&(zone, day.opening.until, succession)));
        // Whose turn it is takes a look at everybody's leaf, and most of the time nothing has to be done.
        let first = [stuck, outside].into_iter().flatten().min().filter(|at| *at <= ctx.now);
        let waited = first.is_some_and(|at| turn(at, rank()) <= ctx.now);
        let is_mute = !day.speaks_for(shared);
        if waited || watch.is_broken || is_mute {
            watch.is_broken = false;
            if self.claims.get(zone).is_none_or(|at| ctx.now >= at.plus_ms(CLAIM_AGAIN_MS)) {
                ctx.tell(Event::Host(HostEvent::Succeeding(zone.clone())));
                self.claim(ctx, shared, zone, succession.saturating_add(1));
            }
        }
    }
}

/// Since when something has been so without a break.
fn lasting(since: &mut Option<Timestamp>, is_so: bool, now: Timestamp) -> Option<Timestamp> {
    *since = is_so.then(|| since.unwrap_or(now));
    *since
}

fn create(
    ctx: &mut Cx<'_>,
    shared: &mut Shared,
    job: HostJob,
    creator: &SigningKey,
    policy: &Policy,
    after: &[JobId],
) -> JobId {
    let id = bystand_crypto::hash::stream_id(&creator.public());
    let signed = SignedBytes::from(Signed::sign(&ctx.network, creator, policy));
    shared.promise(ctx, Owner::Host(job), Work::Create(id, signed, Some(By::Certificate)), after)
}

/// The local day that a moment is in.
fn day_of(now: Timestamp, utc_offset_min: i32) -> (Timestamp, Timestamp) {
    let begins = DAY_BEGINS_MS - i64::from(utc_offset_min) * 60_000;
    let length = i64::try_from(DAY_MS).unwrap_or(i64::MAX);
    let since = i64::try_from(now.0).unwrap_or(i64::MAX).saturating_sub(begins).rem_euclid(length);
    let from = now.minus_ms(u64::try_from(since).unwrap_or(0));
    (from, from.plus_ms(DAY_MS))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> Timestamp {
        text.parse().expect("a timestamp")
    }

    #[test]
    fn days_begin_at_four_local_time() {
        for (now, offset, from) in [
            ("2026-11-21T12:00:00Z", 0, "2026-11-21T04:00:00Z"),
            ("2026-11-21T03:59:59Z", 0, "2026-11-20T04:00:00Z"),
            ("2026-11-21T04:00:00Z", 0, "2026-11-21T04:00:00Z"),
            // Minneapolis in winter: six hours behind.
            ("2026-11-21T09:59:59Z", -360, "2026-11-20T10:00:00Z"),
            ("2026-11-21T10:00:00Z", -360, "2026-11-21T10:00:00Z"),
            // Ahead of UTC by more than four hours: the day begins on the day before in UTC.
            ("2026-11-20T22:30:00Z", 330, "2026-11-20T22:30:00Z"),
            ("2026-11-20T22:29:59Z", 330, "2026-11-19T22:30:00Z"),
        ] {
            assert_eq!(day_of(at(now), offset), (at(from), at(from).plus_ms(DAY_MS)), "{now} {offset}");
        }
    }
}
