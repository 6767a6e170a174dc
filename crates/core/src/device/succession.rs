//! Teams survive a relay that was restored from a backup: streams are not in it, so a team's room is succeeded
//! by another one that a member opens (protocol: After a restore).
//!
//! ```text
//! the room is not found, and the relay's generation is another --turn has come--> a member opens the next room
//!   registrars: the next key note names it;   desk, hosts: it is handed in to the registrars
//! the key note names it --> the opener carries the casebook over; everybody else knocks at the new door
//! ```
//!
//! What decides is the key note alone: whoever opened a room that it does not name drops it and knocks. So a
//! relay that lies can make a team open a new room, which the public log shows, and nothing else: keys and
//! what was read stay on the devices.

use std::collections::{BTreeMap, BTreeSet};

use bystand_crypto::seal::{SealPurpose, seal};
use bystand_crypto::sign::{Signed, SigningKey};
use bystand_wire::problem::Code;
use bystand_wire::relay_api::Policy;
use bystand_wire::time::{MINUTE_MS, SECOND_MS};
use bystand_wire::{Frame, FrameKind, IncidentId, Seq, StreamId, Timestamp, decode, encode, limits};
use minicbor::{Decode, Encode};

use super::rooms::{team_leaf, team_streams};
use super::setup::keys::TeamCreators;
use super::{Caller, Cx, Device, Event, Owner, Shared};
use crate::io::{CallId, Request, Response};
use crate::network::Certificate;
use crate::network::enroll::{Succession, TeamKeys, TeamKeysUpdate};
use crate::network::keynote::TeamStreams;
use crate::outbox::{AppendJob, By, JobId, Outcome, Work};
use crate::room::{RoomSync, SyncError};
use crate::team::{Place, TeamKind, TeamSync, places_after};

/// How long the next in rank waits for the one before, in milliseconds.
const RANK_PAUSE_MS: u64 = 10 * SECOND_MS;
/// Members beyond this rank do not wait longer: most of a large team may be asleep, and of two rooms one counts.
const LAST_RANK: usize = 6;
/// How often the relay is asked whether it holds a room, in milliseconds.
const ASK_MS: u64 = 5 * SECOND_MS;
/// A room whose streams the relay refuses is tried again after so long, in milliseconds.
const AGAIN_MS: u64 = 30 * SECOND_MS;
/// After so long at the door of a room in which nothing was ever said, its opener is taken for gone, in
/// milliseconds.
const IN_VAIN_MS: u64 = 5 * MINUTE_MS;
/// Refusals in a row after which the first in rank makes a stream again that the network always has, how many
/// later the next one does, and how many later the first one tries again.
const REMAKE_AFTER: u32 = 3;
const REMAKE_RANK: u32 = 4;
const REMAKE_AGAIN: u32 = 32;

/// A room that this device has opened to succeed a lost one, until the key note names it or another.
#[derive(Debug)]
pub struct Candidate {
    kept: Kept,
    room: RoomSync,
}

#[derive(Debug, Clone, Encode, Decode)]
#[cbor(map)]
struct Kept {
    /// The room that is lost.
    #[n(0)]
    replaces: StreamId,
    #[n(1)]
    streams: TeamStreams,
    #[n(2)]
    policies: Vec<Policy>,
    /// The relay has all its streams: it can be offered.
    #[n(3)]
    is_made: bool,
}

/// A team's room that is lost, as it seems.
#[derive(Debug, Clone, Copy)]
struct Loss {
    /// The room that the key note lists.
    room: StreamId,
    /// When this device opens the next one; none before it is known that the room is lost.
    turn: Option<Timestamp>,
}

/// What is known of rooms that the relay does not give out.
#[derive(Debug, Default)]
pub struct Losses {
    noticed: BTreeMap<TeamKind, Loss>,
    candidates: BTreeMap<TeamKind, Candidate>,
    /// Teams of which people were told that the relay denies their room.
    told: BTreeSet<TeamKind>,
    ask_at: Timestamp,
}

impl Shared {
    /// Whether this device has opened a team's next room and its registrars should list it.
    pub fn is_offering(&self, kind: TeamKind) -> bool {
        self.offered(kind).is_some()
    }

    /// The room that this device offers to succeed a team's lost one, as long as the key note lists that.
    pub(super) fn offered(&self, kind: TeamKind) -> Option<(TeamStreams, Succession)> {
        let Kept { replaces, streams, policies, is_made } = &self.losses.candidates.get(&kind)?.kept;
        let listed = team_streams(self.key_note()?, kind).room;
        let succession = Succession { replaces: *replaces, policies: policies.clone() };
        (*is_made && listed == *replaces).then_some((*streams, succession))
    }

    /// Hands a team's public keys to every registrar, for the next key note, and the room that this device
    /// has opened for the team, if it has.
    pub(super) fn hand_in(
        &mut self,
        ctx: &mut Cx<'_>,
        owner: Owner,
        kind: TeamKind,
        keys: impl FnOnce(Option<TeamStreams>) -> TeamKeys,
    ) {
        let Some(certificate) = self.identity.certificate.clone() else { return };
        let Some(note) = self.key_note().map(|n| n.note().clone()) else { return };
        let (streams, succession) = self.offered(kind).unzip();
        let certificate = Signed::<Certificate>::from(certificate);
        let update = TeamKeysUpdate { certificate, at: ctx.now, keys: keys(streams), succession };
        let signed = encode(&Signed::sign(&ctx.network, &self.identity.device(), &update));
        let inbox = note.streams.registrars_inbox;
        for registrar in &note.registrars {
            let (to, purpose) = (&registrar.sealing_key, SealPurpose::TeamKeys);
            let sealed = seal(&ctx.network, purpose, to, ctx.rng, inbox.as_ref(), &signed);
            let Ok(sealed) = sealed else { continue };
            let frame = Frame::build(FrameKind::TeamKeys, &sealed);
            let by = By::Certificate;
            let append = AppendJob { stream: inbox, frame, by, commit: None, tag: None, epoch: None };
            self.promise(ctx, owner.clone(), Work::Append(append), &[]);
        }
    }

    /// Writes an entry that carries a fold over into a team's new casebook.
    pub(super) fn carry(
        &mut self,
        ctx: &mut Cx<'_>,
        owner: Owner,
        kind: TeamKind,
        incident: Option<IncidentId>,
        entry: Vec<u8>,
    ) {
        let (Some(author), device) = (self.identity.author(), self.identity.device()) else { return };
        if let Some(team) = self.teams.get_mut(&kind) {
            // An incident that was erased meanwhile has no key, and is not carried over.
            let _ = team.carry(ctx, &mut self.outbox, owner, (author, &device), incident, entry);
        }
    }

    /// All was carried over: what waited for the lost casebook is written into the new one.
    pub(super) fn resend(&mut self, ctx: &mut Cx<'_>, kind: TeamKind) {
        let (Some(author), device) = (self.identity.author(), self.identity.device()) else { return };
        if let Some(team) = self.teams.get_mut(&kind) {
            team.resend(ctx, &mut self.outbox, (author, &device));
        }
    }

    /// Whether it is this device's turn to make a stream again, that the network always has and that was
    /// refused so many times in a row. Making one that is there has no effect.
    pub(super) fn is_turn_to_remake(&self, times: u32, rank: usize) -> bool {
        let rank = u32::try_from(rank.min(LAST_RANK)).unwrap_or(u32::MAX);
        times % REMAKE_AGAIN == REMAKE_AFTER.saturating_add(REMAKE_RANK.saturating_mul(rank))
    }

    /// Makes a stream again that the relay has lost, under the same name and behind the places that were read:
    /// what is erased or told apart by its place is no other frame then.
    pub(super) fn remake(&mut self, ctx: &mut Cx<'_>, creator: &SigningKey, mut policy: Policy) {
        let stream = bystand_crypto::hash::stream_id(&creator.public());
        policy.starts_after = self.listener(&stream).map(|follow| places_after(follow.furthest));
        let policy = &policy;
        self.promise_stream(ctx, Owner::Nobody, creator, policy, By::Certificate);
    }

    /// The relay does not have what a job is for, although the network always has it: it was restored, and
    /// somebody is about to make it again. The job waits.
    pub(super) fn is_awaited(&self, call: CallId, response: &Response) -> bool {
        let Response::Refused(refusal) = response else { return false };
        if refusal.code != Code::NotFound {
            return false;
        }
        let rooms: Vec<StreamId> = self.teams.values().map(|team| team.room().id()).collect();
        let by_team = |by: &By| matches!(by, By::Room(room) if rooms.contains(room));
        match self.outbox.work_of(call) {
            Some(Work::Append(append)) => self.is_lasting(&append.stream) || by_team(&append.by),
            Some(Work::Create(_, _, Some(by))) => by_team(by),
            // A frame is erased by its place, and a stream made again has other frames there.
            Some(Work::Create(..) | Work::PutBlob(..) | Work::Erase(..) | Work::Log(_)) | None => false,
        }
    }

    fn is_lasting(&self, stream: &StreamId) -> bool {
        let is_own_mailbox = self.mailbox.as_ref() == Some(stream) && self.identity.certificate.is_some();
        is_own_mailbox
            || self.key_note().is_some_and(|note| note.note().streams.has(stream))
            || self.teams.values().any(|team| team.is_at(stream))
    }

    /// The relay does not give out a stream. When it is the room of a team of this device, which the relay
    /// had, it is to be found out whether the relay was restored.
    pub(super) fn note_loss(&mut self, stream: &StreamId) {
        let Some(kind) = self.team_of_room(stream) else { return };
        if self.teams.get(&kind).is_some_and(|team| team.generation().is_some()) {
            self.losses.noticed.entry(kind).or_insert(Loss { room: *stream, turn: None });
        }
    }

    /// The relay gives out a stream: a team's room that it gives out is held in this generation.
    pub(super) fn note_generation(&mut self, ctx: &mut Cx<'_>, stream: &StreamId, generation: u64) {
        let team = self.team_of_room(stream).and_then(|kind| self.teams.get_mut(&kind));
        if let Some(team) = team {
            team.found_in(ctx, generation);
        }
    }

    /// The relay gives out a team's room (again).
    pub(super) fn note_held(&mut self, kind: TeamKind) {
        self.losses.noticed.remove(&kind);
        self.losses.told.remove(&kind);
    }

    fn tell_denied(&mut self, ctx: &mut Cx<'_>, kind: TeamKind) {
        if self.losses.told.insert(kind) {
            let text = format!(
                "The relay does not give out the room of the team ({}), and does not say (yet) that it was \
                 restored from a backup. What this device has is kept. Tell the operator of the relay.",
                kind.as_str()
            );
            ctx.tell(Event::Warning { code: "team-room-denied", text });
        }
    }
}

impl Device {
    pub(super) fn load_candidates(
        &mut self,
        records: &BTreeMap<String, Vec<u8>>,
        now: Timestamp,
    ) -> Result<(), SyncError> {
        for kind in TeamKind::ALL {
            let kept = records.get(&record(kind)).and_then(|bytes| decode::<Kept>(bytes).ok());
            let (Some(kept), Some(leaf)) = (kept, team_leaf(&self.shared, kind, now)) else { continue };
            let room = RoomSync::load(leaf, kept.streams.room, records)?;
            self.shared.losses.candidates.insert(kind, Candidate { kept, room });
        }
        Ok(())
    }

    /// When the relay is to be asked about a room, or it is this device's turn to open the next one.
    pub(super) fn succession_due_next(&self) -> Option<Timestamp> {
        let shared = &self.shared;
        if !shared.connected {
            return None;
        }
        let losses = &shared.losses;
        let is_unknown = losses.noticed.values().any(|loss| loss.turn.is_none())
            || shared.teams.values().any(|team| team.generation().is_none());
        let asks = is_unknown.then_some(losses.ask_at);
        let in_vain = shared.teams.keys().filter_map(|kind| {
            let (knock, _) = shared.knocks.get(&team_streams(shared.key_note()?, *kind).door)?;
            Some(knock.since.plus_ms(IN_VAIN_MS).max(losses.ask_at))
        });
        let open = losses.noticed.iter().filter(|(kind, _)| !losses.candidates.contains_key(kind));
        let turns = open.filter_map(|(_, loss)| loss.turn);
        asks.into_iter().chain(in_vain).chain(turns).min()
    }

    /// Asks the relay what must be known, and opens what it is this device's turn to open.
    pub(super) fn succession_due(&mut self, ctx: &mut Cx<'_>) {
        self.settle_successions(ctx);
        if !self.shared.connected {
            return;
        }
        self.ask_relay(ctx);
        let is_due =
            |(kind, loss): (&TeamKind, &Loss)| loss.turn.is_some_and(|at| at <= ctx.now).then_some(*kind);
        let due: Vec<TeamKind> = self.shared.losses.noticed.iter().filter_map(is_due).collect();
        for kind in due {
            if !self.shared.losses.candidates.contains_key(&kind) {
                self.open_next_room(ctx, kind);
            }
        }
    }

    fn ask_relay(&mut self, ctx: &mut Cx<'_>) {
        let shared = &mut self.shared;
        if ctx.now < shared.losses.ask_at {
            return;
        }
        shared.losses.ask_at = ctx.now.plus_ms(ASK_MS);
        if shared.losses.noticed.values().any(|loss| loss.turn.is_none())
            && !shared.is_calling(&Caller::Generation)
        {
            shared.call(ctx, Caller::Generation, Request::Network);
        }
        self.look_for_abandoned(ctx);
        let shared = &mut self.shared;
        let unknown: Vec<(TeamKind, StreamId, Seq)> = shared
            .teams
            .values()
            .filter(|team| team.generation().is_none())
            .map(|team| (team.kind(), team.room().id(), team.room().resume_after()))
            .collect();
        for (kind, room, after) in unknown {
            if !shared.is_calling(&Caller::Holds(kind)) {
                shared.call(ctx, Caller::Holds(kind), Request::Read(room, after, None));
            }
        }
    }

    /// Whoever opened the room that the key note lists may be gone before anybody was let in. The relay is
    /// asked whether anything was ever said there, when this device has knocked in vain for long.
    fn look_for_abandoned(&mut self, ctx: &mut Cx<'_>) {
        let shared = &mut self.shared;
        let Some(note) = shared.key_note().cloned() else { return };
        for kind in TeamKind::ALL {
            let streams = *team_streams(&note, kind);
            let knocked = shared.knocks.get(&streams.door).map(|(knock, _)| knock.since);
            let in_vain = knocked.is_some_and(|since| since.plus_ms(IN_VAIN_MS) <= ctx.now);
            let caller = Caller::Abandoned(kind);
            if shared.teams.contains_key(&kind) && in_vain && !shared.is_calling(&caller) {
                shared.call(ctx, caller, Request::Read(streams.room, Seq::START, None));
            }
        }
    }

    /// The relay has shown the room that the key note lists for a team.
    pub(super) fn abandoned_answer(&mut self, ctx: &mut Cx<'_>, kind: TeamKind, response: &Response) {
        let shared = &mut self.shared;
        let Response::Frames(frames) = response else { return };
        let (Some(note), Some(team)) = (shared.log.key_note(), shared.teams.get(&kind)) else { return };
        let room = team_streams(note, kind).room;
        if frames.head == Seq::START && team.room().id() != room {
            let turn = Some(turn(team, ctx.now));
            shared.losses.noticed.entry(kind).or_insert(Loss { room, turn });
        }
    }

    /// The relay has answered whether it holds a team's room. The frames come on the live connection too.
    pub(super) fn holds_answer(&mut self, ctx: &mut Cx<'_>, kind: TeamKind, response: &Response) {
        let Response::Frames(frames) = response else { return };
        if let Some(team) = self.shared.teams.get_mut(&kind) {
            team.found_in(ctx, frames.generation);
        }
    }

    /// The relay has said of which generation it is.
    pub(super) fn generation_answer(&mut self, ctx: &mut Cx<'_>, response: &Response) {
        let shared = &mut self.shared;
        let open: Vec<TeamKind> =
            shared.losses.noticed.iter().filter(|(_, l)| l.turn.is_none()).map(|(kind, _)| *kind).collect();
        if let Response::Refused(_) = response {
            // It may have been restored with a new log that the stewards have not named yet.
            open.iter().for_each(|kind| shared.tell_denied(ctx, *kind));
        }
        let Response::Network(network) = response else { return };
        for kind in open {
            let Some(team) = shared.teams.get(&kind) else { continue };
            if team.generation() == Some(network.generation) {
                // Found again with the next refusal, if there is one.
                shared.losses.noticed.remove(&kind);
                shared.tell_denied(ctx, kind);
                continue;
            }
            let turn = Some(turn(team, ctx.now));
            if let Some(loss) = shared.losses.noticed.get_mut(&kind) {
                loss.turn = turn;
            }
            let text = format!(
                "The relay was restored and has lost the room of the team ({}). Another one is being opened; a \
                 registrar's device must be running for it.",
                kind.as_str()
            );
            ctx.tell(Event::Warning { code: "team-room-lost", text });
        }
    }

    fn open_next_room(&mut self, ctx: &mut Cx<'_>, kind: TeamKind) {
        let shared = &mut self.shared;
        let (Some(manifest), Some(note)) = (shared.manifest(), shared.key_note()) else { return };
        let Some(team) = shared.teams.get(&kind) else { return };
        let replaces = team_streams(note, kind).room;
        let Some(leaf) = team_leaf(shared, kind, ctx.now) else { return };
        let may = shared.identity.has_role(kind.role(), ctx.now) && team.is_ready();
        if !may || shared.losses.noticed.get(&kind).map(|loss| loss.room) != Some(replaces) {
            return;
        }
        let until = ctx.now.plus_ms(limits::STREAM_LIFE_MS);
        let successor = (manifest.manifest().operations_key, until);
        let start = team.next_start();
        let creators = TeamCreators::generate(ctx.rng);
        let streams = creators.streams();
        let room = match RoomSync::create(ctx, &leaf, streams.room, streams.welcome) {
            Ok(room) => room,
            Err(error) => {
                let text = "A team's next room could not be opened.".to_owned();
                return ctx.tell(Event::Warning { code: error.code(), text });
            }
        };
        let key = room.append_key().public();
        let (own, others) = creators.policies(kind, key, successor, Some(start));
        let mut policies = Vec::new();
        for stream in std::iter::once(own).chain(others) {
            let creator = stream.creator.signing();
            shared.promise_stream(ctx, Owner::Succession(kind), &creator, &stream.policy, By::Certificate);
            policies.push(stream.policy);
        }
        let kept = Kept { replaces, streams, policies, is_made: false };
        ctx.store(&record(kind), &kept);
        shared.losses.candidates.insert(kind, Candidate { kept, room });
    }

    /// One of the streams of a room that this device has opened is made, or refused.
    pub(super) fn succession_job(&mut self, ctx: &mut Cx<'_>, kind: TeamKind, outcome: &Outcome) {
        let Outcome::Done(_) = outcome else {
            self.drop_candidate(ctx, kind);
            if let Some(loss) = self.shared.losses.noticed.get_mut(&kind) {
                loss.turn = Some(ctx.now.plus_ms(AGAIN_MS));
            }
            return;
        };
        let is_its = |owner: &Owner| *owner == Owner::Succession(kind);
        if self.shared.outbox.jobs().any(|(_, job)| is_its(&job.owner)) {
            return;
        }
        let Some(candidate) = self.shared.losses.candidates.get_mut(&kind) else { return };
        candidate.kept.is_made = true;
        ctx.store(&record(kind), &candidate.kept);
        match kind {
            TeamKind::Desk => self.desk.offer_room(ctx, &mut self.shared),
            TeamKind::Hosts => self.host.offer_room(ctx, &mut self.shared),
            TeamKind::Registrars => self.registrar.offer_room(ctx),
        }
    }

    /// Follows the key note: a team whose room it names no longer goes on in the one that it names, which
    /// this device has opened or knocks at.
    pub(super) fn settle_successions(&mut self, ctx: &mut Cx<'_>) {
        for kind in TeamKind::ALL {
            let Some(streams) = self.shared.key_note().map(|note| *team_streams(note, kind)) else { return };
            let kept = self.shared.losses.candidates.get(&kind).map(|candidate| &candidate.kept);
            let is_ours = kept.is_some_and(|kept| kept.streams == streams);
            if kept.is_some_and(|kept| !is_ours && kept.replaces != streams.room) {
                self.drop_candidate(ctx, kind);
            }
            let Some(old) = self.shared.teams.get(&kind).map(|team| *team.streams()) else { continue };
            if old == streams {
                continue;
            }
            if self.shared.losses.noticed.get(&kind).is_some_and(|loss| loss.room != streams.room) {
                self.shared.note_held(kind);
            }
            for stream in [old.room, old.door, old.casebook] {
                self.shared.leave(ctx, &stream);
            }
            if is_ours && let Some(candidate) = self.shared.losses.candidates.remove(&kind) {
                ctx.forget(&record(kind));
                let secrets = self.succession_secrets(kind, &candidate.kept);
                self.move_team(ctx, kind, (streams, candidate.room), Some(secrets));
                self.follow_rooms(ctx);
            }
        }
    }

    /// The team goes on in another room, which this device has opened or was let into.
    pub(super) fn move_team(
        &mut self,
        ctx: &mut Cx<'_>,
        kind: TeamKind,
        to: (TeamStreams, RoomSync),
        opener: Option<Option<(u64, Vec<u8>)>>,
    ) {
        let shared = &mut self.shared;
        let Some(certificate) = shared.identity.certificate.clone() else { return };
        match kind {
            TeamKind::Desk => self.desk.before_move(ctx, shared),
            TeamKind::Hosts => self.host.before_move(ctx, shared),
            // The book is written with every entry.
            TeamKind::Registrars => {}
        }
        let is_opener = opener.is_some();
        let Shared { teams, outbox, .. } = &mut *shared;
        let Some(team) = teams.get_mut(&kind) else { return };
        team.succeed(ctx, outbox, to, &certificate, opener);
        match kind {
            TeamKind::Desk => self.desk.moved(ctx, shared, is_opener),
            TeamKind::Hosts => self.host.moved(ctx, shared, is_opener),
            TeamKind::Registrars => self.registrar.moved(ctx, shared, is_opener),
        }
        ctx.tell(Event::Team(kind, "succeeded"));
    }

    /// What the team's members share changes only for registrars: they keep the policies of all streams.
    fn succession_secrets(&self, kind: TeamKind, kept: &Kept) -> Option<(u64, Vec<u8>)> {
        let (TeamKind::Registrars, Some(team)) = (kind, self.shared.teams.get(&kind)) else { return None };
        super::registrar::with_policies(team, &kept.policies)
    }

    /// The key note names another room, or the relay refused this one.
    fn drop_candidate(&mut self, ctx: &mut Cx<'_>, kind: TeamKind) {
        let Some(candidate) = self.shared.losses.candidates.remove(&kind) else { return };
        candidate.room.forget(ctx);
        ctx.forget(&record(kind));
        let jobs = self.shared.outbox.jobs();
        let gone: Vec<JobId> =
            jobs.filter(|(_, job)| job.owner == Owner::Succession(kind)).map(|(id, _)| id).collect();
        for id in gone {
            self.shared.outbox.cancel(ctx, id);
        }
    }
}

/// Where a team was when this device was last used, or where the key note says that it is.
pub(super) fn place_of(
    shared: &Shared,
    kind: TeamKind,
    records: &BTreeMap<String, Vec<u8>>,
) -> Option<Place> {
    // After a restore with a new log there is no key note until the registrars have signed one anew.
    Place::load(kind, records).or_else(|| {
        let streams = *team_streams(shared.key_note()?, kind);
        Some(Place { streams, generation: None, left: None })
    })
}

/// When this member of the lost room opens the next one, unless another has.
fn turn(team: &TeamSync, now: Timestamp) -> Timestamp {
    let rank = u64::try_from(team.room().rank(b"succession").min(LAST_RANK)).unwrap_or(u64::MAX);
    now.plus_ms(RANK_PAUSE_MS.saturating_mul(rank))
}

/// Whether this device is in the room that the key note names for a team.
pub(super) fn is_in(shared: &Shared, kind: TeamKind, streams: &TeamStreams) -> bool {
    shared.teams.get(&kind).map(TeamSync::streams) == Some(streams)
}

fn record(kind: TeamKind) -> String {
    format!("succession/{}", kind.as_str())
}
