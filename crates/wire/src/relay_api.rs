//! Bodies of the relay's interface. All are canonical CBOR; signatures are made and checked in
//! `bystand-crypto` over the structures whose names end in `Context`.
//!
//! | call | body | answer |
//! | --- | --- | --- |
//! | `PUT /v1/streams/{id}` | [`CreateStream`] | [`Created`] |
//! | `POST /v1/streams/{id}` | [`Append`] | [`Appended`] |
//! | `GET /v1/streams/{id}?after=N` (header [`READ_HEADER`]: hex of [`ReadAuth`]) | - | [`Frames`] |
//! | `POST /v1/streams/{id}/erase` | [`Erase`] | [`Erased`] |
//! | `GET /v1/live` (WebSocket) | [`LiveIn`] messages | [`LiveOut`] messages |
//! | `GET /v1/work` | - | [`WorkOffer`] |
//! | `PUT /v1/blobs/{id}` | [`PutBlob`] | [`Created`] |
//! | `GET /v1/blobs/{id}` | - | the bytes |
//! | `POST /v1/blobs/{id}/lease` | [`LeaseBlob`] | the bytes |
//! | `POST /v1/blobs/{id}/read` | [`LeaseBlob`] | [`Erased`] |
//! | `POST /v1/log` | [`LogEntry`] | [`Logged`] |
//! | `GET /v1/log/entries?kind=K&news=1&after=N&from=SIZE` | - | [`LogEntries`] of a [`LogPart`] |
//! | `GET /v1/network` | - | [`Network`] |

use alloc::string::String;
use alloc::vec::Vec;
use minicbor::{Decode, Encode};

use crate::ids::{
    BlobId, FrameHash, Hash32, NetworkId, PassPurpose, PublicKey, Role, Seq, SignatureBytes, StreamId, ZoneId,
};
use crate::time::{Period, Timestamp};

/// HTTP header that carries a [`ReadAuth`] as lower-case hex.
pub const READ_HEADER: &str = "bystand-read";
/// Media type of every body.
pub const MEDIA_TYPE: &str = "application/cbor";

/// Bytes with the key that signed them. What they mean, and the signature's purpose, is the
/// business of the typed `Signed<T>` in `bystand-crypto`, whose encoding this is.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct SignedBytes {
    /// Who signed.
    #[n(0)]
    pub key: PublicKey,
    /// The canonical encoding of what is signed.
    #[cbor(n(1), with = "minicbor::bytes")]
    pub bytes: Vec<u8>,
    /// Ed25519 over `"bystand/v1/<purpose>" || 0x00 || network id || bytes`.
    #[n(2)]
    pub signature: SignatureBytes,
}

// ---- streams ---------------------------------------------------------------------------------

/// Who may append to a stream, and with what proof.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
pub enum AppendRule {
    /// Whoever holds one of these keys.
    #[n(0)]
    Keys(#[n(0)] Vec<PublicKey>),
    /// Members of a room: the append key that the room's last removal installed on the room's
    /// stream (which is this one or another).
    #[n(1)]
    Room(#[n(0)] StreamId),
    /// A pass of one of these purposes, or proof of work.
    #[n(2)]
    PassOrWork(#[n(0)] Vec<PassPurpose>),
    /// A pass of one of these purposes, used any number of times within the stream's limits.
    #[n(3)]
    Pass(#[n(0)] Vec<PassPurpose>),
    /// A certificate with one of these roles.
    #[n(4)]
    Certified(#[n(0)] Vec<Role>),
}

/// Who may read a stream.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
pub enum ReadRule {
    /// Whoever knows its id.
    #[n(0)]
    Id,
    /// Whoever holds this key.
    #[n(1)]
    Key(#[n(0)] PublicKey),
    /// Everybody; answers may be cached.
    #[n(2)]
    Public,
}

/// A stream's rules, signed by its creator or a successor (purpose `stream-policy`).
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct Policy {
    /// The creator's key; the stream's id is its hash.
    #[n(0)]
    pub creator: PublicKey,
    /// Counts up from 1 with each replacement.
    #[n(1)]
    pub version: u32,
    /// Keys that may replace this policy, beside the creator.
    #[n(2)]
    pub successors: Vec<PublicKey>,
    /// Who may append: whoever satisfies one of these.
    #[n(3)]
    pub append: Vec<AppendRule>,
    /// Who may read.
    #[n(4)]
    pub read: ReadRule,
    /// Keys that may erase single frames, beside the creator.
    #[n(5)]
    pub erasers: Vec<PublicKey>,
    /// The first room append key, for a room's own stream.
    #[n(6)]
    pub room_key: Option<PublicKey>,
    /// When the stream and all in it is deleted.
    #[n(7)]
    pub expires_at: Timestamp,
    /// How long each frame lives, in milliseconds.
    #[n(8)]
    pub frame_life_ms: u64,
    /// The longest frame, in bytes.
    #[n(9)]
    pub max_frame_len: u32,
    /// The most frames held at once.
    #[n(10)]
    pub max_frames: u32,
    /// For a room's own stream whose members do not all commit: a commit counts only with a signature
    /// by this key ([`Commit::signature`]).
    #[n(11)]
    pub committer: Option<PublicKey>,
    /// The stream's first frame gets the place after this one: it goes on where another stream ended.
    /// It counts when the stream is made; a replacement moves no places.
    #[n(12)]
    pub starts_after: Option<Seq>,
}

/// `PUT /v1/streams/{id}`.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct CreateStream {
    /// A signed [`Policy`].
    #[n(0)]
    pub policy: SignedBytes,
    /// Why the relay should spend room on it; not needed to replace a policy.
    /// `Key` is never enough; `Room` means the room of the named stream.
    #[n(1)]
    pub admission: Option<Admission>,
}

/// Proof that the relay should do something: each is bound to what is done by its context.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
pub enum Admission {
    /// A signature (purpose `append`) by a key of the policy.
    #[n(0)]
    Key(#[n(0)] PublicKey, #[n(1)] SignatureBytes),
    /// A signature (purpose `append`) by the append key of a room at an epoch.
    #[n(1)]
    Room(#[n(0)] StreamId, #[n(1)] u64, #[n(2)] SignatureBytes),
    /// A pass.
    #[n(2)]
    Pass(#[n(0)] Redemption),
    /// Proof of work.
    #[n(3)]
    Work(#[n(0)] WorkProof),
    /// A certificate and a signature (purpose `append`) by the key it names.
    #[n(4)]
    Certificate(#[n(0)] SignedBytes, #[n(1)] SignatureBytes),
}

/// What an [`Admission`] signature covers (purpose `append`).
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct AppendContext {
    /// Where.
    #[n(0)]
    pub stream: StreamId,
    /// The frame; for the creation of a stream or blob the SHA-256 of the policy's bytes (those in
    /// [`CreateStream::policy`]) or of the chunk, and the blob's id in `stream`.
    #[n(1)]
    pub frame: FrameHash,
    /// The commit that goes with it.
    #[n(2)]
    pub commit: Option<Commit>,
    /// For a room's members: the epoch they encrypted in.
    #[n(3)]
    pub epoch: Option<u64>,
}

/// A commit's effect on the relay's compare-and-swap.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct Commit {
    /// The epoch it was made in: must be the stream's current one; the next is one higher.
    #[n(0)]
    pub epoch: u64,
    /// After a removal: the new append key. Frames of older epochs are then refused at once.
    #[n(1)]
    pub append_key: Option<PublicKey>,
    /// By the policy's committer over a [`CommitContext`] (purpose `commit`), where it names one.
    #[n(2)]
    pub signature: Option<SignatureBytes>,
}

/// What the signature of a [`Commit`] covers (purpose `commit`).
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct CommitContext {
    /// The room's stream.
    #[n(0)]
    pub stream: StreamId,
    /// The frame with the commit.
    #[n(1)]
    pub frame: FrameHash,
    /// The epoch it was made in.
    #[n(2)]
    pub epoch: u64,
    /// The append key it installs.
    #[n(3)]
    pub append_key: Option<PublicKey>,
}

/// A pass: a one-time signing key with the issuer's blind signature (RFC 9474) over
/// `purpose, period, zone, key`.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct Pass {
    /// What it is good for.
    #[n(0)]
    pub purpose: PassPurpose,
    /// When.
    #[n(1)]
    pub period: Period,
    /// Where, for room passes.
    #[n(2)]
    pub zone: Option<ZoneId>,
    /// The fresh key.
    #[n(3)]
    pub key: PublicKey,
    /// RFC 9474 message randomizer, 32 bytes.
    #[n(4)]
    pub randomizer: Hash32,
    /// The issuer's unblinded RSA-PSS signature, 256 bytes.
    #[cbor(n(5), with = "minicbor::bytes")]
    pub certification: Vec<u8>,
}

/// A pass used once: its key signs (purpose `redeem`) what it is used for.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct Redemption {
    /// The pass.
    #[n(0)]
    pub pass: Pass,
    /// Over a [`UseContext`].
    #[n(1)]
    pub signature: SignatureBytes,
}

/// What a pass's or a work proof's use is bound to.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct UseContext {
    /// The stream appended to or created.
    #[n(0)]
    pub stream: StreamId,
    /// Drop: the hash of the report's id, so that the same report may be sent again under a new
    /// report key and no other may use the pass. Elsewhere the frame's hash;
    /// for the creation of a stream or blob the same hash as in [`AppendContext::frame`].
    #[n(1)]
    pub tag: Hash32,
}

/// A solved puzzle (Equi-X with an effort, as in Tor's proof of work v1).
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct WorkProof {
    /// The relay's nonce, from [`WorkOffer`].
    #[n(0)]
    pub nonce: Hash32,
    /// The effort claimed; at least what the relay asks now.
    #[n(1)]
    pub effort: u32,
    /// The solver's counter.
    #[n(2)]
    pub counter: u64,
    /// Equi-X solution, 16 bytes.
    #[cbor(n(3), with = "minicbor::bytes")]
    pub solution: [u8; 16],
}

/// `GET /v1/work`: what the relay asks for now.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct WorkOffer {
    /// Goes into the puzzle.
    #[n(0)]
    pub nonce: Hash32,
    /// Rises with load, up to the cap in the limits.
    #[n(1)]
    pub effort: u32,
    /// Until when the nonce counts.
    #[n(2)]
    pub valid_until: Timestamp,
}

/// `POST /v1/streams/{id}`. Idempotent: the same frame again gives the same [`Appended`].
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct Append {
    /// The frame (see [`crate::frame`]).
    #[cbor(n(0), with = "minicbor::bytes")]
    pub frame: Vec<u8>,
    /// Why it should be taken.
    #[n(1)]
    pub admission: Admission,
    /// Room streams: this frame is a commit.
    #[n(2)]
    pub commit: Option<Commit>,
    /// Drop: see [`UseContext::tag`]; absent elsewhere.
    #[n(3)]
    pub tag: Option<Hash32>,
}

/// The relay has it on disk.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct Appended {
    /// Its place.
    #[n(0)]
    pub seq: Seq,
    /// When the relay took it, by the relay's clock.
    #[n(1)]
    pub at: Timestamp,
    /// Room streams: the epoch after it.
    #[n(2)]
    pub epoch: u64,
}

/// A stream or blob exists now (or did already, with the same content).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct Created {
    /// Until when it is kept.
    #[n(0)]
    pub expires_at: Timestamp,
}

/// One stored frame.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct StoredFrame {
    /// Its place.
    #[n(0)]
    pub seq: Seq,
    /// When the relay took it.
    #[n(1)]
    pub at: Timestamp,
    /// The frame.
    #[cbor(n(2), with = "minicbor::bytes")]
    pub frame: Vec<u8>,
    /// Drop: how it was admitted, so that the desk checks the lane itself.
    #[n(3)]
    pub lane: Option<Lane>,
}

/// How a frame of the drop or a door was admitted; the reader verifies it again.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct Lane {
    /// The tag it is bound to.
    #[n(0)]
    pub tag: Hash32,
    /// The pass of the vouched lane; absent in the open lane.
    #[n(1)]
    pub redemption: Option<Redemption>,
}

/// Answer to a read: frames in order. Empty when there are none after the given place.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct Frames {
    /// In ascending order, without gaps except where frames were erased or expired.
    #[n(0)]
    pub frames: Vec<StoredFrame>,
    /// The last place given out so far in this stream.
    #[n(1)]
    pub head: Seq,
    /// Room streams: the current epoch.
    #[n(2)]
    pub epoch: u64,
    /// Changes when the relay was restored from a backup: everything here must be succeeded.
    #[n(3)]
    pub generation: u64,
}

/// Proof that the reader holds the read key (purpose `read`, over a [`ReadContext`]).
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct ReadAuth {
    /// When signed; within the clock skew.
    #[n(0)]
    pub at: Timestamp,
    /// By the stream's read key.
    #[n(1)]
    pub signature: SignatureBytes,
}

/// What a [`ReadAuth`] covers.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct ReadContext {
    /// The stream.
    #[n(0)]
    pub stream: StreamId,
    /// When signed.
    #[n(1)]
    pub at: Timestamp,
}

/// `POST /v1/streams/{id}/erase`: frames to forget at once.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct Erase {
    /// A signed [`EraseContext`] (purpose `erase`) by the creator or an eraser.
    #[n(0)]
    pub request: SignedBytes,
}

/// What an [`Erase`] covers.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct EraseContext {
    /// The stream.
    #[n(0)]
    pub stream: StreamId,
    /// The frames; those already gone are fine.
    #[n(1)]
    pub seqs: Vec<Seq>,
}

/// How many were there to forget.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct Erased {
    /// Count.
    #[n(0)]
    pub erased: u32,
}

// ---- live ------------------------------------------------------------------------------------

/// Client to relay on the live connection; one message a WebSocket binary frame.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
pub enum LiveIn {
    /// Follow a stream from after a place.
    #[n(0)]
    Follow(#[n(0)] StreamId, #[n(1)] Seq, #[n(2)] Option<ReadAuth>),
    /// Stop following.
    #[n(1)]
    Leave(#[n(0)] StreamId),
    /// Follow the public log: told when the tree is larger than this, and then when there is news in it
    /// ([`LogPart::News`]). The rest grows with every room, and nobody's phone has to wake for it.
    #[n(2)]
    FollowLog(#[n(0)] u64),
}

/// Relay to client.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
pub enum LiveOut {
    /// New frames of a followed stream. A follow is always answered, also without any frame; an answer up to the
    /// stream's head says that there is nothing more for now.
    #[n(0)]
    Frames(#[n(0)] StreamId, #[n(1)] Frames),
    /// The stream cannot be followed (any more): a problem code.
    #[n(1)]
    Refused(#[n(0)] StreamId, #[n(1)] String),
    /// The public log has grown to this size, and there may be news in it.
    #[n(2)]
    LogSize(#[n(0)] u64),
    /// The client was too slow and frames were skipped: follow again from the last place it has.
    #[n(3)]
    Lagged(#[n(0)] StreamId),
}

// ---- blobs -----------------------------------------------------------------------------------

/// `PUT /v1/blobs/{id}`.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct PutBlob {
    /// The encrypted chunk.
    #[cbor(n(0), with = "minicbor::bytes")]
    pub chunk: Vec<u8>,
    /// Until when it is wanted.
    #[n(1)]
    pub expires_at: Timestamp,
    /// One-read: only a grant signed by this key fetches it, and the reader's word deletes it.
    #[n(2)]
    pub granter: Option<PublicKey>,
    /// Work, pass or room. Bound to stream id = blob id and the chunk's hash.
    #[n(3)]
    pub admission: Admission,
}

/// `POST /v1/blobs/{id}/lease` and `/read`: fetch a one-read blob, then let it be deleted.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct LeaseBlob {
    /// A [`Grant`] signed by the granter (purpose `blob-grant`).
    #[n(0)]
    pub grant: SignedBytes,
    /// The reader's signature (purpose `blob-lease`) over the grant's bytes' hash and time.
    #[n(1)]
    pub at: Timestamp,
    /// See `at`.
    #[n(2)]
    pub signature: SignatureBytes,
}

/// Lets one key read one blob.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct Grant {
    /// Which.
    #[n(0)]
    pub blob: BlobId,
    /// Who.
    #[n(1)]
    pub reader: PublicKey,
    /// Until when.
    #[n(2)]
    pub until: Timestamp,
}

/// What the reader's signature in [`LeaseBlob`] covers.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct LeaseContext {
    /// Which.
    #[n(0)]
    pub blob: BlobId,
    /// When signed.
    #[n(1)]
    pub at: Timestamp,
}

// ---- public log ------------------------------------------------------------------------------

/// Which entries of the log are asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LogPart {
    /// All.
    All,
    /// What devices act on ([`LogKind::NEWS`]).
    News,
    /// One kind.
    Only(LogKind),
}

impl LogPart {
    /// Whether an entry of this kind belongs to it.
    pub fn has(self, kind: LogKind) -> bool {
        match self {
            LogPart::All => true,
            LogPart::News => LogKind::NEWS.contains(&kind),
            LogPart::Only(only) => only == kind,
        }
    }
}

/// What a log entry is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Encode, Decode)]
#[cbor(index_only)]
pub enum LogKind {
    /// A threshold-signed manifest.
    #[n(0)]
    Manifest,
    /// A key note, signed by the operations key.
    #[n(1)]
    KeyNote,
    /// An alert or rumor check: a signed note with its quorum.
    #[n(2)]
    Alert,
    /// A room's epoch authenticator, signed by the host key.
    #[n(3)]
    EpochAuthenticator,
    /// Hashes of certificates issued, signed by the registrar.
    #[n(4)]
    Certificates,
    /// Passes issued for a purpose and period, signed by the registrar.
    #[n(5)]
    IssuanceTotals,
}

impl LogKind {
    /// All kinds, in order.
    pub const ALL: [LogKind; 6] = [
        LogKind::Manifest,
        LogKind::KeyNote,
        LogKind::Alert,
        LogKind::EpochAuthenticator,
        LogKind::Certificates,
        LogKind::IssuanceTotals,
    ];

    /// What devices act on. The rest is for who audits the log.
    pub const NEWS: [LogKind; 3] = [LogKind::Manifest, LogKind::KeyNote, LogKind::Alert];

    /// The number on the wire.
    pub fn code(self) -> u8 {
        match self {
            LogKind::Manifest => 0,
            LogKind::KeyNote => 1,
            LogKind::Alert => 2,
            LogKind::EpochAuthenticator => 3,
            LogKind::Certificates => 4,
            LogKind::IssuanceTotals => 5,
        }
    }
}

/// `POST /v1/log`. The relay checks the authority's signature inside `body` before it logs.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct LogEntry {
    /// What it is.
    #[n(0)]
    pub kind: LogKind,
    /// The signed bytes: CBOR of the kind's signed type, or a signed note's text.
    #[cbor(n(1), with = "minicbor::bytes")]
    pub body: Vec<u8>,
}

/// A leaf of the log: what stays when the text has expired. Its canonical CBOR is the leaf's data.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct LogLeaf {
    /// What it is.
    #[n(0)]
    pub kind: LogKind,
    /// SHA-256 of the body.
    #[n(1)]
    pub body_hash: Hash32,
}

/// The entry is in the log and a signed checkpoint that covers it is on disk.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct Logged {
    /// Its leaf, counted from 0.
    #[n(0)]
    pub index: u64,
    /// A signed checkpoint that covers it.
    #[n(1)]
    pub checkpoint: String,
}

/// A log entry that the relay still has the text of.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct LoggedEntry {
    /// Its leaf, counted from 0.
    #[n(0)]
    pub index: u64,
    /// When the relay took it.
    #[n(1)]
    pub at: Timestamp,
    /// The entry.
    #[n(2)]
    pub entry: LogEntry,
    /// Audit path to the root of the checkpoint it is given out with (RFC 6962 §2.1.1).
    #[n(3)]
    pub proof: Vec<Hash32>,
}

/// Answer to `GET /v1/log/entries`.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct LogEntries {
    /// Ascending; those whose text has expired are left out.
    #[n(0)]
    pub entries: Vec<LoggedEntry>,
    /// The signed checkpoint the proofs lead to.
    #[n(1)]
    pub checkpoint: String,
    /// RFC 6962 consistency proof from the tree size asked for with `from=SIZE`, when asked.
    #[n(2)]
    pub consistency: Vec<Hash32>,
    /// All of those asked for whose index is less than this are here; as far as the checkpoint when that is all.
    #[n(3)]
    pub read_to: u64,
}

/// `GET /v1/network`: all a client needs to begin, with proofs.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct Network {
    /// The network.
    #[n(0)]
    pub id: NetworkId,
    /// The newest manifest.
    #[n(1)]
    pub manifest: LoggedEntry,
    /// The newest key note, once there is one.
    #[n(2)]
    pub key_note: Option<LoggedEntry>,
    /// The checkpoint the proofs lead to.
    #[n(3)]
    pub checkpoint: String,
    /// The relay's time.
    #[n(4)]
    pub now: Timestamp,
    /// The relay's generation.
    #[n(5)]
    pub generation: u64,
}
