//! An entry of a casebook: signed by its author's device, sealed twice.
//!
//! Frame body: `team key id (16) | sealed under the team key ( Outer )`. The outer layer hides which
//! incident an entry belongs to; the inner layer is under the incident's key, and deleting that key
//! erases the entry.

use bystand_crypto::hash::key_id;
use bystand_crypto::sign::{Signed, SigningKey, Statement};
use bystand_crypto::symmetric::{SymmetricKey, open_with, seal_with};
use bystand_wire::relay_api::SignedBytes;
use bystand_wire::{Frame, FrameKind, Hash32, KeyId, NetworkId, StreamId, Timestamp, decode, encode, pad};
use minicbor::bytes::ByteVec;
use minicbor::{Decode, Encode};
use rand_core::CryptoRng;

use super::Keyring;

/// What an author signs.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct Entry {
    /// The casebook.
    #[n(0)]
    pub casebook: StreamId,
    /// The hash of the author's certificate.
    #[n(1)]
    pub author: Hash32,
    /// The author's own count of entries in this casebook, from 1.
    #[n(2)]
    pub count: u64,
    /// The casebook's running hash after the last entry that the author had seen; zeros before the first.
    #[n(3)]
    pub seen: Hash32,
    /// By the author's clock.
    #[n(4)]
    pub at: Timestamp,
    /// The team's event, encoded.
    #[n(5)]
    pub event: ByteVec,
}

impl Statement for Entry {
    const PURPOSE: &'static str = "entry";
}

#[derive(Encode, Decode)]
#[cbor(map)]
struct Outer {
    #[n(0)]
    key: KeyId,
    #[n(1)]
    sealed: ByteVec,
}

/// Why an entry cannot be opened.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Closed {
    /// Its key is not here: not yet, or not any more.
    NoKey,
    /// It is not a proper entry, whatever keys one has.
    Damaged,
}

/// Seals a signed entry into a frame.
pub fn close(
    network: &NetworkId,
    author: &SigningKey,
    entry: &Entry,
    (team, inner): (&SymmetricKey, &SymmetricKey),
    rng: &mut impl CryptoRng,
) -> Option<Vec<u8>> {
    let signed = SignedBytes::from(Signed::sign(network, author, entry));
    let padded = pad::pad(&encode(&signed)).ok()?;
    let aad = entry.casebook.as_ref();
    let outer = Outer { key: key_id(inner), sealed: seal_with(inner, rng, aad, &padded).into() };
    let mut body = key_id(team).0.to_vec();
    body.extend(seal_with(team, rng, aad, &encode(&outer)));
    Some(Frame::build(FrameKind::CasebookEntry, &body))
}

/// Opens a frame as far as the keys go. The signature is not checked yet.
///
/// # Errors
/// [`Closed`].
pub fn open(casebook: &StreamId, keys: &Keyring, frame: &[u8]) -> Result<Signed<Entry>, Closed> {
    open_with_key(casebook, keys, frame).map(|(signed, _)| signed)
}

/// As [`open`], with the name of the key that the entry itself is sealed with.
///
/// # Errors
/// [`Closed`].
pub fn open_with_key(
    casebook: &StreamId,
    keys: &Keyring,
    frame: &[u8],
) -> Result<(Signed<Entry>, KeyId), Closed> {
    let Ok(Frame { kind: FrameKind::CasebookEntry, body }) = Frame::parse(frame) else {
        return Err(Closed::Damaged);
    };
    let (id, sealed) = body.split_first_chunk::<{ KeyId::LEN }>().ok_or(Closed::Damaged)?;
    let team = keys.find_team(&KeyId(*id)).ok_or(Closed::NoKey)?;
    let outer = open_with(team, casebook.as_ref(), sealed).map_err(|_| Closed::Damaged)?;
    let outer: Outer = decode(&outer).map_err(|_| Closed::Damaged)?;
    let inner = keys.find(&outer.key).ok_or(Closed::NoKey)?;
    let padded = open_with(inner, casebook.as_ref(), &outer.sealed).map_err(|_| Closed::Damaged)?;
    let signed: SignedBytes = pad::unpad(&padded).and_then(decode).map_err(|_| Closed::Damaged)?;
    Ok((Signed::from(signed), outer.key))
}
