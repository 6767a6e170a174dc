//! The rules that every member of a room enforces on every leaf and commit, whoever made them.

use std::sync::{Arc, Mutex, PoisonError};

use bystand_crypto::rooms::{LeafRefused, RoomConfig, Trust};
use bystand_crypto::sign::{Signed, SigningKey};
use bystand_wire::{NetworkId, PublicKey, Role, Timestamp, ZoneId, decode};

use super::Credential;
use crate::network::{Certificate, VerifiedKeyNote, VerifiedManifest, check_certificate};

/// What makes a device a leaf of a room: its key, who it is, and the room's rules.
#[derive(Debug, Clone)]
pub struct Leaf {
    /// The leaf's signing key.
    pub key: SigningKey,
    /// Who it is.
    pub credential: Credential,
    /// The rules it enforces.
    pub rules: RoomRules,
    /// What it signs commits with for the relay, in rooms where not everybody commits.
    pub committer: Option<SigningKey>,
}

impl Leaf {
    /// As the room takes it.
    pub fn config(&self) -> RoomConfig {
        RoomConfig {
            leaf_key: self.key.seed(),
            credential: self.credential.to_bytes(),
            trust: Arc::new(self.rules.clone()),
        }
    }
}

/// What the rules of a room are checked against; changes with the key note.
#[derive(Debug, Clone)]
pub struct RoomRules {
    network: NetworkId,
    kind: RoomKind,
    state: Arc<Mutex<Option<TrustState>>>,
}

/// The network's documents as the rules of rooms look at them: large, and the same for every room.
#[derive(Debug)]
pub struct RoomTrust {
    /// The newest manifest.
    pub manifest: VerifiedManifest,
    /// The newest key note.
    pub key_note: VerifiedKeyNote,
    /// Everybody who is or was a registrar, as far as this device knows.
    pub registrars: Vec<PublicKey>,
}

impl RoomTrust {
    /// For who knows nothing of earlier manifests: the registrars are those of this one.
    pub fn new(manifest: &VerifiedManifest, key_note: &VerifiedKeyNote) -> Arc<Self> {
        let registrars = manifest.manifest().registrars.clone();
        Arc::new(Self { manifest: manifest.clone(), key_note: key_note.clone(), registrars })
    }
}

/// Which rules a room has.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum RoomKind {
    /// A team's: members by certificate with a role; any member commits; removal by revocation.
    Team(Role),
    /// A zone's day room: hosts commit; members by room pass.
    Day(ZoneId),
}

#[derive(Debug, Clone)]
struct TrustState {
    trust: Arc<RoomTrust>,
    now: Timestamp,
}

impl RoomRules {
    /// Rules for a kind of room. Nobody is admitted before the first [`RoomRules::update`].
    pub fn new(network: NetworkId, kind: RoomKind) -> Self {
        Self { network, kind, state: Arc::default() }
    }

    /// Follows the network's documents, and the time.
    pub fn update(&self, trust: &Arc<RoomTrust>, now: Timestamp) {
        let state = TrustState { trust: Arc::clone(trust), now };
        *self.state.lock().unwrap_or_else(PoisonError::into_inner) = Some(state);
    }

    /// Whether the room is a team's.
    pub fn is_team(&self) -> bool {
        matches!(self.kind, RoomKind::Team(_))
    }

    fn with<T>(&self, check: impl FnOnce(&TrustState) -> T) -> Option<T> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner).as_ref().map(check)
    }

    fn is_host(&self, key: &PublicKey) -> bool {
        self.with(|s| s.trust.key_note.is_host_key(key)).unwrap_or(false)
    }
}

impl Trust for RoomRules {
    fn check_leaf(&self, credential: &[u8], leaf_key: &PublicKey) -> Result<(), LeafRefused> {
        let credential =
            Credential::from_bytes(credential).map_err(|_| LeafRefused::new("not a credential"))?;
        if !credential.binds(&self.network, leaf_key) {
            return Err(LeafRefused::new("speaks for another key"));
        }
        match (&self.kind, credential) {
            (RoomKind::Team(role), Credential::Device(signed)) => {
                let signed = Signed::<Certificate>::from(signed);
                // Members admitted before they ran out or were revoked stay until they are removed,
                // so here only the signature of somebody who is or was a registrar and the role count;
                // adding checks the rest.
                let registrars = self.with(|s| s.trust.registrars.clone()).unwrap_or_default();
                let (_, certificate) = signed
                    .open_by_any(&self.network, |key| registrars.contains(key))
                    .map_err(|_| LeafRefused::new("not admitted to this room"))?;
                if certificate.roles.contains(role) {
                    Ok(())
                } else {
                    Err(LeafRefused::new("not admitted to this room"))
                }
            }
            (RoomKind::Day(_), Credential::Host(key, ..)) if self.is_host(&key) => Ok(()),
            // The issuer's blind signature is checked before the first message is shown.
            (RoomKind::Day(zone), Credential::Pass(pass, ..)) if pass.zone.as_ref() == Some(zone) => Ok(()),
            (RoomKind::Team(_) | RoomKind::Day(_), _) => Err(LeafRefused::new("not admitted to this room")),
        }
    }

    fn may_commit(&self, credential: &[u8]) -> bool {
        match (&self.kind, Credential::from_bytes(credential)) {
            (RoomKind::Team(_), Ok(Credential::Device(_))) => true,
            (RoomKind::Day(_), Ok(Credential::Host(key, ..))) => self.is_host(&key),
            (RoomKind::Team(_) | RoomKind::Day(_), _) => false,
        }
    }

    fn may_add(&self, committer: &[u8], added: &[u8]) -> bool {
        if !self.may_commit(committer) {
            return false;
        }
        match (&self.kind, Credential::from_bytes(added)) {
            (RoomKind::Team(role), Ok(Credential::Device(signed))) => {
                let signed = Signed::<Certificate>::from(signed);
                self.with(|s| {
                    check_certificate(&signed, &s.trust.manifest, Some(&s.trust.key_note), s.now)
                        .is_ok_and(|c| c.has_role(*role))
                })
                .unwrap_or(false)
            }
            (RoomKind::Day(_), Ok(Credential::Host(..) | Credential::Pass(..))) => true,
            (RoomKind::Team(_) | RoomKind::Day(_), _) => false,
        }
    }

    fn may_remove(&self, committer: &[u8], removed: &[u8]) -> bool {
        if !self.may_commit(committer) {
            return false;
        }
        match (&self.kind, Credential::from_bytes(removed)) {
            // A team's member goes when the key note says that its certificate is revoked, or when the
            // certificate has run out.
            (RoomKind::Team(_), Ok(Credential::Device(signed))) => {
                let hash = crate::team::author_hash(&signed);
                let not_after = decode::<Certificate>(&signed.bytes).map(|c| c.not_after);
                self.with(|s| {
                    s.trust.key_note.is_revoked(&hash) || not_after.is_ok_and(|until| until <= s.now)
                })
                .unwrap_or(false)
            }
            (RoomKind::Day(_), Ok(_)) => true,
            (RoomKind::Team(_) | RoomKind::Day(_), _) => false,
        }
    }

    /// In a team a device stays the same member with a renewed certificate; back to an older one it
    /// cannot go.
    fn same_member(&self, before: &[u8], after: &[u8]) -> bool {
        match (Credential::from_bytes(before), Credential::from_bytes(after)) {
            (Ok(Credential::Device(before)), Ok(Credential::Device(after))) => {
                match (decode::<Certificate>(&before.bytes), decode::<Certificate>(&after.bytes)) {
                    (Ok(old), Ok(new)) => old.device == new.device && old.not_before <= new.not_before,
                    (Ok(_) | Err(_), _) => false,
                }
            }
            (Ok(before), Ok(after)) => before.holder() == after.holder(),
            (Ok(_) | Err(_), _) => false,
        }
    }
}
