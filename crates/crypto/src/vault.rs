//! The vault: everything a device keeps, as sealed records over a dumb shelf (SQLite natively,
//! IndexedDB in the browser). The shelf sees record keys and padded ciphertexts.
//!
//! ```text
//! passphrase --Argon2id (salt, cost)--> wrapping key --opens--> data key (random)
//! data key --HKDF--> naming key (record keys), record key (XChaCha20-Poly1305)
//! ```
//!
//! Changing the passphrase wraps the data key anew and leaves the records as they are.
//!
//! What it does not do: notice that somebody put an older copy of a record, or of the whole shelf,
//! back in place; and hide how many records there are. The passphrase is taken as the bytes it is
//! typed as (UTF-8), after blanks around and between its words are made one space each; words of
//! the generated kind may be typed in any case.

use std::fmt;

use argon2::{Algorithm, Argon2, Block, Params, Version};
use bip39::Language;
use bystand_wire::{DecodeError, Hash32, decode, encode};
use minicbor::{Decode, Encode};
use rand_core::CryptoRng;
use zeroize::{Zeroize, Zeroizing};

use crate::hash;
use crate::symmetric::{self, SymmetricKey, expand, open_with, seal_with};

/// The version of the header and records that this program writes and reads.
const VERSION: u8 = 1;
/// The least memory Argon2id may use, in KiB (OWASP's minimum for t = 2).
pub const MIN_MEMORY_KIB: u32 = 19 * 1024;
/// The most memory a header may make this program use, in KiB.
pub const MAX_MEMORY_KIB: u32 = 512 * 1024;
/// Passes over the memory: least and most.
pub const PASSES: std::ops::RangeInclusive<u32> = 2..=16;
/// Lanes: least and most.
pub const LANES: std::ops::RangeInclusive<u32> = 1..=4;
/// The longest header that is looked at, in bytes.
const HEADER_LEN: usize = 1024;
/// Records are padded to at least this, in bytes.
const MIN_PADDED: usize = 256;
/// Bytes that a record's length takes in front.
const LENGTH_PREFIX: usize = 8;

/// Why a vault or a record could not be opened.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum VaultError {
    /// The passphrase is not the one this vault was locked with.
    #[error("wrong passphrase")]
    WrongPassphrase,
    /// The header or a record was damaged, or is not what its place says.
    #[error("the vault is damaged: {0}")]
    Damaged(&'static str),
    /// Written by a newer program.
    #[error("the vault was written by a newer version ({0}) of this program")]
    Newer(u8),
    /// The header asks for less work than is safe or for more than is sensible.
    #[error("the vault asks for an unreasonable amount of work to open it")]
    Cost,
    /// There is not enough memory for Argon2id now.
    #[error("not enough memory to open the vault")]
    Memory,
}

impl VaultError {
    /// The stable code.
    pub fn code(&self) -> &'static str {
        match self {
            VaultError::WrongPassphrase => "vault-wrong-passphrase",
            VaultError::Damaged(_) => "vault-damaged",
            VaultError::Newer(_) => "vault-newer",
            VaultError::Cost => "vault-cost",
            VaultError::Memory => "vault-memory",
        }
    }

    /// Whether the same may succeed later without change.
    pub fn is_retryable(&self) -> bool {
        matches!(self, VaultError::Memory)
    }
}

/// What Argon2id (RFC 9106) costs, and its salt.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct VaultParams {
    /// Random.
    #[cbor(n(0), with = "minicbor::bytes")]
    pub salt: [u8; 16],
    /// Memory, in KiB.
    #[n(1)]
    pub m_cost_kib: u32,
    /// Passes over the memory.
    #[n(2)]
    pub t_cost: u32,
    /// Lanes.
    #[n(3)]
    pub lanes: u32,
}

impl VaultParams {
    /// The usual cost: 64 MiB, three passes, one lane (RFC 9106 §4, second recommendation, with one
    /// lane because a browser has one).
    pub fn recommended(rng: &mut impl CryptoRng) -> Self {
        Self { m_cost_kib: 64 * 1024, t_cost: 3, ..Self::minimum(rng) }
    }

    /// The least that is accepted: for small phones, and for simulations with many vaults.
    pub fn minimum(rng: &mut impl CryptoRng) -> Self {
        let mut salt = [0; 16];
        rng.fill_bytes(&mut salt);
        Self { salt, m_cost_kib: MIN_MEMORY_KIB, t_cost: *PASSES.start(), lanes: *LANES.start() }
    }

    fn check(&self) -> Result<(), VaultError> {
        let memory = (MIN_MEMORY_KIB..=MAX_MEMORY_KIB).contains(&self.m_cost_kib);
        if memory && PASSES.contains(&self.t_cost) && LANES.contains(&self.lanes) {
            Ok(())
        } else {
            Err(VaultError::Cost)
        }
    }
}

/// What stands in front of a vault, in the clear: nothing in it helps without the passphrase.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct VaultHeader {
    /// The version of the format.
    #[n(0)]
    version: u8,
    /// Cost and salt.
    #[n(1)]
    params: VaultParams,
    /// The data key, sealed with the wrapping key; the version and the parameters are bound to it.
    #[cbor(n(2), with = "minicbor::bytes")]
    wrapped: Vec<u8>,
    /// Hash of the above, so that damage is told apart from a wrong passphrase.
    #[n(3)]
    check: Hash32,
}

impl VaultHeader {
    /// The header's bytes.
    pub fn to_bytes(&self) -> Vec<u8> {
        encode(self)
    }

    /// Reads a header and checks that it is whole.
    ///
    /// # Errors
    /// [`VaultError::Damaged`], [`VaultError::Newer`], [`VaultError::Cost`].
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, VaultError> {
        let read: Result<VaultHeader, DecodeError> = bystand_wire::codec::decode_within(bytes, HEADER_LEN);
        let header = read.map_err(|_| VaultError::Damaged("its header cannot be read"))?;
        header.verify()?;
        Ok(header)
    }

    /// What opening this vault costs.
    pub fn params(&self) -> &VaultParams {
        &self.params
    }

    fn verify(&self) -> Result<(), VaultError> {
        if !hash::ct_eq(
            header_check(self.version, &self.params, &self.wrapped).as_bytes(),
            self.check.as_bytes(),
        ) {
            return Err(VaultError::Damaged("its header was changed"));
        }
        if self.version != VERSION {
            return Err(VaultError::Newer(self.version));
        }
        self.params.check()
    }
}

/// An unlocked vault's keys. Wiped when dropped.
#[derive(Clone)]
pub struct VaultKey {
    data: SymmetricKey,
    naming: SymmetricKey,
    records: SymmetricKey,
}

/// Makes a vault: its header, to be stored in the clear, and its keys.
///
/// # Errors
/// [`VaultError::Cost`], [`VaultError::Memory`].
pub fn create(
    passphrase: &str,
    params: VaultParams,
    rng: &mut impl CryptoRng,
) -> Result<(VaultHeader, VaultKey), VaultError> {
    let key = VaultKey::of(SymmetricKey::generate(rng));
    let header = key.rewrap(passphrase, params, rng)?;
    Ok((header, key))
}

/// Unlocks a vault. Takes the time that its parameters ask for.
///
/// # Errors
/// [`VaultError`].
pub fn unlock(header: &VaultHeader, passphrase: &str) -> Result<VaultKey, VaultError> {
    header.verify()?;
    unlock_stretched(header, &Stretched::of(passphrase, &header.params)?)
}

/// A passphrase after Argon2id: for shells that have it stretched elsewhere, as a browser does in a worker.
/// Whoever has it can open the vault; wiped when dropped.
#[derive(Clone)]
pub struct Stretched(SymmetricKey);

impl fmt::Debug for Stretched {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Stretched(..)")
    }
}

impl Stretched {
    /// Stretches a passphrase. Takes the time that the parameters ask for.
    ///
    /// # Errors
    /// [`VaultError::Cost`], [`VaultError::Memory`].
    pub fn of(passphrase: &str, params: &VaultParams) -> Result<Self, VaultError> {
        params.check()?;
        wrapping_key(passphrase, params).map(Self)
    }

    /// As it comes back from where it was made.
    pub fn from_bytes(bytes: [u8; 32]) -> Self {
        Self(SymmetricKey::from_bytes(bytes))
    }

    /// As it goes to where it is needed.
    pub fn expose(&self) -> &[u8; 32] {
        self.0.expose()
    }
}

/// As [`create`], with a passphrase that has been stretched with these parameters.
///
/// # Errors
/// [`VaultError::Cost`].
pub fn create_stretched(
    stretched: &Stretched,
    params: VaultParams,
    rng: &mut impl CryptoRng,
) -> Result<(VaultHeader, VaultKey), VaultError> {
    params.check()?;
    let key = VaultKey::of(SymmetricKey::generate(rng));
    let header = key.wrapped_with(&stretched.0, params, rng);
    Ok((header, key))
}

/// As [`unlock`], with a passphrase that has been stretched with the header's parameters.
///
/// # Errors
/// [`VaultError`].
pub fn unlock_stretched(header: &VaultHeader, stretched: &Stretched) -> Result<VaultKey, VaultError> {
    header.verify()?;
    let opened = open_with(&stretched.0, &wrapping_aad(header.version, &header.params), &header.wrapped);
    // The header is whole, so the passphrase is wrong.
    let data = Zeroizing::new(opened.map_err(|_| VaultError::WrongPassphrase)?);
    let data: [u8; 32] =
        data.as_slice().try_into().map_err(|_| VaultError::Damaged("its key has another length"))?;
    Ok(VaultKey::of(SymmetricKey::from_bytes(data)))
}

impl VaultKey {
    fn of(data: SymmetricKey) -> Self {
        let naming = symmetric::derive(&data, "vault-names");
        let records = symmetric::derive(&data, "vault-records");
        Self { data, naming, records }
    }

    /// A new header for another passphrase or another cost. The records stay as they are; whoever
    /// has a copy of the old header and knows the old passphrase can still open them.
    ///
    /// # Errors
    /// [`VaultError::Cost`], [`VaultError::Memory`].
    pub fn rewrap(
        &self,
        passphrase: &str,
        params: VaultParams,
        rng: &mut impl CryptoRng,
    ) -> Result<VaultHeader, VaultError> {
        let stretched = Stretched::of(passphrase, &params)?;
        Ok(self.wrapped_with(&stretched.0, params, rng))
    }

    fn wrapped_with(
        &self,
        wrapping: &SymmetricKey,
        params: VaultParams,
        rng: &mut impl CryptoRng,
    ) -> VaultHeader {
        let wrapped = seal_with(wrapping, rng, &wrapping_aad(VERSION, &params), self.data.expose());
        let check = header_check(VERSION, &params, &wrapped);
        VaultHeader { version: VERSION, params, wrapped, check }
    }

    /// The key under which the shelf keeps the record of this name: HKDF-SHA256 of the name, so
    /// that the shelf learns no names.
    pub fn record_key(&self, name: &str) -> [u8; 32] {
        *expand(self.naming.expose(), &[b"name/", name.as_bytes()])
    }

    /// Seals a record: name and content, padded so that its length says little.
    pub fn seal_record(&self, name: &str, rng: &mut impl CryptoRng, plaintext: &[u8]) -> Vec<u8> {
        let record = Zeroizing::new(encode(&Record { name: name.to_owned(), content: plaintext.to_vec() }));
        let padded = pad(&record);
        seal_with(&self.records, rng, &self.record_key(name), &padded)
    }

    /// Opens the record that the shelf keeps under `record_key`, and gives its name and content.
    ///
    /// # Errors
    /// [`VaultError::Damaged`]: changed, or moved here from another place.
    pub fn open_record(
        &self,
        record_key: &[u8; 32],
        bytes: &[u8],
    ) -> Result<(String, Zeroizing<Vec<u8>>), VaultError> {
        let opened = open_with(&self.records, record_key, bytes);
        let padded = Zeroizing::new(opened.map_err(|_| VaultError::Damaged("a record does not open"))?);
        let record = unpad(&padded).ok_or(VaultError::Damaged("a record is not padded properly"))?;
        let record: Record = decode(record).map_err(|_| VaultError::Damaged("a record cannot be read"))?;
        if self.record_key(&record.name) != *record_key {
            return Err(VaultError::Damaged("a record is not in its place"));
        }
        Ok((record.name, Zeroizing::new(record.content)))
    }
}

impl fmt::Debug for VaultKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("VaultKey(..)")
    }
}

/// A record before it is padded and sealed.
#[derive(Encode, Decode)]
#[cbor(map)]
struct Record {
    #[n(0)]
    name: String,
    #[cbor(n(1), with = "minicbor::bytes")]
    content: Vec<u8>,
}

fn wrapping_key(passphrase: &str, params: &VaultParams) -> Result<SymmetricKey, VaultError> {
    let mut key = Zeroizing::new([0; 32]);
    let passphrase = normalized(passphrase);
    argon2id(passphrase.as_bytes(), &params.salt, params, &mut key)?;
    Ok(SymmetricKey::from_bytes(*key))
}

/// Argon2id, version 1.3, 32 bytes out.
pub(crate) fn argon2id(
    passphrase: &[u8],
    salt: &[u8],
    params: &VaultParams,
    out: &mut [u8; 32],
) -> Result<(), VaultError> {
    let cost = Params::new(params.m_cost_kib, params.t_cost, params.lanes, Some(out.len()))
        .map_err(|_| VaultError::Cost)?;
    // Asked for here, because the library aborts the program when there is not enough.
    let mut memory = Vec::new();
    memory.try_reserve_exact(cost.block_count()).map_err(|_| VaultError::Memory)?;
    memory.resize(cost.block_count(), Block::default());
    let argon2 = Argon2::new(Algorithm::Argon2id, Version::V0x13, cost);
    let hashed = argon2.hash_password_into_with_memory(passphrase, salt, out, &mut memory);
    memory.zeroize();
    hashed.map_err(|_| VaultError::Cost)
}

/// One space between words and none around; lower case if every word is on the list, because a
/// phone's keyboard likes to begin with a capital.
fn normalized(passphrase: &str) -> Zeroizing<String> {
    let mut text = Zeroizing::new(String::with_capacity(passphrase.len()));
    for word in passphrase.split_whitespace() {
        if !text.is_empty() {
            text.push(' ');
        }
        text.push_str(word);
    }
    let lower = Zeroizing::new(text.to_lowercase());
    let on_the_list = |word: &str| Language::English.find_word(word).is_some();
    if lower.split(' ').all(on_the_list) { lower } else { text }
}

fn wrapping_aad(version: u8, params: &VaultParams) -> Vec<u8> {
    encode(&("bystand/v1/vault", version, params))
}

fn header_check(version: u8, params: &VaultParams, wrapped: &[u8]) -> Hash32 {
    hash::sha256("vault-header", &[&wrapping_aad(version, params), wrapped])
}

/// The length a record is padded to: powers of four up to 64 KiB, then one of sixteen steps between
/// powers of two (at most 6 % more).
fn padded_len(len: usize) -> usize {
    let step = match len {
        0..=256 => return MIN_PADDED,
        257..=1024 => 1024,
        1025..=4096 => 4 * 1024,
        4097..=16_384 => 16 * 1024,
        16_385..=65_536 => 64 * 1024,
        _ => len.next_power_of_two() / 16,
    };
    len.next_multiple_of(step)
}

/// A big-endian `u64` length, the record, zeros.
fn pad(record: &[u8]) -> Zeroizing<Vec<u8>> {
    let len = record.len() + LENGTH_PREFIX;
    let mut padded = Zeroizing::new(Vec::with_capacity(padded_len(len)));
    padded.extend_from_slice(&u64::try_from(record.len()).unwrap_or(u64::MAX).to_be_bytes());
    padded.extend_from_slice(record);
    padded.resize(padded_len(len), 0);
    padded
}

fn unpad(padded: &[u8]) -> Option<&[u8]> {
    let (prefix, rest) = padded.split_first_chunk::<LENGTH_PREFIX>()?;
    let len = usize::try_from(u64::from_be_bytes(*prefix)).ok()?;
    rest.get(..len)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::rng;
    use proptest::prelude::*;

    const PASSPHRASE: &str = "zebra river anchor canal orbit maple";

    fn vault() -> (VaultHeader, VaultKey) {
        create(PASSPHRASE, VaultParams::minimum(&mut rng(1)), &mut rng(2)).expect("a vault")
    }

    fn key() -> VaultKey {
        VaultKey::of(SymmetricKey::from_bytes([3; 32]))
    }

    #[test]
    fn unlocks_with_its_passphrase_only() {
        let (header, key) = vault();
        let header = VaultHeader::from_bytes(&header.to_bytes()).expect("whole");
        let sealed = key.seal_record("name", &mut rng(3), b"content");
        let unlocked = unlock(&header, PASSPHRASE).expect("the right one");
        let opened = unlocked.open_record(&key.record_key("name"), &sealed);
        assert_eq!(opened, Ok(("name".into(), Zeroizing::new(b"content".to_vec()))));
        for wrong in ["", "zebra river anchor canal orbit", "maple orbit canal anchor river zebra"] {
            assert_eq!(unlock(&header, wrong).err(), Some(VaultError::WrongPassphrase), "{wrong}");
        }
        assert!(unlock(&header, "  Zebra river  anchor\tCANAL orbit maple\n").is_ok());
    }

    #[test]
    fn only_generated_words_are_typed_in_any_case() {
        assert_eq!(normalized(" Zebra  RIVER ").as_str(), "zebra river");
        assert_eq!(normalized(" Not  Listed ").as_str(), "Not Listed");
        assert_eq!(normalized("   ").as_str(), "");
    }

    #[test]
    fn another_passphrase_opens_the_same_records() {
        let (old, key) = vault();
        let sealed = key.seal_record("name", &mut rng(3), b"content");
        let header = key.rewrap("another", VaultParams::minimum(&mut rng(5)), &mut rng(6)).expect("wrapped");
        assert_ne!(header, old);
        assert_eq!(unlock(&header, PASSPHRASE).err(), Some(VaultError::WrongPassphrase));
        let unlocked = unlock(&header, "another").expect("the new one");
        assert!(unlocked.open_record(&key.record_key("name"), &sealed).is_ok());
    }

    #[test]
    fn damage_is_told_apart_from_a_wrong_passphrase() {
        let bytes = vault().0.to_bytes();
        for byte in 0..bytes.len() {
            let mut bad = bytes.clone();
            bad[byte] ^= 1;
            assert!(matches!(VaultHeader::from_bytes(&bad), Err(VaultError::Damaged(_))), "byte {byte}");
        }
        for len in 0..bytes.len() {
            assert!(VaultHeader::from_bytes(&bytes[..len]).is_err(), "cut to {len}");
        }
        assert!(VaultHeader::from_bytes(&[0; 2000]).is_err());
    }

    #[test]
    fn cost_has_a_floor_and_a_ceiling() {
        let good = VaultParams::recommended(&mut rng(1));
        assert_eq!(good.check(), Ok(()));
        for bad in [
            VaultParams { m_cost_kib: MIN_MEMORY_KIB - 1, ..good.clone() },
            VaultParams { m_cost_kib: MAX_MEMORY_KIB + 1, ..good.clone() },
            VaultParams { m_cost_kib: u32::MAX, ..good.clone() },
            VaultParams { t_cost: 1, ..good.clone() },
            VaultParams { t_cost: 17, ..good.clone() },
            VaultParams { lanes: 0, ..good.clone() },
            VaultParams { lanes: 5, ..good.clone() },
        ] {
            assert_eq!(create("p", bad.clone(), &mut rng(2)).err(), Some(VaultError::Cost), "{bad:?}");
            // A header that asks for it, with a proper check, is refused before any work.
            let check = header_check(VERSION, &bad, &[]);
            let header = VaultHeader { version: VERSION, params: bad, wrapped: vec![], check };
            assert_eq!(VaultHeader::from_bytes(&header.to_bytes()), Err(VaultError::Cost));
            assert_eq!(unlock(&header, "p").err(), Some(VaultError::Cost));
        }
        let check = header_check(2, &good, &[]);
        let newer = VaultHeader { version: 2, params: good, wrapped: vec![], check };
        assert_eq!(VaultHeader::from_bytes(&newer.to_bytes()), Err(VaultError::Newer(2)));
    }

    #[test]
    fn records_open_in_their_place_only() {
        let key = key();
        let other = VaultKey::of(SymmetricKey::from_bytes([4; 32]));
        let sealed = key.seal_record("a", &mut rng(1), b"content");
        let damaged = |key: &VaultKey, place: &str, bytes: &[u8]| {
            assert!(matches!(key.open_record(&key.record_key(place), bytes), Err(VaultError::Damaged(_))));
        };
        damaged(&key, "b", &sealed);
        damaged(&other, "a", &sealed);
        damaged(&key, "a", &sealed[1..]);
        damaged(&key, "a", b"");
        for byte in 0..sealed.len() {
            let mut bad = sealed.clone();
            bad[byte] ^= 1;
            damaged(&key, "a", &bad);
        }
        assert_ne!(key.record_key("a"), other.record_key("a"));
    }

    #[test]
    fn lengths_say_little() {
        let lengths: std::collections::BTreeSet<_> = (0..65_536).map(padded_len).collect();
        assert_eq!(lengths.into_iter().collect::<Vec<_>>(), [256, 1024, 4096, 16_384, 65_536]);
        for len in [65_537, 100_000, 1 << 20, (1 << 20) + 1, 2_500_000] {
            let padded = padded_len(len);
            assert!(padded >= len && padded - len <= len / 8, "{len} {padded}");
        }
    }

    #[test]
    fn debug_shows_no_secret() {
        assert_eq!(format!("{:?}", key()), "VaultKey(..)");
    }

    proptest! {
        #[test]
        fn records_round_trip(seed: u64, name in ".{0,60}", content in proptest::collection::vec(any::<u8>(), 0..6000)) {
            let key = key();
            let sealed = key.seal_record(&name, &mut rng(seed), &content);
            let opened = key.open_record(&key.record_key(&name), &sealed);
            prop_assert_eq!(opened, Ok((name, Zeroizing::new(content))));
        }

        #[test]
        fn never_panics(bytes in proptest::collection::vec(any::<u8>(), 0..400)) {
            let _ = VaultHeader::from_bytes(&bytes);
            let _ = unpad(&bytes);
            prop_assert!(key().open_record(&[0; 32], &bytes).is_err());
        }
    }
}
