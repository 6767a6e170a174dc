//! The issuer's keys: RSA-2048, one per purpose and period.

use std::fmt;

use blind_rsa_signatures::{
    KeyPairSha384PSSRandomized, PublicKeySha384PSSRandomized, SecretKeySha384PSSRandomized,
};
use bystand_wire::Hash32;
use minicbor::{Decode, Decoder, Encode, Encoder};
use rand_core::CryptoRng;
use zeroize::Zeroizing;

use super::{BlindSignature, BlindedPass, MODULUS_LEN, PassError};
use crate::{hash, memo};

/// The longest encoding of an issuer's public key that is looked at, in bytes.
const PUBLIC_DER_LEN: usize = 512;
/// The longest encoding of an issuer's secret key that is looked at, in bytes.
const SECRET_DER_LEN: usize = 2048;
/// 65537, big-endian.
const EXPONENT: [u8; 3] = [1, 0, 1];

/// An issuer's public key, kept parsed: verifying a pass costs 0.1 ms and parsing its key is not
/// part of it. The encoding is the key's SubjectPublicKeyInfo in DER (RFC 5280, rsaEncryption).
#[derive(Clone)]
pub struct IssuerPublicKey {
    der: Vec<u8>,
    key: PublicKeySha384PSSRandomized,
}

impl IssuerPublicKey {
    /// Reads a key and checks its size, exponent and encoding.
    ///
    /// # Errors
    /// [`PassError::BadIssuerKey`].
    pub fn from_der(der: &[u8]) -> Result<Self, PassError> {
        if der.len() > PUBLIC_DER_LEN {
            return Err(PassError::BadIssuerKey);
        }
        memo::once("issuer-key", &[der], || {
            let key = PublicKeySha384PSSRandomized::from_der(der).map_err(|_| PassError::BadIssuerKey)?;
            let parsed = Self::from_key(key)?;
            // One key, one encoding: otherwise two notes could name one key twice.
            if parsed.der == der { Ok(parsed) } else { Err(PassError::BadIssuerKey) }
        })
    }

    /// The encoding.
    pub fn as_der(&self) -> &[u8] {
        &self.der
    }

    pub(super) fn inner(&self) -> &PublicKeySha384PSSRandomized {
        &self.key
    }

    fn from_key(key: PublicKeySha384PSSRandomized) -> Result<Self, PassError> {
        let modulus = key.components().n();
        let significant = strip_zeros(&modulus);
        let full = significant.len() == MODULUS_LEN && significant.first().is_some_and(|b| *b >= 0x80);
        let odd = significant.last().is_some_and(|b| b & 1 == 1);
        if !full || !odd || strip_zeros(&key.components().e()) != EXPONENT {
            return Err(PassError::BadIssuerKey);
        }
        let der = key.to_der().map_err(|_| PassError::BadIssuerKey)?;
        Ok(Self { der, key })
    }

    /// Names the key in a request that waits for its answer.
    pub(super) fn hash(&self) -> Hash32 {
        hash::sha256("issuer-key", &[&self.der])
    }
}

impl PartialEq for IssuerPublicKey {
    fn eq(&self, other: &Self) -> bool {
        self.der == other.der
    }
}

impl Eq for IssuerPublicKey {}

impl PartialOrd for IssuerPublicKey {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for IssuerPublicKey {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        self.der.cmp(&other.der)
    }
}

impl fmt::Debug for IssuerPublicKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "IssuerPublicKey({})", self.hash().short())
    }
}

impl<C> Encode<C> for IssuerPublicKey {
    fn encode<W: minicbor::encode::Write>(
        &self,
        e: &mut Encoder<W>,
        _: &mut C,
    ) -> Result<(), minicbor::encode::Error<W::Error>> {
        e.bytes(&self.der)?.ok()
    }
}

impl<'b, C> Decode<'b, C> for IssuerPublicKey {
    fn decode(d: &mut Decoder<'b>, _: &mut C) -> Result<Self, minicbor::decode::Error> {
        Self::from_der(d.bytes()?).map_err(minicbor::decode::Error::message)
    }
}

/// An issuer's secret key, for one purpose and one period. Wiped when dropped.
///
/// Its CBOR encoding is the secret itself: only for what is sealed or kept in the vault.
#[derive(Clone)]
pub struct IssuerKey {
    secret: SecretKeySha384PSSRandomized,
    public: IssuerPublicKey,
}

impl IssuerKey {
    /// Draws a key. Takes about 80 ms natively.
    ///
    /// # Errors
    /// [`PassError::Internal`].
    pub fn generate(rng: &mut impl CryptoRng) -> Result<Self, PassError> {
        let pair =
            KeyPairSha384PSSRandomized::generate(rng, 8 * MODULUS_LEN).map_err(|_| PassError::Internal)?;
        Ok(Self { public: IssuerPublicKey::from_key(pair.pk)?, secret: pair.sk })
    }

    /// Reads a key written by [`to_der`](IssuerKey::to_der).
    ///
    /// # Errors
    /// [`PassError::BadIssuerKey`].
    pub fn from_der(der: &[u8]) -> Result<Self, PassError> {
        if der.len() > SECRET_DER_LEN {
            return Err(PassError::BadIssuerKey);
        }
        let secret = SecretKeySha384PSSRandomized::from_der(der).map_err(|_| PassError::BadIssuerKey)?;
        let public = secret.public_key().map_err(|_| PassError::BadIssuerKey)?;
        Ok(Self { public: IssuerPublicKey::from_key(public)?, secret })
    }

    /// The key as PKCS#8 DER, for those who store it under another key.
    ///
    /// # Errors
    /// [`PassError::Internal`].
    pub fn to_der(&self) -> Result<Zeroizing<Vec<u8>>, PassError> {
        self.secret.to_der().map(Zeroizing::new).map_err(|_| PassError::Internal)
    }

    /// The public key.
    pub fn public(&self) -> &IssuerPublicKey {
        &self.public
    }

    /// Signs a blinded pass without learning anything about it. Whether the asker may have one
    /// more is decided before. `rng` protects the computation against timing; the result does not
    /// depend on it.
    ///
    /// # Errors
    /// [`PassError::BadBlinded`].
    pub fn sign_blinded(
        &self,
        blinded: &BlindedPass,
        rng: &mut impl CryptoRng,
    ) -> Result<BlindSignature, PassError> {
        let signature =
            self.secret.blind_sign_with_rng(rng, &blinded.0).map_err(|_| PassError::BadBlinded)?;
        Ok(BlindSignature(signature.0))
    }
}

impl fmt::Debug for IssuerKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "IssuerKey(of {})", self.public.hash().short())
    }
}

impl<C> Encode<C> for IssuerKey {
    fn encode<W: minicbor::encode::Write>(
        &self,
        e: &mut Encoder<W>,
        _: &mut C,
    ) -> Result<(), minicbor::encode::Error<W::Error>> {
        let der = self.to_der().map_err(minicbor::encode::Error::message)?;
        e.bytes(&der)?.ok()
    }
}

impl<'b, C> Decode<'b, C> for IssuerKey {
    fn decode(d: &mut Decoder<'b>, _: &mut C) -> Result<Self, minicbor::decode::Error> {
        Self::from_der(d.bytes()?).map_err(minicbor::decode::Error::message)
    }
}

fn strip_zeros(number: &[u8]) -> &[u8] {
    let zeros = number.iter().take_while(|b| **b == 0).count();
    number.get(zeros..).unwrap_or_default()
}
