//! Seals: encryption to a team's or a device's public key, by somebody who need not be known.
//!
//! HPKE (RFC 9180) in base mode. The suite is KEM `0x647a` X-Wing (ML-KEM-768 with X25519,
//! draft-connolly-cfrg-xwing-kem), KDF `0x0001` HKDF-SHA256, AEAD `0x0003` ChaCha20Poly1305: it stays
//! secret as long as either the lattice or the curve does. The HPKE `info` is
//! `"bystand/v1/seal/<purpose>" || 0x00 || network id`, so that a seal made for one purpose or in one
//! network opens in no other. Bodies are padded first ([`bystand_wire::pad`]).
//!
//! A seal says nothing about who made it, and whoever holds the secret key later can open what
//! was sealed before: sealing keys are replaced weekly and their secrets deleted.
//!
//! A sealed thing is `encapsulated key (1120 bytes) || ciphertext || tag (16 bytes)`.

use std::fmt;

use bystand_wire::{DecodeError, NetworkId, pad};
use hpke::aead::ChaCha20Poly1305;
use hpke::kdf::HkdfSha256;
use hpke::kem::XWing;
use hpke::{Deserializable, Kem, OpModeR, OpModeS, Serializable};
use minicbor::{Decode, Decoder, Encode, Encoder, decode, encode};
use rand_core::CryptoRng;
use subtle::ConstantTimeEq;
use zeroize::{Zeroize, ZeroizeOnDrop, Zeroizing};

use crate::memo;
use crate::sign::prefix;
pub use crate::symmetric::OpenError;

/// Length of a public key, in bytes.
pub const PUBLIC_KEY_LEN: usize = 1216;
/// Length of the encapsulated key in front of a sealed thing, in bytes.
pub const ENCAPSULATED_LEN: usize = 1120;
/// How much longer a sealed thing is than its padded body, in bytes.
pub const OVERHEAD: usize = ENCAPSULATED_LEN + 16;

/// What a seal is for. It goes into the key schedule.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum SealPurpose {
    /// A report, to the report key.
    Report,
    /// A request to join a day room, to the door key.
    Door,
    /// Something of the desk's, to the hosts.
    ForHosts,
    /// An offer to come, to the desk.
    Offer,
    /// An acceptance or question, to one responder's one-use key.
    ToResponder,
    /// A responder's sign or finding, to the desk.
    FromResponder,
    /// A request for certificate or passes, to the registrar.
    Enroll,
    /// The registrar's answer, to the device.
    Enrolled,
    /// A team's new public keys, to the registrars.
    TeamKeys,
    /// A responder's emergency envelope, opened only when a check-in is missed.
    Envelope,
    /// The random key of a capsule (an address for the aid team), to that team.
    Capsule,
}

impl SealPurpose {
    /// All purposes.
    pub const ALL: [SealPurpose; 11] = [
        SealPurpose::Report,
        SealPurpose::Door,
        SealPurpose::ForHosts,
        SealPurpose::Offer,
        SealPurpose::ToResponder,
        SealPurpose::FromResponder,
        SealPurpose::Enroll,
        SealPurpose::Enrolled,
        SealPurpose::TeamKeys,
        SealPurpose::Envelope,
        SealPurpose::Capsule,
    ];

    /// The word that goes into the key schedule.
    pub fn as_str(self) -> &'static str {
        match self {
            SealPurpose::Report => "report",
            SealPurpose::Door => "door",
            SealPurpose::ForHosts => "for-hosts",
            SealPurpose::Offer => "offer",
            SealPurpose::ToResponder => "to-responder",
            SealPurpose::FromResponder => "from-responder",
            SealPurpose::Enroll => "enroll",
            SealPurpose::Enrolled => "enrolled",
            SealPurpose::TeamKeys => "team-keys",
            SealPurpose::Envelope => "envelope",
            SealPurpose::Capsule => "capsule",
        }
    }
}

/// Why something could not be sealed: a caller's mistake.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SealError {
    /// The body is longer than can be padded; larger things go as blobs.
    #[error("too long to be sealed as one frame: {0}")]
    TooLong(#[from] DecodeError),
    /// The bytes are not a public key for seals.
    #[error("not a public key for seals")]
    BadKey,
}

impl SealError {
    /// The stable code.
    pub fn code(&self) -> &'static str {
        match self {
            SealError::TooLong(_) => "seal-too-long",
            SealError::BadKey => "seal-bad-key",
        }
    }
}

/// A public key to seal to. Checked when it is made: both halves are well formed.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct SealPublicKey(Vec<u8>);

impl SealPublicKey {
    /// Checks and takes the 1,216 bytes of a key.
    ///
    /// # Errors
    /// [`SealError::BadKey`].
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, SealError> {
        let key = Self(bytes.to_vec());
        key.parsed().map(|_| key)
    }

    /// The bytes.
    pub fn as_bytes(&self) -> &[u8] {
        &self.0
    }

    fn parsed(&self) -> Result<<XWing as Kem>::PublicKey, SealError> {
        memo::once("seal-public", &[&self.0], || {
            <XWing as Kem>::PublicKey::from_bytes(&self.0).map_err(|_| SealError::BadKey)
        })
    }
}

impl fmt::Debug for SealPublicKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "SealPublicKey({})", crate::hash::plain_sha256(&self.0).short())
    }
}

impl<C> Encode<C> for SealPublicKey {
    fn encode<W: encode::Write>(&self, e: &mut Encoder<W>, _: &mut C) -> Result<(), encode::Error<W::Error>> {
        e.bytes(&self.0)?.ok()
    }
}

impl<'b, C> Decode<'b, C> for SealPublicKey {
    fn decode(d: &mut Decoder<'b>, _: &mut C) -> Result<Self, decode::Error> {
        Self::from_bytes(d.bytes()?).map_err(decode::Error::message)
    }
}

/// The secret key that opens seals: a 32-byte seed. Compared in constant time, wiped when dropped.
///
/// Its CBOR encoding is the secret itself: only for what is sealed or kept in the vault.
#[derive(Clone, Zeroize, ZeroizeOnDrop)]
pub struct SealSecretKey([u8; 32]);

impl SealSecretKey {
    /// Draws a key.
    pub fn generate(rng: &mut impl CryptoRng) -> Self {
        let mut key = Self([0; 32]);
        rng.fill_bytes(&mut key.0);
        key
    }

    /// The key of a seed (X-Wing's decapsulation key).
    pub fn from_seed(seed: &[u8; 32]) -> Self {
        Self(*seed)
    }

    /// The seed, for those who store or send it under another key.
    pub fn seed(&self) -> Zeroizing<[u8; 32]> {
        Zeroizing::new(self.0)
    }

    /// The public key.
    pub fn public(&self) -> SealPublicKey {
        memo::always("seal-secret", &[&self.0], || {
            SealPublicKey(XWing::sk_to_pk(&self.expanded()).to_bytes().to_vec())
        })
    }

    fn expanded(&self) -> <XWing as Kem>::PrivateKey {
        let key = <XWing as Kem>::PrivateKey::from_bytes(&self.0);
        // Only the length is checked there, and it is fixed here.
        debug_assert!(key.is_ok(), "a seed of 32 bytes is always a key");
        key.unwrap_or_else(|_| XWing::derive_keypair(&self.0).0)
    }
}

impl PartialEq for SealSecretKey {
    fn eq(&self, other: &Self) -> bool {
        self.0.ct_eq(&other.0).into()
    }
}

impl Eq for SealSecretKey {}

impl fmt::Debug for SealSecretKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SealSecretKey(..)")
    }
}

impl<C> Encode<C> for SealSecretKey {
    fn encode<W: encode::Write>(&self, e: &mut Encoder<W>, _: &mut C) -> Result<(), encode::Error<W::Error>> {
        e.bytes(&self.0)?.ok()
    }
}

impl<'b, C> Decode<'b, C> for SealSecretKey {
    fn decode(d: &mut Decoder<'b>, _: &mut C) -> Result<Self, decode::Error> {
        let seed = d.bytes()?.try_into().map_err(|_| decode::Error::message("a seal key is 32 bytes"))?;
        Ok(Self(seed))
    }
}

/// Pads and seals a body. Whoever opens it must give the same `aad`.
///
/// # Errors
/// [`SealError::TooLong`] above [`pad::MAX_BODY`], [`SealError::BadKey`].
pub fn seal(
    network: &NetworkId,
    purpose: SealPurpose,
    to: &SealPublicKey,
    rng: &mut impl CryptoRng,
    aad: &[u8],
    body: &[u8],
) -> Result<Vec<u8>, SealError> {
    let padded = Zeroizing::new(pad::pad(body)?);
    let info = info(network, purpose);
    let (encapsulated, ciphertext) = hpke::single_shot_seal_with_rng::<ChaCha20Poly1305, HkdfSha256, XWing>(
        &OpModeS::Base,
        &to.parsed()?,
        &info,
        &padded,
        aad,
        rng,
    )
    .map_err(|_| SealError::BadKey)?;
    let mut sealed = encapsulated.to_bytes().to_vec();
    sealed.extend_from_slice(&ciphertext);
    Ok(sealed)
}

/// Opens what [`seal`] made and takes the padding off.
///
/// # Errors
/// [`OpenError`].
pub fn open(
    network: &NetworkId,
    purpose: SealPurpose,
    secret: &SealSecretKey,
    aad: &[u8],
    sealed: &[u8],
) -> Result<Zeroizing<Vec<u8>>, OpenError> {
    let possible = sealed.len().checked_sub(OVERHEAD).is_some_and(|len| pad::SIZES.contains(&len));
    if !possible {
        return Err(OpenError::Length);
    }
    let (encapsulated, ciphertext) = sealed.split_at_checked(ENCAPSULATED_LEN).ok_or(OpenError::Length)?;
    let info = info(network, purpose);
    let padded = memo::once("seal-open", &[&secret.0, &info, aad, sealed], || {
        open_base::<XWing>(&secret.expanded(), encapsulated, &info, aad, ciphertext)
    })?;
    pad::unpad(&padded).map(|body| Zeroizing::new(body.to_vec())).map_err(|_| OpenError::Padding)
}

/// RFC 9180 base mode, single shot. Generic in the KEM so that the RFC's own vectors, which know no
/// X-Wing, run through the same lines.
pub(crate) fn open_base<K: Kem>(
    secret: &K::PrivateKey,
    encapsulated: &[u8],
    info: &[u8],
    aad: &[u8],
    ciphertext: &[u8],
) -> Result<Zeroizing<Vec<u8>>, OpenError> {
    let encapsulated = K::EncappedKey::from_bytes(encapsulated).map_err(|_| OpenError::NotForUs)?;
    hpke::single_shot_open::<ChaCha20Poly1305, HkdfSha256, K>(
        &OpModeR::Base,
        secret,
        &encapsulated,
        info,
        ciphertext,
        aad,
    )
    .map(Zeroizing::new)
    .map_err(|_| OpenError::NotForUs)
}

fn info(network: &NetworkId, purpose: SealPurpose) -> Vec<u8> {
    prefix(&format!("seal/{}", purpose.as_str()), network)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{ELSEWHERE, NETWORK, rng};
    use proptest::prelude::*;

    fn sealed(key: &SealSecretKey, body: &[u8]) -> Vec<u8> {
        seal(&NETWORK, SealPurpose::Report, &key.public(), &mut rng(9), b"aad", body).expect("fits")
    }

    #[test]
    fn opens_only_for_its_key_purpose_network_and_context() {
        let key = SealSecretKey::generate(&mut rng(1));
        let other = SealSecretKey::generate(&mut rng(2));
        let sealed = sealed(&key, b"body");
        assert_eq!(sealed.len(), OVERHEAD + 256);
        let opened = open(&NETWORK, SealPurpose::Report, &key, b"aad", &sealed).expect("ours");
        assert_eq!(&opened[..], b"body");
        let refused = |network, purpose, key, aad: &[u8]| {
            assert_eq!(open(network, purpose, key, aad, &sealed), Err(OpenError::NotForUs));
        };
        refused(&ELSEWHERE, SealPurpose::Report, &key, b"aad");
        refused(&NETWORK, SealPurpose::Report, &other, b"aad");
        refused(&NETWORK, SealPurpose::Report, &key, b"");
        for purpose in SealPurpose::ALL.into_iter().filter(|p| *p != SealPurpose::Report) {
            refused(&NETWORK, purpose, &key, b"aad");
        }
    }

    #[test]
    fn purposes_have_their_own_words() {
        let words: std::collections::BTreeSet<_> = SealPurpose::ALL.iter().map(|p| p.as_str()).collect();
        assert_eq!(words.len(), SealPurpose::ALL.len());
    }

    #[test]
    fn damage_is_noticed_and_lengths_are_checked_first() {
        let key = SealSecretKey::generate(&mut rng(1));
        let good = sealed(&key, b"body");
        // One bit in every 40th byte: each part (lattice, curve, ciphertext, tag) is hit.
        for at in (0..good.len()).step_by(40).chain([good.len() - 1]) {
            let mut bad = good.clone();
            bad[at] ^= 1;
            assert_eq!(
                open(&NETWORK, SealPurpose::Report, &key, b"aad", &bad),
                Err(OpenError::NotForUs),
                "byte {at}"
            );
        }
        for len in [0, 1, ENCAPSULATED_LEN, OVERHEAD, good.len() - 1] {
            assert_eq!(
                open(&NETWORK, SealPurpose::Report, &key, b"aad", &good[..len]),
                Err(OpenError::Length)
            );
        }
        let mut longer = good;
        longer.push(0);
        assert_eq!(open(&NETWORK, SealPurpose::Report, &key, b"aad", &longer), Err(OpenError::Length));
    }

    #[test]
    fn wrong_padding_inside_a_good_seal_is_refused() {
        let key = SealSecretKey::generate(&mut rng(1));
        let info = info(&NETWORK, SealPurpose::Report);
        let (enc, ct) = hpke::single_shot_seal_with_rng::<ChaCha20Poly1305, HkdfSha256, XWing>(
            &OpModeS::Base,
            &key.public().parsed().expect("ours"),
            &info,
            &[0xff; 256],
            b"aad",
            &mut rng(3),
        )
        .expect("seals");
        let sealed = [&enc.to_bytes()[..], &ct].concat();
        assert_eq!(open(&NETWORK, SealPurpose::Report, &key, b"aad", &sealed), Err(OpenError::Padding));
    }

    #[test]
    fn bad_public_keys_are_refused() {
        let good = SealSecretKey::generate(&mut rng(1)).public();
        assert_eq!(good.as_bytes().len(), PUBLIC_KEY_LEN);
        for len in [0, 32, PUBLIC_KEY_LEN - 1] {
            assert_eq!(SealPublicKey::from_bytes(&good.as_bytes()[..len]), Err(SealError::BadKey));
        }
        // ML-KEM's coefficients must be below its modulus (FIPS 203 §7.2).
        assert_eq!(SealPublicKey::from_bytes(&[0xff; PUBLIC_KEY_LEN]), Err(SealError::BadKey));
    }

    #[test]
    fn too_long_bodies_are_refused() {
        let key = SealSecretKey::generate(&mut rng(1)).public();
        let long = vec![0; pad::MAX_BODY + 1];
        let result = seal(&NETWORK, SealPurpose::Report, &key, &mut rng(2), b"", &long);
        assert!(matches!(result, Err(SealError::TooLong(_))));
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(24))]
        #[test]
        fn round_trips(seed: [u8; 32], draw: u64, aad in proptest::collection::vec(any::<u8>(), 0..40), body in proptest::collection::vec(any::<u8>(), 0..5000)) {
            let key = SealSecretKey::from_seed(&seed);
            prop_assert_eq!(*key.seed(), seed);
            let sealed = seal(&NETWORK, SealPurpose::Door, &key.public(), &mut rng(draw), &aad, &body).expect("fits");
            let opened = open(&NETWORK, SealPurpose::Door, &key, &aad, &sealed).expect("ours");
            prop_assert_eq!(&opened[..], &body[..]);
            let public: SealPublicKey = bystand_wire::decode(&bystand_wire::encode(&key.public())).expect("ours");
            prop_assert_eq!(public, key.public());
            let secret: SealSecretKey = bystand_wire::decode(&bystand_wire::encode(&key)).expect("ours");
            prop_assert_eq!(secret, key);
        }

        #[test]
        fn never_panics(bytes in proptest::collection::vec(any::<u8>(), 0..2600)) {
            let key = SealSecretKey::from_seed(&[1; 32]);
            prop_assert!(open(&NETWORK, SealPurpose::Report, &key, b"", &bytes).is_err());
            let mut fitting = bytes;
            fitting.resize(OVERHEAD + 256, 0);
            prop_assert!(open(&NETWORK, SealPurpose::Report, &key, b"", &fitting).is_err());
            let _ = SealPublicKey::from_bytes(&fitting[..PUBLIC_KEY_LEN]);
        }
    }
}
