//! A team: a room that keeps a casebook (protocol: Casebooks).
//!
//! [`TeamSync`] follows the room and the casebook, hands keys to newcomers, rotates them after a
//! removal, and turns casebook frames into verified entries in the relay's order. What entries mean is
//! the business of the team's own fold (the desk's is `crate::desk`).

pub mod carry;
mod casebook;
pub mod entry;
mod keyring;
mod milestone;
mod sharing;
mod succession;

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use bystand_crypto::symmetric::SymmetricKey;
use bystand_wire::relay_api::{SignedBytes, StoredFrame};
use bystand_wire::{Hash32, PublicKey, Seq, StreamId, Timestamp, decode, encode};
use minicbor::bytes::ByteVec;
use minicbor::{Decode, Encode};

pub use carry::{Carried, Carrier, Part, Piece};
pub use casebook::{CasebookItem, CasebookMark, EntryBreach, running_hash};
pub use entry::{Closed, Entry};
pub use keyring::{KeyBundle, Keyring, author_hash};
pub use milestone::Milestone;
pub use succession::{Place, places_after};

use crate::ctx::Ctx;
use crate::io::CallId;
use crate::network::Certificate;
use crate::network::keynote::TeamStreams;
use crate::outbox::{JobId, Outbox};
use crate::room::{Credential, Errand, Holder, RoomEvent, RoomSync, SyncError};
use sharing::after_rank;

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
    /// Members who came and have not been given the keys yet: they can do nothing for the team.
    keyless: BTreeSet<Hash32>,
    rotation: Option<(u64, Timestamp)>,
    /// Whose signatures on certificates count, once that is known, and the authors checked so far.
    registrars: Option<Vec<PublicKey>>,
    authors: BTreeMap<Hash32, Certificate>,
    /// The relay's generation that holds the room, once that is known.
    generation: Option<u64>,
    /// The casebook that was lost, until what waited for it has been written into the new one.
    left: Option<StreamId>,
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
            mark: CasebookMark::start(streams.casebook),
            own_count: 0,
            held: VecDeque::new(),
            barrier: None,
            hello: BTreeMap::new(),
            keyless: BTreeSet::new(),
            rotation: None,
            registrars: None,
            authors: BTreeMap::new(),
            generation: None,
            left: None,
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
        team.store_place(ctx);
        team
    }

    /// Takes up a team from the vault.
    ///
    /// # Errors
    /// [`SyncError::Damaged`] when a record is missing or unreadable.
    pub fn load(
        (kind, place): (TeamKind, Place),
        room: RoomSync,
        mark: Option<CasebookMark>,
        records: &BTreeMap<String, Vec<u8>>,
    ) -> Result<Self, SyncError> {
        let keys = records
            .get(&keys_name(kind))
            .and_then(|b| decode(b).ok())
            .ok_or(SyncError::Damaged("team keys"))?;
        let own_count = records.get(&count_name(kind)).and_then(|b| decode(b).ok()).unwrap_or(0);
        let Place { streams, generation, left } = place;
        let start = CasebookMark::start(streams.casebook);
        Ok(Self {
            kind,
            streams,
            room,
            keys,
            mark: mark.filter(|m| m.is_of(&streams.casebook)).unwrap_or(start),
            own_count,
            held: VecDeque::new(),
            barrier: None,
            hello: BTreeMap::new(),
            keyless: BTreeSet::new(),
            rotation: None,
            registrars: None,
            authors: BTreeMap::new(),
            generation,
            left,
        })
    }

    /// Says whose certificates make authors: everybody who is or was a registrar of the network. The
    /// casebook waits until that is known.
    pub fn trust_registrars(&mut self, registrars: Option<Vec<PublicKey>>) {
        if registrars.is_some() {
            self.registrars = registrars;
        }
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
                RoomEvent::Changed { epoch, at, added, removed, authenticator } => {
                    self.keyless.extend(added.iter().filter_map(device_of));
                    if !removed.is_empty() {
                        self.end_authors(ctx, &removed, at);
                        let rank = self.rank(&epoch.to_be_bytes());
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
        self.release_held(ctx, &mut out);
        self.step_in(ctx, outbox, &mut out);
        out
    }

    /// When this device should step in for others.
    pub fn poll_timeout(&self) -> Option<Timestamp> {
        self.hello.values().copied().chain(self.rotation.map(|(_, at)| at)).min()
    }

    /// What those who left write from here on counts for nobody, whichever certificate they show.
    fn end_authors<Event>(&mut self, ctx: &mut Ctx<'_, Event>, removed: &[Credential], at: Timestamp) {
        let devices: Vec<PublicKey> = removed.iter().filter_map(Credential::device).collect();
        let gone =
            removed.iter().filter_map(device_of).chain(devices.iter().flat_map(|d| self.keys.authors_of(d)));
        // Whoever came back in the same commit has not left.
        let is_here = |author: &Hash32| self.room.has(&Holder::Device(*author));
        let ended = gone.filter(|author| !is_here(author)).map(|author| (author, at)).collect();
        self.keys.absorb(KeyBundle { ended, ..KeyBundle::default() });
        self.store_keys(ctx);
    }

    /// This device's place among the members who hold the keys, by a hash of a label.
    fn rank(&self, label: &[u8]) -> usize {
        let can_act = |who: &Credential| device_of(who).is_none_or(|d| !self.keyless.contains(&d));
        self.room.rank_among(label, can_act)
    }

    /// Deletes everything of this team from the vault.
    pub fn forget<Event>(&mut self, ctx: &mut Ctx<'_, Event>) {
        self.keys = Keyring::default();
        self.held.clear();
        ctx.forget(&keys_name(self.kind));
        ctx.forget(&count_name(self.kind));
        ctx.forget(&succession::place_name(self.kind));
        self.room.forget(ctx);
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

fn device_of(credential: &Credential) -> Option<Hash32> {
    if let Holder::Device(hash) = credential.holder() { Some(hash) } else { None }
}

fn keys_name(kind: TeamKind) -> String {
    format!("team/{}/keys", kind.as_str())
}

fn count_name(kind: TeamKind) -> String {
    format!("team/{}/count", kind.as_str())
}
