//! A team: a room that keeps a casebook (protocol: Casebooks).
//!
//! [`TeamSync`] follows the room and the casebook, hands keys to newcomers, rotates them after a
//! removal, and turns casebook frames into verified entries in the relay's order. What entries mean is
//! the business of the team's own fold (the desk's is `crate::desk`).

pub mod entry;
mod keyring;

use std::collections::{BTreeMap, VecDeque};

use bystand_crypto::hash::frame_hash;
use bystand_crypto::sign::{Signed, SigningKey};
use bystand_crypto::symmetric::SymmetricKey;
use bystand_wire::relay_api::{SignedBytes, StoredFrame};
use bystand_wire::{FrameHash, Hash32, IncidentId, PublicKey, Seq, StreamId, Timestamp, decode, encode};
use minicbor::bytes::ByteVec;
use minicbor::{Decode, Encode};

pub use entry::{Closed, Entry};
pub use keyring::{KeyBundle, Keyring, author_hash};

use crate::ctx::Ctx;
use crate::io::{CallId, Request};
use crate::network::Certificate;
use crate::network::keynote::TeamStreams;
use crate::outbox::{AppendJob, By, JobId, Outbox, Work};
use crate::room::{Credential, Errand, Holder, RoomEvent, RoomSync, SyncError};

/// How long the second in rank waits for the first, in milliseconds.
const RANK_PAUSE_MS: u64 = 5_000;
/// Incidents or certificates in one key bundle, so that it fits a frame.
const BUNDLE_PIECE: usize = 150;
/// Hashes of past frames that an entry may name as the last one seen.
const RECENT: usize = 4_096;

/// Which team.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Encode, Decode)]
#[cbor(index_only)]
pub enum TeamKind {
    /// Dispatchers.
    #[n(0)]
    Desk,
    /// Host boxes.
    #[n(1)]
    Hosts,
    /// Registrars.
    #[n(2)]
    Registrars,
}

impl TeamKind {
    /// All teams, in order.
    pub const ALL: [TeamKind; 3] = [TeamKind::Desk, TeamKind::Hosts, TeamKind::Registrars];

    /// The word in record names and messages.
    pub fn as_str(self) -> &'static str {
        match self {
            TeamKind::Desk => "desk",
            TeamKind::Hosts => "hosts",
            TeamKind::Registrars => "registrars",
        }
    }

    /// The role that makes a device a member.
    pub fn role(self) -> bystand_wire::Role {
        match self {
            TeamKind::Desk => bystand_wire::Role::Dispatcher,
            TeamKind::Hosts => bystand_wire::Role::Host,
            TeamKind::Registrars => bystand_wire::Role::Registrar,
        }
    }
}

/// A message in a team's room.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
enum TeamMessage {
    /// Keys.
    #[n(0)]
    Keys(#[n(0)] Box<KeyBundle>),
    /// A newcomer presents its certificate and asks for the keys.
    #[n(1)]
    Hello(#[n(0)] SignedBytes),
    /// What the team says that must not be kept: an exact place, a callback number.
    #[n(2)]
    Passing(#[n(0)] ByteVec),
}

/// Why an entry is kept but has no effect.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Encode, Decode)]
#[cbor(index_only)]
pub enum EntryBreach {
    /// Not readable although its keys are here, or for another casebook.
    #[n(0)]
    Damaged,
    /// The author is not known or the signature is not theirs.
    #[n(1)]
    Author,
    /// The author's own entries are out of order or one is missing: the relay reordered, withheld or
    /// repeated.
    #[n(2)]
    Order,
    /// It names a predecessor that does not precede it.
    #[n(3)]
    Predecessor,
}

/// One place of the casebook.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CasebookItem {
    /// Its place.
    pub seq: Seq,
    /// When the relay took it.
    pub at: Timestamp,
    /// The entry, unless its keys were erased.
    pub entry: Option<Entry>,
    /// Why it has no effect, if so.
    pub breach: Option<EntryBreach>,
}

/// What happened in a team.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum TeamEvent {
    /// The casebook goes on.
    Item(Box<CasebookItem>),
    /// Somebody said something that is not kept.
    Passing {
        /// The sender's certificate hash.
        from: Hash32,
        /// When the relay took it.
        at: Timestamp,
        /// What was said.
        body: Vec<u8>,
    },
    /// The keys (or the team's other secrets) changed.
    Keys,
    /// The membership changed.
    Members {
        /// Epoch after it.
        epoch: u64,
        /// What all members of one epoch share.
        authenticator: Hash32,
    },
    /// Somebody was removed and this device is the one to rotate: call [`TeamSync::rotate`].
    MustRotate {
        /// The epoch after the removal.
        epoch: u64,
    },
    /// This device is no longer on the team; its keys are gone.
    Ended,
    /// A room frame could not be read.
    Unreadable {
        /// Which room frame.
        seq: Seq,
        /// Why: a stable code.
        code: &'static str,
    },
}

/// What must survive beside the fold's own snapshot; written together with it.
#[derive(Debug, Clone, Default, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct CasebookMark {
    /// Entries up to here are in the fold.
    #[n(0)]
    pub seq: Seq,
    /// The last frames' hashes, oldest first.
    #[n(1)]
    recent: VecDeque<FrameHash>,
    /// Each author's count.
    #[n(2)]
    counts: BTreeMap<Hash32, u64>,
}

/// A team this device is a member of.
#[derive(Debug)]
pub struct TeamSync {
    kind: TeamKind,
    streams: TeamStreams,
    room: RoomSync,
    keys: Keyring,
    mark: CasebookMark,
    own_count: u64,
    /// Casebook frames that wait for a key that may be on its way in the room.
    held: VecDeque<StoredFrame>,
    barrier: Option<CallId>,
    /// Newcomers who wait for keys, and when this device steps in.
    hello: BTreeMap<Hash32, Timestamp>,
    rotation: Option<(u64, Timestamp)>,
    /// Whose certificates count, and the device keys of the authors checked so far.
    registrars: Vec<PublicKey>,
    authors: BTreeMap<Hash32, PublicKey>,
}

impl TeamSync {
    /// Starts a team's life on this device: a room just opened or joined.
    pub fn new<Event, Owner>(
        ctx: &mut Ctx<'_, Event>,
        outbox: &mut Outbox<Owner>,
        (kind, streams): (TeamKind, TeamStreams),
        room: RoomSync,
        certificate: &SignedBytes,
        first: Option<(u64, Vec<u8>)>,
    ) -> Self
    where
        Owner: From<(StreamId, Errand)> + Clone + Encode<()> + for<'b> Decode<'b, ()>,
    {
        let mut team = Self {
            kind,
            streams,
            room,
            keys: Keyring::default(),
            mark: CasebookMark::default(),
            own_count: 0,
            held: VecDeque::new(),
            barrier: None,
            hello: BTreeMap::new(),
            rotation: None,
            registrars: Vec::new(),
            authors: BTreeMap::new(),
        };
        match first {
            Some((version, secrets)) => team.keys.absorb(KeyBundle {
                team: vec![SymmetricKey::generate(ctx.rng)],
                authors: vec![certificate.clone()],
                secrets: Some((version, secrets.into())),
                ..KeyBundle::default()
            }),
            None => team.say(ctx, outbox, &TeamMessage::Hello(certificate.clone())),
        }
        team.store_keys(ctx);
        team
    }

    /// Takes up a team from the vault.
    ///
    /// # Errors
    /// [`SyncError::Damaged`] when a record is missing or unreadable.
    pub fn load(
        (kind, streams): (TeamKind, TeamStreams),
        room: RoomSync,
        mark: Option<CasebookMark>,
        records: &BTreeMap<String, Vec<u8>>,
    ) -> Result<Self, SyncError> {
        let keys = records
            .get(&keys_name(kind))
            .and_then(|b| decode(b).ok())
            .ok_or(SyncError::Damaged("team keys"))?;
        let own_count = records.get(&count_name(kind)).and_then(|b| decode(b).ok()).unwrap_or(0);
        Ok(Self {
            kind,
            streams,
            room,
            keys,
            mark: mark.unwrap_or_default(),
            own_count,
            held: VecDeque::new(),
            barrier: None,
            hello: BTreeMap::new(),
            rotation: None,
            registrars: Vec::new(),
            authors: BTreeMap::new(),
        })
    }

    /// Says whose certificates make authors: the manifest's registrars, past ones included.
    pub fn trust_registrars(&mut self, registrars: &[PublicKey]) {
        self.registrars = registrars.to_vec();
    }

    /// Which team.
    pub fn kind(&self) -> TeamKind {
        self.kind
    }

    /// Its streams.
    pub fn streams(&self) -> &TeamStreams {
        &self.streams
    }

    /// Its room.
    pub fn room(&self) -> &RoomSync {
        &self.room
    }

    /// Its room, for admitting and removing.
    pub fn room_mut(&mut self) -> &mut RoomSync {
        &mut self.room
    }

    /// Its keys.
    pub fn keys(&self) -> &Keyring {
        &self.keys
    }

    /// To be written together with the fold's snapshot.
    pub fn mark(&self) -> &CasebookMark {
        &self.mark
    }

    /// Whether the keys are here: before that nothing can be read or written.
    pub fn is_ready(&self) -> bool {
        self.keys.team_key().is_some()
    }

    /// From where the casebook must be followed.
    pub fn resume_casebook_after(&self) -> Seq {
        self.held.back().map_or(self.mark.seq, |f| f.seq)
    }

    /// Writes an entry. A new incident gets its key first, sent in the room before the entry.
    ///
    /// # Errors
    /// [`SyncError`] when the keys are not here yet, the incident is erased, or the event is too long.
    pub fn append<Event, Owner>(
        &mut self,
        ctx: &mut Ctx<'_, Event>,
        outbox: &mut Outbox<Owner>,
        owner: Owner,
        (author, device): (Hash32, &SigningKey),
        incident: Option<IncidentId>,
        event: Vec<u8>,
    ) -> Result<JobId, SyncError>
    where
        Owner: From<(StreamId, Errand)> + Clone + Encode<()> + for<'b> Decode<'b, ()>,
    {
        let mut after = Vec::new();
        if let Some(incident) = incident.filter(|i| self.keys.incident_key(i).is_none()) {
            let key = SymmetricKey::generate(ctx.rng);
            let bundle = KeyBundle { incidents: vec![(incident, vec![key])], ..KeyBundle::default() };
            self.keys.absorb(bundle.clone());
            self.store_keys(ctx);
            let message = encode(&TeamMessage::Keys(Box::new(bundle)));
            after.push(self.room.say(ctx, outbox, &message, &[])?);
        }
        let team = self.keys.team_key().ok_or(SyncError::NoKeys)?.clone();
        let inner = match incident {
            Some(id) => self.keys.incident_key(&id).ok_or(SyncError::NoKeys)?.clone(),
            None => team.clone(),
        };
        let entry = Entry {
            casebook: self.streams.casebook,
            author,
            count: self.own_count + 1,
            prev: self.mark.recent.back().copied().unwrap_or(FrameHash([0; 32])),
            at: ctx.now,
            event: event.into(),
        };
        let frame =
            entry::close(&ctx.network, device, &entry, (&team, &inner), ctx.rng).ok_or(SyncError::TooLong)?;
        self.own_count += 1;
        ctx.store(&count_name(self.kind), &self.own_count);
        let work = Work::Append(AppendJob {
            stream: self.streams.casebook,
            frame,
            by: By::Room(self.streams.room),
            commit: None,
            tag: None,
            epoch: None,
        });
        Ok(outbox.push(ctx, owner, work, &after))
    }

    /// Says something that is not kept.
    ///
    /// # Errors
    /// [`SyncError`] when this device cannot speak in the room.
    pub fn say_passing<Event, Owner>(
        &mut self,
        ctx: &mut Ctx<'_, Event>,
        outbox: &mut Outbox<Owner>,
        body: Vec<u8>,
    ) -> Result<JobId, SyncError>
    where
        Owner: From<(StreamId, Errand)> + Clone + Encode<()> + for<'b> Decode<'b, ()>,
    {
        let message = encode(&TeamMessage::Passing(body.into()));
        self.room.say(ctx, outbox, &message, &[])
    }

    /// Shows the others this device's new certificate: entries are signed in its name from now on.
    pub fn present<Event, Owner>(
        &mut self,
        ctx: &mut Ctx<'_, Event>,
        outbox: &mut Outbox<Owner>,
        certificate: &SignedBytes,
    ) where
        Owner: From<(StreamId, Errand)> + Clone + Encode<()> + for<'b> Decode<'b, ()>,
    {
        let bundle = KeyBundle { authors: vec![certificate.clone()], ..KeyBundle::default() };
        self.keys.absorb(bundle.clone());
        self.store_keys(ctx);
        self.say(ctx, outbox, &TeamMessage::Keys(Box::new(bundle)));
    }

    /// Gives the team new secrets (for instance next week's keys).
    pub fn change_secrets<Event, Owner>(
        &mut self,
        ctx: &mut Ctx<'_, Event>,
        outbox: &mut Outbox<Owner>,
        version: u64,
        secrets: Vec<u8>,
    ) where
        Owner: From<(StreamId, Errand)> + Clone + Encode<()> + for<'b> Decode<'b, ()>,
    {
        let bundle = KeyBundle { secrets: Some((version, secrets.into())), ..KeyBundle::default() };
        self.keys.absorb(bundle.clone());
        self.store_keys(ctx);
        self.say(ctx, outbox, &TeamMessage::Keys(Box::new(bundle)));
    }

    /// After a removal: new keys for the team and for every incident, and the team's new secrets.
    /// What the removed device held opens nothing written from here on.
    pub fn rotate<Event, Owner>(
        &mut self,
        ctx: &mut Ctx<'_, Event>,
        outbox: &mut Outbox<Owner>,
        epoch: u64,
        secrets: Option<(u64, Vec<u8>)>,
    ) where
        Owner: From<(StreamId, Errand)> + Clone + Encode<()> + for<'b> Decode<'b, ()>,
    {
        let incidents: Vec<IncidentId> = self.keys.incidents().copied().collect();
        for piece in incidents.chunks(BUNDLE_PIECE) {
            let incidents = piece.iter().map(|id| (*id, vec![SymmetricKey::generate(ctx.rng)])).collect();
            let bundle = KeyBundle { incidents, ..KeyBundle::default() };
            self.keys.absorb(bundle.clone());
            self.say(ctx, outbox, &TeamMessage::Keys(Box::new(bundle)));
        }
        let bundle = KeyBundle {
            team: vec![SymmetricKey::generate(ctx.rng)],
            secrets: secrets.map(|(version, bytes)| (version, bytes.into())),
            rotation: Some(epoch),
            ..KeyBundle::default()
        };
        self.keys.absorb(bundle.clone());
        self.rotation = None;
        self.store_keys(ctx);
        self.say(ctx, outbox, &TeamMessage::Keys(Box::new(bundle)));
    }

    /// Deletes an incident's keys on this device.
    pub fn erase<Event>(&mut self, ctx: &mut Ctx<'_, Event>, incident: &IncidentId) {
        self.keys.erase(incident);
        self.store_keys(ctx);
    }

    /// What happened in the room (the caller routes frames and jobs to [`TeamSync::room_mut`]).
    pub fn handle_room<Event, Owner>(
        &mut self,
        ctx: &mut Ctx<'_, Event>,
        outbox: &mut Outbox<Owner>,
        events: Vec<RoomEvent>,
    ) -> Vec<TeamEvent>
    where
        Owner: From<(StreamId, Errand)> + Clone + Encode<()> + for<'b> Decode<'b, ()>,
    {
        let mut out = Vec::new();
        for event in events {
            match event {
                RoomEvent::Message { at, from, body, .. } => {
                    self.handle_message(ctx, (&from, at), &body, &mut out);
                }
                RoomEvent::Changed { epoch, removed, authenticator, .. } => {
                    if !removed.is_empty() {
                        let rank = self.room.rank(&epoch.to_be_bytes());
                        self.rotation = Some((epoch, after_rank(ctx.now, rank)));
                    }
                    out.push(TeamEvent::Members { epoch, authenticator });
                }
                RoomEvent::Ended => {
                    self.forget(ctx);
                    out.push(TeamEvent::Ended);
                }
                RoomEvent::Unreadable { seq, code } => out.push(TeamEvent::Unreadable { seq, code }),
            }
        }
        self.release_held(ctx, &mut out);
        self.step_in(ctx, outbox, &mut out);
        out
    }

    /// A frame of the casebook, in order.
    pub fn handle_casebook<Event>(
        &mut self,
        ctx: &mut Ctx<'_, Event>,
        stored: StoredFrame,
    ) -> Vec<TeamEvent> {
        if stored.seq <= self.resume_casebook_after() {
            return Vec::new();
        }
        self.held.push_back(stored);
        let mut out = Vec::new();
        self.release_held(ctx, &mut out);
        out
    }

    /// Whether this call is the team's reading of its room.
    pub fn awaits(&self, call: CallId) -> bool {
        self.barrier == Some(call)
    }

    /// The response to a read of the room that was sent to learn whether a missing key is still to
    /// come. The caller has fed the frames to the room before. True if the call was ours.
    pub fn handle_barrier<Event>(
        &mut self,
        ctx: &mut Ctx<'_, Event>,
        call: CallId,
        answered: bool,
    ) -> Option<Vec<TeamEvent>> {
        if self.barrier != Some(call) {
            return None;
        }
        self.barrier = None;
        let mut out = Vec::new();
        let is_closed = |stored: &mut StoredFrame| {
            entry::open(&self.streams.casebook, &self.keys, &stored.frame) == Err(Closed::NoKey)
        };
        // The room has been read beyond this entry and its key was never in it for us.
        if answered
            && self.is_ready()
            && let Some(stored) = self.held.pop_front_if(is_closed)
        {
            self.pass_erased(&stored, &mut out);
        }
        self.release_held(ctx, &mut out);
        Some(out)
    }

    /// The moment named by [`TeamSync::poll_timeout`] has come.
    pub fn handle_timeout<Event, Owner>(
        &mut self,
        ctx: &mut Ctx<'_, Event>,
        outbox: &mut Outbox<Owner>,
    ) -> Vec<TeamEvent>
    where
        Owner: From<(StreamId, Errand)> + Clone + Encode<()> + for<'b> Decode<'b, ()>,
    {
        let mut out = Vec::new();
        self.step_in(ctx, outbox, &mut out);
        out
    }

    /// When this device should step in for others.
    pub fn poll_timeout(&self) -> Option<Timestamp> {
        self.hello.values().copied().chain(self.rotation.map(|(_, at)| at)).min()
    }

    /// Deletes everything of this team from the vault.
    pub fn forget<Event>(&mut self, ctx: &mut Ctx<'_, Event>) {
        self.keys = Keyring::default();
        self.held.clear();
        ctx.forget(&keys_name(self.kind));
        ctx.forget(&count_name(self.kind));
        self.room.forget(ctx);
    }

    fn handle_message<Event>(
        &mut self,
        ctx: &mut Ctx<'_, Event>,
        (from, at): (&Credential, Timestamp),
        body: &[u8],
        out: &mut Vec<TeamEvent>,
    ) {
        let Holder::Device(sender) = from.holder() else { return };
        match decode(body) {
            Ok(TeamMessage::Keys(bundle)) => {
                if let Some(newcomer) = bundle.newcomer {
                    self.hello.remove(&newcomer);
                }
                if bundle.rotation.is_some_and(|e| self.rotation.is_some_and(|(due, _)| e >= due)) {
                    self.rotation = None;
                }
                self.keys.absorb(*bundle);
                self.store_keys(ctx);
                out.push(TeamEvent::Keys);
            }
            Ok(TeamMessage::Hello(certificate)) => self.greet(ctx, sender, certificate),
            Ok(TeamMessage::Passing(body)) => {
                out.push(TeamEvent::Passing { from: sender, at, body: body.to_vec() });
            }
            Err(_) => out.push(TeamEvent::Unreadable { seq: Seq::START, code: "not-a-team-message" }),
        }
    }

    /// A newcomer asks for keys: whoever ranks first answers at once, the others when nobody did.
    fn greet<Event>(&mut self, ctx: &mut Ctx<'_, Event>, sender: Hash32, certificate: SignedBytes) {
        if author_hash(&certificate) != sender {
            return;
        }
        self.keys.absorb(KeyBundle { authors: vec![certificate], ..KeyBundle::default() });
        self.store_keys(ctx);
        if self.is_ready() {
            let rank = self.room.rank(sender.as_ref());
            self.hello.insert(sender, after_rank(ctx.now, rank));
        }
    }

    fn step_in<Event, Owner>(
        &mut self,
        ctx: &mut Ctx<'_, Event>,
        outbox: &mut Outbox<Owner>,
        out: &mut Vec<TeamEvent>,
    ) where
        Owner: From<(StreamId, Errand)> + Clone + Encode<()> + for<'b> Decode<'b, ()>,
    {
        let due: Vec<Hash32> =
            self.hello.iter().filter(|(_, at)| **at <= ctx.now).map(|(hash, _)| *hash).collect();
        for newcomer in due {
            self.hello.remove(&newcomer);
            for bundle in self.keys.bundles(newcomer, BUNDLE_PIECE) {
                self.say(ctx, outbox, &TeamMessage::Keys(Box::new(bundle)));
            }
        }
        if let Some((epoch, at)) = self.rotation
            && at <= ctx.now
            && self.is_ready()
        {
            self.rotation = Some((epoch, ctx.now.plus_ms(4 * RANK_PAUSE_MS)));
            out.push(TeamEvent::MustRotate { epoch });
        }
    }

    /// Lets held casebook frames through, in order, until one lacks a key that may still come.
    fn release_held<Event>(&mut self, ctx: &mut Ctx<'_, Event>, out: &mut Vec<TeamEvent>) {
        if !self.is_ready() {
            return;
        }
        while let Some(stored) = self.held.front() {
            let opened = entry::open(&self.streams.casebook, &self.keys, &stored.frame);
            if opened == Err(Closed::NoKey) {
                if self.barrier.is_none() {
                    let after = self.room.resume_after();
                    self.barrier = Some(ctx.send(Request::Read(self.streams.room, after, None)));
                }
                return;
            }
            let Some(stored) = self.held.pop_front() else { return };
            let hash = frame_hash(&stored.frame);
            let (entry, breach) = match opened {
                Ok(signed) => self.verify(ctx, &signed),
                Err(_) => (None, Some(EntryBreach::Damaged)),
            };
            self.advance(stored.seq, hash);
            out.push(TeamEvent::Item(Box::new(CasebookItem {
                seq: stored.seq,
                at: stored.at,
                entry,
                breach,
            })));
        }
    }

    fn pass_erased(&mut self, stored: &StoredFrame, out: &mut Vec<TeamEvent>) {
        self.advance(stored.seq, frame_hash(&stored.frame));
        let (seq, at) = (stored.seq, stored.at);
        out.push(TeamEvent::Item(Box::new(CasebookItem { seq, at, entry: None, breach: None })));
    }

    fn verify<Event>(
        &mut self,
        ctx: &Ctx<'_, Event>,
        signed: &Signed<Entry>,
    ) -> (Option<Entry>, Option<EntryBreach>) {
        let Ok(claimed) = signed.unverified_body() else { return (None, Some(EntryBreach::Damaged)) };
        let device = self.device_of(ctx, &claimed.author);
        let Some(entry) = device.and_then(|key| signed.open(&ctx.network, &key).ok()) else {
            return (None, Some(EntryBreach::Author));
        };
        if entry.casebook != self.streams.casebook {
            return (None, Some(EntryBreach::Damaged));
        }
        let count = self.mark.counts.entry(entry.author).or_insert(0);
        // Entries of erased incidents cannot be counted, so a gap is fine; going back is not.
        if entry.count <= *count {
            return (Some(entry), Some(EntryBreach::Order));
        }
        *count = entry.count;
        let first = entry.prev == FrameHash([0; 32]);
        if !first && !self.mark.recent.iter().rev().any(|hash| *hash == entry.prev) {
            return (Some(entry), Some(EntryBreach::Predecessor));
        }
        (Some(entry), None)
    }

    /// The device key behind an author, once a registrar's signature on its certificate was checked.
    /// Expiry and revocation do not matter here: they bar from writing, not from having written.
    fn device_of<Event>(&mut self, ctx: &Ctx<'_, Event>, author: &Hash32) -> Option<PublicKey> {
        if let Some(device) = self.authors.get(author) {
            return Some(*device);
        }
        let certificate = Signed::<Certificate>::from(self.keys.author(author)?.clone());
        let registrars = &self.registrars;
        let (_, certificate) = certificate.open_by_any(&ctx.network, |key| registrars.contains(key)).ok()?;
        self.authors.insert(*author, certificate.device);
        Some(certificate.device)
    }

    fn advance(&mut self, seq: Seq, hash: FrameHash) {
        self.mark.seq = seq;
        self.mark.recent.push_back(hash);
        if self.mark.recent.len() > RECENT {
            self.mark.recent.pop_front();
        }
    }

    fn say<Event, Owner>(
        &mut self,
        ctx: &mut Ctx<'_, Event>,
        outbox: &mut Outbox<Owner>,
        message: &TeamMessage,
    ) where
        Owner: From<(StreamId, Errand)> + Clone + Encode<()> + for<'b> Decode<'b, ()>,
    {
        // A bundle always fits (see BUNDLE_PIECE); a removed device has nobody to speak to.
        let _ = self.room.say(ctx, outbox, &encode(message), &[]);
    }

    fn store_keys<Event>(&self, ctx: &mut Ctx<'_, Event>) {
        ctx.store(&keys_name(self.kind), &self.keys);
    }
}

fn after_rank(now: Timestamp, rank: usize) -> Timestamp {
    now.plus_ms(RANK_PAUSE_MS.saturating_mul(u64::try_from(rank).unwrap_or(u64::MAX)))
}

fn keys_name(kind: TeamKind) -> String {
    format!("team/{}/keys", kind.as_str())
}

fn count_name(kind: TeamKind) -> String {
    format!("team/{}/count", kind.as_str())
}
