//! Makes a stream or replaces its policy.

use bystand_wire::problem::Code;
use bystand_wire::relay_api::Created;
use bystand_wire::{StreamId, Timestamp};

use super::{creation_cost, room_holds};
use crate::rules::stream::{self, PutDecision, SignedPolicy};
use crate::rules::{Proof, Refusal};
use crate::store::{Stored, Tx};
use crate::writer::{Action, WriterState};

/// A policy whose signature has been checked.
#[derive(Debug, Clone)]
pub struct PutStream {
    /// Which stream.
    pub stream: StreamId,
    /// The policy.
    pub policy: SignedPolicy,
    /// Why the relay should spend room on it.
    pub admission: Option<Proof>,
}

impl Action for PutStream {
    type Output = Created;

    fn apply(
        &self,
        state: &mut WriterState,
        tx: &mut dyn Tx,
        now: Timestamp,
    ) -> Stored<Result<Created, Refusal>> {
        let held = state.stream(tx, &self.stream)?;
        let limits = *state.limits();
        let expires_at = self.policy.policy.expires_at;
        let admission = self.admission.as_ref();
        match stream::put(&self.stream, held.as_ref(), self.policy.clone(), admission, limits.policy, now) {
            Err(refusal) => return Ok(Err(refusal)),
            Ok(PutDecision::Unchanged) => {}
            Ok(PutDecision::Replace(new)) => {
                tx.replace_policy(&self.stream, &new)?;
                if held.is_some_and(|h| h.policy.read != new.policy.read) {
                    // Who follows it did so by the old rule.
                    state.effects().ended.push((self.stream, Code::NotAllowed));
                }
                state.changed(&self.stream, *new);
            }
            Ok(PutDecision::Create(new)) => {
                if let Some(admission) = admission {
                    if let Err(refusal) = room_holds(state, tx, admission, now)? {
                        return Ok(Err(refusal));
                    }
                    let cost = creation_cost(admission, limits.streams_per_pass, now);
                    if let Err(refusal) = state.spend(tx, &cost, now)? {
                        return Ok(Err(refusal));
                    }
                }
                tx.create_stream(&self.stream, &new)?;
                state.changed(&self.stream, *new);
            }
        }
        Ok(Ok(Created { expires_at }))
    }

    fn weight(&self) -> usize {
        4096
    }
}
