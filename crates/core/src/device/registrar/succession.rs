//! After the relay was restored: the key note lists the rooms that succeed lost ones, the registrars' own
//! casebook is carried over, and the inbox and mailboxes are made again.

use bystand_crypto::hash::stream_id;
use bystand_wire::problem::Code;
use bystand_wire::relay_api::{AppendRule, Policy};
use bystand_wire::{Hash32, Seq, StreamId, decode, encode, limits};

use super::super::enroll::{MAILBOX_EXTRA_MS, mailbox_policy};
use super::super::secrets::RegistrarSecrets;
use super::super::{Caller, Cx, Event, Owner, Shared};
use super::state::HandedIn;
use super::streams::share;
use super::{
    Registrar, RegistrarBook, RegistrarCall, RegistrarEntry, RegistrarEvent, RegistrarJob, RegistrarStream,
    note, secrets,
};
use crate::io::Response;
use crate::network::enroll::{Succession, TeamKeys};
use crate::network::keynote::{KeyNote, NetworkStreams, TeamStreams};
use crate::team::{Carried, Carrier, Part, TeamKind, TeamSync};

impl Registrar {
    /// This device has opened the registrars' next room: the next key note is due.
    pub(in super::super) fn offer_room(&mut self, ctx: &mut Cx<'_>) {
        self.look_at = ctx.now;
    }

    /// The rooms that succeed lost ones. Whichever key note comes first in the log decides.
    pub(super) fn team_streams(&self, shared: &Shared, note: &mut KeyNote) {
        if let Some((streams, succession)) = shared.offered(TeamKind::Registrars)
            && succession.replaces == note.streams.registrars.room
        {
            note.streams.registrars = streams;
        }
        for handed in self.kept.state.successions.values().filter(|handed| handed.is_lost) {
            let listed = team_mut(&mut note.streams, handed.kind);
            if *listed == handed.lost {
                *listed = handed.streams;
            }
        }
    }

    /// A team hands in the room that succeeds its lost one. The first one counts; the relay must say to this
    /// device, too, that it does not have the old one.
    pub(super) fn take_succession(&mut self, ctx: &mut Cx<'_>, keys: &TeamKeys, succession: Succession) {
        let (kind, named) = match keys {
            TeamKeys::Desk(streams, _) => (TeamKind::Desk, *streams),
            TeamKeys::Hosts(streams, ..) => (TeamKind::Hosts, *streams),
        };
        let Some(note) = &mut self.kept.state.note else { return };
        let lost = *team_mut(&mut note.streams, kind);
        let is_sound = succession.streams() == Some(named) && lost.room == succession.replaces;
        if !is_sound || self.kept.state.successions.contains_key(&lost.room) {
            return;
        }
        let Succession { policies, .. } = succession;
        let handed = HandedIn { kind, lost, streams: named, policies, is_lost: false };
        self.kept.state.successions.insert(lost.room, handed);
        self.kept.store_state(ctx);
    }

    /// Asks the relay for rooms that are said to be lost, and keeps the policies of those that succeed them.
    pub(super) fn look_for_rooms(&mut self, ctx: &mut Cx<'_>, shared: &mut Shared) {
        let unknown = self.kept.state.successions.iter().filter(|(_, handed)| !handed.is_lost);
        for room in unknown.map(|(room, _)| *room).collect::<Vec<StreamId>>() {
            let caller = Caller::Registrar(RegistrarCall::LostRoom(room));
            if !shared.is_calling(&caller) {
                shared.call(ctx, caller, crate::io::Request::Read(room, Seq::START, None));
            }
        }
        self.keep_policies(ctx, shared);
    }

    /// The relay has answered.
    pub(super) fn room_looked_for(&mut self, ctx: &mut Cx<'_>, room: StreamId, response: &Response) {
        match response {
            Response::Refused(refusal) if refusal.code == Code::NotFound => self.room_is_lost(ctx, room),
            // Its opener was gone before anybody was let in.
            Response::Frames(frames)
                if frames.head == Seq::START && self.kept.state.succeeded.contains(&room) =>
            {
                self.room_is_lost(ctx, room);
            }
            Response::Frames(_) => {
                if self.kept.state.successions.remove(&room).is_some() {
                    ctx.tell(Event::Registrar(RegistrarEvent::Refused("team-room-not-lost")));
                    self.kept.store_state(ctx);
                }
            }
            // Not reachable, or busy: it is asked again.
            Response::Refused(_)
            | Response::Unreachable
            | Response::Network(_)
            | Response::Work(_)
            | Response::Created(_)
            | Response::Appended(_)
            | Response::Erased(_)
            | Response::Blob(_)
            | Response::Logged(_)
            | Response::LogEntries(_) => {}
        }
    }

    fn room_is_lost(&mut self, ctx: &mut Cx<'_>, room: StreamId) {
        let Some(handed) = self.kept.state.successions.get_mut(&room) else { return };
        handed.is_lost = true;
        self.look_at = ctx.now;
        self.kept.store_state(ctx);
    }

    /// Once the key note lists a new room, the registrars keep its policies and renew them before they end.
    fn keep_policies(&mut self, ctx: &mut Cx<'_>, shared: &mut Shared) {
        if self.kept.state.successions.is_empty() {
            return;
        }
        let (Some(note), Some(mut held)) = (shared.key_note().map(|n| n.note().clone()), secrets(shared))
        else {
            return;
        };
        let mut streams = note.streams;
        let settled: Vec<HandedIn> = self
            .kept
            .state
            .successions
            .extract_if(.., |_, handed| team_mut(&mut streams, handed.kind).room != handed.lost.room)
            .map(|(_, handed)| handed)
            .collect();
        if settled.is_empty() {
            return;
        }
        for handed in settled.into_iter().filter(|handed| note.streams.has(&handed.streams.room)) {
            replace(&mut held, &handed.lost, &handed.policies);
            self.kept.state.succeeded.insert(handed.streams.room);
        }
        self.kept.store_state(ctx);
        share(ctx, shared, held);
    }

    /// The team goes on in another room.
    pub(in super::super) fn moved(&mut self, ctx: &mut Cx<'_>, shared: &mut Shared, is_opener: bool) {
        self.kept.next = Some(RegistrarBook::default());
        self.carrier = Carrier::default();
        if is_opener {
            self.carry_over(ctx, shared);
        }
    }

    /// After load: the fold in the vault may be of a casebook that was lost.
    pub(super) fn take_up_carrying(&mut self, shared: &Shared) {
        let Some(team) = shared.teams.get(&TeamKind::Registrars) else { return };
        if self.kept.mark.as_ref().is_some_and(|mark| !mark.is_of(&team.streams().casebook)) {
            self.kept.next = Some(RegistrarBook::default());
        }
    }

    fn carry_over(&self, ctx: &mut Cx<'_>, shared: &mut Shared) {
        let as_of = self.kept.mark.as_ref().map_or(Seq::START, |mark| mark.seq);
        let part = Part { of: None, as_of, bytes: encode(&self.kept.book) };
        for carried in part.pieces().chain([Carried::All(as_of)]) {
            let entry = encode(&RegistrarEntry::Carried(carried));
            shared.carry(ctx, Owner::Registrar(RegistrarJob::Entry), TeamKind::Registrars, None, entry);
        }
    }

    /// Something was carried over.
    pub(super) fn carried(
        &mut self,
        ctx: &mut Cx<'_>,
        shared: &mut Shared,
        author: Hash32,
        carried: Carried,
    ) {
        match carried {
            Carried::Piece(piece) => {
                let part = self.carrier.take(author, piece);
                if let Some(other) = part.and_then(|part| decode::<RegistrarBook>(&part.bytes).ok()) {
                    self.kept.next.as_mut().unwrap_or(&mut self.kept.book).merge(other);
                }
            }
            Carried::All(as_of) => {
                let Some(next) = self.kept.next.take() else { return };
                if self.kept.mark.as_ref().is_some_and(|mark| mark.seq > as_of) {
                    self.carry_over(ctx, shared);
                }
                self.kept.book = next;
                shared.resend(ctx, TeamKind::Registrars);
                self.look_at = ctx.now;
            }
        }
    }

    /// The relay does not have the inbox, or an invitation's mailbox: the first in rank makes it again.
    pub(in super::super) fn remake(
        &mut self,
        ctx: &mut Cx<'_>,
        shared: &mut Shared,
        what: &RegistrarStream,
        times: u32,
    ) {
        let (Some(held), Some(manifest)) = (secrets(shared), shared.manifest()) else { return };
        let rank = note::rank(manifest, &shared.identity.device().public());
        if !shared.is_turn_to_remake(times, usize::try_from(rank).unwrap_or(usize::MAX)) {
            return;
        }
        match what {
            RegistrarStream::Inbox => {
                let creator = held.inbox_creator.signing();
                let Some(policy) = held.policies.iter().find(|p| p.creator == creator.public()) else {
                    return;
                };
                let expires_at = ctx.now.plus_ms(limits::STREAM_LIFE_MS);
                shared.remake(ctx, &creator, Policy { expires_at, ..policy.clone() });
            }
            RegistrarStream::Mailbox(token) => {
                let Some(invited) = self.kept.book.invited().get(token) else { return };
                let until = invited.expires_at.plus_ms(limits::CERTIFICATE_MS + MAILBOX_EXTRA_MS);
                let policy = mailbox_policy(&invited.secret, 1, until);
                shared.remake(ctx, &invited.secret.mailbox_key(), policy);
            }
        }
    }
}

/// What the registrars share, with the policies of their own new streams.
pub(in super::super) fn with_policies(team: &TeamSync, policies: &[Policy]) -> Option<(u64, Vec<u8>)> {
    let (_, bytes) = team.keys().secrets()?;
    let mut held: RegistrarSecrets = decode(bytes).ok()?;
    replace(&mut held, team.streams(), policies);
    held.version = held.version.saturating_add(1);
    Some((held.version, encode(&held)))
}

/// The policies of a team's new streams in place of those that are lost; who wrote elsewhere as a member of the
/// lost room does so as one of the new.
fn replace(held: &mut RegistrarSecrets, lost: &TeamStreams, policies: &[Policy]) {
    held.policies.retain(|policy| !lost.has(&stream_id(&policy.creator)));
    let Some(room) = policies.first().map(|policy| stream_id(&policy.creator)) else { return };
    for policy in &mut held.policies {
        if policy.append.contains(&AppendRule::Room(lost.room)) {
            policy.append = vec![AppendRule::Room(room)];
            policy.version = policy.version.saturating_add(1);
        }
    }
    held.policies.extend_from_slice(policies);
}

fn team_mut(streams: &mut NetworkStreams, kind: TeamKind) -> &mut TeamStreams {
    match kind {
        TeamKind::Desk => &mut streams.desk,
        TeamKind::Hosts => &mut streams.hosts,
        TeamKind::Registrars => &mut streams.registrars,
    }
}
