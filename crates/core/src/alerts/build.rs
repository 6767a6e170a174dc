//! How the desk makes an alert: from a finding, by a dispatcher, or with a second registrar.

use bystand_crypto::passes::{OwnedPass, sign_with_pass};
use bystand_crypto::sign::{self, SigningKey};
use bystand_wire::{AlertId, NetworkId, Timestamp, limits};

use super::note::{AlertNote, NoteError, NoteKind};
use super::signed::{AlertText, Countersign, PassLine, RegistrarLine, SignedAlert};
use super::statement::{FindingProof, FindingStatement, Outcome, whole_seconds};

/// Collects what an alert needs. The text is fixed at the start; signatures are added to it.
#[derive(Debug, Clone)]
pub struct AlertBuilder {
    alert: SignedAlert,
}

impl AlertBuilder {
    /// A note that says what a statement says. It speaks for `life_ms`, at most
    /// [`limits::ALERT_LIFE_MS`].
    ///
    /// # Errors
    /// [`NoteError`] when the finding, the serial or the times do not go with the kind of note.
    pub fn from_statement(
        network: &NetworkId,
        note: NoteKind,
        serial: u32,
        statement: &FindingStatement,
        life_ms: u64,
        now: Timestamp,
    ) -> Result<Self, NoteError> {
        let issued = whole_seconds(now);
        let statement = statement.clone().rounded();
        Self::from_note(AlertNote {
            network: *network,
            alert: statement.alert,
            serial,
            note,
            kind: statement.kind,
            place: statement.place,
            observed_from: statement.observed_from,
            observed_until: statement.observed_until,
            outcome: Some(statement.outcome),
            issued,
            expires: whole_seconds(issued.plus_ms(life_ms.min(limits::ALERT_LIFE_MS))),
        })
    }

    /// A note 'being checked again' after `held`, the last note of its alert.
    ///
    /// # Errors
    /// [`NoteError`].
    pub fn rechecking(held: &AlertNote, life_ms: u64, now: Timestamp) -> Result<Self, NoteError> {
        let issued = whole_seconds(now);
        Self::from_note(AlertNote {
            serial: held.serial.saturating_add(1),
            note: NoteKind::Rechecking,
            outcome: None,
            issued,
            expires: whole_seconds(issued.plus_ms(life_ms.min(limits::ALERT_LIFE_MS))),
            ..held.clone()
        })
    }

    fn from_note(note: AlertNote) -> Result<Self, NoteError> {
        note.check()?;
        Ok(Self { alert: SignedAlert::unsigned(note) })
    }

    /// The note.
    pub fn note(&self) -> &AlertNote {
        self.alert.note()
    }

    /// Adds a verifier's finding.
    ///
    /// # Errors
    /// [`NoteError::Finding`] when the finding does not say what the note says.
    pub fn finding(mut self, proof: &FindingProof) -> Result<Self, NoteError> {
        if self.alert.note().statement().as_ref() != Some(&proof.statement) {
            return Err(NoteError::Finding);
        }
        self.alert.add_finding(PassLine { pass: proof.pass.clone(), signature: proof.signature });
        Ok(self)
    }

    /// Signs with a dispatcher's publish pass, which is used up by it.
    #[must_use]
    pub fn publish(mut self, pass: &OwnedPass) -> Self {
        let note = self.alert.note();
        let signature = sign_with_pass(&note.network, pass, &AlertText(note.to_string()));
        self.alert.add_publish(PassLine { pass: pass.pass.clone(), signature });
        self
    }

    /// Signs with a second registrar's device key, where the manifest allows it.
    #[must_use]
    pub fn countersign(mut self, device: &SigningKey) -> Self {
        let note = self.alert.note();
        let signature = sign::sign(&note.network, device, &Countersign(note.to_string()));
        self.alert.add_registrar(RegistrarLine { device: device.public(), signature });
        self
    }

    /// The signed note, as it is sent to the relay.
    ///
    /// # Errors
    /// [`NoteError::Signatures`], [`NoteError::TooLong`].
    pub fn finish(self) -> Result<String, NoteError> {
        self.alert.to_text()
    }
}

/// The kind of note that first says what was found, when the alert is not yet public.
pub fn first_note(outcome: Outcome) -> Option<NoteKind> {
    match outcome {
        Outcome::Confirmed => Some(NoteKind::New),
        Outcome::FalseAlarm(_) => Some(NoteKind::RumorCheck),
        Outcome::Over(_) => None,
    }
}

/// A fresh alert id, drawn at the call-out.
pub fn draw_alert_id(rng: &mut impl rand_core::CryptoRng) -> AlertId {
    let mut bytes = [0; AlertId::LEN];
    rng.fill_bytes(&mut bytes);
    AlertId(bytes)
}
