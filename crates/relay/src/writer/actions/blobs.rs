//! Keeps, leases and deletes blobs.

use std::sync::Arc;

use bystand_wire::problem::Code;
use bystand_wire::relay_api::{Created, Erased, Grant};
use bystand_wire::{BlobId, Hash32, PublicKey, Timestamp};

use super::{creation_cost, room_holds};
use crate::rules::blob::{self, PutDecision, ReadDecision};
use crate::rules::{Proof, Refusal};
use crate::store::{Stored, Tx};
use crate::writer::{Action, WriterState};

const NO_BLOB: Refusal = Refusal::new(Code::NotFound, "No such blob, or it has expired.");

/// A chunk to be kept.
#[derive(Debug, Clone)]
pub struct PutBlob {
    /// Its name.
    pub id: BlobId,
    /// SHA-256 of the chunk.
    pub hash: Hash32,
    /// The chunk.
    pub chunk: Arc<[u8]>,
    /// Until when.
    pub expires_at: Timestamp,
    /// For one-read blobs.
    pub granter: Option<PublicKey>,
    /// The admission.
    pub admission: Proof,
}

impl Action for PutBlob {
    type Output = Created;

    fn apply(
        &self,
        state: &mut WriterState,
        tx: &mut dyn Tx,
        now: Timestamp,
    ) -> Stored<Result<Created, Refusal>> {
        let held = tx.blob(&self.id)?;
        let decision =
            blob::put(held.as_ref(), self.hash, self.expires_at, self.granter, &self.admission, now);
        match decision {
            Err(refusal) => Ok(Err(refusal)),
            Ok(PutDecision::Unchanged(expires_at)) => Ok(Ok(Created { expires_at })),
            Ok(PutDecision::Keep(new)) => {
                if let Err(refusal) = room_holds(state, tx, &self.admission, now)? {
                    return Ok(Err(refusal));
                }
                let cost = creation_cost(&self.admission, state.limits().blobs_per_pass, now);
                if let Err(refusal) = state.spend(tx, &cost, now)? {
                    return Ok(Err(refusal));
                }
                tx.put_blob(&self.id, &new, &self.chunk)?;
                Ok(Ok(Created { expires_at: new.expires_at }))
            }
        }
    }

    fn weight(&self) -> usize {
        self.chunk.len() + 512
    }
}

/// A one-read blob to be fetched; the grant's and the reader's signatures have been checked.
#[derive(Debug, Clone)]
pub struct LeaseBlob {
    /// Which.
    pub id: BlobId,
    /// The grant.
    pub grant: Grant,
    /// Who signed it.
    pub signer: PublicKey,
}

impl Action for LeaseBlob {
    type Output = Vec<u8>;

    fn apply(
        &self,
        _state: &mut WriterState,
        tx: &mut dyn Tx,
        now: Timestamp,
    ) -> Stored<Result<Vec<u8>, Refusal>> {
        let Some(held) = tx.blob(&self.id)? else { return Ok(Err(NO_BLOB)) };
        match blob::lease(&self.id, &held, &self.grant, &self.signer, now) {
            Err(refusal) => Ok(Err(refusal)),
            Ok(leased) => Ok(tx.update_blob(&self.id, &leased)?.ok_or(NO_BLOB)),
        }
    }
}

/// The reader's word that it has read a one-read blob.
#[derive(Debug, Clone)]
pub struct ReadBlob {
    /// Which.
    pub id: BlobId,
    /// The grant.
    pub grant: Grant,
    /// Who signed it.
    pub signer: PublicKey,
}

impl Action for ReadBlob {
    type Output = Erased;

    fn apply(
        &self,
        _state: &mut WriterState,
        tx: &mut dyn Tx,
        now: Timestamp,
    ) -> Stored<Result<Erased, Refusal>> {
        let Some(held) = tx.blob(&self.id)? else { return Ok(Err(NO_BLOB)) };
        match blob::read(&self.id, &held, &self.grant, &self.signer, now) {
            Err(refusal) => Ok(Err(refusal)),
            Ok(ReadDecision::Gone) => Ok(Ok(Erased { erased: 0 })),
            Ok(ReadDecision::Delete(read)) => {
                tx.update_blob(&self.id, &read)?;
                Ok(Ok(Erased { erased: 1 }))
            }
        }
    }
}
