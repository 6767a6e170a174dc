//! Statements of the root keys: a set of keys, how many of them must sign, and how the set changes.
//!
//! A network's id is the hash of its first root set. A [`RootChain`] leads from there to the
//! current set: each change is signed by the threshold of the set before it (who give the power)
//! and by the threshold of the new one (who prove that they hold it), and names what it follows,
//! so that changes cannot be replayed, left out or put in another order. That a chain is not an
//! old one is for its carrier to say: the manifest's version only goes up.

use std::fmt;
use std::marker::PhantomData;

use bystand_wire::{DecodeError, Hash32, NetworkId, PublicKey, SignatureBytes, decode, encode};
use minicbor::{Decode, Decoder, Encode, Encoder};

use crate::hash;
use crate::sign::{SignError, SigningKey, Statement, sign_bytes, verify_bytes};

/// The most keys in a root set.
pub const MAX_KEYS: usize = 9;
/// The most signatures on one statement: a change of the root is signed by two sets.
pub const MAX_SIGNATURES: usize = 2 * MAX_KEYS;
/// The most changes of the root a network can go through.
pub const MAX_CHANGES: usize = 64;

/// Why a threshold-signed statement does not count, or a set cannot be made.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ThresholdError {
    /// A set has no key, too many, one twice, or a threshold that it cannot reach.
    #[error("a root set has 1 to 9 different keys and a threshold between 1 and their number")]
    BadSet,
    /// Fewer members than needed have signed.
    #[error("signed by {have} of the {need} root keys needed")]
    TooFew {
        /// Members whose signature verifies.
        have: usize,
        /// The threshold.
        need: usize,
    },
    /// Signatures on different statements cannot be put together.
    #[error("these are signatures on different statements")]
    OtherStatement,
    /// More signatures or changes than the limit.
    #[error("too many signatures or changes of the root")]
    TooMany,
    /// The first root set is not the one that this network's id is the hash of.
    #[error("the root keys belong to another network")]
    OtherNetwork,
    /// A change does not follow the one before it.
    #[error("change {0} of the root does not follow the one before it")]
    OutOfOrder(usize),
    /// Properly signed, and not the statement it should be.
    #[error("what was signed cannot be read: {0}")]
    Body(#[from] DecodeError),
}

impl ThresholdError {
    /// The stable code.
    pub fn code(&self) -> &'static str {
        match self {
            ThresholdError::BadSet => "root-set",
            ThresholdError::TooFew { .. } => "root-too-few",
            ThresholdError::OtherStatement => "root-other-statement",
            ThresholdError::TooMany => "root-too-many",
            ThresholdError::OtherNetwork => "root-other-network",
            ThresholdError::OutOfOrder(_) => "root-out-of-order",
            ThresholdError::Body(_) => "root-body",
        }
    }
}

/// The root keys and how many of them must sign. Sorted and distinct, so that one set has one
/// encoding and one hash.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RootSet {
    keys: Vec<PublicKey>,
    threshold: u8,
}

/// [`RootSet`] as it travels, before the check.
#[derive(Encode, Decode)]
#[cbor(map)]
struct RootSetWire {
    #[n(0)]
    keys: Vec<PublicKey>,
    #[n(1)]
    threshold: u8,
}

impl RootSet {
    /// Makes a set of `keys` (in any order) of which `threshold` must sign.
    ///
    /// # Errors
    /// [`ThresholdError::BadSet`].
    pub fn new(mut keys: Vec<PublicKey>, threshold: u8) -> Result<Self, ThresholdError> {
        keys.sort_unstable();
        Self::from_sorted(keys, threshold)
    }

    fn from_sorted(keys: Vec<PublicKey>, threshold: u8) -> Result<Self, ThresholdError> {
        let sized = (1..=MAX_KEYS).contains(&keys.len());
        let reachable = threshold >= 1 && usize::from(threshold) <= keys.len();
        if sized && reachable && keys.is_sorted_by(|a, b| a < b) {
            Ok(Self { keys, threshold })
        } else {
            Err(ThresholdError::BadSet)
        }
    }

    /// The keys, ascending.
    pub fn keys(&self) -> &[PublicKey] {
        &self.keys
    }

    /// How many of them must sign.
    pub fn threshold(&self) -> u8 {
        self.threshold
    }

    /// Whether this is a member's key.
    pub fn contains(&self, key: &PublicKey) -> bool {
        self.keys.binary_search(key).is_ok()
    }
}

impl<C> Encode<C> for RootSet {
    fn encode<W: minicbor::encode::Write>(
        &self,
        e: &mut Encoder<W>,
        c: &mut C,
    ) -> Result<(), minicbor::encode::Error<W::Error>> {
        RootSetWire { keys: self.keys.clone(), threshold: self.threshold }.encode(e, c)
    }
}

impl<'b, C> Decode<'b, C> for RootSet {
    fn decode(d: &mut Decoder<'b>, c: &mut C) -> Result<Self, minicbor::decode::Error> {
        let wire = RootSetWire::decode(d, c)?;
        Self::from_sorted(wire.keys, wire.threshold).map_err(minicbor::decode::Error::message)
    }
}

/// The id of the network that begins with this root set.
pub fn network_id(first: &RootSet) -> NetworkId {
    NetworkId(hash::sha256("network-id", &[&encode(first)]).0)
}

/// A statement with the signatures of several keys. Signatures are gathered one by one, offline if
/// the stewards like; the statement comes out once enough members of a set have signed.
pub struct ThresholdSigned<S> {
    wire: ThresholdWire,
    statement: PhantomData<fn() -> S>,
}

#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
struct ThresholdWire {
    /// The statement's canonical encoding.
    #[cbor(n(0), with = "minicbor::bytes")]
    bytes: Vec<u8>,
    /// Ascending by key, each key once.
    #[n(1)]
    signatures: Vec<KeySignature>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Encode, Decode)]
struct KeySignature {
    #[n(0)]
    key: PublicKey,
    #[n(1)]
    signature: SignatureBytes,
}

impl<S: Statement> ThresholdSigned<S> {
    /// A statement that nobody has signed yet.
    pub fn start(body: &S) -> Self {
        Self::from_wire(ThresholdWire { bytes: encode(body), signatures: Vec::new() })
    }

    /// Adds a signature (or makes the key's own anew).
    ///
    /// # Errors
    /// [`ThresholdError::TooMany`].
    pub fn add_signature(&mut self, network: &NetworkId, key: &SigningKey) -> Result<(), ThresholdError> {
        let signature = sign_bytes::<S>(network, key, &self.wire.bytes);
        self.insert(KeySignature { key: key.public(), signature })
    }

    /// Takes over the signatures that verify from another copy of the same statement.
    ///
    /// # Errors
    /// [`ThresholdError::OtherStatement`], [`ThresholdError::TooMany`].
    pub fn merge(&mut self, network: &NetworkId, other: &Self) -> Result<(), ThresholdError> {
        if self.wire.bytes != other.wire.bytes {
            return Err(ThresholdError::OtherStatement);
        }
        for entry in &other.wire.signatures {
            if self.verifies(network, entry).is_ok() {
                self.insert(*entry)?;
            }
        }
        Ok(())
    }

    /// The statement, if the threshold of `set` has signed it. Signatures of others do no harm
    /// and no good.
    ///
    /// # Errors
    /// [`ThresholdError::TooFew`], [`ThresholdError::Body`].
    pub fn open(&self, network: &NetworkId, set: &RootSet) -> Result<S, ThresholdError> {
        let have = self.signers(network, set).len();
        let need = usize::from(set.threshold);
        if have < need {
            return Err(ThresholdError::TooFew { have, need });
        }
        Ok(decode(&self.wire.bytes)?)
    }

    /// The members of `set` whose signature verifies, ascending.
    pub fn signers(&self, network: &NetworkId, set: &RootSet) -> Vec<PublicKey> {
        let member = self.wire.signatures.iter().filter(|entry| set.contains(&entry.key));
        member.filter(|entry| self.verifies(network, entry).is_ok()).map(|entry| entry.key).collect()
    }

    /// The statement without any check. **Anybody may have written it.** It is for showing a
    /// steward what they are about to sign, and for choosing which set to ask.
    ///
    /// # Errors
    /// [`ThresholdError::Body`] when it cannot be read.
    pub fn unverified_body(&self) -> Result<S, ThresholdError> {
        Ok(decode(&self.wire.bytes)?)
    }

    fn verifies(&self, network: &NetworkId, entry: &KeySignature) -> Result<(), SignError> {
        verify_bytes::<S>(network, &entry.key, &self.wire.bytes, &entry.signature)
    }
}

impl<S> ThresholdSigned<S> {
    /// Hash of the statement's bytes; the signatures do not change it.
    pub fn body_hash(&self) -> Hash32 {
        hash::plain_sha256(&self.wire.bytes)
    }

    fn from_wire(wire: ThresholdWire) -> Self {
        Self { wire, statement: PhantomData }
    }

    fn insert(&mut self, entry: KeySignature) -> Result<(), ThresholdError> {
        let list = &mut self.wire.signatures;
        match list.binary_search_by_key(&entry.key, |e| e.key) {
            Ok(at) => {
                if let Some(slot) = list.get_mut(at) {
                    *slot = entry;
                }
            }
            Err(_) if list.len() >= MAX_SIGNATURES => return Err(ThresholdError::TooMany),
            Err(at) => list.insert(at, entry),
        }
        Ok(())
    }
}

impl<S> Clone for ThresholdSigned<S> {
    fn clone(&self) -> Self {
        Self::from_wire(self.wire.clone())
    }
}

impl<S> PartialEq for ThresholdSigned<S> {
    fn eq(&self, other: &Self) -> bool {
        self.wire == other.wire
    }
}

impl<S> Eq for ThresholdSigned<S> {}

impl<S: Statement> fmt::Debug for ThresholdSigned<S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (bytes, count) = (self.wire.bytes.len(), self.wire.signatures.len());
        write!(f, "ThresholdSigned({}, {bytes} bytes, {count} signatures)", S::PURPOSE)
    }
}

impl<S, C> Encode<C> for ThresholdSigned<S> {
    fn encode<W: minicbor::encode::Write>(
        &self,
        e: &mut Encoder<W>,
        c: &mut C,
    ) -> Result<(), minicbor::encode::Error<W::Error>> {
        self.wire.encode(e, c)
    }
}

impl<'b, S, C> Decode<'b, C> for ThresholdSigned<S> {
    fn decode(d: &mut Decoder<'b>, c: &mut C) -> Result<Self, minicbor::decode::Error> {
        let wire = ThresholdWire::decode(d, c)?;
        if wire.signatures.len() > MAX_SIGNATURES || !wire.signatures.is_sorted_by(|a, b| a.key < b.key) {
            return Err(minicbor::decode::Error::message("signatures are few, ascending and distinct"));
        }
        Ok(Self::from_wire(wire))
    }
}

/// A change of the root keys.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct RootChange {
    /// Hash of the change before it; for the first change the network id.
    #[n(0)]
    pub follows: Hash32,
    /// The new set.
    #[n(1)]
    pub next: RootSet,
}

impl Statement for RootChange {
    const PURPOSE: &'static str = "root-change";
}

/// The first root set and every change since: proof of the current set to whoever knows only the
/// network id.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct RootChain {
    /// The set whose hash is the network id.
    #[n(0)]
    pub first: RootSet,
    /// In order; at most [`MAX_CHANGES`].
    #[n(1)]
    pub changes: Vec<ThresholdSigned<RootChange>>,
}

impl RootChain {
    /// A chain that begins a network.
    pub fn new(first: RootSet) -> Self {
        Self { first, changes: Vec::new() }
    }

    /// Checks the whole chain and gives the current set.
    ///
    /// # Errors
    /// [`ThresholdError`].
    pub fn current(&self, network: &NetworkId) -> Result<RootSet, ThresholdError> {
        if network_id(&self.first) != *network {
            return Err(ThresholdError::OtherNetwork);
        }
        if self.changes.len() > MAX_CHANGES {
            return Err(ThresholdError::TooMany);
        }
        let mut current = self.first.clone();
        let mut follows = Hash32(network.0);
        for (index, change) in self.changes.iter().enumerate() {
            let body = change.open(network, &current)?;
            if body.follows != follows {
                return Err(ThresholdError::OutOfOrder(index));
            }
            change.open(network, &body.next)?;
            follows = change.body_hash();
            current = body.next;
        }
        Ok(current)
    }

    /// A change to `next` that follows this chain, for the members of both sets to sign.
    pub fn propose(&self, network: &NetworkId, next: RootSet) -> ThresholdSigned<RootChange> {
        let follows = self.changes.last().map_or(Hash32(network.0), ThresholdSigned::body_hash);
        ThresholdSigned::start(&RootChange { follows, next })
    }

    /// The chain with one more change, checked as a whole.
    ///
    /// # Errors
    /// [`ThresholdError`]; the chain is unchanged then.
    pub fn extended(
        &self,
        network: &NetworkId,
        change: ThresholdSigned<RootChange>,
    ) -> Result<RootChain, ThresholdError> {
        let mut longer = self.clone();
        longer.changes.push(change);
        longer.current(network)?;
        Ok(longer)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{ELSEWHERE, NETWORK, rng};
    use bystand_wire::relay_api::ReadContext;
    use bystand_wire::{StreamId, Timestamp};
    use proptest::prelude::*;

    fn keys(count: u64) -> Vec<SigningKey> {
        (0..count).map(|n| SigningKey::generate(&mut rng(n))).collect()
    }

    fn set(keys: &[&SigningKey], threshold: u8) -> RootSet {
        RootSet::new(keys.iter().map(|k| k.public()).collect(), threshold).expect("a set")
    }

    fn body() -> ReadContext {
        ReadContext { stream: StreamId([1; 32]), at: Timestamp(1) }
    }

    #[test]
    fn sets_are_checked() {
        let k = keys(10);
        let publics: Vec<_> = k.iter().map(SigningKey::public).collect();
        let bad = Err(ThresholdError::BadSet);
        assert_eq!(RootSet::new(vec![], 0), bad);
        assert_eq!(RootSet::new(publics.clone(), 1), bad);
        assert_eq!(RootSet::new(publics[..2].to_vec(), 3), bad);
        assert_eq!(RootSet::new(publics[..2].to_vec(), 0), bad);
        assert_eq!(RootSet::new(vec![publics[0]; 2], 1), bad);
        assert!(RootSet::new(publics[..9].to_vec(), 9).is_ok());
        // On the wire only the sorted form exists.
        let good = set(&[&k[0], &k[1]], 1);
        let mut reversed = RootSetWire { keys: good.keys.clone(), threshold: 1 };
        reversed.keys.reverse();
        assert!(decode::<RootSet>(&encode(&reversed)).is_err());
    }

    #[test]
    fn counts_distinct_members_that_verify() {
        let k = keys(4);
        let two_of_three = set(&[&k[0], &k[1], &k[2]], 2);
        let mut signed = ThresholdSigned::start(&body());
        let too_few = |have| Err(ThresholdError::TooFew { have, need: 2 });
        assert_eq!(signed.open(&NETWORK, &two_of_three), too_few(0));
        signed.add_signature(&NETWORK, &k[0]).expect("room");
        signed.add_signature(&NETWORK, &k[0]).expect("room");
        signed.add_signature(&NETWORK, &k[3]).expect("room");
        assert_eq!(signed.open(&NETWORK, &two_of_three), too_few(1));
        signed.add_signature(&ELSEWHERE, &k[1]).expect("room");
        assert_eq!(signed.open(&NETWORK, &two_of_three), too_few(1));
        signed.add_signature(&NETWORK, &k[1]).expect("room");
        assert_eq!(signed.open(&NETWORK, &two_of_three), Ok(body()));
        assert_eq!(signed.open(&ELSEWHERE, &two_of_three), too_few(0));
    }

    #[test]
    fn merging_takes_only_what_verifies() {
        let k = keys(3);
        let all = set(&[&k[0], &k[1], &k[2]], 3);
        let mut a = ThresholdSigned::start(&body());
        a.add_signature(&NETWORK, &k[0]).expect("room");
        let mut b = ThresholdSigned::start(&body());
        b.add_signature(&NETWORK, &k[1]).expect("room");
        b.add_signature(&NETWORK, &k[2]).expect("room");
        // A wrong signature in b must not displace the right one in a.
        b.add_signature(&ELSEWHERE, &k[0]).expect("room");
        a.merge(&NETWORK, &b).expect("the same statement");
        assert_eq!(a.open(&NETWORK, &all), Ok(body()));
        let other = ThresholdSigned::start(&ReadContext { at: Timestamp(2), ..body() });
        assert_eq!(a.merge(&NETWORK, &other), Err(ThresholdError::OtherStatement));
    }

    #[test]
    fn signatures_are_limited() {
        let k = keys(19);
        let mut signed = ThresholdSigned::start(&body());
        for key in &k[..18] {
            signed.add_signature(&NETWORK, key).expect("room");
        }
        assert_eq!(signed.add_signature(&NETWORK, &k[18]), Err(ThresholdError::TooMany));
        let entry = |key: &SigningKey| KeySignature {
            key: key.public(),
            signature: sign_bytes::<ReadContext>(&NETWORK, key, &[]),
        };
        let mut signatures: Vec<_> = k.iter().map(entry).collect();
        signatures.sort_by_key(|e| e.key);
        let long = ThresholdWire { bytes: vec![], signatures: signatures.clone() };
        assert!(decode::<ThresholdSigned<ReadContext>>(&encode(&long)).is_err());
        let twice = ThresholdWire { bytes: vec![], signatures: vec![signatures[0]; 2] };
        assert!(decode::<ThresholdSigned<ReadContext>>(&encode(&twice)).is_err());
    }

    fn change(
        chain: &RootChain,
        network: &NetworkId,
        to: &RootSet,
        by: &[&SigningKey],
    ) -> ThresholdSigned<RootChange> {
        let mut change = chain.propose(network, to.clone());
        for key in by {
            change.add_signature(network, key).expect("room");
        }
        change
    }

    #[test]
    fn the_root_changes_with_both_thresholds() {
        let k = keys(4);
        let chain = RootChain::new(set(&[&k[0]], 1));
        let network = network_id(&chain.first);
        assert_eq!(chain.current(&network), Ok(chain.first.clone()));
        assert_eq!(chain.current(&NETWORK), Err(ThresholdError::OtherNetwork));
        let next = set(&[&k[1], &k[2], &k[3]], 2);
        let without_old = change(&chain, &network, &next, &[&k[1], &k[2]]);
        assert_eq!(chain.extended(&network, without_old), Err(ThresholdError::TooFew { have: 0, need: 1 }));
        let without_new = change(&chain, &network, &next, &[&k[0], &k[1]]);
        assert_eq!(chain.extended(&network, without_new), Err(ThresholdError::TooFew { have: 1, need: 2 }));
        let good = change(&chain, &network, &next, &[&k[0], &k[1], &k[2]]);
        let chain = chain.extended(&network, good).expect("both have signed");
        assert_eq!(chain.current(&network), Ok(next));
        let again: RootChain = decode(&encode(&chain)).expect("ours");
        assert_eq!(again, chain);
    }

    #[test]
    fn changes_cannot_be_reordered_or_left_out() {
        // k0 stays throughout, so k0's signature alone would carry every change anywhere.
        let k = keys(3);
        let start = RootChain::new(set(&[&k[0]], 1));
        let network = network_id(&start.first);
        let with_guest = set(&[&k[0], &k[1]], 1);
        let without_guest = set(&[&k[0], &k[2]], 1);
        let add = change(&start, &network, &with_guest, &[&k[0]]);
        let chain = start.extended(&network, add.clone()).expect("signed");
        let remove = change(&chain, &network, &without_guest, &[&k[0]]);
        let chain = chain.extended(&network, remove.clone()).expect("signed");
        assert_eq!(chain.current(&network), Ok(without_guest));
        for bad in [vec![remove.clone()], vec![remove.clone(), add.clone()], vec![add.clone(), remove, add]] {
            let forged = RootChain { first: start.first.clone(), changes: bad };
            assert!(matches!(forged.current(&network), Err(ThresholdError::OutOfOrder(_))));
        }
    }

    #[test]
    fn a_chain_has_an_end() {
        let k = keys(1);
        let mut chain = RootChain::new(set(&[&k[0]], 1));
        let network = network_id(&chain.first);
        for _ in 0..MAX_CHANGES {
            let next = change(&chain, &network, &chain.first, &[&k[0]]);
            chain.changes.push(next);
        }
        assert!(chain.current(&network).is_ok());
        let next = change(&chain, &network, &chain.first, &[&k[0]]);
        assert_eq!(chain.extended(&network, next), Err(ThresholdError::TooMany));
    }

    proptest! {
        #[test]
        fn never_panics(bytes in proptest::collection::vec(any::<u8>(), 0..400)) {
            let _ = decode::<RootSet>(&bytes);
            let _ = decode::<ThresholdSigned<RootChange>>(&bytes);
            if let Ok(chain) = decode::<RootChain>(&bytes) {
                let _ = chain.current(&network_id(&chain.first));
            }
            let signed = ThresholdSigned::<RootChange>::from_wire(ThresholdWire { bytes, signatures: vec![] });
            let _ = signed.unverified_body();
        }
    }
}
