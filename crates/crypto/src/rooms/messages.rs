//! Messages in a room, and everything that arrives.

use bystand_wire::{limits, pad};
use mls_rs::MlsMessage;
use mls_rs::error::MlsError;
use mls_rs::group::{ContentType, ReceivedMessage};
use mls_rs::mls_rs_codec::MlsSize;
use rand_core::CryptoRng;
use zeroize::Zeroizing;

use super::group::member_at;
use super::storage::PRIOR_EPOCHS;
use super::{Incoming, MemberIndex, Room, RoomError};

/// What MLS and its signature add to a message at most, in bytes; a padded body of the largest size
/// with it still fits a frame.
const OVERHEAD_LEN: usize = limits::FRAME_LEN - 60 * 1024;
const _: () = assert!(OVERHEAD_LEN >= 4 * 1024, "the largest padded body must fit a frame");

impl Room {
    /// Encrypts a message for everybody in the room, padded to one of five sizes ([`pad::SIZES`]).
    ///
    /// # Errors
    /// [`RoomError::TooLong`] above [`pad::MAX_BODY`], [`RoomError::Removed`].
    pub fn encrypt(&mut self, body: &[u8], rng: &mut impl CryptoRng) -> Result<Vec<u8>, RoomError> {
        self.alive()?;
        let padded = Zeroizing::new(
            pad::pad(body).map_err(|_| RoomError::TooLong { actual: body.len(), limit: pad::MAX_BODY })?,
        );
        let random = self.random.clone();
        let _seeded = random.seeded_by(rng);
        let message = self.group.encrypt_application_message(&padded, Vec::new())?;
        self.sent = self.sent.saturating_add(1);
        Ok(message.to_bytes()?)
    }

    /// How many messages this device has sent in this epoch. Kept by the caller beside its cursor,
    /// so that after a restart [`Room::skip_own_generations`] can pass over them.
    pub fn own_generation(&self) -> u32 {
        self.sent
    }

    /// After [`Room::restore`]: passes over the keys of messages that were sent in this epoch after the
    /// snapshot, so that no key is ever used for two messages. Does nothing when `upto` is not ahead.
    ///
    /// # Errors
    /// [`RoomError::Internal`].
    pub fn skip_own_generations(&mut self, upto: u32) -> Result<(), RoomError> {
        while self.sent < upto {
            self.group.next_encryption_key()?;
            self.sent += 1;
        }
        Ok(())
    }

    /// Takes a frame's body from the room's stream: a message or a commit of the current epoch, or a
    /// late message of one of the three before.
    ///
    /// # Errors
    /// Any [`RoomError`] whose cause is bad remote input, [`RoomError::Removed`] and
    /// [`RoomError::OwnCommitLost`]. The room stays as it was.
    pub fn process(&mut self, frame: &[u8]) -> Result<Incoming, RoomError> {
        self.alive()?;
        if self.pending().is_some_and(|pending| pending.commit == frame) {
            return self.commit_accepted().map(Incoming::Commit);
        }
        let (message, kind, epoch) = self.parse(frame)?;
        let current = self.epoch();
        if epoch > current {
            return Err(RoomError::Ahead { epoch, current });
        }
        match kind {
            ContentType::Proposal => Err(RoomError::ProposalRefused),
            ContentType::Commit if epoch < current => Err(RoomError::AlreadySeen),
            ContentType::Commit => self.process_commit(message, epoch),
            ContentType::Application if epoch + PRIOR_EPOCHS < current => {
                Err(RoomError::TooOld { epoch, current })
            }
            ContentType::Application => self.process_message(message, frame.len(), epoch),
        }
    }

    /// Reads a frame as far as it is in the clear, and refuses whatever rooms never send.
    fn parse(&self, frame: &[u8]) -> Result<(MlsMessage, ContentType, u64), RoomError> {
        use mls_rs::MlsMessageDescription as Kind;
        let message = MlsMessage::from_bytes(frame).map_err(|_| RoomError::Malformed)?;
        if message.mls_encoded_len() != frame.len() {
            return Err(RoomError::Malformed);
        }
        let (kind, epoch) = match message.description() {
            Kind::PrivateProtocolMessage { group_id, .. } if group_id != self.room.as_bytes() => {
                return Err(RoomError::OtherRoom);
            }
            Kind::PrivateProtocolMessage { epoch_id, content_type, .. } => (content_type, epoch_id),
            Kind::PublicProtocolMessage { .. } => return Err(RoomError::Unencrypted),
            Kind::Welcome { .. } | Kind::GroupInfo | Kind::KeyPackage => return Err(RoomError::Malformed),
        };
        Ok((message, kind, epoch))
    }

    /// Whether a frame is a commit of this epoch that the room's rules refuse as they stand. Nothing
    /// changes by looking.
    pub fn is_refused(&self, frame: &[u8]) -> bool {
        let Ok((message, ContentType::Commit, epoch)) = self.parse(frame) else { return false };
        let is_own = self.pending().is_some_and(|pending| pending.commit == frame);
        if epoch != self.epoch() || is_own || self.removed {
            return false;
        }
        let error = self.group.clone().process_incoming_message(message).err();
        error
            .is_some_and(|e| matches!(RoomError::of_commit(e, epoch, epoch), RoomError::CommitRefused { .. }))
    }

    fn process_message(
        &mut self,
        message: MlsMessage,
        len: usize,
        epoch: u64,
    ) -> Result<Incoming, RoomError> {
        let current = self.epoch();
        let received = match self.read_guarded(message, len) {
            Ok(ReceivedMessage::ApplicationMessage(received)) => received,
            Ok(_) => return Err(RoomError::Malformed),
            Err(MlsError::CantProcessMessageFromSelf) => return Ok(Incoming::Own { epoch }),
            Err(error) => return Err(RoomError::of_frame(error, epoch, current)),
        };
        let sender = member_at(&self.group, received.sender_index).ok_or(RoomError::SenderGone)?;
        let body = pad::unpad(received.data()).map_err(|_| RoomError::Malformed)?;
        Ok(Incoming::Message {
            sender: MemberIndex(received.sender_index),
            credential: sender.credential,
            body: Zeroizing::new(body.to_vec()),
            epoch,
        })
    }

    /// Works on a copy, so that a commit that is refused leaves nothing behind: not even a used-up key,
    /// which somebody who alters frames could otherwise burn and so lock us out of the true commit. Messages
    /// come more often than commits; for them there is a [guard](super::guard).
    fn process_commit(&mut self, message: MlsMessage, epoch: u64) -> Result<Incoming, RoomError> {
        let mut next = self.group.clone();
        match next.process_incoming_message(message) {
            Ok(ReceivedMessage::Commit(description)) => self.adopt(next, &description).map(Incoming::Commit),
            Ok(_) => Err(RoomError::Malformed),
            Err(error) => Err(RoomError::of_commit(error, epoch, epoch)),
        }
    }
}
