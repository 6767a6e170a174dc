//! Takes a frame.

use std::sync::Arc;

use bystand_wire::problem::Code;
use bystand_wire::relay_api::{Appended, Commit};
use bystand_wire::{FrameHash, FrameKind, PublicKey, StreamId, Timestamp};

use crate::rules::append::{self, Ask};
use crate::rules::{Proof, Refusal};
use crate::store::{NewFrame, Stored, Tx};
use crate::writer::{Action, WriterState};

/// A frame whose admission's signatures have been checked.
#[derive(Debug, Clone)]
pub struct AppendFrame {
    /// Where.
    pub stream: StreamId,
    /// Its kind.
    pub kind: FrameKind,
    /// Its hash.
    pub hash: FrameHash,
    /// The frame.
    pub frame: Arc<[u8]>,
    /// The admission.
    pub proof: Proof,
    /// A commit's effect.
    pub commit: Option<Commit>,
    /// The committer whose signature on it was checked.
    pub committer: Option<PublicKey>,
}

impl Action for AppendFrame {
    type Output = Appended;

    fn apply(
        &self,
        state: &mut WriterState,
        tx: &mut dyn Tx,
        now: Timestamp,
    ) -> Stored<Result<Appended, Refusal>> {
        let Some(mut stream) = state.stream(tx, &self.stream)? else {
            return Ok(Err(Refusal::new(Code::NotFound, "No such stream, or it has ended.")));
        };
        if let Some(before) = tx.find_frame(&self.stream, &self.hash)? {
            return Ok(Ok(before));
        }
        let room = match &self.proof {
            Proof::Room { room, .. } if *room == self.stream => stream.room,
            Proof::Room { room, .. } => {
                state.stream(tx, room)?.filter(|s| !s.is_expired(now)).and_then(|s| s.room)
            }
            Proof::Key(_) | Proof::Pass(_) | Proof::Work(_) | Proof::Certified { .. } => None,
        };
        let ask = Ask {
            id: &self.stream,
            kind: self.kind,
            len: self.frame.len(),
            proof: &self.proof,
            commit: self.commit,
            committer: self.committer,
        };
        let taken = match append::decide(ask, &stream, room.as_ref(), now) {
            Ok(taken) => taken,
            Err(refusal) => return Ok(Err(refusal)),
        };
        if let Err(refusal) = state.spend(tx, &taken.spend, now)? {
            return Ok(Err(refusal));
        }
        let frame = NewFrame {
            seq: taken.seq,
            hash: self.hash,
            at: now,
            expires_at: taken.expires_at,
            epoch: taken.epoch,
            lane: taken.lane,
            frame: self.frame.clone(),
        };
        tx.append(&self.stream, &frame, taken.room.as_ref())?;
        stream.head = taken.seq;
        stream.held = stream.held.saturating_add(1);
        stream.room = taken.room.or(stream.room);
        state.changed(&self.stream, stream);
        state.effects().frames.push((self.stream, frame));
        Ok(Ok(Appended { seq: taken.seq, at: now, epoch: taken.epoch }))
    }

    fn weight(&self) -> usize {
        self.frame.len() + 512
    }
}
