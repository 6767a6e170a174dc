//! How a team's keys and secrets reach its members: to newcomers who ask, to all after a removal, and
//! what any member could do is done by the one that ranks first for it.

use bystand_crypto::symmetric::SymmetricKey;
use bystand_wire::relay_api::SignedBytes;
use bystand_wire::{Hash32, IncidentId, Seq, StreamId, Timestamp, decode};
use minicbor::{Decode, Encode};

use super::{KeyBundle, TeamEvent, TeamMessage, TeamSync, author_hash};
use crate::ctx::Ctx;
use crate::outbox::Outbox;
use crate::room::{Credential, Errand, Holder};

/// How long the second in rank waits for the first, in milliseconds.
const RANK_PAUSE_MS: u64 = 5_000;

/// Incidents or certificates in one key bundle, so that it fits a frame.
const BUNDLE_PIECE: usize = 150;

impl TeamSync {
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

    pub(super) fn handle_message<Event>(
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
                    self.keyless.remove(&newcomer);
                    if self.room.own_credential().map(|c| c.holder()) == Some(Holder::Device(newcomer)) {
                        let casebook = self.streams.casebook;
                        self.keys.arrived(bundle.milestone.filter(|m| m.casebook == casebook));
                    }
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
        self.keyless.insert(sender);
        if self.is_ready() {
            let rank = self.rank(sender.as_ref());
            self.hello.insert(sender, after_rank(ctx.now, rank));
        }
    }

    pub(super) fn step_in<Event, Owner>(
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
            self.keyless.remove(&newcomer);
            let milestone = self.mark.milestone(ctx.now);
            for bundle in self.keys.bundles(newcomer, milestone, BUNDLE_PIECE) {
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
}

pub(super) fn after_rank(now: Timestamp, rank: usize) -> Timestamp {
    now.plus_ms(RANK_PAUSE_MS.saturating_mul(u64::try_from(rank).unwrap_or(u64::MAX)))
}
