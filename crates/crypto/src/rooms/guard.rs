//! What a forged message must not use up.
//!
//! MLS takes a message's key out of the sender's ratchet before it knows whether the message holds. A
//! relay that alters a frame on its way, or a member who puts another's place into a message (every
//! member can: the key for it is shared), would so burn the key of a message that is still to come, and
//! mute its sender unseen. So a room keeps its state from a little earlier; after a message that does not
//! hold it goes back there and reads again what has held since.

use mls_rs::MlsMessage;
use mls_rs::error::MlsError;
use mls_rs::group::{Group, ReceivedMessage};

use super::Room;
use super::group::Config;

/// The most messages that are read again; a copy of the state is made once for so many.
const MESSAGES: usize = 32;
/// The most bytes of them.
const BYTES: usize = 256 * 1024;

/// The state from a little earlier, and the messages that held since.
pub(super) struct Guard {
    base: Group<Config>,
    /// Messages this device had sent by then in this epoch.
    sent: u32,
    read: Vec<MlsMessage>,
    bytes: usize,
}

impl Room {
    /// Reads a message of the current epoch or an earlier one; `len` is its length in bytes. One that does
    /// not hold leaves no trace.
    pub(super) fn read_guarded(
        &mut self,
        message: MlsMessage,
        len: usize,
    ) -> Result<ReceivedMessage, MlsError> {
        let kept = self.guard.take().filter(|guard| guard.read.len() < MESSAGES && guard.bytes < BYTES);
        let mut guard = kept.unwrap_or_else(|| Guard {
            base: self.group.clone(),
            sent: self.sent,
            read: Vec::new(),
            bytes: 0,
        });
        let received = self.group.process_incoming_message(message.clone());
        match &received {
            Ok(_) => {
                guard.bytes += len;
                guard.read.push(message);
            }
            Err(error) if uses_no_key(error) => {}
            Err(_) => self.go_back(&guard)?,
        }
        self.guard = Some(guard);
        received
    }

    /// Own keys that were used since stay used: no key is ever used for two messages.
    fn go_back(&mut self, guard: &Guard) -> Result<(), MlsError> {
        let mut group = guard.base.clone();
        for message in &guard.read {
            group.process_incoming_message(message.clone())?;
        }
        for _ in guard.sent..self.sent {
            group.next_encryption_key()?;
        }
        self.group = group;
        Ok(())
    }
}

/// Failures before any key is taken.
fn uses_no_key(error: &MlsError) -> bool {
    matches!(
        error,
        MlsError::KeyMissing(_)
            | MlsError::InvalidFutureGeneration(_)
            | MlsError::CantProcessMessageFromSelf
            | MlsError::EpochNotFound
    )
}
