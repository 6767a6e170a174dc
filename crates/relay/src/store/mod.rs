//! What the relay keeps, behind two small traits: a [`Store`] that one thread writes through, in
//! transactions, and a [`Reader`] for everybody else. The conformance suite in
//! `tests/store_conformance.rs` says what each operation promises; every backend runs it.
//!
//! A store decides nothing. It knows no rules, checks no signatures and reads no clock.

pub mod sqlite;

use std::sync::Arc;

use bystand_wire::relay_api::{Appended, Lane, LogKind, LogPart, StoredFrame};
use bystand_wire::{BlobId, FrameHash, Hash32, Seq, StreamId, Timestamp};

use crate::rules::blob::BlobState;
use crate::rules::stream::{RoomState, StreamState};

/// Why the store could not do it.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// No room left. What was asked for has not been done.
    #[error("the disk or the configured limit is full")]
    Full,
    /// The database's pages contradict each other.
    #[error("the database is damaged: {0}")]
    Damaged(String),
    /// The database is not one of ours, or of a newer version of this program.
    #[error("not a database of this version of bystand: {0}")]
    Foreign(String),
    /// The disk or the operating system failed. It is not known whether what was asked for was done.
    #[error("the disk failed: {0}")]
    Failed(String),
}

/// A frame to be stored.
#[derive(Debug, Clone)]
pub struct NewFrame {
    /// Its place.
    pub seq: Seq,
    /// Its hash, by which a repetition is recognized.
    pub hash: FrameHash,
    /// When it was taken.
    pub at: Timestamp,
    /// When it is forgotten.
    pub expires_at: Timestamp,
    /// The stream's epoch after it.
    pub epoch: u64,
    /// How it was admitted.
    pub lane: Option<Lane>,
    /// The frame.
    pub frame: Arc<[u8]>,
}

/// An entry to be logged.
#[derive(Debug, Clone)]
pub struct NewLogEntry {
    /// Its leaf.
    pub index: u64,
    /// What it is.
    pub kind: LogKind,
    /// SHA-256 of the body.
    pub body_hash: Hash32,
    /// The text.
    pub body: Arc<[u8]>,
    /// When it was taken.
    pub at: Timestamp,
    /// When the text is forgotten, if that is known already.
    pub text_until: Option<Timestamp>,
    /// For kinds that have versions.
    pub version: Option<u64>,
}

/// A log entry whose text is still there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LogText {
    /// Its leaf.
    pub index: u64,
    /// What it is.
    pub kind: LogKind,
    /// The text.
    pub body: Vec<u8>,
    /// When it was taken.
    pub at: Timestamp,
    /// Its version, if its kind has one.
    pub version: Option<u64>,
}

/// What a sweep deleted.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Swept {
    /// Frames forgotten, each stream's number changed.
    pub frames: u64,
    /// Streams that ended or lost frames: what anybody remembers of them is out of date.
    pub streams: Vec<StreamId>,
    /// Of these, the ones that ended.
    pub ended: Vec<StreamId>,
    /// Blobs deleted.
    pub blobs: u64,
    /// Log texts forgotten.
    pub texts: u64,
    /// Whether there is more to do.
    pub more: bool,
}

impl Swept {
    /// Whether anything was deleted.
    pub fn is_empty(&self) -> bool {
        self.frames == 0 && self.streams.is_empty() && self.blobs == 0 && self.texts == 0
    }
}

/// Result of a store operation.
pub type Stored<T> = Result<T, StoreError>;

/// What one transaction runs.
pub type Work<'a> = &'a mut dyn FnMut(&mut dyn Tx) -> Stored<()>;

/// The one writer's side.
pub trait Store: Send {
    /// Runs `work` as one transaction. After `Ok` everything it wrote is on disk and stays there
    /// through a crash; after `Err` nothing was acknowledged, and all of it or none of it is there.
    fn write(&mut self, work: Work<'_>) -> Stored<()>;

    /// Makes what was deleted leave the files, and gives the room back. May do nothing when readers
    /// are in the way: it is called again.
    fn compact(&mut self) -> Stored<()>;

    /// Another reader.
    fn reader(&self) -> Stored<Box<dyn Reader>>;
}

/// Inside a transaction; sees its own writes.
pub trait Tx {
    /// A stream as it stands.
    fn stream(&mut self, id: &StreamId) -> Stored<Option<StreamState>>;
    /// Makes a stream. An earlier one of that name is deleted with its frames.
    fn create_stream(&mut self, id: &StreamId, state: &StreamState) -> Stored<()>;
    /// Replaces a stream's policy.
    fn replace_policy(&mut self, id: &StreamId, state: &StreamState) -> Stored<()>;
    /// A frame taken before, even when it has been erased since.
    fn find_frame(&mut self, id: &StreamId, hash: &FrameHash) -> Stored<Option<Appended>>;
    /// Adds a frame and moves the stream's head (and room) on.
    fn append(&mut self, id: &StreamId, frame: &NewFrame, room: Option<&RoomState>) -> Stored<()>;
    /// Forgets frames, but not that they were there. Gives how many there were to forget.
    fn erase(&mut self, id: &StreamId, seqs: &[Seq]) -> Stored<u32>;

    /// What a pass was used for.
    fn pass_use(&mut self, pass: &Hash32) -> Stored<Option<Hash32>>;
    /// Records what a pass is used for.
    fn use_pass(&mut self, pass: &Hash32, tag: &Hash32, forget_at: Timestamp) -> Stored<()>;
    /// How often a pass was used on a day.
    fn daily_uses(&mut self, pass: &Hash32, day: u64) -> Stored<u32>;
    /// Counts one more.
    fn use_pass_today(&mut self, pass: &Hash32, day: u64) -> Stored<()>;

    /// A blob as it stands.
    fn blob(&mut self, id: &BlobId) -> Stored<Option<BlobState>>;
    /// Adds a blob. An earlier one of that name is deleted.
    fn put_blob(&mut self, id: &BlobId, state: &BlobState, chunk: &[u8]) -> Stored<()>;
    /// Changes a blob's state; deletes its bytes when it was read. Gives the bytes otherwise.
    fn update_blob(&mut self, id: &BlobId, state: &BlobState) -> Stored<Option<Vec<u8>>>;

    /// Leaves in the log.
    fn log_size(&mut self) -> Stored<u64>;
    /// The leaf of an entry that was logged before.
    fn find_log_entry(&mut self, kind: LogKind, body_hash: &Hash32) -> Stored<Option<u64>>;
    /// The version of the newest entry of a kind.
    fn log_version(&mut self, kind: LogKind) -> Stored<Option<u64>>;
    /// Stored tree hashes, in the order asked for; one that is missing is damage.
    fn log_hashes(&mut self, indexes: &[u64]) -> Stored<Vec<Hash32>>;
    /// Adds an entry with the tree hashes it completes, the first of them at `first_hash`.
    fn log(&mut self, entry: &NewLogEntry, first_hash: u64, hashes: &[Hash32]) -> Stored<()>;
    /// Replaces the signed checkpoint.
    fn put_checkpoint(&mut self, size: u64, text: &str) -> Stored<()>;

    /// Deletes some of what has expired, oldest first.
    fn sweep(&mut self, now: Timestamp, limits: SweepLimits) -> Stored<Swept>;
}

/// How much one sweep does, so that appends do not wait long behind it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SweepLimits {
    /// Rows of each kind.
    pub rows: u32,
    /// Log texts without an end of their own that have been replaced are forgotten when older than this.
    pub old_texts_before: Timestamp,
}

/// Frames of one stream, read at one moment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FramesRead {
    /// The stream at that moment.
    pub state: StreamState,
    /// Its frames.
    pub frames: Vec<StoredFrame>,
}

/// The log at one moment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LogRead {
    /// Leaves covered by the checkpoint.
    pub size: u64,
    /// The signed checkpoint.
    pub checkpoint: String,
    /// The texts asked for.
    pub texts: Vec<LogText>,
    /// Whether there are more of them.
    pub more: bool,
}

/// Which log texts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LogQuery {
    /// Ascending, after a leaf.
    After {
        /// Which of them.
        part: LogPart,
        /// After this leaf; `None` from the start.
        after: Option<u64>,
    },
    /// The newest of a kind, if its text is there.
    Newest(LogKind),
    /// None: only the checkpoint.
    Nothing,
}

/// A reader sees what has been committed, and nothing that has expired by `now`.
pub trait Reader: Send {
    /// A stream as it stands.
    fn stream(&mut self, id: &StreamId, now: Timestamp) -> Stored<Option<StreamState>>;
    /// Frames after a place, up to a number of frames and (after the first) of bytes.
    fn frames(
        &mut self,
        id: &StreamId,
        after: Seq,
        max_frames: usize,
        max_bytes: usize,
        now: Timestamp,
    ) -> Stored<Option<FramesRead>>;
    /// A frame taken before.
    fn find_frame(&mut self, id: &StreamId, hash: &FrameHash) -> Stored<Option<Appended>>;
    /// A blob's state and bytes.
    fn blob(&mut self, id: &BlobId, now: Timestamp) -> Stored<Option<(BlobState, Vec<u8>)>>;
    /// Log texts with the checkpoint of the same moment; `None` before the first.
    fn log(
        &mut self,
        query: LogQuery,
        max: usize,
        max_bytes: usize,
        now: Timestamp,
    ) -> Stored<Option<LogRead>>;
    /// The leaf of an entry that was logged before.
    fn find_log_entry(&mut self, kind: LogKind, body_hash: &Hash32) -> Stored<Option<u64>>;
    /// Kind and body hash of leaves in a range, for the log's data tiles.
    fn log_leaves(&mut self, from: u64, count: u32) -> Stored<Vec<(LogKind, Hash32)>>;
    /// Stored tree hashes, in the order asked for.
    fn log_hashes(&mut self, indexes: &[u64]) -> Stored<Vec<Hash32>>;
    /// How much there is.
    fn figures(&mut self) -> Stored<Figures>;
}

/// How much there is; no per-person figure among them.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Figures {
    /// Streams.
    pub streams: u64,
    /// Blobs.
    pub blobs: u64,
    /// Bytes of the database.
    pub bytes: u64,
    /// Leaves of the log.
    pub log_size: u64,
}
