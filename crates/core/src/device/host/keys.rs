//! The hosts' keys: next week's in time, new ones after a removal, and the registrars told of both.

use bystand_wire::time::{DAY_MS, MINUTE_MS};
use bystand_wire::{Timestamp, Week, encode};

use super::super::secrets::{HostSecrets, KeyWeeks, WeekKeys};
use super::super::{Cx, Owner, Shared};
use super::{Host, HostJob, secrets, team_rank, turn};
use crate::network::enroll::TeamKeys;
use crate::network::keynote::HostKeys;
use crate::team::TeamKind;

/// How often the registrars are reminded that the key note does not list the hosts' keys.
const REMIND_MS: u64 = 2 * MINUTE_MS;
/// How long a week's keys stay listed after their end, in milliseconds: a day room that began on the
/// week's last day goes on into the next week, with hosts that the old key speaks for.
const LISTED_AFTER_MS: u64 = DAY_MS + DAY_MS / 2;

impl Host {
    /// Next week's keys when they are missing; a reminder when the key note lags behind.
    pub(super) fn keys_due(&mut self, ctx: &mut Cx<'_>, shared: &mut Shared) {
        if ctx.now < self.keys_asked {
            return;
        }
        let Some(mut secrets) = secrets(shared) else { return };
        if secrets.keys.clone().roll(ctx.rng, ctx.now) {
            // Two hosts must not make up different keys: the first in rank does it, and the others
            // have heard of it before their turn comes.
            let first = turn(ctx.now, team_rank(shared, b"host-keys"));
            if *self.roll_turn.get_or_insert(first) > ctx.now {
                return;
            }
            secrets.keys.roll(ctx.rng, ctx.now);
            secrets.version += 1;
            let Shared { teams, outbox, .. } = &mut *shared;
            if let Some(team) = teams.get_mut(&TeamKind::Hosts) {
                team.change_secrets(ctx, outbox, secrets.version, encode(&secrets));
            }
        }
        self.roll_turn = None;
        self.keys_asked = turn(ctx.now, team_rank(shared, b"host-keys")).plus_ms(REMIND_MS);
        let Some(note) = shared.key_note() else { return };
        if note.note().hosts != listed(&secrets.keys, ctx.now) || shared.is_offering(TeamKind::Hosts) {
            hand_in(ctx, shared, &secrets);
        }
    }

    /// This device has opened the hosts' next room: the registrars are told at once.
    pub(in super::super) fn offer_room(&mut self, ctx: &mut Cx<'_>, shared: &mut Shared) {
        if let Some(secrets) = secrets(shared) {
            self.keys_asked = ctx.now.plus_ms(REMIND_MS);
            hand_in(ctx, shared, &secrets);
        }
    }

    /// A host was removed: nothing it held opens or signs anything from here on. Its host key stood
    /// behind every day room, so all of them are succeeded once the key note lists the new one.
    pub(super) fn rotate(&mut self, ctx: &mut Cx<'_>, shared: &mut Shared, epoch: u64) {
        let Some(mut secrets) = secrets(shared) else { return };
        secrets.version += 1;
        secrets.keys.rotate(ctx.rng, ctx.now);
        let Shared { teams, outbox, .. } = &mut *shared;
        if let Some(team) = teams.get_mut(&TeamKind::Hosts) {
            team.rotate(ctx, outbox, epoch, Some((secrets.version, encode(&secrets))));
        }
        hand_in(ctx, shared, &secrets);
    }
}

/// The keys that the key note should list: current, next, and last week's for a while.
fn listed(keys: &KeyWeeks, now: Timestamp) -> Vec<HostKeys> {
    // After a removal nothing from before it is trusted any more.
    let rotated = keys.current(now).is_some_and(|k| k.not_before != Week::of(k.not_before).start());
    let lingers =
        |k: &&WeekKeys| !rotated && k.not_after <= now && now < k.not_after.plus_ms(LISTED_AFTER_MS);
    let old = keys.0.iter().filter(lingers);
    old.chain(keys.published(now)).map(WeekKeys::as_hosts).collect()
}

/// Hands the hosts' public keys to every registrar, for the next key note.
fn hand_in(ctx: &mut Cx<'_>, shared: &mut Shared, secrets: &HostSecrets) {
    let Some(note) = shared.key_note().map(|n| n.note().clone()) else { return };
    let keys = listed(&secrets.keys, ctx.now);
    shared.hand_in(ctx, Owner::Host(HostJob::Keys), TeamKind::Hosts, |new| {
        TeamKeys::Hosts(new.unwrap_or(note.streams.hosts), keys, note.push_key)
    });
}
