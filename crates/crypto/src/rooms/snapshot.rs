//! A room as bytes for the vault.

use bystand_wire::{StreamId, decode, encode};
use minicbor::{Decode, Encode};
use mls_rs::error::MlsError;
use mls_rs::group::CommitSecrets;
use zeroize::{Zeroize, ZeroizeOnDrop, Zeroizing};

use super::commits::Pending;
use super::group::Setup;
use super::storage::Shelf;
use super::{AppendKey, PendingCommit, Room, RoomConfig, RoomError};

/// The version of the stored form.
const VERSION: u8 = 1;

#[derive(Encode, Decode, Zeroize, ZeroizeOnDrop)]
#[cbor(map)]
struct Stored {
    #[n(0)]
    version: u8,
    #[n(1)]
    #[zeroize(skip)]
    room: StreamId,
    /// MLS's own encoding of the group.
    #[cbor(n(2), with = "minicbor::bytes")]
    state: Vec<u8>,
    #[n(3)]
    prior_epochs: Vec<StoredEpoch>,
    #[n(4)]
    append: AppendKey,
    #[n(5)]
    #[zeroize(skip)]
    pending: Option<PendingCommit>,
    #[cbor(n(6), with = "minicbor::bytes")]
    pending_secrets: Option<Vec<u8>>,
    #[n(7)]
    sent: u32,
    #[n(8)]
    removed: bool,
}

#[derive(Encode, Decode, Zeroize, ZeroizeOnDrop)]
#[cbor(map)]
struct StoredEpoch {
    #[n(0)]
    epoch: u64,
    #[cbor(n(1), with = "minicbor::bytes")]
    secrets: Vec<u8>,
}

impl Room {
    /// Everything there is to this room, secrets included. Its cost grows with the room (40 ms and
    /// 2.5 MB at 20,000 members), so take it at epoch changes and around own commits, not per message.
    ///
    /// # Errors
    /// [`RoomError::Internal`].
    pub fn snapshot(&mut self) -> Result<Zeroizing<Vec<u8>>, RoomError> {
        self.group.write_to_storage()?;
        self.guard = None;
        self.unshelved = 0;
        let mut state = self.shelf.take_state().ok_or(MlsError::GroupNotFound)?;
        let pending_secrets = self.pending.as_ref().map(|p| p.secrets.to_bytes()).transpose()?;
        let stored = Stored {
            version: VERSION,
            room: self.room,
            state: core::mem::take(&mut *state),
            prior_epochs: self
                .shelf
                .epochs()
                .into_iter()
                .map(|(epoch, mut secrets)| StoredEpoch { epoch, secrets: core::mem::take(&mut *secrets) })
                .collect(),
            append: self.append.clone(),
            pending: self.pending().cloned(),
            pending_secrets,
            sent: self.sent,
            removed: self.removed,
        };
        Ok(Zeroizing::new(encode(&stored)))
    }

    /// Restores a room from its snapshot. Messages sent after it was taken must be passed over with
    /// [`Room::skip_own_generations`]; frames that came after it are processed again.
    ///
    /// # Errors
    /// [`RoomError::Snapshot`] when the bytes are damaged, [`RoomError::Config`] when the room was
    /// entered with another leaf key.
    pub fn restore(config: &RoomConfig, snapshot: &[u8]) -> Result<Room, RoomError> {
        let damaged = |what: &dyn core::fmt::Display| RoomError::Snapshot(what.to_string());
        let mut stored: Stored = decode(snapshot).map_err(|e| damaged(&e))?;
        if stored.version != VERSION {
            return Err(damaged(&"written by another version of this program"));
        }
        let epochs = stored.prior_epochs.iter_mut().map(|e| (e.epoch, core::mem::take(&mut e.secrets)));
        let shelf = Shelf::holding(core::mem::take(&mut stored.state), epochs.collect::<Vec<_>>());
        let setup = Setup::new(config, shelf, 0)?;
        let group = setup.client.load_group(stored.room.as_bytes()).map_err(|e| damaged(&e))?;
        setup.shelf.take_state();
        let mut room = setup.room(group, stored.append.clone())?;
        if room.room != stored.room {
            return Err(damaged(&"it holds another room"));
        }
        if room.own.leaf_key != config.leaf_public() {
            return Err(RoomError::Config("the room was entered with another leaf key"));
        }
        room.pending = match (stored.pending.take(), stored.pending_secrets.take()) {
            (Some(commit), Some(secrets)) => {
                let secrets = Zeroizing::new(secrets);
                Some(Pending {
                    commit,
                    secrets: CommitSecrets::from_bytes(&secrets).map_err(|e| damaged(&e))?,
                })
            }
            (None, None) => None,
            (Some(_), None) | (None, Some(_)) => return Err(damaged(&"half a pending commit")),
        };
        room.sent = stored.sent;
        room.removed = stored.removed;
        Ok(room)
    }
}
