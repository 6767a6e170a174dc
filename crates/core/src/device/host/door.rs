//! The door of a zone's room: checking who asks to come in, admitting in batches, removing for the week.

use std::collections::BTreeMap;

use bystand_crypto::passes::verify_pass;
use bystand_crypto::seal::{SealPurpose, open};
use bystand_wire::relay_api::{Pass, StoredFrame};
use bystand_wire::time::{MINUTE_MS, SECOND_MS};
use bystand_wire::{Frame, FrameKind, PassPurpose, Seq, Timestamp, ZoneId, decode};

use super::super::member::week_name;
use super::super::{Cx, Event, Shared};
use super::day::refused;
use super::watch::Watch;
use super::{Host, HostEvent, turn};
use crate::room::{Credential, DoorRequest, Holder};

/// The shortest time between two commits that admit, in milliseconds.
const ADMIT_EVERY_MS: u64 = 3 * SECOND_MS;
/// In large rooms that time grows by so much for each member, in milliseconds: every commit costs every
/// member the same.
const ADMIT_EVERY_MS_A_MEMBER: u64 = 2;
/// The most newcomers in one commit, so that the commit and its Welcome fit a frame each.
const BATCH: usize = 32;
/// The shortest time between two commits that remove, in milliseconds.
const REMOVE_EVERY_MS: u64 = MINUTE_MS;

/// Somebody at the door whose request was checked.
#[derive(Debug, Clone)]
pub(super) struct Waiting {
    package: Vec<u8>,
    holder: Holder,
    counter: u32,
    /// When this host lets them in, unless another does first.
    turn: Timestamp,
    /// They were in a batch that failed: this time they come alone, so that whoever spoiled it keeps
    /// nobody else out.
    alone: bool,
}

impl Host {
    /// A request at a door.
    pub(super) fn door_frame(
        &mut self,
        ctx: &mut Cx<'_>,
        shared: &mut Shared,
        zone: &ZoneId,
        stored: &StoredFrame,
    ) {
        let watch = self.watches.entry(zone.clone()).or_default();
        watch.read = watch.read.max(stored.seq);
        match self.examine(ctx, shared, zone, stored) {
            Ok(None) => {}
            Ok(Some(waiting)) => {
                let queue = &mut self.watches.entry(zone.clone()).or_default().queue;
                let newer = |w: &Waiting| w.holder == waiting.holder && w.counter >= waiting.counter;
                if !queue.values().any(newer) {
                    queue.retain(|_, w| w.holder != waiting.holder);
                    queue.insert(stored.seq, waiting);
                }
            }
            Err(why) => refused(ctx, Some(zone), why),
        }
        self.admit_due(ctx, shared, zone);
    }

    /// Who asks, if they may come in; none when it is what this host asked before it was let in.
    fn examine(
        &mut self,
        ctx: &Cx<'_>,
        shared: &mut Shared,
        zone: &ZoneId,
        stored: &StoredFrame,
    ) -> Result<Option<Waiting>, &'static str> {
        let day = self.days.get(zone).filter(|d| d.is_in()).ok_or("no-room")?;
        let Ok(Frame { kind: FrameKind::DoorRequest, body }) = Frame::parse(&stored.frame) else {
            return Err("door-unreadable");
        };
        let door = day.door();
        let opened = self
            .door_secrets(shared, ctx.now)
            .iter()
            .find_map(|secret| open(&ctx.network, SealPurpose::Door, secret, door.as_ref(), body).ok());
        let request = opened.and_then(|bytes| decode::<DoorRequest>(&bytes).ok()).ok_or("door-unreadable")?;
        let room = day.room().and_then(|r| shared.rooms.get_mut(&r)).ok_or("no-room")?;
        let credential = match room.screen(&request.key_package, ctx.now) {
            Err(error) if error.is_own_key_package() => return Ok(None),
            screened => screened.map_err(|error| error.code())?,
        };
        if let Credential::Pass(pass, ..) = &credential {
            self.check_pass(ctx, shared, zone, pass)?;
        }
        Ok(Some(Waiting {
            package: request.key_package,
            holder: credential.holder(),
            counter: credential.counter(),
            turn: turn(ctx.now, self.rank(shared, zone)),
            alone: false,
        }))
    }

    /// The room's rules have seen that the pass speaks for the leaf and names the zone.
    fn check_pass(
        &self,
        ctx: &Cx<'_>,
        shared: &Shared,
        zone: &ZoneId,
        pass: &Pass,
    ) -> Result<(), &'static str> {
        if pass.purpose != PassPurpose::Room || pass.zone.as_ref() != Some(zone) {
            return Err("pass-other-zone");
        }
        if !pass.period.accepts(ctx.now) {
            return Err("pass-other-week");
        }
        let note = shared.key_note().ok_or("no-key-note")?;
        let issuer = note.issuer_key(pass.purpose, pass.period).ok_or("pass-no-issuer")?;
        verify_pass(&ctx.network, pass, issuer).map_err(|e| e.code())?;
        if self.book.is_removed(zone, &pass.key, ctx.now) {
            return Err("pass-removed");
        }
        Ok(())
    }

    /// Lets in who waits, when the room's pace allows.
    pub(super) fn admit_due(&mut self, ctx: &mut Cx<'_>, shared: &mut Shared, zone: &ZoneId) {
        let Some(day) = self.days.get(zone).filter(|d| d.is_in()) else { return };
        let Some(watch) = self.watches.get_mut(zone) else { return };
        let Some(room) = day.room().and_then(|r| shared.rooms.get_mut(&r)) else { return };
        let has_due = watch.queue.values().any(|w| w.turn <= ctx.now);
        let is_busy = !room.is_settled() || watch.changed_at.plus_ms(ADMIT_EVERY_MS) > ctx.now;
        if is_busy || (!has_due && watch.under_way.is_empty()) {
            return;
        }
        let members = room.members();
        let pace = ADMIT_EVERY_MS_A_MEMBER.saturating_mul(u64::try_from(members.len()).unwrap_or(u64::MAX));
        if watch.changed_at.plus_ms(pace) > ctx.now {
            return;
        }
        let present = newest_leaves(&members);
        let is_here = |w: &Waiting| present.get(&w.holder).is_some_and(|counter| *counter >= w.counter);
        for (seq, waiting) in std::mem::take(&mut watch.under_way) {
            if is_here(&waiting) {
                continue;
            }
            if waiting.alone {
                refused(ctx, Some(zone), "not-added");
            } else {
                watch.queue.insert(seq, Waiting { alone: true, ..waiting });
            }
        }
        watch.queue.retain(|_, w| !is_here(w));
        let due = watch.queue.iter().filter(|(_, w)| w.turn <= ctx.now);
        let first_alone = due.clone().find(|(_, w)| w.alone).map(|(seq, _)| *seq);
        let batch: Vec<Seq> = match first_alone {
            Some(seq) => vec![seq],
            None => due.map(|(seq, _)| *seq).take(BATCH).collect(),
        };
        for seq in batch {
            if let Some(waiting) = watch.queue.remove(&seq) {
                room.want_added(ctx, waiting.package.clone());
                watch.under_way.push((seq, waiting));
            }
        }
        self.keep_place(ctx, zone);
    }

    /// After a restart the door is read again from the first request that was not settled.
    fn keep_place(&mut self, ctx: &mut Cx<'_>, zone: &ZoneId) {
        let Some(watch) = self.watches.get(zone) else { return };
        let open = watch.queue.keys().chain(watch.under_way.iter().map(|(seq, _)| seq)).min();
        let seen = open.map_or(watch.read, |first| Seq(first.0.saturating_sub(1)));
        let Some(mut day) = self.days.get(zone).filter(|d| d.door_seen < seen).cloned() else { return };
        day.door_seen = seen;
        self.store_day(ctx, zone, day);
    }

    /// The room's membership changed, by whichever host.
    pub(super) fn changed(
        &mut self,
        ctx: &mut Cx<'_>,
        shared: &mut Shared,
        zone: &ZoneId,
        (added, removed): (&[Credential], &[Credential]),
    ) {
        let Some(mut day) = self.days.get(zone).cloned() else { return };
        let Some(room) = day.room().and_then(|r| shared.rooms.get(&r)) else { return };
        let members = newest_leaves(&room.members());
        let is_member = |holder: &Holder| matches!(holder, Holder::Pass(_));
        let count = members.keys().filter(|h| is_member(h)).count();
        let came = added.iter().filter(|c| is_member(&c.holder())).count();
        self.watches.entry(zone.clone()).or_default().rank = None;
        let rank = self.rank(shared, zone);
        let watch = self.watches.entry(zone.clone()).or_default();
        watch.changed_at = ctx.now;
        let in_room = |w: &Waiting| members.get(&w.holder).is_some_and(|c| *c >= w.counter);
        watch.queue.retain(|_, w| !in_room(w));
        if !added.is_empty() {
            // A host that had not heard yet may have let somebody in who is out for the week.
            watch.look_for_removed = true;
        }
        if came > 0 {
            watch.state_turn = Some(turn(ctx.now, rank));
            let (zone, members) = (zone.clone(), count);
            ctx.tell(Event::Host(HostEvent::Admitted { zone, count: came, members }));
        }
        if !removed.is_empty() {
            watch.removed_at = ctx.now;
            watch.remove_turn = None;
        }
        for credential in removed {
            if let Holder::Pass(key) = credential.holder()
                && !members.contains_key(&credential.holder())
            {
                day.counts.removed = day.counts.removed.saturating_add(1);
                let (zone, name) = (zone.clone(), week_name(&key));
                ctx.tell(Event::Host(HostEvent::Removed { zone, name }));
            }
        }
        let number = |n: usize| u32::try_from(n).unwrap_or(u32::MAX);
        day.counts.members = day.counts.members.max(number(count));
        day.counts.admitted = day.counts.admitted.saturating_add(number(came));
        self.store_day(ctx, zone, day);
        self.keep_place(ctx, zone);
        self.pass_due(ctx, shared, zone);
    }

    /// Whoever is out for the week is removed: at once, but no more often than once a minute.
    pub(super) fn removals_due(&mut self, ctx: &mut Cx<'_>, shared: &mut Shared, zone: &ZoneId) {
        let Some(room) = self.days.get(zone).filter(|d| d.is_in()).and_then(|d| d.room()) else { return };
        let is_soon = |watch: &Watch| watch.removed_at.plus_ms(REMOVE_EVERY_MS) > ctx.now;
        if self.watches.get(zone).is_none_or(|watch| !watch.look_for_removed || is_soon(watch)) {
            return;
        }
        let rank = self.rank(shared, zone);
        let Some(room) = shared.rooms.get_mut(&room) else { return };
        let watch = self.watches.entry(zone.clone()).or_default();
        let out: Vec<Holder> = newest_leaves(&room.members())
            .into_keys()
            .filter(|h| matches!(h, Holder::Pass(key) if self.book.is_removed(zone, key, ctx.now)))
            .collect();
        if out.is_empty() {
            (watch.look_for_removed, watch.remove_turn) = (false, None);
            return;
        }
        if *watch.remove_turn.get_or_insert(turn(ctx.now, rank)) <= ctx.now {
            watch.remove_turn = Some(ctx.now.plus_ms(REMOVE_EVERY_MS));
            for holder in out {
                room.want_removed(ctx, holder);
            }
        }
    }
}

/// Who is in the room, each with the counter of the newest leaf.
fn newest_leaves(members: &[Credential]) -> BTreeMap<Holder, u32> {
    let mut newest = BTreeMap::new();
    for member in members {
        let counter = newest.entry(member.holder()).or_insert(0);
        *counter = member.counter().max(*counter);
    }
    newest
}
