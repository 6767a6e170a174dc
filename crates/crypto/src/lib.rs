//! Bystand's cryptography in one place. This is the only crate that names a primitive.
//!
//! | module | what it gives | primitive |
//! | --- | --- | --- |
//! | [`hash`] | domain-separated hashes, ids | SHA-256 |
//! | [`sign`] | signatures whose purpose is part of the type | Ed25519, strict verification (RFC 8032) |
//! | [`threshold`] | statements of the root keys, changes of the root | Ed25519 |
//! | [`seal`] | encryption to a team's or a device's key | HPKE (RFC 9180), X-Wing |
//! | [`passes`] | unlinkable permits | blind RSA (RFC 9474) |
//! | [`rooms`] | encrypted groups | MLS (RFC 9420) |
//! | [`work`] | proof of work for those without a pass | Equi-X |
//! | [`phrase`] | secrets that people read and say | BIP-39 words |
//! | [`vault`] | what a device keeps | Argon2id, XChaCha20-Poly1305 |
//! | [`notes`] | signed notes and checkpoints | C2SP signed-note, Ed25519 |
//! | [`tree`] | the public log's tree, proofs and tiles | RFC 6962, C2SP tlog-tiles |
//! | [`memo`] | results that a simulator works out once for many devices | |
//! | [`symmetric`] | keys that a team shares | XChaCha20-Poly1305, HKDF-SHA256 |
//!
//! Randomness is always an argument (`rng: &mut impl CryptoRng`), and so is time. Nothing here does
//! input or output. Bytes from elsewhere never panic. Types that hold a secret show nothing in
//! `Debug`, are wiped when dropped and are compared in constant time.
#![forbid(unsafe_code)]
#![deny(missing_docs, clippy::indexing_slicing)]

pub mod hash;
pub mod memo;
pub mod notes;
pub mod passes;
pub mod phrase;
pub mod rooms;
pub mod seal;
pub mod sign;
pub mod symmetric;
pub mod threshold;
pub mod tree;
pub mod vault;
pub mod work;

#[cfg(test)]
mod testing;
#[cfg(test)]
mod vectors;
