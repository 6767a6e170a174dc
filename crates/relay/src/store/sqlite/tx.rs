//! The writing side: one transaction.

use bystand_wire::relay_api::{Appended, LogKind};
use bystand_wire::{BlobId, FrameHash, Hash32, Seq, StreamId, Timestamp, encode};
use rusqlite::{Params, Row, Transaction};

use super::rows::{self, failure, frame_row, frame_rows, int, time, uint};
use crate::rules::blob::{BlobState, Reading};
use crate::rules::stream::{RoomState, StreamState};
use crate::store::{NewFrame, NewLogEntry, Stored, SweepLimits, Swept, Tx};

/// A transaction under way.
pub(super) struct SqliteTx<'c> {
    transaction: &'c Transaction<'c>,
}

impl<'c> SqliteTx<'c> {
    pub(super) fn new(transaction: &'c Transaction<'c>) -> Self {
        Self { transaction }
    }

    fn run(&self, sql: &str, params: impl Params) -> Stored<usize> {
        self.transaction.prepare_cached(sql).and_then(|mut s| s.execute(params)).map_err(failure)
    }

    fn one<T>(
        &self,
        sql: &str,
        params: impl Params,
        read: impl FnOnce(&Row<'_>) -> Stored<T>,
    ) -> Stored<Option<T>> {
        let mut statement = self.transaction.prepare_cached(sql).map_err(failure)?;
        let mut rows = statement.query(params).map_err(failure)?;
        rows.next().map_err(failure)?.map(read).transpose()
    }

    fn all<T>(&self, sql: &str, params: impl Params, read: impl Fn(&Row<'_>) -> Stored<T>) -> Stored<Vec<T>> {
        let mut statement = self.transaction.prepare_cached(sql).map_err(failure)?;
        let mut rows = statement.query(params).map_err(failure)?;
        let mut found = Vec::new();
        while let Some(row) = rows.next().map_err(failure)? {
            found.push(read(row)?);
        }
        Ok(found)
    }

    fn stream_no(&self, id: &StreamId) -> Stored<Option<i64>> {
        self.one("SELECT no FROM streams WHERE id = ?1", [id.as_bytes()], |r| rows::get(r, 0))
    }

    fn known_stream(&self, id: &StreamId) -> Stored<i64> {
        self.stream_no(id)?.ok_or_else(|| rows::damaged("stream"))
    }

    fn delete_stream(&self, no: i64) -> Stored<()> {
        self.run("DELETE FROM frames WHERE id BETWEEN ?1 AND ?2", frame_rows(no))?;
        self.run("DELETE FROM heads WHERE no = ?1", [no])?;
        self.run("DELETE FROM streams WHERE no = ?1", [no])?;
        Ok(())
    }

    fn delete_blob(&self, no: i64) -> Stored<()> {
        self.run("DELETE FROM chunks WHERE no = ?1", [no])?;
        self.run("DELETE FROM blobs WHERE no = ?1", [no])?;
        Ok(())
    }

    /// Deletes a frame's row and gives the stream's number.
    fn delete_frame(&self, row: i64) -> Stored<i64> {
        let held = self
            .one("SELECT frame IS NOT NULL FROM frames WHERE id = ?1", [row], |r| rows::get::<i64>(r, 0))?;
        self.run("DELETE FROM frames WHERE id = ?1", [row])?;
        self.run("UPDATE heads SET held = held - ?2 WHERE no = ?1", (row >> 32, held.unwrap_or(0)))?;
        Ok(row >> 32)
    }

    fn sweep_frames(&self, now: Timestamp, limit: u32, swept: &mut Swept) -> Stored<()> {
        let expired = self.all(
            "SELECT id FROM frames WHERE expires_at <= ?1 ORDER BY expires_at LIMIT ?2",
            (int(now.0), limit),
            |r| rows::get(r, 0),
        )?;
        let mut streams = Vec::new();
        for row in &expired {
            streams.push(self.delete_frame(*row)?);
        }
        streams.sort_unstable();
        streams.dedup();
        for no in streams {
            // A frame whose stream is gone already belongs to nobody.
            swept.streams.extend(self.stream_id(no)?);
        }
        swept.frames += expired.len() as u64;
        swept.more |= expired.len() >= usize::try_from(limit).unwrap_or(usize::MAX);
        Ok(())
    }

    fn sweep_streams(&self, now: Timestamp, limit: u32, swept: &mut Swept) -> Stored<()> {
        let ended = self.all(
            "SELECT no FROM streams WHERE expires_at <= ?1 ORDER BY expires_at LIMIT ?2",
            (int(now.0), limit),
            |r| rows::get::<i64>(r, 0),
        )?;
        swept.more |= ended.len() >= usize::try_from(limit).unwrap_or(usize::MAX);
        for no in ended {
            let (first, last) = frame_rows(no);
            let deleted = self.run(
                "DELETE FROM frames WHERE id IN (SELECT id FROM frames WHERE id BETWEEN ?1 AND ?2 LIMIT ?3)",
                (first, last, limit),
            )?;
            swept.frames += deleted as u64;
            if deleted >= usize::try_from(limit).unwrap_or(usize::MAX) {
                // A long stream goes in pieces; nobody can read it any more in the meantime.
                swept.more = true;
                return Ok(());
            }
            let id = self.stream_id(no)?;
            self.delete_stream(no)?;
            swept.streams.extend(id);
            swept.ended.extend(id);
        }
        Ok(())
    }

    fn stream_id(&self, no: i64) -> Stored<Option<StreamId>> {
        self.one("SELECT id FROM streams WHERE no = ?1", [no], |r| {
            StreamId::try_from(rows::get::<Vec<u8>>(r, 0)?.as_slice()).map_err(|_| rows::damaged("stream id"))
        })
    }

    fn sweep_blobs(&self, now: Timestamp, limit: u32, swept: &mut Swept) -> Stored<()> {
        let expired = self.all(
            "SELECT no FROM blobs WHERE expires_at <= ?1 ORDER BY expires_at LIMIT ?2",
            (int(now.0), limit),
            |r| rows::get::<i64>(r, 0),
        )?;
        for no in &expired {
            self.delete_blob(*no)?;
        }
        swept.blobs += expired.len() as u64;
        swept.more |= expired.len() >= usize::try_from(limit).unwrap_or(usize::MAX);
        Ok(())
    }
}

impl Tx for SqliteTx<'_> {
    fn stream(&mut self, id: &StreamId) -> Stored<Option<StreamState>> {
        let sql = concat_stream("FROM streams s JOIN heads h ON h.no = s.no WHERE s.id = ?1");
        self.one(&sql, [id.as_bytes()], |r| Ok(rows::stream(r)?.1))
    }

    fn create_stream(&mut self, id: &StreamId, state: &StreamState) -> Stored<()> {
        if let Some(no) = self.stream_no(id)? {
            self.delete_stream(no)?;
        }
        self.run(
            "INSERT INTO streams (id, policy, policy_hash, expires_at) VALUES (?1, ?2, ?3, ?4)",
            (
                id.as_bytes(),
                encode(&state.policy),
                state.policy_hash.as_bytes(),
                int(state.policy.expires_at.0),
            ),
        )?;
        let no = self.known_stream(id)?;
        let room = state.room;
        self.run(
            "INSERT INTO heads (no, head, held, epoch, append_key, key_epoch) VALUES (?1, ?2, 0, ?3, ?4, ?5)",
            (
                no,
                int(state.head.0),
                int(room.map_or(0, |r| r.epoch)),
                room.map(|r| r.append_key.0),
                int(room.map_or(0, |r| r.key_epoch)),
            ),
        )?;
        Ok(())
    }

    fn replace_policy(&mut self, id: &StreamId, state: &StreamState) -> Stored<()> {
        self.run(
            "UPDATE streams SET policy = ?2, policy_hash = ?3, expires_at = ?4 WHERE id = ?1",
            (
                id.as_bytes(),
                encode(&state.policy),
                state.policy_hash.as_bytes(),
                int(state.policy.expires_at.0),
            ),
        )?;
        Ok(())
    }

    fn find_frame(&mut self, id: &StreamId, hash: &FrameHash) -> Stored<Option<Appended>> {
        let Some(no) = self.stream_no(id)? else { return Ok(None) };
        let (first, last) = frame_rows(no);
        self.one(FIND_FRAME, (hash.as_bytes(), first, last), read_appended)
    }

    fn append(&mut self, id: &StreamId, new: &NewFrame, room: Option<&RoomState>) -> Stored<()> {
        let no = self.known_stream(id)?;
        self.run(
            "INSERT INTO frames (id, hash, at, expires_at, epoch, lane, frame) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
            (
                frame_row(no, new.seq),
                new.hash.as_bytes(),
                int(new.at.0),
                int(new.expires_at.0),
                int(new.epoch),
                new.lane.as_ref().map(encode),
                &*new.frame,
            ),
        )?;
        self.run("UPDATE heads SET head = ?2, held = held + 1 WHERE no = ?1", (no, int(new.seq.0)))?;
        if let Some(room) = room {
            self.run(
                "UPDATE heads SET epoch = ?2, append_key = ?3, key_epoch = ?4 WHERE no = ?1",
                (no, int(room.epoch), room.append_key.as_bytes(), int(room.key_epoch)),
            )?;
        }
        Ok(())
    }

    fn erase(&mut self, id: &StreamId, seqs: &[Seq]) -> Stored<u32> {
        let Some(no) = self.stream_no(id)? else { return Ok(0) };
        let mut erased = 0;
        for seq in seqs.iter().filter(|s| s.0 <= u64::from(u32::MAX)) {
            let changed = self.run(
                "UPDATE frames SET frame = NULL, lane = NULL WHERE id = ?1 AND frame IS NOT NULL",
                [frame_row(no, *seq)],
            )?;
            erased += u32::try_from(changed).unwrap_or(0);
        }
        self.run("UPDATE heads SET held = held - ?2 WHERE no = ?1", (no, erased))?;
        Ok(erased)
    }

    fn pass_use(&mut self, pass: &Hash32) -> Stored<Option<Hash32>> {
        self.one("SELECT tag FROM spent WHERE pass = ?1", [pass.as_bytes()], |r| {
            rows::hash(&rows::get::<Vec<u8>>(r, 0)?)
        })
    }

    fn use_pass(&mut self, pass: &Hash32, tag: &Hash32, forget_at: Timestamp) -> Stored<()> {
        self.run(
            "INSERT OR REPLACE INTO spent (pass, tag, forget_at) VALUES (?1, ?2, ?3)",
            (pass.as_bytes(), tag.as_bytes(), int(forget_at.0)),
        )?;
        Ok(())
    }

    fn daily_uses(&mut self, pass: &Hash32, day: u64) -> Stored<u32> {
        let uses = self.one(
            "SELECT uses FROM daily WHERE day = ?1 AND pass = ?2",
            (int(day), pass.as_bytes()),
            |r| rows::get::<i64>(r, 0),
        )?;
        Ok(uses.map_or(0, |n| u32::try_from(n).unwrap_or(u32::MAX)))
    }

    fn use_pass_today(&mut self, pass: &Hash32, day: u64) -> Stored<()> {
        self.run(
            "INSERT INTO daily (day, pass, uses) VALUES (?1, ?2, 1)
             ON CONFLICT (day, pass) DO UPDATE SET uses = uses + 1",
            (int(day), pass.as_bytes()),
        )?;
        Ok(())
    }

    fn blob(&mut self, id: &BlobId) -> Stored<Option<BlobState>> {
        let sql = format!("SELECT {} FROM blobs WHERE id = ?1", rows::BLOB_COLUMNS);
        self.one(&sql, [id.as_bytes()], |r| Ok(rows::blob(r)?.1))
    }

    fn put_blob(&mut self, id: &BlobId, state: &BlobState, chunk: &[u8]) -> Stored<()> {
        let find = "SELECT no FROM blobs WHERE id = ?1";
        if let Some(no) = self.one(find, [id.as_bytes()], |r| rows::get(r, 0))? {
            self.delete_blob(no)?;
        }
        let (reader, lease_until) = rows::reading_columns(&state.reading);
        self.run(
            "INSERT INTO blobs (id, hash, expires_at, granter, reader, lease_until) VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
            (
                id.as_bytes(),
                state.hash.as_bytes(),
                int(state.expires_at.0),
                state.granter.map(|g| g.0),
                reader,
                lease_until,
            ),
        )?;
        let no = self.transaction.last_insert_rowid();
        self.run("INSERT INTO chunks (no, chunk) VALUES (?1, ?2)", (no, chunk))?;
        Ok(())
    }

    fn update_blob(&mut self, id: &BlobId, state: &BlobState) -> Stored<Option<Vec<u8>>> {
        let find = "SELECT no FROM blobs WHERE id = ?1";
        let Some(no) = self.one(find, [id.as_bytes()], |r| rows::get::<i64>(r, 0))? else { return Ok(None) };
        let (reader, lease_until) = rows::reading_columns(&state.reading);
        self.run("UPDATE blobs SET reader = ?2, lease_until = ?3 WHERE no = ?1", (no, reader, lease_until))?;
        if matches!(state.reading, Reading::Read(_)) {
            self.run("DELETE FROM chunks WHERE no = ?1", [no])?;
            return Ok(None);
        }
        self.one("SELECT chunk FROM chunks WHERE no = ?1", [no], |r| rows::get(r, 0))
    }

    fn log_size(&mut self) -> Stored<u64> {
        let next =
            self.one("SELECT max(idx) + 1 FROM log_entries", [], |r| rows::get::<Option<i64>>(r, 0))?;
        Ok(next.flatten().map_or(0, uint))
    }

    fn find_log_entry(&mut self, kind: LogKind, body_hash: &Hash32) -> Stored<Option<u64>> {
        self.one(FIND_LOG_ENTRY, (kind.code(), body_hash.as_bytes()), |r| Ok(uint(rows::get(r, 0)?)))
    }

    fn log_version(&mut self, kind: LogKind) -> Stored<Option<u64>> {
        // Versions only go up and the newest text is never forgotten: the newest text has the highest.
        let newest = self.one(
            "SELECT version FROM log_entries WHERE kind = ?1 AND body IS NOT NULL ORDER BY idx DESC LIMIT 1",
            [kind.code()],
            |r| rows::get::<Option<i64>>(r, 0),
        )?;
        Ok(newest.flatten().map(uint))
    }

    fn log_hashes(&mut self, indexes: &[u64]) -> Stored<Vec<Hash32>> {
        let read = |index: &u64| {
            self.one("SELECT hash FROM log_hashes WHERE idx = ?1", [int(*index)], |r| {
                rows::hash(&rows::get::<Vec<u8>>(r, 0)?)
            })?
            .ok_or_else(|| rows::damaged("tree hash"))
        };
        indexes.iter().map(read).collect()
    }

    fn log(&mut self, entry: &NewLogEntry, first_hash: u64, hashes: &[Hash32]) -> Stored<()> {
        self.run(
            "INSERT INTO log_entries (idx, kind, body_hash, at, text_until, version, body)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
            (
                int(entry.index),
                entry.kind.code(),
                entry.body_hash.as_bytes(),
                int(entry.at.0),
                entry.text_until.map(|t| int(t.0)),
                entry.version.map(int),
                &*entry.body,
            ),
        )?;
        for (index, hash) in (first_hash..).zip(hashes) {
            self.run("INSERT INTO log_hashes (idx, hash) VALUES (?1, ?2)", (int(index), hash.as_bytes()))?;
        }
        Ok(())
    }

    fn put_checkpoint(&mut self, size: u64, text: &str) -> Stored<()> {
        self.run(
            "INSERT OR REPLACE INTO checkpoint (one, size, text) VALUES (1, ?1, ?2)",
            (int(size), text),
        )?;
        Ok(())
    }

    fn sweep(&mut self, now: Timestamp, limits: SweepLimits) -> Stored<Swept> {
        let mut swept = Swept::default();
        self.sweep_frames(now, limits.rows, &mut swept)?;
        self.sweep_streams(now, limits.rows, &mut swept)?;
        self.sweep_blobs(now, limits.rows, &mut swept)?;
        let today = now.0 / bystand_wire::time::DAY_MS;
        self.run("DELETE FROM daily WHERE day < ?1", [int(today)])?;
        self.run("DELETE FROM spent WHERE forget_at <= ?1", [int(now.0)])?;
        swept.texts = self.run(
            "UPDATE log_entries SET body = NULL WHERE body IS NOT NULL AND (
               text_until <= ?1 OR (text_until IS NULL AND at < ?2 AND (version IS NULL OR version <
                 (SELECT max(newer.version) FROM log_entries newer
                  WHERE newer.kind = log_entries.kind AND newer.body IS NOT NULL))))",
            (int(now.0), int(limits.old_texts_before.0)),
        )? as u64;
        Ok(swept)
    }
}

pub(super) const FIND_FRAME: &str =
    "SELECT id, at, epoch FROM frames WHERE hash = ?1 AND id BETWEEN ?2 AND ?3";

pub(super) const FIND_LOG_ENTRY: &str = "SELECT idx FROM log_entries WHERE kind = ?1 AND body_hash = ?2";

pub(super) fn read_appended(row: &Row<'_>) -> Stored<Appended> {
    Ok(Appended {
        seq: rows::seq_of(rows::get(row, 0)?),
        at: time(rows::get(row, 1)?),
        epoch: uint(rows::get(row, 2)?),
    })
}

pub(super) fn concat_stream(rest: &str) -> String {
    format!("SELECT {} {rest}", rows::STREAM_COLUMNS)
}
