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
    manifest: VerifiedManifest,
    key_note: VerifiedKeyNote,
    now: Timestamp,
}

impl RoomRules {
    /// Rules for a kind of room. Nobody is admitted before the first [`RoomRules::update`].
    pub fn new(network: NetworkId, kind: RoomKind) -> Self {
        Self { network, kind, state: Arc::default() }
    }

    /// Follows the network's manifest and key note, and the time.
    pub fn update(&self, manifest: &VerifiedManifest, key_note: &VerifiedKeyNote, now: Timestamp) {
        let state = TrustState { manifest: manifest.clone(), key_note: key_note.clone(), now };
        *self.state.lock().unwrap_or_else(PoisonError::into_inner) = Some(state);
    }

    fn with<T>(&self, check: impl FnOnce(&TrustState) -> T) -> Option<T> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner).as_ref().map(check)
    }

    fn is_host(&self, key: &PublicKey) -> bool {
        self.with(|s| s.key_note.is_host_key(key)).unwrap_or(false)
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
                // so here only the registrar's signature and the role count; adding checks the rest.
                let registrars = self.with(|s| s.manifest.manifest().registrars.clone()).unwrap_or_default();
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
                    check_certificate(&signed, &s.manifest, Some(&s.key_note), s.now)
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
                self.with(|s| s.key_note.is_revoked(&hash) || not_after.is_ok_and(|until| until <= s.now))
                    .unwrap_or(false)
            }
            (RoomKind::Day(_), Ok(_)) => true,
            (RoomKind::Team(_) | RoomKind::Day(_), _) => false,
        }
    }

    fn same_member(&self, one: &[u8], other: &[u8]) -> bool {
        match (Credential::from_bytes(one), Credential::from_bytes(other)) {
            (Ok(one), Ok(other)) => one.holder() == other.holder(),
            (Ok(_) | Err(_), _) => false,
        }
    }
}
