//! Key packages: how a device asks to be added, and how whoever adds it looks at that first.

use core::fmt;

use bystand_wire::limits::CLOCK_SKEW_MS;
use bystand_wire::{DecodeError, Hash32, PublicKey, Timestamp, decode, encode};
use minicbor::{Decode, Encode};
use mls_rs::crypto::HpkePublicKey;
use mls_rs::error::MlsError;
use mls_rs::group::LeafNode;
use mls_rs::identity::CredentialType;
use mls_rs::mls_rs_codec::{MlsDecode, MlsEncode, MlsSize};
use mls_rs::storage_provider::KeyPackageData;
use mls_rs::{ExtensionList, KeyPackage, MlsMessage};
use rand_core::CryptoRng;
use zeroize::{Zeroize, ZeroizeOnDrop, Zeroizing};

use super::group::{Setup, mls_time};
use super::identity::{CREDENTIAL_TYPE, credential, leaf_key};
use super::provider::SUITE;
use super::storage::Shelf;
use super::{KEY_PACKAGE_LEN, KeyPackageBytes, KeyPackageRefusal, Room, RoomConfig, RoomError};

/// The secrets that belong to one key package: kept in the vault until the Welcome comes.
#[derive(Clone, Encode, Decode, Zeroize, ZeroizeOnDrop)]
#[cbor(map)]
pub struct KeyPackageSecret {
    #[n(0)]
    version: u8,
    #[n(1)]
    #[zeroize(skip)]
    id: Hash32,
    #[cbor(n(2), with = "minicbor::bytes")]
    key_package: Vec<u8>,
    #[cbor(n(3), with = "minicbor::bytes")]
    init_key: Vec<u8>,
    #[cbor(n(4), with = "minicbor::bytes")]
    leaf_key: Vec<u8>,
    #[n(5)]
    expires_s: u64,
}

/// The version of the stored form.
const VERSION: u8 = 1;

impl KeyPackageSecret {
    /// The key package's reference (RFC 9420 §5.2): what a Welcome names it by.
    pub fn id(&self) -> Hash32 {
        self.id
    }

    /// After this the key package is no longer added by anybody, and the secrets may go.
    pub fn expires(&self) -> Timestamp {
        Timestamp(self.expires_s.saturating_mul(1_000))
    }

    /// The form for the vault.
    pub fn to_bytes(&self) -> Zeroizing<Vec<u8>> {
        Zeroizing::new(encode(self))
    }

    /// Reads what [`KeyPackageSecret::to_bytes`] wrote.
    ///
    /// # Errors
    /// [`DecodeError`] when it is anything else.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, DecodeError> {
        let secret: Self = decode(bytes)?;
        if secret.version == VERSION { Ok(secret) } else { Err(DecodeError::Unknown(secret.version)) }
    }

    fn of(id: &[u8], data: &KeyPackageData) -> Result<Self, MlsError> {
        Ok(Self {
            version: VERSION,
            id: Hash32::try_from(id).map_err(|_| MlsError::WelcomeKeyPackageNotFound)?,
            key_package: data.key_package_bytes.clone(),
            init_key: data.init_key.as_ref().to_vec(),
            leaf_key: data.leaf_node_key.as_ref().to_vec(),
            expires_s: data.expiration,
        })
    }

    pub(super) fn put_on(&self, shelf: &Shelf) {
        let data = KeyPackageData::new(
            self.key_package.clone(),
            self.init_key.clone().into(),
            self.leaf_key.clone().into(),
            self.expires_s,
        );
        shelf.put_key_package(self.id.as_bytes().to_vec(), data);
    }
}

impl fmt::Debug for KeyPackageSecret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("KeyPackageSecret").field("id", &self.id).finish_non_exhaustive()
    }
}

/// A key package that was looked at and could be added.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Candidate {
    /// Its reference: what the Welcome will name it by.
    pub id: Hash32,
    /// The newcomer's credential.
    pub credential: Vec<u8>,
    /// The newcomer's leaf key.
    pub leaf_key: PublicKey,
    /// The member with this same leaf key, whose leaf would be replaced (a device that lost its state).
    pub replaces: Option<super::MemberIndex>,
}

impl Room {
    /// Makes a key package that is valid for `lifetime_ms` from now, and the secrets to join with.
    ///
    /// It begins [`CLOCK_SKEW_MS`] earlier, so that an adder whose clock is behind takes it.
    ///
    /// # Errors
    /// [`RoomError::Config`] when the credential is too long or the application refuses the own leaf.
    pub fn key_package(
        config: &RoomConfig,
        now: Timestamp,
        lifetime_ms: u64,
        rng: &mut impl CryptoRng,
    ) -> Result<(KeyPackageBytes, KeyPackageSecret), RoomError> {
        let setup = Setup::for_new_leaf(config, lifetime_ms.saturating_add(CLOCK_SKEW_MS))?;
        let _seeded = setup.random.seeded_by(rng);
        let from = mls_time(now.minus_ms(CLOCK_SKEW_MS));
        let none = ExtensionList::new;
        let message = setup.client.generate_key_package_message(none(), none(), Some(from))?;
        let (id, data) = setup.shelf.take_key_package().ok_or(MlsError::WelcomeKeyPackageNotFound)?;
        Ok((message.to_bytes()?, KeyPackageSecret::of(&id, &data)?))
    }

    /// Looks at a key package without adding it: may it be added, by us, now?
    ///
    /// # Errors
    /// [`RoomError::KeyPackageRefused`] with the reason (position 0), or [`RoomError::Removed`].
    pub fn screen(&mut self, key_package: &[u8], now: Timestamp) -> Result<Candidate, RoomError> {
        self.alive()?;
        self.look_at(key_package, now)
            .map(|(_, candidate)| candidate)
            .map_err(|reason| RoomError::KeyPackageRefused { position: 0, reason })
    }

    pub(super) fn look_at(
        &mut self,
        bytes: &[u8],
        now: Timestamp,
    ) -> Result<(MlsMessage, Candidate), KeyPackageRefusal> {
        let (message, id) = self.parse_key_package(bytes)?;
        let package = message.as_key_package().ok_or(KeyPackageRefusal::Malformed)?;
        if !knows_our_credentials(package) {
            return Err(KeyPackageRefusal::WrongSuite);
        }
        let identity = package.signing_identity().clone();
        let leaf_key = leaf_key(&identity)?;
        let credential = credential(&identity)?.to_vec();
        let replaces = self.index_of(&leaf_key);
        if replaces == Some(self.own_index()) {
            return Err(KeyPackageRefusal::OurOwn);
        }
        if !self.trust.may_add(self.own_credential(), &credential) {
            return Err(KeyPackageRefusal::MayNotAdd);
        }
        // MLS checks the signatures, keys, lifetime and (through `Trust`) the leaf.
        self.group
            .process_incoming_message_with_time(message.clone(), mls_time(now))
            .map_err(|error| KeyPackageRefusal::of(&error))?;
        Ok((message, Candidate { id, credential, leaf_key, replaces }))
    }

    fn parse_key_package(&self, bytes: &[u8]) -> Result<(MlsMessage, Hash32), KeyPackageRefusal> {
        if bytes.len() > KEY_PACKAGE_LEN {
            return Err(KeyPackageRefusal::Malformed);
        }
        let message = MlsMessage::from_bytes(bytes).map_err(|_| KeyPackageRefusal::Malformed)?;
        if message.mls_encoded_len() != bytes.len() {
            return Err(KeyPackageRefusal::Malformed);
        }
        if message.as_key_package().is_some_and(|package| package.cipher_suite != SUITE) {
            return Err(KeyPackageRefusal::WrongSuite);
        }
        let reference = message.key_package_reference(&self.suite).ok().flatten();
        let id = reference.and_then(|r| Hash32::try_from(&*r).ok()).ok_or(KeyPackageRefusal::Malformed)?;
        Ok((message, id))
    }
}

/// Whether the leaf says that its device understands our credential type. MLS would notice only when
/// the commit is built, and then refuse the whole batch. The library shows a key package's leaf to
/// nobody, so it is read from the encoding (RFC 9420 §10: version, suite, init key, leaf).
fn knows_our_credentials(package: &KeyPackage) -> bool {
    let leaf = package.mls_encode_to_vec().and_then(|bytes| {
        let mut rest = bytes.as_slice();
        <(u16, u16)>::mls_decode(&mut rest)?;
        HpkePublicKey::mls_decode(&mut rest)?;
        LeafNode::mls_decode(&mut rest)
    });
    let ours = CredentialType::new(CREDENTIAL_TYPE);
    leaf.is_ok_and(|leaf| leaf.ungreased_capabilities().credentials.contains(&ours))
}
