//! Passes: fresh signing keys, blindly certified. The issuer learns that somebody got a pass, and
//! never which; a pass cannot be linked to its issuance, to its owner or to another pass.
//!
//! RSABSSA-SHA384-PSS-Randomized (RFC 9474) with RSA-2048 and e = 65537. What is certified is
//! `"bystand/v1/pass" || 0x00 || network id` followed by the canonical CBOR of the array
//! `[purpose, period, zone, key]`. It is verified with the issuer's public key, by everybody; the
//! issuer's secret key is never on the relay. One issuer key serves one purpose and one period,
//! which is what makes it impossible to ask for one kind of pass and get another: whoever verifies
//! picks the key by the purpose and period that the pass names.
//!
//! ```text
//! client: PassRequest::new   -> BlindedPass    -> registrar's device: IssuerKey::sign_blinded
//! client: PassRequest::finish <- BlindSignature <-
//! client: OwnedPass::redeem  -> Redemption     -> relay, desk: verify_redemption
//! ```

mod issuer;

use std::fmt;

use blind_rsa_signatures as brsa;
use brsa::PublicKeySha384PSSRandomized;
use bystand_wire::relay_api::{Pass, Redemption, UseContext};
use bystand_wire::{Hash32, NetworkId, PassPurpose, Period, PublicKey, SignatureBytes, ZoneId, encode};
use minicbor::{Decode, Decoder, Encode, Encoder};
use rand_core::CryptoRng;
use zeroize::Zeroize;

pub use issuer::{IssuerKey, IssuerPublicKey};

use crate::sign::{self, SigningKey, Statement, prefix};
use crate::{hash, memo};

/// Length of the modulus, of a blinded pass and of a certification, in bytes.
pub const MODULUS_LEN: usize = 256;
/// Why a pass, a request for one or an issuer key does not count.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum PassError {
    /// Not an RSA key of 2,048 bits with exponent 65537 in its one encoding.
    #[error("not an issuer key")]
    BadIssuerKey,
    /// A room pass names one zone and no other pass names any; card passes live a quarter and all
    /// others a week.
    #[error("the pass names a zone or period that its purpose does not have")]
    BadShape,
    /// The blinded pass is not a number below the modulus.
    #[error("not a blinded pass for this issuer key")]
    BadBlinded,
    /// The answer is by another issuer key than the one asked.
    #[error("the request was made for another issuer key")]
    OtherIssuer,
    /// The issuer has not certified this key for this purpose, period, zone and network.
    #[error("the pass is not certified by this issuer")]
    NotCertified,
    /// The pass is good, and its key has not signed this use.
    #[error("the pass was not used for this")]
    NotSigned,
    /// The key could not be drawn or written: our bug.
    #[error("the issuer key could not be made")]
    Internal,
}

impl PassError {
    /// The stable code.
    pub fn code(&self) -> &'static str {
        match self {
            PassError::BadIssuerKey => "pass-issuer-key",
            PassError::BadShape => "pass-shape",
            PassError::BadBlinded => "pass-blinded",
            PassError::OtherIssuer => "pass-other-issuer",
            PassError::NotCertified => "pass-not-certified",
            PassError::NotSigned => "pass-not-signed",
            PassError::Internal => "pass-internal",
        }
    }
}

macro_rules! modulus_bytes {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Debug, Clone, PartialEq, Eq)]
        pub struct $name(Vec<u8>);

        impl $name {
            /// Takes the 256 bytes.
            ///
            /// # Errors
            /// [`PassError::BadBlinded`] at any other length.
            pub fn from_bytes(bytes: &[u8]) -> Result<Self, PassError> {
                if bytes.len() == MODULUS_LEN { Ok(Self(bytes.to_vec())) } else { Err(PassError::BadBlinded) }
            }

            /// The bytes.
            pub fn as_bytes(&self) -> &[u8] {
                &self.0
            }
        }

        impl<C> Encode<C> for $name {
            fn encode<W: minicbor::encode::Write>(
                &self,
                e: &mut Encoder<W>,
                _: &mut C,
            ) -> Result<(), minicbor::encode::Error<W::Error>> {
                e.bytes(&self.0)?.ok()
            }
        }

        impl<'b, C> Decode<'b, C> for $name {
            fn decode(d: &mut Decoder<'b>, _: &mut C) -> Result<Self, minicbor::decode::Error> {
                Self::from_bytes(d.bytes()?).map_err(minicbor::decode::Error::message)
            }
        }
    };
}

modulus_bytes!(
    /// A pass as the issuer sees it: a number that says nothing about it.
    BlindedPass
);
modulus_bytes!(
    /// The issuer's signature over a [`BlindedPass`].
    BlindSignature
);

/// A pass that was asked for and has not come yet. Kept in the vault meanwhile: its CBOR encoding
/// holds the pass's secret key and the blinding.
#[derive(Clone, Encode, Decode)]
#[cbor(map)]
pub struct PassRequest {
    #[n(0)]
    purpose: PassPurpose,
    #[n(1)]
    period: Period,
    #[n(2)]
    zone: Option<ZoneId>,
    #[n(3)]
    key: SigningKey,
    #[n(4)]
    randomizer: Hash32,
    /// The blinding's inverse.
    #[cbor(n(5), with = "minicbor::bytes")]
    unblinder: Vec<u8>,
    /// The network, so that the request can be finished without naming it again.
    #[n(6)]
    network: NetworkId,
    /// Which issuer key was asked.
    #[n(7)]
    issuer: Hash32,
}

impl Drop for PassRequest {
    fn drop(&mut self) {
        self.unblinder.zeroize();
    }
}

impl PassRequest {
    /// Makes a key, and the blinded pass to send. Check first that `issuer` is the key that the
    /// *logged* key note names for this purpose and period: an issuer key given to one person only
    /// would mark them.
    ///
    /// # Errors
    /// [`PassError::BadShape`], [`PassError::BadIssuerKey`] (a modulus that cannot be blinded with).
    pub fn new(
        network: &NetworkId,
        purpose: PassPurpose,
        period: Period,
        zone: Option<ZoneId>,
        issuer: &IssuerPublicKey,
        rng: &mut impl CryptoRng,
    ) -> Result<(PassRequest, BlindedPass), PassError> {
        check_shape(purpose, period, zone.as_ref())?;
        let key = SigningKey::generate(rng);
        let message = message(network, purpose, period, zone.as_ref(), &key.public());
        let mut blinding = issuer.inner().blind(rng, message).map_err(|_| PassError::BadIssuerKey)?;
        let randomizer = blinding.msg_randomizer.ok_or(PassError::Internal)?;
        let request = PassRequest {
            purpose,
            period,
            zone,
            key,
            randomizer: Hash32(randomizer.0),
            unblinder: std::mem::take(&mut blinding.secret.0),
            network: *network,
            issuer: issuer.hash(),
        };
        Ok((request, BlindedPass::from_bytes(&blinding.blind_message.0)?))
    }

    /// What was asked for.
    pub fn purpose(&self) -> PassPurpose {
        self.purpose
    }

    /// For when it was asked for.
    pub fn period(&self) -> Period {
        self.period
    }

    /// The zone it was asked for, for room passes.
    pub fn zone(&self) -> Option<&ZoneId> {
        self.zone.as_ref()
    }

    /// Unblinds the answer and checks it. The request is kept, so that a wrong answer can be
    /// followed by a right one.
    ///
    /// # Errors
    /// [`PassError::OtherIssuer`], [`PassError::NotCertified`].
    pub fn finish(&self, issuer: &IssuerPublicKey, answer: &BlindSignature) -> Result<OwnedPass, PassError> {
        if issuer.hash() != self.issuer {
            return Err(PassError::OtherIssuer);
        }
        let key = self.key.public();
        let message = message(&self.network, self.purpose, self.period, self.zone.as_ref(), &key);
        let mut blinding = brsa::BlindingResult {
            // Unused by the library when finishing.
            blind_message: brsa::BlindMessage(Vec::new()),
            secret: brsa::Secret(self.unblinder.clone()),
            msg_randomizer: Some(brsa::MessageRandomizer(self.randomizer.0)),
        };
        let finished = unblind(issuer.inner(), &answer.0, &blinding, &message);
        blinding.secret.0.zeroize();
        let pass = Pass {
            purpose: self.purpose,
            period: self.period,
            zone: self.zone.clone(),
            key,
            randomizer: self.randomizer,
            certification: finished?,
        };
        Ok(OwnedPass { pass, key: self.key.clone() })
    }
}

impl fmt::Debug for PassRequest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "PassRequest({} {})", self.purpose.as_str(), self.period)
    }
}

/// A pass with its secret key. Its CBOR encoding holds the secret: only for the vault, or for what
/// is sealed (a card's code is the one place where it is meant to be read by whoever holds it).
#[derive(Clone, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct OwnedPass {
    /// What is shown when it is used.
    #[n(0)]
    pub pass: Pass,
    /// The key that uses it.
    #[n(1)]
    pub key: SigningKey,
}

impl OwnedPass {
    /// Uses the pass for one thing.
    pub fn redeem(&self, network: &NetworkId, context: &UseContext) -> Redemption {
        Redemption { pass: self.pass.clone(), signature: sign::sign(network, &self.key, context) }
    }
}

impl fmt::Debug for OwnedPass {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "OwnedPass({} {}, ..)", self.pass.purpose.as_str(), self.pass.period)
    }
}

/// Signs a statement with a pass's key: a room's leaf key, a finding. It is verified with
/// [`verify_with_pass`].
pub fn sign_with_pass<S: Statement>(network: &NetworkId, owned: &OwnedPass, body: &S) -> SignatureBytes {
    sign::sign(network, &owned.key, body)
}

/// Checks that the pass is certified and that its key has signed the statement.
///
/// # Errors
/// As [`verify_pass`], and [`PassError::NotSigned`].
pub fn verify_with_pass<S: Statement>(
    network: &NetworkId,
    pass: &Pass,
    body: &S,
    signature: &SignatureBytes,
    issuer: &IssuerPublicKey,
) -> Result<(), PassError> {
    // The signature first: it is the cheaper of the two and as likely to be wrong.
    sign::verify(network, &pass.key, body, signature).map_err(|_| PassError::NotSigned)?;
    verify_pass(network, pass, issuer)
}

/// Checks that the issuer has certified the pass. That `issuer` is the key of the pass's purpose and
/// period, and that the period accepts the present, is for the caller, who knows the key note.
///
/// # Errors
/// [`PassError::BadShape`], [`PassError::NotCertified`].
pub fn verify_pass(network: &NetworkId, pass: &Pass, issuer: &IssuerPublicKey) -> Result<(), PassError> {
    check_shape(pass.purpose, pass.period, pass.zone.as_ref())?;
    let message = message(network, pass.purpose, pass.period, pass.zone.as_ref(), &pass.key);
    let parts: [&[u8]; 4] = [issuer.as_der(), &pass.certification, pass.randomizer.as_ref(), &message];
    memo::once("pass-verify", &parts, || {
        certified(issuer.inner(), &pass.certification, pass.randomizer, &message)
    })
}

/// Checks a pass and that it was used for exactly this. Whether it was used before is for the
/// caller, who keeps the spent set by [`pass_id`].
///
/// # Errors
/// As [`verify_pass`], and [`PassError::NotSigned`].
pub fn verify_redemption(
    network: &NetworkId,
    redemption: &Redemption,
    context: &UseContext,
    issuer: &IssuerPublicKey,
) -> Result<(), PassError> {
    verify_with_pass(network, &redemption.pass, context, &redemption.signature, issuer)
}

/// What the spent sets know a pass by: a hash of its key, so that one key counts once however
/// often it was certified.
pub fn pass_id(pass: &Pass) -> Hash32 {
    hash::sha256("pass-id", &[pass.key.as_bytes()])
}

/// The bytes that are certified.
fn message(
    network: &NetworkId,
    purpose: PassPurpose,
    period: Period,
    zone: Option<&ZoneId>,
    key: &PublicKey,
) -> Vec<u8> {
    let mut message = prefix("pass", network);
    message.extend_from_slice(&encode(&(purpose, period, zone, key)));
    message
}

fn check_shape(purpose: PassPurpose, period: Period, zone: Option<&ZoneId>) -> Result<(), PassError> {
    let zone_fits = zone.is_some() == (purpose == PassPurpose::Room);
    let period_fits = match period {
        Period::Week(_) => purpose != PassPurpose::Card,
        Period::Quarter(_) => purpose == PassPurpose::Card,
    };
    if zone_fits && period_fits { Ok(()) } else { Err(PassError::BadShape) }
}

/// RFC 9474 `Finalize`: unblinds and verifies.
pub(crate) fn unblind(
    issuer: &PublicKeySha384PSSRandomized,
    answer: &[u8],
    blinding: &brsa::BlindingResult,
    message: &[u8],
) -> Result<Vec<u8>, PassError> {
    let answer = brsa::BlindSignature(answer.to_vec());
    let signature = issuer.finalize(&answer, blinding, message).map_err(|_| PassError::NotCertified)?;
    Ok(signature.0)
}

/// RFC 9474 `Verify`: RSASSA-PSS over randomizer and message.
pub(crate) fn certified(
    issuer: &PublicKeySha384PSSRandomized,
    certification: &[u8],
    randomizer: Hash32,
    message: &[u8],
) -> Result<(), PassError> {
    let signature = brsa::Signature(certification.to_vec());
    let randomizer = brsa::MessageRandomizer(randomizer.0);
    issuer.verify(&signature, Some(randomizer), message).map_err(|_| PassError::NotCertified)
}

#[cfg(test)]
mod tests;
