//! An alert that a registrar elsewhere signed and published: the desk's casebook learns of it from the
//! public log.

use bystand_wire::{Hash32, IncidentId, Timestamp};

use super::super::{Cx, Shared};
use super::{Desk, PublicAlert};
use crate::alerts::{NoteKind, SignedAlert};
use crate::desk::{AlertEvent, AlertStep, Author, Countersign};
use crate::team::TeamKind;

const RECORDS: &str = "desk/elsewhere/";

/// A publication that the casebook may not know of yet. It lies in the vault until the casebook does: the
/// log is told once, and a device that has just started reads it before its casebook.
#[derive(Debug)]
pub(super) struct Elsewhere {
    signed: Box<SignedAlert>,
    pub(super) turn: Timestamp,
}

impl Desk {
    /// Takes up what was in the vault: its turn has come.
    pub(super) fn load_elsewhere(&mut self, name: &str, text: &[u8]) {
        let Some(index) = name.strip_prefix(RECORDS).and_then(|index| index.parse().ok()) else { return };
        if let Ok(signed) = SignedAlert::parse(text) {
            let turn = Timestamp(0);
            self.elsewhere.insert(index, Elsewhere { signed: Box::new(signed), turn });
        }
    }

    pub(super) fn countersigned_elsewhere(
        &mut self,
        ctx: &mut Cx<'_>,
        shared: &mut Shared,
        alert: &PublicAlert,
    ) {
        let PublicAlert::Taken { note, signed, index, .. } = alert else { return };
        if signed.registrars().is_empty() || !shared.teams.contains_key(&TeamKind::Desk) {
            return;
        }
        let Ok(text) = signed.to_text() else { return };
        let turn = self.turn(shared, note.alert.as_ref(), ctx.now);
        ctx.store_bytes(&format!("{RECORDS}{index}"), text.into_bytes());
        self.elsewhere.insert(*index, Elsewhere { signed: signed.clone(), turn });
    }

    /// This device is no dispatcher's any more.
    pub(super) fn forget_elsewhere(&self, ctx: &mut Cx<'_>) {
        for index in self.elsewhere.keys() {
            ctx.forget(&format!("{RECORDS}{index}"));
        }
    }

    /// When it is this device's turn to write something down, or something need not be kept any more.
    pub(super) fn countersigned_due_next(&self, now: Timestamp) -> Option<Timestamp> {
        let moments = self.elsewhere.values().flat_map(|e| [e.turn, e.signed.note().expires]);
        moments.filter(|at| *at > now).min()
    }

    /// Writes down what was published elsewhere, when it is this device's turn.
    pub(super) fn countersigned_due(&mut self, ctx: &mut Cx<'_>, shared: &mut Shared) {
        let due: Vec<u64> =
            self.elsewhere.iter().filter(|(_, e)| e.turn <= ctx.now).map(|(index, _)| *index).collect();
        for index in due {
            let Some(Elsewhere { signed, .. }) = self.elsewhere.get(&index) else { continue };
            let signed = signed.clone();
            let is_over = signed.note().expires <= ctx.now || self.is_known(&signed, index);
            if is_over || self.write_countersigned(ctx, shared, &signed, index) {
                self.elsewhere.remove(&index);
                ctx.forget(&format!("{RECORDS}{index}"));
            }
        }
    }

    /// Whether the casebook has it: this device signed it itself, or somebody's device was faster.
    fn is_known(&self, signed: &SignedAlert, log_index: u64) -> bool {
        let alert = signed.note().alert;
        let incident = self.state.incident_of_alert(alert).and_then(|id| self.state.incident(id));
        let held = incident.and_then(|incident| incident.alerts.get(&alert));
        held.is_some_and(|held| held.published.iter().any(|p| p.log_index == log_index))
    }

    /// Whether it could be written: the casebook waits for it.
    fn write_countersigned(
        &mut self,
        ctx: &mut Cx<'_>,
        shared: &mut Shared,
        signed: &SignedAlert,
        log_index: u64,
    ) -> bool {
        let alert = signed.note().alert;
        let Some(incident) = self.state.incident_of_alert(alert) else { return false };
        let Some(step) = self.awaited_step(incident, signed) else { return false };
        let Some(line) = signed.registrars().first() else { return false };
        // A registrar who is not on the desk has no name there but its device key.
        let signer = Author(Hash32(line.device.0));
        let given = AlertEvent::CountersignGiven { incident, alert, step, signer };
        let Ok(entry) = self.write(ctx, shared, given) else { return false };
        let published = AlertEvent::Published { incident, alert, step, log_index };
        let _ = self.append_fact(ctx, shared, published);
        self.tell_zones(ctx, shared, incident, signed.to_text().unwrap_or_default(), &[entry]);
        true
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
