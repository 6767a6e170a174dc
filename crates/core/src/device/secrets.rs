//! What a team shares beside its casebook keys: handed to newcomers in the room, replaced as a whole
//! ([`crate::team::TeamSync::change_secrets`]), rotated when a member is removed.

use bystand_crypto::seal::SealSecretKey;
use bystand_crypto::sign::SigningKey;
use bystand_wire::relay_api::Policy;
use bystand_wire::{StreamId, Timestamp, Week};
use minicbor::{Decode, Encode};
use zeroize::{Zeroize, ZeroizeOnDrop};

use crate::io::Random;
use crate::network::keynote::{DeskKeys, HostKeys};

/// The seed of a signing or sealing key that a team shares.
#[derive(Clone, PartialEq, Eq, Encode, Decode, Zeroize, ZeroizeOnDrop)]
#[cbor(transparent)]
pub struct Seed(#[cbor(n(0), with = "minicbor::bytes")] [u8; 32]);

impl Seed {
    /// A fresh one.
    pub fn generate(rng: &mut Random) -> Self {
        Self(*SigningKey::generate(rng).seed())
    }

    /// As a signing key.
    pub fn signing(&self) -> SigningKey {
        SigningKey::from_seed(&self.0)
    }

    /// As a sealing key.
    pub fn sealing(&self) -> SealSecretKey {
        SealSecretKey::from_seed(&self.0)
    }

    /// The bytes, for a job that signs later.
    pub fn bytes(&self) -> [u8; 32] {
        self.0
    }
}

impl From<&SigningKey> for Seed {
    fn from(key: &SigningKey) -> Self {
        Self(*key.seed())
    }
}

impl std::fmt::Debug for Seed {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Seed(..)")
    }
}

/// A sealing key and a signing key of one week: the desk's report and desk key, the hosts' door and
/// host key.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct WeekKeys {
    /// Opens what is sealed to the team.
    #[n(0)]
    pub seal: Seed,
    /// Signs for the team.
    #[n(1)]
    pub sign: Seed,
    /// First moment.
    #[n(2)]
    pub not_before: Timestamp,
    /// First moment after it.
    #[n(3)]
    pub not_after: Timestamp,
}

impl WeekKeys {
    /// Fresh keys from a moment (a week's start, or a rotation within it) to the end of its week.
    pub fn generate(rng: &mut Random, from: Timestamp) -> Self {
        Self {
            seal: Seed::generate(rng),
            sign: Seed::generate(rng),
            not_before: from,
            not_after: Week::of(from).next().start(),
        }
    }

    /// As the key note lists a desk's keys.
    pub fn as_desk(&self) -> DeskKeys {
        DeskKeys {
            report_key: self.seal.sealing().public(),
            desk_key: self.sign.signing().public(),
            not_before: self.not_before,
            not_after: self.not_after,
        }
    }

    /// As the key note lists the hosts' keys.
    pub fn as_hosts(&self) -> HostKeys {
        HostKeys {
            door_key: self.seal.sealing().public(),
            host_key: self.sign.signing().public(),
            not_before: self.not_before,
            not_after: self.not_after,
        }
    }
}

/// The keys of a team over the weeks: past (for what is still on its way), current and next.
#[derive(Debug, Clone, Default, PartialEq, Eq, Encode, Decode)]
#[cbor(transparent)]
pub struct KeyWeeks(#[n(0)] pub Vec<WeekKeys>);

impl KeyWeeks {
    /// This week's and next week's keys.
    pub fn start(rng: &mut Random, now: Timestamp) -> Self {
        let week = Week::of(now);
        Self(vec![WeekKeys::generate(rng, week.start()), WeekKeys::generate(rng, week.next().start())])
    }

    /// The keys to sign with now: the newest that have begun.
    pub fn current(&self, now: Timestamp) -> Option<&WeekKeys> {
        self.0.iter().rev().find(|k| k.not_before <= now && now < k.not_after)
    }

    /// All keys, in the order in which something that has just come is tried with them: those of now, then
    /// the others, the newest first. Each try in vain costs as much as the right one.
    pub fn by_likelihood(&self, now: Timestamp) -> impl Iterator<Item = &WeekKeys> {
        let current = self.current(now);
        let others = self.0.iter().rev().filter(move |keys| current.is_none_or(|current| current != *keys));
        current.into_iter().chain(others)
    }

    /// The keys that the key note should list: current and next.
    pub fn published(&self, now: Timestamp) -> Vec<&WeekKeys> {
        let current = self.current(now);
        let next = self.0.iter().find(|k| k.not_before > now);
        current.into_iter().chain(next).collect()
    }

    /// Adds next week's keys when they are missing and drops those that ended over a week ago. True
    /// when something changed.
    pub fn roll(&mut self, rng: &mut Random, now: Timestamp) -> bool {
        let before = self.0.clone();
        self.0.retain(|k| k.not_after.plus_ms(bystand_wire::time::WEEK_MS) > now);
        let week = Week::of(now);
        for start in [week.start(), week.next().start()] {
            if !self.0.iter().any(|k| k.not_before >= start && Week::of(k.not_before) == Week::of(start)) {
                self.0.push(WeekKeys::generate(rng, start));
            }
        }
        self.0 != before
    }

    /// After a removal: fresh keys from now on, also for next week.
    pub fn rotate(&mut self, rng: &mut Random, now: Timestamp) {
        self.0.retain(|k| k.not_before <= now);
        for keys in &mut self.0 {
            keys.not_after = keys.not_after.min(now);
        }
        self.0.push(WeekKeys::generate(rng, now));
        self.0.push(WeekKeys::generate(rng, Week::of(now).next().start()));
    }
}

/// What the desk shares.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct DeskSecrets {
    /// Counts up.
    #[n(0)]
    pub version: u64,
    /// Created the drop: replaces its policy and erases frames.
    #[n(1)]
    pub drop_creator: Seed,
    /// Reads the drop.
    #[n(2)]
    pub drop_read: Seed,
    /// The version of the drop's policy that goes with `drop_read`.
    #[n(3)]
    pub drop_policy: u32,
    /// Report keys and desk keys.
    #[n(4)]
    pub keys: KeyWeeks,
}

/// What the hosts share.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct HostSecrets {
    /// Counts up.
    #[n(0)]
    pub version: u64,
    /// Created the day notes' stream.
    #[n(1)]
    pub notes_creator: Seed,
    /// Created the hosts' inbox.
    #[n(2)]
    pub inbox_creator: Seed,
    /// Reads the hosts' inbox.
    #[n(3)]
    pub inbox_read: Seed,
    /// Door keys and host keys.
    #[n(4)]
    pub keys: KeyWeeks,
    /// The version of the inbox's policy.
    #[n(5)]
    pub inbox_version: u32,
    /// The desk's room, whose members write into the inbox.
    #[n(6)]
    pub inbox_for: StreamId,
}

/// What the registrars share.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct RegistrarSecrets {
    /// Counts up.
    #[n(0)]
    pub version: u64,
    /// Signs key notes.
    #[n(1)]
    pub operations: Seed,
    /// Created the registrars' inbox.
    #[n(2)]
    pub inbox_creator: Seed,
    /// Reads it.
    #[n(3)]
    pub inbox_read: Seed,
    /// The policies of the network's streams (but the drop's), to be renewed before they end.
    #[n(4)]
    pub policies: Vec<Policy>,
}

#[cfg(test)]
mod tests {
    use bystand_wire::time::WEEK_MS;
    use rand_core::SeedableRng;

    use super::*;

    #[test]
    fn what_has_come_is_tried_with_the_keys_of_now_first_and_with_each_once() {
        let week = Week::of(Timestamp(1_794_891_600_000));
        let (this, next) = (week.start(), week.next().start());
        let keys = KeyWeeks::start(&mut Random::from_seed([1; 32]), this);
        let order = |at| keys.by_likelihood(at).map(|keys| keys.not_before).collect::<Vec<Timestamp>>();
        assert_eq!(order(this.plus_ms(1)), [this, next]);
        assert_eq!(order(next.plus_ms(1)), [next, this]);
        assert_eq!(order(next.plus_ms(10 * WEEK_MS)), [next, this], "none is of now: the newest first");
    }
}
