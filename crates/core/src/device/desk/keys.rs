//! The desk's keys: next week's in time, new ones after a removal, and the registrars told of both.

use bystand_crypto::sign::Signed;
use bystand_wire::relay_api::{AppendRule, Policy, ReadRule, SignedBytes};
use bystand_wire::time::{DAY_MS, MINUTE_MS};
use bystand_wire::{PassPurpose, Timestamp, encode, limits};

use super::super::secrets::{DeskSecrets, Seed};
use super::super::{Cx, Listener, Owner, Shared};
use super::{Desk, DeskJob, DeskStream, secrets};
use crate::network::enroll::TeamKeys;
use crate::outbox::Work;
use crate::team::TeamKind;

/// How long the drop keeps a report that nobody takes, in milliseconds.
const REPORT_LIFE_MS: u64 = 7 * DAY_MS;
/// How often the registrars are reminded that the key note does not list the desk's keys.
const REMIND_MS: u64 = 2 * MINUTE_MS;

/// The drop's policy: anybody with a pass or work appends, the desk reads.
pub fn drop_policy(secrets: &DeskSecrets, expires_at: Timestamp) -> Policy {
    let creator = secrets.drop_creator.signing();
    Policy {
        creator: creator.public(),
        version: secrets.drop_policy,
        successors: Vec::new(),
        append: vec![AppendRule::PassOrWork(vec![PassPurpose::Card, PassPurpose::Report])],
        read: ReadRule::Key(secrets.drop_read.signing().public()),
        erasers: Vec::new(),
        room_key: None,
        expires_at,
        frame_life_ms: REPORT_LIFE_MS,
        max_frame_len: u32::try_from(limits::FRAME_LEN).unwrap_or(u32::MAX),
        max_frames: 100_000,
        committer: None,
        starts_after: None,
    }
}

impl Desk {
    /// Next week's keys when they are missing; a reminder when the key note lags behind.
    pub(super) fn keys_due(&mut self, ctx: &mut Cx<'_>, shared: &mut Shared) {
        if ctx.now < self.keys_asked {
            return;
        }
        self.keys_asked = self.turn(shared, b"desk-keys", ctx.now).plus_ms(REMIND_MS);
        let Some(mut secrets) = secrets(shared) else { return };
        if secrets.keys.roll(ctx.rng, ctx.now) {
            secrets.version += 1;
            // The drop's end moves on with it, week by week.
            secrets.drop_policy += 1;
            promise_drop(ctx, shared, &secrets);
            self.spread(ctx, shared, &secrets);
        }
        let Some(note) = shared.key_note() else { return };
        let wanted: Vec<_> = secrets.keys.published(ctx.now).iter().map(|k| k.as_desk()).collect();
        if note.note().desk != wanted || shared.is_offering(TeamKind::Desk) {
            hand_in(ctx, shared, &secrets);
        }
    }

    /// This device has opened the desk's next room: the registrars are told at once.
    pub(in super::super) fn offer_room(&mut self, ctx: &mut Cx<'_>, shared: &mut Shared) {
        if let Some(secrets) = secrets(shared) {
            self.keys_asked = ctx.now.plus_ms(REMIND_MS);
            hand_in(ctx, shared, &secrets);
        }
    }

    /// The relay does not have the drop: the first in rank makes it again.
    pub(in super::super) fn remake_drop(&mut self, ctx: &mut Cx<'_>, shared: &mut Shared, times: u32) {
        let Some(secrets) = secrets(shared) else { return };
        if !shared.is_turn_to_remake(times, super::room_rank(shared, b"drop")) {
            return;
        }
        let policy = drop_policy(&secrets, ctx.now.plus_ms(limits::STREAM_LIFE_MS));
        shared.remake(ctx, &secrets.drop_creator.signing(), policy);
    }

    /// Somebody was removed: nothing they held opens or signs anything from here on.
    pub(super) fn rotate(&mut self, ctx: &mut Cx<'_>, shared: &mut Shared, epoch: u64) {
        let Some(mut secrets) = secrets(shared) else { return };
        secrets.version += 1;
        secrets.keys.rotate(ctx.rng, ctx.now);
        secrets.drop_read = Seed::generate(ctx.rng);
        secrets.drop_policy += 1;
        let Shared { teams, outbox, .. } = shared;
        if let Some(team) = teams.get_mut(&TeamKind::Desk) {
            team.rotate(ctx, outbox, epoch, Some((secrets.version, encode(&secrets))));
        }
        promise_drop(ctx, shared, &secrets);
        hand_in(ctx, shared, &secrets);
        self.read_drop_anew(ctx, shared, &secrets);
    }

    fn spread(&mut self, ctx: &mut Cx<'_>, shared: &mut Shared, secrets: &DeskSecrets) {
        let Shared { teams, outbox, .. } = shared;
        if let Some(team) = teams.get_mut(&TeamKind::Desk) {
            team.change_secrets(ctx, outbox, secrets.version, encode(secrets));
        }
    }

    fn read_drop_anew(&mut self, ctx: &mut Cx<'_>, shared: &mut Shared, secrets: &DeskSecrets) {
        let Some(drop) = shared.key_note().map(|n| n.note().streams.drop) else { return };
        let after = shared.listener(&drop).map_or(bystand_wire::Seq::START, |f| f.seen);
        shared.leave(ctx, &drop);
        let read = secrets.drop_read.signing();
        shared.follow(ctx, drop, Listener::Desk(DeskStream::Drop), after, Some(&read));
    }
}

/// Signs the drop's policy of this version.
fn promise_drop(ctx: &mut Cx<'_>, shared: &mut Shared, secrets: &DeskSecrets) {
    let Some(drop) = shared.key_note().map(|n| n.note().streams.drop) else { return };
    let creator = secrets.drop_creator.signing();
    let policy = drop_policy(secrets, ctx.now.plus_ms(limits::STREAM_LIFE_MS));
    let policy = SignedBytes::from(Signed::sign(&ctx.network, &creator, &policy));
    shared.promise(ctx, Owner::Desk(DeskJob::DropPolicy), Work::Create(drop, policy, None), &[]);
}

/// Hands the desk's public keys to every registrar, for the next key note.
pub(super) fn hand_in(ctx: &mut Cx<'_>, shared: &mut Shared, secrets: &DeskSecrets) {
    let Some(streams) = shared.key_note().map(|note| note.note().streams.desk) else { return };
    let keys = secrets.keys.published(ctx.now).iter().map(|k| k.as_desk()).collect();
    shared.hand_in(ctx, Owner::Desk(DeskJob::Keys), TeamKind::Desk, |new| {
        TeamKeys::Desk(new.unwrap_or(streams), keys)
    });
}
