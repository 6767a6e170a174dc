//! How a room lies in the vault.

use std::collections::BTreeMap;

use bystand_wire::{FrameHash, Seq, StreamId, decode};
use minicbor::{Decode, Encode};

use super::SyncError;
use super::membership::{Pending, Wanted};

/// The room's whole state as of `seq`.
#[derive(Encode, Decode)]
#[cbor(map)]
pub(super) struct RoomRecord {
    #[n(0)]
    pub welcome: StreamId,
    #[n(1)]
    pub seq: Seq,
    #[cbor(n(2), with = "minicbor::bytes")]
    pub snapshot: Vec<u8>,
    #[n(3)]
    pub pending: Option<Pending>,
    #[n(4)]
    pub wanted: Wanted,
    #[n(5)]
    pub heard: bool,
    #[n(6)]
    #[cbor(default)]
    pub joined: u64,
}

/// What changes with each message.
#[derive(Encode, Decode)]
#[cbor(map)]
pub(super) struct CursorRecord {
    #[n(0)]
    pub told: Seq,
    /// Messages this device encrypted in the current epoch.
    #[n(1)]
    pub sent: u32,
}

pub(super) fn state_name(id: &StreamId) -> String {
    format!("room/{id}/state")
}

pub(super) fn cursor_name(id: &StreamId) -> String {
    format!("room/{id}/cursor")
}

pub(super) fn own_name(id: &StreamId, hash: &FrameHash) -> String {
    format!("room/{id}/own/{hash}")
}

/// Reads one record.
pub(super) fn read<T>(records: &BTreeMap<String, Vec<u8>>, name: &str) -> Result<T, SyncError>
where
    T: for<'b> Decode<'b, ()> + Encode<()>,
{
    records.get(name).and_then(|bytes| decode(bytes).ok()).ok_or(SyncError::Damaged("missing or unreadable"))
}

/// Frames this device sent and has not yet seen come back, with what they say.
pub(super) fn own_frames(records: &BTreeMap<String, Vec<u8>>, id: &StreamId) -> BTreeMap<FrameHash, Vec<u8>> {
    let prefix = format!("room/{id}/own/");
    records
        .range(prefix.clone()..)
        .take_while(|(name, _)| name.starts_with(&prefix))
        .filter_map(|(name, body)| Some((name.get(prefix.len()..)?.parse().ok()?, body.clone())))
        .collect()
}
