//! Forgets single frames at once.

use bystand_wire::problem::Code;
use bystand_wire::relay_api::{EraseContext, Erased};
use bystand_wire::{PublicKey, StreamId, Timestamp};

use crate::rules::{Refusal, erase};
use crate::store::{Stored, Tx};
use crate::writer::{Action, WriterState};

/// A request whose signature has been checked.
#[derive(Debug, Clone)]
pub struct EraseFrames {
    /// Where.
    pub stream: StreamId,
    /// Who signed.
    pub signer: PublicKey,
    /// What.
    pub request: EraseContext,
}

impl Action for EraseFrames {
    type Output = Erased;

    fn apply(
        &self,
        state: &mut WriterState,
        tx: &mut dyn Tx,
        now: Timestamp,
    ) -> Stored<Result<Erased, Refusal>> {
        let Some(mut stream) = state.stream(tx, &self.stream)? else {
            return Ok(Err(Refusal::new(Code::NotFound, "No such stream, or it has ended.")));
        };
        if let Err(refusal) = erase::decide(&self.stream, &stream, &self.signer, &self.request, now) {
            return Ok(Err(refusal));
        }
        let erased = tx.erase(&self.stream, &self.request.seqs)?;
        stream.held = stream.held.saturating_sub(erased);
        state.changed(&self.stream, stream);
        Ok(Ok(Erased { erased }))
    }
}
