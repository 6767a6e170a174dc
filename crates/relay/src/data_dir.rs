//! The data folder: `relay.toml`, `log.key`, `relay.db` (with its log) and `lock`. One relay uses it
//! at a time.

use std::fs::{File, OpenOptions, TryLockError};
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::time::Duration;

use bystand_crypto::notes::LogVerifier;
use bystand_crypto::sign::SigningKey;
use bystand_wire::{NetworkId, from_hex, to_hex};

use crate::config;
use crate::log::LogSigner;
use crate::store::StoreError;

/// The database.
pub const DATABASE: &str = "relay.db";
/// The log key: 64 hex digits, the seed.
pub const LOG_KEY: &str = "log.key";
/// Held while a relay runs.
pub const LOCK: &str = "lock";

/// A relay that is just ending keeps the lock until its files are closed, and so does a program that a process with
/// the lock is about to start: one second is waited for them.
const LOCK_TRIES: u32 = 20;
const LOCK_PAUSE: Duration = Duration::from_millis(50);

/// Why a relay does not start. Each says what to do.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// Another relay has the folder.
    #[error("another relay is running on {0}. Stop it first, or use another folder with --data.")]
    Locked(PathBuf),
    /// A file or the folder cannot be used.
    #[error("cannot use {path}: {source}. Check that it exists and that this user may write there.")]
    File {
        /// Which.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// The log key is not one.
    #[error("{0} is not a log key. Put the right file back, or restore a backup with `bystand restore`.")]
    BadLogKey(PathBuf),
    /// The database is damaged.
    #[error(
        "{path} is damaged ({reason}). Nothing was changed. Move the folder away and run `bystand restore BACKUP NEW_DIR`."
    )]
    Damaged {
        /// Which file.
        path: PathBuf,
        /// What was found.
        reason: String,
    },
    /// The database is not ours.
    #[error("{path} cannot be used: {reason}. Use the program's version that made it, or another folder.")]
    Foreign {
        /// Which file.
        path: PathBuf,
        /// What was found.
        reason: String,
    },
    /// The database belongs to another network than the settings say.
    #[error("{0} belongs to another network than relay.toml says. Use the folder it was made in.")]
    OtherNetwork(PathBuf),
    /// The address cannot be listened on.
    #[error("cannot listen on {address}: {source}. Use another port with --listen, or stop what uses it.")]
    Listen {
        /// The address.
        address: std::net::SocketAddr,
        /// Why.
        source: std::io::Error,
    },
    /// Settings.
    #[error(transparent)]
    Config(#[from] config::ConfigError),
    /// The system gives no randomness or no thread.
    #[error("the operating system failed: {0}")]
    System(String),
}

impl StartError {
    pub(crate) fn store(path: &Path, error: StoreError) -> Self {
        let path = path.to_path_buf();
        match error {
            StoreError::Damaged(reason) => StartError::Damaged { path, reason },
            StoreError::Foreign(reason) => StartError::Foreign { path, reason },
            StoreError::Full => StartError::File { path, source: std::io::ErrorKind::StorageFull.into() },
            StoreError::Failed(reason) => StartError::File { path, source: std::io::Error::other(reason) },
        }
    }
}

/// A folder that this process has to itself.
#[derive(Debug)]
pub struct DataDir {
    path: PathBuf,
    /// The lock is gone when this is closed, also by a crash.
    _lock: File,
}

impl DataDir {
    /// Takes the folder.
    ///
    /// # Errors
    /// [`StartError::Locked`] when another relay has it.
    pub fn take(path: &Path) -> Result<Self, StartError> {
        let lock_path = path.join(LOCK);
        let failed = |source| StartError::File { path: lock_path.clone(), source };
        let lock =
            OpenOptions::new().create(true).truncate(false).write(true).open(&lock_path).map_err(failed)?;
        let mut tries = LOCK_TRIES;
        loop {
            match lock.try_lock() {
                Ok(()) => return Ok(Self { path: path.to_path_buf(), _lock: lock }),
                Err(TryLockError::WouldBlock) if tries > 0 => std::thread::sleep(LOCK_PAUSE),
                Err(TryLockError::WouldBlock) => return Err(StartError::Locked(path.to_path_buf())),
                Err(TryLockError::Error(source)) => return Err(failed(source)),
            }
            tries -= 1;
        }
    }

    /// The database's path.
    pub fn database(&self) -> PathBuf {
        self.path.join(DATABASE)
    }

    /// The log key, made at the first start when `bystand init` did not.
    pub fn log_signer(&self, network: &NetworkId) -> Result<LogSigner, StartError> {
        log_signer(&self.path, network)
    }
}

/// Makes a data folder for a network: settings and a log key. Gives the key's public half, whose text
/// goes into the manifest. What is there already is kept.
///
/// # Errors
/// [`StartError`].
pub fn create(path: &Path, network: &NetworkId) -> Result<LogVerifier, StartError> {
    make_private_folder(path).map_err(|source| StartError::File { path: path.into(), source })?;
    let settings = path.join(config::FILE);
    if !settings.exists() {
        write_private(&settings, config::first_file(network).as_bytes())?;
    }
    Ok(log_signer(path, network)?.verifier())
}

fn log_signer(folder: &Path, network: &NetworkId) -> Result<LogSigner, StartError> {
    let path = folder.join(LOG_KEY);
    let failed = |source| StartError::File { path: path.clone(), source };
    if !path.exists() {
        let mut seed = [0; 32];
        fill_random(&mut seed)?;
        write_private(&path, to_hex(&seed).as_bytes())?;
    }
    let text = std::fs::read_to_string(&path).map_err(failed)?;
    let bytes = from_hex(text.trim()).and_then(|b| <[u8; 32]>::try_from(b).ok());
    let seed = bytes.ok_or_else(|| StartError::BadLogKey(path.clone()))?;
    LogSigner::new(network, SigningKey::from_seed(&seed)).map_err(|_| StartError::BadLogKey(path.clone()))
}

/// Random bytes of the operating system.
pub(crate) fn fill_random(bytes: &mut [u8]) -> Result<(), StartError> {
    getrandom::fill(bytes).map_err(|e| StartError::System(e.to_string()))
}

/// Makes a folder that only its owner may enter. One that is there keeps its permissions.
///
/// # Errors
/// What the file system says.
pub fn make_private_folder(path: &Path) -> io::Result<()> {
    let mut builder = std::fs::DirBuilder::new();
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.recursive(true).create(path)
}

/// Makes an empty file that only its owner may read, for a program that opens it by name. SQLite gives
/// its logs the permissions of their database.
pub(crate) fn make_private_file(path: &Path) -> io::Result<()> {
    let mut options = OpenOptions::new();
    options.create(true).append(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path).map(drop)
}

/// Writes a file that only its owner may read, whole or not at all.
pub(crate) fn write_private(path: &Path, bytes: &[u8]) -> Result<(), StartError> {
    let failed = |source| StartError::File { path: path.to_path_buf(), source };
    let part = path.with_extension("part");
    let mut options = OpenOptions::new();
    options.create(true).truncate(true).write(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let mut file = options.open(&part).map_err(failed)?;
    file.write_all(bytes).and_then(|()| file.sync_all()).map_err(failed)?;
    std::fs::rename(&part, path).map_err(failed)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::sqlite::{SqliteOptions, SqliteStore};

    #[test]
    fn one_relay_on_one_folder() {
        let folder = tempfile::tempdir().expect("a folder");
        let first = DataDir::take(folder.path()).expect("free");
        let second = DataDir::take(folder.path()).expect_err("taken");
        assert!(matches!(second, StartError::Locked(_)));
        assert!(second.to_string().contains("another relay is running"));
        drop(first);
        assert!(DataDir::take(folder.path()).is_ok());
    }

    #[cfg(unix)]
    fn mode(path: &Path) -> u32 {
        use std::os::unix::fs::PermissionsExt;
        std::fs::metadata(path).expect("there").permissions().mode() & 0o777
    }

    #[test]
    #[cfg(unix)]
    fn nobody_else_on_the_machine_reads_anything() {
        let folder = tempfile::tempdir().expect("a folder");
        let data = folder.path().join("made/here");
        create(&data, &NetworkId([1; 32])).expect("made");
        let database = data.join(DATABASE);
        let mut store = SqliteStore::open(&database, SqliteOptions::default()).expect("opened");
        store.set_meta("generation", 1).expect("written");
        assert_eq!(mode(&data), 0o700);
        for entry in std::fs::read_dir(&data).expect("listed") {
            let path = entry.expect("an entry").path();
            assert_eq!(mode(&path), 0o600, "{}", path.display());
        }
        let backup = folder.path().join("backup");
        crate::backup::backup(&data, &backup).expect("written");
        assert_eq!(mode(&backup), 0o600, "the log key is in it");
    }

    #[test]
    fn the_log_key_is_made_once_and_kept_private() {
        let folder = tempfile::tempdir().expect("a folder");
        let network = NetworkId([1; 32]);
        let made = create(folder.path(), &network).expect("made");
        assert_eq!(create(folder.path(), &network).expect("kept"), made);
        std::fs::write(folder.path().join(LOG_KEY), "nonsense").expect("written");
        assert!(matches!(create(folder.path(), &network), Err(StartError::BadLogKey(_))));
    }
}
