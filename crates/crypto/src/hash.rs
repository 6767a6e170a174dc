//! Hashes. Everything is SHA-256 (FIPS 180-4); what is hashed for one use never collides with
//! another use, because each has its own domain and every part is preceded by its length.

use bystand_wire::{FrameHash, Hash32, KeyId, PublicKey, StreamId};
use sha2::{Digest, Sha256};
use subtle::ConstantTimeEq;

use crate::symmetric::SymmetricKey;

/// SHA-256 of `"bystand/v1/" domain 0x00`, then each part preceded by its length in bytes as a
/// big-endian `u64`. Lists of parts that differ give inputs that differ.
pub fn sha256(domain: &str, parts: &[&[u8]]) -> Hash32 {
    let mut hasher = Sha256::new();
    hasher.update(b"bystand/v1/");
    hasher.update(domain.as_bytes());
    hasher.update([0]);
    for part in parts {
        // `usize` is at most 64 bits wide on every platform Rust supports.
        hasher.update(u64::try_from(part.len()).unwrap_or(u64::MAX).to_be_bytes());
        hasher.update(part);
    }
    Hash32(hasher.finalize().into())
}

/// SHA-256 of the bytes and nothing else: for what outside tools must be able to recompute.
pub fn plain_sha256(bytes: &[u8]) -> Hash32 {
    Hash32(Sha256::digest(bytes).into())
}

/// The id of the stream that this key creates.
pub fn stream_id(creator: &PublicKey) -> StreamId {
    StreamId(sha256("stream-id", &[creator.as_bytes()]).0)
}

/// The hash a frame is known by: plain SHA-256 of the frame as it was sent.
pub fn frame_hash(frame: &[u8]) -> FrameHash {
    FrameHash(plain_sha256(frame).0)
}

/// Names a symmetric key without revealing it: the first 16 bytes of a hash of their own domain.
pub fn key_id(key: &SymmetricKey) -> KeyId {
    let hash = sha256("key-id", &[key.expose()]);
    let mut id = [0; KeyId::LEN];
    id.iter_mut().zip(hash.0).for_each(|(to, from)| *to = from);
    KeyId(id)
}

/// Whether two byte strings are equal, in a time that depends on their lengths only.
pub fn ct_eq(a: &[u8], b: &[u8]) -> bool {
    a.ct_eq(b).into()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn the_domain_input_is_as_documented() {
        let mut input = b"bystand/v1/test\0".to_vec();
        input.extend_from_slice(&[0, 0, 0, 0, 0, 0, 0, 2]);
        input.extend_from_slice(b"ab");
        input.extend_from_slice(&[0; 8]);
        assert_eq!(sha256("test", &[b"ab", b""]), plain_sha256(&input));
    }

    #[test]
    fn neighbors_in_meaning_do_not_collide() {
        let all = [
            sha256("a", &[]),
            sha256("a", &[b""]),
            sha256("a", &[b"", b""]),
            sha256("a", &[b"xy"]),
            sha256("a", &[b"x", b"y"]),
            sha256("a", &[b"", b"xy"]),
            sha256("b", &[b"xy"]),
            plain_sha256(b"xy"),
        ];
        let distinct: std::collections::BTreeSet<_> = all.into_iter().collect();
        assert_eq!(distinct.len(), all.len());
    }

    proptest! {
        #[test]
        fn ct_eq_is_equality(a in proptest::collection::vec(any::<u8>(), 0..40), b in proptest::collection::vec(any::<u8>(), 0..40)) {
            prop_assert_eq!(ct_eq(&a, &b), a == b);
            prop_assert!(ct_eq(&a, &a));
        }
    }
}
