//! The vault over IndexedDB: the same sealed records as natively.
//!
//! Beside the header lies, in the clear, how often a wrong passphrase was tried, and after how many the owner wants
//! the vault's key to be erased. Each try is counted before it is made.

use std::collections::BTreeMap;

use bystand_core::io::{Batch, Random};
use bystand_crypto::vault::{self as sealed, Stretched, VaultHeader, VaultKey, VaultParams};
use bystand_wire::{decode, encode};
use minicbor::{Decode, Encode};
use rand_core::{Rng, SeedableRng};

use super::shelf::{Shelf, ShelfError, key_of};
use super::worker::Works;

const HEADER: &str = "header";
const GUARD: &str = "guard";
const OPEN_KEY: &str = "key";
/// Wrong tries after which the next one has to wait, twice as long each time.
const FREE_TRIES: u32 = 3;
/// The longest such wait, in milliseconds.
const LONGEST_WAIT_MS: u64 = 60_000;

/// Opened records by their names.
pub type Records = BTreeMap<String, Vec<u8>>;

/// Why a vault was not opened, or not written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum VaultError {
    /// There is none.
    Missing,
    /// Not the passphrase; and how many tries are left before the key is erased, if the owner chose so.
    WrongPassphrase(Option<u32>),
    /// Too many wrong passphrases: its key is erased, as the owner wished.
    Erased,
    /// Too little memory for the passphrase now.
    Memory,
    /// Written by a newer version.
    Newer,
    /// Damaged: so many of so many records cannot be read.
    Damaged(usize, usize),
    /// The browser.
    Shelf(ShelfError),
    /// The browser gives no randomness.
    Randomness,
}

impl From<ShelfError> for VaultError {
    fn from(error: ShelfError) -> Self {
        VaultError::Shelf(error)
    }
}

impl VaultError {
    /// Stable; also the end of the id of the text that says it.
    pub fn code(&self) -> &'static str {
        match self {
            VaultError::Missing => "vault-missing",
            VaultError::WrongPassphrase(_) => "vault-wrong-passphrase",
            VaultError::Erased => "vault-erased",
            VaultError::Memory => "vault-memory",
            VaultError::Newer => "vault-newer",
            VaultError::Damaged(..) => "vault-damaged",
            VaultError::Shelf(ShelfError::Full) => "storage-full",
            VaultError::Shelf(ShelfError::Unavailable) => "storage-unavailable",
            VaultError::Shelf(ShelfError::Storage(_)) => "storage-failed",
            VaultError::Randomness => "no-randomness",
        }
    }
}

/// Wrong tries, and what they lead to.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct Guard {
    /// Since the last right one.
    #[n(0)]
    pub wrong: u32,
    /// After so many the key is erased.
    #[n(1)]
    pub erase_after: Option<u32>,
}

impl Guard {
    /// How long the next try has to wait, in milliseconds.
    pub fn wait_ms(&self) -> u64 {
        match self.wrong.checked_sub(FREE_TRIES) {
            None => 0,
            Some(over) => 1_000_u64.checked_shl(over.min(16)).unwrap_or(u64::MAX).min(LONGEST_WAIT_MS),
        }
    }
}

/// An open vault.
#[derive(Debug)]
pub struct Vault {
    shelf: Shelf,
    key: VaultKey,
    rng: Random,
    /// What goes onto the shelf with the first records.
    first: Changes,
}

/// What lies on the shelf, or is taken off it.
type Changes = BTreeMap<String, Option<Vec<u8>>>;

/// A generator seeded from the browser.
///
/// # Errors
/// When it gives no randomness.
pub fn browser_random() -> Result<Random, VaultError> {
    let mut seed = [0; 32];
    getrandom::fill(&mut seed).map_err(|_| VaultError::Randomness)?;
    Ok(Random::from_seed(seed))
}

impl Vault {
    /// Whether there is a vault of this name, with how it is guarded.
    ///
    /// # Errors
    /// [`VaultError`].
    pub async fn look(name: &str) -> Result<Option<Guard>, VaultError> {
        let shelf = Shelf::open(name).await?;
        let Some(_) = shelf.one(HEADER).await? else { return Ok(None) };
        Ok(Some(guard(&shelf).await?))
    }

    /// Makes a vault with its first records, all at once.
    ///
    /// # Errors
    /// [`VaultError`]; then there is none.
    pub async fn create(
        name: &str,
        passphrase: &str,
        works: &Works,
        first: &Batch,
    ) -> Result<Self, VaultError> {
        let mut rng = browser_random()?;
        let params = VaultParams::minimum(&mut rng);
        let stretched = works.stretch(passphrase, &params).await.ok_or(VaultError::Memory)?;
        let (header, key) =
            sealed::create_stretched(&stretched, params, &mut rng).map_err(|_| VaultError::Memory)?;
        let mut vault = Self { shelf: Shelf::open(name).await?, key, rng, first: Changes::new() };
        let mut changes = vault.sealed(first);
        changes.insert(HEADER.to_owned(), Some(header.to_bytes()));
        changes.insert(GUARD.to_owned(), Some(encode(&Guard::default())));
        vault.shelf.apply(&changes).await?;
        Ok(vault)
    }

    /// Opens a vault.
    ///
    /// # Errors
    /// [`VaultError`].
    pub async fn unlock(name: &str, passphrase: &str, works: &Works) -> Result<Self, VaultError> {
        let shelf = Shelf::open(name).await?;
        let header = shelf.one(HEADER).await?.ok_or(VaultError::Missing)?;
        let header = VaultHeader::from_bytes(&header).map_err(|error| read_error(&error))?;
        let guard = guard(&shelf).await?;
        let counted = Guard { wrong: guard.wrong.saturating_add(1), ..guard };
        set_guard(&shelf, counted).await?;
        let stretched = works.stretch(passphrase, header.params()).await.ok_or(VaultError::Memory)?;
        match sealed::unlock_stretched(&header, &stretched) {
            Ok(key) => {
                set_guard(&shelf, Guard { wrong: 0, ..guard }).await?;
                Ok(Self { shelf, key, rng: browser_random()?, first: Changes::new() })
            }
            Err(sealed::VaultError::WrongPassphrase) => match counted.erase_after {
                Some(most) if counted.wrong >= most => {
                    shelf.apply(&BTreeMap::from([(HEADER.to_owned(), None)])).await?;
                    drop(shelf);
                    Shelf::delete(name).await?;
                    Err(VaultError::Erased)
                }
                most => Err(VaultError::WrongPassphrase(most.map(|most| most - counted.wrong))),
            },
            Err(error) => Err(read_error(&error)),
        }
    }

    /// Opens a vault whose key lies beside it, and makes one if there is none. Nothing is written before the first record.
    ///
    /// This is for a neighbor's report, for which nobody chooses a passphrase. It keeps a report from being read in
    /// passing, and lets all of it be forgotten at once with the key ([`Vault::forget`]). Whoever has the unlocked phone,
    /// or a copy of its disk, can read it. A browser may also keep erased bytes on the disk for a while, the key among
    /// them.
    ///
    /// # Errors
    /// [`VaultError`].
    pub async fn open_unlocked(name: &str) -> Result<Self, VaultError> {
        let shelf = Shelf::open(name).await?;
        let lies = (shelf.one(HEADER).await?, shelf.one(OPEN_KEY).await?);
        if let (Some(header), Some(key)) = lies
            && let Ok(key) = <[u8; 32]>::try_from(key)
        {
            let header = VaultHeader::from_bytes(&header).map_err(|error| read_error(&error))?;
            let key = sealed::unlock_stretched(&header, &Stretched::from_bytes(key));
            let key = key.map_err(|error| read_error(&error))?;
            return Ok(Self { shelf, key, rng: browser_random()?, first: Changes::new() });
        }
        let (key, first, rng) = unlocked_key()?;
        Ok(Self { shelf, key, rng, first })
    }

    /// Whether an unlocked vault has ever been written to since it was made or forgotten.
    pub fn holds_something(&self) -> bool {
        self.first.is_empty()
    }

    /// Forgets everything in an unlocked vault, its key too. What comes next is sealed with another one.
    ///
    /// # Errors
    /// [`VaultError`]; then nothing is forgotten.
    pub async fn forget(&mut self) -> Result<(), VaultError> {
        let lies = self.shelf.all().await?;
        if !lies.is_empty() {
            self.shelf.apply(&lies.into_iter().map(|(key, _)| (key, None)).collect()).await?;
        }
        (self.key, self.first, self.rng) = unlocked_key()?;
        Ok(())
    }

    /// All records, each opened.
    ///
    /// # Errors
    /// [`VaultError::Damaged`] when anything is lost.
    pub async fn load(&self) -> Result<Records, VaultError> {
        let stored = self.shelf.all().await?;
        let (mut records, mut lost, mut total) = (Records::new(), 0, 0);
        for (key, bytes) in
            stored.iter().filter(|(key, _)| ![HEADER, GUARD, OPEN_KEY].contains(&key.as_str()))
        {
            total += 1;
            let place = bystand_wire::from_hex(key).and_then(|key| <[u8; 32]>::try_from(key).ok());
            match place.map(|place| self.key.open_record(&place, bytes)) {
                Some(Ok((name, mut value))) => drop(records.insert(name, std::mem::take(&mut *value))),
                Some(Err(_)) | None => lost += 1,
            }
        }
        if lost == 0 { Ok(records) } else { Err(VaultError::Damaged(lost, total)) }
    }

    /// Makes a batch durable.
    ///
    /// # Errors
    /// [`VaultError`]; then nothing has changed.
    pub async fn commit(&mut self, batch: &Batch) -> Result<(), VaultError> {
        let mut changes = self.sealed(batch);
        changes.extend(self.first.clone());
        self.shelf.apply(&changes).await?;
        self.first.clear();
        Ok(())
    }

    /// How the vault is guarded.
    ///
    /// # Errors
    /// [`VaultError`].
    pub async fn guard(&self) -> Result<Guard, VaultError> {
        guard(&self.shelf).await
    }

    /// After how many wrong passphrases the key is erased; `None` for never.
    ///
    /// # Errors
    /// [`VaultError`].
    pub async fn erase_after(&self, most: Option<u32>) -> Result<(), VaultError> {
        set_guard(&self.shelf, Guard { wrong: 0, erase_after: most }).await
    }

    /// Seals the records' key under a new passphrase.
    ///
    /// # Errors
    /// [`VaultError`]; then the old passphrase still counts.
    pub async fn change_passphrase(&mut self, new: &str) -> Result<(), VaultError> {
        let params = VaultParams::minimum(&mut self.rng);
        let header = self.key.rewrap(new, params, &mut self.rng).map_err(|error| read_error(&error))?;
        Ok(self.shelf.apply(&BTreeMap::from([(HEADER.to_owned(), Some(header.to_bytes()))])).await?)
    }

    /// Erases a vault: its key first, then everything.
    ///
    /// # Errors
    /// [`VaultError`].
    pub async fn erase(name: &str) -> Result<(), VaultError> {
        let shelf = Shelf::open(name).await?;
        shelf.apply(&BTreeMap::from([(HEADER.to_owned(), None)])).await?;
        drop(shelf);
        Ok(Shelf::delete(name).await?)
    }

    fn sealed(&mut self, batch: &Batch) -> BTreeMap<String, Option<Vec<u8>>> {
        let seal = |(name, value): (&String, &Option<Vec<u8>>)| {
            let sealed = value.as_ref().map(|value| self.key.seal_record(name, &mut self.rng, value));
            (key_of(&self.key.record_key(name)), sealed)
        };
        batch.records.iter().map(seal).collect()
    }
}

/// A new key with what makes it lie beside the records.
fn unlocked_key() -> Result<(VaultKey, Changes, Random), VaultError> {
    let mut rng = browser_random()?;
    let mut seed = [0; 32];
    rng.fill_bytes(&mut seed);
    let params = VaultParams::minimum(&mut rng);
    let (header, key) = sealed::create_stretched(&Stretched::from_bytes(seed), params, &mut rng)
        .map_err(|error| read_error(&error))?;
    let first = [(HEADER, header.to_bytes()), (OPEN_KEY, seed.to_vec())];
    Ok((key, first.map(|(name, bytes)| (name.to_owned(), Some(bytes))).into(), rng))
}

async fn guard(shelf: &Shelf) -> Result<Guard, VaultError> {
    Ok(shelf.one(GUARD).await?.and_then(|bytes| decode(&bytes).ok()).unwrap_or_default())
}

async fn set_guard(shelf: &Shelf, guard: Guard) -> Result<(), VaultError> {
    Ok(shelf.apply(&BTreeMap::from([(GUARD.to_owned(), Some(encode(&guard)))])).await?)
}

fn read_error(error: &sealed::VaultError) -> VaultError {
    match error {
        sealed::VaultError::WrongPassphrase => VaultError::WrongPassphrase(None),
        sealed::VaultError::Newer(_) => VaultError::Newer,
        sealed::VaultError::Memory => VaultError::Memory,
        sealed::VaultError::Damaged(_) | sealed::VaultError::Cost => VaultError::Damaged(1, 1),
    }
}
