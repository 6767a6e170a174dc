//! A host box: opens each zone's day room by schedule, admits members in batches, passes on what the desk
//! says, and destroys everything when the day is over (flows 3, protocol: Rooms). A host's device that
//! its owner has taken off the schedule joins the rooms and helps, and opens one when it is told to.
//!
//! All host boxes of a network are one team. Each joins every room, reads every door and the desk's inbox;
//! whatever any of them could do is done by the one that ranks first for it, and by the next when nothing
//! has happened for a while. So a host that vanishes is replaced without anybody noticing its absence as
//! such. Who opens which room is settled by the order of the hosts' casebook ([`HostBook`]).

mod book;
mod command;
mod day;
mod door;
mod ending;
mod event;
mod keys;
mod opening;
mod passing;
mod succession;
mod watch;

use std::collections::{BTreeMap, BTreeSet};

use bystand_crypto::hash::sha256;
use bystand_crypto::seal::SealSecretKey;
use bystand_crypto::sign::SigningKey;
use bystand_wire::relay_api::StoredFrame;
use bystand_wire::time::SECOND_MS;
use bystand_wire::{Hash32, Role, Seq, StreamId, Timestamp, ZoneId, decode, encode};
use minicbor::{Decode, Encode};

pub use book::{Counts, Folded, HostBook, HostEntry, Opened, Opening, Removal, Summary};
pub use command::HostCommand;
pub use day::{Day, logged_room};
pub use event::HostEvent;

use super::secrets::HostSecrets;
use super::{CommandError, Cx, Event, KnockFor, Listener, Owner, Shared};
use crate::logwatch::AlertEvent;
use crate::network::ManifestStatus;
use crate::network::keynote::KeyNoteStatus;
use crate::outbox::{Job, JobId, Outcome, Work};
use crate::room::{Credential, Knock, Leaf, RoomEvent, RoomSync, SyncError};
use crate::team::{Carrier, CasebookItem, CasebookMark, EntryBreach, TeamEvent, TeamKind, TeamSync};

const STATE: &str = "host/state";
const SETTINGS: &str = "host/settings";
const DAYS: &str = "host/day/";
const SUMMARIES: &str = "host/summary/";
/// Entries between two snapshots of the fold.
const SNAPSHOT_EVERY: u32 = 16;
/// How long the next in rank waits for the one before, in milliseconds.
const RANK_PAUSE_MS: u64 = 10 * SECOND_MS;

/// A job of a host's.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
pub enum HostJob {
    /// An entry of the hosts' casebook.
    #[n(0)]
    Entry,
    /// The stream of a zone's room.
    #[n(1)]
    Room(#[n(0)] ZoneId, #[n(1)] StreamId),
    /// A door or welcome stream.
    #[n(2)]
    Stream(#[n(0)] ZoneId, #[n(1)] StreamId),
    /// The note that tells members of the room.
    #[n(3)]
    Note(#[n(0)] ZoneId, #[n(1)] StreamId),
    /// A knock at a room that another host opened: its door.
    #[n(4)]
    Knock(#[n(0)] ZoneId, #[n(1)] StreamId),
    /// The hosts' new keys for the key note.
    #[n(5)]
    Keys,
    /// An epoch's authenticator for the public log.
    #[n(6)]
    Authenticator,
}

/// A call of a host's.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum HostCall {
    /// The inbox is read again from its start.
    Inbox,
}

/// A stream a host listens to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum HostStream {
    /// What the desk leaves for the hosts.
    Inbox,
    /// The door of a zone's room.
    Door(ZoneId),
}

/// What the host box's owner decides.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
struct Settings {
    /// Minutes that the network's local time is ahead of UTC.
    #[n(0)]
    utc_offset_min: i32,
    /// Whether rooms are opened without being asked: what makes a host's device a host box.
    #[n(1)]
    by_schedule: bool,
}

impl Default for Settings {
    fn default() -> Self {
        Self { utc_offset_min: 0, by_schedule: true }
    }
}

#[derive(Encode, Decode)]
#[cbor(map)]
struct Snapshot {
    #[n(0)]
    mark: CasebookMark,
    #[n(1)]
    book: HostBook,
}

/// A host's part of a device.
#[derive(Debug, Default)]
pub struct Host {
    settings: Settings,
    book: HostBook,
    /// The fold of the casebook that succeeds a lost one, until all is in it that was carried over.
    next: Option<HostBook>,
    carrier: Carrier,
    mark: Option<CasebookMark>,
    since_snapshot: u32,
    days: BTreeMap<ZoneId, Day>,
    /// What is known of each room only while the program runs.
    watches: BTreeMap<ZoneId, watch::Watch>,
    /// Days that ended here and whose counts are not in the casebook yet, with when this host steps in.
    summaries: BTreeMap<ZoneId, (Summary, Timestamp)>,
    /// Openings this host has asked for, until they are in the casebook or were asked for long ago.
    claims: BTreeMap<ZoneId, Timestamp>,
    /// Zones to be opened at once, by command.
    asked: BTreeSet<ZoneId>,
    /// Since when zones have no room, as this host noticed.
    missing: BTreeMap<ZoneId, Timestamp>,
    inbox: passing::Inbox,
    /// When each host's device was last heard of.
    alive: BTreeMap<Hash32, Timestamp>,
    /// When another host's opening was last heard.
    opening_heard: Timestamp,
    /// Since when the live connection stands.
    online_since: Option<Timestamp>,
    not_ready: Option<&'static str>,
    keys_asked: Timestamp,
    /// When this host makes next week's keys, unless another does first.
    roll_turn: Option<Timestamp>,
    /// When this host has the inbox take what comes from the desk's next room, unless another does first.
    inbox_turn: Option<Timestamp>,
}

impl Host {
    /// As it lies in the vault.
    pub fn load(records: &BTreeMap<String, Vec<u8>>) -> Self {
        let mut host = Self::default();
        if let Some(settings) = records.get(SETTINGS).and_then(|b| decode(b).ok()) {
            host.settings = settings;
        }
        // Without a readable snapshot the casebook is read again from its start.
        if let Some(snapshot) = records.get(STATE).and_then(|b| decode::<Snapshot>(b).ok()) {
            host.book = snapshot.book;
            host.mark = Some(snapshot.mark);
        }
        for (zone, day) in zone_records(records, DAYS) {
            host.days.insert(zone, day);
        }
        for (zone, summary) in zone_records(records, SUMMARIES) {
            host.summaries.insert(zone, (summary, Timestamp(0)));
        }
        host
    }

    /// The fold's place, to take the casebook up from.
    pub fn mark(&self) -> Option<CasebookMark> {
        self.mark.clone()
    }

    /// What the hosts have written down.
    pub fn book(&self) -> &HostBook {
        &self.book
    }

    /// A zone's day as this host has it.
    pub fn day(&self, zone: &ZoneId) -> Option<&Day> {
        self.days.get(zone)
    }

    /// The zones that have a day room now, as far as this host knows.
    pub fn zones(&self) -> impl Iterator<Item = (&ZoneId, &Day)> {
        self.days.iter()
    }

    /// Minutes that the network's local time is ahead of UTC; the shell knows the time zone. Days begin at
    /// 04:00 local time. A day that has begun keeps its end.
    pub fn set_utc_offset_min(&mut self, ctx: &mut Cx<'_>, minutes: i32) {
        if self.settings.utc_offset_min != minutes {
            self.settings.utc_offset_min = minutes;
            ctx.store(SETTINGS, &self.settings);
        }
    }

    /// What opens requests at the hosts' doors and their inbox, the likeliest first.
    pub fn door_secrets(&self, shared: &Shared, now: Timestamp) -> Vec<SealSecretKey> {
        let keys = secrets(shared).map(|secrets| secrets.keys).unwrap_or_default();
        keys.by_likelihood(now).map(|keys| keys.seal.sealing()).collect()
    }

    /// Rooms of the day, from the vault.
    ///
    /// # Errors
    /// [`SyncError`] when a room's record is damaged.
    pub fn load_rooms(
        &mut self,
        shared: &mut Shared,
        records: &BTreeMap<String, Vec<u8>>,
        now: Timestamp,
    ) -> Result<(), SyncError> {
        let knocks = Knock::load_all(records);
        for (zone, day) in &self.days {
            let Some(leaf) = day.leaf(shared, now) else { continue };
            if let Some(room) = day.room() {
                shared.rooms.insert(room, RoomSync::load(leaf, room, records)?);
            }
            let door = day.door();
            if let Some(knock) = knocks.iter().find(|k| k.door == door) {
                shared.knocks.insert(door, (knock.clone(), KnockFor::HostDay(zone.clone())));
            }
        }
        Ok(())
    }

    /// What makes this device a leaf of a zone's room.
    pub fn room_leaf(&self, shared: &Shared, zone: &ZoneId, now: Timestamp) -> Option<Leaf> {
        self.days.get(zone)?.leaf(shared, now)
    }

    /// Follows what a host follows.
    pub fn resume(&mut self, ctx: &mut Cx<'_>, shared: &mut Shared) {
        self.take_up_carrying(shared);
        self.follow(ctx, shared);
    }

    /// The network's manifest or key note changed: what could not be verified before may be now.
    pub fn trust_changed(&mut self, ctx: &mut Cx<'_>, shared: &mut Shared) {
        self.inbox.read_again();
        self.follow(ctx, shared);
    }

    /// A frame of a stream that a host listens to.
    pub fn frame(&mut self, ctx: &mut Cx<'_>, shared: &mut Shared, what: HostStream, stored: &StoredFrame) {
        match what {
            HostStream::Inbox => self.inbox_frame(ctx, shared, stored),
            HostStream::Door(zone) => self.door_frame(ctx, shared, &zone, stored),
        }
    }

    /// One of a host's jobs ended.
    pub fn job_ended(
        &mut self,
        ctx: &mut Cx<'_>,
        shared: &mut Shared,
        what: HostJob,
        _: &Job<Owner>,
        outcome: Outcome,
    ) {
        let is_done = matches!(outcome, Outcome::Done(_));
        match what {
            HostJob::Room(zone, room) if is_done => self.room_made(ctx, shared, &zone, room),
            HostJob::Note(zone, room) if is_done => self.announced(ctx, &zone, room),
            HostJob::Room(zone, room) | HostJob::Stream(zone, room) | HostJob::Note(zone, room)
                if !is_done =>
            {
                self.not_made(ctx, &zone, room);
            }
            HostJob::Knock(zone, door) if !is_done => self.not_heard(ctx, shared, &zone, door),
            HostJob::Entry
            | HostJob::Room(..)
            | HostJob::Stream(..)
            | HostJob::Note(..)
            | HostJob::Knock(..)
            | HostJob::Keys
            | HostJob::Authenticator => {}
        }
    }

    /// Hosts hear of alerts from the desk and compare them with the public log when they pass them on.
    pub fn alert(&mut self, _: &mut Cx<'_>, _: &mut Shared, _: &AlertEvent) {}

    /// Something happened in the hosts' team.
    pub fn team_event(&mut self, ctx: &mut Cx<'_>, shared: &mut Shared, event: TeamEvent) {
        match event {
            TeamEvent::Item(item) => self.item(ctx, shared, *item),
            TeamEvent::Keys => {
                self.inbox.read_again();
                self.follow(ctx, shared);
            }
            TeamEvent::MustRotate { epoch } => self.rotate(ctx, shared, epoch),
            TeamEvent::Members { .. } => ctx.tell(Event::Team(TeamKind::Hosts, "members")),
            TeamEvent::Passing { .. } => {}
            TeamEvent::Unreadable { code, .. } => {
                let text = "A message in the hosts' room could not be read.".to_owned();
                ctx.tell(Event::Warning { code, text });
            }
            TeamEvent::Ended => self.end(ctx, shared),
        }
    }

    /// Something happened in a day room.
    pub fn room_event(&mut self, ctx: &mut Cx<'_>, shared: &mut Shared, room: StreamId, event: &RoomEvent) {
        let found = self.days.iter().find(|(_, day)| day.room() == Some(room));
        let Some(zone) = found.map(|(zone, _)| zone.clone()) else { return };
        self.day_event(ctx, shared, &zone, event);
    }

    /// When something is due by the clock, as things stand at `now`.
    pub fn next_due(&self, shared: &Shared, now: Timestamp) -> Option<Timestamp> {
        let ends = self.days.values().map(|day| day.opening().until).min();
        if !shared.identity.has_role(Role::Host, now) || !is_ready(shared) {
            return ends;
        }
        let keys = self.roll_turn.map_or(self.keys_asked, |turn| turn.max(self.keys_asked));
        let rooms = self.days.keys().filter_map(|zone| self.room_due_next(shared, zone, now)).min();
        let summaries = self.summaries.values().map(|(_, turn)| *turn).min();
        let claims = self.claims_due_next(shared, now);
        let inbox = self.inbox_due_next(shared);
        [ends, Some(keys), rooms, summaries, claims, inbox, self.inbox_turn].into_iter().flatten().min()
    }

    /// What is due by the clock.
    pub fn due(&mut self, ctx: &mut Cx<'_>, shared: &mut Shared) {
        self.days_over(ctx, shared);
        if !shared.identity.has_role(Role::Host, ctx.now) {
            return;
        }
        self.watch_connection(ctx, shared);
        self.tell_readiness(ctx, shared);
        if !is_ready(shared) {
            return;
        }
        self.keys_due(ctx, shared);
        self.keep_inbox(ctx, shared);
        self.follow(ctx, shared);
        if self.next.is_some() || !shared.is_up_to_date(TeamKind::Hosts) {
            return;
        }
        self.claims_due(ctx, shared);
        let has_key = host_key(shared, ctx.now).is_some();
        let zones: Vec<ZoneId> = self.days.keys().cloned().collect();
        for zone in zones {
            self.room_due(ctx, shared, &zone);
            if has_key {
                self.broken_due(ctx, shared, &zone);
            }
            self.removals_due(ctx, shared, &zone);
            self.admit_due(ctx, shared, &zone);
            self.pass_due(ctx, shared, &zone);
        }
        self.inbox_due(ctx, shared);
        self.summaries_due(ctx, shared);
        // Here, and not while entries come in: several may come in one input, and the team's mark is
        // beyond all of them from the first on.
        self.snapshot_due(ctx, shared);
    }

    /// Writes an entry; a day's entries are under the day's key.
    fn write(
        &mut self,
        ctx: &mut Cx<'_>,
        shared: &mut Shared,
        entry: &HostEntry,
    ) -> Result<JobId, CommandError> {
        let author = shared.identity.author().ok_or(CommandError::NotInTeam)?;
        let device = shared.identity.device();
        let incident = match entry {
            HostEntry::Opening(opening) => Some(opening.incident()),
            HostEntry::Removed(_) | HostEntry::Ended(_) | HostEntry::Carried(_) => None,
        };
        let Shared { teams, outbox, .. } = shared;
        let team = teams.get_mut(&TeamKind::Hosts).ok_or(CommandError::NotInTeam)?;
        let owner = Owner::Host(HostJob::Entry);
        Ok(team.append(ctx, outbox, owner, (author, &device), incident, encode(entry))?)
    }

    fn item(&mut self, ctx: &mut Cx<'_>, shared: &mut Shared, item: CasebookItem) {
        self.since_snapshot += 1;
        let CasebookItem { seq, at, entry, breach } = item;
        if let Some(breach) = breach {
            return ctx.tell(Event::Host(HostEvent::Marked { seq, code: breach_code(breach) }));
        }
        let Some(entry) = entry else { return };
        self.alive.insert(entry.author, ctx.now);
        let Ok(said) = decode::<HostEntry>(&entry.event) else {
            return ctx.tell(Event::Host(HostEvent::Marked { seq, code: "entry-unknown" }));
        };
        if let HostEntry::Carried(carried) = said {
            return self.carried(ctx, shared, entry.author, carried);
        }
        match self.next.as_mut().unwrap_or(&mut self.book).apply(entry.author, at, &said) {
            Folded::Applied => match said {
                HostEntry::Carried(_) => {}
                HostEntry::Opening(opening) => self.opened(ctx, shared, entry.author, opening),
                HostEntry::Removed(removal) => {
                    self.watches.entry(removal.zone).or_default().look_for_removed = true;
                }
                HostEntry::Ended(summary) => self.summed_up(ctx, &summary),
            },
            // Another host was first.
            Folded::NoEffect => {
                if let HostEntry::Opening(opening) = &said {
                    self.claims.remove(&opening.zone);
                }
            }
            Folded::Refused => ctx.tell(Event::Host(HostEvent::Marked { seq, code: "entry-rule" })),
        }
    }

    fn snapshot_due(&mut self, ctx: &mut Cx<'_>, shared: &Shared) {
        if self.since_snapshot < SNAPSHOT_EVERY || self.next.is_some() {
            return;
        }
        self.store_snapshot(ctx, shared);
    }

    fn store_snapshot(&mut self, ctx: &mut Cx<'_>, shared: &Shared) {
        let Some(team) = shared.teams.get(&TeamKind::Hosts) else { return };
        self.since_snapshot = 0;
        self.mark = Some(team.mark().clone());
        ctx.store(STATE, &Snapshot { mark: team.mark().clone(), book: self.book.clone() });
    }

    /// Follows the desk's inbox and the doors of the rooms this host is in.
    fn follow(&mut self, ctx: &mut Cx<'_>, shared: &mut Shared) {
        let Some(secrets) = secrets(shared) else { return };
        let Some(inbox) = shared.key_note().map(|n| n.note().streams.hosts_inbox) else { return };
        if !is_to_be_created(shared, &inbox) {
            let read = secrets.inbox_read.signing();
            shared.follow(ctx, inbox, Listener::Host(HostStream::Inbox), Seq::START, Some(&read));
        }
        for (zone, day) in &self.days {
            if day.is_in() {
                let keys = day.keys();
                let listener = Listener::Host(HostStream::Door(zone.clone()));
                let after = day.door_seen();
                shared.follow(ctx, keys.door_id(), listener, after, Some(&keys.door_read));
            }
        }
    }

    /// Says once why a host cannot work, and again when the reason is another.
    fn tell_readiness(&mut self, ctx: &mut Cx<'_>, shared: &Shared) {
        let why = match shared.key_note() {
            None => Some("no-key-note"),
            Some(_) if !is_ready(shared) => Some("no-team-keys"),
            Some(note) if note.status(ctx.now) == KeyNoteStatus::Expired => Some("key-note-expired"),
            Some(_) if !is_network_current(shared, ctx.now) => Some("manifest-expired"),
            Some(_) if host_key(shared, ctx.now).is_none() => Some("host-key-not-listed"),
            Some(note) if note.status(ctx.now) == KeyNoteStatus::Stale => Some("key-note-stale"),
            Some(_) => None,
        };
        if why != self.not_ready {
            self.not_ready = why;
            if let Some(why) = why {
                ctx.tell(Event::Host(HostEvent::NotReady(why)));
            }
        }
    }

    /// This device is no longer a host: nothing of the hosts stays on it.
    fn end(&mut self, ctx: &mut Cx<'_>, shared: &mut Shared) {
        let zones: Vec<ZoneId> = self.days.keys().cloned().collect();
        for zone in zones {
            self.forget_day(ctx, shared, &zone);
        }
        for zone in self.summaries.keys() {
            ctx.forget(&format!("{SUMMARIES}{zone}"));
        }
        ctx.forget(STATE);
        if let Some(inbox) = shared.key_note().map(|n| n.note().streams.hosts_inbox) {
            shared.leave(ctx, &inbox);
        }
        *self = Self { settings: self.settings.clone(), ..Self::default() };
        ctx.tell(Event::Team(TeamKind::Hosts, "ended"));
    }
}

fn zone_records<'a, T>(
    records: &'a BTreeMap<String, Vec<u8>>,
    prefix: &'a str,
) -> impl Iterator<Item = (ZoneId, T)> + 'a
where
    T: for<'b> Decode<'b, ()> + Encode<()> + 'a,
{
    records
        .range(prefix.to_owned()..)
        .map_while(move |(name, bytes)| Some((name.strip_prefix(prefix)?, bytes)))
        .filter_map(|(zone, bytes)| Some((zone.parse().ok()?, decode(bytes).ok()?)))
}

fn breach_code(breach: EntryBreach) -> &'static str {
    match breach {
        EntryBreach::Damaged => "entry-damaged",
        EntryBreach::Author => "entry-author",
        EntryBreach::Order => "entry-order",
        EntryBreach::Predecessor => "entry-predecessor",
    }
}

fn is_ready(shared: &Shared) -> bool {
    shared.teams.get(&TeamKind::Hosts).is_some_and(TeamSync::is_ready)
}

/// Whether the network's manifest holds; when it has run out, members' work stops.
fn is_network_current(shared: &Shared, now: Timestamp) -> bool {
    shared.manifest().is_some_and(|m| m.status(now) == ManifestStatus::Current)
}

/// Whether a stream's creation is still in this device's outbox: nothing to follow yet.
fn is_to_be_created(shared: &Shared, stream: &StreamId) -> bool {
    shared.outbox.jobs().any(|(_, job)| matches!(&job.work, Work::Create(id, ..) if id == stream))
}

/// What the hosts share, once it is here.
fn secrets(shared: &Shared) -> Option<HostSecrets> {
    let team = shared.teams.get(&TeamKind::Hosts)?;
    decode(team.keys().secrets()?.1).ok()
}

/// The host key to sign with: the newest that has begun and that the key note lists, since the members
/// know no other.
fn host_key(shared: &Shared, now: Timestamp) -> Option<SigningKey> {
    let note = shared.key_note().filter(|n| n.status(now) != KeyNoteStatus::Expired)?;
    if !is_network_current(shared, now) {
        return None;
    }
    let secrets = secrets(shared)?;
    let holds = |k: &&super::secrets::WeekKeys| k.not_before <= now && now < k.not_after;
    let keys = secrets.keys.0.iter().rev().filter(holds).map(|k| k.sign.signing());
    keys.into_iter().find(|k| note.is_host_key(&k.public()))
}

/// This host's place in its team, for something that any of them could do: 0 acts first.
fn team_rank(shared: &Shared, label: &[u8]) -> u64 {
    let rank = shared.teams.get(&TeamKind::Hosts).map_or(0, |team| team.room().rank(label));
    u64::try_from(rank).unwrap_or(u64::MAX)
}

/// This host's place among the hosts in a day room.
fn room_rank(room: &RoomSync, own: &Credential) -> u64 {
    let weight = |c: &Credential| sha256("host-rank", &[room.id().as_ref(), &c.to_bytes()]);
    let own = weight(own);
    let hosts = room.members();
    let before = hosts.iter().filter(|c| matches!(c, Credential::Host(..)) && weight(c) < own).count();
    u64::try_from(before).unwrap_or(u64::MAX)
}

/// When somebody of this rank acts.
fn turn(now: Timestamp, rank: u64) -> Timestamp {
    now.plus_ms(RANK_PAUSE_MS.saturating_mul(rank))
}
