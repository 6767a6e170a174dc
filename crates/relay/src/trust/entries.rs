//! Log entries: signed by their authority, alerts by their quorum.

use std::sync::Arc;

use bystand_core::alerts::book::{BookError, KEPT_MS};
use bystand_core::alerts::note::NoteError;
use bystand_core::alerts::quorum::NoQuorum;
use bystand_core::alerts::signed::SignedAlert;
use bystand_core::alerts::{Quorum, check_quorum};
use bystand_core::network::statements::{CertificatesIssued, EpochAuthenticator, IssuanceTotals};
use bystand_core::network::{KeyNoteError, ManifestError, VerifiedKeyNote, VerifiedManifest};
use bystand_crypto::sign::{Signed, Statement};
use bystand_wire::problem::Code;
use bystand_wire::relay_api::LogKind;
use bystand_wire::{PublicKey, Timestamp, decode};

use super::Authority;
use crate::rules::publish::{AcceptedEntry, QuorumPass};

impl Authority {
    /// Checks an entry that asks to be logged.
    ///
    /// # Errors
    /// `malformed`, `not-allowed`, `other-network`, `backwards`, `no-quorum`, `pass-spent`,
    /// `clock-skew`, `not-set-up`.
    pub fn read_log_entry(&self, kind: LogKind, body: &[u8], now: Timestamp) -> Result<AcceptedEntry, Code> {
        match kind {
            LogKind::Manifest => self.read_manifest(body, now),
            LogKind::KeyNote => self.read_key_note(body, now),
            LogKind::Alert => self.read_alert(body, now),
            LogKind::EpochAuthenticator => {
                let key_note = self.key_note().ok_or(Code::NotSetUp)?;
                self.signed::<EpochAuthenticator>(body, |key| key_note.is_host_key(key))
            }
            LogKind::Certificates => {
                let manifest = self.manifest().ok_or(Code::NotSetUp)?;
                self.signed::<CertificatesIssued>(body, |key| manifest.is_registrar(key))
            }
            LogKind::IssuanceTotals => {
                let manifest = self.manifest().ok_or(Code::NotSetUp)?;
                self.signed::<IssuanceTotals>(body, |key| manifest.is_registrar(key))
            }
        }
    }

    /// The authority after an entry that it accepted is in the log at `index`; `None` when nothing
    /// changes. No clock: the entries may be those of last month, read again at a start.
    pub(super) fn after(&self, kind: LogKind, body: &[u8], index: u64) -> Option<Authority> {
        let mut next = self.clone();
        match kind {
            LogKind::Manifest => {
                let manifest = VerifiedManifest::reopen(&self.network, body).ok()?;
                // A key note that the new manifest does not bear out has to be signed anew.
                let key_note = self.key_note().map(|k| VerifiedKeyNote::reopen(k.bytes(), &manifest));
                next.key_note = key_note.and_then(Result::ok).map(Arc::new);
                next.manifest = Some(Arc::new(manifest));
            }
            LogKind::KeyNote => {
                next.key_note = Some(Arc::new(VerifiedKeyNote::reopen(body, self.manifest()?).ok()?));
            }
            LogKind::Alert => {
                let quorum = self.quorum(body, Timestamp(u64::MAX)).ok()?;
                next.alerts.apply(&quorum, index).ok()?;
            }
            LogKind::EpochAuthenticator | LogKind::Certificates | LogKind::IssuanceTotals => return None,
        }
        Some(next)
    }

    fn read_manifest(&self, body: &[u8], now: Timestamp) -> Result<AcceptedEntry, Code> {
        let offered = VerifiedManifest::open(&self.network, body, now).map_err(|e| manifest_code(&e))?;
        if let Some(held) = self.manifest() {
            offered.supersedes(held).map_err(|e| manifest_code(&e))?;
        }
        // Clients believe checkpoints by the manifest's log key only: another one would lock them out.
        if offered.manifest().log != self.log {
            return Err(Code::NotAllowed);
        }
        Ok(AcceptedEntry { version: Some(offered.manifest().version), ..AcceptedEntry::default() })
    }

    fn read_key_note(&self, body: &[u8], now: Timestamp) -> Result<AcceptedEntry, Code> {
        let manifest = self.manifest().ok_or(Code::NotSetUp)?;
        let offered = VerifiedKeyNote::open(body, manifest, now).map_err(|e| key_note_code(&e))?;
        if let Some(held) = self.key_note() {
            offered.supersedes(held).map_err(|e| key_note_code(&e))?;
        }
        Ok(AcceptedEntry { version: Some(offered.note().version), ..AcceptedEntry::default() })
    }

    fn read_alert(&self, body: &[u8], now: Timestamp) -> Result<AcceptedEntry, Code> {
        let quorum = self.quorum(body, now)?;
        quorum.check_fresh(now).map_err(|e| quorum_code(&e))?;
        self.alerts.check(&quorum).map_err(book_code)?;
        let passes = quorum.spent().iter().map(|s| QuorumPass { id: s.id, forget_at: s.until }).collect();
        // Kept while anybody may be shown *no news since*.
        let text_until = Some(quorum.note().expires.plus_ms(KEPT_MS));
        Ok(AcceptedEntry { version: None, passes, text_until })
    }

    fn quorum(&self, body: &[u8], now: Timestamp) -> Result<Quorum, Code> {
        let (manifest, key_note) = self.manifest().zip(self.key_note()).ok_or(Code::NotSetUp)?;
        let alert = SignedAlert::parse(body).map_err(|e| note_code(&e))?;
        check_quorum(&alert, manifest, key_note, now).map_err(|e| quorum_code(&e))
    }

    fn signed<S: Statement>(
        &self,
        body: &[u8],
        may_sign: impl Fn(&PublicKey) -> bool,
    ) -> Result<AcceptedEntry, Code> {
        let signed: Signed<S> = decode(body).map_err(|_| Code::Malformed)?;
        signed.open_by_any(&self.network, may_sign).map_err(|_| Code::NotAllowed)?;
        Ok(AcceptedEntry::default())
    }
}

fn manifest_code(error: &ManifestError) -> Code {
    match error {
        ManifestError::Decode(_) | ManifestError::Format(_) | ManifestError::Field(_) => Code::Malformed,
        ManifestError::Roots(_) | ManifestError::OtherRoots => Code::NotAllowed,
        ManifestError::FromTheFuture { .. } => Code::ClockSkew,
        ManifestError::Backwards { .. } | ManifestError::TwoOfOneVersion(_) => Code::Backwards,
        ManifestError::OtherNetwork => Code::OtherNetwork,
    }
}

fn key_note_code(error: &KeyNoteError) -> Code {
    match error {
        KeyNoteError::Decode(_) | KeyNoteError::Field(_) => Code::Malformed,
        KeyNoteError::Signature(_) | KeyNoteError::UnknownRegistrar | KeyNoteError::OneIssuerForBoth(_) => {
            Code::NotAllowed
        }
        KeyNoteError::FromTheFuture { .. } | KeyNoteError::Expired(_) => Code::ClockSkew,
        KeyNoteError::Backwards { .. } | KeyNoteError::TwoOfOneVersion(_) => Code::Backwards,
    }
}

fn note_code(error: &NoteError) -> Code {
    match error {
        NoteError::TooLong => Code::TooLarge,
        NoteError::Line(_)
        | NoteError::Form
        | NoteError::Finding
        | NoteError::Serial
        | NoteError::Times
        | NoteError::Signatures => Code::Malformed,
    }
}

fn quorum_code(error: &NoQuorum) -> Code {
    match error {
        NoQuorum::OtherNetwork => Code::OtherNetwork,
        NoQuorum::FromTheFuture { .. } | NoQuorum::NotFresh { .. } => Code::ClockSkew,
        NoQuorum::KeysExpired(_)
        | NoQuorum::Unknown(_)
        | NoQuorum::WrongPurpose { .. }
        | NoQuorum::WrongPeriod(_)
        | NoQuorum::NoIssuer { .. }
        | NoQuorum::Pass(_)
        | NoQuorum::Registrar
        | NoQuorum::SameKey
        | NoQuorum::SameRegistrar
        | NoQuorum::TooFew { .. } => Code::NoQuorum,
    }
}

fn book_code(error: BookError) -> Code {
    match error {
        BookError::PassSpent => Code::PassSpent,
        BookError::Serial { .. } | BookError::IssuedBackwards | BookError::LogOrder => Code::Backwards,
        BookError::UnknownAlert | BookError::AlreadyBegun | BookError::Closed | BookError::Changed => {
            Code::NoQuorum
        }
        BookError::Full => Code::Busy,
    }
}
