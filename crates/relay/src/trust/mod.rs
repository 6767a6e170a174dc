//! Whom the relay believes: the network's manifest and key note, and the alerts published so far. All
//! of it comes from the public log; an [`Authority`] is what a reader of the log up to some place knows.

mod entries;

use std::sync::{Arc, PoisonError, RwLock};

use bystand_core::alerts::AlertBook;
use bystand_core::network::{
    Certificate, KeyNoteStatus, ManifestStatus, VerifiedKeyNote, VerifiedManifest, check_certificate,
};
use bystand_crypto::notes::LogVerifier;
use bystand_crypto::passes::IssuerPublicKey;
use bystand_crypto::sign::Signed;
use bystand_wire::problem::Code;
use bystand_wire::relay_api::{LogKind, LogPart, SignedBytes};
use bystand_wire::{NetworkId, PassPurpose, Period, PublicKey, Role, Timestamp, limits};

use crate::store::{LogQuery, Reader, Stored};

/// A device whose certificate holds now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CertifiedDevice {
    /// Its key.
    pub key: PublicKey,
    /// Its roles.
    pub roles: Vec<Role>,
}

/// The network's word on who may do what, as of the newest manifest and key note.
#[derive(Debug, Clone)]
pub struct Authority {
    network: NetworkId,
    log: LogVerifier,
    manifest: Option<Arc<VerifiedManifest>>,
    key_note: Option<Arc<VerifiedKeyNote>>,
    alerts: AlertBook,
}

impl Authority {
    /// Before anything is known but the network's id and the relay's own log key.
    pub fn new(network: NetworkId, log: LogVerifier) -> Self {
        Self { network, log, manifest: None, key_note: None, alerts: AlertBook::new() }
    }

    /// The network.
    pub fn network(&self) -> NetworkId {
        self.network
    }

    /// The newest manifest.
    pub fn manifest(&self) -> Option<&VerifiedManifest> {
        self.manifest.as_deref()
    }

    /// The newest key note.
    pub fn key_note(&self) -> Option<&VerifiedKeyNote> {
        self.key_note.as_deref()
    }

    /// The alerts and rumor checks of the log.
    pub fn alerts(&self) -> &AlertBook {
        &self.alerts
    }

    /// The key that certifies passes of a purpose and period. When the manifest or the key note has
    /// run out, members' work stops, but reports are taken for some days more.
    pub fn issuer_key(
        &self,
        purpose: PassPurpose,
        period: Period,
        now: Timestamp,
    ) -> Option<&IssuerPublicKey> {
        let (manifest, key_note) = (self.manifest()?, self.key_note()?);
        let reports_only = match manifest.status(now) {
            ManifestStatus::Current => key_note.status(now) == KeyNoteStatus::Expired,
            ManifestStatus::ExpiredReportsOnly { .. } => true,
            ManifestStatus::Expired => return None,
        };
        let is_report = matches!(purpose, PassPurpose::Card | PassPurpose::Report);
        if reports_only && !is_report {
            return None;
        }
        key_note.issuer_key(purpose, period)
    }

    /// Checks a certificate.
    ///
    /// # Errors
    /// `certificate-invalid`, `not-set-up`.
    pub fn check_certificate(&self, signed: &SignedBytes, now: Timestamp) -> Result<CertifiedDevice, Code> {
        let manifest = self.manifest().ok_or(Code::NotSetUp)?;
        let signed = Signed::<Certificate>::from(signed.clone());
        let checked = check_certificate(&signed, manifest, self.key_note(), now)
            .map_err(|_| Code::CertificateInvalid)?;
        Ok(CertifiedDevice { key: checked.device(), roles: checked.roles().to_vec() })
    }
}

/// The authority of the moment; clones share it.
#[derive(Debug, Clone)]
pub struct Trust(Arc<RwLock<Arc<Authority>>>);

impl Trust {
    /// Begins with one.
    pub fn new(authority: Authority) -> Self {
        Self(Arc::new(RwLock::new(Arc::new(authority))))
    }

    /// Begins with one and what the log's texts say, read in their order: each alert is checked by the keys of
    /// its time.
    ///
    /// # Errors
    /// When the log cannot be read.
    pub fn load(authority: Authority, reader: &mut dyn Reader, now: Timestamp) -> Stored<Self> {
        let trust = Self::new(authority);
        let mut after = None;
        loop {
            let query = LogQuery::After { part: LogPart::All, after };
            let read = reader.log(query, limits::READ_FRAMES, limits::READ_LEN, now)?;
            let texts = read.map(|read| read.texts).unwrap_or_default();
            let Some(last) = texts.last() else { return Ok(trust) };
            after = Some(last.index);
            for text in &texts {
                trust.learn(text.kind, &text.body, text.index);
            }
        }
    }

    /// The one that holds now.
    pub fn now(&self) -> Arc<Authority> {
        self.0.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Takes over what an entry changed that is now in the log.
    pub fn learn(&self, kind: LogKind, body: &[u8], index: u64) {
        let mut held = self.0.write().unwrap_or_else(PoisonError::into_inner);
        if let Some(next) = held.after(kind, body, index) {
            *held = Arc::new(next);
        }
    }

    /// Takes over what entries changed that are now in the log, in order.
    pub fn learn_all(&self, entries: &[(LogKind, Arc<[u8]>, u64)]) {
        for (kind, body, index) in entries {
            self.learn(*kind, body, *index);
        }
    }

    /// Forgets alerts that are no longer shown.
    pub fn prune(&self, now: Timestamp) {
        let mut held = self.0.write().unwrap_or_else(PoisonError::into_inner);
        Arc::make_mut(&mut held).alerts.prune(now);
    }
}
