//! SQLite: WAL, `synchronous=FULL`, one writing connection. `secure_delete` overwrites what is
//! deleted, incremental vacuum gives pages back, and a truncating checkpoint empties the
//! write-ahead log, so that deleted bytes leave the files (see [`SqliteStore::compact`]).

mod read;
mod rows;
mod schema;
mod tx;

use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use rusqlite::config::DbConfig;
use rusqlite::{Connection, ErrorCode, OpenFlags, TransactionBehavior};

use self::read::SqliteReader;
use self::tx::SqliteTx;
use super::{Reader, Store, StoreError, Stored, Work};
use crate::data_dir::make_private_file;

pub use self::schema::{APPLICATION_ID, VERSION};

/// How the database is opened.
#[derive(Debug, Clone, Copy, Default)]
pub struct SqliteOptions {
    /// The most pages (of 4 KiB) the database may have; `None` leaves it to the disk.
    pub max_pages: Option<u32>,
}

/// The database file and its one writing connection.
#[derive(Debug)]
pub struct SqliteStore {
    path: PathBuf,
    connection: Connection,
}

impl SqliteStore {
    /// Opens the database, making it when there is none, and checks its structure.
    ///
    /// # Errors
    /// [`StoreError::Damaged`] and [`StoreError::Foreign`] tell an operator that it must not be used.
    pub fn open(path: &Path, options: SqliteOptions) -> Stored<Self> {
        if !path.exists() {
            make_private_file(path).map_err(|e| StoreError::Failed(e.to_string()))?;
        }
        let connection = Connection::open(path).map_err(rows::failure)?;
        // Damage is found before anything is written, so that what can be saved is not made worse.
        connection.busy_timeout(Duration::from_secs(5)).map_err(rows::failure)?;
        check(&connection)?;
        set_up(&connection, options).map_err(rows::failure)?;
        schema::prepare(&connection)?;
        Ok(Self { path: path.to_path_buf(), connection })
    }

    /// An empty database in memory, gone with the store and its readers. Nothing is synced.
    ///
    /// # Errors
    /// When SQLite refuses: a bug.
    pub fn in_memory() -> Stored<Self> {
        let path = new_memory();
        let connection = Connection::open(&path).map_err(rows::failure)?;
        set_up(&connection, SqliteOptions::default()).map_err(rows::failure)?;
        schema::prepare(&connection)?;
        Ok(Self { path, connection })
    }

    /// As [`SqliteStore::in_memory`], with all that is in a file.
    ///
    /// # Errors
    /// As [`SqliteStore::open`].
    pub fn in_memory_from(file: &Path) -> Stored<Self> {
        let path = new_memory();
        // What is in memory is there as long as a connection is open.
        let connection = Connection::open(&path).map_err(rows::failure)?;
        copy(file, &path)?;
        check(&connection)?;
        set_up(&connection, SqliteOptions::default()).map_err(rows::failure)?;
        schema::prepare(&connection)?;
        Ok(Self { path, connection })
    }

    /// Where it is.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// A named number of the whole database, as the relay's generation.
    pub fn meta(&self, name: &str) -> Stored<Option<u64>> {
        schema::meta(&self.connection, name)
    }

    /// Sets a named number.
    pub fn set_meta(&mut self, name: &str, value: u64) -> Stored<()> {
        schema::set_meta(&self.connection, name, value)
    }
}

impl Store for SqliteStore {
    fn write(&mut self, work: Work<'_>) -> Stored<()> {
        let transaction = self
            .connection
            .transaction_with_behavior(TransactionBehavior::Immediate)
            .map_err(rows::failure)?;
        work(&mut SqliteTx::new(&transaction))?;
        transaction.commit().map_err(rows::failure)
    }

    fn compact(&mut self) -> Stored<()> {
        run_rows(&self.connection, "PRAGMA incremental_vacuum").map_err(rows::failure)?;
        run_rows(&self.connection, "PRAGMA wal_checkpoint(TRUNCATE)").map_err(rows::failure)
    }

    fn reader(&self) -> Stored<Box<dyn Reader>> {
        Ok(Box::new(SqliteReader::new(open_reader(&self.path)?)))
    }
}

/// Copies a whole database to a place where nothing is yet.
///
/// # Errors
/// When one of them cannot be read or written.
pub fn copy(from: &Path, to: &Path) -> Stored<()> {
    let from = Connection::open(from).map_err(rows::failure)?;
    from.execute("VACUUM INTO ?1", [to.to_string_lossy()]).map_err(rows::failure)?;
    Ok(())
}

/// A whole database, page by page, with those that are free.
///
/// # Errors
/// When it cannot be read.
pub fn bytes(path: &Path) -> Stored<Vec<u8>> {
    let mut connection = Connection::open(path).map_err(rows::failure)?;
    let pages = connection.serialize("main").map_err(rows::failure)?;
    Ok(pages.to_vec())
}

/// A name of its own for a database in memory, by which its readers find it.
fn new_memory() -> PathBuf {
    static COUNT: AtomicU64 = AtomicU64::new(0);
    let number = COUNT.fetch_add(1, Ordering::Relaxed);
    PathBuf::from(format!("file:bystand-{number}?mode=memory&cache=shared"))
}

/// A connection that can only read; also for a backup from another process.
pub fn open_reader(path: &Path) -> Stored<Connection> {
    let flags =
        OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX | OpenFlags::SQLITE_OPEN_URI;
    let connection = Connection::open_with_flags(path, flags).map_err(rows::failure)?;
    connection.busy_timeout(Duration::from_secs(5)).map_err(rows::failure)?;
    connection.set_prepared_statement_cache_capacity(32);
    keep_plans(&connection).map_err(rows::failure)?;
    Ok(connection)
}

/// A statement is planned once, whatever values it is asked with: otherwise each new value of a limit or of a
/// time has it prepared again, which takes longer than most of the questions.
fn keep_plans(connection: &Connection) -> rusqlite::Result<()> {
    connection.set_db_config(DbConfig::SQLITE_DBCONFIG_ENABLE_QPSG, true).map(drop)
}

fn set_up(connection: &Connection, options: SqliteOptions) -> rusqlite::Result<()> {
    connection.set_prepared_statement_cache_capacity(64);
    keep_plans(connection)?;
    let pages: u32 = connection.pragma_query_value(None, "page_count", |row| row.get(0))?;
    if pages == 0 {
        // Takes effect only while the file is empty.
        connection.pragma_update(None, "auto_vacuum", "INCREMENTAL")?;
    }
    connection.pragma_update(None, "secure_delete", "ON")?;
    connection.pragma_update(None, "journal_mode", "WAL")?;
    connection.pragma_update(None, "synchronous", "FULL")?;
    connection.pragma_update(None, "temp_store", "MEMORY")?;
    connection.pragma_update(None, "cell_size_check", "ON")?;
    connection.pragma_update(None, "trusted_schema", "OFF")?;
    connection.pragma_update(None, "cache_size", -32_768)?;
    if let Some(pages) = options.max_pages {
        connection.pragma_update(None, "max_page_count", pages)?;
    }
    Ok(())
}

fn check(connection: &Connection) -> Stored<()> {
    let found: String =
        connection.query_row("PRAGMA quick_check(1)", [], |row| row.get(0)).map_err(rows::failure)?;
    if found == "ok" { Ok(()) } else { Err(StoreError::Damaged(found)) }
}

/// Runs a statement that gives rows which nobody needs.
fn run_rows(connection: &Connection, sql: &str) -> rusqlite::Result<()> {
    let mut statement = connection.prepare_cached(sql)?;
    let mut rows = statement.query([])?;
    while rows.next()?.is_some() {}
    Ok(())
}

/// Whether an error says that the pages contradict each other.
fn is_damage(code: ErrorCode) -> bool {
    code == ErrorCode::DatabaseCorrupt || code == ErrorCode::NotADatabase
}
