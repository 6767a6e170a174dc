//! Whom the relay believes: the network's manifest and key note, behind one small trait, so that the
//! server does not care where they come from.

use std::fmt::Debug;
use std::sync::{Arc, PoisonError, RwLock};

use bystand_crypto::passes::IssuerPublicKey;
use bystand_wire::problem::Code;
use bystand_wire::relay_api::{LogKind, SignedBytes};
use bystand_wire::{NetworkId, PassPurpose, Period, PublicKey, Role, Timestamp};

pub use crate::rules::publish::{AcceptedEntry, QuorumPass};

/// A device whose certificate holds now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CertifiedDevice {
    /// Its key.
    pub key: PublicKey,
    /// Its roles.
    pub roles: Vec<Role>,
}

/// The network's word on who may do what, as of the newest manifest and key note.
pub trait Authority: Send + Sync + Debug {
    /// The network.
    fn network(&self) -> NetworkId;

    /// Whether there is a manifest yet.
    fn is_set_up(&self) -> bool;

    /// The key that certifies passes of a purpose and period.
    fn issuer_key(&self, purpose: PassPurpose, period: Period) -> Option<IssuerPublicKey>;

    /// Checks a certificate.
    ///
    /// # Errors
    /// `certificate-invalid`, `not-set-up`.
    fn check_certificate(&self, certificate: &SignedBytes, now: Timestamp) -> Result<CertifiedDevice, Code>;

    /// Checks that a log entry is signed by its authority, and an alert by its quorum.
    ///
    /// # Errors
    /// `malformed`, `not-allowed`, `other-network`, `backwards`, `no-quorum`, `not-set-up`.
    fn read_log_entry(&self, kind: LogKind, body: &[u8], now: Timestamp) -> Result<AcceptedEntry, Code>;

    /// The authority after an entry it accepted is in the log: another one after a manifest or a key
    /// note, `None` when nothing changes. Also called for the stored ones when the relay starts, which
    /// may have run out meanwhile.
    fn after(&self, kind: LogKind, body: &[u8]) -> Option<Arc<dyn Authority>>;
}

/// The authority of the moment; clones share it.
#[derive(Debug, Clone)]
pub struct Trust(Arc<RwLock<Arc<dyn Authority>>>);

impl Trust {
    /// Begins with one.
    pub fn new(authority: Arc<dyn Authority>) -> Self {
        Self(Arc::new(RwLock::new(authority)))
    }

    /// The one that holds now.
    pub fn now(&self) -> Arc<dyn Authority> {
        self.0.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Takes over what an entry changed.
    pub fn learn(&self, kind: LogKind, body: &[u8]) {
        let mut held = self.0.write().unwrap_or_else(PoisonError::into_inner);
        if let Some(next) = held.after(kind, body) {
            *held = next;
        }
    }
}
