//! Appends to the public log and signs its checkpoint.

use std::sync::Arc;

use bystand_wire::relay_api::{LogKind, LogLeaf, LogPart, Logged};
use bystand_wire::{Hash32, Timestamp, encode};

use crate::log;
use crate::rules::Refusal;
use crate::rules::publish::{self, AcceptedEntry};
use crate::store::{NewLogEntry, Stored, Tx};
use crate::writer::{Action, WriterState};

/// An entry that its authority's check has accepted.
#[derive(Debug, Clone)]
pub struct Publish {
    /// What it is.
    pub kind: LogKind,
    /// SHA-256 of the body.
    pub body_hash: Hash32,
    /// The text.
    pub body: Arc<[u8]>,
    /// What the check found.
    pub accepted: AcceptedEntry,
}

impl Action for Publish {
    type Output = Logged;

    fn apply(
        &self,
        state: &mut WriterState,
        tx: &mut dyn Tx,
        now: Timestamp,
    ) -> Stored<Result<Logged, Refusal>> {
        if let Some(index) = tx.find_log_entry(self.kind, &self.body_hash)? {
            let checkpoint = sign(state, tx, now)?;
            return Ok(Ok(Logged { index, checkpoint }));
        }
        let held = tx.log_version(self.kind)?;
        let mut spent = Vec::new();
        for pass in &self.accepted.passes {
            spent.push(tx.pass_use(&pass.id)?);
        }
        if let Err(refusal) = publish::decide(&self.accepted, &self.body_hash, held, &spent) {
            return Ok(Err(refusal));
        }
        for pass in &self.accepted.passes {
            tx.use_pass(&pass.id, &self.body_hash, pass.forget_at)?;
        }
        let index = tx.log_size()?;
        let leaf = encode(&LogLeaf { kind: self.kind, body_hash: self.body_hash });
        let (first, completed) = log::completed_hashes(index, &leaf, tx)?;
        let entry = NewLogEntry {
            index,
            kind: self.kind,
            body_hash: self.body_hash,
            body: self.body.clone(),
            at: now,
            text_until: self.accepted.text_until,
            version: self.accepted.version,
        };
        tx.log(&entry, first, &completed)?;
        let checkpoint = sign(state, tx, now)?;
        let effects = state.effects();
        effects.logged.push((self.kind, self.body.clone(), index));
        if LogPart::News.has(self.kind) {
            effects.log_size = Some(index.saturating_add(1));
        }
        Ok(Ok(Logged { index, checkpoint }))
    }

    fn weight(&self) -> usize {
        self.body.len() + 1024
    }
}

/// Signs the checkpoint again, so that clients see that the relay's word is fresh.
#[derive(Debug, Clone, Copy)]
pub struct Resign;

impl Action for Resign {
    type Output = ();

    fn apply(&self, state: &mut WriterState, tx: &mut dyn Tx, now: Timestamp) -> Stored<Result<(), Refusal>> {
        sign(state, tx, now)?;
        Ok(Ok(()))
    }
}

/// The checkpoint is signed before the transaction ends and given out after, so a tree that was
/// signed and then lost was never shown to anybody.
fn sign(state: &mut WriterState, tx: &mut dyn Tx, now: Timestamp) -> Stored<String> {
    let size = tx.log_size()?;
    let root = log::root(size, tx)?;
    let text = state.signer.checkpoint(size, &root, now)?;
    tx.put_checkpoint(size, &text)?;
    Ok(text)
}
