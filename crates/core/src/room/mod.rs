//! One encrypted room as this device sees it: following its stream, sending into it, admitting and
//! removing (protocol: Rooms). Used by team rooms and day rooms alike; what sets them apart is their
//! [`RoomRules`] and who asks for commits.
//!
//! A commit is applied only after the relay has it. Whoever loses the race for an epoch applies the
//! winner's commit and tries again with what is still wanted ([`RoomSync::drive`]).

mod credential;
mod knock;
mod membership;
mod record;
mod rules;

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use bystand_crypto::hash::frame_hash;
use bystand_crypto::rooms::{Incoming, KeyPackageRefusal, Member, Room, RoomError};
use bystand_crypto::sign::SigningKey;
use bystand_wire::relay_api::StoredFrame;
use bystand_wire::{Frame, FrameHash, FrameKind, Hash32, Seq, StreamId, Timestamp};
use minicbor::{Decode, Encode};

pub use credential::{Carried, Credential, DoorRequest, Holder, LeafStatement, WelcomeFrame};
pub use knock::{Knock, KnockStep};
use membership::{Pending, Wanted};
use record::{CursorRecord, RoomRecord};
pub use rules::{Leaf, RoomKind, RoomRules, RoomTrust};

use crate::ctx::Ctx;
use crate::io::Response;
use crate::outbox::{AppendJob, By, Job, JobId, Outbox, Outcome, Work};

/// How long a commit is held back that the rules do not allow yet, in milliseconds.
const EARLY_MS: u64 = 2 * bystand_wire::time::MINUTE_MS;

/// A room's part of a job: which of its errands ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Encode, Decode)]
pub enum Errand {
    /// The tree's blob.
    #[n(0)]
    Tree,
    /// The commit.
    #[n(1)]
    Commit,
    /// The Welcome that follows it.
    #[n(2)]
    Welcome,
    /// A message.
    #[n(3)]
    Message,
}

/// What happened in a room.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum RoomEvent {
    /// Somebody (also this device) said something.
    Message {
        /// Its place in the stream.
        seq: Seq,
        /// When the relay took it.
        at: Timestamp,
        /// Whose leaf sent it.
        from: Credential,
        /// What was said.
        body: Vec<u8>,
    },
    /// The membership changed; the room is in a new epoch.
    Changed {
        /// The epoch after it.
        epoch: u64,
        /// When the relay took it.
        at: Timestamp,
        /// Who came.
        added: Vec<Credential>,
        /// Who left.
        removed: Vec<Credential>,
        /// What all members of one epoch share, and no fork does.
        authenticator: Hash32,
    },
    /// This device was removed: its room keys are gone.
    Ended,
    /// A frame that this device could not read or had to refuse; the room goes on.
    Unreadable {
        /// Its place in the stream.
        seq: Seq,
        /// The stable code of the reason.
        code: &'static str,
    },
}

/// Why a room or team cannot do what was asked.
#[derive(Debug, thiserror::Error)]
pub enum SyncError {
    /// MLS refuses.
    #[error(transparent)]
    Room(#[from] RoomError),
    /// A record in the vault is missing or damaged.
    #[error("the record of a room is damaged: {0}")]
    Damaged(&'static str),
    /// The keys have not come yet, or are gone.
    #[error("the keys for this are not here")]
    NoKeys,
    /// Too long for a frame.
    #[error("too long for one frame")]
    TooLong,
}

impl SyncError {
    /// Stable, for logs and scripts.
    pub fn code(&self) -> &'static str {
        match self {
            SyncError::Room(error) => error.code(),
            SyncError::Damaged(_) => "room-damaged",
            SyncError::NoKeys => "room-no-keys",
            SyncError::TooLong => "room-too-long",
        }
    }

    /// Whether it was this device's own key package that was looked at.
    pub fn is_own_key_package(&self) -> bool {
        matches!(
            self,
            SyncError::Room(RoomError::KeyPackageRefused { reason: KeyPackageRefusal::OurOwn, .. })
        )
    }
}

/// A room this device is a member of.
#[derive(Debug)]
pub struct RoomSync {
    id: StreamId,
    welcome: StreamId,
    room: Room,
    /// Frames up to here were told to the caller.
    told: Seq,
    /// Frames up to here went through the ratchets since the snapshot.
    seen: Seq,
    own: BTreeMap<FrameHash, Vec<u8>>,
    pending: Option<Pending>,
    wanted: Wanted,
    /// As what this device's leaf is to stand from now on.
    renewal: Option<Leaf>,
    /// Commits refused since one was last applied. The winner's commit is on its way then and comes
    /// before the pause is over; where none comes (somebody made the relay count an epoch that there is
    /// not) the device must not ask as fast as the relay answers.
    refused: u32,
    not_before: Timestamp,
    /// The epoch that the relay counts, as last heard.
    relay_epoch: u64,
    /// Something of this room could be read: from then on it is news when something cannot.
    heard: bool,
    /// The epoch in which this device came: what was said in those before is not for it.
    joined: u64,
    /// A commit that the rules do not allow yet, and all behind it: another member may have seen a key
    /// note before this device. In a room where anybody can append, nobody waits.
    held: VecDeque<StoredFrame>,
    held_until: Timestamp,
    rules: RoomRules,
    committer: Option<SigningKey>,
    /// Messages that came too late for their epoch, until the room's next one is here.
    late: BTreeSet<JobId>,
}

impl RoomSync {
    /// Opens a new room on the stream of this id. The caller has promised the stream's creation with
    /// [`RoomSync::append_key`] as its first room key.
    ///
    /// # Errors
    /// [`SyncError`] when the configuration is refused.
    pub fn create<Event>(
        ctx: &mut Ctx<'_, Event>,
        leaf: &Leaf,
        id: StreamId,
        welcome: StreamId,
    ) -> Result<Self, SyncError> {
        let room = Room::create(&leaf.config(), id, ctx.now, ctx.rng)?;
        let mut sync = Self::with_room(id, welcome, room, Seq::START, leaf);
        sync.store_state(ctx);
        Ok(sync)
    }

    /// Takes up a room from the vault.
    ///
    /// # Errors
    /// [`SyncError`] when the record is damaged or the configuration does not fit it.
    pub fn load(leaf: Leaf, id: StreamId, records: &BTreeMap<String, Vec<u8>>) -> Result<Self, SyncError> {
        let state: RoomRecord = record::read(records, &record::state_name(&id))?;
        let cursor: CursorRecord = record::read(records, &record::cursor_name(&id))?;
        let mut room = Room::restore(&leaf.config(), &state.snapshot)?;
        room.skip_own_generations(cursor.sent)?;
        let mut sync = Self::with_room(id, state.welcome, room, state.seq, &leaf);
        sync.told = cursor.told;
        sync.pending = state.pending;
        sync.wanted = state.wanted;
        sync.heard = state.heard;
        sync.joined = state.joined;
        sync.own = record::own_frames(records, &id);
        Ok(sync)
    }

    /// The room's stream.
    pub fn id(&self) -> StreamId {
        self.id
    }

    /// The room's welcome stream.
    pub fn welcome(&self) -> StreamId {
        self.welcome
    }

    /// The rules this device enforces in it.
    pub fn rules(&self) -> &RoomRules {
        &self.rules
    }

    /// From where the stream must be followed.
    pub fn resume_after(&self) -> Seq {
        self.seen
    }

    /// The current epoch.
    pub fn epoch(&self) -> u64 {
        self.room.epoch()
    }

    /// The key that members' appends are signed with since the last removal.
    pub fn append_key(&self) -> SigningKey {
        SigningKey::from_seed(self.room.append_key().seed())
    }

    /// Who is in the room.
    pub fn members(&self) -> Vec<Credential> {
        self.room.members().iter().filter_map(|m| Credential::from_bytes(&m.credential).ok()).collect()
    }

    /// Whether somebody is in the room.
    pub fn has(&self, holder: &Holder) -> bool {
        self.members().iter().any(|c| c.holder() == *holder)
    }

    /// This device's place among the members, by a hash of a label: who acts first when all could.
    pub fn rank(&self, label: &[u8]) -> usize {
        self.rank_among(label, |_| true)
    }

    /// This device's place among those members who could act at all.
    pub fn rank_among(&self, label: &[u8], can_act: impl Fn(&Credential) -> bool) -> usize {
        let weight = |m: &Member| bystand_crypto::hash::sha256("rank", &[label, m.leaf_key.as_ref()]);
        let members = self.room.members();
        let own_index = self.room.own_index();
        let Some(own) = members.iter().find(|m| m.index == own_index).map(weight) else { return 0 };
        let acts = |m: &&Member| Credential::from_bytes(&m.credential).is_ok_and(|c| can_act(&c));
        members.iter().filter(|m| weight(m) < own).filter(acts).count()
    }

    /// The relay says which epoch the room is in. Call it when the frames that came along were read.
    pub fn note_epoch(&mut self, epoch: u64) {
        self.relay_epoch = epoch;
    }

    /// Whether no commit can succeed as things stand: the relay refuses this device's, or counts an epoch
    /// that this device cannot follow into. It passes when another's commit is on its way; where it lasts,
    /// somebody made the relay count a commit that is none. A relay that is only slow does not count.
    pub fn is_stalled(&self) -> bool {
        self.refused > 0 || self.relay_epoch > self.room.epoch()
    }

    /// Whether everything asked for is done.
    pub fn is_settled(&self) -> bool {
        self.pending.is_none() && self.wanted == Wanted::default()
    }

    /// Says something in the room; it survives from this input's batch on.
    ///
    /// # Errors
    /// [`SyncError`] when it cannot be encrypted (too long, or this device was removed).
    pub fn say<Event, Owner>(
        &mut self,
        ctx: &mut Ctx<'_, Event>,
        outbox: &mut Outbox<Owner>,
        body: &[u8],
        after: &[JobId],
    ) -> Result<JobId, SyncError>
    where
        Owner: From<(StreamId, Errand)> + Clone + Encode<()> + for<'b> Decode<'b, ()>,
    {
        let work = self.message_work(ctx, body)?;
        Ok(outbox.push(ctx, Owner::from((self.id, Errand::Message)), work, after))
    }

    /// Looks at a newcomer's key package without adding it: who it is, if it could be added now.
    ///
    /// # Errors
    /// [`SyncError`] when it could not be added, whoever is behind it.
    pub fn screen(&mut self, key_package: &[u8], now: Timestamp) -> Result<Credential, SyncError> {
        let candidate = self.room.screen(key_package, now)?;
        Credential::from_bytes(&candidate.credential).map_err(|_| SyncError::Damaged("credential"))
    }

    /// A frame of the room's stream, in order. Repeated frames have no effect.
    pub fn handle_frame<Event>(&mut self, ctx: &mut Ctx<'_, Event>, stored: &StoredFrame) -> Vec<RoomEvent> {
        if stored.seq <= self.held.back().map_or(self.seen, |last| last.seq) {
            return Vec::new();
        }
        if !self.held.is_empty() {
            self.held.push_back(stored.clone());
            return Vec::new();
        }
        if self.is_too_early(stored) {
            self.held_until = ctx.now.plus_ms(EARLY_MS);
            self.held.push_back(stored.clone());
            return Vec::new();
        }
        self.take_frame(ctx, stored)
    }

    /// Frames that were held back, once the rules have been brought up to date.
    pub fn handle_held<Event>(&mut self, ctx: &mut Ctx<'_, Event>) -> Vec<RoomEvent> {
        let mut events = Vec::new();
        while let Some(stored) = self.held.pop_front() {
            if self.is_too_early(&stored) && ctx.now < self.held_until {
                self.held.push_front(stored);
                break;
            }
            events.extend(self.take_frame(ctx, &stored));
        }
        events
    }

    /// When this room has something to do by the clock: a commit to be made after a pause, or frames that
    /// were held back long enough. What waits for anything else is woken by it.
    pub fn next_due(&self) -> Option<Timestamp> {
        let held = (!self.held.is_empty()).then_some(self.held_until);
        let commit = self.wants_commit().then_some(self.not_before);
        held.into_iter().chain(commit).min()
    }

    fn take_frame<Event>(&mut self, ctx: &mut Ctx<'_, Event>, stored: &StoredFrame) -> Vec<RoomEvent> {
        self.seen = stored.seq;
        let already_told = stored.seq <= self.told;
        let events = match Frame::parse(&stored.frame) {
            Ok(Frame { kind: FrameKind::RoomCommit, body }) => self.take_commit(ctx, stored, body),
            Ok(Frame { kind: FrameKind::RoomMessage, body }) => self.take_message(ctx, stored, body),
            Ok(_) | Err(_) => vec![RoomEvent::Unreadable { seq: stored.seq, code: "not-a-room-frame" }],
        };
        self.told = self.told.max(stored.seq);
        self.store_cursor(ctx);
        if already_told { Vec::new() } else { events }
    }

    /// One of this room's jobs ended.
    pub fn handle_job<Event, Owner>(
        &mut self,
        ctx: &mut Ctx<'_, Event>,
        outbox: &mut Outbox<Owner>,
        id: JobId,
        errand: Errand,
        outcome: &Outcome,
    ) -> Vec<RoomEvent>
    where
        Owner: From<(StreamId, Errand)> + Clone + Encode<()> + for<'b> Decode<'b, ()>,
    {
        match (errand, outcome) {
            (Errand::Commit, Outcome::Done(Response::Appended(taken))) => self.accept(ctx, id, taken.at),
            (Errand::Commit, Outcome::Refused(_) | Outcome::Dropped) => {
                if self.pending.is_some_and(|p| p.job == id) {
                    self.give_up_commit(ctx);
                }
                Vec::new()
            }
            (Errand::Message, Outcome::Stale) => {
                // Encrypted anew in the same epoch it would only be refused again, as fast as the relay
                // answers: it waits for the commit that it came too late for.
                self.late.insert(id);
                self.say_late(ctx, outbox);
                Vec::new()
            }
            (Errand::Message, Outcome::Done(_) | Outcome::Dropped | Outcome::Refused(_))
            | (Errand::Commit, Outcome::Stale | Outcome::Done(_))
            | (Errand::Tree | Errand::Welcome, _) => Vec::new(),
        }
    }

    /// Deletes everything of this room from the vault.
    pub fn forget<Event>(&self, ctx: &mut Ctx<'_, Event>) {
        ctx.forget(&record::state_name(&self.id));
        ctx.forget(&record::cursor_name(&self.id));
        for hash in self.own.keys() {
            ctx.forget(&record::own_name(&self.id, hash));
        }
    }

    fn with_room(id: StreamId, welcome: StreamId, room: Room, seen: Seq, leaf: &Leaf) -> Self {
        Self {
            id,
            welcome,
            room,
            told: seen,
            seen,
            own: BTreeMap::new(),
            pending: None,
            wanted: Wanted::default(),
            renewal: None,
            refused: 0,
            not_before: Timestamp(0),
            relay_epoch: 0,
            heard: false,
            joined: 0,
            held: VecDeque::new(),
            held_until: Timestamp(0),
            rules: leaf.rules.clone(),
            committer: leaf.committer.clone(),
            late: BTreeSet::new(),
        }
    }

    fn message_work<Event>(&mut self, ctx: &mut Ctx<'_, Event>, body: &[u8]) -> Result<Work, SyncError> {
        let sealed = self.room.encrypt(body, ctx.rng)?;
        let frame = Frame::build(FrameKind::RoomMessage, &sealed);
        self.remember_own(ctx, &frame, body);
        self.store_cursor(ctx);
        Ok(Work::Append(AppendJob {
            stream: self.id,
            frame,
            by: By::Room(self.id),
            commit: None,
            tag: None,
            epoch: Some(self.room.epoch()),
        }))
    }

    /// What came too late for its epoch is said again in the new one, once this device is in it.
    fn say_late<Event, Owner>(&mut self, ctx: &mut Ctx<'_, Event>, outbox: &mut Outbox<Owner>)
    where
        Owner: From<(StreamId, Errand)> + Clone + Encode<()> + for<'b> Decode<'b, ()>,
    {
        if self.late.is_empty() {
            return;
        }
        let epoch = Some(self.room.epoch());
        let is_of_now = |job: &Job<Owner>| matches!(&job.work, Work::Append(a) if a.epoch == epoch);
        let (again, late): (Vec<_>, Vec<_>) = outbox
            .jobs()
            .filter(|(id, _)| self.late.contains(id))
            .map(|(id, job)| (id, job.clone()))
            .partition(|(_, job)| !is_of_now(job));
        self.late = late.into_iter().map(|(id, _)| id).collect();
        for (id, job) in again {
            self.encrypt_again(ctx, outbox, id, job);
        }
    }

    /// The relay refused a message: the room has moved on. What was said is said again in the new epoch.
    fn encrypt_again<Event, Owner>(
        &mut self,
        ctx: &mut Ctx<'_, Event>,
        outbox: &mut Outbox<Owner>,
        id: JobId,
        job: Job<Owner>,
    ) where
        Owner: From<(StreamId, Errand)> + Clone + Encode<()> + for<'b> Decode<'b, ()>,
    {
        let Work::Append(append) = &job.work else { return };
        let hash = frame_hash(&append.frame);
        let Some(body) = self.own.remove(&hash) else { return };
        ctx.forget(&record::own_name(&self.id, &hash));
        match self.message_work(ctx, &body) {
            Ok(work) => outbox.replace(ctx, id, Job { work, ..job }),
            // This device was removed meanwhile: there is nobody left to say it to.
            Err(_) => outbox.cancel(ctx, id),
        }
    }

    fn take_message<Event>(
        &mut self,
        ctx: &mut Ctx<'_, Event>,
        stored: &StoredFrame,
        body: &[u8],
    ) -> Vec<RoomEvent> {
        let (seq, at) = (stored.seq, stored.at);
        let hash = frame_hash(&stored.frame);
        if let Some(own) = self.own.remove(&hash) {
            ctx.forget(&record::own_name(&self.id, &hash));
            let Some(from) = self.own_credential() else { return Vec::new() };
            return vec![RoomEvent::Message { seq, at, from, body: own }];
        }
        match self.room.process(body) {
            Ok(Incoming::Message { credential, body, .. }) => {
                self.heard = true;
                match Credential::from_bytes(&credential) {
                    Ok(from) => vec![RoomEvent::Message { seq, at, from, body: body.to_vec() }],
                    Err(_) => vec![RoomEvent::Unreadable { seq, code: "bad-credential" }],
                }
            }
            // Told before this device was restarted.
            Ok(Incoming::Own { .. }) => Vec::new(),
            Ok(Incoming::Commit(_)) => vec![RoomEvent::Unreadable { seq, code: "not-a-message" }],
            Err(error) => self.unreadable(seq, &error),
        }
    }

    /// A newcomer reads the stream from its start: what was said before it came is not for it, and that
    /// is no news; nor is it when the relay takes it late, as a message of the epoch before.
    fn unreadable(&self, seq: Seq, error: &RoomError) -> Vec<RoomEvent> {
        let is_before = matches!(error, RoomError::TooOld { epoch, .. } if *epoch < self.joined);
        let quiet = !self.heard || is_before || matches!(error, RoomError::AlreadySeen);
        if quiet { Vec::new() } else { vec![RoomEvent::Unreadable { seq, code: error.code() }] }
    }

    /// As what this device's leaf stands there.
    pub fn own_credential(&self) -> Option<Credential> {
        Credential::from_bytes(self.room.own_credential()).ok()
    }

    /// What this device said in a frame that it has not seen come back.
    pub fn own_message(&self, frame: &FrameHash) -> Option<&[u8]> {
        self.own.get(frame).map(Vec::as_slice)
    }

    fn remember_own<Event>(&mut self, ctx: &mut Ctx<'_, Event>, frame: &[u8], body: &[u8]) {
        let hash = frame_hash(frame);
        ctx.store_bytes(&record::own_name(&self.id, &hash), body.to_vec());
        self.own.insert(hash, body.to_vec());
    }

    /// Writes the whole state: at epoch changes and when a commit is pending, never per message.
    fn store_state<Event>(&mut self, ctx: &mut Ctx<'_, Event>) {
        // A room that cannot be written down (a bug) keeps its last good state in the vault.
        let Ok(snapshot) = self.room.snapshot().map(|bytes| bytes.to_vec()) else { return };
        let state = RoomRecord {
            welcome: self.welcome,
            seq: self.seen,
            snapshot,
            pending: self.pending,
            wanted: self.wanted.clone(),
            heard: self.heard,
            joined: self.joined,
        };
        ctx.store(&record::state_name(&self.id), &state);
        self.store_cursor(ctx);
    }

    fn store_cursor<Event>(&mut self, ctx: &mut Ctx<'_, Event>) {
        let cursor = CursorRecord { told: self.told, sent: self.room.own_generation() };
        ctx.store(&record::cursor_name(&self.id), &cursor);
    }
}
