//! Log entries with the proofs that they are in the tree of the checkpoint beside them.

use bystand_crypto::tree;
use bystand_wire::Hash32;
use bystand_wire::relay_api::{LogEntry, LoggedEntry};

use super::{ReadSource, broken};
use crate::store::{LogRead, Reader, Stored};

/// The texts of a read, each with its audit path.
pub fn logged_entries(read: &mut LogRead, reader: &mut dyn Reader) -> Stored<Vec<LoggedEntry>> {
    let source = ReadSource::new(reader);
    let size = read.size;
    let prove = |text: crate::store::LogText| {
        let proof = tree::prove_inclusion(text.index, size, &source).map_err(broken)?;
        Ok(LoggedEntry {
            index: text.index,
            at: text.at,
            entry: LogEntry { kind: text.kind, body: text.body },
            proof,
        })
    };
    std::mem::take(&mut read.texts).into_iter().map(prove).collect()
}

/// The proof that the tree grew out of an earlier one; none when that one is not smaller.
pub fn consistency(from: u64, size: u64, reader: &mut dyn Reader) -> Stored<Vec<Hash32>> {
    if from >= size {
        return Ok(Vec::new());
    }
    tree::prove_consistency(from, size, &ReadSource::new(reader)).map_err(broken)
}
