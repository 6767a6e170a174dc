//! An alert that a registrar elsewhere signed and published: the desk's casebook learns of it from the
//! public log.

use bystand_wire::{Hash32, IncidentId, Timestamp};

use super::super::{Cx, Shared};
use super::{Desk, PublicAlert};
use crate::alerts::{NoteKind, SignedAlert};
use crate::desk::{AlertEvent, AlertStep, Author, Countersign};

/// A publication that the casebook does not know of yet.
#[derive(Debug)]
pub(super) struct Elsewhere {
    incident: IncidentId,
    step: AlertStep,
    signer: Author,
    signed: Box<SignedAlert>,
    pub(super) turn: Timestamp,
}

impl Desk {
    pub(super) fn countersigned_elsewhere(
        &mut self,
        ctx: &mut Cx<'_>,
        shared: &mut Shared,
        alert: &PublicAlert,
    ) {
        let PublicAlert::Taken { note, signed, index, .. } = alert else { return };
        let Some(incident) = self.state.incident_of_alert(note.alert) else { return };
        let Some(line) = signed.registrars().first() else { return };
        let Some(step) = self.awaited_step(incident, signed) else { return };
        // A registrar who is not on the desk has no name there but its device key.
        let signer = Author(Hash32(line.device.0));
        let turn = self.turn(shared, note.alert.as_ref(), ctx.now);
        let found = Elsewhere { incident, step, signer, signed: signed.clone(), turn };
        self.elsewhere.insert(*index, found);
        self.countersigned_due(ctx, shared);
    }

    /// Writes down what was published elsewhere, when it is this device's turn.
    pub(super) fn countersigned_due(&mut self, ctx: &mut Cx<'_>, shared: &mut Shared) {
        let due: Vec<(u64, Elsewhere)> = self.elsewhere.extract_if(.., |_, e| e.turn <= ctx.now).collect();
        for (log_index, found) in due {
            let Elsewhere { incident, step, signer, signed, .. } = found;
            let alert = signed.note().alert;
            // Somebody's device may have been faster.
            if self.awaited_step(incident, &signed) != Some(step) {
                continue;
            }
            let given = AlertEvent::CountersignGiven { incident, alert, step, signer };
            let Ok(entry) = self.write(ctx, shared, given) else { continue };
            let published = AlertEvent::Published { incident, alert, step, log_index };
            let _ = self.append_fact(ctx, shared, published);
            self.tell_zones(ctx, shared, incident, signed.to_text().unwrap_or_default(), &[entry]);
        }
    }

    /// The step that waits for a signature, if this note is about it.
    fn awaited_step(&self, incident: IncidentId, signed: &SignedAlert) -> Option<AlertStep> {
        let alert = self.state.incident(incident)?.alerts.get(&signed.note().alert)?;
        let prepared = alert.prepared.as_ref()?;
        let is_asked = matches!(prepared.countersign, Countersign::Asked(_));
        let says_so = match prepared.step {
            AlertStep::New => signed.note().note == NoteKind::New,
            AlertStep::Update | AlertStep::Renew => signed.note().note == NoteKind::Update,
            AlertStep::Wrong => signed.note().note == NoteKind::Wrong,
            AlertStep::Over(_) => signed.note().note == NoteKind::Over,
        };
        (is_asked && says_so).then_some(prepared.step)
    }
}
