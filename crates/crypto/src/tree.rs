//! The public log's Merkle tree: RFC 6962 hashes and proofs, and the tiles in which the relay serves
//! it (c2sp.org/tlog-tiles, height 8). The arithmetic is `tlog_tiles`; what comes from elsewhere is
//! bounded here first, because that library panics on numbers it does not expect.
//!
//! A relay stores each hash once, under its *stored index*: leaves and the inner nodes they
//! complete, in the order they come to be. [`HashSource`] gives them back.

use std::cell::RefCell;

use bystand_wire::Hash32;
use tlog_tiles::{Hash, HashReader, Tile};

/// The most leaves a log can have: 2^40, more than one a second for thirty thousand years.
pub const MAX_SIZE: u64 = 1 << 40;
/// The longest proof that is looked at, in hashes.
pub const MAX_PROOF: usize = 64;
/// Height of a tile: a full one has 256 hashes.
const TILE_HEIGHT: u8 = 8;
/// Hashes in a full tile.
const TILE_WIDTH: u32 = 1 << TILE_HEIGHT;
/// The highest level a tile can have below [`MAX_SIZE`].
const MAX_LEVEL: u8 = 5;

/// Why a proof does not count, or a part of the tree cannot be given.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum TreeError<E = std::convert::Infallible> {
    /// A size, index or tile that does not exist in the tree.
    #[error("no such leaf, tree or tile")]
    OutOfRange,
    /// The proof does not lead to the root.
    #[error("the proof does not hold")]
    BadProof,
    /// The store failed, or has fewer hashes than it should.
    #[error("the stored hashes cannot be read")]
    Source(#[source] E),
    /// The store gave another number of hashes than it was asked for: our bug.
    #[error("the store gave another number of hashes than asked for")]
    Miscounted,
}

impl<E> TreeError<E> {
    /// The stable code.
    pub fn code(&self) -> &'static str {
        match self {
            TreeError::OutOfRange => "tree-out-of-range",
            TreeError::BadProof => "tree-bad-proof",
            TreeError::Source(_) => "tree-source",
            TreeError::Miscounted => "tree-miscounted",
        }
    }
}

/// Where the stored hashes are kept.
pub trait HashSource {
    /// How reading fails.
    type Error;

    /// The hashes at these stored indexes, in the same order and number. All lie below
    /// [`stored_count`] of the tree's size.
    ///
    /// # Errors
    /// When one cannot be read.
    fn hashes(&self, indexes: &[u64]) -> Result<Vec<Hash32>, Self::Error>;
}

/// Hash of a leaf's data: `SHA-256(0x00 || data)`.
pub fn leaf_hash(data: &[u8]) -> Hash32 {
    Hash32(tlog_tiles::record_hash(data).0)
}

/// Hash of an inner node: `SHA-256(0x01 || left || right)`.
pub fn node_hash(left: &Hash32, right: &Hash32) -> Hash32 {
    Hash32(tlog_tiles::node_hash(Hash(left.0), Hash(right.0)).0)
}

/// Root of the tree without leaves: SHA-256 of nothing.
pub fn empty_root() -> Hash32 {
    Hash32(tlog_tiles::EMPTY_HASH.0)
}

/// Checks an audit path (RFC 6962 §2.1.1): that leaf `index` of the tree of `size` with `root` has this
/// hash.
///
/// # Errors
/// [`TreeError::OutOfRange`], [`TreeError::BadProof`].
pub fn verify_inclusion(
    leaf: &Hash32,
    index: u64,
    size: u64,
    proof: &[Hash32],
    root: &Hash32,
) -> Result<(), TreeError> {
    check_size(size)?;
    if index >= size {
        return Err(TreeError::OutOfRange);
    }
    let proof = library_proof(proof)?;
    tlog_tiles::check_record(&proof, size, Hash(root.0), index, Hash(leaf.0)).map_err(|_| TreeError::BadProof)
}

/// Checks a consistency proof (RFC 6962 §2.1.2): that the tree of `new_size` begins with the tree of
/// `old_size`. The empty tree begins every tree, without proof.
///
/// # Errors
/// [`TreeError::OutOfRange`] when the old tree is the larger, [`TreeError::BadProof`].
pub fn verify_consistency(
    old_size: u64,
    old_root: &Hash32,
    new_size: u64,
    new_root: &Hash32,
    proof: &[Hash32],
) -> Result<(), TreeError> {
    check_size(new_size)?;
    if old_size > new_size {
        return Err(TreeError::OutOfRange);
    }
    if old_size == 0 {
        let holds = proof.is_empty() && *old_root == empty_root() && (new_size > 0 || new_root == old_root);
        return if holds { Ok(()) } else { Err(TreeError::BadProof) };
    }
    let proof = library_proof(proof)?;
    tlog_tiles::check_tree(&proof, new_size, Hash(new_root.0), old_size, Hash(old_root.0))
        .map_err(|_| TreeError::BadProof)
}

/// How many hashes a tree of `size` leaves has stored.
///
/// # Errors
/// [`TreeError::OutOfRange`].
pub fn stored_count(size: u64) -> Result<u64, TreeError> {
    check_size(size)?;
    Ok(tlog_tiles::stored_hash_count(size))
}

/// The hashes to store when leaf `index` is added to a tree of `index` leaves: the leaf's and those
/// of the inner nodes it completes. The first goes to stored index [`stored_count`]`(index)`, the
/// others follow.
///
/// # Errors
/// [`TreeError`].
pub fn hashes_to_store<S: HashSource>(
    index: u64,
    leaf: &Hash32,
    source: &S,
) -> Result<Vec<Hash32>, TreeError<S::Error>> {
    check_size(index.saturating_add(1))?;
    let reader = Reader::new(source);
    let hashes = tlog_tiles::stored_hashes_for_record_hash(index, Hash(leaf.0), &reader);
    reader.finish(hashes).map(ours)
}

/// The root of the tree of the first `size` leaves.
///
/// # Errors
/// [`TreeError`].
pub fn root<S: HashSource>(size: u64, source: &S) -> Result<Hash32, TreeError<S::Error>> {
    check_size(size)?;
    let reader = Reader::new(source);
    let root = tlog_tiles::tree_hash(size, &reader);
    reader.finish(root).map(|hash| Hash32(hash.0))
}

/// The audit path of leaf `index` in the tree of `size`.
///
/// # Errors
/// [`TreeError`].
pub fn prove_inclusion<S: HashSource>(
    index: u64,
    size: u64,
    source: &S,
) -> Result<Vec<Hash32>, TreeError<S::Error>> {
    check_size(size)?;
    if index >= size {
        return Err(TreeError::OutOfRange);
    }
    let reader = Reader::new(source);
    let proof = tlog_tiles::prove_record(size, index, &reader);
    reader.finish(proof).map(ours)
}

/// The proof that the tree of `new_size` begins with the tree of `old_size`; empty for the empty tree.
///
/// # Errors
/// [`TreeError`].
pub fn prove_consistency<S: HashSource>(
    old_size: u64,
    new_size: u64,
    source: &S,
) -> Result<Vec<Hash32>, TreeError<S::Error>> {
    check_size(new_size)?;
    if old_size > new_size {
        return Err(TreeError::OutOfRange);
    }
    if old_size == 0 {
        return Ok(Vec::new());
    }
    let reader = Reader::new(source);
    let proof = tlog_tiles::prove_tree(new_size, old_size, &reader);
    reader.finish(proof).map(ours)
}

/// A tile: up to 256 neighboring hashes of one level of the tree (every eighth level has tiles).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct TileId {
    level: u8,
    index: u64,
    width: u32,
}

impl TileId {
    /// Reads a path as it stands in the address: `<level>/<index>` or, for a tile that is not full,
    /// `<level>/<index>.p/<width>`; the index in groups of three digits, all but the last with an `x`
    /// in front (`x001/x234/067`).
    ///
    /// # Errors
    /// [`TreeError::OutOfRange`] for everything else.
    pub fn from_path(path: &str) -> Result<Self, TreeError> {
        // The longest is that of leaf 2^40: far below this.
        if path.len() > 40 {
            return Err(TreeError::OutOfRange);
        }
        Self::read(path).filter(|tile| tile.path() == path).ok_or(TreeError::OutOfRange)
    }

    /// The path, without what stands before the level.
    pub fn path(&self) -> String {
        let full = self.library().path();
        full.strip_prefix("tile/8/").unwrap_or_default().to_owned()
    }

    /// The tile's bytes: its hashes one after another. Whether it is served as a part (`width` below
    /// 256) is in its path; a full tile never changes.
    ///
    /// # Errors
    /// [`TreeError::OutOfRange`] when the tree of `size` does not have all of it.
    pub fn bytes<S: HashSource>(&self, size: u64, source: &S) -> Result<Vec<u8>, TreeError<S::Error>> {
        check_size(size)?;
        let level_size = size >> (TILE_HEIGHT * self.level);
        let end = (self.index << TILE_HEIGHT) + u64::from(self.width);
        if end > level_size {
            return Err(TreeError::OutOfRange);
        }
        let reader = Reader::new(source);
        let bytes = self.library().read_data(&reader);
        reader.finish(bytes)
    }

    /// The tiles that a tree of `size` has and a tree of `old_size` had not: at each level the last one
    /// may be partial. At most one million at once.
    ///
    /// # Errors
    /// [`TreeError::OutOfRange`].
    pub fn added(old_size: u64, size: u64) -> Result<Vec<TileId>, TreeError> {
        check_size(size)?;
        if old_size > size || (size - old_size) >> TILE_HEIGHT > 1_000_000 {
            return Err(TreeError::OutOfRange);
        }
        let tiles = Tile::new_tiles(TILE_HEIGHT, old_size, size);
        let tile = |t: Tile| TileId { level: t.level(), index: t.level_index(), width: t.width() };
        Ok(tiles.into_iter().map(tile).collect())
    }

    fn read(path: &str) -> Option<Self> {
        let (level, rest) = path.split_once('/')?;
        let level: u8 = level.parse().ok().filter(|level| *level <= MAX_LEVEL)?;
        let (number, width) = match rest.split_once(".p/") {
            Some((number, width)) => {
                (number, width.parse().ok().filter(|width| (1..TILE_WIDTH).contains(width))?)
            }
            None => (rest, TILE_WIDTH),
        };
        let mut index = 0_u64;
        for group in number.split('/') {
            let group: u64 = group.strip_prefix('x').unwrap_or(group).parse().ok()?;
            index = index.checked_mul(1000)?.checked_add(group)?;
        }
        let last = (index << TILE_HEIGHT) >> TILE_HEIGHT == index && index <= MAX_SIZE;
        last.then_some(Self { level, index, width })
    }

    fn library(&self) -> Tile {
        Tile::new(TILE_HEIGHT, self.level, self.index, self.width, false)
    }
}

fn check_size<E>(size: u64) -> Result<(), TreeError<E>> {
    if size <= MAX_SIZE { Ok(()) } else { Err(TreeError::OutOfRange) }
}

fn library_proof(proof: &[Hash32]) -> Result<Vec<Hash>, TreeError> {
    if proof.len() > MAX_PROOF {
        return Err(TreeError::BadProof);
    }
    Ok(proof.iter().map(|hash| Hash(hash.0)).collect())
}

fn ours(hashes: Vec<Hash>) -> Vec<Hash32> {
    hashes.into_iter().map(|hash| Hash32(hash.0)).collect()
}

/// Lends a [`HashSource`] to the library and keeps the source's own error, for which the library has
/// no room. The library panics when it gets another number of hashes than it asked for, so that is
/// checked here.
struct Reader<'a, S: HashSource> {
    source: &'a S,
    failure: RefCell<Option<TreeError<S::Error>>>,
}

impl<'a, S: HashSource> Reader<'a, S> {
    fn new(source: &'a S) -> Self {
        Self { source, failure: RefCell::new(None) }
    }

    fn finish<T>(self, result: Result<T, tlog_tiles::Error>) -> Result<T, TreeError<S::Error>> {
        let failure = self.failure.into_inner();
        result.map_err(|_| failure.unwrap_or(TreeError::OutOfRange))
    }
}

impl<S: HashSource> HashReader for Reader<'_, S> {
    fn read_hashes(&self, indexes: &[u64]) -> Result<Vec<Hash>, tlog_tiles::Error> {
        let failure = match self.source.hashes(indexes) {
            Ok(hashes) if hashes.len() == indexes.len() => {
                return Ok(hashes.into_iter().map(|hash| Hash(hash.0)).collect());
            }
            Ok(_) => TreeError::Miscounted,
            Err(error) => TreeError::Source(error),
        };
        *self.failure.borrow_mut() = Some(failure);
        Err(tlog_tiles::Error::IndexesNotInTree)
    }
}

#[cfg(test)]
mod tests;
