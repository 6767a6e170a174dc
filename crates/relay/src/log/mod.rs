//! The public log: a Merkle tree as in RFC 6962, served as tiles (c2sp.org/tlog-tiles), its head
//! signed as a checkpoint with the time (c2sp.org/tlog-checkpoint). Leaves hold only a kind and a
//! hash; the texts live beside them until they expire.

mod answers;
mod tiles;

use std::cell::RefCell;

use bystand_crypto::notes::{LogKey, LogVerifier, log_name};
use bystand_crypto::sign::SigningKey;
use bystand_crypto::tree::{self, HashSource, TreeError};
use bystand_wire::{Hash32, NetworkId, Timestamp};

pub use self::answers::{consistency, entries, logged_entries, network};
pub use self::tiles::{EntriesTile, entries_bytes, tile_bytes};
use crate::store::{Reader, StoreError, Stored, Tx};

/// Signs checkpoints.
#[derive(Debug)]
pub struct LogSigner(LogKey);

impl LogSigner {
    /// The log key of a network's relay.
    ///
    /// # Errors
    /// When the network's name cannot name a key: a bug.
    pub fn new(network: &NetworkId, key: SigningKey) -> Result<Self, bystand_crypto::notes::NoteError> {
        LogKey::new(&log_name(network), key).map(Self)
    }

    /// With a key that was made for the network's log.
    pub fn from_key(key: LogKey) -> Self {
        Self(key)
    }

    /// What verifies the checkpoints; its text goes into the manifest.
    pub fn verifier(&self) -> LogVerifier {
        self.0.verifier()
    }

    pub(crate) fn checkpoint(&self, size: u64, root: &Hash32, now: Timestamp) -> Stored<String> {
        self.0
            .sign_checkpoint(size, *root, now)
            .map_err(|e| StoreError::Failed(format!("the checkpoint cannot be signed: {e}")))
    }
}

/// Stored hashes inside the writer's transaction.
pub(crate) struct TreeSource<'a>(RefCell<&'a mut dyn Tx>);

impl<'a> TreeSource<'a> {
    pub(crate) fn new(tx: &'a mut dyn Tx) -> Self {
        Self(RefCell::new(tx))
    }
}

impl HashSource for TreeSource<'_> {
    type Error = StoreError;

    fn hashes(&self, indexes: &[u64]) -> Result<Vec<Hash32>, StoreError> {
        self.0.borrow_mut().log_hashes(indexes)
    }
}

/// Stored hashes for readers.
pub(crate) struct ReadSource<'a>(RefCell<&'a mut dyn Reader>);

impl<'a> ReadSource<'a> {
    pub(crate) fn new(reader: &'a mut dyn Reader) -> Self {
        Self(RefCell::new(reader))
    }
}

impl HashSource for ReadSource<'_> {
    type Error = StoreError;

    fn hashes(&self, indexes: &[u64]) -> Result<Vec<Hash32>, StoreError> {
        self.0.borrow_mut().log_hashes(indexes)
    }
}

/// The tree hashes that a new leaf completes, and where the first is stored.
pub(crate) fn completed_hashes(index: u64, leaf: &[u8], tx: &mut dyn Tx) -> Stored<(u64, Vec<Hash32>)> {
    let first = tree::stored_count(index).map_err(|_| damaged())?;
    let hashes =
        tree::hashes_to_store(index, &tree::leaf_hash(leaf), &TreeSource::new(tx)).map_err(broken)?;
    Ok((first, hashes))
}

/// The root of the tree of a size.
pub(crate) fn root(size: u64, tx: &mut dyn Tx) -> Stored<Hash32> {
    tree::root(size, &TreeSource::new(tx)).map_err(broken)
}

fn damaged() -> StoreError {
    StoreError::Damaged("the log's tree is larger than a tree can be".into())
}

/// Inside our own tree every index exists, so anything but the store's own error is damage.
fn broken(error: TreeError<StoreError>) -> StoreError {
    match error {
        TreeError::Source(error) => error,
        TreeError::OutOfRange | TreeError::BadProof | TreeError::Miscounted => damaged(),
    }
}
