//! One canonical encoding: deterministic CBOR (RFC 8949 §4.2.1) with numeric map keys.
//!
//! [`decode`] refuses anything that [`encode`] would have written differently (longer integers,
//! indefinite lengths, unknown or repeated keys, trailing bytes). So a value has exactly one
//! encoding, a hash of the bytes is a hash of the value, and nobody can make two devices read
//! different things from one signature. Formats grow by a new frame version, never by stray keys.

use alloc::string::{String, ToString};
use alloc::vec::Vec;
use core::convert::Infallible;
use minicbor::{Decode, Encode};

/// Why bytes from elsewhere could not be read. Always bad remote input, never our bug.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum DecodeError {
    /// The bytes are not the expected CBOR.
    #[error("malformed encoding: {0}")]
    Malformed(String),
    /// Readable, but not in the one canonical form.
    #[error("not in canonical form")]
    NotCanonical,
    /// Longer than the limit for this kind of value.
    #[error("too long: {actual} bytes, at most {limit}")]
    TooLong {
        /// Length received, in bytes.
        actual: usize,
        /// Limit, in bytes.
        limit: usize,
    },
    /// A frame or value of a version or kind this program does not know.
    #[error("unknown version or kind: {0}")]
    Unknown(u8),
}

/// Encodes a value canonically.
pub fn encode<T: Encode<()>>(value: &T) -> Vec<u8> {
    let mut bytes = Vec::new();
    let written: Result<(), minicbor::encode::Error<Infallible>> = minicbor::encode(value, &mut bytes);
    debug_assert!(written.is_ok(), "writing to memory cannot fail");
    bytes
}

/// Decodes a value and refuses every non-canonical form.
///
/// # Errors
/// [`DecodeError::Malformed`] or [`DecodeError::NotCanonical`].
pub fn decode<T>(bytes: &[u8]) -> Result<T, DecodeError>
where
    T: for<'b> Decode<'b, ()> + Encode<()>,
{
    let value: T = minicbor::decode(bytes).map_err(|e| DecodeError::Malformed(e.to_string()))?;
    if encode(&value) == bytes { Ok(value) } else { Err(DecodeError::NotCanonical) }
}

/// As [`decode`], after a check of the length against `limit` bytes.
///
/// # Errors
/// As [`decode`], and [`DecodeError::TooLong`].
pub fn decode_within<T>(bytes: &[u8], limit: usize) -> Result<T, DecodeError>
where
    T: for<'b> Decode<'b, ()> + Encode<()>,
{
    if bytes.len() > limit {
        return Err(DecodeError::TooLong { actual: bytes.len(), limit });
    }
    decode(bytes)
}
