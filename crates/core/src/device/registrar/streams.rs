//! The network's streams end after a good year unless their policies are signed again. The registrars do
//! it with the operations key, which every policy names as its successor. (The drop is the desk's
//! own: it signs a new policy whenever somebody leaves.)

use bystand_crypto::hash::stream_id;
use bystand_crypto::sign::{Signed, SigningKey};
use bystand_wire::relay_api::{Policy, SignedBytes};
use bystand_wire::time::DAY_MS;
use bystand_wire::{PublicKey, Timestamp, encode, limits};

use super::super::secrets::RegistrarSecrets;
use super::super::{Cx, Owner, Shared};
use super::{Registrar, RegistrarJob, note, secrets};
use crate::outbox::Work;
use crate::team::TeamKind;

/// Policies are renewed when the first of them ends within this time, in milliseconds.
const RENEW_POLICIES_MS: u64 = 120 * DAY_MS;

impl Registrar {
    /// Signs the policies of the network's streams again before they end. Registrars wait for each
    /// other by rank, a day each.
    pub(super) fn renew_policies(&mut self, ctx: &mut Cx<'_>, shared: &mut Shared) {
        let Some(held) = secrets(shared) else { return };
        let Some(manifest) = shared.manifest() else { return };
        let rank = note::rank(manifest, &shared.identity.device().public());
        let ends = held.policies.iter().map(|p| p.expires_at).min();
        let when = ctx.now.plus_ms(RENEW_POLICIES_MS.saturating_sub(rank.saturating_mul(DAY_MS)));
        if ends.is_none_or(|ends| ends > when) {
            return;
        }
        let key = held.operations.signing();
        let policies = replace_policies(ctx, shared, &held.policies, &key, key.public());
        share(ctx, shared, RegistrarSecrets { policies, ..held });
    }
}

/// Promises the next version of each policy, signed by `key`, naming `successor` from now on.
pub(super) fn replace_policies(
    ctx: &mut Cx<'_>,
    shared: &mut Shared,
    policies: &[Policy],
    key: &SigningKey,
    successor: PublicKey,
) -> Vec<Policy> {
    let expires_at: Timestamp = ctx.now.plus_ms(limits::STREAM_LIFE_MS);
    let next = |policy: &Policy| Policy {
        version: policy.version.saturating_add(1),
        successors: vec![successor],
        expires_at,
        ..policy.clone()
    };
    let policies: Vec<Policy> = policies.iter().map(next).collect();
    for policy in &policies {
        let id = stream_id(&policy.creator);
        let signed = SignedBytes::from(Signed::sign(&ctx.network, key, policy));
        let owner = Owner::Registrar(RegistrarJob::Policy(id));
        shared.promise(ctx, owner, Work::Create(id, signed, None), &[]);
    }
    policies
}

/// Gives the registrars their next secrets.
pub(super) fn share(ctx: &mut Cx<'_>, shared: &mut Shared, secrets: RegistrarSecrets) {
    let version = secrets.version.saturating_add(1);
    let fresh = RegistrarSecrets { version, ..secrets };
    let Shared { outbox, teams, .. } = shared;
    if let Some(team) = teams.get_mut(&TeamKind::Registrars) {
        team.change_secrets(ctx, outbox, version, encode(&fresh));
    }
}
