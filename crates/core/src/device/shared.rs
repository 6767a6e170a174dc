//! What every part of a device uses: who it is, what it trusts, its outbox, rooms and teams, and who
//! listens to what.

use std::collections::BTreeMap;
use std::sync::Arc;

use bystand_crypto::seal::SealSecretKey;
use bystand_crypto::sign::{Signed, SigningKey, sign};
use bystand_wire::relay_api::{AppendRule, Policy, ReadAuth, ReadContext, ReadRule, SignedBytes};
use bystand_wire::time::SECOND_MS;
use bystand_wire::{Hash32, NetworkId, Role, Seq, StreamId, Timestamp, limits};
use minicbor::{Decode, Encode};

use super::succession::Losses;
use super::{Event, wallet::Wallet};
use crate::ctx::Ctx;
use crate::io::{CallId, Request};
use crate::logwatch::LogWatch;
use crate::network::{Certificate, VerifiedKeyNote, VerifiedManifest};
use crate::outbox::{By, JobId, Outbox, Rights, Work};
use crate::room::{Errand, Knock, RoomSync, RoomTrust};
use crate::team::{TeamKind, TeamSync, author_hash};

/// How long a followed stream that the relay does not have or give out is left alone, in milliseconds: so
/// long after the first refusal, twice as long after the second, and so on up to a limit.
const ABSENT_MS: u64 = SECOND_MS;
const ABSENT_TIMES: u32 = 3;

/// The context every part of a device handles its inputs in.
pub type Cx<'a> = Ctx<'a, Event>;

/// Who this device is.
#[derive(Clone, Encode, Decode)]
#[cbor(map)]
pub struct Identity {
    /// The network.
    #[n(0)]
    pub network: NetworkId,
    /// The relay's address.
    #[n(1)]
    pub relay: String,
    #[cbor(n(2), with = "minicbor::bytes")]
    device_seed: [u8; 32],
    #[cbor(n(3), with = "minicbor::bytes")]
    sealing_seed: [u8; 32],
    /// The certificate, once a registrar gave one.
    #[n(4)]
    pub certificate: Option<SignedBytes>,
}

impl std::fmt::Debug for Identity {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Identity").field("network", &self.network).finish_non_exhaustive()
    }
}

impl Identity {
    /// A new device of a network, without a certificate yet.
    pub fn new(network: NetworkId, relay: String, rng: &mut crate::io::Random) -> Self {
        let device_seed = *SigningKey::generate(rng).seed();
        let sealing_seed = *SigningKey::generate(rng).seed();
        Self { network, relay, device_seed, sealing_seed, certificate: None }
    }

    /// The device key.
    pub fn device(&self) -> SigningKey {
        SigningKey::from_seed(&self.device_seed)
    }

    /// The key that answers to this device are sealed to.
    pub fn sealing(&self) -> SealSecretKey {
        SealSecretKey::from_seed(&self.sealing_seed)
    }

    /// The certificate's hash: the author of this device's entries.
    pub fn author(&self) -> Option<Hash32> {
        self.certificate.as_ref().map(author_hash)
    }

    /// What the certificate says. It was checked when it came; others check it again.
    pub fn certified(&self) -> Option<Certificate> {
        let signed = Signed::<Certificate>::from(self.certificate.clone()?);
        signed.unverified_body().ok()
    }

    /// Whether the certificate names a role and has not run out.
    pub fn has_role(&self, role: Role, now: Timestamp) -> bool {
        self.certified().is_some_and(|c| c.roles.contains(&role) && now < c.not_after)
    }
}

/// Whose job it is.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
pub enum Owner {
    /// Nobody needs to know.
    #[n(0)]
    Nobody,
    /// A room's (also a team's room).
    #[n(1)]
    Room(#[n(0)] StreamId, #[n(1)] Errand),
    /// The desk's.
    #[n(2)]
    Desk(#[n(0)] super::desk::DeskJob),
    /// The hosts'.
    #[n(3)]
    Host(#[n(0)] super::host::HostJob),
    /// The registrars'.
    #[n(4)]
    Registrar(#[n(0)] super::registrar::RegistrarJob),
    /// A member's.
    #[n(5)]
    Member(#[n(0)] super::member::MemberJob),
    /// A neighbor's.
    #[n(6)]
    Neighbor(#[n(0)] super::neighbor::NeighborJob),
    /// The newcomer's, while it enrolls.
    #[n(7)]
    Enroll(#[n(0)] super::enroll::EnrollJob),
    /// A team's next room, after the relay has lost the one before.
    #[n(8)]
    Succession(#[n(0)] TeamKind),
}

impl From<(StreamId, Errand)> for Owner {
    fn from((room, errand): (StreamId, Errand)) -> Self {
        Owner::Room(room, errand)
    }
}

/// Whose call it is: calls are not kept; after a restart they are simply made again.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Caller {
    /// News of the public log.
    Log,
    /// The tree of a room somebody knocked at.
    Knock(StreamId),
    /// A team's reading of its room.
    Barrier(TeamKind),
    /// Whether the relay holds a team's room, and in which generation.
    Holds(TeamKind),
    /// Whether anything was ever said in the room that succeeds a team's lost one.
    Abandoned(TeamKind),
    /// The relay's generation, after it did not give out a team's room.
    Generation,
    /// The desk's.
    Desk(super::desk::DeskCall),
    /// A host's.
    Host(super::host::HostCall),
    /// A registrar's.
    Registrar(super::registrar::RegistrarCall),
    /// A member's.
    Member(super::member::MemberCall),
    /// A neighbor's.
    Neighbor(super::neighbor::NeighborCall),
    /// The newcomer's.
    Enroll(super::enroll::EnrollCall),
}

/// Who listens to a stream.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Listener {
    /// A room (day room or team room).
    Room,
    /// A team's casebook.
    Casebook(TeamKind),
    /// A team's door: newcomers ask to be let in.
    TeamDoor(TeamKind),
    /// A welcome stream: this device waits at the door named.
    Welcome(StreamId),
    /// The desk: the drop, response streams, reply streams.
    Desk(super::desk::DeskStream),
    /// A host: the desk's inbox, doors of day rooms.
    Host(super::host::HostStream),
    /// A registrar: mailboxes, the registrars' inbox.
    Registrar(super::registrar::RegistrarStream),
    /// A member: day notes, response streams.
    Member(super::member::MemberStream),
    /// A neighbor: reply streams.
    Neighbor(super::neighbor::NeighborStream),
    /// The newcomer's mailbox.
    Enroll(super::enroll::EnrollStream),
}

/// A followed stream.
#[derive(Debug, Clone)]
pub struct Follow {
    /// Who listens.
    pub listener: Listener,
    /// Read up to here.
    pub seen: Seq,
    /// The furthest place that was ever read, also before the stream was made again.
    pub furthest: Seq,
    read_key: Option<SigningKey>,
    /// How often in a row the relay did not give it out.
    refusals: u32,
    /// Whether everything was read that the relay had when it was last asked, if it gives it out at all.
    is_current: bool,
}

/// What waits at a door.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
pub enum KnockFor {
    /// A team's room.
    #[n(0)]
    Team(#[n(0)] TeamKind),
    /// A zone's day room, as a member.
    #[n(1)]
    Day(#[n(0)] bystand_wire::ZoneId),
    /// A zone's day room, as another host box.
    #[n(2)]
    HostDay(#[n(0)] bystand_wire::ZoneId),
}

/// What every part of a device uses.
#[derive(Debug)]
pub struct Shared {
    /// Who this device is.
    pub identity: Identity,
    /// What it knows of the network, with proof: manifest, key note, alerts.
    pub log: LogWatch,
    /// Its passes.
    pub wallet: Wallet,
    /// What it has promised to send.
    pub outbox: Outbox<Owner>,
    /// Its day rooms by stream.
    pub rooms: BTreeMap<StreamId, RoomSync>,
    /// Its teams.
    pub teams: BTreeMap<TeamKind, TeamSync>,
    /// The doors it waits at, and what for.
    pub knocks: BTreeMap<StreamId, (Knock, KnockFor)>,
    room_trust: Option<Arc<RoomTrust>>,
    follows: BTreeMap<StreamId, Follow>,
    calls: BTreeMap<CallId, Caller>,
    /// Streams the relay does not have (yet), and when to ask for them again.
    absent: BTreeMap<StreamId, Timestamp>,
    /// Streams of a team's work, which are followed once its casebook is read.
    postponed: BTreeMap<StreamId, TeamKind>,
    /// Teams whose room the relay had and does not give out, and the rooms opened to succeed them.
    pub(super) losses: Losses,
    /// Whether the live connection stands.
    pub connected: bool,
    /// Where registrars' answers to this device come.
    pub mailbox: Option<StreamId>,
}

impl Shared {
    /// Puts the parts together.
    pub fn new(identity: Identity, log: LogWatch, wallet: Wallet, outbox: Outbox<Owner>) -> Self {
        Self {
            identity,
            log,
            wallet,
            outbox,
            rooms: BTreeMap::new(),
            teams: BTreeMap::new(),
            knocks: BTreeMap::new(),
            room_trust: None,
            follows: BTreeMap::new(),
            calls: BTreeMap::new(),
            absent: BTreeMap::new(),
            postponed: BTreeMap::new(),
            losses: Losses::default(),
            connected: false,
            mailbox: None,
        }
    }

    /// The verified manifest, once it is here.
    pub fn manifest(&self) -> Option<&VerifiedManifest> {
        self.log.manifest()
    }

    /// The verified key note, once it is here.
    pub fn key_note(&self) -> Option<&VerifiedKeyNote> {
        self.log.key_note()
    }

    /// What the rules of rooms are checked against. Rooms share it, since it holds the whole manifest.
    pub(super) fn room_trust(&mut self) -> Option<Arc<RoomTrust>> {
        let (manifest, key_note) = (self.log.manifest()?, self.log.key_note()?);
        let versions = |m: &VerifiedManifest, k: &VerifiedKeyNote| (m.manifest().version, k.note().version);
        let registrars = self.log.trust()?.registrars_ever();
        let is_fresh = self.room_trust.as_ref().is_some_and(|held| {
            versions(&held.manifest, &held.key_note) == versions(manifest, key_note)
                && registrars.clone().eq(&held.registrars)
        });
        if !is_fresh {
            self.room_trust = Some(Arc::new(RoomTrust {
                manifest: manifest.clone(),
                key_note: key_note.clone(),
                registrars: registrars.copied().collect(),
            }));
        }
        self.room_trust.clone()
    }

    /// Promises a job.
    pub fn promise(&mut self, ctx: &mut Cx<'_>, owner: Owner, work: Work, after: &[JobId]) -> JobId {
        self.outbox.push(ctx, owner, work, after)
    }

    /// Promises a new stream: the signed policy and why the relay should take it.
    pub fn promise_stream(
        &mut self,
        ctx: &mut Cx<'_>,
        owner: Owner,
        creator: &SigningKey,
        policy: &Policy,
        by: By,
    ) -> (StreamId, JobId) {
        let id = bystand_crypto::hash::stream_id(&creator.public());
        let signed = SignedBytes::from(Signed::sign(&ctx.network, creator, policy));
        (id, self.outbox.push(ctx, owner, Work::Create(id, signed, Some(by)), &[]))
    }

    /// Shows the teams this device's new certificate, so that its entries keep counting.
    pub fn present(&mut self, ctx: &mut Cx<'_>) {
        let Some(certificate) = self.identity.certificate.clone() else { return };
        for team in self.teams.values_mut() {
            team.present(ctx, &mut self.outbox, &certificate);
        }
    }

    /// Calls the relay and remembers for whom.
    pub fn call(&mut self, ctx: &mut Cx<'_>, caller: Caller, request: Request) {
        let id = ctx.send(request);
        self.calls.insert(id, caller);
    }

    /// For whom a call was made; each is answered once.
    pub fn take_caller(&mut self, id: CallId) -> Option<Caller> {
        self.calls.remove(&id)
    }

    /// Whether a call of this kind is under way.
    pub fn is_calling(&self, caller: &Caller) -> bool {
        self.calls.values().any(|c| c == caller)
    }

    /// Follows a stream; has no effect when it is followed already.
    pub fn follow(
        &mut self,
        ctx: &mut Cx<'_>,
        stream: StreamId,
        listener: Listener,
        after: Seq,
        read_key: Option<&SigningKey>,
    ) {
        if self.follows.contains_key(&stream) {
            return;
        }
        let follow = Follow {
            listener,
            seen: after,
            furthest: after,
            read_key: read_key.cloned(),
            refusals: 0,
            is_current: false,
        };
        self.follows.insert(stream, follow);
        if self.connected {
            self.ask_for(ctx, stream);
        }
    }

    /// Stops following a stream.
    pub fn leave(&mut self, ctx: &mut Cx<'_>, stream: &StreamId) {
        if self.follows.remove(stream).is_some() {
            self.postponed.remove(stream);
            ctx.leave(*stream);
        }
    }

    /// Who listens to a stream.
    pub fn listener(&self, stream: &StreamId) -> Option<&Follow> {
        self.follows.get(stream)
    }

    /// Notes that a frame was read; false when it was read before.
    pub fn advance(&mut self, stream: &StreamId, seq: Seq) -> bool {
        let Some(follow) = self.follows.get_mut(stream) else { return false };
        let is_new = seq > follow.seen;
        follow.refusals = 0;
        follow.seen = follow.seen.max(seq);
        follow.furthest = follow.furthest.max(seq);
        is_new
    }

    /// Frames of a stream were read. An answer without any, or up to the stream's head, says that there is
    /// nothing more.
    pub fn note_read(&mut self, stream: &StreamId, last: Option<Seq>, head: Seq) {
        if let Some(follow) = self.follows.get_mut(stream) {
            follow.is_current |= last.is_none_or(|last| last >= head);
        }
    }

    /// Whether everything was read that the relay had in a followed stream.
    pub fn has_read(&self, stream: &StreamId) -> bool {
        self.follows.get(stream).is_some_and(|follow| follow.is_current)
    }

    /// Whether this device knows what a team's casebook says up to now. Until then it does none of the team's work: an
    /// entry names what its author has read, and counts for nobody who has read much more than that.
    pub fn is_up_to_date(&self, kind: TeamKind) -> bool {
        let has_read = |team: &TeamSync| !team.is_waiting() && self.has_read(&team.streams().casebook);
        self.connected && self.teams.get(&kind).is_some_and(has_read)
    }

    /// Whether the relay has more of a team's casebook than was read: the rest is here in a moment. Without a connection
    /// somebody goes on with what they know.
    pub fn is_still_reading(&self, kind: TeamKind) -> bool {
        let has_read = |team: &TeamSync| self.has_read(&team.streams().casebook);
        self.connected && !self.teams.get(&kind).is_none_or(has_read)
    }

    /// The team whose casebook is to be read before a stream is followed.
    fn waits_for(&self, listener: &Listener) -> Option<TeamKind> {
        let kind = match listener {
            Listener::Desk(_) => TeamKind::Desk,
            Listener::Host(_) => TeamKind::Hosts,
            Listener::Registrar(_) => TeamKind::Registrars,
            Listener::Room
            | Listener::Casebook(_)
            | Listener::TeamDoor(_)
            | Listener::Welcome(_)
            | Listener::Member(_)
            | Listener::Neighbor(_)
            | Listener::Enroll(_) => return None,
        };
        (self.teams.contains_key(&kind) && !self.is_up_to_date(kind)).then_some(kind)
    }

    fn ask_for(&mut self, ctx: &mut Cx<'_>, stream: StreamId) {
        let Some(follow) = self.follows.get(&stream) else { return };
        match self.waits_for(&follow.listener) {
            Some(kind) => drop(self.postponed.insert(stream, kind)),
            None => ctx.follow(stream, follow.seen, auth(ctx, stream, follow)),
        }
    }

    /// Asks for the streams of a team's work once its casebook is read.
    pub fn take_postponed(&mut self, ctx: &mut Cx<'_>) {
        for kind in TeamKind::ALL {
            if self.postponed.values().any(|of| *of == kind) && self.is_up_to_date(kind) {
                let streams: Vec<StreamId> =
                    self.postponed.extract_if(.., |_, of| *of == kind).map(|(stream, _)| stream).collect();
                streams.into_iter().for_each(|stream| self.ask_for(ctx, stream));
            }
        }
    }

    /// Whether everything was read that the relay had in the followed streams, and no entry waits for its key.
    pub fn has_read_all(&self) -> bool {
        self.follows.values().all(|follow| follow.is_current)
            && self.teams.values().all(|team| !team.is_waiting())
    }

    /// The relay has given out fewer places than were read: it was restored, and the stream made again. It is
    /// read from its start. Rooms and casebooks keep their own place, and are succeeded by others.
    pub fn rewind(&mut self, ctx: &mut Cx<'_>, stream: &StreamId, head: Seq) {
        if self.follows.get(stream).is_some_and(|follow| head < follow.seen) && self.start_anew(stream) {
            self.follow_again(ctx, stream);
        }
    }

    /// The relay does not have a stream that was read: when it is there again, it is read from its start.
    pub fn start_anew(&mut self, stream: &StreamId) -> bool {
        let Some(follow) = self.follows.get_mut(stream) else { return false };
        let keeps_place = matches!(follow.listener, Listener::Room | Listener::Casebook(_));
        if !keeps_place {
            follow.seen = Seq::START;
        }
        !keeps_place
    }

    /// Asks for every followed stream again, after a reconnection.
    pub fn follow_all(&mut self, ctx: &mut Cx<'_>) {
        self.postponed.clear();
        for follow in self.follows.values_mut() {
            follow.refusals = 0;
            follow.is_current = false;
        }
        let streams: Vec<StreamId> = self.follows.keys().copied().collect();
        streams.into_iter().for_each(|stream| self.ask_for(ctx, stream));
    }

    /// Asks for one followed stream again.
    pub fn follow_again(&mut self, ctx: &mut Cx<'_>, stream: &StreamId) {
        if let Some(follow) = self.follows.get_mut(stream) {
            follow.is_current = false;
            self.ask_for(ctx, *stream);
        }
    }

    /// The relay does not give out a stream that is followed. It may be missing because this device or
    /// another is about to make it, or its read key is about to change; so it is asked for again in a
    /// while. How often it was refused in a row; `None` when nobody here follows it.
    pub fn refused(&mut self, stream: &StreamId, now: Timestamp) -> Option<u32> {
        let follow = self.follows.get_mut(stream)?;
        follow.refusals = follow.refusals.saturating_add(1);
        follow.is_current = true;
        let pause = ABSENT_MS * u64::from(follow.refusals.min(ABSENT_TIMES));
        self.absent.insert(*stream, now.plus_ms(pause));
        Some(follow.refusals)
    }

    /// Asks again for the streams that were refused, when it is time.
    pub fn look_for_absent(&mut self, ctx: &mut Cx<'_>) {
        let now = ctx.now;
        let due: Vec<StreamId> =
            self.absent.extract_if(.., |_, again| *again <= now).map(|(stream, _)| stream).collect();
        for stream in due {
            self.follow_again(ctx, &stream);
        }
    }

    /// When the first refused stream is asked for again.
    pub fn absent_due_next(&self) -> Option<Timestamp> {
        self.absent.values().min().copied()
    }

    /// Sends whatever the outbox may send now.
    pub fn drive_outbox(&mut self, ctx: &mut Cx<'_>) {
        let view = View { identity: &self.identity, rooms: &self.rooms, teams: &self.teams };
        self.outbox.drive(ctx, &view);
    }

    /// Whether a stream belongs to a team's room.
    pub fn team_of_room(&self, room: &StreamId) -> Option<TeamKind> {
        self.teams.iter().find(|(_, team)| team.room().id() == *room).map(|(kind, _)| *kind)
    }
}

struct View<'a> {
    identity: &'a Identity,
    rooms: &'a BTreeMap<StreamId, RoomSync>,
    teams: &'a BTreeMap<TeamKind, TeamSync>,
}

impl Rights for View<'_> {
    fn room(&self, room: &StreamId) -> Option<(u64, SigningKey)> {
        let team = self.teams.values().map(TeamSync::room).find(|r| r.id() == *room);
        let sync = self.rooms.get(room).or(team)?;
        Some((sync.epoch(), sync.append_key()))
    }

    fn certificate(&self) -> Option<(SignedBytes, SigningKey)> {
        Some((self.identity.certificate.clone()?, self.identity.device()))
    }
}

fn auth(ctx: &Cx<'_>, stream: StreamId, follow: &Follow) -> Option<ReadAuth> {
    let key = follow.read_key.as_ref()?;
    let at = ctx.now;
    Some(ReadAuth { at, signature: sign(&ctx.network, key, &ReadContext { stream, at }) })
}

/// A policy with the usual limits: one creator, frames of full length.
pub fn policy(
    creator: &SigningKey,
    append: Vec<AppendRule>,
    read: ReadRule,
    expires_at: Timestamp,
    frame_life_ms: u64,
) -> Policy {
    Policy {
        creator: creator.public(),
        version: 1,
        successors: Vec::new(),
        append,
        read,
        erasers: Vec::new(),
        room_key: None,
        expires_at,
        frame_life_ms,
        max_frame_len: u32::try_from(limits::FRAME_LEN).unwrap_or(u32::MAX),
        max_frames: 100_000,
        committer: None,
        starts_after: None,
    }
}
