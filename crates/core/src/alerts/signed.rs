//! An alert with its signature lines (c2sp.org/signed-note, custom type `0xff`).
//!
//! | line's name | payload (canonical CBOR) | the key signs |
//! | --- | --- | --- |
//! | `bystand/finding` | pass, signature | the [`FindingStatement`](super::FindingStatement) rebuilt from the text (purpose `finding`) |
//! | `bystand/publish` | pass, signature | the text (purpose `alert`) |
//! | `bystand/registrar` | device key, signature | the text (purpose `alert-countersign`) |
//!
//! A line's key id is that of the signed-note specification for the name, the type
//! `bystand/v1/<word>` and the pass's or device's key. Lines of other names are refused rather than
//! skipped: one alert has one form.

use bystand_crypto::notes::{NoteSignature, NoteText, custom_key_id};
use bystand_crypto::passes;
use bystand_crypto::sign::Statement;
use bystand_wire::relay_api::Pass;
use bystand_wire::{Hash32, PublicKey, SignatureBytes, decode, encode, limits};
use minicbor::{Decode, Encode};

use super::note::{AlertNote, NoteError};

/// The text of a note as a publish pass signs it.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
#[cbor(transparent)]
pub struct AlertText(#[n(0)] pub String);

impl Statement for AlertText {
    const PURPOSE: &'static str = "alert";
}

/// The text of a note as a second registrar signs it, where the manifest allows that to stand in for
/// a finding.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
#[cbor(transparent)]
pub struct Countersign(#[n(0)] pub String);

impl Statement for Countersign {
    const PURPOSE: &'static str = "alert-countersign";
}

/// A signature by a pass.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct PassLine {
    /// The pass.
    #[n(0)]
    pub pass: Pass,
    /// By its key.
    #[n(1)]
    pub signature: SignatureBytes,
}

/// A signature by a registrar's device.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct RegistrarLine {
    /// The device.
    #[n(0)]
    pub device: PublicKey,
    /// By its key.
    #[n(1)]
    pub signature: SignatureBytes,
}

/// A note and its signatures, read and not checked: see [`check_quorum`](super::check_quorum).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SignedAlert {
    note: AlertNote,
    findings: Vec<PassLine>,
    publishes: Vec<PassLine>,
    registrars: Vec<RegistrarLine>,
}

#[derive(Clone, Copy)]
enum Line {
    Finding,
    Publish,
    Registrar,
}

impl Line {
    fn name(self) -> &'static str {
        match self {
            Line::Finding => "bystand/finding",
            Line::Publish => "bystand/publish",
            Line::Registrar => "bystand/registrar",
        }
    }

    fn signature_type(self) -> &'static str {
        match self {
            Line::Finding => "bystand/v1/finding",
            Line::Publish => "bystand/v1/publish",
            Line::Registrar => "bystand/v1/registrar",
        }
    }

    fn write(self, key: &PublicKey, payload: Vec<u8>) -> NoteSignature {
        let key_id = custom_key_id(self.name(), self.signature_type(), key);
        NoteSignature { name: self.name().to_owned(), key_id, payload }
    }
}

impl SignedAlert {
    /// A note that nobody has signed yet.
    pub fn unsigned(note: AlertNote) -> Self {
        Self { note, findings: Vec::new(), publishes: Vec::new(), registrars: Vec::new() }
    }

    /// Reads a signed note.
    ///
    /// # Errors
    /// [`NoteError`]. Whatever deviates from what [`to_text`](Self::to_text) writes is refused.
    pub fn parse(bytes: &[u8]) -> Result<Self, NoteError> {
        if bytes.len() > limits::ALERT_NOTE_LEN {
            return Err(NoteError::TooLong);
        }
        let read = NoteText::parse(bytes).map_err(|_| NoteError::Signatures)?;
        let mut alert = Self::unsigned(AlertNote::parse(&read.text)?);
        for line in &read.signatures {
            alert.read_line(line)?;
        }
        // The lines have an order, and a payload has one encoding.
        if alert.to_text()?.as_bytes() == bytes { Ok(alert) } else { Err(NoteError::Form) }
    }

    fn read_line(&mut self, line: &NoteSignature) -> Result<(), NoteError> {
        let bad = |_| NoteError::Signatures;
        if line.name == Line::Finding.name() {
            self.findings.push(decode(&line.payload).map_err(bad)?);
        } else if line.name == Line::Publish.name() {
            self.publishes.push(decode(&line.payload).map_err(bad)?);
        } else if line.name == Line::Registrar.name() {
            self.registrars.push(decode(&line.payload).map_err(bad)?);
        } else {
            return Err(NoteError::Signatures);
        }
        Ok(())
    }

    /// Writes the note: findings first, then publishes, then registrars.
    ///
    /// # Errors
    /// [`NoteError::Signatures`] without a signature or with too many; [`NoteError::TooLong`].
    pub fn to_text(&self) -> Result<String, NoteError> {
        let pass_line = |kind: Line, line: &PassLine| kind.write(&line.pass.key, encode(line));
        let mut signatures: Vec<NoteSignature> = Vec::new();
        signatures.extend(self.findings.iter().map(|l| pass_line(Line::Finding, l)));
        signatures.extend(self.publishes.iter().map(|l| pass_line(Line::Publish, l)));
        signatures.extend(self.registrars.iter().map(|l| Line::Registrar.write(&l.device, encode(l))));
        let note = NoteText { text: self.note.to_string(), signatures };
        let text = note.encode().map_err(|_| NoteError::Signatures)?;
        if text.len() > limits::ALERT_NOTE_LEN { Err(NoteError::TooLong) } else { Ok(text) }
    }

    /// What it says.
    pub fn note(&self) -> &AlertNote {
        &self.note
    }

    /// Signatures by finding passes.
    pub fn findings(&self) -> &[PassLine] {
        &self.findings
    }

    /// Signatures by publish passes.
    pub fn publishes(&self) -> &[PassLine] {
        &self.publishes
    }

    /// Signatures by registrars.
    pub fn registrars(&self) -> &[RegistrarLine] {
        &self.registrars
    }

    /// Adds a finding's signature.
    pub fn add_finding(&mut self, line: PassLine) {
        self.findings.push(line);
    }

    /// Adds a dispatcher's signature.
    pub fn add_publish(&mut self, line: PassLine) {
        self.publishes.push(line);
    }

    /// Adds a registrar's signature.
    pub fn add_registrar(&mut self, line: RegistrarLine) {
        self.registrars.push(line);
    }

    /// What the spent sets know its passes by, each once.
    pub fn pass_ids(&self) -> Vec<Hash32> {
        let mut ids: Vec<Hash32> =
            self.findings.iter().chain(&self.publishes).map(|l| passes::pass_id(&l.pass)).collect();
        ids.sort_unstable();
        ids.dedup();
        ids
    }
}
