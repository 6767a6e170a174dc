//! Deletes what has expired.

use bystand_wire::Timestamp;
use bystand_wire::problem::Code;

use crate::rules::Refusal;
use crate::store::{Stored, SweepLimits, Swept, Tx};
use crate::writer::{Action, WriterState};

/// One piece of the sweep.
#[derive(Debug, Clone, Copy)]
pub struct Sweep {
    /// How much to delete in one transaction.
    pub rows: u32,
    /// How long replaced manifests and key notes, and other texts without an end, are kept.
    pub old_texts_ms: u64,
}

impl Action for Sweep {
    type Output = Swept;

    fn apply(
        &self,
        state: &mut WriterState,
        tx: &mut dyn Tx,
        now: Timestamp,
    ) -> Stored<Result<Swept, Refusal>> {
        let limits = SweepLimits { rows: self.rows, old_texts_before: now.minus_ms(self.old_texts_ms) };
        let swept = tx.sweep(now, limits)?;
        for id in &swept.streams {
            state.forget(id);
        }
        state.effects().ended.extend(swept.ended.iter().map(|id| (*id, Code::NotFound)));
        Ok(Ok(swept))
    }
}
