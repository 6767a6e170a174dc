//! Every limit, in one place. Each has a test that it is enforced.

use crate::time::{DAY_MS, HOUR_MS, MINUTE_MS};

/// A frame as it is sent, in bytes.
pub const FRAME_LEN: usize = 64 * 1024;
/// A request body that holds one frame and its proof of admission, in bytes.
pub const APPEND_LEN: usize = FRAME_LEN + 8 * 1024;
/// One blob chunk, in bytes.
pub const BLOB_LEN: usize = 1024 * 1024;
/// A public log entry's body (the manifest with its zones is the largest), in bytes.
pub const LOG_ENTRY_LEN: usize = 1024 * 1024;
/// Frames in one answer to a read, and their bytes together.
pub const READ_FRAMES: usize = 512;
/// Bytes of frames in one answer to a read.
pub const READ_LEN: usize = 1024 * 1024;
/// Streams one live connection may follow.
pub const LIVE_STREAMS: usize = 1_024;
/// A message from a client on the live connection, in bytes.
pub const LIVE_MESSAGE_LEN: usize = 4 * 1024;
/// Live connections and event streams a relay serves together.
pub const LIVE_CONNECTIONS: usize = 100_000;
/// A report's text, in characters.
pub const REPORT_TEXT_CHARS: usize = 2_000;
/// Any other short text (a note, a question, an answer), in characters.
pub const NOTE_CHARS: usize = 1_000;
/// A name of a zone or a network, in characters.
pub const NAME_CHARS: usize = 120;
/// A zone's stable name, in bytes.
pub const ZONE_ID_LEN: usize = 64;
/// Zones in a network.
pub const ZONES: usize = 5_000;
/// Corners of all polygons of a network together.
pub const VERTICES: usize = 50_000;
/// How far a clock may be off, in milliseconds.
pub const CLOCK_SKEW_MS: u64 = 5 * MINUTE_MS;
/// How long after its end a week's or quarter's pass still counts, in milliseconds.
pub const PERIOD_GRACE_MS: u64 = DAY_MS;
/// Members of one room.
pub const ROOM_MEMBERS: usize = 20_000;
/// A handshake that is larger goes as a blob, with its hash in the frame, in bytes.
pub const HANDSHAKE_INLINE_LEN: usize = 32 * 1024;
/// How long a nonce for proof of work is accepted, in milliseconds.
pub const WORK_NONCE_MS: u64 = 10 * MINUTE_MS;
/// How long a stream may be asked to live, in milliseconds.
pub const STREAM_LIFE_MS: u64 = 400 * DAY_MS;
/// The most frames that a stream may be asked to hold: what a team's casebook asks for, whose entries live as long as
/// a stream may.
pub const STREAM_FRAMES: u32 = 1_000_000;
/// The highest place that a new stream may be asked to start after.
pub const STREAM_START: u64 = 1 << 40;
/// Keys, successors or purposes named in one policy.
pub const POLICY_KEYS: usize = 64;
/// How long a blob may be asked to live, in milliseconds.
pub const BLOB_LIFE_MS: u64 = 7 * DAY_MS;
/// How long a one-read blob stays leased to the reader who fetched it, in milliseconds.
pub const BLOB_LEASE_MS: u64 = 10 * MINUTE_MS;
/// Frames one erase request may name.
pub const ERASE_FRAMES: usize = 256;
/// How long a device's certificate may last, in milliseconds: twelve weeks.
pub const CERTIFICATE_MS: u64 = 84 * DAY_MS;
/// How long a key note may last, in milliseconds.
pub const KEY_NOTE_MS: u64 = 8 * DAY_MS;
/// After this age of the key note clients warn, in milliseconds.
pub const KEY_NOTE_STALE_MS: u64 = 48 * HOUR_MS;
/// After the manifest's expiry the public page still takes reports for so long, in milliseconds.
pub const MANIFEST_REPORT_GRACE_MS: u64 = 14 * DAY_MS;
/// An alert's note, in bytes.
pub const ALERT_NOTE_LEN: usize = 8 * 1024;
/// How long an alert may say it holds before it must be renewed, in milliseconds.
pub const ALERT_LIFE_MS: u64 = 12 * HOUR_MS;
/// A heads-up is gone after this, in milliseconds.
pub const HEADS_UP_MS: u64 = 20 * MINUTE_MS;
/// An accepted responder's device forgets the exact place at the latest so long after offers were taken, in
/// milliseconds; sooner when the desk or the responder says that it is over.
pub const ACCEPTED_MS: u64 = 12 * HOUR_MS;
/// A claim lapses after this without a sign from its holder, in milliseconds.
pub const CLAIM_LAPSE_MS: u64 = 3 * MINUTE_MS;
/// Door requests one room pass may make in a day.
pub const DOOR_REQUESTS_PER_PASS: u32 = 20;
