//! A vault: one folder with one file of sealed records, opened by a passphrase.
//!
//! The folder is readable by its owner only. An advisory lock, which the system releases when the
//! process ends in whatever way, keeps two processes from using one vault. A new vault's file is
//! written under another name and renamed when it is whole, so that a vault is there or not there:
//! a leftover of an interrupted creation is removed.

use std::collections::BTreeMap;
use std::fs::{self, DirBuilder, File, OpenOptions, TryLockError};
use std::io;
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt, PermissionsExt};
use std::path::{Path, PathBuf};

use bystand_core::io::{Batch, Random};
use bystand_crypto::vault as sealed;
use zeroize::Zeroizing;

use crate::shelf::{Change, Shelf, ShelfError};
use crate::store::Store;

const FILE: &str = "vault.db";
/// The file while it is being made.
const UNFINISHED: &str = "vault.db.new";
const LOCK: &str = "lock";
/// The header's key; records have keys of 32 bytes.
const HEADER: &[u8] = b"header";

/// What it costs to turn the passphrase into a key.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Cost {
    /// 64 MiB and about a fifth of a second.
    #[default]
    Usual,
    /// The least that is accepted: for small machines, and for demonstrations with many vaults.
    Least,
}

impl Cost {
    fn params(self, rng: &mut Random) -> sealed::VaultParams {
        match self {
            Cost::Usual => sealed::VaultParams::recommended(rng),
            Cost::Least => sealed::VaultParams::minimum(rng),
        }
    }
}

/// A vault's plaintext records by name.
pub type Records = BTreeMap<String, Zeroizing<Vec<u8>>>;

/// A vault could not be made, opened, read or written.
#[derive(Debug, thiserror::Error)]
pub enum VaultError {
    /// Another process has it open.
    #[error("This vault is in use by another bystand (close it first): {}", .0.display())]
    InUse(PathBuf),
    /// No vault there.
    #[error("There is no vault in {} (make one with `bystand init` or `bystand join`)", .0.display())]
    Missing(PathBuf),
    /// A vault is there already.
    #[error("There is a vault in {} already (choose another folder with --vault)", .0.display())]
    Exists(PathBuf),
    /// A folder that holds something else.
    #[error("{} holds other files (choose an empty folder with --vault)", .0.display())]
    NotEmpty(PathBuf),
    /// The passphrase does not open it.
    #[error(
        "This passphrase does not open the vault. Nothing is locked by trying again; \
         if it is lost, ask a steward to let this device join anew"
    )]
    WrongPassphrase,
    /// Made by a program newer than this one.
    #[error("The vault in {} was made by a newer bystand (update this one)", .0.display())]
    Newer(PathBuf),
    /// Turning a passphrase into a key takes more memory than there is now.
    #[error("There is not enough memory to open the vault now: close other programs and try again")]
    Memory,
    /// The header is not what was written.
    #[error(
        "The vault's header is damaged: nothing in it can be opened any more. Put back a copy of the whole \
         folder {}, or move the folder away and ask for an invitation to join anew", .0.display()
    )]
    HeaderDamaged(PathBuf),
    /// Some records are not what was written.
    #[error(
        "{lost} of {total} records in the vault cannot be read: what they hold (keys, passes, reports that were \
         not yet sent) is lost from this device. Put back a copy of the whole folder {}, or move the \
         folder away and ask for an invitation to join anew", folder.display()
    )]
    RecordsDamaged {
        /// How many cannot be read.
        lost: usize,
        /// How many there are.
        total: usize,
        /// Where.
        folder: PathBuf,
    },
    /// The file itself is not what was written.
    #[error(
        "The vault's file is damaged: the disk returned other bytes than were written. Put back a copy of the \
         whole folder {}, or move the folder away and ask for an invitation to join anew", .folder.display()
    )]
    FileDamaged {
        /// Where.
        folder: PathBuf,
        /// What SQLite says.
        #[source]
        source: ShelfError,
    },
    /// No room.
    #[error("The disk is full: free some space and start again. What was kept before is intact")]
    DiskFull(#[source] ShelfError),
    /// The file system.
    #[error(
        "The vault in {} cannot be read or written: {source}. Check that the folder is there and belongs to you, or \
         choose another with --vault", folder.display()
    )]
    Folder {
        /// Where.
        folder: PathBuf,
        /// What the system says.
        #[source]
        source: io::Error,
    },
    /// SQLite, for another reason.
    #[error(
        "The vault in {} cannot be read or written. Check the disk and its free space, and start again; what was kept \
         before is intact", folder.display()
    )]
    Storage {
        /// Where.
        folder: PathBuf,
        /// What SQLite says.
        #[source]
        source: ShelfError,
    },
    /// The system gives no randomness.
    #[error("The system gives no randomness")]
    Randomness(#[from] getrandom::Error),
}

impl VaultError {
    /// Stable, for scripts.
    pub fn code(&self) -> &'static str {
        match self {
            VaultError::InUse(_) => "vault-in-use",
            VaultError::Missing(_) => "vault-missing",
            VaultError::Exists(_) => "vault-exists",
            VaultError::NotEmpty(_) => "vault-not-empty",
            VaultError::WrongPassphrase => "wrong-passphrase",
            VaultError::Newer(_) => "vault-newer",
            VaultError::Memory => "no-memory",
            VaultError::HeaderDamaged(_) => "vault-header-damaged",
            VaultError::RecordsDamaged { .. } => "vault-records-damaged",
            VaultError::FileDamaged { .. } => "vault-file-damaged",
            VaultError::DiskFull(_) => "disk-full",
            VaultError::Folder { .. } => "vault-folder",
            VaultError::Storage { .. } => "vault-storage",
            VaultError::Randomness(_) => "no-randomness",
        }
    }
}

/// An open vault; the lock is held until it is dropped.
#[derive(Debug)]
pub struct Vault {
    folder: PathBuf,
    shelf: Shelf,
    key: sealed::VaultKey,
    rng: Random,
    _lock: Lock,
}

impl Vault {
    /// Whether a folder holds a vault.
    pub fn is_in(folder: &Path) -> bool {
        folder.join(FILE).exists()
    }

    /// Makes sure that a vault can be made in a folder, before anybody takes trouble for one.
    ///
    /// # Errors
    /// [`VaultError`].
    pub fn prepare(folder: &Path) -> Result<(), VaultError> {
        make_folder(folder)?;
        if Self::is_in(folder) { Err(VaultError::Exists(folder.to_owned())) } else { Ok(()) }
    }

    /// Makes a vault with its first records. The folder may be missing or empty.
    ///
    /// # Errors
    /// [`VaultError`]; then no vault is there.
    pub fn create(folder: &Path, passphrase: &str, cost: Cost, first: &Batch) -> Result<Self, VaultError> {
        make_folder(folder)?;
        let lock = lock(folder)?;
        if Self::is_in(folder) {
            return Err(VaultError::Exists(folder.to_owned()));
        }
        let at = |source| VaultError::Folder { folder: folder.to_owned(), source };
        clear_unfinished(folder).map_err(at)?;
        let mut rng = crate::runner::system_random()?;
        let params = cost.params(&mut rng);
        let (header, key) =
            sealed::create(passphrase, params, &mut rng).map_err(|error| sealed_told(folder, &error))?;
        let mut records = BTreeMap::from([(HEADER.to_vec(), header.to_bytes())]);
        for (name, value) in &first.records {
            if let Some(value) = value {
                records.insert(key.record_key(name).to_vec(), key.seal_record(name, &mut rng, value));
            }
        }
        let unfinished = folder.join(UNFINISHED);
        new_private_file(&unfinished).map_err(at)?;
        Shelf::prepare(&unfinished, &records).map_err(|error| told(folder, error))?;
        fs::rename(&unfinished, folder.join(FILE)).map_err(at)?;
        File::open(folder).and_then(|folder| folder.sync_all()).map_err(at)?;
        let shelf = Shelf::open(&folder.join(FILE)).map_err(|error| told(folder, error))?;
        Ok(Self { folder: folder.to_owned(), shelf, key, rng, _lock: lock })
    }

    /// Opens a vault.
    ///
    /// # Errors
    /// [`VaultError`].
    pub fn unlock(folder: &Path, passphrase: &str) -> Result<Self, VaultError> {
        if !folder.is_dir() {
            return Err(VaultError::Missing(folder.to_owned()));
        }
        let lock = lock(folder)?;
        clear_unfinished(folder)
            .map_err(|source| VaultError::Folder { folder: folder.to_owned(), source })?;
        if !Self::is_in(folder) {
            return Err(VaultError::Missing(folder.to_owned()));
        }
        let shelf = Shelf::open(&folder.join(FILE)).map_err(|error| told(folder, error))?;
        let header = read_header(&shelf, folder)?;
        let key = sealed::unlock(&header, passphrase).map_err(|error| sealed_told(folder, &error))?;
        let rng = crate::runner::system_random()?;
        Ok(Self { folder: folder.to_owned(), shelf, key, rng, _lock: lock })
    }

    /// All records, each opened. Every page of the file is looked at.
    ///
    /// # Errors
    /// [`VaultError::RecordsDamaged`] or [`VaultError::FileDamaged`] when anything is lost.
    pub fn load(&self) -> Result<Records, VaultError> {
        self.shelf.check().map_err(|error| told(&self.folder, error))?;
        let stored = self.shelf.all().map_err(|error| told(&self.folder, error))?;
        let mut records = Records::new();
        let (mut lost, mut total) = (0, 0);
        for (key, bytes) in stored.iter().filter(|(key, _)| key.as_slice() != HEADER) {
            total += 1;
            let opened =
                <[u8; 32]>::try_from(key.as_slice()).ok().map(|key| self.key.open_record(&key, bytes));
            match opened {
                Some(Ok((name, value))) => drop(records.insert(name, value)),
                Some(Err(_)) | None => lost += 1,
            }
        }
        match lost {
            0 => Ok(records),
            lost => Err(VaultError::RecordsDamaged { lost, total, folder: self.folder.clone() }),
        }
    }

    /// Seals the records under a new passphrase. The old one no longer opens the vault (but does
    /// open copies of the folder made before).
    ///
    /// # Errors
    /// [`VaultError`]; then the old passphrase still counts.
    pub fn change_passphrase(&mut self, new: &str, cost: Cost) -> Result<(), VaultError> {
        let params = cost.params(&mut self.rng);
        let header = self.key.rewrap(new, params, &mut self.rng);
        let header = header.map_err(|error| sealed_told(&self.folder, &error))?;
        let change = BTreeMap::from([(HEADER.to_vec(), Some(header.to_bytes()))]);
        self.shelf.apply(&change).and_then(|()| self.shelf.tidy()).map_err(|error| told(&self.folder, error))
    }

    /// The folder.
    pub fn folder(&self) -> &Path {
        &self.folder
    }
}

impl Store for Vault {
    fn commit(&mut self, batch: &Batch) -> Result<(), VaultError> {
        let changes: BTreeMap<Vec<u8>, Change> = batch
            .records
            .iter()
            .map(|(name, value)| {
                let sealed = value.as_ref().map(|value| self.key.seal_record(name, &mut self.rng, value));
                (self.key.record_key(name).to_vec(), sealed)
            })
            .collect();
        self.shelf.apply(&changes).map_err(|error| told(&self.folder, error))
    }

    fn tidy(&mut self) -> Result<(), VaultError> {
        self.shelf.tidy().map_err(|error| told(&self.folder, error))
    }
}

fn read_header(shelf: &Shelf, folder: &Path) -> Result<sealed::VaultHeader, VaultError> {
    let bytes = shelf.one(HEADER).map_err(|error| told(folder, error))?;
    let bytes = bytes.ok_or_else(|| VaultError::HeaderDamaged(folder.to_owned()))?;
    sealed::VaultHeader::from_bytes(&bytes).map_err(|error| sealed_told(folder, &error))
}

fn sealed_told(folder: &Path, error: &sealed::VaultError) -> VaultError {
    match error {
        sealed::VaultError::WrongPassphrase => VaultError::WrongPassphrase,
        sealed::VaultError::Newer(_) => VaultError::Newer(folder.to_owned()),
        sealed::VaultError::Memory => VaultError::Memory,
        sealed::VaultError::Damaged(_) | sealed::VaultError::Cost => {
            VaultError::HeaderDamaged(folder.to_owned())
        }
    }
}

fn make_folder(folder: &Path) -> Result<(), VaultError> {
    let at = |source| VaultError::Folder { folder: folder.to_owned(), source };
    if !folder.exists() {
        return DirBuilder::new().recursive(true).mode(0o700).create(folder).map_err(at);
    }
    let ours = |name: &str| name == LOCK || name.starts_with(FILE);
    for entry in fs::read_dir(folder).map_err(at)? {
        if !entry.map_err(at)?.file_name().to_str().is_some_and(ours) {
            return Err(VaultError::NotEmpty(folder.to_owned()));
        }
    }
    fs::set_permissions(folder, fs::Permissions::from_mode(0o700)).map_err(at)
}

/// The hold on a folder. The system releases it when the process ends, and this when it is dropped: closing the file
/// would not do, because a process that another thread is just starting has the file too until it runs.
#[derive(Debug)]
struct Lock(File);

impl Drop for Lock {
    fn drop(&mut self) {
        // An error leaves the release to the end of the process.
        let _ = self.0.unlock();
    }
}

fn lock(folder: &Path) -> Result<Lock, VaultError> {
    let at = |source| VaultError::Folder { folder: folder.to_owned(), source };
    let file = OpenOptions::new()
        .create(true)
        .truncate(false)
        .write(true)
        .mode(0o600)
        .open(folder.join(LOCK))
        .map_err(at)?;
    match file.try_lock() {
        Ok(()) => Ok(Lock(file)),
        Err(TryLockError::WouldBlock) => Err(VaultError::InUse(folder.to_owned())),
        Err(TryLockError::Error(error)) => Err(at(error)),
    }
}

/// Removes what an interrupted creation left. Called with the lock held.
fn clear_unfinished(folder: &Path) -> io::Result<()> {
    for suffix in ["", "-journal", "-wal", "-shm"] {
        match fs::remove_file(folder.join(format!("{UNFINISHED}{suffix}"))) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
            _ => {}
        }
    }
    Ok(())
}

/// SQLite gives the files beside its own the same permissions.
fn new_private_file(path: &Path) -> io::Result<()> {
    OpenOptions::new().create_new(true).write(true).mode(0o600).open(path).map(drop)
}

fn told(folder: &Path, error: ShelfError) -> VaultError {
    let folder = folder.to_owned();
    match error {
        ShelfError::Full(_) => VaultError::DiskFull(error),
        ShelfError::Damaged(_) => VaultError::FileDamaged { folder, source: error },
        ShelfError::Storage(_) => VaultError::Storage { folder, source: error },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const PASSPHRASE: &str = "one two three four five six";

    fn batch(records: &[(&str, Option<&str>)]) -> Batch {
        let record = |(name, value): &(&str, Option<&str>)| {
            ((*name).to_owned(), value.map(|value| value.as_bytes().to_vec()))
        };
        Batch { records: records.iter().map(record).collect() }
    }

    fn create(folder: &Path) -> Vault {
        Vault::create(folder, PASSPHRASE, Cost::Least, &batch(&[("a", Some("1")), ("b", Some("2"))]))
            .expect("created")
    }

    fn texts(vault: &Vault) -> Vec<(String, String)> {
        let text = |bytes: &[u8]| String::from_utf8(bytes.to_vec()).expect("a text");
        vault.load().expect("loaded").iter().map(|(name, value)| (name.clone(), text(value))).collect()
    }

    fn pairs(expected: &[(&str, &str)]) -> Vec<(String, String)> {
        expected.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
    }

    #[test]
    fn keeps_records_over_a_restart() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("deep/vault");
        let mut vault = create(&path);
        vault.commit(&batch(&[("a", None), ("c", Some("3"))])).expect("committed");
        assert_eq!(texts(&vault), pairs(&[("b", "2"), ("c", "3")]));
        drop(vault);
        let vault = Vault::unlock(&path, PASSPHRASE).expect("unlocked");
        assert_eq!(texts(&vault), pairs(&[("b", "2"), ("c", "3")]));
    }

    #[test]
    fn only_its_owner_can_read_the_folder() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("vault");
        let vault = create(&path);
        let mode = |path: &Path| fs::metadata(path).expect("there").permissions().mode() & 0o777;
        assert_eq!(mode(&path), 0o700);
        for entry in fs::read_dir(&path).expect("listed") {
            let path = entry.expect("an entry").path();
            assert_eq!(mode(&path), 0o600, "{}", path.display());
        }
        drop(vault);
    }

    #[test]
    fn one_process_at_a_time() {
        let folder = tempfile::tempdir().expect("a folder");
        let vault = create(folder.path());
        let second = Vault::unlock(folder.path(), PASSPHRASE).expect_err("locked");
        assert!(matches!(second, VaultError::InUse(_)));
        assert!(second.to_string().starts_with("This vault is in use by another bystand (close it first)"));
        drop(vault);
        Vault::unlock(folder.path(), PASSPHRASE).expect("free again");
    }

    #[test]
    fn a_program_that_is_just_being_started_does_not_keep_the_lock() {
        let folder = tempfile::tempdir().expect("a folder");
        let held = lock(folder.path()).expect("free");
        let with_the_program = held.0.try_clone().expect("a second handle, as a fork has it");
        drop(held);
        drop(lock(folder.path()).expect("free again"));
        drop(with_the_program);
    }

    #[test]
    fn a_wrong_passphrase_ten_times_locks_nothing() {
        let folder = tempfile::tempdir().expect("a folder");
        drop(create(folder.path()));
        for _ in 0..10 {
            let error = Vault::unlock(folder.path(), "six five four three two one").expect_err("wrong");
            assert!(matches!(error, VaultError::WrongPassphrase));
        }
        Vault::unlock(folder.path(), PASSPHRASE).expect("the right one still opens");
    }

    #[test]
    fn the_passphrase_changes_and_the_records_stay() {
        let folder = tempfile::tempdir().expect("a folder");
        let mut vault = create(folder.path());
        vault.change_passphrase("another one of six words now", Cost::Least).expect("changed");
        drop(vault);
        assert!(matches!(Vault::unlock(folder.path(), PASSPHRASE), Err(VaultError::WrongPassphrase)));
        let vault = Vault::unlock(folder.path(), "another one of six words now").expect("unlocked");
        assert_eq!(texts(&vault), pairs(&[("a", "1"), ("b", "2")]));
    }

    #[test]
    fn a_half_made_vault_is_no_vault_and_is_cleared() {
        let folder = tempfile::tempdir().expect("a folder");
        fs::write(folder.path().join(UNFINISHED), b"half a file").expect("written");
        fs::write(folder.path().join(format!("{UNFINISHED}-journal")), b"half a journal").expect("written");
        assert!(matches!(Vault::unlock(folder.path(), PASSPHRASE), Err(VaultError::Missing(_))));
        assert!(!folder.path().join(UNFINISHED).exists());
        fs::write(folder.path().join(UNFINISHED), b"half a file").expect("written");
        assert_eq!(texts(&create(folder.path())), pairs(&[("a", "1"), ("b", "2")]));
    }

    #[test]
    fn creation_spares_what_is_there() {
        let folder = tempfile::tempdir().expect("a folder");
        drop(create(folder.path()));
        let again = Vault::create(folder.path(), PASSPHRASE, Cost::Least, &Batch::default());
        assert!(matches!(again, Err(VaultError::Exists(_))));
        let other = tempfile::tempdir().expect("a folder");
        fs::write(other.path().join("photo.jpg"), b"x").expect("written");
        let beside = Vault::create(other.path(), PASSPHRASE, Cost::Least, &Batch::default());
        assert!(matches!(beside, Err(VaultError::NotEmpty(_))));
        let missing = Vault::unlock(&other.path().join("none"), PASSPHRASE);
        assert!(matches!(missing, Err(VaultError::Missing(_))));
    }

    #[test]
    fn a_changed_record_is_counted_and_said() {
        let folder = tempfile::tempdir().expect("a folder");
        let mut vault = create(folder.path());
        let key = vault.key.record_key("a").to_vec();
        vault.shelf.apply(&BTreeMap::from([(key, Some(vec![0; 64]))])).expect("changed");
        let error = vault.load().expect_err("damaged");
        assert!(matches!(error, VaultError::RecordsDamaged { lost: 1, total: 2, .. }));
        assert!(error.to_string().contains("join anew"));
    }

    #[test]
    fn a_damaged_page_is_told_from_a_wrong_passphrase() {
        let folder = tempfile::tempdir().expect("a folder");
        let mut vault = create(folder.path());
        let large = Batch { records: BTreeMap::from([("large".to_owned(), Some(vec![9; 100_000]))]) };
        vault.commit(&large).expect("committed");
        drop(vault);
        let file = folder.path().join(FILE);
        let whole = fs::read(&file).expect("read");
        // Every page in turn: whatever is hit, what is wrong is said, and nothing is made up.
        let mut seen = [0; 3];
        for page in 0..whole.len() / 4096 {
            let mut bytes = whole.clone();
            bytes[page * 4096..(page + 1) * 4096].fill(0xa5);
            fs::write(&file, &bytes).expect("written");
            match Vault::unlock(folder.path(), PASSPHRASE).and_then(|vault| vault.load()) {
                Err(VaultError::FileDamaged { .. }) => seen[0] += 1,
                Err(VaultError::RecordsDamaged { .. }) => seen[1] += 1,
                Err(VaultError::HeaderDamaged(_)) => seen[2] += 1,
                other => panic!("page {page}: {other:?}"),
            }
        }
        assert!(seen[0] > 0, "{seen:?}");
        fs::write(&file, &whole).expect("written");
        assert_eq!(
            Vault::unlock(folder.path(), PASSPHRASE).expect("whole again").load().expect("loaded").len(),
            3
        );
    }
}
