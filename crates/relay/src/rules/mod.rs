//! The relay's decisions, apart from everything that carries them out: no I/O, no clock, no
//! randomness, no cryptography. What comes in has been decoded and its signatures checked
//! (`crate::verify`); what goes out is a decision or a [`Refusal`]. The simulator uses the same code.
//!
//! | file | decides |
//! | --- | --- |
//! | `stream` | whether a policy is sound, creates a stream or replaces the one there is |
//! | `append` | whether a frame is taken, which epoch follows, what is spent |
//! | `passes` | whether a pass may be used (again) |
//! | `erase` | who may have frames forgotten |
//! | `blob` | one-read blobs: lease, read, lapse |
//! | `publish` | what may follow what in the public log |
//! | `work` | how much work the open lane asks for now, and which proofs were used |

pub mod append;
pub mod blob;
pub mod erase;
pub mod passes;
pub mod publish;
pub mod stream;
pub mod work;

use bystand_wire::problem::Code;
use bystand_wire::relay_api::Redemption;
use bystand_wire::{Hash32, PassPurpose, PublicKey, Role, StreamId, Timestamp};

/// Why the relay does not do what was asked. Nothing was changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("{code}: {detail}")]
pub struct Refusal {
    /// The stable code.
    pub code: Code,
    /// One plain sentence for the person who debugs the client.
    pub detail: &'static str,
    /// With `stale-epoch`: the room's current epoch.
    pub epoch: Option<u64>,
    /// When it may be worth trying again.
    pub retry_after_ms: Option<u64>,
}

impl Refusal {
    /// A refusal that carries its code and an explanation.
    pub const fn new(code: Code, detail: &'static str) -> Self {
        Self { code, detail, epoch: None, retry_after_ms: None }
    }

    /// The sender's epoch is not the one that counts.
    pub const fn stale_epoch(current: u64) -> Self {
        Self {
            code: Code::StaleEpoch,
            detail: "The room has moved on to another epoch: catch up, then encrypt again.",
            epoch: Some(current),
            retry_after_ms: None,
        }
    }

    /// The same, with a hint when to come back.
    #[must_use]
    pub const fn retry_after(mut self, ms: u64) -> Self {
        self.retry_after_ms = Some(ms);
        self
    }
}

/// An admission whose signatures have been checked. What it is worth is decided against the
/// stream's rules as they stand when the frame's turn has come.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Proof {
    /// A signature by this key.
    Key(PublicKey),
    /// A signature by what was the append key of a room when it was checked.
    Room {
        /// The room's stream.
        room: StreamId,
        /// The epoch the sender says it encrypted in.
        epoch: u64,
        /// The append key the signature was checked with.
        key: PublicKey,
    },
    /// A pass, certified and bound to this use.
    Pass(VerifiedPass),
    /// A solved puzzle, bound to this use, of at least the effort asked.
    Work(VerifiedWork),
    /// A valid certificate and a signature by its device.
    Certified {
        /// The device key.
        device: PublicKey,
        /// Its roles.
        roles: Vec<Role>,
    },
}

/// A pass that an issuer of this network certified for a current period, and whose key signed this use.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct VerifiedPass {
    /// Names it in the spent set.
    pub id: Hash32,
    /// What it is good for.
    pub purpose: PassPurpose,
    /// When the relay may forget that it was used: after its period and grace.
    pub forget_at: Timestamp,
    /// What it is used for: the report's tag, or the frame's hash.
    pub tag: Hash32,
    /// For the lane that the reader checks again.
    pub redemption: Redemption,
}

/// A proof of work that verified.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct VerifiedWork {
    /// Names the proof among those used.
    pub id: Hash32,
    /// What it is bound to.
    pub tag: Hash32,
}
