//! What the writer can be asked for, one file each.

mod append;
mod blobs;
mod erase;
mod publish;
mod put_stream;
mod sweep;

pub use append::AppendFrame;
pub use blobs::{LeaseBlob, PutBlob, ReadBlob};
pub use erase::EraseFrames;
pub use publish::{Publish, Resign};
pub use put_stream::PutStream;
pub use sweep::Sweep;

use super::WriterState;
use crate::rules::Proof;
use crate::rules::passes::Spend;
use bystand_wire::Timestamp;

/// What making a stream or a blob costs.
fn creation_cost(admission: &Proof, per_pass: u32, now: Timestamp) -> Spend {
    match admission {
        Proof::Pass(pass) => Spend::daily(pass, per_pass, now),
        Proof::Work(work) => Spend::Work(work.id),
        Proof::Key(_) | Proof::Room { .. } | Proof::Certified { .. } => Spend::Nothing,
    }
}

/// Whether a room named by an admission is still as it was when its signature was checked.
fn room_holds(
    state: &mut WriterState,
    tx: &mut dyn crate::store::Tx,
    admission: &Proof,
    now: Timestamp,
) -> crate::store::Stored<Result<(), crate::rules::Refusal>> {
    let Proof::Room { room, epoch, key } = admission else { return Ok(Ok(())) };
    let held = state.stream(tx, room)?.filter(|s| !s.is_expired(now)).and_then(|s| s.room);
    Ok(crate::rules::append::check_room(held.as_ref(), *epoch, key))
}
