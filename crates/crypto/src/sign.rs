//! Signatures. What a signature means is part of its type: a [`Statement`] names its purpose, and
//! the purpose and the network go into what is signed. So a signature made for one thing, or in
//! one network, proves nothing about another.
//!
//! The input of every signature is `"bystand/v1/<purpose>" || 0x00 || network id || bytes`, where
//! `bytes` is the statement's canonical CBOR. Signatures are Ed25519 (RFC 8032), verified
//! strictly: no small-order keys, no second form of a signature.

use std::fmt;
use std::marker::PhantomData;

use bystand_wire::relay_api::{
    AppendContext, CommitContext, EraseContext, Grant, LeaseContext, Policy, ReadContext, SignedBytes,
    UseContext,
};
use bystand_wire::{DecodeError, Hash32, NetworkId, PublicKey, SignatureBytes, decode, encode};
use ed25519_dalek::{Signature, Signer, VerifyingKey};
use minicbor::{Decode, Decoder, Encode, Encoder};
use rand_core::CryptoRng;
use subtle::ConstantTimeEq;
use zeroize::Zeroizing;

use crate::{hash, memo};

/// Something that can be signed, for one purpose only.
pub trait Statement: Encode<()> + for<'b> Decode<'b, ()> {
    /// The purpose: lower-case words joined by hyphens, used by no other statement.
    const PURPOSE: &'static str;
}

macro_rules! statements {
    ($($type:ty => $purpose:literal),* $(,)?) => {
        $(impl Statement for $type {
            const PURPOSE: &'static str = $purpose;
        })*

        /// The purposes of the wire format's statements, to check that no other takes one of them.
        pub const WIRE_PURPOSES: &[&str] = &[$($purpose),*];
    };
}

statements! {
    AppendContext => "append",
    CommitContext => "commit",
    ReadContext => "read",
    EraseContext => "erase",
    UseContext => "redeem",
    Policy => "stream-policy",
    Grant => "blob-grant",
    LeaseContext => "blob-lease",
}

/// Why a signature does not count. Always bad remote input.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SignError {
    /// The key is no point of the curve, or a weak one.
    #[error("not a usable public key")]
    BadKey,
    /// The signature is not by this key over these bytes for this purpose in this network.
    #[error("the signature does not verify")]
    BadSignature,
    /// Signed, but by a key that may not make this statement.
    #[error("signed by another key than the one expected")]
    WrongKey,
    /// Properly signed, and not the statement it should be.
    #[error("what was signed cannot be read: {0}")]
    Body(#[from] DecodeError),
}

impl SignError {
    /// The stable code.
    pub fn code(&self) -> &'static str {
        match self {
            SignError::BadKey => "signature-bad-key",
            SignError::BadSignature => "signature-invalid",
            SignError::WrongKey => "signature-wrong-key",
            SignError::Body(_) => "signature-body",
        }
    }
}

/// An Ed25519 secret key. Shows its public key only; wiped when dropped.
///
/// Its CBOR encoding is the secret seed: only for what is sealed or kept in the vault.
#[derive(Clone)]
pub struct SigningKey(ed25519_dalek::SigningKey);

impl SigningKey {
    /// Draws a key.
    pub fn generate(rng: &mut impl CryptoRng) -> Self {
        let mut seed = Zeroizing::new([0; 32]);
        rng.fill_bytes(seed.as_mut());
        Self::from_seed(&seed)
    }

    /// The key of a seed (RFC 8032's "private key").
    pub fn from_seed(seed: &[u8; 32]) -> Self {
        Self(memo::always("ed25519-seed", &[seed], || ed25519_dalek::SigningKey::from_bytes(seed)))
    }

    /// The seed, for those who store it under another key.
    pub fn seed(&self) -> Zeroizing<[u8; 32]> {
        Zeroizing::new(self.0.to_bytes())
    }

    /// The public key.
    pub fn public(&self) -> PublicKey {
        PublicKey(self.0.verifying_key().to_bytes())
    }

    /// Signs bytes without purpose or network: for formats that others define (signed notes).
    pub(crate) fn sign_raw(&self, message: &[u8]) -> SignatureBytes {
        SignatureBytes(self.0.sign(message).to_bytes())
    }
}

impl PartialEq for SigningKey {
    fn eq(&self, other: &Self) -> bool {
        self.0.as_bytes().ct_eq(other.0.as_bytes()).into()
    }
}

impl Eq for SigningKey {}

impl fmt::Debug for SigningKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "SigningKey(of {})", self.public().short())
    }
}

impl<C> Encode<C> for SigningKey {
    fn encode<W: minicbor::encode::Write>(
        &self,
        e: &mut Encoder<W>,
        _: &mut C,
    ) -> Result<(), minicbor::encode::Error<W::Error>> {
        e.bytes(self.0.as_bytes())?.ok()
    }
}

impl<'b, C> Decode<'b, C> for SigningKey {
    fn decode(d: &mut Decoder<'b>, _: &mut C) -> Result<Self, minicbor::decode::Error> {
        let seed = <&[u8; 32]>::try_from(d.bytes()?)
            .map_err(|_| minicbor::decode::Error::message("a signing key is 32 bytes"))?;
        Ok(Self::from_seed(seed))
    }
}

/// Signs a statement.
pub fn sign<S: Statement>(network: &NetworkId, key: &SigningKey, body: &S) -> SignatureBytes {
    key.sign_raw(&input(S::PURPOSE, network, &encode(body)))
}

/// Checks a signature over a statement.
///
/// # Errors
/// [`SignError::BadKey`] or [`SignError::BadSignature`].
pub fn verify<S: Statement>(
    network: &NetworkId,
    key: &PublicKey,
    body: &S,
    signature: &SignatureBytes,
) -> Result<(), SignError> {
    verify_bytes::<S>(network, key, &encode(body), signature)
}

/// Checks a signature over a statement's canonical bytes.
pub(crate) fn verify_bytes<S: Statement>(
    network: &NetworkId,
    key: &PublicKey,
    bytes: &[u8],
    signature: &SignatureBytes,
) -> Result<(), SignError> {
    verify_raw(key, &input(S::PURPOSE, network, bytes), signature)
}

/// Signs a statement's canonical bytes.
pub(crate) fn sign_bytes<S: Statement>(
    network: &NetworkId,
    key: &SigningKey,
    bytes: &[u8],
) -> SignatureBytes {
    key.sign_raw(&input(S::PURPOSE, network, bytes))
}

/// Checks a signature over bytes as they are: for formats that others define.
pub(crate) fn verify_raw(
    key: &PublicKey,
    message: &[u8],
    signature: &SignatureBytes,
) -> Result<(), SignError> {
    memo::once("ed25519-verify", &[key.as_bytes(), message, &signature.0], || {
        let key = VerifyingKey::from_bytes(key.as_bytes()).map_err(|_| SignError::BadKey)?;
        if key.is_weak() {
            return Err(SignError::BadKey);
        }
        key.verify_strict(message, &Signature::from_bytes(&signature.0)).map_err(|_| SignError::BadSignature)
    })
}

/// The bytes that are signed.
fn input(purpose: &str, network: &NetworkId, bytes: &[u8]) -> Vec<u8> {
    let mut input = prefix(purpose, network);
    input.extend_from_slice(bytes);
    input
}

/// `"bystand/v1/<purpose>" || 0x00 || network id`: what begins the input of every signature,
/// certification and seal.
pub(crate) fn prefix(purpose: &str, network: &NetworkId) -> Vec<u8> {
    let mut prefix = b"bystand/v1/".to_vec();
    prefix.extend_from_slice(purpose.as_bytes());
    prefix.push(0);
    prefix.extend_from_slice(network.as_bytes());
    prefix
}

/// A statement with its signature. Its encoding is that of [`SignedBytes`]; the statement comes
/// out only through a check ([`open`](Signed::open), [`open_by_any`](Signed::open_by_any)).
pub struct Signed<S> {
    inner: SignedBytes,
    statement: PhantomData<fn() -> S>,
}

impl<S: Statement> Signed<S> {
    /// Signs a statement.
    pub fn sign(network: &NetworkId, key: &SigningKey, body: &S) -> Self {
        let bytes = encode(body);
        let signature = sign_bytes::<S>(network, key, &bytes);
        Self::from(SignedBytes { key: key.public(), bytes, signature })
    }

    /// The statement, if `expected` signed it.
    ///
    /// # Errors
    /// [`SignError`]: another key, a signature that does not verify, a body that cannot be read.
    pub fn open(&self, network: &NetworkId, expected: &PublicKey) -> Result<S, SignError> {
        self.open_by_any(network, |key| key == expected).map(|(_, body)| body)
    }

    /// The statement and who signed it, if `may_sign` allows that key.
    ///
    /// # Errors
    /// As [`open`](Signed::open).
    pub fn open_by_any(
        &self,
        network: &NetworkId,
        may_sign: impl FnOnce(&PublicKey) -> bool,
    ) -> Result<(PublicKey, S), SignError> {
        if !may_sign(&self.inner.key) {
            return Err(SignError::WrongKey);
        }
        verify_bytes::<S>(network, &self.inner.key, &self.inner.bytes, &self.inner.signature)?;
        Ok((self.inner.key, decode(&self.inner.bytes)?))
    }

    /// The statement without any check. **Anybody may have written it.** It is for choosing which
    /// key to expect (a certificate names its network's registrar, a policy its creator); a
    /// decision that rests on it before [`open`](Signed::open) has succeeded is a hole.
    ///
    /// # Errors
    /// [`SignError::Body`] when it cannot be read.
    pub fn unverified_body(&self) -> Result<S, SignError> {
        Ok(decode(&self.inner.bytes)?)
    }
}

impl<S> Signed<S> {
    /// The key it says it was signed with; not checked.
    pub fn claimed_key(&self) -> PublicKey {
        self.inner.key
    }

    /// Hash of the whole (key, bytes and signature): what a log or a revocation names it by.
    pub fn hash(&self) -> Hash32 {
        hash::plain_sha256(&encode(&self.inner))
    }

    /// The wire form.
    pub fn as_signed_bytes(&self) -> &SignedBytes {
        &self.inner
    }
}

impl<S> From<SignedBytes> for Signed<S> {
    fn from(inner: SignedBytes) -> Self {
        Self { inner, statement: PhantomData }
    }
}

impl<S> From<Signed<S>> for SignedBytes {
    fn from(signed: Signed<S>) -> Self {
        signed.inner
    }
}

impl<S> Clone for Signed<S> {
    fn clone(&self) -> Self {
        Self::from(self.inner.clone())
    }
}

impl<S> PartialEq for Signed<S> {
    fn eq(&self, other: &Self) -> bool {
        self.inner == other.inner
    }
}

impl<S> Eq for Signed<S> {}

impl<S: Statement> fmt::Debug for Signed<S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Signed({} by {}, {} bytes)", S::PURPOSE, self.inner.key.short(), self.inner.bytes.len())
    }
}

impl<S, C> Encode<C> for Signed<S> {
    fn encode<W: minicbor::encode::Write>(
        &self,
        e: &mut Encoder<W>,
        c: &mut C,
    ) -> Result<(), minicbor::encode::Error<W::Error>> {
        self.inner.encode(e, c)
    }
}

impl<'b, S, C> Decode<'b, C> for Signed<S> {
    fn decode(d: &mut Decoder<'b>, c: &mut C) -> Result<Self, minicbor::decode::Error> {
        SignedBytes::decode(d, c).map(Self::from)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{ELSEWHERE, NETWORK, rng};
    use bystand_wire::{BlobId, StreamId, Timestamp};
    use proptest::prelude::*;

    fn read_context(at: u64) -> ReadContext {
        ReadContext { stream: StreamId([3; 32]), at: Timestamp(at) }
    }

    #[test]
    fn purposes_are_distinct() {
        let distinct: std::collections::BTreeSet<_> = WIRE_PURPOSES.iter().collect();
        assert_eq!(distinct.len(), WIRE_PURPOSES.len());
    }

    #[test]
    fn a_signature_counts_for_one_key_purpose_network_and_body() {
        let key = SigningKey::generate(&mut rng(1));
        let body = read_context(5);
        let signature = sign(&NETWORK, &key, &body);
        assert_eq!(verify(&NETWORK, &key.public(), &body, &signature), Ok(()));
        let wrong = Err(SignError::BadSignature);
        assert_eq!(verify(&ELSEWHERE, &key.public(), &body, &signature), wrong);
        assert_eq!(verify(&NETWORK, &key.public(), &read_context(6), &signature), wrong);
        let other = SigningKey::generate(&mut rng(2));
        assert_eq!(verify(&NETWORK, &other.public(), &body, &signature), wrong);
        // A lease has the same encoding as a read (32 bytes and a time): only the purpose differs.
        let lease = LeaseContext { blob: BlobId([3; 32]), at: Timestamp(5) };
        assert_eq!(encode(&lease), encode(&body));
        assert_eq!(verify(&NETWORK, &key.public(), &lease, &signature), wrong);
    }

    #[test]
    fn every_flipped_bit_is_noticed() {
        let key = SigningKey::generate(&mut rng(1));
        let body = read_context(5);
        let signature = sign(&NETWORK, &key, &body);
        for bit in 0..512 {
            let mut bad = signature;
            bad.0[bit / 8] ^= 1 << (bit % 8);
            assert!(verify(&NETWORK, &key.public(), &body, &bad).is_err(), "bit {bit}");
        }
    }

    #[test]
    fn weak_keys_sign_nothing() {
        // The identity point: with R = identity and s = 0 a lax verifier takes any message.
        let mut identity = [0; 32];
        identity[0] = 1;
        let mut signature = [0; 64];
        signature[0] = 1;
        let checked = verify(&NETWORK, &PublicKey(identity), &read_context(1), &SignatureBytes(signature));
        assert_eq!(checked, Err(SignError::BadKey));
        // 2 is no x coordinate's y: not a point.
        let mut off_curve = [0; 32];
        off_curve[0] = 2;
        let checked = verify(&NETWORK, &PublicKey(off_curve), &read_context(1), &SignatureBytes(signature));
        assert_eq!(checked, Err(SignError::BadKey));
    }

    #[test]
    fn signed_opens_by_the_expected_key_only() {
        let key = SigningKey::generate(&mut rng(1));
        let other = SigningKey::generate(&mut rng(2));
        let signed = Signed::sign(&NETWORK, &key, &read_context(5));
        assert_eq!(signed.claimed_key(), key.public());
        assert_eq!(signed.open(&NETWORK, &key.public()), Ok(read_context(5)));
        assert_eq!(signed.open(&NETWORK, &other.public()), Err(SignError::WrongKey));
        assert_eq!(signed.open(&ELSEWHERE, &key.public()), Err(SignError::BadSignature));
        // Claiming another key does not help.
        let mut inner = SignedBytes::from(signed.clone());
        inner.key = other.public();
        let stolen = Signed::<ReadContext>::from(inner.clone());
        assert_eq!(stolen.open(&NETWORK, &other.public()), Err(SignError::BadSignature));
        assert_ne!(stolen.hash(), signed.hash());
        // Read as another statement it does not verify.
        let lease = Signed::<LeaseContext>::from(SignedBytes::from(signed));
        assert_eq!(lease.open(&NETWORK, &key.public()), Err(SignError::BadSignature));
    }

    #[test]
    fn a_body_that_is_not_canonical_is_refused_although_signed() {
        let key = SigningKey::generate(&mut rng(1));
        let mut bytes = encode(&read_context(5));
        bytes.push(0);
        let signature = sign_bytes::<ReadContext>(&NETWORK, &key, &bytes);
        let signed = Signed::<ReadContext>::from(SignedBytes { key: key.public(), bytes, signature });
        assert_eq!(signed.open(&NETWORK, &key.public()), Err(SignError::Body(DecodeError::NotCanonical)));
    }

    #[test]
    fn debug_shows_no_secret() {
        let key = SigningKey::from_seed(&[0x5a; 32]);
        assert_eq!(format!("{key:?}"), format!("SigningKey(of {})", key.public().short()));
    }

    proptest! {
        #[test]
        fn round_trips(seed: [u8; 32], at: u64) {
            let key = SigningKey::from_seed(&seed);
            prop_assert_eq!(*key.seed(), seed);
            let signed = Signed::sign(&NETWORK, &key, &read_context(at));
            let bytes = encode(&signed);
            prop_assert_eq!(&bytes, &encode(signed.as_signed_bytes()));
            let again: Signed<ReadContext> = decode(&bytes).expect("ours");
            prop_assert_eq!(again.open(&NETWORK, &key.public()), Ok(read_context(at)));
            let kept: SigningKey = decode(&encode(&key)).expect("ours");
            prop_assert_eq!(kept, key);
        }

        #[test]
        fn never_panics(bytes in proptest::collection::vec(any::<u8>(), 0..300), key: [u8; 32], sig in proptest::collection::vec(any::<u8>(), 64)) {
            let _ = decode::<SigningKey>(&bytes);
            if let Ok(signed) = decode::<Signed<Policy>>(&bytes) {
                let _ = signed.open(&NETWORK, &signed.claimed_key());
            }
            let signature = SignatureBytes::try_from(&sig[..]).expect("64 bytes");
            let signed = Signed::<Policy>::from(SignedBytes { key: PublicKey(key), bytes, signature });
            prop_assert!(signed.open(&NETWORK, &PublicKey(key)).is_err());
            let _ = signed.unverified_body();
        }
    }
}
