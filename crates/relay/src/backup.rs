//! Backup of a running relay and restore into a new generation.
//!
//! A backup is one SQLite file with the log (its tree, texts and checkpoint), the spent sets, the log
//! key and the settings: never streams, never blobs. It is read in one transaction, so it is of one
//! moment. A restored relay has a new generation number, by which clients see that its streams are
//! gone and that every room has to be succeeded.
//!
//! What was logged after the backup is not in it. A client that has seen such entries refuses the
//! restored log: it is shorter than the one it knows, and with the next entry another one. There are two
//! ways on. Whoever has those entries (they are signed by their authorities) sends them again in the same
//! order: then it is the same log again. Nobody is sure to have them all, so the usual way is to restore
//! with `new_log`, which begins a log with a new key, and to have the stewards sign a manifest that names
//! it: every client takes a newer manifest with a new log, and keeps the alerts it knows.
//!
//! Passes that were used after the backup are not in its spent set and could be used once more.

use std::path::{Path, PathBuf};

use bystand_crypto::notes::LogVerifier;
use rusqlite::{Connection, OptionalExtension};

use crate::config::{self, Config, Flags};
use crate::data_dir::{self, DATABASE, LOG_KEY, StartError};
use crate::server::{GENERATION, new_generation};
use crate::store::sqlite::{SqliteOptions, SqliteStore};

/// In a backup's header: "ByBk".
const APPLICATION_ID: i32 = 0x4279_426b;
/// The layout of backups.
const VERSION: i32 = 1;
/// What is copied besides the log.
const KEPT: [&str; 2] = ["meta", "spent"];
/// The log.
const LOG: [&str; 3] = ["log_entries", "log_hashes", "checkpoint"];

/// Why there is no backup, or nothing was restored. Each says what to do.
#[derive(Debug, thiserror::Error)]
pub enum BackupError {
    /// There is no relay's database in the folder.
    #[error("{0} is not a relay's data folder: name the one that `bystand serve` runs on with --data")]
    NoRelay(PathBuf),
    /// Something is there already.
    #[error("{0} exists already and is not overwritten: name another")]
    Exists(PathBuf),
    /// The file is no backup.
    #[error("{0} is not a backup of this version of bystand: name a file that `bystand backup` wrote")]
    NotABackup(PathBuf),
    /// The disk or the database failed.
    #[error("{path}: {reason}. Nothing was left behind; check the disk and try again")]
    Failed {
        /// Which file.
        path: PathBuf,
        /// Why.
        reason: String,
    },
    /// Files of the data folder.
    #[error(transparent)]
    Folder(#[from] StartError),
}

/// How to restore.
#[derive(Debug, Clone, Copy, Default)]
pub struct RestoreOptions {
    /// Begin a new log with a new key instead of going on with the one in the backup.
    pub new_log: bool,
}

/// What was restored.
#[derive(Debug, Clone)]
pub struct Restored {
    /// The new generation.
    pub generation: u64,
    /// What verifies the log; with `new_log` a new one, that the next manifest has to name.
    pub log: LogVerifier,
    /// Entries in the restored log; whoever has seen more of them refuses it.
    pub log_size: u64,
}

/// Writes a backup of the relay in a data folder, which may be running, to a new file.
///
/// # Errors
/// [`BackupError`].
pub fn backup(data: &Path, out: &Path) -> Result<(), BackupError> {
    let database = data.join(DATABASE);
    if !database.is_file() {
        return Err(BackupError::NoRelay(data.to_path_buf()));
    }
    if out.exists() {
        return Err(BackupError::Exists(out.to_path_buf()));
    }
    let part = out.with_extension("part");
    data_dir::write_private(&part, b"")?;
    let written = write_backup(data, &database, &part)
        .and_then(|()| std::fs::rename(&part, out).map_err(|e| failed(out, &e)));
    if written.is_err() {
        // Half a backup is worse than none; it may be gone already.
        let _ = std::fs::remove_file(&part);
    }
    written
}

fn write_backup(data: &Path, database: &Path, part: &Path) -> Result<(), BackupError> {
    let sql = |e: rusqlite::Error| failed(part, &e);
    data_dir::make_private_file(part).map_err(|e| failed(part, &e))?;
    let mut connection = Connection::open(part).map_err(sql)?;
    attach(&connection, database).map_err(sql)?;
    let transaction = connection.transaction().map_err(sql)?;
    for table in KEPT.into_iter().chain(LOG) {
        // The tables keep their columns, by name, and need no indexes here.
        let copy = format!("CREATE TABLE main.{table} AS SELECT * FROM other.{table}");
        transaction.execute_batch(&copy).map_err(sql)?;
    }
    transaction
        .execute_batch("CREATE TABLE files (name TEXT PRIMARY KEY, content BLOB NOT NULL)")
        .map_err(sql)?;
    for name in [LOG_KEY, config::FILE] {
        let path = data.join(name);
        let content = std::fs::read(&path).map_err(|e| failed(&path, &e))?;
        transaction.execute("INSERT INTO files VALUES (?1, ?2)", (name, content)).map_err(sql)?;
    }
    let marks =
        format!("PRAGMA main.application_id = {APPLICATION_ID}; PRAGMA main.user_version = {VERSION};");
    transaction.execute_batch(&marks).map_err(sql)?;
    transaction.commit().map_err(sql)
}

/// Makes a new data folder from a backup.
///
/// # Errors
/// [`BackupError`].
pub fn restore(backup: &Path, new: &Path, options: RestoreOptions) -> Result<Restored, BackupError> {
    let files = check_backup(backup)?;
    let occupied = std::fs::read_dir(new).is_ok_and(|mut entries| entries.next().is_some());
    if occupied || new.is_file() {
        return Err(BackupError::Exists(new.to_path_buf()));
    }
    data_dir::make_private_folder(new).map_err(|e| failed(new, &e))?;
    for (name, content) in files.iter().filter(|(name, _)| !(options.new_log && name == LOG_KEY)) {
        data_dir::write_private(&new.join(name), content)?;
    }
    let config = Config::load(new, &Flags::default()).map_err(StartError::from)?;
    let log = data_dir::create(new, &config.network)?;
    let generation = new_generation()?;
    let log_size = fill_database(backup, &new.join(DATABASE), generation, options)?;
    Ok(Restored { generation, log, log_size })
}

/// Gives the size of the log that is in it.
fn fill_database(
    backup: &Path,
    database: &Path,
    generation: u64,
    options: RestoreOptions,
) -> Result<u64, BackupError> {
    let store_failed = |e: crate::store::StoreError| failed(database, &e);
    // The part of the name goes last: a restore that was cut short leaves no database that would start.
    let part = database.with_extension("part");
    let mut store = SqliteStore::open(&part, SqliteOptions::default()).map_err(store_failed)?;
    let log_size = copy_tables(&part, backup, options).map_err(|e| failed(&part, &e))?;
    store.set_meta(GENERATION, generation).map_err(store_failed)?;
    crate::store::Store::compact(&mut store).map_err(store_failed)?;
    drop(store);
    std::fs::rename(&part, database).map_err(|e| failed(database, &e))?;
    Ok(log_size)
}

fn copy_tables(database: &Path, backup: &Path, options: RestoreOptions) -> rusqlite::Result<u64> {
    let mut connection = Connection::open(database)?;
    attach(&connection, backup)?;
    let transaction = connection.transaction()?;
    let log: &[&str] = if options.new_log { &[] } else { &LOG };
    for table in KEPT.iter().chain(log) {
        let columns = columns(&transaction, table)?;
        let copy = format!("INSERT INTO main.{table} ({columns}) SELECT {columns} FROM other.{table}");
        transaction.execute_batch(&copy)?;
    }
    let last: Option<i64> =
        transaction.query_row("SELECT max(idx) FROM log_entries", [], |row| row.get(0))?;
    transaction.commit()?;
    Ok(last.and_then(|index| u64::try_from(index).ok()).map_or(0, |index| index.saturating_add(1)))
}

fn columns(connection: &Connection, table: &str) -> rusqlite::Result<String> {
    let mut statement = connection.prepare("SELECT name FROM main.pragma_table_info(?1)")?;
    let names: rusqlite::Result<Vec<String>> = statement.query_map([table], |row| row.get(0))?.collect();
    Ok(names?.join(", "))
}

fn attach(connection: &Connection, other: &Path) -> rusqlite::Result<()> {
    let path = other.to_str().ok_or(rusqlite::Error::InvalidPath(other.to_path_buf()))?;
    connection.execute("ATTACH DATABASE ?1 AS other", [path])?;
    Ok(())
}

/// Files of the data folder, by name.
type Files = Vec<(String, Vec<u8>)>;

/// The files in a backup, when it is one.
fn check_backup(path: &Path) -> Result<Files, BackupError> {
    let not_one = || BackupError::NotABackup(path.to_path_buf());
    if !path.is_file() {
        return Err(not_one());
    }
    let read = || -> rusqlite::Result<Option<Files>> {
        let connection = Connection::open_with_flags(path, rusqlite::OpenFlags::SQLITE_OPEN_READ_ONLY)?;
        let number = |name| connection.pragma_query_value(None, name, |row| row.get::<_, i32>(0));
        if number("application_id")? != APPLICATION_ID || number("user_version")? != VERSION {
            return Ok(None);
        }
        let sound: Option<String> =
            connection.query_row("PRAGMA integrity_check(1)", [], |row| row.get(0)).optional()?;
        if sound.as_deref() != Some("ok") {
            return Ok(None);
        }
        let mut statement = connection.prepare("SELECT name, content FROM files")?;
        let files = statement.query_map([], |row| Ok((row.get(0)?, row.get(1)?)))?;
        files.collect::<rusqlite::Result<_>>().map(Some)
    };
    read().ok().flatten().ok_or_else(not_one)
}

fn failed(path: &Path, reason: &dyn std::fmt::Display) -> BackupError {
    BackupError::Failed { path: path.to_path_buf(), reason: reason.to_string() }
}
