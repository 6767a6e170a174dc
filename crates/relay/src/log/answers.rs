//! Log entries with the proofs that they are in the tree of the checkpoint beside them.

use bystand_crypto::tree;
use bystand_wire::relay_api::{LogEntries, LogEntry, LogKind, LoggedEntry, Network};
use bystand_wire::{Hash32, NetworkId, Timestamp, limits};

use super::{ReadSource, broken};
use crate::store::{LogQuery, LogRead, Reader, Stored};

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

/// Entries with their proofs and the growth of the tree since `from`; none before the first checkpoint.
pub fn entries(
    reader: &mut dyn Reader,
    what: LogQuery,
    from: Option<u64>,
    now: Timestamp,
) -> Stored<Option<LogEntries>> {
    let Some(mut read) = reader.log(what, limits::READ_FRAMES, limits::READ_LEN, now)? else {
        return Ok(None);
    };
    let consistency = match from {
        Some(from) => consistency(from, read.size, reader)?,
        None => Vec::new(),
    };
    let entries = logged_entries(&mut read, reader)?;
    let last = entries.last().filter(|_| read.more);
    let read_to = last.map_or(read.size, |last| last.index.saturating_add(1));
    Ok(Some(LogEntries { entries, checkpoint: read.checkpoint, consistency, read_to }))
}

/// The newest manifest and key note; none before the first manifest.
pub fn network(
    reader: &mut dyn Reader,
    id: NetworkId,
    generation: u64,
    now: Timestamp,
) -> Stored<Option<Network>> {
    let Some(mut read) = newest(reader, LogKind::Manifest, now)? else { return Ok(None) };
    let Some(manifest) = logged_entries(&mut read, reader)?.pop() else { return Ok(None) };
    let key_note = key_note(&read, reader, now)?;
    Ok(Some(Network { id, manifest, key_note, checkpoint: read.checkpoint, now, generation }))
}

fn newest(reader: &mut dyn Reader, kind: LogKind, now: Timestamp) -> Stored<Option<LogRead>> {
    reader.log(LogQuery::Newest(kind), 1, limits::READ_LEN, now)
}

/// The newest key note, with its path to the same checkpoint as the manifest. One that was logged
/// between the two reads is left for the next answer.
fn key_note(manifest: &LogRead, reader: &mut dyn Reader, now: Timestamp) -> Stored<Option<LoggedEntry>> {
    let Some(mut read) = newest(reader, LogKind::KeyNote, now)? else { return Ok(None) };
    read.size = manifest.size;
    read.texts.retain(|text| text.index < manifest.size);
    Ok(logged_entries(&mut read, reader)?.pop())
}

/// The proof that the tree grew out of an earlier one; none when that one is not smaller.
pub fn consistency(from: u64, size: u64, reader: &mut dyn Reader) -> Stored<Vec<Hash32>> {
    if from >= size {
        return Ok(Vec::new());
    }
    tree::prove_consistency(from, size, &ReadSource::new(reader)).map_err(broken)
}
