//! Keys that several hold together: an incident's key, a reply stream's key, a vault's key.
//!
//! Sealing is XChaCha20-Poly1305 (draft-irtf-cfrg-xchacha-03) with a random 24-byte nonce in front,
//! which is long enough to draw at random for as many messages as one likes. A ciphertext does
//! not commit to its key: where a key is chosen by somebody else, name it by its
//! [`key_id`](crate::hash::key_id) in the associated data.

use std::fmt;

use chacha20poly1305::aead::{Aead, KeyInit, Payload};
use chacha20poly1305::{XChaCha20Poly1305, XNonce};
use hkdf::Hkdf;
use minicbor::{Decode, Decoder, Encode, Encoder, decode, encode};
use rand_core::CryptoRng;
use sha2::Sha256;
use subtle::ConstantTimeEq;
use zeroize::{Zeroize, ZeroizeOnDrop, Zeroizing};

/// Length of the nonce in front of a ciphertext, in bytes.
pub const NONCE_LEN: usize = 24;
/// How much longer a ciphertext is than its plaintext: nonce and tag, in bytes.
pub const OVERHEAD: usize = NONCE_LEN + 16;

/// A sealed thing could not be opened: bad remote input or the wrong key. Which of the two it is
/// cannot be told, on purpose.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum OpenError {
    /// Shorter or longer than anything that sealing makes.
    #[error("the sealed bytes have an impossible length")]
    Length,
    /// Changed on its way, sealed for another key or for another use.
    #[error("the sealed bytes do not open with this key for this use")]
    NotForUs,
    /// It opened, and its padding is not the one form that sealing writes.
    #[error("the sealed bytes hold a body that is not padded properly")]
    Padding,
}

impl OpenError {
    /// The stable code.
    pub fn code(&self) -> &'static str {
        match self {
            OpenError::Length => "sealed-length",
            OpenError::NotForUs => "sealed-not-for-us",
            OpenError::Padding => "sealed-padding",
        }
    }
}

/// A 32-byte symmetric key. Compared in constant time, wiped when dropped.
///
/// Its CBOR encoding is the secret itself: only for what is sealed or kept in the vault.
#[derive(Clone, Zeroize, ZeroizeOnDrop)]
pub struct SymmetricKey([u8; 32]);

impl SymmetricKey {
    /// Draws a key.
    pub fn generate(rng: &mut impl CryptoRng) -> Self {
        let mut key = Self([0; 32]);
        rng.fill_bytes(&mut key.0);
        key
    }

    /// Takes a key that came from elsewhere.
    pub fn from_bytes(bytes: [u8; 32]) -> Self {
        Self(bytes)
    }

    /// The secret bytes, for those who store or send them under another key.
    pub fn expose(&self) -> &[u8; 32] {
        &self.0
    }
}

impl PartialEq for SymmetricKey {
    fn eq(&self, other: &Self) -> bool {
        self.0.ct_eq(&other.0).into()
    }
}

impl Eq for SymmetricKey {}

impl fmt::Debug for SymmetricKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SymmetricKey(..)")
    }
}

impl<C> Encode<C> for SymmetricKey {
    fn encode<W: encode::Write>(&self, e: &mut Encoder<W>, _: &mut C) -> Result<(), encode::Error<W::Error>> {
        e.bytes(&self.0)?.ok()
    }
}

impl<'b, C> Decode<'b, C> for SymmetricKey {
    fn decode(d: &mut Decoder<'b>, _: &mut C) -> Result<Self, decode::Error> {
        let bytes = d.bytes()?.try_into().map_err(|_| decode::Error::message("a key is 32 bytes"))?;
        Ok(Self(bytes))
    }
}

/// Encrypts `plaintext`, bound to `aad`: `nonce (24 bytes) || ciphertext || tag (16 bytes)`.
/// The length is not hidden; pad first where it says too much.
pub fn seal_with(key: &SymmetricKey, rng: &mut impl CryptoRng, aad: &[u8], plaintext: &[u8]) -> Vec<u8> {
    let mut nonce = [0; NONCE_LEN];
    rng.fill_bytes(&mut nonce);
    let mut sealed = Vec::with_capacity(plaintext.len() + OVERHEAD);
    sealed.extend_from_slice(&nonce);
    let body = cipher(key).encrypt(&XNonce::from(nonce), Payload { msg: plaintext, aad });
    // Encryption fails only above 256 GiB, which does not fit in memory as one slice here.
    debug_assert!(body.is_ok(), "a plaintext of 256 GiB");
    sealed.extend_from_slice(&body.unwrap_or_default());
    sealed
}

/// Opens what [`seal_with`] made with the same key and `aad`.
///
/// # Errors
/// [`OpenError::Length`] when it is too short, [`OpenError::NotForUs`] otherwise.
pub fn open_with(key: &SymmetricKey, aad: &[u8], sealed: &[u8]) -> Result<Vec<u8>, OpenError> {
    if sealed.len() < OVERHEAD {
        return Err(OpenError::Length);
    }
    let (nonce, body) = sealed.split_first_chunk::<NONCE_LEN>().ok_or(OpenError::Length)?;
    cipher(key).decrypt(&XNonce::from(*nonce), Payload { msg: body, aad }).map_err(|_| OpenError::NotForUs)
}

/// Derives a key for one use: HKDF-SHA256 (RFC 5869) without salt, with
/// `"bystand/v1/derive/" label` as info. Keys of different labels tell nothing about each other.
pub fn derive(key: &SymmetricKey, label: &str) -> SymmetricKey {
    SymmetricKey(*expand(&key.0, &[b"bystand/v1/derive/", label.as_bytes()]))
}

/// HKDF-SHA256 of 32 or fewer secret bytes to 32 bytes. Only for secrets with their full entropy.
pub(crate) fn expand(secret: &[u8], info: &[&[u8]]) -> Zeroizing<[u8; 32]> {
    let mut out = Zeroizing::new([0; 32]);
    let done = Hkdf::<Sha256>::new(None, secret).expand_multi_info(info, out.as_mut());
    debug_assert!(done.is_ok(), "HKDF gives up to 255 blocks; one is asked for");
    out
}

fn cipher(key: &SymmetricKey) -> XChaCha20Poly1305 {
    XChaCha20Poly1305::new(&key.0.into())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::rng;
    use proptest::prelude::*;

    #[test]
    fn opens_only_what_was_sealed() {
        let mut rng = rng(1);
        let key = SymmetricKey::generate(&mut rng);
        let other = SymmetricKey::generate(&mut rng);
        let sealed = seal_with(&key, &mut rng, b"use", b"body");
        assert_eq!(open_with(&key, b"use", &sealed).as_deref(), Ok(&b"body"[..]));
        assert_eq!(open_with(&other, b"use", &sealed), Err(OpenError::NotForUs));
        assert_eq!(open_with(&key, b"usf", &sealed), Err(OpenError::NotForUs));
        for len in 0..sealed.len() {
            assert!(open_with(&key, b"use", &sealed[..len]).is_err(), "cut to {len}");
        }
        for bit in 0..sealed.len() * 8 {
            let mut bad = sealed.clone();
            bad[bit / 8] ^= 1 << (bit % 8);
            assert_eq!(open_with(&key, b"use", &bad), Err(OpenError::NotForUs), "bit {bit}");
        }
    }

    #[test]
    fn labels_separate_and_debug_is_empty() {
        let key = SymmetricKey::from_bytes([7; 32]);
        assert_eq!(derive(&key, "a"), derive(&key, "a"));
        assert_ne!(derive(&key, "a"), derive(&key, "b"));
        assert_ne!(derive(&key, "a"), key);
        assert_eq!(format!("{key:?}"), "SymmetricKey(..)");
    }

    proptest! {
        #[test]
        fn round_trips(seed: u64, aad in proptest::collection::vec(any::<u8>(), 0..50), body in proptest::collection::vec(any::<u8>(), 0..3000)) {
            let mut rng = rng(seed);
            let key = SymmetricKey::generate(&mut rng);
            let sealed = seal_with(&key, &mut rng, &aad, &body);
            prop_assert_eq!(sealed.len(), body.len() + OVERHEAD);
            prop_assert_eq!(open_with(&key, &aad, &sealed), Ok(body));
            let again: SymmetricKey = bystand_wire::decode(&bystand_wire::encode(&key)).expect("ours");
            prop_assert_eq!(again, key);
        }

        #[test]
        fn never_panics(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
            let key = SymmetricKey::from_bytes([1; 32]);
            prop_assert!(open_with(&key, b"", &bytes).is_err());
            let _ = bystand_wire::decode::<SymmetricKey>(&bytes);
        }
    }
}
