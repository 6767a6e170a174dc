//! Whom a network trusts: from the network id on a card to the key a report is sealed to.
//!
//! ```text
//! network id --hash of--> first root set --changes--> root set --threshold--> manifest
//!   manifest --operations key--> key note --> desk, host and registrar keys, issuer keys, revocations
//!   manifest --registrars--> certificates --> devices and their roles
//!   manifest --log key--> checkpoints --> manifests, key notes and alerts are the ones everybody sees
//! ```
//!
//! Types come in pairs: what was decoded ([`Manifest`], [`KeyNote`], [`Certificate`]) and what was
//! checked ([`VerifiedManifest`], [`VerifiedKeyNote`], [`VerifiedCertificate`]), which only a check
//! can make. [`Trust`] holds the checked ones together with the place in the public log that proves
//! them. Nothing here does I/O, reads a clock or draws randomness.

pub mod base32;
pub mod certificate;
pub mod enroll;
pub mod invite;
pub mod keynote;
pub mod manifest;
pub mod names;
pub mod statements;
pub mod trust;

pub use certificate::{Certificate, CertificateError, VerifiedCertificate, check_certificate};
pub use keynote::{KeyNote, KeyNoteError, KeyNoteStatus, VerifiedKeyNote};
pub use manifest::{Manifest, ManifestError, ManifestStatus, VerifiedManifest};
pub use names::{BadName, KindCode, RelayUrl};
pub use trust::{Trust, TrustError};
