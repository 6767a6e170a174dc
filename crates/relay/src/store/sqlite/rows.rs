//! Between our types and SQLite's.

use bystand_wire::relay_api::{LogKind, Policy};
use bystand_wire::{Hash32, PublicKey, Seq, Timestamp, decode};
use rusqlite::Row;

use crate::rules::blob::{BlobState, Reading};
use crate::rules::stream::{RoomState, StreamState};
use crate::store::{StoreError, Stored};

/// A frame's row id: the stream's number, then the frame's place, so that a stream's frames lie
/// together in order and need no other index.
pub(super) fn frame_row(stream: i64, seq: Seq) -> i64 {
    (stream << 32) | int(seq.0.min(u64::from(u32::MAX)))
}

/// The first and last row id a stream's frames can have.
pub(super) fn frame_rows(stream: i64) -> (i64, i64) {
    (stream << 32, (stream << 32) | 0xffff_ffff)
}

/// The place in a frame's row id.
pub(super) fn seq_of(row: i64) -> Seq {
    Seq(uint(row & 0xffff_ffff))
}

/// SQLite's integers are signed: the end of time is a little earlier there.
pub(super) fn int(value: u64) -> i64 {
    i64::try_from(value).unwrap_or(i64::MAX)
}

/// The way back.
pub(super) fn uint(value: i64) -> u64 {
    u64::try_from(value).unwrap_or(0)
}

pub(super) fn time(value: i64) -> Timestamp {
    Timestamp(uint(value))
}

pub(super) fn failure(error: rusqlite::Error) -> StoreError {
    match error.sqlite_error_code() {
        Some(rusqlite::ErrorCode::DiskFull) => StoreError::Full,
        Some(code) if super::is_damage(code) => StoreError::Damaged(error.to_string()),
        Some(_) | None => StoreError::Failed(error.to_string()),
    }
}

pub(super) fn damaged(what: &str) -> StoreError {
    StoreError::Damaged(format!("a stored {what} cannot be read"))
}

pub(super) fn hash(bytes: &[u8]) -> Stored<Hash32> {
    Hash32::try_from(bytes).map_err(|_| damaged("hash"))
}

pub(super) fn key(bytes: &[u8]) -> Stored<PublicKey> {
    PublicKey::try_from(bytes).map_err(|_| damaged("key"))
}

pub(super) fn log_kind(code: i64) -> Stored<LogKind> {
    LogKind::ALL.into_iter().find(|k| i64::from(k.code()) == code).ok_or_else(|| damaged("log entry"))
}

/// `streams` joined with `heads`.
pub(super) const STREAM_COLUMNS: &str =
    "s.no, s.policy, s.policy_hash, h.head, h.held, h.epoch, h.append_key, h.key_epoch";

pub(super) fn stream(row: &Row<'_>) -> Stored<(i64, StreamState)> {
    let policy: Vec<u8> = get(row, 1)?;
    let policy_hash: Vec<u8> = get(row, 2)?;
    let append_key: Option<Vec<u8>> = get(row, 6)?;
    let room = match append_key {
        Some(bytes) => Some(RoomState {
            epoch: uint(get(row, 5)?),
            append_key: key(&bytes)?,
            key_epoch: uint(get(row, 7)?),
        }),
        None => None,
    };
    let state = StreamState {
        policy: decode::<Policy>(&policy).map_err(|_| damaged("policy"))?,
        policy_hash: hash(&policy_hash)?,
        head: Seq(uint(get(row, 3)?)),
        held: u32::try_from(get::<i64>(row, 4)?).map_err(|_| damaged("count"))?,
        room,
    };
    Ok((get(row, 0)?, state))
}

pub(super) const BLOB_COLUMNS: &str = "no, hash, expires_at, granter, reader, lease_until";

pub(super) fn blob(row: &Row<'_>) -> Stored<(i64, BlobState)> {
    let granter: Option<Vec<u8>> = get(row, 3)?;
    let reader: Option<Vec<u8>> = get(row, 4)?;
    let lease_until: Option<i64> = get(row, 5)?;
    let reading = match (reader, lease_until) {
        (None, _) => Reading::Waiting,
        (Some(reader), Some(until)) => Reading::Leased(key(&reader)?, time(until)),
        (Some(reader), None) => Reading::Read(key(&reader)?),
    };
    let bytes: Vec<u8> = get(row, 1)?;
    let state = BlobState {
        hash: hash(&bytes)?,
        expires_at: time(get(row, 2)?),
        granter: granter.as_deref().map(key).transpose()?,
        reading,
    };
    Ok((get(row, 0)?, state))
}

/// The reader and the lease's end as they are stored: a reader without an end has read.
pub(super) fn reading_columns(reading: &Reading) -> (Option<[u8; 32]>, Option<i64>) {
    match reading {
        Reading::Waiting => (None, None),
        Reading::Leased(reader, until) => (Some(reader.0), Some(int(until.0))),
        Reading::Read(reader) => (Some(reader.0), None),
    }
}

pub(super) fn get<T: rusqlite::types::FromSql>(row: &Row<'_>, column: usize) -> Stored<T> {
    row.get(column).map_err(failure)
}
