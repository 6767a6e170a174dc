//! The reading side: each answer is read in one transaction, so that it is of one moment.

use bystand_wire::relay_api::{Appended, Lane, LogKind, LogPart, StoredFrame};
use bystand_wire::{BlobId, FrameHash, Hash32, Seq, StreamId, Timestamp, decode};
use rusqlite::{Connection, Params, Row, Transaction};

use super::rows::{self, failure, frame_row, frame_rows, int, seq_of, time, uint};
use super::tx::{FIND_FRAME, FIND_LOG_ENTRY, concat_stream, read_appended};
use crate::rules::blob::BlobState;
use crate::rules::stream::StreamState;
use crate::store::{Figures, FramesRead, LogQuery, LogRead, LogText, Reader, Stored};

/// One read connection.
pub(super) struct SqliteReader {
    connection: Connection,
}

impl SqliteReader {
    pub(super) fn new(connection: Connection) -> Self {
        Self { connection }
    }

    fn moment(&mut self) -> Stored<Moment<'_>> {
        Ok(Moment(self.connection.transaction().map_err(failure)?))
    }
}

/// A read transaction.
struct Moment<'c>(Transaction<'c>);

impl Moment<'_> {
    fn one<T>(
        &self,
        sql: &str,
        params: impl Params,
        read: impl FnOnce(&Row<'_>) -> Stored<T>,
    ) -> Stored<Option<T>> {
        let mut statement = self.0.prepare_cached(sql).map_err(failure)?;
        let mut rows = statement.query(params).map_err(failure)?;
        rows.next().map_err(failure)?.map(read).transpose()
    }

    fn each(
        &self,
        sql: &str,
        params: impl Params,
        mut read: impl FnMut(&Row<'_>) -> Stored<bool>,
    ) -> Stored<()> {
        let mut statement = self.0.prepare_cached(sql).map_err(failure)?;
        let mut rows = statement.query(params).map_err(failure)?;
        while let Some(row) = rows.next().map_err(failure)? {
            if !read(row)? {
                break;
            }
        }
        Ok(())
    }

    fn stream(&self, id: &StreamId, now: Timestamp) -> Stored<Option<(i64, StreamState)>> {
        let sql =
            concat_stream("FROM streams s JOIN heads h ON h.no = s.no WHERE s.id = ?1 AND s.expires_at > ?2");
        self.one(&sql, (id.as_bytes(), int(now.0)), rows::stream)
    }

    fn texts(
        &self,
        query: LogQuery,
        size: u64,
        max: usize,
        max_bytes: usize,
        now: Timestamp,
    ) -> Stored<(Vec<LogText>, bool)> {
        const COLUMNS: &str = "SELECT idx, kind, body, at, version FROM log_entries WHERE body IS NOT NULL";
        let mut texts = Vec::new();
        let mut bytes = 0_usize;
        let mut more = false;
        let mut take = |row: &Row<'_>| -> Stored<bool> {
            let text = log_text(row)?;
            bytes = bytes.saturating_add(text.body.len());
            if !texts.is_empty() && (bytes > max_bytes || texts.len() >= max) {
                more = true;
                return Ok(false);
            }
            texts.push(text);
            Ok(true)
        };
        let until = int(now.0);
        match query {
            LogQuery::Nothing => {}
            LogQuery::After { part, after } => {
                let first = after.map_or(0, |a| a.saturating_add(1));
                // One more than is given out says whether there are more.
                let limit = i64::try_from(max).map_or(i64::MAX, |max| max.saturating_add(1));
                let rest = "idx >= ?1 AND idx < ?2 AND (text_until IS NULL OR text_until > ?3)";
                let kinds = match part {
                    LogPart::All => String::new(),
                    LogPart::News => {
                        format!("AND kind IN ({})", LogKind::NEWS.map(|k| k.code().to_string()).join(", "))
                    }
                    LogPart::Only(kind) => format!("AND kind = {}", kind.code()),
                };
                let sql = format!("{COLUMNS} {kinds} AND {rest} ORDER BY idx LIMIT ?4");
                self.each(&sql, (int(first), int(size), until, limit), &mut take)?;
            }
            LogQuery::Newest(kind) => {
                let sql = format!("{COLUMNS} AND kind = ?1 AND idx < ?2 ORDER BY idx DESC LIMIT 1");
                self.each(&sql, (kind.code(), int(size)), &mut take)?;
            }
        }
        Ok((texts, more))
    }
}

impl Reader for SqliteReader {
    fn stream(&mut self, id: &StreamId, now: Timestamp) -> Stored<Option<StreamState>> {
        Ok(self.moment()?.stream(id, now)?.map(|(_, state)| state))
    }

    fn frames(
        &mut self,
        id: &StreamId,
        after: Seq,
        max_frames: usize,
        max_bytes: usize,
        now: Timestamp,
    ) -> Stored<Option<FramesRead>> {
        let moment = self.moment()?;
        let Some((no, state)) = moment.stream(id, now)? else { return Ok(None) };
        if after >= state.head {
            return Ok(Some(FramesRead { state, frames: Vec::new() }));
        }
        let (_, last) = frame_rows(no);
        let mut frames: Vec<StoredFrame> = Vec::new();
        let mut bytes = 0_usize;
        moment.each(
            "SELECT id, at, lane, frame FROM frames
             WHERE id > ?1 AND id <= ?2 AND frame IS NOT NULL AND expires_at > ?3 ORDER BY id LIMIT ?4",
            (frame_row(no, after), last, int(now.0), i64::try_from(max_frames).unwrap_or(i64::MAX)),
            |row| {
                let frame = stored_frame(row)?;
                bytes = bytes.saturating_add(frame.frame.len());
                if !frames.is_empty() && bytes > max_bytes {
                    return Ok(false);
                }
                frames.push(frame);
                Ok(true)
            },
        )?;
        Ok(Some(FramesRead { state, frames }))
    }

    fn find_frame(&mut self, id: &StreamId, hash: &FrameHash) -> Stored<Option<Appended>> {
        let moment = self.moment()?;
        let no = moment
            .one("SELECT no FROM streams WHERE id = ?1", [id.as_bytes()], |r| rows::get::<i64>(r, 0))?;
        let Some(no) = no else { return Ok(None) };
        let (first, last) = frame_rows(no);
        moment.one(FIND_FRAME, (hash.as_bytes(), first, last), read_appended)
    }

    fn blob(&mut self, id: &BlobId, now: Timestamp) -> Stored<Option<(BlobState, Vec<u8>)>> {
        let moment = self.moment()?;
        let sql = format!("SELECT {} FROM blobs WHERE id = ?1 AND expires_at > ?2", rows::BLOB_COLUMNS);
        let Some((no, state)) = moment.one(&sql, (id.as_bytes(), int(now.0)), rows::blob)? else {
            return Ok(None);
        };
        let chunk = moment.one("SELECT chunk FROM chunks WHERE no = ?1", [no], |r| rows::get(r, 0))?;
        Ok(Some((state, chunk.unwrap_or_default())))
    }

    fn log(
        &mut self,
        query: LogQuery,
        max: usize,
        max_bytes: usize,
        now: Timestamp,
    ) -> Stored<Option<LogRead>> {
        let moment = self.moment()?;
        let checkpoint = moment.one("SELECT size, text FROM checkpoint", [], |r| {
            Ok((uint(rows::get(r, 0)?), rows::get::<String>(r, 1)?))
        })?;
        let Some((size, checkpoint)) = checkpoint else { return Ok(None) };
        let (texts, more) = moment.texts(query, size, max, max_bytes, now)?;
        Ok(Some(LogRead { size, checkpoint, texts, more }))
    }

    fn find_log_entry(&mut self, kind: LogKind, body_hash: &Hash32) -> Stored<Option<u64>> {
        let params = (kind.code(), body_hash.as_bytes());
        self.moment()?.one(FIND_LOG_ENTRY, params, |r| Ok(uint(rows::get(r, 0)?)))
    }

    fn log_leaves(&mut self, from: u64, count: u32) -> Stored<Vec<(LogKind, Hash32)>> {
        let mut leaves = Vec::new();
        self.moment()?.each(
            "SELECT kind, body_hash FROM log_entries WHERE idx >= ?1 ORDER BY idx LIMIT ?2",
            (int(from), count),
            |row| {
                leaves
                    .push((rows::log_kind(rows::get(row, 0)?)?, rows::hash(&rows::get::<Vec<u8>>(row, 1)?)?));
                Ok(true)
            },
        )?;
        Ok(leaves)
    }

    fn log_hashes(&mut self, indexes: &[u64]) -> Stored<Vec<Hash32>> {
        let moment = self.moment()?;
        let read = |index: &u64| {
            moment
                .one("SELECT hash FROM log_hashes WHERE idx = ?1", [int(*index)], |r| {
                    rows::hash(&rows::get::<Vec<u8>>(r, 0)?)
                })?
                .ok_or_else(|| rows::damaged("tree hash"))
        };
        indexes.iter().map(read).collect()
    }

    fn figures(&mut self) -> Stored<Figures> {
        let moment = self.moment()?;
        let number = |sql: &str| -> Stored<u64> {
            Ok(moment.one(sql, [], |r| Ok(uint(rows::get(r, 0)?)))?.unwrap_or(0))
        };
        Ok(Figures {
            streams: number("SELECT count(*) FROM streams")?,
            blobs: number("SELECT count(*) FROM blobs")?,
            bytes: number("PRAGMA page_count")?.saturating_mul(number("PRAGMA page_size")?),
            log_size: number("SELECT coalesce(max(idx) + 1, 0) FROM log_entries")?,
        })
    }
}

fn stored_frame(row: &Row<'_>) -> Stored<StoredFrame> {
    let lane: Option<Vec<u8>> = rows::get(row, 2)?;
    let lane = lane.map(|bytes| decode::<Lane>(&bytes).map_err(|_| rows::damaged("lane"))).transpose()?;
    Ok(StoredFrame {
        seq: seq_of(rows::get(row, 0)?),
        at: time(rows::get(row, 1)?),
        frame: rows::get(row, 3)?,
        lane,
    })
}

fn log_text(row: &Row<'_>) -> Stored<LogText> {
    Ok(LogText {
        index: uint(rows::get(row, 0)?),
        kind: rows::log_kind(rows::get(row, 1)?)?,
        body: rows::get(row, 2)?,
        at: time(rows::get(row, 3)?),
        version: rows::get::<Option<i64>>(row, 4)?.map(uint),
    })
}
