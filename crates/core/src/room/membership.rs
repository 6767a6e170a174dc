//! Changing who is in a room: one commit at a time, applied only after the relay has it.
//!
//! Everybody may want the same change. Whoever loses the race for an epoch applies the winner's commit
//! and tries again with what is still wanted.

use std::collections::{BTreeMap, BTreeSet};

use bystand_crypto::hash::{frame_hash, plain_sha256};
use bystand_crypto::rooms::{Applied, Incoming, Member, MemberIndex, PendingCommit, TreeLocation};
use bystand_crypto::sign::sign;
use bystand_crypto::symmetric::{SymmetricKey, seal_with};
use bystand_wire::relay_api::{Commit, CommitContext, StoredFrame};
use bystand_wire::{BlobId, Frame, FrameKind, Hash32, StreamId, Timestamp, encode};
use minicbor::{Decode, Encode};
use rand_core::Rng;

use super::{Carried, Credential, Errand, Holder, Leaf, RoomEvent, RoomSync, SyncError, WelcomeFrame};
use crate::ctx::Ctx;
use crate::outbox::{AppendJob, By, JobId, Outbox, Work};

/// How long the tree's blob is kept for newcomers, in milliseconds.
const TREE_LIFE_MS: u64 = 2 * bystand_wire::time::DAY_MS;

/// The pause after a commit was refused, in milliseconds; doubled with each further one.
const REFUSED_PAUSE_MS: u64 = bystand_wire::time::SECOND_MS;

/// The most doublings of it.
const REFUSED_DOUBLINGS: u32 = 4;

#[derive(Debug, Clone, Copy, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub(super) struct Pending {
    #[n(0)]
    pub(super) job: JobId,
}

/// Changes to the membership that are asked for and not yet made, by whomever.
#[derive(Debug, Clone, Default, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub(super) struct Wanted {
    /// Key packages to add.
    #[n(0)]
    adds: Vec<minicbor::bytes::ByteVec>,
    /// Members to remove.
    #[n(1)]
    removes: Vec<Holder>,
}

impl RoomSync {
    /// Asks for newcomers to be added. Those already there are left out.
    pub fn want_added<Event>(&mut self, ctx: &mut Ctx<'_, Event>, key_package: Vec<u8>) {
        let bytes = minicbor::bytes::ByteVec::from(key_package);
        if !self.wanted.adds.contains(&bytes) {
            self.wanted.adds.push(bytes);
            self.store_state(ctx);
        }
    }

    /// Asks for a member to be removed.
    pub fn want_removed<Event>(&mut self, ctx: &mut Ctx<'_, Event>, holder: Holder) {
        if !self.wanted.removes.contains(&holder) {
            self.wanted.removes.push(holder);
            self.store_state(ctx);
        }
    }

    /// Asks for this device's leaf to stand for another credential: a renewed certificate. It is not
    /// kept: ask again for as long as the leaf stands for the old one.
    pub fn want_renewed(&mut self, leaf: Leaf) {
        self.renewal = Some(leaf);
    }

    /// Makes the next commit if one is wanted and none is under way. Removals go first. Says again what
    /// came too late for the epoch before.
    ///
    /// # Errors
    /// [`SyncError`] when the rules refuse what is wanted; it is then no longer wanted.
    pub fn drive<Event, Owner>(
        &mut self,
        ctx: &mut Ctx<'_, Event>,
        outbox: &mut Outbox<Owner>,
    ) -> Result<(), SyncError>
    where
        Owner: From<(StreamId, Errand)> + Clone + Encode<()> + for<'b> Decode<'b, ()>,
    {
        self.say_late(ctx, outbox);
        if !self.wants_commit() || ctx.now < self.not_before {
            return Ok(());
        }
        let tree = TreeLocation { blob: BlobId(random(ctx)), key: random(ctx) };
        let made = if !self.wanted.removes.is_empty() {
            self.commit_removals(ctx)
        } else if let Some(leaf) = self.renewal.take() {
            self.commit_renewal(ctx, &leaf)
        } else {
            self.commit_adds(ctx, &tree)
        };
        match made {
            Ok(Some((pending, newcomers))) => {
                self.promise_commit(ctx, outbox, pending, newcomers, tree);
                Ok(())
            }
            Ok(None) => {
                self.wanted = Wanted::default();
                self.store_state(ctx);
                Ok(())
            }
            Err(error) => {
                self.wanted = Wanted::default();
                self.not_before = ctx.now.plus_ms(REFUSED_PAUSE_MS << REFUSED_DOUBLINGS);
                self.store_state(ctx);
                Err(error)
            }
        }
    }

    /// Whether a commit is wanted and none is under way.
    pub(super) fn wants_commit(&self) -> bool {
        self.pending.is_none() && (self.wanted != Wanted::default() || self.renewal.is_some())
    }

    fn commit_renewal<Event>(
        &mut self,
        ctx: &mut Ctx<'_, Event>,
        leaf: &Leaf,
    ) -> Result<Option<(PendingCommit, Vec<Hash32>)>, SyncError> {
        Ok(Some((self.room.renew(&leaf.config(), ctx.now, ctx.rng)?, Vec::new())))
    }

    fn commit_adds<Event>(
        &mut self,
        ctx: &mut Ctx<'_, Event>,
        tree: &TreeLocation,
    ) -> Result<Option<(PendingCommit, Vec<Hash32>)>, SyncError> {
        let present: BTreeSet<Holder> = self.members().iter().map(Credential::holder).collect();
        let mut holders = BTreeSet::new();
        let mut packages = Vec::new();
        for package in &self.wanted.adds {
            let Ok(candidate) = self.room.screen(package, ctx.now) else { continue };
            let Ok(credential) = Credential::from_bytes(&candidate.credential) else { continue };
            let holder = credential.holder();
            let is_new = !present.contains(&holder) || matches!(holder, Holder::Pass(_));
            if is_new && holders.insert(holder) {
                packages.push(package.to_vec());
            }
        }
        if packages.is_empty() {
            return Ok(None);
        }
        let newcomers = packages.iter().map(|p| plain_sha256(p)).collect();
        let pending = self.room.add(&packages, tree, ctx.now, ctx.rng)?;
        Ok(Some((pending, newcomers)))
    }

    fn commit_removals<Event>(
        &mut self,
        ctx: &mut Ctx<'_, Event>,
    ) -> Result<Option<(PendingCommit, Vec<Hash32>)>, SyncError> {
        let known: Vec<(MemberIndex, Credential)> = self
            .room
            .members()
            .iter()
            .filter_map(|m| Some((m.index, Credential::from_bytes(&m.credential).ok()?)))
            .collect();
        if !known.iter().any(|(_, c)| self.wanted.removes.contains(&c.holder())) {
            return Ok(None);
        }
        let mut newest: BTreeMap<Holder, u32> = BTreeMap::new();
        for (_, credential) in &known {
            let counter = newest.entry(credential.holder()).or_default();
            *counter = credential.counter().max(*counter);
        }
        // Older leaves of those who came back go along: a removal costs the same for one or many.
        let is_old = |c: &Credential| newest.get(&c.holder()).is_some_and(|n| c.counter() < *n);
        let gone: Vec<MemberIndex> = known
            .iter()
            .filter(|(_, c)| self.wanted.removes.contains(&c.holder()) || is_old(c))
            .map(|(index, _)| *index)
            .collect();
        Ok(Some((self.room.remove(&gone, ctx.now, ctx.rng)?, Vec::new())))
    }

    fn promise_commit<Event, Owner>(
        &mut self,
        ctx: &mut Ctx<'_, Event>,
        outbox: &mut Outbox<Owner>,
        pending: PendingCommit,
        newcomers: Vec<Hash32>,
        tree: TreeLocation,
    ) where
        Owner: From<(StreamId, Errand)> + Clone + Encode<()> + for<'b> Decode<'b, ()>,
    {
        let room = self.id;
        let mut after = Vec::new();
        if pending.welcome.is_some() {
            let key = SymmetricKey::from_bytes(tree.key);
            let chunk = seal_with(&key, ctx.rng, tree.blob.as_ref(), &pending.tree);
            let until = ctx.now.plus_ms(TREE_LIFE_MS);
            let work = Work::PutBlob(tree.blob, chunk, until, None, By::Room(room));
            after.push(outbox.push(ctx, Owner::from((room, Errand::Tree)), work, &[]));
        }
        let epoch = pending.epoch;
        let append_key = pending.removes.then(|| pending.append_key.public());
        let frame = Frame::build(FrameKind::RoomCommit, &pending.commit);
        let context = CommitContext { stream: room, frame: frame_hash(&frame), epoch, append_key };
        let signature = self.committer.as_ref().map(|key| sign(&ctx.network, key, &context));
        let commit = AppendJob {
            stream: room,
            frame,
            by: By::Room(room),
            commit: Some(Commit { epoch, append_key, signature }),
            tag: None,
            epoch: Some(epoch),
        };
        let job = outbox.push(ctx, Owner::from((room, Errand::Commit)), Work::Append(commit), &after);
        if let Some(welcome) = pending.welcome {
            let body = encode(&WelcomeFrame { newcomers, welcome: Carried::Inline(welcome) });
            let frame = Frame::build(FrameKind::RoomWelcome, &body);
            let stream = self.welcome;
            let append =
                AppendJob { stream, frame, by: By::Room(room), commit: None, tag: None, epoch: None };
            outbox.push(ctx, Owner::from((room, Errand::Welcome)), Work::Append(append), &[job]);
        }
        self.pending = Some(Pending { job });
        self.store_state(ctx);
    }

    /// Whether a frame is a commit that the rules refuse, in a room whose members would not make one
    /// without cause. Looking leaves no trace.
    pub(super) fn is_too_early(&mut self, stored: &StoredFrame) -> bool {
        let Ok(Frame { kind: FrameKind::RoomCommit, body }) = Frame::parse(&stored.frame) else {
            return false;
        };
        self.rules.is_team() && self.room.is_refused(body)
    }

    pub(super) fn take_commit<Event>(
        &mut self,
        ctx: &mut Ctx<'_, Event>,
        stored: &StoredFrame,
        body: &[u8],
    ) -> Vec<RoomEvent> {
        // The room knows its own pending commit; another's commit that won the epoch ends ours.
        match self.room.process(body) {
            Ok(Incoming::Commit(applied)) => {
                self.pending = None;
                self.applied(ctx, applied, stored.at)
            }
            Ok(Incoming::Message { .. } | Incoming::Own { .. }) => {
                vec![RoomEvent::Unreadable { seq: stored.seq, code: "not-a-commit" }]
            }
            Err(error) => self.unreadable(stored.seq, &error),
        }
    }

    /// The relay has our commit: apply it, unless it came back on the stream before.
    pub(super) fn accept<Event>(
        &mut self,
        ctx: &mut Ctx<'_, Event>,
        job: JobId,
        at: Timestamp,
    ) -> Vec<RoomEvent> {
        if self.pending.take_if(|p| p.job == job).is_none() {
            return Vec::new();
        }
        match self.room.commit_accepted() {
            Ok(applied) => self.applied(ctx, applied, at),
            Err(error) => self.unreadable(self.seen, &error),
        }
    }

    pub(super) fn give_up_commit<Event>(&mut self, ctx: &mut Ctx<'_, Event>) {
        self.pending = None;
        self.room.commit_rejected();
        self.not_before = ctx.now.plus_ms(REFUSED_PAUSE_MS << self.refused.min(REFUSED_DOUBLINGS));
        self.refused = self.refused.saturating_add(1);
        self.store_state(ctx);
    }

    fn applied<Event>(
        &mut self,
        ctx: &mut Ctx<'_, Event>,
        applied: Applied,
        at: Timestamp,
    ) -> Vec<RoomEvent> {
        let known = |members: &[Member]| -> Vec<Credential> {
            members.iter().filter_map(|m| Credential::from_bytes(&m.credential).ok()).collect()
        };
        let (added, removed) = (known(&applied.added), known(&applied.removed));
        self.no_longer_wanted(ctx, &added, &removed);
        if applied.we_were_removed {
            self.forget(ctx);
            return vec![RoomEvent::Ended];
        }
        self.heard = true;
        (self.refused, self.not_before) = (0, Timestamp(0));
        self.store_state(ctx);
        let Some(authenticator) = applied.authenticator else { return Vec::new() };
        vec![RoomEvent::Changed { epoch: applied.epoch, at, added, removed, authenticator }]
    }

    fn no_longer_wanted<Event>(
        &mut self,
        ctx: &mut Ctx<'_, Event>,
        added: &[Credential],
        removed: &[Credential],
    ) {
        let gone: BTreeSet<Holder> = removed.iter().map(Credential::holder).collect();
        self.wanted.removes.retain(|h| !gone.contains(h));
        let came: BTreeSet<Holder> = added.iter().map(Credential::holder).collect();
        let (room, now) = (&mut self.room, ctx.now);
        self.wanted.adds.retain(|package| {
            let candidate = room.screen(package, now).ok();
            let credential = candidate.and_then(|c| Credential::from_bytes(&c.credential).ok());
            credential.is_some_and(|c| !came.contains(&c.holder()))
        });
    }
}

/// Thirty-two random bytes.
fn random<Event>(ctx: &mut Ctx<'_, Event>) -> [u8; 32] {
    let mut bytes = [0; 32];
    ctx.rng.fill_bytes(&mut bytes);
    bytes
}
