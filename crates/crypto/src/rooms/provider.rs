//! The cryptography MLS runs on: one suite, RustCrypto's pieces, and no randomness of its own.
//!
//! Every random byte comes from a [`RandomSource`] that each operation of a room seeds from its
//! caller's generator and empties again. So the same inputs give the same bytes, and an operation
//! that was given no randomness and needs some fails instead of asking the system.
//!
//! Two checks are stricter than RustCrypto's own: signatures are verified strictly (no small-order
//! keys, no second encodings), and a key exchange that yields zeros is refused (RFC 7748 §6.1).

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use ed25519_dalek::{Signature, VerifyingKey};
use mls_rs::crypto::{HpkeCiphertext, HpkePublicKey, HpkeSecretKey, SignaturePublicKey, SignatureSecretKey};
use mls_rs::error::IntoAnyError;
use mls_rs::{CipherSuite, CipherSuiteProvider, CryptoProvider};
use mls_rs_crypto_hpke::context::{ContextR, ContextS};
use mls_rs_crypto_hpke::dhkem::DhKem;
use mls_rs_crypto_rustcrypto::aead::Aead;
use mls_rs_crypto_rustcrypto::ecdh::{Ecdh, EcdhKemError};
use mls_rs_crypto_rustcrypto::kdf::Kdf;
use mls_rs_crypto_rustcrypto::{RustCryptoCipherSuite, RustCryptoError};
use mls_rs_crypto_traits::{DhType, KemId, SamplingMethod};
use rand_chacha::ChaCha20Rng;
use rand_core::{CryptoRng, Rng, SeedableRng};
use zeroize::Zeroizing;

use crate::memo;

/// The one suite: MLS_128_DHKEMX25519_CHACHA20POLY1305_SHA256_Ed25519 (RFC 9420 §17.1).
pub(super) const SUITE: CipherSuite = CipherSuite::CURVE25519_CHACHA;

/// Where random bytes come from while an operation runs; empty between operations.
#[derive(Clone, Default)]
pub(super) struct RandomSource(Arc<Mutex<Option<ChaCha20Rng>>>);

impl RandomSource {
    /// Fills the source for as long as the guard lives.
    #[must_use]
    pub(super) fn seeded_by(&self, rng: &mut impl CryptoRng) -> Seeded<'_> {
        let mut seed = Zeroizing::new([0; 32]);
        rng.fill_bytes(seed.as_mut());
        *self.lock() = Some(ChaCha20Rng::from_seed(*seed));
        Seeded(self)
    }

    fn fill(&self, out: &mut [u8]) -> Result<(), NoRandomness> {
        self.lock().as_mut().ok_or(NoRandomness)?.fill_bytes(out);
        Ok(())
    }

    fn lock(&self) -> MutexGuard<'_, Option<ChaCha20Rng>> {
        // A panic elsewhere cannot leave a generator half written: its state is replaced whole.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Empties the source when the operation ends, however it ends.
pub(super) struct Seeded<'a>(&'a RandomSource);

impl Drop for Seeded<'_> {
    fn drop(&mut self) {
        *self.0.lock() = None;
    }
}

/// An operation asked for random bytes and was given no generator: a bug of this module.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("no randomness was given to this operation")]
pub(super) struct NoRandomness;

/// What can go wrong below MLS.
#[derive(Debug, thiserror::Error)]
pub(super) enum SuiteError {
    #[error(transparent)]
    RustCrypto(#[from] RustCryptoError),
    #[error(transparent)]
    KeyExchange(#[from] EcdhKemError),
    #[error(transparent)]
    NoRandomness(#[from] NoRandomness),
    #[error("a key exchange with a key of small order")]
    SmallOrder,
    #[error("the signature is not valid")]
    BadSignature,
}

impl IntoAnyError for SuiteError {
    fn into_dyn_error(self) -> Result<Box<dyn std::error::Error + Send + Sync>, Self> {
        Ok(self.into())
    }
}

/// X25519 whose fresh keys come from the [`RandomSource`].
#[derive(Clone)]
struct InjectedDh {
    curve: Ecdh,
    random: RandomSource,
}

impl DhType for InjectedDh {
    type Error = SuiteError;

    fn dh(&self, secret_key: &HpkeSecretKey, public_key: &HpkePublicKey) -> Result<Vec<u8>, SuiteError> {
        let shared = self.curve.dh(secret_key, public_key)?;
        if shared.iter().fold(0, |all, byte| all | byte) == 0 {
            return Err(SuiteError::SmallOrder);
        }
        Ok(shared)
    }

    fn generate(&self) -> Result<(HpkeSecretKey, HpkePublicKey), SuiteError> {
        let mut secret = Zeroizing::new([0; 32]);
        self.random.fill(secret.as_mut())?;
        let secret = HpkeSecretKey::from(secret.to_vec());
        let public = self.curve.to_public(&secret)?;
        Ok((secret, public))
    }

    fn to_public(&self, secret_key: &HpkeSecretKey) -> Result<HpkePublicKey, SuiteError> {
        Ok(self.curve.to_public(secret_key)?)
    }

    fn bitmask_for_rejection_sampling(&self) -> SamplingMethod {
        self.curve.bitmask_for_rejection_sampling()
    }

    fn secret_key_size(&self) -> usize {
        self.curve.secret_key_size()
    }

    fn public_key_size(&self) -> usize {
        self.curve.public_key_size()
    }

    fn public_key_validate(&self, key: &HpkePublicKey) -> Result<(), SuiteError> {
        Ok(self.curve.public_key_validate(key)?)
    }
}

/// Hands out [`Suite`]; the type MLS is configured with.
#[derive(Clone, Default)]
pub(super) struct Provider {
    pub(super) random: RandomSource,
}

impl CryptoProvider for Provider {
    type CipherSuiteProvider = Suite;

    fn supported_cipher_suites(&self) -> Vec<CipherSuite> {
        vec![SUITE]
    }

    fn cipher_suite_provider(&self, cipher_suite: CipherSuite) -> Option<Suite> {
        if cipher_suite != SUITE {
            return None;
        }
        let kdf = Kdf::new(SUITE)?;
        let kem_id = KemId::new(SUITE)?;
        let dh = InjectedDh { curve: Ecdh::new(SUITE)?, random: self.random.clone() };
        let kem = DhKem::new(dh, kdf, kem_id as u16, kem_id.n_secret());
        let pieces = RustCryptoCipherSuite::new(SUITE, kem, kdf, Aead::new(SUITE)?)?;
        Some(Suite { pieces, random: self.random.clone() })
    }
}

/// Suite 0x0003 with injected randomness.
#[derive(Clone)]
pub(super) struct Suite {
    pieces: RustCryptoCipherSuite<DhKem<InjectedDh, Kdf>, Kdf, Aead>,
    random: RandomSource,
}

impl CipherSuiteProvider for Suite {
    type Error = SuiteError;
    type HpkeContextS = ContextS<Kdf, Aead>;
    type HpkeContextR = ContextR<Kdf, Aead>;

    fn cipher_suite(&self) -> CipherSuite {
        SUITE
    }

    fn random_bytes(&self, out: &mut [u8]) -> Result<(), SuiteError> {
        Ok(self.random.fill(out)?)
    }

    fn signature_key_generate(&self) -> Result<(SignatureSecretKey, SignaturePublicKey), SuiteError> {
        let mut seed = Zeroizing::new([0; 32]);
        self.random.fill(seed.as_mut())?;
        let secret = signature_secret(&seed);
        let public = self.pieces.signature_key_derive_public(&secret)?;
        Ok((secret, public))
    }

    fn verify(&self, key: &SignaturePublicKey, signature: &[u8], data: &[u8]) -> Result<(), SuiteError> {
        memo::once("mls-verify", &[key.as_bytes(), signature, data], || {
            let key: &[u8; 32] = key.as_bytes().try_into().map_err(|_| SuiteError::BadSignature)?;
            let key = VerifyingKey::from_bytes(key).map_err(|_| SuiteError::BadSignature)?;
            let signature = Signature::from_slice(signature).map_err(|_| SuiteError::BadSignature)?;
            key.verify_strict(data, &signature).map_err(|_| SuiteError::BadSignature)
        })
    }

    fn hash(&self, data: &[u8]) -> Result<Vec<u8>, SuiteError> {
        Ok(self.pieces.hash(data)?)
    }

    fn mac(&self, key: &[u8], data: &[u8]) -> Result<Vec<u8>, SuiteError> {
        Ok(self.pieces.mac(key, data)?)
    }

    fn aead_seal(
        &self,
        key: &[u8],
        data: &[u8],
        aad: Option<&[u8]>,
        nonce: &[u8],
    ) -> Result<Vec<u8>, SuiteError> {
        Ok(self.pieces.aead_seal(key, data, aad, nonce)?)
    }

    fn aead_open(
        &self,
        key: &[u8],
        cipher_text: &[u8],
        aad: Option<&[u8]>,
        nonce: &[u8],
    ) -> Result<Zeroizing<Vec<u8>>, SuiteError> {
        Ok(self.pieces.aead_open(key, cipher_text, aad, nonce)?)
    }

    fn aead_key_size(&self) -> usize {
        self.pieces.aead_key_size()
    }

    fn aead_nonce_size(&self) -> usize {
        self.pieces.aead_nonce_size()
    }

    fn kdf_extract(&self, salt: &[u8], ikm: &[u8]) -> Result<Zeroizing<Vec<u8>>, SuiteError> {
        Ok(self.pieces.kdf_extract(salt, ikm)?)
    }

    fn kdf_expand(&self, prk: &[u8], info: &[u8], len: usize) -> Result<Zeroizing<Vec<u8>>, SuiteError> {
        Ok(self.pieces.kdf_expand(prk, info, len)?)
    }

    fn kdf_extract_size(&self) -> usize {
        self.pieces.kdf_extract_size()
    }

    fn hpke_seal(
        &self,
        remote_key: &HpkePublicKey,
        info: &[u8],
        aad: Option<&[u8]>,
        pt: &[u8],
    ) -> Result<HpkeCiphertext, SuiteError> {
        Ok(self.pieces.hpke_seal(remote_key, info, aad, pt)?)
    }

    fn hpke_seal_psk(
        &self,
        remote_key: &HpkePublicKey,
        info: &[u8],
        aad: Option<&[u8]>,
        pt: &[u8],
        psk: mls_rs::crypto::HpkePsk<'_>,
    ) -> Result<HpkeCiphertext, SuiteError> {
        Ok(self.pieces.hpke_seal_psk(remote_key, info, aad, pt, psk)?)
    }

    fn hpke_open(
        &self,
        ciphertext: &HpkeCiphertext,
        local_secret: &HpkeSecretKey,
        local_public: &HpkePublicKey,
        info: &[u8],
        aad: Option<&[u8]>,
    ) -> Result<Zeroizing<Vec<u8>>, SuiteError> {
        let (sealed, secret): (&HpkeCiphertext, &[u8]) = (ciphertext, local_secret.as_ref());
        // That there is none is told apart from an empty one.
        let aad_parts: [&[u8]; 2] = aad.map_or([&[], &[]], |aad| [&[1], aad]);
        let [has_aad, aad_bytes] = aad_parts;
        let parts: [&[u8]; 7] =
            [secret, local_public.as_ref(), &sealed.kem_output, &sealed.ciphertext, info, has_aad, aad_bytes];
        memo::once("mls-open", &parts, || {
            Ok(self.pieces.hpke_open(ciphertext, local_secret, local_public, info, aad)?)
        })
    }

    fn hpke_open_psk(
        &self,
        ciphertext: &HpkeCiphertext,
        local_secret: &HpkeSecretKey,
        local_public: &HpkePublicKey,
        info: &[u8],
        aad: Option<&[u8]>,
        psk: mls_rs::crypto::HpkePsk<'_>,
    ) -> Result<Zeroizing<Vec<u8>>, SuiteError> {
        Ok(self.pieces.hpke_open_psk(ciphertext, local_secret, local_public, info, aad, psk)?)
    }

    fn hpke_setup_s(
        &self,
        remote_key: &HpkePublicKey,
        info: &[u8],
    ) -> Result<(Vec<u8>, Self::HpkeContextS), SuiteError> {
        Ok(self.pieces.hpke_setup_s(remote_key, info)?)
    }

    fn hpke_setup_r(
        &self,
        kem_output: &[u8],
        local_secret: &HpkeSecretKey,
        local_public: &HpkePublicKey,
        info: &[u8],
    ) -> Result<Self::HpkeContextR, SuiteError> {
        Ok(self.pieces.hpke_setup_r(kem_output, local_secret, local_public, info)?)
    }

    fn kem_derive(&self, ikm: &[u8]) -> Result<(HpkeSecretKey, HpkePublicKey), SuiteError> {
        memo::once("mls-derive", &[ikm], || Ok(self.pieces.kem_derive(ikm)?))
    }

    fn kem_generate(&self) -> Result<(HpkeSecretKey, HpkePublicKey), SuiteError> {
        Ok(self.pieces.kem_generate()?)
    }

    fn kem_public_key_validate(&self, key: &HpkePublicKey) -> Result<(), SuiteError> {
        Ok(self.pieces.kem_public_key_validate(key)?)
    }

    fn sign(&self, secret_key: &SignatureSecretKey, data: &[u8]) -> Result<Vec<u8>, SuiteError> {
        Ok(self.pieces.sign(secret_key, data)?)
    }

    fn signature_key_derive_public(
        &self,
        secret_key: &SignatureSecretKey,
    ) -> Result<SignaturePublicKey, SuiteError> {
        Ok(self.pieces.signature_key_derive_public(secret_key)?)
    }
}

/// An Ed25519 secret in the form RustCrypto wants: the seed, then the public key.
pub(super) fn signature_secret(seed: &[u8; 32]) -> SignatureSecretKey {
    SignatureSecretKey::from(ed25519_dalek::SigningKey::from_bytes(seed).to_keypair_bytes().to_vec())
}
