//! Passing on what the desk says: call-outs, heads-ups, notes and alerts, from the hosts' inbox into the
//! rooms of the zones they name, and to newcomers what still holds.
//!
//! Hosts check the desk's signature, and so does every member; a host cannot make anything up.

use std::collections::{BTreeMap, BTreeSet};

use bystand_crypto::hash::sha256;
use bystand_crypto::seal::{SealPurpose, open};
use bystand_crypto::sign::{Signed, Statement, sign};
use bystand_wire::relay_api::{ReadAuth, ReadContext, StoredFrame};
use bystand_wire::time::DAY_MS;
use bystand_wire::{
    AlertId, CallOutId, Frame, FrameKind, Hash32, Seq, Timestamp, ZoneId, decode, encode, limits,
};

use super::super::{Caller, CommandError, Cx, Event, Shared};
use super::day::{Day, refused};
use super::{Host, HostCall, HostEvent, is_to_be_created, secrets, turn};
use crate::alerts::SignedAlert;
use crate::io::{Request, Response};
use crate::messages::{DayMessage, DeskMessage};
use crate::room::Credential;

/// The most bytes of the desk's messages in one message of a room.
const PASSED_LEN: usize = 24 * 1024;

/// What the desk left for the hosts and still holds.
#[derive(Debug, Default)]
pub(super) struct Inbox {
    items: BTreeMap<Seq, Item>,
    /// The same by when they end.
    ends: BTreeSet<(Timestamp, Seq)>,
    /// Of these, call-outs by the hash of what announced them, and those that are over.
    announced: BTreeMap<CallOutId, Hash32>,
    over: BTreeSet<CallOutId>,
    /// Of these, by zone, what was not said there when it was last looked at: much is kept for a day, and
    /// little of it is still to be said.
    unsaid: BTreeMap<ZoneId, BTreeSet<Seq>>,
    /// The inbox is to be read again from its start: a room is new, or keys have come.
    again: bool,
    /// What was told of frames up to here is not told again.
    told: Seq,
}

impl Inbox {
    pub(super) fn read_again(&mut self) {
        self.again = true;
    }

    fn insert(&mut self, seq: Seq, item: Item) {
        for zone in &item.about.zones {
            self.unsaid.entry(zone.clone()).or_default().insert(seq);
        }
        self.ends.insert((item.about.until, seq));
        self.index(&item);
        self.items.insert(seq, item);
    }

    fn index(&mut self, item: &Item) {
        match item.about.what {
            What::CallOut(id) => drop(self.announced.insert(id, item.hash)),
            What::Over(id) => drop(self.over.insert(id)),
            What::HeadsUp | What::Note | What::Alert(..) => {}
        }
    }

    /// What has ended by now goes.
    fn forget_ended(&mut self, now: Timestamp) {
        while let Some((_, seq)) = self.ends.first().copied().filter(|(until, _)| *until <= now) {
            self.ends.pop_first();
            match self.items.remove(&seq).map(|item| item.about.what) {
                Some(What::CallOut(id)) => drop(self.announced.remove(&id)),
                Some(What::Over(id)) => drop(self.over.remove(&id)),
                Some(What::HeadsUp | What::Note | What::Alert(..)) | None => {}
            }
        }
    }

    /// A zone has a new room.
    pub(super) fn nothing_said(&mut self, zone: &ZoneId) {
        let about = self.items.iter().filter(|(_, item)| item.about.zones.contains(zone));
        self.unsaid.insert(zone.clone(), about.map(|(seq, _)| *seq).collect());
    }

    /// Forgets what does not hold any more, and of a zone what was said there meanwhile.
    fn note_said(&mut self, zone: &ZoneId, said: &BTreeSet<Hash32>) {
        let Some(unsaid) = self.unsaid.get_mut(zone) else { return };
        unsaid.retain(|seq| self.items.get(seq).is_some_and(|item| !said.contains(&item.hash)));
    }

    /// What may be to be said in a zone.
    fn unsaid<'a>(&'a self, zone: &ZoneId, said: &'a BTreeSet<Hash32>) -> impl Iterator<Item = &'a Item> {
        let items = self.unsaid.get(zone).into_iter().flatten().filter_map(|seq| self.items.get(seq));
        items.filter(|item| !said.contains(&item.hash))
    }
}

#[derive(Debug)]
struct Item {
    message: DeskMessage,
    hash: Hash32,
    about: About,
    heard_at: Timestamp,
}

/// What passing on depends on.
#[derive(Debug, Clone, PartialEq, Eq)]
struct About {
    zones: Vec<ZoneId>,
    at: Timestamp,
    until: Timestamp,
    what: What,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum What {
    CallOut(CallOutId),
    Over(CallOutId),
    HeadsUp,
    Note,
    Alert(AlertId, u32),
}

impl About {
    /// Reads a message, if the desk has signed it. An alert proves itself in the public log, where it is
    /// looked for when it is passed on.
    fn read(shared: &Shared, message: &DeskMessage) -> Option<Self> {
        match message {
            DeskMessage::CallOut(signed) => {
                let said = by_desk(shared, signed)?;
                let (zones, at, until) = (said.zones, said.at, said.until);
                Some(Self { zones, at, until, what: What::CallOut(said.id) })
            }
            DeskMessage::CallOutOver(signed) => {
                let said = by_desk(shared, signed)?;
                let (zones, at) = (said.zones, said.at);
                Some(Self { zones, at, until: at.plus_ms(DAY_MS), what: What::Over(said.id) })
            }
            DeskMessage::HeadsUp(signed) => {
                let said = by_desk(shared, signed)?;
                let (zones, at) = (said.zones, said.at);
                Some(Self { zones, at, until: at.plus_ms(limits::HEADS_UP_MS), what: What::HeadsUp })
            }
            DeskMessage::Note(signed) => {
                let said = by_desk(shared, signed)?;
                let (zones, at) = (said.zones, said.at);
                Some(Self { zones, at, until: at.plus_ms(DAY_MS), what: What::Note })
            }
            DeskMessage::Alert(zones, text) => {
                let alert = SignedAlert::parse(text.as_bytes()).ok()?;
                let note = alert.note();
                Some(Self {
                    zones: zones.clone(),
                    at: note.issued,
                    until: note.expires,
                    what: What::Alert(note.alert, note.serial),
                })
            }
        }
    }

    /// Whether it still holds on a day.
    fn holds(&self, day: &Day, now: Timestamp) -> bool {
        let is_of_the_day = self.what != What::Note || self.at >= day.opening().from;
        self.until > now && is_of_the_day
    }
}

impl Host {
    /// A frame of the hosts' inbox.
    pub(super) fn inbox_frame(&mut self, ctx: &mut Cx<'_>, shared: &mut Shared, stored: &StoredFrame) {
        if self.take_in(ctx, shared, stored) {
            let zones: Vec<ZoneId> = self.days.keys().cloned().collect();
            for zone in zones {
                self.pass_due(ctx, shared, &zone);
            }
        }
    }

    fn take_in(&mut self, ctx: &mut Cx<'_>, shared: &Shared, stored: &StoredFrame) -> bool {
        let is_news = stored.seq > self.inbox.told;
        self.inbox.told = self.inbox.told.max(stored.seq);
        if self.inbox.items.contains_key(&stored.seq) {
            return false;
        }
        let Some(stream) = shared.key_note().map(|n| n.note().streams.hosts_inbox) else { return false };
        let secrets = self.door_secrets(shared, ctx.now);
        let message = match Frame::parse(&stored.frame) {
            Ok(Frame { kind: FrameKind::ForHosts, body }) => secrets
                .iter()
                .find_map(|s| open(&ctx.network, SealPurpose::ForHosts, s, stream.as_ref(), body).ok())
                .and_then(|bytes| decode::<DeskMessage>(&bytes).ok()),
            Ok(_) | Err(_) => None,
        };
        let about = message.as_ref().and_then(|m| About::read(shared, m));
        match (message, about) {
            (Some(message), Some(about)) => {
                if about.until > ctx.now {
                    let hash = message_hash(&message);
                    let item = Item { message, hash, about, heard_at: ctx.now };
                    self.inbox.insert(stored.seq, item);
                }
                true
            }
            (Some(_), None) if is_news => {
                refused(ctx, None, "desk-not-signed");
                false
            }
            (None, _) if is_news => {
                refused(ctx, None, "inbox-unreadable");
                false
            }
            (Some(_) | None, _) => false,
        }
    }

    /// Reads the inbox again when there is a reason; forgets what does not hold any more.
    pub(super) fn inbox_due(&mut self, ctx: &mut Cx<'_>, shared: &mut Shared) {
        self.inbox.forget_ended(ctx.now);
        if self.inbox.again && shared.connected && !shared.is_calling(&Caller::Host(HostCall::Inbox)) {
            self.read_inbox(ctx, shared, Seq::START);
        }
    }

    /// When something in the inbox ends, or the inbox is to be read again.
    pub(super) fn inbox_due_next(&self, shared: &Shared) -> Option<Timestamp> {
        let again = (self.inbox.again && shared.connected).then_some(Timestamp(0));
        self.inbox.ends.first().map(|(until, _)| *until).into_iter().chain(again).min()
    }

    /// When it is this host's turn to pass something on in a zone's room. What is over its turn waits for
    /// something else than the clock.
    pub(super) fn pass_due_next(&self, zone: &ZoneId, now: Timestamp) -> Option<Timestamp> {
        let rank = self.watches.get(zone).and_then(|w| w.rank).unwrap_or(0);
        let said = &self.days.get(zone)?.said;
        let turns = self.inbox.unsaid(zone, said).map(|i| turn(i.heard_at, rank));
        turns.filter(|turn| *turn > now).min()
    }

    fn read_inbox(&mut self, ctx: &mut Cx<'_>, shared: &mut Shared, after: Seq) {
        let Some(secrets) = secrets(shared) else { return };
        let Some(stream) = shared.key_note().map(|n| n.note().streams.hosts_inbox) else { return };
        if is_to_be_created(shared, &stream) {
            return;
        }
        self.inbox.again = false;
        let context = ReadContext { stream, at: ctx.now };
        let signature = sign(&ctx.network, &secrets.inbox_read.signing(), &context);
        let auth = ReadAuth { at: ctx.now, signature };
        shared.call(ctx, Caller::Host(HostCall::Inbox), Request::Read(stream, after, Some(auth)));
    }

    /// A host's call was answered.
    pub fn call_ended(&mut self, ctx: &mut Cx<'_>, shared: &mut Shared, what: HostCall, response: Response) {
        let HostCall::Inbox = what;
        let Response::Frames(frames) = response else {
            // Not reachable now, or refused for a moment: it is tried again when there is a reason, and
            // the followed inbox goes on meanwhile.
            self.inbox.again = response == Response::Unreachable;
            return;
        };
        for stored in &frames.frames {
            self.take_in(ctx, shared, stored);
        }
        if let Some(last) = frames.frames.last().filter(|last| last.seq < frames.head) {
            self.read_inbox(ctx, shared, last.seq);
        }
        let zones: Vec<ZoneId> = self.days.keys().cloned().collect();
        for zone in zones {
            self.pass_due(ctx, shared, &zone);
        }
    }

    /// Passes on in a zone's room what is this host's turn to pass on, and tells newcomers what holds.
    pub(super) fn pass_due(&mut self, ctx: &mut Cx<'_>, shared: &mut Shared, zone: &ZoneId) {
        let messages = self.due_in(ctx, shared, zone);
        if !messages.is_empty() {
            self.pass_on(ctx, shared, zone, messages);
        }
        self.tell_newcomers(ctx, shared, zone);
    }

    fn due_in(&mut self, ctx: &Cx<'_>, shared: &Shared, zone: &ZoneId) -> Vec<DeskMessage> {
        let Some(day) = self.days.get(zone).filter(|d| d.is_in()) else { return Vec::new() };
        self.inbox.note_said(zone, &day.said);
        let is_over = |id: &CallOutId| self.inbox.over.contains(id);
        let is_open =
            |id: &CallOutId| self.inbox.announced.get(id).is_some_and(|hash| day.state.contains_key(hash));
        let open: Vec<(Timestamp, DeskMessage)> = self
            .inbox
            .unsaid(zone, &day.said)
            .filter(|item| item.about.holds(day, ctx.now))
            .filter(|item| match &item.about.what {
                What::CallOut(id) => !is_over(id),
                // The end of what was never passed on here is no news.
                What::Over(id) => is_open(id),
                What::HeadsUp | What::Note => true,
                What::Alert(id, serial) => is_logged(shared, id, *serial),
            })
            .map(|item| (item.heard_at, item.message.clone()))
            .collect();
        if open.is_empty() {
            return Vec::new();
        }
        let rank = self.rank(shared, zone);
        open.into_iter().filter(|(at, _)| turn(*at, rank) <= ctx.now).map(|(_, m)| m).collect()
    }

    fn pass_on(&mut self, ctx: &mut Cx<'_>, shared: &mut Shared, zone: &ZoneId, messages: Vec<DeskMessage>) {
        let Some(mut day) = self.days.get(zone).cloned() else { return };
        let count = messages.len();
        if let Err(error) = say(ctx, shared, &day, &messages) {
            return refused(ctx, Some(zone), error.code());
        }
        for message in &messages {
            record(shared, &mut day, message);
        }
        self.store_day(ctx, zone, day);
        ctx.tell(Event::Host(HostEvent::Passed { zone: zone.clone(), count }));
    }

    fn tell_newcomers(&mut self, ctx: &mut Cx<'_>, shared: &mut Shared, zone: &ZoneId) {
        let Some(watch) = self.watches.get_mut(zone) else { return };
        if watch.state_turn.is_none_or(|at| at > ctx.now) {
            return;
        }
        watch.state_turn = None;
        let Some(mut day) = self.days.get(zone).cloned() else { return };
        drop_over(shared, &mut day, ctx.now);
        let messages: Vec<DeskMessage> = day.state().cloned().collect();
        if !messages.is_empty()
            && let Err(error) = say(ctx, shared, &day, &messages)
        {
            refused(ctx, Some(zone), error.code());
        }
        self.store_day(ctx, zone, day);
    }

    /// A host passed something on: this one need not.
    pub(super) fn heard_passed(
        &mut self,
        ctx: &mut Cx<'_>,
        shared: &Shared,
        zone: &ZoneId,
        from: &Credential,
        messages: &[DeskMessage],
    ) {
        let Some(mut day) = self.days.get(zone).cloned() else { return };
        let before = day.said.len();
        for message in messages {
            record(shared, &mut day, message);
        }
        let told: Vec<Hash32> = messages.iter().map(message_hash).collect();
        drop_over(shared, &mut day, ctx.now);
        let is_all = day.state.keys().all(|hash| told.contains(hash));
        if is_all
            && !day.is_own(from)
            && let Some(watch) = self.watches.get_mut(zone)
        {
            watch.state_turn = None;
        }
        if day.said.len() != before {
            self.store_day(ctx, zone, day);
        }
    }
}

/// Says the desk's messages in a zone's room, in pieces that fit.
fn say(
    ctx: &mut Cx<'_>,
    shared: &mut Shared,
    day: &Day,
    messages: &[DeskMessage],
) -> Result<(), CommandError> {
    let room = day.room().ok_or(CommandError::Unknown("room"))?;
    let Shared { rooms, outbox, .. } = shared;
    let room = rooms.get_mut(&room).ok_or(CommandError::Unknown("room"))?;
    let mut piece = Vec::new();
    let mut len = 0;
    for message in messages {
        let more = encode(message).len();
        if len + more > PASSED_LEN && !piece.is_empty() {
            let full = DayMessage::Passed(std::mem::take(&mut piece));
            room.say(ctx, outbox, &encode(&full), &[])?;
            len = 0;
        }
        len += more;
        piece.push(message.clone());
    }
    room.say(ctx, outbox, &encode(&DayMessage::Passed(piece)), &[])?;
    Ok(())
}

/// Notes what was passed on in a room. What the desk has not signed has no effect.
fn record(shared: &Shared, day: &mut Day, message: &DeskMessage) {
    let Some(about) = About::read(shared, message) else { return };
    let hash = message_hash(message);
    if !about.zones.contains(&day.opening().zone) || !day.said.insert(hash) {
        return;
    }
    let count = match about.what {
        What::CallOut(_) => Some(&mut day.counts.call_outs),
        What::Over(id) => {
            day.state.retain(|_, m| call_out_of(m) != Some(id));
            None
        }
        What::HeadsUp => Some(&mut day.counts.heads_ups),
        What::Note => Some(&mut day.counts.notes),
        What::Alert(id, _) => {
            day.state.retain(|_, m| alert_of(m) != Some(id));
            Some(&mut day.counts.alerts)
        }
    };
    if let Some(count) = count {
        *count = count.saturating_add(1);
        day.state.insert(hash, message.clone());
    }
}

fn drop_over(shared: &Shared, day: &mut Day, now: Timestamp) {
    let over: Vec<Hash32> = day
        .state
        .iter()
        .filter(|(_, m)| !About::read(shared, m).is_some_and(|about| about.holds(day, now)))
        .map(|(hash, _)| *hash)
        .collect();
    for hash in over {
        day.state.remove(&hash);
    }
}

fn by_desk<S: Statement>(shared: &Shared, signed: &Signed<S>) -> Option<S> {
    let note = shared.key_note()?;
    let opened = signed.open_by_any(&shared.identity.network, |key| note.is_desk_key(key));
    opened.ok().map(|(_, said)| said)
}

/// Whether the public log, as verified by this device, has this note of an alert and no newer one.
fn is_logged(shared: &Shared, alert: &AlertId, serial: u32) -> bool {
    shared.log.alerts().last_note(alert).is_some_and(|note| note.serial == serial)
}

fn call_out_of(message: &DeskMessage) -> Option<CallOutId> {
    match message {
        DeskMessage::CallOut(signed) => signed.unverified_body().ok().map(|c| c.id),
        DeskMessage::CallOutOver(_)
        | DeskMessage::HeadsUp(_)
        | DeskMessage::Note(_)
        | DeskMessage::Alert(..) => None,
    }
}

fn alert_of(message: &DeskMessage) -> Option<AlertId> {
    match message {
        DeskMessage::Alert(_, text) => SignedAlert::parse(text.as_bytes()).ok().map(|a| a.note().alert),
        DeskMessage::CallOut(_)
        | DeskMessage::CallOutOver(_)
        | DeskMessage::HeadsUp(_)
        | DeskMessage::Note(_) => None,
    }
}

fn message_hash(message: &DeskMessage) -> Hash32 {
    sha256("desk-message", &[&encode(message)])
}
