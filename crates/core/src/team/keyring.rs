//! The keys of a team's casebook: the team's own, one or more for each incident, and who wrote what.
//!
//! Erasing an incident means deleting its keys here, on every device.

use std::collections::{BTreeMap, BTreeSet};

use bystand_crypto::hash::key_id;
use bystand_crypto::symmetric::SymmetricKey;
use bystand_wire::relay_api::SignedBytes;
use bystand_wire::{Hash32, IncidentId, KeyId, PublicKey, Timestamp, decode};
use minicbor::bytes::ByteVec;
use minicbor::{Decode, Decoder, Encode, Encoder};

use super::Milestone;

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

    fn find(&self, id: &KeyId) -> Option<&SymmetricKey> {
        self.keys.iter().find(|key| key_id(key) == *id)
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
    /// Authors who left the team, and when the relay took the commit that removed them.
    #[n(6)]
    pub ended: Vec<(Hash32, Timestamp)>,
    /// For the newcomer to a casebook without its beginning: from where it can be verified.
    #[n(7)]
    pub milestone: Option<Milestone>,
}

/// All keys that a device holds for one team.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Keyring {
    kept: Kept,
    /// Whose each key is, by its name: a casebook names a key with each entry, and there are as many
    /// keys as incidents. Made from what is kept.
    owners: BTreeMap<KeyId, Owner>,
}

/// What is stored.
#[derive(Debug, Clone, Default, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
struct Kept {
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
    #[n(5)]
    ended: BTreeMap<Hash32, Timestamp>,
    /// The team has a new room, and what it writes with there has not come yet.
    #[n(6)]
    #[cbor(default)]
    waits: bool,
    /// From where this device reads the casebook, if not from its beginning.
    #[n(7)]
    milestone: Option<Milestone>,
}

/// What a key opens.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Owner {
    Team,
    Incident(IncidentId),
}

impl<C> Encode<C> for Keyring {
    fn encode<W: minicbor::encode::Write>(
        &self,
        e: &mut Encoder<W>,
        ctx: &mut C,
    ) -> Result<(), minicbor::encode::Error<W::Error>> {
        self.kept.encode(e, ctx)
    }
}

impl<'b, C> Decode<'b, C> for Keyring {
    fn decode(d: &mut Decoder<'b>, ctx: &mut C) -> Result<Self, minicbor::decode::Error> {
        let kept = Kept::decode(d, ctx)?;
        let mut owners = BTreeMap::new();
        for (incident, line) in &kept.incidents {
            owners.extend(line.keys.iter().map(|key| (key_id(key), Owner::Incident(*incident))));
        }
        owners.extend(kept.team.keys.iter().map(|key| (key_id(key), Owner::Team)));
        Ok(Self { kept, owners })
    }
}

impl Keyring {
    /// The key that new entries of the team are written with.
    pub fn team_key(&self) -> Option<&SymmetricKey> {
        self.kept.team.current().filter(|_| !self.kept.waits)
    }

    /// The team has a new room: until somebody there has handed over its keys, nothing is written.
    pub fn wait(&mut self) {
        self.kept.waits = true;
    }

    /// Somebody in the room has handed over the team's keys, and from where the casebook is to be read. What
    /// the first has said counts.
    pub fn arrived(&mut self, milestone: Option<Milestone>) {
        self.kept.waits = false;
        if let Some(new) = milestone
            && self.kept.milestone.is_none_or(|held| held.casebook != new.casebook)
        {
            self.kept.milestone = milestone;
        }
    }

    /// From where this device reads the casebook, if not from its beginning.
    pub fn milestone(&self) -> Option<Milestone> {
        self.kept.milestone
    }

    /// All keys of an incident, to be handed to others.
    pub fn line(&self, incident: &IncidentId) -> Option<(IncidentId, Vec<SymmetricKey>)> {
        self.kept.incidents.get(incident).map(|line| (*incident, line.keys.clone()))
    }

    /// The incident that a key opens; none for the team's own.
    pub fn incident_of(&self, id: &KeyId) -> Option<IncidentId> {
        match self.owners.get(id)? {
            Owner::Team => None,
            Owner::Incident(incident) => Some(*incident),
        }
    }

    /// The key that new entries of an incident are written with.
    pub fn incident_key(&self, incident: &IncidentId) -> Option<&SymmetricKey> {
        self.kept.incidents.get(incident).and_then(KeyLine::current)
    }

    /// The team key of this name.
    pub fn find_team(&self, id: &KeyId) -> Option<&SymmetricKey> {
        self.kept.team.find(id)
    }

    /// Any key of this name.
    pub fn find(&self, id: &KeyId) -> Option<&SymmetricKey> {
        match self.owners.get(id)? {
            Owner::Team => self.kept.team.find(id),
            Owner::Incident(incident) => self.kept.incidents.get(incident)?.find(id),
        }
    }

    /// The certificate of this hash.
    pub fn author(&self, hash: &Hash32) -> Option<&SignedBytes> {
        self.kept.authors.get(hash)
    }

    /// All certificates that a device has shown to the team.
    pub fn authors_of(&self, device: &PublicKey) -> Vec<Hash32> {
        let is_its = |signed: &SignedBytes| {
            decode::<crate::network::Certificate>(&signed.bytes).is_ok_and(|c| c.device == *device)
        };
        self.kept.authors.iter().filter(|(_, signed)| is_its(signed)).map(|(hash, _)| *hash).collect()
    }

    /// Since when an author has been out of the team: what it wrote before counts for everybody, and
    /// nothing after.
    pub fn ended(&self, author: &Hash32) -> Option<Timestamp> {
        self.kept.ended.get(author).copied()
    }

    /// The team's other secrets, with their version.
    pub fn secrets(&self) -> Option<(u64, &[u8])> {
        self.kept.secrets.as_ref().map(|(version, bytes)| (*version, bytes.as_slice()))
    }

    /// Incidents that have keys here.
    pub fn incidents(&self) -> impl Iterator<Item = &IncidentId> {
        self.kept.incidents.keys()
    }

    /// Takes over what came in a bundle. Erased incidents stay erased.
    pub fn absorb(&mut self, bundle: KeyBundle) {
        for key in bundle.team {
            self.owners.insert(key_id(&key), Owner::Team);
            self.kept.team.push(key);
        }
        for (incident, keys) in bundle.incidents {
            if self.kept.erased.contains(&incident) {
                continue;
            }
            let line = self.kept.incidents.entry(incident).or_default();
            for key in keys {
                self.owners.insert(key_id(&key), Owner::Incident(incident));
                line.push(key);
            }
        }
        for certificate in bundle.authors {
            self.kept.authors.insert(author_hash(&certificate), certificate);
        }
        for (author, at) in bundle.ended {
            self.kept.ended.entry(author).or_insert(at);
        }
        let known = self.kept.secrets.as_ref().map_or(0, |(version, _)| *version);
        if let Some((version, bytes)) = bundle.secrets.filter(|(version, _)| *version > known) {
            self.kept.secrets = Some((version, bytes));
        }
    }

    /// Everything, for a newcomer, in pieces of at most `piece` incidents.
    pub fn bundles(&self, newcomer: Hash32, milestone: Option<Milestone>, piece: usize) -> Vec<KeyBundle> {
        let incidents: Vec<_> =
            self.kept.incidents.iter().map(|(id, line)| (*id, line.keys.clone())).collect();
        let mut bundles: Vec<KeyBundle> = incidents
            .chunks(piece.max(1))
            .map(|chunk| KeyBundle { incidents: chunk.to_vec(), ..KeyBundle::default() })
            .collect();
        let authors: Vec<_> = self.kept.authors.values().cloned().collect();
        bundles.extend(
            authors
                .chunks(piece.max(1))
                .map(|chunk| KeyBundle { authors: chunk.to_vec(), ..KeyBundle::default() }),
        );
        let ended: Vec<_> = self.kept.ended.iter().map(|(author, at)| (*author, *at)).collect();
        bundles.extend(
            ended
                .chunks(piece.max(1))
                .map(|chunk| KeyBundle { ended: chunk.to_vec(), ..KeyBundle::default() }),
        );
        // The last one carries the rest and says that all of it is there.
        bundles.push(KeyBundle {
            team: self.kept.team.keys.clone(),
            secrets: self.kept.secrets.clone(),
            newcomer: Some(newcomer),
            milestone,
            ..KeyBundle::default()
        });
        bundles
    }

    /// Deletes an incident's keys: its entries can never be read here again.
    pub fn erase(&mut self, incident: &IncidentId) {
        if let Some(line) = self.kept.incidents.remove(incident) {
            for key in &line.keys {
                self.owners.remove(&key_id(key));
            }
        }
        self.kept.erased.insert(*incident);
    }
}

/// The name of a certificate in entries: the hash that certificates are revoked by.
pub fn author_hash(certificate: &SignedBytes) -> Hash32 {
    bystand_crypto::sign::Signed::<crate::network::Certificate>::from(certificate.clone()).hash()
}

#[cfg(test)]
mod tests {
    use super::*;
    use bystand_wire::encode;

    const ONE: IncidentId = IncidentId([1; 16]);
    const TWO: IncidentId = IncidentId([2; 16]);

    fn key(byte: u8) -> SymmetricKey {
        SymmetricKey::from_bytes([byte; 32])
    }

    fn ring() -> Keyring {
        let mut ring = Keyring::default();
        let incidents = vec![(ONE, vec![key(3), key(4)]), (TWO, vec![key(5)])];
        ring.absorb(KeyBundle { team: vec![key(1), key(2)], incidents, ..KeyBundle::default() });
        ring
    }

    #[test]
    fn every_key_is_found_by_its_name_also_when_read_again() {
        let ring = ring();
        let again: Keyring = decode(&encode(&ring)).expect("ours");
        assert_eq!(again, ring);
        for byte in 1..=5 {
            assert_eq!(again.find(&key_id(&key(byte))), Some(&key(byte)), "{byte}");
        }
        assert_eq!(again.find(&key_id(&key(6))), None);
        assert_eq!(again.find_team(&key_id(&key(3))), None, "not the team's");
    }

    #[test]
    fn an_erased_incident_loses_its_keys_alone_and_for_good() {
        let mut ring = ring();
        ring.erase(&ONE);
        ring.absorb(KeyBundle { incidents: vec![(ONE, vec![key(3)])], ..KeyBundle::default() });
        for (byte, is_there) in [(1, true), (2, true), (3, false), (4, false), (5, true)] {
            assert_eq!(ring.find(&key_id(&key(byte))).is_some(), is_there, "{byte}");
        }
    }
}
