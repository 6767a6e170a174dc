//! A room: made, joined, asked.

use std::sync::Arc;
use std::time::Duration;

use bystand_wire::{Hash32, PublicKey, StreamId, Timestamp};
use core::fmt;
use mls_rs::client_builder::{
    BaseConfig, WithCryptoProvider, WithGroupStateStorage, WithIdentityProvider, WithKeyPackageRepo,
    WithMlsRules,
};
use mls_rs::error::MlsError;
use mls_rs::extension::built_in::RequiredCapabilitiesExt;
use mls_rs::group::{ExportedTree, Group};
use mls_rs::identity::CredentialType;
use mls_rs::mls_rs_codec::MlsSize;
use mls_rs::time::MlsTime;
use mls_rs::{Client, CryptoProvider, ExtensionList, MlsMessage};
use rand_core::CryptoRng;
use zeroize::Zeroizing;

use super::commits::Pending;
use super::guard::Guard;
use super::hello::{self, AppendHint};
use super::identity::{CREDENTIAL_LEN, CREDENTIAL_TYPE, Leaves, credential, leaf_key, signing_identity};
use super::key_package::KeyPackageSecret;
use super::provider::{Provider, RandomSource, SUITE, Suite, signature_secret};
use super::rules::Rules;
use super::storage::Shelf;
use super::{AppendKey, Hello, LeafRefused, Member, MemberIndex, Refusal, RoomError, Trust, WelcomeRefusal};

/// How MLS is put together here.
pub(super) type Config = WithKeyPackageRepo<
    Shelf,
    WithGroupStateStorage<
        Shelf,
        WithIdentityProvider<Leaves, WithMlsRules<Rules, WithCryptoProvider<Provider, BaseConfig>>>,
    >,
>;

/// A device's part in a room.
#[derive(Clone)]
pub struct RoomConfig {
    /// The Ed25519 seed (RFC 8032) that signs for this device's leaf: its device key, or a leaf key
    /// certified by the week's pass.
    pub leaf_key: Zeroizing<[u8; 32]>,
    /// What stands for this leaf: a certificate, or the pass that certifies the leaf key.
    /// Opaque here; at most [`CREDENTIAL_LEN`] bytes.
    pub credential: Vec<u8>,
    /// The application's judgment.
    pub trust: Arc<dyn Trust>,
}

impl RoomConfig {
    /// The public half of the leaf key.
    pub fn leaf_public(&self) -> PublicKey {
        PublicKey(ed25519_dalek::SigningKey::from_bytes(&self.leaf_key).verifying_key().to_bytes())
    }
}

impl fmt::Debug for RoomConfig {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RoomConfig").field("leaf_key", &self.leaf_public()).finish_non_exhaustive()
    }
}

/// One MLS group on one device. See the [module](super) for the flow.
pub struct Room {
    pub(super) group: Group<Config>,
    pub(super) trust: Arc<dyn Trust>,
    pub(super) suite: Suite,
    pub(super) random: RandomSource,
    pub(super) shelf: Shelf,
    pub(super) room: StreamId,
    pub(super) own: Member,
    pub(super) append: AppendKey,
    pub(super) pending: Option<Pending>,
    /// Absent where the group has changed otherwise than by reading messages.
    pub(super) guard: Option<Guard>,
    /// Messages sent in this epoch.
    pub(super) sent: u32,
    /// Epochs that MLS holds in memory and has not yet given to the shelf.
    pub(super) unshelved: u64,
    pub(super) removed: bool,
}

impl fmt::Debug for Room {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Room")
            .field("room", &self.room)
            .field("epoch", &self.epoch())
            .field("own", &self.own.index)
            .field("pending", &self.pending.is_some())
            .field("removed", &self.removed)
            .finish_non_exhaustive()
    }
}

/// A client of MLS with what must be reached beside it.
pub(super) struct Setup {
    pub(super) client: Client<Config>,
    pub(super) shelf: Shelf,
    pub(super) random: RandomSource,
    suite: Suite,
    trust: Arc<dyn Trust>,
}

impl Setup {
    /// For a device that is about to put its credential into a new leaf.
    pub(super) fn for_new_leaf(config: &RoomConfig, lifetime_ms: u64) -> Result<Self, RoomError> {
        if config.credential.len() > CREDENTIAL_LEN {
            return Err(RoomError::Config("the credential is too long"));
        }
        config
            .trust
            .check_leaf(&config.credential, &config.leaf_public())
            .map_err(|_| RoomError::Config("the credential does not stand for the leaf key"))?;
        Self::new(config, Shelf::default(), lifetime_ms)
    }

    pub(super) fn new(config: &RoomConfig, shelf: Shelf, lifetime_ms: u64) -> Result<Self, RoomError> {
        let leaf_key = config.leaf_public();
        let identity = signing_identity(config.credential.clone(), &leaf_key);
        let provider = Provider::default();
        let random = provider.random.clone();
        let suite = provider.cipher_suite_provider(SUITE).ok_or(MlsError::UnsupportedCipherSuite(SUITE))?;
        let client = Client::builder()
            .crypto_provider(provider)
            .mls_rules(Rules(Arc::clone(&config.trust)))
            .identity_provider(Leaves(Arc::clone(&config.trust)))
            .group_state_storage(shelf.clone())
            .key_package_repo(shelf.clone())
            .extension_type(hello::EXTENSION_TYPE)
            .key_package_lifetime(Duration::from_millis(
                lifetime_ms.min(bystand_wire::limits::CERTIFICATE_MS),
            ))
            .signing_identity(identity, signature_secret(&config.leaf_key), SUITE)
            .build();
        Ok(Self { client, shelf, random, suite, trust: Arc::clone(&config.trust) })
    }

    /// Puts a room together around an MLS group.
    pub(super) fn room(self, group: Group<Config>, append: AppendKey) -> Result<Room, RoomError> {
        let room = StreamId::try_from(group.group_id()).map_err(|_| MlsError::GroupIdMismatch)?;
        let own = member_at(&group, group.current_member_index()).ok_or(MlsError::MemberNotFound)?;
        Ok(Room {
            group,
            trust: self.trust,
            suite: self.suite,
            random: self.random,
            shelf: self.shelf,
            room,
            own,
            append,
            pending: None,
            guard: None,
            sent: 0,
            unshelved: 0,
            removed: false,
        })
    }
}

impl Room {
    /// Makes a new room with this device as its only member.
    ///
    /// # Errors
    /// [`RoomError::Config`] when the own credential cannot be used.
    pub fn create(
        config: &RoomConfig,
        room: StreamId,
        now: Timestamp,
        rng: &mut impl CryptoRng,
    ) -> Result<Room, RoomError> {
        let setup = Setup::for_new_leaf(config, bystand_wire::limits::CERTIFICATE_MS)?;
        let group = {
            let _seeded = setup.random.seeded_by(rng);
            setup.client.create_group_with_id(
                room.as_bytes().to_vec(),
                settings()?,
                ExtensionList::new(),
                Some(mls_time(now)),
            )?
        };
        let append = append_key_of(&group)?;
        setup.room(group, append)
    }

    /// Reads what a Welcome says, to know where the tree is. Nothing of it is verified yet.
    ///
    /// # Errors
    /// [`RoomError::NotForUs`] when it names none of `secrets`; [`RoomError::WelcomeRefused`].
    pub fn examine(
        config: &RoomConfig,
        secrets: &[KeyPackageSecret],
        welcome: &[u8],
    ) -> Result<Hello, RoomError> {
        let setup = Setup::new(config, Shelf::default(), 0)?;
        read_hello(&setup, secrets, welcome).map(|(_, hello)| hello)
    }

    /// Joins by a Welcome and the tree it speaks of (decrypted already). Checks every member's leaf,
    /// the tree's hash, that the Welcome's author may commit, and that the settings are a room's.
    ///
    /// # Errors
    /// [`RoomError::NotForUs`] when it names none of `secrets`; [`RoomError::WelcomeRefused`].
    pub fn join(
        config: &RoomConfig,
        secrets: &[KeyPackageSecret],
        welcome: &[u8],
        tree: &[u8],
    ) -> Result<(Room, Hello), RoomError> {
        let setup = Setup::new(config, Shelf::default(), 0)?;
        let (message, hello) = read_hello(&setup, secrets, welcome)?;
        let exported = ExportedTree::from_bytes(tree).map_err(|_| refused(WelcomeRefusal::WrongTree))?;
        if exported.byte_size() != tree.len() {
            return Err(refused(WelcomeRefusal::WrongTree));
        }
        let (group, info) = setup
            .client
            .join_group(Some(exported), &message, None)
            .map_err(|e| refused(WelcomeRefusal::of(&e)))?;
        setup.shelf.forget_key_packages();
        let author = member_at(&group, info.sender).ok_or(MlsError::MemberNotFound)?;
        if !setup.trust.may_commit(&author.credential) {
            return Err(refused(WelcomeRefusal::MayNotCommit));
        }
        if group.context().extensions() != &settings()? {
            return Err(refused(WelcomeRefusal::Settings));
        }
        let append = match &hello.append {
            AppendHint::Told(key) => key.clone(),
            AppendHint::ThisEpoch => append_key_of(&group)?,
        };
        let room = setup.room(group, append)?;
        if room.own.leaf_key != config.leaf_public() {
            return Err(RoomError::Config("the key package was made with another leaf key"));
        }
        Ok((room, hello))
    }

    /// The room's name.
    pub fn id(&self) -> StreamId {
        self.room
    }

    /// The current epoch; 0 when new.
    pub fn epoch(&self) -> u64 {
        self.group.current_epoch()
    }

    /// Everybody in the room, in order of their index.
    pub fn members(&self) -> Vec<Member> {
        // Leaves that cannot be read as a member never got past `Leaves::validate_member`.
        self.group.roster().members_iter().filter_map(|member| to_member(&member)).collect()
    }

    /// Who is at this place.
    pub fn member(&self, index: MemberIndex) -> Option<Member> {
        member_at(&self.group, index.0)
    }

    /// The place of the member with this leaf key.
    pub fn index_of(&self, leaf_key: &PublicKey) -> Option<MemberIndex> {
        self.group.member_with_identity(leaf_key.as_bytes()).ok().map(|member| MemberIndex(member.index))
    }

    /// Our own place.
    pub fn own_index(&self) -> MemberIndex {
        self.own.index
    }

    /// The credential in our own leaf.
    pub fn own_credential(&self) -> &[u8] {
        &self.own.credential
    }

    /// Whether this device was removed.
    pub fn is_removed(&self) -> bool {
        self.removed
    }

    /// The epoch's authenticator (RFC 9420 §8.7): equal on two devices exactly when they agree on
    /// the room's whole history. Hosts log it, so that a fork shows.
    ///
    /// # Errors
    /// [`RoomError::Internal`].
    pub fn epoch_authenticator(&self) -> Result<Hash32, RoomError> {
        authenticator_of(&self.group)
    }

    /// A secret of this epoch for use outside MLS (RFC 9420 §8.5).
    ///
    /// # Errors
    /// [`RoomError::Internal`], also for lengths above 8,160 bytes.
    pub fn export(&self, label: &str, len: usize) -> Result<Zeroizing<Vec<u8>>, RoomError> {
        export_from(&self.group, label, len)
    }

    /// The key our appends are signed with now.
    pub fn append_key(&self) -> AppendKey {
        self.append.clone()
    }

    pub(super) fn alive(&self) -> Result<(), RoomError> {
        if self.removed { Err(RoomError::Removed) } else { Ok(()) }
    }
}

fn read_hello(
    setup: &Setup,
    secrets: &[KeyPackageSecret],
    welcome: &[u8],
) -> Result<(MlsMessage, Hello), RoomError> {
    let message = MlsMessage::from_bytes(welcome).map_err(|_| refused(WelcomeRefusal::Malformed))?;
    if message.mls_encoded_len() != welcome.len() || message.cipher_suite() != Some(SUITE) {
        return Err(refused(WelcomeRefusal::Malformed));
    }
    let named = message.welcome_key_package_references();
    let secret = secrets
        .iter()
        .find(|secret| named.iter().any(|reference| ***reference == *secret.id().as_bytes()))
        .ok_or(RoomError::NotForUs)?;
    secret.put_on(&setup.shelf);
    let info = setup.client.examine_welcome_message(&message).map_err(|e| refused(WelcomeRefusal::of(&e)))?;
    let hello = hello::read(&info, secret.id()).map_err(|_| refused(WelcomeRefusal::Malformed))?;
    Ok((message, hello))
}

/// The settings every room has, from its creation on and for good: all members know our credentials.
fn settings() -> Result<ExtensionList, RoomError> {
    let required =
        RequiredCapabilitiesExt::new(Vec::new(), Vec::new(), vec![CredentialType::new(CREDENTIAL_TYPE)]);
    let mut settings = ExtensionList::new();
    settings.set_from(required).map_err(MlsError::from)?;
    Ok(settings)
}

/// The append key an epoch brings with it, when somebody left or the room began.
pub(super) fn append_key_of(group: &Group<Config>) -> Result<AppendKey, RoomError> {
    let secret = export_from(group, "room-append-key", 32)?;
    let seed = <[u8; 32]>::try_from(secret.as_slice()).map_err(|_| MlsError::UnexpectedMessageType)?;
    Ok(AppendKey::new(group.current_epoch(), seed))
}

pub(super) fn authenticator_of(group: &Group<Config>) -> Result<Hash32, RoomError> {
    let secret = group.epoch_authenticator()?;
    Ok(Hash32::try_from(secret.as_bytes()).map_err(|_| MlsError::UnexpectedMessageType)?)
}

fn export_from(group: &Group<Config>, label: &str, len: usize) -> Result<Zeroizing<Vec<u8>>, RoomError> {
    let label = format!("bystand/v1/{label}");
    let secret = group.export_secret(label.as_bytes(), &[], len)?;
    Ok(Zeroizing::new(secret.as_bytes().to_vec()))
}

pub(super) fn member_at(group: &Group<Config>, index: u32) -> Option<Member> {
    group.member_at_index(index).as_ref().and_then(to_member)
}

pub(super) fn to_member(member: &mls_rs::group::Member) -> Option<Member> {
    Some(Member {
        index: MemberIndex(member.index),
        credential: credential(&member.signing_identity).ok()?.to_vec(),
        leaf_key: leaf_key(&member.signing_identity).ok()?,
    })
}

/// MLS counts seconds.
pub(super) fn mls_time(time: Timestamp) -> MlsTime {
    MlsTime::from(time.0 / 1_000)
}

fn refused(reason: WelcomeRefusal) -> RoomError {
    RoomError::WelcomeRefused { reason }
}

impl From<LeafRefused> for RoomError {
    fn from(refused: LeafRefused) -> Self {
        RoomError::CommitRefused { reason: Refusal::Leaf(refused) }
    }
}
