//! A dumb shelf: sealed records in one SQLite file. It knows neither names nor contents.
//!
//! Durability is the shelf's only promise: when [`Shelf::apply`] returns, the batch is on disk as a
//! whole, and when it fails, nothing of the batch is. Deleted records are overwritten
//! (`secure_delete`) and the write-ahead log is emptied at once; older versions of replaced records
//! leave the log with the next [`Shelf::tidy`], which the shell calls when it has nothing to do.

use std::collections::BTreeMap;
use std::path::Path;

use rusqlite::{Connection, ErrorCode, OpenFlags, params};

/// What a key is set to; `None` deletes it.
pub type Change = Option<Vec<u8>>;

/// A sealed record, or the vault's header, could not be kept or read.
#[derive(Debug, thiserror::Error)]
pub enum ShelfError {
    /// No room for more.
    #[error("the disk is full")]
    Full(#[source] rusqlite::Error),
    /// The file is not what was written.
    #[error("the file is damaged")]
    Damaged(#[source] rusqlite::Error),
    /// Everything else that the file system or SQLite says.
    #[error("the file cannot be read or written")]
    Storage(#[source] rusqlite::Error),
}

impl From<rusqlite::Error> for ShelfError {
    fn from(error: rusqlite::Error) -> Self {
        match error.sqlite_error_code() {
            Some(ErrorCode::DiskFull) => ShelfError::Full(error),
            Some(ErrorCode::DatabaseCorrupt | ErrorCode::NotADatabase) => ShelfError::Damaged(error),
            _ => ShelfError::Storage(error),
        }
    }
}

/// One open SQLite file of sealed records.
#[derive(Debug)]
pub struct Shelf {
    connection: Connection,
    /// Whether the write-ahead log may hold older versions of records.
    untidy: bool,
}

impl Shelf {
    /// Makes the table in a new or empty file, without a write-ahead log, so that the file can be
    /// renamed into place when its first records are on it.
    ///
    /// # Errors
    /// [`ShelfError`].
    pub fn prepare(path: &Path, first: &BTreeMap<Vec<u8>, Vec<u8>>) -> Result<(), ShelfError> {
        let mut connection = Connection::open(path)?;
        connection.pragma_update(None, "synchronous", "FULL")?;
        connection.execute_batch(
            "CREATE TABLE record (key BLOB PRIMARY KEY, value BLOB NOT NULL) WITHOUT ROWID;",
        )?;
        let transaction = connection.transaction()?;
        for (key, value) in first {
            transaction.execute("INSERT INTO record (key, value) VALUES (?1, ?2)", params![key, value])?;
        }
        transaction.commit()?;
        connection.close().map_err(|(_, error)| error)?;
        Ok(())
    }

    /// Opens a shelf that exists.
    ///
    /// # Errors
    /// [`ShelfError`].
    pub fn open(path: &Path) -> Result<Self, ShelfError> {
        let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
        let connection = Connection::open_with_flags(path, flags)?;
        connection.pragma_update(None, "journal_mode", "WAL")?;
        connection.pragma_update(None, "synchronous", "FULL")?;
        connection.pragma_update(None, "secure_delete", "ON")?;
        connection.pragma_update(None, "cell_size_check", "ON")?;
        Ok(Self { connection, untidy: true })
    }

    /// Carries out a batch as a whole, durably, or not at all.
    ///
    /// # Errors
    /// [`ShelfError`]; then nothing of the batch was kept. (When only the tidying after a deletion
    /// fails, the batch was kept, and to carry it out again changes nothing.)
    pub fn apply(&mut self, batch: &BTreeMap<Vec<u8>, Change>) -> Result<(), ShelfError> {
        if batch.is_empty() {
            return Ok(());
        }
        let transaction = self.connection.transaction()?;
        let mut deleted = false;
        {
            let mut put =
                transaction.prepare_cached("INSERT OR REPLACE INTO record (key, value) VALUES (?1, ?2)")?;
            let mut delete = transaction.prepare_cached("DELETE FROM record WHERE key = ?1")?;
            for (key, change) in batch {
                match change {
                    Some(value) => {
                        put.execute(params![key, value])?;
                    }
                    None => deleted |= delete.execute(params![key])? > 0,
                }
            }
        }
        transaction.commit()?;
        self.untidy = true;
        if deleted { self.tidy() } else { Ok(()) }
    }

    /// One record.
    ///
    /// # Errors
    /// [`ShelfError`].
    pub fn one(&self, key: &[u8]) -> Result<Option<Vec<u8>>, ShelfError> {
        let mut select = self.connection.prepare_cached("SELECT value FROM record WHERE key = ?1")?;
        let mut rows = select.query(params![key])?;
        match rows.next()? {
            Some(row) => Ok(Some(row.get(0)?)),
            None => Ok(None),
        }
    }

    /// All records. Reads every page in use, so that a damaged one is noticed at the start.
    ///
    /// # Errors
    /// [`ShelfError`].
    pub fn all(&self) -> Result<BTreeMap<Vec<u8>, Vec<u8>>, ShelfError> {
        let mut select = self.connection.prepare("SELECT key, value FROM record")?;
        let mut rows = select.query([])?;
        let mut records = BTreeMap::new();
        while let Some(row) = rows.next()? {
            records.insert(row.get(0)?, row.get(1)?);
        }
        Ok(records)
    }

    /// Asks SQLite itself to look for damage; cheap at a vault's size.
    ///
    /// # Errors
    /// [`ShelfError::Damaged`] when it finds any.
    pub fn check(&self) -> Result<(), ShelfError> {
        let verdict: String = self.connection.query_row("PRAGMA integrity_check(1)", [], |row| row.get(0))?;
        if verdict == "ok" {
            return Ok(());
        }
        let cause = rusqlite::ffi::Error::new(rusqlite::ffi::SQLITE_CORRUPT);
        Err(ShelfError::Damaged(rusqlite::Error::SqliteFailure(cause, Some(verdict))))
    }

    /// Writes the write-ahead log back and empties it, so that what was replaced or deleted is
    /// nowhere in it. Does nothing when nothing was written since the last time.
    ///
    /// # Errors
    /// [`ShelfError`].
    pub fn tidy(&mut self) -> Result<(), ShelfError> {
        if self.untidy {
            self.connection.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |_| Ok(()))?;
            self.untidy = false;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shelf(folder: &Path) -> Shelf {
        let path = folder.join("vault.db");
        Shelf::prepare(&path, &BTreeMap::from([(b"first".to_vec(), b"one".to_vec())])).expect("prepared");
        Shelf::open(&path).expect("opened")
    }

    #[test]
    fn keeps_replaces_and_deletes() {
        let folder = tempfile::tempdir().expect("a folder");
        let mut shelf = shelf(folder.path());
        shelf
            .apply(&BTreeMap::from([(b"first".to_vec(), None), (b"second".to_vec(), Some(b"two".to_vec()))]))
            .expect("applied");
        shelf.apply(&BTreeMap::from([(b"second".to_vec(), Some(b"2".to_vec()))])).expect("applied");
        drop(shelf);
        let again = Shelf::open(&folder.path().join("vault.db")).expect("opened");
        assert_eq!(again.all().expect("read"), BTreeMap::from([(b"second".to_vec(), b"2".to_vec())]));
        assert_eq!(again.one(b"first").expect("read"), None);
        again.check().expect("whole");
    }

    #[test]
    fn what_is_deleted_is_in_no_file() {
        let folder = tempfile::tempdir().expect("a folder");
        let mut shelf = shelf(folder.path());
        let mark = b"a text that must not survive its deletion".to_vec();
        let large = [mark.as_slice(), &[7; 20_000]].concat();
        let set = |value: Option<&[u8]>| BTreeMap::from([(b"k".to_vec(), value.map(<[u8]>::to_vec))]);
        let found = |folder: &Path| {
            std::fs::read_dir(folder).expect("listed").any(|entry| {
                let bytes = std::fs::read(entry.expect("an entry").path()).expect("read");
                bytes.windows(mark.len()).any(|window| window == mark)
            })
        };
        shelf.apply(&set(Some(&mark))).expect("applied");
        assert!(found(folder.path()));
        shelf.apply(&set(None)).expect("applied");
        assert!(!found(folder.path()), "deleted");
        shelf.apply(&set(Some(&large))).expect("applied");
        shelf.apply(&set(Some(b"another"))).expect("applied");
        assert!(found(folder.path()));
        shelf.tidy().expect("tidied");
        assert!(!found(folder.path()), "replaced");
    }

    #[test]
    fn a_full_disk_keeps_nothing_of_the_batch_and_the_shelf_goes_on() {
        let folder = tempfile::tempdir().expect("a folder");
        let mut shelf = shelf(folder.path());
        shelf.connection.pragma_update(None, "max_page_count", 20).expect("limited");
        let too_much =
            BTreeMap::from([(b"a".to_vec(), Some(vec![1; 10])), (b"b".to_vec(), Some(vec![2; 200_000]))]);
        assert!(matches!(shelf.apply(&too_much), Err(ShelfError::Full(_))));
        assert_eq!(shelf.one(b"a").expect("read"), None);
        shelf.apply(&BTreeMap::from([(b"a".to_vec(), Some(vec![1; 10]))])).expect("small ones still fit");
    }

    #[test]
    fn garbage_is_reported_as_damage() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("vault.db");
        std::fs::write(&path, vec![0x5a; 8192]).expect("written");
        assert!(matches!(Shelf::open(&path), Err(ShelfError::Damaged(_))));
    }
}
