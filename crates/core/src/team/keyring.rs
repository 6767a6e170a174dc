//! The keys of a team's casebook: the team's own, one or more for each incident, and who wrote what.
//!
//! Erasing an incident means deleting its keys here, on every device.

use std::collections::{BTreeMap, BTreeSet};

use bystand_crypto::hash::key_id;
use bystand_crypto::symmetric::SymmetricKey;
use bystand_wire::relay_api::SignedBytes;
use bystand_wire::{Hash32, IncidentId, KeyId};
use minicbor::bytes::ByteVec;
use minicbor::{Decode, Encode};

/// What the keys of one part of the casebook open.
#[derive(Debug, Clone, Default, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct KeyLine {
    /// Oldest first; the last one is written with.
    #[n(0)]
    keys: Vec<SymmetricKey>,
}

impl KeyLine {
    fn current(&self) -> Option<&SymmetricKey> {
        self.keys.last()
    }

    fn push(&mut self, key: SymmetricKey) {
        self.keys.retain(|k| key_id(k) != key_id(&key));
        self.keys.push(key);
    }
}

/// Keys on their way to other members, in a room message.
#[derive(Debug, Clone, Default, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct KeyBundle {
    /// The team's keys, oldest first.
    #[n(0)]
    pub team: Vec<SymmetricKey>,
    /// Each incident's keys, oldest first.
    #[n(1)]
    pub incidents: Vec<(IncidentId, Vec<SymmetricKey>)>,
    /// Certificates of those who write or wrote in the casebook.
    #[n(2)]
    pub authors: Vec<SignedBytes>,
    /// The team's other secrets, whole, with their version: the highest counts.
    #[n(3)]
    pub secrets: Option<(u64, ByteVec)>,
    /// The epoch after whose removal these keys replace all before.
    #[n(4)]
    pub rotation: Option<u64>,
    /// For which newcomer it is (the hash of a certificate).
    #[n(5)]
    pub newcomer: Option<Hash32>,
}

/// All keys that a device holds for one team.
#[derive(Debug, Clone, Default, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct Keyring {
    #[n(0)]
    team: KeyLine,
    #[n(1)]
    incidents: BTreeMap<IncidentId, KeyLine>,
    #[n(2)]
    authors: BTreeMap<Hash32, SignedBytes>,
    #[n(3)]
    secrets: Option<(u64, ByteVec)>,
    /// Keys that were erased here, so that a late bundle does not bring them back.
    #[n(4)]
    erased: BTreeSet<IncidentId>,
}

impl Keyring {
    /// The key that new entries of the team are written with.
    pub fn team_key(&self) -> Option<&SymmetricKey> {
        self.team.current()
    }

    /// The key that new entries of an incident are written with.
    pub fn incident_key(&self, incident: &IncidentId) -> Option<&SymmetricKey> {
        self.incidents.get(incident).and_then(KeyLine::current)
    }

    /// The team key of this name.
    pub fn find_team(&self, id: &KeyId) -> Option<&SymmetricKey> {
        self.team.keys.iter().find(|k| key_id(k) == *id)
    }

    /// Any key of this name.
    pub fn find(&self, id: &KeyId) -> Option<&SymmetricKey> {
        let incidents = self.incidents.values().flat_map(|line| line.keys.iter());
        self.team.keys.iter().chain(incidents).find(|k| key_id(k) == *id)
    }

    /// The certificate of this hash.
    pub fn author(&self, hash: &Hash32) -> Option<&SignedBytes> {
        self.authors.get(hash)
    }

    /// The team's other secrets, with their version.
    pub fn secrets(&self) -> Option<(u64, &[u8])> {
        self.secrets.as_ref().map(|(version, bytes)| (*version, bytes.as_slice()))
    }

    /// Incidents that have keys here.
    pub fn incidents(&self) -> impl Iterator<Item = &IncidentId> {
        self.incidents.keys()
    }

    /// Takes over what came in a bundle. Erased incidents stay erased.
    pub fn absorb(&mut self, bundle: KeyBundle) {
        for key in bundle.team {
            self.team.push(key);
        }
        for (incident, keys) in bundle.incidents {
            if self.erased.contains(&incident) {
                continue;
            }
            let line = self.incidents.entry(incident).or_default();
            for key in keys {
                line.push(key);
            }
        }
        for certificate in bundle.authors {
            self.authors.insert(author_hash(&certificate), certificate);
        }
        let known = self.secrets.as_ref().map_or(0, |(version, _)| *version);
        if let Some((version, bytes)) = bundle.secrets.filter(|(version, _)| *version > known) {
            self.secrets = Some((version, bytes));
        }
    }

    /// Everything, for a newcomer, in pieces of at most `piece` incidents.
    pub fn bundles(&self, newcomer: Hash32, piece: usize) -> Vec<KeyBundle> {
        let incidents: Vec<_> = self.incidents.iter().map(|(id, line)| (*id, line.keys.clone())).collect();
        let mut bundles: Vec<KeyBundle> = incidents
            .chunks(piece.max(1))
            .map(|chunk| KeyBundle { incidents: chunk.to_vec(), ..KeyBundle::default() })
            .collect();
        let authors: Vec<_> = self.authors.values().cloned().collect();
        bundles.extend(
            authors
                .chunks(piece.max(1))
                .map(|chunk| KeyBundle { authors: chunk.to_vec(), ..KeyBundle::default() }),
        );
        // The last one carries the rest and says that all of it is there.
        bundles.push(KeyBundle {
            team: self.team.keys.clone(),
            secrets: self.secrets.clone(),
            newcomer: Some(newcomer),
            ..KeyBundle::default()
        });
        bundles
    }

    /// Deletes an incident's keys: its entries can never be read here again.
    pub fn erase(&mut self, incident: &IncidentId) {
        self.incidents.remove(incident);
        self.erased.insert(*incident);
    }
}

/// The name of a certificate in entries: the hash that certificates are revoked by.
pub fn author_hash(certificate: &SignedBytes) -> Hash32 {
    bystand_crypto::sign::Signed::<crate::network::Certificate>::from(certificate.clone()).hash()
}
