//! Tiles: pieces of the tree that never change once full, so that any web server or cache can hold
//! them (c2sp.org/tlog-tiles).

use bystand_crypto::tree::{TileId, TreeError};
use bystand_wire::relay_api::LogLeaf;
use bystand_wire::{encode, problem::Code};

use super::{ReadSource, broken};
use crate::rules::Refusal;
use crate::store::{Reader, Stored};

const NO_TILE: Refusal = Refusal::new(Code::NotFound, "The log has no such tile.");

/// A bundle of the log's entries: `entries/<N>[.p/<W>]`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct EntriesTile {
    /// The first leaf in it.
    pub first: u64,
    /// How many.
    pub width: u32,
}

impl EntriesTile {
    /// Reads the part of the path after `entries/`.
    pub fn from_path(path: &str) -> Option<Self> {
        // The same form as a tile of hashes at level 0, which has one hash for each entry.
        TileId::from_path(&format!("0/{path}")).ok()?;
        let (number, width) = path.split_once(".p/").unwrap_or((path, "256"));
        let digits: String = number.chars().filter(char::is_ascii_digit).collect();
        let index: u64 = digits.parse().ok()?;
        Some(Self { first: index.checked_mul(256)?, width: width.parse().ok()? })
    }
}

/// The bytes of a tile of hashes.
pub fn tile_bytes(path: &str, size: u64, reader: &mut dyn Reader) -> Stored<Result<Vec<u8>, Refusal>> {
    let Ok(tile) = TileId::from_path(path) else { return Ok(Err(NO_TILE)) };
    match tile.bytes(size, &ReadSource::new(reader)) {
        Ok(bytes) => Ok(Ok(bytes)),
        Err(TreeError::OutOfRange) => Ok(Err(NO_TILE)),
        Err(error @ (TreeError::BadProof | TreeError::Miscounted | TreeError::Source(_))) => {
            Err(broken(error))
        }
    }
}

/// The bytes of a bundle of entries: each a big-endian `u16` length and the leaf's data.
pub fn entries_bytes(
    tile: EntriesTile,
    size: u64,
    reader: &mut dyn Reader,
) -> Stored<Result<Vec<u8>, Refusal>> {
    if tile.first.saturating_add(u64::from(tile.width)) > size {
        return Ok(Err(NO_TILE));
    }
    let mut bytes = Vec::new();
    for (kind, body_hash) in reader.log_leaves(tile.first, tile.width)? {
        let leaf = encode(&LogLeaf { kind, body_hash });
        bytes.extend_from_slice(&u16::try_from(leaf.len()).unwrap_or(u16::MAX).to_be_bytes());
        bytes.extend_from_slice(&leaf);
    }
    Ok(Ok(bytes))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn entry_bundles_are_named_like_tiles() {
        let tile = |first, width| Some(EntriesTile { first, width });
        for (path, expected) in [
            ("000", tile(0, 256)),
            ("001.p/7", tile(256, 7)),
            ("x001/234", tile(1234 * 256, 256)),
            ("x001/234.p/255", tile(1234 * 256, 255)),
            ("001.p/256", None),
            ("001.p/0", None),
            ("1", None),
            ("x000/001", None),
            ("../000", None),
            ("", None),
        ] {
            assert_eq!(EntriesTile::from_path(path), expected, "{path}");
        }
    }
}
