//! Changing a room: commits of ours, and what any commit does to the room.

use std::collections::BTreeSet;

use bystand_wire::{PublicKey, Timestamp};
use mls_rs::error::MlsError;
use mls_rs::group::proposal::Proposal;
use mls_rs::group::{CommitEffect, CommitMessageDescription, CommitOutput, CommitSecrets, Group, NewEpoch};
use mls_rs::{ExtensionList, MlsMessage};
use rand_core::CryptoRng;

use super::group::{Config, append_key_of, authenticator_of, member_at, mls_time, to_member};
use super::hello::{self, AppendHint};
use super::identity::signing_identity;
use super::provider::signature_secret;
use super::storage::PRIOR_EPOCHS;
use super::{
    AppendKey, Applied, KeyPackageBytes, KeyPackageRefusal, Member, MemberIndex, PendingCommit, Refusal,
    Room, RoomConfig, RoomError, TreeLocation,
};

/// A commit of ours and the secrets that come with it.
pub(super) struct Pending {
    pub(super) commit: PendingCommit,
    pub(super) secrets: CommitSecrets,
}

impl Room {
    /// Adds newcomers, in one commit without a path. `tree` is where the caller will put
    /// [`PendingCommit::tree`], encrypted; the Welcome tells the newcomers.
    ///
    /// A newcomer whose leaf key is in the room already (a device that lost its state) replaces that
    /// leaf; the commit then counts as a removal.
    ///
    /// # Errors
    /// [`RoomError::KeyPackageRefused`] for the first key package that cannot be added
    /// ([`Room::screen`] tells beforehand), [`RoomError::CommitRefused`] when we may not add,
    /// [`RoomError::CommitPending`], [`RoomError::NothingToCommit`], [`RoomError::Removed`].
    pub fn add(
        &mut self,
        key_packages: &[KeyPackageBytes],
        tree: &TreeLocation,
        now: Timestamp,
        rng: &mut impl CryptoRng,
    ) -> Result<PendingCommit, RoomError> {
        self.ready()?;
        if key_packages.is_empty() {
            return Err(RoomError::NothingToCommit);
        }
        let (newcomers, replaced) = self.look_at_all(key_packages, now)?;
        let append = match replaced.is_empty() {
            true => AppendHint::Told(self.append.clone()),
            false => AppendHint::ThisEpoch,
        };
        let mut extensions = ExtensionList::new();
        extensions.set(hello::extension(self.room, tree, &append));
        let made = self.commit(now, rng, !replaced.is_empty(), |builder| {
            Ok(with_changes(builder, &replaced, &newcomers)?.set_group_info_ext(extensions))
        });
        match made {
            Err(RoomError::CommitRefused { reason: Refusal::Protocol(why) }) => {
                let position = self.first_misfit(&replaced, &newcomers, now, rng);
                Err(RoomError::KeyPackageRefused { position, reason: KeyPackageRefusal::Protocol(why) })
            }
            other => other,
        }
    }

    /// Removes members, many at once, with a path: they can read nothing sent after.
    ///
    /// # Errors
    /// [`RoomError::NotAMember`], [`RoomError::CannotRemoveSelf`], [`RoomError::CommitRefused`] when
    /// we may not remove one of them, [`RoomError::CommitPending`], [`RoomError::NothingToCommit`],
    /// [`RoomError::Removed`].
    pub fn remove(
        &mut self,
        members: &[MemberIndex],
        now: Timestamp,
        rng: &mut impl CryptoRng,
    ) -> Result<PendingCommit, RoomError> {
        self.ready()?;
        let members: BTreeSet<MemberIndex> = members.iter().copied().collect();
        if members.is_empty() {
            return Err(RoomError::NothingToCommit);
        }
        if members.contains(&self.own_index()) {
            return Err(RoomError::CannotRemoveSelf);
        }
        if let Some(missing) = members.iter().find(|index| self.member(**index).is_none()) {
            return Err(RoomError::NotAMember(*missing));
        }
        let members: Vec<MemberIndex> = members.into_iter().collect();
        self.commit(now, rng, true, |builder| with_changes(builder, &members, &[]))
    }

    /// Replaces our own leaf's and path's keys: what was stolen from this device before is of no use after.
    ///
    /// # Errors
    /// [`RoomError::CommitRefused`] when we may not commit, [`RoomError::CommitPending`],
    /// [`RoomError::Removed`].
    pub fn refresh(&mut self, now: Timestamp, rng: &mut impl CryptoRng) -> Result<PendingCommit, RoomError> {
        self.ready()?;
        self.commit(now, rng, false, |builder| Ok(builder))
    }

    /// As [`Room::refresh`], with a renewed credential (a new certificate) for the same leaf key.
    ///
    /// # Errors
    /// As [`Room::refresh`]; [`RoomError::Config`] when `config` has another leaf key.
    pub fn renew(
        &mut self,
        config: &RoomConfig,
        now: Timestamp,
        rng: &mut impl CryptoRng,
    ) -> Result<PendingCommit, RoomError> {
        self.ready()?;
        let key = config.leaf_public();
        if key != self.own.leaf_key {
            return Err(RoomError::Config("a leaf key cannot be changed"));
        }
        let identity = signing_identity(config.credential.clone(), &key);
        if !self.trust.same_member(self.own_credential(), &config.credential) {
            return Err(RoomError::CommitRefused { reason: Refusal::NotSameMember });
        }
        self.trust.check_leaf(&config.credential, &key)?;
        let signer = signature_secret(&config.leaf_key);
        self.commit(now, rng, false, |builder| Ok(builder.set_new_signing_identity(signer, identity)))
    }

    /// Our commit that waits for the relay's answer, also after [`Room::restore`].
    pub fn pending(&self) -> Option<&PendingCommit> {
        self.pending.as_ref().map(|pending| &pending.commit)
    }

    /// The relay took our commit: the room moves on.
    ///
    /// # Errors
    /// [`RoomError::NoCommitPending`].
    pub fn commit_accepted(&mut self) -> Result<Applied, RoomError> {
        let pending = self.pending.as_ref().ok_or(RoomError::NoCommitPending)?;
        let mut next = self.group.clone();
        let description = next.apply_detached_commit(pending.secrets.clone())?;
        self.adopt(next, &description)
    }

    /// Somebody else's commit came first: ours is dropped, nothing has changed.
    /// Once theirs was processed, make it again.
    pub fn commit_rejected(&mut self) {
        self.pending = None;
    }

    /// Takes over the state that a commit led to.
    pub(super) fn adopt(
        &mut self,
        next: Group<Config>,
        description: &CommitMessageDescription,
    ) -> Result<Applied, RoomError> {
        let (change, we_were_removed) = match &description.effect {
            CommitEffect::NewEpoch(change) => (change, false),
            CommitEffect::Removed { new_epoch, .. } => (new_epoch, true),
            CommitEffect::ReInit(_) => {
                return Err(RoomError::CommitRefused { reason: Refusal::Forbidden("re-initialization") });
            }
        };
        let committer = to_member_before(change, description.committer).ok_or(MlsError::MemberNotFound)?;
        let removed = removed_by(change);
        if we_were_removed {
            self.removed = true;
            self.pending = None;
            let (added, epoch) = (Vec::new(), change.epoch);
            return Ok(Applied { epoch, committer, added, removed, we_were_removed, authenticator: None });
        }
        let added = added_by(change, &next);
        let authenticator = Some(authenticator_of(&next)?);
        let own = member_at(&next, next.current_member_index()).ok_or(MlsError::MemberNotFound)?;
        if !removed.is_empty() {
            self.append = append_key_of(&next)?;
        }
        self.group = next;
        self.own = own;
        self.pending = None;
        self.guard = None;
        self.sent = 0;
        self.shelve_old_epochs()?;
        Ok(Applied { epoch: self.epoch(), committer, added, removed, we_were_removed, authenticator })
    }

    /// MLS keeps past epochs in memory until it is told to write; a device that follows a long replay
    /// would keep them all. Writing costs as much as applying a commit, so it is done now and then.
    fn shelve_old_epochs(&mut self) -> Result<(), RoomError> {
        self.unshelved += 1;
        if self.unshelved > PRIOR_EPOCHS {
            self.group.write_to_storage()?;
            self.guard = None;
            self.shelf.take_state();
            self.unshelved = 0;
        }
        Ok(())
    }

    fn ready(&self) -> Result<(), RoomError> {
        self.alive()?;
        if self.pending.is_some() { Err(RoomError::CommitPending) } else { Ok(()) }
    }

    fn look_at_all(
        &mut self,
        key_packages: &[KeyPackageBytes],
        now: Timestamp,
    ) -> Result<(Vec<MlsMessage>, Vec<MemberIndex>), RoomError> {
        let mut keys: BTreeSet<PublicKey> = BTreeSet::new();
        let mut newcomers = Vec::with_capacity(key_packages.len());
        let mut replaced = Vec::new();
        for (position, bytes) in key_packages.iter().enumerate() {
            let refused = |reason| RoomError::KeyPackageRefused { position, reason };
            let (message, candidate) = self.look_at(bytes, now).map_err(refused)?;
            if !keys.insert(candidate.leaf_key) {
                return Err(refused(KeyPackageRefusal::Twice));
            }
            newcomers.push(message);
            replaced.extend(candidate.replaces);
        }
        Ok((newcomers, replaced))
    }

    /// Key packages that are each fine may not fit together, or not with those in the room: somebody
    /// copied another's encryption key to spoil the batch. The first one that does not fit, by halves.
    fn first_misfit(
        &self,
        replaced: &[MemberIndex],
        newcomers: &[MlsMessage],
        now: Timestamp,
        rng: &mut impl CryptoRng,
    ) -> usize {
        let random = self.random.clone();
        let _seeded = random.seeded_by(rng);
        let fits = |count: usize| {
            let mut trial = self.group.clone();
            let builder = trial.commit_builder().commit_time(mls_time(now));
            let first = newcomers.get(..count).unwrap_or(newcomers);
            with_changes(builder, replaced, first).and_then(Builder::build_detached).is_ok()
        };
        let (mut fit, mut misfit) = (0, newcomers.len());
        while fit + 1 < misfit {
            let middle = fit.midpoint(misfit);
            if fits(middle) { fit = middle } else { misfit = middle }
        }
        fit
    }

    /// Builds a commit and keeps it with its secrets; the group itself stays as it is.
    fn commit(
        &mut self,
        now: Timestamp,
        rng: &mut impl CryptoRng,
        removes: bool,
        fill: impl FnOnce(Builder<'_>) -> Result<Builder<'_>, MlsError>,
    ) -> Result<PendingCommit, RoomError> {
        let epoch = self.epoch();
        let refused = |error| RoomError::of_commit(error, epoch, epoch);
        // Making a commit uses up a key of ours.
        self.guard = None;
        let random = self.random.clone();
        let _seeded = random.seeded_by(rng);
        let builder = self.group.commit_builder().commit_time(mls_time(now));
        let (output, secrets) = fill(builder).and_then(Builder::build_detached).map_err(refused)?;
        let append_key = if removes { self.append_key_after(&secrets)? } else { self.append.clone() };
        let commit = pending_commit(epoch, &output, removes, append_key)?;
        self.pending = Some(Pending { commit: commit.clone(), secrets });
        Ok(commit)
    }

    fn append_key_after(&self, secrets: &CommitSecrets) -> Result<AppendKey, RoomError> {
        let mut next = self.group.clone();
        next.apply_detached_commit(secrets.clone())?;
        append_key_of(&next)
    }
}

type Builder<'a> = mls_rs::group::CommitBuilder<'a, Config>;

fn with_changes<'a>(
    mut builder: Builder<'a>,
    removed: &[MemberIndex],
    added: &[MlsMessage],
) -> Result<Builder<'a>, MlsError> {
    for index in removed {
        builder = builder.remove_member(index.0)?;
    }
    for newcomer in added {
        builder = builder.add_member(newcomer.clone())?;
    }
    Ok(builder)
}

fn pending_commit(
    epoch: u64,
    output: &CommitOutput,
    removes: bool,
    append_key: AppendKey,
) -> Result<PendingCommit, RoomError> {
    let commit = output.commit_message.to_bytes()?;
    let welcome = output.welcome_messages.first().map(MlsMessage::to_bytes).transpose()?;
    let tree = match (&welcome, &output.ratchet_tree) {
        (Some(_), Some(tree)) => tree.to_bytes()?,
        _ => Vec::new(),
    };
    Ok(PendingCommit { epoch, commit, welcome, tree, removes, append_key })
}

fn to_member_before(change: &NewEpoch, index: u32) -> Option<Member> {
    change.prior_state.member_at_index(index).as_ref().and_then(to_member)
}

fn removed_by(change: &NewEpoch) -> Vec<Member> {
    let mut removed = Vec::new();
    for info in &change.applied_proposals {
        if let Proposal::Remove(removal) = &info.proposal {
            removed.extend(to_member_before(change, removal.to_remove()));
        }
    }
    removed
}

fn added_by(change: &NewEpoch, next: &Group<Config>) -> Vec<Member> {
    let mut added = Vec::new();
    for info in &change.applied_proposals {
        if let Proposal::Add(addition) = &info.proposal {
            let key = addition.signing_identity().signature_key.as_bytes();
            let member = next.member_with_identity(key).ok();
            added.extend(member.as_ref().and_then(to_member));
        }
    }
    added
}
