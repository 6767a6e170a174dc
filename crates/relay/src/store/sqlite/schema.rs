//! Tables, and what a database file must say of itself before it is used.

use rusqlite::{Connection, OptionalExtension};

use super::rows::{failure, int, uint};
use crate::store::{StoreError, Stored};

/// In the file's header: "ByRl".
pub const APPLICATION_ID: i32 = 0x4279_526c;
/// The layout this program reads and writes.
pub const VERSION: i32 = 1;

/// Frames keep their hash after they are erased, until they would have expired: who sends one again
/// after a lost answer gets the old answer, and the frame does not come back.
const TABLES: &str = "
CREATE TABLE meta (name TEXT PRIMARY KEY, value INTEGER NOT NULL) WITHOUT ROWID;

CREATE TABLE streams (
  no INTEGER PRIMARY KEY AUTOINCREMENT,
  id BLOB NOT NULL UNIQUE,
  policy BLOB NOT NULL,
  policy_hash BLOB NOT NULL,
  expires_at INTEGER NOT NULL
);
CREATE INDEX streams_expiry ON streams (expires_at);
CREATE TABLE heads (
  no INTEGER PRIMARY KEY,
  head INTEGER NOT NULL,
  held INTEGER NOT NULL,
  epoch INTEGER NOT NULL,
  append_key BLOB,
  key_epoch INTEGER NOT NULL
);
CREATE TABLE frames (
  id INTEGER PRIMARY KEY,
  hash BLOB NOT NULL,
  at INTEGER NOT NULL,
  expires_at INTEGER NOT NULL,
  epoch INTEGER NOT NULL,
  lane BLOB,
  frame BLOB
);
CREATE INDEX frames_hash ON frames (hash);
CREATE INDEX frames_expiry ON frames (expires_at);

CREATE TABLE spent (pass BLOB PRIMARY KEY, tag BLOB NOT NULL, forget_at INTEGER NOT NULL) WITHOUT ROWID;
CREATE INDEX spent_expiry ON spent (forget_at);
CREATE TABLE daily (day INTEGER NOT NULL, pass BLOB NOT NULL, uses INTEGER NOT NULL, PRIMARY KEY (day, pass))
  WITHOUT ROWID;

CREATE TABLE blobs (
  no INTEGER PRIMARY KEY AUTOINCREMENT,
  id BLOB NOT NULL UNIQUE,
  hash BLOB NOT NULL,
  expires_at INTEGER NOT NULL,
  granter BLOB,
  reader BLOB,
  lease_until INTEGER
);
CREATE INDEX blobs_expiry ON blobs (expires_at);
CREATE TABLE chunks (no INTEGER PRIMARY KEY, chunk BLOB NOT NULL);

CREATE TABLE log_entries (
  idx INTEGER PRIMARY KEY,
  kind INTEGER NOT NULL,
  body_hash BLOB NOT NULL,
  at INTEGER NOT NULL,
  text_until INTEGER,
  version INTEGER,
  body BLOB
);
CREATE UNIQUE INDEX log_by_hash ON log_entries (kind, body_hash);
CREATE INDEX log_texts ON log_entries (kind, idx) WHERE body IS NOT NULL;
CREATE TABLE log_hashes (idx INTEGER PRIMARY KEY, hash BLOB NOT NULL);
CREATE TABLE checkpoint (one INTEGER PRIMARY KEY CHECK (one = 1), size INTEGER NOT NULL, text TEXT NOT NULL);
";

/// Makes the tables in an empty database; refuses one that is not ours.
pub(super) fn prepare(connection: &Connection) -> Stored<()> {
    let pragma = |name: &str| -> Stored<i32> {
        connection.pragma_query_value(None, name, |row| row.get(0)).map_err(failure)
    };
    let tables: i64 =
        connection.query_row("SELECT count(*) FROM sqlite_schema", [], |row| row.get(0)).map_err(failure)?;
    let (application, version) = (pragma("application_id")?, pragma("user_version")?);
    if tables == 0 && application == 0 && version == 0 {
        return create(connection);
    }
    if application != APPLICATION_ID {
        return Err(StoreError::Foreign("it belongs to another program".into()));
    }
    if version != VERSION {
        return Err(StoreError::Foreign(format!("its layout is {version}, this program knows {VERSION}")));
    }
    Ok(())
}

fn create(connection: &Connection) -> Stored<()> {
    let sql = format!(
        "BEGIN; {TABLES} PRAGMA application_id = {APPLICATION_ID}; PRAGMA user_version = {VERSION}; COMMIT;"
    );
    connection.execute_batch(&sql).map_err(failure)
}

pub(super) fn meta(connection: &Connection, name: &str) -> Stored<Option<u64>> {
    let value: Option<i64> = connection
        .query_row("SELECT value FROM meta WHERE name = ?1", [name], |row| row.get(0))
        .optional()
        .map_err(failure)?;
    Ok(value.map(uint))
}

pub(super) fn set_meta(connection: &Connection, name: &str, value: u64) -> Stored<()> {
    connection
        .execute("INSERT OR REPLACE INTO meta (name, value) VALUES (?1, ?2)", (name, int(value)))
        .map_err(failure)?;
    Ok(())
}
