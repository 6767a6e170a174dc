//! The hosts' casebook and streams after the relay has lost them: the opener of the next room carries its fold
//! over, who had read more adds its own, and the hosts make the desk's inbox and the day notes again.

use bystand_wire::relay_api::{AppendRule, Policy, ReadRule};
use bystand_wire::{Hash32, PublicKey, Seq, StreamId, Timestamp, decode, encode, limits};

use super::super::secrets::HostSecrets;
use super::super::setup::keys::HOSTS_FRAME_MS;
use super::super::{Cx, Owner, Shared, policy};
use super::{Host, HostBook, HostEntry, HostJob, SNAPSHOT_EVERY, secrets, team_rank, turn};
use crate::team::{Carried, Carrier, Part, TeamKind};

/// Refusals in a row after which a zone's room is taken for lost.
const LOST_AFTER: u32 = 3;

impl Host {
    /// The team is about to go on in another room: the fold of the lost casebook is written down.
    pub(in super::super) fn before_move(&mut self, ctx: &mut Cx<'_>, shared: &Shared) {
        if self.next.is_none() {
            self.store_snapshot(ctx, shared);
        }
    }

    /// The team goes on in another room.
    pub(in super::super) fn moved(&mut self, ctx: &mut Cx<'_>, shared: &mut Shared, is_opener: bool) {
        self.next = Some(HostBook::default());
        self.carrier = Carrier::default();
        if is_opener {
            self.carry_over(ctx, shared);
        }
    }

    /// After load: the fold in the vault may be of a casebook that was lost.
    pub(super) fn take_up_carrying(&mut self, shared: &Shared) {
        let Some(team) = shared.teams.get(&TeamKind::Hosts) else { return };
        if self.mark.as_ref().is_some_and(|mark| !mark.is_of(&team.streams().casebook)) {
            self.next = Some(HostBook::default());
        }
    }

    fn carry_over(&self, ctx: &mut Cx<'_>, shared: &mut Shared) {
        let as_of = self.mark.as_ref().map_or(Seq::START, |mark| mark.seq);
        let part = Part { of: None, as_of, bytes: encode(&self.book) };
        for carried in part.pieces().chain([Carried::All(as_of)]) {
            let entry = encode(&HostEntry::Carried(carried));
            shared.carry(ctx, Owner::Host(HostJob::Entry), TeamKind::Hosts, None, entry);
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
                if let Some(other) = part.and_then(|part| decode::<HostBook>(&part.bytes).ok()) {
                    self.next.as_mut().unwrap_or(&mut self.book).merge(other);
                }
            }
            Carried::All(as_of) => {
                let Some(next) = self.next.take() else { return };
                if self.mark.as_ref().is_some_and(|mark| mark.seq > as_of) {
                    self.carry_over(ctx, shared);
                }
                self.book = next;
                self.since_snapshot = SNAPSHOT_EVERY;
                shared.resend(ctx, TeamKind::Hosts);
            }
        }
    }

    /// The relay does not have a zone's room that this host is in: it is broken.
    pub(in super::super) fn room_missing(&mut self, room: &StreamId, times: u32) {
        let lost = self.days.iter().filter(|(_, day)| day.is_in() && day.room().as_ref() == Some(room));
        for (zone, _) in lost.filter(|_| times >= LOST_AFTER) {
            self.watches.entry(zone.clone()).or_default().is_broken = true;
        }
    }

    /// The relay does not have the desk's inbox: the first in rank makes it and the day notes again.
    pub(in super::super) fn remake_streams(&mut self, ctx: &mut Cx<'_>, shared: &mut Shared, times: u32) {
        let Some(secrets) = secrets(shared) else { return };
        let rank = usize::try_from(team_rank(shared, b"inbox")).unwrap_or(usize::MAX);
        if !shared.is_turn_to_remake(times, rank) {
            return;
        }
        let until = ctx.now.plus_ms(limits::STREAM_LIFE_MS);
        shared.remake(ctx, &secrets.inbox_creator.signing(), inbox_policy(&secrets, shared, until));
        let creator = secrets.notes_creator.signing();
        let append = vec![AppendRule::Keys(vec![creator.public()])];
        let notes = policy(&creator, append, ReadRule::Public, until, HOSTS_FRAME_MS);
        shared.remake(ctx, &creator, Policy { successors: successors(shared), ..notes });
    }

    /// The desk writes into the inbox as members of its room: when that is succeeded, the inbox takes what
    /// comes from the next one.
    pub(super) fn keep_inbox(&mut self, ctx: &mut Cx<'_>, shared: &mut Shared) {
        let Some(mut secrets) = secrets(shared) else { return };
        let Some(desk) = shared.key_note().map(|note| note.note().streams.desk.room) else { return };
        if secrets.inbox_for == desk || self.next.is_some() {
            self.inbox_turn = None;
            return;
        }
        let first = turn(ctx.now, team_rank(shared, b"inbox"));
        if *self.inbox_turn.get_or_insert(first) > ctx.now {
            return;
        }
        self.inbox_turn = None;
        secrets.version += 1;
        secrets.inbox_version += 1;
        secrets.inbox_for = desk;
        let until = ctx.now.plus_ms(limits::STREAM_LIFE_MS);
        shared.remake(ctx, &secrets.inbox_creator.signing(), inbox_policy(&secrets, shared, until));
        let Shared { teams, outbox, .. } = &mut *shared;
        if let Some(team) = teams.get_mut(&TeamKind::Hosts) {
            team.change_secrets(ctx, outbox, secrets.version, encode(&secrets));
        }
    }
}

fn inbox_policy(secrets: &HostSecrets, shared: &Shared, until: Timestamp) -> Policy {
    // The relay need not learn which dispatcher it is.
    let append = vec![AppendRule::Room(secrets.inbox_for)];
    let read = ReadRule::Key(secrets.inbox_read.signing().public());
    let rule = policy(&secrets.inbox_creator.signing(), append, read, until, HOSTS_FRAME_MS);
    Policy { version: secrets.inbox_version, successors: successors(shared), ..rule }
}

/// The registrars renew the policies with the operations key.
fn successors(shared: &Shared) -> Vec<PublicKey> {
    shared.manifest().map(|manifest| manifest.manifest().operations_key).into_iter().collect()
}
