//! Who is behind a leaf: opaque credentials, judged by the application.

use std::sync::Arc;

use bystand_wire::PublicKey;
use mls_rs::error::IntoAnyError;
use mls_rs::identity::{Credential, CredentialType, CustomCredential, SigningIdentity};
use mls_rs::time::MlsTime;
use mls_rs::{ExtensionList, IdentityProvider};
use mls_rs_core::identity::MemberValidationContext;

/// The MLS credential type of Bystand's leaves (private use, RFC 9420 §17.5).
pub const CREDENTIAL_TYPE: u16 = 0xf0b5;

/// The longest credential, in bytes: a certificate or a pass with its RSA certification fits twice.
pub const CREDENTIAL_LEN: usize = 4 * 1024;

/// A leaf that the application does not accept.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("the leaf is not acceptable: {reason}")]
pub struct LeafRefused {
    /// Why, in words for a log; it never holds a secret.
    pub reason: String,
}

impl LeafRefused {
    /// A refusal with its reason.
    pub fn new(reason: impl Into<String>) -> Self {
        Self { reason: reason.into() }
    }
}

impl IntoAnyError for LeafRefused {
    fn into_dyn_error(self) -> Result<Box<dyn std::error::Error + Send + Sync>, Self> {
        Ok(self.into())
    }
}

/// What the application knows about credentials, which rooms treat as opaque bytes.
///
/// **All members must give the same answer** to the same question at the same epoch, or they part
/// ways: some apply a commit that others refuse. So an answer may rest on the credentials themselves
/// and on what the network has published before the commit, never on a device's own clock or list.
///
/// `check_leaf` is asked about every leaf when a device joins (20,000 in the largest room) and about
/// each leaf that is added or changed. Whatever is expensive (a pass's RSA certification) is checked
/// apart, before a member's first message is shown.
pub trait Trust: Send + Sync {
    /// Does this credential stand for this leaf key?
    ///
    /// # Errors
    /// [`LeafRefused`] with the reason.
    fn check_leaf(&self, credential: &[u8], leaf_key: &PublicKey) -> Result<(), LeafRefused>;

    /// May this member commit at all?
    fn may_commit(&self, credential: &[u8]) -> bool;

    /// May this member add that newcomer?
    fn may_add(&self, committer: &[u8], added: &[u8]) -> bool;

    /// May this member remove that one?
    fn may_remove(&self, committer: &[u8], removed: &[u8]) -> bool;

    /// Do both credentials stand for one and the same member (a renewed certificate)?
    fn same_member(&self, before: &[u8], after: &[u8]) -> bool;
}

/// Answers MLS's questions about leaves from a [`Trust`].
#[derive(Clone)]
pub(super) struct Leaves(pub(super) Arc<dyn Trust>);

impl IdentityProvider for Leaves {
    type Error = LeafRefused;

    fn validate_member(
        &self,
        signing_identity: &SigningIdentity,
        _timestamp: Option<MlsTime>,
        _context: MemberValidationContext<'_>,
    ) -> Result<(), LeafRefused> {
        let key = leaf_key(signing_identity)?;
        self.0.check_leaf(credential(signing_identity)?, &key)
    }

    fn validate_external_sender(
        &self,
        _signing_identity: &SigningIdentity,
        _timestamp: Option<MlsTime>,
        _extensions: Option<&ExtensionList>,
    ) -> Result<(), LeafRefused> {
        Err(LeafRefused::new("rooms have no senders from outside"))
    }

    /// A leaf's name inside its room is its key: a week's pass may have two leaves for a moment
    /// (the higher counter mutes the older), but a key is there once.
    fn identity(
        &self,
        signing_identity: &SigningIdentity,
        _extensions: &ExtensionList,
    ) -> Result<Vec<u8>, LeafRefused> {
        Ok(signing_identity.signature_key.as_bytes().to_vec())
    }

    /// A member may renew the credential in its leaf, but never change its leaf key or become another.
    fn valid_successor(
        &self,
        predecessor: &SigningIdentity,
        successor: &SigningIdentity,
        _extensions: &ExtensionList,
    ) -> Result<bool, LeafRefused> {
        Ok(predecessor.signature_key == successor.signature_key
            && self.0.same_member(credential(predecessor)?, credential(successor)?))
    }

    fn supported_types(&self) -> Vec<CredentialType> {
        vec![CredentialType::new(CREDENTIAL_TYPE)]
    }
}

/// Wraps a credential for MLS.
pub(super) fn signing_identity(credential: Vec<u8>, leaf_key: &PublicKey) -> SigningIdentity {
    let credential = CustomCredential::new(CredentialType::new(CREDENTIAL_TYPE), credential);
    SigningIdentity::new(Credential::Custom(credential), leaf_key.as_bytes().to_vec().into())
}

/// The opaque bytes of a leaf's credential.
pub(super) fn credential(identity: &SigningIdentity) -> Result<&[u8], LeafRefused> {
    match identity.credential.as_custom() {
        Some(custom) if custom.credential_type.raw_value() != CREDENTIAL_TYPE => {
            Err(LeafRefused::new("a credential of another type"))
        }
        Some(custom) if custom.data.len() > CREDENTIAL_LEN => {
            Err(LeafRefused::new("a credential longer than allowed"))
        }
        Some(custom) => Ok(&custom.data),
        None => Err(LeafRefused::new("a credential of another type")),
    }
}

/// A leaf's signature key.
pub(super) fn leaf_key(identity: &SigningIdentity) -> Result<PublicKey, LeafRefused> {
    PublicKey::try_from(identity.signature_key.as_bytes())
        .map_err(|_| LeafRefused::new("a leaf key of another length"))
}
