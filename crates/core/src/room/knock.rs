//! A newcomer at a room's door: sends a key package, waits for the Welcome, fetches the tree, joins.

use std::collections::BTreeMap;

use bystand_crypto::hash::plain_sha256;
use bystand_crypto::rooms::{Hello, KeyPackageSecret, Room};
use bystand_crypto::seal::{SealPublicKey, SealPurpose, seal};
use bystand_crypto::symmetric::{SymmetricKey, open_with};
use bystand_wire::relay_api::StoredFrame;
use bystand_wire::time::DAY_MS;
use bystand_wire::{BlobId, Frame, FrameKind, Hash32, Seq, StreamId, Timestamp, decode, encode};
use minicbor::{Decode, Encode};

use super::{Carried, DoorRequest, Leaf, RoomSync, SyncError, WelcomeFrame};
use crate::ctx::Ctx;
use crate::outbox::{AppendJob, By, JobId, Outbox, Work};

/// How long a key package is good, in milliseconds.
const KEY_PACKAGE_MS: u64 = 2 * DAY_MS;

/// Waiting at a door.
#[derive(Debug, Clone, Encode, Decode)]
#[cbor(map)]
pub struct Knock {
    /// The door knocked at.
    #[n(0)]
    pub door: StreamId,
    /// Where the Welcome will come.
    #[n(1)]
    pub welcome: StreamId,
    #[n(2)]
    secret: KeyPackageSecret,
    #[n(3)]
    package: Hash32,
    /// The welcome stream was read up to here.
    #[n(4)]
    seen: Seq,
    /// When the key package was made.
    #[n(5)]
    pub since: Timestamp,
    /// A Welcome that waits for its tree.
    #[n(6)]
    found: Option<minicbor::bytes::ByteVec>,
}

/// What to do next after a frame of the welcome stream.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum KnockStep {
    /// Nothing: it was for others.
    Wait,
    /// Fetch this blob and hand it to [`Knock::enter`].
    Fetch(BlobId),
}

impl Knock {
    /// Knocks: promises the door request, once for each key that somebody behind the door may have, and
    /// keeps what will open the Welcome.
    ///
    /// # Errors
    /// [`SyncError`] when the leaf's configuration is refused.
    #[expect(clippy::too_many_arguments, reason = "a door has that many sides")]
    pub fn start<Event, Owner>(
        ctx: &mut Ctx<'_, Event>,
        outbox: &mut Outbox<Owner>,
        owner: Owner,
        leaf: &Leaf,
        door: StreamId,
        welcome: StreamId,
        to: &[SealPublicKey],
        by: By,
    ) -> Result<Self, SyncError>
    where
        Owner: Clone + Encode<()> + for<'b> Decode<'b, ()>,
    {
        let (key_package, secret) = Room::key_package(&leaf.config(), ctx.now, KEY_PACKAGE_MS, ctx.rng)?;
        let package = plain_sha256(&key_package);
        let request = encode(&DoorRequest { key_package, room: None });
        for key in to {
            let sealed = seal(&ctx.network, SealPurpose::Door, key, ctx.rng, door.as_ref(), &request)
                .map_err(|_| SyncError::Damaged("knock"))?;
            let frame = Frame::build(FrameKind::DoorRequest, &sealed);
            let by = by.clone();
            let append = AppendJob { stream: door, frame, by, commit: None, tag: None, epoch: None };
            let _: JobId = outbox.push(ctx, owner.clone(), Work::Append(append), &[]);
        }
        let since = ctx.now;
        let knock = Self { door, welcome, secret, package, seen: Seq::START, since, found: None };
        knock.store(ctx);
        Ok(knock)
    }

    /// Takes up every knock that was in the vault.
    pub fn load_all(records: &BTreeMap<String, Vec<u8>>) -> Vec<Knock> {
        records
            .range("knock/".to_owned()..)
            .take_while(|(name, _)| name.starts_with("knock/"))
            .filter_map(|(_, bytes)| decode(bytes).ok())
            .collect()
    }

    /// From where the welcome stream must be followed.
    pub fn resume_after(&self) -> Seq {
        if self.found.is_some() { Seq(self.seen.0.saturating_sub(1)) } else { self.seen }
    }

    /// Whether the key package has run out and one must knock again.
    pub fn is_stale(&self, now: Timestamp) -> bool {
        now.since_ms(self.since) >= KEY_PACKAGE_MS
    }

    /// A frame of the welcome stream.
    ///
    /// # Errors
    /// [`SyncError`] when the Welcome is for this device and cannot be opened.
    pub fn handle_frame<Event>(
        &mut self,
        ctx: &mut Ctx<'_, Event>,
        leaf: &Leaf,
        stored: &StoredFrame,
    ) -> Result<KnockStep, SyncError> {
        self.seen = self.seen.max(stored.seq);
        let Ok(Frame { kind: FrameKind::RoomWelcome, body }) = Frame::parse(&stored.frame) else {
            return Ok(KnockStep::Wait);
        };
        let Ok(frame) = decode::<WelcomeFrame>(body) else { return Ok(KnockStep::Wait) };
        if !frame.newcomers.contains(&self.package) {
            return Ok(KnockStep::Wait);
        }
        let Carried::Inline(welcome) = frame.welcome else { return Ok(KnockStep::Wait) };
        let hello = Room::examine(&leaf.config(), std::slice::from_ref(&self.secret), &welcome)?;
        self.found = Some(welcome.into());
        self.store(ctx);
        Ok(KnockStep::Fetch(hello.tree.blob))
    }

    /// The tree has come: joins the room. The knock is over and forgotten.
    ///
    /// # Errors
    /// [`SyncError`] when tree and Welcome do not fit.
    pub fn enter<Event>(
        &mut self,
        ctx: &mut Ctx<'_, Event>,
        leaf: Leaf,
        tree: &[u8],
    ) -> Result<(RoomSync, Hello), SyncError> {
        let welcome = self.found.clone().ok_or(SyncError::Damaged("knock"))?;
        let secrets = std::slice::from_ref(&self.secret);
        let hello = Room::examine(&leaf.config(), secrets, &welcome)?;
        let key = SymmetricKey::from_bytes(hello.tree.key);
        let tree =
            open_with(&key, hello.tree.blob.as_ref(), tree).map_err(|_| SyncError::Damaged("knock"))?;
        let (room, hello) = Room::join(&leaf.config(), secrets, &welcome, &tree)?;
        let mut sync = RoomSync::with_room(hello.room, self.welcome, room, Seq::START, &leaf);
        sync.joined = sync.epoch();
        sync.store_state(ctx);
        self.forget(ctx);
        Ok((sync, hello))
    }

    /// Gives up waiting.
    pub fn forget<Event>(&self, ctx: &mut Ctx<'_, Event>) {
        ctx.forget(&format!("knock/{}", self.door));
    }

    fn store<Event>(&self, ctx: &mut Ctx<'_, Event>) {
        ctx.store(&format!("knock/{}", self.door), self);
    }
}
