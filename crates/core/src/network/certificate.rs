//! Certificates: a registrar says that a pseudonymous device key holds some roles until a date.
//! No person is named anywhere.

use bystand_crypto::sign::{SignError, Signed, Statement};
use bystand_wire::{Hash32, PublicKey, Role, Timestamp, limits};
use minicbor::{Decode, Encode};

use super::keynote::VerifiedKeyNote;
use super::manifest::{ManifestStatus, VerifiedManifest};

/// What a registrar signs. Plain data: trust it as a [`VerifiedCertificate`] only.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct Certificate {
    /// The device.
    #[n(0)]
    pub device: PublicKey,
    /// What it may do: ascending, each once, at least one.
    #[n(1)]
    pub roles: Vec<Role>,
    /// First moment.
    #[n(2)]
    pub not_before: Timestamp,
    /// First moment after it: at most [`limits::CERTIFICATE_MS`] later.
    #[n(3)]
    pub not_after: Timestamp,
    /// The registrar's device that signs it.
    #[n(4)]
    pub issuer: PublicKey,
}

impl Statement for Certificate {
    const PURPOSE: &'static str = "certificate";
}

/// Why a certificate does not count now.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum CertificateError {
    /// Not signed by the registrar it names.
    #[error("the certificate's signature does not hold: {0}")]
    Signature(#[from] SignError),
    /// Signed by a device that is no registrar (any more).
    #[error("the certificate was not issued by a registrar of this network")]
    NotARegistrar,
    /// Roles missing, repeated or not in order, or a life longer than allowed.
    #[error("the certificate is not of the right form")]
    Form,
    /// Says that a device is a registrar which the manifest does not list.
    #[error("only the manifest makes a device a registrar")]
    RegistrarNotInManifest,
    /// Begins later.
    #[error("the certificate is valid only from {0}")]
    NotYet(Timestamp),
    /// Over.
    #[error("the certificate ended at {0}: ask for a new one")]
    Expired(Timestamp),
    /// Listed in the key note.
    #[error("the certificate was revoked")]
    Revoked,
    /// The network's manifest has expired, and with it all members' work.
    #[error("the network's manifest has expired: its stewards must sign a new one")]
    ManifestExpired,
}

impl CertificateError {
    /// The stable code.
    pub fn code(&self) -> &'static str {
        match self {
            CertificateError::Signature(_) => "certificate-signature",
            CertificateError::NotARegistrar => "certificate-issuer",
            CertificateError::Form => "certificate-form",
            CertificateError::RegistrarNotInManifest => "certificate-registrar",
            CertificateError::NotYet(_) => "certificate-not-yet",
            CertificateError::Expired(_) => "certificate-expired",
            CertificateError::Revoked => "certificate-revoked",
            CertificateError::ManifestExpired => "certificate-manifest-expired",
        }
    }
}

/// A certificate that counted at the moment it was checked. Only [`check_certificate`] makes one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct VerifiedCertificate {
    certificate: Certificate,
    hash: Hash32,
}

impl VerifiedCertificate {
    /// The device.
    pub fn device(&self) -> PublicKey {
        self.certificate.device
    }

    /// What it may do, ascending.
    pub fn roles(&self) -> &[Role] {
        &self.certificate.roles
    }

    /// Whether it may do this.
    pub fn has_role(&self, role: Role) -> bool {
        self.certificate.roles.binary_search(&role).is_ok()
    }

    /// What the log and revocations name it by.
    pub fn hash(&self) -> Hash32 {
        self.hash
    }

    /// First moment at which it no longer counts.
    pub fn not_after(&self) -> Timestamp {
        self.certificate.not_after
    }

    /// The registrar that issued it.
    pub fn issuer(&self) -> PublicKey {
        self.certificate.issuer
    }
}

/// Checks a certificate against the manifest and, when there is one, the key note's revocations.
///
/// Before a network has its first key note nothing can have been revoked, hence the `Option`.
///
/// # Errors
/// [`CertificateError`].
pub fn check_certificate(
    signed: &Signed<Certificate>,
    manifest: &VerifiedManifest,
    key_note: Option<&VerifiedKeyNote>,
    now: Timestamp,
) -> Result<VerifiedCertificate, CertificateError> {
    if manifest.status(now) != ManifestStatus::Current {
        return Err(CertificateError::ManifestExpired);
    }
    if !manifest.is_registrar(&signed.claimed_key()) {
        return Err(CertificateError::NotARegistrar);
    }
    let certificate = signed.open(manifest.network(), &signed.claimed_key())?;
    if certificate.issuer != signed.claimed_key() || !has_form(&certificate) {
        return Err(CertificateError::Form);
    }
    let claims_registrar = certificate.roles.contains(&Role::Registrar);
    if claims_registrar && !manifest.is_registrar(&certificate.device) {
        return Err(CertificateError::RegistrarNotInManifest);
    }
    if now.plus_ms(limits::CLOCK_SKEW_MS) < certificate.not_before {
        return Err(CertificateError::NotYet(certificate.not_before));
    }
    if now >= certificate.not_after.plus_ms(limits::CLOCK_SKEW_MS) {
        return Err(CertificateError::Expired(certificate.not_after));
    }
    let hash = signed.hash();
    if key_note.is_some_and(|note| note.is_revoked(&hash)) {
        return Err(CertificateError::Revoked);
    }
    Ok(VerifiedCertificate { certificate, hash })
}

fn has_form(certificate: &Certificate) -> bool {
    let life_ms = certificate.not_after.since_ms(certificate.not_before);
    !certificate.roles.is_empty()
        && certificate.roles.is_sorted_by(|a, b| a < b)
        && (1..=limits::CERTIFICATE_MS).contains(&life_ms)
}
