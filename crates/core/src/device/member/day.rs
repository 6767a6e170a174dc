//! A zone's day on a member's device.

use std::collections::BTreeMap;

use bystand_crypto::hash::sha256;
use bystand_crypto::passes::verify_pass;
use bystand_crypto::sign::Signed;
use bystand_wire::relay_api::StoredFrame;
use bystand_wire::time::MINUTE_MS;
use bystand_wire::{
    CallOutId, Frame, FrameKind, PublicKey, StreamId, Timestamp, ZoneId, decode, encode, limits,
};
use minicbor::{Decode, Encode};

use super::super::rooms::rules;
use super::super::secrets::Seed;
use super::super::{CommandError, Cx, Event, KnockFor, Listener, Owner, Shared};
use super::{Member, MemberEvent, MemberJob};
use crate::messages::{CallOut, DayMessage, DayNote, DeskMessage, HeadsUp};
use crate::outbox::By;
use crate::room::{Credential, Holder, Knock, Leaf, RoomEvent, RoomKind};

/// Above so many people a room is structured only.
const TALK_MEMBERS: usize = 150;
/// After so long without a Welcome one knocks again, in milliseconds.
const KNOCK_AGAIN_MS: u64 = 2 * MINUTE_MS;

/// A zone's day: the note, this device's leaf, what the room shows.
#[derive(Debug, Clone, Encode, Decode)]
#[cbor(map)]
pub struct Day {
    #[n(0)]
    pub(super) note: DayNote,
    #[n(1)]
    seed: Seed,
    #[n(2)]
    counter: u32,
    #[n(3)]
    pub(super) room: Option<StreamId>,
    #[n(4)]
    pub(super) view: DayView,
    #[n(5)]
    knocked_at: Timestamp,
    /// Removed for the week: no more knocking.
    #[n(6)]
    removed: bool,
}

/// What a zone's room shows.
#[derive(Debug, Clone, Default, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct DayView {
    /// Members of the room.
    #[n(0)]
    pub members: u32,
    /// Until when who is on duty, by their leaf's holder.
    #[n(1)]
    on_duty: BTreeMap<Holder, Timestamp>,
    /// Open call-outs.
    #[n(2)]
    pub call_outs: BTreeMap<CallOutId, CallOut>,
    /// Heads-ups of the last twenty minutes.
    #[n(3)]
    pub heads_ups: Vec<HeadsUp>,
    /// The desk's notes of the day.
    #[n(4)]
    pub notes: Vec<(Timestamp, String)>,
    /// *All quiet* signs of the day.
    #[n(5)]
    pub quiet: u32,
}

impl DayView {
    /// How many are on duty.
    pub fn duty_count(&self, now: Timestamp) -> usize {
        self.on_duty.values().filter(|until| **until > now).count()
    }
}

impl Day {
    /// What makes this device a leaf of the zone's room.
    pub(super) fn leaf(&self, shared: &Shared, zone: &ZoneId, now: Timestamp) -> Option<Leaf> {
        let pass = shared.wallet.room_pass(zone, now)?;
        let key = self.seed.signing();
        let network = shared.identity.network;
        let credential = Credential::by_pass(&network, pass, key.public(), self.counter);
        let rules = rules(shared, RoomKind::Day(zone.clone()), now);
        Some(Leaf { key, credential, rules, committer: None })
    }
}

impl Member {
    /// A note of the hosts' about a zone's day.
    pub(super) fn day_note(&mut self, ctx: &mut Cx<'_>, shared: &mut Shared, stored: &StoredFrame) {
        let Ok(Frame { kind: FrameKind::DayNote, body }) = Frame::parse(&stored.frame) else { return };
        let Some(key_note) = shared.key_note() else { return };
        let Ok(signed) = decode::<Signed<DayNote>>(body) else { return };
        let is_wanted = |note: &DayNote| self.duty.as_ref().is_some_and(|d| d.zones.contains(&note.zone));
        // A note for each zone comes here; only one's own are worth checking.
        if !signed.unverified_body().is_ok_and(|note| is_wanted(&note)) {
            return;
        }
        let Ok((_, note)) = signed.open_by_any(&ctx.network, |key| key_note.is_host_key(key)) else { return };
        if !is_wanted(&note) || note.from > ctx.now || note.until <= ctx.now {
            return;
        }
        let zone = note.zone.clone();
        let is_news = self.days.get(&zone).is_none_or(|day| {
            (note.until, note.succession) > (day.note.until, day.note.succession) && !day.removed
        });
        if is_news {
            self.end_day(ctx, shared, &zone);
            let day = Day {
                note,
                seed: Seed::generate(ctx.rng),
                counter: 0,
                room: None,
                view: DayView::default(),
                knocked_at: Timestamp(0),
                removed: false,
            };
            self.store_day(ctx, &zone, day);
            self.join_rooms(ctx, shared);
        }
    }

    /// Knocks at the rooms of the zones one is on duty for.
    pub(super) fn join_rooms(&mut self, ctx: &mut Cx<'_>, shared: &mut Shared) {
        let Some(duty) = self.duty.clone() else { return };
        for zone in duty.zones {
            let Some(day) = self.days.get(&zone) else { continue };
            let waits = ctx.now.since_ms(day.knocked_at) < KNOCK_AGAIN_MS;
            if day.room.is_some() || day.removed || waits {
                continue;
            }
            let Some(pass) = shared.wallet.room_pass(&zone, ctx.now).cloned() else {
                if self.said_no_room.insert(zone.clone()) {
                    ctx.tell(Event::Member(MemberEvent::NoPass(zone)));
                }
                continue;
            };
            let Some(to) =
                shared.key_note().and_then(|n| n.host_keys_at(ctx.now)).map(|k| k.door_key.clone())
            else {
                continue;
            };
            let mut day = day.clone();
            day.counter += 1;
            day.knocked_at = ctx.now;
            let Some(leaf) = day.leaf(shared, &zone, ctx.now) else { continue };
            let (door, welcome) = (day.note.door, day.note.welcome);
            let owner = Owner::Member(MemberJob::Knock(zone.clone()));
            let by = By::Pass(Box::new(pass));
            let knock = Knock::start(ctx, &mut shared.outbox, owner, &leaf, door, welcome, &[to], by);
            self.store_day(ctx, &zone, day);
            if let Ok(knock) = knock {
                let after = knock.resume_after();
                shared.knocks.insert(door, (knock, KnockFor::Day(zone.clone())));
                shared.leave(ctx, &welcome);
                shared.follow(ctx, welcome, Listener::Welcome(door), after, None);
            }
        }
    }

    pub(super) fn day_entered(
        &mut self,
        ctx: &mut Cx<'_>,
        shared: &mut Shared,
        zone: &ZoneId,
        room: StreamId,
    ) {
        let Some(mut day) = self.days.get(zone).cloned() else { return };
        day.room = Some(room);
        let members = shared.rooms.get(&room).map_or(0, |room| room.members().len());
        day.view.members = u32::try_from(members).unwrap_or(u32::MAX);
        let name = shared.wallet.room_pass(zone, ctx.now).map(|p| week_name(&p.pass.key)).unwrap_or_default();
        self.store_day(ctx, zone, day);
        ctx.tell(Event::Member(MemberEvent::Joined(zone.clone(), name)));
        self.tell_duty(ctx, shared);
    }

    pub(super) fn day_event(
        &mut self,
        ctx: &mut Cx<'_>,
        shared: &mut Shared,
        zone: &ZoneId,
        event: &RoomEvent,
    ) {
        match event {
            RoomEvent::Message { from, body, .. } => match decode::<DayMessage>(body) {
                Ok(message) => self.day_message(ctx, shared, zone, from, message),
                Err(_) => {
                    let text = "A message in a day room could not be read.".to_owned();
                    ctx.tell(Event::Warning { code: "not-a-day-message", text });
                }
            },
            RoomEvent::Changed { .. } => {
                let Some(mut day) = self.days.get(zone).cloned() else { return };
                let members = day.room.and_then(|r| shared.rooms.get(&r)).map_or(0, |r| r.members().len());
                day.view.members = u32::try_from(members).unwrap_or(u32::MAX);
                self.store_day(ctx, zone, day);
                ctx.tell(Event::Member(MemberEvent::Members(zone.clone(), members)));
            }
            RoomEvent::Ended => {
                let Some(mut day) = self.days.get(zone).cloned() else { return };
                if let Some(room) = day.room.take() {
                    shared.rooms.remove(&room);
                    shared.leave(ctx, &room);
                }
                day.removed = true;
                day.view = DayView::default();
                self.store_day(ctx, zone, day);
                ctx.tell(Event::Member(MemberEvent::Removed(zone.clone())));
            }
            RoomEvent::Unreadable { code, .. } => {
                let text = "A message in a day room could not be read.".to_owned();
                ctx.tell(Event::Warning { code, text });
            }
        }
    }

    /// What is over by the clock: heads-ups, call-outs, the day itself.
    pub(super) fn days_due(&mut self, ctx: &mut Cx<'_>, shared: &mut Shared) {
        let zones: Vec<ZoneId> = self.days.keys().cloned().collect();
        for zone in zones {
            let Some(day) = self.days.get(&zone) else { continue };
            if day.note.until <= ctx.now {
                self.end_day(ctx, shared, &zone);
                ctx.tell(Event::Member(MemberEvent::DayOver(zone)));
                continue;
            }
            let is_shown = |h: &HeadsUp| ctx.now.since_ms(h.at) < limits::HEADS_UP_MS;
            let is_open = |c: &CallOut| c.until > ctx.now;
            if day.view.heads_ups.iter().all(is_shown) && day.view.call_outs.values().all(is_open) {
                continue;
            }
            let mut day = day.clone();
            day.view.heads_ups.retain(is_shown);
            day.view.call_outs.retain(|_, call_out| is_open(call_out));
            self.store_day(ctx, &zone, day);
        }
    }

    /// When the next of it is over, or it is time to knock again.
    pub(super) fn days_due_next(&self) -> Option<Timestamp> {
        let zones = self.duty.as_ref().map(|d| d.zones.as_slice()).unwrap_or_default();
        let knocks = zones.iter().filter_map(|zone| self.days.get(zone));
        let knocks = knocks.filter(|day| day.room.is_none() && !day.removed);
        let knocks = knocks.map(|day| day.knocked_at.plus_ms(KNOCK_AGAIN_MS));
        let ends = self.days.values().flat_map(|day| {
            let heads_ups = day.view.heads_ups.iter().map(|h| h.at.plus_ms(limits::HEADS_UP_MS));
            let call_outs = day.view.call_outs.values().map(|c| c.until);
            heads_ups.chain(call_outs).chain([day.note.until])
        });
        knocks.chain(ends).min()
    }

    /// Tells the rooms until when one is on duty.
    pub(super) fn tell_duty(&mut self, ctx: &mut Cx<'_>, shared: &mut Shared) {
        let Some(duty) = self.duty.clone() else { return };
        for zone in &duty.zones {
            // A room that was not joined yet is told on joining.
            let _ = self.speak(ctx, shared, zone, &DayMessage::OnDuty(duty.until));
        }
    }

    pub(super) fn say(
        &mut self,
        ctx: &mut Cx<'_>,
        shared: &mut Shared,
        zone: &ZoneId,
        text: String,
    ) -> Result<(), CommandError> {
        let room = self.days.get(zone).and_then(|d| d.room).ok_or(CommandError::Unknown("room"))?;
        let members = shared.rooms.get(&room).map_or(0, |r| r.members().len());
        if members > TALK_MEMBERS {
            let reason = format!("above {TALK_MEMBERS} people the zone's room is for signs only");
            return Err(CommandError::NotNow(reason));
        }
        self.speak(ctx, shared, zone, &DayMessage::Talk(crate::desk::clean_text(&text)))
    }

    pub(super) fn speak(
        &mut self,
        ctx: &mut Cx<'_>,
        shared: &mut Shared,
        zone: &ZoneId,
        message: &DayMessage,
    ) -> Result<(), CommandError> {
        let room = self.days.get(zone).and_then(|d| d.room).ok_or(CommandError::Unknown("room"))?;
        let Shared { rooms, outbox, .. } = shared;
        let room = rooms.get_mut(&room).ok_or(CommandError::Unknown("room"))?;
        room.say(ctx, outbox, &encode(message), &[])?;
        Ok(())
    }

    fn day_message(
        &mut self,
        ctx: &mut Cx<'_>,
        shared: &mut Shared,
        zone: &ZoneId,
        from: &Credential,
        message: DayMessage,
    ) {
        if !self.is_certified(shared, from) {
            let text = "Somebody in a day room has a pass that nobody certified.".to_owned();
            return ctx.tell(Event::Warning { code: "pass-not-certified", text });
        }
        let Some(mut day) = self.days.get(zone).cloned() else { return };
        match message {
            DayMessage::Passed(messages) if matches!(from, Credential::Host(..)) => {
                for message in messages {
                    self.passed(ctx, shared, zone, &mut day.view, message);
                }
            }
            // Only hosts pass on; from anybody else it is noise.
            DayMessage::Passed(_) => {}
            DayMessage::OnDuty(until) => {
                day.view.on_duty.insert(from.holder(), until);
                let now = ctx.now;
                day.view.on_duty.retain(|_, until| *until > now);
            }
            DayMessage::AllQuiet => {
                day.view.quiet = day.view.quiet.saturating_add(1);
                ctx.tell(Event::Member(MemberEvent::Quiet(zone.clone(), name_of(from))));
            }
            DayMessage::Talk(text) => {
                let text = crate::desk::clean_text(&text);
                ctx.tell(Event::Member(MemberEvent::Said(zone.clone(), name_of(from), text)));
            }
        }
        self.store_day(ctx, zone, day);
    }

    /// Something of the desk's: its signature is checked here, whoever passed it on.
    fn passed(
        &self,
        ctx: &mut Cx<'_>,
        shared: &Shared,
        zone: &ZoneId,
        view: &mut DayView,
        message: DeskMessage,
    ) {
        let Some(note) = shared.key_note() else { return };
        let is_desk = |key: &PublicKey| note.is_desk_key(key);
        let network = ctx.network;
        match message {
            DeskMessage::CallOut(signed) => {
                let Ok((_, call_out)) = signed.open_by_any(&network, is_desk) else { return };
                let fits = call_out.zones.contains(zone) && call_out.until > ctx.now;
                if fits && view.call_outs.insert(call_out.id, call_out.clone()).is_none() {
                    let is_near = self.is_for_me(&call_out);
                    ctx.tell(Event::Member(MemberEvent::CallOut(zone.clone(), call_out, is_near)));
                }
            }
            DeskMessage::CallOutOver(signed) => {
                let Ok((_, over)) = signed.open_by_any(&network, is_desk) else { return };
                if view.call_outs.remove(&over.id).is_some() {
                    ctx.tell(Event::Member(MemberEvent::CallOutOver(over.id)));
                }
            }
            DeskMessage::HeadsUp(signed) => {
                let Ok((_, mut heads_up)) = signed.open_by_any(&network, is_desk) else { return };
                let is_fresh = ctx.now.since_ms(heads_up.at) < limits::HEADS_UP_MS;
                // A dispatcher's clock that is ahead must not keep it on screens.
                let latest = ctx.now.plus_ms(limits::CLOCK_SKEW_MS);
                let is_ahead = heads_up.at > latest;
                let is_same = |held: &HeadsUp| {
                    held.cell == heads_up.cell
                        && held.zones == heads_up.zones
                        && (held.at == heads_up.at || is_ahead)
                };
                let is_new = heads_up.zones.contains(zone) && !view.heads_ups.iter().any(is_same);
                if is_fresh && is_new {
                    heads_up.at = heads_up.at.min(latest);
                    view.heads_ups.push(heads_up.clone());
                    ctx.tell(Event::Member(MemberEvent::HeadsUp(zone.clone(), heads_up)));
                }
            }
            DeskMessage::Note(signed) => {
                let Ok((_, note)) = signed.open_by_any(&network, is_desk) else { return };
                let entry = (note.at, note.text.clone());
                if note.zones.contains(zone) && !view.notes.contains(&entry) {
                    view.notes.push(entry);
                    ctx.tell(Event::Member(MemberEvent::Note(zone.clone(), note.text, note.at)));
                }
            }
            DeskMessage::Alert(zones, _) if zones.contains(zone) => {
                ctx.tell(Event::Member(MemberEvent::AlertPassed(zone.clone())));
            }
            DeskMessage::Alert(..) => {}
        }
    }

    /// Decided here, from what never leaves the device.
    fn is_for_me(&self, call_out: &CallOut) -> bool {
        let Some(duty) = &self.duty else { return false };
        let has_role = call_out.roles.is_empty() || call_out.roles.iter().any(|r| duty.roles.contains(r));
        let is_near = duty.place.is_none_or(|p| crate::geo::is_near(p, call_out.cell, duty.reach_m));
        has_role && is_near
    }

    /// A member's blind certification is checked before their first message is shown.
    fn is_certified(&mut self, shared: &Shared, from: &Credential) -> bool {
        let Credential::Pass(pass, ..) = from else { return true };
        if self.checked.contains(&pass.key) {
            return true;
        }
        let issuer = shared.key_note().and_then(|n| n.issuer_key(pass.purpose, pass.period));
        let holds = issuer.is_some_and(|i| verify_pass(&shared.identity.network, pass, i).is_ok());
        if holds {
            self.checked.insert(pass.key);
        }
        holds
    }

    /// The day is over or its room was succeeded: its secrets and all it showed are destroyed.
    fn end_day(&mut self, ctx: &mut Cx<'_>, shared: &mut Shared, zone: &ZoneId) {
        let Some(day) = self.days.remove(zone) else { return };
        ctx.forget(&format!("member/day/{zone}"));
        if let Some(sync) = day.room.and_then(|room| shared.rooms.remove(&room)) {
            sync.forget(ctx);
            shared.leave(ctx, &sync.id());
        }
        if let Some((knock, _)) = shared.knocks.remove(&day.note.door) {
            knock.forget(ctx);
        }
        shared.leave(ctx, &day.note.welcome);
    }

    fn store_day(&mut self, ctx: &mut Cx<'_>, zone: &ZoneId, day: Day) {
        ctx.store(&format!("member/day/{zone}"), &day);
        self.days.insert(zone.clone(), day);
    }
}

fn name_of(from: &Credential) -> String {
    match from.holder() {
        Holder::Pass(key) => week_name(&key),
        Holder::Host(_) => "host".to_owned(),
        Holder::Device(_) => String::new(),
    }
}

/// A pass's name for the week: readable, and the same for everybody in the room.
pub fn week_name(pass: &PublicKey) -> String {
    let hash = sha256("week-name", &[pass.as_ref()]);
    bystand_crypto::phrase::name_words(&hash)
}
