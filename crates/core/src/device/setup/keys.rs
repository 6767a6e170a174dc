//! Everything drawn when a network is founded, and the streams that follow from it.

use std::collections::BTreeMap;

use bystand_crypto::hash::stream_id;
use bystand_wire::relay_api::{AppendRule, Policy, ReadRule};
use bystand_wire::time::DAY_MS;
use bystand_wire::{PublicKey, Role, Seq, StreamId, Timestamp, encode, limits};

use crate::device::desk::drop_policy;
use crate::device::secrets::{DeskSecrets, HostSecrets, KeyWeeks, RegistrarSecrets, Seed};
use crate::device::shared::policy;
use crate::io::Random;
use crate::network::keynote::{NetworkStreams, TeamStreams};
use crate::team::TeamKind;

/// How long a team room's frames are kept for members who are away, in milliseconds.
const ROOM_FRAME_MS: u64 = 90 * DAY_MS;
/// How long requests at a team's door, and welcomes, are kept, in milliseconds.
const DOOR_FRAME_MS: u64 = 3 * DAY_MS;
/// How long the desk's messages wait for the hosts, and day notes are shown, in milliseconds.
pub(in crate::device) const HOSTS_FRAME_MS: u64 = 2 * DAY_MS;
/// How long requests wait for the registrars, in milliseconds.
pub(in crate::device) const INBOX_FRAME_MS: u64 = 9 * DAY_MS;

/// The keys that create one team's streams. They sign once and are then forgotten: the policies name
/// the operations key as successor.
pub(in crate::device) struct TeamCreators {
    pub room: Seed,
    pub door: Seed,
    pub welcome: Seed,
    pub casebook: Seed,
}

impl TeamCreators {
    pub(in crate::device) fn generate(rng: &mut Random) -> Self {
        let mut seed = || Seed::generate(rng);
        Self { room: seed(), door: seed(), welcome: seed(), casebook: seed() }
    }

    pub(in crate::device) fn streams(&self) -> TeamStreams {
        TeamStreams {
            room: id_of(&self.room),
            door: id_of(&self.door),
            welcome: id_of(&self.welcome),
            casebook: id_of(&self.casebook),
        }
    }

    /// The room's own stream, and those that name the room: of use only once it is there. A casebook that
    /// succeeds another begins after a place.
    pub(in crate::device) fn policies(
        &self,
        kind: TeamKind,
        room_key: PublicKey,
        (successor, until): (PublicKey, Timestamp),
        starts_after: Option<Seq>,
    ) -> (Founded, [Founded; 3]) {
        let room = id_of(&self.room);
        let in_room = || vec![AppendRule::Room(room)];
        let rule = |creator: &Seed, append, life_ms| {
            let policy = policy(&creator.signing(), append, ReadRule::Id, until, life_ms);
            Founded { creator: creator.clone(), policy: Policy { successors: vec![successor], ..policy } }
        };
        let mut own = rule(&self.room, in_room(), ROOM_FRAME_MS);
        own.policy.room_key = Some(room_key);
        let door = vec![AppendRule::Certified(vec![kind.role()])];
        let mut casebook = rule(&self.casebook, in_room(), limits::STREAM_LIFE_MS);
        casebook.policy.starts_after = starts_after;
        casebook.policy.max_frames = limits::STREAM_FRAMES;
        let others =
            [rule(&self.door, door, DOOR_FRAME_MS), rule(&self.welcome, in_room(), DOOR_FRAME_MS), casebook];
        (own, others)
    }
}

/// A stream to be made.
pub(in crate::device) struct Founded {
    pub creator: Seed,
    pub policy: Policy,
}

/// Everything drawn at the founding.
pub(super) struct Keys {
    pub teams: BTreeMap<TeamKind, TeamCreators>,
    pub operations: Seed,
    drop_creator: Seed,
    drop_read: Seed,
    notes_creator: Seed,
    hosts_creator: Seed,
    hosts_read: Seed,
    inbox_creator: Seed,
    inbox_read: Seed,
    pub desk: KeyWeeks,
    pub hosts: KeyWeeks,
}

impl Keys {
    pub(super) fn generate(rng: &mut Random, now: Timestamp) -> Self {
        Self {
            teams: TeamKind::ALL.into_iter().map(|kind| (kind, TeamCreators::generate(rng))).collect(),
            operations: Seed::generate(rng),
            drop_creator: Seed::generate(rng),
            drop_read: Seed::generate(rng),
            notes_creator: Seed::generate(rng),
            hosts_creator: Seed::generate(rng),
            hosts_read: Seed::generate(rng),
            inbox_creator: Seed::generate(rng),
            inbox_read: Seed::generate(rng),
            desk: KeyWeeks::start(rng, now),
            hosts: KeyWeeks::start(rng, now),
        }
    }

    pub(super) fn streams(&self) -> NetworkStreams {
        let team = |kind: TeamKind| self.teams.get(&kind).map(TeamCreators::streams);
        let none = StreamId([0; 32]);
        let nowhere = TeamStreams { room: none, door: none, welcome: none, casebook: none };
        NetworkStreams {
            desk: team(TeamKind::Desk).unwrap_or(nowhere),
            hosts: team(TeamKind::Hosts).unwrap_or(nowhere),
            registrars: team(TeamKind::Registrars).unwrap_or(nowhere),
            drop: id_of(&self.drop_creator),
            hosts_inbox: id_of(&self.hosts_creator),
            day_notes: id_of(&self.notes_creator),
            registrars_inbox: id_of(&self.inbox_creator),
        }
    }

    /// The drop, whose policy is the desk's business from here on.
    pub(super) fn drop(&self, until: Timestamp) -> Founded {
        let policy = drop_policy(&self.desk_secrets(), until);
        Founded { creator: self.drop_creator.clone(), policy }
    }

    /// The hosts' inbox, the day notes and the registrars' inbox.
    pub(super) fn others(&self, until: Timestamp) -> [Founded; 3] {
        let successor = self.operations.signing().public();
        let rule = |creator: &Seed, append, read, life_ms| {
            let policy = policy(&creator.signing(), vec![append], read, until, life_ms);
            Founded { creator: creator.clone(), policy: Policy { successors: vec![successor], ..policy } }
        };
        let read = |seed: &Seed| ReadRule::Key(seed.signing().public());
        let notes = AppendRule::Keys(vec![self.notes_creator.signing().public()]);
        // The relay need not learn which dispatcher it is.
        let desk = AppendRule::Room(self.streams().desk.room);
        let everybody = AppendRule::Certified(Role::ALL.to_vec());
        [
            rule(&self.hosts_creator, desk, read(&self.hosts_read), HOSTS_FRAME_MS),
            rule(&self.notes_creator, notes, ReadRule::Public, HOSTS_FRAME_MS),
            rule(&self.inbox_creator, everybody, read(&self.inbox_read), INBOX_FRAME_MS),
        ]
    }

    fn desk_secrets(&self) -> DeskSecrets {
        DeskSecrets {
            version: 1,
            drop_creator: self.drop_creator.clone(),
            drop_read: self.drop_read.clone(),
            drop_policy: 1,
            keys: self.desk.clone(),
        }
    }

    /// What a team's members share.
    pub(super) fn secrets(&self, kind: TeamKind, policies: &[Policy]) -> Vec<u8> {
        match kind {
            TeamKind::Desk => encode(&self.desk_secrets()),
            TeamKind::Hosts => encode(&HostSecrets {
                version: 1,
                notes_creator: self.notes_creator.clone(),
                inbox_creator: self.hosts_creator.clone(),
                inbox_read: self.hosts_read.clone(),
                keys: self.hosts.clone(),
                inbox_version: 1,
                inbox_for: self.streams().desk.room,
            }),
            TeamKind::Registrars => encode(&RegistrarSecrets {
                version: 1,
                operations: self.operations.clone(),
                inbox_creator: self.inbox_creator.clone(),
                inbox_read: self.inbox_read.clone(),
                policies: policies.to_vec(),
            }),
        }
    }
}

fn id_of(creator: &Seed) -> StreamId {
    stream_id(&creator.signing().public())
}
